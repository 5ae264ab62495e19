"""Filters in links, older versions and the forms of features; tests/standards holds the standard."""

import json
from urllib.parse import quote

import geopandas as gpd
import pyogrio
import pytest
from fastapi.testclient import TestClient

from tests.api.test_uploads import open_service, published, regencies, zones

CRS = "http://www.opengis.net/def/crs"
CRS84, EPSG = f"{CRS}/OGC/1.3/CRS84", f"{CRS}/EPSG/0"
ITEMS = "/collections/zones/items"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    store, app = open_service(tmp_path_factory.mktemp("filters"))
    published(store, "zones", zones().assign(area_ha=[12.5, None, 7.0]))
    published(store, "regencies", regencies().to_crs("EPSG:32750"))
    with TestClient(app) as opened:
        yield opened
    store.close()


def features(client, query, path=ITEMS):
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["features"]


def ids(client, query):
    return [one["id"] for one in features(client, query)]


def test_a_filter_stays_in_the_links_to_other_pages_in_text_and_in_json(client):
    tree = json.dumps({"op": "isNull", "args": [{"property": "geometry"}]})
    tree = json.dumps({"op": "not", "args": [json.loads(tree)]})
    for given in ("filter=zone_id <> 'x'", f"filter={quote(tree)}&filter-lang=cql2-json"):
        first = client.get(f"{ITEMS}?{given}&limit=1").json()
        [link] = [one["href"] for one in first["links"] if one["rel"] == "next"]
        second = client.get(link).json()
        assert second["numberMatched"] == first["numberMatched"] > 1
        assert second["features"][0]["id"] != first["features"][0]["id"]


def test_an_older_version_is_read_by_its_number(client):
    known = {"filter": "area_ha IS NOT NULL", "limit": "100"}
    counts = [
        client.get(ITEMS, params=known | {"version": version}).json()["numberMatched"]
        for version in (1, 2)
    ]
    assert counts == [0, 2]
    assert client.get(f"{ITEMS}?version=99").status_code == 404


# Formats


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("geojsonseq", "application/geo+json-seq"),
        ("jsonfg", "application/fg+json"),
        ("fgb", "application/flatgeobuf"),
        ("parquet", "application/vnd.apache.parquet"),
        ("csv", "text/csv"),
        ("gpkg", "application/geopackage+sqlite3"),
        ("shp", "application/zip"),
    ],
)
def test_features_come_in_many_forms_under_the_same_filter(client, tmp_path, form, media_type):
    given = {"filter": "regency_code='63.10'", "crs": f"{EPSG}/32750"}
    answer = client.get(ITEMS, params=given | {"f": form})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(media_type)
    assert answer.headers["content-crs"] == f"<{EPSG}/32750>"
    by_header = client.get(ITEMS, params=given, headers={"Accept": media_type})
    assert by_header.headers["content-type"] == answer.headers["content-type"]
    if form == "geojsonseq":
        found = [json.loads(part)["id"] for part in answer.text.split("\x1e")[1:]]
    elif form == "jsonfg":
        document = answer.json()
        assert all(f["geometry"] is None and f["place"] for f in document["features"])
        found = [f["id"] for f in document["features"]]
    else:
        path = tmp_path / ("items.zip" if form == "shp" else f"items.{form}")
        path.write_bytes(answer.content)
        frame = gpd.read_parquet(path) if form == "parquet" else pyogrio.read_dataframe(path)
        found = [*frame["zone_id"]]
    # The index of a FlatGeobuf has an order of its own.
    assert (sorted(found) if form == "fgb" else found) == ["angsana", "sebamban"]


def test_a_form_that_is_none_is_400(client):
    answer = client.get(f"{ITEMS}?f=docx")
    assert answer.status_code == 400
    assert "geojsonseq" in answer.json()["detail"]
