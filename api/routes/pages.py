"""Pages for people: the map of everything, single maps to keep or to show, the guide."""

from functools import lru_cache
from typing import Annotated, NamedTuple
from urllib.parse import quote, urlsplit

from fastapi import Path as PathParameter
from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import READS
from api.collection_map import draw_layer
from api.deps import LanguageDep, LinksDep, StoreDep, TablesDep, base_of, settings_of
from api.links import HTML
from api.parameters import UnknownParameter
from api.responses import (
    DRAWN_NONCE,
    PAGE,
    html_response,
    page_response,
    program_digest,
    tagged,
)
from api.serving.router import Router
from api.settings import Settings
from geo.language import Language
from geo.prepared import kept_in
from geo.store.store import Store
from geo.store.versions import Published
from maps.context import context_digest

router = Router("pages", dependencies=[READS])

PLANNER = "planner"
SINGLE_MAPS = ("regencies", "zones", "kecamatan")
_MOST_KEPT = 32


Chapter = Annotated[
    str, PathParameter(description="Name of a chapter, see /guide.", examples=["planners"])
]


class MapQuery(BaseModel):
    """What the map shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Annotated[str, Field(description="A model's id: kesiapan or kebutuhan.")] = "kesiapan"
    indicator: Annotated[str, Field(description="Indicator that colours the regencies.")] = (
        "tpt_agustus"
    )
    year: Annotated[
        int | None,
        Field(
            ge=1,
            le=9999,
            description="Year of the indicator; by default the newest that most regencies have.",
        ),
    ] = None
    f: str | None = None
    lang: str | None = None

    @property
    def is_of_a_start(self) -> bool:
        """Whether it is what people see first: of any model, the usual indicator in its newest year."""
        usual = MapQuery.model_fields["indicator"].default
        return self.year is None and self.indicator == usual


class SingleMapQuery(MapQuery):
    """What a single map shows, and whether it comes as one file for a memory stick."""

    download: Annotated[
        str | None, Field(description="Give the map as one file that needs no server.")
    ] = None


@router.get("/map", response_class=Response, responses=PAGE, summary="The planner's map")
def read_map(
    request: Request, query: Annotated[MapQuery, Query()], store: StoreDep, language: LanguageDep
) -> Response:
    """Regencies by an indicator, zones by class, the ranking and a legend."""
    settings = settings_of(request)
    form = _planner(settings, language, root=urlsplit(base_of(request)).path)
    shown = query.model_copy(update={"f": None})
    return page_response(request, _drawn(store, shown, form), language, basemap=settings.basemap)


def draw_first_map(store: Store, settings: Settings) -> None:
    """Draw what the first reader of the map sees, to be kept."""
    root = urlsplit(settings.base_url or "").path
    _drawn(store, MapQuery(), _planner(settings, settings.default_language, root=root))


@router.get("/maps/{name}", response_class=Response, responses=PAGE, summary="A single map")
def read_single_map(
    request: Request,
    name: str,
    query: Annotated[SingleMapQuery, Query()],
    store: StoreDep,
    tables: TablesDep,
    language: LanguageDep,
) -> Response:
    """The map of a collection; with `download`, a single file that opens without any server.

    Regencies, zones and kecamatan are coloured by an indicator or a model; any other is its outlines.
    """
    standalone = query.download is not None
    if name in SINGLE_MAPS:
        root = urlsplit(base_of(request)).path
        shown = MapQuery.model_validate(query.model_dump(exclude={"download", "f"}))
        page = _drawn(store, shown, _Form(name, language, root, standalone))
    else:
        _require_no_colours(query)
        page = draw_layer(
            request,
            name,
            tables=tables,
            language=language,
            nonce="" if standalone else DRAWN_NONCE,
            standalone=standalone,
        )
    return _file(page, name) if standalone else page_response(request, page, language)


def _require_no_colours(query: SingleMapQuery) -> None:
    """Plain outlines are of no model, indicator or year."""
    known = {"download", "f", "lang"}
    for name in query.model_fields_set - known:
        raise UnknownParameter(parameter=name, known=", ".join(sorted(known)))


def _file(page: str, name: str) -> Response:
    # A collection's id may hold any character (RFC 8187).
    disposition = f"attachment; filename*=UTF-8''kawasan-{quote(name, safe='')}.html"
    return Response(page, media_type=HTML, headers={"Content-Disposition": disposition})


class _Form(NamedTuple):
    """How a page is drawn, whatever it shows; `basemap` is the address of tiles and whose they are."""

    name: str
    language: Language
    root: str
    standalone: bool = False
    basemap: tuple[str, str] | None = None


def _planner(settings: Settings, language: Language, *, root: str) -> _Form:
    basemap = settings.basemap and (settings.basemap, settings.basemap_attribution)
    return _Form(PLANNER, language, root, basemap=basemap or None)


def _drawn(store: Store, query: MapQuery, form: _Form) -> str:
    """A page as drawn from what is published now; the first view of it is kept for the next start."""
    now = store.current()
    # Only what a start shows is kept on disk: anybody can ask for any number of years.
    if not query.is_of_a_start:
        return _remembered(now, query, form)
    parts = (now.identity, program_digest(), context_digest(), query, form)
    return kept_in(store.folder, "page-map", parts, lambda: _draw(now, query, form))


@lru_cache(maxsize=_MOST_KEPT)
def _remembered(now: Published, query: MapQuery, form: _Form) -> str:
    return _draw(now, query, form)


def _draw(now: Published, query: MapQuery, form: _Form) -> str:
    from maps.assets import Assets
    from maps.folium.views import BasemapView
    from maps.pages.map_subject import draw_planner, draw_single, read_map_subject

    subject = read_map_subject(now, model=query.model, indicator=query.indicator, year=query.year)
    state = {k: str(v) for k, v in query.model_dump(exclude_none=True, exclude_unset=True).items()}
    assets = Assets(base=f"{form.root}/static", nonce=DRAWN_NONCE, standalone=form.standalone)
    language, root = form.language, form.root
    if form.name != PLANNER:
        return draw_single(
            form.name, subject, language=language, state=state, assets=assets, root=root
        )
    return draw_planner(
        subject,
        asked_year=query.year,
        language=language,
        state=state,
        assets=assets,
        root=root,
        basemap=form.basemap and BasemapView(*form.basemap),
    )


@router.get("/guide", response_class=Response, responses=PAGE, summary="The guide")
def read_guide(request: Request, language: LanguageDep, links: LinksDep) -> Response:
    """The chapters for planners, GIS staff, other systems and operators."""
    from maps.guide.chapters import contents

    found = contents(language, root=urlsplit(links.base).path)
    return tagged(request, html_response(request, "guide.html", active="guide", **found))


@router.get(
    "/guide/{chapter}",
    response_class=Response,
    responses=PAGE,
    summary="A chapter of the guide",
)
def read_chapter(
    request: Request, chapter: Chapter, language: LanguageDep, links: LinksDep
) -> Response:
    """One chapter with its table of contents."""
    from maps.guide import chapters

    found = chapters.chapter(chapter, language, root=urlsplit(links.base).path)
    return tagged(request, html_response(request, "chapter.html", active="guide", **found))
