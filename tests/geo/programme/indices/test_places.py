"""All regions by one index: figures of one year, ranges where some are missing, ranks only where certain."""

from dataclasses import replace

import pytest

from geo.programme.indices.index import SlotFigure
from geo.programme.indices.places import place_values, slot_figures, slot_years
from tests.geo.programme.indices.test_index import IPK, IPKTRANS, entered
from tests.geo.programme.shipped_targets import shipped_table
from tests.regions import SOUTH_KALIMANTAN

CODES = [one.code for one in SOUTH_KALIMANTAN.regencies]
NOTHING = shipped_table()[:0]
ONE, TWO = IPK.slots[:2]
# Two slots of one half each, so that an index is the mean of two figures of 0..100.
HALVES = entered(replace(IPK, slots=(ONE, TWO)))


def figure(slot, place, value, year=2024):
    return SlotFigure(slot.id, place, year, value, "Rekap bidang")


def valued(*figures, year=None):
    index = replace(HALVES, figures=tuple(figures))
    rows = place_values(index, NOTHING, region=SOUTH_KALIMANTAN, year=year)
    return {one.place: one for one in rows}


def test_the_province_stands_beside_its_13_regencies_and_has_no_rank():
    figures = [figure(s, c, 10.0 + at) for s in (ONE, TWO) for at, c in enumerate(["63", *CODES])]
    found = valued(*figures)
    assert list(found) == ["63", *CODES]
    assert (found["63"].best_rank, found["63"].worst_rank) == (None, None)
    ranks = [(found[code].best_rank, found[code].worst_rank) for code in CODES]
    assert ranks == [(n, n) for n in range(13, 0, -1)]


def test_a_rank_is_certain_only_where_no_range_overlaps():
    a, b, c, *others = CODES
    figures = [figure(s, code, 1.0) for s in (ONE, TWO) for code in others]
    # a is 80; b lies between 45 and 95, for half of it is missing; c is 20.
    figures += [figure(s, a, 80.0) for s in (ONE, TWO)]
    figures += [figure(ONE, b, 90.0)]
    figures += [figure(s, c, 20.0) for s in (ONE, TWO)]
    found = valued(*figures)
    assert (found[b].found.least, found[b].found.most) == (pytest.approx(45), pytest.approx(95))
    assert [(found[x].best_rank, found[x].worst_rank) for x in (a, b, c)] == [
        (1, 2),
        (1, 2),
        (3, 3),
    ]
    # The ten that are the same share the place after those three.
    assert {(found[x].best_rank, found[x].worst_rank) for x in others} == {(4, 4)}


def test_regions_are_compared_by_the_newest_year_that_half_of_them_have():
    figures = [figure(ONE, code, 50.0, year=2023) for code in CODES]
    figures += [figure(ONE, code, 60.0, year=2024) for code in CODES[:7]]
    figures += [figure(ONE, CODES[0], 70.0, year=2025)]
    known = slot_figures(replace(HALVES, figures=tuple(figures)), NOTHING)
    assert slot_years(known, CODES) == {ONE.id: 2024}
    assert slot_years(known, CODES, year=2023) == {ONE.id: 2023, TWO.id: 2023}
    found = valued(*figures)
    assert found[CODES[0]].found.slots[0].value == 60.0
    assert found[CODES[0]].found.slots[0].year == 2024
    assert found[CODES[9]].found.slots[0].value is None


def test_a_doubtful_published_figure_is_none():
    index = replace(HALVES, slots=(replace(ONE, indicator="tpt_agustus"), TWO))
    table = shipped_table()
    own = slot_figures(index, table)[ONE.id]
    doubtful = table.assign(confidence="low")
    assert own["63", 2025] == 4.16
    assert slot_figures(index, doubtful)[ONE.id] == {}


def test_an_index_of_kawasan_ranks_those_that_have_figures():
    figures = [
        SlotFigure(s.id, name, 2025, value, "Rekap")
        for s in IPKTRANS.slots
        for name, value in (("Cahaya Baru", 70.0), ("Sarana", 40.0))
    ]
    index = replace(entered(IPKTRANS), figures=tuple(figures))
    rows = place_values(index, NOTHING, region=SOUTH_KALIMANTAN)
    assert [(one.place, one.best_rank) for one in rows] == [("Cahaya Baru", 1), ("Sarana", 2)]
    assert place_values(entered(IPKTRANS), NOTHING, region=SOUTH_KALIMANTAN) == ()
