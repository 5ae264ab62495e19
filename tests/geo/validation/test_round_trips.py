"""File → reader → validation → stored Parquet → read back: what came is what is stored, or it is told."""

import io
import json
import sqlite3
from datetime import date, time
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from geo.ingest.geojson import read_geojson
from geo.ingest.geopackage import read_geopackage
from geo.ingest.source import Limits, Reference
from geo.validation.difference import difference
from geo.validation.kept import kept_values
from geo.validation.validate import validate
from geo.vector.export import layer_to_parquet
from geo.vector.schema import ZONES
from maps.escape import text_or_none
from tests import hostile

LIMITS = Limits()
FEW = settings(
    # Each example writes a file; a smaller one is worth less than the time to find it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ROWS = 3
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\x7f"), max_size=8
)
INTEGER = st.integers(-(2**63), 2**63 - 1)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)


def rows_of(values):
    return st.lists(st.none() | values, min_size=ROWS, max_size=ROWS)


COLUMN = st.one_of(
    rows_of(TEXT),
    rows_of(INTEGER),
    rows_of(NUMBER),
    rows_of(st.booleans()),
    *(rows_of(st.lists(member, max_size=3)) for member in (TEXT, INTEGER, NUMBER, st.booleans())),
)
# Whatever an office calls its columns, in any case; those of the layer itself are told by name.
NAMES = (
    "wkt",
    "LON",
    "lat",
    "geom",
    "Geometri",
    "ogc_fid",
    "Nama Lengkap (resmi)",
    "x",
    "spasi akhir ",
)


def stored(source):
    """The layer that is published of a source, as everything reads it afterwards."""
    result = validate(
        source,
        schema=ZONES,
        reference=Reference(),
        crs_override=None,
        repair=False,
        limits=LIMITS,
        step=lambda _: None,
    )
    assert result.frame is not None, result.report["findings"]
    # The confined process writes it, the service reads it and writes it again.
    once = gpd.read_parquet(io.BytesIO(layer_to_parquet(result.frame)))
    return gpd.read_parquet(io.BytesIO(layer_to_parquet(once))), result.report


def plain(series):
    came = [
        None if gone else v for v, gone in zip(series.tolist(), series.isna().tolist(), strict=True)
    ]
    return [v.tolist() if isinstance(v, np.ndarray) else v for v in came]


def exactly(values):
    """Values with their types, so that 1, 1.0 and True are three."""
    return [
        exactly(v) if isinstance(v, list) else (type(v).__name__, str(v) if v == v else "nan")
        for v in values
    ]


def zone(row):
    return {"zone_id": f"z-{row}", "name": f"Z {row}", "regency_code": "63.10"}


@given(st.dictionaries(st.sampled_from(NAMES), COLUMN, min_size=1))
@FEW
def test_geojson_is_stored_as_it_came(tmp_path, columns):
    path = tmp_path / "a.geojson"
    features = [
        hostile.feature(properties=zone(row) | {n: v[row] for n, v in columns.items()})
        for row in range(ROWS)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    layer, report = stored(read_geojson(path, limits=LIMITS))
    for name, values in columns.items():
        assert exactly(plain(layer[name])) == exactly(values)
    assert report["counts"].keys() & {"value_rewritten", "column_renamed"} == set()
    shape = shapely.Polygon(features[0]["geometry"]["coordinates"][0])
    assert layer.geometry.iloc[0].equals_exact(shape, 0)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return hostile.gpkg_with(tmp_path_factory.mktemp("package"))


@given(rows_of(TEXT), rows_of(INTEGER), rows_of(NUMBER), rows_of(st.booleans()))
@FEW
def test_a_geopackage_is_stored_as_it_came(package, tmp_path, texts, integers, numbers, truths):
    path = tmp_path / "u.gpkg"
    path.write_bytes(package.read_bytes())
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA synchronous=OFF")
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {name}")
        columns = {"geometry_": texts, "BIG": integers, "angka": numbers, "ya": truths}
        declared = ("TEXT", "INTEGER", "REAL", "BOOLEAN")
        for (name, values), kind in zip(columns.items(), declared, strict=True):
            database.execute(f'ALTER TABLE zones ADD COLUMN "{name}" {kind}')
            rows = [(value, row) for row, value in enumerate(values, start=1)]
            for value, row in rows:
                database.execute(f'UPDATE zones SET "{name}" = ? WHERE fid = ?', (value, row))
    database.close()
    layer, _ = stored(read_geopackage(path, layer=None, limits=LIMITS))
    for name, values in columns.items():
        assert exactly(plain(layer[name])) == exactly(values)


@pytest.mark.parametrize("code", ["EPSG:32750", "EPSG:4326", "EPSG:23835"])
def test_a_layer_keeps_its_own_crs_and_its_coordinates_to_the_last_bit(tmp_path, code):
    zones = hostile.zones().to_crs(code)
    source = read_geopackage(hostile.gpkg_with(tmp_path, frame=zones), layer=None, limits=LIMITS)
    layer, _ = stored(source)
    assert layer.crs.to_authority() == tuple(code.split(":"))
    assert shapely.equals_exact(layer.geometry.array, zones.geometry.array, 0).all()


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([date(2024, 3, 1), None], ["2024-03-01", None]),
        ([pd.Timestamp("2024-03-01T12:30"), None], ["2024-03-01T12:30:00", None]),
        ([pd.Timestamp("2024-03-01T12:30Z"), pd.NaT], ["2024-03-01T12:30:00+00:00", None]),
        ([time(7, 30), None], ["07:30:00", None]),
    ],
)
def test_dates_and_times_become_their_iso_text_and_are_told(values, texts):
    series, told = kept_values("tanggal", values)
    assert plain(series) == texts
    assert [(f.code, f.facts["example"]) for f in told] == [("dates_as_text", texts[0])]


@pytest.mark.parametrize(
    "values",
    [[[1, None]], [[1], ["a"]], [[[1]]], [[{"a": 1}]], [["a"], "a"], [[2**63]], [[0.5, 2**60]]],
)
def test_a_list_that_no_type_holds_becomes_its_json_and_is_told(values):
    series, told = kept_values("daftar", values)
    held = [json.loads(v) if v.startswith("[") else v for v in plain(series)]
    assert held == values
    assert [f.code for f in told] == ["value_rewritten"]


def test_values_of_numpy_and_other_types_are_kept_or_told():
    series, told = kept_values("n", [np.int64(2**60), pd.NA, np.int64(1)])
    assert (plain(series), told) == ([2**60, None, 1], [])
    series, told = kept_values("d", [Decimal("0.10"), None])
    assert plain(series) == ['"0.10"', None]
    assert [f.code for f in told] == ["value_rewritten"]


def test_lists_are_compared_and_shown():
    def layer(*lists):
        frame = gpd.GeoDataFrame(
            {"daftar": pd.Series(lists, dtype=object)},
            geometry=[shapely.Point(115, -3)] * len(lists),
            crs="OGC:CRS84",
        )
        frame.index = pd.Index([f"z-{n}" for n in range(len(lists))], name="area_id")
        return gpd.read_parquet(io.BytesIO(layer_to_parquet(frame)))

    changes = difference(layer([1, 2], [], [5]), layer([1, 2], None, [6]), fields=["daftar"])
    assert [(c.key, c.values) for c in changes.changed] == [
        ("z-1", {"daftar": (None, [])}),
        ("z-2", {"daftar": ([6], [5])}),
    ]
    assert [text_or_none(v) for v in layer([1, 2], [], None)["daftar"]] == ["1, 2", None, None]
