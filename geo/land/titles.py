"""What a land raster is called in sentences that people read."""

from collections.abc import Mapping

from geo.language import Text, texts

_SAY = texts(__name__)

_TITLES: Mapping[str, Text] = {
    "landcover": _SAY["titles_landcover"],
    "landmask": _SAY["titles_landmask"],
    "elevation": _SAY["titles_elevation"],
    "elevation_coarse": _SAY["titles_elevation_coarse"],
    "slope_percent": _SAY["titles_slope_percent"],
    "relief_m": _SAY["titles_relief_m"],
    "hillshade": _SAY["titles_hillshade"],
    "wetness": _SAY["titles_wetness"],
    "height_above_drainage_m": _SAY["titles_height_above_drainage_m"],
    "road_distance_m": _SAY["titles_road_distance_m"],
    "river_distance_m": _SAY["titles_river_distance_m"],
    "forest_estate": _SAY["titles_forest_estate"],
    "peat_depth_m": _SAY["titles_peat_depth_m"],
}


def land_title(name: str) -> Text:
    """The title of a land raster, to stand inside a sentence.

    Whoever adds a raster may name it freely; an unknown name is read as words.

    Examples
    --------
    >>> land_title("peat_depth_m").en, land_title("soil_class").id
    ('peat depth', 'soil class')
    """
    words = name.replace("_", " ")
    return _TITLES.get(name, Text(id=words, en=words))
