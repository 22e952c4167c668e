/*
 * An agent's page of a case. Everything works without this file. Files, flashes and menus are portal.js', preview and quoting
 * composer.js', single keys and their dialog desk.js'.
 */
(() => {
  "use strict";

  const page = document.querySelector(".case-page");
  if (!page) return;
  const composer = document.getElementById("composer");
  const properties = document.querySelector("form#properties");
  const tokens = () => document.querySelectorAll("[name=csrfmiddlewaretoken]");
  const token = () => tokens()[0]?.value ?? "";
  const post = (url, fields, options = {}) => fetch(url, {
    method: "POST", body: new URLSearchParams(fields), credentials: "same-origin", redirect: "manual", ...options,
    headers: { "X-CSRFToken": token(), ...options.headers },
  });
  const load = async () => {
    const answer = await fetch(location.pathname.startsWith("/admin/desk/") ? location.href : page.dataset.page, { redirect: "manual" });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  };
  /* Whoever signed in again in another tab has another token. */
  const renewToken = async () => {
    const fresh = (await load())?.querySelector("[name=csrfmiddlewaretoken]");
    tokens().forEach((field) => (field.value = fresh?.value ?? field.value));
    return Boolean(fresh);
  };
  /* What a change alters elsewhere on the page. What the agent is at stays as it is. */
  const LIVE = ["case-facts", "conversation", "promises", "checklists"];
  const refresh = async () => {
    const fresh = await load().catch(() => null);
    if (!fresh) return false;
    for (const id of LIVE) {
      const [old, made] = [document.getElementById(id), fresh.getElementById(id)];
      if (!old || !made) continue;
      const folds = [...old.querySelectorAll("details")]; /* what the agent has opened stays open */
      made.querySelectorAll("details").forEach((fold, place) => (fold.open ||= folds[place]?.open ?? false));
      old.replaceWith(made);
    }
    renewProperties(fresh);
    page.querySelectorAll("[data-quote]").forEach((button) => (button.hidden = !composer));
    bindSteps();
    return true;
  };

  /* ---------- Properties: each is saved by itself ---------- */
  /* What one of them brought along for the others; not over a choice that is still to be saved. */
  const renewProperties = (fresh) => {
    properties?.querySelectorAll("select[data-property]").forEach((field) => {
      const seen = properties.elements[`initial-${field.name}`];
      const row = fresh.getElementById(field.id);
      if (!row || field === document.activeElement || field.value !== seen.value) return;
      const now = row.value;
      field.replaceChildren(...row.options);
      field.value = seen.value = now;
    });
  };
  const told = properties?.querySelector("[data-saved]");
  const saveProperty = async (field) => {
    const seen = properties.elements[`initial-${field.name}`];
    if (field.value === seen.value) return;
    const fields = { [field.name]: field.value, [seen.name]: seen.value };
    const steps = properties.elements.seen_steps;
    if (steps) fields.seen_steps = steps.value;
    const ask = () => post(properties.action, fields, { headers: { Accept: "application/json" } });
    field.setAttribute("aria-busy", "true");
    try {
      let answer = await ask();
      if (answer.status === 403 && (await renewToken())) answer = await ask();
      if (answer.type === "opaqueredirect") throw new Error("signed out");
      if (!answer.headers.get("Content-Type")?.includes("json")) throw new Error(String(answer.status));
      const { words, seen_steps: open, is_stale: isStale } = await answer.json();
      told.textContent = words;
      told.classList.toggle("is-refused", !answer.ok);
      if (answer.ok) seen.value = field.value;
      else field.value = seen.value;
      if (open !== undefined) noteSteps(open);
      if (isStale) await showRow(field, seen);
      if (answer.ok) await refresh();
    } catch (error) {
      told.textContent = error.message === "signed out" ? told.dataset.signedOut : told.dataset.failed;
      told.classList.add("is-refused");
      field.value = seen.value;
    } finally {
      field.removeAttribute("aria-busy");
    }
  };
  /* Open steps were told of: chosen again, the case is resolved all the same. */
  const noteSteps = (count) => {
    const field = properties.elements.seen_steps ?? document.createElement("input");
    Object.assign(field, { type: "hidden", name: "seen_steps", value: count });
    properties.append(field);
  };
  /* A colleague was faster: what they chose is shown. */
  const showRow = async (field, seen) => {
    const row = (await load())?.getElementById(field.id);
    if (!row) return;
    const now = row.value;
    if (field.options) field.replaceChildren(...row.options);
    field.value = seen.value = now;
    await refresh();
  };
  properties?.addEventListener("change", (event) => {
    if (event.target.matches("[data-property]")) saveProperty(event.target);
  });
  properties?.addEventListener("submit", (event) => {
    event.preventDefault(); /* Enter in the subject: its change is saved */
    document.activeElement.blur();
  });

  /* ---------- Checklists ---------- */
  function bindSteps() {
    page.querySelectorAll("form[data-steps]").forEach((form) => {
      form.addEventListener("submit", async (event) => {
        const button = event.submitter;
        if (!button?.matches(".case-step")) return;
        event.preventDefault();
        const answer = await post(form.action, { [button.name]: button.value }).catch(() => null);
        if (answer?.type !== "opaqueredirect") return location.reload();
        if (!(await refresh()) && told) {
          told.textContent = told.dataset.signedOut; /* the answer led to the sign-in page */
          told.classList.add("is-refused");
        }
        page.querySelector(`.case-step[value="${CSS.escape(button.value)}"]`)?.focus();
      });
    });
  }
  bindSteps();

  /* ---------- What else is about the same: loaded when the agent comes to it ---------- */
  const alike = page.querySelector("[data-alike]");
  const seenAlike = new IntersectionObserver(async ([entry]) => {
    if (!entry.isIntersecting) return;
    seenAlike.disconnect();
    const answer = await fetch(alike.dataset.alike).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("alike");
    alike.replaceWith(found);
    found.dispatchEvent(new Event("desk:loaded", { bubbles: true }));
  }, { rootMargin: "100px" });
  if (alike) seenAlike.observe(alike);

  /* ---------- Keys ---------- */
  const openAt = (selector) => {
    const field = page.querySelector(selector);
    field?.scrollIntoView({ block: "nearest" });
    field?.focus();
  };
  const write = (kind) => {
    if (!composer) return;
    const radio = [...composer.querySelectorAll("[name=visibility]")].find((each) => each.value === kind);
    if (radio && !radio.checked) {
      radio.checked = true;
      radio.dispatchEvent(new Event("input", { bubbles: true }));
    }
    composer.elements.body.focus();
  };
  const follow = (key) => () => page.querySelector(`[data-key=${key}]`)?.click();
  window.staffKeys?.({
    r: () => write("customer"),
    n: () => write("internal"),
    s: () => openAt("#case_status"),
    a: () => openAt("#case_assigned_to"),
    p: () => openAt("#case_priority"),
    u: follow("u"),
    j: follow("j"),
  });

  if (!composer) return;
  const { body, uploads, seen, seen_status: seenStatus } = composer.elements;
  const changed = () => body.dispatchEvent(new Event("input", { bubbles: true }));

  /* ---------- Texts that are put in ---------- */
  const insert = (text) => {
    const before = body.value.slice(0, body.selectionStart);
    const gap = before && !/\s$/.test(before) ? "\n\n" : "";
    body.setRangeText(gap + text, body.selectionStart, body.selectionEnd, "end");
    changed();
    body.focus();
  };
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert-text]");
    if (button) insert(button.dataset.insertText);
  });
  const offerTexts = () => page.querySelectorAll("[data-insert-text]").forEach((button) => (button.hidden = false));
  offerTexts();
  page.addEventListener("desk:loaded", offerTexts);

  const toolbar = composer.querySelector("[data-toolbar]");
  toolbar.hidden = false;
  toolbar.addEventListener("mousedown", (event) => event.preventDefault()); /* the text keeps the focus */
  toolbar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const [from, to] = [body.selectionStart, body.selectionEnd];
    const text = body.value.slice(from, to);
    const { wrap, line } = button.dataset;
    if (wrap) body.setRangeText(wrap + text + wrap, from, to, "end");
    else if (line) body.setRangeText((text || "").replace(/^/gm, line), from, to, "end");
    else body.setRangeText(`[${text}](https://)`, from, to, "end");
    if (wrap && !text) body.selectionStart = body.selectionEnd = from + wrap.length;
    changed();
    body.focus();
  });

  /* ---------- Saved replies and macros ---------- */
  const replies = composer.querySelector("[data-replies]");
  const search = replies?.querySelector("[data-reply-search]");
  const entries = () => [...(replies?.querySelectorAll("[data-reply]") ?? [])];
  const use = (button) => {
    const reply = JSON.parse(button.dataset.reply);
    for (const name of ["status", "priority", "queue"]) if (reply[name]) composer.elements[name].value = reply[name];
    if (reply.assigns_me) composer.elements.assigns_me.checked = true;
    replies.open = false;
    search.value = "";
    filter();
    if (reply.visibility === "internal") write("internal");
    tellThen();
    insert(reply.text);
  };
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let any = false;
    for (const button of entries()) {
      const fits = words.every((word) => button.textContent.toLowerCase().includes(word));
      button.parentElement.hidden = !fits;
      any ||= fits;
    }
    replies.querySelector("[data-reply-none]").hidden = any;
  };
  search?.addEventListener("input", filter);
  search?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); /* the field belongs to the composer's form: nothing is sent from here */
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey) return;
    const first = entries().find((button) => !button.parentElement.hidden);
    if (first) use(first);
  });
  replies?.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reply]");
    if (!button) return;
    event.preventDefault();
    use(button);
  });
  replies?.addEventListener("toggle", () => replies.open && search.focus());

  /* What is to happen with the message, in the words of what is chosen. */
  const then = composer.querySelector("[data-then]");
  const tellThen = () => {
    const words = ["status", "priority", "queue"].map((name) => composer.elements[name]).filter((field) => field.value)
      .map((field) => field.selectedOptions[0].textContent);
    const me = composer.elements.assigns_me;
    if (me.checked) words.push(me.closest("label").textContent.trim());
    const line = then.querySelector("[data-then-words]");
    line.textContent = words.join(" · ") || line.dataset.none;
    then.classList.toggle("is-set", words.length > 0);
  };
  then.addEventListener("change", tellThen);
  tellThen();

  /* ---------- Colleagues are named in notes ---------- */
  const names = composer.querySelector("[data-names]");
  let named = 0;
  const atName = () => body.value.slice(0, body.selectionStart).match(/(?:^|\s)@([^\n@]{0,40})$/);
  const closeNames = () => {
    named += 1;
    names.hidden = true;
    body.removeAttribute("aria-activedescendant");
  };
  const choose = (option) => {
    const typed = atName();
    if (typed) body.setRangeText(`${option.textContent} `, body.selectionStart - typed[1].length, body.selectionStart, "end");
    closeNames();
    changed();
    body.focus();
  };
  const mark = (option) => {
    names.querySelectorAll("[aria-selected=true]").forEach((other) => other.setAttribute("aria-selected", "false"));
    option?.setAttribute("aria-selected", "true");
    if (option) body.setAttribute("aria-activedescendant", option.id);
  };
  const suggest = async () => {
    const typed = atName();
    const isNote = composer.elements.visibility.value === "internal";
    if (!typed || !isNote) return closeNames();
    const number = (named += 1);
    const answer = await fetch(`${composer.dataset.colleagues}?${new URLSearchParams({ q: typed[1] })}`).catch(() => null);
    if (number !== named || !answer?.ok || answer.redirected) return;
    const found = (await answer.json()).names;
    names.replaceChildren(...found.map((name, place) => {
      const option = document.createElement("li");
      option.id = `name-${place}`;
      option.role = "option";
      option.textContent = name;
      option.setAttribute("aria-selected", "false");
      option.addEventListener("mousedown", (event) => event.preventDefault());
      option.addEventListener("click", () => choose(option));
      return option;
    }));
    names.hidden = !found.length || found.some((name) => typed[1].trimEnd() === name);
    mark(names.firstElementChild);
  };
  body.addEventListener("input", suggest);
  body.addEventListener("blur", () => setTimeout(closeNames, 150));

  /* ---------- Keys in the text ---------- */
  body.addEventListener("keydown", (event) => {
    if (!names.hidden) {
      const current = names.querySelector("[aria-selected=true]");
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        mark((event.key === "ArrowDown" ? current?.nextElementSibling : current?.previousElementSibling) ?? current);
        return;
      }
      if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && current) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return choose(current);
      }
      if (event.key === "Escape") {
        event.stopPropagation();
        return closeNames();
      }
    }
    if (event.key === "/" && !body.value && replies) {
      event.preventDefault();
      replies.open = true;
      search.focus(); /* at once: the agent types on */
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && (event.shiftKey || event.altKey)) {
      event.preventDefault();
      composer.requestSubmit(composer.querySelector(`[data-send=${event.altKey ? "resolve" : "next"}]`));
    }
  });

  /* ---------- The draft: kept when typing pauses, with each beat, and before anything of the page is sent ---------- */
  const PAUSE = 1500;
  const BEAT = 20000;
  const note = composer.querySelector("[data-draft-note]");
  const banner = composer.querySelector("[data-banner]");
  let unsaved = false;
  let leaving = false;
  let wasSignedOut = false;
  let waiting = 0;

  const showNews = ({ banner: words, newest }) => {
    const news = newest > Number(seen.value) ? composer.dataset.newer : "";
    banner.textContent = [words, news].filter(Boolean).join(" ");
    banner.hidden = !banner.textContent;
    if (news) refresh();
  };
  const tell = async (options) => {
    const fields = { writing: body.value.trim() ? "yes" : "no", seen_status: seenStatus.value };
    if (unsaved) {
      const { visibility, status, priority, queue, assigns_me: me } = composer.elements;
      Object.assign(fields, { body: body.value, visibility: visibility.value, status: status.value, priority: priority.value, queue: queue.value });
      if (me.checked) fields.assigns_me = "on";
    }
    if (wasSignedOut) await renewToken();
    const answer = await post(composer.dataset.composing, fields, options);
    wasSignedOut = answer.type === "opaqueredirect";
    return answer.status === 403 && (await renewToken()) ? post(composer.dataset.composing, fields, options) : answer;
  };
  /* Whether all that is typed is on the server. */
  const save = async (options) => {
    clearTimeout(waiting);
    const isNew = unsaved;
    try {
      const sent = body.value;
      const answer = await tell(options);
      if (!answer.ok) {
        note.textContent = wasSignedOut ? composer.dataset.signedOut : composer.dataset.failed;
        return false;
      }
      if (sent === body.value) unsaved = false;
      if (isNew) note.textContent = body.value.trim() ? composer.dataset.saved : "";
      showNews(await answer.json());
      return !unsaved;
    } catch {
      note.textContent = composer.dataset.failed;
      return false;
    }
  };
  composer.addEventListener("input", (event) => {
    if (event.target === uploads || event.target === search || event.target.name === "later_at") return;
    unsaved = true;
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE);
  }, true);
  setInterval(() => {
    if (!document.hidden && !leaving) save();
  }, BEAT);
  body.addEventListener("input", () => save(), { once: true });
  addEventListener("beforeunload", (event) => {
    if (leaving || !(unsaved || uploads.files.length)) return;
    save({ keepalive: true });
    event.preventDefault();
  });

  /* Each form of the page is sent once what is typed is kept; then it is sent as it was meant to be. */
  let isKept = false;
  let isBusy = false;
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    if (form.method !== "post" || isKept || form === properties || form.matches("[data-steps]")) return;
    if (form !== composer && !unsaved) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isBusy) return;
    isBusy = true;
    unsaved ||= form === composer && Boolean(body.value.trim());
    if (await save()) {
      isKept = true;
      leaving = form === composer;
      form.requestSubmit(submitter);
      isKept = false;
    }
    isBusy = false;
  }, true);
  addEventListener("pageshow", () => (leaving = isBusy = false));
})();
