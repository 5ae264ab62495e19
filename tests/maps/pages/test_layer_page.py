import datetime
import json
import re

import numpy as np
import pytest
import shapely

from geo.errors import InvalidInput
from geo.language import LANGUAGES, Language
from maps.assets import Assets
from maps.pages.layer_page import MOST_BYTES, LayerView, layer_page, outlines_for_file
from tests.api.examples import made_layer
from tests.maps.examples import HOSTILE

ODD_ID = "uji coba/<b>'é?#%"


def make_view(layer_id: str = "desa", **facts) -> LayerView:
    given = {
        "title": "Desa",
        "description": "Batas desa.",
        "count": 83_402,
        "bounds": (95.0, -11.0, 141.0, 6.0),
        "fields": {"name": "Nama"},
        "source": "BIG",
        "licence": "CC-BY-4.0",
        "version": 3,
        "published": datetime.date(2026, 11, 24),
        **facts,
    }
    return LayerView(id=layer_id, **given)


def cards_of(html: str) -> dict:
    found = re.search(r'id="kawasan-cards"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))


@pytest.mark.parametrize(
    ("language", "words"),
    [("id", ("83.402", "3 · 24 November 2026", "BIG", "CC-BY-4.0", "Tabel")), ("en", ("83,402", "Table"))],
)  # fmt: skip
def test_the_page_says_what_the_layer_is(language: Language, words) -> None:
    html = layer_page(make_view(), language=language)
    assert f'<html lang="{language}">' in html
    for word in words:
        assert word in html


def test_an_odd_id_is_quoted_in_every_address_and_hostile_words_are_inert() -> None:
    html = layer_page(
        make_view(ODD_ID, title=HOSTILE[1], source=HOSTILE[0], description=HOSTILE[3]),
        language="id",
        root="/kw",
    )
    quoted = "/kw/collections/uji%20coba%2F%3Cb%3E%27%C3%A9%3F%23%25"
    assert f'href="{quoted}/items?f=html&amp;lang=id"' in html
    assert cards_of(html)["layer"]["items"] == f"{quoted}/items"
    for attack in HOSTILE[:4]:
        assert attack not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_computed_has_no_version_and_an_empty_layer_still_has_a_map(language) -> None:
    view = make_view(source="", licence="", version=None, published=None, bounds=None, count=0)
    html = layer_page(view, language=language)
    assert "None" not in html
    (south, west), (north, east) = cards_of(html)["bounds"]
    assert south < north
    assert west < east


def test_a_map_of_one_point_has_room_around_it() -> None:
    html = layer_page(make_view(bounds=(115.0, -3.0, 115.0, -3.0)), language="id")
    (south, west), (north, east) = cards_of(html)["bounds"]
    assert (north - south, east - west) == pytest.approx((0.04, 0.04))


def test_a_file_holds_ids_attributes_and_geometry_and_names_no_server() -> None:
    frame = made_layer(
        [shapely.box(115, -4, 116, -3), shapely.Point(114.1234567, -3), None], ["a", "b", "c"]
    )
    outlines = outlines_for_file(
        frame, features={"a": {"name": None, "n": 1}, "b": {"name": HOSTILE[1]}}, title="Uji"
    )
    a, b, c = outlines["features"]
    assert (a["id"], a["properties"]) == ("a", {"name": None, "n": 1})
    assert shapely.geometry.shape(a["geometry"]).equals(shapely.box(115, -4, 116, -3))
    assert b["geometry"]["coordinates"] == (114.12346, -3.0)
    assert (c["geometry"], c["properties"]) == (None, {})
    html = layer_page(
        make_view("uji", count=3), language="id", assets=Assets(standalone=True), outlines=outlines
    )
    assert re.findall(r"<link\b[^>]*stylesheet|<script[^>]* src|/collections/uji/items", html) == []
    assert HOSTILE[1] not in html


def test_metres_become_degrees_in_the_file() -> None:
    frame = made_layer([shapely.Point(500_000, 10_000_000)], ["a"], crs="EPSG:32750")
    outlines = outlines_for_file(frame, features={}, title="Uji")
    assert outlines["features"][0]["geometry"]["coordinates"] == pytest.approx((117.0, 0.0))


def test_a_layer_with_more_features_than_fit_is_refused_with_a_way_out() -> None:
    x = np.arange(12_600) * 0.001
    frame = made_layer(shapely.box(x, 0, x + 0.001, 0.001), [str(i) for i in range(12_600)])
    with pytest.raises(InvalidInput, match=r"12600 features.*50,000 vertices.*/collections"):
        outlines_for_file(frame, features={}, title="Uji")


def test_attributes_that_are_too_heavy_are_refused_too() -> None:
    frame = made_layer([shapely.Point(115, -3)], ["a"])
    with pytest.raises(InvalidInput, match="2 MB"):
        outlines_for_file(frame, features={"a": {"x": "W" * MOST_BYTES}}, title="Uji")
