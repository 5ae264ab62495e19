"""The gap in points and in people, its verdict, and what is said where nothing can be judged."""

from dataclasses import replace

import pytest

from geo.errors import IndicatorNotFound
from geo.indicators.series import SeriesBreak
from geo.language import Text
from geo.programme.denominators import people_in_words
from geo.programme.gap.gaps import gaps
from geo.programme.gap.standing import gap_in_words
from geo.programme.targets import target_in_words, targets_of
from tests.geo.programme.shipped_targets import (
    POVERTY,
    TABALONG,
    TPT,
    make_targets,
    shipped_catalogue,
    shipped_table,
)
from tests.regions import SOUTH_KALIMANTAN


def gaps_of(
    indicator="tpt_agustus", targets=(TPT, POVERTY, TABALONG), table=None, catalogue=None, **asked
):
    return gaps(
        shipped_table() if table is None else table,
        catalogue or shipped_catalogue(),
        make_targets(*targets),
        indicator=indicator,
        region=SOUTH_KALIMANTAN,
        **asked,
    )


def regency(found, code):
    return next(gap for gap in found.regencies if gap.region == code)


def test_four_regencies_carry_the_gap_in_people():
    found = gaps_of()
    carried = {gap.region: round(gap.people_near, -2) for gap in found.behind}
    assert carried == {"63.71": 8500, "63.10": 3900, "63.02": 3200, "63.72": 1200}
    assert found.people_behind == pytest.approx(16_700, abs=50)


def test_the_province_nets_those_who_are_better_off():
    found = gaps_of()
    assert found.province.people_near == pytest.approx(0.0019 * 2_240_000)
    assert found.province.people_near < found.people_behind


@pytest.mark.parametrize(
    ("indicator", "parts"),
    [
        # By hand: in 2024 the province was (4.11 - 2.62) % x 4,305,281 = 64,100 short.
        ("p0_persen_miskin_maret", (1500, 11_600, 400)),
        ("tpt_agustus", (12_000, 0, 400)),
    ],
)
def test_what_the_province_nets_is_divided_by_its_causes(indicator, parts):
    found = gaps_of(indicator)
    own = found.netting
    said = (own.by_better, own.by_years, own.by_rest)
    assert tuple(round(people, -2) for people in said) == parts
    assert sum(said) == pytest.approx(found.people_behind - found.province.people_near)


def test_what_own_targets_ask_for_less_is_a_part_of_what_the_province_nets():
    """Banjarmasin at 6.49%: 5.00% of its own asks for 1.03 points less than 3.97% of the province."""
    soft = ("tpt_agustus", "63.71", 2029, None, 5.0, "rpjmd", "down")
    found = gaps_of(targets=(TPT, soft), yardstick="either")
    own, common = found.netting, gaps_of().netting
    people = found.denominator.people["63.71"]
    assert (common.by_yardstick, own.by_yardstick) == (0, pytest.approx(-0.0103 * people))
    assert (own.by_better, own.by_rest) == pytest.approx((common.by_better, common.by_rest))
    parts = own.by_yardstick + own.by_better + own.by_years + own.by_rest
    assert parts == pytest.approx(found.people_behind - found.province.people_near)


def test_there_are_no_shares_where_some_have_no_target():
    found = gaps_of(year=2026)
    # A sum over all is missing where one is: what is known of some stands apart.
    assert (found.people_behind, found.people_known) == (None, pytest.approx(50, abs=20))
    assert {gap.share for gap in found.regencies} == {None}
    assert gaps_of(year=2028).people_known is None


def test_a_pace_that_leads_exactly_to_the_target_is_on_track():
    # By hand: 4.16 - 4 x 0.075 = 3.86, which floats make 3.860000000000001.
    target = ("tpt_agustus", "63", 2029, None, 3.86, "renja", "down")
    found = gaps_of(targets=(target,), window_years=2).province
    assert (found.projected, found.verdict) == (3.86, "on_track")


PAST = (
    ("tpt_agustus", "63.71", 2024, 1.0, 2.0, "renja", "down"),
    ("tpt_agustus", "63.02", 2025, 5.0, 6.0, "renja", "down"),
)


def test_a_target_whose_year_has_passed_is_judged_by_the_figure_of_that_year():
    found = regency(gaps_of(targets=PAST, year=2024), "63.71")
    # The figure of 2025 is 6.49.
    assert (found.value, found.year, found.points_near) == (6.56, 2024, pytest.approx(4.56))
    assert (found.verdict, found.projected, found.is_passed) == ("missed", None, True)
    assert found.reasons[0].id == (
        "Tahun target sudah lewat: 6,56% (Agustus 2024), batas target 2,00% tidak tercapai."
    )
    assert regency(gaps_of(targets=PAST, year=2025), "63.02").verdict == "met"
    table = shipped_table()
    is_2024 = (table["regency_code"] == "63.71") & (table["year"] == 2024)
    lacking = regency(gaps_of(targets=PAST, year=2024, table=table[~is_2024]), "63.71")
    assert (lacking.value, lacking.points_near, lacking.verdict) == (None, None, "not_assessable")
    assert "angka 2024 belum ada" in lacking.reasons[0].id


def test_a_pace_the_wrong_way_is_not_told_as_progress():
    target = ("tpt_agustus", "63.06", 2029, None, 2.1, "rkpd", "down")
    (reason,) = regency(gaps_of(targets=(target,)), "63.06").reasons
    assert "(naik 0,040 poin persen per tahun) justru menjauh dari target: bila" in reason.id


def test_all_are_held_against_one_yardstick_unless_another_is_chosen():
    soft = ("tpt_agustus", "63.71", 2029, 5.0, 5.5, "rkpd", "down")
    usual, chosen = (gaps_of(targets=(TPT, soft), yardstick=one) for one in (None, "either"))
    assert (usual.yardstick, usual.is_one_yardstick) == ("province", True)
    assert usual.regencies[0].region == "63.71"
    assert not chosen.is_one_yardstick
    assert regency(chosen, "63.71").target.most == 5.5
    # Where the province has none of that year each has its own.
    assert gaps_of(year=2026).yardstick == "either"


def test_no_total_of_the_province_is_named_where_it_has_no_target():
    found = gaps_of("penganggur_agustus")
    assert {gap.reasons[0].id for gap in (found.province, *found.regencies)} == {
        "Belum ada target; kantor yang mengisinya."
    }
    of_level = gaps_of(level="renja", year=2029).province.reasons[0].id
    assert of_level == "Belum ada target tingkat Renja untuk 2029."


GROWTH = ("pertumbuhan_ekonomi", "63", 2029, 8.0, None, "rpjmn", "up")


def test_what_is_itself_a_yearly_change_has_a_gap_and_no_verdict():
    found = gaps_of("pertumbuhan_ekonomi", targets=(GROWTH,)).province
    assert found.points_near == pytest.approx(1.8)
    assert (found.past, found.projected, found.needed_a_year, found.path) == (None, None, None, ())
    assert {view.verdict for view in found.windows} == {found.verdict} == {"not_assessable"}
    assert "sendiri sudah perubahan" in found.reasons[0].id


def test_the_target_of_the_nation_is_nobodys_own():
    found = gaps_of("pertumbuhan_ekonomi", targets=(GROWTH,))
    assert {gap.whose for gap in (found.province, *found.regencies)} == {"nation"}
    assert not found.province.is_own_target
    assert "dari target nasional" in gap_in_words(found.province, found.indicator).id


def test_remarks_on_the_figures_of_a_verdict_stand_with_it():
    (remark,) = gaps_of().province.notes
    assert remark.id.startswith("Angka Agustus 2022 (4,74%): “Turunan: 4,31 pada Agustus 2023")
    # By the two newest years the derived figure carries nothing.
    assert gaps_of(window_years=2).province.notes == ()
    (poverty,) = gaps_of("p0_persen_miskin_maret").province.notes
    assert "Maret 2025 (3,84%)" in poverty.id


def test_a_window_over_a_year_without_a_figure_names_it():
    found = regency(gaps_of(window_years=4), "63.72")
    assert found.past.lacking == (2022,)
    assert "perubahan 2021–2025 tanpa 2022 (" in found.reasons[-1].id


def test_shares_add_up_to_one_and_sort_the_regencies():
    found = gaps_of()
    shares = [gap.share for gap in found.regencies]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)


def test_the_province_by_three_years_reaches_its_target():
    found = gaps_of().province
    assert found.projected == pytest.approx(3.39, abs=0.005)
    assert (found.verdict, found.needed_a_year) == ("on_track", pytest.approx(-0.0475))
    assert found.path[0] == (2025, 4.16)
    assert found.path[-1] == (2029, pytest.approx(3.97))


def test_poverty_by_the_same_window_falls_short():
    found = gaps_of("p0_persen_miskin_maret").province
    assert (round(found.projected, 2), found.verdict) == (2.97, "off_track")


def test_other_windows_stand_beside_the_one_that_decides():
    found = {view.window_years: round(view.projected, 2) for view in gaps_of().province.windows}
    assert found == {2: 3.86, 3: 3.39, 4: 3.39}


def test_a_target_of_its_own_holds_in_its_own_year_only():
    found = regency(gaps_of(), "63.09")
    assert (found.is_own_target, found.target.region) == (False, "63")
    assert [target.year for target in found.others] == [2026]
    own = regency(gaps_of(year=2026), "63.09")
    assert (own.is_own_target, own.points_near) == (True, pytest.approx(0.04))
    assert regency(gaps_of(year=2026), "63.71").verdict == "not_assessable"


def test_a_proposal_is_held_against_only_when_asked_for():
    proposal = ("tpt_agustus", "63.71", 2029, 5.0, 5.0, "usulan", "down")
    by_plan = regency(gaps_of(targets=(TPT, proposal)), "63.71")
    assert by_plan.target.most == 3.97
    by_proposal = regency(gaps_of(targets=(TPT, proposal), level="usulan"), "63.71")
    assert (by_proposal.target.most, by_proposal.is_own_target) == (5.0, True)


def test_a_doubtful_newest_figure_is_not_judged():
    found = regency(gaps_of("p0_persen_miskin_maret"), "63.07")
    assert (found.value, found.year, found.verdict) == (5.81, 2024, "not_assessable")
    assert "Maret 2025" in found.reasons[0].id
    assert any("5,03%" in caveat.id for caveat in found.caveats)


def test_no_verdict_over_a_break():
    known = shipped_catalogue()
    counted = (SeriesBreak(2025, Text(id="sampel baru", en="new sample")),)
    known = known | {"tpt_agustus": replace(known["tpt_agustus"], breaks=counted)}
    found = gaps_of(catalogue=known).province
    assert (found.past, found.projected, found.verdict) == (None, None, "not_assessable")
    assert "terbuka (Agustus) dihitung lain sejak 2025: sampel baru" in found.reasons[0].id


def test_the_caveat_of_small_samples_stands_with_every_verdict():
    found = gaps_of()
    caveat = shipped_catalogue()["tpt_agustus"].caveat
    assert all(caveat in gap.caveats for gap in (found.province, *found.regencies))


def test_a_total_of_the_province_is_no_target_of_a_regency():
    desa = ("idm_desa_mandiri", "63", 2029, 900.0, None, "rpjmd", "up")
    found = gaps_of("idm_desa_mandiri", targets=(desa,))
    assert found.province.points_near == pytest.approx(89)
    assert {gap.target for gap in found.regencies} == {None}


def test_without_targets_there_is_no_gap_and_the_office_is_asked():
    found = gaps_of("sanitasi_layak")
    assert (found.year, found.end_years, found.province.points_near) == (None, (), None)
    assert found.province.verdict == "not_assessable"
    assert gap_in_words(found.province, found.indicator) is None


def test_a_region_without_a_figure_is_missing_and_stands_last():
    table = shipped_table()
    lost = (table["indicator"] == "tpt_agustus") & (table["regency_code"] == "63.71")
    found = gaps_of(table=table[~lost])
    assert found.regencies[-1].region == "63.71"
    assert (found.regencies[-1].value, found.regencies[-1].people_near) == (None, None)


def test_an_unknown_indicator_is_not_found():
    with pytest.raises(IndicatorNotFound):
        gaps_of("tpt_juli")


def test_a_share_is_never_projected_below_nothing():
    steep = shipped_table().copy()
    rows = (steep["indicator"] == "tpt_agustus") & (steep["regency_code"] == "63")
    steep.loc[rows & (steep["year"] == 2022), "value"] = 9.0
    assert gaps_of(table=steep).province.projected == 0


def test_sentences_say_figure_period_target_and_verdict():
    found = regency(gaps_of(), "63.10")
    assert gap_in_words(found, shipped_catalogue()["tpt_agustus"]).id == (
        "Tingkat pengangguran terbuka (Agustus): 6,05% (Agustus 2025), masih 2,08 poin persen atau "
        "sekitar 3.900 orang dari target provinsi, 3,27–3,97% pada 2029 (RPJMD); menyimpang."
    )


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((3.27, 3.97), "3,27–3,97% pada 2029 (RPJMD)"),
        ((None, 3.97), "paling tinggi 3,97% pada 2029 (RPJMD)"),
        ((3.27, None), "paling rendah 3,27% pada 2029 (RPJMD)"),
        ((3.97, 3.97), "3,97% pada 2029 (RPJMD)"),
    ],
)
def test_a_range_is_said_by_its_ends(ends, said):
    row = (*TPT[:3], *ends, *TPT[5:])
    target = targets_of(make_targets(row))[0]
    assert target_in_words(target, shipped_catalogue()["tpt_agustus"]).id == said


@pytest.mark.parametrize(
    ("people", "said"), [(16_696, "16.700 orang"), (53, "50 orang"), (3, "kurang dari 10 orang")]
)
def test_people_are_said_as_an_estimate_allows(people, said):
    assert people_in_words(people).id == said
