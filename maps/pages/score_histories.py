"""A zone's score over the years as a page prints it: chart, one row a year, breaks with reasons."""

from collections.abc import Mapping
from typing import Any

from geo.indicators.series import NO_CHANGE
from geo.language import Language, Text, decimal, joined
from geo.readiness.explain import whole_percent
from geo.readiness.trends import ZonePoint, ZoneTrend, is_hardly
from maps.folium.cards import class_cards
from maps.folium.views import ModelView
from maps.pages.line_charts import Band, ChartPoint, LineChart, line_chart
from maps.text import format_number, format_share, translate

_SCORES = (0.0, 100.0)


def score_history(
    trend: ZoneTrend, model: ModelView, titles: Mapping[str, Text], language: Language
) -> dict[str, Any]:
    """Everything that a page says of a zone over the years, the newest year first.

    `titles` are those of the criteria by id.
    """
    classes = class_cards(model, language)
    broken = {b.after for b in trend.breaks}
    points = [point for segment in trend.segments for point in segment] + list(trend.unranked)
    return {
        "sentence": _said(trend, titles, language),
        "chart": _chart(trend, model, classes, language),
        "classes": list(reversed(classes.values())),
        "years": [
            _year_row(point, classes, is_after_break=point.year in broken, language=language)
            for point in sorted(points, key=lambda p: -p.year)
        ],
        "breaks": [
            {
                "title": translate("portrait.break", language, before=b.before, after=b.after),
                "reasons": [reason.to(language) for reason in b.reasons],
            }
            for b in reversed(trend.breaks)
        ],
    }


def _said(trend: ZoneTrend, titles: Mapping[str, Text], language: Language) -> str:
    """What changed; the breaks, which the trend's own sentence also tells, stand in a list."""
    change = trend.change
    if not trend.segments:
        return trend.sentence.to(language)
    if change is None:
        return NO_CHANGE.format(name=trend.name).to(language)
    said = translate(
        "portrait.score_same" if is_hardly(change.score) else "portrait.score_change",
        language,
        points=decimal(change.score, signed=True).to(language),
        first=change.first,
        last=change.last,
    )
    if not change.unobserved:
        return said
    unobserved = joined([titles[c] for c in change.unobserved]).to(language)
    return f"{said} {translate('portrait.unobserved', language, titles=unobserved)}"


def _chart(
    trend: ZoneTrend,
    model: ModelView,
    classes: Mapping[str, Mapping[str, str]],
    language: Language,
) -> LineChart | None:
    segments = [
        [ChartPoint(p.year, p.score, bool(p.observed)) for p in segment if p.score is not None]
        for segment in trend.segments
    ]
    bands = [Band(c.lower, classes[c.id]["colour"]) for c in model.ordered_classes]
    return line_chart(segments, language, decimals=1, span=_SCORES, bands=bands)


def _year_row(
    point: ZonePoint,
    classes: Mapping[str, Mapping[str, str]],
    *,
    is_after_break: bool,
    language: Language,
) -> dict[str, Any]:
    return {
        "year": point.year,
        "score": format_number(point.score, language, decimals=1),
        "rank": "–"
        if point.rank is None
        else translate("portrait.rank_in", language, rank=point.rank, n=point.of),
        "class": classes.get(point.rank_class or ""),
        "status": translate(f"status.{point.status}", language),
        "coverage": format_share(whole_percent(point.data_coverage) / 100, language),
        "is_after_break": is_after_break,
    }
