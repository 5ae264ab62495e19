"""The forms that features are written in, with their media types and what they are called."""

from functools import lru_cache
from typing import Literal

from api.links import GEOJSON, HTML
from geo.vector.file_formats import FILE_FORMATS, Format

Form = Literal[
    "json", "html", "geojsonseq", "jsonfg", "fgb", "parquet", "csv", "gpkg", "xlsx", "shp", "kml"
]
GEOJSON_SEQUENCE = "application/geo+json-seq"
JSON_FG = "application/fg+json"
# Written as files in their columns.
FILES: dict[Form, Format] = {
    "fgb": "fgb",
    "parquet": "parquet",
    "csv": "csv",
    "gpkg": "gpkg",
    "xlsx": "xlsx",
    "shp": "shp",
    "kml": "kml",
}
# Of which there is one CRS only: a spreadsheet has columns `lon` and `lat`, and KML no other (OGC 12-007r2).
ONLY_LONLAT: frozenset[Form] = frozenset({"xlsx", "kml"})
# With all that matches, unless a limit is named.
WHOLE: frozenset[Form] = frozenset({*FILES, "geojsonseq"})
MEDIA_TYPES: dict[Form, str] = {
    "json": GEOJSON,
    "html": HTML,
    "geojsonseq": GEOJSON_SEQUENCE,
    "jsonfg": JSON_FG,
    **{form: FILE_FORMATS[format].media_type for form, format in FILES.items()},
}
TITLES: dict[Form, str] = {
    "json": "GeoJSON",
    "html": "HTML",
    "geojsonseq": "GeoJSONSeq",
    "jsonfg": "JSON-FG",
    **{form: FILE_FORMATS[format].title for form, format in FILES.items()},
}
# As a person takes them: first what an office opens, last what programs stream.
TAKEN: tuple[Form, ...] = (
    *("xlsx", "csv", "gpkg", "shp", "kml"),
    *("json", "jsonfg", "geojsonseq", "fgb", "parquet"),
)
_SUFFIXES: dict[Form, str] = {"json": ".geojson", "geojsonseq": ".geojsons", "jsonfg": ".fg.json"}


@lru_cache(maxsize=256)
def file_name(collection_id: str, form: Form) -> str:
    """The name of a collection's features as a file: one that every system takes.

    Examples
    --------
    >>> file_name("desa", "json"), file_name("luas/ha", "shp")
    ('desa.geojson', 'luas_ha.zip')
    """
    suffix = _SUFFIXES.get(form) or FILE_FORMATS[FILES[form]].suffix
    return stem(collection_id) + suffix


def stem(collection_id: str) -> str:
    """A name that every system takes, for a file and the layer in it."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in collection_id)
    return plain[:80] or "layer"
