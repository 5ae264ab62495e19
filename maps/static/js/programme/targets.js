/* The form of targets: a row a year, sent as one small table; what is wrong is told by its year. */

(() => {
  "use strict";

  const { page, address, failed, headers, take } = Kawasan.desk;
  if (!(page instanceof HTMLElement)) return;
  const uploads = page.dataset.uploads ?? "";

  /** The years that hold a number, each with what is said of all. @param {HTMLFormElement} form */
  function entries(form) {
    const fields = new FormData(form);
    const names = ["indicator", "regency_code", "level", "document", "page", "source", "source_url"];
    /** @type {{[name: string]: any}} */
    const said = Object.fromEntries(names.map((name) => [name, String(fields.get(name) ?? "").trim()]));
    const direction = form.querySelector(".direction");
    if (direction instanceof HTMLElement && !direction.hidden) said.direction = fields.get("direction");
    said.note = String(fields.get("row_note") ?? "").trim();
    const found = [];
    for (const row of form.querySelectorAll("tr[data-year]")) {
      if (!(row instanceof HTMLElement)) continue;
      const [least, most] = ["least", "most"].map((end) => {
        const field = row.querySelector(`[data-end=${end}]`);
        return field instanceof HTMLInputElement ? field.value.trim() : "";
      });
      if (least || most) found.push({ ...said, year: Number(row.dataset.year), least, most });
    }
    return found;
  }

  /** @param {HTMLElement} notice  @param {string[]} sentences */
  function tell(notice, sentences) {
    notice.replaceChildren(...sentences.map((sentence) => {
      const line = document.createElement("p");
      line.textContent = sentence;
      return line;
    }));
    notice.hidden = !sentences.length;
    if (sentences.length) notice.scrollIntoView({ block: "nearest" });
  }

  /** The sentences of a refusal, each of its year in place of the row that nobody sees. */
  function faults(/** @type {any} */ problem, /** @type {any[]} */ sent, /** @type {string} */ ofYear) {
    const errors = (problem.facts?.findings ?? []).filter((/** @type {any} */ one) => one.severity === "error");
    if (!errors.length) return [problem.detail ?? failed];
    const language = document.documentElement.lang;
    const told = errors.map((/** @type {any} */ one) => {
      const entry = sent[(one.where?.row ?? 0) - 2];
      const sentence = one.sentence[language];
      return entry ? `${ofYear.replace("YEAR", entry.year)}: ${sentence.replace(/^[^:]*: /, "")}` : sentence;
    });
    return [...new Set(told)];
  }

  /** @param {HTMLFormElement} form */
  async function send(form) {
    const notice = form.querySelector(".notice");
    const button = form.querySelector("button[type=submit]");
    if (!(notice instanceof HTMLElement) || !(button instanceof HTMLButtonElement)) return;
    const targets = entries(form);
    if (!targets.length) {
      tell(notice, [notice.dataset.none ?? failed]);
      return;
    }
    const fields = new FormData(form);
    const body = { targets, note: String(fields.get("note") ?? ""), publish: fields.get("publish") === "on" };
    button.disabled = true;
    try {
      const answer = await fetch(address, { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) });
      const found = await answer.json();
      if (!answer.ok) {
        tell(notice, faults(found, targets, notice.dataset.year ?? ""));
        return;
      }
      window.location.assign(shownAt(found, targets[0]));
    } catch {
      tell(notice, [failed]);
    } finally {
      button.disabled = false;
    }
  }

  /** Where a reader sees what came of it: the targets once they are published, else the upload. */
  function shownAt(/** @type {any} */ upload, /** @type {any} */ sent) {
    const isPublished = upload.state === "published";
    const found = new URL(isPublished ? address : uploads);
    if (isPublished) {
      const asked = { indicator: sent.indicator, region: sent.regency_code, level: sent.level };
      for (const [name, value] of Object.entries(asked)) found.searchParams.set(name, value);
    } else found.pathname = `${found.pathname.replace(/\/$/, "")}/${upload.upload}`;
    found.searchParams.set("f", "html");
    return found.toString();
  }

  /** Ask which way an indicator is to move where the catalogue does not say it. @param {HTMLFormElement} form */
  function followIndicator(form) {
    const directions = JSON.parse(form.dataset.directions ?? "{}");
    const chosen = form.querySelector("[name=indicator]");
    const asked = form.querySelector(".direction");
    if (!(chosen instanceof HTMLSelectElement) || !(asked instanceof HTMLElement)) return;
    const show = () => {
      asked.hidden = !chosen.value || Boolean(directions[chosen.value]);
    };
    chosen.addEventListener("change", show);
    show();
  }

  for (const form of document.querySelectorAll("form.targets")) if (form instanceof HTMLFormElement) followIndicator(form);
  take("form.targets", (form) => void send(form));
})();
