"""What an office fills in of an index: entries that change it, or its whole file; kept as a version."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import anyio.to_thread
from fastapi import Body, Depends, Header, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from api.access import Allowed
from api.deps import LanguageDep, LinksDep, StoreDep, settings_of
from api.links import Links
from api.parameters import PlainText, StatedText, TypedNumber
from api.responses import PRIVATE, json_response
from api.serving.router import Router
from api.uploads.documents import UploadDocument, upload_document
from api.uploads.expected import expected_version
from geo.errors import InvalidInput
from geo.language import Language, Text, filled, joined, shortened, texts
from geo.store.roles import Actor
from geo.store.store import Store, Upload

if TYPE_CHECKING:
    from geo.programme.indices.index import Index

_SAY = texts(__name__)

router = Router("indicators")

_MOST_SLOTS, _MOST_FIGURES, _MOST_SHOWN, _MOST_PLACE = 60, 2_000, 40, 80
_TOML = "application/toml"
_TOML_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {_TOML: {"schema": {"type": "string", "description": "The whole index."}}},
    }
}
_Said = Annotated[PlainText | None, Field(max_length=1000)]
IndexId = Annotated[str, PathParameter(description="Id of an index.", examples=["ipk"])]


class SlotEntry(BaseModel):
    """All that is filled in of one slot; what is left out or null is emptied.

    `confirmed` says that somebody has read weight, least and most in `document` on `page`.
    """

    model_config = ConfigDict(extra="forbid")

    id: Annotated[PlainText, Field(max_length=60)]
    least: TypedNumber | None = None
    most: TypedNumber | None = None
    weight: TypedNumber | None = None
    direction: Annotated[
        Literal["max", "min"] | None,
        Field(description="`min` where lower is better; null leaves it as it is."),
    ] = None
    indicator: Annotated[PlainText | None, Field(max_length=200)] = None
    document: _Said = None
    page: Annotated[PlainText | None, Field(max_length=200)] = None
    note: _Said = None
    confirmed: bool = False


class FigureEntry(BaseModel):
    """A figure of a slot in one year; a `value` of null takes it out again.

    `place` is the code of the province or a regency, of an index of kawasan the name of one.
    """

    model_config = ConfigDict(extra="forbid")

    slot: Annotated[PlainText, Field(max_length=60)]
    place: Annotated[PlainText, Field(max_length=200)]
    year: Annotated[int, Field(ge=-9999, le=9999)]
    value: TypedNumber | None
    source: Annotated[PlainText, Field(max_length=1000)] = ""


class IndexRequest(BaseModel):
    """What changes in an index, and why; slots and figures that are not named stay as they are."""

    model_config = ConfigDict(extra="forbid")

    slots: Annotated[list[SlotEntry], Field(max_length=_MOST_SLOTS)] = []
    figures: Annotated[list[FigureEntry], Field(max_length=_MOST_FIGURES)] = []
    note: Annotated[StatedText, Field(max_length=1000, description="Why it is saved.")]
    source: Annotated[
        PlainText | None, Field(max_length=1000, description="Where it comes from.")
    ] = None
    publish: Annotated[
        bool, Field(description="Publish at once where the sender may; else it is submitted.")
    ] = False
    accept_warnings: Annotated[
        bool, Field(description="That the warnings which must be accepted were looked at.")
    ] = False
    expected: Annotated[
        int | None, Field(ge=0, description="Version you saw, 0 for the index that ships.")
    ] = None


class IndexFileQuery(BaseModel):
    """What is said of a whole index that is sent as its file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    note: Annotated[StatedText, Field(max_length=1000, description="Why it is saved.")]
    source: Annotated[PlainText | None, Field(max_length=1000)] = None
    publish: bool = False
    accept_warnings: bool = False
    lang: str | None = None


_IF_MATCH = Header(description="Version you saw, as a number; 0 for the index that ships.")


@router.post(
    "/indices/{index}",
    summary="Fill in an index",
    status_code=201,
    response_model=UploadDocument,
)
def fill_in_index(
    request: Request,
    index: IndexId,
    asked: Annotated[IndexRequest, Body()],
    actor: Annotated[Actor, Depends(Allowed("upload"))],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
    if_match: Annotated[str | None, _IF_MATCH] = None,
) -> Response:
    """The entries go the way of every file: checked, submitted, published by role as the next version.

    One that is wrong refuses all of them (422, each fault by its place) and nothing is kept. 412 when
    `If-Match` or `expected` is not the current version. Where a warning must be accepted and
    `accept_warnings` is false, the upload waits for it.
    """
    from geo.programme.indices.index_changes import with_entries, with_figures
    from geo.programme.indices.stored_index import stored_index

    now = stored_index(store, index, data_dir=settings_of(request).data_dir).index
    titles = {slot.id: slot.title for slot in now.slots}
    figures, removed = _figures(asked, titles)
    filled = with_entries(now, _entries(asked, titles))
    filled = with_figures(filled, figures, removed=removed)
    said = asked.model_dump(include={"note", "source", "accept_warnings"})
    said["expected"] = expected_version(asked.expected, if_match)
    upload = _entered(request, store, index, filled, actor, asked.publish, said)
    return _answer(request, store, upload, links, language)


@router.put(
    "/indices/{index}",
    summary="Replace an index by a file",
    status_code=201,
    response_model=UploadDocument,
    openapi_extra=_TOML_BODY,
)
async def replace_index(
    request: Request,
    index: IndexId,
    query: Annotated[IndexFileQuery, Query()],
    actor: Annotated[Actor, Depends(Allowed("upload"))],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
    if_match: Annotated[str | None, _IF_MATCH] = None,
) -> Response:
    """The whole index as TOML, as `GET /indices/{index}?f=toml` writes it; it goes the same way.

    Published entries and figures that the file lacks leave the index, which must be accepted.
    """
    try:
        text = (await request.body()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(reason=_SAY["no_utf8"]) from error
    said = query.model_dump(include={"note", "source", "accept_warnings"})
    said["expected"] = expected_version(None, if_match)
    upload = await anyio.to_thread.run_sync(
        lambda: _entered(request, store, index, text, actor, query.publish, said)
    )
    return _answer(request, store, upload, links, language)


def _entered(
    request: Request,
    store: Store,
    index: str,
    handed_in: "str | Index",
    actor: Actor,
    publishes: bool,
    said: Mapping[str, Any],
) -> Upload:
    from geo.submission.entering import enter_index

    limits = settings_of(request).reader_limits()
    return enter_index(
        store, handed_in, index, actor=actor, publishes=publishes, limits=limits, **said
    )


def _answer(
    request: Request, store: Store, upload: Upload, links: Links, language: Language
) -> Response:
    document = upload_document(store, upload, links, language)
    headers = {**PRIVATE, "Location": links.url("uploads", upload.upload)}
    return json_response(request, document, status=201, headers=headers)


def _entries(asked: IndexRequest, titles: Mapping[str, Text]) -> dict[str, dict[str, Any]]:
    """What was entered by slot; text that says nothing is no entry."""
    heads = {"least": _SAY["least"], "most": _SAY["most"], "weight": _SAY["weight"]}
    found: dict[str, dict[str, Any]] = {}
    for one in asked.slots:
        if one.id not in titles:
            reason = _SAY["no_slot"].format(
                slot=shortened(one.id, _MOST_SHOWN), known=", ".join(titles)
            )
            raise InvalidInput(reason=reason)
        if one.id in found:
            raise InvalidInput(reason=filled(_SAY["twice"], where=titles[one.id]))
        said = one.model_dump(exclude={"id"} if one.direction else {"id", "direction"})
        for name in heads:
            said[name] = _number(said[name], joined([titles[one.id], heads[name]]))
        for name in ("indicator", "document", "page", "note"):
            said[name] = (said[name] or "").strip() or None
        found[one.id] = said
    return found


def _figures(
    asked: IndexRequest, titles: Mapping[str, Text]
) -> tuple[list[Any], list[tuple[str, str, int]]]:
    """The figures that were entered, and the keys of those that are taken out."""
    from geo.programme.indices.index import SlotFigure

    figures, removed, seen = [], [], set()
    for one in asked.figures:
        place = one.place.strip()
        told = shortened(f"{place}, {one.year}", _MOST_PLACE)
        name = shortened(one.slot, _MOST_SHOWN)
        where = joined([titles.get(one.slot, Text(name, name)), Text(told, told)])
        key = (one.slot, place, one.year)
        if key in seen:
            raise InvalidInput(reason=filled(_SAY["twice"], where=where))
        seen.add(key)
        value = _number(one.value, where)
        if value is None:
            removed.append(key)
            continue
        if not one.source.strip():
            raise InvalidInput(reason=filled(_SAY["no_source"], where=where))
        figures.append(SlotFigure(one.slot, place, one.year, value, one.source.strip()))
    return figures, removed


def _number(value: float | str | None, where: Text) -> float | None:
    from geo.programme.indices.index_changes import typed_number

    if not isinstance(value, str):
        return None if value is None else float(value)
    if not value.strip():
        return None
    number = typed_number(value)
    if number is None:
        shown = shortened(value, _MOST_SHOWN)
        raise InvalidInput(reason=filled(_SAY["no_number"], where=where, value=shown))
    return number
