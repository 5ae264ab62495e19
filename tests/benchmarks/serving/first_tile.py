"""Milliseconds until the first tile of a layer that was just published, TiPG on PostGIS in the same run.

    uv run --group dev python -m tests.benchmarks.serving.first_tile [--bench FOLDER] [--times N] [--ours]

Layers: 5,000 SYNTHETIC polygons of 100 vertices, published N times under other names while the service
runs, and once the 83,402 villages of Indonesia where FOLDER has them. Each is asked for one tile at once,
of which nothing is kept; TiPG, which keeps none, is asked for the same tile of its table in turn. The
median and the least are printed; nothing is judged here.
"""

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import geopandas as gpd

from tests.benchmarks.serving import layers, peers
from tests.benchmarks.serving.__main__ import published, tile
from tests.benchmarks.serving.load import fetched
from tests.service import running

# Until the last layer is prepared and its archive made, which would be measured too.
PAUSE_S = 8


def asked_ms(address: str) -> float:
    start = time.perf_counter()
    fetched(address)
    return (time.perf_counter() - start) * 1000


def said(name: str, took: list[float]) -> None:
    print(f"{name}: median {median(took):.0f} ms, least {min(took):.0f} ms", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", type=Path, default=Path("../shared/bench"))
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--ours", action="store_true", help="without TiPG")
    asked = parser.parse_args()
    polygons, store = layers.polygons(), {"few": layers.polygons().iloc[:50]}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        published(folder / "store", store)
        ours, theirs = stack.enter_context(running(folder / "store")), None
        if not asked.ours:
            database = stack.enter_context(peers.postgis(folder, {"polygons": polygons}))
            theirs = stack.enter_context(peers.tipg(database))
        # The first of all loads the libraries.
        found: dict[str, list[float]] = {"ours": [], "tipg": []}
        for n in range(asked.times + 1):
            # Other ids make another file, of which nothing can be kept.
            frame = polygons.rename(index=lambda key, n=n: f"{key}-{n}")
            published(folder / "store", {f"polygons{n}": frame})
            found["ours"].append(asked_ms(ours + tile("ours", f"polygons{n}", 6, 52, 32)[0]))
            if theirs is not None:
                time.sleep(PAUSE_S)
                found["tipg"].append(asked_ms(theirs + tile("tipg", "polygons", 6, 52, 32)[0]))
            time.sleep(PAUSE_S)
        for name, took in found.items():
            if took:
                said(f"5,000 polygons, {name}", took[1:])
        villages = asked.bench / "idn_desa.parquet"
        if villages.exists():
            frame = gpd.read_parquet(villages).rename(columns={"nama": "name"})
            published(folder / "store", {"villages": frame.set_index("kode")})
            said("villages, ours", [asked_ms(ours + tile("ours", "villages", 4, 12, 8)[0])])


if __name__ == "__main__":
    main()
