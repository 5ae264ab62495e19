"""What becomes of a checked upload: submission, publication, return, comments; and rollback."""

import re
from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Body, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Allowed
from api.deps import (
    CollectionTilesDep,
    LanguageDep,
    LinksDep,
    StoreDep,
    TablesDep,
    language_or_default,
    links_of,
)
from api.links import ATOM, JSON
from api.parameters import CollectionId, InvalidParameter, PlainText, StatedText
from api.problems import respond
from api.responses import PRIVATE, json_response, tagged
from api.uploads.checking import checked, desk_of
from api.uploads.documents import (
    PublishedDocument,
    UploadDocument,
    UploadId,
    moved_problem,
    published_document,
    upload_document,
)
from geo.errors import LayerMoved, LayerNotFound
from geo.language import texts
from geo.store.comments import Comment
from geo.store.roles import Actor
from geo.store.uploads import SUBJECT
from geo.store.versions import DatasetKind

_SAY = texts(__name__)

# What becomes a version by an upload goes back to one by the same roles.
_HANDED_IN: tuple[DatasetKind, ...] = ("layer", "raster", "indicators")

router = APIRouter(tags=["uploads"])


class Stated(BaseModel):
    """What is said of a file that is to be published, by whoever submits or approves it."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[
        PlainText | None, Field(max_length=1000, description="Where it comes from.")
    ] = None
    licence: Annotated[PlainText | None, Field(max_length=200)] = None
    accept_warnings: Annotated[
        bool,
        Field(description="That the warnings which the report counts as to_accept were looked at."),
    ] = False


class SubmitRequest(Stated):
    """Why an upload is to be published, and where its file comes from."""

    note: Annotated[
        StatedText, Field(min_length=1, max_length=1000, description="Why it is published.")
    ]


class PublishRequest(Stated):
    """Approval of an upload: what is not stated is as it was submitted."""

    note: Annotated[
        StatedText | None, Field(min_length=1, max_length=1000, description="Why it is published.")
    ] = None
    expected: Annotated[
        int | None,
        Field(ge=0, description="Version you saw; by default the one the upload was compared to."),
    ] = None


class ReturnRequest(BaseModel):
    """Why an upload goes back to its sender; it becomes a comment."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[StatedText, Field(min_length=1, max_length=4000)]


class RollbackRequest(BaseModel):
    """Which version becomes the current one, and why."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[int, Field(ge=1)]
    note: Annotated[StatedText, Field(min_length=1, max_length=1000)]


class ImpactDocument(BaseModel):
    """What publishing an upload would change; `has_effect` is missing where that is not known."""

    upload: str
    computed_from: str
    has_effect: bool | None
    sentence: dict[str, str]
    assessments: list[dict[str, Any]]


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


@router.post(
    "/uploads/{uploadId}/submit",
    summary="Submit an upload for publication",
    response_model=UploadDocument,
)
def submit_upload(
    request: Request,
    upload_id: UploadId,
    asked: Annotated[SubmitRequest, Body()],
    actor: Annotated[Actor, Depends(Allowed("submit"))],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Ask a publisher to publish it; the version that it was compared with is pinned."""
    from geo.submission import approval

    upload = approval.submit(store, upload_id, actor=actor, **asked.model_dump())
    return json_response(request, upload_document(store, upload, links, language), headers=PRIVATE)


@router.post(
    "/uploads/{uploadId}/publish",
    summary="Publish an upload as the next version",
    response_model=PublishedDocument,
)
async def publish_upload(
    request: Request,
    upload_id: UploadId,
    asked: Annotated[PublishRequest, Body()],
    actor: Annotated[Actor, Depends(Allowed("approve"))],
    store: StoreDep,
    tables: TablesDep,
    tiles: CollectionTilesDep,
    links: LinksDep,
    if_match: Annotated[str | None, Header(description="Version you saw, as a number.")] = None,
) -> Response:
    """Approve an upload: it becomes the layer's current version.

    412 when `If-Match` or `expected` is not the current version. 409 when the layer has moved since
    the upload was compared with it: it is compared anew, and the answer has the new report.
    """
    from geo.submission import approval

    said = asked.model_dump() | {"expected": _expected(asked, if_match)}
    publish = partial(approval.publish, store, upload_id, actor=actor, **said)
    try:
        version = await anyio.to_thread.run_sync(publish)
    except LayerMoved as error:
        return await _compared_anew(request, error, upload_id, actor.name)
    if version.kind == "layer":
        await anyio.to_thread.run_sync(lambda: tiles.prepare(tables.collection(version.dataset)))
    return json_response(request, published_document(version, links))


async def _compared_anew(
    request: Request, error: LayerMoved, upload_id: str, actor: str
) -> Response:
    """What is said when a layer has moved, after the upload was compared with what it is now."""
    desk = desk_of(request)
    place = desk.enter()
    try:
        again = partial(desk.store.uploads.check_again, upload_id, actor=actor)
        await anyio.to_thread.run_sync(again)
        upload = await checked(desk, place, upload_id)
    finally:
        place.release()
    language = language_or_default(request)
    document = upload_document(desk.store, upload, links_of(request), language)
    return respond(request, moved_problem(error, upload, document, language))


@router.post(
    "/uploads/{uploadId}/return",
    summary="Return a submitted upload to its sender",
    response_model=UploadDocument,
)
def return_upload(
    request: Request,
    upload_id: UploadId,
    asked: Annotated[ReturnRequest, Body()],
    actor: Annotated[Actor, Depends(Allowed("approve"))],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Give a submitted upload back; the reason becomes a comment, the report stays."""
    from geo.submission import approval

    upload = approval.give_back(store, upload_id, actor=actor, reason=asked.reason)
    return json_response(request, upload_document(store, upload, links, language), headers=PRIVATE)


@router.get(
    "/uploads/feed",
    summary="What waits for the caller, as an Atom feed",
    responses={200: {"content": {ATOM: {}}, "description": "An Atom feed (RFC 4287)"}},
    response_class=Response,
)
def read_feed(
    request: Request,
    actor: Annotated[Actor, Depends(Allowed("read_waiting"))],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Submissions to decide, and one's own uploads that need a choice, were returned or expire."""
    from api.uploads.feed import feed_of
    from geo.submission.waiting import waiting_for

    found = waiting_for(store, actor)
    content = feed_of(found, actor=actor, links=links, language=language)
    return tagged(request, Response(content, media_type=ATOM))


@router.get(
    "/uploads/{uploadId}/impact",
    summary="What publishing an upload would change",
    response_model=ImpactDocument,
)
def read_impact(
    request: Request,
    upload_id: UploadId,
    _actor: Annotated[Actor, Depends(Allowed("read_waiting"))],
    store: StoreDep,
) -> Response:
    """Scores, ranges, classes, bands and ranks before and after, under the default models."""
    from geo.submission.impact import impact

    document = ImpactDocument(upload=upload_id, **impact(store, upload_id))
    return json_response(request, document, headers=PRIVATE)


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


@router.post(
    "/collections/{collectionId}/rollback",
    summary="Make another version the current one",
    response_model=PublishedDocument,
)
def rollback(
    request: Request,
    collection_id: CollectionId,
    asked: Annotated[RollbackRequest, Body()],
    actor: Annotated[Actor, Depends(Allowed("roll_back"))],
    store: StoreDep,
    tables: TablesDep,
    tiles: CollectionTilesDep,
    links: LinksDep,
) -> Response:
    """Point a layer at an older (or newer) version of itself; nothing is deleted.

    A raster (`land-NAME`) and the table of figures (`indicators`) go back in the same way; what was
    derived from a raster has versions of its own.
    """
    known = [name for kind in _HANDED_IN for name in store.datasets(kind)]
    if collection_id not in known:
        raise LayerNotFound(collection_id, available=known)
    version = store.rollback(collection_id, asked.number, actor=actor.name, note=asked.note)
    if version.kind == "layer":
        tiles.prepare(tables.collection(collection_id))
    return json_response(request, published_document(version, links))


def _expected(asked: PublishRequest, if_match: str | None) -> int | None:
    """The version that the caller believes to be current, where the request states one."""
    if if_match is None or if_match.strip() == "*":
        return asked.expected
    match = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', if_match.strip())
    if match is None:
        raise InvalidParameter(parameter="If-Match", reason=_SAY["no_version"])
    stated = int(match[1])
    if asked.expected is not None and asked.expected != stated:
        reason = _SAY["two_versions"].format(header=stated, body=asked.expected)
        raise InvalidParameter(parameter="If-Match", reason=reason)
    return stated
