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
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import Body, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import UploadFile

from api.access import Allowed
from api.deps import (
    StoreDep,
    language_or_default,
    links_of,
)
from api.parameters import PlainText, StatedText
from api.problems import respond
from api.responses import PAGE, json_response
from api.serving.router import Router
from api.uploads.checking import SOON_S, Desk, Place, check_later, checked, desk_of
from api.uploads.documents import (
    UploadDocument,
    UploadId,
    refusal,
    upload_document,
)
from api.uploads.form import FIELDS, FORM_BODY, asked_of
from api.uploads.pages import form_page
from geo.store.roles import Actor
from geo.store.store import Upload

router = Router("uploads")

UploaderDep = Annotated[Actor, Depends(Allowed("upload"))]
DeskDep = Annotated[Desk, Depends(desk_of)]
PreferHeader = Annotated[
    str | None,
    Header(description="`respond-async`: 202 at once; the address tells how far the check is."),
]
_ASYNC = re.compile(r"(^|[,;\s])respond-async([,;\s]|$)", re.IGNORECASE)


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
    forget_columns: Annotated[
        bool | None,
        Field(description="Take nothing of the columns from an earlier file that had the same."),
    ] = None
    repairs: Annotated[
        list[Literal["make_valid", "clean_borders"]] | None,
        Field(
            max_length=10, description="Repairs invalid polygons, and borders that hardly differ."
        ),
    ] = None
    unrepaired: Annotated[
        list[str] | None,
        Field(
            max_length=2_000,
            description="Numbers of the rows that the repairs leave as they are drawn; `borders` "
            "for the common borders.",
        ),
    ] = None
    regencies: Annotated[
        list[str] | None,
        Field(max_length=100, description="Codes of regencies whose features alone are replaced."),
    ] = None
    leave_out_others: Annotated[
        bool | None, Field(description="Take nothing of other regencies from the file.")
    ] = None
    keep_missing: Annotated[
        bool | None,
        Field(description="Keep published features that the file does not have; else they leave."),
    ] = None
    same_as: Annotated[
        dict[str, str | None] | None,
        Field(max_length=2_000, description="Number of a row → code of the published zone it is."),
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


class FormQuery(BaseModel):
    """What the file is for, and of figures which indicator they are of."""

    model_config = ConfigDict(extra="forbid")

    collection: Annotated[
        str,
        Field(
            alias="for",
            max_length=200,
            description="A layer, `indicators`, `land-NAME`, or `land` for any raster.",
        ),
    ] = "zones"
    indicator: Annotated[str | None, Field(max_length=200, description="Chosen at first.")] = None
    f: str | None = None
    lang: str | None = None


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
    too. A file that came in parts (`/uploads/parts`) is named by `received` in place of `file`;
    asked for again, because the answer was lost, it is the same upload.

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


@router.get(
    "/uploads/form",
    summary="The form for one kind of file",
    response_class=Response,
    responses=PAGE,
)
def read_form(
    request: Request,
    query: Annotated[FormQuery, Query()],
    _actor: UploaderDep,
    store: StoreDep,
) -> Response:
    """A page that asks of a raster, a table of figures or a layer what it needs; its action is `/uploads`."""
    return form_page(request, store, query.collection, indicator=query.indicator)


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
        headers |= {"Retry-After": str(SOON_S), "Preference-Applied": "respond-async"}
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


def _kept(desk: Desk, content: UploadFile | str, asked: dict[str, Any], *, actor: Actor) -> Upload:
    """The upload of a file as it came, kept in the store; nothing of it has been read."""
    from geo.submission.check import receive
    from geo.submission.receiving import hand_in

    keep = {**asked, "actor": actor, "limits": desk.settings.reader_limits()}
    if isinstance(content, str):
        return hand_in(desk.store, content, **keep)
    with tempfile.TemporaryDirectory(prefix="kawasan-upload-") as folder:
        path = Path(folder) / "upload"
        content.file.seek(0)
        with path.open("wb") as target:
            shutil.copyfileobj(content.file, target, 1 << 20)
        return receive(desk.store, path, filename=content.filename or "upload", **keep)


@router.delete("/uploads/{uploadId}", summary="Withdraw an upload", status_code=204)
def withdraw_upload(
    upload_id: UploadId,
    actor: Annotated[Actor, Depends(Allowed("withdraw"))],
    store: StoreDep,
    reason: Annotated[
        StatedText | None,
        Query(max_length=1000, description="Why; required for an upload of somebody else."),
    ] = None,
) -> Response:
    """End an upload that is not decided, also while it is checked; its report stays.

    A reason becomes a comment, and its sender is told it.
    """
    from geo.submission.approval import withdraw

    withdraw(store, upload_id, actor=actor, reason=reason)
    return Response(status_code=204)
