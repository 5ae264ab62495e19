"""Layers that an office adds: what may be stated of one, and which files become it."""

import geopandas as gpd
import pytest
import shapely

from geo.errors import InvalidLayer
from geo.ingest.source import Limits, Reference, Source
from geo.language import Text
from geo.validation.validate import validate
from geo.vector.definition import define, definition_of

FAR_AWAY = [shapely.LineString([(12.5, 41.9), (12.6, 42.0)]), shapely.Point(-70, -33)]


def checked(frame, definition, *, region=None):
    source = Source(
        frame=frame,
        kind="geojson",
        layer="layer",
        crs_text="EPSG:4326",
        encoding="utf-8",
        header_count=len(frame),
    )
    return validate(
        source,
        schema=definition.schema(),
        reference=Reference(region=region),
        crs_override=None,
        repair=False,
        limits=Limits(),
        step=lambda _: None,
    )


def frame(**columns):
    return gpd.GeoDataFrame(columns, geometry=FAR_AWAY, crs=4326)


def test_a_reference_layer_of_any_shapes_lies_anywhere_and_keeps_its_columns():
    found = checked(
        frame(kode=[7, 9], lebar=[1.5, None], teks=["", "x"]),
        define("jalan-dunia", title="Jalan dunia", key="kode"),
    )
    assert found.report["accepted"], found.report["findings"]
    assert found.frame.index.tolist() == ["7", "9"]
    assert found.frame["kode"].tolist() == [7, 9]
    assert found.frame["teks"].tolist() == ["", "x"]
    assert found.report["summary"]["geometry_types"] == ["LineString", "Point"]


def test_a_layer_without_a_key_is_known_by_the_numbers_of_its_rows():
    found = checked(frame(nama=["a", "b"]), define("rujukan", title="Rujukan"))
    assert found.frame.index.tolist() == ["1", "2"]
    assert list(found.frame.columns) == ["nama", "geometry"]


@pytest.mark.parametrize(
    ("keys", "code"), [([1, 1], "key_duplicate"), ([1, None], "value_missing")]
)
def test_a_key_names_every_feature_once(keys, code):
    found = checked(frame(kode=keys), define("rujukan", title="Rujukan", key="kode"))
    assert found.frame is None
    assert code in found.report["counts"]


@pytest.mark.parametrize(
    "key",
    [".", "..", "/", "//", "a/../b", "./a", "a/..", "a\nb", "\x01", "a\x7f", "a\x85", "x" * 256],
)
def test_a_key_that_no_address_can_hold_is_named_with_its_mend(key):
    found = checked(frame(kode=["baik", key]), define("rujukan", title="Rujukan", key="kode"))
    assert found.frame is None
    (told,) = [f for f in found.report["findings"] if f["code"] == "key_unaddressable"]
    assert told["feature"]["row"] == 2
    assert told["where"] == {"column": "kode"}
    assert "'kode'" in told["sentence"]["en"]
    assert told["sentence"]["id"] != told["sentence"]["en"]


@pytest.mark.parametrize(
    "key", ["a/b", "/a", "a/", "a//b", "...", "a b", "%2F", "é?#;,", "x" * 255]
)
def test_a_key_of_odd_characters_is_an_address_all_the_same(key):
    found = checked(frame(kode=["baik", key]), define("rujukan", title="Rujukan", key="kode"))
    assert found.frame.index.tolist() == ["baik", key]


def test_a_planning_layer_lies_inside_the_region():
    region = gpd.GeoDataFrame(
        {"name": ["Banjar"]}, geometry=[shapely.box(114, -4, 116, -2)], index=["63.03"], crs=4326
    )
    found = checked(
        frame(nama=["a", "b"]), define("rencana", title="R", purpose="planning"), region=region
    )
    assert found.frame is None
    assert "outside_region" in found.report["counts"]


@pytest.mark.parametrize(
    ("layer", "stated"),
    [
        ("Batas Hutan", {}),
        ("a/b", {}),
        ("../x", {}),
        ("", {}),
        ("x" * 64, {}),
        ("zones", {}),
        ("model-x", {}),
        ("indicators", {}),
        ("hutan-areas", {}),
        ("jalan-lines", {}),
        ("desa-points", {}),
        ("hutan", {"title": " "}),
        ("hutan", {"purpose": "lain"}),
    ],
)
def test_what_cannot_be_a_layer_is_said(layer, stated):
    with pytest.raises(InvalidLayer) as said:
        define(layer, **{"title": "Judul", **stated})
    assert said.value.detail("id") != said.value.detail("en")


@pytest.mark.parametrize("layer", ["ne_110m_admin_0_countries", "batas-hutan-2025", "2025_a-b"])
def test_a_layer_may_be_named_as_files_name_theirs(layer):
    assert define(layer, title="Judul").id == layer


def test_a_definition_travels_in_the_details_of_a_version():
    defined = define("hutan", title="Hutan", title_en="Forest", purpose="planning", key="id")
    assert definition_of("hutan", {"layer": defined.to_json()}) == defined
    assert defined.title == Text("Hutan", "Forest")
    assert definition_of("zones", {}) is None
