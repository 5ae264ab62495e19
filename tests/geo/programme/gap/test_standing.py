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
    # No regency publishes its growth: nothing is said of it.
    assert "pertumbuhan_ekonomi" not in [one.indicator for one in found]
    assert standings(reference_store, "99.01") == ()
