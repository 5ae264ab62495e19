"""What a filter is true for: three-valued logic against SQLite, relations against the standard's tables."""

import json
import sqlite3

import cql2
import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidFilter
from geo.filtering.evaluate import matching
from geo.filtering.text import parsed_text
from geo.language import LANGUAGES
from geo.tiles.feature_encoder import encode_features
from geo.tiles.features import FeatureTable

ROWS = {
    "name": ["Tapin", "tapin", "København", None, "100%", "a_b", "Hulu Sungai", "O'Brien"],
    "n": [1, 2, None, 3, -4, 0, 9007199254740993, 9007199254740992],
    "x": [0.5, None, 2.0, -1.5, 4.0, 0.0, 1e9, 3.0],
    "flag": [True, False, None, True, False, None, True, False],
    "day": ["2022-04-16", "2022-04-15", None, "2022-04-17", "2022-05-01", "2021-01-01", "2022-04-16", "2022-12-31"],
    "at": ["2022-04-16T10:13:19Z", "2022-04-16T17:13:19+07:00", None, "2022-04-15T23:59:59Z", "2022-04-17T00:00:00Z", "2020-01-01T00:00:00Z", "2022-04-16T10:13:20Z", "2022-04-16T00:00:00Z"],
    "tags": [["a", "b"], ["b"], None, [], ["a", "c"], ["a", "b", "c"], ["x"], ["b", "a"]],
}  # fmt: skip
SHAPES = [
    *(shapely.box(x, 0, x + 1, 1) for x in range(3)),
    None,
    shapely.Point(0.5, 0.5),
    shapely.LineString([(-1, 0.5), (5, 0.5)]),
    shapely.Point(179.5, 0),
    shapely.box(0, 0, 1, 1),
]


@pytest.fixture(scope="module")
def table():
    frame = gpd.GeoDataFrame(ROWS, geometry=SHAPES, crs="OGC:CRS84", index=list("abcdefgh"))
    frame["n"] = np.array([-1 if v is None else v for v in ROWS["n"]], dtype=object)
    frame["n"] = frame["n"].where([v is not None for v in ROWS["n"]], None)
    return FeatureTable(encode_features(frame))


def found(table, text, **how):
    mask = matching(text, table, **how)
    return "".join(one for one, chosen in zip("abcdefgh", mask, strict=False) if chosen)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("name='Tapin'", "a"),
        ("CASEI(name)=CASEI('TAPIN')", "ab"),
        ("ACCENTI(CASEI(name))=ACCENTI('kobenhavn')", "c"),
        ("name LIKE 'T%'", "a"),
        ("name LIKE '%a%i%'", "abg"),
        (r"name LIKE '100\%'", "e"),
        (r"name LIKE 'a\_b'", "f"),
        ("name LIKE 'a_b'", "f"),
        ("name NOT LIKE '%a%'", "eh"),
        ("name='O''Brien'", "h"),
        (r"name='O\'Brien'", "h"),
        ("day LIKE '2022-04%'", "abdg"),
        ("day IN ('2022-04-16', DATE('2021-01-01'))", "afg"),
        ("at='2022-04-16T10:13:19Z'", "ab"),
        ("at<day", "defh"),
        ("name IS NULL", "d"),
        ("NOT (name='Tapin')", "bcefgh"),
        ("n=9007199254740993", "g"),
        ("n=9007199254740992", "h"),
        ("n IN (1,2,-4)", "abe"),
        ("n=9007199254740992.0", "h"),
        ("n>9007199254740992.0", "g"),
        ("n BETWEEN 0 AND 2", "abf"),
        ("n NOT BETWEEN 0 AND 2", "degh"),
        ("flag", "adg"),
        ("NOT flag", "beh"),
        ("flag=FALSE OR n=1", "abeh"),
        ("TRUE", "abcdefgh"),
        ("FALSE", ""),
        ("x*2+1=5", "c"),
        ("n/x=2", "a"),
        ("n % 2 = 0 AND n div 2 = -2", "e"),
        ("x^2=4", "c"),
        ("n > x", "adgh"),
        ("length(name)=5 AND abs(n)<3", "ab"),
        ("name IN ('Tapin', upper('a_b'))", "a"),
        ("day='2022-04-16'", "ag"),
        ("day=DATE('2022-04-16')", "ag"),
        ("T_AFTER(day, DATE('2022-04-16'))", "deh"),
        ("T_BEFORE(at, TIMESTAMP('2022-04-16T00:00:00Z'))", "df"),
        ("at=TIMESTAMP('2022-04-16T10:13:19Z')", "ab"),
        ("T_INTERSECTS(at, DATE('2022-04-16'))", "abgh"),
        ("T_DURING(day, INTERVAL('2022-04-15','2022-05-01'))", "adg"),
        ("T_INTERSECTS(day, INTERVAL('..','2022-04-15'))", "bf"),
        ("T_STARTEDBY(INTERVAL(day,'2023-01-01'), INTERVAL('2022-04-16','2022-06-01'))", "ag"),
        ("T_MEETS(INTERVAL('2022-01-01',day), INTERVAL('2022-04-16','2022-06-01'))", "ag"),
        ("T_DISJOINT(at, INTERVAL('2022-04-16T00:00:00Z','..'))", "df"),
        ("A_CONTAINS(tags, ('a','b'))", "afh"),
        ("A_CONTAINS(tags, (CASEI('A'),'b'))", "afh"),
        ("A_CONTAINS((2,4), (1+1))", "abcdefgh"),
        ("A_CONTAINS((tags,'x'), ('x'))", "abdefgh"),
        ("A_CONTAINS((name,'x'), ('Tapin'))", "a"),
        ("A_EQUALS(tags, ('a','b'))", "ah"),
        ("A_CONTAINEDBY(tags, ('a','b'))", "abdh"),
        ("A_OVERLAPS(tags, ('c','x'))", "efg"),
        ("tags IS NULL", "c"),
        ("S_INTERSECTS(geometry, POINT(0.5 0.5))", "aefh"),
        ("S_EQUALS(geom, POLYGON((0 0,1 0,1 1,0 1,0 0)))", "ah"),
        ("S_TOUCHES(geometry, BBOX(0,0,1,1))", "b"),
        ("S_WITHIN(geometry, BBOX(0,0,1,1))", "aeh"),
        ("S_CONTAINS(geometry, POINT(2.5 0.5))", "cf"),
        ("S_CONTAINS(BBOX(0,0,1,1), geometry)", "aeh"),
        ("S_CROSSES(geometry, BBOX(0,0,1,1))", "f"),
        ("S_OVERLAPS(geometry, BBOX(0.5,0,1.5,1))", "abh"),
        ("S_DISJOINT(geometry, BBOX(0,0,1.5,1))", "cg"),
        ("S_INTERSECTS(geometry, BBOX(170,-90,-170,90))", "g"),
        ("geometry IS NULL", "d"),
        ("S_EQUALS(geometry, geometry)", "abcefgh"),
    ],
)  # fmt: skip
def test_a_filter_is_true_for_these_in_text_and_in_json(table, text, ids):
    assert found(table, text) == ids
    assert found(table, json.dumps(parsed_text(text)), is_json=True) == ids


@pytest.mark.parametrize(
    "text",
    [
        "n=1 OR name LIKE 'x%' AND NOT flag IS NULL",
        "n BETWEEN x-1 AND x*2 AND CASEI(name) IN ('a','b')",
        "S_WITHIN(geom,MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5))))",
        "T_DURING(INTERVAL(day,at),INTERVAL('2020-01-01','..'))",
        "A_EQUALS((1,('b','c')),tags) OR -n^2=1",
    ],
)
def test_a_text_becomes_the_tree_that_another_reader_makes(text):
    assert parsed_text(text) == cql2.parse_text(text).to_json()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        # Written as the schema writes them, and in any case.
        ('{"op":"t_finishedBy","args":[{"interval":["..","2022-04-16"]},{"interval":["2020-01-01","2022-04-16"]}]}', "abcdefgh"),
        ('{"op":"a_containedBy","args":[{"property":"tags"},["a","b"]]}', "abdh"),
        ('{"op":"isnull","args":[{"property":"name"}]}', "d"),
        ('{"op":"a_equals","args":[[true,1],[1,true]]}', "abcdefgh"),
        ('{"op":"a_equals","args":[[true],[1]]}', ""),
        ('{"op":"in","args":[{"property":"name"},["Tapin","O\'Brien","x"]]}', "ah"),
    ],
)  # fmt: skip
def test_json_is_true_for_these(table, text, ids):
    assert found(table, text, is_json=True) == ids


def test_a_shape_of_a_filter_is_as_exact_as_the_shapes_that_are_sent():
    """A border that two areas share stays shared, however many decimals either side has."""
    corner = (6.043073357781111, 50.128051662794235)
    frame = gpd.GeoDataFrame(
        geometry=[
            shapely.Polygon([(5, 50), (6, 50), corner, (5, 51)]),
            shapely.Polygon([(6, 50), (7, 50), corner]),
            shapely.Point(corner),
        ],
        crs="OGC:CRS84",
        index=list("abc"),
    )
    table = FeatureTable(encode_features(frame))
    for place in ("6.043073357781111 50.128051662794235", "6.0430734 50.1280517"):
        assert found(table, f"S_TOUCHES(geometry, POINT({place}))") == "ab"
        assert found(table, f"S_EQUALS(geometry, POINT({place}))") == "c"


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "n", "n=", "n=1 n=2", "n='x'", "name=1", "name LIKE n", "nope=1", "NOT"),
        *("(n=1", "n=1)", "n IN ()", "n=99999999999999999999", "day=DATE('2022-02-30')"),
        *("nope(n)=1", "abs(name)=1", "S_INTERSECTS(geometry)", "S_INTERSECTS(name, POINT(1 2))"),
        *("S_INTERSECTS(geometry, POLYGON((0 0,1 1,0 1,1 0,0 0)))", "flag + 1 = 2", "$$", "name='x"),
        *("S_INTERSECTS(geometry, POINT(1))", "A_EQUALS(name, ('a'))", "S_WITHIN(geometry, BBOX(1,2,3))"),
        *("(" * 3000 + "n=1" + ")" * 3000, "NOT " * 10_000 + "n=1", "n=" + "1+" * 10_000 + "1"),
        *("(" * 17 + "n=1" + ")" * 17, "n IN (" + "1," * 300 + "1)", "n=" + "9" * 7_000),
        *("S_INTERSECTS(geometry, POINT(90 180))", "S_DISJOINT(geometry, MULTIPOINT(7 49, 90 91))"),
        *("S_INTERSECTS(geometry, BBOX(-181,0,0,1))", "day='Tapin'", "T_AFTER(name, DATE('2022-01-01'))"),
        *("n=" + "-" * 40 + "1", "name='" + "x" * 9_000 + "'"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_says_so_in_both_languages(table, text):
    with pytest.raises(InvalidFilter) as refused:
        matching(text, table)
    assert len(refused.value.detail("id")) > 20
    assert refused.value.detail("id") != refused.value.detail("en")
    assert not any(refused.value.detail(language)[0].islower() for language in LANGUAGES)
    assert "Text(" not in refused.value.detail("id") + refused.value.detail("en")


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", '"x"', '{"op":"="}', '{"op":"=","args":[1]}', '{"op":1,"args":[]}'),
        *('{"op":"and","args":[true]}', '{"property":1}', '{"op":"=","args":[NaN,1]}'),
        *('{"op":"not","args":[' * 60 + "true" + "]}" * 60, "[" * 3000 + "]" * 3000),
        *('{"op":"=","args":[{"property":"n"},99999999999999999999]}', '{"interval":["a"]}'),
        '{"op":"s_within","args":[{"property":"geometry"},{"type":"Polygon","coordinates":[1]}]}',
        '{"op":"a_equals","args":[{"property":"tags"},[null]]}',
        '{"op":"like","args":[{"property":"name"},{"property":"name"}]}',
    ],
)  # fmt: skip
def test_json_that_is_no_filter_says_so(table, text):
    with pytest.raises(InvalidFilter):
        matching(text, table, is_json=True)


NUMBER = st.sampled_from(["n", "x", "1", "2.5", "-4", "0"])
SCALAR = st.recursive(
    NUMBER,
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    max_leaves=4,
)  # fmt: skip
TEXT = st.sampled_from(["name", "'Tapin'", "'a_b'", "''", "'z'"])
SIGN = st.sampled_from(["=", "<>", "<", ">", "<=", ">="])
PREDICATE = st.one_of(
    st.tuples(SCALAR, SIGN, SCALAR).map(lambda t: f"{t[0]} {t[1]} {t[2]}"),
    st.tuples(TEXT, SIGN, TEXT).map(lambda t: f"{t[0]} {t[1]} {t[2]}"),
    st.tuples(SCALAR, st.sampled_from(["", "NOT "]), SCALAR, SCALAR).map(
        lambda t: f"{t[0]} {t[1]}BETWEEN {t[2]} AND {t[3]}"
    ),
    st.tuples(SCALAR, st.sampled_from(["IN", "NOT IN"]), SCALAR, SCALAR).map(
        lambda t: f"{t[0]} {t[1]} ({t[2]}, {t[3]})"
    ),
    st.tuples(st.sampled_from(["name", "n", "x"]), st.sampled_from(["IS NULL", "IS NOT NULL"])).map(" ".join),
    st.text("aT%_p i", max_size=6).map(lambda p: f"name LIKE '{p}'"),
)  # fmt: skip
FILTER = st.recursive(
    PREDICATE,
    lambda inner: st.one_of(
        inner.map(lambda f: f"NOT ({f})"),
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
    ),
    max_leaves=6,
)  # fmt: skip


@pytest.fixture(scope="module")
def database():
    """The same rows in SQLite, whose NULL and LIKE are SQL's own."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("PRAGMA case_sensitive_like=1")
    connection.execute("CREATE TABLE t (id TEXT, name TEXT, n INTEGER, x REAL)")
    rows = zip("abcdefgh", ROWS["name"], ROWS["n"], ROWS["x"], strict=True)
    # Whole numbers beyond what a float holds have their own examples above.
    small = [(i, name, None if n is None else n % 10**6, x) for i, name, n, x in rows]
    connection.executemany("INSERT INTO t VALUES (?,?,?,?)", small)
    yield connection
    connection.close()


@given(text=FILTER)
def test_logic_is_that_of_sql(database, text):
    rows = database.execute("SELECT id, name, n, x FROM t").fetchall()
    frame = gpd.GeoDataFrame(
        {"name": [r[1] for r in rows], "n": [r[2] for r in rows], "x": [r[3] for r in rows]},
        geometry=[None] * len(rows), crs="OGC:CRS84", index=[r[0] for r in rows],
    )  # fmt: skip
    table = FeatureTable(encode_features(frame))
    expected = [r[0] for r in database.execute(f"SELECT id FROM t WHERE {text} ORDER BY id")]
    assert found(table, text) == "".join(expected)


@given(
    text=st.text("ab%_\\", max_size=8),
    value=st.text("ab%_\\", max_size=8),
)
def test_a_pattern_means_what_the_database_says(text, value):
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA case_sensitive_like=1")
    # A backslash at a pattern's end stands before nothing.
    text = text.rstrip("\\")
    [expected] = connection.execute("SELECT ? LIKE ? ESCAPE '\\'", (value, text)).fetchone()
    connection.close()
    frame = gpd.GeoDataFrame({"v": [value]}, geometry=[None], crs="OGC:CRS84", index=["a"])
    table = FeatureTable(encode_features(frame))
    assert found(table, f"v LIKE '{text}'") == ("a" if expected else "")


def test_a_pattern_of_many_parts_takes_no_longer_than_its_text(table):
    frame = gpd.GeoDataFrame({"v": ["a" * 100_000]}, geometry=[None], crs="OGC:CRS84", index=["a"])
    long = FeatureTable(encode_features(frame))
    assert found(long, "v LIKE '" + "%a_" * 1_000 + "%b'") == ""
