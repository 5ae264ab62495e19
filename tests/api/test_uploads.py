"""The upload door: the story of one boundary file, who may enter, and what hostile files are told."""

import io
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import pytest
import shapely
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.store.roles import Actor
from geo.store.store import Provenance, Store
from geo.vector.export import layer_to_parquet
from tests import hostile
from tests.regions import give_region

# Two regencies side by side: Tanah Bumbu in the west, Kotabaru in the east.
TANAH_BUMBU = shapely.box(115.3, -4.0, 116.0, -3.0)
KOTABARU = shapely.box(116.0, -4.0, 116.6, -3.0)


def published(store, name, frame):
    return store.publish(
        name,
        "layer",
        layer_to_parquet(frame),
        suffix=".parquet",
        provenance=Provenance("tester", "made for a test", "made by hand", "CC0-1.0"),
    )


def keyed(frame, key):
    return frame.set_index(frame[key].rename("area_id"))


def regencies():
    frame = gpd.GeoDataFrame(
        {"code": ["63.10", "63.02"], "name": ["Tanah Bumbu", "Kotabaru"]},
        geometry=[TANAH_BUMBU, KOTABARU],
        crs="OGC:CRS84",
    )
    return keyed(frame, "code")


def zones():
    frame = gpd.GeoDataFrame(
        {
            "zone_id": ["angsana", "sebamban", "pulau-laut"],
            "name": ["Angsana", "Sebamban", "Pulau Laut"],
            "regency_code": ["63.10", "63.10", "63.02"],
            "area_ha": [float("nan")] * 3,
        },
        geometry=[
            shapely.box(115.57, -3.73, 115.64, -3.69),
            shapely.box(115.70, -3.60, 115.76, -3.55),
            shapely.box(116.10, -3.60, 116.20, -3.50),
        ],
        crs="OGC:CRS84",
    )
    return keyed(frame, "zone_id")


def open_service(folder, **settings):
    store = Store(folder / "store")
    give_region(store)
    published(store, "regencies", regencies())
    published(store, "zones", zones())
    return store, create_app(Settings(store=store.folder, **settings), store=store)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One service for tests that look at answers only."""
    store, app = open_service(tmp_path_factory.mktemp("service"))
    with TestClient(app) as client:
        yield store, client
    store.close()


@pytest.fixture
def fresh(tmp_path):
    """A service of one's own."""
    store, app = open_service(tmp_path, max_upload_bytes=200_000)
    with TestClient(app) as client:
        yield store, client
    store.close()


def with_key(store, label="gis"):
    return {
        "Authorization": f"Bearer {store.keys.add(label, approves_own=True)}",
        "Accept-Language": "en",
    }


def edited_elsewhere():
    """The zones as another program saves them: other names, UTM, a bow-tie, a code that is none."""
    bow_tie = shapely.Polygon(
        [(115.70, -3.60), (115.76, -3.55), (115.76, -3.60), (115.70, -3.55), (115.70, -3.60)]
    )
    frame = gpd.GeoDataFrame(
        {
            "ID_ZONA": ["angsana", "sebamban", "pulau-laut"],
            "KAWASAN": ["Angsana", "Sebamban", "Pulau Laut"],
            "KDPKAB": ["63.10", "63.10", "63.22"],
            "REMARK": ["Penempatan", "Dibina", None],
            "PETUGAS": ["Sri", "Adi", "Budi"],
        },
        geometry=[shapely.box(115.57, -3.73, 115.66, -3.69), bow_tie, zones().geometry.iloc[2]],
        crs=4326,
    )
    return frame.to_crs(32750)


def as_zip(folder, frame):
    folder.mkdir()
    return hostile.zipped(folder / "kawasan.zip", hostile.shapefile_parts(folder / "parts", frame))


def as_gpkg(folder, frame):
    folder.mkdir()
    frame.to_file(folder / "kawasan.gpkg", layer="kawasan", engine="pyogrio")
    return folder / "kawasan.gpkg"


def errors_of(answer):
    report = answer.json().get("facts", answer.json())["report"]
    return [f for f in report["findings"] if f["severity"] == "error"]


def item_of(client, key):
    return client.get(f"/collections/zones/items/{key}", params={"f": "json"})


@pytest.mark.parametrize("save", [as_zip, as_gpkg])
def test_a_file_edited_elsewhere_is_refused_mended_published_and_rolled_back(fresh, tmp_path, save):
    store, client = fresh
    headers = with_key(store)
    before = item_of(client, "angsana").json()["geometry"]

    path = save(tmp_path / "first", edited_elsewhere())
    refused = client.post("/uploads", files=hostile.multipart_of(path), headers=headers)

    assert refused.status_code == 422
    assert refused.headers["content-type"].startswith("application/problem+json")
    found = {f["code"]: f for f in errors_of(refused)}
    assert found.keys() == {"geometry_invalid", "code_unknown"}
    assert found["geometry_invalid"]["feature"] == {
        "row": 2,
        "key": "sebamban",
        "name": "Sebamban",
    }
    assert found["geometry_invalid"]["where"]["lon"] == pytest.approx(115.73, abs=1e-4)
    assert found["geometry_invalid"]["where"]["lat"] == pytest.approx(-3.575, abs=1e-4)
    assert "63.02" in found["code_unknown"]["message"]
    assert found["code_unknown"]["feature"]["key"] == "pulau-laut"
    assert "Sebamban" in refused.json()["detail"]
    kept = client.get(refused.headers["location"], headers=headers).json()
    # A refusal tells of the upload what its acceptance would.
    facts = refused.json()["facts"]
    assert facts.keys() == kept.keys()
    assert (facts["state"], facts["links"]) == ("needs_choices", kept["links"])
    assert (kept["state"], kept["report"]["accepted"]) == ("needs_choices", False)
    preview = client.get(f"/uploads/{kept['upload']}/preview", headers=headers)
    assert preview.headers["content-type"] == "application/geo+json"
    assert "private" in preview.headers["cache-control"]
    roles = Counter(f["properties"]["role"] for f in preview.json()["features"])
    # Of the bow-tie its repair too, which nobody has asked for yet.
    assert roles == {"feature": 1, "faulty": 2, "before": 1, "after": 1}
    assert client.get(f"/uploads/{kept['upload']}/changes", headers=headers).status_code == 404
    publish = f"/uploads/{kept['upload']}/publish"
    assert client.post(publish, json={"note": "x"}, headers=headers).status_code == 422
    assert store.version("zones").number == 1

    mended = edited_elsewhere()
    mended.loc[2, "KDPKAB"] = "63.02"
    mended.geometry = mended.geometry.make_valid(method="structure")
    accepted = client.post(
        "/uploads", files=hostile.multipart_of(save(tmp_path / "second", mended)), headers=headers
    )

    assert accepted.status_code == 201, accepted.json()
    report = accepted.json()["report"]
    assert report["summary"]["crs"] == "EPSG:32750"
    assert {m["source"]: m["field"] for m in report["mapping"]}["KAWASAN"] == "name"
    assert report["difference"]["counts"]["removed"] == 0
    assert store.version("zones").number == 1

    address = accepted.headers["location"]
    drawn = client.get(f"{address}/changes", headers=headers).json()
    moved = {f["properties"]["key"] for f in drawn["features"] if f["properties"]["moved_m"]}
    assert moved == {c["key"] for c in report["difference"]["changed"] if c["moved_m"]}
    assert moved == {"angsana", "sebamban"}
    note = {"note": "Batas 2026", "source": "Disnakertrans", "licence": "CC BY 4.0"}
    answer = client.post(f"{address}/publish", json=note, headers=headers)

    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    # Its file is gone and what it changed is not.
    assert client.get(f"{address}/preview", headers=headers).status_code == 404
    later = client.get(f"{address}/changes", headers=headers).json()["features"]
    assert later == drawn["features"]
    item = item_of(client, "angsana").json()
    assert item["geometry"] != before
    assert item["properties"]["regency_code"] == "63.10"
    assert item["properties"]["PETUGAS"] == "Sri"
    version = store.version("zones")
    assert (version.note, version.licence, version.upload) == (
        "Batas 2026",
        "CC BY 4.0",
        address.rpartition("/")[2],
    )
    assert version.details["crs"] == "EPSG:32750"

    back = {"number": 1, "note": "Batas lama masih berlaku"}
    assert client.post("/collections/zones/rollback", json=back, headers=headers).status_code == 200
    assert item_of(client, "angsana").json()["geometry"] == before
    # Each check is a step of its own, told when it begins and when it ends.
    assert [e["action"] for e in store.audit() if not e["action"].startswith("key")] == [
        *("publish", "publish", "publish", "upload", "check", "check", "upload", "check", "check"),
        *("publish", "rollback"),
    ]


@pytest.mark.usefixtures("read_here")
def test_a_repair_that_was_asked_for_is_listed_with_its_areas(service, tmp_path):
    store, client = service
    frame = edited_elsewhere()
    frame.loc[2, "KDPKAB"] = "63.02"

    answer = client.post(
        "/uploads",
        files=hostile.multipart_of(as_gpkg(tmp_path / "x", frame)),
        data={"repair": "true", "collection": "zones"},
        headers=with_key(store),
    )

    assert answer.status_code == 201
    (repaired,) = [
        f for f in answer.json()["report"]["findings"] if f["code"] == "geometry_repaired"
    ]
    assert repaired["feature"]["key"] == "sebamban"
    # Half of the 0.06° x 0.05° box that the bow-tie crosses: 6,650 x 5,530 m / 2.
    assert repaired["facts"]["after_ha"] == pytest.approx(1_840, rel=0.01)
    assert repaired["sentence"]["id"].startswith("Baris 2")


def accepted_upload(client, headers, folder, **fields):
    path = as_gpkg(folder, zones().reset_index(drop=True).set_crs(4326, allow_override=True))
    return client.post(
        "/uploads", files=hostile.multipart_of(path), data=fields, headers=headers
    ).json()["upload"]


@pytest.mark.usefixtures("read_here")
def test_a_layer_that_moved_is_compared_anew_before_anybody_approves(fresh, tmp_path):
    store, client = fresh
    headers = with_key(store)
    upload = accepted_upload(client, headers, tmp_path / "a")
    published(store, "zones", zones().iloc[:2])

    publish = f"/uploads/{upload}/publish"
    stale = client.post(publish, json={"note": "x"}, headers=headers | {"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "StaleVersion")
    assert stale.json()["facts"] == {"expected": 1, "current": 2}
    both = client.post(
        publish, json={"note": "x", "expected": 1}, headers=headers | {"If-Match": '"2"'}
    )
    assert (both.status_code, both.json()["code"]) == (400, "InvalidParameter")
    answer = client.post(publish, json={"note": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "LayerMoved")
    assert answer.json()["facts"]["base"] == 2
    # Against the first version nothing was added; the second has one zone less.
    assert answer.json()["facts"]["report"]["difference"]["counts"]["added"] == 1
    seen = headers | {"If-Match": '"2"'}
    # It puts back the zone that the second version took out, which somebody must have meant.
    undone = client.post(publish, json={"note": "x"}, headers=seen)
    assert (undone.status_code, undone.json()["code"]) == (409, "WarningsNotAccepted")
    meant = client.post(publish, json={"note": "x", "accept_warnings": True}, headers=seen)
    assert (meant.status_code, meant.json()["version"]) == (200, 3)
    again = client.post(publish, json={"note": "x"}, headers=headers)
    assert again.status_code == 409
    assert client.delete(f"/uploads/{upload}", headers=headers).status_code == 409


def test_where_as_many_wait_as_may_the_next_is_told_to_come_back(tmp_path):
    store, app = open_service(tmp_path, upload_slots=1, uploads_waiting=1)
    headers = with_key(store)
    path = as_gpkg(tmp_path / "file", zones().reset_index(drop=True))

    def send(_):
        return client.post("/uploads", files=hostile.multipart_of(path), headers=headers)

    with TestClient(app) as client, ThreadPoolExecutor(9) as pool:
        answers = list(pool.map(send, range(9)))
    refused = [answer for answer in answers if answer.status_code == 503]
    assert {answer.status_code for answer in answers} == {201, 503}
    assert {answer.json()["code"] for answer in refused} == {"UploadsBusy"}
    assert {answer.headers["retry-after"] for answer in refused} == {"10"}
    store.close()


@pytest.mark.usefixtures("read_here")
def test_a_withdrawn_upload_keeps_its_report_and_cannot_be_published(fresh, tmp_path):
    store, client = fresh
    headers = with_key(store)
    upload = accepted_upload(client, headers, tmp_path / "a")

    assert client.delete(f"/uploads/{upload}", headers=headers).status_code == 204
    assert client.get(f"/uploads/{upload}", headers=headers).json()["state"] == "withdrawn"
    assert not store.uploads.path(upload).exists()
    publish = client.post(f"/uploads/{upload}/publish", json={"note": "x"}, headers=headers)
    assert publish.status_code == 409


@pytest.mark.usefixtures("read_here")
def test_an_upload_that_is_withdrawn_while_it_is_published_is_a_conflict(fresh, tmp_path):
    store, client = fresh
    headers = with_key(store)
    upload = accepted_upload(client, headers, tmp_path / "a")
    publish = store.publish

    def late(*arguments, **options):
        store.uploads.withdraw(upload, actor=Actor("other", "editor"))
        return publish(*arguments, **options)

    store.publish = late
    answer = client.post(f"/uploads/{upload}/publish", json={"note": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "Conflict")
    assert "withdrawn" in answer.json()["detail"]
    assert store.version("zones").number == 1


@pytest.mark.usefixtures("read_here")
def test_uploads_are_listed_with_what_became_of_them(fresh, tmp_path):
    store, client = fresh
    headers = with_key(store)
    kept = accepted_upload(client, headers, tmp_path / "a")
    gone = accepted_upload(client, headers, tmp_path / "b")
    client.delete(f"/uploads/{gone}", headers=headers)

    answer = client.get("/uploads", headers=headers)
    assert answer.headers["cache-control"] == "private, no-store"
    listed = answer.json()["uploads"]
    assert [(u["upload"], u["state"]) for u in listed] == [(gone, "withdrawn"), (kept, "ready")]
    assert "report" not in listed[0]
    publish = next(link["href"] for link in listed[1]["links"] if link["rel"] == "publish")
    assert client.post(publish, json={"note": "x"}, headers=headers).status_code == 200
    assert client.get("/uploads?state=ready", headers=headers).json()["uploads"] == []
    newest = client.get("/uploads?limit=1", headers=headers).json()["uploads"]
    assert [u["upload"] for u in newest] == [gone]
    assert client.get("/uploads?state=x", headers=headers).status_code == 400


DOORS = [
    ("get", "/uploads"),
    ("post", "/uploads"),
    ("get", "/uploads/0123456789abcdef"),
    ("post", "/uploads/0123456789abcdef/publish"),
    ("delete", "/uploads/0123456789abcdef"),
    ("post", "/collections/zones/rollback"),
]


def asked(client, method, path, headers):
    body = {"json": {"note": "x"} | ({"number": 1} if "rollback" in path else {})}
    if (method, path) == ("post", "/uploads"):
        body = {"files": {"file": ("x.geojson", io.BytesIO(b"{}"))}}
    return client.request(method, path, headers=headers, **(body if method == "post" else {}))


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_without_any_key_the_door_is_closed_and_says_how_to_open_it(tmp_path, method, path):
    store, app = open_service(tmp_path)
    with TestClient(app) as client:
        answer = asked(client, method, path, {"Accept-Language": "en"})
    store.close()
    assert answer.status_code == 403
    assert "kawasan key add --label" in answer.json()["detail"]


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_a_missing_or_wrong_key_is_401_with_a_challenge(fresh, method, path):
    store, client = fresh
    key = store.keys.add("gis")
    for headers in ({}, {"X-API-Key": key[:-1] + "!"}, {"Authorization": f"Basic {key}"}):
        answer = asked(client, method, path, headers)
        assert (answer.status_code, answer.headers["www-authenticate"][:6]) == (401, "Bearer")
    assert store.version("zones").number == 1


def test_both_headers_open_the_door_and_a_revoked_key_does_not(fresh):
    store, client = fresh
    key = store.keys.add("gis")
    store.keys.add("other")
    for headers in ({"X-API-Key": key}, {"Authorization": f"bearer {key}"}):
        assert client.get("/uploads/0123456789abcdef", headers=headers).status_code == 404
    store.keys.revoke(key.split("_")[1])
    assert client.get("/uploads/0123456789abcdef", headers={"X-API-Key": key}).status_code == 401


def test_guessing_keys_is_slowed_down(fresh):
    store, client = fresh
    good = {"X-API-Key": store.keys.add("gis")}
    path = "/uploads/0123456789abcdef"
    answers = [client.get(path, headers={"X-API-Key": f"kwsn_a_{i}"}) for i in range(11)]
    assert [a.status_code for a in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) <= 6
    # Those who have a key share the address of an office with whoever guesses.
    assert client.get(path, headers=good).status_code == 404


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"collection": "nowhere"}, 404),
        ({"crs": "EPSG:999999"}, 400),
        ({"crs": "+init=/etc/passwd:x"}, 400),
        ({"encoding": "rot13"}, 400),
        ({"repair": "perhaps"}, 400),
        ({"unknown": "x"}, 400),
    ],
)
def test_a_field_that_cannot_be_used_is_named(service, fields, status):
    store, client = service
    answer = client.post(
        "/uploads",
        files={"file": ("x.geojson", io.BytesIO(hostile.collection().encode()))},
        data=fields,
        headers=with_key(store),
    )
    assert answer.status_code == status
    (name, value) = next(iter(fields.items()))
    assert name in answer.json()["detail"] or value in answer.json()["detail"]


def test_a_request_without_a_file_is_400(service):
    store, client = service
    headers = with_key(store)
    assert client.post("/uploads", headers=headers).status_code == 400
    assert client.post("/uploads", data={"file": "text"}, headers=headers).status_code == 400
    assert (
        client.post(
            "/uploads", content=b"x", headers=headers | {"Content-Type": "multipart/form-data"}
        ).status_code
        == 400
    )


ENGLISH = ("Expecting", "multipart data", "Too many", " or ", "^", "[0-9")


@pytest.mark.parametrize(
    ("path", "sent", "said"),
    [
        ("PATCH", {"content": b'{"crs" 1}', "json": True}, "huruf ke-7"),
        ("PATCH", {"content": b'{"repairs": ["x"]}', "json": True}, "make_valid, clean_borders"),
        ("GET", {}, "bukan nomor"),
        ("POST", {"content": b"x", "type": "multipart/form-data; boundary=a"}, "terputus"),
        ("POST", {"files": [("file", (f"{n}.csv", b"a")) for n in "ab"]}, "satu berkas saja"),
    ],
)
def test_a_malformed_request_is_told_in_indonesian_alone(service, path, sent, said):
    store, client = service
    headers = with_key(store) | {"Accept-Language": "id"}
    if sent.pop("json", False):
        headers["Content-Type"] = "application/json"
    if kind := sent.pop("type", None):
        headers["Content-Type"] = kind
    address = {"PATCH": "/uploads/0123456789abcdef", "GET": "/uploads/x", "POST": "/uploads"}[path]
    answer = client.request(path, address, headers=headers, **sent)
    assert answer.status_code == 400
    detail = answer.json()["detail"]
    assert said in detail
    assert not [words for words in ENGLISH if words in detail]


def test_a_file_over_the_limit_is_413_and_nothing_is_kept(fresh):
    store, client = fresh
    big = {"file": ("x.geojson", io.BytesIO(b"{" + b" " * 300_000))}
    answer = client.post("/uploads", files=big, headers=with_key(store))
    assert answer.status_code == 413
    assert [e for e in store.audit() if e["action"] == "upload"] == []


@pytest.mark.usefixtures("read_here")
def test_a_wrong_crs_is_mended_by_the_parameter(service, tmp_path):
    store, client = service
    path = hostile.prj_wrong_zone(tmp_path)
    headers = with_key(store)

    refused = client.post("/uploads", files=hostile.multipart_of(path), headers=headers)
    assert "EPSG:32750" in errors_of(refused)[0]["message"]
    accepted = client.post(
        "/uploads", files=hostile.multipart_of(path), data={"crs": "EPSG:32750"}, headers=headers
    )
    assert accepted.status_code == 201
    assert accepted.json()["report"]["counts"]["crs_overridden"] == 1


@pytest.mark.usefixtures("read_here")
def test_a_layer_that_shrinks_is_told_what_leaves(service, tmp_path):
    store, client = service
    frame = zones().reset_index(drop=True).set_crs(4326, allow_override=True).iloc[:1]
    answer = client.post(
        "/uploads",
        files=hostile.multipart_of(as_gpkg(tmp_path / "x", frame)),
        headers=with_key(store),
    )
    report = answer.json()["report"]
    assert report["difference"]["removed"] == ["sebamban", "pulau-laut"]
    assert report["difference"]["counts"] == {
        "added": 0,
        "removed": 2,
        "changed": 0,
        "unchanged": 1,
    }
    assert report["counts"]["features_removed"] == 1


# Each takes the confined process a second. Two of every kind of danger go through it here: reading
# other files, endless work, memory, paths, links, code; tests.geo.validation.test_upload.py has them all.
CONFINED = {
    "vrt_renamed",
    "vrt_in_zip_as_shp",
    "geojson_crs_file_link",
    "kml_billion_laughs",
    "geojson_deep",
    "vertex_bomb",
    "zip_bomb",
    "zip_slip",
    "zip_symlink",
    "gpkg_view",
    "gpkg_trigger",
    "dbf_truncated",
    "bare_shp",
}


def name_of_case(case):
    return getattr(case[0], "__qualname__", "file").replace(".<locals>.<lambda>", "")


HOSTILE = [case for case in hostile.EXPECTED.items() if name_of_case(case) in CONFINED]


@pytest.fixture(scope="module")
def answers(service, tmp_path_factory):
    """What every hostile file was told, two at a time as the service allows."""
    store, client = service
    before = [(v.sha256, v.is_current) for name in store.datasets() for v in store.versions(name)]

    def sent(number):
        folder = tmp_path_factory.mktemp("hostile")
        path = HOSTILE[number][0](folder)
        headers = with_key(store, f"hostile {number}")
        answer = client.post("/uploads", files=hostile.multipart_of(path), headers=headers)
        return answer, client.get("/healthz").status_code

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(sent, range(len(HOSTILE))))
    after = [(v.sha256, v.is_current) for name in store.datasets() for v in store.versions(name)]
    return {"answers": found, "before": before, "after": after}


@pytest.mark.parametrize("number", range(len(HOSTILE)), ids=lambda n: name_of_case(HOSTILE[n]))
def test_a_hostile_file_gets_a_clear_refusal(answers, number):
    answer, health = answers["answers"][number]
    expected = HOSTILE[number][1]

    assert answer.headers["content-type"].startswith("application/problem+json")
    assert hostile.SECRET not in answer.text
    assert "root:" not in answer.text
    assert health == 200
    if expected == "UploadUnsupported":
        assert (answer.status_code, answer.json()["code"]) == (415, expected)
    else:
        assert (answer.status_code, errors_of(answer)[0]["code"]) == (422, expected)


def test_hostile_files_change_nothing(answers, service):
    store, client = service
    assert answers["before"] == answers["after"]
    assert store.check().altered == ()
    assert json.loads(client.get("/collections/zones/items?f=json").content)["numberMatched"] == 3


@pytest.mark.usefixtures("read_here")
def test_features_that_leave_the_layer_hold_the_publication_back(fresh, tmp_path):
    store, client = fresh
    headers = with_key(store)
    path = as_gpkg(tmp_path / "a", zones().iloc[:2].reset_index(drop=True))
    answer = client.post("/uploads", files=hostile.multipart_of(path), headers=headers)
    assert (answer.status_code, answer.json()["report"]["to_accept"]) == (201, 1)
    found = answer.json()["report"]["findings"]
    assert [f["code"] for f in found if f["to_accept"]] == ["features_removed"]
    submit = f"/uploads/{answer.json()['upload']}/submit"
    held = client.post(submit, json={"note": "x"}, headers=headers)
    assert held.status_code == 409
    assert "submit again with accept_warnings" in held.json()["detail"]

    publish = f"/uploads/{answer.json()['upload']}/publish"
    held = client.post(publish, json={"note": "x"}, headers=headers)
    assert (held.status_code, held.json()["code"]) == (409, "WarningsNotAccepted")
    assert "are not in this file" in held.json()["detail"]
    assert store.version("zones").number == 1
    looked_at = {"note": "x", "accept_warnings": True}
    assert client.post(publish, json=looked_at, headers=headers).status_code == 200
