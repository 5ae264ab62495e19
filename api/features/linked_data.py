"""What the pages of data say to programs that read pages: schema.org in JSON-LD.

A search engine and a national portal find by it what there is, under which licence, where and when.
https://schema.org/Dataset, https://schema.org/DataCatalog, https://schema.org/Place. What is not known
is left out.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from api.collections import Collection, PreparedTable, enclosure
from api.links import GEOJSON, Links
from geo.language import MOST_NAME, Language, shortened
from geo.tiles.features import Bbox
from geo.tiles.times import temporal_extent
from geo.vector.file_formats import FORMATS

_CONTEXT = "https://schema.org/"


def catalog(
    links: Links, *, title: str, description: str, datasets: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The service as a DataCatalog; `datasets` are its collections, where they are told."""
    found = {
        "@context": _CONTEXT,
        "@type": "DataCatalog",
        "@id": _catalog_id(links),
        "name": title,
        "description": description,
        "url": links.url("collections", f="html"),
        "dataset": list(datasets),
    }
    return _known(found)


def dataset_in_short(entry: Collection, links: Links, language: Language) -> dict[str, Any]:
    """A collection in the list of all."""
    return {
        "@type": "Dataset",
        "@id": _dataset_id(links, entry),
        "name": entry.title.to(language),
        "description": entry.description.to(language),
        "url": links.url("collections", entry.id, f="html"),
    } | _said_of_version(entry, language)


def dataset(
    entry: Collection, table: PreparedTable, links: Links, language: Language
) -> dict[str, Any]:
    """A collection with where and when it is, what it tells, and where it is to be had."""
    features, time = table.features, temporal_extent(table.features)
    fields = {field.name: field for field in entry.schema.fields} if entry.schema else {}
    titles = entry.field_titles(table, language)
    variables = [
        _known(
            {
                "@type": "PropertyValue",
                "name": name,
                "description": titles[name],
                "unitText": fields[name].unit if name in fields else None,
            }
        )
        for name in features.fields
    ]
    files = [enclosure(entry, format, links) for format in FORMATS]
    features_link = links.link(
        "items", GEOJSON, "collections", entry.id, "items", title="GeoJSON", f="json"
    )
    found = dataset_in_short(entry, links, language) | {
        "@context": _CONTEXT,
        "identifier": entry.id,
        "inLanguage": language,
        "isAccessibleForFree": True,
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": _catalog_id(links)},
        "spatialCoverage": None
        if features.extent is None
        else {"@type": "Place", "geo": _shape(features.extent)},
        "temporalCoverage": None if time is None else "/".join(time),
        "variableMeasured": variables,
        "distribution": [_download(link) for link in (features_link, *files)],
    }
    return _known(found)


def places(
    entry: Collection, features: Sequence[Mapping[str, Any]], links: Links, language: Language
) -> dict[str, Any]:
    """A page of features as a list of places."""
    return {
        "@context": _CONTEXT,
        "@type": "ItemList",
        "name": entry.title.to(language),
        "itemListElement": [
            {"@type": "ListItem", "position": n, "item": _place(entry, feature, links)}
            for n, feature in enumerate(features, start=1)
        ],
    }


def place(
    entry: Collection, table: PreparedTable, feature: Mapping[str, Any], links: Links
) -> dict[str, Any]:
    """A feature as a Place with its properties."""
    features = table.features
    west, south, east, north = features.shapes().bounds[features.place(feature["id"])][0].tolist()
    own = [
        {"@type": "PropertyValue", "name": name, "value": _short(value)}
        for name, value in feature["properties"].items()
        if isinstance(value, str | int | float)
    ]
    found = _place(entry, feature, links) | {
        "@context": _CONTEXT,
        "identifier": feature["id"],
        "geo": None if math.isnan(west) else _shape((west, south, east, north)),
        "additionalProperty": own,
        "subjectOf": {"@type": "Dataset", "@id": _dataset_id(links, entry)},
    }
    return _known(found)


def _place(entry: Collection, feature: Mapping[str, Any], links: Links) -> dict[str, Any]:
    address = links.url("collections", entry.id, "items", feature["id"], f="html")
    name = feature["properties"].get("name")
    return {
        "@type": "Place",
        "@id": Links(links.base).url("collections", entry.id, "items", feature["id"]),
        "name": _short(name) if isinstance(name, str) and name.strip() else feature["id"],
        "url": address,
    }


def _short(value: Any) -> Any:
    # As on the page itself; the whole text is in the data.
    return shortened(value, MOST_NAME) if isinstance(value, str) else value


def _said_of_version(entry: Collection, language: Language) -> dict[str, Any]:
    version = entry.version
    if version is None:
        return {}
    licence, source = version.licence_text.to(language), version.source_text.to(language)
    found = {
        "version": str(version.number),
        "dateModified": version.published_at,
        "license": {"@type": "CreativeWork", "name": licence} if licence else None,
        "creator": {"@type": "Organization", "name": source} if source else None,
    }
    return _known(found)


def _download(link: Mapping[str, str]) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": link["title"],
        "encodingFormat": link["type"],
        "contentUrl": link["href"],
    }


def _shape(bounds: Bbox) -> dict[str, Any]:
    """A box as schema.org has it: the south-western and the north-eastern corner, latitude first."""
    west, south, east, north = bounds
    if (west, south) == (east, north):
        return {"@type": "GeoCoordinates", "latitude": south, "longitude": west}
    return {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}


def _catalog_id(links: Links) -> str:
    return Links(links.base).url("collections")


def _dataset_id(links: Links, entry: Collection) -> str:
    return Links(links.base).url("collections", entry.id)


def _known(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value not in (None, [])}
