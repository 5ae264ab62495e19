"""Pure. Why a zone stands where it stands, in one plain paragraph of each language."""

import math
from collections.abc import Callable, Mapping, Sequence

from geo.language import Text
from geo.readiness import CriterionResult, ZoneResult

_NAMED = 3
# One criterion never stands on both sides: what is better than the middle lifts.
_MIDDLE = 0.5


def lifts(result: ZoneResult) -> tuple[CriterionResult, ...]:
    """The criteria of value 0.5 or more that give the most points, most first, three at most."""
    good = [c for c in result.criteria if c.value is not None and c.value >= _MIDDLE]
    return _top(good, key=lambda c: c.contribution or 0.0)


def holds_back(result: ZoneResult) -> tuple[CriterionResult, ...]:
    """The criteria of value below 0.5 that lose the most points, most first, three at most."""
    poor = [c for c in result.criteria if c.value is not None and c.value < _MIDDLE]
    return _top(poor, key=lost_points)


def lost_points(criterion: CriterionResult) -> float:
    """Points that a criterion's value falls short of 1 costs, before missing weights are spread."""
    return 0.0 if criterion.value is None else 100 * criterion.weight * (1 - criterion.value)


def missing(result: ZoneResult) -> tuple[CriterionResult, ...]:
    """The criteria without data, heaviest first."""
    return tuple(sorted((c for c in result.criteria if c.value is None), key=lambda c: -c.weight))


def whole_percent(share: float) -> int:
    """A share as whole percent, rounded down: what misses a limit never reads as the limit.

    Examples
    --------
    >>> whole_percent(0.496), whole_percent(0.7), whole_percent(0.29)
    (49, 70, 29)
    """
    # 0.29 * 100 is 28.999999999999996.
    return math.floor(100 * share + 1e-9)


def sentence(result: ZoneResult, *, of: int, dimensions: Mapping[str, Text] | None = None) -> Text:
    """The explanation of one zone.

    Parameters
    ----------
    of : int
        How many zones are ranked.
    dimensions : mapping, optional
        Titles of the model's dimensions by id; without one its id stands for it.
    """
    parts = [_verdict(result, of)]
    if result.status == "ranked":
        parts += _below_floors(result, dimensions or {})
        parts += _named(_LIFTS, lifts(result)) + _named(_HOLDS, holds_back(result))
    parts += _named(_MISSING, missing(result))
    return Text(id=" ".join(p.id for p in parts), en=" ".join(p.en for p in parts))


def _verdict(result: ZoneResult, of: int) -> Text:
    if result.status == "excluded":
        failed = [c for c in result.constraints if c.failed]
        return _EXCLUDED.format(
            name=result.name,
            listed_id=", ".join(c.title.id for c in failed),
            listed_en=", ".join(c.title.en for c in failed),
        )
    coverage = whole_percent(result.data_coverage)
    if result.score is None:
        return _INSUFFICIENT.format(name=result.name, coverage=coverage)
    score = f"{result.score:.1f}"
    return Text(
        id=_RANKED.id.format(
            name=result.name,
            score=score.replace(".", ","),
            rank=result.rank,
            of=of,
            coverage=coverage,
        ),
        en=_RANKED.en.format(
            name=result.name, score=score, rank=result.rank, of=of, coverage=coverage
        ),
    )


def _below_floors(result: ZoneResult, dimensions: Mapping[str, Text]) -> list[Text]:
    if not result.floors_failed:
        return []
    titles = [dimensions.get(d, Text(id=d, en=d)) for d in result.floors_failed]
    return [
        _FLOORS.format(
            listed_id=", ".join(t.id for t in titles), listed_en=", ".join(t.en for t in titles)
        )
    ]


def _top(
    criteria: Sequence[CriterionResult], *, key: Callable[[CriterionResult], float]
) -> tuple[CriterionResult, ...]:
    found = sorted((c for c in criteria if key(c) > 0), key=key, reverse=True)
    return tuple(found[:_NAMED])


def _named(words: Text, criteria: Sequence[CriterionResult]) -> list[Text]:
    if not criteria:
        return []
    return [
        words.format(
            listed_id=", ".join(c.title.id for c in criteria),
            listed_en=", ".join(c.title.en for c in criteria),
        )
    ]


_RANKED = Text(
    id="{name} mendapat skor {score} dari 100, peringkat {rank} dari {of}; {coverage} % bobot bertumpu pada data.",
    en="{name} scores {score} of 100, rank {rank} of {of}; {coverage} % of the weight rests on data.",
)
_INSUFFICIENT = Text(
    id="{name} tidak diperingkat: hanya {coverage} % bobot bertumpu pada data.",
    en="{name} is not ranked: only {coverage} % of the weight rests on data.",
)
_EXCLUDED = Text(
    id="{name} dikecualikan oleh: {listed_id}.", en="{name} is excluded by: {listed_en}."
)
_FLOORS = Text(
    id="Kelasnya tetap yang terendah, berapa pun skornya: {listed_id} di bawah batas minimum.",
    en="Its class stays the lowest whatever the score: {listed_en} is below its floor.",
)
_LIFTS = Text(id="Yang paling mengangkat: {listed_id}.", en="What lifts it most: {listed_en}.")
_HOLDS = Text(id="Yang paling menahan: {listed_id}.", en="What holds it back most: {listed_en}.")
_MISSING = Text(id="Belum ada data: {listed_id}.", en="No data yet: {listed_en}.")
