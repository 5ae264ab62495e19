"""The gap to a target: in points and in people, who carries it, and whether the past pace closes it.

A regency without a target of its own for the end year is held against that of the province, which
is always said. A gap in people is counted on one frozen denominator; the province's own nets the
regencies that are better off, so it is smaller than the sum of those that are behind. What is itself
the change of a year, such as growth, has a gap and no verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from geo.indicators.table import Indicator
from geo.language import Text, filled, texts
from geo.programme.denominators import Denominator
from geo.programme.gap.netting import Netting, netting_of
from geo.programme.gap.pace import LEAST_POINTS, WINDOW_YEARS
from geo.programme.gap.question import Yardstick, asked_of
from geo.programme.gap.region_gap import RegionGap, gap_of
from geo.programme.province import unit_codes
from geo.programme.targets import Level
from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)


@dataclass(frozen=True)
class Gaps:
    """The province and its regencies against the targets of one end year.

    `regencies` stand with the most people to go first, then by points; those without a gap that is
    known last. `end_years` are all years that there are targets of, `usual_year` and `usual_yardstick`
    what holds where nobody names one; `rule` states the window.
    """

    indicator: Indicator
    year: int | None
    usual_year: int | None
    end_years: tuple[int, ...]
    province: RegionGap
    regencies: tuple[RegionGap, ...]
    denominator: Denominator | None
    window: int
    yardstick: Yardstick
    usual_yardstick: Yardstick
    rule: Text

    @cached_property
    def netting(self) -> Netting | None:
        """The parts of `people_behind` less the province's own people.

        None without a target of the province, and where the regencies' figures are not of one year.
        """
        if self.denominator is None:
            return None
        return netting_of(self.province, self.regencies, self.denominator)

    @cached_property
    def people_behind(self) -> float | None:
        """People to go, of all regencies that are behind.

        None without a denominator, and where the gap of a regency is not known: a sum would pass that
        over as 0. See `people_known`.
        """
        if any(gap.points_near is None for gap in self.regencies):
            return None
        return self.people_known

    @cached_property
    def people_known(self) -> float | None:
        """People to go, of the regencies whose gap is known; None of none."""
        known = [gap.people_near for gap in self.regencies if gap.people_near is not None]
        return sum(known) if known else None

    @cached_property
    def is_one_yardstick(self) -> bool:
        """Whether all regencies that are held against a target are held against the same."""
        return len({gap.target for gap in self.regencies if gap.target is not None}) < 2

    @cached_property
    def behind(self) -> tuple[RegionGap, ...]:
        """The regencies that have not reached the near end, in order."""
        return tuple(gap for gap in self.regencies if gap.is_behind)


def gaps(
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    targets: pd.DataFrame,
    *,
    indicator: str,
    year: int | None = None,
    level: Level | None = None,
    window_years: int = WINDOW_YEARS,
    yardstick: Yardstick | None = None,
    region: PlanningRegion,
) -> Gaps:
    """The gap of the province and of each regency, for one indicator.

    Parameters
    ----------
    table, targets : DataFrame
        As `parse_indicators` and `parse_targets` return them.
    year : int, optional
        The end year; by default the last year that the province has a target of, or else any region.
    level : Level, optional
        Only targets of this level of plan; by default the first of `LEVELS` that a region has for
        the end year, and no proposal. Where proposals of regencies are asked for, the province is held
        against the target that it has.
    yardstick : Yardstick, optional
        Whose target a regency is held against; see `geo.programme.gap.yardstick.target_for`. By default
        the province's, for all; `either` where it has none of the year or only a total, and of proposals.

    Raises
    ------
    IndicatorNotFound
        If the catalogue does not know it. One without figures or targets has empty gaps.
    """
    question, trends = asked_of(
        table,
        catalogue,
        targets,
        indicator=indicator,
        year=year,
        level=level,
        window_years=window_years,
        yardstick=yardstick,
        region=region,
    )
    found = [gap_of(question, code, trends) for code in unit_codes(region)]
    return Gaps(
        indicator=question.indicator,
        year=question.year,
        usual_year=question.usual_year,
        end_years=question.end_years,
        province=found[0],
        regencies=_with_shares(found[1:]),
        denominator=question.denominator,
        window=window_years,
        yardstick=question.yardstick,
        usual_yardstick=question.usual_yardstick,
        rule=filled(_SAY["rule"], years=window_years, least=LEAST_POINTS),
    )


def region_gaps(
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    targets: pd.DataFrame,
    *,
    indicator: str,
    codes: Sequence[str],
    year: int | None = None,
    level: Level | None = None,
    region: PlanningRegion,
) -> tuple[RegionGap, ...]:
    """The gaps of some regions alone, as `gaps` gives them but for their shares.

    Raises
    ------
    IndicatorNotFound
    """
    question, trends = asked_of(
        table,
        catalogue,
        targets,
        indicator=indicator,
        year=year,
        level=level,
        window_years=WINDOW_YEARS,
        yardstick="either",
        region=region,
    )
    return tuple(gap_of(question, code, trends) for code in codes)


def _with_shares(regencies: Sequence[RegionGap]) -> tuple[RegionGap, ...]:
    """With the share of each in all people to go, the most first.

    No shares where one of them has no gap that is known: what it has to go is missing from the whole.
    """
    is_whole = all(gap.points_near is not None for gap in regencies)
    total = sum(gap.people_near or 0.0 for gap in regencies)
    shared = [
        gap
        if gap.people_near is None or total == 0 or not is_whole
        else replace(gap, share=gap.people_near / total)
        for gap in regencies
    ]
    order = sorted(shared, key=lambda g: (g.people_near or 0.0, g.points_near or 0.0), reverse=True)
    return tuple(sorted(order, key=lambda gap: gap.points_near is None))
