"""What a reader of candidate sites must know: what was not checked, how coarse the data are."""

from collections.abc import Sequence

import geopandas as gpd

from geo.land.patches import MIN_CELLS, Dropped
from geo.land.raster_titles import land_title
from geo.land.sites import SiteSearch, filled, number
from geo.land.suitability import SurfaceReport
from geo.language import Text, texts
from geo.vector.schema import is_approximate, is_enclosing

_SAY = texts(__name__)

# Below this a gap in a raster is not worth a sentence (own judgement).
_LEAST_GAP = 0.005
_M2_PER_HA = 10_000.0


def site_notes(
    zone: gpd.GeoDataFrame,
    report: SurfaceReport,
    search: SiteSearch,
    *,
    need_ha: float,
    unread: Sequence[str],
) -> tuple[Text, ...]:
    """Sentences that go with a list of sites, the gravest first.

    Parameters
    ----------
    zone : GeoDataFrame
        One row; `geometry_kind` tells whether its outline is approximate.
    need_ha : float
        The least area of a site, in hectares.
    unread : sequence of str
        Rasters that a site is described by (slope, road distance) and that are not there.
    """
    return (
        *_of_zone(zone),
        *_of_constraints(report),
        *_of_criteria(report),
        *(_NO_RASTER[name] for name in unread),
        *_of_cells(report, need_ha),
        *_of_dropped(search),
    )


def _of_zone(zone: gpd.GeoDataFrame) -> list[Text]:
    shape = zone.geometry.iloc[0]
    if shape is None or shape.area == 0:
        return [_SAY["no_area"]]
    kind = zone["geometry_kind"].iloc[0] if "geometry_kind" in zone else None
    if is_enclosing(kind):
        return [_SAY["enclosing"]]
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


def _of_cells(report: SurfaceReport, need_ha: float) -> list[Text]:
    sizes = {
        name: filled(_SAY["cell"], name=land_title(name), width=number(w, 0), height=number(h, 0))
        for name, (w, h) in report.cell_sizes_m.items()
    }
    coarse = [
        size
        for name, size in sizes.items()
        if MIN_CELLS * report.cell_sizes_m[name][0] * report.cell_sizes_m[name][1]
        > need_ha * _M2_PER_HA
    ]
    notes = [
        filled(
            _SAY["cells"],
            cells=_listed(list(sizes.values())),
            name=land_title(report.plan.reference),
        )
    ]
    if coarse:
        notes.append(filled(_SAY["coarse"], cells=_listed(coarse), least=number(MIN_CELLS, 0)))
    return notes


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
