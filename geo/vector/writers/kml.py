"""A layer as KML (OGC 12-007r2)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import shapely

from geo.vector.losses import Fitted, as_text
from geo.vector.writers.text import in_parts


def write_kml(held: Fitted, path: Path, layer: str) -> None:
    """Placemarks with typed ExtendedData.

    GDAL's LIBKML cuts coordinates to fifteen digits, leaves empty texts out and writes letters that
    no reader of XML takes.
    """
    types = {"boolean": "bool", "integer": "int", "number": "double"}
    data = [column for column in held.columns if column.written != "Name"]
    fields = "".join(
        f"<SimpleField name={_attribute(c.written)} type={_attribute(types.get(c.kind, 'string'))}/>"
        for c in data
    )
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document><name>{_element(layer)}</name>"
        f'<Schema name={_attribute(layer)} id="layer">{fields}</Schema>\n'
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(head)
        for part, rows in in_parts(held):
            for row, shape in zip(rows, held.geometry[part], strict=True):
                values = dict(zip(held.values, row, strict=True))
                file.write(_placemark(values, [c.written for c in data], shape))
        file.write("</Document></kml>\n")


def _placemark(values: Mapping[str, Any], data: Sequence[str], shape: Any) -> str:
    label = values.get("Name")
    name = "" if label is None else f"<name>{_element(as_text(label))}</name>"
    present = "".join(
        f"<SimpleData name={_attribute(n)}>{_element(as_text(values[n]))}</SimpleData>"
        for n in data
        if values[n] is not None
    )
    described = (
        f'<ExtendedData><SchemaData schemaUrl="#layer">{present}</SchemaData></ExtendedData>'
    )
    return f"<Placemark>{name}{described}{_kml_shape(shape)}</Placemark>\n"


def _kml_shape(shape: Any) -> str:
    if shape is None:
        return ""
    if shape.geom_type == "Polygon":
        inner = "".join(f"<innerBoundaryIs>{_ring(r)}</innerBoundaryIs>" for r in shape.interiors)
        return (
            f"<Polygon><outerBoundaryIs>{_ring(shape.exterior)}</outerBoundaryIs>{inner}</Polygon>"
        )
    if hasattr(shape, "geoms"):
        return f"<MultiGeometry>{''.join(map(_kml_shape, shape.geoms))}</MultiGeometry>"
    kind = "Point" if shape.geom_type == "Point" else "LineString"
    return f"<{kind}>{_coordinates(shape)}</{kind}>"


def _ring(ring: Any) -> str:
    return f"<LinearRing>{_coordinates(ring)}</LinearRing>"


def _coordinates(shape: Any) -> str:
    places = shapely.get_coordinates(shape, include_z=shape.has_z).tolist()
    return f"<coordinates>{' '.join(','.join(map(repr, place)) for place in places)}</coordinates>"


def _element(text: str) -> str:
    # XML makes a line feed of a carriage return that is not written so.
    return escape(text, {"\r": "&#13;"})


def _attribute(text: str) -> str:
    return quoteattr(text, {"\r": "&#13;"})
