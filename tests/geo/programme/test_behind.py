"""Where the people of a gap live: zones and kecamatan with their ranges, none where none is known."""

from geo.programme.behind import areas_behind
from geo.store.store import Store


def test_kotabaru_and_tanah_bumbu_hold_eight_of_the_zones(reference_store):
    found = areas_behind(reference_store, ["63.02", "63.10"], of="zones")
    assert list(found) == ["63.02", "63.10"]
    assert sum(map(len, found.values())) == 8


def test_each_area_says_the_range_of_its_readiness_and_need(reference_store):
    (areas,) = areas_behind(reference_store, ["63.10"], of="zones").values()
    assert all(a.readiness_low <= a.readiness_high for a in areas if a.readiness_low is not None)
    highs = [a.readiness_high for a in areas if a.readiness_high is not None]
    assert highs == sorted(highs, reverse=True)


def test_a_layer_that_is_not_published_holds_no_area(tmp_path):
    store = Store(tmp_path / "store")
    assert areas_behind(store, ["63.10"], of="kecamatan") == {"63.10": ()}
    store.close()
