"""`kawasan carry`, run as a user runs it, on files in a folder."""

import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from api.cli.app import app
from geo.indicators.table import COLUMNS
from geo.published import layer
from geo.vector.export import write_layer

HEAD = "regency_code,indicator,year,period,value,unit,source,source_url,note,confidence"


@pytest.fixture
def folder(reference_store, tmp_path, monkeypatch):
    """A folder with the boundaries and figures of 2002, when Tanah Bumbu was part of Kotabaru."""
    monkeypatch.setenv("COLUMNS", "220")
    monkeypatch.setenv("KAWASAN_STORE", str(reference_store.folder))
    regencies = layer(reference_store, "regencies")
    former = regencies.index.to_series().replace({"63.10": "63.02", "63.11": "63.08"})
    old = regencies[["geometry"]].dissolve(former.rename("KODE").to_numpy())
    old = old.rename_axis("area_id").assign(KODE=old.index, geometry=old.geometry)
    write_layer(old[["KODE", "geometry"]], tmp_path / "batas_2002.gpkg")
    rows = [
        f"{code.replace('.', '')},{name},2002,Agustus 2002,{value},{unit},BPS,https://bps.go.id,,ok"
        for i, code in enumerate(old.index)
        for name, value, unit in (
            ("tpt_agustus", 3 + i, "%"),
            ("angkatan_kerja_agustus", 1000 * (1 + i), "orang"),
        )
    ]
    (tmp_path / "angka.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(folder):
    def invoke(*words, figures="angka.csv", expect=0):
        words = ["carry", str(folder / figures), *map(str, words)]
        result = CliRunner().invoke(app, words)
        assert result.exit_code == expect, result.output
        return " ".join(result.output.split())

    return invoke


@pytest.fixture
def former(folder):
    return "--from", folder / "batas_2002.gpkg", "--key", "kode", "--label", "batas 2002"


def test_indicators_of_old_boundaries_are_ingested_as_those_of_new_ones(run, former, folder):
    out = folder / "baru.csv"
    said = run(*former, "--per", "angkatan_kerja_agustus", "--out", out)
    assert "angkatan_kerja_agustus Agustus 2002: jumlah 66.000, terbawa 66.000." in said
    table = pd.read_csv(out, dtype={"regency_code": "str"})
    assert table.columns.tolist()[:11] == list(COLUMNS)
    totals = table[table["indicator"] == "angkatan_kerja_agustus"].set_index("regency_code")
    assert totals["value"].sum() == pytest.approx(66_000, rel=1e-12)
    assert totals.loc[["63.02", "63.10"], "value"].sum() == pytest.approx(2000, rel=1e-6)
    assert totals.loc["63.10", "note"].startswith("Dari batas 2002, dibagi menurut luas: 63.02 0,3")
    assert totals.loc["63.10", "confidence"] == "low"
    rates = table[table["indicator"] == "tpt_agustus"].set_index("regency_code")["value"]
    assert rates[["63.02", "63.10"]].tolist() == pytest.approx([4, 4])
    ingested = CliRunner().invoke(app, ["ingest", str(out), "--as", "indicators", "--check"])
    assert "ditambah: 26" in ingested.output


@pytest.mark.usefixtures("read_here")
def test_a_regencys_people_are_spread_over_its_kecamatan_by_a_raster(run, folder, make_raster):
    (folder / "jiwa.csv").write_text("code,jiwa\n63.01,300000\n63.02,500000\n", encoding="utf-8")
    # Everybody lives in the northern half of this raster.
    cells = np.concatenate([np.full((40, 60), 5.0), np.zeros((40, 60))]).astype("float32")
    raster = make_raster(cells, cell=0.05, origin=(114, -1), crs="EPSG:4326")
    out = folder / "kecamatan.csv"
    words = ["--from", "regencies", "--to", "kecamatan", "--column", "jiwa", "--kind", "total"]
    said = run(*words, "--by", raster, "--out", out, "--lang", "en", figures="jiwa.csv")
    assert "jiwa: 800,000 in all, 800,000 carried." in said
    assert "Old areas without a row in the table: 63.03" in said
    table = pd.read_csv(out, dtype={"area_id": "str"}).set_index("area_id")
    assert len(table) == 156
    by_regency = table.groupby(table.index.str[:5])["value"].sum(min_count=1)
    assert by_regency[["63.01", "63.02"]].tolist() == pytest.approx([300_000, 500_000], rel=1e-9)
    assert by_regency.drop(["63.01", "63.02"]).isna().all()
    assert table.loc["63.02.01", "method"] == "raster:r.tif"


@pytest.mark.usefixtures("read_here")
def test_classes_of_a_land_raster_weigh_the_pieces(run, former, folder):
    out = folder / "baru.csv"
    said = run(*former, "--by", "landcover:12,14", "--out", out)
    table = pd.read_csv(out, dtype="str").set_index(["indicator", "regency_code"])
    methods = table.loc["angkatan_kerja_agustus", "method"]
    assert set(methods) == {"area", "raster:landcover:12,14"}
    assert "Raster tidak berisi bobot di wilayah baru ini, jadi jumlah di sana nol: 63.11." in said


def test_an_older_version_of_a_layer_serves_as_old_boundaries(run):
    assert "jumlah 66.000" in run("--from", "regencies@1", "--to", "regencies")
    assert "Versi '9' tidak ada" in run("--from", "regencies@9", expect=1)


@pytest.mark.usefixtures("read_here")
def test_what_lies_outside_the_new_boundaries_is_said_and_spread_when_asked(run, former, folder):
    regencies = layer_of_west(folder)
    words = [*former, "--to", regencies]
    assert "di luar semua batas baru, tidak dibawa (63.02" in run(*words)
    assert "ditebar ke wilayah barunya (63.02" in run(*words, "--conserve")


def layer_of_west(folder):
    """The former regencies without the sea side of Kotabaru, as a file of new boundaries."""
    import geopandas as gpd

    old = gpd.read_file(folder / "batas_2002.gpkg").set_index("KODE", drop=False)
    old = old.clip(shapely.box(114, -6, 116.2, 0)).rename_axis("area_id")
    path = folder / "barat.gpkg"
    write_layer(old[["KODE", "geometry"]], path)
    return path


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--from", "jalan"], "'jalan' tidak ada"),
        (["--from", "land-landcover@1"], "'land-landcover@1' tidak ada"),
        (["--from", "tiada.gpkg"], "tiada.gpkg tidak dapat dibaca"),
        (["--from", "angka.csv"], "Berkas ini tabel tanpa kolom letak"),
        (["--from", "regencies", "--by", "penduduk"], "'land-penduduk' tidak ada"),
        (["--from", "regencies", "--by", "tiada.tif"], "tiada.tif tidak dapat dibaca"),
        (["--from", "regencies", "--kind", "total"], "Menurut katalog, tpt_agustus adalah rate"),
        (["--from", "regencies", "--per", "jiwa"], "'jiwa' tidak ada"),
        (["--from", "regencies", "--column", "jiwa"], "kolom regency_code, jiwa"),
        (["--from", "kecamatan"], "Tidak satu pun kunci angka (6301"),
        (["--from", "batas_2002.gpkg", "--key", "kdpkab"], "kdpkab"),
    ],
)
def test_what_cannot_be_carried_is_one_sentence_with_the_mend(
    run, folder, monkeypatch, words, message
):
    monkeypatch.chdir(folder)
    assert message in run(*words, expect=1)


def test_a_raster_without_crs_and_a_table_of_bytes_are_refused(run, folder, make_raster):
    raster = make_raster(np.ones((2, 2), dtype="float32"), cell=2, crs=None)
    assert "tidak menyebut CRS" in run("--from", "regencies", "--by", raster, expect=1)
    (folder / "rusak.csv").write_bytes(b"\xff\x00regency")
    assert "huruf kosong yang tidak sah" in run(
        "--from", "regencies", figures="rusak.csv", expect=1
    )


def test_a_text_that_a_spreadsheet_would_run_is_written_as_text(run, folder):
    row = "63.01,tpt_agustus,2002,2002,3,%,=1+1,https://bps.go.id,,ok"
    (folder / "rumus.csv").write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    out = folder / "aman.csv"
    run("--from", "regencies", "--out", out, figures="rumus.csv")
    assert pd.read_csv(out)["source"].tolist() == ["'=1+1"]
