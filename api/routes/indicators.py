"""One indicator with its figures of every year and the classes that colour them."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Path as PathParameter
from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import READS
from api.deps import LanguageDep, StoreDep
from api.responses import conditional, etag_of, json_response
from api.serving.router import Router
from geo.language import Language

if TYPE_CHECKING:
    from geo.store.versions import Published

router = Router("indicators", dependencies=[READS])


class ClassesQuery(BaseModel):
    """How the figures are broken into classes."""

    model_config = ConfigDict(extra="forbid")

    breaks: Annotated[
        Literal["quantile", "natural", "equal", "fixed", "gap"],
        Field(
            description="Classes of equally many figures, of natural groups, of equal width, "
            "at fixed round numbers; or of the gap to the target."
        ),
    ] = "quantile"
    target_year: Annotated[
        int | None, Field(ge=1, le=9999, description="Of breaks=gap: the target's year, as `/gap`.")
    ] = None
    level: Annotated[
        Literal["rpjmd", "rkpd", "renja", "rpjmn", "usulan", ""] | None,
        Field(description="Of breaks=gap: level of plan, as `/gap` has it."),
    ] = None
    yardstick: Annotated[
        Literal["either", "own", "province"] | None,
        Field(description="Of breaks=gap: whose target a regency is held against, as `/gap`."),
    ] = None
    f: str | None = None
    lang: str | None = None


class LegendEntryDocument(BaseModel):
    """One class: its range in words and its colour."""

    label: str
    colour: str


class RegencyFigureDocument(BaseModel):
    """A regency's figure; everything is null where it has none. `class` counts from the lowest."""

    value: float | None
    text: str | None
    class_: int | None = Field(alias="class")
    period: str | None
    note: str | None
    source: str | None
    source_url: str | None
    via: str | None


class YearDocument(BaseModel):
    """The figures of a year by regency code."""

    unit_period: str
    source: str
    values: dict[str, RegencyFigureDocument]


class SourceDocument(BaseModel):
    """Who published figures of the indicator, and the copy through which they came."""

    source: str | None
    source_url: str | None
    via: str | None


class ClassesDocument(BaseModel):
    """An indicator over all its years; `edges` hold for each of them.

    `unit_after` is what of `unit` follows a figure's `text`, which has its sign (Rp3.725.000).
    """

    indicator: str
    title: str
    unit: str
    unit_after: str
    caveat: str | None
    layer: str
    decimals: int
    breaks: str
    years: list[int]
    edges: list[float]
    colours: list[str]
    legend: list[LegendEntryDocument]
    no_data: str
    figures: dict[str, YearDocument]
    sources: list[SourceDocument]


@router.get(
    "/indicators/{indicator}/classes",
    summary="An indicator's figures of every year and their classes",
    response_model=ClassesDocument,
)
def read_classes(
    request: Request,
    indicator: Annotated[
        str, PathParameter(description="Id of an indicator.", examples=["tpt_agustus"])
    ],
    query: Annotated[ClassesQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """The edges are of all years together, so that a colour means the same in each of them."""
    now = store.current()
    require_mapped(now, indicator)

    def answer() -> Response:
        if query.breaks == "gap":
            return json_response(request, _of_the_gap(now, indicator, query, language))
        from geo import published
        from geo.programme.province import province_in_words
        from maps.folium.indicator_classes import indicator_classes

        table, region = published.indicators(now), published.region(now)
        known = published.indicator_catalogue(now)[indicator]
        own = table[table["indicator"] == indicator]
        said = {
            int(year): province_in_words(table, known, year=int(year), region=region)
            for year in own["year"].unique()
        }
        document = indicator_classes(
            known,
            own,
            codes=[str(code) for code in published.layer(now, "regencies").index],
            breaks=query.breaks,
            language=language,
            province={year: text for year, text in said.items() if text is not None},
        )
        return json_response(request, document)

    return conditional(request, etag_of(now.identity, indicator, query, language), answer)


def _of_the_gap(
    now: "Published", indicator: str, query: ClassesQuery, language: Language
) -> dict[str, Any]:
    """The classes of the gap to the target, which hold for all years of figures."""
    from geo import published
    from geo.programme.gap.published import published_gaps
    from maps.programme.gap.classes import gap_classes

    found = published_gaps(
        now,
        indicator,
        year=query.target_year,
        level=query.level or None,
        yardstick=query.yardstick,
    )
    codes = [str(code) for code in published.layer(now, "regencies").index]
    table = published.read_indicators(now.version("indicators").path)
    own = table[table["indicator"] == indicator]
    return gap_classes(found, own, codes=codes, language=language)


def require_mapped(now: "Published", indicator: str) -> None:
    """Raise `IndicatorNotFound` unless the map can show the indicator."""
    from geo import published
    from geo.errors import IndicatorNotFound

    known = [found.id for found in published.indicator_catalogue(now).values() if found.mappable]
    if indicator not in known:
        raise IndicatorNotFound(indicator, available=known)
