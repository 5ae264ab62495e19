"""An indicator's classes over HTTP, on the shipped data."""

import pytest

from geo import published
from geo.planning.publish import publish_indicators
from maps.pages.map_subject import read_map_subject
from tests.api.examples import publish

TPT = "/indicators/tpt_agustus/classes"


@pytest.fixture
def client(shipped_client):
    return shipped_client


@pytest.mark.parametrize("breaks", ["quantile", "natural", "equal", "fixed"])
def test_every_year_is_there_in_the_same_classes(client, breaks):
    found = client.get(TPT, params={"breaks": breaks}).json()
    assert found["breaks"] == breaks
    assert found["years"] == sorted(int(year) for year in found["figures"])
    assert len(found["years"]) > 3
    n_classes = len(found["edges"]) - 1
    assert len(found["legend"]) == len(found["colours"]) == n_classes
    # Round numbers fit as they fit.
    assert n_classes == (4 if breaks == "fixed" else 5)
    low, high = found["edges"][0], found["edges"][-1]
    for year in found["figures"].values():
        assert len(year["values"]) == 13
        for figure in year["values"].values():
            if figure["value"] is None:
                assert figure["class"] is None
            else:
                place = figure["class"]
                assert low <= found["edges"][place] <= figure["value"] <= high
                assert figure["value"] <= found["edges"][place + 1]


def test_the_first_colours_of_the_map_are_of_the_same_classes(client, reference_store):
    """Also where a regency has the greatest figure and is not drawn."""
    table = published.indicators(reference_store)
    figures = table[(table["indicator"] == "tpt_agustus") & (table["regency_code"] != "63")]
    highest = figures.loc[figures["value"].idxmax(), "regency_code"]
    regencies = published.layer(reference_store, "regencies")
    publish(reference_store, "regencies", regencies.drop(index=highest))
    found = client.get(TPT).json()
    assert found["edges"][-1] < figures["value"].max()
    shown = read_map_subject(reference_store, model="kesiapan", indicator="tpt_agustus", year=None)
    assert list(shown.indicator.edges) == found["edges"]
    assert [c.years for c in shown.choices if c.id == "tpt_agustus"] == [tuple(found["years"])]


def test_the_figures_are_those_of_the_table(client, reference_store):
    found = client.get(TPT, params={"lang": "en"}).json()
    table = published.indicators(reference_store)
    rows = table[(table["indicator"] == "tpt_agustus") & (table["regency_code"] != "63")]
    shown = {
        (code, int(year)): figure["value"]
        for year, of_year in found["figures"].items()
        for code, figure in of_year["values"].items()
        if figure["value"] is not None
    }
    known = rows[rows["value"].notna()]
    assert shown == dict(
        zip(zip(known["regency_code"], known["year"], strict=True), known["value"], strict=True)
    )


def test_an_indicator_that_no_map_shows_is_not_found(client):
    for name in ("atlantis", "ump", "%3Cscript%3E"):
        answer = client.get(f"/indicators/{name}/classes", params={"lang": "en"})
        assert answer.status_code == 404, name
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["code"] == "IndicatorNotFound"


@pytest.mark.parametrize("language", ["id", "en"])
def test_unknown_breaks_are_a_problem_in_the_readers_language(client, language):
    answer = client.get(TPT, params={"breaks": "magic", "lang": language})
    assert answer.status_code == 400
    assert answer.headers["content-language"] == language
    assert answer.json()["code"] == "InvalidParameter"
    assert "natural" in answer.json()["detail"]


def test_the_two_languages_of_a_problem_differ(client):
    details = {
        client.get(TPT, params={"breaks": "magic", "lang": language}).json()["detail"]
        for language in ("id", "en")
    }
    assert len(details) == 2


def test_an_unknown_parameter_is_refused(client):
    assert client.get(TPT, params={"year": 2024}).status_code == 400


def test_nothing_is_sent_again_until_something_is_published(client, reference_store):
    first = client.get(TPT)
    tag = {"If-None-Match": first.headers["etag"]}
    assert client.get(TPT, headers=tag).status_code == 304
    assert client.get(TPT, params={"breaks": "equal"}, headers=tag).status_code == 200
    assert client.get(TPT, params={"lang": "en"}, headers=tag).status_code == 200
    table = published.indicators(reference_store)
    publish_indicators(
        reference_store,
        table.assign(value=table["value"] + 1),
        actor="test",
        note="one more",
        source="test",
        catalogue=reference_store.version("indicators").details["catalogue"],
    )
    second = client.get(TPT, headers=tag)
    assert second.status_code == 200
    assert second.json()["edges"][0] == pytest.approx(first.json()["edges"][0] + 1)


def test_a_figure_names_producer_and_survey_and_the_copy_that_it_came_through(client):
    found = client.get("/indicators/tpt_agustus/classes").json()
    figure = found["figures"]["2025"]["values"]["63.01"]
    assert figure["source"] == "BPS Kalsel, Sakernas Agustus 2025"
    assert "locitaresmi/ped-kalsel-dashboard" in figure["via"]
    assert all(source["via"] for source in found["sources"])
    assert "GitHub" not in found["figures"]["2025"]["source"]


def test_regencies_are_coloured_by_their_gap_to_the_target(client):
    found = client.get(TPT, params={"breaks": "gap", "lang": "id"}).json()
    values = found["figures"]["2025"]["values"]
    reached = {code for code, figure in values.items() if figure["class"] == 0}
    assert len(reached) == 9
    assert found["legend"][0]["label"] == "batas target tercapai"
    assert len(found["legend"]) == len(found["colours"]) == len(found["edges"])
    said = "6,05%, masih 2,08 poin persen dari batas target, sekitar 3.900 orang"
    assert values["63.10"]["text"] == said
    # Whoever is farther behind is darker; each class holds a gap of today, and like stands with like.
    darkness = [sum(bytes.fromhex(colour[1:])) for colour in found["colours"]]
    assert darkness == sorted(darkness, reverse=True)
    classes = {code: figure["class"] for code, figure in values.items() if figure["class"]}
    assert classes == {"63.71": 3, "63.10": 2, "63.02": 2, "63.72": 1}
    legend = found["figures"]["2025"]["unit_period"]
    assert "target provinsi: 3,27–3,97% pada 2029 (RPJMD)" in legend
    assert "4 kabupaten/kota belum mencapai batas, sekitar 16.700 orang" in legend
    assert found["title"].startswith("Selisih ke target 2029")
    # Without a target nothing has a colour.
    other = client.get("/indicators/sanitasi_layak/classes", params={"breaks": "gap"}).json()
    classes = {f["class"] for year in other["figures"].values() for f in year["values"].values()}
    assert classes == {None}


def test_the_legend_says_the_province_and_how_its_figure_came_about(client):
    figures = client.get(TPT, params={"lang": "id"}).json()["figures"]
    assert figures["2025"]["unit_period"].endswith(
        "Kalimantan Selatan: 4,16% (angka provinsi yang dipublikasikan)"
    )
    assert "rata-rata 13 kabupaten/kota" in figures["2021"]["unit_period"]
