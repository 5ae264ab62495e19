"""The map on an upload's page: sentences, rows and comments lead to it, and it leads back to them."""

import pytest
from playwright.sync_api import expect

from tests.api.test_uploads import as_gpkg, edited_elsewhere, open_service
from tests.browser.test_desk import PASSWORD
from tests.browser.test_desk_rasters import leave_by, require_fine
from tests.service import running

MARKUP = '<img src=x onerror="alert(1)">'
# Whether the map shows a place, and how near it is.
SEEN = """([lat, lon]) => {
  const { map } = Kawasan.drawn();
  return map.getBounds().contains([lat, lon]) && map.getZoom();
}"""
CROSSING = [-3.575, 115.73]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The address of a service with an editor, and a file with an invalid polygon."""
    folder = tmp_path_factory.mktemp("desk-map")
    store, _ = open_service(folder)
    store.users.add("siti", password=PASSWORD, role="editor", name="Siti", institution="Dinas")
    store.close()
    frame = edited_elsewhere()
    frame.loc[2, "KDPKAB"] = "63.02"
    with running(store.folder) as address:
        yield address, as_gpkg(folder / "kawasan", frame)


def sent(page, address, path):
    """The page of a file that the person who is logged in has sent, its map drawn."""
    page.locator("#user").fill("siti")
    page.locator("#password").fill(PASSWORD)
    leave_by(page, ".login button")
    csrf = page.locator("[data-csrf]").get_attribute("data-csrf")
    file = {"name": path.name, "mimeType": "application/octet-stream", "buffer": path.read_bytes()}
    headers = {"X-CSRF-Token": csrf, "Origin": address}
    answer = page.request.post(f"{address}/uploads", multipart={"file": file}, headers=headers)
    page.goto(f"{answer.headers['location'].split('?')[0]}?f=html&lang=id")
    drawn(page)
    return headers


def drawn(page):
    expect(page.locator("#drawn")).to_have_attribute("data-state", "drawn")
    page.wait_for_load_state("networkidle")


def test_findings_changes_and_comments_are_found_on_the_map_and_from_it(visit, desk):
    address, path = desk
    seen = visit(f"{address}/login?lang=id&next=/uploads%3Ff%3Dhtml%26lang%3Did")
    page = seen.page
    headers = sent(page, address, path)
    require_fine(page)
    far = page.evaluate(SEEN, CROSSING)

    # By the keyboard, on a phone: the map comes into sight with the sentence, and leads back.
    sentence = page.locator("#findings ~ details .at").first
    expect(sentence).to_contain_text("Baris 2 (sebamban")
    sentence.press("Enter")
    told = page.locator(".drawn-told")
    expect(told).to_be_focused()
    expect(told.locator("[role=status]")).to_contain_text("poligonnya tidak sah")
    expect(page.locator(".drawn-mark.is-target")).to_be_visible()
    assert page.evaluate(SEEN, CROSSING) > far
    told.get_by_text("Kembali ke kalimatnya").press("Enter")
    expect(sentence).to_be_focused()

    # From a mark to its sentence.
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("#drawn-map .drawn-mark.is-error").click()
    told.get_by_text("Baca di daftar").click()
    expect(sentence).to_be_focused()
    expect(sentence).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("Objek bermasalah")).to_be_checked()

    # A comment on the place.
    told.get_by_text("Tanggapi tempat ini").click()
    expect(page.locator(".drawn-place")).to_contain_text("sebamban")
    page.locator("[data-to='/comments'] textarea").fill(MARKUP)
    leave_by(page, "[data-to='/comments'] button")
    expect(page.locator(".said")).to_have_text(MARKUP)
    drawn(page)
    expect(page.locator("#comments ~ article")).to_contain_text("Penyunting, Dinas")
    page.locator("#comments ~ article .at").click()
    expect(page.locator(".drawn-mark.is-target")).to_be_visible()

    # What it would change, once it is mended.
    mended = page.request.patch(
        page.url.split("?")[0], data={"repairs": ["make_valid"]}, headers=headers
    )
    assert mended.json()["state"] == "ready"
    page.reload()
    drawn(page)
    for role in ("Batas lama", "Batas baru", "Sebelum diperbaiki", "Sesudah diperbaiki"):
        expect(page.get_by_label(role)).to_be_checked()
    page.locator("tr[data-key=angsana] .at").press("Enter")
    expect(told.locator("[role=status]")).to_have_text("Peta menunjukkan: Angsana")
    assert page.evaluate(SEEN, [-3.71, 115.6]) > 10
    require_fine(page)
    assert seen.trouble == []
