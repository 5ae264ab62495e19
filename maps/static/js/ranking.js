/* The ranking beside the map: its rows under the weights of now, what they were, sorting and filter.

   Sorting and filter stand in the address behind #, as `s` and `q`. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  const ranking = /** @type {HTMLElement} */ (document.getElementById("ranking"));
  if (!drawn || !ranking || !Kawasan.weights) return;

  const { layers, data } = drawn;
  const { element, part, swatch } = Kawasan.dom;
  const { text, filled } = Kawasan.words;
  const { kept, keepInHash } = Kawasan.address;
  const { classFill, classChip, rangeBar, spread } = Kawasan.standing;
  /** @type {HTMLTableElement | null} */
  const table = ranking.querySelector("table.ranking");
  /** @type {HTMLInputElement | null} */
  const field = ranking.querySelector("#ranking-filter");
  const line = field && /** @type {HTMLElement} */ (field.parentElement);
  const heads = table ? [...table.querySelectorAll("thead th")] : [];

  /* Rows */

  const small = (content, name = "") => (content ? element("small", { class: name }, content) : null);

  /* What was otherwise by the model's own weights; the rank with an arrow, and its word for those who hear it. */
  function mark(id, card) {
    if (!card.was) return null;
    const [place, first] = [card.place_in_ranking, Kawasan.weights.first(id).place_in_ranking];
    if (!place || place === first) return small(card.was, "was");
    const isUp = !first || place < first;
    return element(
      "small", { class: isUp ? "moved is-up" : "moved is-down" },
      element("span", { "aria-hidden": "true" }, isUp ? "▲ " : "▼ "),
      first ? element("span", { class: "visually-hidden" }, `${text(isUp ? "weights.up" : "weights.down")}, `) : null,
      card.was,
    );
  }

  /* What must be known of a ranked area besides its score. */
  const told = (card) => element(
    "div", { class: "told" },
    small(card.place),
    small(card.geometryMark, "mark"),
    small(card.tied && filled("table.tied", { n: card.tied }), "tied"),
    card.surelyAbove ? element(
      "small", { class: "sure", title: filled("zone.surely_above", { n: card.surelyAbove }) },
      element("span", { "aria-hidden": "true" }, "✓ "), filled("table.surely_above", { n: card.surelyAbove }),
    ) : null,
    small(card.expected, "expected"),
    small(card.uncheckedNames, "unchecked"),
  );

  function rankedRow(id, card) {
    const name = element("a", { href: `#zone=${encodeURIComponent(id)}` }, card.name || id);
    return element(
      "tr", { "data-zone": id },
      element("td", { class: "number" }, element("span", { class: "rank" }, String(card.place_in_ranking))),
      element("th", { scope: "row" }, name, told(card), mark(id, card)),
      element(
        "td", { class: "number" }, element("b", { class: "score" }, card.score),
        card.range ? element("span", { class: "score-range" }, ` (${card.range})`) : null, rangeBar(card),
      ),
      element("td", { class: "class" }, classChip(card)),
      element("td", { class: "number" }, card.coverage || ""),
    );
  }

  function unrankedRow(id, card) {
    const name = element("a", { href: `#zone=${encodeURIComponent(id)}` }, card.name || id);
    return element(
      "li", { "data-zone": id }, name, small(card.place), small(card.geometryMark, "mark"),
      small(card.status === "excluded" ? "" : card.uncheckedNames, "unchecked"),
      element("p", {}, swatch(classFill(card), card.statusText || ""), ` · ${card.reason || ""}`), spread(card), mark(id, card),
    );
  }

  /* Rows are sorted by what their column holds; the ranking's own order is the first. */
  let order = { column: 0, falling: false };

  /** @param {[string, Card]} entry */
  const rankOf = ([, card]) => Number(card.place_in_ranking);

  /* The list is cut where the band changes; sorted by something else than the score it has none. */
  function bandsOf(ranked) {
    const found = new Map();
    for (const entry of ranked) found.set(entry[1].band, [...(found.get(entry[1].band) ?? []), entry]);
    return [...found.values()];
  }

  function bandHead(rows) {
    const [[, { band }]] = rows;
    const title = band === undefined ? text("table.bands_pending") : filled("table.band", { band });
    return element(
      "tr", { class: "band" },
      element(
        "th", { scope: "rowgroup", colspan: heads.length }, title, " ", small(filled("table.areas", { n: rows.length })),
        rows.length > 1 ? small(`· ${text("table.band_open")}`) : null,
      ),
    );
  }

  function render() {
    if (!table) return;
    const cards = Object.entries(data.zones);
    const ranked = cards.filter(([, card]) => card.place_in_ranking);
    /** @type {((entry: [string, Card]) => string | number)[]} */
    const keys = [
      rankOf, ([, card]) => card.name || "", rankOf, rankOf, ([, card]) => -Number(card.coverageShare),
    ];
    const key = keys[order.column];
    ranked.sort((a, b) => {
      const [left, right] = [key(a), key(b)];
      const by = typeof left === "string" ? left.localeCompare(String(right)) : left - Number(right);
      return (order.falling ? -by : by) || rankOf(a) - rankOf(b);
    });
    for (const body of [...table.tBodies]) body.remove();
    const rows = (entries) => entries.map(([id, card]) => rankedRow(id, card));
    table.append(...(key === rankOf
      ? bandsOf(ranked).map((band) => element("tbody", {}, bandHead(band), ...rows(band)))
      : [element("tbody", {}, ...rows(ranked))]));
    const others = cards.filter(([, card]) => !card.place_in_ranking);
    part(ranking, ".unranked").replaceChildren(...others.map(([id, card]) => unrankedRow(id, card)));
    for (const one of [".unranked", "#unranked-title"]) part(ranking, one).hidden = !others.length;
    applyFilter();
  }

  /* A filter hides rows and lets their zones step back on the map; the ranks stay those of all. */
  function applyFilter() {
    if (!field || !line) return;
    const wanted = field.value.trim().toLocaleLowerCase();
    /** @type {NodeListOf<HTMLElement>} */
    const found = ranking.querySelectorAll("[data-zone]");
    const rows = [...found];
    const left = new Set();
    for (const row of rows) {
      row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
      if (!row.hidden) left.add(row.dataset.zone);
    }
    for (const body of table?.tBodies ?? []) {
      const head = body.querySelector(".band");
      if (head instanceof HTMLElement) head.hidden = ![...body.rows].some((row) => row !== head && !row.hidden);
    }
    layers.zones.eachLayer((layer) => {
      const path = layer.getElement && layer.getElement();
      if (path) path.classList.toggle("is-filtered", !left.has(String(layer.feature.id)));
    });
    part(line, "[role=status]").textContent = wanted
      ? filled("table.filtered", { n: left.size, all: rows.length }) : "";
  }

  function showOrder() {
    heads.forEach((head, column) => {
      if (column !== order.column || !kept("s")) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", order.falling ? "descending" : "ascending");
    });
  }

  /* The address: the column's number, with a minus where it falls. */

  function open() {
    const [, minus, column] = /^(-?)(\d)$/.exec(kept("s")) || [];
    order = heads[column] ? { column: Number(column), falling: minus === "-" } : { column: 0, falling: false };
    if (field) field.value = kept("q");
    showOrder();
    render();
  }

  function startSorting() {
    heads.forEach((head, column) => {
      const button = element("button", { type: "button" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        order = { column, falling: order.column === column && Boolean(kept("s")) && !order.falling };
        keepInHash({ s: `${order.falling ? "-" : ""}${column}` });
        showOrder();
        render();
      });
    });
  }

  startSorting();
  if (field && line) {
    line.hidden = false;
    field.addEventListener("input", () => {
      keepInHash({ q: field.value.trim() });
      applyFilter();
    });
    layers.zones.on("add", applyFilter);
  }
  open();
  window.addEventListener("hashchange", open);
  document.addEventListener("kawasan:scored", render);
})();
