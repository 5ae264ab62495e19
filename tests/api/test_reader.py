"""The head of every page says who reads it, and no cache hands one reader's page to another."""

from urllib.parse import quote

from geo.store.roles import Actor
from tests.api.examples import ODD_LAYER
from tests.api.test_upload_page import PASSWORD, entered, service  # noqa: F401

HTML = {"Accept": "text/html"}
PAGES = ("/", "/guide", "/collections?f=html", "/collections/zones?f=html", "/none?f=html")
PAGES += ("/collections/zones/items?f=html", "/maps/zones", "/roles?f=html")
# What would break out of an attribute, and what stands for the head in a drawn page.
HOSTILE = '"><img src=x onerror=alert(1)> {{ 7 * 7 }} <!-- reader -->'


def refused_upload(store, actor, dataset="zones"):
    """An upload that was checked and needs a hand, without a reader process."""
    path = store.folder / "content"
    path.write_bytes(b"x")
    found = store.uploads.receive(
        dataset, path, filename="a.zip", sha256="0" * 64, choices={}, actor=actor
    )
    store.uploads.begin_check(found.upload, actor=actor.name)
    report = {"findings": [], "errors": 1, "counts": {}}
    return store.uploads.end_check(found.upload, report=report, frame=None, actor=actor.name).upload


def test_a_page_names_its_reader_and_nobody_to_the_public(service):  # noqa: F811
    _, client = service
    entered(client, "siti")
    own = {path: client.get(path, headers=HTML) for path in PAGES}
    files = [client.get(f"/maps/{name}?download=1").text for name in ("zones", "regencies")]
    client.cookies.clear()
    public = {path: client.get(path, headers=HTML) for path in PAGES}
    for path in PAGES:
        page, everybodys = own[path].text, public[path].text
        assert 'class="name" aria-hidden="true">Siti<' in page, path
        assert page.count('action="http://127.0.0.1/logout') == 1
        assert own[path].headers["cache-control"].split(",")[0] in ("private", "no-store")
        for answer in (own[path], public[path]):
            assert "Cookie" in answer.headers["vary"]
        assert "Siti" not in everybodys
        assert "/login?next=" in everybodys
    # What is carried away is nobody's.
    assert all("Siti" not in file and 'class="reader"' not in file for file in files)


def test_a_tag_of_one_reader_is_no_tag_of_another_nor_of_another_count(service):  # noqa: F811
    store, client = service
    path = "/collections/zones/items?f=html"
    tags = [client.get(path, headers=HTML).headers["etag"]]
    headers = entered(client, "siti")
    for count in (0, 1):
        own = client.get(path, headers={**HTML, "If-None-Match": ", ".join(tags)})
        assert own.status_code == 200
        assert ("<b aria-hidden" in own.text) == bool(count)
        tags.append(own.headers["etag"])
        known = client.get(path, headers={**HTML, "If-None-Match": tags[-1]})
        assert known.status_code == 304
        assert "Cookie" in known.headers["vary"]
        if not count:
            upload = refused_upload(
                store, store.sessions.of(client.cookies["kawasan_session"], idle_s=60).actor
            )
    client.delete(f"/uploads/{upload}", headers=headers)
    client.cookies.clear()
    assert client.get(path, headers={**HTML, "If-None-Match": tags[1]}).status_code == 200
    assert client.get(path, headers={**HTML, "If-None-Match": tags[0]}).status_code == 304


def test_a_readers_name_is_inert_in_the_head(service):  # noqa: F811
    store, client = service
    store.users.add("hostile", password=PASSWORD, role="viewer", name=HOSTILE)
    entered(client, "hostile")
    for path in ("/guide", "/maps/odd"):
        page = client.get(path, headers=HTML).text
        assert "<img src=x" not in page
        assert page.count('class="reader"') == 1
    client.cookies.clear()


def listed_back(client):
    """What the desk lists as come back."""
    page = client.get("/uploads?f=html&limit=1").text
    return page.split('<h2 id="back"')[1].split("<h2 id=")[0]


def test_the_desk_tells_what_came_back_with_its_reason_by_the_clock_of_the_region(service):  # noqa: F811
    store, client = service
    editor, publisher = Actor("siti", "editor"), Actor("budi", "publisher")
    path = store.folder / "content"
    path.write_bytes(b"x")
    upload = refused_upload(store, editor)
    facts = {"filename": "b.zip", "sha256": "0" * 64, "choices": {}, "actor": editor}
    back = store.uploads.receive("regencies", path, **facts).upload
    store.uploads.begin_check(back, actor="siti")
    store.uploads.end_check(back, report={"counts": {}}, frame=path, actor="siti")
    store.uploads.submit(back, submission={"note": "x"}, actor="siti")
    store.uploads.give_back(back, reason=f"Batas timur keliru {HOSTILE}", actor=publisher)
    entered(client, "siti")
    page = client.get("/uploads?f=html").text
    lists = {part.split('"')[0]: part for part in page.split('<h2 id="')[1:]}
    assert upload in lists["back"]
    assert back in lists["back"]
    assert back not in lists["decided"]
    assert "Batas timur keliru" in lists["back"]
    assert "<img src=x" not in page
    assert "Kabupaten dan kota" in lists["back"]
    assert "Dikirim oleh Siti." in lists["back"]
    assert " WIB." in lists["back"] or " WITA." in lists["back"]
    assert 'type="application/atom+xml"' in page
    # It stays there, whatever else is sent, until its sender goes on with it.
    refused_upload(store, editor, "regencies")
    assert back in listed_back(client)
    store.uploads.withdraw(back, actor=editor)
    assert back not in listed_back(client)
    client.cookies.clear()


def test_a_program_with_a_key_has_no_head(service):  # noqa: F811
    store, client = service
    key = store.keys.add("Program", role="viewer")
    page = client.get("/guide", headers={"Authorization": f"Bearer {key}"}).text
    assert 'class="reader"' not in page
    assert "<!-- reader -->" not in page


def test_a_page_with_scripts_of_its_own_has_the_head_and_its_file_has_none(reading_client):
    path = f"/maps/{quote(ODD_LAYER, safe='')}"
    answer = reading_client.get(path)
    assert 'class="reader"' in answer.text
    assert "Cookie" in answer.headers["vary"]
    assert 'class="reader"' not in reading_client.get(f"{path}?download=1").text
