"""Indicators of all regions over the years: as a page, as documents, as files of what is shown."""

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.access import READS
from api.deps import LanguageDep, LinksDep, StoreDep, form_asked
from api.links import HTML, JSON, Links
from api.ogc_models import Link
from api.parameters import or_none, refused
from api.responses import (
    FILE_TYPES,
    conditional,
    etag_of,
    html_response,
    json_response,
    page_and,
    saved,
)
from api.serving.router import Router
from geo.language import Language
from geo.store.versions import Published

if TYPE_CHECKING:
    from geo.programme.explorer import ExplorerQuestion, IndicatorView

router = Router("indicators", dependencies=[READS])

_MOST_INDICATORS = 6
_FILES = ("csv", "xlsx", "geojson", "svg")
_ANSWERS: dict[int | str, dict[str, Any]] = {200: {"content": page_and(*_FILES)}}


def _listed(value: Any) -> Any:
    """`a,b` and `a&…=b` alike; a field of a form that is left empty is no choice."""
    parts = value if isinstance(value, list) else [value]
    return [one.strip() for part in parts for one in str(part).split(",") if one.strip()]


_ORDER = re.compile(r"^-?(code|name|change|[1-9]\d{0,3})$")
_Year = Annotated[Annotated[int, Field(ge=1, le=9999)] | None, BeforeValidator(or_none)]


class IndicatorsQuery(BaseModel):
    """Which indicators, of which regions and years, and how they are shown; without any, the list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    indicator: Annotated[
        list[str],
        BeforeValidator(_listed),
        Field(max_length=_MOST_INDICATORS, description="Ids of indicators, by commas."),
    ] = []
    region: Annotated[
        list[str],
        BeforeValidator(_listed),
        Field(description="Codes of regions, the province among them; all by default."),
    ] = []
    from_year: Annotated[_Year, Field(description="The first year.")] = None
    to_year: Annotated[_Year, Field(description="The last year.")] = None
    show: Annotated[
        Literal["lines", "table", "multiples", "map"],
        Field(description="Which chart stands above the table; table shows it alone."),
    ] = "lines"
    year: Annotated[_Year, Field(description="The year of the map.")] = None
    sort: Annotated[
        str,
        Field(
            max_length=40,
            json_schema_extra={"pattern": _ORDER.pattern},
            description="Order of the regions: code, name, change or a year; with - from the highest.",
        ),
    ] = "code"
    proposals: Annotated[
        bool,
        Field(description="Whether proposals, which bind nobody, are shown among the targets."),
    ] = False
    f: Annotated[str | None, Field(description="json, html, xlsx, csv, geojson or svg.")] = None
    lang: str | None = None

    def kept(self) -> dict[str, Any]:
        """The parameters of a link to the same view."""
        asked: dict[str, Any] = self.model_dump(exclude={"f", "lang"}, exclude_none=True)
        for name in ("indicator", "region"):
            asked[name] = ",".join(asked[name]) or None
        asked["proposals"] = "true" if self.proposals else None
        return asked


class ShownFigureDocument(BaseModel):
    """One figure. `basis` is published, or sum or mean where it is made of the regencies' by `method`."""

    year: int
    period: str
    value: float
    confidence: str
    basis: str
    method: str | None
    source: str | None
    source_url: str | None
    via: str | None
    note: str | None


class ShownTargetDocument(BaseModel):
    """One target: a range, open where an end is null, of a level of plan, with its document."""

    year: int
    least: float | None
    most: float | None
    level: str
    document: str | None
    page: str | None
    source: str | None
    source_url: str | None
    note: str | None


class RegionDocument(BaseModel):
    """The figures of a region. `lines` are the years that may be joined: others break or lack."""

    region: str
    name: str
    figures: list[ShownFigureDocument]
    lines: list[list[int]]
    missing: dict[str, str]
    change: float | None
    targets: list[ShownTargetDocument]


class IndicatorDocument(BaseModel):
    """An indicator, and the regions of a view; `change` of each is between the two years of `span`."""

    id: str
    title: str
    unit: str
    caveat: str | None
    theme: str | None
    years: list[int]
    span: list[int] | None
    regions: list[RegionDocument] | None
    links: list[Link]


class IndicatorsDocument(BaseModel):
    """The indicators that are asked for with their figures; without a choice all, without figures."""

    indicators: list[IndicatorDocument]
    links: list[Link]


@router.get(
    "/indicators",
    summary="Indicators of all regions over the years",
    response_model=IndicatorsDocument,
    responses=_ANSWERS,
)
def read_indicators(
    request: Request,
    query: Annotated[IndicatorsQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """The list of indicators, or some of them as table, chart, map and file.

    The province stands among its regencies: by its published figure, else summed or averaged from
    theirs where that is right, which `basis` and `method` say. What is missing is absent or null.
    """
    now = store.current()
    form = form_asked(request, query.f, *(_FILES if query.indicator else ()))
    key = etag_of(now.identity, query, form, language, links.base, links.language)

    def answer() -> Response:
        if not query.indicator:
            return _list(request, now, form, language, links)
        return _view(request, now, query, form, language, links)

    return conditional(request, key, answer, is_page=form == "html")


def _list(
    request: Request, now: Published, form: str, language: Language, links: Links
) -> Response:
    from maps.programme.indicator_list import chief_indicators, other_themes
    from maps.text import translate

    if form == "html":
        return html_response(
            request,
            "programme/indicators.html",
            title=translate("explorer.title", language),
            active="indicators",
            chief=chief_indicators(now, language),
            themes=other_themes(now, language),
        )
    from maps.programme.indicator_list import known_years

    found = [
        IndicatorDocument(
            id=one.id,
            title=one.title.to(language),
            unit=one.unit.to(language),
            caveat=one.caveat.to(language) or None,
            theme=one.theme,
            years=years,
            span=None,
            regions=None,
            links=[Link(**links.link("item", JSON, "indicators", indicator=one.id, f="json"))],
        )
        for one, years in known_years(now)
    ]
    own = [Link(**one) for one in links.representations("indicators")]
    return json_response(request, IndicatorsDocument(indicators=found, links=own))


def _view(
    request: Request,
    now: Published,
    query: IndicatorsQuery,
    form: str,
    language: Language,
    links: Links,
) -> Response:
    from geo import published
    from maps.programme import explorer_files, explorer_page

    views = explorer_page.read_views(now, _question(query))
    if form == "html":
        found = explorer_page.explorer_page(
            now, views, language, show=query.show, year=query.year, regions=query.region
        )
        asked = {"from_year": None, "to_year": None} | query.kept()
        return html_response(
            request, "programme/explorer.html", active="indicators", asked=asked, **found
        )
    if form == "json":
        return json_response(request, _document(views, query, language, links))
    regencies = published.layer(now, "regencies") if form in ("geojson", "svg") else None
    content: bytes | str
    if form == "csv":
        content = explorer_files.csv_text(views, language)
    elif form == "xlsx":
        address = links.url("indicators", query=query.kept())
        content = explorer_files.explorer_workbook(views, language, address=address)
    elif form == "geojson":
        content = explorer_files.geojson_bytes(views, regencies, language)
    else:
        content = explorer_files.drawing(
            views, regencies, language, show=query.show, year=query.year
        )
    return saved(content, explorer_page.file_name(views), form=form, language=language)


def _question(query: IndicatorsQuery) -> "ExplorerQuestion":
    from geo.programme.explorer import ExplorerQuestion
    from geo.vector.regions import to_kemendagri

    if _ORDER.match(query.sort) is None:
        raise refused("sort", "explorer.no_order", sort=query.sort)
    if None not in (query.from_year, query.to_year) and query.from_year > query.to_year:  # type: ignore[operator]
        facts = {"first": query.from_year, "last": query.to_year}
        raise refused("from_year", "explorer.years_turned", **facts)
    order = query.sort.removeprefix("-")
    return ExplorerQuestion(
        indicators=tuple(dict.fromkeys(query.indicator)),
        regions=tuple(to_kemendagri(code) for code in query.region),
        first=query.from_year,
        last=query.to_year,
        order=int(order) if order.isdigit() else order,  # type: ignore[arg-type]
        is_descending=query.sort.startswith("-"),
        has_proposals=query.proposals,
    )


def _document(
    views: "tuple[IndicatorView, ...]", query: IndicatorsQuery, language: Language, links: Links
) -> IndicatorsDocument:
    asked = query.kept()
    files = [
        Link(**links.link("alternate", FILE_TYPES[form], "indicators", query=asked, f=form))
        for form in _FILES
    ]
    own = [Link(**one) for one in links.representations("indicators", query=asked)]
    return IndicatorsDocument(
        indicators=[_indicator(view, language, links) for view in views], links=[*own, *files]
    )


def _indicator(view: "IndicatorView", language: Language, links: Links) -> IndicatorDocument:
    from maps.programme.explorer_files import row_records

    one = view.indicator
    regions = [
        RegionDocument(
            region=row.code,
            name=row.name.to(language),
            figures=[ShownFigureDocument.model_validate(found) for found in figures],
            lines=[list(run) for run in row.lines],
            missing={str(year): reason.to(language) for year, reason in row.missing.items()},
            change=row.change(view.span),
            targets=[ShownTargetDocument.model_validate(found) for found in targets],
        )
        for row in view.rows
        for figures, targets in [row_records(row, view, language)]
    ]
    return IndicatorDocument(
        id=one.id,
        title=one.title.to(language),
        unit=one.unit.to(language),
        caveat=one.caveat.to(language) or None,
        theme=one.theme,
        years=list(view.years),
        span=None if view.span is None else list(view.span),
        regions=regions,
        links=[Link(**links.link("map", HTML, "map", indicator=one.id))] if one.mappable else [],
    )
