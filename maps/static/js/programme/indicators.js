/* The list of indicators, narrowed to those that hold every word that is typed. */

(() => {
  "use strict";

  const finder = document.querySelector(".finder");
  const field = document.getElementById("find");
  const status = finder?.querySelector("[role=status]");
  if (!(finder instanceof HTMLElement && field instanceof HTMLInputElement && status instanceof HTMLElement)) return;
  finder.hidden = false;

  /** @type {HTMLElement[]} */
  const entries = [...document.querySelectorAll("[data-words]")].filter((one) => one instanceof HTMLElement);
  const themes = [...document.querySelectorAll(".theme")].filter((one) => one instanceof HTMLElement);

  function narrow() {
    const words = field instanceof HTMLInputElement ? field.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
    for (const entry of entries) {
      entry.hidden = !words.every((word) => (entry.dataset.words || "").includes(word));
    }
    for (const theme of themes) {
      theme.hidden = !theme.querySelector("[data-words]:not([hidden])");
      // What is found is seen; a list that is whole again is folded again.
      if (theme instanceof HTMLDetailsElement) theme.open = words.length > 0 && !theme.hidden;
    }
    const found = entries.filter((entry) => !entry.hidden).length;
    const { said = "", none = "" } = status instanceof HTMLElement ? status.dataset : {};
    if (status) status.textContent = !words.length ? "" : found ? said.replace("{n}", String(found)) : none;
  }

  /* Somebody may have typed before the script came, or come back to the page. */
  field.addEventListener("input", narrow);
  narrow();
})();
