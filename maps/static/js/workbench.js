/* The planner's weights: sliders, method and risk; the map, the ranking and the cards follow.

   The server scores (POST /readiness, columns of numbers); nothing is computed twice. The state
   stands in the address behind #, so that a link opens the same view. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  const panel = /** @type {HTMLDetailsElement} */ (document.getElementById("weights"));
  if (!drawn || !drawn.data.weighing || !panel) return;

  const { map, layers, data } = drawn;
  const { element, part } = Kawasan.dom;
  const { text, formatted } = Kawasan.words;
  const { answered, once, reasonOf } = Kawasan.server;
  const { kept, keepInHash } = Kawasan.address;
  const { takeScores, takeChances, restore, first } = Kawasan.scored;
  const { address, model } = data.weighing;
  const own = { method: data.weighing.method, risk: Math.round(100 * data.weighing.risk) };
  /** @type {NodeListOf<HTMLInputElement>} */
  const found = panel.querySelectorAll("[data-kind]");
  const sliders = [...found];
  const method = part(document, "#method", HTMLSelectElement);
  const risk = part(document, "#risk", HTMLInputElement);
  const state = part(panel, ".weights-state");
  const digits = 1;
  const LATE_MS = 300;
  // Chances take a thousand draws: they are asked for when the weights have come to rest.
  const REST_MS = 350;

  const byKind = (kind, group) => sliders.filter(
    ({ dataset }) => dataset.kind === kind && (group === undefined || dataset.group === group),
  );

  /* What is asked */

  /* A weight that was chosen by a button is exact; the slider itself moves in whole steps. */
  const valueOf = ({ dataset, value }) => Number(dataset.exact === undefined ? value : dataset.exact);
  const total = (list) => list.reduce((sum, slider) => sum + valueOf(slider), 0);

  function setSlider(slider, value) {
    if (slider.type === "hidden") return;
    slider.value = value;
    slider.dataset.exact = value;
  }

  function shares() {
    const dimensions = byKind("dimension");
    const all = total(dimensions);
    const found = { dimensions: {}, criteria: {} };
    for (const dimension of dimensions) {
      const share = all > 0 ? valueOf(dimension) / all : 0;
      const criteria = byKind("criterion", dimension.dataset.item);
      const inside = total(criteria);
      // A dimension of which every criterion weighs nothing has nothing to give.
      found.dimensions[dimension.dataset.item] = inside > 0 ? share : 0;
      for (const one of criteria) {
        found.criteria[one.dataset.item] = inside > 0 ? (share * valueOf(one)) / inside : 0;
      }
    }
    const sum = Object.values(found.criteria).reduce((a, b) => a + b, 0);
    if (sum > 0) for (const name of Object.keys(found.criteria)) found.criteria[name] /= sum;
    return { ...found, sum };
  }

  const isOwn = (slider) => valueOf(slider) === Number(slider.dataset.own);
  const isWeighed = () => !sliders.every(isOwn);
  const isMethod = () => method.value !== own.method || (method.value === "owa" && Number(risk.value) !== own.risk);
  const isChanged = () => isWeighed() || isMethod();

  function body(layer, more) {
    const asked = { model, layer, method: method.value, ...more };
    if (method.value === "owa") asked.risk = Number(risk.value) / 100;
    // The model's own weights are exact; the sliders show them rounded.
    if (isWeighed()) asked.weights = shares().criteria;
    return asked;
  }

  const ask = (layer, more) => answered(address, body(layer, more));

  /* How far the ranks of a layer move when weights and measures do; once for each set of weights. */
  const simulated = (layer, draws = 2000) => once(
    `simulated ${layer} ${draws} ${query()}`,
    async () => (await ask(layer, { uncertainty: draws, seed: 1 })).uncertainty,
  );

  /* What comes back */

  /* Whoever shows something of these scores besides hears when they change. */
  const tell = () => document.dispatchEvent(new CustomEvent("kawasan:scored"));

  /* One question at a time; while it is out, only the newest of the others is kept. */
  let isAsking = false;
  let isWaiting = false;
  // What was wrong with the wish itself, to be said beside its result.
  let notice = "";

  function follow(wrong = "") {
    notice = wrong;
    show();
    keep();
    aimDownloads();
    document.dispatchEvent(new CustomEvent("kawasan:weighing"));
    if (isAsking) isWaiting = true;
    else answer();
  }

  /* Until they follow, map and ranking are of weights that no slider shows: they fade. */
  function settle(words, isStale = false) {
    state.textContent = [notice, words].filter(Boolean).join(" ");
    document.body.classList.toggle("is-stale", isStale);
  }

  async function answer() {
    clearTimeout(resting);
    if (!isChanged()) {
      restore();
      settle("");
      tell();
      return;
    }
    isAsking = true;
    panel.dataset.state = "asking";
    const late = setTimeout(() => { state.textContent = text("weights.asking"); }, LATE_MS);
    try {
      const names = ["zones", ...(layers.kecamatan && map.hasLayer(layers.kecamatan) ? ["kecamatan"] : [])];
      const asked = String(query());
      const answers = await Promise.all(names.map((name) => ask(name, { detail: "scores" })));
      names.forEach((name, i) => takeScores(name, answers[i]));
      settle(text("weights.changed"));
      tell();
      resting = setTimeout(() => learnChances(names, asked), REST_MS);
    } catch (error) {
      settle(`${reasonOf(error, text("weights.failed"))} ${text("weights.stale")}`, true);
    }
    clearTimeout(late);
    isAsking = false;
    panel.dataset.state = "settled";
    if (isWaiting) {
      isWaiting = false;
      answer();
    }
  }

  /* How sure the classes and the order are; an answer to weights that were moved since says nothing. */

  let resting;

  async function learnChances(names, asked) {
    const isOld = () => asked !== String(query());
    if (isOld()) return;
    try {
      const answers = await Promise.all(names.map((name) => ask(name, { detail: "scores", chances: true })));
      if (isOld()) return;
      names.forEach((name, i) => takeChances(name, answers[i]));
      tell();
    } catch (error) {
      if (!isOld()) settle(`${text("weights.changed")} ${reasonOf(error, text("weights.no_chances"))}`);
    }
  }

  /* The sliders themselves */

  /** @param {HTMLInputElement} slider */
  const lineOf = (slider) => /** @type {HTMLElement} */ (slider.closest(".slider"));

  function show() {
    const { dimensions, criteria } = shares();
    for (const slider of sliders) {
      // The only criterion of a dimension has no slider of its own.
      if (slider.type === "hidden") continue;
      const line = lineOf(slider);
      const output = part(line, "output");
      const share = slider.dataset.kind === "dimension" ? dimensions[slider.dataset.item] : criteria[slider.dataset.item];
      output.textContent = `${formatted(100 * share, digits)}%`;
      slider.setAttribute("aria-valuetext", `${output.textContent} ${text("weights.share_long")}`);
      line.classList.toggle("is-moved", !isOwn(slider));
    }
    const line = lineOf(risk);
    line.hidden = method.value !== "owa";
    part(line, "output").textContent = formatted(Number(risk.value) / 100, 2);
  }

  function choose(preset) {
    for (const slider of sliders) setSlider(slider, preset === "equal" ? 50 : slider.dataset.own);
    const doubled = byKind("dimension").find(({ dataset }) => dataset.item === preset);
    if (doubled) {
      // Halving the others is doubling this one, and stays on the scale.
      const isWide = valueOf(doubled) > 50;
      if (!isWide) setSlider(doubled, 2 * valueOf(doubled));
      else for (const other of byKind("dimension")) if (other !== doubled) setSlider(other, valueOf(other) / 2);
    }
    if (preset === "own") {
      method.value = own.method;
      risk.value = own.risk;
    }
    follow();
  }

  /* Weights that were worked out elsewhere, as shares of their group. */

  function setShares(group, wanted) {
    for (const slider of group) {
      const share = wanted[slider.dataset.item];
      if (share !== undefined) setSlider(slider, String(Math.round(1e8 * share) / 1e6));
    }
    panel.open = true;
    follow();
  }

  const named = (group) => group.map((slider) => ({
    id: slider.dataset.item, title: panel.querySelector(`label[for="${slider.id}"]`)?.textContent || slider.dataset.item,
  }));

  Kawasan.weights = {
    ask,
    simulated,
    query,
    first,
    isChanged,
    dimensions: () => named(byKind("dimension")),
    criteria: (dimension) => named(byKind("criterion", dimension).filter(({ type }) => type !== "hidden")),
    setDimensions: (wanted) => setShares(byKind("dimension"), wanted),
    setCriteria: (dimension, wanted) => setShares(byKind("criterion", dimension), wanted),
  };

  /* The address */

  function keep() {
    const moved = sliders.filter((slider) => !isOwn(slider));
    keepInHash({
      w: moved.map((slider) => `${slider.dataset.item}-${valueOf(slider)}`).join("*"),
      m: method.value === own.method ? "" : method.value,
      r: method.value === "owa" ? risk.value : "",
    });
  }

  /* The weights and the method as parameters of an address; nothing where they are the model's own. */
  function query() {
    const asked = new URLSearchParams({ model, lang: document.documentElement.lang });
    if (isWeighed()) {
      asked.set("weights", Object.entries(shares().criteria).map(([name, share]) => `${name}:${share}`).join(","));
    }
    if (isMethod()) asked.set("method", method.value);
    if (method.value === "owa") asked.set("risk", String(Number(risk.value) / 100));
    return asked;
  }

  /* A file holds what is on the screen. */
  function aimDownloads() {
    const downloads = document.querySelector(".downloads");
    if (!downloads) return;
    part(panel, ".compare-link a", HTMLAnchorElement).href = `${data.weighing.pages}/compare?${query()}`;
    /** @type {NodeListOf<HTMLAnchorElement>} */
    const links = downloads.querySelectorAll("[data-format]");
    for (const link of links) {
      const layer = link.closest("[data-layer]") ? "kecamatan" : "zones";
      link.href = `${data.weighing.pages}/exports/${layer}.${link.dataset.format}?${query()}`;
    }
    part(downloads, ".sheet", HTMLAnchorElement).href = `${data.weighing.pages}/sheets/provinsi.pdf?${query()}`;
  }

  /* The kecamatan are a file of their own, offered while they are on the map. */
  function offerKecamatan() {
    const downloads = document.querySelector(".downloads");
    if (!downloads) return;
    const line = element("span", { "data-layer": "kecamatan" }, text("download.kecamatan"));
    [...downloads.querySelectorAll("[data-format]")].forEach((link, i) => line.append(i ? " · " : " ", link.cloneNode(true)));
    line.append(element("br"));
    part(downloads, ".sheet").before(line);
    const follow = () => { line.hidden = !map.hasLayer(layers.kecamatan); };
    layers.kecamatan.on("add remove", follow);
    follow();
    aimDownloads();
  }

  /* The weights that the address names, else the model's own; says what is wrong with them. */
  function read() {
    for (const slider of sliders) setSlider(slider, slider.dataset.own);
    method.value = own.method;
    risk.value = own.risk;
    for (const pair of kept("w").split("*")) {
      const [, item, value] = /^(.+)-(\d{1,3}(?:\.\d{1,9})?)$/.exec(pair) || [];
      const slider = sliders.find(({ dataset }) => dataset.item === item);
      if (slider && Number(value) <= 100) setSlider(slider, value);
    }
    if ([...method.options].some(({ value }) => value === kept("m"))) method.value = kept("m");
    if (/^\d{1,3}$/.test(kept("r"))) risk.value = kept("r");
    if (shares().sum > 0) return "";
    for (const slider of sliders) setSlider(slider, slider.dataset.own);
    return text("weights.none");
  }

  function open() {
    const shown = String(query());
    const wrong = read();
    show();
    if (wrong || isChanged()) panel.open = true;
    if (wrong || String(query()) !== shown) follow(wrong);
  }

  panel.hidden = false;
  for (const slider of sliders) slider.dataset.exact = slider.dataset.own;
  open();
  window.addEventListener("hashchange", open);
  document.addEventListener("kawasan:reachable", () => document.body.classList.contains("is-stale") && follow());
  panel.addEventListener("input", (event) => {
    const target = /** @type {HTMLInputElement} */ (event.target);
    delete target.dataset.exact;
    // Of no weights there is no result: the last one that has some keeps a little.
    const isLast = shares().sum <= 0;
    if (isLast) target.value = "1";
    follow(isLast ? text("weights.last") : "");
  });
  /** @type {NodeListOf<HTMLElement>} */
  const presets = panel.querySelectorAll("[data-preset]");
  for (const button of presets) {
    button.addEventListener("click", () => choose(button.dataset.preset));
  }
  if (!layers.kecamatan) return;
  offerKecamatan();
  layers.kecamatan.on("add", () => isChanged() && follow());
})();
