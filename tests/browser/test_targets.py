"""A target is entered on its page, refused by its year where it is wrong, and seen where it is used."""

import shutil
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from geo.store.store import Store
from tests.browser.test_accessibility import require_no_fault
from tests.browser.test_map_page import DESKTOP, PHONE
from tests.pdf_text import text_of
from tests.service import running

PASSWORD = "sawah di tepi Barito"


@pytest.fixture(scope="module")
def service(reference_folder, tmp_path_factory):
    """The address of a service over the shipped data where a publisher publishes what is their own."""
    folder = tmp_path_factory.mktemp("entering") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    store.users.add("adi", password=PASSWORD, role="publisher", name="Adi", institution="Dinas")
    store.rules.set("own_approval", True, actor="tester")
    store.close()
    with running(folder) as address:
        yield address


def logged_in(visit, service, asked):
    """The page of an address, for the publisher."""
    address = f"{service}/login?lang=id&next={quote(asked, safe='')}"
    seen = visit(address, width=DESKTOP[0], height=DESKTOP[1])
    seen.page.locator("#user").fill("adi")
    seen.page.locator("#password").fill(PASSWORD)
    seen.page.wait_for_load_state("networkidle")
    seen.page.locator(".login button").click()
    return seen


def test_an_index_is_filled_in_saved_and_seen_in_its_table(visit, service):
    seen = logged_in(visit, service, "/indices/ipktrans?f=html&lang=id&area=Cahaya+Baru")
    page = seen.page
    form = page.locator("form.saving")
    expect(form.locator("button[type=submit]")).to_be_enabled()
    slots = page.locator("tr[data-slot]")
    for number in range(slots.count()):
        for name, text in (("least", "0"), ("most", "100"), ("weight", "0,2")):
            slots.nth(number).locator(f"[name={name}]").fill(text)
    first, more = slots.first, page.locator("tr[data-of]").first
    first.locator("[name=value]").fill("25")
    more.locator("summary").click()
    more.locator("[data-entry=direction]").select_option("min")
    more.locator("[data-entry=year]").fill("2025")
    more.locator("[data-entry=figure_source]").fill("Rekap bidang")
    require_no_fault(page)
    form.locator("[name=note]").fill("Rapat")
    form.locator("button[type=submit]").click()

    # A fifth of 100 − 25, and four fifths that are not known.
    expect(page.locator("table.places tbody tr")).to_contain_text("15,00–95,00")
    expect(first).to_contain_text("Makin rendah makin baik")
    expect(first).to_contain_text("Angka 2025. Sumber: Rekap bidang")
    require_no_fault(page)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.goto(f"{service}/indices/ipktrans?f=html&lang=en&area=Cahaya%20Baru")
    expect(page.locator("table.places tbody tr")).to_contain_text("15.00–95.00")
    assert seen.trouble == []


def test_a_target_is_entered_and_seen_among_figures_and_gaps(visit, service):
    asked = "/targets?f=html&lang=id&indicator=tpt_agustus&region=63"
    seen = logged_in(visit, service, asked)
    page = seen.page
    form, last = page.locator("form.targets"), page.locator("tr[data-year='2029']")
    expect(form.locator("button[type=submit]")).to_be_enabled()
    require_no_fault(page)

    # Only what is changed is sent; what is published beside it keeps its document, source and link.
    expect(last.locator("[data-end=most]")).to_have_value("3,97")
    next_year = page.locator("tr[data-year='2027']")
    next_year.locator("[data-end=most]").fill("4,05")
    expect(next_year.get_by_role("checkbox")).to_be_checked()
    form.locator("[name=document]").fill("RPJMD Perubahan 2026")
    form.locator("[name=source]").fill("Bappeda")
    form.locator("[name=note]").fill("Target 2027")
    form.locator("button[type=submit]").click()
    expect(page.locator("#published ~ .scroll tbody")).to_contain_text("4,05%")
    kept = page.request.get(f"{service}/targets?region=63&indicator=tpt_agustus&f=json").json()
    said = [
        (one["year"], one["source"] == "Bappeda", one.get("source_url")) for one in kept["targets"]
    ]
    assert said == [(2027, True, None), (2029, False, "https://adaapa.info/?p=9342")]

    # What is published of the province is no target of the regency that is chosen next.
    expect(last.locator("[data-end=most]")).to_have_value("3,97")
    last.get_by_role("checkbox").check()
    expect(form.locator("[name=source_url]")).to_have_value("https://adaapa.info/?p=9342")
    next_year.locator("[data-end=most]").fill("4")
    form.locator("[name=regency_code]").select_option("63.10")
    expect(last.locator("[data-end=most]")).to_have_value("")
    # What was typed for the province is no regency's until somebody says so.
    expect(form.locator(".notice")).to_contain_text("tidak dicentang lagi")
    expect(next_year.get_by_role("checkbox")).not_to_be_checked()
    next_year.locator("[data-end=most]").fill("")
    expect(form.locator("[name=source_url]")).to_have_value("")

    last.locator("[data-end=least]").fill("4,5")
    last.locator("[data-end=most]").fill("3,875")
    form.locator("[name=document]").fill("RPJMD Tanah Bumbu 2025–2029")
    form.locator("[name=source]").fill("Bappeda Tanah Bumbu")
    form.locator("[name=note]").fill("RPJMD")
    form.locator("button[type=submit]").click()
    expect(form.locator(".notice")).to_have_text(
        "Tahun 2029: batas bawah 4,50 melebihi batas atas 3,875. Tukar atau perbaiki keduanya."
    )
    last.locator("[data-end=least]").fill("3,5")
    form.locator("button[type=submit]").click()
    expect(page.locator("#published ~ .scroll tbody")).to_contain_text("3,50–3,875%")
    assert "region=63.10" in page.url

    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.goto(f"{service}/indicators?indicator=tpt_agustus&lang=id&f=html")
    expect(page.locator("main")).to_contain_text("RPJMD Tanah Bumbu 2025–2029")
    page.goto(f"{service}/regions/63.10?lang=id&f=html")
    expect(page.locator("main")).to_contain_text("RPJMD Tanah Bumbu 2025–2029")
    # All are held against the province's target; Tanah Bumbu against its own where that is asked.
    page.goto(f"{service}/gap?indicator=tpt_agustus&lang=id&f=html")
    row = page.locator("tr[data-code='63.10']")
    expect(row).to_contain_text("2,08 poin persen")
    expect(row).to_contain_text("target provinsi")
    page.goto(f"{service}/gap?indicator=tpt_agustus&yardstick=either&lang=id&f=html")
    expect(row).to_contain_text("2,18 poin persen")
    expect(row).to_contain_text("target sendiri")
    classes = page.request.get(
        f"{service}/indicators/tpt_agustus/classes?breaks=gap&yardstick=either&lang=id"
    ).json()
    newest = classes["figures"][str(max(classes["years"]))]["values"]
    assert "masih 2,18 poin persen dari batas target" in newest["63.10"]["text"]
    sheet = text_of(page.request.get(f"{service}/sheets/angsana.pdf?lang=id").body())
    assert "RPJMD Tanah Bumbu 2025–2029" in sheet
    # The one refusal is what the browser logs of it.
    assert [one for one in seen.trouble if "422" not in one] == []
