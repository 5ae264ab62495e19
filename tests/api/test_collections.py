"""Prepared features are made once, found again, and never stand in the way of an answer."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.collections import Tables
from api.main import create_app
from api.settings import Settings
from geo import published
from geo.planning import assess
from geo.planning.reference import load_reference
from geo.store.store import Store
from geo.tiles import feature_encoder
from maps.pages import map_subject
from tests.api.examples import PROVENANCE, publish, zones

ITEMS = "/collections/zones/items"


def prepared(store):
    return sorted(path.name for path in (store.folder / "prepared").iterdir())


def test_a_layer_is_encoded_once_and_found_by_the_next_start(store, monkeypatch):
    first = Tables(store)
    layer = first.collection("zones")
    before = first.table(layer, "id").features
    monkeypatch.setattr(feature_encoder, "encode_features", None)
    again = Tables(store).table(layer, "en").features
    assert len(before) == len(again) == 3
    assert len(prepared(store)) == 1
    assert layer.key in prepared(store)[0]


def test_a_large_layer_is_prepared_by_a_process_of_its_own(store, monkeypatch):
    expected = Tables(store).table(Tables(store).collection("zones"), "id").features
    (store.folder / "prepared" / prepared(store)[0]).unlink()
    # What this process would prepare itself fails.
    monkeypatch.setattr(feature_encoder, "encode_features", None)
    tables = Tables(store, large_bytes=0)
    found = tables.table(tables.collection("zones"), "id").features
    assert len(prepared(store)) == 1
    places = range(len(expected))
    assert found.properties(places) == expected.properties(places)


def test_threads_that_ask_at_once_share_one_table(store):
    tables = Tables(store)
    layer = tables.collection("regencies")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: tables.table(layer, "id"), range(32)))
    assert len({id(table) for table in found}) == 1


def test_many_versions_do_not_pile_up(store):
    tables = Tables(store, most_open=3, most_kept=4)
    frame, made = zones(), []
    for number in range(6):
        publish(store, "zones", frame.assign(name=f"{number}"))
        layer = tables.collection("zones")
        made.append((layer, tables.table(layer, "id")))
    is_open = [tables.table(layer, "id") is table for layer, table in reversed(made)]
    assert is_open == [True, True, True, False, False, False]
    assert len(prepared(store)) == 4


def test_a_disk_that_takes_nothing_still_lets_us_answer(client, store, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_prepared", full)
    assert client.get(ITEMS).json()["numberMatched"] == 3
    assert prepared(store) == []


@pytest.mark.parametrize("content", [b"", b"broken" * 10])
def test_a_damaged_prepared_file_is_503_and_says_what_to_do(client, store, content, settings):
    assert client.get(ITEMS).status_code == 200
    (store.folder / "prepared" / prepared(store)[0]).write_bytes(content)
    with TestClient(create_app(settings, store=store)) as restarted:
        answer = restarted.get(ITEMS)
        assert answer.status_code == 503
        assert "prepared" in restarted.get(ITEMS + "?lang=en").json()["detail"]


def test_a_dataset_that_is_no_layer_is_no_collection(client, store):
    store.publish("tables", "indicators", b"x", suffix=".parquet", provenance=PROVENANCE)
    assert client.get("/collections/tables").status_code == 404
    assert client.get("/collections/tables/items").status_code == 404


def test_readiness_is_prepared_from_the_versions_that_its_key_names(reference_store):
    tables = Tables(reference_store)
    before = tables.collection("readiness")
    frame = published.layer(reference_store, "zones")
    publish(reference_store, "zones", frame.assign(name="renamed"))  # while it is being prepared
    assert "renamed" not in names(tables.table(before, "id"))
    after = tables.collection("readiness")
    assert after.key != before.key
    assert set(names(tables.table(after, "id"))) == {"renamed"}

    reference_store.rollback("zones", 1, actor="adi", note="back")
    again = Tables(reference_store)
    assert again.collection("readiness").key == before.key
    assert "renamed" not in names(again.table(again.collection("readiness"), "id"))


def test_what_is_told_of_readiness_is_read_by_the_next_start(
    reference_store, tmp_path, monkeypatch
):
    told = Tables(reference_store).collection("readiness")
    folder = shutil.copytree(reference_store.folder, tmp_path / "next")
    monkeypatch.setattr(assess, "readiness_key", None)
    with closing(Store(folder)) as store:
        again = Tables(store).collection("readiness")
    assert (again.key, again.schema) == (told.key, told.schema)


def names(table):
    rows = table.features.properties(range(len(table.features)))
    return [row["properties"]["name"] for row in rows]


def test_a_map_is_kept_under_the_versions_that_it_was_drawn_from(reference_store, monkeypatch):
    read = map_subject.read_map_subject

    def published_meanwhile(*arguments, **asked):
        frame = published.layer(reference_store, "zones")
        publish(reference_store, "zones", frame.assign(name="renamed"))
        return read(*arguments, **asked)

    settings_ = Settings(store=reference_store.folder)
    with TestClient(create_app(settings_, store=reference_store)) as client:
        for query in ("", "?year=2024"):
            reference_store.rollback("zones", 1, actor="adi", note="back")
            monkeypatch.setattr(map_subject, "read_map_subject", published_meanwhile)
            first = client.get(f"/maps/zones{query}").text
            monkeypatch.setattr(map_subject, "read_map_subject", read)
            assert "renamed" not in first
            assert "renamed" in client.get(f"/maps/zones{query}").text
            reference_store.rollback("zones", 1, actor="adi", note="back")
            assert "renamed" not in client.get(f"/maps/zones{query}").text


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The service on the data that it ships with."""
    found = Settings(store=tmp_path_factory.mktemp("store"))
    store = Store(found.store)
    load_reference(store, found.data_dir)
    with TestClient(create_app(found, store=store)) as client:
        yield client
    store.close()


def test_the_shipped_data_are_served(shipped):
    counts = {
        entry["id"]: shipped.get(f"/collections/{entry['id']}/items").json()["numberMatched"]
        for entry in shipped.get("/collections").json()["collections"]
    }
    assert counts["regencies"] == 13
    assert counts["kecamatan"] == 156
    assert counts["readiness"] == counts["zones"] > 5


@pytest.mark.parametrize("language", ["id", "en"])
def test_readiness_is_a_collection_in_the_readers_language(shipped, language):
    page = shipped.get("/collections/readiness/items", params={"lang": language}).json()
    scored = [f["properties"] for f in page["features"] if f["properties"]["rank"] is not None]
    assert sorted(row["rank"] for row in scored)[0] == 1
    assert all(isinstance(row["rank"], int) and 0 <= row["score"] <= 100 for row in scored)
    assert all(f["properties"]["zone_id"] == f["id"] for f in page["features"])
    word = {"id": "skor", "en": "score"}[language]
    assert any(word in f["properties"]["explanation"].lower() for f in page["features"])


@pytest.mark.parametrize(("language", "word"), [("id", "sedang"), ("en", "medium")])
def test_codes_of_a_statement_are_words_on_its_page_and_codes_as_json(shipped, language, word):
    address = "/collections/ground/items?confidence=medium&fact=banjir_kejadian&limit=3"
    page = shipped.get(f"{address}&f=html&lang={language}").text
    assert "banjir_kejadian</td>" not in page
    assert "desa_terdampak</td>" not in page
    assert f"<td>{word}</td>" in page.replace("\n", "")
    found = shipped.get(address).json()["features"]
    assert {f["properties"]["fact"] for f in found} == {"banjir_kejadian"}
    one = shipped.get(f"/collections/ground/items/{found[0]['id']}?f=html&lang={language}").text
    assert f"<dd>{word}</dd>" in one.replace("\n", "")


def test_readiness_has_pages_but_no_versions(shipped):
    assert shipped.get("/collections/readiness/versions").json()["versions"] == []
    assert shipped.get("/collections/readiness/items?f=html").status_code == 200
    (best,) = shipped.get("/collections/readiness/items?rank=1").json()["features"]
    assert best["properties"]["rank"] == 1


TEXT = st.text(max_size=30) | st.sampled_from(["-1", "1e309", "NaN", "0,0,1,1", "%00", "' OR 1=1"])


@given(
    path=st.sampled_from([ITEMS, "/collections", ITEMS + "/angsana", "/readiness", "/api", "/map"]),
    name=st.sampled_from(["bbox", "limit", "offset", "datetime", "f", "lang", "name", "year"])
    | TEXT,
    value=TEXT,
)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_query_is_a_fault(client, path, name, value):
    answer = client.get(path, params={name: value})
    assert answer.status_code < 500
    if answer.status_code >= 400 and "html" not in answer.headers["content-type"]:
        assert answer.headers["content-type"] == "application/problem+json"


@given(path=st.text(max_size=40))
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_path_is_a_fault(client, path):
    assert client.get("/" + quote(path, safe="/")).status_code < 500
    assert client.get("/collections/zones/items/" + quote(path, safe="")).status_code in (200, 404)
