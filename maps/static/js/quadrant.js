/* Readiness against need: where each zone or kecamatan stands, drawn when somebody opens it. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  const panel = /** @type {HTMLDetailsElement} */ (document.getElementById("quadrant"));
  if (!drawn || !panel || !drawn.data.quadrant || !Kawasan.weights) return;

  const { data } = drawn;
  const { element, drawing, part } = Kawasan.dom;
  const { text, formatted } = Kawasan.words;
  const { answered, reasonOf } = Kawasan.server;
  const { kept, keepInHash } = Kawasan.address;
  const { openArea } = Kawasan.areas;
  const NEED = "kebutuhan";
  const [WIDTH, HEIGHT] = [380, 330];
  const EDGE = { left: 34, right: 14, top: 10, bottom: 34 };
  const place = part(panel, ".quadrant-plot");
  const choice = part(panel, "select", HTMLSelectElement);

  const x = (need) => EDGE.left + ((WIDTH - EDGE.left - EDGE.right) * need) / 100;
  const y = (readiness) => HEIGHT - EDGE.bottom - ((HEIGHT - EDGE.top - EDGE.bottom) * readiness) / 100;

  /* The quadrants' names stand in their corners, away from the thresholds. */
  const CORNERS = {
    prioritas: [99, 94, "end"], siapkan: [99, 3, "end"], peluang: [1, 94, "start"], pantau: [1, 3, "start"],
  };

  function frame(table) {
    const titles = Object.fromEntries(table.quadrants.map((one) => [one.id, one]));
    const lines = [
      drawing("rect", { class: "priority", x: x(table.needy_from), y: y(100), width: x(100) - x(table.needy_from), height: y(table.ready_from) - y(100) }),
      drawing("path", { class: "axes", d: `M${x(0)} ${y(100)}V${y(0)}H${x(100)}` }),
      drawing("path", { class: "threshold", d: `M${x(table.needy_from)} ${y(100)}V${y(0)}M${x(0)} ${y(table.ready_from)}H${x(100)}` }),
    ];
    for (const at of [0, 50, 100]) {
      lines.push(drawing("text", { class: "tick", x: x(at), y: HEIGHT - EDGE.bottom + 14, "text-anchor": "middle" }, String(at)));
      lines.push(drawing("text", { class: "tick", x: EDGE.left - 5, y: y(at) + 4, "text-anchor": "end" }, String(at)));
    }
    lines.push(drawing("text", { class: "axis", x: x(50), y: HEIGHT - 4, "text-anchor": "middle" }, text("quadrant.need")));
    lines.push(drawing("text", { class: "axis", x: 0, y: 0, "text-anchor": "middle", transform: `translate(10 ${y(50)}) rotate(-90)` }, text("quadrant.readiness")));
    for (const [id, [need, readiness, anchor]] of Object.entries(CORNERS)) {
      if (titles[id]) lines.push(drawing("text", { class: "corner", x: x(need), y: y(readiness), "text-anchor": anchor }, `${titles[id].title} (${titles[id].count})`));
    }
    return lines;
  }

  /* Whether the draws leave it another quadrant as well. */
  const isOpen = (one) => Object.keys(one.candidates).some((id) => id !== one.quadrant);

  function point(one) {
    const label = one.sentence;
    const mark = drawing(
      "circle", { class: `point ${one.quadrant}${isOpen(one) ? " is-open" : ""}`, cx: x(one.need), cy: y(one.readiness), r: 5.5, tabindex: 0, role: "button", "aria-label": label },
      drawing("title", {}, label),
    );
    const open = () => openArea(choice.value, one.area_id);
    mark.addEventListener("click", open);
    mark.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      open();
    });
    return mark;
  }

  function list(table) {
    const told = (isIn) => table.placements.filter(isIn).map(({ sentence }) => element("li", {}, sentence));
    const groups = table.quadrants.filter(({ count }) => count).map((quadrant) => element(
      "div", {},
      element("h3", {}, quadrant.title),
      element("p", { class: "quiet" }, quadrant.sentence),
      element("ul", { class: "dashes" }, ...told((one) => one.quadrant === quadrant.id)),
    ));
    const unplaced = told((one) => !one.quadrant);
    if (unplaced.length) groups.push(element("div", {}, element("h3", {}, text("quadrant.not_placed")), element("ul", { class: "dashes" }, ...unplaced)));
    return element("details", { class: "sources" }, element("summary", {}, text("quadrant.list")), ...groups);
  }

  /* The weights of the screen belong to the model that it shows; the other keeps its own. */
  function address() {
    const asked = new URLSearchParams({ layer: choice.value });
    const prefix = data.weighing.model === NEED ? "need_" : "";
    const chosen = Kawasan.weights.query();
    for (const name of ["weights", "method", "risk"]) if (chosen.has(name)) asked.set(prefix + name, chosen.get(name));
    return `${data.quadrant}&${asked}`;
  }

  let shown;
  async function show() {
    const asked = address();
    if (!panel.open || shown === asked) return;
    shown = asked;
    if (!place.querySelector("svg")) place.replaceChildren(element("p", { class: "quiet" }, text("quadrant.asking")));
    try {
      const table = await answered(asked);
      if (shown !== asked) return;
      const placed = table.placements.filter((one) => one.quadrant);
      const plot = drawing(
        "svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": text("quadrant.title") },
        ...frame(table), ...placed.map(point),
      );
      const without = table.placements.length - placed.length;
      place.replaceChildren(
        plot,
        element("p", { class: "quiet" }, placed.some((one) => isOpen(one) || one.quadrant !== one.score_quadrant) ? text("quadrant.open") : ""),
        element("p", { class: "quiet" }, without ? `${formatted(without)} ${text("quadrant.unplaced")}` : ""),
        list(table),
      );
    } catch (error) {
      if (shown !== asked) return;
      shown = undefined;
      place.replaceChildren(element("p", { class: "reason" }, reasonOf(error, text("weights.failed"))));
    }
  }

  /* The address names what is drawn, while it is. */
  function keep() {
    keepInHash({ k: panel.open ? choice.value : "" });
    show();
  }

  function open() {
    if ([...choice.options].some(({ value }) => value === kept("k"))) choice.value = kept("k");
    panel.open = kept("k") !== "";
    show();
  }

  panel.hidden = false;
  open();
  panel.addEventListener("toggle", keep);
  choice.addEventListener("change", keep);
  window.addEventListener("hashchange", open);
  for (const event of ["kawasan:scored", "kawasan:reachable"]) document.addEventListener(event, show);
})();
