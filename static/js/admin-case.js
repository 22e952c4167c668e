/* Enhancements of an agent's case page: everything works without them. Files, quoting and Ctrl+Enter are those of portal.js. */
(() => {
  "use strict";

  const composer = document.getElementById("composer");
  if (!composer) return;
  const PAUSE = 1500;
  const BEAT = 20000;
  const { body, uploads, seen, seen_status: seenStatus } = composer.elements;
  const token = () => composer.elements.csrfmiddlewaretoken.value;
  const post = (url, fields, options) => fetch(url, {
    method: "POST", headers: { "X-CSRFToken": token() }, body: new URLSearchParams(fields), credentials: "same-origin", redirect: "manual", ...options,
  });
  const changed = () => body.dispatchEvent(new Event("input", { bubbles: true }));

  /* Texts are put in where the cursor is. */
  const insert = (text) => {
    const before = body.value.slice(0, body.selectionStart);
    const gap = before && !/\s$/.test(before) ? "\n\n" : "";
    body.setRangeText(gap + text, body.selectionStart, body.selectionEnd, "end");
    changed();
    body.focus();
  };
  const choice = composer.querySelector("[data-insert-select]");
  composer.querySelector("[data-insert-button]")?.addEventListener("click", (event) => {
    event.preventDefault();
    const text = choice.selectedOptions[0]?.dataset.text;
    if (text) insert(text);
    choice.value = "";
  });
  document.querySelectorAll("[data-insert-text]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => insert(button.dataset.insertText));
  });

  /* Preview in place. When that fails, the button does what it does without a script. */
  const box = composer.querySelector("[data-preview-box]");
  const look = composer.querySelector("[data-preview-button]");
  const showPreview = async (event) => {
    event.preventDefault();
    try {
      const answer = await post(composer.dataset.preview, { body: body.value });
      if (!answer.ok) throw new Error(String(answer.status));
      box.innerHTML = await answer.text();
      box.hidden = false;
    } catch {
      look.removeEventListener("click", showPreview);
      look.click();
    }
  };
  look.addEventListener("click", showPreview);

  /* The draft: kept when typing pauses, with each beat, and before anything of the page is sent. */
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
  };
  /* Whoever signed in again in another tab has another token. */
  const renewToken = async () => {
    const answer = await fetch(composer.dataset.page, { redirect: "manual" });
    if (!answer.ok) return false;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#composer [name=csrfmiddlewaretoken]");
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => (field.value = fresh?.value ?? field.value));
    return Boolean(fresh);
  };
  const tell = async (options) => {
    const fields = { writing: body.value.trim() ? "yes" : "no", seen_status: seenStatus.value };
    if (unsaved) {
      const { visibility, status } = composer.elements;
      Object.assign(fields, { body: body.value, visibility: visibility.value, status: status.value });
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
    if (event.target === uploads || event.target === choice) return;
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
    if (form.method !== "post" || isKept) return;
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

  /* The address leads to the composer, which takes the focus from its errors. */
  addEventListener("load", () => setTimeout(() => composer.querySelector(".error-summary")?.focus()));
})();
