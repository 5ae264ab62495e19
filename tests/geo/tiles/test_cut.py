"""Vector tiles, read back by a reader of their own and compared with the layer."""

import dataclasses
import math
import threading
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from geo.errors import CRSMissing, TilesNotReady
from geo.tiles.cut import encode_tile, extent_of, for_zoom, tile_source, tiles_of
from geo.tiles.mvt import LINE, POINT, POLYGON, commands, encoded_features, varints, zigzag
from geo.tiles.pyramid import TilePyramids
from tests.conftest import DATA
from tests.geo.tile_reader import (
    integers,
    multipolygon,
    paths,
    polygon,
    read_tile,
    signed_area,
)

HALF_M = 20_037_508.342789244
# Of zooms below 11: a unit is a quarter of a pixel.
EXTENT, BUFFER = 1024, 16
TILE_M = 2 * HALF_M / 2**7


def layer(geometries, crs="EPSG:3857", **columns):
    ids = [f"area-{i}" for i in range(len(geometries))]
    return gpd.GeoDataFrame(columns, geometry=geometries, crs=crs, index=ids)


def tile(frame, z=0, row=0, column=0, zoom=None):
    source = for_zoom(tile_source(frame), z if zoom is None else zoom)
    return encode_tile(source, layer="areas", z=z, row=row, column=column)


def features(*args, **kwargs):
    content = tile(*args, **kwargs)
    return read_tile(content)[3] if content else []


def units(x, y):
    """Tile units of shares (0..1) of the world, right and down, as EPSG:3857 metres."""
    return ((x / EXTENT * 2 - 1) * HALF_M, (1 - y / EXTENT * 2) * HALF_M)


def box(west, north, east, south):
    return shapely.Polygon(
        [units(west, north), units(east, north), units(east, south), units(west, south)]
    )


def test_a_tile_says_version_extent_name_ids_and_names():
    frame = layer([box(0, 0, 100, 100), box(200, 200, 300, 300)], name=["Angsana", None], x=[1, 2])
    name, version, extent, found = read_tile(tile(frame))
    assert (name, version, extent) == ("areas", 2, EXTENT)
    assert [(f.id, f.properties) for f in found] == [
        (1, {"id": "area-0", "name": "Angsana"}),
        (2, {"id": "area-1"}),
    ]
    assert polygon(found[0]).equals(shapely.box(0, 0, 100, 100))


def test_a_hole_is_wound_against_its_exterior():
    frame = layer([box(0, 0, 1000, 1000) - box(400, 400, 600, 600)])
    [found] = features(frame)
    assert [math.copysign(1, signed_area(path)) for path in found.paths] == [1, -1]
    assert polygon(found).area == 1000**2 - 200**2


def test_points_lines_and_collections_are_features_of_their_kinds():
    line = shapely.LineString([units(10, 10), units(50, 10), units(50, 90)])
    points = shapely.MultiPoint([units(1, 2), units(3, 4)])
    mixed = shapely.GeometryCollection([points, line, box(0, 0, 9, 9)])
    found = features(layer([points, line, mixed, None, shapely.Polygon()]))
    assert [(f.id, f.kind) for f in found] == [
        *((1, POINT), (2, LINE)),
        *((3, POINT), (3, LINE), (3, POLYGON)),
    ]
    assert found[0].paths == [[(1, 2)], [(3, 4)]]
    assert found[1].paths == [[(10, 10), (50, 10), (50, 90)]]


def test_what_is_smaller_than_a_unit_keeps_a_smallest_form():
    speck = shapely.Point(units(500.2, 500.2)).buffer(1)
    dash = shapely.LineString([units(7, 7), units(7.01, 7)])
    island, line = features(layer([speck, dash]))
    assert polygon(island).equals(shapely.box(500, 500, 501, 501))
    assert line.paths == [[(7, 7), (8, 7)]]


def test_a_name_is_with_its_feature_however_small_it_is():
    speck, large = shapely.Point(units(500.2, 500.2)).buffer(1), box(50, 50, 67, 60)
    found = features(layer([speck, large], name=["kecil", "besar"]))
    assert [f.properties.get("name") for f in found] == ["kecil", "besar"]


def test_islands_that_nobody_sees_go_and_the_largest_of_specks_stays():
    specks = [shapely.Point(units(100 + 50 * i, 500.5)).buffer(10_000 + 100 * i) for i in range(3)]
    archipelago, atoll = (
        shapely.MultiPolygon([box(0, 0, 90, 90), *specks]),
        shapely.union_all(specks),
    )
    first, second = (polygon(found) for found in features(layer([archipelago, atoll])))
    assert first.equals(shapely.box(0, 0, 90, 90))
    assert second.bounds[0] == 200


def test_specks_in_one_place_are_drawn_once():
    specks = [shapely.Point(units(500.2 + 0.01 * i, 500.2)).buffer(1) for i in range(9)]
    found = features(layer([*specks, shapely.Point(units(700, 700)).buffer(1)]))
    assert [f.id for f in found] == [1, 10]


def test_points_on_a_straight_border_are_left_out():
    west, north, east, south = 100, 100, 900, 900
    along = [units(x, north) for x in range(west, east, 50)]
    outline = shapely.Polygon([*along, units(east, north), units(east, south), units(west, south)])
    [found] = features(layer([outline]))
    assert len(set(found.paths[0])) == 4
    assert polygon(found).equals(shapely.box(west, north, east, south))


@pytest.mark.parametrize("z", [0, 3, 6])
def test_no_tile_with_content_is_left_out(z):
    frame = layer(
        [box(5, 5, 300, 120), box(511.9, 100, 512.1, 101), shapely.Point(units(1000, 1000))]
    )
    source = for_zoom(tile_source(frame), z)
    listed = {tuple(place) for place in tiles_of(source, z).tolist()}
    full = {
        (row, column)
        for row in range(2**z)
        for column in range(2**z)
        if encode_tile(source, layer="areas", z=z, row=row, column=column)
    }
    assert full <= listed
    assert len(listed) <= max(4, 2 * len(full))


def test_outlines_are_sent_as_published_from_zoom_11_on():
    assert (extent_of(10), extent_of(11)) == (EXTENT, 4096)
    source = tile_source(layer([box(0, 0, 100, 100)]))
    assert for_zoom(source, 11) is source


def test_outlines_end_at_the_buffer_and_an_empty_tile_has_no_bytes():
    frame = layer([box(0, 0, EXTENT, EXTENT)])
    [found] = features(frame, z=7, row=65, column=104, zoom=7)
    assert polygon(found).bounds == (-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    assert tile(layer([box(0, 0, 9, 9)]), z=7, row=65, column=104) == b""
    assert tile(layer([]), z=0) == b""


def test_neighbours_share_their_border_in_a_tile():
    y = np.linspace(100, 900, 2001)
    border = [units(500 + 10 * math.sin(v / 12) + 2 * math.sin(v), v) for v in y]
    left = shapely.Polygon([units(100, 100), *border, units(100, 900)])
    right = shapely.Polygon([units(900, 100), *border, units(900, 900)])
    first, second = (polygon(f) for f in features(layer([left, right])))
    assert first.intersection(second).area == 0
    assert first.union(second).equals(shapely.box(100, 100, 900, 900))
    assert first.intersection(second).length > 800


@pytest.mark.parametrize("z", [3, 7, 10])
def test_an_outline_stays_within_a_pixel_of_the_layer(z):
    """A pixel is 4 of 1024 units: one for the simplification, one for rounding."""
    centre = (116.0, -3.3)
    angles = np.linspace(0, 2 * np.pi, 3000, endpoint=False)
    radius = 360 / 2**z * 0.3 * (1 + 0.1 * np.sin(7 * angles))
    ring = np.column_stack([np.cos(angles), np.sin(angles)]) * radius[:, None] + centre
    frame = layer([shapely.Polygon(ring)], crs="OGC:CRS84")
    x, y = np.asarray(gpd.GeoSeries([shapely.Point(centre)], crs=4326).to_crs(3857)[0].coords[0])
    size = 2 * HALF_M / 2**z
    column, row = int((x + HALF_M) // size), int((HALF_M - y) // size)
    west, north = column * size - HALF_M, HALF_M - row * size
    [found] = features(frame, z=z, row=row, column=column)
    true = shapely.transform(
        frame.to_crs(3857).geometry.iloc[0],
        lambda xy: (xy - (west, north)) * (EXTENT / size) * (1, -1),
    )
    true = true & shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    assert shapely.hausdorff_distance(polygon(found).boundary, true.boundary, densify=0.01) < 4
    assert len(found.paths[0]) < 1000


def test_an_invalid_outline_does_not_fill_the_tile():
    # clip_by_rect answers with the whole box for some of these.
    bow_tie = shapely.Polygon([units(0, 0), units(1000, 1000), units(1000, 0), units(0, 1000)])
    [found] = features(layer([bow_tie]), z=1, row=0, column=0, zoom=11)
    assert polygon(found).area == pytest.approx(EXTENT**2 / 2, rel=0.1)


def test_the_poles_are_at_the_edge_and_what_is_not_finite_is_nowhere():
    whole = shapely.box(-180, -90, 180, 90)
    broken = shapely.Point(np.inf, 0)
    found = features(layer([whole, broken], crs="OGC:CRS84"))
    assert [f.id for f in found] == [1]
    assert polygon(found[0]).bounds == (0, 0, EXTENT, EXTENT)


def test_a_layer_without_crs_is_refused():
    with pytest.raises(CRSMissing):
        tile_source(layer([shapely.Point(0, 0)], crs=None))


def test_the_same_layer_gives_the_same_bytes():
    cells = [box(i * 10, j * 10, i * 10 + 10, j * 10 + 10) for i in range(20) for j in range(20)]
    frame = layer(cells, name=[f"sel {i % 7}" for i in range(400)])
    assert tile(frame) == tile(frame.copy())


def test_a_layer_is_read_once_for_all_its_tiles():
    reads = []

    def read():
        reads.append(1)
        return layer([box(0, 0, 100, 100)])

    pyramids = TilePyramids()
    first = [pyramids.tile("a", read, layer="l", z=z, row=0, column=0) for z in (0, 3, 14, 0)]
    assert len(reads) == 1
    assert first[0] == first[3]


def test_only_so_many_vertices_are_kept():
    reads = []

    def read():
        reads.append(1)
        return layer([box(0, 0, 100, 100)])

    pyramids = TilePyramids(most_vertices=5)
    for key in ("a", "b", "a"):
        pyramids.tile(key, read, layer="l", z=14, row=0, column=0)
    assert len(reads) == 3


def test_whoever_waits_too_long_for_a_layer_is_told_to_come_back():
    started, goes_on = threading.Event(), threading.Event()

    def read():
        started.set()
        assert goes_on.wait(timeout=30)
        return layer([box(0, 0, 100, 100)])

    pyramids = TilePyramids()
    place = {"layer": "l", "z": 0, "row": 0, "column": 0}
    first = threading.Thread(target=pyramids.tile, args=("a", read), kwargs=place)
    first.start()
    assert started.wait(timeout=30)
    with pytest.raises(TilesNotReady):
        pyramids.tile("a", read, **place, patience_s=0.01)
    goes_on.set()
    first.join()
    assert pyramids.tile("a", read, **place, patience_s=0.01)


@given(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1))
def test_zigzag_and_varints_are_read_back(values):
    content, sizes = varints(zigzag(np.array(values)))
    assert [(v >> 1) ^ -(v & 1) for v in integers(content)] == values
    assert sizes.sum() == len(content)


places = st.tuples(st.integers(-64, 4160), st.integers(-64, 4160))


@given(st.lists(st.lists(places, min_size=2, max_size=9), min_size=1, max_size=6), st.data())
def test_commands_are_read_back(lines, data):
    rows = sorted(data.draw(st.integers(0, 3)) for _ in lines)
    points = np.array([p for line in lines for p in line])
    for kind in (LINE, POLYGON):
        values, sizes = commands(points, [len(line) for line in lines], rows, kind=kind)
        ends = np.cumsum(sizes)
        for row in set(rows):
            own = [i for i, r in enumerate(rows) if r == row]
            found = paths(values[ends[own[0]] - sizes[own[0]] : ends[own[-1]]].tolist())
            closed = [[*lines[i], lines[i][0]] if kind == POLYGON else lines[i] for i in own]
            assert found == closed


@given(st.lists(st.lists(places, min_size=3, max_size=9), min_size=1, max_size=5))
@example([[(0, 0), (0, 0), (0, 0)], [(0, 1), (0, 0), (0, 0)]])
@example([[(7, 7), (9, 7), (8, 7)], [(8, 7), (9, 7), (7, 7)]])
def test_every_place_stays_and_rings_are_wound_as_the_specification_says(rings):
    parts = np.array([shapely.Polygon(ring) for ring in rings])
    found = encoded_features(parts, np.arange(len(parts)), kind=POLYGON)
    drawn = {feature.row for feature in found}
    specks = {row for row, ring in enumerate(rings) if signed_area([*ring, ring[0]]) == 0}
    assert drawn >= set(range(len(rings))) - specks
    assert {rings[row][0] for row in drawn & specks} == {rings[row][0] for row in specks}
    for feature in found:
        [ring] = paths(integers(feature.geometry))
        if feature.row in specks:
            assert ring[0] == rings[feature.row][0]
        assert signed_area(ring) > 0
        assert all(a != b for a, b in pairwise(ring))


def test_islands_that_rounding_brings_together_are_one_valid_shape():
    islands = shapely.MultiPolygon([box(0, 0, 99.8, 100), box(100.2, 20, 200, 60)])
    [found] = features(layer([islands, box(300, 0, 400, 90)]))[:1]
    shape = polygon(found)
    assert shape.is_valid
    assert shape.equals(
        shapely.unary_union([shapely.box(0, 0, 100, 100), shapely.box(100, 20, 200, 60)])
    )


@pytest.mark.parametrize(
    "corners",
    [
        # A triangle of half a square unit with a spike: snapped again it would collapse.
        [(97, 153), (98, 153), (98, 154), (98, 153), (98, 152)],
        [(103, 137), (103, 138), (103, 137), (106, 138), (104, 137)],
        # Twice around the same place.
        [(10, 10), (14, 10), (14, 14), (10, 14), (10, 10), (14, 10), (14, 14), (10, 14)],
        # A bow tie whose wings meet between whole numbers.
        [(20, 20), (23, 21), (23, 20), (20, 21)],
    ],
)
def test_an_outline_that_rounding_spoils_is_valid_or_a_smallest_form(corners):
    part = shapely.Polygon([units(x + 0.2, y + 0.2) for x, y in corners])
    source = for_zoom(tile_source(layer([box(0, 0, 1, 1)])), 11)
    spoilt = dataclasses.replace(source, parts=np.array([part]), tree=shapely.STRtree([part]))
    content = encode_tile(spoilt, layer="areas", z=0, row=0, column=0)
    [found] = read_tile(content)[3]
    shape = multipolygon(found)
    assert shape.is_valid
    assert shape.area >= 0.5
    assert all(a != b for path in found.paths for a, b in pairwise(path))


@pytest.fixture(scope="module")
def desa():
    return tile_source(gpd.read_parquet(DATA / "boundaries" / "desa.parquet"))


@pytest.mark.parametrize("z", [0, 4, 7])
def test_the_desa_are_valid_named_and_touch_without_overlap_at_every_zoom(desa, z):
    """Sampled over the zooms at which rounding spoils the most; 11 of 1,818 were invalid at zoom 4."""
    level = for_zoom(desa, z)
    row, column = tiles_of(level, z)[0].tolist()
    found = read_tile(encode_tile(level, layer="desa", z=z, row=row, column=column))[3]
    assert all(f.properties["id"] and f.properties["name"] for f in found)
    assert len({f.id for f in found}) == len(found)
    shapes = np.array([multipolygon(f) for f in found])
    assert shapely.is_valid(shapes).all()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    shared = shapely.intersection(shapes[first], shapes[second])[first < second]
    # A unit across the grid is 1.41 along its diagonal.
    assert shapely.is_empty(shapely.buffer(shared, -0.71)).all()


def test_a_feature_has_the_same_number_in_every_tile(desa):
    numbers = {}
    for z in (5, 7):
        level = for_zoom(desa, z)
        for row, column in tiles_of(level, z).tolist():
            content = encode_tile(level, layer="desa", z=z, row=row, column=column)
            for feature in read_tile(content)[3] if content else []:
                assert numbers.setdefault(feature.properties["id"], feature.id) == feature.id
    assert len(set(numbers.values())) == len(numbers)
