"""What is looked at first is made after a start, while nobody asks."""

import threading

import pytest
from fastapi.testclient import TestClient

from api.collections import Tables
from api.main import create_app
from api.serving import first_views
from api.serving.first_views import make_first_views
from api.settings import Settings
from geo.errors import StoreFault


def make(store, *, ending=None):
    settings = Settings(store=store.folder)
    tables = Tables(store)
    make_first_views(store, settings, tables=tables, ending=ending or threading.Event())


def steps(*done):
    return lambda *_: iter(done)


def test_the_first_reader_of_the_map_waits_for_no_drawing(reference_store, monkeypatch):
    tables = Tables(reference_store)
    draw_first_map, *_ = first_views._first_views(reference_store, Settings(), tables)
    draw_first_map()
    monkeypatch.setattr("api.routes.pages._draw", lambda *_: pytest.fail("drawn again"))
    settings = Settings(store=reference_store.folder)
    with TestClient(create_app(settings, store=reference_store)) as client:
        assert "Cahaya Baru" in client.get("/map").text


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
