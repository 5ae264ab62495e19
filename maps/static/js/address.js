/* The state of the page behind # in its address, as named parts. */

Kawasan.address = (() => {
  "use strict";

  const kept = (name) => new URLSearchParams(window.location.hash.slice(1)).get(name) || "";

  /* A part that is empty leaves the address, the others stay. */
  function keepInHash(changes, search = window.location.search) {
    const parts = new URLSearchParams(window.location.hash.slice(1));
    for (const [name, value] of Object.entries(changes)) {
      parts.delete(name);
      if (value) parts.set(name, value);
    }
    const hash = parts.size ? `#${String(parts).replaceAll("%2C", ",")}` : "";
    try {
      history.replaceState(history.state, "", `${window.location.pathname}${search}${hash}`);
    } catch {
      /* A page without an address of its own (a preview) keeps its state to itself. */
    }
  }

  return { kept, keepInHash };
})();
