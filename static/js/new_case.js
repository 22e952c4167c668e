/* Opening a case: answers are suggested and read in place. Without this file the page works as a plain form. */
(() => {
  "use strict";

  const FEWEST_LETTERS = 3;
  const form = () => document.getElementById("new-case");
  const answers = () => document.getElementById("case-suggestions");

  /* Suggestions */
  const forget = () => {
    answers().replaceChildren();
    document.getElementById("case-suggestions-count").textContent = "";
  };
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id !== "case-subject") return;
    const words = form().elements.subject.value.trim();
    if (words.length < FEWEST_LETTERS) {
      event.preventDefault();
      forget();
    }
    event.detail.parameters.q = words;
    event.detail.parameters.for = "case";
  });
  document.addEventListener("keydown", (event) => {
    const subject = form()?.elements.subject;
    if (event.key !== "Escape" || document.querySelector("dialog[open]") || !answers()?.children.length) return;
    if (event.target === subject || answers().contains(event.target)) {
      forget();
      subject.focus();
    }
  });

  /* of an article, a discussion or a case: what there is to read */
  const READABLE = ".prose-article, .promise, .conversation";
  const noteReading = (url) => {
    const { csrfmiddlewaretoken, acting_as: actingAs } = form().elements;
    const body = new URLSearchParams({ url, csrfmiddlewaretoken: csrfmiddlewaretoken.value, acting_as: actingAs.value });
    fetch(form().dataset.read, { method: "POST", body, keepalive: true }).catch(() => {});
  };
  const openInPlace = (link) => {
    const dialog = document.getElementById("answer");
    const [page, follow] = [dialog.querySelector("[data-as-page]"), dialog.querySelector("[data-follow]")];
    dialog.querySelector("h2").textContent = link.textContent;
    dialog.querySelector("[name=url]").value = link.getAttribute("href");
    dialog.querySelector("[data-solved]").hidden = "case" in link.dataset;
    page.href = link.href;
    follow.hidden = !link.dataset.case;
    follow.setAttribute("formaction", link.dataset.case ?? "");
    document.getElementById("answer-text").replaceChildren();
    dialog.showModal();
    htmx.ajax("GET", link.href, { target: "#answer-text", select: READABLE, swap: "innerHTML" });
  };
  document.addEventListener("click", (event) => {
    if (!form()) return;
    if (event.target.closest("[data-close-answers]")) {
      forget();
      form().elements.subject.focus();
    }
    const suggestion = event.target.closest("[data-suggestion]");
    if (!suggestion) return;
    noteReading(suggestion.dataset.suggestion || suggestion.getAttribute("href"));
    if (suggestion.matches("[data-answer]") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      openInPlace(suggestion);
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.target?.id === "answer-text") document.getElementById("answer").close();
  });

  /* Whoever follows another case instead takes along what they typed. */
  document.addEventListener("submit", ({ target }) => {
    const typed = form()?.elements.description;
    if (target.id !== "follow-instead" || !typed) return;
    const taken = Object.assign(document.createElement("input"), { type: "hidden", name: "description", value: typed.value });
    target.append(taken);
  }, true);

  /* Many colleagues: type to find one. */
  const prepare = (root) => root.querySelectorAll("[data-filter]").forEach((box) => (box.hidden = false));
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-filter]")) return;
    const words = event.target.value.trim().toLocaleLowerCase();
    event.target.closest("details").querySelectorAll(".choices > div > div, .choices > div > label").forEach((choice) => {
      choice.hidden = !choice.textContent.toLocaleLowerCase().includes(words);
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-filter]")) event.preventDefault();
  });
  prepare(document);
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));

  /* What is typed or chosen while the form is fetched anew for another type or product is put back into what comes. */
  const changed = new Map();
  const noteChange = ({ target }) => {
    if (target.name && target.form === form()) changed.set(target.name, target);
  };
  const takes = (control, value) => control.type !== "select-one" || [...control.options].some((option) => option.value === value);
  const putBack = (before, name) => {
    const now = form()?.elements[name];
    if (now && !before.isConnected && takes(now, before.value)) now.value = before.value;
  };
  document.addEventListener("input", noteChange);
  document.addEventListener("change", noteChange);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id === "case-choices") changed.clear();
  });
  document.addEventListener("htmx:afterSwap", () => changed.forEach(putBack));
})();
