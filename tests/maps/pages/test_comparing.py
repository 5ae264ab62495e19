import numpy as np
import pytest

from geo import published
from geo.errors import ZoneNotFound
from geo.planning.assess import assess
from geo.readiness.explain import why_ahead
from maps.assets import Assets
from maps.folium.cards import measure_text
from maps.pages.comparing import (
    assessments_compared,
    equal_weights,
    maps_compared,
    side_label,
    signed,
    zones_compared,
)
from maps.text import format_share
from tests.maps.examples import mostly_slope


@pytest.fixture(scope="module")
def pair(reference_folder, tmp_path_factory):
    import shutil

    from geo.store.store import Store

    folder = tmp_path_factory.mktemp("comparing") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    own = assess(store)
    equal = assess(store, weights=equal_weights(own.model))
    yield own, equal, published.layer(store, "zones"), published.layer(store, "regencies")
    store.close()


@pytest.mark.parametrize(
    ("difference", "text", "direction"),
    [
        (1.25, "+1,2", "up"),
        (-3.04, "−3,0", "down"),
        (0.04, "0,0", "same"),
        (-0.04, "0,0", "same"),
        (None, "–", "none"),
        (float("nan"), "–", "none"),
    ],
)
def test_a_difference_has_a_sign_and_a_direction(difference, text, direction):
    assert signed(difference, "id") == {"text": text, "direction": direction}


def test_equal_weights_are_of_the_top_dimensions_and_sum_to_one(pair):
    weights = equal_weights(pair[0].model)
    assert weights == dict.fromkeys(("huni", "usaha", "berkembang", "lingkungan"), 0.25)


@pytest.fixture(scope="module")
def short(pair, reference_folder, tmp_path_factory):
    """An assessment in which most zones have too little data for a rank."""
    import shutil

    from geo.store.store import Store

    folder = tmp_path_factory.mktemp("short") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    yield assess(store, weights=mostly_slope(pair[0].weights))
    store.close()


def test_the_largest_difference_stands_first_and_zones_without_one_last(pair, short):
    rows = assessments_compared(pair[0], short, language="en")["rows"]
    assert len(rows) == len(pair[0].results)
    sizes = {
        row.area_id: abs(row.score - other.score)
        for row, other in zip(pair[0].results, short.results, strict=True)
        if row.score is not None and other.score is not None
    }
    assert 0 < len(sizes) < len(rows)
    assert [r["area_id"] for r in rows][: len(sizes)] == sorted(sizes, key=lambda i: -sizes[i])
    assert {r["difference"]["direction"] for r in rows[len(sizes) :]} == {"none"}
    # The side without a score has its range and its class all the same.
    assert all(r["right"]["range"] and r["right"]["class"]["title"] for r in rows[len(sizes) :])


def test_an_assessment_beside_itself_has_no_difference(pair):
    compared = assessments_compared(pair[0], pair[0], language="en")
    assert compared["differs"] == []
    assert compared["sentence"] == "No area changed."
    assert {row["sentence"] for row in compared["rows"]} == {None}


def test_two_zones_differ_by_the_sum_of_their_criteria(pair):
    own = pair[0]
    ranked = [r for r in own.results if r.score is not None][:2]
    page = zones_compared(own, ranked[0].area_id, ranked[1].area_id, language="en")
    assert page["sentence"] == why_ahead(*ranked).sentence.en
    assert page["difference"] == signed(ranked[0].score - ranked[1].score, "en")
    shown = [row for group in page["groups"] for row in group["criteria"]]
    assert len(shown) == len(own.model.criteria)
    first = {c.title.en: c for c in ranked[0].criteria}
    for row in shown:
        known = first[row["title"]]
        assert row["measures"][0] == measure_text(known, "en")
        if known.value is None:
            assert row["points"][0] == "–"


def test_zones_without_a_rank_are_shown_without_a_verdict(short):
    page = zones_compared(short, "cahaya-baru", "angsana", language="en")
    assert page["sentence"] is None
    assert page["difference"]["direction"] == "none"
    assert page["heads"][1]["reason"]
    assert page["heads"][1]["range"]
    with pytest.raises(ZoneNotFound):
        zones_compared(short, "cahaya-baru", "atlantis", language="en")


def test_two_zones_are_told_apart_by_the_draws_and_certain_only_where_their_ranges_do_not_meet(
    pair,
):
    own = pair[0]
    drawn = own.certainty.drawn_scores
    first, second = own.position("cahaya-baru"), own.position("sebamban")
    share = float(np.mean(drawn[second] > drawn[first] + 1e-9))
    said = zones_compared(own, "cahaya-baru", "sebamban", language="id")["duel"]
    assert said["sentence"].startswith("Kawasan Transmigrasi Sebamban lebih baik daripada ")
    assert f"dalam {format_share(share, 'id', beside=0.9)} simulasi" in said["sentence"]
    assert not said["verdict"].startswith("Pasti")
    low = {r.area_id: r.score_low for r in own.results}
    high = {r.area_id: r.score_high for r in own.results}
    sure = [(a, b) for a in low for b in high if low[a] > high[b]]
    for better, other in sure[:2]:
        verdict = zones_compared(own, other, better, language="id")["duel"]["verdict"]
        assert verdict.startswith("Pasti: ")
    assert sure


def test_a_side_says_its_year_method_and_whose_weights(pair):
    assert side_label(pair[1], "equal", "en") == "2025 · Weighted sum · equal weights of dimensions"
    assert side_label(pair[1], "huni:1", "id") == "2025 · Penjumlahan terbobot · bobot pilihan Anda"


def test_two_maps_on_one_page_share_no_name(pair):
    own, equal, zones, regencies = pair
    drawn = maps_compared(
        (own, equal),
        zones,
        regencies=regencies,
        labels=("a", "b"),
        attribution="x",
        language="id",
        assets=Assets(nonce="n"),
    )
    assert len(drawn["boxes"]) == 2
    assert drawn["boxes"][0] != drawn["boxes"][1]
    assert drawn["parts"].scripts.count("Kawasan.compare.attach(") == 2
    assert drawn["parts"].scripts.count("vendor/leaflet") == 1
