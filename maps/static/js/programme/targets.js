/* The form of targets: a row a year, of which the ticked ones are sent as one small table; faults are told by year. */

(() => {
  "use strict";

  const { page, address, failed, language, headers, take } = Kawasan.desk;
  if (!(page instanceof HTMLElement)) return;
  const uploads = page.dataset.uploads ?? "";
  const KEYS = ["indicator", "regency_code", "level"];
  /** What is said of all ticked rows, as the form and as a document of targets call it. */
  const SAID = [["document", "document"], ["page", "page"], ["source", "source"], ["source_url", "source_url"], ["row_note", "note"]];
  /** What is published of the indicator, region and level that are chosen, by year. @type {Map<string, any>} */
  let published = new Map();

  /** A number as the page writes it, so that 3.875 is no thousands; other texts are the server's to read. @param {string} text */
  function asNumber(text) {
    const plain = language === "id" ? /^-?\d+(,\d+)?$/ : /^-?\d+(\.\d+)?$/;
    return plain.test(text) ? Number(text.replace(",", ".")) : text;
  }

  /** @param {number | null | undefined} value */
  function asTyped(value) {
    const said = value === undefined || value === null ? "" : String(value);
    return language === "id" ? said.replace(".", ",") : said;
  }

  /** @param {HTMLFormElement} form */
  function rowsOf(form) {
    return [...form.querySelectorAll("tr[data-year]")].flatMap((row) => {
      const [least, most, sent] = ["[data-end=least]", "[data-end=most]", "[data-sent]"].map((one) => row.querySelector(one));
      if (!(row instanceof HTMLElement && least instanceof HTMLInputElement && most instanceof HTMLInputElement && sent instanceof HTMLInputElement)) return [];
      return [{ year: row.dataset.year ?? "", least, most, sent }];
    });
  }

  /** The ticked years, each with what is said of all. @param {HTMLFormElement} form */
  function entries(form) {
    const fields = new FormData(form);
    const text = (/** @type {string} */ name) => String(fields.get(name) ?? "").trim();
    /** @type {{[name: string]: any}} */
    const said = Object.fromEntries([...KEYS.map((name) => [name, text(name)]), ...SAID.map(([field, name]) => [name, text(field)])]);
    const direction = form.querySelector(".direction");
    if (direction instanceof HTMLElement && !direction.hidden) said.direction = fields.get("direction");
    return rowsOf(form)
      .filter((row) => row.sent.checked)
      .map((row) => {
        const [least, most] = [row.least.value.trim(), row.most.value.trim()];
        // A published target that is emptied is to go; the server asks for it to be accepted.
        const isWithdrawn = !least && !most && published.has(row.year);
        return { ...said, year: Number(row.year), least: isWithdrawn ? "withdrawn" : asNumber(least), most: asNumber(most) };
      });
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

  /** The sentences of a refusal, each of its year in place of its number in the body. */
  function faults(/** @type {any} */ problem, /** @type {any[]} */ sent, /** @type {string} */ ofYear) {
    const errors = (problem.facts?.findings ?? []).filter((/** @type {any} */ one) => one.severity === "error");
    if (!errors.length) return [problem.detail ?? failed];
    const told = errors.map((/** @type {any} */ one) => {
      const entry = sent[one.where?.target ?? -1];
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
    if (!(field instanceof HTMLInputElement)) return;
    if (!isTyped(field)) field.value = value;
    field.dataset.filled = value;
  }

  /** @param {HTMLInputElement} field */
  function isTyped(field) {
    return field.value.trim() !== (field.dataset.filled ?? "");
  }

  /**
   * Offer the document and source that all ticked rows are published with; what they do not share, or a
   * new row does not have, is nobody's to fill in. A link and a remark go with their document.
   *
   * @param {HTMLFormElement} form
   */
  function followRows(form) {
    const ticked = rowsOf(form).filter((row) => row.sent.checked).map((row) => published.get(row.year));
    const isNew = ["document", "source"].some((name) => {
      const field = form.querySelector(`[name=${name}]`);
      return field instanceof HTMLInputElement && isTyped(field);
    });
    const [first, ...others] = ticked;
    const isShared = first && !isNew && others.every((one) => one && SAID.every(([, name]) => one[name] === first[name]));
    for (const [field, name] of SAID) fill(form.querySelector(`[name=${field}]`), isShared ? (first[name] ?? "") : "");
  }

  /** A row for each published year that the form does not offer. @param {HTMLFormElement} form */
  function addYears(form) {
    for (const year of published.keys()) {
      const rows = [...form.querySelectorAll("tr[data-year]")].filter((row) => row instanceof HTMLElement);
      const last = rows.at(-1);
      if (!last || rows.some((row) => row.dataset.year === year)) continue;
      const added = /** @type {HTMLElement} */ (last.cloneNode(true));
      for (const field of added.querySelectorAll("input")) {
        field.ariaLabel = (field.ariaLabel ?? "").replace(last.dataset.year ?? "", year);
        field.value = field.dataset.filled = "";
      }
      added.dataset.year = year;
      if (added.firstElementChild) added.firstElementChild.textContent = year;
      last.parentElement?.insertBefore(added, rows.find((row) => Number(row.dataset.year) > Number(year)) ?? null);
    }
  }

  /**
   * What is published of another indicator, region or level is no target of the one that is chosen now,
   * and what was typed for it is sent of this one only when somebody ticks it.
   *
   * @param {HTMLFormElement} form
   */
  async function refill(form) {
    const fields = new FormData(form);
    const chosen = () => KEYS.map((name) => String(new FormData(form).get(name) ?? "")).join();
    const [indicator, region, level] = KEYS.map((name) => String(fields.get(name) ?? ""));
    const asked = new URL(address);
    for (const [name, value] of Object.entries({ indicator, region, level, f: "json" })) asked.searchParams.set(name, value);
    const before = chosen();
    /** @type {any[]} */
    let known = [];
    if (indicator && region) {
      const answer = await fetch(asked, { headers });
      if (answer.ok) known = (await answer.json()).targets;
    }
    if (chosen() !== before) return;
    published = new Map(known.map((one) => [String(one.year), one]));
    addYears(form);
    let isKept = false;
    for (const row of rowsOf(form)) {
      isKept ||= isTyped(row.least) || isTyped(row.most);
      fill(row.least, asTyped(published.get(row.year)?.least));
      fill(row.most, asTyped(published.get(row.year)?.most));
      row.sent.checked = false;
    }
    const notice = form.querySelector(".notice");
    if (notice instanceof HTMLElement) tell(notice, isKept ? [notice.dataset.kept ?? failed] : []);
    followRows(form);
  }

  for (const form of document.querySelectorAll("form.targets")) {
    if (!(form instanceof HTMLFormElement)) continue;
    followIndicator(form);
    void refill(form);
    form.addEventListener("input", (event) => {
      const row = rowsOf(form).find(({ least, most }) => event.target === least || event.target === most);
      if (row) row.sent.checked = isTyped(row.least) || isTyped(row.most);
    });
    form.addEventListener("change", (event) => {
      if (event.target instanceof HTMLSelectElement && KEYS.includes(event.target.name)) void refill(form);
      else followRows(form);
    });
  }
  take("form.targets", (form) => void send(form));
})();
