"""The history of a layer and the difference of any two of its versions, for everybody; rollback for publishers."""

import re

import pytest
from fastapi.testclient import TestClient

from tests import hostile
from tests.api.test_upload_page import HOSTILE, PASSWORD, entered
from tests.api.test_uploads import as_gpkg, open_service, published, zones

pytestmark = pytest.mark.usefixtures("read_here")


def moved_zones():
    """The zones with one gone, one new, one moved and one renamed."""
    frame = zones()
    frame.loc["sebamban", "name"] = "Sebamban Baru"
    shape = frame.geometry.translate(0.01)
    frame.loc["angsana", "geometry"] = shape["angsana"]
    frame = frame.rename(index={"pulau-laut": "kotabaru"})
    return frame.assign(zone_id=frame.index)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Zones in two versions, the older of which is current again."""
    store, app = open_service(tmp_path_factory.mktemp("history"))
    store.users.add("budi", password=PASSWORD, role="publisher", name="Budi", institution="Dinas")
    store.users.add("siti", password=PASSWORD, role="editor", name="Siti", institution="Dinas")
    published(store, "zones", moved_zones())
    store.rollback("zones", 1, actor="rahasia", note=f"salah {HOSTILE}")
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000)) as client:
        yield store, client
    store.close()


def test_everybody_reads_what_became_of_a_layer_and_only_the_known_by_whom(service):
    _, client = service
    found = client.get("/collections/zones/versions?lang=id").json()
    assert [(v["number"], v["current"], v.get("replaced")) for v in found["versions"]] == [
        (2, False, 1),
        (1, True, None),
    ]
    latest = found["events"][0]
    assert (latest["action"], latest["number"], latest["before"]) == ("rollback", 1, 2)
    assert [event["action"] for event in found["events"]] == ["rollback", "publish", "publish"]
    public = client.get("/collections/zones/versions?f=html").text
    assert "Versi 1 diberlakukan lagi, menggantikan versi 2" in public
    assert "from=1&amp;to=2" in public
    for hidden in ("rahasia", "salah", 'data-to="/rollback"'):
        assert hidden not in str(found) + public

    entered(client, "siti")
    known = client.get("/collections/zones/versions?f=html")
    assert known.headers["cache-control"] == "private, no-store"
    assert "rahasia" in known.text
    assert HOSTILE not in known.text
    assert 'data-to="/rollback"' not in known.text
    client.cookies.clear()


def test_a_publisher_finds_one_form_for_each_other_version(service):
    store, client = service
    headers = entered(client, "budi")
    for language in ("id", "en"):
        page = client.get(f"/collections/zones/versions?f=html&lang={language}").text
        assert re.findall(r'name="number" value="(\d+)"', page) == ["2"]
    # What the form says, and nothing without a reason.
    address = "/collections/zones/rollback"
    assert (
        client.post(address, json={"number": 2, "note": None}, headers=headers).status_code == 400
    )
    assert client.post(address, json={"number": 2, "note": "benar"}).status_code == 403
    done = client.post(address, json={"number": 2, "note": "benar"}, headers=headers)
    assert done.json()["version"] == 2
    page = client.get("/collections/zones/versions?f=html").text
    assert re.findall(r'name="number" value="(\d+)"', page) == ["1"]
    store.rollback("zones", 1, actor="rahasia", note="lagi")
    client.cookies.clear()


def test_any_two_versions_are_compared_both_ways(service):
    _, client = service
    found = client.get("/collections/zones/difference?from=1&to=2").json()
    assert found["counts"] == {"added": 1, "removed": 1, "changed": 2, "unchanged": 0}
    assert (found["added"], found["removed"]) == (["kotabaru"], ["pulau-laut"])
    assert [one["key"] for one in found["changed"]] == ["angsana", "sebamban"]
    back = client.get("/collections/zones/difference?from=2&to=1").json()
    assert (back["added"], back["removed"]) == (found["removed"], found["added"])
    # Without numbers: the current one, and the one before it.
    assert client.get("/collections/zones/difference").json()["after"]["number"] == 1
    same = client.get("/collections/zones/difference?from=2&to=2").json()
    assert same["counts"] == {"added": 0, "removed": 0, "changed": 0, "unchanged": 3}


def test_the_page_of_a_difference_chooses_two_versions_and_shows_areas(service):
    _, client = service
    for language, said in (("id", "Kotabaru"), ("en", "Kotabaru")):
        page = client.get(f"/collections/zones/difference?from=1&to=2&f=html&lang={language}").text
        assert page.count("<option") == 4
        assert '<option value="1" selected>' in page
        assert "Sebamban → Sebamban Baru" in page
        assert said in page


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("zones/difference?from=9", 404),
        ("zones/difference?from=0", 400),
        ("zones/difference?dari=1", 400),
        ("tidak-ada/difference", 404),
        ("region/difference", 404),
        ("tidak-ada/versions", 404),
    ],
)
def test_versions_that_are_not_there_are_told(service, address, status):
    _, client = service
    for form in ("json", "html"):
        joined = "&" if "?" in address else "?"
        assert client.get(f"/collections/{address}{joined}f={form}").status_code == status


def handed_in(client, headers, folder):
    frame = zones().reset_index(drop=True).set_crs(4326, allow_override=True)
    path = as_gpkg(folder, frame)
    answer = client.post("/uploads", files=hostile.multipart_of(path), headers=headers)
    return answer.headers["location"].removeprefix("http://127.0.0.1")


def test_a_page_says_that_its_layer_has_moved_and_compares_again_without_publishing(
    tmp_path,
):
    store, app = open_service(tmp_path)
    for user, role in (("siti", "editor"), ("budi", "publisher")):
        store.users.add(user, password=PASSWORD, role=role, name=user.title(), institution="Dinas")
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000)) as client:
        siti = entered(client, "siti")
        address = handed_in(client, siti, tmp_path / "a")
        client.post(f"{address}/submit", json={"note": "Rapat"}, headers=siti)
        assert "is-stale" not in client.get(f"{address}?f=html").text
        published(store, "zones", moved_zones())
        seen = client.get(f"{address}?f=html").text
        assert "Pengirim atau penerbit perlu membandingkannya lagi" in seen
        client.cookies.clear()

        budi = entered(client, "budi")
        seen = client.get(f"{address}?f=html&lang=id").text
        assert "kini versi 2" in seen
        assert "/collections/zones/versions?f=html" in seen
        # What the form of the page says: it cannot publish, whatever becomes of the layer.
        said = {"expected": 2, "accept_warnings": True}
        again = client.post(f"{address}/publish", json=said, headers=budi)
        assert (again.status_code, again.json()["code"]) == (409, "LayerMoved")
        assert store.version("zones").number == 2
        assert "is-stale" not in client.get(f"{address}?f=html").text
        # Whoever publishes it now must have seen the new comparison, however often the page is loaded.
        said = {"accept_warnings": True}
        for _ in range(2):
            assert 'name="expected" value="2"' in client.get(f"{address}?f=html").text
            unseen = client.post(f"{address}/publish", json=said, headers=budi)
            assert (unseen.status_code, unseen.json()["code"]) == (409, "Conflict")
        assert store.version("zones").number == 2
        published_now = client.post(
            f"{address}/publish", json={**said, "expected": 2}, headers=budi
        )
        assert published_now.json()["version"] == 3
    store.close()


def test_the_effect_on_the_assessments_is_a_page_and_a_section_that_asks_for_it(service, tmp_path):
    _, client = service
    headers = entered(client, "siti")
    address = handed_in(client, headers, tmp_path / "a")
    for language in ("id", "en"):
        own = client.get(f"{address}?f=html&lang={language}").text
        assert f'data-source="http://127.0.0.1{address}/impact?f=html&amp;lang={language}"' in own
        page = client.get(f"{address}/impact?f=html&lang={language}")
        assert page.headers["cache-control"] == "private, no-store"
        told = client.get(f"{address}/impact").json()
        assert told["sentence"][language] in page.text
    client.delete(address, headers=headers)
    ended = client.get(f"{address}/impact?f=html")
    assert ended.status_code == 409
    assert 'id="effects"' not in ended.text
    client.cookies.clear()


def test_the_features_that_differ_are_drawn_as_they_were_and_as_they_are(service):
    _, client = service
    address = "/collections/zones/difference?from=1&to=2&f=geojson"
    answer = client.get(address)
    assert answer.headers["content-type"] == "application/geo+json"
    found = answer.json()
    roles = {(one["properties"]["role"], one["properties"]["key"]) for one in found["features"]}
    assert roles == {
        ("removed", "pulau-laut"),
        ("added", "kotabaru"),
        ("moved_before", "angsana"),
        ("moved_after", "angsana"),
        ("values", "sebamban"),
    }
    assert (found["shown"], found["of"]) == (5, 5)
    page = client.get(address.replace("geojson", "html")).text
    assert (
        'data-address="http://127.0.0.1/collections/zones?from=1&amp;to=2&amp;f=geojson&amp;lang=id"'
        in page
    )
    # 0.01 degrees of longitude at 3.7 degrees south.
    (moved,) = re.findall(r'data-key="angsana".*?</tr>', page)
    assert "1.11" in moved


def test_a_publisher_reads_what_a_new_layer_is_called_and_what_it_is_for(service, tmp_path):
    _, client = service
    headers = entered(client, "siti")
    path = as_gpkg(
        tmp_path / "a", zones().reset_index(drop=True).set_crs(4326, allow_override=True)
    )
    said = {"collection": "jalan-uji", "title": "Jalan uji", "title_en": "Test roads"}
    said |= {"purpose": "planning", "source": "Dinas PU", "licence": "CC BY"}
    sent = client.post(
        "/uploads", files=hostile.multipart_of(path), data=said, headers=headers
    ).headers["location"]
    client.post(f"{sent}/submit", json={"note": "Rapat"}, headers=headers)
    client.cookies.clear()
    entered(client, "budi")
    page = client.get(f"{sent}?f=html&lang=id").text
    for told in ("Jalan uji", "Test roads", "jalan-uji", "Perencanaan", "Dinas PU", "CC BY"):
        assert told in page.split('id="publish"')[1].split("</section>")[0]
    client.cookies.clear()
