"""What became of uploads, for programs and for people: lists, reports, the desk, the feed, the impact."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import READS, Allowed, require_action
from api.deps import LanguageDep, LinksDep, StoreDep, format_of, wants_html
from api.links import ATOM, JSON
from api.responses import ALSO_PAGE, PRIVATE, json_response, tagged
from api.serving.router import Router
from api.uploads.checking import SOON_S, desk_of
from api.uploads.documents import (
    UploadDocument,
    UploadId,
    UploadsDocument,
    entry_document,
    upload_document,
)
from api.uploads.pages import desk_page, impact_page, upload_page
from api.uploads.shared import while_read
from geo.store.roles import Actor
from geo.store.uploads import FROM, State

router = Router("uploads")


class UploadsQuery(BaseModel):
    """Which uploads are listed."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[State | None, Field(description="Only uploads in this state.")] = None
    limit: Annotated[int, Field(ge=1, le=1000, description="Most uploads listed.")] = 100
    f: str | None = None
    lang: str | None = None


class ImpactDocument(BaseModel):
    """What publishing an upload would change; `has_effect` is missing where that is not known."""

    upload: str
    computed_from: str
    has_effect: bool | None
    sentence: dict[str, str]
    assessments: list[dict[str, Any]]


async def _reader(request: Request) -> Actor | None:
    """Who asks for uploads; how the door works, as a page, may be read by everybody."""
    return None if format_of(request) == "html" else await require_action(request, "read_waiting")


@router.get(
    "/uploads",
    summary="Uploads and what became of them",
    response_model=UploadsDocument,
    dependencies=[READS],
)
def read_uploads(
    request: Request,
    query: Annotated[UploadsQuery, Query()],
    reader: Annotated[Actor | None, Depends(_reader)],
    store: StoreDep,
    links: LinksDep,
) -> Response:
    """The newest uploads first; `state=ready` lists those that wait for their publication.

    As HTML: the steps, the accepted formats and fields, and what a report says, without a key.
    """
    if reader is None:
        most = query.limit if "limit" in query.model_fields_set else None
        return desk_page(request, store, most=most)
    store.uploads.expire_due()
    states = () if query.state is None else (query.state,)
    document = UploadsDocument(
        uploads=[
            entry_document(store, upload, links)
            for upload in store.uploads.newest(*states, most=query.limit)
        ],
        links=[links.link("self", JSON, "uploads")],
    )
    return json_response(request, document, headers=PRIVATE)


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
    responses=ALSO_PAGE,
)
async def read_impact(
    request: Request,
    upload_id: UploadId,
    _actor: Annotated[Actor, Depends(Allowed("read_waiting"))],
    store: StoreDep,
) -> Response:
    """Scores, ranges, classes, bands and ranks before and after, under the default models.

    Several who ask at once wait for one computation; it ends when nobody waits for it any more.
    """
    from geo.submission.impact import impact

    async with desk_of(request).turns.of(upload_id):
        found = await while_read(request, lambda goes_on: impact(store, upload_id, goes_on=goes_on))
    if found is None:
        # Nobody reads this.
        return Response(status_code=204)
    document = ImpactDocument(upload=upload_id, **found)
    if wants_html(request):
        return impact_page(request, document.model_dump())
    return json_response(request, document, headers=PRIVATE)


@router.get(
    "/uploads/{uploadId}",
    summary="An upload's report",
    response_model=UploadDocument,
    responses=ALSO_PAGE,
)
def read_upload(
    request: Request,
    upload_id: UploadId,
    actor: Annotated[Actor, Depends(Allowed("read_waiting"))],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """The report of an upload and what became of it; while it is checked, how far that is."""
    store.uploads.expire_due()
    found = store.uploads.one(upload_id)
    headers = dict(PRIVATE)
    if found.state in FROM["check"]:
        headers["Retry-After"] = str(SOON_S)
    document = upload_document(store, found, links, language)
    if wants_html(request):
        return upload_page(request, store, found, document, actor)
    return json_response(request, document, headers=headers)
