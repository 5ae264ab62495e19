"""In its page a file says neither its CRS nor its letters, is mended in part and loses a column."""

import pytest
from playwright.sync_api import expect

from tests import hostile
from tests.api.test_uploads import open_service, published, zones
from tests.browser.test_desk import PASSWORD
from tests.browser.test_desk_rasters import leave_by, require_fine
from tests.service import running

BOW_TIE = "POLYGON ((115.70 -3.60, 115.76 -3.55, 115.76 -3.60, 115.70 -3.55, 115.70 -3.60))"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The address of a service with an editor, and a Shapefile without .prj and .cpg."""
    import shapely

    folder = tmp_path_factory.mktemp("desk")
    store, _ = open_service(folder)
    published(store, "zones", zones().assign(PETUGAS="Sri"))
    store.users.add("siti", password=PASSWORD, role="editor", name="Siti", institution="Dinas")
    store.close()
    frame = zones().reset_index(drop=True).set_crs(4326, allow_override=True)
    frame = frame[["zone_id", "name", "regency_code", "geometry"]].assign(name="Désa")
    frame.loc[1, "geometry"] = shapely.from_wkt(BOW_TIE)
    parts = hostile.shapefile_parts(folder / "parts", frame, encoding="ISO-8859-1")
    kept = {suffix: content for suffix, content in parts.items() if suffix not in (".prj", ".cpg")}
    with running(store.folder) as address:
        yield address, hostile.zipped(folder / "zona.zip", kept)


def test_a_file_that_says_little_is_read_as_its_sender_chooses(visit, desk):
    address, path = desk
    seen = visit(f"{address}/login?lang=id&next=/uploads%3Ff%3Dhtml%26lang%3Did")
    page = seen.page
    page.locator("#user").fill("siti")
    page.locator("#password").fill(PASSWORD)
    leave_by(page, ".login button")
    expect(page.locator("#waiting")).to_be_visible()
    page.locator("input[type=file]").set_input_files(path)
    leave_by(page, "form.file button")

    places = page.locator("input[name=crs][data-bounds]")
    expect(places).to_have_count(1)
    expect(page.locator("label", has=places)).to_contain_text("Datanya jatuh di Tanah Bumbu")
    # What is written in place of a button, and a button in place of what was written.
    other = page.locator("input[name=crs][data-other]")
    other.fill("EPSG:32750")
    places.check()
    expect(other).to_have_value("")
    page.locator("form summary", has_text="Pengodean huruf").click()
    letters = page.locator("label", has=page.locator("[type=radio][name=encoding]"))
    expect(letters.filter(has_text="Désa")).to_have_count(1)
    expect(letters.filter(has_text="DÚsa")).to_have_count(1)
    page.locator("[type=radio][name=encoding][value=cp850]").check()
    repair = page.locator("tr[data-feature] [name=unrepaired]")
    expect(repair).to_have_count(1)
    repair.check()
    require_fine(page)
    leave_by(page, "#choices ~ form button[type=submit]")

    # The next page: read as was chosen, mended, and what would vanish is confirmed by name.
    losses = page.locator("[data-to='/submit'] [name=accepted]")
    expect(losses.first).to_be_attached()
    expect(page.locator("tr[data-feature] [name=unrepaired]")).to_be_checked()
    expect(page.locator("[type=radio][name=encoding][value=cp850]")).to_be_checked()
    page.locator("[data-to='/submit'] textarea").fill("Hasil rapat")
    page.wait_for_load_state("networkidle")
    page.locator("[data-to='/submit'] button").click()
    assert losses.first.evaluate("tick => tick.validity.valueMissing")
    for loss in losses.all():
        loss.check()
    leave_by(page, "[data-to='/submit'] button")
    expect(page.locator("[data-to='/submit']")).to_have_count(0)
    assert seen.trouble == []
