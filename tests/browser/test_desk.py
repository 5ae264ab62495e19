"""The way of a file from an officer to its publication, as the guide for GIS staff tells it.

The officer follows it in Indonesian and the publisher in English, each by the words that stand in
italics in the guide: a word that is no longer on the page ends the walk.
"""

import os
import re
import shutil
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from playwright.sync_api import expect

from geo.store.store import Store
from tests.browser.test_accessibility import require_no_fault
from tests.browser.test_map_page import DESKTOP, PHONE
from tests.browser.waits import wait_for_width
from tests.service import running

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "maps" / "static" / "guide"
PASSWORD = "sawah di tepi Barito"
REGENCY = "63.04"


def words_of(language):
    """What stands in italics in the guide's way of a file, step by step; first the officer's."""
    text = (ROOT / "maps" / "guide" / language / "gis-staff.md").read_text(encoding="utf-8")
    way = text.split("\n## ")[1]
    steps = re.findall(r"^\d+\. (.*)$", way, re.MULTILINE)
    return [re.findall(r"\*([^*]+)\*", step) for step in steps]


@pytest.fixture(scope="module")
def desk(reference_folder, tmp_path_factory):
    """The address of a service with an editor of one regency and a publisher, and the editor's file."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(reference_folder, folder / "store")
    store = Store(folder / "store")
    users = (("siti", "editor", [REGENCY]), ("budi", "publisher", None))
    for user, role, regencies in users:
        store.users.add(
            user,
            password=PASSWORD,
            role=role,
            name=user.title(),
            institution="Dinas",
            regencies=regencies,
        )
    zones = gpd.read_parquet(store.version("zones").path)
    store.close()
    files = as_parts(folder, of_an_officer(zones))
    with running(folder / "store") as address:
        yield address, files


def of_an_officer(zones):
    """The zones of a regency as an officer has them: one moved, one crossing itself, one added."""
    frame = zones[zones["regency_code"] == REGENCY].to_crs("EPSG:32750")
    shapes = dict(frame.geometry)
    shapes["bahandang"] = shapely.affinity.translate(shapes["bahandang"], 400, 250)
    x, y = shapes["cerbon"].representative_point().coords[0]
    steps = [(0, 0), (1_500, 1_000), (1_500, 0), (0, 1_000)]
    shapes["cerbon"] = shapely.Polygon([(x + east, y + north) for east, north in steps])
    shapes["contoh-baru"] = shapely.Point(x - 3_000, y + 6_000).buffer(900, quad_segs=3)
    names = [*frame["name"], "Contoh baru (sintetis)"]
    table = {"ID_ZONA": [*shapes], "NAMOBJ": names, "WADMKK": "Barito Kuala"}
    return gpd.GeoDataFrame(table, geometry=list(shapes.values()), crs=frame.crs)


def as_parts(folder, frame):
    """The parts of a Shapefile that says nothing of its CRS."""
    frame.to_file(folder / "contoh_batola.shp")
    return [folder / f"contoh_batola.{part}" for part in ("shp", "shx", "dbf", "cpg")]


def entered(seen, address, user, language):
    seen.page.wait_for_load_state("networkidle")
    seen.page.goto(f"{address}/login?lang={language}&next=/%3Flang%3D{language}")
    seen.page.locator("#user").fill(user)
    seen.page.locator("#password").fill(PASSWORD)
    leave_by(seen.page.locator("main form button"))
    expect(seen.page.locator("#user")).to_have_count(0)
    # A page that is left while its icon is on its way counts that as a failure.
    seen.page.wait_for_load_state("networkidle")


def leave_by(button):
    """Press what leads to another page, once this one has all that it asks for."""
    button.page.wait_for_load_state("networkidle")
    button.click()


def titled(page, words):
    """The section of the desk that has this title."""
    return page.locator("section", has=page.get_by_role("heading", name=words))


def effect_told(page, words):
    """Let the effect be told, which begins once it is seen: leaving the page would break it off."""
    effect = titled(page, words)
    effect.scroll_into_view_if_needed()
    expect(effect.get_by_role("table").first).to_be_visible(timeout=60_000)


def require_fine(page, *, other):
    """Whole at both widths, and without a fault on a phone, in both languages."""
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    here = page.url
    for address in (here, re.sub(r"lang=\w\w", f"lang={other}", here)):
        if address != page.url:
            page.goto(address)
            page.wait_for_load_state("networkidle")
        wait_for_width(page)
        require_no_fault(page)
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    page.goto(here)
    page.wait_for_load_state("networkidle")


def test_a_file_goes_the_guides_way_from_its_editor_to_publication(visit, desk, tmp_path):
    address, files = desk
    folder = PICTURES if os.environ.get("KAWASAN_PICTURES") else tmp_path
    open_desk, send, read, choose, compare, submit, *_ = words_of("id")
    seen = visit(address)
    page = seen.page
    entered(seen, address, "siti", "id")
    leave_by(page.get_by_role("link", name=open_desk[0]).first)

    box = titled(page, send[0])
    # Until its script is there a form takes nothing.
    expect(box.get_by_role("button", name=send[2])).to_be_enabled()
    with page.expect_file_chooser() as chooser:
        box.get_by_text(send[1], exact=True).click()
    chooser.value.set_files(files)
    expect(box).to_contain_text("contoh_batola")
    box.screenshot(path=folder / "desk-send.png")
    leave_by(box.get_by_role("button", name=send[2]))

    report = titled(page, read[0])
    expect(report.locator(".severity.error").first).to_be_visible(timeout=60_000)
    page.wait_for_load_state("networkidle")
    report.get_by_role("button", name=re.compile("cerbon", re.IGNORECASE)).first.click()
    expect(titled(page, read[1]).locator("canvas").first).to_be_visible()
    page.screenshot(path=folder / "desk-report.png")
    require_fine(page, other="en")

    reading = titled(page, choose[0])
    expect(reading.locator("summary", has_text=choose[1])).to_be_visible()
    reading.locator("[name=crs][value='EPSG:32750']").check()
    expect(reading.locator("summary", has_text=choose[2])).to_be_visible()
    reading.locator("[name=unrepaired]").check()
    leave_by(reading.get_by_role("button", name=choose[3]))

    changes = titled(page, compare[0])
    expect(changes).to_contain_text("contoh-baru", timeout=60_000)
    expect(changes).to_contain_text("bahandang")
    effect_told(page, compare[1])
    page.wait_for_load_state("networkidle")
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=folder / "desk-changes.png")
    require_fine(page, other="en")
    asking = titled(page, submit[0])
    asking.locator("textarea").first.fill("Hasil ukur ulang")
    for tick in asking.locator("[type=checkbox]").all():
        tick.check()
    asking.locator("[name=source]").fill("contoh buatan")
    effect_told(page, compare[1])
    leave_by(asking.get_by_role("button", name=submit[0]))
    expect(titled(page, submit[0])).to_have_count(0)
    expect(page.locator(".notice:visible")).to_have_count(0)
    page.wait_for_load_state("networkidle")

    waiting, decide, go_back = words_of("en")[6:]
    page.context.clear_cookies()
    entered(seen, address, "budi", "en")
    page.goto(f"{address}/uploads?f=html&lang=en")
    page.wait_for_load_state("networkidle")
    leave_by(titled(page, waiting[0]).get_by_role("link", name="contoh_batola").first)
    for words in decide:
        expect(page.get_by_role("button", name=words)).to_be_visible()
    page.wait_for_load_state("networkidle")
    require_fine(page, other="id")
    comments = page.locator("form", has=page.get_by_role("button", name=decide[0]))
    comments.locator("textarea").fill("Periksa batas timur")
    told = words_of("en")[4][1]
    effect_told(page, told)
    leave_by(comments.get_by_role("button", name=decide[0]))
    expect(page.locator(".said")).to_have_text("Periksa batas timur")
    page.wait_for_load_state("networkidle")
    approval = page.locator("form", has=page.get_by_role("button", name=decide[2]))
    for tick in approval.locator("[type=checkbox]").all():
        tick.check()
    effect_told(page, told)
    leave_by(approval.get_by_role("button", name=decide[2]))
    expect(page.locator(".way [aria-current]")).to_contain_text("4.", timeout=60_000)
    leave_by(page.get_by_role("link", name=go_back[0]))
    before, after = go_back[1].split("…")
    back = re.compile(rf"{before.strip()} \d+ {after.strip()}")
    expect(page.get_by_text(back).first).to_be_visible()
    assert seen.trouble == []
