"""A large file sent from a browser over a slow line, which is broken in every way that it can be.

    python -m tests.clients.slow_upload --megabytes 100 --up 1.0

Browser and service speak through a line of so many MB/s each way that all requests share. While the
file is under way other pages are opened on the same line and the sending page is clicked; at 40 % the
browser is closed and another one goes on; at 60 % the line is cut; at 75 % the service is killed
(SIGKILL) and started anew. Nothing that was acknowledged may be sent again or be lost, and the upload
must be the file. What is printed is JSON; the exit code is 1 where something is wrong.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from contextlib import closing, suppress
from pathlib import Path

from playwright.sync_api import sync_playwright

from geo.store.store import Store
from tests.api.test_uploads import as_gpkg, open_service, zones
from tests.browser.conftest import LAUNCH_ARGUMENTS

PASSWORD = "sawah di tepi Barito"
_MB = 1_000_000
_QUANTUM_BYTES = 16 * 1024
# Other pages while the file is under way: the desk itself, a table, a long text.
_OTHERS = ("/uploads?f=html", "/collections?f=html", "/guide/gis-staff")
# Counts what keeps the page from answering a click.
_WATCH = """() => {
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.longest = Math.max(window.longest, one.duration);
  }).observe({ entryTypes: ["longtask"] });
}"""


class Line:
    """A line between browser and service: so many bytes a second each way, shared by all requests."""

    def __init__(self, target, *, bytes_s, latency_s=0.03):
        self._target, self._bytes_s, self._latency_s = target, bytes_s, latency_s
        self._free_at = {"up": 0.0, "down": 0.0}
        self._lock, self._open = threading.Lock(), set()
        self.sent, self.is_cut = {"up": 0, "down": 0}, False
        self._door = socket.create_server(("127.0.0.1", 0))
        # What waits in a buffer has not gone over the line.
        self._door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * _QUANTUM_BYTES)
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self):
        """End every connection, and take none until `is_cut` is False again."""
        self.is_cut = True
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _serve(self):
        while True:
            near, _ = self._door.accept()
            far = socket.socket()
            try:
                if self.is_cut:
                    raise OSError
                far.connect(("127.0.0.1", self._target))
            except OSError:
                near.close()
                continue
            self._open |= {near, far}
            for source, sink, way in ((near, far, "up"), (far, near, "down")):
                threading.Thread(target=self._carry, args=(source, sink, way), daemon=True).start()

    def _carry(self, source, sink, way):
        time.sleep(self._latency_s)
        try:
            while content := source.recv(_QUANTUM_BYTES):
                self._pass(len(content), way)
                sink.sendall(content)
        except OSError:
            pass
        for one in (source, sink):
            self._open.discard(one)
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _pass(self, size, way):
        with self._lock:
            now = time.monotonic()
            self._free_at[way] = max(now, self._free_at[way]) + size / self._bytes_s
            wait = self._free_at[way] - now
            self.sent[way] += size
        time.sleep(wait)


class Service:
    """The service over a store at one port, however often it is killed."""

    def __init__(self, store):
        with closing(socket.create_server(("127.0.0.1", 0))) as door:
            self.port = door.getsockname()[1]
        self._store, self.memory_mb = store, {}
        self.start()

    def start(self):
        """Start it and wait until it answers."""
        command = shutil.which("kawasan", path=str(Path(sys.executable).parent))
        asked = [command, "serve", "--store", str(self._store), "--port", str(self.port)]
        self._process = subprocess.Popen(asked, stdout=subprocess.DEVNULL)
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                break
            time.sleep(0.1)
        self.remember(f"at start {len(self.memory_mb) // 2 + 1}")

    def remember(self, when):
        """Note the largest resident memory of the process so far."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        self.memory_mb[when] = round(int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024, 1)

    def kill(self, how=signal.SIGKILL):
        """End it, without a word by default."""
        self.remember("when it was killed" if how == signal.SIGKILL else "at its end")
        self._process.send_signal(how)
        self._process.wait(30)


def large_file(folder, *, size_bytes):
    """A ZIP with the zones, and beside them a picture that makes it so large."""
    frame = zones().reset_index(drop=True).set_crs(4326, allow_override=True)
    path = folder / "Batas kawasan 2026.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.write(as_gpkg(folder / "kawasan", frame), "kawasan.gpkg")
        archive.writestr("foto.jpg", os.urandom(size_bytes))
    return path


class Sender:
    """A browser in which somebody sends a file, and what was seen meanwhile."""

    def __init__(self, playwright, address):
        self._address = address
        self.browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=LAUNCH_ARGUMENTS
        )
        context = self.browser.new_context()
        context.set_default_timeout(120_000)
        self.page, self._other = context.new_page(), context.new_page()
        self.acknowledged, self.opened_s, self.clicked_s, self.said = 0, [], [], []
        self.page.on("response", self._heard)
        self.page.goto(f"{address}/login?next=/uploads%3Ff%3Dhtml")
        self.page.fill("#user", "siti")
        self.page.fill("#password", PASSWORD)
        self.page.click(".login button")
        self.page.wait_for_selector("form.file")
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate(_WATCH)

    def _heard(self, answer):
        if answer.request.method == "PATCH" and answer.status == 200:
            self.acknowledged = max(self.acknowledged, int(answer.headers["upload-offset"]))

    def send(self, file):
        """Choose the file and begin."""
        self.page.set_input_files("input[type=file]", str(file))
        self.page.click("form.file [type=submit]")
        self.page.wait_for_selector(".figures:not(:empty)")

    def until(self, percent, *, is_sound=True):
        """Wait until so much has gone; on a sound line other pages are opened and the form is used."""
        number = 0
        while self.percent() < percent:
            if is_sound:
                self._use(_OTHERS[number % len(_OTHERS)], number)
            self.note()
            number += 1
            self.page.wait_for_timeout(1500)

    def _use(self, path, number):
        self.opened_s.append(self.opened(path))
        begun = time.monotonic()
        self.page.select_option("form.file select", index=number % 2)
        self.clicked_s.append(time.monotonic() - begun)

    def opened(self, path):
        """How long another page takes to open, and which."""
        begun = time.monotonic()
        self._other.goto(self._address + path, wait_until="load")
        return round(time.monotonic() - begun, 2), path

    def percent(self):
        """How far the page says it is; all of it once it has gone on to the report."""
        if "/uploads/" in self.page.url:
            return 100
        with suppress(Exception):
            self.note()
            return int(self.page.inner_text(".figures", timeout=5_000).split("%")[0])
        return 100

    def note(self):
        """Remember what the page says beside its figures."""
        for line in self.page.locator(".under-way .line").all_inner_texts():
            if line and (not self.said or self.said[-1] != line):
                self.said.append(line)

    def longest_task_ms(self):
        """What kept the sending page from answering for the longest time."""
        return self.page.evaluate("window.longest")


def received(folder):
    """How much of the one file that is under way the store keeps."""
    (facts,) = (folder / "receiving").glob("*.json")
    return json.loads(facts.read_bytes())["received_bytes"]


def run(folder, *, megabytes, up_mb_s):
    """Send a file of so many megabytes; what was measured, and under `wrong` what must not be."""
    store, _ = open_service(folder)
    store.users.add("siti", password=PASSWORD, role="publisher", name="Siti", institution="Dinas")
    store.close()
    file = large_file(folder, size_bytes=megabytes * _MB)
    service = Service(store.folder)
    line = Line(service.port, bytes_s=up_mb_s * _MB)
    address, size, wrong = f"http://127.0.0.1:{line.port}", file.stat().st_size, []
    begun = time.monotonic()
    with sync_playwright() as playwright:
        first = Sender(playwright, address)
        alone = [first.opened(path) for path in 3 * _OTHERS][len(_OTHERS) :]
        first.send(file)
        first.until(40)
        longest = [first.longest_task_ms()]
        first.browser.close()
        time.sleep(1)
        kept = received(store.folder)
        if kept < first.acknowledged:
            wrong.append(f"{first.acknowledged} bytes were acknowledged, {kept} are kept")

        second = Sender(playwright, address)
        second.send(file)
        second.until(60)
        line.cut()
        second.page.wait_for_timeout(6_000)
        second.note()
        line.is_cut = False
        second.until(65, is_sound=False)
        second.until(75)
        before_kill = second.acknowledged
        service.kill()
        if received(store.folder) < before_kill:
            wrong.append(f"{before_kill} bytes were acknowledged before the kill, fewer are kept")
        second.page.wait_for_timeout(3_000)
        service.start()
        second.until(80, is_sound=False)
        # Whoever comes first after a start waits for what a page needs to be loaded.
        for path in _OTHERS:
            second.opened(path)
        second.until(99)
        longest.append(second.longest_task_ms() if "/uploads/" not in second.page.url else 0)
        second.page.wait_for_selector("#findings", timeout=300_000)
        took_s = time.monotonic() - begun
        upload = second.page.url.split("?")[0].rsplit("/")[-1]
        second.browser.close()
    service.kill(signal.SIGTERM)
    wrong += _wrong_upload(store.folder, upload, file)
    opened = first.opened_s + second.opened_s
    return {
        "file_mb": round(size / _MB, 1),
        "line_mb_s": up_mb_s,
        "seconds": round(took_s, 1),
        "at_the_lines_speed_s": round(size / _MB / up_mb_s, 1),
        "kept_when_browser_closed": kept,
        "acknowledged_when_browser_closed": first.acknowledged,
        # All that went up: pieces, their headers, and every other request.
        "went_up_beyond_the_file_mb": round((line.sent["up"] - size) / _MB, 2),
        "other_pages_opened": len(opened),
        "other_pages_s": _times(opened),
        "before_anything_is_sent_s": _times(alone),
        "slowest_click_s": round(max(first.clicked_s + second.clicked_s), 2),
        "longest_task_ms": max(longest),
        "service_memory_mb": service.memory_mb,
        "said": first.said + second.said,
        "wrong": wrong,
    }


def _times(opened):
    return {
        "median": statistics.median(seconds for seconds, _ in opened),
        "slowest": sorted(opened)[-3:],
    }


def _wrong_upload(folder, upload_id, file):
    store = Store(folder)
    uploads, left = store.uploads.newest(), list((folder / "receiving").iterdir())
    found = store.uploads.one(upload_id)
    store.close()
    wrong = [] if len(uploads) == 1 else [f"{len(uploads)} uploads of one file"]
    if found.sha256 != hashlib.sha256(file.read_bytes()).hexdigest():
        wrong.append("the upload is not the file")
    return wrong + [f"left behind: {one.name}" for one in left]


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--up", type=float, default=1.0, help="MB/s each way")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kawasan-slow-") as name:
        found = run(Path(name), megabytes=asked.megabytes, up_mb_s=asked.up)
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    sys.exit(bool(found["wrong"]))


if __name__ == "__main__":
    main()
