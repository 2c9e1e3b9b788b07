// Marks the place in the course that a citation stands on: in the passage that was sent, the blocks that hold the words of the
// cited sentence, else the whole passage. A citation of the page that is open moves there without loading it again, because an
// answer may still be arriving beside it.
const lesson = document.querySelector(".lesson");
const BLOCKS = "p, li, pre, tr, blockquote, dd, dt, figcaption, h2, h3, h4, h5, h6";
const IN_PASSAGE = 0.8; // share of a block's words that must occur in the passage
const OF_SENTENCE = 0.6; // share of a sentence's words that must occur in a block
const SHORTEST = 3; // words; fewer do not tell a place
const NOTE = "cited"; // what the next page needs to know, kept for this tab

const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
const share = (words, within) => (words.length ? words.filter((word) => within.has(word)).length / words.length : 0);

function blocksFrom(anchor) {
  const start = anchor && document.getElementById(anchor);
  const all = [...lesson.querySelectorAll(BLOCKS)].filter((block) => block.matches("pre") || !block.querySelector(BLOCKS));
  if (!start || !lesson.contains(start)) return all;
  return all.filter((block) => start.compareDocumentPosition(block) & Node.DOCUMENT_POSITION_FOLLOWING);
}

// The run of blocks that the passage was cut from; it ends at the second block that is foreign to it.
function blocksOf(passage, anchor) {
  const known = new Set(wordsOf(passage));
  const found = [];
  let misses = 0;
  for (const block of blocksFrom(anchor)) {
    const words = wordsOf(block.innerText);
    if (!words.length) continue;
    if (share(words, known) >= IN_PASSAGE) { misses = 0; if (!/^H\d$/.test(block.tagName)) found.push(block); }
    else if (found.length && ++misses > 1) break;
  }
  return found;
}

function holding(sentences, blocks) {
  const needles = sentences.map(wordsOf).filter((words) => words.length >= SHORTEST);
  return blocks.filter((block) => {
    const words = new Set(wordsOf(block.innerText));
    return needles.some((needle) => share(needle, words) >= OF_SENTENCE);
  });
}

function mark(passage, anchor, sentences) {
  for (const old of lesson.querySelectorAll(".cited")) old.classList.remove("cited");
  const blocks = passage ? blocksOf(passage, anchor) : [];
  const exact = holding(sentences, blocks.length ? blocks : blocksFrom(anchor));
  const marked = exact.length ? exact : blocks;
  for (const block of marked) block.classList.add("cited");
  goTo(document.getElementById(anchor), marked[0]);
}

// To the heading while the marked words can be seen below it, else to the words themselves.
function goTo(heading, words) {
  const place = heading ?? words;
  if (!place) return;
  const isNear = heading && words && words.getBoundingClientRect().bottom - heading.getBoundingClientRect().top < innerHeight * 0.7;
  if (isNear || !words) place.scrollIntoView({ block: "start" });
  else words.scrollIntoView({ block: "center" });
  const target = isNear || !words ? place : words;
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

// The words between a marker and the one before it; of two markers side by side both stand for the same words.
function sentenceBefore(marker) {
  const block = marker.closest("p, li, td, blockquote") ?? marker.parentElement;
  const range = document.createRange();
  range.setEndBefore(marker);
  const earlier = [...block.querySelectorAll(".cite")].filter((other) => other.compareDocumentPosition(marker) & Node.DOCUMENT_POSITION_FOLLOWING);
  while (earlier.length) {
    range.setStartAfter(earlier.pop());
    if (wordsOf(range.toString()).length >= SHORTEST) return range.toString();
  }
  range.setStart(block, 0);
  return range.toString();
}

function sentencesOf(link) {
  const markers = [...(link.closest(".turn")?.querySelectorAll(".cite") ?? [])];
  return (link.matches(".cite") ? [link] : markers.filter((marker) => marker.href === link.href)).map(sentenceBefore);
}

function follow(event) {
  const link = event.target.closest?.("a[data-passage], a.cite");
  if (!link) return;
  const sentences = sentencesOf(link);
  if (!lesson || link.pathname !== location.pathname || event.ctrlKey || event.metaKey || event.shiftKey) {
    try { sessionStorage.setItem(NOTE, JSON.stringify({ href: link.href, sentences })); } catch { /* the whole passage will do */ }
    return;
  }
  event.preventDefault();
  const source = [...link.closest(".turn").querySelectorAll("a[data-passage]")].find((one) => one.href === link.href);
  document.dispatchEvent(new CustomEvent("coach:close-sheet"));
  history.pushState(null, "", link.href);
  mark(source?.dataset.passage ?? "", decodeURIComponent(link.hash.slice(1)), sentences);
}

function arrive() {
  const asItWas = document.getElementById("passage-as-it-was");
  if (asItWas) { asItWas.tabIndex = -1; asItWas.scrollIntoView({ block: "center" }); asItWas.focus({ preventScroll: true }); return; }
  const passage = document.getElementById("cited-passage")?.dataset.text ?? "";
  let note = null;
  try { note = JSON.parse(sessionStorage.getItem(NOTE)); sessionStorage.removeItem(NOTE); } catch { /* none was left */ }
  const sentences = note?.href === location.href ? note.sentences : [];
  if (passage || sentences.length) mark(passage, decodeURIComponent(location.hash.slice(1)), sentences);
}

document.addEventListener("click", follow);
if (lesson) arrive();
