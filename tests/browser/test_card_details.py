"""What the workbench adds to a card: the pages behind it, the reasons, and how sure its rank is."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_map_page import DESKTOP, PHONE, open_shape
from tests.reference_scores import SEBAMBAN_ID

LAST = "sebamban"


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_zone_says_why_it_stands_there_and_how_it_would_rise(address, visit, size):
    seen = visit(f"{address}/map#zone={LAST}", width=size[0], height=size[1])
    card = seen.page.locator(".leaflet-popup")
    expect(card.locator(".why")).to_contain_text(
        f"mendapat skor {SEBAMBAN_ID} dari 100 (mungkin 54–60), kelas Perlu penguatan atau Siap; "
        "peringkat 5 dari 14, kelompok 1;"
    )
    expect(card.locator(".way-up")).to_have_text(
        "Skornya mencapai kelas Siap bila Layanan dasar desa (IKS) naik dari 0,833 menjadi 0,873"
        " (indeks 0–1)."
    )
    assert seen.trouble == []
    seen = visit(f"{address}/map#w=huni-90&zone={LAST}", width=size[0], height=size[1])
    expect(seen.page.locator(".leaflet-popup .way-up")).to_contain_text(
        "Tidak ada satu pun hal yang dapat diubah dinas yang sendirian cukup untuk naik kelas."
    )
    assert seen.trouble == []


def test_what_only_the_regency_can_raise_is_said_to_be_so(address, visit):
    seen = visit(f"{address}/map#w=huni-90*layanan-0&zone={LAST}")
    expect(seen.page.locator(".leaflet-popup .way-up")).to_have_text(
        "Skornya mencapai kelas Siap bila Rumah tangga dengan air minum layak naik dari 62,4% menjadi 70,4%"
        " rumah tangga. Ini angka kabupaten: tidak dapat diubah di kawasan ini saja."
    )
    assert seen.trouble == []


def test_reasons_and_interval_follow_other_weights(address, visit):
    seen = visit(f"{address}/map#w=huni-90&zone={LAST}")
    card = seen.page.locator(".leaflet-popup")
    expect(card.locator(".behind a")).to_have_count(3)
    expect(card.locator(".why")).to_contain_text("mendapat skor 60,7 dari 100")
    expect(card).to_contain_text("Faktor penghambat utama")
    expect(card).to_contain_text("dari 2.000 simulasi")
    seen.page.locator("[data-item=huni]").fill("50")
    score = card.locator(".score-value")
    expect(score).not_to_have_text("60,7")
    expect(card.locator(".why")).to_contain_text(f"mendapat skor {score.inner_text()} dari 100")
    expect(card).to_contain_text("dari 2.000 simulasi")
    assert seen.trouble == []


def test_what_a_card_cannot_fetch_is_said(address, visit):
    seen = visit(f"{address}/map")
    seen.page.context.set_offline(True)
    card = open_shape(seen.page, "Kawasan Transmigrasi Sebamban")
    expect(card.locator(".why")).to_contain_text("Penjelasan tidak dapat diambil")
    expect(card.locator(".trends")).to_contain_text("tidak dapat diambil")
    seen.page.context.set_offline(False)
    seen.page.locator(".connection button").click()
    expect(card.locator(".why")).to_contain_text(f"mendapat skor {SEBAMBAN_ID} dari 100")
    expect(card.locator(".trend")).to_have_count(2)


@pytest.mark.parametrize(
    ("link", "heading"),
    [("Halaman kawasan", "Sebamban"), ("Halaman kabupaten/kota", "Kabupaten")],
)
def test_a_card_leads_to_the_pages_behind_it(address, visit, link, heading):
    seen = visit(f"{address}/map#zone={LAST}")
    # What the card asks for later would be given up by leaving the page.
    expect(seen.page.locator(".leaflet-popup")).to_contain_text("Rentang peringkat")
    seen.page.wait_for_load_state("networkidle")
    seen.page.locator(".leaflet-popup").get_by_role("link", name=link).click()
    expect(seen.page.locator("h1")).to_contain_text(heading)
    assert seen.trouble == []


def test_a_regency_and_a_kecamatan_lead_to_theirs_in_the_language_of_the_map(address, visit):
    seen = visit(f"{address}/map?lang=en")
    popup = open_shape(seen.page, "Kabupaten Tapin")
    expect(popup.get_by_role("link", name="Regency page")).to_have_attribute(
        "href", "/regencies/63.05?lang=en"
    )
    seen.page.locator("#search-name").fill("Alalak, Kabupaten Barito Kuala")
    seen.page.locator("#search-name").press("Enter")
    expect(popup.get_by_role("link", name="Kecamatan page")).to_have_attribute(
        "href", "/zones/63.04.05?model=kesiapan&layer=kecamatan&lang=en"
    )
    assert seen.trouble == []


def test_a_card_says_how_sure_the_rank_is_once_that_was_asked(address, visit):
    seen = visit(f"{address}/map")
    seen.page.locator("#confidence").click()
    expect(seen.page.locator(".intervals li")).to_have_count(14)
    seen.page.locator(f"tr[data-zone={LAST}] a").click()
    expect(seen.page.locator(".leaflet-popup .facts").first).to_contain_text("Rentang peringkat")
    assert seen.trouble == []


def test_a_card_draws_the_labour_figures_of_the_regency(address, visit):
    seen = visit(f"{address}/map#zone=cahaya-baru", width=PHONE[0], height=PHONE[1])
    trends = seen.page.locator(".leaflet-popup .trend")
    expect(trends).to_have_count(2)
    expect(trends.first).to_contain_text("Tingkat pengangguran terbuka (Agustus)")
    # Years without a figure stay empty.
    expect(trends.first.locator("circle")).to_have_count(4)
    expect(trends.first.locator("svg")).to_have_attribute(
        "aria-label", re.compile(r"\d{4}: \d,\d\d%; .*2025: \d,\d\d%$")
    )
    assert seen.trouble == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_card_stays_on_the_map_when_its_figures_arrive(address, visit, size):
    seen = visit(f"{address}/map", width=size[0], height=size[1])
    seen.page.locator("#search-name").fill("Alalak, Kabupaten Barito Kuala")
    seen.page.locator("#search-name").press("Enter")
    popup = seen.page.locator(".leaflet-popup")
    expect(popup.locator(".trend")).to_have_count(2)
    expect(seen.page.locator(".leaflet-pan-anim")).to_have_count(0)
    top = seen.page.locator(".folium-map").bounding_box()["y"]
    assert popup.locator("h2").bounding_box()["y"] >= top
    assert seen.trouble == []
