"""A store that plans for another province: made up, of three regencies, north of the equator."""

import io
import json

import geopandas as gpd
import pytest
import shapely
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo import published
from geo.store.store import Store
from tests.regions import MADE_UP, give_region

CODES = {"99.01": "Hulu Contoh", "99.02": "Hilir Contoh", "99.71": "Contoh Raya"}
OUTLINES = [shapely.box(100 + i, 0, 101 + i, 1) for i in range(3)]


def as_file(crs=None, **columns):
    """GeoJSON of one feature a code, its coordinates in another CRS where one is given."""
    frame = gpd.GeoDataFrame(columns, geometry=OUTLINES, crs="EPSG:4326")
    document = json.loads(frame.to_crs(crs or "EPSG:4326").to_json())
    document.pop("crs", None)
    return ("a.geojson", io.BytesIO(json.dumps(document).encode()))


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A new store of that province, whose regencies and zones have been uploaded and published."""
    store = Store(tmp_path_factory.mktemp("region") / "store")
    give_region(store, MADE_UP)
    headers = {
        "Authorization": f"Bearer {store.keys.add('gis', approves_own=True)}",
        "Accept-Language": "id",
    }
    with TestClient(create_app(Settings(store=store.folder), store=store)) as client:
        client.headers.update(headers)
        yield store, client
    store.close()


def sent(client, file, **asked):
    return client.post("/uploads", data=asked, files={"file": file}).json()


def test_the_region_gives_codes_names_hints_and_titles_and_no_other_is_named(service):
    store, client = service
    # In metres, without a CRS: the zone of this province is told.
    away = sent(
        client,
        as_file("EPSG:32647", code=list(CODES), name=list(CODES.values())),
        collection="regencies",
    )
    assert "EPSG:32647" in json.dumps(away)
    assert "EPSG:32750" not in json.dumps(away)

    named = sent(
        client, as_file(code=list(CODES), name=list(CODES.values())), collection="regencies"
    )
    assert named["report"]["accepted"], named["report"]["findings"]
    done = client.post(
        f"/uploads/{named['upload']}/publish", json={"note": "batas", "accept_warnings": True}
    )
    assert done.status_code in (200, 201), done.json()
    regencies = published.layer(store, "regencies")
    assert list(regencies["kind"]) == ["Kabupaten", "Kabupaten", "Kota"]
    assert list(regencies["bps_code"]) == ["9901", "9902", "9971"]

    wrong = sent(
        client,
        as_file(
            zone_id=["a", "b", "c"], name=["A", "B", "C"], regency_code=["99.01", "99.02", "63.01"]
        ),
        collection="zones",
    )
    assert "99.71 Kota Contoh Raya" in json.dumps(wrong, ensure_ascii=False)
    home = client.get("/", headers={"Accept": "text/html"}).text
    assert "Perencanaan transmigrasi Nusa Contoh" in home
    assert (
        client.get("/", params={"f": "json", "lang": "en"}).json()["title"] == "Kawasan Sample Isle"
    )
    said = json.dumps([away, named, wrong, client.get("/?f=json").json()]) + home
    assert "Kalimantan" not in said


def test_a_store_without_a_region_says_how_to_get_one(tmp_path):
    store = Store(tmp_path / "store")
    key = {"Authorization": f"Bearer {store.keys.add('gis')}"}
    with TestClient(create_app(Settings(store=store.folder), store=store)) as client:
        answer = client.post("/uploads", files={"file": as_file(name=["a"] * 3)}, headers=key)
        assert answer.status_code == 503
        assert "kawasan region set" in answer.json()["detail"]
        assert client.get("/", params={"f": "json"}).status_code == 200
    store.close()
