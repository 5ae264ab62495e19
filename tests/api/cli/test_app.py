"""The command line, run as a user runs it."""

import json
import socket
import sqlite3
from contextlib import closing

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.app import app
from api.settings import Settings
from geo.planning.reference import load_reference
from geo.planning.shipped import DATASETS
from geo.published import layer
from geo.store.store import Store
from tests.geo.planning.test_assess import flat_slope
from tests.reference_scores import CAHAYA_BARU_ID


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


@pytest.fixture
def run_at_terminal(reference_store, monkeypatch):
    """Run a command with somebody at the keyboard who gives `answers`."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("KAWASAN_STORE", str(reference_store.folder))
    monkeypatch.setattr("typer.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)

    def invoke(*words, answers):
        result = CliRunner().invoke(app, [str(word) for word in words], input=answers)
        assert result.exit_code == 0, result.output
        return " ".join(result.output.split())

    return invoke


def test_help_teaches_every_command(run):
    help_ = run("--help")
    for command in ("serve", "assess", "ingest", "land", "export", "key", "store"):
        assert command in help_
        assert "Example" in run(command, "--help") or command in ("land", "key", "store")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["export", "zones", "x.csv", "--lang", "de"], "'de': id, en"),
        (["ingest", __file__, "--replace"], "--replace dan --numbers hanya untuk --as indicators"),
        (
            ["ingest", __file__, "--replace", "--lang", "en"],
            "--replace and --numbers are for --as indicators",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_done(run, words, message):
    assert message in " ".join(run(*words, expect=2).split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["export", "jalan", "x.csv"], "Layer 'jalan' tidak ada"),
        (["export", "indicators", "x.csv"], "Layer 'indicators' tidak ada"),
        (["export", "zones", "nowhere/x.csv"], "Folder nowhere tidak ada"),
        (["export", "zones", "nowhere/x.pmtiles"], "Folder nowhere tidak ada"),
        (["key", "revoke", "deadbeef"], "Kunci 'deadbeef' tidak ada"),
        (["upload", "publish", "0123456789abcdef", "--note", "x"], "'0123456789abcdef' tidak ada"),
        (["upload", "withdraw", "0123456789abcdef"], "'0123456789abcdef' tidak ada"),
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


@pytest.mark.parametrize("suffix", ["pmtiles", "mbtiles"])
def test_a_layer_is_exported_as_map_tiles(run, tmp_path, suffix):
    target = tmp_path / f"kabupaten.{suffix}"
    run("export", "regencies", target)
    assert [path.name for path in tmp_path.glob("kabupaten*")] == [target.name]
    tiles = gpd.read_file(target)
    assert set(tiles["id"]) >= {"63.01", "63.10"}
    assert tiles["name"].notna().all()


def test_the_assessment_is_exported_with_empty_cells_for_what_is_missing(run, tmp_path):
    target = tmp_path / "penilaian.csv"
    run("export", "readiness", target)
    table = pd.read_csv(target, dtype=str).set_index("area_id")
    assert table.loc["angsana", "rank"] == "1"
    assert table.loc["angsana", ["measure_lereng", "measure_tutupan_lahan"]].isna().all()


def test_a_land_raster_is_added_and_its_readers_are_named(run, tmp_path):
    said = run(
        *("land", "add", flat_slope(tmp_path), "--as", "slope_percent"),
        *("--source", "synthetic", "--licence", "none"),
    )
    assert "kesiapan.lereng" in said
    assert "slope_percent" in run("land", "list")


COVER = ("--as", "landcover", "--source", "uji", "--licence", "uji")


@pytest.fixture
def cover(make_raster):
    cells = np.full((80, 70), 12, dtype="uint8")
    return make_raster(cells, cell=0.05, origin=(114.2, -1.1), crs="EPSG:4326", nodata=255)


@pytest.mark.usefixtures("earlier_store")
def test_land_add_asks_what_a_raster_of_classes_is_fit_for_and_says_who_does_not_read_it(
    run, cover
):
    refused = " ".join(run("land", "add", cover, *COVER, expect=1).split())
    assert "kesiapan.lahan_terbuka, kesiapan.bukan_hutan, kesiapan.lahan_basah" in refused
    assert 'misalnya lahan_terbuka="' in refused
    stated = ("--fit", "kesiapan.lahan_basah=diperiksa = benar", "--unfit", "bukan_hutan=kabur")
    said = " ".join(run("land", "add", cover, *COVER, *stated).split())
    assert "→ kesiapan.lahan_basah •" in said
    assert "kesiapan.bukan_hutan: Peta tutupan lahan tidak dapat mengukur ini: kabur" in said
    assert "kesiapan.lahan_terbuka: Peta tutupan lahan tidak dinyatakan layak" in said
    listed = run("land", "list")
    assert "layak untuk" in listed
    assert "kesiapan.bukan_hutan: Peta tutupan lahan" in " ".join(listed.split())
    assert "write CRITERION=WHY" in run(
        *("land", "add", cover, *COVER, "--fit", "lahan_basah", "--lang", "en"), expect=2
    )


@pytest.mark.usefixtures("earlier_store")
def test_land_add_asks_at_a_terminal_one_question_a_criterion(run_at_terminal, cover):
    said = run_at_terminal("land", "add", cover, *COVER, answers="sel 5 km cukup\n\n\n")
    assert "Mengapa landcover layak untuk kesiapan.lahan_terbuka – Lahan terbuka" in said
    assert "→ kesiapan.lahan_terbuka" in said
    assert "kesiapan.lahan_basah: Peta tutupan lahan tidak dinyatakan layak" in said


def test_a_raster_that_cannot_serve_is_refused_with_the_reason(run, tmp_path, make_raster):
    path = make_raster([[1.0]], cell=30, origin=(0, 0))
    said = run(
        *("land", "add", path, "--as", "slope_percent"),
        *("--source", "s", "--licence", "l"),
        expect=1,
    )
    assert "tidak menyentuh daratan" in " ".join(said.split())


def test_a_road_file_becomes_a_distance_and_scores_the_road_criterion(run, tmp_path):
    path = tmp_path / "jalan.geojson"
    line = shapely.LineString([(114.6, -3.3), (115.5, -3.0), (116.2, -3.2)])
    gpd.GeoDataFrame({"nama": ["Trans"]}, geometry=[line], crs="EPSG:4326").to_file(path)
    said = run(
        *("land", "distance", path, "--as", "main_road_distance_m", "--cell", 1000),
        *("--year", 2026, "--source", "synthetic", "--licence", "none"),
    )
    assert "land-main_road_distance_m: 2" in said
    assert "kesiapan.jalan_utama" in said
    assert "main_road_distance_m" in run("land", "list")
    zone = json.loads(run("assess", "--explain", "cahaya-baru", "--json"))
    road = next(c for c in zone["criteria"] if c["criterion"] == "jalan_utama")
    assert road["measure"] > 0
    assert road["period"] == "2026"


def test_a_file_without_lines_is_no_road_file(run, tmp_path):
    path = tmp_path / "kota.geojson"
    gpd.GeoDataFrame(geometry=[shapely.Point(115, -3)], crs="EPSG:4326").to_file(path)
    said = run(
        *("land", "distance", path, "--as", "road_distance_m"),
        *("--source", "s", "--licence", "l"),
        expect=1,
    )
    assert "layer ini menerima garis" in " ".join(said.split())


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
    assert "kesalahan" in said
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
    from geo import published

    table = published.indicators(reference_store)
    newer = (
        table[table["indicator"] == "tpt_agustus"]
        .query("year == 2025")
        .assign(year=2026, period="Agustus 2026")
    )
    path = tmp_path / "indikator.csv"
    pd.concat([table, newer]).to_csv(path, index=False)
    assert "indicators: 2" in run("ingest", path, "--as", "indicators", "--source", "uji")
    assert published.years(reference_store, "kebutuhan")[-1] == 2026


def test_a_table_of_one_figure_is_added_to_all_others(run, reference_store, tmp_path):
    from geo import published

    before = published.indicators(reference_store)
    path = tmp_path / "tpt.csv"
    path.write_text(
        "regency_code,indicator,year,period,value,unit,source,source_url\n"
        "63.01,tpt_agustus,2026,Agustus 2026,4.1,%,BPS,https://bps.go.id\n"
    )
    checked = run("ingest", path, "--as", "indicators", "--check")
    counts = ["ditambah:", "1", "berubah:", "0", "tetap:", str(len(before)), "dihapus:", "0"]
    assert checked.split()[-8:] == counts
    assert reference_store.version("indicators").number == 1
    # One figure of 2026 would move the year of the assessment for all thirteen.
    assert "12 dari 13" in run("ingest", path, "--as", "indicators", expect=1)
    run("ingest", path, "--as", "indicators", "--accept-warnings")
    assert len(published.indicators(reference_store)) == len(before) + 1
    assert "Cahaya Baru" in run("assess")


def test_figures_are_removed_only_when_that_is_asked_for(run, reference_store, tmp_path):
    from geo import published

    path = tmp_path / "indikator.csv"
    table = published.indicators(reference_store)
    table.query("year == 2025 and regency_code != '63.01'").to_csv(path, index=False)
    assert f"tetap: {len(table)}" in run("ingest", path, "--as", "indicators", "--check")
    asked = ("ingest", path, "--as", "indicators", "--replace")
    run(*asked, expect=1)
    assert published.indicators(reference_store).equals(table)
    said = run(*asked, "--accept-warnings")
    left = published.indicators(reference_store)
    lost = table.query("year == 2025 and regency_code == '63.01'")
    assert len(lost)
    assert len(left) == len(table) - len(lost)
    assert left.query("year == 2025 and regency_code == '63.01'").empty
    assert f"dihapus: {len(lost)}" in said


def test_a_model_is_written_out_edited_and_added(run, reference_store, tmp_path):
    path = tmp_path / "kantor.toml"
    path.write_text(run("model", "show", "kesiapan").replace('id = "kesiapan"', 'id = "kantor"'))
    said = run("model", "add", path, "--note", "Hasil rapat", "--licence", "CC0")
    assert "model-kantor: 1" in said
    assert "slope_percent" in said
    assert "Hasil rapat" in run("store", "versions", "model-kantor")
    assert CAHAYA_BARU_ID in run("assess", "--model", "kantor")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_a_model_that_an_editor_of_windows_saved_is_read(run, tmp_path, encoding):
    path = tmp_path / "kantor.toml"
    text = run("model", "show").replace('id = "kesiapan"', 'id = "kantor"', 1)
    path.write_text(text.replace("\n", "\r\n"), encoding=encoding, newline="")
    assert "model-kantor: 1" in run("model", "add", path, "--note", "uji")


def test_a_model_in_another_encoding_is_refused_as_text(run, tmp_path):
    path = tmp_path / "kantor.toml"
    path.write_bytes(b'id = "kantor \x96"')
    assert "kantor.toml" in run("model", "add", path, expect=1)


def test_a_model_with_a_fault_is_refused_naming_the_place(run, reference_store, tmp_path):
    path = tmp_path / "kantor.toml"
    before = reference_store.version("model-kesiapan")
    path.write_text(run("model", "show").replace("one_at = 80", "one_at = 60"))
    said = " ".join(run("model", "add", path, expect=1).split())
    assert "criterion 'ipm', value" in said
    assert reference_store.version("model-kesiapan") == before


def test_a_layer_that_was_downloaded_and_saved_again_has_not_changed(
    run, reference_store, tmp_path
):
    from api.main import create_app
    from api.settings import Settings

    settings = Settings(store=reference_store.folder)
    with TestClient(create_app(settings, store=reference_store)) as client:
        items = tmp_path / "zona.geojson"
        items.write_bytes(client.get("/collections/zones/items?limit=100").content)
    saved = tmp_path / "zona.gpkg"
    gpd.read_file(items).to_file(saved)
    assert "id" in gpd.read_file(saved)
    said = run("ingest", saved, "--check")
    assert "berubah: 0" in said
    assert "tetap: 14" in said


def test_a_key_is_shown_once_and_can_be_revoked(run, reference_store):
    key = run("key", "add", "--label", "Petugas GIS").strip()
    prefix = key.split("_")[1]
    assert reference_store.keys.actor_of(key).name == f"Petugas GIS ({prefix})"
    listed = run("key", "list")
    assert prefix in listed
    assert key not in listed
    run("key", "revoke", prefix)
    assert reference_store.keys.actor_of(key) is None


def test_a_store_with_a_changed_snapshot_is_found_out(run, reference_store):
    run("store", "check")
    path = reference_store.version("zones").path
    path.write_bytes(path.read_bytes() + b"x")
    assert "berubah" in run("store", "check", expect=1)


def test_an_empty_store_is_filled_by_the_first_command(tmp_path, monkeypatch):
    monkeypatch.setenv("KAWASAN_STORE", str(tmp_path / "new"))
    result = CliRunner().invoke(app, ["assess"])
    assert result.exit_code == 0
    store = Store(tmp_path / "new")
    assert set(store.datasets()) == DATASETS
    store.close()


def test_a_checked_upload_waits_is_listed_and_published_or_withdrawn(
    run, reference_store, tmp_path
):
    zones = layer(reference_store, "zones").reset_index(drop=True)
    path = tmp_path / "zona.gpkg"
    zones.assign(geometry=zones.geometry.translate(0.01, 0)).to_file(path)
    run("ingest", path, "--check")
    run("ingest", path, "--check")
    gone, kept = reference_store.uploads.newest("ready")
    listed = run("upload", "list")
    assert gone.upload in listed
    assert kept.upload in listed

    assert "zones: 2" in run("upload", "publish", kept.upload, "--note", "Hasil rapat")
    assert reference_store.version("zones").note == "Hasil rapat"
    run("upload", "submit", kept.upload, "--note", "x", expect=1)

    assert "berubah" in run("upload", "choose", gone.upload, "--column", "name=name")
    assert "name=KAWASAN" in run("upload", "choose", gone.upload, "--column", "x", expect=2)
    run("upload", "submit", gone.upload, "--note", "Hasil rapat kedua", expect=0)
    run("upload", "comment", gone.upload, "Periksa batas selatan")
    shown = run("upload", "show", gone.upload)
    assert "Hasil rapat kedua" in shown
    assert "Periksa batas selatan" in shown
    run("upload", "return", gone.upload, "--reason", "Sudah tidak berlaku")
    assert "Sudah tidak berlaku" in run("upload", "show", gone.upload)
    assert "dikembalikan" in run("upload", "list")
    run("upload", "withdraw", gone.upload)
    assert "0" in run("upload", "expire")
    assert kept.upload not in run("upload", "list")
    listed = run("upload", "list", "--all")
    assert "terbit" in listed
    assert "ditarik" in listed


@pytest.mark.parametrize("command", [["key", "list"], ["key", "add", "--label", "x"], ["assess"]])
def test_a_store_that_cannot_be_opened_is_one_sentence_for_every_command(run, tmp_path, command):
    (tmp_path / "file").write_text("x")
    assert "tidak dapat dipakai" in run(*command, "--store", tmp_path / "file", expect=1)
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "catalogue.sqlite").write_bytes(b"x" * 5000)
    said = run(*command, "--store", damaged, expect=1)
    assert "rusak" in said
    assert "Traceback" not in said


def test_a_target_that_cannot_be_written_is_one_sentence(run, tmp_path):
    (tmp_path / "x.csv").mkdir()
    said = run("export", "zones", tmp_path / "x.csv", "--lang", "en", expect=1)
    assert "cannot be read or written" in said


def test_a_first_start_that_was_interrupted_is_finished_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setenv("KAWASAN_STORE", str(tmp_path / "new"))
    store = Store(tmp_path / "new")

    def interrupt(name):
        if name == "indicators":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_reference(store, Settings().data_dir, progress=interrupt)
    assert store.datasets() == [
        *("desa", "ground", "idm", "kecamatan", "regencies", "region", "zones")
    ]
    store.close()
    assert CliRunner().invoke(app, ["assess"]).exit_code == 0
    store = Store(tmp_path / "new")
    assert set(store.datasets()) == DATASETS
    assert [v.number for v in store.versions("zones")] == [1]
    store.close()


def test_a_changed_audit_log_is_found_out(run, reference_store):
    with closing(sqlite3.connect(reference_store.folder / "catalogue.sqlite")) as catalogue:
        catalogue.execute("UPDATE audit SET actor = 'other' WHERE entry = 3")
        catalogue.commit()
    assert "catatan kegiatan, entri 3" in run("store", "check", expect=1)


def test_a_taken_port_is_said_before_any_address_is_printed(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = run("serve", "--port", taken.getsockname()[1], "--lang", "en", expect=1)
    assert "cannot be used" in said
    assert "/map" not in said


def of_village_index(text):
    """The office's own model: the shipped one, with the economic index of the desa for the GRDP share."""
    asked = 'measure = { indicator = "pdrb_share_pertanian_adhk", max_age_years = 2 }'
    given = 'value = { function = "linear", zero_at = 0, one_at = 30 }'
    return (
        text.replace('id = "kesiapan"', 'id = "kantor"', 1)
        .replace(asked, 'measure = { village_index = "ike" }')
        .replace(given, 'value = { function = "linear", zero_at = 0.4907, one_at = 0.8155 }')
    )


def test_a_model_of_an_office_reads_the_index_of_the_desa(run, reference_store, tmp_path):
    path = tmp_path / "kantor.toml"
    path.write_text(of_village_index(run("model", "show")))
    run("model", "add", path, "--note", "uji")
    asked = ("--model", "kantor", "--explain", "sebamban", "--lang", "en")
    said = " ".join(run("assess", *asked).split())
    assert "desa that have an IDM, by area; desa with a value cover 100% of it" in said
    assert "idm 1" in said
    found = json.loads(run("assess", *asked, "--json"))
    index = next(c for c in found["criteria"] if c["criterion"] == "pertanian")
    assert index["measure"] == pytest.approx(found["villages"]["means"]["ike"])
    figure = next(f for f in found["figures"] if f["criterion"] == "pertanian")
    assert [o["dataset"] for o in figure["origins"]] == ["idm", "desa", "zones"]


def test_explaining_a_zone_says_its_desa_and_what_sources_say_of_its_ground(run, reference_store):
    said = " ".join(run("assess", "--explain", "bahandang", "--lang", "en").split())
    assert "Desa inside: Inside one desa. IDM 2024:" in said
    assert "regularly flooded: Kecamatan Jejangkit" in said
    silent = " ".join(run("assess", "--explain", "siayuh", "--lang", "en").split())
    assert "unknown, which does not mean dry" in silent


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("id", "Kontributor OpenStreetMap, Februari 2021"),
        ("en", "OpenStreetMap contributors, February 2021"),
    ],
)
def test_the_source_of_a_land_measure_is_in_the_readers_language(
    run, reference_store, language, words
):
    said = " ".join(run("assess", "--explain", "bahandang", "--lang", language).split())
    assert words in said
    document = json.loads(run("assess", "--explain", "bahandang", "--lang", language, "--json"))
    assert any(words in c["sources"] for c in document["criteria"])


def test_units_of_land_rasters_are_words_of_the_readers_language(run, reference_store):
    said = run("land", "list")
    assert not any(w in said for w in ("IGBP class", "land, 0 sea", "persons per", "Altitude"))
    assert "persons per" in run("land", "list", "--lang", "en")


def test_a_table_of_years_is_read_for_the_indicator_that_is_stated(run, reference_store, tmp_path):
    from geo import published

    path = tmp_path / "tpt.csv"
    path.write_text("\ufeffKabupaten/Kota;2026\nTanah Laut;3,4\nKab. Kotabaru;...\n")
    said = run("ingest", path, "--as", "indicators", "--source", "BPS", expect=1)
    assert "pilih satu indikator untuk semua angka" in said
    words = ["--as", "indicators", "--indicator", "tpt_agustus", "--source", "BPS"]
    assert "ditambah: 1" in run("ingest", path, *words, "--accept-warnings")
    table = published.indicators(reference_store)
    new = table[(table["indicator"] == "tpt_agustus") & (table["year"] == 2026)]
    assert new[["regency_code", "period", "value"]].values.tolist() == [
        ["63.01", "Agustus 2026", 3.4]
    ]


def test_figures_far_from_the_last_wait_until_they_are_accepted(run, reference_store, tmp_path):
    path = tmp_path / "tpt.csv"
    path.write_text("kode;indicator;tahun;nilai;sumber\n6301;tpt_agustus;2026;13,4;BPS\n")
    said = run("ingest", path, "--as", "indicators", "--lang", "en", expect=1)
    assert "far from the published 3.3" in " ".join(said.split())
    assert reference_store.version("indicators").number == 1
    waiting = run("upload", "list")
    assert "tpt.csv" in waiting
    assert "indicators: 2" in run("ingest", path, "--as", "indicators", "--accept-warnings")


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b"%PDF-1.7", b"PK\3\4", b"a;b\n1;2\n", b'"x'])
def test_what_is_no_table_of_figures_is_one_sentence(run, reference_store, tmp_path, content):
    path = tmp_path / "tpt.csv"
    path.write_bytes(content)
    assert run("ingest", path, "--as", "indicators", "--check", expect=1).strip()
    assert reference_store.version("indicators").number == 1


def test_a_region_is_written_out_edited_and_put_in_place_or_refused_by_its_line(run, tmp_path):
    file = tmp_path / "wilayah.toml"
    file.write_text(run("region", "show").replace("Tanah Laut", "Tanah Lautan"), "utf-8")
    assert run("region", "set", file, "--note", "nama baru").startswith("region: 2")
    assert "Tanah Lautan" in run("region", "show")
    file.write_text(file.read_text("utf-8").replace('"63.02"', '"62.02"'), "utf-8")
    said = run("region", "set", file, expect=1)
    assert "regency 2" in said
    assert "62.02" in said
