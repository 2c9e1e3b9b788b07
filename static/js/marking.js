// Marks by one key: a keeps what was proposed, a digit gives that many, j and k walk the queue.
const isTyping = (element) => element?.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]") || !document.querySelector("main.marking")) return;
  const name = /^[0-9]$/.test(event.key) ? `[data-mark="${event.key}"]` : /^[ajk]$/.test(event.key) ? `[data-key="${event.key}"]` : "";
  const found = name && document.querySelector(`main.marking ${name}`);
  if (!found) return;
  event.preventDefault();
  found.click();
}, true);
