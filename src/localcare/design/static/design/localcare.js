// Enhancement only: every page works without this file.
import { initAll } from "../vendor/nhsuk-frontend.js";

initAll();
document.body.addEventListener("htmx:afterSwap", (event) => initAll({ scope: event.target }));

// A form that changes its page by itself when a choice changes; without scripts its button does it.
document.body.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && form.hasAttribute("data-submit-on-change")) form.requestSubmit();
});
