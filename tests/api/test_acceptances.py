"""What a sender accepts at submission is what its report said then: later losses are accepted anew."""

import shutil

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo import published
from geo.programme.publish_targets import targets
from geo.store.store import Store
from tests import hostile
from tests.api.test_figure_uploads import FIGURES_HEAD
from tests.api.test_uploads import as_gpkg, open_service, zones
from tests.api.test_uploads import published as published_layer

TARGETS_HEAD = "regency_code;indicator;year;least;most;unit;level;document;source\n"
SEEN = {"note": "Rapat", "accept_warnings": True}


@pytest.fixture(scope="module")
def door(reference_folder, tmp_path_factory):
    """The service over a copy of the shipped data, with the keys of an editor and a publisher."""
    folder = tmp_path_factory.mktemp("acceptances") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    with TestClient(create_app(Settings(store=folder), store=store)) as client:
        yield store, client, keys_of(store)
    store.close()


def keys_of(store):
    keys = {role: store.keys.add(role, role=role) for role in ("editor", "publisher")}
    keys["other"] = store.keys.add("other", approves_own=True)
    return {
        name: {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
        for name, key in keys.items()
    }


def figure(table, code, *, indicator="tpt_agustus", more=0.0):
    rows = table[(table["indicator"] == indicator) & (table["regency_code"] == code)]
    last = rows.sort_values("year").iloc[-1]
    facts = (code, indicator, last["year"], last["period"], last["value"] + more, last["unit"])
    return ";".join(map(str, (*facts, last["source"], ""))) + "\n"


def target(code, most):
    return f"{code};tpt_agustus;2029;3,1;{most};%;rpjmd;RPJMD;Bappeda\n"


def table_sent(client, headers, dataset, content, **fields):
    made = client.post(
        "/uploads",
        files={"file": ("tabel.csv", content)},
        data={"collection": dataset, **fields},
        headers=headers,
    )
    assert made.status_code == 201, made.json()
    return made.headers["location"]


def table_published(client, headers, dataset, content):
    address = table_sent(client, headers, dataset, content)
    done = client.post(f"{address}/publish", json=SEEN, headers=headers)
    assert done.status_code == 200, done.json()


def moved(client, headers, address):
    """The version that an upload is compared with once it is found that its dataset has moved."""
    answer = client.post(f"{address}/publish", json={}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "LayerMoved"), answer.json()
    return answer.json()["facts"]["base"]


def asked_anew(store, client, headers, address, dataset):
    """That an approval is held back once its dataset has moved, and goes on with a new acceptance."""
    seen = {"expected": moved(client, headers, address)}
    held = client.post(f"{address}/publish", json=seen, headers=headers)
    assert (held.status_code, held.json()["code"]) == (409, "WarningsNotAccepted")
    assert store.version(dataset).number == seen["expected"]
    done = client.post(
        f"{address}/publish", json={**seen, "accept_warnings": True}, headers=headers
    )
    assert done.status_code == 200, done.json()


def test_figures_that_would_be_lost_of_a_newer_version_are_accepted_anew(door):
    store, client, keys = door
    table = published.indicators(store)

    def handed_in():
        rows = FIGURES_HEAD + figure(published.indicators(store), "63.01", more=0.01)
        address = table_sent(client, keys["editor"], "indicators", rows, replace="ya")
        sent = client.post(f"{address}/submit", json=SEEN, headers=keys["editor"])
        assert sent.json()["report"]["to_accept"] == 1
        return address

    address = handed_in()
    other = FIGURES_HEAD + figure(table, "63.02", more=0.02)
    table_published(client, keys["other"], "indicators", other)
    asked_anew(store, client, keys["publisher"], address, "indicators")
    store.rollback("indicators", 1, actor="adi", note="lagi")

    # A newer version that has nothing to do with it leaves what was accepted as it was.
    address = handed_in()
    apart = FIGURES_HEAD + figure(table, "63.02", indicator="tpak_agustus", more=0.02)
    table_published(client, keys["other"], "indicators", apart)
    seen = {"expected": moved(client, keys["publisher"], address)}
    done = client.post(f"{address}/publish", json=seen, headers=keys["publisher"])
    assert done.status_code == 200, done.json()


def test_targets_that_would_be_lost_of_a_newer_version_are_accepted_anew(door):
    store, client, keys = door
    table_published(client, keys["other"], "targets", TARGETS_HEAD + target("63.10", "3,9"))
    content = TARGETS_HEAD + target("63", "3,97")
    address = table_sent(client, keys["editor"], "targets", content, replace="ya")
    sent = client.post(f"{address}/submit", json=SEEN, headers=keys["editor"])
    assert sent.json()["report"]["to_accept"] == 1
    table_published(client, keys["other"], "targets", TARGETS_HEAD + target("63.02", "3,8"))
    asked_anew(store, client, keys["publisher"], address, "targets")
    assert "63.02" not in set(targets(store)["regency_code"])


def test_entries_of_an_index_that_a_file_would_lose_of_a_newer_version_are_accepted_anew(door):
    store, client, keys = door
    shipped = client.get("/indices/ipk?f=toml").text
    weight = {"id": "pengupahan", "weight": 0.1}
    body = {"slots": [weight], "note": "Bobot", "publish": True}
    assert client.post("/indices/ipk", json=body, headers=keys["other"]).status_code == 201
    said = {"note": "Berkas", "accept_warnings": "true"}
    made = client.put("/indices/ipk", content=shipped, params=said, headers=keys["editor"])
    assert (made.json()["state"], made.json()["report"]["to_accept"]) == ("submitted", 1)
    body["slots"] = [{**weight, "weight": 0.2}]
    assert client.post("/indices/ipk", json=body, headers=keys["other"]).status_code == 201
    asked_anew(store, client, keys["publisher"], f"/uploads/{made.json()['upload']}", "index-ipk")


@pytest.mark.usefixtures("read_here")
def test_features_that_would_be_lost_of_a_newer_version_are_accepted_anew(tmp_path):
    store, app = open_service(tmp_path)
    keys = keys_of(store)
    with TestClient(app) as client:
        path = as_gpkg(tmp_path / "a", zones().iloc[:2].reset_index(drop=True))
        made = client.post("/uploads", files=hostile.multipart_of(path), headers=keys["editor"])
        address = made.headers["location"]
        sent = client.post(f"{address}/submit", json=SEEN, headers=keys["editor"])
        assert sent.json()["report"]["to_accept"] == 1
        more = zones()
        more.loc["sebamban", "name"] = "Sebamban Baru"
        published_layer(store, "zones", more)
        asked_anew(store, client, keys["publisher"], address, "zones")
    store.close()
