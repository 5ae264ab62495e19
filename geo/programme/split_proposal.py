"""A split of published figures: which target, whose figures, counted on which people.

The figures are those of the newest year in which every regency has a good one, for with one missing
the people of the province could not add up. The denominators are those of the gap. Rates times
estimated people give another total than the published rate of the province, so they are scaled to
it: a target is as many people here as on the page of the gap.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from geo.errors import IndicatorNotFound, InfeasibleSplit
from geo.indicators.table import Indicator
from geo.language import Text, filled, joined, listed, texts
from geo.programme.cascade import Member, Split, SplitMethod, method_title, split
from geo.programme.denominators import Denominator, denominator_of
from geo.programme.province import ProvinceFigure, province_value
from geo.programme.targets import LEVELS, Target, TargetDirection, level_word, targets_of
from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A split with what it rests on.

    `of_target` is the province's target that is split, None where the rate was stated instead;
    `province` is the province's own figure of the split's year, `period` and `source` those of the
    regencies' figures. `scaling` is what the people of every regency were multiplied by, so that
    together they are those of the province's published figure; 1 where none is published. `newer` is
    the province's figure of a later year, which some regency has none of.
    """

    indicator: Indicator
    split: Split
    denominator: Denominator
    of_target: Target | None
    province: ProvinceFigure | None
    period: str
    source: str
    scaling: float = 1.0
    newer: ProvinceFigure | None = None

    @property
    def unscaled(self) -> float:
        """The rate of the regencies together before they were scaled, in percent."""
        return self.split.value / self.scaling


def divisible(
    table: pd.DataFrame, catalogue: Mapping[str, Indicator], *, region: PlanningRegion
) -> list[Indicator]:
    """The indicators whose rates are counted on people who are known by regency, in their order."""
    present = set(table["indicator"])
    return [
        indicator
        for name, indicator in catalogue.items()
        if name in present and denominator_of(table, indicator, region=region) is not None
    ]


def propose(
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    targets: pd.DataFrame,
    *,
    indicator: str,
    region: PlanningRegion,
    rate: float | None = None,
    end_year: int | None = None,
    method: SplitMethod = "equal_effort",
    fixed: Mapping[str, float] | None = None,
    most_a_year: float | None = None,
) -> Proposal:
    """A split of the province's target, from published figures.

    Parameters
    ----------
    table, targets : DataFrame
        As `parse_indicators` and `parse_targets` return them.
    rate : float, optional
        The province's rate in percent that is split; by default the near end of its target.
    end_year : int, optional
        By default the last year that the province has a target of.
    fixed : mapping, optional
        Targets in percent that a planner set, by Kemendagri code.
    most_a_year : float, optional
        The most points a year that any regency may move.

    Raises
    ------
    IndicatorNotFound, InfeasibleSplit
    """
    if indicator not in catalogue:
        raise IndicatorNotFound(indicator, available=sorted(catalogue))
    meant = catalogue[indicator]
    denominator = denominator_of(table, meant, region=region)
    if denominator is None:
        raise InfeasibleSplit(reason=filled(_SAY["no_people"], title=meant.title))
    target = province_target(targets, indicator, region=region, end_year=end_year)
    last = end_year or (target.year if target else None)
    year = newest_complete(table, meant, region=region)
    known = _known_years(targets, indicator, region=region, after=year)
    if last is not None and last <= year:
        reason = filled(_SAY["over"], title=meant.title, asked=last, year=year)
        raise InfeasibleSplit(reason=joined([reason, *known], by=" "))
    if rate is None and target is not None:
        rate = target.near
    if last is None or rate is None:
        is_of_year = last is not None and known
        said = _SAY["no_target_of_year" if is_of_year else "no_target"]
        reason = filled(said, title=meant.title, year=last)
        raise InfeasibleSplit(reason=joined([reason, *known], by=" "))
    rows = _good(table, indicator, year)
    members = _members(table, meant, year=year, region=region, denominator=denominator)
    province = province_value(table, meant, year=year, region=region)
    scaling = _scaling(members, province, people=denominator.people[region.code])
    members = [replace(m, base=scaling * m.base) for m in members]
    most = {} if most_a_year is None else {m.region: most_a_year * (last - year) for m in members}
    found = split(
        members,
        rate,
        direction=target.direction if target else direction_of(meant),
        year=year,
        end_year=last,
        method=method,
        base=denominator.people[region.code],
        fixed=fixed,
        bounds=most,
    )
    return Proposal(
        indicator=meant,
        split=found,
        denominator=denominator,
        of_target=target if target and rate == target.near else None,
        province=province,
        period=str(rows["period"].iloc[0]),
        source="; ".join(dict.fromkeys(rows["source"])),
        scaling=scaling,
        newer=_newer(table, meant, year=year, region=region),
    )


def _scaling(members: Sequence[Member], province: ProvinceFigure | None, *, people: float) -> float:
    """What brings the people of the regencies to those of the published figure of the province."""
    if province is None or province.basis != "published":
        return 1.0
    together = math.fsum(m.value * m.base for m in members)
    return province.value * people / together if together > 0 else 1.0


def _newer(
    table: pd.DataFrame, indicator: Indicator, *, year: int, region: PlanningRegion
) -> ProvinceFigure | None:
    is_own = (table["indicator"] == indicator.id) & (table["regency_code"] == region.code)
    newest = table.loc[is_own & (table["confidence"] == "ok"), "year"].max()
    if not newest > year:
        return None
    return province_value(table, indicator, year=int(newest), region=region)


def province_target(
    targets: pd.DataFrame, indicator: str, *, region: PlanningRegion, end_year: int | None = None
) -> Target | None:
    """The binding target of the province for a year, by default the last; the first of `LEVELS`."""
    own = targets_of(targets, indicator=indicator, region=region.code)
    binding = [t for t in own if t.level != "usulan" and end_year in (None, t.year)]
    return max(binding, key=lambda t: (t.year, -LEVELS.index(t.level)), default=None)


def _known_years(
    targets: pd.DataFrame, indicator: str, *, region: PlanningRegion, after: int
) -> list[Text]:
    """A sentence with the years to come that the province has binding targets of; none without one."""
    own = targets_of(targets, indicator=indicator, region=region.code)
    years = [
        filled(_SAY["year"], year=one.year, level=level_word(one.level))
        for one in own
        if one.level != "usulan" and one.year > after
    ]
    return [filled(_SAY["known_years"], years=listed(years))] if years else []


def direction_of(indicator: Indicator) -> TargetDirection:
    """Which way an indicator is to move in ordinary speech, where no target says it."""
    return "up" if indicator.direction == "max" else "down"


def newest_complete(table: pd.DataFrame, indicator: Indicator, *, region: PlanningRegion) -> int:
    """The newest year in which every regency has a good figure.

    Raises
    ------
    InfeasibleSplit
        When there is none; it names the regencies that the newest year lacks.
    """
    rows = table[(table["indicator"] == indicator.id) & (table["confidence"] == "ok")]
    own = rows[rows["regency_code"].isin(list(region.by_code))]
    counts = own.groupby("year")["regency_code"].nunique()
    complete = counts.index[counts == len(region.regencies)]
    if len(complete):
        return int(complete.max())
    newest = set(own.loc[own["year"] == own["year"].max(), "regency_code"])
    names = joined([region.title_of(code) for code in region.by_code if code not in newest])
    raise InfeasibleSplit(reason=filled(_SAY["incomplete"], title=indicator.title, regions=names))


def proposal_rows(found: Proposal) -> list[dict[str, object]]:
    """The split as rows of targets of level `usulan`, one a regency, by the columns of a file of targets.

    A proposal is a bound on the near side alone: at most where the rate is to fall, at least where it
    is to rise. Its words are Indonesian, as the office's own are.
    """
    one = found.split
    end = "most" if one.direction == "down" else "least"
    facts = {"year": one.end_year, "method": method_title(one.method).id}
    counted = {"on": found.denominator.title.id, "period": found.denominator.period}
    return [
        {
            "indicator": found.indicator.id,
            "regency_code": row.region,
            "year": one.end_year,
            end: row.target,
            "level": "usulan",
            "direction": one.direction,
            "document": _SAY["document"].id.format(**facts),
            "source": _SAY["computed"].id.format(period=found.period, source=found.source),
            "note": _SAY["fixed_note" if row.is_fixed else "note"].id.format(**counted),
        }
        for row in one.rows
    ]


def _good(table: pd.DataFrame, indicator: str, year: int) -> pd.DataFrame:
    is_asked = (table["indicator"] == indicator) & (table["year"] == year)
    return table[is_asked & (table["confidence"] == "ok")].set_index("regency_code")


def _members(
    table: pd.DataFrame,
    indicator: Indicator,
    *,
    year: int,
    region: PlanningRegion,
    denominator: Denominator,
) -> list[Member]:
    """Every regency with its figure, its people, and its change from the year before."""
    now, before = (_good(table, indicator.id, one) for one in (year, year - 1))
    # Figures in another unit are of another series.
    same = before["unit"].reindex(now.index) == now["unit"]
    changes = (now["value"] - before["value"].reindex(now.index)).where(same)
    return [
        Member(code, value, denominator.people[code], None if math.isnan(change) else change)
        for code, value, change in zip(now.index, now["value"], changes, strict=True)
        if code in region.by_code
    ]
