"""OGC API - Tiles of the whole service: one tile set, of as many collections as are chosen."""

from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import READS
from api.dataset_tiles import dataset_tiles
from api.deps import CollectionTilesDep, HtmlDep, LanguageDep, LinksDep, PatienceDep, TablesDep
from api.ogc_models import Link, TileSetDocument, TileSetsDocument
from api.parameters import TileColumn, TileRow, TileZoom
from api.responses import ALSO_PAGE, conditional, etag_of, negotiated
from api.serving.router import Router
from api.tile_documents import (
    MVT,
    TILES_OF,
    DrawnVersion,
    kept_as,
    require_tile,
    tile_set,
    tile_set_item,
)

router = Router("tiles", dependencies=[READS])

_TILE_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {MVT: {}}, "description": "A tile with one layer for each collection."},
    204: {"description": "No collection has anything here."},
}


class DatasetQuery(BaseModel):
    """Which collections are meant."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    collections: Annotated[
        str | None, Field(description="Ids of collections, parted by commas; all by default.")
    ] = None
    f: str | None = None
    lang: str | None = None


class DatasetTileQuery(DatasetQuery):
    """The same, with the version that a map was drawn for."""

    v: DrawnVersion = None
    f: Literal["mvt"] | None = None


@router.get(
    "/tiles",
    operation_id=".dataset.vector.getTileSetsList",
    summary="Tile sets of the service",
    response_model=TileSetsDocument,
    responses=ALSO_PAGE,
)
def read_tile_sets(
    request: Request, tables: TablesDep, language: LanguageDep, is_html: HtmlDep, links: LinksDep
) -> Response:
    """The vector tiles of all collections together: one tile set, of WebMercatorQuad."""
    tiled = dataset_tiles(tables, None, links)
    title = TILES_OF.format(title=tiled.title.to(language)).to(language)
    found = TileSetsDocument(
        title=title,
        links=[Link(**link) for link in links.representations("tiles", is_html=is_html)],
        tilesets=[tile_set_item(tiled, links, language)],
    )
    as_json = links.url("tiles", f="json")
    return negotiated(
        request, "api/tile_sets.html", found, title=title, tiled=tiled, as_json=as_json
    )


@router.get(
    "/tiles/WebMercatorQuad",
    operation_id=".dataset.vector.getTileSet",
    summary="Tile set and TileJSON of the service",
    response_model=TileSetDocument,
    responses=ALSO_PAGE,
)
def read_tile_set(
    request: Request,
    query: Annotated[DatasetQuery, Query()],
    tables: TablesDep,
    language: LanguageDep,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """Where the tiles of the chosen collections are: OGC tile set metadata that is TileJSON too."""
    tiled = dataset_tiles(tables, query.collections, links)
    found = tile_set(tiled, links, language=language, is_html=is_html)
    as_json = links.url("tiles", "WebMercatorQuad", query=tiled.query, f="json")
    title = TILES_OF.format(title=found.title).to(language)
    return negotiated(
        request, "api/tile_sets.html", found, title=title, tiled=tiled, as_json=as_json
    )


@router.get(
    "/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}",
    operation_id=".dataset.vector.getTile",
    response_class=Response,
    responses=_TILE_ANSWER,
    summary="A vector tile of the service",
)
def read_dataset_tile(
    request: Request,
    tile_matrix: TileZoom,
    row: TileRow,
    column: TileColumn,
    query: Annotated[DatasetTileQuery, Query()],
    tables: TablesDep,
    tiles: CollectionTilesDep,
    links: LinksDep,
    patience_s: PatienceDep,
) -> Response:
    """Outlines of every chosen collection in one Web Mercator tile, each collection in its layer.

    A tile outside the limits of the tile set is not there (404).
    """
    tiled = dataset_tiles(tables, query.collections, links)
    z = require_tile(tiled.extent, tile_matrix=tile_matrix, row=row, column=column)

    entries = [entry for entry, extent in tiled.layers if extent is not None]
    is_coarse = any(tiles.is_coarse(entry, z=z) for entry in entries)

    def answer() -> Response:
        content = tiles.joined(entries, z=z, row=row, column=column, patience_s=patience_s)
        return Response(content, media_type=MVT) if content else Response(status_code=204)

    tag = etag_of("dataset tile", tiled.version, z, row, column, is_coarse)
    found = conditional(request, tag, answer)
    return kept_as(found, is_coarse=is_coarse, is_current=query.v == tiled.version)
