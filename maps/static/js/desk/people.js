/* The forms for people and keys: what only some roles have, a new key shown once, a password typed twice. */

(() => {
  "use strict";

  const { page } = Kawasan.desk;
  if (!(page instanceof HTMLElement)) return;

  /** What a form asks of the chosen role alone; an editor is bound to some regencies, or said to be to none. @param {HTMLFormElement} form */
  function followRole(form) {
    const role = form.querySelector("select[data-chooses]");
    const everywhere = form.querySelector("[data-everywhere]");
    if (!(role instanceof HTMLSelectElement) || !(everywhere instanceof HTMLInputElement)) return;
    const regencies = [...form.querySelectorAll("[name=regencies]")].filter((one) => one instanceof HTMLInputElement);

    function show() {
      for (const part of form.querySelectorAll("fieldset[data-roles]")) {
        if (!(part instanceof HTMLFieldSetElement) || !(role instanceof HTMLSelectElement)) continue;
        part.hidden = !(part.dataset.roles ?? "").split(" ").includes(role.value);
        part.disabled = part.hidden;
      }
      if (!(everywhere instanceof HTMLInputElement)) return;
      for (const one of regencies) one.disabled = everywhere.checked;
      const isSaid = everywhere.checked || regencies.some((one) => one.checked);
      everywhere.setCustomValidity(isSaid ? "" : (page?.dataset.noneChosen ?? ""));
    }

    form.addEventListener("change", show);
    show();
  }

  /** @param {HTMLInputElement} again */
  function compare(again) {
    const first = again.form?.elements.namedItem(again.dataset.again ?? "");
    if (!(first instanceof HTMLInputElement)) return;
    again.form?.addEventListener("input", () => {
      again.setCustomValidity(again.value === first.value ? "" : (page?.dataset.unequal ?? ""));
    });
  }

  /** A new key in place of the form that made it, until it is said to be kept. @param {HTMLElement} made */
  function showKey(made) {
    const [secret, copied] = ["#secret", "#copied"].map((one) => made.querySelector(one));
    const holder = document.querySelector("#new-key");
    if (!(secret instanceof HTMLTextAreaElement) || !(copied instanceof HTMLElement) || !(holder instanceof HTMLElement)) return;
    holder.addEventListener("answered", (event) => {
      if (!(event instanceof CustomEvent)) return;
      event.preventDefault();
      secret.value = JSON.parse(event.detail).key;
      holder.hidden = true;
      made.hidden = false;
      made.focus();
    });
    made.querySelector("#copy")?.addEventListener("click", async () => {
      secret.select();
      let said = copied.dataset.select;
      try {
        // Without https a browser has no clipboard for us: what is selected is copied by its reader.
        await navigator.clipboard.writeText(secret.value);
        said = copied.dataset.done;
      } catch {
        secret.focus();
      }
      copied.textContent = said ?? "";
    });
    made.querySelector("#kept")?.addEventListener("click", () => window.location.reload());
  }

  for (const form of page.querySelectorAll("form.send")) if (form instanceof HTMLFormElement) followRole(form);
  for (const again of page.querySelectorAll("[data-again]")) if (again instanceof HTMLInputElement) compare(again);
  const made = page.querySelector("#made");
  if (made instanceof HTMLElement) showKey(made);
})();
