/* The panel beside the map: its rows open zones and the open zone's row is marked; on a phone it is a sheet. */

Kawasan.panel = (() => {
  "use strict";

  const { page } = Kawasan;
  const { part } = Kawasan.dom;
  const { keepInHash } = Kawasan.address;
  const { lowerSheet } = Kawasan.opening;
  const { openZone } = Kawasan.areas;
  const { fitAgain } = Kawasan.extent;

  let current = null;

  function markRow(id) {
    current = id;
    showCurrent().forEach(reveal);
    keepInHash({ zone: id });
  }

  function showCurrent() {
    /** @type {NodeListOf<HTMLElement>} */
    const rows = document.querySelectorAll("[data-zone]");
    return [...rows].filter((row) => {
      const isCurrent = row.dataset.zone === current;
      row.classList.toggle("is-current", isCurrent);
      if (isCurrent) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      return isCurrent;
    });
  }

  /* Not scrollIntoView: that would also move the page, whose header must stay. */
  function reveal(row) {
    const list = row.closest(".panel-body");
    const [inside, outside] = [row.getBoundingClientRect(), list.getBoundingClientRect()];
    if (inside.top < outside.top) list.scrollTop += inside.top - outside.top - 8;
    if (inside.bottom > outside.bottom) list.scrollTop += inside.bottom - outside.bottom + 8;
  }

  function startPanel() {
    if (page.layers.zones) {
      page.layers.zones.on("popupopen", ({ propagatedFrom }) => markRow(propagatedFrom.feature.id));
      page.layers.zones.on("popupclose", () => markRow(null));
    }
    document.addEventListener("kawasan:scored", showCurrent);
    const panel = document.querySelector(".panel");
    if (!panel) return;
    const toggle = part(panel, ".panel-toggle");
    toggle.addEventListener("click", () => {
      const low = !panel.classList.contains("is-low");
      if (!low) page.map.closePopup();
      lowerSheet(low);
      fitAgain();
    });
    panel.addEventListener("click", (event) => {
      /** @type {HTMLElement | null} */
      const row = /** @type {Element} */ (event.target).closest("[data-zone]");
      if (!row || event.defaultPrevented) return;
      event.preventDefault();
      part(row, "a").focus({ preventScroll: true });
      openZone(row.dataset.zone);
    });
    const indicator = panel.querySelector("#indicator");
    if (indicator) indicator.addEventListener("change", () => offerYears(indicator));
  }

  function offerYears(indicator) {
    const year = part(document, "#year", HTMLSelectElement);
    const { years: known, opening } = indicator.selectedOptions[0].dataset;
    const years = known.split(" ");
    const wanted = years.includes(year.value) ? year.value : opening;
    year.replaceChildren(...years.map((one) => new Option(one, one, false, one === wanted)));
  }

  return { startPanel };
})();
