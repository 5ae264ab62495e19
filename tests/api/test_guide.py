"""The guide over HTTP: in the reader's language, kept until it changes."""

import re

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from maps.guide.chapters import CHAPTERS

PATHS = ("/guide", *(f"/guide/{name}" for name in CHAPTERS))


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_indonesian_unless_asked_otherwise(client, path):
    page = client.get(path, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert page.status_code == 200
    assert page.headers["content-language"] == "id"
    assert '<html lang="id">' in page.text
    english = client.get(path, params={"lang": "en"})
    assert english.headers["content-language"] == "en"
    assert english.headers["etag"] != page.headers["etag"]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_sent_once(client, path):
    page = client.get(path)
    again = client.get(path, headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_unknown_chapter_is_a_page_that_says_so(client):
    answer = client.get("/guide/perencana", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "ChapterNotFound" in answer.text
    assert client.get("/guide/perencana").json()["code"] == "ChapterNotFound"


def test_the_guide_is_in_the_navigation_and_on_the_landing_page(client):
    page = client.get("/?f=html&lang=en").text
    assert re.search(r'<a href="/guide\?lang=en">Guide</a>', page)
    for name in ("planners", "gis-staff", "other-systems"):
        assert f"/guide/{name}?lang=en" in page
    assert 'aria-current="page">Panduan</a>' in client.get("/guide").text


@pytest.mark.parametrize("path", PATHS)
def test_a_page_needs_nothing_that_its_policy_forbids(client, path):
    page = client.get(path)
    assert "style-src 'self'" in page.headers["content-security-policy"]
    assert not re.search(r"<[^>]* style=|<style|<script", page.text)


def test_links_keep_the_path_of_a_public_address(settings, store):
    behind = settings.model_copy(update={"base_url": "https://kawasan.test/layanan"})
    with TestClient(create_app(behind, store=store)) as opened:
        page = opened.get("/guide/planners").text
    links = set(re.findall(r' (?:href|src)="(/[^"]*)"', page))
    assert len(links) > 20
    assert [link for link in links if not link.startswith("/layanan/")] == []
