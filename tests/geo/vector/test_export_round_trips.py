"""What a file holds is what the layer has, and whatever differs is told by column."""

import csv
import datetime as dt
import zipfile
from dataclasses import replace

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.drivers.flatgeobuf import read_flatgeobuf
from geo.drivers.kml import read_kml
from geo.ingest.archive import unpack_shapefile
from geo.ingest.geojson import read_geojson
from geo.ingest.geopackage import read_geopackage
from geo.ingest.geoparquet import read_geoparquet
from geo.ingest.shapefile import read_shapefile
from geo.ingest.source import Limits
from geo.validation.columns import map_columns
from geo.vector.export import write_fitted, write_layer
from geo.vector.file_formats import FILE_FORMATS, FORMATS
from geo.vector.losses import fitted, guarded
from geo.vector.schema import SCHEMAS

RESERVED = ["geom", "geometry", "wkt", "lon", "lat", "fid", "id", "ogc_fid", "area_id"]
SQUARE = shapely.box(114.1234567890123, -3.9876543210987, 115, -3)
HOLED = shapely.Polygon(
    [(114, -4), (115, -4), (115, -3), (114, -3)],
    holes=[[(114.2, -3.8), (114.2, -3.2), (114.8, -3.2), (114.8, -3.8)]],
)
# Columns that one format or another cannot hold, by name.
HARD = {
    "code": ["63.10", "007", None],
    "text": ["", None, " spasi di akhir "],
    "formula": ["=1+1", "'=1+1", "'tHart"],
    "long": ["é" * 200, "a" * 40_000, "b"],
    "letters": ["a\x01b", 'baris\nlain, "kutip" <&>', "x\x00y\r\nz"],
    "yes": pd.array([True, None, False], dtype="boolean"),
    "big": pd.array([2**62 + 1, None, -5], dtype="Int64"),
    "whole": pd.array([2024, None, -1], dtype="Int64"),
    "real": [1 / 3, float("nan"), 123456789.12345679],
    "tiny": [1e-20, -0.1, 12.5],
    "huge": [1e300, float("inf"), -1.0],
    "day": [dt.date(2026, 11, 29), None, dt.date(1850, 1, 1)],
    "time": pd.Series(
        pd.to_datetime(["2026-01-02T03:04:05.678901", None, "1850-01-01"], format="ISO8601")
    ),
    "moment": pd.Series(
        [dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.timezone(dt.timedelta(hours=8))), None, None]
    ),
    "list": [["a", "b"], [], None],
    "mixed": [1, "satu", True],
    "nothing": [None, None, None],
    "Name": ["atas", "kedua", None],
    "name": ["bawah", None, ""],
    "kolom yang panjang": ["a", "b", "c"],
    "kolom yang panjang 2": ["d", "e", "f"],
}


def layer_of(columns, shapes, crs="EPSG:4326"):
    index = pd.Index([f"a-{i}" for i in range(len(shapes))], name="area_id")
    columns = {
        name: values.set_axis(index) if isinstance(values, pd.Series) else values
        for name, values in columns.items()
    }
    table = pd.DataFrame(columns, index=index)
    return gpd.GeoDataFrame(
        table, geometry=gpd.GeoSeries(shapes, index=index, crs=crs)
    ).rename_geometry("of the layer")


def hard():
    reserved = {name: [f"{name} 1", None, f"{name} 3"] for name in RESERVED}
    return layer_of(HARD | reserved, [SQUARE, shapely.MultiPolygon([HOLED]), None])


def read(path, format, held):
    """The columns of a file as Python's values by name, and its geometry."""
    if format in ("gpkg", "fgb", "kml"):
        meta, table = pyogrio.read_arrow(path)
        geometry = meta["geometry_name"] or "wkb_geometry"
        # GDAL's Arrow stream of a FlatGeobuf gives a missing geometry the length -1.
        shapes = shapely.from_wkb(pyogrio.raw.read(path, columns=[])[2])
        return table.drop_columns([geometry]).to_pydict(), shapes
    if format == "parquet":
        frame = gpd.read_parquet(path)
        return dict(frame.drop(columns=frame.geometry.name)), frame.geometry.array
    if format == "geojson":
        frame = read_geojson(path, limits=Limits()).frame
        return dict(frame.drop(columns="geometry")), frame.geometry.array
    if format == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, *rows = csv.reader(file)
        table = dict(zip(head, zip(*rows, strict=True), strict=True))
        return table, shapely.from_wkt([text or None for text in table.pop(held.own["wkt"])])
    head, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    table = dict(zip(head, zip(*rows, strict=True), strict=True))
    places = zip(*(table.pop(held.own[name]) for name in ("lon", "lat")), strict=True)
    return table, np.array([None if x is None else shapely.Point(x, y) for x, y in places])


def plain(value, kind):
    """A value as any reader gives it: one missing value, one kind of number and of time."""
    if (
        value is None
        or (isinstance(value, float) and np.isnan(value))
        or value is pd.NaT
        or value is pd.NA
    ):
        return None
    if kind == "list":
        return list(value)
    if kind == "boolean" and isinstance(value, str):
        return {"true": 1, "false": 0}[value.lower()]
    if kind in ("integer", "number", "boolean"):
        return float(value) if kind == "number" else int(value)
    if kind in ("time", "instant", "date"):
        moment = pd.Timestamp(value)
        return moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo else moment
    return value


def shapefile(path, tmp_path):
    folder = tmp_path / "unpacked"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    files = unpack_shapefile(path, folder, layer=None, limits=Limits())
    # Here the table's own names are the claim.
    source = read_shapefile(replace(files, columns={}), encoding=None)
    return dict(source.frame.drop(columns="geometry")), source.frame.geometry.array


def back(frame, format, tmp_path):
    held = fitted(frame, format)
    path = tmp_path / f"batas{FILE_FORMATS[format].suffix}"
    write_fitted(held, path, format)
    if format == "shp":
        return held, *shapefile(path, tmp_path)
    return held, *read(path, format, held)


def differing(frame, held, columns, format):
    """The columns of the layer that come back with another value than the layer's own."""
    found = set()
    for column in held.columns:
        if column.name not in frame.columns:
            continue
        for before, after in zip(frame[column.name], columns[column.written], strict=True):
            after = None if format == "csv" and after == "" else after
            kind = "text" if column.kind == "text" else column.kind
            before = (
                None if format == "csv" and isinstance(before, str) and before == "" else before
            )
            if _other(before, after, kind):
                found.add(column.name)
    return found


def _other(before, after, kind):
    before, after = (
        plain(value, kind if not isinstance(value, str) or kind != "mixed" else "text")
        for value in (before, after)
    )
    return type(before) is not type(after) or before != after


@pytest.mark.parametrize("format", FORMATS)
def test_every_value_that_a_file_does_not_hold_is_told(tmp_path, format):
    frame = hard()
    held, columns, shapes = back(frame, format, tmp_path)
    told = {loss.column for loss in held.losses}
    assert differing(frame, held, columns, format) <= told
    assert {column.name for column in held.columns} >= set(frame.columns) - {"of the layer"}
    assert [column.written for column in held.columns if column.written not in columns] == []
    renamed = {loss.column for loss in held.losses if loss.code == "column_renamed"}
    assert renamed == {column.name for column in held.columns if column.name != column.written}
    if format not in ("xlsx", "shp"):
        assert shapely.equals_identical(np.asarray(shapes), held.geometry)[:2].all()
        assert shapes[2] is None
    for loss in held.losses:
        assert loss.text.id
        assert loss.text.en


NAMES = st.sampled_from(
    [*RESERVED, "nama", "NAMA", "luas_ha", "kolom yang panjang", "é", "Name", "x y"]
)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r"), max_size=12
) | st.sampled_from(["", "=1", "'", "'-1", "63.10", "007", "1e5", "true", "é" * 300, " a "])
KINDS = st.sampled_from(
    [
        TEXTS,
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(),
        st.dates(dt.date(1000, 1, 1)),
    ]
)
DEGREES = st.floats(-80, 80).map(lambda v: v + 0.0)


@st.composite
def frames(draw):
    size = draw(st.integers(1, 4))
    columns = {
        name: pd.Series(
            draw(st.lists(st.none() | draw(KINDS), min_size=size, max_size=size)), dtype=object
        )
        for name in draw(st.lists(NAMES, unique=True, max_size=4))
    }
    box = st.builds(lambda x, y: shapely.box(x, y, x + 0.1, y + 0.1), DEGREES, DEGREES)
    shape = box | box.map(lambda b: shapely.MultiPolygon([b])) | st.none()
    return layer_of(columns, draw(st.lists(shape, min_size=size, max_size=size)))


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=6)
@given(frame=frames())
def test_any_layer_comes_back_as_it_was_but_for_what_is_told(tmp_path_factory, format, frame):
    held, columns, shapes = back(frame, format, tmp_path_factory.mktemp("files"))
    assert differing(frame, held, columns, format) <= {loss.column for loss in held.losses}
    if format == "shp":
        assert shapely.equals(*map(shapely.normalize, (np.asarray(shapes), held.geometry)))[
            ~shapely.is_missing(held.geometry)
        ].all()
    elif format != "xlsx":
        assert shapely.to_wkb(np.asarray(shapes)).tolist() == shapely.to_wkb(held.geometry).tolist()


def test_our_own_readers_give_the_layer_back(tmp_path):
    shapes = [SQUARE, HOLED, None]
    columns = {
        "kode": ["63.10", "007", "1e5"],
        "name": ["Satu", "=dua", 'tiga, "empat"'],
        "luas_ha": [1 / 3, None, 12.5],
        "jumlah": pd.array([1, None, 3], dtype="Int64"),
    }
    frame = layer_of(columns, shapes)
    readers = {
        "gpkg": lambda path: read_geopackage(path, layer=None, limits=Limits()),
        "geojson": lambda path: read_geojson(path, limits=Limits()),
        "fgb": lambda path: read_flatgeobuf(path, tmp_path, limits=Limits()),
        "parquet": lambda path: read_geoparquet(path, limits=Limits()),
        "kml": lambda path: read_kml(path, tmp_path, layer=None, limits=Limits()),
        "shp": lambda path: read_shapefile(
            unpack_shapefile(path, tmp_path, layer=None, limits=Limits()), encoding=None
        ),
    }
    for format, reader in readers.items():
        held = fitted(frame, format)
        path = tmp_path / f"batas{FILE_FORMATS[format].suffix}"
        write_fitted(held, path, format)
        source = reader(path)
        for column in held.columns:
            given = [None if pd.isna(v) else v for v in source.frame[column.written]]
            assert given == held.values[column.written], (format, column.name)
        read_back, meant = (
            shapely.normalize(np.asarray(g)) for g in (source.frame.geometry.array, held.geometry)
        )
        assert shapely.equals_identical(read_back, meant)[:2].all(), format
        assert read_back[2] is None


def test_taking_one_apostrophe_away_restores_what_a_spreadsheet_would_run(tmp_path):
    frame = layer_of({"a": ["=1", "'=1", "'a"]}, [SQUARE] * 3)
    for format in ("csv", "xlsx"):
        held, columns, _ = back(frame, format, tmp_path)
        back_again = [t[1:] if t[:1] == "'" and guarded(t[1:]) == t else t for t in columns["a"]]
        assert back_again == ["=1", "'=1", "'a"]
        assert [(loss.code, loss.count) for loss in held.losses if loss.column == "a"] == [
            ("guarded", 2)
        ]


def test_a_shapefile_says_inside_what_became_of_columns_and_values(tmp_path):
    shapes = [SQUARE, shapely.Point(115, -3), None]
    frame = layer_of({"kolom yang panjang": ["", "a" * 300, "b"]}, shapes, crs="EPSG:32750")
    path = tmp_path / "batas.zip"
    write_fitted(fitted(frame, "shp"), path, "shp")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        told = archive.read("KETERANGAN.txt").decode()
        assert archive.read("batas_poligon.cpg") == b"UTF-8"
        assert b"UTM" in archive.read("batas_poligon.prj")
    assert {"batas_poligon.shp", "batas_titik.dbf"} <= set(names)
    assert "kolom yang  kolom yang panjang" in told
    assert "1 teks dipotong sampai 254 byte" in told
    assert "1 texts are cut to 254 bytes" in told
    assert len(gpd.read_file(f"/vsizip/{path}/batas_poligon.shp")) == 2


@pytest.mark.parametrize("format", ["gpkg", "fgb", "shp", "parquet"])
def test_a_file_keeps_the_crs_of_the_layer_where_it_can(tmp_path, format):
    frame = layer_of(
        {"a": ["x"]}, [shapely.box(500_000, 9_600_000, 501_000, 9_601_000)], "EPSG:23880"
    )
    path = tmp_path / f"a{FILE_FORMATS[format].suffix}"
    held = fitted(frame, format)
    write_fitted(held, path, format)
    found = gpd.read_parquet(path) if format == "parquet" else gpd.read_file(path)
    assert found.crs.to_epsg() == 23880
    assert held.losses == ()
    assert [loss.code for loss in fitted(frame, "kml").losses] == ["crs_changed"]


def test_the_same_layer_gives_the_same_shapefile(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_fitted(fitted(hard(), "shp"), tmp_path / name / "batas.zip", "shp")
    assert (tmp_path / "a/batas.zip").read_bytes() == (tmp_path / "b/batas.zip").read_bytes()


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=list(SCHEMAS))
def test_a_layer_comes_back_from_a_shapefile_under_the_names_of_its_fields(tmp_path, schema):
    columns = {field.name: ["1", "2"] for field in schema.fields} | {
        "kolom_lain_milik_dinas": ["a", "b"]
    }
    frame = gpd.GeoDataFrame(columns, geometry=[SQUARE, HOLED], crs="OGC:CRS84", index=["1", "2"])
    write_layer(frame, tmp_path / "u.zip", "shp")
    files = unpack_shapefile(tmp_path / "u.zip", tmp_path, layer=None, limits=Limits())
    read = read_shapefile(files, encoding=None)
    table = pd.DataFrame(read.frame.drop(columns="geometry"))
    mapped = map_columns(table, schema)
    assert mapped.fields == {field.name: field.name for field in schema.fields}
    assert "kolom_lain_milik_dinas" in mapped.kept
    assert "members_ignored" not in [f.code for f in read.findings]
    assert mapped.findings == ()
