"""How collections are drawn, written for MapLibre and for QGIS (OGC API - Styles, draft 20-009)."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from api.collections import Collection, PreparedTable, Tables
from api.links import JSON, Links
from api.ogc_models import Link
from api.parameters import InvalidParameter
from api.tile_documents import MAX_ZOOM, of_collection
from geo.language import Language, texts
from geo.store.versions import Published
from geo.tiles.geometry_kinds import kinds_in
from geo.vector.schema import GeometryKind

if TYPE_CHECKING:
    from maps.maplibre import DrawnLayer

_SAY = texts(__name__)

STYLES = "http://www.opengis.net/def/rel/ogc/1.0/styles"
# From the bottom up, as on the planner's map.
MAP_LAYERS = ("regencies", "kecamatan", "zones")
StyleForm = Literal["mbs", "qml"]
# As the drafts and other servers of OGC API - Styles call them; none is registered.
MEDIA_TYPES: dict[StyleForm, str] = {
    "mbs": "application/vnd.mapbox.style+json",
    "qml": "application/vnd.qgis.qml",
}


def form_of(wanted: str | None, accept: str) -> StyleForm:
    """The language of a style by `f`, else by Accept, else MapLibre's.

    Raises
    ------
    InvalidParameter
        For an `f` that styles are not written in.
    """
    if wanted is None:
        return "qml" if MEDIA_TYPES["qml"] in accept else "mbs"
    found: StyleForm | None = next((form for form in MEDIA_TYPES if form == wanted), None)
    if found is None and wanted != "json":
        known = ", ".join(MEDIA_TYPES)
        reason = _SAY["no_form"].format(form=wanted[:40], known=known)
        raise InvalidParameter(parameter="f", reason=reason)
    return found or "mbs"


def require_mbs(wanted: str | None) -> None:
    """Raise `InvalidParameter` for a language that the style of several layers is not written in."""
    if wanted not in (None, "mbs", "json"):
        reason = _SAY["no_form"].format(form=wanted[:40], known="mbs")
        raise InvalidParameter(parameter="f", reason=reason)


def file_name(entry: Collection, style: str) -> str:
    """A name that every system takes."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", f"{entry.id}-{style}")[:80]


class StyleItem(BaseModel):
    """One way to draw a collection."""

    id: str
    title: str
    links: list[Link]


class StylesDocument(BaseModel):
    """The ways to draw a collection; `default` is that of our own maps."""

    title: str
    styles: list[StyleItem]
    default: str
    links: list[Link]


def styles_document(
    entry: Collection, now: Published, links: Links, language: Language, *, is_html: bool
) -> StylesDocument:
    """The styles of a collection."""
    from maps.pages.layer_styles import style_choices

    path = ("collections", entry.id, "styles")
    choices = style_choices(now, entry.layer)
    return StylesDocument(
        title=_SAY["styles"].format(title=entry.title.to(language)).to(language),
        styles=[
            StyleItem(
                id=name,
                title=title.to(language),
                links=[
                    Link(**links.link("stylesheet", media_type, *path, name, f=form))
                    for form, media_type in MEDIA_TYPES.items()
                ],
            )
            for name, title in choices
        ],
        default=choices[0][0],
        links=[Link(**one) for one in links.representations(*path, is_html=is_html)],
    )


def map_style(
    entry: Collection,
    table: PreparedTable,
    now: Published,
    style: str,
    *,
    links: Links,
    language: Language,
) -> dict[str, Any]:
    """A collection's vector tiles with one of its styles, for MapLibre."""
    from maps.maplibre import style_document

    layer = _tiled(entry, table, now, style, links=links, language=language)
    return style_document(f"{entry.title.to(language)}: {layer.style.title}", [layer])


def map_styles_document(
    now: Published, links: Links, language: Language, *, is_html: bool
) -> StylesDocument:
    """The styles of the whole map, which are those of the zones."""
    from maps.pages.layer_styles import style_choices

    choices = style_choices(now, MAP_LAYERS[-1])
    return StylesDocument(
        title=_SAY["map_styles"].to(language),
        styles=[
            StyleItem(
                id=name,
                title=title.to(language),
                links=[
                    Link(**links.link("stylesheet", MEDIA_TYPES["mbs"], "styles", name, f="mbs"))
                ],
            )
            for name, title in choices
        ],
        default=choices[0][0],
        links=[Link(**one) for one in links.representations("styles", is_html=is_html)],
    )


def whole_map_style(
    tables: Tables, now: Published, style: str, *, links: Links, language: Language
) -> dict[str, Any]:
    """Regencies, kecamatan (switched off) and zones in one style of MapLibre, as on the planner's map.

    Raises
    ------
    StyleNotFound
    """
    from maps.maplibre import style_document
    from maps.pages.layer_styles import require_style, style_choices

    require_style(now, MAP_LAYERS[-1], style)
    layers = []
    for entry in (one for one in tables.collections() if one.id in MAP_LAYERS):
        choices = [name for name, _ in style_choices(now, entry.id)]
        table = tables.table(entry, language)
        own = style if style in choices else choices[0]
        drawn = _tiled(entry, table, now, own, links=links, language=language)
        layers.append(replace(drawn, is_shown=entry.id != "kecamatan"))
    layers.sort(key=lambda layer: MAP_LAYERS.index(layer.id))
    title = dict(style_choices(now, MAP_LAYERS[-1]))[style].to(language)
    return style_document(f"{_SAY['map_styles'].to(language)}: {title}", layers)


def qgis_style(
    entry: Collection, table: PreparedTable, now: Published, style: str, *, language: Language
) -> str:
    """A collection's features with one of its styles, for QGIS."""
    from maps import qgis
    from maps.pages.layer_styles import OUTLINES, layer_style

    kind = _drawn_kind(entry, table)
    if style == OUTLINES and kind == "areas":
        own = qgis.layer_style(entry.layer, language)
        if own is not None:
            return own
    return qgis.class_style(
        layer_style(now, entry.layer, style, entry.title, language),
        key=entry.schema.key if entry.schema else None,
        kind=kind,
        titles=entry.field_titles(table, language),
    )


def _tiled(
    entry: Collection,
    table: PreparedTable,
    now: Published,
    style: str,
    *,
    links: Links,
    language: Language,
) -> "DrawnLayer":
    from maps.maplibre import DrawnLayer
    from maps.pages.layer_styles import layer_style

    extent, version = table.features.extent, entry.version
    tiles = of_collection(entry, extent)
    return DrawnLayer(
        id=entry.id,
        style=layer_style(now, entry.layer, style, entry.title, language),
        tiles=tiles.address(links, "{z}/{y}/{x}") + f"?v={tiles.version}",
        kinds=kinds_in(table.features.types),
        bounds=extent,
        attribution="" if version is None else version.source_text.to(language),
        max_zoom=MAX_ZOOM,
    )


def _drawn_kind(entry: Collection, table: PreparedTable) -> GeometryKind:
    """The kind of geometry that QGIS gives a layer of the collection: that of its first feature with one."""
    if entry.kind is not None:
        return entry.kind
    type_ids = table.features.type_ids
    return next(iter(kinds_in(type_ids[type_ids >= 0][:1].tolist())), "areas")


def style_links(entry: Collection, links: Links) -> list[dict[str, str]]:
    """The link from a collection to its styles."""
    return [links.link(STYLES, JSON, "collections", entry.id, "styles", f="json")]
