// Hovering a citation, or tapping its sentence, shows the passage that it stands on; the marker itself opens the chapter there.
let card = null, waiting = 0;

function sourceOf(marker) {
  return [...(marker.closest(".turn")?.querySelectorAll("a[data-passage]") ?? [])].find((link) => link.href === marker.href);
}

function close() { clearTimeout(waiting); card?.remove(); card = null; }

function show(marker) {
  const source = sourceOf(marker);
  if (!source?.dataset.passage) return;
  close();
  card = document.createElement("div");
  card.className = "source-card";
  card.setAttribute("role", "note");
  const place = document.createElement("strong"), text = document.createElement("p"), open = document.createElement("a");
  place.textContent = source.querySelector(".place")?.textContent ?? "";
  text.textContent = source.dataset.passage;
  open.href = source.href;
  open.textContent = document.body.dataset.opensPlace ?? "";
  card.append(place, text, open);
  document.body.append(card);
  const box = marker.getBoundingClientRect(), width = card.offsetWidth, height = card.offsetHeight;
  const below = box.bottom + height + 12 < innerHeight;
  card.style.left = `${scrollX + Math.max(8, Math.min(box.left - 16, innerWidth - width - 8))}px`;
  card.style.top = `${scrollY + (below ? box.bottom + 4 : Math.max(8, box.top - height - 4))}px`;
  open.addEventListener("click", (event) => { event.preventDefault(); const wanted = source; close(); wanted.click(); });
}

// The first marker behind the point that was tapped, in the same block.
function markerAfter(block, x, y) {
  const at = document.caretPositionFromPoint?.(x, y) ?? document.caretRangeFromPoint?.(x, y);
  const node = at?.offsetNode ?? at?.startContainer;
  if (!node || !block.contains(node)) return null;
  return [...block.querySelectorAll(".cite")].find((marker) => node.compareDocumentPosition(marker) & Node.DOCUMENT_POSITION_FOLLOWING);
}

document.addEventListener("pointerover", (event) => {
  const marker = event.pointerType === "mouse" && event.target.closest?.(".turn a.cite");
  if (marker) { clearTimeout(waiting); waiting = setTimeout(() => show(marker), 150); }
  else if (card && event.target.closest?.(".source-card")) clearTimeout(waiting);
  else if (event.pointerType === "mouse" && card) { clearTimeout(waiting); waiting = setTimeout(close, 300); }
});
document.addEventListener("focusin", (event) => { if (event.target.matches?.(".turn a.cite:focus-visible")) show(event.target); });
document.addEventListener("click", (event) => {
  if (event.target.closest?.(".source-card")) return;
  const block = event.target.closest?.(".answer-text :is(p, li, td, blockquote)");
  if (!block || event.target.closest("a, button") || String(getSelection())) { close(); return; }
  const marker = markerAfter(block, event.clientX, event.clientY);
  if (marker) show(marker); else close();
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && card) { close(); event.stopPropagation(); } }, true);
