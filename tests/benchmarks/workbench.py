"""The planner's page in a browser: first paint, when it can be used, its weight, and a moved slider.

    uv run --group dev python -m tests.benchmarks.workbench [--moves 60]

The service runs on the shipped data in a process of its own, Chromium (software rendering, 1440 px)
on the same machine. The page is loaded five times without a cache. A move is timed from the
slider's input event to the frame after the map and the ranking have changed. The longest tasks of a
load are by the processor time of the page's thread, which others on the machine change little.
"""

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.page_tasks import longest_of_a_load_ms
from tests.browser.conftest import LAUNCH_ARGUMENTS
from tests.service import running

LOADED = """() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  const files = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  return {
    paint: paint.startTime,
    usable: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
    bytes: files.reduce((sum, file) => sum + file.encodedBodySize, 0),
  };
}"""
MOVE = """(value) => new Promise((done) => {
  const panel = document.getElementById("weights");
  const slider = document.getElementById("w-dimension-lingkungan");
  const started = performance.now();
  const watch = new MutationObserver(() => {
    if (panel.dataset.state !== "settled") return;
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - started)));
  });
  watch.observe(panel, { attributes: true, attributeFilter: ["data-state"] });
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
})"""


def loads(page: Page, address: str, times: int = 5) -> list[dict[str, float]]:
    found = []
    for _ in range(times):
        page.goto(f"{address}/map", wait_until="load")
        page.wait_for_selector("path[aria-label]")
        found.append(page.evaluate(LOADED))
    return found


def moves(page: Page, times: int) -> list[float]:
    page.locator("#weights > summary").click()
    page.evaluate(MOVE, 30)
    return [page.evaluate(MOVE, 1 + (37 * i) % 99) for i in range(times)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--moves", type=int, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "store") as address:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=LAUNCH_ARGUMENTS
            )
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.route("**/*", lambda route: route.continue_())  # no cache
            page.goto(f"{address}/map")
            found = loads(page, address)
            for name, unit in (("paint", "ms"), ("usable", "ms"), ("bytes", "bytes compressed")):
                numbers = [entry[name] for entry in found]
                print(
                    f"{name:8} median {statistics.median(numbers):,.0f} {unit}, worst {max(numbers):,.0f}"
                )
            tasks = ", ".join(
                f"{one:.0f}" for one in longest_of_a_load_ms(browser, page, f"{address}/map")
            )
            print(f"longest tasks of a load: {tasks} ms of the page's thread")
            taken = sorted(moves(page, asked.moves))
            p95 = taken[int(0.95 * len(taken))]
            print(
                f"slider   median {statistics.median(taken):,.0f} ms, p95 {p95:,.0f}, worst {taken[-1]:,.0f}"
            )
            page.get_by_label("Penapisan awal kecamatan").check()
            taken = sorted(page.evaluate(MOVE, 1 + (37 * i) % 99) for i in range(asked.moves))
            p95 = taken[int(0.95 * len(taken))]
            print(
                f"slider with 156 kecamatan: median {statistics.median(taken):,.0f} ms, p95 {p95:,.0f}"
            )
            browser.close()


if __name__ == "__main__":
    main()
