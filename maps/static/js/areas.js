/* The areas of the map's layers: their cards, names under the pointer, colours and badges. */

Kawasan.areas = (() => {
  "use strict";

  const { page } = Kawasan;
  const { element } = Kawasan.dom;
  const { classFill, label } = Kawasan.standing;
  const { bindCard, openAt, makeReachable } = Kawasan.opening;
  /** @type {Map<string, L.Area>} */
  const byZone = new Map();

  /** @param {string} name  @param {Cards} cards  @param {(card: Card, id: string) => Element} build */
  function bind(name, cards, build) {
    if (!page.layers[name] || !cards) return;
    page.layers[name].eachLayer((layer) => {
      const id = layer.feature.id;
      const card = cards[id];
      if (!card) return;
      bindCard(layer, () => build(card, id), `popup-${name}`);
      layer.on("mouseover", () => layer.getElement().classList.add("is-hovered"));
      layer.on("mouseout", () => layer.getElement().classList.remove("is-hovered"));
      hoverName(layer, card);
      layer.on("add", () => makeReachable(layer, card));
      if (layer.getElement && layer.getElement()) makeReachable(layer, card);
      if (name !== "zones") return;
      byZone.set(id, layer);
      rankBadge(layer, card);
    });
  }

  /** @type {L.Tooltip | undefined} */
  let hover;

  /** @param {L.Area} layer  @param {Card} card */
  function hoverName(layer, card) {
    layer.on("mouseover mousemove", (event) => {
      hover = hover || L.tooltip({ className: "hover-name", offset: [12, 0] });
      if (Kawasan.frame().classList.contains("has-card")) return;
      hover.setContent(element("span", {}, label(card) || "–"));
      hover.setLatLng(event.latlng).addTo(page.map);
    });
    layer.on("mouseout click", () => hover && hover.remove());
  }

  /* Colours: an area's class, unless something else was chosen to colour by. */

  /** @type {((card: Card, layer: string, id: string) => string) | null} */
  let theme = null;

  const fillOf = (card, name, id) => (theme ? theme(card, name, id) : classFill(card));

  /** @param {typeof theme} chosen */
  function setTheme(chosen) {
    theme = chosen;
    for (const name of ["zones", "kecamatan"]) repaint(name);
  }

  function repaint(name) {
    if (!page.layers[name] || !page.data[name]) return;
    page.layers[name].eachLayer((layer) => {
      const { id } = layer.feature;
      const card = page.data[name][id];
      if (!card) return;
      layer.setStyle({ fillColor: fillOf(card, name, id) });
      const path = layer.getElement && layer.getElement();
      if (path) path.setAttribute("aria-label", label(card));
      if (name === "zones") rankBadge(layer, card);
    });
    declutter();
  }

  /** @param {L.Area} layer  @param {Card} card */
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
    layer.bindTooltip(Kawasan.names.tooltip(hasBounds(layer) ? "rank-badge" : "rank-badge is-beside").setContent(content));
  }

  /* A zone of which only a place is known is a circle. */
  const hasBounds = (layer) => "getBounds" in layer;
  const zoneLayer = (id) => byZone.get(id);

  function openZone(id, isInPlace = false) {
    const layer = byZone.get(id);
    if (!layer) return;
    if (!page.map.hasLayer(page.layers.zones)) page.map.addLayer(page.layers.zones);
    openAt(layer, hasBounds(layer) ? layer.getBounds() : layer.getLatLng().toBounds(20000), { isInPlace });
  }

  /* An area of a layer that is perhaps not shown yet. */
  function openArea(name, id, isInPlace = false) {
    if (name === "zones") {
      openZone(id, isInPlace);
      return;
    }
    if (!page.layers[name]) return;
    if (!page.map.hasLayer(page.layers[name])) page.map.addLayer(page.layers[name]);
    const layer = page.layers[name].getLayers().find(({ feature }) => feature.id === id);
    if (!layer) return;
    openAt(layer, layer.getBounds());
  }

  function placeNames() {
    Kawasan.names.add(page.map, { regency: page.data.labels || [] });
  }

  const declutter = () => Kawasan.names.settle(page.map);

  return { bind, setTheme, repaint, openZone, openArea, zoneLayer, hasBounds, placeNames, declutter };
})();
