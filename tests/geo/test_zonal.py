"""Zonal statistics that can be counted on the fingers."""

import numpy as np
import pytest
import rasterio
import shapely

from geo.errors import CRSMissing
from geo.zonal import zonal_class_shares, zonal_mean, zonal_share_above

X, Y = 500_000.0, 9_600_000.0  # a corner in UTM 50S


@pytest.fixture
def raster(make_raster):
    """Three by three cells of 100 m: 1 2 3 / 4 5 6 / 7 8 nodata."""
    array = np.array([[1, 2, 3], [4, 5, 6], [7, 8, -1]], dtype="float32")
    path = make_raster(array, cell=100, origin=(X, Y + 300), nodata=-1)
    with rasterio.open(path) as opened:
        yield opened


def zone(make_layer, geometry, **kw):
    return make_layer({"z": geometry}, **kw)


def at(x, y, width, height):
    return shapely.box(X + x, Y + y, X + x + width, Y + y + height)


@pytest.mark.parametrize(
    ("geometry", "mean", "cells", "valid_share"),
    [
        (at(0, 200, 100, 100), 1.0, 1.0, 1.0),
        (at(0, 200, 200, 100), 1.5, 2.0, 1.0),
        (at(50, 200, 100, 100), 1.5, 1.0, 1.0),
        (at(0, 150, 100, 100), 2.5, 1.0, 1.0),
        (at(75, 200, 100, 100), 1.75, 1.0, 1.0),  # a quarter of 1, three quarters of 2
        (at(200, 0, 100, 200), 6.0, 2.0, 0.5),  # half of it is nodata
        (at(-100, 200, 200, 100), 1.0, 2.0, 0.5),  # half of it is off the raster
        (at(200, 0, 100, 100), np.nan, 1.0, 0.0),
        (at(5000, 5000, 100, 100), np.nan, 1.0, 0.0),
    ],
)
def test_the_mean_weighs_cells_by_their_covered_share(
    make_layer, raster, geometry, mean, cells, valid_share
):
    found = zonal_mean(zone(make_layer, geometry), raster).loc["z"]
    assert found["mean"] == pytest.approx(mean, nan_ok=True)
    assert found["cells"] == pytest.approx(cells)
    assert found["valid_share"] == pytest.approx(valid_share)


def test_a_hole_does_not_count(make_layer, raster):
    holed = at(0, 100, 200, 200).difference(at(0, 200, 100, 100))  # 2 4 5
    assert zonal_mean(zone(make_layer, holed), raster).loc["z", "mean"] == pytest.approx(11 / 3)


def test_parts_of_a_zone_count_together(make_layer, raster):
    parts = shapely.MultiPolygon([at(0, 200, 100, 100), at(200, 200, 100, 100)])
    assert zonal_mean(zone(make_layer, parts), raster).loc["z", "mean"] == pytest.approx(2)


def test_overlapping_zones_each_get_their_full_statistic(make_layer, raster):
    zones = make_layer({"a": at(0, 200, 200, 100), "b": at(0, 200, 100, 100)})
    assert zonal_mean(zones, raster)["mean"].tolist() == [1.5, 1.0]


def test_points_and_missing_geometry_have_no_statistic_but_keep_their_row(make_layer, raster):
    zones = make_layer({"p": shapely.Point(X + 50, Y + 250), "n": None, "z": at(0, 200, 100, 100)})
    found = zonal_mean(zones, raster)
    assert found.index.tolist() == ["p", "n", "z"]
    assert np.isnan(found.loc[["p", "n"], ["mean", "cells"]]).all().all()
    assert found.loc["z", "mean"] == 1


def test_shares_of_classes_are_of_the_valid_area(make_layer, raster):
    zones = zone(make_layer, at(0, 0, 300, 300))
    found = zonal_class_shares(zones, raster, classes=[1, 2, 99]).loc["z"]
    assert found["share"] == pytest.approx(2 / 8)
    assert found["valid_share"] == pytest.approx(8 / 9)
    assert zonal_share_above(zones, raster, threshold=6).loc["z", "share"] == pytest.approx(2 / 8)


def test_zones_move_to_the_raster_and_not_the_raster_to_them(make_layer, raster):
    zones = zone(make_layer, at(100, 100, 100, 100)).to_crs("EPSG:4326")
    assert zonal_mean(zones, raster).loc["z", "mean"] == pytest.approx(5, abs=1e-6)


def test_no_zones_give_no_rows(make_layer, raster):
    assert zonal_mean(zone(make_layer, at(0, 0, 1, 1)).iloc[:0], raster).empty


def test_a_layer_without_crs_is_refused(make_layer, raster):
    with pytest.raises(CRSMissing):
        zonal_mean(zone(make_layer, at(0, 0, 1, 1), crs=None), raster)
