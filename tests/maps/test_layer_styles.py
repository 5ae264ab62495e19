"""What other programs draw: MapLibre's JSON and the style files of QGIS, from the same marks."""

from xml.etree import ElementTree as Xml

import pytest

from maps.maplibre import DrawnLayer, style_document
from maps.qgis import class_style
from maps.style import CROSSED, HATCHED, LayerStyle, Mark

MARKS = (
    Mark("Siap", ("a", "b"), fill="#018571"),
    Mark("Siap, belum pasti", ("c",), fill="#018571", is_striped=True),
    Mark("Belum siap", (), fill="#a6611a"),
    Mark("Dikecualikan", ("d",), fill=CROSSED),
    Mark("Tidak ada data", ("e'f",), fill=HATCHED),
    Mark("", ("a", "b", "c"), line="#1d2b33", width_px=1.8),
    Mark("Indikatif", ("d", "e'f"), line="#1d2b33", width_px=1.8, dash="dash"),
)
STYLE = LayerStyle("kesiapan", "Kesiapan: kawasan", MARKS)


def written(*kinds, **said):
    layer = DrawnLayer("zones", STYLE, "http://x/{z}/{y}/{x}", kinds, (105, -4, 106, -3), **said)
    return style_document("Kawasan", [layer])


def qml(kind="areas", key="zone_id"):
    titles = {"zone_id": "Kode", "name": "Nama"}
    return Xml.fromstring(class_style(STYLE, key=key, kind=kind, titles=titles))


def test_every_mark_with_features_is_drawn_in_its_colour_and_all_stand_in_the_legend():
    found = written("areas")
    drawn = {layer["id"]: layer for layer in found["layers"]}
    assert list(drawn) == [
        *(f"zones-{n}-fill" for n in (0, 1, 3, 4)),
        "zones-5-outline",
        "zones-6-outline",
    ]
    assert drawn["zones-0-fill"]["paint"] == {"fill-color": "#018571", "fill-opacity": 1}
    assert drawn["zones-0-fill"]["filter"] == ["match", ["get", "id"], ["a", "b"], True, False]
    assert drawn["zones-1-fill"]["paint"]["fill-opacity"] < 1
    assert drawn["zones-6-outline"]["paint"]["line-dasharray"]
    (legend,) = found["metadata"]["kawasan:legend"]
    assert [entry["label"] for entry in legend["entries"]] == [m.label for m in MARKS if m.label]


def test_missing_and_excluded_are_greys_since_a_style_without_pictures_hatches_nothing():
    greys = {layer["id"]: layer["paint"] for layer in written("areas")["layers"]}
    for name in ("zones-3-fill", "zones-4-fill"):
        red, green, blue = bytes.fromhex(greys[name]["fill-color"][1:])
        assert max(red, green, blue) - min(red, green, blue) < 20
    assert greys["zones-3-fill"]["fill-color"] != greys["zones-4-fill"]["fill-color"]


def test_a_mixed_layer_parts_its_kinds_and_nothing_is_asked_of_another_network():
    found = written("areas", "points")
    types = {layer["type"] for layer in found["layers"]}
    assert types == {"fill", "circle", "line"}
    for layer in found["layers"]:
        if layer["type"] != "line":
            assert "geometry-type" in str(layer["filter"])
    assert not {"glyphs", "sprite"} & set(found)
    assert "text-field" not in str(found)


@pytest.mark.parametrize(
    ("kind", "symbol", "layer"),
    [
        ("areas", "fill", "SimpleFill"),
        ("points", "marker", "SimpleMarker"),
        ("lines", "line", "SimpleLine"),
    ],
)
def test_a_style_file_has_the_symbols_of_its_kind_of_geometry(kind, symbol, layer):
    root = qml(kind)
    assert {one.get("type") for one in root.iter("symbol")} == {symbol}
    assert {one.get("class") for one in root.iter("layer")} == {layer}


def test_a_style_file_has_the_colours_of_the_map_and_its_hatching():
    root = qml()
    colours = [one.get("value") for one in root.iterfind(".//Option[@name='color']")]
    assert colours[0] == "1,133,113,255"
    patterns = [one.get("value") for one in root.iterfind(".//Option[@name='style']")]
    assert {"solid", "f_diagonal", "cross", "b_diagonal", "no"} == set(patterns)
    lines = [one.get("value") for one in root.iterfind(".//Option[@name='outline_style']")]
    assert lines[-2:] == ["solid", "dash"]


def test_ids_of_a_style_file_are_quoted_and_a_class_without_features_is_in_the_legend():
    rules = {rule.get("label"): rule.get("filter") for rule in qml().iter("rule")}
    assert rules["Tidak ada data"] == "\"zone_id\" IN ('e''f')"
    assert rules["Belum siap"] == "FALSE"
