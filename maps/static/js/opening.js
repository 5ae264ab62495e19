/* Opening a card: by the pointer, by keys and by a link. The room that it takes beside the controls and
   the panel, and the focus that it is given and gives back. */

Kawasan.opening = (() => {
  "use strict";

  const { page } = Kawasan;
  const { NARROW, isSeen, part } = Kawasan.dom;
  const { text } = Kawasan.words;
  const { label } = Kawasan.standing;
  /** @type {HTMLElement | SVGElement | null} */
  let opener = null;

  function sheetHeight() {
    /** @type {HTMLElement | null} */
    const panel = document.querySelector(".panel");
    return panel && NARROW.matches ? panel.offsetHeight : 0;
  }

  /* On a small map a card covers the controls, which are hidden meanwhile; on a large one it keeps
     clear of them. */
  function fitPopup(popup) {
    const size = page.map.getSize();
    const small = size.x < 760;
    Kawasan.frame().classList.toggle("is-small", small);
    const width = Math.min(372, size.x - 28);
    Object.assign(popup.options, {
      maxWidth: width,
      minWidth: width,
      maxHeight: Math.max(180, Math.min(560, size.y - sheetHeight() - (small ? 60 : 110))),
      autoPanPaddingTopLeft: [small ? 6 : 56, 10],
      autoPanPaddingBottomRight: [small ? 6 : 312, 14 + sheetHeight()],
    });
  }

  function lowerSheet(low) {
    const panel = document.querySelector(".panel");
    if (!panel || !NARROW.matches) return;
    panel.classList.toggle("is-low", low);
    panel.classList.remove("is-tall");
    part(panel, ".panel-toggle").setAttribute("aria-expanded", String(!low));
  }

  /* The card is made anew at each opening, so that it says what holds now. */
  function bindCard(layer, build, className) {
    layer.bindPopup(() => {
      lowerSheet(true);
      fitPopup(layer.getPopup());
      return build();
    }, { className });
  }

  /* The card takes the focus, and whoever asked for it gets it back. */
  function openAt(layer, bounds, { from = document.activeElement, maxZoom = 10, pad = 1, isInPlace = false } = {}) {
    opener = null;
    page.map.closePopup();
    opener = from === document.body ? null : /** @type {HTMLElement | SVGElement | null} */ (from);
    lowerSheet(true);
    if (!isInPlace) {
      page.map.fitBounds(bounds.pad(pad), { animate: false, maxZoom, paddingBottomRight: [0, sheetHeight()] });
      page.map.fire("placed");
    }
    layer.openPopup();
  }

  /* Shapes are reached by the Tab key and opened by Enter or Space, as buttons are. */
  function makeReachable(layer, card) {
    const path = layer.getElement();
    const isFirst = !path.parentElement.querySelector("[tabindex='0']");
    for (const [name, value] of [["tabindex", isFirst ? "0" : "-1"], ["role", "button"], ["aria-label", label(card)]]) {
      path.setAttribute(name, value);
    }
    path.addEventListener("focus", () => keepStop(path));
    path.addEventListener("keydown", (event) => {
      if (event.key in STEPS) {
        moveStop(path, STEPS[event.key]);
      } else if (event.key === "Enter" || event.key === " ") {
        opener = path;
        layer.openPopup();
      } else return;
      event.preventDefault();
      // The map would move by the same key.
      event.stopPropagation();
    });
  }

  /* A layer is one stop of the Tab key, however many shapes it has; arrow keys go through them. */

  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

  function keepStop(path) {
    for (const other of path.parentElement.querySelectorAll("[tabindex='0']")) other.setAttribute("tabindex", "-1");
    path.setAttribute("tabindex", "0");
  }

  function moveStop(path, step) {
    const all = [...path.parentElement.querySelectorAll("[role=button]")];
    const next = Number.isFinite(step) ? (all.indexOf(path) + step + all.length) % all.length : step < 0 ? 0 : all.length - 1;
    all[next].focus();
  }

  function startCards() {
    const frame = Kawasan.frame();
    page.map.on("popupopen", ({ popup }) => {
      frame.classList.add("has-card");
      const [dialog, heading] = [popup.getElement(), popup.getElement().querySelector("h2")];
      dialog.setAttribute("role", "dialog");
      dialog.setAttribute("aria-label", heading.textContent);
      const close = dialog.querySelector(".leaflet-popup-close-button");
      close.setAttribute("aria-label", text("control.close"));
      if (opener) heading.focus({ preventScroll: true });
    });
    // Leaflet hears the key only while the map itself has the focus.
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) page.map.closePopup();
    });
    page.map.on("popupclose", () => {
      frame.classList.remove("has-card");
      // Who has gone elsewhere meanwhile is left there.
      const isFree = document.activeElement === document.body || document.activeElement?.closest(".leaflet-popup");
      /** @type {HTMLElement | null} */
      const toggle = document.querySelector(".panel-toggle");
      const back = opener && opener.isConnected && isFree && (isSeen(opener) ? opener : toggle);
      if (back) back.focus({ preventScroll: true });
      opener = null;
    });
  }

  return { sheetHeight, lowerSheet, bindCard, openAt, makeReachable, startCards };
})();
