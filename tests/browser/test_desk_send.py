"""A file is sent from the desk: dropped, stopped by a broken line, gone on with after the page was closed."""

import os

import pytest
from playwright.sync_api import expect

from tests.api.test_uploads import edited_elsewhere, open_service
from tests.browser.test_accessibility import require_no_fault
from tests.browser.test_map_page import DESKTOP, PHONE
from tests.hostile import shapefile_parts
from tests.service import running

PASSWORD = "sawah di tepi Barito"
# Dropped files as the browser hands them over: a form cannot be given a real one by a test.
DROP = """(form, names) => {
  const dropped = new DataTransfer();
  for (const name of names) dropped.items.add(new File(["x"], name));
  for (const event of ["dragover", "drop"])
    form.dispatchEvent(new DragEvent(event, { bubbles: true, cancelable: true, dataTransfer: dropped }));
}"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The address of a service with an editor, and a folder for files."""
    folder = tmp_path_factory.mktemp("send")
    store, _ = open_service(folder)
    store.users.add("siti", password=PASSWORD, role="editor", name="Siti", institution="Dinas")
    store.close()
    with running(store.folder) as address:
        yield address, folder


def test_a_file_is_sent_through_a_broken_line_and_a_closed_page(visit, desk):
    address, folder = desk
    seen = visit(f"{address}/login?lang=id&next=/uploads%3Ff%3Dhtml%26lang%3Did")
    page = seen.page
    page.locator("#user").fill("siti")
    page.locator("#password").fill(PASSWORD)
    page.wait_for_load_state("networkidle")
    page.locator(".login button").click()
    form, notice = page.locator("form.file"), page.locator("form.file > .notice")
    expect(form.locator("select")).to_contain_text("Kawasan dan permukiman transmigrasi")
    page.wait_for_load_state("networkidle")

    # Told before anything travels: a file of another kind, half a Shapefile, nothing.
    form.evaluate(DROP, ["laporan.docx"])
    expect(notice).to_contain_text(".docx")
    form.evaluate(DROP, ["batas.shp"])
    expect(notice).to_contain_text(".shx, .dbf")
    form.locator("[type=submit]").click()
    expect(notice).to_contain_text(".shx, .dbf")
    assert not [one for one in seen.requests if "/uploads/parts" in one]

    big = folder / "Batas kawasan, revisi (3).zip"
    big.write_bytes(b"PK\3\4" + os.urandom(1_500_000))
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    set_line(line, up=300_000)
    page.locator("input[type=file]").set_input_files(big)
    form.locator("[type=submit]").click()
    figures = form.locator(".figures")
    expect(figures).to_contain_text("lagi")
    trouble = list(seen.trouble)
    set_line(line, is_broken=True)
    expect(form.locator(".line")).to_contain_text("Sambungan terputus")
    for width, height in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    require_no_fault(page)
    page.close()
    # A broken line is told on the console by the browser itself; of the page nothing is.
    assert trouble == []
    assert [one for one in seen.trouble if "ERR_INTERNET" not in one and "failed:" not in one] == []

    later = visit(f"{address}/uploads?f=html&lang=id")
    page = later.page
    half = page.locator(".half-sent li")
    expect(half).to_contain_text(big.name)
    share = int(half.inner_text().split("%")[0].rsplit(" ")[-1])
    assert 0 < share < 100
    require_no_fault(page)
    form = page.locator("form.file")
    page.locator("input[type=file]").set_input_files(big)
    set_line(page.context.new_cdp_session(page), up=300_000)
    form.locator("[type=submit]").click()
    expect(form.locator(".line")).to_have_text(f"Dilanjutkan: {share}% sudah diterima sebelumnya.")
    form.get_by_role("button", name="Hentikan").click()
    expect(form.locator(".under-way")).to_contain_text("Dihentikan")
    form.get_by_role("button", name="Buang yang sudah diterima").click()
    expect(form.locator(".under-way")).to_have_text("Yang sudah diterima telah dibuang.")
    # The parts of a Shapefile go as one.
    parts = shapefile_parts(folder / "parts", edited_elsewhere())
    files = [folder / f"batas tapin{suffix}" for suffix in parts]
    for file, content in zip(files, parts.values(), strict=True):
        file.write_bytes(content)
    page.locator("input[type=file]").set_input_files(files)
    expect(form.locator("> .notice")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    form.locator("[type=submit]").click()
    expect(page.locator("#findings")).to_be_visible()
    assert "batas tapin.zip" in page.content()
    assert later.trouble == []
    # A page with a slow line is no page for the next test.
    page.close()


def set_line(session, *, up=-1, is_broken=False):
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": is_broken, "latency": 0, "downloadThroughput": -1, "uploadThroughput": up},
    )
