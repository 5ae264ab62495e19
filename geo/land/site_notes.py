"""What the search for sites answers, in sentences, and what a reader of the answer must know.

Whether it can answer at all is a matter of the rasters: one whose cells are so large that fewer than
four make a settlement cannot show where it lies. Where such rasters, and those that are not there,
decide more than a third of what is asked of land, no site is offered and the sentences say why.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd

from geo.crs import area_ha
from geo.land.patches import MIN_CELLS, Dropped
from geo.land.raster import land_title
from geo.land.settlement import LEAST_FINE_SHARE
from geo.land.sites import SiteSearch, filled, number
from geo.land.suitability import SurfacePlan, SurfaceReport, land_measure
from geo.language import Text, percent, texts
from geo.vector.schema import is_approximate, is_enclosing

_SAY = texts(__name__)

# Below this a gap in a raster is not worth a sentence (own judgement).
_LEAST_GAP = 0.005
_M2_PER_HA = 10_000.0
# Kinds of geometry that have a zone's size and not its place.
_ELSEWHERE = frozenset({"equal_area_disc", "point_buffer"})


Status = Literal["found", "none", "too_coarse", "too_small", "no_area"]


@dataclass(frozen=True, slots=True)
class SiteNeed:
    """What a site is asked to have: `households` at `each_ha` gross, and the least suitability."""

    households: int
    each_ha: float
    min_suitability: float

    @property
    def area_ha(self) -> float:
        """The least area of a site."""
        return self.households * self.each_ha

    @property
    def cell_m(self) -> float:
        """The side of the largest square cell that can show a site."""
        return math.sqrt(self.area_ha * _M2_PER_HA / MIN_CELLS)


def site_status(
    zone: gpd.GeoDataFrame,
    plan: SurfacePlan,
    cell_sizes_m: Mapping[str, tuple[float, float]],
    need: SiteNeed,
) -> Status | None:
    """Why nothing can be searched in a zone; None where it can."""
    shape = zone.geometry.iloc[0]
    if shape is None or shape.area == 0:
        return "no_area"
    if area_ha(zone)[0] < need.area_ha:
        return "too_small"
    fine = [c for c in plan.criteria if not _is_coarse(cell_sizes_m[land_measure(c).raster], need)]
    decided = plan.coverage * sum(plan.weights[c.id] for c in fine)
    return "too_coarse" if decided < LEAST_FINE_SHARE else None


def site_doubt(zone: gpd.GeoDataFrame, status: Status | None) -> Text | None:
    """Why the search is no main thing to do in a zone, in one sentence; None where it is.

    `status` is what `site_status` says of the zone.
    """
    if status == "no_area":
        return _SAY["no_area"]
    if status is not None:
        return _SAY[f"doubt_{status}"]
    return None if is_place_known(zone) else _SAY["doubt_place"]


def is_place_known(zone: gpd.GeoDataFrame) -> bool:
    """Whether a zone lies where it is drawn: not a disc of its size, nor somewhere in what is drawn."""
    kind = zone["geometry_kind"].iloc[0] if "geometry_kind" in zone else None
    return not (is_enclosing(kind) or kind in _ELSEWHERE)


def site_summary(
    report: SurfaceReport, search: SiteSearch, need: SiteNeed, status: Status
) -> tuple[Text, ...]:
    """What was sought, what was found, what hinders and which data would help."""
    if status == "no_area":
        return (_SAY["no_area"],)
    facts = {
        "need": number(need.area_ha, 0),
        "households": number(need.households, 0),
        "each": number(need.each_ha, 1),
        "least": number(need.min_suitability, 0),
        "n": number(len(search.sites), 0),
        "area": number(min(search.sites["area_ha"].sum(), search.zone_ha), 0),
        "zone": number(search.zone_ha, 0),
        "suitable": number(search.suitable_ha, 0),
    }
    told = [_SAY["sought"], _SAY[f"answer_{status}"]]
    if status in ("none", "too_coarse") and search.suitable_ha == 0:
        told.append(_SAY["suitable_nowhere"])
    elif status == "none":
        told.append(_SAY["suitable_unfit"])
    elif status == "too_coarse":
        told.append(_SAY["suitable_somewhere"])
    sentences = [filled(sentence, **facts) for sentence in told]
    if status == "too_small":
        return tuple(sentences)
    return (
        *sentences,
        *_of_gaps(report),
        *_of_dropped(search),
        *(_of_coarse(report, need) if status in ("too_coarse", "none") else ()),
    )


def site_notes(
    zone: gpd.GeoDataFrame, report: SurfaceReport, *, unread: Sequence[str]
) -> tuple[Text, ...]:
    """Sentences that go with a list of sites, the gravest first.

    Parameters
    ----------
    zone : GeoDataFrame
        One row; `geometry_kind` tells whether its outline is approximate.
    report : SurfaceReport
        Its counts are those of the zone.
    unread : sequence of str
        Rasters that a site is described by (slope, road distance) and that are not there.
    """
    return (
        *_of_zone(zone),
        *_of_constraints(report),
        *_of_criteria(report),
        *(_NO_RASTER[name] for name in unread),
        *_of_cells(report),
    )


def _of_zone(zone: gpd.GeoDataFrame) -> list[Text]:
    shape = zone.geometry.iloc[0]
    if shape is None or shape.area == 0:
        return [_SAY["no_area"]]
    kind = zone["geometry_kind"].iloc[0] if "geometry_kind" in zone else None
    if not is_place_known(zone):
        return [_SAY["enclosing" if is_enclosing(kind) else "elsewhere"]]
    return [_SAY["approximate"]] if is_approximate(kind) else []


def _of_constraints(report: SurfaceReport) -> list[Text]:
    notes = []
    if report.plan.unchecked:
        notes.append(
            filled(_SAY["unchecked"], titles=_listed([c.title for c in report.plan.unchecked]))
        )
    for constraint in report.plan.constraints:
        share = report.unknown[constraint.id]
        if share > _LEAST_GAP:
            gap = number(100 * share, 0)
            notes.append(filled(_SAY["partly_checked"], title=constraint.title, share=gap))
    return notes


def _of_criteria(report: SurfaceReport) -> list[Text]:
    if not report.plan.missing:
        return []
    titles = _listed([c.title for c in report.plan.missing])
    return [filled(_SAY["missing"], titles=titles, share=number(100 * report.plan.coverage, 0))]


def _of_cells(report: SurfaceReport) -> list[Text]:
    cells = _listed([_sized(name, report) for name in report.cell_sizes_m])
    return [filled(_SAY["cells"], cells=cells, name=land_title(report.plan.reference))]


def _of_gaps(report: SurfaceReport) -> list[Text]:
    """Of which part of the zone nothing is known, and which part a constraint takes out."""
    unknown = [(c.title, report.unknown[c.id], "gap") for c in report.plan.criteria]
    barred = [(c.title, report.excluded[c.id], "barred") for c in report.plan.constraints]
    return [
        filled(_SAY["gap" if why == "gap" else "barred"], title=title, share=percent(share))
        for title, share, why in (*unknown, *barred)
        if share > _LEAST_GAP
    ]


def _of_coarse(report: SurfaceReport, need: SiteNeed) -> list[Text]:
    """Which rasters hinder, and which would help."""
    plan, sizes = report.plan, report.cell_sizes_m
    coarse = [name for name, size in sizes.items() if _is_coarse(size, need)]
    lacking = [land_measure(c).raster for c in plan.missing] + [c.raster for c in plan.unchecked]
    wanted = dict.fromkeys([*(name for name in coarse if name in _read(plan)), *lacking])
    side = number(_floored(need.cell_m), 0)
    told = []
    if coarse:
        cells = _listed([_sized(name, report) for name in coarse])
        told.append(filled(_SAY["hinders"], cells=cells, side=side, least=number(MIN_CELLS, 0)))
    if wanted:
        titles = _listed([land_title(name) for name in wanted])
        told.append(filled(_SAY["helps"], titles=titles, side=side))
    return told


def _read(plan: SurfacePlan) -> frozenset[str]:
    """The rasters that criteria read; a constraint's may be as coarse as its borders are."""
    return frozenset(land_measure(c).raster for c in plan.criteria)


def _floored(metres: float) -> float:
    """Rounded down to tens, so that a cell of the size that is named is small enough."""
    return max(10 * math.floor(metres / 10), 1)


def _is_coarse(size_m: tuple[float, float], need: SiteNeed) -> bool:
    """Whether fewer than four cells of a raster make a site."""
    return MIN_CELLS * size_m[0] * size_m[1] > need.area_ha * _M2_PER_HA


def _sized(name: str, report: SurfaceReport) -> Text:
    width, height = report.cell_sizes_m[name]
    return filled(
        _SAY["cell"], name=land_title(name), width=number(width, 0), height=number(height, 0)
    )


def _of_dropped(search: SiteSearch) -> list[Text]:
    return [
        filled(_DROPPED[reason], n=number(found.patches, 0), area=number(found.area_ha, 0))
        for reason, found in search.dropped.items()
        if found != Dropped(0, 0.0)
    ]


def _listed(texts: Sequence[Text]) -> Text:
    return Text(id=", ".join(t.id for t in texts), en=", ".join(t.en for t in texts))


_NO_RASTER = {
    "slope_percent": _SAY["no_raster_slope_percent"],
    "road_distance_m": _SAY["no_raster_road_distance_m"],
}
_DROPPED = {
    "small": _SAY["dropped_small"],
    "straggling": _SAY["dropped_straggling"],
    "far": _SAY["dropped_far"],
}
