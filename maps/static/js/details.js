/* What the workbench adds to a card: the pages behind it, why the zone stands there, how to rise. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  if (!drawn || !drawn.data.weighing) return;

  const { map, data } = drawn;
  const { element, drawing } = Kawasan.dom;
  const { text } = Kawasan.words;
  const { answered, once } = Kawasan.server;
  const { pages, model, labour } = data.weighing;
  const lang = document.documentElement.lang;
  const SOON_MS = 200;

  function address(parts, query) {
    const asked = new URLSearchParams({ ...query, lang });
    return `${pages}/${parts.map(encodeURIComponent).join("/")}?${asked}`;
  }

  const remembered = (asked) => once(asked, () => answered(asked));

  const link = (href, key, more = {}) => element("a", { href, ...more }, text(key));

  /* Pages and sheets show what the card shows: with the weights and the method of the screen. */
  const chosen = () => (Kawasan.weights.isChanged() ? Object.fromEntries(Kawasan.weights.query()) : {});

  const behind = {
    zones: (id, card) => [
      link(address(["zones", id], { model, ...chosen() }), "zone.page"),
      card.regency ? link(address(["regencies", card.regency], chosen()), "zone.regency_page") : null,
      link(address(["sheets", `${id}.pdf`], { model, ...chosen() }), "zone.sheet", { target: "_blank" }),
    ],
    kecamatan: (id, card) => [
      link(address(["zones", id], { model, layer: "kecamatan", ...chosen() }), "zone.kecamatan_page"),
      card.regency ? link(address(["regencies", card.regency], chosen()), "zone.regency_page") : null,
    ],
    regencies: (id) => [link(address(["regencies", id], {}), "zone.regency_page")],
  };

  /* The server's own words, under the weights of now; they come a moment after the card. */

  const known = new Map();
  let waiting;

  function why(id, card) {
    const place = element("div", { class: "why", "aria-live": "polite" });
    const asked = address(["readiness", id], { model, ...chosen() });
    clearTimeout(waiting);
    if (known.has(asked)) {
      place.append(...sentences(known.get(asked)));
      if (takeReasons(card, known.get(asked))) queueMicrotask(rewrite);
    } else place.append(element("p", { class: "quiet" }, text("zone.asking")));
    // Weights that are still being moved are not worth the question.
    if (!known.has(asked) || isUnsure(card)) waiting = setTimeout(() => explain(asked, place), SOON_MS);
    return place;
  }

  const isUnsure = (card) => Boolean(card.place_in_ranking) && card.interval === undefined;

  async function explain(asked, place) {
    try {
      if (known.has(asked)) await learnIntervals();
      else known.set(asked, await remembered(asked));
      if (place.isConnected) rewrite();
    } catch {
      const words = text(known.has(asked) ? "zone.unsure" : "zone.unexplained");
      place.replaceChildren(...place.querySelectorAll("p:not(.quiet)"), element("p", { class: "quiet" }, words));
    }
  }

  async function learnIntervals() {
    const asked = String(Kawasan.weights.query());
    const { zones } = await Kawasan.weights.simulated("zones");
    if (asked !== String(Kawasan.weights.query())) return;
    for (const [id, { sentence }] of Object.entries(zones)) data.zones[id].interval = sentence;
  }

  /* The model's own reasons came with the page; says whether these are new. */
  function takeReasons(card, zone) {
    if (card.lifts !== undefined || !Kawasan.weights.isChanged()) return false;
    const titles = (ids) => ids.map((id) => data.criteria[id].title).join(", ");
    Object.assign(card, { lifts: titles(zone.lifts), holdsBack: titles(zone.holds_back) });
    return true;
  }

  /* The open card written anew, where its reader left it. */

  let shown;
  map.on("popupopen", ({ popup }) => { shown = popup; });
  map.on("popupclose", () => { shown = undefined; });

  const STOPS = "a, button, summary, h2";

  function rewrite() {
    if (!shown) return;
    const content = shown.getElement().querySelector(".leaflet-popup-content");
    const [top, box, ground] = [content.scrollTop, content.getBoundingClientRect(), map.getContainer().getBoundingClientRect()];
    const focused = [...content.querySelectorAll(STOPS)].indexOf(document.activeElement);
    const opened = [...content.querySelectorAll("details")].map(({ open }) => open);
    // Who has dragged the card out of the window is left there.
    const pans = shown.options.autoPan;
    shown.options.autoPan = pans && box.top >= ground.top && box.left >= ground.left && box.right <= ground.right;
    shown.update();
    shown.options.autoPan = pans;
    const folds = [...content.querySelectorAll("details")];
    if (folds.length === opened.length) folds.forEach((fold, i) => { fold.open = opened[i]; });
    if (focused >= 0) [...content.querySelectorAll(STOPS)][focused]?.focus({ preventScroll: true });
    content.scrollTop = top;
  }

  document.addEventListener("kawasan:scored", rewrite);
  document.addEventListener("kawasan:reachable", rewrite);

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
    // No axis says where it begins, so it begins at nothing.
    const [low, high] = [Math.min(0, ...values), Math.max(...values)];
    const [first, span] = [found.years[0], Math.max(1, found.years.at(-1) - found.years[0])];
    const x = ({ year }) => EDGE + ((WIDTH - 2 * EDGE) * (year - first)) / span;
    const y = ({ value }) => HEIGHT - EDGE - ((HEIGHT - 2 * EDGE) * (value - low)) / (high - low || 1);
    // A line joins only what may be compared: neighbouring years of one source, which may name its year.
    const producer = ({ source }) => String(source).replace(/\d{4}/g, "");
    const lines = known.slice(1).map((one, i) => [known[i], one])
      .filter(([before, one]) => one.year - before.year === 1 && producer(one) === producer(before))
      .map(([before, one]) => drawing("path", { d: `M${x(before)} ${y(before)}L${x(one)} ${y(one)}` }));
    const points = known.map((one) => drawing(
      "circle", { cx: x(one), cy: y(one), r: one === last ? 3.5 : 2 }, drawing("title", {}, `${one.year}: ${one.text}`),
    ));
    const foot = drawing("path", { class: "foot", d: `M${EDGE} ${y({ value: 0 })}H${WIDTH - EDGE}` });
    const said = known.map((one) => `${one.year}: ${one.text}`).join("; ");
    const chart = drawing("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": said }, foot, ...lines, ...points);
    return element(
      "figure", { class: "trend" },
      element("figcaption", {}, found.title, element("b", {}, last.text), element("small", {}, [found.unit_after, last.period].filter(Boolean).join(" · "))),
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
        .then((found) => one.append(trend(found, code) || ""), () => one.append(element("p", { class: "quiet" }, text("regency.failed"))));
    }
    return place;
  }

  /* Where the data that an area lacks are asked for, and where they are read. */
  function collected(layer, id) {
    const asked = { model, layer, zone: id, ...chosen() };
    return [address(["collect"], asked), address(["collect"], { ...asked, f: "html" }), (form) => address(["uploads", "form"], { ...form, f: "html" })];
  }

  Kawasan.card.addDetails((layer, id, card) => element(
    "div", { class: "details" },
    element("ul", { class: "behind" }, ...behind[layer](id, card).filter(Boolean).map((one) => element("li", {}, one))),
    layer === "zones" ? why(id, card) : null,
    layer === "regencies" ? null : Kawasan.collect.section(...collected(layer, id)),
    card.regency ? trends(card.regency) : null,
  ));
})();
