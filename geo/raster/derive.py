"""From an elevation raster to the rasters that models and maps read, each a Cloud-Optimised GeoTIFF.

Nothing is published here: files come out, all of them or none.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geo.raster.files import RasterFile, write_cog
from geo.raster.grid import Array, Grid, RasterSource, Window
from geo.raster.terrain import (
    RELIEF_RADIUS_M,
    STREAM_AREA_KM2,
    coarsened,
    hillshade,
    in_cells,
    relief_m,
    slope_percent,
    wetness_and_drainage,
)

_MISSING: Final = -9999.0
# What is made, and how, as it is shown beside every figure.
METHODS: Final[Mapping[str, str]] = {
    "slope_percent": "Horn (1981), 3 × 3",
    "relief_m": f"max − min, ± {RELIEF_RADIUS_M:g} m",
    "hillshade": "Horn (1981), azimuth 315°, altitude 45°",
    "wetness": "topographic wetness index, Beven & Kirkby (1979), D8",
    "height_above_drainage_m": f"HAND, Nobre et al. (2011), D8, streams from {STREAM_AREA_KM2:g} km²",
}
DERIVED: Final = tuple(METHODS)


@dataclass(frozen=True, slots=True)
class DerivedRaster:
    """A raster made from an elevation model: its name, its file, and how it was made."""

    name: str
    path: Path
    method: str


def derive_terrain(
    dem: Path, folder: Path, *, progress: Callable[[int, int], None] | None = None
) -> list[DerivedRaster]:
    """Everything in `METHODS`, written into `folder`.

    Parameters
    ----------
    dem : Path
        A checked GeoTIFF of heights in metres, north up; see `geo.land.checks`.
    progress : callable, optional
        Called with the parts done and all parts, which are blocks of the rasters.

    Returns
    -------
    list of DerivedRaster
        In the order of `METHODS`. Cells without a height are nodata. Wetness and height above
        drainage have larger cells where the DEM is larger than `geo.raster.terrain.MOST_FLOW_CELLS`; their
        method says so.
    """
    source = RasterFile(dem)
    with closing(source):
        flow_dem, factor = coarsened(source)
        wetness, above = wetness_and_drainage(flow_dem)
        note = "" if factor == 1 else f", mean of {factor} × {factor} cells"
        makers: dict[str, tuple[Grid, Callable[[Window], Array], str]] = {
            "slope_percent": (source.grid, lambda w: slope_percent(source, w), ""),
            "relief_m": (source.grid, lambda w: relief_m(source, w), ""),
            "hillshade": (source.grid, lambda w: _visible(source, w), ""),
            "wetness": (flow_dem.grid, lambda w: _part(wetness, w), note),
            "height_above_drainage_m": (flow_dem.grid, lambda w: _part(above, w), note),
        }
        made = []
        for at, (name, (grid, make, added)) in enumerate(makers.items()):
            path = folder / f"{name}.tif"
            _write(path, grid, make, name, progress=_share(progress, at, len(makers)))
            made.append(DerivedRaster(name, path, METHODS[name] + added))
    return made


def _write(
    path: Path,
    grid: Grid,
    make: Callable[[Window], Array],
    name: str,
    *,
    progress: Callable[[int, int], None] | None,
) -> None:
    dtype, nodata = ("uint8", 0.0) if name == "hillshade" else ("float32", _MISSING)
    write_cog(
        path,
        grid,
        lambda window: in_cells(make(window), dtype=dtype, nodata=nodata),
        dtype=dtype,
        nodata=nodata,
        progress=progress,
    )


def _visible(dem: RasterSource, window: Window) -> Array:
    """Hillshade whose darkest cell is 1: in the file 0 means that there is no height."""
    return hillshade(dem, window).clip(min=1.0)


def _part(cells: Array, window: Window) -> Array:
    rows = slice(window.row, window.row + window.height)
    return cells[rows, window.col : window.col + window.width]


def _share(
    progress: Callable[[int, int], None] | None, at: int, count: int
) -> Callable[[int, int], None] | None:
    """The progress of one of `count` equal parts as the progress of all."""
    if progress is None:
        return None
    return lambda done, total: progress(at * total + done, count * total)
