"""OGC API - Features: collections, pages of features, single features."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.access import READS
from api.collections import Collection, PreparedTable, enclosure
from api.deps import (
    HtmlDep,
    LanguageDep,
    LinksDep,
    SettingsDep,
    TablesDep,
    links_of,
)
from api.features import linked_data
from api.features.crs import crs_or_default, offered_crs, storage_crs, writing_in
from api.features.encodings import (
    Answer,
    blocks,
    form_of,
    json_fg,
    opened_file,
    sequence,
)
from api.features.forms import FILES, MEDIA_TYPES, Form
from api.features.items_page import in_words, items_page
from api.features.page import Page
from api.features.schemas import QUERYABLES, SCHEMA, SORTABLES
from api.features.styles import style_links
from api.links import GEOJSON, HTML, JSON, Links
from api.ogc_models import (
    CollectionDocument,
    CollectionsDocument,
    Extent,
    Feature,
    FeatureCollection,
    Link,
    SpatialExtent,
    TemporalExtent,
)
from api.parameters import CollectionId, ItemQuery, ItemsQuery
from api.responses import conditional, etag_of, html_response, json_bytes, negotiated
from api.tile_documents import of_collection, tile_set_links
from geo.language import Language, texts
from geo.tiles.features_written import written
from geo.tiles.times import temporal_extent
from geo.vector.file_formats import FORMATS

_SAY = texts(__name__)

router = APIRouter(tags=["data"], dependencies=[READS])

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


@router.get(
    "/collections/{collectionId}/items",
    summary="Features of a collection",
    response_model=FeatureCollection,
    responses=_GEOJSON_FEATURES,
)
def items(
    request: Request,
    collection_id: CollectionId,
    query: Annotated[ItemsQuery, Query()],
    tables: TablesDep,
    settings: SettingsDep,
    language: LanguageDep,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """A page of features. Any property is a filter: `name=Angsana`."""
    entry = tables.collection(collection_id, query.version)
    table = tables.table(entry, language)
    form = form_of(request, "html" if is_html else "json")
    if form == "html":
        return items_page(request, entry, table, query, language=language, settings=settings)
    page = Page.asked(query, entry, table.features, settings=settings)
    if form in (*FILES, "geojsonseq"):
        page = page.whole()

    def answer() -> Response:
        headers = {"Content-Language": language, "Content-Crs": f"<{page.crs}>"}
        headers |= _queryables(links, entry)
        if form == "json":
            content = _feature_collection(table, page, links, entry.id)
            return Response(content, media_type=GEOJSON, headers=headers)
        return _in_form(form, Answer(entry.id, table.features, page), links, headers)

    etag = etag_of(entry.key, page.canonical, form, language, links)
    return conditional(request, etag, answer)


@router.get(
    "/collections/{collectionId}/items/{featureId:path}",
    summary="One feature",
    response_model=Feature,
    responses={200: {"description": "The feature.", "content": {GEOJSON: {}, HTML: {}}}},
)
def item(
    request: Request,
    collection_id: CollectionId,
    feature_id: FeatureId,
    query: Annotated[ItemQuery, Query()],
    tables: TablesDep,
    language: LanguageDep,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """One feature by its id."""
    entry = tables.collection(collection_id, query.version)
    table = tables.table(entry, language)
    place = table.features.place(feature_id)
    crs = crs_or_default(query.crs, entry, table.features, parameter="crs")

    def answer() -> Response:
        if is_html:
            return _item_page(request, entry, table, feature_id, language)
        around = _item_links(links, entry.id, feature_id)
        feature = written(table.features, place, writing_in(crs))
        content = feature[:-1] + b',"links":' + json_bytes(around) + b"}"
        headers = {"Content-Language": language, "Content-Crs": f"<{crs}>"}
        return Response(content, media_type=GEOJSON, headers=headers)

    etag = etag_of(entry.key, feature_id, crs, is_html, language, links)
    return conditional(request, etag, answer)


def _in_form(form: Form, answer: Answer, links: Links, headers: dict[str, str]) -> Response:
    """A page of features in another form than GeoJSON and HTML."""
    media_type = MEDIA_TYPES[form]
    if form == "jsonfg":
        matched = answer.selection.matched
        around = answer.page.links(links, answer.collection, matched=matched, form=form)
        return Response(json_fg(answer, around), media_type=media_type, headers=headers)
    if form == "geojsonseq":
        return StreamingResponse(sequence(answer), media_type=media_type, headers=headers)
    file = opened_file(answer, form)
    name = f'attachment; filename="items.{FILES[form]}"'
    headers |= {"Content-Disposition": name, "Content-Length": str(file.seek(0, 2))}
    return StreamingResponse(blocks(file), media_type=media_type, headers=headers)


def _queryables(links: Links, entry: Collection) -> dict[str, str]:
    """The header that leads from features to what they can be filtered on (OGC 19-079r2, 6.4)."""
    address = links.url("collections", entry.id, "queryables")
    return {"Link": f'<{address}>; rel="{QUERYABLES}"; type="{SCHEMA}"'}


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
        for rel, name in ((QUERYABLES, "queryables"), (SORTABLES, "sortables"))
    ]
    found.append(links.link("describedby", SCHEMA, *path, "schema"))
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


def _feature_collection(table: PreparedTable, page: Page, links: Links, collection: str) -> bytes:
    selection = page.of(table.features)
    head = {
        "type": "FeatureCollection",
        # Prepared features are the answer; the same bytes keep the same time and the same ETag.
        "timeStamp": table.prepared_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberMatched": selection.matched,
        "numberReturned": len(selection.indices),
        "links": page.links(links, collection, matched=selection.matched),
    }
    features = written(table.features, selection.indices, page.writing)
    return json_bytes(head)[:-1] + b',"features":[' + features + b"]}"


def _item_page(
    request: Request, entry: Collection, table: PreparedTable, feature_id: str, language: Language
) -> Response:
    from maps.escape import shown_text

    feature = orjson.loads(table.features.feature(feature_id))
    links = links_of(request)
    around = _item_links(links, entry.id, feature_id, is_html=True)
    return html_response(
        request,
        "api/item.html",
        title=shown_text(feature["properties"].get("name"), language) or feature_id,
        collection=entry,
        fields=entry.field_titles(table, language),
        feature=feature,
        said=in_words(entry, language),
        links_by_rel=_by_rel(around),
        linked=lambda: linked_data.place(entry, table, feature, links),
    )


def _item_links(
    links: Links, collection: str, feature_id: str, *, is_html: bool = False
) -> list[dict[str, str]]:
    path = ("collections", collection, "items", feature_id)
    return [
        *links.representations(*path, media_type=GEOJSON, is_html=is_html),
        links.link("collection", JSON, "collections", collection, f="json"),
    ]


def _by_rel(links: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {link["rel"]: link for link in links}
