"""The province and its regencies as units: who they are, their newest figures, their targets."""

from typing import Annotated

from fastapi import Path as PathParameter
from fastapi import Request, Response
from pydantic import BaseModel

from api.access import READS
from api.deps import HtmlDep, LanguageDep, LinksDep, StoreDep
from api.links import HTML, JSON, Links
from api.ogc_models import Link
from api.responses import ALSO_PAGE, conditional, etag_of, html_response, json_response
from api.serving.router import Router
from geo.language import Language
from geo.store.versions import Published

router = Router("indicators", dependencies=[READS])

RegionCode = Annotated[
    str,
    PathParameter(
        description="Code of the province or a regency: Kemendagri's, or that of BPS.",
        examples=["63"],
    ),
]


class UnitDocument(BaseModel):
    """A region by its Kemendagri code."""

    code: str
    name: str
    is_province: bool
    links: list[Link]


class UnitsDocument(BaseModel):
    """The province first, then its regencies."""

    regions: list[UnitDocument]
    links: list[Link]


class LatestDocument(BaseModel):
    """The newest figure of an indicator; `basis` and `method` say how one of the province was made."""

    indicator: str
    title: str
    unit: str
    year: int
    period: str
    value: float
    confidence: str
    basis: str
    method: str | None
    source: str | None
    source_url: str | None


class UnitTargetDocument(BaseModel):
    """A target of the region, its range in words, with its document and source."""

    indicator: str
    year: int
    level: str
    range: str
    document: str
    source: str


class RegionFiguresDocument(UnitDocument):
    """A region with its newest figures and its targets."""

    figures: list[LatestDocument]
    targets: list[UnitTargetDocument]


@router.get(
    "/regions",
    summary="The province and its regencies",
    response_model=UnitsDocument,
    responses=ALSO_PAGE,
)
def read_regions(
    request: Request, store: StoreDep, is_html: HtmlDep, language: LanguageDep, links: LinksDep
) -> Response:
    """The units that figures and targets are of, the province among them."""
    now = store.current()
    key = etag_of(now.identity, is_html, language, links.base, links.language)

    def answer() -> Response:
        if is_html:
            from maps.programme.regions_page import regions_page

            found = regions_page(now, language)
            return html_response(request, "programme/regions.html", active="indicators", **found)
        from geo.programme.province import unit_codes
        from geo.published import region

        document = UnitsDocument(
            regions=[_unit(now, code, language, links) for code in unit_codes(region(now))],
            links=[Link(**one) for one in links.representations("regions")],
        )
        return json_response(request, document)

    return conditional(request, key, answer, is_page=is_html)


@router.get(
    "/regions/{code}",
    summary="The newest figures and the targets of a region",
    response_model=RegionFiguresDocument,
    responses=ALSO_PAGE,
)
def read_region(
    request: Request,
    code: RegionCode,
    store: StoreDep,
    is_html: HtmlDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Of each indicator the newest figure that nobody doubts, each with its period and source."""
    from geo.vector.regions import to_kemendagri

    now, own = store.current(), to_kemendagri(code)
    key = etag_of(now.identity, own, is_html, language, links.base, links.language)

    def answer() -> Response:
        from maps.programme.regions_page import region_page

        if is_html:
            found = region_page(now, own, language)
            return html_response(request, "programme/region.html", active="indicators", **found)
        return json_response(request, _document(now, own, language, links))

    return conditional(request, key, answer, is_page=is_html)


def _unit(now: Published, code: str, language: Language, links: Links) -> UnitDocument:
    from geo.published import region

    planned = region(now)
    known = links.representations("regions", code)
    if code != planned.code:
        known.append(links.link("related", HTML, "regencies", code))
        known.append(links.link("item", JSON, "collections", "regencies", "items", code))
    return UnitDocument(
        code=code,
        name=planned.title_of(code).to(language),
        is_province=code == planned.code,
        links=[Link(**one) for one in known],
    )


def _document(now: Published, code: str, language: Language, links: Links) -> RegionFiguresDocument:
    from maps.programme.regions_page import latest_of, targets_said

    figures = [
        LatestDocument(
            indicator=one.indicator.id,
            title=one.indicator.title.to(language),
            unit=one.indicator.unit.to(language),
            year=one.figure.year,
            period=one.figure.period,
            value=one.figure.value,
            confidence="ok" if one.figure.is_good else "low",
            basis=one.figure.basis,
            method=one.figure.made.to(language) if one.figure.made else None,
            source=one.figure.source or None,
            source_url=one.figure.source_url or None,
        )
        for one in latest_of(now, code)
    ]
    goals = [
        UnitTargetDocument(**{name: said[name] for name in UnitTargetDocument.model_fields})
        for said in targets_said(now, code, language)
    ]
    unit = _unit(now, code, language, links)
    return RegionFiguresDocument(**unit.model_dump(), figures=figures, targets=goals)
