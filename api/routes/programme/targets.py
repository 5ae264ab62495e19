"""Targets of indicators: the published ones as a page, a document and files, and new ones that are typed."""

import math
from typing import Annotated, Any, Literal

from fastapi import Body, Depends, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.access import READS, Allowed, caller_of
from api.deps import LanguageDep, LinksDep, StoreDep, form_asked, settings_of
from api.links import Links
from api.ogc_models import Link
from api.parameters import PlainText, StatedText, TypedNumber, TypedYear, or_none
from api.responses import (
    FILE_TYPES,
    PRIVATE,
    conditional,
    etag_of,
    html_response,
    json_response,
    page_and,
    private_page,
    saved,
)
from api.serving.router import Router
from api.uploads.documents import UploadDocument, upload_document
from geo.language import Language
from geo.store.roles import Actor, may
from geo.store.store import Store
from geo.store.versions import Published

router = Router("indicators")

# Of one request: what is more is a file.
_MOST_TYPED = 200
_FILES = ("csv", "xlsx")
_ANSWERS: dict[int | str, dict[str, Any]] = {200: {"content": page_and(*_FILES)}}
LevelName = Literal["rpjmd", "rkpd", "renja", "rpjmn", "usulan"]


class TargetsQuery(BaseModel):
    """Which targets; all by default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    indicator: Annotated[
        Annotated[str, Field(max_length=200)] | None,
        BeforeValidator(or_none),
        Field(description="Id of an indicator."),
    ] = None
    region: Annotated[
        Annotated[str, Field(max_length=40)] | None,
        BeforeValidator(or_none),
        Field(description="Code of the province or a regency."),
    ] = None
    year: Annotated[
        Annotated[int, Field(ge=1, le=9999)] | None,
        BeforeValidator(or_none),
        Field(description="The year that they are to be reached in."),
    ] = None
    level: Annotated[
        LevelName | None, BeforeValidator(or_none), Field(description="The level of the plan.")
    ] = None
    f: Annotated[str | None, Field(description="json, html, csv or xlsx.")] = None
    lang: str | None = None

    def kept(self) -> dict[str, Any]:
        """The parameters of a link to the same targets."""
        asked: dict[str, Any] = self.model_dump(exclude={"f", "lang"}, exclude_none=True)
        return asked


class PublishedTargetDocument(BaseModel):
    """One target: a range in `unit`, open where an end is missing, and the document that sets it."""

    indicator: str
    title: str
    region: str
    name: str
    year: int
    least: float | None
    most: float | None
    unit: str
    level: str
    direction: str
    document: str
    page: str | None
    source: str
    source_url: str | None
    note: str | None


class TargetsDocument(BaseModel):
    """The published targets that are asked for, and the version that they are of."""

    version: int | None
    targets: list[PublishedTargetDocument]
    links: list[Link]


class TargetEntry(BaseModel):
    """A row of a table of targets, as numbers or as a person types them (3,97)."""

    model_config = ConfigDict(extra="forbid")

    indicator: Annotated[PlainText, Field(max_length=200)]
    regency_code: Annotated[PlainText, Field(max_length=40)]
    year: TypedYear
    least: TypedNumber | None = None
    most: TypedNumber | None = None
    unit: Annotated[PlainText | None, Field(max_length=200)] = None
    level: Annotated[PlainText, Field(max_length=40)]
    direction: Annotated[PlainText | None, Field(max_length=40)] = None
    document: Annotated[PlainText, Field(max_length=1000)]
    page: Annotated[PlainText | None, Field(max_length=200)] = None
    source: Annotated[PlainText, Field(max_length=1000)]
    source_url: Annotated[PlainText | None, Field(max_length=1000)] = None
    note: Annotated[PlainText | None, Field(max_length=1000)] = None


class TargetsRequest(BaseModel):
    """Targets to be published, and why."""

    model_config = ConfigDict(extra="forbid")

    targets: Annotated[list[TargetEntry], Field(min_length=1, max_length=_MOST_TYPED)]
    note: Annotated[StatedText, Field(max_length=1000, description="Why they are published.")]
    publish: Annotated[
        bool, Field(description="Publish at once where the sender may; else they are submitted.")
    ] = False
    accept_warnings: Annotated[
        bool, Field(description="That the warnings which must be accepted were looked at.")
    ] = False


@router.get(
    "/targets",
    summary="Targets of indicators by region and year",
    response_model=TargetsDocument,
    responses=_ANSWERS,
    dependencies=[READS],
)
def read_targets(
    request: Request,
    query: Annotated[TargetsQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """A target is a range that an indicator is to reach in a year, by the plan that sets it.

    Only what a document says is there; of other years the office has not entered any yet.
    """
    from maps.programme.targets_page import require_known

    form = form_asked(request, query.f, *_FILES)
    now = store.current()
    require_known(now, query.kept())
    if form == "html" and may(caller_of(request).actor, "upload"):
        return _page(request, store, query, language)
    key = etag_of(now.identity, query, form, language, links.base, links.language)

    def answer() -> Response:
        if form == "html":
            return _page(request, store, query, language)
        if form == "json":
            return json_response(request, _document(now, query, language, links))
        return _file(now, query, form, language, links)

    return conditional(request, key, answer, is_page=form == "html")


def _page(request: Request, store: Store, query: TargetsQuery, language: Language) -> Response:
    from maps.programme.targets_page import targets_page

    caller = caller_of(request)
    session = caller.session if may(caller.actor, "upload") else None
    content = targets_page(
        store,
        query.kept(),
        actor=None if session is None else caller.actor,
        language=language,
    )
    content |= {"active": "indicators", "asked": query.kept()}
    if session is None:
        return html_response(request, "programme/targets.html", csrf="", **content)
    return private_page(request, "programme/targets.html", csrf=session.csrf, **content)


def _document(
    now: Published, query: TargetsQuery, language: Language, links: Links
) -> TargetsDocument:
    from maps.programme.targets_page import target_records

    version = now.version("targets").number if "targets" in now.datasets("targets") else None
    own = links.representations("targets", query=query.kept())
    files = [
        links.link("alternate", FILE_TYPES[form], "targets", query=query.kept(), f=form)
        for form in _FILES
    ]
    return TargetsDocument(
        version=version,
        targets=[
            PublishedTargetDocument(**{key: _or_null(value) for key, value in one.items()})
            for one in target_records(now, query.kept(), language)
        ],
        links=[Link(**one) for one in (*own, *files)],
    )


def _or_null(value: Any) -> Any:
    is_missing = value == "" or (isinstance(value, float) and math.isnan(value))
    return None if is_missing else value


def _file(
    now: Published, query: TargetsQuery, form: str, language: Language, links: Links
) -> Response:
    from maps.programme import targets_page

    content: bytes | str
    if form == "csv":
        content = targets_page.targets_csv(now, query.kept())
    else:
        address = links.url("targets", query=query.kept())
        content = targets_page.targets_workbook(now, query.kept(), language, address=address)
    return saved(content, "target", form=form, language=language)


@router.post(
    "/targets",
    summary="Enter targets",
    status_code=201,
    response_model=UploadDocument,
)
def enter_targets(
    request: Request,
    asked: Annotated[TargetsRequest, Body()],
    actor: Annotated[Actor, Depends(Allowed("upload"))],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """They go the way of a file of targets (`POST /uploads`): checked, submitted, published by role.

    One that is wrong refuses all of them (422, each fault by its place in the body, such as `targets.0.least`)
    and nothing is kept. Where a warning must be accepted and `accept_warnings` is false, the upload
    waits for it.
    """
    from geo.submission import entering

    upload = entering.enter_targets(
        store,
        [one.model_dump() for one in asked.targets],
        actor=actor,
        note=asked.note,
        publishes=asked.publish,
        accept_warnings=asked.accept_warnings,
        limits=settings_of(request).reader_limits(),
    )
    document = upload_document(store, upload, links, language)
    headers = {**PRIVATE, "Location": links.url("uploads", upload.upload)}
    return json_response(request, document, status=201, headers=headers)
