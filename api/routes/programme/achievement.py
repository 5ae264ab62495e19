"""Achievement of targets, as the performance report states it: page, JSON, workbook, sheet."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.access import READS
from api.deps import LanguageDep, LinksDep, StoreDep, form_asked, settings_of
from api.links import JSON
from api.parameters import or_none
from api.responses import (
    conditional,
    described,
    etag_of,
    html_response,
    json_response,
    page_and,
    saved,
)
from api.serving.router import Router
from geo.language import Language
from geo.store.region import local_day
from geo.store.versions import Published

if TYPE_CHECKING:
    from geo.programme.achievement import Achievement

router = Router("indicators", dependencies=[READS])

_FILES = ("xlsx", "pdf")
_ANSWERS = described("AchievementsDocument")
_ANSWERS[200]["content"] |= page_and(*_FILES)


_Word = Annotated[Annotated[str, Field(max_length=200)] | None, BeforeValidator(or_none)]


class AchievementQuery(BaseModel):
    """Which targets are measured; without any, those of all plans."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    indicator: Annotated[_Word, Field(description="Id of an indicator.")] = None
    region: Annotated[_Word, Field(description="Code of a region.")] = None
    year: Annotated[
        Annotated[int, Field(ge=1900, le=2200)] | None,
        BeforeValidator(or_none),
        Field(description="Year of the target."),
    ] = None
    level: Annotated[
        Literal["rpjmd", "rkpd", "renja", "rpjmn", "usulan"] | None,
        BeforeValidator(or_none),
        Field(description="All but usulan by default."),
    ] = None
    f: Annotated[str | None, Field(description="json, html, xlsx or pdf.")] = None
    lang: str | None = None

    def asked(self) -> dict[str, Any]:
        """What a link to these targets says."""
        return self.model_dump(exclude={"f", "lang"}, exclude_none=True)


@router.get(
    "/achievement",
    summary="Targets, what was reached of them, and its category",
    response_class=Response,
    responses=_ANSWERS,
)
def read_achievement(
    request: Request,
    query: Annotated[AchievementQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Percent by the two formulas of the report, of rising and of falling indicators.

    A range is measured at its near end, and the percent of the far one stands beside it. Before a
    target's year there is no percent; `so_far` says what the newest figure is of the target.
    """
    form = form_asked(request, query.f, *_FILES)
    from geo.programme.achievement import measured

    now, made = store.current(), local_day(store)
    key = etag_of(now.identity, query, language, links.base, form, made)

    def answer() -> Response:
        found, around = measured(now, settings_of(request).data_dir, **query.asked())
        if form == "html":
            return _page(request, now, query, found, around, language)
        if form == "json":
            own = [links.link("self", JSON, "achievement", query=query.asked())]
            return json_response(request, {**_document(found, around, language), "links": own})
        return _file(found, around, form=form, made=made, language=language)

    return conditional(request, key, answer, is_page=form == "html")


def _document(
    found: "Sequence[Achievement]", around: Mapping[str, Any], language: Language
) -> dict[str, Any]:
    from geo.json_types import as_json

    said = {"achievements": list(found), "categories": around["categories"]}
    document: dict[str, Any] = as_json(said, language)
    return document


def _page(
    request: Request,
    now: Published,
    query: AchievementQuery,
    found: "Sequence[Achievement]",
    around: Mapping[str, Any],
    language: Language,
) -> Response:
    from geo.programme.publish_targets import targets
    from maps.programme.achievement_page import achievement_content, achievement_form
    from maps.text import translate

    form = achievement_form(
        targets(now),
        asked=query.asked(),
        catalogue=around["catalogue"],
        region=around["region"],
        language=language,
    )
    return html_response(
        request,
        "programme/achievement.html",
        title=translate("achievement.title", language),
        active="indicators",
        asked=query.asked(),
        form=form,
        found=achievement_content(found, language=language, **around),
    )


def _file(
    found: "Sequence[Achievement]",
    around: Mapping[str, Any],
    *,
    form: str,
    made: date,
    language: Language,
) -> Response:
    """The workbook or the sheet, to save."""
    from maps.programme.achievement_page import achievement_sheet, achievement_workbook
    from maps.sheets.sheets import printed_table

    said: dict[str, Any] = {**around, "language": language, "printed": made}
    if form == "xlsx":
        content = achievement_workbook(found, **said)
    else:
        content = printed_table(achievement_sheet(found, **said))
    return saved(content, "kawasan-achievement", form=form, language=language)
