"""What a page about one zone or one regency says, in one language.

Everything is text, numbers and positions: the pages need no script. What of it is an assessment is
worded as in the map's cards (`maps/folium/cards.py`), so that page and card never disagree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import pandas as pd
import shapely

from geo import published
from geo.errors import LayerNotFound, ZoneNotFound
from geo.land.synthetic_notice import NOTICE, has_synthetic_land
from geo.language import Language
from geo.mcda.weight_request import WeightRequest
from geo.planning.area_facts import area_facts
from geo.planning.assess import assess_years
from geo.planning.weigh import weigh_and_assess
from geo.programme.gap.standing import standings
from geo.readiness.assessment import Assessment, Origin
from geo.readiness.lift import way_up
from geo.readiness.score import ZoneResult
from geo.readiness.trends import ZoneTrend, zone_trends
from geo.store.store import Store
from geo.store.versions import Published, Version
from geo.vector.regions import full_names
from maps.context import map_context
from maps.escape import safe_address, text_or_none
from maps.folium.cards import (
    class_cards,
    criterion_row,
    standing_card,
    unit_text,
    zone_cards,
)
from maps.folium.views import ModelView, model_view
from maps.pages.area_facts import disagreements, facts_view, flood_events
from maps.pages.certainty import certainty, class_said, score_text
from maps.pages.histories import (
    beside_province,
    histories,
    numbered_sources,
    score_history,
)
from maps.pages.location import location
from maps.pages.locator import locator
from maps.pages.sliders import choice, map_state
from maps.text import format_number, format_share, translate

LAYERS = ("zones", "kecamatan")
# The labour figures that a zone's page shows of its regency.
ZONE_FIGURES = ("tpt_agustus", "tpak_agustus")
# Cards leave out what they have nothing to say of; a template asks for these all the same.
_OF_CARD = (
    *("name", "place", "status", "statusText", "score", "class", "rank", "coverage"),
    *("coverageShare", "reason", "area", "officialStatus", "geometry", "geometryMark"),
    *("remarks", "source", "sourceUrl", "lifts", "holdsBack", "constraints", "sources"),
    "uncheckedNamed",
)
_OF_CRITERION = ("measure", "period", "note", "shares")
_OF_CONSTRAINT = ("share", "note")


def layer_of(now: Published, area_id: str, *, layer: str | None = None) -> str:
    """The layer that holds an area: the one asked for, else zones, else kecamatan.

    Raises
    ------
    LayerNotFound, ZoneNotFound
    """
    available = [name for name in LAYERS if name in now.datasets("layer")]
    if layer is not None and layer not in available:
        raise LayerNotFound(layer, available=available)
    asked = available if layer is None else [layer]
    holder = next((n for n in asked if area_id in published.layer(now, n).index), None)
    if holder is None:
        known = [str(i) for name in asked for i in published.layer(now, name).index]
        raise ZoneNotFound(area_id, available=known)
    return holder


def zone_portrait(
    store: Store | Published,
    area_id: str,
    *,
    language: Language,
    layer: str | None = None,
    model: str = published.DEFAULT_MODEL,
    weights: Mapping[str, float] | None = None,
    method: str | None = None,
    risk: float | None = None,
) -> dict[str, Any]:
    """Everything that the page of a zone, or of a kecamatan, says.

    `weights` are another's, of every top-level dimension or of every criterion.

    Raises
    ------
    LayerNotFound, ZoneNotFound, ModelNotFound, InvalidWeights, InvalidMethod, UnusedRisk
    """
    now = store.current()
    holder = layer_of(now, area_id, layer=layer)
    assessment, _ = weigh_and_assess(
        now, WeightRequest(stated=weights), model_id=model, layer=holder, method=method, risk=risk
    )
    result = assessment.result(area_id)
    view = model_view(assessment.model, year=assessment.year)
    areas, regencies = published.layer(now, holder), published.layer(now, "regencies")
    names = full_names(regencies)
    row = areas.loc[[area_id]]
    card = zone_cards(
        row,
        assessment.results,
        model=view,
        regency_names=names,
        language=language,
    )[area_id]
    regency = text_or_none(row["regency_code"].iloc[0]) if "regency_code" in row else None
    sure = certainty(now, assessment, area_id, language)
    return {
        "area_id": area_id,
        "layer": holder,
        "model": view,
        "model_id": model,
        "models": _models(now),
        "card": _whole_card(card),
        "area": card.get("area"),
        "title": card.get("name", area_id),
        "regency": regency if regency in regencies.index else None,
        "locator": locator(
            regencies,
            row,
            subject=regency,
            colours=_fills(assessment, [result]),
            around=_land_around(),
        ),
        "location": location(now, holder, area_id, language) if holder == "zones" else None,
        "class": class_said(assessment, result, language),
        "explanation": assessment.sentence_of(result).to(language),
        "benchmark": None
        if (place := assessment.benchmark_place(result)) is None
        else place.sentence.to(language),
        "way_up": None if (way := way_up(assessment, area_id)) is None else way.to(language),
        "certainty": sure,
        "choice": choice(assessment, language),
        "map_state": map_state(assessment),
        "dimensions": _dimensions(result, view, names, language),
        "trend": score_history(
            _trends(now, _Way.of(assessment))[area_id],
            view,
            {c.criterion: c.title for c in result.criteria},
            language,
        ),
        "figures": labour_of(now, regency, language),
        "flood_events": flood_events(now, regency, language),
        "disagreements": disagreements(now, regency, language),
        "facts": facts_view(area_facts(now, holder)[area_id], language),
        "lineage": _lineage(now, assessment.lineage, language),
        "notice": NOTICE.to(language) if has_synthetic_land(now) else "",
    }


def regency_portrait(
    store: Store | Published,
    code: str,
    *,
    language: Language,
    model: str = published.DEFAULT_MODEL,
    weights: Mapping[str, float] | None = None,
    method: str | None = None,
    risk: float | None = None,
) -> dict[str, Any]:
    """Everything that the page of a regency says; its zones stand as they are asked about.

    Raises
    ------
    ZoneNotFound
        For a code that no published regency has.
    ModelNotFound, InvalidWeights, InvalidMethod, UnusedRisk
    """
    now = store.current()
    regencies = published.layer(now, "regencies")
    if code not in regencies.index:
        raise ZoneNotFound(code, available=[str(known) for known in regencies.index])
    facts = regencies.loc[code]
    rows, catalogue = _rows_of(now, code), published.indicator_catalogue(now)
    sources = numbered_sources(rows)
    every = histories(rows, catalogue, sources, language)
    # Charts alone have room for the province beside them.
    charted = [h for h in every if h.is_labour or h.chart is not None]
    compared = beside_province(
        charted,
        published.read_indicators(now.version("indicators").path),
        catalogue,
        region=published.region(now),
        language=language,
    )
    standings = {
        name: weigh_and_assess(
            now, WeightRequest(stated=weights), model_id=model, layer=name, method=method, risk=risk
        )[0]
        for name in LAYERS
        if name in now.datasets("layer")
    }
    layers = dict.fromkeys(LAYERS) | {
        name: _areas_in(now, assessment, code, language) for name, assessment in standings.items()
    }
    zones = layers["zones"]
    return {
        "code": code,
        "title": full_names(regencies)[code],
        "province": published.region(now).name.to(language),
        "bps_code": text_or_none(facts.get("bps_code")),
        "area": _hectares(facts.get("area_official_ha"), language),
        "labour": [h for h in compared if h.is_labour],
        "series": [h for h in compared if not h.is_labour],
        "single": [h for h in every if not h.is_labour and h.chart is None],
        "figure_sources": sources,
        "disagreements": disagreements(now, code, language),
        "targets": standings_said(now, code, language),
        "zones": zones,
        "locator": locator(
            regencies,
            regencies.iloc[:0] if zones is None else zones["areas"],
            subject=code,
            colours={} if zones is None else zones["fills"],
            around=_land_around(),
        ),
        "kecamatan": layers["kecamatan"],
        "choice": next((choice(found, language) for found in standings.values()), ""),
        "map_state": next(map(map_state, standings.values()), ""),
        "lineage": _lineage(now, map(now.version, ("regencies", "indicators")), language),
        "notice": NOTICE.to(language) if has_synthetic_land(now) else "",
    }


def _whole_card(card: Mapping[str, Any]) -> dict[str, Any]:
    """A card with every key that the template asks for."""
    constraints = [dict.fromkeys(_OF_CONSTRAINT) | row for row in card.get("constraints", ())]
    return {**dict.fromkeys(_OF_CARD), **card, "constraints": constraints}


def _models(now: Published) -> list[tuple[str, Any]]:
    """The models by id and title, the default first."""
    found = [published.model(now, model_id) for model_id in published.models(now)]
    ordered = sorted(found, key=lambda m: (m.id != published.DEFAULT_MODEL, m.kind != "need", m.id))
    return [(model.id, model.title) for model in ordered]


@cache
def _land_around() -> shapely.Geometry | None:
    context = map_context()
    return None if context is None else context.shape("land")


def _hectares(area: object, language: Language) -> str | None:
    if not isinstance(area, int | float) or pd.isna(area):
        return None
    return translate("zone.area_value", language, area=format_number(area, language))


def _fills(assessment: Assessment, results: Sequence[ZoneResult]) -> dict[str, str]:
    """The colour of each ranked area's likeliest class by its id."""
    view = model_view(assessment.model, year=assessment.year)
    cards = class_cards(view, "id")
    return {
        r.area_id: cards[r.likely_class]["colour"]
        for r in results
        if r.rank is not None and r.likely_class is not None
    }


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
                "unit": unit_text(c, language),
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


@dataclass(frozen=True, slots=True)
class _Way:
    """How an assessment was made, but for its year."""

    model: str
    layer: str
    weights: tuple[tuple[str, float], ...]
    method: str
    risk: float

    @classmethod
    def of(cls, found: Assessment) -> "_Way":
        weights = tuple(found.weights.items())
        return cls(found.model.id, found.layer, weights, found.method, found.risk)


@lru_cache(maxsize=16)
def _trends(now: Published, way: _Way) -> dict[str, ZoneTrend]:
    years = assess_years(
        now,
        way.model,
        layer=way.layer,
        weights=dict(way.weights),
        method=way.method,
        risk=way.risk,
    )
    return {
        trend.area_id: trend for trend in zone_trends(years, breaks=published.series_breaks(now))
    }


def _lineage(
    now: Published, versions: Iterable[Origin | Version], language: Language
) -> list[dict[str, Any]]:
    """What went in, with source and licence in one language where they are known in it."""
    return [
        {
            "dataset": one.dataset,
            "number": one.number,
            "sha256": one.sha256,
            "source": now.version(one.dataset).source_text.to(language),
            "licence": now.version(one.dataset).licence_text.to(language),
        }
        for one in versions
    ]


def _rows_of(now: Published, code: str) -> pd.DataFrame:
    table = published.indicators(now)
    return table[table["regency_code"] == code]


def labour_of(now: Published, code: str | None, language: Language) -> dict[str, Any]:
    """The labour figures of a regency over the years, with their sources; none without a code."""
    rows = _rows_of(now, code or "")
    rows = rows[rows["indicator"].isin(ZONE_FIGURES)]
    sources = numbered_sources(rows)
    catalogue = published.indicator_catalogue(now)
    return {
        "histories": beside_province(
            histories(rows, catalogue, sources, language),
            published.read_indicators(now.version("indicators").path),
            catalogue,
            region=published.region(now),
            language=language,
        ),
        "sources": sources,
        "targets": standings_said(now, code, language),
    }


def standings_said(now: Published, code: str | None, language: Language) -> list[dict[str, Any]]:
    """Where a regency stands against each target that holds for it, with the target's document."""
    return [
        {
            "indicator": one.indicator,
            "sentence": one.sentence.to(language),
            "beside": "" if one.beside is None else one.beside.to(language),
            "notes": [note.to(language) for note in one.remarks],
            "document": target.document,
            "source": target.source,
            "address": safe_address(target.source_url),
            "year": target.year,
            "is_passed": one.gap.is_passed,
        }
        for one in standings(now, code or "")
        if (target := one.gap.target) is not None
    ]


def _areas_in(
    now: Published, assessment: Assessment, code: str, language: Language
) -> dict[str, Any]:
    """A layer's areas of one regency with their standing, ranked first."""
    view = model_view(assessment.model, year=assessment.year)
    areas = published.layer(now, assessment.layer)
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
        "band": "–" if result.band is None else str(result.band),
        "score": score_text(result, language),
        "class": class_said(assessment, result, language),
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
        {
            **card,
            "count": sum(r.rank is not None and r.likely_class == class_id for r in results),
        }
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
