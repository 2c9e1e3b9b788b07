// Says in words when a request did not work, and speaks to screen readers. Texts come from the page, so they are translated.
const texts = document.getElementById("texts")?.dataset ?? {};
const shelf = document.getElementById("toasts");
const voice = document.getElementById("voice");

function toast(words, kind = "") {
  if (!shelf || !words) return;
  const note = document.createElement("p");
  note.className = `toast ${kind}`.trim();
  note.textContent = words;
  shelf.replaceChildren(note);
  setTimeout(() => note.remove(), kind === "error" ? 9000 : 3500);
}

document.addEventListener("coach:say", (event) => toast(event.detail.words, event.detail.kind));
document.addEventListener("coach:speak", (event) => { if (voice) voice.textContent = event.detail; });

function reason(status) {
  if (status === 429) return texts.tooMany;
  if (status === 403) return texts.expired;
  if (status === 404) return texts.gone;
  return texts.failed;
}

// What a page asks for by itself fails quietly here; the page that asks says so in its own place.
const isQuiet = (event) => Boolean(event.detail.elt?.closest?.("[data-quiet]"));
document.addEventListener("htmx:responseError", (event) => { if (!isQuiet(event)) toast(reason(event.detail.xhr.status), "error"); });
document.addEventListener("htmx:sendError", (event) => { if (!isQuiet(event)) toast(texts.offline, "error"); });
document.addEventListener("htmx:timeout", (event) => { if (!isQuiet(event)) toast(texts.offline, "error"); });

// Signed out in the meantime: the answer is the sign-in page, which is no part of this one. What was written waits as a draft.
document.addEventListener("htmx:beforeSwap", (event) => {
  const from = new URL(event.detail.xhr.responseURL || location.href);
  if (!texts.signIn || from.pathname !== texts.signIn) return;
  event.detail.shouldSwap = false;
  const next = location.pathname + location.search;
  location.assign(`${texts.signIn}?${new URLSearchParams({ next })}`);
});
