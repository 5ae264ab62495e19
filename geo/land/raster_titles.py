"""What a land raster is called in sentences that people read; its titles are in the catalogue."""

from geo.land.raster import KNOWN_RASTERS
from geo.language import Text, texts

_SAY = texts(__name__)


def land_unit(name: str, unit: str) -> Text:
    """What a land raster is counted in, as a reader says it; `unit` itself where it is a symbol or an office's own.

    Examples
    --------
    >>> land_unit("population_per_km2", "persons per km²").id, land_unit("slope_percent", "%").id
    ('jiwa per km²', '%')
    """
    if unit != KNOWN_RASTERS.get(name):
        return Text(id=unit, en=unit)
    try:
        return _SAY[f"unit_{name}"]
    except KeyError:
        return Text(id=unit, en=unit)


def land_title(name: str) -> Text:
    """The title of a land raster, to stand inside a sentence.

    Whoever adds a raster may name it freely; an unknown name is read as words.

    Examples
    --------
    >>> land_title("peat_depth_m").en, land_title("soil_class").id
    ('peat depth', 'soil class')
    """
    try:
        return _SAY[f"raster_{name}"]
    except KeyError:
        words = name.replace("_", " ")
        return Text(id=words, en=words)
