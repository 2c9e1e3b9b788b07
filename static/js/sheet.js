// Areas that lie over the page on small screens (outline, coach, history). While one is open the rest of the page is inert,
// so the focus stays inside; Esc, the veil and the close button put it away and the focus goes back to where it was.
let open = null;
let veil = null;
let cameFrom = null;
let quieted = [];

function quietTheRest(sheet) {
  for (let node = sheet; node && node !== document.body; node = node.parentElement)
    for (const sibling of node.parentElement.children)
      if (sibling !== node && sibling !== veil && !sibling.inert && !sibling.hasAttribute("data-never-inert")) {
        sibling.inert = true;
        quieted.push(sibling);
      }
}

function openSheet(sheet, opener) {
  if (!sheet || open === sheet) return;
  closeSheet();
  open = sheet;
  cameFrom = opener ?? document.activeElement;
  sheet.classList.add("is-open");
  if (getComputedStyle(sheet).position !== "fixed") { sheet.classList.remove("is-open"); open = null; return; }
  veil = document.createElement("div");
  veil.className = "veil";
  veil.addEventListener("click", closeSheet);
  document.body.append(veil);
  sheet.setAttribute("role", "dialog");
  sheet.setAttribute("aria-modal", "true");
  quietTheRest(sheet);
  document.documentElement.style.overflow = "hidden";
  sheet.querySelector(".sheet-close")?.focus();
  sheet.dispatchEvent(new CustomEvent("coach:opened", { bubbles: true }));
}

function closeSheet() {
  if (!open) return;
  open.classList.remove("is-open");
  open.removeAttribute("role");
  open.removeAttribute("aria-modal");
  for (const element of quieted) element.inert = false;
  quieted = [];
  veil.remove();
  document.documentElement.style.overflow = "";
  open = null;
  cameFrom?.focus?.({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) { event.preventDefault(); openSheet(document.getElementById(opener.dataset.opens), opener); return; }
  if (event.target.closest?.(".sheet-close")) { closeSheet(); return; }
  const link = event.target.closest?.("a[href]");
  if (open && link && open.contains(link) && link.pathname === location.pathname && link.hash) closeSheet();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && open && !event.defaultPrevented) { event.preventDefault(); closeSheet(); }
});
addEventListener("resize", () => { if (open && getComputedStyle(open).position !== "fixed") closeSheet(); });
document.addEventListener("coach:open-sheet", (event) => openSheet(document.getElementById(event.detail)));
document.addEventListener("coach:close-sheet", closeSheet);
