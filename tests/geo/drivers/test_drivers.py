"""What GDAL's drivers read is all that a file holds, or the file is refused with a reason."""

import json
import struct
import zipfile

import geopandas as gpd
import pyogrio
import pytest
import shapely

from geo.errors import UploadUnsupported
from geo.ingest.findings import Unreadable
from geo.ingest.formats import FORMATS, kind_of
from geo.ingest.source import Job, Limits
from geo.validation.reader import _read
from geo.vector.schema import ZONES

LIMITS = Limits()
BIG = 2**53 + 1


def frame():
    return gpd.GeoDataFrame(
        {
            "kode": ["63.10", "63.01"],
            "besar": [BIG, 5],
            "luas": [1.5, None],
            "tetap": [True, False],
            "nama": ["Désa", ""],
        },
        geometry=[shapely.box(115, -3, 115.1, -2.9), shapely.box(115.2, -3, 115.3, -2.9)],
        crs="EPSG:4326",
    )


def read(path, folder, *, layer=None, limits=LIMITS):
    work = folder / "work"
    work.mkdir(exist_ok=True)
    job = Job(
        path=path,
        kind=kind_of(path),
        schema=ZONES,
        crs_override=None,
        encoding=None,
        layer=layer,
        repair=False,
        limits=limits,
    )
    return _read(job, work)


def refusal(path, folder, **options):
    with pytest.raises(Unreadable) as caught:
        read(path, folder, **options)
    return caught.value.findings[0]


def codes(source):
    return [found.code for found in source.findings]


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def by_code(source, column="kode"):
    return source.frame.set_index(column)


def zipped(folder, *members):
    path = folder / "kirim.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def database(folder, **layers):
    """A zipped File Geodatabase; 64-bit numbers need ArcGIS Pro 3.2, so they are left out."""
    gdb = folder / "peta.gdb"
    for name, each in layers.items():
        pyogrio.write_dataframe(each, gdb, layer=name, driver="OpenFileGDB", append=gdb.exists())
    return [(f"Data/peta.gdb/{p.name}", p.read_bytes()) for p in sorted(gdb.iterdir())]


class TestFlatGeobuf:
    def path(self, folder, layer=None):
        path = folder / "a.fgb"
        pyogrio.write_dataframe(frame() if layer is None else layer, path, driver="FlatGeobuf")
        return path

    def test_values_stay_as_they_are(self, tmp_path):
        source = read(self.path(tmp_path), tmp_path)
        rows = by_code(source)
        assert (source.kind, source.header_count, source.crs_text) == ("flatgeobuf", 2, "EPSG:4326")
        assert rows.loc["63.10", ["besar", "luas", "tetap", "nama"]].tolist() == [
            BIG,
            1.5,
            True,
            "Désa",
        ]
        assert rows.loc["63.01", "nama"] == ""
        assert rows.loc["63.01", "luas"] is None

    def test_a_file_that_is_cut_is_refused_at_its_feature(self, tmp_path):
        content = self.path(tmp_path).read_bytes()
        found = refusal(written(tmp_path, "b.fgb", content[:-20]), tmp_path)
        assert (found.code, found.facts["reason"].en) == (
            "file_damaged",
            "feature 2 lies beyond the file",
        )

    def test_a_header_that_lies_about_its_size_or_count_is_refused(self, tmp_path):
        content = bytearray(self.path(tmp_path).read_bytes())
        huge = bytes(content[:8]) + struct.pack("<I", 2**31) + bytes(content[12:])
        assert refusal(written(tmp_path, "b.fgb", huge), tmp_path).code == "file_damaged"
        at = content.index(struct.pack("<Q", 2), 12)
        content[at : at + 8] = struct.pack("<Q", 10**12)
        found = refusal(written(tmp_path, "c.fgb", content), tmp_path)
        assert (found.code, found.facts["count"]) == ("too_many_features", 10**12)

    def test_more_features_or_vertices_than_may_be_are_refused(self, tmp_path):
        path = self.path(tmp_path)
        assert refusal(path, tmp_path, limits=Limits(features=1)).code == "too_many_features"
        found = refusal(path, tmp_path / "..", limits=Limits(layer_vertices=2))
        assert found.code == "too_many_vertices_in_all"


GML = """<?xml version="1.0"?><gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml"
 xmlns:k="http://k"><gml:boundedBy><gml:null>unknown</gml:null></gml:boundedBy>{members}</gml:FeatureCollection>"""


def gml_member(code, *, layer="zona", system="EPSG:32750", shape=None):
    ring = "0,0 0,1000 1000,1000 0,0"
    shape = shape or (
        f'<gml:Polygon srsName="{system}"><gml:outerBoundaryIs><gml:LinearRing>'
        f"<gml:coordinates>{ring}</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon>"
    )
    return (
        f"<gml:featureMember><k:{layer}><k:kode>{code}</k:kode><k:n>007</k:n>"
        f"<k:geom>{shape}</k:geom></k:{layer}></gml:featureMember>"
    )


class TestGml:
    def path(self, folder, *members, head=""):
        return written(folder, "a.gml", head + GML.format(members="".join(members)))

    def test_codes_stay_text_and_the_crs_is_the_files(self, tmp_path):
        source = read(self.path(tmp_path, gml_member("63.10"), gml_member("63.01")), tmp_path)
        assert source.frame["kode"].tolist() == ["63.10", "63.01"]
        assert source.frame["n"].tolist() == ["007", "007"]
        assert (source.kind, source.layer, source.header_count) == ("gml", "zona", 2)
        assert source.frame.crs.to_epsg() == 32750

    def test_latitude_first_is_turned_as_its_crs_says(self, tmp_path):
        shape = (
            '<gml:Point srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>-3 115</gml:pos></gml:Point>'
        )
        source = read(self.path(tmp_path, gml_member("a", shape=shape)), tmp_path)
        assert source.frame.geometry[0] == shapely.Point(115, -3)

    def test_arcs_become_straight_and_it_is_said(self, tmp_path):
        shape = (
            '<gml:Curve srsName="EPSG:32750"><gml:segments><gml:Arc><gml:posList>0 0 1 1 2 0'
            "</gml:posList></gml:Arc></gml:segments></gml:Curve>"
        )
        source = read(self.path(tmp_path, gml_member("a", shape=shape)), tmp_path)
        assert "curves_made_straight" in codes(source)
        assert source.frame.geometry[0].length == pytest.approx(3.1415, abs=1e-3)

    def test_one_kind_of_feature_is_chosen_by_its_name(self, tmp_path):
        path = self.path(tmp_path, gml_member("a"), gml_member("b", layer="jalan"))
        assert refusal(path, tmp_path).facts == {"layers": "zona, jalan"}
        other = tmp_path / "o"
        other.mkdir()
        assert read(path, other, layer="jalan").frame["kode"].tolist() == ["b"]

    @pytest.mark.parametrize(
        ("head", "members", "code"),
        [
            ('<!DOCTYPE a [<!ENTITY x "y">]>', [gml_member("&x;")], "gml_doctype"),
            ("", [gml_member("a")[:-30]], "gml_invalid"),
            ("", ["<a>" * 80 + "</a>" * 80], "gml_too_deep"),
            ("", [gml_member("a"), gml_member("b", system="EPSG:32749")], "gml_several_crs"),
            ("", [], "empty_layer"),
        ],
    )
    def test_what_gdal_would_pass_over_is_refused(self, tmp_path, head, members, code):
        assert refusal(self.path(tmp_path, *members, head=head), tmp_path).code == code

    @pytest.mark.parametrize("encoding", ["utf-16", "windows-1252", "utf-8"])
    def test_letters_are_those_of_the_encoding_that_the_file_has(self, tmp_path, encoding):
        text = GML.format(members=gml_member("Désa"))
        named = text.replace('version="1.0"', f'version="1.0" encoding="{encoding}"')
        source = read(written(tmp_path, "a.gml", named.encode(encoding)), tmp_path)
        assert source.frame["kode"].tolist() == ["Désa"]

    def test_a_fault_of_the_xml_is_said_in_the_reports_own_words(self, tmp_path):
        unclosed = gml_member("a").replace("</gml:featureMember>", "")
        found = refusal(self.path(tmp_path, unclosed), tmp_path)
        assert found.sentence.id.endswith(
            "tag penutup tidak cocok dengan tag pembukanya. Ekspor ulang berkasnya."
        )

    def test_a_schema_that_is_named_is_not_fetched(self, tmp_path):
        secret = written(tmp_path, "rahasia.xsd", "<schema/>")
        path = self.path(tmp_path, gml_member("63.10"))
        named = (
            path.read_text()
            .replace(
                "<gml:boundedBy>",
                "<gml:boundedBy>",
            )
            .replace(
                ' xmlns:k="http://k"',
                f' xmlns:k="http://k" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
                f' xsi:schemaLocation="http://k {secret.as_uri()}"',
            )
        )
        source = read(written(tmp_path, "b.gml", named), tmp_path)
        assert source.frame["kode"].tolist() == ["63.10"]


TOPOLOGY = {
    "type": "Topology",
    "transform": {"scale": [0.1, 0.1], "translate": [115, -3]},
    "objects": {
        "zona": {
            "type": "GeometryCollection",
            "geometries": [
                {
                    "type": "Polygon",
                    "arcs": [[0]],
                    "id": 7,
                    "properties": {"kode": "63.10", "n": BIG, "daftar": [1, 2], "tetap": True},
                },
                {"type": None, "properties": {"kode": "63.01"}},
            ],
        }
    },
    "arcs": [[[0, 0], [1, 0], [0, 1], [-1, -1]]],
}


class TestTopojson:
    def path(self, folder, **changes):
        return written(folder, "a.json", json.dumps(TOPOLOGY | changes))

    def test_values_are_those_of_the_text_and_the_crs_is_said(self, tmp_path):
        source = read(self.path(tmp_path), tmp_path)
        row = source.frame.iloc[0]
        assert row[["id", "kode", "n", "daftar", "tetap"]].tolist() == [
            7,
            "63.10",
            BIG,
            [1, 2],
            True,
        ]
        assert row.geometry.equals(shapely.Polygon([(115, -3), (115.1, -3), (115.1, -2.9)]))
        assert source.frame.geometry[1] is None
        assert (source.kind, source.layer, codes(source)) == (
            "topojson",
            "zona",
            ["crs_of_topojson"],
        )

    def test_a_topology_that_says_so_last_is_one_too(self, tmp_path):
        members = {k: TOPOLOGY[k] for k in ("arcs", "objects", "transform", "type")}
        path = written(tmp_path, "a.json", json.dumps(members))
        assert kind_of(path) == "geojson"
        assert read(path, tmp_path).kind == "topojson"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"objects": {}}, "empty_layer"),
            ({"objects": {"a": {"type": "GeometryCollection", "geometries": []}}}, "empty_layer"),
            ({"objects": []}, "file_damaged"),
            ({"arcs": None}, "file_damaged"),
            ({"objects": {"a": {"type": "LineString", "arcs": [3]}}}, "file_damaged"),
            (
                {
                    "objects": {
                        "a": {"type": "LineString", "arcs": [0]},
                        "b": {"type": "LineString", "arcs": [0]},
                    }
                },
                "several_layers",
            ),
        ],
    )
    def test_what_is_no_topology_of_one_object_is_refused(self, tmp_path, changes, code):
        assert refusal(self.path(tmp_path, **changes), tmp_path).code == code

    def test_one_arc_drawn_a_thousand_times_is_counted_before_it_is_joined(self, tmp_path):
        shape = {"type": "MultiLineString", "arcs": [[0]] * 1_000}
        path = self.path(tmp_path, objects={"a": shape})
        found = refusal(path, tmp_path, limits=Limits(layer_vertices=3_000))
        assert (found.code, found.facts["count"]) == ("too_many_vertices_in_all", 4_000)


class TestFileGeodatabase:
    def test_a_database_below_a_folder_of_a_zip_is_read(self, tmp_path):
        members = database(tmp_path, Zona=frame().drop(columns=["besar", "tetap"]))
        source = read(zipped(tmp_path, *members), tmp_path)
        assert (source.kind, source.layer, source.header_count) == ("filegdb", "Zona", 2)
        assert source.frame["kode"].tolist() == ["63.10", "63.01"]
        assert source.frame["nama"].tolist() == ["Désa", ""]
        assert source.frame["luas"].tolist() == [1.5, None]

    def test_one_layer_of_several_is_chosen(self, tmp_path):
        one = frame()[["kode", "geometry"]]
        path = zipped(tmp_path, *database(tmp_path, Zona=one, Jalan=one.iloc[:1]))
        assert refusal(path, tmp_path).facts == {"layers": "Zona, Jalan"}
        other = tmp_path / "o"
        other.mkdir()
        source = read(path, other, layer="jalan")
        assert (len(source.frame), source.layer) == (1, "Jalan")

    @pytest.mark.parametrize("suffix", ["gdbtable", "gdbtablx"])
    @pytest.mark.parametrize("share", [0.9, 0.5, 0.001])
    def test_a_table_that_is_cut_is_refused(self, tmp_path, suffix, share):
        """GDAL reads an empty layer of most of these, without an error."""
        members = database(tmp_path, Zona=frame()[["kode", "geometry"]])
        of_layer = f"a00000009.{suffix}"
        cut = [(n, c[: int(len(c) * share)] if n.endswith(of_layer) else c) for n, c in members]
        assert refusal(zipped(tmp_path, *cut), tmp_path).code == "file_damaged"

    def test_what_only_arcgis_reads_is_said_to_be_so(self, tmp_path):
        members = database(tmp_path, Zona=frame()[["kode", "geometry"]])
        path = zipped(tmp_path, *members, ("Data/peta.gdb/a0000000b.cdf", b"x"))
        assert refusal(path, tmp_path).code == "filegdb_compressed"

    def test_a_database_of_tables_alone_is_said_to_be_one(self, tmp_path):
        gdb = tmp_path / "peta.gdb"
        pyogrio.write_dataframe(
            frame().drop(columns="geometry")[["kode"]], gdb, layer="T", driver="OpenFileGDB"
        )
        members = [(f"peta.gdb/{p.name}", p.read_bytes()) for p in gdb.iterdir()]
        assert refusal(zipped(tmp_path, *members), tmp_path).code == "no_map_layer"


def entity(kind, *pairs, layer="BATAS"):
    rows = [(0, kind), (8, layer), *pairs]
    return "".join(f"{code}\n{value}\n" for code, value in rows)


def ring(*, layer="BATAS", bulge=None):
    corners = [(0, 0), (100, 0), (100, 100)]
    pairs = [(90, 3), (70, 1)]
    for x, y in corners:
        pairs += [(10, x), (20, y), *([(42, bulge)] if bulge else [])]
    return entity("LWPOLYLINE", *pairs, layer=layer)


class TestDxf:
    def path(self, folder, *entities, end="0\nENDSEC\n0\nEOF\n"):
        return written(folder, "a.dxf", "0\nSECTION\n2\nENTITIES\n" + "".join(entities) + end)

    def test_closed_lines_are_polygons_and_layers_and_texts_are_columns(self, tmp_path):
        text = entity("TEXT", (10, 500), (20, 5), (40, 2), (1, "SP 1"), layer="NAMA")
        source = read(self.path(tmp_path, ring(), text), tmp_path)
        assert source.frame.geom_type.tolist() == ["Polygon", "Point"]
        assert source.frame.geometry[0].area == pytest.approx(5_000)
        assert source.frame["Layer"].tolist() == ["BATAS", "NAMA"]
        assert source.frame["Text"].tolist() == [None, "SP 1"]
        assert (source.kind, source.frame.crs, source.crs_text) == ("dxf", None, None)
        assert codes(source) == ["dxf_layers"]

    def test_the_one_text_in_an_area_names_it_and_others_stay_points(self, tmp_path):
        def text(x, said):
            return entity("TEXT", (10, x), (20, 5), (40, 2), (1, said), layer="NAMA")

        path = self.path(tmp_path, ring(), text(60, "SP 1"), text(500, "Laut"))
        source = read(path, tmp_path)
        assert source.frame["Text"].tolist() == ["SP 1", "Laut"]
        assert source.frame.geom_type.tolist() == ["Polygon", "Point"]
        assert codes(source) == ["dxf_labels", "dxf_layers"]
        folders = [tmp_path / name for name in "abc"]
        for folder in folders:
            folder.mkdir()
        chosen = read(path, folders[0], layer="BATAS")
        assert chosen.frame["Text"].tolist() == ["SP 1"]
        assert {f.code: f.facts["count"] for f in chosen.findings} == {
            "dxf_labels": 1,
            "dxf_left_out": 1,
        }
        assert read(path, folders[1], layer="NAMA").frame["Text"].tolist() == ["SP 1", "Laut"]
        twice = self.path(folders[2], ring(), text(60, "SP 1"), text(70, "SP 2"))
        assert read(twice, folders[2]).frame["Text"].tolist() == [None, "SP 1", "SP 2"]

    def test_one_layer_of_the_drawing_is_chosen(self, tmp_path):
        path = self.path(tmp_path, ring(), ring(layer="JALAN"))
        source = read(path, tmp_path, layer="jalan")
        assert (len(source.frame), source.header_count, source.layer) == (1, 1, "JALAN")
        other = tmp_path / "o"
        other.mkdir()
        assert refusal(path, other, layer="SUNGAI").facts["layers"] == "BATAS, JALAN"

    def test_arcs_and_what_has_no_geometry_are_told(self, tmp_path):
        circle = entity("CIRCLE", (10, 0), (20, 0), (40, 10))
        source = read(self.path(tmp_path, ring(bulge=0.5), circle, entity("IMAGE")), tmp_path)
        assert {f.code: f.facts for f in source.findings} == {
            "members_ignored": {"members": "1 IMAGE"},
            "dxf_curves": {"count": 2},
        }
        assert source.frame.geometry[1].area == pytest.approx(314.1, abs=0.1)

    def test_a_block_that_contains_itself_is_told_as_such(self, tmp_path):
        block = "0\nSECTION\n2\nBLOCKS\n0\nBLOCK\n2\nA\n0\nINSERT\n2\nA\n10\n0\n20\n0\n0\nENDBLK\n0\nENDSEC\n"
        insert = "0\nINSERT\n2\nA\n10\n0\n20\n0\n70\n30000\n71\n30000\n"
        rest = f"0\nSECTION\n2\nENTITIES\n{insert}0\nENDSEC\n0\nEOF\n"
        assert refusal(written(tmp_path, "a.dxf", block + rest), tmp_path).code == "dxf_blocks"

    @pytest.mark.parametrize(
        ("entities", "end", "code"),
        [
            ([ring()], "", "file_damaged"),
            ([ring(), "salah\n"], "0\nEOF\n", "file_damaged"),
            ([], "0\nENDSEC\n0\nEOF\n", "empty_layer"),
        ],
    )
    def test_a_drawing_that_is_cut_or_empty_is_refused(self, tmp_path, entities, end, code):
        assert refusal(self.path(tmp_path, *entities, end=end), tmp_path).code == code


class TestKmz:
    KML = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>A</name><Point>'
        "<coordinates>115,-3</coordinates></Point></Placemark></Document></kml>"
    )

    def test_the_document_of_a_kmz_is_read_and_its_pictures_are_told(self, tmp_path):
        path = zipped(tmp_path, ("doc.kml", self.KML), ("files/a.png", b"\x89PNG"))
        source = read(path, tmp_path)
        assert (source.kind, source.frame["Name"].tolist()) == ("kml", ["A"])
        assert source.findings[0].facts == {"members": "files/a.png"}

    def test_a_zip_of_several_kinds_lists_them_and_takes_the_one_that_is_named(self, tmp_path):
        point = json.dumps(
            {
                "type": "Feature",
                "properties": {"n": 1},
                "geometry": {"type": "Point", "coordinates": [115, -3]},
            }
        )
        path = zipped(tmp_path, ("peta/a.kml", self.KML), ("peta/b.geojson", point))
        found = refusal(path, tmp_path)
        assert (found.code, found.facts) == ("several_layers", {"layers": "a.kml, b.geojson"})
        source = read(path, tmp_path, layer="b")
        assert (source.kind, source.layer) == ("geojson", "b.geojson")

    def test_a_layer_of_one_of_several_files_is_named_by_both(self, tmp_path):
        for layer in ("zona", "jalan"):
            pyogrio.write_dataframe(frame()[["kode", "geometry"]], tmp_path / "p.gpkg", layer=layer)
        content = (tmp_path / "p.gpkg").read_bytes()
        path = zipped(tmp_path, ("a/peta.gpkg", content), ("a/b.kml", self.KML))
        assert read(path, tmp_path, layer="peta.gpkg/jalan").layer == "jalan"
        assert refusal(path, tmp_path, layer="peta").facts == {"layers": "jalan, zona"}
        assert refusal(path, tmp_path, layer="lain").facts["layers"] == "peta.gpkg, b.kml"

    def test_a_zip_without_map_data_says_what_it_holds_and_what_to_do(self, tmp_path):
        path = zipped(tmp_path, ("peta.dwg", b"AC1027"), ("baca.txt", b"x"))
        with pytest.raises(UploadUnsupported) as caught:
            read(path, tmp_path)
        assert "DWG (AutoCAD): Di AutoCAD, simpan gambar sebagai DXF" in caught.value.detail("id")


def test_every_format_of_the_table_has_a_way_to_be_told():
    assert {f.id for f in FORMATS.values() if f.driver} == {
        *("shapefile", "flatgeobuf", "kml", "gml", "topojson", "filegdb", "dxf")
    }
