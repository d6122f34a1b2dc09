"use strict";
// Keyboard, the row that is selected in the queue, dialogs, notices. Pictures are in viewer.js.

let selected = null;

function rows() {
  return [...document.querySelectorAll(".queue tr[data-href]")];
}

function select(row) {
  rows().forEach((each) => each.classList.toggle("at", each === row));
  selected = row ? row.id : null;
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.id === selected);
  const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
  select(next);
  next.scrollIntoView({ block: "nearest" });
}

function notice(words) {
  const message = document.createElement("p");
  message.className = "message";
  message.textContent = words;
  const place = document.getElementById("notices");
  place.replaceChildren(message);
  setTimeout(() => message.remove(), 8000);
}

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) openDialog(opener.dataset.open);
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a")) location.href = row.dataset.href;
});

// A row that was selected stays so when the queue refreshes itself under it.
// (Settling comes last: until then htmx puts old attributes back.)
document.addEventListener("htmx:afterSettle", () => {
  const row = selected && document.getElementById(selected);
  if (row) select(row);
});

let offline = false;
document.addEventListener("htmx:sendError", () => {
  if (!offline) notice("The server does not answer; what you see may be old.");
  offline = true;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) offline = false;
});
document.addEventListener("htmx:responseError", (event) => {
  let words = event.detail.xhr.statusText;
  try { words = JSON.parse(event.detail.xhr.responseText).detail; } catch { /* no problem document */ }
  notice(words);
});

// Taking a decision back: the link's `#again` unfolds the form.
function unfold() {
  const again = document.getElementById("decide-again");
  if (location.hash !== "#again" || !again) return;
  again.open = true;
  again.querySelector("input[type=radio]")?.focus({ preventScroll: true });
}
window.addEventListener("hashchange", unfold);
document.addEventListener("DOMContentLoaded", unfold);

function press(target) {
  target.closest("details")?.setAttribute("open", "");
  if (target.type === "radio") { target.checked = true; target.focus(); }
  else if (target.tagName === "A") target.click();
  else target.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    document.getElementById("decide")?.requestSubmit();
    return;
  }
  if (event.target.matches("input:not([type=radio]):not([type=range]), textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (event.target.matches("[role=button]") && (key === "enter" || key === " ")) {
    event.preventDefault();
    event.target.click();
    return;
  }
  if (key === "?") openDialog("shortcuts");
  else if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === "enter" && selected && event.target === document.body) location.href = document.getElementById(selected).dataset.href;
  else if (window.pictureKey?.(key)) event.preventDefault();
  else {
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return;
    event.preventDefault();
    press(target);
  }
});

// Languages: choosing is enough; the button is for browsers without scripts.
document.querySelectorAll("form.language").forEach((form) => {
  form.querySelector("button").hidden = true;
  form.querySelector("select").addEventListener("change", () => form.submit());
});
