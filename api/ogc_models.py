"""The JSON documents that the service answers with, as the OGC standards define them.

Routes fill the small ones; pages of features are joined from prepared bytes and only described
here, for the OpenAPI document.
"""

from typing import Any, Literal

from pydantic import AliasGenerator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


class Link(BaseModel):
    """A link to another resource."""

    href: str
    rel: str
    type: str
    title: str | None = None


class TemplatedLink(Link):
    """A link with places to fill, such as `{tileMatrix}`."""

    templated: Literal[True] = True


class LandingPage(BaseModel):
    """Where everything starts."""

    title: str
    description: str
    links: list[Link]


class Conformance(BaseModel):
    """The standards' classes that the service fulfils."""

    conforms_to: list[str] = Field(serialization_alias="conformsTo")
    links: list[Link]


class SpatialExtent(BaseModel):
    """West, south, east, north of all features."""

    bbox: list[list[float]]
    crs: str = CRS84


class TemporalExtent(BaseModel):
    """The first and the last time of all features."""

    interval: list[list[str]]
    trs: str = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


class Extent(BaseModel):
    """Where and when the features of a collection are."""

    spatial: SpatialExtent | None = None
    temporal: TemporalExtent | None = None


class CollectionDocument(BaseModel):
    """What a collection is and where its features are."""

    id: str
    title: str
    description: str
    extent: Extent | None = None
    item_type: Literal["feature"] = Field(default="feature", serialization_alias="itemType")
    crs: list[str] = [CRS84]
    storage_crs: str = Field(default=CRS84, serialization_alias="storageCrs")
    links: list[Link]


class CollectionsDocument(BaseModel):
    """Every collection of the service."""

    links: list[Link]
    collections: list[CollectionDocument]


class Feature(BaseModel):
    """One feature as GeoJSON (RFC 7946)."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    links: list[Link] | None = None


class FeatureCollection(BaseModel):
    """A page of features as GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"]
    number_matched: int = Field(serialization_alias="numberMatched", ge=0)
    number_returned: int = Field(serialization_alias="numberReturned", ge=0)
    links: list[Link]
    features: list[Feature]


class _Tiled(BaseModel):
    """Members named as the tile standards write them."""

    model_config = ConfigDict(alias_generator=AliasGenerator(serialization_alias=to_camel))


class TileMatrix(_Tiled):
    """One zoom of a tile matrix set; lengths in metres of its CRS, sizes in cells or tiles."""

    id: str
    scale_denominator: float
    cell_size: float
    corner_of_origin: Literal["topLeft"] = "topLeft"
    point_of_origin: tuple[float, float]
    tile_width: int
    tile_height: int
    matrix_width: int
    matrix_height: int


class TileMatrixSetItem(_Tiled):
    """A tile matrix set in the list of all."""

    id: str
    title: str
    uri: str
    crs: str
    links: list[Link]


class TileMatrixSetDocument(TileMatrixSetItem):
    """The definition of a tile matrix set (OGC 17-083r4)."""

    ordered_axes: tuple[str, str]
    well_known_scale_set: str
    tile_matrices: list[TileMatrix]


class TileMatrixSetsDocument(_Tiled):
    """Every tile matrix set of the service."""

    links: list[Link]
    tile_matrix_sets: list[TileMatrixSetItem]


class TileMatrixLimits(_Tiled):
    """The tiles of one zoom that there are, the last ones included."""

    tile_matrix: str
    min_tile_row: int
    max_tile_row: int
    min_tile_col: int
    max_tile_col: int


class TiledBox(_Tiled):
    """Where the features of a tile set lie, longitude first."""

    lower_left: tuple[float, float]
    upper_right: tuple[float, float]
    crs: str = CRS84


class TiledLayer(_Tiled):
    """A layer of tiles, named as the collection that it holds."""

    id: str
    title: str
    data_type: Literal["vector"] = "vector"
    bounding_box: TiledBox | None = None
    links: list[Link]


class VectorLayer(BaseModel):
    """The same layer in TileJSON, with its attributes."""

    id: str
    description: str
    fields: dict[str, str]


class TileSetItem(_Tiled):
    """A tile set in the list of a collection's or of the service's."""

    title: str
    data_type: Literal["vector"] = "vector"
    crs: str
    tile_matrix_set_uri: str = Field(serialization_alias="tileMatrixSetURI")
    links: list[Link | TemplatedLink]


class TileSetsDocument(_Tiled):
    """Every tile set of a collection, or of the service."""

    title: str
    links: list[Link]
    tilesets: list[TileSetItem]


class TileSetDocument(TileSetItem):
    """Tile set metadata (OGC 17-083r4) that is TileJSON 3.0 too, which `tilejson` begins."""

    description: str
    license: str | None = None
    layers: list[TiledLayer]
    bounding_box: TiledBox | None = None
    tile_matrix_set_limits: list[TileMatrixLimits]
    tilejson: Literal["3.0.0"] = "3.0.0"
    name: str
    scheme: Literal["xyz"] = "xyz"
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: tuple[float, float, float, float] | None = None
    attribution: str | None = None
    vector_layers: list[VectorLayer] = Field(serialization_alias="vector_layers")


class Health(BaseModel):
    """Whether the service lives, or can serve."""

    status: Literal["alive", "ready"]


class ProblemDocument(BaseModel):
    """A problem (RFC 9457); `code` and `description` are OGC's names for the same."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    facts: dict[str, Any]
    code: str
    description: str
