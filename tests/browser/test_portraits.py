"""The pages about one zone and one regency in a browser whose scripts are switched off."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_map_page import DESKTOP, PHONE
from tests.reference_scores import CAHAYA_BARU_ID

PATHS = (
    "/zones/cahaya-baru",
    "/zones/angsana",
    "/zones/63.04.01",
    "/regencies/63.04",
    "/uploads",
)


def is_wider_than_the_window(page, width):
    return page.locator("html").evaluate("e => e.scrollWidth") > width


@pytest.mark.parametrize(
    ("path", "language"), [*((path, "id") for path in PATHS), ("/zones/cahaya-baru", "en")]
)
def test_a_page_fits_its_window_without_any_script(address, visit, path, language):
    joint = "&" if "?" in path else "?"
    seen = visit(f"{address}{path}{joint}lang={language}", javascript=False)
    expect(seen.page.get_by_role("heading", level=1)).to_be_visible()
    for width, height in (DESKTOP, PHONE):
        seen.page.set_viewport_size({"width": width, "height": height})
        assert not is_wider_than_the_window(seen.page, width)
    assert seen.trouble == []
    assert not [asked for asked in seen.requests if ".js" in asked]


def test_a_zone_is_read_without_any_script(address, visit):
    seen = visit(f"{address}/zones/cahaya-baru?lang=id", javascript=False)
    standing = seen.page.get_by_role("region", name="Kesiapan · tahun 2025")
    expect(standing).to_contain_text(CAHAYA_BARU_ID)
    expect(standing).to_contain_text(re.compile(r"Peringkat \d+ dari 14"))
    # The range of the score is drawn over the class borders, and told to who cannot see it.
    bar = standing.get_by_role(
        "img", name=re.compile(r"Skor .+ \(\d+–\d+\) pada skala 0 sampai 100")
    )
    expect(bar).to_be_visible()
    years = seen.page.get_by_role("table", name="Skor dari tahun ke tahun")
    expect(years.get_by_role("rowheader")).to_have_text(
        ["2025", "2024", "2023", "2022", "2021", "2020"]
    )
    expect(seen.page.get_by_role("img", name="Grafik garis Skor")).to_be_visible()


def test_links_lead_from_zone_to_regency_and_back_in_the_same_language(address, visit):
    seen = visit(f"{address}/zones/cahaya-baru?lang=en", javascript=False)
    seen.page.get_by_role("link", name="Kabupaten Barito Kuala", exact=True).click()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Kabupaten Barito Kuala")
    seen.page.get_by_role("link", name="Kawasan Transmigrasi Cahaya Baru").click()
    expect(seen.page.locator("html")).to_have_attribute("lang", "en")
    seen.page.get_by_role("link", name="ID", exact=True).click()
    expect(seen.page.locator("html")).to_have_attribute("lang", "id")
    assert seen.trouble == []


def test_a_page_is_gone_through_by_keyboard_and_shows_where_it_is(address, visit):
    seen = visit(f"{address}/zones/cahaya-baru?lang=id", javascript=False)
    seen.page.keyboard.press("Tab")
    expect(seen.page.get_by_role("link", name="Lewati ke isi")).to_be_focused()
    for _ in range(18):
        seen.page.keyboard.press("Tab")
        focused = seen.page.locator(":focus")
        assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none"


def test_colours_of_a_page_come_from_its_own_files(address, visit):
    seen = visit(f"{address}/zones/cahaya-baru?lang=id", javascript=False)
    line = seen.page.locator(".chart .line").first
    assert line.evaluate("e => getComputedStyle(e).stroke") == "rgb(1, 102, 94)"
    # Nobody has measured the slope of this one.
    seen.page.goto(f"{address}/zones/rkt-kotabaru?lang=id")
    hatched = seen.page.locator(".bar.missing .bar-track").first
    assert "hatch-no-data" in hatched.evaluate("e => getComputedStyle(e).fill")


def test_a_printed_page_has_everything_but_the_buttons(address, visit):
    seen = visit(f"{address}/zones/cahaya-baru?lang=id", javascript=False)
    seen.page.emulate_media(media="print")
    expect(seen.page.get_by_role("link", name="Buka di peta")).to_be_hidden()
    expect(seen.page.get_by_role("table", name="Versi data yang dipakai")).to_be_visible()
    assert seen.page.pdf(format="A4").startswith(b"%PDF")
