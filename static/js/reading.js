// While a chapter is read: marks the cited passage, shows in the outline which section is in view, and remembers it, so that
// "continue" opens where the reader was.
const lesson = document.querySelector(".lesson");
const BLOCKS = "p, li, pre, tr, blockquote, dd, dt, figcaption, h1, h2, h3, h4, h5, h6";
const ENOUGH = 0.8; // share of a block's words that must occur in the passage
const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

function sectionBlocks(anchor) {
  const start = anchor && document.getElementById(anchor);
  const all = [...lesson.querySelectorAll(BLOCKS)].filter((block) => !block.querySelector(BLOCKS) || block.matches("pre"));
  if (!start || !lesson.contains(start)) return all;
  return all.filter((block) => block === start || start.compareDocumentPosition(block) & Node.DOCUMENT_POSITION_FOLLOWING);
}

function showPassage(text, anchor) {
  for (const old of lesson.querySelectorAll(".cited")) old.classList.remove("cited");
  const passage = new Set(wordsOf(text));
  let first = null;
  let misses = 0;
  for (const block of sectionBlocks(anchor)) {
    const words = wordsOf(block.innerText);
    if (!words.length) continue;
    const share = words.filter((word) => passage.has(word)).length / words.length;
    if (share >= ENOUGH) {
      if (!/^H[1-6]$/.test(block.tagName)) { (block.closest(".highlight") ?? block).classList.add("cited"); first ??= block; }
      misses = 0;
    } else if (first && ++misses > 1) break;
  }
  const place = (anchor && document.getElementById(anchor)) || first;
  place?.scrollIntoView({ block: "start" });
  if (place) { place.tabIndex = -1; place.focus({ preventScroll: true }); }
}

// A citation of the chapter that is open moves there without loading the page again: an answer may still be arriving beside it.
function citeHere(event) {
  const link = event.target.closest?.("a[data-passage], a.cite");
  if (!link || link.pathname !== location.pathname || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const source = [...(link.closest(".turn")?.querySelectorAll("a[data-passage]") ?? [])].find((one) => one.href === link.href);
  document.dispatchEvent(new CustomEvent("coach:close-sheet"));
  history.pushState(null, "", link.href);
  showPassage(source?.dataset.passage ?? "", decodeURIComponent(link.hash.slice(1)));
}

function remember(id) {
  try {
    if (id) localStorage.setItem(`read:${location.pathname}`, id);
    else localStorage.removeItem(`read:${location.pathname}`);
  } catch { /* private window: "continue" opens the page at its head */ }
}

function followSections() {
  const links = new Map([...document.querySelectorAll(".outline .within a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const headings = [...lesson.querySelectorAll("h2[id]")];
  if (!headings.length) return;
  let current = null;
  const look = () => {
    const line = innerHeight * 0.3;
    const above = headings.filter((heading) => heading.getBoundingClientRect().top < line).pop();
    const id = above?.id ?? null;
    if (id === current) return;
    if (links.has(current)) links.get(current).removeAttribute("aria-current");
    current = id;
    links.get(id)?.setAttribute("aria-current", "location");
    remember(id);
  };
  let waiting = false;
  addEventListener("scroll", () => { if (!waiting) { waiting = true; requestAnimationFrame(() => { waiting = false; look(); }); } }, { passive: true });
  look();
}

if (lesson) {
  const cited = document.getElementById("cited-passage");
  if (cited) showPassage(cited.dataset.text, decodeURIComponent(location.hash.slice(1)));
  document.addEventListener("click", citeHere);
  followSections();
  document.querySelector('.outline li > a[aria-current="page"]')?.scrollIntoView({ block: "nearest" });
}

for (const link of document.querySelectorAll("a[data-continues]")) {
  try {
    const id = localStorage.getItem(`read:${link.pathname}`);
    if (id) link.hash = id;
  } catch { /* nothing remembered */ }
}
