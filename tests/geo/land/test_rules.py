"""The official land rules: every class edge, every absolute protection, and what peat comes to."""

import itertools
import tomllib

import numpy as np
import pytest

from geo.errors import InvalidInput
from geo.land.rules import (
    MORPHOLOGY_SLOPES_PERCENT,
    RAIN,
    SHIPPED_RULES,
    SLOPE,
    SOIL,
    MorphologyRule,
    ScoreRule,
    classes_of,
    morphology,
    parse_rule,
    score,
    score_range,
)
from tests.conftest import DATA

PROTECTION, BUFFER, CULTIVATION = 1, 2, 3


def shipped(name):
    return (DATA / "rules" / f"{name}.toml").read_text("utf-8")


@pytest.fixture(scope="module")
def kepmentan():
    return parse_rule(shipped("kepmentan_837_1980"))


@pytest.fixture(scope="module")
def permen():
    return parse_rule(shipped("permen_pu_20_2007"))


def ranges(rule, slope=0.0, soil=1.0, rain=0.0):
    arrays = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (slope, soil, rain)))
    return score_range(
        rule, **dict(zip(("slope_percent", "soil_class", "rain_mm_day"), arrays, strict=True))
    )


def sums(rule, *factors, **named):
    least, most = ranges(rule, *factors, **named)
    assert (least == most).all()
    return least


def classes(rule, slope=0.0, soil=1.0, rain=0.0, **distances):
    arrays = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (slope, soil, rain)))
    named = dict(zip(("slope_percent", "soil_class", "rain_mm_day"), arrays, strict=True))
    return score(rule, **named, **{n: np.asarray(d, dtype=float) for n, d in distances.items()})


def just_above(bound):
    return float(np.nextafter(bound, np.inf))


@pytest.mark.parametrize(
    ("bound", "below", "above"), [(8, 20, 40), (15, 40, 60), (25, 60, 80), (45, 80, 100)]
)
def test_every_edge_of_the_slope_scores(kepmentan, bound, below, above):
    found = sums(kepmentan, slope=[bound, just_above(bound)]) - 15 - 10
    assert found.tolist() == [below, above]


@pytest.mark.parametrize(
    ("bound", "below", "above"), [(13.6, 10, 20), (20.7, 20, 30), (27.7, 30, 40), (34.8, 40, 50)]
)
def test_every_edge_of_the_rain_scores(kepmentan, bound, below, above):
    found = sums(kepmentan, rain=[bound, just_above(bound)]) - 20 - 15
    assert found.tolist() == [below, above]


def test_the_soil_scores_and_the_soils_of_each_class(kepmentan):
    assert (sums(kepmentan, soil=[1, 2, 3, 4, 5]) - 30).tolist() == [15, 30, 45, 60, 75]
    assert kepmentan.soils["aluvial"] == 1
    assert kepmentan.soils["podsolik"] == 4
    assert kepmentan.soils["organosol"] == 5
    assert len(kepmentan.soils) == 18


@pytest.mark.parametrize(
    ("bound", "below", "above"), [(2, 5, 4), (5, 4, 3), (15, 3, 2), (40, 2, 1)]
)
def test_every_edge_of_the_morphology_table(permen, bound, below, above):
    assert morphology(permen, np.array([bound, just_above(bound)])).tolist() == [below, above]


def test_the_two_tables_do_not_share_their_edges(kepmentan, permen):
    assert isinstance(kepmentan, ScoreRule)
    assert isinstance(permen, MorphologyRule)
    slope = np.array([42.0])
    assert morphology(permen, slope).tolist() == [1]  # the steepest class there
    assert (sums(kepmentan, slope=slope) - 25).tolist() == [80]  # not the steepest here


def test_sites_and_tiles_have_the_slope_classes_of_the_morphology_table(permen):
    assert permen.slope.upper_bounds == MORPHOLOGY_SLOPES_PERCENT


def test_the_readiness_model_grades_slope_by_the_morphology_table(permen):
    model = tomllib.loads((DATA / "models/kesiapan.toml").read_text("utf-8"))
    lereng = next(c for c in model["criterion"] if c["id"] == "lereng")
    assert tuple(lereng["value"]["upper_bounds"]) == permen.slope.upper_bounds
    spread = [(value - 1) / 4 for value in permen.slope.values]
    assert lereng["value"]["values"] == spread


@pytest.mark.parametrize(
    ("slope", "soil", "rain", "total", "expected"),
    [
        (12, 4, 30, 140, BUFFER),
        (20, 4, 40, 170, BUFFER),
        (30, 3, 40, 175, PROTECTION),
        (30, 4, 30, 180, PROTECTION),
        (10, 3, 30, 125, BUFFER),
        (12, 2, 40, 120, CULTIVATION),
        (0, 1, 0, 45, CULTIVATION),
    ],
)
def test_sums_at_the_cut_offs(kepmentan, slope, soil, rain, total, expected):
    assert sums(kepmentan, slope, soil, rain) == total
    assert classes(kepmentan, slope, soil, rain) == expected


def test_whether_protection_begins_at_174_or_175_changes_nothing(kepmentan):
    """A slide prints 174, the others 175: scores are multiples of 5, so no sum lies between."""
    every = {
        sum(parts)
        for parts in itertools.product(
            kepmentan.slope.values, kepmentan.soil_scores, kepmentan.rain.values
        )
    }
    assert {total for total in every if total >= 174} == {total for total in every if total >= 175}
    assert 175 in every


def test_flat_peat_is_a_buffer_even_under_the_heaviest_rain(kepmentan):
    peat = kepmentan.soils["organosol"]
    assert sums(kepmentan, slope=1, soil=peat, rain=60) == 75 + 20 + 50
    assert classes(kepmentan, slope=1, soil=peat, rain=60) == BUFFER


def test_steep_land_is_protected_whatever_its_sum(kepmentan):
    assert sums(kepmentan, slope=46) == 125
    assert classes(kepmentan, slope=[45, just_above(45)]).tolist() == [CULTIVATION, PROTECTION]


def test_very_sensitive_soil_is_protected_above_fifteen_percent(kepmentan):
    found = classes(kepmentan, slope=[15, just_above(15), 16], soil=[5, 5, 4])
    assert found.tolist() == [BUFFER, PROTECTION, BUFFER]


def test_banks_of_rivers_and_springs_are_protected_where_their_distance_is_given(kepmentan):
    river = classes(kepmentan, slope=[1, 1], river_distance_m=[100, just_above(100)])
    spring = classes(kepmentan, slope=[1, 1], spring_distance_m=[200, just_above(200)])
    assert river.tolist() == [PROTECTION, CULTIVATION]
    assert spring.tolist() == [PROTECTION, CULTIVATION]


def test_an_unknown_distance_may_be_a_bank_and_no_distance_at_all_is_not_checked(kepmentan):
    assert np.isnan(classes(kepmentan, slope=1, river_distance_m=np.nan))
    assert classes(kepmentan, slope=46, river_distance_m=np.nan) == PROTECTION
    assert classes(kepmentan, slope=1) == CULTIVATION


NAN = np.nan


@pytest.mark.parametrize(
    ("slope", "soil", "rain", "least", "most", "expected"),
    [
        # Soil of 15 to 75: 45..105 is cultivation whatever it is, 55..115 too, 65..125 is not.
        (1, NAN, 10, 45, 105, CULTIVATION),
        (1, NAN, 15, 55, 115, CULTIVATION),
        (1, NAN, 25, 65, 125, None),
        # Rain of 10 to 50.
        (1, 1, NAN, 45, 85, CULTIVATION),
        (12, 4, NAN, 110, 150, None),
        (12, 5, NAN, 125, 165, BUFFER),
        (30, 5, NAN, 165, 205, PROTECTION),  # class-V soil above 15 %, whatever the rain
        # Soil missing above 15 %: it could be class V, which is protected there.
        (20, NAN, 10, 85, 145, None),
        (46, NAN, NAN, 125, 225, PROTECTION),
        # A slope that is missing could be above 45 %.
        (NAN, 1, 10, 45, 125, None),
        (NAN, 5, 60, 145, 225, None),
    ],
)
def test_a_class_is_stated_only_where_what_is_missing_cannot_change_it(
    kepmentan, slope, soil, rain, least, most, expected
):
    assert [float(end) for end in ranges(kepmentan, slope, soil, rain)] == [least, most]
    found = classes(kepmentan, slope, soil, rain)
    assert np.isnan(found) if expected is None else found == expected


def test_a_stated_class_is_that_of_every_value_of_what_is_missing(kepmentan):
    """All combinations of one value a class: a class with a gap is that of every filling, and of no other."""
    every = {
        "slope": [4, 10, 20, 30, 50],
        "soil": [1, 2, 3, 4, 5],
        "rain": [10, 15, 25, 30, 40],
    }
    names = list(every)
    for values in itertools.product(*([*every[name], NAN] for name in names)):
        fillings = itertools.product(
            *(every[n] if v != v else [v] for n, v in zip(names, values, strict=True))
        )
        possible = {float(classes(kepmentan, *filled)) for filled in fillings}
        found = float(classes(kepmentan, *values))
        assert (possible == {found}) if found == found else len(possible) > 1


def test_soil_and_rain_that_nobody_has_are_missing_everywhere(kepmentan, permen):
    slope = np.array([[1.0, 46.0]])
    found = classes_of(kepmentan, {SLOPE: slope})
    assert np.isnan(found[0, 0])
    assert found[0, 1] == PROTECTION
    with_rain = {SLOPE: slope, RAIN: np.full((1, 2), 14.0)}
    assert classes_of(kepmentan, with_rain)[0, 0] == CULTIVATION
    assert classes_of(permen, {SLOPE: slope}).tolist() == [[5, 1]]
    with pytest.raises(InvalidInput, match="whole numbers 1 to 5"):
        classes_of(kepmentan, with_rain | {SOIL: np.zeros((1, 2))})


def test_rasters_keep_their_shape(kepmentan, permen):
    cells = np.full((2, 3), 10.0)
    assert classes(kepmentan, slope=cells).shape == (2, 3)
    assert morphology(permen, cells).shape == (2, 3)


@pytest.mark.parametrize("soil", [0, 6, 2.5])
def test_a_soil_class_outside_the_table_is_an_error(kepmentan, soil):
    with pytest.raises(InvalidInput, match="whole numbers 1 to 5"):
        sums(kepmentan, soil=soil)


@pytest.mark.parametrize("name", SHIPPED_RULES)
def test_a_shipped_rule_is_cited_and_not_confirmed(name):
    rule = parse_rule(shipped(name))
    assert rule.id == name
    assert "https://" in rule.source
    assert not rule.confirmed


def test_every_rule_that_ships_is_named():
    assert {path.stem for path in (DATA / "rules").glob("*_*.toml")} == set(SHIPPED_RULES)


def test_a_rule_says_what_it_cannot_answer(kepmentan, permen):
    notes = " ".join(note.en for note in kepmentan.notes)
    flat_peat = ranges(kepmentan, slope=1, soil=kepmentan.soils["organosol"], rain=60)[1]
    assert f"sums to {flat_peat:g}" in notes
    assert "174" in notes
    assert dict(kepmentan.unfit).keys() == {"gambut"}
    assert "nine" in permen.notes[0].en


def test_a_code_names_its_class(kepmentan, permen):
    assert {c.code: c.id for c in kepmentan.classes} == {
        1: "lindung",
        2: "penyangga",
        3: "budidaya",
    }
    assert {c.code: c.title.en for c in permen.classes}[1] == "Very steep mountain"
    assert [c.code for c in permen.classes] == list(permen.slope.values)


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("kepmentan_837_1980", "[soil]", "[tanah]", "'soil' is missing"),
        ("kepmentan_837_1980", 'kind = "score"', 'kind = "sum"', "'sum' is missing or unknown"),
        ("kepmentan_837_1980", "[8, 15, 25, 45]", "[8, 25, 15, 45]", "do not rise"),
        ("kepmentan_837_1980", "[15, 30, 45, 60, 75]", "[15, 30]", "as many scores"),
        ("kepmentan_837_1980", "from = 125", "from = 180", "fall from the highest"),
        ("kepmentan_837_1980", "slope_above = 45", "slope_over = 45", "slope_over"),
        ("permen_pu_20_2007", "[5, 4, 3, 2, 1]", "[5, 4, 3]", "need 5 values"),
        ("permen_pu_20_2007", "values = [5, 4, 3, 2, 1]", "values = [5, 4, 3, 2, 0]", "from 1 to"),
        (
            "permen_pu_20_2007",
            '[[class]]\nid = "datar"\ntitle = { id = "Datar", en = "Flat" }\n',
            "",
            "as many",
        ),
        ("permen_pu_20_2007", "kind =", "kind", "Broken land rule"),
    ],
)
def test_a_broken_rule_says_what_is_wrong(name, old, new, words):
    text = shipped(name)
    assert old in text
    with pytest.raises(InvalidInput, match=words):
        parse_rule(text.replace(old, new))
