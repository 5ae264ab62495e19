"""Where everything starts: landing page, conformance, the API's own description, health."""

from fastapi import Request, Response

from api.access import READS
from api.dataset_tiles import TILES as DATASET
from api.deps import (
    HtmlDep,
    LanguageDep,
    LinksDep,
    SettingsDep,
    StoreDep,
    TablesDep,
    region_or_none,
)
from api.features.linked_data import catalog
from api.features.schemas import FUNCTIONS_REL
from api.features.styles import STYLES
from api.links import HTML, JSON, OPENAPI, Links
from api.ogc_models import Conformance, Health, LandingPage, Link
from api.openapi import document, operations
from api.responses import ALSO_PAGE, html_response, json_response, negotiated, tagged
from api.serving.router import Router
from api.tile_documents import TILE_MATRIX_SETS, TILE_SETS, TILING_SCHEMES
from geo.language import Language, Text, texts

_SAY = texts(__name__)

router = Router("service", dependencies=[READS])

_CLASSES = {
    "ogcapi-common-1/1.0": ("core", "landing-page", "json", "html", "oas30"),
    "ogcapi-features-1/1.0": ("core", "geojson", "html", "oas30"),
    "ogcapi-features-2/1.0": ("crs",),
    "ogcapi-features-3/1.0": (
        *("queryables", "queryables-query-parameters", "filter", "features-filter"),
    ),
    "ogcapi-features-5/1.0": (
        *("schemas", "core-roles-features", "returnables-and-receivables"),
        *("queryables", "sortables"),
    ),
    "cql2/1.0": (
        *("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators"),
        *("case-insensitive-comparison", "accent-insensitive-comparison"),
        # The first is what a draft called the second, and what QGIS of 3.32 and its time looks for.
        *("basic-spatial-operators", "basic-spatial-functions"),
        *("basic-spatial-functions-plus", "spatial-functions"),
        *("temporal-functions", "array-functions", "property-property", "functions", "arithmetic"),
    ),
    "json-fg-1/1.0": ("core", "types-schemas"),
    "ogcapi-tiles-1/1.0": (
        *("core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets"),
        *("collections-selection", "mvt", "oas30"),
    ),
    "tms/2.0": (
        *("tilematrixset", "tilematrixsetlimits", "tilesetmetadata"),
        *("json-tilematrixset", "json-tilematrixsetlimits", "json-tilesetmetadata"),
    ),
}
# Only what holds for every resource: tests/standards/test_conformance.py names the proof of each.
CONFORMS_TO = [
    f"http://www.opengis.net/spec/{standard}/conf/{name}"
    for standard, names in _CLASSES.items()
    for name in names
]


@router.get("/", summary="Landing page", response_model=LandingPage, responses=ALSO_PAGE)
def landing(request: Request, language: LanguageDep, is_html: HtmlDep, links: LinksDep) -> Response:
    """Links to everything that the service has."""
    region = region_or_none(request)
    place = "" if region is None else region.name.to(language)
    found = LandingPage(
        title=f"Kawasan {place}".strip(),
        description=_SAY["description"].to(language).format(province=place).rstrip() + ".",
        links=[Link(**link) for link in _landing_links(links, language, is_html=is_html)],
    )
    return negotiated(
        request,
        "api/landing.html",
        found,
        title=found.title,
        active="home",
        linked=lambda: catalog(links, title=found.title, description=found.description),
    )


@router.get(
    "/conformance",
    summary="OGC conformance classes",
    response_model=Conformance,
    responses=ALSO_PAGE,
)
def conformance(
    request: Request, language: LanguageDep, is_html: HtmlDep, links: LinksDep
) -> Response:
    """The classes of the OGC API standards that the service fulfils."""
    found = Conformance(
        conforms_to=CONFORMS_TO,
        links=[Link(**link) for link in links.representations("conformance", is_html=is_html)],
    )
    title = _SAY["conformance"].to(language)
    return negotiated(request, "api/conformance.html", found, title=title, active="api")


@router.get("/api", summary="OpenAPI document", response_class=Response)
def api(
    request: Request,
    settings: SettingsDep,
    tables: TablesDep,
    language: LanguageDep,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """The description of this API as OpenAPI 3.0."""
    if is_html:
        return api_html(request, settings, tables, language, links)
    found = document(request.app, settings, base=links.base, collections=tables.described(language))
    return tagged(request, json_response(request, found, media_type=OPENAPI))


@router.get("/api.html", summary="API documentation", response_class=Response, responses=ALSO_PAGE)
def api_html(
    request: Request,
    settings: SettingsDep,
    tables: TablesDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """The same description for people."""
    found = document(request.app, settings, base=links.base, collections=tables.described(language))
    page = html_response(
        request,
        "api/operations.html",
        title=_SAY["api"].to(language),
        active="api",
        operations=operations(found),
    )
    return tagged(request, page)


@router.get("/healthz", summary="Whether the process lives", response_model=Health)
async def healthz(request: Request) -> Response:
    """Answers as long as the process can answer at all."""
    return json_response(request, Health(status="alive"), headers={"Cache-Control": "no-store"})


@router.get("/readyz", summary="Whether the service can serve", response_model=Health)
def readyz(request: Request, store: StoreDep) -> Response:
    """Answers 200 when the store can be read; 503 names what is wrong."""
    store.datasets()
    return json_response(request, Health(status="ready"), headers={"Cache-Control": "no-store"})


def _landing_links(links: Links, language: Language, *, is_html: bool) -> list[dict[str, str]]:
    def title(text: Text) -> str:
        return text.to(language)

    tile_grids = title(TILE_MATRIX_SETS)
    return [
        *links.representations(is_html=is_html),
        links.link("service-desc", OPENAPI, "api", title=title(_SAY["openapi"])),
        links.link("service-doc", HTML, "api.html", title=title(_SAY["api"])),
        links.link("conformance", JSON, "conformance", title=title(_SAY["conformance"]), f="json"),
        links.link("conformance", HTML, "conformance", title=title(_SAY["conformance"]), f="html"),
        links.link("data", JSON, "collections", title=title(_SAY["data"]), f="json"),
        links.link("data", HTML, "collections", title=title(_SAY["data"]), f="html"),
        links.link(FUNCTIONS_REL, JSON, "functions", title=title(_SAY["functions"]), f="json"),
        links.link(TILE_SETS, JSON, "tiles", title=title(DATASET), f="json"),
        links.link(TILE_SETS, HTML, "tiles", title=title(DATASET), f="html"),
        links.link(STYLES, JSON, "styles", title=title(_SAY["styles"]), f="json"),
        links.link(STYLES, HTML, "styles", title=title(_SAY["styles"]), f="html"),
        links.link(TILING_SCHEMES, JSON, "tileMatrixSets", title=tile_grids, f="json"),
        links.link(TILING_SCHEMES, HTML, "tileMatrixSets", title=tile_grids, f="html"),
        links.link("related", HTML, "map", title=title(_SAY["map"])),
        links.link("related", JSON, "readiness", title=title(_SAY["readiness"])),
    ]
