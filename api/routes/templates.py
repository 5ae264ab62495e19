"""Empty files to fill and hand in, and how QGIS draws a layer: for everybody."""

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import READS
from api.deps import LanguageDep, LinksDep, StoreDep, wants_html
from api.ogc_models import Link
from api.parameters import InvalidParameter
from api.responses import ALSO_PAGE, conditional, etag_of, html_response, json_response, tagged
from api.serving.router import Router
from geo.errors import IndicatorNotFound
from geo.language import Language, texts
from geo.store.versions import Published
from geo.vector.file_formats import FILE_FORMATS

_SAY = texts(__name__)

router = Router("uploads", dependencies=[READS])

_MEDIA_TYPES = {
    "gpkg": FILE_FORMATS["gpkg"].media_type,
    "xlsx": FILE_FORMATS["xlsx"].media_type,
    # As nothing is registered for the style files of QGIS.
    "qml": "application/xml",
}


class TemplateDocument(BaseModel):
    """One template and its files; `collection` is the layer that a filled one is handed in for."""

    collection: str
    title: str
    formats: list[str]
    links: list[Link]


class TemplatesDocument(BaseModel):
    """All templates."""

    templates: list[TemplateDocument]
    links: list[Link]


class TemplateQuery(BaseModel):
    """Which file of a template."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    f: Annotated[
        str | None, Field(description="gpkg, xlsx or qml; the first that there is by default.")
    ] = None
    indicator: Annotated[
        str | None, Field(description="Of indicators and targets: the one that all rows are for.")
    ] = None
    lang: str | None = None


@router.get(
    "/templates",
    response_model=TemplatesDocument,
    responses=ALSO_PAGE,
    summary="Empty files to fill, and QGIS styles",
)
def read_templates(
    request: Request, store: StoreDep, language: LanguageDep, links: LinksDep
) -> Response:
    """Templates of layers (GeoPackage, workbook), of indicators and targets (workbook), and styles (QML)."""
    from geo.published import indicator_catalogue
    from geo.submission.template import INDICATORS, TARGETS, TEMPLATES, title_of
    from maps.text import translate

    found = TemplatesDocument(
        templates=[
            TemplateDocument(
                collection=name,
                title=title_of(name).to(language),
                formats=list(formats),
                links=[
                    Link(**links.link("enclosure", _MEDIA_TYPES[f], "templates", name, f=f))
                    for f in formats
                ],
            )
            for name, formats in TEMPLATES.items()
        ],
        links=[
            Link(**one) for one in links.representations("templates", is_html=wants_html(request))
        ],
    )
    if not wants_html(request):
        key = etag_of(found.model_dump_json())
        return conditional(request, key, lambda: json_response(request, found))
    now = store.current()
    known = indicator_catalogue(now).values() if INDICATORS in now.datasets() else ()
    page = html_response(
        request,
        "desk/templates.html",
        title=translate("templates.title", language),
        active="desk",
        document=found,
        tables=(INDICATORS, TARGETS),
        indicators=[(one.id, one.title.to(language)) for one in known],
    )
    return tagged(request, page)


@router.get(
    "/templates/{name}",
    response_class=Response,
    responses={200: {"content": {t: {} for t in _MEDIA_TYPES.values()}, "description": "A file"}},
    summary="An empty file to fill, or a QGIS style",
)
def read_template(
    request: Request,
    name: str,
    query: Annotated[TemplateQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """A GeoPackage or workbook whose filled copy passes `POST /uploads` without choices; or a style."""
    from geo.store.region import region_text
    from geo.submission.template import INDICATORS, TARGETS, require_template, template_file

    formats = require_template(name)
    chosen = formats[0] if query.f is None else query.f
    if chosen not in formats:
        reason = _SAY["no_format"].format(format=chosen[:40], known=", ".join(formats))
        raise InvalidParameter(parameter="f", reason=reason)
    is_table = name in (INDICATORS, TARGETS)
    if query.indicator and not is_table:
        raise InvalidParameter(parameter="indicator", reason=_SAY["only_figures"])
    now = store.current()
    figures = now.version("indicators").sha256 if is_table else ""
    key = etag_of(name, chosen, query.indicator, language, region_text(now), figures)

    def answer() -> Response:
        content = _content(now, name, chosen, language=language, indicator=query.indicator)
        said = f'attachment; filename="{template_file(name, chosen)}"'
        headers = {"Content-Disposition": said, "Content-Language": language}
        return Response(content, media_type=_MEDIA_TYPES[chosen], headers=headers)

    response = conditional(request, key, answer)
    # GeoPackage and XLSX carry the time at which they were written.
    response.headers["ETag"] = f"W/{response.headers['ETag']}"
    return response


def _content(
    now: Published, name: str, format: str, *, language: Language, indicator: str | None
) -> bytes:
    from geo.published import indicator_catalogue
    from geo.store.region import region
    from geo.submission import template
    from maps.qgis import layer_style

    if format == "qml":
        return (layer_style(name, language) or "").encode()
    planned = region(now)
    with tempfile.TemporaryDirectory(prefix="kawasan-template-") as folder:
        path = Path(folder) / template.template_file(name, format)
        if name in (template.INDICATORS, template.TARGETS):
            known = indicator_catalogue(now)
            if indicator and indicator not in known:
                raise IndicatorNotFound(indicator, list(known))
            write = (
                template.write_indicator_workbook
                if name == template.INDICATORS
                else template.write_target_workbook
            )
            chosen = known[indicator] if indicator else None
            write(path, region=planned, catalogue=known, language=language, indicator=chosen)
        elif format == "xlsx":
            template.write_layer_workbook(name, path, region=planned, language=language)
        else:
            style = layer_style(name, language)
            template.write_layer_template(
                name, path, region=planned, language=language, style=style
            )
        return path.read_bytes()
