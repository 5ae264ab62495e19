"""What to collect next: the data that each area lacks, what they would settle, and what they are worth.

Three questions, never mixed: which fewest data let an area be ranked; how likely a datum settles its
class; and what it is worth for the stated decision to take the best k areas. The mathematics are in
`geo/uncertainty`; here the published assessment is asked, and the answer kept for equal inputs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from geo.errors import InvalidChoice
from geo.language import texts
from geo.mcda.matrix import Array, Status
from geo.planning.confidence import draws_of
from geo.published import LAND_PREFIX, layer
from geo.readiness.assessment import Assessment
from geo.readiness.certainty import SURE_SHARE
from geo.readiness.land_measures import wants_place
from geo.store.store import Store
from geo.store.versions import Published
from geo.uncertainty.collecting import (
    DrawnAreas,
    OnceKnown,
    drawn_areas,
    fewest_data,
    once_known,
)
from geo.uncertainty.data_to_bring import OUTLINE, Datum, datum_of, outline_datum, raster_datum
from geo.uncertainty.value_of_information import (
    Flags,
    best_mean,
    value_by_area,
    value_of_information,
)
from geo.vector.schema import is_approximate

_SAY = texts(__name__)

DEFAULT_K = 3
# Their draws take 60 MB with fifteen criteria; a province's desa would take a gigabyte in all.
MOST_AREAS = 500
# The gap of a criterion whose credit is 1 but for rounding is none.
_OPEN = 1e-9
# All data of an area together, among those that are named.
_ALL = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """One datum that an area lacks in whole or in part, and what it would bring.

    `criteria` are those that it fills, `constraints` those that it lets check. `coverage` (0..1) is the
    share of the weight that it makes known. `is_needed`: it is one of the fewest that let the area be
    ranked. `settles` (0..1) is the chance that the area's class is settled once this is known, None
    where it is settled already; `points` what knowing it before the choice adds to the mean score of the
    k areas taken. Both are None for what only checks a constraint, which no draw foresees.
    """

    datum: str
    criteria: tuple[str, ...]
    constraints: tuple[str, ...]
    coverage: float
    is_needed: bool
    settles: float | None
    points: float | None


@dataclass(frozen=True, slots=True)
class AreaGaps:
    """What one area lacks, the datum worth most first.

    `fewest` are the fewest data that let it be ranked: none where it is, None where all of them do not
    suffice. `is_settled`: its class is settled now. `settles` and `points` are those of all its gaps
    together. An excluded area is no candidate and has no gaps: no datum brings it back.
    """

    area_id: str
    name: str
    regency_code: str | None
    status: Status
    data_coverage: float
    is_settled: bool | None
    fewest: tuple[str, ...] | None
    gaps: tuple[Gap, ...]
    settles: float | None
    points: float | None


@dataclass(frozen=True, slots=True)
class DatumWorth:
    """What a datum is worth when all areas that lack it get it at once; `n_areas` lack it."""

    datum: Datum
    points: float | None
    n_areas: int


@dataclass(frozen=True, slots=True)
class Collecting:
    """What to collect next before the best `k` of `n_candidates` areas are taken.

    Points are those of the mean score of the k areas. `expected` is that mean where one chooses now,
    `taken` the areas; None and none of them where no area has the data to be ranked, as the best would
    then be those of the draws alone. `perfect` is what knowing everything would add, `all_data` what all data named here
    would: the rest is in weights that are still to be agreed on and in errors of measurement.
    """

    k: int
    n_candidates: int
    n_draws: int
    settled_from: float
    taken: tuple[str, ...]
    expected: float | None
    perfect: float
    all_data: float
    data: tuple[DatumWorth, ...]
    areas: tuple[AreaGaps, ...]


def collecting(
    store: Store | Published, assessment: Assessment, *, k: int | None = None
) -> Collecting:
    """What to collect next for an assessment.

    Parameters
    ----------
    k : int, optional
        How many areas are to be taken, of those that are not excluded; 3, or all where there are fewer.

    Raises
    ------
    InvalidChoice
        For more areas than there are, for a layer of more than 500, and for a method whose scores depend on who is compared.
    """
    n = int((~assessment.matrix.excluded).sum())
    if n > MOST_AREAS:
        raise InvalidChoice(reason=_SAY["too_wide"].format(n=n, most=MOST_AREAS))
    if assessment.method == "promethee":
        raise InvalidChoice(reason=_SAY["compares"])
    if k is not None and not 1 <= k <= n:
        raise InvalidChoice(reason=_SAY["too_many"].format(k=k, n=n))
    asked = _Asked(assessment.key, k or min(DEFAULT_K, n), store.current(), assessment)
    return _collecting(asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that is equal to every other of the same inputs."""

    key: str
    k: int
    now: Published = field(compare=False)
    assessment: Assessment = field(compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Lacking:
    """What the areas lack: the data by id, and the cells (n_areas, n_criteria) that each makes known.

    `unchecked` has by datum the rows, with their constraints, that it would let check.
    """

    data: Mapping[str, Datum]
    cells: Mapping[str, Flags]
    unchecked: Mapping[str, Mapping[int, tuple[str, ...]]]


def fewest_to_rank(
    store: Store | Published, assessment: Assessment, area_id: str
) -> tuple[Datum, ...] | None:
    """The fewest data that let one area be ranked; none where it is, None where all do not suffice.

    Raises
    ------
    ZoneNotFound
    """
    row = assessment.position(area_id)
    lacking = _lacking(store.current(), assessment)
    found = fewest_data(
        {datum: gains[[row]] for datum, gains in _gains(lacking, assessment).items()},
        coverage=assessment.scores.coverage[[row]],
        floor=assessment.model.coverage_floor,
    )[0]
    return None if found is None else tuple(lacking.data[datum] for datum in found)


def _gains(lacking: _Lacking, assessment: Assessment) -> dict[str, Array]:
    """The share of the weight (n_areas,) that each datum makes known."""
    matrix = assessment.matrix
    weights = np.array([assessment.weights[c] for c in matrix.criteria])
    return {d: (cells * (1.0 - matrix.credits)) @ weights for d, cells in lacking.cells.items()}


@lru_cache(maxsize=32)
def _collecting(asked: _Asked) -> Collecting:
    assessment, k = asked.assessment, asked.k
    lacking = _lacking(asked.now, assessment)
    drawn = drawn_areas(*draws_of(asked.now, assessment))
    rows = drawn.zones.rows
    known = {
        datum: once_known(drawn, cells[rows], settled=SURE_SHARE)
        for datum, cells in lacking.cells.items()
    }
    every_cell = np.logical_or.reduce(
        [np.zeros(assessment.matrix.values.shape, dtype=bool), *lacking.cells.values()]
    )
    everything = once_known(drawn, every_cell[rows], settled=SURE_SHARE)
    means = drawn.scores.mean(axis=0)
    perfect = value_of_information(drawn.scores, k=k)
    worths = _worths(lacking, known, k=k, most=perfect)
    best = np.argsort(-means, kind="stable")[:k]
    can_choose = bool(assessment.scores.ranked.any())
    return Collecting(
        k=k,
        n_candidates=len(rows),
        n_draws=len(drawn.weights),
        settled_from=SURE_SHARE,
        taken=tuple(drawn.zones.area_ids[i] for i in best) if can_choose else (),
        expected=float(best_mean(means, k=k)) if can_choose else None,
        perfect=perfect,
        # Part of the information is never worth more than all of it; a sample may say so by a hair.
        all_data=min(
            max(
                value_of_information(everything.expected, k=k),
                *(one.points or 0.0 for one in worths),
                0.0,
            ),
            perfect,
        ),
        data=worths,
        areas=_areas(asked, lacking, drawn, known | {_ALL: everything}, most=perfect),
    )


def _lacking(now: Published, assessment: Assessment) -> _Lacking:
    """The data that areas lack.

    A cell stands under one datum: its zone's outline where a value is known but the place is not, the
    source of the criterion otherwise. An excluded area lacks nothing that would bring it back.
    """
    matrix, model = assessment.matrix, assessment.model
    used = np.array([assessment.weights[c] > 0 for c in matrix.criteria])
    is_open = (matrix.credits < 1.0 - _OPEN) & used & ~matrix.excluded[:, np.newaxis]
    by_place = is_open & _hang_on_place(now, assessment)
    data: dict[str, Datum] = {}
    cells: dict[str, Flags] = {}
    for j, criterion in enumerate(model.criteria):
        here = is_open[:, j] & ~by_place[:, j]
        if here.any():
            datum = datum_of(criterion)
            data[datum.id] = datum
            cells.setdefault(datum.id, np.zeros(is_open.shape, dtype=bool))[:, j] = here
    if by_place.any():
        data[OUTLINE], cells[OUTLINE] = outline_datum(), by_place
    unchecked: dict[str, dict[int, tuple[str, ...]]] = {}
    known = {origin.dataset for origin in assessment.lineage}
    approximate = _approximate(now, assessment)
    for constraint in model.constraints:
        is_there = LAND_PREFIX + constraint.raster in known
        for row, result in enumerate(assessment.measures.constraints[constraint.id]):
            if result.outcome == "unknown" and not matrix.excluded[row]:
                by_raster = not (is_there and approximate[row])
                datum = raster_datum(constraint.raster) if by_raster else outline_datum()
                data.setdefault(datum.id, datum)
                rows = unchecked.setdefault(datum.id, {})
                rows[row] = (*rows.get(row, ()), constraint.id)
    return _Lacking(data=data, cells=cells, unchecked=unchecked)


def _hang_on_place(now: Published, assessment: Assessment) -> Flags:
    """Where a value (n_areas, n_criteria) is known or would be, but for the place that the area takes."""
    matrix = assessment.matrix
    found: Flags = _approximate(now, assessment)[:, np.newaxis] & ~np.isnan(matrix.values)
    for j, criterion in enumerate(matrix.criteria):
        found[:, j] |= [wants_place(one) for one in assessment.measures.criteria[criterion]]
    for row, values in matrix.by_place.items():
        found[row] |= ~np.isnan(values).all(axis=0)
    return found


def _approximate(now: Published, assessment: Assessment) -> Flags:
    """Whether each area's outline (n_areas,) is not its own."""
    zones = layer(now, assessment.layer)
    kinds = zones["geometry_kind"] if "geometry_kind" in zones else [None] * len(zones)
    return np.array([is_approximate(kind) for kind in kinds], dtype=bool)


def _worths(
    lacking: _Lacking, known: Mapping[str, OnceKnown], *, k: int, most: float
) -> tuple[DatumWorth, ...]:
    """What each datum is worth for all areas at once, the most valuable first."""
    worths = []
    for name, datum in lacking.data.items():
        rows = {*lacking.unchecked.get(name, ())}
        points = None
        if name in known:
            rows |= {*np.flatnonzero(lacking.cells[name].any(axis=1)).tolist()}
            points = min(value_of_information(known[name].expected, k=k), most)
        worths.append(DatumWorth(datum=datum, points=points, n_areas=len(rows)))
    return tuple(sorted(worths, key=lambda one: -(one.points or 0.0)))


def _areas(
    asked: _Asked,
    lacking: _Lacking,
    drawn: DrawnAreas,
    known: Mapping[str, OnceKnown],
    *,
    most: float,
) -> tuple[AreaGaps, ...]:
    """What each area lacks, in the order of the layer."""
    assessment = asked.assessment
    matrix, coverage = assessment.matrix, assessment.scores.coverage
    gains = _gains(lacking, assessment)
    found = _Figures(
        lacking=lacking,
        gains=gains,
        fewest=fewest_data(gains, coverage=coverage, floor=assessment.model.coverage_floor),
        is_settled=assessment.certainty.class_shares[drawn.zones.rows].max(axis=1)
        >= SURE_SHARE - _OPEN,
        settles=_at_least_each({d: once.settles for d, once in known.items()}),
        points=_at_least_each(
            {
                d: np.minimum(value_by_area(once.expected, k=asked.k), most)
                for d, once in known.items()
            }
        ),
    )
    place = {int(row): at for at, row in enumerate(drawn.zones.rows)}
    regencies, statuses = _regencies(asked), assessment.scores.statuses(matrix.excluded)
    return tuple(
        AreaGaps(
            area_id=area_id,
            name=name,
            regency_code=regencies[row],
            status=statuses[row],
            data_coverage=float(coverage[row]),
            **_of_area(found, matrix.criteria, row=row, at=place.get(row)),
        )
        for row, (area_id, name) in enumerate(assessment.measures.names.items())
    )


def _at_least_each(figures: Mapping[str, Array]) -> Mapping[str, Array]:
    """Figures (n_areas,) by datum, that of all data together being at least the best of each alone.

    Whoever has all data has that one too. A sample may say less by a hair; and a class that 92 % of
    draws give once one datum is known is settled by it whatever it says, while another datum brings
    some outcomes so near a border that the errors left decide. Neither makes knowing more worse.
    """
    most = np.fmax.reduce(list(figures.values()))
    return {**figures, _ALL: most}


@dataclass(frozen=True, slots=True, eq=False)
class _Figures:
    """The figures of all areas: `gains` and `fewest` by row, the others by place among the candidates."""

    lacking: _Lacking
    gains: Mapping[str, Array]
    fewest: Sequence[tuple[str, ...] | None]
    is_settled: Flags
    settles: Mapping[str, Array]
    points: Mapping[str, Array]


def _of_area(
    found: _Figures, criteria: Sequence[str], *, row: int, at: int | None
) -> dict[str, Any]:
    """What is known of one area's gaps; `at` is its place among the candidates, None where excluded."""
    if at is None:
        return {"is_settled": None, "fewest": (), "gaps": (), "settles": None, "points": None}
    gaps = [_gap(found, datum, criteria, row=row, at=at) for datum in found.lacking.data]
    gaps = [gap for gap in gaps if gap.criteria or gap.constraints]
    return {
        "is_settled": bool(found.is_settled[at]),
        "fewest": found.fewest[row],
        "gaps": tuple(sorted(gaps, key=_worth)),
        "settles": _chance(found, _ALL, at),
        "points": float(found.points[_ALL][at]),
    }


def _worth(gap: Gap) -> tuple[float, float]:
    """The order of gaps: by points as they are printed, then by what they make known."""
    return -round(gap.points or 0.0, 1), -gap.coverage


def _gap(found: _Figures, datum: str, criteria: Sequence[str], *, row: int, at: int) -> Gap:
    cells = found.lacking.cells.get(datum)
    filled = () if cells is None else tuple(np.array(criteria)[cells[row]].tolist())
    return Gap(
        datum=datum,
        criteria=filled,
        constraints=found.lacking.unchecked.get(datum, {}).get(row, ()),
        coverage=float(found.gains[datum][row]) if filled else 0.0,
        is_needed=datum in (found.fewest[row] or ()),
        settles=_chance(found, datum, at) if filled else None,
        points=float(found.points[datum][at]) if filled else None,
    )


def _chance(found: _Figures, datum: str, at: int) -> float | None:
    """The chance that a datum settles an area's class; None where it is settled, or nothing is open."""
    chance = float(found.settles[datum][at])
    return None if found.is_settled[at] or np.isnan(chance) else chance


def _regencies(asked: _Asked) -> list[str | None]:
    """The code of each area's regency; None where the layer says none."""
    zones = layer(asked.now, asked.assessment.layer)
    if "regency_code" not in zones:
        return [None] * len(zones)
    return [code if isinstance(code, str) else None for code in zones["regency_code"]]
