"""Filters from anybody: whatever they say, they are answered or refused with a sentence, and soon."""

import json
import time

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import InvalidFilter
from geo.filtering.evaluate import matching
from geo.tiles.feature_encoder import encode_features
from geo.tiles.features import FeatureTable

ROWS = 2_000


@pytest.fixture(scope="module")
def table():
    numbers = np.random.default_rng(7)
    frame = gpd.GeoDataFrame(
        {
            "name": [f"Desa {k} Ä%_\\'" for k in range(ROWS)],
            "n": numbers.integers(-(2**63), 2**63 - 1, ROWS),
            "x": numbers.choice([0.0, -0.0, 1e308, 5e-324, np.nan, 2.5], ROWS),
            "flag": numbers.choice([True, False], ROWS),
            "day": ["0001-01-01", "9999-12-31"] * (ROWS // 2),
            "at": ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"] * (ROWS // 2),
            "tags": [["a", 1, True, None, {"b": [1]}], []] * (ROWS // 2),
            "empty": [None] * ROWS,
        },
        geometry=[
            shapely.Point(place).buffer(0.5) for place in numbers.uniform(-80, 80, (ROWS, 2))
        ],
        crs="OGC:CRS84",
    )
    frame.geometry = frame.geometry.where(np.arange(ROWS) % 7 > 0, None)
    return FeatureTable(encode_features(frame))


def answered(table, text, *, is_json=False):
    """A filter is answered or refused with a sentence, and soon; anything else fails."""
    begin = time.process_time()
    said = "it was answered"
    try:
        mask = matching(text, table, is_json=is_json)
        assert (mask.dtype, mask.shape) == (np.dtype(bool), (ROWS,))
    except InvalidFilter as refused:
        said = refused.detail("id")
    assert len(said) > 10
    assert time.process_time() - begin < 5


WORDS = st.sampled_from(
    """and or not like between in is null div true false ( ( ( ) ) ) , , = <> < > <= >= + - * / % ^
    name n x flag day at tags empty geometry "name" "a""b" nope abs( length( upper( casei( accenti(
    s_intersects( s_equals( s_crosses( s_touches( t_after( t_during( t_finishedby( a_equals( a_contains( interval(
    date('2022-02-30') timestamp('2022-04-16T24:00:00Z') date('2022-04-16') timestamp('9999-12-31T23:59:60Z')
    interval('..','..') interval(day,at) bbox(1,2,3,4) bbox(170,-90,-170,90) bbox(0,0,0,0) point(1 2)
    point(90 180) linestring(0 0,0 0) polygon((0 0,1 1,0 1,1 0,0 0)) polygon((0 0,1 0,1 1,0 0))
    multipoint(1 2,3 4) geometrycollection(point(1 2)) 'a' '' '%' '_%_%' '\\' '2022-04-16' 0 -1 2.5 1e308
    1e999 9223372036854775807 9223372036854775808 9007199254740993 1e-999 ☃ \x00 \ud800 ; -- /* " '""".split()
)  # fmt: skip
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.sampled_from(["", "a", "..", "2022-04-16", "x" * 90, "\x00", "\ud800", "%", "2022-04-16T10:13:19Z"]),
    st.sampled_from([{"property": name} for name in ("name", "n", "x", "flag", "day", "at", "tags", "empty", "geom")]),
    st.sampled_from([{"bbox": [0, 0, 1, 1]}, {"bbox": [1e400, 0, "a", 1]}, {"date": 1}, {"timestamp": None}]),
    st.builds(
        lambda kind, places: {"type": kind, "coordinates": places},
        st.sampled_from(["Point", "LineString", "Polygon", "MultiPoint", "MultiPolygon", "CircularString", 5]),
        st.recursive(st.floats() | st.integers(-200, 200) | st.none(), lambda inner: st.lists(inner, max_size=5), max_leaves=12),
    ),
)  # fmt: skip
OPERATORS = st.sampled_from(
    """and or not = <> < > <= >= like between in isNull + - * / % ^ div casei accenti abs length upper s_intersects
    s_equals s_disjoint s_touches s_overlaps t_after t_during t_finishedBy a_equals a_containedBy a_overlaps
    avg __class__""".split()
)  # fmt: skip
TREES = st.recursive(
    VALUES,
    lambda inner: st.one_of(
        st.builds(lambda op, args: {"op": op, "args": args}, OPERATORS, st.lists(inner, max_size=3)),
        st.lists(inner, max_size=3),
        st.builds(lambda ends: {"interval": ends}, st.lists(inner, max_size=3)),
        st.builds(lambda shapes: {"type": "GeometryCollection", "geometries": shapes}, st.lists(inner, max_size=3)),
        st.dictionaries(st.sampled_from(["op", "args", "property", "bbox", "date"]), inner, max_size=3),
    ),
    max_leaves=14,
)  # fmt: skip
BOUNDED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@BOUNDED
@given(text=st.lists(WORDS, max_size=25).map(" ".join) | st.text(max_size=200))
def test_any_words_are_answered_or_refused(table, text):
    answered(table, text)
    answered(table, text, is_json=True)


@BOUNDED
@given(tree=TREES)
def test_any_tree_is_answered_or_refused(table, tree):
    answered(table, json.dumps(tree), is_json=True)


@BOUNDED
@given(data=st.data())
def test_a_filter_with_letters_changed_is_answered_or_refused(table, data):
    text = data.draw(
        st.sampled_from(
            [
                "name LIKE 'Desa 1%' AND n > 5 OR NOT (x IS NULL)",
                "S_INTERSECTS(geometry,MULTIPOLYGON(((0 0,10 0,10 10,0 0)),((20 20,30 20,30 30,20 20))))",
                "T_DURING(INTERVAL(day,at),INTERVAL('2000-01-01','..')) AND abs(n % 7) ^ 2 < 12.5e1",
                "A_OVERLAPS(tags,('a',(1,TRUE),DATE('2022-04-16'))) AND casei(name) IN (casei('DESA'),'x')",
            ]
        )
    )
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.text("()',\"%0-9.e \\\x00", max_size=3)) + text[at + 1 :]
    answered(table, text)


def test_the_same_question_of_two_columns_of_shapes_is_asked_once(table):
    text = " OR ".join(["S_OVERLAPS(geometry,geometry)"] * 60)
    begin = time.process_time()
    matching("S_OVERLAPS(geometry,geometry)", table)
    once = time.process_time() - begin
    matching(text, table)
    assert time.process_time() - begin < 10 * once + 0.5
