"""The form by which a file is handed in: its fields, what they mean, and how they are read."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData, UploadFile

from api.middleware import PART_TYPE
from api.problems import InvalidBody
from geo.errors import UploadUnsupported
from geo.ingest.formats import FORMATS, GEOTIFF, all_names
from geo.language import texts

_SAY = texts(__name__)

FIELDS = (
    *("file", "received", "collection", "crs", "encoding", "layer", "repair", "regencies"),
    *("leave_out_others", "keep_missing"),
    *("title", "title_en", "purpose", "key"),
    *("indicator", "period", "source", "numbers", "replace"),
    *("band", "unit", "year", "licence", "fit", "unfit", "replace_smaller"),
)
_PART_ID = "^[0-9a-f]{16}$"
_TRUE = ("true", "1", "yes", "on", "ya")
_FALSE = ("", "false", "0", "no", "off", "tidak")
_FORM_SCHEMA = {
    "type": "object",
    "description": "Either `file` or `received`.",
    "additionalProperties": False,
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": f"One of {all_names().en}, or a ZIP that holds one; "
            "CSV or XLSX of figures; GeoTIFF or COG of land.",
        },
        "received": {
            "type": "string",
            "pattern": _PART_ID,
            "description": "In place of `file`: the id of one that came whole at `/uploads/parts`.",
        },
        "collection": {
            "type": "string",
            "default": "zones",
            "description": "Layer to change, a new layer, `indicators`, or `land-NAME` for a raster: "
            "land-slope_percent.",
        },
        "title": {"type": "string", "description": "Of a new layer: what people call it."},
        "title_en": {"type": "string", "description": "Of a new layer: its title in English."},
        "purpose": {
            "type": "string",
            "enum": ["planning", "reference"],
            "description": "Of a new layer: planning (inside the region) or reference (anywhere).",
        },
        "key": {
            "type": "string",
            "description": "Of a new layer: the column that names every feature; else rows count.",
        },
        "crs": {"type": "string", "description": "CRS to use in place of the file's: EPSG:32750."},
        "encoding": {"type": "string", "description": "Encoding of a file's text: cp1252."},
        "layer": {
            "type": "string",
            "description": "Which layer or sheet, where the file holds several, as "
            f"{', '.join(f.name.en for f in FORMATS.values() if f.has_several)} may; "
            "in a ZIP of several files file/layer.",
        },
        "repair": {
            "type": "boolean",
            "default": False,
            "description": "Repair invalid polygons; each is listed with its area before and after.",
        },
        "regencies": {
            "type": "string",
            "description": "Codes of regencies, between commas: only their features or figures are "
            "replaced. Of an editor of some regencies these are the default.",
        },
        "leave_out_others": {
            "type": "boolean",
            "default": False,
            "description": "Take nothing of other regencies from a file that holds more.",
        },
        "keep_missing": {
            "type": "boolean",
            "default": False,
            "description": "Keep published features of a layer that the file does not have; else "
            "they leave it.",
        },
        "indicator": {
            "type": "string",
            "description": "Of figures: the indicator of all, where the table names none.",
        },
        "period": {
            "type": "string",
            "description": "Of figures: their period, where the table names none: Agustus 2025.",
        },
        "source": {
            "type": "string",
            "description": "Of figures: their source, where the table names none; of a layer or a raster: its own.",
        },
        "numbers": {
            "type": "string",
            "enum": ["id", "en"],
            "description": "Of figures: how numbers are written, 1.234,5 or 1,234.5.",
        },
        "replace": {
            "type": "boolean",
            "default": False,
            "description": "Of figures: leave out the published ones of the same indicators and years that the file does not have.",
        },
        "band": {
            "type": "integer",
            "minimum": 1,
            "description": "Of a raster of several bands: which one.",
        },
        "unit": {
            "type": "string",
            "description": "Of a raster whose name is your own: its unit.",
        },
        "year": {"type": "string", "description": "Of a raster: year or period of its data."},
        "licence": {
            "type": "string",
            "description": "Of a layer or a raster: under which terms it is used.",
        },
        "fit": {
            "type": "string",
            "description": "Of a raster: CRITERION=WHY, one a line: what it is fit to measure.",
        },
        "unfit": {
            "type": "string",
            "description": "Of a raster: CRITERION=WHY, one a line: what it cannot measure.",
        },
        "replace_smaller": {
            "type": "boolean",
            "default": False,
            "description": "Of a raster: replace one that measures more areas.",
        },
    },
}
# By content a file is told; the types are for programs that write requests from this document.
_MEDIA_TYPES = dict.fromkeys(
    (
        *(each.media_type for each in FORMATS.values()),
        *("application/zip", "text/csv", GEOTIFF.media_type, "application/octet-stream"),
    )
)
FORM_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": _FORM_SCHEMA,
                "encoding": {"file": {"contentType": ", ".join(_MEDIA_TYPES)}},
            }
        },
    }
}


def asked_of(form: FormData) -> tuple[UploadFile | str, dict[str, Any]]:
    """The file of a form or the id of a received one, and for which layer it is by which choices."""
    unknown = sorted(set(form) - set(FIELDS))
    if unknown:
        known = ", ".join(FIELDS)
        raise InvalidBody(reason=_SAY["unknown_field"].format(name=unknown[0][:80], known=known))
    texts = {name: str(form.get(name) or "").strip() for name in FIELDS[1:]}
    chosen: dict[str, Any] = {name: texts[name] for name in _TEXTS}
    chosen["repairs"] = ["make_valid"] if _boolean(texts, "repair") else []
    codes = [code.strip() for code in texts["regencies"].split(",") if code.strip()]
    chosen["regencies"] = codes or None
    chosen |= {name: _boolean(texts, name) for name in _FLAGS}
    chosen |= {name: _reasons(texts[name]) for name in ("fit", "unfit")}
    dataset = texts["collection"] or "zones"
    return _content(form, texts["received"]), {"dataset": dataset, "chosen": chosen}


def require_part_type(content_type: str) -> None:
    """Raise unless a body says that it is a part of a file."""
    if content_type.split(";")[0].strip().lower() != PART_TYPE:
        raise UploadUnsupported(reason=_SAY["no_part"].format(type=PART_TYPE))


def _content(form: FormData, received: str) -> UploadFile | str:
    """Exactly one of both: the file, or the id of one that came in parts."""
    file = form.get("file")
    if isinstance(file, UploadFile) and received:
        raise InvalidBody(reason=_SAY["two_files"])
    if isinstance(file, UploadFile):
        return file
    if file is not None or not re.fullmatch(_PART_ID, received):
        raise InvalidBody(reason=_SAY["no_file"])
    return received


_FLAGS = ("leave_out_others", "keep_missing", "replace", "replace_smaller")
_TEXTS = (
    *("crs", "encoding", "layer", "title", "title_en", "purpose", "key"),
    *("indicator", "period", "source", "numbers", "band", "unit", "year", "licence"),
)


def _reasons(text: str) -> dict[str, str]:
    """CRITERION=WHY by lines, as the command line takes them; what is no such line has no reason."""
    lines = [line.partition("=") for line in text.splitlines() if line.strip()]
    return {reader.strip(): why.strip() for reader, _, why in lines}


def _boolean(texts: Mapping[str, str], name: str) -> bool:
    text = texts[name].lower()
    if text not in _TRUE + _FALSE:
        raise InvalidBody(reason=_SAY["no_boolean"].format(field=name))
    return text in _TRUE
