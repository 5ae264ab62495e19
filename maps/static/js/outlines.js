/* A Leaflet layer of outlines, painted on one canvas per tile: short paths of many features each.

   `tiled` paints our vector tiles (Mapbox Vector Tile 2.1), `embedded` GeoJSON that
   came with the page. Both find what lies under a place and paint one chosen feature stronger. */

Kawasan.outlines = (() => {
  "use strict";

  // A vector tile is simplified for this size.
  const TILE_PX = 512;
  const MOST_KEPT = 96;
  // A tile so many zooms coarser is painted until the right one is there: its corners lie within some pixels.
  const MOST_UP = 3;
  const PAUSE_MS = { coarse: 500, preparing: 3000, offline: 4000, failed: 15000 };
  const { POINT, LINE, POLYGON } = Kawasan.outlineData;
  // Below the first size (pixels) an edge would be all that is seen of a shape; above the last it stands clear.
  const EDGES = [[7, 0.3], [20, 0.55], [56, 0.9]];
  // One path of a whole tile takes a browser seconds (32,000 villages: 13 s, in paths this short 0.1 s).
  const PATH_POINTS = 400;
  const POINT_PX = 4.5;
  // How far a mark or an edge reaches from its place.
  const MARGIN_PX = 8;
  const REACH_PX = 7;

  /* Painting. `view` places content on a tile: `scale` in pixels per unit, and the tile's west and north. */

  function trace(path, content, feature) {
    const { points, rings, ends, kinds } = content;
    for (let ring = ends[feature]; ring < ends[feature + 1]; ring += 1) {
      let at = rings[ring];
      path.moveTo(points[2 * at], points[2 * at + 1]);
      for (at += 1; at < rings[ring + 1]; at += 1) path.lineTo(points[2 * at], points[2 * at + 1]);
      if (kinds[feature] === POLYGON) path.closePath();
    }
  }

  const sizeOf = ({ boxes }, feature) => Math.max(
    boxes[4 * feature + 2] - boxes[4 * feature], boxes[4 * feature + 3] - boxes[4 * feature + 1],
  );

  /* Paths of neighbouring features, a new one when the last is long enough. */
  /** @extends {Array<Path2D>} */
  class Paths extends Array {
    room = 0;

    add(content, feature) {
      const { rings, ends } = content;
      if (this.room <= 0) {
        this.push(new Path2D());
        this.room = PATH_POINTS;
      }
      trace(this[this.length - 1], content, feature);
      this.room -= rings[ends[feature + 1]] - rings[ends[feature]];
    }
  }

  /* What to fill, and what to draw in each width of edge, of the features that are seen in `view`. */
  function pathsOf(content, { scale, west, north }) {
    const { boxes } = content;
    const [beyond, side] = [MARGIN_PX / scale, TILE_PX / scale];
    const fills = new Paths();
    const edges = EDGES.map(() => new Paths());
    const marks = [];
    for (let feature = 0; feature < content.count; feature += 1) {
      const at = 4 * feature;
      if (boxes[at] > west + side + beyond || boxes[at + 2] < west - beyond) continue;
      if (boxes[at + 1] > north + side + beyond || boxes[at + 3] < north - beyond) continue;
      const kind = content.kinds[feature];
      if (kind === POINT) marks.push(feature);
      if (kind === POLYGON) fills.add(content, feature);
      if (kind !== POLYGON && kind !== LINE) continue;
      const size = kind === LINE ? Infinity : sizeOf(content, feature) * scale;
      const edge = EDGES.findLastIndex(([least]) => size >= least);
      if (edge >= 0) edges[edge].add(content, feature);
    }
    return { fills, edges, marks };
  }

  /* The paths are kept with the tile, which is painted again when something in it is chosen. */
  function paint(tile, { style, chosen }) {
    const { canvas, content, view } = tile;
    const ratio = canvas.width / TILE_PX;
    const brush = canvas.getContext("2d");
    brush.setTransform(1, 0, 0, 1, 0, 0);
    brush.clearRect(0, 0, canvas.width, canvas.height);
    if (!content) return;
    const scale = view.scale * ratio;
    brush.setTransform(scale, 0, 0, scale, -view.west * scale, -view.north * scale);
    brush.lineJoin = "round";
    tile.paths ??= pathsOf(content, view);
    const { fills, edges, marks } = tile.paths;
    brush.fillStyle = style.fill;
    for (const path of fills) brush.fill(path);
    brush.strokeStyle = style.edge;
    edges.forEach((drawn, kind) => {
      brush.lineWidth = EDGES[kind][1] / view.scale;
      for (const path of drawn) brush.stroke(path);
    });
    brush.fillStyle = style.edge;
    for (const feature of marks) mark(brush, content, feature, POINT_PX / view.scale);
    if (chosen >= 0) paintChosen(brush, content, chosen, view, style);
  }

  function mark(brush, { points, rings, ends }, feature, radius) {
    for (let ring = ends[feature]; ring < ends[feature + 1]; ring += 1) {
      brush.beginPath();
      brush.arc(points[2 * rings[ring]], points[2 * rings[ring] + 1], radius, 0, 2 * Math.PI);
      brush.fill();
    }
  }

  function paintChosen(brush, content, feature, view, style) {
    brush.fillStyle = style.chosenFill;
    brush.strokeStyle = style.chosenEdge;
    if (content.kinds[feature] === POINT) {
      brush.fillStyle = style.chosenEdge;
      mark(brush, content, feature, 1.7 * POINT_PX / view.scale);
      return;
    }
    const path = new Path2D();
    trace(path, content, feature);
    if (content.kinds[feature] === POLYGON) brush.fill(path);
    brush.lineWidth = 2.6 / view.scale;
    brush.stroke(path);
  }

  /* The layer; Leaflet is there when one is made, not yet when this file is read. */

  const made = (options, contentOf, coarserOf = () => null) => new (L.GridLayer.extend(OF_LAYER))(options, contentOf, coarserOf);

  const OF_LAYER = {
    initialize(options, contentOf, coarserOf) {
      L.setOptions(this, { tileSize: TILE_PX, updateWhenZooming: false, keepBuffer: 1, ...options });
      this.contentOf = contentOf;
      this.coarserOf = coarserOf;
      this.painted = new Map();
      this.on("tileunload", ({ coords, tile }) => {
        tile.job.abort();
        this.painted.delete(nameOf(coords));
      });
    },

    /* Tiles of a zoom are asked for as it begins. Leaflet 1.9 does so by itself when it is of one step, and waits
       for its end when it is of more, as a turn of the wheel often is. */
    _clampZoom(zoom) {
      return this._map._animatingZoom ? Math.round(this._map._animateToZoom) : zoom;
    },

    createTile(coords, done) {
      const job = new AbortController();
      const canvas = Object.assign(L.DomUtil.create("canvas", ""), { job });
      canvas.width = canvas.height = TILE_PX * Math.min(2, Math.ceil(window.devicePixelRatio || 1));
      const tile = { canvas, coords, isAwaited: true };
      let isShown = false;
      const ready = (error = null) => {
        if (isShown) return;
        isShown = true;
        // While the map zooms, tiles that stand already would give way to ones that cover less of it.
        if (this._map?._animatingZoom) this._map.once("zoomend", () => done(error, canvas));
        else done(error, canvas);
      };
      this.contentOf(coords, job.signal).then((content) => {
        tile.isAwaited = false;
        this.put(tile, content);
        ready();
      }).catch((error) => {
        if (!job.signal.aborted) reportError(error);
        ready(error);
      });
      // A task for each tile, so that the map moves on between them.
      setTimeout(() => {
        const coarser = isShown || job.signal.aborted ? null : this.coarserOf(coords);
        if (!coarser) return;
        this.put(tile, coarser);
        ready();
      });
      return canvas;
    },

    /* What a tile shows from now on; null clears it. */
    put(tile, content) {
      if (!content && !tile.content) return;
      Object.assign(tile, { content, view: content && viewOf(tile.coords, content), paths: null });
      if (content) this.painted.set(nameOf(tile.coords), tile);
      else this.painted.delete(nameOf(tile.coords));
      this.repaint(tile);
    },

    repaint(tile) {
      paint(tile, { style: this.options.style, chosen: tile.content ? this.chosenIn(tile.content) : -1 });
    },

    chosenIn(content) {
      if (this.chosen === undefined || this.chosen === null) return -1;
      if (this.chosenRow === undefined) {
        for (let feature = 0; feature < content.count; feature += 1) {
          if (content.property(feature, "id") !== this.chosen) continue;
          this.chosenRow = content.rows[feature];
          return feature;
        }
        return -1;
      }
      return content.rows.indexOf(this.chosenRow);
    },

    /* Paints the feature of this id stronger; null paints none so. */
    choose(id, row) {
      if (id === this.chosen) return;
      const before = [...this.painted.values()].filter((tile) => this.chosenIn(tile.content) >= 0);
      this.chosen = id;
      this.chosenRow = row;
      const after = [...this.painted.values()].filter((tile) => this.chosenIn(tile.content) >= 0);
      for (const tile of new Set([...before, ...after])) this.repaint(tile);
    },

    /* Id, name and row of what lies under a place; null where nothing is painted. */
    under(latlng) {
      const zoom = Math.round(this._map.getZoom());
      const place = this._map.project(L.latLng(latlng).wrap(), zoom);
      const coords = { x: Math.floor(place.x / TILE_PX), y: Math.floor(place.y / TILE_PX), z: zoom };
      const tile = this.painted.get(nameOf(coords));
      if (!tile) return null;
      const { content, view } = tile;
      const [x, y] = [place.x - coords.x * TILE_PX, place.y - coords.y * TILE_PX];
      const feature = Kawasan.outlineData.found(content, view.west + x / view.scale, view.north + y / view.scale, REACH_PX / view.scale);
      return feature < 0 ? null : facts(content, feature);
    },

    /* Every feature in the tiles that are painted, once. */
    listed() {
      const seen = new Map();
      for (const { content } of this.painted.values()) {
        for (let feature = 0; feature < content.count; feature += 1) {
          const row = content.rows[feature];
          if (!seen.has(row)) seen.set(row, facts(content, feature));
        }
      }
      return [...seen.values()];
    },
  };

  const nameOf = ({ x, y, z }) => `${z}/${x}/${y}`;
  const facts = (content, feature) => ({
    id: content.property(feature, "id"), name: content.property(feature, "name"), row: content.rows[feature],
  });

  /* The map's zoom counts tiles of 256 pixels; ours are twice as wide. */
  const levelOf = (zoom) => zoom - 1;

  /* Where on its content a tile of the map begins: the same place, or a part of a coarser tile. */
  function viewOf({ x, y, z }, { extent, at }) {
    const parts = 2 ** (levelOf(z) - at.z);
    return {
      scale: TILE_PX * parts / extent,
      west: (x - at.x * parts) * extent / parts,
      north: (y - at.y * parts) * extent / parts,
    };
  }

  function embedded(collection, options) {
    const content = Object.assign(Kawasan.outlineData.converted(collection), { at: { x: 0, y: 0, z: 0 } });
    return made(options, async () => content);
  }

  /* Tiles as TileJSON tells: fetched once, asked for again until the server has them. */
  function tiled({ tilejson, layer, maxzoom, ...options }) {
    const kept = new Map();
    const waiting = new Map();
    /** @type {any} */
    const painter = made(options, contentOf, coarserOf);
    const tell = () => painter.fire("waiting", { reasons: new Set(waiting.values()) });

    async function asked(address, signal, options = {}) {
      const key = Symbol(address);
      try {
        for (;;) {
          const { answer, reason } = await once(address, { ...options, signal });
          if (answer) return answer;
          waiting.set(key, reason);
          tell();
          await pause(PAUSE_MS[reason], signal);
        }
      } finally {
        if (waiting.delete(key)) tell();
      }
    }

    let description;
    const described = () => {
      description = description || asked(tilejson, new AbortController().signal).then((answer) => answer.json());
      return description;
    };

    /* The layer has tiles within limits of its own; what lies beyond them is not there to be asked for. */
    async function addressOf({ x, y, z }) {
      const { tiles: [address], tileMatrixSetLimits: limits } = await described();
      const most = limits.find(({ tileMatrix }) => Number(tileMatrix) === z);
      const isThere = x >= most.minTileCol && x <= most.maxTileCol && y >= most.minTileRow && y <= most.maxTileRow;
      return isThere ? address.replace("{z}", z).replace("{y}", y).replace("{x}", x) : null;
    }

    /* Beyond the last zoom that is served, a part of a coarser tile. */
    function servedAt(coords) {
      const z = Math.min(levelOf(coords.z), maxzoom);
      const step = levelOf(coords.z) - z;
      return { x: coords.x >> step, y: coords.y >> step, z };
    }

    /* The nearest tile above that is here. */
    function coarserOf(coords) {
      let { x, y, z } = servedAt(coords);
      for (let up = 0; up <= MOST_UP; up += 1) {
        const found = kept.get(nameOf({ x, y, z }));
        if (found) return found;
        [x, y, z] = [x >> 1, y >> 1, z - 1];
      }
      return null;
    }

    function keep(name, content) {
      kept.delete(name);
      kept.set(name, content);
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
    }

    async function contentOf(coords, signal, options) {
      const at = servedAt(coords);
      const name = nameOf(at);
      if (kept.has(name) && !kept.get(name)?.isCoarse) return kept.get(name);
      const address = await addressOf(at);
      if (!address) return null;
      const answer = await asked(address, signal, options);
      const content = answer.status === 204 ? null : Kawasan.outlineData.read(await answer.arrayBuffer(), layer);
      if (content) Object.assign(content, { at });
      if (answer.headers.get("Tile-Detail") === "coarse") {
        if (content) keep(name, Object.assign(content, { isCoarse: true }));
        timer = timer || setTimeout(look, PAUSE_MS.coarse);
        return content;
      }
      keep(name, content);
      refine();
      return content;
    }

    /* While the server makes a layer's tiles it answers coarse ones: of one of them its head is asked for
       again from time to time, and all that are painted as soon as any tile comes as it will stay. */
    let timer = 0;
    const coarse = () => [...painter.painted.values()].filter(({ content, isAwaited }) => content.isCoarse && !isAwaited);

    async function look() {
      const [first] = coarse();
      timer = 0;
      if (!first) return;
      const { signal } = first.canvas.job;
      try {
        const answer = await asked(await addressOf(servedAt(first.coords)), signal, { method: "HEAD", cache: "no-store" });
        if (answer.headers.get("Tile-Detail") !== "coarse") return refine();
      } catch (error) {
        if (!signal.aborted) return reportError(error);
      }
      timer = timer || setTimeout(look, PAUSE_MS.coarse);
    }

    function refine() {
      for (const tile of coarse()) refined(tile);
    }

    async function refined(tile) {
      const { signal } = tile.canvas.job;
      tile.isAwaited = true;
      try {
        // What is kept of it is the coarse one.
        const content = await contentOf(tile.coords, signal, { cache: "no-cache" });
        if (!signal.aborted) painter.put(tile, content);
      } catch (error) {
        if (!signal.aborted) reportError(error);
      }
      tile.isAwaited = false;
    }

    return painter;
  }

  async function once(address, options) {
    try {
      const answer = await fetch(address, options);
      if (answer.ok) return { answer };
      return { reason: answer.status === 503 ? "preparing" : "failed" };
    } catch (error) {
      if (options.signal.aborted) throw error;
      return { reason: "offline" };
    }
  }

  const pause = (ms, signal) => new Promise((resume, stop) => {
    const timer = setTimeout(resume, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      stop(signal.reason);
    }, { once: true });
  });

  return { tiled, embedded };
})();
