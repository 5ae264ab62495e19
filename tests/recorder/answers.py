"""Write down every answer of a running checkout, to be compared with another one's later.

    uv run --group dev python tests/recorder/answers.py before/
    # … change the code …
    uv run --group dev python tests/recorder/answers.py after/
    uv run python tests/recorder/compare.py before/ after/

It knows the product by its public doors alone, HTTP and the command line, so it runs unchanged over
any arrangement of the code. Two services are asked: one over the shipped data, one over the demo.
"""

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

_LAYERS = ("zones", "kecamatan", "regencies")
_LANGUAGES = ("id", "en")
# Row and column of the tiles asked for, by zoom.
_TILE_PLACES = {
    0: [(0, 0)], 4: [(8, 13)], 6: [(32, 52)], 7: [(64, 104), (65, 104), (65, 105)],
    8: [(129, 209), (130, 209), (131, 208)], 10: [(518, 838), (520, 839), (522, 836)],
    12: [(2082, 3356), (2085, 3350)], 14: [(8328, 13424)],
}  # fmt: skip
_RASTERS = (
    "landcover",
    "landmask",
    "elevation_coarse",
    "elevation",
    "slope_percent",
    "peat_depth_m",
)
_COMMANDS = (
    "assess", "assess --json", "assess --layer kecamatan --method owa --risk 0.3",
    "assess -w huni=0.7 -w usaha=0.1 -w berkembang=0.1 -w lingkungan=0.1 --compare",
    "assess --explain cahaya-baru", "assess --layer kecamatan --uncertainty 2000 --seed 1",
    "assess --uncertainty 1000 --seed 1 --json", "assess --sensitivity", "assess --model kebutuhan",
    "assess --sobol cahaya-baru", "assess --uncertainty 500 --any-weights --seed 3",
    "assess --weighting entropy --layer kecamatan", "trends cahaya-baru --json", "model list",
    "model show kesiapan", "model check", "land list",
    "trends cahaya-baru", "quadrant --layer kecamatan", "quadrant --json", "store check", "--help",
    "assess --help", "serve --help", "land --help", "model --help", "upload list", "key list",
    "assess --model tidak-ada", "assess --layer tidak-ada", "assess --year 1900",
)  # fmt: skip


class Request(NamedTuple):
    """One question: `POST /readiness {…}`, `GET /collections`."""

    path: str
    body: Any = None
    accept: str = "application/json"

    def name(self) -> str:
        asked = "" if self.body is None else " " + json.dumps(self.body, sort_keys=True)
        page = " (html)" if "html" in self.accept else ""
        return f"{'GET' if self.body is None else 'POST'} {self.path}{asked}{page}"


def _get(path: str, *, accept: str = "application/json", **query: Any) -> Request:
    return Request(path + ("?" + urlencode(query) if query else ""), accept=accept)


class Answers:
    """A folder of answers: an index of names, status and media type, and the bodies by hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index: dict[str, Any] = {}
        (folder / "bodies").mkdir(parents=True)

    def keep(self, name: str, status: int, media_type: str, body: bytes) -> None:
        digest = hashlib.sha256(body).hexdigest()
        (self.folder / "bodies" / digest).write_bytes(body)
        self.index[name] = {"status": status, "type": media_type, "body": digest}

    def close(self) -> None:
        text = json.dumps(self.index, indent=1, sort_keys=True)
        (self.folder / "index.json").write_text(text, encoding="utf-8")


def ask(base: str, request: Request) -> tuple[int, str, bytes]:
    """Status, media type and body of one answer, waiting where the service asks to wait."""
    data = None if request.body is None else json.dumps(request.body).encode()
    headers = {"Accept": request.accept, "Content-Type": "application/json"}
    for _ in range(120):
        asked = urllib.request.Request(base + request.path, data=data, headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=300) as answer:
                return answer.status, answer.headers.get("Content-Type", ""), answer.read()
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503):
                return error.code, error.headers.get("Content-Type", ""), error.read()
            time.sleep(min(5, int(error.headers.get("Retry-After", "1"))))
    raise TimeoutError(f"{request.name()}: asked to wait 120 times")


def collections(base: str) -> Iterator[Request]:
    found = json.loads(ask(base, _get("/collections"))[2])["collections"]
    yield from map(_get, ("/", "/collections", "/conformance", "/api", "/tileMatrixSets"))
    yield _get("/tileMatrixSets/WebMercatorQuad")
    for name in [c["id"] for c in found]:
        at = f"/collections/{name}"
        for language in _LANGUAGES:
            yield _get(at, lang=language)
            yield _get(at + "/items", limit=10_000, lang=language)
        yield _get(at + "/items", limit=3, offset=2)
        yield _get(at + "/items", bbox="115,-3.5,115.5,-3")
        yield _get(at + "/versions")
        yield _get(at + "/tiles")
        yield _get(at + "/tiles/WebMercatorQuad")
        items = json.loads(ask(base, _get(at + "/items", limit=10_000))[2])["features"]
        for feature in items[:20]:
            yield _get(f"{at}/items/{quote(str(feature['id']), safe='')}")
        for z, places in _TILE_PLACES.items():
            for row, column in places:
                yield _get(f"{at}/tiles/WebMercatorQuad/{z}/{row}/{column}", accept="*/*")
        for page in ("", "/items", "/versions", "/tiles"):
            yield _get(at + page, accept="text/html", lang="id")


def readiness(base: str) -> Iterator[Request]:
    described = json.loads(ask(base, _get("/models"))[2])
    models = [m["id"] for m in described["models"]]
    methods = [m["id"] for m in described["methods"]]
    for language in _LANGUAGES:
        yield _get("/models", lang=language)
        yield from (_get(f"/models/{m}", lang=language) for m in models)
    for model in models:
        for layer in _LAYERS:
            yield _get("/readiness", model=model, layer=layer)
            yield _get("/readiness/quadrant", layer=layer)
            yield _get("/readiness/trends", model=model, layer=layer)
            yield from (_get("/readiness", model=model, layer=layer, method=m) for m in methods)
            yield _get("/readiness", model=model, layer=layer, method="owa", risk=0.3)
        yield from (_get("/readiness", model=model, year=y) for y in range(2018, 2027))
        yield _get("/readiness/sensitivity", model=model)
    for layer in _LAYERS[:2]:
        items = json.loads(ask(base, _get("/readiness", layer=layer))[2])["zones"]
        for zone in items[:40]:
            for language in _LANGUAGES:
                yield _get(f"/readiness/{quote(zone['area_id'])}", layer=layer, lang=language)
    weights = {"huni": 0.4, "usaha": 0.3, "berkembang": 0.2, "lingkungan": 0.1}
    for method in methods:
        yield Request("/readiness", {"weights": weights, "method": method, "layer": "kecamatan"})
        sure = {"method": method, "uncertainty": 500, "seed": 7, "layer": "kecamatan"}
        yield Request("/readiness", sure)
    for weighting in [w["id"] for w in described.get("weightings", [])]:
        yield Request("/readiness", {"weighting": weighting})
    yield from _examples(json.loads(ask(base, _get("/api"))[2]))
    yield Request("/readiness", {"weights": {"huni": 2}})
    yield Request("/readiness", {"model": "tidak-ada"})
    yield Request("/readiness", {"surprise": 1})


def _examples(document: dict[str, Any]) -> Iterator[Request]:
    """Every example of a request body that the OpenAPI document prints."""
    for path, operations in document["paths"].items():
        content = operations.get("post", {}).get("requestBody", {}).get("content", {})
        if "{" not in path:
            for example in content.get("application/json", {}).get("examples", {}).values():
                yield Request(path, example["value"])


def files(base: str) -> Iterator[Request]:
    for layer in _LAYERS:
        for kind in ("geojson", "csv", "xlsx", "gpkg"):
            yield _get(f"/exports/{layer}.{kind}", accept="*/*", lang="id")
            yield _get(f"/exports/{layer}.{kind}", accept="*/*", lang="en", method="owa", risk=0.2)
    for raster in (*_RASTERS, "suitability"):
        yield _get(f"/tiles/{raster}")
        for z, places in list(_TILE_PLACES.items())[:6]:
            yield from (_get(f"/tiles/{raster}/{z}/{x}/{y}.png", accept="*/*") for y, x in places)
    zones = json.loads(ask(base, _get("/readiness"))[2])["zones"]
    for language in _LANGUAGES:
        yield _get("/sheets/provinsi.pdf", accept="*/*", lang=language)
        for zone in zones[:4]:
            yield _get(f"/sheets/{zone['area_id']}.pdf", accept="*/*", lang=language)
    yield _get(f"/sheets/{zones[0]['area_id']}.geo.pdf", accept="*/*")
    yield _get(f"/sheets/{zones[0]['area_id']}.tif", accept="*/*")
    for zone in zones:
        yield _get(f"/readiness/{zone['area_id']}/sites", households=100)
    for indicator in (
        "tpt_agustus",
        "tpak_agustus",
        "ipm_seri_lama",
        "gini",
        "angkatan_kerja_agustus",
        "tidak_ada",
    ):
        yield _get(f"/indicators/{indicator}/classes")


def pages(base: str) -> Iterator[Request]:
    zones = json.loads(ask(base, _get("/readiness"))[2])["zones"]
    for language in _LANGUAGES:
        for path in ("/", "/map", "/compare", "/uploads", "/api.html", "/conformance", "/collections",
                     "/maps/zones", "/maps/regencies", "/maps/kecamatan", "/tileMatrixSets"):  # fmt: skip
            yield _get(path, accept="text/html", lang=language)
        yield _get(
            "/map", accept="text/html", lang=language, model="kebutuhan", method="owa", risk=0.3
        )
        yield from (
            _get(f"/zones/{z['area_id']}", accept="text/html", lang=language) for z in zones
        )
        for code in ("63.01", "63.04", "63.71", "63.99"):
            yield _get(f"/regencies/{code}", accept="text/html", lang=language)
    for path in ("/tidak-ada", "/collections/tidak-ada", "/collections/zones/items?limit=x",
                 "/collections/zones/items?bbox=1,2", "/collections/zones/items?surprise=1",
                 "/readiness/tidak-ada", "/readiness?method=tidak", "/readiness?year=1800"):  # fmt: skip
        yield _get(path)


@contextmanager
def serving(store: Path, *extra: str) -> Iterator[str]:
    """`kawasan serve` of this interpreter's environment on a free port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [_kawasan(), "serve", "--store", str(store), "--port", str(port), *extra]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline and server.poll() is None:
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def _kawasan() -> str:
    found = shutil.which("kawasan", path=str(Path(sys.executable).parent))
    if found is None:
        raise SystemExit("the console script is not installed beside this Python")
    return found


def _record_commands(answers: Answers, store: Path) -> None:
    environment = os.environ | {"COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb"}
    for language in _LANGUAGES:
        for command in _COMMANDS:
            words = command.split()
            is_help = "--help" in words
            more = [] if is_help else ["--lang", language, "--store", str(store)]
            if words[0] in ("store", "key"):
                more = more and ["--store", str(store)]
            done = subprocess.run(
                [_kawasan(), *words, *more], capture_output=True, env=environment, check=False
            )
            body = done.stdout + b"\n--- errors ---\n" + done.stderr
            answers.keep(f"$ kawasan {command} ({language})", done.returncode, "text/plain", body)


def record(folder: Path) -> None:
    """Ask everything and write the answers into a new folder."""
    answers = Answers(folder)
    with tempfile.TemporaryDirectory() as place:
        for title, extra in (("shipped", ()), ("demo", ("--demo",))):
            store = Path(place) / title
            with serving(store, *extra) as base:
                for questions in (collections, readiness, files, pages):
                    started = time.monotonic()
                    for request in questions(base):
                        status, media_type, body = ask(base, request)
                        body = re.sub(rb"127\.0\.0\.1:\d+", b"HOST", body)
                        answers.keep(f"[{title}] {request.name()}", status, media_type, body)
                    seconds = time.monotonic() - started
                    sys.stderr.write(f"{title} {questions.__name__}: {seconds:.0f} s\n")
            if not extra:
                _record_commands(answers, store)
    answers.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    record(Path(sys.argv[1]))
