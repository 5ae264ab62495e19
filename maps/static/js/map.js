/* A map that Folium drew gets its controls, legends and cards. */

Kawasan.attach = (() => {
  "use strict";

  const { page } = Kawasan;
  const { CALM, element, part } = Kawasan.dom;
  const { text } = Kawasan.words;
  const { kept } = Kawasan.address;
  const { zoneCard, kecamatanCard, regencyCard } = Kawasan.card;
  const { startCards } = Kawasan.opening;
  const { bind, openZone, placeNames } = Kawasan.areas;
  const { siteSearch } = Kawasan.sites;
  const { startExtent } = Kawasan.extent;
  const { startPanel } = Kawasan.panel;

  /* The land suitability: while it is on, what lies below and above it lets it be seen. */

  const MOST_TRIES = 40;
  const FOLDED = window.matchMedia("(max-width: 1199px)");

  function startSurface() {
    const surface = page.layers.surface;
    if (!surface) return;
    const frame = Kawasan.frame();
    const show = (on) => frame.classList.toggle("has-surface", on);
    const state = element("p", { class: "map-state", role: "status" });
    frame.append(state);
    show(page.map.hasLayer(surface));
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
        if (page.map.hasLayer(surface)) surface.redraw();
      }, 4000);
    });
  }

  /* A basemap from outside: what lies above it lets it be seen. */
  function startBasemap() {
    if (!page.layers.basemap) return;
    const show = (on) => Kawasan.frame().classList.toggle("has-basemap", on);
    page.layers.basemap.on("add", () => show(true)).on("remove", () => show(false));
  }

  /* Controls */

  function nameControls() {
    const name = (selector, label) => {
      const control = page.map.getContainer().querySelector(selector);
      if (!control) return;
      control.title = label;
      control.setAttribute("aria-label", label);
    };
    name(".leaflet-control-zoom-in", text("control.zoom_in"));
    name(".leaflet-control-zoom-out", text("control.zoom_out"));
    name(".leaflet-control-layers-toggle", text("control.layers"));
    page.map.attributionControl.setPrefix("Leaflet");
    // The Tab key comes to the controls before the shapes.
    page.map.getContainer().prepend(part(page.map.getContainer(), ".leaflet-control-container"));
  }

  /* A legend stands while its layer is on; the kecamatan, in the zones' colours, cover the regencies. */
  function followLegends() {
    const frame = Kawasan.frame();
    const box = part(frame, ".legends", HTMLDetailsElement);
    if (FOLDED.matches) box.open = false;
    /** @type {NodeListOf<HTMLElement>} */
    const found = frame.querySelectorAll(".legends section[data-layer]");
    const legends = [...found];
    const isOn = (name) => Boolean(page.layers[name]) && page.map.hasLayer(page.layers[name]);
    const follow = () => {
      const [zones, kecamatan, surface] = ["zones", "kecamatan", "surface"].map(isOn);
      const isShown = {
        zones: (zones || kecamatan) && !surface,
        regencies: isOn("regencies") && !kecamatan && !surface,
        kecamatan,
        surface,
      };
      for (const legend of legends) {
        legend.hidden = !isShown[legend.dataset.layer ?? ""];
        /** @type {HTMLElement | null} */
        const heading = legend.querySelector("h2[data-both]");
        if (!heading || !heading.dataset.alone) continue;
        const { alone, both, kecamatan: areas } = heading.dataset;
        heading.textContent = (!kecamatan ? alone : zones ? both : areas) ?? "";
        legend.setAttribute("aria-label", heading.textContent);
      }
      box.hidden = legends.every(({ hidden }) => hidden);
    };
    page.map.on("layeradd layerremove", ({ layer }) => Object.values(page.layers).includes(layer) && follow());
    // A legend that comes back after another stood in its place may be from before a layer changed.
    for (const legend of legends) new MutationObserver(follow).observe(legend, { childList: true });
    follow();
  }

  function attach(map, layers) {
    const data = JSON.parse(part(document, "#kawasan-cards").textContent);
    Object.assign(page, { map, layers, data });
    // Leaflet reads two of these when a map is made, which was before us.
    if (CALM.matches) Object.assign(map, { _zoomAnimated: false, _fadeAnimated: false }).options.inertia = false;
    nameControls();
    startCards();
    followLegends();
    startExtent();
    bind("regencies", data.regencies, regencyCard);
    bind("kecamatan", data.kecamatan, kecamatanCard);
    bind("zones", data.zones, (card, id) => zoneCard(card, id, siteSearch(id)));
    // A task of its own: the map is drawn before its names find their places.
    setTimeout(placeNames);
    startSurface();
    startBasemap();
    startPanel();
    if (!kept("zone")) return;
    const open = () => openZone(kept("zone"), kept("v") !== "");
    // The card needs what the page's other scripts add to it, and they come after this one.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", open);
    else open();
  }

  return attach;
})();
