"""A drawing (DXF) read by GDAL: closed outlines as polygons, its layers and texts as columns.

A drawing names no CRS, so one is asked for. What GDAL has no geometry for it passes over without a
word; the entities are counted here by their kinds, and what is passed over is told.

References
----------
Autodesk, DXF Reference: group codes 0 (kind), 8 (layer), 42 (bulge of an arc), section ENTITIES.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from geo.drivers.gdal import Layer, NotRead, layer_counts, read_layer, require_counts, source_of
from geo.ingest.findings import Finding, Unreadable, finding
from geo.ingest.source import Limits, Source
from geo.language import Text, texts

_SAY = texts(__name__)

# Kinds of which GDAL makes one feature each, and those of which it makes several or none.
_ONE = frozenset(
    ("POINT", "MTEXT", "TEXT", "ATTDEF", "LINE", "POLYLINE", "LWPOLYLINE", "CIRCLE", "ELLIPSE")
) | frozenset(("ARC", "SPLINE", "3DFACE", "HATCH", "SOLID", "TRACE"))
_SOME = frozenset(("INSERT", "DIMENSION", "LEADER", "MLEADER", "MULTILEADER"))
# Parts of the entity before them.
_PARTS = frozenset(("VERTEX", "SEQEND", "ATTRIB"))
_CURVED = frozenset(("ARC", "CIRCLE", "ELLIPSE", "SPLINE"))
_OPTIONS = {"CLOSED_LINE_AS_POLYGON": "YES"}
_COLUMNS = ("Layer", "Text", "EntityHandle", "Linetype", "PaperSpace", "SubClasses")
_BLOCK_BYTES = 1 << 20


@dataclass(slots=True)
class _Entities:
    """How often each kind occurs, the layers that entities lie on, and how many are curved."""

    kinds: Counter[str] = field(default_factory=Counter)
    layers: Counter[str] = field(default_factory=Counter)
    curved: int = 0


def read_dxf(path: Path, folder: Path, *, layer: str | None, limits: Limits) -> Source:
    """The entities of a drawing, or those on one of its layers.

    Raises
    ------
    Unreadable
        For a drawing that is cut or damaged, and for a layer that it does not have.
    """
    entities = _entities(path, limits)
    if not entities.kinds:
        raise Unreadable(finding("empty_layer"))
    copy = folder / "layer.dxf"
    copy.symlink_to(path.absolute())
    try:
        counts = layer_counts(copy, **_OPTIONS)
        drawn = read_layer(copy, next(iter(counts)), limits=limits, **_OPTIONS)
    except NotRead as error:
        if entities.kinds["INSERT"]:
            raise Unreadable(finding("dxf_blocks", count=entities.kinds["INSERT"])) from error
        raise _damaged(_SAY["gdal_cannot"]) from error
    _require_all(entities, len(drawn.geometry), limits)
    notes = _notes(entities)
    drawn, labels = _labelled(replace(drawn, geometry=_areas(drawn.geometry)), layer)
    if labels:
        shown = ", ".join(labels)[:600]
        notes.append(finding("dxf_labels", count=len(labels), examples=shown))
    chosen = _on_layer(drawn, layer)
    if left_out := Counter(map(str, drawn.columns["Layer"])) - Counter(
        map(str, chosen.columns["Layer"])
    ):
        layers = ", ".join(f"{name} ({count})" for name, count in left_out.items())[:600]
        notes.append(finding("dxf_left_out", count=left_out.total(), layers=layers, used=layer))
    if layer is None and len(set(chosen.columns["Layer"])) > 1:
        names = ", ".join(dict.fromkeys(str(name) for name in chosen.columns["Layer"]))
        notes.append(finding("dxf_layers", layers=names[:600]))
    columns = {
        n: chosen.columns[n] for n in _COLUMNS if any(v is not None for v in chosen.columns[n])
    }
    made = replace(chosen, columns=columns)
    return source_of(made, kind="dxf", stated=len(made.geometry), notes=notes)


def _damaged(reason: Text) -> Unreadable:
    return Unreadable(finding("file_damaged", format="DXF", reason=reason))


def _entities(path: Path, limits: Limits) -> _Entities:
    """The entities of the drawing itself, up to its end."""
    found = _Entities()
    section, kind, ended = "", "", False
    is_curved = False
    for code, value in _pairs(path):
        if code == 0:
            found.curved += is_curved
            is_curved = False
            kind, ended = value, value == "EOF"
            if section == "ENTITIES" and value not in ("ENDSEC", *_PARTS):
                found.kinds[value] += 1
                is_curved = value in _CURVED
                _require_few(found, limits)
            section = "" if value == "ENDSEC" else section
        elif code == 2 and kind == "SECTION":
            section = value
        elif code == 8 and section == "ENTITIES" and kind not in _PARTS:
            found.layers[value] += 1
        elif code == 42 and section == "ENTITIES" and kind in ("LWPOLYLINE", "VERTEX"):
            is_curved |= value.strip("0.+-") != ""
    if not ended:
        raise _damaged(_SAY["cut"])
    return found


def _require_few(found: _Entities, limits: Limits) -> None:
    if found.kinds.total() > limits.features:
        count = f"> {limits.features}"
        raise Unreadable(finding("too_many_features", count=count, limit=limits.features))


def _pairs(path: Path) -> Iterator[tuple[int, str]]:
    """The group codes of a drawing and their values; a file that has a code without one is cut."""
    with path.open("rb") as file:
        lines = iter(file)
        for number, line in enumerate(lines, start=1):
            try:
                code = int(line)
            except ValueError as error:
                if not line.strip():
                    continue
                raise _damaged(_SAY["no_code"].format(line=2 * number - 1)) from error
            value = next(lines, None)
            if value is None:
                raise _damaged(_SAY["cut"])
            yield code, value.strip().decode("latin-1")


def _require_all(entities: _Entities, rows: int, limits: Limits) -> None:
    """Each entity of which GDAL makes a feature has one; blocks may become several."""
    single = sum(count for kind, count in entities.kinds.items() if kind in _ONE)
    has_blocks = any(kind in _SOME for kind in entities.kinds)
    if not (has_blocks and rows >= single):
        require_counts(single, rows, limits)


def _notes(entities: _Entities) -> list[Finding]:
    unknown = {k: n for k, n in entities.kinds.items() if k not in _ONE | _SOME}
    notes = []
    if unknown:
        told = ", ".join(f"{count} {kind[:40]}" for kind, count in unknown.items())
        notes.append(finding("members_ignored", members=told[:600]))
    if entities.curved:
        notes.append(finding("dxf_curves", count=entities.curved))
    return notes


def _areas(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """The geometries with every line that ends where it begins as the area inside of it.

    GDAL does so of polylines, and not of circles and closed curves.
    """
    closed = shapely.is_closed(geometry) & (shapely.get_num_coordinates(geometry) >= 4)
    closed &= shapely.get_type_id(geometry) == shapely.GeometryType.LINESTRING
    areas = geometry.copy()
    areas[closed] = [shapely.Polygon(line) for line in geometry[closed]]
    return areas


def _labelled(drawn: Layer, layer: str | None) -> tuple[Layer, list[str]]:
    """The areas with the one text that is written in each, and those texts.

    Drawings name an area by a text in it. A text that lies in several areas, or beside another, names
    none and stays a point; so does one on the layer that is asked for.
    """
    texts_of = drawn.columns.get("Text", [None] * len(drawn.geometry))
    shapes, layers = drawn.geometry, drawn.columns["Layer"]
    dimension = shapely.get_dimensions(shapes)
    has_text = np.array([bool(text) for text in texts_of], dtype=bool)
    areas = np.flatnonzero((dimension == 2) & ~has_text)
    is_asked = np.array(
        [layer is not None and str(name).lower() == layer.lower() for name in layers], dtype=bool
    )
    points = np.flatnonzero((dimension == 0) & has_text & ~is_asked)
    valid = areas[shapely.is_valid(shapes[areas])]
    text_at, area_at = shapely.STRtree(shapes[valid]).query(shapes[points], predicate="intersects")
    of_text, of_area = Counter(text_at.tolist()), Counter(area_at.tolist())
    pairs = {
        int(points[text]): int(valid[area])
        for text, area in zip(text_at.tolist(), area_at.tolist(), strict=True)
        if of_text[text] == of_area[area] == 1
    }
    if not pairs:
        return drawn, []
    named = list(texts_of)
    for text, area in pairs.items():
        named[area] = texts_of[text]
    rest = [row for row in range(len(shapes)) if row not in pairs]
    with_names = replace(drawn, columns={**drawn.columns, "Text": named})
    return _rows(with_names, rest), [str(texts_of[text]) for text in pairs]


def _rows(drawn: Layer, rows: list[int]) -> Layer:
    return replace(
        drawn,
        columns={name: [values[row] for row in rows] for name, values in drawn.columns.items()},
        geometry=drawn.geometry[rows],
        damaged={at: drawn.damaged[row] for at, row in enumerate(rows) if row in drawn.damaged},
    )


def _on_layer(drawn: Layer, layer: str | None) -> Layer:
    """The features on one layer of the drawing, or all of them."""
    if layer is None:
        return drawn
    names = drawn.columns["Layer"]
    rows = [row for row, name in enumerate(names) if str(name).lower() == layer.lower()]
    if not rows:
        layers = ", ".join(dict.fromkeys(str(name) for name in names))[:600]
        raise Unreadable(finding("layer_unknown", layer=layer, layers=layers))
    return replace(_rows(drawn, rows), name=str(names[rows[0]]))
