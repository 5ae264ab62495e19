"""How much of each old area lies in which new one: two layers cut by each other and weighed.

The weight of a piece is its area, or what a raster holds in it (people, cropland). What is carried
across is `geo/indicators/carry.py`.

Ours and not tobler 0.13 (PySAL), which does the plain case six times as fast: it fills a missing
figure with zero, counts ground twice where areas overlap, keeps areas in 32 bits and in the layer's
own unit, be it degrees, and knows of a raster only which cells to mask. Where it can do the same the
tests hold the two together.

References
----------
Eicher & Brewer (2001), Dasymetric mapping and areal interpolation, Cartography and Geographic
Information Science 28:125-138: the weight of a piece by an ancillary layer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import area_ha, require_same_crs
from geo.errors import InvalidLayer, InvalidWeights
from geo.language import texts
from geo.raster.grid import Array, Cells, Grid, RasterSource, Window
from geo.raster.zonal import Engine, serial, zonal_statistics

_SAY = texts(__name__)

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

AREA = "area"
# A piece that is less than this of both its areas comes from drawing, as in geo/vector/join.py.
SLIVER_SHARE = 1e-4
# A raster that does not reach this much of an area says nothing of it (own judgement).
_LEAST_REACHED = 0.99
_NAMED = 10


@dataclass(frozen=True, slots=True, eq=False)
class GroundArea:
    """A source's values times the ground area of their cells in hectares.

    For densities and marked classes: the cells of a geographic grid shrink away from the equator.
    Counts per cell (people) are weights as they are. North-up grids only.
    """

    source: RasterSource

    @property
    def grid(self) -> Grid:
        """The source's grid."""
        return self.source.grid

    @property
    def dtype(self) -> np.dtype[Any]:
        """Hectares are no whole numbers."""
        return np.dtype(np.float64)

    @property
    def block(self) -> tuple[int, int]:
        """The source's block."""
        return self.source.block

    def read(self, window: Window) -> tuple[Cells, Mask | None]:
        """See `geo.raster.grid.RasterSource.read`."""
        values, valid = self.source.read(window)
        width, height = self.grid.cell_size_m(window)
        return values * (width * height / 10_000)[:, np.newaxis], valid


@dataclass(frozen=True, slots=True, eq=False)
class Crosswalk:
    """How much of each old area lies in which new one.

    Attributes
    ----------
    pieces : DataFrame
        One row a pair that shares ground: `old`, `new` (area_id), `area_ha` (geodesic), `is_whole`,
        whether all of the old area's ground lies there, `split`, the part (0..1) of the old area's
        weight that lies in the new one, and `share`, the part of the new area's weight. Where new
        areas overlap, the ground is shared between them.
    old, new : DataFrame, index area_id
        `covered`, the part (0..1) of the area's weight that lies in any area of the other layer, to
        which its splits or shares add up; `overlap`, how much of that counts more than once;
        `by_area`, whether the raster says nothing of it, so that area stands in.
    method : str
        `area`, or `raster:` and the raster's name.
    """

    pieces: pd.DataFrame
    old: pd.DataFrame
    new: pd.DataFrame
    method: str


def crosswalk(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    *,
    weights: RasterSource | None = None,
    name: str = "",
    sliver_share: float = SLIVER_SHARE,
    engine: Engine = serial,
    progress: Callable[[int, int], None] | None = None,
) -> Crosswalk:
    """Cut old areas by new ones and weigh the pieces.

    Parameters
    ----------
    old, new : GeoDataFrame
        Same CRS, unique indices `area_id`, valid polygons. What has no area takes no part.
    weights : RasterSource, optional
        The weight of a piece is the exact sum of the raster's valid cells in it, each by its covered
        share: counts per cell as they are, densities and classes through `GroundArea`. Cells that are
        not valid weigh nothing. An area on which the raster has no weight at all, or which reaches
        beyond it by more than 1 %, is weighed by area and marked. Without a raster, the geodesic area.
    name : str
        What the raster is called in the lineage.
    sliver_share : float
        A piece less than this of both its areas (0..1) is drawing; its weight goes to the others.
    engine, progress
        See `geo.raster.zonal.zonal_statistics`.

    Raises
    ------
    CRSMissing, CRSMismatch
    InvalidLayer
        For invalid polygons and keys that repeat.
    InvalidWeights
        For a raster with negative cells.
    """
    require_same_crs(old, new)
    # Cut in the raster's CRS: a valid piece could be invalid after a move.
    grid = None if weights is None else weights.grid
    shapes = [_polygons_of(frame, grid) for frame in (old, new)]
    left, right = shapely.STRtree(shapes[1]).query(shapes[0], predicate="intersects")
    cut = _polygonal(shapely.intersection(shapes[0][left], shapes[1][right]))

    # Where areas overlap, their pieces together are more than the ground that they cover.
    unions = [_unions(cut, left, n_groups=len(old)), _unions(cut, right, n_groups=len(new))]
    parts = [cut, *unions, *shapes]
    crs = old.crs if grid is None else grid.crs
    frame = gpd.GeoDataFrame(geometry=np.concatenate(parts), crs=crs)
    measures = _measured(frame, weights, engine=engine, progress=progress)
    ends = np.cumsum([0, *map(len, parts)])
    piece, old_union, new_union, old_whole, new_whole = (
        measures.iloc[start:end].reset_index(drop=True) for start, end in pairwise(ends)
    )

    area = piece["area"].to_numpy()
    whole = old_whole["area"].to_numpy()[left]
    drawn = area > sliver_share * whole
    drawn |= area > sliver_share * new_whole["area"].to_numpy()[right]
    counted = piece[["area", "held"]].mul(drawn, axis=0)
    split, old_side = _side(old.index, left, counted=counted, union=old_union, whole=old_whole)
    share, new_side = _side(new.index, right, counted=counted, union=new_union, whole=new_whole)
    keys = {"old": old.index.to_numpy()[left], "new": new.index.to_numpy()[right]}
    pieces = pd.DataFrame(keys | {"area_ha": area})
    pieces["is_whole"] = area > (1 - SLIVER_SHARE) * whole
    pieces = pieces.assign(split=split, share=share)[drawn].reset_index(drop=True)
    return Crosswalk(pieces, old_side, new_side, AREA if weights is None else f"raster:{name}")


def _polygons_of(frame: gpd.GeoDataFrame, grid: Grid | None) -> Shapes:
    """The areas of a layer in the grid's CRS; None for what has no area."""
    repeated = frame.index[frame.index.duplicated()].unique()
    if len(repeated):
        raise InvalidLayer(reason=_SAY["repeated"].format(keys=listed(repeated)))
    there = frame.geometry if grid is None else frame.geometry.to_crs(grid.crs)
    shapes = there.to_numpy()
    invalid = frame.index[~(shapely.is_valid(shapes) | shapely.is_missing(shapes))]
    if len(invalid):
        raise InvalidLayer(reason=_SAY["invalid"].format(keys=listed(invalid)))
    return _with_area(shapes)


def _with_area(shapes: Shapes) -> Shapes:
    found = shapes.copy()
    found[shapely.get_dimensions(shapes) != 2] = None
    return found


def _polygonal(shapes: Shapes) -> Shapes:
    """Only what has an area: a shared border beside a piece is no part of it."""
    found = _with_area(shapes)
    for i in np.flatnonzero(shapely.get_type_id(found) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(found[i])
        found[i] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return found


def _unions(cut: Shapes, group: Integers, *, n_groups: int) -> Shapes:
    """The ground that the pieces of each group cover together; None for a group without any."""
    order = np.argsort(group, kind="stable")
    ends = np.searchsorted(group[order], np.arange(n_groups + 1))
    found = np.full(n_groups, None, dtype=object)
    for i, (start, end) in enumerate(pairwise(ends)):
        own = cut[order[start:end]]
        own = own[~shapely.is_missing(own)]
        if len(own):
            found[i] = own[0] if len(own) == 1 else shapely.union_all(own)
    return found


def _measured(
    frame: gpd.GeoDataFrame,
    weights: RasterSource | None,
    *,
    engine: Engine,
    progress: Callable[[int, int], None] | None,
) -> pd.DataFrame:
    """Each shape's `area` (ha), what the raster holds in it (`held`), and whether it `is_reached`."""
    area = np.nan_to_num(area_ha(frame))
    if weights is None:
        return pd.DataFrame({"area": area, "held": area, "is_reached": True})
    found = zonal_statistics(frame, weights, stats=("sum", "min"), engine=engine, progress=progress)
    held = found["sum"].fillna(0.0).to_numpy(dtype=np.float64)
    if (found["min"] < 0).any():
        raise InvalidWeights(reason=_SAY["negative"])
    reached = _is_reached(frame, weights.grid)
    return pd.DataFrame({"area": area, "held": held, "is_reached": reached})


def _is_reached(frame: gpd.GeoDataFrame, grid: Grid) -> Mask:
    """Whether the raster reaches over (almost) all of each shape."""
    shapes = frame.geometry.to_numpy()
    inside = shapely.area(shapely.clip_by_rect(shapes, *grid.bounds))
    return np.asarray(inside >= _LEAST_REACHED * shapely.area(shapes))


def _side(
    ids: pd.Index,
    group: Integers,
    *,
    counted: pd.DataFrame,
    union: pd.DataFrame,
    whole: pd.DataFrame,
) -> tuple[Array, pd.DataFrame]:
    """Each piece's part (n_pieces,) of its own area on one side, and what is known of the areas."""
    by_area = ~((whole["held"] > 0) & whole["is_reached"]).to_numpy()
    of_piece, of_union, of_whole = (
        np.where(is_chosen, measures["area"], measures["held"])
        for is_chosen, measures in ((by_area[group], counted), (by_area, union), (by_area, whole))
    )
    total = np.zeros(len(ids)) + np.bincount(group, of_piece, len(ids))
    covered = np.where(total > 0, np.minimum(_ratio(of_union, of_whole), 1.0), 0.0)
    # A rim thinner than a sliver lies outside by drawing only; edges cut anew measure a little less.
    covered[covered > 1 - SLIVER_SHARE] = 1.0
    overlap = _ratio(total, of_union) - 1
    side = pd.DataFrame(
        {
            "covered": covered,
            "overlap": np.where(overlap > SLIVER_SHARE, overlap, 0.0),
            "by_area": by_area,
        },
        index=pd.Index(ids, name="area_id"),
    )
    return _ratio(of_piece, total[group]) * covered[group], side


def _ratio(part: Array, whole: Array) -> Array:
    """`part / whole`; 0 where the whole is nothing."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def listed(keys: pd.Index) -> str:
    """The first keys for a sentence, and how many more there are."""
    more = f" (+{len(keys) - _NAMED})" if len(keys) > _NAMED else ""
    return ", ".join(str(key) for key in keys[:_NAMED]) + more
