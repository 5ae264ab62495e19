"""What is looked at first is made after a start, while nobody asks."""

import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.collections import Tables
from api.main import create_app
from api.serving import first_views
from api.serving.first_views import make_first_views, make_opening_views
from api.settings import Settings
from geo.errors import StoreFault


def make(store, *, ending=None):
    settings = Settings(store=store.folder)
    tables = Tables(store)
    make_first_views(store, settings, tables=tables, ending=ending or threading.Event())


def steps(*done):
    return lambda *_: iter(done)


def test_who_comes_with_the_greeting_waits_for_no_drawing(reference_store, monkeypatch):
    settings = Settings(store=reference_store.folder)
    make_opening_views(reference_store, settings, ending=threading.Event())
    for drawing in ("api.routes.pages._draw", "api.routes.portraits._draw"):
        monkeypatch.setattr(drawing, lambda *_: pytest.fail("drawn again"))
    with TestClient(create_app(settings, store=reference_store)) as client:
        for path in ("/map", "/zones/angsana"):
            assert "Angsana" in client.get(path).text


def test_a_kept_page_has_the_links_of_who_asks(reference_store):
    settings = Settings(store=reference_store.folder, hosts=["peta.test"])
    with TestClient(create_app(settings, store=reference_store)) as client:
        for host in ("localhost:80", "peta.test"):
            page = client.get("/zones/angsana", headers={"Host": host}).text
            # A file of a page speaks its language, whatever the browser asks for.
            assert f'"http://{host}/sheets/angsana.pdf?lang=id"' in page
            assert "origin-of" not in page


def test_weights_of_ones_own_fill_no_disk(reference_store):
    def kept() -> set[Path]:
        return set(reference_store.folder.glob("prepared/page-area-*"))

    settings, before = Settings(store=reference_store.folder), kept()
    with TestClient(create_app(settings, store=reference_store)) as client:
        for asked in ("method=topsis", "risk=0.2&method=owa"):
            assert client.get(f"/zones/angsana?{asked}").status_code == 200
    assert kept() == before


def test_a_store_without_data_is_greeted_all_the_same(store):
    make_opening_views(store, Settings(store=store.folder), ending=threading.Event())


def test_a_service_that_ends_makes_nothing_more(store, monkeypatch):
    ending, made = threading.Event(), []
    one = lambda: (made.append("one"), ending.set())  # noqa: E731
    monkeypatch.setattr(first_views, "_first_views", steps(one, lambda: made.append("two")))
    make(store, ending=ending)
    assert made == ["one"]


def test_what_cannot_be_made_keeps_the_rest_from_nobody(store, monkeypatch):
    made = []

    def lost():
        raise StoreFault(reason="lost")

    monkeypatch.setattr(first_views, "_first_views", steps(lost, lambda: made.append("two")))
    make(store)
    assert made == ["two"]
