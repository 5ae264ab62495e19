"""The desa of an area and their index: shares by hand, the ministry's means, what has no index."""

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.indicators.villages import Villages, desa_of, status_of, village_profiles

X, Y = 500_000.0, 9_600_000.0
INDEX = {"iks": 0.6, "ike": 0.3, "ikl": 0.9, "idm": 0.6}


@pytest.fixture
def villages(make_layer, square):
    """Three desa and a kelurahan of 10 km side by side; .2004 is on the list and has no outline."""
    desa = make_layer(
        {
            "63.01.01.2001": square(X, Y, 10_000),
            "63.01.01.2002": square(X + 10_000, Y, 10_000),
            "63.01.01.2003": square(X + 20_000, Y, 10_000),
            "63.01.01.1001": square(X + 30_000, Y, 10_000),
        }
    ).to_crs("EPSG:4326")
    rows = {
        "63.01.01.2001": INDEX,
        "63.01.01.2002": {"iks": 0.9, "ike": 0.6, "ikl": 0.9, "idm": 0.8},
        "63.01.01.2003": dict.fromkeys(INDEX, np.nan),
        "63.01.01.2004": {"iks": 0.9, "ike": 0.9, "ikl": 0.9, "idm": 0.9},
    }
    figures = pd.DataFrame.from_dict(rows, orient="index").assign(year=2024, source="Kementerian")
    return Villages(desa, figures)


@pytest.fixture
def profile_of(make_layer, villages):
    def profile(area_id, shape, **columns):
        area = make_layer({area_id: shape}, **columns).to_crs("EPSG:4326")
        return village_profiles(desa_of(area, villages)).get(area_id)

    return profile


@pytest.mark.parametrize(
    ("idm", "status"),
    [
        (0.4907, "sangat_tertinggal"),
        (0.5989, "tertinggal"),
        (0.7072, "berkembang"),
        (0.8155, "maju"),
        (0.8156, "mandiri"),
    ],
)
def test_a_status_ends_on_the_ministrys_border(idm, status):
    assert status_of(idm) == status


def test_a_zone_has_the_mean_of_its_desa_by_area(profile_of):
    found = profile_of("zona", shapely.box(X + 7_000, Y, X + 11_000, Y + 4_000))
    assert (found.desa, found.scored, found.kelurahan) == (2, 2, 0)
    assert found.means["ike"] == pytest.approx(0.75 * 0.3 + 0.25 * 0.6, abs=1e-3)
    assert found.scored_share == pytest.approx(1)
    assert found.statuses == {"maju": 1, "berkembang": 1}


def test_what_has_no_index_is_counted_and_never_graded(profile_of):
    found = profile_of("zona", shapely.box(X + 15_000, Y, X + 40_000, Y + 4_000))
    assert (found.desa, found.scored, found.kelurahan) == (2, 1, 1)
    assert found.scored_share == pytest.approx(0.2, abs=1e-3)
    assert found.means["idm"] == pytest.approx(0.8)


def test_a_kecamatan_has_the_plain_mean_of_its_own_desa_with_and_without_an_outline(profile_of):
    found = profile_of("63.01.01", shapely.box(X, Y, X + 1, Y + 1))
    assert (found.desa, found.scored, found.kelurahan) == (4, 3, 1)
    assert found.means["ike"] == pytest.approx((0.3 + 0.6 + 0.9) / 3)
    assert found.scored_share == pytest.approx(0.5, abs=1e-3)
    assert found.undrawn == 1
    assert "1 of them have no outline in these data" in found.sentence.en


def test_a_point_has_the_desa_that_its_source_names_else_the_one_that_holds_it(profile_of):
    point = shapely.Point(X + 100, Y + 100)
    assert profile_of("titik", point).means["idm"] == 0.6
    named = profile_of("titik", point, name=["titik"], place_codes=["63.01.01.2002 63.01.01.2004"])
    assert named.means["idm"] == pytest.approx(0.85)
    assert profile_of("titik", shapely.Point(X - 9_000, Y)) is None


def test_an_area_of_kelurahan_alone_has_no_mean_and_says_why(profile_of):
    found = profile_of("kota", shapely.box(X + 31_000, Y, X + 39_000, Y + 4_000))
    assert (found.desa, found.means, found.sources) == (0, {}, ())
    assert "no IDM" in found.sentence.en


def test_the_sentence_says_counts_statuses_means_share_and_source(profile_of):
    said = profile_of("63.01.01", shapely.box(X, Y, X + 1, Y + 1)).sentence.id
    for part in ("4 desa + 1 kelurahan", "1 mandiri", "1 maju", "1 berkembang", "0,600", "50%"):
        assert part in said
    assert said.endswith("Sumber: Kementerian.")


def test_the_shipped_kecamatan_have_the_ministrys_means(reference_store):
    """Printed in the ministry's list of 2024, rounded to three digits."""
    from geo.planning.area_facts import area_facts

    facts = area_facts(reference_store, "kecamatan")
    means = {code: facts[code].villages.means for code in ("63.03.17", "63.08.09", "63.02.13")}
    assert [round(m["ike"], 3) for m in means.values()] == [0.492, 0.502, 0.504]
    assert round(facts["63.08.01"].villages.means["ikl"], 3) == 0.983
    assert sum(f.villages.scored > 0 for f in facts.values()) == 146
    lacking = {code for code, f in facts.items() if f.villages.scored_share < 0.5}
    assert len(lacking) == 11
    assert {code for code in lacking if code[:5] not in ("63.71", "63.72")} == {"63.05.04"}


def test_no_desa_of_the_ministry_is_lost(reference_store):
    from geo import published

    idm = published.layer(reference_store, "idm")
    assert len(idm) == 1_872
    assert int(idm.geometry.isna().sum()) == 8
    assert idm.loc["63.10.04.2027", "idm"] == 0.7337
    assert desa_of(idm.iloc[:0], published.read_villages(*_paths(reference_store))).empty


def _paths(store):
    return [store.version(name).path for name in ("desa", "idm")]
