/* The cards that popups show: of a zone, a kecamatan, a regency and a settlement site.

   What an area's card says comes from maps/folium/cards.py and is laid out here; a site's card is
   written from what the service answers. */

Kawasan.card = (() => {
  "use strict";

  const { page } = Kawasan;
  const { element, paragraph, link, bar } = Kawasan.dom;
  const { text, filled, formatted } = Kawasan.words;
  const { classChip, spread } = Kawasan.standing;

  /** @param {Card} card */
  function standing(card) {
    const score = card.score && element(
      "p", { class: "score" },
      element("span", { class: "score-value" }, card.score),
      card.range ? element("span", { class: "score-range", title: text("zone.range_long") }, `(${card.range})`) : null,
      element("span", { class: "score-of" }, text("zone.out_of")),
    );
    const band = [
      card.band && filled("zone.band", { band: card.band }),
      card.surelyAbove && filled("zone.surely_above", { n: card.surelyAbove }),
      card.expected,
    ].filter(Boolean).join(" · ");
    const coverage = card.coverage && element(
      "div", { class: "coverage" },
      element("p", {}, text("zone.coverage"), element("b", {}, card.coverage)),
      bar(card.coverageShare, { kind: "plain" }),
    );
    const facts = element(
      "div", { class: "standing-facts" },
      classChip(card), paragraph("rank", card.rank), paragraph("band", band), paragraph("was", card.was),
    );
    return element(
      "div", { class: "standing" },
      element("div", { class: "standing-row" }, score || null, facts),
      paragraph("reason", card.reason),
      spread(card),
      card.status === "excluded" ? null : paragraph("unchecked", card.uncheckedNamed),
      coverage || null,
    );
  }

  /** @param {CriterionRow} row  @param {number} most  the longest bar of the card, in points */
  function criterion(row, most) {
    const facts = page.data.criteria[row.id];
    const known = row.measure !== undefined;
    const detail = known
      ? [`${row.measure} ${facts.unit}`, row.period].filter(Boolean).join(" · ")
      : text("zone.missing");
    return element(
      "li", { class: known ? "criterion" : "criterion is-missing" },
      element(
        "div", { class: "criterion-head" },
        element("span", {}, facts.title),
        element("span", { class: "points" }, row.pointsText),
      ),
      bar(row.points / most, { track: row.most / most, kind: known ? "" : "missing" }),
      paragraph("detail", detail),
      paragraph("note", row.note),
      paragraph("note", row.shares),
    );
  }

  /** @param {Card} card  @param {string | null} id */
  function dimensionScore(card, id) {
    const score = id && card.dimensions?.[id];
    return score && score !== "–" ? element("span", {}, `${score} ${text("zone.out_of")}`) : null;
  }

  /** @param {Card} card */
  function contributions(card) {
    const rows = card.criteria;
    if (!rows) return null;
    const most = Math.max(1, ...rows.map((row) => row.most));
    /** @type {[string | null, string][]} */
    const groups = [...page.data.dimensions];
    const known = new Set(groups.map(([id]) => id));
    if (rows.some((row) => !known.has(page.data.criteria[row.id].dimension))) {
      groups.push([null, text("zone.own_dimension")]);
    }
    const of = (id) => rows.filter((row) => {
      const dimension = page.data.criteria[row.id].dimension;
      return id === null ? !known.has(dimension) : dimension === id;
    });
    return element(
      "section", {},
      element("h3", {}, text("zone.contributions")),
      ...groups.filter(([id]) => of(id).length).map(([id, title]) => element(
        "div", { class: "dimension" },
        element("h4", {}, title, dimensionScore(card, id)),
        element("ul", {}, ...of(id).map((row) => criterion(row, most))),
      )),
    );
  }

  /** @param {Card} card */
  function constraints(card) {
    if (!card.constraints) return null;
    const marks = { passed: "✓", failed: "✕", unknown: "?" };
    return element(
      "section", {},
      element("h3", {}, text("zone.constraints")),
      element("ul", { class: "constraints" }, ...card.constraints.map((row) => element(
        "li", { class: row.outcome },
        element("span", { class: "mark", "aria-hidden": "true" }, marks[row.outcome]),
        element(
          "div", {},
          element("p", {}, element("b", {}, row.title), ` ${row.text}`),
          paragraph("detail", row.share),
          paragraph("note", row.note),
        ),
      ))),
    );
  }

  /* The desa of an area, and what sources say of its ground; never part of a score. */
  /** @param {Card} card */
  const beside = (card) => [
    paragraph("note", card.factsNote),
    card.villages && element("section", {}, element("h3", {}, text("facts.villages")), paragraph("", card.villages)),
    card.ground && element(
      "section", {},
      element("h3", {}, text("facts.ground")),
      element("ul", { class: "said" }, ...card.ground.map((line) => element("li", {}, line))),
      paragraph("note", card.groundNote),
    ),
  ].map((part) => part || null);

  /** @param {[string, Node | string | undefined][]} rows */
  function facts(rows) {
    const known = rows.filter(([, content]) => content);
    if (!known.length) return null;
    return element("dl", { class: "facts" }, ...known.flatMap(([key, content]) => [
      element("dt", {}, text(key)), element("dd", {}, content),
    ]));
  }

  /** @param {Card} card */
  function sources(card) {
    const listed = [...(card.sources || [])].map((source) => link(source, source));
    if (card.source || card.sourceUrl) {
      listed.unshift(link(card.sourceUrl, card.source || card.sourceUrl));
    }
    if (!listed.length) return null;
    return element(
      "details", { class: "sources" },
      element("summary", {}, `${text("zone.sources")} (${listed.length})`),
      element("ul", {}, ...listed.map((source) => element("li", {}, source))),
    );
  }

  /** @param {{name?: string}} card  @param {(string | undefined)[]} details */
  function heading(card, ...details) {
    const line = details.filter(Boolean).join(" · ");
    return element(
      "header", {},
      element("h2", { tabindex: "-1" }, card.name || "–"), paragraph("place", line),
    );
  }

  /* What the page around the map adds to a card of a layer; nothing on a map that stands alone. */
  /** @type {(layer: string, id: string, card: Card) => Element | null} */
  let details = () => null;

  /** @param {typeof details} build */
  function addDetails(build) {
    details = build;
  }

  /** @param {Card} card  @param {string} id  @param {Element | null} siteSearch  where the zone's settlement sites are found */
  const zoneCard = (card, id, siteSearch) => element(
    "article", { class: "card" },
    heading(card, card.place, card.area, card.geometryMark),
    standing(card),
    details("zones", id, card),
    siteSearch,
    facts([
      ["zone.interval", card.interval],
      ["zone.lifts", card.lifts],
      ["zone.holds_back", card.holdsBack],
    ]),
    contributions(card),
    constraints(card),
    ...beside(card),
    facts([
      ["zone.official_status", card.officialStatus],
      ["zone.geometry", card.geometry],
      ["zone.remarks", card.remarks],
    ]),
    sources(card),
  );

  /** @param {Card} card  @param {string} id */
  const kecamatanCard = (card, id) => element(
    "article", { class: "card" },
    heading(card, card.place),
    standing(card),
    details("kecamatan", id, card),
    element("ul", { class: "scores" }, ...page.data.dimensions
      .filter(([id]) => card.dimensions?.[id])
      .map(([id, title]) => element("li", {}, title, element("b", {}, card.dimensions?.[id])))),
    facts([["zone.ages", card.ages === undefined ? undefined : page.data.lines[card.ages]]]),
    !card.warnings ? null : element("ul", { class: "said" }, ...card.warnings.map((place) => element("li", {}, page.data.lines[place]))),
    ...beside(card),
    paragraph("note", text("kecamatan.screening")),
  );

  /** @param {Card} card  @param {string} id */
  const regencyCard = (card, id) => element(
    "article", { class: "card" },
    heading(card, card.code),
    card.value
      ? element(
        "div", { class: "standing" },
        paragraph("figure-title", page.data.indicator.title),
        element(
          "p", { class: "score" },
          element("span", { class: "score-value" }, card.value),
          element("span", { class: "score-of" }, page.data.indicator.unit),
        ),
      )
      : paragraph("reason", text("regency.no_data")),
    details("regencies", id, card),
    facts([
      ["regency.period", card.value && card.period],
      ["regency.note", card.value && card.note],
      ["regency.caveat", page.data.indicator.caveat],
      ["regency.source", (card.source || card.sourceUrl) && link(card.sourceUrl, card.source || card.sourceUrl)],
      ["regency.via", card.via],
    ]),
  );

  /** @param {Site} site */
  const siteFigures = (site) => [
    element("b", {}, `${site.rank}. ${formatted(site.area_ha)} ha`),
    element("span", {}, `${formatted(site.households)} ${text("sites.households")}`),
    element("span", {}, `${text("sites.suitability")} ${formatted(site.suitability_mean, 1)}`),
  ];

  /** @param {Site} site */
  const siteCard = (site) => element(
    "article", { class: "card" },
    heading({ name: `${text("sites.one")} ${site.rank}` }, page.data.zones[site.zone] && page.data.zones[site.zone].name),
    facts([
      ["sites.area", `${formatted(site.area_ha, 1)} ha`],
      ["sites.capacity", `${formatted(site.households)} ${text("sites.households")}`],
      ["sites.suitability", `${formatted(site.suitability_mean, 1)} (≥ ${formatted(site.suitability_min, 1)})`],
      ["sites.compactness", formatted(site.compactness, 2)],
    ]),
    paragraph("site-reasons", site.reasons),
  );

  return { zoneCard, kecamatanCard, regencyCard, siteCard, siteFigures, addDetails };
})();
