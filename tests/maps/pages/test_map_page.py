import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from geo import published
from geo.errors import InvalidInput
from geo.language import LANGUAGES, Language
from geo.planning.publish import publish_indicators
from maps.assets import Assets
from maps.folium.choropleth import planner_map, regency_map
from maps.pages.map_page import map_page, map_title, single_map_page
from maps.pages.map_subject import read_map_subject
from tests.maps.examples import (
    CHOICES,
    HOSTILE,
    MODEL,
    make_indicator,
    make_regencies,
    make_results,
    make_zones,
)


def page(language: Language = "id", **facts) -> str:
    zones = facts.pop("zones", make_zones())
    view = planner_map(
        zones,
        regencies=facts.pop("regencies", make_regencies()),
        results=make_results(),
        model=MODEL,
        language=language,
        indicator=make_indicator(),
    )
    given = {
        "indicators": CHOICES,
        "indicator": "tpt",
        "year": 2025,
        "state": {"lang": language, "indicator": "tpt", "year": "2025"},
        "assets": Assets(nonce="n0nce"),
        **facts,
    }
    return map_page(view, model=MODEL, results=make_results(), **given)


class Tags(HTMLParser):
    """Every start tag of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_its_language_and_offers_the_other(language: Language) -> None:
    html = page(language)
    assert f'<html lang="{language}">' in html
    assert "?lang=en&amp;indicator=tpt&amp;year=2025" in html
    assert "?lang=id&amp;indicator=tpt&amp;year=2025" in html


def test_the_ranking_is_a_table_in_order_and_the_others_say_why() -> None:
    html = page()
    rows = re.findall(r'<tr data-zone="(\w+)">', html)
    assert rows == ["alfa", "beta"]
    assert re.findall(r'<li data-zone="(\w+)">', html) == ["gama", "delta", "epsilon"]
    assert "Tidak memenuhi syarat mutlak: Kawasan hutan" in html


def test_the_ranking_says_whose_drawn_area_is_not_its_own() -> None:
    html = page("en")
    assert re.findall(r'<small class="mark">([^<]+)</small>', html) == [
        "approximate boundary",
        "the drawn boundary is wider than the area",
        "the drawn boundary is wider than the area",
        "location only",
    ]


def test_the_form_is_a_plain_get_with_labels_and_the_current_choice() -> None:
    html = page(root="/kw")
    assert '<form method="get" action="/kw/map">' in html
    assert '<input type="hidden" name="lang" value="id">' in html
    assert '<option value="tpt" data-years="2023 2025" data-opening="2025" selected>' in html
    assert '<option value="2025" selected>' in html
    for field in ("indicator", "year"):
        assert f'<label for="{field}">' in html


def test_the_panel_tells_model_year_and_that_geometry_is_approximate() -> None:
    html = page("en")
    assert "Test readiness · year 2025" in html
    assert "Boundaries of areas are approximate" in html


def test_no_inline_handler_style_or_unmarked_script_is_needed() -> None:
    for tag, attributes in Tags(page()).found:
        assert not [name for name in attributes if name.startswith("on")]
        assert "style" not in attributes
        if tag in {"script", "style"}:
            assert attributes["nonce"] == "n0nce"


def test_every_address_is_ours() -> None:
    for tag, attributes in Tags(page()).found:
        for name in ("src", "href", "action"):
            if tag != "a" and attributes.get(name):
                assert attributes[name].startswith("/")


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_names_add_no_element(value: str) -> None:
    kind = "<b>x</b>"
    honest = page(regencies=make_regencies(["Q"] * 4), zones=make_zones(["Z"] * 5))
    hostile = page(
        regencies=make_regencies([value] * 4),
        zones=make_zones([value] * 5, remarks=value, source=value, status=kind),
        notice="",
    )
    assert [tag for tag, _ in Tags(hostile).found] == [tag for tag, _ in Tags(honest).found]


def test_the_same_view_is_the_same_bytes() -> None:
    assert page() == page()


def test_a_page_stays_far_below_a_megabyte() -> None:
    assert len(page().encode()) < 200_000


def test_a_notice_is_shown_escaped() -> None:
    assert "&lt;i&gt;" in page(notice="<i>")


def test_a_standalone_map_names_no_other_file() -> None:
    view = regency_map(make_regencies(), language="id", indicator=make_indicator())
    html = single_map_page(view, title="Peta", assets=Assets(standalone=True))
    for tag, attributes in Tags(html).found:
        address = attributes.get("src") or attributes.get("href")
        assert tag == "a" or address is None or address.startswith("data:")
    assert "<nav" not in html


def test_titles_of_single_maps() -> None:
    assert map_title("zones", "en", model=MODEL) == ("Transmigration areas: Test readiness, 2025")
    assert map_title("regencies", "id", indicator=make_indicator()) == "Pengangguran terbuka, 2025"
    with pytest.raises(InvalidInput):
        map_title("elsewhere", "id", model=MODEL)


def test_one_figure_that_came_early_does_not_take_the_map_over(reference_store) -> None:
    before = read_map_subject(reference_store, model="kesiapan", indicator="tpt_agustus", year=None)
    table = published.indicators(reference_store)
    newest = table.query("indicator == 'tpt_agustus' and regency_code == '63.01'").iloc[[-1]]
    early = newest.assign(year=2027, period="Agustus 2027", value=4.2)
    amended = pd.concat([table, early])
    publish_indicators(reference_store, amended, actor="uji", note="uji", source="uji")

    asked = {"model": "kesiapan", "indicator": "tpt_agustus"}
    opened = read_map_subject(reference_store, year=None, **asked)
    assert opened.indicator.year == before.indicator.year == 2025
    (choice,) = [one for one in opened.choices if one.id == "tpt_agustus"]
    assert (choice.years[-1], choice.opening) == (2027, 2025)
    assert read_map_subject(reference_store, year=2027, **asked).indicator.year == 2027


def test_every_indicator_opens_on_a_year_that_most_of_its_regencies_have(reference_store) -> None:
    subject = read_map_subject(reference_store, model="kesiapan", indicator="umk", year=None)
    table = published.indicators(reference_store)
    rows = table[table["regency_code"].isin(subject.regencies.index)]
    counts = rows.groupby(["indicator", "year"])["regency_code"].nunique()
    for choice in subject.choices:
        shown = counts[choice.id, choice.opening]
        assert shown >= len(subject.regencies) / 2 or shown == counts[choice.id].max()


def test_the_list_is_cut_into_bands_and_names_what_nobody_checked() -> None:
    html = page()
    heads = re.findall(r'<tr class="band">.*?</tr>', html, re.S)
    assert ["Kelompok 1" in heads[0], "Kelompok 2" in heads[1], len(heads)] == [True, True, 2]
    assert html.index("Kelompok 1") < html.index(">Alfa<") < html.index("Kelompok 2")
    assert "Belum diperiksa: Gambut" in html


def test_an_unranked_area_shows_its_range_in_the_list() -> None:
    listed = page().partition('<ul class="unranked"')[2]
    assert "Rentang skor 18–88" in listed
    assert "Tidak memenuhi syarat mutlak: Kawasan hutan" in listed
