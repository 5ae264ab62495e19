"""Holds the files that say where a place lies to what their manifest claims."""

import gzip
import json
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


def drawing():
    return json.loads((DATA / "context/drawing.json").read_text("utf-8"))["features"]


def shape_of(kind):
    return next(
        shapely.geometry.shape(one["geometry"])
        for one in drawing()
        if one["properties"]["kind"] == kind
    )


def test_what_is_drawn_is_light_and_valid():
    content = (DATA / "context/drawing.json").read_bytes()
    assert len(content) < 200_000
    assert len(gzip.compress(content, 5)) < 52_000
    assert all(shape_of(kind).is_valid for kind in ("land", "outline", "water", "road"))


def test_no_strip_of_land_lies_between_the_province_and_the_sea():
    """Where shoreline and desa disagree the desa count: off the coast of Tanah Laut lies the sea."""
    sea = shapely.Point(114.9, -4.15).buffer(0.03)
    assert not shape_of("land").union(shape_of("outline")).intersects(sea)
    beyond = shape_of("land").difference(shape_of("outline").buffer(0.001))
    slivers = [p for p in shapely.get_parts(beyond) if 1e-3 > p.area > 1e-4 and p.length > 1]
    assert not slivers


def test_every_seat_of_a_regency_is_drawn_inside_its_own_regency():
    regencies = gpd.read_parquet(DATA / "boundaries/regencies.parquet").set_index("name")
    seats = {
        "Tanah Laut": "Pelaihari",
        "Kotabaru": "Kotabaru",
        "Banjar": "Martapura",
        "Barito Kuala": "Marabahan",
        "Tapin": "Rantau",
        "Hulu Sungai Selatan": "Kandangan",
        "Hulu Sungai Tengah": "Barabai",
        "Hulu Sungai Utara": "Amuntai",
        "Tabalong": "Tanjung",
        "Tanah Bumbu": "Batulicin",
        "Balangan": "Paringin",
    }
    places = {
        one["properties"].get("name"): shapely.geometry.shape(one["geometry"])
        for one in drawing()
        if one["properties"]["kind"] == "town"
    }
    assert {
        n: regencies.geometry[n].contains(places[seat]) for n, seat in seats.items()
    } == dict.fromkeys(seats, True)
    # The two cities are regencies themselves: a dot, and their name once.
    assert {"Banjarmasin", "Banjarbaru"}.isdisjoint(places)
