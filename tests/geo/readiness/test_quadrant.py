"""Readiness and need side by side: four corners by hand, and what is never placed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidQuadrant
from geo.mcda.model import RankClass
from geo.readiness.quadrant import QUADRANTS, middle_threshold, quadrant_document, quadrants
from tests.geo.small_assessments import assess_zones, make_model

# Scores of a zone (share in work, metres to a road): half of the share, half of what 10 km leave.
HIGH, LOW = (80, 4000), (20, 6000)  # 70 and 30
CORNERS = {"both": HIGH, "ready": HIGH, "needy": LOW, "neither": LOW}
NEEDS = {"both": HIGH, "ready": LOW, "needy": HIGH, "neither": LOW}
scores = st.floats(0, 100)


def readiness(zones, **asked):
    return assess_zones(zones, **asked)


def need(zones, **asked):
    return assess_zones(zones, make_model(id="butuh", kind="need"), **asked)


def test_four_zones_stand_in_four_corners():
    table = quadrants(readiness(CORNERS), need(NEEDS))
    assert {p.area_id: p.quadrant for p in table.placements} == {
        "both": "prioritas",
        "ready": "peluang",
        "needy": "siapkan",
        "neither": "pantau",
    }
    assert (table.ready_from, table.needy_from) == (50, 50)
    assert [p.area_id for p in table.zones_in("siapkan")] == ["needy"]
    corner = table.placements[1]
    assert (corner.readiness, corner.need) == (pytest.approx(70), pytest.approx(30))
    assert (corner.readiness_margin, corner.need_margin) == pytest.approx((20, -20))
    assert "Readiness 70.0 (from 50.0), need 30.0" in corner.sentence.en
    assert "Kesiapan 70,0 (batas 50,0)" in corner.sentence.id


def test_a_zone_whose_range_crosses_a_threshold_may_have_another_quadrant():
    """Near a road but with no share in work, the zone has 30 (60 without it) to 80 points."""
    zones = {"open": (None, 4000), "sure": HIGH, "low": LOW}
    ready = readiness(zones)
    placed = quadrants(ready, need(dict.fromkeys(zones, HIGH))).placements
    drawn = ready.certainty.drawn_scores[0]
    chance = float((drawn >= 50).mean())
    assert 0.1 < chance < 0.9
    assert placed[0].candidates == pytest.approx({"prioritas": chance, "siapkan": 1 - chance})
    assert placed[0].chance == pytest.approx(max(chance, 1 - chance))
    assert (placed[0].readiness_low, placed[0].readiness_high) == pytest.approx((30, 80))
    assert "Kesiapan 60,0 (rentang 30,0–80,0, batas 50,0)" in placed[0].sentence.id
    assert "Bisa juga " in placed[0].sentence.id
    assert placed[1].candidates == {"prioritas": 1.0}
    assert placed[1].sentence.en.startswith("Sure: Priority, 100%. Readiness 70.0 (from 50.0)")


def test_a_zone_has_its_likeliest_quadrant_and_names_that_of_its_scores_alone():
    """With no share in work it has the 60 points of its road alone; other zones have no share either."""
    zones = {"open": (None, 4000), "idle": (0, 9000), "low": LOW}
    ready = readiness(zones)
    chance = float((ready.certainty.drawn_scores[0] >= 50).mean())
    assert 0 < chance < 0.5
    table = quadrants(ready, need(dict.fromkeys(zones, HIGH)))
    placed = table.placements[0]
    assert (placed.readiness, placed.score_quadrant) == (pytest.approx(60), "prioritas")
    assert (placed.quadrant, placed.chance) == ("siapkan", pytest.approx(1 - chance))
    assert placed.sentence.id.startswith("Open: Siapkan, ")
    assert placed.sentence.id.endswith("Menurut skornya saja: Prioritas.")
    assert placed.sentence.en.endswith("By its scores alone: Priority.")
    assert (len(table.zones_in("prioritas")), len(table.zones_in("siapkan"))) == (0, 3)
    assert "saja" not in table.placements[1].sentence.id


def test_a_priority_comes_first_only_if_it_passes_the_constraints_that_nothing_could_check():
    open_ones, checked = (
        [p.sentence for p in quadrants(one, need(NEEDS)).placements]
        for one in (readiness(CORNERS, unchecked=tuple(CORNERS)), readiness(CORNERS))
    )
    assert open_ones[0].id.endswith(
        "Dahulukan hanya bila lolos syarat mutlak yang belum diperiksa: Curam."
    )
    assert open_ones[0].en.endswith(
        "Begin here only if it passes the hard constraints not checked yet: Steep."
    )
    assert not any("syarat" in said.id for said in [*open_ones[1:], *checked])


def test_the_two_assessments_are_drawn_each_on_its_own():
    """The chance of a quadrant is that of being ready times that of being needy."""
    zones = {"open": (None, 4000), "high": HIGH, "low": LOW}
    pair = readiness(zones), need(zones)
    placed = quadrants(*pair).placements[0]
    ready, needy = (float((one.certainty.drawn_scores[0] >= 50).mean()) for one in pair)
    both = ready * needy, (1 - ready) * needy, ready * (1 - needy), (1 - ready) * (1 - needy)
    assert placed.chance == pytest.approx(max(both))
    assert sum(placed.candidates.values()) >= 0.9


def test_a_zone_without_a_score_says_what_it_may_be_and_an_excluded_one_nothing():
    zones = {"open": (None, 4000), "steep": HIGH, "high": HIGH, "low": LOW}
    strict = make_model(coverage_floor=0.9)
    ready = assess_zones(zones, strict, excluded=("steep",))
    placed = quadrants(ready, need(dict.fromkeys(zones, HIGH))).placements
    assert placed[0].quadrant is placed[0].score_quadrant is placed[0].chance is None
    assert set(placed[0].candidates) == {"prioritas", "siapkan"}
    assert "Kemungkinannya Prioritas, " in placed[0].sentence.id
    assert placed[1].candidates == {}
    assert placed[1].sentence.en.endswith("it is excluded in readiness.")


def test_a_score_on_the_threshold_has_reached_it():
    table = quadrants(readiness(CORNERS), need(NEEDS), ready_from=70, needy_from=30)
    assert {p.score_quadrant for p in table.placements} == {"prioritas", "siapkan"}


def test_the_threshold_is_the_middle_class_of_any_model(reference_store):
    from geo import published

    found = {
        m: middle_threshold(published.model(reference_store, m))
        for m in published.models(reference_store)
    }
    assert (found["kesiapan"], found["kebutuhan"]) == (60, 35)
    model = make_model()
    classes = [RankClass(str(bound), model.title, bound) for bound in (0, 20, 50, 60, 90)]
    bounds = [middle_threshold(replace(model, classes=tuple(classes[:n]))) for n in range(1, 6)]
    assert bounds == [0, 20, 20, 50, 50]


def test_a_zone_without_a_score_is_not_placed_and_says_in_which_of_the_two():
    zones = {"known": HIGH, "unknown": (None, None), "steep": HIGH, "new": HIGH}
    table = quadrants(
        readiness(zones, excluded=("steep",)),
        need({"known": HIGH, "unknown": HIGH, "steep": HIGH}),
    )
    assert [p.area_id for p in table.zones_in(None)] == ["unknown", "steep", "new"]
    words = [p.sentence.en for p in table.zones_in(None)]
    assert "data cover only 0% of the weight of readiness" in words[0]
    assert "excluded in readiness" in words[1]
    assert "does not have this area" in words[2]
    lacking = quadrants(readiness(zones), need(zones | {"known": (None, None)})).placements[0]
    assert lacking.quadrant is None
    assert "of the weight of need" in lacking.sentence.en
    assert lacking.readiness_margin == pytest.approx(20)


def test_a_dimension_below_its_floor_is_not_ready_whatever_the_score():
    zones = {"far": (100, 9000)}  # 55 in all, but the land is worth 10
    strict = assess_zones(zones, make_model(floor=20))
    assert quadrants(readiness(zones), need(zones)).placements[0].quadrant == "prioritas"
    placed = quadrants(strict, need(zones)).placements[0]
    assert placed.quadrant == "siapkan"
    assert "with a dimension below its floor" in placed.sentence.en


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (readiness(CORNERS), readiness(CORNERS), "not readiness and readiness"),
        (need(CORNERS), need(CORNERS), "not need and need"),
        (need(CORNERS), readiness(CORNERS), "not need and readiness"),
        (readiness(CORNERS), need(CORNERS, layer="kecamatan"), "of one layer"),
        (readiness(CORNERS), need(CORNERS, year=2024), "2025 and 2024"),
    ],
)
def test_what_cannot_stand_side_by_side_is_refused(first, second, words):
    with pytest.raises(InvalidQuadrant, match=words):
        quadrants(first, second)


def test_two_years_stand_side_by_side_when_that_is_said():
    table = quadrants(readiness(CORNERS), need(NEEDS, year=2024), any_years=True)
    assert (table.readiness_year, table.need_year) == (2025, 2024)


@pytest.mark.parametrize("threshold", [-1, 101, float("nan")])
def test_a_threshold_that_is_no_score_is_refused(threshold):
    with pytest.raises(InvalidQuadrant, match="needy_from"):
        quadrants(readiness(CORNERS), need(NEEDS), needy_from=threshold)


@given(st.lists(st.tuples(scores, scores), min_size=1, max_size=8), scores, scores)
def test_every_zone_knows_where_its_two_scores_say(pairs, ready_from, needy_from):
    first = readiness({f"z{i}": (ready, 100 * (100 - ready)) for i, (ready, _) in enumerate(pairs)})
    second = need({f"z{i}": (needy, 100 * (100 - needy)) for i, (_, needy) in enumerate(pairs)})
    table = quadrants(first, second, ready_from=ready_from, needy_from=needy_from)
    for placed in table.placements:
        is_ready = placed.readiness_margin >= -1e-9
        is_needy = placed.need_margin >= -1e-9
        expected = [["pantau", "siapkan"], ["peluang", "prioritas"]][is_ready][is_needy]
        assert placed.score_quadrant == expected
        assert placed.chance == pytest.approx(max(placed.candidates.values()))
        assert placed.candidates[placed.quadrant] == placed.chance
    assert sum(len(table.zones_in(q)) for q in QUADRANTS) == len(pairs)


def test_the_document_counts_each_quadrant():
    zones = CORNERS | {"unknown": (None, None)}
    document = quadrant_document(quadrants(readiness(zones), need(NEEDS)), "id")
    assert [(q["id"], q["count"]) for q in document["quadrants"]] == [
        ("prioritas", 1),
        ("siapkan", 1),
        ("peluang", 1),
        ("pantau", 1),
    ]
    assert document["quadrants"][1]["sentence"].startswith("Dibutuhkan tetapi belum siap")
    assert document["unplaced"] == 1
    assert document["placements"][4]["quadrant"] is None


def test_the_shipped_models_place_the_shipped_kecamatan(reference_store):
    from geo.planning.assess import assess

    pair = [
        assess(reference_store, model_id, layer="kecamatan", year=2025)
        for model_id in ("kesiapan", "kebutuhan")
    ]
    table = quadrants(*pair)
    assert len(table.placements) == 156
    assert len(table.zones_in(None)) == 156 - len(
        {r.area_id for r in pair[0].results if r.rank}
        & {r.area_id for r in pair[1].results if r.rank}
    )
    assert sum(len(table.zones_in(q)) for q in QUADRANTS) > 80


def test_siayuh_is_to_be_made_ready_though_its_score_alone_says_priority(reference_store):
    from geo.planning.assess import assess

    pair = [assess(reference_store, model_id, year=2025) for model_id in ("kesiapan", "kebutuhan")]
    table = quadrants(*pair)
    siayuh = next(p for p in table.placements if p.area_id == "siayuh")
    assert (siayuh.quadrant, siayuh.score_quadrant) == ("siapkan", "prioritas")
    for placed in table.zones_in("prioritas"):
        assert "syarat mutlak yang belum diperiksa: Kawasan hutan" in placed.sentence.id
