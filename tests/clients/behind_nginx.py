"""The service below a path behind nginx over https, as the guide sets it up: no link may leave the path.

    python -m tests.clients.behind_nginx --links 400

nginx (`--nginx`, that of the system) runs the guide's own text with a certificate of its own making. From
the landing page every link of every answer is followed: JSON, GeoJSON, pages, feeds, tiles, styles, scripts.
Chromium opens pages, logs in and looks at the desk; whatever it asks for or says in its console counts.
Ids with every kind of character are asked for through nginx, and told which of them come through.
"""

import argparse
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
from collections import Counter, deque
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import geopandas as gpd
import httpx2
import pandas as pd
import shapely
from playwright.sync_api import sync_playwright

from geo.planning.reference import load_reference
from geo.store.store import Store
from tests.api.examples import publish
from tests.service import running

ROOT = Path(__file__).parents[2]
PREFIX, NAME = "/kawasan", "peta.example.go.id"
USER, PASSWORD = "sri", "kata sandi yang panjang sekali"
PAGES = (
    "/",
    "/map",
    "/collections",
    "/collections/zones",
    "/collections/zones/items",
    "/guide",
    "/api.html",
    "/maps/zones",
    "/zones/cahaya-baru",
    "/compare",
    "/uploads",
)
# Of links that differ by an id alone so many are followed.
_ALIKE = 6
_LINKED = ("href", "url", "tiles", "$id", "$schema")
_ATTRIBUTES = ("href", "src", "action", "data-to", "poster")
IDS = (
    "a b", "a/b", "a//b", "/a", "a/", "/", "//", ".", "..", "./a", "a/..", "a/../b", "a/./b", "...", "a%2Fb", "%", "a?b#c", "a;b,c", "a+b", "a\\b", "é", "𝔘", "a\tb", "a\nb",
    "\x01", "\x7f", "\x85", "\u2028", " a ", "x" * 255, "ü" * 255, "𝔘" * 255, "x" * 4_000, "x" * 9_000,
)  # fmt: skip


class _Found(HTMLParser):
    """The addresses that a page links to, and those in its data."""

    def __init__(self, text):
        super().__init__()
        self.links = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name in _ATTRIBUTES and value]


def links_of(answer):
    """Every address in an answer."""
    kind = answer.headers.get("content-type", "")
    if "html" in kind:
        return [
            link
            for link in _Found(answer.text).links
            if not link.startswith(("#", "data:", "mailto:"))
        ]
    if "json" in kind and "jsonl" not in kind and "seq" not in kind:
        found = list(_addresses(answer.json()))
    elif "xml" in kind:
        found = re.findall(r'href="([^"]+)"|<id>(http[^<]+)</id>', answer.text)
        found = [first or second for first, second in found]
    elif "css" in kind:
        found = re.findall(r"url\([\"']?([^)\"']+)", answer.text)
    else:
        found = []
    headers = ", ".join(answer.headers.get_list("link"))
    found += re.findall(r"<([^>]+)>", headers) + answer.headers.get_list("location")
    return [link for link in found if not link.startswith(("urn:", "data:", "#", "mailto:"))]


def _addresses(node, name=""):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _addresses(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from _addresses(value, name)
    elif isinstance(node, str) and (name in _LINKED or node.startswith(("http://", "https://"))):
        yield node


def outside(link, base):
    """Whether an address is of this host, of the service behind it, or of its port, and not below the path."""
    found, own = urlsplit(link), urlsplit(base)
    is_here = found.hostname in (own.hostname, "127.0.0.1", "localhost", None)
    below = found.path == own.path or found.path.startswith(own.path + "/")
    return is_here and not (found.scheme == "https" and found.netloc == own.netloc and below)


def filled(link):
    """A template of a tile's address with the first tile in it."""
    for name, value in (
        ("tileMatrixSetId", "WebMercatorQuad"),
        ("tileMatrix|z", "7"),
        ("tileRow|y", "65"),
        ("tileCol|x", "104"),
    ):
        link = re.sub(r"\{(" + name + r")\}", value, link)
    return None if "{" in link else link


def alike(link):
    """What many links have in common."""
    found = urlsplit(link)
    return re.sub(r"/[^/]*\d[^/]*", "/…", found.path), re.sub(r"=[^&]*", "", found.query)


def crawl(client, base, *, most):
    """Follow links from the landing page; the answers by status and kind, and what is wrong."""
    waiting, known, per_kind = deque([f"{base}/", f"{base}/?f=html"]), {}, Counter()
    told, links, wrong = Counter(), 0, []
    while waiting and sum(told.values()) < most:
        address = waiting.popleft()
        answer = client.get(address, headers={"Accept": "*/*"})
        kind = answer.headers.get("content-type", "-").split(";")[0]
        told[f"{answer.status_code} {kind}"] += 1
        if answer.status_code >= 400 and answer.status_code not in (401, 403):
            wrong.append(
                f"{answer.status_code} {address} of {known.get(address)}: {answer.text[:200]}"
            )
        for link in links_of(answer):
            links += 1
            whole = urljoin(address, link)
            if outside(whole, base):
                wrong.append(f"{address} leads outside: {link}")
                continue
            follow = filled(whole)
            if (
                follow is None
                or not follow.startswith(base)
                or ("/static/" in follow and per_kind["static"] > 60)
            ):
                continue
            follow = follow.split("#")[0]
            if follow not in known and per_kind[alike(follow)] < _ALIKE:
                known[follow] = address
                per_kind[alike(follow)] += 1
                per_kind["static"] += "/static/" in follow
                waiting.append(follow)
    return {"answers": dict(sorted(told.items())), "links": links, "wrong": wrong}


def browse(base, chromium):
    """Pages in Chromium: what they ask for outside the path, and what the console says."""
    wrong, asked = [], Counter()
    rules = f"--host-resolver-rules=MAP {NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        options = {"executable_path": chromium, "args": ["--no-sandbox", rules]}
        browser = playwright.chromium.launch(**options)
        page = browser.new_page(ignore_https_errors=True)
        page.set_default_timeout(60_000)

        def noted(request):
            asked[request.resource_type] += 1
            if request.url.startswith("http") and outside(request.url, base):
                wrong.append(f"{page.url} asks for {request.url}")

        page.on("request", noted)
        page.on(
            "response",
            lambda r: (
                wrong.append(f"{r.status} {r.url}") if r.status >= 400 and r.status != 401 else None
            ),
        )
        page.on(
            "console",
            lambda m: (
                wrong.append(f"{page.url}: {m.text}") if m.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda e: wrong.append(f"{page.url}: {e}"))
        for path in PAGES:
            page.goto(
                f"{base}{path}{'?f=html' if path not in ('/map', '/guide', '/api.html') else ''}"
            )
            page.wait_for_load_state("networkidle")
        page.goto(f"{base}/login?next=%2Fuploads%3Ff%3Dhtml")
        page.fill("#user", USER)
        page.fill("#password", PASSWORD)
        page.click("form.login button")
        page.wait_for_load_state("networkidle")
        landed = page.url
        cookies = [
            {k: one[k] for k in ("name", "path", "secure", "httpOnly", "sameSite")}
            for one in page.context.cookies()
        ]
        page.click("a.logout, form[action$='/logout'] button")
        page.wait_for_load_state("networkidle")
        browser.close()
    return {
        "pages": len(PAGES),
        "asked": dict(asked),
        "landed": landed,
        "cookies": cookies,
        "wrong": wrong,
    }


def ids(client, base, direct):
    """Which feature ids come back through nginx, and straight from the service."""
    told = {}
    for key in IDS:
        path = f"/collections/odd/items/{quote(key, safe='')}?f=json"
        ways = {}
        for way, root in (("direct", direct), ("nginx", base)):
            answer = client.get(root + path)
            is_found = answer.status_code == 200 and answer.json().get("id") == key
            ways[way] = "found" if is_found else answer.status_code
        if set(ways.values()) != {"found"}:
            told[ascii(key if len(key) < 30 else f"{key[0]} × {len(key)}")] = ways
    return {"asked": len(IDS), "not_found": told}


@contextmanager
def nginx(program, folder, *, upstream):
    """nginx with the guide's text in front of the service; the address below which it serves."""
    guide = (ROOT / "maps/guide/en/operators.md").read_text("utf-8")
    text = re.search(r"```nginx\n(.*?)```", guide, re.DOTALL)[1]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        f"/CN={NAME}",
    ]
    subprocess.run(
        [
            *make,
            "-addext",
            f"subjectAltName=DNS:{NAME}",
            "-keyout",
            folder / "key.pem",
            "-out",
            folder / "cert.pem",
        ],
        check=True,
        capture_output=True,
    )
    certificate = f"listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;"
    text = text.replace("listen 443 ssl;", certificate).replace(
        "127.0.0.1:8000", urlsplit(upstream).netloc
    )
    kept = "".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    head = f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
    (folder / "nginx.conf").write_text(f"{head} http {{ {kept} access_log off; {text} }}")
    server = subprocess.Popen([program, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    try:
        yield f"https://{NAME}:{port}{PREFIX}"
    finally:
        server.terminate()
        server.wait(20)


def client_of(folder):
    """A client that finds the name here and trusts the certificate."""
    context = ssl.create_default_context(cafile=folder / "cert.pem")
    found = socket.getaddrinfo

    def here(host, *arguments, **more):
        return found("127.0.0.1" if host == NAME else host, *arguments, **more)

    socket.getaddrinfo = here
    return httpx2.Client(verify=context, timeout=120)


def made(folder):
    """A store with the shipped data, a layer of odd ids and a publisher."""
    store = Store(folder)
    load_reference(store, ROOT / "data")
    frame = gpd.GeoDataFrame(
        {"name": [f"n{i}" for i in range(len(IDS))]},
        geometry=[shapely.Point(114.5 + i / 100, -3) for i in range(len(IDS))],
        index=pd.Index(IDS, name="area_id"),
        crs="EPSG:4326",
    )
    publish(store, "odd", frame)
    store.users.add(USER, password=PASSWORD, role="publisher", name="Sri")
    store.close()


def main():
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--links", type=int, default=400, help="answers to read at most")
    asked.add_argument("--nginx", default="/usr/sbin/nginx")
    asked.add_argument("--chromium", default=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    asked = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made(folder / "store")
        env = os.environ | {"KAWASAN_TRUSTED_PROXIES": "127.0.0.1", "KAWASAN_HOSTS": NAME}
        with (
            running(folder / "store", env=env) as direct,
            nginx(asked.nginx, folder, upstream=direct) as base,
        ):
            with client_of(folder) as client:
                told = {"base": base, "ids": ids(client, base, direct)}
                told["crawl"] = crawl(client, base, most=asked.links)
            told["browser"] = browse(base, asked.chromium)
    print(json.dumps(told, indent=1, ensure_ascii=False))  # noqa: T201  its figures
    sys.exit(bool(told["crawl"]["wrong"] or told["browser"]["wrong"]))


if __name__ == "__main__":
    main()
