"""Pure. What the colours of each layer mean, in words, with unit and period."""

from collections.abc import Sequence

import geopandas as gpd

from geo.language import Language
from geo.layers import is_approximate
from geo.readiness import ZoneResult
from maps.style import (
    Legend,
    LegendEntry,
    class_colours,
    decimals_for,
    sequential_colours,
)
from maps.text import format_number, format_period, translate
from maps.views import IndicatorView, ModelView


def indicator_legend(
    indicator: IndicatorView | None,
    edges: Sequence[float],
    language: Language,
    *,
    has_gaps: bool,
) -> Legend:
    """Class ranges of an indicator between `edges`, and "no data" when some regency has none."""
    decimals = decimals_for(edges[0], edges[-1]) if edges else 0
    numbers = [format_number(edge, language, decimals=decimals) for edge in edges]
    entries = [
        LegendEntry(
            label=low if low == high else translate("legend.range", language, low=low, high=high),
            kind="fill",
            colour=colour,
        )
        for low, high, colour in zip(
            numbers, numbers[1:], sequential_colours(len(edges) - 1), strict=False
        )
    ]
    if has_gaps:
        entries.append(LegendEntry(translate("legend.no_data", language), "no-data"))
    if indicator is None:
        title, unit = translate("layer.regencies_plain", language), ""
    else:
        title = indicator.title.to(language)
        unit = translate(
            "legend.unit_period",
            language,
            unit=indicator.unit.to(language),
            period=_periods(indicator, language),
        )
    return Legend(layer="regencies", title=title, unit=unit, entries=tuple(entries))


def _periods(indicator: IndicatorView, language: Language) -> str:
    if "period" not in indicator.values:
        return str(indicator.year)
    known = indicator.values["period"].dropna().astype(str).unique()
    periods = sorted(format_period(period, language) for period in known)
    return ", ".join(periods) if 0 < len(periods) <= 3 else str(indicator.year)


def class_legend(
    layer: str, results: Sequence[ZoneResult], model: ModelView, language: Language
) -> Legend:
    """Readiness classes with their scores, the most ready first, then what has no class."""
    classes = model.ordered_classes
    bounds = [*(entry.lower for entry in classes), 100]
    entries = [
        LegendEntry(
            label=f"{entry.title.to(language)} ({format_number(low, language)}–{format_number(high, language)})",
            kind="fill",
            colour=colour,
        )
        for entry, low, high, colour in zip(
            classes,
            bounds,
            bounds[1:],
            class_colours(len(classes), is_need=model.kind == "need"),
            strict=False,
        )
    ]
    entries.reverse()
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
    )


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
    return Legend(legend.layer, legend.title, legend.unit, (*legend.entries, *extra))
