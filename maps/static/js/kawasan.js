/* The one global of every page with a map. Each script beside this one adds one part to it; here is what
   all of them share: the drawn map, what the page carries of it, and the page's words and numbers.

   They are classic scripts, since a map saved as one file must open from a memory stick, where a
   browser loads no module. */

const Kawasan = {};

/* What is drawn; empty until a map is there. */
Kawasan.page = /** @type {Page} */ ({});

Kawasan.drawn = () => (Kawasan.page.map ? Kawasan.page : undefined);

/* The box around the map, with its legends. */
Kawasan.frame = () => /** @type {HTMLElement} */ (Kawasan.page.map.getContainer().parentElement);

Kawasan.words = (() => {
  "use strict";

  const { page } = Kawasan;

  /** @param {string} key */
  const text = (key) => page.data.text[key];
  /** @param {string} key  @param {{[name: string]: any}} facts */
  const filled = (key, facts) => text(key).replace(/\{(\w+)\}/g, (_, name) => facts[name]);

  /** @param {number} number */
  const formatted = (number, digits = 0) => number.toLocaleString(
    document.documentElement.lang === "en" ? "en-GB" : "id-ID",
    { minimumFractionDigits: digits, maximumFractionDigits: digits },
  );

  return { text, filled, formatted };
})();
