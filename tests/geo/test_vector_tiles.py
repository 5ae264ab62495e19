"""Vector tiles, read back by a reader of their own and compared with the layer."""

import math
import threading
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CRSMissing, StoreFault
from geo.mvt import LINE, POINT, POLYGON, commands, encoded_features, varints, zigzag
from geo.vector_tiles import BUFFER, EXTENT, TilePyramids, encode_tile, for_zoom, tile_source
from tests.geo.tile_reader import integers, paths, polygon, read_tile, signed_area

HALF_M = 20_037_508.342789244
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
    assert (name, version, extent) == ("areas", 2, 4096)
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
    speck = shapely.Point(units(2000.2, 2000.2)).buffer(1)
    dash = shapely.LineString([units(7, 7), units(7.01, 7)])
    island, line = features(layer([speck, dash]))
    assert polygon(island).equals(shapely.box(2000, 2000, 2001, 2001))
    assert line.paths == [[(7, 7), (8, 7)]]


def test_outlines_end_at_the_buffer_and_an_empty_tile_has_no_bytes():
    frame = layer([box(0, 0, EXTENT, EXTENT)])
    [found] = features(frame, z=7, row=65, column=104, zoom=7)
    assert polygon(found).bounds == (-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    assert tile(layer([box(0, 0, 9, 9)]), z=7, row=65, column=104) == b""
    assert tile(layer([]), z=0) == b""


def test_neighbours_share_their_border_in_a_tile():
    y = np.linspace(1000, 3000, 2001)
    border = [units(2000 + 40 * math.sin(v / 50) + 9 * math.sin(v), v) for v in y]
    left = shapely.Polygon([units(1000, 1000), *border, units(1000, 3000)])
    right = shapely.Polygon([units(3000, 1000), *border, units(3000, 3000)])
    first, second = (polygon(f) for f in features(layer([left, right])))
    assert first.intersection(second).area == 0
    assert first.union(second).equals(shapely.box(1000, 1000, 3000, 3000))
    assert first.intersection(second).length > 2000


@pytest.mark.parametrize("z", [3, 7, 10])
def test_an_outline_stays_within_a_pixel_of_the_layer(z):
    """A pixel is 16 of 4096 units: half for the simplification, the rest for rounding."""
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
    assert shapely.hausdorff_distance(polygon(found).boundary, true.boundary, densify=0.01) < 16
    assert len(found.paths[0]) < 1000


def test_an_invalid_outline_does_not_fill_the_tile():
    # clip_by_rect answers with the whole box for some of these.
    bow_tie = shapely.Polygon([units(0, 0), units(4000, 4000), units(4000, 0), units(0, 4000)])
    [found] = features(layer([bow_tie]), z=1, row=0, column=0, zoom=12)
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
    with pytest.raises(StoreFault):
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
def test_every_row_of_rings_stays_and_is_wound_as_the_specification_says(rings):
    parts = np.array([shapely.Polygon(ring) for ring in rings])
    found = encoded_features(parts, np.arange(len(parts)), kind=POLYGON)
    assert [feature.row for feature in found] == list(range(len(rings)))
    for feature in found:
        [ring] = paths(integers(feature.geometry))
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
