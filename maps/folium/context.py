"""The context as a layer of a Folium map, drawn by `static/js/context.js`."""

from collections.abc import Mapping
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from folium.template import Template

from geo.crs import LONLAT
from geo.language import MOST_NAME, Language, shortened
from maps.assets import Assets
from maps.context import FILE, map_context
from maps.escape import escape_attribute, json_in_page
from maps.labels import SHORT_NAMES, label_places, largest_part
from maps.text import translate

# Of the largest part of all: what smaller parts have no say in what a map shows at first.
_LEAST_PART = 0.005


class ContextLayer(folium.map.Layer):
    """Land, sea, neighbours, towns, roads and water under the layers.

    The page asks for the file, which a browser keeps; for a memory stick it stands in the page.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = Kawasan.context.layer({{ this.content }});
        {% endmacro %}
        """
    )

    def __init__(self, content: Mapping[str, Any], name: str) -> None:
        super().__init__(name=name, overlay=True, control=True, show=True)
        self._name = "Context"
        self.content = json_in_page(content)


def context_layer(assets: Assets, language: Language) -> ContextLayer | None:
    """The context of a page's map; None where no context ships."""
    found = map_context()
    if found is None:
        return None
    content = {
        "attribution": str(escape_attribute(found.attribution.to(language))),
        "address": None if assets.standalone else f"{assets.base}/context/{FILE}?v={found.digest}",
        "features": found.features if assets.standalone else None,
    }
    return ContextLayer(content, str(escape_attribute(translate("layer.context", language))))


def regency_labels(regencies: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """The name of each regency, how it is shortened, and where it may stand; the largest first.

    `width` is that of its largest part in degrees. Places are Leaflet's (lat, lon) inside the largest part, the farthest from its boundary first.
    """
    lonlat = regencies.geometry.to_crs(LONLAT).to_numpy()
    order = np.argsort(-shapely.area(lonlat), kind="stable")
    names = [str(name) for name in regencies["name"]]
    return [
        {
            "name": shortened(names[i], MOST_NAME),
            "short": SHORT_NAMES.get(names[i], ""),
            "places": [[round(lat, 4), round(lon, 4)] for lon, lat in label_places(largest)],
            "width": round(float(np.ptp(shapely.bounds(largest)[[0, 2]])), 3),
        }
        for i in order
        for largest in [largest_part(lonlat[i])]
        if largest is not None
    ]


def main_bounds(regencies: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """West, south, east and north, lon/lat, of what a map shows at first.

    Far islets would shrink all the rest: of each regency the largest part counts, and others of at
    least this share of the largest of all.
    """
    lonlat = regencies.geometry.to_crs(LONLAT).to_numpy()
    parts, owners = shapely.get_parts(lonlat, return_index=True)
    sizes = shapely.area(parts)
    is_main = sizes >= _LEAST_PART * sizes.max(initial=0)
    for i in np.unique(owners):
        is_main[np.flatnonzero(owners == i)[np.argmax(sizes[owners == i])]] = True
    west, south, east, north = map(float, shapely.total_bounds(parts[is_main]))
    return west, south, east, north
