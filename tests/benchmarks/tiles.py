"""Milliseconds per vector tile over South Kalimantan at zooms 5, 7 and 10.

    uv run --group dev python -m tests.benchmarks.tiles [--bench FOLDER] [--villages]

Layers: the regencies of Indonesia in FOLDER (SYNTHETIC cells where absent) and, with `--villages`,
its 83,402 villages, whose archive takes a minute of processor time. Peer, same simplified geometry, clipped before
its clock starts, same run: one feature after the other with shapely and plain Python integers.
Nothing is judged here; the figures are printed.
"""

import argparse
import time
from pathlib import Path
from statistics import median

import geopandas as gpd
import numpy as np
import shapely

from geo.tiles.cut import encode_tile, extent_of, for_zoom, tile_box, tile_source
from geo.tiles.mbtiles import archive_tiles

HALF_M = 20_037_508.342789244
PLACE = (12_850_000.0, -370_000.0)
ZOOMS = (5, 7, 10)
REPEATS = 5


def layers(folder, *, has_villages):
    for name in ("idn_regencies", *(["idn_desa"] if has_villages else [])):
        path = folder / f"{name}.parquet"
        if path.exists():
            yield name, gpd.read_parquet(path).rename(columns={"nama": "name"})
        else:
            yield f"SYNTHETIC for {name}", synthetic()


def synthetic():
    x, y = np.meshgrid(np.arange(95, 141, 0.5), np.arange(-11, 6, 0.5))
    cells = shapely.segmentize(shapely.box(x, y, x + 0.5, y + 0.5).ravel(), 0.01)
    names = [f"cell {i}" for i in range(len(cells))]
    return gpd.GeoDataFrame({"name": names}, geometry=cells, crs="OGC:CRS84")


def naive(parts, z, row, column):
    size, extent = 2 * HALF_M / 2**z, extent_of(z)
    west, north = column * size - HALF_M, HALF_M - row * size
    content = bytearray()
    for part in parts:
        x = y = 0
        for ring in [part.exterior, *part.interiors]:
            for px, py in ring.coords[:-1]:
                nx, ny = round((px - west) / size * extent), round((north - py) / size * extent)
                for delta in (nx - x, ny - y):
                    value = delta << 1 if delta >= 0 else (-delta << 1) - 1
                    while value >= 128:
                        content.append(value & 127 | 128)
                        value >>= 7
                    content.append(value)
                x, y = nx, ny
    return bytes(content)


def clipped(source, box):
    found = source.parts[np.sort(source.tree.query(shapely.box(*box)))]
    parts = shapely.get_parts(shapely.clip_by_rect(found, *box))
    return parts[(shapely.get_dimensions(parts) == 2) & ~shapely.is_empty(parts)]


def timed_ms(call):
    took = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        took.append((time.perf_counter() - start) * 1000)
    return median(took)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", type=Path, default=Path("../shared/bench"))
    parser.add_argument("--villages", action="store_true")
    asked = parser.parse_args()
    for name, frame in layers(asked.bench, has_villages=asked.villages):
        start = time.perf_counter()
        source = tile_source(frame)
        print(f"{name}: {len(frame)} features, prepared in {time.perf_counter() - start:.1f} s")
        for z in ZOOMS:
            start = time.perf_counter()
            level = for_zoom(source, z)
            built = time.perf_counter() - start
            size = 2 * HALF_M / 2**z
            row, column = int((HALF_M - PLACE[1]) // size), int((PLACE[0] + HALF_M) // size)
            place = {"z": z, "row": row, "column": column}
            content = encode_tile(level, layer=name, **place)
            ours = timed_ms(lambda: encode_tile(level, layer=name, **place))  # noqa: B023
            parts = clipped(level, tile_box(**place))
            peer = timed_ms(lambda: naive(parts, **place))  # noqa: B023
            print(
                f"  z{z}: level built in {built:.1f} s; tile {len(content):,} bytes, "
                f"{ours:.1f} ms; geometry only by plain Python {peer:.1f} ms, ratio {peer / ours:.1f}"
            )
        start = time.perf_counter()
        archive = archive_tiles(source, layer=name, title=name)
        took = time.perf_counter() - start
        print(f"  archive of zooms 0 to 10: {len(archive) / 1e6:.1f} MB in {took:.1f} s")


if __name__ == "__main__":
    main()
