"""GeoParquet is read by its footer first: rows, CRS and the encoding of its outlines."""

import json

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.ingest.findings import Unreadable
from geo.ingest.formats import kind_of
from geo.ingest.geoparquet import read_geoparquet
from geo.ingest.source import Limits

LIMITS = Limits()
BIG = 2**53 + 1
SHAPES = [
    shapely.Point(115, -3),
    shapely.LineString([(115, -3), (116, -3)]),
    shapely.box(115, -3, 116, -2).difference(shapely.box(115.2, -2.8, 115.4, -2.6)),
    shapely.MultiPoint([(115, -3), (116, -3)]),
    shapely.MultiLineString([[(115, -3), (116, -3)], [(115, -2), (116, -2)]]),
    shapely.MultiPolygon([shapely.box(115, -3, 116, -2), shapely.box(117, -3, 118, -2)]),
]


def frame(geometry=None, crs="EPSG:32750", **columns):
    shapes = [shapely.box(0, 0, 1, 1), None] if geometry is None else geometry
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def read(path, *, limits=LIMITS):
    assert kind_of(path) == "geoparquet"
    return read_geoparquet(path, limits=limits)


def with_metadata(path, folder, change):
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    change(geo)
    changed = folder / "b.parquet"
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo)}), changed)
    return changed


def written(folder, made, **options):
    path = folder / "a.parquet"
    made.to_parquet(path, **options)
    return path


def test_values_stay_as_they_are(tmp_path):
    made = frame(
        kode=["63.10", ""],
        besar=pd.array([BIG, None], dtype="Int64"),
        tetap=[True, None],
        daftar=[[1, 2], None],
        waktu=[pd.Timestamp("2026-11-29T08:00:00"), None],
        kecil=pd.array([0.1, None], dtype="Float32"),
    )
    source = read(written(tmp_path, made))
    row = source.frame.iloc[0].drop("geometry")
    assert row.to_dict() == {
        "kode": "63.10",
        "besar": BIG,
        "tetap": True,
        "daftar": [1, 2],
        "waktu": "2026-11-29T08:00:00",
        "kecil": 0.1,
    }
    assert source.frame.iloc[1].tolist() == ["", None, None, None, None, None, None]
    assert (source.kind, source.header_count, source.crs_text) == ("geoparquet", 2, "EPSG:32750")


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.geom_type)
@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
def test_every_encoding_gives_the_same_outlines(tmp_path, shape, encoding):
    path = written(tmp_path, frame([shape], n=[1]), geometry_encoding=encoding)
    assert read(path).frame.geometry[0].equals_exact(shape)


def test_no_crs_is_lon_lat_and_an_unknown_one_is_asked_for(tmp_path):
    path = written(tmp_path, frame(n=[1, 2]))
    column = "geometry"
    absent = read(with_metadata(path, tmp_path, lambda geo: geo["columns"][column].pop("crs")))
    assert absent.frame.crs.to_authority() == ("OGC", "CRS84")
    assert [f.code for f in absent.findings] == ["crs_of_geoparquet"]
    unknown = read(
        with_metadata(path, tmp_path, lambda geo: geo["columns"][column].update(crs=None))
    )
    assert (unknown.frame.crs, unknown.crs_text) == (None, None)


def test_the_other_geometry_columns_are_told(tmp_path):
    made = frame(n=[1, 2])
    made["titik"] = gpd.GeoSeries([shapely.Point(0, 0), None], crs="EPSG:32750")
    source = read(written(tmp_path, made))
    assert list(source.frame.columns) == ["n", "geometry"]
    assert source.findings[0].facts == {"members": "titik"}


def test_rows_are_counted_before_one_is_read(tmp_path):
    path = tmp_path / "a.parquet"
    shape = pa.array([shapely.to_wkb(shapely.Point(0, 0))] * 500_000)
    geo = {"primary_column": "g", "columns": {"g": {"encoding": "WKB"}}, "version": "1.1.0"}
    table = pa.table({"g": shape}).replace_schema_metadata({b"geo": json.dumps(geo)})
    pq.write_table(table, path)
    with pytest.raises(Unreadable) as caught:
        read(path)
    assert caught.value.findings[0].facts == {"count": 500_000, "limit": 200_000}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda geo: geo.pop("primary_column"), "file_damaged"),
        (lambda geo: geo.update(primary_column="tiada"), "file_damaged"),
        (lambda geo: geo["columns"]["geometry"].update(encoding="WKT"), "file_damaged"),
        (lambda geo: geo["columns"]["geometry"].update(encoding="polygon"), "file_damaged"),
        (lambda geo: geo.update(columns=[]), "file_damaged"),
    ],
)
def test_metadata_that_do_not_fit_refuse_the_file(tmp_path, change, code):
    path = with_metadata(written(tmp_path, frame(n=[1, 2])), tmp_path, change)
    with pytest.raises(Unreadable) as caught:
        read(path)
    assert caught.value.findings[0].code == code


def test_a_file_that_is_cut_or_plain_is_refused(tmp_path):
    path = written(tmp_path, frame(n=[1, 2]))
    plain = tmp_path / "plain.parquet"
    pq.write_table(pa.table({"n": [1]}), plain)
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(path.read_bytes()[:-20])
    found = []
    for each in (plain, cut):
        with pytest.raises(Unreadable) as caught:
            read(each)
        found.append(caught.value.findings[0].code)
    assert found == ["parquet_no_geometry", "file_damaged"]


def test_outlines_that_repeat_may_be_kept_once(tmp_path):
    path = written(tmp_path, frame([shapely.Point(0, 0)] * 3, n=[1, 2, 3]))
    table = pq.read_table(path)
    repeated = table.set_column(1, "geometry", table["geometry"].dictionary_encode())
    pq.write_table(repeated.replace_schema_metadata(table.schema.metadata), path)
    assert read(path).frame.geometry.tolist() == [shapely.Point(0, 0)] * 3
