"""OGC API - Features, Parts 2, 3 and 5, line by line of the checklist (D26-D32, E33-E47, F49)."""

import json
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
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


# D. Part 2


@pytest.fixture
def offered(client):
    return client.get("/collections/zones").json()["crs"]


def test_d26_every_crs_is_a_uri_and_d27_crs84_is_the_first(client, offered):
    assert offered[0] == CRS84
    assert {f"{EPSG}/{code}" for code in (4326, 9470, 32750, 9490, 3857)} <= {*offered}
    assert all(uri.startswith(f"{CRS}/") for uri in offered)
    found = client.get("/collections/regencies").json()
    assert found["storageCrs"] == f"{EPSG}/32750"
    assert found["storageCrs"] in found["crs"]


def test_d28_each_crs_is_answered_and_named_and_d31_moved_back_it_is_the_same(client, offered):
    expected = features(client, "limit=100")
    for uri in offered:
        answer = client.get(f"{ITEMS}?limit=100&crs={quote(uri, safe='')}")
        assert answer.headers["content-crs"] == f"<{uri}>"
        back = pyproj.Transformer.from_crs(pyproj.CRS.from_user_input(uri), "OGC:CRS84")
        for one, other in zip(answer.json()["features"], expected, strict=True):
            assert one["properties"] == other["properties"]
            if one["geometry"] is None:
                continue
            moved = shapely.transform(
                shapely.geometry.shape(one["geometry"]),
                lambda xy, back=back: np.column_stack(back.transform(*xy.T)),
            )
            assert moved.equals_exact(shapely.geometry.shape(other["geometry"]), 1e-6)
        item = client.get(f"{ITEMS}/angsana?crs={quote(uri, safe='')}")
        assert item.headers["content-crs"] == f"<{uri}>"
        [same] = [f for f in answer.json()["features"] if f["id"] == "angsana"]
        assert item.json()["geometry"] == same["geometry"]


def test_d29_without_a_crs_the_answer_is_in_crs84(client):
    assert client.get(ITEMS).headers["content-crs"] == f"<{CRS84}>"
    assert client.get(f"{ITEMS}/angsana").headers["content-crs"] == f"<{CRS84}>"


@pytest.mark.parametrize("query", ["crs", "bbox=1,2,3,4&bbox-crs", "filter=TRUE&filter-crs"])
def test_d30_a_crs_that_is_not_listed_is_400(client, query):
    answer = client.get(f"{ITEMS}?{query}={EPSG}/28992")
    assert answer.status_code == 400
    assert "EPSG/0/32750" in answer.json()["detail"]


def test_d32_a_box_of_another_crs_finds_the_same(client):
    box = "115.5,-3.8,115.8,-3.5"
    expected = ids(client, f"bbox={box}&limit=100")
    assert 0 < len(expected)
    assert ids(client, f"bbox={box}&bbox-crs={CRS84}&limit=100") == expected
    turned = "-3.8,115.5,-3.5,115.8"
    assert ids(client, f"bbox={turned}&bbox-crs={EPSG}/4326&limit=100") == expected
    utm = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:32750").transform_bounds(
        115.5, -3.8, 115.8, -3.5
    )
    box = ",".join(map(str, utm))
    assert ids(client, f"bbox={box}&bbox-crs={EPSG}/32750&limit=100") == expected


# E. Part 3


def test_e33_the_items_lead_to_their_queryables_by_a_header(client):
    link = client.head(ITEMS).headers["link"]
    assert 'rel="http://www.opengis.net/def/rel/ogc/1.0/queryables"' in link
    assert client.get(link.split(">")[0][1:]).status_code == 200


@pytest.mark.parametrize("name", ["queryables", "sortables", "schema"])
def test_e34_f49_a_schema_says_what_can_be_asked(client, name):
    answer = client.get(f"/collections/zones/{name}")
    assert answer.headers["content-type"] == "application/schema+json"
    found = answer.json()
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["$id"].endswith(f"/collections/zones/{name}")
    assert found["properties"]["name"]["type"] == "string"
    for title, one in found["properties"].items():
        is_geometry = one.get("format", "").startswith("geometry-")
        assert ("type" in one) != is_geometry, title


def test_e35_a_property_is_a_parameter_with_lists_and_stars(client):
    assert ids(client, "zone_id=angsana") == ["angsana"]
    both = ids(client, "zone_id=angsana,sebamban")
    assert both == ["angsana", "sebamban"]
    assert "angsana" in ids(client, "name=*ngsana*&limit=100")
    assert client.get(f"{ITEMS}?area_ha=luas").status_code == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("filter=name IS NULL", 200),
        ("filter=THIS IS NOT A FILTER", 400),
        ("filter=TRUE&filter-lang=cql3", 400),
        ("filter=nope=1", 400),
        ("filter={}&filter-lang=cql2-json", 400),
    ],
)
def test_e36_e37_e47_what_is_no_filter_is_400(client, query, status):
    assert client.get(f"{ITEMS}?{query}").status_code == status


def test_e38_a_geometry_of_a_filter_may_be_in_another_crs(client):
    expected = ids(client, "filter=S_INTERSECTS(geometry,BBOX(115.5,-3.8,115.8,-3.5))&limit=100")
    assert 0 < len(expected)
    utm = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:32750").transform_bounds(
        115.5, -3.8, 115.8, -3.5
    )
    box = ",".join(map(str, utm))
    query = f"filter=S_INTERSECTS(geometry,BBOX({box}))&filter-crs={EPSG}/32750&limit=100"
    assert ids(client, query) == expected


def test_e39_all_that_is_asked_must_hold(client):
    query = "filter=name IS NOT NULL&bbox=115.5,-3.8,115.8,-3.5&zone_id=angsana&q=angsana"
    assert ids(client, query) == ["angsana"]
    assert ids(client, query.replace("q=angsana", "q=kotabaru")) == []


def test_e40_the_functions_are_listed_and_can_be_called(client):
    found = {one["name"] for one in client.get("/functions").json()["functions"]}
    assert {"length", "upper", "abs"} <= found
    assert ids(client, "filter=upper(zone_id)='ANGSANA'") == ["angsana"]


def test_a_filter_stays_in_the_links_to_other_pages_in_text_and_in_json(client):
    tree = json.dumps({"op": "isNull", "args": [{"property": "geometry"}]})
    tree = json.dumps({"op": "not", "args": [json.loads(tree)]})
    for given in ("filter=zone_id <> 'x'", f"filter={quote(tree)}&filter-lang=cql2-json"):
        first = client.get(f"{ITEMS}?{given}&limit=1").json()
        [link] = [one["href"] for one in first["links"] if one["rel"] == "next"]
        second = client.get(link).json()
        assert second["numberMatched"] == first["numberMatched"] > 1
        assert second["features"][0]["id"] != first["features"][0]["id"]


# F. Part 5, sorting


def test_f49_features_come_in_the_order_that_is_asked_for(client):
    found = ids(client, "limit=100")
    assert ids(client, "sortby=zone_id&limit=100") == sorted(found)
    assert ids(client, "sortby=-zone_id&limit=100") == sorted(found, reverse=True)
    assert client.get(f"{ITEMS}?sortby=nope").status_code == 400


def test_f49_only_the_properties_that_are_asked_for_are_written(client):
    [one] = features(client, "zone_id=angsana&properties=name")
    assert [*one["properties"]] == ["name"]
    [one] = features(client, "zone_id=angsana&exclude-properties=name&skipGeometry=true")
    assert "name" not in one["properties"]
    assert one["geometry"] is None
    assert client.get(f"{ITEMS}?properties=nope").status_code == 400


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
        path = tmp_path / f"items.{form}"
        path.write_bytes(answer.content)
        frame = gpd.read_parquet(path) if form == "parquet" else pyogrio.read_dataframe(path)
        found = [*frame["zone_id"]]
    # The index of a FlatGeobuf has an order of its own.
    assert (sorted(found) if form == "fgb" else found) == ["angsana", "sebamban"]


def test_a_form_that_is_none_is_400(client):
    answer = client.get(f"{ITEMS}?f=docx")
    assert answer.status_code == 400
    assert "geojsonseq" in answer.json()["detail"]
