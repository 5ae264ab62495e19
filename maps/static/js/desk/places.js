/* Sentences, rows and comments of an upload's page, bound to its map: each that has a place becomes a
   button, and a mark on the map tells its sentence. */

(() => {
  "use strict";

  const { element, part } = Kawasan.dom;
  const { text, filled } = Kawasan.words;
  const { start, show, rounded, closer, whole, marks, candidate, regencyAt, hasFeature, on } = Kawasan.deskMap;
  const SIGNS = { error: "!", warning: "?", info: "i", comment: "“" };

  const carrier = document.querySelector("#drawn-facts");
  if (!carrier) return;
  const form = document.querySelector("form[data-to='/comments']");
  const told = part(document, ".drawn-told");

  /* The feature that an element names: as the report does, or by what a comment called it. */
  function featureOf(said) {
    if (!said?.startsWith("{")) return { key: said };
    const { row, key } = JSON.parse(said);
    return { row: row ?? undefined, key: key ?? undefined };
  }

  /* What an element of the page says of its place. */
  const placeOf = ({ dataset }) => ({
    ...featureOf(dataset.feature), ...(dataset.row && { row: dataset.row }), ...(dataset.key && { key: dataset.key }),
    lon: "lon" in dataset ? Number(dataset.lon) : undefined, lat: "lat" in dataset ? Number(dataset.lat) : undefined,
  });
  const hasPlace = ({ lon, lat }) => Number.isFinite(lon) && Number.isFinite(lat);

  const step = (label, use) => {
    const button = element("button", { type: "button", class: "form" }, label);
    button.addEventListener("click", use);
    return button;
  };

  /* What the map shows, in words, and what may be done from there. */
  function tell(what, { opener = null, place, isFar = false }) {
    const steps = [
      opener && step(text("drawn.back"), () => goBack(opener)),
      hasPlace(place) && step(text("drawn.closer"), () => closer(place)),
      form && hasPlace(place) && step(text("drawn.comment_here"), () => comment(place)),
      step(text("drawn.whole"), () => whole()),
    ].filter(Boolean);
    part(told, "p").textContent = what;
    part(told, ".drawn-steps").replaceChildren(...steps);
    told.hidden = false;
    // Where the map is not in sight, reader and focus go to it; beside it they stay where they are.
    if (isFar) {
      part(document, "#drawn").scrollIntoView({ block: "start" });
      told.focus({ preventScroll: true });
    }
  }

  function goBack(opener) {
    for (let one = opener.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
    opener.scrollIntoView({ block: "center" });
    opener.focus({ preventScroll: true });
  }

  function isFar() {
    const { top, bottom } = part(document, ".drawn-frame").getBoundingClientRect();
    return top < 0 || bottom > window.innerHeight;
  }

  function choose(button) {
    for (const one of document.querySelectorAll(".at[aria-current]")) one.removeAttribute("aria-current");
    button?.setAttribute("aria-current", "true");
  }

  /* A row whose head is a choice of its own gets its button beside that. */
  const named = (row) => part(row, "th").textContent.trim();
  function beside(row) {
    const button = element("button", { type: "button", class: "at beside-choice", "aria-label": `${text("drawn.show")}: ${named(row)}` }, text("drawn.show"));
    part(row, "th").append(button);
    return button;
  }

  /* A sentence with a place becomes a button, in its own words. */
  function bind(holder) {
    const place = placeOf(holder);
    if (!hasPlace(place) && !hasFeature(place)) return null;
    const words = holder.querySelector(".what");
    const what = words ? words.textContent : named(holder);
    const button = words ? element("button", { type: "button", class: "at" }, ...words.childNodes) : beside(holder);
    if (words) words.append(button);
    button.addEventListener("click", () => {
      choose(button);
      const shown = show(place);
      tell(filled("drawn.shown_on_map", { what }), { opener: isFar() ? button : null, place: { ...place, ...shown }, isFar: isFar() });
    });
    return button;
  }

  /* A comment may be of a feature or of a place */

  function comment({ lon, lat, key, row }) {
    const line = part(document, ".drawn-place");
    const feature = key ?? (row ? filled("drawn.row", { row }) : undefined);
    part(form, "[name=place]", HTMLInputElement).value = JSON.stringify({ ...(feature ? { feature } : {}), lon, lat });
    part(line, "span").textContent = filled("drawn.comment_on", { place: feature || said({ lon, lat }) });
    line.hidden = false;
    part(form, "textarea").focus();
  }

  function startComment() {
    if (!form) return;
    const line = part(document, ".drawn-place");
    part(line, "button").addEventListener("click", () => {
      part(form, "[name=place]", HTMLInputElement).value = "";
      line.hidden = true;
      part(form, "textarea").focus();
    });
  }

  /* From the map to the page */

  const decimals = (value) => value.toLocaleString(document.documentElement.lang === "en" ? "en-GB" : "id-ID", { minimumFractionDigits: 5, maximumFractionDigits: 5 });
  const hectares = (value) => value.toLocaleString(document.documentElement.lang === "en" ? "en-GB" : "id-ID", { maximumFractionDigits: 1 });

  function said({ lon, lat }) {
    const place = filled("drawn.place", { lon: decimals(lon), lat: decimals(lat) });
    const regency = regencyAt([lat, lon]);
    return regency ? filled("drawn.in_regency", { place, regency }) : place;
  }

  function wordsOf({ role, id, key, label, area_ha, area_ha_before: before, area_ha_after: after, moved_m: moved }) {
    const row = id && typeof id === "object" ? id.row : id;
    let what = `${text(`drawn.role_${role}`)}: ${label || key || filled("drawn.row", { row })}`;
    if (typeof before === "number" && typeof after === "number") what = filled("drawn.area_changed", { what, before: hectares(before), after: hectares(after) });
    else if (typeof (area_ha ?? before ?? after) === "number") what = filled("drawn.area", { what, ha: hectares(area_ha ?? before ?? after) });
    return typeof moved === "number" ? filled("drawn.moved_by", { what, metres: hectares(moved) }) : what;
  }

  function startMap(map) {
    on("feature", (feature, { lat, lng: lon }) => {
      const { id, key } = feature.properties;
      const own = { row: id && typeof id === "object" ? id.row : id, key: key ?? id?.key };
      const first = [...document.querySelectorAll("[data-row], [data-key]")].find(
        (one) => one instanceof HTMLElement && ((own.row && one.dataset.row === String(own.row)) || (own.key && one.dataset.key === String(own.key))),
      );
      const opener = first?.querySelector(".at");
      choose(opener);
      show({ feature }, { stay: true });
      const place = { ...own, lon: rounded(lon), lat: rounded(lat) };
      tell(wordsOf(feature.properties), { place });
      if (opener) part(told, ".drawn-steps").prepend(step(text("drawn.to_sentence"), () => goBack(opener)));
    });
    const chosen = ({ lat, lng: lon }) => {
      const place = { lon: rounded(lon), lat: rounded(lat) };
      choose(null);
      show(place, { stay: true });
      tell(said(place), { place });
    };
    map.on("click", ({ latlng }) => chosen(latlng));
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === map.getContainer()) chosen(map.getCenter());
    });
  }

  function startCandidates() {
    const use = ({ target }) => {
      const bounds = target instanceof HTMLElement && target.dataset.bounds;
      const numbers = bounds ? bounds.split(" ").map(Number) : [];
      if (numbers.length === 4 && numbers.every(Number.isFinite)) candidate(numbers);
    };
    document.addEventListener("focusin", use);
    document.addEventListener("change", use);
  }

  async function begin() {
    startComment();
    await start(JSON.parse(carrier?.textContent || "{}"));
    startMap(Kawasan.page.map);
    startCandidates();
    /** @type {any[]} */
    const found = [];
    let number = 0;
    /** @type {NodeListOf<HTMLElement>} */
    const holders = document.querySelectorAll(".sections :is([data-row], [data-lon], [data-key], [data-feature])");
    for (const holder of holders) {
      const button = bind(holder);
      const place = placeOf(holder);
      if (!button || !hasPlace(place)) continue;
      const isComment = "comment" in holder.dataset;
      const kind = isComment ? "comment" : holder.dataset.severity || "info";
      number += Number(isComment);
      const title = isComment ? `${button.textContent}: ${holder.dataset.comment}` : button.textContent;
      const click = () => {
        choose(button);
        show(place, { stay: true });
        tell(title, { place });
        part(told, ".drawn-steps").prepend(step(text("drawn.to_sentence"), () => goBack(button)));
      };
      found.push({ place: [place.lat, place.lon], kind, sign: isComment ? String(number) : SIGNS[kind], title, click });
    }
    marks(found);
    part(document, "#drawn").dataset.state = "drawn";
  }

  begin();
})();
