"""The page of one feature: its properties in words, where it lies, and its files."""

from collections.abc import Iterable
from typing import Any

import orjson
from fastapi import Request, Response

from api.collections import Collection, Tables
from api.deps import links_of
from api.features import linked_data
from api.features.answers import item_links
from api.features.conditions import address
from api.features.forms import TAKEN, TITLES, file_name
from api.features.properties import quoted_name, quoted_text
from api.features.words import is_year, words_of
from api.links import Links
from api.responses import html_response
from geo.language import Language
from geo.tiles.features import FeatureTable


def item_page(
    request: Request, entry: Collection, feature_id: str, *, tables: Tables, language: Language
) -> Response:
    """One feature for a reader."""
    from maps.escape import shown_text

    table = tables.table(entry, language)
    feature = orjson.loads(table.features.feature(feature_id))
    links, fields = links_of(request), entry.field_titles(table, language)
    around = item_links(links, entry.id, feature_id, is_html=True)
    return html_response(
        request,
        "api/item.html",
        title=shown_text(feature["properties"].get("name"), language) or feature_id,
        collection=entry,
        fields=fields,
        years=frozenset(filter(is_year, fields)),
        feature=feature,
        said=words_of(entry, tables, language),
        links_by_rel={link["rel"]: link for link in around},
        others=[link for link in around if link["rel"] == "alternate"],
        downloads=list(_downloads(entry, table.features, feature_id, links)),
        linked=lambda: linked_data.place(entry, table, feature, links),
    )


def _downloads(
    entry: Collection, table: FeatureTable, feature_id: str, links: Links
) -> Iterable[dict[str, Any]]:
    """The feature in every form; none where no property repeats its id."""
    key = next((name for name in table.fields if table.repeats_ids(name)), None)
    if key is None:
        return
    asked = {"filter": f"{quoted_name(key)} = {quoted_text(feature_id)}"}
    if entry.version is not None and not entry.version.is_current:
        asked |= {"version": str(entry.version.number)}
    for form in TAKEN:
        href = address(links, entry.id, asked, form)
        yield {"title": TITLES[form], "href": href, "name": file_name(feature_id, form)}
