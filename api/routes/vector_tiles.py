"""OGC API - Tiles: the vector tiles of every collection. Their tile sets are in `tile_sets`."""

import gzip
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import CollectionTilesDep, TablesDep
from api.responses import conditional, etag_of
from api.routes.tile_sets import CollectionId, TileMatrixSetId
from api.tile_documents import MVT, require_tile, require_tile_matrix_set, tile_version

router = APIRouter(tags=["tiles"])

_FOREVER = "public, max-age=31536000, immutable"
_TILE_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {MVT: {}}, "description": "A tile with one layer, named as the collection."},
    204: {"description": "The collection has nothing here."},
}


class VectorTileQuery(BaseModel):
    """The version that a map was drawn for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: Annotated[
        str | None,
        Field(description="Current version, from the tile set: the tile may then be kept forever."),
    ] = None
    f: str | None = None
    lang: str | None = None


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
    tile_matrix: Annotated[
        str, Path(alias="tileMatrix", description="Zoom, 0 to 14.", examples=["7"])
    ],
    row: Annotated[int, Path(alias="tileRow", ge=0, description="From the north.", examples=[65])],
    column: Annotated[
        int, Path(alias="tileCol", ge=0, description="From the west.", examples=[104])
    ],
    query: Annotated[VectorTileQuery, Query()],
    tables: TablesDep,
    tiles: CollectionTilesDep,
) -> Response:
    """Outlines in one Web Mercator tile (zoom, row, column) with the `id` and `name` of each.

    A tile outside the limits of the tile set is not there (404).
    """
    entry = tables.collection(collection_id)
    require_tile_matrix_set(tile_matrix_set_id)
    # Outlines are the same in every language.
    extent = tables.table(entry, "id").features.extent
    z = require_tile(extent, tile_matrix=tile_matrix, row=row, column=column)

    def answer() -> Response:
        found = tiles.tile(entry, z=z, row=row, column=column)
        if not found.content:
            return Response(status_code=204)
        if not found.is_gzipped:
            return Response(found.content, media_type=MVT)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(found.content, media_type=MVT, headers={"Content-Encoding": "gzip"})
        return Response(gzip.decompress(found.content), media_type=MVT)

    tag = etag_of("vector tile", entry.id, entry.key, z, row, column)
    found = conditional(request, tag, answer)
    found.headers.add_vary_header("Accept-Encoding")
    if query.v == tile_version(entry):
        found.headers["Cache-Control"] = _FOREVER
    return found
