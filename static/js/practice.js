// Saves an answer while it is being written, and shows how much time is left. What the server does not have yet stays in this
// browser, so that a crash, a dead connection or a second window loses nothing.
const PAUSE = 700; // ms without a key before an answer is sent
const LONGEST_WAIT = 1500; // ms for which somebody who never pauses waits; with the way there it stays under two seconds
const FIRST_RETRY = 1000, LAST_RETRY = 15000; // ms
const form = document.querySelector("form[data-answer]");
const say = (words) => document.dispatchEvent(new CustomEvent("coach:speak", { detail: words }));

if (form) keep(form);
document.querySelectorAll("[data-deadline]").forEach(count);
document.querySelector(".numbers [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

function keep(form) {
  const words = form.dataset;
  const drawer = `draft:practice:${words.answer}`;
  const line = document.getElementById("saving");
  const revision = form.elements.revision;
  let server = snapshot(); // what the server has
  let timer = 0, first = 0, retry = FIRST_RETRY, sending = null, stopped = false;

  offerKept();
  form.addEventListener("input", () => { shelve(); schedule(); });
  form.addEventListener("submit", () => { clearTimeout(timer); stopped = true; shelve(); });
  addEventListener("online", () => { if (!stopped && snapshot() !== server) send(); });
  addEventListener("pagehide", () => { if (!stopped && snapshot() !== server) { shelve(); send({ keepalive: snapshot().length < 50_000 }); } });
  addEventListener("beforeunload", (event) => { if (!stopped && snapshot() !== server && !kept()) event.preventDefault(); });
  document.addEventListener("click", leave);

  function fields() {
    const chosen = [...form.querySelectorAll("[name=chosen]:checked")].map((one) => one.value);
    const pairs = [...form.querySelectorAll("select[name^=pair-]")].filter((one) => one.value).map((one) => [one.name, one.value]);
    return { answer: form.elements.answer?.value ?? "", chosen, pairs };
  }

  function snapshot() { return JSON.stringify(fields()); }

  function show(text) {
    const said = JSON.parse(text);
    if (form.elements.answer) form.elements.answer.value = said.answer;
    for (const box of form.querySelectorAll("[name=chosen]")) box.checked = said.chosen.includes(box.value);
    const pairs = Object.fromEntries(said.pairs);
    for (const list of form.querySelectorAll("select[name^=pair-]")) list.value = pairs[list.name] ?? "";
  }

  // The copy in this browser: there from the first key until the server has the words.
  function shelve() {
    try {
      if (snapshot() === server) localStorage.removeItem(drawer);
      else localStorage.setItem(drawer, JSON.stringify({ revision: revision.value, text: snapshot() }));
    } catch { /* no copies here: the line below the field says so while anything is unsent */ }
  }

  function kept() {
    try { return JSON.parse(localStorage.getItem(drawer)); } catch { return null; }
  }

  function tell(text, isWaiting = false) {
    line.textContent = text;
    line.classList.toggle("waiting", isWaiting);
  }

  function schedule() {
    first ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(send, Math.max(0, Math.min(PAUSE, first + LONGEST_WAIT - Date.now())));
  }

  async function send(options = {}) {
    clearTimeout(timer);
    if (sending && !options.keepalive) return sending;
    sending = deliver(options);
    try { return await sending; } finally { sending = null; }
  }

  // True once the server has what is in the form.
  async function deliver(options) {
    const text = snapshot();
    if (stopped || text === server) { first = 0; return true; }
    first = 0;
    tell(words.saving);
    let response;
    try {
      response = await fetch(form.action, { method: "POST", body: body(text), headers: { Accept: "application/json" }, redirect: "error", ...options });
    } catch { return later(); }
    if (response.status === 200) return delivered(text, await response.json());
    if (response.status === 409) return conflict(await response.json());
    if (response.status === 410) return over(await response.json());
    if (response.status === 422) { tell((await response.json()).message, true); return false; }
    return later();
  }

  function body(text) {
    const said = JSON.parse(text), data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("revision", revision.value);
    data.set("answer", said.answer);
    for (const one of said.chosen) data.append("chosen", one);
    for (const [name, value] of said.pairs) data.set(name, value);
    return data;
  }

  function later() {
    tell(kept() ? words.offline : words.onlyHere, true);
    timer = setTimeout(send, retry);
    retry = Math.min(retry * 2, LAST_RETRY);
    return false;
  }

  function delivered(text, said) {
    server = text;
    revision.value = said.revision;
    retry = FIRST_RETRY;
    shelve();
    mark(text);
    tell(words.saved);
    if (snapshot() !== server) schedule();
    return true;
  }

  function mark(text) {
    const said = JSON.parse(text), place = document.querySelector(".numbers [aria-current]");
    const isAnswered = Boolean(said.answer.trim() || said.chosen.length || said.pairs.length);
    place?.classList.toggle("answered", isAnswered);
    const state = place?.querySelector("[data-state]");
    if (state) state.textContent = isAnswered ? words.answered : words.unanswered;
  }

  function conflict(said) {
    shelve();
    const box = document.getElementById("two-windows");
    const pairs = Array.isArray(said.chosen) ? [] : Object.entries(said.chosen).map(([left, right]) => [`pair-${left}`, right]);
    const theirs = JSON.stringify({ answer: said.answer, chosen: Array.isArray(said.chosen) ? said.chosen : [], pairs });
    stopped = true; // nothing goes to the server until somebody has decided
    tell("");
    reveal(box, theirs);
    const decide = (take) => {
      box.hidden = true;
      stopped = false;
      server = theirs;
      revision.value = said.revision;
      if (take) show(theirs);
      shelve();
      send();
    };
    box.querySelector("[data-mine]").onclick = () => decide(false);
    box.querySelector("[data-theirs]").onclick = () => decide(true);
    return false;
  }

  function over(said) {
    stopped = true;
    tell(said.message, true);
    setTimeout(() => location.assign(said.place), 2500);
    return false;
  }

  // The words of a browser that crashed. They are offered, not put in: the field may hold something newer.
  function offerKept() {
    const copy = kept();
    if (!copy || copy.text === server) return shelve();
    const box = document.getElementById("kept-copy");
    reveal(box, copy.text);
    box.querySelector("[data-take]").onclick = () => { box.hidden = true; show(copy.text); shelve(); send(); };
    box.querySelector("[data-drop]").onclick = () => { box.hidden = true; shelve(); };
  }

  function reveal(box, text) {
    box.querySelector("pre").textContent = readable(JSON.parse(text));
    box.hidden = false;
  }

  function readable(said) {
    const choices = said.chosen.map((one) => form.querySelector(`[name=chosen][value="${CSS.escape(one)}"]`)?.closest("label")?.innerText.trim());
    const pairs = said.pairs.map(([name, value]) => {
      const list = form.elements[name];
      return `${list?.closest(".pair")?.firstElementChild?.innerText.trim()} → ${list?.querySelector(`[value="${CSS.escape(value)}"]`)?.textContent}`;
    });
    return [said.answer, ...choices, ...pairs].filter(Boolean).join("\n");
  }

  // A link to another question waits for the words to arrive; when they cannot, the copy in this browser is offered there later.
  async function leave(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || link.target || event.ctrlKey || event.metaKey || event.shiftKey || stopped || snapshot() === server) return;
    event.preventDefault();
    shelve();
    await Promise.race([sending ? sending.then(() => send()) : send(), new Promise((done) => setTimeout(done, 2000))]);
    location.assign(link.href);
  }
}

function count(clock) {
  const words = clock.dataset;
  const ahead = new Date(words.now) - Date.now(); // by how much the server's clock is ahead of this one
  const end = new Date(words.deadline).getTime();
  let before = Infinity;
  const tick = () => {
    const left = Math.max(0, Math.round((end - Date.now() - ahead) / 1000));
    const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
    const two = (number) => String(number).padStart(2, "0");
    clock.textContent = words.left.replace("{time}", hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`);
    clock.classList.toggle("soon", left <= 300);
    if (left <= 300 && before > 300 && before !== Infinity) say(words.soon.replace("{minutes}", "5"));
    if (left <= 60 && before > 60 && before !== Infinity) say(words.one);
    before = left;
    if (left > 0) return setTimeout(tick, 1000 - (Date.now() % 1000));
    clock.textContent = words.over;
    say(words.over);
    setTimeout(() => location.reload(), 2500); // the last words are on their way
  };
  tick();
}
