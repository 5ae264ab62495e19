"""Where inside a zone the next settlement unit (SP, satuan permukiman) could go.

A candidate is a patch of cells that share an edge (4-connectivity; corners do not connect) and that
reach the least suitability, clipped to the zone: a cell counts with the part of it that the zone
covers. A surface holds NaN where a constraint excludes. A candidate must be large enough for the households, not too straggling, and within reach of a road
where a road raster is there. A patch that holds several settlements is cut into sites of about one.
What is not a candidate is counted and says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from rasterio.features import shapes

from geo.crs import LONLAT, area_ha, length_m, require_crs, to_lonlat
from geo.errors import InvalidInput
from geo.land.patches import Dropped, Patches, find_patches, row_areas_ha
from geo.land.rules import MORPHOLOGY_SLOPES_PERCENT
from geo.land.settlement import (
    AREA_PER_HOUSEHOLD_HA,
    HOUSEHOLDS,
    MAX_ROAD_DISTANCE_M,
    MIN_COMPACTNESS,
    MIN_SUITABILITY,
)
from geo.land.suitability import Mask, Surface
from geo.language import Text, texts
from geo.raster.coverage import covered_cells, ranges
from geo.raster.coverage import outlines as zone_edges
from geo.raster.grid import Array, Grid

_SAY = texts(__name__)

# Some 50 bytes a cell are held at once: 800 MB. At 30 m this is a square of 120 km.
MOST_CELLS = 16_000_000
# Of the classes of `MORPHOLOGY_SLOPES_PERCENT`.
SLOPE_COLUMNS = (
    "slope_0_2_share",
    "slope_2_5_share",
    "slope_5_15_share",
    "slope_15_40_share",
    "slope_over_40_share",
)
_SLOPE_TITLES = (
    _SAY["slope_flat"],
    _SAY["slope_gentle"],
    _SAY["slope_moderate"],
    _SAY["slope_steep"],
    _SAY["slope_very_steep"],
)
_M2_PER_HA = 10_000.0
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class SiteSearch:
    """Candidate sites, best first, and what was set aside.

    `sites` is in lon/lat with the index `area_id` (zone and rank) and the columns of
    `candidate_sites`. `dropped` is by reason: `small`, `straggling`, `far`. `zone_ha` is the area of the
    zone, `known_ha` the part of it whose suitability is known and `suitable_ha` the part that reaches
    the least one; neither is ever larger than the zone.
    """

    sites: gpd.GeoDataFrame
    dropped: Mapping[str, Dropped]
    zone_ha: float
    known_ha: float
    suitable_ha: float


def candidate_sites(
    suitability: Surface,
    grid: Grid,
    zone: gpd.GeoDataFrame,
    *,
    households: int = HOUSEHOLDS,
    area_per_household_ha: float = AREA_PER_HOUSEHOLD_HA,
    min_suitability: float = MIN_SUITABILITY,
    min_compactness: float = MIN_COMPACTNESS,
    max_road_distance_m: float = MAX_ROAD_DISTANCE_M,
    road_distance_m: Surface | None = None,
    slope_percent: Surface | None = None,
    most_cells: int = MOST_CELLS,
) -> SiteSearch:
    """Patches of suitable land that can take a settlement unit, ranked by mean suitability.

    Parameters
    ----------
    suitability : (height, width), 0..100
        On the cells of `grid`; NaN is no candidate.
    grid : Grid
        North-up, any CRS. Areas are sums of its ellipsoidal (or projected) cell areas.
    zone : GeoDataFrame
        One row with `area_id` as index, any CRS; only vertices are moved to the grid's.
    households, area_per_household_ha
        A site has at least their product; gross hectares, so with roads and common land.
    min_suitability
        Of every cell of a site, 0..100.
    min_compactness
        Least isoperimetric quotient 4πA/P² of a site: 1 for a disc, π/4 for a square. P is the
        outer outline of its cells; holes do not count.
    max_road_distance_m
        From the cell of the site that lies nearest to a road.
    road_distance_m, slope_percent : (height, width), optional
        On the same cells, NaN where unknown. Without a distance no site is dropped for it.

    Returns
    -------
    SiteSearch
        Columns rank (ties in the mean by area, then from north-west), area_ha, households (that the
        site holds), patch_ha (of the contiguous land that it is part of), suitability_mean (area-weighted), suitability_min, compactness, road_distance_m
        and the shares of `SLOPE_COLUMNS` of the area with known slope (NaN where unknown), zone,
        reasons_id, reasons_en, geometry (exact outlines of cells, cut at the zone's).

    Raises
    ------
    CRSMissing
    InvalidInput
        When the grid has more than `most_cells` cells.

    References
    ----------
    Isoperimetric quotient: Osserman (1978), Bull. Amer. Math. Soc. 84(6):1182-1238. Slope classes:
    Permen PU 20/PRT/M/2007 (secondary copy); a slope on an edge belongs to the gentler class.
    """
    if grid.width * grid.height > most_cells:
        raise InvalidInput(
            reason=_SAY["too_large"].format(cells=grid.width * grid.height, most=most_cells)
        )
    shares = zone_shares(zone, grid)
    fits = (shares > 0) & (suitability >= min_suitability)
    need_ha = households * area_per_household_ha
    patches, small = find_patches(fits, suitability, grid, need_ha=need_ha, shares=shares)

    rows = _rows(patches, grid, zone, shares=shares, road=road_distance_m, slope=slope_percent)
    for row in rows:
        row["households"] = int(row["area_ha"] / area_per_household_ha + _ROUNDING)
    compact = [row for row in rows if row["compactness"] >= min_compactness]
    # What is not known is not held against a site: NaN is not greater.
    kept = [row for row in compact if not row["road_distance_m"] > max_road_distance_m]

    straggling = _dropped([row for row in rows if row["compactness"] < min_compactness])
    far = _dropped([row for row in compact if row["road_distance_m"] > max_road_distance_m])
    return SiteSearch(
        sites=_frame(kept, str(zone.index[0]), area_per_household_ha, max_road_distance_m),
        dropped={"small": small, "straggling": straggling, "far": far},
        **_areas_of(zone, grid, shares, known=~np.isnan(suitability), fits=fits),
    )


def _areas_of(
    zone: gpd.GeoDataFrame, grid: Grid, shares: Surface, *, known: Mask, fits: Mask
) -> dict[str, float]:
    zone_ha = float(area_ha(zone)[0])
    row_ha = row_areas_ha(grid)
    # A projected raster's cells are up to a thousandth larger than the ground that they show.
    parts = [
        min(float((shares * mask).sum(axis=1, dtype=np.float64) @ row_ha), zone_ha)
        for mask in (known, fits)
    ]
    return {"zone_ha": zone_ha, "known_ha": parts[0], "suitable_ha": parts[1]}


def zone_shares(zone: gpd.GeoDataFrame, grid: Grid) -> Surface:
    """The part of each cell that a zone covers, 0..1; none for a point or a missing geometry."""
    require_crs(zone, subject="zone")
    shares = np.zeros(grid.height * grid.width, dtype=np.float32)
    shape = zone.geometry.iloc[0]
    if shape is not None and shape.area > 0:
        found = covered_cells(zone_edges(zone, grid), np.array([0]), grid.whole)
        shares[found.cell] = found.share
        shares[ranges(found.start, found.stop - found.start)] = 1.0
    return shares.reshape(grid.height, grid.width)


def _rows(
    patches: Patches,
    grid: Grid,
    zone: gpd.GeoDataFrame,
    *,
    shares: Surface,
    road: Surface | None,
    slope: Surface | None,
) -> list[dict[str, Any]]:
    """The facts of each patch, in scan order."""
    from scipy import ndimage

    row_ha = row_areas_ha(grid)
    boxes = ndimage.find_objects(patches.labels)
    outlines = _outlines(patches.labels, len(boxes), grid, zone=zone)
    found = []
    for place, (box, outline) in enumerate(zip(boxes, outlines, strict=True)):
        inside = patches.labels[box] == place + 1
        areas = (row_ha[box[0], None] * shares[box])[inside]
        area_ha = float(patches.areas_ha[place])
        outer_m = sum(length_m(part.exterior) for part in shapely.get_parts(outline))
        found.append(
            {
                "position": place,
                "area_ha": area_ha,
                "patch_ha": float(patches.whole_ha[place]),
                "suitability_mean": round(float(patches.means[place]), 4),
                "suitability_min": round(float(patches.least[place]), 4),
                "compactness": 4 * np.pi * area_ha * _M2_PER_HA / outer_m**2,
                "road_distance_m": _least(None if road is None else road[box][inside]),
                **_slope_shares(None if slope is None else slope[box][inside], areas),
                "geometry": outline,
            }
        )
    return found


def _outlines(
    labels: npt.NDArray[np.int32], count: int, grid: Grid, *, zone: gpd.GeoDataFrame
) -> gpd.GeoSeries:
    """The outline of each patch in lon/lat, along the edges of its cells and inside the zone."""
    parts: list[list[shapely.Geometry]] = [[] for _ in range(count)]
    for outline, number in shapes(labels, mask=labels > 0, connectivity=4):
        parts[int(number) - 1].append(shapely.geometry.shape(outline))
    in_cells = [shapely.union_all(part) for part in parts]
    # A patch whose cells meet at a corner has a ring that touches itself; that is no valid polygon.
    outlines = shapely.make_valid(
        shapely.transform(
            in_cells, lambda xy: np.column_stack(grid.transform * (xy[:, 0], xy[:, 1]))
        )
    )
    if count:
        around = shapely.make_valid(zone.geometry.to_crs(grid.crs).iloc[0])
        outlines = [_polygons(one) for one in shapely.intersection(outlines, around)]
    return to_lonlat(gpd.GeoDataFrame(geometry=outlines, crs=grid.crs)).geometry


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygons of a geometry; outlines that touch leave lines and points as well."""
    return shapely.union_all([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"])


def _least(values: Surface | None) -> float:
    known = np.zeros(0) if values is None else values[~np.isnan(values)]
    return float(known.min()) if known.size else float("nan")


def _slope_shares(slope: Surface | None, areas: Array) -> dict[str, float]:
    known = np.zeros(areas.shape, dtype=np.bool_) if slope is None else ~np.isnan(slope)
    if slope is None or not known.any():
        return dict.fromkeys(SLOPE_COLUMNS, float("nan"))
    classes = np.searchsorted(MORPHOLOGY_SLOPES_PERCENT, slope[known], side="left")
    sums = np.bincount(classes, weights=areas[known], minlength=len(SLOPE_COLUMNS))
    return dict(zip(SLOPE_COLUMNS, (sums / sums.sum()).round(6).tolist(), strict=True))


def _dropped(rows: Sequence[Mapping[str, Any]]) -> Dropped:
    return Dropped(len(rows), float(sum(row["area_ha"] for row in rows)))


def _frame(
    rows: Sequence[Mapping[str, Any]], zone: str, area_per_household_ha: float, reach_m: float
) -> gpd.GeoDataFrame:
    order = sorted(
        rows, key=lambda r: (-r["suitability_mean"], -round(r["area_ha"], 4), r["position"])
    )
    columns = [
        "area_ha",
        "households",
        "patch_ha",
        "suitability_mean",
        "suitability_min",
        "compactness",
    ]
    columns += ["road_distance_m", *SLOPE_COLUMNS]
    table = pd.DataFrame([{name: row[name] for name in columns} for row in order], columns=columns)
    table.insert(0, "rank", np.arange(1, len(order) + 1))
    reasons = [_reasons(row, area_per_household_ha, reach_m) for row in order]
    table = table.astype(dict.fromkeys(columns, "float64") | {"households": "int64"}).assign(
        zone=zone,
        reasons_id=pd.Series([r.id for r in reasons], dtype="str"),
        reasons_en=pd.Series([r.en for r in reasons], dtype="str"),
    )
    return gpd.GeoDataFrame(
        table.round({"area_ha": 4, "patch_ha": 4, "compactness": 4, "road_distance_m": 1}),
        geometry=[row["geometry"] for row in order],
        crs=LONLAT,
    ).set_axis(pd.Index([f"{zone}-sp-{r}" for r in table["rank"]], name="area_id", dtype="str"))


def _reasons(row: Mapping[str, Any], area_per_household_ha: float, reach_m: float) -> Text:
    """Why a patch is a candidate, and what nobody could check, in one paragraph."""
    suitable = filled(
        _SAY["suitable"],
        mean=number(row["suitability_mean"], 1),
        least=number(row["suitability_min"], 1),
    )
    room = filled(
        _SAY["room"],
        area=number(row["area_ha"], 0),
        households=number(row["households"], 0),
        each=number(area_per_household_ha, 1),
    )
    is_part = row["patch_ha"] > row["area_ha"]
    parts = [
        suitable,
        room,
        *([filled(_SAY["part"], area=number(row["patch_ha"], 0))] if is_part else []),
        _road_reason(row["road_distance_m"], reach_m),
        _slope_reason(row),
    ]
    return Text(id=" ".join(p.id for p in parts), en=" ".join(p.en for p in parts))


def _road_reason(distance_m: float, reach_m: float) -> Text:
    if np.isnan(distance_m):
        return _SAY["road_unknown"]
    return filled(
        _SAY["road"], distance=number(distance_m / 1000, 1), reach=number(reach_m / 1000, 1)
    )


def _slope_reason(row: Mapping[str, Any]) -> Text:
    shares = [row[name] for name in SLOPE_COLUMNS]
    if np.isnan(shares[0]):
        return _SAY["slope_unknown"]
    most = int(np.argmax(shares))
    return filled(_SAY["slope"], share=number(100 * shares[most], 0), title=_SLOPE_TITLES[most])


def number(value: float, decimals: int) -> Text:
    """A number as each language writes it.

    Examples
    --------
    >>> number(1234.56, 1)
    Text(id='1.234,6', en='1,234.6')
    """
    english = f"{value:,.{decimals}f}"
    return Text(id=english.translate(str.maketrans(",.", ".,")), en=english)


def filled(sentence: Text, **facts: Text) -> Text:
    """A sentence whose braces are filled with facts of its own language."""
    return Text(
        id=sentence.id.format(**{name: fact.id for name, fact in facts.items()}),
        en=sentence.en.format(**{name: fact.en for name, fact in facts.items()}),
    )
