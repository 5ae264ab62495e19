"""The layers of a map: lean GeoJSON, Leaflet's style of each feature, the way to our scripts.

Features carry their id alone, so no attribute value passes through Folium; a layer's name and its
attribution do, and are escaped.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import folium
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from folium.template import Template

from geo.crs import LONLAT, require_crs
from geo.language import Language
from geo.readiness.score import ZoneResult
from geo.vector.schema import is_approximate
from geo.vector.simplify import Geometries, simplified
from maps.breaks import class_of, quantile_breaks
from maps.escape import escape_attribute
from maps.folium.cards import class_cards
from maps.folium.certainty_cards import fill_of
from maps.folium.legends import indicator_legend
from maps.folium.views import BasemapView, IndicatorView, ModelView, SurfaceView
from maps.style import (
    HATCHED,
    Legend,
    area_style,
    regency_style,
    screening_style,
    sequential_colours,
)
from maps.text import translate
from maps.tiles import MAX_ZOOM

# Five decimals of a degree are about one metre, far finer than any geometry that we draw.
COORDINATE_DECIMALS = 5
# Of one layer, and for each of its features: 156 kecamatan keep bends of about 350 m, 13 regencies of
# 300 m, a pixel of the whole province, and a page of both with the zones stays near half a MB. With
# the last of them, three layers of any number of features stay below 2 MB.
FEWEST_VERTICES, VERTICES_OF_FEATURE, MOST_VERTICES = 3_000, 35, 20_000
_MOST_AREA_MOVED = 0.01


class Attachment(folium.MacroElement):
    """The line of script that hands a finished map and its layers by name to one of our scripts."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            {{ this.script }}.attach({{ this._parent.get_name() }}, {
                {%- for name, layer in this.layers.items() %}
                {{ name|tojson }}: {{ layer.get_name() }},
                {%- endfor %}
            });
        {% endmacro %}
        """
    )

    def __init__(self, script: str, layers: Mapping[str, folium.map.Layer]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Attachment"
        self.script = script
        self.layers = layers


def geojson(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """A lean FeatureCollection: the id and the geometry, in lon/lat.

    Outlines of more vertices than a page should carry are simplified as a coverage; no feature
    disappears.
    """
    require_crs(frame, subject="map layer")
    drawn = _simple(frame.geometry.to_crs(LONLAT).to_numpy())
    rounded = shapely.transform(drawn, lambda xy: np.round(xy, COORDINATE_DECIMALS))
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": str(area_id),
                "properties": {},
                "geometry": shapely.geometry.mapping(geometry),
            }
            for area_id, geometry in zip(frame.index, rounded, strict=True)
            if geometry is not None and not geometry.is_empty
        ],
    }


def _simple(lonlat: Geometries) -> Geometries:
    """Outlines of few vertices, of up to `MOST_VERTICES` where fewer would spoil their shapes."""
    few = min(FEWEST_VERTICES + VERTICES_OF_FEATURE * len(lonlat), MOST_VERTICES)
    simple = simplified(lonlat, most_vertices=few)
    # Borders that are not shared vertex by vertex hardly simplify: what is left of them is no shape.
    before, after = shapely.area(lonlat), shapely.area(simple)
    if np.nansum(np.abs(after - before)) <= _MOST_AREA_MOVED * np.nansum(before):
        return simple
    return simplified(lonlat, most_vertices=MOST_VERTICES)


def _layer(
    frame: gpd.GeoDataFrame,
    style_of: Callable[[str], dict[str, Any]],
    *,
    pane: str,
    name: str,
    show: bool = True,
    attribution: str = "",
) -> folium.GeoJson:
    marker = folium.CircleMarker(radius=7, fill=True)
    # Without it the circles would lie in Leaflet's own pane, under our polygons.
    marker.options["pane"] = pane
    return folium.GeoJson(
        geojson(frame),
        style_function=lambda feature: style_of(feature["id"]),
        marker=marker,
        name=str(escape_attribute(name)),
        show=show,
        smooth_factor=0.5,
        pane=pane,
        attribution=str(escape_attribute(attribution)) or None,
    )


def regency_layer(
    regencies: gpd.GeoDataFrame,
    indicator: IndicatorView | None,
    language: Language,
    attribution: str,
    *,
    edges: Sequence[float] = (),
) -> tuple[folium.GeoJson, Legend]:
    """Regencies by classes of an indicator, and what the colours mean.

    `edges` are those of the indicator's classes over all its years; without them they are
    quantiles of the values shown.
    """
    values = _values(regencies.index, indicator)
    edges = edges or quantile_breaks(values)
    fills = regency_fills(regencies.index, indicator, edges)
    layer = _layer(
        regencies,
        lambda code: regency_style(fills[code]),
        pane="regencies",
        name=_regency_title(indicator, language),
        attribution=attribution,
    )
    legend = indicator_legend(indicator, edges, language, has_gaps=bool(np.isnan(values).any()))
    return layer, legend


def regency_fills(
    codes: pd.Index, indicator: IndicatorView | None, edges: Sequence[float]
) -> dict[str, str | None]:
    """The colour of each regency by its class of an indicator; None without a value."""
    colours = sequential_colours(max(len(edges) - 1, 0))
    places = class_of(_values(codes, indicator), edges)
    return {
        str(code): colours[place] if place >= 0 else None
        for code, place in zip(codes, places, strict=True)
    }


def _values(codes: pd.Index, indicator: IndicatorView | None) -> npt.NDArray[np.float64]:
    if indicator is None:
        return np.full(len(codes), np.nan)
    return indicator.values["value"].reindex(codes).to_numpy(dtype=np.float64)


def _regency_title(indicator: IndicatorView | None, language: Language) -> str:
    if indicator is None:
        return translate("layer.regencies_plain", language)
    return translate("layer.regencies", language, indicator=indicator.title.to(language))


def ground_layer(
    regencies: gpd.GeoDataFrame, language: Language, attribution: str
) -> folium.GeoJson:
    """Plain regencies for other layers to lie on."""
    ground = {"color": "#b4bfc4", "weight": 1, "fillColor": "#fbfaf7", "fillOpacity": 1}
    return _layer(
        regencies,
        lambda _: ground,
        pane="regencies",
        name=translate("layer.regencies_plain", language),
        attribution=attribution,
    )


def area_fills(results: Sequence[ZoneResult], model: ModelView) -> Callable[[str], str]:
    """The fill of an area by its id: its likeliest class, or the mark of why it has none."""
    classes = class_cards(model, "id")
    fills = {result.area_id: fill_of(result, classes) for result in results}
    return lambda area_id: fills.get(area_id, HATCHED)


def zone_layer(
    zones: gpd.GeoDataFrame,
    results: Sequence[ZoneResult],
    model: ModelView,
    language: Language,
) -> folium.GeoJson:
    """Zones by readiness class; approximate ones dashed, points as circles."""
    fill_of = area_fills(results, model)
    approximate = {
        str(area_id): is_approximate(kind) and geometry.geom_type != "Point"
        for area_id, kind, geometry in zip(
            zones.index, zones["geometry_kind"], zones.geometry, strict=True
        )
    }
    # The largest first, so that a small zone inside a large one can be seen and clicked.
    order = np.argsort(-shapely.area(zones.geometry.to_numpy()), kind="stable")
    return _layer(
        zones.iloc[order],
        lambda area_id: area_style(fill_of(area_id), approximate=approximate[area_id]),
        pane="zones",
        name=translate("layer.zones", language),
    )


def surface_layer(
    surface: SurfaceView, bounds: Sequence[Sequence[float]], language: Language
) -> folium.TileLayer:
    """The suitability surface as tiles, switched off at first.

    `bounds` are the south-west and north-east corners as Leaflet has them: (lat, lon).
    """
    return folium.TileLayer(
        tiles=surface.tiles,
        attr=str(escape_attribute(translate("surface.attribution", language))),
        name=str(escape_attribute(translate("layer.surface", language))),
        overlay=True,
        show=False,
        max_zoom=MAX_ZOOM,
        pane="surface",
        bounds=bounds,
    )


def basemap_layer(basemap: BasemapView, language: Language) -> folium.TileLayer:
    """Another service's map below everything, switched off at first: until then nobody asks it."""
    host = urlsplit(basemap.tiles).netloc.replace("{s}.", "")
    return folium.TileLayer(
        tiles=basemap.tiles,
        attr=str(escape_attribute(basemap.attribution or host)),
        name=str(escape_attribute(translate("layer.basemap", language, host=host))),
        overlay=True,
        show=False,
        pane="basemap",
    )


def kecamatan_layer(
    kecamatan: gpd.GeoDataFrame,
    results: Sequence[ZoneResult],
    model: ModelView,
    language: Language,
    *,
    show: bool,
) -> folium.GeoJson:
    """Kecamatan by readiness class."""
    fill_of = area_fills(results, model)
    return _layer(
        kecamatan,
        lambda code: screening_style(fill_of(code)),
        pane="kecamatan",
        name=translate("layer.kecamatan", language),
        show=show,
    )
