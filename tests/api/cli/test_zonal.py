"""`kawasan zonal`, run as a user runs it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
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
        (["zones", "slope"], "'land-slope' tidak ada"),
        (["jalan", "landcover"], "'jalan' tidak ada"),
        (["zones", "landcover", "--engine", "spark"], "Mesin 'spark' tidak ada"),
        (["zones", "landcover", "--weights", "landmask"], "grid yang sama persis"),
    ],
)
def test_what_cannot_be_computed_is_one_sentence(run, words, message):
    assert message in " ".join(run(*words, expect=1).split())
