"""Pages about one zone and one regency, readable without a script."""

from dataclasses import replace
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from fastapi import Path as PathParameter
from fastapi import Query, Request, Response
from pydantic import Field

from api.access import READS
from api.deps import LanguageDep, StoreDep, links_or_default
from api.links import Links
from api.readiness_requests import WayQuery
from api.responses import PAGE, drawn_page, drawn_response, program_digest, tagged
from api.serving.router import Router
from api.settings import Settings
from geo.language import Language
from geo.prepared import kept_in
from geo.store.region import region
from geo.store.store import Store
from geo.store.versions import Published
from maps.context import context_digest

router = Router("pages", dependencies=[READS])

# A kept page is of every host by which the service is known; no host has this name.
_ANY_ORIGIN = "http://origin-of-the-answer"

ZoneId = Annotated[
    str, PathParameter(description="Id of a zone or a kecamatan.", examples=["cahaya-baru"])
]
RegencyCode = Annotated[
    str, PathParameter(description="Kemendagri code of a regency.", examples=["63.04"])
]


class ZoneQuery(WayQuery):
    """Which layer the zone is of, and how it is judged."""

    layer: Annotated[
        str | None,
        Field(description="zones or kecamatan; by default the one that has this id."),
    ] = None


@router.get("/zones/{zone}", response_class=Response, responses=PAGE, summary="A zone's page")
def read_zone_page(
    request: Request,
    zone: ZoneId,
    query: Annotated[ZoneQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """Where a zone stands and why, over the years, with the figures and sources behind it."""
    shown = _Shown("zone.html", zone, query, language, links_or_default(request))
    return tagged(request, drawn_response(request, _page(store, shown)))


@router.get(
    "/regencies/{code}",
    response_class=Response,
    responses=PAGE,
    summary="A regency's page",
)
def read_regency_page(
    request: Request,
    code: RegencyCode,
    query: Annotated[WayQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """Every figure of a regency with its period and source, its zones, its kecamatan."""
    shown = _Shown("regency.html", code, query, language, links_or_default(request))
    return tagged(request, drawn_response(request, _page(store, shown)))


def draw_zone_page(store: Store, settings: Settings, zone: str) -> None:
    """Draw the page of a zone as its first reader sees it, to be kept."""
    links = Links(settings.base_url or _ANY_ORIGIN)
    _page(store, _Shown("zone.html", zone, ZoneQuery(), settings.default_language, links))


class _Shown(NamedTuple):
    """A page, what it is about, how that is judged, and how the page is drawn."""

    template: str
    area_id: str
    query: WayQuery
    language: Language
    links: Links


def _page(store: Store, shown: _Shown) -> str:
    """A page for every reader; the first view as a model says it is kept for the next start."""
    now = store.current()
    # Only what a start shows is kept on disk: anybody can ask for any weights.
    if not shown.query.is_of_a_start:
        return _draw(now, shown)
    scheme, host, root, *_ = urlsplit(shown.links.base)
    drawn = shown._replace(links=replace(shown.links, base=_ANY_ORIGIN + root))
    parts = (now.identity, program_digest(), context_digest(), drawn)
    page = kept_in(store.folder, "page-area", parts, lambda: _draw(now, drawn))
    return page.replace(_ANY_ORIGIN, f"{scheme}://{host}" if host else "")


def _draw(now: Published, shown: _Shown) -> str:
    from maps.pages.portraits import regency_portrait, zone_portrait

    query, language = shown.query, shown.language
    if isinstance(query, ZoneQuery):
        portrait = zone_portrait(
            now, shown.area_id, language=language, layer=query.layer, **query.way()
        )
    else:
        portrait = regency_portrait(now, shown.area_id, language=language, **query.way())
    stated = query.model_dump(exclude_none=True, exclude_unset=True)
    return drawn_page(
        shown.template,
        links=shown.links,
        language=language,
        region=region(now),
        state={name: str(value) for name, value in stated.items()},
        active="map",
        asked=query.kept(),
        **portrait,
    )
