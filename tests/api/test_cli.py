"""The command line, run as a user runs it."""

import json

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from api.cli import app
from geo.planning import layer
from geo.store import Store
from tests.geo.test_planning import flat_slope


@pytest.fixture
def run(reference_store, monkeypatch):
    """Run a command over a store with the shipped data; 200 columns, so that no word is cut."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("KAWASAN_STORE", str(reference_store.folder))
    runner = CliRunner()

    def invoke(*words, expect=0):
        result = runner.invoke(app, [str(word) for word in words])
        assert result.exit_code == expect, result.output
        return result.output

    return invoke


def test_help_teaches_every_command(run):
    help_ = run("--help")
    for command in ("serve", "assess", "ingest", "land", "export", "key", "store"):
        assert command in help_
        assert "Example" in run(command, "--help") or command in ("land", "key", "store")


def test_the_ranking_is_printed_with_classes_and_data_coverage(run):
    table = run("assess")
    assert "Kawasan Transmigrasi Cahaya Baru" in table
    assert "83,7" in table
    assert "Sangat siap" in table
    assert "data belum cukup" in table
    assert "83.7" in run("assess", "--lang", "en")


def test_a_zone_is_explained(run):
    text = run("assess", "--explain", "gula-habang", "--lang", "en")
    assert "rank 2 of 4" in text
    assert "Not checked: there is no raster peat_depth_m yet." in text


def test_other_weights_and_json(run):
    weights = ["-w", "huni=0,4", "-w", "usaha=.3", "-w", "berkembang=.2", "-w", "lingkungan=.1"]
    document = json.loads(run("assess", "--json", *weights))
    assert sum(document["weights"].values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["assess", "-w", "huni=1"], "Belum ada: berkembang, lingkungan, usaha"),
        (["assess", "--year", "1999"], "Tahun yang tersedia"),
        (["assess", "--model", "x"], "Model 'x' tidak ada"),
        (["assess", "--explain", "atlantis"], "'atlantis' tidak ada"),
        (["export", "jalan", "x.csv"], "Layer 'jalan' tidak ada"),
        (["store", "versions", "x"], "'x' tidak ada"),
    ],
)
def test_errors_are_one_clear_sentence_in_the_users_language(run, words, message):
    output = run(*words, expect=1)
    assert message in " ".join(output.split())
    assert "Traceback" not in output


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "csv", "xlsx"])
def test_exports_keep_codes_as_text(run, tmp_path, suffix):
    target = tmp_path / f"kabupaten.{suffix}"
    run("export", "regencies", target)
    if suffix == "xlsx":
        rows = list(openpyxl.load_workbook(target).active.iter_rows(values_only=True))
        codes = [row[rows[0].index("code")] for row in rows[1:]]
    elif suffix == "csv":
        codes = pd.read_csv(target, dtype=str)["code"].tolist()
    else:
        codes = gpd.read_file(target)["code"].tolist()
    assert len(codes) == 13
    assert {"63.01", "63.10"} <= set(codes)


def test_the_assessment_is_exported_with_empty_cells_for_what_is_missing(run, tmp_path):
    target = tmp_path / "penilaian.csv"
    run("export", "readiness", target)
    table = pd.read_csv(target, dtype=str).set_index("area_id")
    assert table.loc["cahaya-baru", "rank"] == "1"
    assert table.loc["angsana", ["score", "rank", "measure_lereng"]].isna().all()


def test_a_land_raster_is_added_and_its_readers_are_named(run, tmp_path):
    said = run(
        *("land", "add", flat_slope(tmp_path), "--as", "slope_percent"),
        *("--source", "synthetic", "--licence", "none"),
    )
    assert "kesiapan.lereng" in said
    assert "slope_percent" in run("land", "list")


def test_a_raster_that_cannot_serve_is_refused_with_the_reason(run, tmp_path, make_raster):
    path = make_raster([[1.0]], cell=30, origin=(0, 0))
    said = run(
        *("land", "add", path, "--as", "slope_percent"),
        *("--source", "s", "--licence", "l"),
        expect=1,
    )
    assert "tidak menyentuh provinsi" in " ".join(said.split())


def test_a_boundary_file_is_checked_published_and_rolled_back(run, reference_store, tmp_path):
    zones = layer(reference_store, "zones")
    moved = zones.assign(geometry=zones.geometry.translate(0.01, 0)).reset_index(drop=True)
    path = tmp_path / "zona.gpkg"
    moved.to_file(path)
    run("ingest", path, "--check")
    assert len(reference_store.versions("zones")) == 1
    assert "zones: 2" in run("ingest", path, "--note", "Hasil rapat")
    assert "Hasil rapat" in run("store", "versions", "zones")
    run("store", "rollback", "zones", 1, "--note", "Salah berkas")
    assert reference_store.version("zones").number == 1


def test_a_file_with_faults_is_refused_naming_the_feature_and_changes_nothing(
    run, reference_store, tmp_path
):
    bow_tie = shapely.Polygon([(115, -3), (115.1, -3.1), (115.1, -3), (115, -3.1)])
    frame = gpd.GeoDataFrame(
        {"zone_id": ["silang"], "name": ["Silang"], "regency_code": ["63.03"]},
        geometry=[bow_tie],
        crs="EPSG:4326",
    )
    path = tmp_path / "zona.geojson"
    frame.to_file(path)
    said = " ".join(run("ingest", path, expect=1).split())
    assert "silang" in said
    assert "error" in said
    assert reference_store.version("zones").number == 1


def test_an_indicator_table_with_unknown_codes_is_refused_naming_them(
    run, reference_store, tmp_path
):
    path = tmp_path / "tpt.csv"
    columns = "regency_code,indicator,year,period,value,unit,source,source_url,note,confidence\n"
    path.write_text(
        columns + "63.99,tpt_agustus,2026,Agustus 2026,4.1,%,BPS,https://bps.go.id,,ok\n"
    )
    said = " ".join(run("ingest", path, "--as", "indicators", expect=1).split())
    assert "63.99" in said
    assert reference_store.version("indicators").number == 1


def test_a_new_indicator_table_is_published_and_read_at_once(run, reference_store, tmp_path):
    from geo import planning

    table = planning.indicators(reference_store)
    newer = (
        table[table["indicator"] == "tpt_agustus"]
        .query("year == 2025")
        .assign(year=2026, period="Agustus 2026")
    )
    path = tmp_path / "indikator.csv"
    pd.concat([table, newer]).to_csv(path, index=False)
    assert "indicators: 2" in run("ingest", path, "--as", "indicators", "--source", "uji")
    assert planning.years(reference_store, "kebutuhan")[-1] == 2026


def test_a_key_is_shown_once_and_can_be_revoked(run, reference_store):
    key = run("key", "add", "--label", "Meja GIS").strip()
    prefix = key.split("_")[1]
    assert reference_store.key_label(key) == f"Meja GIS ({prefix})"
    listed = run("key", "list")
    assert prefix in listed
    assert key not in listed
    run("key", "revoke", prefix)
    assert reference_store.key_label(key) is None


def test_a_store_with_a_changed_snapshot_is_found_out(run, reference_store):
    run("store", "check")
    path = reference_store.version("zones").path
    path.write_bytes(path.read_bytes() + b"x")
    assert "altered" in run("store", "check", expect=1)


def test_an_empty_store_is_filled_by_the_first_command(tmp_path, monkeypatch):
    monkeypatch.setenv("KAWASAN_STORE", str(tmp_path / "new"))
    result = CliRunner().invoke(app, ["assess"])
    assert result.exit_code == 0
    store = Store(tmp_path / "new")
    assert len(store.datasets()) == 9
    store.close()
