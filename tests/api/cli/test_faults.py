"""Whatever a user gives wrong is a sentence in the user's language and exit code 1 or 2, never a traceback."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from api.cli.faults import sentence_of

KAWASAN = Path(sys.executable).parent / "kawasan"
ORIGIN = ("--source", "s", "--licence", "l")
FIGURES = "regency_code,indicator,year,period,value,unit,source,source_url\n63.01,tpt_agustus,2026,Agustus 2026,4.1,%,"
LINE = '{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[114.6,-3.3],[115.5,-3.0]]}}'
CONTENTS = {
    "empty": b"",
    "binary": bytes(range(256)) * 12,
    "zeros": b"\0" * 500,
    "utf16": 'id = "x"\n'.encode("utf-16"),
    "deep": b"[" * 5_000,
    # No character has byte 0x81, neither in UTF-8 nor in the Windows text that is read as well.
    "latin": (FIGURES + "Bé\x81,x\n").encode("latin-1"),
    "torn": b'a,b\n"1,2\n',
    "table": b"code,penduduk\n63.01,10\n",
    "line": LINE.encode(),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with files of every wrong kind, and a folder for each suffix."""
    folder = tmp_path_factory.mktemp("faults")
    for suffix in ("toml", "json", "csv", "zip", "gpkg", "geojson", "tif", "parquet"):
        (folder / f"folder.{suffix}").mkdir()
        for name, content in CONTENTS.items():
            (folder / f"{name}.{suffix}").write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def filled(reference_folder, tmp_path_factory):
    """A store with the shipped data, which no test here may change."""
    folder = tmp_path_factory.mktemp("filled") / "store"
    shutil.copytree(reference_folder, folder)
    return folder


@pytest.fixture
def refused(place, filled, monkeypatch):
    """Run a command that must fail; what it says, as one line."""
    monkeypatch.chdir(place)
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("KAWASAN_STORE", str(filled))

    def run(*words):
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert isinstance(result.exception, SystemExit), repr(result.exception)
        assert result.exit_code in (1, 2), result.output
        assert "Traceback" not in result.output
        return " ".join(result.output.split())

    return run


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "abc", "KAWASAN_PORT: 'abc' bukan bilangan bulat."),
        ("BASE_URL", "kawasan.go.id", "KAWASAN_BASE_URL: 'kawasan.go.id' bukan alamat."),
        ("CORS_ORIGINS", "a.go.id,b.go.id", "KAWASAN_CORS_ORIGINS"),
        ("DEFAULT_LANGUAGE", "de", "KAWASAN_DEFAULT_LANGUAGE: 'de' tidak dikenal."),
        (
            "DEFAULT_LIMIT",
            "20000",
            "KAWASAN_DEFAULT_LIMIT: 20000 melebihi KAWASAN_MAX_LIMIT, 10000.",
        ),
        ("MAX_LIMIT", "50", "KAWASAN_DEFAULT_LIMIT: 100 melebihi KAWASAN_MAX_LIMIT, 50."),
    ],
)
@pytest.mark.parametrize("words", [["serve"], ["land", "list"], ["assess"], ["key", "list"]])
def test_a_wrong_setting_is_said_by_every_command(refused, monkeypatch, words, name, value, told):
    monkeypatch.setenv(f"KAWASAN_{name}", value)
    assert f"Setelan tidak sah: {told}" in refused(*words)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--foo"], "Tidak ada pilihan --foo."),
        (["foo"], "Tidak ada perintah 'foo'."),
        (["land", "foo"], "Tidak ada perintah 'foo'."),
        (["ingest"], "Isian file belum ada."),
        (["land", "add", "line.tif"], "Isian --as belum ada."),
        (["ingest", "line.zip", "--bar"], "Mungkin maksud Anda --as"),
        (["ingest", "none.zip"], "Nilai untuk file tidak sah: berkas 'none.zip' tidak ada."),
        (["ingest", "folder.zip"], "'folder.zip' adalah folder"),
        (["upload", "list", "--most", "x"], "Nilai untuk --most tidak sah: tulis bilangan bulat"),
        (["upload", "list", "--most", "0"], "paling kecil 1."),
        (["assess", "--year"], "Pilihan --year memerlukan nilai."),
        (["assess", "--json=3"], "Pilihan --json tidak memerlukan nilai."),
        (["export", "a", "b", "c"], "Terlalu banyak argumen: c."),
        (
            ["store", "rule", "closed", "maybe"],
            "'maybe' tidak dikenal. Pilih salah satu: 'on', 'off'",
        ),
        (["ingest", "--lang", "en"], "file is missing."),
    ],
)
def test_a_command_line_that_cannot_be_meant_is_told_in_the_users_language(refused, words, told):
    assert told in refused(*words)


def test_the_language_of_a_wrong_setting_is_the_users(refused, monkeypatch):
    monkeypatch.setenv("KAWASAN_PORT", "abc")
    assert "Invalid settings: KAWASAN_PORT" in refused("assess", "--lang", "en")
    monkeypatch.setenv("KAWASAN_DEFAULT_LANGUAGE", "en")
    assert "Invalid settings: KAWASAN_PORT" in refused("assess")


@pytest.mark.parametrize("words", [["serve", "--port", "0"], ["land", "list"], ["key", "list"]])
@pytest.mark.parametrize("kind", ["file", "below a file", "no sqlite", "folder", "name"])
def test_a_store_that_is_none_is_said(refused, tmp_path, words, kind):
    store = tmp_path / ("x" * 300 if kind == "name" else "store")
    catalogue = store / "catalogue.sqlite"
    if kind in ("file", "below a file"):
        store.write_text("x")
        store = store / "below" if kind == "below a file" else store
    elif kind == "folder":
        catalogue.mkdir(parents=True)
    elif kind != "name":
        store.mkdir()
        catalogue.write_bytes(CONTENTS["binary"])
    assert refused(*words, "--store", store)


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="root may write everywhere")
def test_a_store_without_permission_is_said(refused, tmp_path):
    tmp_path.chmod(0o500)
    assert refused("land", "list", "--store", tmp_path / "store")


def test_a_store_with_torn_snapshots_is_said(tmp_path, filled):
    store = tmp_path / "torn"
    shutil.copytree(filled, store)
    for path in (store / "snapshots").iterdir():
        path.write_bytes(path.read_bytes()[:50])
    # In a process of its own: here the whole snapshots have been read before.
    command = [KAWASAN, "zonal", "kecamatan", "landcover", "--store", store]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "kawasan store check" in done.stderr


def test_shipped_data_that_are_missing_are_said(refused, monkeypatch, tmp_path):
    monkeypatch.setenv("KAWASAN_DATA_DIR", str(tmp_path))
    said = refused("assess", "--store", tmp_path / "new")
    assert "SHA256SUMS tidak dapat dibaca" in said


@pytest.mark.parametrize("host", ["nowhere.invalid", "x" * 300, "ü" * 70, "a\0b", "::g", "1.2.3.4"])
def test_an_address_that_cannot_be_taken_is_said(refused, host):
    assert "tidak dapat dipakai" in refused("serve", "--host", host)


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_out_of_range_is_said(refused, port):
    assert "tidak dapat dipakai" in refused("serve", "--port", port)


@pytest.mark.parametrize("name", [*CONTENTS, "folder", "nowhere"])
@pytest.mark.parametrize(
    ("words", "suffix"),
    [
        (["model", "add", "{}"], "toml"),
        (["assess", "--judgements", "{}"], "toml"),
        (["assess", "--scenario", "{}"], "toml"),
        (["assess", "--scenario", "{}"], "json"),
        (["ingest", "{}", "--as", "indicators"], "csv"),
        (["land", "add", "{}", "--as", "slope_percent", *ORIGIN], "tif"),
        (["zonal", "{}", "landcover"], "gpkg"),
        (["zonal", "{}", "landcover"], "parquet"),
        (["zonal", "{}", "landcover"], "csv"),
        (["zonal", "regencies", "{}"], "tif"),
        (["carry", "{}", "--from", "regencies", "--column", "jiwa", "--kind", "total"], "csv"),
    ],
)
def test_a_file_of_another_kind_is_said(refused, words, suffix, name):
    if name == "line" and suffix == "gpkg":
        pytest.skip("GDAL reads GeoJSON whatever its file is called")
    assert refused(*(word.format(f"{name}.{suffix}") for word in words))


# Each starts a reader of its own, so a few tell.
@pytest.mark.parametrize("name", ["empty.geojson", "binary.zip", "folder.gpkg", "table.csv"])
@pytest.mark.parametrize(
    "words",
    [
        ["ingest", "{}"],
        ["land", "distance", "{}", "--as", "road_distance_m", *ORIGIN],
        ["carry", "table.csv", "--from", "{}", "--column", "penduduk", "--kind", "total"],
    ],
)
def test_a_file_of_features_that_is_none_is_said(refused, words, name):
    assert refused(*(word.format(name) for word in words))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["assess", "--model", "x"], "Model 'x' tidak ada"),
        (["assess", "--layer", "x"], "Layer 'x' tidak ada"),
        (["assess", "--explain", "x"], "'x' tidak ada"),
        (["assess", "--year", "9" * 20], "Tahun yang tersedia"),
        (["assess", "--method", "x"], "Tidak ada metode 'x'"),
        (["assess", "-w", "="], "tulis nama=angka"),
        (["assess", "-w", "huni=1e400"], "Bobot"),
        (["assess", "--rank", "huni=-1"], "Bobot harus menyebut semua"),
        (["assess", "--sobol", "x"], "'x' tidak ada"),
        (["assess", "--uncertainty", "-1"], "--uncertainty"),
        (["assess", "--uncertainty", "1000000"], "--uncertainty"),
        (["assess", "--seed", "x"], "--seed"),
        (["trends", "x"], "'x' tidak ada"),
        (["trends", "--risk", "0.5"], "tidak memakai risiko"),
        (["quadrant", "--need", "kesiapan"], "kesiapan"),
        (["quadrant", "--year", "1900"], "Tahun yang tersedia"),
        (["sites", "x"], "'x' tidak ada"),
        (["sites", "cahaya-baru", "--area", "nan"], "--area"),
        (["sites", "cahaya-baru", "--model", "kebutuhan"], "kebutuhan"),
        (["sites", "cahaya-baru", "--out", "nowhere/x.csv"], "Folder nowhere tidak ada"),
        (["model", "show", "../x"], "Model '../x' tidak ada"),
        (["export", "zones", "x.txt"], "Format 'txt' tidak dikenal"),
        (["export", "zones", "folder.csv"], "folder.csv"),
        (["export", "zones", "/proc/x.csv"], "/proc"),
        (["export", "zones", "x" * 300 + ".csv"], "tidak dapat dibaca atau ditulis"),
        (["land", "distance", "line.geojson", "--as", "x", *ORIGIN], "_distance_m"),
        (
            [
                "land",
                "distance",
                "line.geojson",
                "--as",
                "road_distance_m",
                "--cell",
                "nan",
                *ORIGIN,
            ],
            "sel",
        ),
        (["ingest", "line.geojson", "--as", "x"], "Layer 'x' belum ada"),
        (["ingest", "line.geojson", "--crs", "EPSG:999999"], "EPSG:999999"),
        (["zonal", "x", "landcover"], "Layer 'x' tidak ada"),
        (["zonal", "regencies", "x"], "'x' tidak ada"),
        (["zonal", "regencies", "landmask", "--stats", "mean,x"], "Statistik 'x' tidak ada"),
        (["zonal", "regencies", "landmask", "--quantiles", "2"], "bukan kuantil"),
        (["zonal", "regencies", "landmask", "--quantiles", "nan"], "bukan kuantil"),
        (["zonal", "regencies", "landmask", "--engine", "x"], "Mesin 'x' tidak ada"),
        (["zonal", "regencies", "landmask", "--workers", "-3"], "--workers paling sedikit 1"),
        (["zonal", "regencies", "landmask", "--memory", "0"], "--memory paling sedikit"),
        (
            ["zonal", "regencies", "landmask", "--engine", "dask", "--scheduler", "x"],
            "'x' bukan alamat penjadwal",
        ),
        (["zonal", "regencies", "landmask", "--out", "nowhere/x.csv"], "nowhere"),
        (["zonal", "regencies", "landmask", "--weights", "elevation_coarse"], "grid yang sama"),
        (["carry", "table.csv", "--from", "x"], "Layer 'x' tidak ada"),
        (["carry", "table.csv", "--from", "regencies@" + "9" * 30], "tidak ada"),
        (["carry", "table.csv", "--from", "regencies", "--sliver", "-1"], "--sliver"),
        (["key", "revoke", "x"], "Kunci 'x' tidak ada"),
        (["upload", "list", "--most", "0"], "--most"),
        (["store", "rollback", "zones", "9", "--note", "x"], "'9' tidak ada"),
        (["store", "rollback", "zones", "9" * 30, "--note", "x"], "tidak ada"),
    ],
)
def test_a_value_that_cannot_be_is_said(refused, words, told):
    assert told in refused(*words)


def test_as_many_uploads_as_nobody_has_are_listed(refused, filled):
    result = CliRunner().invoke(app, ["upload", "list", "--most", "9" * 30])
    assert result.exit_code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("option", [["zonal", "regencies", "landmask"], ["carry", "table.csv"]])
def test_a_full_disk_is_said(refused, option):
    more = ["--from", "regencies", "--to", "kecamatan", "--column", "penduduk", "--kind", "total"]
    words = [*option, *(more if option[0] == "carry" else []), "--out", "/dev/full"]
    assert "tidak dapat dibaca atau ditulis" in refused(*words)


def test_memory_that_runs_out_is_said_and_a_fault_of_the_program_is_not_hidden():
    title, sentence = sentence_of(MemoryError())
    assert title.en == "Not enough memory"
    assert sentence.id
    assert sentence_of(KeyError("x")) is None


def test_a_reader_who_goes_away_ends_the_command_quietly(filled):
    for words in ("assess --json", "store versions zones"):
        done = subprocess.run(
            ["bash", "-c", f"'{KAWASAN}' {words} --store '{filled}' | head -c 1"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert "Exception" not in done.stderr


def await_reading(process, store):
    """Wait until a command has begun to read a store; before that Python itself is interrupted."""
    files = Path(f"/proc/{process.pid}/fd")
    if not files.exists():
        time.sleep(3)
        return
    while process.poll() is None:
        for file in files.glob("*"):
            with suppress(OSError):
                if file.readlink().is_relative_to(store):
                    return
        time.sleep(0.02)


@pytest.fixture
def interruptible():
    """Children can be interrupted, even where the tests themselves run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_command_ends_without_a_traceback(filled):
    command = [KAWASAN, "assess", "--uncertainty", "100000", "--layer", "kecamatan"]
    with subprocess.Popen(
        [*command, "--store", filled], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        await_reading(process, filled)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert process.returncode in (0, 130)
    assert "Traceback" not in said


@pytest.mark.usefixtures("interruptible")
def test_the_service_is_ended_by_ctrl_c_without_a_traceback(filled):
    command = [KAWASAN, "serve", "--port", "0", "--store", filled]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert "/map" in process.stdout.readline()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert "Traceback" not in said
