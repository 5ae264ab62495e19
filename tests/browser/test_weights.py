"""Weights, method and risk on the map of the shipped data: what moves, what is kept, what is said."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_map_page import DESKTOP, PHONE, open_shape
from tests.service import running

ZONE = "Kawasan Transmigrasi Cahaya Baru"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with running(tmp_path_factory.mktemp("weights") / "store") as started:
        yield started


def opened(visit, address: str, query: str = "", size: tuple[int, int] = DESKTOP):
    seen = visit(f"{address}/map{query}", width=size[0], height=size[1])
    if not seen.page.locator("#weights").get_attribute("open") and "w=" not in query:
        seen.page.locator("#weights > summary").click()
    return seen


def first_score(page: Page):
    return page.locator(".ranking tbody tr").first.locator(".score")


def set_slider(page: Page, item: str, value: int) -> None:
    page.locator(f"[data-item={item}]").fill(str(value))
    settle(page)


def settle(page: Page) -> None:
    """Wait for the newest answer."""
    expect(page.locator("#weights:not([data-state=asking])")).to_have_count(1)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_slider_moves_scores_ranking_map_and_cards(address, visit, size):
    seen = opened(visit, address, size=size)
    expect(first_score(seen.page)).to_have_text("83,7")
    zone = seen.page.locator(f"path[aria-label^='{ZONE}']")
    expect(zone).to_have_attribute("fill", "#018571")
    for item, value in (("huni", 100), ("usaha", 0), ("berkembang", 0), ("lingkungan", 0)):
        set_slider(seen.page, item, value)
    # On liveability alone the two zones lack the slope, and with it half of the weight.
    expect(seen.page.locator(".weights-state")).to_contain_text("bukan milik model")
    expect(seen.page.locator(".ranking tbody tr")).to_have_count(0)
    expect(zone).to_have_attribute("fill", "url(#hatch-no-data)")
    set_slider(seen.page, "lingkungan", 100)
    expect(seen.page.locator(".ranking tbody tr")).to_have_count(2)
    row = seen.page.locator("tr[data-zone=cahaya-baru] .score")
    expect(row).not_to_have_text("83,7")
    score = row.inner_text()
    popup = open_shape(seen.page, ZONE)
    expect(popup).to_contain_text(score)
    assert seen.trouble == []


def test_the_answer_is_the_services_own(address, visit):
    seen = opened(visit, address)
    with seen.page.expect_response("**/readiness?lang=id") as answered:
        set_slider(seen.page, "lingkungan", 90)
    found = answered.value.json()
    assert sum(found["weights"].values()) == pytest.approx(1)
    shown = max(s for s in found["zones"]["score"] if s is not None)
    expect(first_score(seen.page)).to_have_text(f"{shown:.1f}".replace(".", ","))


def test_a_link_opens_the_same_view_and_the_models_weights_come_back(address, visit):
    seen = opened(visit, address)
    set_slider(seen.page, "lingkungan", 90)
    seen.page.get_by_label("Cara menggabungkan").select_option("owa")
    seen.page.get_by_label("Sikap terhadap risiko").fill("20")
    settle(seen.page)
    expect(first_score(seen.page)).not_to_have_text("83,7")
    expect(seen.page).to_have_url(re.compile(r"#.*lingkungan-90.*m=owa.*r=20"))
    score = first_score(seen.page).inner_text()
    again = visit(seen.page.url)
    settle(again.page)
    expect(first_score(again.page)).to_have_text(score)
    expect(again.page.get_by_label("Sikap terhadap risiko")).to_have_value("20")
    again.page.get_by_role("button", name="Bobot model").click()
    expect(first_score(again.page)).to_have_text("83,7")
    expect(again.page).to_have_url(f"{address}/map")
    assert [*seen.trouble, *again.trouble] == []


def test_an_opened_zone_and_the_weights_share_the_address(address, visit):
    seen = opened(visit, address)
    set_slider(seen.page, "lingkungan", 90)
    seen.page.get_by_role("link", name=ZONE).click()
    expect(seen.page).to_have_url(re.compile(r"#w=.*&zone=cahaya-baru"))
    again = visit(seen.page.url)
    expect(again.page.locator(".leaflet-popup h2")).to_have_text(ZONE)
    expect(again.page.locator(".weights-state")).to_contain_text("bukan milik model")


def test_a_weight_is_doubled_by_one_button(address, visit):
    seen = opened(visit, address, "?lang=en")
    seen.page.get_by_role("button", name="Livelihood ×2").click()
    expect(seen.page.locator("output[for=w-dimension-usaha]")).to_have_text("44.4%")
    expect(first_score(seen.page)).not_to_have_text("83.7")


def test_without_any_weight_nothing_is_asked_and_the_reader_is_told(address, visit):
    seen = opened(visit, address)
    for item in ("huni", "usaha", "berkembang", "lingkungan"):
        set_slider(seen.page, item, 0)
    expect(seen.page.locator(".weights-state")).to_have_text(
        "Beri bobot paling sedikit satu kriteria."
    )
    assert seen.trouble == []


def test_sliders_are_moved_by_the_keyboard(address, visit):
    seen = opened(visit, address)
    slider = seen.page.get_by_label("Layak huni", exact=True)
    slider.focus()
    before = slider.input_value()
    seen.page.keyboard.press("ArrowRight")
    assert int(slider.input_value()) == int(before) + 1
    expect(seen.page.locator(".weights-state")).to_contain_text("bukan milik model")


def test_how_sure_the_order_is_stands_below_the_button(address, visit):
    seen = opened(visit, address, "?lang=en")
    seen.page.get_by_role("button", name="How sure is this order?").click()
    outcome = seen.page.locator(".confidence-outcome")
    expect(outcome).to_contain_text("Only the 2 of 14 zones that are ranked take part")
    expect(outcome.locator("li").first).to_contain_text("rank 90 %: 1")
    set_slider(seen.page, "lingkungan", 90)
    # What was simulated under other weights does not stay beside these.
    expect(outcome).to_be_empty()
    assert seen.trouble == []


def test_the_ranking_is_sorted_by_its_heads(address, visit):
    seen = visit(f"{address}/map?model=kebutuhan")
    names = seen.page.locator(".ranking tbody th a")
    seen.page.get_by_role("button", name="Kawasan", exact=True).click()
    expect(names.first).to_contain_text("Cadangan lahan")
    shown = names.all_inner_texts()
    seen.page.get_by_role("button", name="Kawasan", exact=True).click()
    assert names.all_inner_texts() == shown[::-1]


def test_a_rank_that_changed_says_what_it_was(address, visit):
    seen = opened(visit, address, "?model=kebutuhan")
    set_slider(seen.page, "kesejahteraan", 0)
    moved = seen.page.locator(".ranking .moved")
    expect(moved.first).to_contain_text("semula")
    assert seen.trouble == []


def test_the_kecamatan_follow_while_they_are_shown(address, visit):
    seen = opened(visit, address)
    seen.page.get_by_label("Penyaringan kecamatan").check()
    cell = seen.page.locator("path[aria-label^='Takisung']")
    before = cell.get_attribute("aria-label")
    set_slider(seen.page, "lingkungan", 100)
    expect(cell).not_to_have_attribute("aria-label", before)
    assert seen.trouble == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_ranking_is_filtered_and_the_map_with_it(address, visit, size):
    seen = visit(f"{address}/map", width=size[0], height=size[1])
    field = seen.page.locator("#ranking-filter")
    field.fill("balangan")
    shown = seen.page.locator("#ranking [data-zone]:visible")
    expect(shown.first).to_contain_text("Gula Habang")
    expect(seen.page.locator(".filter [role=status]")).to_have_text("1 dari 14 kawasan")
    # The rank is still that among all.
    expect(shown.first.locator(".rank")).to_have_text("2")
    zone = seen.page.locator(f"path[aria-label^='{ZONE}']")
    expect(zone).to_have_class(re.compile("is-filtered"))
    field.fill("")
    expect(shown).to_have_count(14)
    expect(zone).not_to_have_class(re.compile("is-filtered"))
    assert seen.trouble == []
