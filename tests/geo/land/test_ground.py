"""What sources say of the ground: by place, by confidence, with its unit; nothing said is unknown."""

import pandas as pd
import pytest

from geo.land.ground import CONFIDENCES, FACTS, UNITS, ground_of, in_words, statements_of

ROWS = [
    # key, code, name, fact, value, unit, year, confidence
    ("a", "63.08.09", "Paminggir", "banjir_kejadian", 0, "desa_terdampak", 2024, "medium"),
    ("b", "63.08.09", "Paminggir", "rawa_umum", None, None, 2015, "low"),
    ("c", "63.08.02", "Babirik", "rawa_lebak", 6000, "ha_polder_bersama_4_kecamatan", 2011, "high"),
    ("d", "63.08.02.2001", "Desa Satu", "gambut", None, None, None, "medium"),
    ("e", None, "Sungai Durait", "rawa_lebak", None, None, 2007, "high"),
    ("f", "63.04.15.1002", "Ulu Benteng", "banjir_kejadian", None, None, 2021, "medium"),
    ("g", "63.08.02", "Babirik", "rawa_lebak", None, None, 2020, "low"),
]


@pytest.fixture
def statements(rows):
    return statements_of(rows)


@pytest.fixture
def rows():
    columns = ["statement", "code", "name", "fact", "value", "unit", "year", "confidence"]
    table = pd.DataFrame(ROWS, columns=columns)
    is_kecamatan = table["code"].str.len() == 8
    return table.assign(
        level=is_kecamatan.map({True: "kecamatan", False: "desa"}),
        regency_code=table["code"].str[:5].fillna("63.08"),
        note="Said.",
        note_id="Kata sumber.",
        source_url="https://www.berita.example/1",
    )


def test_a_place_of_which_nobody_speaks_is_unknown_and_not_dry(statements):
    found = ground_of(statements, "63.02.19", desa=[])
    assert found.is_unknown
    assert "bukan berarti kering" in found.sentence.id
    assert found.facts == ()


def test_a_list_without_a_flooded_village_says_that_there_was_no_flood(statements):
    flood = ground_of(statements, "63.08.09", desa=[]).facts[-1]
    assert (flood.fact, flood.standing) == ("banjir_kejadian", "denied")
    assert flood.sentence.id.startswith("tidak banjir")


def test_low_confidence_is_shown_and_counted_by_no_one(statements):
    swamp, *_ = ground_of(statements, "63.08.09", desa=[]).facts
    assert swamp.standing == "low_confidence"
    lebak, _ = ground_of(statements, "63.08.02", desa=[]).facts
    assert (lebak.standing, len(lebak.statements)) == ("stated", 2)
    assert "1 pernyataan, 2011" in lebak.sentence.id


def test_a_joint_figure_is_told_as_joint(statements):
    lebak, _ = ground_of(statements, "63.08.02", desa=[]).facts
    assert "6.000 ha, satu angka bersama" in lebak.statements[0].quantity.id


def test_a_kecamatan_has_what_is_said_of_its_desa_and_a_desa_what_is_said_of_its_kecamatan(
    statements,
):
    of_kecamatan = ground_of(statements, "63.08.02", desa=[])
    assert [fact.fact for fact in of_kecamatan.facts] == ["rawa_lebak", "gambut"]
    of_desa = ground_of(statements, "63.08.02.2001", desa=[])
    assert [p.id for fact in of_desa.facts for p in fact.places] == [
        "Kecamatan Babirik",
        "Desa Desa Satu",
    ]


def test_a_zone_has_what_is_said_of_its_desa_and_their_kecamatan(statements):
    found = ground_of(statements, "zona", desa=["63.08.02.2009"])
    assert [fact.fact for fact in found.facts] == ["rawa_lebak"]


def test_what_is_said_of_a_zone_as_a_whole_is_the_zones_alone(rows):
    own = rows.iloc[[0]].assign(code="zona", level="zone", name="Kawasan Uji")
    found = ground_of(statements_of(own), "zona", desa=["63.04.01.2001"])
    assert [place.id for place in found.facts[0].places] == ["Kawasan Uji"]
    assert found.facts[0].statements[0].level == "zone"
    assert ground_of(statements_of(own), "lain", desa=["63.04.01.2001"]).is_unknown


def test_a_statement_that_does_not_say_which_desa_belongs_to_the_regency_alone(statements):
    assert len(ground_of(statements, "63.08", desa=[]).facts[0].statements) == 3
    assert len(ground_of(statements, "63.08.02", desa=[]).facts[0].statements) == 2


def test_a_kelurahan_is_not_called_a_desa(statements):
    found = ground_of(statements, "63.04.15", desa=[])
    assert found.facts[0].places[0].id == "Kelurahan Ulu Benteng"


def test_every_unit_has_words(rows):
    for unit in UNITS:
        one = statements_of(rows.iloc[[2]].assign(unit=unit))
        assert ground_of(one, "63.08.02", desa=[]).facts[0].statements[0].quantity.en


def test_the_shipped_statements_keep_their_counts(reference_store):
    from geo import published

    ground = published.layer(reference_store, "ground")
    assert len(ground) == 349
    assert ground["confidence"].value_counts().to_dict() == {"medium": 265, "low": 60, "high": 24}
    # One says not which desa it means, one speaks of a zone without an outline of its own.
    assert ground.geometry.isna().sum() == 2
    assert ground["note_id"].notna().all()


def test_a_fact_of_an_offices_own_is_told_in_its_word_and_without_confidence_settles_nothing(
    rows,
):
    own = rows.iloc[[3]].assign(fact="sulfat masam", confidence=None, level=None)
    found = ground_of(statements_of(own), "63.08.02", desa=[]).facts[0]
    assert (found.title.id, found.standing) == ("sulfat masam", "low_confidence")


@pytest.mark.parametrize(
    ("field", "codes"), [("fact", FACTS), ("unit", UNITS), ("confidence", CONFIDENCES)]
)
def test_every_code_of_a_statement_has_words_in_both_languages(field, codes):
    for code in codes:
        said = in_words(field, code)
        assert all(said), code
        assert not any("_" in one or "{" in one for one in said), code
    assert in_words(field, "kata dinas") is None
    assert in_words("name", "medium") is None
