// The desk by keyboard: j and k walk the list, r writes, p previews, e settles, h hands on, / searches. What is being written stays
// in this tab when a question is left, and what is selected stays selected when the list renews itself.
const desk = document.querySelector("main.desk");
const isTyping = (element) => element?.matches?.("input, textarea, select, [contenteditable]");
const tickets = () => [...document.querySelectorAll("#tickets .ticket")];
const field = () => document.getElementById("reply-text");
const keyOf = (form) => `desk:${form.dataset.kept}`;

function walk(step) {
  const list = tickets();
  if (!list.length) return false;
  const open = document.getElementById("case-frame")?.dataset.case;
  const at = list.findIndex((ticket) => ticket.dataset.id === open);
  const next = list[at < 0 ? 0 : at + step];
  if (!next) { document.querySelector("#tickets .more a")?.click(); return true; }
  next.click();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function write() {
  const details = document.querySelector(".changes");
  if (details) details.open = true;
  field()?.focus();
  return Boolean(field());
}

function press(key) {
  const button = document.querySelector(`.case [data-key="${key}"]`);
  button?.click();
  if (key === "h") button?.parentElement.querySelector("select")?.focus();
  return Boolean(button);
}

const single = {
  j: () => walk(1), k: () => walk(-1), r: write, p: () => press("p"), e: () => press("e"), h: () => press("h"),
  x: () => { document.querySelector('#tickets .ticket[aria-current="true"]')?.parentElement.querySelector("input")?.click(); return true; },
  "/": () => { const search = document.getElementById("desk-search"); search?.focus(); search?.select(); return Boolean(search); },
};

function mark() {
  const open = document.getElementById("case-frame")?.dataset.case;
  for (const ticket of tickets()) {
    if (ticket.dataset.id === open) ticket.setAttribute("aria-current", "true");
    else ticket.removeAttribute("aria-current");
  }
}

function recall() {
  const form = document.getElementById("reply");
  const text = form && sessionStorage.getItem(keyOf(form));
  if (text && !field().value) field().value = text;
}

function fadeUndo(root) {
  for (const form of root.querySelectorAll("[data-lasts]")) setTimeout(() => form.remove(), form.dataset.lasts * 1000);
}

let selected = [];
if (desk) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === field()) { field().form.requestSubmit(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (single[event.key]?.()) event.preventDefault();
  });
  document.addEventListener("input", (event) => {
    if (event.target === field()) sessionStorage.setItem(keyOf(event.target.form), event.target.value);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-fills]");
    if (!button || !field()) return;
    const text = document.getElementById(button.dataset.fills).textContent;
    field().value = field().value.trim() ? `${field().value.trimEnd()}\n\n${text}` : text;
    field().dispatchEvent(new Event("input", { bubbles: true }));
    write();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "tickets") selected = [...document.querySelectorAll("#tickets input:checked")].map((box) => box.value);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("#reply");
    if (form === event.target && event.detail.successful) sessionStorage.removeItem(keyOf(form));
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "tickets") {
      for (const box of document.querySelectorAll("#tickets input[name=ids]")) box.checked = selected.includes(box.value);
    }
    mark();
    if (event.detail.target?.id === "case-frame" || event.detail.elt?.id === "case-frame") {
      desk.classList.add("has-chosen");
      recall();
      fadeUndo(document);
      if (document.querySelector(".case .notice.success")) document.body.dispatchEvent(new Event("desk:changed"));
    }
  });
  recall();
  fadeUndo(document);
}
