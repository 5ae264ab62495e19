from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from geo.language import Language, Text
from maps.assets import Assets
from maps.folium.choropleth import planner_map, zone_map
from maps.folium.views import IndicatorView
from maps.pages.map_page import map_page, single_map_page
from tests.browser.conftest import NONCE, PageMaker, Visit
from tests.maps.examples import (
    CHOICES,
    HOSTILE,
    LONG,
    MODEL,
    make_criterion,
    make_indicator,
    make_regencies,
    make_result,
    make_results,
    make_zones,
)

DESKTOP, PHONE = (1440, 900), (390, 844)


def make_page(language: Language, *, hostile: bool = False, is_ranked: bool = True) -> str:
    zones, regencies, results, indicator = (
        make_zones(),
        make_regencies(),
        make_results(),
        make_indicator(),
    )
    if hostile:
        bad = HOSTILE[0]
        zones = make_zones(HOSTILE[:5], remarks=HOSTILE[5], status=bad, geometry_kind=bad)
        regencies = make_regencies(HOSTILE[1:5])
        criteria = tuple(
            make_criterion(f"c{i}", title=text, note=text) for i, text in enumerate(HOSTILE)
        )
        results = [make_result("alfa", name=bad, criteria=criteria)]
        columns = {"source": HOSTILE[1], "source_url": "javascript:window.hacked=1", "note": bad}
        text = Text(HOSTILE[2], HOSTILE[2])
        indicator = IndicatorView(text, text, 2025, make_indicator(**columns).values, caveat=text)
    results = results if is_ranked else []
    view = planner_map(
        zones,
        regencies=regencies,
        results=results,
        model=MODEL,
        language=language,
        indicator=indicator,
        kecamatan=make_regencies().assign(regency_code="63.01"),
        kecamatan_results=[make_result("63.02", name="Kotabaru")],
        attribution=HOSTILE[0] if hostile else "Batas: contoh",
    )
    return map_page(
        view,
        model=MODEL,
        results=results,
        indicators=CHOICES,
        indicator="tpt",
        year=2025,
        state={"lang": language, "indicator": "tpt", "year": "2025"},
        assets=Assets(nonce=NONCE),
    )


def pages(path: str, query: dict[str, str]) -> str | None:
    language: Language = "en" if query.get("lang") == "en" else "id"
    if path in {"/map", "/hostile", "/none"}:
        return make_page(language, hostile=path == "/hostile", is_ranked=path != "/none")
    return None


@pytest.fixture(scope="module")
def server(serve: Callable[[PageMaker], str]) -> str:
    return serve(pages)


def shapes(page: Page, pane: str):
    return page.locator(f".leaflet-{pane}-pane path.leaflet-interactive")


def open_shape(page: Page, label: str):
    page.locator(f"path[aria-label^='{label}']").first.focus()
    page.keyboard.press("Enter")
    popup = page.locator(".leaflet-popup")
    expect(popup).to_be_visible()
    return popup


def test_everything_is_drawn_and_nothing_goes_wrong(server: str, visit) -> None:
    seen: Visit = visit(f"{server}/map")
    expect(shapes(seen.page, "regencies")).to_have_count(4)
    expect(shapes(seen.page, "zones")).to_have_count(5)
    expect(shapes(seen.page, "kecamatan")).to_have_count(0)
    expect(seen.page.locator(".legends")).to_contain_text("% angkatan kerja · Agustus 2025")
    assert seen.trouble == []
    assert {urlsplit(address).netloc for address in seen.requests} == {urlsplit(server).netloc}


def test_a_click_on_a_zone_opens_its_card(server: str, visit) -> None:
    seen = visit(f"{server}/map")
    seen.page.locator("path[aria-label^='Alfa']").click()
    popup = seen.page.locator(".leaflet-popup")
    for text in (
        "62,4",
        "siap, 95%",
        "Peringkat 1 dari 2",
        "Cakupan data",
        "30,0 dari 100,0 poin",
        "Jarak ke jalan",
        "Raster jalan belum ada.",
        "belum dapat diperiksa",
        "lingkaran seluas angka resmi yang diterbitkan",
        "Kabupaten Tanah Laut 75%, Kabupaten Kotabaru 25%",
    ):
        expect(popup).to_contain_text(text)
    expect(popup.locator("a[href='https://kalsel.bps.go.id/']")).to_have_count(1)
    assert seen.trouble == []


def test_a_card_is_closed_by_its_button(server: str, visit) -> None:
    seen = visit(f"{server}/map#zone=alfa")
    # A card that is still being panned into view moves away under the pointer.
    expect(seen.page.locator(".leaflet-pan-anim")).to_have_count(0)
    seen.page.get_by_role("button", name="Tutup").click()
    expect(seen.page.locator(".leaflet-popup")).to_have_count(0)


def test_the_name_stands_at_the_top_of_every_card(server: str, visit) -> None:
    seen = visit(f"{server}/map")
    for label in ("Alfa", "Kabupaten Tapin"):
        popup = open_shape(seen.page, label)
        name, card = popup.locator("h2").bounding_box(), popup.bounding_box()
        assert name is not None
        assert card is not None
        assert 0 <= name["y"] - card["y"] < 40
        seen.page.keyboard.press("Escape")
        expect(popup).to_have_count(0)


def test_a_click_on_a_regency_opens_its_figure(server: str, visit) -> None:
    seen = visit(f"{server}/map?lang=en")
    seen.page.locator("path[aria-label^='Kabupaten Tapin']").click(position={"x": 20, "y": 20})
    popup = seen.page.locator(".leaflet-popup")
    for text in ("4.1%", "of the labour force", "August 2025", "BPS, Sakernas"):
        expect(popup).to_contain_text(text)


def test_a_row_of_the_ranking_opens_the_zone_and_the_address_remembers_it(
    server: str, visit
) -> None:
    seen = visit(f"{server}/map")
    seen.page.get_by_role("link", name="Beta").click()
    expect(seen.page.locator(".leaflet-popup h2")).to_have_text("Beta")
    expect(seen.page.locator("tr.is-current")).to_contain_text("Beta")
    assert seen.page.url.endswith("#zone=beta")
    again = visit(seen.page.url)
    expect(again.page.locator(".leaflet-popup h2")).to_have_text("Beta")
    assert seen.trouble + again.trouble == []


def test_who_asked_for_less_motion_has_a_still_map(server: str, visit) -> None:
    seen = visit(f"{server}/map")
    is_moving = "Object.entries(Kawasan.drawn().map).filter(([name]) => /^_(zoom|fade)Animated$/.test(name)).map(([, on]) => on)"
    assert seen.page.evaluate(is_moving) == [True, True]
    # What a page that is left has not got yet counts as a failure.
    seen.page.wait_for_load_state("networkidle")
    seen.page.emulate_media(reduced_motion="reduce")
    seen.page.reload()
    expect(shapes(seen.page, "zones")).to_have_count(5)
    assert seen.page.evaluate(is_moving) == [False, False]
    seen.page.get_by_label("Perbesar").click()
    expect(seen.page.locator(".leaflet-zoom-anim")).to_have_count(0)
    assert not seen.page.evaluate("Kawasan.drawn().map.options.inertia")
    assert seen.trouble == []


def test_zones_without_a_rank_open_from_the_list_too(server: str, visit) -> None:
    seen = visit(f"{server}/map")
    seen.page.get_by_role("link", name="Gama").click()
    expect(seen.page.locator(".leaflet-popup")).to_contain_text(
        "Tidak memenuhi syarat mutlak: Kawasan hutan"
    )


def test_the_keyboard_opens_a_zone_and_gets_its_place_back(server: str, visit) -> None:
    seen = visit(f"{server}/map")
    open_shape(seen.page, "Alfa")
    expect(seen.page.locator(".leaflet-popup h2")).to_be_focused()
    seen.page.keyboard.press("Escape")
    expect(seen.page.locator(".leaflet-popup")).to_have_count(0)
    expect(seen.page.locator("path[aria-label^='Alfa']")).to_be_focused()


def test_the_language_switch_changes_the_texts_and_keeps_the_choice(server: str, visit) -> None:
    seen = visit(f"{server}/map?indicator=tpt&year=2025")
    expect(seen.page.locator("h1")).to_have_text("Kawasan transmigrasi")
    seen.page.get_by_role("link", name="EN", exact=True).click()
    expect(seen.page.locator("h1")).to_have_text("Transmigration areas")
    assert seen.page.locator("html").get_attribute("lang") == "en"
    assert parse_qs(urlsplit(seen.page.url).query) == {
        "lang": ["en"],
        "indicator": ["tpt"],
        "year": ["2025"],
    }
    expect(seen.page.get_by_label("Zoom in")).to_be_visible()
    assert seen.trouble == []


def test_the_kecamatan_layer_can_be_switched_on(server: str, visit) -> None:
    seen = visit(f"{server}/map")
    seen.page.get_by_label("Penapisan awal kecamatan").check()
    expect(shapes(seen.page, "kecamatan")).to_have_count(4)
    seen.page.get_by_label("Kawasan transmigrasi").uncheck()
    expect(shapes(seen.page, "zones")).to_have_count(0)
    assert seen.trouble == []


def test_the_years_follow_the_indicator(server: str, visit) -> None:
    seen = visit(f"{server}/map")
    seen.page.locator("#layers > summary").click()
    seen.page.get_by_label("Indikator").select_option("ipm")
    expect(seen.page.get_by_label("Tahun").locator("option")).to_have_text(["2024"])
    seen.page.get_by_role("button", name="Tampilkan").click()
    seen.page.wait_for_url("**/map?lang=id&indicator=ipm&year=2024")


@pytest.mark.parametrize("language", ["id", "en"])
def test_hostile_values_run_nothing_and_stay_text(server: str, visit, language: str) -> None:
    seen = visit(f"{server}/hostile?lang={language}")
    page = seen.page
    expect(shapes(page, "zones")).to_have_count(5)
    for name in ("zones", "regencies"):
        for i in range(shapes(page, name).count()):
            shapes(page, name).nth(i).focus()
            page.keyboard.press("Enter")
            popup = page.locator(".leaflet-popup")
            expect(popup).to_be_visible()
            expect(popup.locator("img, script, iframe, [onload], [onerror]")).to_have_count(0)
            expect(popup.locator("a[href^='javascript']")).to_have_count(0)
            page.keyboard.press("Escape")
            expect(popup).to_have_count(0)
    expect(page.locator(".leaflet-control-layers")).to_contain_text(HOSTILE[2])
    expect(page.locator(".leaflet-control-attribution")).to_contain_text(HOSTILE[0])
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert seen.trouble == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_card_with_long_texts_stays_inside_the_window(
    server: str, visit, size: tuple[int, int]
) -> None:
    width, height = size
    seen = visit(f"{server}/map#zone=alfa", width=width, height=height)
    popup = seen.page.locator(".leaflet-popup-content-wrapper")
    expect(popup).to_be_visible()
    popup.locator("summary").click()
    expect(popup).to_contain_text(LONG.split()[0])
    seen.page.wait_for_timeout(400)
    box = popup.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height
    inner = popup.locator(".leaflet-popup-content")
    assert inner.evaluate("it => it.scrollWidth <= it.clientWidth")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_panel_is_a_sheet_that_makes_way(server: str, visit) -> None:
    seen = visit(f"{server}/map", width=PHONE[0], height=PHONE[1])
    toggle = seen.page.get_by_role("button", name="Peringkat kawasan")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    expect(seen.page.locator(".ranking")).to_be_hidden()
    toggle.click()
    seen.page.get_by_role("link", name="Beta").click()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    expect(seen.page.locator(".leaflet-popup h2")).to_have_text("Beta")
    assert seen.trouble == []


def test_the_ranking_can_be_read_without_javascript(server: str, visit) -> None:
    seen = visit(f"{server}/map", javascript=False)
    expect(seen.page.locator(".ranking tr[data-zone]")).to_have_count(2)
    expect(seen.page.locator(".needs-script")).to_be_visible()


def test_every_control_has_a_name(server: str, visit) -> None:
    seen = visit(f"{server}/map")
    nameless = seen.page.evaluate(
        """() => [...document.querySelectorAll("a, button, select, input, [role=button]")]
            .filter((it) => it.type !== "hidden")
            .filter((it) => !(it.textContent.trim() || it.getAttribute("aria-label") || it.title
                || (it.labels && it.labels.length)))
            .map((it) => it.outerHTML)"""
    )
    assert nameless == []


def test_a_standalone_map_opens_from_a_file_and_asks_for_nothing(tmp_path: Path, visit) -> None:
    view = zone_map(
        make_zones(),
        regencies=make_regencies(),
        results=make_results(),
        model=MODEL,
        language="id",
    )
    file = tmp_path / "zones.html"
    file.write_text(single_map_page(view, title="Peta", assets=Assets(standalone=True)), "utf-8")
    seen = visit(file.as_uri())
    expect(shapes(seen.page, "zones")).to_have_count(5)
    open_shape(seen.page, "Alfa")
    assert [address for address in seen.requests if not address.startswith("data:")] == [
        file.as_uri()
    ]
    assert [trouble for trouble in seen.trouble if "data:" not in trouble] == []


def stops(page: Page, pane: str):
    return page.locator(f".leaflet-{pane}-pane path[tabindex='0']")


def test_a_layer_is_one_stop_of_the_tab_key_after_the_controls(server: str, visit) -> None:
    seen = visit(f"{server}/map")
    page = seen.page
    page.get_by_label("Penapisan awal kecamatan").check()
    for pane in ("regencies", "kecamatan", "zones"):
        expect(stops(page, pane)).to_have_count(1)
    page.locator(".leaflet-container").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Perbesar", exact=True)).to_be_focused()
    first, second = shapes(page, "zones").nth(0), shapes(page, "zones").nth(1)
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    expect(stops(page, "zones")).to_have_count(1)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(shapes(page, "zones").last).to_be_focused()
    page.keyboard.press("Home")
    expect(first).to_be_focused()
    assert seen.trouble == []


def test_escape_closes_a_card_wherever_the_focus_is(server: str, visit) -> None:
    seen = visit(f"{server}/map#zone=alfa")
    card = seen.page.get_by_role("dialog", name="Alfa")
    expect(card).to_be_visible()
    expect(seen.page.locator("tr[data-zone=alfa]")).to_have_attribute("aria-current", "true")
    seen.page.locator("#layers > summary").focus()
    seen.page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(seen.page.locator("#layers > summary")).to_be_focused()
    expect(seen.page.locator("[data-zone][aria-current]")).to_have_count(0)


def test_limits_that_nobody_checked_are_told_with_the_class(server: str, visit) -> None:
    seen = visit(f"{server}/map?lang=en#zone=alfa")
    row = seen.page.locator("tr[data-zone=alfa] .unchecked")
    expect(row).to_have_text("Not checked: Peat")
    card = seen.page.locator(".leaflet-popup .standing .unchecked")
    expect(card).to_contain_text("1 of 2 constraints not checked (Peat)")


def test_a_legend_stands_only_while_its_layer_is_on(server: str, visit) -> None:
    seen = visit(f"{server}/map?lang=en")
    page = seen.page
    zones = page.locator(".legends [data-layer=zones]")
    regencies = page.locator(".legends [data-layer=regencies]")
    expect(zones.locator("h2")).to_have_text("Test readiness: areas")
    expect(regencies.locator(".source")).to_have_text("Source: BPS, Sakernas")
    page.get_by_label("Kecamatan screening").check()
    expect(zones.locator("h2")).to_have_text("Test readiness: areas and kecamatan")
    expect(regencies).to_be_hidden()
    page.get_by_label("Transmigration areas").uncheck()
    expect(zones.locator("h2")).to_have_text("Test readiness: screening of kecamatan")
    page.get_by_label("Kecamatan screening").uncheck()
    expect(zones).to_be_hidden()
    expect(regencies).to_be_visible()
    page.get_by_label("Regencies:").uncheck()
    expect(page.locator(".legends")).to_be_hidden()
    assert seen.trouble == []


def test_the_front_says_how_many_are_ranked(server: str, visit) -> None:
    seen = visit(f"{server}/map")
    expect(seen.page.locator(".counts")).to_have_text(
        "2 dari 5 diperingkat; 1 datanya belum memadai; 1 dikecualikan; 1 belum dinilai"
    )
    expect(seen.page.locator(".none-ranked")).to_be_hidden()


def test_where_nothing_is_ranked_a_sentence_stands_for_the_table(server: str, visit) -> None:
    seen = visit(f"{server}/none")
    expect(seen.page.locator(".none-ranked")).to_contain_text("Belum ada kawasan yang dapat")
    expect(seen.page.locator("table.ranking")).to_be_hidden()
    expect(seen.page.locator("#ranking [data-zone]")).to_have_count(5)


@pytest.mark.parametrize("width", [390, 720])
def test_a_narrow_window_keeps_the_menu(server: str, visit, width: int) -> None:
    seen = visit(f"{server}/map", width=width, height=450)
    desk = seen.page.get_by_role("link", name="Pengelolaan data spasial")
    expect(desk).to_be_hidden()
    seen.page.locator(".menu summary").click()
    expect(desk).to_be_visible()
    assert desk.get_attribute("href") == "/uploads?f=html&lang=id"


def test_at_1024_px_nothing_covers_the_province(server: str, visit) -> None:
    seen = visit(f"{server}/map", width=1024, height=768)
    expect(seen.page.locator(".legends ul").first).to_be_hidden()
    covers = [
        seen.page.locator(part).bounding_box() for part in (".legends", ".leaflet-control-layers")
    ]
    for zone in shapes(seen.page, "zones").all():
        box = zone.bounding_box()
        for cover in covers:
            assert box is not None
            assert cover is not None
            assert (
                box["x"] + box["width"] <= cover["x"]
                or box["y"] + box["height"] <= cover["y"]
                or box["y"] >= cover["y"] + cover["height"]
            )


def test_lowering_the_sheet_gives_its_room_to_the_province(server: str, visit) -> None:
    seen = visit(f"{server}/map", width=PHONE[0], height=PHONE[1])
    middle = "Kawasan.drawn().map.getCenter().lat"
    before = seen.page.evaluate(middle)
    seen.page.locator(".panel-toggle").click()
    assert seen.page.evaluate(middle) > before + 0.3
    seen.page.locator(".panel-toggle").click()
    assert seen.page.evaluate(middle) == pytest.approx(before)
    seen.page.evaluate("Kawasan.drawn().map.setView([-3, 115], 9, { animate: false })")
    seen.page.locator(".panel-toggle").click()
    assert seen.page.evaluate(middle) == pytest.approx(-3)


def test_paper_has_the_map_first_and_no_controls(server: str, visit) -> None:
    seen = visit(f"{server}/map")
    page = seen.page
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    drawn, ranking = page.locator(".folium-map").bounding_box(), page.locator("#ranking")
    assert drawn is not None
    assert (drawn["width"], drawn["height"]) == (702, 500)
    assert drawn["y"] < (ranking.bounding_box() or drawn)["y"]
    for zone in shapes(page, "zones").all():
        box = zone.bounding_box()
        assert box is not None
        assert drawn["x"] <= box["x"]
        assert box["x"] + box["width"] <= drawn["x"] + drawn["width"]
    for part in (".tools", ".leaflet-control-zoom", ".leaflet-control-layers", "header.site nav"):
        expect(page.locator(part).first).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("Kawasan.drawn().map.getSize().x") > 800
    assert seen.trouble == []


def single(tmp_path: Path) -> str:
    view = zone_map(
        make_zones(),
        regencies=make_regencies(),
        results=make_results(),
        model=MODEL,
        language="id",
        attribution="Batas: contoh dengan nama yang panjang, " * 3,
    )
    file = tmp_path / "zones.html"
    file.write_text(single_map_page(view, title="Peta", assets=Assets(standalone=True)), "utf-8")
    return file.as_uri()


def test_a_single_map_says_its_content_in_a_table_too(tmp_path: Path, visit) -> None:
    seen = visit(single(tmp_path), javascript=False)
    expect(seen.page.locator(".legends")).to_be_hidden()
    expect(seen.page.locator(".needs-script")).to_be_visible()
    seen.page.get_by_text("Tabel data peta").click()
    rows = seen.page.locator("details.content tbody tr")
    expect(rows).to_have_count(5)
    expect(rows.first).to_contain_text("Alfa")
    expect(rows.first).to_contain_text("62,4")
    expect(rows.locator("td:first-child")).to_have_text(["1", "2", "–", "–", "–"])


def test_on_a_phone_the_legend_of_a_single_map_can_be_opened(tmp_path: Path, visit) -> None:
    seen = visit(single(tmp_path), width=PHONE[0], height=PHONE[1])
    legend = seen.page.locator(".legends")
    expect(legend.locator("ul")).to_be_hidden()
    legend.locator("summary").click()
    expect(legend.locator("ul")).to_be_visible()
