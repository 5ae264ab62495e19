"""Files that somebody might send: each is written to a folder and returned as a path.

They follow the project's list of threats: parser features that read, fetch or write; exhaustion;
and data that common readers lose without an error.
"""

import io
import json
import sqlite3
import struct
import zipfile
import zlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

SECRET = "CANARY-7f3a"
_PROPERTIES = {"zone_id": "angsana", "name": "Angsana", "regency_code": "63.10"}
SQUARE = [[115.57, -3.73], [115.64, -3.73], [115.64, -3.69], [115.57, -3.69], [115.57, -3.73]]


def zones(count=3):
    """A good layer of `count` zones in one row inside Tanah Bumbu."""
    return gpd.GeoDataFrame(
        {
            "zone_id": [f"zona-{i}" for i in range(count)],
            "name": [f"Zona {i}" for i in range(count)],
            "regency_code": ["63.10"] * count,
        },
        geometry=[
            shapely.box(115.5 + 0.02 * i, -3.6, 115.51 + 0.02 * i, -3.59) for i in range(count)
        ],
        crs=4326,
    )


def shapefile_parts(folder, frame=None, **options):
    """The members of a Shapefile by suffix."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = zones() if frame is None else frame
    # DBF cuts names at ten characters.
    chosen.rename(columns=lambda name: name[:10]).to_file(folder / "zones.shp", **options)
    return {path.suffix: path.read_bytes() for path in folder.glob("zones.*")}


def zipped(path, parts, *, stem="zones"):
    """An archive of those members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix, content in parts.items():
            archive.writestr(f"{stem}{suffix}", content)
    return path


def _shapefile(folder, change):
    parts = shapefile_parts(folder / "parts")
    change(parts)
    return zipped(folder / "upload.zip", parts)


def _geojson(folder, text):
    path = folder / "upload.geojson"
    path.write_text(text, encoding="utf-8") if isinstance(text, str) else path.write_bytes(text)
    return path


def feature(**changes):
    """One GeoJSON feature."""
    geometry = {"type": "Polygon", "coordinates": [SQUARE]}
    return {"type": "Feature", "properties": _PROPERTIES, "geometry": geometry} | changes


def collection(*features, **members):
    """A GeoJSON collection as text."""
    found = list(features) or [feature()]
    return json.dumps({"type": "FeatureCollection", "features": found} | members)


def _canary(folder):
    path = folder / "canary.csv"
    path.write_text(f"id,WKT\n{SECRET},POINT(115 -3)\n")
    return path


def vrt_renamed(folder):
    canary = _canary(folder)
    text = f"""<OGRVRTDataSource><OGRVRTLayer name="canary">
        <SrcDataSource>{canary}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
    return _geojson(folder, text)


def gdalg_pipeline(folder):
    command = f"gdal vector pipeline ! read {_canary(folder)} ! write streamed --format stream"
    return _geojson(
        folder,
        json.dumps({"type": "gdal_streamed_alg", "command_line": command, "release": "3.11"}),
    )


def vrt_in_zip_as_shp(folder):
    canary = _canary(folder)
    text = f"""<OGRVRTDataSource><OGRVRTLayer name="canary">
        <SrcDataSource>{canary}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
    return _shapefile(folder, lambda parts: parts.update({".shp": text.encode()}))


def esri_json(folder):
    return _geojson(folder, json.dumps({"geometryType": "esriGeometryPolygon", "features": []}))


def topojson(folder):
    return _geojson(folder, json.dumps({"type": "Topology", "objects": {}, "arcs": []}))


def kml(folder):
    return _geojson(folder, '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"/>')


def kml_billion_laughs(folder):
    return _geojson(
        folder,
        '<!DOCTYPE k [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><kml><name>&b;</name></kml>',
    )


def kml_external_entity(folder):
    return _geojson(
        folder,
        '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Document>'
        "<Placemark><name>&x;</name></Placemark></Document></kml>",
    )


def kml_network_link(folder):
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink>"
    return _geojson(folder, f"<kml><Document>{link}</Document></kml>")


def kml_cut(folder):
    return _geojson(folder, "<kml><Document><Placemark><name>A")


def kml_deep(folder):
    return _geojson(folder, "<kml>" + "<Folder>" * 5_000 + "</Folder>" * 5_000 + "</kml>")


def gml(folder):
    """The prefix of its root belongs to no namespace."""
    return _geojson(folder, '<?xml version="1.0"?><gml:FeatureCollection/>')


def _gml(folder, body, *, head=""):
    namespaces = 'xmlns:gml="http://www.opengis.net/gml" xmlns:k="http://k"'
    return _geojson(
        folder, f"<?xml version='1.0'?>{head}<gml:FeatureCollection {namespaces}>{body}"
    )


def gml_billion_laughs(folder):
    """GDAL reads no row of it, and gives no error."""
    head = '<!DOCTYPE k [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    body = (
        "<gml:featureMember><k:z><k:n>&b;</k:n></k:z></gml:featureMember></gml:FeatureCollection>"
    )
    return _gml(folder, body, head=head)


def gml_external_entity(folder):
    head = '<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    body = (
        "<gml:featureMember><k:z><k:n>&x;</k:n></k:z></gml:featureMember></gml:FeatureCollection>"
    )
    return _gml(folder, body, head=head)


def gml_cut(folder):
    return _gml(folder, "<gml:featureMember><k:z><k:n>63.10</k:n>")


def gml_deep(folder):
    return _gml(folder, "<k:a>" * 5_000 + "</k:a>" * 5_000 + "</gml:FeatureCollection>")


def flatgeobuf_header_huge(folder):
    return _geojson(folder, b"fgb\3fgb\0" + struct.pack("<I", 2**31 - 1) + b"x" * 100)


def flatgeobuf_cut(folder):
    zones().to_file(folder / "z.fgb", driver="FlatGeobuf")
    return _geojson(folder, (folder / "z.fgb").read_bytes()[:-50])


def topojson_deep(folder):
    return _geojson(folder, '{"type":"Topology","objects":' + "[" * 5_000 + "]" * 5_000 + "}")


def topojson_arc_of_a_million(folder):
    """A file of 50 kB whose one arc is drawn often enough for 12,000,000 vertices."""
    shape = {"type": "MultiLineString", "arcs": [[0]] * 6_000}
    arcs = [[[115, -3]] * 2_000]
    return _geojson(folder, json.dumps({"type": "Topology", "objects": {"a": shape}, "arcs": arcs}))


def parquet_many_rows(folder):
    """Ten million equal rows in a few kB."""
    geo = {"version": "1.1.0", "primary_column": "g", "columns": {"g": {"encoding": "WKB"}}}
    rows = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(10_000_000, np.int32)), pa.array([shapely.to_wkb(shapely.Point(0, 0))])
    )
    table = pa.table({"g": rows}).replace_schema_metadata({b"geo": json.dumps(geo)})
    pq.write_table(table, folder / "u.parquet")
    return folder / "u.parquet"


def parquet_cut(folder):
    zones().to_parquet(folder / "u.parquet")
    return _geojson(folder, (folder / "u.parquet").read_bytes()[:-30])


def kmz_bomb(folder):
    path = folder / "u.kmz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", "<kml>" + " " * 60_000_000 + "</kml>")
    return path


def dxf_cut(folder):
    return _geojson(folder, "0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\nBATAS\n10\n1.0\n20\n")


def sequence_cut(folder):
    return _geojson(folder, f"\x1e{json.dumps(feature())}\n\x1e{json.dumps(feature())[:60]}")


def sequence_deep(folder):
    return _geojson(folder, f"{json.dumps(feature())}\n{'[' * 100_000}\n")


def csv_renamed(folder):
    return _geojson(folder, "id,name\n1,a\n")


def tiff_renamed(folder):
    return _geojson(folder, b"II*\0\x08\0\0\0" + bytes(100))


def empty_file(folder):
    return _geojson(folder, b"")


def bare_shp(folder):
    return _geojson(folder, shapefile_parts(folder / "parts")[".shp"])


def xlsx_as_zip(folder):
    return zipped(
        folder / "u.zip", {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}, stem=""
    )


def plain_sqlite(folder):
    path = folder / "u.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t (a)")
    database.close()
    return path


def geojson_crs_link(folder):
    crs = {"type": "link", "properties": {"href": "http://127.0.0.1:9/x", "type": "proj4"}}
    return _geojson(folder, collection(crs=crs))


def geojson_crs_file_link(folder):
    crs = {"type": "link", "properties": {"href": str(_canary(folder)), "type": "ogcwkt"}}
    return _geojson(folder, collection(crs=crs))


def geojson_crs_unknown(folder):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}}
    return _geojson(folder, collection(crs=crs))


def geojson_crs_init_file(folder):
    crs = {"type": "name", "properties": {"name": f"+init={_canary(folder)}:x"}}
    return _geojson(folder, collection(crs=crs))


def geojson_crs_null(folder):
    return _geojson(folder, collection(crs=None))


def geojson_deep(folder):
    nested = "[" * 5000 + "]" * 5000
    return _geojson(
        folder,
        collection(feature(properties=_PROPERTIES | {"x": 1})).replace(": 1}", f": {nested}}}"),
    )


def geojson_deep_collections(folder):
    geometry = {"type": "Point", "coordinates": [115.6, -3.7]}
    for _ in range(40):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    return _geojson(folder, collection(feature(geometry=geometry)))


def geojson_nan(folder):
    return _geojson(folder, collection(feature(properties=_PROPERTIES | {"area_ha": float("nan")})))


def geojson_infinite_coordinate(folder):
    return _geojson(folder, collection().replace("-3.73]", "-1e999]"))


def geojson_duplicate_keys(folder):
    return _geojson(folder, collection().replace('"name": "Angsana"', '"name": "A", "name": "B"'))


def geojson_lone_surrogate(folder):
    return _geojson(folder, collection().replace("Angsana", "Ang\\ud800sana"))


def geojson_nul_in_string(folder):
    return _geojson(folder, collection().replace("Angsana", "Ang\\u0000sana"))


def geojson_unclosed_ring(folder):
    return _geojson(
        folder, collection(feature(geometry={"type": "Polygon", "coordinates": [SQUARE[:-1]]}))
    )


def geojson_string_coordinates(folder):
    ring = [[str(x), str(y)] for x, y in SQUARE]
    return _geojson(
        folder, collection(feature(geometry={"type": "Polygon", "coordinates": [ring]}))
    )


def geojson_short_position(folder):
    ring = [SQUARE[0], [115.6], *SQUARE[2:]]
    return _geojson(
        folder, collection(feature(geometry={"type": "Polygon", "coordinates": [ring]}))
    )


def geojson_unknown_type(folder):
    return _geojson(folder, collection(feature(geometry={"type": "Circle", "coordinates": []})))


def geojson_null_geometry(folder):
    return _geojson(folder, collection(feature(geometry=None)))


def geojson_line(folder):
    return _geojson(
        folder, collection(feature(geometry={"type": "LineString", "coordinates": SQUARE}))
    )


def geojson_cut(folder):
    return _geojson(folder, collection()[:-40])


def geojson_not_utf8(folder):
    return _geojson(
        folder,
        collection().replace("Angsana", "Angsaná").encode("latin-1").replace(b"\\u00e1", b"\xe1"),
    )


def geojson_no_features(folder):
    return _geojson(folder, json.dumps({"type": "FeatureCollection", "features": []}))


def geojson_features_no_list(folder):
    return _geojson(folder, json.dumps({"type": "FeatureCollection", "features": {"a": 1}}))


def geojson_swapped_axes(folder):
    ring = [[y, x] for x, y in SQUARE]
    return _geojson(
        folder, collection(feature(geometry={"type": "Polygon", "coordinates": [ring]}))
    )


def geojson_huge_integer(folder):
    return _geojson(
        folder,
        collection(feature(properties=_PROPERTIES | {"x": 7})).replace(
            ": 7}", ": " + "9" * 5000 + "}"
        ),
    )


def geojson_projected_without_crs(folder):
    frame = zones().to_crs(32750)
    rings = [[list(p) for p in shape.exterior.coords] for shape in frame.geometry]
    return _geojson(
        folder, collection(feature(geometry={"type": "Polygon", "coordinates": [rings[0]]}))
    )


def self_intersection_bomb(folder, count=301, features=80):
    """Stars of chords, each tangled as far as a repair is tried: together beyond it in minutes."""
    turn = 2 * np.pi * np.arange(count) * ((count - 1) // 2) / count
    ring = np.column_stack([115.6 + 0.05 * np.cos(turn), -3.6 + 0.05 * np.sin(turn)])
    ring = [*ring.tolist(), ring[0].tolist()]
    star = feature(geometry={"type": "Polygon", "coordinates": [ring]})
    return _geojson(folder, collection(*[star] * features))


def vertex_bomb(folder, count=250_000):
    turn = 2 * np.pi * np.arange(count) / count
    ring = np.round(np.column_stack([115.6 + 0.05 * np.cos(turn), -3.6 + 0.05 * np.sin(turn)]), 9)
    ring = [*ring.tolist(), ring[0].tolist()]
    return _geojson(
        folder, collection(feature(geometry={"type": "Polygon", "coordinates": [ring]}))
    )


def zip_bomb(folder):
    return zipped(folder / "u.zip", {".shp": bytes(60_000_000), ".shx": b"", ".dbf": b""})


def zip_many_entries(folder):
    path = folder / "u.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(1_500):
            archive.writestr(f"{i}.txt", b"")
    return path


def zip_slip(folder):
    parts = shapefile_parts(folder / "parts")
    path = zipped(folder / "u.zip", parts)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../escaped.shp", b"x")
    return path


def zip_absolute(folder):
    return zipped(folder / "u.zip", shapefile_parts(folder / "parts"), stem="/tmp/escaped")


def zip_symlink(folder):
    path = folder / "u.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("zones.shp")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return path


def zip_nested(folder):
    parts = shapefile_parts(folder / "parts")
    inner = zipped(folder / "inner.zip", parts)
    return zipped(folder / "u.zip", parts | {".inner.zip": inner.read_bytes()})


def zip_encrypted(folder):
    path = zipped(folder / "u.zip", shapefile_parts(folder / "parts"))
    content = bytearray(path.read_bytes())
    for signature, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = content.find(signature)
        while start >= 0:
            content[start + at] |= 1
            start = content.find(signature, start + 4)
    path.write_bytes(content)
    return path


def zip_bad_checksum(folder):
    parts = shapefile_parts(folder / "parts")
    path = folder / "u.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for suffix, content in parts.items():
            archive.writestr(f"zones{suffix}", content)
    content = bytearray(path.read_bytes())
    at = content.find(parts[".shp"]) + 150
    content[at] ^= 0xFF
    path.write_bytes(content)
    return path


def zip_overlap(folder):
    """Three members that share one packed stream, written by hand."""
    content = bytes(100_000)
    compress = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = compress.compress(content) + compress.flush()
    sums = struct.pack("<III", zlib.crc32(content), len(packed), len(content))
    local = b"PK\3\4" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sums + struct.pack("<HH", 9, 0)
    body = local + b"zones.shp" + packed
    entries = b""
    for name in (b"zones.shp", b"zones.shx", b"zones.dbf"):
        entries += b"PK\1\2" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sums
        entries += struct.pack("<HHHHHII", 9, 0, 0, 0, 0, 0, 0) + name
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 3, 3, len(entries), len(body), 0)
    path = folder / "u.zip"
    path.write_bytes(body + entries + end)
    return path


def zip_lying_size(folder):
    """The directory says 10 bytes; the stream holds more."""
    path = zipped(folder / "u.zip", shapefile_parts(folder / "parts"))
    content = bytearray(path.read_bytes())
    start = content.find(b"PK\1\2")
    content[start + 24 : start + 28] = struct.pack("<I", 10)
    path.write_bytes(content)
    return path


def zip_cut(folder):
    path = zipped(folder / "u.zip", shapefile_parts(folder / "parts"))
    path.write_bytes(path.read_bytes()[:-100])
    return path


def zip_two_layers(folder):
    parts = shapefile_parts(folder / "parts")
    path = zipped(folder / "u.zip", parts)
    with zipfile.ZipFile(path, "a") as archive:
        for suffix, content in parts.items():
            archive.writestr(f"other{suffix}", content)
    return path


def shp_without(suffix):
    """A maker of Shapefiles that lack one part."""
    return lambda folder: _shapefile(folder, lambda parts: parts.pop(suffix))


def shp_truncated(folder):
    return _shapefile(folder, lambda parts: parts.update({".shp": parts[".shp"][:-150]}))


def shp_truncated_with_true_header(folder):
    """Cut, and its header mended to say so: only the index still knows."""

    def cut(parts):
        content = bytearray(parts[".shp"][:-136])
        content[24:28] = struct.pack(">i", len(content) // 2)
        parts[".shp"] = bytes(content)

    return _shapefile(folder, cut)


def shx_garbage(folder):
    return _shapefile(folder, lambda parts: parts.update({".shx": b"\0" * 40}))


def dbf_fewer_rows(folder):
    def fewer(parts):
        content = bytearray(parts[".dbf"])
        content[4:8] = struct.pack("<I", 2)
        parts[".dbf"] = bytes(content)

    return _shapefile(folder, fewer)


def dbf_truncated(folder):
    return _shapefile(folder, lambda parts: parts.update({".dbf": parts[".dbf"][:-200]}))


def dbf_garbage(folder):
    return _shapefile(folder, lambda parts: parts.update({".dbf": b"\xff" * 500}))


def prj_wrong_zone(folder):
    frame = zones().to_crs(32750).set_crs(32748, allow_override=True)
    return zipped(folder / "u.zip", shapefile_parts(folder / "parts", frame))


def prj_garbage(folder):
    return _shapefile(folder, lambda parts: parts.update({".prj": b"http://127.0.0.1:9/crs"}))


def shp_nan_coordinate(folder):
    def spoil(parts):
        content = bytearray(parts[".shp"])
        at = 100 + 8 + 44 + 4 + 16
        content[at : at + 8] = struct.pack("<d", float("nan"))
        parts[".shp"] = bytes(content)

    return _shapefile(folder, spoil)


def gpkg_with(folder, *statements, frame=None):
    path = folder / "u.gpkg"
    (zones() if frame is None else frame).to_file(path, layer="zones")
    database = sqlite3.connect(path)
    database.create_function("ST_IsEmpty", 1, lambda _: 0)
    for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
        database.create_function(name, 1, lambda _: 0.0)
    for statement, *values in statements:
        database.execute(statement, values)
    database.commit()
    database.close()
    return path


def gpkg_view(folder):
    return gpkg_with(
        folder,
        (
            "CREATE VIEW bomb AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT n FROM r",
        ),
    )


def gpkg_layer_is_view(folder):
    return gpkg_with(
        folder,
        ("CREATE VIEW v AS SELECT fid, geom, zone_id FROM zones",),
        ("UPDATE gpkg_contents SET table_name = 'v'",),
    )


def gpkg_trigger(folder):
    return gpkg_with(
        folder, ("CREATE TRIGGER evil AFTER INSERT ON zones BEGIN DELETE FROM zones; END",)
    )


def gpkg_trigger_hidden_in_standard(folder):
    return gpkg_with(
        folder,
        (
            "CREATE TRIGGER rtree_zones_geom_extra AFTER INSERT ON zones BEGIN"
            " DELETE FROM rtree_zones_geom; DELETE FROM zones; END",
        ),
    )


def gpkg_computed_column(folder):
    return gpkg_with(folder, ("ALTER TABLE zones ADD COLUMN b AS (zeroblob(1000000000))",))


def gpkg_wkb_garbage(folder):
    return gpkg_with(folder, ("UPDATE zones SET geom = ? WHERE fid = 2", b"GP\0\1" + b"\xff" * 60))


def gpkg_wkb_count_huge(folder):
    wkb = struct.pack("<BII", 1, 3, 0x7FFFFFFF)
    blob = b"GP\0\1" + struct.pack("<i", 4326) + wkb
    return gpkg_with(folder, ("UPDATE zones SET geom = ? WHERE fid = 2", blob))


def gpkg_geometry_is_text(folder):
    return gpkg_with(folder, ("UPDATE zones SET geom = 'POINT(115 -3)' WHERE fid = 2",))


def gpkg_two_layers(folder):
    path = folder / "u.gpkg"
    zones().to_file(path, layer="zones")
    zones().to_file(path, layer="other", mode="a")
    return path


def gpkg_count_lies(folder):
    return gpkg_with(folder, ("UPDATE gpkg_ogr_contents SET feature_count = 6",))


def gpkg_cut(folder):
    path = gpkg_with(folder)
    path.write_bytes(path.read_bytes()[:-8192])
    return path


def gpkg_flipped_pages(folder):
    path = gpkg_with(folder)
    content = bytearray(path.read_bytes())
    content[4096:8192] = b"\xa5" * 4096
    path.write_bytes(content)
    return path


def gpkg_text_not_utf8(folder):
    return gpkg_with(folder, ("UPDATE zones SET name = CAST(x'44E9' AS TEXT) WHERE fid = 2",))


def gpkg_no_layer(folder):
    return gpkg_with(folder, ("UPDATE gpkg_contents SET data_type = 'attributes'",))


def gpkg_table_is_gone(folder):
    return gpkg_with(
        folder,
        ("UPDATE gpkg_contents SET table_name = 'gone'",),
        ("UPDATE gpkg_geometry_columns SET table_name = 'gone'",),
    )


def gpkg_srs_is_gone(folder):
    return gpkg_with(folder, ("DELETE FROM gpkg_spatial_ref_sys WHERE srs_id = 4326",))


def gpkg_no_crs(folder):
    return gpkg_with(
        folder,
        ("UPDATE gpkg_geometry_columns SET srs_id = -1",),
        (
            "UPDATE zones SET geom ="
            " CAST(substr(geom, 1, 4) || x'FFFFFFFF' || substr(geom, 9) AS BLOB)",
        ),
    )


def multipart_of(path: Path) -> dict[str, tuple[str, io.BytesIO]]:
    """The file as a client sends it."""
    return {"file": (path.name, io.BytesIO(path.read_bytes()))}


# What each file must be told, by the code of the problem (415) or of its first error (422).
EXPECTED = {
    vrt_renamed: "UploadUnsupported",
    gdalg_pipeline: "UploadUnsupported",
    esri_json: "UploadUnsupported",
    topojson: "empty_layer",
    kml: "empty_layer",
    kml_billion_laughs: "kml_doctype",
    kml_external_entity: "kml_doctype",
    kml_network_link: "kml_link",
    kml_cut: "kml_invalid",
    kml_deep: "kml_too_deep",
    gml: "gml_invalid",
    gml_billion_laughs: "gml_doctype",
    gml_external_entity: "gml_doctype",
    gml_cut: "gml_invalid",
    gml_deep: "gml_too_deep",
    flatgeobuf_header_huge: "file_damaged",
    flatgeobuf_cut: "file_damaged",
    topojson_deep: "json_too_deep",
    topojson_arc_of_a_million: "too_many_vertices_in_all",
    parquet_many_rows: "too_many_features",
    parquet_cut: "file_damaged",
    kmz_bomb: "zip_ratio",
    dxf_cut: "file_damaged",
    sequence_cut: "json_invalid",
    sequence_deep: "json_too_deep",
    csv_renamed: "UploadUnsupported",
    tiff_renamed: "UploadUnsupported",
    empty_file: "UploadUnsupported",
    bare_shp: "UploadUnsupported",
    xlsx_as_zip: "workbook_unreadable",
    plain_sqlite: "UploadUnsupported",
    vrt_in_zip_as_shp: "shapefile_damaged",
    geojson_crs_link: "crs_link",
    geojson_crs_file_link: "crs_link",
    geojson_crs_unknown: "crs_unknown",
    geojson_crs_init_file: "crs_unknown",
    geojson_crs_null: "crs_missing",
    geojson_deep: "json_too_deep",
    geojson_deep_collections: "json_too_deep",
    geojson_nan: "json_number",
    geojson_infinite_coordinate: "coordinate_not_finite",
    geojson_duplicate_keys: "json_duplicate_key",
    geojson_lone_surrogate: "json_surrogate",
    geojson_nul_in_string: "control_character",
    geojson_unclosed_ring: "geometry_damaged",
    geojson_string_coordinates: "geometry_damaged",
    geojson_short_position: "geometry_damaged",
    geojson_unknown_type: "geometry_damaged",
    geojson_null_geometry: "geometry_missing",
    geojson_line: "geometry_type",
    geojson_cut: "json_invalid",
    geojson_not_utf8: "json_not_utf8",
    geojson_no_features: "empty_layer",
    geojson_features_no_list: "geojson_structure",
    geojson_swapped_axes: "coordinates_impossible",
    geojson_huge_integer: "json_invalid",
    geojson_projected_without_crs: "coordinates_impossible",
    vertex_bomb: "too_many_vertices",
    zip_bomb: "zip_ratio",
    zip_many_entries: "zip_too_many_entries",
    zip_slip: "zip_path",
    zip_absolute: "zip_path",
    zip_symlink: "zip_symlink",
    zip_nested: "zip_nested",
    zip_encrypted: "zip_encrypted",
    zip_bad_checksum: "zip_unreadable",
    zip_overlap: "zip_overlap",
    zip_lying_size: "zip_size_lies",
    zip_cut: "zip_unreadable",
    zip_two_layers: "several_layers",
    shp_without(".shx"): "shapefile_part_missing",
    shp_without(".dbf"): "shapefile_part_missing",
    shp_without(".shp"): "shapefile_part_missing",
    shp_without(".prj"): "crs_missing",
    shp_truncated: "shapefile_damaged",
    shp_truncated_with_true_header: "shapefile_damaged",
    shx_garbage: "shapefile_damaged",
    dbf_fewer_rows: "count_mismatch",
    dbf_truncated: "shapefile_damaged",
    dbf_garbage: "shapefile_damaged",
    prj_wrong_zone: "outside_region",
    prj_garbage: "crs_unknown",
    shp_nan_coordinate: "coordinate_not_finite",
    gpkg_view: "gpkg_view",
    gpkg_layer_is_view: "gpkg_view",
    gpkg_trigger: "gpkg_trigger",
    gpkg_trigger_hidden_in_standard: "gpkg_trigger",
    gpkg_computed_column: "gpkg_table",
    gpkg_wkb_garbage: "geometry_damaged",
    gpkg_wkb_count_huge: "geometry_damaged",
    gpkg_geometry_is_text: "geometry_damaged",
    gpkg_two_layers: "several_layers",
    gpkg_count_lies: "count_mismatch",
    gpkg_cut: "gpkg_damaged",
    gpkg_flipped_pages: "gpkg_damaged",
    gpkg_no_crs: "crs_missing",
    gpkg_text_not_utf8: "gpkg_text",
    gpkg_no_layer: "gpkg_no_layer",
    gpkg_table_is_gone: "gpkg_table",
    gpkg_srs_is_gone: "crs_unknown",
}
