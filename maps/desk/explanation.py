"""What the first page of uploads explains: formats, fields of each layer, a report by example.

The example's sentences are those of `geo/ingest/findings.py`, so that the page shows what a report will say.
"""

from collections.abc import Sequence
from typing import Any

from geo.ingest.findings import Feature, Finding, Severity, finding
from geo.ingest.formats import FORMATS, GEOTIFF
from geo.ingest.source import Limits
from geo.language import Language, size_limit, texts
from geo.vector.schema import SCHEMAS, Field, FieldKind, LayerSchema
from maps.text import both, format_number, translate

_MILLION = 1_000_000
# In this order, because zones are what an office sends most.
_LAYERS = ("zones", "kecamatan", "regencies")
# The keys of a report's JSON, as `geo.validation.report.report_of` writes them.
_REPORT = {
    "accepted": "portrait.report_accepted",
    "summary": "portrait.report_summary",
    "mapping": "portrait.report_mapping",
    "findings": "portrait.report_findings",
    "counts": "portrait.report_counts",
    "difference": "portrait.report_difference",
}
# The gravest first; what is only told comes last.
SEVERITIES: dict[Severity, str] = {
    "error": "portrait.severity_error",
    "warning": "portrait.severity_warning",
    "info": "portrait.severity_info",
}
_KINDS: dict[FieldKind, str] = {
    "text": "portrait.kind_text",
    "integer": "portrait.kind_integer",
    "number": "portrait.kind_number",
}


def desk(language: Language, *, limits: Limits, keep_days: int) -> dict[str, Any]:
    """Everything that the page says; `keep_days` is how long an upload waits after its last change."""
    return {
        "title": translate("portrait.desk_title", language),
        "limits": {
            "size": size_limit(limits.upload_bytes).to(language),
            "features": format_number(limits.features, language),
            "unpacked": size_limit(limits.unpacked_bytes).to(language),
            "vertices": _in_millions(limits.layer_vertices, language),
            "days": format_number(keep_days, language),
        },
        "formats": [
            {
                "name": each.name.to(language),
                "extensions": ", ".join(each.extensions),
                "crs": each.crs.to(language),
                "note": each.note.to(language),
            }
            for each in (*FORMATS.values(), GEOTIFF)
        ],
        "schemas": [_schema(SCHEMAS[name], language) for name in _LAYERS],
        "example": [
            {
                "severity": found.severity,
                "severityText": severity_text(found.severity, language),
                "code": found.code,
                "sentence": found.sentence.to(language),
            }
            for found in _example()
        ],
        "report": [
            {"name": name, "text": translate(key, language)} for name, key in _REPORT.items()
        ],
    }


def _in_millions(count: int, language: Language) -> str:
    """A count as an office writes it: whole millions in words."""
    if count < _MILLION or count % _MILLION:
        return format_number(count, language)
    millions = format_number(count // _MILLION, language)
    return translate("inbox.millions", language, n=millions)


def severity_text(severity: Severity, language: Language) -> str:
    """What a finding's severity is called."""
    return translate(SEVERITIES[severity], language)


def _schema(schema: LayerSchema, language: Language) -> dict[str, Any]:
    return {
        "layer": schema.layer,
        "title": schema.title.to(language),
        "description": schema.description.to(language),
        "key": schema.key,
        "geometry": ", ".join(sorted(schema.geometry_types)),
        "is_coverage": schema.coverage,
        "fields": [_field(field, language) for field in schema.fields],
    }


def _field(field: Field, language: Language) -> dict[str, Any]:
    unit = f" ({field.unit})" if field.unit else ""
    return {
        "name": field.name,
        "title": field.title.to(language) + unit,
        "kind": translate(_KINDS[field.kind], language),
        "is_required": field.required,
        "example": field.example,
        "aliases": field.aliases,
    }


def _example() -> Sequence[Finding]:
    angsana, siayuh = Feature(3, "angsana"), Feature(9, "siayuh")
    return (
        finding("value_missing", feature=angsana, column="regency_code"),
        finding(
            "geometry_invalid",
            feature=siayuh,
            reason=both("portrait.desk_crosses"),
            lon=116.21,
            lat=-2.87,
            axes=texts("geo.validation.geometry")["axes_lonlat"],
        ),
        finding("gpkg_journal"),
        finding("column_renamed", column="LUAS", name="luas_2"),
    )
