"""Pages about one zone and one regency, readable without a script, and the first page of uploads."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import Field

from api.deps import LanguageDep, StoreDep, language_or_default, settings_of
from api.links import HTML
from api.responses import html_response, tagged
from api.routes.sheets import WayQuery

router = APIRouter(tags=["pages"])

_HTML_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {HTML: {}}, "description": "A page"}
}
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


@router.get(
    "/zones/{zone}", response_class=Response, responses=_HTML_ANSWER, summary="A zone's page"
)
def read_zone_page(
    request: Request,
    zone: ZoneId,
    query: Annotated[ZoneQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """Where a zone stands and why, over the years, with the figures and sources behind it."""
    from maps.pages.portraits import zone_portrait

    portrait = zone_portrait(store, zone, language=language, layer=query.layer, **query.way())
    page = html_response(request, "zone.html", active="map", asked=query.kept(), **portrait)
    return tagged(request, page)


@router.get(
    "/regencies/{code}",
    response_class=Response,
    responses=_HTML_ANSWER,
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
    from maps.pages.portraits import regency_portrait

    portrait = regency_portrait(store, code, language=language, **query.way())
    page = html_response(request, "regency.html", active="map", asked=query.kept(), **portrait)
    return tagged(request, page)


def desk_page(request: Request) -> Response:
    """`/uploads` for people: the steps, what is accepted, what a report says; nobody's uploads."""
    from maps.pages.desk import desk

    content = desk(language_or_default(request), most_bytes=settings_of(request).max_upload_bytes)
    return tagged(request, html_response(request, "uploads.html", active="desk", **content))
