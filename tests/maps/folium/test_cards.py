import pytest

from geo.language import Text
from geo.readiness.score import ConstraintResult
from maps.folium.cards import (
    constraint_row,
    criterion_row,
    geometry_sentence,
    reason_unranked,
    regency_cards,
    zone_cards,
)
from tests.maps.examples import (
    LONG,
    MODEL,
    make_criterion,
    make_indicator,
    make_regencies,
    make_result,
    make_results,
    make_zones,
)

NAMES = {"63.01": "Kabupaten Tanah Laut", "63.02": "Kabupaten Kotabaru"}


def cards(language: str = "id") -> dict:
    return zone_cards(
        make_zones(),
        make_results(),
        model=MODEL,
        regency_names=NAMES,
        language=language,
    )


def test_a_ranked_zone_shows_score_rank_class_and_coverage() -> None:
    card = cards()["alfa"]
    assert (card["score"], card["rank"], card["class"]) == ("62,4", "Peringkat 1 dari 2", "siap")
    assert (card["coverage"], card["area"]) == ("50%", "61.147,7 ha")
    assert card["place"] == "Kabupaten Tanah Laut"


def test_zones_without_a_rank_say_why() -> None:
    assert cards()["gama"]["reason"] == "Tidak memenuhi syarat mutlak: Kawasan hutan"
    assert (
        cards("en")["delta"]["reason"]
        == "The data at hand cover only 30% of the weight of the assessment"
    )
    assert cards()["epsilon"]["status"] == "unassessed"


def test_a_missing_area_is_left_out_and_never_zero() -> None:
    assert "area" not in cards()["gama"]


def test_a_measure_that_is_an_interval_is_told_by_its_ends() -> None:
    def said(**ends: object) -> str:
        row = make_criterion(measure=1.0, **ends)
        return criterion_row(row, known_weight=0.5, regency_names=NAMES, language="id")["measure"]

    assert said(measure_low=0.0, measure_high=2.0) == "0–2%"
    assert said(measure_low=3.1, measure_high=12.4, is_placed=True) == "antara 3,1% dan 12,4%"
    assert said(measure_low=1.0, measure_high=1.0, is_placed=True) == "1%"
    shares = {"measure_low": 0.25, "measure_high": 0.5, "is_share": True}
    assert said(**shares) == "25–50%"


def test_points_are_spread_over_the_weight_that_has_data() -> None:
    known = criterion_row(make_criterion(), known_weight=0.5, regency_names=NAMES, language="id")
    assert (known["points"], known["most"]) == (30.0, 100.0)
    assert known["pointsText"] == "30,0 dari 100,0 poin"


def test_a_criterion_without_data_says_so_and_keeps_its_note() -> None:
    row = criterion_row(
        make_criterion(measure=None, note="Belum ada raster."),
        known_weight=0.5,
        regency_names=NAMES,
        language="id",
    )
    assert row["note"] == "Belum ada raster."
    assert row["pointsText"] == "bobot 50%"
    assert "measure" not in row


def test_a_zone_across_regencies_prints_their_shares() -> None:
    row = criterion_row(
        make_criterion(shares={"63.02": 0.25, "63.01": 0.75}),
        known_weight=1.0,
        regency_names=NAMES,
        language="id",
    )
    assert row["shares"] == (
        "Menurut bagian luasnya: Kabupaten Tanah Laut 75%, Kabupaten Kotabaru 25%"
    )


@pytest.mark.parametrize(
    ("low", "high", "outcome", "share"),
    [
        (0.8, 0.8, "failed", "80% dari luasnya terkena; batasnya 50%"),
        (0.0, 0.0, "passed", "0% dari luasnya terkena; batasnya 50%"),
        (0.0, 1.0, "unknown", None),
        (0.58, 1.0, "failed", "sedikitnya 58% dari luasnya terkena; batasnya 50%"),
        (0.0, 0.42, "passed", "paling banyak 42% dari luasnya terkena; batasnya 50%"),
        (0.4, 0.6, "unknown", None),
    ],
)
def test_a_limit_says_the_share_that_it_touches_or_the_side_of_it_that_decides(
    low: float, high: float, outcome: str, share: str | None
) -> None:
    constraint = ConstraintResult("laut", Text("Laut", "Sea"), low, high, 0.5, note=None)
    row = constraint_row(constraint, "id")
    assert (row["outcome"], row.get("share")) == (outcome, share)
    assert constraint.excluded_share == (low if low == high else None)


def test_a_failed_floor_is_named() -> None:
    result = make_result(floors_failed=("huni",))
    card = zone_cards(make_zones(), [result], model=MODEL, regency_names={}, language="en")["alfa"]
    assert card["reason"] == "Lowest class: Liveable below the minimum"


def test_sources_are_listed_once() -> None:
    assert cards()["alfa"]["sources"] == [LONG, "https://kalsel.bps.go.id/"]


def test_a_source_address_must_be_of_the_web() -> None:
    zones = make_zones(source_url="javascript:alert(1)")
    card = zone_cards(zones, [], model=MODEL, regency_names={}, language="id")["alfa"]
    assert "sourceUrl" not in card


@pytest.mark.parametrize("kind", ["equal_area_disc", "anything else"])
def test_an_indicative_delineation_is_named(kind: object) -> None:
    assert geometry_sentence(kind, None, "id").startswith("Delineasi indikatif")


@pytest.mark.parametrize("kind", [None, float("nan")])
def test_geometry_of_a_kind_that_nobody_stated_is_taken_as_published(kind: object) -> None:
    assert geometry_sentence(kind, None, "id").startswith("Batas menurut berkas")


def test_a_card_marks_a_geometry_that_is_not_the_zones_own() -> None:
    marks = {area_id: card.get("geometryMark") for area_id, card in cards().items()}
    assert marks == {
        "alfa": "delineasi indikatif",
        "beta": "delineasi lebih luas daripada kawasannya",
        "gama": "delineasi lebih luas daripada kawasannya",
        "delta": None,
        "epsilon": "titik lokasi (belum ada delineasi)",
    }


def test_a_coverage_below_the_floor_never_reads_as_the_floor() -> None:
    result = make_result(
        status="insufficient_data", rank=None, score=None, data_coverage=0.496, coverage_floor=0.5
    )
    card = zone_cards(make_zones(), [result], model=MODEL, regency_names={}, language="en")["alfa"]
    assert card["coverage"] == "49.6%"
    assert "49.6%" in card["reason"]


def test_geometry_says_its_method() -> None:
    assert geometry_sentence("location_only", "Titik desa.", "id").endswith(" Titik desa.")


def test_regencies_show_value_period_and_source_or_nothing() -> None:
    found = regency_cards(make_regencies(), make_indicator(), "en")
    assert found["63.01"]["value"] == "3.3%"
    assert found["63.01"]["period"] == "August 2025"
    assert found["63.01"]["name"] == "Kabupaten Tanah Laut"
    assert "value" not in found["63.03"]


def test_regencies_without_a_row_are_still_there() -> None:
    found = regency_cards(make_regencies(), make_indicator((3.3,)), "id")
    assert list(found) == ["63.01", "63.02", "63.03", "63.04"]
    assert "value" not in found["63.04"]


def test_a_zone_with_a_rank_has_no_reason() -> None:
    assert reason_unranked(make_result(), "id") is None
