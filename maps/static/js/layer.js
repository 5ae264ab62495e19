/* The page of one layer: what lies under the pointer, the card of a feature, the search, the address. */

Kawasan.layerPage = (() => {
  "use strict";

  const { element, part } = Kawasan.dom;
  const { text, filled, formatted } = Kawasan.words;
  const { answered, once, reasonOf } = Kawasan.server;
  const { keepInHash } = Kawasan.address;
  const { lowerSheet } = Kawasan.opening;
  const MOST_OFFERED = 40;
  // Why the map is not there yet, the gravest first.
  const REASONS = {
    offline: "layer_map.offline", failed: "layer_map.failed", preparing: "layer_map.preparing",
  };
  let map, outlines, facts, features, dock, opener, hover, asked = 0;

  const said = (message) => {
    const line = part(document, ".map-state");
    line.textContent = message;
    line.hidden = !message;
  };

  /* A feature by its id: from the page itself, or from the server. */

  const addressOf = (...parts) => [facts.items, ...parts.map(encodeURIComponent)].join("/");

  async function feature(id) {
    if (features) return features.get(id);
    return once(`item ${id}`, () => answered(`${addressOf(id)}?f=json&lang=${document.documentElement.lang}`));
  }

  /* The card */

  function shown(value) {
    if (value === null || value === undefined) return element("span", { class: "missing" }, text("layer_map.missing"));
    if (typeof value === "number") return number(value);
    const content = typeof value === "string" ? value : JSON.stringify(value);
    const shownAs = /^https?:\/\/[^\s]+$/i.test(content)
      ? element("a", { href: content, rel: "nofollow noopener noreferrer", target: "_blank" }, content) : content;
    // What is long scrolls in a box of its own, by the keyboard too.
    return content.length > 160 ? element("div", { class: "long", tabindex: "0" }, shownAs) : shownAs;
  }

  /* A year is a number too: no separator in what has four digits. */
  const number = (value) => value.toLocaleString(
    document.documentElement.lang === "en" ? "en-GB" : "id-ID", { maximumFractionDigits: 4, useGrouping: "min2" },
  );

  /* A column's name may break after its underscores. */
  const heading = (name) => name.split(/(?<=_)/).flatMap((part, at) => (at ? [element("wbr"), part] : [part]));

  function card(id, { properties }) {
    const rows = Object.entries(properties).map(([name, value]) => element(
      "tr", {},
      element("th", { scope: "row" }, ...heading(facts.fields[name] || name)),
      element("td", typeof value === "number" ? { class: "number" } : {}, shown(value)),
    ));
    return framed(
      properties.name || id, properties.name ? id : "",
      rows.length
        ? element("table", { class: "attributes" }, element("tbody", {}, ...rows))
        : element("p", { class: "note" }, text("layer_map.no_attributes")),
      facts.items && element(
        "p", { class: "more" },
        element("a", { href: `${addressOf(id)}?f=html&lang=${document.documentElement.lang}` }, text("layer_map.item_page")),
      ),
    );
  }

  const framed = (title, place, ...parts) => element(
    "article", { class: "card feature" },
    element(
      "header", {}, element("h2", { tabindex: "-1" }, title),
      place ? element("p", { class: "place" }, place) : null,
    ),
    ...parts.filter(Boolean),
  );

  /* Opens the card of a feature, the place `at` clear of it; without a place the map goes to the feature. */
  /**
   * @param {string} id
   * @param {{at?: L.LatLng, row?: number, byKeyboard?: boolean, stay?: boolean}} [how]
   */
  async function open(id, { at, row, byKeyboard = false, stay = Boolean(at) } = {}) {
    const ask = asked += 1;
    outlines.choose(id, row);
    keepInHash({ id });
    opener = byKeyboard ? document.activeElement : null;
    show(framed(id, "", element("p", { class: "note" }, text("layer_map.reading"))));
    if (at) keepClear(at);
    /** @type {any} */
    let found = null;
    let reason = "";
    try {
      found = await feature(id);
    } catch (error) {
      reason = reasonOf(error, text("layer_map.item_failed"));
    }
    if (ask !== asked) return;
    show(found ? card(id, found) : framed(id, "", element("p", { class: "reason" }, reason || text("layer_map.unknown"))));
    if (byKeyboard) part(dock, "h2").focus({ preventScroll: true });
    if (!stay && found && found.geometry) goTo(L.geoJSON(found.geometry).getBounds());
  }

  function show(content) {
    lowerSheet(true);
    if (hover) hover.remove();
    const body = part(dock, ".card-body");
    body.replaceChildren(content);
    body.scrollTop = 0;
    dock.hidden = false;
    Kawasan.frame().classList.add("has-card");
  }

  /* The room that the card takes from the map: the right side, or the lower one of a phone. */
  function padding() {
    const [frame, card] = [map.getContainer(), dock].map((one) => one.getBoundingClientRect());
    const isBelow = card.width > frame.width / 2;
    return {
      paddingTopLeft: [24, 24],
      paddingBottomRight: isBelow ? [24, frame.bottom - card.top + 24] : [frame.right - card.left + 24, 24],
    };
  }

  const keepClear = (place) => map.panInside(place, { ...padding(), animate: false });
  const goTo = (bounds) => map.fitBounds(bounds.pad(0.4), { ...padding(), animate: false, maxZoom: 12 });

  function close() {
    if (dock.hidden) return;
    asked += 1;
    dock.hidden = true;
    Kawasan.frame().classList.remove("has-card");
    outlines.choose(null);
    keepInHash({ id: "" });
    if (opener && opener.isConnected) opener.focus({ preventScroll: true });
    opener = null;
  }

  /* Pointer and keys. The map itself has the focus: arrows move it, Enter asks what lies in its middle. */

  function startPointer() {
    map.on("click", ({ latlng }) => {
      const found = outlines.under(latlng);
      if (found) open(found.id, { at: latlng, row: found.row });
      else close();
    });
    part(dock, "button").addEventListener("click", close);
    document.addEventListener("keydown", ({ key }) => key === "Escape" && close());
    if (!window.matchMedia("(hover: hover)").matches) return;
    let waiting = null;
    map.on("mousemove", ({ latlng }) => {
      if (!waiting) requestAnimationFrame(() => {
        name(waiting);
        waiting = null;
      });
      waiting = latlng;
    });
    map.on("mouseout movestart", () => hover && hover.remove());
  }

  function name(latlng) {
    const found = map.dragging.moving() ? null : outlines.under(latlng);
    map.getContainer().classList.toggle("is-over", Boolean(found));
    if (!found) {
      if (hover) hover.remove();
      return;
    }
    hover = hover || L.tooltip({ className: "hover-name", offset: [12, 0] });
    hover.setContent(element("span", {}, found.name || found.id));
    hover.setLatLng(latlng).addTo(map);
  }

  function startKeys() {
    const frame = map.getContainer();
    frame.setAttribute("role", "application");
    frame.setAttribute("aria-label", text("layer_map.map"));
    frame.setAttribute("aria-describedby", "layer-keys");
    // Leaflet gives itself the focus at every click; only who uses keys is shown where Enter asks.
    frame.addEventListener("keydown", () => frame.classList.add("is-keyed"));
    frame.addEventListener("keyup", () => frame.classList.add("is-keyed"));
    frame.addEventListener("pointerdown", () => frame.classList.remove("is-keyed"));
    frame.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== frame) return;
      event.preventDefault();
      const found = outlines.under(map.getCenter());
      if (found) open(found.id, { at: map.getCenter(), row: found.row, byKeyboard: true });
      else said(text("layer_map.nothing_here"));
    });
    map.on("move", () => said(""));
  }

  /* The search: names and ids in the tiles that are painted; whole names and ids of all of the layer. */

  function startSearch() {
    const form = part(document, "#layer-search");
    const input = part(form, "input", HTMLInputElement);
    const list = part(form, "ul");
    const line = part(form, "[role=status]");
    const offer = (found, more = 0) => {
      list.replaceChildren(...found.map(({ id, name: called, row }) => {
        const button = element("button", { type: "button" }, called || id, called ? element("small", {}, id) : null);
        button.addEventListener("click", () => open(id, { row, byKeyboard: true }));
        return element("li", {}, button);
      }));
      line.textContent = more ? filled("layer_map.more", { n: formatted(more) }) : "";
    };
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLocaleLowerCase();
      const found = wanted ? here(wanted) : [];
      offer(found.slice(0, MOST_OFFERED), Math.max(0, found.length - MOST_OFFERED));
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wanted = input.value.trim();
      if (!wanted) return;
      let found = here(wanted.toLocaleLowerCase());
      if (!found.length && !features) found = await everywhere(wanted).catch(() => []);
      offer(found.slice(0, MOST_OFFERED), Math.max(0, found.length - MOST_OFFERED));
      if (found.length === 1) open(found[0].id, { row: found[0].row, byKeyboard: true });
      if (!found.length) line.textContent = text("layer_map.not_found");
    });
    form.hidden = false;
  }

  const matches = (value, wanted) => String(value || "").toLocaleLowerCase().includes(wanted);
  const here = (wanted) => outlines.listed().filter(({ id, name: called }) => matches(called, wanted) || matches(id, wanted));

  /* The server knows whole values only, as they are written. */
  async function everywhere(wanted) {
    const lines = ["name", facts.key].filter((field) => field in facts.fields);
    for (const field of lines) {
      const asking = new URLSearchParams([[field, wanted], ["limit", "10"], ["f", "json"]]);
      const { features: found } = await answered(`${facts.items}?${asking}`);
      if (found.length) return found.map(({ id, properties }) => ({ id, name: properties.name }));
    }
    return [];
  }

  /* Where the map is, and what is chosen, stand in the address. */

  function startPlace() {
    const parts = new URLSearchParams(window.location.hash.slice(1));
    const [lat, lon, zoom] = (parts.get("v") || "").split(",").map(Number);
    const isPlace = [zoom, lat, lon].every(Number.isFinite) && Math.abs(lat) <= 90 && parts.get("v");
    if (isPlace) map.setView([lat, lon], zoom, { animate: false });
    map.on("moveend", () => {
      const { lat: north, lng: east } = map.getCenter();
      keepInHash({ v: [north.toFixed(4), east.toFixed(4), map.getZoom()].join(",") });
    });
    const id = parts.get("id");
    if (id) open(id, { stay: Boolean(isPlace) });
  }

  function startState() {
    const frame = Kawasan.frame();
    // The planner's legends follow layers that are switched; here there is one, and it stands.
    /** @type {NodeListOf<HTMLElement>} */
    const legends = frame.querySelectorAll(".legends, .legends section");
    for (const legend of legends) legend.hidden = false;
    const set = (state) => { frame.dataset.tiles = state; };
    set("painting");
    outlines.on("loading", () => set("painting"));
    outlines.on("load", () => set("painted"));
    outlines.on("waiting", ({ reasons }) => {
      const first = Object.keys(REASONS).find((reason) => reasons.has(reason));
      said(first ? text(REASONS[first]) : "");
    });
  }

  function attach(leaflet, layer, embedded) {
    map = leaflet;
    outlines = layer;
    facts = Kawasan.page.data.layer;
    features = embedded && new Map(embedded.features.map((one) => [String(one.id), one]));
    dock = part(document, ".feature-card");
    startState();
    startPointer();
    startKeys();
    startSearch();
    startPlace();
    // Above the land around, below its roads and water, as the regencies of the planner's map.
    map.createPane("outlines").style.zIndex = "408";
    outlines.options.pane = "outlines";
    outlines.addTo(map);
  }

  /* On a page for a memory stick: its outlines stand in the page. */
  function attachEmbedded(leaflet, options) {
    const collection = JSON.parse(part(document, "#layer-outlines").textContent);
    attach(leaflet, Kawasan.outlines.embedded(collection, options), collection);
  }

  return { attach, attachEmbedded };
})();
