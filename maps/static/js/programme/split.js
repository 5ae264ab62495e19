/* The form of a split: the address names only what was fixed, not thirteen blanks. */

(() => {
  "use strict";

  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("split"));
  if (!form) { return; }

  form.addEventListener("submit", () => {
    /** @type {string[]} */
    const fixed = [];
    for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input.to"))) {
      const code = field.closest("tr")?.dataset.region;
      const entered = field.value.trim().replace(",", ".");
      if (code && entered) { fixed.push(`${code}:${entered}`); }
    }
    const rows = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[name=region], input[name=to]"));
    for (const field of rows) { field.disabled = true; }
    for (const field of form.querySelectorAll("input")) { if (!field.value) { field.disabled = true; } }
    if (fixed.length) {
      const kept = form.querySelector("input[name=fixed]") ?? form.appendChild(document.createElement("input"));
      Object.assign(kept, { type: "hidden", name: "fixed", value: fixed.join(","), disabled: false });
    }
  });

  /* Coming back by the browser's own button, the fields are to be written in again. */
  window.addEventListener("pageshow", () => {
    for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input"))) { field.disabled = false; }
  });
})();
