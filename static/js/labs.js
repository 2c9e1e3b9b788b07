// On a small screen the coach lies below the page until it is opened: a question asked from an offer of help opens it.
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-asks-coach]")) return;
  if (document.getElementById("coach")?.offsetParent === null) document.querySelector('.phone-bar [data-opens="coach"]')?.click();
});

// Tells the server that a lab is in view and in use. Nothing is sent for a tab in the background or a reader who has left; how
// long that was is the server's to count.
const beat = document.querySelector("[data-lab-beat]");
const EVERY = 20_000, PATIENCE = 3 * 60_000; // ms; reading without touching anything counts for that long
let touched = Date.now();

if (beat) {
  const touch = () => { touched = Date.now(); };
  for (const kind of ["pointermove", "keydown", "scroll", "focus"]) addEventListener(kind, touch, { passive: true });
  const tell = () => {
    if (document.visibilityState === "visible" && Date.now() - touched < PATIENCE) beat.dispatchEvent(new CustomEvent("lab:beat"));
  };
  addEventListener("load", () => setTimeout(tell, 500));
  document.addEventListener("visibilitychange", tell);
  setInterval(tell, EVERY);
}
