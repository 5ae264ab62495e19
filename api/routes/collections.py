"""OGC API - Features: what collections there are, and what each one is."""

from typing import Annotated, Any

from fastapi import Path, Request, Response

from api.access import READS
from api.collections import Collection, PreparedTable, enclosure
from api.deps import (
    HtmlDep,
    LanguageDep,
    LinksDep,
    TablesDep,
)
from api.features import linked_data
from api.features.crs import offered_crs, storage_crs
from api.features.schemas import QUERYABLES, RETURNABLES, SCHEMA, SORTABLES
from api.features.styles import style_links
from api.links import GEOJSON, HTML, JSON, Links
from api.ogc_models import (
    CollectionDocument,
    CollectionsDocument,
    Extent,
    Link,
    SpatialExtent,
    TemporalExtent,
)
from api.parameters import CollectionId
from api.responses import negotiated
from api.serving.router import Router
from api.tile_documents import of_collection, tile_set_links
from geo.language import Language, texts
from geo.tiles.times import temporal_extent
from geo.vector.file_formats import FORMATS

_SAY = texts(__name__)

router = Router("data", dependencies=[READS])

FeatureId = Annotated[
    str, Path(alias="featureId", description="Id of a feature.", examples=["cahaya-baru"])
]
_GEOJSON_FEATURES: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page of features.", "content": {GEOJSON: {}, HTML: {}}}
}


@router.get("/collections", summary="Collections", response_model=CollectionsDocument)
def collections(
    request: Request,
    tables: TablesDep,
    language: LanguageDep,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """Every collection: published layers and what is computed from them."""
    found = CollectionsDocument(
        links=_links(links.representations("collections", is_html=is_html)),
        collections=[
            _described(entry, tables.table(entry, language), language, links)
            for entry in tables.offered(language)
        ],
    )
    title = _SAY["collections"].to(language)
    datasets = [
        linked_data.dataset_in_short(entry, links, language) for entry in tables.collections()
    ]
    return negotiated(
        request,
        "api/collections.html",
        found,
        title=title,
        linked=lambda: linked_data.catalog(
            links, title=title, description=_SAY["catalog"].to(language), datasets=datasets
        ),
    )


@router.get(
    "/collections/{collectionId}", summary="One collection", response_model=CollectionDocument
)
def collection(
    request: Request,
    collection_id: CollectionId,
    tables: TablesDep,
    language: LanguageDep,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """What a collection is, where it lies and where its features are."""
    from maps.qgis import layer_style

    entry = tables.collection(collection_id)
    table = tables.table(entry, language)
    found = _described(entry, table, language, links, is_html=is_html)
    return negotiated(
        request,
        "api/collection.html",
        found,
        title=found.title,
        version=entry.version,
        fields=entry.field_titles(table, language),
        count=len(table.features),
        tiles=of_collection(entry, None).address(links, "{z}/{y}/{x}"),
        style=layer_style(entry.id, language) is not None,
        layer=entry.layer,
        linked=lambda: linked_data.dataset(entry, table, links, language),
    )


def _links(links: list[dict[str, str]]) -> list[Link]:
    return [Link(**link) for link in links]


def _described(
    entry: Collection,
    table: PreparedTable,
    language: Language,
    links: Links,
    *,
    is_html: bool = False,
) -> CollectionDocument:
    path = ("collections", entry.id)
    found = [
        *links.representations(*path, is_html=is_html),
        links.link("items", GEOJSON, *path, "items", f="json"),
        links.link("items", HTML, *path, "items", f="html"),
        *tile_set_links(entry, links),
        *style_links(entry, links),
    ]
    found += [
        links.link(rel, SCHEMA, *path, name)
        for rel, name in (
            *((QUERYABLES, "queryables"), (SORTABLES, "sortables")),
            # Part 5's own relation, and the one that GDAL and others look for.
            *((RETURNABLES, "schema"), ("describedby", "schema")),
        )
    ]
    found += [enclosure(entry, format, links) for format in FORMATS]
    if entry.version is not None:
        # A part has the versions of its layer.
        history = ("collections", entry.layer, "versions")
        found.append(links.link("version-history", JSON, *history, f="json"))
    return CollectionDocument(
        id=entry.id,
        title=entry.title.to(language),
        description=entry.description.to(language),
        extent=_extent(table),
        crs=offered_crs(entry, table.features),
        storage_crs=storage_crs(entry),
        links=_links(found),
    )


def _extent(table: PreparedTable) -> Extent | None:
    where, when = table.features.extent, temporal_extent(table.features)
    if where is None and when is None:
        return None
    return Extent(
        spatial=None if where is None else SpatialExtent(bbox=[list(where)]),
        temporal=None if when is None else TemporalExtent(interval=[list(when)]),
    )
