// A gentle clock beside the minutes planned for a case: it says how long, and never rings.
const shown = document.querySelector("[data-case-clock]");
if (shown) {
  const began = Date.now();
  setInterval(() => {
    const minutes = Math.floor((Date.now() - began) / 60000);
    shown.textContent = minutes ? `, ${minutes} gone` : "";
  }, 10000);
}
