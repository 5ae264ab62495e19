"""An assessment as a file: GeoJSON, GeoPackage, CSV or XLSX of what is on the screen."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import LanguageDep, StoreDep
from api.links import GEOJSON
from api.parameters import InvalidParameter
from api.readiness_requests import StatedWeights, parse_weights
from api.responses import conditional, etag_of
from geo.language import texts

_SAY = texts(__name__)

router = APIRouter(tags=["readiness"])

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
    """The scored zones with contributions, measures and explanations; codes stay text."""
    from geo import published
    from geo.planning.assess import assess
    from geo.readiness.documents import results_frame
    from geo.vector.export import write_layer

    if format not in MEDIA_TYPES:
        reason = _SAY["no_format"].format(format=format, known=", ".join(MEDIA_TYPES))
        raise InvalidParameter(parameter="format", reason=reason)
    now = store.current()
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
        frame = results_frame(found, published.layer(now, layer), language)
        with tempfile.TemporaryDirectory(prefix="kawasan-export-") as folder:
            path = Path(folder) / name
            write_layer(frame, path)
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(path.read_bytes(), media_type=MEDIA_TYPES[format], headers=headers)

    return conditional(request, etag_of(found.key, language, format), answer)
