/* The form of an index: what is filled in of its slots and figures is saved as its next version. */

(() => {
  "use strict";

  const { page, address, failed, language, headers, take } = Kawasan.desk;
  if (!(page instanceof HTMLElement)) return;
  const { uploads = "", version = "0", place = "" } = page.dataset;
  const NUMBERS = ["least", "most", "weight"];
  const TEXTS = ["direction", "indicator", "document", "page", "note"];

  /** A number as the page writes it; other texts are the server's to read. @param {string} text */
  function asNumber(text) {
    const plain = language === "id" ? /^-?\d+(,\d+)?$/ : /^-?\d+(\.\d+)?$/;
    return plain.test(text) ? Number(text.replace(",", ".")) : text || null;
  }

  /** @param {Element | null} field */
  function textOf(field) {
    return field instanceof HTMLInputElement || field instanceof HTMLSelectElement ? field.value.trim() : "";
  }

  /** The two rows of each slot: its numbers, and where they are from. */
  function rows() {
    return [...document.querySelectorAll("tr[data-slot]")].flatMap((row) => {
      const slot = row instanceof HTMLElement ? row.dataset.slot ?? "" : "";
      const more = document.querySelector(`tr[data-of="${slot}"]`);
      return more ? [{ slot, row, more, title: row.querySelector("th")?.firstChild?.textContent ?? slot }] : [];
    });
  }

  /** @param {{slot: string, row: Element, more: Element}} one */
  function slotOf({ slot, row, more }) {
    /** @type {{[name: string]: any}} */
    const found = { id: slot };
    for (const name of NUMBERS) found[name] = asNumber(textOf(row.querySelector(`[name=${name}]`)));
    for (const name of TEXTS) found[name] = textOf(more.querySelector(`[data-entry=${name}]`)) || null;
    const tick = more.querySelector("[data-entry=confirmed]");
    found.confirmed = tick instanceof HTMLInputElement && tick.checked;
    return found;
  }

  /** The figure of a slot where somebody changed it; null where nobody did. @param {{slot: string, row: Element, more: Element}} one  @param {string} at */
  function figureOf({ slot, row, more }, at) {
    const field = row.querySelector("[name=value]");
    const [year, source] = ["year", "figure_source"].map((name) => more.querySelector(`[data-entry=${name}]`));
    const saved = field instanceof HTMLInputElement ? field.dataset.saved ?? "" : "";
    const said = [year, source].filter((one) => one instanceof HTMLInputElement);
    if (at === place && textOf(field) === saved && said.every((one) => one.value === one.defaultValue)) return null;
    const value = asNumber(textOf(field));
    if (value === null && (at !== place || !saved)) return null;
    return { slot, place: at, year: textOf(year), value, source: textOf(source) };
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

  /** Where a reader sees what came of it: the index once it is published, else the upload. @param {any} upload */
  function shownAt(upload) {
    const isPublished = upload.state === "published";
    const found = new URL(isPublished ? address : uploads);
    if (!isPublished) found.pathname = `${found.pathname.replace(/\/$/, "")}/${upload.upload}`;
    else if (place) found.searchParams.set(document.querySelector("#area") ? "area" : "region", place);
    found.searchParams.set("f", "html");
    return found.toString();
  }

  /** @param {HTMLFormElement} form */
  async function send(form) {
    const notice = form.querySelector(".notice");
    const button = form.querySelector("button[type=submit]");
    if (!(notice instanceof HTMLElement) || !(button instanceof HTMLButtonElement)) return;
    const said = new FormData(form);
    const at = String(said.get("new_area") ?? "").trim() || place;
    const found = rows().map((one) => ({ ...one, figure: figureOf(one, at) }));
    const figures = found.flatMap(({ figure }) => (figure ? [figure] : []));
    const undated = found.find(({ figure }) => figure && !/^\d{4}$/.test(figure.year));
    if (figures.length && !at) return tell(notice, [notice.dataset.place ?? failed]);
    if (undated) return tell(notice, [(notice.dataset.year ?? failed).replace("SLOT", undated.title)]);
    const body = {
      slots: rows().map(slotOf),
      figures: figures.map((one) => ({ ...one, year: Number(one.year) })),
      note: String(said.get("note") ?? ""),
      source: String(said.get("source") ?? "") || null,
      publish: said.get("publish") === "on",
      // What is emptied here was emptied on purpose; a name that was typed may be misspelt.
      accept_warnings: at === place,
    };
    button.disabled = true;
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { ...headers, "Content-Type": "application/json", "If-Match": version },
        body: JSON.stringify(body),
      });
      const told = await answer.json();
      if (answer.ok) return window.location.assign(shownAt(told));
      const errors = (told.facts?.findings ?? []).filter((/** @type {any} */ one) => one.severity === "error");
      tell(notice, errors.length ? errors.map((/** @type {any} */ one) => one.sentence[language]) : [told.detail ?? failed]);
    } catch {
      tell(notice, [failed]);
    } finally {
      button.disabled = false;
    }
  }

  const KEPT = `kawasan.index.${address}`;

  /** What has no place in an address stays while the index is computed again. */
  function keepDetails() {
    const kept = [...document.querySelectorAll("tr[data-of] [data-entry]")].map((field) =>
      field instanceof HTMLInputElement && field.type === "checkbox" ? field.checked : textOf(field));
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  }

  function takeDetails() {
    /** @type {(string | boolean)[]} */
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    sessionStorage.removeItem(KEPT);
    const fields = [...document.querySelectorAll("tr[data-of] [data-entry]")];
    if (kept.length !== fields.length) return;
    fields.forEach((field, at) => {
      const value = kept[at];
      if (field instanceof HTMLInputElement && typeof value === "boolean") field.checked = value;
      else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = String(value);
    });
  }

  takeDetails();
  document.querySelector("#filled")?.addEventListener("submit", keepDetails);
  take("form.saving", (form) => void send(form));
})();
