"""A page of features is exactly what shapely and the frame themselves would say."""

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import InvalidFilter, InvalidLayer, StoreFault, ZoneNotFound
from geo.tiles.feature_encoder import encode_features
from geo.tiles.features import Bbox, FeatureTable, split_at_antimeridian
from geo.vector.schema import ZONES

LONGITUDE = st.integers(-180, 180)
LATITUDE = st.integers(-90, 90)


def make_frame(geometries, ids=None, crs="OGC:CRS84", **columns):
    ids = ids or [f"a{i}" for i in range(len(geometries))]
    index = pd.Index(ids, name="area_id", dtype="object")
    return gpd.GeoDataFrame(columns, geometry=list(geometries), index=index, crs=crs)


def table_of(frame, **options):
    return FeatureTable(encode_features(frame, **options))


def features_of(table, **selection):
    found = table.select(**{"limit": 10_000} | selection)
    return orjson.loads(b"[" + table.page(found.indices) + b"]")


def ids_of(table, **selection):
    return [feature["id"] for feature in features_of(table, **selection)]


@st.composite
def geometries(draw):
    lon, lat = draw(LONGITUDE), draw(LATITUDE)
    kind = draw(st.sampled_from(["null", "point", "box", "triangle", "line", "hole"]))
    east, north = min(180, lon + draw(st.integers(1, 90))), min(90, lat + draw(st.integers(1, 60)))
    if kind == "null" or lon == 180 or lat == 90:
        return None
    if kind == "point":
        return shapely.Point(lon, lat)
    if kind == "line":
        return shapely.LineString([(lon, lat), (east, north)])
    if kind == "triangle":
        return shapely.Polygon([(lon, lat), (east, lat), (lon, north)])
    box = shapely.box(lon, lat, east, north)
    return box if kind == "box" else box.difference(shapely.affinity.scale(box, 0.5, 0.5))


@st.composite
def boxes(draw):
    south, north = sorted((draw(LATITUDE), draw(LATITUDE)))
    return (draw(LONGITUDE), south, draw(LONGITUDE), north)


def by_hand(geometry, bbox: Bbox) -> bool:
    if geometry is None:
        return True
    west, south, east, north = bbox
    parts = [(west, east)] if west <= east else [(west, 180), (-180, east)]
    areas = [shapely.Polygon([(w, south), (e, south), (e, north), (w, north)]) for w, e in parts]
    # buffer(0) would lose a box without area, so its border is asked for as well.
    return any(geometry.intersects(a) or geometry.intersects(a.exterior) for a in areas)


@given(st.lists(geometries(), max_size=12), boxes())
@settings(max_examples=300, deadline=None)
def test_a_bbox_selects_what_shapely_says_intersects(shapes, bbox):
    frame = make_frame(shapes)
    expected = [i for i, shape in zip(frame.index, shapes, strict=True) if by_hand(shape, bbox)]
    assert ids_of(table_of(frame), bbox=bbox) == expected


@given(st.lists(geometries(), max_size=12), st.integers(1, 5), boxes() | st.none())
@settings(max_examples=60, deadline=None)
def test_pages_partition_the_selection(shapes, limit, bbox):
    table = table_of(make_frame(shapes))
    matched = table.select(bbox=bbox, limit=1).matched
    pages = [ids_of(table, bbox=bbox, limit=limit, offset=o) for o in range(0, matched + 1, limit)]
    assert [i for page in pages for i in page] == ids_of(table, bbox=bbox)
    assert len(ids_of(table, bbox=bbox)) == matched


# Lone surrogates come from damaged files; everything else must come back as it was.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["34.10", "'; DROP TABLE zones;--", "</script>", "${1}`", "\x00", "ñ 漢 🌴", '"', "\\", ""]
)
NUMBER = st.floats(allow_nan=False, allow_infinity=False) | st.none()


@given(st.lists(st.tuples(TEXT | st.none(), NUMBER, st.integers(-(2**53), 2**53)), max_size=8))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_properties_come_back_as_they_were(rows):
    texts, numbers, integers = zip(*rows, strict=True) if rows else ((), (), ())
    frame = make_frame(
        [shapely.Point(114.5, -3.5)] * len(rows),
        text=pd.Series(texts, dtype="object", index=None).tolist(),
        number=pd.array([np.nan if n is None else n for n in numbers], dtype="float64"),
        integer=pd.array(list(integers), dtype="Int64"),
    )
    found = [feature["properties"] for feature in features_of(table_of(frame))]
    assert found == [{"text": t, "number": n, "integer": i} for t, n, i in rows]


@given(st.lists(TEXT | st.none(), min_size=1, max_size=8), st.data())
@settings(max_examples=200, deadline=None)
def test_a_text_filter_is_exact(texts, data):
    frame = make_frame([None] * len(texts), name=pd.Series(texts, dtype="object").tolist())
    wanted = data.draw(st.sampled_from([t for t in texts if t is not None] or [""]) | TEXT)
    expected = [i for i, t in zip(frame.index, texts, strict=True) if t == wanted]
    assert ids_of(table_of(frame), filters={"name": wanted}) == expected


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, None, pd.NA])
def test_a_missing_or_infinite_number_is_null(value):
    frame = make_frame([shapely.Point(0, 0)], x=pd.Series([value], dtype="object").tolist())
    assert b"NaN" not in encode_features(frame)
    assert features_of(table_of(frame))[0]["properties"] == {"x": None}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [1, np.nan, {"b": np.float64("inf")}]}, {"a": [1, None, {"b": None}]}),
        (np.array([1.5, np.nan]), [1.5, None]),
        (pd.Timestamp("2024-03-01T10:00:00Z"), "2024-03-01T10:00:00+00:00"),
        (2**70, str(2**70)),
        ("a\ud800b", "a�b"),
        (shapely.Point(1, 2), "POINT (1 2)"),
    ],
)
def test_other_values_become_json(value, expected):
    frame = make_frame([None])
    frame["x"] = pd.Series([value], dtype="object", index=frame.index)
    assert features_of(table_of(frame))[0]["properties"]["x"] == expected


def test_an_id_with_hostile_characters_is_found():
    ids = ["63.01", "a b", "é/ü", "'\"<>", "\ud800", ""]
    table = table_of(make_frame([None] * len(ids), ids=ids))
    assert orjson.loads(table.feature("63.01"))["id"] == "63.01"
    assert orjson.loads(table.feature("'\"<>"))["id"] == "'\"<>"
    assert orjson.loads(table.feature(""))["id"] == ""


@pytest.mark.parametrize("unknown", ["63.02", "63.010", "\ud800", "x" * 10_000])
def test_an_unknown_id_is_not_found(unknown):
    with pytest.raises(ZoneNotFound, match=r"63\.01"):
        table_of(make_frame([None], ids=["63.01"])).feature(unknown)


def test_rings_are_right_handed_and_positions_have_seven_decimals():
    clockwise = shapely.Polygon(
        [(0, 0), (0, 9.123456789), (9, 9), (9, 0)], [[(1, 1), (2, 1), (2, 2), (1, 2)]]
    )
    geometry = features_of(table_of(make_frame([clockwise])))[0]["geometry"]
    shell, hole = (shapely.LinearRing(ring) for ring in geometry["coordinates"])
    assert shell.is_ccw
    assert not hole.is_ccw
    assert [0.0, 9.1234568] in geometry["coordinates"][0]


@pytest.mark.parametrize(
    "wkt",
    [
        "POLYGON EMPTY",
        "POINT EMPTY",
        "GEOMETRYCOLLECTION EMPTY",
        "MULTIPOLYGON (EMPTY)",
        "POINT (nan 1)",
    ],
)
def test_what_geojson_cannot_say_is_null(wkt):
    assert features_of(table_of(make_frame([shapely.from_wkt(wkt)])))[0]["geometry"] is None


def test_empty_parts_are_left_out():
    shapes = [
        "MULTIPOINT (EMPTY, (1 2))",
        "GEOMETRYCOLLECTION (POINT EMPTY, LINESTRING (0 0, 1 1))",
    ]
    found = features_of(table_of(make_frame(shapely.from_wkt(shapes))))
    assert found[0]["geometry"] == {"type": "MultiPoint", "coordinates": [[1.0, 2.0]]}
    assert [g["type"] for g in found[1]["geometry"]["geometries"]] == ["LineString"]


def test_heights_stay_and_measures_go():
    shapes = shapely.from_wkt(
        ["POINT Z (1 2 3)", "POINT ZM (1 2 3 4)", "POINT M (1 2 4)", "POINT (1 2)"]
    )
    found = [f["geometry"]["coordinates"] for f in features_of(table_of(make_frame(shapes)))]
    assert found == [[1, 2, 3], [1, 2, 3], [1, 2], [1, 2]]


def test_another_crs_is_sent_as_longitude_and_latitude():
    frame = make_frame([shapely.Point(114.5, -3.25)]).to_crs("EPSG:32750")
    table = table_of(frame)
    assert features_of(table)[0]["geometry"]["coordinates"] == [114.5, -3.25]
    assert table.extent == (114.5, -3.25, 114.5, -3.25)


def test_the_extent_ignores_features_without_geometry():
    assert table_of(make_frame([None, shapely.box(1, 2, 3, 4)])).extent == (1, 2, 3, 4)
    assert table_of(make_frame([None])).extent is None


def test_an_empty_layer_has_empty_pages():
    # A column without a value is of the kind that it was published as.
    table = table_of(make_frame([], name=np.array([], dtype=str), area=np.array([], dtype=float)))
    assert (len(table), features_of(table), ids_of(table, filters={"name": "x"})) == (0, [], [])
    assert table.fields == {"name": "text", "area": "number"}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("year", "2024", ["a0"]),
        ("year", "+2024", ["a0"]),
        ("share", "0.5", ["a1"]),
        ("share", "5e-1", ["a1"]),
        ("is_open", "true", ["a1"]),
        ("is_open", "false", ["a0"]),
        ("is_open", "1", ["a1"]),
        ("is_open", "0", ["a0"]),
        ("name", "nan", []),
    ],
)
def test_a_filter_reads_the_value_as_the_property_is(name, value, expected):
    assert ids_of(mixed_table(), filters={name: value}) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("year", "2024.0"),
        ("year", "²"),
        ("year", "9" * 30),
        ("share", "nan"),
        ("share", "1_0"),
        ("share", "1e999"),
        ("share", ""),
        ("is_open", "True"),
        ("parts", "x"),
        ("unknown", "x"),
    ],
)
def test_a_filter_of_another_type_is_refused(name, value):
    with pytest.raises(InvalidFilter) as refused:
        mixed_table().select(filters={name: value}, limit=1)
    assert refused.value.facts["parameter"] == name
    assert name in refused.value.detail("id")


def mixed_table():
    return table_of(
        make_frame(
            [shapely.Point(0, 0), None, None],
            name=["a", "nan.", None],
            year=pd.array([2024, 2025, None], dtype="Int64"),
            share=[np.nan, 0.5, np.nan],
            is_open=pd.array([False, True, None], dtype="boolean"),
            parts=[["x"], None, {"x": 1}],
        )
    )


def test_the_schema_names_the_key_and_keeps_integers():
    frame = make_frame([None, None], ids=["angsana", "sebamban"], source_year=[2024.0, np.nan])
    table = table_of(frame, schema=ZONES)
    found = [feature["properties"] for feature in features_of(table)]
    assert found == [
        {"zone_id": "angsana", "source_year": 2024},
        {"zone_id": "sebamban", "source_year": None},
    ]
    assert ids_of(table, filters={"source_year": "2024"}) == ["angsana"]


@pytest.mark.parametrize("ids", [["a", "a"], ["a", None]])
def test_ids_must_be_unique(ids):
    with pytest.raises(InvalidLayer):
        encode_features(make_frame([None, None], ids=ids))


@pytest.mark.parametrize("content", [b"", b"x" * 100, encode_features(make_frame([]))[:20]])
def test_other_bytes_are_not_a_table(content):
    with pytest.raises(StoreFault):
        FeatureTable(content)


def test_the_same_layer_gives_the_same_bytes():
    frame = make_frame([shapely.box(0, 0, 1, 1)], name=["a"])
    assert encode_features(frame) == encode_features(frame.copy())


def test_a_box_over_the_antimeridian_is_two_boxes():
    assert split_at_antimeridian((177, 65, -177, 70)) == [(177, 65, 180, 70), (-180, 65, -177, 70)]


@given(st.permutations(range(7)), st.integers(1, 400))
@settings(max_examples=60, deadline=None)
def test_features_in_any_order_are_written_whole_in_one_piece_or_in_batches(order, most_bytes):
    table = table_of(make_frame([None] * 7, name=[chr(97 + i) * i * 9 for i in range(7)]))
    places = np.array(order)
    expected = [f"a{i}" for i in order]
    assert [f["id"] for f in orjson.loads(b"[" + table.page(places) + b"]")] == expected
    assert table.size(places) == len(table.page(places))
    batches = list(table.batches(places, most_bytes=most_bytes))
    assert np.concatenate(batches).tolist() == list(order)
    assert all(len(some) == 1 or table.size(some) <= most_bytes + 7 for some in batches)
