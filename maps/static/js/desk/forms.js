/* The forms of the desk, sent as JSON; a page whose upload is being checked asks how far that is. Answers
   are the server's own sentences. */

(() => {
  "use strict";

  const GOING_ON = ["/submit", "/publish", "/return"];
  const ASK_AGAIN_MS = 1500;
  const { page, address, failed, language, headers, below, say, take } = Kawasan.desk;
  if (!(page instanceof HTMLElement)) return;
  const desk = page;
  let isUnchecked = false;

  /** What a form says, in JSON types: what is left empty is taken back, unless it is `text`. @param {HTMLFormElement} form */
  function said(form) {
    /** @type {{[name: string]: any}} */
    const found = {};
    for (const field of form.elements) {
      const isField = field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement;
      if (!isField || !field.name || field.closest("[data-columns]")) continue;
      const { name, value } = field;
      const { type, back } = field.dataset;
      const isOn = field instanceof HTMLInputElement && (field.checked || field.indeterminate);
      // What is put away says nothing, but for what must not stay said.
      if (field.matches(":disabled")) {
        if (back !== undefined) found[name] = null;
      } else if (type === "text") found[name] = value;
      else if (type === "number") found[name] = value === "" ? null : Number(value);
      else if (type === "boolean") found[name] = isOn;
      else if (type === "json") found[name] = value ? JSON.parse(value) : null;
      else if (type === "pair") {
        // One of several under a name: none of them at all is taken back.
        if (value) found[name] = { ...found[name], [field.dataset.of ?? ""]: value };
        else found[name] = found[name] ?? null;
      } else if (type === "list" || type === "rest") {
        const isNamed = isOn === (type === "list");
        found[name] = isNamed ? [...(found[name] ?? []), value] : (found[name] ?? null);
      } else if (field.type === "radio") {
        if (isOn) found[name] = value || null;
      } else if (value.trim() || !(name in found)) {
        // Of several fields of a name, an empty one leaves the word to the others.
        found[name] = value.trim() || null;
      }
    }
    const columns = form.querySelector("[data-columns]");
    return columns instanceof HTMLElement ? { ...found, ...chosenColumns(columns) } : found;
  }

  /** The columns that were chosen, now or before; nothing where none was chosen now. @param {HTMLElement} fields */
  function chosenColumns(fields) {
    const columns = JSON.parse(fields.dataset.columns ?? "{}");
    let isChanged = false;
    for (const field of fields.querySelectorAll("select")) {
      const before = [...field.options].find((option) => option.defaultSelected)?.value ?? "";
      if (field.value === before) continue;
      columns[field.name] = field.value || null;
      isChanged = true;
    }
    return isChanged ? { columns } : {};
  }

  /**
   * The layer has moved, and the server has compared the file anew: show that. What was typed is kept (`drafts.js`).
   *
   * @param {string} sentence
   */
  function tellAfterwards(sentence) {
    window.sessionStorage.setItem(address, sentence);
    // Else the browser goes back to where the page was read, away from what is said.
    window.history.scrollRestoration = "manual";
    window.location.reload();
  }

  /** What the page before this one has left to say. */
  function tellNow() {
    const kept = window.sessionStorage.getItem(address);
    // At the button, where whoever publishes looks; without one, above the new comparison.
    const notice = document.querySelector("#anew") ?? document.querySelector("#moved");
    if (!kept || !(notice instanceof HTMLElement)) return;
    window.sessionStorage.removeItem(address);
    notice.hidden = false;
    const line = notice.querySelector(".what");
    if (line) line.textContent = kept;
    notice.focus();
    notice.scrollIntoView({ block: "center" });
    // What is above it still grows: it stays in sight until its reader moves the page.
    const grown = new ResizeObserver(() => notice.scrollIntoView({ block: "center" }));
    grown.observe(document.body);
    for (const moved of ["wheel", "pointerdown", "keydown", "touchmove"]) {
      window.addEventListener(moved, () => grown.disconnect(), { once: true, passive: true });
    }
  }

  /** What a raster is fit for and what not, by criterion, each with its reason. @param {HTMLFormElement} form */
  function verdicts(form) {
    const asked = form.querySelectorAll("[data-reader]");
    if (!asked.length) return {};
    /** @type {{[verdict: string]: {[criterion: string]: string}}} */
    const found = { fit: {}, unfit: {} };
    for (const one of asked) {
      const [verdict, why] = [one.querySelector("select")?.value, one.querySelector("input")?.value.trim()];
      if (one instanceof HTMLElement && verdict) found[verdict][one.dataset.reader ?? ""] = why ?? "";
    }
    return found;
  }

  /** A sentence that calls the fields of a form as the page does. @param {HTMLFormElement} form  @param {string} sentence */
  function named(form, sentence) {
    let found = sentence;
    for (const field of form.elements) {
      if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) || !field.name) continue;
      const title = field.labels?.[0]?.firstChild?.textContent?.split(":")[0].trim();
      if (title) found = found.replace(new RegExp(`(^| )${field.name}: `, "g"), `$1${title}: `);
    }
    return found;
  }

  /** Who is not logged in any more does so in another tab; this page stays as it is. @param {HTMLFormElement} form  @param {string} sentence */
  function askToLogIn(form, sentence) {
    const { login = "", loginText = "", kept = "" } = desk.dataset;
    say(form, `${sentence} `);
    const link = Object.assign(document.createElement("a"), { href: login, target: "_blank", textContent: loginText });
    form.querySelector(".notice")?.append(link, `. ${kept}`);
  }

  /** Whether another login of the same person has given this page a new token. */
  async function isRenewed() {
    if (!desk.dataset.session) return false;
    const answer = await fetch(desk.dataset.session, { headers: { Accept: "application/json" } });
    const { user, csrf } = await answer.json();
    if (!csrf || user !== desk.dataset.user || csrf === headers["X-CSRF-Token"]) return false;
    headers["X-CSRF-Token"] = csrf;
    return true;
  }

  /** @param {HTMLFormElement} form */
  async function ask(form) {
    const { method, to = "" } = form.dataset;
    const isGone = method === "DELETE";
    const body = isGone ? undefined : JSON.stringify({ ...said(form), ...verdicts(form) });
    const where = new URL(below(to));
    // What is said of an end stands in the address: a request that deletes has no body.
    for (const [name, value] of isGone ? Object.entries(said(form)) : []) {
      if (value !== null) where.searchParams.set(name, value);
    }
    /** @type {{[name: string]: string}} */
    const asked = { ...headers, "Content-Type": "application/json" };
    if (method === "PATCH") asked.Prefer = "respond-async";
    return fetch(where, { method, headers: asked, body });
  }

  /** @param {HTMLFormElement} form */
  async function send(form) {
    const { then, to = "" } = form.dataset;
    if (GOING_ON.includes(to) && isUnchecked) {
      say(form, desk.dataset.unchecked || failed);
      return;
    }
    const button = form.querySelector("button[type=submit]");
    if (button instanceof HTMLButtonElement) button.disabled = true;
    say(form, "");
    try {
      let answer = await ask(form);
      if (answer.status === 403 && (await isRenewed())) answer = await ask(form);
      if (answer.ok) {
        // Read to its end: a page that goes away would break it off.
        const detail = await answer.text();
        Kawasan.drafts.forget(form);
        // What is shown this once must not be reloaded away.
        if (!form.dispatchEvent(new CustomEvent("answered", { bubbles: true, cancelable: true, detail }))) return;
        // Where it stands now is said at the top.
        if (GOING_ON.includes(to)) window.history.scrollRestoration = "manual";
        if (then) window.location.assign(then);
        else window.location.reload();
        return;
      }
      const { code, detail } = await answer.json();
      if (code === "LayerMoved") {
        tellAfterwards(detail);
        return;
      }
      if (answer.status === 401 && desk.dataset.login) askToLogIn(form, detail);
      else say(form, named(form, detail || failed));
    } catch {
      say(form, failed);
    }
    if (button instanceof HTMLButtonElement) button.disabled = false;
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

  /* What is chosen and not checked again decides nothing yet. */
  document.querySelector("form.send[data-method=PATCH]")?.addEventListener("change", () => {
    isUnchecked = true;
    for (const form of document.querySelectorAll("form.send")) {
      if (form instanceof HTMLFormElement && GOING_ON.includes(form.dataset.to || "")) say(form, desk.dataset.unchecked || "");
    }
  });
  take("form.send", send);
  tellNow();
  if ("waits" in page.dataset) setTimeout(follow, ASK_AGAIN_MS);
})();
