/* The panel around the ranking: how many are ranked, the first ones while weights are moved, what the
   map shows as a table, and the heights of the sheet that the panel is on a phone. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  const panel = /** @type {HTMLElement} */ (document.querySelector(".panel"));
  if (!drawn || !panel) return;

  const { map, data } = drawn;
  const { element, part, swatch, NARROW } = Kawasan.dom;
  const { text, filled } = Kawasan.words;
  const { classFill, classWords } = Kawasan.standing;
  const { lowerSheet } = Kawasan.opening;
  const MOST_LEADERS = 3;
  const firstRanks = new Map(Object.entries(data.zones).map(([id, card]) => [id, card.place_in_ranking]));

  const best = (name) => Object.entries(data[name]).filter(([, card]) => card.place_in_ranking)
    .sort(([, a], [, b]) => a.place_in_ranking - b.place_in_ranking);

  /* How many are ranked, and why the others are not */

  function count() {
    const place = panel.querySelector(".counts");
    if (!place) return;
    const cards = Object.values(data.zones);
    const of = (status) => cards.filter((card) => card.status === status).length;
    place.textContent = [
      filled("table.ranked", { n: of("ranked"), all: cards.length }),
      ...["insufficient_data", "excluded", "unassessed"].filter(of).map((status) => filled(`table.${status}`, { n: of(status) })),
    ].join("; ");
  }

  /* The first of the ranking stay in view while the sliders below them are moved. */

  function leader([id, card]) {
    const before = firstRanks.get(id);
    const hasMoved = before && before !== card.place_in_ranking;
    const isUp = Number(before) > card.place_in_ranking;
    return element(
      "li", {},
      element("b", {}, String(card.place_in_ranking)),
      element("span", { class: "name" }, card.name || id),
      hasMoved ? element("span", { class: isUp ? "moved is-up" : "moved is-down" }, `${isUp ? "▲" : "▼"} ${text("weights.was")} ${before}`) : null,
      swatch(classFill(card), card.score),
    );
  }

  function follow() {
    count();
    const place = panel.querySelector(".leaders");
    if (place) place.replaceChildren(...best("zones").slice(0, MOST_LEADERS).map(leader));
  }

  /* What the map shows, as a table */

  const tables = /** @type {HTMLDetailsElement} */ (document.getElementById("tables"));
  const TITLES = { zones: "search.zones", kecamatan: "search.kecamatan", regencies: "search.regencies" };

  const titled = (key) => text(key).replace(/^./, (letter) => letter.toLocaleUpperCase());
  const cell = (content, kind = "") => element("td", kind ? { class: kind } : {}, content || "–");
  const row = (name, ...cells) => element("tr", {}, element("th", { scope: "row" }, name || "–"), ...cells);

  const columns = {
    areas: [["table.rank", "number"], ["table.band_title", "number"], ["table.score", "number"], ["table.range", "number"], ["table.class"], ["table.coverage", "number"], ["search.regencies"]],
    regencies: [["regency.value", "number"], ["regency.period"], ["regency.source"]],
  };

  const areaRow = (card) => row(
    card.name, cell(card.place_in_ranking && String(card.place_in_ranking), "number"), cell(card.band && String(card.band), "number"),
    cell(card.score, "number"), cell(card.range, "number"), cell(classWords(card)), cell(card.coverage, "number"), cell(card.place),
  );

  const regencyRow = (card) => row(
    card.name, cell(card.value && `${card.value} ${data.indicator.unit}`, "number"), cell(card.period), cell(card.source),
  );

  function showTable() {
    if (!tables.open) return;
    const name = part(tables, "select", HTMLSelectElement).value;
    const isRegencies = name === "regencies";
    const cards = Object.values(data[name]);
    const last = cards.length + 1;
    if (!isRegencies) cards.sort((a, b) => (a.place_in_ranking || last) - (b.place_in_ranking || last));
    const heads = columns[isRegencies ? "regencies" : "areas"];
    part(tables, ".scroll").replaceChildren(element(
      "table", { class: "content" },
      element("caption", { class: "visually-hidden" }, isRegencies ? data.indicator.title : titled(TITLES[name])),
      element("thead", {}, element(
        "tr", {}, element("th", { scope: "col" }, titled(TITLES[name])),
        ...heads.map(([key, kind = ""]) => element("th", { scope: "col", class: kind }, titled(key))),
      )),
      element("tbody", {}, ...cards.map(isRegencies ? regencyRow : areaRow)),
    ));
  }

  function startTables() {
    const choice = part(tables, "select", HTMLSelectElement);
    choice.append(...Object.keys(TITLES).filter((name) => data[name]).map((name) => new Option(titled(TITLES[name]), name)));
    tables.hidden = false;
    tables.addEventListener("toggle", showTable);
    choice.addEventListener("change", showTable);
    document.addEventListener("kawasan:scored", showTable);
    document.addEventListener("kawasan:year", showTable);
  }

  /* The sheet: low, half and nearly the whole window. Its handle can be drawn, too. */

  const toggle = part(panel, ".panel-toggle");
  const grow = part(panel, ".panel-grow");

  function setTall(isTall) {
    if (isTall) map.closePopup();
    lowerSheet(false);
    panel.classList.toggle("is-tall", isTall && NARROW.matches);
  }

  function tellTall() {
    const isTall = panel.classList.contains("is-tall");
    grow.setAttribute("aria-pressed", String(isTall));
    grow.setAttribute("aria-label", isTall ? grow.dataset.shrink : grow.dataset.grow);
  }

  function startSheet() {
    grow.addEventListener("click", () => setTall(!panel.classList.contains("is-tall")));
    // The sheet makes way for a card by itself.
    new MutationObserver(tellTall).observe(panel, { attributes: true, attributeFilter: ["class"] });
    const FAR = 36;
    let from;
    let isDrawn = false;
    toggle.addEventListener("pointerdown", ({ clientY }) => {
      from = clientY;
      isDrawn = false;
    });
    window.addEventListener("pointerup", ({ clientY }) => {
      const way = from === undefined ? 0 : clientY - from;
      from = undefined;
      isDrawn = NARROW.matches && Math.abs(way) > FAR;
      if (!isDrawn) return;
      if (way < 0) setTall(!panel.classList.contains("is-low"));
      else if (panel.classList.contains("is-tall")) setTall(false);
      else lowerSheet(true);
    });
    // The click that ends a drawing is none of its own.
    toggle.addEventListener("click", (event) => {
      if (isDrawn) event.stopImmediatePropagation();
      isDrawn = false;
    }, true);
    const search = document.getElementById("search-name");
    if (search) search.addEventListener("focus", () => NARROW.matches && setTall(true));
  }

  follow();
  document.addEventListener("kawasan:scored", follow);
  if (tables) startTables();
  startSheet();
})();
