"""The address of the map holds what is shown: a link opens it, also in a page that is open; Back closes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_map_page import DESKTOP, PHONE, open_shape, shapes
from tests.browser.waits import wait_until
from tests.reference_scores import CAHAYA_BARU_ID

ZONE = "Kawasan Transmigrasi Cahaya Baru"


def paste(page: Page, address: str) -> None:
    """Another link of the same page, as typed into the address line: only what is behind # differs."""
    page.evaluate("address => { window.location.href = address }", address)


def place(page: Page) -> list[float]:
    return page.evaluate(
        "(({ lat, lng }, zoom) => [lat, lng, zoom])"
        "(Kawasan.drawn().map.getCenter(), Kawasan.drawn().map.getZoom())"
    )


def test_what_is_as_at_first_is_not_written(address, visit):
    seen = visit(f"{address}/map")
    seen.page.get_by_label("Penapisan awal kecamatan").check()
    expect(seen.page).to_have_url(f"{address}/map#l=regencies,zones,kecamatan")
    seen.page.get_by_label("Penapisan awal kecamatan").uncheck()
    expect(seen.page).to_have_url(f"{address}/map")
    assert seen.trouble == []


def test_a_link_opens_the_same_layers_place_list_and_quadrant(address, visit):
    seen = visit(f"{address}/map?model=kebutuhan")
    page = seen.page
    page.get_by_label("Penapisan awal kecamatan").check()
    page.locator(".leaflet-control-layers").get_by_label("Kabupaten/kota").uncheck()
    page.get_by_role("button", name="Perbesar").click()
    expect(page).to_have_url(re.compile("v="))
    page.locator("#ranking-filter").fill("kotabaru")
    page.get_by_role("button", name="Kawasan", exact=True).click()
    page.get_by_role("button", name="Kawasan", exact=True).click()
    page.locator("#quadrant > summary").click()
    expect(page.locator("#quadrant .point")).not_to_have_count(0)
    names = page.locator(".ranking tr[data-zone]:visible th a").all_inner_texts()
    again = visit(page.url)
    expect(shapes(again.page, "regencies")).to_have_count(0)
    expect(shapes(again.page, "kecamatan")).not_to_have_count(0)
    expect(again.page.locator(".ranking tr[data-zone]:visible th a")).to_have_text(names)
    expect(again.page.locator("[aria-sort=descending]")).to_contain_text("Kawasan")
    expect(again.page.locator("#quadrant .point")).not_to_have_count(0)
    assert place(again.page) == pytest.approx(place(page), abs=1e-3)
    assert [*seen.trouble, *again.trouble] == []


def test_a_link_that_is_pasted_into_the_open_page_applies(address, visit):
    seen = visit(f"{address}/map")
    page = seen.page
    first = place(page)
    link = "w=huni-90&t=boundary&b=equal&l=zones&v=-3.2000,114.9000,10&zone=cahaya-baru&q=barito&s=1&k=zones"
    paste(page, f"{address}/map#{link}")
    expect(page.locator(".leaflet-popup h2")).to_have_text(ZONE)
    expect(page.locator("tr[data-zone=cahaya-baru] .score")).to_have_text("47,2")
    expect(page.locator("#theme")).to_have_value("boundary")
    expect(page.locator("#breaks")).to_have_value("equal")
    expect(shapes(page, "regencies")).to_have_count(0)
    expect(page.locator("#ranking [data-zone=gula-habang]")).to_be_hidden()
    expect(page.locator("[aria-sort=ascending]")).to_contain_text("Kawasan")
    expect(page.locator("#quadrant .point")).not_to_have_count(0)
    assert place(page)[2] == 10
    expect(page.locator(".leaflet-popup")).to_contain_text("Rentang peringkat")
    paste(page, f"{address}/map#")
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    expect(page.locator("tr[data-zone=cahaya-baru] .score")).to_have_text(CAHAYA_BARU_ID)
    expect(page.locator("#theme")).to_have_value("")
    expect(page.locator("#ranking-filter")).to_have_value("")
    expect(page.locator("#quadrant")).not_to_have_attribute("open", "")
    expect(shapes(page, "regencies")).not_to_have_count(0)
    assert place(page) == pytest.approx(first)
    assert seen.trouble == []


def test_the_other_question_keeps_everything_but_the_weights(address, visit):
    seen = visit(f"{address}/map#w=huni-90&t=boundary&zone=cahaya-baru&l=zones")
    expect(seen.page.locator(".leaflet-popup")).to_contain_text("Rentang peringkat")
    seen.page.wait_for_load_state("networkidle")
    seen.page.locator(".models").get_by_role("link", name="Kebutuhan").click()
    expect(seen.page).to_have_url(re.compile("model=kebutuhan"))
    expect(seen.page.locator(".leaflet-popup h2")).to_have_text(ZONE)
    expect(seen.page.locator("#theme")).to_have_value("boundary")
    expect(shapes(seen.page, "regencies")).to_have_count(0)
    expect(seen.page).not_to_have_url(re.compile("w="))


def test_back_closes_a_card_on_a_phone_and_forward_opens_it(address, visit):
    seen = visit(f"{address}/map", width=PHONE[0], height=PHONE[1])
    page = seen.page
    popup = page.locator(".leaflet-popup")
    page.get_by_role("link", name=ZONE).click()
    expect(popup.locator("h2")).to_have_text(ZONE)
    page.go_back()
    expect(popup).to_have_count(0)
    # Nobody moved the map but the card that made room for itself: no place is kept either.
    expect(page).not_to_have_url(re.compile("zone=|v="))
    page.go_forward()
    expect(popup.locator("h2")).to_have_text(ZONE)
    # The card makes room for itself: nobody can press a button that slides away.
    expect(page.locator(".leaflet-pan-anim")).to_have_count(0)
    page.locator(".leaflet-popup-close-button").click()
    expect(popup).to_have_count(0)
    expect(page).not_to_have_url(re.compile("zone=|v="))
    # The card has left no step behind: the next one is again one step from here.
    wait_until(page, "!(history.state || {}).card")
    open_shape(page, "Kabupaten Tapin")
    expect(popup).to_have_count(1)
    page.go_back()
    expect(popup).to_have_count(0)
    assert seen.trouble == []


def test_the_skip_link_leaves_the_address_alone(address, visit):
    seen = visit(f"{address}/map#w=huni-90", width=DESKTOP[0], height=DESKTOP[1])
    seen.page.locator(".skip").focus()
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("#main")).to_be_focused()
    expect(seen.page).to_have_url(re.compile("#w=huni-90$"))
    assert seen.trouble == []
