"""Pure. What a reader of candidate sites must know: what was not checked, how coarse the data are."""

from collections.abc import Sequence

import geopandas as gpd

from geo.land.patches import MIN_CELLS, Dropped
from geo.land.sites import SiteSearch, filled, number
from geo.land.suitability import SurfaceReport
from geo.land.titles import land_title
from geo.language import Text
from geo.vector.schema import is_approximate, is_enclosing

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
        return [_NO_AREA]
    kind = zone["geometry_kind"].iloc[0] if "geometry_kind" in zone else None
    if is_enclosing(kind):
        return [_ENCLOSING]
    return [_APPROXIMATE] if is_approximate(kind) else []


def _of_constraints(report: SurfaceReport) -> list[Text]:
    notes = []
    if report.plan.unchecked:
        notes.append(filled(_UNCHECKED, titles=_listed([c.title for c in report.plan.unchecked])))
    for constraint in report.plan.constraints:
        share = report.unknown[constraint.id]
        if share > _LEAST_GAP:
            gap = number(100 * share, 0)
            notes.append(filled(_PARTLY_CHECKED, title=constraint.title, share=gap))
    return notes


def _of_criteria(report: SurfaceReport) -> list[Text]:
    if not report.plan.missing:
        return []
    titles = _listed([c.title for c in report.plan.missing])
    return [filled(_MISSING, titles=titles, share=number(100 * report.plan.coverage, 0))]


def _of_cells(report: SurfaceReport, need_ha: float) -> list[Text]:
    sizes = {
        name: filled(_CELL, name=land_title(name), width=number(w, 0), height=number(h, 0))
        for name, (w, h) in report.cell_sizes_m.items()
    }
    coarse = [
        size
        for name, size in sizes.items()
        if MIN_CELLS * report.cell_sizes_m[name][0] * report.cell_sizes_m[name][1]
        > need_ha * _M2_PER_HA
    ]
    notes = [
        filled(_CELLS, cells=_listed(list(sizes.values())), name=land_title(report.plan.reference))
    ]
    if coarse:
        notes.append(filled(_COARSE, cells=_listed(coarse), least=number(MIN_CELLS, 0)))
    return notes


def _of_dropped(search: SiteSearch) -> list[Text]:
    return [
        filled(_DROPPED[reason], n=number(found.patches, 0), area=number(found.area_ha, 0))
        for reason, found in search.dropped.items()
        if found != Dropped(0, 0.0)
    ]


def _listed(texts: Sequence[Text]) -> Text:
    return Text(id=", ".join(t.id for t in texts), en=", ".join(t.en for t in texts))


_NO_AREA = Text(
    id="Lokasi saja: tanpa luas tidak dapat ditelusuri.",
    en="Location only: without an extent it cannot be searched.",
)
_APPROXIMATE = Text(
    id="Batas kawasan ini perkiraan; calon lokasi di tepinya juga.",
    en="The boundary of this area is approximate; so are candidates at its edge.",
)
_ENCLOSING = Text(
    id="Batas gambar lebih luas daripada kawasannya: calon lokasi dapat berada di luar kawasan.",
    en="The drawn boundary is wider than the area itself: candidates may lie outside the area.",
)
_UNCHECKED = Text(
    id="Batas mutlak yang belum diperiksa (petanya belum dimasukkan): {titles}.",
    en="Hard limits not checked (no map yet): {titles}.",
)
_PARTLY_CHECKED = Text(
    id="{title}: {share}% daratan tidak ada datanya, jadi di sana belum diperiksa.",
    en="{title}: {share}% of the land has no data and was not checked there.",
)
_MISSING = Text(
    id="Kriteria yang tidak ikut (petanya belum dimasukkan): {titles}. Kesesuaian bertumpu pada {share}% bobot kriteria lahan.",
    en="Criteria left out (no map yet): {titles}. Suitability rests on {share}% of the weight of the land criteria.",
)
_NO_RASTER = {
    "slope_percent": Text(
        id="Lereng belum diperiksa: petanya belum dimasukkan.",
        en="Slope not checked: its map has not been added yet.",
    ),
    "road_distance_m": Text(
        id="Jarak ke jalan belum diperiksa: petanya belum dimasukkan.",
        en="Distance to roads not checked: its map has not been added yet.",
    ),
}
_CELL = Text(id="{name} {width} × {height} m", en="{name} {width} × {height} m")
_CELLS = Text(
    id="Ukuran sel: {cells}. Petak mengikuti sel peta {name}; peta lain dibaca pada pusat sel itu.",
    en="Cell sizes: {cells}. Sites follow the cells of {name}; other maps are read at their centres.",
)
_COARSE = Text(
    id="Terlalu kasar untuk menunjuk satu permukiman (kurang dari {least} sel): {cells}. Hanya petak besar yang dapat dibedakan.",
    en="Too coarse to point at one settlement (fewer than {least} cells): {cells}. Only large patches can be told apart.",
)
_DROPPED = {
    "small": Text(
        id="Terlalu kecil, atau kurang dari empat sel: {n} petak, bersama {area} ha.",
        en="Too small, or fewer than four cells: {n} patches, {area} ha together.",
    ),
    "straggling": Text(
        id="Terlalu tidak beraturan: {n} petak, bersama {area} ha.",
        en="Too straggling: {n} patches, {area} ha together.",
    ),
    "far": Text(
        id="Terlalu jauh dari jalan: {n} petak, bersama {area} ha.",
        en="Too far from a road: {n} patches, {area} ha together.",
    ),
}
