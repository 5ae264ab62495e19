"""The table of the gap: its heads and its cells, which the page, the files and the command share.

A number is rounded here, to the digits that the page prints, so that no two of them ever disagree.
"""

from dataclasses import replace
from typing import Any

from geo.indicators.amounts import difference_in_words
from geo.indicators.table import Indicator
from geo.language import Language, percent
from geo.programme.denominators import people_in_words, rounded_people
from geo.programme.gap.gaps import Gaps
from geo.programme.gap.pace import Pace, pace_in_words, span_in_words
from geo.programme.gap.region_gap import RegionGap
from geo.programme.gap.standing import VERDICTS
from geo.programme.targets import Target, decimals_of, level_word, range_in_words, target_in_words
from maps.folium.cards import figure_text
from maps.programme.words import change_unit, whose_words
from maps.programme.workbook import Cell, Column, Precise
from maps.text import MISSING, format_number, format_period, translate

_HEADS = (
    *("gap.region", "gap.value", "gap.held_against", "gap.points", "gap.people", "gap.share"),
    *("gap.needed", "gap.past", "gap.verdict"),
)
_OF_TARGET = (
    *("target_near", "target_far", "target_year", "target_level"),
    *("target_whose", "target_document"),
)


def row_words(gap: RegionGap, found: Gaps, language: Language) -> dict[str, Any]:
    """What a row says of a region, in words; None where there is nothing to say."""
    indicator = found.indicator
    return {
        "code": gap.region,
        "name": gap.title.to(language),
        "value": None if gap.value is None else figure_text(gap.value, indicator, language),
        "period": "" if gap.figure is None else format_period(gap.figure.period, language),
        "is_behind": gap.is_behind,
        "is_reached": gap.points_near == 0,
        "points": _points(gap.points_near, indicator, language),
        # A target that is one number has no far end of its own.
        "points_far": None
        if gap.points_far == gap.points_near
        else _points(gap.points_far, indicator, language),
        "people": _people(gap.people_near, language),
        "people_far": _people(gap.people_far, language),
        "share": None if not gap.share else percent(gap.share).to(language),
        "needed": _pace(gap.needed_a_year or None, indicator, language),
        "needed_number": _signed(gap.needed_a_year or None, indicator, language),
        "past": past_words(gap.past, indicator, language),
        "past_number": _signed(gap.past.change_a_year if gap.past else None, indicator, language),
        "past_years": "" if gap.past is None else span_in_words(gap.past).to(language),
        "projected": None
        if gap.projected is None
        else figure_text(gap.projected, indicator, language),
        "verdict": gap.verdict,
        "verdict_words": VERDICTS[gap.verdict].to(language),
        "reasons": [reason.to(language) for reason in gap.reasons],
        # The indicator's own caveat stands once on the page, beside the verdicts.
        "caveats": [c.to(language) for c in gap.caveats if c != indicator.caveat],
        "notes": [note.to(language) for note in gap.notes],
        "whose": whose_of(gap, found, language),
        "target": None
        if gap.target is None
        else target_in_words(gap.target, indicator).to(language),
        "held": held_words(gap, found, language),
        "others": [_other(target, found, language) for target in gap.others],
    }


def _other(target: Target, found: Gaps, language: Language) -> str:
    return translate(
        "gap.own_other",
        language,
        target=target_in_words(target, found.indicator).to(language),
        document=target.document,
    )


def _points(points: float | None, indicator: Indicator, language: Language) -> str | None:
    if points is None:
        return None
    said = difference_in_words(points, indicator.unit, decimals=indicator.decimals)
    return said.to(language)


def _people(people: float | None, language: Language) -> str | None:
    return None if not people else people_in_words(people).to(language)


def _pace(change: float | None, indicator: Indicator, language: Language) -> str | None:
    return None if change is None else pace_in_words(change, indicator).to(language)


def _signed(change: float | None, indicator: Indicator, language: Language) -> str | None:
    """A change a year as a number, a plus before a rise; its unit stands in the head."""
    if change is None:
        return None
    number = format_number(change, language, decimals=indicator.decimals + 1)
    return f"+{number}" if change > 0 else number


def past_words(past: Pace | None, indicator: Indicator, language: Language) -> str | None:
    """A pace with the years that it is of."""
    if past is None:
        return None
    return translate(
        "gap.past_of",
        language,
        change=pace_in_words(past.change_a_year, indicator).to(language),
        span=span_in_words(past).to(language),
    )


def table_words(found: Gaps, language: Language) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the page's table in plain words, the province first, as a terminal shows them."""
    heads = {key: translate(key, language) for key in _HEADS}
    heads["gap.share"] = share_head(found, language)
    unit = change_unit(found.indicator, language)
    for key in ("gap.needed", "gap.past"):
        heads[key] += f" ({unit})"
    rows = [_plain_row(gap, found, language) for gap in (found.province, *found.regencies)]
    if found.denominator is None:
        kept = [n for n, key in enumerate(_HEADS) if key not in ("gap.people", "gap.share")]
        return [list(heads.values())[n] for n in kept], [[row[n] for n in kept] for row in rows]
    return list(heads.values()), rows


def share_head(found: Gaps, language: Language) -> str:
    """The head of the shares, which says so where they are of unequal yardsticks."""
    return translate("gap.share" if found.is_one_yardstick else "gap.share_uneven", language)


def _plain_row(gap: RegionGap, found: Gaps, language: Language) -> list[str]:
    said = row_words(gap, found, language)
    value = f"{said['value']} ({said['period']})" if said["value"] else None
    points = translate("gap.reached", language) if said["is_reached"] else said["points"]
    past = f"{said['past_number']} ({said['past_years']})" if said["past_number"] else None
    cells = (said["name"], value, said["held"], points, said["people"], said["share"])
    every = (*cells, said["needed_number"], past, said["verdict_words"])
    return [cell or MISSING for cell in every]


def held_words(gap: RegionGap, found: Gaps, language: Language) -> str:
    """Whose target of which year a region is held against, as narrow as a row allows; empty without one."""
    if gap.target is None:
        return ""
    return translate(
        "gap.held",
        language,
        whose=whose_of(gap, found, language),
        target=range_in_words(gap.target, found.indicator).to(language),
        year=gap.target.year,
        level=level_word(gap.target.level).to(language),
    )


def reason_words(gap: RegionGap, found: Gaps, language: Language) -> str:
    """Why the verdict is so and what to bear in mind of it; the indicator's own caveat stands apart."""
    every = (*gap.reasons, *gap.caveats, *gap.notes)
    return " ".join(text.to(language) for text in every if text != found.indicator.caveat)


def whose_of(gap: RegionGap, found: Gaps, language: Language) -> str:
    """Whose target a row is held against; the province's own is that of the province."""
    is_province = gap is found.province and gap.whose == "own"
    return whose_words("province" if is_province else gap.whose, language)


def gap_columns(found: Gaps, language: Language) -> dict[str, Column]:
    """The columns of a file, by the names that programs know them by."""
    unit, points = found.indicator.unit.to(language), change_unit(found.indicator, language)
    places = found.indicator.decimals
    people = translate("gap.people_unit", language)

    def column(key: str, unit: str = "", decimals: int | None = None) -> Column:
        return Column(translate(key, language), unit, decimals=decimals)

    return {
        "region": column("gap.code"),
        "name": column("gap.region"),
        "value": column("gap.value", unit, places),
        "period": column("gap.period"),
        "target_near": column("gap.target_near", unit, places),
        "target_far": column("gap.target_far", unit, places),
        "target_year": replace(column("gap.end_year", "", 0), is_grouped=False),
        "target_level": column("gap.level"),
        "target_whose": column("gap.whose"),
        "target_document": column("gap.document"),
        "points": column("gap.points", points, places),
        "people": column("gap.people", people, 0),
        "share_percent": Column(share_head(found, language), "%", decimals=0),
        "needed_a_year": column("gap.needed", points, places + 1),
        "past_a_year": column("gap.past", points, places + 1),
        "past_years": column("gap.window_years"),
        "projected": column("gap.projected", unit, places),
        "verdict": column("gap.verdict"),
        "reason": column("gap.reason"),
    }


def gap_record(gap: RegionGap, found: Gaps, language: Language) -> dict[str, Cell]:
    """One row as the page shows it: nothing to go in people or a year where the target is reached."""
    past = gap.past
    return {
        "region": gap.region,
        "name": gap.title.to(language),
        "value": gap.value,
        "period": "" if gap.figure is None else format_period(gap.figure.period, language),
        **_target_cells(gap, found, language),
        "points": gap.points_near,
        "people": rounded_people(gap.people_near) if gap.people_near else None,
        "share_percent": 100 * gap.share if gap.share else None,
        "needed_a_year": gap.needed_a_year or None,
        "past_a_year": None if past is None else past.change_a_year,
        "past_years": "" if past is None else span_in_words(past).to(language),
        "projected": gap.projected,
        "verdict": VERDICTS[gap.verdict].to(language),
        "reason": reason_words(gap, found, language),
    }


def _target_cells(gap: RegionGap, found: Gaps, language: Language) -> dict[str, Cell]:
    target = gap.target
    if target is None:
        return dict.fromkeys(_OF_TARGET)

    def end(value: float) -> Precise:
        # As every text writes it: a plan may state more decimals than figures have.
        places = found.indicator.decimals
        is_stated = target.level != "usulan"
        return Precise(value, decimals_of(value, least=places) if is_stated else places)

    return {
        "target_near": end(target.near),
        "target_far": None if target.far in (None, target.near) else end(target.far),
        "target_year": target.year,
        "target_level": level_word(target.level).to(language),
        "target_whose": whose_of(gap, found, language),
        "target_document": target.document,
    }
