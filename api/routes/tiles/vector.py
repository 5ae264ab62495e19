"""OGC API - Tiles: tile matrix sets, and each collection's tile set with its vector tiles."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from api.access import READS
from api.collection_tiles import CollectionTiles
from api.collections import Collection
from api.deps import CollectionTilesDep, HtmlDep, LanguageDep, LinksDep, PatienceDep, TablesDep
from api.ogc_models import (
    Link,
    TileMatrixSetDocument,
    TileMatrixSetsDocument,
    TileSetDocument,
    TileSetsDocument,
)
from api.parameters import CollectionId, TileColumn, TileRow, TileZoom
from api.responses import ALSO_PAGE, conditional, etag_of, negotiated
from api.serving.compression import coding_of
from api.serving.router import Router
from api.tile_documents import (
    MVT,
    TILE_MATRIX_SETS,
    TILES_OF,
    DrawnVersion,
    kept_as,
    of_collection,
    require_tile,
    require_tile_matrix_set,
    tile_matrix_set,
    tile_matrix_set_item,
    tile_set,
    tile_set_item,
)
from geo.tiles.features import Bbox

router = Router("tiles", dependencies=[READS])

TileMatrixSetId = Annotated[
    str,
    Path(
        alias="tileMatrixSetId", description="Only WebMercatorQuad.", examples=["WebMercatorQuad"]
    ),
]
_TILE_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {MVT: {}}, "description": "A tile with one layer, named as the collection."},
    204: {"description": "The collection has nothing here."},
}


class VectorTileQuery(BaseModel):
    """The version that a map was drawn for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: DrawnVersion = None
    f: Literal["mvt"] | None = None
    lang: str | None = None


# The names of operations that end in getTile… are those of 20-057, /req/oas30/operation-id.
@router.get(
    "/tileMatrixSets",
    operation_id="getTileMatrixSetsList",
    summary="Tile matrix sets",
    response_model=TileMatrixSetsDocument,
    responses=ALSO_PAGE,
)
def read_tile_matrix_sets(
    request: Request, language: LanguageDep, is_html: HtmlDep, links: LinksDep
) -> Response:
    """The grids that vector tiles are cut by: WebMercatorQuad."""
    around = links.representations("tileMatrixSets", is_html=is_html)
    found = TileMatrixSetsDocument(
        links=[Link(**link) for link in around], tile_matrix_sets=[tile_matrix_set_item(links)]
    )
    title = TILE_MATRIX_SETS.to(language)
    return negotiated(request, "api/tile_matrix_sets.html", found, title=title)


@router.get(
    "/tileMatrixSets/{tileMatrixSetId}",
    operation_id="getTileMatrixSet",
    summary="A tile matrix set",
    response_model=TileMatrixSetDocument,
    responses=ALSO_PAGE,
)
def read_tile_matrix_set(
    request: Request,
    tile_matrix_set_id: TileMatrixSetId,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """The scales and sizes of a grid of tiles, as OGC registers it."""
    require_tile_matrix_set(tile_matrix_set_id)
    found = tile_matrix_set(links, is_html=is_html)
    return negotiated(request, "api/tile_matrix_set.html", found, title=tile_matrix_set_id)


@router.get(
    "/collections/{collectionId}/tiles",
    operation_id=".collection.vector.getTileSetsList",
    summary="Tile sets of a collection",
    response_model=TileSetsDocument,
    responses=ALSO_PAGE,
)
def read_tile_sets(
    request: Request,
    collection_id: CollectionId,
    tables: TablesDep,
    language: LanguageDep,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """The vector tiles that a collection has: one tile set, of WebMercatorQuad."""
    entry = tables.collection(collection_id)
    tiled = of_collection(entry, None)
    title = TILES_OF.format(title=entry.title.to(language)).to(language)
    around = links.representations("collections", entry.id, "tiles", is_html=is_html)
    found = TileSetsDocument(
        title=title,
        links=[Link(**link) for link in around],
        tilesets=[tile_set_item(tiled, links, language)],
    )
    return negotiated(
        request,
        "api/tile_sets.html",
        found,
        title=title,
        tiled=tiled,
        as_json=links.url("collections", entry.id, "tiles", f="json"),
    )


@router.get(
    "/collections/{collectionId}/tiles/{tileMatrixSetId}",
    operation_id=".collection.vector.getTileSet",
    summary="Tile set and TileJSON of a collection",
    response_model=TileSetDocument,
    responses=ALSO_PAGE,
)
def read_tile_set(
    request: Request,
    collection_id: CollectionId,
    tile_matrix_set_id: TileMatrixSetId,
    tables: TablesDep,
    language: LanguageDep,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """Where a collection's vector tiles are: OGC tile set metadata that is also TileJSON 3.0."""
    entry = tables.collection(collection_id)
    require_tile_matrix_set(tile_matrix_set_id)
    tiled = of_collection(entry, tables.extent(entry))
    found = tile_set(tiled, links, language=language, is_html=is_html)
    return negotiated(
        request,
        "api/tile_sets.html",
        found,
        title=TILES_OF.format(title=found.title).to(language),
        tiled=tiled,
        as_json=found.links[1].href,
    )


@router.get(
    "/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    operation_id=".collection.vector.getTile",
    response_class=Response,
    responses=_TILE_ANSWER,
    summary="A vector tile",
)
def read_vector_tile(
    request: Request,
    collection_id: CollectionId,
    tile_matrix_set_id: TileMatrixSetId,
    tile_matrix: TileZoom,
    row: TileRow,
    column: TileColumn,
    query: Annotated[VectorTileQuery, Query()],
    tables: TablesDep,
    tiles: CollectionTilesDep,
    patience_s: PatienceDep,
) -> Response:
    """Outlines in one Web Mercator tile (zoom, row, column) with the `id` and `name` of each.

    A tile outside the limits of the tile set is not there (404). While the tiles of a large layer
    are being made, `Tile-Detail: coarse` says that the same place will soon have a finer one.
    """
    entry = tables.collection(collection_id)
    require_tile_matrix_set(tile_matrix_set_id)
    extent = tables.extent(entry)
    return vector_tile_of(
        request, entry, extent, tile_matrix, row, column, query, tiles, patience_s
    )


def vector_tile_of(
    request: Request,
    entry: Collection,
    extent: Bbox | None,
    tile_matrix: str,
    row: int,
    column: int,
    query: VectorTileQuery,
    tiles: CollectionTiles,
    patience_s: float,
) -> Response:
    """A tile of a collection that has this extent."""
    tiled = of_collection(entry, extent)
    z = require_tile(tiled.extent, tile_matrix=tile_matrix, row=row, column=column)

    is_coarse = tiles.is_coarse(entry, z=z)

    def answer() -> Response:
        place = {"z": z, "row": row, "column": column}
        if not coding_of(request.headers.get("accept-encoding", ""), offered=("gzip",)):
            content = tiles.plain(entry, **place, is_coarse=is_coarse, patience_s=patience_s)
            return Response(content, media_type=MVT) if content else Response(status_code=204)
        found = tiles.tile(entry, **place, is_coarse=is_coarse, patience_s=patience_s)
        if not found.content:
            return Response(status_code=204)
        coding = {"Content-Encoding": "gzip"} if found.is_gzipped else None
        return Response(found.content, media_type=MVT, headers=coding)

    tag = etag_of("vector tile", entry.id, entry.key, z, row, column, is_coarse)
    found = conditional(request, tag, answer)
    found.headers.add_vary_header("Accept-Encoding")
    is_current = query.v is not None and query.v == tiled.version
    return kept_as(found, is_coarse=is_coarse, is_current=is_current)
