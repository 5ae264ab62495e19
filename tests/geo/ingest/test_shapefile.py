"""Shapefiles as offices pack them: letters' case, folders, odd encodings, old column types."""

import struct
import zipfile

import pytest

from geo.ingest.archive import unpack_shapefile
from geo.ingest.findings import Unreadable, of_gdal
from geo.ingest.shapefile import codec_of, read_shapefile
from geo.ingest.source import Limits
from tests import hostile

LIMITS = Limits()


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return hostile.shapefile_parts(tmp_path_factory.mktemp("parts"), hostile.zones())


def read(folder, members, *, layer=None, encoding=None):
    path = folder / "u.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    target = folder / "unpacked"
    target.mkdir(exist_ok=True)
    files = unpack_shapefile(path, target, layer=layer, limits=LIMITS)
    return read_shapefile(files, encoding=encoding)


def fault(folder, members, **options):
    with pytest.raises(Unreadable) as caught:
        read(folder, members, **options)
    return caught.value.findings[0]


def named(parts, name, **changed):
    return {f"{name}{suffix}": content for suffix, content in (parts | changed).items()}


def table(*columns):
    """A .dbf of one-letter types: (name, kind, bytes of each row)."""
    width = 1 + sum(len(rows[0]) for _, _, rows in columns)
    count = len(columns[0][2])
    head = struct.pack("<B3xIHH20x", 0x30, count, 33 + 32 * len(columns), width)
    for name, kind, rows in columns:
        head += struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), len(rows[0]), 0)
    rows = zip(*(rows for *_, rows in columns), strict=True)
    return head + b"\r" + b"".join(b" " + b"".join(row) for row in rows) + b"\x1a"


@pytest.mark.parametrize(
    "rename",
    [
        lambda n: n.replace("batas.dbf", "Batas.dbf"),
        lambda n: n.replace("batas.shp", "BATAS.SHP").replace("batas.prj", "Batas.Prj"),
        lambda n: f"Peta Banjar/2024/{n}",
        lambda n: f"{n.rpartition('.')[2]}/{n}",
        lambda n: f"peta\\{n}",
    ],
)
def test_parts_belong_together_whatever_their_case_and_folder(tmp_path, parts, rename):
    source = read(tmp_path, {rename(n): c for n, c in named(parts, "batas").items()})
    assert source.layer.lower() == "batas"
    assert source.frame.crs is not None
    assert source.frame.shape[0] == len(hostile.zones())


def test_what_systems_put_beside_a_layer_is_passed_over_without_a_word(tmp_path, parts):
    bywork = {
        "__MACOSX/peta/._batas.shp": b"fork",
        "__MACOSX/._peta": b"fork",
        "peta/.DS_Store": b"x",
        "Thumbs.db": b"x",
        "peta/batas.sbn": b"x",
        "peta/batas.qix": b"x",
    }
    source = read(tmp_path, named(parts, "peta/batas") | bywork | {"peta/batas.shp.xml": b"<m/>"})
    said = {f.code: f.facts for f in source.findings}
    assert said["members_ignored"] == {"members": "peta/batas.shp.xml"}


def test_of_several_shapefiles_the_sentence_names_each_and_how_to_say_one(tmp_path, parts):
    members = named(parts, "a/desa") | named(parts, "b/Desa") | named(parts, "jalan")
    found = fault(tmp_path, members)
    assert (found.code, found.facts["layers"]) == ("several_layers", "a/desa, b/Desa, jalan")
    assert "layer" in found.sentence.id
    assert fault(tmp_path, members, layer="desa").code == "several_layers"
    assert read(tmp_path, members, layer="B/desa").layer == "Desa"
    assert read(tmp_path, members, layer="jalan.shp").layer == "jalan"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf8\r\n", "utf-8"),
        ("65001", "utf-8"),
        ("ANSI 1252", "cp1252"),
        ("Windows-1252", "cp1252"),
        ("ISO 8859-1", "iso8859-1"),
        ("ISO-88591", "iso8859-1"),
        ("88591", "iso8859-1"),
        ("LATIN1", "iso8859-1"),
        ("OEM 850", "cp850"),
        ("System", None),
        ("", None),
    ],
)
def test_a_cpg_is_understood_as_programs_write_it(text, codec):
    assert codec_of(text) == codec


@pytest.mark.parametrize("cpg", ["UTF-8".encode("utf-16"), b"\xef\xbb\xbfUTF-8\r\n", b"utf8\0"])
def test_a_cpg_is_read_in_whatever_unicode_it_is_written(tmp_path, parts, cpg):
    frame = hostile.zones().assign(name=["D\u00e9sa", "B", "C"])
    written = hostile.shapefile_parts(tmp_path / "p", frame, encoding="utf-8")
    source = read(tmp_path, named(written, "z", **{".cpg": cpg}))
    assert [f.code for f in source.findings] == ["encoding_chosen"]
    assert source.frame["name"].tolist()[0] == "D\u00e9sa"


def test_a_table_in_utf_16_that_says_so_is_read(tmp_path, parts):
    rows = [text.encode("utf-16-le").ljust(20) for text in ("D\u00e9sa", "B", "\u0416\u0416")]
    dbf = table(("name", "C", rows))
    source = read(tmp_path, named(parts, "z", **{".dbf": dbf, ".cpg": b"UTF-16"}))
    assert source.frame["name"].tolist() == ["D\u00e9sa", "B", "\u0416\u0416"]
    plain = read(tmp_path, named(parts, "z", **{".cpg": b"UTF-16"}))
    assert plain.frame["name"].tolist() == hostile.zones()["name"].tolist()


@pytest.mark.parametrize("width", [12, 20])
@pytest.mark.parametrize("cpg", [None, b"UTF-8", b"ANSI 1252"])
def test_a_last_letter_of_windows_is_no_letter_of_utf_8_that_was_cut(tmp_path, parts, cpg, width):
    rows = [text.encode("cp1252").ljust(width) for text in ("Aluh Aluh \u00d1", "B", "C")]
    members = named(parts, "z", **{".dbf": table(("WADMKC", "C", rows))})
    members.pop("z.cpg", None)
    source = read(tmp_path, members | ({} if cpg is None else {"z.cpg": cpg}))
    assert source.frame["WADMKC"].tolist() == ["Aluh Aluh \u00d1", "B", "C"]
    assert source.encoding == "cp1252"
    said = "encoding_declared_wrong" if cpg == b"UTF-8" else "encoding_chosen"
    assert [f.code for f in source.findings if "encoding" in f.code] == [said]


def test_half_a_letter_at_the_edge_of_its_column_is_no_sign_of_utf_8(tmp_path, parts):
    rows = [text.encode("cp1252") for text in ("Aluh Aluh \u00d1", "Aluh Aluh B", "Aluh Aluh C")]
    members = named(parts, "z", **{".dbf": table(("WADMKC", "C", rows))})
    members.pop("z.cpg", None)
    assert read(tmp_path, members).frame["WADMKC"].tolist()[0] == "Aluh Aluh \u00d1"


def test_a_prj_in_utf_16_or_a_qpj_alone_name_the_crs(tmp_path, parts):
    wide = parts[".prj"].decode().encode("utf-16")
    expected = read(tmp_path, named(parts, "z")).frame.crs
    assert read(tmp_path, named(parts, "z", **{".prj": wide})).frame.crs == expected
    alone = named(parts, "z")
    alone["z.qpj"] = alone.pop("z.prj")
    assert read(tmp_path, alone).frame.crs.equals(expected, ignore_axis_order=True)


@pytest.mark.parametrize(
    ("prj", "shown"),
    [(b"", None), (b"  \r\n", None), (b"Bessel 1841", "Bessel 1841"), (b"\xff\xfe", None)],
)
def test_a_prj_that_says_nothing_known_leaves_the_crs_to_be_asked(tmp_path, parts, prj, shown):
    source = read(tmp_path, named(parts, "z", **{".prj": prj}))
    assert (source.frame.crs, source.crs_text) == (None, shown)


def test_columns_of_newer_dbase_keep_their_values_or_are_named(tmp_path, parts):
    moment = struct.pack("<ii", 2_460_371, 3_723_000)
    dbf = table(
        ("n", "I", [struct.pack("<i", v) for v in (-1, 0, 2**31 - 1)]),
        ("d", "B", [struct.pack("<d", v) for v in (0.1, -2.5, 1e300)]),
        ("y", "Y", [struct.pack("<q", v) for v in (12_345, 0, -1)]),
        ("t", "T", [moment, bytes(8), moment]),
        ("memo", "M", [b"\1\0\0\0", b"    ", b"    "]),
    )
    source = read(tmp_path, named(parts, "z", **{".dbf": dbf}))
    assert source.frame.drop(columns="geometry").to_dict("list") == {
        "n": [-1, 0, 2**31 - 1],
        "d": [0.1, -2.5, 1e300],
        "y": [1.2345, 0.0, -0.0001],
        "t": ["2024-03-01T01:02:03", None, "2024-03-01T01:02:03"],
    }
    assert [f.facts["column"] for f in source.findings if f.code == "column_left_out"] == ["memo"]


def test_a_damaged_archive_is_told_in_the_words_of_its_sender(tmp_path):
    said = [
        fault_of(tmp_path, make).sentence.id
        for make in (hostile.zip_bad_checksum, hostile.zip_cut, hostile.zip_overlap)
    ]
    assert not [text for text in said if "File" in text or "Bad" in text or "header" in text]


def fault_of(folder, make):
    path = make(folder)
    with pytest.raises(Unreadable) as caught:
        unpack_shapefile(path, folder, layer=None, limits=LIMITS)
    return caught.value.findings[0]


def test_what_gdal_warns_of_is_told_in_our_own_words_and_its_own_are_evidence():
    said = of_gdal(
        [
            "/tmp/x/z.shp contains polygon(s) with rings with invalid winding order. Autocorrecting.",
            "Measured (M) geometry types are not supported. Original type 'Measured Polygon'",
            "Measured (M) geometry types are not supported. Original type 'Measured Point'",
            "Non closed ring detected. To avoid accepting it, set OGR_GEOMETRY_ACCEPT_UNCLOSED_RING",
            "organizePolygons() received a polygon with more than 100 parts.",
            "organizePolygons() received an unexpected geometry. Return arguments as a collection.",
            "Frobnication of /tmp/secret/z.shp failed",
        ]
    )
    codes = ["rings_turned", "measures_dropped", "rings_unclear", "gdal_message"]
    assert [f.code for f in said] == codes
    assert said[-1].facts == {"message": "Frobnication of z.shp failed"}
    assert "Frobnication" not in said[-1].sentence.id + said[-1].sentence.en
