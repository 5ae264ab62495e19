"""The service on the shipped data, started by its own command, in a browser without any other network."""

import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import expect

from geo.store.store import Store
from tests.browser.test_map_page import DESKTOP, PHONE, shapes
from tests.service import running

PICTURES = Path(__file__).parent / "pictures"
# An upload is checked against every village; a busy machine takes longer than a client waits.
PATIENCE_S = 60


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("service") / "store"


@pytest.fixture(scope="module")
def address(store):
    """An empty folder: the first start loads the shipped data."""
    with running(store) as started:
        yield started


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_map_draws_13_regencies_and_all_zones_without_other_network(address, visit, size):
    seen = visit(f"{address}/map", width=size[0], height=size[1])
    expect(shapes(seen.page, "regencies")).to_have_count(13)
    expect(shapes(seen.page, "zones")).to_have_count(14)
    assert seen.trouble == []
    assert {urlsplit(asked).netloc for asked in seen.requests} == {urlsplit(address).netloc}


def test_a_zone_says_its_score_what_contributed_and_what_is_missing(address, visit):
    seen = visit(f"{address}/map")
    seen.page.get_by_role("link", name="Kawasan Transmigrasi Cahaya Baru").click()
    popup = seen.page.locator(".leaflet-popup")
    for words in (
        "Peringkat 8 dari 14",
        "Cakupan data",
        "Tutupan lahan yang dapat digarap",
        "peta lereng belum dimasukkan",
        "NASA MCD12C1",
    ):
        expect(popup).to_contain_text(words)
    assert seen.trouble == []


def test_a_click_on_a_regency_opens_its_figure_with_period_and_source(address, visit):
    seen = visit(f"{address}/map")
    seen.page.locator("path[aria-label^='Kabupaten Tabalong']").click()
    popup = seen.page.locator(".leaflet-popup")
    expect(popup).to_contain_text("3,48")
    expect(popup).to_contain_text("Agustus 2025")
    expect(popup).to_contain_text("WebAPI BPS, salinan GitHub locitaresmi/ped-kalsel-dashboard")


def test_the_language_is_switched_and_stays(address, visit):
    seen = visit(f"{address}/map?lang=id")
    expect(seen.page.locator("html")).to_have_attribute("lang", "id")
    seen.page.get_by_role("link", name="EN", exact=True).click()
    expect(seen.page.locator("html")).to_have_attribute("lang", "en")
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Transmigration areas")
    assert seen.trouble == []


def test_another_indicator_and_year_colour_the_regencies(address, visit):
    seen = visit(f"{address}/map?lang=en")
    seen.page.locator("#layers > summary").click()
    seen.page.get_by_label("Indicator", exact=True).select_option("p0_persen_miskin_maret")
    seen.page.get_by_role("slider", name="Year").fill("3")
    expect(seen.page.locator(".legends")).to_contain_text("2024")
    assert "year=2024" in seen.page.url
    assert seen.trouble == []


def test_need_is_another_map_with_its_own_ranking(address, visit):
    seen = visit(f"{address}/map?lang=en")
    seen.page.get_by_role("link", name="Need", exact=True).click()
    expect(seen.page.locator(".legends")).to_contain_text("Need: areas")
    expect(shapes(seen.page, "zones")).to_have_count(14)
    expect(seen.page.locator(".ranking tr[data-zone]")).to_have_count(14)
    assert seen.trouble == []


def test_an_uploaded_zone_is_seen_on_the_map_in_items_and_in_the_scores(
    address, desk, visit, edited_zones
):
    upload = desk.post("/uploads", files={"file": ("zona.zip", edited_zones)})
    assert upload.status_code == 201, upload.text
    publish = f"/uploads/{upload.json()['upload']}/publish"
    note = {"note": "Zona baru dari rapat"}
    # The Shapefile has four columns; what the published zones say beyond them is not lost unasked.
    unasked = desk.post(publish, json=note)
    assert unasked.status_code == 409, unasked.text
    assert unasked.json()["code"] == "WarningsNotAccepted"
    assert "geometry_method" in unasked.json()["detail"]
    assert "hilang untuk 14 objek" in unasked.json()["detail"]
    assert desk.get("/collections/zones/items/riam-adungan").status_code == 404
    published = desk.post(publish, json=note | {"accept_warnings": True})
    assert published.status_code == 200, published.text

    assert desk.get("/collections/zones/items/riam-adungan").status_code == 200
    assert desk.get("/readiness/riam-adungan").json()["name"] == "Riam Adungan"
    seen = visit(f"{address}/map")
    expect(shapes(seen.page, "zones")).to_have_count(15)
    expect(seen.page.locator("main")).to_contain_text("Riam Adungan")

    back = desk.post("/collections/zones/rollback", json={"number": 1, "note": "Salah berkas"})
    assert back.status_code == 200
    assert desk.get("/readiness/riam-adungan").status_code == 404
    seen.page.reload()
    expect(shapes(seen.page, "zones")).to_have_count(14)


@pytest.fixture
def desk(address, store) -> Iterator[httpx2.Client]:
    """A program of the GIS desk, with a key of its own."""
    opened = Store(store)
    key = opened.keys.add("GIS desk", approves_own=True)
    opened.close()
    allowed = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=address, headers=allowed, timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture
def edited_zones(address, tmp_path) -> bytes:
    """The published zones with one more, saved as a zipped Shapefile in UTM by another program."""
    import geopandas as gpd
    import shapely

    zones = gpd.read_file(f"{address}/collections/zones/items?limit=100").to_crs("EPSG:32750")
    added = gpd.GeoDataFrame(
        {"zone_id": ["riam-adungan"], "name": ["Riam Adungan"], "regency_code": ["63.01"]},
        geometry=[shapely.box(300_000, 9_580_000, 312_000, 9_590_000)],
        crs="EPSG:32750",
    )
    frame = gpd.pd.concat([zones, added])[["zone_id", "name", "regency_code", "geometry"]].rename(
        columns={"zone_id": "ID_ZONA", "name": "KAWASAN", "regency_code": "KDPKAB"}
    )
    frame.to_file(tmp_path / "zona.shp")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part in tmp_path.glob("zona.*"):
            archive.write(part, part.name)
    return content.getvalue()


def test_pictures_of_the_map_are_taken(address, visit, tmp_path):
    """KAWASAN_PICTURES=1 renews the pictures of the README; else they land in a temporary folder."""
    folder = PICTURES if os.environ.get("KAWASAN_PICTURES") else tmp_path
    for language in ("id", "en"):
        for width, height in (DESKTOP, PHONE):
            seen = visit(f"{address}/map?lang={language}", width=width, height=height)
            expect(shapes(seen.page, "zones")).to_have_count(14)
            file = folder / f"map-{language}-{width}.png"
            seen.page.screenshot(path=file)
            assert file.stat().st_size > 20_000
