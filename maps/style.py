"""Colours of maps: colour-blind-safe ramps, marks for what is unknown, the lines of a legend.

Colours are from ColorBrewer (Brewer 2003,
colorbrewer2.org): a light sequential ramp for indicators, which lie below, and the diverging
brown-to-teal BrBG for readiness, which lies above; both stay apart under every colour blindness.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

# ColorBrewer "Purples", its dark end cut so that the zones above stay the strongest thing on the map.
SEQUENTIAL = ("#f3f1f8", "#dedaec", "#c4c0de", "#a7a2ce", "#8780b9")
# ColorBrewer "BrBG" by number of classes, worst first; for 3 and 5 the near-white middle, which
# would look like "no data", is replaced by a sand tone.
_CLASS_RAMPS: dict[int, tuple[str, ...]] = {
    1: ("#018571",),
    2: ("#a6611a", "#018571"),
    3: ("#a6611a", "#e3c477", "#018571"),
    4: ("#a6611a", "#dfc27d", "#80cdc1", "#018571"),
    5: ("#8c510a", "#d8b365", "#f3e7c0", "#5ab4ac", "#01665e"),
}
# ColorBrewer "YlOrBr": need has no good end, so it darkens in one direction.
_NEED_RAMP = ("#fee391", "#fec44f", "#fe9929", "#d95f0e", "#993404")
INK = "#1d2b33"
HATCHED = "url(#hatch-no-data)"
CROSSED = "url(#hatch-excluded)"

SwatchKind = Literal["fill", "no-data", "excluded", "dashed", "point"]


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of a legend; `colour` counts for `fill` only."""

    label: str
    kind: SwatchKind
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Legend:
    """What the colours of one layer mean.

    `unit` names the unit and the period, `source` is a sentence on where the figures come from;
    `titles` are headings for when another layer is on besides or alone, by `both` and `kecamatan`.
    """

    layer: str
    title: str
    unit: str
    entries: tuple[LegendEntry, ...]
    source: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)


Dash = Literal["solid", "dash", "dot"]


@dataclass(frozen=True, slots=True)
class Mark:
    """How some features of a layer are drawn by any program: filled, or with a line along their edge.

    `ids` are those features', None for all. `fill` is a colour, `HATCHED`, `CROSSED`, or "" where the
    mark is of edges; with stripes over it a class is not sure.
    """

    label: str
    ids: tuple[str, ...] | None = None
    fill: str = ""
    is_striped: bool = False
    line: str = ""
    width_px: float = 0.0
    dash: Dash = "solid"


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """The marks of a layer, the lowest first: every feature has one that fills it and one of its edge."""

    id: str
    title: str
    marks: tuple[Mark, ...]


def sequential_colours(n_classes: int) -> tuple[str, ...]:
    """Light to dark, spread over the whole ramp; the middle tone for a single class."""
    if n_classes <= 1:
        return (SEQUENTIAL[2],) * n_classes
    places = np.linspace(0, len(SEQUENTIAL) - 1, n_classes).round().astype(int)
    return tuple(SEQUENTIAL[place] for place in places)


def class_colours(n_classes: int, *, is_need: bool = False) -> tuple[str, ...]:
    """Colours of a model's classes, the lowest scores first."""
    if is_need:
        places = np.linspace(0, len(_NEED_RAMP) - 1, n_classes).round().astype(int)
        return tuple(_NEED_RAMP[place] for place in places)
    if n_classes in _CLASS_RAMPS:
        return _CLASS_RAMPS[n_classes]
    widest = max(_CLASS_RAMPS)
    places = np.linspace(0, widest - 1, n_classes).round().astype(int)
    return tuple(_CLASS_RAMPS[widest][place] for place in places)


def regency_style(colour: str | None) -> dict[str, Any]:
    """Leaflet's path options of a regency; hatched without a colour."""
    return {
        "color": "#ffffff",
        "weight": 1.2,
        "opacity": 1,
        "fillColor": colour or HATCHED,
        "fillOpacity": 1,
    }


def area_style(fill: str, *, approximate: bool) -> dict[str, Any]:
    """Leaflet's path options of a zone."""
    return {
        "color": INK,
        "weight": 1.8,
        "opacity": 1,
        "fillColor": fill,
        "fillOpacity": 1,
        **({"dashArray": "5 4"} if approximate else {}),
    }


def screening_style(fill: str) -> dict[str, Any]:
    """Leaflet's path options of a kecamatan: thinner than a zone."""
    return {
        "color": "#5c6b73",
        "weight": 0.7,
        "opacity": 0.9,
        "fillColor": fill,
        "fillOpacity": 1,
    }
