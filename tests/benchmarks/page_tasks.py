"""The longest tasks of a page's thread, by its processor time, while people's pages are loaded.

    uv run --group dev python -m tests.benchmarks.page_tasks [--store FOLDER] [PATH ...]

The service runs on the shipped data, Chromium (software rendering, 1440 px) on the same machine. Each
page is loaded three times without a cache; of the load with the least the three longest tasks are
printed, in milliseconds. Others on the machine change processor time little. Nothing is judged here.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import LAUNCH_ARGUMENTS
from tests.service import running

PAGES = ("/map", "/gap", "/indicators", "/split", "/targets", "/achievement", "/indices")
AFTER_LOAD_MS = 2_000
_MARK = "the thread of this page"


@contextmanager
def tasks_ms(browser: Browser, page: Page) -> Iterator[list[float]]:
    """The tasks of the thread of `page` while the block runs, the longest first: filled at its end.

    Chromium runs pages of its own besides, each with a thread of the same name: ours leaves a mark.
    """
    found: list[float] = []
    browser.start_tracing(page=page, categories=["toplevel", "blink.user_timing"])
    try:
        yield found
        page.evaluate("mark => { performance.mark(mark); }", _MARK)
    finally:
        events = json.loads(browser.stop_tracing())["traceEvents"]
    threads = {(event["pid"], event["tid"]) for event in events if event["name"] == _MARK}
    found += sorted(
        (
            event.get("tdur", 0) / 1000
            for event in events
            if event["name"].endswith("RunTask") and (event["pid"], event["tid"]) in threads
        ),
        reverse=True,
    )


def longest_of_a_load_ms(browser: Browser, page: Page, address: str, times: int = 3) -> list[float]:
    """The three longest tasks while a page is loaded, of the load with the least."""
    found = []
    for _ in range(times):
        with tasks_ms(browser, page) as tasks:
            page.goto(address, wait_until="load")
            page.wait_for_timeout(AFTER_LOAD_MS)
        found.append(tasks[:3])
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", type=Path, help="a store that is there; else one is made")
    parser.add_argument("paths", nargs="*", default=PAGES)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        with running(asked.store or Path(folder) / "store") as address:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=LAUNCH_ARGUMENTS
            )
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.route("**/*", lambda route: route.continue_())  # no cache
            for path in asked.paths:
                page.goto(address + path)
                tasks = longest_of_a_load_ms(browser, page, address + path)
                said = ", ".join(f"{one:.0f}" for one in tasks)
                print(f"{path}: longest tasks of a load {said} ms", flush=True)
            browser.close()


if __name__ == "__main__":
    main()
