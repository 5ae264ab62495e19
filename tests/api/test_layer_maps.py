from urllib.parse import quote

import pytest

from tests.api.examples import ODD_LAYER, odd, publish


@pytest.fixture
def named(client, store):
    publish(store, ODD_LAYER, odd())
    return quote(ODD_LAYER, safe="")


def test_every_collection_has_a_map_and_its_page_leads_there(client, named):
    page = client.get(f"/collections/{named}", headers={"Accept": "text/html"})
    assert f"/maps/{named}" in page.text
    answer = client.get(f"/maps/{named}?lang=id")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    nonce = answer.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
    assert f'nonce="{nonce}"' in answer.text


def test_a_map_of_outlines_comes_as_one_file(client, named):
    answer = client.get(f"/maps/{named}?download")
    assert answer.status_code == 200
    expected = f"attachment; filename*=UTF-8''kawasan-{named}.html"
    assert answer.headers["content-disposition"] == expected
    assert "nonce" not in answer.text


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [("model=kesiapan", 400, "UnknownParameter"), ("year=2024", 400, "UnknownParameter")],
)
def test_outlines_are_of_no_model_and_no_year(client, named, query, status, code):
    answer = client.get(f"/maps/{named}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_unknown_map_names_those_there_are(client, named):
    answer = client.get("/maps/entah")
    assert answer.status_code == 404
    assert ODD_LAYER in answer.json()["detail"]
