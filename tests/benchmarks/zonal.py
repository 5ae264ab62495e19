"""Zonal statistics against exactextract and rasterstats, each in a process of its own, in one run.

    uv run --group dev python tests/benchmarks/zonal.py [--bench FOLDER] [--peers exactextract,rasterstats]

A raster of 10,000 × 10,000 cells (float32, and classes in uint8) and three sets of zones: 5,000
polygons of 100 vertices, the 514 regencies and the 7,285 kecamatan of Indonesia scaled onto the
raster (`idn_regencies.parquet` and `idn_kecamatan.parquet` in FOLDER; SYNTHETIC stars where absent).
Prints wall time, CPU time and peak memory, ratios of the peers to ours, and the largest difference.
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
from scipy.ndimage import zoom

SIZE = 10_000
CRS = "EPSG:32750"
QUANTILES = (0.1, 0.5, 0.9)
OURS = "kawasan"


def make_rasters(folder: Path) -> None:
    rng = np.random.default_rng(1)
    coarse = rng.random((SIZE // 50 + 2, SIZE // 50 + 2), dtype="float32")
    values = zoom(coarse, 50, order=1)[:SIZE, :SIZE] * 1000
    values += rng.random((SIZE, SIZE), dtype="float32") * 10
    for name, cells, nodata in (
        ("values", values, -9999),
        ("classes", (values / 70).astype("uint8"), 255),
    ):
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="COG", width=SIZE, height=SIZE, count=1,
            dtype=cells.dtype, crs=CRS, transform=Affine(1, 0, 0, 0, -1, SIZE), nodata=nodata,
            compress="deflate", blocksize=512,
        ) as raster:  # fmt: skip
            raster.write(cells, 1)


def stars(n: int, radius: float) -> np.ndarray:
    rng = np.random.default_rng(2)
    angles = np.linspace(0, 2 * np.pi, 101)[:-1]
    centres = rng.uniform(0, SIZE, (n, 2))
    phases = rng.uniform(0, 6, n)
    radii = radius * (1 + 0.2 * np.sin(3 * angles + phases[:, None]))
    radii *= 1 + 0.05 * rng.normal(size=(n, 100))
    rings = np.stack([np.cos(angles) * radii, np.sin(angles) * radii], axis=-1) + centres[:, None]
    return shapely.polygons(rings)


def polygons(shapes: np.ndarray) -> np.ndarray:
    """Valid polygons of what may be invalid."""
    return shapely.make_valid(shapes, method="structure", keep_collapsed=False)


def scaled(path: Path) -> np.ndarray:
    """Real shapes moved and stretched onto the raster."""
    shapes = polygons(gpd.read_parquet(path).geometry.to_numpy())
    west, south, east, north = shapely.total_bounds(shapes)
    factor = SIZE / np.array([east - west, north - south])
    return shapely.transform(shapes, lambda xy: (xy - [west, south]) * factor)


def make_zones(folder: Path, bench: Path) -> dict[str, Path]:
    sets = {"5,000 stars (synthetic)": stars(5000, 80)}
    for label, file, n, radius in (
        ("514 regencies", "idn_regencies.parquet", 514, 200),
        ("7,285 kecamatan", "idn_kecamatan.parquet", 7285, 60),
    ):
        real = bench / file
        if real.exists():
            sets[label] = scaled(real)
        else:
            sets[f"{n:,} stars (synthetic)"] = stars(n, radius)
    paths = {}
    for at, (label, shapes) in enumerate(sets.items()):
        paths[label] = folder / f"zones{at}.parquet"
        valid = polygons(shapes)
        frame = gpd.GeoDataFrame({"id": np.arange(len(valid))}, geometry=valid, crs=CRS)
        frame.to_parquet(paths[label])
    return paths


def kawasan(zones: gpd.GeoDataFrame, raster: str, classes: bool) -> np.ndarray:
    from geo.raster.files import RasterFile
    from geo.raster.parallel import threads
    from geo.raster.zonal import zonal_class_shares, zonal_statistics

    source = RasterFile(Path(raster))
    if classes:
        found = zonal_class_shares(zones, source, engine=threads())
        return found.reindex(columns=range(16)).fillna(0).to_numpy()
    found = zonal_statistics(zones, source, quantiles=QUANTILES, engine=threads())
    return found[["mean", *(f"q{q:g}" for q in QUANTILES)]].to_numpy()


def exactextract(zones: gpd.GeoDataFrame, raster: str, classes: bool) -> np.ndarray:
    from exactextract import exact_extract

    wanted = ["unique", "frac"] if classes else ["mean", *(f"quantile(q={q})" for q in QUANTILES)]
    found = exact_extract(raster, zones, wanted, strategy="raster-sequential", output="pandas")
    if not classes:
        return found.to_numpy(dtype=float)
    table = np.zeros((len(zones), 16))
    for row, (values, shares) in enumerate(zip(found["unique"], found["frac"], strict=True)):
        table[row, np.asarray(values, dtype=int)] = shares
    return table


def rasterstats(zones: gpd.GeoDataFrame, raster: str, classes: bool) -> np.ndarray:
    from rasterstats import zonal_stats

    if classes:
        found = zonal_stats(list(zones.geometry), raster, categorical=True)
        rows = [{k: v for k, v in row.items() if isinstance(k, int)} for row in found]
        return np.array(
            [[row.get(c, 0) / max(sum(row.values()), 1) for c in range(16)] for row in rows]
        )
    names = ["mean", *(f"percentile_{q * 100:g}" for q in QUANTILES)]
    found = zonal_stats(list(zones.geometry), raster, stats=names)
    return np.array([[row[name] for name in names] for row in found], dtype=float)


PROGRAMS = {OURS: kawasan, "exactextract": exactextract, "rasterstats": rasterstats}


def measure_here(program: str, zones: str, raster: str, classes: bool, result: str) -> None:
    """In a process of its own: run one program and print what it took."""
    import warnings

    warnings.simplefilter("ignore")
    frame = gpd.read_parquet(zones)
    before, begun = cpu_seconds(), time.perf_counter()
    np.save(result, PROGRAMS[program](frame, raster, classes))
    took = {"wall": time.perf_counter() - begun, "cpu": cpu_seconds() - before}
    took["memory"] = peak_mib()
    print(json.dumps(took))


def peak_mib() -> float:
    # Not ru_maxrss, which a process inherits from the one that started it.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def cpu_seconds() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


def measure(program: str, zones: Path, raster: Path, classes: bool) -> dict[str, float]:
    result = raster.parent / "result.npy"
    words = [sys.executable, __file__, "--one", program, zones, raster, int(classes), result]
    said = subprocess.run([str(w) for w in words], check=True, capture_output=True, text=True)
    return json.loads(said.stdout.splitlines()[-1]) | {"values": np.load(result)}


def report(label: str, programs: list[str], zones: Path, raster: Path, classes: bool) -> None:
    what = "class shares" if classes else "mean and quantiles"
    ours = measure(OURS, zones, raster, classes)
    print(f"\n{label}: {what}")
    print(
        f"  {OURS:13} {ours['wall']:7.2f} s wall {ours['cpu']:7.2f} s CPU {ours['memory']:6.0f} MiB"
    )
    for peer in programs:
        found = measure(peer, zones, raster, classes)
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = np.abs(found["values"] - ours["values"])
            if not classes:
                apart = apart / np.abs(ours["values"])
        worst = ", ".join(
            f"{d:.1e}" for d in np.nanmax(apart, axis=0)[: None if not classes else 0]
        )
        worst = worst or f"{np.nanmax(apart):.1e}"
        print(
            f"  {peer:13} {found['wall']:7.2f} s wall {found['cpu']:7.2f} s CPU {found['memory']:6.0f} MiB"
            f"   ratio {found['wall'] / ours['wall']:.1f} wall, {found['cpu'] / ours['cpu']:.1f} CPU;"
            f" apart by {worst}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench", type=Path, default=Path("../shared/bench"))
    parser.add_argument("--peers", default="exactextract,rasterstats")
    parser.add_argument("--one", nargs=5)
    asked = parser.parse_args()
    if asked.one:
        program, zones, raster, classes, result = asked.one
        measure_here(program, zones, raster, classes == "1", result)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_rasters(folder)
        for label, zones in make_zones(folder, asked.bench).items():
            for classes in (False, True):
                raster = folder / ("classes.tif" if classes else "values.tif")
                report(label, [p for p in asked.peers.split(",") if p], zones, raster, classes)


if __name__ == "__main__":
    main()
