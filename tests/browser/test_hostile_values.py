"""Zones whose attributes are attacks or endless, in every place where the service shows them."""

import io
import itertools
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx2
import openpyxl
import pytest
from playwright.sync_api import Page, expect

from geo.store.store import Store
from maps.text import catalogue
from tests.api.examples import PROVENANCE
from tests.browser.test_map_page import DESKTOP, PHONE, shapes
from tests.hostile import collection, feature
from tests.maps.examples import HOSTILE, LONG
from tests.service import running

ENDLESS = "W" * 500
BACKWARDS = "\u202egnp.exe \u2067قرية\u2069 \u202dbiasa"
MARKUP = '"><script>window.hacked=1</script><img src=x onerror=window.hacked=1>'
IN_SCRIPT = "</script><script>window.hacked=1</script>\u2028${7*7}{{7*7}}"
WHOLE = catalogue("en")["page.cut"].rpartition("{n}")[2]
MILES = f"{MARKUP} {'W' * 600} " * 15_000
FORMULA = "=HYPERLINK(\"http://contoh.id\";'x')"
NAMES = (MARKUP, ENDLESS, BACKWARDS, IN_SCRIPT, FORMULA, *HOSTILE)
EVERYTHING = " ".join((*HOSTILE, MARKUP, IN_SCRIPT, BACKWARDS, ENDLESS, LONG))
NAMED = {
    "cahaya-baru": MARKUP,
    "gula-habang": ENDLESS,
    "cerbon": BACKWARDS,
    "bahandang": IN_SCRIPT,
    "angsana": FORMULA,
}


def published(folder: Path, **columns: Any) -> Path:
    """A store's folder where the shipped zones carry other attributes."""
    store = Store(folder)
    zones = gpd.read_parquet(store.version("zones").path)
    content = io.BytesIO()
    zones.assign(**columns).to_parquet(content)
    store.publish("zones", "layer", content.getvalue(), suffix=".parquet", provenance=PROVENANCE)
    store.close()
    return folder


@pytest.fixture(scope="module")
def folder(reference_folder, tmp_path_factory):
    copied = tmp_path_factory.mktemp("hostile") / "store"
    return shutil.copytree(reference_folder, copied)


@pytest.fixture(scope="module")
def address(folder):
    rest = itertools.cycle(HOSTILE)
    store = Store(folder)
    ids = gpd.read_parquet(store.version("zones").path).index
    store.close()
    texts = ("status", "remarks", "source", "geometry_method", "geometry_kind", "luas\"><img src=x onerror=window.hacked=1>")  # fmt: skip
    published(
        folder,
        name=[NAMED.get(area_id) or next(rest) for area_id in ids],
        source_url="javascript:window.hacked=1",
        **dict.fromkeys(texts, EVERYTHING),
    )
    with running(folder) as started:
        yield started


def require_inert(page: Page) -> None:
    """Nothing ran, no template was worked out, nothing became an element."""
    assert page.evaluate("typeof window.hacked") == "undefined"
    expect(page.locator("[onerror], [onload], [onfocus], img[src=x]")).to_have_count(0)
    expect(page.locator("a[href^='javascript']")).to_have_count(0)


def require_no_overflow(page: Page) -> None:
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE[0]


def test_the_workbench_shows_them_as_text(address, visit):
    seen = visit(f"{address}/map", width=PHONE[0], height=PHONE[1])
    page = seen.page
    expect(shapes(page, "zones")).to_have_count(14)
    for name in (MARKUP, ENDLESS):
        expect(page.locator(".ranking tbody th", has_text=name[:60])).to_have_count(1)
    require_no_overflow(page)
    page.locator("#quadrant > summary").click()
    # An outline of a hostile kind stops no zone from being ranked.
    expect(page.locator("#quadrant .point")).to_have_count(14)
    page.locator("#quadrant .sources summary").click()
    expect(page.locator("#quadrant .sources")).to_contain_text(MARKUP)
    page.locator("#weights > summary").click()
    page.locator(".confidence button").click()
    expect(page.locator(".intervals li")).to_have_count(14)
    expect(page.locator(".intervals")).to_contain_text(MARKUP)
    require_no_overflow(page)
    require_inert(page)
    assert seen.trouble == []


def test_every_card_and_every_name_under_the_pointer_is_text(address, visit):
    seen = visit(f"{address}/map", width=PHONE[0], height=PHONE[1])
    page = seen.page
    expect(shapes(page, "zones")).to_have_count(14)
    for area_id, name in NAMED.items():
        # Whether the sheet of the panel covers its row or not.
        page.locator(f"[data-zone='{area_id}'] a").dispatch_event("click")
        expect(page.locator(".leaflet-popup h2")).to_have_text(name.replace("\u2028", " "))
        page.locator(".leaflet-popup details").evaluate_all(
            "all => all.forEach((one) => { one.open = true; })"
        )
        require_no_overflow(page)
        require_inert(page)
        page.keyboard.press("Escape")
        expect(page.locator(".leaflet-popup")).to_have_count(0)
    shapes(page, "zones").last.dispatch_event("mouseover")
    require_no_overflow(page)
    require_inert(page)
    assert seen.trouble == []


def test_the_search_finds_them(address, visit):
    seen = visit(f"{address}/map")
    box = seen.page.get_by_label("Cari kawasan")
    for typed in (MARKUP, ENDLESS, FORMULA):
        box.fill(typed)
        box.press("Enter")
        expect(seen.page.locator(".leaflet-popup h2")).to_have_text(typed)
        require_inert(seen.page)
        seen.page.keyboard.press("Escape")
        expect(seen.page.locator(".leaflet-popup")).to_have_count(0)
    assert seen.trouble == []


@pytest.mark.parametrize(
    "path",
    [
        "/maps/zones",
        "/zones/cahaya-baru",
        "/zones/gula-habang",
        "/zones/cerbon",
        "/regencies/63.04",
        "/regencies/63.11",
        "/collections/zones",
        "/collections/zones/items",
        "/collections/zones/items/bahandang",
        "/collections/zones/versions",
    ],
)
def test_a_page_shows_them_as_text_and_fits_a_phone(address, visit, path):
    seen = visit(f"{address}{path}", width=PHONE[0], height=PHONE[1])
    expect(seen.page.get_by_role("heading", level=1).first).to_be_visible()
    require_no_overflow(seen.page)
    require_inert(seen.page)
    assert seen.trouble == []


def test_the_pages_of_a_zone_and_of_its_regency_keep_them_inside_a_wide_window_too(address, visit):
    for path in ("/zones/cahaya-baru", "/regencies/63.04"):
        seen = visit(f"{address}{path}", width=DESKTOP[0], height=DESKTOP[1])
        expect(seen.page.locator("main")).to_contain_text("onerror=window.hacked=1")
        assert seen.page.evaluate("document.scrollingElement.scrollWidth") <= DESKTOP[0]
        require_inert(seen.page)
        assert seen.trouble == []


def test_a_map_for_a_memory_stick_stays_inert(address, visit, tmp_path):
    file = tmp_path / "zones.html"
    file.write_bytes(httpx2.get(f"{address}/maps/zones?download").content)
    seen = visit(file.as_uri(), width=PHONE[0], height=PHONE[1])
    expect(shapes(seen.page, "zones")).to_have_count(14)
    seen.page.locator("path[aria-label*='script']").first.focus()
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator(".leaflet-popup h2")).to_contain_text("window.hacked=1")
    require_no_overflow(seen.page)
    require_inert(seen.page)


@pytest.mark.parametrize("name", ["cahaya-baru", "gula-habang", "cerbon", "bahandang"])
def test_a_sheet_is_printed_whatever_a_zone_is_called(address, name):
    answer = httpx2.get(f"{address}/sheets/{name}.pdf", timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"%PDF-")
    assert b"/JavaScript" not in answer.content
    assert b"javascript:" not in answer.content


def test_exports_carry_them_unchanged_and_no_cell_is_a_formula(address):
    def export(kind: str) -> bytes:
        answer = httpx2.get(f"{address}/exports/zones.{kind}", timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.content

    features = {f["id"]: f["properties"] for f in json.loads(export("geojson"))["features"]}
    assert {area_id: features[area_id]["name"] for area_id in NAMED} == NAMED
    sheet = openpyxl.load_workbook(io.BytesIO(export("xlsx")))
    cells = [cell for rows in sheet.worksheets for row in rows.iter_rows() for cell in row]
    assert any(MARKUP == cell.value for cell in cells)
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert zipfile.is_zipfile(io.BytesIO(export("xlsx")))
    assert not [line for line in export("csv").decode("utf-8-sig").splitlines() if line[:1] == "="]


@pytest.fixture(scope="module")
def endless_address(reference_folder, tmp_path_factory):
    """Values of 10 MB in two zones, one ranked and one not, published past ingestion."""
    copied = tmp_path_factory.mktemp("endless") / "store"
    shutil.copytree(reference_folder, copied)
    store = Store(copied)
    zones = gpd.read_parquet(store.version("zones").path)
    store.close()
    endless = {"cahaya-baru", "angsana"}

    def column(name: str, value: str) -> list[Any]:
        own = zones[name] if name in zones else [None] * len(zones)
        return [value if i in endless else o for i, o in zip(zones.index, own, strict=True)]

    texts = ("name", "status", "remarks", "source", "geometry_method", "catatan")
    columns = {name: column(name, MILES) for name in texts}
    columns["source_url"] = column("source_url", "https://contoh.id/" + "a" * len(MILES))
    published(copied, **columns)
    with running(copied) as started:
        yield started


@pytest.mark.parametrize(
    ("path", "sign_of_cut"),
    [
        ("/map", WHOLE),
        ("/maps/zones", WHOLE),
        ("/zones/cahaya-baru", WHOLE),
        ("/zones/angsana", WHOLE),
        ("/regencies/63.04", "WWW…"),
        ("/compare", "WWW…"),
        ("/compare?zones=cahaya-baru,angsana", "WWW…"),
        ("/collections/zones/items", WHOLE),
        ("/collections/zones/items/cahaya-baru", WHOLE),
    ],
)
def test_of_ten_megabytes_a_page_shows_the_beginning(endless_address, visit, path, sign_of_cut):
    sign = "&" if "?" in path else "?"
    address = f"{endless_address}{path}{sign}lang=en"
    page = httpx2.get(address, headers={"Accept": "text/html"}, timeout=60)
    assert page.status_code == 200
    assert len(page.content) < 2_000_000
    assert sign_of_cut in page.text
    seen = visit(address, width=PHONE[0], height=PHONE[1])
    expect(seen.page.get_by_role("heading", level=1).first).to_be_visible()
    require_no_overflow(seen.page)
    require_inert(seen.page)
    assert seen.trouble == []


def test_what_a_page_cuts_is_whole_in_the_data(endless_address):
    address = f"{endless_address}/collections/zones/items/cahaya-baru?f=json"
    properties = httpx2.get(address, timeout=120).json()["properties"]
    assert {properties[name] for name in ("name", "remarks", "catatan")} == {MILES}
    sheet = httpx2.get(f"{endless_address}/sheets/cahaya-baru.pdf", timeout=120)
    assert sheet.status_code == 200
    assert len(sheet.content) < 2_000_000


def test_ten_megabytes_in_one_attribute_are_turned_away_and_the_pages_stay_light(address, folder):
    store = Store(folder)
    key = store.keys.add("GIS desk", approves_own=True)
    store.close()
    zone = feature(properties=feature()["properties"] | {"remarks": "W" * 10_000_000})
    upload = httpx2.post(
        f"{address}/uploads",
        headers={"Authorization": f"Bearer {key}"},
        files={"file": ("zona.geojson", collection(zone))},
        timeout=60,
    )
    assert upload.status_code == 422, upload.text[:500]
    assert "10000000" in upload.text.replace(".", "").replace(",", "")
    assert len(upload.content) < 20_000
    for path in ("/map", "/maps/zones", "/zones/cahaya-baru", "/collections/zones/items"):
        page = httpx2.get(f"{address}{path}", headers={"Accept": "text/html"}, timeout=60)
        assert page.status_code == 200
        assert len(page.content) < 2_000_000
