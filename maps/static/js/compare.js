/* Two maps beside each other that move together. Names become text nodes, never markup. */

Kawasan.compare = (() => {
  "use strict";

  const sides = [];
  let content;
  let isFollowing = false;

  function named(...lines) {
    const made = document.createElement("span");
    for (const line of lines.filter(Boolean)) {
      const part = document.createElement("span");
      part.append(line);
      made.append(part);
    }
    return made;
  }

  function bindNames(layer, linesOf, byId) {
    layer.eachLayer((area) => {
      const id = String(area.feature.id);
      area.bindTooltip(named(...linesOf(id)), { sticky: true, className: "hover-name" });
      if (!byId) return;
      byId.set(id, area);
      area.on("mouseover", () => mark(id, true));
      area.on("mouseout", () => mark(id, false));
    });
  }

  /* The zone under the pointer is outlined on both maps. */
  function mark(id, isOn) {
    for (const { byId } of sides) {
      const drawn = byId.get(id) && byId.get(id).getElement();
      if (drawn) drawn.classList.toggle("is-hovered", isOn);
    }
  }

  function nameControls(map, label) {
    const container = map.getContainer();
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", label);
    for (const [selector, text] of [
      [".leaflet-control-zoom-in", content.text.zoom_in],
      [".leaflet-control-zoom-out", content.text.zoom_out],
    ]) {
      const control = container.querySelector(selector);
      control.title = text;
      control.setAttribute("aria-label", text);
    }
    map.attributionControl.setPrefix("Leaflet");
  }

  /* What the follower does makes events of its own; they must not lead back. */
  function follow(leader, follower) {
    leader.on("move", () => {
      if (isFollowing) return;
      isFollowing = true;
      follower.setView(leader.getCenter(), leader.getZoom(), { animate: false });
      isFollowing = false;
    });
  }

  function attach(map, layers) {
    content = content || JSON.parse(document.getElementById("compare-content")?.textContent ?? "");
    const side = sides.length;
    const byId = new Map();
    bindNames(layers.regencies, (id) => [content.regencies[id]]);
    bindNames(layers.areas, (id) => [content.areas[id][0], content.areas[id][side + 1]], byId);
    nameControls(map, content.labels[side]);
    map.fitBounds(content.bounds, { animate: false, padding: [20, 20] });
    Kawasan.names.add(map, { regency: content.places });
    sides.push({ map, byId });
    if (sides.length < 2) return;
    const [left, right] = sides.map((one) => one.map);
    right.setView(left.getCenter(), left.getZoom(), { animate: false });
    follow(left, right);
    follow(right, left);
  }

  return { attach, maps: () => sides.map((one) => one.map) };
})();
