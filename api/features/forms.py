"""The forms that features are written in, with their media types and what they are called."""

from typing import Literal

from api.links import GEOJSON, HTML
from geo.vector.file_formats import FILE_FORMATS, Format

Form = Literal["json", "html", "geojsonseq", "jsonfg", "fgb", "parquet", "csv", "gpkg"]
GEOJSON_SEQUENCE = "application/geo+json-seq"
JSON_FG = "application/fg+json"
# Written as files in their columns.
FILES: dict[Form, Format] = {"fgb": "fgb", "parquet": "parquet", "csv": "csv", "gpkg": "gpkg"}
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
