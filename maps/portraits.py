"""I/O: reads the store. What a page about one zone or one regency says, in one language.

Everything is text, numbers and positions: the pages need no script. What of it is an assessment is
worded as in the map's cards (`maps/cards.py`), so that page and card never disagree.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import geopandas as gpd
import pandas as pd

from geo import planning
from geo.assessment import Assessment
from geo.confidence import Confidence, Simulation, confidence, overall
from geo.contest import NothingRanked
from geo.errors import LayerNotFound, ZoneNotFound
from geo.language import Language
from geo.readiness import ZoneResult
from geo.store import Store
from geo.synthetic_notice import NOTICE, has_synthetic_land
from geo.trends import ZonePoint, ZoneTrend, zone_trends
from geo.uncertainty import rank_intervals
from geo.uncertainty_texts import whole_number, zone_sentence
from geo.versions import Published
from maps.cards import class_cards, criterion_row, names_of, standing_card, text_or_none, zone_cards
from maps.histories import histories, numbered_sources
from maps.line_charts import Band, ChartPoint, LineChart, line_chart
from maps.text import format_number, format_share, translate
from maps.views import ModelView, model_view

LAYERS = ("zones", "kecamatan")
# The labour figures that a zone's page shows of its regency.
ZONE_FIGURES = ("tpt_agustus", "tpak_agustus")
SIMULATION = Simulation(draws=2_000, seed=1)
_MOST_NAMED = 50


def layer_of(now: Published, area_id: str, *, layer: str | None = None) -> str:
    """The layer that holds an area: the one asked for, else zones, else kecamatan.

    Raises
    ------
    LayerNotFound, ZoneNotFound
    """
    published = [name for name in LAYERS if name in now.datasets("layer")]
    if layer is not None and layer not in published:
        raise LayerNotFound(layer, available=published)
    asked = published if layer is None else [layer]
    holder = next((n for n in asked if area_id in planning.layer(now, n).index), None)
    if holder is None:
        known = [str(i) for name in asked for i in planning.layer(now, name).index]
        raise ZoneNotFound(area_id, available=known[:_MOST_NAMED])
    return holder


def zone_portrait(
    store: Store | Published,
    area_id: str,
    *,
    language: Language,
    layer: str | None = None,
    model: str = planning.DEFAULT_MODEL,
) -> dict[str, Any]:
    """Everything that the page of a zone, or of a kecamatan, says.

    Raises
    ------
    LayerNotFound, ZoneNotFound, ModelNotFound
    """
    now = store.current()
    holder = layer_of(now, area_id, layer=layer)
    assessment = planning.assess(now, model, layer=holder)
    result = assessment.result(area_id)
    view = model_view(assessment.model, year=assessment.year)
    areas, regencies = planning.layer(now, holder), planning.layer(now, "regencies")
    names = names_of(regencies)
    row = areas.loc[[area_id]]
    card = zone_cards(
        row,
        assessment.results,
        dimensions=view.dimensions,
        regency_names=names,
        language=language,
    )[area_id]
    regency = text_or_none(row["regency_code"].iloc[0]) if "regency_code" in row else None
    return {
        "area_id": area_id,
        "layer": holder,
        "model": view,
        "model_id": model,
        "models": _models(now),
        "card": card,
        "area": card.get("area") or _source_area(row, language),
        "title": card.get("name", area_id),
        "regency": regency if regency in regencies.index else None,
        "class": class_cards(view, language).get(result.rank_class or ""),
        "explanation": assessment.sentence_of(result).to(language),
        "certainty": _certainty(now, assessment, result, language),
        "dimensions": _dimensions(result, view, names, language),
        "trend": _trend(now, assessment, area_id, language),
        "figures": _regency_figures(now, regency, language),
        "lineage": assessment.lineage,
        "notice": NOTICE.to(language) if has_synthetic_land(now) else "",
    }


def regency_portrait(
    store: Store | Published, code: str, *, language: Language
) -> dict[str, Any]:
    """Everything that the page of a regency says.

    Raises
    ------
    ZoneNotFound
        For a code that no published regency has.
    """
    now = store.current()
    regencies = planning.layer(now, "regencies")
    if code not in regencies.index:
        raise ZoneNotFound(code, available=[str(known) for known in regencies.index])
    facts = regencies.loc[code]
    rows, catalogue = _rows_of(now, code), planning.indicator_catalogue(now)
    sources = numbered_sources(rows)
    every = histories(rows, catalogue, sources, language)
    layers = {name: _areas_in(now, name, code, language) for name in LAYERS}
    return {
        "code": code,
        "title": names_of(regencies)[code],
        "bps_code": text_or_none(facts.get("bps_code")),
        "area": _hectares(facts.get("area_official_ha"), language),
        "labour": [h for h in every if h.is_labour],
        "series": [h for h in every if not h.is_labour and h.chart is not None],
        "single": [h for h in every if not h.is_labour and h.chart is None],
        "figure_sources": sources,
        "zones": layers["zones"],
        "kecamatan": layers["kecamatan"],
        "lineage": [now.version(name) for name in ("regencies", "indicators")],
        "notice": NOTICE.to(language) if has_synthetic_land(now) else "",
    }


def _models(now: Published) -> list[tuple[str, Any]]:
    """The models by id and title, the default first."""
    found = [planning.model(now, model_id) for model_id in planning.models(now)]
    ordered = sorted(found, key=lambda m: (m.id != planning.DEFAULT_MODEL, m.kind != "need", m.id))
    return [(model.id, model.title) for model in ordered]


def _hectares(area: object, language: Language) -> str | None:
    if not isinstance(area, int | float) or pd.isna(area):
        return None
    return translate("zone.area_value", language, area=format_number(area, language))


def _source_area(row: gpd.GeoDataFrame, language: Language) -> str | None:
    return _hectares(row["area_source_ha"].iloc[0], language) if "area_source_ha" in row else None


def _dimensions(
    result: ZoneResult, model: ModelView, names: Mapping[str, str], language: Language
) -> list[dict[str, Any]]:
    """The criteria under their dimensions, each with its bar; those of no dimension at the end."""
    known_weight = sum(c.weight for c in result.criteria if c.value is not None)
    rows = {
        c.criterion: criterion_row(
            c, known_weight=known_weight, regency_names=names, language=language
        )
        for c in result.criteria
    }
    # All bars of a page have one scale, so that they can be compared.
    most = max([1.0, *(row["most"] for row in rows.values())])
    inside: dict[str, list[dict[str, Any]]] = {dimension: [] for dimension in model.dimensions}
    for c in result.criteria:
        row = rows[c.criterion]
        inside.setdefault(c.dimension if c.dimension in inside else "", []).append(
            {
                **row,
                "title": c.title.to(language),
                "unit": c.unit.to(language),
                "is_known": c.value is not None,
                "value": format_number(c.value, language, decimals=2),
                "weight": translate(
                    "zone.weight", language, share=format_share(c.weight, language)
                ),
                "filled": f"{100 * max(row['points'], 0) / most:.2f}%",
                "track": f"{100 * row['most'] / most:.2f}%",
            }
        )
    return [
        {
            "title": model.dimensions[d].to(language)
            if d in model.dimensions
            else translate("zone.own_dimension", language),
            "score": None
            if result.dimension_scores.get(d) is None
            else format_number(result.dimension_scores[d], language, decimals=0),
            "coverage": format_share(result.dimension_coverage.get(d), language),
            "criteria": criteria,
        }
        for d, criteria in inside.items()
        if criteria
    ]


@lru_cache(maxsize=16)
def _trends(now: Published, model: str, layer: str) -> dict[str, ZoneTrend]:
    return {t.area_id: t for t in zone_trends(planning.assess_years(now, model, layer=layer))}


@lru_cache(maxsize=16)
def _confidence(now: Published, model: str, layer: str) -> Confidence | None:
    """The simulation of what is published; None where no zone is ranked."""
    try:
        return confidence(now, planning.assess(now, model, layer=layer), SIMULATION)
    except NothingRanked:
        return None


def _certainty(
    now: Published, assessment: Assessment, result: ZoneResult, language: Language
) -> dict[str, Any] | None:
    """The interval of a ranked zone's rank and what the draws say; None for one without a rank."""
    if result.rank is None:
        return None
    found = _confidence(now, assessment.model.id, assessment.layer)
    if found is None:
        return None
    place = found.uncertainty.place(result.area_id)
    first, last = (int(rank) for rank in rank_intervals(found.uncertainty)[place])
    key = "portrait.one_rank" if first == last else "portrait.interval"
    classes = class_cards(model_view(assessment.model, year=assessment.year), language)
    shares = zip(
        found.uncertainty.classes, found.uncertainty.class_shares[place].tolist(), strict=True
    )
    return {
        "interval": translate(key, language, first=first, last=last),
        "sentence": zone_sentence(found.uncertainty, result.area_id).to(language),
        "overall": overall(found).to(language),
        "draws": whole_number(found.simulation.draws).to(language),
        "classes": [
            {**classes[class_id], "share": format_share(share, language), "part": share}
            for class_id, share in reversed(list(shares))
            if share > 0
        ],
    }


def _trend(
    now: Published, assessment: Assessment, area_id: str, language: Language
) -> dict[str, Any]:
    """A zone over the years: the chart, one row a year, and why years are not comparable."""
    found = _trends(now, assessment.model.id, assessment.layer)[area_id]
    view = model_view(assessment.model, year=assessment.year)
    classes = class_cards(view, language)
    broken = {b.after for b in found.breaks}
    points = [point for segment in found.segments for point in segment] + list(found.unranked)
    return {
        "sentence": found.sentence.to(language),
        "chart": _score_chart(found, view, language),
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
            for b in reversed(found.breaks)
        ],
    }


def _score_chart(trend: ZoneTrend, model: ModelView, language: Language) -> LineChart | None:
    segments = [
        [ChartPoint(p.year, p.score, bool(p.observed)) for p in segment if p.score is not None]
        for segment in trend.segments
    ]
    classes = class_cards(model, language)
    bands = [Band(c.lower, classes[c.id]["colour"]) for c in model.ordered_classes]
    return line_chart(segments, language, decimals=1, span=(0.0, 100.0), bands=bands)


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
        "coverage": format_share(point.data_coverage, language),
        "is_after_break": is_after_break,
        "is_new": bool(point.observed),
    }


def _rows_of(now: Published, code: str) -> pd.DataFrame:
    table = planning.indicators(now)
    return table[table["regency_code"] == code]


def _regency_figures(now: Published, code: str | None, language: Language) -> dict[str, Any]:
    """The labour figures of a zone's regency, with their sources."""
    rows = _rows_of(now, code or "")
    rows = rows[rows["indicator"].isin(ZONE_FIGURES)]
    sources = numbered_sources(rows)
    catalogue = planning.indicator_catalogue(now)
    return {"histories": histories(rows, catalogue, sources, language), "sources": sources}


def _areas_in(
    now: Published, layer: str, code: str, language: Language
) -> dict[str, Any] | None:
    """A layer's areas of one regency with their standing, ranked first; None without the layer."""
    if layer not in now.datasets("layer"):
        return None
    assessment = planning.assess(now, layer=layer)
    view = model_view(assessment.model, year=assessment.year)
    areas = planning.layer(now, layer)
    inside = areas[areas["regency_code"].astype("str") == code]
    results = [assessment.result(str(area_id)) for area_id in inside.index]
    ordered = sorted(results, key=lambda r: (r.rank is None, r.rank or 0, r.name.casefold()))
    return {
        "model": view,
        "n_ranked": assessment.n_ranked,
        "rows": [_standing_row(r, assessment, view, language) for r in ordered],
        "classes": _class_counts(results, view, language),
    }


def _standing_row(
    result: ZoneResult, assessment: Assessment, model: ModelView, language: Language
) -> dict[str, Any]:
    standing = standing_card(
        result, ranked=assessment.n_ranked, dimensions=model.dimensions, language=language
    )
    return {
        "area_id": result.area_id,
        "name": result.name,
        "rank": "–" if result.rank is None else str(result.rank),
        "score": standing["score"] or "–",
        "class": class_cards(model, language).get(result.rank_class or ""),
        "status": result.status,
        "statusText": standing["statusText"],
        "coverage": standing["coverage"],
        "reason": standing["reason"],
    }


def _class_counts(
    results: Sequence[ZoneResult], model: ModelView, language: Language
) -> list[dict[str, Any]]:
    """How many areas each class has, the best first, then those without a rank."""
    counts = [
        {**card, "count": sum(r.rank_class == class_id for r in results)}
        for class_id, card in reversed(class_cards(model, language).items())
    ]
    unranked = [
        {
            "title": translate(f"status.{status}", language),
            "status": status,
            "count": sum(r.status == status for r in results),
        }
        for status in ("excluded", "insufficient_data")
    ]
    return [entry for entry in counts + unranked if entry["count"]]
