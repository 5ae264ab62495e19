"""GeoJSON texts one after the other: with record separators, or one a line."""

import json

import pytest

from geo.errors import UploadUnsupported
from geo.ingest.findings import Unreadable
from geo.ingest.formats import kind_of
from geo.ingest.geojson import read_geojson
from geo.ingest.source import Limits
from tests import hostile

LIMITS = Limits()
ONE, TWO = (hostile.feature(properties={"name": name}) for name in ("A", "B\u2028{\x7f"))
CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32750"}}


def read(folder, text):
    path = folder / "upload"
    path.write_text(text, encoding="utf-8", newline="")
    assert kind_of(path) == "geojson"
    return read_geojson(path, limits=LIMITS)


def lines(*features, end="\n", begin="", **options):
    return "".join(begin + json.dumps(f, ensure_ascii=False, **options) + end for f in features)


@pytest.mark.parametrize(
    "text",
    [
        lines(ONE, TWO),
        lines(ONE, TWO, end="\r\n"),
        lines(ONE, TWO, end="\n\n  \n"),
        lines(ONE, TWO).rstrip(),
        lines(ONE, TWO, begin="\x1e"),
        lines(ONE, TWO, begin="\x1e", indent=2),
        "\ufeff" + lines(ONE, TWO),
        "\ufeff\x1e" + lines(ONE) + "\x1e" + lines(TWO),
    ],
)
def test_every_record_is_a_row(tmp_path, text):
    source = read(tmp_path, text)
    assert source.frame["name"].tolist() == ["A", "B\u2028{\x7f"]
    assert (source.kind, source.header_count) == ("geojsonseq", 2)
    assert [f.code for f in source.findings] == ["crs_assumed"]


@pytest.mark.parametrize(
    "text",
    [
        lines(ONE) + "{broken\n",
        lines(ONE) + "\n\n{broken\n",
        lines(ONE, begin="\x1e", indent=1) + "\x1e{\n\nbroken",
        lines(ONE, TWO) + '{"type": broken',
    ],
)
def test_a_fault_is_told_by_its_line_in_the_file(tmp_path, text):
    with pytest.raises(Unreadable) as caught:
        read(tmp_path, text)
    (found,) = caught.value.findings
    assert (found.code, found.facts["line"]) == (
        "json_invalid",
        1 + text.split("broken")[0].count("\n"),
    )


def test_a_record_that_is_no_feature_is_named(tmp_path):
    with pytest.raises(Unreadable) as caught:
        read(tmp_path, lines(ONE, ONE["geometry"]))
    assert "baris 2" in caught.value.findings[0].sentence.id
    with pytest.raises(Unreadable):
        read(tmp_path, lines(json.loads(hostile.collection()), ONE))


def test_the_crs_of_all_records_counts_and_two_are_refused(tmp_path):
    assert (
        read(tmp_path, lines(ONE | {"crs": CRS}, TWO | {"crs": CRS})).frame.crs.to_epsg() == 32750
    )
    with pytest.raises(Unreadable, match="different CRSs"):
        read(tmp_path, lines(ONE | {"crs": CRS}, TWO | {"crs": None}))


def test_one_feature_on_a_line_is_no_sequence_and_two_objects_in_brackets_neither(tmp_path):
    assert read(tmp_path, lines(ONE)).kind == "geojson"
    assert read(tmp_path, json.dumps(ONE, indent=2)).kind == "geojson"
    with pytest.raises(UploadUnsupported):
        read(tmp_path, '{"a": 1}')


def test_members_that_nobody_reads_are_said(tmp_path):
    source = read(tmp_path, lines(ONE | {"style": {"fill": "red"}, "bbox": [1, 2, 3, 4]}, TWO))
    assert source.findings[0].facts == {"members": "style"}
