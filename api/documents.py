"""The JSON documents that the service answers with, as the OGC standards define them.

Routes fill the small ones; pages of features are joined from prepared bytes and only described
here, for the OpenAPI document.
"""

from typing import Any, Literal

from pydantic import BaseModel, Field

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


class Link(BaseModel):
    """A link to another resource."""

    href: str
    rel: str
    type: str
    title: str | None = None


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


class Extent(BaseModel):
    """Where the features of a collection lie."""

    spatial: SpatialExtent


class CollectionDocument(BaseModel):
    """What a collection is and where its features are."""

    id: str
    title: str
    description: str
    extent: Extent | None = None
    item_type: Literal["feature"] = Field(default="feature", serialization_alias="itemType")
    crs: list[str] = [CRS84]
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
    time_stamp: str = Field(
        serialization_alias="timeStamp", json_schema_extra={"format": "date-time"}
    )
    number_matched: int = Field(serialization_alias="numberMatched", ge=0)
    number_returned: int = Field(serialization_alias="numberReturned", ge=0)
    links: list[Link]
    features: list[Feature]


class VersionDocument(BaseModel):
    """One published version of a layer."""

    number: int
    sha256: str
    published_at: str
    published_by: str
    note: str
    source: str
    licence: str
    size_bytes: int
    current: bool


class VersionsDocument(BaseModel):
    """Every version of a layer, the newest first."""

    collection: str
    versions: list[VersionDocument]
    links: list[Link]


class Health(BaseModel):
    """Whether the service lives, or can serve."""

    status: Literal["alive", "ready"]


class ProblemDocument(BaseModel):
    """A problem (RFC 9457); `code` and `description` are OGC's names for the same."""

    type: str
    title: str
    status: int
    detail: str
    facts: dict[str, Any]
    code: str
    description: str
