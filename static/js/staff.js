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

  /* Many choices: a field narrows them. What is chosen stays in view. */
  document.querySelectorAll("[data-picker]").forEach((picker) => {
    const labels = [...picker.querySelectorAll("label")];
    if (labels.length < 13) return;
    const bar = document.createElement("div");
    const find = document.createElement("input");
    const count = document.createElement("span");
    bar.className = "picker-find";
    find.type = "search";
    find.placeholder = picker.dataset.find;
    find.setAttribute("aria-label", picker.dataset.find);
    const tell = () => (count.textContent = `${picker.querySelectorAll(":checked").length} / ${labels.length}`);
    find.addEventListener("input", () => {
      const wanted = find.value.trim().toLowerCase();
      labels.forEach((label) => {
        const group = label.closest(".picker-group")?.querySelector("legend").textContent ?? "";
        label.hidden = !`${group} ${label.textContent}`.toLowerCase().includes(wanted) && !label.querySelector(":checked");
      });
      picker.querySelectorAll(".picker-group").forEach((group) => (group.hidden = !group.querySelector("label:not([hidden])")));
    });
    find.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    picker.addEventListener("change", tell);
    bar.append(find, count);
    picker.prepend(bar);
    tell();
  });

  /* A picker of a package has no name of its own: it takes that of its field. */
  const nameSelections = () => document.querySelectorAll(".select2-selection:not([aria-label], [data-named])").forEach((selection) => {
    const select = selection.closest(".select2-container").previousElementSibling;
    const label = select?.labels?.[0]?.textContent ?? select?.getAttribute("aria-label");
    selection.dataset.named = "yes";
    if (!label) return;
    for (const part of [selection, ...selection.querySelectorAll("[role=textbox], .select2-search__field")]) {
      part.setAttribute("aria-label", label.trim().replace(/:$/, ""));
      part.removeAttribute("aria-labelledby");
    }
  });
  addEventListener("load", () => setTimeout(nameSelections));
  document.addEventListener("formset:added", () => setTimeout(nameSelections));

  /* A form that was changed and not saved asks before it is left. */
  const form = document.querySelector(".change-form #content-main > form:has(.submit-row [name=_save])");
  if (form) {
    const typed = () => JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrf").map(([name, value]) => [name, value instanceof File ? `${value.name}/${value.size}` : value]));
    let atFirst = "";
    let leaving = false;
    addEventListener("load", () => setTimeout(() => (atFirst = form.querySelector(".errornote") ? "refused" : typed())));
    form.addEventListener("submit", (event) => (leaving = event.submitter?.formTarget !== "_blank"));
    addEventListener("pageshow", () => (leaving = false));
    addEventListener("beforeunload", (event) => {
      if (!leaving && atFirst && typed() !== atFirst) event.preventDefault();
    });
  }

  /* What is typed is shown as its readers will see it; the button does the same on a page of its own. */
  document.querySelectorAll("[data-live-preview]").forEach((button) => {
    const shown = document.getElementById(button.dataset.livePreview);
    let asked = 0;
    let wait = 0;
    const ask = async () => {
      const number = ++asked;
      const data = new FormData(button.form);
      if (button.name) data.append(button.name, button.value);
      const answer = await fetch(button.formAction, { method: "POST", body: data }).catch(() => null);
      if (number !== asked || !answer?.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById(shown.id) ?? page.querySelector("main");
      if (found) shown.replaceChildren(...found.childNodes);
    };
    button.form.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(ask, 400);
    });
  });

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
