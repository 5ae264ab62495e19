"""The page of one layer, whatever its size: a Folium map of its outlines, its facts, a search.

The outlines come as vector tiles, so the page is as fluid for a village layer of a whole country as
for twelve regencies. For a memory stick they are written into the file, simplified; a layer that is
too big for that even so is refused with a word on how to take it along instead.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import folium
import geopandas as gpd
import numpy as np
import orjson
import shapely
from folium.elements import JSCSSMixin
from folium.template import Template

from geo.crs import LONLAT, require_crs
from geo.errors import InvalidInput
from geo.language import Language, Text, shortened, texts
from geo.vector.simplify import MOST_VERTICES, simplified
from maps.assets import Assets
from maps.escape import escape_attribute, json_in_page
from maps.folium.cards import script_texts
from maps.folium.context import context_layer
from maps.folium.drawing import COORDINATE_DECIMALS
from maps.folium.offline import OfflineMap
from maps.folium.views import MapView
from maps.pages.page import render
from maps.style import Legend, LegendEntry
from maps.text import translate

_SAY = texts(__name__)

Bounds = tuple[float, float, float, float]

# The brand's teal in its quietest tone, and edges that stand clear on it (6.2 : 1).
STYLE = {
    "fill": "#cfe4e0",
    "edge": "#2f6e68",
    "chosenFill": "rgb(253 184 60 / 70%)",
    "chosenEdge": "#1d2b33",
}
# Where the classes have their own colours below.
_STYLE_ABOVE_COLOURS = {"fill": "rgb(0 0 0 / 0%)", "edge": "rgb(29 43 51 / 35%)"}
_MOST_CREDIT = 100
# What a browser reads at once from a memory stick.
MOST_BYTES = 2_000_000
# The zoom of Leaflet, whose tiles are half as wide as ours.
_MAX_ZOOM = 18
# A simplified outline tells nothing more beyond it, and places within the one big tile stay exact.
_MAX_ZOOM_OF_FILE = 14
_LEAST_DEG = 0.02
# Above the land of the context, below the outlines.
_CLASSES_PANE = 406
_EVERYWHERE: Bounds = (95.0, -11.0, 141.0, 6.0)


@dataclass(frozen=True, slots=True, eq=False)
class LayerView:
    """One layer as its page tells it.

    `bounds` are lon/lat, None for a layer without any geometry; `fields` are the titles of its
    properties by name, `key` is the one that holds the id. What is computed has no `source`,
    `licence`, `version` and `published` date. `tiles` is where the raster behind a layer of classes is
    drawn, and `classes` what its colours mean.
    """

    id: str
    title: str
    description: str
    count: int
    bounds: Bounds | None
    fields: Mapping[str, str]
    key: str = ""
    source: str = ""
    licence: str = ""
    version: int | None = None
    published: datetime.date | None = None
    tiles: str = ""
    classes: tuple[LegendEntry, ...] = ()


class Outlines(JSCSSMixin, folium.MacroElement):
    """The outlines of a layer on a Folium map, painted by `static/js/outlines.js`.

    `source` is what `Kawasan.outlines.tiled` is told; None takes the GeoJSON that stands in the page.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            Kawasan.attach({{ this._parent.get_name() }}, {});
            {%- if this.source %}
            Kawasan.layerPage.attach({{ this._parent.get_name() }}, Kawasan.outlines.tiled({{ this.source|tojson }}));
            {%- else %}
            Kawasan.layerPage.attachEmbedded({{ this._parent.get_name() }}, {{ this.options|tojson }});
            {%- endif %}
        {% endmacro %}
        """
    )

    default_js = [("pbf", "https://cdn.jsdelivr.net/npm/pbf@5.1.2/dist/pbf.js")]  # noqa: RUF012  Folium's name and type

    def __init__(self, options: Mapping[str, Any], source: Mapping[str, Any] | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Outlines"
        self.options = dict(options)
        self.source = None if source is None else {**options, **source}
        if source is None:
            self.default_js = []


def layer_page(
    view: LayerView,
    *,
    language: Language,
    state: Mapping[str, str] | None = None,
    assets: Assets | None = None,
    root: str = "",
    outlines: Mapping[str, Any] | None = None,
    tagline: Text | None = None,
) -> str:
    """The page of a layer.

    Parameters
    ----------
    view
    outlines
        GeoJSON of the whole layer (`outlines_for_file`), written into the page; by default the page
        asks the server for vector tiles and for each feature that is opened.
    state, assets, root
        As for `maps.pages.page.render`, and so is `tagline`.
    """
    assets = assets or Assets()
    items = f"{root}/collections/{quote(view.id, safe='')}"
    drawn = _map_view(view, language, items, assets=assets, is_file=outlines is not None)
    return render(
        "layer.html",
        language,
        assets=assets,
        root=root,
        state=state,
        tagline=tagline,
        title=view.title,
        layer=view,
        collection=items,
        view=drawn,
        parts=drawn.map.parts(assets),
        cards=json_in_page(drawn.cards),
        outlines=None if outlines is None else json_in_page(outlines),
    )


def outlines_for_file(
    frame: gpd.GeoDataFrame, *, features: Mapping[str, Mapping[str, Any]], title: str
) -> dict[str, Any]:
    """GeoJSON of a layer that a single file can carry: outlines simplified, attributes as they are.

    Parameters
    ----------
    frame
        Index of ids; any CRS.
    features
        The attributes of every feature, JSON types, by its id.
    title
        What the layer is called, for the message.

    Raises
    ------
    InvalidInput
        When it has more than `MOST_VERTICES` vertices or `MOST_BYTES` bytes in its coarsest form.
    """
    require_crs(frame, subject=title)
    geometries = frame.geometry.to_crs(LONLAT).to_numpy()
    reduced = _rounded(simplified(geometries)) if 4 * len(frame) <= MOST_VERTICES else geometries
    vertices = int(shapely.get_num_coordinates(reduced).sum())
    if vertices > MOST_VERTICES:
        raise InvalidInput(reason=_SAY["too_many"].format(title=title, n=len(frame)))
    found = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": str(area_id),
                "properties": dict(features.get(str(area_id), {})),
                "geometry": None
                if geometry is None or geometry.is_empty
                else shapely.geometry.mapping(geometry),
            }
            for area_id, geometry in zip(frame.index, reduced, strict=True)
        ],
    }
    if len(orjson.dumps(found, default=str)) > MOST_BYTES:
        raise InvalidInput(reason=_SAY["too_heavy"].format(title=title, n=len(frame)))
    return found


def _rounded(geometries: Any) -> Any:
    return shapely.transform(geometries, lambda xy: np.round(xy, COORDINATE_DECIMALS))


def _map_view(
    view: LayerView, language: Language, items: str, *, assets: Assets, is_file: bool
) -> MapView:
    west, south, east, north = _roomy(view.bounds or _EVERYWHERE)
    is_coloured = bool(view.tiles) and not is_file
    drawing = OfflineMap(
        ((south + north) / 2, (west + east) / 2),
        zoom_start=5,
        min_zoom=2,
        max_zoom=_MAX_ZOOM_OF_FILE if is_file else _MAX_ZOOM,
        # Outlines stand clear as soon as they are painted; pictures come one by one.
        fade_animation=is_coloured,
    )
    corners = [[south, west], [north, east]]
    source = f"{view.source} ({view.licence})" if view.source else ""
    # All of it stands beside the map; a corner full of it would cover the legend.
    credit = str(escape_attribute(shortened(source, _MOST_CREDIT)))
    style = STYLE | (_STYLE_ABOVE_COLOURS if is_coloured else {})
    options = {"style": style, "attribution": credit, "bounds": corners}
    context = context_layer(assets, language)
    if context is not None:
        context.add_to(drawing)
    if is_coloured:
        # Below the outlines and whatever is written on the map; a click goes to the outline.
        folium.map.CustomPane("classes", z_index=_CLASSES_PANE, pointer_events=False).add_to(
            drawing
        )
        folium.TileLayer(
            tiles=view.tiles,
            attr=credit,
            overlay=True,
            max_zoom=_MAX_ZOOM,
            pane="classes",
        ).add_to(drawing)
    tiles = {"tilejson": f"{items}/tiles/WebMercatorQuad", "layer": view.id, "maxzoom": 14}
    Outlines(options, None if is_file else tiles).add_to(drawing)
    facts = {"fields": dict(view.fields), "key": view.key, "items": f"{items}/items"}
    return MapView(
        map=drawing,
        language=language,
        legends=(_legend(view, language, is_coloured=is_coloured),),
        cards={
            "text": script_texts(language),
            "bounds": corners,
            "layer": facts | ({"items": None} if is_file else {}),
        },
    )


def _roomy(bounds: Bounds) -> Bounds:
    """Bounds that a map can be fitted to, also around a single point."""
    west, south, east, north = bounds
    if max(east - west, north - south) >= _LEAST_DEG:
        return bounds
    return west - _LEAST_DEG, south - _LEAST_DEG, east + _LEAST_DEG, north + _LEAST_DEG


def _legend(view: LayerView, language: Language, *, is_coloured: bool) -> Legend:
    chosen = translate("layer_map.chosen", language)
    own = view.classes if is_coloured else (LegendEntry(view.title, "fill", STYLE["fill"]),)
    return Legend(
        layer=view.id,
        title=translate("layer_map.legend", language),
        unit="",
        entries=(*own, LegendEntry(chosen, "fill", "#fdc96b")),
    )
