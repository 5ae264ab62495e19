"""Rasters and figures in a browser: from the list of what to collect to a score that was lacking."""

import shutil

import pytest
from playwright.sync_api import expect

from geo.planning.assess import assess
from geo.store.store import Provenance, Store
from tests.api.test_upload_page import PASSWORD
from tests.browser.test_accessibility import require_no_fault
from tests.browser.test_map_page import DESKTOP, PHONE
from tests.browser.waits import wait_for_width
from tests.conftest import DATA
from tests.service import running

_WAIT_MS = 60_000
EFFECTS = '<div id="effects"><p class="sentence">Tidak dihitung.</p></div>'
TABLE = "Kabupaten/Kota;Tahun;Nilai\nTanah Laut;2025;{value}\nTapin;2025;3,21\n"


@pytest.fixture(scope="module")
def desk(reference_folder, tmp_path_factory):
    """The shipped data with a land cover that is unfit, and a publisher who approves what he sends."""
    folder = tmp_path_factory.mktemp("rasters") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    version = store.version("land-landcover")
    details = {**version.details, "fit": {}, "unfit": {"tutupan_lahan": {"id": "x", "en": "x"}}}
    said = Provenance(actor="tester", note="uji", source="uji", licence="CC0-1.0")
    content = version.path.read_bytes()
    store.publish(
        "land-landcover", "raster", content, suffix=".tif", provenance=said, details=details
    )
    store.rules.set("own_approval", True, actor="tester")
    store.users.add("budi", password=PASSWORD, role="publisher", name="Budi", institution="Dinas")
    store.close()
    with running(folder) as address:
        yield address, folder


def scored(folder):
    store = Store(folder)
    found = {one.area_id for one in assess(store).results if one.score is not None}
    store.close()
    return found


def leave_by(page, button):
    """Press what leads to another page, once this one has all that it asks for."""
    page.wait_for_load_state("networkidle")
    page.locator(button).click()


def require_fine(page):
    for width, height in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        wait_for_width(page)
    require_no_fault(page)


def sent(page, path, **fields):
    page.locator("input[type=file]").set_input_files(path)
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    leave_by(page, "form.file button[type=submit]")
    expect(page.locator("#choices")).to_be_visible(timeout=_WAIT_MS)


def publish(page):
    page.locator("[data-to='/publish'] textarea").fill("uji")
    for tick in page.locator("[data-to='/publish'] [type=checkbox]").all():
        tick.check()
    leave_by(page, "[data-to='/publish'] button")
    expect(page.locator(".way [aria-current]")).to_contain_text("4.", timeout=_WAIT_MS)


def test_a_raster_and_figures_go_from_the_list_to_a_score_that_was_lacking(visit, desk, tmp_path):
    address, folder = desk
    assert "rkt-kotabaru" not in scored(folder)
    seen = visit(f"{address}/collect?lang=id&f=html")
    page = seen.page
    # What it would do to the scores is held elsewhere, and takes longer than all that is walked here.
    page.route("**/impact?*", lambda asked: asked.fulfill(body=EFFECTS, content_type="text/html"))
    page.locator("a.form[href*='land-landcover']").click()
    page.locator("#user").fill("budi")
    page.locator("#password").fill(PASSWORD)
    leave_by(page, ".login button")
    # The list leads to the login, and the login back to the form, which has chosen what it is for.
    expect(page.locator("[name=collection]")).to_have_value("land-landcover")
    seen.trouble.clear()
    require_fine(page)
    sent(page, DATA / "land" / "landcover.tif", source="MCD12Q1", licence="CC BY 4.0", year="2023")
    page.locator("[data-reader=tutupan_lahan] select").select_option("fit")
    page.locator("[data-reader=tutupan_lahan] input").fill("kelasnya diperiksa di lapangan")
    leave_by(page, "#choices ~ form button")
    expect(page.locator("#raster")).to_be_visible(timeout=_WAIT_MS)
    expect(page.locator("#readers ~ .scroll tbody tr")).to_have_count(1)
    require_fine(page)
    publish(page)
    assert "rkt-kotabaru" in scored(folder)

    form = f"{address}/uploads/form?for=indicators&indicator=tpt_agustus&f=html&lang=id"
    page.wait_for_load_state("networkidle")
    page.goto(form)
    wrong, right = tmp_path / "salah.csv", tmp_path / "benar.csv"
    wrong.write_text(TABLE.format(value="499"), encoding="utf-8")
    right.write_text(TABLE.format(value="4,99"), encoding="utf-8")
    sent(page, wrong, source="BPS, Sakernas Agustus 2025")
    fault = page.locator("#findings ~ .scroll tbody tr").first
    expect(fault.locator("th")).to_have_text("2")
    expect(fault.locator("td").first).to_contain_text("C")
    require_fine(page)
    page.goto(form)
    sent(page, right, source="BPS, Sakernas Agustus 2025")
    expect(page.locator("#difference ~ .scroll tbody tr", has_text="4,99")).to_have_count(1)
    require_fine(page)
    publish(page)
    assert seen.trouble == []
