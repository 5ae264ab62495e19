/* A layer that is not in the list yet: while it is being named, the list has no say. */

(() => {
  "use strict";

  for (const named of document.querySelectorAll("[data-new-layer]")) {
    const [fields, list] = [named.querySelector("fieldset"), named.closest("form")?.querySelector("select[name=collection]")];
    if (!(named instanceof HTMLDetailsElement && fields && list instanceof HTMLSelectElement)) continue;
    const show = () => {
      fields.disabled = !named.open;
      list.disabled = named.open;
    };
    named.addEventListener("toggle", show);
    show();
  }
})();
