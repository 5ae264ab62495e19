"""Why the regencies behind have more people to go than the province, by its parts."""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.programme.denominators import Denominator
from geo.programme.gap.region_gap import RegionGap
from geo.programme.targets import Target


@dataclass(frozen=True, slots=True)
class Netting:
    """Why the regencies behind have more people to go than the province, in people.

    `by_yardstick` is what own targets of regencies ask for beyond the province's, below 0 where they
    ask for less, 0 where all are held against the province's; `by_better` are those by whom other
    regencies are beyond the near end; `by_years` what the province moved since the year
    `regencies_year` of the regencies' figures, 0 where they are of one year; `by_rest` what is left,
    since the regencies' people are estimates. They add up.
    """

    by_yardstick: float
    by_better: float
    by_years: float
    by_rest: float
    regencies_year: int


def netting_of(
    province: RegionGap, regencies: Sequence[RegionGap], people: Denominator
) -> Netting | None:
    """The parts; None without a target of the province, and where figures are not of one year."""
    own, target = province.people_near, province.target
    behind = sum(gap.people_near or 0.0 for gap in regencies)
    years = {gap.year for gap in regencies}
    if not own or target is None or len(years) != 1:
        return None
    year = next(iter(years))
    values = [(gap.region, gap.value) for gap in regencies if gap.value is not None]
    short = [_short(value, target, people, region=code) for code, value in values]
    netted, alike = sum(short), sum(max(one, 0.0) for one in short)
    is_alike = all(gap.target == target for gap in regencies)
    by_yardstick = 0.0 if is_alike else behind - alike
    then = next((p.value for p in province.trend.good if p.year == year), None)
    code = province.region
    at_their_year = own if then is None else _short(then, target, people, region=code)
    return Netting(
        by_yardstick=by_yardstick,
        by_better=behind - by_yardstick - netted,
        by_years=at_their_year - own,
        by_rest=netted - at_their_year,
        regencies_year=year or 0,
    )


def _short(value: float, target: Target, people: Denominator, *, region: str) -> float:
    """People short of the near end of a target; below 0 where a region is beyond it."""
    sign = 1.0 if target.direction == "down" else -1.0
    return people.people_of(sign * (value - target.near), region=region)
