"""What to collect next: as numbers, as a page, and as a workbook for the regencies."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from fastapi import Query, Request, Response
from pydantic import Field

from api.access import READS
from api.deps import LanguageDep, LinksDep, StoreDep, wants_html
from api.links import HTML, JSON
from api.parameters import InvalidParameter
from api.readiness_requests import AskedQuery
from api.responses import conditional, described, etag_of, html_response, json_response
from api.serving.router import Router
from geo.language import Language, texts
from geo.store.versions import Published

if TYPE_CHECKING:
    from geo.planning.collect import Collecting
    from geo.readiness.assessment import Assessment

_SAY = texts(__name__)

router = Router("readiness", dependencies=[READS])

_FORMATS = ("json", "html", "xlsx")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ANSWERS = described("CollectingDocument")
_ANSWERS[200]["content"] |= {HTML: {}, _XLSX: {}}


class CollectQuery(AskedQuery):
    """The assessment whose gaps are looked at, and the choice that the data are for."""

    k: Annotated[
        int | None,
        Field(ge=1, le=10_000, description="How many areas are to be taken; 3 by default."),
    ] = None
    zone: Annotated[str | None, Field(description="One area only.")] = None
    f: Annotated[str | None, Field(description="json, html or xlsx.")] = None


@router.get(
    "/collect",
    summary="What to collect next",
    response_class=Response,
    responses=_ANSWERS,
)
def read_collecting(
    request: Request,
    query: Annotated[CollectQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Which data each area lacks: the fewest that let it be ranked, and what each is worth.

    What a datum is worth is what knowing it adds to the mean score of the best `k` areas taken, in
    points; beside it stands the chance that it settles an area's class. As a page, as JSON, and with
    `f=xlsx` as a workbook with a sheet for each regency.
    """
    from geo.planning.collect import collecting
    from geo.planning.collect_list import collecting_document
    from geo.planning.weigh import weigh_and_assess
    from maps.pages.collecting import collecting_page

    if query.f not in (None, *_FORMATS):
        known = ", ".join(_FORMATS)
        raise InvalidParameter(
            parameter="f", reason=_SAY["no_format"].format(f=query.f, known=known)
        )
    now = store.current()
    as_file = query.f == "xlsx"
    as_page = not as_file and wants_html(request)
    assessment, _ = weigh_and_assess(now, query.weight_request(), **query.question())
    if query.zone is not None:
        assessment.result(query.zone)
    found = collecting(now, assessment, k=query.k)
    asked = query.model_dump(exclude={"f", "lang"}, exclude_none=True, exclude_defaults=True)

    def answer() -> Response:
        if as_file:
            return _file(now, found, assessment, language)
        if as_page:
            content = collecting_page(now, found, assessment, language=language, area_id=query.zone)
            return html_response(request, "collect.html", active="map", asked=asked, **content)
        document = collecting_document(found, assessment, language, area_id=query.zone)
        own = [links.link("self", JSON, "collect", query=asked)]
        return json_response(request, document | {"links": own})

    form = "xlsx" if as_file else "html" if as_page else "json"
    return conditional(
        request, etag_of(assessment.key, found.k, language, links.base, asked, form), answer
    )


def _file(
    now: Published, found: "Collecting", assessment: "Assessment", language: Language
) -> Response:
    """The workbook, to save."""
    from geo.planning.collect_list import list_tables, regency_names
    from geo.vector.export import write_workbook

    tables = list_tables(found, assessment.model, regencies=regency_names(now), language=language)
    name = f"kawasan-data-{assessment.model.id}-{assessment.layer}-{assessment.year}.xlsx"
    with tempfile.TemporaryDirectory(prefix="kawasan-collect-") as folder:
        path = Path(folder) / name
        write_workbook(tables, path)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(path.read_bytes(), media_type=_XLSX, headers=headers)
