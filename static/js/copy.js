// Copy buttons: under an answer, and on each block of code in a chapter.
const texts = document.getElementById("texts")?.dataset ?? {};

async function copy(words) {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(words);
  const field = document.createElement("textarea");
  field.value = words;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  return undefined;
}

// Answers without their numbered markers, whose sources do not come along.
function wordsOf(source) {
  const markers = [...source.querySelectorAll(".cite")];
  for (const marker of markers) marker.hidden = true;
  const words = source.innerText.trimEnd();
  for (const marker of markers) marker.hidden = false;
  return words;
}

async function give(words) {
  try {
    await copy(words);
    document.dispatchEvent(new CustomEvent("coach:say", { detail: { words: texts.copied } }));
  } catch {
    document.dispatchEvent(new CustomEvent("coach:say", { detail: { words: texts.notCopied, kind: "error" } }));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copies]");
  if (!button) return;
  const source = button.dataset.copies === "code" ? button.parentElement.querySelector("pre") : document.getElementById(button.dataset.copies);
  if (source) give(wordsOf(source));
});

for (const block of document.querySelectorAll(".lesson pre")) {
  const around = block.closest(".highlight") ?? block;
  const box = document.createElement("div");
  box.className = "code-box";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet copy-code";
  button.dataset.copies = "code";
  button.textContent = texts.copy ?? "";
  around.replaceWith(box);
  box.append(around, button);
}
