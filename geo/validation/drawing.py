"""What a map of an upload is drawn from: a GeoJSON collection that no file can make too large.

Pure. A file may have millions of vertices; what a browser gets of it is bounded in features and
vertices, and says how much of the whole it is. Nothing is measured from what comes out here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo.json_types import as_json
from geo.vector.simplify import MOST_VERTICES, for_screen

MOST_FEATURES = 2_000
# RFC 7946 section 11.2: about 10 cm.
_DECIMALS = 6
_MOST_SHOWN = 120


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A shape in lon/lat with the properties that a map shows of it."""

    shape: shapely.Geometry
    properties: dict[str, Any]


def collection(drawn: Sequence[Drawn], *, of: int, **members: Any) -> dict[str, Any]:
    """A GeoJSON collection (RFC 7946) of the first of `drawn` that a screen can take.

    Parameters
    ----------
    drawn : sequence of Drawn, (n,)
        The ones that matter first; shapes may be invalid, none is None or empty.
    of : int
        How many there would be without any bound, which `shown` is told beside.
    members
        Further members of the collection, in JSON types.

    Returns
    -------
    dict
        At most 2,000 features and 50,000 vertices; coordinates to six decimals.
    """
    chosen = drawn[:MOST_FEATURES]
    shapes = np.empty(len(chosen), dtype=object)
    shapes[:] = [one.shape for one in chosen]
    shapes = for_screen(shapely.force_2d(shapes))
    # What is coarsest may still be more than the bound: the last ones go.
    is_in = np.cumsum(shapely.get_num_coordinates(shapes)) <= MOST_VERTICES
    is_in &= ~shapely.is_empty(shapes)
    rounded = shapely.transform(shapes[is_in], lambda places: places.round(_DECIMALS))
    texts = shapely.to_geojson(shapely.orient_polygons(rounded))
    kept = [one for one, stays in zip(chosen, is_in, strict=True) if stays]
    return {
        "type": "FeatureCollection",
        **members,
        "shown": len(kept),
        "of": of,
        "features": [
            {
                "type": "Feature",
                "geometry": json.loads(text),
                "properties": as_json(one.properties),
            }
            for text, one in zip(texts, kept, strict=True)
        ],
    }


def label(value: Any) -> str | None:
    """What an officer calls a feature, short enough for a map; None where it has no name."""
    if value is None or value != value or not (text := str(value).strip()):
        return None
    return text[:_MOST_SHOWN]
