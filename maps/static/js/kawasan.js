/* Popups, labels and the panel of Kawasan's maps.

   Values are never read as markup: every text becomes a text node and every address is checked, so
   nothing that stands in the data can run. No inline handler and no style attribute is used, so a
   strict Content-Security-Policy can stand. */

const Kawasan = (() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const HATCHED = "url(#hatch-no-data)";
  const NARROW = window.matchMedia("(max-width: 799px)");
  const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");
  let map, layers, data, opener;
  const byZone = new Map();

  /* Elements */

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  function drawing(tag, attributes, ...children) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  const text = (key) => data.text[key];
  const filled = (key, facts) => text(key).replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  const paragraph = (name, content) => (content ? element("p", { class: name }, content) : null);

  function link(address, label) {
    if (!/^https?:\/\/[^\s]+$/i.test(address || "")) return document.createTextNode(label);
    return element("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, label);
  }

  /* The server */

  /* Its answer as JSON, to a question that is posted where there is one; its own words as an error. */
  async function answered(address, asked) {
    const options = asked && {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked),
    };
    const answer = await fetch(address, options).catch((error) => {
      document.dispatchEvent(new CustomEvent("kawasan:unreachable"));
      throw error;
    });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.detail);
    return found;
  }

  /* An answer that stays the same is asked for once; what failed may be asked again. */
  const answers = new Map();

  function once(key, ask) {
    if (!answers.has(key)) {
      const answer = ask();
      answers.set(key, answer);
      answer.catch(() => answers.delete(key));
    }
    return answers.get(key);
  }

  /* The server's words; ours where it did not answer, or not as it should. */
  const reasonOf = (error, otherwise) => (
    (error instanceof SyntaxError || error instanceof TypeError ? "" : error.message) || otherwise
  );

  /* The address: a part of the state behind # that is empty leaves it, the others stay. */
  const kept = (name) => new URLSearchParams(window.location.hash.slice(1)).get(name) || "";

  function keepInHash(changes, search = window.location.search) {
    const parts = new URLSearchParams(window.location.hash.slice(1));
    for (const [name, value] of Object.entries(changes)) {
      parts.delete(name);
      if (value) parts.set(name, value);
    }
    const hash = parts.size ? `#${String(parts).replaceAll("%2C", ",")}` : "";
    try {
      history.replaceState(history.state, "", `${window.location.pathname}${search}${hash}`);
    } catch {
      /* A page without an address of its own (a preview) keeps its state to itself. */
    }
  }

  /* Parts of a card */

  function bar(share, { track = 1, kind = "" } = {}) {
    const percent = (part) => `${Math.max(0, Math.min(1, part)) * 100}%`;
    const ground = drawing("rect", { class: "bar-track", width: percent(track), height: 8, rx: 2 });
    const filled = drawing("rect", { class: "bar-fill", width: percent(share), height: 8, rx: 2 });
    if (kind === "missing") ground.setAttribute("fill", HATCHED);
    const parts = kind === "missing" ? [ground] : [ground, filled];
    return drawing("svg", { class: `bar ${kind}`, "aria-hidden": "true", height: 8 }, ...parts);
  }

  function swatch(colour, label, className = "chip") {
    const mark = drawing("svg", { class: "chip-mark", viewBox: "0 0 12 12", "aria-hidden": "true" });
    mark.append(drawing("rect", { width: 12, height: 12, rx: 3, fill: colour }));
    return element("span", { class: className }, mark, label);
  }

  function classChip(card) {
    const entry = data.classes[card.class];
    const title = card.status === "ranked" && entry ? entry.title : card.statusText;
    return title ? swatch(classFill(card), title) : null;
  }

  function standing(card) {
    const score = card.score && element(
      "p", { class: "score" },
      element("span", { class: "score-value" }, card.score),
      element("span", { class: "score-of" }, text("zone.out_of")),
    );
    const coverage = card.coverage && element(
      "div", { class: "coverage" },
      element("p", {}, text("zone.coverage"), element("b", {}, card.coverage)),
      bar(card.coverageShare, { kind: "plain" }),
    );
    const facts = element(
      "div", { class: "standing-facts" }, classChip(card), paragraph("rank", card.rank), paragraph("was", card.was),
    );
    return element(
      "div", { class: "standing" },
      element("div", { class: "standing-row" }, score || null, facts),
      paragraph("reason", card.reason),
      card.status === "ranked" ? paragraph("unchecked", card.uncheckedNamed) : null,
      coverage || null,
    );
  }

  function criterion(row, most) {
    const facts = data.criteria[row.id];
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

  function dimensionScore(card, id) {
    const score = (card.dimensions || {})[id];
    return score && score !== "–" ? element("span", {}, `${score} ${text("zone.out_of")}`) : null;
  }

  function contributions(card) {
    if (!card.criteria) return null;
    const most = Math.max(1, ...card.criteria.map((row) => row.most));
    const groups = data.dimensions.map(([id, title]) => [id, title]);
    const known = new Set(groups.map(([id]) => id));
    if (card.criteria.some((row) => !known.has(data.criteria[row.id].dimension))) {
      groups.push([null, text("zone.own_dimension")]);
    }
    const of = (id) => card.criteria.filter((row) => {
      const dimension = data.criteria[row.id].dimension;
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

  function facts(rows) {
    const known = rows.filter(([, content]) => content);
    if (!known.length) return null;
    return element("dl", { class: "facts" }, ...known.flatMap(([key, content]) => [
      element("dt", {}, text(key)), element("dd", {}, content),
    ]));
  }

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

  function heading(card, ...details) {
    const line = details.filter(Boolean).join(" · ");
    return element(
      "header", {},
      element("h2", { tabindex: "-1" }, card.name || "–"), paragraph("place", line),
    );
  }

  /* What the page around the map adds to a card of a layer; nothing on a map that stands alone. */
  let details = () => null;

  const zoneCard = (card, id) => element(
    "article", { class: "card" },
    heading(card, card.place, card.area, card.geometryMark),
    standing(card),
    details("zones", id, card),
    siteSearch(id),
    facts([
      ["zone.interval", card.interval],
      ["zone.lifts", card.lifts],
      ["zone.holds_back", card.holdsBack],
    ]),
    contributions(card),
    constraints(card),
    facts([
      ["zone.official_status", card.officialStatus],
      ["zone.geometry", card.geometry],
      ["zone.remarks", card.remarks],
    ]),
    sources(card),
  );

  const kecamatanCard = (card, id) => element(
    "article", { class: "card" },
    heading(card, card.place),
    standing(card),
    details("kecamatan", id, card),
    element("ul", { class: "scores" }, ...data.dimensions
      .filter(([id]) => (card.dimensions || {})[id])
      .map(([id, title]) => element("li", {}, title, element("b", {}, card.dimensions[id])))),
    paragraph("note", text("kecamatan.screening")),
  );

  const regencyCard = (card, id) => element(
    "article", { class: "card" },
    heading(card, card.code),
    card.value
      ? element(
        "div", { class: "standing" },
        paragraph("figure-title", data.indicator.title),
        element(
          "p", { class: "score" },
          element("span", { class: "score-value" }, card.value),
          element("span", { class: "score-of" }, data.indicator.unit),
        ),
      )
      : paragraph("reason", text("regency.no_data")),
    details("regencies", id, card),
    facts([
      ["regency.period", card.value && card.period],
      ["regency.note", card.value && card.note],
      ["regency.caveat", data.indicator.caveat],
      ["regency.source", (card.source || card.sourceUrl) && link(card.sourceUrl, card.source || card.sourceUrl)],
    ]),
  );

  /* Layers */

  function sheetHeight() {
    const panel = document.querySelector(".panel");
    return panel && NARROW.matches ? panel.offsetHeight : 0;
  }

  /* On a small map a card covers the controls, which are hidden meanwhile; on a large one it keeps
     clear of them. */
  function fitPopup(popup) {
    const size = map.getSize();
    const small = size.x < 760;
    map.getContainer().parentElement.classList.toggle("is-small", small);
    const width = Math.min(372, size.x - 28);
    Object.assign(popup.options, {
      maxWidth: width,
      minWidth: width,
      maxHeight: Math.max(180, Math.min(560, size.y - sheetHeight() - (small ? 60 : 110))),
      autoPanPaddingTopLeft: [small ? 6 : 56, 10],
      autoPanPaddingBottomRight: [small ? 6 : 312, 14 + sheetHeight()],
    });
  }

  function bind(name, cards, build) {
    if (!layers[name] || !cards) return;
    layers[name].eachLayer((layer) => {
      const id = layer.feature.id;
      const card = cards[id];
      if (!card) return;
      layer.bindPopup(() => {
        lowerSheet(true);
        fitPopup(layer.getPopup());
        return build(card, id);
      }, { className: `popup-${name}` });
      layer.on("mouseover", () => layer.getElement().classList.add("is-hovered"));
      layer.on("mouseout", () => layer.getElement().classList.remove("is-hovered"));
      hoverName(layer, card);
      layer.on("add", () => makeReachable(layer, card));
      if (layer.getElement && layer.getElement()) makeReachable(layer, card);
      if (name === "zones") watchZone(layer, id, card);
    });
  }

  let hover;
  function hoverName(layer, card) {
    layer.on("mouseover mousemove", (event) => {
      hover = hover || L.tooltip({ className: "hover-name", offset: [12, 0] });
      if (map.getContainer().parentElement.classList.contains("has-card")) return;
      const figure = card.score || card.value;
      hover.setContent(element("span", {}, figure ? `${card.name} · ${figure}` : card.name || "–"));
      hover.setLatLng(event.latlng).addTo(map);
    });
    layer.on("mouseout click", () => hover && hover.remove());
  }

  /* Shapes are reached by the Tab key and opened by Enter or Space, as buttons are. */
  function makeReachable(layer, card) {
    const path = layer.getElement();
    const label = [card.name, card.score || card.value].filter(Boolean).join(", ");
    const isFirst = !path.parentElement.querySelector("[tabindex='0']");
    for (const [name, value] of [["tabindex", isFirst ? "0" : "-1"], ["role", "button"], ["aria-label", label]]) {
      path.setAttribute(name, value);
    }
    path.addEventListener("focus", () => keepStop(path));
    path.addEventListener("keydown", (event) => {
      if (event.key in STEPS) {
        moveStop(path, STEPS[event.key]);
      } else if (event.key === "Enter" || event.key === " ") {
        opener = path;
        layer.openPopup();
      } else return;
      event.preventDefault();
      // The map would move by the same key.
      event.stopPropagation();
    });
  }

  /* A layer is one stop of the Tab key, however many shapes it has; arrow keys go through them. */

  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

  function keepStop(path) {
    for (const other of path.parentElement.querySelectorAll("[tabindex='0']")) other.setAttribute("tabindex", "-1");
    path.setAttribute("tabindex", "0");
  }

  function moveStop(path, step) {
    const all = [...path.parentElement.querySelectorAll("[role=button]")];
    const next = Number.isFinite(step) ? (all.indexOf(path) + step + all.length) % all.length : step < 0 ? 0 : all.length - 1;
    all[next].focus();
  }

  /* Colours: an area's class, unless something else was chosen to colour by. */

  let theme = null;

  function classFill(card) {
    if (card.status === "ranked" && data.classes[card.class]) return data.classes[card.class].colour;
    return card.status === "excluded" ? "url(#hatch-excluded)" : HATCHED;
  }

  const fillOf = (card, name, id) => (theme ? theme(card, name, id) : classFill(card));

  function setTheme(chosen) {
    theme = chosen;
    for (const name of ["zones", "kecamatan"]) repaint(name);
  }

  function repaint(name) {
    if (!layers[name] || !data[name]) return;
    layers[name].eachLayer((layer) => {
      const { id } = layer.feature;
      const card = data[name][id];
      if (!card) return;
      layer.setStyle({ fillColor: fillOf(card, name, id) });
      const path = layer.getElement && layer.getElement();
      if (path) path.setAttribute("aria-label", [card.name, card.score].filter(Boolean).join(", "));
      if (name === "zones") rankBadge(layer, card);
    });
    declutter();
  }

  function rankBadge(layer, card) {
    if (!card.place_in_ranking) {
      layer.unbindTooltip();
      return;
    }
    const content = element("span", {}, String(card.place_in_ranking));
    if (layer.getTooltip()) {
      layer.setTooltipContent(content);
      return;
    }
    const direction = layer.getBounds ? "center" : "right";
    layer.bindTooltip(content, { permanent: true, direction, className: "rank-badge" });
  }

  function watchZone(layer, id, card) {
    byZone.set(id, layer);
    rankBadge(layer, card);
    layer.on("popupopen", () => markRow(id));
    layer.on("popupclose", () => markRow(null));
  }

  function openZone(id, isInPlace) {
    const layer = byZone.get(id);
    if (!layer) return;
    if (!map.hasLayer(layers.zones)) map.addLayer(layers.zones);
    openAt(layer, layer.getBounds ? layer.getBounds() : layer.getLatLng().toBounds(20000), { isInPlace });
  }

  /* The card takes the focus, and whoever asked for it gets it back. */
  function openAt(layer, bounds, { from = document.activeElement, maxZoom = 10, pad = 1, isInPlace = false } = {}) {
    opener = null;
    map.closePopup();
    opener = from === document.body ? null : from;
    lowerSheet(true);
    if (!isInPlace) {
      map.fitBounds(bounds.pad(pad), { animate: false, maxZoom, paddingBottomRight: [0, sheetHeight()] });
      map.fire("placed");
    }
    layer.openPopup();
  }

  /* An area of a layer that is perhaps not shown yet. */
  function openArea(name, id, isInPlace) {
    if (name === "zones") {
      openZone(id, isInPlace);
      return;
    }
    if (!layers[name]) return;
    if (!map.hasLayer(layers[name])) map.addLayer(layers[name]);
    const layer = layers[name].getLayers().find(({ feature }) => feature.id === id);
    if (!layer) return;
    openAt(layer, layer.getBounds());
  }

  /* Names and badges: where two would overlap, the later one gives way. */
  function placeNames() {
    map.createPane("names").classList.add("names-pane");
    for (const [name, lat, lon] of data.labels || []) {
      const options = { permanent: true, direction: "center", className: "place-name", pane: "names" };
      L.tooltip(options).setLatLng([lat, lon]).setContent(element("span", {}, name)).addTo(map);
    }
    map.on("zoomend overlayadd overlayremove resize", declutter);
    declutter();
  }

  function declutter() {
    const taken = [];
    const apart = (a, b) => a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top;
    // Ranks before sites before names, whenever each was drawn.
    const kinds = [".rank-badge", ".site-badge", ".place-name"];
    for (const shown of kinds.flatMap((kind) => [...map.getContainer().querySelectorAll(kind)])) {
      const box = shown.getBoundingClientRect();
      const free = taken.every((other) => apart(box, other));
      shown.classList.toggle("is-crowded", !free);
      if (free) taken.push(box);
    }
  }

  /* Candidate sites of a zone: found by the server, drawn above the zones */

  const searches = new Map();
  let drawnSites;

  /* One for each zone: a card that is written anew finds what was found before. */
  function siteSearch(id) {
    const zone = byZone.get(id);
    if (!data.sites || !zone || !zone.getBounds) return null;
    if (!searches.has(id)) {
      const outcome = element("div", { class: "sites-outcome", "aria-live": "polite" });
      const button = element("button", { type: "button", class: "action" }, text("sites.find"));
      button.addEventListener("click", () => findSites(id));
      searches.set(id, { button, outcome, section: element("section", { class: "sites" }, button, outcome) });
    }
    return searches.get(id).section;
  }

  /* The sites that a link names; none where it names none. */
  function showSites(id) {
    if (drawnSites && drawnSites.zone === id) return;
    if (drawnSites) drawnSites.remove();
    drawnSites = undefined;
    if (id && siteSearch(id)) findSites(id);
  }

  async function findSites(id) {
    const { button, outcome } = searches.get(id);
    button.disabled = true;
    outcome.replaceChildren(paragraph("note", text("sites.searching")));
    try {
      const collection = await answered(data.sites.replace("{zone}", encodeURIComponent(id)));
      drawSites(collection, id);
      outcome.replaceChildren(...siteList(collection, id));
    } catch (error) {
      outcome.replaceChildren(paragraph("reason", reasonOf(error, text("sites.failed"))));
    }
    button.disabled = false;
  }

  function siteList(collection, zone) {
    const notes = element(
      "details", { class: "sources" },
      element("summary", {}, text("sites.notes")),
      element("ul", {}, ...collection.notes.map((note) => element("li", {}, note))),
    );
    if (!collection.features.length) {
      notes.open = true;
      return [paragraph("reason", text("sites.none")), notes];
    }
    const rows = collection.features.map(({ id, properties }) => {
      const button = element("button", { type: "button" }, ...siteFigures(properties));
      button.addEventListener("click", () => openSite(collection, zone, id));
      return element("li", {}, button);
    });
    const more = collection.numberMatched - collection.numberReturned;
    return [
      element("ol", { class: "site-list" }, ...rows),
      paragraph("note", more > 0 && `+ ${formatted(more)} ${text("sites.more")}`),
      notes,
    ].filter(Boolean);
  }

  const formatted = (number, digits = 0) => number.toLocaleString(
    document.documentElement.lang === "en" ? "en-GB" : "id-ID",
    { minimumFractionDigits: digits, maximumFractionDigits: digits },
  );

  const siteFigures = (site) => [
    element("b", {}, `${site.rank}. ${formatted(site.area_ha)} ha`),
    element("span", {}, `${formatted(site.households)} ${text("sites.households")}`),
    element("span", {}, `${text("sites.suitability")} ${formatted(site.suitability_mean, 1)}`),
  ];

  const siteCard = (site) => element(
    "article", { class: "card" },
    heading({ name: `${text("sites.one")} ${site.rank}` }, data.zones[site.zone] && data.zones[site.zone].name),
    facts([
      ["sites.area", `${formatted(site.area_ha, 1)} ha`],
      ["sites.capacity", `${formatted(site.households)} ${text("sites.households")}`],
      ["sites.suitability", `${formatted(site.suitability_mean, 1)} (≥ ${formatted(site.suitability_min, 1)})`],
      ["sites.compactness", formatted(site.compactness, 2)],
    ]),
    paragraph("site-reasons", site.reasons),
  );

  function drawSites(collection, zone) {
    if (drawnSites) drawnSites.remove();
    if (!map.getPane("sites")) map.createPane("sites").classList.add("sites-pane");
    drawnSites = L.geoJSON(collection, {
      pane: "sites",
      style: { color: "#b3005e", weight: 2.2, fillColor: "#b3005e", fillOpacity: 0.22 },
      onEachFeature: ({ properties }, layer) => {
        const card = { name: `${text("sites.one")} ${properties.rank}`, score: `${formatted(properties.area_ha)} ha` };
        layer.bindPopup(() => {
          lowerSheet(true);
          fitPopup(layer.getPopup());
          return siteCard(properties);
        }, { className: "popup-sites" });
        const badge = element("span", {}, String(properties.rank));
        layer.bindTooltip(badge, { permanent: true, direction: "center", className: "site-badge" });
        layer.on("add", () => makeReachable(layer, card));
      },
    }).addTo(map);
    Object.assign(drawnSites, { collection, zone });
    keepInHash({ sites: zone });
    declutter();
  }

  function openSite(collection, zone, id) {
    if (!drawnSites || drawnSites.collection !== collection) drawSites(collection, zone);
    const layer = drawnSites.getLayers().find(({ feature }) => feature.id === id);
    openAt(layer, layer.getBounds(), { from: layer.getElement(), maxZoom: 13, pad: 0.6 });
  }

  /* The land suitability: while it is on, what lies below and above it lets it be seen. */

  const MOST_TRIES = 40;

  function startSurface() {
    const surface = layers.surface;
    if (!surface) return;
    const frame = map.getContainer().parentElement;
    const show = (on) => frame.classList.toggle("has-surface", on);
    const state = element("p", { class: "map-state", role: "status" });
    frame.append(state);
    show(map.hasLayer(surface));
    surface.on("add", () => show(true));
    surface.on("remove", () => {
      show(false);
      state.textContent = "";
    });
    // A surface that nobody asked for yet is made now; until then the server asks to come back.
    let tries = 0, failed = 0, waiting;
    surface.on("loading", () => {
      failed = 0;
      state.textContent = text("control.surface_loading");
    });
    surface.on("load", () => {
      if (!failed) state.textContent = "";
      else if (!waiting) state.textContent = text("control.surface_failed");
    });
    surface.on("tileerror", () => {
      failed += 1;
      if (waiting || tries >= MOST_TRIES) return;
      tries += 1;
      waiting = setTimeout(() => {
        waiting = undefined;
        if (map.hasLayer(surface)) surface.redraw();
      }, 4000);
    });
  }

  /* A basemap from outside: what lies above it lets it be seen. */
  function startBasemap() {
    if (!layers.basemap) return;
    const show = (on) => map.getContainer().parentElement.classList.toggle("has-basemap", on);
    layers.basemap.on("add", () => show(true)).on("remove", () => show(false));
  }

  /* Panel */

  let current = null;

  function markRow(id) {
    current = id;
    showCurrent().forEach(reveal);
    keepInHash({ zone: id });
  }

  function showCurrent() {
    return [...document.querySelectorAll("[data-zone]")].filter((row) => {
      const isCurrent = row.dataset.zone === current;
      row.classList.toggle("is-current", isCurrent);
      if (isCurrent) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      return isCurrent;
    });
  }

  /* Not scrollIntoView: that would also move the page, whose header must stay. */
  function reveal(row) {
    const list = row.closest(".panel-body");
    const [inside, outside] = [row.getBoundingClientRect(), list.getBoundingClientRect()];
    if (inside.top < outside.top) list.scrollTop += inside.top - outside.top - 8;
    if (inside.bottom > outside.bottom) list.scrollTop += inside.bottom - outside.bottom + 8;
  }

  function lowerSheet(low) {
    const panel = document.querySelector(".panel");
    if (!panel || !NARROW.matches) return;
    panel.classList.toggle("is-low", low);
    panel.classList.remove("is-tall");
    panel.querySelector(".panel-toggle").setAttribute("aria-expanded", String(!low));
  }

  function startPanel() {
    const panel = document.querySelector(".panel");
    if (!panel) return;
    const toggle = panel.querySelector(".panel-toggle");
    toggle.addEventListener("click", () => {
      const low = !panel.classList.contains("is-low");
      if (!low) map.closePopup();
      lowerSheet(low);
      fitAgain();
    });
    panel.addEventListener("click", (event) => {
      const row = event.target.closest("[data-zone]");
      if (!row || event.defaultPrevented) return;
      event.preventDefault();
      row.querySelector("a").focus({ preventScroll: true });
      openZone(row.dataset.zone);
    });
    const indicator = panel.querySelector("#indicator");
    if (indicator) indicator.addEventListener("change", () => offerYears(indicator));
  }

  function offerYears(indicator) {
    const year = document.getElementById("year");
    const years = indicator.selectedOptions[0].dataset.years.split(" ");
    const wanted = years.includes(year.value) ? year.value : years.at(-1);
    year.replaceChildren(...years.map((one) => new Option(one, one, false, one === wanted)));
  }

  /* Controls */

  function nameControls() {
    const name = (selector, label) => {
      const control = map.getContainer().querySelector(selector);
      if (!control) return;
      control.title = label;
      control.setAttribute("aria-label", label);
    };
    name(".leaflet-control-zoom-in", text("control.zoom_in"));
    name(".leaflet-control-zoom-out", text("control.zoom_out"));
    name(".leaflet-control-layers-toggle", text("control.layers"));
    map.attributionControl.setPrefix("Leaflet");
    map.on("popupopen", ({ popup }) => {
      map.getContainer().parentElement.classList.add("has-card");
      const [dialog, heading] = [popup.getElement(), popup.getElement().querySelector("h2")];
      dialog.setAttribute("role", "dialog");
      dialog.setAttribute("aria-label", heading.textContent);
      const close = dialog.querySelector(".leaflet-popup-close-button");
      close.setAttribute("aria-label", text("control.close"));
      if (opener) heading.focus({ preventScroll: true });
    });
    // Leaflet hears the key only while the map itself has the focus.
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) map.closePopup();
    });
    // The Tab key comes to the controls before the shapes.
    map.getContainer().prepend(map.getContainer().querySelector(".leaflet-control-container"));
    map.on("popupclose", () => {
      map.getContainer().parentElement.classList.remove("has-card");
      // Who has gone elsewhere meanwhile is left there.
      const isFree = document.activeElement === document.body || document.activeElement.closest(".leaflet-popup");
      const back = opener && opener.isConnected && isFree && (isSeen(opener) ? opener : document.querySelector(".panel-toggle"));
      if (back) back.focus({ preventScroll: true });
      opener = null;
    });
  }

  const isSeen = (one) => one.getClientRects().length > 0;

  /* The whole province beside the legend; beneath it where there is no room for both. */

  const [ROOM, FOLDED] = [520, window.matchMedia("(max-width: 1199px)")];
  let first;

  function fitProvince() {
    const legend = document.querySelector(".legends");
    const beside = legend && legend.open && isSeen(legend) ? legend.offsetWidth + 24 : 16;
    map.fitBounds(L.latLngBounds(data.bounds), {
      animate: false,
      paddingTopLeft: [16, 16],
      paddingBottomRight: [map.getSize().x - beside < ROOM ? 16 : beside, 16 + sheetHeight()],
    });
    first = [map.getCenter(), map.getZoom()];
    map.fire("placed");
  }

  /* Whoever has not moved the map yet sees all of it, however the room for it changes. */
  const isUntouched = () => map.getZoom() === first[1] && map.getCenter().distanceTo(first[0]) < 500;

  function fitAgain() {
    if (isUntouched()) fitProvince();
  }

  function startView() {
    const legend = document.querySelector(".legends");
    if (legend && FOLDED.matches) legend.open = false;
    followLegends();
    fitProvince();
    map.setMaxBounds(L.latLngBounds(data.bounds).pad(4));
    L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
    map.on("resize", fitAgain);
    new ResizeObserver(() => map.invalidateSize(false)).observe(map.getContainer());
    document.addEventListener("kawasan:scored", showCurrent);
    startPrint();
  }

  /* On paper the map has a size of its own and shows what the screen showed. */
  function startPrint() {
    const root = document.documentElement;
    let view;
    window.addEventListener("beforeprint", () => {
      view = [map.getCenter(), map.getZoom()];
      const shown = isUntouched() ? data.bounds : map.getBounds();
      root.classList.add("is-printing");
      map.off("resize", fitAgain).invalidateSize(false).fitBounds(shown, { animate: false });
      declutter();
    });
    window.addEventListener("afterprint", () => {
      root.classList.remove("is-printing");
      map.invalidateSize(false).setView(...view, { animate: false }).on("resize", fitAgain);
    });
  }

  /* A legend stands while its layer is on; the kecamatan, in the zones' colours, cover the regencies. */
  function followLegends() {
    const frame = map.getContainer().parentElement;
    const legends = [...frame.querySelectorAll(".legends section[data-layer]")];
    const isOn = (name) => Boolean(layers[name]) && map.hasLayer(layers[name]);
    const follow = () => {
      const [zones, kecamatan, surface] = ["zones", "kecamatan", "surface"].map(isOn);
      const isShown = {
        zones: (zones || kecamatan) && !surface,
        regencies: isOn("regencies") && !kecamatan && !surface,
        kecamatan,
        surface,
      };
      for (const legend of legends) {
        legend.hidden = !isShown[legend.dataset.layer];
        const heading = legend.querySelector("h2[data-both]");
        if (!heading || !heading.dataset.alone) continue;
        heading.textContent = heading.dataset[!kecamatan ? "alone" : zones ? "both" : "kecamatan"];
        legend.setAttribute("aria-label", heading.textContent);
      }
      frame.querySelector(".legends").hidden = legends.every(({ hidden }) => hidden);
    };
    map.on("layeradd layerremove", ({ layer }) => Object.values(layers).includes(layer) && follow());
    // A legend that comes back after another stood in its place may be from before a layer changed.
    for (const legend of legends) new MutationObserver(follow).observe(legend, { childList: true });
    follow();
  }

  function attach(drawn, drawnLayers) {
    map = drawn;
    layers = drawnLayers;
    data = JSON.parse(document.getElementById("kawasan-cards").textContent);
    // Leaflet reads two of these when a map is made, which was before us.
    if (CALM.matches) Object.assign(map, { _zoomAnimated: false, _fadeAnimated: false }).options.inertia = false;
    nameControls();
    startView();
    bind("regencies", data.regencies, regencyCard);
    bind("kecamatan", data.kecamatan, kecamatanCard);
    bind("zones", data.zones, zoneCard);
    placeNames();
    startSurface();
    startBasemap();
    startPanel();
    if (!kept("zone")) return;
    const open = () => openZone(kept("zone"), kept("v") !== "");
    // The card needs what the page's other scripts add to it, and they come after this one.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", open);
    else open();
  }

  /* What the workbench moves: the drawn map, its cards, and the ways to change them. */
  const drawn = () => map && {
    map, layers, data, HATCHED, element, drawing, swatch, bar, text, filled, formatted, declutter, open: openArea,
    classFill, repaint, answered, once, reasonOf, kept, keepInHash, lowerSheet, NARROW, showSites,
  };

  const addToCards = (build) => {
    details = build;
  };

  return { attach, drawn, setTheme, addToCards };
})();
