// The desk by keyboard: j and k walk the list, r writes, p previews, e settles, h hands on, x and a select, s shows the same, / searches.
// What is being written is kept in this browser until it is sent; what is selected stays selected when the list renews itself.
const desk = document.querySelector("main.desk");
const voice = (words) => document.dispatchEvent(new CustomEvent("coach:speak", { detail: words }));
const isTyping = (element) => element?.matches?.("textarea, select, [contenteditable], input:not([type=checkbox])");
const tickets = () => [...document.querySelectorAll("#tickets .ticket")];
const boxes = () => [...document.querySelectorAll("#tickets input[name=ids]")];
const frame = () => document.getElementById("case-frame");
const field = () => document.getElementById("reply-text");

function walk(step) {
  const list = tickets();
  if (!list.length) return false;
  const at = list.findIndex((ticket) => ticket.dataset.id === frame()?.dataset.case);
  const next = list[at < 0 ? 0 : at + step];
  if (!next) { if (step > 0) document.querySelector("#tickets .more a")?.click(); return true; }
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

// A summary opens and its first control takes the focus, so that a second key does the deed; a button is pressed.
function press(key) {
  const button = document.querySelector(`.case [data-key="${key}"]`);
  button?.click();
  if (button?.matches("summary")) button.parentElement.querySelector("form :is(select, button)")?.focus();
  return Boolean(button);
}

function select(found, how) {
  for (const box of found) box.checked = how ?? !box.checked;
  tally();
  return Boolean(found.length);
}

const single = {
  j: () => walk(1), k: () => walk(-1), r: write, p: () => press("p"), e: () => press("e"), h: () => press("h"),
  x: () => select(boxes().filter((box) => box.value === frame()?.dataset.case)),
  a: () => select(boxes(), boxes().some((box) => !box.checked)),
  s: () => { const same = document.querySelector('.case a[href*="like="]'); same?.click(); return Boolean(same); },
  "/": () => { const search = document.getElementById("desk-search"); search?.focus(); search?.select(); return Boolean(search); },
};

function mark() {
  const open = frame()?.dataset.case, unsent = drafts();
  for (const ticket of tickets()) {
    if (ticket.dataset.id === open) ticket.setAttribute("aria-current", "true");
    else ticket.removeAttribute("aria-current");
    const tags = ticket.querySelector(".tags");
    if (unsent.has(ticket.dataset.id)) tags.dataset.draft = desk.dataset.draft;
    else delete tags.dataset.draft;
  }
}

function tally() {
  const count = boxes().filter((box) => box.checked).length, shown = document.getElementById("selected-count");
  if (shown) shown.textContent = count ? `(${count})` : "";
}

function recdrafts() {
  const form = document.getElementById("reply"), text = form && kept(form.dataset.kept);
  if (!text || "written" in form.dataset || text === field().value) return;
  field().value = text;
  const details = form.closest("details");
  if (details) details.open = true;
  const note = document.getElementById("reply-kept");
  note.textContent = desk.dataset.recalled;
  note.hidden = false;
}

function fadeUndo() {
  for (const form of document.querySelectorAll("[data-lasts]:not([data-fading])")) {
    form.dataset.fading = "";
    setTimeout(() => form.remove(), form.dataset.lasts * 1000);
  }
}

// A question that is really looked at is not new any more; one that is only fetched stays new.
function see() {
  const address = frame()?.dataset.seen;
  if (!address || document.hidden || (innerWidth <= 768 && !desk.classList.contains("has-chosen"))) return;
  delete frame().dataset.seen;
  fetch(address, { method: "POST", headers: JSON.parse(document.body.getAttribute("hx-headers")) }).catch(() => {});
  const ticket = tickets().find((one) => one.dataset.id === frame().dataset.case);
  ticket?.classList.remove("new");
  ticket?.querySelector(".for-readers-aloud")?.remove();
}

function shown() {
  recdrafts();
  fadeUndo();
  mark();
  see();
}

function announce(before) {
  const fresh = tickets().filter((ticket) => !before.has(ticket.dataset.id) && ticket.classList.contains("new"));
  if (fresh.length) voice(fresh.length === 1 ? desk.dataset.arrived : desk.dataset.arrivedMore.replace("%n", fresh.length));
}

// Unsent replies: each belongs to one person and one question; signing out takes them away, and so does a month.
const HEAD = "draft:desk:";
const LASTS = 30 * 24 * 3600 * 1000; // ms

function keep(name, text) {
  try {
    if (text.trim()) localStorage.setItem(HEAD + name, JSON.stringify({ text, at: Date.now() }));
    else localStorage.removeItem(HEAD + name);
  } catch { /* private window: the draft lasts for this page */ }
}

function kept(name) {
  try { return JSON.parse(localStorage.getItem(HEAD + name) ?? "null")?.text ?? ""; } catch { return ""; }
}

function drop(name) {
  try { localStorage.removeItem(HEAD + name); } catch { /* nothing kept */ }
}

// The questions that have an unsent reply, by the ends of their names.
function drafts() {
  const names = new Set();
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(HEAD)) continue;
      const draft = JSON.parse(localStorage.getItem(key));
      if (draft?.at > Date.now() - LASTS) names.add(key.split(":").pop());
      else localStorage.removeItem(key);
    }
  } catch { /* none */ }
  return names;
}

let selected = [], before = null, isAsked = false;
function swapping(event) {
  const { target, requestConfig } = event.detail;
  if (target.id !== "tickets") return;
  selected = boxes().filter((box) => box.checked).map((box) => box.value);
  before = requestConfig?.elt?.id === "poll" ? new Set(tickets().map((ticket) => ticket.dataset.id)) : null;
}

function settled(event) {
  const { target, elt } = event.detail;
  if (target?.id === "tickets") {
    for (const box of boxes()) box.checked = selected.includes(box.value);
    tally();
    if (before) announce(before);
  }
  if (target?.id === "tickets" || target?.matches?.(".more")) mark();
  if (target?.id !== "case-frame" && elt?.id !== "case-frame") return;
  if (isAsked || document.querySelector(".case .notice, .case .problem:not(:empty)")) desk.classList.add("has-chosen");
  shown();
  if (isAsked && !frame().contains(document.activeElement)) frame().querySelector(".case")?.focus({ preventScroll: true });
  isAsked = false;
  if (document.querySelector(".case .notice.success")) {
    voice(document.querySelector(".case .notice.success p").textContent);
    document.body.dispatchEvent(new Event("desk:changed"));
  }
}

function sent(event) {
  const { xhr } = event.detail, elt = event.detail.requestConfig?.elt ?? event.detail.elt; // the swap has taken the element away
  if (elt?.id === "poll" || elt?.closest?.("[data-quiet]")) document.getElementById("lost").hidden = Boolean(xhr?.status);
  if (elt?.id !== "reply" || xhr?.status !== 200) return; // htmx calls a refusal (422) successful
  if (!new URL(xhr.responseURL).pathname.startsWith("/desk/")) return; // led away to the sign-in page
  drop(elt.dataset.kept);
  mark();
}

if (desk) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const form = event.target.closest?.("#reply");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) { event.preventDefault(); form.requestSubmit(form.querySelector(".primary")); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (single[event.key]?.()) event.preventDefault();
  });
  document.addEventListener("input", (event) => {
    if (event.target !== field()) return;
    keep(event.target.form.dataset.kept, event.target.value);
    mark();
    document.getElementById("reply-kept").hidden = true;
  });
  document.addEventListener("change", (event) => { if (event.target.name === "ids") tally(); });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-selects-all]")) select(boxes(), boxes().some((box) => !box.checked));
    if (event.target.closest?.(".ticket")) isAsked = true;
    const button = event.target.closest?.("[data-fills]");
    if (!button || !field()) return;
    const text = document.getElementById(button.dataset.fills).textContent;
    field().value = field().value.trim() ? `${field().value.trimEnd()}\n\n${text}` : text;
    field().dispatchEvent(new Event("input", { bubbles: true }));
    write();
  });
  document.addEventListener("htmx:beforeSwap", swapping);
  document.addEventListener("htmx:afterRequest", sent);
  document.addEventListener("htmx:afterSettle", settled);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { see(); document.body.dispatchEvent(new Event("desk:look")); } });
  addEventListener("online", () => document.body.dispatchEvent(new Event("desk:look")));
  shown();
}
