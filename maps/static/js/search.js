/* One box for zones, regencies and kecamatan: whatever holds the words is listed below it.

   The box and its list are a combobox: arrow keys choose, Enter opens on the map, Escape closes. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  const form = /** @type {HTMLFormElement} */ (document.getElementById("search"));
  if (!drawn || !form) return;

  const { data } = drawn;
  const { element, part } = Kawasan.dom;
  const { text, filled } = Kawasan.words;
  const { openArea } = Kawasan.areas;
  const MOST = 12;
  // A regency before the areas that bear its name, those before the kecamatan.
  const KIND_WORDS = { regencies: "search.regencies", zones: "search.zones", kecamatan: "search.kecamatan" };
  const KINDS = /^(kabupaten|kota|kawasan transmigrasi) /;
  const input = part(form, "input", HTMLInputElement);
  const list = part(form, "[role=listbox]");
  const said = part(form, "[role=status]");

  const plain = (words) => words.toLocaleLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

  const known = Object.keys(KIND_WORDS).flatMap((layer, order) => Object.entries(data[layer] || {})
    .filter(([, card]) => card.name)
    .map(([id, card]) => {
      const name = plain(card.name);
      return { layer, order, id, card, name, bare: name.replace(KINDS, ""), all: plain(`${card.name} ${card.place || ""}`) };
    }));

  /* 0 the name itself, 1 begins with the words, 2 a word of it does, 3 holds them, 4 its regency does. */
  const NONE = 5;

  function distance(one, wanted, words) {
    if (one.bare === wanted || one.name === wanted || one.all === wanted) return 0;
    if (one.bare.startsWith(wanted)) return 1;
    if (` ${one.name}`.includes(` ${wanted}`)) return 2;
    if (words.every((word) => one.name.includes(word))) return 3;
    return words.every((word) => one.all.includes(word)) ? 4 : NONE;
  }

  function find() {
    const wanted = plain(input.value);
    if (!wanted) return [];
    const words = wanted.split(" ");
    return known.map((one) => ({ one, far: distance(one, wanted, words) }))
      .filter(({ far }) => far < NONE)
      .sort((a, b) => a.far - b.far || a.one.order - b.one.order || a.one.name.localeCompare(b.one.name));
  }

  /* The list */

  let hits = [];
  let chosen = -1;

  function option({ one }, i) {
    const place = one.layer === "regencies" ? "" : one.card.place;
    const made = element(
      "li", { role: "option", id: `search-hit-${i}`, "aria-selected": "false" },
      element("span", {}, one.card.name, place ? element("small", {}, place) : ""),
      element("small", { class: "kind" }, text(KIND_WORDS[one.layer])),
    );
    // Not click: the box would lose the focus before, and the list with it.
    made.addEventListener("pointerdown", (event) => event.preventDefault());
    made.addEventListener("click", () => open(hits[i]));
    return made;
  }

  function show(found) {
    hits = found.slice(0, MOST);
    chosen = -1;
    list.replaceChildren(...hits.map(option));
    list.hidden = hits.length === 0;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    input.removeAttribute("aria-activedescendant");
    said.textContent = found.length ? filled("search.count", { n: found.length }) : "";
    said.classList.toggle("visually-hidden", found.length > 0);
  }

  function choose(i) {
    if (!hits.length) return;
    chosen = (i + hits.length) % hits.length;
    for (const [at, one] of [...list.children].entries()) one.setAttribute("aria-selected", String(at === chosen));
    input.setAttribute("aria-activedescendant", `search-hit-${chosen}`);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  }

  function open({ one }) {
    show([]);
    input.value = one.card.name;
    openArea(one.layer, one.id);
  }

  /* Enter opens what is chosen, the only hit, or the only one of exactly this name. */
  function submit() {
    const found = find();
    const exact = found.filter(({ far }) => far === 0);
    const best = hits[chosen] || (found.length === 1 ? found[0] : exact.length === 1 ? exact[0] : undefined);
    if (best) {
      open(best);
      return;
    }
    show(found);
    if (!found.length && plain(input.value)) said.textContent = text("search.unknown");
  }

  function key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) show(find());
      choose(event.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
    } else if (event.key === "Escape" && (!list.hidden || input.value)) {
      if (list.hidden) input.value = "";
      show([]);
    } else return;
    event.preventDefault();
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener("input", () => show(find()));
  input.addEventListener("keydown", key);
  input.addEventListener("blur", () => show([]));
})();
