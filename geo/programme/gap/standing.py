"""Where one region stands against every target that holds for it, as its pages and sheets say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from geo.indicators.amounts import difference_in_words, value_in_words
from geo.indicators.periods import period_in_words
from geo.indicators.table import Indicator
from geo.language import Text, filled, joined, texts
from geo.programme.denominators import people_in_words
from geo.programme.gap.gaps import region_gaps
from geo.programme.gap.region_gap import RegionGap, Whose
from geo.programme.gap.remarks import WHOSE_TARGET
from geo.programme.gap.verdict import Verdict
from geo.programme.publish_targets import targets
from geo.programme.targets import LEVELS, target_in_words, targets_of
from geo.published import indicator_catalogue, read_indicators, region
from geo.store.store import Store
from geo.store.versions import Published

_SAY = texts(__name__)

_WHOSE: Mapping[Whose, Text] = {
    "own": _SAY["its_own"],
    "province": _SAY["of_province"],
    "nation": _SAY["of_nation"],
    "proposal": _SAY["its_proposal"],
}
VERDICTS: Mapping[Verdict, Text] = {
    "on_track": _SAY["on_track"],
    "off_track": _SAY["off_track"],
    "met": _SAY["met"],
    "missed": _SAY["missed"],
    "not_assessable": _SAY["not_assessable"],
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One indicator of one region against one target; `gap.target` is never None here.

    `beside` is the province's figure and gap, None of the province itself and where it has none.
    Where `is_own_figure` is False the region has no figure, and the sentence says so; `gap` is then
    the province's. `remarks` are what to bear in mind of the figures, but for the caveat that all
    figures of the indicator have and for whose target it is, which the sentence says.
    """

    indicator: str
    sentence: Text
    beside: Text | None
    remarks: tuple[Text, ...]
    is_own_figure: bool
    gap: RegionGap


def standings(store: Store | Published, code: str) -> tuple[Standing, ...]:
    """The region's standing for each indicator, year and level of its own targets and of the province's.

    In the order of the catalogue's themes; proposals are left out, and so is an indicator of which
    neither the region nor the province has a figure. See `RegionGap.is_passed` for those whose year
    is over.
    """
    return _standings(store.current(), code)


@lru_cache(maxsize=64)
def _standings(now: Published, code: str) -> tuple[Standing, ...]:
    table, planned = targets(now), region(now)
    if table.empty or code not in planned.codes:
        return ()
    catalogue, figures = indicator_catalogue(now), read_indicators(now.version("indicators").path)
    binding = [t for t in targets_of(table) if t.level != "usulan"]
    asked = {
        (t.indicator, t.year, t.level)
        for t in binding
        if t.region in (code, planned.code) and t.indicator in catalogue
    }
    found = []
    for name, year, level in sorted(
        asked, key=lambda one: (catalogue[one[0]].theme_place, *one[:2], LEVELS.index(one[2]))
    ):
        own, of_province = region_gaps(
            figures,
            catalogue,
            table,
            indicator=name,
            codes=(code, planned.code),
            year=year,
            level=level,
            region=planned,
        )
        if (standing := _standing(own, of_province, catalogue[name])) is not None:
            found.append(standing)
    return tuple(found)


def _standing(own: RegionGap, of_province: RegionGap, indicator: Indicator) -> Standing | None:
    sentence = gap_in_words(own, indicator)
    if sentence is not None:
        beside = None if own.region == of_province.region else _beside(of_province, indicator)
        remarks = _remarks(own, indicator)
        return Standing(indicator.id, sentence, beside, remarks, True, own)
    if own.figure is not None or own.target is None:
        return None
    if own.trend.good:
        # It has figures, and none of the year that the target was for.
        target = target_in_words(own.target, indicator)
        facts = {"title": indicator.title, "whose": _WHOSE[own.whose], "target": target}
        said = filled(_SAY["stands_unknown"], year=own.target.year, **facts)
        return Standing(indicator.id, said, _beside(of_province, indicator), (), True, own)
    if own.is_own_target:
        target = target_in_words(own.target, indicator)
        said = filled(_SAY["only_target"], title=indicator.title, place=own.title, target=target)
        return Standing(indicator.id, said, _beside(of_province, indicator), (), False, own)
    instead = gap_in_words(of_province, indicator)
    if instead is None:
        return None
    said = filled(_SAY["no_own_figure"], place=own.title, province=of_province.title, said=instead)
    remarks = _remarks(of_province, indicator)
    return Standing(indicator.id, said, None, remarks, False, of_province)


def _remarks(gap: RegionGap, indicator: Indicator) -> tuple[Text, ...]:
    said = {indicator.caveat, *WHOSE_TARGET}
    return (*(text for text in gap.caveats if text not in said), *gap.notes)


def _beside(gap: RegionGap, indicator: Indicator) -> Text | None:
    """The province's newest figure, and how far it is from its own target."""
    if gap.figure is None:
        return None
    facts = {
        "province": gap.title,
        "value": value_in_words(gap.figure.value, indicator.unit, decimals=indicator.decimals),
        "period": period_in_words(gap.figure.period),
    }
    if gap.points_near is None:
        return filled(_SAY["beside"], **facts)
    if gap.is_passed:
        return filled(_SAY["beside_passed"], verdict=VERDICTS[gap.verdict], **facts)
    if not gap.is_behind:
        return filled(_SAY["beside_reached"], verdict=VERDICTS[gap.verdict], **facts)
    return filled(
        _SAY["beside_behind"],
        distance=_distance(gap, indicator),
        verdict=VERDICTS[gap.verdict],
        **facts,
    )


def _distance(gap: RegionGap, indicator: Indicator) -> Text:
    """Points to go, and people where they are known."""
    points = gap.points_near or 0.0
    said = difference_in_words(points, indicator.unit, decimals=indicator.decimals)
    if gap.people_near is None:
        return said
    people = filled(_SAY["in_people"], people=people_in_words(gap.people_near))
    return joined([said, people], by="")


def gap_in_words(gap: RegionGap, indicator: Indicator) -> Text | None:
    """A sentence on where a region stands against its target; None where nothing is known of it."""
    if gap.target is None or gap.figure is None or gap.points_near is None:
        return None
    facts = {
        "title": indicator.title,
        "value": value_in_words(gap.figure.value, indicator.unit, decimals=indicator.decimals),
        "period": period_in_words(gap.figure.period),
        "target": target_in_words(gap.target, indicator),
        "whose": _WHOSE[gap.whose],
        "verdict": VERDICTS[gap.verdict],
    }
    if gap.verdict == "met":
        return filled(_SAY["stands_met"], **facts)
    if not gap.is_behind:
        return filled(_SAY["stands_reached"], **facts)
    is_above = gap.target.direction == "down"
    key = _SAY["stands_above" if is_above else "stands_behind"]
    if gap.is_passed:
        key = _SAY["stands_missed"]
    return filled(key, distance=_distance(gap, indicator), **facts)
