// Says once a minute that a page of a concept is in front of somebody who reads or writes on it. The server counts each minute of a
// person once, whatever says so; a page that is hidden, or left alone for three minutes, says nothing.
const MINUTE = 60_000, IDLE = 3 * MINUTE;
const studied = document.querySelector("[data-studies]");

if (studied) {
  let active = Date.now();
  const stir = () => { active = Date.now(); };
  for (const kind of ["keydown", "pointerdown", "pointermove", "scroll", "touchstart"]) addEventListener(kind, stir, { passive: true, capture: true });
  const token = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
  const beat = () => {
    if (document.hidden || Date.now() - active > IDLE) return;
    const headers = { "X-CSRFToken": token(), "Content-Type": "application/x-www-form-urlencoded" };
    fetch(studied.dataset.beat, { method: "POST", headers, body: studied.dataset.studies }).catch(() => { /* a minute that is not counted */ });
  };
  setInterval(beat, MINUTE);
}
