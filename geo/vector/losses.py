"""A layer made to fit the format of a file, and every value that the format cannot hold, told.

Pure. A writer that meets a text of 300 letters, an empty text or a list cuts or drops it without a
word. So a layer is cut to what its format holds here, where each change is counted by column, and
the writer gets nothing that it would have to change.
"""

import datetime
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import pyproj
import shapely

from geo.crs import LONLAT, name_of, require_crs, same_crs, to_lonlat
from geo.json_types import as_json
from geo.language import Text, texts
from geo.vector.file_formats import FILE_FORMATS, FileFormat, Format, Kind

_SAY = texts(__name__)

# RFC 7946, 11.2: six decimals are 10 cm; the seventh keeps shared borders shared after rounding.
DECIMALS = 7
# GDAL gives a real number of a .dbf so many decimals, in so many places.
_DBF_DECIMALS, _DBF_PLACES = 15, 24
# A tab or a return at the start lets a formula follow in some programs (OWASP, CSV injection). A
# text that already has an apostrophe there gets another, so that taking one away restores it.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that a file does not hold as the layer has it: a code, and how many values of what column.

    `count` is of values or features; None where all are meant.
    """

    code: str
    column: str | None = None
    count: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> Text:
        """What is lost, as a sentence."""
        facts = {"column": self.column, "count": self.count, **self.facts}
        return _SAY[f"loss_{self.code}"].format(**facts)


@dataclass(frozen=True, slots=True)
class WrittenColumn:
    """A column of the layer, what it is called in the file, and what its values are there."""

    name: str
    written: str
    kind: Kind


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A layer as one format holds it.

    Attributes
    ----------
    columns : tuple of WrittenColumn
    values : mapping of str to list, each (n,)
        By the written name; None where missing.
    geometry : ndarray, (n,)
        In `crs`; None where there is none.
    ids : list of str, (n,)
        The index of the layer.
    own : mapping of str to str
        What the columns that the format adds are called.
    """

    columns: tuple[WrittenColumn, ...]
    values: Mapping[str, list[Any]]
    geometry: _Geometries
    crs: pyproj.CRS
    ids: list[str]
    own: Mapping[str, str]
    losses: tuple[Loss, ...]


_Tell = Callable[..., None]


def fitted(frame: gpd.GeoDataFrame, format: Format) -> Fitted:
    """`frame` as `format` holds it, with all that is lost.

    The index becomes a column `area_id`, the first, where no column repeats it. A value that is
    missing stays missing; none becomes missing but an empty text in a Shapefile and a number that
    is not finite where the format has no word for it.

    Raises
    ------
    CRSMissing
    """
    require_crs(frame, subject="layer")
    spec = FILE_FORMATS[format]
    losses: list[Loss] = []

    def tell(code: str, column: str | None = None, count: int | None = None, **facts: Any) -> None:
        if count is None or count > 0:
            losses.append(Loss(code, column, count, facts))

    table = _with_key(frame, tell)
    names = _written_names([str(name) for name in table.columns], spec, tell)
    columns, values = [], {}
    for position, (name, written) in enumerate(names):
        kind, held = _fit(
            _plain(table.iloc[:, position]),
            spec,
            lambda *a, n=name, **f: tell(a[0], n, *a[1:], **f),
        )
        columns.append(WrittenColumn(name, written, kind))
        values[written] = held
    geometry, crs = _fit_geometry(frame, format, tell)
    own = _own_names(list(values), spec)
    for name, used in own.items():
        if used != name:
            tell("own_renamed", name, written=used)
    ids = [str(value) for value in frame.index]
    return Fitted(tuple(columns), values, geometry, crs, ids, own, tuple(losses))


def fitted_values(values: Sequence[Any], format: Format) -> list[Any]:
    """Some values of a column as `format` holds them, None where missing; what is lost is not told."""
    return _fit(values, FILE_FORMATS[format], lambda *_, **_facts: None)[1]


def guarded(text: str) -> str:
    """A text with an apostrophe before it where a spreadsheet would run it.

    One apostrophe taken away gives the text as it was.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def as_text(value: Any) -> str:
    """A value of any kind as text: JSON of a list, ISO 8601 of a time, a number with all its digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return orjson.dumps(as_json(value)).decode()


def _with_key(frame: gpd.GeoDataFrame, tell: _Tell) -> pd.DataFrame:
    """The layer without its geometry; its index as the first column where no column repeats it."""
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    ids = [str(value) for value in frame.index]
    is_repeated = any(
        [str(v) for v in table.iloc[:, at]] == ids for at in range(len(table.columns))
    )
    table = table.reset_index(drop=True)
    if not is_repeated:
        name = _free("area_id", {str(column).lower() for column in table.columns})
        if name != "area_id":
            tell("own_renamed", "area_id", written=name)
        table.insert(0, name, pd.Series(ids, dtype="str"))
    return table


def _free(name: str, taken: Iterable[str], *, most_bytes: int | None = None) -> str:
    """`name`, or with a number where it is among `taken` (in lower case)."""
    used, number = _cut(name, most_bytes), 1
    while used.lower() in taken:
        number += 1
        ending = f"_{number}"
        room = None if most_bytes is None else most_bytes - len(ending)
        used = _cut(name, room) + ending
    return used


def _cut(text: str, most_bytes: int | None) -> str:
    if most_bytes is None or len(text.encode("utf-8", "replace")) <= most_bytes:
        return text
    return text.encode("utf-8", "replace")[:most_bytes].decode("utf-8", "ignore")


def _written_names(names: Sequence[str], spec: FileFormat, tell: _Tell) -> list[tuple[str, str]]:
    """Each name of a column with the one it gets in the file; the first of two alike keeps its name."""
    taken, found = set(spec.reserved), []
    for name in names:
        plain = spec.unwritable.sub("\ufffd", name)
        if spec is FILE_FORMATS["kml"] and plain.lower() == "name":
            # The label of a placemark, which every reader calls so.
            plain = "Name"
        if spec.is_run:
            plain = guarded(plain)
        key = str.lower if spec.folds_case else str
        written = _free(plain, taken, most_bytes=spec.name_bytes) if spec.folds_case else plain
        taken.add(key(written))
        found.append((name, written))
        if written != name:
            tell("column_renamed", name, written=written)
    return found


def _own_names(columns: Sequence[str], spec: FileFormat) -> dict[str, str]:
    """What the columns that a format adds are called beside those of the layer.

    Names are compared without case, as GeoPackage and most people do.
    """
    taken = {name.lower() for name in columns}
    own = {}
    for name in spec.own_columns:
        own[name] = _free(name, taken)
        taken.add(own[name])
    return own


def _fit(values: Sequence[Any], spec: FileFormat, tell: _Tell) -> tuple[Kind, list[Any]]:
    """The values of a column as a format holds them, and what kind they are then."""
    kind = _kind(values)
    if kind == "missing":
        return "text", list(values)
    if kind == "integer" and any(abs(v) >= spec.whole_below for v in values if v is not None):
        return "text", _told_as_text(values, kind, tell)
    if kind == "number":
        return _fit_numbers(values, spec, tell)
    if kind in ("time", "instant") and kind in spec.holds:
        return kind, _fit_times(values, kind, spec, tell)
    if kind == "text" or kind not in spec.holds:
        held = values if kind == "text" else _told_as_text(values, kind, tell)
        return "text", _fit_texts(held, spec, tell)
    return kind, list(values)


def _plain(series: "pd.Series[Any]") -> list[Any]:
    """Values as Python has them; None for what is missing."""
    missing = series.isna().to_numpy(dtype=bool)
    return [
        None if gone else value.item() if isinstance(value, np.generic) else value
        for value, gone in zip(series.tolist(), missing, strict=True)
    ]


def _kind(values: Sequence[Any]) -> Kind:
    kinds = {_kind_of(value) for value in values if value is not None}
    if kinds == {"integer", "number"} and all(_is_exact(v) for v in values if type(v) is int):
        return "number"
    return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "missing"


def _is_exact(value: int) -> bool:
    return abs(value) <= 2**53


def _kind_of(value: Any) -> Kind:
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, datetime.datetime):
        return "time" if value.tzinfo is None else "instant"
    if isinstance(value, datetime.date):
        return "date"
    return "list" if isinstance(value, list | tuple | np.ndarray | dict) else "mixed"


def _told_as_text(values: Sequence[Any], kind: Kind, tell: _Tell) -> list[Any]:
    tell(f"{kind}_as_text", sum(value is not None for value in values))
    return [None if value is None else as_text(value) for value in values]


def _fit_numbers(values: Sequence[Any], spec: FileFormat, tell: _Tell) -> tuple[Kind, list[Any]]:
    if not spec.holds_infinite:
        finite = [v if v is None or math.isfinite(v) else None for v in values]
        tell(
            "not_finite",
            sum(a is not None and b is None for a, b in zip(values, finite, strict=True)),
        )
        values = finite
    if spec.real_below is None:
        digits = spec.real_digits
        held = [None if v is None else float(f"{v:.{digits}g}") for v in values]
        changed = sum(a != b and a == a for a, b in zip(values, held, strict=True))
        tell("digits_lost", changed, digits=digits)
        return "number", held
    if any(v is not None and abs(v) >= spec.real_below for v in values):
        # Cut to its places, such a number would be another.
        return "text", _told_as_text(values, "number", tell)
    rounded = [None if v is None else float(f"{v:.{_DBF_DECIMALS}f}"[:_DBF_PLACES]) for v in values]
    changed = sum(a != b for a, b in zip(values, rounded, strict=True))
    tell("number_rounded", changed, decimals=_DBF_DECIMALS)
    return "number", rounded


def _fit_times(values: Sequence[Any], kind: Kind, spec: FileFormat, tell: _Tell) -> list[Any]:
    if spec is FILE_FORMATS["parquet"]:
        return list(values)
    present = [v for v in values if v is not None]
    tell("time_rounded", sum(v.microsecond % 1000 > 0 for v in present))
    if kind == "time" and spec is FILE_FORMATS["gpkg"]:
        tell("time_zone_assumed", len(present))
    if kind == "instant":
        tell("time_in_utc", sum(v.utcoffset() != datetime.timedelta(0) for v in present))
    return [None if v is None else _to_milliseconds(v) for v in values]


def _to_milliseconds(value: datetime.datetime) -> datetime.datetime:
    moment = value if value.tzinfo is None else value.astimezone(datetime.UTC)
    if isinstance(moment, pd.Timestamp):
        moment = moment.to_pydatetime(warn=False)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _fit_texts(values: Sequence[Any], spec: FileFormat, tell: _Tell) -> list[Any]:
    """Texts without what a format cannot write, cut to its length, told by what happened to how many."""

    def each(change: Callable[[str], str | None], code: str, **facts: Any) -> None:
        nonlocal values
        changed = [None if value is None else change(value) for value in values]
        tell(code, sum(a != b for a, b in zip(values, changed, strict=True)), **facts)
        values = changed

    each(lambda text: spec.unwritable.sub("\ufffd", text), "letters_replaced")
    if spec.is_run:
        each(guarded, "guarded")
    if spec.text_bytes is not None:
        each(lambda text: _cut(text, spec.text_bytes), "text_cut", most=spec.text_bytes)
        each(lambda text: text.rstrip(" "), "blanks_lost")
    if spec.text_letters is not None:
        most = spec.text_letters
        each(lambda text: text[:most], "text_cut_letters", most=most)
    if not spec.holds_empty_text:
        each(lambda text: text or None, "empty_text")
    elif spec.is_run:
        tell("empty_text_unclear", sum(value == "" for value in values))
    if spec is FILE_FORMATS["kml"]:
        tell("blanks_unclear", sum(v is not None and v != v.strip() for v in values))
    return list(values)


def _fit_geometry(
    frame: gpd.GeoDataFrame, format: Format, tell: _Tell
) -> tuple[_Geometries, pyproj.CRS]:
    spec = FILE_FORMATS[format]
    crs = require_crs(frame, subject="layer")
    if spec.in_lonlat:
        if not same_crs(crs, LONLAT):
            tell("crs_changed", found=name_of(crs))
        frame, crs = to_lonlat(frame), LONLAT
    geometry = np.array(frame.geometry.array, dtype=object)
    if not spec.holds_measures:
        geometry = _without_measures(geometry, tell)
    if not spec.holds_empty_geometry:
        empty = shapely.is_empty(geometry)
        tell("geometry_empty", count=int(empty.sum()))
        geometry[empty] = None
    shaped = _SHAPES.get(format)
    return geometry if shaped is None else shaped(geometry, tell), crs


def _without_measures(geometry: _Geometries, tell: _Tell) -> _Geometries:
    measured = shapely.has_m(geometry)
    tell("measures_lost", count=int(measured.sum()))
    geometry[measured] = shapely.from_wkb(shapely.to_wkb(geometry[measured], output_dimension=3))
    return geometry


def _rounded(geometry: _Geometries, tell: _Tell) -> _Geometries:
    """Coordinates with so many decimals as are written."""
    rounded = geometry.copy()
    for has_height in (False, True):
        those = shapely.has_z(geometry) == has_height
        rounded[those] = shapely.transform(
            geometry[those], lambda xyz: xyz.round(DECIMALS) + 0.0, include_z=has_height
        )
    changed = ~shapely.equals_identical(geometry, rounded) & ~shapely.is_missing(geometry)
    tell("coordinates_rounded", count=int(changed.sum()), decimals=DECIMALS)
    return rounded


def _as_points(geometry: _Geometries, tell: _Tell) -> _Geometries:
    shaped = ~np.isin(shapely.get_type_id(geometry), (-1, 0))
    tell("shape_as_point", count=int(shaped.sum()))
    points: _Geometries = shapely.force_2d(shapely.point_on_surface(geometry))
    return points


# Shapefiles hold one family of shapes each, by the number of GEOS: points, lines, polygons.
FAMILIES: Mapping[str, tuple[int, ...]] = {
    "poligon": (3, 6),
    "garis": (1, 2, 5),
    "titik": (0,),
    "multititik": (4,),
}


def families_of(geometry: _Geometries) -> list[str]:
    """The families of shapes that occur, those with the most features first; polygons where there is none."""
    types = shapely.get_type_id(geometry)
    counts = {name: int(np.isin(types, ids).sum()) for name, ids in FAMILIES.items()}
    found = sorted((name for name in counts if counts[name]), key=lambda name: -counts[name])
    return found or ["poligon"]


def _for_shapefile(geometry: _Geometries, tell: _Tell) -> _Geometries:
    types = shapely.get_type_id(geometry)
    tell("collection_lost", count=int((types == 7).sum()))
    geometry[types == 7] = None
    single = np.isin(types, (5, 6)) & (shapely.get_num_geometries(geometry) == 1)
    tell("multi_as_single", count=int(single.sum()))
    families = families_of(geometry)
    if len(families) > 1:
        tell("families_apart", files=", ".join(families))
    for name in families:
        those = np.isin(shapely.get_type_id(geometry), FAMILIES[name])
        heights = shapely.has_z(geometry[those])
        if heights.any():
            tell("heights_zero", count=int((~heights).sum()))
    return geometry


_SHAPES: Mapping[Format, Callable[[_Geometries, _Tell], _Geometries]] = {
    "geojson": _rounded,
    "xlsx": _as_points,
    "shp": _for_shapefile,
}
