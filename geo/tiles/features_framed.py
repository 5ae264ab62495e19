"""Features of a table as columns again, for forms that are files: each value of its property's kind."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from geo.crs import LONLAT, WGS84, same_crs
from geo.filtering.columns import Kind
from geo.tiles.features import FeatureTable
from geo.tiles.features_written import PART_BYTES, Writing
from geo.vector import file_formats
from geo.vector.file_formats import FILE_FORMATS, Format
from geo.vector.losses import Fitted, fitted, fitted_values
from geo.vector.writers.text import csv_row

Places = npt.NDArray[np.int64]

_KINDS: dict[Kind, file_formats.Kind] = {
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "instant": "instant",
}


def fitted_features(
    table: FeatureTable, places: Places, *, writing: Writing, format: Format, crs: pyproj.CRS
) -> Fitted:
    """The features at `places` as a file holds them, in `crs` with x before y.

    A column has the kind of its property, also where none of these features has a value of it, and
    the ids are there in a column `area_id`, unless a property that is written repeats them.
    """
    frame = _frame(table, places, writing).to_crs(crs)
    held = fitted(frame, format)
    kinds = {name: _KINDS.get(kind) for name, kind in table.fields.items()}
    columns = []
    for column in held.columns:
        kind = kinds.get(column.name)
        is_empty = all(value is None for value in held.values[column.written])
        if is_empty and kind is not None and kind in FILE_FORMATS[format].holds:
            column = replace(column, kind=kind)
        columns.append(column)
    return replace(held, columns=tuple(columns))


def csv_parts(
    table: FeatureTable, places: Places, *, writing: Writing, crs: pyproj.CRS, decimals: int
) -> Iterator[bytes]:
    """The features at `places` as CSV, some at a time, with their geometry as WKT in a last column.

    Values are as GeoJSON has them. WKT has x before y in every CRS, as the programs read it that load
    such files; of another CRS than lon/lat a column `crs` names it in each row: nothing else of the
    file does.
    """
    # No features tell what the columns are called.
    head = fitted(_frame(table, places[:0], writing), "csv")
    names = [column.written for column in head.columns]
    ends: list[str] = []
    if writing.has_geometry:
        if not same_crs(crs, LONLAT):
            ends.append(_free("crs", names))
        ends.append(head.own["wkt"])
    # The byte-order mark makes Excel read UTF-8.
    yield ("\ufeff" + csv_row([*names, *ends])).encode()
    named = ":".join(crs.to_authority() or (crs.name,))
    for some in table.batches(places, most_bytes=PART_BYTES):
        columns: list[Sequence[Any]] = _as_csv(
            table, some, [column.name for column in head.columns]
        )
        if writing.has_geometry:
            shapes = gpd.array.from_shapely(table.shapes().at(some), crs=WGS84).to_crs(crs)
            columns += [[named] * len(some) for _ in ends[1:]]
            columns.append(shapely.to_wkt(np.asarray(shapes), rounding_precision=decimals))
        yield "".join(csv_row(row) for row in zip(*columns, strict=True)).encode()


def _as_csv(table: FeatureTable, places: Places, names: Sequence[str]) -> list[Sequence[Any]]:
    """The properties of some features, each a column; what is none of them is the id."""
    features = table.properties(places)
    return [
        fitted_values(
            [
                feature["properties"][name] if name in table.fields else feature["id"]
                for feature in features
            ],
            "csv",
        )
        for name in names
    ]


def _frame(table: FeatureTable, places: Places, writing: Writing) -> gpd.GeoDataFrame:
    names = [name for name in table.fields if writing.has(name)]
    ids = table.ids().each()[places]
    columns = {name: _values(table, name, places) for name in names}
    if not any(table.repeats_ids(name) for name in names):
        columns = {_free("area_id", names): list(ids)} | columns
    geometries = table.shapes().at(places) if writing.has_geometry else [None] * len(places)
    return gpd.GeoDataFrame(
        {name: pd.Series(values, dtype=object) for name, values in columns.items()},
        geometry=gpd.array.from_shapely(np.asarray(geometries, dtype=object)),
        crs=LONLAT,
    ).set_axis(pd.Index(ids, name="area_id", dtype=object))


def _free(name: str, names: list[str]) -> str:
    taken, used, number = {other.lower() for other in names}, name, 1
    while used in taken:
        number += 1
        used = f"{name}_{number}"
    return used


def _values(table: FeatureTable, name: str, places: Places) -> list[Any]:
    kind = table.fields[name]
    if kind in ("integer", "number"):
        numbers = table.numbers(name)
        found = zip(numbers.values[places].tolist(), numbers.known[places], strict=True)
        return [value if is_known else None for value, is_known in found]
    if kind == "boolean":
        truth = table.booleans(name)
        found = zip(truth.true[places].tolist(), truth.known[places], strict=True)
        return [value if is_known else None for value, is_known in found]
    if kind == "json":
        return [feature["properties"][name] for feature in table.properties(places)]
    texts: list[Any] = table.texts(name).each()[places].tolist()
    if kind == "text":
        return texts
    read = date.fromisoformat if kind == "date" else _instant
    return [None if text is None else read(text) for text in texts]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.upper())
