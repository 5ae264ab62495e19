"""What is stored is what came, or the report says what became of it."""

import json
import struct

import pandas as pd
import pytest

from geo.ingest.archive import unpack_shapefile
from geo.ingest.findings import Feature
from geo.ingest.geojson import read_geojson
from geo.ingest.geopackage import read_geopackage
from geo.ingest.shapefile import read_shapefile
from geo.ingest.source import Limits
from geo.validation.columns import map_columns
from geo.validation.fields import read_values
from geo.vector.schema import ZONES
from tests import hostile

LIMITS = Limits()


def stored(**columns):
    """The table that is stored of columns of a file, and the findings by code."""
    table = pd.DataFrame({name: pd.Series(v, dtype=object) for name, v in columns.items()})
    mapped = map_columns(table, ZONES)
    features = [Feature(row) for row in range(1, len(table) + 1)]
    read, findings = read_values(table, ZONES, mapped, features=features, limits=LIMITS)
    return read, {f.code: f.facts for f in (*findings, *mapped.findings)}


def plain(series):
    return [None if value is pd.NA or value != value else value for value in series.tolist()]


@pytest.mark.parametrize(
    "values",
    [
        ["", None, " ", "a "],
        [True, None, False],
        [2**60, 2**60 + 1, None],
        [-(2**63), 2**63 - 1, 0],
        [1, 2.5, None],
        [0.1, -0.0, 1e-300],
        ["2024-03-01", "0063", "=1+1"],
        [None, None],
    ],
)
def test_a_column_of_one_kind_is_stored_as_it_came(values):
    table, findings = stored(extra=values)
    assert plain(table["extra"]) == values
    assert findings["column_kept"] == {"columns": "extra"}
    assert "value_rewritten" not in findings


@pytest.mark.parametrize(
    ("values", "texts", "told"),
    [
        ([1, "a", 2.5], ["1", "a", "2.5"], "1 → “1”; 2.5 → “2.5”"),
        ([True, 1], ["true", "1"], "true → “true”; 1 → “1”"),
        ([[1, {"a": "é"}], None], ['[1, {"a": "é"}]', None], '[1, {"a": "é"}] → '),
        ([{"b": 1, "a": 2}], ['{"b": 1, "a": 2}'], '{"b": 1, "a": 2} → '),
        ([2**63], [str(2**63)], f"{2**63} → “{2**63}”"),
        ([2**53 + 1, 0.5], [str(2**53 + 1), "0.5"], f"{2**53 + 1} → "),
        ([float("inf")], ["Infinity"], "Infinity → "),
    ],
)
def test_what_no_type_holds_becomes_text_and_is_told(values, texts, told):
    table, findings = stored(extra=values, other=["x"] * len(values))
    assert plain(table["extra"]) == texts
    assert findings["value_rewritten"]["column"] == "extra"
    assert findings["value_rewritten"]["examples"].startswith(told)
    assert findings["column_kept"] == {"columns": "other"}


@pytest.mark.parametrize(
    ("value", "kept", "told"),
    [
        ("", None, "“” → null"),
        (" aktif ", "aktif", "“ aktif ” → “aktif”"),
        (5, "5", "5 → “5”"),
        (False, "false", "false → “false”"),
        (["a"], '["a"]', '["a"] → “["a"]”'),
    ],
)
def test_a_field_tells_what_became_of_its_values(value, kept, told):
    table, findings = stored(status=[value])
    assert plain(table["status"]) == [kept]
    assert findings["value_rewritten"]["examples"] == told


def test_a_blank_where_a_number_belongs_is_missing_and_told():
    table, findings = stored(area_ha=["", 3])
    assert plain(table["area_ha"]) == [None, 3]
    assert findings["value_rewritten"]["examples"] == "“” → null"


def test_columns_called_geometry_are_kept_under_other_names(tmp_path):
    path = tmp_path / "a.geojson"
    properties = {"geometry": "a", "geometry_": "b"}
    path.write_text(hostile.collection(hostile.feature(properties=properties)))
    source = read_geojson(path, limits=LIMITS)
    assert source.frame[["geometry__", "geometry_"]].to_numpy().tolist() == [["a", "b"]]
    assert source.findings[0].facts == {"column": "geometry", "name": "geometry__"}

    parts = hostile.shapefile_parts(tmp_path / "p", hostile.zones().assign(geometrx="c"))
    parts[".dbf"] = parts[".dbf"].replace(b"geometrx", b"geometry")
    zipped = hostile.zipped(tmp_path / "u.zip", parts)
    files = unpack_shapefile(zipped, tmp_path, layer=None, limits=LIMITS)
    source = read_shapefile(files, encoding=None)
    assert source.frame["geometry_"].tolist() == ["c"] * 3
    assert source.frame.geometry.notna().all()


def test_a_geopackage_keeps_truth_values_dates_and_a_column_that_only_looks_like_its_key(tmp_path):
    frame = hostile.zones().assign(
        yes=[True, False, True], day=pd.to_datetime(["2024-03-01"] * 3).date, big=2**60, ogc_fid=7
    )
    source = read_geopackage(hostile.gpkg_with(tmp_path, frame=frame), layer=None, limits=LIMITS)
    assert source.frame["yes"].tolist() == [True, False, True]
    assert source.frame["day"].tolist() == ["2024-03-01"] * 3
    assert source.frame["big"].tolist() == [2**60] * 3
    assert source.frame["ogc_fid"].tolist() == [7] * 3
    assert "fid" not in source.frame


def test_curves_of_a_geopackage_are_made_straight_and_counted(tmp_path):
    arc = struct.pack(
        "<BII10d", 1, 8, 5, 115.5, -3.5, 115.6, -3.4, 115.7, -3.5, 115.6, -3.6, 115.5, -3.5
    )
    head = b"GP\0\1" + struct.pack("<i", 4326)
    polygon, open_ring = (
        head + struct.pack("<BII", 1, 10, 1) + a for a in (arc, arc[:5] + b"\3" + arc[6:57])
    )
    path = hostile.gpkg_with(
        tmp_path,
        ("UPDATE zones SET geom = ? WHERE fid = 1", polygon),
        ("UPDATE zones SET geom = ? WHERE fid = 2", open_ring),
    )
    source = read_geopackage(path, layer=None, limits=LIMITS)
    made = source.frame.geometry.tolist()
    assert (made[0].geom_type, made[1]) == ("Polygon", None)
    assert made[2].equals(hostile.zones().geometry[2])
    assert source.damaged[1].code == "geometry_damaged"
    # The second, whose ring is open, is no straight line now; 0.1° · (1 - cos 0.5°) is 0.42 m.
    (said,) = source.findings
    assert (said.facts["count"], said.facts["deviation"].id) == (1, "0,42 m")


def test_leading_blanks_of_a_dbf_text_are_kept(tmp_path):
    parts = hostile.shapefile_parts(tmp_path / "p", hostile.zones().assign(note=["  a", "", None]))
    zipped = hostile.zipped(tmp_path / "u.zip", parts)
    files = unpack_shapefile(zipped, tmp_path, layer=None, limits=LIMITS)
    assert read_shapefile(files, encoding=None).frame["note"].tolist() == ["  a", None, None]


def test_json_numbers_out_of_range_are_told(tmp_path):
    path = tmp_path / "a.geojson"
    text = json.dumps(json.loads(hostile.collection())).replace(
        '"Angsana"', '"Angsana", "n": 1e999'
    )
    path.write_text(text)
    assert read_geojson(path, limits=LIMITS).frame["n"].tolist() == [float("inf")]
