"""A layer as GeoJSON or CSV, some features at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import shapely

from geo.json_types import as_json
from geo.vector.losses import Fitted, as_text

# Features that are made into text at a time.
_CHUNK = 1_000


def in_parts(held: Fitted) -> Iterator[tuple[slice, list[tuple[Any, ...]]]]:
    """The rows of values, some at a time, with their positions."""
    for start in range(0, len(held.ids), _CHUNK):
        part = slice(start, start + _CHUNK)
        rows = zip(*(values[part] for values in held.values.values()), strict=True)
        yield part, list(rows)


def write_geojson(held: Fitted, path: Path, _layer: str) -> None:
    """A feature collection (RFC 7946)."""
    names = list(held.values)
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[')
        for part, rows in in_parts(held):
            shapes = shapely.to_geojson(held.geometry[part])
            features = [
                orjson.dumps(
                    {
                        "type": "Feature",
                        "id": key,
                        "properties": as_json(dict(zip(names, row, strict=True))),
                        "geometry": None if shape is None else orjson.Fragment(shape),
                    }
                )
                for key, row, shape in zip(held.ids[part], rows, shapes, strict=True)
            ]
            file.write((b"," if part.start else b"") + b",".join(features))
        file.write(b"]}")


def write_csv(held: Fitted, path: Path, _layer: str) -> None:
    """The columns, and the geometry as WKT in a last one."""
    names = [*held.values, held.own["wkt"]]
    # The byte-order mark makes Excel read UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(csv_row(names))
        for part, rows in in_parts(held):
            # All digits, so that a layer in lon/lat comes back as it was.
            shapes = shapely.to_wkt(held.geometry[part], rounding_precision=-1)
            file.writelines(csv_row([*row, shape]) for row, shape in zip(rows, shapes, strict=True))


def csv_row(values: Sequence[Any]) -> str:
    """A row after RFC 4180; a text that is empty stands in quotes, what is missing is nothing."""
    return (
        ",".join("" if value is None else _csv_field(as_text(value)) for value in values) + "\r\n"
    )


def _csv_field(text: str) -> str:
    is_plain = text and not any(mark in text for mark in '",\r\n') and text == text.strip()
    return text if is_plain else '"' + text.replace('"', '""') + '"'
