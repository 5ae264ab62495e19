"""The map of any collection: its page, and the single file of it for a memory stick."""

import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from fastapi import Request

from api.collections import Collection, PreparedTable, Tables
from api.deps import base_of
from geo.language import Language

if TYPE_CHECKING:
    from maps.pages.layer_page import LayerView


def draw_layer(
    request: Request,
    name: str,
    *,
    tables: Tables,
    language: Language,
    nonce: str = "",
    standalone: bool = False,
) -> str:
    """The page of the map of a collection.

    Raises
    ------
    LayerNotFound
    InvalidInput
        For a single file of a layer that is too big for one.
    """
    # Folium is loaded by the first map, not by the start of the service.
    from maps.assets import Assets
    from maps.pages.layer_page import layer_page

    entry = tables.collection(name)
    table = tables.table(entry, language)
    root = urlsplit(base_of(request)).path
    view = _view(entry, table, language)
    return layer_page(
        view,
        language=language,
        state={n: v for n, v in request.query_params.items() if n == "lang"},
        assets=Assets(base=f"{root}/static", nonce=nonce, standalone=standalone),
        root=root,
        outlines=_outlines(entry, table, view.title) if standalone else None,
    )


def _view(entry: Collection, table: PreparedTable, language: Language) -> "LayerView":
    from maps.pages.layer_page import LayerView

    version = entry.version
    facts: dict[str, Any] = {}
    if version is not None:
        published = datetime.datetime.fromisoformat(version.published_at).date()
        facts = {
            "source": version.source_text.to(language),
            "licence": version.licence_text.to(language),
        }
        facts |= {"version": version.number, "published": published}
    return LayerView(
        id=entry.id,
        title=entry.title.to(language),
        description=entry.description.to(language),
        count=len(table.features),
        bounds=table.features.extent,
        fields=entry.field_titles(table, language),
        key=entry.schema.key if entry.schema else "area_id",
        **facts,
    )


def _outlines(entry: Collection, table: PreparedTable, title: str) -> dict[str, Any]:
    from maps.pages.layer_page import outlines_for_file

    found = table.features.properties(np.arange(len(table.features)))
    attributes = {str(one["id"]): one["properties"] for one in found}
    return outlines_for_file(entry.frame("id"), features=attributes, title=title)
