/* How an area stands and how sure that is: its colour, its class with the chance, the range of its score. */

Kawasan.standing = (() => {
  "use strict";

  const { page } = Kawasan;
  const { HATCHED, element, drawing, swatch } = Kawasan.dom;
  const { text, filled, formatted, percent } = Kawasan.words;
  const FAR_POINTS = 5;
  // A range narrower than what a score is printed with is a point; as in maps/folium/certainty_cards.py.
  const POINT = 0.05;

  /* An area's colour is that of its likeliest class, striped while that is not sure; a hatch says why
     it has none. A class whose chance is still being worked out is not sure. */
  /** @param {Card} card */
  function classFill(card) {
    if (card.status === "excluded") return "url(#hatch-excluded)";
    const entry = page.data.classes[card.class ?? ""];
    if (card.status !== "ranked" || !entry) return HATCHED;
    return (card.classChance ?? 0) >= entry.sureFrom ? entry.colour : entry.unsure;
  }

  /** @param {Card} card */
  const isPending = (card) => card.status === "ranked" && card.classWords === undefined;

  /** @param {Card} card */
  const classWords = (card) => (card.status === "ranked" ? card.classWords ?? text("zone.class_pending") : card.statusText);

  /** @param {Card} card */
  function classChip(card) {
    const words = classWords(card);
    return words ? swatch(classFill(card), words, isPending(card) ? "chip is-pending" : "chip") : null;
  }

  /* What the score of an area can be, in whole points that hold both ends. */
  /** @param {number | undefined} low  @param {number | undefined} high */
  function rangeText(low, high) {
    if (low === undefined || high === undefined || high - low < POINT) return undefined;
    return filled("zone.range", { low: formatted(Math.floor(low)), high: formatted(Math.ceil(high)) });
  }

  /* What the draws expect, where that is far from the score of what is known; as in certainty_cards.py. */
  /** @param {number | null} score @param {number | null} expected */
  function expectedText(score, expected) {
    if (score === null || expected === null || Math.abs(score - expected) < FAR_POINTS) return undefined;
    return filled("zone.expected", { score: formatted(expected, 1) });
  }

  /* Score and range in one: 64,3 (52–81). */
  /** @param {Card} card */
  const figure = (card) => (card.score && card.range ? `${card.score} (${card.range})` : card.score ?? card.range ?? card.value);

  /* What a shape on the map is called by who hears it, and under the pointer. */
  /** @param {Card} card */
  const label = (card) => [card.name, figure(card), card.status && classWords(card)].filter(Boolean).join(", ");

  /** @param {Card} card */
  function candidates(card) {
    const shares = Object.entries(card.candidates ?? {});
    // What a chip says of one class is not said again.
    if (shares.length < (card.status === "ranked" ? 2 : 1)) return undefined;
    const classes = shares.map(([id, share]) => (
      filled("zone.candidate", { title: page.data.classes[id].title, share: percent(share) })
    ));
    return filled("zone.candidates", { classes: classes.join(", ") });
  }

  /* The range as a bar over the classes and their borders, the score as a mark in it. */
  /** @param {Card} card */
  function rangeBar({ scoreLow: low, scoreHigh: high, scoreAt: at }) {
    if (low === undefined || high === undefined) return null;
    const at100 = (score) => `${Math.max(0, Math.min(100, score))}%`;
    const classes = Object.values(page.data.classes);
    const parts = classes.map(({ lower, colour }, i) => drawing("rect", {
      x: at100(lower), y: 11, height: 4, width: at100((classes[i + 1]?.lower ?? 100) - lower), fill: colour,
    }));
    const borders = classes.slice(1).map(({ lower }) => drawing("line", {
      class: "range-border", x1: at100(lower), x2: at100(lower), y1: 0, y2: 15,
    }));
    const span = drawing("rect", { class: "range-span", x: at100(low), y: 2, height: 7, width: at100(high - low), rx: 2 });
    const mark = at === undefined ? [] : [drawing("rect", { class: "range-mark", x: at100(at), y: 0, height: 11, width: 3, transform: "translate(-1.5 0)" })];
    return drawing(
      "svg", { class: "range", height: 15, "aria-hidden": "true" },
      drawing("rect", { class: "range-track", y: 2, height: 7, width: "100%", rx: 2 }),
      ...parts, span, ...borders, ...mark,
    );
  }

  /* How far an area's score may be from what is printed: words, and the bar. */
  /** @param {Card} card */
  function spread(card) {
    const isScored = card.score !== undefined;
    const words = !isScored && card.scoreLow !== undefined && card.scoreHigh !== undefined
      ? filled("zone.range_only", { low: formatted(Math.floor(card.scoreLow)), high: formatted(Math.ceil(card.scoreHigh)) })
      : undefined;
    const drawn = rangeBar(card);
    if (!drawn) return null;
    return element(
      "div", { class: "spread", title: text("zone.range_long") },
      words ? element("p", {}, words) : null, drawn,
      element("p", { class: "spread-ends", "aria-hidden": "true" }, element("span", {}, "0"), element("span", {}, "100")),
      candidates(card) ? element("p", { class: "quiet" }, candidates(card)) : null,
    );
  }

  return { classFill, classWords, classChip, isPending, rangeText, expectedText, rangeBar, figure, label, candidates, spread };
})();
