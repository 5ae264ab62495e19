"""Years beside each other, and never across a break: what changed, and what only seems to.

A score of another year is comparable only when it rests on the same criteria, measured in the same
series over the same part of the zone. A figure that was carried forward from an older year is no
new observation. Years that may be compared form a segment; between two segments stands the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.errors import InvalidTrend
from geo.indicators.amounts import POINTS, change_in_words
from geo.indicators.series import (
    NO_CHANGE,
    Bases,
    Basis,
    Break,
    Breaks,
    last_break,
    segments_of,
    years_in,
)
from geo.json_types import as_json
from geo.language import Language, Text, filled, joined, texts
from geo.mcda.matrix import Status
from geo.mcda.value_functions import IndicatorMeasure
from geo.readiness.assessment import Assessment
from geo.readiness.score import CriterionResult, ZoneResult

_SAY = texts(__name__)

# A change of the score below this is printed as 0.0.
_HARDLY = 0.05


@dataclass(frozen=True, slots=True)
class ZonePoint:
    """A zone in one year; without score, rank and class where the data do not reach the floor.

    `observed` are the criteria whose figures are all of that year; `carried` are those that rest on
    older ones, with their period ("" where none is known).
    """

    year: int
    status: Status
    score: float | None
    rank: int | None
    of: int
    rank_class: str | None
    data_coverage: float
    observed: tuple[str, ...]
    carried: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ZoneChange:
    """What changed from the first to the last year with new figures of a segment.

    `score` is last - first and the sum of `points` by criterion. `rank` is how many places the zone
    rose (fell, if negative); None where other zones are ranked in the one year than in the other.
    `unobserved` are criteria that rest on the same figures in both years.
    """

    first: int
    last: int
    score: float
    points: Mapping[str, float]
    rank: int | None
    class_first: str | None
    class_last: str | None
    unobserved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ZoneTrend:
    """A zone over the years.

    `segments` hold the ranked years, oldest first, `breaks` what separates each from the next;
    `unranked` are the years without a score. `change` is of the newest segment, None where it has
    fewer than two years with new figures.
    """

    area_id: str
    name: str
    segments: tuple[tuple[ZonePoint, ...], ...]
    breaks: tuple[Break, ...]
    unranked: tuple[ZonePoint, ...]
    change: ZoneChange | None
    sentence: Text


def zone_trends(
    assessments: Sequence[Assessment], *, breaks: Breaks | None = None
) -> tuple[ZoneTrend, ...]:
    """The trend of every zone of the newest assessment.

    Parameters
    ----------
    assessments : sequence of Assessment
        One a year, in any order; one model, layer, weight set, method and scenario.
    breaks : mapping, optional
        Years from which an indicator is counted differently, by indicator. Series that have ids of
        their own (the two human development series, poverty of March and of September) need none.

    Raises
    ------
    InvalidTrend
    """
    years = _years(assessments)
    trends = []
    for result in years[-1].assessment.results:
        seen = [year.seen(result.area_id) for year in years]
        trends.append(_zone_trend([s for s in seen if s is not None], years, breaks or {}))
    return tuple(trends)


def trend_document(found: ZoneTrend, language: Language) -> dict[str, Any]:
    """A trend as JSON types, texts in `language`."""
    document: dict[str, Any] = as_json(found, language)
    return document


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A zone in one year's assessment; `bases` are those of the criteria with data."""

    point: ZonePoint
    result: ZoneResult
    bases: Bases

    @property
    def weighed(self) -> Bases:
        """The bases of the score: of the criteria with a weight."""
        weights = {c.criterion: c.weight for c in self.result.criteria}
        return {c: basis for c, basis in self.bases.items() if weights[c] > 0}

    @property
    def year(self) -> int:
        return self.point.year


@dataclass(frozen=True, slots=True, eq=False)
class _Year:
    """One year's assessment, ready to be asked for zones."""

    assessment: Assessment
    positions: Mapping[str, int]
    ranked: frozenset[str]

    def seen(self, area_id: str) -> _Seen | None:
        if area_id not in self.positions:
            return None
        year, zone = self.assessment.year, self.positions[area_id]
        result = self.assessment.results[zone]
        known = [c for c in result.criteria if c.measure is not None]
        weighed = [c for c in known if c.weight > 0]
        point = ZonePoint(
            year=year,
            status=result.status,
            score=result.score,
            rank=result.rank,
            of=len(self.ranked),
            # Below the coverage floor a point has no class, however likely one of them is.
            rank_class=result.rank_class if result.status == "ranked" else None,
            data_coverage=result.data_coverage,
            observed=tuple(c.criterion for c in weighed if _is_of(c.period, year)),
            carried={c.criterion: c.period or "" for c in weighed if not _is_of(c.period, year)},
        )
        return _Seen(point, result, {c.criterion: self._basis(c, zone) for c in known})

    def _basis(self, found: CriterionResult, zone: int) -> Basis:
        model, matrix = self.assessment.model, self.assessment.matrix
        position = matrix.criteria.index(found.criterion)
        asked = model.criteria[position].measure
        indicator = asked.indicator if isinstance(asked, IndicatorMeasure) else None
        return Basis(
            title=found.title,
            series=(model.version, asked),
            indicator=indicator,
            credit=float(matrix.credits[zone, position]),
            years=years_in(found.period),
        )


def _years(assessments: Sequence[Assessment]) -> list[_Year]:
    if not assessments:
        raise InvalidTrend(reason=_SAY["none"])
    ordered = sorted(assessments, key=lambda a: a.year)
    years = [a.year for a in ordered]
    if len(set(years)) < len(years):
        raise InvalidTrend(reason=_SAY["year_twice"].format(years=", ".join(map(str, years))))
    questions = {
        (a.model.id, a.layer, a.method, a.risk, a.scenario, tuple(sorted(a.weights.items())))
        for a in ordered
    }
    if len(questions) > 1:
        raise InvalidTrend(reason=_SAY["other_question"])
    return [
        _Year(
            assessment=a,
            positions={area_id: i for i, area_id in enumerate(a.matrix.area_ids)},
            ranked=frozenset(r.area_id for r in a.results if r.rank is not None),
        )
        for a in ordered
    ]


def _is_of(period: str | None, year: int) -> bool:
    return years_in(period) == {year}


def _of(result: ZoneResult, criterion: str) -> CriterionResult | None:
    return next((c for c in result.criteria if c.criterion == criterion), None)


def _zone_trend(seen: Sequence[_Seen], years: Sequence[_Year], breaks: Breaks) -> ZoneTrend:
    ranked = [s for s in seen if s.point.score is not None]
    segments, broken = segments_of(
        [s.point for s in ranked], [s.weighed for s in ranked], breaks=breaks
    )
    newest = segments[-1] if segments else ()
    observed = [p.year for p in newest if p.observed]
    change = None
    if len(observed) > 1:
        first, last = (next(s for s in ranked if s.year == y) for y in (observed[0], observed[-1]))
        same = {y.assessment.year: y.ranked for y in years}
        change = _zone_change(first, last, is_same_field=same[first.year] == same[last.year])
    name = seen[-1].result.name
    return ZoneTrend(
        area_id=seen[-1].result.area_id,
        name=name,
        segments=segments,
        breaks=broken,
        unranked=tuple(s.point for s in seen if s.point.score is None),
        change=change,
        sentence=_zone_sentence(name, ranked, change, broken),
    )


def _zone_change(first: _Seen, last: _Seen, *, is_same_field: bool) -> ZoneChange:
    points, unobserved = {}, []
    for criterion in last.weighed:
        old, new = _of(first.result, criterion), _of(last.result, criterion)
        if old is None or new is None:
            continue
        points[criterion] = (new.contribution or 0.0) - (old.contribution or 0.0)
        if old.period == new.period:
            unobserved.append(criterion)
    rank = None
    if is_same_field and first.result.rank is not None and last.result.rank is not None:
        rank = first.result.rank - last.result.rank
    return ZoneChange(
        first=first.year,
        last=last.year,
        # A score is the sum of its points, so a change is the sum of theirs, to the last bit.
        score=sum(points.values()),
        points=points,
        rank=rank,
        class_first=first.result.rank_class,
        class_last=last.result.rank_class,
        unobserved=tuple(unobserved),
    )


def is_hardly(points: float) -> bool:
    """Whether a change of the score would be printed as none."""
    return abs(points) < _HARDLY


def _zone_sentence(
    name: str, ranked: Sequence[_Seen], change: ZoneChange | None, breaks: Sequence[Break]
) -> Text:
    if not ranked:
        return _SAY["never"].format(name=name)
    if change is None:
        parts = [NO_CHANGE.format(name=name)]
    else:
        shown = change_in_words(change.score, POINTS, decimals=1)
        years = {"first": change.first, "last": change.last}
        words = _SAY["same"] if is_hardly(change.score) else _SAY["change"]
        parts = [filled(words, name=name, change=shown, **years)]
        if change.unobserved:
            titles = [ranked[-1].bases[c].title for c in change.unobserved]
            parts.append(filled(_SAY["unobserved"], listed=joined(titles)))
    return joined([*parts, *last_break(breaks)], by=" ")
