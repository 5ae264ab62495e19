"""The areas of the regencies that are behind as files: XLSX, CSV and GeoJSON, in the rows of the page.

A regency without an area in the layer keeps its row, for its gap is not less known.
"""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import orjson
import shapely

from geo.language import Language
from geo.programme.denominators import rounded_people
from geo.programme.gap.behind import AreaBehind, ScoreRange
from geo.programme.gap.gaps import Gaps
from geo.programme.gap.region_gap import RegionGap
from geo.programme.gap.standing import VERDICTS
from geo.published import layer as published_layer
from geo.store.versions import Published
from maps.programme.gap.areas_page import city_note
from maps.programme.gap.document import in_whole_points
from maps.programme.gap.files import csv_rows, gap_notes
from maps.programme.gap.table import held_words
from maps.programme.words import change_unit
from maps.programme.workbook import Cell, Column, Sheet, workbook
from maps.text import translate

Areas = Mapping[str, Sequence[AreaBehind]]


def areas_columns(found: Gaps, language: Language) -> dict[str, Column]:
    """The columns of a file, by the names that programs know them by."""
    unit, points = found.indicator.unit.to(language), change_unit(found.indicator, language)
    places = found.indicator.decimals

    def column(key: str, unit: str = "", decimals: int | None = None, head: str = "") -> Column:
        title = translate(key, language)
        return Column(f"{title}, {head}" if head else title, unit, decimals=decimals)

    ends = {end: translate(end, language) for end in ("gap.low", "gap.high")}
    return {
        "region": column("gap.code"),
        "regency": column("gap.region"),
        "value": column("gap.value", unit, places),
        "held_against": column("gap.held_against"),
        "points": column("gap.points", points, places),
        "people": column("gap.people", translate("gap.people_unit", language), 0),
        "verdict": column("gap.verdict"),
        "area_id": column("gap.area_id"),
        "name": column("gap.area"),
        "readiness": column("gap.readiness", "0–100", 0),
        "readiness_low": column("gap.readiness", "0–100", 0, ends["gap.low"]),
        "readiness_high": column("gap.readiness", "0–100", 0, ends["gap.high"]),
        "need": column("gap.need", "0–100", 0),
        "need_low": column("gap.need", "0–100", 0, ends["gap.low"]),
        "need_high": column("gap.need", "0–100", 0, ends["gap.high"]),
        "remark": column("gap.remark"),
    }


def area_records(
    found: Gaps, areas: Areas, *, layer: str, language: Language
) -> list[dict[str, Cell]]:
    """A row for each area in the order of the page; one of a regency alone where it has no area."""
    blank: dict[str, Cell] = dict.fromkeys(areas_columns(found, language))
    none_here = translate("gap.no_zones" if layer == "zones" else "gap.no_kecamatan", language)
    rows = []
    for gap in found.behind:
        head = blank | _regency(gap, found, language)
        own = areas.get(gap.region, ())
        note = city_note(gap, layer, language)
        rows += [head | _area(in_whole_points(area)) | {"remark": note} for area in own]
        if not own:
            rows.append(head | {"remark": none_here})
    return rows


def areas_workbook(found: Gaps, areas: Areas, *, layer: str, language: Language) -> bytes:
    """The rows as an XLSX file, with what the gap and the scores rest on in its notes."""
    columns = areas_columns(found, language)
    rows = area_records(found, areas, layer=layer, language=language)
    sheet = Sheet(
        translate(f"layer.{layer}", language),
        list(columns.values()),
        [[row[name] for name in columns] for row in rows],
        frozen=2,
    )
    lead = (_title(layer, language), translate("gap.areas_lead", language))
    return workbook([sheet], notes=[lead, *gap_notes(found, language)], language=language)


def areas_csv(found: Gaps, areas: Areas, *, layer: str, language: Language) -> str:
    """The rows by names for programs, UTF-8; what is not known is empty, and nothing in it runs."""
    rows = area_records(found, areas, layer=layer, language=language)
    return csv_rows(list(areas_columns(found, language)), rows)


def areas_geojson(
    found: Gaps, areas: Areas, outlines: gpd.GeoDataFrame, *, layer: str, language: Language
) -> bytes:
    """The rows as features, lon/lat; the geometry of a regency without an area is null.

    `outlines` are those of the layer. What is not known is null.
    """
    features = [
        {
            "type": "Feature",
            "id": row["area_id"] or row["region"],
            "geometry": None
            if row["area_id"] is None
            else orjson.Fragment(shapely.to_geojson(outlines.geometry[row["area_id"]])),
            "properties": row,
        }
        for row in area_records(found, areas, layer=layer, language=language)
    ]
    return orjson.dumps(
        {
            "type": "FeatureCollection",
            "title": _title(layer, language),
            "indicator": found.indicator.id,
            "year": found.year,
            "yardstick": found.yardstick,
            "features": features,
        }
    )


def areas_file(
    now: Published, found: Gaps, areas: Areas, form: str, *, layer: str, language: Language
) -> bytes | str:
    """The rows as xlsx, csv or geojson."""
    if form == "geojson":
        outlines = published_layer(now, layer)
        return areas_geojson(found, areas, outlines, layer=layer, language=language)
    if form == "csv":
        return areas_csv(found, areas, layer=layer, language=language)
    return areas_workbook(found, areas, layer=layer, language=language)


def _title(layer: str, language: Language) -> str:
    return translate("gap.zones_title" if layer == "zones" else "gap.kecamatan_title", language)


def _regency(gap: RegionGap, found: Gaps, language: Language) -> dict[str, Cell]:
    return {
        "region": gap.region,
        "regency": gap.title.to(language),
        "value": gap.value,
        "held_against": held_words(gap, found, language),
        "points": gap.points_near,
        "people": rounded_people(gap.people_near) if gap.people_near else None,
        "verdict": VERDICTS[gap.verdict].to(language),
    }


def _area(area: AreaBehind) -> dict[str, Cell]:
    return {
        "area_id": area.area_id,
        "name": area.name,
        **_scores("readiness", area.readiness),
        **_scores("need", area.need),
    }


def _scores(name: str, one: ScoreRange) -> dict[str, Cell]:
    return {name: one.score, f"{name}_low": one.low, f"{name}_high": one.high}
