/* Names on a map. Where two would lie on each other, one moves inside its area, breaks into two lines, is
   shortened, or stands aside with a line to its place; a name that finds no room at all is not shown.

   They say again what the shapes' own labels and the tables say, so they are hidden from whoever reads aloud. */

Kawasan.names = (() => {
  "use strict";

  const { element } = Kawasan.dom;
  const GAP_PX = 2;
  const MOST_ROUNDS = 12;
  // A name stands in its area that is not wider than this share of the area.
  const MOST_WIDTH = 1.6;
  // How far the name of a sea, a province or a neighbour may lie from its point.
  const ROUND = [[0, 0], [0, -26], [0, 26], [-44, 0], [44, 0], [-44, -30], [44, -30], [-44, 30], [44, 30], [0, -52], [0, 52], [-88, 0], [88, 0]];
  const AWAY_PX = [14, 24, 36, 50, 66, 84];
  const TURNS = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8].map((eighth) => (eighth * Math.PI) / 8);
  // Regencies first, whatever was added when; a town's name stands only where the map is near enough.
  const ORDER = ["regency", "sea", "province", "neighbour", "town"];
  const LEAST_ZOOM = { town: 9, neighbour: 7.5 };
  const FURNITURE = ".legends:not([hidden]), .leaflet-control, .panel";
  const BADGES = ".rank-badge, .site-badge";

  /** @type {WeakMap<L.Map, Board>} */
  const boards = new WeakMap();

  /* A permanent tooltip that stands by the page's styles, in the middle of its place. Leaflet measures each of its own
     after it has moved the one before, and for each measure the browser works out the page's styles anew. */
  const OF_TOOLTIP = {
    _setPosition(point) {
      L.DomUtil.setPosition(this._container, point);
    },
  };

  /** @param {string} className  @param {object} [options] */
  const tooltip = (className, options) => new (L.Tooltip.extend(OF_TOOLTIP))({ permanent: true, className: `map-label ${className}`, ...options });

  /** @param {L.Map} map */
  function boardOf(map) {
    const known = boards.get(map);
    if (known) return known;
    const pane = map.createPane("names");
    pane.classList.add("names-pane");
    pane.setAttribute("aria-hidden", "true");
    /** @type {Board} */
    const board = { labels: [], lines: L.layerGroup().addTo(map) };
    boards.set(map, board);
    map.on("zoomend moveend overlayadd overlayremove resize", () => settleLater(map, board));
    // Names are measured; they are wider or narrower in the page's own type.
    document.fonts?.ready.then(() => {
      for (const label of board.labels) delete label.sizes;
      settle(map);
    });
    return board;
  }

  /* A zoom ends with several events: names find their places once, after the map is drawn. */
  function settleLater(map, board) {
    clearTimeout(board.timer);
    board.timer = setTimeout(() => settle(map));
  }

  /* By kind: `name`, `short` (or ""), `places` as [lat, lon] with the best first, `width` of the area in degrees. */
  function add(map, kinds) {
    const board = boardOf(map);
    for (const [kind, labels] of Object.entries(kinds)) {
      for (const { name, short, places, width } of labels) {
        const shown = tooltip(`place-name is-${kind}`, { pane: "names" });
        const text = element("span", {}, name);
        shown.setLatLng(places[0]).setContent(text).addTo(map);
        board.labels.push({ kind, name, shown, text, places, width, texts: textsOf(name, short, kind) });
      }
    }
    board.labels.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
    settle(map);
  }

  function remove(map, kinds) {
    const board = boardOf(map);
    for (const { shown } of board.labels.filter(({ kind }) => kinds.includes(kind))) shown.remove();
    board.labels = board.labels.filter(({ kind }) => !kinds.includes(kind));
    settle(map);
  }

  /* The name in one line, in two, and shortened. */
  function textsOf(name, short, kind) {
    const words = name.split(" ");
    const half = words.length === 3 && words[0].length + words[1].length > 10 ? 2 : Math.ceil(words.length / 2);
    const broken = [words.slice(0, half).join(" "), words.slice(half).join(" ")];
    const lines = words.length > 1 && kind !== "town" ? [[name], broken] : [[name]];
    return short ? [...lines, [short]] : lines;
  }

  function contentOf(label, lines) {
    // The space is for whoever copies the text.
    const parts = lines.flatMap((line, i) => (i ? [" ", element("br"), line] : [line]));
    if (lines.join(" ") === label.name) return parts;
    const short = element("abbr", { title: label.name });
    short.append(...parts);
    return [short];
  }

  function write(label, lines) {
    if (label.written === lines) return;
    label.written = lines;
    label.text.replaceChildren(...contentOf(label, lines));
  }

  /* How large every name is in each of its forms, of all at once: whoever reads one size after writing
     the text before makes the browser lay out the page for each. */
  function measure(map, labels) {
    const fresh = labels.filter(({ sizes }) => !sizes);
    const copies = fresh.map((label) => label.texts.map((lines) => {
      const copy = label.shown.getElement().cloneNode();
      const text = element("span");
      text.append(...contentOf(label, lines));
      copy.append(text);
      return copy;
    }));
    map.getPane("names").append(...copies.flat());
    fresh.forEach((label, i) => {
      label.sizes = copies[i].map(({ offsetWidth: width, offsetHeight: height }) => ({ width, height }));
    });
    for (const copy of copies.flat()) copy.remove();
  }

  /* Places and boxes, in pixels of the map's frame. */

  const boxAt = ({ x, y }, { width, height }) => ({
    left: x - width / 2 - GAP_PX, right: x + width / 2 + GAP_PX, top: y - height / 2 - GAP_PX, bottom: y + height / 2 + GAP_PX,
  });
  const meet = (a, b) => a.right > b.left && b.right > a.left && a.bottom > b.top && b.bottom > a.top;
  const isInside = (box, room) => box.left >= room.left && box.right <= room.right && box.top >= room.top && box.bottom <= room.bottom;

  /* Every way in which a name may stand at its own place, the best first. */
  function* within(map, label) {
    const points = label.places.map((place) => map.latLngToContainerPoint(place));
    const most = label.width ? MOST_WIDTH * label.width * (256 * 2 ** map.getZoom()) / 360 : Infinity;
    const way = (i, { x, y }, dx = 0, dy = 0) => {
      const [size, spot] = [label.sizes[i], { x: x + dx, y: y + dy }];
      return { lines: label.texts[i], size, spot, box: boxAt(spot, size) };
    };
    const sizes = [...label.sizes.entries()].filter(([, { width }]) => width <= most);
    if (label.kind === "regency") {
      // The whole name anywhere in its area before a shortened one.
      for (const [i] of sizes) for (const point of points) yield way(i, point);
    } else if (label.kind === "town") {
      const [right, down] = [sizes[0][1].width / 2 + 5, sizes[0][1].height / 2 + 4];
      for (const [dx, dy] of [[right, 0], [-right, 0], [0, -down], [0, down]]) yield way(0, points[0], dx, dy);
    } else {
      // The name of a sea stays near one of its points, lest it come to lie on land.
      const moves = label.kind === "sea" ? ROUND.slice(0, 3) : ROUND;
      for (const point of points) for (const [dx, dy] of moves) for (const [i] of sizes) yield way(i, point, dx, dy);
    }
  }

  /* The nearest free place beside the area, away from the middle of all, and the line that leads to it. */
  function aside(map, board, label, isFree) {
    const from = map.latLngToContainerPoint(label.places[0]);
    const all = board.labels.filter(({ kind }) => kind === "regency").map(({ places }) => map.latLngToContainerPoint(places[0]));
    const middle = (axis) => all.reduce((sum, point) => sum + point[axis], 0) / all.length;
    const outward = Math.atan2(from.y - middle("y"), from.x - middle("x"));
    for (const [i, size] of label.sizes.entries()) {
      for (const away of AWAY_PX) {
        for (const turn of TURNS) {
          const [cos, sin] = [Math.cos(outward + turn), Math.sin(outward + turn)];
          const spot = { x: from.x + cos * (away + size.width / 2), y: from.y + sin * (away + size.height / 2) };
          const box = boxAt(spot, size);
          const end = { x: clamped(from.x, box.left, box.right), y: clamped(from.y, box.top, box.bottom) };
          const line = [0.25, 0.5, 0.75, 1].map((share) => ({ x: from.x + share * (end.x - from.x), y: from.y + share * (end.y - from.y) }));
          if (isFree(box) && line.every((point) => isFree(boxAt(point, { width: 0, height: 0 })))) {
            return { lines: label.texts[i], size, spot, line: [from, end] };
          }
        }
      }
    }
    return null;
  }

  const clamped = (value, least, most) => Math.min(Math.max(value, least), most);

  function settle(map) {
    const board = boards.get(map);
    if (!board || !map.getSize().x) return;
    board.lines.clearLayers();
    const due = board.labels.filter(({ kind }) => map.getZoom() >= (LEAST_ZOOM[kind] ?? 0));
    measure(map, due);
    const frame = map.getContainer().getBoundingClientRect();
    const seen = (one) => {
      const { left, right, top, bottom } = one.getBoundingClientRect();
      return { left: left - frame.left, right: right - frame.left, top: top - frame.top, bottom: bottom - frame.top };
    };
    /** @type {NodeListOf<HTMLElement>} */
    const furniture = document.querySelectorAll(FURNITURE);
    const covered = [...furniture].filter(Kawasan.dom.isSeen).map(seen);
    const marks = badges(map, seen);
    const taken = marks.map(({ box }) => box);
    const room = { left: 0, top: 0, right: frame.width, bottom: frame.height };
    const isFree = (box) => isInside(box, room) && ![...taken, ...covered].some((other) => meet(box, other));
    /** @type {globalThis.Map<any, any>} */
    const shown = new Map();
    const place = (label, found) => {
      if (!found) return;
      shown.set(label, found);
      taken.push(boxAt(found.spot, found.size));
    };
    const regencies = board.labels.filter(({ kind }) => kind === "regency");
    const ways = regencies.map((label) => ({ label, free: [...within(map, label)].filter(({ box }) => isFree(box)) }));
    for (const [label, found] of arranged(ways)) place(label, found);
    for (const label of regencies.filter((one) => !shown.has(one))) place(label, aside(map, board, label, isFree));
    for (const label of regencies.filter((one) => !shown.has(one))) {
      const names = [...shown.values()].map(({ spot, size }) => boxAt(spot, size));
      const fits = (box) => isInside(box, room) && ![...names, ...covered].some((other) => meet(box, other));
      const ways = [...within(map, label)].filter(({ box }) => fits(box));
      const beside = ways.length ? null : aside(map, board, label, fits);
      place(label, overBadges(beside ? [beside] : ways, marks, taken));
    }
    for (const label of due.filter(({ kind }) => kind !== "regency")) {
      place(label, [...within(map, label)].find(({ box }) => isFree(box)));
    }
    for (const label of board.labels) {
      const found = shown.get(label);
      label.shown.getElement().classList.toggle("is-crowded", !found);
      if (found) write(label, found.lines);
    }
    for (const [label, { spot }] of shown) label.shown.setLatLng(map.containerPointToLatLng([spot.x, spot.y]));
    for (const { line } of shown.values()) if (line) leader(map, board, line);
  }

  /* A way for as many names as can be. Whoever has the fewest chooses first; a name for which nothing was left
     goes to the front, and all choose again. */
  function arranged(ways) {
    let order = ways.toSorted((a, b) => a.free.length - b.free.length);
    /** @type {[any, any][]} */
    let best = [];
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const chosen = [];
      for (const { label, free } of order) {
        const found = free.find(({ box }) => chosen.every(([, other]) => !meet(box, other.box)));
        if (found) chosen.push([label, found]);
      }
      if (chosen.length > best.length) best = chosen;
      const without = order.filter(({ label, free }) => free.length && chosen.every(([one]) => one !== label));
      if (!without.length) break;
      order = [...without, ...order.filter((one) => !without.includes(one))];
    }
    return best;
  }

  function leader(map, board, ends) {
    const line = ends.map(({ x, y }) => map.containerPointToLatLng([x, y]));
    board.lines.addLayer(L.polyline(line, { pane: "names", className: "name-leader", interactive: false, weight: 1 }));
  }

  /* The way that covers the fewest badges, which give way to it: no regency is without its name. */
  function overBadges(ways, marks, taken) {
    const under = ({ spot, size }) => marks.filter(
      ({ badge, box }) => !badge.classList.contains("is-crowded") && meet(boxAt(spot, size), box),
    );
    const [found] = ways.toSorted((a, b) => under(a).length - under(b).length);
    for (const { badge, box } of found ? under(found) : []) {
      badge.classList.add("is-crowded");
      taken.splice(taken.indexOf(box), 1);
    }
    return found;
  }

  /* Ranks before sites; where two lie on each other the later one gives way. */
  function badges(map, seen) {
    /** @type {NodeListOf<HTMLElement>} */
    const found = map.getContainer().querySelectorAll(BADGES);
    const ordered = [...found].sort((a, b) => Number(b.matches(".rank-badge")) - Number(a.matches(".rank-badge")));
    /** @type {{badge: HTMLElement, box: any}[]} */
    const kept = [];
    // All are measured before any is hidden.
    for (const mark of ordered.map((badge) => ({ badge, box: seen(badge) }))) {
      if (kept.every(({ box }) => !meet(mark.box, box))) kept.push(mark);
    }
    const free = new Set(kept.map(({ badge }) => badge));
    for (const badge of ordered) badge.classList.toggle("is-crowded", !free.has(badge));
    return kept;
  }

  return { add, remove, settle, tooltip };
})();
