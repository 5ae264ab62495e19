/* The forms of the desk, sent as JSON; a page whose upload is being checked asks how far that is. Answers
   are the server's own sentences. */

(() => {
  "use strict";

  const ASK_AGAIN_MS = 1500;
  const { page, address, inbox, failed, language, headers, below, say, take } = Kawasan.desk;
  if (!(page instanceof HTMLElement)) return;

  /** What a form says, in JSON types: what is left empty is taken back. @param {HTMLFormElement} form */
  function said(form) {
    /** @type {{[name: string]: any}} */
    const found = {};
    for (const field of form.elements) {
      const isField = field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement;
      if (!isField || !field.name) continue;
      const isOn = field instanceof HTMLInputElement && field.checked;
      if (field.dataset.type === "number") found[field.name] = field.value === "" ? null : Number(field.value);
      else if (field.dataset.type === "boolean") found[field.name] = isOn;
      else if (field.dataset.type === "json") found[field.name] = field.value ? JSON.parse(field.value) : null;
      else if (field.dataset.type === "list") found[field.name] = isOn ? [field.value] : null;
      else found[field.name] = field.value.trim() || null;
    }
    return found;
  }

  /** Which column each field is read from; none is said only where there was one. @param {HTMLFormElement} form */
  function columns(form) {
    /** @type {{[field: string]: string | null}} */
    const found = {};
    for (const field of form.querySelectorAll("select")) {
      const had = [...field.options].some((option) => option.defaultSelected && option.value);
      if (field.value || had) found[field.name] = field.value || null;
    }
    return { columns: found };
  }

  /**
   * The layer has moved, and the server has compared the file anew: show that, and lose nothing that was typed.
   *
   * @param {HTMLFormElement} form  @param {string} sentence
   */
  function tellAfterwards(form, sentence) {
    const typed = [...form.querySelectorAll("textarea")].map((field) => [field.name, field.value]);
    window.sessionStorage.setItem(address, JSON.stringify({ sentence, to: form.dataset.to, typed }));
    window.location.reload();
  }

  /** What the page before this one has left to say. */
  function tellNow() {
    const kept = window.sessionStorage.getItem(address);
    const notice = document.querySelector("#moved");
    if (!kept || !(notice instanceof HTMLElement)) return;
    window.sessionStorage.removeItem(address);
    const { sentence, to, typed } = JSON.parse(kept);
    for (const [name, value] of typed) {
      const field = document.querySelector(`form[data-to="${to}"] textarea[name="${name}"]`);
      if (field instanceof HTMLTextAreaElement) field.value = value;
    }
    notice.hidden = false;
    const line = notice.querySelector(".what");
    if (line) line.textContent = sentence;
    notice.focus();
    notice.scrollIntoView();
  }

  /** @param {HTMLFormElement} form */
  async function send(form) {
    const { method, to = "", then } = form.dataset;
    const button = form.querySelector("button");
    if (button) button.disabled = true;
    say(form, "");
    try {
      const body = method === "DELETE" ? undefined : JSON.stringify("columns" in form.dataset ? columns(form) : said(form));
      /** @type {{[name: string]: string}} */
      const asked = { ...headers, "Content-Type": "application/json" };
      if (method === "PATCH") asked.Prefer = "respond-async";
      const answer = await fetch(below(to), { method, headers: asked, body });
      if (answer.ok) {
        // Read to its end: a page that goes away would break it off.
        await answer.text();
        if (then === "inbox") window.location.assign(inbox);
        else window.location.reload();
        return;
      }
      const { code, detail } = await answer.json();
      if (code === "LayerMoved") {
        tellAfterwards(form, detail);
        return;
      }
      say(form, detail || failed);
    } catch {
      say(form, failed);
    }
    if (button) button.disabled = false;
  }

  async function follow() {
    try {
      const answer = await fetch(address, { headers });
      const found = await answer.json();
      if (answer.ok && !found.progress) {
        window.location.reload();
        return;
      }
      const [step, bar] = ["#progress-step", "#progress-bar"].map((one) => document.querySelector(one));
      if (step && found.progress) step.textContent = found.progress.step[language];
      if (bar instanceof HTMLProgressElement && found.progress) bar.value = found.progress.share;
    } catch {
      // The line may come back: it is asked again.
    }
    setTimeout(follow, ASK_AGAIN_MS);
  }

  take("form.send", send);
  tellNow();
  if ("waits" in page.dataset) setTimeout(follow, ASK_AGAIN_MS);
})();
