/* Elements and the small drawings among them.

   Values are never read as markup: every text becomes a text node and every address is checked, so
   nothing that stands in the data can run. No inline handler and no style attribute is used, so a
   strict Content-Security-Policy can stand. */

Kawasan.dom = (() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const HATCHED = "url(#hatch-no-data)";
  const NARROW = window.matchMedia("(max-width: 799px)");
  const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");

  /**
   * @template {keyof HTMLElementTagNameMap} T
   * @param {T} tag
   * @param {{[name: string]: any}} [attributes]
   * @param {(Node | string | null | undefined)[]} children  nothing stands for what is left out
   */
  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  /**
   * @template {keyof SVGElementTagNameMap} T
   * @param {T} tag
   * @param {{[name: string]: any}} attributes
   * @param {(Node | string)[]} children
   */
  function drawing(tag, attributes, ...children) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  /** @param {string} name  @param {string | false | null | undefined} content */
  const paragraph = (name, content) => (content ? element("p", { class: name }, content) : null);

  /** @param {string | undefined} address  @param {string} label */
  function link(address, label) {
    if (!/^https?:\/\/[^\s]+$/i.test(address || "")) return document.createTextNode(label);
    return element("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, label);
  }

  function bar(share, { track = 1, kind = "" } = {}) {
    const percent = (part) => `${Math.max(0, Math.min(1, part)) * 100}%`;
    const ground = drawing("rect", { class: "bar-track", width: percent(track), height: 8, rx: 2 });
    const filled = drawing("rect", { class: "bar-fill", width: percent(share), height: 8, rx: 2 });
    if (kind === "missing") ground.setAttribute("fill", HATCHED);
    const parts = kind === "missing" ? [ground] : [ground, filled];
    return drawing("svg", { class: `bar ${kind}`, "aria-hidden": "true", height: 8 }, ...parts);
  }

  function swatch(colour, label, className = "chip") {
    const mark = drawing("svg", { class: "chip-mark", viewBox: "0 0 12 12", "aria-hidden": "true" });
    mark.append(drawing("rect", { width: 12, height: 12, rx: 3, fill: colour }));
    return element("span", { class: className }, mark, label);
  }

  /**
   * An element that a page always has; a page without it is told so by name.
   *
   * @template {Element} [T=HTMLElement]
   * @param {ParentNode} within
   * @param {string} selector
   * @param {new () => T} [kind]
   * @returns {T}
   */
  function part(within, selector, kind = /** @type {any} */ (HTMLElement)) {
    const found = within.querySelector(selector);
    if (!(found instanceof kind)) throw new Error(`no ${selector} of ${kind.name} in the page`);
    return found;
  }

  /** @param {Element} one */
  const isSeen = (one) => one.getClientRects().length > 0;

  return { HATCHED, NARROW, CALM, element, drawing, paragraph, link, bar, swatch, part, isSeen };
})();
