// One person at a time. A page about somebody asks the other windows of this browser whether somebody else is open
// there; if so, it stops with a choice, and the window that loses is covered until it takes over again. Names pass from
// window to window in memory only (BroadcastChannel), among windows of one user; nothing is stored. Without scripts
// nothing stops, and every form still names its own person in its address.
const banner = document.querySelector("[data-person]");
if (banner && "BroadcastChannel" in window) guard(banner.dataset);

function guard({ person, personName: name, personPage: page }) {
  const ids = new Set(person.split(" "));
  const me = Math.random().toString(36).slice(2);
  const mine = { from: me, person, name, page };
  const shared = new URLSearchParams(location.search).has("present"); // a screen that others see names nobody else
  const named = (other) => (shared ? "Somebody else" : other.name);
  const another = (other) => !other.person.split(" ").some((id) => ids.has(id)); // linked records are one person
  let state = "open";
  let channel;

  const told = {
    hello(other) {
      if (state === "open") channel.postMessage({ ...mine, kind: "here", to: other.from });
    },
    here(other) {
      if (state === "open" && other.to === me) stop(other);
    },
    taken: cover,
  };

  function listen() {
    channel = new BroadcastChannel(`localcare-person-${document.body.dataset.viewer}`);
    channel.onmessage = ({ data }) => { if (another(data)) told[data.kind](data); };
    greet();
  }

  function greet() {
    if (state === "open") channel?.postMessage({ ...mine, kind: "hello" });
  }

  function take() {
    state = "open";
    dialog.close();
    channel.postMessage({ ...mine, kind: "taken" });
  }

  function stop(other) {
    state = "asking";
    show(`${named(other)} is open in another window`,
      `You have opened ${name} here. One person is open at a time, so that nothing is written to the wrong one. ` +
        "What is written in the other window is kept there.",
      [`Stay with ${name} here, and close the other`, take],
      [shared ? "Leave this page" : `Go back to ${other.name}`, () => location.replace(other.page)]);
  }

  function cover(other) {
    state = "covered";
    show(`${named(other)} is open in another window`,
      `This page of ${name} is closed until you come back to it. What you wrote here is kept.`,
      [`Go on with ${name} here, and close the other`, take]);
  }

  const dialog = document.createElement("dialog");
  dialog.className = "lc-dialog lc-dialog--cover";
  dialog.setAttribute("aria-labelledby", "one-person");
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  // A browser lets a second Escape through: until somebody chose, the question comes back.
  dialog.addEventListener("close", () => { if (state !== "open") dialog.showModal(); });

  function show(title, text, ...ways) {
    const heading = Object.assign(document.createElement("h2"), { id: "one-person", textContent: title, tabIndex: -1 });
    const words = Object.assign(document.createElement("p"), { textContent: text });
    const buttons = Object.assign(document.createElement("div"), { className: "lc-buttons" });
    buttons.append(...ways.map(([label, act], at) => button(label, act, at)));
    dialog.replaceChildren(heading, words, buttons);
    if (!dialog.isConnected) document.body.append(dialog);
    if (!dialog.open) dialog.showModal();
    heading.focus(); // no button is pressed by a key that was meant for the page
  }

  function button(label, act, at) {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: label });
    made.className = `nhsuk-button nhsuk-button--small${at ? " nhsuk-button--secondary" : ""}`;
    made.addEventListener("click", act);
    return made;
  }

  listen();
  // A window that slept, or came back from the browser's memory, may have missed the question: it asks again.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) greet(); });
  window.addEventListener("pagehide", () => { channel.close(); channel = null; });
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
}
