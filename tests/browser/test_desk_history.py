"""The history of a layer in a browser: one form makes another version current; a stale base shows its new comparison."""

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import expect

from tests.api.test_history import handed_in, moved_zones
from tests.api.test_upload_page import entered as headers_of
from tests.api.test_uploads import open_service, published
from tests.browser.test_desk import PASSWORD
from tests.browser.test_desk_rasters import leave_by, require_fine
from tests.service import running


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """A service with an upload that was submitted before its layer got a second version."""
    folder = tmp_path_factory.mktemp("history")
    store, app = open_service(folder)
    for user, role in (("siti", "editor"), ("budi", "publisher")):
        store.users.add(user, password=PASSWORD, role=role, name=user.title(), institution="Dinas")
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000)) as client:
        headers = headers_of(client, "siti")
        upload = handed_in(client, headers, folder / "a")
        client.post(f"{upload}/submit", json={"note": "Rapat"}, headers=headers)
    with running(store.folder) as address:
        yield store, address, upload
    store.close()


def test_a_stale_base_shows_its_new_comparison_and_a_version_is_returned_to_by_one_form(
    visit, history
):
    store, address, upload = history
    seen = visit(f"{address}/login?lang=id&next={upload}%3Ff%3Dhtml%26lang%3Did")
    page = seen.page
    page.locator("#user").fill("budi")
    page.locator("#password").fill(PASSWORD)
    leave_by(page, ".login button")
    expect(page.locator("[data-to='/publish']")).to_be_visible()
    page.locator("#impact").scroll_into_view_if_needed()
    expect(page.locator("#effects")).to_be_attached()
    expect(page.locator("#impact [role=status]")).to_contain_text("Tidak ada skor")
    require_fine(page)

    published(store, "zones", moved_zones())
    page.locator("[data-to='/publish'] textarea").fill("Sudah diperiksa")
    leave_by(page, "[data-to='/publish'] button")
    # The sentence stands at the button, and only a tick of its own publishes.
    expect(page.locator("#anew")).to_be_focused()
    expect(page.locator("#anew")).to_contain_text("versi 1 ke versi 2")
    expect(page.locator("#anew")).to_be_in_viewport()
    expect(page.locator("#difference + dl dd").first).to_have_text("1")
    expect(page.locator("[data-to='/publish'] textarea")).to_have_value("Sudah diperiksa")
    require_fine(page)
    # The browser itself writes down that an answer was no success.
    conflict = ["409", "Conflict"]
    assert len(seen.trouble) == 2
    assert all(any(word in said for word in conflict) for said in seen.trouble)

    page.wait_for_load_state("networkidle")
    page.locator("a[href*='/collections/zones/versions']").first.click()
    expect(page.locator(".timeline > li")).to_have_count(2)
    form = page.locator("#version-1 .roll-back")
    form.locator("summary").press("Enter")
    require_fine(page)
    form.locator("textarea").fill("Salah berkas")
    leave_by(page, "#version-1 .roll-back button")
    expect(page.locator("#version-1.now")).to_be_visible()
    expect(page.locator(".timeline > .event")).to_contain_text("Salah berkas")
    page.wait_for_load_state("networkidle")
    page.locator("#version-2 a[href*='/difference']").click()
    expect(page.locator("#changes")).to_be_visible()
    page.locator("[name=from]").select_option("2")
    page.locator("[name=to]").select_option("1")
    page.locator(".chosen button").click()
    expect(page.locator("#found")).to_have_text("Dari versi 2 ke versi 1")
    require_fine(page)
    assert len(seen.trouble) == 2
