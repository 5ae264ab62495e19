"""Every page judged by axe-core: no serious fault against WCAG 2 A and AA, wide, narrow, in both languages."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.browser.test_map_page import DESKTOP, PHONE

PAGES = (
    "/",
    "/api.html",
    "/collect",
    "/collections",
    "/collections/zones/items?filter=area_ha>=1&sortby=-name",
    "/collections/zones/queryables",
    "/compare?method=owa&risk=0.2",
    "/compare?zones=cahaya-baru,gula-habang",
    "/gap",
    "/guide",
    "/guide/models",
    "/guide/planners",
    "/indicators",
    "/indicators?indicator=tpt_agustus",
    "/indicators?indicator=tpt_agustus&show=map",
    "/login",
    "/maps/readiness",
    "/maps/zones",
    "/regencies/63.04",
    "/regions",
    "/regions/63",
    "/roles",
    "/uploads",
    "/zones/angsana",
    "/zones/cahaya-baru",
)
WORDY = (
    "/",
    "/collect",
    "/indicators?indicator=tpt_agustus",
    "/compare?method=owa&risk=0.2",
    "/roles",
    "/zones/cahaya-baru",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A shape's place on a map is the land's own (WCAG 2.5.8 excepts it), and axe-core sees shapes go on
# beyond the map's edge: the size of targets is judged without them.
JUDGE = """async (tags) => {
    const settings = { preload: false, resultTypes: ["violations"] };
    const shapes = [...document.querySelectorAll("path.leaflet-interactive")];
    const rules = { "target-size": { enabled: shapes.length === 0 } };
    const found = [await axe.run({ ...settings, runOnly: tags, rules })];
    if (shapes.length > 0) {
        shapes.forEach((shape) => { shape.style.display = "none"; });
        found.push(await axe.run({ ...settings, runOnly: ["target-size"] }));
        shapes.forEach((shape) => { shape.style.display = ""; });
    }
    const related = (node) => node.any.flatMap((check) => check.relatedNodes || []).map(({ html }) => html);
    return {
        passes: found[0].passes.length,
        faults: found.flatMap((run) => run.violations)
            .filter((rule) => ["serious", "critical"].includes(rule.impact))
            .flatMap((rule) => rule.nodes.map(
                (node) => [rule.id, node.html, node.failureSummary, ...related(node)].join("\\n  "))),
    };
}"""
ZONE = "Kawasan Transmigrasi Cahaya Baru"


def require_no_fault(page: Page) -> None:
    """Fail with every element that axe-core finds seriously or critically at fault."""
    # Evaluated and not loaded: the page's own policy allows no script but the service's.
    page.evaluate(f"window.axe || (() => {{ {AXE_SCRIPT} }})()")
    found = page.evaluate(JUDGE, RULES)
    assert found["passes"] > 5, "axe-core judged next to nothing"
    assert not found["faults"], "\n".join(found["faults"])


# Only the words differ between the languages: those that are long enough to break a page.
@pytest.mark.parametrize(
    ("path", "language"),
    [(path, "id") for path in PAGES] + [(path, "en") for path in PAGES if path in WORDY],
)
def test_a_page_has_no_serious_fault(address, visit, path, language):
    sign = "&" if "?" in path else "?"
    seen = visit(f"{address}{path}{sign}lang={language}", width=DESKTOP[0], height=DESKTOP[1])
    expect(seen.page.get_by_role("heading", level=1)).to_be_visible()
    # A map that is still being painted would break off its requests when the window changes.
    expect(seen.page.locator("[data-tiles=painting]")).to_have_count(0)
    # Where there is room for every word, only the words differ between the languages.
    if language == "id":
        require_no_fault(seen.page)
    seen.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    require_no_fault(seen.page)
    assert seen.trouble == []


@pytest.mark.parametrize(
    ("size", "language"), [(DESKTOP, "id"), (PHONE, "id"), (PHONE, "en")], ids=str
)
def test_the_map_has_no_serious_fault_with_everything_opened(address, visit, size, language):
    seen = visit(f"{address}/map?lang={language}", width=size[0], height=size[1])
    for part in ("#weights", "#quadrant"):
        seen.page.locator(f"{part} > summary").click()
    expect(seen.page.locator("#quadrant .point")).not_to_have_count(0)
    require_no_fault(seen.page)
    seen.page.get_by_role("link", name=ZONE).first.click()
    expect(seen.page.locator(".leaflet-popup h2")).to_have_text(ZONE)
    expect(seen.page.locator(".leaflet-pan-anim")).to_have_count(0)
    require_no_fault(seen.page)
    assert seen.trouble == []
