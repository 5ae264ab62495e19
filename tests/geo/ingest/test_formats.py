"""A file is told by its content, and what is not taken is named with what to do."""

from pathlib import Path

import pyogrio
import pytest

from geo.errors import UploadUnsupported
from geo.ingest.formats import FORMATS, kind_of


def told(folder, content):
    path = folder / "kirim"
    path.write_bytes(content)
    return kind_of(path)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\3\4", "zip"),
        (b"SQLite format 3\0" + bytes(52) + b"GPKG", "geopackage"),
        (b'{"type": "FeatureCollection"', "geojson"),
        (b'{"type":"Topology"', "topojson"),
        (b"PAR1", "geoparquet"),
        (b"fgb\3fgb\0", "flatgeobuf"),
        (b"<!-- <gml> --><k:kml xmlns:k='x'>", "kml"),
        (b"<?xml version='1.0'?>\n<!DOCTYPE kml [<!ENTITY a 'b'>]><kml>", "kml"),
        (b"<wfs:FeatureCollection>", "gml"),
        (b"<Data xmlns:g='http://www.opengis.net/gml/3.2'>", "gml"),
        (b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "dxf"),
        (b"999\nQGIS\n  0\nSECTION\n", "dxf"),
    ],
)
def test_a_format_is_told_by_its_first_bytes(tmp_path, content, kind):
    assert told(tmp_path, content) == kind


# A table of one field: version, date, rows, and the lengths of its header and of a row.
DBF = b"\3\x7a\1\2" + (1).to_bytes(4, "little") + b"\x41\0\x0b\0" + bytes(20) + b"NAMA" + bytes(28)
QGIS = "Ekspor → Simpan Fitur Sebagai… → GeoPackage"


@pytest.mark.parametrize(
    ("content", "name", "advice"),
    [
        (b"Rar!\x1a\7", "RAR", "kemas ulang sebagai ZIP"),
        (b"%PDF-1.7", "PDF", "digitasi di QGIS"),
        (b"AC1032", "DWG", "simpan gambar sebagai DXF"),
        (b"AutoCAD Binary DXF\r\n\x1a\0", "DXF biner", "simpan gambar sebagai DXF"),
        (b"!table\n!version 300", "MapInfo (.tab)", QGIS),
        (b"Version 300\nCharset", "MapInfo (.mif)", QGIS),
        (b"SQLite format 3\0" + bytes(52) + b"MPBX", "MBTiles", "raster"),
        (b"SQLite format 3\0" + bytes(56), "bukan GeoPackage", QGIS),
        (b"\xd0\xcf\x11\xe0", "Excel .xls", ".xlsx"),
        (b"<?xml version='1.0'?><gpx version='1.1'>", "GPX", QGIS),
        (b"II*\0", "TIFF", "raster"),
        (b"<OGRVRTDataSource>", "VRT", QGIS),
        (b"<VRTDataset>", "VRT", "raster"),
        (b"<!DOCTYPE qgis PUBLIC 'x' 'y'>\n<qgis>", "QGIS", QGIS),
        (b"\0\0\x27\x0a", "Shapefile (.shp)", "satu ZIP"),
        (b"", "berkas kosong", "GeoParquet"),
        (b"<html><body>404</body></html>", "halaman web (HTML)", "unduh lagi"),
        (b"<!DOCTYPE html>\n<HTML lang='id'>", "halaman web (HTML)", "unduh lagi"),
        (b"[[[[[[[[", "JSON yang bukan GeoJSON", "FeatureCollection"),
        (b"zone_id,name,lon,lat\nz,a\0b,115,-3\n", "huruf kosong", "CSV UTF-8"),
        (DBF, "tabel Shapefile (.dbf)", "satu ZIP"),
        (b"<xs:schema xmlns:g='http://www.opengis.net/gml'>", "XSD", QGIS),
    ],
)
def test_what_is_not_taken_is_named_with_what_its_sender_can_do(tmp_path, content, name, advice):
    with pytest.raises(UploadUnsupported) as caught:
        told(tmp_path, content)
    assert name in caught.value.detail("id")
    assert advice in caught.value.detail("id")


def test_no_text_of_a_format_is_left_empty_and_no_driver_serves_two():
    drivers = [each.driver for each in FORMATS.values() if each.driver is not None]
    assert len(set(drivers)) == len(drivers)
    # A name that GDAL does not know would leave a confined process without its driver.
    assert set(drivers) <= set(pyogrio.list_drivers())
    for each in FORMATS.values():
        assert all(text.id and text.en for text in (each.name, each.crs, each.note))


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_guide_lists_the_formats_as_the_table_has_them(language):
    guide = Path(__file__).parents[3] / "maps/guide" / language / "gis-staff.md"
    lines = guide.read_text(encoding="utf-8").split("\n| format | CRS |")[1].split("\n\n")[0]
    *of_layers, of_rasters = lines.split("\n")[2:]
    # Rasters of land are read by another program, under the same door.
    assert "`collection=land-NAME`" in of_rasters
    assert of_layers == [
        f"| {each.name.to(language)} | {each.crs.to(language)} | {each.note.to(language)} |"
        for each in FORMATS.values()
    ]
