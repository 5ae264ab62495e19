"""Two assessments beside each other: differences by hand, and parts that add up to the whole."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.readiness.class_words import class_words
from geo.readiness.compare import compare, comparison_document
from tests.geo.small_assessments import assess_zones, make_model

# Scores: half of the share in work and half of what is left of 10 km.
BEFORE = {"a": (80, 2000), "b": (60, 4000), "c": (40, 6000)}  # 80, 60, 40


def by_id(comparison):
    return {zone.area_id: zone for zone in comparison.zones}


def test_a_zone_rises_another_falls_and_the_third_stays():
    found = compare(assess_zones(BEFORE), assess_zones(BEFORE | {"b": (100, 1000)}))
    zones = by_id(found)
    assert (zones["b"].rank_before, zones["b"].rank_after) == (2, 1)
    assert (zones["a"].rank_before, zones["a"].rank_after) == (1, 2)
    assert zones["b"].score == pytest.approx(35)
    assert [(c.criterion, c.points) for c in zones["b"].moved_by] == [
        ("tpak", pytest.approx(20)),
        ("jalan", pytest.approx(15)),
    ]
    assert (zones["b"].criteria[1].measure_before, zones["b"].criteria[1].measure_after) == (
        4000,
        1000,
    )
    assert zones["b"].sentence.en == (
        "B rises from rank 2 to 1; its score is 60.0 → 95.0 "
        "(+35.0 points: Participation +20.0, Near a road +15.0)."
    )
    assert zones["a"].sentence.id == (
        "A berpindah dari peringkat 1 ke 2 tanpa perubahan skor; kawasan lain yang berubah."
    )
    assert zones["c"].sentence is None
    assert [zone.area_id for zone in found.moved] == ["a", "b"]
    assert found.sentence.en.startswith(
        "Areas that rise in rank: 1, that fall: 1, whose likeliest class changes: 0"
    )
    assert found.sentence.id.endswith("1 tidak berubah.")


def test_a_class_and_a_status_that_change_are_said():
    after = assess_zones(BEFORE | {"c": (60, 4000), "b": (60, 4000)}, excluded=("a",))
    zones = by_id(compare(assess_zones(BEFORE), after))
    assert "Its class is now High, 100%; before it was Low, 100%." in zones["c"].sentence.en
    assert (zones["a"].score, zones["a"].status_after) == (None, "excluded")
    assert zones["a"].sentence.id == "A berubah dari diperingkat menjadi dikecualikan."
    assert all(c.points is None for c in zones["a"].criteria)
    assert zones["b"].moved_by == ()


def test_scores_that_move_without_ranks_are_counted():
    found = compare(assess_zones(BEFORE), assess_zones(BEFORE | {"a": (82, 2000)}))
    assert found.sentence.en == (
        "Areas whose score or range changed: 1; no rank, status or likeliest class did."
    )
    assert by_id(found)["a"].sentence.id == (
        "A tetap di peringkat 1; skornya 80,0 → 81,0 (+1,0 poin: Partisipasi +1,0)."
    )
    tiny = compare(assess_zones(BEFORE), assess_zones(BEFORE | {"a": (80.02, 2000)}))
    assert "+0.01 points" in tiny.moved[0].sentence.en


def test_a_class_that_changes_by_a_floor_alone_is_said():
    zones = {"far": (100, 9000)}
    found = compare(assess_zones(zones), assess_zones(zones, make_model(floor=20)))
    assert found.moved[0].sentence.en == (
        "Far stays at rank 1 with the same score. "
        "Its class is now Low, 100%; before it was High, 90%."
    )


def test_the_class_compared_is_the_likeliest_one_and_said_as_on_every_page():
    pair = [assess_zones({"a": (share, 4500)}) for share in (46, 44)]  # 50.5 and 49.5
    zone = compare(*pair).zones[0]
    results = [found.result("a") for found in pair]
    assert (zone.class_before, zone.class_after) == tuple(r.likely_class for r in results)
    said = tuple(class_words(r, pair[0].model) for r in results)
    assert (zone.class_words_before, zone.class_words_after) == said
    assert [r.rank_class for r in results] == ["tinggi", "rendah"]
    moved = zone.class_before != zone.class_after
    assert ("class" in zone.sentence.en) == moved


def test_a_likeliest_class_that_moves_inside_the_same_words_says_so():
    """With (0..100, 4900) a share missing leaves 25.5 to 75.5: either class, whichever is likelier."""
    one = assess_zones({"a": (None, 4900), "b": (70, 4900)}).result("a")
    other = replace(
        one,
        likely_class="rendah" if one.likely_class == "tinggi" else "tinggi",
        class_chance=0.52,
        class_candidates={"rendah": 0.5, "tinggi": 0.5},
    )
    one = replace(one, class_chance=0.52, class_candidates={"rendah": 0.5, "tinggi": 0.5})
    pair = [assess_zones({"a": (None, 4900), "b": (70, 4900)}) for _ in range(2)]
    for found, result in zip(pair, (one, other), strict=True):
        found.__dict__["results"] = (result,)
    zone = compare(*pair).zones[0]
    assert "Its class is still Low or High, but the likeliest one moves from" in zone.sentence.en


def test_a_range_that_moves_without_a_score_is_said():
    """A missing measure of half the weight leaves 0 to 50 points more; of 0.6 of it, 0 to 60."""
    zones = {"a": (None, 2000), "b": (60, 4000)}
    strict = make_model(coverage_floor=0.9)
    wider = assess_zones(zones, strict, weights={"tpak": 0.6, "jalan": 0.4})
    found = by_id(compare(assess_zones(zones, strict), wider))["a"]
    assert found.sentence.id.startswith(
        "A tetap data belum memadai. Rentang skornya 40,0–90,0 → 32,0–92,0."
    )
    assert (found.score_low_before, found.score_high_after) == pytest.approx((40, 92))


def test_a_measure_that_was_missing_shifts_the_weight_of_the_others():
    before = assess_zones(BEFORE | {"a": (None, 2000)})
    zone = by_id(compare(before, assess_zones(BEFORE)))["a"]
    assert {c.criterion: c.points for c in zone.criteria} == pytest.approx(
        {"tpak": 40, "jalan": -40}
    )
    assert zone.score == pytest.approx(0)
    assert zone.criteria[0].measure_before is None
    assert zone.sentence.en.endswith(
        "Without data before: Participation; so what is known changed as well."
    )
    lost = by_id(compare(assess_zones(BEFORE), before))["a"]
    assert "Kini tanpa data: Partisipasi" in lost.sentence.id


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"year": 2024}, "Year: 2025 → 2024"),
        ({"scenario": "jalan"}, "Scenario: no scenario → jalan."),
        ({"weights": {"tpak": 0.4, "jalan": 0.6}}, "The weights differ."),
        ({"method": "owa"}, "compare the ranks"),
        ({"method": "owa", "risk": 0.2}, "Risk: 0.5 → 0.2."),
    ],
)
def test_what_went_in_differently_is_said(asked, words):
    found = compare(assess_zones(BEFORE), assess_zones(BEFORE, **asked))
    assert found.incomparable == ()
    assert words in " ".join(text.en for text in found.differs)


def test_two_methods_are_compared_zone_by_zone():
    found = compare(
        assess_zones({"a": (90, 8000)}), assess_zones({"a": (90, 8000)}, method="limiting_factor")
    )
    assert by_id(found)["a"].score == pytest.approx(20 - 55)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (assess_zones(BEFORE, make_model(id="lain")), "'uji' and 'lain'"),
        (assess_zones(BEFORE, layer="kecamatan"), "'zones' and 'kecamatan'"),
    ],
)
def test_two_models_or_layers_are_not_compared(other, words):
    found = compare(assess_zones(BEFORE), other)
    assert found.zones == ()
    assert words in found.sentence.en
    assert found.sentence.en.startswith("Not comparable")


def test_a_zone_of_one_of_the_two_is_listed():
    found = compare(
        assess_zones({"a": (1, 1), "b": (1, 1)}), assess_zones({"b": (1, 1), "c": (1, 1)})
    )
    assert (found.only_before, found.only_after) == (("a",), ("c",))
    assert [zone.area_id for zone in found.zones] == ["b"]


cells = st.tuples(
    st.one_of(st.none(), st.floats(0, 100)), st.one_of(st.none(), st.floats(0, 10_000))
)
methods = st.sampled_from(["weighted_sum", "owa", "topsis", "limiting_factor", "promethee"])


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=6), st.floats(0.01, 0.99), methods)
def test_differences_of_criteria_add_up_to_that_of_the_score(pairs, weight, method):
    weights = {"tpak": weight, "jalan": 1 - weight}
    before = assess_zones({f"z{i}": old for i, (old, _) in enumerate(pairs)})
    after = assess_zones(
        {f"z{i}": new for i, (_, new) in enumerate(pairs)}, weights=weights, method=method
    )
    for zone in compare(before, after).zones:
        if zone.score_before is None or zone.score_after is None:
            assert zone.score is None
            continue
        assert zone.score == sum(c.points for c in zone.criteria)
        assert zone.score == pytest.approx(zone.score_after - zone.score_before, abs=1e-9)


@given(st.lists(cells, min_size=1, max_size=6))
def test_an_assessment_beside_itself_has_no_difference(rows):
    one = assess_zones({f"z{i}": row for i, row in enumerate(rows)})
    found = compare(one, one)
    assert (found.moved, found.differs) == ((), ())
    assert len(found.zones) == len(rows)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=6))
def test_turned_round_every_difference_has_the_other_sign(pairs):
    first, second = (
        assess_zones({f"z{i}": pair[side] for i, pair in enumerate(pairs)}) for side in (0, 1)
    )
    for forth, back in zip(compare(first, second).zones, compare(second, first).zones, strict=True):
        assert forth.score is None if back.score is None else forth.score == -back.score


def test_the_document_holds_what_moved_in_one_language():
    found = compare(assess_zones(BEFORE), assess_zones(BEFORE | {"b": (100, 1000)}))
    document = comparison_document(found, "id")
    assert [zone["area_id"] for zone in document["zones"]] == ["a", "b"]
    assert document["zones"][1]["moved_by"] == ["tpak", "jalan"]
    assert document["zones"][1]["criteria"][0]["title"] == "Partisipasi"
    assert document["unmoved"] == 1
    assert document["sentence"].startswith("1 kawasan naik")
