"""What a region's pages say of its targets: its own and the province's, each with its document."""

from geo.programme.gap.standing import standings


def test_a_regency_stands_against_its_own_targets_and_the_provinces(reference_store):
    found = standings(reference_store, "63.09")
    said = [(one.indicator, one.gap.target.year, one.gap.is_own_target) for one in found]
    assert ("tpt_agustus", 2026, True) in said
    assert ("tpt_agustus", 2029, False) in said
    assert all(one.gap.target.document and one.gap.target.source for one in found)
    (kotabaru, *_) = standings(reference_store, "63.02")
    assert "sekitar 3.200 orang dari target provinsi, 3,27–3,97%" in kotabaru.sentence.id
    assert kotabaru.beside.id == (
        "Kalimantan Selatan: 4,16% (Agustus 2025), masih 0,19 poin persen atau sekitar 4.300 orang; "
        "di jalur."
    )
    # The sentence says whose target it is; no remark says it again.
    assert not any("target" in remark.id for remark in kotabaru.remarks)


def test_a_regency_without_a_figure_is_told_so_beside_the_provinces(reference_store):
    found = standings(reference_store, "63.02")
    growth = next(one for one in found if one.indicator == "pertumbuhan_ekonomi")
    assert not growth.is_own_figure
    assert growth.sentence.id.startswith(
        "Pertumbuhan ekonomi: 6,20% (2025), masih 1,80 poin persen dari target nasional"
    )
    said = "Ini angka Kalimantan Selatan; Kabupaten Kotabaru belum punya angka sendiri."
    assert growth.sentence.id.endswith(said)
    tabalong = standings(reference_store, "63.09")
    (own,) = [one for one in tabalong if one.gap.target.year == 2026 and not one.is_own_figure]
    assert "untuk dibandingkan dengan targetnya, 6,75–6,86% pada 2026 (RKPD)" in own.sentence.id


def test_no_region_is_made_up(reference_store):
    assert standings(reference_store, "99.01") == ()
