"""The whole country: every village against a national raster, and how the cost grows with zones.

    uv run --group dev python tests/benchmarks/national.py [--bench FOLDER] [--cluster]

A SYNTHETIC raster of 55,200 × 20,400 cells of 3 arc seconds (int16, tiled) over Indonesia, and the
83,402 villages of `idn_desa.parquet` in FOLDER (SYNTHETIC squares where it is absent). Prints wall
and CPU time and peak memory of the mean for 1,000, 10,000 and all villages in a row, each in a
process of its own, with the windows that were read; exactextract on all of them; and, with
--cluster, a Dask cluster of two workers with the comparison of its numbers.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from affine import Affine
from rasterio.windows import Window

WEST, NORTH, CELL = 95.0, 6.0, 1 / 1200
WIDTH, HEIGHT, BLOCK = 55_200, 20_400, 512


def make_raster(path: Path) -> None:
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 8, (BLOCK, BLOCK), dtype="int16")
    across = (np.arange(BLOCK) % 97).astype("int16")
    with rasterio.open(
        path, "w", driver="GTiff", width=WIDTH, height=HEIGHT, count=1, dtype="int16",
        crs="EPSG:4326", transform=Affine(CELL, 0, WEST, 0, -CELL, NORTH), nodata=-32768, tiled=True,
        blockxsize=BLOCK, blockysize=BLOCK, compress="zstd", zstd_level=1, bigtiff="yes",
        num_threads="all_cpus",
    ) as raster:  # fmt: skip
        for row in range(0, HEIGHT, BLOCK):
            for col in range(0, WIDTH, BLOCK):
                height, width = min(BLOCK, HEIGHT - row), min(BLOCK, WIDTH - col)
                cells = noise + across + np.int16((row * 7 + col) % 1500)
                raster.write(cells[:height, :width], 1, window=Window(col, row, width, height))


def make_zones(path: Path, bench: Path) -> str:
    real = bench / "idn_desa.parquet"
    if real.exists():
        shapes, label = gpd.read_parquet(real).geometry.to_numpy(), "83,402 villages"
    else:
        rng = np.random.default_rng(6)
        corners = rng.uniform((WEST, -10.9), (WEST + 45.9, NORTH - 0.1), (80_000, 2))
        shapes = shapely.box(*corners.T, *(corners + 0.04).T)
        label = "80,000 squares (SYNTHETIC)"
    valid = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    frame = gpd.GeoDataFrame({"id": np.arange(len(valid))}, geometry=valid, crs="EPSG:4326")
    frame.to_parquet(path)
    return label


def measure_here(program: str, zones: Path, raster: Path, count: int, result: Path) -> None:
    import warnings

    warnings.simplefilter("ignore")
    frame = gpd.read_parquet(zones).iloc[: count or None]
    before, begun = cpu_seconds(), time.perf_counter()
    windows = None
    if program == "exactextract":
        from exactextract import exact_extract

        found = exact_extract(
            str(raster), frame, ["mean"], strategy="raster-sequential", output="pandas"
        )["mean"].to_numpy(dtype=float)
    else:
        found, windows = kawasan(frame, raster, program)
    took = {"wall": time.perf_counter() - begun, "cpu": cpu_seconds() - before, "windows": windows}
    took["memory"] = peak_mib()
    np.save(result, found)
    print(json.dumps(took))


def kawasan(frame: gpd.GeoDataFrame, raster: Path, engine: str) -> tuple[np.ndarray, int]:
    from geo.raster import parallel
    from geo.raster.files import RasterFile
    from geo.raster.zonal import zonal_statistics

    counted = []
    chosen = parallel.dask(engine) if engine.startswith("tcp:") else parallel.threads()
    found = zonal_statistics(
        frame, RasterFile(raster), engine=chosen, progress=lambda done, n: counted.append(n)
    )
    return found["mean"].to_numpy(), counted[-1] if counted else 0


def peak_mib() -> float:
    # Not ru_maxrss, which a process inherits from the one that started it.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def cpu_seconds() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


def measure(program: str, zones: Path, raster: Path, count: int = 0) -> dict:
    result = raster.parent / "result.npy"
    words = [sys.executable, __file__, "--one", program, zones, raster, count, result]
    said = subprocess.run([str(w) for w in words], check=True, capture_output=True, text=True)
    return json.loads(said.stdout.splitlines()[-1]) | {"values": np.load(result)}


def line(label: str, found: dict) -> str:
    windows = f" {found['windows']:5} windows" if found["windows"] else ""
    return (
        f"{label:28} {found['wall']:7.1f} s wall {found['cpu']:7.1f} s CPU"
        f" {found['memory']:6.0f} MiB{windows}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench", type=Path, default=Path("../shared/bench"))
    parser.add_argument("--cluster", action="store_true")
    parser.add_argument("--one", nargs=5)
    asked = parser.parse_args()
    if asked.one:
        program, zones, raster, count, result = asked.one
        measure_here(program, Path(zones), Path(raster), int(count), Path(result))
        return
    with tempfile.TemporaryDirectory() as name:
        raster, zones = Path(name) / "national.tif", Path(name) / "zones.parquet"
        make_raster(raster)
        label = make_zones(zones, asked.bench)
        for count in (1_000, 10_000):
            print(line(f"first {count:,}", measure("kawasan", zones, raster, count)), flush=True)
        ours = measure("kawasan", zones, raster)
        print(line(label, ours), flush=True)
        peer = measure("exactextract", zones, raster)
        apart = np.nanmax(np.abs(peer["values"] - ours["values"]) / np.abs(ours["values"]))
        print(line("exactextract, all", peer), flush=True)
        print(f"ratio {peer['wall'] / ours['wall']:.1f} wall, {peer['cpu'] / ours['cpu']:.1f} CPU")
        print(f"largest relative difference {apart:.1e}", flush=True)
        if asked.cluster:
            cluster(zones, raster, ours["values"])


def cluster(zones: Path, raster: Path, alone: np.ndarray) -> None:
    import distributed

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, scheduler_port=0, dashboard_address=None
    ) as running:
        found = measure(running.scheduler_address, zones, raster)
    print(line("Dask, two workers", found))
    print("identical numbers:", found["values"].tobytes() == alone.tobytes())


if __name__ == "__main__":
    main()
