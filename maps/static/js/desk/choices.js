/* How a file is read: ticks that stand for others, a field beside radio buttons of the same name, and an
   answer that needs its reason. */

(() => {
  "use strict";

  /** @param {Element} form  @param {string} selector @returns {HTMLInputElement[]} */
  const inputs = (form, selector) => [...form.querySelectorAll(selector)].filter((one) => one instanceof HTMLInputElement);

  /** One tick for all of a name: half on while some are. @param {HTMLFormElement} form */
  function together(form) {
    for (const all of inputs(form, "[data-all]")) {
      const each = inputs(form, `[name="${all.dataset.all}"]`);
      const show = () => {
        all.checked = each.every((one) => one.checked);
        all.indeterminate = !all.checked && each.some((one) => one.checked);
      };
      all.addEventListener("change", () => {
        for (const one of each) one.checked = all.checked;
      });
      for (const one of each) one.addEventListener("change", show);
      show();
    }
  }

  /** What is written beside radio buttons is chosen in their place, and they in place of it. @param {HTMLFormElement} form */
  function instead(form) {
    for (const other of form.querySelectorAll("[data-other]")) {
      if (!(other instanceof HTMLInputElement || other instanceof HTMLSelectElement)) continue;
      const buttons = inputs(form, `[type="radio"][name="${other.name}"]`);
      const first = buttons.find((one) => one.defaultChecked);
      other.addEventListener("input", () => {
        for (const one of buttons) one.checked = !other.value.trim() && one === first;
      });
      for (const one of buttons) {
        one.addEventListener("change", () => {
          other.value = "";
        });
      }
    }
  }

  /** An answer needs its reason: the browser stops at the field that lacks it. @param {HTMLFormElement} form */
  function reasoned(form) {
    for (const asked of form.querySelectorAll("[data-reader]")) {
      const [verdict, why] = [asked.querySelector("select"), asked.querySelector("input")];
      if (!verdict || !why) continue;
      const hold = () => {
        why.required = Boolean(verdict.value);
        why.setCustomValidity(why.required && !why.value.trim() ? (why.dataset.missing ?? "") : "");
      };
      for (const one of [verdict, why]) one.addEventListener("input", hold);
      hold();
    }
  }

  for (const form of document.querySelectorAll("form.send")) {
    if (!(form instanceof HTMLFormElement)) continue;
    together(form);
    instead(form);
    reasoned(form);
  }
})();
