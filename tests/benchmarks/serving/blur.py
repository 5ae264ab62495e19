"""How long a map stays blurred after it is zoomed and moved, in Chromium.

    uv run --group dev python -m tests.benchmarks.serving.blur [--bench FOLDER] [--store FOLDER]
        [--walks 2]

The service runs on the shipped data. `/map` and pages of layers are walked: a wheel turned five times
inwards, a drag, and outwards again. For each step two times are printed, in milliseconds from the
wheel's event: `drawn`, until every tile on screen is of the map's zoom and stands clear, be it from
the outlines of a coarser tile; `finest`, until each has its own and none of them is coarse (`-` while
the layer's archive is still being made). Then the longest
tasks of the page's thread over the walk, by its processor time. Where a FOLDER is named, its 83,402 villages of
Indonesia are published then and walked while their archive is being made, and again when it is
there. Every walk but the first of a layer is in a new profile, so that the browser keeps nothing.
Chromium and the service share the machine's cores with the maker. Nothing is judged here.
"""

import argparse
import shutil
import tempfile
import time
import urllib.request
from pathlib import Path

import geopandas as gpd
from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.page_tasks import tasks_ms
from tests.benchmarks.serving.__main__ import published
from tests.browser.conftest import LAUNCH_ARGUMENTS
from tests.browser.waits import wait_until
from tests.service import running

STEPS = ("in", "in", "in", "drag", "in", "in", "drag", "out", "out", "in")
PATIENCE_S = 600
# A person looks before the next step.
LOOK_MS = 700
# Where people look at all of Indonesia's villages: South Kalimantan, its hills and its coast.
PLACE = "v=-3.0,115.3,6"
# The maps of a page, and what of their tiles is not drawn yet.
START = """() => {
  const map = Object.values(window).find((one) => one instanceof L.Map);
  const tiled = () => {
    const found = [];
    map.eachLayer((layer) => layer instanceof L.GridLayer && found.push(layer));
    return found;
  };
  let moving = false;
  map.on("zoomstart movestart", () => { moving = true; });
  map.on("moveend", () => { moving = false; });
  const isClear = (layer) => !layer.isLoading() && [...layer.getContainer().querySelectorAll(".leaflet-tile-loaded")]
    .every((tile) => getComputedStyle(tile).opacity === "1");
  const isFinest = (layer) => ![...(layer.painted || new Map()).values()]
    .some(({ content, isAwaited }) => isAwaited || content.isCoarse);
  window.blurred = {
    isClear: () => !moving && tiled().every(isClear),
    isFinest: () => tiled().every(isFinest),
    begin() {
      const step = { from: 0, drawn: null, finest: null };
      const began = (event) => { step.from = step.from || event.timeStamp; };
      for (const name of ["wheel", "pointerdown"]) addEventListener(name, began, { once: true, capture: true });
      const zoomed = new Promise((done) => map.once("moveend", done));
      const look = () => {
        const now = performance.now() - step.from;
        if (step.drawn === null && window.blurred.isClear()) step.drawn = now;
        if (step.drawn !== null && step.finest === null && window.blurred.isFinest()) step.finest = now;
        if (step.finest === null) requestAnimationFrame(look);
      };
      zoomed.then(() => requestAnimationFrame(look));
      window.blurred.step = step;
    },
  };
}"""
CLEAR = "() => window.blurred.isClear()"
DRAWN = "() => window.blurred.step.drawn !== null"


def act(page: Page, step: str) -> None:
    """One turn of the wheel or one drag over the middle of the map."""
    x, y = 720, 470
    page.mouse.move(x, y)
    if step != "drag":
        page.mouse.wheel(0, -120 if step == "in" else 120)
        return
    page.mouse.down()
    for at in range(12):
        page.mouse.move(x - 40 * at, y - 12 * at)
        page.wait_for_timeout(16)
    page.mouse.up()


def walk(browser: Browser, address: str, *, name: str) -> None:
    """The steps over one page, each printed."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.evaluate(START)
    wait_until(page, CLEAR, seconds=60)
    print(f"{name}, drawn / finest ms:", end="", flush=True)
    with tasks_ms(browser, page) as tasks:
        for step in STEPS:
            page.evaluate("() => window.blurred.begin()")
            act(page, step)
            wait_until(page, DRAWN, seconds=60)
            page.wait_for_timeout(LOOK_MS)
            took = page.evaluate("() => window.blurred.step")
            finest = "-" if took["finest"] is None else f"{took['finest']:.0f}"
            print(f"  {step} {took['drawn']:.0f} / {finest}", end="", flush=True)
    said = ", ".join(f"{one:.0f}" for one in tasks[:3])
    print(f"\n  longest tasks: {said} ms of the page's thread", flush=True)
    context.close()


def wait_for_archive(address: str, layer: str) -> None:
    """Until tiles of a layer are no longer cut coarse."""
    asked = urllib.request.Request(
        f"{address}/collections/{layer}/tiles/WebMercatorQuad/4/8/12", method="HEAD"
    )
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with urllib.request.urlopen(asked) as answer:
            if answer.headers.get("Tile-Detail") != "coarse":
                return
        time.sleep(1)
    raise TimeoutError(f"no archive of {layer} within {PATIENCE_S} s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", type=Path, help="a folder with idn_desa.parquet")
    parser.add_argument("--store", type=Path, help="a store that is there; else one is made")
    parser.add_argument("--walks", type=int, default=2)
    asked = parser.parse_args()
    villages = None if asked.bench is None else asked.bench / "idn_desa.parquet"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=LAUNCH_ARGUMENTS
        )
        store = asked.store or Path(folder) / "store"
        with running(store) as address:
            for path in ("/map", "/maps/desa", "/maps/kecamatan"):
                for _ in range(asked.walks):
                    walk(browser, address + path, name=path)
            if villages is not None:
                frame = gpd.read_parquet(villages).rename(columns={"nama": "name"})
                published(store, {"villages": frame.set_index("kode")})
                del frame
                page = f"{address}/maps/villages#{PLACE}"
                for _ in range(asked.walks):
                    walk(browser, page, name="villages, their archive being made")
                wait_for_archive(address, "villages")
                for _ in range(asked.walks):
                    walk(browser, page, name="villages, from their archive")
        browser.close()


if __name__ == "__main__":
    main()
