// A coaching session is read from its newest end.
const toNewest = () => {
  const turns = document.querySelector("#session .turns");
  if (turns) turns.scrollTop = turns.scrollHeight;
};

toNewest();
document.addEventListener("htmx:afterSettle", () => {
  toNewest();
  const field = document.querySelector("#session textarea[name=words]:not(:disabled)");
  if (field && document.activeElement === document.body) field.focus({ preventScroll: true });
});
