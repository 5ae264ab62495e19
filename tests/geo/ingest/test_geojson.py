"""GeoJSON as programs write it: Unicode, big numbers, ids, and members that nobody reads are told."""

import json

import numpy as np
import pytest

from geo.ingest.findings import Unreadable
from geo.ingest.formats import kind_of
from geo.ingest.geojson import read_geojson
from geo.ingest.source import Limits
from tests import hostile

LIMITS = Limits()


def read(folder, content):
    path = folder / "upload"
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert kind_of(path) == "geojson"
    return read_geojson(path, limits=LIMITS)


def collection(*features, **members):
    return {"type": "FeatureCollection", "features": list(features), **members}


def feature(properties=None, **members):
    point = {"type": "Point", "coordinates": [115.5, -3.5]}
    return {"type": "Feature", "properties": properties or {}, "geometry": point} | members


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("lines", [False, True])
def test_any_unicode_is_read(tmp_path, encoding, lines):
    rows = [feature({"nama": f"D\u00e9sa {n}"}) for n in "AB"]
    text = "\n".join(map(json.dumps, rows)) if lines else json.dumps(collection(*rows))
    source = read(tmp_path, text.encode(encoding))
    assert source.frame["nama"].tolist() == ["D\u00e9sa A", "D\u00e9sa B"]
    assert source.encoding == encoding.removesuffix("-sig")


def test_integers_beyond_what_a_float_holds_are_exact(tmp_path):
    values = [2**53 + 1, 2**63 - 1, -(2**63), 2**70, None]
    source = read(tmp_path, collection(*(feature({"n": v}) for v in values)))
    assert source.frame["n"].tolist() == values


def test_members_of_the_collection_and_of_features_that_nobody_reads_are_told(tmp_path):
    rows = [feature(style={"fill": "red"}), feature(bbox=[1, 2, 3, 4])]
    source = read(tmp_path, collection(*rows, name="zona", totalFeatures=2, bbox=[1, 2, 3, 4]))
    assert {f.code: f.facts for f in source.findings} == {
        "members_ignored": {"members": "totalFeatures, style"},
        "crs_assumed": {},
    }


@pytest.mark.parametrize(
    ("ids", "properties", "columns"),
    [
        ([1, 2], [{"kode": "1"}, {"kode": "2"}], {"kode": ["1", "2"]}),
        ([1, 2], [{"n": 1}, {"n": 5}], {"id": [1, 2], "n": [1, 5]}),
        (["a", None], [{"n": 1}, {"n": 2}], {"id": ["a", None], "n": [1, 2]}),
        ([1, 2], [{"id": 7}, {"id": 8}], {"id_": [1, 2], "id": [7, 8]}),
        ([None, None], [{"n": 1}, {"n": 2}], {"n": [1, 2]}),
    ],
)
def test_the_ids_of_features_are_a_column_unless_another_repeats_all_of_them(
    tmp_path, ids, properties, columns
):
    rows = [
        feature(p) | ({} if i is None else {"id": i}) for i, p in zip(ids, properties, strict=True)
    ]
    source = read(tmp_path, collection(*rows))
    assert source.frame.drop(columns="geometry").to_dict("list") == columns
    renamed = [f.facts for f in source.findings if f.code == "column_renamed"]
    assert renamed == ([{"column": "id", "name": "id_"}] if "id_" in columns else [])


def test_a_bare_geometry_is_one_feature(tmp_path):
    source = read(tmp_path, {"type": "Point", "coordinates": [115.5, -3.5]})
    assert [g.wkt for g in source.frame.geometry] == ["POINT (115.5 -3.5)"]


def test_the_crs_inside_geometries_counts_and_two_are_refused(tmp_path):
    def inside(*numbers):
        names = [{"type": "name", "properties": {"name": f"EPSG:{n}"}} for n in numbers]
        shapes = [{"type": "Point", "coordinates": [3e5, 9.6e6], "crs": n} for n in names]
        return collection(*(feature(geometry=shape) for shape in shapes))

    assert read(tmp_path, inside(32750, 32750)).frame.crs.to_epsg() == 32750
    with pytest.raises(Unreadable) as caught:
        read(tmp_path, inside(32750, 32749))
    assert caught.value.findings[0].code == "geojson_structure"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"type": "FeatureCollection", "features": [', "terpotong"),
        ('{"a" 1}', "titik dua"),
        ('{"a": 1 "b"}', "koma"),
        ("{a: 1}", "petik ganda"),
        ('{"a": "b', "petik penutup"),
        ('{"a": "b\nc"}', "huruf kendali"),
        ('{"a": "\\q"}', "garis miring"),
        ('{"a": 1} x', "setelah akhir"),
        ('{"a": ' + "9" * 5000 + "}", "terlalu panjang"),
    ],
)
def test_what_is_no_json_is_told_in_plain_words(tmp_path, text, words):
    with pytest.raises(Unreadable) as caught:
        read(tmp_path, text)
    assert words in caught.value.findings[0].sentence.id


def test_a_ring_that_forms_nothing_is_told_without_the_words_of_a_library(tmp_path):
    shape = {"type": "LineString", "coordinates": [[115, -3]]}
    source = read(tmp_path, collection(feature(geometry=shape)))
    assert source.damaged[0].facts["reason"].id.startswith("titik-titik sudutnya")
    assert read(tmp_path, hostile.collection()).damaged == {}


@pytest.mark.parametrize(
    ("text", "code", "place", "said"),
    [
        ('{"a": "NaN",\n "b": NaN}', "json_number", (2, 7), "NaN di baris 2, kolom 7"),
        ('{"a": -Infinity}', "json_number", (1, 7), "-Infinity di baris 1"),
        ('{"a": 1,\n"nama": "Lob\\ud83dan"}', "json_surrogate", (2, 13), "'nama': 'Lob?an'"),
        ('{"nama": "\\ud83d\\ude00 \\ude00"}', "json_surrogate", (1, 24), "kolom 24"),
    ],
)
def test_a_value_that_json_cannot_hold_is_told_with_its_place(tmp_path, text, code, place, said):
    with pytest.raises(Unreadable) as caught:
        read(tmp_path, text)
    (found,) = caught.value.findings
    assert (found.code, found.facts["line"], found.facts["column"]) == (code, *place)
    assert said in found.sentence.id


def test_a_number_too_large_is_no_open_ring(tmp_path):
    ring = "[[1e999,-3],[115.1,-3],[115.1,-2.9],[115,-3]]"
    text = '{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[%s]}}'
    source = read(tmp_path, text % ring)
    assert not source.damaged
    assert not np.isfinite(source.frame.total_bounds).all()
