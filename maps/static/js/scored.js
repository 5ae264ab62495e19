/* The cards under other weights: scores and ranges at once, chances and bands when they are known, and
   back to what they were. What the service answers is put into words here; nothing is computed twice. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  if (!drawn || !drawn.data.weighing) return;

  const { data } = drawn;
  const { text, filled, formatted, percent } = Kawasan.words;
  const { rangeText, expectedText } = Kawasan.standing;
  const { repaint } = Kawasan.areas;
  const firstCards = structuredClone({ zones: data.zones, kecamatan: data.kecamatan || {} });
  const digits = 1;

  /** @param {number | null} value */
  const known = (value) => value ?? undefined;

  function changeCard(card, first, columns, i) {
    const { score, score_low: low, score_high: high, status, data_coverage: coverage } = columns.zones;
    card.status = status[i];
    card.statusText = text(`status.${status[i]}`);
    card.score = score[i] === null ? undefined : formatted(score[i], digits);
    card.range = rangeText(known(low[i]), known(high[i]));
    Object.assign(card, { scoreAt: known(score[i]), scoreLow: known(low[i]), scoreHigh: known(high[i]) });
    takeRank(card, columns, i);
    forgetChance(card);
    // The class of the score, until the chances say which one is the likeliest.
    card.class = known(columns.zones.rank_class[i]);
    card.coverage = percent(coverage[i], data.weighing.coverageFloor);
    card.coverageShare = coverage[i];
    card.reason = status[i] === "insufficient_data"
      ? filled("reason.insufficient_data", { share: card.coverage }) : status[i] === "excluded" ? first.reason : undefined;
    // They are of other weights; whoever shows a card asks for those of now.
    card.lifts = card.holdsBack = card.interval = undefined;
    card.was = was(first, card);
    changeRows(card, columns, i);
  }

  function takeRank(card, columns, i) {
    const { rank } = columns.zones;
    const others = rank[i] === null ? 0 : rank.filter((one) => one === rank[i]).length - 1;
    const facts = { rank: rank[i], n: columns.of, others };
    card.place_in_ranking = rank[i];
    card.tied = others || undefined;
    card.rank = rank[i] === null ? undefined : filled(others ? "zone.rank_tied" : "zone.rank_of", facts);
  }

  function forgetChance(card) {
    card.classWords = card.classChance = card.candidates = card.band = card.surelyAbove = card.expected = undefined;
  }

  function changeRows(card, columns, i) {
    const { points, dimensions } = columns.zones;
    for (const [id, column] of Object.entries(dimensions)) {
      if (card.dimensions) card.dimensions[id] = column[i] === null ? "–" : formatted(column[i]);
    }
    const rows = card.criteria || [];
    const weightOf = (row) => columns.weights[row.id];
    const measured = rows.filter((row) => row.measure !== undefined).reduce((sum, row) => sum + weightOf(row), 0);
    for (const row of rows) {
      const point = points[row.id][i];
      const isKnown = row.measure !== undefined && measured > 0;
      // What is missing leaves its weight to the rest; a method may give a criterion even more.
      row.most = Math.max((100 * weightOf(row)) / (isKnown ? measured : 1), point || 0);
      row.points = point || 0;
      row.pointsText = isKnown && point !== null
        ? filled("zone.points", { points: formatted(point, digits), most: formatted(row.most, digits) })
        : filled("zone.weight", { share: percent(weightOf(row)) });
    }
  }

  function takeChance(card, first, columns, i) {
    const { class: likely, class_words: words, class_chance: chance, class_candidates: candidates } = columns.zones;
    const { band, surely_above: above, score, expected_score: mean } = columns.zones;
    card.class = known(likely[i]);
    card.classWords = known(words[i]);
    card.classChance = known(chance[i]);
    // Of what has no data at all the draws only tell what was drawn.
    card.candidates = columns.zones.data_coverage[i] > 0 ? candidates[i] : {};
    card.band = known(band[i]);
    card.surelyAbove = above[i] || undefined;
    card.expected = expectedText(score[i], mean[i]);
    card.was = was(first, card);
  }

  /* What of an area's score, class and rank was otherwise by the model's own weights, in words. */
  function was(first, card) {
    if (!first.place_in_ranking) return card.place_in_ranking ? text("weights.new") : "";
    const parts = [];
    if (first.place_in_ranking !== card.place_in_ranking) parts.push(`${text("weights.number")} ${first.place_in_ranking}`);
    if (first.score !== card.score) parts.push(first.score);
    // While the chances are worked out nobody knows whether the class is another.
    const isKnown = card.status !== "ranked" || card.classWords !== undefined;
    const isOther = first.class !== card.class && first.classWords !== card.classWords;
    if (isKnown && (isOther || card.status !== "ranked")) parts.push(first.classWords);
    const said = parts.filter(Boolean).join(" · ");
    return said && `${text("weights.was")} ${said}`;
  }

  /** @param {typeof changeCard} change */
  const taker = (change) => (name, columns) => {
    columns.zones.area_id.forEach((id, i) => {
      const card = data[name] && data[name][id];
      if (card) change(card, firstCards[name][id], columns, i);
    });
    repaint(name);
  };

  /* Back to the model's own: the cards as they came, with every explanation. */
  function restore() {
    for (const name of ["zones", "kecamatan"]) {
      for (const [id, card] of Object.entries(firstCards[name])) {
        if (!data[name]) continue;
        for (const key of Object.keys(data[name][id])) delete data[name][id][key];
        Object.assign(data[name][id], structuredClone(card));
      }
      repaint(name);
    }
  }

  Kawasan.scored = {
    takeScores: taker(changeCard), takeChances: taker(takeChance), restore, first: (id) => firstCards.zones[id],
  };
})();
