// The field where a question is written. Enter sends, Shift + Enter makes a new line; what is written is kept in this browser
// until the coach has it, and each question carries a key so that sending twice asks once.
const attached = new WeakSet();

function attach(form) {
  if (attached.has(form)) return;
  attached.add(form);
  const field = form.querySelector("textarea");
  const count = form.parentElement.querySelector("[data-count]");
  const problem = form.parentElement.querySelector(".problem");
  const limit = Number(field.dataset.limit) || 0; // characters
  const drawer = `draft:${form.dataset.composer}`;

  const keep = () => {
    try {
      if (field.value) localStorage.setItem(drawer, field.value);
      else localStorage.removeItem(drawer);
    } catch { /* private window: the draft lasts for this page */ }
  };
  const fit = () => {
    if (CSS.supports("field-sizing", "content")) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  };
  const tally = () => {
    if (!count || !limit) return;
    const length = [...field.value].length;
    count.hidden = length < limit * 0.8;
    count.textContent = `${length.toLocaleString()} / ${limit.toLocaleString()}`;
    count.classList.toggle("over", length > limit);
  };
  const changed = () => { keep(); fit(); tally(); };
  const freshKey = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40; // version 4
    bytes[8] = (bytes[8] & 0x3f) | 0x80; // variant 1
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  try { field.value ||= localStorage.getItem(drawer) ?? ""; } catch { /* no drafts here */ }
  changed();
  field.addEventListener("input", () => { if (problem) problem.textContent = ""; changed(); });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.altKey) return;
    event.preventDefault();
    if (field.value.trim()) form.requestSubmit();
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr } = event.detail;
    if (elt !== form || xhr?.status !== 200) return; // htmx calls a refusal (422) successful
    if (new URL(xhr.responseURL).pathname !== new URL(form.action).pathname) return; // led away to the sign-in page
    field.value = "";
    if (form.elements.key) form.elements.key.value = freshKey();
    if (problem) problem.textContent = "";
    changed();
    document.querySelector(".turns .welcome")?.remove();
    document.body.dispatchEvent(new CustomEvent("coach:asked"));
  });
  document.addEventListener("click", (event) => {
    const suggestion = event.target.closest?.("[data-suggests]");
    if (!suggestion || !form.isConnected) return;
    field.value = suggestion.dataset.suggests;
    changed();
    field.focus();
  });
}

for (const form of document.querySelectorAll("[data-composer]")) attach(form);
document.addEventListener("htmx:load", (event) => {
  for (const form of event.detail.elt.querySelectorAll?.("[data-composer]") ?? []) attach(form);
});

// Drafts and places are personal: whoever signs out takes them away.
document.querySelector("[data-signs-out]")?.addEventListener("submit", () => {
  try { for (const key of Object.keys(localStorage)) if (/^(draft|read):/.test(key)) localStorage.removeItem(key); } catch { /* nothing kept */ }
});
