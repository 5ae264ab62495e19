/* Outlines in flat arrays: read from vector tiles (Mapbox Vector Tile 2.1) or GeoJSON, and looked up by place. */

Kawasan.outlineData = (() => {
  "use strict";

  const [POINT, LINE, POLYGON] = [1, 2, 3];

  /* What a tile holds: per feature its kind, row, box and the slice of its rings; names only on demand. */

  function reader(buffer, layer) {
    const pbf = new Pbf.PbfReader(new Uint8Array(buffer));
    /** @type {any} */
    let found = null;
    pbf.readFields((tag, _, at) => {
      if (tag !== 3) return;
      const end = at.readVarint() + at.pos;
      const one = read(at, end);
      if (one.name === layer) found = one;
      at.pos = end;
    }, null);
    return found;
  }

  function read(pbf, end) {
    const seen = { name: "", extent: 4096, keys: [], values: [], starts: [] };
    pbf.readFields((tag, into, at) => {
      if (tag === 1) into.name = at.readString();
      else if (tag === 2) into.starts.push(at.pos);
      else if (tag === 3) into.keys.push(at.readString());
      else if (tag === 4) into.values.push(at.pos);
      else if (tag === 5) into.extent = at.readVarint();
    }, seen, end);
    const content = empty(seen.starts.length, seen.extent, new Int16Array(2 * (end - seen.starts[0] || 0)));
    const tags = new Uint32Array(content.count);
    seen.starts.forEach((start, feature) => {
      pbf.pos = start;
      const until = pbf.readVarint() + pbf.pos;
      let shape = 0;
      pbf.readFields((tag, _, at) => {
        if (tag === 1) content.rows[feature] = at.readVarint();
        else if (tag === 2) tags[feature] = at.pos;
        else if (tag === 3) content.kinds[feature] = at.readVarint();
        else if (tag === 4) shape = at.pos;
      }, null, until);
      if (shape) readShape(pbf, shape, content);
      closeFeature(content, feature);
    });
    content.points = content.points.slice(0, 2 * content.length);
    content.property = (feature, name) => property(pbf, seen, tags[feature], name);
    return Object.assign(content, { name: seen.name });
  }

  /**
   * @param {number} count  @param {number} extent
   * @param {OutlineContent["points"]} points  room for all places, x and y in turn
   * @returns {OutlineContent}
   */
  function empty(count, extent, points) {
    return {
      count, extent, points, length: 0, rings: [0], ends: new Uint32Array(count + 1),
      kinds: new Uint8Array(count), rows: new Uint32Array(count), boxes: new Float64Array(4 * count),
      property: () => null,
    };
  }

  function readShape(pbf, start, content) {
    pbf.pos = start;
    const end = pbf.readVarint() + pbf.pos;
    const { points } = content;
    let x = 0, y = 0, at = content.length;
    while (pbf.pos < end) {
      const command = pbf.readVarint();
      if ((command & 7) === 7) continue;
      const opens = (command & 7) === 1;
      for (let left = command >> 3; left > 0; left -= 1) {
        if (opens && at > content.rings.at(-1)) content.rings.push(at);
        x += pbf.readSVarint();
        y += pbf.readSVarint();
        points[2 * at] = x;
        points[2 * at + 1] = y;
        at += 1;
      }
    }
    content.length = at;
  }

  /* Ends the last ring and notes the box that the feature's rings fill. */
  function closeFeature(content, feature) {
    const { points, rings, ends, boxes, length } = content;
    if (length > rings.at(-1)) rings.push(length);
    ends[feature + 1] = rings.length - 1;
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let at = rings[ends[feature]]; at < length; at += 1) {
      const x = points[2 * at], y = points[2 * at + 1];
      if (x < west) west = x;
      if (x > east) east = x;
      if (y < north) north = y;
      if (y > south) south = y;
    }
    boxes.set([west, north, east, south], 4 * feature);
  }

  /* Texts are read when somebody asks: most never are. */
  function property(pbf, { keys, values }, start, wanted) {
    if (!start) return null;
    pbf.pos = start;
    for (const end = pbf.readVarint() + pbf.pos; pbf.pos < end;) {
      const [key, value] = [pbf.readVarint(), pbf.readVarint()];
      if (keys[key] !== wanted) continue;
      pbf.pos = values[value];
      const found = { text: /** @type {string | null} */ (null) };
      pbf.readFields((tag, into, at) => { if (tag === 1) into.text = at.readString(); }, found, pbf.readVarint() + pbf.pos);
      return found.text;
    }
    return null;
  }

  /* GeoJSON as one tile that is the whole world, in Web Mercator from 0 to 1. */
  function converted(collection) {
    const shapes = collection.features.map(({ geometry }) => parts(geometry));
    const count = shapes.reduce((sum, { lines }) => sum + lines.reduce((n, line) => n + line.length, 0), 0);
    const content = empty(shapes.length, 1, new Float64Array(2 * count));
    shapes.forEach(({ kind, lines }, feature) => {
      content.kinds[feature] = kind;
      content.rows[feature] = feature + 1;
      for (const line of lines) {
        if (content.length > content.rings[content.rings.length - 1]) content.rings.push(content.length);
        for (const [lon, lat] of line) {
          const sine = Math.sin(lat * Math.PI / 180);
          content.points[2 * content.length] = lon / 360 + 0.5;
          content.points[2 * content.length + 1] = 0.5 - Math.atanh(sine) / (2 * Math.PI);
          content.length += 1;
        }
      }
      closeFeature(content, feature);
    });
    content.property = (feature, name) => {
      const { id, properties } = collection.features[feature];
      return name === "id" ? String(id) : properties[name];
    };
    return content;
  }

  function parts(geometry) {
    const { type, coordinates } = geometry || {};
    if (!type) return { kind: 0, lines: [] };
    if (type === "Point") return { kind: POINT, lines: [[coordinates]] };
    if (type === "MultiPoint") return { kind: POINT, lines: coordinates.map((one) => [one]) };
    if (type === "LineString") return { kind: LINE, lines: [coordinates] };
    if (type === "MultiLineString") return { kind: LINE, lines: coordinates };
    // A ring's last place is its first.
    const rings = (type === "Polygon" ? coordinates : coordinates.flat()).map((ring) => ring.slice(0, -1));
    return { kind: POLYGON, lines: rings };
  }

  /* What lies under a place; the last painted lies on top. */

  function found(content, x, y, reach) {
    const { boxes, kinds } = content;
    let near = -1;
    for (let feature = content.count - 1; feature >= 0; feature -= 1) {
      const at = 4 * feature;
      if (x < boxes[at] - reach || x > boxes[at + 2] + reach) continue;
      if (y < boxes[at + 1] - reach || y > boxes[at + 3] + reach) continue;
      if (kinds[feature] !== POLYGON) {
        if (near < 0 && distance(content, feature, x, y) <= reach) near = feature;
      } else if (contains(content, feature, x, y)) return near < 0 ? feature : near;
    }
    return near;
  }

  function contains({ points, rings, ends }, feature, x, y) {
    let inside = false;
    for (let ring = ends[feature]; ring < ends[feature + 1]; ring += 1) {
      for (let at = rings[ring], before = rings[ring + 1] - 1; at < rings[ring + 1]; before = at, at += 1) {
        const y1 = points[2 * at + 1], y2 = points[2 * before + 1];
        if ((y1 > y) === (y2 > y)) continue;
        const x1 = points[2 * at], x2 = points[2 * before];
        if (x < x1 + (x2 - x1) * (y - y1) / (y2 - y1)) inside = !inside;
      }
    }
    return inside;
  }

  function distance({ points, rings, ends }, feature, x, y) {
    let least = Infinity;
    for (let ring = ends[feature]; ring < ends[feature + 1]; ring += 1) {
      for (let at = rings[ring], before = at; at < rings[ring + 1]; before = at, at += 1) {
        const x1 = points[2 * before], y1 = points[2 * before + 1];
        const dx = points[2 * at] - x1, dy = points[2 * at + 1] - y1;
        const along = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)));
        least = Math.min(least, Math.hypot(x - x1 - along * dx, y - y1 - along * dy));
      }
    }
    return least;
  }

  return { read: reader, converted, found, POINT, LINE, POLYGON };
})();
