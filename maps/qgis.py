"""How QGIS draws a layer that it opens: its own style files (QML), with the marks of our maps.

Pure. A zone has a whole line where its shape is its own, a dashed one where it is approximate, and no
fill where an outline only encloses it; the regencies and kecamatan are lines beneath it. A style is
of areas: QGIS gives points that stand in the same layer a mark of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from geo.language import Language
from geo.vector.schema import OWN_SHAPES, SCHEMAS
from maps.style import INK, class_colours
from maps.text import translate

# The long-term release that every later one reads.
_VERSION = "3.22.0"
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_QUIET = "#5c6b73"
# Of 255: what lies beneath an area stays to be seen.
_FILL_ALPHA = 70


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
