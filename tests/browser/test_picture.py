"""The map of the screen as a PNG."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from rasterio.io import MemoryFile

from tests.browser.test_map_page import DESKTOP, PHONE

READY, NO_CLASS = (1, 133, 113), (214, 96, 77)


def saved(page: Page) -> np.ndarray:
    if page.locator(".panel.is-low").count():
        page.locator(".panel-toggle").click()
    with page.expect_download() as found:
        page.locator(".downloads .as-link").click()
    assert found.value.suggested_filename == "kawasan-kesiapan.png"
    with MemoryFile(found.value.path().read_bytes()) as file, file.open() as picture:
        return picture.read()[:3]


def pixels_of(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((picture == np.array(colour)[:, None, None]).all(axis=0).sum())


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_picture_shows_what_the_screen_shows(address, visit, size):
    seen = visit(f"{address}/map", width=size[0], height=size[1])
    before = saved(seen.page)
    # The class of the first zone, on the map and in the legend.
    assert pixels_of(before, READY) > 1000
    seen.page.evaluate("Kawasan.areas.setTheme(() => '#d6604d')")
    expect(seen.page.locator("path[fill='#d6604d']").first).to_be_visible()
    after = saved(seen.page)
    assert pixels_of(before, NO_CLASS) == 0
    assert pixels_of(after, NO_CLASS) > 1000
    assert seen.trouble == []
