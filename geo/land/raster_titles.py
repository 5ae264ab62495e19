"""What a land raster is called in sentences that people read; its titles are in the catalogue."""

from geo.language import Text, texts

_SAY = texts(__name__)


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
