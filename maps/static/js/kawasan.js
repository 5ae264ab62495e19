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

  /* Percent with so many decimals, a half up, as geo/language.py rounds; 0.29 times 100 is 28.999999999999996. */
  const SAME = 1e-9;
  const rounded = (share, decimals = 0) => Math.floor(100 * share * 10 ** decimals + 0.5 + SAME) / 10 ** decimals;

  /* How many decimals set a share apart from the limit beside it: it never reads as what it is not. */
  function decimalsOf(share, beside) {
    if (beside === undefined || Math.abs(share - beside) <= SAME) return 0;
    const apart = [0, 1, 2, 3, 4, 5, 6].find((decimals) => rounded(share, decimals) !== rounded(beside, decimals));
    return apart ?? 0;
  }

  /* The number that `percent` says: what is not all is at most 99, what is not none at least what it is. */
  /** @param {number} share  @param {number} [beside] */
  function percentage(share, beside) {
    const decimals = decimalsOf(share, beside);
    if (decimals === 0 && share < 1 - SAME && rounded(share) > 99) return 99;
    return rounded(share, decimals);
  }

  /* A share (0..1) in percent, by the rule of `percent` in geo/language.py. */
  /** @param {number} share  @param {number} [beside]  a limit that it never reads as unless it is it */
  function percent(share, beside) {
    const decimals = decimalsOf(share, beside);
    if (decimals === 0 && share > SAME && rounded(share) < 1) return "<1%";
    if (decimals === 0 && share < 1 - SAME && rounded(share) > 99) return ">99%";
    return `${formatted(rounded(share, decimals), decimals)}%`;
  }

  return { text, filled, formatted, percent, percentage };
})();
