/* What of the province the map shows: all of it, until somebody moves it; the same on paper. */

Kawasan.extent = (() => {
  "use strict";

  const { page } = Kawasan;
  const { isSeen, part } = Kawasan.dom;
  const { sheetHeight } = Kawasan.opening;
  const { declutter } = Kawasan.areas;

  /* The whole province beside the legend; beneath it where there is no room for both. */

  const ROOM = 520;
  /** @type {[L.LatLng, number]} */
  let first;

  function fitProvince() {
    /** @type {HTMLDetailsElement | null} */
    const legend = document.querySelector(".legends");
    const beside = legend && legend.open && isSeen(legend) ? legend.offsetWidth + 24 : 16;
    // On a phone the attribution takes lines of its own above the sheet.
    const attribution = sheetHeight() ? part(page.map.getContainer(), ".leaflet-control-attribution").offsetHeight : 0;
    page.map.fitBounds(L.latLngBounds(page.data.bounds), {
      animate: false,
      paddingTopLeft: [16, 16],
      paddingBottomRight: [page.map.getSize().x - beside < ROOM ? 16 : beside, 16 + attribution + sheetHeight()],
    });
    first = [page.map.getCenter(), page.map.getZoom()];
    page.map.fire("placed");
  }

  /* Whoever has not moved the map yet sees all of it, however the room for it changes. */
  const isUntouched = () => page.map.getZoom() === first[1] && page.map.getCenter().distanceTo(first[0]) < 500;

  function fitAgain() {
    if (isUntouched()) fitProvince();
  }

  function startExtent() {
    fitProvince();
    page.map.setMaxBounds(L.latLngBounds(page.data.bounds).pad(4));
    L.control.scale({ imperial: false, maxWidth: 120 }).addTo(page.map);
    page.map.on("resize", fitAgain);
    new ResizeObserver(() => page.map.invalidateSize(false)).observe(page.map.getContainer());
    startPrint();
  }

  /* On paper the map has a size of its own and shows what the screen showed. */
  function startPrint() {
    const root = document.documentElement;
    /** @type {[L.LatLng, number]} */
    let view;
    window.addEventListener("beforeprint", () => {
      view = [page.map.getCenter(), page.map.getZoom()];
      const shown = isUntouched() ? page.data.bounds : page.map.getBounds();
      root.classList.add("is-printing");
      page.map.off("resize", fitAgain).invalidateSize(false).fitBounds(shown, { animate: false });
      declutter();
    });
    window.addEventListener("afterprint", () => {
      root.classList.remove("is-printing");
      page.map.invalidateSize(false).setView(...view, { animate: false }).on("resize", fitAgain);
    });
  }

  return { fitAgain, startExtent };
})();
