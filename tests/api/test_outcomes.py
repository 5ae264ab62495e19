"""What becomes of an upload is told where its sender looks: rollback, withdrawal by another, licence."""

import pytest

from tests.api.test_upload_page import entered, good, page_of, sent, service

__all__ = ["good", "service"]


@pytest.fixture
def as_user(service):
    """What logs a user in, in place of whoever is."""
    _, client = service

    def enter(user):
        client.cookies.clear()
        return entered(client, user)

    yield enter
    client.cookies.clear()


def test_a_sender_reads_that_a_version_is_no_longer_current_and_who_published_it(
    service, good, as_user
):
    store, client = service
    before = store.version("zones").number
    headers = as_user("siti")
    address = sent(client, headers, good)
    assert 'name="licence"' in page_of(client, address)
    said = {"note": "Rapat Senin", "accept_warnings": True, "licence": None}
    assert client.post(f"{address}/submit", json=said, headers=headers).status_code == 200
    headers = as_user("budi")
    assert "tidak disebutkan" in page_of(client, address)
    done = client.post(f"{address}/publish", json={"note": "Disetujui"}, headers=headers)
    number = done.json()["version"]
    assert store.version("zones").licence == "not stated"
    as_user("siti")
    page = page_of(client, address)
    assert f"Terbit sebagai versi {number} oleh Budi" in page
    assert f"versions?f=html&amp;lang=id#version-{number}" in page
    assert "tidak berlaku lagi" not in page + page_of(client, "/uploads")

    history = client.get("/collections/zones/versions?f=html&lang=id").text
    assert "diterbitkan oleh Budi" in history
    assert "Dikirim oleh Siti:" in history
    assert "Rapat Senin" in history
    client.cookies.clear()
    public = client.get("/collections/zones/versions?f=html&lang=id").text
    assert "Disetujui" in public
    for hidden in ("Siti", "Budi", "Rapat Senin", address):
        assert hidden not in public
    assert "upload" not in client.get("/collections/zones/versions").json()["versions"][0]

    store.rollback("zones", before, actor="budi", note="salah")
    as_user("siti")
    assert f"yang berlaku sekarang versi {before}" in page_of(client, address)
    assert f"tidak berlaku lagi, kini versi {before}" in page_of(client, "/uploads")


def test_whoever_withdraws_anothers_upload_says_why_and_its_sender_reads_it(service, good, as_user):
    _, client = service
    headers = as_user("siti")
    own, other = sent(client, headers, good), sent(client, headers, good)
    page = page_of(client, own)
    assert '<details class="withdraw"><summary>' in page
    assert 'name="reason"' not in page
    client.post(f"{other}/submit", json={"note": "x", "accept_warnings": True}, headers=headers)
    assert client.delete(own, headers=headers).status_code == 204
    headers = as_user("budi")
    assert "Alasan penarikan" in page_of(client, other)
    refused = client.delete(other, headers={**headers, "Accept-Language": "id"})
    assert (refused.status_code, "Tulis alasan Anda" in refused.json()["detail"]) == (400, True)
    why = {"reason": "Terkirim dua kali."}
    assert client.delete(other, params=why, headers=headers).status_code == 204
    # A second press tells nothing twice.
    assert client.delete(other, params=why, headers=headers).status_code == 204
    as_user("siti")
    for page in (page_of(client, other), page_of(client, "/uploads")):
        assert "itarik oleh Budi" in page
        assert "Terkirim dua kali." in page
    assert page_of(client, other).count("Terkirim dua kali.") == 2
    assert "itarik oleh" not in page_of(client, own)
