"""Assessments as files: what is on the screen, openable by others."""

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from geo import published as layers
from geo.readiness.documents import beside_layer
from tests.reference_scores import CAHAYA_BARU, CAHAYA_BARU_RANK_EN


@pytest.fixture
def client(shipped_client):
    return shipped_client


@pytest.fixture
def saved(client, tmp_path):
    def save(address):
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        name = answer.headers["content-disposition"].split('"')[1]
        path = tmp_path / name
        path.write_bytes(answer.content)
        return path

    return save


@pytest.mark.parametrize("format", ["geojson", "gpkg"])
def test_map_files_hold_every_zone_with_score_rank_and_reason(saved, format):
    path = saved(f"/exports/zones.{format}?lang=en")
    assert path.name == f"kawasan-kesiapan-zones-2025.{format}"
    zones = gpd.read_file(path)
    assert len(zones) == 14
    first = zones[zones["name"] == "Kawasan Transmigrasi Cahaya Baru"].iloc[0]
    assert first["score"] == pytest.approx(CAHAYA_BARU, abs=1e-3)
    assert f"rank {CAHAYA_BARU_RANK_EN}" in first["explanation"]


def test_tables_keep_codes_as_text(saved):
    table = pd.read_csv(saved("/exports/kecamatan.csv"), dtype=str)
    assert "63.01.01" in set(table["area_id"])
    sheet = openpyxl.load_workbook(saved("/exports/zones.xlsx")).active
    assert sheet.max_row == 15


@pytest.mark.parametrize("layer", ["idm", "ground"])
@pytest.mark.parametrize("format", ["geojson", "gpkg", "csv", "xlsx"])
def test_a_layer_that_nothing_scores_is_a_file_as_published(saved, reference_store, layer, format):
    path = saved(f"/exports/{layer}.{format}")
    assert path.name == f"kawasan-{layer}.{format}"
    table = {"csv": pd.read_csv, "xlsx": pd.read_excel}.get(format, gpd.read_file)(path)
    published = layers.layer(reference_store, layer)
    assert len(table) == len(published)
    assert set(published.columns) - {"geometry"} <= set(table.columns)


def test_a_way_of_scoring_is_refused_where_nothing_is_scored(client):
    answer = client.get("/exports/idm.csv?year=2024&lang=en")
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")
    assert "idm" in answer.json()["detail"]
    assert client.get("/exports/idm.csv").headers["etag"]


@pytest.mark.parametrize("layer", ["zones", "kecamatan", "regencies"])
def test_the_columns_of_the_layer_stand_beside_the_scores(saved, reference_store, layer):
    table = pd.read_csv(saved(f"/exports/{layer}.csv"), dtype=str)
    own = layers.layer(reference_store, layer).drop(columns="geometry")
    names = {name: f"layer_{name}" if f"layer_{name}" in table else name for name in own}
    assert set(names.values()) <= set(table.columns)
    assert {"score", "rank", "explanation", "model", "year"} <= set(table.columns)
    for name in own.columns[own.notna().any()]:
        assert table[names[name]].notna().sum() == own[name].notna().sum(), name


def test_a_column_named_like_one_of_the_assessment_keeps_its_figures():
    shape = gpd.GeoSeries.from_wkt(["POINT (115 -3)"], index=["a"], crs="EPSG:4326")
    results = gpd.GeoDataFrame({"year": [2025]}, geometry=shape, index=["a"])
    zones = gpd.GeoDataFrame({"Year": [1999], "layer_Year": ["x"]}, geometry=shape, index=["a"])
    table = beside_layer(results, zones)
    assert table.loc["a", ["year", "layer_Year", "layer_layer_Year"]].tolist() == [2025, "x", 1999]


def test_the_weights_and_the_method_of_the_screen_are_in_the_file(client):
    plain = client.get("/exports/zones.geojson").json()
    weighed = client.get(
        "/exports/zones.geojson?weights=huni:0.4,usaha:0.3,berkembang:0.2,lingkungan:0.1"
    ).json()
    careful = client.get("/exports/zones.geojson?method=owa&risk=0.2").json()
    scores = [
        {f["id"]: f["properties"]["score"] for f in found["features"]}["cahaya-baru"]
        for found in (plain, weighed, careful)
    ]
    assert scores[0] == pytest.approx(CAHAYA_BARU, abs=0.05)
    assert scores[1] == pytest.approx(54.567, abs=0.05)
    assert scores[2] < scores[0]


def test_an_unchanged_file_is_not_sent_again(client):
    first = client.get("/exports/zones.geojson")
    again = client.get("/exports/zones.geojson", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/exports/zones.shp", 400, "InvalidParameter"),
        ("/exports/nothing.csv", 404, "LayerNotFound"),
        ("/exports/zones.csv?weights=huni", 400, "InvalidParameter"),
        ("/exports/zones.csv?weights=huni:0.5,huni:0.5", 400, "InvalidParameter"),
        ("/exports/zones.csv?weights=huni:1", 400, "InvalidWeights"),
        ("/exports/zones.csv?method=best", 400, "InvalidMethod"),
    ],
)
def test_what_cannot_be_exported_is_a_clear_problem(client, address, status, code):
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.json()["code"] == code
