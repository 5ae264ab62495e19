"""The tour of the guide for planners: which zone comes first if unemployment weighs double, and how sure is that?"""

import os
import re
from pathlib import Path

from playwright.sync_api import expect

PICTURES = Path(__file__).parents[2] / "maps" / "static" / "guide"


def test_the_tour_answers_its_question(address, visit, tmp_path):
    folder = PICTURES if os.environ.get("KAWASAN_PICTURES") else tmp_path
    seen = visit(f"{address}/map")
    page = seen.page
    page.get_by_role("link", name="Kebutuhan", exact=True).click()
    page.locator("#weights > summary").click()
    page.get_by_role("button", name="Ketenagakerjaan ×2").click()
    expect(page.locator(".weights-state")).to_contain_text("bobot atau cara sendiri")
    first = page.locator(".ranking tr[data-zone]").first
    expect(first).to_contain_text("Kabupaten Kotabaru")
    expect(first.locator(".score")).to_have_text("67,4")
    expect(page.locator(".ranking tr[data-zone] .rank", has_text=re.compile("^1$"))).to_have_count(
        1
    )
    # The classes as sure as the simulations find them, which are asked for after the scores.
    expect(first).to_contain_text("Tinggi, >99%")
    page.screenshot(path=folder / "tour-weights.png")
    page.locator("#confidence").click()
    expect(page.locator(".verdict")).to_contain_text("Peringkat 1 kokoh")
    expect(page.locator(".verdict")).to_contain_text("dalam 98% dari 5.000 simulasi")
    page.locator(".confidence-outcome").scroll_into_view_if_needed()
    page.screenshot(path=folder / "tour-confidence.png")
    assert page.url.endswith("model=kebutuhan#w=ketenagakerjaan-100")
    assert seen.trouble == []
