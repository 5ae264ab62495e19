"""What a printed sheet says, as JSON types: every number formatted, every word in one language.

The sheet's template sets these words as data; nothing here or there is read as markup.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import chain
from typing import Any

from geo.land.synthetic_notice import NOTICE
from geo.language import MOST_NAME, Language, Text, joined, source_in
from geo.readiness.assessment import Origin
from geo.readiness.explain import holds_back, lifts
from geo.readiness.lift import way_up
from geo.readiness.score import CriterionResult, ZoneResult
from geo.vector.regions import full_names
from geo.vector.schema import INDICATIVE
from geo.vector.zone_words import zone_text
from maps.escape import text_or_none
from maps.folium.cards import (
    class_cards,
    constraint_row,
    criterion_row,
    facts_card,
    geometry_sentence,
    standing_card,
    unchecked_limits,
    unit_text,
)
from maps.folium.certainty_cards import range_text
from maps.pages.certainty import class_said, range_bar
from maps.pages.histories import History, NumberedSource
from maps.pages.line_charts import LineChart
from maps.pages.sliders import choice
from maps.sheets.paper_text import printable
from maps.sheets.sheet_subject import SheetSubject
from maps.text import format_date, format_number, template, translate

# Words that the templates set as they are.
_WORDS = (
    *("sheet.score", "sheet.class", "sheet.rank", "sheet.coverage", "sheet.coverage_note"),
    *("sheet.summary", "sheet.lifts", "sheet.holds_back", "sheet.facts", "sheet.contributions"),
    "sheet.next_step",
    *("sheet.criterion", "sheet.points", "sheet.measure", "sheet.period", "sheet.bar_note"),
    *("sheet.constraints", "sheet.no_constraints", "sheet.legend", "sheet.subject_here"),
    *("sheet.sources", "sheet.figures_from", "sheet.dataset", "sheet.number", "sheet.digest"),
    *("sheet.licence", "sheet.ranking", "sheet.place", "sheet.data", "sheet.classes"),
    *("sheet.quadrants", "sheet.page", "sheet.of", "zone.out_of", "table.name"),
    *("sheet.unranked", "sheet.on_map", "sheet.why", "sheet.remarks", "sheet.as_written"),
    *(
        "sheet.interval",
        "sheet.band",
        "sheet.band_of",
        "sheet.range",
        "sheet.certainty",
        "sheet.weight",
    ),
    *("portrait.chances", "portrait.missing_title", "portrait.missing_how", "portrait.range_note"),
    *("portrait.range_point", "portrait.nothing_missing", "portrait.fewest_title"),
    *("portrait.no_figures", "portrait.doubtful", "portrait.chart_note", "portrait.targets_note"),
)
# Enough of a sha256 to name a version among those of one office.
_SHORT_DIGEST = 12
_MOST_NAME = 160
_MOST_TITLE = 90
_MOST_UNIT = 40
_MOST_PARAGRAPH = 900
_MOST_REASON = 240
# Longer remarks get the width of the page.
_MOST_BESIDE = 160


def fill_of(subject: SheetSubject) -> Callable[[str], str]:
    """The fill of an area by its id: its likeliest class's colour, or the mark of why it has none."""
    cards = class_cards(subject.model, subject.language)
    marks = {"excluded": "crossed", "insufficient_data": "hatched"}
    fills = {
        result.area_id: marks.get(result.status)
        or cards.get(result.likely_class or "", {"colour": "hatched"})["colour"]
        for result in subject.assessment.results
    }
    return lambda area_id: fills.get(area_id, "hatched")


def zone_content(subject: SheetSubject, area_id: str) -> dict[str, Any]:
    """Everything that the sheet of one zone says, but for its map."""
    result, language = subject.assessment.result(area_id), subject.language
    facts = _facts_of(subject, area_id)
    is_screening = subject.assessment.layer == "kecamatan"
    regencies = full_names(subject.regencies)
    regency = text_or_none(facts.get("regency_code"))
    place = printable(regencies.get(regency, regency) if regency else "", _MOST_TITLE)
    remarks = text_or_none(facts.get("remarks")) or ""
    sources = _sources(subject, result, facts)
    way = way_up(subject.assessment, area_id)
    return {
        **marginalia(subject),
        "overline": translate("sheet.kecamatan" if is_screening else "sheet.zone", language),
        "name": printable(result.name, _MOST_NAME),
        "running": printable(result.name, _MOST_TITLE),
        "place": place,
        "screening": translate("kecamatan.screening", language) if is_screening else "",
        "figures": _figures(subject, result),
        "explanation": printable(_explanation(subject, result), _MOST_PARAGRAPH),
        "lifts": [printable(c.title.to(language), _MOST_TITLE) for c in lifts(result)],
        "holds_back": [printable(c.title.to(language), _MOST_TITLE) for c in holds_back(result)],
        "next_step": printable(way.to(language) if way else "", _MOST_PARAGRAPH),
        "facts": _zone_facts(facts, language),
        "dimensions": _dimensions(subject, result, regencies),
        "constraints": [_constraint(c, language) for c in result.constraints],
        "remarks": "" if _is_short(remarks) else printable(remarks, MOST_NAME),
        "certainty": _certainty(subject),
        "beside": _beside(subject),
        "targets_title": translate("portrait.targets_of", language, place=place or "–"),
        "targets": [printable(said, _MOST_PARAGRAPH) for said in subject.targets],
        "labour_title": translate("portrait.labour_of", language, place=place or "–"),
        "labour": [
            _history(h, subject.labour_sources, list(sources), language=language)
            for h in subject.labour
        ],
        "sources": numbered(sources.values()),
    }


def _explanation(subject: SheetSubject, result: ZoneResult) -> str:
    # The name stands above in full; here a very long one would push the rest off the page.
    named = replace(result, name=printable(result.name, _MOST_TITLE))
    said = [subject.assessment.sentence_of(named)]
    if (place := subject.assessment.benchmark_place(result)) is not None:
        said.append(place.sentence)
    return joined(said, by=" ").to(subject.language)


def marginalia(subject: SheetSubject) -> dict[str, Any]:
    """What every sheet says: its words, its notice, where everything comes from and when."""
    language, assessment = subject.language, subject.assessment
    versions = {origin.dataset: origin.number for origin in assessment.lineage}
    return {
        "language": language,
        "t": {key.split(".")[1]: template(key, language) for key in _WORDS},
        "ordinal": template("table.rank", language),
        "site": template("site.name", language),
        "footer": template("site.footer", language),
        "subject": translate(
            "sheet.subject",
            language,
            model=printable(subject.model.title.to(language), _MOST_TITLE),
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
        "choice": printable(choice(assessment, language), _MOST_PARAGRAPH),
        "chosen": translate("chosen.short", language) if choice(assessment, language) else "",
        "notice": f"SINTETIS – {NOTICE.to(language)}" if subject.is_synthetic else "",
        "lineage": [
            {
                "dataset": printable(origin.dataset, _MOST_TITLE),
                "number": str(origin.number),
                "sha256": origin.sha256[:_SHORT_DIGEST],
                "source": printable(source.to(language), MOST_NAME),
                "licence": printable(licence.to(language), _MOST_TITLE),
            }
            for origin, (source, licence) in _lineage(subject)
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
    between = range_text(result, language)
    return {
        "score": standing["score"] or between or "–",
        "range": f"({between})" if between and standing["score"] else "",
        "has_scale": standing["score"] is not None or bool(between),
        "bar": range_bar(subject.assessment, result, language),
        "class": marked_class(subject, result),
        "rank": "–"
        if standing["rank"] is None
        else translate("sheet.rank_of", language, rank=result.rank, n=ranked),
        "compared": translate("sheet.n_compared", language, n=ranked)
        if standing["rank"] is None
        else "",
        "coverage": standing["coverage"],
        "coverage_share": standing["coverageShare"],
        "reason": printable(standing["reason"] or "", _MOST_REASON),
        "unchecked": printable(
            unchecked_limits(result, language).get("uncheckedNamed", ""), _MOST_REASON
        ),
    }


def marked_class(subject: SheetSubject, result: ZoneResult) -> dict[str, str]:
    """An area's class in words with the mark that it has on the map, else its status."""
    said = class_said(subject.assessment, result, subject.language)
    title = (
        translate(f"status.{result.status}", subject.language) if said is None else said["title"]
    )
    return {"title": title, "colour": fill_of(subject)(result.area_id)}


def _zone_facts(facts: Mapping[str, Any], language: Language) -> list[list[str]]:
    remarks = text_or_none(facts.get("remarks")) or ""
    stated = facts.get("area_ha")
    area = float(stated) if isinstance(stated, int | float) and stated == stated else None
    known = {
        "kecamatan.area" if facts.get("geometry_kind") == INDICATIVE else "zone.area": None
        if area is None
        else translate("zone.area_value", language, area=format_number(area, language)),
        "zone.official_status": zone_text(text_or_none(facts.get("status")) or "").to(language),
        # Never cut: what is not known of an outline is said at its end.
        "zone.geometry": geometry_sentence(
            facts.get("geometry_kind"), facts.get("geometry_method"), language
        ),
        "zone.remarks": remarks if _is_short(remarks) else None,
    }
    return [
        [translate(key, language), printable(value, MOST_NAME)]
        for key, value in known.items()
        if value
    ]


def _is_short(remarks: str) -> bool:
    return len(remarks) <= _MOST_BESIDE


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
                "title": printable(criterion.title.to(language), _MOST_TITLE),
                "points": card["points"],
                "most": card["most"],
                "is_known": criterion.value is not None,
                "points_text": _points(criterion, card["pointsText"], language),
                "measure": card.get("measure", translate("zone.missing", language)),
                "unit": printable(unit_text(criterion, language), _MOST_UNIT),
                "period": card.get("period", ""),
            }
        )
    return [
        {
            "title": printable(titles[d].to(language), _MOST_TITLE)
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
        "title": printable(row["title"], _MOST_TITLE),
        "outcome": row["outcome"],
        "text": row["text"],
        "more": printable(more, _MOST_REASON),
    }


def _sources(subject: SheetSubject, result: ZoneResult, facts: Mapping[str, Any]) -> dict[str, str]:
    """What the sheet cites, by its own words: with its address where one is known."""
    own = [text_or_none(facts.get(name)) for name in ("source", "source_url")]
    addresses = {s.text: s.address for s in subject.labour_sources}
    figures = chain.from_iterable(c.sources for c in result.criteria)
    cited = [*(source_in(s, subject.language) for s in figures), *addresses]
    found = {"": " ".join(filter(None, own))} | {
        text: " ".join(filter(None, (text, addresses.get(text)))) for text in cited
    }
    return {text: said for text, said in found.items() if said}


def numbered(sources: Iterable[str]) -> list[str]:
    """Sources as a sheet lists them: each once and whole, the first under number 1."""
    return [printable(source, MOST_NAME) for source in dict.fromkeys(sources)]


def _lineage(subject: SheetSubject) -> list[tuple[Origin, tuple[Text, Text]]]:
    """Every version that went in, with its source and licence."""
    return [
        (
            origin,
            subject.origins.get(
                origin.dataset,
                (
                    Text(id=origin.source, en=origin.source),
                    Text(id=origin.licence, en=origin.licence),
                ),
            ),
        )
        for origin in subject.assessment.lineage
    ]


def _certainty(subject: SheetSubject) -> dict[str, Any] | None:
    """What the area's page says of its certainty; `lines` are all its sentences."""
    found = subject.certainty
    if found is None:
        return None
    rank = found["rank"] or {}
    lines = [*found["standing"], *(rank[key] for key in ("sentence", "overall") if rank)]
    return {
        "interval": rank.get("interval", ""),
        "band": found["band"],
        "lines": [printable(line, _MOST_PARAGRAPH) for line in lines],
        "classes": found["classes"],
        "missing": [
            {k: printable(v, _MOST_PARAGRAPH) for k, v in m.items()} for m in found["missing"]
        ],
        "varied": found["varied"],
        "fewest": None
        if found["fewest"] is None
        else {
            "sentence": found["fewest"]["sentence"],
            "data": [
                f"{d['title']}, {translate('portrait.from_whom', subject.language, holder=d['holder'])}"
                for d in found["fewest"]["data"]
            ],
        },
    }


def _beside(subject: SheetSubject) -> list[dict[str, Any]]:
    """What is known of the area beside the model, each part with its title."""
    card, language = facts_card(subject.facts, subject.language), subject.language
    desa = [card["villages"]] if "villages" in card else []
    parts = (
        ("facts.villages", desa, translate("facts.idm_note", language)),
        ("facts.ground", card.get("ground", []), card.get("groundNote", "")),
    )
    return [
        {
            "title": translate(title, language),
            "lines": [printable(line, _MOST_PARAGRAPH) for line in lines],
            "note": printable(
                " ".join(filter(None, (card.get("factsNote"), note))), _MOST_PARAGRAPH
            ),
        }
        for title, lines, note in parts
        if lines
    ]


def _history(
    history: History, own: Sequence[NumberedSource], cited: Sequence[str], *, language: Language
) -> dict[str, Any]:
    """One indicator's years; its sources under their numbers in the sheet's own list."""
    numbers = {s.number: cited.index(s.text) + 1 for s in own}
    notes = (*history.breaks, *history.notes, history.caveat)
    is_cut = history.chart is not None and not history.chart.is_from_zero
    axis = translate("portrait.axis_note", language) if is_cut else ""
    return {
        "title": history.title,
        "unit": printable(history.unit, _MOST_UNIT),
        "figures": [asdict(f) | {"source": numbers[f.source]} for f in history.figures],
        "chart": None if history.chart is None else _chart(history.chart),
        "notes": [printable(n, _MOST_REASON) for n in (axis, history.change, *notes) if n],
    }


def _chart(chart: LineChart) -> dict[str, Any]:
    """A chart as JSON types, its lines as lists of positions."""
    lines = [
        [[float(number) for number in point.split(",")] for point in line.split()]
        for line in chart.lines
    ]
    return asdict(chart) | {"lines": lines}
