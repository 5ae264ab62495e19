"""The upload door for tables of figures: checked like a layer, put into the published table."""

import shutil

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo import published
from geo.store.store import Provenance, Store

FIGURES_HEAD = "regency_code;indicator;year;period;value;unit;source;source_url\n"


def errors_of(answer):
    report = answer.json().get("facts", answer.json())["report"]
    return [f for f in report["findings"] if f["severity"] == "error"]


def sent_figures(client, headers, content, **fields):
    return client.post(
        "/uploads",
        files={"file": ("tpt_2026.csv", content)},
        data={"collection": "indicators", **fields},
        headers=headers,
    )


@pytest.fixture(scope="module")
def figures_door(reference_folder, tmp_path_factory):
    """The service over a copy of the shipped data, and the headers of a key of its."""
    folder = tmp_path_factory.mktemp("figures") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    app = create_app(Settings(store=folder), store=store)
    with TestClient(app) as client:
        yield (
            store,
            client,
            {
                "Authorization": f"Bearer {store.keys.add('gis', approves_own=True)}",
                "Accept-Language": "en",
            },
        )
    store.close()


def test_figures_are_uploaded_checked_and_published_over_http(figures_door):
    store, client, headers = figures_door
    before = published.indicators(store)
    rows = "63.01;tpt_agustus;2026;;3,31;%;BPS;\n63.02;tpt_agustus;2026;;...;%;BPS;\n"
    answer = sent_figures(client, headers, FIGURES_HEAD + rows)
    assert answer.status_code == 201, answer.json()
    document = answer.json()
    assert document["collection"] == "indicators"
    assert document["report"]["difference"]["counts"]["added"] == 1
    moves, dots = document["report"]["findings"]
    assert (moves["code"], dots["code"]) == ("assessment_year_moves", "missing_dots")
    assert moves["to_accept"]
    # One regency has a figure of 2026: the assessment moves for all thirteen.
    assert (
        "from 2025 to 2026, though 12 of 13 regencies have no figure of 2026 (Kabupaten Kotabaru, "
        in (moves["sentence"]["en"])
    )
    assert store.version("indicators").number == 1

    address = answer.headers["location"]
    said = {"note": "Sakernas Agustus 2026", "source": "BPS"}
    held = client.post(f"{address}/publish", json=said, headers=headers)
    assert (held.status_code, held.json()["code"]) == (409, "WarningsNotAccepted")
    said |= {"accepted": ["assessment_year_moves"]}
    done = client.post(f"{address}/publish", json=said, headers=headers)
    assert (done.status_code, done.json()["version"]) == (200, 2)
    after = published.indicators(store)
    assert len(after) == len(before) + 1
    new = after[(after["regency_code"] == "63.01") & (after["period"] == "Agustus 2026")]
    assert new[["value", "unit"]].values.tolist() == [[3.31, "% angkatan kerja"]]
    assert client.get("/indicators/tpt_agustus/classes").json()["years"][-1] == 2026
    assert client.post(f"{address}/publish", json=said, headers=headers).status_code == 409


def test_figures_with_faults_are_refused_over_http_with_all_of_them(figures_door):
    store, client, headers = figures_door
    number = store.version("indicators").number
    rows = "63.01;tpt_agustus;2026;;425;%;BPS;\n63.99;TPT;2206;;4,2;fraksi;BPS;\n"
    answer = sent_figures(client, headers, FIGURES_HEAD + rows)
    assert answer.status_code == 422
    assert {f["code"] for f in errors_of(answer)} == {
        *("figure_impossible", "region_unknown", "indicator_unknown", "year_outside"),
    }
    assert "Row 2, column value (E)" in answer.json()["detail"]
    assert store.version("indicators").number == number


def test_the_report_of_figures_tells_each_change_and_what_is_lost(figures_door):
    store, client, headers = figures_door
    table = published.indicators(store)
    rows = table[(table["indicator"] == "tpt_agustus") & (table["regency_code"] == "63.01")]
    last = rows[rows["year"] == 2025].iloc[0]
    content = f"{FIGURES_HEAD}63.01;tpt_agustus;{last['year']};;{last['value'] + 0.5};%;{last['source']};\n"
    answer = sent_figures(client, headers, content, replace="ya")
    report, address = answer.json()["report"], answer.headers["location"]
    changed, *removed = report["difference"]["figures"]
    same = table[(table["indicator"] == "tpt_agustus") & (table["year"] == last["year"])]
    # Of other years and indicators nothing is lost, and what is lost must be accepted.
    assert {(one["indicator"], one["period"]) for one in removed} == {
        ("tpt_agustus", last["period"])
    }
    assert len(removed) == len(same) - 1 == report["difference"]["counts"]["removed"]
    (told,) = [found for found in report["findings"] if found["code"] == "figures_removed"]
    assert f"(August), {last['period']}: {len(removed)}." in told["sentence"]["en"]
    held = client.post(f"{address}/publish", json={"note": "x"}, headers=headers)
    assert (held.status_code, held.json()["code"]) == (409, "WarningsNotAccepted")
    assert changed["way"] == "changed"
    assert (changed["before"], changed["after"]) == (last["value"], last["value"] + 0.5)
    assert changed["regency_code"] == "63.01"
    assert {one["way"] for one in removed} == {"removed"}


def test_figures_far_from_the_last_are_published_only_when_accepted(figures_door):
    store, client, headers = figures_door
    number = store.version("indicators").number
    table = "Kabupaten/Kota;2026\nTanah Bumbu;12,5\n"
    answer = sent_figures(
        client, headers, table, indicator="tpt_agustus", source="BPS", numbers="id"
    )
    assert (answer.status_code, answer.json()["report"]["to_accept"]) == (201, 1)
    address = answer.headers["location"]
    held = client.post(f"{address}/publish", json={"note": "x"}, headers=headers)
    assert (held.status_code, held.json()["code"]) == (409, "WarningsNotAccepted")
    assert store.version("indicators").number == number
    looked_at = {"note": "x", "accept_warnings": True}
    assert client.post(f"{address}/publish", json=looked_at, headers=headers).status_code == 200
    latest = client.get("/collections/indicators/versions").json()["versions"][0]
    assert latest["changed"] == answer.json()["report"]["difference"]["counts"]
    page = client.get("/collections/indicators/versions?f=html").text
    found = client.get("/collections/indicators/difference").json()
    assert f"from={latest['replaced']}&amp;to={latest['number']}" in page
    assert found["figures"][0]["indicator"] == "tpt_agustus"


@pytest.mark.parametrize(
    ("fields", "status"), [({"numbers": "de"}, 400), ({"replace": "mungkin"}, 400)]
)
def test_fields_of_figures_are_checked(figures_door, fields, status):
    _, client, headers = figures_door
    assert sent_figures(client, headers, FIGURES_HEAD, **fields).status_code == status


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 422), (b"%PDF-1.7", 415), (b"PK\3\4 cut", 422), (b"a\0b,c\n", 422)],
)
def test_what_is_no_table_of_figures_is_refused_over_http(figures_door, content, status):
    store, client, headers = figures_door
    number = store.version("indicators").number
    answer = sent_figures(client, headers, content)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert store.version("indicators").number == number


@pytest.mark.parametrize("dataset", ["indicators", "land-lereng_uji"])
def test_figures_and_rasters_go_back_by_the_path_of_the_layers(figures_door, dataset):
    store, client, headers = figures_door
    if dataset not in store.datasets():
        said = Provenance(actor="gis", note="uji", source="uji", licence="CC0-1.0")
        for content in (b"lama", b"baru"):
            store.publish(dataset, "raster", content, suffix=".tif", provenance=said)
    address, back = f"/collections/{dataset}/rollback", {"number": 1, "note": "salah berkas"}
    assert client.post(address, json=back).status_code == 401
    answer = client.post(address, json=back, headers=headers)
    assert (answer.status_code, answer.json()["version"]) == (200, 1), answer.text
    assert store.version(dataset).number == 1
    missing = client.post(address, json={**back, "number": 99}, headers=headers)
    assert (missing.status_code, missing.json()["code"]) == (404, "VersionNotFound")
    assert (
        client.post("/collections/region/rollback", json=back, headers=headers).status_code == 404
    )
