/* When the server cannot be reached: one banner that tries again until it answers, and goes by itself. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  if (!drawn || !drawn.data.weighing) return;

  const { data } = drawn;
  const { element } = Kawasan.dom;
  const { text } = Kawasan.words;
  const AGAIN_MS = 4000;
  const button = element("button", { type: "button" }, text("control.again"));
  const banner = element("div", { class: "connection", role: "alert", hidden: "" });
  let waiting;

  async function tryAgain() {
    clearTimeout(waiting);
    button.disabled = true;
    const isThere = await fetch(`${data.weighing.pages}/readyz`, { cache: "no-store" }).then(({ ok }) => ok, () => false);
    button.disabled = false;
    if (banner.hidden) return;
    if (!isThere) {
      waiting = setTimeout(tryAgain, AGAIN_MS);
      return;
    }
    banner.hidden = true;
    banner.replaceChildren();
    document.dispatchEvent(new CustomEvent("kawasan:reachable"));
  }

  document.body.append(banner);
  button.addEventListener("click", tryAgain);
  document.addEventListener("kawasan:unreachable", () => {
    if (!banner.hidden) return;
    banner.hidden = false;
    banner.append(element("p", {}, text("control.unreachable")), button);
    waiting = setTimeout(tryAgain, AGAIN_MS);
  });
})();
