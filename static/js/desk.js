/*
 * Keys of the agents' workspace, the dialog that tells them, and the list of cases. Everything but the keys works without this
 * script.
 *
 * staffKeys({j: next, ...}): what single keys do on this page. They do nothing in fields, with a modifier, while a dialog is
 * open, and once somebody has switched them off (WCAG 2.1.4). Used by desk-case.js, too.
 */
(() => {
  "use strict";

  const OFF = "staff-single-keys-off";
  const dialog = document.querySelector("[data-desk-keys]");

  const kept = (value) => {
    try {
      if (value === undefined) return localStorage.getItem(OFF) === "1";
      return value ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF);
    } catch {
      return false; // a browser that keeps nothing
    }
  };

  const isField = (element) =>
    element.closest("input:not([type=checkbox], [type=radio], [type=submit], [type=button]), textarea, select, [contenteditable=true]");

  const openHelp = () => {
    if (!dialog || dialog.open) return;
    dialog.querySelector("[data-desk-single]").checked = !kept();
    dialog.showModal();
  };

  window.staffKeys = (bindings) => {
    const keys = { "?": openHelp, ...bindings };
    /* before the portal's own keys are asked: "/" means the list's search here, and nothing once keys are off */
    const pressed = (event) => {
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
      if (isField(event.target)) {
        if (event.key === "Escape") event.target.blur();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act = Object.hasOwn(keys, event.key) && keys[event.key];
      if (!act) return;
      event.stopPropagation();
      if (kept() && event.key !== "?" && event.key !== "Enter") return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener("keydown", pressed, true);
  };

  for (const button of document.querySelectorAll("[data-desk-help]")) button.addEventListener("click", openHelp);
  dialog?.querySelector("[data-desk-single]").addEventListener("change", (event) => kept(!event.target.checked));
  dialog?.querySelector("[data-desk-close]").addEventListener("click", () => dialog.close());

  /* ---------- the list ---------- */
  const list = document.querySelector(".desk");
  if (!list) return;
  const body = list.querySelector(".desk-rows tbody");
  const search = list.querySelector("#desk-q");
  const links = () => [...list.querySelectorAll(".desk-case > a")];
  const boxes = () => [...list.querySelectorAll("tbody .desk-pick input")];
  let current = null;
  list.querySelector(".desk-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

  const go = (link) => {
    current?.closest("tr").classList.remove("is-current");
    current = link;
    link.closest("tr").classList.add("is-current");
    link.focus({ preventScroll: true });
    link.closest("tr").scrollIntoView({ block: "nearest" });
  };

  const step = async (by) => {
    const all = links();
    if (!all.length) return;
    const at = all.indexOf(current);
    if (at < 0) return go(by > 0 ? all[0] : all.at(-1));
    if (by > 0 && at === all.length - 1) await more();
    const next = links()[at + by];
    if (next) go(next);
  };

  /* the next page is put below this one; where that fails, its link leads there */
  const more = async (event) => {
    const link = list.querySelector("[data-desk-older]");
    if (!link || !body || link.dataset.busy) return;
    event?.preventDefault();
    link.dataset.busy = "1";
    try {
      const answer = await fetch(link.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const rows = page.querySelectorAll(".desk-rows tbody > tr");
      if (!answer.ok || !rows.length) throw new Error("no rows");
      const wasFocused = document.activeElement === link;
      const last = links().at(-1);
      body.append(...rows);
      const older = page.querySelector("[data-desk-older]");
      if (older) link.href = older.getAttribute("href");
      else link.parentElement.remove();
      if (wasFocused) go(links()[links().indexOf(last) + 1]);
      delete link.dataset.busy;
    } catch {
      location.assign(link.href);
    }
  };
  list.addEventListener("click", (event) => {
    if (event.target.closest("[data-desk-older]") && !event.ctrlKey && !event.metaKey && !event.shiftKey) more(event);
  });

  const chosen = list.querySelector("[data-desk-chosen]");
  const whole = list.querySelector("[data-desk-all]");
  const count = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    if (chosen) chosen.textContent = !ticked ? "" : ticked === 1 ? chosen.dataset.one : chosen.dataset.many.replace("#", ticked);
    if (whole) {
      whole.checked = ticked > 0 && ticked === boxes().length;
      whole.indeterminate = ticked > 0 && !whole.checked;
    }
  };
  if (whole) {
    whole.hidden = false;
    whole.addEventListener("change", () => {
      for (const box of boxes()) box.checked = whole.checked;
      count();
    });
  }
  body?.addEventListener("change", count);
  body?.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr");
    if (!row || current?.closest("tr") === row) return;
    current?.closest("tr").classList.remove("is-current");
    row.classList.add("is-current");
    current = row.querySelector(".desk-case > a");
  });
  count(); // a browser keeps ticks when one comes back

  const near = () => current?.closest("tr").querySelector(".desk-pick input");
  window.staffKeys({
    j: () => step(1),
    k: () => step(-1),
    x: () => near()?.click(),
    a: () => {
      const box = near();
      if (box && !boxes().some((each) => each.checked)) box.click();
      list.querySelector(".desk-deeds button")?.focus();
    },
    "/": () => {
      search.focus();
      search.select();
    },
    Enter: (event) => {
      const link = event.target.closest("a, button, summary");
      if (link) link.click();
      else current?.click();
    },
  });

  /* a menu is closed by Escape and by a click beside it */
  for (const menu of list.querySelectorAll(".desk-more")) {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    document.addEventListener("click", (event) => {
      if (menu.open && !menu.contains(event.target)) menu.open = false;
    });
  }
})();
