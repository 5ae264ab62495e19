"""Waits for what a page says of itself, on pages whose policy lets no script be made of a text."""

import time
from typing import Any

from playwright.sync_api import Page


def wait_until(page: Page, predicate: str, argument: Any = None, *, seconds: float = 60) -> None:
    """Wait until the page holds `predicate` true; raise AssertionError after `seconds`.

    Playwright's own wait makes its script of a text inside the page at every look but the first, which
    our content security policy refuses; asked from outside, each look is a first one.
    """
    end = time.monotonic() + seconds
    while not page.evaluate(predicate, argument):
        assert time.monotonic() < end, f"not so within {seconds:g} s: {predicate}"
        page.wait_for_timeout(50)


def wait_for_width(page: Page) -> None:
    """Wait until nothing of the page stands out of the window to the right."""
    wait_until(page, "document.documentElement.scrollWidth <= window.innerWidth")
