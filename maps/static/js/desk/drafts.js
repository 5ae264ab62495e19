/* What is typed into a form stays in this tab until it was sent: a login that ran out, or a page that was
   loaded again, loses nothing. It is kept by person, page and form, and goes with the tab. */

Kawasan.drafts = (() => {
  "use strict";

  const { page } = Kawasan.desk;
  const { user = "", restored = "" } = page instanceof HTMLElement ? page.dataset : {};

  /** @param {HTMLFormElement} form */
  const nameOf = (form) => `draft ${user} ${window.location.pathname} ${form.dataset.to}`;

  /** What people type into; not what is ticked or chosen. @param {HTMLFormElement} form */
  function typedInto(form) {
    /** @type {(HTMLInputElement | HTMLTextAreaElement)[]} */
    const found = [];
    for (const field of form.elements) {
      if (field instanceof HTMLTextAreaElement) found.push(field);
      if (field instanceof HTMLInputElement && field.type === "text") found.push(field);
    }
    return found;
  }

  /** @param {HTMLFormElement} form */
  function keep(form) {
    const said = Object.fromEntries(typedInto(form).map((field) => [field.name, field.value]));
    if (Object.values(said).some(Boolean)) window.sessionStorage.setItem(nameOf(form), JSON.stringify(said));
    else forget(form);
  }

  /** @param {HTMLFormElement} form */
  function forget(form) {
    window.sessionStorage.removeItem(nameOf(form));
  }

  /** @param {HTMLFormElement} form */
  function putBack(form) {
    const said = JSON.parse(window.sessionStorage.getItem(nameOf(form)) ?? "{}");
    const empty = typedInto(form).filter((field) => !field.value && said[field.name]);
    for (const field of empty) field.value = said[field.name];
    if (!empty.length) return;
    const line = Object.assign(document.createElement("p"), { className: "note", textContent: restored });
    line.setAttribute("role", "status");
    empty[0].closest("label")?.before(line);
  }

  // A form that changes what is there already shows that, and has no draft.
  for (const form of document.querySelectorAll('form.send[data-method="POST"]')) {
    if (!restored || !(form instanceof HTMLFormElement)) continue;
    putBack(form);
    form.addEventListener("input", () => keep(form));
  }

  return { forget };
})();
