"""Assessments of a few made-up zones, whose scores a person can add up."""

from functools import lru_cache

from geo.language import Text
from geo.mcda.model_file import parse_model
from geo.readiness.assessment import Assessment
from geo.readiness.score import ConstraintResult, Measure, Measures, decision_matrix, score_matrix
from tests.geo.drawn_certainty import drawn_certainty

MODEL = """
id = "{id}"
version = "1"
kind = "{kind}"
title = {{ id = "Uji", en = "Test" }}
description = {{ id = "", en = "" }}
source = "test"
coverage_floor = {coverage_floor}
min_cells = 4

[[dimension]]
id = "kerja"
title = {{ id = "Kerja", en = "Work" }}

[[dimension]]
id = "lahan"
title = {{ id = "Lahan", en = "Land" }}
{floor}

[[criterion]]
id = "tpak"
dimension = "kerja"
title = {{ id = "Partisipasi", en = "Participation" }}
unit = {{ id = "%", en = "%" }}
measure = {{ indicator = "tpak_agustus", max_age_years = 2 }}
value = {{ function = "linear", zero_at = 0, one_at = 100 }}
source = "test"
confirmed = false

[[criterion]]
id = "jalan"
dimension = "lahan"
title = {{ id = "Dekat jalan", en = "Near a road" }}
unit = {{ id = "m", en = "m" }}
measure = {{ raster = "road_distance_m", statistic = "mean" }}
value = {{ function = "linear", zero_at = 10000, one_at = 0 }}
source = "test"
confirmed = false

[[class]]
id = "rendah"
title = {{ id = "Rendah", en = "Low" }}
from = 0

[[class]]
id = "tinggi"
title = {{ id = "Tinggi", en = "High" }}
from = 50

[judgements]
goal = [["kerja", "lahan", 1]]
"""


@lru_cache
def make_model(*, id="uji", kind="readiness", floor=None, coverage_floor=0.5):
    """Two criteria of half the weight each: a percentage, and metres of which 10,000 are worth 0."""
    return parse_model(
        MODEL.format(
            id=id,
            kind=kind,
            floor="" if floor is None else f"floor = {floor}",
            coverage_floor=coverage_floor,
        )
    )


def measure(value, *, period="Agustus 2025", credit=1.0, note=None, sources=("BPS",)):
    """One measure; None is missing."""
    if value is None:
        return Measure(None, 0.0, note=Text(id="tidak ada", en="missing"))
    return Measure(float(value), credit, period=period, sources=sources, note=note)


def make_measures(zones, *, period="Agustus 2025", excluded=(), unchecked=()):
    """Measures of `zones`: by id the share in work and the metres to a road, numbers or `Measure`s.

    Nothing could check the constraint in zones that are `unchecked`.
    """
    rows = [
        tuple(v if isinstance(v, Measure) else measure(v, period=period) for v in row)
        for row in zones.values()
    ]
    steep = Text(id="Curam", en="Steep")
    return Measures(
        names={area_id: area_id.title() for area_id in zones},
        criteria=dict(zip(("tpak", "jalan"), map(list, zip(*rows, strict=True)), strict=True)),
        constraints={
            "curam": [
                ConstraintResult(
                    "curam",
                    steep,
                    excluded_low=float(z in excluded),
                    excluded_high=float(z in excluded or z in unchecked),
                    limit_share=0.5,
                    note=None,
                )
                for z in zones
            ]
        },
    )


def assess(
    measures,
    model=None,
    *,
    weights=None,
    year=2025,
    layer="zones",
    method="weighted_sum",
    risk=0.5,
    scenario=None,
):
    """An assessment of measures, without a store."""
    model = model or make_model()
    weights = weights or dict(model.weights)
    matrix = decision_matrix(measures, model)
    scores = score_matrix(matrix, model, weights, method=method, risk=risk)
    return Assessment(
        key=f"{model.id}-{layer}-{year}-{method}-{scenario}",
        model=model,
        layer=layer,
        year=year,
        weights=weights,
        method=method,
        risk=risk,
        scenario=scenario,
        measures=measures,
        matrix=matrix,
        scores=scores,
        lineage=(),
        draw=lambda: drawn_certainty(model, matrix, scores, weights, method=method, risk=risk),
    )


def assess_zones(zones, model=None, *, period="Agustus 2025", excluded=(), unchecked=(), **asked):
    """An assessment of `zones`, see `make_measures`."""
    measures = make_measures(zones, period=period, excluded=excluded, unchecked=unchecked)
    return assess(measures, model, **asked)
