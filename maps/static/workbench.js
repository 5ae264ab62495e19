/* The planner's weights: sliders, method and risk; the map, the ranking and the cards follow.

   The server scores (POST /readiness, columns of numbers); nothing is computed twice. The state
   stands in the address behind #, so that a link opens the same view. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  const panel = document.getElementById("weights");
  if (!drawn || !drawn.data.weighing || !panel) return;

  const { map, layers, data, element, swatch, text, filled, formatted, classFill, repaint } = drawn;
  const { answered, reasonOf, keepInHash } = drawn;
  const { address, model } = data.weighing;
  const own = { method: data.weighing.method, risk: Math.round(100 * data.weighing.risk) };
  const sliders = [...panel.querySelectorAll("[data-kind]")];
  const method = document.getElementById("method");
  const risk = document.getElementById("risk");
  const state = panel.querySelector(".weights-state");
  const confidence = document.querySelector(".confidence");
  const ranking = document.getElementById("ranking");
  const firstRanks = new Map(Object.entries(data.zones).map(([id, card]) => [id, card.place_in_ranking]));
  const firstCards = structuredClone({ zones: data.zones, kecamatan: data.kecamatan || {} });
  const digits = 1;

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

  /* What comes back */

  const percent = (share) => `${formatted(Math.floor(100 * share + 1e-9))}%`;

  function changeCard(card, columns, i) {
    const { score, rank, status, data_coverage: coverage, points, dimensions } = columns.zones;
    card.status = status[i];
    card.statusText = text(`status.${status[i]}`);
    card.class = columns.zones.class[i];
    card.score = score[i] === null ? undefined : formatted(score[i], digits);
    card.rank = rank[i] === null ? undefined : filled("zone.rank_of", { rank: rank[i], n: columns.of });
    card.place_in_ranking = rank[i];
    card.coverage = percent(coverage[i]);
    card.coverageShare = coverage[i];
    card.reason = status[i] === "insufficient_data"
      ? filled("reason.insufficient_data", { share: percent(coverage[i]) }) : undefined;
    card.lifts = card.holdsBack = undefined;
    for (const [id, column] of Object.entries(dimensions)) {
      if (card.dimensions) card.dimensions[id] = column[i] === null ? "–" : formatted(column[i]);
    }
    const rows = card.criteria || [];
    const weightOf = (row) => columns.weights[row.id];
    const known = rows.filter((row) => row.measure !== undefined).reduce((sum, row) => sum + weightOf(row), 0);
    for (const row of rows) {
      const point = points[row.id][i];
      const isKnown = row.measure !== undefined && known > 0;
      // What is missing leaves its weight to the rest; a method may give a criterion even more.
      row.most = Math.max((100 * weightOf(row)) / (isKnown ? known : 1), point || 0);
      row.points = point || 0;
      row.pointsText = isKnown && point !== null
        ? filled("zone.points", { points: formatted(point, digits), most: formatted(row.most, digits) })
        : filled("zone.weight", { share: `${formatted(100 * weightOf(row))}%` });
    }
  }

  function mark(id, card) {
    const before = firstRanks.get(id);
    if (!before || !card.place_in_ranking || before === card.place_in_ranking) return null;
    const isUp = card.place_in_ranking < before;
    const words = `${text(isUp ? "weights.up" : "weights.down")}, ${text("weights.was")} ${before}`;
    return element(
      "small", { class: isUp ? "moved is-up" : "moved is-down" },
      `${isUp ? "▲" : "▼"} ${text("weights.was")} ${before}`,
      element("span", { class: "visually-hidden" }, words),
    );
  }

  const small = (content, name = "") => (content ? element("small", { class: name }, content) : null);

  function rankedRow(id, card) {
    const name = element("a", { href: `#zone=${encodeURIComponent(id)}` }, card.name || id);
    return element(
      "tr", { "data-zone": id },
      element("td", { class: "number rank" }, String(card.place_in_ranking)),
      element("th", { scope: "row" }, name, small(card.place), small(card.geometryMark, "mark"), mark(id, card)),
      element("td", { class: "number score" }, card.score),
      element("td", { class: "class" }, swatch(classFill(card), (data.classes[card.class] || {}).title || "")),
      element("td", { class: "number" }, card.coverage || ""),
    );
  }

  function unrankedRow(id, card) {
    const name = element("a", { href: `#zone=${encodeURIComponent(id)}` }, card.name || id);
    return element(
      "li", { "data-zone": id }, name, small(card.geometryMark, "mark"),
      element("p", {}, swatch(classFill(card), card.statusText || ""), ` · ${card.reason || ""}`),
    );
  }

  /* Rows are sorted by what their column holds; the ranking's own order is the first. */
  let order = { column: 0, falling: false };

  function renderRanking() {
    const table = ranking && ranking.querySelector("table.ranking");
    if (!table) return;
    const cards = Object.entries(data.zones);
    const ranked = cards.filter(([, card]) => card.place_in_ranking);
    const keys = [
      ([, card]) => card.place_in_ranking, ([, card]) => card.name || "", ([, card]) => card.place_in_ranking,
      ([, card]) => card.place_in_ranking, ([, card]) => -card.coverageShare,
    ];
    const key = keys[order.column];
    ranked.sort((a, b) => {
      const [left, right] = [key(a), key(b)];
      const by = typeof left === "string" ? left.localeCompare(right) : left - right;
      return (order.falling ? -by : by) || a[1].place_in_ranking - b[1].place_in_ranking;
    });
    table.tBodies[0].replaceChildren(...ranked.map(([id, card]) => rankedRow(id, card)));
    const list = ranking.querySelector(".unranked");
    if (list) list.replaceChildren(...cards.filter(([, card]) => !card.place_in_ranking).map(([id, card]) => unrankedRow(id, card)));
    applyFilter();
  }

  /* A filter hides rows and lets their zones step back on the map; the ranks stay those of all. */
  function applyFilter() {
    const field = ranking && ranking.querySelector("#ranking-filter");
    if (!field) return;
    const wanted = field.value.trim().toLocaleLowerCase();
    const rows = [...ranking.querySelectorAll("[data-zone]")];
    const left = new Set();
    for (const row of rows) {
      row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
      if (!row.hidden) left.add(row.dataset.zone);
    }
    layers.zones.eachLayer((layer) => {
      const path = layer.getElement && layer.getElement();
      if (path) path.classList.toggle("is-filtered", !left.has(String(layer.feature.id)));
    });
    field.parentElement.querySelector("[role=status]").textContent = wanted
      ? filled("table.filtered", { n: left.size, all: rows.length }) : "";
  }

  function startFilter() {
    const field = ranking && ranking.querySelector("#ranking-filter");
    if (!field) return;
    field.parentElement.hidden = false;
    field.addEventListener("input", applyFilter);
    layers.zones.on("add", applyFilter);
  }

  function startSorting() {
    const heads = ranking ? [...ranking.querySelectorAll("table.ranking thead th")] : [];
    heads.forEach((head, column) => {
      const button = element("button", { type: "button" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        order = { column, falling: order.column === column && !order.falling };
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", order.falling ? "descending" : "ascending");
        renderRanking();
      });
    });
  }

  function take(name, columns) {
    columns.zones.area_id.forEach((id, i) => {
      const card = data[name] && data[name][id];
      if (card) changeCard(card, columns, i);
    });
    repaint(name);
  }

  /* Back to the model's own: the cards as they came, with every explanation. */
  function restore() {
    for (const name of ["zones", "kecamatan"]) {
      for (const [id, card] of Object.entries(firstCards[name])) {
        if (!data[name]) continue;
        for (const key of Object.keys(data[name][id])) delete data[name][id][key];
        Object.assign(data[name][id], structuredClone(card));
      }
      repaint(name);
    }
    renderRanking();
    tell();
  }

  /* Whoever shows something of these scores besides hears when they change. */
  const tell = () => document.dispatchEvent(new CustomEvent("kawasan:scored"));

  /* One question at a time; while it is out, only the newest of the others is kept. */
  let isAsking = false;
  let isWaiting = false;

  function follow() {
    show();
    keep();
    aimDownloads();
    forgetConfidence();
    if (isAsking) isWaiting = true;
    else answer();
  }

  async function answer() {
    if (!isChanged()) {
      state.textContent = "";
      restore();
      return;
    }
    if (shares().sum <= 0) {
      state.textContent = text("weights.none");
      return;
    }
    isAsking = true;
    panel.dataset.state = "asking";
    try {
      const names = ["zones", ...(layers.kecamatan && map.hasLayer(layers.kecamatan) ? ["kecamatan"] : [])];
      const answers = await Promise.all(names.map((name) => ask(name, { detail: "scores" })));
      names.forEach((name, i) => take(name, answers[i]));
      renderRanking();
      state.textContent = text("weights.changed");
      tell();
    } catch (error) {
      state.textContent = reasonOf(error, text("weights.failed"));
    }
    isAsking = false;
    panel.dataset.state = "settled";
    if (isWaiting) {
      isWaiting = false;
      answer();
    }
  }

  /* How sure */

  function forgetConfidence() {
    confidence.querySelector(".confidence-outcome").replaceChildren();
    for (const card of Object.values(data.zones)) delete card.interval;
  }

  async function askConfidence(button) {
    const outcome = confidence.querySelector(".confidence-outcome");
    button.disabled = true;
    outcome.replaceChildren(element("p", { class: "quiet" }, text("confidence.asking")));
    try {
      const found = (await ask("zones", { uncertainty: 5000, seed: 1 })).uncertainty;
      outcome.replaceChildren(
        element("p", { class: "verdict" }, found.verdict),
        element("ul", { class: "intervals" }, ...Object.entries(found.zones)
          .sort(([, a], [, b]) => a.expected_rank - b.expected_rank).map(interval)),
        element("p", { class: "quiet" }, `${formatted(found.draws)} ${text("confidence.draws")}`),
      );
    } catch (error) {
      outcome.replaceChildren(element("p", { class: "reason" }, reasonOf(error, text("weights.failed"))));
    }
    button.disabled = false;
  }

  function interval([id, zone]) {
    const [low, high] = zone.rank_interval;
    const ranks = low === high ? `${low}` : `${low}–${high}`;
    const card = data.zones[id] || {};
    card.interval = zone.sentence;
    return element(
      "li", { title: zone.sentence }, element("b", {}, card.name || id),
      element("span", {}, `${text("confidence.interval")}: ${ranks}`),
      element("span", {}, `${text("confidence.first")}: ${certain(zone.first)}`),
    );
  }

  /* What is not none is never 0 %, what is not all never 100 %. */
  function certain(share) {
    if (share > 0 && share < 0.005) return "<1%";
    if (share < 1 && share >= 0.995) return ">99%";
    return `${formatted(100 * share)}%`;
  }

  /* The sliders themselves */

  function show() {
    const { dimensions, criteria } = shares();
    for (const slider of sliders) {
      // The only criterion of a dimension has no slider of its own.
      if (slider.type === "hidden") continue;
      const output = slider.parentElement.querySelector("output");
      const share = slider.dataset.kind === "dimension" ? dimensions[slider.dataset.item] : criteria[slider.dataset.item];
      output.textContent = `${formatted(100 * share, digits)}%`;
      slider.setAttribute("aria-valuetext", `${output.textContent} ${text("weights.share_long")}`);
      slider.closest(".slider").classList.toggle("is-moved", !isOwn(slider));
    }
    const line = risk.closest(".slider");
    line.hidden = method.value !== "owa";
    line.querySelector("output").textContent = formatted(Number(risk.value) / 100, 2);
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
    query,
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
    if (isWeighed() && shares().sum > 0) {
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
    panel.querySelector(".compare-link a").href = `${data.weighing.pages}/compare?${query()}`;
    for (const link of downloads.querySelectorAll("[data-format]")) {
      link.href = `${downloads.dataset.address}.${link.dataset.format}?${query()}`;
    }
  }

  function read() {
    const parts = new URLSearchParams(window.location.hash.slice(1));
    for (const pair of (parts.get("w") || "").split("*")) {
      const [, item, value] = /^(.+)-(\d{1,3}(?:\.\d{1,9})?)$/.exec(pair) || [];
      const slider = sliders.find(({ dataset }) => dataset.item === item);
      if (slider && Number(value) <= 100) setSlider(slider, value);
    }
    if ([...method.options].some(({ value }) => value === parts.get("m"))) method.value = parts.get("m");
    if (/^\d{1,3}$/.test(parts.get("r") || "")) risk.value = parts.get("r");
  }

  panel.hidden = confidence.hidden = false;
  for (const slider of sliders) slider.dataset.exact = slider.dataset.own;
  startSorting();
  startFilter();
  read();
  show();
  if (isChanged()) {
    panel.open = true;
    follow();
  }
  panel.addEventListener("input", ({ target }) => {
    delete target.dataset.exact;
    follow();
  });
  for (const button of panel.querySelectorAll("[data-preset]")) {
    button.addEventListener("click", () => choose(button.dataset.preset));
  }
  const asker = document.getElementById("confidence");
  asker.addEventListener("click", () => askConfidence(asker));
  if (layers.kecamatan) layers.kecamatan.on("add", () => isChanged() && follow());
})();
