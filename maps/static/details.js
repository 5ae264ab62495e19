/* What the workbench adds to a card: the pages behind it, why the zone stands there, how to rise. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  if (!drawn || !drawn.data.weighing) return;

  const { data, element, drawing, text, answered, once } = drawn;
  const { pages, model, labour } = data.weighing;
  const lang = document.documentElement.lang;

  function address(parts, query) {
    const asked = new URLSearchParams({ ...query, lang });
    return `${pages}/${parts.map(encodeURIComponent).join("/")}?${asked}`;
  }

  const remembered = (asked) => once(asked, () => answered(asked));

  const link = (href, key, more = {}) => element("a", { href, ...more }, text(key));

  const behind = {
    zones: (id, card) => [
      link(address(["zones", id], { model }), "zone.page"),
      card.regency ? link(address(["regencies", card.regency], {}), "zone.regency_page") : null,
      link(address(["sheets", `${id}.pdf`], { model }), "zone.sheet", { target: "_blank" }),
    ],
    kecamatan: (id, card) => [
      link(address(["zones", id], { model, layer: "kecamatan" }), "zone.kecamatan_page"),
      card.regency ? link(address(["regencies", card.regency], {}), "zone.regency_page") : null,
    ],
    regencies: (id) => [link(address(["regencies", id], {}), "zone.regency_page")],
  };

  /* The server's own words, for the model's own weights only: other weights give other reasons. */
  function why(id) {
    const place = element("div", { class: "why", "aria-live": "polite" });
    if (Kawasan.weights.isChanged()) return place;
    // The card stands without what could not be fetched.
    remembered(address(["readiness", id], { model })).then((zone) => place.append(...sentences(zone)), () => {});
    return place;
  }

  const sentences = (zone) => [
    element("p", {}, zone.explanation),
    zone.way_up ? element("p", { class: "way-up" }, zone.way_up) : "",
  ];

  /* The regency's labour figures over the years, small. */

  const [WIDTH, HEIGHT, EDGE] = [300, 40, 5];

  function trend(found, code) {
    const known = found.years.map((year) => ({ year, ...found.figures[year].values[code] }))
      .filter(({ value }) => value !== null && value !== undefined);
    if (!known.length) return null;
    const last = known.at(-1);
    const values = known.map(({ value }) => value);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const [first, span] = [found.years[0], Math.max(1, found.years.at(-1) - found.years[0])];
    const x = ({ year }) => EDGE + ((WIDTH - 2 * EDGE) * (year - first)) / span;
    const y = ({ value }) => HEIGHT - EDGE - ((HEIGHT - 2 * EDGE) * (value - low)) / (high - low || 1);
    // A line joins only what may be compared: neighbouring years of one source.
    const lines = known.slice(1).map((one, i) => [known[i], one])
      .filter(([before, one]) => one.year - before.year === 1 && one.source === before.source)
      .map(([before, one]) => drawing("path", { d: `M${x(before)} ${y(before)}L${x(one)} ${y(one)}` }));
    const points = known.map((one) => drawing(
      "circle", { cx: x(one), cy: y(one), r: one === last ? 3.5 : 2 }, drawing("title", {}, `${one.year}: ${one.text}`),
    ));
    const said = known.map((one) => `${one.year}: ${one.text}`).join("; ");
    const chart = drawing("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": said }, ...lines, ...points);
    return element(
      "figure", { class: "trend" },
      element("figcaption", {}, found.title, element("b", {}, last.text), element("small", {}, found.figures[last.year].unit_period)),
      chart,
      element("p", { class: "trend-years" }, element("span", {}, String(found.years[0])), element("span", {}, String(found.years.at(-1)))),
    );
  }

  function trends(code) {
    const place = element("div", { class: "trends" });
    for (const indicator of labour) {
      const one = element("div", {});
      place.append(one);
      // The same address as the map's own classes, so that both ask once.
      remembered(address(["indicators", indicator, "classes"], { breaks: "quantile" }))
        .then((found) => one.append(trend(found, code) || ""), () => {});
    }
    return place;
  }

  Kawasan.addToCards((layer, id, card) => element(
    "div", { class: "details" },
    element("ul", { class: "behind" }, ...behind[layer](id, card).filter(Boolean).map((one) => element("li", {}, one))),
    layer === "zones" ? why(id) : null,
    card.regency ? trends(card.regency) : null,
  ));
})();
