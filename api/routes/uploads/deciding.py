"""What becomes of a checked upload: submission, publication, return, comments; and rollback."""

from functools import partial
from typing import Annotated

import anyio.to_thread
from fastapi import Body, Depends, Header, Request, Response
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
from api.parameters import CollectionId, PlainText, StatedText
from api.problems import respond
from api.responses import PRIVATE, json_response
from api.serving.router import Router
from api.uploads.checking import checked, desk_of
from api.uploads.documents import (
    PublishedDocument,
    UploadDocument,
    UploadId,
    moved_problem,
    published_document,
    upload_document,
)
from api.uploads.expected import expected_version
from geo.errors import LayerMoved, LayerNotFound
from geo.store.roles import Actor
from geo.store.versions import DatasetKind

# What becomes a version by an upload goes back to one by the same roles.
_HANDED_IN: tuple[DatasetKind, ...] = ("layer", "raster", "indicators", "targets", "index")

router = Router("uploads")


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
    accepted: Annotated[
        list[Annotated[str, Field(max_length=400)]] | None,
        Field(
            max_length=1_000,
            description="In place of that, each by its name: a finding's code, and of what "
            "would vanish `columns_vanish:COLUMN` or `values_vanish:COLUMN`. Whoever publishes "
            "what somebody else submitted names them too.",
        ),
    ] = None


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
        Field(
            ge=0,
            description="Version you saw; by default the one the upload was compared to. It must be "
            "stated where the layer moved after submission and the upload was compared anew.",
        ),
    ] = None


class ReturnRequest(BaseModel):
    """Why an upload goes back to its sender; it becomes a comment and stands in `submission.returned`."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[StatedText, Field(min_length=1, max_length=4000)]


class RollbackRequest(BaseModel):
    """Which version becomes the current one, and why."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[int, Field(ge=1)]
    note: Annotated[StatedText, Field(min_length=1, max_length=1000)]


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
    """Ask a publisher to publish it, also after it was returned.

    The version that it was compared with is pinned.
    """
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

    said = asked.model_dump() | {"expected": expected_version(asked.expected, if_match)}
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
    """Give a submitted upload back; file, choices and report stay, the reason becomes a comment.

    Its sender chooses anew (`PATCH`), submits it again as it is or withdraws it; it expires as others.
    """
    from geo.submission import approval

    upload = approval.give_back(store, upload_id, actor=actor, reason=asked.reason)
    return json_response(request, upload_document(store, upload, links, language), headers=PRIVATE)


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
