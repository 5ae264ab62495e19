"""How each layer is drawn, for other programs: the classes, colours and lines of our own maps.

Zones, kecamatan and readiness are drawn by the classes of a model, regencies by those of an
indicator, as on the planner's map; every layer has its plain outlines besides. What writes a style
down is `maps/maplibre.py` and `maps/qgis.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import geopandas as gpd

from geo import published
from geo.errors import GeoError, NotFound
from geo.language import Language, Text
from geo.planning.assess import assess
from geo.readiness.score import ZoneResult
from geo.store.versions import Published
from geo.vector.schema import is_approximate
from maps.folium.cards import class_cards
from maps.folium.drawing import area_fills, regency_fills
from maps.folium.indicator_classes import drawn_figures
from maps.folium.legends import indicator_legend, labelled_classes
from maps.folium.views import ModelView, model_view
from maps.pages.layer_page import STYLE
from maps.pages.map_page import IndicatorChoice
from maps.pages.map_subject import (
    ASSESSED,
    indicator_choices,
    indicator_view,
    model_choices,
)
from maps.style import (
    CROSSED,
    HATCHED,
    LayerStyle,
    LegendEntry,
    Mark,
    area_style,
    regency_style,
    screening_style,
)
from maps.text import translate

READINESS, REGENCIES = "readiness", "regencies"
OUTLINES = "outlines"
_MOST_KEPT = 64


class StyleNotFound(NotFound):
    """A layer is not drawn in such a way."""

    what = Text(id="Gaya", en="style")


@lru_cache(maxsize=_MOST_KEPT)
def style_choices(now: Published, layer: str) -> tuple[tuple[str, Text], ...]:
    """The styles of a layer by id and title, that of our own map first, plain outlines last."""
    outlines = Text(id=translate("styles.outlines", "id"), en=translate("styles.outlines", "en"))
    return (*_coloured(now, layer), (OUTLINES, outlines))


def _coloured(now: Published, layer: str) -> Iterator[tuple[str, Text]]:
    try:
        if layer == READINESS:
            yield published.DEFAULT_MODEL, published.model(now, published.DEFAULT_MODEL).title
        elif layer in ASSESSED:
            yield from model_choices(now)
        elif layer == REGENCIES:
            choices = sorted(_indicators(now), key=lambda one: one.id != _FIRST_INDICATOR)
            yield from ((one.id, one.title) for one in choices)
    except NotFound:  # nothing to score or to colour by yet
        return


# What the planner's map opens with.
_FIRST_INDICATOR = "tpt_agustus"


def _indicators(now: Published) -> list[IndicatorChoice]:
    regencies = published.layer(now, REGENCIES)
    table = drawn_figures(published.indicators(now), regencies.index)
    return indicator_choices(table, published.indicator_catalogue(now), n_regencies=len(regencies))


def require_style(now: Published, layer: str, style: str) -> None:
    """Raise `StyleNotFound` unless a layer has that style."""
    known = [name for name, _ in style_choices(now, layer)]
    if style not in known:
        raise StyleNotFound(style, known)


@lru_cache(maxsize=_MOST_KEPT)
def layer_style(
    now: Published, layer: str, style: str, title: Text, language: Language
) -> LayerStyle:
    """A layer as one of its styles draws it.

    Raises
    ------
    StyleNotFound
    """
    require_style(now, layer, style)
    try:
        if style != OUTLINES and layer == REGENCIES:
            return _by_indicator(now, style, language)
        if style != OUTLINES:
            return _by_class(now, layer, style, language)
    except GeoError as error:
        # A model that cannot be computed now: its data is not there yet.
        raise StyleNotFound(style, [OUTLINES]) from error
    marks = (
        Mark(title.to(language), fill=STYLE["fill"]),
        Mark("", line=STYLE["edge"], width_px=1.0),
    )
    return LayerStyle(OUTLINES, title.to(language), marks)


def _by_indicator(now: Published, indicator: str, language: Language) -> LayerStyle:
    regencies = published.layer(now, REGENCIES)
    table = drawn_figures(published.indicators(now), regencies.index)
    opening = next(one.opening for one in _indicators(now) if one.id == indicator)
    view = indicator_view(table, published.indicator_catalogue(now)[indicator], opening)
    fills = regency_fills(regencies.index, view, view.edges)
    has_gaps = None in fills.values()
    legend = indicator_legend(view, view.edges, language, has_gaps=has_gaps)
    marks = [_filled(entry, fills, HATCHED) for entry in legend.entries]
    drawn = regency_style(None)
    edge = Mark("", line=drawn["color"], width_px=drawn["weight"])
    return LayerStyle(indicator, f"{legend.title} ({legend.unit})", (*marks, edge))


def _filled(entry: LegendEntry, fills: dict[str, str | None], missing: str) -> Mark:
    """The mark of one line of a legend of an indicator."""
    colour = entry.colour if entry.kind == "fill" else None
    ids = tuple(code for code, fill in fills.items() if fill == colour)
    return Mark(entry.label, ids, fill=colour or missing)


def _by_class(now: Published, layer: str, model_id: str, language: Language) -> LayerStyle:
    name = "zones" if layer == READINESS else layer
    frame = published.layer(now, name)
    results = assess(now, model_id, layer=name).results
    model = model_view(published.model(now, model_id), year=published.years(now, model_id)[-1])
    fills = _classes([str(one) for one in frame.index], results, model, language)
    edges = _zone_edges(frame, language) if name == "zones" else _thin_edges()
    title = translate(f"legend.{name}", language, model=model.title.to(language))
    return LayerStyle(model_id, title, (*fills, *edges))


def _classes(
    ids: Iterable[str], results: Sequence[ZoneResult], model: ModelView, language: Language
) -> Iterator[Mark]:
    """A mark for each class, the most ready first, for those of which that is not sure, and for none."""
    fill_of, cards = area_fills(results, model), class_cards(model, language)
    by_fill: dict[str, list[str]] = {}
    for area_id in ids:
        by_fill.setdefault(fill_of(area_id), []).append(area_id)

    for entry, label, colour in reversed(labelled_classes(model, language)):
        yield Mark(label, tuple(by_fill.get(colour, ())), fill=colour)
        unsure = by_fill.get(cards[entry.id]["unsure"])
        if unsure:
            said = translate("styles.unsure", language, label=label)
            yield Mark(said, tuple(unsure), fill=colour, is_striped=True)
    for fill, status in ((CROSSED, "excluded"), (HATCHED, "insufficient_data")):
        if found := by_fill.get(fill):
            yield Mark(translate(f"status.{status}", language), tuple(found), fill=fill)


def _zone_edges(frame: gpd.GeoDataFrame, language: Language) -> Iterator[Mark]:
    """A whole line around an outline of its own and around a point, a dashed one around the others."""
    dashed = tuple(
        str(area_id)
        for area_id, kind, geometry in zip(
            frame.index, frame["geometry_kind"], frame.geometry, strict=True
        )
        if geometry is not None and geometry.geom_type != "Point" and is_approximate(kind)
    )
    whole = tuple(str(one) for one in frame.index if str(one) not in {*dashed})
    drawn = area_style("", approximate=False)
    how = {"line": drawn["color"], "width_px": drawn["weight"]}
    if whole:
        yield Mark("", whole, **how)
    if dashed:
        yield Mark(translate("legend.approximate", language), dashed, dash="dash", **how)


def _thin_edges() -> Iterator[Mark]:
    drawn = screening_style("")
    yield Mark("", line=drawn["color"], width_px=drawn["weight"])
