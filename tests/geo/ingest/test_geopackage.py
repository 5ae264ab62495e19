"""GeoPackages as other programs write them: standard views, curves, surfaces, heights, odd names."""

import sqlite3
import struct

import geopandas as gpd
import pytest
import shapely

from geo.ingest.findings import Unreadable
from geo.ingest.geopackage import read_geopackage
from geo.ingest.source import Limits
from tests import hostile

LIMITS = Limits()
# As the annex of the standard and older GDAL write them.
VIEWS = {
    "st_spatial_ref_sys": "SELECT srs_name, srs_id, organization, organization_coordsys_id,"
    " definition, description FROM gpkg_spatial_ref_sys",
    "spatial_ref_sys": "SELECT srs_id AS srid, organization AS auth_name,"
    " organization_coordsys_id AS auth_srid, definition AS srtext FROM gpkg_spatial_ref_sys",
    "ST_Geometry_Columns": "SELECT table_name, column_name, 'ST_' || geometry_type_name AS"
    " geometry_type_name, g.srs_id, srs_name FROM gpkg_geometry_columns AS g"
    " JOIN gpkg_spatial_ref_sys AS s WHERE g.srs_id = s.srs_id",
    "geometry_columns": "SELECT table_name AS f_table_name, column_name AS f_geometry_column,"
    " (CASE geometry_type_name WHEN 'GEOMETRY' THEN 0 WHEN 'POINT' THEN 1 ELSE 3 END) AS"
    " geometry_type, 2 + (CASE z WHEN 1 THEN 1 WHEN 2 THEN 1 ELSE 0 END) + (CASE m WHEN 1 THEN 1"
    " ELSE 0 END) AS coord_dimension, srs_id AS srid FROM gpkg_geometry_columns",
}


def read(path):
    return read_geopackage(path, layer=None, limits=LIMITS)


def with_geometry(folder, *blobs, crs=32750):
    """A GeoPackage whose features have these well-known binaries."""
    points = [shapely.Point(300_000, 9_600_000)] * len(blobs)
    path = folder / "u.gpkg"
    gpd.GeoDataFrame({"n": range(len(blobs))}, geometry=points, crs=crs).to_file(path, layer="a")
    database = sqlite3.connect(path)
    triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        database.execute(f"DROP TRIGGER {name}")
    for row, blob in enumerate(blobs, start=1):
        header = b"GP\0\1" + struct.pack("<i", crs)
        database.execute("UPDATE a SET geom = ? WHERE fid = ?", (header + blob, row))
    database.commit()
    database.close()
    return path


def circular(*positions):
    flat = [value for position in positions for value in position]
    return struct.pack("<bII", 1, 8, len(positions)) + struct.pack(f"<{len(flat)}d", *flat)


def collection(kind, *parts):
    return struct.pack("<bII", 1, kind, len(parts)) + b"".join(parts)


def test_the_views_of_the_standard_are_let_stand_and_never_read(tmp_path):
    path = hostile.gpkg_with(tmp_path, *((f"CREATE VIEW {n} AS {q}",) for n, q in VIEWS.items()))
    source = read(path)
    assert len(source.frame) == source.header_count > 0


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("other", VIEWS["spatial_ref_sys"]),
        ("spatial_ref_sys", "SELECT * FROM zones"),
        ("spatial_ref_sys", "SELECT load_extension('x') FROM gpkg_spatial_ref_sys"),
        (
            "geometry_columns",
            "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r",
        ),
        ("spatial_ref_sys", "SELECT 1"),
        ("spatial_ref_sys", "SELECT * FROM gpkg_spatial_ref_sys, zones"),
    ],
)
def test_any_other_view_is_refused_by_its_name(tmp_path, name, query):
    path = hostile.gpkg_with(tmp_path, (f"CREATE VIEW {name} AS {query}",))
    with pytest.raises(Unreadable) as caught:
        read(path)
    assert (caught.value.findings[0].code, caught.value.findings[0].facts["name"]) == (
        "gpkg_view",
        name,
    )


def test_curves_are_made_straight_and_their_greatest_deviation_is_said_in_metres(tmp_path):
    x, y, r = 300_000, 9_600_000, 1000
    ring = circular((x - r, y), (x, y + r), (x + r, y), (x, y - r), (x - r, y))
    plain = shapely.to_wkb(shapely.box(x, y, x + 1, y + 1))
    source = read(with_geometry(tmp_path, collection(10, ring), plain))
    assert source.frame.geom_type.tolist() == ["Polygon", "Polygon"]
    assert source.frame.area[0] == pytest.approx(3.1415926 * r**2, rel=6e-5)
    (said,) = [f for f in source.findings if f.code == "curves_made_straight"]
    # 1000 m · (1 - cos 0.5°)
    assert "paling besar 0,038 m" in said.sentence.id
    assert said.facts["count"] == 1


def test_a_curve_inside_a_collection_is_made_straight_too(tmp_path):
    arc = circular((0, 0), (1, 1), (2, 0))
    source = read(with_geometry(tmp_path, collection(7, arc)))
    assert [part.geom_type for part in source.frame.geometry[0].geoms] == ["LineString"]


def test_surfaces_of_space_are_named_by_row_and_kind(tmp_path):
    source = read(with_geometry(tmp_path, shapely.to_wkb(shapely.Point(1, 2)), collection(16)))
    assert source.damaged[1].code == "geometry_surface"
    assert source.damaged[1].facts == {"kind": "TIN"}
    assert source.frame.geometry[1] is None


def test_the_geometry_column_is_found_whatever_its_letters(tmp_path):
    change = "UPDATE gpkg_geometry_columns SET column_name = 'GEOM'"
    source = read(hostile.gpkg_with(tmp_path, (change,)))
    assert source.frame.geometry.notna().all()
    assert "geom" not in source.frame
    gone = "UPDATE gpkg_geometry_columns SET column_name = 'shape'"
    with pytest.raises(Unreadable) as caught:
        read(hostile.gpkg_with(tmp_path / "..", (gone,)))
    assert caught.value.findings[0].code == "gpkg_table"


@pytest.mark.parametrize("shape", ["POINT Z (1 2 3)", "POINT M (1 2 3)", "POINT ZM (1 2 3 4)"])
def test_heights_and_measures_are_read(tmp_path, shape):
    written = shapely.to_wkb(shapely.from_wkt(shape), flavor="iso", output_dimension=4)
    assert read(with_geometry(tmp_path, written)).frame.geometry[0].wkt == shape


@pytest.mark.parametrize(
    "make", [hostile.gpkg_cut, hostile.gpkg_flipped_pages, hostile.gpkg_wkb_garbage]
)
def test_what_is_damaged_is_told_without_the_words_of_a_library(tmp_path, make):
    try:
        damaged = read(make(tmp_path)).damaged.values()
        reasons = [damage.facts["reason"] for damage in damaged]
    except Unreadable as error:
        reasons = [error.findings[0].facts["reason"]]
    assert reasons
    assert all(reason.id != reason.en for reason in reasons)
