"""Indicator, year and class breaks on the map of the shipped data, without a reload."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_map_page import DESKTOP, PHONE, open_shape

TAPIN = "Kabupaten Tapin"
LEGEND = ".legends section[data-layer=regencies]"


def opened(visit, address: str, query: str = "", size: tuple[int, int] = DESKTOP):
    seen = visit(f"{address}/map{query}", width=size[0], height=size[1])
    expect(seen.page.locator("#year-slider")).to_have_count(1)
    seen.page.evaluate("document.getElementById('layers').open = true")
    seen.page.evaluate("window.stayed = true")
    return seen


def classes_of(page: Page, address: str, indicator: str, *, breaks="quantile", language="id"):
    query = f"breaks={breaks}&lang={language}"
    return page.request.get(f"{address}/indicators/{indicator}/classes?{query}").json()


def fills(page: Page) -> list[str]:
    return [
        path.get_attribute("fill")
        for path in page.locator(".leaflet-regencies-pane path.leaflet-interactive").all()
    ]


def require_shown(page: Page, found: dict, year: int) -> None:
    """Wait until the legend says the year, then every regency has its class's colour and figure."""
    figures = found["figures"][str(year)]
    expect(page.locator(f"{LEGEND} p")).to_have_text(figures["unit_period"])
    expect(page.locator(f"{LEGEND} h2")).to_have_text(found["title"])
    labels = [entry["label"] for entry in found["legend"]]
    gaps = [found["no_data"]] if None in [f["class"] for f in figures["values"].values()] else []
    expect(page.locator(f"{LEGEND} li")).to_have_text(labels + gaps)
    wanted = sorted(
        "url(#hatch-no-data)" if f["class"] is None else found["colours"][f["class"]]
        for f in figures["values"].values()
    )
    assert sorted(fills(page)) == wanted
    assert page.evaluate("window.stayed")


@pytest.mark.parametrize(("size", "language"), [(DESKTOP, "en"), (PHONE, "id")], ids=str)
def test_another_indicator_and_year_by_keyboard(address, visit, language, size):
    seen = opened(visit, address, f"?lang={language}", size)
    page = seen.page
    page.locator("#indicator").select_option("p0_persen_miskin_maret")
    found = classes_of(page, address, "p0_persen_miskin_maret", language=language)
    # Few regencies have a figure of 2025 yet: it is not what the map opens on.
    require_shown(page, found, 2024)
    slider = page.get_by_role("slider", name="Tahun" if language == "id" else "Year")
    slider.focus()
    page.keyboard.press("ArrowRight")
    require_shown(page, found, 2025)
    page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "2024")
    require_shown(page, found, 2024)
    expect(page).to_have_url(re.compile(r"indicator=p0_persen_miskin_maret&year=2024"))
    popup = open_shape(page, TAPIN)
    figure = found["figures"]["2024"]["values"]["63.05"]
    for part in (figure["text"], found["title"], found["unit_after"], figure["period"]):
        expect(popup).to_contain_text(part)
    assert seen.trouble == []


def test_an_open_card_and_the_name_of_the_layer_follow(address, visit):
    seen = opened(visit, address, "?lang=en")
    found = classes_of(seen.page, address, "ipm_sp2020lf", language="en")
    popup = open_shape(seen.page, TAPIN)
    seen.page.locator("#indicator").select_option("ipm_sp2020lf")
    for year in (2024, 2021):
        seen.page.locator("#year-slider").fill(str(found["years"].index(year)))
        require_shown(seen.page, found, year)
        figure = found["figures"][str(year)]["values"]["63.05"]
        expect(popup).to_contain_text(figure["text"])
        label = seen.page.locator(f"path[aria-label='{TAPIN}, {figure['text']}']")
        expect(label).to_have_count(1)
    names = seen.page.locator(".leaflet-control-layers-overlays")
    expect(names).to_contain_text(found["layer"])
    seen.page.evaluate("Kawasan.drawn().map.removeLayer(Kawasan.drawn().layers.zones)")
    expect(names).to_contain_text(found["layer"])
    assert seen.trouble == []


def test_a_missing_figure_is_hatched_and_its_card_says_so(address, visit):
    seen = opened(visit, address)
    found = classes_of(seen.page, address, "rls_25plus")
    seen.page.locator("#indicator").select_option("rls_25plus")
    require_shown(seen.page, found, 2024)
    assert "url(#hatch-no-data)" in fills(seen.page)
    code, _ = next(i for i in found["figures"]["2024"]["values"].items() if i[1]["value"] is None)
    name = seen.page.evaluate(f"Kawasan.drawn().data.regencies['{code}'].name")
    popup = open_shape(seen.page, name)
    expect(popup).to_contain_text("Tidak ada data untuk indikator dan tahun ini.")
    assert seen.trouble == []


@pytest.mark.parametrize("breaks", ["natural", "equal", "fixed"])
def test_a_link_opens_the_same_breaks_and_both_languages_keep_them(address, visit, breaks):
    seen = opened(visit, address, "?indicator=tpt_agustus&year=2023")
    seen.page.locator("#breaks").select_option(breaks)
    found = classes_of(seen.page, address, "tpt_agustus", breaks=breaks)
    expect(seen.page).to_have_url(re.compile(rf"year=2023#b={breaks}$"))
    require_shown(seen.page, found, 2023)
    again = opened(visit, address, seen.page.url.removeprefix(f"{address}/map"))
    require_shown(again.page, found, 2023)
    again.page.get_by_role("link", name="EN", exact=True).click()
    expect(again.page.locator("html")).to_have_attribute("lang", "en")
    again.page.evaluate("window.stayed = true")
    english = classes_of(again.page, address, "tpt_agustus", breaks=breaks, language="en")
    require_shown(again.page, english, 2023)
    assert [*seen.trouble, *again.trouble] == []


def test_it_plays_year_by_year_until_it_is_stopped(address, visit):
    seen = opened(visit, address, "?indicator=tpt_agustus&year=2019")
    seen.page.get_by_role("button", name="Putar").click()
    pause = seen.page.get_by_role("button", name="Jeda")
    expect(pause).to_be_visible()
    expect(seen.page.locator("output[for=year-slider]")).to_have_text("2021")
    pause.click()
    expect(seen.page.get_by_role("button", name="Putar")).to_be_visible()
    year = seen.page.locator("output[for=year-slider]").inner_text()
    found = classes_of(seen.page, address, "tpt_agustus")
    require_shown(seen.page, found, int(year))
    assert seen.trouble == []


def test_who_asked_for_less_motion_moves_one_year_with_each_press(address, visit):
    seen = opened(visit, address)
    # A page that is left while its icon is on its way counts that as a failure.
    seen.page.wait_for_load_state("networkidle")
    seen.page.emulate_media(reduced_motion="reduce")
    seen.page.goto(f"{address}/map?indicator=tpt_agustus&year=2019")
    seen.page.locator("#layers > summary").click()
    step = seen.page.get_by_role("button", name="Tahun berikutnya")
    step.click()
    seen.page.evaluate("window.stayed = true")
    found = classes_of(seen.page, address, "tpt_agustus")
    require_shown(seen.page, found, found["years"][1])
    expect(seen.page.get_by_role("button", name="Jeda")).to_have_count(0)
    assert seen.trouble == []


def test_an_indicator_of_one_year_does_not_hold_the_next_one_at_it(address, visit):
    seen = opened(visit, address)
    year = seen.page.locator("output[for=year-slider]")
    seen.page.locator("#indicator").select_option("air_minum_layak")
    expect(year).to_have_text("2021")
    player = seen.page.get_by_role("button", name="Putar")
    expect(player).to_be_disabled()
    expect(player).to_have_css("opacity", "0.45")
    seen.page.locator("#indicator").select_option("pdrb_share_pertanian_adhk")
    expect(year).to_have_text("2025")
    # A year that its reader chose is kept for the next indicator that has it.
    seen.page.locator("#year-slider").press("ArrowLeft")
    seen.page.locator("#indicator").select_option("air_minum_layak")
    seen.page.locator("#indicator").select_option("tpt_agustus")
    expect(year).to_have_text("2024")
    require_shown(seen.page, classes_of(seen.page, address, "tpt_agustus"), 2024)
    assert seen.trouble == []


def test_without_the_server_the_controls_stay_what_the_map_shows(address, visit):
    seen = opened(visit, address, "?indicator=tpt_agustus&year=2023")
    found = classes_of(seen.page, address, "tpt_agustus")
    seen.page.context.set_offline(True)
    seen.page.locator("#indicator").select_option("p0_persen_miskin_maret")
    expect(seen.page.locator("#indicator")).to_have_value("tpt_agustus")
    expect(seen.page.locator("output[for=year-slider]")).to_have_text("2023")
    expect(seen.page).to_have_url(re.compile("indicator=tpt_agustus&year=2023"))
    expect(seen.page.locator("#layers")).to_contain_text("tetap menampilkan yang sebelumnya")
    require_shown(seen.page, found, 2023)


def test_without_a_script_the_form_still_sends_its_choice(address, visit):
    seen = visit(f"{address}/map", javascript=False)
    seen.page.locator("#layers > summary").click()
    seen.page.locator("#indicator").select_option("p0_persen_miskin_maret")
    seen.page.locator("#year").select_option("2023")
    seen.page.get_by_role("button", name="Tampilkan").click()
    expect(seen.page.locator(f"{LEGEND} p")).to_contain_text("2023")
    assert seen.trouble == []
