"""OGC API - Tiles: tile matrix sets, the tile sets of each collection, and TileJSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.deps import FormatDep, LanguageDep, LinksDep, TablesDep
from api.links import HTML
from api.ogc_models import (
    Link,
    TileMatrixSetDocument,
    TileMatrixSetsDocument,
    TileSetDocument,
    TileSetsDocument,
)
from api.responses import conditional, etag_of, html_response, json_response, tagged
from api.tile_documents import (
    require_tile_matrix_set,
    tile_address,
    tile_matrix_set,
    tile_matrix_set_item,
    tile_set,
    tile_set_item,
)
from geo.language import texts

_SAY = texts(__name__)

router = APIRouter(tags=["tiles"])

CollectionId = Annotated[
    str, Path(alias="collectionId", description="Id of a collection.", examples=["zones"])
]
TileMatrixSetId = Annotated[
    str,
    Path(
        alias="tileMatrixSetId", description="Only WebMercatorQuad.", examples=["WebMercatorQuad"]
    ),
]
_AS_PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {HTML: {}}}}


# The names of operations that end in getTile… are those of 20-057, /req/oas30/operation-id.
@router.get(
    "/tileMatrixSets",
    operation_id="getTileMatrixSetsList",
    summary="Tile matrix sets",
    response_model=TileMatrixSetsDocument,
    responses=_AS_PAGE,
)
def read_tile_matrix_sets(
    request: Request, language: LanguageDep, representation: FormatDep, links: LinksDep
) -> Response:
    """The grids that vector tiles are cut by: WebMercatorQuad."""
    is_html = representation == "html"
    around = links.representations("tileMatrixSets", is_html=is_html)
    found = TileMatrixSetsDocument(
        links=[Link(**link) for link in around], tile_matrix_sets=[tile_matrix_set_item(links)]
    )
    if is_html:
        page = html_response(
            request,
            "api/tile_matrix_sets.html",
            title=TILE_MATRIX_SETS.to(language),
            document=found,
        )
        return tagged(request, page)
    return tagged(request, json_response(request, found))


@router.get(
    "/tileMatrixSets/{tileMatrixSetId}",
    operation_id="getTileMatrixSet",
    summary="A tile matrix set",
    response_model=TileMatrixSetDocument,
    responses=_AS_PAGE,
)
def read_tile_matrix_set(
    request: Request,
    tile_matrix_set_id: TileMatrixSetId,
    representation: FormatDep,
    links: LinksDep,
) -> Response:
    """The scales and sizes of a grid of tiles, as OGC registers it."""
    require_tile_matrix_set(tile_matrix_set_id)
    is_html = representation == "html"
    found = tile_matrix_set(links, is_html=is_html)
    if is_html:
        page = html_response(
            request, "api/tile_matrix_set.html", title=tile_matrix_set_id, document=found
        )
        return tagged(request, page)
    return tagged(request, json_response(request, found))


@router.get(
    "/collections/{collectionId}/tiles",
    operation_id=".collection.vector.getTileSetsList",
    summary="Tile sets of a collection",
    response_model=TileSetsDocument,
    responses=_AS_PAGE,
)
def read_tile_sets(
    request: Request,
    collection_id: CollectionId,
    tables: TablesDep,
    language: LanguageDep,
    representation: FormatDep,
    links: LinksDep,
) -> Response:
    """The vector tiles that a collection has: one tile set, of WebMercatorQuad."""
    entry = tables.collection(collection_id)
    is_html = representation == "html"
    title = _SAY["tiles"].format(title=entry.title.to(language)).to(language)
    around = links.representations("collections", entry.id, "tiles", is_html=is_html)
    found = TileSetsDocument(
        title=title,
        links=[Link(**link) for link in around],
        tilesets=[tile_set_item(entry, links, language)],
    )
    if is_html:
        page = html_response(
            request,
            "api/tile_sets.html",
            title=title,
            collection=entry,
            tiles=tile_address(entry, links, "{z}/{y}/{x}"),
            as_json=links.url("collections", entry.id, "tiles", f="json"),
        )
        return tagged(request, page)
    return tagged(request, json_response(request, found))


@router.get(
    "/collections/{collectionId}/tiles/{tileMatrixSetId}",
    operation_id=".collection.vector.getTileSet",
    summary="Tile set and TileJSON of a collection",
    response_model=TileSetDocument,
    responses=_AS_PAGE,
)
def read_tile_set(
    request: Request,
    collection_id: CollectionId,
    tile_matrix_set_id: TileMatrixSetId,
    tables: TablesDep,
    language: LanguageDep,
    representation: FormatDep,
    links: LinksDep,
) -> Response:
    """Where a collection's vector tiles are: OGC tile set metadata that is also TileJSON 3.0."""
    entry = tables.collection(collection_id)
    require_tile_matrix_set(tile_matrix_set_id)
    extent = tables.table(entry, language).features.extent
    is_html = representation == "html"

    def answer() -> Response:
        found = tile_set(entry, extent, links, language=language, is_html=is_html)
        if not is_html:
            return json_response(request, found)
        return html_response(
            request,
            "api/tile_sets.html",
            title=_SAY["tiles"].format(title=found.title).to(language),
            collection=entry,
            tiles=tile_address(entry, links, "{z}/{y}/{x}"),
            as_json=found.links[1].href,
        )

    tag = etag_of(entry.key, entry.id, "tileset", representation, language, links)
    return conditional(request, tag, answer)


TILE_MATRIX_SETS = _SAY["tile_matrix_sets"]
