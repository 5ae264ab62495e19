"""A layer of the whole world, as another office names and fills it: handed in, published, filtered by HTTP."""

import json

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.filtering.text import parsed_text
from geo.store.store import Store
from tests.regions import give_region

LAYER = "world_places_simple"
PLACES = {
    "København": (12.5615399, 55.68051),
    "Luxembourg": (6.130002806227083, 49.611660379121076),
    "Apia": (-171.738641608603, -13.841545042448445),
    "Suva": (178.44170731537986, -18.13301593714825),
    "Kutub Selatan": (0.0, -90.0),
}


def world(path):
    """A GeoPackage with columns of every type, some of them missing, and names that SQL knows as words."""
    frame = gpd.GeoDataFrame(
        {
            "featurecla": "Populated place",
            "NAME": list(PLACES),
            "POP_EST": pd.array([1038288, 76684, None, 88271, 9007199254740993], dtype="Int64"),
            "pop_other": [1038288, 1, 2, 3, 4],
            "boolean": pd.array([True, False, None, None, True], dtype="boolean"),
            "date": [pd.Timestamp(f"{year}-04-16").date() for year in (2021, 2022, 2023)] + [None] * 2,
            "start": pd.to_datetime(
                ["2021-04-16T10:15:59Z", "2022-04-16T10:13:19Z", "2022-04-16T10:15:10Z", None, None]
            ),
            "end": pd.to_datetime(
                ["2022-04-16T10:16:06Z", "2023-04-16T10:16:06Z", "2022-04-16T10:16:10Z", None, None]
            ),
        },
        geometry=[shapely.Point(place) for place in PLACES.values()],
        crs="EPSG:4326",
    )  # fmt: skip
    pyogrio.write_dataframe(frame, path, layer="places", layer_options={"GEOMETRY_NAME": "geom"})
    rivers = gpd.GeoDataFrame(
        {"name": ["Nil"]}, geometry=[shapely.LineString([(30, 0), (31, 31)])], crs="EPSG:4326"
    )
    pyogrio.write_dataframe(rivers, path, layer="rivers", append=True)
    return path


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    store = Store(folder / "store")
    give_region(store)
    headers = {"Authorization": f"Bearer {store.keys.add('gis', approves_own=True)}"}
    with TestClient(create_app(Settings(store=store.folder), store=store)) as opened:
        file = {"file": ("world.gpkg", world(folder / "world.gpkg").read_bytes())}
        said = {"collection": LAYER, "title": "Tempat dunia", "layer": "places"}
        received = opened.post("/uploads", headers=headers, files=file, data=said)
        assert received.status_code == 201, received.text
        published = opened.post(
            f"/uploads/{received.json()['upload']}/publish",
            headers=headers,
            json={"note": "uji", "source": "Natural Earth", "licence": "CC0-1.0"},
        )
        assert published.status_code == 200, published.text
        yield opened
    store.close()


def test_each_column_keeps_its_name_and_its_type(client):
    found = client.get(f"/collections/{LAYER}/queryables?lang=en").json()
    # Without parameters, whatever the request has.
    assert found["$id"].endswith(f"/collections/{LAYER}/queryables")
    told = {
        n: (p.get("type"), p.get("format"), p.get("x-ogc-role"))
        for n, p in found["properties"].items()
    }
    assert told == {
        "geometry": (None, "geometry-point", "primary-geometry"),
        "area_id": ("string", None, "id"),
        "featurecla": ("string", None, None),
        "NAME": ("string", None, None),
        "POP_EST": ("integer", None, None),
        "pop_other": ("integer", None, None),
        "boolean": ("boolean", None, None),
        "date": ("string", "date", "primary-instant"),
        "start": ("string", "date-time", None),
        "end": ("string", "date-time", None),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("NAME='København'", ["København"]),
        ("NAME>='København'", ["København", "Luxembourg", "Suva"]),
        ("accenti(casei(NAME)) LIKE accenti(casei('kO%'))", ["København"]),
        ("POP_EST=9007199254740993", ["Kutub Selatan"]),
        ("POP_EST IS NULL", ["Apia"]),
        ("POP_EST=pop_other", ["København"]),
        ("pop_other*2^1 > 10-5%3-3 AND pop_other div 2=1", ["Suva"]),
        ("boolean=true", ["København", "Kutub Selatan"]),
        ("NOT boolean", ["Luxembourg"]),
        ("date=DATE('2022-04-16')", ["Luxembourg"]),
        ("\"date\">=DATE('2022-04-16')", ["Luxembourg", "Apia"]),
        ("start<=TIMESTAMP('2022-04-16T10:13:19Z')", ["København", "Luxembourg"]),
        ("start<end AND NOT boolean", ["Luxembourg"]),
        (
            "T_INTERSECTS(INTERVAL(start,end),INTERVAL('2022-04-16T10:13:19Z','2022-04-16T10:15:09Z'))",
            ["København", "Luxembourg"],
        ),
        ("S_INTERSECTS(geom,BBOX(170,-90,-170,0))", ["Apia", "Suva"]),
        ("S_INTERSECTS(geometry,BBOX(-180,-90,180,-89))", ["Kutub Selatan"]),
        ("S_EQUALS(geom,POINT(6.130002806227083 49.611660379121076))", ["Luxembourg"]),
        ("S_EQUALS(geom,POINT(6.1300028 49.6116604))", ["Luxembourg"]),
        (
            "S_INTERSECTS(geom,GEOMETRYCOLLECTION(POINT(0 -90),POLYGON((0 40,10 40,10 50,0 50,0 40))))",
            ["Luxembourg", "Kutub Selatan"],
        ),
    ],
)
def test_a_filter_finds_the_same_in_text_and_in_json(client, text, names):
    for given in (
        {"filter": text},
        {"filter": json.dumps(parsed_text(text)), "filter-lang": "cql2-json"},
    ):
        answer = client.get(f"/collections/{LAYER}/items", params=given)
        assert answer.status_code == 200, answer.text
        assert [one["properties"]["NAME"] for one in answer.json()["features"]] == names


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("S_INTERSECTS(geom,POINT(90 180))", "lintang"),
        ("avg(pop_other) < 4", "'avg'"),
        ("windSpeed > 1", "'windSpeed'"),
        ("NAME > 1", "teks"),
    ],
)
def test_what_cannot_be_answered_says_what_is_wrong(client, text, said):
    answer = client.get(f"/collections/{LAYER}/items", params={"filter": text})
    assert (answer.status_code, said in answer.json()["detail"]) == (400, True), answer.text
