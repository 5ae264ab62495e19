"""From an elevation raster to the rasters that models and maps read, each a Cloud-Optimised GeoTIFF.

Nothing is published here: files come out, all of them or none.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geo.raster import terrain
from geo.raster.files import RasterFile, write_cog
from geo.raster.grid import Array, Grid, RasterSource, Window
from geo.raster.terrain import (
    MOST_FLOW_CELLS,
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
# These need the flow of water, and so the optional dependency `drainage`.
_OF_CATCHMENTS: Final = frozenset({"wetness", "height_above_drainage_m"})


@dataclass(frozen=True, slots=True)
class DerivedRaster:
    """A raster made from an elevation model: its name, its file, and how it was made."""

    name: str
    path: Path
    method: str


def derivable() -> tuple[str, ...]:
    """The names of `DERIVED` that can be made with the packages installed."""
    return DERIVED if terrain.knows_flow() else tuple(n for n in DERIVED if n not in _OF_CATCHMENTS)


def derive_terrain(
    dem: Path,
    folder: Path,
    *,
    names: Sequence[str] = DERIVED,
    most_flow_cells: int = MOST_FLOW_CELLS,
    progress: Callable[[int, int], None] | None = None,
) -> list[DerivedRaster]:
    """Rasters of `METHODS`, written into `folder`.

    Parameters
    ----------
    dem : Path
        A checked GeoTIFF of heights in metres, north up; see `geo.land.checks`.
    names : sequence of str
        Which of them.
    most_flow_cells : int
        Wetness and height above drainage have larger cells where the DEM has more than this; their
        method says so.
    progress : callable, optional
        Called with the parts done and all parts, which are blocks of the rasters.

    Returns
    -------
    list of DerivedRaster
        In the order of `names`. Cells without a height are nodata.

    Raises
    ------
    InvalidInput
        When a wanted raster needs the optional dependency `drainage`; nothing is made then.
    """
    source = RasterFile(dem)
    with closing(source):
        makers = _of_neighbourhoods(source)
        if set(names) & _OF_CATCHMENTS:
            makers |= _of_catchments(source, most_flow_cells)
        made = []
        for at, name in enumerate(names):
            maker, path = makers[name], folder / f"{name}.tif"
            _write(path, maker.grid, maker.make, name, progress=_share(progress, at, len(names)))
            made.append(DerivedRaster(name, path, METHODS[name] + maker.note))
    return made


@dataclass(frozen=True, slots=True, eq=False)
class _Maker:
    """The grid of a raster, what gives the cells of a window, and what its method says besides."""

    grid: Grid
    make: Callable[[Window], Array]
    note: str = ""


def _of_neighbourhoods(dem: RasterSource) -> dict[str, _Maker]:
    return {
        "slope_percent": _Maker(dem.grid, lambda window: slope_percent(dem, window)),
        "relief_m": _Maker(dem.grid, lambda window: relief_m(dem, window)),
        "hillshade": _Maker(dem.grid, lambda window: _visible(dem, window)),
    }


def _of_catchments(dem: RasterSource, most_cells: int) -> dict[str, _Maker]:
    small, factor = coarsened(dem, most_cells=most_cells)
    wetness, above = wetness_and_drainage(small)
    note = "" if factor == 1 else f", mean of {factor} × {factor} cells"
    return {
        "wetness": _Maker(small.grid, lambda window: _part(wetness, window), note),
        "height_above_drainage_m": _Maker(small.grid, lambda window: _part(above, window), note),
    }


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
