"""How sure the ranking is, on the map: bands and ties in the list, ranges and chances in cards."""

import re

from playwright.sync_api import expect

from tests.browser.test_map_page import DESKTOP, PHONE

ZONE = "Kawasan Transmigrasi Cahaya Baru"


def with_chances(answer) -> bool:
    return "chances" in (answer.request.post_data or "")


def test_the_list_is_cut_into_bands_and_ties_are_told(address, visit):
    page = visit(f"{address}/map?model=kebutuhan").page
    heads = page.locator(".ranking tr.band")
    expect(heads.first).to_contain_text("Kelompok 1")
    counted = [int(re.findall(r"(\d+) kawasan", text)[0]) for text in heads.all_inner_texts()]
    rows = page.locator(".ranking tr[data-zone]")
    assert (len(counted) > 1, sum(counted)) == (True, rows.count())
    ranks = page.locator(".ranking .rank").all_inner_texts()
    tied = rows.filter(has=page.locator(".tied"))
    assert tied.count() == sum(ranks.count(rank) > 1 for rank in ranks)
    # Sorted by a name the list says nothing of bands; a filter hides a heading with its rows.
    page.get_by_role("button", name="Kawasan", exact=True).click()
    expect(heads).to_have_count(0)
    page.get_by_role("button", name="Skor").click()
    expect(heads).to_have_count(len(counted))
    page.locator("#ranking-filter").fill(rows.last.locator("th a").inner_text())
    expect(page.locator(".ranking tr.band:visible")).to_have_count(1)


def test_the_page_explains_bands_and_how_the_chances_are_drawn(address, visit):
    page = visit(f"{address}/map").page
    link = page.get_by_role("link", name="Cara membaca kelompok")
    page.locator(".drawn summary").click()
    expect(page.locator(".drawn")).to_contain_text("1.000 simulasi")
    expect(page.locator(".drawn")).to_contain_text("Nilai yang belum ada diambil acak")
    link.click()
    expect(page.locator("h2#rentang-dan-peluang")).to_be_in_viewport()


def test_a_card_shows_the_range_the_class_with_its_chance_and_what_nobody_checked(address, visit):
    for size in (DESKTOP, PHONE):
        seen = visit(f"{address}/map#zone=cahaya-baru", width=size[0], height=size[1])
        card = seen.page.locator(".leaflet-popup .standing")
        expect(card.locator(".score-range")).to_have_text(re.compile(r"^\(\d+–\d+\)$"))
        expect(card.locator(".range .range-border")).to_have_count(3)
        expect(card.locator(".range .range-mark")).to_have_count(1)
        expect(card.locator(".chip")).to_have_text(re.compile(r"\d%| atau "))
        expect(card.locator(".unchecked")).to_contain_text("Gambut")
        row = seen.page.locator("tr[data-zone=cahaya-baru]")
        expect(row.locator(".unchecked")).to_contain_text("Belum diperiksa: Kawasan hutan")
        assert seen.trouble == []


def test_a_kecamatan_warns_as_a_zone_does(address, visit):
    seen = visit(f"{address}/map#l=regencies,kecamatan")
    seen.page.locator("path[aria-label^='Takisung']").press("Enter")
    card = seen.page.locator(".leaflet-popup .card")
    expect(card.locator(".score-range")).to_be_visible()
    expect(card.locator(".unchecked")).to_contain_text("belum diperiksa")
    expect(card).to_contain_text("Periode data")
    expect(card).to_contain_text("Cakupan data")
    assert seen.trouble == []


def test_scores_follow_a_slider_at_once_and_chances_when_it_rests(address, visit):
    seen = visit(f"{address}/map")
    page = seen.page
    row = page.locator("tr[data-zone=cahaya-baru]")
    own = row.locator(".chip").inner_text()
    page.locator("#weights > summary").click()
    with page.expect_response(with_chances) as told:
        with page.expect_response("**/readiness?lang=id") as scored:
            page.locator("[data-item=lingkungan]").fill("90")
        assert "class_words" not in scored.value.json()["zones"]
        # Until the chances are known nobody says a class.
        expect(row.locator(".chip")).to_have_text("Peluang kelas dihitung …")
        expect(page.locator(".ranking tr.band")).to_have_text(re.compile("Kelompok dihitung"))
    columns = told.value.json()["zones"]
    place = columns["area_id"].index("cahaya-baru")
    expect(row.locator(".chip")).to_have_text(columns["class_words"][place])
    expect(page.locator(".ranking tr.band")).to_have_count(max(b or 0 for b in columns["band"]))
    page.get_by_role("button", name="Kembalikan ke bobot awal").click()
    expect(row.locator(".chip")).to_have_text(own)
    assert seen.trouble == []
