"""I/O: reads the store. What a map is about: layers, their assessments and one indicator of one year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo import indicators as indicator_tables
from geo import planning
from geo.assessment import Assessment
from geo.errors import IndicatorNotFound, LayerNotFound
from geo.indicators import Indicator
from geo.language import Language, Text
from geo.readiness import ZoneResult
from geo.regions import PROVINCE_CODE
from geo.store import Store
from maps.assets import Assets
from maps.page import IndicatorChoice, map_page, map_title, single_map_page
from maps.text import translate
from maps.views import IndicatorView, MapView, ModelView, model_view

ASSESSED = ("zones", "kecamatan")


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """Everything that the maps of one request show.

    `layers` and `assessments` are by layer name; a layer that is not published is left out.
    `choices` are the indicators that have figures of regencies, `models` the models by id and title.
    """

    regencies: gpd.GeoDataFrame
    layers: Mapping[str, gpd.GeoDataFrame]
    assessments: Mapping[str, Assessment]
    model: ModelView
    model_id: str
    models: Sequence[tuple[str, Text]]
    indicator: IndicatorView
    indicator_id: str
    choices: Sequence[IndicatorChoice]
    attribution: str


def read_subject(store: Store, *, model: str, indicator: str, year: int | None) -> Subject:
    """Read what a map shows; the indicator's newest year stands in for one without figures.

    Raises
    ------
    ModelNotFound, IndicatorNotFound
    """
    table, catalogue = planning.indicators(store), planning.indicator_catalogue(store)
    choices = _choices(table, catalogue)
    chosen = next((c for c in choices if c.id == indicator), None)
    if chosen is None:
        raise IndicatorNotFound(indicator, available=[c.id for c in choices])
    shown_year = year if year is not None and year in chosen.years else chosen.years[-1]
    published = [name for name in ASSESSED if name in store.datasets("layer")]
    assessments = {name: planning.assess(store, model, layer=name) for name in published}
    version = store.version("regencies")
    return Subject(
        regencies=planning.layer(store, "regencies"),
        layers={name: planning.layer(store, name) for name in published},
        assessments=assessments,
        model=model_view(planning.model(store, model), year=planning.years(store, model)[-1]),
        model_id=model,
        models=_model_choices(store),
        indicator=_indicator_view(table, catalogue[indicator], shown_year),
        indicator_id=indicator,
        choices=choices,
        attribution=f"{version.source} ({version.licence})",
    )


def _model_choices(store: Store) -> list[tuple[str, Text]]:
    """Readiness before need, then by id."""
    found = [planning.model(store, model_id) for model_id in planning.models(store)]
    return [(m.id, m.title) for m in sorted(found, key=lambda m: (m.kind == "need", m.id))]


def _choices(table: pd.DataFrame, catalogue: Mapping[str, Indicator]) -> list[IndicatorChoice]:
    of_regencies = table[(table["regency_code"] != PROVINCE_CODE) & table["value"].notna()]
    years = of_regencies.groupby("indicator")["year"].unique()
    return [
        IndicatorChoice(i.id, i.title, tuple(sorted(int(year) for year in years[i.id])))
        for i in catalogue.values()
        if i.mappable and i.id in years.index
    ]


def _indicator_view(table: pd.DataFrame, indicator: Indicator, year: int) -> IndicatorView:
    return IndicatorView(
        title=indicator.title,
        unit=indicator.unit,
        year=year,
        values=indicator_tables.values_for(table, indicator.id, year),
        decimals=indicator.decimals,
        caveat=indicator.caveat,
    )


def draw_planner(
    subject: Subject,
    *,
    asked_year: int | None,
    language: Language,
    state: Mapping[str, str],
    assets: Assets,
    root: str,
) -> str:
    """The planner's page of a subject; see `maps.page.map_page` for the arguments."""
    from maps.choropleth import planner_map

    view = planner_map(
        subject.layers["zones"],
        regencies=subject.regencies,
        results=subject.assessments["zones"].results,
        model=subject.model,
        language=language,
        indicator=subject.indicator,
        kecamatan=subject.layers.get("kecamatan"),
        kecamatan_results=_results(subject, "kecamatan"),
        attribution=subject.attribution,
    )
    return map_page(
        view,
        model=subject.model,
        results=subject.assessments["zones"].results,
        indicators=subject.choices,
        indicator=subject.indicator_id,
        year=subject.indicator.year,
        state=state,
        assets=assets,
        root=root,
        notice=_notice(subject, asked_year, language),
        models=subject.models,
        model_id=subject.model_id,
    )


def draw_single(
    name: str,
    subject: Subject,
    *,
    language: Language,
    state: Mapping[str, str],
    assets: Assets,
    root: str,
) -> str:
    """A single map of a subject by name: regencies, zones or kecamatan."""
    return single_map_page(
        _single(name, subject, language),
        title=map_title(name, language, model=subject.model, indicator=subject.indicator),
        state=state,
        assets=assets,
        root=root,
    )


def _single(name: str, subject: Subject, language: Language) -> MapView:
    from maps.choropleth import kecamatan_map, regency_map, zone_map

    if name == "regencies":
        return regency_map(
            subject.regencies,
            language=language,
            indicator=subject.indicator,
            attribution=subject.attribution,
        )
    if name not in subject.layers:
        raise LayerNotFound(name, available=sorted(subject.layers))
    draw = zone_map if name == "zones" else kecamatan_map
    return draw(
        subject.layers[name],
        regencies=subject.regencies,
        results=subject.assessments[name].results,
        model=subject.model,
        language=language,
        attribution=subject.attribution,
    )


def _results(subject: Subject, layer: str) -> Sequence[ZoneResult]:
    assessment = subject.assessments.get(layer)
    return assessment.results if assessment else ()


def _notice(subject: Subject, asked_year: int | None, language: Language) -> str:
    shown = subject.indicator.year
    if asked_year is None or asked_year == shown:
        return ""
    return translate("notice.year_replaced", language, asked=asked_year, shown=shown)
