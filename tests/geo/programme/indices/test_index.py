"""Indices with slots: scaled, weighed, and silent while something is open."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidIndex
from geo.mcda.model_file import parse_model
from geo.programme.indices.index import IndexValue, index_value, min_max, possible_classes
from geo.programme.indices.index_changes import with_entries
from geo.programme.indices.index_file import index_text, parse_index
from geo.programme.indices.places import slot_figures, slot_years
from tests.geo.programme.shipped_targets import shipped_table
from tests.regions import SOUTH_KALIMANTAN

FOLDER = Path(__file__).parents[4] / "data/programme"
TEXTS = {name: (FOLDER / f"{name}.toml").read_text("utf-8") for name in ("ipk", "ipktrans")}
IPK, IPKTRANS = (parse_index(TEXTS[name]) for name in TEXTS)

ENDS = {"least": 0.0, "most": 100.0}


def entered(index, *, weight=None):
    weight = 1 / len(index.slots) if weight is None else weight
    return with_entries(index, {slot.id: {**ENDS, "weight": weight} for slot in index.slots})


def test_the_shipped_indices_have_nine_and_five_open_slots_and_nothing_is_confirmed():
    assert (len(IPK.slots), len(IPKTRANS.slots)) == (9, 5)
    for index in (IPK, IPKTRANS):
        assert index.confirmed is False
        for slot in index.slots:
            assert (slot.least, slot.most, slot.weight, slot.confirmed) == (None, None, None, False)
            assert slot.source


def test_an_index_with_open_weights_has_no_value_and_says_so():
    found = index_value(IPK, {slot.id: 50.0 for slot in IPK.slots})
    assert (found.value, found.least, found.most) == (None, None, None)
    assert found.reasons[0].id == "bobot 9 dari 9 komponen belum diisi"
    assert len(found.reasons) == 2


def test_a_filled_index_is_the_weighed_sum():
    ekonomi, *others = IPKTRANS.slots
    slots = [replace(ekonomi, **ENDS, weight=0.6)]
    slots += [replace(slot, **ENDS, weight=0.1) for slot in others]
    index = replace(IPKTRANS, slots=tuple(slots))
    found = index_value(index, {"ekonomi": 50.0, **{slot.id: 80.0 for slot in others}})
    assert found.value == pytest.approx(0.6 * 50 + 0.4 * 80)
    assert found.slots[0].points == pytest.approx(30)


def test_a_missing_figure_makes_a_range_and_never_a_zero():
    values = {slot.id: 50.0 for slot in IPKTRANS.slots[1:]}
    found = index_value(entered(IPKTRANS), values)
    assert found.value is None
    assert (found.least, found.most) == (pytest.approx(40), pytest.approx(60))
    assert found.reasons[0].en == "no figure yet for 1 of 5 components: Economy"


def test_weights_that_do_not_add_up_to_1_give_no_value():
    found = index_value(entered(IPKTRANS, weight=0.3), {})
    assert found.reasons[0].id == "jumlah bobot 1,5, seharusnya 1"


def test_a_figure_beyond_its_ends_counts_as_the_end_and_is_marked():
    assert min_max(120, least=0, most=100) == 1
    found = index_value(entered(IPKTRANS), {slot.id: 120.0 for slot in IPKTRANS.slots})
    assert found.value == pytest.approx(100)
    assert all(slot.is_beyond for slot in found.slots)


def test_an_index_that_was_filled_in_is_written_and_read_again():
    filled = entered(IPKTRANS, weight=0.2)
    assert parse_index(index_text(filled)) == filled
    assert parse_index(index_text(IPK)) == IPK


def test_a_slot_that_names_an_indicator_takes_its_newest_good_figure():
    slot = replace(IPK.slots[0], indicator="tpt_agustus")
    index = replace(IPK, slots=(slot, *IPK.slots[1:]))
    figures = slot_figures(index, shipped_table())
    years = slot_years(figures, [one.code for one in SOUTH_KALIMANTAN.regencies])
    assert years == {slot.id: 2025}
    assert figures[slot.id]["63", 2025] == 4.16


def test_classes_of_the_benchmark_are_those_of_the_value_or_of_its_range():
    model = parse_model((FOLDER.parent / "models/ipktrans.toml").read_text("utf-8"))
    ids = [
        [c.id for c in possible_classes(model, IndexValue((), None, low, high, ()))]
        for low, high in ((70.0, 70.0), (49.0, 49.0), (48.0, 60.0), (None, None), (3.0, 3.0))
    ]
    assert ids == [
        ["mandiri"],
        ["berkembang_atau_mandiri"],
        ["berkembang", "berkembang_atau_mandiri", "mandiri"],
        [],
        # Below every published score nobody knows the class.
        [],
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("confirmed = false", 'confirmed = "no"', "true or false"),
        ('direction = "max"', 'direction = "up"', '"max", "min"'),
        ('direction = "max"', 'direction = "max"\nweight = 2', "between 0 and 1"),
        ('direction = "max"', 'direction = "max"\nleast = 5\nmost = 5', "smaller than the most"),
        ('id = "sosial_budaya"', 'id = "ekonomi"', "stands above already"),
        ('direction = "max"', 'direction = "max"\nwieght = 1', "Perhaps 'weight' is meant"),
        ('direction = "max"', 'direction = "max"\nleast = "=1+1"', "a number"),
        ("confirmed = false", "confirmed = true", "some component is not"),
    ],
)
def test_a_fault_in_a_file_names_its_line_and_what_must_stand_there(old, new, said):
    with pytest.raises(InvalidIndex) as caught:
        parse_index(TEXTS["ipktrans"].replace(old, new, 1))
    assert said in caught.value.detail("en")
    assert caught.value.facts["line"] > 1


@given(
    value=st.floats(-1e6, 1e6),
    least=st.floats(-1e6, 1e6),
    width=st.floats(1e-3, 1e6),
    step=st.floats(0, 1e6),
)
def test_more_is_never_worse_and_the_two_directions_mirror(value, least, width, step):
    ends = {"least": least, "most": least + width}
    low, high = min_max(value, **ends), min_max(value + step, **ends)
    assert 0 <= low <= high <= 1
    assert min_max(value, **ends, direction="min") == pytest.approx(1 - low)
