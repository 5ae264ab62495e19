"""What the service says of its vector tiles: the tile matrix set, and each collection's tile set.

OGC API - Tiles (20-057) with the documents of OGC 17-083r4. Every collection has one tile set, of
WebMercatorQuad; that of the whole service is in `api/dataset_tiles.py`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Response
from pydantic import Field

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
from api.parameters import InvalidParameter
from api.responses import FOREVER, etag_of
from geo.errors import NotFound
from geo.language import Language, Text, texts
from geo.tiles.features import Bbox

_SAY = texts(__name__)

TILE_MATRIX_SETS = _SAY["tile_matrix_sets"]
TILES_OF = _SAY["tiles"]
MVT = "application/vnd.mapbox-vector-tile"
# Files that hold all tiles of a collection, by what their names end in.
ARCHIVES = {"pmtiles": "application/vnd.pmtiles", "mbtiles": "application/vnd.sqlite3"}
_ARCHIVE_TITLES = {"pmtiles": "PMTiles", "mbtiles": "MBTiles"}
WEB_MERCATOR_QUAD = "WebMercatorQuad"
MAX_ZOOM = 14
# A tile that was cut before its layer's archive was there: it is soon another one.
_COARSE = {"Tile-Detail": "coarse", "Cache-Control": "public, max-age=1"}
DrawnVersion = Annotated[
    str | None,
    Field(description="Current version, from the tile set: the tile may then be kept forever."),
]
TILING_SCHEMES = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
TILE_SETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
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


class NoArchive(NotFound):
    """The tiles as a file of a collection that has no place."""

    what = Text(id="Arsip ubin", en="tile archive")


class TilesNotFound(NotFound):
    """Neither a tile matrix set nor a raster layer, whose addresses look alike."""

    what = Text(id="Kisi ubin atau layer raster", en="tile matrix set or raster layer")


class TileNotFound(NotFound):
    """A tile outside the limits of its tile set."""

    what = Text(id="Ubin", en="tile")


def require_tile_matrix_set(name: str) -> None:
    """Raise `TileMatrixSetNotFound` unless it is the one that there is."""
    if name != WEB_MERCATOR_QUAD:
        raise TileMatrixSetNotFound(name, [WEB_MERCATOR_QUAD])


def kept_as(tile: Response, *, is_coarse: bool, is_current: bool) -> Response:
    """A tile's answer with how long it may be kept: hardly while it is coarse, for ever by its version."""
    if is_coarse:
        tile.headers.update(_COARSE)
    elif is_current:
        tile.headers["Cache-Control"] = FOREVER
    return tile


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


def require_picture(z: int, x: int, y: int) -> None:
    """Raise `InvalidParameter` unless a raster tile has such a place."""
    from maps.tiles import MAX_ZOOM as DEEPEST

    if not 0 <= z <= DEEPEST:
        raise InvalidParameter(parameter="z", reason=_SAY["zoom"].format(most=DEEPEST))
    for name, place in (("x", x), ("y", y)):
        if not 0 <= place < 2**z:
            raise InvalidParameter(parameter=name, reason=_SAY["place"].format(most=2**z - 1, z=z))


def tile_matrix_set_item(links: Links) -> TileMatrixSetItem:
    """WebMercatorQuad in the list of tile matrix sets."""
    path = ("tileMatrixSets", WEB_MERCATOR_QUAD)
    # The suite of OGC API - Tiles looks for an `item`.
    relations = ("self", "item", _TILING_SCHEME)
    found = [links.link(rel, JSON, *path, f="json") for rel in relations]
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


@dataclass(frozen=True, slots=True)
class TiledLayers:
    """What tiles of one address hold: collections with their extents (lon, lat), None without one.

    `path` stands before `tiles` in the address, and `query` after it.
    """

    path: tuple[str, ...]
    layers: Sequence[tuple[Collection, Bbox | None]]
    title: Text
    description: Text
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def extent(self) -> Bbox | None:
        """The box around everything; None without a place."""
        boxes = [extent for _, extent in self.layers if extent is not None]
        if not boxes:
            return None
        west, south, east, north = zip(*boxes, strict=True)
        return min(west), min(south), max(east), max(north)

    @property
    def version(self) -> str:
        """Changes with what is in the tiles and with the program that cuts them."""
        return etag_of(*((entry.id, entry.key) for entry, _ in self.layers)).strip('"')[:16]

    def address(self, links: Links, places: str) -> str:
        """The address of the tiles with `places` to fill, such as `{z}/{y}/{x}`."""
        # A link of ours would quote the braces, and would carry `lang`, which no tile depends on.
        return f"{Links(links.base).url(*self.path, 'tiles', WEB_MERCATOR_QUAD)}/{places}"


def of_collection(entry: Collection, extent: Bbox | None) -> TiledLayers:
    """The tiles of one collection."""
    return TiledLayers(("collections", entry.id), [(entry, extent)], entry.title, entry.description)


def tile_set_item(tiled: TiledLayers, links: Links, language: Language) -> TileSetItem:
    """A tile set in the list of a collection's, or of the service's, tile sets.

    Its tiles' address is in the tile set alone: OGC's test suite asks for every link of the list
    as it stands, and this one has places to fill.
    """
    path = (*tiled.path, "tiles", WEB_MERCATOR_QUAD)
    return TileSetItem(
        title=tiled.title.to(language),
        crs=_CRS,
        tile_matrix_set_uri=_URI,
        links=[Link(**links.link("self", JSON, *path, f="json")), _scheme(links)],
    )


def tile_set(
    tiled: TiledLayers, links: Links, *, language: Language, is_html: bool = False
) -> TileSetDocument:
    """A tile set: the metadata of OGC that is TileJSON too."""
    path = (*tiled.path, "tiles", WEB_MERCATOR_QUAD)
    query = "".join(f"&{urlencode([one], safe=',')}" for one in tiled.query.items())
    template = tiled.address(links, "{tileMatrix}/{tileRow}/{tileCol}")
    item = TemplatedLink(href=template + (f"?{query[1:]}" if query else ""), rel="item", type=MVT)
    around = links.representations(*path, is_html=is_html, query=tiled.query)
    geodata = links.link(_GEODATA, JSON, *tiled.path, f="json")
    box = None if tiled.extent is None else _within_mercator(tiled.extent)
    title = tiled.title.to(language)
    return TileSetDocument(
        title=title,
        name=title,
        description=tiled.description.to(language),
        license=_one_licence(tiled, language),
        attribution=_attribution(tiled, language),
        crs=_CRS,
        tile_matrix_set_uri=_URI,
        layers=[_layer(entry, extent, links, language) for entry, extent in tiled.layers],
        links=[
            *(Link(**one) for one in around),
            item,
            _scheme(links),
            Link(**geodata),
            *(Link(**one) for one in archive_links(tiled, links)),
        ],
        bounding_box=_tiled_box(tiled.extent),
        tile_matrix_set_limits=[] if box is None else [_limits(box, z) for z in _ZOOMS.values()],
        tiles=[tiled.address(links, "{z}/{y}/{x}") + f"?v={tiled.version}{query}"],
        minzoom=0,
        maxzoom=MAX_ZOOM,
        bounds=box,
        vector_layers=[
            VectorLayer(
                id=entry.id,
                description=entry.title.to(language),
                fields={"id": "String", "name": "String"},
            )
            for entry, _ in tiled.layers
        ],
    )


def archive_links(tiled: TiledLayers, links: Links) -> list[dict[str, str]]:
    """The files that hold all tiles of a collection; none where it has no place."""
    if not tiled.path or tiled.extent is None:
        return []
    return [
        links.link(
            "enclosure",
            media_type,
            *(*tiled.path, "tiles", f"{WEB_MERCATOR_QUAD}.{form}"),
            title=_ARCHIVE_TITLES[form],
        )
        for form, media_type in ARCHIVES.items()
    ]


def _layer(entry: Collection, extent: Bbox | None, links: Links, language: Language) -> TiledLayer:
    geodata = links.link(_GEODATA, JSON, "collections", entry.id, f="json")
    return TiledLayer(
        id=entry.id,
        title=entry.title.to(language),
        bounding_box=_tiled_box(extent),
        links=[Link(**geodata)],
    )


def _tiled_box(extent: Bbox | None) -> TiledBox | None:
    box = None if extent is None else _within_mercator(extent)
    return None if box is None else TiledBox(lower_left=box[:2], upper_right=box[2:])


def _one_licence(tiled: TiledLayers, language: Language) -> str | None:
    """The licence where everything has the same one."""
    found = {
        None if entry.version is None else entry.version.licence_text.to(language)
        for entry, _ in tiled.layers
    }
    return found.pop() if len(found) == 1 else None


def _attribution(tiled: TiledLayers, language: Language) -> str | None:
    """The sources of all layers, each once."""
    found = [
        entry.version.source_text.to(language)
        for entry, _ in tiled.layers
        if entry.version is not None
    ]
    return "; ".join(dict.fromkeys(found)) or None


def tile_set_links(entry: Collection, links: Links) -> list[dict[str, str]]:
    """The links from a collection to its tile sets."""
    path = ("collections", entry.id, "tiles")
    return [
        links.link(TILE_SETS, JSON, *path, f="json"),
        links.link(TILE_SETS, HTML, *path, f="html"),
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


@lru_cache(maxsize=256)
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
