/* A file is sent to the desk. */

(() => {
  "use strict";

  const { address, failed, language, headers, below, say, take } = Kawasan.desk;

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

  take("form.file", sendFile);
})();
