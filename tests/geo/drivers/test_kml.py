"""KML is read whole or refused: names, extended data, folders, and no placemark lost."""

import pytest
import shapely

from geo.crs import LONLAT
from geo.drivers.kml import read_kml
from geo.ingest.findings import Unreadable
from geo.ingest.formats import kind_of
from geo.ingest.source import Limits

LIMITS = Limits()
SCHEMA = """<Schema name="S" id="S"><SimpleField type="string" name="KDPKAB"/>
<SimpleField type="int" name="n"/><SimpleField type="double" name="luas"/></Schema>"""


def triangle(ring="115.5,-3.6,0 115.6,-3.6,0 115.6,-3.5,0 115.5,-3.6,0"):
    return (
        "<Polygon><tessellate>1</tessellate><outerBoundaryIs><LinearRing><coordinates>"
        f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    )


def placemark(name="Uji", data="", shape=None, **attributes):
    stated = "".join(f' {k}="{v}"' for k, v in attributes.items())
    shape = triangle() if shape is None else shape
    return f"<Placemark{stated}><name>{name}</name><ExtendedData>{data}</ExtendedData>{shape}</Placemark>"


def simple(**values):
    rows = "".join(f'<SimpleData name="{k}">{v}</SimpleData>' for k, v in values.items())
    return f'<SchemaData schemaUrl="#S">{rows}</SchemaData>'


def data(**values):
    return "".join(f'<Data name="{k}"><value>{v}</value></Data>' for k, v in values.items())


def read(folder, *content, layer=None, head='<?xml version="1.0" encoding="UTF-8"?>', **options):
    path = folder / "upload"
    body = "".join(content)
    path.write_text(
        f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Zona</name>{body}</Document></kml>',
        encoding=options.pop("encoding", "utf-8"),
    )
    assert kind_of(path) == "kml"
    return read_kml(path, folder, layer=layer, limits=LIMITS)


def refusal(folder, *content, **options):
    with pytest.raises(Unreadable) as caught:
        read(folder, *content, **options)
    return caught.value.findings[0]


def test_a_polygon_drawn_in_google_earth_is_read_by_its_name(tmp_path):
    source = read(tmp_path, placemark("Sungai Loban é", id="ID_1"))
    assert source.frame.drop(columns="geometry").to_dict("records") == [
        {"placemark_id": "ID_1", "Name": "Sungai Loban é"}
    ]
    assert source.frame.crs == LONLAT
    assert (source.crs_text, source.kind, source.header_count) == ("OGC:CRS84", "kml", 1)
    ring = shapely.Polygon([(115.5, -3.6), (115.6, -3.6), (115.6, -3.5)])
    assert shapely.force_2d(source.frame.geometry[0]).equals(ring)
    codes = [f.code for f in source.findings]
    assert codes == ["crs_of_kml", "members_ignored"]
    assert source.findings[1].facts == {"members": "tessellate"}


def test_extended_data_of_a_schema_keep_their_codes_types_and_gaps(tmp_path):
    source = read(
        tmp_path,
        SCHEMA,
        placemark("A", simple(KDPKAB="63.10", n=5, luas=12.5)),
        placemark("B", simple(KDPKAB="")),
    )
    assert [value or None for value in source.frame["KDPKAB"]] == ["63.10", None]
    assert source.frame["n"].tolist() == [5, None]
    assert source.frame["luas"].tolist() == [12.5, None]


def test_extended_data_without_a_schema_are_text_whatever_their_names(tmp_path):
    stated = {"zone_id": "b", "kode": "63.10", "visibility": "x", "geometry": "y", "nol": ""}
    source = read(tmp_path, placemark("A"), placemark("B", data(**stated)))
    row = source.frame.drop(columns="geometry").to_dict("records")[1]
    assert {name: row[name] for name in ("zone_id", "kode", "nol")} == {
        "zone_id": "b",
        "kode": "63.10",
        "nol": "",
    }
    assert row["geometry_"] == "y"


def test_numbers_of_a_schema_that_are_none_stay_the_text_they_are(tmp_path):
    rows = [simple(KDPKAB="63.10", n="lima", luas="1e3"), simple(n=7, luas=2)]
    source = read(tmp_path, SCHEMA, *(placemark(data=row) for row in rows))
    assert source.frame["n"].tolist() == ["lima", "7"]
    assert source.frame["luas"].tolist() == [1000.0, 2.0]


def test_extended_data_that_would_be_lost_refuse_the_file(tmp_path):
    rows = [simple(KDPKAB="63.10"), data(zone_id="b")]
    found = refusal(tmp_path, SCHEMA, *(placemark(data=row) for row in rows))
    assert (found.code, found.facts) == ("kml_data_lost", {"columns": "zone_id"})


@pytest.mark.parametrize(
    "shape",
    [
        "",
        triangle("115.5,-3.6 115.6,-3.6 115.6,-3.5"),
        triangle("115.5,-3.6 115.6,-3.6"),
    ],
)
def test_a_placemark_without_a_usable_geometry_stays_a_row(tmp_path, shape):
    source = read(tmp_path, placemark("A"), placemark("B", shape=shape))
    assert source.frame["Name"].tolist() == ["A", "B"]
    assert source.frame.geometry[1] is None
    assert (1 in source.damaged) == bool(shape)


def test_geometries_of_parts_points_and_lines_are_read(tmp_path):
    point = "<Point><coordinates>115.5,-3.5</coordinates></Point>"
    line = "<LineString><coordinates>115.5,-3.5 115.6,-3.5</coordinates></LineString>"
    parts = f"<MultiGeometry>{triangle()}{triangle('116,-3 116.1,-3 116.1,-2.9 116,-3')}</MultiGeometry>"
    source = read(tmp_path, *(placemark(shape=shape) for shape in (point, line, parts)))
    assert source.frame.geom_type.tolist() == ["Point", "LineString", "MultiPolygon"]


def test_of_several_folders_one_must_be_named_and_the_others_are_said(tmp_path):
    folders = [f"<Folder><name>{n}</name>{placemark(n)}</Folder>" for n in ("Satu", "Dua")]
    found = refusal(tmp_path, *folders)
    assert (found.code, found.facts) == ("several_layers", {"layers": "Satu, Dua"})
    assert refusal(tmp_path, *folders, layer="Tiga").code == "layer_unknown"
    source = read(tmp_path, *folders, "<Folder><name>Kosong</name></Folder>", layer="dua")
    assert source.frame["Name"].tolist() == ["Dua"]
    assert source.findings[1].facts == {"members": "Satu, tessellate"}


def test_a_nested_folder_loses_nothing(tmp_path):
    inner = f"<Folder><name>Dalam</name>{placemark('D')}</Folder>"
    source = read(tmp_path, f"<Folder><name>Luar</name>{inner}</Folder>")
    assert source.frame["Name"].tolist() == ["D"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<NetworkLink><Link><href>x.kml</href></Link></NetworkLink>", "kml_link"),
        ("<Placemark><name>&x;</name></Placemark>", "kml_invalid"),
        ("<Placemark></Document>", "kml_invalid"),
        ("<Folder>" * 70 + "</Folder>" * 70, "kml_too_deep"),
        ("", "empty_layer"),
    ],
)
def test_what_would_fetch_swell_or_is_cut_is_refused_with_its_line(tmp_path, content, code):
    found = refusal(tmp_path, content)
    assert found.code == code
    assert found.facts.get("line", 1) == 1


def test_a_doctype_is_refused_before_its_entities_are_read(tmp_path):
    head = '<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    assert refusal(tmp_path, placemark("&b;"), head=head).code == "kml_doctype"


def test_placemarks_that_gdal_does_not_see_are_a_count_that_differs(tmp_path):
    hidden = f"<Update><targetHref>x</targetHref><Create>{placemark('Z')}</Create></Update>"
    found = refusal(tmp_path, placemark("A"), hidden)
    assert (found.code, found.facts["header"], found.facts["rows"]) == ("count_mismatch", 2, 1)


def test_other_namespaces_and_encodings_are_read_too(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(
        '<?xml version="1.0" encoding="ISO-8859-1"?><!-- <gml> --><kml xmlns="http://earth.google.com/kml/2.1">'
        f"{placemark('Désa')}</kml>".encode("iso-8859-1")
    )
    assert kind_of(path) == "kml"
    source = read_kml(path, tmp_path, layer=None, limits=LIMITS)
    assert source.frame["Name"].tolist() == ["Désa"]
