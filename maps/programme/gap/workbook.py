"""The table of the gap as an XLSX file: numbers as numbers, what they rest on in the notes."""

from collections.abc import Sequence

from geo.language import Language
from geo.programme.denominators import rounded_people
from geo.programme.gap.gaps import Gaps
from geo.programme.gap.pace import span_in_words
from geo.programme.gap.region_gap import RegionGap
from geo.programme.gap.standing import VERDICTS
from geo.programme.targets import target_in_words
from maps.programme.words import change_unit, whose_words
from maps.programme.workbook import Column, Sheet, workbook
from maps.text import format_period, translate


def gap_workbook(found: Gaps, language: Language) -> bytes:
    """The table of the page as an XLSX file: numbers as numbers, what they rest on in the notes."""
    indicator, unit = found.indicator, found.indicator.unit.to(language)
    points = change_unit(indicator, language)
    places = indicator.decimals

    def head(key: str) -> str:
        return translate(key, language)

    year = str(found.year or "")
    columns = [
        Column(head("gap.code")),
        Column(head("gap.region")),
        Column(head("gap.value"), unit, decimals=places),
        Column(head("gap.period")),
        Column(head("gap.target_near"), unit, year, decimals=places),
        Column(head("gap.target_far"), unit, year, decimals=places),
        Column(head("gap.whose")),
        Column(head("gap.points"), points, decimals=places),
        Column(head("gap.people"), translate("gap.people_unit", language), decimals=0),
        Column(head("gap.share"), "%", decimals=1),
        Column(head("gap.needed"), points, decimals=places + 1),
        Column(head("gap.past"), points, decimals=places + 1),
        Column(head("gap.window_years")),
        Column(head("gap.projected"), unit, year, decimals=places),
        Column(head("gap.verdict")),
        Column(head("gap.reason")),
    ]
    rows = [_cells(gap, found, language) for gap in (found.province, *found.regencies)]
    sheet = Sheet(indicator.title.to(language), columns, rows)
    return workbook([sheet], notes=_notes(found, language), language=language)


def _cells(gap: RegionGap, found: Gaps, language: Language) -> list[str | int | float | None]:
    """One row as the page shows it: nothing to go in people or a year where the target is reached."""
    past, target = gap.past, gap.target
    every = (*gap.reasons, *gap.caveats, *gap.notes)
    said = [text for text in every if text != found.indicator.caveat]
    return [
        gap.region,
        gap.title.to(language),
        gap.value,
        "" if gap.figure is None else format_period(gap.figure.period, language),
        None if target is None else target.near,
        None if target is None or target.far == target.near else target.far,
        "" if target is None else _whose(gap, found, language),
        gap.points_near,
        rounded_people(gap.people_near) if gap.people_near else None,
        100 * gap.share if gap.share else None,
        gap.needed_a_year or None,
        None if past is None else past.change_a_year,
        "" if past is None else span_in_words(past).to(language),
        gap.projected,
        VERDICTS[gap.verdict].to(language),
        " ".join(text.to(language) for text in said),
    ]


def _whose(gap: RegionGap, found: Gaps, language: Language) -> str:
    """Whose target a row is held against; the province's own is that of the province."""
    is_province = gap is found.province and gap.whose == "own"
    return whose_words("province" if is_province else gap.whose, language)


def _notes(found: Gaps, language: Language) -> list[tuple[str, str]]:
    one, target = found.denominator, found.province.target
    notes: Sequence[tuple[str, str]] = [
        (translate("gap.rule_title", language), found.rule.to(language)),
        (translate("gap.caveat_title", language), found.indicator.caveat.to(language)),
    ]
    if target is not None:
        words = target_in_words(target, found.indicator).to(language)
        said = "; ".join(filter(None, (words, target.document, target.page, target.source)))
        notes = [(translate("gap.target_title", language), said), *notes]
    if one is not None:
        method = f"{one.title.to(language)}, {one.period}: {one.method.to(language)}. {one.source}"
        notes = [*notes, (translate("gap.people_title", language), method)]
    sources = dict.fromkeys(
        source
        for gap in (found.province, *found.regencies)
        for segment in gap.trend.segments
        for point in segment
        for source in point.sources
    )
    return [*notes, *((translate("gap.source", language), source) for source in sources)]
