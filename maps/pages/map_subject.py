"""What the maps of a request show, read from the store: layers, assessments, one indicator of one year."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import geopandas as gpd
import pandas as pd

from geo import published
from geo.errors import IndicatorNotFound, LayerNotFound, UnknownYear
from geo.indicators import table as indicator_tables
from geo.indicators.table import Indicator
from geo.land import surfaces
from geo.land.raster import land_title
from geo.land.synthetic_notice import NOTICE, has_synthetic_land
from geo.language import Language, Text, texts
from geo.mcda.model import Model
from geo.planning.area_facts import AreaFacts, area_facts
from geo.planning.assess import assess
from geo.programme.province import province_in_words
from geo.programme.publish_targets import targets
from geo.readiness.assessment import Assessment
from geo.readiness.score import ZoneResult
from geo.store.store import Store
from geo.store.versions import Published
from maps.assets import Assets
from maps.breaks import quantile_breaks
from maps.folium.certainty_cards import how_drawn
from maps.folium.indicator_classes import drawn_figures
from maps.folium.views import (
    BasemapView,
    IndicatorView,
    MapView,
    ModelView,
    SurfaceView,
    model_view,
)
from maps.pages.map_page import IndicatorChoice, map_page, map_title, single_map_page
from maps.pages.sliders import WeighingView, weighing_view
from maps.text import translate
from maps.tiles import SUITABILITY

_SAY = texts(__name__)

ASSESSED = ("zones", "kecamatan")


@dataclass(frozen=True, slots=True, eq=False)
class MapSubject:
    """Everything that the maps of one request show.

    `layers` and `assessments` are by layer name; a layer that is not published is left out.
    `facts` are what is known of their areas beside any model, by layer and area;
    `choices` are the indicators that have figures of regencies, `models` the models by id and title;
    `need` is the need model and the year of its figures, where `model` is another.
    """

    regencies: gpd.GeoDataFrame
    layers: Mapping[str, gpd.GeoDataFrame]
    assessments: Mapping[str, Assessment]
    model: ModelView
    model_id: str
    models: Sequence[tuple[str, Text]]
    facts: Mapping[str, Mapping[str, AreaFacts]]
    indicator: IndicatorView
    indicator_id: str
    choices: Sequence[IndicatorChoice]
    attribution: Text
    surface_key: str | None
    surface_sources: Sequence[Text]
    site_doubts: Mapping[str, Text]
    is_synthetic: bool
    need: tuple[Model, int] | None
    tagline: Text


def read_map_subject(
    store: Store | Published, *, model: str, indicator: str, year: int | None
) -> MapSubject:
    """Read what a map shows.

    Without a year, or for one of which only other indicators have figures, it is the indicator's
    newest that at least half of the regencies have figures of.

    Raises
    ------
    ModelNotFound, IndicatorNotFound
    UnknownYear
        For a year of which no indicator has a figure.
    """
    now = store.current()
    regencies = published.layer(now, "regencies")
    every = published.indicators(now)
    table = drawn_figures(every, regencies.index)
    catalogue = published.indicator_catalogue(now)
    held = targets(now)
    choices = indicator_choices(
        table,
        catalogue,
        n_regencies=len(regencies),
        with_target=frozenset(held.loc[held["level"] != "usulan", "indicator"]),
    )
    chosen = next((c for c in choices if c.id == indicator), None)
    if chosen is None:
        raise IndicatorNotFound(indicator, available=[c.id for c in choices])
    _require_year(year, choices)
    shown_year = year if year is not None and year in chosen.years else chosen.opening
    available = [name for name in ASSESSED if name in now.datasets("layer")]
    assessments = {name: assess(now, model, layer=name) for name in available}
    version = now.version("regencies")
    surface_key = surfaces.surface_key(now, model)
    return MapSubject(
        regencies=regencies,
        layers={name: published.layer(now, name) for name in available},
        assessments=assessments,
        model=model_view(published.model(now, model), year=published.years(now, model)[-1]),
        model_id=model,
        models=model_choices(now),
        facts={name: area_facts(now, name) for name in available},
        indicator=replace(
            indicator_view(table, catalogue[indicator], shown_year),
            province=province_in_words(
                every, catalogue[indicator], year=shown_year, region=published.region(now)
            ),
        ),
        indicator_id=indicator,
        choices=choices,
        attribution=version.credit,
        surface_key=surface_key,
        surface_sources=surfaces.surface_sources(now, model),
        site_doubts=(
            surfaces.site_doubts(now, model) if surface_key and "zones" in available else {}
        ),
        is_synthetic=has_synthetic_land(now),
        tagline=published.region(now).title,
        need=_need(now, model),
    )


def _opening_year(rows: pd.DataFrame, n_regencies: int) -> int:
    """The newest year that at least half of the regencies have figures of, else the fullest one.

    One figure that came early does not empty the map of all others.
    """
    counts = rows.groupby("year")["regency_code"].nunique()
    enough = counts[counts >= min(n_regencies / 2, counts.max())]
    return int(enough.index.max())


def _need(now: Published, model: str) -> tuple[Model, int] | None:
    if model == published.NEED_MODEL or published.NEED_MODEL not in published.models(now):
        return None
    return published.model(now, published.NEED_MODEL), published.years(now, published.NEED_MODEL)[
        -1
    ]


def _require_year(year: int | None, choices: Sequence[IndicatorChoice]) -> None:
    known = sorted({known for choice in choices for known in choice.years})
    if year is not None and year not in known:
        raise UnknownYear(subject=_SAY["figures"], year=year, available=", ".join(map(str, known)))


def model_choices(now: Published) -> list[tuple[str, Text]]:
    """The default model first, then need, then by id."""
    found = [published.model(now, model_id) for model_id in published.models(now)]
    return [(m.id, m.title) for m in sorted(found, key=_place_of_model)]


def _place_of_model(model: Model) -> tuple[bool, bool, str]:
    return (model.id != published.DEFAULT_MODEL, model.kind != "need", model.id)


def indicator_choices(
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    *,
    n_regencies: int,
    with_target: Collection[str] = (),
) -> list[IndicatorChoice]:
    """The indicators that regencies can be coloured by, in the order of their themes.

    `table` are the figures of the regencies that are drawn (`drawn_figures`).
    """
    rows = dict(iter(table.groupby("indicator")))
    offered = [i for i in catalogue.values() if i.mappable and i.id in rows]
    return [
        IndicatorChoice(
            i.id,
            i.title,
            tuple(sorted(int(year) for year in rows[i.id]["year"].unique())),
            _opening_year(rows[i.id], n_regencies),
            i.theme or "",
            i.id in with_target,
        )
        for i in sorted(offered, key=lambda i: i.theme_place)
    ]


def indicator_view(table: pd.DataFrame, indicator: Indicator, year: int) -> IndicatorView:
    """One indicator in one year, its classes those of all years."""
    of_all_years = table[table["indicator"] == indicator.id]
    return IndicatorView(
        title=indicator.title,
        unit=indicator.unit,
        year=year,
        values=indicator_tables.values_for(table, indicator.id, year),
        decimals=indicator.decimals,
        caveat=indicator.caveat,
        edges=quantile_breaks(of_all_years["value"]),
        notes=indicator.notes,
    )


def draw_planner(
    subject: MapSubject,
    *,
    asked_year: int | None,
    language: Language,
    state: Mapping[str, str],
    assets: Assets,
    root: str,
    basemap: BasemapView | None = None,
) -> str:
    """The planner's page of a subject; see `maps.pages.page.map_page` for the arguments."""
    from maps.folium.choropleth import planner_map
    from maps.folium.context import context_layer

    view = planner_map(
        subject.layers["zones"],
        regencies=subject.regencies,
        results=subject.assessments["zones"].results,
        model=subject.model,
        language=language,
        indicator=subject.indicator,
        kecamatan=subject.layers.get("kecamatan"),
        kecamatan_results=_results(subject, "kecamatan"),
        facts=subject.facts,
        attribution=subject.attribution.to(language),
        surface=_surface(subject, language, root),
        basemap=basemap,
        context=context_layer(assets, language),
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
        weighing=_weighing(subject, language, root),
        drawn=_drawn(subject.assessments["zones"], language),
        tagline=subject.tagline,
    )


def _drawn(assessment: Assessment, language: Language) -> list[str]:
    titles = {c.id: c.title.to(language) for c in assessment.model.criteria}
    return how_drawn(assessment.certainty, titles=titles, language=language)


def _weighing(subject: MapSubject, language: Language, root: str) -> WeighingView:
    # The quadrant is of these two models, whichever of them the page shows.
    is_paired = subject.model_id in {published.DEFAULT_MODEL, published.NEED_MODEL}
    return weighing_view(
        subject.assessments["zones"].model,
        need=subject.need,
        indicators=[choice.id for choice in subject.choices],
        root=root,
        has_quadrant=is_paired,
        language=language,
    )


def _surface(subject: MapSubject, language: Language, root: str) -> SurfaceView | None:
    """Where the model's suitability and the sites of a zone are served; None without land data."""
    if subject.surface_key is None:
        return None
    model = urlencode({"model": subject.model_id})
    # A tile's address names its version, so that a browser may keep it forever.
    version = subject.surface_key[:16]
    return SurfaceView(
        title=subject.model.title,
        tiles=f"{root}/tiles/{SUITABILITY}/{{z}}/{{x}}/{{y}}.png?{model}&v={version}",
        sources="; ".join(_land_source(one, language) for one in subject.surface_sources),
        sites=f"{root}/readiness/{{zone}}/sites?{model}&lang={language}",
        doubts=subject.site_doubts,
    )


def _land_source(source: Text, language: Language) -> str:
    """A raster's source, as `geo.land.surfaces` lists it, in a reader's words; the licence is in its manifest."""
    name, _, told = source.to(language).partition(": ")
    return f"{land_title(name).to(language)}: {told.partition(' (')[0]}"


def draw_single(
    name: str,
    subject: MapSubject,
    *,
    language: Language,
    state: Mapping[str, str],
    assets: Assets,
    root: str,
) -> str:
    """A single map of a subject by name: regencies, zones or kecamatan."""
    return single_map_page(
        _single(name, subject, assets, language),
        title=_single_title(name, subject, language),
        state=state,
        assets=assets,
        root=root,
        tagline=subject.tagline,
    )


def _single(name: str, subject: MapSubject, assets: Assets, language: Language) -> MapView:
    from maps.folium.choropleth import kecamatan_map, regency_map, zone_map
    from maps.folium.context import context_layer

    context = context_layer(assets, language)
    if name == "regencies":
        return regency_map(
            subject.regencies,
            language=language,
            indicator=subject.indicator,
            attribution=subject.attribution.to(language),
            context=context,
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
        attribution=subject.attribution.to(language),
        context=context,
    )


def _results(subject: MapSubject, layer: str) -> Sequence[ZoneResult]:
    assessment = subject.assessments.get(layer)
    return assessment.results if assessment else ()


def _notice(subject: MapSubject, asked_year: int | None, language: Language) -> str:
    """What the reader must know first: land that is made up, a year that was replaced."""
    shown = subject.indicator.year
    notices = [NOTICE.to(language)] if subject.is_synthetic else []
    if asked_year is not None and asked_year != shown:
        notices.append(translate("notice.year_replaced", language, asked=asked_year, shown=shown))
    return " ".join(notices)


def _single_title(name: str, subject: MapSubject, language: Language) -> str:
    """The title of a single map; it says so where it rests on made-up land."""
    title = map_title(name, language, model=subject.model, indicator=subject.indicator)
    if subject.is_synthetic and name != "regencies":
        return translate("page.synthetic_title", language, title=title)
    return title
