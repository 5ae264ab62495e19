"""The desk in a browser: an editor mends a file in its page and submits it, a publisher decides."""

import pytest
from playwright.sync_api import expect

from tests.api.test_uploads import as_gpkg, edited_elsewhere, open_service
from tests.browser.test_accessibility import require_no_fault
from tests.browser.test_map_page import DESKTOP, PHONE
from tests.service import running

PASSWORD = "sawah di tepi Barito"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The address of a service with an editor and a publisher, and a file with an invalid polygon."""
    folder = tmp_path_factory.mktemp("desk")
    store, _ = open_service(folder)
    for user, role in (("siti", "editor"), ("budi", "publisher")):
        store.users.add(user, password=PASSWORD, role=role, name=user.title(), institution="Dinas")
    store.close()
    frame = edited_elsewhere()
    frame.loc[2, "KDPKAB"] = "63.02"
    # Of other columns each: what was chosen of the one is not remembered for the other.
    files = {
        language: as_gpkg(folder / language, frame.assign(**{f"CATATAN_{language}": "x"}))
        for language in ("id", "en")
    }
    with running(store.folder) as address:
        yield address, files


def entered(seen, user):
    seen.page.locator("#user").fill(user)
    seen.page.locator("#password").fill(PASSWORD)
    leave_by(seen.page, ".login button")
    expect(seen.page.locator("#waiting")).to_be_visible()


def leave_by(page, button):
    """Press what leads to another page, once this one has all that it asks for."""
    page.wait_for_load_state("networkidle")
    page.locator(button).click()


def require_fine(page):
    for width, height in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    require_no_fault(page)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_file_goes_from_its_editor_to_publication_without_a_command(visit, desk, language):
    address, files = desk
    login = f"{address}/login?lang={language}&next=/uploads%3Ff%3Dhtml%26lang%3D{language}"
    seen = visit(login)
    page = seen.page
    entered(seen, "siti")
    require_fine(page)
    page.locator("input[type=file]").set_input_files(files[language])
    leave_by(page, "form.file button")

    expect(page.locator("#findings ~ details .severity.error")).to_be_visible()
    require_fine(page)
    page.locator("[name=unrepaired]").check()
    leave_by(page, "#choices ~ form button[type=submit]")
    expect(page.locator("[data-to='/submit']")).to_be_visible()
    page.locator("details:has(> [data-columns]) > summary").click()
    page.locator("[data-columns] [name=status]").select_option("")
    leave_by(page, "#choices ~ form button[type=submit]")
    # What was chosen at first goes with the page that was left: only the next one has the new report.
    expect(page.locator("[data-columns] [name=status] option[selected]")).to_have_count(0)
    expect(page.locator("#findings ~ details", has_text="REMARK")).to_have_count(1)
    expect(page.locator("[data-columns] [name=status]")).to_have_value("")
    expect(page.locator("[data-columns] [name=name]")).to_have_value("KAWASAN")
    page.locator("[data-to='/submit'] textarea").fill("Hasil rapat")
    # The second file has not the column that only the first one brought.
    for loss in page.locator("[name=accepted]").all():
        loss.check()
    leave_by(page, "[data-to='/submit'] button")
    expect(page.locator("[data-to='/submit']")).to_have_count(0)
    expect(page.locator(".notice:visible")).to_have_count(0)
    upload = page.url.split("?")[0]
    page.wait_for_load_state("networkidle")

    page.goto(f"{address}/uploads?f=html&lang={language}")
    leave_by(page, ".reader button")
    expect(page.locator("#user")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.goto(login)
    entered(seen, "budi")
    page.wait_for_load_state("networkidle")
    page.locator(f"#waiting + ul a[href*='{upload.rsplit('/')[-1]}']").click()
    expect(page.locator("[data-to='/return']")).to_be_visible()
    require_fine(page)
    page.locator("[data-to='/comments'] textarea").fill("Periksa batas timur")
    leave_by(page, "[data-to='/comments'] button")
    expect(page.locator(".said")).to_have_text("Periksa batas timur")
    leave_by(page, "[data-to='/publish'] button")
    expect(page.locator("[data-to='/publish']")).to_have_count(0)
    expect(page.locator(".way [aria-current]")).to_contain_text("4.")
    assert seen.trouble == []
