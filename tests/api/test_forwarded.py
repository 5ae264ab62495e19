"""Under which address a service says it is: by its host, by its proxies, by nobody else."""

import ipaddress

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import Headers

from api.forwarded import Told, hops_of, host_name, told
from api.main import create_app
from api.settings import Settings

PROXIES = ("127.0.0.1", "10.0.0.0/8", "fd00::/8")
NETWORKS = [ipaddress.ip_network(one) for one in PROXIES]


@pytest.fixture(scope="module")
def below(tmp_path_factory):
    """A service that believes proxies, called by one."""
    folder = tmp_path_factory.mktemp("below") / "store"
    settings = Settings(store=folder, trusted_proxies=PROXIES, hosts=["peta.example", "testserver"])
    with TestClient(create_app(settings), client=("127.0.0.1", 40_000)) as client:
        yield client


def said(*lines):
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in lines]
    return told(Headers(raw=raw), NETWORKS)


@pytest.mark.parametrize(
    ("header", "hops"),
    [
        ("for=192.0.2.43", [{"for": "192.0.2.43"}]),
        ('For="[2001:db8:cafe::17]:4711"', [{"for": "[2001:db8:cafe::17]:4711"}]),
        (
            "for=192.0.2.60;proto=http;by=203.0.113.43",
            [{"for": "192.0.2.60", "proto": "http", "by": "203.0.113.43"}],
        ),
        ("for=192.0.2.43, for=198.51.100.17", [{"for": "192.0.2.43"}, {"for": "198.51.100.17"}]),
        (r'for="_g\"a,z;p"', [{"for": '_g"a,z;p'}]),
        ("for=1.2.3.4;,, proto=https ;", [{"for": "1.2.3.4"}, {"proto": "https"}]),
        ("", []),
        ("for", []),
        ('for="1.2.3.4', []),
        ("for=1.2.3.4 proto=https", []),
        ("for=1.2.3.4;for=5.6.7.8", []),
        ("for=a, \x00", []),
        (",".join(["for=1.2.3.4"] * 1_000), []),
    ],
)
def test_the_elements_of_a_forwarded_header_are_read_or_none_is(header, hops):
    assert hops_of(header) == hops


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("X-Forwarded-For", "198.51.100.7")], Told(is_for=True, address="198.51.100.7")),
        # What whoever asked wrote itself stands before what the proxy saw.
        ([("X-Forwarded-For", "127.0.0.1, 198.51.100.7")], Told(True, "198.51.100.7")),
        ([("X-Forwarded-For", "6.6.6.6, 198.51.100.7, 10.1.1.1")], Told(True, "198.51.100.7")),
        ([("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "10.1.1.1")], Told(True, "6.6.6.6")),
        ([("X-Forwarded-For", "10.2.2.2, 10.1.1.1")], Told(True, "10.2.2.2")),
        ([("X-Forwarded-For", "[2001:db8::7]:443, fd00::1")], Told(True, "2001:db8::7")),
        ([("X-Forwarded-For", "::ffff:198.51.100.7")], Told(True, "198.51.100.7")),
        ([("X-Forwarded-For", "198.51.100.7:5060")], Told(True, "198.51.100.7")),
        # Where the address is hidden nobody is put in its place.
        ([("X-Forwarded-For", "198.51.100.7, unknown")], Told(is_for=True)),
        ([("X-Forwarded-For", "'; DROP TABLE")], Told(is_for=True)),
        ([("X-Forwarded-Proto", "HTTPS")], Told(scheme="https")),
        ([("X-Forwarded-Proto", "javascript")], Told()),
        ([("X-Forwarded-Proto", "http, https")], Told(scheme="https")),
        (
            [("X-Forwarded-For", "6.6.6.6, 10.1.1.1"), ("X-Forwarded-Proto", "https, http")],
            Told(is_for=True, address="6.6.6.6", scheme="https"),
        ),
        ([("X-Forwarded-Host", "evil.example, peta.example")], Told(host="peta.example")),
        ([("X-Forwarded-Host", "[2001:db8::1]:8443")], Told(host="[2001:db8::1]:8443")),
        ([("X-Forwarded-Host", 'a"><script>')], Told()),
        ([("X-Forwarded-Host", "peta.example:99999")], Told()),
        ([("X-Forwarded-Port", "8443")], Told(port=8443)),
        ([("X-Forwarded-Port", "0")], Told()),
        ([("X-Forwarded-Port", "²")], Told()),
        ([("X-Forwarded-Prefix", "/kawasan/")], Told(prefix="/kawasan")),
        ([("X-Forwarded-Prefix", "/")], Told()),
        (
            [("X-Forwarded-For", "6.6.6.6, 10.1.1.1"), ("X-Forwarded-Prefix", "/a, /b%20c")],
            Told(is_for=True, address="6.6.6.6", prefix="/a/b%20c"),
        ),
        # The prefix of who is no proxy.
        ([("X-Forwarded-Prefix", "/evil, /kawasan")], Told(prefix="/kawasan")),
        ([("X-Forwarded-Prefix", "//evil.example")], Told()),
        ([("X-Forwarded-Prefix", "/a/../b")], Told()),
        ([("X-Forwarded-Prefix", "https://evil.example")], Told()),
        ([("X-Forwarded-Prefix", '/"><script>')], Told()),
        (
            [("Forwarded", 'for="[2001:db8::7]:1";proto=https;host="peta.example:8443"')],
            Told(True, "2001:db8::7", "https", "peta.example:8443"),
        ),
        (
            [("Forwarded", "for=6.6.6.6;proto=https, for=10.1.1.1;proto=http;host=peta.example")],
            Told(True, "6.6.6.6", "https", "peta.example"),
        ),
        (
            [("Forwarded", "for=6.6.6.6;host=evil.example"), ("Forwarded", "for=198.51.100.7")],
            Told(True, "198.51.100.7"),
        ),
        ([("Forwarded", "for=_hidden;proto=https")], Told(is_for=True, scheme="https")),
        ([("Forwarded", "proto=https")], Told(scheme="https")),
        ([("Forwarded", "garbage")], Told()),
        # One family counts: a proxy that writes the one may let the other through.
        (
            [("Forwarded", "for=6.6.6.6;host=evil.example"), ("X-Forwarded-For", "198.51.100.7")],
            Told(True, "198.51.100.7"),
        ),
        ([], Told()),
    ],
)
def test_of_the_headers_counts_what_trusted_proxies_wrote(lines, expected):
    assert said(*lines) == expected


def links_in(document):
    if isinstance(document, dict):
        if "href" in document:
            yield document["href"]
        document = list(document.values())
    if isinstance(document, list):
        for entry in document:
            yield from links_in(entry)


HTTPS = {
    "X-Forwarded-For": "198.51.100.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "peta.example",
    "X-Forwarded-Prefix": "/kawasan",
}


@pytest.mark.parametrize(
    ("headers", "base"),
    [
        (HTTPS, "https://peta.example/kawasan"),
        (HTTPS | {"X-Forwarded-Port": "443"}, "https://peta.example/kawasan"),
        (HTTPS | {"X-Forwarded-Port": "8443"}, "https://peta.example:8443/kawasan"),
        (
            {"X-Forwarded-Port": "8080", "Host": "127.0.0.1:8000"},
            "http://127.0.0.1:8080",
        ),
        ({"Forwarded": "proto=https;host=peta.example"}, "https://peta.example"),
        ({"X-Forwarded-Host": "evil.example:x", "X-Forwarded-Proto": "ftp"}, "http://testserver"),
    ],
)
def test_links_have_the_address_that_the_proxy_was_called_by(below, headers, base):
    document = below.get("/", headers=headers).json()
    found = list(links_in(document))
    assert len(found) > 10
    assert [href for href in found if not href.startswith(f"{base}/")] == []
    assert below.get("/api", headers=headers).json()["servers"] == [{"url": base}]


def test_pages_scripts_logins_and_faults_stay_below_the_prefix(below):
    page = below.get("/login", headers=HTTPS).text
    assert '"/kawasan/static/' in page
    assert '"/static/' not in page
    assert 'href="/kawasan/collections' in page
    fault = below.get("/nowhere", headers=HTTPS).json()
    assert fault["instance"] == "/kawasan/nowhere"
    gone = below.post("/logout", headers=HTTPS, follow_redirects=False)
    assert gone.headers["location"] == "https://peta.example/kawasan/login"
    cookie = gone.headers["set-cookie"]
    assert cookie.startswith("__Secure-kawasan_session=")
    assert {"Secure", "Path=/kawasan"} <= set(cookie.split("; "))
    schemes = below.get("/api", headers=HTTPS).json()["components"]["securitySchemes"]
    assert schemes["session"]["name"] == "__Secure-kawasan_session"


def test_who_is_no_trusted_proxy_is_not_believed(client):
    document = client.get("/", headers=HTTPS | {"Forwarded": "host=evil.example"}).json()
    assert {href[:18] for href in links_in(document)} == {"http://testserver/"}


def test_a_host_that_a_proxy_names_must_be_known_too(below):
    answer = below.get("/", headers={"X-Forwarded-Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "UnknownHost")


def test_wrong_keys_are_counted_by_the_address_that_the_proxy_saw(below):
    def tried(address):
        headers = {"X-Forwarded-For": address, "Authorization": "Bearer kwsn_wrong"}
        return below.get("/", headers=headers).status_code

    assert {tried("198.51.100.9") for _ in range(10)} == {401}
    assert tried("198.51.100.9") == 429
    # Who writes addresses of its own before the one that the proxy saw is still the same.
    assert tried("203.0.113.1, 198.51.100.9") == 429
    assert tried("198.51.100.10") == 401


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200),
        ("kawasan.localhost", 200),
        ("127.0.0.1", 200),
        ("192.0.2.10:8000", 200),
        ("[2001:db8::1]:8000", 200),
        ("testserver", 200),
        ("TESTSERVER.:8000", 200),
        ("evil.example", 400),
        ("testserver.evil.example", 400),
        ("localhost.evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("testserver@evil.example", 400),
        ("testserver:80:80", 400),
        ("testserver/../evil", 400),
        ("", 400),
    ],
)
def test_a_host_is_this_machines_an_ip_literal_or_a_configured_one(client, host, status):
    for path in ("/", "/login", "/static/css/api.css", "/nowhere"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == (404 if path == "/nowhere" and status == 200 else status)
        assert "evil" not in answer.headers.get("location", "")
        assert status == 200 or 'href="http://' not in answer.text


def test_a_refused_host_is_told_which_setting_mends_it(client):
    told = {
        language: client.get("/?f=json", headers={"Host": "a.example", "Accept-Language": language})
        for language in ("id", "en")
    }
    details = {language: answer.json()["detail"] for language, answer in told.items()}
    assert len(set(details.values())) == 2
    for detail in details.values():
        assert "'a.example'" in detail
        assert "KAWASAN_HOSTS" in detail
        assert "KAWASAN_BASE_URL" in detail


def test_with_a_configured_address_the_host_is_the_proxys_business(store, settings):
    settings = settings.model_copy(update={"base_url": "https://peta.example/kawasan"})
    with TestClient(create_app(settings, store=store), client=("127.0.0.1", 1)) as client:
        headers = {"Host": "upstream", "X-Forwarded-Host": "evil.example"}
        found = list(links_in(client.get("/", headers=headers).json()))
    assert {href[:29] for href in found} == {"https://peta.example/kawasan/"}


@pytest.mark.parametrize(
    ("authority", "name"),
    [("A.b", "a.b"), ("[::1]", "::1"), ("a:1", "a"), ("a:", None), ("-a", None), ("a:0", None)],
)
def test_the_name_of_a_host(authority, name):
    assert host_name(authority) == name


def varies(answer):
    assert len(answer.headers.get_list("vary")) == 1
    return answer.headers["vary"].split(", ")


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/collections", {}, {"Accept", "Accept-Language", "Accept-Encoding"}),
        ("/collections/zones/items", {}, {"Accept", "Accept-Language", "Accept-Encoding"}),
        ("/?f=html", {}, {"Accept", "Accept-Language", "Accept-Encoding", "Cookie"}),
        ("/collections/zones/tiles/WebMercatorQuad/0/0/0", {}, {"Accept-Encoding"}),
        ("/guide", {}, {"Accept-Language", "Accept-Encoding", "Cookie"}),
    ],
)
def test_vary_is_one_header_that_names_everything_once_on_an_answer_and_its_304(
    client, path, headers, expected
):
    for encoding in ("gzip", "identity"):
        first = client.get(path, headers={"Accept-Encoding": encoding})
        assert first.status_code == 200
        named = varies(first)
        assert len(set(named)) == len(named)
        assert expected <= set(named)
        if "etag" in first.headers:
            known = {"Accept-Encoding": encoding, "If-None-Match": first.headers["etag"]}
            again = client.get(path, headers=known)
            assert again.status_code == 304
            assert set(varies(again)) == set(named)


def test_where_origins_are_listed_answers_vary_by_origin_without_one_too(store, settings):
    settings = settings.model_copy(update={"cors_origins": ["https://a.example"]})
    with TestClient(create_app(settings, store=store)) as client:
        for headers in ({}, {"Origin": "https://a.example"}, {"Origin": "https://b.example"}):
            answer = client.get("/collections", headers=headers)
            assert "Origin" in varies(answer)
            assert ("access-control-allow-origin" in answer.headers) == (
                headers.get("Origin") == "https://a.example"
            )


@pytest.mark.parametrize(
    ("accepted", "is_zipped"),
    [("gzip", True), ("gzip;q=0", False), ("br, gzip; q=0.0", False), ("gzip;q=0.5", True)],
)
def test_gzip_is_sent_to_who_takes_it(client, accepted, is_zipped):
    answer = client.get("/collections", headers={"Accept-Encoding": accepted})
    assert ("content-encoding" in answer.headers) is is_zipped
