"""What the map draws around and under its layers, light enough for every page.

Only what is drawn: for areas, joins and distances the files beside it count.
"""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.steps.files import DATA, shipped_region, write_features
from geo.crs import LONLAT

# About 110 m and 3 km: less than a pixel of a province, and of an island group, on a screen.
_NEAR_DEG = 0.001
_FAR_DEG = 0.03
# Shoreline and outlines of desa disagree by some hundred metres; a strip of land as narrow as twice
# this, between the province and the sea, is that disagreement and no neighbour's land.
_STRIP_M = 1_500.0
# Smaller islets and ponds are less than a dot: 0.25 km² near the province, 60 km² far from it.
_LEAST_DEG2 = 2e-5
_LEAST_FAR_DEG2 = 5e-3
_FAR_GRID_DEG = 0.01
# 11 m.
_DECIMALS = 4


def build_drawing(target: Path, regencies: gpd.GeoDataFrame) -> None:
    """drawing.json: land, province, water and roads as one feature each, and the named places."""
    province = shapely.union_all(regencies.geometry.to_numpy())
    near = shapely.union_all(_shapes(target, "land"))
    frame = shapely.box(*shapely.bounds(near))
    outside = shapely.difference(shapely.union_all(_shapes(target, "land_around")), frame)
    far = shapely.simplify(outside, _FAR_DEG)
    # On a grid on which the frame lies, so that both meet there and no crack is drawn as a shore.
    land = shapely.union(
        shapely.simplify(_without_strips(near, province), _NEAR_DEG),
        shapely.set_precision(_without_islets(far, _LEAST_FAR_DEG2), _FAR_GRID_DEG),
    )

    drawn = {
        "land": _without_islets(land),
        "outline": _without_islets(shapely.simplify(province, _NEAR_DEG)),
        "water": _without_islets(shapely.simplify(_union(target, "water"), _NEAR_DEG / 2)),
        "road": shapely.simplify(shapely.line_merge(_union(target, "roads")), _NEAR_DEG / 2),
    }
    shapes = [_feature(shape, kind=kind) for kind, shape in drawn.items()]
    places = [*_towns(target, regencies), *_names(target)]
    write_features(target / "context/drawing.json", [*shapes, *places], name="drawing")


def _shapes(target: Path, name: str) -> Any:
    return _read(target, name).geometry.to_numpy()


def _union(target: Path, name: str) -> shapely.Geometry:
    return shapely.union_all(_shapes(target, name))


def _read(target: Path, name: str) -> gpd.GeoDataFrame:
    made = target / f"context/{name}.geojson"
    return gpd.read_file(made if made.exists() else DATA / f"context/{name}.geojson")


def _without_strips(land: shapely.Geometry, province: shapely.Geometry) -> shapely.Geometry:
    """Land without the narrow strips between the province and the sea."""
    crs = shipped_region().metric_crs
    shore, own = gpd.GeoSeries([land, province], crs=LONLAT).to_crs(crs)
    beyond = shapely.difference(shore, own)
    wide = shapely.buffer(shapely.buffer(beyond, -_STRIP_M), 1.2 * _STRIP_M)
    narrow = shapely.get_parts(shapely.difference(beyond, wide))
    strips = narrow[shapely.dwithin(narrow, shapely.boundary(shore), 1.0)]
    cut = gpd.GeoSeries([shapely.union_all(shapely.buffer(strips, 1.0))], crs=crs)
    return shapely.difference(land, cut.to_crs(LONLAT).iloc[0])


def _without_islets(shape: shapely.Geometry, least: float = _LEAST_DEG2) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    return shapely.multipolygons(parts[shapely.area(parts) >= least])


def _towns(target: Path, regencies: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Towns; a city that is a regency of its own is named as such and not once more."""
    named_already = set(regencies["name"][regencies["kind"] == "Kota"])
    towns = pd.concat([_read(target, name) for name in ("towns", "seats")]).sort_values("name")
    return [
        _feature(place, kind="town", **({} if name in named_already else {"name": name}))
        for name, place in zip(towns["name"], towns.geometry, strict=True)
    ]


def _names(target: Path) -> list[dict[str, Any]]:
    """Seas, provinces and regencies around the province, in the order of the file."""
    return [
        _feature(row.geometry, kind=row["kind"], name=row["name"], name_en=row["name_en"])
        for _, row in _read(target, "neighbours").iterrows()
    ]


def _feature(shape: shapely.Geometry, **properties: str) -> dict[str, Any]:
    # Places keep their order: the best first.
    is_place = shapely.get_dimensions(shape) == 0
    exact = shape if is_place else shapely.set_precision(shape, 10.0**-_DECIMALS)
    return {
        "type": "Feature",
        "properties": properties,
        # A grid's multiples have tails of binary fractions.
        "geometry": shapely.geometry.mapping(
            shapely.transform(exact, lambda xy: np.round(xy, _DECIMALS))
        ),
    }
