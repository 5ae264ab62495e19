"""The sourced figure behind each number of a zone: value, unit, period, source, version.

A score can be traced to the files that it was made from: every criterion names the versions of the
datasets that its measure rests on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.language import Text
from geo.mcda.model import Model
from geo.mcda.value_functions import Criterion, IndicatorMeasure, RasterMeasure
from geo.readiness.score import CriterionResult, ZoneResult

if TYPE_CHECKING:
    from geo.readiness.assessment import Origin

_LAND_PREFIX = "land-"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number behind a zone's score and where it comes from.

    `measure` is in `unit`, None where there is none; `note` then says why. `period` is the year or
    period of the number, `sources` who published it. `origins` are the versions that it was made
    from: the dataset of the number itself first, then what carried it to the zone.
    """

    criterion: str
    title: Text
    measure: float | None
    unit: Text
    period: str | None
    sources: tuple[str, ...]
    note: Text | None
    origins: "tuple[Origin, ...]"


def figures(
    result: ZoneResult, model: Model, *, layer: str, lineage: "Sequence[Origin]"
) -> tuple[Figure, ...]:
    """The figure behind each criterion of a zone, in the model's order.

    Parameters
    ----------
    layer : str
        The layer that the zones are of.
    lineage : sequence of Origin
        Every version that went into the assessment. A dataset that is not in it (a raster that
        nobody has added) is left out.
    """
    by_dataset = {origin.dataset: origin for origin in lineage}
    criteria = {criterion.id: criterion for criterion in model.criteria}
    return tuple(
        _figure(
            found,
            tuple(
                by_dataset[name]
                for name in datasets_of(criteria[found.criterion], layer=layer)
                if name in by_dataset
            ),
        )
        for found in result.criteria
    )


def datasets_of(criterion: Criterion, *, layer: str) -> tuple[str, ...]:
    """The datasets that a criterion's measure rests on, that of the number itself first.

    An indicator is carried from regencies to zones by area; a raster is measured inside zones.
    """
    asked = criterion.measure
    if isinstance(asked, IndicatorMeasure):
        names: tuple[str, ...] = ("indicators", "regencies", layer)
    elif isinstance(asked, RasterMeasure):
        names = (_LAND_PREFIX + asked.raster, layer)
    else:
        names = (layer,)
    return tuple(dict.fromkeys(names))


def _figure(found: CriterionResult, origins: "tuple[Origin, ...]") -> Figure:
    return Figure(
        criterion=found.criterion,
        title=found.title,
        measure=found.measure,
        unit=found.unit,
        period=found.period,
        sources=found.sources,
        note=found.note,
        origins=origins,
    )
