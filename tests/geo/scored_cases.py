"""Small models and zones that are scored by the whole machine: measures in, everything out."""

from collections.abc import Mapping, Sequence

import numpy as np

from geo.language import Text
from geo.mcda.model import Dimension, Model, RankClass
from geo.mcda.value_functions import AttributeMeasure, Criterion, ValueFunction
from geo.readiness.assessment import Assessment
from geo.readiness.score import ConstraintResult, Measure, Measures, decision_matrix, score_matrix
from tests.geo.drawn_certainty import drawn_certainty


def same(text: str) -> Text:
    return Text(id=text, en=text)


def criterion(name: str, function: str, *, dimension: str = "d", unit: str = "", **parameters):
    return Criterion(
        id=name,
        dimension=dimension,
        title=same(name.upper()),
        unit=same(unit),
        measure=AttributeMeasure(name),
        value=ValueFunction(function, parameters),
        source="test",
        confirmed=False,
    )


def share(name: str, dimension: str = "d") -> Criterion:
    """A criterion whose measure is its value."""
    return criterion(name, "linear", dimension=dimension, zero_at=0, one_at=1)


def make_model(
    criteria: Sequence[Criterion],
    *,
    floors: Mapping[str, float] | None = None,
    bounds: Sequence[float] = (0, 40, 60, 80),
    coverage_floor: float = 0.5,
    parents: Mapping[str, str] | None = None,
) -> Model:
    """Classes are k0, k1 … from `bounds`; dimensions are those that the criteria name."""
    names = dict.fromkeys([*(parents or {}).values(), *(c.dimension for c in criteria)])
    return Model(
        id="uji",
        version="1",
        kind="readiness",
        title=same("Uji"),
        description=same(""),
        source="test",
        coverage_floor=coverage_floor,
        min_cells=4,
        dimensions=tuple(
            Dimension(d, same(d.upper()), (floors or {}).get(d), (parents or {}).get(d))
            for d in names
        ),
        criteria=tuple(criteria),
        constraints=(),
        classes=tuple(RankClass(f"k{i}", same(f"K{i}"), b) for i, b in enumerate(bounds)),
        judgements={},
        weights={c.id: 1 / len(criteria) for c in criteria},
    )


def make_case(
    model: Model,
    zones: Mapping[str, Sequence[float | None]],
    *,
    weights: Sequence[float] | None = None,
    method: str = "weighted_sum",
    risk: float = 0.5,
    credits: Mapping[str, Sequence[float]] | None = None,
    failed: Mapping[str, float] | None = None,
) -> Assessment:
    """Score `zones`, measures by name in the order of the criteria.

    `credits` are the covered parts where a zone is not measured whole, `failed` the share of each
    zone that is excluded land, of which half is allowed.
    """
    parts = credits or {}
    measures = Measures(
        names={zone: zone.title() for zone in zones},
        criteria={
            c.id: [
                Measure(row[j], 0.0 if row[j] is None else parts.get(zone, [1.0] * len(row))[j])
                for zone, row in zones.items()
            ]
            for j, c in enumerate(model.criteria)
        },
        constraints={
            "hutan": [
                ConstraintResult("hutan", same("HUTAN"), part, part, 0.5, note=None)
                for part in ((failed or {}).get(zone, 0.0) for zone in zones)
            ]
        },
    )
    used = weights or [1 / len(model.criteria)] * len(model.criteria)
    by_id = {c.id: float(w) for c, w in zip(model.criteria, used, strict=True)}
    matrix = decision_matrix(measures, model)
    scores = score_matrix(matrix, model, by_id, method=method, risk=risk)
    return Assessment(
        key="uji",
        model=model,
        layer="zones",
        year=2025,
        weights=by_id,
        method=method,
        risk=risk,
        scenario=None,
        measures=measures,
        matrix=matrix,
        scores=scores,
        lineage=(),
        draw=lambda: drawn_certainty(model, matrix, scores, by_id, method=method, risk=risk),
    )


def rescored(case: Assessment, zone: str, name: str, measure: float) -> Assessment:
    """The case with one measure of one zone changed, scored from the measures on."""
    rows = {
        area_id: [None if np.isnan(x) else float(x) for x in case.matrix.measures[i]]
        for i, area_id in enumerate(case.matrix.area_ids)
    }
    rows[zone][case.matrix.criteria.index(name)] = measure
    return make_case(
        case.model,
        rows,
        weights=[case.weights[c] for c in case.matrix.criteria],
        method=case.method,
        risk=case.risk,
        credits=dict(zip(case.matrix.area_ids, case.matrix.credits.tolist(), strict=True)),
    )
