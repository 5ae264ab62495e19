"""An assessment as a file: GeoJSON, GeoPackage, CSV or XLSX of what is on the screen.

A layer of statements, which nothing scores, is a file as it is published.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import READS
from api.deps import LanguageDep, StoreDep
from api.links import GEOJSON
from api.parameters import InvalidParameter
from api.readiness_requests import StatedWeights, parse_weights
from api.responses import conditional, etag_of
from api.serving.router import Router
from geo.language import texts
from geo.store.versions import Published

if TYPE_CHECKING:
    import geopandas as gpd

_SAY = texts(__name__)

router = Router("readiness", dependencies=[READS])

MEDIA_TYPES = {
    "geojson": GEOJSON,
    "gpkg": "application/geopackage+sqlite3",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {media_type: {} for media_type in MEDIA_TYPES.values()},
        "description": "A file",
    }
}


class ExportQuery(BaseModel):
    """Which assessment; its layer stands in the address."""

    model_config = ConfigDict(extra="forbid")

    model: Annotated[str, Field(description="A model's id, see /models.")] = "kesiapan"
    year: Annotated[
        int | None, Field(ge=1, le=9999, description="Newest with data by default.")
    ] = None
    method: Annotated[str | None, Field(description="See /models; the model's own by default.")] = (
        None
    )
    risk: Annotated[float | None, Field(ge=0, le=1, description="For owa.")] = None
    f: str | None = None
    lang: str | None = None
    weights: StatedWeights = None


@router.get(
    "/exports/{layer}.{format}",
    response_class=Response,
    responses=_ANSWERS,
    summary="An assessment as a file",
)
def export_assessment(
    request: Request,
    layer: str,
    format: str,
    query: Annotated[ExportQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """The scored zones with contributions, measures, explanations and the layer's own columns.

    Codes stay text. A layer of figures or statements (`idm`, `ground`) is not scored: it comes as it
    is published.
    """
    from geo import published
    from geo.planning.assess import assess
    from geo.readiness.documents import beside_layer, results_frame

    if format not in MEDIA_TYPES:
        reason = _SAY["no_format"].format(format=format, known=", ".join(MEDIA_TYPES))
        raise InvalidParameter(parameter="format", reason=reason)
    now = store.current()
    if layer in now.datasets("layer") and not published.are_areas(now.version(layer)):
        return _as_published(request, now, layer, format, query)
    found = assess(
        now,
        query.model,
        layer=layer,
        year=query.year,
        weights=None if query.weights is None else parse_weights(query.weights),
        method=query.method,
        risk=query.risk,
    )
    name = f"kawasan-{found.model.id}-{layer}-{found.year}.{format}"

    def answer() -> Response:
        zones = published.layer(now, layer)
        return _file(beside_layer(results_frame(found, zones, language), zones), name)

    return conditional(request, etag_of(found.key, language, format), answer)


def _as_published(
    request: Request, now: Published, layer: str, format: str, query: ExportQuery
) -> Response:
    """A layer that nothing scores; a parameter of a scoring is refused, not passed over."""
    from geo import published

    for parameter in ("model", "year", "method", "risk", "weights"):
        if parameter in query.model_fields_set:
            reason = _SAY["not_scored"].format(layer=layer)
            raise InvalidParameter(parameter=parameter, reason=reason)
    name = f"kawasan-{layer}.{format}"
    key = etag_of(now.version(layer, "layer").sha256, layer, format)
    return conditional(request, key, lambda: _file(published.layer(now, layer), name))


def _file(frame: "gpd.GeoDataFrame", name: str) -> Response:
    """`frame` as the file `name` to save; its suffix is the format."""
    from geo.vector.export import write_layer

    with tempfile.TemporaryDirectory(prefix="kawasan-export-") as folder:
        path = Path(folder) / name
        write_layer(frame, path)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        media_type = MEDIA_TYPES[path.suffix.removeprefix(".")]
        return Response(path.read_bytes(), media_type=media_type, headers=headers)
