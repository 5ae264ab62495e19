"""The map of any collection: its page, and the single file of it for a memory stick."""

import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from fastapi import Request

from api.collections import Collection, PreparedTable, Tables
from api.deps import base_of, region_or_none
from geo.language import Language
from geo.store.versions import Version

if TYPE_CHECKING:
    from geo.tiles.coarse import Outlines
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
    root, region = urlsplit(base_of(request)).path, region_or_none(request)
    view = _view(entry, tables.outlines(entry), language, root=root)
    return layer_page(
        view,
        language=language,
        state={n: v for n, v in request.query_params.items() if n == "lang"},
        assets=Assets(base=f"{root}/static", nonce=nonce, standalone=standalone),
        root=root,
        outlines=_outlines(entry, tables.table(entry, language), view.title)
        if standalone
        else None,
        tagline=None if region is None else region.title,
    )


def _view(entry: Collection, outlines: "Outlines", language: Language, *, root: str) -> "LayerView":
    from maps.pages.layer_page import LayerView

    version, names = entry.version, outlines.properties
    if entry.schema is not None and entry.schema.key not in names:
        names = (entry.schema.key, *names)
    facts: dict[str, Any] = {}
    if version is not None:
        published = datetime.datetime.fromisoformat(version.published_at).date()
        facts = {
            "source": version.source_text.to(language),
            "licence": version.licence_text.to(language),
        }
        facts |= {"version": version.number, "published": published}
        facts |= _classes(version, root, language)
    return LayerView(
        id=entry.id,
        title=entry.title.to(language),
        description=entry.description.to(language),
        count=len(outlines.bounds),
        bounds=outlines.extent,
        fields=entry.titles(names, language),
        key=entry.schema.key if entry.schema else "area_id",
        **facts,
    )


def _classes(version: Version, root: str, language: Language) -> dict[str, Any]:
    """The tiles and the legend of the raster behind a layer of classes; nothing of another layer."""
    from geo.land.raster import named_classes
    from geo.published import CLASSES_PREFIX
    from maps.tiles import land_legend, ranked_palette

    titles = named_classes(version.details)
    if not (titles and version.dataset.startswith(CLASSES_PREFIX)):
        return {}
    name = version.dataset.removeprefix(CLASSES_PREFIX)
    legend = land_legend(name, "", ranked_palette(tuple(titles)), language, titles=titles)
    return {"tiles": f"{root}/tiles/{name}/{{z}}/{{x}}/{{y}}.png", "classes": legend.entries}


def _outlines(entry: Collection, table: PreparedTable, title: str) -> dict[str, Any]:
    from maps.pages.layer_page import outlines_for_file

    found = table.features.properties(np.arange(len(table.features)))
    attributes = {str(one["id"]): one["properties"] for one in found}
    return outlines_for_file(entry.frame("id"), features=attributes, title=title)
