"""Files of too many vertices are refused by their headers, and no file is for a count too high."""

import itertools
import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.ingest.archive import unpack_shapefile
from geo.ingest.findings import Unreadable
from geo.ingest.geojson import read_geojson
from geo.ingest.geopackage import read_geopackage
from geo.ingest.shapefile import read_shapefile
from geo.ingest.source import Limits
from geo.ingest.vertices import in_records, least_in_wkb
from tests import hostile

# Twelve outlines of 101 vertices.
CIRCLES = [shapely.Point(115 + i, -3).buffer(0.1, quad_segs=25) for i in range(12)]
VERTICES = int(shapely.get_num_coordinates(CIRCLES).sum())


def layer():
    return gpd.GeoDataFrame({"id": range(12)}, geometry=CIRCLES, crs=4326)


def geojson(folder, limits):
    path = folder / "a.geojson"
    layer().to_file(path, driver="GeoJSON")
    return read_geojson(path, limits=limits)


def geopackage(folder, limits):
    path = folder / "a.gpkg"
    layer().to_file(path, driver="GPKG")
    return read_geopackage(path, layer=None, limits=limits)


def shapefile(folder, limits):
    path = hostile.zipped(folder / "a.zip", hostile.shapefile_parts(folder / "parts", layer()))
    files = unpack_shapefile(path, folder, layer=None, limits=limits)
    return read_shapefile(files, encoding=None, limits=limits)


READERS = (geojson, geopackage, shapefile)


@pytest.mark.parametrize("read", READERS)
def test_a_reader_stops_at_too_many_vertices(read, tmp_path):
    with pytest.raises(Unreadable) as refused:
        read(tmp_path, Limits(layer_vertices=VERTICES // 2))
    (found,) = refused.value.findings
    assert (found.code, found.facts["limit"]) == ("too_many_vertices_in_all", VERTICES // 2)


@pytest.mark.parametrize("read", READERS)
def test_as_many_vertices_as_may_are_read(read, tmp_path):
    assert len(read(tmp_path, Limits(layer_vertices=VERTICES)).frame) == 12


@pytest.mark.parametrize("blank", ["", " ", "\n\t"])
def test_only_positions_are_counted_in_json(tmp_path, blank):
    # Twenty lists of numbers among properties, and texts that look like coordinates.
    path = tmp_path / "a.json"
    properties = {"a": [[1, 2]] * 20, "b": '"coordinates": [1,2],[3,4]'}
    ring = f"[{blank}[[115,-3],[116,-3],[116,-2],[115,-3]]]"
    geometry = f'{{"type":"Polygon","coordinates"{blank}:{blank}{ring}}}'
    path.write_text(
        f'{{"type":"Feature","properties":{json.dumps(properties)},"geometry":{geometry}}}'
    )
    assert len(read_geojson(path, limits=Limits(layer_vertices=4)).frame) == 1
    with pytest.raises(Unreadable):
        read_geojson(path, limits=Limits(layer_vertices=3))


SHAPES = [
    shapely.Point(1, 2),
    shapely.MultiPoint([(i, i) for i in range(9)]),
    shapely.LineString([(i, i * i) for i in range(7)]),
    shapely.MultiPolygon([shapely.box(i, 0, i + 0.5, 1) for i in range(5)]),
    shapely.Polygon(),
]


@pytest.mark.parametrize(
    ("shape", "dimensions", "flavor"),
    list(itertools.product(SHAPES, (2, 3), ("iso", "extended"))),
)
def test_no_binary_is_said_to_have_more_vertices_than_it_has(shape, dimensions, flavor):
    shape = shapely.force_3d(shape, 5.0) if dimensions == 3 else shape
    wkb = shapely.to_wkb(shape, flavor=flavor, output_dimension=dimensions)
    assert least_in_wkb(len(wkb), wkb[:5]) <= shapely.get_num_coordinates(shape)
    big = least_in_wkb(len(wkb) + 1_000_000, wkb[:5])
    assert big >= 1_000_000 // (8 * dimensions + 5)


def test_a_record_is_not_believed_to_have_more_points_than_it_can_hold():
    record = np.zeros(60, np.uint8)
    record[0] = 5
    record[40:44] = 255, 255, 255, 127
    starts, sizes = np.array([0]), np.array([60])
    assert in_records(record, starts, sizes) == 3
    record[40:44] = 255
    assert in_records(record, starts, sizes) == 0
    assert in_records(record, starts, np.array([20])) == 0
