"""The page of comparisons over HTTP."""

import html
import re

import pytest

from geo import published
from maps.text import format_number
from tests.api.examples import publish
from tests.api.test_portraits import Outline, text_of
from tests.maps.examples import HOSTILE

PAGE = {"Accept": "text/html"}
OTHER = "huni:0.1,usaha:0.5,berkembang:0.2,lingkungan:0.2"


@pytest.fixture
def client(shipped_client):
    return shipped_client


def rows_of(page):
    """The cells of each zone's row by its id, as text."""
    found = {}
    for area_id, row in re.findall(r'<tr data-zone="([^"]+)">(.*?</tr>.*?)</tr>', page, re.DOTALL):
        found[area_id] = [text_of(cell) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]
    return found


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_table_says_what_the_comparison_says(client, language):
    weights = {name: float(share) for name, share in (part.split(":") for part in OTHER.split(","))}
    body = {"before": {"year": 2024}, "after": {"weights": weights, "method": "geometric_mean"}}
    document = client.post(f"/readiness/comparison?lang={language}", json=body).json()
    asked = {"year": 2024, "other_year": 2025, "other_method": "geometric_mean"}
    answer = client.get(
        "/compare", params={**asked, "other_weights": OTHER, "lang": language}, headers=PAGE
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == language
    assert document["zones"]
    shown = rows_of(answer.text)
    assert len(shown) == len(document["zones"]) + document["unmoved"]
    for zone in document["zones"]:
        cells = shown[zone["area_id"]]
        score = format_number(zone.get("score_before"), language, decimals=1)
        assert cells[0].partition(" (")[0] == score
        score = format_number(zone.get("score_after"), language, decimals=1)
        assert cells[1].partition(" (")[0] == score
        if zone.get("score") is not None:
            size = format_number(abs(round(zone["score"], 1)), language, decimals=1)
            assert cells[2].endswith(size)
            assert ("−" in cells[2]) == (round(zone["score"], 1) < 0)
        assert cells[3].split()[0] == str(zone.get("rank_before") or "–")
        assert cells[3].split()[-1] == str(zone.get("rank_after") or "–")
        assert cells[6] == zone["sentence"]
    said = text_of(answer.text)
    assert document["sentence"] in said
    for text in document["differs"]:
        assert text in said


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Right: every dimension has the same weight"),
        (f"weights={OTHER}", "Right: the default weights and method"),
        ("other_year=2024", "Left and right as you chose them"),
    ],
)
def test_the_page_says_what_stands_on_the_right(client, query, words):
    assert words in text_of(client.get(f"/compare?lang=en&{query}", headers=PAGE).text)


def test_what_is_not_said_of_the_right_is_as_on_the_left(client):
    page = client.get(f"/compare?lang=en&weights={OTHER}&other_year=2024", headers=PAGE).text
    assert "The weights differ" not in page
    assert "2024 · Weighted sum · your weights" in text_of(page)
    assert "2025 · Weighted sum · your weights" in text_of(page)


def chosen_in(page, name):
    """The value that a field of the form has."""
    field = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL).group()
    return re.search(r'<option value="([^"]*)" selected>', field).group(1)


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("method=owa&risk=0.2&other_method=weighted_sum", ["risk 0.2", "Weighted sum"]),
        ("method=owa&risk=0.2&other_year=2024", ["risk 0.2", "risk 0.2"]),
        ("method=owa&risk=0.2&other_method=owa&other_risk=0.85", ["risk 0.2", "risk 0.85"]),
        ("other_method=owa&other_risk=1", ["Weighted sum", "risk 1"]),
        # The form has a field for the risk whatever the method, and without a script sends it.
        ("risk=0.3&method=weighted_sum&other_method=topsis&other_risk=0.4", ["Weighted", "TOPSIS"]),
        ("risk=0.3", ["Weighted sum", "Weighted sum"]),
    ],
)
def test_a_risk_stays_with_its_method(client, query, labels):
    answer = client.get(f"/compare?lang=en&{query}", headers=PAGE)
    assert answer.status_code == 200
    shown = re.findall(r"<figcaption>(.*?)</figcaption>", answer.text)
    for side, label in zip(shown, labels, strict=True):
        assert label in side
        assert ("risk" in side) == ("risk" in label)


def test_the_form_has_the_risk_that_was_asked_for_in_the_readers_numbers(client):
    query = "method=owa&risk=0.35&other_method=owa&other_risk=0"
    page = client.get(f"/compare?lang=id&{query}", headers=PAGE).text
    assert (chosen_in(page, "risk"), chosen_in(page, "other_risk")) == ("0.35", "0")
    assert ">0,35</option>" in page
    assert "hati-hati" in page
    left, right = (notes["id"] for notes in Outline(page).of("p") if "risk-note" in str(notes))
    described = {facts.get("aria-describedby") for facts in Outline(page).of("select")}
    assert {left, right} <= described
    other = client.get(f"/compare?lang=en&{query}", headers=PAGE).text
    assert "careful" in other


def test_a_page_is_drawn_once_for_what_is_published_and_no_nonce_is_used_twice(
    client, reference_store
):
    first, second = (client.get("/compare?lang=en", headers=PAGE) for _ in range(2))
    nonces = [
        re.search("'nonce-([^']+)'", answer.headers["Content-Security-Policy"]).group(1)
        for answer in (first, second)
    ]
    assert nonces[0] != nonces[1]
    assert nonces[0] not in second.text
    assert first.text.replace(*nonces) == second.text
    zones = published.layer(reference_store, "zones")
    publish(reference_store, "zones", zones.assign(name="Nama baru"))
    assert "Nama baru" in client.get("/compare?lang=en", headers=PAGE).text


def test_two_zones_may_be_named_in_either_way(client):
    joined = client.get("/compare?zones=cahaya-baru,sebamban&lang=en", headers=PAGE)
    repeated = client.get("/compare?zones=cahaya-baru&zones=sebamban&lang=en", headers=PAGE)
    assert joined.status_code == repeated.status_code == 200
    assert text_of(joined.text) == text_of(repeated.text)
    assert "zones=cahaya-baru%2Csebamban" in repeated.text
    ahead = client.get("/readiness/cahaya-baru?lang=en").json()
    assert format_number(ahead["score"], "en", decimals=1) in text_of(joined.text)
    assert "points ahead of" in text_of(joined.text)
    assert Outline(joined.text).of("script") == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("zones=cahaya-baru,atlantis", 404, "ZoneNotFound"),
        ("zones=cahaya-baru", 400, "InvalidParameter"),
        ("zones=a,b,c", 400, "InvalidParameter"),
        ("weights=huni", 400, "InvalidParameter"),
        ("other_weights=huni:x", 400, "InvalidParameter"),
        ("layer=regencies", 404, "LayerNotFound"),
        ("model=x", 404, "ModelNotFound"),
        ("tahun=2024", 400, "UnknownParameter"),
    ],
)
def test_what_is_not_there_is_a_problem(client, query, status, code):
    answer = client.get(f"/compare?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("query", ["", "layer=kecamatan", "zones=cahaya-baru,angsana"])
def test_a_page_is_in_order_for_those_who_cannot_see_it(client, query):
    answer = client.get(f"/compare?lang=id&{query}", headers=PAGE)
    assert answer.status_code == 200
    outline = Outline(answer.text)
    assert outline.headings.count(1) == 1
    assert len(outline.ids) == len(set(outline.ids))
    assert len(outline.of("caption")) == len(outline.of("table"))
    labelled = {label["for"] for label in outline.of("label")}
    assert {select["id"] for select in outline.of("select")} == labelled
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy).group(1)
    assert all(facts["nonce"] == nonce for facts in outline.of("script"))
    assert "unsafe" not in policy


def test_hostile_names_are_text(client, reference_store):
    zones = published.layer(reference_store, "zones")
    publish(reference_store, "zones", zones.assign(name=" ".join(HOSTILE)))
    for query in ("", "zones=cahaya-baru,angsana"):
        page = client.get(f"/compare?{query}", headers=PAGE).text
        assert HOSTILE[0] not in page
        assert HOSTILE[1] not in page
        assert HOSTILE[0] in html.unescape(page)
