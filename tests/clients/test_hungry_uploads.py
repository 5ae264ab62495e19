"""Files that want more memory than they may have, four at once, at a service over a real socket."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from geo.planning.publish import publish_region
from geo.planning.shipped import shipped_data
from geo.store.store import Provenance, Store
from tests.api.examples import publish, regencies

SERVE = [sys.executable, "-m", "uvicorn", "--factory", "api.main:create_app"]
GIB = 1 << 30
# An empty list takes three bytes of text and sixty-four of memory.
HUNGRY = b'{"type":"FeatureCollection","features":[],"lists":[' + b"[]," * 8_000_000 + b"[]]}"


@pytest.fixture
def service(tmp_path):
    """A process that serves, its port, and a key."""
    store = Store(tmp_path)
    given = Provenance("tester", "made for a test", "made by hand", "CC0-1.0")
    text = (shipped_data() / "region" / "region.toml").read_text("utf-8")
    publish_region(store, text, provenance=given)
    publish(store, "regencies", regencies())
    key = store.keys.add("gis")
    store.close()
    settings = {"STORE": tmp_path, "UPLOAD_SLOTS": 4, "READER_MEMORY_BYTES": GIB}
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = subprocess.Popen(
            [*SERVE, "--fd", str(door.fileno())],
            env=os.environ | {f"KAWASAN_{name}": str(value) for name, value in settings.items()},
            pass_fds=[door.fileno()],
        )
        try:
            yield server, door.getsockname()[1], key
        finally:
            server.terminate()
            server.wait(20)


def answer(port, method, path, **request):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request(method, path, **request)
        got = connection.getresponse()
        return got.status, json.loads(got.read())
    finally:
        connection.close()


def upload(port, key):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.geojson"\r\n\r\n'
        + HUNGRY
        + b"\r\n--b--\r\n"
    )
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "multipart/form-data; boundary=b",
        "Accept": "application/json",
    }
    return answer(port, "POST", "/uploads", body=body, headers=headers)


def most_memory(process):
    """The largest resident memory of a process so far, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status)[1])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is not told")
def test_four_hungry_files_die_alone_while_the_service_answers(service):
    server, port, key = service
    assert answer(port, "GET", "/healthz")[0] == 200
    before, waits = most_memory(server), []
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(upload, port, key) for _ in range(4)]
        while not all(one.done() for one in sent):
            begun = time.monotonic()
            assert answer(port, "GET", "/healthz")[0] == 200
            waits.append(time.monotonic() - begun)
            time.sleep(0.05)
    for status, document in (one.result() for one in sent):
        assert status == 422
        assert [f["code"] for f in document["facts"]["report"]["findings"]] == ["reader_memory"]
    grown = most_memory(server) - before
    # The bodies together; none of what the readers took.
    assert grown < 4 * len(HUNGRY) + (100 << 20)
    assert max(waits) < 10
