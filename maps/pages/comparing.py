"""What the page of comparisons shows: two assessments, or two zones of one, in one language."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import folium
import geopandas as gpd

from geo.language import MOST_NAME, Language, shortened
from geo.mcda.methods import METHODS
from geo.mcda.model import Model
from geo.readiness.assessment import Assessment
from geo.readiness.certainty import SURE_SHARE, share_below
from geo.readiness.class_words import class_words
from geo.readiness.compare import ZoneDifference, compare
from geo.readiness.explain import holds_back, lifts, why_ahead
from geo.readiness.score import CriterionResult, ZoneResult
from geo.vector.regions import full_names
from maps.assets import Assets
from maps.escape import json_in_page
from maps.folium.cards import (
    measure_text,
    reason_unranked,
    unchecked_limits,
    unit_text,
)
from maps.folium.certainty_cards import range_text
from maps.folium.context import ContextLayer, context_layer, regency_labels
from maps.folium.drawing import (
    COORDINATE_DECIMALS,
    Attachment,
    ground_layer,
    kecamatan_layer,
    zone_layer,
)
from maps.folium.legends import class_legend, zone_legend
from maps.folium.offline import OfflineFigure, OfflineMap
from maps.folium.views import model_view
from maps.pages.certainty import class_said, range_bar, varied
from maps.style import Legend
from maps.text import format_number, format_share, translate

COMPARED = ("zones", "kecamatan")
_WEIGHTINGS = {"own": "compare.weights_own", "equal": "compare.weights_equal"}
_OTHER = "compare.weights_other"
_LEADS = {
    "chosen": "compare.lead_chosen",
    "own": "compare.lead_own",
    "equal": "compare.lead_equal",
    "before": "compare.lead_before",
}


def equal_weights(model: Model) -> dict[str, float]:
    """The same weight for every top-level dimension; the shares below stay the model's."""
    top = model.top_dimensions()
    return {dimension.id: 1 / len(top) for dimension in top}


def side_label(found: Assessment, weights: str, language: Language) -> str:
    """Year, method and whose weights one side has; `weights` is own, equal or a list."""
    parts = [
        str(found.year),
        _method_title(found, language),
        translate(_WEIGHTINGS.get(weights, _OTHER), language),
    ]
    return " · ".join(parts)


def comparison_form(
    pair: tuple[Assessment, Assessment],
    *,
    weights: tuple[str, str],
    years: Sequence[int],
    zones: tuple[str, str] | None,
    kept: Mapping[str, Any],
    language: Language,
) -> dict[str, Any]:
    """What the two forms of the page offer and what is chosen in them.

    `weights` of each side are own, equal or a list; `kept` is what the address asks for now.
    """
    listed = [w for w in dict.fromkeys(weights) if w not in _WEIGHTINGS]
    weightings = [
        (w, translate(_WEIGHTINGS.get(w, _OTHER), language)) for w in (*_WEIGHTINGS, *listed)
    ]
    sides = [
        {
            "title": translate(side, language),
            "prefix": prefix,
            "label": side_label(found, weighting, language),
            "year": found.year,
            "method": found.method,
            "risk": f"{found.risk:g}",
            "weights": weighting,
            "weightings": weightings,
        }
        for side, prefix, found, weighting in zip(
            ("compare.left", "compare.right"), ("", "other_"), pair, weights, strict=True
        )
    ]
    by_name = sorted(pair[0].results, key=lambda r: (r.name, r.area_id))
    best = sorted(pair[0].results, key=lambda r: (r.rank is None, r.rank or 0, r.name))
    return {
        "kept": {k: v for k, v in kept.items() if k in ("model", "layer")} | {"lang": language},
        "kept_by_zones": {k: v for k, v in kept.items() if not k.startswith("other_")}
        | {"lang": language},
        "sides": sides,
        "years": [(year, str(year)) for year in reversed(years)],
        "methods": [(method.id, method.title.to(language)) for method in METHODS.values()],
        "owa": METHODS["owa"].title.to(language),
        "risks": _risks([found.risk for found in pair], language),
        "zones": [(r.area_id, r.name) for r in by_name],
        "chosen_zones": zones or [r.area_id for r in best[:2]],
    }


def _risks(chosen: Sequence[float], language: Language) -> list[tuple[str, str]]:
    """Tenths from 0 to 1 and what is chosen now, the ends and the middle with what they mean."""
    words = {0.0: "compare.risk_least", 0.5: "compare.risk_neutral", 1.0: "compare.risk_most"}
    risks = sorted({*(n / 10 for n in range(11)), *chosen})
    return [
        (
            f"{risk:g}",
            translate(words[risk], language, risk=format_number(risk, language))
            if risk in words
            else format_number(risk, language),
        )
        for risk in risks
    ]


def assessments_content(
    pair: tuple[Assessment, Assessment], *, reason: str, language: Language
) -> dict[str, Any]:
    """Title, lead and table of two assessments.

    `reason` is why the right side is what it is: chosen, own, equal or before.
    """
    title = pair[0].model.title.to(language)
    return {
        "title": translate("compare.title", language, model=title),
        "lead": translate(_LEADS[reason], language),
        "compared": assessments_compared(*pair, language=language),
    }


def zones_content(
    found: Assessment, pair: tuple[str, str], *, label: str, language: Language
) -> dict[str, Any]:
    """Title, lead and tables of two zones; `ZoneNotFound` for one that is not there."""
    zones = zones_compared(found, *pair, language=language)
    names = {"first": zones["heads"][0]["name"], "second": zones["heads"][1]["name"]}
    return {
        "title": translate("compare.zones_title", language, **names),
        "lead": f"{found.model.title.to(language)} · {label}",
        "zones": zones,
    }


def _method_title(found: Assessment, language: Language) -> str:
    title = METHODS[found.method].title.to(language)
    if found.method != "owa":
        return title
    risk = format_number(found.risk, language)
    return translate("compare.with_risk", language, method=title, risk=risk)


def assessments_compared(
    left: Assessment, right: Assessment, *, language: Language
) -> dict[str, Any]:
    """What separates two assessments, the zones with the largest difference of the score first."""
    found = compare(left, right)
    order = sorted(found.zones, key=_by_size)
    return {
        "sentence": found.sentence.to(language),
        "differs": [text.to(language) for text in found.differs],
        "rows": [_row(zone, (left, right), language) for zone in order],
    }


def _by_size(zone: ZoneDifference) -> tuple[bool, float, bool, str]:
    """The largest difference first; of zones without one those that changed otherwise."""
    return (zone.score is None, -abs(zone.score or 0.0), zone.sentence is None, zone.name)


def _row(
    zone: ZoneDifference, pair: tuple[Assessment, Assessment], language: Language
) -> dict[str, Any]:
    left, right = (_at(found, zone.area_id, language) for found in pair)
    return {
        "area_id": zone.area_id,
        "name": zone.name,
        "left": _side(zone.status_before, zone.score_before, language)
        | {"rank": zone.rank_before}
        | left,
        "right": _side(zone.status_after, zone.score_after, language)
        | {"rank": zone.rank_after}
        | right,
        "difference": signed(zone.score, language),
        "sentence": zone.sentence.to(language) if zone.sentence else None,
    }


def _at(found: Assessment, area_id: str, language: Language) -> dict[str, Any]:
    """How sure an area's score and class are on one side; nothing of one that is not there."""
    if area_id not in found.measures.names:
        return {"class": None, "range": ""}
    result = found.result(area_id)
    return {
        "class": class_said(found, result, language),
        "range": range_text(result, language),
    }


def _side(status: str, score: float | None, language: Language) -> dict[str, Any]:
    return {
        "status": status,
        "status_text": translate(f"status.{status}", language),
        "score": format_number(score, language, decimals=1),
    }


def signed(difference: float | None, language: Language) -> dict[str, str]:
    """A difference as a signed number with one decimal, and its direction: up, down, same, none."""
    if difference is None or math.isnan(difference):
        return {"text": format_number(None, language), "direction": "none"}
    rounded = round(difference, 1)
    direction = "up" if rounded > 0 else "down" if rounded < 0 else "same"
    sign = {"up": "+", "down": "−", "same": ""}[direction]
    return {
        "text": sign + format_number(abs(rounded), language, decimals=1),
        "direction": direction,
    }


def zones_compared(
    found: Assessment, first: str, second: str, *, language: Language
) -> dict[str, Any]:
    """Two zones of one assessment, dimension by dimension and criterion by criterion.

    Raises
    ------
    ZoneNotFound
    """
    pair = (found.result(first), found.result(second))
    is_scored = all(result.score is not None for result in pair)
    return {
        "heads": [_head(r, found, language) for r in pair],
        "duel": _duel(found, pair, language),
        "sentence": why_ahead(*pair).sentence.to(language) if is_scored else None,
        "difference": signed(_less(pair[0].score, pair[1].score), language),
        "groups": [_group(d.id, d.title.to(language), pair, language) for d in _used(found)],
    }


def _duel(
    found: Assessment, pair: tuple[ZoneResult, ZoneResult], language: Language
) -> dict[str, str] | None:
    """In how many draws one zone is better than the other; None where one has no draws."""
    scores = [found.certainty.drawn_scores[found.position(r.area_id)] for r in pair]
    if any(math.isnan(row[0]) for row in scores):
        return None
    wins = [float(share_below(scores[1 - i][None], scores[i])[0]) for i in (0, 1)]
    ahead = int(wins[1] > wins[0])
    better, other = pair[ahead], pair[1 - ahead]
    facts = {
        "ahead": better.name,
        "behind": other.name,
        "share": format_share(wins[ahead], language, beside=SURE_SHARE),
    }
    if _is_above(better, other):
        verdict = translate("compare.duel_certain", language, **facts)
    elif wins[ahead] >= SURE_SHARE:
        verdict = translate("compare.duel_apart", language)
    else:
        verdict = translate("compare.duel_open", language)
    return {
        "sentence": translate("compare.duel", language, **facts),
        "verdict": verdict,
        "varied": varied(found.certainty, language),
    }


def _is_above(better: ZoneResult, other: ZoneResult) -> bool:
    """Whether one zone is above another under every value that the data allow."""
    low, high = better.score_low, other.score_high
    return low is not None and high is not None and low > high


def _used(found: Assessment) -> list[Any]:
    """The dimensions that have criteria of their own."""
    used = {criterion.dimension for criterion in found.model.criteria}
    return [dimension for dimension in found.model.dimensions if dimension.id in used]


def _head(
    result: ZoneResult,
    found: Assessment,
    language: Language,
) -> dict[str, Any]:
    rank = translate("zone.rank_of", language, rank=result.rank, n=found.n_ranked)
    return {
        "area_id": result.area_id,
        "name": result.name,
        "class": class_said(found, result, language),
        "range": range_text(result, language),
        "bar": None if result.score_low is None else range_bar(found, result, language),
        "unchecked": unchecked_limits(result, language).get("uncheckedNamed"),
        "rank": rank if result.rank is not None else None,
        "reason": reason_unranked(result, language),
        "coverage": result.coverage_said.to(language),
        "lifts": [c.title.to(language) for c in lifts(result)],
        "holds_back": [c.title.to(language) for c in holds_back(result)],
        **_side(result.status, result.score, language),
    }


def _group(
    dimension: str, title: str, pair: tuple[ZoneResult, ZoneResult], language: Language
) -> dict[str, Any]:
    scores = [result.dimension_scores.get(dimension) for result in pair]
    rows = zip(pair[0].criteria, pair[1].criteria, strict=True)
    return {
        "title": title,
        "scores": [format_number(score, language, decimals=1) for score in scores],
        "difference": signed(_less(*scores), language),
        "criteria": [_criterion(a, b, language) for a, b in rows if a.dimension == dimension],
    }


def _criterion(a: CriterionResult, b: CriterionResult, language: Language) -> dict[str, Any]:
    is_unknown = a.value is None and b.value is None
    return {
        "title": a.title.to(language),
        "unit": unit_text(a, language),
        "measures": [measure_text(c, language) for c in (a, b)],
        "points": [format_number(_points(c), language, decimals=1) for c in (a, b)],
        # Where one of the two has no data the other's points are the difference, as in the score.
        "difference": signed(
            None if is_unknown else _less(a.contribution, b.contribution), language
        ),
    }


def _points(criterion: CriterionResult) -> float | None:
    """Points of the score; None where the criterion has no data, which is not the same as 0."""
    return None if criterion.value is None else criterion.contribution


def _less(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first - second


def maps_compared(
    pair: tuple[Assessment, Assessment],
    zones: gpd.GeoDataFrame,
    *,
    regencies: gpd.GeoDataFrame,
    labels: Sequence[str],
    attribution: str,
    language: Language,
    assets: Assets,
) -> dict[str, Any]:
    """Two maps for one page that move together; see `static/js/compare.js`.

    `zones` and `regencies` are as for `choropleth.zone_map`, in any CRS; `labels` name the sides.
    """
    west, south, east, north = (round(float(e), COORDINATE_DECIMALS) for e in zones.total_bounds)
    centre = ((south + north) / 2, (west + east) / 2)
    drawings = [
        _drawn(
            found,
            zones,
            regencies,
            centre,
            attribution=attribution,
            context=context_layer(assets, language),
            language=language,
        )
        for found in pair
    ]
    # One figure for both: it counts the names of its elements, and they must differ on one page.
    figure = OfflineFigure(drawings[0], assets=assets)
    figure.add_child(drawings[1])
    parts = figure.parts()
    boxes = [figure.html._children[drawing.get_name()].render() for drawing in drawings]
    content = {
        "labels": list(labels),
        "bounds": [[south, west], [north, east]],
        "regencies": full_names(regencies),
        "places": regency_labels(regencies),
        "areas": _hover_names(pair, zones, language),
        "text": {name: translate(f"control.{name}", language) for name in ("zoom_in", "zoom_out")},
    }
    return {
        "parts": parts,
        "boxes": [assets.with_nonce(box) for box in boxes],
        "legends": {"legends": [_legend(pair, zones, language)]},
        "content": json_in_page(content),
    }


def _drawn(
    found: Assessment,
    zones: gpd.GeoDataFrame,
    regencies: gpd.GeoDataFrame,
    centre: tuple[float, float],
    *,
    attribution: str,
    context: ContextLayer | None,
    language: Language,
) -> OfflineMap:
    drawing = OfflineMap(centre, zoom_start=8, zoom_snap=0.25, min_zoom=6)
    view = model_view(found.model, year=found.year)
    ground = ground_layer(regencies, language, attribution)
    if found.layer == "kecamatan":
        areas = kecamatan_layer(zones, found.results, view, language, show=True)
    else:
        areas = zone_layer(zones, found.results, view, language)
    for name, height in {"regencies": 410, found.layer: 430}.items():
        folium.map.CustomPane(name, z_index=height, pointer_events=True).add_to(drawing)
    for layer in filter(None, (context, ground, areas)):
        layer.add_to(drawing)
    Attachment("Kawasan.compare", {"regencies": ground, "areas": areas}).add_to(drawing)
    return drawing


def _legend(
    pair: tuple[Assessment, Assessment], zones: gpd.GeoDataFrame, language: Language
) -> Legend:
    # What only one of the maps shows stands in the one legend of both.
    results = [result for found in pair for result in found.results]
    view = model_view(pair[0].model, year=pair[0].year)
    if pair[0].layer == "kecamatan":
        legend = class_legend("kecamatan", results, view, language)
    else:
        legend = zone_legend(zones, results, view, language)
    # The sides may be of two years; each says its own.
    return replace(legend, unit=translate("compare.of_hundred", language))


def _hover_names(
    pair: tuple[Assessment, Assessment], zones: gpd.GeoDataFrame, language: Language
) -> dict[str, list[str]]:
    """By id: the name, then the score or the status on each side."""
    sides = [{r.area_id: _spoken(found, r, language) for r in found.results} for found in pair]
    return {
        str(area_id): [
            shortened(str(name), MOST_NAME),
            *(side.get(str(area_id), "") for side in sides),
        ]
        for area_id, name in zones["name"].items()
    }


def _spoken(found: Assessment, result: ZoneResult, language: Language) -> str:
    """The score with its range and rank, or the status, and the class as sure as it is."""
    said = range_text(result, language)
    if result.score is None:
        standing = translate(f"status.{result.status}", language)
    else:
        score = format_number(result.score, language, decimals=1)
        ranging = f"{score} ({said})" if said else score
        standing = translate("compare.score_rank", language, score=ranging, rank=result.rank)
    words = class_words(result, found.model)
    return standing if words is None else f"{standing} · {words.to(language)}"
