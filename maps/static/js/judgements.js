/* Weights from pairwise judgements on Saaty's scale: a dialog that hands its outcome to the sliders.

   Weights and consistency come from the server (POST /readiness/judgements). Pairs may stay open
   as long as the judged ones join all items; what is judged stays until the page is left. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("judge"));
  const opener = /** @type {HTMLElement} */ (document.getElementById("judge-opener"));
  if (!drawn || !drawn.data.weighing || !Kawasan.weights || !dialog) return;

  const { data } = drawn;
  const { element, bar, part } = Kawasan.dom;
  const { text, filled, formatted } = Kawasan.words;
  const { answered, reasonOf } = Kawasan.server;
  const { judgements: address, model } = data.weighing;
  const GOAL = "goal";
  // Left of the middle the first of a pair is more important, right of it the second.
  const POSITIONS = Array.from({ length: 17 }, (_, i) => i - 8);
  const DEGREES = [
    "judgements.degree_2", "judgements.degree_3", "judgements.degree_4", "judgements.degree_5",
    "judgements.degree_6", "judgements.degree_7", "judgements.degree_8", "judgements.degree_9",
  ];
  const choice = part(document, "#judge-group", HTMLSelectElement);
  const list = part(dialog, ".judge-pairs");
  const bars = part(dialog, ".judge-weights");
  const verdict = part(dialog, ".judge-verdict");
  const applier = part(dialog, ".judge-apply", HTMLButtonElement);

  const groups = [
    { id: GOAL, title: text("judgements.dimensions"), items: Kawasan.weights.dimensions() },
    ...Kawasan.weights.dimensions().map(({ id, title }) => ({
      id, title: filled("judgements.criteria", { dimension: title }), items: Kawasan.weights.criteria(id),
    })),
  ].filter(({ items }) => items.length > 1).map((group) => ({ ...group, pairs: pairsOf(group.items) }));
  if (!groups.length) {
    opener.hidden = true;
    return;
  }
  let group = groups[0];
  let weights = null;

  function pairsOf(items) {
    return items.flatMap((first, i) => items.slice(i + 1).map((second) => ({ first, second, position: null })));
  }

  /* The scale */

  const ratioOf = (position) => (position <= 0 ? 1 - position : 1 / (1 + position));
  const distance = (position, ratio) => Math.abs(Math.log(ratioOf(position) / ratio));
  const nearest = (ratio) => POSITIONS.reduce((a, b) => (distance(b, ratio) < distance(a, ratio) ? b : a));

  // An abbreviation keeps its capitals within a sentence.
  const inside = (title) => (/^\p{Lu}\p{Ll}/u.test(title) ? title[0].toLowerCase() + title.slice(1) : title);

  function words({ first, second }, position) {
    if (position === 0) return filled("judgements.same", { first: first.title, second: inside(second.title) });
    const [more, less] = position < 0 ? [first, second] : [second, first];
    const n = 1 + Math.abs(position);
    return filled("judgements.more", { more: more.title, degree: text(DEGREES[n - 2]), less: inside(less.title), n });
  }

  /* The pairs */

  function row(pair) {
    const { first, second } = pair;
    const names = element(
      "p", { class: "judge-names", "aria-hidden": "true" },
      element("span", {}, first.title), element("span", {}, second.title),
    );
    const range = element("input", {
      type: "range", min: -8, max: 8, step: 1, value: pair.position || 0,
      "aria-label": filled("judgements.pair", { first: first.title, second: inside(second.title) }),
    });
    const said = element("p", { class: "judge-said", "aria-hidden": "true" });
    const button = element("button", { type: "button" });
    pair.row = element("li", {}, names, range, element("div", { class: "judge-line" }, said, button));
    pair.show = (implied) => showPair(pair, { names, range, said, button, implied });

    range.addEventListener("input", () => judge(pair, Number(range.value)));
    // The middle is where an open pair already stands: touching it is judging it.
    range.addEventListener("click", () => pair.position === null && judge(pair, Number(range.value)));
    range.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || pair.position !== null) return;
      event.preventDefault();
      judge(pair, Number(range.value));
    });
    button.addEventListener("click", () => judge(pair, pair.position === null ? 0 : null));
    pair.show();
    return pair.row;
  }

  function showPair(pair, { names, range, said, button, implied }) {
    const { position } = pair;
    const isOpen = position === null;
    range.value = position || 0;
    const open = implied === undefined
      ? text("judgements.unjudged") : filled("judgements.implied", { judgement: words(pair, nearest(implied)) });
    said.textContent = isOpen ? open : words(pair, position);
    range.setAttribute("aria-valuetext", said.textContent);
    button.textContent = text(isOpen ? "judgements.equal" : "judgements.clear");
    const of = filled("judgements.pair", { first: pair.first.title, second: inside(pair.second.title) });
    button.setAttribute("aria-label", `${button.textContent}: ${of}`);
    pair.row.classList.toggle("is-open", isOpen);
    names.firstChild.classList.toggle("is-more", position < 0);
    names.lastChild.classList.toggle("is-more", position > 0);
  }

  function judge(pair, position) {
    pair.position = position;
    pair.row.classList.remove("is-harmful");
    pair.show();
    follow();
  }

  const judged = () => group.pairs.filter(({ position }) => position !== null);

  /* How many judgements are at least needed until they join all items. */
  function lacking() {
    const piece = new Map(group.items.map(({ id }) => [id, id]));
    for (const { first, second } of judged()) {
      const [kept, gone] = [piece.get(first.id), piece.get(second.id)];
      for (const [id, of] of piece) if (of === gone) piece.set(id, kept);
    }
    return new Set(piece.values()).size - 1;
  }

  /* One question at a time; while it is out, only the newest of the others is kept. */
  let isAsking = false;
  let isWaiting = false;

  function follow() {
    weights = null;
    applier.disabled = true;
    if (isAsking) isWaiting = true;
    else answer();
  }

  async function answer() {
    const missing = lacking();
    if (missing) {
      showWeights({});
      forget();
      verdict.replaceChildren(element("p", { class: "quiet" }, filled("judgements.lacking", { n: missing })));
      return;
    }
    isAsking = true;
    dialog.dataset.state = "asking";
    let found, reason;
    try {
      found = await ask();
    } catch (error) {
      reason = reasonOf(error, text("weights.failed"));
    }
    isAsking = false;
    dialog.dataset.state = "settled";
    if (isWaiting) {
      isWaiting = false;
      answer();
    } else if (found) take(found);
    else refuse(reason);
  }

  async function ask() {
    const asked = judged().map(({ first, second, position }) => ({
      group: group.id, first: first.id, second: second.id, ratio: ratioOf(position),
    }));
    const found = await answered(address, { model, incomplete: true, judgements: asked });
    return found.judgements[group.id];
  }

  /* What comes back */

  function take(found) {
    weights = found.weights;
    applier.disabled = false;
    forget();
    showWeights(weights);
    for (const { first, second, ratio } of found.filled) {
      const { pair, isTurned } = pairOf(first, second);
      pair.show(isTurned ? 1 / ratio : ratio);
    }
    verdict.replaceChildren(consistency(found), ...harmful(found.most_harmful));
  }

  function refuse(reason) {
    showWeights({});
    verdict.replaceChildren(element("p", { class: "judge-reason" }, reason));
  }

  function forget() {
    for (const pair of group.pairs) {
      pair.row.classList.remove("is-harmful");
      pair.show();
    }
  }

  function pairOf(first, second) {
    const pair = group.pairs.find((one) => [first, second].includes(one.first.id) && [first, second].includes(one.second.id));
    return { pair, isTurned: pair.first.id !== first };
  }

  function showWeights(shares) {
    bars.replaceChildren(...group.items.map(({ id, title }) => {
      const share = shares[id];
      return element(
        "li", {}, element("span", {}, title),
        element("b", {}, share === undefined ? "–" : `${formatted(100 * share, 1)}%`), bar(share || 0),
      );
    }));
  }

  function consistency({ consistent, consistency_ratio: ratio, limit, filled: open }) {
    const n = group.items.length;
    if (n === 2) return element("p", { class: "quiet" }, text("judgements.two"));
    // Judgements that form a tree have nothing to disagree with.
    if (group.pairs.length - open.length < n) return element("p", { class: "quiet" }, text("judgements.untested"));
    const known = ratio === null ? "–" : formatted(ratio, 3);
    const word = text(consistent ? "judgements.consistent" : "judgements.inconsistent");
    return element(
      "p", { class: consistent ? "judge-ratio" : "judge-ratio is-high" },
      element("span", {}, `${text("judgements.ratio")} `, element("b", {}, known)),
      element("span", {}, `${word} (${text("judgements.limit")} ${formatted(limit, 2)})`),
    );
  }

  function harmful(found) {
    if (!found) return [];
    const { pair, isTurned } = pairOf(found.first, found.second);
    const better = nearest(isTurned ? 1 / found.suggested : found.suggested);
    pair.row.classList.add("is-harmful");
    const told = element("p", {}, `${text("judgements.furthest")} `, element("b", {}, words(pair, pair.position)));
    if (better === pair.position) return [told];
    const button = element("button", { type: "button", class: "judge-use" }, text("judgements.use"));
    button.addEventListener("click", () => {
      judge(pair, better);
      part(pair.row, "input").focus();
    });
    return [told, element("p", {}, `${text("judgements.better")} `, element("b", {}, words(pair, better))), button];
  }

  /* The dialog itself */

  function choose() {
    group = groups.find(({ id }) => id === choice.value);
    list.replaceChildren(...group.pairs.map(row));
    list.scrollTop = 0;
    follow();
  }

  function apply() {
    if (!weights) return;
    if (group.id === GOAL) Kawasan.weights.setDimensions(weights);
    else Kawasan.weights.setCriteria(group.id, weights);
    dialog.close();
  }

  // The panel listens to every slider inside it; those of a pair are not weights.
  document.body.append(dialog);
  choice.append(...groups.map(({ id, title }) => element("option", { value: id }, title)));
  choice.addEventListener("change", choose);
  opener.addEventListener("click", () => {
    choose();
    dialog.showModal();
  });
  dialog.addEventListener("close", () => opener.focus());
  part(dialog, ".judge-close").addEventListener("click", () => dialog.close());
  applier.addEventListener("click", apply);
})();
