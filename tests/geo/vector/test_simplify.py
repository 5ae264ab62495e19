"""Simplified outlines: fewer vertices, the same borders, nothing lost."""

import numpy as np
import pytest
import shapely

from geo.vector.simplify import half_pixel_m, simplified, simplified_by


def wavy_coverage():
    """Two neighbours of 100 by 100 that share a wavy border of 401 vertices."""
    y = np.linspace(0, 100, 401)
    border = np.column_stack([100 + np.sin(y), y])
    left = shapely.Polygon([(0, 0), *border, (0, 100)])
    right = shapely.Polygon([(200, 0), (200, 100), *border[::-1]])
    return np.array([left, right])


def test_a_shared_border_stays_shared_without_gap_or_overlap():
    before = wavy_coverage()
    after = simplified_by(before, tolerance=2)
    assert shapely.get_num_coordinates(after).max() < 100
    assert after[0].intersection(after[1]).area == 0
    assert shapely.union_all(after).area == pytest.approx(20_000)
    assert len(shapely.union_all(after).interiors) == 0
    assert shapely.hausdorff_distance(before, after).max() < 4


@pytest.mark.parametrize("most", [20, 100, 400])
def test_the_budget_is_kept_and_used(most):
    after = simplified(wavy_coverage(), most_vertices=most)
    assert most / 2 < shapely.get_num_coordinates(after).sum() <= most


def test_within_the_budget_nothing_changes():
    before = wavy_coverage()
    assert shapely.equals_exact(simplified(before), before).all()


def test_a_budget_that_cannot_be_kept_gives_the_coarsest_form():
    after = simplified(wavy_coverage(), most_vertices=1)
    assert shapely.get_num_coordinates(after).sum() <= 12
    assert (shapely.area(after) > 0).all()


def test_islands_give_way_to_the_budget_but_no_feature_does():
    # 40 features of one square of 10 by 10 and 25 islets of 0.1 by 0.1: 4,160 corners, 5,200 vertices.
    x, y = np.meshgrid(np.arange(8) * 20.0, np.arange(5) * 20.0)
    islets = [shapely.box(11 + i % 5, i // 5, 11.1 + i % 5, i // 5 + 0.1) for i in range(25)]
    one = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), *islets])
    before = [
        shapely.transform(one, lambda xy, at=at: xy + at)
        for at in zip(x.ravel(), y.ravel(), strict=True)
    ]
    after = simplified([*before, shapely.box(300, 300, 300.1, 300.1)], most_vertices=1000)
    assert shapely.get_num_coordinates(after).sum() <= 1000
    assert shapely.area(after[:-1]) == pytest.approx([100] * 40)
    assert shapely.area(after[-1]) == pytest.approx(0.01, rel=0.5)


def test_points_lines_missing_and_empty_ones_pass_unchanged():
    others = [
        shapely.Point(1, 2),
        shapely.LineString([(0, 0), (1, 0.001), (2, 0)]),
        None,
        shapely.Polygon(),
        shapely.GeometryCollection([shapely.Point(0, 0)]),
    ]
    after = simplified_by([*others, *wavy_coverage()], tolerance=1000)
    assert after[2] is None
    kept = [0, 1, 3, 4]
    assert shapely.equals_exact(after[kept], np.array(others, dtype=object)[kept]).all()


def test_a_tiny_island_does_not_disappear():
    island = shapely.Point(0, 0).buffer(1)
    after = simplified_by([island, shapely.box(1e6, 1e6, 2e6, 2e6)], tolerance=half_pixel_m(0))
    assert after[0].area > 0
    assert shapely.get_num_coordinates(after[0]) < 6


def test_an_invalid_outline_is_made_valid_by_the_area_it_encloses():
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    line = shapely.Polygon([(0, 0), (1, 0), (2, 0)])
    after = simplified_by([bow_tie, line, shapely.Point(5, 5)], tolerance=0.001)
    assert shapely.is_valid(after).all()
    assert after[0].area == pytest.approx(2)
    assert after[1].equals(shapely.LineString([(0, 0), (2, 0)]))


def test_a_coverage_with_an_overlap_is_simplified_all_the_same():
    left, right = wavy_coverage()
    after = simplified_by([left, shapely.transform(right, lambda xy: xy - (0.5, 0))], tolerance=2)
    assert shapely.is_valid(after).all()
    assert shapely.get_num_coordinates(after).max() < 200
    # The strip of 0.5 by 100 is still there, of about that width.
    assert 25 < after[0].intersection(after[1]).area < 100


def test_the_arguments_are_not_changed():
    before = np.array([shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])])
    wkb = before[0].wkb
    simplified_by(before, tolerance=1)
    assert before[0].wkb == wkb


def test_half_a_pixel_of_web_mercator():
    # The equator is 40,075,016.69 m; zoom 0 has 512 pixels, each zoom twice as many.
    assert half_pixel_m(0) == pytest.approx(40_075_016.69 / 512 / 2)
    assert half_pixel_m(10, tile_px=256) == pytest.approx(76.4370, abs=1e-4)
