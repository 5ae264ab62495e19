/* The address holds the view: which layers are on (`l`), where the map stands once somebody moved it
   (`v`), the open card (`zone`) and its sites. A link that is pasted into an open page applies; on a
   phone Back closes a card. The other scripts keep their own parts. What is as at first is not
   written, so the plain address stays plain. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  if (!drawn || !drawn.data.weighing) return;

  const { map, layers } = drawn;
  const { NARROW, part } = Kawasan.dom;
  const { kept, keepInHash } = Kawasan.address;
  const { openArea } = Kawasan.areas;
  const { showSites } = Kawasan.sites;
  const VIEW = /^(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?),(\d{1,2}(?:\.\d+)?)$/;

  /* Layers */

  const names = Object.keys(layers);
  const shown = () => names.filter((name) => map.hasLayer(layers[name])).join(",") || "none";
  const firstLayers = shown();

  function showLayers() {
    const wanted = kept("l").split(",");
    const isKnown = kept("l") === "none" || wanted.some((name) => names.includes(name));
    const on = isKnown ? wanted : firstLayers.split(",");
    for (const name of names) {
      if (on.includes(name)) map.addLayer(layers[name]);
      else map.removeLayer(layers[name]);
    }
  }

  map.on("layeradd layerremove", ({ layer }) => {
    if (Object.values(layers).includes(layer)) keepInHash({ l: shown() === firstLayers ? "" : shown() });
  });

  /* What is drawn around and under them stands unless it was switched off. */
  const { context } = drawn;

  function showContext() {
    if (!context) return;
    if (kept("context") === "off") map.removeLayer(context);
    else map.addLayer(context);
  }

  map.on("layeradd layerremove", ({ layer }) => {
    if (context && layer === context) keepInHash({ context: map.hasLayer(context) ? "" : "off" });
  });

  /* Where the map stands */

  /** @type {[L.LatLng, number]} */
  const first = [map.getCenter(), map.getZoom()];
  let size = map.getSize();
  let isMakingRoom = false;
  let settlesUntil = 0;
  let ended = "";

  function view() {
    const { lat, lng } = map.getCenter();
    return [lat.toFixed(4), lng.toFixed(4), map.getZoom()].join(",");
  }

  function showView() {
    const [, lat, lon, zoom] = VIEW.exec(kept("v")) || [];
    if (zoom !== undefined && view() !== kept("v")) map.setView([Number(lat), Number(lon)], Number(zoom), { animate: false });
  }

  /* A card that makes room for itself and a window that is resized are no wish of the reader's. Leaflet
     ends the move of a new size either at once, before it says so, or a fifth of a second later, and it
     may end one move twice. */
  map.on("autopanstart", () => { isMakingRoom = true; });
  map.on("resize", () => { settlesUntil = performance.now() + 300; });

  function isByItself() {
    const isResized = !map.getSize().equals(size);
    const isOwn = isMakingRoom || isResized || view() === ended || performance.now() < settlesUntil;
    size = map.getSize();
    ended = view();
    isMakingRoom = false;
    return isOwn;
  }

  map.on("moveend", () => {
    const isKept = !isByItself() || kept("v") !== "";
    if (isKept && !document.documentElement.classList.contains("is-printing")) keepInHash({ v: view() });
  });
  map.on("placed", () => keepInHash({ v: "" }));
  let printed = "";
  window.addEventListener("beforeprint", () => { printed = kept("v"); }, { capture: true });
  window.addEventListener("afterprint", () => keepInHash({ v: printed }));

  /* The open card */

  let openZone = "";
  let isOpen = false;
  layers.zones.on("popupopen", ({ propagatedFrom }) => { openZone = String(propagatedFrom.feature.id); });
  layers.zones.on("popupclose", () => { openZone = ""; });

  function showCard() {
    const zone = kept("zone");
    if (zone && zone !== openZone) openArea("zones", zone, kept("v") !== "");
    else if (!zone) map.closePopup();
  }

  const isCard = () => Boolean(history.state && history.state.card);
  let left;

  map.on("popupopen", () => {
    isOpen = true;
    if (NARROW.matches && !isCard()) history.pushState({ card: true }, "", window.location.href);
  });
  map.on("popupclose", () => {
    isOpen = false;
    // Where another card opens at once, the step back stays.
    setTimeout(() => {
      if (isOpen || !isCard()) return;
      left = window.location.hash;
      history.back();
    });
  });
  window.addEventListener("popstate", ({ state }) => {
    // A pasted link has no state yet; it is applied below.
    if (!state || state.card) return;
    // The step back that we took ourselves changes nothing else.
    if (left !== undefined) history.replaceState(state, "", `${window.location.pathname}${window.location.search}${left}`);
    left = undefined;
    if (isOpen) map.closePopup();
  });

  /* A link */

  function open() {
    if (history.state === null) history.replaceState({}, "");
    showLayers();
    showContext();
    showView();
    showSites(kept("sites"));
  }

  open();
  window.addEventListener("hashchange", () => {
    const isPasted = history.state === null;
    open();
    if (isPasted && !kept("v") && !kept("zone")) map.setView(...first, { animate: false }).fire("placed");
    showCard();
  });
  // This one moves the focus, not the address.
  part(document, ".skip").addEventListener("click", (event) => {
    event.preventDefault();
    part(document, "#main").focus();
  });
})();
