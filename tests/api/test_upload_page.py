"""The page of an upload and the inbox: what each sees, what each may do there, and that it is inert."""

import re

import pytest
from fastapi.testclient import TestClient

from geo.ingest.findings import Feature, finding, to_json
from geo.store import catalogue, database
from maps.desk.findings import groups
from tests import hostile
from tests.api.test_uploads import as_gpkg, edited_elsewhere, open_service, zones

PASSWORD = "sawah di tepi Barito"
HOSTILE = '<img src=x onerror="alert(1)">'
pytestmark = pytest.mark.usefixtures("read_here")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One service with an editor and a publisher who have passwords, and an open client of it."""
    store, app = open_service(tmp_path_factory.mktemp("page"))
    for user, role in (("siti", "editor"), ("budi", "publisher")):
        store.users.add(user, password=PASSWORD, role=role, name=user.title(), institution="Dinas")
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000)) as client:
        yield store, client
    store.close()


def entered(client, user):
    """The headers by which a page of the service writes, after the login of a user."""
    said = client.post("/session", json={"user": user, "password": PASSWORD})
    assert said.status_code == 200, said.text
    return {"X-CSRF-Token": said.json()["csrf"], "Origin": "http://127.0.0.1"}


def sent(client, headers, path):
    answer = client.post("/uploads", files=hostile.multipart_of(path), headers=headers)
    return answer.headers["location"].removeprefix("http://127.0.0.1")


def page_of(client, address, language="id"):
    answer = client.get(f"{address}?f=html&lang={language}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.text


def landmarks(page):
    """The names of a page's regions, of sections and of tables that scroll."""
    by_id = dict(re.findall(r'<h[1-6] id="([^"]+)">(.*?)</h', page))
    named = re.findall(r'<(?:section|div)[^>]*\baria-labelledby="([^"]+)"', page)
    return [by_id[one] for one in named] + re.findall(r'role="region" aria-label="([^"]+)"', page)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    frame = zones().reset_index(drop=True).set_crs(4326, allow_override=True)
    return as_gpkg(tmp_path_factory.mktemp("files") / "a", frame)


def test_the_inbox_is_of_who_is_logged_in_and_of_nobody_else(service, good):
    _, client = service
    headers = entered(client, "siti")
    address = sent(client, headers, good)
    inbox = page_of(client, "/uploads")
    assert f'href="http://127.0.0.1{address}?f=html' in inbox
    assert "Siti" in inbox
    assert 'type="file"' in inbox
    assert len(set(landmarks(inbox))) == len(landmarks(inbox)) > 3
    client.cookies.clear()
    public = client.get("/uploads?f=html").text
    assert address not in public
    assert 'type="file"' not in public
    first = public[public.index("<h1>") :]
    assert first.index("masuk dahulu") < first.index("Masuk untuk mengirim berkas")
    assert "/login?next=/uploads" in first
    # What is long is read by who opens it.
    assert first.index("<details") < first.index("<table")
    assert " open>" not in first


def test_a_form_says_that_a_file_takes_the_place_of_the_layer(service):
    _, client = service
    entered(client, "siti")
    assert "menggantikan seluruh isi layer" in page_of(client, "/uploads")
    client.cookies.clear()


def test_a_page_has_the_forms_of_the_steps_that_its_reader_may_take(service, good):
    _, client = service
    headers = entered(client, "siti")
    address = sent(client, headers, good)
    ready = page_of(client, address)
    assert 'data-to="/submit"' in ready
    assert len(set(landmarks(ready))) == len(landmarks(ready)) > 3
    assert 'data-to="/publish"' not in ready
    client.post(f"{address}/submit", json={"note": "Rapat"}, headers=headers)
    submitted = page_of(client, address, "en")
    assert 'data-to="/submit"' not in submitted
    client.cookies.clear()

    headers = entered(client, "budi")
    waiting = page_of(client, address)
    for step in ("publish", "return", "comments"):
        assert f'data-to="/{step}"' in waiting
    assert address in page_of(client, "/uploads")
    published = client.post(f"{address}/publish", json={"note": None}, headers=headers)
    assert published.status_code == 200
    decided = page_of(client, address)
    assert 'data-to="/publish"' not in decided
    client.cookies.clear()


def test_what_comes_back_says_why_and_who_and_goes_on_from_its_page(service, good):
    _, client = service
    headers = entered(client, "siti")
    address = sent(client, headers, good)
    client.post(f"{address}/submit", json={"note": "Hasil <b>rapat</b>"}, headers=headers)
    told = page_of(client, address).split('id="submitted"')[1].split("</section>")[0]
    assert "Yang memutuskan: Budi." in told
    assert "Hasil &lt;b&gt;rapat" in told
    client.cookies.clear()
    headers = entered(client, "budi")
    assert 'id="submitted"' not in page_of(client, address)
    reason = {"reason": f"Batas timur keliru {HOSTILE}"}
    client.post(f"{address}/return", json=reason, headers=headers)
    theirs = page_of(client, address)
    assert "Sekarang menunggu pengirimnya" in theirs
    assert 'data-to="/publish"' not in theirs
    client.cookies.clear()

    headers = entered(client, "siti")
    back = page_of(client, address)
    told = back.split('id="returned"')[1].split("</section>")[0]
    for words in ("Oleh Budi, ", "(Dinas)", "Batas timur keliru", "ajukan lagi"):
        assert words in told
    assert HOSTILE not in back
    assert 'aria-current="step">2. Kembali kepada pengirim' in back
    assert 'data-to="/submit"' in back
    assert 'data-method="PATCH"' in back
    # What the head counts is what the desk lists.
    inbox = page_of(client, "/uploads")
    head = inbox.split('<b aria-hidden="true">')[1].split("<")[0]
    assert f"Menunggu Anda ({head})" in inbox
    client.post(f"{address}/submit", json={"note": "Sudah diperbaiki"}, headers=headers)
    client.cookies.clear()
    entered(client, "budi")
    assert "Pernah dikembalikan" in page_of(client, address)
    client.cookies.clear()


def test_whoever_decides_ticks_each_loss_and_reads_what_the_sender_accepted(service, good):
    store, client = service
    headers = entered(client, "siti")
    address = sent(client, headers, good)
    upload = address.rsplit("/", 1)[1]
    found = finding("columns_vanish", columns="PETUGAS", count=2, lost={"PETUGAS": 2})
    report = {**store.uploads.one(upload).report, **to_json([found])}
    with database.writing(store._engine) as connection:
        row = catalogue.uploads.update().where(catalogue.uploads.c.upload == upload)
        connection.execute(row.values(report=report))
    said = {"note": "x", "accepted": ["columns_vanish:PETUGAS"]}
    assert client.post(f"{address}/submit", json=said, headers=headers).status_code == 200
    client.cookies.clear()
    headers = entered(client, "budi")
    form = page_of(client, address).split('data-to="/publish"')[1].split("</form>")[0]
    assert "Sudah disetujui pengirim" in form
    assert 'name="accepted" value="columns_vanish:PETUGAS" data-type="list" required' in form
    unsaid = client.post(f"{address}/publish", json={}, headers=headers)
    assert (unsaid.status_code, unsaid.json()["code"]) == (409, "WarningsNotAccepted")
    client.cookies.clear()


def test_while_a_check_runs_its_page_shows_no_earlier_finding(service, good):
    store, client = service
    headers = entered(client, "siti")
    address = sent(client, headers, good)
    upload = address.rsplit("/", 1)[1]
    assert 'id="difference"' in page_of(client, address)
    store.uploads.check_again(upload, actor="siti")
    page = page_of(client, address)
    assert 'id="progress"' in page
    for section in ("findings", "difference", "choices", "columns"):
        assert f'id="{section}"' not in page
    assert store.uploads.one(upload).report["findings"] is not None
    assert client.delete(address, headers=headers).status_code == 204
    client.cookies.clear()


def test_a_refused_file_is_told_by_groups_and_mended_by_the_form(service, tmp_path):
    _, client = service
    headers = entered(client, "siti")
    frame = edited_elsewhere()
    frame.loc[2, "KDPKAB"] = "63.02"
    address = sent(client, headers, as_gpkg(tmp_path / "x", frame))
    refused = page_of(client, address)
    assert 'class="severity error"' in refused
    assert 'name="repairs"' in refused
    # What the form says when its tick is set and all else is empty.
    said = {"repairs": ["make_valid"], "crs": None, "encoding": None, "leave_out_others": False}
    mended = client.patch(address, json=said, headers=headers)
    assert mended.json()["state"] == "ready"
    assert 'data-to="/submit"' in page_of(client, address)
    client.cookies.clear()


def test_what_is_wrong_stands_apart_from_how_to_mend_it(service, tmp_path):
    _, client = service
    headers = entered(client, "siti")
    address = sent(client, headers, as_gpkg(tmp_path / "x", edited_elsewhere()))
    page = page_of(client, address, "en")
    where = 'data-severity="error" data-lon="115.73" data-lat="-3.575001" data-row="2" data-key="sebamban"'
    assert f'<li {where}><span class="what">Row 2 (sebamban, Sebamban): its polygon' in page
    assert '<p class="mend"><b>How to mend it:</b> Mend it in your GIS program' in page
    # Without a script: every sentence, and a word for the map.
    assert "This map needs JavaScript" in page
    client.cookies.clear()


def test_a_kind_found_often_shows_twenty_and_unfolds_the_rest():
    found = [finding("geometry_missing", feature=Feature(row)) for row in range(1, 71)]
    (group,) = groups(to_json(found), "id")
    assert (group["count"], len(group["sentences"])) == (70, 50)
    assert group["gist"] == "tidak memiliki geometri."
    assert group["mend"] == "Gambar geometrinya, atau hapus barisnya."
    assert group["sentences"][49]["what"] == "Baris 50: tidak memiliki geometri."


def test_a_remedy_of_one_sentence_alone_stays_with_it():
    found = [finding("code_invalid", value="x", column="c", example=code) for code in "12"]
    (group,) = groups(to_json(found), "en")
    assert group["mend"] == ""
    assert [one["mend"][-4:] for one in group["sentences"]] == ["'1'.", "'2'."]


def test_names_notes_and_comments_are_inert(service, tmp_path):
    _, client = service
    headers = entered(client, "siti")
    # A name of a column and a value of a field stand in the choices, in attributes too.
    frame = zones().reset_index(drop=True).set_crs(4326, allow_override=True)
    frame = frame.assign(**{HOSTILE: HOSTILE, "name": HOSTILE})
    with as_gpkg(tmp_path / "x", frame).open("rb") as file:
        answer = client.post("/uploads", files={"file": (f"{HOSTILE}.gpkg", file)}, headers=headers)
    address = answer.headers["location"].removeprefix("http://127.0.0.1")
    chosen = client.patch(address, json={"columns": {"remarks": HOSTILE}}, headers=headers)
    assert chosen.status_code == 200
    assert "<img src=x" not in page_of(client, address)
    place = {"feature": HOSTILE, "lon": 115.7, "lat": -3.6}
    for said in ({"text": HOSTILE}, {"text": HOSTILE, "place": place}):
        assert client.post(f"{address}/comments", json=said, headers=headers).status_code == 201
    client.post(f"{address}/submit", json={"note": HOSTILE}, headers=headers)
    client.cookies.clear()
    entered(client, "budi")
    for language in ("id", "en"):
        for place in (address, "/uploads"):
            assert "<img src=x" not in page_of(client, place, language)
    client.cookies.clear()


def test_the_page_of_an_upload_is_nobodys_who_is_not_known(service, good):
    _, client = service
    headers = entered(client, "siti")
    address = sent(client, headers, good)
    client.cookies.clear()
    answer = client.get(f"{address}?f=html")
    assert answer.status_code == 401
    assert f'value="{address}' in answer.text
