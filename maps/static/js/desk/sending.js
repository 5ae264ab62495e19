/* The forms by which a file is sent: it is chosen or dropped, looked at before it travels, and brought in
   parts while the page stays of use. */

(() => {
  "use strict";

  const { page, address, failed, language, headers, below, say, take } = Kawasan.desk;
  const { bring, patiently, Refused, Changed } = Kawasan.parts;
  const { element } = Kawasan.dom;
  const { most = "", kinds = "", says = "{}" } = document.getElementById("sending-says")?.dataset ?? {};
  const words = JSON.parse(says);

  // The speed is what came within so long.
  const SPEED_MS = 15_000;
  const [KIB, MIB] = [1024, 1024 * 1024];
  const SHAPEFILE = [".shp", ".shx", ".dbf"];

  /** @param {string} key  @param {{[name: string]: any}} [facts] */
  const said = (key, facts = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  const number = (value, digits = 0) => value.toLocaleString(language === "en" ? "en-GB" : "id-ID", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const size = (bytes) => (bytes >= MIB ? `${number(bytes / MIB, bytes % MIB ? 1 : 0)} MB` : `${number(Math.ceil(bytes / KIB))} KB`);
  /** What is not all never reads as all. @param {number} sent  @param {number} all */
  const percent = (sent, all) => Math.floor((100 * sent) / all);

  /** @param {number} seconds */
  function time(seconds) {
    if (seconds < 55) return said("seconds", { n: Math.max(5, 5 * Math.round(seconds / 5)) });
    if (seconds < 5400) return said("minutes", { n: Math.max(1, Math.round(seconds / 60)) });
    return said("hours", { n: number(seconds / 3600, 1) });
  }

  const extension = (name) => (name.lastIndexOf(".") > 0 ? name.slice(name.lastIndexOf(".")).toLowerCase() : "");
  const stem = (name) => name.slice(0, name.length - extension(name).length);

  /** What is wrong with chosen files before any of them travels, and whether they can be sent all the same.
   * @param {File[]} files */
  function looked(files) {
    if (!files.length) return { sentence: said("none_chosen"), isStopped: true };
    const found = new Set(files.map(({ name }) => extension(name)));
    const shapefiles = files.filter(({ name }) => extension(name) === ".shp");
    if (shapefiles.length) {
      const missing = SHAPEFILE.filter((one) => !found.has(one));
      if (missing.length) return { sentence: said("missing_parts", { missing: missing.join(", ") }), isStopped: true };
      // A document with the parts, as .shp.xml is, starts with the same name.
      if (files.some(({ name }) => !name.startsWith(stem(shapefiles[0].name)))) return { sentence: said("one_file", { n: files.length }), isStopped: true };
    } else if (files.length > 1) {
      return { sentence: said("one_file", { n: files.length }), isStopped: true };
    }
    const [all, name] = [files.reduce((sum, one) => sum + one.size, 0), files[0].name];
    if (all > Number(most)) return { sentence: said("too_large", { name, size: size(all), most: size(Number(most)) }), isStopped: true };
    if (!all) return { sentence: said("empty", { name }), isStopped: true };
    const kind = extension(name);
    const isKnown = shapefiles.length > 0 || kinds.split(" ").includes(kind);
    return { sentence: isKnown ? "" : said("unknown_kind", { kind: kind || name }), isStopped: false };
  }

  /** What a form shows while its file is under way. @param {HTMLFormElement} form */
  function shown(form) {
    const bar = element("progress", { max: "1", value: "0", "aria-labelledby": "send-file" });
    const figures = element("p", { class: "figures" });
    const line = element("p", { class: "line", role: "status" });
    const stop = element("button", { class: "button quiet-button", type: "button" }, said("stop"));
    const block = element("div", { class: "under-way" }, bar, figures, line, stop);
    form.querySelector(".under-way")?.remove();
    form.append(block);
    /** @type {[number, number][]} */
    let samples = [];

    /** @param {number} sent  @param {number} all */
    function told(sent, all) {
      const now = performance.now();
      // Going back to what was received is no speed.
      samples = samples.filter(([at, had]) => now - at < SPEED_MS && had <= sent);
      samples.push([now, sent]);
      const [[since, from]] = samples;
      const speed = now - since > 1000 ? (sent - from) / (now - since) : 0;
      const left = speed ? ` · ${said("left", { time: time((all - sent) / speed / 1000) })}` : "";
      bar.value = sent / all;
      figures.textContent = said("figures", { percent: percent(sent, all), sent: size(sent), size: size(all) }) + left;
    }

    /** @param {string} sentence */
    function tell(sentence) {
      if (line.textContent !== sentence) line.textContent = sentence;
    }

    return { block, stop, told, tell };
  }

  /** A file as it goes: the parts of a Shapefile as one. @param {File[]} files  @param {(sentence: string) => void} tell */
  async function packed(files, tell) {
    const shape = files.find(({ name }) => extension(name) === ".shp");
    if (!shape) return files[0];
    const name = `${stem(shape.name)}.zip`;
    tell(said("packing", { name }));
    return Kawasan.zip.zipped([...files].sort((a, b) => (a.name < b.name ? -1 : 1)), name);
  }

  /** Hand a received file in, and go to its page. @param {string} part  @param {FormData} fields  @param {any} line */
  async function handIn(part, fields, line) {
    fields.set("received", part);
    const asked = { headers: { ...headers, Prefer: "respond-async" }, body: fields, signal: line.signal };
    const { upload } = await patiently(["POST", new URL(address), asked], line);
    const found = below(`/${upload}`);
    found.search = new URLSearchParams({ f: "html", lang: language }).toString();
    window.location.assign(found);
  }

  /** What is said of an error. @param {any} error  @param {string} name */
  function sentenceOf(error, name) {
    if (error instanceof Refused && error.status === 401) return said("login");
    if (error instanceof Refused) return error.message || failed;
    if (error instanceof Changed) return said("changed", { name });
    if (error instanceof DOMException) return said("unreadable", { name });
    return failed;
  }

  /** @param {HTMLFormElement} form */
  async function sendFile(form) {
    const [input, button] = [form.querySelector("input[type=file]"), form.querySelector("button")];
    if (!(input instanceof HTMLInputElement) || !button) return;
    const files = [...(input.files ?? [])];
    const { sentence, isStopped } = looked(files);
    say(form, isStopped ? sentence : "");
    if (isStopped) {
      input.focus();
      return;
    }

    const [view, control] = [shown(form), new AbortController()];
    let [sent, all, part, isBroken] = [0, 1, "", false];
    const line = {
      signal: control.signal,
      /** @param {boolean} isNow  @param {string} [why] */
      broken(isNow, why) {
        if (isNow) view.tell(why || said("broken"));
        else if (isBroken) view.tell(said("goes_on"));
        isBroken = isNow;
      },
    };
    [button.disabled, input.disabled] = [true, true];
    view.stop.addEventListener("click", () => control.abort());
    try {
      view.tell(said("looking"));
      const file = await packed(files, view.tell);
      all = file.size;
      part = await bring(file, {
        below,
        headers,
        ...line,
        begun(found, hasOther) {
          part = found.part;
          view.tell("");
          if (hasOther) view.tell(said("other", { name: file.name }));
          else if (found.received) view.tell(said("resumed", { percent: percent(found.received, all) }));
          view.told(found.received, all);
        },
        told(received) {
          sent = received;
          if (isBroken) line.broken(false);
          view.told(received, all);
        },
      });
      view.told(all, all);
      view.tell(said("handing_in"));
      view.stop.remove();
      await handIn(part, new FormData(form), line);
    } catch (error) {
      view.block.remove();
      if (control.signal.aborted) stopped(form, part, percent(sent, all));
      else say(form, sentenceOf(error, files[0].name));
      [button.disabled, input.disabled] = [false, false];
    }
  }

  /** What was received stays, unless its sender drops it. @param {HTMLFormElement} form  @param {string} part  @param {number} share */
  function stopped(form, part, share) {
    const line = element("p", { class: "line", role: "status" }, said("stopped", { percent: share, button: form.querySelector("button")?.textContent }));
    const drop = element("button", { class: "button quiet-button", type: "button" }, said("discard"));
    drop.addEventListener("click", async () => {
      const answer = await fetch(below(`/parts/${part}`), { method: "DELETE", headers }).catch(() => undefined);
      line.textContent = answer?.ok ? said("discarded") : failed;
      if (answer?.ok) drop.remove();
    });
    form.append(element("div", { class: "under-way" }, line, ...(part ? [drop] : [])));
    if (part) drop.focus();
  }

  /** A file of which nothing is missing is handed in without its sender's copy. @param {HTMLFormElement} form */
  async function sendReceived(form) {
    const button = form.querySelector("button");
    const fields = document.querySelector("form.file");
    if (!(fields instanceof HTMLFormElement) || !button) return;
    button.disabled = true;
    say(form, "");
    const said = new FormData(fields);
    said.delete("file");
    const broken = (isBroken, why) => say(form, isBroken ? why || words.broken : "");
    try {
      await handIn(form.dataset.part ?? "", said, { signal: new AbortController().signal, broken });
    } catch (error) {
      say(form, sentenceOf(error, ""));
      button.disabled = false;
    }
  }

  /** A file may be dropped anywhere on a form; beside it nothing happens. @param {HTMLFormElement} form */
  function takeDropped(form) {
    const input = form.querySelector("input[type=file]");
    if (!(input instanceof HTMLInputElement)) return;
    const look = () => {
      const files = [...(input.files ?? [])];
      const picked = form.querySelector(".picked");
      const facts = { name: files.map(({ name }) => name).join(", "), size: size(files.reduce((sum, one) => sum + one.size, 0)) };
      if (picked) picked.textContent = files.length ? said("chosen", facts) : said("none_chosen");
      form.querySelector(".under-way")?.remove();
      say(form, files.length ? looked(files).sentence : "");
    };
    const mark = (isOver) => form.classList.toggle("dropping", isOver && !input.disabled);
    input.addEventListener("change", look);
    // A file may have been chosen before this script was there.
    if (input.files?.length) look();
    form.addEventListener("dragover", () => mark(true));
    form.addEventListener("dragleave", ({ relatedTarget }) => mark(relatedTarget instanceof Node && form.contains(relatedTarget)));
    form.addEventListener("drop", ({ dataTransfer }) => {
      mark(false);
      if (!dataTransfer?.files.length || input.disabled) return;
      input.files = dataTransfer.files;
      look();
    });
  }

  if (!(page instanceof HTMLElement)) return;
  take("form.file", sendFile);
  take("form.received", sendReceived);
  for (const form of document.querySelectorAll("form.file")) if (form instanceof HTMLFormElement) takeDropped(form);
  // A browser would leave the page for a file that is dropped on it.
  for (const event of ["dragover", "drop"]) window.addEventListener(event, (dropped) => dropped.preventDefault());
})();
