"""Pure. What a land raster is called in sentences that people read."""

from collections.abc import Mapping

from geo.language import Text

_TITLES: Mapping[str, Text] = {
    "landcover": Text(id="tutupan lahan", en="land cover"),
    "landmask": Text(id="daratan dan laut", en="land and sea"),
    "elevation": Text(id="ketinggian", en="elevation"),
    "elevation_coarse": Text(id="ketinggian (kasar)", en="elevation (coarse)"),
    "slope_percent": Text(id="lereng", en="slope"),
    "relief_m": Text(id="relief", en="relief"),
    "hillshade": Text(id="bayangan lereng", en="hillshade"),
    "wetness": Text(id="kebasahan topografi", en="topographic wetness"),
    "height_above_drainage_m": Text(
        id="tinggi di atas aliran air", en="height above the nearest drainage"
    ),
    "road_distance_m": Text(id="jarak ke jalan", en="distance to roads"),
    "river_distance_m": Text(id="jarak ke sungai", en="distance to rivers"),
    "forest_estate": Text(id="kawasan hutan", en="forest estate"),
    "peat_depth_m": Text(id="kedalaman gambut", en="peat depth"),
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
