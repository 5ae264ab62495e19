"""Search and download on the map page of the shipped data."""

from playwright.sync_api import Page, expect


def close_card(page: Page):
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup")).to_have_count(0)


def test_a_name_opens_its_card(address, visit):
    seen = visit(f"{address}/map")
    box = seen.page.get_by_label("Cari kawasan")
    for typed, name in (
        ("cahaya", "Kawasan Transmigrasi Cahaya Baru"),
        ("Kabupaten Tabalong", "Kabupaten Tabalong"),
        ("takisung", "Takisung"),
        ("simpang empat, kabupaten tanah bumbu", "Simpang Empat"),
    ):
        box.fill(typed)
        box.press("Enter")
        expect(seen.page.locator(".leaflet-popup h2")).to_have_text(name)
        close_card(seen.page)
    assert seen.trouble == []


def hits(page: Page):
    return page.locator("#search [role=option]")


def test_words_list_their_places_by_kind_and_the_keyboard_opens_one(address, visit):
    seen = visit(f"{address}/map")
    box = seen.page.get_by_role("combobox", name="Cari kawasan")
    for typed, first, kind in (
        ("Kotabaru", "Kabupaten Kotabaru", "kabupaten/kota"),
        ("barito", "Kabupaten Barito Kuala", "kabupaten/kota"),
        ("banjar", "Kabupaten Banjar", "kabupaten/kota"),
        ("tanah", "Kabupaten Tanah Bumbu", "kabupaten/kota"),
        ("rawa indah", "Permukiman eks Transmigrasi Rawa Indah, Desa Bekambit", "kawasan"),
        ("simpang empat", "Simpang Empat", "kecamatan"),
    ):
        box.fill(typed)
        expect(box).to_have_attribute("aria-expanded", "true")
        expect(hits(seen.page).first.locator("> span")).to_contain_text(first)
        expect(hits(seen.page).first.locator(".kind")).to_have_text(kind)
        assert 2 <= hits(seen.page).count() <= 12
        box.press("ArrowDown")
        expect(hits(seen.page).first).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", "search-hit-0")
        box.press("Enter")
        expect(seen.page.locator(".leaflet-popup h2")).to_have_text(first)
        expect(hits(seen.page)).to_have_count(0)
        close_card(seen.page)
    assert seen.trouble == []


def test_enter_on_words_of_several_places_leaves_the_choice_to_the_reader(address, visit):
    seen = visit(f"{address}/map?lang=en")
    box = seen.page.get_by_label("Find an area")
    box.fill("simpang empat")
    box.press("Enter")
    expect(hits(seen.page).first).to_be_visible()
    expect(seen.page.locator(".leaflet-popup")).to_have_count(0)
    hits(seen.page).nth(1).click()
    expect(seen.page.locator(".leaflet-popup h2")).to_have_text("Simpang Empat")
    assert seen.trouble == []


def test_a_name_of_none_says_so(address, visit):
    seen = visit(f"{address}/map?lang=en")
    box = seen.page.get_by_label("Find an area")
    for typed in ("Atlantis", "<img src=x onerror=alert(1)>"):
        box.fill(typed)
        box.press("Enter")
        expect(seen.page.locator("#search p")).to_contain_text("No name matches")
        expect(hits(seen.page)).to_have_count(0)
    assert seen.trouble == []


def test_escape_closes_the_list_then_empties_the_box_then_closes_the_card(address, visit):
    seen = visit(f"{address}/map#zone=cahaya-baru")
    card = seen.page.locator(".leaflet-popup")
    expect(card).to_be_visible()
    box = seen.page.get_by_label("Cari kawasan")
    box.fill("tanah")
    expect(hits(seen.page).first).to_be_visible()
    box.press("Escape")
    expect(hits(seen.page)).to_have_count(0)
    expect(box).to_have_value("tanah")
    box.press("Escape")
    expect(box).to_have_value("")
    expect(card).to_be_visible()
    box.press("Escape")
    expect(card).to_have_count(0)
    expect(box).to_be_focused()


def test_the_card_of_a_search_takes_the_focus_and_gives_it_back(address, visit):
    seen = visit(f"{address}/map")
    box = seen.page.get_by_label("Cari kawasan")
    box.fill("takisung")
    box.press("Enter")
    card = seen.page.get_by_role("dialog", name="Takisung")
    expect(card.locator("h2")).to_be_focused()
    seen.page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(box).to_be_focused()


def test_a_download_holds_the_weights_of_the_screen(address, visit):
    seen = visit(f"{address}/map")
    seen.page.locator("#weights > summary").click()
    seen.page.get_by_role("button", name="Layak huni ×2").click()
    expect(seen.page.locator("#weights[data-state=settled]")).to_have_count(1)
    shown = seen.page.locator("tr[data-zone=cahaya-baru] .score").inner_text()
    link = seen.page.get_by_role("link", name="GeoJSON").get_attribute("href")
    answer = seen.page.request.get(f"{address}{link}")
    zones = {f["id"]: f["properties"] for f in answer.json()["features"]}
    assert f"{zones['cahaya-baru']['score']:.1f}".replace(".", ",") == shown
