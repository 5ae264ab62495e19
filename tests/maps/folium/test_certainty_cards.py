"""How sure a card says a score and a class are: range, chance, ties, stripes, and where draws come from."""

from dataclasses import replace

import numpy as np
import pytest

from geo.readiness.certainty import Certainty
from maps.folium.cards import class_cards, kecamatan_cards, with_lines
from maps.folium.certainty_cards import (
    ages,
    certainty_card,
    expected_text,
    fill_of,
    how_drawn,
    range_text,
    ties_of,
)
from maps.style import HATCHED
from tests.maps.examples import MODEL, make_criterion, make_result, make_results, make_zones


def card(result, *others):
    ties = ties_of([result, *others])
    return certainty_card(result, model=MODEL, ties=ties, language="id")


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(52.9, 80.1, "52–81"), (0.0, 100.0, "0–100"), (62.4, 62.42, ""), (62.4, 62.5, "62–63")],
)
def test_whole_points_hold_the_range_and_an_exact_score_has_none(low, high, text):
    assert range_text(make_result(score_low=low, score_high=high), "id") == text


def test_an_area_that_is_not_ranked_has_its_range_and_its_likely_classes():
    delta = next(r for r in make_results() if r.area_id == "delta")
    found = card(delta)
    assert (found["range"], found["scoreAt"]) == ("18–88", None)
    assert (found["class"], found["classWords"]) == ("perlu", "perlu, 52%")
    assert found["candidates"] == {"belum": 0.1, "perlu": 0.52, "siap": 0.38}


def test_an_excluded_area_has_no_class_and_no_range():
    assert card(make_result(score=None, rank=None, status="excluded")) == {"class": None}


def test_areas_of_one_rank_are_told():
    first, second = make_result("a", rank=1), make_result("b", rank=1)
    assert card(first, second, make_result("c", rank=3))["tied"] == 1
    assert card(make_result("c", rank=3), first, second)["tied"] is None
    rows = kecamatan_cards(
        make_zones().iloc[:2].rename(index={"alfa": "a", "beta": "b"}),
        [first, second],
        model=MODEL,
        regency_names={},
        language="id",
    )
    assert rows["a"]["rank"] == "Peringkat 1 dari 2, bersama 1 lainnya"


@pytest.mark.parametrize(
    ("class_id", "chance", "is_sure"),
    [("perlu", 0.67, True), ("perlu", 0.66, False), ("siap", 0.89, False), ("siap", 0.9, True)],
)
def test_a_class_is_striped_below_two_thirds_and_the_highest_below_nine_tenths(
    class_id, chance, is_sure
):
    classes = class_cards(MODEL, "id")
    result = make_result(likely_class=class_id, class_chance=chance)
    assert fill_of(result, classes) == classes[class_id]["colour" if is_sure else "unsure"]


def test_an_area_without_enough_data_stays_hatched_however_likely_its_class_is():
    result = make_result(status="insufficient_data", score=None, rank=None, class_chance=0.99)
    assert fill_of(result, class_cards(MODEL, "id")) == HATCHED


def test_a_kecamatan_warns_as_a_zone_does_and_says_the_age_of_its_figures():
    result = make_result(
        criteria=(
            make_criterion(note="Data tahun 2021 (4 tahun)."),
            make_criterion("jalan", measure=None, title="Jarak", note="Belum ada."),
        )
    )
    rows = kecamatan_cards(
        make_zones().iloc[:1], [result], model=MODEL, regency_names={}, language="id"
    )
    assert rows["alfa"]["uncheckedNamed"] == "1 dari 2 syarat mutlak belum diperiksa (Gambut)"
    assert rows["alfa"]["ages"] == "2025 (Pengangguran)"
    assert rows["alfa"]["warnings"] == ["Pengangguran: Data tahun 2021 (4 tahun)."]
    placed, lines = with_lines(rows)
    assert lines[placed["alfa"]["ages"]] == rows["alfa"]["ages"]
    assert [lines[i] for i in placed["alfa"]["warnings"]] == rows["alfa"]["warnings"]


def test_the_oldest_figures_come_first():
    criteria = (make_criterion("a", title="A"), make_criterion("b", title="B"))
    older = make_criterion("c", title="C")
    object.__setattr__(older, "period", "Maret 2021")
    assert ages(make_result(criteria=(*criteria, older)), "en") == "March 2021 (C); 2025 (A, B)"


def test_what_was_varied_and_where_missing_values_come_from_is_said():
    found = Certainty(
        drawn_scores=np.array([[60.0, 61.0], [20.0, 21.0]]),
        class_shares=np.full((2, 3), np.nan),
        bands=np.array([1, 2]),
        ranked=np.array([True, True]),
        known_in={"lereng": 0, "jalan": 7},
        has_errors=True,
        placed=3,
    )
    titles = {"lereng": "Lereng", "jalan": "Jalan"}
    assert how_drawn(found, titles=titles, language="id") == [
        "2 simulasi; yang diubah bersama-sama: bobot, galat angka, letak 3 kawasan yang belum ada "
        "delineasinya, data yang belum ada.",
        "Nilai yang belum ada diambil acak dari nilai kawasan yang terukur, dan sebagian 1/(n + 1) "
        "merata dari terburuk sampai terbaik: Jalan (7 kawasan).",
        "Tidak terukur di kawasan mana pun, diambil acak merata dari nilai terburuk sampai terbaik: "
        "Lereng.",
        "100% pasangan kawasan dapat dibedakan pada sedikitnya 90% simulasi; daftarnya menjadi 2 "
        "kelompok.",
    ]


def test_a_score_far_from_what_the_draws_expect_says_what_they_expect():
    result = replace(make_result("alfa", name="Alfa", score=75.5, rank=1), expected_score=66.31)
    assert expected_text(result, "id").endswith("rata-rata simulasi 66,3")
    assert expected_text(replace(result, expected_score=71.0), "id") is None
    assert expected_text(replace(result, score=None), "id") is None
