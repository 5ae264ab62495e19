"""What the colours of each layer mean, in words, with unit and period."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import pandas as pd

from geo.language import Language, Text
from geo.readiness.certainty import SURE_SHARE
from geo.readiness.class_words import LIKELY_SHARE
from geo.readiness.score import ZoneResult
from geo.vector.schema import is_approximate
from maps.breaks import decimals_for
from maps.escape import shown_text
from maps.folium.views import IndicatorView, ModelView, ReadinessClass
from maps.style import Legend, LegendEntry, class_colours, sequential_colours
from maps.text import format_number, format_period, format_share, translate

# The way a copy took, which a card's link still names: ", mirrored by ..." before a last bracket.
_ON_ITS_WAY = re.compile(
    r" WebAPI domain \d+ \([^()]*\)|,? (?:mirrored by|via) .*?(?=(?: \([^()]*\))?$)"
)
_MOST_SOURCES = 2
# Headings of the zones' classes while the kecamatan, in the same colours, are on too or alone.
_BESIDES = ("both", "kecamatan")


def indicator_legend(
    indicator: IndicatorView | None,
    edges: Sequence[float],
    language: Language,
    *,
    has_gaps: bool,
) -> Legend:
    """Class ranges of an indicator between `edges`, and "no data" when some regency has none."""
    labels = range_labels(edges, language)
    entries = [
        LegendEntry(label, "fill", colour)
        for label, colour in zip(labels, sequential_colours(len(labels)), strict=True)
    ]
    if has_gaps:
        entries.append(LegendEntry(translate("legend.no_data", language), "no-data"))
    if indicator is None:
        title, unit, source = translate("layer.regencies_plain", language), "", ""
    else:
        title = indicator.title.to(language)
        unit = translate(
            "legend.unit_period",
            language,
            unit=indicator.unit.to(language),
            period=_periods(indicator, language),
        )
        unit = with_province(unit, indicator.province, language)
        source = source_in_words(indicator.values.get("source"), language)
    return Legend("regencies", title, unit, tuple(entries), source=source)


def with_province(unit_period: str, province: Text | None, language: Language) -> str:
    """Unit and period of a legend, and after them the province, which no colour shows."""
    return unit_period if province is None else f"{unit_period}. {province.to(language)}"


def source_in_words(sources: pd.Series | None, language: Language) -> str:
    """Who published the figures, in a sentence; empty where nobody is named.

    Of many the first two are named; how a copy reached us is left to the cards.
    """
    named = pd.Series(dtype=str) if sources is None else sources.dropna().astype(str)
    found = list(dict.fromkeys(_ON_ITS_WAY.sub("", one.strip()) for one in named))
    if not found:
        return ""
    more = " …" if len(found) > _MOST_SOURCES else ""
    shown = "; ".join(shown_text(one, language) or "" for one in found[:_MOST_SOURCES])
    return translate("legend.source", language, sources=shown + more)


def range_labels(edges: Sequence[float], language: Language) -> list[str]:
    """The ranges between `edges` in words, the lowest first; one number where a class has one."""
    decimals = decimals_for(edges[0], edges[-1]) if edges else 0
    numbers = [format_number(edge, language, decimals=decimals) for edge in edges]
    return [
        low if low == high else translate("legend.range", language, low=low, high=high)
        for low, high in pairwise(numbers)
    ]


def period_in_words(periods: pd.Series, year: int, language: Language) -> str:
    """The periods that figures are of, up to three; else their year."""
    known = {format_period(period, language) for period in periods.dropna().astype(str)}
    return ", ".join(sorted(known)) if 0 < len(known) <= 3 else str(year)


def _periods(indicator: IndicatorView, language: Language) -> str:
    if "period" not in indicator.values:
        return str(indicator.year)
    return period_in_words(indicator.values["period"], indicator.year, language)


def labelled_classes(model: ModelView, language: Language) -> list[tuple[ReadinessClass, str, str]]:
    """The model's classes, the lowest scores first, each with its words and its colour."""
    classes = model.ordered_classes
    bounds = [*(entry.lower for entry in classes), 100.0]
    colours = class_colours(len(classes), is_need=model.kind == "need")
    return [
        (
            entry,
            f"{entry.title.to(language)} ({format_number(low, language)}–{format_number(high, language)})",
            colour,
        )
        for entry, (low, high), colour in zip(classes, pairwise(bounds), colours, strict=True)
    ]


def class_legend(
    layer: str, results: Sequence[ZoneResult], model: ModelView, language: Language
) -> Legend:
    """Readiness classes with their scores, the most ready first, then what has no class."""
    entries = [
        LegendEntry(label, "fill", colour)
        for _, label, colour in reversed(labelled_classes(model, language))
    ]
    found = {result.status for result in results}
    if "excluded" in found:
        entries.append(LegendEntry(translate("status.excluded", language), "excluded"))
    if "insufficient_data" in found or not results:
        entries.append(LegendEntry(translate("status.insufficient_data", language), "no-data"))
    return Legend(
        layer=layer,
        title=translate(f"legend.{layer}", language, model=model.title.to(language)),
        unit=translate("legend.score_unit", language, year=model.year),
        entries=tuple(entries),
        source=translate("legend.score_source", language, model=model.title.to(language)),
    )


def with_stripes(legend: Legend, model: ModelView, language: Language) -> Legend:
    """A legend of classes that also says what stripes mean, as a map draws them that can."""
    n_classes = len(model.classes)
    shares = {"share": LIKELY_SHARE, "top": SURE_SHARE}
    said = {name: format_share(share, language) for name, share in shares.items()}
    label = translate("legend.unsure", language, **said)
    stripes = LegendEntry(label, "fill", f"url(#unsure-{n_classes - 1})")
    entries = (*legend.entries[:n_classes], stripes, *legend.entries[n_classes:])
    return replace(legend, entries=entries)


def zone_legend(
    zones: gpd.GeoDataFrame,
    results: Sequence[ZoneResult],
    model: ModelView,
    language: Language,
) -> Legend:
    """`class_legend` and the marks of approximate boundaries and bare locations."""
    legend = class_legend("zones", results, model, language)
    extra = []
    points = zones.geom_type == "Point"
    if (zones["geometry_kind"].map(is_approximate).astype(bool) & ~points).any():
        extra.append(LegendEntry(translate("legend.approximate", language), "dashed"))
    if points.any():
        extra.append(LegendEntry(translate("legend.location_only", language), "point"))
    subject = model.title.to(language)
    titles = {one: translate(f"legend.{one}", language, model=subject) for one in _BESIDES}
    return replace(legend, entries=(*legend.entries, *extra), titles=titles)
