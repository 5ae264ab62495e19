"""The panel of the map page on the shipped data: the ranking first, its leaders, its tables, its heights."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_map_page import DESKTOP, PHONE

FIRST = "Permukiman Transmigrasi Angsana"


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("size", [DESKTOP, (1024, 768), PHONE])
def test_the_first_of_the_ranking_is_on_the_first_screen(address, visit, size, language):
    seen = visit(f"{address}/map?lang={language}", width=size[0], height=size[1])
    for part in (".rank", "th a", ".score"):
        box = seen.page.locator(".ranking tr[data-zone]").first.locator(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < size[1]
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert seen.trouble == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_leaders_stay_in_view_while_weights_are_moved(address, visit, size):
    seen = visit(f"{address}/map?model=kebutuhan", width=size[0], height=size[1])
    page = seen.page
    leaders = page.locator(".leaders li")
    expect(leaders).to_have_count(3)
    page.locator("#weights > summary").click()
    page.locator("#weights input[type=range]:visible").last.scroll_into_view_if_needed()
    box = page.locator(".leaders").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= size[1] + 1
    page.get_by_role("button", name="Ketenagakerjaan ×2").click()
    expect(page.locator("#weights[data-state=settled]")).to_have_count(1)
    scores = page.locator(".ranking tbody .score").all_inner_texts()[:3]
    expect(leaders.locator(".chip")).to_have_text(scores)
    assert seen.trouble == []


def test_what_the_map_shows_is_there_as_a_table_and_follows(address, visit):
    seen = visit(f"{address}/map")
    page = seen.page
    tables = page.locator("#tables")
    tables.locator("> summary").click()
    rows = tables.locator("tbody tr")
    expect(rows).to_have_count(14)
    expect(rows.first).to_contain_text(FIRST)
    before = rows.first.inner_text()
    page.locator("#weights > summary").click()
    page.get_by_role("button", name="Layak huni ×2").click()
    expect(rows.first).not_to_have_text(before)
    tables.locator("select").select_option("kecamatan")
    expect(rows).to_have_count(156)
    tables.locator("select").select_option("regencies")
    expect(rows).to_have_count(13)
    expect(rows.first).to_contain_text("3,30")
    assert seen.trouble == []


def test_the_sheet_has_a_third_height_that_a_card_takes_back(address, visit):
    seen = visit(f"{address}/map", width=PHONE[0], height=PHONE[1])
    page = seen.page
    page.get_by_role("button", name="Perbesar panel").click()
    shrink = page.get_by_role("button", name="Perkecil panel")
    expect(shrink).to_have_attribute("aria-pressed", "true")
    box = page.locator(".panel").bounding_box()
    assert box is not None
    assert box["height"] > 700
    page.get_by_role("link", name=FIRST).first.click()
    expect(page.get_by_role("dialog", name=FIRST)).to_be_visible()
    expect(page.locator(".panel.is-low")).to_have_count(1)
    page.locator(".panel-toggle").click()
    expect(page.get_by_role("button", name="Perbesar panel")).to_be_visible()
    assert seen.trouble == []


def test_the_handle_draws_the_sheet_up_and_down(address, visit):
    seen = visit(f"{address}/map", width=PHONE[0], height=PHONE[1])
    page, panel = seen.page, seen.page.locator(".panel")

    def draw(way: int) -> None:
        box = page.locator(".panel-toggle").bounding_box()
        assert box is not None
        x, y = box["x"] + 60, box["y"] + 20
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + way, steps=4)
        page.mouse.up()

    draw(-120)
    expect(panel).to_have_class("panel is-tall")
    draw(90)
    expect(panel).to_have_class("panel")
    draw(90)
    expect(panel).to_have_class("panel is-low")
    draw(-120)
    expect(panel).to_have_class("panel")


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_target_of_the_panel_is_24_px_on_a_phone(address, visit, language):
    seen = visit(f"{address}/map?lang={language}", width=PHONE[0], height=PHONE[1])
    small = seen.page.evaluate(
        """() => [...document.querySelectorAll(
            ".panel button, .panel select, .panel summary, .downloads a, .unranked a, .ranking a, header a, header summary")]
            .filter((it) => it.getClientRects().length)
            .filter((it) => it.getBoundingClientRect().height < 23.5)
            .map((it) => it.outerHTML.slice(0, 120))"""
    )
    assert small == []


def test_a_point_of_the_quadrant_gives_its_focus_to_the_card_and_gets_it_back(address, visit):
    seen = visit(f"{address}/map")
    seen.page.locator("#quadrant > summary").click()
    point = seen.page.locator(".point[aria-label^='Permukiman Transmigrasi Angsana']")
    point.press("Enter")
    expect(seen.page.get_by_role("dialog", name=FIRST).locator("h2")).to_be_focused()
    seen.page.keyboard.press("Escape")
    expect(point).to_be_focused()
    assert seen.trouble == []


def test_a_long_name_on_the_page_of_a_regency_leaves_room_for_score_and_class(address, visit):
    seen = visit(f"{address}/regencies/63.02")
    for row in seen.page.locator(".standings").first.locator("tbody tr").all():
        name, score = row.locator("th").bounding_box(), row.locator("td.number").last.bounding_box()
        link = row.locator("th a").bounding_box()
        assert name is not None
        assert score is not None
        assert link is not None
        assert link["x"] + link["width"] <= name["x"] + name["width"] <= score["x"]
