"""Holds the files that say where a place lies to what their manifest claims."""

import tomllib
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

DATA = Path(__file__).parents[2] / "data"
MANIFEST = tomllib.loads((DATA / "context/manifest.toml").read_text("utf-8"))


def layer(name):
    return gpd.read_file(DATA / f"context/{name}.geojson")


@pytest.mark.parametrize("entry", MANIFEST["file"], ids=lambda entry: entry["name"])
def test_a_file_under_a_licence_with_attribution_says_what_must_be_shown(entry):
    must_show = entry["licence"].startswith(("ODbL", "LGPL"))
    assert must_show == ("attribution" in entry)


def test_the_roads_are_trunk_and_primary_and_none_is_on_pulau_laut():
    roads, land = layer("roads"), layer("land")
    pulau_laut = land.geometry.iloc[1]
    assert set(roads["class"]) == {"trunk", "primary"}
    assert len(roads) == 269
    assert land["area_km2"].iloc[1] == pytest.approx(2108, abs=1)
    assert not roads.intersects(pulau_laut).any()


def test_the_land_is_valid_and_holds_every_town():
    land, towns = layer("land"), layer("towns")
    assert land.is_valid.all()
    assert land["area_km2"].is_monotonic_decreasing
    assert set(layer("seats")["name"]).isdisjoint(towns["name"])
    # Kotabaru lies on Pulau Laut; the shoreline is off by some hundred metres.
    assert shapely.dwithin(towns.geometry.values, land.union_all(), 0.005).all()


def test_the_class_of_water_which_calls_the_barito_a_lake_is_not_shipped():
    water = layer("water")
    assert list(water.columns) == ["geometry"]
    assert water.is_valid.all()
