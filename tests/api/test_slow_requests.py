"""Requests that stop half-way, by raw sockets: each is ended in the time that was set."""

import asyncio
import http.client
import json
import re
import socket
import threading
import time
from contextlib import closing, contextmanager, suppress

import pytest
import uvicorn

from api.main import create_app
from api.serving import workers
from api.serving.workers import server_config
from api.settings import Settings
from geo.store.store import Store

IDLE_S, TOTAL_S = 0.3, 0.8
# Far beyond what is awaited: whoever waits this long waits for ever.
PATIENCE_S = 20


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """The address of a service with little patience, and a key of its store."""
    store = Store(tmp_path_factory.mktemp("slow") / "store")
    settings = Settings(store=store.folder, request_idle_s=IDLE_S, request_total_s=TOTAL_S)
    server = uvicorn.Server(server_config(create_app(settings, store=store), settings))
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[door])))
        thread.start()
        yield door.getsockname(), store.keys.add("gis")
        server.should_exit = True
        thread.join()
    store.close()


@contextmanager
def opened(service):
    with socket.create_connection(service[0], timeout=PATIENCE_S) as connection:
        yield connection


def until_closed(connection, *, drip=b""):
    """All that the service sends until it closes, and how long that took in seconds.

    `drip` is sent again and again, as by somebody who pretends to be slow.
    """
    begun, answer = time.monotonic(), b""
    connection.settimeout(0.05 if drip else PATIENCE_S)
    while True:
        try:
            piece = connection.recv(65536)
        except TimeoutError:
            assert time.monotonic() - begun < PATIENCE_S, "nobody ended it"
            with suppress(OSError):
                connection.sendall(drip)
            continue
        except ConnectionError:
            piece = b""
        if not piece:
            return answer, time.monotonic() - begun
        answer += piece


def half_upload(key, size=1000):
    head = (
        f"POST /uploads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nAccept-Language: en\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {size}\r\n\r\n"
    )
    return head.encode() + b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n'


@pytest.mark.parametrize(
    "begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: "]
)
def test_headers_that_never_end_are_not_waited_for(service, begun):
    with opened(service) as connection:
        connection.sendall(begun)
        assert until_closed(connection)[0] == b""


def test_headers_that_drip_gain_no_time(service):
    with opened(service) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: ")
        answer, seconds = until_closed(connection, drip=b"a")
    assert answer == b""
    assert seconds < 10 * IDLE_S


def test_a_body_that_stops_is_answered_408_and_the_connection_ends(service):
    with opened(service) as connection:
        connection.sendall(half_upload(service[1]))
        answer, seconds = until_closed(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    problem = json.loads(body)
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in head.lower()
    assert problem["code"] == "RequestTooSlow"
    assert "for 0.3 seconds" in problem["detail"]
    assert seconds < TOTAL_S * 5


def test_a_body_that_drips_is_ended_all_the_same(service):
    with opened(service) as connection:
        connection.sendall(half_upload(service[1], size=100_000))
        answer, _ = until_closed(connection, drip=b"x")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"after 0.8 seconds" in answer


def test_a_body_left_over_after_an_answer_holds_no_connection(service):
    with opened(service) as connection:
        connection.sendall(half_upload("kwsn_wrong"))
        answer, _ = until_closed(connection, drip=b"x")
    assert answer.startswith(b"HTTP/1.1 401 ")


def test_a_connection_that_is_used_again_and_again_is_kept(service):
    connection = http.client.HTTPConnection(*service[0], timeout=PATIENCE_S)
    connection.connect()
    first, begun = connection.sock, time.monotonic()
    while time.monotonic() - begun < 2 * IDLE_S:
        connection.request("GET", "/conformance", headers={"Accept": "application/json"})
        answer = connection.getresponse()
        assert answer.read().startswith(b"{")
        assert connection.sock is first
    connection.close()


def test_nobody_is_believed_to_be_a_proxy_who_is_not_named(service):
    (host, port), _ = service
    with closing(http.client.HTTPConnection(host, port, timeout=PATIENCE_S)) as connection:
        connection.request("GET", "/collections", headers={"X-Forwarded-Proto": "https"})
        answer = json.loads(connection.getresponse().read())
    assert {link["href"].split(":")[0] for link in answer["links"]} == {"http"}


OFFER = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n"
INNER = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def answers_to(service, *pieces):
    """The status codes and all that a connection answers, a last request for nothing included."""
    with opened(service) as connection:
        for piece in (*pieces, LAST):
            with suppress(OSError):
                connection.sendall(piece)
            time.sleep(0.05)
        answer, _ = until_closed(connection)
    return re.findall(rb"HTTP/1\.1 (\d+) ", answer), answer


@pytest.mark.parametrize("is_split", [False, True])
@pytest.mark.parametrize("method", ["POST /session", "GET /conformance"])
def test_the_body_of_a_request_that_offers_another_protocol_is_its_body(service, method, is_split):
    """RFC 9110, 7.8: a server may ignore the offer; what it must not do is lose or answer the body."""
    head = f"{method} HTTP/1.1\r\nHost: localhost\r\n{OFFER}Content-Length: {len(INNER)}\r\n\r\n"
    plain = head.replace(OFFER, "")
    expected, _ = answers_to(service, plain.encode() + INNER)
    pieces = [head.encode(), INNER] if is_split else [head.encode() + INNER]
    codes, answer = answers_to(service, *pieces)
    assert codes == expected
    assert len(codes) == 2
    assert b"alive" not in answer


def test_what_follows_an_offer_is_answered_and_no_proxy_is_played(service, caplog):
    offering = INNER.replace(b"\r\n\r\n", f"\r\n{OFFER}\r\n".encode())
    chunked = INNER.replace(
        b"\r\n\r\n", f"\r\n{OFFER}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode()
    )
    codes, answer = answers_to(service, offering + chunked + offering + INNER)
    assert codes == [*[b"200"] * 4, b"404"]
    assert answer.count(b'"alive"') == 4
    assert "Upgrade" not in caplog.text
    for target in (b"/", b"localhost:443"):
        codes, _ = answers_to(
            service, b"CONNECT " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n", INNER
        )
        assert codes == [b"400"]


@pytest.mark.parametrize(
    "request_head",
    [
        b"GET /healthz HTTP/1.1\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n",
        b"GET /healthz HTTP/2.0\r\nHost: localhost\r\n",
    ],
)
def test_a_request_that_says_not_which_host_it_means_is_400(service, request_head):
    """RFC 9112, 2.3 and 3.2."""
    codes, _ = answers_to(service, request_head + b"\r\n")
    assert codes == [b"400"]


def test_a_request_of_http_1_0_needs_no_host(service):
    codes, _ = answers_to(service, b"GET /healthz HTTP/1.0\r\n\r\n")
    assert codes[0] == b"200"


# Readers who take nothing


async def endless(scope, receive, send):
    """Answers with more than any buffer holds."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(10_000):
        await send({"type": "http.response.body", "body": bytes(1 << 20), "more_body": True})


@contextmanager
def unread(monkeypatch, *, idle_s):
    """A server, its thread, and a connection of which nobody reads the answer."""
    monkeypatch.setattr(workers._Server, "_prepare", lambda _: None)
    server = workers._Server(endless, Settings(request_idle_s=idle_s), lambda: None)
    server.config.lifespan = "off"
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[door])))
        thread.start()
        with socket.create_connection(door.getsockname()) as connection:
            connection.sendall(INNER)
            until = time.monotonic() + PATIENCE_S
            while not server.server_state.tasks and time.monotonic() < until:
                time.sleep(0.01)
            yield server, thread
        server.force_exit = server.should_exit = True
        thread.join()


def test_who_takes_nothing_of_an_answer_is_not_waited_for_at_the_end(monkeypatch):
    monkeypatch.setattr(workers, "_GRACE_S", 0.2)
    with unread(monkeypatch, idle_s=60) as (server, thread):
        server.should_exit = True
        thread.join(5)
        assert not thread.is_alive()


def test_who_takes_nothing_of_an_answer_for_long_is_left(monkeypatch):
    with unread(monkeypatch, idle_s=0.1) as (server, _):
        until = time.monotonic() + PATIENCE_S
        while server.server_state.connections:
            assert time.monotonic() < until, "the connection is held"
            time.sleep(0.05)


def test_who_leaves_between_two_requests_is_written_to_no_more(monkeypatch):
    with unread(monkeypatch, idle_s=60) as (server, _):
        (connection,) = server.server_state.connections
        # A second request came while the first was being answered.
        first = connection.cycle
        connection.loop.call_soon_threadsafe(connection.data_received, INNER)
        until = time.monotonic() + PATIENCE_S
        while connection.cycle is first and time.monotonic() < until:
            time.sleep(0.01)
        connection.loop.call_soon_threadsafe(connection.transport.abort)
        while server.server_state.tasks and time.monotonic() < until:
            time.sleep(0.01)
        assert first.disconnected
