"""Pure. What a printed sheet says, as JSON types: every number formatted, every word in one language.

The sheet's template sets these words as data; nothing here or there is read as markup.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import geopandas as gpd

from geo.assessment import Assessment
from geo.explain import holds_back, lifts
from geo.language import Language, Text
from geo.quadrant import QUADRANTS, QuadrantTable
from geo.readiness import CriterionResult, ZoneResult
from geo.synthetic_notice import NOTICE
from maps.cards import (
    class_cards,
    constraint_row,
    criterion_row,
    geometry_sentence,
    names_of,
    standing_card,
    text_or_none,
)
from maps.sheet_words import shortened
from maps.text import catalogue, format_date, format_number, translate
from maps.views import ModelView, model_view

# Words that the templates set as they are.
_WORDS = (
    *("sheet.score", "sheet.class", "sheet.rank", "sheet.coverage", "sheet.coverage_note"),
    *("sheet.summary", "sheet.lifts", "sheet.holds_back", "sheet.facts", "sheet.contributions"),
    *("sheet.criterion", "sheet.points", "sheet.measure", "sheet.period", "sheet.bar_note"),
    *("sheet.constraints", "sheet.no_constraints", "sheet.legend", "sheet.subject_here"),
    *("sheet.sources", "sheet.figures_from", "sheet.dataset", "sheet.number", "sheet.digest"),
    *("sheet.licence", "sheet.ranking", "sheet.place", "sheet.data", "sheet.classes"),
    *("sheet.quadrants", "sheet.page", "sheet.of", "zone.out_of", "table.name"),
)
# Enough of a sha256 to name a version among those of one office.
_SHORT_DIGEST = 12
_MOST_NAME = 160
_MOST_TITLE = 90
_MOST_UNIT = 40
_MOST_PARAGRAPH = 900
_MOST_FACT = 240
_MOST_STATUS = 120
_MOST_SOURCE = 300


@dataclass(frozen=True, slots=True, eq=False)
class SheetSubject:
    """What every sheet is drawn from: one assessment, its layer, the regencies, and today.

    `quadrants` is only for the sheet of the province.
    """

    assessment: Assessment
    layer: gpd.GeoDataFrame
    regencies: gpd.GeoDataFrame
    is_synthetic: bool
    printed: datetime.date
    language: Language
    quadrants: QuadrantTable | None = None

    @property
    def model(self) -> ModelView:
        """What the sheet must say of the model."""
        return model_view(self.assessment.model, year=self.assessment.year)


def fill_of(subject: SheetSubject) -> Callable[[str], str]:
    """The fill of an area by its id: its class's colour, or the mark of why it has none."""
    cards = class_cards(subject.model, subject.language)
    marks = {"excluded": "crossed", "insufficient_data": "hatched"}
    fills = {
        result.area_id: marks.get(result.status)
        or cards.get(result.rank_class or "", {"colour": "hatched"})["colour"]
        for result in subject.assessment.results
    }
    return lambda area_id: fills.get(area_id, "hatched")


def zone_content(subject: SheetSubject, area_id: str) -> dict[str, Any]:
    """Everything that the sheet of one zone says, but for its map."""
    result, language = subject.assessment.result(area_id), subject.language
    facts = _facts_of(subject, area_id)
    is_screening = subject.assessment.layer == "kecamatan"
    regencies = names_of(subject.regencies)
    regency = text_or_none(facts.get("regency_code"))
    return {
        **_frame_of(subject),
        "overline": translate("sheet.kecamatan" if is_screening else "sheet.zone", language),
        "name": shortened(result.name, _MOST_NAME),
        "place": shortened(regencies.get(regency, regency) if regency else "", _MOST_TITLE),
        "screening": translate("kecamatan.screening", language) if is_screening else "",
        "figures": _figures(subject, result),
        "explanation": shortened(_explanation(subject, result), _MOST_PARAGRAPH),
        "lifts": [shortened(c.title.to(language), _MOST_TITLE) for c in lifts(result)],
        "holds_back": [shortened(c.title.to(language), _MOST_TITLE) for c in holds_back(result)],
        "facts": _zone_facts(facts, language),
        "dimensions": _dimensions(subject, result, regencies),
        "constraints": [_constraint(c, language) for c in result.constraints],
        "sources": _sources(chain(result.criteria), facts),
    }


def province_content(subject: SheetSubject, province: Text) -> dict[str, Any]:
    """Everything that the overview of the province says, but for its map."""
    language, results = subject.language, subject.assessment.results
    title = translate("sheet.province_title", language, province=province.to(language))
    ranked = subject.assessment.n_ranked
    return {
        **_frame_of(subject),
        "overline": translate("sheet.province", language),
        "name": title,
        "place": translate("sheet.average", language, ranked=ranked, n=len(results)),
        "rows": _ranking(subject),
        "counts": _class_counts(subject),
        "quadrants": _quadrant_counts(subject.quadrants, language),
        "unplaced": None
        if subject.quadrants is None
        else translate("sheet.unplaced", language, n=len(subject.quadrants.zones_in(None))),
        "sources": _sources(chain.from_iterable(r.criteria for r in results), {}),
    }


def _explanation(subject: SheetSubject, result: ZoneResult) -> str:
    # The name stands above in full; here a very long one would push the rest off the page.
    named = replace(result, name=shortened(result.name, _MOST_TITLE))
    return subject.assessment.sentence_of(named).to(subject.language)


def numbers_of(subject: SheetSubject) -> dict[str, str]:
    """The number of each area on the map of the province: the best first, then without rank by name."""
    ordered = sorted(
        subject.assessment.results,
        key=lambda r: (r.rank is None, r.rank or 0, r.name.casefold(), r.area_id),
    )
    return {result.area_id: str(i) for i, result in enumerate(ordered, start=1)}


def _frame_of(subject: SheetSubject) -> dict[str, Any]:
    """What every sheet says: its words, its notice, where everything comes from and when."""
    language, assessment = subject.language, subject.assessment
    versions = {origin.dataset: origin.number for origin in assessment.lineage}
    texts = catalogue(language)
    return {
        "language": language,
        "t": {key.split(".")[1]: texts[key] for key in _WORDS},
        "ordinal": texts["table.rank"],
        "site": texts["site.name"],
        "footer": texts["site.footer"],
        "subject": translate(
            "sheet.subject",
            language,
            model=shortened(subject.model.title.to(language), _MOST_TITLE),
            year=subject.model.year,
        ),
        "version": translate(
            "sheet.version",
            language,
            layer=versions.get(assessment.layer, "–"),
            model=subject.model.version or "–",
        ),
        "printed": translate(
            "sheet.printed", language, date=format_date(subject.printed, language)
        ),
        "key": translate("sheet.key", language, digest=assessment.key[:_SHORT_DIGEST]),
        "notice": f"SINTETIS – {NOTICE.to(language)}" if subject.is_synthetic else "",
        "lineage": [
            {
                "dataset": shortened(origin.dataset, _MOST_TITLE),
                "number": str(origin.number),
                "sha256": origin.sha256[:_SHORT_DIGEST],
                "source": shortened(origin.source, _MOST_SOURCE),
                "licence": shortened(origin.licence, _MOST_TITLE),
            }
            for origin in assessment.lineage
        ],
    }


def _facts_of(subject: SheetSubject, area_id: str) -> Mapping[str, Any]:
    row = subject.layer.loc[area_id]
    facts: Mapping[str, Any] = row.drop(labels=[subject.layer.geometry.name]).to_dict()
    return facts


def _figures(subject: SheetSubject, result: ZoneResult) -> dict[str, Any]:
    model, language = subject.model, subject.language
    ranked = subject.assessment.n_ranked
    standing = standing_card(result, ranked=ranked, dimensions=model.dimensions, language=language)
    cards = class_cards(model, language)
    edges = [*(c.lower for c in model.ordered_classes), 100.0]
    return {
        "score": standing["score"] or "–",
        "position": result.score,
        "class": cards.get(result.rank_class or "") or {"title": standing["statusText"]},
        "rank": "–"
        if standing["rank"] is None
        else translate("sheet.rank_of", language, rank=result.rank, n=ranked),
        "compared": translate("sheet.n_compared", language, n=ranked)
        if standing["rank"] is None
        else "",
        "coverage": standing["coverage"],
        "coverage_share": standing["coverageShare"],
        "reason": shortened(standing["reason"] or "", _MOST_FACT),
        "scale": [
            {"from": low, "to": high, "colour": cards[c.id]["colour"]}
            for c, low, high in zip(model.ordered_classes, edges, edges[1:], strict=False)
        ],
    }


def _zone_facts(facts: Mapping[str, Any], language: Language) -> list[list[str]]:
    area = next(
        (
            float(facts[name])
            for name in ("area_ha", "area_source_ha")
            if isinstance(facts.get(name), int | float) and facts[name] == facts[name]
        ),
        None,
    )
    known = {
        "zone.area": None
        if area is None
        else translate("zone.area_value", language, area=format_number(area, language)),
        "zone.official_status": text_or_none(facts.get("status")),
        "zone.geometry": geometry_sentence(
            facts.get("geometry_kind"), facts.get("geometry_method"), language
        ),
        "zone.remarks": text_or_none(facts.get("remarks")),
    }
    return [
        [
            translate(key, language),
            shortened(value, _MOST_STATUS if "status" in key else _MOST_FACT),
        ]
        for key, value in known.items()
        if value
    ]


def _dimensions(
    subject: SheetSubject, result: ZoneResult, regencies: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The criteria under their dimensions; a criterion of no dimension stands under "other"."""
    language, titles = subject.language, subject.model.dimensions
    # Without a score nothing is spread: every bar has the length of its weight.
    known_weight = (
        1.0
        if result.score is None
        else sum(c.weight for c in result.criteria if c.value is not None)
    )
    rows: dict[str, list[dict[str, Any]]] = {dimension: [] for dimension in titles}
    for criterion in result.criteria:
        card = criterion_row(
            criterion, known_weight=known_weight, regency_names=regencies, language=language
        )
        rows.setdefault(criterion.dimension, []).append(
            {
                "title": shortened(criterion.title.to(language), _MOST_TITLE),
                "points": card["points"],
                "most": card["most"],
                "is_known": criterion.value is not None,
                "points_text": _points(criterion, card["pointsText"], language),
                "measure": card.get("measure", translate("zone.missing", language)),
                "unit": shortened(criterion.unit.to(language), _MOST_UNIT),
                "period": card.get("period", ""),
            }
        )
    return [
        {
            "title": shortened(titles[d].to(language), _MOST_TITLE)
            if d in titles
            else translate("zone.own_dimension", language),
            "score": format_number(result.dimension_scores.get(d), language, decimals=0),
            "rows": inside,
        }
        for d, inside in rows.items()
        if inside
    ]


def _points(criterion: CriterionResult, text: str, language: Language) -> str:
    if criterion.value is None or criterion.contribution is None:
        return text
    return format_number(criterion.contribution, language, decimals=1)


def _constraint(constraint: Any, language: Language) -> dict[str, str]:
    row = constraint_row(constraint, language)
    more = row.get("share") or row.get("note") or ""
    return {
        "title": shortened(row["title"], _MOST_TITLE),
        "outcome": row["outcome"],
        "text": row["text"],
        "more": shortened(more, _MOST_FACT),
    }


def _sources(criteria: Any, facts: Mapping[str, Any]) -> list[str]:
    named = [source for criterion in criteria for source in criterion.sources]
    own = [text_or_none(facts.get(name)) for name in ("source", "source_url")]
    return [
        shortened(source, _MOST_SOURCE) for source in dict.fromkeys(filter(None, [*own, *named]))
    ]


def _ranking(subject: SheetSubject) -> list[dict[str, Any]]:
    language, regencies = subject.language, names_of(subject.regencies)
    cards, numbers = class_cards(subject.model, language), numbers_of(subject)
    by_id = {result.area_id: result for result in subject.assessment.results}
    codes = subject.layer.get("regency_code")
    rows = []
    for area_id, number in numbers.items():
        result = by_id[area_id]
        code = None if codes is None else text_or_none(codes.get(area_id))
        standing = standing_card(
            result,
            ranked=subject.assessment.n_ranked,
            dimensions=subject.model.dimensions,
            language=language,
        )
        rows.append(
            {
                "number": number,
                "rank": "–" if result.rank is None else str(result.rank),
                "name": shortened(result.name, _MOST_TITLE),
                "place": shortened(regencies.get(code, code) if code else "–", _MOST_UNIT),
                "score": standing["score"] or "–",
                "class": cards.get(result.rank_class or "") or {"title": standing["statusText"]},
                "status": result.status,
                "coverage": standing["coverage"],
            }
        )
    return rows


def _class_counts(subject: SheetSubject) -> list[dict[str, Any]]:
    """How many areas each class has, the best first, then those without one."""
    language, results = subject.language, subject.assessment.results
    cards = class_cards(subject.model, language)
    counted = [
        {**card, "count": sum(r.rank_class == class_id for r in results)}
        for class_id, card in reversed(cards.items())
    ]
    unranked = [
        {
            "title": translate(f"status.{status}", language),
            "colour": mark,
            "count": sum(r.status == status for r in results),
        }
        for status, mark in (("excluded", "crossed"), ("insufficient_data", "hatched"))
    ]
    return counted + [row for row in unranked if row["count"]]


def _quadrant_counts(
    table: QuadrantTable | None, language: Language
) -> Sequence[Mapping[str, Any]]:
    if table is None:
        return []
    return [
        {
            "title": quadrant.title.to(language),
            "sentence": quadrant.sentence.to(language),
            "count": len(table.zones_in(quadrant.id)),
        }
        for quadrant in QUADRANTS.values()
    ]
