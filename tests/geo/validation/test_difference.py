"""What an uploaded layer would change: how far an outline moved, what is drawn of it, what vanishes."""

import math

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.affinity import translate

from geo.validation import difference as module
from geo.validation.changes import changed_features
from geo.validation.difference import BACK, GONE, OUTLINE, difference, undone

UTM, LONLAT = "EPSG:32750", "OGC:CRS84"
EARTH = Geod(ellps="WGS84")
SQUARE = shapely.box(300_000, 9_600_000, 301_000, 9_601_000)
HOLE = shapely.box(300_480, 9_600_480, 300_520, 9_600_520)
# An L with a hole, in degrees from its corner.
BENT = shapely.Polygon(
    [(0, 0), (0.05, 0), (0.05, 0.01), (0.01, 0.01), (0.01, 0.04), (0, 0.04)],
    holes=[[(0.002, 0.002), (0.004, 0.002), (0.004, 0.006)]],
)


def layer(*shapes, crs=UTM, **columns):
    index = pd.Index([f"a{number}" for number in range(len(shapes))], name="area_id")
    return gpd.GeoDataFrame(columns or {"name": "Lama"}, geometry=[*shapes], index=index, crs=crs)


def moved_m(before, after):
    (change,) = difference(after, before, fields=["name"]).to_json()["changed"]
    return change["moved_m"]


@given(
    lon=st.floats(95, 141),
    lat=st.floats(-11, 6),
    azimuth=st.floats(0, 360),
    metres=st.floats(20, 20_000),
    shape=st.sampled_from([BENT, BENT.exterior, shapely.Point(0, 0)]),
)
def test_a_feature_that_moved_tells_by_how_many_metres(lon, lat, azimuth, metres, shape):
    there_lon, there_lat, _ = EARTH.fwd(lon, lat, azimuth, metres)
    before = layer(translate(shape, lon, lat), crs=LONLAT)
    after = layer(translate(shape, there_lon, there_lat), crs=LONLAT)
    # A degree of longitude is shorter at the northern corner of a shape than at its southern one.
    assert moved_m(before, after) == pytest.approx(metres, rel=0.001)


@pytest.mark.parametrize(("east", "north"), [(10, 0), (0, 10), (-6, 8)])
def test_a_square_that_moved_aslant_tells_the_whole_way(east, north):
    # The scale of UTM is 1.0001 here.
    found = moved_m(layer(SQUARE), layer(translate(SQUARE, east, north)))
    assert found == pytest.approx(10, rel=0.001)


def test_a_vertex_in_a_straight_edge_moves_nothing():
    with_vertices = SQUARE.segmentize(100)
    assert moved_m(layer(SQUARE), layer(with_vertices)) == 0


def test_a_hole_counts():
    # The hole's south-western corner lies 480 m off the nearest sides of the square, its others farther:
    # the one that is 480 m and 520 m off, 480 m.
    assert moved_m(layer(SQUARE), layer(SQUARE.difference(HOLE))) == pytest.approx(480, rel=0.001)


def test_each_feature_has_its_own_distance_in_any_crs():
    before = layer(SQUARE, translate(SQUARE, 5_000), translate(SQUARE, 9_000))
    after = layer(translate(SQUARE, 10), translate(SQUARE, 5_000), translate(SQUARE, 9_030))
    found = difference(after.to_crs(LONLAT), before, fields=["name"])
    assert {change.key: change.moved_m for change in found.changed} == {
        "a0": pytest.approx(10, abs=0.02),
        "a2": pytest.approx(30, abs=0.05),
    }


@pytest.mark.parametrize("shape", [None, shapely.Polygon(), shapely.Point(300_000, 9_600_000)])
def test_what_was_no_outline_has_no_distance(shape):
    assert moved_m(layer(shape), layer(SQUARE)) is None
    assert moved_m(layer(SQUARE), layer(shape)) is None


def test_a_change_of_values_alone_moved_nothing():
    assert moved_m(layer(SQUARE), layer(SQUARE, name=["Baru"])) is None


def test_what_would_take_too_long_is_left_out(monkeypatch):
    monkeypatch.setattr(module, "MOST_MEASURED", 15)
    squares = [SQUARE, translate(SQUARE, 5_000)]
    found = difference(layer(*[translate(s, 9) for s in squares]), layer(*squares), fields=[])
    assert [change.moved_m is None for change in found.changed] == [False, True]


def test_columns_that_vanish_are_told_with_their_values():
    before = layer(SQUARE, HOLE, name=["A", "B"], kind=["x", None], note=["u", "v"])
    after = layer(SQUARE, HOLE, name=["A", None], note=["u", "v"])
    found = difference(after, before, fields=["name"])
    assert found.to_json()["columns_vanish"] == [{"name": "kind", "count": 1}]


def test_a_column_that_vanishes_is_told_once_and_changes_no_feature_but_touches_its_regency():
    before = layer(SQUARE, HOLE, name=["A", "B"], note=["u", "v"], kab=["63.01", "63.02"])
    after = before.drop(columns="note").assign(name=["A", "C"])
    found = difference(after, before, fields=["name", "note"], regency_field="kab")
    assert [(c.key, c.values) for c in found.changed] == [("a1", {"name": ("B", "C")})]
    assert (found.unchanged, dict(found.columns_vanish)) == (1, {"note": 2})
    assert found.regencies == ("63.01", "63.02")
    drawn = changed_features(after, before, found)
    assert [one["properties"]["key"] for one in drawn["features"]] == ["a1"]


def test_what_is_listed_has_its_name_and_what_comes_or_goes_its_area():
    before, after = layer(SQUARE, name=["Lama"]), layer(SQUARE, HOLE, name=["Lama", "Baru"])
    came = difference(after, before, fields=["name"]).to_json()
    assert came["names"] == {"a1": "Baru"}
    assert came["areas_ha"] == {"a1": pytest.approx(HOLE.area / 1e4, rel=0.01)}
    assert difference(before, after, fields=["name"]).to_json()["names"] == {"a1": "Baru"}


SHAPES = st.sampled_from([None, SQUARE, HOLE, translate(SQUARE, 40, 9), HOLE.centroid])
LAYERS = st.dictionaries(st.sampled_from("abcdef"), st.tuples(SHAPES, st.sampled_from("xy")))


def keyed(rows):
    index = pd.Index([*rows], dtype="str", name="area_id")
    columns = {"name": [name for _, name in rows.values()]}
    return gpd.GeoDataFrame(columns, geometry=[s for s, _ in rows.values()], index=index, crs=UTM)


@given(before=LAYERS, after=LAYERS)
def test_the_map_names_just_the_keys_of_the_difference(before, after):
    current, frame = keyed(before), keyed(after)
    found = difference(frame, current, fields=["name"])
    drawn = changed_features(frame, current, found)
    keys = {}
    for feature in drawn["features"]:
        keys.setdefault(feature["properties"]["role"], set()).add(feature["properties"]["key"])
    moved = {c.key for c in found.changed if c.area_ha is not None}

    def there(rows, among):
        return {key for key in among if rows[key][0] is not None}

    expected = {
        "removed": there(before, found.removed),
        "added": there(after, found.added),
        "moved_before": there(before, moved),
        "moved_after": there(after, moved),
        "values": there(after, {c.key for c in found.changed if c.area_ha is None}),
    }
    assert keys == {role: those for role, those in expected.items() if those}
    assert drawn["shown"] == drawn["of"] == len(drawn["features"])


def test_the_map_tells_areas_names_and_how_far():
    before = layer(SQUARE, HOLE, name=["Lama", "Titik"], kode=["1", "2"])
    after = layer(translate(SQUARE, 0, 30), HOLE, name=["Baru", "Titik"], kode=["1", "3"])
    found = difference(after, before, fields=["name"])
    old, new, values = (f["properties"] for f in changed_features(after, before, found)["features"])
    assert (old["role"], new["role"], values["role"]) == ("moved_before", "moved_after", "values")
    assert (old["label"], new["label"]) == ("Lama", "Baru")
    assert old["moved_m"] == new["moved_m"] == pytest.approx(30, rel=0.001)
    assert old["area_ha_before"] == pytest.approx(100, rel=0.001)
    assert (new["fields"], values["fields"], values["moved_m"]) == (["name"], ["kode"], None)


def test_a_map_of_very_many_changes_is_bounded_and_says_so():
    wave = [(x / 1e5, math.sin(x)) for x in range(40_000)]
    lines = [shapely.LineString(wave), *[shapely.box(x, 0, x + 0.5, 0.5) for x in range(100)]]
    points = [shapely.Point(110 + x / 1e4, -3) for x in range(3_000)]
    frame = layer(*points, *lines, shapely.LineString(wave), crs=LONLAT)
    nothing = frame.iloc[:0]
    drawn = changed_features(frame, nothing, difference(frame, nothing, fields=[]))
    assert (drawn["shown"], drawn["of"]) == (2_000, 3_102)

    frame = layer(*lines, shapely.LineString(wave), crs=LONLAT)
    drawn = changed_features(frame, nothing, difference(frame, nothing, fields=[]))
    shapes = [shapely.from_geojson(str(f["geometry"]).replace("'", '"')) for f in drawn["features"]]
    assert drawn["shown"] == drawn["of"] == 102
    assert 20_000 < shapely.get_num_coordinates(shapes).sum() <= 50_000


def test_what_takes_back_a_later_version_is_told_by_feature_and_name():
    """Known answers: five squares; a version changes four of them and adds one, a file changes one."""
    squares = [translate(SQUARE, 2_000 * number) for number in range(5)]
    base = layer(*squares, name=list("abcde"), status=["lama"] * 5)
    current = layer(
        translate(squares[0], 100), *squares[1:], name=list("aBcde"), status=["lama"] * 5
    )
    current.loc["a2", "status"] = "baru"
    current = current.drop("a4")
    current.loc["a9"] = {"name": "z", "status": "baru", "geometry": translate(SQUARE, 0, 9_000)}

    # Drawn from the first version, and only the status of a2 is its own.
    of_base = base.copy()
    of_base.loc["a2", "status"] = "selesai"
    assert dict(undone(of_base, current, base)) == {
        "a0": (OUTLINE,),
        "a1": ("name",),
        "a2": ("status",),
        "a9": (GONE,),
        "a4": (BACK,),
    }
    # Drawn from the later one, it takes nothing back, whatever it changes of what stood before.
    of_current = current.copy()
    of_current.loc["a3", "name"] = "D"
    assert undone(of_current, current, base) == []
    # A feature that is left out takes the changes with it.
    assert dict(undone(current.drop("a1"), current, base)) == {"a1": ("name",)}
