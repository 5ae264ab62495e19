/* How sure the order is: a button below the ranking, answered by simulation on the server. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  const section = /** @type {HTMLElement} */ (document.querySelector(".confidence"));
  if (!drawn || !section || !Kawasan.weights) return;

  const { data } = drawn;
  const { element, part } = Kawasan.dom;
  const { text, filled, formatted, percent } = Kawasan.words;
  const { reasonOf } = Kawasan.server;
  const DRAWS = 5000;
  const outcome = part(section, ".confidence-outcome");
  const asker = part(section, "button", HTMLButtonElement);

  async function ask() {
    asker.disabled = true;
    outcome.replaceChildren(element("p", { class: "quiet" }, text("confidence.asking")));
    const asked = String(Kawasan.weights.query());
    const found = await Kawasan.weights.simulated("zones", DRAWS).then(answer, (error) => [
      element("p", { class: "reason" }, reasonOf(error, text("weights.failed"))),
    ]);
    // What was simulated under other weights does not stand beside these.
    outcome.replaceChildren(...(asked === String(Kawasan.weights.query()) ? found : []));
    asker.disabled = false;
  }

  const answer = (found) => [
    element("p", { class: "verdict" }, found.verdict),
    element("ul", { class: "intervals" }, ...Object.entries(found.zones)
      .sort(([, a], [, b]) => a.expected_rank - b.expected_rank).map(interval)),
    element("p", { class: "quiet" }, `${formatted(found.draws)} ${text("confidence.draws")}`),
  ];

  function interval([id, zone]) {
    const [low, high] = zone.rank_interval;
    const ranks = low === high ? `${low}` : `${low}–${high}`;
    return element(
      "li", { title: zone.sentence }, element("b", {}, (data.zones[id] || {}).name || id),
      element("span", {}, filled("confidence.interval", { ranks, share: percent(zone.rank_interval_share) })),
      element("span", {}, `${text("confidence.first")}: ${percent(zone.first)}`),
    );
  }

  section.hidden = false;
  asker.addEventListener("click", ask);
  document.addEventListener("kawasan:weighing", () => outcome.replaceChildren());
})();
