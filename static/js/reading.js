// While a chapter is read: shows in the outline which section is in view, and remembers it, so that "continue" opens where the
// reader was.
const lesson = document.querySelector(".lesson");

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
  followSections();
  document.querySelector('.outline li > a[aria-current="page"]')?.scrollIntoView({ block: "nearest" });
}

for (const link of document.querySelectorAll("a[data-continues]")) {
  try {
    const id = localStorage.getItem(`read:${link.pathname}`);
    if (id) link.hash = id;
  } catch { /* nothing remembered */ }
}
