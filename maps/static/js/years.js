/* The indicator below: which one, which year, which class breaks; without a reload.

   One document per indicator and kind of breaks is fetched and kept: figures of every year, and
   classes over all of them, so that a colour means the same in each year of the slider. The form
   stays as it is without a script; with one, its year and button give way to a slider. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  const chooser = /** @type {HTMLSelectElement} */ (document.getElementById("indicator"));
  if (!drawn || !drawn.data.weighing || !drawn.layers.regencies || !chooser) return;

  const { map, layers, data } = drawn;
  const { HATCHED, element, drawing, part } = Kawasan.dom;
  const { text } = Kawasan.words;
  const { answered, once, reasonOf } = Kawasan.server;
  const { kept, keepInHash } = Kawasan.address;
  const layer = layers.regencies;
  const form = /** @type {HTMLFormElement} */ (chooser.form);
  const yearChoice = part(document, "#year", HTMLSelectElement);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const NAMES = {
    quantile: "years.quantile", natural: "years.natural", equal: "years.equal", fixed: "years.fixed",
    gap: "years.gap",
  };
  const KINDS = Object.keys(NAMES);
  const STEP_MS = 1000;

  /* Behind # in `g`: which target the gap is to, where it is not the usual one: year, level, yardstick. */
  let aimed = kept("g");

  function fetched(indicator, breaks) {
    const query = new URLSearchParams({ breaks, lang: document.documentElement.lang });
    if (breaks === "gap" && aimed) {
      const [targetYear = "", level = "", yardstick = ""] = aimed.split(",");
      for (const [name, value] of Object.entries({ target_year: targetYear, level, yardstick }))
        if (value) query.set(name, value);
    }
    const address = `${data.weighing.pages}/indicators/${encodeURIComponent(indicator)}/classes?${query}`;
    return once(address, () => answered(address));
  }

  /* The controls */

  const icon = (path) => drawing(
    "svg", { viewBox: "0 0 16 16", width: 11, height: 11, "aria-hidden": "true" },
    drawing("path", { d: path, fill: "currentColor" }),
  );

  const PLAY = "M4 2.5v11l9-5.5z";
  const PAUSE = "M4 2.5h3v11H4zM9 2.5h3v11H9z";

  const slider = element("input", { id: "year-slider", type: "range", min: 0, step: 1 });
  const output = element("output", { for: "year-slider" });
  const player = element("button", { type: "button" });
  const kind = element(
    "select", { id: "breaks" }, ...KINDS.map((name) => element("option", { value: name }, text(NAMES[name]))),
  );
  const state = element("p", { class: "quiet", role: "status" });

  function place() {
    yearChoice.closest("p").hidden = true;
    part(form, "[type=submit]").hidden = true;
    form.append(
      element("div", { class: "slider" }, element("label", { for: "year-slider" }, text("years.year")), output, slider),
      element("div", { class: "presets" }, player),
      element("div", { class: "method" }, element("label", { for: "breaks" }, text("years.breaks")), kind),
      state,
    );
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  const yearsOf = () => String(chooser.selectedOptions[0].dataset.years).split(" ");
  const openingYear = () => String(chooser.selectedOptions[0].dataset.opening);
  const year = () => yearsOf()[Number(slider.value)];

  /* The slider moves over the years that have figures, whatever lies between them. Without the year
     that its reader chose it stands at the newest of most regencies, and the choice holds for the next indicator. */
  let wish;

  function fit(wanted = wish) {
    const years = yearsOf();
    yearChoice.replaceChildren(...years.map((one) => new Option(one, one)));
    slider.max = years.length - 1;
    slider.disabled = years.length < 2;
    player.disabled = years.length < 2;
    slider.value = years.indexOf(years.includes(wanted) ? wanted : openingYear());
    tellYear();
  }

  function tellYear() {
    output.textContent = year();
    slider.setAttribute("aria-valuetext", year());
    // The hidden choice holds the year too: whoever reads the form finds what is shown.
    yearChoice.value = year();
  }

  /* Only an indicator with a target has a gap. */
  function offer() {
    const option = part(kind, "[value=gap]", HTMLOptionElement);
    option.disabled = chooser.selectedOptions[0].dataset.target === undefined;
    if (option.disabled && option.selected) kind.value = KINDS[0];
  }

  /* What the map says */

  let shown = 0;
  let onMap;

  const chosen = () => ({ indicator: chooser.value, year: year(), breaks: kind.value });

  /* The controls say what the map shows, also where it could not follow them. */
  function goBack() {
    stop();
    chooser.value = onMap.indicator;
    offer();
    kind.value = onMap.breaks;
    fit(onMap.year);
    keep();
  }

  async function follow() {
    const turn = (shown += 1);
    const wanted = year();
    keep();
    const late = setTimeout(() => { state.textContent = text("years.loading"); }, 300);
    try {
      const found = await fetched(chooser.value, kind.value);
      if (turn !== shown) return;
      show(found, wanted);
      onMap = chosen();
      state.textContent = "";
    } catch (error) {
      if (turn !== shown) return;
      goBack();
      state.textContent = reasonOf(error, text("years.failed"));
    } finally {
      clearTimeout(late);
    }
  }

  function show(found, wanted) {
    const figures = found.figures[wanted];
    Object.assign(data.indicator, { title: found.title, unit: found.unit_after, caveat: found.caveat || "" });
    for (const [code, figure] of Object.entries(figures.values)) {
      if (data.regencies[code]) changeCard(data.regencies[code], figure);
    }
    layer.eachLayer((one) => paint(one, figures.values[one.feature.id], found.colours));
    writeLegend(found, figures);
    nameLayer(found.layer);
    document.dispatchEvent(new CustomEvent("kawasan:year"));
  }

  function changeCard(card, figure) {
    const facts = {
      value: figure.text, period: figure.period, note: figure.note,
      source: figure.source, sourceUrl: figure.source_url, via: figure.via,
    };
    for (const [name, value] of Object.entries(facts)) {
      if (value === null) delete card[name];
      else card[name] = value;
    }
  }

  function paint(one, figure, colours) {
    const hasClass = figure && figure.class !== null;
    one.setStyle({ fillColor: hasClass ? colours[figure.class] : HATCHED });
    const card = data.regencies[one.feature.id];
    const path = one.getElement && one.getElement();
    if (path && card) path.setAttribute("aria-label", [card.name, card.value].filter(Boolean).join(", "));
    if (one.isPopupOpen()) one.getPopup().update();
  }

  const swatch = (fill) => drawing(
    "svg", { class: "swatch", width: 26, height: 16, viewBox: "0 0 26 16", "aria-hidden": "true", focusable: "false" },
    drawing("rect", {
      x: 0.5, y: 0.5, width: 25, height: 15, rx: 2, fill, stroke: "#7d898f", "stroke-opacity": fill === HATCHED ? 1 : 0.45,
    }),
  );

  function writeLegend(found, figures) {
    const section = document.querySelector(".legends section[data-layer=regencies]");
    if (!section) return;
    const entries = found.legend.map(({ label, colour }) => element("li", {}, swatch(colour), element("span", {}, label)));
    if (Object.values(figures.values).some((figure) => figure.class === null)) {
      entries.push(element("li", {}, swatch(HATCHED), element("span", {}, found.no_data)));
    }
    section.setAttribute("aria-label", found.title);
    section.replaceChildren(
      element("h2", {}, found.title), element("p", {}, figures.unit_period), element("ul", {}, ...entries),
      element("small", { class: "source" }, figures.source),
    );
  }

  /* Leaflet writes its list of layers anew whenever one comes or goes, under the first name. */

  let layerName = "";

  function nameLayer(name = layerName) {
    layerName = name;
    if (!name) return;
    /** @type {NodeListOf<Element & {layerId?: number}>} */
    const boxes = map.getContainer().querySelectorAll(".leaflet-control-layers-selector");
    for (const { layerId, nextElementSibling: label } of boxes) {
      if (layerId === L.stamp(layer) && label) label.textContent = ` ${name}`;
    }
  }

  /* One year a second, until it is stopped; who asked for less motion moves a year with each press. */

  let playing;

  function next() {
    slider.value = (Number(slider.value) + 1) % (Number(slider.max) + 1);
    tellYear();
    follow();
  }

  function start() {
    next();
    playing = setInterval(next, STEP_MS);
    tellPlayer();
  }

  function stop() {
    clearInterval(playing);
    playing = undefined;
    tellPlayer();
  }

  function tellPlayer() {
    const name = calm.matches ? "years.step" : playing === undefined ? "years.play" : "years.pause";
    player.replaceChildren(icon(playing === undefined ? PLAY : PAUSE), ` ${text(name)}`);
  }

  /* The address: as the form itself would send it, and the breaks behind # with the rest. */

  function keep() {
    const asked = new URLSearchParams(window.location.search);
    asked.set("indicator", chooser.value);
    asked.set("year", year());
    const b = kind.value === KINDS[0] ? "" : kind.value;
    keepInHash({ b, g: b === "gap" ? aimed : "" }, `?${asked}`);
  }

  /* The other language and the other question open the same view. */
  function aim(link) {
    const asked = new URLSearchParams(new URL(link.href).search);
    const now = new URLSearchParams(window.location.search);
    for (const name of ["indicator", "year"]) if (now.has(name)) asked.set(name, now.get(name) ?? "");
    link.search = `?${asked}`;
    const parts = new URLSearchParams(window.location.hash.slice(1));
    // The weights are a model's own; everything else behind # means the same for the other.
    if (!link.closest(".languages")) for (const name of ["w", "m", "r"]) parts.delete(name);
    link.hash = String(parts).replaceAll("%2C", ",");
  }

  /* Everything in its place */

  place();
  offer();
  fit(yearChoice.value);
  onMap = chosen();
  // Another year was chosen; the one that it opens on may only be what there was.
  if (year() !== openingYear()) wish = year();
  tellPlayer();
  // When a layer goes, Leaflet's list is written anew only after the map was told.
  map.on("layeradd layerremove", () => queueMicrotask(nameLayer));
  chooser.addEventListener("change", () => {
    stop();
    // Another indicator has other targets.
    aimed = "";
    offer();
    fit();
    follow();
  });
  kind.addEventListener("change", follow);
  slider.addEventListener("input", () => {
    stop();
    wish = year();
    tellYear();
    follow();
  });
  player.addEventListener("click", () => {
    wish = undefined;
    if (playing !== undefined) stop();
    else if (calm.matches) next();
    else start();
  });
  // Figures are on their way before the first move.
  for (const touch of ["pointerover", "focusin"]) {
    form.addEventListener(touch, () => fetched(chooser.value, kind.value).catch(() => {}), { once: true });
  }
  // Natural groups take the server seconds at the first time: it starts when the choice is reached.
  for (const touch of ["pointerenter", "focus"]) {
    kind.addEventListener(touch, () => fetched(chooser.value, "natural").catch(() => {}), { once: true });
  }
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = document.querySelectorAll(".languages a, .models a");
  for (const link of links) {
    for (const use of ["pointerdown", "keydown", "click"]) link.addEventListener(use, () => aim(link));
  }
  function open() {
    const wanted = KINDS.includes(kept("b")) ? kept("b") : KINDS[0];
    if (wanted === kind.value && kept("g") === aimed) return;
    aimed = kept("g");
    kind.value = wanted;
    offer();
    follow();
  }
  open();
  window.addEventListener("hashchange", open);
})();
