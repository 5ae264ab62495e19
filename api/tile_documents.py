"""What the service says of its vector tiles: the tile matrix set, and each collection's tile set.

OGC API - Tiles (20-057) with the documents of OGC 17-083r4. Every collection has one tile set, of
WebMercatorQuad; there are none of the whole service.
"""

import math

from api.collections import Collection
from api.links import HTML, JSON, Links
from api.ogc_models import (
    Link,
    TemplatedLink,
    TiledBox,
    TiledLayer,
    TileMatrix,
    TileMatrixLimits,
    TileMatrixSetDocument,
    TileMatrixSetItem,
    TileSetDocument,
    TileSetItem,
    VectorLayer,
)
from api.responses import etag_of
from geo.errors import NotFound
from geo.language import Language, Text, texts
from geo.tiles.features import Bbox

_SAY = texts(__name__)

TILE_MATRIX_SETS = _SAY["tile_matrix_sets"]
MVT = "application/vnd.mapbox-vector-tile"
WEB_MERCATOR_QUAD = "WebMercatorQuad"
MAX_ZOOM = 14
TILING_SCHEMES = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
_TILE_SETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
_TILING_SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
_GEODATA = "http://www.opengis.net/def/rel/ogc/1.0/geodata"
_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
# OGC 17-083r4, Annex D.1: its title, scale set and last zoom, as registered.
_TITLE = "Google Maps Compatible for the World"
_SCALE_SET = "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"
_LAST_MATRIX = 24
_TILE_CELLS = 256
# Half the equator of WGS 84, where Web Mercator's square ends.
_EDGE_M = math.pi * 6378137.0
# OGC 17-083r4, 6.2: a scale denominator is that of cells 0.28 mm wide.
_CELL_OF_SCALE_M = 0.00028
_MAX_LATITUDE = 85.0511287798066
_ZOOMS = {str(z): z for z in range(MAX_ZOOM + 1)}


class TileMatrixSetNotFound(NotFound):
    """No such tile matrix set."""

    what = Text(id="Kisi ubin", en="tile matrix set")


class TileNotFound(NotFound):
    """A tile outside the limits of its tile set."""

    what = Text(id="Ubin", en="tile")


def require_tile_matrix_set(name: str) -> None:
    """Raise `TileMatrixSetNotFound` unless it is the one that there is."""
    if name != WEB_MERCATOR_QUAD:
        raise TileMatrixSetNotFound(name, [WEB_MERCATOR_QUAD])


def require_tile(extent: Bbox | None, *, tile_matrix: str, row: int, column: int) -> int:
    """The zoom of a tile; `TileNotFound` unless the tile is within the limits of its tile set.

    20-057, /req/core/tc-error: a tile outside the limits is an error, an empty one within is none.
    """
    name = f"{tile_matrix}/{row}/{column}"
    if tile_matrix not in _ZOOMS or extent is None:
        raise TileNotFound(name, [] if extent is None else [f"tileMatrix 0–{MAX_ZOOM}"])
    found = _limits(extent, z := _ZOOMS[tile_matrix])
    rows = (found.min_tile_row, found.max_tile_row)
    columns = (found.min_tile_col, found.max_tile_col)
    if not (rows[0] <= row <= rows[1] and columns[0] <= column <= columns[1]):
        raise TileNotFound(name, [f"{z}/{rows[0]}–{rows[1]}/{columns[0]}–{columns[1]}"])
    return z


def tile_matrix_set_item(links: Links) -> TileMatrixSetItem:
    """WebMercatorQuad in the list of tile matrix sets."""
    path = ("tileMatrixSets", WEB_MERCATOR_QUAD)
    found = [links.link(rel, JSON, *path, f="json") for rel in ("self", _TILING_SCHEME)]
    return TileMatrixSetItem(
        id=WEB_MERCATOR_QUAD, title=_TITLE, uri=_URI, crs=_CRS, links=[Link(**one) for one in found]
    )


def tile_matrix_set(links: Links, *, is_html: bool = False) -> TileMatrixSetDocument:
    """The definition of WebMercatorQuad, of which tile sets have the first zooms only."""
    around = links.representations("tileMatrixSets", WEB_MERCATOR_QUAD, is_html=is_html)
    return TileMatrixSetDocument(
        id=WEB_MERCATOR_QUAD,
        title=_TITLE,
        uri=_URI,
        crs=_CRS,
        links=[Link(**one) for one in around],
        ordered_axes=("X", "Y"),
        well_known_scale_set=_SCALE_SET,
        tile_matrices=[_tile_matrix(z) for z in range(_LAST_MATRIX + 1)],
    )


def tile_set_item(entry: Collection, links: Links, language: Language) -> TileSetItem:
    """A collection's tile set in the list of its tile sets.

    Its tiles' address is in the tile set alone: OGC's test suite asks for every link of the list
    as it stands, and this one has places to fill.
    """
    path = ("collections", entry.id, "tiles", WEB_MERCATOR_QUAD)
    return TileSetItem(
        title=entry.title.to(language),
        crs=_CRS,
        tile_matrix_set_uri=_URI,
        links=[Link(**links.link("self", JSON, *path, f="json")), _scheme(links)],
    )


def tile_set(
    entry: Collection,
    extent: Bbox | None,
    links: Links,
    *,
    language: Language,
    is_html: bool = False,
) -> TileSetDocument:
    """The tile set of a collection; `extent` (lon, lat) is None when it has no features."""
    path = ("collections", entry.id, "tiles", WEB_MERCATOR_QUAD)
    places = "{tileMatrix}/{tileRow}/{tileCol}"
    item = TemplatedLink(href=tile_address(entry, links, places), rel="item", type=MVT)
    around = links.representations(*path, is_html=is_html)
    geodata = links.link(_GEODATA, JSON, "collections", entry.id, f="json")
    box = None if extent is None else _within_mercator(extent)
    version, title = entry.version, entry.title.to(language)
    return TileSetDocument(
        title=title,
        name=title,
        description=entry.description.to(language),
        license=None if version is None else version.licence_text.to(language),
        attribution=None if version is None else version.source_text.to(language),
        crs=_CRS,
        tile_matrix_set_uri=_URI,
        layers=[TiledLayer(id=entry.id)],
        links=[*(Link(**one) for one in around), item, _scheme(links), Link(**geodata)],
        bounding_box=None if box is None else TiledBox(lower_left=box[:2], upper_right=box[2:]),
        tile_matrix_set_limits=[] if box is None else [_limits(box, z) for z in _ZOOMS.values()],
        tiles=[tile_address(entry, links, "{z}/{y}/{x}") + f"?v={tile_version(entry)}"],
        minzoom=0,
        maxzoom=MAX_ZOOM,
        bounds=box,
        vector_layers=[VectorLayer(id=entry.id, fields={"id": "String", "name": "String"})],
    )


def tile_version(entry: Collection) -> str:
    """Changes with the collection and with the program that cuts its tiles."""
    return etag_of(entry.id, entry.key).strip('"')[:16]


def tile_address(entry: Collection, links: Links, places: str) -> str:
    """The address of a collection's tiles with `places` to fill, such as `{z}/{y}/{x}`."""
    # A link of ours would quote the braces, and would carry `lang`, which no tile depends on.
    address = Links(links.base).url("collections", entry.id, "tiles", WEB_MERCATOR_QUAD)
    return f"{address}/{places}"


def tile_set_links(entry: Collection, links: Links) -> list[dict[str, str]]:
    """The links from a collection to its tile sets."""
    path = ("collections", entry.id, "tiles")
    return [
        links.link(_TILE_SETS, JSON, *path, f="json"),
        links.link(_TILE_SETS, HTML, *path, f="html"),
    ]


def _scheme(links: Links) -> Link:
    found = links.link(_TILING_SCHEME, JSON, "tileMatrixSets", WEB_MERCATOR_QUAD, f="json")
    return Link(**found)


def _tile_matrix(z: int) -> TileMatrix:
    cell_m = 2 * _EDGE_M / _TILE_CELLS / 2**z
    return TileMatrix(
        id=str(z),
        scale_denominator=cell_m / _CELL_OF_SCALE_M,
        cell_size=cell_m,
        point_of_origin=(-_EDGE_M, _EDGE_M),
        tile_width=_TILE_CELLS,
        tile_height=_TILE_CELLS,
        matrix_width=2**z,
        matrix_height=2**z,
    )


def _within_mercator(extent: Bbox) -> Bbox:
    west, south, east, north = extent
    south, north = (min(max(y, -_MAX_LATITUDE), _MAX_LATITUDE) for y in (south, north))
    return west, south, east, north


def _limits(extent: Bbox, z: int) -> TileMatrixLimits:
    """The tiles of a zoom that an extent covers."""
    west, south, east, north = _within_mercator(extent)
    first_row, first_column = _tile_of(west, north, z)
    last_row, last_column = _tile_of(east, south, z)
    return TileMatrixLimits(
        tile_matrix=str(z),
        min_tile_row=first_row,
        max_tile_row=last_row,
        min_tile_col=first_column,
        max_tile_col=last_column,
    )


def _tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Row and column of the tile that holds a place (EPSG Guidance Note 7-2, 3.2.1.2)."""
    down = 0.5 - math.atanh(math.sin(math.radians(lat))) / (2 * math.pi)
    row, column = (math.floor(share * 2**z) for share in (down, (lon + 180) / 360))
    return min(max(row, 0), 2**z - 1), min(max(column, 0), 2**z - 1)
