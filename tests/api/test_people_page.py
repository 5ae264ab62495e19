"""The page of people, keys and rules, and the own account: what each sees, what its forms do, and that it is inert."""

import re

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.errors import Conflict
from geo.store import users

PASSWORD = "sawah di tepi Barito"
HOSTILE = '"><img src=x onerror="alert(1)">{{ 7 * 7 }}'
HERE = {"base_url": "http://127.0.0.1", "client": ("127.0.0.1", 50_000)}


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Hashes that cost a millisecond."""
    weak = PasswordHasher(1, 8, 1)
    monkeypatch.setattr(users, "hasher", lambda: weak)


@pytest.fixture
def desk(store):
    """A client of a store in which each role has a person called by it."""
    for role in ("viewer", "editor", "publisher", "admin"):
        area = ["63.02"] if role == "editor" else None
        store.users.add(
            f"of-{role}", password=PASSWORD, role=role, name=role.title(), regencies=area
        )
    with TestClient(create_app(Settings(store=store.folder), store=store), **HERE) as client:
        yield client


def entered(client, role, password=PASSWORD):
    """The headers by which a page of the service writes, after the login of somebody with that role."""
    client.cookies.clear()
    said = client.post("/session", json={"user": f"of-{role}", "password": password})
    assert said.status_code == 200, said.text
    return {"X-CSRF-Token": said.json()["csrf"], "Origin": "http://127.0.0.1"}


def page_of(client, path="/users", language="id"):
    return client.get(f"{path}?f=html&lang={language}", headers={"Accept": "text/html"})


def test_only_an_admin_finds_the_page_and_the_way_to_it(desk):
    assert page_of(desk).status_code == 401
    assert 'value="/users?f=html&amp;lang=id"' in page_of(desk).text
    for role in ("viewer", "editor", "publisher"):
        entered(desk, role)
        refused = page_of(desk)
        assert (refused.status_code, "data-to" in refused.text) == (403, False)
        for path in ("/uploads", "/roles"):
            assert "/users?f=html" not in page_of(desk, path).text
    entered(desk, "admin")
    for path in ("/users", "/keys"):
        page = page_of(desk, path)
        assert page.status_code == 200
        assert page.headers["cache-control"] == "private, no-store"
        assert "Pengguna dan kunci" in page.text
    for path in ("/uploads", "/roles"):
        assert "/users?f=html" in page_of(desk, path).text


def test_the_page_has_the_forms_of_all_that_an_admin_does(desk, store):
    prefix = store.keys.add("QGIS Kotabaru", role="editor").split("_")[1]
    entered(desk, "admin")
    page = page_of(desk).text
    forms = set(re.findall(r'data-method="(\w+)" data-to="([^"]+)"', page))
    assert {("POST", "/users"), ("POST", "/keys"), ("DELETE", f"/keys/{prefix}")} <= forms
    assert {("PUT", "/rules/closed"), ("PUT", "/rules/own_approval")} <= forms
    for role in ("viewer", "editor", "publisher", "admin"):
        user = f"/users/of-{role}"
        assert {
            ("PUT", f"{user}/role"),
            ("PUT", f"{user}/name"),
            ("PUT", f"{user}/password"),
            ("DELETE", user),
        } <= forms
    # The regency of the editor is ticked by its name, and nobody else's.
    ticked = re.findall(r'name="regencies" value="([\d.]+)" data-type="list" checked', page)
    assert ticked == ["63.02"]
    assert "Kabupaten Kotabaru" in page
    assert not re.findall(r'type="submit"(?! disabled)', page.split("<main")[1])
    assert "All regencies" in page_of(desk, language="en").text


def test_a_key_as_a_program_sees_the_page_without_forms(desk, store):
    headers = {"X-API-Key": store.keys.add("x", role="admin")}
    page = desk.get("/users?f=html", headers=headers)
    assert page.status_code == 200
    assert "data-to" not in page.text


def test_an_admin_changes_role_password_and_access_of_somebody(desk, store):
    headers = entered(desk, "admin")
    said = {"role": "editor", "regencies": ["63.10"]}
    changed = desk.put("/users/of-viewer/role", json=said, headers=headers)
    assert (changed.status_code, changed.json()["regencies"]) == (200, ["63.10"])
    wrong = desk.put("/users/of-viewer/role", json=said | {"role": "viewer"}, headers=headers)
    assert wrong.status_code == 400
    said = {"name": "Sri Wahyuni", "institution": ""}
    named = desk.put("/users/of-viewer/name", json=said, headers=headers)
    assert (named.status_code, named.json()["name"]) == (200, "Sri Wahyuni")
    assert desk.put("/users/nobody/name", json=said, headers=headers).status_code == 404
    new = {"password": "kuda hijau terbang"}
    assert desk.put("/users/of-viewer/password", json=new, headers=headers).status_code == 204
    assert (
        desk.put("/users/of-viewer/password", json={"password": "x"}, headers=headers).status_code
        == 400
    )
    assert desk.put("/users/nobody/password", json=new, headers=headers).status_code == 404
    role = {"role": "viewer"}
    assert desk.put("/users/nobody/role", json=role, headers=headers).status_code == 404
    entered(desk, "viewer", new["password"])
    # The last admin keeps the role, and a closed access is open again by a new password alone.
    headers = entered(desk, "admin")
    kept = desk.put("/users/of-admin/role", json={"role": "viewer"}, headers=headers)
    assert kept.status_code == 409
    assert desk.post("/users/of-viewer/reopen", json=new, headers=headers).status_code == 409
    assert desk.delete("/users/of-viewer", headers=headers).status_code == 204
    closed = page_of(desk).text
    assert 'data-to="/users/of-viewer/reopen"' in closed
    assert 'data-to="/users/of-viewer/role"' not in closed
    new = {"password": "ikan merah berenang"}
    opened = desk.post("/users/of-viewer/reopen", json=new, headers=headers)
    assert (opened.status_code, opened.json().get("disabled_at")) == (200, None)
    assert opened.json()["role"] == "editor"
    entered(desk, "viewer", new["password"])
    done = [e["action"] for e in store.audit() if e["subject"] == "of-viewer"]
    assert {"user-role", "user-name", "user-password", "user-disable", "user-reopen"} <= set(done)


def test_a_form_of_another_page_changes_nobody(desk, store):
    entered(desk, "admin")
    for method, path, body in (
        ("PUT", "/users/of-viewer/role", {"role": "admin"}),
        ("PUT", "/users/of-viewer/password", {"password": "kuda hijau terbang"}),
        ("POST", "/users/of-viewer/reopen", {"password": "kuda hijau terbang"}),
    ):
        answer = desk.request(method, path, json=body, headers={"Origin": "http://evil.example"})
        assert answer.status_code == 403
    assert store.users.is_password("of-viewer", PASSWORD)
    assert {row["user"]: row["role"] for row in store.users.all()}["of-viewer"] == "viewer"


def test_names_labels_and_institutions_are_inert(desk, store):
    facts = {"name": HOSTILE, "institution": HOSTILE, "regencies": ["<i>1</i>"]}
    store.users.add("jahat", password=PASSWORD, role="editor", **facts)
    store.users.add("tutup", password=PASSWORD, role="viewer", name=HOSTILE, institution=HOSTILE)
    store.users.disable("tutup")
    bounds = {"institution": HOSTILE, "regencies": ["<i>2</i>"]}
    store.keys.add(HOSTILE, role="editor", **bounds)
    store.keys.revoke(store.keys.add(HOSTILE, role="viewer").split("_")[1])
    entered(desk, "admin")
    for language in ("id", "en"):
        page = page_of(desk, language=language).text
        assert "<img src=x" not in page
        assert "<i>" not in page
        assert "{{ 7 * 7 }}" in page
        assert page.count("&lt;img src=x") >= 8
    desk.cookies.clear()
    desk.post("/session", json={"user": "jahat", "password": PASSWORD})
    account = page_of(desk, "/session").text
    assert "&lt;img src=x" in account
    assert "<img src=x" not in account


def test_everybody_logged_in_finds_the_form_for_the_own_password(desk):
    assert page_of(desk, "/session").status_code == 401
    for role in ("viewer", "editor", "publisher", "admin"):
        entered(desk, role)
        page = page_of(desk, "/session")
        assert page.status_code == 200
        assert page.headers["cache-control"] == "private, no-store"
        assert 'data-method="PUT" data-to="/password"' in page.text
        assert "/session?f=html" in page_of(desk, "/uploads").text
        assert ("Kabupaten Kotabaru" in page.text) == (role == "editor")
    assert "Your account" in page_of(desk, "/session", "en").text


def test_an_open_access_is_not_opened_again(store):
    store.users.add("sri", name="Sri", password=PASSWORD, role="viewer")
    with pytest.raises(Conflict, match="not closed"):
        store.users.reopen("sri", "kuda hijau terbang")
    store.users.disable("sri")
    assert not store.users.is_password("sri", PASSWORD)
    store.users.reopen("sri", "kuda hijau terbang")
    assert not store.users.is_password("sri", PASSWORD)
    assert store.users.is_password("sri", "kuda hijau terbang")
