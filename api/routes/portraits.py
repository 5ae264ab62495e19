"""Pages about one zone and one regency, readable without a script."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import Field

from api.access import READS
from api.deps import LanguageDep, StoreDep
from api.readiness_requests import WayQuery
from api.responses import PAGE, html_response, tagged

router = APIRouter(tags=["pages"], dependencies=[READS])

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
    from maps.pages.portraits import zone_portrait

    portrait = zone_portrait(store, zone, language=language, layer=query.layer, **query.way())
    page = html_response(request, "zone.html", active="map", asked=query.kept(), **portrait)
    return tagged(request, page)


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
    from maps.pages.portraits import regency_portrait

    portrait = regency_portrait(store, code, language=language, **query.way())
    page = html_response(request, "regency.html", active="map", asked=query.kept(), **portrait)
    return tagged(request, page)
