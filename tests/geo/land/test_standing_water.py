"""How wet a place is by what sources say of it: the wettest that counts, of desa and kecamatan alone."""

import pandas as pd
import pytest

from geo.land.ground import statements_of
from geo.land.standing_water import named, water_by_code, water_of
from geo.mcda.value_functions import WATER_CLASSES, GroundMeasure

GRADES = dict(zip(WATER_CLASSES, (1.0, 1.0, 0.9, 0.75, 0.5, 0.0), strict=True))
ASKED = GroundMeasure("genangan", GRADES, 14)
KECAMATAN, DESA = "63.08.09", "63.08.09.2001"


def said(*rows):
    """Statements from (code, fact, value, unit, confidence, host)."""
    columns = ["code", "fact", "value", "unit", "confidence", "host"]
    frame = pd.DataFrame(rows, columns=columns)
    return statements_of(
        frame.assign(
            statement=[f"s{i}" for i in range(len(rows))],
            name="Paminggir",
            regency_code=frame["code"].str[:5],
            year=2024,
            note="",
            note_id="",
            source_url="https://" + frame["host"] + "/x",
        )
    )


def water(*rows):
    return water_by_code(said(*rows), ASKED)


@pytest.mark.parametrize(
    ("fact", "value", "unit", "expected"),
    [
        ("rawa_lebak", None, None, "rawa"),
        ("rawa_umum", None, None, "rawa"),
        ("banjir_berkala", 20, "hari_minimal", "banjir_berkala_lama"),
        ("banjir_berkala", 5, "hari", "banjir_berkala"),
        ("banjir_berkala", 300, "jam", "banjir_berkala"),
        ("banjir_kejadian", 21, "hari_minimal", "banjir_lama"),
        ("banjir_kejadian", 13, "hari_minimal", "banjir_kejadian"),
        ("banjir_kejadian", 900, "rumah_terdampak", "banjir_kejadian"),
        ("kering_perbukitan", None, None, "kering_perbukitan"),
    ],
)
def test_a_statement_states_its_class(fact, value, unit, expected):
    found = water((KECAMATAN, fact, value, unit, "medium", "a.id"))[KECAMATAN]
    assert (found.water_class, found.grade) == (expected, GRADES[expected])


def test_floods_that_return_and_one_that_stayed_are_floods_that_return_and_stay():
    found = water(
        (KECAMATAN, "banjir_berkala", None, None, "medium", "a.id"),
        (KECAMATAN, "banjir_kejadian", 20, "hari_minimal", "medium", "b.id"),
    )
    assert found[KECAMATAN].water_class == "banjir_berkala_lama"
    assert len(found[KECAMATAN].statements) == 2


def test_low_confidence_counts_only_where_two_hosts_say_the_same():
    low = (KECAMATAN, "rawa_umum", None, None, "low")
    assert water((*low, "a.id")) == {}
    assert water((*low, "a.id"), (*low, "a.id")) == {}
    assert water((*low, "a.id"), (*low, "b.id"))[KECAMATAN].water_class == "rawa"
    flood = (KECAMATAN, "banjir_kejadian", None, None, "low", "b.id")
    assert water((*low, "a.id"), flood) == {}


def test_that_there_was_no_flood_does_not_say_that_there_are_dry_hills():
    assert water((KECAMATAN, "banjir_kejadian", 0, "desa_terdampak", "medium", "a.id")) == {}


def test_peat_alone_says_nothing_of_standing_water():
    assert water((KECAMATAN, "gambut", None, None, "high", "a.id")) == {}


def test_the_wettest_of_a_desa_and_its_kecamatan_counts():
    dry = (KECAMATAN, "kering_perbukitan", None, None, "medium", "a.id")
    flood = (DESA, "banjir_kejadian", None, None, "medium", "b.id")
    found = water(dry, flood)
    assert water_of(found, DESA).water_class == "banjir_kejadian"
    assert water_of(found, KECAMATAN + ".2002").water_class == "kering_perbukitan"
    swamp = (KECAMATAN, "rawa_umum", None, None, "medium", "a.id")
    assert water_of(water(swamp, flood), DESA).water_class == "rawa"


def test_the_statements_behind_a_class_are_named_with_source_and_year():
    found = water((DESA, "rawa_lebak", None, None, "high", "www.balittra.id"))[DESA]
    assert named(found.statements).id == "Desa Paminggir (balittra.id, 2024)"
