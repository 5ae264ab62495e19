"""Indices with open slots: what is known of each, what is not, and what comes of what somebody fills in."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Path as PathParameter
from fastapi import Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.access import READS
from api.deps import LanguageDep, LinksDep, StoreDep, form_asked, settings_of, wants_html
from api.links import JSON
from api.parameters import InvalidParameter, or_none, refused
from api.responses import (
    ALSO_PAGE,
    conditional,
    described,
    etag_of,
    html_response,
    json_response,
    page_and,
    saved,
)
from api.serving.router import Router
from geo.language import Language, shortened
from geo.store.region import region
from geo.store.versions import Published

if TYPE_CHECKING:
    from geo.mcda.model import BenchmarkArea, Model
    from geo.programme.indices.index import Index

router = Router("indicators", dependencies=[READS])

_ANSWERS = described("SlotIndexDocument")
_ANSWERS[200]["content"] |= page_and("toml")
_LIST = described("IndicesDocument")
_LIST[200]["content"] |= ALSO_PAGE[200]["content"]
_MOST_SHOWN, _MOST_SLOTS = 40, 60
# What is entered of a slot, in this order.
_ENTRIES = ("least", "most", "weight", "value")


_Column = Annotated[tuple[str, ...], Field(max_length=_MOST_SLOTS)]


class IndexQuery(BaseModel):
    """What somebody fills in: each list has one entry for each slot in order, blank for none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: Annotated[
        Annotated[str, Field(max_length=20)] | None,
        BeforeValidator(or_none),
        Field(description="Whose published figures fill slots; the province by default."),
    ] = None
    area: Annotated[
        Annotated[str, Field(max_length=200)] | None,
        BeforeValidator(or_none),
        Field(description="Of an index of a kawasan: which of those with a published score."),
    ] = None
    least: Annotated[_Column, Field(description="What counts as 0, by slot.")] = ()
    most: Annotated[_Column, Field(description="What counts as 1, by slot.")] = ()
    weight: Annotated[_Column, Field(description="Weights of 0 to 1, by slot.")] = ()
    value: Annotated[_Column, Field(description="Figures, by slot.")] = ()
    f: Annotated[str | None, Field(description="json, html or toml.")] = None
    lang: str | None = None

    def entries(self, slots: tuple[str, ...]) -> dict[str, dict[str, float]]:
        """What was entered, by slot and then by `least`, `most`, `weight` and `value`."""
        found: dict[str, dict[str, float]] = {slot: {} for slot in slots}
        for name in _ENTRIES:
            column = getattr(self, name)
            if len(column) > len(slots):
                raise refused(name, "indices.too_many", n=len(column), of=len(slots))
            for slot, text in zip(slots, column, strict=False):
                if text.strip():
                    found[slot][name] = _number(name, text)
        return found

    def is_filled(self) -> bool:
        """Whether anything was entered."""
        return any(text.strip() for name in _ENTRIES for text in getattr(self, name))


def _number(name: str, text: str) -> float:
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (name == "weight" and not 0 <= number <= 1):
        key = "indices.bad_weight" if name == "weight" else "indices.bad_number"
        raise refused(name, key, value=shortened(text, _MOST_SHOWN))
    return number


@router.get("/indices", summary="Indices with open slots", response_class=Response, responses=_LIST)
def list_indices(
    request: Request, store: StoreDep, language: LanguageDep, links: LinksDep
) -> Response:
    """IPK and IPKTrans: how many slots each has, and how many of them are filled in."""
    from maps.programme.index_page import index_entry
    from maps.text import translate

    entries = [
        {**index_entry(one, language), "href": links.url("indices", one.id)}
        for one in _indices(request)
    ]
    if not wants_html(request):
        return json_response(request, {"indices": entries})
    title = translate("indices.title", language)
    return html_response(
        request, "programme/indices.html", title=title, active="indicators", entries=entries
    )


@router.get(
    "/indices/{index}",
    summary="One index: its slots, and its value once they are filled in",
    response_class=Response,
    responses=_ANSWERS,
)
def read_index(
    request: Request,
    index: Annotated[str, PathParameter(description="Id of an index.", examples=["ipk"])],
    query: Annotated[IndexQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Each slot scaled by min-max, weighed and added; without all weights there is no value.

    What is missing makes a range. Nothing that is filled in here is kept: the address holds it, and
    `f=toml` is the file that `kawasan index show --file` reads.
    """
    form = form_asked(request, query.f, "toml")
    found = _index_of(request, index)
    now = store.current()
    key = etag_of(now.identity, index, query, language, links.base, form)

    def answer() -> Response:
        if form == "html":
            return _page(request, now, found, query, language)
        filled, said = _filled(now, found, query)
        if form == "json":
            own = [links.link("self", JSON, "indices", index)]
            return json_response(request, {**_document(filled, said, language), "links": own})
        from geo.programme.indices.index_file import index_text

        return saved(index_text(filled), filled.id, form="toml", language=None)

    return conditional(request, key, answer, is_page=form == "html")


def _indices(request: Request) -> "list[Index]":
    from geo.programme.indices.index_file import INDICES, read_index

    folder = settings_of(request).data_dir / "programme"
    return [read_index(folder / f"{name}.toml") for name in INDICES]


def _index_of(request: Request, name: str) -> "Index":
    from geo.errors import NotFound

    known = {one.id: one for one in _indices(request)}
    if name not in known:
        raise NotFound(name, available=sorted(known))
    return known[name]


def _filled(now: Published, index: "Index", query: IndexQuery) -> tuple["Index", Mapping[str, Any]]:
    """The index with what was entered, and all that is said of it."""
    from geo import published
    from geo.programme.indices.index import (
        filled_in,
        index_value,
        possible_classes,
        published_values,
    )
    from geo.programme.province import unit_code

    here = region(now)
    code = here.code if query.region is None else unit_code(query.region, region=here)
    entered = query.entries(tuple(slot.id for slot in index.slots))
    values = published_values(index, published.indicators(now), region=code)
    values |= {slot: one.pop("value") for slot, one in entered.items() if "value" in one}
    filled = filled_in(index, entered)
    for slot in filled.slots:
        if slot.least is not None and slot.most is not None and not slot.least < slot.most:
            raise refused("most", "indices.not_below", slot=slot.title)
    found = index_value(filled, values)
    model = None
    if index.model in published.models(now):
        model = published.model(now, index.model)
    classes = possible_classes(model, found) if model else ()
    said = {"region": code, "found": found, "classes": classes, "model": model}
    return filled, {**said, "area": _area(query.area, model)}


def _area(name: str | None, model: "Model | None") -> "BenchmarkArea | None":
    """The kawasan of the benchmark that is asked for."""
    from geo.errors import ZoneNotFound

    if name is None:
        return None
    areas = model.benchmark.areas if model and model.benchmark else ()
    found = next((one for one in areas if one.name.casefold() == name.strip().casefold()), None)
    if found is None:
        raise ZoneNotFound(name, available=[one.name for one in areas])
    return found


def _document(filled: "Index", said: Mapping[str, Any], language: Language) -> dict[str, Any]:
    from geo.json_types import as_json

    document: dict[str, Any] = as_json(
        {
            "index": filled,
            "region": None if said["model"] else said["region"],
            "area": said["area"],
            "value": said["found"],
            "classes": [one.id for one in said["classes"]],
        },
        language,
    )
    return document


def _page(
    request: Request, now: Published, index: "Index", query: IndexQuery, language: Language
) -> Response:
    from geo import published
    from maps.programme.index_page import index_content

    problem: str | None = None
    try:
        filled, said = _filled(now, index, query)
    except InvalidParameter as error:
        problem = error.detail(language)
        filled, said = _filled(now, index, IndexQuery(region=query.region, area=query.area))
    content = index_content(
        filled,
        said,
        table=published.indicators(now),
        region=region(now),
        entered={name: getattr(query, name) for name in _ENTRIES},
        language=language,
    )
    return html_response(
        request,
        "programme/index.html",
        title=index.title.to(language),
        active="indicators",
        status=200 if problem is None else 400,
        problem=problem,
        index=index,
        is_filled=query.is_filled(),
        toml=_toml_address(request),
        **content,
    )


def _toml_address(request: Request) -> str:
    """The page's own address, as the file that was filled in."""
    return "?" + str(request.url.include_query_params(f="toml").query)
