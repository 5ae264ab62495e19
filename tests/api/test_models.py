"""Models over HTTP, on the shipped data."""

import re

import pytest

from geo import published
from geo.planning.publish import publish_model


@pytest.fixture
def client(shipped_client):
    return shipped_client


def test_every_method_and_weighting_that_is_listed_can_be_asked_for(client):
    listed = client.get("/models").json()
    for method in listed["methods"]:
        asked = {"layer": "regencies", "method": method["id"], "detail": "scores"}
        assert client.post("/readiness", json=asked).json()["method"] == method["id"]
    for weighting in listed["weightings"]:
        asked = {"layer": "regencies", "weighting": weighting["id"], "detail": "scores"}
        if weighting["needs"] == "ranks":
            asked["ranks"] = {"huni": 1, "usaha": 2, "berkembang": 3, "lingkungan": 4}
        weights = client.post("/readiness", json=asked).json()["weights"]
        assert sum(weights.values()) == pytest.approx(1)


def test_every_model_that_is_listed_is_described_with_its_weights_and_sources(client):
    for entry in client.get("/models").json()["models"]:
        link = next(link["href"] for link in entry["links"] if link["rel"] == "item")
        model = client.get(link).json()
        assert model["id"] == entry["id"]
        assert set(model["weights"]) == {c["id"] for c in model["criteria"]}
        assert all(c["source"] for c in model["criteria"])
        assert isinstance(model["weights_confirmed"], bool)


def test_a_model_that_waits_for_all_its_data_is_described_without_years(client, reference_store):
    text = published.model_text(reference_store, "kebutuhan").replace('"kebutuhan"', '"menunggu"')
    named = re.findall(r'indicator = "(\w+)"', text)
    for name in named:
        text = text.replace(f'indicator = "{name}"', f'indicator = "{name}_baru"')
    publish_model(reference_store, text, actor="tester", note="", source="test", licence="CC0")
    model = client.get("/models/menunggu").json()
    assert model["years"] == []
    assert model["waits_for"] == [f"{name}_baru" for name in named]
    listed = {m["id"]: m for m in client.get("/models").json()["models"]}
    assert listed["menunggu"]["waits_for"] == model["waits_for"]
    assert client.get("/readiness?model=menunggu").json()["code"] == "IndicatorNotFound"


def test_an_unchanged_model_is_not_sent_again(client):
    tag = client.get("/models/kesiapan").headers["ETag"]
    assert client.get("/models/kesiapan", headers={"If-None-Match": tag}).status_code == 304


def test_a_model_that_is_not_there_is_named_with_those_that_are(client):
    answer = client.get("/models/x?lang=en")
    assert answer.status_code == 404
    assert "kebutuhan, kesiapan" in answer.json()["detail"]
