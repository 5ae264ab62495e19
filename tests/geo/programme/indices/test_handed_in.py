"""An index that an office hands in: every fault by its place, what it changes, and what it would lose."""

from dataclasses import replace

import pytest

from geo.language import Text
from geo.programme.indices.handed_in import (
    IndexAgainst,
    emptied,
    held_against,
    read_handed_in,
    touched_by,
)
from geo.programme.indices.index import SlotFigure
from geo.programme.indices.index_changes import (
    counts_of,
    index_changes,
    typed_number,
    with_entries,
    with_figures,
)
from geo.programme.indices.index_file import MOST_BYTES, index_text, parse_index
from tests.geo.programme.indices.test_index import IPK, IPKTRANS, entered
from tests.geo.programme.shipped_targets import shipped_catalogue
from tests.regions import SOUTH_KALIMANTAN

AGAINST = IndexAgainst(IPK, SOUTH_KALIMANTAN, shipped_catalogue(), this_year=2026)
FIRST = IPK.slots[0].id
FALLING = {"direction": "min", "indicator": "tpt_agustus"}
FIGURE = SlotFigure(FIRST, "63.10", 2024, 61.5, "Rekap bidang 2024")


def said_of(index, against=AGAINST):
    return " | ".join(one.sentence.en for one in held_against(index, against).findings)


def test_a_weight_without_a_document_is_kept_and_said_to_be_unconfirmed():
    read = held_against(entered(IPK), AGAINST)
    assert [one.code for one in read.findings] == ["index_no_document"]
    assert read.index == entered(IPK)
    documented = with_entries(IPK, {FIRST: {"weight": 0.2, "document": "Kepmenaker", "page": "7"}})
    assert held_against(documented, AGAINST).findings == ()


def test_only_numbers_with_document_and_page_can_be_confirmed_and_only_all_slots_make_an_index():
    full = {"least": 0.0, "most": 100.0, "weight": 0.2, "confirmed": True}
    without = with_entries(IPK, {FIRST: full})
    assert "document or page is empty" in said_of(without)
    with_page = with_entries(IPK, {FIRST: {**full, "document": "Kepmenaker", "page": "7"}})
    assert said_of(with_page) == ""
    assert with_page.confirmed is False
    share = {**full, "weight": 1 / 9, "document": "Kepmenaker", "page": "7"}
    assert with_entries(IPK, {slot.id: share for slot in IPK.slots}).confirmed is True


@pytest.mark.parametrize(
    ("index", "told"),
    [
        (entered(IPK, weight=0.2), "add up to 1.8 instead of 1"),
        (
            with_entries(IPK, {FIRST: {"weight": 0.6}, IPK.slots[1].id: {"weight": 0.6}}),
            "more than 1",
        ),
        (with_entries(IPK, {FIRST: {"least": 5.0, "most": 5.0}}), "smaller than the most"),
        (with_entries(IPK, {FIRST: {"indicator": "tpt"}}), "no indicator tpt"),
        (with_entries(IPK, {FIRST: {"indicator": "tpt_agustus"}}), "lower is better"),
        (entered(IPK, weight=11.0), "0.11 for 11%"),
        (replace(IPK, id="ikk"), "must be ipk"),
        (replace(IPK, slots=IPK.slots[1:]), "Manpower planning are missing"),
        (replace(IPK, slots=(*IPK.slots, replace(IPK.slots[0], id="upah"))), "not known"),
        (with_figures(IPK, [replace(FIGURE, year=2206)]), "the year 2206 cannot be"),
        (with_figures(IPK, [replace(FIGURE, place="11.01")]), "neither this province"),
        (with_figures(IPK, [replace(FIGURE, slot="upah")]), "no component upah"),
        (with_figures(IPK, [FIGURE, replace(FIGURE, place="6310")]), "two ways of writing"),
        (
            with_figures(with_entries(IPK, {FIRST: FALLING}), [FIGURE]),
            "from the indicator tpt_agustus",
        ),
    ],
)
def test_each_fault_is_told_with_its_place(index, told):
    read = held_against(index, AGAINST)
    assert read.index is None
    assert told in said_of(index)


def test_all_faults_are_told_at_once_and_one_of_a_file_by_its_line():
    wrong = with_entries(IPK, {FIRST: {"least": 9.0, "most": 5.0, "indicator": "tpt"}})
    assert len(held_against(wrong, AGAINST).findings) == 2
    broken = index_text(IPK).replace("confirmed = false", "confirmed = maybe", 1)
    (found,) = read_handed_in(broken, AGAINST).findings
    assert "line" in found.sentence.en
    (found,) = read_handed_in("# " + "x" * MOST_BYTES, AGAINST).findings
    assert "holds more than" in found.sentence.en
    (empty,) = read_handed_in("", AGAINST).findings
    assert "line 1, TOML: " in empty.sentence.en


def test_an_index_of_kawasan_takes_no_indicator_and_any_name_of_a_place():
    against = replace(AGAINST, shipped=IPKTRANS)
    first = IPKTRANS.slots[0].id
    assert "transmigration area" in said_of(
        with_entries(IPKTRANS, {first: {"indicator": "tpt_agustus"}}), against
    )
    named = with_figures(IPKTRANS, [replace(FIGURE, slot=first, place="Cahaya Baru")])
    assert held_against(named, against).index == named


def test_a_kawasan_is_known_whatever_its_case_and_one_that_is_almost_known_is_to_be_accepted():
    against = replace(AGAINST, shipped=IPKTRANS, areas=("Cahaya Baru", "UPT Cerbon"))
    figure = replace(FIGURE, slot=IPKTRANS.slots[0].id, place="kawasan transmigrasi  cahaya baru")
    read = held_against(with_figures(IPKTRANS, [figure]), against)
    assert [one.place for one in read.index.figures] == ["Cahaya Baru"]
    twice = [figure, replace(figure, place="Cahaya Baru")]
    assert "stands twice" in said_of(with_figures(IPKTRANS, twice), against)
    misspelt = held_against(with_figures(IPKTRANS, [replace(figure, place="Cahya Baru")]), against)
    assert [one.code for one in misspelt.findings] == ["index_area_like"]
    other = with_figures(IPKTRANS, [replace(figure, place="Sengayam")])
    assert held_against(other, against).findings == ()


def test_figures_are_kept_by_the_code_of_their_region_and_go_through_the_file():
    read = held_against(with_figures(IPK, [replace(FIGURE, place="6310")]), AGAINST)
    assert read.index.figures == (FIGURE,)
    assert parse_index(index_text(read.index)) == read.index
    strange = replace(IPK, slots=(replace(IPK.slots[0], note='"""\\ = 1'), *IPK.slots[1:]))
    assert parse_index(index_text(strange)) == strange


def test_what_changes_is_told_entry_by_entry_and_what_would_be_lost_is_to_be_accepted():
    filled = with_figures(with_entries(IPK, {FIRST: {"weight": 0.2}}), [FIGURE])
    came = index_changes(filled, IPK)
    assert [(one.way, one.entry, one.before, one.after) for one in came] == [
        ("added", "weight", None, 0.2),
        ("added", "value", None, 61.5),
    ]
    assert touched_by(came) == ["", "63.10"]
    assert emptied(came) is None
    gone = index_changes(IPK, filled)
    assert counts_of(gone) == {"added": 0, "changed": 0, "removed": 2}
    assert "2 published entries" in emptied(gone).sentence.en
    other = with_figures(filled, [replace(FIGURE, value=62.0, source="Lain")])
    (moved,) = index_changes(other, filled)
    assert (moved.way, moved.also, moved.title) == ("changed", ("source",), IPK.slots[0].title)
    assert isinstance(moved.title, Text)


def test_a_figure_is_taken_out_by_its_place_and_year():
    filled = with_figures(IPK, [FIGURE, replace(FIGURE, year=2025)])
    left = with_figures(filled, [], removed=[(FIRST, "63.10", 2024)])
    assert [one.year for one in left.figures] == [2025]


@pytest.mark.parametrize(
    "text", ["", "=1+1", "nan", "inf", "1e9", "1.234.567", "1.234", "12 5", "0x1"]
)
def test_what_is_no_number_is_none(text):
    assert typed_number(text) is None
