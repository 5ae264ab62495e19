"""What a map shows of an upload: its features as they were read, and those that it changes."""

from typing import Annotated, Any

from fastapi import Depends, Response

from api.access import Allowed
from api.deps import PatienceDep, StoreDep
from api.links import GEOJSON
from api.responses import PRIVATE
from api.serving.router import Router
from api.uploads.documents import UploadId
from geo.store.roles import Actor

router = Router("uploads")


def _answer(description: str, *roles: str) -> dict[int | str, dict[str, Any]]:
    """A FeatureCollection whose features have one of these roles, in the OpenAPI document."""
    feature = {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"const": "Feature"},
            "geometry": {"type": "object"},
            "properties": {
                "type": "object",
                "required": ["role"],
                "properties": {"role": {"enum": list(roles)}},
            },
        },
    }
    count = {"type": "integer", "minimum": 0}
    schema = {
        "type": "object",
        "required": ["type", "features", "shown", "of"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {"type": "array", "items": feature, "maxItems": 2000},
            "shown": {**count, "description": "How many features are here."},
            "of": {**count, "description": "How many there would be without any bound."},
        },
    }
    return {200: {"description": description, "content": {GEOJSON: {"schema": schema}}}}


@router.get(
    "/uploads/{uploadId}/preview",
    summary="The features of an upload's file on a map",
    responses=_answer(
        "Features in lon/lat; `crs` is the code that they were drawn by, `is_guess` whether no file says so.",
        *("feature", "faulty", "before", "after"),
    ),
    response_class=Response,
)
def read_preview(
    upload_id: UploadId,
    _actor: Annotated[Actor, Depends(Allowed("read_waiting"))],
    store: StoreDep,
) -> Response:
    """The file as it was read, of a refused one too: every feature, those that a finding names, repairs.

    At most 2,000 features and 50,000 vertices, what matters first; 404 says why nothing is drawn.
    """
    from geo.submission.drawings import preview

    return Response(preview(store, upload_id), media_type=GEOJSON, headers=PRIVATE)


@router.get(
    "/uploads/{uploadId}/changes",
    summary="What an upload changes on a map",
    responses=_answer(
        "Features in lon/lat, with areas in hectares and how far an outline moved in metres.",
        *("removed", "moved_before", "moved_after", "added", "values"),
    ),
    response_class=Response,
)
def read_changes(
    upload_id: UploadId,
    _actor: Annotated[Actor, Depends(Allowed("read_waiting"))],
    store: StoreDep,
    patience_s: PatienceDep,
) -> Response:
    """The features that differ from the published version, or that a published upload has changed.

    At most 2,000 features and 50,000 vertices, what matters first; 404 says why nothing is drawn.
    """
    from geo.submission.drawings import changes

    content = changes(store, upload_id, patience_s=patience_s)
    return Response(content, media_type=GEOJSON, headers=PRIVATE)
