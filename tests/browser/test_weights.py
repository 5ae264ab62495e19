"""Weights, method and risk on the map of the shipped data: what moves, what is kept, what is said."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_map_page import DESKTOP, PHONE, open_shape
from tests.pdf_text import text_of
from tests.reference_scores import ANGSANA_EN, ANGSANA_ID, CAHAYA_BARU_ID, SEBAMBAN_ID

ZONE = "Kawasan Transmigrasi Cahaya Baru"
FIRST = "Permukiman Transmigrasi Angsana"


def opened(visit, address: str, query: str = "", size: tuple[int, int] = DESKTOP):
    seen = visit(f"{address}/map{query}", width=size[0], height=size[1])
    if not seen.page.locator("#weights").get_attribute("open") and "w=" not in query:
        seen.page.locator("#weights > summary").click()
    return seen


def first_score(page: Page):
    return page.locator(".ranking tr[data-zone]").first.locator(".score")


def set_slider(page: Page, item: str, value: int) -> None:
    page.locator(f"[data-item={item}]").fill(str(value))
    settle(page)


def settle(page: Page) -> None:
    """Wait for the newest answer."""
    expect(page.locator("#weights:not([data-state=asking])")).to_have_count(1)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_slider_moves_scores_ranking_map_and_cards(address, visit, size):
    seen = opened(visit, address, size=size)
    expect(first_score(seen.page)).to_have_text(ANGSANA_ID)
    zone = seen.page.locator(f"path[aria-label^='{FIRST}']")
    expect(zone).to_have_attribute("fill", re.compile("^url"))
    expect(zone).not_to_have_attribute("fill", "url(#hatch-no-data)")
    set_slider(seen.page, "lingkungan", 90)
    # Of its surroundings nothing is known, and with them it lacks more than half of the weight.
    expect(seen.page.locator(".weights-state")).to_contain_text("bobot atau cara sendiri")
    expect(seen.page.locator(".ranking tr[data-zone]")).to_have_count(8)
    expect(seen.page.locator("tr[data-zone=angsana]")).to_have_count(0)
    expect(zone).to_have_attribute("fill", "url(#hatch-no-data)")
    set_slider(seen.page, "huni", 100)
    expect(seen.page.locator(".ranking tr[data-zone]")).to_have_count(13)
    row = seen.page.locator("tr[data-zone=angsana] .score")
    expect(row).not_to_have_text(ANGSANA_ID)
    score = row.inner_text()
    popup = open_shape(seen.page, FIRST)
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
    expect(first_score(seen.page)).not_to_have_text(ANGSANA_ID)
    expect(seen.page).to_have_url(re.compile(r"#.*lingkungan-90.*m=owa.*r=20"))
    score = first_score(seen.page).inner_text()
    again = visit(seen.page.url)
    settle(again.page)
    expect(first_score(again.page)).to_have_text(score)
    expect(again.page.get_by_label("Sikap terhadap risiko")).to_have_value("20")
    again.page.get_by_role("button", name="Kembalikan ke bobot awal").click()
    expect(first_score(again.page)).to_have_text(ANGSANA_ID)
    expect(again.page).to_have_url(f"{address}/map")
    assert [*seen.trouble, *again.trouble] == []


def test_an_opened_zone_and_the_weights_share_the_address(address, visit):
    seen = opened(visit, address)
    set_slider(seen.page, "lingkungan", 90)
    seen.page.get_by_role("link", name=ZONE).click()
    expect(seen.page).to_have_url(re.compile(r"#w=.*&zone=cahaya-baru"))
    again = visit(seen.page.url)
    expect(again.page.locator(".leaflet-popup h2")).to_have_text(ZONE)
    expect(again.page.locator(".weights-state")).to_contain_text("bobot atau cara sendiri")


def test_a_weight_is_doubled_by_one_button(address, visit):
    seen = opened(visit, address, "?lang=en")
    seen.page.get_by_role("button", name="Livelihood ×2").click()
    expect(seen.page.locator("output[for=w-dimension-usaha]")).to_have_text("25.0%")
    expect(first_score(seen.page)).not_to_have_text(ANGSANA_EN)


def test_the_last_weight_stays_above_nothing_and_the_reader_is_told(address, visit):
    seen = opened(visit, address)
    for item in ("huni", "usaha", "lingkungan", "berkembang"):
        set_slider(seen.page, item, 0)
    expect(seen.page.locator(".weights-state")).to_contain_text("yang terakhir tetap di atas nol")
    expect(seen.page.locator("[data-item=berkembang]")).to_have_value("1")
    expect(seen.page.locator("output[for=w-dimension-berkembang]")).to_have_text("100,0%")
    # What is ranked and what is downloaded are by that weight.
    expect(seen.page.locator(".ranking tr[data-zone]").first).to_contain_text("Angsana")
    export = seen.page.locator(".downloads [data-format=csv]").first.get_attribute("href")
    weights = dict(p.split(":") for p in parse_qs(urlsplit(export).query)["weights"][0].split(","))
    assert float(weights["lereng"]) == 0
    assert float(weights["ipm"]) > 0
    assert seen.trouble == []


def test_a_link_without_any_weight_opens_the_models_own_and_says_so(address, visit):
    seen = visit(f"{address}/map#w=huni-0*usaha-0*berkembang-0*lingkungan-0")
    expect(seen.page.locator(".weights-state")).to_contain_text("tidak memberi bobot")
    expect(first_score(seen.page)).to_have_text(ANGSANA_ID)
    expect(seen.page.locator("[data-item=huni]")).not_to_have_value("0")
    expect(seen.page).to_have_url(f"{address}/map")
    assert seen.trouble == []


def test_scores_and_classes_that_changed_say_what_they_were(address, visit):
    seen = visit(f"{address}/map#w=huni-90")
    was = f"semula no. 5 · {SEBAMBAN_ID} · Perlu penguatan atau Siap"
    expect(seen.page.locator("tr[data-zone=sebamban] .moved")).to_contain_text(was)
    expect(seen.page.locator("tr[data-zone=angsana] .was")).to_have_text(f"semula {ANGSANA_ID}")
    open_shape(seen.page, "Kawasan Transmigrasi Sebamban")
    expect(seen.page.locator(".leaflet-popup .was")).to_have_text(was)
    seen.page.get_by_role("button", name="Kembalikan ke bobot awal").click()
    expect(seen.page.locator(".was, .ranking .moved")).to_have_count(0)
    expect(seen.page.locator(".leaflet-popup .score")).to_contain_text(SEBAMBAN_ID)
    expect(seen.page.locator(".leaflet-popup")).to_contain_text("Rentang peringkat")
    assert seen.trouble == []


def test_an_area_that_was_not_ranked_before_says_so(address, visit):
    seen = visit(f"{address}/collect")

    def unranked(route):
        """The map as it came while Angsana's data did not yet suffice."""
        answer = route.fetch()
        page, found = re.subn(r'("angsana":\{[^}]*?)"place_in_ranking":1,', r"\1", answer.text())
        assert found == 1
        route.fulfill(response=answer, body=page)

    seen.page.route(f"{address}/map", unranked)
    seen.page.goto(f"{address}/map#w=huni-0*usaha-0*lingkungan-0")
    row = seen.page.locator("tr[data-zone=angsana]")
    expect(row.locator(".moved")).to_contain_text("baru diperingkat")
    expect(seen.page.locator("tr[data-zone=cahaya-baru] .moved")).to_contain_text("semula no. 8")
    assert seen.trouble == []


def test_without_a_ranked_area_there_is_no_order_to_test(address, visit):
    seen = visit(f"{address}/map?model=ipktrans")
    expect(seen.page.locator(".ranking tr[data-zone]")).to_have_count(0)
    expect(seen.page.locator("#confidence")).to_be_hidden()
    expect(seen.page.locator(".counts")).to_contain_text("0 dari 14")
    assert seen.trouble == []


def test_who_waits_for_the_weights_is_told(address, visit):
    seen = opened(visit, address)
    held = []
    seen.page.route("**/readiness?lang=id", lambda route: held.append(route))
    seen.page.locator("[data-item=huni]").fill("90")
    expect(seen.page.locator(".weights-state")).to_have_text("Menghitung …")
    held[0].continue_()
    expect(seen.page.locator(".weights-state")).to_contain_text("bobot atau cara sendiri")
    assert seen.trouble == []


def test_without_the_server_nothing_old_passes_for_new_until_it_is_back(address, visit):
    seen = opened(visit, address)
    page = seen.page
    banner = page.locator(".connection")
    page.context.set_offline(True)
    page.locator("[data-item=huni]").fill("90")
    expect(banner).to_contain_text("Tidak tersambung ke server")
    expect(page.locator(".weights-state")).to_contain_text("masih menurut bobot sebelumnya")
    expect(page.locator("#ranking")).to_have_css("opacity", "0.4")
    expect(first_score(page)).to_have_text(ANGSANA_ID)
    page.context.set_offline(False)
    banner.get_by_role("button").click()
    expect(banner).to_be_hidden()
    expect(first_score(page)).to_have_text("76,7")
    expect(page.locator("#ranking")).to_have_css("opacity", "1")


def test_the_kecamatan_are_downloaded_while_they_are_shown(address, visit):
    seen = visit(f"{address}/map#w=huni-90")
    line = seen.page.locator(".downloads [data-layer=kecamatan]")
    expect(line).to_be_hidden()
    seen.page.get_by_label("Penapisan awal kecamatan").check()
    expect(line).to_contain_text("Unduh kecamatan:")
    settle(seen.page)
    href = line.get_by_role("link", name="CSV").get_attribute("href")
    found = seen.page.request.get(f"{address}{href}").text()
    cell = str(seen.page.locator("path[aria-label^='Takisung']").get_attribute("aria-label"))
    # The range behind the score is no part of it.
    score = float(cell.split(", ")[1].partition(" ")[0].replace(",", "."))
    row = next(line for line in found.splitlines() if "Takisung" in line)
    assert any(round(float(f), 1) == score for f in row.split(",") if re.fullmatch(r"\d+\.\d+", f))
    assert seen.trouble == []


def test_sliders_are_moved_by_the_keyboard(address, visit):
    seen = opened(visit, address)
    slider = seen.page.get_by_label("Layak huni", exact=True)
    slider.focus()
    before = slider.input_value()
    seen.page.keyboard.press("ArrowRight")
    assert int(slider.input_value()) == int(before) + 1
    expect(seen.page.locator(".weights-state")).to_contain_text("bobot atau cara sendiri")


def test_how_sure_the_order_is_stands_below_the_button(address, visit):
    seen = opened(visit, address, "?lang=en")
    seen.page.get_by_role("button", name="How sure is this order?").click()
    outcome = seen.page.locator(".confidence-outcome")
    expect(outcome).to_contain_text("All 14 areas are compared.")
    expect(outcome.locator("li").first).to_contain_text("Rank 1–5 in 98% of simulations")
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
    seen.page.get_by_label("Penapisan awal kecamatan").check()
    cell = seen.page.locator("path[aria-label^='Takisung']")
    before = cell.get_attribute("aria-label")
    set_slider(seen.page, "lingkungan", 100)
    expect(cell).not_to_have_attribute("aria-label", before)
    assert seen.trouble == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_ranking_is_filtered_and_the_map_with_it(address, visit, size):
    seen = visit(f"{address}/map", width=size[0], height=size[1])
    field = seen.page.locator("#ranking-filter")
    field.fill("tanah bumbu")
    shown = seen.page.locator("#ranking [data-zone]:visible")
    expect(shown.first).to_contain_text("Angsana")
    expect(seen.page.locator(".filter [role=status]")).to_have_text("3 dari 14 kawasan")
    # The rank is still that among all.
    expect(shown.locator(".rank")).to_have_text(["1", "4", "5"])
    zone = seen.page.locator(f"path[aria-label^='{ZONE}']")
    expect(zone).to_have_class(re.compile("is-filtered"))
    field.fill("")
    expect(shown).to_have_count(14)
    expect(zone).not_to_have_class(re.compile("is-filtered"))
    assert seen.trouble == []


def test_an_area_that_is_not_ranked_is_found_by_its_regency(address, visit):
    seen = visit(f"{address}/map")
    seen.page.locator("#ranking-filter").fill("balangan")
    shown = seen.page.locator("#ranking [data-zone]:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Gula Habang")
    expect(shown.locator("small").first).to_have_text("Kabupaten Balangan")
    # The rows that other weights write say it too.
    seen.page.locator("#weights > summary").click()
    set_slider(seen.page, "lingkungan", 90)
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Gula Habang")
    expect(shown.locator("small").first).to_have_text("Kabupaten Balangan")
    assert seen.trouble == []


def test_the_sheet_for_the_meeting_has_the_weights_of_the_screen(address, visit):
    seen = opened(visit, address)
    set_slider(seen.page, "huni", 100)
    seen.page.get_by_label("Cara menggabungkan").select_option("owa")
    settle(seen.page)
    score = seen.page.locator("tr[data-zone=cahaya-baru] .score").inner_text()
    assert score != CAHAYA_BARU_ID
    seen.page.locator("tr[data-zone=cahaya-baru] a").click()
    share = seen.page.locator("output[for=w-dimension-huni]").inner_text()
    card = seen.page.locator(".leaflet-popup")
    paths = [
        card.get_by_role("link", name="Lembar untuk rapat").get_attribute("href"),
        seen.page.locator(".downloads .sheet").get_attribute("href"),
    ]
    for path in paths:
        paper = text_of(seen.page.request.get(f"{address}{path}").body())
        assert f"Bobot pilihan pengguna: Layak huni {share}" in paper
        assert score in paper
        assert CAHAYA_BARU_ID not in paper
    card.locator(".behind a").first.click()
    expect(seen.page.locator(".notice")).to_contain_text(
        f"Bobot pilihan pengguna: Layak huni {share}"
    )
    expect(seen.page.locator(".standing-figures")).to_contain_text(score)
    seen.page.get_by_role("link", name="Buka di peta").click()
    expect(seen.page.locator("tr[data-zone=cahaya-baru] .score")).to_have_text(score)
    assert seen.trouble == []
