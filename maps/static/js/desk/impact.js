/* What an upload would change in the assessments: asked for when its place on the page comes into view. */

(() => {
  "use strict";

  const section = document.querySelector("#impact");
  if (!(section instanceof HTMLElement)) return;
  const { source = "", counting = "", failed = "" } = section.dataset;
  const status = section.querySelector("[role=status]");

  /** @param {string} sentence */
  function tell(sentence) {
    if (status) status.textContent = sentence;
  }

  async function load() {
    tell(counting);
    // Whoever leaves the page waits for it no more, and the service need not go on.
    const leaving = new AbortController();
    window.addEventListener("pagehide", () => leaving.abort(), { once: true });
    try {
      const answer = await fetch(source, { headers: { Accept: "text/html" }, signal: leaving.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("#effects");
      if (!answer.ok || !found) throw new Error("no effects");
      const sentence = found.querySelector(".sentence");
      tell(sentence?.textContent || "");
      sentence?.remove();
      section?.append(document.adoptNode(found));
      section?.querySelector(".alone")?.remove();
    } catch {
      tell(failed);
    }
  }

  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    load();
  });
  seen.observe(section);
})();
