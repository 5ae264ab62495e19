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
  const { classFill } = Kawasan.card;
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

  const unchecked = (card) => (card.unchecked
    ? element("small", { class: "unchecked", title: card.uncheckedNamed }, card.unchecked) : null);

  function rankedRow(id, card) {
    const name = element("a", { href: `#zone=${encodeURIComponent(id)}` }, card.name || id);
    return element(
      "tr", { "data-zone": id },
      element("td", { class: "number rank" }, String(card.place_in_ranking)),
      element("th", { scope: "row" }, name, small(card.place), small(card.geometryMark, "mark"), unchecked(card), mark(id, card)),
      element("td", { class: "number score" }, card.score),
      element("td", { class: "class" }, swatch(classFill(card), (data.classes[card.class] || {}).title || "")),
      element("td", { class: "number" }, card.coverage || ""),
    );
  }

  function unrankedRow(id, card) {
    const name = element("a", { href: `#zone=${encodeURIComponent(id)}` }, card.name || id);
    return element(
      "li", { "data-zone": id }, name, small(card.place), small(card.geometryMark, "mark"),
      element("p", {}, swatch(classFill(card), card.statusText || ""), ` · ${card.reason || ""}`), mark(id, card),
    );
  }

  /* Rows are sorted by what their column holds; the ranking's own order is the first. */
  let order = { column: 0, falling: false };

  /** @param {[string, Card]} entry */
  const rankOf = ([, card]) => Number(card.place_in_ranking);

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
    table.tBodies[0].replaceChildren(...ranked.map(([id, card]) => rankedRow(id, card)));
    const list = ranking.querySelector(".unranked");
    if (list) list.replaceChildren(...cards.filter(([, card]) => !card.place_in_ranking).map(([id, card]) => unrankedRow(id, card)));
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
  if (kept("s") || kept("q")) open();
  window.addEventListener("hashchange", open);
  document.addEventListener("kawasan:scored", render);
})();
