"""Uploads of GIS staff: a file in, a report out; then publication, and rollback.

Nothing is published by uploading. A file that was read gets an id and a report that stays, whether
it was accepted (201) or refused (422, with the same report among the problem's facts). A file of a
kind that is not taken (415) or over the size limit (413) was not read and leaves nothing behind.
"""

import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal, cast

import anyio
import anyio.to_thread
from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import FormData, UploadFile

from api.access import READS, Allowed, require_action
from api.deps import (
    CollectionTilesDep,
    LanguageDep,
    LinksDep,
    SettingsDep,
    StoreDep,
    TablesDep,
    format_of,
    language_or_default,
    settings_of,
    store_of,
)
from api.links import JSON, Links
from api.parameters import CollectionId, InvalidParameter
from api.problems import InvalidBody, Problem, respond
from api.responses import html_response, json_response, tagged
from geo.errors import LayerNotFound, NotReady, UploadRejected
from geo.ingest.formats import all_names
from geo.ingest.source import Limits
from geo.language import Language, Text, texts
from geo.store.roles import Actor, Circumstances, require
from geo.store.shared_limits import SharedPlaces
from geo.store.store import Store, Upload, UploadEntry, Version
from geo.store.uploads import State

if TYPE_CHECKING:
    from geo.indicators.handed_in import StatedOfAll

_SAY = texts(__name__)

router = APIRouter(tags=["uploads"])

# A large file takes this long to check.
_RETRY_AFTER_S = 10
# Nobody tells a process that another one has ended.
_LOOK_AGAIN_S = 0.05
_FIELDS = (
    *("file", "collection", "crs", "encoding", "layer", "repair"),
    *("indicator", "period", "source", "numbers", "replace"),
)
_PRIVATE = {"Cache-Control": "private, no-store"}
_TRUE = ("true", "1", "yes", "on", "ya")
_FALSE = ("", "false", "0", "no", "off", "tidak")


class UploadsBusy(NotReady):
    """As many uploads wait to be checked as may."""

    title = Text(id="Meja unggah sibuk", en="Uploads are busy")
    sentence = Text(
        id="Terlalu banyak berkas sedang diperiksa. Coba lagi sebentar.",
        en="Too many files are being checked. Try again in a moment.",
    )


UploadId = Annotated[
    str, PathParameter(alias="uploadId", pattern="^[0-9a-f]{16}$", description="Id of an upload.")
]
_FORM_SCHEMA = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": f"One of {all_names().en}, or a ZIP that holds one; "
            "CSV or XLSX of figures.",
        },
        "collection": {
            "type": "string",
            "default": "zones",
            "description": "Layer to change, or `indicators`.",
        },
        "crs": {"type": "string", "description": "CRS to use in place of the file's: EPSG:32750."},
        "encoding": {"type": "string", "description": "Encoding of a file's text: cp1252."},
        "layer": {
            "type": "string",
            "description": "Which layer or sheet, where the file holds several; in a ZIP file/layer.",
        },
        "repair": {
            "type": "boolean",
            "default": False,
            "description": "Repair invalid polygons; each is listed with its area before and after.",
        },
        "indicator": {
            "type": "string",
            "description": "Of figures: the indicator of all, where the table names none.",
        },
        "period": {
            "type": "string",
            "description": "Of figures: their period, where the table names none: Agustus 2025.",
        },
        "source": {
            "type": "string",
            "description": "Of figures: their source, where the table names none.",
        },
        "numbers": {
            "type": "string",
            "enum": ["id", "en"],
            "description": "Of figures: how numbers are written, 1.234,5 or 1,234.5.",
        },
        "replace": {
            "type": "boolean",
            "default": False,
            "description": "Of figures: leave out all published ones that the file does not have.",
        },
    },
}
_FORM_BODY = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": {"schema": _FORM_SCHEMA}},
    }
}


class UploadEntryDocument(BaseModel):
    """An upload in a list; `links` name its report, and its publication while it can be published."""

    upload: str
    collection: str
    state: str
    filename: str
    sha256: str
    created_at: str
    created_by: str
    links: list[dict[str, str]]


class UploadDocument(UploadEntryDocument):
    """An upload and its report; every finding has its sentence in both languages."""

    report: dict[str, Any]


class UploadsDocument(BaseModel):
    """Uploads, the newest first."""

    uploads: list[UploadEntryDocument]
    links: list[dict[str, str]]


class UploadsQuery(BaseModel):
    """Which uploads are listed."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[State | None, Field(description="Only uploads in this state.")] = None
    limit: Annotated[int, Field(ge=1, le=1000, description="Most uploads listed.")] = 100
    f: str | None = None
    lang: str | None = None


class PublishedDocument(BaseModel):
    """The version that a collection now has."""

    collection: str
    version: int
    sha256: str
    published_at: str
    published_by: str
    note: str
    links: list[dict[str, str]]


class PublishRequest(BaseModel):
    """Why, and from where, an upload becomes the layer's next version."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, Field(min_length=1, max_length=1000, description="Why it is published.")]
    source: Annotated[str | None, Field(max_length=1000, description="Where it comes from.")] = None
    licence: Annotated[str | None, Field(max_length=200)] = None
    expected: Annotated[
        int | None,
        Field(ge=0, description="Version you saw; by default the one the upload was compared to."),
    ] = None
    accept_warnings: Annotated[
        bool,
        Field(description="That the warnings which the report counts as to_accept were looked at."),
    ] = False


class RollbackRequest(BaseModel):
    """Which version becomes the current one, and why."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[int, Field(ge=1)]
    note: Annotated[str, Field(min_length=1, max_length=1000)]


@router.post(
    "/uploads",
    summary="Upload and check a boundary file",
    status_code=201,
    response_model=UploadDocument,
    openapi_extra=_FORM_BODY,
)
async def create_upload(
    request: Request,
    actor: Annotated[Actor, Depends(Allowed("upload"))],
    store: StoreDep,
    settings: SettingsDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Check a file against its layer's schema; 201 when it can be published, 422 when it cannot.

    With `collection=indicators` the file is a table of figures (CSV or XLSX), checked against the
    catalogue of the indicators and what is published.

    Either way the answer carries the report and `Location` names the upload.
    """
    # The form is read here, after it was seen who asks: FastAPI would read it before.
    async with request.form(max_files=1, max_fields=len(_FIELDS)) as form:
        content, facts = _asked(form)
        ingest = partial(
            _checked, content, facts, store=store, actor=actor.name, limits=settings.reader_limits()
        )
        async with _slot(request):
            upload = await anyio.to_thread.run_sync(ingest, limiter=_threads(request))
    location = {"Location": links.url("uploads", upload.upload)}
    if upload.state == "needs_choices":
        return respond(request, _refusal(upload, language, location))
    return json_response(request, _document(upload, links, language), status=201, headers=location)


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
        return _desk_page(request)
    document = UploadsDocument(
        uploads=[
            UploadEntryDocument(**_entry(upload, links))
            for upload in store.uploads.newest(query.state, most=query.limit)
        ],
        links=[links.link("self", JSON, "uploads")],
    )
    return json_response(request, document, headers=_PRIVATE)


def _desk_page(request: Request) -> Response:
    """`/uploads` for people: the steps, what is accepted, what a report says; nobody's uploads."""
    from maps.pages.desk import desk

    content = desk(language_or_default(request), most_bytes=settings_of(request).max_upload_bytes)
    return tagged(request, html_response(request, "uploads.html", active="desk", **content))


@router.get("/uploads/{uploadId}", summary="An upload's report", response_model=UploadDocument)
def read_upload(
    request: Request,
    upload_id: UploadId,
    _actor: Annotated[Actor, Depends(Allowed("read_waiting"))],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """The report of an upload, and what became of it."""
    found = store.uploads.one(upload_id)
    return json_response(request, _document(found, links, language), headers=_PRIVATE)


@router.post(
    "/uploads/{uploadId}/publish",
    summary="Publish an upload as the next version",
    response_model=PublishedDocument,
)
def publish_upload(
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
    """Make an accepted upload the layer's current version; 409 when somebody published in between."""
    from geo.planning import publish

    upload = store.uploads.one(upload_id)
    given = Circumstances(
        is_own=upload.created_by == actor.name, own_approval=store.rules.is_on("own_approval")
    )
    require(actor, "approve", given)
    version = publish.publish_upload(
        store,
        upload_id,
        actor=actor.name,
        role=actor.role,
        institution=actor.institution,
        note=asked.note,
        source=asked.source,
        licence=asked.licence,
        expected=_expected(asked, if_match),
        accept_warnings=asked.accept_warnings,
    )
    if version.kind == "layer":
        tiles.prepare(tables.collection(version.dataset))
    return json_response(request, _published(version, links))


@router.delete("/uploads/{uploadId}", summary="Discard an upload", status_code=204)
def delete_upload(
    upload_id: UploadId,
    actor: Annotated[Actor, Depends(Allowed("withdraw"))],
    store: StoreDep,
) -> Response:
    """Forget an upload's file; its report stays. A published version is not touched."""
    is_own = store.uploads.one(upload_id).created_by == actor.name
    require(actor, "withdraw", Circumstances(is_own=is_own))
    store.uploads.discard(upload_id, actor=actor.name)
    return Response(status_code=204)


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
    """Point a layer at an older (or newer) version of itself; nothing is deleted."""
    layers = store.datasets("layer")
    if collection_id not in layers:
        raise LayerNotFound(collection_id, available=layers)
    version = store.rollback(collection_id, asked.number, actor=actor.name, note=asked.note)
    tiles.prepare(tables.collection(collection_id))
    return json_response(request, _published(version, links))


def _asked(form: FormData) -> tuple[BinaryIO, dict[str, Any]]:
    """The file of an upload form, and what `geo.planning.publish.HandedIn` is told of it."""
    unknown = sorted(set(form) - set(_FIELDS))
    if unknown:
        known = ", ".join(_FIELDS)
        raise InvalidBody(reason=_SAY["unknown_field"].format(name=unknown[0][:80], known=known))
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise InvalidBody(reason=_SAY["no_file"])
    texts = {name: str(form.get(name) or "").strip() for name in _FIELDS[1:]}
    return file.file, {
        "filename": file.filename or "upload",
        "layer_name": texts["collection"] or "zones",
        "crs": texts["crs"] or None,
        "encoding": texts["encoding"] or None,
        "layer": texts["layer"] or None,
        "repair": _boolean(texts, "repair"),
        "figures": _stated(texts),
        "replace": _boolean(texts, "replace"),
    }


def _boolean(texts: Mapping[str, str], name: str) -> bool:
    text = texts[name].lower()
    if text not in _TRUE + _FALSE:
        raise InvalidBody(reason=_SAY["no_boolean"].format(field=name))
    return text in _TRUE


def _stated(texts: Mapping[str, str]) -> "StatedOfAll":
    """What is said of all figures of a table."""
    from geo.indicators.handed_in import StatedOfAll

    numbers = texts["numbers"].lower() or None
    if numbers not in (None, "id", "en"):
        raise InvalidBody(reason=_SAY["no_style"])
    return StatedOfAll(
        indicator=texts["indicator"] or None,
        period=texts["period"] or None,
        source=texts["source"] or None,
        numbers=cast(Literal["id", "en"] | None, numbers),
    )


@asynccontextmanager
async def _slot(request: Request) -> AsyncIterator[None]:
    """One of the places where files are checked, which all processes over the store share.

    Who finds none free waits in one of as many waiting places as there are, and is told to retry (503)
    where these are taken too. Of one process the first to come is the first to go on.
    """
    state, settings = request.app.state, settings_of(request)
    folder = store_of(request).folder / "limits"
    slots = SharedPlaces(folder, "slot", count=settings.upload_slots)
    if not hasattr(state, "upload_turn"):
        state.upload_turn = anyio.Lock()
    turn: anyio.Lock = state.upload_turn
    slot = None if turn.locked() else slots.take()
    if slot is None:
        place = SharedPlaces(folder, "waiting", count=settings.uploads_waiting).take()
        if place is None:
            raise UploadsBusy(waiting=settings.uploads_waiting, retry_after_s=_RETRY_AFTER_S)
        try:
            async with turn:
                while (slot := slots.take()) is None:
                    await anyio.sleep(_LOOK_AGAIN_S)
        finally:
            place.release()
    try:
        yield
    finally:
        slot.release()


def _threads(request: Request) -> anyio.CapacityLimiter:
    """Threads for checking alone, so that waiting for a child takes none from other requests."""
    state = request.app.state
    if not hasattr(state, "upload_threads"):
        state.upload_threads = anyio.CapacityLimiter(settings_of(request).upload_slots)
    threads: anyio.CapacityLimiter = state.upload_threads
    return threads


def _checked(
    content: BinaryIO, facts: dict[str, Any], *, store: Store, actor: str, limits: Limits
) -> Upload:
    """Check the file in a folder of its own and record what was found."""
    from geo.planning.publish import HandedIn, check_upload

    with tempfile.TemporaryDirectory(prefix="kawasan-upload-") as folder:
        path = Path(folder) / "upload"
        content.seek(0)
        with path.open("wb") as target:
            shutil.copyfileobj(content, target, 1 << 20)
        handed = HandedIn(path=path, **facts)
        return check_upload(store, handed, actor=actor, limits=limits)


def _refusal(upload: Upload, language: Language, headers: dict[str, str]) -> Problem:
    report = upload.report
    errors = [f["sentence"][language] for f in report["findings"] if f["severity"] == "error"]
    detail = _SAY["refused"].format(n=report["errors"]).to(language)
    return Problem(
        code=UploadRejected.__name__,
        status=422,
        title=UploadRejected.title.to(language),
        detail=" ".join([detail, *errors[:3]]),
        facts={"upload": upload.upload, "report": _report(report, language)},
        headers=headers,
    )


def _document(upload: Upload, links: Links, language: Language) -> UploadDocument:
    return UploadDocument(**_entry(upload, links), report=_report(upload.report, language))


def _entry(upload: UploadEntry, links: Links) -> dict[str, Any]:
    path = ("uploads", upload.upload)
    found = [links.link("self", JSON, *path)]
    if upload.state == "ready":
        found.append(links.link("publish", JSON, *path, "publish"))
    return {
        "upload": upload.upload,
        "collection": upload.dataset,
        "state": upload.state,
        "filename": upload.filename,
        "sha256": upload.sha256,
        "created_at": upload.created_at,
        "created_by": upload.created_by,
        "links": found,
    }


def _report(report: Any, language: Language) -> dict[str, Any]:
    """The report with every finding's sentence in the reader's language too."""
    findings = [{**f, "message": f["sentence"][language]} for f in report["findings"]]
    return {**report, "findings": findings}


def _published(version: Version, links: Links) -> PublishedDocument:
    path = ("collections", version.dataset)
    found = [
        links.link("items", JSON, *path, "items"),
        links.link("version-history", JSON, *path, "versions"),
    ]
    return PublishedDocument(
        collection=version.dataset,
        version=version.number,
        sha256=version.sha256,
        published_at=version.published_at,
        published_by=version.published_by,
        note=version.note,
        # Figures are no collection of features.
        links=found if version.kind == "layer" else [],
    )


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
