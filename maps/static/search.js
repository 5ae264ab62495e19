/* One box for zones, regencies and kecamatan: a name that is known opens its card on the map. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  const form = document.getElementById("search");
  if (!drawn || !form) return;

  const { data, text } = drawn;
  const input = form.querySelector("input");
  const said = form.querySelector("p");
  const known = new Map();
  for (const layer of ["zones", "regencies", "kecamatan"]) {
    for (const [id, card] of Object.entries(data[layer] || {})) {
      if (!card.name) continue;
      // Two kecamatan may share a name; their regency tells them apart.
      const name = layer === "kecamatan" ? `${card.name}, ${card.place || id}` : card.name;
      known.set(name.toLocaleLowerCase(), { layer, id, name });
    }
  }
  form.querySelector("datalist").append(...[...known.values()].map(({ name }) => {
    const option = document.createElement("option");
    option.value = name;
    return option;
  }));

  function find() {
    const wanted = input.value.trim().toLocaleLowerCase();
    if (!wanted) return null;
    const inside = [...known].filter(([name]) => name.includes(wanted)).map(([, one]) => one);
    return known.get(wanted) || (inside.length === 1 ? inside[0] : null);
  }

  function open(isFinal) {
    const one = find();
    said.textContent = "";
    if (one) drawn.open(one.layer, one.id);
    else if (isFinal && input.value.trim()) said.textContent = text("search.unknown");
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    open(true);
  });
  // A choice from the list is meant as it stands; typing waits for Enter.
  input.addEventListener("input", () => known.has(input.value.trim().toLocaleLowerCase()) && open(false));
})();
