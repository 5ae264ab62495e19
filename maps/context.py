"""I/O. Where a map lies: land and sea, neighbours, towns, main roads and large water, from data/context.

It is drawn under every layer and never asked about; what counts is in the layers.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import shapely

from geo.language import Language, Text
from geo.planning.shipped import shipped_data

FILE = "drawing.json"


@dataclass(frozen=True, slots=True, eq=False)
class MapContext:
    """What is drawn around and under the layers.

    `features` are GeoJSON features, lon/lat: one each of the kinds land, outline (of the
    province), water and road, then named points of the kinds town, regency, province and sea. `digest` changes with
    the file, `attribution` is what its sources ask to be said.
    """

    features: tuple[Mapping[str, Any], ...]
    digest: str
    attribution: Text

    def shape(self, kind: str) -> shapely.Geometry:
        """The geometry of a kind that is one feature; empty where there is none."""
        found = (f["geometry"] for f in self.features if f["properties"]["kind"] == kind)
        return next((shapely.geometry.shape(one) for one in found), shapely.Point())

    def places(self, kind: str, language: Language) -> list[tuple[str, float, float]]:
        """Name (empty for a dot alone), longitude and latitude of the points of a kind, in their order.

        A sea has several points, the best first.
        """
        found = [f for f in self.features if f["properties"]["kind"] == kind]
        return [
            (_name_of(f["properties"], language), lon, lat)
            for f in found
            for lon, lat in shapely.get_coordinates(shapely.geometry.shape(f["geometry"]))
        ]


def _name_of(properties: Mapping[str, str], language: Language) -> str:
    own = properties.get("name", "")
    return properties.get("name_en", own) if language == "en" else own


def context_folder() -> Path:
    """Where the file lies that pages ask for."""
    return shipped_data() / "context"


@cache
def map_context() -> MapContext | None:
    """The context that ships; None where the data were not installed."""
    try:
        content = (context_folder() / FILE).read_bytes()
        manifest = (context_folder() / "manifest.toml").read_text("utf-8")
    except FileNotFoundError:
        return None
    entry = next(one for one in tomllib.loads(manifest)["file"] if one["name"] == FILE)
    return MapContext(
        features=tuple(orjson.loads(content)["features"]),
        digest=hashlib.sha256(content).hexdigest()[:12],
        attribution=Text(id=entry["attribution_id"], en=entry["attribution"]),
    )


def context_digest() -> str:
    """What changes with the context, for whoever keeps what was drawn with it; empty without one."""
    found = map_context()
    return found.digest if found else ""
