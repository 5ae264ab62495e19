import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import AmbiguousCode, BpsCode, InvalidCode, InvalidInput
from geo.vector.planning_region import Region
from geo.vector.regions import (
    full_names,
    match_regions,
    parse_regency_code,
    parse_region_code,
    to_kemendagri,
)
from tests.regions import SOUTH_KALIMANTAN

REGENCIES = SOUTH_KALIMANTAN.regencies

KECAMATAN = (
    Region("63.03.08", "Simpang Empat", "Kecamatan", "63.03"),
    Region("63.10.06", "Simpang Empat", "Kecamatan", "63.10"),
    Region("63.11.04", "Batu Mandi", "Kecamatan", "63.11"),
    Region("63.02.06", "Pulaulaut Utara", "Kecamatan", "63.02"),
)


def test_the_province_has_eleven_kabupaten_and_two_kota_with_unique_codes_and_names():
    kinds = [region.kind for region in REGENCIES]
    assert (kinds.count("Kabupaten"), kinds.count("Kota")) == (11, 2)
    assert len({r.code for r in REGENCIES}) == len({r.name for r in REGENCIES}) == 13


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("63.01", "63.01"),
        ("6301", "63.01"),
        (" 63.10 ", "63.10"),
        ("63O1", "63.01"),
        ("63.o1", "63.01"),
        (6372, "63.72"),
        (6301.0, "63.01"),
    ],
)
def test_a_code_is_read_in_either_system_and_its_letter_o_is_repaired(text, code):
    assert parse_regency_code(text) == code


@pytest.mark.parametrize("value", ["63.1", 63.1, " 63.7 "])
def test_a_code_that_lost_a_digit_is_refused_and_both_candidates_are_named(value):
    with pytest.raises(AmbiguousCode, match="Store the code column as text"):
        parse_regency_code(value)
    assert issubclass(AmbiguousCode, InvalidCode)


def test_the_candidates_of_a_lost_zero_are_both_ends():
    with pytest.raises(AmbiguousCode) as caught:
        parse_regency_code(63.1)
    assert caught.value.facts["candidates"] == "63.01, 63.10"


@pytest.mark.parametrize(
    "text", ["", "63", "630", "63.001", "63.01.01", "Banjar", "63,01", None, 1e300, float("nan")]
)
def test_what_is_no_regency_code_is_refused(text):
    with pytest.raises(InvalidCode):
        parse_regency_code(text)


@given(st.sampled_from(REGENCIES))
def test_codes_survive_the_round_trip_between_the_two_systems(region):
    assert region.bps_code == region.code.replace(".", "")
    assert to_kemendagri(region.bps_code) == region.code


@pytest.mark.parametrize("text", ["63", "6300", "63.00"])
def test_the_province_is_63_in_every_spelling(text):
    assert to_kemendagri(text) == "63"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Kotabaru", "63.02"),
        ("Kota Baru", "63.02"),
        ("KAB. KOTABARU", "63.02"),
        ("Kabupaten Kota Baru", "63.02"),
        ("Banjarbaru", "63.72"),
        ("Kota Banjar Baru", "63.72"),
        ("banjar baru", "63.72"),
        ("Kota Banjarmasin", "63.71"),
        ("Kabupaten Banjar", "63.03"),
        ("kab.banjar", "63.03"),
        ("  hulu  sungai   selatan ", "63.06"),
        ("Tanahlaut", "63.01"),
    ],
)
def test_spelling_variants_of_a_name_match(name, code):
    report = match_regions(pd.Series([name]), REGENCIES)
    assert report.codes.tolist() == [code]
    assert report.table["rule"].tolist() == ["name"]


def test_a_kind_that_contradicts_the_name_does_not_match():
    """Kota and Kabupaten of one name are two regions elsewhere (Bogor)."""
    assert (
        len(match_regions(pd.Series(["Kota Banjar", "Kabupaten Banjarmasin"]), REGENCIES).unmatched)
        == 2
    )


def test_the_report_names_the_rule_of_each_row_and_drops_none():
    given_ = pd.Series(["63.01", "6302", "Tapin", "Bogor", None, "63.1"], index=list("abcdef"))
    report = match_regions(given_, REGENCIES)
    assert report.table["rule"].fillna("").tolist() == ["code", "bps_code", "name", "", "", ""]
    assert list(report.matched.index) == ["a", "b", "c"]
    assert list(report.unmatched.index) == ["d", "e"]
    assert report.ambiguous["candidates"].to_dict() == {"f": "63.01, 63.10"}


def test_a_lost_zero_is_never_guessed_even_where_one_candidate_exists():
    report = match_regions(pd.Series(["63.7"]), REGENCIES)
    assert report.matched.empty
    assert report.ambiguous["candidates"].tolist() == ["63.07"]


def test_two_rows_of_one_region_are_reported():
    report = match_regions(pd.Series(["Banjar", "63.03", "Tapin"]), REGENCIES)
    assert report.duplicates.index.tolist() == [0, 1]


def test_a_repeated_name_matches_only_inside_its_parent():
    names = pd.Series(["Simpang Empat", "Simpang Empat", "simpangempat"])
    assert match_regions(names, KECAMATAN).ambiguous.shape[0] == 3
    inside = match_regions(names, KECAMATAN, parent=pd.Series(["63.03", "6310", None]))
    assert inside.codes.fillna("").tolist() == ["63.03.08", "63.10.06", ""]


def test_a_name_in_another_parent_does_not_match():
    assert match_regions(pd.Series(["Batumandi"]), KECAMATAN, parent="63.03").matched.empty
    assert match_regions(pd.Series(["Batumandi"]), KECAMATAN, parent="63.11").codes[0] == "63.11.04"


def test_parents_in_another_order_are_refused():
    with pytest.raises(InvalidInput):
        match_regions(pd.Series(["a"]), KECAMATAN, parent=pd.Series(["63"], index=[5]))


def test_an_empty_list_gives_an_empty_report():
    assert match_regions(pd.Series([], dtype="str"), REGENCIES).table.empty


@given(
    st.lists(
        st.one_of(
            st.text(max_size=20), st.sampled_from(sorted(SOUTH_KALIMANTAN.by_code)), st.none()
        )
    )
)
def test_every_row_is_exactly_one_of_matched_unmatched_and_ambiguous(texts):
    report = match_regions(pd.Series(texts, dtype="object"), REGENCIES)
    parts = [*report.matched.index, *report.unmatched.index, *report.ambiguous.index]
    assert sorted(parts) == list(range(len(texts)))


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        ("6301", "regency", "63.01"),
        ("63.03.08", "kecamatan", "63.03.08"),
        (630308, "kecamatan", "63.03.08"),
        ("63.03.08.2001", "desa", "63.03.08.2001"),
        ("6303082001", "desa", "63.03.08.2001"),
        (6303081003.0, "desa", "63.03.08.1003"),
    ],
)
def test_a_code_without_its_dots_is_that_of_its_level(text, level, code):
    assert parse_region_code(text, level) == code


@pytest.mark.parametrize(
    ("text", "level", "error"),
    [
        ("6303080", "kecamatan", BpsCode),
        # A village's last four digits begin with 1 or 2; BPS numbers it 001.
        ("6303080001", "desa", BpsCode),
        ("63.3.08", "kecamatan", AmbiguousCode),
        ("63.03.08.201", "desa", AmbiguousCode),
        ("63.03.08.0001", "desa", InvalidCode),
        ("6303.08", "kecamatan", InvalidCode),
        ("", "desa", InvalidCode),
    ],
)
def test_a_code_of_another_system_or_length_is_never_guessed(text, level, error):
    with pytest.raises(InvalidCode) as caught:
        parse_region_code(text, level)
    assert type(caught.value) is error


def test_a_regency_is_called_by_its_name_with_its_kind_once_or_by_its_code():
    layer = pd.DataFrame(
        {"name": ["Banjar", "Kota Banjarbaru", None], "kind": ["Kabupaten", "Kota", None]},
        index=["63.03", "63.72", "63.11"],
    )
    expected = {"63.03": "Kabupaten Banjar", "63.72": "Kota Banjarbaru", "63.11": "63.11"}
    assert full_names(layer) == expected
    assert full_names(layer[[]]) == {code: code for code in expected}
