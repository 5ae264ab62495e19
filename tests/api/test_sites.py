"""Candidate settlement sites over HTTP and on the command line, with a synthetic slope raster."""

import json
import re

import geopandas as gpd
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.app import app
from api.main import create_app
from api.settings import Settings
from geo import published
from tests.api.examples import publish
from tests.geo.land.fine_land import add_fine_land

SITES = "/readiness/cahaya-baru/sites"


@pytest.fixture
def store(reference_store, tmp_path):
    add_fine_land(reference_store, tmp_path)
    return reference_store


@pytest.fixture
def client(store):
    with TestClient(create_app(Settings(store=store.folder), store=store)) as opened:
        yield opened


def test_sites_are_features_best_first_with_reasons_and_notes(client):
    answer = client.get(f"{SITES}?lang=en")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/geo+json"
    document = answer.json()
    means = [f["properties"]["suitability_mean"] for f in document["features"]]
    assert means == sorted(means, reverse=True)
    first = document["features"][0]
    assert first["id"] == "cahaya-baru-sp-1"
    assert first["properties"]["area_ha"] >= 870
    assert first["properties"]["households"] >= 300
    assert first["properties"]["road_distance_m"] is None
    assert "Distance to a road not checked" in first["properties"]["reasons"]
    assert "slope_percent: synthetic (none)" in document["sources"]
    assert any("Peat" in note for note in document["notes"])
    assert (document["status"], document["place_is_known"]) == ("found", False)
    assert document["summary"][0].startswith("Sought: at least 870 ha of land")
    assert "candidate sites" in document["summary"][1]
    assert document["numberReturned"] == 20 < document["numberMatched"]
    assert client.get(document["links"][0]["href"]).json()["features"] == document["features"]
    for link in document["links"]:
        assert client.get(link["href"]).status_code == 200


def test_the_language_is_the_readers(client):
    notes = client.get(SITES, headers={"Accept-Language": "id"}).json()["notes"]
    assert any("Gambut" in note for note in notes)


def test_what_is_asked_changes_what_is_found(client):
    plain = client.get(SITES).json()
    larger = client.get(f"{SITES}?households=500&area_per_household_ha=3.5").json()
    assert all(f["properties"]["area_ha"] >= 1750 for f in larger["features"])
    assert larger["numberMatched"] < plain["numberMatched"]
    strict = client.get(f"{SITES}?min_suitability=100&limit=5").json()
    assert strict["numberReturned"] <= 5
    assert all(f["properties"]["suitability_min"] == 100 for f in strict["features"])


def test_unchanged_sites_are_not_sent_again(client):
    tag = client.get(SITES).headers["etag"]
    assert client.get(SITES, headers={"If-None-Match": tag}).status_code == 304
    other = client.get(f"{SITES}?households=400", headers={"If-None-Match": tag})
    assert other.status_code == 200


def test_a_place_without_an_area_has_no_site_and_says_why(client, store):
    zones = published.layer(store, "zones")
    publish(store, "zones", zones.set_geometry(zones.representative_point()))
    document = client.get("/readiness/sebamban/sites?lang=en").json()
    assert document["features"] == []
    assert "Location only" in document["notes"][0]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("households=0", 400, "InvalidParameter"),
        ("households=many", 400, "InvalidParameter"),
        ("area_per_household_ha=0", 400, "InvalidParameter"),
        ("area_per_household_ha=nan", 400, "InvalidParameter"),
        ("min_suitability=101", 400, "InvalidParameter"),
        ("limit=0", 400, "InvalidParameter"),
        ("rumah=2", 400, "UnknownParameter"),
        ("model=siap", 404, "ModelNotFound"),
        ("model=kebutuhan", 404, "SurfaceNotFound"),
        ("layer=villages", 404, "LayerNotFound"),
    ],
)
def test_bad_values_are_problems(client, query, status, code):
    answer = client.get(f"{SITES}?{query}")
    assert answer.status_code == status
    assert answer.json()["code"] == code


def test_a_desa_is_searched_like_a_zone_and_an_unknown_one_names_only_a_few_of_the_others(client):
    found = client.get("/readiness/63.10.03.2003/sites?layer=desa&min_suitability=1&lang=en").json()
    assert (found["name"], found["numberReturned"]) == ("Sebamban Lama", len(found["features"]))
    problem = client.get(f"{SITES}?layer=desa&lang=en").json()
    assert problem["code"] == "ZoneNotFound"
    assert problem["detail"].count("63.") == 50
    assert re.search(r", and 1,[89]\d\d more\.$", problem["detail"])


def test_an_unknown_zone_is_not_found(client):
    answer = client.get("/readiness/atlantis/sites")
    assert (answer.status_code, answer.json()["code"]) == (404, "ZoneNotFound")


def test_the_command_prints_a_table_and_writes_a_file(store, tmp_path):
    target = tmp_path / "calon.geojson"
    arguments = ["sites", "cahaya-baru", "--households", "200", "--area", "2.9", "--limit", "3"]
    result = CliRunner().invoke(
        app,
        [*arguments, "--out", str(target), "--store", str(store.folder)],
        env={"COLUMNS": "200"},
    )
    assert result.exit_code == 0, result.output
    assert "Kesesuaian" in result.output
    assert "cahaya-baru-sp-3" in result.output
    assert "cahaya-baru-sp-4" not in result.output
    assert "Syarat mutlak yang belum diperiksa" in result.output
    written = gpd.read_file(target)
    assert len(written) == len(json.loads(target.read_text("utf-8"))["features"]) > 3


def test_the_command_says_what_is_wrong(store):
    result = CliRunner().invoke(app, ["sites", "atlantis", "--store", str(store.folder)])
    assert result.exit_code == 1
    assert "cahaya-baru" in result.output
