"""Every conformance class of CQL2 (OGC 21-065r2, annex A), in text and in JSON, on places of the world.

What a filter is true for is said by SQLite, by shapely or by hand, never by the code under test.
"""

import json
import random
import sqlite3
from datetime import date, datetime

import cql2
import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import InvalidFilter
from geo.filtering.evaluate import matching
from geo.filtering.text import parsed_text
from geo.tiles.feature_encoder import encode_features
from geo.tiles.features import FeatureTable

COLUMNS = (
    "id",
    "NAME",
    "nameascii",
    "pop_other",
    "pop_min",
    "pop_max",
    "gdp",
    "boolean",
    "date",
    "start",
    "end",
)
ROWS = [
    ("a", "København", "Kobenhavn", 1038288, 1000000, 1038288, 0.5, True, "2021-04-16", "2021-04-16T10:15:59Z", "2022-04-16T10:16:06Z"),
    ("b", "Luxembourg", "Luxembourg", 76684, 76684, 107260, 71.25, False, "2022-04-16", "2022-04-16T10:13:19Z", "2023-04-16T10:16:06Z"),
    ("c", "Kuala Lumpur", "Kuala Lumpur", 1448000, 1448000, 1519000, None, True, "2023-04-16", "2022-04-16T10:15:10Z", "2022-04-16T10:16:10Z"),
    ("d", "São Paulo", "Sao Paulo", 0, 0, 11000000, 2.0, None, None, None, None),
    ("e", "Apia", "Apia", 61916, 37708, 61916, -3.0, None, None, None, None),
    ("f", "Suva", "Suva", None, 88271, 175399, 4.0, None, None, None, None),
    ("g", "Kutub Selatan", "Kutub Selatan", 2, 2, 2, 0.0, None, None, None, None),
    ("h", "kutub utara", "kutub utara", -7, -7, 0, 1e9, None, None, None, None),
    ("i", None, None, 9007199254740993, 1, 2, None, None, None, None, None),
    ("j", "100%", "100%", 3, 3, 3, 3.0, None, None, None, None),
    ("k", "O'Brien_1", "O'Brien_1", 4, 3, 5, 0.25, None, None, None, None),
]  # fmt: skip
PLACES = [
    "POINT(12.5615399 55.6805100)",
    "POINT(6.1300028 49.6116604)",
    "POINT(101.6980378 3.1686124)",
    "POINT(-46.6269655 -23.5567339)",
    "POINT(-171.7386418 -13.8415450)",
    "POINT(178.4417073 -18.1330159)",
    "POINT(0 -90)",
    "LINESTRING(-180 90,180 90)",
    None,
    "POLYGON((0 40,10 40,10 50,0 50,0 40))",
    "MULTIPOLYGON(((170 -20,180 -20,180 -15,170 -15,170 -20)),((-180 -20,-175 -20,-175 -15,-180 -15,-180 -20)))",
]  # fmt: skip
IDS = [row[0] for row in ROWS]
SHAPES = [None if wkt is None else shapely.from_wkt(wkt) for wkt in PLACES]


@pytest.fixture(scope="module")
def table():
    # As objects, for a column of floats would lose the last digit of 2^53 + 1.
    columns = pd.DataFrame(ROWS, columns=COLUMNS, dtype=object)
    frame = gpd.GeoDataFrame(columns, geometry=SHAPES, crs="OGC:CRS84").set_index("id")
    return FeatureTable(encode_features(frame.rename_axis(None)))


@pytest.fixture(scope="module")
def database():
    """The same rows in SQLite, whose comparisons and three-valued logic are SQL's own."""
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA case_sensitive_like=1")
    connection.create_function("TIMESTAMP", 1, lambda text: text)
    kinds = ("TEXT",) * 3 + ("INTEGER",) * 3 + ("REAL", "BOOLEAN") + ("TEXT",) * 3
    names = ", ".join(f'"{n}" {k}' for n, k in zip(COLUMNS, kinds, strict=True))
    connection.execute(f"CREATE TABLE places ({names})")
    connection.executemany(f"INSERT INTO places VALUES ({','.join('?' * 11)})", ROWS)
    yield lambda where: "".join(
        one for (one,) in connection.execute(f"SELECT id FROM places WHERE {where} ORDER BY id")
    )
    connection.close()


def answered(table, text, *, is_json=False):
    mask = matching(text, table, is_json=is_json)
    return "".join(one for one, is_in in zip(IDS, mask, strict=True) if is_in)


WRITTEN = []


@pytest.fixture(scope="module", autouse=True)
def valid():
    """What was written in JSON is valid by the standard's schema: all of it at once, for the
    schema is read anew each time, which takes 30 ms."""
    yield
    if not is_valid({"op": "and", "args": [True, True, *WRITTEN]}):
        assert [tree for tree in WRITTEN if not is_valid(tree)] == []


def is_valid(tree):
    try:
        cql2.parse_json(json.dumps(tree)).validate()
    except cql2.ValidationError:
        return False
    return True


def test_one_filter_among_many_that_is_not_valid_is_found():
    wrong = {"op": "like", "args": [{"property": "NAME"}, 3]}
    for args in ([wrong, True], [True, True, wrong], [True, {"op": "not", "args": [wrong]}]):
        assert not is_valid({"op": "and", "args": args})


def found(table, text):
    """What a filter is true for in text; in JSON it is the same, and valid by the standard's schema."""
    tree = parsed_text(text)
    assert tree == cql2.parse_text(text).to_json()
    WRITTEN.append(tree)
    written = json.dumps(tree)
    told = answered(table, text)
    assert answered(table, written, is_json=True) == told
    return told


SIGNS = ("=", "<>", "<", ">", "<=", ">=")
BASIC = [
    *(f"NAME{sign}'København'" for sign in SIGNS),
    *(f"pop_other{sign}1038288" for sign in SIGNS),
    *(f"gdp{sign}3.0" for sign in SIGNS),
    *(f"boolean{sign}{value}" for sign in SIGNS for value in ("true", "FALSE")),
    *(f"\"date\"{sign}DATE('2022-04-16')" for sign in SIGNS),
    *(f"start{sign}TIMESTAMP('2022-04-16T10:13:19Z')" for sign in SIGNS),
    *(f"{name} IS NULL" for name in ("NAME", "pop_other", "gdp", "boolean", "date", "start")),
    *(f'"{name}" is not null' for name in ("NAME", "pop_other", "gdp", "boolean", "date")),
    "true",
    "FALSE",
    "NAME='O''Brien_1'",
]
ADVANCED = [
    "NAME LIKE 'K_benhavn'",
    "NAME NOT LIKE 'K%a%'",
    "NAME like '%'",
    "NAME like '_%'",
    "NAME like ''",
    "NAME like '%%'",
    "gdp BETWEEN 0 AND 3",
    "gdp not between 0.25 and 3e0",
    "gdp between 100.0 and 1.0",
    "NAME IN ('Apia','apia','Suva')",
    "NAME not in ('Apia','apia','Suva')",
    "pop_other in (1038288,76684,5)",
    "pop_other NOT IN (1038288,76684,5)",
    "gdp IN (2, 3, -3.0)",
    "\"date\" in (DATE('2021-04-16'),DATE('2022-04-18'))",
    "\"date\" not in (DATE('2021-04-16'),DATE('2022-04-18'))",
    "start in (TIMESTAMP('2022-04-16T10:13:19Z'))",
    "start in ('2022-04-16T10:13:19Z','2022-04-14T14:52:56Z')",
    "boolean in (true)",
    "boolean not in (false)",
]
PROPERTY_PROPERTY = [
    *(f"'København'{sign}NAME" for sign in SIGNS),
    *(f"NAME{sign}nameascii" for sign in SIGNS),
    *(f"1038288{sign}pop_other" for sign in SIGNS),
    *(f"pop_min{sign}pop_max" for sign in SIGNS),
    *(f"start{sign}end" for sign in SIGNS),
    *(f"boolean{sign}boolean" for sign in SIGNS),
    *(f"DATE('2022-04-14'){sign}\"date\"" for sign in SIGNS),
    *(f"{value}{sign}{value}" for sign in SIGNS for value in ("'foo'", "true", "3.14", "1")),
    *(f"DATE('2022-04-14'){sign}DATE('2022-04-14')" for sign in SIGNS),
    "'København' LIKE 'K_benhavn'",
    "'København' NOT LIKE 'K_benhavn'",
    "pop_other between pop_min and pop_max",
    "pop_other not between pop_min and pop_max",
    "pop_other in (pop_min, pop_max)",
]
ARITHMETIC = [
    "pop_other=1038280+8",
    "pop_other>1038290-20/10",
    "pop_other<=1038200+8*11",
    "pop_other-1<>(pop_max-1)*1",
    "pop_other between 4000000/4 and (3*(900000+100000))",
    "pop_other not in (1000000+38288,pop_min+1,3*1000000)",
    "1038280+8=pop_other",
    "gdp*-2 < -gdp",
    "10-4-3=gdp",
    "2+2*gdp=8",
]
SCALAR = [*BASIC, *ADVANCED, *PROPERTY_PROPERTY, *ARITHMETIC]


@pytest.mark.parametrize("text", SCALAR)
def test_comparisons_are_true_for_what_sql_says(table, database, text):
    sql = text.replace("=end", '="end"').replace(">end", '>"end"').replace("<end", '<"end"')
    assert found(table, sql if "end" in sql else text) == database(sql)


@pytest.mark.parametrize("seed", range(12))
def test_predicates_are_put_together_as_in_sql(table, database, seed):
    one, two, three, four = random.Random(seed).sample([*BASIC, *ADVANCED], 4)
    for text in (
        f"(NOT ({two}) AND {one}) OR ({three} and {four}) or not ({one} OR {four})",
        f"((NOT {one} AND {two}) OR ({three} and NOT {four}) or not ({one} AND {four}))",
    ):
        assert found(table, text) == database(text)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("CASEI(NAME)=casei('KØBENHAVN')", "a"),
        ("casei(NAME) like CASEI('KU%')", "cgh"),
        ("CASEI(NAME) IN (casei('apia'), casei('suva'), casei('x'))", "ef"),
        ("CASEI(NAME)<>CASEI('APIA')", "abcdfghjk"),
        ("ACCENTI(NAME)=accenti('Kobenhavn')", "a"),
        ("ACCENTI(NAME)=accenti('São Paulo')", "d"),
        ("ACCENTI(NAME) LIKE accenti('Kø%')", "a"),
        ("ACCENTI(CASEI(NAME)) LIKE accenti(casei('kO%'))", "a"),
        ("CASEI(ACCENTI(NAME)) IN (accenti(casei('SAO PAULO')), accenti(casei('kØbenhavn')))", "ad"),
        (r"NAME LIKE '%\%'", "j"),
        (r"NAME LIKE '%\_1'", "k"),
        ("pop_other=2^1", "g"),
        ("pop_other>=1038290-2*2^0", "aci"),
        ("pop_other>1038290-21 div 10", "ci"),
        ("pop_other % 2 = 0 AND pop_other < 10", "dgk"),
        ("pop_other % 3 = -1", "h"),
        ("pop_other div 2 = -3", "h"),
        ("pop_max / pop_other > 0", "abcegijk"),
        ("pop_other / 0 = 1 OR NOT (pop_other / 0 = 1)", ""),
        ("gdp ^ 1000 > 0", "ad"),
        ("(0 - 8) ^ 0.5 IS NULL", "abcdefghijk"),
    ],
)  # fmt: skip
def test_letters_and_numbers_by_hand(table, text, ids):
    assert found(table, text) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        # A truth value of its own is no predicate in the schema, but what people write.
        ("boolean", "ac"),
        ("not boolean", "b"),
        # The other reader has whole numbers as floats.
        ("pop_other=9007199254740993", "i"),
        ("pop_other=9007199254740992", ""),
        ("pop_other>9007199254740992", "i"),
        ("A_EQUALS((9007199254740993),(9007199254740992))", ""),
    ],
)
def test_what_goes_beyond_the_standard(table, text, ids):
    assert answered(table, text) == ids
    assert answered(table, json.dumps(parsed_text(text)), is_json=True) == ids


# Spatial classes

BOXES = (
    "BBOX(0,40,10,50)",
    "BBOX(-180,-90,180,90)",
    "BBOX(170,-90,-170,90)",
    "BBOX(-180,-90,0,90)",
)
LITERALS = [
    *BOXES,
    "BBOX(0,40,-5,10,50,100)",
    "POINT(6.1300028 49.6116604)",
    "POINT(0 -90)",
    "POINT Z(0 45 12.5)",
    "MULTIPOINT(7.02 49.92, 0 40)",
    "MULTIPOINT((7.02 49.92), (180 -17))",
    "LINESTRING(0 40,10 50)",
    "LINESTRING(-180 90, 0 90)",
    "MULTILINESTRING((-180 -45, 0 -45), (0 45, 180 45))",
    "POLYGON((0 40,10 40,10 50,0 50,0 40))",
    "POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90),(-120 -50,-100 -50,-100 -40,-120 -40,-120 -50))",
    "MULTIPOLYGON(((170 -20,180 -20,180 -10,170 -10,170 -20)),((0 0,10 0,10 10,0 10,0 0)))",
    "GEOMETRYCOLLECTION(POINT(0 40), POLYGON((100 0,110 0,110 10,100 10,100 0)))",
]
RELATIONS = (
    "INTERSECTS",
    "DISJOINT",
    "EQUALS",
    "TOUCHES",
    "CROSSES",
    "WITHIN",
    "CONTAINS",
    "OVERLAPS",
)


def shape_of(literal):
    if not literal.startswith("BBOX"):
        return shapely.force_2d(shapely.from_wkt(literal))
    numbers = [float(one) for one in literal[5:-1].split(",")]
    west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.MultiPolygon(
        [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
    )


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("literal", LITERALS)
def test_relations_are_what_shapely_says_of_each_place(table, relation, literal):
    told, holds = shape_of(literal), getattr(shapely, relation.lower())
    pairs = [(one, shape) for one, shape in zip(IDS, SHAPES, strict=True) if shape is not None]
    expected = "".join(one for one, shape in pairs if holds(shape, told))
    assert found(table, f"S_{relation}(geom,{literal})") == expected
    turned = "".join(one for one, shape in pairs if holds(told, shape))
    assert found(table, f"s_{relation.lower()}({literal},geometry)") == turned


def test_the_pole_and_both_sides_of_the_antimeridian_are_found(table):
    assert found(table, "S_INTERSECTS(geom,BBOX(-180,-90,180,-89))") == "g"
    assert found(table, "S_INTERSECTS(geom,BBOX(150,-25,-150,0))") == "efk"
    assert found(table, "S_WITHIN(geom,BBOX(150,-25,-150,0))") == "efk"
    assert found(table, "geom IS NULL AND NOT S_DISJOINT(geom,BBOX(0,40,10,50))") == ""
    assert (
        found(table, "S_INTERSECTS(geom,BBOX(0,40,10,50)) and not S_WITHIN(geom,BBOX(0,40,10,50))")
        == ""
    )


@pytest.mark.parametrize(
    "literal",
    ["POINT(90 180)", "MULTIPOINT(7.02 49.92, 90 180)", "BBOX(0,-91,1,0)", "POINT(181 0)"],
)
def test_a_place_off_the_earth_is_an_error(table, literal):
    for relation in ("INTERSECTS", "DISJOINT"):
        with pytest.raises(InvalidFilter, match="180"):
            matching(f"S_{relation}(geom,{literal})", table)


# Temporal class

ENDS = {
    row[0]: tuple(None if one is None else datetime.fromisoformat(one) for one in row[9:11])
    for row in ROWS
}
DAYS = {row[0]: None if row[8] is None else date.fromisoformat(row[8]) for row in ROWS}
ALLEN = {
    "AFTER": lambda a, b: a[0] > b[1],
    "BEFORE": lambda a, b: a[1] < b[0],
    "CONTAINS": lambda a, b: a[0] < b[0] and b[1] < a[1],
    "DISJOINT": lambda a, b: a[1] < b[0] or b[1] < a[0],
    "DURING": lambda a, b: b[0] < a[0] and a[1] < b[1],
    "EQUALS": lambda a, b: a == b,
    "FINISHEDBY": lambda a, b: a[0] < b[0] and a[1] == b[1],
    "FINISHES": lambda a, b: b[0] < a[0] and a[1] == b[1],
    "INTERSECTS": lambda a, b: not (a[1] < b[0] or b[1] < a[0]),
    "MEETS": lambda a, b: a[1] == b[0],
    "METBY": lambda a, b: a[0] == b[1],
    "OVERLAPPEDBY": lambda a, b: b[0] < a[0] < b[1] < a[1],
    "OVERLAPS": lambda a, b: a[0] < b[0] < a[1] < b[1],
    "STARTEDBY": lambda a, b: a[0] == b[0] and b[1] < a[1],
    "STARTS": lambda a, b: a[0] == b[0] and a[1] < b[1],
}  # fmt: skip
INTERVALS = [
    ("2021-04-16T10:15:59Z", "2022-04-16T10:16:06Z"),
    ("2022-04-16T10:13:19Z", "2022-04-16T10:15:10Z"),
    ("2022-04-16T10:13:19Z", "2024-01-01T00:00:00Z"),
    ("2022-04-16T10:16:06Z", "2023-04-16T10:16:06Z"),
    ("2022-04-16T10:15:09.999Z", "2022-04-16T10:16:10Z"),
    ("..", "2022-04-16T10:13:19Z"),
    ("2022-04-16T10:15:10Z", ".."),
]


@pytest.mark.parametrize("relation", ALLEN)
@pytest.mark.parametrize("ends", INTERVALS)
def test_times_stand_to_each_other_as_allen_says(table, relation, ends):
    begin, end = ends
    open_ends = (
        datetime.fromisoformat("0001-01-01T00:00Z"),
        datetime.fromisoformat("9999-12-31T00:00Z"),
    )
    told = tuple(
        open_ends[k] if one == ".." else datetime.fromisoformat(one) for k, one in enumerate(ends)
    )
    known = [(one, times) for one, times in ENDS.items() if None not in times]
    expected = "".join(one for one, times in known if ALLEN[relation](times, told))
    literal = f"INTERVAL('{begin}','{end}')"
    assert found(table, f"T_{relation}(INTERVAL(start,end),{literal})") == expected
    turned = "".join(one for one, times in known if ALLEN[relation](told, times))
    assert found(table, f"t_{relation.lower()}({literal},interval(start,end))") == turned


@pytest.mark.parametrize("relation", ["AFTER", "BEFORE", "DISJOINT", "EQUALS", "INTERSECTS"])
@pytest.mark.parametrize(
    ("literal", "first", "last"),
    [
        ("DATE('2022-04-16')", "2022-04-16", "2022-04-16"),
        ("INTERVAL('2022-01-01','2022-12-31')", "2022-01-01", "2022-12-31"),
        ("INTERVAL('2022-04-16','2022-04-16')", "2022-04-16", "2022-04-16"),
    ],
)
def test_days_stand_to_each_other_as_allen_says(table, relation, literal, first, last):
    told = date.fromisoformat(first), date.fromisoformat(last)
    known = [(one, (day, day)) for one, day in DAYS.items() if day is not None]
    expected = "".join(one for one, days in known if ALLEN[relation](days, told))
    assert found(table, f'T_{relation}("date",{literal})') == expected
    turned = "".join(one for one, days in known if ALLEN[relation](told, days))
    assert found(table, f'T_{relation}({literal},"date")') == turned


# Array class


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("A_EQUALS(('a','b'),('b','a'))", True),
        ("A_EQUALS(('a',TRUE,1.0,8),(8,1,'a',true))", True),
        ("A_EQUALS((TRUE),(1))", False),
        ("A_CONTAINS((1,2,3),(3,1))", True),
        ("A_CONTAINS((1,2,3),(4))", False),
        ("a_containedBy((1),(2,1))", True),
        ("A_OVERLAPS(('a',('b','c')),(('b','c'),'d'))", True),
        ("A_OVERLAPS(('a',('b','c')),('d',('c','b')))", False),
        ("A_OVERLAPS((DATE('2010-02-10'),1),(TIMESTAMP('2012-08-10T05:30:00Z'),DATE('2010-02-10')))", True),
    ],
)  # fmt: skip
def test_lists_are_compared_as_sets(table, text, holds):
    assert found(table, text) == ("".join(IDS) if holds else "")


# What the grammar allows


@pytest.mark.parametrize(
    "text",
    [
        "eo:cloud_cover BETWEEN 0.1 AND 0.2 AND \"eo:instrument\" LIKE 'OLI%'",
        "layer.höhe >= 1.5e-3 OR Οδος = 'x'",
        "NOT (floors < 5) OR swimming_pool = TRUE",
        "casei(road_class) IN (casei('Οδος'), casei('Straße'))",
        "accenti(etat) <> accenti('débárquér') AND updated >= DATE('1970-01-01')",
        "value = -foo * 2.0 + \"bar\" / 6.1234 - \"x\" ^ 2.0",
        "0 = (foo % 2) AND 1 = (foo div 2)",
        "S_INTERSECTS(geom, BBOX(-128.1, -1.1, -99999.0, 180.0, 90.0, 100000.0))",
        "S_WITHIN(POLYGON Z((0 0 1,1 0 1,1 1 1,0 0 1)), geom)",
        "S_CROSSES(road, MULTILINESTRING((43.7 -79.3, 43.7 -79.4),(1 2, 3 4)))",
        "T_BEFORE(updated, TIMESTAMP('2012-08-10T05:30:00.393216Z'))",
        "T_METBY(INTERVAL('2010-02-10T05:29:20.073225Z', '2010-10-07'), coverage)",
        "A_CONTAINEDBY(\"values\", ('a', 'b', 'c'))",
        "A_EQUALS(('a', TRUE, 1.0, 8), tags)",
        "FALSE <> Bar(geom, 100, 'a', 'b', FALSE)",
        "my_function(windSpeed) < 4 AND Foo(geom) = TRUE",
        "name LIKE casei('FOO%') AND geom IS NOT NULL",
        "\"a\"\"b\" = 'it''s'",
    ],
)  # fmt: skip
def test_what_the_grammar_allows_becomes_a_tree_that_the_schema_holds(text):
    tree = parsed_text(text)
    assert tree == cql2.parse_text(text).to_json()
    WRITTEN.append(tree)


@pytest.mark.parametrize(
    "text", ["avg(gdp) < 4", "FALSE <> Bar(geom, 100, 'a')", "S_NEAR(geom, POINT(1 2))"]
)
def test_a_function_that_is_not_offered_is_named(table, text):
    name = {"a": "avg", "F": "Bar", "S": "s_near"}[text[0]]
    for language in ("id", "en"):
        with pytest.raises(InvalidFilter) as refused:
            matching(text, table)
        assert repr(name) in refused.value.detail(language)
