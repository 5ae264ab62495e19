"""Uploads of GIS staff: a file in, a report out; choices that mend it, and its end.

Nothing is published by uploading. A file gets an id and is kept as it came before it is read; its
report stays, whether it was accepted (201) or refused (422, with the same report among the problem's
facts). A file of a kind that is not taken (415) or over the size limit (413) leaves nothing behind.
"""

import re
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

import anyio.to_thread
from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import READS, Allowed, caller_of, require_action
from api.deps import (
    LanguageDep,
    LinksDep,
    StoreDep,
    format_of,
    language_or_default,
    links_of,
    links_or_default,
    settings_of,
    wants_html,
)
from api.links import JSON
from api.parameters import PlainText
from api.problems import respond
from api.responses import ALSO_PAGE, PRIVATE, html_response, json_response, tagged
from api.uploads.checking import Desk, Place, check_later, checked, desk_of
from api.uploads.documents import (
    UploadDocument,
    UploadId,
    UploadsDocument,
    entry_document,
    refusal,
    upload_document,
)
from api.uploads.form import FIELDS, FORM_BODY, asked_of
from geo.store.roles import Actor, may
from geo.store.store import Store, Upload
from geo.store.uploads import FROM, SUBJECT, State

router = APIRouter(tags=["uploads"])

UploaderDep = Annotated[Actor, Depends(Allowed("upload"))]
DeskDep = Annotated[Desk, Depends(desk_of)]
PreferHeader = Annotated[
    str | None,
    Header(description="`respond-async`: 202 at once; the address tells how far the check is."),
]
# How soon to ask again for an upload that is being checked.
_SOON_S = 2
# Of one's own, on the page.
_MOST_SENT = 200
_ASYNC = re.compile(r"(^|[,;\s])respond-async([,;\s]|$)", re.IGNORECASE)


class UploadsQuery(BaseModel):
    """Which uploads are listed."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[State | None, Field(description="Only uploads in this state.")] = None
    limit: Annotated[int, Field(ge=1, le=1000, description="Most uploads listed.")] = 100
    f: str | None = None
    lang: str | None = None


class ChoicesRequest(BaseModel):
    """Choices to change; null takes one back, what is not named stays (RFC 7396)."""

    model_config = ConfigDict(extra="forbid")

    collection: Annotated[str | None, Field(max_length=200, description="Layer to change.")] = None
    crs: Annotated[str | None, Field(max_length=200)] = None
    encoding: Annotated[str | None, Field(max_length=40)] = None
    layer: Annotated[
        str | None, Field(max_length=1000, description="Which layer or sheet, of several.")
    ] = None
    columns: Annotated[
        dict[str, str | None] | None,
        Field(description="Field of the layer → column of the file; null for none."),
    ] = None
    repairs: Annotated[
        list[Literal["make_valid", "clean_borders"]] | None,
        Field(
            max_length=10, description="Repairs invalid polygons, and borders that hardly differ."
        ),
    ] = None
    regencies: Annotated[
        list[str] | None,
        Field(max_length=100, description="Codes of regencies whose features alone are replaced."),
    ] = None
    leave_out_others: Annotated[
        bool | None, Field(description="Take nothing of other regencies from the file.")
    ] = None
    title: Annotated[PlainText | None, Field(max_length=200, description="Of a new layer.")] = None
    title_en: Annotated[PlainText | None, Field(max_length=200)] = None
    purpose: Literal["planning", "reference"] | None = None
    key: Annotated[
        str | None, Field(max_length=200, description="Column that names every feature.")
    ] = None
    indicator: Annotated[PlainText | None, Field(max_length=200)] = None
    period: Annotated[PlainText | None, Field(max_length=200)] = None
    source: Annotated[PlainText | None, Field(max_length=1000)] = None
    numbers: Literal["id", "en"] | None = None
    replace: bool | None = None
    band: Annotated[int | None, Field(ge=1, le=65_535, description="Of a raster.")] = None
    unit: Annotated[PlainText | None, Field(max_length=200)] = None
    year: Annotated[PlainText | None, Field(max_length=200)] = None
    licence: Annotated[PlainText | None, Field(max_length=200)] = None
    fit: Annotated[
        dict[str, str] | None,
        Field(description="Criterion → why a raster is fit to measure it."),
    ] = None
    unfit: Annotated[
        dict[str, str] | None, Field(description="Criterion → why a raster cannot measure it.")
    ] = None
    replace_smaller: bool | None = None


@router.post(
    "/uploads",
    summary="Upload and check a boundary file",
    status_code=201,
    response_model=UploadDocument,
    openapi_extra=FORM_BODY,
)
async def create_upload(
    request: Request,
    actor: UploaderDep,
    desk: DeskDep,
    prefer: PreferHeader = None,
) -> Response:
    """Check a file against its layer's schema; 201 when it can be published, 422 when it cannot.

    With `collection=indicators` the file is a table of figures (CSV or XLSX), checked against the
    catalogue of the indicators and what is published. With `collection=land-NAME` it is a raster
    (GeoTIFF or COG), checked as `kawasan land add` does; what is derived from an elevation is made
    too.

    Either way the answer carries the report and `Location` names the upload. With
    `Prefer: respond-async` the answer is 202 as soon as the file is kept.
    """
    # The form is read here, after it was seen who asks: FastAPI would read it before.
    async with request.form(max_files=1, max_fields=len(FIELDS)) as form:
        content, asked = asked_of(form)
        place = desk.enter()
        try:
            keep = partial(_kept, desk, content, asked, actor=actor)
            upload = await anyio.to_thread.run_sync(keep)
        except BaseException:
            place.release()
            raise
    return await _after_check(request, upload, place, prefer=prefer, status=201)


@router.patch(
    "/uploads/{uploadId}",
    summary="Choose how an upload is read, and check it again",
    response_model=UploadDocument,
)
async def choose(
    request: Request,
    upload_id: UploadId,
    changes: Annotated[ChoicesRequest, Body()],
    actor: UploaderDep,
    desk: DeskDep,
    prefer: PreferHeader = None,
) -> Response:
    """Check the kept file again by other choices; 200 when it can be published, 422 when it cannot."""
    from geo.submission import check

    place = desk.enter()
    try:
        named = changes.model_dump(exclude_unset=True)
        chosen = partial(check.choose, desk.store, upload_id, named, actor=actor)
        upload = await anyio.to_thread.run_sync(chosen)
    except BaseException:
        place.release()
        raise
    return await _after_check(request, upload, place, prefer=prefer, status=200)


async def _after_check(
    request: Request, upload: Upload, place: Place, *, prefer: str | None, status: int
) -> Response:
    """The answer to a file that is to be checked: with its report, or at once where that is preferred."""
    desk, language, links = desk_of(request), language_or_default(request), links_of(request)
    headers = {"Location": links.url("uploads", upload.upload)}
    if prefer is not None and _ASYNC.search(prefer):
        check_later(request, place, upload.upload)
        headers |= {"Retry-After": str(_SOON_S), "Preference-Applied": "respond-async"}
        document = upload_document(desk.store, upload, links, language)
        return json_response(request, document, status=202, headers=headers)
    try:
        upload = await checked(desk, place, upload.upload)
    finally:
        place.release()
    document = upload_document(desk.store, upload, links, language)
    if upload.state == "needs_choices":
        return respond(request, refusal(document, language, headers))
    return json_response(request, document, status=status, headers=headers)


def _kept(desk: Desk, content: BinaryIO, asked: dict[str, Any], *, actor: Actor) -> Upload:
    """The upload of a file as it came, kept in the store; nothing of it has been read."""
    from geo.submission.check import receive

    with tempfile.TemporaryDirectory(prefix="kawasan-upload-") as folder:
        path = Path(folder) / "upload"
        content.seek(0)
        with path.open("wb") as target:
            shutil.copyfileobj(content, target, 1 << 20)
        return receive(desk.store, path, **asked, actor=actor, limits=desk.settings.reader_limits())


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
        return _desk_page(request, store)
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


def _desk_page(request: Request, store: Store) -> Response:
    """`/uploads` for people: who is in and what waits for them; how it works, for everybody."""
    from maps.pages.desk import desk

    caller, inbox = caller_of(request), _inbox(request, store)
    content = desk(language_or_default(request), most_bytes=settings_of(request).max_upload_bytes)
    page = html_response(
        request, "uploads.html", active="desk", caller=caller, inbox=inbox, **content
    )
    if inbox is None:
        return tagged(request, page)
    page.headers.update(PRIVATE)
    return page


def _inbox(request: Request, store: Store) -> dict[str, Any] | None:
    """What waits for who is logged in, and what they sent; None for everybody else."""
    from geo.planning.publish import INDICATORS
    from geo.submission.waiting import waiting_for

    caller, language = caller_of(request), language_or_default(request)
    if caller.session is None:
        return None
    sent = store.uploads.newest(by=caller.actor.name, most=_MOST_SENT)
    return {
        "waiting": [
            {"upload": one.entry.upload, "title": one.title.to(language), "since": one.since}
            for one in waiting_for(store, caller.actor)
        ],
        "sent": [
            entry_document(store, one, links_or_default(request)).model_dump() for one in sent
        ],
        "may_send": may(caller.actor, "upload"),
        "layers": [*store.datasets("layer"), INDICATORS],
    }


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
        headers["Retry-After"] = str(_SOON_S)
    document = upload_document(store, found, links, language)
    if wants_html(request):
        return _upload_page(request, store, found, document, actor)
    return json_response(request, document, headers=headers)


def _upload_page(
    request: Request, store: Store, found: Upload, document: UploadDocument, actor: Actor
) -> Response:
    """One upload for people: its report, and the forms of the steps that its reader may take."""
    from geo.submission.approval import steps_of
    from maps.pages.upload_page import upload_page

    session = caller_of(request).session
    # A key sends no forms: its program asks for JSON.
    steps: list[str] = [] if session is None else [*steps_of(store, found, actor)]
    if session is not None and may(actor, "comment"):
        steps.append("comment")
    content = upload_page(
        document.model_dump(),
        comments=store.comments.of(SUBJECT, found.upload),
        steps=steps,
        language=language_or_default(request),
    )
    csrf = "" if session is None else session.csrf
    page = html_response(request, "upload.html", active="desk", csrf=csrf, **content)
    page.headers.update(PRIVATE)
    return page


@router.delete("/uploads/{uploadId}", summary="Withdraw an upload", status_code=204)
def withdraw_upload(
    upload_id: UploadId,
    actor: Annotated[Actor, Depends(Allowed("withdraw"))],
    store: StoreDep,
) -> Response:
    """End an upload that is not decided, also while it is checked; its report stays."""
    from geo.submission.approval import withdraw

    withdraw(store, upload_id, actor=actor)
    return Response(status_code=204)
