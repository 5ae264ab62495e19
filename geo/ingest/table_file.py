"""A CSV file or a workbook read as a layer: one row a feature, its place in columns.

A place is a geometry written as text (WKT, GeoJSON, or the digits of a well-known binary) or a pair
of coordinates, in degrees of any writing or in metres. Everything else stays what it is: a text in
a CSV stays text, so that no code loses a zero.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.crs import LONLAT, crs_of
from geo.ingest.findings import Feature, Finding, Unreadable, finding
from geo.ingest.formats import (
    LAT_COLUMNS,
    LAT_DEGREES,
    LON_COLUMNS,
    LON_DEGREES,
    SHAPE_COLUMNS,
)
from geo.ingest.geojson import geometry_of_text
from geo.ingest.sheet import Row, Sheet, clean, headed, sheet_of_text, sheet_of_workbook
from geo.ingest.source import Damage, Limits, Source, beside_geometry
from geo.ingest.values import formed, straightened
from geo.ingest.vertices import least_in_text, require_few
from geo.ingest.workbook import WorkbookJob, workbook_cells
from geo.language import Text, first_of, joined, number, shortened, texts
from geo.vector.losses import guarded
from geo.vector.numerals import parse_numerals

if TYPE_CHECKING:
    import pandas as pd

_SAY = texts(__name__)

_AxisName = Literal["lon", "lat"]
# Titles and notes may stand above the head of a table.
_HEAD_WITHIN = 20
_EXAMPLES = 3
_MOST_SHOWN = 40
_SHAPE_WORDS = re.compile(
    r"\s*(SRID\s*=\s*\d+\s*;)?\s*(MULTI)?"
    r"(POINT|LINESTRING|POLYGON|CURVE|SURFACE|GEOMETRYCOLLECTION|CIRCULARSTRING|COMPOUNDCURVE|CURVEPOLYGON)\b"
    r"|\s*\{|\s*0[01][0-9a-f]{8}",
    re.IGNORECASE,
)
_SRID = re.compile(r"\s*SRID\s*=\s*(\d{1,9})\s*;", re.IGNORECASE)
_DIGITS = re.compile(r"\s*([0-9a-fA-F]{2})+\s*")
# The halves of the globe in Indonesian and English, by axis: those that count as negative last.
_HALVES: Mapping[_AxisName, tuple[frozenset[str], frozenset[str]]] = {
    "lon": (frozenset({"E", "T", "BT"}), frozenset({"W", "B", "BB"})),
    "lat": (frozenset({"N", "U", "LU"}), frozenset({"S", "LS"})),
}
_MOST_DEG: Mapping[_AxisName, float] = {"lon": 180, "lat": 90}
# Half the equator and what is added to keep eastings positive: no map of the Earth has more.
_MOST_METRES = 21_000_000
_NUMBER = r"\d+(?:[.,]\d+)?"
_PLAIN = re.compile(r"[-+]?\s*[\d.,]+([eE][-+]?\d{1,3})?")
_DEGREES = re.compile(
    rf"(?P<before>[NSEWUTB]|L[SU]|B[TB])?\.?\s*(?P<sign>[-−+])?\s*(?P<degrees>{_NUMBER})\s*[°º˚]?"
    rf"(?:\s*(?P<minutes>{_NUMBER})\s*['′’]?(?:\s*(?P<seconds>{_NUMBER})\s*(?:[\"″”]|''|’’)?)?)?"
    r"\s*(?P<after>[NSEWUTB]|L[SU]|B[TB])?\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """The geometry of every row, why some have none, and the CRS that they say or show."""

    geometry: npt.NDArray[np.object_]
    damaged: Mapping[int, Damage]
    crs: pyproj.CRS | None
    crs_text: str | None
    findings: tuple[Finding, ...]
    used: str | None = None


def read_table_file(
    path: Path,
    *,
    kind: Literal["csv", "xlsx"],
    sheet: str | None,
    encoding: str | None,
    limits: Limits,
) -> Source:
    """The layer of a CSV file or of one sheet of a workbook.

    A column of geometries becomes the geometry and is no column any more; columns of coordinates
    stay. An empty cell is missing. Coordinates that can be degrees are longitude and latitude of
    WGS 84, which is told; of others the CRS must be stated.

    Raises
    ------
    Unreadable
        With the row of what is wrong; also where no column says where the rows lie.
    UploadUnsupported
    """
    table = _sheet(path, kind, sheet, encoding, limits)
    head = _head(table)
    names, rows = headed(table, head=head)
    _require_whole(table, names, rows)
    cells = {name: [_cell(row, at) for row in rows] for at, name in enumerate(names)}
    columns, unguarded = _unguarded(cells)
    places = _places(columns, limits, numbers=[row.number for row in rows])

    import geopandas as gpd

    kept = {name: _typed(v) for name, v in columns.items() if name != places.used}
    attributes, renamed = _attributes(kept, len(rows))
    frame = gpd.GeoDataFrame(attributes, geometry=places.geometry, crs=places.crs)
    return Source(
        frame=frame,
        kind=kind,
        layer=table.name or path.stem,
        crs_text=places.crs_text,
        encoding=table.encoding,
        encodings=table.encodings,
        header_count=len(rows),
        damaged=places.damaged,
        findings=(
            *table.findings,
            *_above(table, head),
            *_merged(table),
            *unguarded,
            *places.findings,
            *renamed,
        ),
        numbers=tuple(row.number for row in rows),
    )


def _sheet(path: Path, kind: str, sheet: str | None, encoding: str | None, limits: Limits) -> Sheet:
    # A geometry is longer than any text; the limit of vertices counts instead.
    wide = replace(limits, text_length=limits.upload_bytes)
    if kind == "xlsx":
        found = workbook_cells(WorkbookJob(path, sheet, wide))
        read = sheet_of_workbook(found, of_cell=lambda c: c[0] if isinstance(c, list) else c)
        percents = finding("percents_as_shown", columns=", ".join(found["percents"]))
        return replace(read, findings=(*read.findings, *([percents] if found["percents"] else [])))
    before = csv.field_size_limit(limits.upload_bytes)
    try:
        read = sheet_of_text(path.read_bytes(), encoding=encoding, limits=wide)
    finally:
        csv.field_size_limit(before)
    return replace(read, findings=(*read.findings, finding("table_of_texts")))


def _plain(name: object) -> str:
    return re.sub(r"[\s\-.()°_]+", "_", clean(str(name)).lower()).strip("_")


def _head(table: Sheet) -> int:
    """Which row names the columns: the first of those above that names a place."""
    for at, row in enumerate(table.rows[:_HEAD_WITHIN]):
        names = {_plain(cell) for cell in row.cells if isinstance(cell, str)}
        if names.intersection(SHAPE_COLUMNS) or (
            names.intersection(LON_COLUMNS) and names.intersection(LAT_COLUMNS)
        ):
            return at
    raise Unreadable(_no_place([str(cell) for cell in table.rows[0].cells if cell is not None]))


def _no_place(names: Sequence[str]) -> Finding:
    return finding("table_no_place", columns=", ".join(name[:40] for name in names[:20]) or "-")


def _require_whole(table: Sheet, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Refuse a text with a row that is cut: what stands in it may belong to another column."""
    for row in rows if table.is_text else ():
        if len(row.cells) < len(names):
            raise Unreadable(
                finding("row_cut", row=row.number, fields=len(row.cells), columns=len(names))
            )


def _above(table: Sheet, head: int) -> list[Finding]:
    rows = ", ".join(str(row.number) for row in table.rows[:head])
    return [finding("rows_above_head", rows=rows)] if head else []


def _merged(table: Sheet) -> list[Finding]:
    if not table.spread:
        return []
    rows = sorted({row for row, _ in table.spread})
    shown = first_of(rows, 10)
    return [finding("cells_merged", rows=shown)]


def _cell(row: Row, at: int) -> Any:
    cell = row.cell(at)
    return None if cell == "" else cell


def _unguarded(
    columns: Mapping[str, list[Any]],
) -> tuple[dict[str, list[Any]], list[Finding]]:
    """Names and texts without the apostrophe that keeps a spreadsheet from running them, and which.

    Whoever writes a table guards them so, as `geo.vector.losses.guarded` does.
    """
    plain: dict[str, list[Any]] = {}
    counts: dict[str, int] = {}
    for name, values in columns.items():
        bare = _without_guard(name)
        held = name if bare in columns or bare in plain else bare
        plain[held] = [_without_guard(v) if isinstance(v, str) else v for v in values]
        taken = sum(one != other for one, other in zip(values, plain[held], strict=True))
        if taken or held != name:
            counts[held] = taken
    if not counts:
        return plain, []
    names, count = ", ".join(counts), sum(counts.values())
    return plain, [finding("apostrophes_taken", columns=names, count=count)]


def _without_guard(text: str) -> str:
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text


def _typed(values: list[Any]) -> list[Any]:
    """A column with whole numbers as such, which a workbook does not tell from others."""
    numbers = [v for v in values if isinstance(v, float)]
    if all(v.is_integer() and abs(v) <= 2**53 for v in numbers):
        return [int(v) if isinstance(v, float) else v for v in values]
    return values


def _attributes(
    columns: Mapping[str, list[Any]], rows: int
) -> tuple["pd.DataFrame", list[Finding]]:
    import pandas as pd

    names, renamed = beside_geometry(columns)
    table = pd.DataFrame({names[n]: pd.Series(v, dtype=object) for n, v in columns.items()})
    return (table if columns else pd.DataFrame(index=range(rows))), renamed


def _places(columns: Mapping[str, list[Any]], limits: Limits, *, numbers: Sequence[int]) -> _Places:
    """Where the rows lie: by the one column of geometries, else by a pair of coordinates."""
    shapes = [
        name
        for wanted in SHAPE_COLUMNS
        for name, values in columns.items()
        if _plain(name) == wanted and _is_of_shapes(values)
    ]
    if len(shapes) > 1:
        raise Unreadable(finding("table_places_unclear", columns=", ".join(shapes)))
    if shapes:
        return _by_shape(shapes[0], columns[shapes[0]], numbers=numbers, limits=limits)
    for lons, lats in ((LON_DEGREES, LAT_DEGREES), (LON_COLUMNS, LAT_COLUMNS)):
        lon, lat = _first(columns, lons), _first(columns, lats)
        if lon is not None and lat is not None:
            return _by_pair(lon, lat, columns)
    raise Unreadable(_no_place(list(columns)))


def _first(columns: Mapping[str, list[Any]], wanted: Sequence[str]) -> str | None:
    """The column that has the first of these names."""
    plain = {_plain(name): name for name in reversed(list(columns))}
    return next((plain[name] for name in wanted if name in plain), None)


def _is_of_shapes(values: Sequence[Any]) -> bool:
    """Whether the first text of a column begins as a geometry does."""
    first = next((value for value in values if value is not None), None)
    return isinstance(first, str) and _SHAPE_WORDS.match(first) is not None


def _by_shape(
    column: str, values: Sequence[Any], *, numbers: Sequence[int], limits: Limits
) -> _Places:
    _require_few(values, numbers, limits)
    geometry = np.full(len(values), None, dtype=object)
    binary = np.full(len(values), None, dtype=object)
    damaged: dict[int, Damage] = {}
    systems: set[int] = set()
    for row, value in enumerate(values):
        if value is None:
            damaged[row] = Damage("place_empty", {"columns": column, "is_half": False})
            continue
        try:
            geometry[row], binary[row], srid = _shape(str(value), limits)
        except (ValueError, NotImplementedError, Unreadable, shapely.errors.GEOSException):
            shown = shortened(str(value), _MOST_SHOWN)
            damaged[row] = Damage("place_no_shape", {"column": column, "value": shown})
        else:
            systems |= {srid} if srid else set()
    made, deviations = formed(binary, damaged)
    for row in range(len(values)):
        geometry[row] = geometry[row] or made[row]
    if len(systems) > 1:
        codes = ", ".join(f"EPSG:{code}" for code in sorted(systems))
        raise Unreadable(finding("table_several_crs", column=column, codes=codes))
    crs, text, said = _assumed(geometry, column)
    if systems:
        text, said = f"EPSG:{systems.pop()}", []
        crs = crs_of(text)
    told = [*said, *([straightened(deviations, crs)] if deviations else [])]
    return _Places(geometry, damaged, crs, text, tuple(told), column)


def _require_few(values: Sequence[Any], numbers: Sequence[int], limits: Limits) -> None:
    """Refuse a column with a geometry too long to be made, or too many in all, before one is made.

    Raises
    ------
    Unreadable
    """
    total = 0
    for row, value in zip(numbers, values, strict=True):
        count = least_in_text(str(value)) if value is not None else 0
        if count > limits.feature_vertices:
            facts: dict[str, Any] = {"count": count, "limit": limits.feature_vertices}
            raise Unreadable(
                finding(
                    "too_many_vertices",
                    feature=Feature(row),
                    subject=_SAY["one_feature"],
                    **facts,
                )
            )
        total += count
        require_few(total, limits)


def _shape(text: str, limits: Limits) -> tuple[Any, bytes | None, int]:
    """A geometry or its binary, and the number of its CRS; 0 where it names none.

    Raises
    ------
    ValueError, NotImplementedError, Unreadable, GEOSException
    """
    if text.lstrip().startswith("{"):
        return geometry_of_text(text, limits=limits), None, 0
    if _DIGITS.fullmatch(text):
        raw = bytes.fromhex(text)
        order: Literal["little", "big"] = "little" if raw[:1] == b"\1" else "big"
        has_number = int.from_bytes(raw[1:5], order) & 0x20000000
        return None, raw, int.from_bytes(raw[5:9], order) if has_number else 0
    named = _SRID.match(text)
    made = shapely.from_wkt(text[named.end() :] if named else text)
    return made, None, int(named[1]) if named else 0


def _assumed(
    geometry: npt.NDArray[np.object_], columns: str
) -> tuple[pyproj.CRS | None, str | None, list[Finding]]:
    """Longitude and latitude where all coordinates can be such; else nothing is known."""
    if all(geom is None for geom in geometry):
        return LONLAT, "OGC:CRS84", []
    west, south, east, north = shapely.total_bounds(geometry)
    if west >= -180 and east <= 180 and south >= -90 and north <= 90:
        return LONLAT, "OGC:CRS84", [finding("table_crs_assumed", columns=columns)]
    example = f"{west:.10g}, {south:.10g}"
    return None, None, [finding("table_no_degrees", columns=columns, example=example)]


@dataclass(slots=True)
class _Axis:
    """The coordinates of one axis: numbers by row, why some are none, and what was read otherwise."""

    numbers: list[float | None]
    damaged: dict[int, Damage]
    findings: list[Finding]


def _by_pair(lon: str, lat: str, columns: Mapping[str, list[Any]]) -> _Places:
    axes = _axis("lon", lon, columns[lon]), _axis("lat", lat, columns[lat])
    damaged = {**axes[1].damaged, **axes[0].damaged}
    names = f"{lon}, {lat}"
    pairs = np.array([a.numbers for a in axes], dtype=np.float64).T.reshape(-1, 2)
    known = ~np.isnan(pairs)
    for row in range(len(pairs)):
        if row not in damaged and not known[row].all():
            empty = names if not known[row].any() else (lat if known[row, 0] else lon)
            is_half = bool(known[row].any())
            damaged[row] = Damage("place_empty", {"columns": empty, "is_half": is_half})
    whole: npt.NDArray[np.bool_] = np.all(known, axis=1)
    for row, damage in _misread(pairs, whole, names=(lon, lat), columns=columns).items():
        damaged[row], whole[row] = damage, False
    geometry = np.full(len(pairs), None, dtype=object)
    geometry[whole] = shapely.points(pairs[whole])
    crs, text, said = _assumed(geometry, names)
    told = (*said, *axes[0].findings, *axes[1].findings)
    return _Places(geometry, damaged, crs, text, told)


def _misread(
    pairs: npt.NDArray[np.float64],
    whole: npt.NDArray[np.bool_],
    *,
    names: tuple[str, str],
    columns: Mapping[str, list[Any]],
) -> dict[int, Damage]:
    """Pairs that are neither degrees nor metres of any map, by row, and what seems wrong with them."""
    size = np.abs(np.nan_to_num(pairs))
    beyond = whole & (size > (180, 90)).any(axis=1)
    swapped = beyond & (size <= (90, 180)).all(axis=1)
    broken = beyond & (size > _MOST_METRES).any(axis=1)
    damaged = {}
    # One slip of the pen does not make metres of a column of degrees.
    is_of_degrees = beyond.sum() * 2 < whole.sum()
    for row in map(int, np.flatnonzero(beyond if is_of_degrees else swapped | broken)):
        if swapped[row]:
            lon, lat = (f"{value:.10g}" for value in pairs[row])
            facts = {"columns": ", ".join(names), "value": f"{lon}; {lat}"}
            damaged[row] = Damage("place_swapped", facts)
            continue
        at = int(size[row, 0] <= (_MOST_METRES if broken[row] else 180))
        value = shortened(str(columns[names[at]][row]), _MOST_SHOWN)
        code = "place_without_decimals" if broken[row] else "place_unreadable"
        damaged[row] = Damage(code, {"column": names[at], "value": value})
    return damaged


def _axis(axis: _AxisName, column: str, values: Sequence[Any]) -> _Axis:
    read = _Axis([None] * len(values), {}, [])
    rewritten: list[Text] = []
    plain = [_plain_number(value) for value in values]
    numerals = parse_numerals(plain)
    for row, (value, simple, numeral) in enumerate(zip(values, plain, numerals, strict=True)):
        if value is None:
            continue
        degrees = _degrees(value, axis) if simple is None else None
        fitting = [r for r in numeral.readings if abs(r) <= _MOST_DEG[axis]]
        found = fitting[0] if len(fitting) == 1 else numeral.number
        if found is None and degrees is None:
            read.damaged[row] = _no_number(column, value, numeral.readings)
            continue
        read.numbers[row] = found if degrees is None else degrees
        if degrees is not None:
            as_number = number(degrees, ".6f")
            rewritten.append(Text(id=f"{value} → {as_number.id}", en=f"{value} → {as_number.en}"))
    if rewritten:
        shown = joined(rewritten[:_EXAMPLES], by="; ")
        read.findings.append(finding("coordinates_of_degrees", column=column, examples=shown))
    _turn_to_half(read, axis, column)
    return read


def _plain_number(value: Any) -> Any:
    """A value that is a number by itself; None for one in degrees, minutes and seconds."""
    if not isinstance(value, str):
        return None if isinstance(value, bool) else value
    text = value.strip().replace("−", "-")
    return text if _PLAIN.fullmatch(text) else None


def _no_number(column: str, value: Any, readings: Sequence[float]) -> Damage:
    shown = shortened(str(value), _MOST_SHOWN)
    if not readings:
        return Damage("place_unreadable", {"column": column, "value": shown})
    said = joined([number(one, ",.10g") for one in readings], by=" / ")
    return Damage("number_ambiguous", {"column": column, "value": shown, "readings": said})


def _degrees(value: Any, axis: _AxisName) -> float | None:
    """Decimal degrees of `3°29'12" LS`, `115 42 57,6 BT` or `-3.5°`; None for what is none."""
    match = _DEGREES.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or (match["before"] and match["after"]):
        return None
    half = (match["before"] or match["after"] or "").upper()
    east_or_north, west_or_south = _HALVES[axis]
    if half and half not in east_or_north | west_or_south:
        return None
    parts = [float((match[n] or "0").replace(",", ".")) for n in ("degrees", "minutes", "seconds")]
    if match["minutes"] and (parts[0] % 1 or max(parts[1:]) >= 60):
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    is_negative = half in west_or_south or match["sign"] in ("-", "−")
    return -degrees if is_negative else degrees


def _turn_to_half(read: _Axis, axis: _AxisName, column: str) -> None:
    """Make the numbers negative where the column's own name says south or west, and none is yet."""
    words = {"lon": ("barat", "bb", "west"), "lat": ("selatan", "ls", "south")}[axis]
    numbers = [n for n in read.numbers if n is not None]
    if set(_plain(column).split("_")).isdisjoint(words) or not any(numbers) or min(numbers) < 0:
        return
    read.numbers = [None if n is None else -n for n in read.numbers]
    read.findings.append(finding("coordinates_of_half", column=column))
