/* Boxes to write in, and the conversation above them: what is typed is kept, previewed, quoted. Every page works without this file. */
(() => {
  "use strict";

  const each = (selector, root, action) => root.querySelectorAll(selector).forEach(action);
  const words = () => document.getElementById("toasts")?.dataset ?? {};

  /* What is typed is kept: form[data-keep] names the address that keeps it, or none where this window alone does. It is saved when
     typing pauses and when the page is left, with everything but the files. What the portal cannot have had (the session is over,
     there is no connection, it is being sent) waits in this window until the same person is back at the same form. */
  const PAUSE = 1500;
  const NOT_TYPED = ["csrfmiddlewaretoken", "acting_as", "submission"];
  const PARKED = "typed:";
  const keepers = new WeakMap();

  const typedIn = (form) => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  const wording = (typed) => JSON.stringify([...typed].filter(([name]) => !NOT_TYPED.includes(name)));
  const fill = (form, typed) => {
    for (const control of form.elements) {
      if (!control.name || ["file", "hidden", "submit"].includes(control.type)) continue;
      if (["radio", "checkbox"].includes(control.type)) control.checked = typed.getAll(control.name).includes(control.value);
      else control.value = typed.get(control.name) ?? "";
    }
  };

  const makeKeeper = (form) => {
    const place = PARKED + new URL(form.action).pathname;
    let waiting = 0;
    let unsaved = false;
    let saving = null;

    const note = (word) => {
      const line = form.querySelector("[data-keep-note]");
      if (line) line.textContent = line.dataset[word] ?? "";
    };
    const park = (isSent = false) => sessionStorage.setItem(place, JSON.stringify({ typed: typedIn(form).toString(), isSent }));
    const signedOut = () => {
      park();
      note("signedOut");
    };
    const ask = (body, more = {}) => fetch(form.dataset.keep, { method: "POST", body, redirect: "manual", ...more });
    const save = async (isLast) => {
      if (!form.dataset.keep || isLast) park();
      unsaved = Boolean(form.dataset.keep);
      if (!unsaved) return;
      saving?.abort();
      const mine = (saving = new AbortController());
      const text = typedIn(form);
      try {
        const answer = await ask(text, { keepalive: isLast, signal: mine.signal });
        if (saving === mine) unsaved = false;
        if (answer.type === "opaqueredirect") return signedOut();
        if (answer.ok) sessionStorage.removeItem(place);
        else park();
        note(answer.ok ? "saved" : "failed");
      } catch (error) {
        if (error.name === "AbortError") return;
        park();
        note("failed");
      }
    };
    const stop = () => {
      clearTimeout(waiting);
      unsaved = false;
      saving?.abort();
    };

    /* Back at the form. What had been sent is not saved again. */
    const unpark = async () => {
      const parked = sessionStorage.getItem(place);
      if (!parked) return;
      sessionStorage.removeItem(place);
      const [typed, shown] = [new URLSearchParams(JSON.parse(parked).typed), typedIn(form)];
      const isShown = typed.get("submission") === shown.get("submission") && typed.has("submission");
      if (typed.get("acting_as") !== shown.get("acting_as") || isShown || wording(typed) === wording(shown)) return;
      if (form.dataset.keep) {
        typed.set("csrfmiddlewaretoken", shown.get("csrfmiddlewaretoken"));
        const answer = await ask(typed).catch(() => null);
        if (!answer?.ok) return sessionStorage.setItem(place, parked);
        if (!(await answer.json()).saved) return;
        /* a form without a word for it is filled by the portal: its fields depend on what was typed */
        if (!form.querySelector("[data-restored]")) return location.replace(form.action);
      }
      if (wording(typedIn(form)) !== wording(shown)) return;
      fill(form, typed);
      note("restored");
    };
    unpark();

    return {
      signedOut,
      changed: () => {
        unsaved = true;
        clearTimeout(waiting);
        waiting = setTimeout(save, PAUSE, false);
      },
      leave: () => unsaved && save(true),
      send: () => {
        stop();
        park(true);
      },
      discard: () => {
        stop();
        sessionStorage.removeItem(place);
      },
    };
  };
  const keeper = (form) => {
    if (!keepers.has(form)) keepers.set(form, makeKeeper(form));
    return keepers.get(form);
  };
  const eachKeeper = (action) => each("form[data-keep]", document, (form) => action(keeper(form)));

  document.addEventListener("input", (event) => {
    const { form, name, type } = event.target;
    if (name && type !== "file" && form?.matches("form[data-keep]")) keeper(form).changed();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-discards]")) eachKeeper((kept) => kept.discard());
    if (event.target.matches("form[data-keep]")) keeper(event.target).send();
  }, true);
  addEventListener("pagehide", () => eachKeeper((kept) => kept.leave()));
  /* A deed that was sent from a page below this one is done. */
  for (const place of Object.keys(sessionStorage).filter((key) => key.startsWith(`${PARKED}${location.pathname}do/`))) {
    if (JSON.parse(sessionStorage.getItem(place)).isSent) sessionStorage.removeItem(place);
  }

  /* A piece of the sign-in page is no piece of this one. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const path = (address) => new URL(address, location.href).pathname;
    const isRedirected = path(event.detail.xhr.responseURL) !== path(event.detail.pathInfo.requestPath);
    if (!isRedirected || !document.querySelector("form[data-keep], #conversation")) return;
    event.detail.shouldSwap = false;
    document.querySelector("dialog[open]")?.close();
    const link = event.detail.requestConfig.elt.closest("a[href]");
    if (document.querySelector("form[data-keep]")) eachKeeper((kept) => kept.signedOut());
    else if (link) location.assign(link.href);
  });

  /* Earlier messages come in above: what the reader looks at stays where it is. */
  let looked = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const after = event.detail.target?.id === "earlier" && event.detail.target.nextElementSibling;
    looked = after && { after, top: after.getBoundingClientRect().top };
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (!looked) return;
    prepare(document); /* what grows with it grows now */
    scrollBy({ top: looked.after.getBoundingClientRect().top - looked.top, behavior: "instant" });
    const first = document.querySelector("#conversation .message");
    (document.querySelector("#earlier a") ?? first).focus({ preventScroll: true });
    looked = null;
  });

  /* A box to write in: preview, Ctrl+Enter sends. */
  const composer = (form) => {
    const text = form.querySelector("textarea[data-body]") ?? form.querySelector("textarea");
    if (!text || form.dataset.ready) return;
    form.dataset.ready = "yes";
    text.addEventListener("keydown", (event) => {
      const isSent = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
      if (isSent) form.requestSubmit(form.querySelector('[data-send=""]'));
    });
    const tools = form.querySelector("[data-preview-tools]");
    if (tools) previewer(form, text, tools);
  };

  const previewer = (form, text, tools) => {
    const [button, box] = [tools.querySelector("button"), tools.querySelector(".preview-box")];
    const ask = () => {
      const { csrfmiddlewaretoken, acting_as: actingAs } = form.elements;
      const body = new URLSearchParams({ body: text.value, acting_as: actingAs?.value ?? "", csrfmiddlewaretoken: csrfmiddlewaretoken.value });
      return fetch(form.dataset.preview, { method: "POST", body, redirect: "manual" }).catch(() => null);
    };
    const show = (answer) => {
      if (answer?.type === "opaqueredirect") {
        box.textContent = box.dataset.signedOut;
        keeper(form).signedOut();
      } else box.textContent = answer ? (answer.status === 429 ? words().busy : words().failed) : words().offline;
    };
    button.hidden = false;
    button.addEventListener("click", async () => {
      box.hidden = !box.hidden;
      button.setAttribute("aria-expanded", String(!box.hidden));
      if (box.hidden) return;
      const answer = await ask();
      if (answer?.ok) box.innerHTML = await answer.text();
      else show(answer);
    });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-quote]");
    const text = button && document.querySelector("form[data-preview] textarea");
    if (!text) return;
    const quoted = `${button.dataset.author}:\n${button.dataset.quote}`.replace(/^/gm, "> ");
    text.value = `${text.value}${text.value ? "\n\n" : ""}${quoted}\n\n`;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]");
    const reply = document.querySelector("#reply-form textarea");
    if (event.key !== "r" || !reply || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    reply.focus();
  });

  const prepare = (root) => {
    each("form[data-keep]", root, keeper);
    each("form[data-preview]", root, composer);
    if (document.querySelector("form[data-preview]")) each("[data-quote]", root, (button) => (button.hidden = false));
  };
  prepare(document);
  document.addEventListener("portal:replaced", (event) => prepare(event.target));
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) prepare(event.detail.elt);
  });
})();
