"""What to collect next in a real browser: in the card on the map, and on its page."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_map_page import DESKTOP, PHONE


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_card_names_the_data_to_bring_next_and_leads_to_the_page(address, visit, size):
    width, height = size
    seen = visit(f"{address}/map?lang=id#zone=angsana", width=width, height=height)
    section = seen.page.locator(".card .collect")
    expect(section.get_by_role("heading")).to_have_text("Data yang perlu dibawa berikutnya")
    expect(section.locator("ol > li").first).to_be_attached()
    assert 1 <= section.locator("ol > li").count() <= 3
    # Each leads to the form that takes it.
    forms = section.locator("ol > li a[href*='/uploads/form?for=']")
    expect(forms).to_have_count(section.locator("ol > li").count())
    # What the card asks for later would be given up by leaving the page.
    seen.page.wait_for_load_state("networkidle")
    section.get_by_role("link", name="Bentuk, pemegang data").click()
    expect(seen.page).to_have_url(
        f"{address}/collect?model=kesiapan&layer=zones&zone=angsana&f=html&lang=id"
    )
    expect(seen.page.locator("article")).to_have_count(1)
    seen.page.wait_for_load_state()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert not seen.trouble


def test_the_form_asks_for_another_choice_without_a_script(address, visit):
    seen = visit(f"{address}/collect?f=html&lang=id", javascript=False)
    expect(seen.page.locator("article")).to_have_count(14)
    seen.page.get_by_label("Banyaknya wilayah yang akan dipilih").select_option("5")
    seen.page.get_by_role("button", name="Tampilkan").click()
    expect(seen.page.get_by_text("Bila 5 wilayah terbaik dipilih sekarang")).to_be_visible()
    assert not seen.trouble
