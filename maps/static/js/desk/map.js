/* The map of an upload: the features of its file, what it would change, and places, on the published
   regencies. Nothing is told by colour alone: each role has its own line and its own hatching. */

Kawasan.deskMap = (() => {
  "use strict";

  const { element, part } = Kawasan.dom;
  const { text, filled, formatted } = Kawasan.words;
  const { below, headers } = Kawasan.desk;
  const HATCH_PX = 9;
  const NEAR_ZOOM = 16;
  const PLACE_ZOOM = 12;
  const PUBLISHED = { fill: "rgb(0 110 90 / 12%)", edge: "#4f857a", chosenFill: "#fff", chosenEdge: "#000" };
  // Of a box on the map: two whose corners are nearer than that lie on one another.
  const SAME_BOX = 0.1;
  const GROUND = { fill: "rgb(255 255 255 / 55%)", edge: "#5d6f79", chosenFill: "#fff", chosenEdge: "#000" };

  /* In the order in which they are painted, the last on top. */
  const ROLES = {
    feature: { color: "#39444b", weight: 1.2, hatch: "", fillOpacity: 0.12 },
    warned: { color: "#a86400", weight: 1.4, hatch: "none" },
    faulty: { color: "#a11212", weight: 2.8, hatch: "slash" },
    removed: { color: "#9c3d00", weight: 2.4, dashArray: "2 5", hatch: "cross" },
    values: { color: "#5f5200", weight: 2.2, dashArray: "11 4 2 4", hatch: "dots" },
    moved_before: { color: "#0b4f8a", weight: 2, dashArray: "7 5", hatch: "none" },
    moved_after: { color: "#0b4f8a", weight: 2.6, hatch: "back" },
    added: { color: "#00604f", weight: 2.6, hatch: "level" },
    before: { color: "#6a2a86", weight: 2, dashArray: "4 4", hatch: "none" },
    after: { color: "#6a2a86", weight: 2.6, hatch: "upright" },
  };
  const LINES = {
    slash: [[0, HATCH_PX, HATCH_PX, 0]],
    back: [[0, 0, HATCH_PX, HATCH_PX]],
    cross: [[0, HATCH_PX, HATCH_PX, 0], [0, 0, HATCH_PX, HATCH_PX]],
    level: [[0, HATCH_PX / 2, HATCH_PX, HATCH_PX / 2]],
    upright: [[HATCH_PX / 2, 0, HATCH_PX / 2, HATCH_PX]],
  };

  let map, facts, canvas, halo, target, outlines;
  /** @type {{[role: string]: any}} */
  const groups = {};
  const byRow = new Map();
  const byKey = new Map();
  /** @type {{[name: string]: any}} */
  const listeners = {};

  /* A hatching as the canvas takes it for a colour. */
  function hatched(kind, color) {
    if (!LINES[kind] && kind !== "dots") return color;
    const one = Object.assign(document.createElement("canvas"), { width: HATCH_PX, height: HATCH_PX });
    const brush = /** @type {CanvasRenderingContext2D} */ (one.getContext("2d"));
    brush.strokeStyle = brush.fillStyle = color;
    brush.lineWidth = 1.4;
    for (const [fromX, fromY, toX, toY] of LINES[kind] || []) {
      brush.beginPath();
      brush.moveTo(fromX, fromY);
      brush.lineTo(toX, toY);
      brush.stroke();
    }
    if (kind === "dots") {
      brush.beginPath();
      brush.arc(HATCH_PX / 2, HATCH_PX / 2, 1.5, 0, 2 * Math.PI);
      brush.fill();
    }
    return brush.createPattern(one, "repeat");
  }

  const styleOf = (role) => {
    const { hatch, fillOpacity = 0.75, ...line } = ROLES[role];
    return { ...line, fill: hatch !== "none", fillColor: hatched(hatch, line.color), fillOpacity, bubblingMouseEvents: false };
  };

  /* The features */

  async function asked(drawing) {
    const answer = await fetch(below(`/${drawing}`), { headers: { ...headers, Accept: "application/geo+json, application/json" } });
    if (!answer.ok) throw new Error((await answer.json()).detail);
    return answer.json();
  }

  function draw(collection) {
    for (const feature of collection.features) {
      const { id, key, severity } = feature.properties;
      // A warning is no fault: it must not hide what the file would change.
      if (severity === "warning") feature.properties.role = "warned";
      const { role } = feature.properties;
      if (!ROLES[role]) continue;
      groups[role] ??= L.geoJSON({ type: "FeatureCollection", features: [] }, {
        renderer: canvas,
        style: styleOf(role),
        pointToLayer: (_, place) => L.circleMarker(place, { radius: 6, renderer: canvas }),
        onEachFeature: (one, layer) => layer.on("click", ({ latlng }) => listeners.feature?.(one, latlng)),
      });
      groups[role].addData(feature);
      const row = id && typeof id === "object" ? id.row : id;
      if (row !== undefined && row !== null) keep(byRow, String(row), feature);
      const known = key ?? (id && typeof id === "object" ? id.key : null);
      if (known !== undefined && known !== null) keep(byKey, String(known), feature);
    }
  }

  function keep(index, name, feature) {
    if (!index.has(name)) index.set(name, []);
    index.get(name).push(feature);
  }

  const inOrder = () => { for (const role of Object.keys(ROLES)) if (groups[role] && map.hasLayer(groups[role])) groups[role].bringToFront(); };

  /* What is shown, each with its own sample, and whether it is. */

  function sample(role) {
    const one = Object.assign(document.createElement("canvas"), { width: 60, height: 36, className: "drawn-sample" });
    one.setAttribute("aria-hidden", "true");
    const brush = /** @type {CanvasRenderingContext2D} */ (one.getContext("2d"));
    brush.scale(2, 2);
    const { color, weight, dashArray = "", fill, fillColor, fillOpacity } = styleOf(role);
    brush.beginPath();
    brush.rect(2, 2, 26, 14);
    brush.globalAlpha = fillOpacity;
    brush.fillStyle = fillColor;
    if (fill) brush.fill();
    brush.globalAlpha = 1;
    brush.strokeStyle = color;
    brush.lineWidth = weight;
    brush.setLineDash(dashArray ? dashArray.split(" ").map(Number) : []);
    brush.stroke();
    return one;
  }

  function switched(label, layer, mark) {
    const box = element("input", { type: "checkbox" });
    box.checked = true;
    box.addEventListener("change", () => {
      if (box.checked) map.addLayer(layer);
      else map.removeLayer(layer);
      inOrder();
    });
    part(document, ".drawn-legend").append(element("label", {}, box, mark, element("span", {}, label)));
  }

  function legend() {
    for (const role of Object.keys(ROLES)) {
      const group = groups[role];
      if (group) switched(`${text(`drawn.role_${role}`)} (${formatted(group.getLayers().length)})`, group, sample(role));
    }
    const frame = part(document, ".drawn-legend");
    frame.hidden = frame.children.length < 2;
  }

  /* Where something is */

  /** @param {{row?: string, key?: string}} what */
  const featuresOf = ({ row, key }) => (row && byRow.get(String(row))) || (key && byKey.get(String(key))) || [];

  /**
   * Bring out a feature and a place.
   *
   * @param {{row?: string, key?: string, lon?: number, lat?: number, feature?: any}} what
   * @param {{stay?: boolean}} [how]
   * @returns {{lon?: number, lat?: number} | null} the place, or the middle of the feature
   */
  function show(what, { stay = false } = {}) {
    const found = what.feature ? [what.feature] : featuresOf(what);
    const isPlace = Number.isFinite(what.lon) && Number.isFinite(what.lat);
    if (!found.length && !isPlace) return null;
    for (const one of [halo, target]) if (one) one.remove();
    halo = target = null;
    if (found.length) {
      halo = L.geoJSON(collected(found), {
        renderer: canvas, interactive: false, style: { color: "#ffb000", weight: 11, fill: false },
        pointToLayer: (_, place) => L.circleMarker(place, { radius: 9, renderer: canvas }),
      }).addTo(map);
      // Below the lines, whose dashes tell what they are.
      inOrder();
    }
    const place = isPlace ? /** @type {[number, number]} */ ([what.lat, what.lon]) : null;
    if (place) target = mark(place, "target", "").addTo(map);
    const middle = place ? null : L.geoJSON(collected(found)).getBounds().getCenter();
    const shown = { lon: middle ? rounded(middle.lng) : what.lon, lat: middle ? rounded(middle.lat) : what.lat };
    if (stay) return shown;
    map.stop();
    if (found.length) map.fitBounds(around(L.geoJSON(collected(found)).getBounds(), place), { animate: false, maxZoom: NEAR_ZOOM });
    else if (place) map.setView(place, Math.max(map.getZoom(), PLACE_ZOOM), { animate: false });
    return shown;
  }

  /* The whole of a box with a place in its middle; around its own middle where there is none. */
  function around(box, place) {
    if (!place) return box.pad(0.3);
    const [lat, lon] = place;
    const high = Math.max(Math.abs(box.getNorth() - lat), Math.abs(box.getSouth() - lat));
    const wide = Math.max(Math.abs(box.getEast() - lon), Math.abs(box.getWest() - lon));
    return L.latLngBounds([[lat - high, lon - wide], [lat + high, lon + wide]]).pad(0.1);
  }

  // About 10 cm.
  const rounded = (degrees) => Number(degrees.toFixed(6));
  const collected = (features) => ({ type: "FeatureCollection", features });
  const closer = ({ lon, lat }) => map.setView([lat, lon], 18, { animate: false });

  /* A mark that has its own shape, by its kind; what it says stands in the lists. */
  const mark = (place, kind, sign, title = "") => L.marker(place, {
    title, keyboard: false, pane: "drawn-marks", interactive: kind !== "target",
    icon: L.divIcon({ className: `drawn-mark is-${kind}`, iconSize: [kind === "target" ? 34 : 18, kind === "target" ? 34 : 18], html: element("span", {}, sign) }),
  });

  function marks(list) {
    const group = L.layerGroup();
    for (const { place, kind, sign, title, click } of list) group.addLayer(mark(place, kind, sign, title).on("click", click));
    if (!list.length) return;
    group.addTo(map);
    switched(`${text("drawn.role_marks")} (${formatted(list.length)})`, group, element("span", { class: `drawn-mark is-${list[0].kind}`, "aria-hidden": "true" }, list[0].sign));
    part(document, ".drawn-legend").hidden = false;
  }

  /* Candidates of the CRS: where the data would fall by each. */

  function candidates() {
    const known = boxes().flatMap((alike) => {
      const [west, south, east, north] = alike[0].bounds;
      const box = L.rectangle([[south, west], [north, east]], { renderer: canvas, color: "#12191d", weight: 1.6, dashArray: "10 3 2 3", fill: false, interactive: false });
      const name = L.tooltip({ permanent: true, direction: "top", className: "drawn-candidate" });
      name.setLatLng([north, (west + east) / 2]).setContent(element("span", {}, alike.map((one) => one.name || one.code).join(", ")));
      return [box, name];
    });
    if (!known.length) return;
    const group = L.layerGroup(known).addTo(map);
    const one = element("span", { class: "drawn-box", "aria-hidden": "true" });
    switched(`${text("drawn.role_candidates")} (${formatted(facts.candidates.length)})`, group, one);
  }

  /* The candidates by where they lie: datums a few hundred metres apart are one box, with all their names. */
  function boxes() {
    /** @type {any[][]} */
    const found = [];
    for (const one of facts.candidates) {
      const alike = found.find(([{ bounds }]) => {
        const [west, south, east, north] = bounds;
        const near = SAME_BOX * Math.max(east - west, north - south);
        return bounds.every((degrees, side) => Math.abs(degrees - one.bounds[side]) <= near);
      });
      if (alike) alike.push(one);
      else found.push([one]);
    }
    return found;
  }

  let chosenBox;
  function candidate(bounds) {
    const [west, south, east, north] = bounds;
    if (chosenBox) chosenBox.remove();
    const corners = [[south, west], [north, east]];
    chosenBox = L.rectangle(corners, { renderer: canvas, color: "#0b4f8a", weight: 3, fill: false, interactive: false }).addTo(map);
    map.fitBounds(L.latLngBounds(corners).pad(0.6), { animate: false, maxZoom: PLACE_ZOOM });
  }

  /* The ground */

  function ground() {
    if (facts.context) Kawasan.context.layer(facts.context).addTo(map);
    if (facts.regencies) {
      map.createPane("drawn-ground").style.zIndex = "408";
      outlines = Kawasan.outlines.tiled({ tilejson: facts.regencies, layer: "regencies", maxzoom: 14, style: GROUND, pane: "drawn-ground" });
      outlines.addTo(map);
    }
    if (facts.published) {
      const { tiles, layer } = facts.published;
      map.createPane("drawn-published").style.zIndex = "410";
      const published = Kawasan.outlines.tiled({ tilejson: tiles, layer, maxzoom: 14, style: PUBLISHED, pane: "drawn-published" }).addTo(map);
      switched(text("drawn.role_published"), published, element("span", { class: "drawn-published", "aria-hidden": "true" }));
    }
    if (facts.names.length) Kawasan.names.add(map, { regency: facts.names });
  }

  const regencyAt = (place) => (outlines ? outlines.under(place)?.name : "") || "";

  /* All that is drawn; where it lies outside of the region, the region too. */
  function whole() {
    const drawn = Object.values(groups).map((group) => group.getBounds()).filter((one) => one.isValid());
    const [west, south, east, north] = facts.bounds || [95, -11, 141, 6];
    const region = L.latLngBounds([[south, west], [north, east]]);
    if (!drawn.length) {
      map.fitBounds(region, { animate: false });
      return;
    }
    const all = drawn.reduce((sum, one) => sum.extend(one), L.latLngBounds([]));
    map.fitBounds(all.intersects(region) ? all.pad(0.15) : all.extend(region), { animate: false, maxZoom: NEAR_ZOOM });
  }

  function note(message) {
    const line = part(document, ".drawn-note");
    line.textContent = message;
    line.hidden = !message;
  }

  async function load() {
    const notes = [];
    for (const drawing of facts.drawings) {
      try {
        const found = await asked(drawing);
        draw(found);
        if (found.is_guess) notes.push(filled("drawn.guess", { crs: found.crs }));
        if (found.shown < found.of) notes.push(filled("drawn.of", { shown: formatted(found.shown), of: formatted(found.of) }));
      } catch {
        notes.push(text("drawn.failed"));
      }
    }
    for (const role of Object.keys(ROLES)) groups[role]?.addTo(map);
    note([...new Set(notes)].join(" "));
  }

  async function start(own) {
    facts = own;
    Kawasan.page.data = own;
    const frame = part(document, ".drawn-frame");
    frame.hidden = false;
    map = L.map(part(frame, "#drawn-map"), { zoomControl: false, fadeAnimation: false, minZoom: 3, maxZoom: 19, zoomSnap: 0.5 });
    Kawasan.page.map = map;
    map.attributionControl.setPrefix("");
    L.control.zoom({ zoomInTitle: text("drawn.zoom_in"), zoomOutTitle: text("drawn.zoom_out") }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    map.createPane("drawn").style.zIndex = "420";
    map.createPane("drawn-marks").style.zIndex = "620";
    canvas = L.canvas({ pane: "drawn", padding: 0.3, tolerance: 5 });
    const box = map.getContainer();
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", text("drawn.title"));
    box.setAttribute("aria-describedby", "drawn-keys");
    part(document, "#drawn-keys").hidden = false;
    note(text("drawn.loading"));
    await load();
    // The ground last, where the map is to stay: tiles of another place would be asked for in vain.
    whole();
    legend();
    candidates();
    ground();
  }

  return { start, show, rounded, closer, whole, marks, candidate, regencyAt, hasFeature: (what) => featuresOf(what).length > 0, on: (name, use) => { listeners[name] = use; } };
})();
