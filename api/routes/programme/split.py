"""The split of a province's target among its regencies: as a page, JSON, a workbook, a sheet."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Depends, Form, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.access import READS, Allowed, caller_of
from api.deps import LanguageDep, LinksDep, StoreDep, form_asked
from api.links import JSON
from api.parameters import InvalidParameter, or_none, refused
from api.responses import (
    PRIVATE,
    conditional,
    described,
    etag_of,
    html_response,
    json_response,
    page_and,
    saved,
)
from api.serving.router import Router
from geo.language import Language, shortened
from geo.store.region import local_day, region
from geo.store.roles import Actor, may
from geo.store.store import Store
from geo.store.versions import Published
from geo.submission.steps import may_publish_own

if TYPE_CHECKING:
    from geo.programme.fixed_targets import FixedTargets
    from geo.programme.split_proposal import Proposal

router = Router("indicators")

_FILES = ("xlsx", "pdf")
_ANSWERS = described("SplitProposalDocument")
_ANSWERS[200]["content"] |= page_and(*_FILES)
_DEFAULT = "tpt_agustus"
_MOST_REGIONS, _MOST_SHOWN = 600, 40


# The bound stands inside: pydantic would hold it against a blank that became None.
_Percent = Annotated[Annotated[str, Field(max_length=24)] | None, BeforeValidator(or_none)]
_Year = Annotated[Annotated[int, Field(ge=1900, le=2200)] | None, BeforeValidator(or_none)]
_Fixed = Annotated[Annotated[str, Field(max_length=8_000)] | None, BeforeValidator(or_none)]


class SplitQuery(BaseModel):
    """What is split, until when and how; `region` and `to` go together, one `to` for each region."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    indicator: Annotated[str, Field(description="Id of an indicator.")] = _DEFAULT
    target: Annotated[
        _Percent,
        Field(description="The province's rate in percent; the near end of its target by default."),
    ] = None
    end_year: Annotated[_Year, Field(description="The last year with a target by default.")] = None
    method: Annotated[
        Literal["equal_effort", "capacity"],
        Field(description="The same part of its own rate, or of its distance to the best."),
    ] = "equal_effort"
    most: Annotated[
        _Percent, Field(description="The most points a year that a region may move.")
    ] = None
    fixed: Annotated[
        _Fixed, Field(description="Targets that stay as they are: 63.71:6.2,63.10:5.5.")
    ] = None
    region: Annotated[
        tuple[str, ...],
        Field(max_length=_MOST_REGIONS, description="As `fixed`, from a form: the codes."),
    ] = ()
    to: Annotated[
        tuple[str, ...],
        Field(max_length=_MOST_REGIONS, description="One for each `region`; blank for none."),
    ] = ()
    f: Annotated[str | None, Field(description="json, html, xlsx or pdf.")] = None
    lang: str | None = None

    def fixed_parts(self) -> list[str]:
        """What was fixed, `CODE:PERCENT` each; a blank field of a form fixes nothing."""
        if len(self.region) != len(self.to):
            facts = {"regions": len(self.region), "numbers": len(self.to)}
            raise refused("to", "split.uneven", **facts)
        entered = zip(self.region, self.to, strict=True)
        listed = [] if self.fixed is None else self.fixed.split(",")
        return listed + [f"{code}:{text}" for code, text in entered if text.strip()]

    def asked(self, fixed: Mapping[str, float]) -> dict[str, Any]:
        """What a link to this split says; what was not said is left out."""
        kept = self.model_dump(
            exclude={"f", "lang", "region", "to", "fixed"}, exclude_none=True, exclude_unset=True
        )
        listed = ",".join(f"{code}:{rate:.15g}" for code, rate in fixed.items())
        return kept | ({"fixed": listed} if listed else {})


def _percent(parameter: str, text: str) -> float:
    from geo.programme.fixed_targets import parse_percent

    if (rate := parse_percent(text)) is None:
        raise refused(parameter, "split.bad_number", value=shortened(text, _MOST_SHOWN))
    return rate


@router.get(
    "/split",
    summary="The province's target split among its regencies",
    dependencies=[READS],
    response_class=Response,
    responses=_ANSWERS,
)
def read_split(
    request: Request,
    query: Annotated[SplitQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """A proposed target for each regency, whose people add up to those of the province exactly.

    By equal effort every regency moves by the same part of its own rate, by capacity it closes the
    same part of its distance to the best one. `fixed=63.71:6.2` fixes a target; the others are
    solved again. As a page, as JSON, with `f=xlsx` as a workbook and with `f=pdf` as a sheet.
    """
    form = form_asked(request, query.f, *_FILES)
    now, made = store.current(), local_day(store)
    key = etag_of(now.identity, query, language, links.base, form, made)

    def answer() -> Response:
        if form == "html":
            return _page(request, store, now, query, language)
        fixed = _fixed(now, query).rates
        found = _proposed(now, query, fixed=fixed)
        if form == "json":
            own = [links.link("self", JSON, "split", query=query.asked(fixed))]
            return json_response(request, _document(found, own, language))
        return _file(now, found, form=form, made=made, language=language)

    return conditional(request, key, answer, is_page=form == "html")


@router.post(
    "/split",
    summary="Hand in a split as proposed targets",
    status_code=303,
    response_class=Response,
)
def save_split(
    query: Annotated[SplitQuery, Query()],
    actor: Annotated[Actor, Depends(Allowed("upload"))],
    store: StoreDep,
    links: LinksDep,
    note: Annotated[str, Form(max_length=1000, description="Why it is handed in.")],
    publish: Annotated[
        bool, Form(description="Publish at once where the sender may; else it waits for approval.")
    ] = False,
    csrf: Annotated[str | None, Form(description="The CSRF token of a browser's form.")] = None,
) -> Response:
    """Targets of level `usulan`, one a regency, that go the way of every file; 303 to the upload."""
    from geo.programme.split_proposal import proposal_rows
    from geo.submission.entering import enter_targets

    now = store.current()
    rows = proposal_rows(_proposed(now, query, fixed=_fixed(now, query).rates))
    upload = enter_targets(store, rows, actor=actor, note=note, publishes=publish)
    location = links.url("uploads", upload.upload, f="html")
    return Response(status_code=303, headers={**PRIVATE, "Location": location})


def _typed(now: Published, query: SplitQuery) -> "FixedTargets":
    from geo.programme.fixed_targets import parse_fixed

    return parse_fixed(query.fixed_parts(), region=region(now))


def _fixed(now: Published, query: SplitQuery) -> "FixedTargets":
    """What was fixed, refused where a part of it cannot be used."""
    fixed = _typed(now, query)
    if fixed.problem is not None:
        raise InvalidParameter(parameter="fixed", reason=fixed.problem)
    return fixed


def _proposed(now: Published, query: SplitQuery, *, fixed: Mapping[str, float]) -> "Proposal":
    from geo import published
    from geo.programme.publish_targets import targets
    from geo.programme.split_proposal import propose

    return propose(
        published.indicators(now),
        published.indicator_catalogue(now),
        targets(now),
        indicator=query.indicator,
        region=region(now),
        rate=None if query.target is None else _percent("target", query.target),
        end_year=query.end_year,
        method=query.method,
        fixed=fixed,
        most_a_year=None if query.most is None else _percent("most", query.most),
    )


def _document(found: "Proposal", links: list[Any], language: Language) -> Mapping[str, Any]:
    from geo.json_types import as_json

    return {**as_json(found, language), "links": links}


def _page(
    request: Request, store: Store, now: Published, query: SplitQuery, language: Language
) -> Response:
    """The form, and below it the split or why there is none.

    Where what was fixed cannot be used, the split without it: whoever typed it mends a field of the
    table and writes nothing again.
    """
    from geo import published
    from geo.errors import InfeasibleSplit
    from geo.programme.split_proposal import divisible
    from maps.programme.split_page import fixing, split_content, split_form
    from maps.text import translate

    catalogue, here = published.indicator_catalogue(now), region(now)
    offered = divisible(published.indicators(now), catalogue, region=here)
    fixed, found, problem, faulty = _typed(now, query), None, None, None
    caller = caller_of(request)
    may_save = caller.session is not None and may(caller.actor, "upload")
    try:
        found = _proposed(now, query, fixed={} if fixed.faults else fixed.rates)
        problem = fixed.problem and fixed.problem.to(language)
    except InvalidParameter as error:
        faulty = error.facts["parameter"]
        problem = f"{translate(f'split.{faulty}', language)}: {error.facts['reason'].to(language)}"
    except InfeasibleSplit as error:
        problem = error.detail(language)
        with suppress(InfeasibleSplit):
            found = _proposed(now, query, fixed={}) if fixed.typed else None
    return html_response(
        request,
        "programme/split.html",
        title=translate("split.title", language),
        active="indicators",
        status=200 if problem is None else 400,
        form=split_form(offered, asked=query.model_dump(exclude_none=True), language=language),
        asked=query.asked(fixed.rates),
        free=query.asked({}),
        found=found and split_content(found, region=here, language=language),
        problem=problem,
        faulty=faulty,
        fixing=fixing(fixed, is_refused=problem is not None, language=language),
        csrf=caller.session.csrf if caller.session is not None and may_save else None,
        may_publish=may_publish_own(store, caller.actor),
    )


def _file(
    now: Published, found: "Proposal", *, form: str, made: date, language: Language
) -> Response:
    """The workbook or the sheet, to save."""
    from maps.programme.split_page import split_sheet, split_workbook
    from maps.sheets.sheets import printed_table

    asked: Any = {"region": region(now), "language": language, "printed": made}
    name = f"kawasan-split-{found.indicator.id}-{found.split.end_year}"
    if form == "xlsx":
        content = split_workbook(found, **asked)
    else:
        content = printed_table(split_sheet(found, **asked))
    return saved(content, name, form=form, language=language)
