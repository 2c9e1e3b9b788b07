// The sets of questions by keyboard: j and k walk, n opens what is new, r runs, d drafts, a takes what was asked, u undoes.
const isTyping = (element) => element?.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-row]")];

function walk(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(document.activeElement);
  all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + step))].focus();
  return true;
}

function press(key) {
  const found = document.querySelector(`[data-key="${key}"]`);
  if (!found) return false;
  if (found.matches("summary")) {
    found.parentElement.open = true;
    found.parentElement.querySelector("input:not([type=hidden]), textarea")?.focus();
  } else found.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const did = event.key === "j" ? walk(1) : event.key === "k" ? walk(-1) : "nrdau".includes(event.key) && press(event.key);
  if (did) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true);
