"""Logins by password: the cookie, its end, guessing, and pages of other sites."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.errors import Conflict, InvalidInput
from geo.store import users
from geo.store.store import Store

ORIGIN = "http://127.0.0.1:8000"
HERE = {"base_url": ORIGIN, "client": ("127.0.0.1", 40_000)}
PASSWORD = "kuda hijau terbang"
LOGIN = {"user": "sri", "password": PASSWORD}


class Clock:
    """A clock that a test puts forward."""

    def __init__(self):
        self.now = datetime(2026, 3, 2, 8, tzinfo=UTC)

    def __call__(self):
        return self.now

    def pass_by(self, **time):
        self.now += timedelta(**time)


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Hashes that cost a millisecond."""
    weak = PasswordHasher(1, 8, 1)
    monkeypatch.setattr(users, "hasher", lambda: weak)
    users._nobodys_hash.cache_clear()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    opened = Store(tmp_path / "store", now=clock)
    opened.users.add("sri", password=PASSWORD, role="admin", name="Sri Wahyuni")
    yield opened
    opened.close()


@pytest.fixture
def client(store):
    with TestClient(create_app(Settings(store=store.folder), store=store), **HERE) as opened:
        yield opened


def login(client, **changed):
    return client.post("/session", json=LOGIN | changed)


def own_page(client):
    csrf = client.get("/session").json()["csrf"]
    return {"Origin": ORIGIN, "X-CSRF-Token": csrf}


def test_a_login_gives_a_cookie_that_scripts_and_other_sites_do_not_get(client, store):
    answer = login(client)
    assert answer.status_code == 200
    assert answer.json()["role"] == "admin"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("kawasan_session=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    token = cookie.split("=", 1)[1].split(";")[0]
    assert len(token) >= 43
    kept = (store.folder / "catalogue.sqlite-wal").read_bytes()
    assert token.encode() not in kept
    assert PASSWORD.encode() not in kept
    assert client.get("/users").status_code == 200
    assert client.get("/collections").headers["cache-control"].startswith("private")


def test_a_user_name_with_a_capital_from_a_telephone_is_the_same(client):
    assert login(client, user=" Sri ").status_code == 200


def test_under_https_the_cookie_is_bound_to_the_host_and_a_plain_one_counts_for_nothing(store):
    settings = Settings(store=store.folder, base_url="https://kawasan.example.go.id")
    here = {"base_url": "https://kawasan.example.go.id", "client": ("10.0.0.9", 1)}
    with TestClient(create_app(settings, store=store), **here) as client:
        answer = login(client)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-kawasan_session=")
        assert {"Secure", "Path=/", "HttpOnly"} <= set(cookie.split("; "))
        token = client.cookies["__Host-kawasan_session"]
        client.cookies.clear()
        client.cookies.set("kawasan_session", token)
        assert client.get("/session").json()["role"] == "public"


@pytest.mark.parametrize(
    "here",
    [
        {"base_url": "http://kawasan.local", "client": ("10.0.0.9", 1)},
        {"base_url": "http://kawasan.local", "client": ("127.0.0.1", 1)},
        HERE | {"headers": {"X-Forwarded-For": "10.0.0.9"}},
    ],
)
def test_a_password_does_not_cross_a_network_in_the_clear_unless_that_is_set(store, here):
    for is_set, status in ((False, 403), (True, 200)):
        settings = Settings(store=store.folder, plain_http_login=is_set, hosts=["kawasan.local"])
        with TestClient(create_app(settings, store=store), **here) as client:
            answer = login(client)
            assert answer.status_code == status
            assert is_set or "KAWASAN_PLAIN_HTTP_LOGIN" in answer.json()["detail"]


def test_a_cookie_from_before_the_login_is_never_adopted(client, store):
    client.cookies.set("kawasan_session", "planted-by-somebody-else")
    login(client)
    assert client.cookies.get("kawasan_session", domain="127.0.0.1") != "planted-by-somebody-else"
    assert store.sessions.of("planted-by-somebody-else", idle_s=1_800) is None
    first = client.cookies.get("kawasan_session", domain="127.0.0.1")
    client.cookies.delete("kawasan_session", domain="")
    login(client)
    assert store.sessions.of(first, idle_s=1_800) is None


@pytest.mark.parametrize("passing", [{"minutes": 31}, {"hours": 12}])
def test_a_session_ends_when_it_was_idle_and_when_its_day_is_over(client, clock, passing):
    login(client)
    for _ in range(0 if "minutes" in passing else 35):
        clock.pass_by(minutes=20)
        assert client.get("/session").json()["role"] == "admin"
    clock.pass_by(**({"minutes": 31} if "minutes" in passing else {"minutes": 20}))
    assert client.get("/session").json()["role"] == "public"
    assert client.get("/users").status_code == 401


@pytest.mark.parametrize(
    "end",
    [
        lambda store: store.users.set_password("sri", "another long one"),
        lambda store: store.users.disable("sri"),
    ],
)
def test_a_new_password_and_a_closed_access_end_all_sessions(client, store, end):
    login(client)
    end(store)
    assert client.get("/session").json()["role"] == "public"
    assert login(client).status_code == 401


def test_a_logout_ends_it_on_the_server_too(client, store):
    login(client)
    token = client.cookies["kawasan_session"]
    assert client.delete("/session").status_code == 403
    assert client.delete("/session", headers=own_page(client)).status_code == 204
    assert store.sessions.of(token, idle_s=1_800) is None
    assert "kawasan_session" not in client.cookies


def test_whoever_is_logged_in_changes_the_own_password_and_logs_in_anew(client):
    body = {"old": PASSWORD, "new": "sapi biru berenang"}
    assert client.put("/session/password", json=body).status_code == 401
    login(client)
    assert client.put("/session/password", json=body).status_code == 403
    headers = own_page(client)
    for wrong, status in (({"old": "x"}, 401), ({"new": "short"}, 400)):
        assert (
            client.put("/session/password", json=body | wrong, headers=headers).status_code
            == status
        )
    assert client.put("/session/password", json=body, headers=headers).status_code == 204
    assert client.get("/session").json()["role"] == "public"
    assert login(client).status_code == 401
    assert login(client, password="sapi biru berenang").status_code == 200


def test_forms_log_in_and_out_and_lead_to_no_other_site(client):
    for wanted, led in (
        ("/map?year=2025", f"{ORIGIN}/map?year=2025"),
        ("//evil.example", f"{ORIGIN}/"),
        ("https://evil.example", f"{ORIGIN}/"),
        ("/\\evil.example", f"{ORIGIN}/"),
        ("/\tevil", f"{ORIGIN}/"),
    ):
        form = LOGIN | {"next": wanted}
        answer = client.post("/session", data=form, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, led)
    wrong = {"data": LOGIN | {"password": "x", "next": "/map?year=2025"}}
    page = client.post("/session", headers={"Accept": "text/html"}, **wrong)
    assert page.status_code == 401
    assert 'name="next" value="/map?year=2025"' in page.text
    page = client.get("/login?lang=id").text
    assert "Anda masuk sebagai Sri Wahyuni (sri)." in page
    csrf = client.get("/session").json()["csrf"]
    assert f'name="csrf" value="{csrf}"' in page
    out = {"data": {"csrf": csrf}, "headers": {"Origin": ORIGIN}, "follow_redirects": False}
    assert client.post("/logout", **out).status_code == 303
    assert client.get("/session").json()["role"] == "public"


@pytest.mark.parametrize(
    "change",
    [
        {"X-CSRF-Token": None},
        {"X-CSRF-Token": "0" * 64},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": None},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_write_by_cookie_that_no_page_of_ours_sent_is_refused_and_logged(client, store, change):
    login(client)
    sent = {name: v for name, v in (own_page(client) | change).items() if v is not None}
    answer = client.post("/keys", json={"label": "x"}, headers=sent)
    assert (answer.status_code, answer.json()["code"]) == (403, "NotAllowed")
    assert store.keys.all() == []
    assert [(e["actor"], e["subject"]) for e in store.audit() if e["action"] == "refused"] == [
        ("sri", "sri")
    ]


def test_a_write_from_our_own_page_is_taken_and_a_key_needs_neither(client, store):
    login(client)
    headers = own_page(client)
    answer = client.post("/keys", json={"label": "x", "role": "admin"}, headers=headers)
    assert answer.status_code == 201
    client.cookies.clear()
    bearer = {"Authorization": f"Bearer {answer.json()['key']}"}
    assert client.post("/keys", json={"label": "y"}, headers=bearer).status_code == 201


def test_a_login_that_another_site_sends_is_refused(client):
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/session", data=LOGIN, headers=headers).status_code == 403


def test_no_answer_lets_another_site_use_the_cookie(client):
    login(client)
    answer = client.get("/session", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-credentials" not in answer.headers


def test_what_is_wrong_is_not_said_and_takes_as_long_for_nobody(client, store, monkeypatch):
    compared = []
    verify = users._verified
    monkeypatch.setattr(users, "_verified", lambda *a: compared.append(a[0]) or verify(*a))
    answers = [login(client, password="wrong"), login(client, user="nobody")]
    assert [a.status_code for a in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()
    assert len(compared) == 2
    refused = [e for e in store.audit() if e["action"] == "refused"]
    # What was typed as a name may be a password.
    assert [e["subject"] for e in refused] == ["user:sri", "127.0.0.1"]
    assert "nobody" not in str(refused)
    assert "wrong" not in str(refused)


def test_guessing_a_password_slows_down_and_the_right_one_waits_too(client, clock):
    assert [login(client, password="x").status_code for _ in range(6)] == [401] * 5 + [429]
    answer = login(client)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    clock.pass_by(seconds=1)
    assert login(client, password="x").status_code == 401
    assert login(client).headers["retry-after"] == "2"
    clock.pass_by(seconds=2)
    assert login(client).status_code == 200
    assert [login(client, password="x").status_code for _ in range(5)] == [401] * 5


def test_one_address_cannot_try_many_names(client):
    statuses = [login(client, user=f"user{n}").status_code for n in range(25)]
    assert statuses == [401] * 20 + [429] * 5


def test_a_name_is_slowed_from_many_addresses_and_forgotten_after_an_hour(store, clock):
    app = create_app(Settings(store=store.folder, plain_http_login=True), store=store)
    statuses = []
    for n in range(7):
        with TestClient(app, base_url=ORIGIN, client=(f"10.0.0.{n}", 1)) as client:
            statuses.append(login(client, password="x").status_code)
    assert statuses == [401] * 5 + [429] * 2
    clock.pass_by(minutes=61)
    with TestClient(app, **HERE) as client:
        assert login(client).status_code == 200


def test_a_hash_of_other_parameters_is_renewed_at_the_next_login(client, store, monkeypatch):
    stronger = PasswordHasher(2, 16, 1)
    monkeypatch.setattr(users, "hasher", lambda: stronger)
    assert login(client).status_code == 200
    monkeypatch.setattr(users, "hashed", None)
    assert login(client).status_code == 200


def test_the_parameters_are_those_of_the_rfc():
    assert (users.TIME_COST, users.MEMORY_COST, users.PARALLELISM) == (3, 65_536, 4)


@pytest.mark.parametrize(
    "password",
    [
        "kuda 123",
        "elevenchars",
        "123456789012",
        "Transmigrasi123",
        "aaaaaaaaaaaaaaaa",
        "sri and more",
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_and_not_repeated(store, password):
    with pytest.raises(InvalidInput) as refused:
        store.users.set_password("sri", password)
    assert password not in str(refused.value)


@pytest.mark.parametrize("user", ["", "Sri", "a", "../x", "a b", "x" * 41, "operator (1)"])
def test_a_user_name_is_plain(store, user):
    with pytest.raises(InvalidInput):
        store.users.add(user, password="a long password", role="viewer", name="X")
    with pytest.raises(Conflict):
        store.users.add("sri", password="a long password", role="viewer", name="X")


def test_an_accent_typed_on_another_keyboard_is_the_same_password(store):
    store.users.set_password("sri", "cafe\u0301 di pasar lama")
    assert store.users.is_password("sri", "caf\u00e9 di pasar lama")


@pytest.mark.parametrize("body", ["", "{", "[]", '{"user": "sri"}', '{"user": 1, "password": 2}'])
def test_a_login_without_both_is_a_sentence_that_repeats_nothing(client, body):
    answer = client.post("/session", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidBody")
