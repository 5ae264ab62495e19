"""What is said of an upload."""

from typing import Annotated, Any

from fastapi import Body, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Allowed
from api.deps import LinksDep, StoreDep
from api.links import JSON
from api.parameters import PlainText, StatedText
from api.responses import PRIVATE, json_response
from api.serving.router import Router
from api.uploads.documents import UploadId
from geo.store.comments import Comment
from geo.store.roles import Actor
from geo.store.uploads import SUBJECT

router = Router("uploads")


class PlaceDocument(BaseModel):
    """The feature or the place (lon/lat) that a comment speaks of."""

    model_config = ConfigDict(extra="forbid")

    feature: Annotated[PlainText | None, Field(max_length=200)] = None
    lon: Annotated[float | None, Field(ge=-180, le=180, allow_inf_nan=False)] = None
    lat: Annotated[float | None, Field(ge=-90, le=90, allow_inf_nan=False)] = None


class CommentRequest(BaseModel):
    """What is said of an upload, as plain text."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[StatedText, Field(min_length=1, max_length=4000)]
    place: PlaceDocument | None = None


class CommentDocument(BaseModel):
    """One comment: who said what, when, and of which place."""

    comment: int
    author: str
    role: str
    institution: str
    at: str
    text: str
    place: dict[str, Any] | None = None


class CommentsDocument(BaseModel):
    """What was said, the oldest first."""

    comments: list[CommentDocument]
    links: list[dict[str, str]]


@router.get(
    "/uploads/{uploadId}/comments",
    summary="What was said of an upload",
    response_model=CommentsDocument,
)
def read_comments(
    request: Request,
    upload_id: UploadId,
    _actor: Annotated[Actor, Depends(Allowed("read_waiting"))],
    store: StoreDep,
    links: LinksDep,
) -> Response:
    """The comments of an upload, the oldest first."""
    store.uploads.one(upload_id)
    comments = [_comment(found) for found in store.comments.of(SUBJECT, upload_id)]
    own = [links.link("self", JSON, "uploads", upload_id, "comments")]
    document = CommentsDocument(comments=comments, links=own)
    return json_response(request, document, headers=PRIVATE)


@router.post(
    "/uploads/{uploadId}/comments",
    summary="Say something of an upload",
    status_code=201,
    response_model=CommentDocument,
)
def add_comment(
    request: Request,
    upload_id: UploadId,
    asked: Annotated[CommentRequest, Body()],
    actor: Annotated[Actor, Depends(Allowed("comment"))],
    store: StoreDep,
) -> Response:
    """Add a comment; nobody changes it later."""
    store.uploads.one(upload_id)
    place = None if asked.place is None else asked.place.model_dump(exclude_none=True)
    added = store.comments.add(SUBJECT, upload_id, asked.text, author=actor, place=place or None)
    return json_response(request, _comment(added), status=201, headers=PRIVATE)


def _comment(found: Comment) -> CommentDocument:
    return CommentDocument(
        comment=found.comment,
        author=found.author,
        role=found.role,
        institution=found.institution,
        at=found.at,
        text=found.text,
        place=None if found.place is None else dict(found.place),
    )
