"""Exports keep codes as text, run no formula, and are whole or not there."""

import json
import re
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from pyogrio.errors import DataSourceError

from geo import published as layers
from geo.errors import CRSMissing, InvalidInput
from geo.store.roles import OPERATOR
from geo.submission.check import check, receive
from geo.vector.export import layer_to_parquet, write_layer


def layer(**columns):
    frame = gpd.GeoDataFrame(
        {
            "code": ["63.10", "63.01"],
            "bps_code": ["0610", "6301"],
            "name": ["=1+1", "Tanah Laut"],
            "change": [-5.2, float("nan")],
            "year": pd.array([2024, None], dtype="Int64"),
        }
        | columns,
        geometry=[shapely.box(500_000, 9_600_000, 501_000, 9_601_000), shapely.Point(5e5, 9.6e6)],
        crs="EPSG:32750",
    )
    frame.index = pd.Index(frame["code"], name="area_id")
    return frame


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "csv", "xlsx"])
def test_every_format_keeps_rows_codes_and_gaps(tmp_path, suffix):
    path = tmp_path / f"kawasan.{suffix}"
    write_layer(layer(), path)
    table = {
        "geojson": lambda: gpd.read_file(path),
        "gpkg": lambda: gpd.read_file(path),
        "csv": lambda: pd.read_csv(path, dtype={"code": str, "bps_code": str}),
        "xlsx": lambda: pd.read_excel(path, dtype={"code": str, "bps_code": str}),
    }[suffix]()
    assert table["code"].tolist() == ["63.10", "63.01"]
    assert table["bps_code"].tolist() == ["0610", "6301"]
    assert table["change"].tolist()[0] == -5.2
    assert pd.isna(table["change"][1])
    assert pd.isna(table["year"][1])
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_geojson_is_lon_lat_with_ids_and_nulls(tmp_path):
    write_layer(layer(), tmp_path / "a.geojson")
    document = json.loads((tmp_path / "a.geojson").read_text())
    first, second = document["features"]
    assert (first["id"], second["properties"]["change"]) == ("63.10", None)
    assert second["geometry"]["coordinates"] == pytest.approx([117, -3.6186], abs=1e-3)
    assert "crs" not in document


def test_a_layer_written_as_geojson_reads_back_as_it_was(tmp_path):
    write_layer(layer(), tmp_path / "a.geojson")
    back = gpd.read_file(tmp_path / "a.geojson")
    assert back["id"].tolist() == ["63.10", "63.01"]
    shapes = layer().geometry.reset_index(drop=True)
    assert back.to_crs(32750).geometry.geom_equals_exact(shapes, 0.02).all()


def test_a_geopackage_holds_one_layer_in_the_layers_own_crs(tmp_path):
    write_layer(layer(), tmp_path / "kawasan.gpkg")
    assert pyogrio.list_layers(tmp_path / "kawasan.gpkg")[:, 0].tolist() == ["kawasan"]
    assert gpd.read_file(tmp_path / "kawasan.gpkg").crs == "EPSG:32750"


def test_only_spreadsheets_are_guarded_against_formulas(tmp_path):
    for suffix in ("geojson", "gpkg", "csv", "xlsx"):
        write_layer(layer(), tmp_path / f"a.{suffix}")
    assert gpd.read_file(tmp_path / "a.geojson")["name"][0] == "=1+1"
    assert gpd.read_file(tmp_path / "a.gpkg")["name"][0] == "=1+1"
    assert pd.read_csv(tmp_path / "a.csv")["name"][0] == "'=1+1"
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert (sheet["C2"].value, sheet["C2"].data_type) == ("'=1+1", "s")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_every_text_that_a_spreadsheet_runs_is_guarded(tmp_path, text):
    path = tmp_path / "a.csv"
    write_layer(layer(**{"=head": [text, ""]}), path)
    assert pd.read_csv(path)["'=head"][0] == f"'{text}"


def test_cells_of_codes_are_text_to_a_spreadsheet(tmp_path):
    write_layer(layer(), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A2"].number_format) == (
        "63.10",
        "s",
        "@",
    )
    assert sheet["D2"].data_type == "n"
    assert sheet["D3"].value is None


def test_csv_carries_wkt_and_xlsx_a_point_inside(tmp_path):
    write_layer(layer(), tmp_path / "a.csv")
    write_layer(layer(), tmp_path / "a.xlsx")
    wkt = pd.read_csv(tmp_path / "a.csv")["wkt"]
    assert shapely.from_wkt(wkt[0]).geom_type == "Polygon"
    point = pd.read_excel(tmp_path / "a.xlsx").iloc[1]
    assert (point["lon"], point["lat"]) == pytest.approx((117, -3.6186), abs=1e-3)


def test_the_id_is_a_column_where_no_column_repeats_it(tmp_path):
    frame = layer().drop(columns="code")
    write_layer(frame, tmp_path / "a.csv")
    assert pd.read_csv(tmp_path / "a.csv", dtype=str)["area_id"].tolist() == ["63.10", "63.01"]


@pytest.mark.parametrize(
    ("suffix", "own"),
    [
        ("gpkg", {"geom": "geom_2", "fid": "fid_2"}),
        ("csv", {"wkt": "wkt_2"}),
        ("xlsx", {"lon": "lon_2", "lat": "lat_3"}),
        ("geojson", {}),
    ],
)
def test_columns_of_the_layer_keep_their_names_and_those_of_the_format_give_way(
    tmp_path, suffix, own
):
    columns = {
        "geom": "g",
        "FID": "f",
        "WKT": "w",
        "lon": 1,
        "lat": "x",
        "lat_2": "y",
        "bool": True,
    }
    path = tmp_path / f"a.{suffix}"
    told = {
        loss.column: loss.facts["written"]
        for loss in write_layer(layer(**columns), path)
        if loss.code == "own_renamed"
    }
    assert told == own
    read = {"csv": pd.read_csv, "xlsx": pd.read_excel}.get(suffix, gpd.read_file)
    table = read(path)
    assert {name: table[name][0] for name in columns} == columns
    assert set(own.values()) - {"geom_2", "fid_2"} <= set(table.columns)
    if suffix == "gpkg":
        assert table.geometry.geom_equals(layer().geometry, align=False).all()
        assert pyogrio.read_info(path)["geometry_name"] == "geom_2"


def test_a_whole_number_that_a_spreadsheet_would_round_is_text_there(tmp_path):
    write_layer(layer(big=[2**60 + 1, 999_999_999_999_999]), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    column = [cell.value for cell in next(c for c in sheet.columns if c[0].value == "big")]
    # One kind in a column: a number beside a text of digits would be sorted apart from it.
    assert column == ["big", str(2**60 + 1), "999999999999999"]


def test_the_same_layer_gives_the_same_bytes():
    assert layer_to_parquet(layer()) == layer_to_parquet(layer())
    assert layer_to_parquet(layer()) != layer_to_parquet(layer(name=["a", "b"]))


def test_parquet_reads_back_as_it_was(tmp_path):
    (tmp_path / "a.parquet").write_bytes(layer_to_parquet(layer()))
    back = gpd.read_parquet(tmp_path / "a.parquet")
    assert back.crs == "EPSG:32750"
    assert back.geometry.geom_equals(layer().geometry).all()
    assert back["code"].tolist() == ["63.10", "63.01"]


def test_a_failed_export_leaves_the_file_that_was_there(tmp_path, monkeypatch):
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"before")

    def write_half(_table, half, **_options):
        Path(half).write_bytes(b"half")
        raise DataSourceError("no space left")

    monkeypatch.setattr(pyogrio, "write_arrow", write_half)
    with pytest.raises(DataSourceError):
        write_layer(layer(), path)
    assert path.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.gpkg"]


def test_what_cannot_be_written_says_so(tmp_path):
    with pytest.raises(InvalidInput, match="geojson, gpkg, zip, fgb, parquet, csv, xlsx, kml"):
        write_layer(layer(), tmp_path / "a.dxf")
    with pytest.raises(InvalidInput, match=r"\.zip"):
        write_layer(layer(), tmp_path / "a.shp")
    with pytest.raises(CRSMissing):
        layer_to_parquet(layer().set_crs(None, allow_override=True))


def test_a_spreadsheet_has_no_cell_where_a_number_is_missing(tmp_path):
    """A numeric cell without a number is a damaged file to Excel."""
    write_layer(layer(share=[float("inf"), 0.5]), tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert not re.search(r"<v>\s*</v>|<v\s*/>", sheet)


@pytest.mark.parametrize("name", ["ground", "idm"])
@pytest.mark.parametrize("suffix", ["gpkg", "geojson"])
def test_a_layer_of_figures_or_statements_comes_back_from_its_own_export_unchanged(
    reference_store, tmp_path, name, suffix
):
    published = layers.layer(reference_store, name)
    assert published.geometry.isna().any()
    path = tmp_path / f"kawasan-{name}.{suffix}"
    write_layer(published, path)
    received = receive(
        reference_store, path, filename=path.name, dataset=name, chosen={}, actor=OPERATOR
    )
    report = check(reference_store, received.upload).report
    assert report["accepted"], report["errors"][:3]
    counts = report["difference"]["counts"]
    assert counts == {"added": 0, "removed": 0, "changed": 0, "unchanged": len(published)}
