"""`kawasan zonal`, run as a user runs it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from typer.testing import CliRunner

from api.cli.app import app
from geo.published import layer


@pytest.fixture
def run(reference_store, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("KAWASAN_STORE", str(reference_store.folder))

    def invoke(*words, expect=0):
        result = CliRunner().invoke(app, ["zonal", *map(str, words)])
        assert result.exit_code == expect, result.output
        return result.output

    return invoke


def test_shares_of_classes_are_written_to_a_table(run, tmp_path):
    out = tmp_path / "tutupan.csv"
    run("kecamatan", "landcover", "--classes", "--out", out)
    table = pd.read_csv(out, dtype={"area_id": str}).set_index("area_id")
    assert len(table) == 156
    assert np.allclose(table.drop(columns=["cells", "valid_share"]).sum(axis=1), 1)


@pytest.mark.parametrize(
    ("columns", "ids"),
    [
        ({"zone_id": ["b", "a"], "id": [1, 2]}, ["b", "a"]),
        ({"KODE": ["63.10", "63.02"]}, ["63.10", "63.02"]),
        ({"code": ["x", "x"], "id": ["p", "q"]}, ["p", "q"]),
        ({"code": ["x", None], "name": ["p", "q"]}, ["0", "1"]),
    ],
)
def test_a_row_is_called_as_the_file_calls_it(run, tmp_path, columns, ids):
    boxes = [shapely.box(115.5, -3.1, 115.6, -3), shapely.box(115.7, -3.1, 115.8, -3)]
    path, out = tmp_path / "z.gpkg", tmp_path / "o.csv"
    gpd.GeoDataFrame(columns, geometry=boxes, crs=4326).to_file(path)
    run(path, "landmask", "--out", out)
    assert pd.read_csv(out, dtype=str)["area_id"].tolist() == ids


@pytest.mark.parametrize("engine", ["serial", "threads", "processes"])
def test_every_engine_writes_the_same_file(run, tmp_path, engine):
    files = [tmp_path / f"{name}.csv" for name in ("serial", engine)]
    for name, file in zip(("serial", engine), files, strict=True):
        run("regencies", "landmask", "--stats", "mean,max", "--engine", name, "--out", file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_several_rasters_stand_side_by_side_for_zones_of_a_file(run, reference_store, tmp_path):
    path = tmp_path / "zona.parquet"
    layer(reference_store, "zones").to_parquet(path)
    said = run(path, "landmask", "landcover", "--quantiles", "0.5", "--lang", "en")
    assert "landmask_mean" in said
    assert "landcover_q0.5" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["zones", "landcover", "--stats", "median"], "Statistik 'median' tidak ada"),
        (["zones", "slope"], "'slope' tidak ada"),
        (["jalan", "landcover"], "'jalan' tidak ada"),
        (["zones", "landcover", "--engine", "spark"], "Mesin 'spark' tidak ada"),
        (["zones", "landcover", "--weights", "landmask"], "grid yang sama persis"),
    ],
)
def test_what_cannot_be_computed_is_one_sentence(run, words, message):
    assert message in " ".join(run(*words, expect=1).split())


@pytest.fixture
def zone_file(tmp_path):
    def make(**columns):
        shapes = [shapely.box(115, -3.4, 115.1, -3.3), shapely.box(115.2, -3.4, 115.3, -3.3)]
        path = tmp_path / "z.gpkg"
        gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").to_file(path)
        return path

    return make


@pytest.fixture
def cells(tmp_path):
    """A GeoTIFF of 0.1° cells around the two zones: the first holds 1, the second 3."""

    def make(bands=1, west=115.0, name="r.tif", crs="EPSG:4326"):
        path = tmp_path / name
        where = rasterio.transform.from_origin(west, -3.3, 0.1, 0.1)
        shape = {"count": bands, "height": 1, "width": 3, "dtype": "float32"}
        with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=where, **shape) as raster:
            for band in range(bands):
                raster.write(np.array([[1, 2, 3]], "float32") + 10 * band, band + 1)
        return path

    return make


def written(run, tmp_path, *words):
    out = tmp_path / "o.csv"
    run(*words, "--out", out)
    return pd.read_csv(out, dtype={"area_id": str})


@pytest.mark.parametrize("column", ["zone_id", "KODE", "id"])
def test_zones_of_a_file_keep_the_id_that_the_file_gives_them(
    run, zone_file, cells, tmp_path, column
):
    zones = zone_file(nama=["x", "x"], **{column: ["63.01", "63.02"]})
    found = written(run, tmp_path, zones, cells())
    assert found["area_id"].tolist() == ["63.01", "63.02"]
    assert found[column].astype(str).tolist() == ["63.01", "63.02"]
    assert found["mean"].tolist() == [1, 3]


def test_a_column_of_ones_own_may_name_the_zones(run, zone_file, cells, tmp_path):
    zones = zone_file(blok=["=A1", "B"], id=[1, 2])
    found = written(run, tmp_path, zones, cells(), "--id", "blok")
    assert found["area_id"].tolist() == ["'=A1", "B"]  # no spreadsheet runs it
    assert "Tidak ada kolom 'foo'. Kolom yang ada: blok." in run(
        zones, cells(), "--id", "foo", expect=1
    )
    assert "tidak menamai setiap zona satu kali (x)" in run(
        zone_file(blok=["x", "x"]), cells(), "--id", "blok", expect=1
    )


def test_zones_that_nothing_names_are_numbered_and_that_is_said(run, zone_file, cells):
    said = run(zone_file(id=[7, 7]), cells(), "--lang", "en")
    assert "numbered from 0 in the order of the file" in " ".join(said.split())


@pytest.mark.parametrize("asked", [["--stats", "min,max,variance"], ["--quantiles", "0.5"]])
def test_zones_off_the_raster_are_missing_and_that_is_said(run, zone_file, cells, tmp_path, asked):
    zones, far = zone_file(zone_id=["a", "b"]), cells(west=100)
    found = written(run, tmp_path, zones, far, *asked, "--weights", far)
    assert found["valid_share"].tolist() == [0, 0]
    assert found.iloc[:, 4:].isna().all(axis=None)
    said = " ".join(run(zones, far, "--lang", "en").split())
    assert "No zone lies on a valid cell of r.tif; that raster reaches over 100, -3.4" in said


def test_a_band_is_asked_for_where_there_are_several(run, zone_file, cells, tmp_path):
    zones, path = zone_file(zone_id=["a", "b"]), cells(bands=3)
    assert "r.tif punya 3 pita: 1 (-), 2 (-), 3 (-)" in run(zones, path, expect=1)
    assert written(run, tmp_path, zones, path, "--band", 2)["mean"].tolist() == [11, 13]
    assert "tidak punya pita data nomor 4" in run(zones, path, "--band", 4, expect=1)


def test_a_raster_without_a_crs_is_a_sentence(run, zone_file, cells):
    said = run(zone_file(zone_id=["a", "b"]), cells(crs=None), expect=1)
    assert "r.tif tidak menyebut CRS atau posisinya" in said


def test_zones_that_are_not_there_are_a_sentence(run):
    assert "tiada.gpkg tidak dapat dibaca" in run("tiada.gpkg", "landmask", expect=1)
    assert "bukan kuantil 0…1" in run("zones", "landmask", "--quantiles", "abc", expect=2)


@pytest.mark.parametrize("words", [["--stats", "mean"], ["--classes"]])
def test_a_mark_of_nodata_that_is_not_declared_is_told(run, tmp_path, make_raster, words):
    cells = np.full((40, 40), 7, dtype="int16")
    cells[:, :20] = -9999
    where = {"cell": 0.01, "origin": (115.4, -3.0), "crs": "EPSG:4326"}
    said = " ".join(run("zones", make_raster(cells, **where), *words).split())
    assert "bernilai -9999, yang tampaknya tanda nodata tetapi tidak dinyatakan" in said
    assert "min" not in said.split("valid_share")[-1]
    assert "tanda nodata" not in run("zones", make_raster(cells, nodata=-9999, **where), *words)
