"""Where the people of a gap live: zones and kecamatan with their ranges, none where none is known."""

from geo.programme.gap.behind import areas_behind
from geo.store.store import Store


def test_kotabaru_and_tanah_bumbu_hold_eight_of_the_zones_each_with_its_range(reference_store):
    found = areas_behind(reference_store, ["63.02", "63.10"], of="zones")
    assert list(found) == ["63.02", "63.10"]
    areas = [area for own in found.values() for area in own]
    assert len(areas) == 8
    assert all(a.readiness.low <= a.readiness.score <= a.readiness.high for a in areas)
    assert all(a.need.low <= a.need.high for a in areas)
    scores = [area.readiness.score for area in found["63.10"]]
    assert scores == sorted(scores, reverse=True)


def test_a_layer_that_is_not_published_holds_no_area(tmp_path):
    store = Store(tmp_path / "store")
    assert areas_behind(store, ["63.10"], of="kecamatan") == {"63.10": ()}
    store.close()
