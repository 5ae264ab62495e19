"""How sure an assessment is: the published data give the errors, the draws give the answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from geo.errors import NothingRanked, ZoneNotRanked
from geo.json_types import as_json
from geo.language import Language, Text, filled, joined, listed, texts
from geo.mcda.matrix import Array, DecisionMatrix, Scores
from geo.mcda.value_functions import RasterMeasure
from geo.planning.measured import Inputs, Read, inputs_of, measured, open_inputs
from geo.prepared import kept_beside
from geo.published import read_model
from geo.readiness.assessment import Assessment
from geo.readiness.certainty import Certainty, no_certainty
from geo.readiness.land_measures import measured_cells
from geo.readiness.scenario import Scenario
from geo.readiness.score import Measures
from geo.store.store import Store
from geo.store.versions import Published
from geo.uncertainty.chances import CHANCE_DRAWS, certainty_of
from geo.uncertainty.draws import (
    DEFAULT_CONCENTRATION,
    MeasureErrors,
    Spread,
    spread_of,
    value_draws,
    weight_draws,
)
from geo.uncertainty.measurement import Displaced, displacement_errors, measure_errors
from geo.uncertainty.one_weight import WeightSensitivity, most_critical, weight_sensitivities
from geo.uncertainty.ranked import Drawn, RankedZones, ranked_zones
from geo.uncertainty.smaa import (
    Uncertainty,
    expected_ranks,
    interval_shares,
    pairwise_wins,
    rank_intervals,
    simulate,
    unranked_shares,
    verdict,
    within_rank,
    zone_sentence,
)
from geo.uncertainty.sobol import DEFAULT_SAMPLES, ScoreIndex, score_indices

_SAY = texts(__name__)

# A table of pairs in a document: 40,000 numbers at this many zones.
_MOST_PAIRED = 200
_FIRST_FEW = 3
# Fewer contestants than are called firm are named.
_MOST_NAMED = 5


# The same draws for every weight set: who moves a slider sees the weights' effect alone.
_VALUES_SEED, _WEIGHTS_SEED = 0, 1
# Draws of more areas than these are made anew for each assessment: 1,000 of 500 take up to 50 MB.
_MOST_KEPT = 500
# Areas times draws at a time.
_BLOCK = 200_000


@dataclass(frozen=True, slots=True)
class Simulation:
    """How to simulate: same values, same answer.

    `concentration` says how close weights stay to the stated ones (see `geo.uncertainty.draws.weight_draws`),
    None draws from all weights. `with_errors` lets measures vary by the errors that the model states.
    """

    draws: int
    seed: int = 0
    concentration: float | None = DEFAULT_CONCENTRATION
    with_errors: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Confidence:
    """What a simulation says of the ranked ones of n_zones zones.

    `errors` is None where measures counted as exact.
    """

    simulation: Simulation
    n_zones: int
    zones: RankedZones
    uncertainty: Uncertainty
    errors: MeasureErrors | None


def certainty_under(
    inputs: Inputs,
    scenario: Scenario | None,
    measures: Measures,
    matrix: DecisionMatrix,
    scores: Scores,
    *,
    weights: Mapping[str, float],
    method: str,
    risk: float,
) -> Certainty:
    """What draws say of the areas of `matrix`, measured from `inputs` under a scenario.

    `scores` are those under `weights`, by criterion; where a constraint excludes every area nothing
    is drawn.
    """
    chosen = read_model(inputs.model)
    if matrix.excluded.all():
        return no_certainty(len(matrix.area_ids), len(chosen.classes))
    zones = ranked_zones(chosen, matrix, weights=weights, method=method, risk=risk)
    spread, drawn = _drawn_values(inputs, scenario, measures, zones)
    return certainty_of(
        zones, matrix, scores, spread=spread, weights=_drawn_weights(zones), drawn=drawn
    )


def draws_of(
    store: Store | Published, assessment: Assessment
) -> tuple[RankedZones, Array, Iterable[Drawn]]:
    """The areas, weights (n_draws, n_criteria) and values that the certainty of an assessment rests on.

    Of an assessment of what is published, without a scenario.

    Raises
    ------
    NothingRanked
        When constraints exclude every area.
    """
    zones = _zones(assessment)
    inputs = inputs_of(store, assessment)
    _, drawn = _drawn_values(inputs, None, assessment.measures, zones)
    return zones, _drawn_weights(zones), drawn


def _drawn_weights(zones: RankedZones) -> Array:
    rng = np.random.default_rng(_WEIGHTS_SEED)
    return weight_draws(zones.weights, n=CHANCE_DRAWS, rng=rng)


def _drawn_values(
    inputs: Inputs, scenario: Scenario | None, measures: Measures, zones: RankedZones
) -> tuple[Spread, Iterable[Drawn]]:
    if scenario is None and len(zones.rows) <= _MOST_KEPT:
        return _kept_draws(inputs)
    return _draws(inputs, scenario, measures, zones)


@lru_cache(maxsize=8)
def _kept_draws(inputs: Inputs) -> tuple[Spread, tuple[Drawn, ...]]:
    """The draws of what is published, which no weights change, kept for who moves a slider."""
    measures, matrix = measured(inputs)
    chosen = read_model(inputs.model)
    zones = ranked_zones(chosen, matrix, weights=chosen.weights)
    spread, drawn = _draws(inputs, None, measures, zones)
    return spread, tuple(drawn)


def _draws(
    inputs: Inputs, scenario: Scenario | None, measures: Measures, zones: RankedZones
) -> tuple[Spread, Iterable[Drawn]]:
    spread = spread_of(zones, errors_under(inputs, measures, scenario))
    rng = np.random.default_rng(_VALUES_SEED)
    block = max(_BLOCK // len(zones.rows), 1)
    return spread, value_draws(spread, n=CHANCE_DRAWS, rng=rng, block=block)


def errors_under(
    inputs: Inputs, measures: Measures, scenario: Scenario | None = None
) -> MeasureErrors:
    """The errors of measures that were made from `inputs`, kept for what is published."""
    if scenario is None:
        return _published_errors(inputs)
    with open_inputs(inputs, scenario) as read:
        return _errors(inputs, measures, read)


@lru_cache(maxsize=16)
def _published_errors(inputs: Inputs) -> MeasureErrors:
    def found() -> MeasureErrors:
        any_year = inputs.of_any_year()
        with open_inputs(inputs) as read:
            return _errors(
                inputs,
                measured(inputs)[0],
                read,
                displaced=lambda asked, _: _displaced(any_year, asked),
            )

    return kept_beside(inputs.model, "errors", inputs.content(), found)


@lru_cache(maxsize=32)
def _displaced(inputs: Inputs, asked: RasterMeasure) -> Array:
    """How a raster's measures change where a layer's areas are displaced, found once for all years."""
    with open_inputs(inputs) as read:
        return displacement_errors(
            read.zones, measured_cells(asked, read.rasters[asked.raster].cells)
        )


def _errors(
    inputs: Inputs, measures: Measures, read: Read, *, displaced: Displaced | None = None
) -> MeasureErrors:
    return measure_errors(
        read_model(inputs.model),
        measures,
        zones=read.zones,
        rasters=read.rasters,
        indicators=read.indicators,
        displaced=displaced,
    )


def confidence(
    store: Store | Published,
    assessment: Assessment,
    simulation: Simulation,
    *,
    scenario: Scenario | None = None,
) -> Confidence:
    """Simulate an assessment under uncertain weights and measures.

    Parameters
    ----------
    scenario : Scenario, optional
        The one under which `assessment` was made.

    Raises
    ------
    NothingRanked
        When the assessment ranks no zone.
    InvalidDraws
    """
    zones = _ranked(assessment)
    rng = np.random.default_rng(simulation.seed)
    weights = weight_draws(
        zones.weights, n=simulation.draws, rng=rng, concentration=simulation.concentration
    )
    errors = (
        errors_under(inputs_of(store, assessment), assessment.measures, scenario)
        if simulation.with_errors
        else None
    )
    values = value_draws(spread_of(zones, errors), n=simulation.draws, rng=rng)
    return Confidence(
        simulation=simulation,
        n_zones=len(assessment.matrix.area_ids),
        zones=zones,
        uncertainty=simulate(zones, weights, values=values),
        errors=errors,
    )


def score_variance(
    store: Store | Published,
    assessment: Assessment,
    area_id: str,
    *,
    samples: int = DEFAULT_SAMPLES,
    seed: int = 0,
    scenario: Scenario | None = None,
) -> tuple[ScoreIndex, ...]:
    """Which uncertain weight or measure one ranked zone's score hangs on most: Sobol' indices.

    Weights and measures are as uncertain as in `confidence` by default; the largest total index
    stands first.

    Parameters
    ----------
    samples : int
        A power of two.
    scenario : Scenario, optional
        The one under which `assessment` was made.

    Raises
    ------
    ZoneNotFound, ZoneNotRanked, InvalidSamples
    """
    result = assessment.result(area_id)
    if result.rank is None:
        raise ZoneNotRanked(name=result.name)
    found = score_indices(
        _ranked(assessment),
        area_id,
        errors=errors_under(inputs_of(store, assessment), assessment.measures, scenario),
        n=samples,
        rng=np.random.default_rng(seed),
    )
    return tuple(sorted(found, key=lambda one: -one.index.total))


def variance_document(
    found: tuple[ScoreIndex, ...], area_id: str, *, samples: int, seed: int
) -> dict[str, Any]:
    """The indices of one zone's score as JSON types, shares of its variance."""
    return {
        "zone": area_id,
        "samples": samples,
        "seed": seed,
        "indices": [
            {
                "criterion": one.criterion,
                "input": one.input,
                "first_order": one.index.first_order,
                "first_order_confidence": one.index.first_order_confidence,
                "total": one.index.total,
                "total_confidence": one.index.total_confidence,
            }
            for one in found
        ],
    }


def overall(found: Confidence) -> Text:
    """How firm the first place is, who was compared, and what was varied."""
    return joined([verdict(found.uncertainty), _compared(found), _varied(found)], by=" ")


def _compared(found: Confidence) -> Text:
    names = found.uncertainty.contestants
    if len(names) <= _MOST_NAMED:
        return filled(_SAY["named"], names=listed([Text(name, name) for name in names]))
    if len(names) == found.n_zones:
        return _SAY["all"].format(n=found.n_zones)
    return _SAY["among"].format(ranked=len(names), n=found.n_zones)


def _varied(found: Confidence) -> Text:
    zones, errors = found.zones, found.errors
    has_errors = errors is not None and bool(errors.standard_errors[zones.rows].any())
    varied = {
        _SAY["weights"]: True,
        _SAY["errors"]: has_errors,
        _SAY["places"]: bool(zones.by_place),
        _SAY["missing"]: bool((zones.covered < 1.0).any()),
    }
    return filled(_SAY["varied"], inputs=listed([what for what, is_so in varied.items() if is_so]))


def sensitivities(assessment: Assessment) -> dict[str, tuple[WeightSensitivity, ...]]:
    """How far each weight can move before something changes: of criteria, and of whole dimensions."""
    zones = _ranked(assessment)
    groups = np.array(assessment.model.groups())
    top = assessment.model.top_dimensions()
    dimensions = {d.id: np.flatnonzero(groups == i).tolist() for i, d in enumerate(top)}
    return {
        "criteria": weight_sensitivities(zones),
        "dimensions": weight_sensitivities(zones, dimensions),
    }


def sensitivity_document(
    found: Mapping[str, tuple[WeightSensitivity, ...]], language: Language
) -> dict[str, Any]:
    """The sensitivities as JSON types, with the weight that matters most to the first place."""
    document: dict[str, Any] = as_json(found, language)
    return document | {
        "most_critical": {
            kind: as_json(most_critical(found["criteria"], kind=kind), language)
            for kind in ("first", "rank", "class")
        }
    }


def confidence_document(found: Confidence, language: Language) -> dict[str, Any]:
    """A simulation as JSON types: a verdict, and for each ranked zone what its draws say."""
    uncertainty = found.uncertainty
    n = len(uncertainty.area_ids)
    notes = {} if found.errors is None else found.errors.notes
    document = {
        "draws": found.simulation.draws,
        "seed": found.simulation.seed,
        "concentration": found.simulation.concentration,
        "verdict": overall(found).to(language),
        "measures": {criterion: note.to(language) for criterion, note in notes.items()},
        "zones": _zone_entries(uncertainty, language),
    }
    if n <= _MOST_PAIRED:
        document["pairwise"] = {
            "area_ids": list(uncertainty.area_ids),
            "wins": pairwise_wins(uncertainty).tolist(),
        }
    return document


def _zone_entries(uncertainty: Uncertainty, language: Language) -> dict[str, Any]:
    intervals, means = rank_intervals(uncertainty).tolist(), expected_ranks(uncertainty).tolist()
    inside, first = interval_shares(uncertainty).tolist(), within_rank(uncertainty, 1).tolist()
    first_few = within_rank(uncertainty, _FIRST_FEW).tolist()
    unranked = unranked_shares(uncertainty).tolist()
    return {
        area_id: {
            "acceptability": _acceptability(uncertainty, i),
            "rank_interval": intervals[i],
            "rank_interval_share": inside[i],
            "unranked": unranked[i],
            "expected_rank": means[i],
            "first": first[i],
            "first_three": first_few[i],
            "classes": dict(
                zip(uncertainty.classes, uncertainty.class_shares[i].tolist(), strict=True)
            ),
            "central_weights": _central(uncertainty, i),
            "sentence": zone_sentence(uncertainty, area_id).to(language),
        }
        for i, area_id in enumerate(uncertainty.area_ids)
        if uncertainty.ranks[:, i].any()
    }


def _acceptability(uncertainty: Uncertainty, place: int) -> dict[str, float]:
    """The share of draws by rank, of the ranks that occurred."""
    ranks, often = np.unique(uncertainty.distribution[place], return_counts=True)
    pairs = zip(ranks.tolist(), often.tolist(), strict=True)
    return {str(rank): count / uncertainty.n_draws for rank, count in pairs if rank > 0}


def _central(uncertainty: Uncertainty, place: int) -> dict[str, float] | None:
    weights = uncertainty.central_weights[place]
    if np.isnan(weights).any():
        return None
    return dict(zip(uncertainty.criteria, weights.tolist(), strict=True))


def _ranked(assessment: Assessment) -> RankedZones:
    if not assessment.n_ranked:
        raise NothingRanked
    return _zones(assessment)


def _zones(assessment: Assessment) -> RankedZones:
    return ranked_zones(
        assessment.model,
        assessment.matrix,
        weights=assessment.weights,
        names=assessment.measures.names,
        method=assessment.method,
        risk=assessment.risk,
    )
