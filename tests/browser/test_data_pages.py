"""A page of features in a browser without scripts, and what a page says to search engines under its policy."""

from playwright.sync_api import expect

from tests.browser.test_map_page import PHONE


def test_features_are_filtered_on_a_phone_without_a_script(address, visit):
    seen = visit(
        f"{address}/collections/kecamatan/items?f=html&lang=id",
        width=PHONE[0],
        height=PHONE[1],
        javascript=False,
    )
    page = seen.page
    page.locator(".search summary").click()
    page.get_by_role("combobox", name="Properti").select_option("area_ha")
    page.get_by_role("combobox", name="Perbandingan").select_option("at_least")
    page.get_by_role("textbox", name="Nilai").fill("banyak")
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.get_by_role("alert")).to_contain_text("bukan bilangan")
    expect(page.get_by_role("textbox", name="Nilai")).to_have_value("banyak")
    # The form stands open with all that was chosen.
    page.get_by_role("textbox", name="Nilai").fill("80.000,5")
    page.get_by_role("combobox", name="Urutkan menurut").select_option("-area_ha")
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.locator(".conditions li")).to_have_count(2)
    rows = page.locator("tbody tr")
    expect(rows.first).to_contain_text("Hampang")
    assert rows.count() == 10
    # The page stands still, the table moves inside itself, and ids stay readable words.
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert page.locator("tbody th").first.bounding_box()["width"] >= 90
    page.get_by_role("link", name="lepas: Luas").click()
    expect(page.locator(".conditions li")).to_have_count(1)


def test_json_ld_is_data_that_the_policy_lets_stand(address, visit):
    seen = visit(f"{address}/collections/zones?lang=en")
    found = seen.page.evaluate(
        "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)"
    )
    assert found["@type"] == "Dataset"
    assert seen.trouble == []
