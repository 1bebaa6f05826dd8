// What is written at a visit without signal waits in this window, in sight, until the server has taken it; under one
// key, so that it is recorded once however often it is sent. It is kept in sessionStorage: it outlives a reload and a
// phone that puts the page away, and goes with the window. No name is kept, only the task's number and the words.
// Each post has a place of its own, and words are sent only while that post is signed in.
const page = document.querySelector("[data-visits]");
const { post, name, who, signIn, tasks } = page.dataset;
const PLACE = `localcare.visits.${post}`;
const AGAIN = 30_000;
const NOT_TAKEN = "The server could not take it. It is tried again by itself.";
const notes = new Map(Object.entries(read())); // task -> { key, seen, words, at, state: writing | waiting | refused, told }
const part = (of) => page.querySelector(`[data-${of}]`);
const forms = new Map([...page.querySelectorAll("form[data-visit]")].map((form) => [form.dataset.visit, form]));
let sending = false;

function read() {
  try { return JSON.parse(sessionStorage.getItem(PLACE)) ?? {}; } catch { return {}; }
}

function keep() {
  try {
    if (notes.size) sessionStorage.setItem(PLACE, JSON.stringify(Object.fromEntries(notes)));
    else sessionStorage.removeItem(PLACE);
  } catch { /* then the words live as long as this page */ }
}

const waiting = () => [...notes].filter(([, note]) => note.state === "waiting");
const made = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text, ...more });
const link = (href, text) => made("a", text, { href });

// What stands on the page

function show() {
  const count = waiting().length;
  part("waiting").hidden = !notes.size || [...notes.values()].every((note) => note.state === "writing");
  part("send-now").hidden = !count;
  part("told").replaceChildren(count
    ? `${count} ${count === 1 ? "note" : "notes"} waiting to be sent. ` +
      `${count === 1 ? "It is" : "They are"} kept in this window until ${count === 1 ? "it is" : "they are"} sent.`
    : "Nothing is waiting. Something was not taken: see below.");
  part("elsewhere").replaceChildren(...[...notes].filter(([task]) => !forms.has(task)).map(elsewhere));
  for (const [task, form] of forms) showForm(form, notes.get(task));
}

function showForm(form, note) {
  if (form.dataset.sent) return;
  const waits = note?.state === "waiting";
  form.words.readOnly = waits;
  form.querySelector("button[type=submit]").hidden = waits;
  form.querySelector("button[type=submit]").textContent = note?.state === "refused" ? "Send again" : "Record as done";
  if (note && note.state !== "writing") tell(form, ...said(form.dataset.visit, note));
  else tell(form);
}

function said(task, note) {
  if (note.state === "waiting") return [made("strong", "Waiting to be sent."), " ", way("Change the words", () => reopen(task))];
  return [made("strong", `Not taken: ${note.told}`), " Your words are kept here. Change them and send again, or give them to " +
    "whoever has the task now. ", way("Throw these words away", () => forget(task))];
}

function elsewhere([task, note]) {
  const item = made("li", `A note about a task that is not on this page: “${note.words}” `);
  item.append(link(`${tasks}${task}/`, "Open the task"), " ");
  if (note.state === "refused") item.append(made("strong", `Not taken: ${note.told} `));
  item.append(way("Throw these words away", () => forget(task)));
  return item;
}

function way(text, act) {
  const button = made("button", text, { type: "button", className: "lc-link-button" });
  button.addEventListener("click", act);
  return button;
}

function tell(form, ...what) {
  const state = form.querySelector("[data-state]");
  state.hidden = !what.length;
  state.replaceChildren(...(what.length ? [Object.assign(document.createElement("p"))] : []));
  state.firstChild?.append(...what);
}

function announce(text, ...more) {
  part("status").textContent = text;
  const told = part("told");
  if (!part("waiting").hidden) told.append(" ", made("strong", text), ...more.flatMap((one) => [" ", one]));
}

// What is written

function write(form) {
  const task = form.dataset.visit;
  const words = form.words.value.trim();
  const before = notes.get(task);
  const state = before?.state === "refused" ? "refused" : "writing";
  if (words) notes.set(task, { ...before, key: before?.key ?? form.key.value, seen: before?.seen ?? form.seen.value, words, state });
  else notes.delete(task);
  keep();
}

function queue(form) {
  const task = form.dataset.visit;
  write(form);
  const note = notes.get(task);
  if (!note) return tell(form, made("strong", "Say what you did, so that the next one knows."));
  notes.set(task, { ...note, state: "waiting", at: note.at ?? Date.now() });
  keep();
  show();
  announce(part("told").textContent);
  send();
}

function reopen(task) {
  notes.set(task, { ...notes.get(task), state: "writing", at: undefined });
  keep();
  show();
  forms.get(task).words.focus();
}

function forget(task) {
  notes.delete(task);
  keep();
  const form = forms.get(task);
  if (form) form.words.value = "";
  show();
}

// What is sent

/** Sends what waits. On coming back to the window, also asks who is signed in where only unfinished words are here. */
async function send(returning = false) {
  if (sending || !(waiting().length || (returning && notes.size))) return;
  sending = true;
  try {
    const token = await signedIn();
    for (const [task, note] of waiting()) if (token) await sendOne(task, note, token);
  } catch (fault) {
    show();
    announce(fault.message, ...(fault.more ?? []));
  } finally {
    sending = false;
  }
}

/** Who is signed in now. Their token if it is the one whose page this is; what is here is hidden from anybody else. */
async function signedIn() {
  const answer = await ask(who, {});
  const theirs = answer.status === 200 && String(answer.told.post) === post;
  part("list").hidden = part("elsewhere").hidden = !theirs;
  if (!theirs) throw Error(`Somebody else is signed in, or another role is in use. What ${name} wrote stays here, hidden, and is ` +
      `not sent until they are signed in again in this browser.`);
  return answer.told.token;
}

async function sendOne(task, note, token) {
  const ago = Math.max(0, Math.round((Date.now() - note.at) / 1000));
  const body = new URLSearchParams({ post, seen: note.seen, words: note.words, key: note.key, ago });
  const { told } = await ask(`${tasks}${task}/write-up/`, { method: "POST", body, headers: { "X-CSRFToken": token } });
  if (!told.outcome) throw Error(NOT_TAKEN);
  if (told.outcome === "refused") notes.set(task, { ...note, state: "refused", told: told.told });
  else notes.delete(task);
  keep();
  show();
  if (told.outcome === "refused") announce(`Not taken: ${told.told}`);
  else settle(task, told);
}

function settle(task, { told, meanwhile }) {
  const form = forms.get(task);
  if (form) {
    form.dataset.sent = "yes";
    form.words.readOnly = true;
    form.querySelector("button[type=submit]").hidden = true;
    tell(form, made("strong", told), ...meanwhile.flatMap((one) => [document.createElement("br"), one]));
  }
  announce(told);
}

async function ask(address, options) {
  if (!navigator.onLine) throw Error("There is no signal now. It is sent when there is one.");
  let response;
  try {
    response = await fetch(address, { redirect: "manual", cache: "no-store", ...options });
  } catch {
    throw Error("The server was not reached. It is tried again by itself.");
  }
  if (response.type === "opaqueredirect") throw Object.assign(
    Error("You are signed out. The words stay here. Sign in in another window, then press Send now."),
    { more: [Object.assign(link(signIn, "Sign in (opens another window)"), { target: "_blank", rel: "noopener" })] });
  const told = await response.json().catch(() => null);
  if (!told && response.status !== 403) throw Error(NOT_TAKEN);
  return { status: response.status, told: told ?? {} };
}

for (const [task, form] of forms) {
  const note = notes.get(task);
  if (note) form.words.value = note.words;
  form.addEventListener("input", () => write(form));
  form.addEventListener("submit", (event) => { event.preventDefault(); queue(form); });
}
part("send-now").addEventListener("click", () => send());
window.addEventListener("online", () => send());
document.addEventListener("visibilitychange", () => { if (!document.hidden) send(true); });
window.addEventListener("beforeunload", (event) => { if (notes.size) event.preventDefault(); });
setInterval(() => send(), AGAIN);
show();
send();
