"""What hostile questions cost, and how much they slow an honest reader: a live service is asked.

    uv run --group dev python -m tests.benchmarks.hostile_queries [--features N] [--readers N]

The service serves a made layer of N areas with distinct texts. Of each question is printed what it
is answered, the processor time of the service for it, and how long an honest reader waits for a page
meanwhile beside how long just before (medians). Then come the slow readers: each asks for the
longest page and takes hardly any of it. Nothing is judged but by the last line, which says whether
anybody was slowed to three times.
"""

import argparse
import contextlib
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import geopandas as gpd
import numpy as np
import shapely

from geo.store.store import Store
from tests.api.examples import publish
from tests.regions import give_region

ATTACKERS = 4
PACE_S = 0.5
ATTACK_S = 4.0
SLOWED_MOST = 3.0
TICKS = os.sysconf("SC_CLK_TCK")
PLACE = "S_INTERSECTS(geometry,{})"


def huge_in():
    return "name IN ({})".format(",".join(f"'{i}'" for i in range(190)))


def vertices(count):
    angle = np.linspace(0, 2 * np.pi, count)
    ring = ",".join(f"{115 + np.cos(a):.2f} {-3 + np.sin(a):.2f}" for a in angle)
    first = ring.split(",")[0]
    return f"POLYGON(({ring},{first}))"


def nested(count):
    return "CASEI(" * count + "name" + ")" * count


QUESTIONS = {
    "IN of 190": {"filter": huge_in()},
    "IN of 10,000": {"filter": "name IN ({})".format(",".join(["'x'"] * 10_000))},
    "IN of numbers": {"filter": "size IN ({})".format(",".join(map(str, range(190))))},
    "LIKE with 2,000 %": {"filter": f"name LIKE '{'%a' * 2000}'"},
    "60 LIKEs": {"filter": " OR ".join([f"name LIKE '%{'_a%' * 20}'"] * 60)},
    "property with 100 stars": {"name": "*a" * 100},
    "15 CASEI, one in the other": {"filter": f"{nested(14)} = CASEI('x')"},
    "many CASEI": {"filter": " OR ".join([f"{nested(8)} = CASEI('x')"] * 17)},
    "texts compared": {"filter": " OR ".join(["ACCENTI(name) > CASEI(note)"] * 30)},
    "NaN box": {"bbox": "nan,nan,nan,nan"},
    "box of the world": {"bbox": "-180,-90,180,90"},
    "limit of 10^9": {"limit": "1000000000"},
    "offset of 10^18": {"offset": str(10**18)},
    "sortby of 8": {"sortby": "name,note,size,-name,-note,-size,name,note"},
    "sortby of 100": {"sortby": ",".join(["name"] * 100)},
    "polygon of 90 vertices": {"filter": PLACE.format(vertices(90))},
    "polygon of 400 vertices": {"filter": PLACE.format(vertices(400))},
    "geometry against itself": {
        "filter": " OR ".join(
            ["S_OVERLAPS(geometry,geometry)", "S_CROSSES(geometry,geometry)"] * 20
        )
    },
    "deep geometry": {
        "filter": PLACE.format("GEOMETRYCOLLECTION(" * 200 + "POINT(0 0)" + ")" * 200)
    },
    "3,000 brackets": {"filter": "(" * 3000 + "size=1" + ")" * 3000},
    "long search": {"q": ",".join(["kata"] * 40)},
    "everything in another CRS": {
        "crs": "http://www.opengis.net/def/crs/EPSG/0/32750",
        "limit": "10000",
    },
    "everything as a GeoPackage": {"f": "gpkg"},
    "everything as CSV": {"f": "csv"},
}


def made_layer(count):
    side = int(np.ceil(np.sqrt(count)))
    x, y = (part.ravel()[:count] for part in np.meshgrid(np.arange(side), np.arange(side)))
    west, south = 114 + x * 2 / side, -4 + y * 2 / side
    areas = shapely.segmentize(
        shapely.box(west, south, west + 2 / side, south + 2 / side), 0.5 / side
    )
    rng = np.random.default_rng(16)
    return gpd.GeoDataFrame(
        {
            "name": [f"Désa {i} {'á' * int(n)}" for i, n in enumerate(rng.integers(5, 60, count))],
            "note": [f"catatan {i}" for i in rng.permutation(count)],
            "size": rng.integers(0, 1000, count),
        },
        geometry=areas,
        index=[f"f{i}" for i in range(count)],
        crs="OGC:CRS84",
    ).rename_axis("area_id")


@contextlib.contextmanager
def service(count):
    """The address and the process of a service over a made layer."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        give_region(store)
        publish(store, "areas", made_layer(count))
        store.close()
        with socket.create_server(("127.0.0.1", 0)) as door:
            port = door.getsockname()[1]
        command = shutil.which("kawasan", path=str(Path(sys.executable).parent))
        process = subprocess.Popen(
            [command, "serve", "--store", str(store.folder), "--port", str(port)],
            stdout=subprocess.DEVNULL,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            until = time.monotonic() + 120
            while status(f"{address}/collections/areas/items?limit=1") != 200:
                assert time.monotonic() < until, "the service does not start"
                time.sleep(0.2)
            yield address, process.pid
        finally:
            process.terminate()
            process.wait()


def status(address):
    try:
        with urllib.request.urlopen(address, timeout=120) as answer:
            while answer.read(1 << 16):
                pass
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def cpu_s(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def settle(address):
    """Wait until nothing of the last attack is worked out any more."""
    quick = 0
    while quick < 5:
        begun = time.perf_counter()
        status(f"{address}/collections/areas/items?limit=1")
        quick = quick + 1 if time.perf_counter() - begun < 0.05 else 0
        time.sleep(0.05)


def reader_ms(address, seconds):
    """The median wait of an honest reader, in ms."""
    took, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        begun = time.perf_counter()
        assert status(f"{address}/collections/areas/items?limit=20") == 200
        took.append((time.perf_counter() - begun) * 1000)
        time.sleep(0.02)
    return median(took)


def attack(address):
    """Some clients who ask at their pace, for ever: more of them is a matter for a proxy's limits."""

    def ask():
        while True:
            begun = time.monotonic()
            status(address)
            time.sleep(max(0.0, PACE_S - (time.monotonic() - begun)))

    for _ in range(ATTACKERS):
        threading.Thread(target=ask).start()


@contextlib.contextmanager
def attacked(address):
    """A process of attackers while the block runs, for this one must have its time to read."""
    process = multiprocessing.get_context("fork").Process(target=attack, args=(address,))
    process.start()
    try:
        time.sleep(0.5)
        yield
    finally:
        process.kill()
        process.join()


def slow_readers(address, count):
    """Connections that ask for the longest page and take a few bytes of it."""
    host, port = address.removeprefix("http://").split(":")
    request = (
        b"GET /collections/areas/items?limit=10000 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Connection: close\r\n\r\n"
    )
    opened = []
    for _ in range(count):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(60)
        connection.connect((host, int(port)))
        connection.sendall(request)
        opened.append(connection)
    for connection in opened:
        connection.recv(16)
    return opened


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--features", type=int, default=50_000)
    parser.add_argument("--readers", type=int, default=1_000)
    parser.add_argument("--only", default="", help="questions whose name holds this")
    asked = parser.parse_args()
    worst = 0.0
    with service(asked.features) as (address, pid):
        print(f"{'question':28} status  seconds  cpu s  reader ms: before, meanwhile, times")
        for name, query in QUESTIONS.items():
            if asked.only not in name:
                continue
            question = f"{address}/collections/areas/items?{urlencode(query)}"
            settle(address)
            before = reader_ms(address, 1.5)
            cpu, begun = cpu_s(pid), time.perf_counter()
            answered = status(question)
            took, cost = time.perf_counter() - begun, cpu_s(pid) - cpu
            with attacked(question):
                meanwhile = reader_ms(address, ATTACK_S)
            worst = max(worst, meanwhile / before)
            print(
                f"{name:28} {answered:6} {took:8.2f} {cost:6.2f}  "
                f"{before:8.1f} {meanwhile:8.1f} {meanwhile / before:6.1f}",
                flush=True,
            )
        settle(address)
        before, memory = reader_ms(address, 1.5), memory_mb(pid)
        opened = slow_readers(address, asked.readers)
        meanwhile = reader_ms(address, ATTACK_S)
        worst = max(worst, meanwhile / before)
        held = memory_mb(pid) - memory
        print(
            f"{len(opened)} slow readers hold {held:.0f} MB of the service; "
            f"reader {before:.1f} ms before, {meanwhile:.1f} ms meanwhile"
        )
        for connection in opened:
            connection.close()
    print(f"slowed at most {worst:.1f} times; at most {SLOWED_MOST:g} are allowed")


if __name__ == "__main__":
    main()
