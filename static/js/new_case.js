/* Opening a case: answers are suggested and read in place, and what is typed is kept. Without this file the page works as a plain form. */
(() => {
  "use strict";

  const FEWEST_LETTERS = 3;
  const PAUSE = 1500;
  const form = () => document.getElementById("new-case");
  const answers = () => document.getElementById("case-suggestions");

  /* The session may be over without the page knowing: what was typed waits in this window until the same person is back. */
  const PARKED = "new-case";
  const park = () => sessionStorage.setItem(PARKED, typed().toString());
  const unpark = async () => {
    const parked = new URLSearchParams(sessionStorage.getItem(PARKED) ?? "");
    sessionStorage.removeItem(PARKED);
    const { csrfmiddlewaretoken, acting_as: actingAs, submission } = form().elements;
    if (parked.get("acting_as") !== actingAs.value || parked.get("submission") === submission.value) return;
    parked.set("csrfmiddlewaretoken", csrfmiddlewaretoken.value);
    const answer = await fetch(form().dataset.keep, { method: "POST", body: parked }).catch(() => null);
    /* not saved: it had been sent */
    if (answer?.ok && (await answer.json()).saved) location.replace(form().action);
  };

  /* Draft: saved when typing pauses and when the page is left, with everything but the files. */
  let waiting = 0;
  let unsaved = false;
  let saving = null;

  const typed = () => {
    const data = new FormData(form());
    data.delete("uploads");
    return new URLSearchParams(data);
  };
  const note = (word) => {
    const place = document.querySelector("[data-keep-note]");
    if (place) place.textContent = place.dataset[word] ?? "";
  };
  const signedOut = () => {
    park();
    note("signedOut");
  };
  const save = async (isLast) => {
    unsaved = false;
    saving = new AbortController();
    try {
      const request = { method: "POST", body: typed(), redirect: "manual", keepalive: isLast, signal: saving.signal };
      const answer = await fetch(form().dataset.keep, request);
      if (answer.type === "opaqueredirect") return signedOut();
      if (answer.ok) sessionStorage.removeItem(PARKED);
      note(answer.ok ? "saved" : "failed");
    } catch (error) {
      if (error.name !== "AbortError") note("failed");
    }
  };
  const stopSaving = () => {
    clearTimeout(waiting);
    unsaved = false;
    saving?.abort();
  };
  document.addEventListener("input", (event) => {
    if (event.target.form !== form() || !event.target.name || event.target.type === "file") return;
    unsaved = true;
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE, false);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-discards]")) stopSaving();
    if (event.target !== form()) return;
    stopSaving();
    park();
  }, true);
  addEventListener("pagehide", () => {
    if (unsaved && form()) save(true);
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const path = (address) => new URL(address, location.href).pathname;
    if (!form() || path(event.detail.xhr.responseURL) === path(event.detail.pathInfo.requestPath)) return;
    event.detail.shouldSwap = false;
    document.getElementById("answer").close();
    signedOut();
  });

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

  const noteReading = (url) => {
    const { csrfmiddlewaretoken, acting_as: actingAs } = form().elements;
    const body = new URLSearchParams({ url, csrfmiddlewaretoken: csrfmiddlewaretoken.value, acting_as: actingAs.value });
    fetch(form().dataset.read, { method: "POST", body, keepalive: true }).catch(() => {});
  };
  const openInPlace = (link) => {
    const dialog = document.getElementById("answer");
    dialog.querySelector("h2").textContent = link.textContent;
    dialog.querySelector("[name=url]").value = link.getAttribute("href");
    document.getElementById("answer-text").replaceChildren();
    dialog.showModal();
    htmx.ajax("GET", link.href, { target: "#answer-text", select: ".prose-article", swap: "innerHTML" });
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
  if (sessionStorage.getItem(PARKED)) unpark();
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
})();
