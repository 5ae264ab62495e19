"""OGC API - Styles (draft 20-009): how a collection is drawn, for MapLibre and for QGIS."""

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import READS
from api.deps import HtmlDep, LanguageDep, LinksDep, StoreDep, TablesDep
from api.features import styles
from api.features.styles import MEDIA_TYPES, StylesDocument
from api.parameters import CollectionId
from api.responses import ALSO_PAGE, conditional, etag_of, json_response, negotiated
from api.serving.router import Router

router = Router("data", dependencies=[READS])

StyleId = Annotated[
    str, Path(alias="styleId", description="Of the list of styles.", examples=["outlines"])
]
_STYLE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A style.", "content": {kind: {} for kind in MEDIA_TYPES.values()}}
}


class StyleQuery(BaseModel):
    """The language that a style is written in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    f: Annotated[
        str | None,
        Field(description="mbs (MapLibre, by default) or qml (QGIS).", examples=["mbs"]),
    ] = None
    lang: str | None = None


@router.get(
    "/collections/{collectionId}/styles",
    summary="Styles of a collection",
    response_model=StylesDocument,
    responses=ALSO_PAGE,
)
def read_styles(
    request: Request,
    collection_id: CollectionId,
    tables: TablesDep,
    store: StoreDep,
    language: LanguageDep,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """The ways to draw a collection, that of our own maps first."""
    entry = tables.collection(collection_id)
    found = styles.styles_document(entry, store.current(), links, language, is_html=is_html)
    return negotiated(request, "api/styles.html", found, title=found.title, collection=entry)


@router.get(
    "/collections/{collectionId}/styles/{styleId}",
    summary="A style of a collection",
    response_class=Response,
    responses=_STYLE,
)
def read_style(
    request: Request,
    collection_id: CollectionId,
    style_id: StyleId,
    query: Annotated[StyleQuery, Query()],
    tables: TablesDep,
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """A style whose classes, colours and lines are those of our own maps, its legend in the reader's language.

    A style of MapLibre names the collection's vector tiles as its source. It writes no names, as there are no glyphs
    here; that of QGIS does.
    """
    entry, now = tables.collection(collection_id), store.current()
    table = tables.table(entry, language)
    form = styles.form_of(query.f, request.headers.get("accept", ""))

    def answer() -> Response:
        if form == "qml":
            text = styles.qgis_style(entry, table, now, style_id, language=language)
            headers = {
                "Content-Language": language,
                "Content-Disposition": f'inline; filename="{styles.file_name(entry, style_id)}.qml"',
            }
            return Response(text, media_type=MEDIA_TYPES[form], headers=headers)
        found = styles.map_style(entry, table, now, style_id, links=links, language=language)
        return json_response(request, found, media_type=MEDIA_TYPES[form])

    etag = etag_of(entry.key, now.identity, style_id, form, language, links)
    return conditional(request, etag, answer)


@router.get(
    "/styles",
    summary="Styles of the whole map",
    response_model=StylesDocument,
    responses=ALSO_PAGE,
)
def read_map_styles(
    request: Request, store: StoreDep, language: LanguageDep, is_html: HtmlDep, links: LinksDep
) -> Response:
    """The ways to draw regencies, kecamatan and zones in one map, that of our own map first."""
    found = styles.map_styles_document(store.current(), links, language, is_html=is_html)
    return negotiated(request, "api/styles.html", found, title=found.title, collection=None)


@router.get(
    "/styles/{styleId}",
    summary="A style of the whole map",
    response_class=Response,
    responses={200: {"description": "A style.", "content": {MEDIA_TYPES["mbs"]: {}}}},
)
def read_map_style(
    request: Request,
    style_id: StyleId,
    query: Annotated[StyleQuery, Query()],
    tables: TablesDep,
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Regencies by an indicator, kecamatan (switched off) and zones by class, for MapLibre alone."""
    styles.require_mbs(query.f)
    now = store.current()

    def answer() -> Response:
        found = styles.whole_map_style(tables, now, style_id, links=links, language=language)
        return json_response(request, found, media_type=MEDIA_TYPES["mbs"])

    return conditional(request, etag_of("map", now.identity, style_id, language, links), answer)
