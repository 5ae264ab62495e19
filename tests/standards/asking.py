"""How the tests of the room ask, and what they read of an answer."""

import json
import re
from functools import cache
from urllib.parse import quote

import shapely

from tests.standards.hard_layers import HARD

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
PROBLEM, SCHEMA = "application/problem+json", "application/schema+json"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
CRS = "http://www.opengis.net/def/crs/"
CRS84 = CRS + "OGC/1.3/CRS84"
SHIPPED = ("desa", "ground", "idm", "kecamatan", "regencies", "zones", "readiness")
COLLECTIONS = (*SHIPPED, *HARD)
# Whose shapes or words no other has; all others are asked for less where a case cannot differ.
TELLING = ("desa", *HARD)
# Without a place, without anything.
PLACED = tuple(name for name in COLLECTIONS if name != "kosong")


def path(collection, *segments):
    """The address of a collection, or of something below it, with any characters."""
    return "/collections/" + "/".join(quote(one, safe="") for one in (collection, *segments))


@cache
def items(client, collection, **query):
    """A page of features, asked for once; `bbox_crs` asks by `bbox-crs`."""
    asked = {name.replace("_", "-"): value for name, value in query.items()}
    answer = client.get(path(collection, "items"), params=asked, headers={"Accept": GEOJSON})
    assert answer.status_code == 200, f"{answer.url}: {answer.text[:400]}"
    return answer


@cache
def everything(client, collection):
    """Every feature of a collection, asked for once."""
    return items(client, collection, limit=10_000).json()["features"]


@cache
def shapes(client, collection):
    """The geometry of every feature of a collection, in its order."""
    return [shape_of(feature) for feature in everything(client, collection)]


def ids(page):
    """The ids of a page of features, or of an answer that is one."""
    document = page if isinstance(page, dict) else page.json()
    return [feature["id"] for feature in document["features"]]


def refused(answer, status=400):
    """An answer that says what was wrong: RFC 9457, in a sentence."""
    assert answer.status_code == status, f"{answer.url}: {answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"] == PROBLEM
    document = answer.json()
    assert document["status"] == status
    assert document["title"]
    assert document["detail"].rstrip().endswith((".", "?"))
    assert "Traceback" not in answer.text
    return document


def links_of(document, rel, media_type=None):
    """The links of a relation, which every one has with an address and a media type."""
    for link in document["links"]:
        assert {"href", "rel", "type"} <= link.keys(), link
        assert re.match(r"https?://", link["href"]), link
    of_rel = [link for link in document["links"] if link["rel"] == rel]
    return [link for link in of_rel if media_type in (None, link["type"])]


def href(document, rel, media_type=None):
    """The one address of a relation."""
    found = links_of(document, rel, media_type)
    assert len(found) == 1, (rel, media_type, found)
    return found[0]["href"]


def shape_of(feature):
    """A feature's geometry; None where it has none."""
    geometry = feature["geometry"]
    return None if geometry is None else shapely.from_geojson(json.dumps(geometry))


def parameters_of(api, address):
    """The parameters of a GET by name, without what only people read."""
    found = {}
    for one in api["paths"][address]["get"]["parameters"]:
        if "$ref" in one:
            one = api["components"]["parameters"][one["$ref"].rsplit("/", 1)[1]]
        assert one["name"] not in found, f"{address}: two parameters are called {one['name']}"
        found[one["name"]] = {k: v for k, v in one.items() if k not in ("description", "example")}
    return found
