/* Where the map lies: land and sea, neighbours, towns, main roads and large water, drawn quietly around and
   under the layers. It can be switched off, takes no click, and is hidden from whoever reads aloud. */

Kawasan.context = (() => {
  "use strict";

  // Land lies below a basemap and below every layer, lines above the regencies' fill and below the areas.
  const PANES = { "context-land": 402, "context-lines": 412 };
  const DRAWN = { land: "context-land", outline: "context-land", water: "context-lines", road: "context-lines" };
  const TOWNS_FROM_ZOOM = 8.5;
  const NAMED = { sea: "sea", province: "province", regency: "neighbour", town: "town" };

  function panes(map) {
    for (const [name, height] of Object.entries(PANES)) {
      if (map.getPane(name)) continue;
      const pane = map.createPane(name);
      pane.classList.add("context-pane");
      pane.setAttribute("aria-hidden", "true");
      pane.style.zIndex = String(height);
    }
  }

  const OF_LAYER = {
    initialize(source) {
      L.LayerGroup.prototype.initialize.call(this, [], { attribution: source.attribution });
      this.source = source;
      this.towns = L.layerGroup();
    },

    onAdd(map) {
      panes(map);
      L.LayerGroup.prototype.onAdd.call(this, map);
      map.on("zoomend", this.follow, this);
      this.features ??= read(this.source);
      this.features.then((features) => this.draw(features), () => { this.features = undefined; });
    },

    onRemove(map) {
      map.off("zoomend", this.follow, this);
      L.LayerGroup.prototype.onRemove.call(this, map);
      Kawasan.names.remove(map, Object.values(NAMED));
    },

    draw(features) {
      const map = this._map;
      if (!map) return;
      if (!this.isDrawn) for (const feature of features) this.drawOne(feature);
      this.isDrawn = true;
      Kawasan.names.add(map, Object.fromEntries(
        Object.entries(NAMED).map(([kind, className]) => [className, placesOf(features, kind)]),
      ));
      this.follow();
    },

    drawOne({ geometry, properties: { kind } }) {
      const options = { interactive: false, bubblingMouseEvents: false };
      if (DRAWN[kind]) {
        // A road has a lighter line below, so that it stands clear on every colour.
        const classes = kind === "road" ? ["context-road-edge", "context-road"] : [`context-${kind}`];
        for (const className of classes) this.addLayer(L.geoJSON(geometry, { ...options, pane: DRAWN[kind], style: { className, weight: 1 } }));
      } else if (kind === "town") {
        const [lon, lat] = geometry.coordinates;
        this.towns.addLayer(L.circleMarker([lat, lon], { ...options, pane: "context-lines", radius: 2.5, className: "context-town" }));
      }
    },

    /* Towns are shown where the map is near enough to tell them apart. */
    follow() {
      if (!this._map || !this.isDrawn) return;
      if (this._map.getZoom() >= TOWNS_FROM_ZOOM) this.addLayer(this.towns);
      else this.removeLayer(this.towns);
    },
  };

  const placesOf = (features, wanted) => features
    .filter(({ properties }) => properties.kind === wanted && properties.name)
    .map(({ properties: { name, name_en: english }, geometry: { type, coordinates } }) => {
      const isEnglish = document.documentElement.lang === "en";
      const points = type === "MultiPoint" ? coordinates : [coordinates];
      return { name: (isEnglish && english) || name, short: "", places: points.map(([lon, lat]) => [lat, lon]) };
    });

  async function read({ address, features }) {
    if (features) return features;
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return (await answer.json()).features;
  }

  /* Leaflet is there when a layer is made, not yet when this file is read. */
  function layer(source) {
    Kawasan.page.context = new (L.LayerGroup.extend(OF_LAYER))(source);
    return Kawasan.page.context;
  }

  return { layer };
})();
