/* What the workbench adds to a card: the pages behind it, why the zone stands there, how to rise. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  if (!drawn || !drawn.data.weighing) return;

  const { data, element, text } = drawn;
  const { pages, model } = data.weighing;
  const lang = document.documentElement.lang;
  const explained = new Map();

  function address(parts, query) {
    const asked = new URLSearchParams({ ...query, lang });
    return `${pages}/${parts.map(encodeURIComponent).join("/")}?${asked}`;
  }

  const link = (href, key, more = {}) => element("a", { href, ...more }, text(key));

  const behind = {
    zones: (id, card) => [
      link(address(["zones", id], { model }), "zone.page"),
      card.regency ? link(address(["regencies", card.regency], {}), "zone.regency_page") : null,
      link(address(["sheets", `${id}.pdf`], { model }), "zone.sheet", { target: "_blank" }),
    ],
    kecamatan: (id, card) => [
      link(address(["zones", id], { model, layer: "kecamatan" }), "zone.kecamatan_page"),
      card.regency ? link(address(["regencies", card.regency], {}), "zone.regency_page") : null,
    ],
    regencies: (id) => [link(address(["regencies", id], {}), "zone.regency_page")],
  };

  /* The server's own words, for the model's own weights only: other weights give other reasons. */
  function why(id) {
    const place = element("div", { class: "why", "aria-live": "polite" });
    if (Kawasan.weights.isChanged()) return place;
    if (explained.has(id)) place.append(...sentences(explained.get(id)));
    else explain(id, place);
    return place;
  }

  async function explain(id, place) {
    try {
      const answer = await fetch(address(["readiness", id], { model }));
      const zone = await answer.json();
      if (!answer.ok) return;
      explained.set(id, zone);
      place.append(...sentences(zone));
    } catch {
      /* The card stands without it. */
    }
  }

  const sentences = (zone) => [
    element("p", {}, zone.explanation),
    zone.way_up ? element("p", { class: "way-up" }, zone.way_up) : "",
  ];

  Kawasan.addToCards((layer, id, card) => element(
    "div", { class: "details" },
    element("ul", { class: "behind" }, ...behind[layer](id, card).filter(Boolean).map((one) => element("li", {}, one))),
    layer === "zones" ? why(id) : null,
  ));
})();
