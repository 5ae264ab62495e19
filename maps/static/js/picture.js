/* The map as it is on the screen, with its legend and sources, as a PNG to put into a report. */

(() => {
  "use strict";

  const drawn = Kawasan.drawn();
  const downloads = /** @type {HTMLElement} */ (document.querySelector(".downloads"));
  if (!drawn || !downloads) return;

  const { map, layers, data, context } = drawn;
  const { element, part } = Kawasan.dom;
  const { text } = Kawasan.words;
  const ORDER = ["regencies", "surface", "kecamatan", "zones"];
  const [INK, QUIET, PAPER] = ["#1d2b33", "#51606a", "#ffffff"];
  const [EDGE, SIDE, LINE, SCALE] = [24, 300, 19, 2];
  const BADGES = { ".place-name": null, ".rank-badge": INK, ".site-badge": "#b3005e" };

  /** @param {HTMLCanvasElement} canvas */
  const penOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

  /* The page's own hatches, painted once more for the canvas. */
  function hatch(pen, name) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const ink = penOf(tile);
    const isExcluded = name.includes("excluded");
    // Its ground and its lines, as the page has them.
    const id = name.replace(/.*#([\w-]+).*/, "$1");
    const [ground, lines] = [...part(document, `#${id}`, SVGElement).children];
    ink.fillStyle = ground.getAttribute("fill") ?? PAPER;
    ink.fillRect(0, 0, 8, 8);
    ink.strokeStyle = lines.getAttribute("fill") ?? lines.getAttribute("stroke") ?? INK;
    ink.lineWidth = 2;
    // Beyond the tile's corners, so that the lines of neighbouring tiles meet.
    for (const shift of isExcluded ? [0] : [-8, 0, 8]) {
      ink.beginPath();
      if (isExcluded) ink.rect(0, 0, 8, 8);
      else {
        ink.moveTo(shift - 2, 10);
        ink.lineTo(shift + 10, -2);
      }
      ink.stroke();
    }
    return pen.createPattern(tile, "repeat");
  }

  const paint = (pen, fill) => (fill.startsWith("url(") ? hatch(pen, fill) : fill);

  function drawShape(pen, path) {
    const style = getComputedStyle(path);
    const shape = new Path2D(path.getAttribute("d"));
    if (style.fill !== "none") {
      pen.globalAlpha = Number(style.fillOpacity);
      pen.fillStyle = paint(pen, style.fill);
      pen.fill(shape, "evenodd");
    }
    pen.globalAlpha = Number(style.strokeOpacity);
    pen.strokeStyle = style.stroke;
    pen.lineWidth = parseFloat(style.strokeWidth);
    pen.setLineDash(style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(/[ ,]+/).map(parseFloat));
    pen.stroke(shape);
    pen.globalAlpha = 1;
    pen.setLineDash([]);
  }

  function drawShapes(pen, paths) {
    const origin = map.layerPointToContainerPoint([0, 0]);
    pen.save();
    pen.translate(origin.x, origin.y);
    for (const path of paths) drawShape(pen, path);
    pen.restore();
  }

  const drawPane = (pen, name) => drawShapes(pen, map.getPane(name)?.querySelectorAll("path") ?? []);

  function drawLayer(pen, layer, frame) {
    if (layer.eachLayer) {
      const paths = [];
      layer.eachLayer((one) => one.getElement && one.getElement() && paths.push(one.getElement()));
      drawShapes(pen, paths);
      return;
    }
    for (const tile of layer.getContainer().querySelectorAll("img.leaflet-tile-loaded")) {
      const box = tile.getBoundingClientRect();
      pen.globalAlpha = layer.options.opacity;
      pen.drawImage(tile, box.left - frame.left, box.top - frame.top, box.width, box.height);
      pen.globalAlpha = 1;
    }
  }

  /* A name of two lines has a break between two texts. */
  function linesOf(shown) {
    const texts = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
    const lines = [];
    while (texts.nextNode()) lines.push((texts.currentNode.textContent ?? "").trim());
    return lines.filter(Boolean);
  }

  function drawNames(pen, frame) {
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (const [kind, ground] of Object.entries(BADGES)) {
      for (const shown of map.getContainer().querySelectorAll(`${kind}:not(.is-crowded)`)) {
        const box = shown.getBoundingClientRect();
        const [x, y] = [box.left + box.width / 2 - frame.left, box.top + box.height / 2 - frame.top];
        const { color, fontStyle, fontWeight, fontSize, textTransform } = getComputedStyle(shown);
        pen.font = `${fontStyle} ${ground ? 600 : fontWeight} ${ground ? "12px" : fontSize} "Inter", sans-serif`;
        if (ground) {
          pen.fillStyle = ground;
          pen.beginPath();
          pen.arc(x, y, box.height / 2, 0, 7);
          pen.fill();
        }
        pen.strokeStyle = PAPER;
        pen.fillStyle = ground ? PAPER : color;
        const lines = linesOf(shown).map((line) => (textTransform === "uppercase" ? line.toUpperCase() : line));
        lines.forEach((line, i) => {
          const down = (i - (lines.length - 1) / 2) * (box.height / lines.length);
          pen.lineWidth = 3;
          if (!ground && !shown.matches(".is-sea")) pen.strokeText(line, x, y + down);
          pen.fillText(line, x, y + down);
        });
      }
    }
    pen.textAlign = "left";
    pen.textBaseline = "alphabetic";
  }

  /* Text in lines that fit; the place below it. */
  function write(pen, content, { x, y, width, font = "13px", weight = 400, colour = INK }) {
    pen.font = `${weight} ${font} "Inter", sans-serif`;
    pen.fillStyle = colour;
    let line = "";
    let below = y;
    for (const word of content.split(/\s+/).filter(Boolean)) {
      const longer = line ? `${line} ${word}` : word;
      if (line && pen.measureText(longer).width > width) {
        pen.fillText(line, x, below);
        [line, below] = [word, below + LINE];
      } else line = longer;
    }
    if (line) pen.fillText(line, x, below);
    return below + LINE;
  }

  function drawSwatch(pen, mark, x, y) {
    const style = getComputedStyle(mark);
    pen.beginPath();
    if (mark.tagName === "circle") pen.arc(x + 13, y - 4, 6, 0, 7);
    else pen.rect(x, y - 12, 26, 15);
    if (style.fill !== "none") {
      pen.fillStyle = paint(pen, style.fill);
      pen.fill();
    }
    pen.strokeStyle = style.stroke === "none" ? QUIET : style.stroke;
    pen.lineWidth = 1;
    pen.setLineDash(style.strokeDasharray === "none" ? [] : [5, 4]);
    pen.stroke();
    pen.setLineDash([]);
  }

  function drawLegend(pen, x, top) {
    let y = top;
    const width = SIDE - EDGE;
    for (const legend of document.querySelectorAll(".legends section:not([hidden])")) {
      y = write(pen, part(legend, "h2").textContent, { x, y, width, weight: 700 });
      for (const line of legend.querySelectorAll(":scope > p")) {
        y = write(pen, line.textContent, { x, y, width, font: "12px", colour: QUIET });
      }
      for (const entry of legend.querySelectorAll("li")) {
        const mark = entry.querySelector("svg rect, svg circle");
        if (mark) drawSwatch(pen, mark, x, y);
        y = write(pen, entry.textContent, { x: x + 36, y, width: width - 36 });
      }
      const source = legend.querySelector(".source");
      if (source) y = write(pen, source.textContent, { x, y, width, font: "11px", colour: QUIET });
      y += LINE / 2;
    }
    return y;
  }

  /* The model, what was changed of it, and what a reader must know first (made-up data, say). */
  const heading = () => [".panel .model", ".weights-state", ".panel .notice"]
    .map((selector) => document.querySelector(selector)?.textContent.trim()).filter(Boolean).join(" · ");

  function sources() {
    const today = new Date().toLocaleDateString(document.documentElement.lang === "en" ? "en-GB" : "id-ID", { dateStyle: "long" });
    const makers = [...Object.values(layers), context].filter((layer) => layer && map.hasLayer(layer) && layer.options.attribution)
      .map((layer) => new DOMParser().parseFromString(layer.options.attribution, "text/html").body.textContent);
    return [...new Set(makers), part(document, ".brand b").textContent, today].join(" · ");
  }

  function picture() {
    const frame = map.getContainer().getBoundingClientRect();
    const canvas = document.createElement("canvas");
    const pen = penOf(canvas);
    // A trial run tells how tall the legend is; the second one, on a canvas of that size, is kept.
    const tall = Math.max(frame.height + 2 * LINE, drawLegend(pen, 0, LINE));
    const [width, height] = [frame.width + SIDE + 2 * EDGE, tall + 5 * LINE + 2 * EDGE];
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    pen.scale(SCALE, SCALE);
    pen.fillStyle = PAPER;
    pen.fillRect(0, 0, width, height);
    write(pen, heading(), { x: EDGE, y: EDGE + 14, width: width - 2 * EDGE, font: "17px", weight: 700 });
    pen.save();
    pen.translate(EDGE, EDGE + 2 * LINE);
    pen.beginPath();
    pen.rect(0, 0, frame.width, frame.height);
    pen.fillStyle = getComputedStyle(map.getContainer()).backgroundColor;
    pen.fill();
    pen.clip();
    drawPane(pen, "context-land");
    for (const name of ORDER) {
      if (layers[name] && map.hasLayer(layers[name])) drawLayer(pen, layers[name], frame);
      if (name === "regencies") drawPane(pen, "context-lines");
    }
    drawPane(pen, "names");
    drawNames(pen, frame);
    pen.restore();
    drawLegend(pen, EDGE + frame.width + EDGE, EDGE + 2 * LINE + 12);
    write(pen, sources(), { x: EDGE, y: height - EDGE - LINE, width: width - 2 * EDGE, font: "12px", colour: QUIET });
    return canvas;
  }

  function save() {
    picture().toBlob((blob) => {
      // Nothing can be written of a canvas that is too large for the browser.
      if (!blob) return;
      const address = URL.createObjectURL(blob);
      const link = element("a", { href: address, download: `kawasan-${data.weighing.model}.png` });
      link.click();
      URL.revokeObjectURL(address);
    }, "image/png");
  }

  const button = element("button", { type: "button", class: "as-link" }, text("download.picture"));
  button.addEventListener("click", save);
  downloads.append(element("br"), button);
})();
