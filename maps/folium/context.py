"""The context as a layer of a Folium map, drawn by `static/js/context.js`."""

from collections.abc import Mapping, Sequence
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from folium.template import Template

from geo.crs import LONLAT
from geo.language import MOST_NAME, Language, shortened
from maps.assets import Assets
from maps.context import FILE, map_context
from maps.escape import escape_attribute, json_in_page
from maps.text import translate

# As they are written and said in the province, where the whole name has no room.
SHORT_NAMES: Mapping[str, str] = {
    "Hulu Sungai Selatan": "HSS",
    "Hulu Sungai Tengah": "HST",
    "Hulu Sungai Utara": "HSU",
    "Barito Kuala": "Batola",
    "Tanah Bumbu": "Tanbu",
    "Tanah Laut": "Tala",
}
# Places that a name may take: this many, this share of the best one's distance to the boundary.
_MOST_PLACES = 12
_LEAST_CLEARANCE = 0.3
_GRID = 14
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
            "places": _places_in(largest),
            "width": round(float(np.ptp(shapely.bounds(largest)[[0, 2]])), 3),
        }
        for i in order
        for largest in [_largest_part(lonlat[i])]
        if largest is not None
    ]


def _largest_part(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    parts = shapely.get_parts(shape) if shape is not None else []
    return parts[np.argmax(shapely.area(parts))] if len(parts) else None


def _places_in(largest: shapely.Geometry) -> Sequence[Sequence[float]]:
    if largest.geom_type != "Polygon":
        place = shapely.point_on_surface(largest)
        return [[round(place.y, 4), round(place.x, 4)]]
    west, south, east, north = shapely.bounds(largest)
    x, y = np.meshgrid(np.linspace(west, east, _GRID), np.linspace(south, north, _GRID))
    pole = shapely.maximum_inscribed_circle(largest, tolerance=(east - west) / 100).coords[0]
    points = shapely.points([pole, *np.column_stack([x.ravel(), y.ravel()])])
    clear = shapely.distance(points, shapely.boundary(largest))
    clear[~shapely.contains_xy(largest, shapely.get_x(points), shapely.get_y(points))] = 0
    best = np.argsort(-clear, kind="stable")
    kept = [i for i in best if clear[i] >= _LEAST_CLEARANCE * clear[best[0]]][:_MOST_PLACES]
    return [[round(points[i].y, 4), round(points[i].x, 4)] for i in kept]


def main_bounds(regencies: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
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
    bounds: npt.NDArray[np.float64] = shapely.total_bounds(parts[is_main])
    return bounds
