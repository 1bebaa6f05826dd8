// Keys of a case. Off until somebody switches them on (WCAG 2.1.4: also `?` does nothing then); the choice is kept in
// this browser and says nothing about anybody. Without scripts the button stays hidden and the page is whole.
const KEPT = "localcare.shortcuts";
const FIELDS = { 1: "id_discussion", 2: "id_decision", 3: "id_what0" };
const dialog = document.querySelector("[data-shortcuts]");
const form = document.querySelector("[data-case-form]");
const choice = dialog.querySelector("[data-shortcuts-on]");

function remember(on) {
  try { on ? localStorage.setItem(KEPT, "on") : localStorage.removeItem(KEPT); } catch { /* then it holds for this page */ }
}

function remembered() {
  try { return localStorage.getItem(KEPT) === "on"; } catch { return false; }
}

const writing = (target) => target.isContentEditable || target.matches("input, select, textarea");
const target = (key) =>
  key in FIELDS ? document.getElementById(FIELDS[key]) : document.querySelector(`[data-shortcut="${CSS.escape(key)}"]`);

function press(key) {
  if (key === "?") return dialog.showModal();
  const found = target(key);
  if (key in FIELDS) found?.focus();
  else found?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) {
    event.preventDefault();
    return target("s").click();
  }
  if (!choice.checked || event.ctrlKey || event.altKey || event.metaKey || writing(event.target)) return;
  if (event.key !== "?" && !target(event.key)) return;
  event.preventDefault(); // the key that goes to a field is not written into it
  press(event.key);
});

// One key must not take unsaved words away: the browser asks first.
let changed = Boolean(document.querySelector(".nhsuk-error-summary")); // then the words came back unsaved
form?.addEventListener("input", () => { changed = true; });
form?.addEventListener("submit", () => { changed = false; });
window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

choice.checked = remembered();
choice.addEventListener("change", () => remember(choice.checked));
window.addEventListener("storage", (event) => { if (event.key === KEPT) choice.checked = remembered(); });
for (const button of document.querySelectorAll("[data-shortcuts-open]")) {
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
}
