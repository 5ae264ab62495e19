"""Vector tiles of every collection in the path shape of OGC API - Tiles (20-057), WebMercatorQuad.

Core and tile sets of that standard are not claimed at `/conformance`: there is no list of tile sets
and no `/tileMatrixSets` yet.
"""

import math
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import LanguageDep, LinksDep, TablesDep
from api.links import JSON, Links
from api.parameters import InvalidParameter
from api.responses import conditional, etag_of, json_response
from api.tables import Collection
from geo.features import Bbox
from geo.language import Text

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.vector_tiles import TilePyramids

router = APIRouter(tags=["tiles"])

MVT = "application/vnd.mapbox-vector-tile"
WEB_MERCATOR_QUAD = "WebMercatorQuad"
MAX_ZOOM = 14
_TILE_MATRIX_SET = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_GEODATA = "http://www.opengis.net/def/rel/ogc/1.0/geodata"
_MAX_LATITUDE = 85.0511287798066
# As for raster tiles: whoever waits longer for another's preparation is told to come back.
_PATIENCE_S = 5.0
_FOREVER = "public, max-age=31536000, immutable"
_TILE_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {MVT: {}}, "description": "A tile with one layer, named as the collection."},
    204: {"description": "The collection has nothing here."},
}
_starting = threading.Lock()

CollectionId = Annotated[
    str, Path(alias="collectionId", description="Id of a collection.", examples=["zones"])
]
TileMatrixSetId = Annotated[
    str,
    Path(
        alias="tileMatrixSetId", description="Only WebMercatorQuad.", examples=["WebMercatorQuad"]
    ),
]


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
    "/collections/{collectionId}/tiles/{tileMatrixSetId}",
    summary="Tile set and TileJSON of a collection",
)
def read_tile_set(
    request: Request,
    collection_id: CollectionId,
    tile_matrix_set_id: TileMatrixSetId,
    tables: TablesDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Where a collection's vector tiles are: OGC tile set metadata that is also TileJSON 3.0."""
    entry = tables.collection(collection_id)
    _require_tile_matrix_set(tile_matrix_set_id)
    extent = tables.table(entry, language).features.extent

    def answer() -> Response:
        document = _ogc_part(entry, links) | _tilejson_part(entry, links)
        document |= {"title": entry.title.to(language), "name": entry.title.to(language)}
        document["description"] = entry.description.to(language)
        return json_response(request, document | ({} if extent is None else _place(extent)))

    tag = etag_of(entry.key, entry.id, "tileset", language, links.base, links.language)
    return conditional(request, tag, answer)


@router.get(
    "/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    response_class=Response,
    responses=_TILE_ANSWER,
    summary="A vector tile",
)
def read_vector_tile(
    request: Request,
    collection_id: CollectionId,
    tile_matrix_set_id: TileMatrixSetId,
    z: Annotated[int, Path(alias="tileMatrix", description="Zoom, 0 to 14.", examples=[7])],
    row: Annotated[int, Path(alias="tileRow", description="From the north.", examples=[65])],
    column: Annotated[int, Path(alias="tileCol", description="From the west.", examples=[104])],
    query: Annotated[VectorTileQuery, Query()],
    tables: TablesDep,
) -> Response:
    """Outlines in one Web Mercator tile (zoom, row, column) with the `id` and `name` of each."""
    entry = tables.collection(collection_id)
    _require_tile_matrix_set(tile_matrix_set_id)
    _require_tile(z, row, column)

    def answer() -> Response:
        content = _pyramids().tile(
            f"{entry.id} {entry.key}",
            lambda: _frame(entry),
            layer=entry.id,
            z=z,
            row=row,
            column=column,
            patience_s=_PATIENCE_S,
        )
        return Response(content, media_type=MVT) if content else Response(status_code=204)

    tag = etag_of("vector tile", entry.id, entry.key, z, row, column)
    found = conditional(request, tag, answer)
    if query.v == _version(entry):
        found.headers["Cache-Control"] = _FOREVER
    return found


def _pyramids() -> "TilePyramids":
    with _starting:
        return _made_pyramids()


@lru_cache(maxsize=1)
def _made_pyramids() -> "TilePyramids":
    # Shapely and pyproj are loaded by the first tile, not by the start of the service.
    from geo.vector_tiles import TilePyramids

    return TilePyramids()


def _frame(entry: Collection) -> "gpd.GeoDataFrame":
    import geopandas as gpd

    from geo import planning

    if entry.version is not None:
        return gpd.read_parquet(entry.version.path)
    assert entry.inputs is not None  # noqa: S101  what has no version is computed from inputs
    # Ids, names and outlines are the same in every language.
    return planning.readiness_frame(entry.inputs, "id")


def _version(entry: Collection) -> str:
    """Changes with the collection and with the program that cuts its tiles."""
    return etag_of(entry.id, entry.key).strip('"')[:16]


def _ogc_part(entry: Collection, links: Links) -> dict[str, Any]:
    """OGC 17-083r4, 6.3: the required members of a tile set, and its links."""
    path = ("collections", entry.id, "tiles", WEB_MERCATOR_QUAD)
    item = {
        "href": _template(entry, links, "{tileMatrix}/{tileRow}/{tileCol}"),
        "rel": "item",
        "type": MVT,
        "templated": True,
    }
    return {
        "dataType": "vector",
        "crs": _CRS,
        "tileMatrixSetURI": _TILE_MATRIX_SET,
        "layers": [{"id": entry.id, "dataType": "vector"}],
        "links": [
            links.link("self", JSON, *path),
            item,
            links.link(_GEODATA, JSON, "collections", entry.id, f="json"),
        ],
    }


def _tilejson_part(entry: Collection, links: Links) -> dict[str, Any]:
    tiles = _template(entry, links, "{z}/{y}/{x}") + f"?v={_version(entry)}"
    source = {} if entry.version is None else {"attribution": entry.version.source}
    return source | {
        "tilejson": "3.0.0",
        "scheme": "xyz",
        "tiles": [tiles],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "vector_layers": [{"id": entry.id, "fields": {"id": "String", "name": "String"}}],
    }


def _template(entry: Collection, links: Links, places: str) -> str:
    # A link of ours would quote the braces, and would carry `lang`, which no tile depends on.
    address = Links(links.base).url("collections", entry.id, "tiles", WEB_MERCATOR_QUAD)
    return f"{address}/{places}"


def _place(extent: Bbox) -> dict[str, Any]:
    """The bounds within Web Mercator's square, and the tiles of every zoom that they cover."""
    west, south, east, north = extent
    south, north = (min(max(y, -_MAX_LATITUDE), _MAX_LATITUDE) for y in (south, north))
    limits = []
    for z in range(MAX_ZOOM + 1):
        (first_row, first_column), (last_row, last_column) = (
            _tile_of(west, north, z),
            _tile_of(east, south, z),
        )
        limits.append(
            {
                "tileMatrix": str(z),
                "minTileRow": first_row,
                "maxTileRow": last_row,
                "minTileCol": first_column,
                "maxTileCol": last_column,
            }
        )
    return {
        "bounds": [west, south, east, north],
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": _CRS84},
        "tileMatrixSetLimits": limits,
    }


def _tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Row and column of the tile that holds a place (EPSG Guidance Note 7-2, 3.2.1.2)."""
    down = 0.5 - math.atanh(math.sin(math.radians(lat))) / (2 * math.pi)
    row, column = (math.floor(share * 2**z) for share in (down, (lon + 180) / 360))
    return min(max(row, 0), 2**z - 1), min(max(column, 0), 2**z - 1)


def _require_tile_matrix_set(name: str) -> None:
    if name != WEB_MERCATOR_QUAD:
        raise InvalidParameter(parameter="tileMatrixSetId", reason=_TILE_MATRIX_SETS)


def _require_tile(z: int, row: int, column: int) -> None:
    if not 0 <= z <= MAX_ZOOM:
        raise InvalidParameter(parameter="tileMatrix", reason=_ZOOM)
    for name, place in (("tileRow", row), ("tileCol", column)):
        if not 0 <= place < 2**z:
            raise InvalidParameter(parameter=name, reason=_PLACE.format(most=2**z - 1, z=z))


_TILE_MATRIX_SETS = Text(
    id="petak ubin ini tidak tersedia; tulis WebMercatorQuad.",
    en="this tile matrix set is not available; write WebMercatorQuad.",
)
_ZOOM = Text(id="tulis 0 sampai 14.", en="write 0 to 14.")
_PLACE = Text(id="pada zoom {z} tulis 0 sampai {most}.", en="at zoom {z} write 0 to {most}.")
