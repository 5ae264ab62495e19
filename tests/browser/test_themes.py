"""What the zones are coloured by, on the map of the shipped data: colours, legend, address."""

import re

import pytest
from playwright.sync_api import Page, expect

from geo.language import percent
from tests.browser.test_map_page import DESKTOP, PHONE

ZONE = "Kawasan Transmigrasi Cahaya Baru"
HATCHED = "url(#hatch-no-data)"
# The colour of the class "Siap".
RANKED_COLOUR = "#dfc27d"


def choose(page: Page, theme: str) -> None:
    page.evaluate("document.getElementById('layers').open = true")
    page.locator("#theme").select_option(theme)
    settle(page)


def settle(page: Page) -> None:
    """Wait until the colours are those of the choice."""
    expect(page.locator("#themes[data-state=settled]")).to_have_count(1)


def area(page: Page, name: str):
    return page.locator(f"path[aria-label^='{name},']")


def legend(page: Page):
    return page.locator(".legends section[data-layer=zones]")


def shown_colour(page: Page, label: str) -> str:
    """The colour that the legend gives to an entry."""
    entry = legend(page).locator("li", has_text=label).first
    return str(entry.locator("rect").get_attribute("fill"))


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_every_theme_changes_the_map_and_its_legend_and_the_classes_come_back(address, visit, size):
    seen = visit(f"{address}/map", width=size[0], height=size[1])
    page, zone = seen.page, area(seen.page, ZONE)
    expect(zone).to_have_attribute("fill", RANKED_COLOUR)
    own = legend(page).text_content()
    ranking = page.locator(".ranking").inner_text()
    titles, colours = set(), set()
    for theme in ("need", "coverage", "certainty", "boundary"):
        choose(page, theme)
        colours.add(zone.get_attribute("fill"))
        titles.add(legend(page).locator("h2").text_content())
        # What the map shows is what its legend says, by the words that are read out too.
        label = str(zone.get_attribute("aria-label")).removeprefix(f"{ZONE}, ")
        assert shown_colour(page, label) == zone.get_attribute("fill")
        assert page.locator(".ranking").inner_text() == ranking
    assert len(titles) == 4
    assert len(colours - {RANKED_COLOUR}) == 4
    choose(page, "")
    expect(zone).to_have_attribute("fill", RANKED_COLOUR)
    assert legend(page).text_content() == own
    assert seen.trouble == []


def test_need_is_coloured_by_the_need_models_own_scores(address, visit):
    seen = visit(f"{address}/map")
    with seen.page.expect_response("**/readiness?lang=id") as answered:
        choose(seen.page, "need")
    columns = answered.value.json()["zones"]
    found = dict(zip(columns["area_id"], columns["rank_class"], strict=True))
    wanted = {"rendah": "Rendah", "sedang": "Sedang", "tinggi": "Tinggi"}[found["cahaya-baru"]]
    expect(area(seen.page, ZONE)).to_have_attribute("fill", shown_colour(seen.page, wanted))
    expect(legend(seen.page)).to_contain_text("skor 0–100")
    assert seen.trouble == []


def test_certainty_is_the_chance_of_the_class_and_follows_the_weights(address, visit):
    seen = visit(f"{address}/map#t=certainty")
    page, zone = seen.page, area(seen.page, ZONE)
    settle(page)
    expect(legend(page)).to_contain_text("peluang kelas yang paling mungkin")
    page.locator("#weights > summary").click()
    with page.expect_response(lambda answer: "chances" in (answer.request.post_data or "")) as told:
        page.locator("[data-item=lingkungan]").fill("90")
    columns = told.value.json()["zones"]
    chance = 100 * columns["class_chance"][columns["area_id"].index("cahaya-baru")]
    lower = max(bound for bound in (0, 50, 67, 90) if bound <= chance + 0.5)
    wanted = {0: "Di bawah 50%", 50: "50–66%", 67: "67–89%", 90: "90–100%"}[lower]
    expect(zone).to_have_attribute("fill", shown_colour(page, wanted))
    assert seen.trouble == []


def test_data_coverage_follows_other_weights(address, visit):
    seen = visit(f"{address}/map#t=coverage")
    zone = area(seen.page, ZONE)
    settle(seen.page)
    before = zone.get_attribute("fill")
    seen.page.locator("#weights > summary").click()
    for item in ("usaha", "berkembang", "lingkungan"):
        seen.page.locator(f"[data-item={item}]").fill("0")
    # All that liveability is made of is measured in the zone.
    expect(zone).not_to_have_attribute("fill", str(before))
    expect(zone).to_have_attribute("fill", shown_colour(seen.page, "90–100%"))
    assert seen.trouble == []


def test_a_link_opens_the_same_colours_beside_zone_and_weights(address, visit):
    seen = visit(f"{address}/map#w=lingkungan-90")
    choose(seen.page, "boundary")
    seen.page.get_by_role("link", name=ZONE).click()
    expect(seen.page).to_have_url(re.compile(r"#w=lingkungan-90&t=boundary&zone=cahaya-baru"))
    again = visit(seen.page.url)
    expect(again.page.locator("#theme")).to_have_value("boundary")
    expect(again.page.locator(".leaflet-popup h2")).to_have_text(ZONE)
    expect(legend(again.page)).to_contain_text("Delineasi lebih luas daripada kawasannya")
    choose(again.page, "")
    expect(again.page).not_to_have_url(re.compile("t="))
    assert [*seen.trouble, *again.trouble] == []


def test_an_unknown_theme_in_a_link_is_the_class(address, visit):
    seen = visit(f"{address}/map#t=apa")
    expect(seen.page.locator("#theme")).to_have_value("")
    expect(area(seen.page, ZONE)).to_have_attribute("fill", RANKED_COLOUR)
    assert seen.trouble == []


def test_the_kecamatan_take_the_same_theme_while_they_are_shown(address, visit):
    seen = visit(f"{address}/map?lang=en#t=need")
    settle(seen.page)
    expect(legend(seen.page).locator("h2")).to_have_text("Need: areas")
    seen.page.get_by_label("Kecamatan screening").check()
    expect(legend(seen.page).locator("h2")).to_have_text("Need: areas and kecamatan")
    cell = area(seen.page, "Takisung")
    label = str(cell.get_attribute("aria-label")).removeprefix("Takisung, ")
    assert label.startswith("Medium (")
    assert cell.get_attribute("fill") == shown_colour(seen.page, label)
    seen.page.get_by_label("Kecamatan screening").uncheck()
    expect(legend(seen.page).locator("h2")).to_have_text("Need: areas")
    assert seen.trouble == []


def test_the_page_of_the_need_model_does_not_offer_need_twice(address, visit):
    seen = visit(f"{address}/map?model=kebutuhan&lang=en")
    options = seen.page.locator("#theme option")
    expect(options).to_have_text(
        ["Score class: Need", "Data coverage", "Certainty of the class", "Boundary status"]
    )


def test_without_the_server_the_choice_stays_what_the_map_shows(address, visit):
    seen = visit(f"{address}/map#t=boundary")
    settle(seen.page)
    shown = area(seen.page, ZONE).get_attribute("fill")
    seen.page.context.set_offline(True)
    choose(seen.page, "need")
    expect(seen.page.locator("#theme")).to_have_value("boundary")
    expect(seen.page.locator("#themes [role=status]")).to_contain_text("tetap seperti sebelumnya")
    expect(seen.page).to_have_url(re.compile("#t=boundary$"))
    expect(area(seen.page, ZONE)).to_have_attribute("fill", str(shown))
    expect(seen.page.locator(".connection")).to_be_visible()


def test_the_choice_is_made_by_the_keyboard(address, visit):
    seen = visit(f"{address}/map?lang=en")
    seen.page.locator("#layers > summary").click()
    seen.page.get_by_label("Colour areas by").focus()
    seen.page.keyboard.press("ArrowDown")
    settle(seen.page)
    expect(legend(seen.page).locator("h2")).to_have_text("Need: areas")
    expect(seen.page).to_have_url(re.compile("#t=need$"))
    assert seen.trouble == []


def test_the_page_rounds_shares_as_the_service_does(address, visit):
    shares = [n / 1000 for n in (0, 1, 4, 5, 14, 15, 285, 290, 495, 496, 499, 500, 505, 725, 994)]
    shares += [0.995, 0.9999, 1.0, 0.5048, 1 / 3]
    page = visit(f"{address}/map").page
    asked = [[share, beside] for share in shares for beside in (None, 0.5, 1.0)]
    said = page.evaluate(
        "asked => asked.map(([share, beside]) => Kawasan.words.percent(share, beside ?? undefined))",
        asked,
    )
    assert said == [percent(share, beside=beside).id for share, beside in asked]
