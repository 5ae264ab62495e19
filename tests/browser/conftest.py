"""A real Chromium, cut off from the world, and a small server for pages of our own making."""

import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from maps.assets import CONTENT_SECURITY_POLICY, STATIC_DIR
from maps.context import context_folder
from tests.service import running, shared

NAMES = ("chromium", "chromium-browser", "google-chrome")
LAUNCH_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # The world outside does not exist: no name is found, no address but this machine's answers.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
NONCE = "dGVzdC1ub25jZQ"
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
JSON = "application/json"
# A shared machine's slowness is no failure: what is awaited may take long, as may the first page.
expect.set_options(timeout=60_000)
FIRST_PAGE_MS = 90_000
PageMaker = Callable[[str, dict[str, str]], str | None]


def _found_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def _install_chromium() -> str | None:
    if getattr(os, "geteuid", lambda: 1)() == 0 and Path("/etc/debian_version").exists():
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False)
        return _found_chromium()
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser's executable; it is installed when there is none, and its lack is a failure."""
    path = _found_chromium() or _install_chromium()
    if path is None:
        pytest.fail(
            "No Chromium was found and none could be installed. Install one (Debian: apt-get "
            "install chromium) or name its executable in the environment variable CHROMIUM.",
            pytrace=False,
        )
    return path


# While Playwright runs no other test may start an event loop, so browser tests come last.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.is_relative_to(Path(__file__).parent))


@pytest.fixture(scope="session")
def address(reference_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service over the shipped data, for every test of every worker that only reads."""
    folder = tmp_path_factory.mktemp("service") / "store"
    shutil.copytree(reference_folder, folder)
    base = tmp_path_factory.getbasetemp()
    # Each worker has a folder of its own in one that is everybody's.
    together = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with shared(together, lambda: running(folder, makes_ahead=True)) as started:
        yield started


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path, args=LAUNCH_ARGUMENTS)
        yield running
        running.close()


@dataclass
class Visit:
    """An open page and everything that went wrong on it; `requests` are all addresses asked for."""

    page: Page
    trouble: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[dict[bool, BrowserContext]]:
    """One profile with scripts and one without: a process and a cache less to fill for each page."""
    opened = {on: browser.new_context(java_script_enabled=on) for on in (True, False)}
    for context in opened.values():
        context.set_default_timeout(FIRST_PAGE_MS)
    yield opened
    for context in opened.values():
        context.close()


@pytest.fixture(scope="session")
def waiting() -> dict[bool, list[Page]]:
    """Pages that a test has left, for the next: a new one starts two processes of the browser."""
    return {True: [], False: []}


@pytest.fixture
def visit(
    contexts: dict[bool, BrowserContext], waiting: dict[bool, list[Page]]
) -> Iterator[Callable[..., Visit]]:
    """Open an address in an empty page; requests to any other host find nobody and count as trouble."""
    watched = []

    def opened(
        address: str, *, width: int = 1440, height: int = 900, javascript: bool = True
    ) -> Visit:
        pages = waiting[javascript]
        seen = Visit(pages.pop() if pages else contexts[javascript].new_page())
        seen.page.set_viewport_size({"width": width, "height": height})
        watched.append((seen.page, _watch(seen, own=urlsplit(address).netloc)))
        seen.page.goto(address)
        return seen

    yield opened
    for page, listeners in watched:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
    for on, context in contexts.items():
        context.set_offline(False)
        left = [page for page in context.pages if page not in waiting[on]]
        for page in left[1:]:
            page.close()
        for page in left[:1]:
            _empty(page)
            waiting[on].append(page)
        # A page keeps nothing for the next but the files that it may cache.
        context.clear_cookies()


def _empty(page: Page) -> None:
    """Leave a page as a new one is: nothing of it is kept, answered for it or pointed at."""
    page.unroute_all(behavior="ignoreErrors")
    page.evaluate("() => { try { sessionStorage.clear() } catch { /* a file has none */ } }")
    page.goto("about:blank")
    # Done where there is nothing left to be painted anew.
    page.emulate_media(media="null", reduced_motion="null")
    page.mouse.move(0, 0)


def _watch(seen: Visit, *, own: str) -> dict[str, Callable[..., None]]:
    # Watched and not routed: a browser that hands its requests over keeps no cache.
    def asked(request: Request) -> None:
        seen.requests.append(request.url)
        if urlsplit(request.url.removeprefix("blob:")).netloc != own:
            seen.trouble.append(f"asked another host: {request.url}")

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            seen.trouble.append(f"console: {message.text}")

    def failed(request: Request) -> None:
        # What the page itself gave up (a tile of a layer switched off, what a page that was left had
        # asked for) is no fault; what the service did not answer fails with another name.
        if request.failure != "net::ERR_ABORTED":
            seen.trouble.append(f"failed: {request.url}")

    def answered(answer: Response) -> None:
        if answer.status >= 400:
            seen.trouble.append(f"{answer.status}: {answer.url}")

    listeners: dict[str, Callable[..., None]] = {
        "request": asked,
        "console": said,
        "pageerror": lambda error: seen.trouble.append(f"script: {error}"),
        "requestfailed": failed,
        "response": answered,
    }
    for event, listener in listeners.items():
        seen.page.on(event, listener)  # type: ignore[call-overload]
    return listeners


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[PageMaker], str]]:
    """Serve pages made by a function of path and query, with our static files and our CSP."""
    servers = []

    def started(make: PageMaker) -> str:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(make))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield started
    for server in servers:
        server.shutdown()
        server.server_close()


def _handler(make: PageMaker) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            body, kind = _answer(make, address.path, dict(parse_qsl(address.query)))
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", kind)
            self.send_header(
                "Content-Security-Policy", CONTENT_SECURITY_POLICY.format(nonce=NONCE, images="")
            )
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    return Handler


def _answer(make: PageMaker, path: str, query: dict[str, str]) -> tuple[bytes | None, str]:
    if path.startswith("/static/context/"):
        return (context_folder() / path.removeprefix("/static/context/")).read_bytes(), JSON
    if path.startswith("/static/"):
        file = STATIC_DIR / path.removeprefix("/static/")
        kind = MEDIA_TYPES.get(file.suffix, "application/octet-stream")
        return (file.read_bytes() if file.is_file() else None), kind
    html = make(path, query)
    return (None if html is None else html.encode()), "text/html; charset=utf-8"
