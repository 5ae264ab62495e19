"""Indices with open slots: what is known of each, what is not, and what comes of what somebody fills in."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Path as PathParameter
from fastapi import Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.access import READS, caller_of
from api.deps import LanguageDep, LinksDep, StoreDep, form_asked, settings_of, wants_html
from api.links import JSON
from api.parameters import or_none, refused
from api.responses import (
    ALSO_PAGE,
    conditional,
    described,
    etag_of,
    html_response,
    json_response,
    page_and,
    private_page,
    saved,
)
from api.serving.router import Router
from geo.errors import InvalidInput
from geo.language import Language, shortened
from geo.store.region import region
from geo.store.roles import may
from geo.store.store import Store
from geo.store.versions import Published

if TYPE_CHECKING:
    from geo.mcda.model import BenchmarkArea, Model
    from geo.programme.indices.index import Index
    from geo.programme.indices.stored_index import StoredIndex

router = Router("indicators", dependencies=[READS])

_ANSWERS = described("SlotIndexDocument")
_ANSWERS[200]["content"] |= page_and("toml", "xlsx", "csv")
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
        Field(description="Whose figures fill slots; the province by default."),
    ] = None
    year: Annotated[
        Annotated[int, Field(ge=1, le=9999)] | None,
        BeforeValidator(or_none),
        Field(description="The year of all figures; by default each slot has its own."),
    ] = None
    area: Annotated[
        Annotated[str, Field(max_length=200)] | None,
        BeforeValidator(or_none),
        Field(description="Of an index of a kawasan: its name."),
    ] = None
    least: Annotated[_Column, Field(description="What counts as 0, by slot.")] = ()
    most: Annotated[_Column, Field(description="What counts as 1, by slot.")] = ()
    weight: Annotated[_Column, Field(description="Weights of 0 to 1, by slot.")] = ()
    value: Annotated[_Column, Field(description="Figures, by slot.")] = ()
    f: Annotated[str | None, Field(description="json, html, xlsx, csv or toml.")] = None
    lang: str | None = None

    def entries(self, slots: tuple[str, ...], language: Language) -> dict[str, dict[str, float]]:
        """What was entered, by slot and then by `least`, `most`, `weight` and `value`."""
        found: dict[str, dict[str, float]] = {slot: {} for slot in slots}
        for name in _ENTRIES:
            column = getattr(self, name)
            if len(column) > len(slots):
                raise refused(name, "indices.too_many", n=len(column), of=len(slots))
            for slot, text in zip(slots, column, strict=False):
                if text.strip():
                    found[slot][name] = _number(name, text, language)
        return found


def _number(name: str, text: str, language: Language) -> float:
    from geo.programme.indices.index_changes import typed_number

    number = typed_number(text, language=language)
    if number is None or (name == "weight" and not 0 <= number <= 1):
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
        {**index_entry(one, language), "href": links.url("indices", one.index.id)}
        for one in _indices(request, store)
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

    The index is the newest `version` that the office saved, null for the one that ships. `regions` are
    the province and its regencies by figures of the same years, with the ranks that each may have.
    What is missing makes a range. Nothing that is filled in by the address is kept; `f=toml` is the
    file that `kawasan index show --file` reads and `kawasan index publish` keeps.
    """
    form = form_asked(request, query.f, "xlsx", "csv", "toml")
    now = store.current()
    stored = _stored(request, now, index)
    if form == "html" and may(caller_of(request).actor, "upload"):
        return _page(request, store, now, stored, query, language)
    key = etag_of(now.identity, index, query, language, links.base, form)

    def answer() -> Response:
        if form == "html":
            return _page(request, store, now, stored, query, language)
        _require_year(store, query)
        filled, said = _filled(now, stored.index, query, language)
        if form == "json":
            own = [links.link("self", JSON, "indices", index)]
            document = _document(stored, filled, said, language)
            return json_response(request, {**document, "links": own})
        if form in ("xlsx", "csv"):
            return _table_file(request, store, stored, filled, said, form, language)
        from geo.programme.indices.index_file import index_text

        return saved(index_text(filled), filled.id, form="toml", language=None)

    return conditional(request, key, answer, is_page=form == "html")


def _indices(request: Request, store: Store) -> "list[StoredIndex]":
    from geo.programme.indices.index_file import INDICES

    now = store.current()
    return [_stored(request, now, name) for name in INDICES]


def _stored(request: Request, now: Published, name: str) -> "StoredIndex":
    from geo.programme.indices.stored_index import stored_index

    return stored_index(now, name, data_dir=settings_of(request).data_dir)


def _filled(
    now: Published, index: "Index", query: IndexQuery, language: Language
) -> tuple["Index", Mapping[str, Any]]:
    """The index with what was entered, and all that is said of it."""
    from geo import published
    from geo.programme.indices import places
    from geo.programme.indices.areas import known_areas
    from geo.programme.indices.index import index_value, possible_classes

    filled, values = _with_entered(index, query, language)
    table, here = published.indicators(now), region(now)
    model = None
    if index.model in published.models(now):
        model = published.model(now, index.model)
    place, area = _place(filled, query, now, model)
    figures = places.slot_figures(filled, table)
    own = places.places_of(filled, here)
    regencies = [one for one in own if one != here.code]
    years = places.slot_years(figures, regencies, year=query.year)
    found = saved = places.value_at(filled, figures, years, place)
    known = {one.slot.id: one.value for one in saved.slots if one.value is not None}
    values = {slot: value for slot, value in values.items() if known.get(slot) != value}
    if values:
        kept = {slot: at for slot, at in years.items() if slot not in values}
        found = index_value(filled, known | values, years=kept)
    return filled, {
        "place": place,
        "found": found,
        "saved": known,
        "is_trial": bool(values) or filled != index,
        "regions": places.place_values(filled, table, region=here, year=query.year),
        "years": years,
        "classes": possible_classes(model, found) if model else (),
        "model": model,
        "area": area,
        "areas": known_areas(now, filled),
    }


def _require_year(store: Store, query: IndexQuery) -> None:
    from geo.programme.indices.handed_in import require_figure_year
    from geo.store.region import local_day

    if query.year is not None:
        require_figure_year(query.year, this_year=local_day(store).year)


def _with_entered(
    index: "Index", query: IndexQuery, language: Language
) -> tuple["Index", dict[str, float]]:
    """The index with the weights and ends that the address holds, and its figures by slot."""
    from geo.programme.indices.index_changes import with_entries

    entered = query.entries(tuple(slot.id for slot in index.slots), language)
    values = {slot: one.pop("value") for slot, one in entered.items() if "value" in one}
    slots = {slot.id: slot for slot in index.slots}
    # What differs from what was saved was confirmed by nobody.
    changed: dict[str, dict[str, Any]] = {
        slot: one | {"confirmed": False}
        for slot, one in entered.items()
        if any(getattr(slots[slot], name) != value for name, value in one.items())
    }
    filled = with_entries(index, changed) if changed else index
    for slot in filled.slots:
        if slot.least is not None and slot.most is not None and not slot.least < slot.most:
            raise refused("most", "indices.not_below", slot=slot.title)
    return filled, values


def _place(
    index: "Index", query: IndexQuery, now: Published, model: "Model | None"
) -> tuple[str, "BenchmarkArea | None"]:
    """The region, or of an index of a kawasan its name and what is published of it."""
    from geo.programme.indices.areas import known_areas, require_area
    from geo.programme.province import unit_code

    here = region(now)
    if index.model is not None:
        place = "" if query.area is None else require_area(query.area, known_areas(now, index))
        areas = model.benchmark.areas if model and model.benchmark else ()
        return place, next((one for one in areas if one.name == place), None)
    return (here.code if query.region is None else unit_code(query.region, region=here)), None


def _document(
    stored: "StoredIndex", filled: "Index", said: Mapping[str, Any], language: Language
) -> dict[str, Any]:
    from geo.json_types import as_json

    document: dict[str, Any] = as_json(
        {
            "index": filled,
            "version": stored.number,
            "published_at": stored.version and stored.version.published_at,
            "region": None if said["model"] else said["place"],
            "area": said["area"],
            "value": said["found"],
            "classes": [one.id for one in said["classes"]],
            "years": said["years"],
            "regions": said["regions"],
        },
        language,
    )
    return document


def _table_file(
    request: Request,
    store: Store,
    stored: "StoredIndex",
    filled: "Index",
    said: Mapping[str, Any],
    form: str,
    language: Language,
) -> Response:
    """What the page shows, as a workbook or CSV."""
    from geo import published
    from geo.programme.targets import with_targets
    from maps.programme import index_files
    from maps.programme.index_saving import index_notes

    now = store.current()
    known: dict[str, Any] = {
        "table": published.indicators(now),
        "catalogue": with_targets(published.indicator_catalogue(now)),
        "region": region(now),
        "language": language,
    }
    name = f"kawasan-indeks-{filled.id}"
    if form == "csv":
        text = index_files.index_csv(filled, said["regions"], **known)
        return saved(text, name, form=form, language=language)
    address = str(request.url.include_query_params(f="html"))
    notes = index_notes(store, stored, said, address=address, language=language)
    content = index_files.index_workbook(filled, said, notes=notes, **known)
    return saved(content, name, form=form, language=language)


def _page(
    request: Request,
    store: Store,
    now: Published,
    stored: "StoredIndex",
    query: IndexQuery,
    language: Language,
) -> Response:
    from geo import published
    from geo.programme.targets import with_targets
    from maps.programme.index_page import index_content
    from maps.programme.index_saving import saving, versions_said

    problem: str | None = None
    try:
        _require_year(store, query)
        filled, said = _filled(now, stored.index, query, language)
    except InvalidInput as error:
        problem = error.detail(language)
        bare = IndexQuery(region=query.region, area=query.area)
        filled, said = _filled(now, stored.index, bare, language)
    content = index_content(
        filled,
        {**said, "year": query.year},
        table=published.indicators(now),
        catalogue=with_targets(published.indicator_catalogue(now)),
        region=region(now),
        entered={name: getattr(query, name) for name in _ENTRIES},
        language=language,
    )
    caller = caller_of(request)
    session = caller.session if may(caller.actor, "upload") else None
    content["stored"] = versions_said(store, stored, language)
    content["form"] = None
    if session is not None:
        content["form"] = saving(store, stored, actor=caller.actor, language=language)
    content |= {"index": stored.index, "is_filled": said["is_trial"], "problem": problem}
    content |= {"title": stored.index.title.to(language), "active": "indicators"}
    content["files"] = {form: _as_file(request, form) for form in ("xlsx", "csv", "toml")}
    template = "programme/index.html"
    if session is not None and problem is None:
        return private_page(request, template, csrf=session.csrf, **content)
    status = 200 if problem is None else 400
    csrf = "" if session is None else session.csrf
    return html_response(request, template, status=status, csrf=csrf, **content)


def _as_file(request: Request, form: str) -> str:
    """The page's own address, as a file."""
    return "?" + str(request.url.include_query_params(f=form).query)
