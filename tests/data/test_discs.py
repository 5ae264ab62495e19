import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.steps.discs import disc_within
from geo.crs import LONLAT, area_ha
from geo.errors import InvalidInput

TENTH = 0.1  # degree, about 11 km


def square():
    return shapely.box(115.0, 0.0, 115.0 + TENTH, TENTH)


@settings(max_examples=20, deadline=None)
@given(st.floats(1, 12_000))
def test_a_disc_has_the_asked_area_wherever_its_centre_is(wanted):
    corner = disc_within(115.001, 0.001, within=square(), area_ha=wanted)
    found = area_ha(gpd.GeoDataFrame(geometry=[corner], crs=LONLAT))[0]
    assert found == pytest.approx(wanted, rel=1e-5)
    assert corner.difference(square()).area < 1e-12


def test_a_disc_away_from_every_border_is_round():
    disc = disc_within(115.05, 0.05, within=square(), area_ha=314.159)
    west, south, east, north = disc.bounds
    assert (east - west) / (north - south) == pytest.approx(1, abs=1e-3)
    assert (east - west) * 111.32 / 2 == pytest.approx(1.0, rel=0.01)  # km: pi r² = 3.14 km²


@pytest.mark.parametrize("wanted", [0.0, -1.0, 1e6, float("nan")])
def test_a_disc_that_does_not_fit_is_refused(wanted):
    with pytest.raises(InvalidInput):
        disc_within(115.05, 0.05, within=square(), area_ha=wanted)
