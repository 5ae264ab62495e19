"""What the page of the gap says: the target, the province, who carries the gap, by which window.

Every number is in words here, so that page, workbook and map never disagree.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from geo.indicators.table import Indicator
from geo.language import Language, Text, listed, percent
from geo.programme.denominators import people_in_words
from geo.programme.gap.gaps import Gaps
from geo.programme.gap.netting import Netting
from geo.programme.gap.pace import span_in_words
from geo.programme.gap.question import YARDSTICKS
from geo.programme.gap.region_gap import RegionGap
from geo.programme.gap.standing import VERDICTS
from geo.programme.gap.verdict import WindowView
from geo.programme.targets import LEVELS, Level, Target, level_title, target_in_words
from maps.escape import safe_address
from maps.folium.cards import figure_text
from maps.programme.gap.chart import GapChart, gap_charts
from maps.programme.gap.table import held_words, past_words, row_words, share_head
from maps.programme.words import change_unit, target_note
from maps.text import MISSING, format_period, translate

WINDOW_CHOICES = (2, 3, 4, 5)
_MARKS: Mapping[str, tuple[str, str]] = {
    # Okabe and Ito (2008); the sign says the same without colour.
    "on_track": ("#009e73", "✓"),
    "off_track": ("#d55e00", "✕"),
    "met": ("#009e73", "✓"),
    "missed": ("#d55e00", "✕"),
    "not_assessable": ("#59656b", "?"),
}
# A group of at most so many regencies is named.
_NAMED = 4


def gap_page(
    found: Gaps,
    *,
    catalogue: Mapping[str, Indicator],
    targets: pd.DataFrame,
    level: Level | None,
    language: Language,
) -> dict[str, Any]:
    """Everything that the page says; see `geo.programme.gap.gaps` for what is found."""
    charts = gap_charts(found, language)
    title = found.indicator.title.to(language)
    return {
        "title": translate("gap.title", language, indicator=title),
        "indicator": found.indicator.id,
        "unit": found.indicator.unit.to(language),
        "change_unit": change_unit(found.indicator, language),
        "form": _form(found, catalogue, targets, level, language),
        "target": _target(found.province.target, found, language),
        "target_title": _target_title(found, level, language),
        "no_target": _no_target(found, level, language),
        "whose_note": _whose_note(found, language),
        "held": _held(found, language),
        "scale_note": _scale_note(charts, found, language),
        "year": found.year,
        "province": _row(found.province, found, charts, language),
        "regencies": [_row(gap, found, charts, language) for gap in found.regencies],
        "carried": _carried(found, language),
        "spans": _spans(found, language),
        "key": _key(charts.values()),
        "counts": _counts(found, language),
        "map_state": map_state(found, level),
        "on_map": found.indicator.mappable and found.year is not None,
        "n_behind": len(found.behind),
        "has_people": found.denominator is not None,
        "denominator": (counted := _denominator(found, language)),
        "people_said": translate("gap.people_how", language, **counted) if counted else "",
        "rule": found.rule.to(language),
        "has_pace": any(gap.projected is not None for gap in (found.province, *found.regencies)),
        "share_head": share_head(found, language),
        "map_year": _map_year(found),
        "windows": [_window(view, found, language) for view in found.province.windows],
        "turning": _turning(found, language),
        "caveat": found.indicator.caveat.to(language),
    }


def _form(
    found: Gaps,
    catalogue: Mapping[str, Indicator],
    targets: pd.DataFrame,
    level: Level | None,
    language: Language,
) -> dict[str, Any]:
    """What can be asked instead: another indicator with a target, end year, window, level of plan."""
    named = {*targets["indicator"], found.indicator.id}
    known = sorted((i for i in catalogue.values() if i.id in named), key=lambda i: i.theme_place)
    levels = {*targets.loc[targets["indicator"] == found.indicator.id, "level"], level} - {None}
    windows = sorted({*WINDOW_CHOICES, found.window})
    return {
        "indicators": [(i.id, i.title.to(language)) for i in known],
        "years": _years(found, language),
        "windows": [(str(n), translate("gap.n_years", language, n=n)) for n in windows],
        "levels": [
            ("", translate("gap.any_plan", language)),
            *((one, level_title(one).to(language)) for one in LEVELS if one in levels),
        ],
        "yardsticks": _yardsticks(found, language),
        "yardstick": "" if found.yardstick == found.usual_yardstick else found.yardstick,
        "level": level or "",
        "window": str(found.window),
        "year": "" if found.year == found.usual_year else str(found.year),
    }


def _years(found: Gaps, language: Language) -> list[tuple[str, str]]:
    """The years of targets, the usual one unnamed in the address: another indicator has another."""
    if found.year is None:
        return []
    said = [("" if year == found.usual_year else str(year), str(year)) for year in found.end_years]
    if found.year in found.end_years:
        return said
    lacking = translate("gap.year_without_target", language, year=found.year)
    return [*said, (str(found.year), lacking)]


def _yardsticks(found: Gaps, language: Language) -> list[tuple[str, str]]:
    """What a planner may choose, the usual one first and unnamed in the address."""
    usual = found.usual_yardstick
    others = (one for one in YARDSTICKS if one != usual)
    return [
        ("" if one == usual else one, translate(f"gap.yardstick_{one}", language))
        for one in (usual, *others)
    ]


def _target(target: Target | None, found: Gaps, language: Language) -> dict[str, Any] | None:
    if target is None:
        return None
    return {
        "words": target_in_words(target, found.indicator).to(language),
        "document": target.document,
        "page": target.page,
        "source": target.source,
        "address": safe_address(target.source_url),
        "note": target_note(target, found.indicator, language),
        "near": figure_text(target.near, found.indicator, language),
    }


def _row(
    gap: RegionGap, found: Gaps, charts: Mapping[str, Any], language: Language
) -> dict[str, Any]:
    colour, sign = _MARKS[gap.verdict]
    return row_words(gap, found, language) | {
        "width": "0" if gap.share is None else f"{100 * gap.share:.1f}",
        "colour": colour,
        "sign": sign,
        "chart": charts.get(gap.region),
    }


def _carried(found: Gaps, language: Language) -> str:
    """Who carries the gap in people, and why the province's own is less; empty without either."""
    if found.people_known is None or not found.behind:
        return ""
    # A list that stops short would look whole; of one more its name is as short as how many there are.
    first = _NAMED if len(found.behind) > _NAMED + 1 else len(found.behind)
    named, rest = found.behind[:first], found.behind[first:]
    shares = [Text(*(_carries(gap, one) for one in ("id", "en"))) for gap in named]
    if rest:
        shares.append(Text(*(_carry_together(rest, one) for one in ("id", "en"))))
    unknown = sum(gap.points_near is None for gap in found.regencies)
    whole, some = "gap.carried", "gap.carried_of_some"
    if len(found.behind) == 1:
        whole, some = "gap.carried_by_one", "gap.carried_by_one_of_some"
    said = translate(
        some if unknown else whole,
        language,
        people=people_in_words(found.people_known).to(language),
        n=len(found.behind),
        unknown=unknown,
        shares=listed(shares).to(language),
    )
    return " ".join(filter(None, (said, _nets(found, language))))


def _carries(gap: RegionGap, language: Language) -> str:
    return _carried_part(gap.title.to(language), gap.people_near, gap.share, language)


def _carry_together(gaps: Sequence[RegionGap], language: Language) -> str:
    """What those who are not named have to go together."""
    shares = [gap.share for gap in gaps if gap.share is not None]
    return _carried_part(
        translate("gap.carried_rest", language, n=len(gaps)),
        sum(gap.people_near or 0.0 for gap in gaps),
        sum(shares) if len(shares) == len(gaps) else None,
        language,
    )


def _carried_part(who: str, people: float | None, share: float | None, language: Language) -> str:
    said = f"{who} {people_in_words(people or 0.0).to(language)}"
    return said if share is None else f"{said} ({percent(share).to(language)})"


def _nets(found: Gaps, language: Language) -> str:
    """Why the province's own gap in people is smaller than that of the regencies, by its parts."""
    own, parts = found.province.people_near, found.netting
    if not own or found.people_behind is None or own >= found.people_behind:
        return ""
    said = translate("gap.nets", language, people=people_in_words(own).to(language))
    if parts is None:
        return f"{said} {translate('gap.nets_unknown', language)}"
    reasons = [
        Text(
            *(
                translate(
                    key,
                    one,
                    people=people_in_words(abs(people)).to(one),
                    year=parts.regencies_year,
                    own=found.province.year,
                )
                for one in ("id", "en")
            )
        )
        for key, people in sorted(_parts(parts).items(), key=lambda part: -part[1])
    ]
    difference = people_in_words(found.people_behind - own).to(language)
    why = "; ".join(reason.to(language) for reason in reasons)
    return f"{said} {translate('gap.nets_why', language, people=difference, why=why)}"


def _parts(parts: Netting) -> dict[str, float]:
    """The parts that are more than rounding, by the text that says them."""
    rest = "gap.nets_more" if parts.by_rest > 0 else "gap.nets_less"
    other = "gap.nets_harder" if parts.by_yardstick > 0 else "gap.nets_softer"
    named = {
        "gap.nets_years": parts.by_years,
        "gap.nets_better": parts.by_better,
        other: parts.by_yardstick,
        rest: parts.by_rest,
    }
    return {key: people for key, people in named.items() if round(people)}


def _spans(found: Gaps, language: Language) -> str:
    """Which years the pace of the regencies is of, where they are not the same for all."""
    by_span: dict[Text, list[RegionGap]] = {}
    for gap in found.regencies:
        if gap.past is not None:
            by_span.setdefault(span_in_words(gap.past), []).append(gap)
    if len(by_span) < 2:
        return ""
    groups = sorted(by_span.items(), key=lambda group: -len(group[1]))
    said = [Text(*(_span(span, gaps, one) for one in ("id", "en"))) for span, gaps in groups]
    return translate(
        "gap.spans",
        language,
        years=found.window,
        groups="; ".join(one.to(language) for one in said),
    )


def _span(span: Text, gaps: Sequence[RegionGap], language: Language) -> str:
    n = len(gaps)
    said = translate("gap.spans_one", language, n=n, span=span.to(language))
    if n > _NAMED:
        return said
    return f"{said} ({listed([gap.title for gap in gaps]).to(language)})"


def _target_title(found: Gaps, level: Level | None, language: Language) -> str:
    """Whose target of which year the page holds figures against."""
    key = "gap.target_title_nation" if found.province.whose == "nation" else "gap.target_title"
    if level == "usulan" and found.province.target is None:
        key = "gap.target_title_proposal"
    return " ".join((translate(key, language), str(found.year or ""))).strip()


def _no_target(found: Gaps, level: Level | None, language: Language) -> str:
    """Why there is no target of the province."""
    if not found.end_years:
        none = "gap.no_targets_of_level" if level else "gap.no_targets"
        return translate(none, language)
    key = "gap.no_target_of_level" if level else "gap.no_target"
    if level == "usulan":
        key = "gap.no_target_proposal"
    own = sum(gap.target is not None for gap in found.regencies)
    titled = level_title(level).to(language) if level else ""
    said = translate(key, language, year=found.year, level=titled)
    return f"{said} {translate('gap.some_have', language, n=own)}" if own else said


def _whose_note(found: Gaps, language: Language) -> str:
    """By which rule the rows are held against a target."""
    said = _rule_of_rows(found, language)
    if found.is_one_yardstick:
        return said
    return f"{said} {translate('gap.uneven', language)}"


def _rule_of_rows(found: Gaps, language: Language) -> str:
    held = {gap.whose for gap in found.regencies if gap.target is not None}
    if found.yardstick == "province" and "nation" in held:
        return translate("gap.whose_note_nation", language)
    if found.yardstick != "either" and held:
        return translate(f"gap.whose_note_by_{found.yardstick}", language, year=found.year)
    if "nation" in held:
        return translate("gap.whose_note_nation", language)
    if "province" in held:
        return translate("gap.whose_note", language)
    return translate("gap.whose_note_own", language) if held else ""


def map_state(found: Gaps, level: Level | None) -> str:
    """What stands behind # in the address of the map that shows this gap; see maps/static/js/years.js."""
    is_usual = found.yardstick == found.usual_yardstick
    if is_usual and not level and found.year == found.usual_year:
        return "b=gap"
    return f"b=gap&g={found.year or ''},{level or ''},{'' if is_usual else found.yardstick}"


def _map_year(found: Gaps) -> int | None:
    """The year that the map opens on: of targets whose year has passed that year, else the newest."""
    passed = {gap.target.year for gap in found.regencies if gap.target and gap.is_passed}
    return passed.pop() if len(passed) == 1 else None


def _held(found: Gaps, language: Language) -> str:
    """Which bound of whom holds for which regencies, where it is not one for all."""
    groups: dict[str, list[Text]] = {}
    for gap in found.regencies:
        said = held_words(gap, found, language) or translate("gap.held_none", language)
        groups.setdefault(said, []).append(gap.title)
    if len(groups) < 2:
        return ""
    named = [
        translate("gap.held_group", language, held=held, regencies=_regencies(titles, language))
        for held, titles in sorted(groups.items(), key=lambda group: -len(group[1]))
    ]
    return translate("gap.held_by", language, groups="; ".join(named))


def _regencies(titles: Sequence[Text], language: Language) -> str:
    """Regencies by name where they are few, else how many."""
    if len(titles) > _NAMED:
        return translate("gap.n_regencies", language, n=len(titles))
    return listed(titles).to(language)


def _scale_note(charts: Mapping[str, GapChart], found: Gaps, language: Language) -> str:
    """That the charts of the regencies have one scale, from where to where."""
    drawn = [charts[gap.region] for gap in found.regencies if gap.region in charts]
    if not drawn:
        return ""
    low, high = drawn[0].ends
    return translate("gap.one_scale", language, low=low, high=high)


def _key(charts: Iterable[GapChart]) -> dict[str, bool]:
    """What is drawn in any chart, which is what the key explains."""
    drawn = list(charts)
    return {name: any(getattr(one, name) for one in drawn) for name in ("path", "past", "band")}


def _counts(found: Gaps, language: Language) -> list[dict[str, Any]]:
    """How many regencies each verdict has."""
    return [
        {
            "words": VERDICTS[verdict].to(language),
            "colour": _MARKS[verdict][0],
            "sign": _MARKS[verdict][1],
            "count": count,
        }
        for verdict in VERDICTS
        if (count := sum(gap.verdict == verdict for gap in found.regencies))
    ]


def _denominator(found: Gaps, language: Language) -> dict[str, str] | None:
    one = found.denominator
    if one is None:
        return None
    return {
        "title": one.title.to(language),
        "period": format_period(one.period, language),
        "method": one.method.to(language),
        "source": one.source,
    }


def _window(view: WindowView, found: Gaps, language: Language) -> dict[str, Any]:
    colour, sign = _MARKS[view.verdict]
    return {
        "years": view.window_years,
        "is_chosen": view.window_years == found.window,
        "past": past_words(view.past, found.indicator, language) or MISSING,
        "projected": MISSING
        if view.projected is None
        else figure_text(view.projected, found.indicator, language),
        "verdict": VERDICTS[view.verdict].to(language),
        "colour": colour,
        "sign": sign,
    }


def _turning(found: Gaps, language: Language) -> list[str]:
    """The regencies of which another window would say another verdict."""
    said = []
    for gap in found.regencies:
        other = [view for view in gap.windows if view.verdict != gap.verdict]
        if other and gap.target is not None:
            years = ", ".join(str(view.window_years) for view in other)
            verdicts = listed(list(dict.fromkeys(VERDICTS[view.verdict] for view in other)))
            said.append(
                translate(
                    "gap.turns",
                    language,
                    name=gap.title.to(language),
                    years=years,
                    verdict=verdicts.to(language),
                )
            )
    return said
