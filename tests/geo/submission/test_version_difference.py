"""Two versions differ in what both hold: figures one by one, cells by their values, or a sentence says why not."""

import numpy as np
import pytest

from geo.errors import DifferenceNotReady
from geo.planning.publish import publish_table
from geo.published import read_indicators
from geo.store.store import Provenance, Store
from geo.submission import version_difference as module
from geo.submission.version_difference import version_difference

BY = Provenance("tester", "test", "made by hand", "CC0-1.0")


def test_figures_are_told_one_by_one_with_both_values(reference_store):
    store = reference_store
    before = store.version("indicators")
    table = read_indicators(before.path).copy()
    changed, gone = table.index[5], table.index[7]
    table.loc[changed, "value"] += 1.5
    table.loc[table.index[9], "note"] = "diperiksa lagi"
    expected = table.loc[changed]
    after = publish_table(store, table.drop(gone), BY, expected=before.number)

    found = version_difference(store, before, after)
    counts = found["counts"]
    assert (counts["added"], counts["removed"], counts["changed"]) == (0, 1, 2)
    assert counts["unchanged"] == len(table) - 3
    by_way = {(one["way"], *one["also"]): one for one in found["figures"]}
    one = by_way["changed",]
    assert (one["regency_code"], one["period"]) == (expected["regency_code"], expected["period"])
    assert one["after"] - one["before"] == pytest.approx(1.5)
    assert by_way["removed",]["after"] is None
    assert by_way["changed", "note"]["before"] == by_way["changed", "note"]["after"]
    assert found["catalogue_changed"] is False
    # What was found is kept by the content of both.
    assert len(list(store.folder.glob("prepared/difference-*"))) == 1
    assert version_difference(store, before, after) == found


@pytest.fixture
def rasters(make_raster, tmp_path):
    """What publishes a raster of cells as the next version."""
    store = Store(tmp_path / "store")

    def publish(cells, year, cell=0.05):
        path = make_raster(
            np.array(cells, dtype="float32"),
            cell=cell,
            origin=(114.2, -1.1),
            crs="EPSG:4326",
            nodata=-1,
        )
        details = {"unit": "m", "year": year}
        return store.publish(
            "land-uji", "raster", path, suffix=".tif", provenance=BY, details=details
        )

    yield store, publish
    store.close()


def test_cells_of_one_grid_are_counted_and_of_another_grid_it_is_said(rasters):
    store, publish = rasters
    first = publish([[1, 2, -1], [4, 5, 6]], "2020")
    second = publish([[1, 3, 7], [-1, 5, 6]], "2024")
    coarser = publish([[1, 3], [5, 6]], "2025", cell=0.1)

    found = version_difference(store, first, second)
    assert found["counts"] == {"added": 1, "removed": 1, "changed": 1, "unchanged": 3}
    assert [found["raster"][side]["year"] for side in ("before", "after")] == ["2020", "2024"]
    assert found["raster"]["after"]["unit"] == "m"
    other = version_difference(store, second, coarser)
    assert other["counts"] == {}
    assert other["why_not"]["id"].startswith("Sel kedua raster tidak sama")
    same = version_difference(store, second, second)
    assert same["why_not"]["en"] == "The content of both versions is the same."


def test_what_is_too_large_or_must_wait_is_told_and_not_compared(rasters, monkeypatch):
    store, publish = rasters
    first, second = publish([[1, 2]], "2020"), publish([[1, 3]], "2021")
    with module._comparing, pytest.raises(DifferenceNotReady):
        version_difference(store, first, second, patience_s=0)
    monkeypatch.setattr(module, "_MOST_CELLS", 1)
    told = version_difference(store, first, second)
    assert told["counts"] == {}
    assert "2 sel" in told["why_not"]["id"]
