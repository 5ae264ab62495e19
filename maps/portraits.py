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
from geo.explain import whole_percent
from geo.language import Language
from geo.readiness import ZoneResult
from geo.store import Store
from geo.synthetic_notice import NOTICE, has_synthetic_land
from geo.trends import ZoneTrend, zone_trends
from geo.uncertainty import rank_intervals
from geo.uncertainty_texts import percent_of, whole_number, zone_sentence
from geo.versions import Published
from maps.cards import class_cards, criterion_row, names_of, standing_card, text_or_none, zone_cards
from maps.histories import histories, numbered_sources
from maps.locator import locator
from maps.score_histories import score_history
from maps.text import format_number, format_share, translate
from maps.views import ModelView, model_view

LAYERS = ("zones", "kecamatan")
# The labour figures that a zone's page shows of its regency.
ZONE_FIGURES = ("tpt_agustus", "tpak_agustus")
SIMULATION = Simulation(draws=2_000, seed=1)
_MOST_NAMED = 50
# Cards leave out what they have nothing to say of; a template asks for these all the same.
_OF_CARD = (
    *("name", "place", "status", "statusText", "score", "class", "rank", "coverage"),
    *("coverageShare", "reason", "area", "officialStatus", "geometry", "geometryMark"),
    *("remarks", "source", "sourceUrl", "lifts", "holdsBack", "constraints", "sources"),
)
_OF_CRITERION = ("measure", "period", "note", "shares")
_OF_CONSTRAINT = ("share", "note")


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
        "card": _whole_card(card),
        "area": card.get("area") or _source_area(row, language),
        "title": card.get("name", area_id),
        "regency": regency if regency in regencies.index else None,
        "locator": locator(regencies, row, subject=regency, colours=_fills(assessment, [result])),
        "class": class_cards(view, language).get(result.rank_class or ""),
        "explanation": assessment.sentence_of(result).to(language),
        "certainty": _certainty(now, assessment, result, language),
        "dimensions": _dimensions(result, view, names, language),
        "trend": score_history(
            _trends(now, model, holder)[area_id],
            view,
            {c.criterion: c.title for c in result.criteria},
            language,
        ),
        "figures": _regency_figures(now, regency, language),
        "lineage": assessment.lineage,
        "notice": NOTICE.to(language) if has_synthetic_land(now) else "",
    }


def regency_portrait(store: Store | Published, code: str, *, language: Language) -> dict[str, Any]:
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
    zones = layers["zones"]
    return {
        "code": code,
        "title": names_of(regencies)[code],
        "bps_code": text_or_none(facts.get("bps_code")),
        "area": _hectares(facts.get("area_official_ha"), language),
        "labour": [h for h in every if h.is_labour],
        "series": [h for h in every if not h.is_labour and h.chart is not None],
        "single": [h for h in every if not h.is_labour and h.chart is None],
        "figure_sources": sources,
        "zones": zones,
        "locator": locator(
            regencies,
            regencies.iloc[:0] if zones is None else zones["areas"],
            subject=code,
            colours={} if zones is None else zones["fills"],
        ),
        "kecamatan": layers["kecamatan"],
        "lineage": [now.version(name) for name in ("regencies", "indicators")],
        "notice": NOTICE.to(language) if has_synthetic_land(now) else "",
    }


def _whole_card(card: Mapping[str, Any]) -> dict[str, Any]:
    """A card with every key that the template asks for."""
    constraints = [dict.fromkeys(_OF_CONSTRAINT) | row for row in card.get("constraints", ())]
    return {**dict.fromkeys(_OF_CARD), **card, "constraints": constraints}


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


def _whole_share(share: float | None, language: Language) -> str:
    """A share that never reads as more than it is; the same as in the cards."""
    return format_share(None if share is None else whole_percent(share) / 100, language)


def _fills(assessment: Assessment, results: Sequence[ZoneResult]) -> dict[str, str]:
    """The colour of each ranked area's class by its id."""
    view = model_view(assessment.model, year=assessment.year)
    cards = class_cards(view, "id")
    return {r.area_id: cards[r.rank_class]["colour"] for r in results if r.rank_class is not None}


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
                **dict.fromkeys(_OF_CRITERION),
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
            "coverage": _whole_share(result.dimension_coverage.get(d), language),
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
    place, n_draws = found.uncertainty.place(result.area_id), found.simulation.draws
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
        "draws": whole_number(n_draws).to(language),
        "classes": [
            {
                **classes[class_id],
                "share": percent_of(round(share * n_draws), n_draws).to(language),
            }
            for class_id, share in reversed(list(shares))
            if share > 0
        ],
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


def _areas_in(now: Published, layer: str, code: str, language: Language) -> dict[str, Any] | None:
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
        "areas": inside,
        "fills": _fills(assessment, results),
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
