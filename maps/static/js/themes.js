/* What the zones and the kecamatan are coloured by: the class, need, data, certainty, boundary.

   Classes, colours and words stand in the page, in one template for each theme. The choice stands
   in the address behind #, as `t`. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  const choice = /** @type {HTMLElement} */ (document.getElementById("themes"));
  if (!drawn || !choice || !Kawasan.weights) return;

  const { map, layers, data } = drawn;
  const { HATCHED, part } = Kawasan.dom;
  const { percentage } = Kawasan.words;
  const { answered, once, reasonOf } = Kawasan.server;
  const { kept, keepInHash } = Kawasan.address;
  const { setTheme } = Kawasan.areas;
  const select = part(choice, "select", HTMLSelectElement);
  const state = part(choice, "[role=status]");
  const legend = part(document, ".legends [data-layer=zones]");
  const ownLegend = [...legend.childNodes];
  const themes = new Map([...choice.querySelectorAll("template")].map((template) => {
    /** @type {NodeListOf<HTMLElement>} */
    const items = template.content.querySelectorAll("[data-class]");
    const classes = [...items].map((item) => ({
      id: item.dataset.class,
      label: item.textContent.trim(),
      colour: item.dataset.colour,
      lower: item.dataset.lower === undefined ? undefined : Number(item.dataset.lower),
    }));
    const missing = part(template.content, "[data-missing]").textContent.trim();
    return [template.dataset.theme, { classes, missing, template, model: template.dataset.model }];
  }));

  const isShown = (name) => layers[name] && data[name] && map.hasLayer(layers[name]);
  const shown = () => ["zones", "kecamatan"].filter(isShown);

  /* The value of each area, by its id; an area without one is hatched. */

  const ofCards = (name, valueOf) => new Map(Object.entries(data[name]).map(([id, card]) => [id, valueOf(card)]));

  /* Need has weights of its own; the sliders of another model do not move it. */
  async function need(name) {
    const asked = { model: themes.get("need")?.model, layer: name, detail: "scores" };
    const found = await answered(data.weighing.address, asked);
    const { area_id: ids, score, status } = found.zones;
    return new Map(ids.map((id, i) => [id, status[i] === "ranked" ? score[i] : undefined]));
  }

  const values = {
    need: (name) => once(`need ${name}`, () => need(name)),
    // The percent that the cards print, so that no colour contradicts a number.
    coverage: (name) => ofCards(name, ({ coverageShare: share }) => (
      share === undefined ? undefined : percentage(share, data.weighing.coverageFloor)
    )),
    certainty: (name) => ofCards(name, ({ classChance: chance }) => (
      chance === undefined ? undefined : percentage(chance)
    )),
    boundary: (name) => ofCards(name, (card) => card.boundary),
  };

  function classOf(theme, value) {
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") return theme.classes.find(({ id }) => id === value);
    return theme.classes.filter(({ lower }) => lower <= value).sort((a, b) => b.lower - a.lower)[0];
  }

  /* The map, its names for screen readers, the legend */

  let newest = 0;
  let onMap = "";

  async function paint() {
    newest += 1;
    const turn = newest;
    const wanted = select.value;
    const theme = themes.get(wanted);
    if (!theme) {
      settle("");
      onMap = "";
      setTheme(null);
      showOwnLegend();
      return;
    }
    choice.dataset.state = "asking";
    state.textContent = choice.dataset.asking;
    try {
      const names = shown();
      const found = await Promise.all(names.map((name) => values[wanted](name)));
      if (turn !== newest) return;
      const classes = new Map(names.map((name, i) => [name, (id) => classOf(theme, found[i].get(id))]));
      setTheme((_, name, id) => classes.get(name)?.(id)?.colour || HATCHED);
      nameAreas(theme, classes);
      showLegend(theme, classes);
      onMap = wanted;
      settle("");
    } catch (error) {
      if (turn !== newest) return;
      // The choice says what the map shows.
      select.value = onMap;
      keepInHash({ t: onMap });
      settle(reasonOf(error, choice.dataset.failed));
    }
  }

  function settle(words) {
    choice.dataset.state = "settled";
    state.textContent = words;
  }

  function nameAreas(theme, classes) {
    for (const [name, classFor] of classes) {
      layers[name].eachLayer((layer) => {
        const { id } = layer.feature;
        const path = layer.getElement && layer.getElement();
        const card = data[name][id];
        if (!path || !card) return;
        const label = (classFor(id) || {}).label || theme.missing;
        path.setAttribute("aria-label", [card.name, label].filter(Boolean).join(", "));
      });
    }
  }

  function showOwnLegend() {
    legend.replaceChildren(...ownLegend);
    legend.setAttribute("aria-label", part(legend, "h2").textContent);
  }

  function showLegend(theme, classes) {
    const content = theme.template.content.cloneNode(true);
    const heading = part(content, "h2");
    if (classes.has("kecamatan")) heading.textContent = heading.dataset.both;
    // Of categories only those that are on the map; a scale is shown whole.
    const found = new Set([...classes].flatMap(([name, classFor]) => Object.keys(data[name]).map(
      (id) => (classFor(id) || {}).id,
    )));
    /** @type {NodeListOf<HTMLElement>} */
    const categories = content.querySelectorAll("[data-class]:not([data-lower])");
    for (const item of categories) {
      if (!found.has(item.dataset.class)) item.remove();
    }
    if (!found.has(undefined)) part(content, "[data-missing]").remove();
    legend.setAttribute("aria-label", heading.textContent);
    legend.replaceChildren(content);
  }

  /* The address */

  const again = () => select.value && paint();

  function open() {
    const wanted = themes.has(kept("t")) ? kept("t") : "";
    if (wanted === select.value) return;
    select.value = wanted;
    paint();
  }

  choice.hidden = false;
  open();
  window.addEventListener("hashchange", open);
  select.addEventListener("change", () => {
    keepInHash({ t: select.value });
    paint();
  });
  document.addEventListener("kawasan:scored", again);
  if (layers.kecamatan) layers.kecamatan.on("add remove", again);
})();
