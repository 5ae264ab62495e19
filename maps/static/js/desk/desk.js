/* What the scripts of the desk share: where the page's own document is, and how it is asked. */

Kawasan.desk = (() => {
  "use strict";

  const page = document.querySelector("#desk");
  const { address = "", csrf = "", failed = "" } = page instanceof HTMLElement ? page.dataset : {};
  const language = /** @type {"id" | "en"} */ (document.documentElement.lang);
  const headers = { "X-CSRF-Token": csrf, Accept: "application/json", "Accept-Language": language };

  /** An address below the page's own, which may carry a language. @param {string} path */
  function below(path) {
    const found = new URL(address);
    found.pathname = found.pathname.replace(/\/$/, "") + path;
    return found;
  }

  /** The sentence of a form's server, or none. @param {HTMLFormElement} form  @param {string} sentence */
  function say(form, sentence) {
    const line = form.querySelector(".notice");
    if (!(line instanceof HTMLElement)) return;
    line.textContent = sentence;
    line.hidden = !sentence;
  }

  /**
   * Let a form be sent by `send`. Until now the browser itself would have sent it, and lost what was typed.
   *
   * @param {string} selector
   * @param {(form: HTMLFormElement) => void} send
   */
  function take(selector, send) {
    for (const form of document.querySelectorAll(selector)) {
      if (!(form instanceof HTMLFormElement)) continue;
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        send(form);
      });
      const button = form.querySelector("button[type=submit]");
      if (button instanceof HTMLButtonElement) button.disabled = false;
    }
  }

  return { page, address, failed, language, headers, below, say, take };
})();
