"""The gap to a target: as a page, as numbers, as a workbook; and the areas of those who are behind."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.access import READS
from api.deps import LanguageDep, LinksDep, StoreDep, form_asked
from api.responses import conditional, etag_of, html_response, json_response, page_and, saved
from api.serving.router import Router

if TYPE_CHECKING:
    from geo.programme.gap.gaps import Gaps
    from geo.store.versions import Published

router = Router("indicators", dependencies=[READS])

_FILES = ("xlsx", "csv")
_ANSWERS: dict[int | str, dict[str, Any]] = {200: {"content": page_and(*_FILES)}}
_AREA_FILES = ("xlsx", "csv", "geojson")
_AREA_ANSWERS: dict[int | str, dict[str, Any]] = {200: {"content": page_and(*_AREA_FILES)}}


class GapQuery(BaseModel):
    """Which indicator is held against which target, over which window."""

    model_config = ConfigDict(extra="forbid")

    indicator: Annotated[str | None, Field(description="Id of an indicator.")] = None
    year: Annotated[
        Annotated[int, Field(ge=1, le=9999)] | None,
        # A form sends "" for the usual year.
        BeforeValidator(lambda value: None if value == "" else value),
        Field(
            description="The target's year; by default the last that the province has a target of.",
        ),
    ] = None
    level: Annotated[
        # `geo.programme.targets.LEVELS`, which the start of the service need not load; a form sends "".
        Literal["rpjmd", "rkpd", "renja", "rpjmn", "usulan", ""] | None,
        Field(description="Level of plan; by default, or empty, any but a proposal (usulan)."),
    ] = None
    window: Annotated[
        int,
        Field(ge=2, le=10, description="Years of the past pace, back from the newest figure."),
    ] = 3
    yardstick: Annotated[
        # `geo.programme.gap.question.YARDSTICKS`.
        Literal["either", "own", "province", ""] | None,
        Field(
            description="Whose target a regency is held against: the province's (province); its own "
            "of that year, else the province's (either); its own alone, where need be of the nearest "
            "year (own). By default, or empty, the province's for all, and either where it has none "
            "that holds for all."
        ),
    ] = None
    f: Annotated[str | None, Field(description="json, html, xlsx or csv.")] = None
    lang: str | None = None


class GapAreasQuery(GapQuery):
    """Which layer the areas are of."""

    f: Annotated[str | None, Field(description="json, html, xlsx, csv or geojson.")] = None
    layer: Annotated[str, Field(description="zones or kecamatan.")] = "zones"


class SeriesPointDocument(BaseModel):
    """One figure of a series; `is_new` is false where it is doubtful."""

    year: int
    value: float
    period: str
    sources: list[str]
    is_new: bool


class PaceDocument(BaseModel):
    """The change a year between two figures, in the indicator's unit; `lacking` are years without one."""

    change_a_year: float
    first: SeriesPointDocument
    last: SeriesPointDocument
    points: int
    lacking: list[int]


class TargetDocument(BaseModel):
    """A target; `least` or `most` is null at an open end."""

    indicator: str
    region: str
    year: int
    least: float | None
    most: float | None
    level: str
    direction: str
    document: str
    page: str
    source: str
    source_url: str
    note: str


class WindowDocument(BaseModel):
    """What one window says."""

    window_years: int
    past: PaceDocument | None
    projected: float | None
    verdict: str


class RegionGapDocument(BaseModel):
    """One region against its target; see `rule` and `denominator` for what its numbers rest on."""

    region: str
    title: str
    value: float | None
    year: int | None
    figure: SeriesPointDocument | None
    target: TargetDocument | None
    is_own_target: bool
    is_passed: bool
    whose: str
    whose_title: str
    points_near: float | None
    points_far: float | None
    people_near: float | None
    people_far: float | None
    share: float | None
    needed_a_year: float | None
    past: PaceDocument | None
    projected: float | None
    verdict: str
    verdict_title: str
    reasons: list[str]
    caveats: list[str]
    notes: list[str]
    path: list[tuple[int, float]]
    others: list[TargetDocument]
    windows: list[WindowDocument]


class DenominatorDocument(BaseModel):
    """The people that the rate is counted on, by region code."""

    id: str
    people: dict[str, float]
    period: str
    title: str
    is_estimate: bool
    method: str
    source: str


class NettingDocument(BaseModel):
    """The parts of `people_behind` less the people of the province."""

    by_yardstick: float
    by_better: float
    by_years: float
    by_rest: float
    regencies_year: int


class TargetGapDocument(BaseModel):
    """The gap of the province and of each regency, the most people first."""

    indicator: str
    title: str
    unit: str
    year: int | None
    end_years: list[int]
    window: int
    yardstick: str
    is_one_yardstick: bool
    rule: str
    people_behind: float | None
    people_known: float | None
    netting: NettingDocument | None
    denominator: DenominatorDocument | None
    province: RegionGapDocument
    regencies: list[RegionGapDocument]


class ScoreRangeDocument(BaseModel):
    """A score of 0 to 100, null where it is not ranked, and the range that the data allow."""

    score: float | None
    low: float | None
    high: float | None


class AreaDocument(BaseModel):
    """A zone or kecamatan with its readiness and its need."""

    area_id: str
    name: str
    readiness: ScoreRangeDocument
    need: ScoreRangeDocument


class RegencyAreasDocument(BaseModel):
    """The areas of one regency that is behind."""

    region: str
    title: str
    points_near: float
    people_near: float | None
    areas: list[AreaDocument]


class TargetGapAreasDocument(BaseModel):
    """The areas of the regencies that are behind, in the order of the gap."""

    indicator: str
    layer: str
    regencies: list[RegencyAreasDocument]


@router.get(
    "/gap",
    summary="The gap to a target, by region",
    response_model=TargetGapDocument,
    responses=_ANSWERS,
)
def read_gap(
    request: Request,
    query: Annotated[GapQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """In points and in people, needed against past change, and a verdict with its reasons.

    `yardstick` says whose target a regency is held against; each row says whose it is. As a page, as
    JSON, and as a file of the same rows.
    """
    from geo import published
    from geo.programme.publish_targets import targets
    from maps.programme.gap.document import gap_document
    from maps.programme.gap.files import gap_csv, gap_workbook
    from maps.programme.gap.page import gap_page

    now = store.current()
    asked = query.model_dump(exclude={"f", "lang"}, exclude_none=True, exclude_defaults=True)
    form = form_asked(request, query.f, *_FILES)

    def answer() -> Response:
        found = _found(now, query)
        if form in _FILES:
            content = (gap_workbook if form == "xlsx" else gap_csv)(found, language)
            return saved(content, _file_name(found), form=form, language=language)
        if form == "html":
            said = gap_page(
                found,
                catalogue=published.indicator_catalogue(now),
                targets=targets(now),
                level=query.level or None,
                language=language,
            )
            return html_response(
                request, "programme/gap.html", active="indicators", asked=asked, **said
            )
        return json_response(request, gap_document(found, language))

    return conditional(request, etag_of(now.identity, asked, form, language, links.base), answer)


@router.get(
    "/gap/areas",
    summary="Zones and kecamatan of the regencies that are behind",
    response_model=TargetGapAreasDocument,
    responses=_AREA_ANSWERS,
)
def read_gap_areas(
    request: Request,
    query: Annotated[GapAreasQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Each with the range of its readiness and its need, those that may be readiest first.

    As a page, as JSON, and as a file of the same rows; the GeoJSON has the outlines of the layer.
    """
    from geo.errors import LayerNotFound
    from geo.programme.gap.behind import LAYERS, areas_behind
    from maps.programme.gap import areas_files
    from maps.programme.gap.areas_page import gap_areas_page
    from maps.programme.gap.document import areas_document

    now = store.current()
    if query.layer not in LAYERS:
        raise LayerNotFound(query.layer, available=list(LAYERS))
    asked = query.model_dump(exclude={"f", "lang"}, exclude_none=True, exclude_defaults=True)
    form = form_asked(request, query.f, *_AREA_FILES)

    def answer() -> Response:
        found = _found(now, query)
        shown: dict[str, Any] = {"layer": query.layer, "language": language}
        areas = areas_behind(now, [gap.region for gap in found.behind], of=query.layer)
        if form == "html":
            said = gap_areas_page(found, areas, **shown)
            return html_response(
                request, "programme/gap_areas.html", active="indicators", asked=asked, **said
            )
        if form == "json":
            return json_response(request, areas_document(found, areas, **shown))
        content = areas_files.areas_file(now, found, areas, form, **shown)
        return saved(content, f"{_file_name(found)}-{query.layer}", form=form, language=language)

    return conditional(request, etag_of(now.identity, asked, form, language, links.base), answer)


def _file_name(found: "Gaps") -> str:
    # Two files of one indicator by two yardsticks are not the same.
    by = "" if found.yardstick == "either" else f"-{found.yardstick}"
    return f"kawasan-selisih-{found.indicator.id}-{found.year or 'tanpa-target'}{by}"


def _found(now: "Published", query: GapQuery) -> "Gaps":
    from geo.programme.gap.published import published_gaps

    return published_gaps(
        now,
        query.indicator,
        year=query.year,
        level=query.level or None,
        window_years=query.window,
        yardstick=query.yardstick or None,
    )
