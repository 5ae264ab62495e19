/* What to bring next for the area whose card is open: the data worth most, and the way to the whole list. */

Kawasan.collect = (() => {
  "use strict";

  const { element, paragraph } = Kawasan.dom;
  const { text, formatted } = Kawasan.words;
  const { answered, once, reasonOf } = Kawasan.server;
  const SOON_MS = 250;
  /* The first few say what to begin with; the page has the rest. */
  const MOST = 3;

  /* What was answered, so that a card that is written anew shows it at once. */
  const known = new Map();
  let waiting;

  /**
   * @param {string} asked  the address of the answer for one area
   * @param {string} whole  that of the page
   * @param {(form: {[name: string]: string}) => string} addressOf  that of a form
   */
  function section(asked, whole, addressOf) {
    const place = element("div", { "aria-live": "polite" });
    const list = element(
      "section", { class: "collect" },
      element("h3", {}, text("zone.collect_next")),
      place,
      element("p", {}, element("a", { href: whole }, text("zone.collect_all"))),
    );
    clearTimeout(waiting);
    if (known.has(asked)) place.append(...rows(known.get(asked), addressOf));
    else {
      place.append(element("p", { class: "quiet" }, text("zone.collect_asking")));
      // Weights that are still being moved are not worth the question.
      waiting = setTimeout(() => fill(asked, place, addressOf), SOON_MS);
    }
    return list;
  }

  async function fill(asked, place, addressOf) {
    try {
      known.set(asked, await once(asked, () => answered(asked)));
      place.replaceChildren(...rows(known.get(asked), addressOf));
    } catch (error) {
      place.replaceChildren(element("p", { class: "quiet" }, reasonOf(error, text("zone.collect_failed"))));
    }
  }

  /* The form that takes a datum asks for the login first. */
  function form({ id, title, collection }, addressOf) {
    if (!collection) return [];
    const [kind, name] = id.split(":");
    const asked = { for: collection, ...(kind === "indicator" ? { indicator: name } : {}) };
    const label = `${text("zone.collect_send")}: ${title}`;
    return [" ", element("a", { href: addressOf(asked), "aria-label": label }, text("zone.collect_send"))];
  }

  function rows(found, addressOf) {
    const [area] = found.areas;
    const data = Object.fromEntries(found.data.map(({ datum }) => [datum.id, datum]));
    if (!area || !area.gaps.length) return [element("p", { class: "quiet" }, text("zone.collect_nothing"))];
    const shown = [...area.gaps].sort((a, b) => Number(b.is_needed) - Number(a.is_needed)).slice(0, MOST);
    const more = area.gaps.length - shown.length;
    return [
      element("ol", {}, ...shown.map((gap) => element("li", {}, element("b", {}, data[gap.datum].title), ...form(data[gap.datum], addressOf), paragraph("note", gap.why)))),
      paragraph("quiet", more > 0 && `+ ${formatted(more)} ${text("zone.collect_more")}`) || "",
    ];
  }

  return { section };
})();
