/* The form of a split: the address names only what was fixed, not thirteen blanks. */

(() => {
  "use strict";

  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("split"));
  if (!form) { return; }

  /** @param {string} name @returns {HTMLInputElement[]} */
  const named = (name) => [...form.elements].flatMap((field) => field instanceof HTMLInputElement && field.name === name ? [field] : []);

  form.addEventListener("submit", () => {
    const [regions, fields] = [named("region"), named("to")];
    const filled = regions.map((region, i) => ({ region, field: fields[i], text: fields[i].value.trim() })).filter(({ text }) => text);
    for (const field of form.elements) { if (field instanceof HTMLInputElement && !field.value) { field.disabled = true; } }
    for (const field of [...regions, ...fields]) { field.disabled = true; }
    /* What is no number goes as it was typed, a field each: a comma in it would look like the next part. */
    if (!filled.every(({ text }) => /^\d{1,3}([.,]\d{1,15})?$/.test(text))) {
      for (const { region, field } of filled) { region.disabled = field.disabled = false; }
      return;
    }
    if (filled.length) {
      const kept = named("fixed")[0] ?? form.appendChild(document.createElement("input"));
      const value = filled.map(({ region, text }) => `${region.value}:${text.replace(",", ".")}`).join(",");
      Object.assign(kept, { type: "hidden", name: "fixed", value, disabled: false });
    }
  });

  /* Coming back by the browser's own button, the fields are to be written in again. */
  window.addEventListener("pageshow", () => {
    for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input"))) { field.disabled = false; }
  });
})();
