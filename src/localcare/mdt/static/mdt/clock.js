// A gentle clock beside the minutes planned for a case: it says how long, and never rings.
// When a case began is kept for the time this window is open, so that a reload or a save does not start it again.
const shown = document.querySelector("[data-case-clock]");
if (shown) {
  const key = `case began ${location.pathname}`;
  const began = Number(sessionStorage.getItem(key)) || Date.now();
  sessionStorage.setItem(key, began);
  const tell = () => {
    const minutes = Math.floor((Date.now() - began) / 60000);
    shown.textContent = minutes ? `, ${minutes} gone` : "";
  };
  tell();
  setInterval(tell, 10000);
}
