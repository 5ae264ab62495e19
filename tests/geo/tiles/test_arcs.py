"""Coverages simplified by their arcs: borders are simplified once, and stay borders of both sides."""

from itertools import pairwise

import numpy as np
import pytest
import shapely

from geo.tiles.arcs import simplified_by_arcs


def wavy(n, *, start=(0, 0), end=(0, 1000), height=3, seed=1):
    """A line with small waves from start to end."""
    share = np.linspace(0, 1, n)
    along = np.array(start) + share[:, None] * (np.array(end) - start)
    along[1:-1] += np.random.default_rng(seed).uniform(-height, height, (n - 2, 2))
    return along


def neighbours():
    border = wavy(201)
    west = np.concatenate([border, [(-1000, 1000), (-1000, 0)]])
    east = np.concatenate([border[::-1], [(1000, 0), (1000, 1000)]])
    return np.array([shapely.Polygon(west), shapely.Polygon(east)])


def edges(polygon):
    ring = [tuple(place) for place in shapely.get_coordinates(polygon)]
    return {frozenset(edge) for edge in pairwise(ring)}


def test_neighbours_share_their_simplified_border_to_the_last_bit():
    west, east = simplified_by_arcs(neighbours(), tolerance=30)
    assert len(edges(west) & edges(east)) > 1
    assert shapely.get_num_coordinates(west) < 50
    assert west.union(east).area == pytest.approx(2_000_000)
    assert west.intersection(east).area == 0


def test_corners_where_borders_meet_stay():
    cells = shapely.segmentize(
        shapely.box(
            *np.mgrid[0:300:100, 0:300:100].reshape(2, -1),
            *(np.mgrid[0:300:100, 0:300:100] + 100).reshape(2, -1),
        ),
        10,
    )
    found = simplified_by_arcs(cells, tolerance=9)
    inner = {(100.0, 100.0), (100.0, 200.0), (200.0, 100.0), (200.0, 200.0)}
    assert inner <= {tuple(place) for place in shapely.get_coordinates(found)}
    assert shapely.coverage_is_valid(found)
    assert shapely.area(found).sum() == 90_000


def test_only_corners_of_triangles_smaller_than_the_tolerance_squared_go():
    # The triangle of the bump has an area of 100.
    bumped = shapely.Polygon([(0, 0), (100, 0), (102, 50), (100, 100), (0, 100)])
    [low] = simplified_by_arcs(np.array([bumped]), tolerance=11)
    [high] = simplified_by_arcs(np.array([bumped]), tolerance=9)
    assert (102, 50) not in low.exterior.coords
    assert (102, 50) in high.exterior.coords


def test_a_hole_keeps_the_form_of_the_island_that_fills_it():
    lake = shapely.Polygon(shapely.Point(0, 0).buffer(100, quad_segs=90).exterior)
    land = shapely.box(-500, -500, 500, 500) - lake
    outer, inner = simplified_by_arcs(np.array([land, lake]), tolerance=15)
    assert edges(shapely.Polygon(outer.interiors[0])) == edges(inner)
    assert 4 <= shapely.get_num_coordinates(inner) < 60


def test_a_ring_keeps_three_corners_however_small_it_is():
    small = shapely.Point(5, 5).buffer(1)
    pair = [shapely.box(0, 20, 1, 21), shapely.box(1, 20, 2, 21)]
    found = simplified_by_arcs(np.array([small, *pair]), tolerance=1e6)
    assert (shapely.get_num_coordinates(found) >= 4).all()
    assert (shapely.area(found) > 0).all()


def test_a_ring_that_touches_itself_and_doubled_corners_are_taken():
    bow = shapely.Polygon(
        [(0, 0), (0, 0), (10, 0), (10, 10), (5, 5), (0, 10)],
        [[(5, 5), (4, 2), (6, 2)]],
    )
    [found] = simplified_by_arcs(np.array([bow]), tolerance=0.1)
    assert found.equals(bow)


def test_the_same_polygons_give_the_same_bytes_in_any_direction():
    one = simplified_by_arcs(neighbours(), tolerance=20)
    turned = simplified_by_arcs(shapely.reverse(neighbours()), tolerance=20)
    assert shapely.equals(one, turned).all()
