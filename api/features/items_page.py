"""The page of a collection's features: what it shows, what can be asked of it, and what was wrong.

Everything works without a script: a form leads to an address (`api/features/search.py`), and each
condition of the address can be taken off.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from api.collections import Collection, PreparedTable, Tables
from api.deps import links_of
from api.features.conditions import Asked, address, conditions_of, crs_title
from api.features.crs import CRS84, offered_crs
from api.features.forms import TAKEN, TITLES, WHOLE, file_name
from api.features.linked_data import places
from api.features.page import PAGING, Page
from api.features.properties import quoted_name, quoted_text
from api.features.search import COMPARISONS, SearchQuery
from api.features.turns import TURNS
from api.features.words import Choice, Said, choices_of, is_year, words_of
from api.links import Links
from api.parameters import ItemsQuery
from api.problems import Problem, problem_of
from api.responses import html_response, tagged
from api.settings import Settings
from geo.errors import InvalidInput
from geo.language import Language
from geo.tiles.order import sortables

# What a page of features has besides: the conditions that its form states anew each time.
_OF_FORM = ("q", "sortby", "crs")
_LIMITS = (10, 50, 100, 1000)
_MOST_MEANT = 3
# What an assessment is read for stands before what it is made of.
_FIRST = ("name", "rank", "score", "class_words", "class", "rank_class")


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A collection as a reader's page of features has it, with the query that it is asked by.

    `typed` is what a form sent that could not be used.
    """

    entry: Collection
    table: PreparedTable
    query: ItemsQuery
    said: Said
    titles: Mapping[str, str]
    language: Language
    settings: Settings
    typed: SearchQuery

    @classmethod
    def of(
        cls,
        entry: Collection,
        query: ItemsQuery,
        *,
        tables: Tables,
        language: Language,
        settings: Settings,
        typed: SearchQuery | None = None,
    ) -> "Reading":
        """`entry` as it is read in a language."""
        table = tables.table(entry, language)
        return cls(
            entry=entry,
            table=table,
            query=query,
            said=words_of(entry, tables, language),
            titles=entry.field_titles(table, language),
            language=language,
            settings=settings,
            typed=typed or SearchQuery(),
        )

    @property
    def given(self) -> dict[str, str]:
        """The parameters that decide what is answered, as texts."""
        said = self.query.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)
        return {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in said.items()
            if name not in PAGING
        }


def items_page(request: Request, reading: Reading, *, wrong: Problem | None = None) -> Response:
    """A page of features for a reader; what is wrong with the query is told on it."""
    links, table = links_of(request), reading.table.features
    choices = choices_of(
        reading.entry,
        reading.table,
        titles=reading.titles,
        said=reading.said,
        language=reading.language,
    )
    around = _around(reading, choices, links)
    if wrong is not None:
        return _refused(request, wrong, around)
    try:
        page = Page.asked(
            reading.query,
            reading.entry,
            table,
            language=reading.language,
            settings=reading.settings,
        )
        with TURNS.taken():
            selection = page.of(table)
    except InvalidInput as error:
        return _refused(request, problem_of(error, reading.language), around)
    features = table.properties(selection.indices)
    found = page.links(links, selection, form="html")
    answer = html_response(
        request,
        "api/items.html",
        problem=None,
        features=features,
        matched=selection.matched,
        first=selection.first,
        downloads=list(_downloads(page, selection.matched, links, reading.settings)),
        meant=[] if selection.matched else list(_meant(reading, choices, links)),
        first_page=address(links, reading.entry.id, reading.given, "html"),
        links_by_rel={link["rel"]: link for link in found},
        around=[link for link in found if link["rel"] in ("alternate", "next", "prev")],
        linked=lambda: places(reading.entry, features, links, reading.language),
        **around,
    )
    return tagged(request, answer)


def _refused(request: Request, problem: Problem, around: Mapping[str, Any]) -> Response:
    nothing: dict[str, Any] = {"features": [], "first": 0, "links_by_rel": {}, "around": []}
    answer = html_response(
        request, "api/items.html", status=problem.status, problem=problem, **around, **nothing
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _around(reading: Reading, choices: list[Choice], links: Links) -> dict[str, Any]:
    """What the page has whatever is found."""
    entry, query, titles, given = reading.entry, reading.query, reading.titles, reading.given
    key = entry.schema.key if entry.schema else None
    shown = {name: titles[name] for name in (*filter(titles.__contains__, _FIRST), *titles)}
    asked = Asked(entry.id, given, titles, reading.said, links, reading.language)
    return {
        "title": entry.title.to(reading.language),
        "collection": entry,
        "fields": _written(query, {name: said for name, said in shown.items() if name != key}),
        "years": frozenset(filter(is_year, titles)),
        "said": reading.said,
        "conditions": list(conditions_of(asked)),
        "search": {
            "action": links.url("collections", entry.id, "search"),
            "kept": {n: v for n, v in given.items() if n not in _OF_FORM},
            "columns": titles,
            "comparisons": list(COMPARISONS) if query.filter_lang == "cql2-text" else [],
            "choices": choices if query.filter_lang == "cql2-text" else [],
            "typed": reading.typed,
            "q": reading.typed.q or query.q or "",
            "sortby": query.sortby or "",
            "sortables": sortables(reading.table.features),
            "crs": query.crs or CRS84,
            "all_crs": {uri: crs_title(uri) for uri in offered_crs(entry, reading.table.features)},
            "forms": {form: TITLES[form] for form in TAKEN},
            "limit": query.limit,
            "default_limit": reading.settings.default_limit,
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
            "href": address(links, collection, {**page.given, **limit}, form),
            "name": file_name(collection, form),
            "count": most if is_cut else None,
        }


def _meant(reading: Reading, choices: list[Choice], links: Links) -> Iterable[dict[str, str]]:
    """Values whose names hold the words that were looked for, with the address of each: a code has a name too."""
    words = (reading.query.q or "").strip().casefold()
    rest = {name: value for name, value in reading.given.items() if name == "crs"}
    found = [
        (choice, value, called)
        for choice in (choices if words else ())
        for value, called in choice.values
        if words in called.casefold()
    ]
    for choice, value, called in found[:_MOST_MEANT]:
        asked = {**rest, "filter": f"{quoted_name(choice.name)} = {quoted_text(value)}"}
        href = address(links, reading.entry.id, asked, "html")
        yield {"title": f"{choice.title}: {called}", "href": href}


def _written(query: ItemsQuery, titles: dict[str, str]) -> dict[str, str]:
    """The properties that are written; all where the query names one that there is not."""
    if query.properties is not None:
        wanted = {name.strip() for name in query.properties.split(",")}
        titles = {name: said for name, said in titles.items() if name in wanted} or titles
    left_out = {name.strip() for name in (query.exclude_properties or "").split(",")}
    return {name: said for name, said in titles.items() if name not in left_out}
