// Runs before the first paint: says that scripts work and puts on the theme the reader chose in this browser.
(() => {
  const root = document.documentElement;
  root.dataset.script = "on";

  const put = (choice) => {
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
    else delete root.dataset.theme;
  };
  const stored = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  put(stored());

  const show = () => {
    const now = root.dataset.theme || "system";
    for (const button of document.querySelectorAll("[data-theme-choice]"))
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === now));
  };
  document.addEventListener("DOMContentLoaded", show);
  addEventListener("storage", (event) => { if (event.key === "theme") { put(event.newValue); show(); } });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (!button) return;
    put(button.dataset.themeChoice);
    try { localStorage.setItem("theme", button.dataset.themeChoice); } catch { /* private window: the choice lasts for this page */ }
    show();
  });
})();
