"""The page of a collection's features: what it shows, what can be asked of it, and what was wrong.

Everything works without a script: a form leads to an address (`api/features/search.py`), and each
condition of the address can be taken off.
"""

from collections.abc import Callable, Iterable
from typing import Any

from fastapi import Request, Response

from api.collections import Collection, PreparedTable
from api.deps import links_of
from api.features.crs import CRS84, offered_crs
from api.features.forms import TAKEN, TITLES, WHOLE, Form, file_name
from api.features.linked_data import places
from api.features.page import PAGING, Page
from api.features.search import COMPARISONS, clauses_of, joined
from api.features.turns import TURNS
from api.links import Links
from api.parameters import ItemsQuery
from api.problems import problem_of
from api.responses import html_response, tagged
from api.settings import Settings
from geo.crs import crs_of
from geo.errors import InvalidInput
from geo.language import Language, texts
from geo.tiles.order import sortables

_SAY = texts(__name__)

# What a page of features has besides: the conditions that its form states anew each time.
_OF_FORM = ("q", "sortby", "crs")
_LIMITS = (10, 50, 100, 1000)
_MOST_SHOWN = 120


def items_page(
    request: Request,
    entry: Collection,
    table: PreparedTable,
    query: ItemsQuery,
    *,
    language: Language,
    settings: Settings,
) -> Response:
    """A page of features for a reader; what is wrong with the query is told on it (400)."""
    links = links_of(request)
    around = _around(request, entry, table, query, language=language, settings=settings)
    try:
        page = Page.asked(query, entry, table.features, language=language, settings=settings)
        with TURNS.taken():
            selection = page.of(table.features)
    except InvalidInput as error:
        problem = problem_of(error, language)
        nothing: dict[str, Any] = {"features": [], "first": 0, "links_by_rel": {}, "around": []}
        answer = html_response(
            request,
            "api/items.html",
            status=problem.status,
            problem=problem,
            **around,
            **nothing,
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer
    features = table.features.properties(selection.indices)
    found = page.links(links, selection, form="html")
    answer = html_response(
        request,
        "api/items.html",
        problem=None,
        features=features,
        matched=selection.matched,
        downloads=list(_downloads(page, selection.matched, links, settings)),
        first=selection.first,
        links_by_rel={link["rel"]: link for link in found},
        around=[link for link in found if link["rel"] in ("alternate", "next", "prev")],
        linked=lambda: places(entry, features, links, language),
        **around,
    )
    return tagged(request, answer)


def in_words(entry: Collection, language: Language) -> Callable[[str, object], str | None]:
    """What a code of a collection's field means in words, for a reader; None where it has no other."""
    from geo.land import ground
    from geo.published import GROUND

    def said(field: str, value: object) -> str | None:
        words = ground.in_words(field, value) if entry.layer == GROUND else None
        return None if words is None else words.to(language)

    return said


def _around(
    request: Request,
    entry: Collection,
    table: PreparedTable,
    query: ItemsQuery,
    *,
    language: Language,
    settings: Settings,
) -> dict[str, Any]:
    """What the page has whatever is found."""
    links, titles = links_of(request), entry.field_titles(table, language)
    given = {n: v for n, v in request.query_params.items() if n not in PAGING}
    key = entry.schema.key if entry.schema else None
    return {
        "title": entry.title.to(language),
        "collection": entry,
        "fields": _written(query, {name: said for name, said in titles.items() if name != key}),
        "said": in_words(entry, language),
        "conditions": list(_conditions(given, titles, links, entry.id, language)),
        "search": {
            "action": links.url("collections", entry.id, "search"),
            "kept": {n: v for n, v in given.items() if n not in _OF_FORM},
            "columns": titles,
            "comparisons": list(COMPARISONS) if query.filter_lang == "cql2-text" else [],
            "q": query.q or "",
            "sortby": query.sortby or "",
            "sortables": sortables(table.features),
            "crs": query.crs or CRS84,
            "all_crs": {uri: _crs_name(uri) for uri in offered_crs(entry, table.features)},
            "forms": {form: TITLES[form] for form in TAKEN},
            "limit": query.limit,
            "limits": sorted({*_LIMITS, *([query.limit] if query.limit else [])}),
        },
    }


def _downloads(
    page: Page, matched: int, links: Links, settings: Settings
) -> Iterable[dict[str, Any]]:
    """All that matches in every form; `count` is how many of them, where one form takes no more at once."""
    most, collection = settings.max_limit, page.collection.id
    for form in TAKEN if matched else ():
        is_cut = form not in WHOLE and matched > most
        limit = {} if form in WHOLE else {"limit": str(most)}
        yield {
            "title": TITLES[form],
            "href": _address(links, collection, dict(page.given) | limit, form),
            "name": file_name(collection, form),
            "count": most if is_cut else None,
        }


def _written(query: ItemsQuery, titles: dict[str, str]) -> dict[str, str]:
    """The properties that are written; all where the query names one that there is not."""
    if query.properties is not None:
        wanted = {name.strip() for name in query.properties.split(",")}
        titles = {name: said for name, said in titles.items() if name in wanted} or titles
    left_out = {name.strip() for name in (query.exclude_properties or "").split(",")}
    return {name: said for name, said in titles.items() if name not in left_out}


def _conditions(
    given: dict[str, str],
    titles: dict[str, str],
    links: Links,
    collection: str,
    language: Language,
) -> Iterable[dict[str, str]]:
    """Each condition of the address in words, and the address without it."""
    for name, value in given.items():
        rest = {n: v for n, v in given.items() if n != name}
        if name in ("filter-lang", "filter-crs", "bbox-crs"):
            continue
        # What only says how another parameter is written goes with it.
        if name in ("filter", "bbox"):
            rest = {n: v for n, v in rest.items() if not n.startswith(f"{name}-")}
        clauses = clauses_of(value) if name == "filter" else []
        if len(clauses) > 1:
            for place, clause in enumerate(clauses):
                others = joined([*clauses[:place], *clauses[place + 1 :]])
                without = given | {"filter": others}
                yield _condition(clause, _address(links, collection, without, "html"))
            continue
        said = _said(name, value, titles, language)
        yield _condition(said, _address(links, collection, rest, "html"))


def _condition(text: str, href: str) -> dict[str, str]:
    return {"text": text[:_MOST_SHOWN] + ("…" if len(text) > _MOST_SHOWN else ""), "href": href}


def _said(name: str, value: str, titles: dict[str, str], language: Language) -> str:
    if name == "filter":
        return value
    if name in titles:
        return f"{titles[name]} = {value}"
    known = ("bbox", "datetime", "q", "sortby", "crs", "properties", "exclude-properties")
    if name in (*known, "version", "skipGeometry"):
        said = _SAY[f"condition_{name.replace('-', '_')}"].to(language)
        return f"{said}: {_crs_name(value) if name == 'crs' else value}"
    return f"{name} = {value}"


def _address(links: Links, collection: str, given: dict[str, str], form: Form) -> str:
    return links.url("collections", collection, "items", query=given | {"f": form})


def _crs_name(uri: str) -> str:
    if uri == CRS84:
        return "CRS84 (WGS 84)"
    crs = crs_of(uri)
    return uri if crs is None else f"EPSG:{uri.rsplit('/', 1)[-1]} – {crs.name}"
