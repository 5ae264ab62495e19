"""An Assessment: the result for all zones of a layer, with everything that went in.

Every page, feature, sheet and table is a view of one Assessment (`geo/readiness/documents.py`). A
score can be traced to the files that it was made from: every criterion names the versions of the
datasets that its measure rests on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from geo.errors import ZoneNotFound
from geo.kept_property import kept_property
from geo.language import Source, Text
from geo.mcda.benchmark import BenchmarkPlace, benchmark_place
from geo.mcda.matrix import Array, DecisionMatrix, Scores
from geo.mcda.model import Model
from geo.mcda.value_functions import (
    Criterion,
    GroundMeasure,
    IndicatorMeasure,
    RasterMeasure,
    VillageMeasure,
)
from geo.published import DESA, GROUND, LAND_PREFIX, VILLAGE_INDEX
from geo.readiness.certainty import Certainty
from geo.readiness.class_words import class_words
from geo.readiness.explain import Factors, losses, sentence
from geo.readiness.score import CriterionResult, Measures, ZoneResult, zone_results


@dataclass(frozen=True, slots=True)
class Origin:
    """One version that went into an assessment."""

    dataset: str
    number: int
    sha256: str
    source: str
    licence: str


# Without slots: the results of a layer of thousands are built only when somebody reads them.
@dataclass(frozen=True, eq=False)
class Assessment:
    """The result for all zones of a layer; `key` is a sha256 over everything that went in.

    `weights` are by criterion and sum to 1. `scenario` is the id of the scenario that changed the
    inputs, None where nothing did. `draw` makes the draws behind `certainty`, when somebody asks.
    """

    key: str
    model: Model
    layer: str
    year: int
    weights: Mapping[str, float]
    method: str
    risk: float
    scenario: str | None
    measures: Measures
    matrix: DecisionMatrix
    scores: Scores
    lineage: tuple[Origin, ...]
    draw: Callable[[], Certainty]

    @kept_property
    def certainty(self) -> Certainty:
        """What draws of weights, errors, places and missing data say; drawn once."""
        return self.draw()

    @kept_property
    def results(self) -> tuple[ZoneResult, ...]:
        """One result for each zone, in the order of the layer."""
        return zone_results(
            self.measures,
            self.matrix,
            self.scores,
            model=self.model,
            weights=self.weights,
            certainty=self.certainty,
            losses=self.losses,
        )

    @property
    def losses(self) -> Array:
        """Points (n_areas, n_criteria) that one perfect value would add, see `geo.readiness.explain.losses`."""
        return losses(
            self.matrix,
            self.scores,
            model=self.model,
            weights=self.weights,
            method=self.method,
            risk=self.risk,
        )

    @kept_property
    def _positions(self) -> dict[str, int]:
        return {area_id: i for i, area_id in enumerate(self.matrix.area_ids)}

    @kept_property
    def n_ranked(self) -> int:
        """How many zones have a rank."""
        return int(self.scores.ranked.sum())

    @property
    def ranks(self) -> list[int | None]:
        """The rank of each zone in the order of the layer, None without one."""
        # NaN is the one number that is not itself.
        return [int(rank) if rank == rank else None for rank in self.scores.ranks.tolist()]

    def position(self, area_id: str) -> int:
        """A zone's row in the decision matrix; `ZoneNotFound` when there is none of that id."""
        if area_id not in self._positions:
            raise ZoneNotFound(area_id, available=list(self.matrix.area_ids))
        return self._positions[area_id]

    def result(self, area_id: str) -> ZoneResult:
        """One zone's result; `ZoneNotFound` when there is none of that id."""
        return self.results[self.position(area_id)]

    def find(self, text: str) -> ZoneResult:
        """One zone's result by its id, or by a name that it alone has; case does not matter.

        Raises
        ------
        ZoneNotFound
            When there is none, or several have the name; it lists which.
        """
        wanted = text.strip().casefold()
        by_id = [r for r in self.results if r.area_id.casefold() == wanted]
        by_name = [r for r in self.results if r.name.casefold() == wanted]
        inside = [r for r in self.results if wanted and wanted in r.name.casefold()]
        found = by_id or by_name or inside
        if len(found) == 1:
            return found[0]
        raise ZoneNotFound(text, available=[r.area_id for r in found or self.results])

    def benchmark_place(self, result: ZoneResult) -> BenchmarkPlace | None:
        """Where a result stands among published scores, if the model has any; see `geo.mcda.benchmark`."""
        return benchmark_place(self.model, result.score, name=result.name)

    def explanation(self, area_id: str) -> Text:
        """The plain paragraph about one zone."""
        return self.sentence_of(self.result(area_id))

    def sentence_of(self, result: ZoneResult, *, factors: Factors | None = None) -> Text:
        """The plain paragraph about a result of this assessment."""
        titles = {d.id: d.title for d in self.model.dimensions}
        return sentence(
            result,
            of=self.n_ranked,
            classed=class_words(result, self.model),
            dimensions=titles,
            factors=factors,
        )


@dataclass(frozen=True, slots=True)
class SourcedFigure:
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
    sources: tuple[Source, ...]
    note: Text | None
    origins: tuple[Origin, ...]


def figures(
    result: ZoneResult, model: Model, *, layer: str, lineage: Sequence[Origin]
) -> tuple[SourcedFigure, ...]:
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

    An indicator is carried from regencies to zones by area, an index of the desa from desa; a raster
    is measured inside zones.
    """
    asked = criterion.measure
    if isinstance(asked, IndicatorMeasure):
        names: tuple[str, ...] = ("indicators", "regencies", layer)
    elif isinstance(asked, RasterMeasure):
        stated = () if asked.stated is None else ("indicators", "regencies")
        names = (LAND_PREFIX + asked.raster, *stated, layer)
    elif isinstance(asked, VillageMeasure):
        names = (VILLAGE_INDEX, DESA, layer)
    elif isinstance(asked, GroundMeasure):
        names = (GROUND, DESA, layer)
    else:
        names = (layer,)
    return tuple(dict.fromkeys(names))


def _figure(found: CriterionResult, origins: tuple[Origin, ...]) -> SourcedFigure:
    return SourcedFigure(
        criterion=found.criterion,
        title=found.title,
        measure=found.measure,
        unit=found.unit,
        period=found.period,
        sources=found.sources,
        note=found.note,
        origins=origins,
    )
