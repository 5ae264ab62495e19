"""How QGIS draws a layer that it opens: its own style files (QML), with the marks of our maps.

Pure. A zone has a whole line where its shape is its own, a dashed one where it is approximate, and no
fill where an outline only encloses it; the regencies and kecamatan are lines beneath it. A style is
of one kind of geometry: QGIS gives points that stand in a layer of areas a mark of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from geo.language import Language
from geo.vector.schema import OWN_SHAPES, SCHEMAS, GeometryKind
from maps.style import CROSSED, HATCHED, INK, LayerStyle, Mark, class_colours
from maps.text import translate

# The long-term release that every later one reads.
_VERSION = "3.22.0"
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_QUIET = "#5c6b73"
# Of 255: what lies beneath an area stays to be seen.
_FILL_ALPHA = 70


# The class of a layer of a symbol, and its properties.
_Drawn = tuple[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class _Rule:
    """One line of the legend: the features it is of, and their outline in millimetres; "" fills nothing."""

    label: str
    condition: str
    line: str
    width_mm: float
    dash: str = "solid"
    fill: str = ""


def layer_style(layer: str, language: Language) -> str | None:
    """The text of the style file of a layer; None for a layer that has none.

    Parameters
    ----------
    language
        Of the legend.
    """
    if layer not in _OUTLINES and layer != "zones":
        return None
    rules = _zones(language) if layer == "zones" else (_outline(layer, language),)
    label_size_pt = 9.0 if layer == "zones" else _OUTLINES[layer][2]
    root = Xml.Element(
        "qgis", version=_VERSION, styleCategories="Symbology|Labeling|Fields", labelsEnabled="1"
    )
    _renderer(root, rules)
    _labels(root, label_size_pt, is_bold=layer == "regencies")
    aliases = Xml.SubElement(root, "aliases")
    for number, field in enumerate(SCHEMAS[layer].fields):
        said = {"index": str(number), "field": field.name, "name": field.title.to(language)}
        Xml.SubElement(aliases, "alias", said)
    Xml.indent(root)
    return _DOCTYPE + Xml.tostring(root, encoding="unicode") + "\n"


# Key of the legend, width of the line in millimetres, size of the names in points.
_OUTLINES: dict[str, tuple[str, float, float]] = {
    "regencies": ("regencies", 0.6, 10.0),
    "kecamatan": ("kecamatan", 0.3, 8.0),
    "desa": ("desa", 0.15, 7.0),
}


def _outline(layer: str, language: Language) -> _Rule:
    key, width_mm, _ = _OUTLINES[layer]
    colour = INK if layer == "regencies" else _QUIET
    return _Rule(translate(f"templates.style_{key}", language), "", colour, width_mm)


def _zones(language: Language) -> tuple[_Rule, ...]:
    kind, fill = '"geometry_kind"', class_colours(1)[0]
    own = ", ".join(f"'{name}'" for name in sorted(OWN_SHAPES))
    encloses = f"{kind} LIKE 'enclosing\\_%'"
    said = (
        ("own", f"{kind} IS NULL OR {kind} IN ({own})", "solid", fill),
        ("approximate", f"{kind} NOT IN ({own}) AND NOT ({encloses})", "dash", fill),
        ("enclosing", encloses, "dot", ""),
    )
    return tuple(
        _Rule(translate(f"templates.style_{key}", language), condition, INK, 0.5, dash, filled)
        for key, condition, dash, filled in said
    )


def class_style(
    style: LayerStyle,
    *,
    key: str | None,
    kind: GeometryKind,
    titles: Mapping[str, str],
) -> str:
    """The text of the style file of a layer that is drawn by marks, as our own maps draw it.

    Parameters
    ----------
    key
        The property that holds the id of a feature; None for a layer without one, whose marks are
        of all its features.
    kind
        What the symbols are of; QGIS draws one kind in a layer.
    titles
        Of the properties, by name, in the order that the layer has them.
    """
    root = Xml.Element(
        "qgis", version=_VERSION, styleCategories="Symbology|Labeling|Fields", labelsEnabled="1"
    )
    renderer = Xml.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0")
    rules = Xml.SubElement(renderer, "rules", key="kawasan")
    symbols = Xml.SubElement(renderer, "symbols")
    edge = next((mark for mark in style.marks if mark.line), None)
    for number, mark in enumerate(style.marks):
        # A point has its line around its own symbol.
        if kind == "points" and not mark.fill:
            continue
        drawn = _symbol_layers(mark, kind, edge)
        if drawn:
            said = {"key": f"kawasan-{number}", "label": mark.label, "symbol": str(number)}
            condition = _condition(mark, key)
            Xml.SubElement(rules, "rule", said | ({"filter": condition} if condition else {}))
            _symbol(symbols, str(number), kind, drawn)
    if "name" in titles:
        _labels(root, 9.0, is_bold=False)
    aliases = Xml.SubElement(root, "aliases")
    for number, (name, title) in enumerate(titles.items()):
        said = {"index": str(number), "field": name, "name": title}
        Xml.SubElement(aliases, "alias", said)
    Xml.indent(root)
    return _DOCTYPE + Xml.tostring(root, encoding="unicode") + "\n"


_SYMBOLS: Mapping[GeometryKind, str] = {"areas": "fill", "lines": "line", "points": "marker"}
_HATCHES: Mapping[str, tuple[str, str, str]] = {
    # Ground, pen and pattern, as the map's own.
    HATCHED: ("#eef0f0", "#a3abaf", "b_diagonal"),
    CROSSED: ("#c9ced1", "#39444b", "cross"),
}
_MM_PER_PX = 25.4 / 96
_POINT_PX = 14


def _condition(mark: Mark, key: str | None) -> str:
    """An expression of QGIS for the features of a mark; "" for all."""
    if mark.ids is None or key is None:
        return ""
    if not mark.ids:
        return "FALSE"
    named = key.replace('"', '""')
    values = ", ".join("'{}'".format(one.replace("'", "''")) for one in mark.ids)
    return f'"{named}" IN ({values})'


def _symbol(symbols: Xml.Element, name: str, kind: GeometryKind, drawn: Sequence[_Drawn]) -> None:
    symbol = Xml.SubElement(symbols, "symbol", type=_SYMBOLS[kind], name=name, alpha="1")
    for layer, values in drawn:
        said = {"class": layer, "enabled": "1", "locked": "0", "pass": "0"}
        _options(Xml.SubElement(symbol, "layer", said), values)


def _symbol_layers(mark: Mark, kind: GeometryKind, edge: Mark | None) -> list[_Drawn]:
    """The layers of the symbol of a mark, the lowest first."""
    if kind == "lines":
        return [] if mark.fill else [("SimpleLine", _pen(mark, "line_"))]
    if not mark.fill:
        return [("SimpleFill", {"style": "no"} | _pen(mark, "outline_"))]
    ground, pen, pattern = _HATCHES.get(mark.fill, (mark.fill, "", ""))
    if kind == "points":
        line = _pen(edge, "outline_") if edge else {"outline_style": "no"}
        size = {"size": f"{_POINT_PX * _MM_PER_PX:.2f}", "size_unit": "MM"}
        alpha = 128 if mark.is_striped else 255
        return [("SimpleMarker", {"name": "circle", "color": _rgba(ground, alpha)} | size | line)]
    layers: list[_Drawn] = [_plain_fill(ground, "solid")]
    if pattern:
        layers.append(_plain_fill(pen, pattern))
    if mark.is_striped:
        layers.append(_plain_fill("#ffffff", "f_diagonal"))
    return layers


def _plain_fill(colour: str, pattern: str) -> _Drawn:
    return "SimpleFill", {"color": _rgba(colour, 255), "style": pattern, "outline_style": "no"}


def _pen(mark: Mark, before: str) -> dict[str, str]:
    return {
        f"{before}color": _rgba(mark.line, 255),
        f"{before}style": mark.dash,
        f"{before}width": f"{mark.width_px * _MM_PER_PX:.2f}",
        f"{before}width_unit": "MM",
    }


def _renderer(root: Xml.Element, rules: Sequence[_Rule]) -> None:
    renderer = Xml.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0")
    listed = Xml.SubElement(renderer, "rules", key="kawasan")
    symbols = Xml.SubElement(renderer, "symbols")
    for number, rule in enumerate(rules):
        known = {"key": f"kawasan-{number}", "label": rule.label, "symbol": str(number)}
        filtered = {"filter": rule.condition} if rule.condition else {}
        Xml.SubElement(listed, "rule", known | filtered)
        symbol = Xml.SubElement(symbols, "symbol", type="fill", name=str(number), alpha="1")
        drawn = {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"}
        _options(Xml.SubElement(symbol, "layer", drawn), _filled(rule))


def _filled(rule: _Rule) -> dict[str, str]:
    return {
        "color": _rgba(rule.fill or rule.line, _FILL_ALPHA if rule.fill else 0),
        "style": "solid" if rule.fill else "no",
        "outline_color": _rgba(rule.line, 255),
        "outline_style": rule.dash,
        "outline_width": f"{rule.width_mm:g}",
        "outline_width_unit": "MM",
        "joinstyle": "bevel",
    }


def _options(layer: Xml.Element, values: dict[str, str]) -> None:
    """The values twice, as QGIS itself writes them: for releases from 3.18 on, and for older ones."""
    options = Xml.SubElement(layer, "Option", type="Map")
    for name, value in values.items():
        Xml.SubElement(options, "Option", name=name, value=value, type="QString")
    for name, value in values.items():
        Xml.SubElement(layer, "prop", k=name, v=value)


def _labels(root: Xml.Element, size_pt: float, *, is_bold: bool) -> None:
    """Names with a white halo, inside their areas."""
    settings = Xml.SubElement(Xml.SubElement(root, "labeling", type="simple"), "settings")
    style = {
        "fieldName": "name",
        "isExpression": "0",
        "fontSize": f"{size_pt:g}",
        "fontSizeUnit": "Point",
        # As Qt counts them: 50 is normal, 75 bold.
        "fontWeight": "75" if is_bold else "50",
        "textColor": _rgba(INK, 255),
        "textOpacity": "1",
    }
    text = Xml.SubElement(settings, "text-style", style)
    halo = {"bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM", "bufferOpacity": "1"}
    Xml.SubElement(text, "text-buffer", halo | {"bufferColor": "255,255,255,255"})
    # 1 is over the point of an area that lies inside it.
    Xml.SubElement(settings, "placement", placement="1", centroidInside="1")
    Xml.SubElement(settings, "rendering", drawLabels="1", scaleVisibility="0")


def _rgba(colour: str, alpha: int) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"{red},{green},{blue},{alpha}"
