/* The desk of GIS staff: its forms are sent as JSON, a file is sent with its progress, and a page whose
   upload is being checked asks how far that is. Answers are the server's own sentences. */

(() => {
  "use strict";

  const ASK_AGAIN_MS = 1500;
  const desk = document.querySelector("#desk");
  if (!(desk instanceof HTMLElement)) return;
  const { address = "", inbox = "", csrf = "", failed = "" } = desk.dataset;
  const language = document.documentElement.lang;
  const headers = { "X-CSRF-Token": csrf, Accept: "application/json", "Accept-Language": language };

  /** An address below the page's own, which may carry a language. @param {string} path */
  function below(path) {
    const found = new URL(address);
    found.pathname += path;
    return found;
  }

  /** @param {HTMLFormElement} form  @param {string} sentence */
  function say(form, sentence) {
    const line = form.querySelector(".notice");
    if (!(line instanceof HTMLElement)) return;
    line.textContent = sentence;
    line.hidden = !sentence;
  }

  /** What a form says, in JSON types: what is left empty is taken back. @param {HTMLFormElement} form */
  function said(form) {
    /** @type {{[name: string]: any}} */
    const found = {};
    for (const field of form.elements) {
      const isField = field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement;
      if (!isField || !field.name) continue;
      const isOn = field instanceof HTMLInputElement && field.checked;
      if (field.dataset.type === "boolean") found[field.name] = isOn;
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
      say(form, (await answer.json()).detail || failed);
    } catch {
      say(form, failed);
    }
    if (button) button.disabled = false;
  }

  /** A file with its progress; the browser tells it of no `fetch`. @param {HTMLFormElement} form */
  function sendFile(form) {
    const button = form.querySelector("button");
    const bar = form.querySelector("progress");
    const request = new XMLHttpRequest();
    const ended = (/** @type {string} */ sentence) => {
      say(form, sentence);
      if (button) button.disabled = false;
      if (bar) bar.hidden = true;
    };
    request.open("POST", address);
    for (const [name, value] of Object.entries({ ...headers, Prefer: "respond-async" })) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      if (!bar) return;
      bar.hidden = false;
      bar.value = loaded / total;
    });
    request.addEventListener("error", () => ended(failed));
    request.addEventListener("load", () => {
      let answer = { detail: "", upload: "" };
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        ended(failed);
        return;
      }
      if (request.status >= 300 || !answer.upload) {
        ended(answer.detail || failed);
        return;
      }
      const page = below(`/${answer.upload}`);
      page.search = new URLSearchParams({ f: "html", lang: language }).toString();
      window.location.assign(page);
    });
    if (button) button.disabled = true;
    say(form, "");
    request.send(new FormData(form));
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

  for (const form of document.querySelectorAll("form.send, form.file")) {
    if (!(form instanceof HTMLFormElement)) continue;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (form.classList.contains("file")) sendFile(form);
      else send(form);
    });
    // Until now the browser itself would have sent it, and lost what was typed.
    const button = form.querySelector("button");
    if (button) button.disabled = false;
  }
  if ("waits" in desk.dataset) setTimeout(follow, ASK_AGAIN_MS);
})();
