"""Tiles that are cut at once: where features are and what they are called, within a pixel or two."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.tiles.coarse import coarse_tile, prepared_outlines, published_outlines
from geo.tiles.cut import encode_tile, for_zoom, tile_source
from geo.tiles.feature_encoder import encode_features
from geo.tiles.features import FeatureTable
from tests.geo.tile_reader import multipolygon, read_tile

PLACE = {"z": 5, "row": 16, "column": 26}
PIXEL_UNITS = 2


def layer(geometries, **columns):
    ids = [f"area-{i}" for i in range(len(geometries))]
    return gpd.GeoDataFrame(columns, geometry=geometries, crs="OGC:CRS84", index=ids)


def coarse(frame, **place):
    place = PLACE | place
    return drawn(prepared_outlines(FeatureTable(encode_features(frame))), **place)


def drawn(outlines, **place):
    content = coarse_tile(outlines, layer="areas", **place)
    return read_tile(content)[3] if content else []


def fine(frame, **place):
    place = PLACE | place
    content = encode_tile(for_zoom(tile_source(frame), place["z"]), layer="areas", **place)
    return read_tile(content)[3] if content else []


@pytest.fixture(scope="module")
def circles():
    x, y = np.meshgrid(np.arange(113, 117, 0.5), np.arange(-5, -1, 0.5))
    shapes = shapely.buffer(shapely.points(x.ravel(), y.ravel()), 0.2, quad_segs=50)
    holed = shapely.difference(shapes, shapely.buffer(shapely.centroid(shapes), 0.1))
    return layer(holed, name=[f"bundar {i}" for i in range(len(shapes))])


def test_it_has_the_features_of_the_tile_with_their_names(circles):
    found, expected = coarse(circles), fine(circles)
    assert [(f.id, f.kind, f.properties) for f in found] == [
        (f.id, f.kind, f.properties) for f in expected
    ]
    assert found


def test_an_outline_lies_within_two_pixels_of_the_published_one(circles):
    for one, other in zip(coarse(circles), fine(circles), strict=True):
        drawn, expected = multipolygon(one), multipolygon(other)
        assert drawn.is_valid
        assert shapely.hausdorff_distance(drawn, expected) <= 4 * PIXEL_UNITS
        assert drawn.area == pytest.approx(expected.area, rel=0.2)


def test_it_has_fewer_corners_than_the_layer(circles):
    corners = sum(len(path) for feature in coarse(circles) for path in feature.paths)
    assert corners < shapely.get_num_coordinates(circles.geometry).sum() / 4


def test_every_form_of_geometry_is_there():
    point, high = (
        shapely.Point(115, -2),
        shapely.Polygon([(114, -2, 9), (115, -2, 9), (115, -3, 9)]),
    )
    line = shapely.LineString([(114, -2), (115, -3), (116, -2)])
    frame = layer(
        [
            *(point, shapely.MultiPoint([point, (116, -3)]), line),
            shapely.MultiLineString([line, [(114, -4), (115, -4)]]),
            *(
                shapely.GeometryCollection([point, line]),
                high,
                shapely.box(115, -4, 115.001, -3.999),
            ),
            *(None, shapely.Polygon()),
        ]
    )
    assert corners_of(coarse(frame)) == corners_of(fine(frame))


def corners_of(features):
    return [(f.id, f.kind, [set(path) for path in f.paths]) for f in features]


def test_specks_of_one_place_are_one_and_read_from_their_bounds():
    specks = [shapely.box(115, -3, 115.0001 + i / 1e5, -2.9999) for i in range(5)]
    assert [f.id for f in coarse(layer([*specks, shapely.box(114, -3, 114.0001, -2.9999)]))] == [
        1,
        6,
    ]


def test_islands_and_holes_below_a_unit_are_left_out():
    island = shapely.Point(114, -3).buffer(0.001, quad_segs=2)
    large = shapely.Point(115, -3).buffer(0.5, quad_segs=200) - shapely.Point(115, -3).buffer(0.001)
    [found] = coarse(layer([shapely.MultiPolygon([island, large])]))
    assert len(found.paths) == 1


def test_a_place_without_features_has_no_bytes(circles):
    assert coarse(circles, row=3) == []


EVERY_FORM = [
    shapely.box(113, -3, 114, -2),
    shapely.MultiPolygon([shapely.box(114.2, -3, 114.6, -2.5)]),
    shapely.MultiPolygon([shapely.box(115, -3, 115.2, -2.5), shapely.box(115.4, -3, 115.6, -2)]),
    shapely.box(116, -4, 117, -3).difference(shapely.box(116.2, -3.8, 116.6, -3.2)),
    shapely.LineString([(114, -2), (115, -3), (116, -2)]),
    shapely.Point(115, -2),
    shapely.Polygon([(114, -4, 9), (115, -4, 9), (115, -5, 9)]),
    shapely.Polygon(),
    None,
    shapely.LineString([(114, -2), (float("inf"), -3), (116, -2)]),
    shapely.box(112.12345678, -4, 112.87654321, -3),
]


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame,
        lambda frame: frame.to_crs("EPSG:4326"),
        lambda frame: frame.to_crs("EPSG:32750"),
        lambda frame: frame.drop(columns="name"),
        lambda frame: frame.set_axis(range(len(frame))),
        lambda frame: frame.assign(name=range(len(frame))),
    ],
    ids=["as written", "EPSG:4326", "in metres", "nameless", "numbered", "names are numbers"],
)
def test_before_a_layer_is_prepared_its_tiles_are_the_same(tmp_path, change):
    frame = change(layer(EVERY_FORM, name=[f"nama {i}" for i in range(len(EVERY_FORM))]))
    frame.to_parquet(tmp_path / "layer.parquet", row_group_size=3)
    published = published_outlines(tmp_path / "layer.parquet")
    prepared = prepared_outlines(FeatureTable(encode_features(frame)))
    assert (published.extent, published.properties) == (prepared.extent, prepared.properties)
    for place in (PLACE, {"z": 8, "row": 130, "column": 210}, {"z": 0, "row": 0, "column": 0}):
        # Rings are prepared counterclockwise: the same corners from another one on.
        found = drawn(published, **place)
        assert corners_of(found) == corners_of(drawn(prepared, **place))
    places = published.meeting((113, -5, 117, -1))
    assert places.tolist() == prepared.meeting((113, -5, 117, -1)).tolist()
    assert published.named(places) == prepared.named(places)
    assert shapely.to_wkb(published.at(places)).tolist() == (
        shapely.to_wkb(prepared.at(places)).tolist()
    )


def test_a_published_layer_without_features_has_no_place(tmp_path):
    layer([]).to_parquet(tmp_path / "layer.parquet")
    published = published_outlines(tmp_path / "layer.parquet")
    assert published.extent is None
    assert drawn(published, **PLACE) == []
