"""Folium maps of regencies by an indicator and of areas by readiness class.

Lon/lat becomes Leaflet's (lat, lon) here and nowhere else. No attribute value passes through
Folium: features carry their id alone, and popups are laid out in the browser from `MapView.cards`.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import folium
import geopandas as gpd
import numpy as np
from folium.utilities import JsCode

from geo.language import Language
from geo.readiness.score import ZoneResult
from geo.vector.regions import full_names
from maps.folium.cards import (
    NO_FACTS,
    Facts,
    class_cards,
    criterion_cards,
    kecamatan_cards,
    regency_cards,
    script_texts,
    unit_after,
    with_lines,
    zone_cards,
)
from maps.folium.context import ContextLayer, main_bounds, regency_labels
from maps.folium.drawing import (
    COORDINATE_DECIMALS,
    Attachment,
    basemap_layer,
    ground_layer,
    kecamatan_layer,
    regency_layer,
    surface_layer,
    zone_layer,
)
from maps.folium.legends import class_legend, with_stripes, zone_legend
from maps.folium.offline import OfflineMap
from maps.folium.views import BasemapView, IndicatorView, MapView, ModelView, SurfaceView
from maps.style import Legend
from maps.tiles import suitability_legend

# Drawn from the bottom up; Leaflet's own overlay pane has 400, its markers 600.
_PANES = {"basemap": 405, "regencies": 410, "surface": 415, "kecamatan": 420, "zones": 430}
_NARROW_PX = 1200


def regency_map(
    regencies: gpd.GeoDataFrame,
    *,
    language: Language,
    indicator: IndicatorView | None = None,
    attribution: str = "",
    context: ContextLayer | None = None,
) -> MapView:
    """Regencies coloured by quantile classes of an indicator; hatched where it has no value.

    Parameters
    ----------
    regencies
        Index of Kemendagri codes, columns name and kind; lon/lat.
    indicator
        None draws every regency as without data.
    attribution
        Who made the boundaries and under which licence, as text.
    context
        What is drawn around and under the layers, from `maps.folium.context.context_layer`.
    """
    layer, legend = regency_layer(
        regencies, indicator, language, attribution, edges=indicator.edges if indicator else ()
    )
    return _assemble(
        {"regencies": layer},
        legends=(legend,),
        bounds=main_bounds(regencies),
        language=language,
        cards=_regency_part(regencies, indicator, language),
        context=context,
    )


def zone_map(
    zones: gpd.GeoDataFrame,
    *,
    regencies: gpd.GeoDataFrame,
    results: Sequence[ZoneResult],
    model: ModelView,
    language: Language,
    attribution: str = "",
    context: ContextLayer | None = None,
) -> MapView:
    """Zones coloured by readiness class over plain regencies.

    Parameters
    ----------
    zones
        Index area_id; columns name, regency_code, status, area_ha, geometry_kind,
        geometry_method, source, source_url, remarks; polygons or points, lon/lat. A zone without
        a result is drawn as without data.
    regencies
        As for `regency_map`; the ground on which the zones lie.
    """
    ground = ground_layer(regencies, language, attribution)
    layer = zone_layer(zones, results, model, language)
    return _assemble(
        {"regencies": ground, "zones": layer},
        legends=(with_stripes(zone_legend(zones, results, model, language), model, language),),
        bounds=main_bounds(regencies),
        language=language,
        cards={
            **_ground_part(regencies, language),
            **_zone_part(zones, results, model, full_names(regencies), language),
        },
        context=context,
    )


def kecamatan_map(
    kecamatan: gpd.GeoDataFrame,
    *,
    regencies: gpd.GeoDataFrame,
    results: Sequence[ZoneResult],
    model: ModelView,
    language: Language,
    attribution: str = "",
    context: ContextLayer | None = None,
) -> MapView:
    """Screening cells coloured by readiness class over plain regencies.

    `kecamatan` has the index of Kemendagri codes and the columns name and regency_code.
    """
    ground = ground_layer(regencies, language, attribution)
    layer = kecamatan_layer(kecamatan, results, model, language, show=True)
    return _assemble(
        {"regencies": ground, "kecamatan": layer},
        legends=(
            with_stripes(class_legend("kecamatan", results, model, language), model, language),
        ),
        bounds=main_bounds(regencies),
        language=language,
        cards={
            **_ground_part(regencies, language),
            **_model_part(results, model, language),
            **_kecamatan_part(kecamatan, results, model, full_names(regencies), language),
        },
        context=context,
    )


def planner_map(
    zones: gpd.GeoDataFrame,
    *,
    regencies: gpd.GeoDataFrame,
    results: Sequence[ZoneResult],
    model: ModelView,
    language: Language,
    indicator: IndicatorView | None = None,
    kecamatan: gpd.GeoDataFrame | None = None,
    kecamatan_results: Sequence[ZoneResult] = (),
    facts: Mapping[str, Facts] = MappingProxyType({}),
    attribution: str = "",
    surface: SurfaceView | None = None,
    basemap: BasemapView | None = None,
    context: ContextLayer | None = None,
) -> MapView:
    """The planner's map: regencies by an indicator, zones by class, kecamatan screening switched off.

    Parameters are those of `regency_map`, `zone_map` and `kecamatan_map`; `facts` are what is known of
    the areas beside the model, by layer and area; `surface` adds the land
    suitability, switched off, and the search for sites in a zone. Both need our server. `basemap` lies below
    everything and is switched off too.
    """
    names = full_names(regencies)
    ground, regency_legend = regency_layer(
        regencies, indicator, language, attribution, edges=indicator.edges if indicator else ()
    )
    layers: dict[str, folium.map.Layer] = {
        "regencies": ground,
        "zones": zone_layer(zones, results, model, language),
    }
    classes = with_stripes(zone_legend(zones, results, model, language), model, language)
    legends = [classes, regency_legend]
    cards = {
        **_regency_part(regencies, indicator, language),
        **_zone_part(zones, results, model, names, language, facts.get("zones", NO_FACTS)),
    }
    if kecamatan is not None:
        layers["kecamatan"] = kecamatan_layer(
            kecamatan, kecamatan_results, model, language, show=False
        )
        cards["criteria"] |= criterion_cards(kecamatan_results, language)
        told = facts.get("kecamatan", NO_FACTS)
        cards |= _kecamatan_part(kecamatan, kecamatan_results, model, names, language, told)
    if surface is not None:
        corners = _leaflet_corners(regencies.total_bounds)
        layers["surface"] = surface_layer(surface, corners, language)
        legends.append(suitability_legend(surface.title, surface.sources, language))
        cards["sites"] = surface.sites
        cards["siteDoubts"] = {zone: why.to(language) for zone, why in surface.doubts.items()}
    if basemap is not None:
        layers["basemap"] = basemap_layer(basemap, language)
    return _assemble(
        layers,
        legends=legends,
        bounds=main_bounds(regencies),
        language=language,
        cards=cards,
        context=context,
    )


def _assemble(
    layers: Mapping[str, folium.map.Layer],
    *,
    legends: Sequence[Legend],
    bounds: Sequence[float],
    language: Language,
    cards: Mapping[str, Any],
    context: ContextLayer | None,
) -> MapView:
    corners = _leaflet_corners(bounds)
    centre = np.mean(corners, axis=0)
    drawing = OfflineMap((centre[0], centre[1]), zoom_start=8, zoom_snap=0.25, min_zoom=6)
    for name in layers:
        # Clicks go through the surface to the regency below it.
        pane = folium.map.CustomPane(name, z_index=_PANES[name], pointer_events=name != "surface")
        pane.add_to(drawing)
    for layer in layers.values():
        layer.add_to(drawing)
    if context is not None:
        context.add_to(drawing)
    # Narrow screens get the collapsed form; the script decides, since the server cannot know.
    control = folium.LayerControl()
    control.options |= {"collapsed": JsCode(f"window.innerWidth < {_NARROW_PX}")}  # type: ignore[dict-item]
    control.add_to(drawing)
    Attachment("Kawasan", layers).add_to(drawing)
    return MapView(
        map=drawing,
        language=language,
        legends=tuple(legends),
        cards={"text": script_texts(language), "bounds": corners, **cards},
    )


def _leaflet_corners(bounds: Sequence[float]) -> list[list[float]]:
    """South-west and north-east as Leaflet's (lat, lon), from (minx, miny, maxx, maxy)."""
    west, south, east, north = (round(float(edge), COORDINATE_DECIMALS) for edge in bounds)
    return [[south, west], [north, east]]


def _regency_part(
    regencies: gpd.GeoDataFrame, indicator: IndicatorView | None, language: Language
) -> dict[str, Any]:
    facts = (
        {}
        if indicator is None
        else {
            "title": indicator.title.to(language),
            "unit": unit_after(indicator, language),
            "caveat": indicator.caveat.to(language) if indicator.caveat else "",
        }
    )
    return {
        "indicator": facts,
        "regencies": regency_cards(regencies, indicator, language),
        "labels": regency_labels(regencies),
    }


def _ground_part(regencies: gpd.GeoDataFrame, language: Language) -> dict[str, Any]:
    """Names on the map, but no popups: the ground shows no figure."""
    return {"labels": regency_labels(regencies)}


def _model_part(
    results: Sequence[ZoneResult], model: ModelView, language: Language
) -> dict[str, Any]:
    return {
        "classes": class_cards(model, language),
        "dimensions": [[key, title.to(language)] for key, title in model.dimensions.items()],
        "criteria": criterion_cards(results, language),
    }


def _zone_part(
    zones: gpd.GeoDataFrame,
    results: Sequence[ZoneResult],
    model: ModelView,
    regency_names: Mapping[str, str],
    language: Language,
    facts: Facts = NO_FACTS,
) -> dict[str, Any]:
    return {
        **_model_part(results, model, language),
        "zones": zone_cards(
            zones,
            results,
            model=model,
            regency_names=regency_names,
            language=language,
            facts=facts,
        ),
    }


def _kecamatan_part(
    kecamatan: gpd.GeoDataFrame,
    results: Sequence[ZoneResult],
    model: ModelView,
    regency_names: Mapping[str, str],
    language: Language,
    facts: Facts = NO_FACTS,
) -> dict[str, Any]:
    cards = kecamatan_cards(
        kecamatan,
        results,
        model=model,
        regency_names=regency_names,
        language=language,
        facts=facts,
    )
    placed, lines = with_lines(cards)
    return {"kecamatan": placed, "lines": lines}
