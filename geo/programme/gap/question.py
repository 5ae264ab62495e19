"""What is asked of every region: which indicator, by which end year, targets, window and denominator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from geo.errors import IndicatorNotFound
from geo.indicators.series import FigurePoint, FigureTrend, figure_segments, indicator_trends
from geo.indicators.table import WEIGHED_BY, Indicator, note_of, years_of
from geo.language import Text
from geo.programme.denominators import READ, Denominator, denominator_of
from geo.programme.province import AREA, province_value
from geo.programme.targets import LEVELS, Level, Target, targets_of
from geo.vector.planning_region import PlanningRegion

# Whose target a regency is held against: its own, else the province's; its own alone; the province's.
Yardstick = Literal["either", "own", "province"]
YARDSTICKS: tuple[Yardstick, ...] = get_args(Yardstick)
# What a proposal says binds nobody: it is held against figures only where somebody asks for it.
_BINDING: tuple[Level, ...] = tuple(level for level in LEVELS if level != "usulan")


@dataclass(frozen=True, slots=True)
class GapQuestion:
    """What is asked of every region.

    `targets` are by region, in the order of years and `LEVELS`, of `level` alone where that is not
    None; `newest` is the newest year of any region's good figures; `notes` is what the table remarks
    on a figure, by region and year.
    """

    indicator: Indicator
    region: PlanningRegion
    year: int | None
    usual_year: int | None
    level: Level | None
    end_years: tuple[int, ...]
    window_years: int
    denominator: Denominator | None
    yardstick: Yardstick
    usual_yardstick: Yardstick
    targets: Mapping[str, Sequence[Target]]
    newest: int | None
    notes: Mapping[tuple[str, int], Text]


def asked_of(
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    targets: pd.DataFrame,
    *,
    indicator: str,
    year: int | None,
    level: Level | None,
    window_years: int,
    yardstick: Yardstick | None,
    region: PlanningRegion,
) -> tuple[GapQuestion, Mapping[str, FigureTrend]]:
    """What every region is asked, and the trend of each that has figures.

    The parameters are those of `geo.programme.gap.gaps.gaps`.

    Raises
    ------
    IndicatorNotFound
    """
    if indicator not in catalogue:
        raise IndicatorNotFound(indicator, available=sorted(catalogue))
    meant = catalogue[indicator]
    kept = _targets_by_region(targets, indicator, level)
    end_years = tuple(sorted({t.year for own in kept.values() for t in own}))
    usual_year = _end_year(kept, region, end_years)
    year = usual_year if year is None else year
    if level == "usulan" and kept and region.code not in kept:
        # What regencies propose is how they would divide the province's target, which holds for it.
        kept |= _targets_by_region(targets[targets["regency_code"] == region.code], indicator, None)
    usual = _usual_yardstick(kept, meant, region=region, year=year, level=level)
    # A table of a nation has a hundred times as many rows as one question reads.
    read = (indicator, *READ, *WEIGHED_BY.values(), AREA)
    table = table[table["indicator"].isin(read)]
    own = table[table["indicator"] == indicator]
    trends = {} if own.empty else _trends(own, meant)
    if region.code not in trends:
        trends |= _computed_trend(table, meant, region)
    years = [point.year for trend in trends.values() for point in trend.good]
    question = GapQuestion(
        indicator=meant,
        region=region,
        year=year,
        usual_year=usual_year,
        level=level,
        end_years=end_years,
        window_years=window_years,
        denominator=denominator_of(table, meant, region=region),
        yardstick=yardstick or usual,
        usual_yardstick=usual,
        targets=kept,
        newest=max(years, default=None),
        notes=_notes(own, meant),
    )
    return question, trends


def _usual_yardstick(
    kept: Mapping[str, Sequence[Target]],
    indicator: Indicator,
    *,
    region: PlanningRegion,
    year: int | None,
    level: Level | None,
) -> Yardstick:
    """One for all where the province has a target that holds for all; else each regency's own.

    By unequal targets the regency that promised least would look best.
    """
    of_province = any(target.year == year for target in kept.get(region.code, ()))
    is_for_all = of_province and indicator.aggregation != "sum" and level != "usulan"
    return "province" if is_for_all else "either"


def _notes(rows: pd.DataFrame, indicator: Indicator) -> dict[tuple[str, int], Text]:
    """What the table remarks on a figure, by region and year."""
    noted = rows[rows["note"].astype("str").str.strip() != ""]
    keys = zip(noted["regency_code"], noted["year"].astype(int), strict=True)
    return {
        key: note_of(str(note), indicator.notes)
        for key, note in zip(keys, noted["note"], strict=True)
    }


def _targets_by_region(
    targets: pd.DataFrame, indicator: str, level: Level | None
) -> dict[str, list[Target]]:
    found: dict[str, list[Target]] = {}
    for target in targets_of(targets, indicator=indicator, level=level):
        if level is not None or target.level in _BINDING:
            found.setdefault(target.region, []).append(target)
    return found


def _end_year(
    kept: Mapping[str, Sequence[Target]], region: PlanningRegion, years: Sequence[int]
) -> int | None:
    own = [target.year for target in kept.get(region.code, ())]
    return max(own or years, default=None)


def _trends(rows: pd.DataFrame, meant: Indicator) -> dict[str, FigureTrend]:
    return indicator_trends(rows, meant.id, breaks=meant.breaks, title=meant.title)


def _computed_trend(
    table: pd.DataFrame, indicator: Indicator, region: PlanningRegion
) -> dict[str, FigureTrend]:
    """The province out of its regencies, where no figure of it is published in any year."""
    points = []
    for year in years_of(table, indicator.id) if indicator.id in set(table["indicator"]) else ():
        figure = province_value(table, indicator, year=year, region=region)
        if figure is not None:
            points.append(FigurePoint(year, figure.value, str(year), (figure.text.id,), True))
    segments, broken = figure_segments(
        points,
        [""] * len(points),
        breaks=indicator.breaks,
        region=region.code,
        title=indicator.title,
    )
    return {region.code: FigureTrend(segments, broken, None)} if points else {}
