"""What the page of the gap says of those who carry it."""

from geo.programme.gap.gaps import gaps
from maps.programme.gap.page import gap_page
from tests.geo.programme.shipped_targets import make_targets, shipped_catalogue, shipped_table
from tests.regions import SOUTH_KALIMANTAN


def carried(most, language="id"):
    """The standing sentence where all regencies are held against one bound of unemployment."""
    targets = make_targets(("tpt_agustus", "63", 2029, None, most, "rpjmd", "down"))
    catalogue = shipped_catalogue()
    asked = {"indicator": "tpt_agustus", "region": SOUTH_KALIMANTAN}
    found = gaps(shipped_table(), catalogue, targets, **asked)
    said = gap_page(found, catalogue=catalogue, targets=targets, level=None, language=language)
    return found, said["carried"]


def test_those_behind_who_are_not_named_are_counted_with_their_people():
    found, said = carried(2.5)
    rest = len(found.behind) - 4
    assert rest > 1
    share = sum(gap.share for gap in found.behind[4:])
    assert f"dan {rest} lainnya " in said
    assert f"({100 * share:.0f}%)." in said
    assert f"and {rest} others " in carried(2.5, "en")[1]


def test_a_fifth_is_named():
    found, said = carried(3.7)
    assert len(found.behind) == 5
    assert all(gap.title.id in said for gap in found.behind)
    assert "lainnya" not in said
