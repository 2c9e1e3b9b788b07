// Keys, shown where they work: Ctrl or Cmd K searches, / goes to the coach, j and k walk the history, ? shows them all.
const dialog = document.getElementById("keys");
const isTyping = (element) => element?.matches?.("input, textarea, select, [contenteditable]");

function toSearch() {
  const field = document.querySelector(".bar .find input, [data-search]");
  if (field?.offsetParent) { field.focus(); field.select(); return true; }
  const link = document.querySelector(".find-link");
  if (link) { link.click(); return true; }
  return false;
}

function toCoach() {
  const field = document.querySelector("[data-composer] textarea");
  if (!field) return false;
  if (!field.offsetParent) document.dispatchEvent(new CustomEvent("coach:open-sheet", { detail: "coach" }));
  field.focus();
  return true;
}

function walk(step) {
  const tickets = [...document.querySelectorAll(".history-list .ticket")];
  if (!tickets.length) return false;
  const at = tickets.findIndex((ticket) => ticket === document.activeElement || (!tickets.includes(document.activeElement) && ticket.matches("[aria-current]")));
  const next = tickets[Math.max(0, Math.min(tickets.length - 1, at + step))] ?? tickets[0];
  next.focus();
  return true;
}

const follow = (selector) => { const link = document.querySelector(selector); link?.click(); return Boolean(link); };

const single = {
  "/": toCoach,
  "?": () => { if (!dialog || dialog.open) return false; dialog.showModal(); return true; },
  j: () => walk(1),
  k: () => walk(-1),
  n: () => follow('.steps a[rel="next"]'),
  p: () => follow('.steps a[rel="prev"]'),
  d: () => { const form = document.querySelector("[data-done]"); form?.requestSubmit(); return Boolean(form); },
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
    if (toSearch()) event.preventDefault();
    return;
  }
  if (event.key === "Escape" && isTyping(document.activeElement)) { document.activeElement.blur(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (single[event.key]?.()) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-shows-keys]")) dialog?.showModal();
  if (event.target.closest?.("[data-closes-dialog]")) event.target.closest("dialog")?.close();
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});

if (/Mac|iPhone|iPad/.test(navigator.platform)) for (const key of document.querySelectorAll("kbd[data-mac]")) key.textContent = key.dataset.mac;
