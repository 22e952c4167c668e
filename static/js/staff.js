/* The administration's own: every page works without this file. */
(() => {
  "use strict";

  /* What answers with a file leaves the page where it is: its buttons must stay usable. */
  document.querySelectorAll("#changelist-form, form[target], form:has([formtarget])").forEach((form) => form.setAttribute("data-resubmit", ""));

  /* A menu near the right edge opens to the left. */
  document.addEventListener("toggle", (event) => {
    const panel = event.target.matches?.(".filter-menu, .deeds-menu") && event.target.open && event.target.querySelector(".menu-panel");
    if (!panel) return;
    panel.classList.remove("is-end");
    panel.classList.toggle("is-end", panel.getBoundingClientRect().right > document.documentElement.clientWidth - 8);
  }, true);

  /* The palette: the page of "Find" in a window of its own. */
  const palette = document.getElementById("palette");
  if (!palette) return;
  const field = palette.querySelector("input");
  const found = palette.querySelector(".palette-found");
  let asked = 0;
  let wait = 0;
  const ask = async () => {
    const number = ++asked;
    const text = field.value.trim();
    if (!text) return found.replaceChildren();
    const answer = await fetch(`${palette.dataset.url}?${new URLSearchParams({ q: text })}`, { headers: { "X-Palette": "1" } }).catch(() => null);
    if (number !== asked || !answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    found.replaceChildren(...page.body.childNodes);
  };
  field.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(ask, 160);
  });
  palette.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [field, ...found.querySelectorAll("a")];
    const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    event.preventDefault();
    next?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (!palette.open) palette.showModal();
    field.select();
  });
})();
