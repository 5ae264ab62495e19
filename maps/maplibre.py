"""Layers of the service as a style of MapLibre, which draws their vector tiles as our maps are drawn.

Pure. Names are left out: a style that writes text needs glyphs from an address, and there are none
here. Hatching needs pictures: what is without data is grey, an excluded area dark grey, and a class
that is not sure is half as strong.

References
----------
MapLibre Style Specification, version 8.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.vector.schema import GeometryKind
from maps.style import CROSSED, HATCHED, LayerStyle, Mark

MEDIA_TYPE = "application/vnd.mapbox.style+json"
# What stands for hatching: the tones that it has on our maps, seen from afar.
_PLAIN: Mapping[str, str] = {HATCHED: "#dcdfe0", CROSSED: "#8d969b"}
_UNSURE_OPACITY = 0.5
_DASHES: Mapping[str, list[float]] = {"dash": [3, 2], "dot": [1, 2]}
_POINT_RADIUS_PX = 7
# The names of types in a tile, as the expression `geometry-type` gives them.
_TYPES: Mapping[GeometryKind, tuple[str, str]] = {
    "areas": ("Polygon", "MultiPolygon"),
    "lines": ("LineString", "MultiLineString"),
    "points": ("Point", "MultiPoint"),
}


@dataclass(frozen=True, slots=True)
class DrawnLayer:
    """A collection whose vector tiles are at `tiles`, and how it is drawn.

    `kinds` are those of its geometries; `bounds` (lon, lat) None without any. One that is not `shown`
    is there to be switched on.
    """

    id: str
    style: LayerStyle
    tiles: str
    kinds: Collection[GeometryKind]
    bounds: Sequence[float] | None
    attribution: str = ""
    max_zoom: int = 14
    is_shown: bool = True


def style_document(title: str, layers: Sequence[DrawnLayer]) -> dict[str, Any]:
    """The style of one or more layers, from the bottom up, as JSON types.

    The `metadata` of the document has the legend, that of each style layer the words of its own line.
    """
    return {
        "version": 8,
        "name": title,
        "metadata": {"kawasan:legend": [_legend(layer) for layer in layers]},
        "sources": {layer.id: _source(layer) for layer in layers},
        "layers": [drawn for layer in layers for drawn in _drawn(layer)],
    }


def _source(layer: DrawnLayer) -> dict[str, Any]:
    bounds = {} if layer.bounds is None else {"bounds": list(layer.bounds)}
    credit = {"attribution": layer.attribution} if layer.attribution else {}
    tiles = {"tiles": [layer.tiles], "minzoom": 0, "maxzoom": layer.max_zoom}
    return {"type": "vector", **tiles, **bounds, **credit}


def _legend(layer: DrawnLayer) -> dict[str, Any]:
    entries = [
        {"label": mark.label, "fill": _PLAIN.get(mark.fill, mark.fill), "line": mark.line}
        for mark in layer.style.marks
        if mark.label
    ]
    return {"layer": layer.id, "title": layer.style.title, "entries": entries}


def _drawn(layer: DrawnLayer) -> Iterator[dict[str, Any]]:
    own_kind = len(layer.kinds) == 1
    for number, mark in enumerate(layer.style.marks):
        if mark.ids == ():
            continue
        for kind, (suffix, how) in _by_kind(mark, layer).items():
            if kind not in layer.kinds:
                continue
            yield {
                "id": f"{layer.id}-{number}-{suffix}",
                "metadata": {"kawasan:label": mark.label},
                "source": layer.id,
                "source-layer": layer.id,
                **_filter(mark, None if own_kind else kind),
                **({} if layer.is_shown else {"layout": {"visibility": "none"}}),
                **how,
            }


def _by_kind(mark: Mark, layer: DrawnLayer) -> dict[GeometryKind, tuple[str, dict[str, Any]]]:
    """How each kind of geometry shows a mark; a point has the line of the layer's first mark with one."""
    if mark.fill:
        edge = next((one for one in layer.style.marks if one.line), mark)
        return {
            "areas": ("fill", {"type": "fill", "paint": _fill(mark)}),
            "points": ("circle", {"type": "circle", "paint": _circle(mark, edge)}),
        }
    how = {"type": "line", "paint": _line(mark)}
    return {"areas": ("outline", how), "lines": ("line", how)}


def _fill(mark: Mark) -> dict[str, Any]:
    return {"fill-color": _PLAIN.get(mark.fill, mark.fill), "fill-opacity": _opacity(mark)}


def _opacity(mark: Mark) -> float:
    return _UNSURE_OPACITY if mark.is_striped else 1


def _circle(mark: Mark, edge: Mark) -> dict[str, Any]:
    return {
        "circle-radius": _POINT_RADIUS_PX,
        "circle-color": _PLAIN.get(mark.fill, mark.fill),
        "circle-opacity": _opacity(mark),
        "circle-stroke-color": edge.line,
        "circle-stroke-width": edge.width_px,
    }


def _line(mark: Mark) -> dict[str, Any]:
    dashes = {"line-dasharray": _DASHES[mark.dash]} if mark.dash in _DASHES else {}
    return {"line-color": mark.line, "line-width": mark.width_px, **dashes}


def _filter(mark: Mark, kind: GeometryKind | None) -> dict[str, Any]:
    """The features of a mark, and of a kind of geometry where the layer mixes kinds."""
    both: list[Any] = []
    if kind is not None:
        types: list[Any] = [["==", ["geometry-type"], name] for name in _TYPES[kind]]
        both.append(["any", *types])
    if mark.ids is not None:
        # Read by MapLibre, and by QGIS from 3.14 on, which knows no list of literals.
        both.append(["match", ["get", "id"], list(mark.ids), True, False])
    if not both:
        return {}
    return {"filter": both[0] if len(both) == 1 else ["all", *both]}
