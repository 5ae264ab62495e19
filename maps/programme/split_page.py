"""The split of a province's target as its page, its workbook and its sheet say it, in one language."""

from collections.abc import Mapping, Sequence
from typing import Any

from geo.indicators.amounts import value_in_words
from geo.indicators.table import Indicator
from geo.language import LANGUAGES, Language, Text, localized, written
from geo.programme.cascade import SPLIT_METHODS, SplitRow, method_title
from geo.programme.denominators import people_in_words, rounded_people
from geo.programme.fixed_targets import FixedTargets, parse_percent
from geo.programme.split_proposal import Proposal
from geo.programme.targets import level_title
from geo.vector.planning_region import PlanningRegion
from maps.programme.workbook import Column, Sheet, workbook
from maps.sheets.table_sheet import PrintedTable, TableSheet
from maps.text import both, format_date, format_number, format_period, format_share, translate

# A rate that fills the whole of a bar.
_FULL_BAR = 100


def split_form(
    offered: Sequence[Indicator], *, asked: Mapping[str, Any], language: Language
) -> dict[str, Any]:
    """What the form of a split offers and what is chosen in it."""
    return {
        "indicators": [(i.id, i.title.to(language)) for i in offered],
        "methods": [(m, method_title(m).to(language)) for m in SPLIT_METHODS],
        "asked": dict(asked),
    }


def fixing(fixed: FixedTargets, *, is_refused: bool, language: Language) -> dict[str, Any]:
    """The fields of what is fixed where a split is refused: as typed, each with what is wrong in it.

    Where only their sum is wrong, every field is (`at_fault`), and none has a sentence of its own.
    """
    if not is_refused:
        return {"typed": {}, "faults": {}, "at_fault": ()}
    faults = {code: text.to(language) for code, text in fixed.faults.items()}
    typed = {code: _as_typed(text, language) for code, text in fixed.typed.items()}
    return {"typed": typed, "faults": faults, "at_fault": tuple(faults or typed)}


def _as_typed(text: str, language: Language) -> str:
    """A text of a field; a percent with the mark of the language, which a link does not carry."""
    is_percent = parse_percent(text) is not None
    return localized(text.replace(",", ".")).to(language) if is_percent else text


def split_content(found: Proposal, *, region: PlanningRegion, language: Language) -> dict[str, Any]:
    """What the page says of a split: people first, then a row for each regency."""
    one, unit = found.split, found.indicator
    largest = max(abs(row.share) for row in one.rows)
    return {
        "sentences": [text.to(language) for text in split_sentences(found, region)],
        "subject": f"{unit.title.to(language)} · {one.year} → {one.end_year}",
        "end_year": one.end_year,
        "target": entered(one.target, language),
        "caveat": unit.caveat.to(language),
        "heads": dict(zip(_COLUMNS, _heads(found, language), strict=True)),
        "rows": [
            {
                "code": row.region,
                "name": region.title_of(row.region).to(language),
                **_row_words(row, unit, language),
                "bar": round(_FULL_BAR * abs(row.share) / largest, 1),
                "fixed": entered(row.target, language) if row.is_fixed else "",
                "placeholder": format_number(row.target, language, decimals=unit.decimals),
                "is_fixed": row.is_fixed,
                "is_at_bound": row.is_at_bound,
            }
            for row in one.rows
        ],
        "total": {
            "name": region.name.to(language),
            "value": _value(one.value, unit, language),
            "target": _value(one.target, unit, language),
            "people_now": _people(one.people_now, language),
            "people": _people(one.total_people, language),
            "moved": _people(one.total_people - one.people_now, language),
        },
        "rounding": translate("split.rounding", language, decimals=unit.decimals),
        "how": [text.to(language) for text in _how(found)],
        "sources": _sources(found, language),
    }


def split_sentences(found: Proposal, region: PlanningRegion) -> list[Text]:
    """What is split, what that is in people, and by which rule."""
    one, unit = found.split, found.indicator
    values = {
        "name": region.name,
        "value": value_in_words(one.value, unit.unit, decimals=unit.decimals),
        "target": value_in_words(one.target, unit.unit, decimals=unit.decimals),
        "year": _period(found.period),
        "end_year": one.end_year,
        "people": people_in_words(abs(one.total_people - one.people_now)),
        "of": people_in_words(found.denominator.people[region.code]),
        "on": found.denominator.title,
    }
    key = "split.lead_down" if one.direction == "down" else "split.lead_up"
    said = [_both(key, **values), one.rule]
    effort = written(100 * one.effort, decimals=1)
    said.append(_both(f"split.effort_{one.method}", effort=effort))
    if found.scaling != 1:
        own, raw = (
            value_in_words(rate, unit.unit, decimals=unit.decimals)
            for rate in (one.value, found.unscaled)
        )
        factor = written(found.scaling, decimals=4)
        said.append(_both("split.scaled", own=own, raw=raw, factor=factor))
    if found.newer is not None:
        newer = value_in_words(found.newer.value, unit.unit, decimals=unit.decimals)
        said.append(_both("split.newer", own=newer, year=found.newer.year, used=one.year))
    for figure in (found.province, found.newer):
        if figure is not None and figure.note:
            value = value_in_words(figure.value, unit.unit, decimals=unit.decimals)
            said.append(_both("split.noted", value=value, year=figure.year, note=figure.note))
    return said


def split_workbook(
    found: Proposal, *, region: PlanningRegion, language: Language, printed: str
) -> bytes:
    """The split as XLSX: real numbers with their units, and a sheet of how and whence."""
    one, places = found.split, found.indicator.decimals
    unit, people = found.indicator.unit.to(language), translate("split.unit_people", language)
    points = translate("split.unit_points", language)
    head = dict(zip(_COLUMNS, _heads(found, language), strict=True))
    columns = [
        Column(translate("split.code", language)),
        Column(head["name"]),
        Column(head["value"], unit, format_period(found.period, language), decimals=places),
        Column(head["target"], unit, decimals=places),
        Column(head["change_a_year"], points, decimals=places + 1),
        Column(head["last_change"], points, decimals=places),
        Column(head["people_now"], people, decimals=0),
        Column(head["people"], people, decimals=0),
        Column(head["moved"], people, decimals=0),
        Column(head["share"], "%", decimals=1),
        Column(head["reading"]),
        Column(translate("split.marks", language)),
    ]
    rows = [
        [
            row.region,
            region.title_of(row.region).to(language),
            row.value,
            row.target,
            row.change_a_year,
            row.last_change,
            row.people_now,
            row.people,
            row.people - row.people_now,
            100 * row.share,
            row.reading.to(language),
            _mark(row, language),
        ]
        for row in one.rows
    ]
    years = one.end_year - one.year
    rows.append(
        [
            region.code,
            region.name.to(language),
            one.value,
            one.target,
            (one.target - one.value) / years,
            None,
            one.people_now,
            one.total_people,
            one.total_people - one.people_now,
            100.0,
            "",
            translate("split.sum_row", language),
        ]
    )
    return workbook(
        [Sheet(translate("split.title", language), columns, rows, frozen=2)],
        notes=_notes(found, region=region, language=language, printed=printed),
        language=language,
    )


def split_sheet(
    found: Proposal, *, region: PlanningRegion, language: Language, printed: Any
) -> TableSheet:
    """The split as a printed sheet says it."""
    unit = found.indicator
    rows = []
    for row in found.split.rows:
        words = _row_words(row, unit, language)
        name = region.title_of(row.region).to(language)
        cells = (words[key] for key in _COLUMNS if key not in ("name", "reading"))
        mark = _mark(row, language)
        rows.append([name, *cells, f"{words['reading']} ({mark})" if mark else words["reading"]])
    content = split_content(found, region=region, language=language)
    total = content["total"]
    heads = _heads(found, language)
    sum_row = [total["name"], total["value"], total["target"], "", "", total["people_now"]]
    sum_row += [total["people"], total["moved"], "100%", ""]
    table = PrintedTable(
        "", heads, [*rows, sum_row], words=frozenset({0, len(heads) - 1}), last_is_total=True
    )
    return TableSheet(
        overline=translate("split.title", language),
        name=f"{unit.title.to(language)}, {found.split.end_year}",
        lead=content["sentences"],
        tables=[table],
        notes=[content["rounding"], *content["how"], unit.caveat.to(language)],
        sources=content["sources"],
        region=region,
        language=language,
        printed=printed,
        footer=translate("split.is_proposal", language),
    )


_COLUMNS = (
    *("name", "value", "target", "change_a_year", "last_change"),
    *("people_now", "people", "moved", "share", "reading"),
)


def _heads(found: Proposal, language: Language) -> list[str]:
    facts = {"year": found.split.year, "end_year": found.split.end_year}
    return [translate(f"split.head_{key}", language, **facts) for key in _COLUMNS]


def _row_words(row: SplitRow, indicator: Indicator, language: Language) -> dict[str, str]:
    decimals = indicator.decimals
    return {
        "value": _value(row.value, indicator, language),
        "target": _value(row.target, indicator, language),
        "change_a_year": _points(row.change_a_year, decimals + 1, language),
        "last_change": _points(row.last_change, decimals, language),
        "people_now": _people(row.people_now, language),
        "people": _people(row.people, language),
        "moved": _people(row.people - row.people_now, language),
        "share": format_share(row.share, language),
        "reading": row.reading.to(language),
    }


def _value(rate: float, indicator: Indicator, language: Language) -> str:
    return value_in_words(rate, indicator.unit, decimals=indicator.decimals).to(language)


def _people(people: float, language: Language) -> str:
    """A number of people as far as an estimate allows, or how many more or fewer there are."""
    return format_number(rounded_people(people), language, decimals=0)


def _points(points: float | None, decimals: int, language: Language) -> str:
    shown = format_number(points, language, decimals=decimals)
    return f"+{shown}" if points is not None and points > 0 else shown


def entered(rate: float, language: Language) -> str:
    """A rate as a field holds it: up to four decimals, with the mark of the language."""
    return format_number(rate, language, decimals=4).rstrip("0").rstrip(",.")


def _mark(row: SplitRow, language: Language) -> str:
    if row.is_fixed:
        return translate("split.is_fixed", language)
    return translate("split.is_at_bound", language) if row.is_at_bound else ""


def _how(found: Proposal) -> list[Text]:
    on = found.denominator
    said = [_both("split.counted_on", on=on.title, method=on.method)]
    target = found.of_target
    if target is not None:
        said.append(
            _both(
                "split.from_target",
                level=level_title(target.level),
                document=target.document,
                end=value_in_words(
                    target.near, found.indicator.unit, decimals=found.indicator.decimals
                ),
            )
        )
    else:
        said.append(_both("split.stated"))
    return said


def _sources(found: Proposal, language: Language) -> list[str]:
    sources = [
        f"{one.title.to(language)}, {format_period(period, language)}: {source}"
        for one, period, source in (
            (found.indicator, found.period, found.source),
            (found.denominator, found.denominator.period, found.denominator.source),
        )
    ]
    if found.of_target is not None:
        sources.append(f"{found.of_target.document}: {found.of_target.source}")
    return sources


def _notes(
    found: Proposal, *, region: PlanningRegion, language: Language, printed: str
) -> list[tuple[str, str]]:
    content = split_content(found, region=region, language=language)
    what = translate("split.title", language)
    how, source = (translate(f"split.{key}", language) for key in ("how", "source"))
    caveat = found.indicator.caveat.to(language)
    return [
        (what, found.indicator.title.to(language)),
        (translate("split.made", language), format_date(printed, language)),
        *((how, sentence) for sentence in content["sentences"]),
        *((how, sentence) for sentence in [content["rounding"], *content["how"]]),
        *([(translate("split.caveat", language), caveat)] if caveat else []),
        *((source, sentence) for sentence in content["sources"]),
        (translate("split.status", language), translate("split.is_proposal", language)),
    ]


def _period(period: str) -> Text:
    return Text(*(format_period(period, language) for language in LANGUAGES))


def _both(key: str, **facts: Any) -> Text:
    return both(key).format(**facts)
