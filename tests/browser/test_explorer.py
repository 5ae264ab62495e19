"""Indicators over the years in a real browser: two clicks to unemployment, and what is shown is saved."""

import struct

import pytest
from playwright.sync_api import expect

from tests.browser.test_map_page import PHONE

TPT = "/indicators?indicator=tpt_agustus&lang=id"


@pytest.mark.parametrize("start", ["/?lang=id", "/map?lang=id"])
def test_unemployment_of_all_regencies_is_two_clicks_away(address, visit, start):
    page = visit(f"{address}{start}").page
    page.locator("header nav").first.get_by_role("link", name="Indikator").click()
    page.get_by_role("link", name="Tingkat pengangguran terbuka (Agustus)", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Tingkat pengangguran terbuka (Agustus)"
    )
    expect(page.locator(".sheet tbody tr")).to_have_count(14)
    expect(page.locator(".drawn .wide .series")).to_have_count(14)


def test_the_list_is_narrowed_by_words_of_either_language(address, visit):
    seen = visit(f"{address}/indicators?lang=id")
    page = seen.page
    field = page.get_by_role("searchbox", name="Cari indikator")
    field.fill("unemployment august")
    expect(page.locator(".finder [role=status]")).to_contain_text("indikator")
    expect(page.get_by_role("link", name="Tingkat pengangguran terbuka (Agustus)")).to_be_visible()
    expect(page.get_by_role("link", name="Rasio Gini")).to_be_hidden()
    field.fill("zzz")
    expect(page.locator(".finder [role=status]")).to_contain_text("Tidak ada")
    assert seen.trouble == []


def test_the_chart_is_saved_as_a_picture(address, visit):
    seen = visit(f"{address}{TPT}")
    with seen.page.expect_download() as started:
        seen.page.get_by_role("button", name="Gambar (PNG)").click()
    assert started.value.suggested_filename == "kawasan-tpt_agustus.png"
    head = started.value.path().read_bytes()[:24]
    width, height = struct.unpack(">II", head[16:24])
    assert head[1:4] == b"PNG"
    assert width == 2000
    assert height > 1000
    assert seen.trouble == []


def test_a_region_that_is_pointed_at_stands_out_in_chart_and_table(address, visit):
    page = visit(f"{address}{TPT}").page
    page.locator(".sheet tbody tr", has_text="Tanah Bumbu").locator("a").focus()
    expect(page.locator(".drawn .wide .series.is-chosen")).to_have_attribute("data-region", "63.10")
    expect(page.locator(".indicator.has-chosen")).to_have_count(1)


def test_regions_are_chosen_sorted_and_kept_in_the_address_without_a_script(address, visit):
    page = visit(f"{address}{TPT}", javascript=False).page
    page.locator(".chooser summary").click()
    for name in ("Kalimantan Selatan", "Kabupaten Kotabaru", "Kota Banjarmasin"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.locator(".sheet tbody tr")).to_have_count(3)
    page.locator(".sheet thead").get_by_role("link", name="2025", exact=True).click()
    rows = page.locator(".sheet tbody tr")
    expect(rows.nth(1)).to_contain_text("Kota Banjarmasin")
    page.get_by_role("link", name="Peta", exact=True).last.click()
    assert "region=63,63.02,63.71" in page.url
    assert "show=map" in page.url
    expect(page.locator(".mapped figcaption")).to_contain_text("4,16%")


def test_on_a_phone_the_sheet_scrolls_in_itself_and_shows_the_newest_year(address, visit):
    seen = visit(f"{address}{TPT}", width=PHONE[0], height=PHONE[1])
    page = seen.page
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    sheet = page.locator(".sheet").bounding_box()
    newest = page.locator("[data-newest]").bounding_box()
    assert newest["x"] + newest["width"] <= sheet["x"] + sheet["width"] + 1
    name = page.locator(".sheet [data-region='63.02'] th").bounding_box()
    assert name["x"] >= sheet["x"] - 1
    expect(page.locator(".drawn .narrow")).to_be_visible()
    expect(page.locator(".drawn .wide")).to_be_hidden()


def test_the_province_is_a_page_among_its_regencies(address, visit):
    page = visit(f"{address}/regions?lang=id").page
    page.get_by_role("link", name="Kalimantan Selatan", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kalimantan Selatan")
    expect(page.locator("main")).to_contain_text("RPJMD")
