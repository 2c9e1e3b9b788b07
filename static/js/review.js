// Review by keyboard: j and k walk, a approves, e edits, r rejects, m merges, p applies, u undoes, / searches, ? shows the keys. The
// preview follows the text; what is being written stays in this tab until it is sent.
const isTyping = (element) => element?.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const find = (selector) => document.querySelector(`.review ${selector}`);
const links = () => [...document.querySelectorAll(".review .queue [data-item]")];

function walk(step, key) {
  const list = links();
  if (!list.length) { const link = find(`[data-key="${key}"]`); link?.click(); return Boolean(link); }
  const at = list.indexOf(document.activeElement?.closest?.(".card-row")?.querySelector("[data-item]"));
  const next = list[at < 0 ? 0 : Math.max(0, Math.min(list.length - 1, at + step))];
  next.focus();
  next.closest(".card-row").scrollIntoView({ block: "nearest" });
  return true;
}

function press(key) {
  const button = [...document.querySelectorAll(`.review [data-key="${key}"]`)].sort((a, b) => "last" in a.dataset - "last" in b.dataset)[0];
  if (!button) return false;
  if (button.matches("summary")) {
    button.parentElement.open = true;
    button.parentElement.querySelector("textarea, input:checked, input:not([type=hidden])")?.focus();
  } else button.click();
  return true;
}

const single = {
  j: () => walk(1, "j"), k: () => walk(-1, "k"), a: () => press("a"), r: () => press("r"), m: () => press("m"), p: () => press("p"), u: () => press("u"),
  e: () => { const field = find("#proposal-text"); field?.focus(); return Boolean(field); },
  x: () => { const box = document.activeElement?.closest?.(".card-row")?.querySelector("input"); box?.click(); box?.closest(".card-row").querySelector("[data-item]").focus(); return Boolean(box); },
  "/": () => { const field = find("#review-search"); field?.focus(); field?.select(); if (!field) find("[data-back]")?.click(); return true; },
  "?": () => { const keys = find("#review-keys"); if (!keys.open) keys.showModal(); return true; },
};

// Before unfold's own keys, which would search the navigation.
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "Escape" && isTyping(document.activeElement)) { document.activeElement.blur(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (single[event.key]?.()) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true);

// --- selection ---
function count() {
  const chosen = document.querySelectorAll(".review .queue input:checked").length;
  const shown = find("[data-selected-count]");
  if (shown) shown.textContent = chosen;
}
find("[data-select-all]")?.addEventListener("change", (event) => {
  for (const box of document.querySelectorAll(".review .queue input[type=checkbox]")) box.checked = event.target.checked;
  count();
});
find("#bulk")?.addEventListener("change", count);
count();

// --- what is being written ---
for (const form of document.querySelectorAll(".review form[data-kept]")) {
  const field = form.querySelector("textarea");
  const key = `review:${form.dataset.kept}`;
  const stored = sessionStorage.getItem(key);
  if (stored && !find("#problem")) field.value = stored;
  field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
  if (form.querySelector("details, summary") === null && stored) field.closest("details")?.setAttribute("open", "");
}

// --- preview ---
const text = find("#proposal-text");
if (text) {
  const first = text.defaultValue;
  let waiting = 0, asked = 0;
  const tell = () => {
    const isChanged = text.value !== first;
    find("[data-unchanged]").hidden = isChanged;
    find("[data-changed]").hidden = !isChanged;
  };
  const preview = async () => {
    const turn = ++asked;
    const body = new FormData();
    body.append("content", text.value);
    const token = find("#approve [name=csrfmiddlewaretoken]").value;
    try {
      const answer = await fetch(text.dataset.preview, { method: "POST", body, headers: { "X-CSRFToken": token } });
      if (answer.ok && turn === asked) find("#preview").innerHTML = await answer.text(); // through the one sanitiser of the server
    } catch { /* the next key tries again */ }
  };
  text.addEventListener("input", () => { tell(); clearTimeout(waiting); waiting = setTimeout(preview, 300); });
  if (text.value !== first) preview();
  tell();
}

// --- how far an application is ---
async function look() {
  const run = find("#run");
  if (run?.dataset.over !== "no") return;
  try {
    const answer = await fetch("?part=1");
    if (answer.ok) run.outerHTML = await answer.text();
  } catch { /* asked again below */ }
  setTimeout(look, 2000);
}
setTimeout(look, 1000);
