"""The upload door for land rasters, over the shipped data."""

import json
import pickle
import shutil

import numpy as np
import pytest
import rasterio
from fastapi.testclient import TestClient
from rasterio.transform import from_origin

from api.main import create_app
from api.settings import Settings
from geo.ingest.sandbox import Outcome
from geo.store.store import Store
from geo.submission import impact, raster_reader, rasters


@pytest.fixture(scope="module")
def raster_door(reference_folder, tmp_path_factory):
    """The service over a copy of the shipped data, with the headers of an editor and a publisher."""
    folder = tmp_path_factory.mktemp("rasters") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    app = create_app(Settings(store=folder), store=store)
    with TestClient(app) as client:
        editor = store.keys.add("pu", role="editor", regencies=["63.01"])
        publisher = store.keys.add("bappeda", role="publisher")
        headers = [
            {"Authorization": f"Bearer {key}", "Accept-Language": "id"}
            for key in (editor, publisher)
        ]
        yield store, client, *headers
    store.close()


@pytest.fixture
def slope(tmp_path):
    return slope_of(tmp_path)


def slope_of(folder):
    """A GeoTIFF of the whole province whose cells are all 5."""
    path = folder / "lereng.tif"
    shape = {"height": 525, "width": 425, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(
        path, "w", driver="GTiff", transform=from_origin(114.2, -1.1, 0.008, 0.008), **shape
    ) as file:
        file.write(np.full((525, 425), 5, dtype="float32"), 1)
    return path.read_bytes()


def read_in_this_process(module, folder, **_):
    job = pickle.loads((folder / "job.pickle").read_bytes())
    return Outcome(json.loads(json.dumps(raster_reader.read_and_check(job, folder))))


def sent(client, headers, content, name, **fields):
    return client.post(
        "/uploads",
        files={"file": ("raster.tif", content)},
        data={"collection": f"land-{name}", **fields},
        headers=headers,
    )


def test_an_editor_hands_a_raster_in_and_a_publisher_approves_it(raster_door, slope, monkeypatch):
    # Of other layers the same is told, which takes seconds.
    monkeypatch.setattr(impact, "LAYERS", ("zones",))
    store, client, editor, publisher = raster_door
    said = {"source": "PU 2026", "licence": "terbuka", "year": "2026"}
    answer = sent(client, editor, slope, "slope_percent", **said)
    assert answer.status_code == 201, answer.json()
    report = answer.json()["report"]
    read_by = {f"{one['model']}.{one['id']}" for one in report["readers"]}
    assert {"kesiapan.lereng", "kesiapan.lereng_curam"} <= read_by
    assert report["summary"]["greatest"] == 5
    assert [one["valid_share"] for one in report["summary"]["regencies"]] == pytest.approx([1] * 13)
    measured = report["summary"]["areas"]["zones"]
    assert measured["before"] < measured["after"] == measured["of"]
    address = answer.headers["location"]
    refused = client.post(f"{address}/publish", json={"note": "x"}, headers=editor)
    assert refused.status_code == 403
    submitted = client.post(f"{address}/submit", json={"note": "lereng baru"}, headers=editor)
    assert submitted.json()["state"] == "submitted"
    told = client.get(f"{address}/impact", headers=publisher).json()
    assert told["has_effect"]
    assert {(one["model"], one["layer"]) for one in told["assessments"]} == {("kesiapan", "zones")}
    counts = told["assessments"][0]["counts"]
    assert counts["scored_before"] == counts["scored_after"] == 14
    done = client.post(f"{address}/publish", json={}, headers=publisher)
    assert (done.status_code, done.json()["collection"]) == (200, "land-slope_percent")
    assert store.version("land-slope_percent").source == "PU 2026"


def test_what_land_cover_is_fit_for_is_asked_and_answered_by_a_choice(
    raster_door, slope, monkeypatch
):
    monkeypatch.setattr(rasters, "run_confined", read_in_this_process)
    _, client, editor, _ = raster_door
    answer = sent(client, editor, slope, "landcover", replace_smaller="ya")
    assert answer.status_code == 422
    facts = answer.json()["facts"]
    assert [f["code"] for f in facts["report"]["findings"]] == ["raster_fitness"]
    [asked] = facts["report"]["choices"]["fitness"]
    address = answer.headers["location"]
    chosen = {"fit": {asked["id"]: "kelasnya diperiksa di lapangan"}}
    mended = client.patch(address, json=chosen, headers=editor)
    assert (mended.status_code, mended.json()["state"]) == (200, "ready")


@pytest.mark.parametrize(
    ("content", "name", "fields", "status"),
    [
        (b"<VRTDataset/>", "slope_percent", {}, 415),
        (b"II*\0", "Lereng!", {}, 422),
        (b"II*\0", "slope_percent", {"fit": "lereng"}, 400),
        (b"II*\0", "slope_percent", {"band": "dua"}, 400),
    ],
)
def test_what_cannot_be_a_raster_leaves_nothing_behind(raster_door, content, name, fields, status):
    store, client, editor, _ = raster_door
    before = len(store.uploads.newest())
    answer = sent(client, editor, content, name, **fields)
    assert answer.status_code == status
    assert len(store.uploads.newest()) == before


def test_a_raster_for_a_layer_of_features_is_told_where_it_goes(raster_door, slope):
    _, client, editor, _ = raster_door
    files = {"file": ("raster.tif", slope)}
    answer = client.post("/uploads", files=files, data={"collection": "zones"}, headers=editor)
    assert answer.status_code == 415
    assert "collection=land-NAMA" in answer.json()["detail"]
