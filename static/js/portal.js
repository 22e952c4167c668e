/* Enhancements only: every page works without this file. No framework, no inline code, no eval. */
(() => {
  "use strict";

  /* Before htmx looks at the page: both are deferred, and it waits for the whole document. */
  if (window.htmx) {
    Object.assign(window.htmx.config, {
      includeIndicatorStyles: false,
      allowEval: false,
      allowScriptTags: false,
      selfRequestsOnly: true,
      historyCacheSize: 0,
      refreshOnHistoryMiss: true,
      timeout: 20000,
    });
  }

  const each = (selector, root, action) => root.querySelectorAll(selector).forEach(action);
  const words = () => document.getElementById("toasts")?.dataset ?? {};

  /* Submit once. A button's name and value have been collected by the time the timeout runs. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.getAttribute("method")?.toLowerCase() !== "post" || form.hasAttribute("data-resubmit") || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => {
      for (const button of form.elements) {
        if (button.type === "submit" && !button.disabled) {
          button.disabled = true;
          button.classList.add("is-busy");
        }
      }
    });
  });
  addEventListener("pageshow", () => {
    each("form[data-sent]", document, (form) => {
      delete form.dataset.sent;
      each(".is-busy", form, (button) => {
        button.disabled = false;
        button.classList.remove("is-busy");
      });
    });
  });

  /* Menus: one open at a time; a click elsewhere or Escape closes. */
  const openMenus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });

    const target = event.target.closest("[data-dismiss], [data-close], [data-reveal], [data-print], [data-back]");
    if (!target) return;

    if (target.matches("[data-dismiss]")) {
      target.closest(".callout").remove();
    } else if (target.matches("[data-close]")) {
      target.closest("dialog").close();
    } else if (target.matches("[data-reveal]")) {
      const input = document.getElementById(target.dataset.reveal);
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      target.setAttribute("aria-pressed", String(shown));
    } else if (target.matches("[data-print]")) {
      print();
    } else if (history.length > 1) {
      event.preventDefault();
      history.back();
    }
  });
  document.addEventListener("click", (event) => {
    /* a click on the backdrop has the dialog itself as its target */
    if (event.target.matches("dialog[open]")) event.target.close();
  });
  document.addEventListener("focusout", (event) => {
    openMenus().forEach((menu) => {
      if (event.relatedTarget && menu.contains(event.target) && !menu.contains(event.relatedTarget)) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      openMenus().forEach((menu) => {
        menu.open = false;
        if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      });
      each(".suggestions", document, (list) => list.replaceChildren());
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const box = [...document.querySelectorAll("input[type=search]")].find((input) => input.checkVisibility());
      if (box) {
        event.preventDefault();
        box.focus();
        box.select();
      }
    }
  });

  /* Filters apply as soon as a choice is made with the mouse or a finger. Arrow keys pass through many values of a
     closed select, so from the keyboard the reader applies with Enter or the button. */
  let lastKey = "";
  addEventListener("keydown", (event) => (lastKey = event.key), true);
  addEventListener("pointerdown", () => (lastKey = ""), true);
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form && event.target.matches("select, [type=checkbox], [type=radio]") && (lastKey === "" || lastKey === "Enter")) form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    /* short, shareable addresses: leave out what was not filled in */
    if (event.target.matches("form[data-autosubmit]")) {
      const empty = [...event.target.elements].filter((control) => control.name && control.value === "");
      empty.forEach((control) => (control.disabled = true));
      setTimeout(() => empty.forEach((control) => (control.disabled = false)));
    }
  });

  /* Files: drop, paste, and a list with sizes from which a file can be taken out again. The plain input stays the one truth. */
  const size = (bytes) => {
    const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
    const step = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)), 3);
    return new Intl.NumberFormat(document.documentElement.lang, {
      style: "unit", unit: units[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: step > 1 ? 1 : 0,
    }).format(bytes / 1024 ** step);
  };
  /* without the marks that would let a name be read backwards */
  const plain = (name) => name.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "");

  const dropzone = (zone) => {
    const input = zone.querySelector("input[type=file]");
    const list = zone.querySelector(".dropzone-list");
    if (!input || !list || zone.dataset.ready) return;
    zone.dataset.ready = "yes";
    const limit = Number(zone.dataset.maxSize) || Infinity;
    const kinds = input.accept.split(",").filter((kind) => kind.startsWith("."));
    const refused = [...zone.parentElement.querySelectorAll(".field-error li")].map((line) => line.textContent.trim());
    let files = [...input.files];

    const complaint = (file) => {
      if (file.size > limit) return zone.dataset.tooBig;
      if (kinds.length && !kinds.some((kind) => file.name.toLowerCase().endsWith(kind))) return zone.dataset.wrongKind;
      if (!file.size) return zone.dataset.empty;
      return refused.some((line) => line.startsWith(file.name)) ? zone.dataset.refused : "";
    };
    const show = () => {
      const carrier = new DataTransfer();
      files.filter((file) => !complaint(file)).forEach((file) => carrier.items.add(file));
      input.files = carrier.files;
      list.replaceChildren(...files.map((file) => {
        const item = document.createElement("li");
        const name = document.createElement("bdi");
        const weight = document.createElement("span");
        const remove = document.createElement("button");
        const wrong = complaint(file);
        name.textContent = plain(file.name);
        weight.textContent = wrong ? `${size(file.size)} · ${wrong}` : size(file.size);
        weight.className = "dropzone-size";
        item.classList.toggle("is-refused", Boolean(wrong));
        remove.type = "button";
        remove.className = "btn btn-quiet btn-sm";
        remove.textContent = zone.dataset.remove;
        remove.setAttribute("aria-label", `${zone.dataset.remove}: ${plain(file.name)}`);
        remove.addEventListener("click", () => {
          files = files.filter((other) => other !== file);
          show();
          input.focus();
        });
        item.append(name, weight, remove);
        return item;
      }));
    };
    const add = (more) => {
      const known = new Set(files.map((file) => `${file.name}/${file.size}/${file.lastModified}`));
      const fresh = [...more].filter((file) => !known.has(`${file.name}/${file.size}/${file.lastModified}`));
      files = input.multiple ? files.concat(fresh) : fresh.slice(-1).concat(fresh.length ? [] : files);
      show();
    };

    input.addEventListener("change", () => add(input.files));
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("is-over");
    });
    zone.addEventListener("dragleave", (event) => {
      if (!zone.contains(event.relatedTarget)) zone.classList.remove("is-over");
    });
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("is-over");
      add(event.dataTransfer.files);
    });
    input.form?.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) {
        event.preventDefault();
        add(event.clipboardData.files);
      }
    });
    if (files.length) show();
  };

  /* A message about something that failed behind the page. */
  const toast = (text) => {
    const region = document.getElementById("toasts");
    const pattern = document.getElementById("toast-pattern");
    if (!region || !pattern) return;
    const callout = pattern.content.firstElementChild.cloneNode(true);
    callout.querySelector("[data-text]").textContent = text;
    region.replaceChildren(callout);
  };
  document.addEventListener("htmx:responseError", (event) => {
    /* suggestions that the reader may not have are no failure */
    if (event.detail.xhr.status === 403 && event.detail.target?.matches(".answers")) return;
    toast(event.detail.xhr.status === 429 ? words().busy : words().failed);
  });
  document.addEventListener("htmx:sendError", () => toast(words().offline));
  document.addEventListener("htmx:timeout", () => toast(words().offline));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) document.getElementById("toasts")?.replaceChildren();
  });

  /* Files on their way: show how far they are. Refused, the page is shown again with the files still chosen. */
  const replaceMain = (html, input) => {
    const main = new DOMParser().parseFromString(html, "text/html").querySelector("main");
    if (!main) return location.reload();
    const again = main.querySelector(`#${CSS.escape(input.id)}`);
    if (again) again.files = input.files;
    document.querySelector("main").replaceWith(main);
    enhance(main);
    window.htmx?.process(main);
    main.dispatchEvent(new CustomEvent("portal:replaced", { bubbles: true }));
  };
  const go = (address) => {
    const goal = new URL(address, location.href);
    const isThisPage = goal.pathname === location.pathname && goal.search === location.search;
    location.assign(goal);
    /* another place on this page: that alone would show nothing new */
    if (isThisPage) location.reload();
  };
  const send = (form, input, box) => {
    const request = new XMLHttpRequest();
    const bar = box.querySelector("progress");
    const finish = (text) => {
      box.hidden = true;
      delete form.dataset.sent;
      if (text) toast(text);
    };
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => (bar.value = (100 * event.loaded) / event.total));
    request.addEventListener("error", () => finish(words().offline));
    request.addEventListener("abort", () => finish());
    box.querySelector("[data-stop]")?.addEventListener("click", () => request.abort(), { once: true });
    request.addEventListener("load", () => {
      const goal = request.getResponseHeader("HX-Redirect");
      if (goal) go(goal);
      else if (request.responseURL !== form.action) go(request.responseURL);
      else if (request.status === 200) replaceMain(request.responseText, input);
      else finish(words().failed);
    });
    form.dataset.sent = "yes";
    bar.value = 0;
    box.hidden = false;
    request.send(new FormData(form));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const input = form.matches("form[data-progress]") && form.querySelector("input[type=file]");
    if (!input || event.submitter?.name === "step" || !input.files.length) return;
    event.preventDefault();
    if (!form.dataset.sent) send(form, input, form.querySelector("[data-upload]"));
  }, true);

  const enhance = (root) => {
    each("[data-dropzone]", root, dropzone);
    each("[data-reveal], [data-print], [data-back]", root, (button) => (button.hidden = false));
    /* what scrolls sideways must be reachable with the keyboard */
    each(".prose table, .table-wrap", root, (box) => {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    });
    root.querySelector(".error-summary")?.focus();
  };
  enhance(document);
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) enhance(event.detail.elt);
  });
})();
