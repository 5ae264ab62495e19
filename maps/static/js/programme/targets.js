/* The form of targets: a row a year, sent as one small table; what is wrong is told by its year. */

(() => {
  "use strict";

  const { page, address, failed, language, headers, take } = Kawasan.desk;
  if (!(page instanceof HTMLElement)) return;
  const uploads = page.dataset.uploads ?? "";
  const KEYS = ["indicator", "regency_code", "level"];
  const ENDS = ["least", "most"];

  /** A number as the page writes it, so that 3.875 is no thousands; other texts are the server's to read. @param {string} text */
  function asNumber(text) {
    const plain = language === "id" ? /^-?\d+(,\d+)?$/ : /^-?\d+(\.\d+)?$/;
    return plain.test(text) ? Number(text.replace(",", ".")) : text;
  }

  /** @param {Element} row  @param {string} end */
  function endOf(row, end) {
    const field = row.querySelector(`[data-end=${end}]`);
    return field instanceof HTMLInputElement ? field : null;
  }

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
      const [least, most] = ENDS.map((end) => endOf(row, end)?.value.trim() ?? "");
      if (least || most) found.push({ ...said, year: Number(row.dataset.year), least: asNumber(least), most: asNumber(most) });
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

  /** Put what is published into a field that nobody has typed into. @param {Element | null} field  @param {string} value */
  function fill(field, value) {
    if (!(field instanceof HTMLInputElement) || field.value !== (field.dataset.filled ?? field.defaultValue)) return;
    field.value = field.dataset.filled = value;
  }

  /** What is published of another indicator, region or level is no target of the one that is chosen now. @param {HTMLFormElement} form */
  async function refill(form) {
    const fields = new FormData(form);
    const [indicator, region, level] = KEYS.map((name) => String(fields.get(name) ?? ""));
    const asked = new URL(address);
    for (const [name, value] of Object.entries({ indicator, region, level, f: "json" })) asked.searchParams.set(name, value);
    /** @type {any[]} */
    let known = [];
    if (indicator && region) {
      const answer = await fetch(asked, { headers });
      if (answer.ok) known = (await answer.json()).targets;
    }
    for (const row of form.querySelectorAll("tr[data-year]")) {
      const one = known.find((each) => row instanceof HTMLElement && String(each.year) === row.dataset.year);
      for (const end of ENDS) {
        const said = one?.[end] === undefined ? "" : String(one[end]);
        fill(endOf(row, end), language === "id" ? said.replace(".", ",") : said);
      }
    }
    for (const [name, from] of [["document", "document"], ["page", "page"], ["source", "source"], ["source_url", "source_url"], ["row_note", "note"]]) {
      fill(form.querySelector(`[name=${name}]`), known[0]?.[from] ?? "");
    }
  }

  for (const form of document.querySelectorAll("form.targets")) {
    if (!(form instanceof HTMLFormElement)) continue;
    followIndicator(form);
    form.addEventListener("change", (event) => {
      if (event.target instanceof HTMLSelectElement && KEYS.includes(event.target.name)) void refill(form);
    });
  }
  take("form.targets", (form) => void send(form));
})();
