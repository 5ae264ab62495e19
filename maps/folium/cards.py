"""A popup's card, line by line: score, criteria, measures, constraints, sources, as JSON types.

Every number is formatted and every sentence in one language. `static/js/card.js` lays the cards out in
the browser, one at a time and by text nodes alone, so a value is never read as markup. One compact
table for all zones is far smaller than their HTML.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.indicators.amounts import amount
from geo.indicators.table import Indicator, note_of
from geo.land.ground import AreaGround
from geo.language import Language, Text, first_of, source_in
from geo.planning.area_facts import AreaFacts
from geo.readiness.certainty import SURE_SHARE
from geo.readiness.class_words import LIKELY_SHARE
from geo.readiness.explain import holds_back, lifts
from geo.readiness.score import ConstraintResult, CriterionResult, ZoneResult
from geo.vector.regions import full_names
from geo.vector.schema import INDICATIVE, is_approximate, is_enclosing
from geo.vector.zone_words import zone_text
from maps.escape import safe_address, shown_text, text_or_none
from maps.folium.certainty_cards import ages, certainty_card, notes_of_known, ties_of
from maps.folium.themes import boundary_of
from maps.folium.views import IndicatorView, ModelView
from maps.style import class_colours
from maps.text import catalogue, format_number, format_period, format_share, translate

Facts = Mapping[str, AreaFacts]
# Every one stands on the area's page.
_MOST_SITES = 8
NO_FACTS: Facts = MappingProxyType({})

# Texts that the script itself needs, under the keys that it uses.
_SCRIPT_TEXTS = (
    "zone.", "regency.", "control.", "table.", "kecamatan.", "sites.", "weights.", "confidence.",
    "status.", "quadrant.", "search.", "download.", "years.", "judgements.",
    "layer_map.", "facts.",
)  # fmt: skip
# A script fills the braces of these itself: with other numbers, or with what is compared.
_SCRIPT_TEMPLATES = frozenset(
    {
        *("zone.rank_of", "zone.rank_tied", "zone.points", "zone.weight", "zone.range"),
        *(
            "zone.range_only",
            "zone.candidates",
            "zone.candidate",
            "zone.surely_above",
            "zone.expected",
        ),
        *(
            "zone.band",
            "table.tied",
            "table.surely_above",
            "table.band",
            "table.areas",
            "reason.insufficient_data",
        ),
        *("table.filtered", "table.ranked", "table.insufficient_data", "table.excluded"),
        *("table.unassessed", "search.count"),
        *("judgements.criteria", "judgements.pair", "judgements.implied", "judgements.lacking"),
        *("judgements.same", "judgements.more"),
        *("layer_map.more", "confidence.interval"),
    }
)


def script_texts(language: Language) -> dict[str, str]:
    """The interface's texts that the scripts write into popups and controls."""
    texts = catalogue(language)
    return {
        key: text
        for key, text in texts.items()
        if key in _SCRIPT_TEMPLATES or (key.startswith(_SCRIPT_TEXTS) and "{" not in text)
    }


def _period(value: object, language: Language) -> str | None:
    text = text_or_none(value)
    return None if text is None else format_period(text, language)


def class_cards(model: ModelView, language: Language) -> dict[str, dict[str, Any]]:
    """Title, colour and least score of each class of the model.

    From a chance of `sureFrom` on an area has the class's colour, below it the stripes `unsure`.
    """
    classes = model.ordered_classes
    colours = class_colours(len(classes), is_need=model.kind == "need")
    return {
        entry.id: {
            "title": entry.title.to(language),
            "colour": colour,
            "unsure": f"url(#unsure-{place})",
            "lower": entry.lower,
            "sureFrom": SURE_SHARE if entry is classes[-1] else LIKELY_SHARE,
        }
        for place, (entry, colour) in enumerate(zip(classes, colours, strict=True))
    }


def criterion_cards(results: Iterable[ZoneResult], language: Language) -> dict[str, dict[str, str]]:
    """What is the same for all zones of each criterion: title, unit, dimension."""
    return {
        criterion.criterion: {
            "title": criterion.title.to(language),
            "unit": unit_text(criterion, language),
            "dimension": criterion.dimension,
        }
        for result in results
        for criterion in result.criteria
    }


def measure_text(criterion: CriterionResult, language: Language) -> str:
    """The measure with the sign of its unit, an interval by its ends; an en dash where there is none."""
    low, high = criterion.measure_low, criterion.measure_high
    if criterion.measure is None or low is None or high is None:
        return _amount_text(criterion, criterion.measure, language)
    ends = [_amount_text(criterion, end, language) for end in (low, high)]
    if ends[0] == ends[1]:
        return ends[0]
    if criterion.is_placed:
        return translate("zone.measure_placed", language, low=ends[0], high=ends[1])
    return f"{ends[0].removesuffix('%')}–{ends[1]}"


def _amount_text(criterion: CriterionResult, measure: float | None, language: Language) -> str:
    if criterion.is_share or measure is None:
        return format_share(measure, language)
    # No measure of a zone is known to a fraction of a thousandth.
    decimals = 0 if abs(measure) >= 1_000 else None
    number = format_number(measure, language, decimals=decimals)
    return amount(number, criterion.unit.to(language))[0]


def unit_text(criterion: CriterionResult, language: Language) -> str:
    """What follows `measure_text`: the unit without the sign that stands there."""
    if criterion.is_share:
        return translate("zone.of_area", language)
    return amount("", criterion.unit.to(language))[1]


def figure_note(note: object, known: Iterable[Text], language: Language) -> str | None:
    """The note of an indicator's figure in one language where it is known in it."""
    text = text_or_none(note)
    return None if text is None else note_of(text, known).to(language)


def reason_unranked(result: ZoneResult | None, language: Language) -> str | None:
    """Why a zone has no rank; None for one that has."""
    if result is None:
        return translate("reason.unassessed", language)
    if result.status == "excluded":
        failed = [c.title.to(language) for c in result.constraints if c.failed]
        if not failed:
            return translate("reason.excluded_plain", language)
        return translate("reason.excluded", language, constraints=", ".join(failed))
    if result.status == "insufficient_data":
        share = _coverage(result, language)
        return translate("reason.insufficient_data", language, share=share)
    return None


def _coverage(result: ZoneResult, language: Language) -> str:
    return result.coverage_said.to(language)


def standing_card(
    result: ZoneResult | None,
    *,
    ranked: int,
    dimensions: Mapping[str, Text],
    language: Language,
) -> dict[str, Any]:
    """Score, class, rank and data coverage of a zone.

    `ranked` is how many zones have a rank, `dimensions` the titles of the model's dimensions.
    """
    if result is None:
        return {"status": "unassessed", "reason": reason_unranked(None, language)}
    has_rank = result.status == "ranked" and result.rank is not None
    return {
        "status": result.status,
        "statusText": translate(f"status.{result.status}", language),
        "score": None
        if result.score is None
        else format_number(result.score, language, decimals=1),
        "class": result.rank_class,
        "rank": translate("zone.rank_of", language, rank=result.rank, n=ranked)
        if has_rank
        else None,
        "place_in_ranking": result.rank if has_rank else None,
        "coverage": _coverage(result, language),
        "coverageShare": round(result.data_coverage, 4),
        "reason": reason_unranked(result, language) or _floors(result, dimensions, language),
    }


def _standing(
    result: ZoneResult | None,
    *,
    model: ModelView,
    ties: Mapping[int, int],
    language: Language,
) -> dict[str, Any]:
    """`standing_card` with how sure it is; its class is the likeliest one, ties are told."""
    ranked = sum(ties.values())
    standing = standing_card(result, ranked=ranked, dimensions=model.dimensions, language=language)
    if result is None:
        return standing
    card = standing | certainty_card(result, model=model, ties=ties, language=language)
    if card.get("tied"):
        card["rank"] = translate(
            "zone.rank_tied", language, rank=result.rank, n=ranked, others=card["tied"]
        )
    return card


def _floors(result: ZoneResult, dimensions: Mapping[str, Text], language: Language) -> str | None:
    if not result.floors_failed:
        return None
    titles = (dimensions[d].to(language) if d in dimensions else d for d in result.floors_failed)
    return translate("reason.floors", language, dimensions=", ".join(titles))


def criterion_row(
    criterion: CriterionResult,
    *,
    known_weight: float,
    regency_names: Mapping[str, str],
    language: Language,
) -> dict[str, Any]:
    """One bar of a zone's card; keys without content are left out.

    `known_weight` is the weight of the zone's criteria that have data: over it the points of the
    score are spread, so a criterion can give 100 weight / known_weight of them at most. One
    without data gives none; its bar has the length of its weight.
    """
    most = 100 * criterion.weight / (1.0 if criterion.value is None else known_weight)
    row = {
        "id": criterion.criterion,
        "points": round(criterion.contribution or 0.0, 2),
        "most": round(most, 2),
        "pointsText": _points(criterion, most, language),
        "measure": None if criterion.measure is None else measure_text(criterion, language),
        "period": _period(criterion.period, language),
        "note": criterion.note.to(language) if criterion.note else None,
        "shares": _shares(criterion.shares, regency_names, language),
    }
    return {key: value for key, value in row.items() if value is not None}


def _points(criterion: CriterionResult, most: float, language: Language) -> str:
    if criterion.value is None or criterion.contribution is None:
        return translate("zone.weight", language, share=format_share(criterion.weight, language))
    return translate(
        "zone.points",
        language,
        points=format_number(criterion.contribution, language, decimals=1),
        most=format_number(most, language, decimals=1),
    )


def _shares(
    shares: Mapping[str, float], regency_names: Mapping[str, str], language: Language
) -> str | None:
    if len(shares) < 2:
        return None
    parts = [
        f"{regency_names.get(code, code)} {format_share(share, language)}"
        for code, share in sorted(shares.items(), key=lambda item: -item[1])
    ]
    return translate("zone.shares", language, shares=", ".join(parts))


def constraint_row(constraint: ConstraintResult, language: Language) -> dict[str, Any]:
    """One constraint of a zone's card, with the share of the zone that it touches."""
    outcome = constraint.outcome
    row = {
        "title": constraint.title.to(language),
        "outcome": outcome,
        "text": translate(f"zone.constraint_{outcome}", language),
        "share": _excluded_share(constraint, language),
        "note": constraint.note.to(language) if constraint.note else None,
    }
    return {key: value for key, value in row.items() if value is not None}


def _excluded_share(constraint: ConstraintResult, language: Language) -> str | None:
    """The share of the zone that a limit touches: as known, else the side of it that decided."""
    if constraint.excluded_share is not None:
        key, share = "zone.constraint_share", constraint.excluded_share
    elif constraint.outcome == "unknown":
        return None
    elif constraint.failed:
        key, share = "zone.constraint_share_least", constraint.excluded_low
    else:
        key, share = "zone.constraint_share_most", constraint.excluded_high
    return translate(
        key,
        language,
        share=format_share(share, language, beside=constraint.limit_share),
        limit=format_share(constraint.limit_share, language),
    )


def unchecked_limits(result: ZoneResult, language: Language) -> dict[str, str]:
    """How many constraints nobody could check, without and with their names; nothing when all were."""
    unknown = result.constraints_unchecked
    if not unknown:
        return {}
    counted = translate("zone.unchecked", language, n=len(unknown), all=len(result.constraints))
    names = ", ".join(c.title.to(language) for c in unknown)
    return {
        "unchecked": counted,
        "uncheckedNamed": translate("zone.unchecked_named", language, counted=counted, names=names),
        "uncheckedNames": translate("zone.unchecked_names", language, names=names),
    }


def geometry_sentence(kind: object, method: object, language: Language) -> str:
    """What a reader must know of a geometry's making, in a sentence of ours and the data's own."""
    key = f"geometry.{kind}"
    known = key in catalogue(language)
    unknown = "geometry.other" if isinstance(kind, str) else "geometry.unstated"
    sentence = translate(key if known else unknown, language)
    recorded = _in_words(method, language)
    if not recorded:
        return sentence
    return translate("geometry.in_words", language, sentence=sentence, method=recorded)


def _in_words(value: object, language: Language) -> str | None:
    """What a zone says of itself, in the reader's language where it is known in it."""
    text = text_or_none(value)
    return None if text is None else shown_text(zone_text(text).to(language), language)


def geometry_mark(kind: object, language: Language) -> str | None:
    """Words beside an area's name where what is drawn is not its own, surveyed boundary, else None."""
    if is_enclosing(kind):
        return translate("geometry_mark.encloses", language)
    if kind == "location_only":
        return translate("geometry_mark.location", language)
    if kind == INDICATIVE:
        return translate("geometry_mark.indicative", language)
    return translate("geometry_mark.approximate", language) if is_approximate(kind) else None


def zone_cards(
    zones: gpd.GeoDataFrame,
    results: Sequence[ZoneResult],
    *,
    model: ModelView,
    regency_names: Mapping[str, str],
    language: Language,
    facts: Facts = NO_FACTS,
) -> dict[str, dict[str, Any]]:
    """The card of each zone by its `area_id`; `facts` are what is known of it beside the model."""
    by_id = {result.area_id: result for result in results}
    ties = ties_of(results)
    return {
        str(area_id): facts_card(facts.get(str(area_id)), language)
        | _zone_card(
            row,
            by_id.get(str(area_id)),
            model=model,
            ties=ties,
            regency_names=regency_names,
            language=language,
        )
        for area_id, row in _rows(zones)
    }


def facts_card(facts: AreaFacts | None, language: Language) -> dict[str, Any]:
    """How the desa of an area stand, and what sources say of its ground, line by line."""
    if facts is None:
        return {}
    card: dict[str, Any] = {}
    if facts.is_of_drawing:
        card["factsNote"] = translate("facts.of_drawing", language)
    if facts.villages is not None:
        card["villages"] = facts.villages.sentence.to(language)
    if facts.ground is not None:
        said = [fact.sentence.to(language) for fact in facts.ground.facts]
        card["ground"] = said or [facts.ground.sentence.to(language)]
        card["groundNote"] = _ground_note(facts.ground, language)
    return card


def _ground_note(ground: AreaGround, language: Language) -> str:
    """That statements are no part of a score, and which sites they stand on."""
    said = [statement for fact in ground.facts for statement in fact.statements]
    sites = list(dict.fromkeys(statement.source for statement in said if statement.source))
    note = translate("facts.quoted", language)
    if not sites:
        return note
    shown = first_of(sites, _MOST_SITES)
    return f"{note} {translate('facts.sites', language, sites=shown)}"


def _rows(frame: gpd.GeoDataFrame) -> Iterable[tuple[Any, dict[str, Any]]]:
    # The missing value of every column type, at once: a card needs text or nothing.
    columns = [name for name in frame.columns if name != frame.geometry.name]
    records = frame[columns].to_dict("records")
    return zip(frame.index, records, strict=True)


def _zone_card(
    facts: Mapping[str, Any],
    result: ZoneResult | None,
    *,
    model: ModelView,
    ties: Mapping[int, int],
    regency_names: Mapping[str, str],
    language: Language,
) -> dict[str, Any]:
    regency = shown_text(facts.get("regency_code"), language)
    card = {
        "name": shown_text(facts.get("name"), language),
        **_standing(result, model=model, ties=ties, language=language),
        "place": regency and regency_names.get(regency, regency),
        "regency": regency,
        "area": _area(facts.get("area_ha"), language),
        "officialStatus": _in_words(facts.get("status"), language),
        "geometry": geometry_sentence(
            facts.get("geometry_kind"), facts.get("geometry_method"), language
        ),
        "geometryMark": geometry_mark(facts.get("geometry_kind"), language),
        "boundary": boundary_of(facts.get("geometry_kind")),
        "remarks": shown_text(facts.get("remarks"), language),
        "source": shown_text(facts.get("source"), language),
        "sourceUrl": safe_address(facts.get("source_url")),
        **(_explanation(result, regency_names, language) if result else {}),
    }
    return {key: value for key, value in card.items() if value not in (None, [], {}, "")}


def _explanation(
    result: ZoneResult, regency_names: Mapping[str, str], language: Language
) -> dict[str, Any]:
    known_weight = sum(c.weight for c in result.criteria if c.value is not None)
    return {
        "lifts": ", ".join(c.title.to(language) for c in lifts(result)),
        "holdsBack": ", ".join(c.title.to(language) for c in holds_back(result)),
        "dimensions": {
            dimension: format_number(score, language, decimals=0)
            for dimension, score in result.dimension_scores.items()
        },
        "criteria": [
            criterion_row(
                criterion,
                known_weight=known_weight,
                regency_names=regency_names,
                language=language,
            )
            for criterion in result.criteria
        ],
        "constraints": [constraint_row(row, language) for row in result.constraints],
        **unchecked_limits(result, language),
        "sources": list(
            dict.fromkeys(source_in(s, language) for c in result.criteria for s in c.sources)
        ),
    }


def _area(area_ha: object, language: Language) -> str | None:
    if not isinstance(area_ha, int | float) or pd.isna(area_ha):
        return None
    return translate("zone.area_value", language, area=format_number(area_ha, language))


def kecamatan_cards(
    kecamatan: gpd.GeoDataFrame,
    results: Sequence[ZoneResult],
    *,
    model: ModelView,
    regency_names: Mapping[str, str],
    language: Language,
    facts: Facts = NO_FACTS,
) -> dict[str, dict[str, Any]]:
    """The short card of each kecamatan by its code; `facts` as for `zone_cards`."""
    by_id = {result.area_id: result for result in results}
    ties = ties_of(results)
    cards = {}
    for area_id, row in _rows(kecamatan):
        result = by_id.get(str(area_id))
        regency = shown_text(row.get("regency_code"), language)
        card = {
            **facts_card(facts.get(str(area_id)), language),
            "name": shown_text(row.get("name"), language),
            "place": regency and regency_names.get(regency, regency),
            "boundary": boundary_of(row.get("geometry_kind")),
            "regency": regency,
            **_standing(result, model=model, ties=ties, language=language),
            **(_warnings(result, language) if result else {}),
            "dimensions": {
                name: format_number(score, language, decimals=0)
                for name, score in (result.dimension_scores if result else {}).items()
            },
        }
        cards[str(area_id)] = {k: v for k, v in card.items() if v not in (None, [], {})}
    return cards


def _warnings(result: ZoneResult, language: Language) -> dict[str, Any]:
    """What a zone's card says line by line, in short: constraints nobody checked, ages of the figures."""
    return {
        "uncheckedNamed": unchecked_limits(result, language).get("uncheckedNamed"),
        "ages": ages(result, language),
        "warnings": notes_of_known(result, language),
    }


def with_lines(cards: Mapping[str, dict[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """The cards with places in a list of lines where many say the same, and that list."""
    lines: dict[str, int] = {}

    def place(line: str) -> int:
        return lines.setdefault(line, len(lines))

    placed = {
        area_id: card
        | ({"ages": place(card["ages"])} if "ages" in card else {})
        | ({"warnings": [place(one) for one in card["warnings"]]} if "warnings" in card else {})
        for area_id, card in cards.items()
    }
    return placed, list(lines)


def regency_cards(
    regencies: gpd.GeoDataFrame, indicator: IndicatorView | None, language: Language
) -> dict[str, dict[str, Any]]:
    """The card of each regency by its code: the indicator's value, period, source and note."""
    values = (
        pd.DataFrame(index=regencies.index)
        if indicator is None
        else indicator.values.reindex(regencies.index)
    )
    cards = {}
    names = full_names(regencies)
    for (code, name), value in zip(names.items(), values.to_dict("records"), strict=True):
        number = value.get("value")
        card = {
            "name": name,
            "code": translate("regency.code", language, code=code),
            "value": None
            if indicator is None or number is None or pd.isna(number)
            else figure_text(float(number), indicator, language),
            "period": _period(value.get("period"), language),
            "source": text_or_none(value.get("source")),
            "sourceUrl": safe_address(value.get("source_url")),
            "via": text_or_none(value.get("via")),
            "note": figure_note(value.get("note"), indicator.notes if indicator else (), language),
        }
        cards[code] = {key: entry for key, entry in card.items() if entry is not None}
    return cards


def figure_text(value: float, indicator: IndicatorView | Indicator, language: Language) -> str:
    """A regency's figure with the sign of its unit: 4,16%, Rp3.725.000."""
    number = format_number(value, language, decimals=indicator.decimals)
    return amount(number, indicator.unit.to(language))[0]


def unit_after(indicator: IndicatorView | Indicator, language: Language) -> str:
    """What of an indicator's unit follows `figure_text`."""
    return amount("", indicator.unit.to(language))[1]
