/* Enhancements of an agent's case page: everything works without them. */
(() => {
  "use strict";

  const composer = document.getElementById("composer");
  if (!composer) return;
  const body = composer.elements.body;
  const token = composer.elements.csrfmiddlewaretoken.value;
  const post = (url, fields) => fetch(url, {
    method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams(fields), credentials: "same-origin",
  });

  /* Texts are put in where the cursor is. */
  const insert = (text) => {
    const before = body.value.slice(0, body.selectionStart);
    const gap = before && !/\s$/.test(before) ? "\n\n" : "";
    body.setRangeText(gap + text, body.selectionStart, body.selectionEnd, "end");
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

  /* Who else is writing? Asked every 20 seconds while the page is looked at. */
  const banner = composer.querySelector("[data-banner]");
  const beat = async () => {
    if (document.hidden) return;
    try {
      const answer = await post(composer.dataset.composing, { writing: body.value.trim() ? "yes" : "no" });
      if (!answer.ok) return;
      const { banner: names, newest } = await answer.json();
      const news = newest > Number(composer.elements.seen.value) ? composer.dataset.newer : "";
      banner.textContent = [names, news].filter(Boolean).join(". ");
      banner.hidden = !banner.textContent;
    } catch { /* the next beat tries again */ }
  };
  setInterval(beat, 20000);
  body.addEventListener("input", beat, { once: true });

  /* Send once. */
  composer.addEventListener("submit", (event) => {
    if (composer.dataset.sent) event.preventDefault();
    composer.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => delete composer.dataset.sent);
})();
