"""OGC API - Features: pages of features, and single features. The answers are of `api/features/answers.py`."""

from collections.abc import AsyncIterator, Iterable
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.access import READS
from api.collections import Collection, PreparedTable
from api.deps import HtmlDep, LanguageDep, LinksDep, SettingsDep, TablesDep, links_of
from api.features import linked_data
from api.features.answers import Answer, Found, item_answer, item_links, items_answer
from api.features.crs import crs_or_default
from api.features.encodings import form_of
from api.features.forms import WHOLE
from api.features.items_page import in_words, items_page
from api.features.page import Page
from api.links import GEOJSON, HTML
from api.ogc_models import Feature, FeatureCollection
from api.parameters import CollectionId, ItemQuery, ItemsQuery
from api.responses import conditional, etag_of, html_response
from api.serving.compression import coding_of
from geo.language import Language

router = APIRouter(tags=["data"], dependencies=[READS])

FeatureId = Annotated[
    str, Path(alias="featureId", description="Id of a feature.", examples=["cahaya-baru"])
]
_GEOJSON_FEATURES: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page of features.", "content": {GEOJSON: {}, HTML: {}}}
}


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
    links: LinksDep,
) -> Response:
    """A page of features. Any property is a filter: `name=Angsana`."""
    form = form_of(query.f, request.headers.get("accept", ""))
    entry = tables.collection(collection_id, query.version)
    prepared = tables.table(entry, language)
    if form == "html":
        return items_page(request, entry, prepared, query, language=language, settings=settings)
    table = prepared.features
    page = Page.asked(query, entry, table, language=language, settings=settings)
    if form in WHOLE:
        page = page.whole()
    found = Found(entry, table, page)

    def answer() -> Response:
        # What is prepared is sooner there than any coding is made.
        accepted = request.headers.get("accept-encoding", "")
        takes_gzip = coding_of(accepted, offered=("gzip", "zstd")) == "gzip"
        return _sent(items_answer(found, form, links, takes_gzip=takes_gzip), language)

    etag = etag_of(entry.key, page.canonical, form, language, links)
    return conditional(request, etag, answer, is_page=False)


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
    prepared = tables.table(entry, language)
    table = prepared.features
    place = table.place(feature_id)
    crs = crs_or_default(query.crs, entry, table, parameter="crs")

    def answer() -> Response:
        if is_html:
            return _item_page(request, entry, prepared, feature_id, language)
        return _sent(item_answer(entry, table, place, crs=crs, links=links), language)

    etag = etag_of(entry.key, feature_id, crs, is_html, language, links)
    return conditional(request, etag, answer)


def _sent(answer: Answer, language: Language) -> Response:
    headers = {"Content-Language": language, **answer.headers}
    if isinstance(answer.content, bytes):
        return Response(answer.content, media_type=answer.media_type, headers=headers)
    # What takes no time needs no thread for each part.
    content = _each(answer.content) if answer.is_copied else answer.content
    return StreamingResponse(content, media_type=answer.media_type, headers=headers)


async def _each(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def _item_page(
    request: Request, entry: Collection, table: PreparedTable, feature_id: str, language: Language
) -> Response:
    from maps.escape import shown_text

    feature = orjson.loads(table.features.feature(feature_id))
    links = links_of(request)
    around = item_links(links, entry.id, feature_id, is_html=True)
    return html_response(
        request,
        "api/item.html",
        title=shown_text(feature["properties"].get("name"), language) or feature_id,
        collection=entry,
        fields=entry.field_titles(table, language),
        feature=feature,
        said=in_words(entry, language),
        links_by_rel={link["rel"]: link for link in around},
        others=[link for link in around if link["rel"] == "alternate"],
        linked=lambda: linked_data.place(entry, table, feature, links),
    )
