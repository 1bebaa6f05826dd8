// Tells the style sheets that scripts run, before anything is drawn; pages are complete without.
document.body.className += " js-enabled" + ("noModule" in HTMLScriptElement.prototype ? " nhsuk-frontend-supported" : "");
