"""The page of a layer in a browser: first view, frames per second, memory and transfer.

    uv run --group dev python -m tests.benchmarks.big_layers [--bench FOLDER] [--dense] [--villages]

Layers: the regencies of Indonesia in FOLDER (SYNTHETIC cells where absent); with `--dense` they
again, their lines divided into 5,000 vertices a regency; with `--villages` its 83,402 villages. The
service runs over a store of its own for each, Chromium (software rendering, 1440 px) on the same
machine. First view: from the start of navigation until every tile of the view is
painted, the first visit of all (tiles are made) and the median of five later ones without a cache.
Frames: of a scripted drag and of scripted wheel zooms. Peer, same run: the same outlines in a plain
`folium.GeoJson` page, a file whose Leaflet is ours.
"""

import argparse
import io
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from playwright.sync_api import Browser, Page, sync_playwright

from geo.store.store import Provenance, Store
from geo.vector.simplify import valid
from maps.folium.offline import OfflineFigure, OfflineMap
from tests.browser.conftest import LAUNCH_ARGUMENTS
from tests.service import running

LAYERS = {"idn_regencies": 514, "idn_desa": 83_402}
PROVENANCE = Provenance(actor="benchmark", note="", source="wilayah_boundaries", licence="MIT")
REPEATS = 5
PAINTED = "document.querySelector('[data-tiles=painted]')"
DRAWN = "document.readyState === 'complete' && document.querySelector('path.leaflet-interactive')"
WHEN = """() => new Promise((done) => {
  const look = () => ((%s) ? done(performance.now()) : requestAnimationFrame(look));
  look();
})"""
FRAMES = """() => {
  window.frames_ = [];
  let before = performance.now();
  const next = (now) => {
    window.frames_.push(now - before);
    before = now;
    window.frame_ = requestAnimationFrame(next);
  };
  window.frame_ = requestAnimationFrame(next);
}"""
STOPPED = "() => { cancelAnimationFrame(window.frame_); return window.frames_.slice(1); }"
HEAP = "() => performance.memory.usedJSHeapSize"


DENSE_VERTICES = 5_000


def dense(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The same outlines with about `DENSE_VERTICES` vertices each, new ones on the lines."""
    outlines = valid(frame.geometry.to_numpy())
    finer = shapely.segmentize(outlines, shapely.length(outlines) / DENSE_VERTICES)
    return frame.set_geometry(gpd.GeoSeries(finer, index=frame.index, crs=frame.crs))


def layers(folder: Path, *, has_villages: bool) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    for name in ("idn_regencies", *(["idn_desa"] if has_villages else [])):
        path = folder / f"{name}.parquet"
        if path.exists():
            frame = gpd.read_parquet(path).rename(columns={"nama": "name"}).set_index("kode")
            yield name.replace("_", "-"), frame.rename_axis("area_id")
        else:
            yield f"synthetic-for-{name}".replace("_", "-"), synthetic(LAYERS[name])


def synthetic(count: int) -> gpd.GeoDataFrame:
    """SYNTHETIC cells over Indonesia, `count` of them."""
    columns = int(np.ceil(np.sqrt(count * 46 / 17)))
    side = 46 / columns
    i = np.arange(count)
    x, y = 95 + side * (i % columns), -11 + side * (i // columns)
    cells = shapely.segmentize(shapely.box(x, y, x + side, y + side), side / 25)
    index = pd.Index([f"S{n:05}" for n in i], name="area_id")
    return gpd.GeoDataFrame(
        {"name": [f"SYNTHETIC {n}" for n in i]}, geometry=cells, index=index, crs="OGC:CRS84"
    )


def published(folder: Path, name: str, frame: gpd.GeoDataFrame) -> None:
    store = Store(folder)
    content = io.BytesIO()
    frame.to_parquet(content)
    store.publish(name, "layer", content.getvalue(), suffix=".parquet", provenance=PROVENANCE)
    store.close()


def plain_page(frame: gpd.GeoDataFrame, path: Path) -> Path:
    """The same outlines as Folium draws them by itself; the file asks for nothing else."""
    from maps.assets import Assets

    drawing = OfflineMap((-2.5, 118.0), zoom_start=5)
    folium.GeoJson(frame.reset_index().to_json(to_wgs84=True)).add_to(drawing)
    path.write_text(OfflineFigure(drawing, assets=Assets(standalone=True)).render(), "utf-8")
    return path


class Transfer:
    """Bytes that a page received, as they came over the wire."""

    def __init__(self, page: Page) -> None:
        self.total = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, Any]) -> None:
        self.total += int(event["encodedDataLength"])


def frames(page: Page, act: Callable[[Page], None]) -> list[float]:
    """Milliseconds of every frame while `act` moves the map."""
    page.evaluate(FRAMES)
    act(page)
    page.wait_for_timeout(300)
    found: list[float] = page.evaluate(STOPPED)
    return found


def pan(page: Page) -> None:
    page.mouse.move(900, 500)
    page.mouse.down()
    for step in range(90):
        page.mouse.move(900 - 5 * step, 500 - 2 * step)
        page.wait_for_timeout(8)
    page.mouse.up()


def zoom(page: Page) -> None:
    page.mouse.move(850, 480)
    for turn in (-1, -1, -1, 1, 1, 1):
        page.mouse.wheel(0, 120 * turn)
        page.wait_for_timeout(500)


def measured(browser: Browser, address: str, *, painted: str = PAINTED) -> dict[str, float]:
    """First view, heap, transfer and frames of one visit."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    transfer = Transfer(page)
    page.goto(address, wait_until="commit")
    first: float = page.evaluate(WHEN % painted)
    page.wait_for_timeout(300)
    found = {"first view ms": first, "heap MB": page.evaluate(HEAP) / 1e6}
    found["transfer kB"] = transfer.total / 1e3
    for name, act in (("pan", pan), ("zoom", zoom)):
        taken = frames(page, act)
        found[f"{name} fps"] = 1000 / statistics.median(taken)
        found[f"{name} mean fps"] = 1000 * len(taken) / sum(taken)
        found[f"{name} worst ms"] = max(taken)
    page.close()
    return found


def told(name: str, visits: list[dict[str, float]]) -> dict[str, float]:
    """The medians of some visits, printed."""
    medians = {key: statistics.median(visit[key] for visit in visits) for key in visits[0]}
    print(f"  {name:24}" + ", ".join(f"{key} {value:,.0f}" for key, value in medians.items()))
    return medians


def compare(browser: Browser, name: str, frame: gpd.GeoDataFrame, *, folder: Path) -> None:
    """One layer, ours and the peer's, printed."""
    vertices = int(shapely.get_num_coordinates(frame.geometry.to_numpy()).sum())
    print(f"{name}: {len(frame):,} features, {vertices:,} vertices", flush=True)
    published(folder / "store", name, frame)
    with running(folder / "store") as address:
        told("first visit of all", [measured(browser, f"{address}/maps/{name}")])
        later = [measured(browser, f"{address}/maps/{name}") for _ in range(REPEATS)]
        ours = told("page of the layer", later)
    start = time.perf_counter()
    file = plain_page(frame, folder / "plain.html")
    took = time.perf_counter() - start
    print(f"  plain page: {file.stat().st_size:,} bytes, made in {took:.1f} s", flush=True)
    peer = told("plain folium.GeoJson", [measured(browser, file.as_uri(), painted=DRAWN)])
    ratio = peer["first view ms"] / ours["first view ms"]
    print(f"  first view of the plain page / of ours: {ratio:.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", type=Path, default=Path("../shared/bench"))
    parser.add_argument("--dense", action="store_true")
    parser.add_argument("--villages", action="store_true")
    asked = parser.parse_args()
    found = dict(layers(asked.bench, has_villages=asked.villages))
    if asked.dense:
        name, frame = next(iter(found.items()))
        found[f"dense-{name}"] = dense(frame)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[*LAUNCH_ARGUMENTS, "--enable-precise-memory-info"],
        )
        for name, frame in found.items():
            compare(browser, name, frame, folder=Path(folder) / name)
        browser.close()


if __name__ == "__main__":
    main()
