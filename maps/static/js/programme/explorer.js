/* The explorer of indicators: a region stands out in chart and table together, the chart becomes a PNG. */

(() => {
  "use strict";

  const PIXELS = 2;

  /* Pointing at a row, a line or an area, or moving to a row's link, brings out that region. */
  for (const section of document.querySelectorAll(".indicator")) {
    const parts = [...section.querySelectorAll("[data-region]")];
    const bringOut = (code) => {
      section.classList.toggle("has-chosen", Boolean(code));
      for (const part of parts) part.classList.toggle("is-chosen", part.getAttribute("data-region") === code);
    };
    for (const part of parts) {
      const code = part.getAttribute("data-region");
      part.addEventListener("pointerenter", () => bringOut(code));
      part.addEventListener("pointerleave", () => bringOut(null));
      part.addEventListener("focusin", () => bringOut(code));
      part.addEventListener("focusout", () => bringOut(null));
    }
  }

  /* Where not all years have room, the newest are seen first. */
  for (const newest of document.querySelectorAll("[data-newest]")) {
    const sheet = newest.closest(".sheet");
    if (sheet) sheet.scrollLeft += newest.getBoundingClientRect().right - sheet.getBoundingClientRect().right;
  }

  /** @param {string} address */
  async function pictured(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(String(answer.status));
    const drawing = await answer.text();
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * PIXELS;
    canvas.height = image.naturalHeight * PIXELS;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
    });
  }

  for (const button of document.querySelectorAll("[data-picture]")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    button.hidden = false;
    const { picture = "", name = "", failed = "" } = button.dataset;
    button.addEventListener("click", async () => {
      button.disabled = true;
      const status = document.getElementById("picture-status");
      if (status) status.hidden = true;
      try {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(await pictured(picture));
        link.download = name;
        link.click();
        URL.revokeObjectURL(link.href);
      } catch {
        if (status) {
          status.textContent = failed;
          status.hidden = false;
        }
      }
      button.disabled = false;
    });
  }
})();
