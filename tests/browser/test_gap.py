"""The gap to the targets in a real browser: its page, the areas behind it, the map's colours."""

from playwright.sync_api import expect

from tests.browser.test_accessibility import require_no_fault
from tests.browser.test_map_page import DESKTOP, PHONE


def test_the_page_leads_from_the_gap_to_reasons_zones_and_the_map(address, visit):
    seen = visit(f"{address}/gap?f=html&lang=id", width=PHONE[0], height=PHONE[1])
    page = seen.page
    expect(page.get_by_role("heading", level=1)).to_contain_text("Selisih ke target")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    first = page.locator("tr[data-code]").first
    expect(first).to_contain_text("Kota Banjarmasin")
    expect(first).to_contain_text("8.500 orang")
    first.get_by_text("Alasan dan catatan").click()
    expect(first.get_by_text("angkanya baru 5,86% pada 2029")).to_be_visible()
    # Another window says so in the table, the address keeps it.
    page.get_by_label("Periode acuan perubahan").select_option("2")
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.get_by_text("angkanya 3,86% pada 2029")).to_be_visible()
    page.get_by_role(
        "link", name="Kawasan dan kecamatan di daerah yang belum mencapai batas"
    ).click()
    expect(page.get_by_role("link", name="Permukiman Transmigrasi Angsana")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    require_no_fault(page)
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    page.go_back()
    page.get_by_role("link", name="Lihat di peta").click()
    legend = page.locator(".legends section[data-layer=regencies]")
    expect(legend).to_contain_text("batas target tercapai")
    expect(page.locator("#breaks")).to_have_value("gap")
    assert not seen.trouble
