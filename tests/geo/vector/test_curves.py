"""Arcs become straight pieces that stay on them, the same in both directions."""

import struct

import numpy as np
import pytest
import shapely

from geo.vector.curves import SurfaceGeometry, linear_from_wkb

CIRCLE = [(-1, 0), (0, 1), (1, 0), (0, -1), (-1, 0)]


def wkb(kind, *parts, order="<"):
    """A collection of parts by its type number."""
    return struct.pack(f"{order}bII", order == "<", kind, len(parts)) + b"".join(parts)


def line(kind, *positions, order="<"):
    """A line string (2) or circular string (8); positions of three have Z, by ISO's thousands."""
    flat = [value for position in positions for value in position]
    code = kind + 1000 * (len(positions[0]) - 2)
    head = struct.pack(f"{order}bII", order == "<", code, len(positions))
    return head + struct.pack(f"{order}{len(flat)}d", *flat)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("positions", [CIRCLE, [(-1, 0), (1, 0), (-1, 0)]])
def test_a_circle_has_a_vertex_a_degree_all_on_it(positions, order):
    circle = linear_from_wkb(wkb(10, line(8, *positions, order=order), order=order)).geometry
    radii = np.hypot(*shapely.get_coordinates(circle).T)
    np.testing.assert_allclose(radii, 1, atol=1e-12)
    assert (circle.geom_type, len(radii)) == ("Polygon", 361)
    assert circle.area == pytest.approx(np.pi, rel=6e-5)


@pytest.mark.parametrize("via", [(0.6, 0.8), (-0.6, -0.8), (0, 1)])
def test_an_arc_runs_over_its_second_position(via):
    there = linear_from_wkb(line(8, (-1, 0), via, (1, 0))).geometry
    back = linear_from_wkb(line(8, (1, 0), via, (-1, 0))).geometry
    assert via in there.coords
    assert list(there.coords) == list(back.coords)[::-1]
    assert np.sign(there.centroid.y) == np.sign(via[1])
    assert there.length == pytest.approx(np.pi, rel=2e-5)


@pytest.mark.parametrize(
    ("binary", "expected"),
    [
        (line(8, (0, 0), (1, 1), (2, 2)), "LINESTRING (0 0, 1 1, 2 2)"),
        (wkb(9, line(2, (0, 0), (1, 0)), line(2, (1, 0), (1, 1))), "LINESTRING (0 0, 1 0, 1 1)"),
        (wkb(11, line(2, (0, 0), (1, 0))), "MULTILINESTRING ((0 0, 1 0))"),
        (
            wkb(12, wkb(10, line(2, (0, 0), (1, 0), (1, 1), (0, 0)))),
            "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))",
        ),
        (
            wkb(7, shapely.to_wkb(shapely.Point(3, 4)), line(8, (0, 0), (1, 1), (2, 2))),
            "GEOMETRYCOLLECTION (POINT (3 4), LINESTRING (0 0, 1 1, 2 2))",
        ),
        (
            wkb(12, shapely.to_wkb(shapely.box(0, 0, 1, 1)), wkb(10)),
            "MULTIPOLYGON (((1 0, 1 1, 0 1, 0 0, 1 0)))",
        ),
    ],
)
def test_every_curved_type_has_its_straight_one(binary, expected):
    assert shapely.equals_exact(linear_from_wkb(binary).geometry, shapely.from_wkt(expected))


@pytest.mark.parametrize("via", [(0, 2), (1.2, 1.6)])
def test_the_greatest_deviation_is_that_of_the_widest_chord(via):
    arc = linear_from_wkb(line(8, (-2, 0), via, (2, 0)))
    middles = shapely.get_coordinates(arc.geometry)
    middles = (middles[1:] + middles[:-1]) / 2
    assert arc.deviation == pytest.approx((2 - np.hypot(*middles.T)).max(), rel=1e-6)


def test_what_has_no_arc_has_no_deviation():
    assert linear_from_wkb(wkb(9, line(2, (0, 0), (1, 0)))).deviation is None
    assert linear_from_wkb(line(8, (0, 0), (1, 1), (2, 2))).deviation == 0


@pytest.mark.parametrize("kind", [15, 16, 17, 1015])
def test_surfaces_of_space_are_named(kind):
    with pytest.raises(SurfaceGeometry):
        linear_from_wkb(wkb(4, wkb(kind)) if kind == 17 else wkb(kind))


def test_heights_are_interpolated():
    arc = linear_from_wkb(line(8, (-1, 0, 10), (0, 1, 20), (1, 0, 40))).geometry
    heights = shapely.get_coordinates(arc, include_z=True)[:, 2]
    assert (heights[0], heights[45], heights[90], heights[-1]) == (10, 15, 20, 40)


@pytest.mark.parametrize(
    "binary",
    [
        line(8, (0, 0), (1, 1), (2, 2))[:-4],
        line(8, (0, 0), (1, 1)),
        wkb(15),
        wkb(10, line(8, (0, 0), (1, 1), (2, 0))),
        struct.pack("<bII", 1, 10, 2**31),
        b"",
    ],
)
def test_what_cannot_be_read_is_no_geometry(binary):
    with pytest.raises(ValueError):  # noqa: PT011 - the reader of the file names its row
        linear_from_wkb(binary)


def test_a_nest_without_end_is_refused():
    binary = line(8, (0, 0), (1, 1), (2, 2))
    for _ in range(2000):
        binary = wkb(7, binary)
    with pytest.raises(ValueError, match="WKB type 7"):
        linear_from_wkb(binary)
