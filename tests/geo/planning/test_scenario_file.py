"""The text of a scenario: read whole, written back the same, refused with place and mend."""

import json

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidScenario
from geo.language import Text
from geo.planning import scenario_file
from geo.planning.scenario_file import parse_scenario
from geo.readiness.scenario import Figure, Road, WhatIf, as_mapping, digest, mark, source_of

TOML = """
id = "jalan-baru"
title = { id = "Jalan baru", en = "New road" }
note = "Untuk rapat koordinasi"
source = "Rencana Dinas PUPR"
method = "owa"
risk = 0.3
year = 2026

[[indicators]]
region = "6304"
indicator = "tpt_agustus"
year = 2026
value = 3
note = "Perkiraan"
source = "Disnakertrans"

[[measures]]
zone = "angsana"
criterion = "air_minum"
add = 5

[[measures]]
zone = "angsana"
criterion = "lereng"
multiply = 0.5
note = "terasering"

[[roads]]
line = { type = "LineString", coordinates = [[115.5, -3.6], [115.6, -3.7, 12.0]] }

[[roads]]
raster = "river_distance_m"
note = "kanal"
line = { type = "MultiLineString", coordinates = [[[115, -3], [116, -3]], [[115, -2], [116, -2]]] }

[zones.angsana]
type = "Polygon"
coordinates = [[[115.5, -3.6], [115.6, -3.6], [115.6, -3.7], [115.5, -3.6]]]

[judgements]
goal = [["huni", "usaha", 3]]
"""


def minimal(**more):
    return {"id": "x", "title": "Uji", "source": "rapat"} | more


def test_a_toml_text_is_read_whole():
    found = parse_scenario(TOML)
    assert (found.id, found.method, found.risk, found.year) == ("jalan-baru", "owa", 0.3, 2026)
    assert found.figures == (
        Figure("63.04", "tpt_agustus", 2026, 3.0, "Perkiraan", "Disnakertrans"),
    )
    assert found.what_ifs == (
        WhatIf("angsana", "air_minum", "add", 5.0),
        WhatIf("angsana", "lereng", "multiply", 0.5, "terasering"),
    )
    assert found.roads == (
        Road(shapely.LineString([(115.5, -3.6), (115.6, -3.7)])),
        Road(
            shapely.MultiLineString([[(115, -3), (116, -3)], [(115, -2), (116, -2)]]),
            "river_distance_m",
            "kanal",
        ),
    )
    triangle = shapely.Polygon([(115.5, -3.6), (115.6, -3.6), (115.6, -3.7)])
    assert found.zones == {"angsana": triangle}
    assert found.judgements == {"goal": {("huni", "usaha"): 3.0}}
    assert found.weights is None
    assert found.is_measured_anew
    assert mark(found) == Text(id="Skenario Jalan baru", en="Scenario New road")
    assert source_of(found) == "Skenario Jalan baru: Rencana Dinas PUPR"


def test_the_example_of_the_format_is_one():
    example = scenario_file.__doc__.split("```toml")[1].split("```")[0]
    found = parse_scenario(example)
    assert [w.how for w in found.what_ifs] == ["add"]
    assert (len(found.figures), len(found.roads), list(found.zones)) == (1, 1, ["angsana"])


def test_json_text_a_mapping_and_toml_say_the_same():
    found = parse_scenario(TOML)
    written = as_mapping(found)
    assert parse_scenario(written, format="json").figures == found.figures
    again = parse_scenario(json.dumps(written), format="json")
    assert digest(again) == digest(found) == digest(parse_scenario(written))
    assert as_mapping(again) == written


def test_a_scenario_without_changes_is_one():
    found = parse_scenario(minimal())
    assert found.title == Text(id="Uji", en="Uji")
    assert not found.is_measured_anew
    assert as_mapping(found).keys() == {
        *("id", "title", "source", "note", "indicators", "measures", "roads", "zones")
    }


def test_the_order_of_changes_is_no_difference_and_a_number_is():
    what_ifs = [{"zone": z, "criterion": "a", "set": 1} for z in ("p", "q")]
    forth = parse_scenario(minimal(measures=what_ifs, weights={"a": 0.5, "b": 0.5}))
    back = parse_scenario(minimal(measures=what_ifs[::-1], weights={"b": 0.5, "a": 0.5}))
    assert digest(forth) == digest(back)
    other = parse_scenario(minimal(measures=what_ifs, weights={"a": 0.5, "b": 0.5000001}))
    assert digest(other) != digest(forth)
    zero = [digest(parse_scenario(minimal(weights={"a": zero}))) for zero in (0, 0.0, -0.0)]
    assert len(set(zero)) == 1


FIGURE = {
    "region": "63.04",
    "indicator": "tpt_agustus",
    "year": 2026,
    "value": 3.0,
    "note": "n",
    "source": "s",
}
WHAT_IF = {"zone": "a", "criterion": "b", "set": 1}
LINE = {"type": "LineString", "coordinates": [[115, -3], [116, -3]]}
RING = [[115, -3], [116, -3], [116, -4], [115, -3]]


def polygon(*rings, kind="Polygon"):
    return {"type": kind, "coordinates": list(rings)}


@pytest.mark.parametrize(
    ("given_", "place", "words"),
    [
        ({"id": "Besar", "title": "t", "source": "s"}, "id", "pattern"),
        ({"title": "t", "source": "s"}, "id", "required"),
        (minimal(source="  "), "source", "required"),
        (minimal(title={"id": "satu"}), "title.en", "required"),
        (minimal(title=3), "title", "printable"),
        (minimal(note="a\x00b"), "note", "printable"),
        (minimal(note="\ud800"), "note", "printable"),
        (minimal(note="x" * 2001), "note", "2000"),
        (minimal(colour="red"), "colour", "Known: id, title"),
        (minimal(colour=None), "colour", "Known: id, title"),
        (minimal(measures=[WHAT_IF | {"kali": None}]), "measures[0].kali", "set, add, multiply"),
        (minimal(measures=[WHAT_IF | {"\ud800": 2}]), "measures[0]", "printable"),
        (minimal(measures=[WHAT_IF | {"set": None}]), "measures[0].set", "no number"),
        (minimal(indicators={}), "indicators", "a list"),
        (minimal(indicators="x"), "indicators", "a list"),
        (minimal(indicators=[3]), "indicators[0]", "names and values"),
        (minimal(indicators=[FIGURE, FIGURE]), "indicators", "changed twice"),
        (minimal(indicators=[FIGURE | {"note": ""}]), "indicators[0].note", "required"),
        (minimal(indicators=[FIGURE | {"source": None}]), "indicators[0].source", "required"),
        (minimal(indicators=[FIGURE | {"region": "63"}]), "indicators[0].region", "63.01"),
        (minimal(indicators=[FIGURE | {"region": "63.1"}]), "indicators[0].region", "'63.1'"),
        (minimal(indicators=[FIGURE | {"region": 6304}]), "indicators[0].region", "6304"),
        (minimal(indicators=[FIGURE | {"value": float("nan")}]), "indicators[0].value", "nan"),
        (minimal(indicators=[FIGURE | {"value": "3"}]), "indicators[0].value", "unquoted"),
        (minimal(indicators=[FIGURE | {"value": True}]), "indicators[0].value", "no number"),
        (minimal(indicators=[FIGURE | {"value": 10**400}]), "indicators[0].value", "…"),
        (minimal(indicators=[FIGURE | {"year": 26}]), "indicators[0].year", "1900"),
        (minimal(indicators=[FIGURE | {"year": 2026.0}]), "indicators[0].year", "no year"),
        (minimal(measures=[{"zone": "a", "criterion": "b"}]), "measures[0]", "exactly one"),
        (minimal(measures=[WHAT_IF | {"add": 2}]), "measures[0]", "exactly one"),
        (minimal(measures=[WHAT_IF | {"set": float("inf")}]), "measures[0].set", "no number"),
        (minimal(measures=[WHAT_IF, WHAT_IF | {"set": 2}]), "measures", "changed twice"),
        (minimal(measures=[WHAT_IF | {"kali": 2}]), "measures[0].kali", "set, add, multiply"),
        (minimal(roads=[{}]), "roads[0].line", "required"),
        (minimal(roads=[{"line": LINE, "raster": "slope"}]), "roads[0].raster", "_distance_m"),
        (minimal(roads=[{"line": LINE | {"type": "Point"}}]), "roads[0].line", "LineString"),
        (minimal(roads=[{"line": 3}]), "roads[0].line", "GeoJSON"),
        (minimal(roads=[{"line": LINE | {"coordinates": 3}}]), "roads[0].line[0]", "no list"),
        (
            minimal(roads=[{"line": LINE | {"coordinates": [[1, 2], [1, 2]]}}]),
            "roads[0].line",
            "two",
        ),
        (minimal(roads=[{"line": LINE | {"coordinates": []}}]), "roads[0].line", "two different"),
        (
            minimal(roads=[{"line": LINE | {"coordinates": [[115, -3], [-3, 115]]}}]),
            "roads[0].line[0][1]",
            "lon, then lat",
        ),
        (
            minimal(roads=[{"line": LINE | {"coordinates": [[115, -3], ["116", -3]]}}]),
            "roads[0].line[0][1]",
            "in numbers",
        ),
        (
            minimal(roads=[{"line": LINE | {"coordinates": [[115, -3], [float("nan"), -3]]}}]),
            "roads[0].line[0][1]",
            "in numbers",
        ),
        (minimal(zones={"a": polygon(RING[:3])}), "zones.a[0][0]", "the first the same"),
        (minimal(zones={"a": polygon([*RING[:3], [115, -3.1]])}), "zones.a[0][0]", "the same"),
        (minimal(zones={"a": polygon()}), "zones.a", "empty"),
        (minimal(zones={"a": polygon(kind="MultiPolygon")}), "zones.a", "empty"),
        (
            minimal(zones={"a": polygon([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]])}),
            "zones.a",
            "Self-intersection",
        ),
        (minimal(zones={"a": polygon([[0, 0], [1, 1], [2, 2], [0, 0]])}), "zones.a", "not valid"),
        (minimal(zones={"a": LINE}), "zones.a", "Polygon / MultiPolygon"),
        (minimal(zones=[3]), "zones", "names and values"),
        (minimal(weights={"a": -1, "b": "x"}), "weights.b", "unquoted"),
        (minimal(weights={"a": 1}, judgements={"goal": [["a", "b", 1]]}), "weights", "Send one"),
        (minimal(judgements={"goal": [["a", "b"]]}), "judgements.goal[0]", "three things"),
        (minimal(judgements={"goal": 3}), "judgements.goal", "a list"),
        (
            minimal(judgements={"goal": [["a", "b", 1], ["b", "a", 3]]}),
            "judgements.goal[1]",
            "changed twice",
        ),
        (minimal(judgements={"goal": [["a", 3, 1]]}), "judgements.goal[0]", "printable"),
        (minimal(risk=1.5), "risk", "between 0"),
        (minimal(risk="x"), "risk", "no number"),
        (minimal(method=3), "method", "printable"),
        (minimal(year="2025"), "year", "no year"),
    ],
)
def test_a_refusal_names_the_place_and_the_mend(given_, place, words):
    with pytest.raises(InvalidScenario) as caught:
        parse_scenario(given_)
    assert caught.value.facts["place"] == place
    assert words in caught.value.detail("en")
    assert f"di {place}:" in caught.value.detail("id")


@pytest.mark.parametrize(
    ("text", "format_", "words"),
    [
        ("id = ", "toml", "TOML"),
        ("{", "json", "JSON"),
        ("[]", "json", "names and values"),
        ('{"id": 1, "id": 2}', "json", "'id' stands twice"),
        ("a = " + "[" * 100_000, "toml", "TOML"),
        ("[" * 100_000, "json", "JSON"),
        ("a = " + "9" * 5000, "toml", "TOML"),
        ("x" * 4_000_001, "toml", "4000000"),
        ('{"id": "x", "title": "t", "source": "s", "risk": NaN}', "json", "no number"),
        ('id = "x"\ntitle = "t"\nsource = "s"\nrisk = nan', "toml", "no number"),
        ('id = "x"\ntitle = "t"\nsource = "s"\nyear = 0x' + "f" * 5000, "toml", "no year"),
        ('id = "x"\ntitle = "t"\nsource = "s"\nrisk = 2026-01-01', "toml", "no number"),
    ],
)
def test_text_that_is_no_scenario_is_refused(text, format_, words):
    with pytest.raises(InvalidScenario, match=words):
        parse_scenario(text, format=format_)


def test_a_scenario_of_any_size_is_refused_before_it_is_drawn():
    many = [{"zone": f"z{i}", "criterion": "c", "set": 1} for i in range(2001)]
    with pytest.raises(InvalidScenario, match="2001 changes; 2000 at most"):
        parse_scenario(minimal(measures=many))
    long = [[115 + i / 1e5, -3.0] for i in range(50_001)]
    with pytest.raises(InvalidScenario, match="50001 vertices"):
        parse_scenario(minimal(roads=[{"line": LINE | {"coordinates": long}}]))
    both = [{"line": LINE | {"coordinates": long[:30_000]}}] * 2
    with pytest.raises(InvalidScenario, match="60000 vertices"):
        parse_scenario(minimal(roads=both))


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["zone", "line", "type", "coordinates", "set"]), inner
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from(["title", "indicators", "measures", "roads", "zones", "weights", "judgements"]),
)
def test_whatever_is_sent_is_read_or_refused(value, name):
    found = read(minimal() | {name: value})
    if isinstance(found, InvalidScenario):
        assert found.facts["place"]
    else:
        assert digest(parse_scenario(as_mapping(found))) == digest(found)


def read(mapping):
    try:
        return parse_scenario(mapping, format="json")
    except InvalidScenario as refusal:
        return refusal
