"""OGC API - Styles (draft 20-009) of every collection, in the languages of MapLibre and of QGIS."""

from xml.etree import ElementTree as Xml

import pytest
import shapely
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from maps.folium.drawing import area_fills, regency_fills
from maps.pages.map_subject import read_map_subject
from maps.style import HATCHED
from tests.api.examples import made_layer, publish

MBS, QML = "application/vnd.mapbox.style+json", "application/vnd.qgis.qml"
REL = "http://www.opengis.net/def/rel/ogc/1.0/styles"
DRAWN = {"fill", "line", "circle"}


def href(document, rel, **with_):
    links = [one for one in document["links"] if one["rel"] == rel]
    return next(one for one in links if with_.items() <= one.items())["href"]


def test_every_collection_leads_to_styles_that_can_be_fetched(client):
    for collection in client.get("/collections?f=json").json()["collections"]:
        listed = client.get(href(collection, REL)).json()
        assert listed["default"] in [one["id"] for one in listed["styles"]]
        for style in listed["styles"]:
            for kind in (MBS, QML):
                answer = client.get(href(style, "stylesheet", type=kind))
                assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (
                    200,
                    kind,
                )


def test_a_style_names_sources_that_answer_and_layers_that_are_in_them(client):
    style = client.get("/collections/zones/styles/outlines").json()
    assert style["version"] == 8
    (source,) = style["sources"].values()
    tile = client.get(source["tiles"][0].format(z=0, y=0, x=0))
    assert (tile.status_code, source["maxzoom"]) == (200, 14)
    assert "immutable" in tile.headers["cache-control"]
    ids = [layer["id"] for layer in style["layers"]]
    assert len(ids) == len(set(ids))
    for layer in style["layers"]:
        assert layer["type"] in DRAWN
        assert layer["source"] in style["sources"]
        assert layer["source-layer"].encode() in tile.content


def test_the_form_is_chosen_by_f_or_by_accept_and_another_is_refused(client):
    path = "/collections/zones/styles/outlines"
    assert client.get(path, headers={"Accept": QML}).headers["content-type"] == QML
    assert client.get(path, params={"f": "json"}).headers["content-type"] == MBS
    refused = client.get(path, params={"f": "sld", "lang": "en"})
    assert (refused.status_code, "mbs, qml" in refused.json()["detail"]) == (400, True)
    missing = client.get("/collections/zones/styles/tidak-ada")
    assert (missing.status_code, "outlines" in missing.json()["detail"]) == (404, True)


def test_a_style_is_kept_until_something_changes(client):
    path = "/collections/zones/styles/outlines"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(path, params={"f": "qml"}).headers["etag"] != tag


def test_points_and_areas_of_a_mixed_layer_have_symbols_of_their_own(client):
    for name, symbol in (("zones-points", "marker"), ("zones-areas", "fill"), ("zones", "fill")):
        root = Xml.fromstring(client.get(f"/collections/{name}/styles/outlines?f=qml").text)
        assert {one.get("type") for one in root.iter("symbol")} == {symbol}, name


def test_the_list_is_a_page_too(client):
    for path, said in (("/collections/zones/styles", "QGIS (QML)"), ("/styles", "MapLibre")):
        page = client.get(path, params={"f": "html"})
        assert (page.status_code, said in page.text) == (200, True), path


@pytest.fixture
def planned(reference_store):
    """A service with the shipped data, and what its own map shows."""
    app = create_app(Settings(store=reference_store.folder), store=reference_store)
    with TestClient(app) as client:
        yield (
            client,
            read_map_subject(reference_store, model="kesiapan", indicator="tpt_agustus", year=None),
        )


def test_colours_are_those_of_the_map_for_every_feature(planned):
    client, subject = planned
    zones = area_fills(subject.assessments["zones"].results, subject.model)
    regencies = regency_fills(subject.regencies.index, subject.indicator, subject.indicator.edges)
    expected = {
        "zones": {area_id: zones(area_id) for area_id in subject.layers["zones"].index},
        "regencies": {code: fill or HATCHED for code, fill in regencies.items()},
    }
    for name, fills in expected.items():
        listed = client.get(f"/collections/{name}/styles").json()
        style = client.get(f"/collections/{name}/styles/{listed['default']}?lang=en").json()
        found = {}
        for layer in style["layers"]:
            if layer["type"] == "fill":
                found |= dict.fromkeys(layer["filter"][2], layer["paint"])
        assert sorted(found) == sorted(fills)
        for area_id, fill in fills.items():
            if fill.startswith("#"):
                assert found[area_id] == {"fill-color": fill, "fill-opacity": 1}
            else:
                assert found[area_id]["fill-opacity"] < 1 or fill == HATCHED
    whole = client.get(client.get("/styles").json()["styles"][0]["links"][0]["href"]).json()
    assert list(whole["sources"]) == ["regencies", "kecamatan", "zones"]
    hidden = {layer["source"] for layer in whole["layers"] if "layout" in layer}
    assert hidden == {"kecamatan"}
    words = [entry["label"] for entry in style["metadata"]["kawasan:legend"][0]["entries"]]
    assert len(words) == len(set(words)) > 1


def test_a_style_file_of_a_mixed_layer_is_of_its_first_feature_as_qgis_reads_it(client, store):
    shapes = [None, shapely.Point(110, -3), shapely.box(111, -3, 112, -2)]
    publish(store, "campur", made_layer(shapes, list("abc"), name=list("abc")))
    root = Xml.fromstring(client.get("/collections/campur/styles/outlines?f=qml").text)
    assert {one.get("type") for one in root.iter("symbol")} == {"marker"}


def test_no_two_layers_of_a_style_have_one_id(client, store):
    shapes = [
        shapely.LineString([(110, -3), (111, -3)]),
        shapely.Point(110, -3),
        shapely.box(111, -3, 112, -2),
    ]
    publish(store, "campur", made_layer(shapes, list("abc"), name=list("abc")))
    layers = client.get("/collections/campur/styles/outlines").json()["layers"]
    ids = [layer["id"] for layer in layers]
    assert len(ids) == len({*ids}) == 4


def test_the_whole_map_is_one_style_of_maplibre_alone(client):
    listed = client.get("/styles").json()
    assert [one["id"] for one in listed["styles"]] == ["outlines"]
    found = client.get(listed["styles"][0]["links"][0]["href"])
    assert (found.headers["content-type"], list(found.json()["sources"])) == (
        MBS,
        ["regencies", "zones"],
    )
    assert client.get("/styles/outlines", params={"f": "qml"}).status_code == 400
    assert client.get("/styles/tidak-ada").status_code == 404
