"""What a printed sheet shows, read from the store: one assessment and what stands beside it."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd

from geo import published
from geo.errors import ModelNotFound, UnknownYear
from geo.land.synthetic_notice import has_synthetic_land
from geo.language import Language, Text
from geo.mcda.weight_request import WeightRequest
from geo.planning.area_facts import AreaFacts, area_facts
from geo.planning.assess import assess
from geo.planning.weigh import weigh_and_assess
from geo.readiness.assessment import Assessment
from geo.readiness.quadrant import QuadrantTable, quadrants
from geo.store.store import Store
from geo.store.versions import Published
from geo.vector.planning_region import PlanningRegion
from maps.escape import text_or_none
from maps.folium.views import ModelView, model_view
from maps.pages.certainty import certainty, intervals
from maps.pages.histories import History, NumberedSource
from maps.pages.portraits import labour_of, layer_of


@dataclass(frozen=True, slots=True, eq=False)
class SheetSubject:
    """What every sheet is drawn from: the region, one assessment, its layer, the regencies, and today.

    `origins` are source and licence by dataset where they are known in both languages. `quadrants`
    and `intervals` (of ranks) are only for the sheet of the province; `certainty` (see `maps.pages.certainty.certainty`), `labour`,
    `labour_sources`, `facts` (what is known of it beside the model) and `targets` (a line on each
    target that holds for its regency) are only for that of one area.
    """

    region: PlanningRegion
    assessment: Assessment
    layer: gpd.GeoDataFrame
    regencies: gpd.GeoDataFrame
    is_synthetic: bool
    printed: datetime.date
    language: Language
    origins: Mapping[str, tuple[Text, Text]] = field(default_factory=dict)
    quadrants: QuadrantTable | None = None
    intervals: Mapping[str, str] = field(default_factory=dict)
    certainty: Mapping[str, Any] | None = None
    labour: tuple[History, ...] = ()
    facts: AreaFacts | None = None
    labour_sources: tuple[NumberedSource, ...] = ()
    targets: tuple[str, ...] = ()

    @property
    def model(self) -> ModelView:
        """What the sheet must say of the model."""
        return model_view(self.assessment.model, year=self.assessment.year)


def read_zone_subject(
    store: Store | Published,
    area_id: str,
    *,
    printed: datetime.date,
    language: Language,
    model: str = published.DEFAULT_MODEL,
    year: int | None = None,
    weights: Mapping[str, float] | None = None,
    method: str | None = None,
    risk: float | None = None,
) -> SheetSubject:
    """What the sheet of a zone, or of a kecamatan where no zone has that id, is drawn from.

    `weights` are another's, of every top-level dimension or of every criterion.

    Raises
    ------
    LayerNotFound, ZoneNotFound, ModelNotFound, UnknownYear, InvalidWeights, InvalidMethod, UnusedRisk
    """
    now = store.current()
    assessment, _ = weigh_and_assess(
        now,
        WeightRequest(stated=weights),
        model_id=model,
        layer=layer_of(now, area_id),
        year=year,
        method=method,
        risk=risk,
    )
    subject = _subject(now, assessment, printed=printed, language=language)
    regency = text_or_none(subject.layer.get("regency_code", {}).get(area_id))
    labour = labour_of(now, regency, language)
    return replace(
        subject,
        certainty=certainty(now, assessment, area_id, language),
        labour=labour["histories"],
        facts=area_facts(now, assessment.layer)[area_id],
        labour_sources=labour["sources"],
        targets=_targets(labour["targets"]),
    )


def _targets(said: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """A line on each target, with the province's figure and its remarks; after them every document once.

    Those whose year has passed stay on the page of the region: on paper they would be the most.
    """
    said = [one for one in said if not one["is_passed"]]
    lines = [
        " ".join(filter(None, (one["sentence"], one["beside"], *one["notes"]))) for one in said
    ]
    documents = dict.fromkeys(one["document"] for one in said)
    return (*lines, *([f"({'; '.join(documents)})"] if said else []))


def read_province_subject(
    store: Store | Published,
    *,
    printed: datetime.date,
    language: Language,
    model: str = published.DEFAULT_MODEL,
    year: int | None = None,
    weights: Mapping[str, float] | None = None,
    method: str | None = None,
    risk: float | None = None,
) -> SheetSubject:
    """What the overview of the province is drawn from.

    Raises
    ------
    LayerNotFound, ModelNotFound, UnknownYear, InvalidWeights, InvalidMethod, UnusedRisk
    """
    now = store.current()
    assessment, _ = weigh_and_assess(
        now, WeightRequest(stated=weights), model_id=model, year=year, method=method, risk=risk
    )
    subject = _subject(now, assessment, printed=printed, language=language)
    return replace(
        subject,
        quadrants=_quadrants(now, assessment),
        intervals=intervals(now, assessment, language),
    )


def _subject(
    now: Published, assessment: Assessment, *, printed: datetime.date, language: Language
) -> SheetSubject:
    return SheetSubject(
        region=published.region(now),
        assessment=assessment,
        layer=published.layer(now, assessment.layer),
        regencies=published.layer(now, "regencies"),
        is_synthetic=has_synthetic_land(now),
        printed=printed,
        language=language,
        origins={
            origin.dataset: (version.source_text, version.licence_text)
            for origin in assessment.lineage
            for version in [now.version(origin.dataset)]
        },
    )


def _quadrants(now: Published, readiness: Assessment) -> QuadrantTable | None:
    """Readiness beside need; None where there is no need of the same year."""
    if readiness.model.kind != "readiness":
        return None
    try:
        need = assess(now, published.NEED_MODEL, layer=readiness.layer, year=readiness.year)
    except (ModelNotFound, UnknownYear):
        return None
    return quadrants(readiness, need) if need.model.kind == "need" else None
