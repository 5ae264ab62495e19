"""Printed sheets: a zone or the province as PDF, and a zone's map as GeoTIFF for tablets."""

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Depends, Query, Request, Response
from pydantic import Field

from api.access import READS
from api.deps import LanguageDep, StoreDep
from api.readiness_requests import WayQuery
from api.responses import conditional, etag_of
from api.serving.router import Router
from geo.language import Language
from geo.store.region import local_day
from geo.store.store import Store

if TYPE_CHECKING:
    from maps.sheets.sheet_subject import SheetSubject

router = Router("sheets", dependencies=[READS])

PDF: Final = "application/pdf"
GEOTIFF: Final = "image/tiff; application=geotiff"
_PDF_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {PDF: {}}, "description": "A sheet, A4"}
}
_TIFF_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {GEOTIFF: {}}, "description": "A georeferenced picture"}
}


class SheetQuery(WayQuery):
    """Which assessment a sheet shows; everything has a default."""

    year: Annotated[
        int | None, Field(ge=1, le=9999, description="Newest with data by default.")
    ] = None

    def asked(self) -> dict[str, Any]:
        """What decides the assessment."""
        return self.way() | {"year": self.year}


def printing_day(store: StoreDep) -> date:
    """The day on which a sheet is printed: that of the region."""
    return local_day(store)


QueryDep = Annotated[SheetQuery, Query()]
PrintingDayDep = Annotated[date, Depends(printing_day)]


# The province and the georeferenced maps before the sheets of zones, whose path takes any name.
@router.get(
    "/sheets/provinsi.pdf",
    response_class=Response,
    responses=_PDF_ANSWER,
    summary="The printed overview of the province",
)
def print_province(
    request: Request,
    query: QueryDep,
    store: StoreDep,
    language: LanguageDep,
    printed: PrintingDayDep,
) -> Response:
    """A4: the map of all zones, the ranking, counts by class and quadrant, sources."""
    from maps.sheets.sheet_subject import read_province_subject
    from maps.sheets.sheets import province_sheet

    subject = read_province_subject(store, printed=printed, language=language, **query.asked())
    return _answer(request, subject, "provinsi.pdf", lambda: province_sheet(subject))


@router.get(
    "/sheets/{zone}.geo.pdf",
    response_class=Response,
    responses=_PDF_ANSWER,
    summary="The map of a zone as a georeferenced PDF",
)
def print_map_pdf(
    request: Request,
    zone: str,
    query: QueryDep,
    store: StoreDep,
    language: LanguageDep,
    printed: PrintingDayDep,
) -> Response:
    """One page that is the map; map readers on tablets show their position on it."""
    from maps.sheets.sheets import zone_map_pdf

    subject = _zone_subject(store, zone, query, language, printed)
    return _answer(request, subject, f"{zone}.geo.pdf", lambda: zone_map_pdf(subject, zone))


@router.get(
    "/sheets/{zone}.pdf",
    response_class=Response,
    responses=_PDF_ANSWER,
    summary="The printed sheet of a zone",
)
def print_zone(
    request: Request,
    zone: str,
    query: QueryDep,
    store: StoreDep,
    language: LanguageDep,
    printed: PrintingDayDep,
) -> Response:
    """A4: map, score, contributions, limits, sources of a zone or kecamatan."""
    from maps.sheets.sheets import zone_sheet

    subject = _zone_subject(store, zone, query, language, printed)
    return _answer(request, subject, f"{zone}.pdf", lambda: zone_sheet(subject, zone))


@router.get(
    "/sheets/{zone}.tif",
    response_class=Response,
    responses=_TIFF_ANSWER,
    summary="The map of a zone for tablets",
)
def print_map(
    request: Request,
    zone: str,
    query: QueryDep,
    store: StoreDep,
    language: LanguageDep,
    printed: PrintingDayDep,
) -> Response:
    """A cloud-optimised GeoTIFF of A4 size at 180 dpi, in the UTM zone of the area."""
    from maps.sheets.sheets import zone_raster

    subject = _zone_subject(store, zone, query, language, printed)
    return _answer(request, subject, f"{zone}.tif", lambda: zone_raster(subject, zone))


def _zone_subject(
    store: Store, zone: str, query: SheetQuery, language: Language, printed: date
) -> "SheetSubject":
    from maps.sheets.sheet_subject import read_zone_subject

    return read_zone_subject(store, zone, printed=printed, language=language, **query.asked())


def _answer(
    request: Request, subject: "SheetSubject", file: str, make: Callable[[], bytes]
) -> Response:
    from maps.pages.sliders import choice
    from maps.sheets.sheets import template_edition

    table = subject.quadrants
    need = None if table is None else table.need_key
    keys = (subject.assessment.key, need, subject.targets)
    tag = etag_of(keys, subject.region, file, subject.language, subject.printed, template_edition())
    # A file of other weights must not take the place of the model's in somebody's folder.
    stem = f"{subject.assessment.key[:8]}-" if choice(subject.assessment, "id") else ""
    # A header is Latin-1 and ends at a quote; an id may be any text.
    name = f"kawasan-{stem}" + re.sub(r"[^A-Za-z0-9._-]+", "-", file)
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Language": subject.language,
    }
    media_type = PDF if file.endswith(".pdf") else GEOTIFF
    return conditional(
        request, tag, lambda: Response(make(), media_type=media_type, headers=headers)
    )
