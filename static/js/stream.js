// Follows answers while they are written. A reconnect asks for what is missing only; the list scrolls along until the reader
// scrolls up; screen readers hear the finished answer once, not every word.
const texts = document.getElementById("texts")?.dataset ?? {};
const list = document.getElementById("turns");
const newest = document.querySelector(".to-newest");
const NEAR = 48; // pixels from the end that still count as reading along
const SPOKEN = 900; // characters of an answer that are read out by themselves
const seen = new Map(); // stream address -> offset of the last text piece
let following = true;

const pathOf = (address) => new URL(address, location.href).pathname;

htmx.createEventSource = (address) => {
  const url = new URL(address, location.href);
  const offset = seen.get(url.pathname);
  if (offset !== undefined) url.searchParams.set("from", offset);
  return new EventSource(url.href);
};

function wordsOf(answer) {
  const spoken = answer.cloneNode(true);
  for (const marker of spoken.querySelectorAll(".cite")) marker.remove();
  return spoken.textContent.trim().slice(0, SPOKEN);
}

const toEnd = () => { if (list) list.scrollTop = list.scrollHeight; };
const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
const follow = () => {
  if (following) toEnd();
  if (newest) newest.hidden = following;
};

if (list) {
  const target = location.hash.length > 1 && list.querySelector(`#${CSS.escape(location.hash.slice(1))}`);
  if (target) { following = false; target.scrollIntoView({ block: "start" }); }
  else toEnd();
  let last = list.scrollTop; // only a move upwards is the reader's wish; a list that grew has moved nobody
  list.addEventListener("scroll", () => {
    following = atEnd() || (following && list.scrollTop >= last);
    last = list.scrollTop;
    if (newest && following) newest.hidden = true;
  }, { passive: true });
  newest?.addEventListener("click", () => { following = true; toEnd(); newest.hidden = true; });
  document.addEventListener("coach:opened", toEnd);
  document.fonts?.ready.then(() => { if (following) toEnd(); });
}

document.addEventListener("htmx:sseBeforeMessage", (event) => {
  if (event.detail.type !== "text") return;
  const offset = Number.parseInt(event.detail.lastEventId, 10);
  if (Number.isNaN(offset)) return;
  const path = pathOf(event.target.closest("[sse-connect]").getAttribute("sse-connect"));
  if (offset <= (seen.get(path) ?? -1)) { event.preventDefault(); return; }
  seen.set(path, offset);
});

document.addEventListener("htmx:sseMessage", (event) => {
  follow();
  if (event.detail.type !== "text") return;
  const stage = event.target.closest(".answer")?.querySelector(".stage");
  if (stage) stage.hidden = true;
});

document.addEventListener("htmx:sseError", (event) => {
  const stage = event.target.querySelector?.(".stage");
  if (stage && texts.reconnecting) { stage.hidden = false; stage.textContent = texts.reconnecting; }
});

document.addEventListener("htmx:sseOpen", (event) => {
  const stage = event.target.querySelector?.(".stage");
  if (stage?.textContent === texts.reconnecting) stage.textContent = texts.goingOn;
});

document.addEventListener("htmx:load", (event) => {
  const turn = event.detail.elt.closest?.(".turn");
  if (!turn || !list?.contains(turn)) return;
  if (turn.dataset.state === "streaming") { following = true; toEnd(); return; }
  document.body.dispatchEvent(new CustomEvent("coach:settled")); // the list of questions says what became of it
  follow();
});

document.addEventListener("htmx:sseClose", (event) => {
  const address = event.target.getAttribute?.("sse-connect");
  if (address) seen.delete(pathOf(address)); // asked again, the same address begins anew
  const id = event.target.closest?.(".turn")?.id;
  if (!id || event.detail.type !== "message") return;
  setTimeout(() => {
    const answer = document.getElementById(id)?.querySelector(".answer-text");
    if (answer) document.dispatchEvent(new CustomEvent("coach:speak", { detail: wordsOf(answer) }));
    follow();
  }, 60);
});
