"""Raster tiles in Web Mercator, and what their colours mean.

Every pixel has the colour of the class of one cell (the nearest; overviews where a pixel is larger
than a cell), and is transparent without data. Colours are from ColorBrewer and Paul Tol.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.coords import disjoint_bounds
from rasterio.crs import CRS
from rasterio.transform import from_bounds
from rasterio.vrt import WarpedVRT
from rasterio.warp import calculate_default_transform, transform_bounds
from rasterio.windows import from_bounds as window_of

from geo.land.raster import land_unit
from geo.land.rules import MORPHOLOGY_SLOPES_PERCENT
from geo.language import Language, Text
from geo.raster.files import RasterFile
from geo.raster.grid import blocks, valid_cells
from geo.vector.simplify import MERCATOR_HALF_M
from maps.breaks import decimals_for, fixed_breaks, quantile_breaks
from maps.style import Legend, LegendEntry
from maps.text import format_number, translate

SUITABILITY = "suitability"
# Of the tiles' edges; Web Mercator beyond zoom 22 is finer than any cell (4 cm).
TILE_PX, MAX_ZOOM = 256, 22
# ColorBrewer "YlGnBu", its dark end cut so that outlines above can be seen: light to dark, apart
# under every colour blindness.
_RAMP = ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#2c7fb8")
# ColorBrewer "YlGn": protected land is green on plans of Indonesia, and light to dark is order.
_RANKED = ("#006837", "#31a354", "#78c679", "#c2e699", "#ffffcc")
_SUITABILITY_EDGES = (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
# Paul Tol (2021), Colour schemes, technical note SRON/EPS/TN/09-002, "discrete rainbow".
_RAINBOW = (
    *("#E8ECFB", "#D9CCE3", "#CAACCB", "#BA8DB4", "#AA6F9E", "#994F88", "#882E72", "#1965B0"),
    *("#437DBF", "#6195CF", "#7BAFDE", "#4EB265", "#90C987", "#CAE0AB", "#F7F056", "#F7CB45"),
    *("#F4A736", "#EE8026", "#E65518", "#DC050C", "#A5170E", "#72190E", "#42150A"),
)
_MOST_CLASSES = len(_RAINBOW)
# Cells that are looked at to find a raster's classes: enough for quantiles, quick to read.
_SAMPLE_PX = 512
_MERCATOR = CRS.from_epsg(3857)
# A little beyond the edge of its square.
_MAX_LATITUDE = 85.06


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a raster: of ranges between ascending `edges`, or of whole-number `classes`.

    A range holds its lower edge, the last its upper edge too; what lies beyond has the end's colour.
    """

    colours: tuple[str, ...]
    edges: tuple[float, ...] = ()
    classes: tuple[int, ...] = ()


def suitability_palette() -> Palette:
    """Five equal ranges of 0..100, darker where more suitable."""
    return Palette(_RAMP, edges=_SUITABILITY_EDGES)


@lru_cache(maxsize=64)
def land_palette(
    path: Path, *, is_classes: bool, name: str = "", ranked: tuple[int, ...] = ()
) -> Palette:
    """The colours of a land raster, from its own values.

    Parameters
    ----------
    path : Path
        A trusted GeoTIFF that never changes.
    is_classes : bool
        Whether its numbers name classes; one with very many is coloured by ranges all the same.
    name : str
        Slope has the official ranges of Permen PU 20/PRT/M/2007, anything else quantiles.
    ranked : tuple of int
        All classes of a land rule, ascending: the lowest, the most protected or steepest, is darkest.
    """
    if 0 < len(ranked) <= len(_RANKED):
        return ranked_palette(ranked)
    classes = _classes(path) if is_classes else ()
    if classes:
        places = np.linspace(0, _MOST_CLASSES - 1, len(classes)).round().astype(int)
        return Palette(tuple(_RAINBOW[i] for i in places), classes=classes)
    known = _sample(path)
    is_slope = name == "slope_percent"
    edges = (
        fixed_breaks(known, inner=MORPHOLOGY_SLOPES_PERCENT) if is_slope else quantile_breaks(known)
    )
    n_ranges = max(len(edges) - 1, 0)
    places = np.linspace(0, len(_RAMP) - 1, n_ranges).round().astype(int)
    return Palette(tuple(_RAMP[i] for i in places), edges=edges)


def ranked_palette(codes: tuple[int, ...]) -> Palette:
    """The colours of the classes of a land rule, at most five, ascending: the lowest is darkest."""
    places = np.linspace(0, len(_RANKED) - 1, len(codes)).round().astype(int)
    return Palette(tuple(_RANKED[i] for i in places), classes=codes)


def _classes(path: Path) -> tuple[int, ...]:
    """Every class of a raster, ascending; none when there are too many to tell apart."""
    found: set[int] = set()
    with RasterFile(path) as raster:
        for window in blocks(raster.grid, *raster.block):
            cells, valid = raster.read(window)
            known = cells if valid is None else cells[valid]
            found |= {int(value) for value in np.unique(known)}
            if len(found) > _MOST_CLASSES:
                return ()
    return tuple(sorted(found))


def _sample(path: Path) -> npt.NDArray[np.float64]:
    """Some valid cells of a raster, evenly spread."""
    with rasterio.open(path, driver="GTiff") as raster:
        shape = min(raster.height, _SAMPLE_PX), min(raster.width, _SAMPLE_PX)
        cells = raster.read(1, out_shape=shape, masked=True)
        cells = _hidden(cells, raster.nodata).compressed().astype(np.float64)
    known: npt.NDArray[np.float64] = cells[np.isfinite(cells)]
    return known


def tile_png(path: Path, *, z: int, x: int, y: int, palette: Palette) -> bytes:
    """One tile of the Web Mercator pyramid as PNG; transparent where there is no data.

    Parameters
    ----------
    path : Path
        A trusted GeoTIFF of one band.
    z, x, y : int
        Zoom, column from the west, row from the north; inside the pyramid.
    """
    found = _read(path, z, x, y)
    return empty_tile() if found is None else _png(_places(found, palette), palette)


@cache
def empty_tile() -> bytes:
    """A tile with nothing on it."""
    return _png(np.zeros((TILE_PX, TILE_PX), dtype=np.uint8), Palette(()))


def _read(path: Path, z: int, x: int, y: int) -> npt.NDArray[np.float64] | None:
    """The values under each pixel, NaN without data; None beside the raster."""
    size = 2 * MERCATOR_HALF_M / 2**z
    west, north = x * size - MERCATOR_HALF_M, MERCATOR_HALF_M - y * size
    bounds = west, north - size, west + size, north
    with rasterio.open(path, driver="GTiff") as raster:
        here = transform_bounds(_MERCATOR, raster.crs, *bounds)
        if np.isfinite(here).all() and disjoint_bounds(here, raster.bounds):
            return None
        values = _cells(raster, bounds)
    return np.asarray(np.ma.filled(values.astype(np.float64), np.nan))


def _cells(raster: rasterio.DatasetReader, bounds: tuple[float, ...]) -> Any:
    """The masked cell nearest to each pixel, from an overview where a pixel is larger than a cell."""
    shape = TILE_PX, TILE_PX
    if raster.crs == _MERCATOR:
        window = window_of(*bounds, transform=raster.transform)
        found = raster.read(1, window=window, out_shape=shape, boundless=True, masked=True)
        return _hidden(found, raster.nodata)
    side_m = bounds[2] - bounds[0]
    # As fine as the raster, or the warper would read every cell and no overview.
    width, height = (max(TILE_PX, round(side_m / cell_m)) for cell_m in _cell_size_m(raster))
    with WarpedVRT(
        raster,
        crs=_MERCATOR,
        transform=from_bounds(*bounds, width, height),
        width=width,
        height=height,
        src_nodata=None,
        nodata=None,
        add_alpha=True,
    ) as warped:
        values, alpha = warped.read(out_shape=(warped.count, *shape))
    return _hidden(np.ma.array(values, mask=alpha == 0), raster.nodata)


def _hidden(cells: Any, nodata: float | None) -> Any:
    """Masked cells with nodata and NaN masked too; see `geo.raster.files`."""
    valid = valid_cells(cells.data, nodata)
    return (
        cells if valid is None else np.ma.array(cells.data, mask=np.ma.getmaskarray(cells) | ~valid)
    )


def _cell_size_m(raster: rasterio.DatasetReader) -> tuple[float, float]:
    """Width and height of a raster's cells in Web Mercator, which has no poles."""
    west, south, east, north = raster.bounds
    rows = raster.height
    if raster.crs.is_geographic:
        lowest, highest = max(south, -_MAX_LATITUDE), min(north, _MAX_LATITUDE)
        rows = round(rows * (highest - lowest) / (north - south))
        south, north = lowest, highest
    cell = calculate_default_transform(
        raster.crs, _MERCATOR, raster.width, rows, west, south, east, north
    )[0]
    return cell.a, -cell.e


def _places(values: npt.NDArray[np.float64], palette: Palette) -> npt.NDArray[np.uint8]:
    """Each value's place in the palette, counted from 1; 0 for none."""
    if palette.classes:
        found = np.searchsorted(palette.classes, values).clip(max=len(palette.classes) - 1)
        is_known = np.asarray(palette.classes)[found] == values
    else:
        found = np.searchsorted(palette.edges[1:-1], values, side="right")
        is_known = np.isfinite(values) & bool(palette.colours)
    return np.where(is_known, found + 1, 0).astype(np.uint8)


def _png(places: npt.NDArray[np.uint8], palette: Palette) -> bytes:
    """A PNG of palette colours (type 3) whose place 0 is transparent.

    References
    ----------
    W3C, Portable Network Graphics (Third Edition), 5.3, 11.2 and 11.3.1.
    """
    height, width = places.shape
    colours = bytes.fromhex("000000" + "".join(colour[1:] for colour in palette.colours))
    # Each line begins with its filter: 0, none.
    lines = np.pad(places, ((0, 0), (1, 0))).tobytes()
    parts = (
        (b"IHDR", struct.pack(">2I5B", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", colours),
        (b"tRNS", b"\x00"),
        (b"IDAT", zlib.compress(lines, 6)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )


def suitability_legend(title: Text, sources: str, language: Language) -> Legend:
    """What the colours of a model's surface mean, the most suitable first, and where it comes from."""
    entries = _range_entries(suitability_palette(), language, decimals=0)
    excluded = LegendEntry(translate("surface.without", language), "fill", "#f4f6f6")
    return Legend(
        layer="surface",
        title=translate("surface.title", language),
        unit=translate("surface.unit", language, model=title.to(language)),
        entries=(*reversed(entries), excluded),
        source=translate("legend.source", language, sources=sources) if sources else "",
    )


def land_legend(
    name: str,
    unit: str,
    palette: Palette,
    language: Language,
    *,
    titles: Mapping[int, Text] | None = None,
) -> Legend:
    """What the colours of a land raster mean; `titles` name its classes where it has any."""
    if palette.classes:
        pairs = zip(palette.classes, palette.colours, strict=True)
        named = {code: title.to(language) for code, title in (titles or {}).items()}
        entries = [LegendEntry(named.get(v, str(v)), "fill", colour) for v, colour in pairs]
    else:
        low, high = (palette.edges[0], palette.edges[-1]) if palette.edges else (0.0, 0.0)
        entries = _range_entries(palette, language, decimals=decimals_for(low, high))
    return Legend(
        layer=name, title=name, unit=land_unit(name, unit).to(language), entries=tuple(entries)
    )


def _range_entries(palette: Palette, language: Language, *, decimals: int) -> list[LegendEntry]:
    numbers = [format_number(edge, language, decimals=decimals) for edge in palette.edges]
    return [
        LegendEntry(
            low if low == high else translate("legend.range", language, low=low, high=high),
            "fill",
            colour,
        )
        for low, high, colour in zip(numbers, numbers[1:], palette.colours, strict=False)
    ]
