"""The map of an upload is told of places on the globe only, and of CRSs only while one is to be chosen."""

import json

import pytest

from maps.desk.findings import groups, place_of
from maps.desk.map import Ground, map_facts

BOX = {"code": "EPSG:32750", "name": "WGS 84 / UTM zone 50S", "bounds": [114.6, -3.2, 114.8, -3.0]}


def report(code, **found):
    sentence = {"id": "Keliru.", "en": "Wrong."}
    one = {"code": code, "severity": "error", "sentence": sentence, **found}
    return {"findings": [one], "counts": {code: 1}, "choices": {"crs": {"candidates": [BOX]}}}


def facts(found, **ground):
    said = map_facts(found, drawings=["preview"], ground=Ground(**ground), language="id")
    return json.loads(str(said))


@pytest.mark.parametrize(("code", "boxes"), [("crs_missing", 1), ("geometry_invalid", 0)])
def test_boxes_of_crss_are_drawn_only_while_one_is_to_be_chosen(code, boxes):
    assert len(facts(report(code))["candidates"]) == boxes


def test_coordinates_of_an_unknown_crs_are_no_place_on_the_map():
    metres = report("geometry_invalid", where={"lon": 245805.2, "lat": 9660475.5})
    degrees = report("geometry_invalid", where={"lon": 114.7, "lat": -3.1})
    assert [groups(one, "id")[0]["sentences"][0]["lon"] for one in (metres, degrees)] == [
        None,
        114.7,
    ]
    assert place_of({"where": {"lon": 114.7, "lat": -3.1}}) == {"lon": 114.7, "lat": -3.1}
    assert map_facts(metres, drawings=[], ground=Ground(), language="id") is None


def test_the_layer_as_it_is_published_lies_below():
    published = facts(report("geometry_invalid"), published="/tiles", layer="zones")["published"]
    assert published == {"tiles": "/tiles", "layer": "zones"}
    assert facts(report("geometry_invalid"))["published"] is None
