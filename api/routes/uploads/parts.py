"""Files that come in parts: announced, brought piece by piece, and gone on with after a broken line.

The names of headers and of the media type are those of resumable uploads elsewhere (tus 1.0.0, and the
draft of the IETF); neither is implemented whole. What has come is handed in by `POST /uploads` with
`received` in place of the file.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated

import anyio.to_thread
from fastapi import Body, Depends, Header, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect

from api.access import Allowed
from api.deps import LinksDep, SettingsDep, StoreDep, language_or_default
from api.links import JSON, Links
from api.middleware import PART_TYPE
from api.parameters import StatedText
from api.problems import problem_of, respond
from api.responses import PRIVATE, json_response
from api.serving.router import Router
from api.uploads.documents import PartDocument, PartsDocument, part_document
from api.uploads.form import require_part_type
from geo.errors import OffsetMoved
from geo.store.roles import Actor
from geo.submission import receiving
from geo.submission.receiving import Part

router = Router("uploads")

# Kept and synced by so much, while the rest of a request still comes.
_PIECE_BYTES = 1 << 20
_LENGTH, _OFFSET = "Upload-Length", "Upload-Offset"

UploaderDep = Annotated[Actor, Depends(Allowed("upload"))]
# What is brought has a rate of its own: a large file holds its sender up nowhere else.
BringerDep = Annotated[Actor, Depends(Allowed("upload", rate="parts"))]
PartId = Annotated[
    str, PathParameter(alias="partId", pattern="^[0-9a-f]{16}$", description="Id of a part.")
]
_CONTENT = {
    "requestBody": {
        "required": True,
        "content": {PART_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


class PartRequest(BaseModel):
    """A file that will come in parts."""

    model_config = ConfigDict(extra="forbid")

    filename: Annotated[StatedText, Field(max_length=255)]
    bytes: Annotated[int, Field(ge=0, lt=2**63, description="Its size.")]
    sha256: Annotated[
        str | None,
        Field(
            pattern="^[0-9a-fA-F]{64}$",
            description="Of the whole file; what came is held against it when it is handed in.",
        ),
    ] = None


@router.get(
    "/uploads/parts", summary="One's own files that are half-sent", response_model=PartsDocument
)
def read_parts(request: Request, actor: UploaderDep, store: StoreDep, links: LinksDep) -> Response:
    """What has come of each, for whoever goes on with it; each goes 7 days after its last byte."""
    document = PartsDocument(
        parts=[part_document(part, links) for part in receiving.unfinished(store, actor=actor)],
        links=[links.link("self", JSON, "uploads", "parts")],
    )
    return json_response(request, document, headers=PRIVATE)


@router.post(
    "/uploads/parts",
    summary="Announce a file that comes in parts",
    status_code=201,
    response_model=PartDocument,
)
def begin_part(
    request: Request,
    asked: Annotated[PartRequest, Body()],
    actor: UploaderDep,
    store: StoreDep,
    settings: SettingsDep,
    links: LinksDep,
) -> Response:
    """`Location` is where its bytes are brought to; five files of one sender may be unfinished."""
    part = receiving.begin(
        store,
        filename=asked.filename,
        size_bytes=asked.bytes,
        sha256=asked.sha256,
        actor=actor,
        limits=settings.reader_limits(),
    )
    headers = {"Location": links.url("uploads", "parts", part.part)}
    return _answer(request, part, links, status=201, headers=headers)


@router.get(
    "/uploads/parts/{partId}", summary="How much of a file has come", response_model=PartDocument
)
def read_part(
    request: Request, part_id: PartId, actor: BringerDep, store: StoreDep, links: LinksDep
) -> Response:
    """Where to go on: also as the header `Upload-Offset`, which HEAD answers alone."""
    return _answer(request, receiving.one(store, part_id, actor=actor), links)


@router.patch(
    "/uploads/parts/{partId}",
    summary="Bring the next bytes of a file",
    response_model=PartDocument,
    openapi_extra=_CONTENT,
)
async def append_part(
    request: Request,
    part_id: PartId,
    actor: BringerDep,
    store: StoreDep,
    links: LinksDep,
    offset: Annotated[
        int,
        Header(alias=_OFFSET, ge=0, lt=2**63, description="Where these bytes begin in the file."),
    ],
) -> Response:
    """At most 8 MiB, which are on the disk when this is answered; 409 tells the offset to go on from.

    Of a request that breaks off stays what has come of it.
    """
    require_part_type(request.headers.get("content-type", ""))
    part = receiving.one(store, part_id, actor=actor)
    try:
        async for content in _pieces(request):
            keep = partial(receiving.append, store, part_id, content, offset=offset, actor=actor)
            part = await anyio.to_thread.run_sync(keep)
            offset = part.received_bytes
    except OffsetMoved as moved:
        problem = problem_of(moved, language_or_default(request))
        headers = {**PRIVATE, _OFFSET: str(moved.facts["offset"])}
        return respond(request, replace(problem, headers=headers))
    return _answer(request, part, links)


@router.delete("/uploads/parts/{partId}", summary="Drop a half-sent file", status_code=204)
def drop_part(part_id: PartId, actor: UploaderDep, store: StoreDep) -> Response:
    """Remove what has come of it."""
    receiving.drop(store, part_id, actor=actor)
    return Response(status_code=204)


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """A body in pieces, the last one what came before it ended or broke off; one of nothing is one."""
    piece, broken = bytearray(), None
    is_empty = True
    try:
        async for chunk in request.stream():
            piece += chunk
            if len(piece) >= _PIECE_BYTES:
                yield bytes(piece)
                piece.clear()
                is_empty = False
    except ClientDisconnect:
        pass  # nobody waits for an answer
    except Exception as error:
        broken = error
    if piece or is_empty:
        yield bytes(piece)
    if broken is not None:
        raise broken


def _answer(
    request: Request,
    part: Part,
    links: Links,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    told = {_OFFSET: str(part.received_bytes), _LENGTH: str(part.size_bytes)}
    told |= {**PRIVATE, **(headers or {})}
    return json_response(request, part_document(part, links), status=status, headers=told)
