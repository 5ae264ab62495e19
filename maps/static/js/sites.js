/* Candidate sites of a zone: found by the server, listed in its card, drawn above the zones. */

Kawasan.sites = (() => {
  "use strict";

  const { page } = Kawasan;
  const { element, paragraph } = Kawasan.dom;
  const { text, formatted } = Kawasan.words;
  const { answered, reasonOf } = Kawasan.server;
  const { keepInHash } = Kawasan.address;
  const { siteCard, siteFigures } = Kawasan.card;
  const { bindCard, openAt, makeReachable } = Kawasan.opening;
  const { declutter, hasBounds, zoneLayer } = Kawasan.areas;

  const searches = new Map();
  let drawnSites;

  /* One for each zone: a card that is written anew finds what was found before. */
  function siteSearch(id) {
    const zone = zoneLayer(id);
    if (!page.data.sites || !zone || !hasBounds(zone)) return null;
    if (!searches.has(id)) {
      const outcome = element("div", { class: "sites-outcome", "aria-live": "polite" });
      const doubt = page.data.siteDoubts?.[id];
      const button = element("button", { type: "button", class: doubt ? "action secondary" : "action" }, text("sites.find"));
      button.addEventListener("click", () => findSites(id));
      const why = doubt ? paragraph("note", doubt) : "";
      searches.set(id, { button, outcome, section: element("section", { class: "sites" }, button, why, outcome) });
    }
    return searches.get(id).section;
  }

  /* The sites that a link names; none where it names none. */
  function showSites(id) {
    if (drawnSites && drawnSites.zone === id) return;
    if (drawnSites) drawnSites.remove();
    drawnSites = undefined;
    if (id && siteSearch(id)) findSites(id);
  }

  async function findSites(id) {
    const { button, outcome } = searches.get(id);
    button.disabled = true;
    outcome.replaceChildren(paragraph("note", text("sites.searching")));
    try {
      const collection = await answered(String(page.data.sites).replace("{zone}", encodeURIComponent(id)));
      drawSites(collection, id);
      outcome.replaceChildren(...siteList(collection, id));
    } catch (error) {
      outcome.replaceChildren(paragraph("reason", reasonOf(error, text("sites.failed"))));
    }
    button.disabled = false;
  }

  function siteList(collection, zone) {
    const notes = element(
      "details", { class: "sources" },
      element("summary", {}, text("sites.notes")),
      element("ul", {}, ...collection.notes.map((note) => element("li", {}, note))),
    );
    const [sought, ...answer] = collection.summary.map((sentence) => element("p", {}, sentence));
    const summary = element("div", { class: "site-summary" }, sought, ...answer);
    if (!collection.features.length) return [summary, notes];
    const doubt = collection.place_is_known ? "" : paragraph("reason", collection.notes[0]);
    const rows = collection.features.map(({ id, properties }) => {
      const button = element("button", { type: "button" }, ...siteFigures(properties));
      button.addEventListener("click", () => openSite(collection, zone, id));
      return element("li", {}, button);
    });
    const more = collection.numberMatched - collection.numberReturned;
    return [
      summary,
      doubt,
      element("ol", { class: "site-list" }, ...rows),
      paragraph("note", more > 0 && `+ ${formatted(more)} ${text("sites.more")}`),
      notes,
    ].filter(Boolean);
  }

  function drawSites(collection, zone) {
    if (drawnSites) drawnSites.remove();
    if (!page.map.getPane("sites")) page.map.createPane("sites").classList.add("sites-pane");
    drawnSites = L.geoJSON(collection, {
      pane: "sites",
      style: { color: "#b3005e", weight: 2.2, fillColor: "#b3005e", fillOpacity: 0.22 },
      onEachFeature: ({ properties }, layer) => {
        const card = { name: `${text("sites.one")} ${properties.rank}`, score: `${formatted(properties.area_ha)} ha` };
        bindCard(layer, () => siteCard(properties), "popup-sites");
        const badge = element("span", {}, String(properties.rank));
        layer.bindTooltip(Kawasan.names.tooltip("site-badge").setContent(badge));
        layer.on("add", () => makeReachable(layer, card));
      },
    }).addTo(page.map);
    Object.assign(drawnSites, { collection, zone });
    keepInHash({ sites: zone });
    declutter();
  }

  function openSite(collection, zone, id) {
    if (!drawnSites || drawnSites.collection !== collection) drawSites(collection, zone);
    const layer = drawnSites.getLayers().find(({ feature }) => feature.id === id);
    openAt(layer, layer.getBounds(), { from: layer.getElement(), maxZoom: 13, pad: 0.6 });
  }

  return { siteSearch, showSites };
})();
