"""People and keys in a browser: an admin adds somebody, sees a key once, closes an access, and changes the own password."""

import pytest
from playwright.sync_api import expect

from tests.api.test_uploads import open_service
from tests.browser.test_desk import PASSWORD
from tests.browser.test_desk_rasters import leave_by, require_fine
from tests.service import running


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service with an admin alone."""
    store, _ = open_service(tmp_path_factory.mktemp("people"))
    store.users.add("rahmi", password=PASSWORD, role="admin", name="Rahmi", institution="Dinas")
    with running(store.folder) as address:
        yield store, address
    store.close()


def sent(page, form):
    leave_by(page, f"{form} button[type=submit]")


def test_an_admin_keeps_people_and_keys_and_the_own_password_without_a_command(visit, service):
    store, address = service
    seen = visit(f"{address}/login?lang=id&next=/users%3Ff%3Dhtml%26lang%3Did")
    page = seen.page
    page.locator("#user").fill("rahmi")
    page.locator("#password").fill(PASSWORD)
    leave_by(page, ".login button")
    new = "[data-to='/users']"
    page.locator(f"{new} [name=name]").fill("Siti <b>Aminah</b>")
    page.locator(f"{new} [name=user]").fill("siti")
    regencies = page.locator(f"{new} .regencies")
    expect(regencies).to_be_hidden()
    page.locator(f"{new} [name=role]").select_option("editor")
    expect(regencies).to_be_visible()
    page.locator(f"{new} [name=password]").fill("siti di tepi sungai")
    # Bound to no regency is not all of them by oversight: the browser asks, and nothing is sent.
    sent(page, new)
    assert not page.locator(f"{new} [data-everywhere]").evaluate("one => one.checkValidity()")
    page.locator(f"{new} [value='63.02']").check()
    sent(page, new)
    expect(page.locator(f"{new} .notice")).to_contain_text("memuat nama penggunanya")
    page.locator(f"{new} [name=password]").fill("kuda hijau terbang")
    sent(page, new)
    expect(page.locator("#user-siti")).to_contain_text("Siti <b>Aminah</b>")
    expect(page.locator("#user-siti")).to_contain_text("Kabupaten Kotabaru")

    page.locator("[data-to='/keys'] [name=label]").fill("QGIS Kotabaru")
    page.locator("[data-to='/keys'] [name=role]").select_option("viewer")
    sent(page, "[data-to='/keys']")
    expect(page.locator("#made")).to_be_focused()
    key = page.locator("#secret").input_value()
    assert store.keys.require(key).role == "viewer"
    page.locator("#copy").press("Enter")
    expect(page.locator("#copied")).not_to_be_empty()
    page.locator("#user-siti summary").press("Enter")
    page.locator(f"{new} [name=role]").select_option("editor")
    require_fine(page)
    leave_by(page, "#kept")
    expect(page.locator(f"#key-{key.split('_')[1]}")).to_contain_text("Terakhir dipakai")
    assert key not in page.content()

    page.locator("#user-siti summary").press("Enter")
    page.locator("#user-siti [data-everywhere]").check()
    sent(page, "[data-to='/users/siti/role']")
    expect(page.locator("#user-siti > span.note")).to_have_text("Semua kabupaten/kota")
    page.locator("#user-siti summary").press("Enter")
    leave_by(page, "#user-siti form[data-method=DELETE] button")
    expect(page.locator("#closed summary").first).to_contain_text("(1)")
    page.locator("#closed > summary").press("Enter")
    expect(page.locator("[data-to='/users/siti/reopen']")).to_be_attached()

    page.goto(f"{address}/session?f=html&lang=id")
    form = page.locator("form[data-to='/password']")
    form.locator("[name=old]").fill(PASSWORD)
    form.locator("[name=new]").fill(" ikan merah berenang ")
    form.locator("[data-again]").fill("lain")
    sent(page, "form[data-to='/password']")
    assert not form.locator("[data-again]").evaluate("one => one.checkValidity()")
    form.locator("[data-again]").fill(" ikan merah berenang ")
    require_fine(page)
    sent(page, "form[data-to='/password']")
    expect(page.locator("#user")).to_be_visible()
    # It is kept as it was typed, blanks too.
    assert store.users.is_password("rahmi", " ikan merah berenang ")
    # The browser itself writes down that an answer was no success.
    assert len(seen.trouble) == 2
    assert all("400" in said for said in seen.trouble)
