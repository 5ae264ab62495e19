"""Who gets in: the table of roles at every route, a closed store, keys, and who is told what."""

import asyncio
import re
from contextlib import suppress

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.access import actions_of
from api.main import ROUTERS, create_app
from api.settings import Settings
from geo.errors import Conflict
from geo.store.keys import Keys
from geo.store.roles import ACTIONS, ROLES, TABLE, Actor, Circumstances, may
from geo.store.shared_limits import SharedRate
from tests.api.examples import publish, zones

ROLES_BY_HTTP = tuple(role for role in ROLES if role != "operator")
# Values for the parameters of paths; what is not named is an id that nothing has.
PLACES = {
    "collectionId": "zones",
    "featureId": "angsana",
    "tileMatrixSetId": "WebMercatorQuad",
    "rule": "own_approval",
    "uploadId": "0123456789abcdef",
}
DENIED = (401, 403)


def routes():
    for router in ROUTERS:
        for route in router.routes:
            for method in sorted(route.methods):
                yield method, route


def address_of(route):
    return re.sub(r"\{(\w+)(:path)?\}", lambda m: PLACES.get(m[1], "0"), route.path)


def keyed(store, role, **bounds):
    return {"X-API-Key": store.keys.add(f"of {role}", role=role, **bounds)}


def asked(client, method, path, headers):
    """The status of a request without a body: whoever gets in is told what it lacks."""
    return client.request(method, path, headers={"Accept": "application/json", **headers})


@pytest.fixture
def settings(tmp_path):
    return Settings(store=tmp_path / "store", requests_per_minute=10_000)


@pytest.fixture
def closed(store, client):
    store.rules.set("closed", True, actor="tester")
    return client


def test_every_route_states_what_it_does_and_is_refused_otherwise(settings, store):
    app = create_app(settings, store=store)

    @app.get("/forgotten")
    def forgotten():
        return "secret"

    for _, route in routes():
        assert isinstance(route, APIRoute)
        assert actions_of(route), route.path
    admin = keyed(store, "admin")
    with TestClient(app) as client:
        answer = client.get("/forgotten", headers=admin)
    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.mark.parametrize("role", ROLES_BY_HTTP)
def test_the_table_decides_at_every_route(client, store, role):
    headers = {} if role == "public" else keyed(store, role)
    store.keys.add("so that the door is open")
    for method, route in routes():
        (action,) = actions_of(route)
        if action == "read" and route.path != "/uploads":
            continue
        # `/uploads` is a page for everybody, and a list for those who may see what waits.
        wanted = "read_waiting" if (method, route.path) == ("GET", "/uploads") else action
        status = asked(client, method, address_of(route), headers).status_code
        is_let_in = status not in DENIED
        assert is_let_in == (role in TABLE[wanted]), (method, route.path, status)
        if not is_let_in:
            assert status == (401 if role == "public" else 403)


@pytest.mark.parametrize("role", ["viewer", "editor", "publisher", "admin"])
def test_whoever_is_known_reads_what_everybody_reads(client, store, role):
    headers = keyed(store, role)
    for path in ("/collections/zones/items", "/roles", "/static/css/api.css", "/session"):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200
        assert "private" in answer.headers["cache-control"]
        assert "public" not in answer.headers["cache-control"]
        assert "Authorization, Cookie" in answer.headers["vary"]


@pytest.mark.parametrize("role", ["editor", "publisher", "admin"])
def test_an_editor_submits_for_its_own_regencies_alone(client, store, tmp_path, role):
    key = store.keys.add("x", role=role, regencies=["63.02"] if role == "editor" else None)
    for regencies, is_own in ((["63.02"], True), (["63.02", "63.10"], False), ([""], False)):
        upload = waiting(store, tmp_path, store.keys.require(key), regencies=regencies)
        answer = client.post(
            f"/uploads/{upload}/submit?lang=en", json={"note": "x"}, headers={"X-API-Key": key}
        )
        if role != "editor" or is_own:
            assert answer.status_code == 200, answer.text
        else:
            assert answer.status_code == 403
            assert "63.02" in answer.json()["detail"]
            assert store.audit()[-1]["details"]["why"] == "NotAllowed"


@pytest.mark.parametrize(("role", "status"), [("editor", 403), ("publisher", 200)])
def test_an_editor_submits_nobody_elses_upload(client, store, tmp_path, role, status):
    sender = store.keys.require(store.keys.add("sender", role="editor"))
    upload = waiting(store, tmp_path, sender, regencies=["63.02"])
    headers = {"X-API-Key": store.keys.add("other", role=role)}
    answer = client.post(f"/uploads/{upload}/submit", json={"note": "x"}, headers=headers)
    assert answer.status_code == status, answer.text


def waiting(store, folder, actor, *, regencies):
    """An upload that was checked without any finding, and changes features of these regencies."""
    content, frame = folder / "x.geojson", folder / "x.parquet"
    for file in (content, frame):
        file.write_text("{}")
    facts = {"filename": "x.geojson", "sha256": "0" * 64, "choices": {}}
    upload = store.uploads.receive("zones", content, actor=actor, **facts).upload
    store.uploads.begin_check(upload, actor="kawasan")
    report = {"counts": {}, "findings": [], "errors": 0, "against": 2}
    report |= {"touched": regencies}
    store.uploads.end_check(upload, report=report, frame=frame, actor="kawasan")
    return upload


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", ROLES)
def test_regencies_bound_an_editor_and_nobody_else(role, action):
    actor = Actor("x", role, regencies=frozenset({"63.02"}))
    own, other = (Circumstances(is_own=True, touching=[c]) for c in ("63.02", "63.10"))
    free = role in TABLE[action]
    is_bound = role == "editor" and action in ("upload", "submit", "withdraw")
    approves = role == "operator" or action != "approve"
    assert may(actor, action, own) == (free and approves)
    assert may(actor, action, other) == (free and approves and not is_bound)


def test_the_description_says_which_operations_need_a_login(client):
    paths = client.get("/api").json()["paths"]
    assert {"key": []} in paths["/uploads"]["post"]["security"]
    assert {"session": []} in paths["/users"]["get"]["security"]
    assert "security" not in paths["/collections"]["get"]
    needing = {(m, p) for p, ways in paths.items() for m, way in ways.items() if "security" in way}
    assert len(needing) == sum(bool(set(actions_of(r)) - {"read"}) for _, r in routes())


def test_a_closed_store_answers_no_path_at_all(closed, store):
    document = closed.get("/api", headers=keyed(store, "viewer")).json()
    paths = {re.sub(r"\{(\w+)\}", lambda m: PLACES.get(m[1], "0"), p) for p in document["paths"]}
    paths |= {address_of(route) for _, route in routes()}
    paths |= {
        "/static/js/map.js",
        "/static/context/outlines.json",
        "/static/vendor/manifest.toml",
        "/static/css/../js/map.js",
        "/static/css/compare.css",
        "/nowhere",
        "/login/../map",
        "//login",
        "/session/",
        "/map/",
        "/collections/zones/tiles/WebMercatorQuad/7/63/104.mvt",
    }
    for path in sorted(paths - {"/login"}):
        is_short = path.count("/") == 1 and path != "/session/"
        for method in ("GET", *(("HEAD", "OPTIONS", "POST", "DELETE") if is_short else ())):
            if (method, path) == ("POST", "/session"):
                continue
            answer = closed.request(method, path, follow_redirects=False)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["cache-control"] == "private, no-store"
            assert "Authorization, Cookie" in answer.headers["vary"]
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert "Angsana" not in answer.text


def test_the_login_page_of_a_closed_store_has_all_that_it_needs(closed):
    page = closed.get("/login")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    own = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert len(own) >= 3
    css = closed.get("/static/css/kawasan.css").text
    own += [f"/static/{font}" for font in re.findall(r"url\(\.\./(vendor/[^)]+)\)", css)]
    assert {closed.get(address).status_code for address in own} == {200}


def test_a_browser_finds_the_form_at_a_closed_path_and_goes_on_from_there(closed):
    answer = closed.get("/map?year=2025", headers={"Accept": "text/html"})
    assert answer.status_code == 401
    assert '<form class="login" method="post"' in answer.text
    assert 'name="next" value="/map?year=2025"' in answer.text
    assert closed.get("/map").headers["content-type"] == "application/problem+json"


def test_a_closed_store_opens_to_a_key_and_no_cache_may_keep_it(closed, store):
    headers = keyed(store, "viewer")
    for path in ("/collections/zones/items", "/static/js/map.js", "/nowhere", "/healthz"):
        answer = closed.get(path, headers=headers)
        assert answer.status_code in (200, 404)
        assert "private" in answer.headers["cache-control"]
        assert "public" not in answer.headers["cache-control"]
    store.rules.set("closed", False, actor="tester")
    assert closed.get("/collections").headers["cache-control"] == "public, no-cache"


@pytest.mark.parametrize("path", ["/static/%2e%2e/%2e%2e/pyproject.toml", "/%2E%2E/etc/passwd"])
def test_who_tries_to_leave_the_folder_is_refused_and_written_down(client, store, path):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "PathNotFound")
    refused = store.audit()[-1]
    assert (refused["action"], refused["details"]["why"]) == ("refused", "PathNotFound")


def test_an_id_that_holds_dots_is_no_way_up(client, store):
    before = len(store.audit())
    assert client.get("/collections/zones/items/a%2F..%2Fb").status_code == 404
    assert len(store.audit()) == before


def test_a_key_that_has_ended_is_refused_everywhere_and_logged_without_its_secret(client, store):
    revoked = store.keys.add("gone")
    store.keys.revoke(revoked.split("_")[1])
    past = store.keys.add("past", expires_at="2020-01-01T00:00:00Z")
    good = store.keys.add("good")
    for key, said in ((revoked, "revoked"), (past, "ended"), (good + "x", "not known")):
        answer = client.get("/collections?lang=en", headers={"Authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "KeyRefused")
        assert said in answer.json()["detail"]
    entries = [e for e in store.audit() if e["action"] == "refused"]
    assert [e["subject"] for e in entries] == [
        revoked.split("_")[1],
        past.split("_")[1],
        "testclient",
    ]
    written = (store.folder / "catalogue.sqlite-wal").read_bytes()
    assert not any(key.split("_", 2)[2].encode() in written for key in (revoked, past, good))


def test_a_flood_of_refusals_leaves_few_lines(client, store):
    viewer = keyed(store, "viewer")
    for _ in range(12):
        assert client.delete("/users/sri", headers=viewer).status_code == 403
    assert len([e for e in store.audit() if e["action"] == "refused"]) == 5
    found = client.get("/audit?limit=3", headers=keyed(store, "publisher")).json()["entries"]
    assert [e["action"] for e in found] == ["key-add", "refused", "refused"]
    assert found[1]["details"]["path"] == "/users/sri"


def test_the_last_use_of_a_key_is_written_once_a_minute(store):
    key = store.keys.add("gis")
    store.keys.require(key)
    before = (store.folder / "catalogue.sqlite-wal").stat().st_size
    for _ in range(20):
        store.keys.require(key)
    assert (store.folder / "catalogue.sqlite-wal").stat().st_size == before


def test_the_public_sees_role_and_institution_and_a_reader_the_name(client, store):
    publish(store, "zones", zones(), actor="Sri", role="publisher", institution="Dinas Kotabaru")
    for form in ("json", "html"):
        path = f"/collections/zones/versions?lang=en&f={form}"
        public, known = client.get(path), client.get(path, headers=keyed(store, "viewer"))
        assert "Publisher, Dinas Kotabaru" in public.text
        assert "Sri" not in public.text
        assert "Sri" in known.text


def test_an_editor_withdraws_what_is_its_own_alone(store, client, tmp_path):
    own, content = store.keys.add("own", role="editor"), tmp_path / "x.geojson"
    content.write_text("{}")
    facts = {"filename": "x.geojson", "sha256": "0" * 64, "choices": {}}
    mine, other = (
        store.uploads.receive("zones", content, actor=actor, **facts).upload
        for actor in (store.keys.require(own), Actor("somebody", "editor"))
    )
    headers = {"X-API-Key": own}
    assert client.delete(f"/uploads/{other}", headers=headers).status_code == 403
    assert client.delete(f"/uploads/{mine}", headers=headers).status_code == 204
    publisher = {"headers": keyed(store, "publisher")}
    assert client.delete(f"/uploads/{other}", **publisher).status_code == 400
    why = {"reason": "Berkas lama."}
    assert client.delete(f"/uploads/{other}", params=why, **publisher).status_code == 204
    (said,) = store.comments.of("upload", other)
    assert (said.text, said.role) == ("Berkas lama.", "publisher")


def test_an_admin_keeps_people_keys_and_rules(client, store):
    admin = keyed(store, "admin")
    person = {"user": "sri", "password": "kuda hijau terbang", "role": "editor", "name": "Sri"}
    person |= {"regencies": ["63.02"], "institution": "Dinas"}
    made = client.post("/users", json=person, headers=admin)
    assert (made.status_code, made.json()["regencies"]) == (201, ["63.02"])
    assert "password" not in made.json()
    assert client.post("/users", json=person, headers=admin).status_code == 409
    assert client.delete("/users/sri", headers=admin).status_code == 204
    assert client.delete("/users/nobody", headers=admin).status_code == 404
    assert client.get("/users", headers=admin).json()["users"][0]["disabled_at"]

    asked_key = {"label": "peta", "role": "viewer", "expires": "2099-12-31"}
    key = client.post("/keys", json=asked_key, headers=admin).json()["key"]
    assert client.get("/session", headers={"X-API-Key": key}).json()["role"] == "viewer"
    prefix = key.split("_")[1]
    listed = {k["prefix"]: k for k in client.get("/keys", headers=admin).json()["keys"]}
    assert listed[prefix]["expires_at"] == "2100-01-01T00:00:00Z"
    assert client.delete(f"/keys/{prefix}", headers=admin).status_code == 204
    assert client.get("/session", headers={"X-API-Key": key}).status_code == 401
    for wrong in ({"role": "operator"}, {"role": "viewer", "regencies": ["63.02"]}):
        answer = client.post("/keys", json={"label": "x", **wrong}, headers=admin)
        assert answer.status_code == 400

    assert client.put("/rules/closed", json={"value": True}, headers=admin).status_code == 200
    assert client.get("/rules").status_code == 401
    assert client.get("/rules", headers=admin).json()["rules"]["closed"] is True


def test_a_regency_that_is_none_binds_nobody(reference_store):
    admin = keyed(reference_store, "admin")
    app = create_app(Settings(store=reference_store.folder), store=reference_store)
    with TestClient(app) as client:
        asked_key = {"label": "x", "role": "editor", "regencies": ["63.99"]}
        answer = client.post("/keys?lang=en", json=asked_key, headers=admin)
    assert answer.status_code == 400
    assert "'63.99' is not known" in answer.json()["detail"]


def test_the_table_of_roles_is_a_page_and_json_in_both_languages(client):
    found = client.get("/roles?lang=en").json()
    told = {one["action"]: set(one["roles"]) for one in found["actions"]}
    assert told == {action: set(TABLE[action]) for action in ACTIONS}
    for language, word in (("id", "Penyunting"), ("en", "Editor")):
        page = client.get(f"/roles?f=html&lang={language}").text
        assert word in page
        assert page.count("✓") == sum(map(len, TABLE.values()))


def test_the_last_admin_keeps_the_role_until_there_is_another(client, store):
    asked = {"headers": {**keyed(store, "admin"), "Accept-Language": "id"}}
    store.users.add("sri", name="Sri", password="kuda hijau terbang", role="admin")
    answer = client.delete("/users/sri", **asked)
    assert (answer.status_code, "satu-satunya admin" in answer.json()["detail"]) == (409, True)
    with pytest.raises(Conflict, match="only admin"):
        store.users.set_role("sri", "viewer")
    store.users.add("budi", name="Budi", password="ikan merah berenang", role="admin")
    assert client.delete("/users/sri", **asked).status_code == 204


def test_the_loop_waits_for_no_count_that_processes_share(client, store, monkeypatch):
    in_loop = []

    def counted(*_):
        with suppress(RuntimeError):
            in_loop.append(asyncio.get_running_loop())
        counted.calls += 1
        return 0.0

    counted.calls = 0
    monkeypatch.setattr(SharedRate, "wait_s", counted)
    monkeypatch.setattr(Keys, "any", lambda _: bool(counted()) or True)
    assert client.get("/uploads?f=json", headers=keyed(store, "editor")).status_code == 200
    assert client.get("/uploads?f=json").status_code == 401
    assert client.get("/uploads?f=json", headers={"X-API-Key": "kwsn_wrong"}).status_code == 401
    assert counted.calls >= 3
    assert not in_loop
