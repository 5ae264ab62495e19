"""Readiness over HTTP on the shipped data."""

import subprocess
import sys

import pandas as pd
import pytest

from geo import published
from geo.planning.publish import publish_model
from tests.api.examples import publish
from tests.reference_scores import CAHAYA_BARU_RANK_EN, CAHAYA_BARU_RANK_ID

WEIGHTS = {"huni": 0.4, "usaha": 0.3, "berkembang": 0.2, "lingkungan": 0.1}
PAIRS = {
    ("huni", "usaha"): 3,
    ("huni", "berkembang"): 2,
    ("huni", "lingkungan"): 3,
    ("usaha", "berkembang"): 1,
    ("usaha", "lingkungan"): 1,
    ("berkembang", "lingkungan"): 2,
}

# No survey of the template is shipped: nothing of it is ranked.
NOTHING_KNOWN = {"model": "ipktrans", "uncertainty": 10}
SILENT = {"name": "Provinsi", "judgements": []}
SCENARIO = {"id": "uji", "title": {"id": "Uji", "en": "Test"}, "source": "test"}
ATLANTIS = {"zone": "atlantis", "criterion": "tpak", "set": 70}
FORECAST = {
    "region": "63.04",
    "indicator": "tpak_agustus",
    "year": 2026,
    "value": 75.0,
    "note": "test",
    "source": "test",
}


def judgements(pairs, group="goal"):
    return [
        {"group": group, "first": first, "second": second, "ratio": ratio}
        for (first, second), ratio in pairs.items()
    ]


@pytest.fixture
def client(shipped_client):
    return shipped_client


def ranks(document):
    return {zone["area_id"]: zone["rank"] for zone in document["zones"]}


def test_the_current_assessment_has_every_zone_with_its_reasons(client):
    document = client.get("/readiness").json()
    assert document["year"] == 2025
    assert len(document["zones"]) == 14
    first = next(zone for zone in document["zones"] if zone["rank"] == 1)
    assert sum(c["contribution"] for c in first["criteria"]) == pytest.approx(first["score"])
    assert all(c["note"] for c in first["criteria"] if c["measure"] is None)
    # No survey of the template is shipped.
    template = client.get("/readiness?model=ipktrans").json()["zones"]
    unranked = next(zone for zone in template if zone["rank"] is None)
    assert unranked["score"] is None
    assert unranked["status"] == "insufficient_data"


def test_a_zone_in_the_whole_document_says_what_it_says_alone(client):
    for zone in client.get("/readiness?layer=regencies").json()["zones"]:
        alone = client.get(f"/readiness/{zone['area_id']}?layer=regencies").json()
        assert {name: alone[name] for name in zone} == zone


def test_an_unchanged_assessment_is_not_sent_again(client):
    first = client.get("/readiness")
    again = client.get("/readiness", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    other = client.get("/readiness?year=2024", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_every_way_of_scoring_has_a_tag_of_its_own(client):
    ways = ("", "?method=owa", "?method=owa&risk=0.3", "?year=2024", "?layer=regencies", "?lang=en")
    tags = [client.get(f"/readiness{way}").headers["ETag"] for way in ways]
    assert len(set(tags)) == len(tags)
    assert client.head("/readiness").headers["ETag"] == tags[0]


@pytest.mark.parametrize("path", ["/readiness?{}", "/readiness/63.04?{}"])
def test_a_document_links_to_itself_as_it_was_asked_for(client, path):
    asked = "model=kesiapan&layer=regencies&method=owa&risk=0.3&lang=en"
    document = client.get(path.format(asked)).json()
    own = next(link["href"] for link in document["links"] if link["rel"] == "self")
    assert client.get(own).json() == document


def test_other_weights_give_new_scores_at_once_with_the_rank_before(client):
    before = client.get("/readiness").json()
    after = client.post("/readiness", json={"weights": WEIGHTS}).json()
    assert sum(after["weights"].values()) == pytest.approx(1)
    assert {z["area_id"]: z["rank_before"] for z in after["zones"]} == ranks(before)
    assert client.get("/readiness").json() == before  # nothing was stored


def test_pairwise_judgements_give_weights_and_their_consistency(client):
    answer = client.post("/readiness", json={"judgements": judgements(PAIRS)}).json()
    goal = answer["judgements"]["goal"]
    assert goal["consistent"]
    assert goal["consistency_ratio"] < 0.10
    assert goal["random_index"] == "saaty2005"
    of_huni = sum(answer["weights"][c] for c in ("layanan", "air_minum", "sanitasi"))
    assert of_huni == pytest.approx(goal["weights"]["huni"])


def test_columns_of_scores_are_the_numbers_of_the_whole_document(client):
    asked = {"layer": "kecamatan", "weights": WEIGHTS, "uncertainty": 50}
    whole = client.post("/readiness", json=asked).json()
    columns = client.post("/readiness", json=asked | {"detail": "scores"}).json()
    numbers = ("score", "score_low", "score_high", "rank", "rank_class")
    for column in numbers:
        assert columns["zones"][column] == [zone[column] for zone in whole["zones"]]
    assert "class" not in columns["zones"]
    sure = client.post("/readiness", json=asked | {"detail": "scores", "chances": True}).json()
    for column in (*numbers, "class", "class_chance", "class_candidates", "class_words", "band"):
        assert sure["zones"][column] == [zone[column] for zone in whole["zones"]]
    assert columns["zones"]["rank_before"] == [zone["rank_before"] for zone in whole["zones"]]
    assert columns["uncertainty"] == whole["uncertainty"]


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(client):
    asked = {"layer": "regencies", "uncertainty": 200, "seed": 0}
    first, again = (client.post("/readiness", json=asked).content for _ in range(2))
    assert first == again
    assert client.post("/readiness", json=asked | {"seed": 1}).content != first


def test_a_figure_of_a_coming_year_is_assessed_in_that_year_beside_the_ranks_of_today(client):
    scenario = {**SCENARIO, "indicators": [FORECAST]}
    asked = {"layer": "regencies", "year": 2026, "scenario": scenario}
    document = client.post("/readiness", json=asked).json()
    assert document["year"] == 2026
    assert document["notes"] == []
    before = client.get("/readiness?layer=regencies").json()
    assert {z["area_id"]: z["rank_before"] for z in document["zones"]} == ranks(before)


@pytest.mark.parametrize(("asked", "year"), [({}, 2023), ({"year": 2024}, 2024)])
def test_the_year_of_a_request_goes_before_that_of_its_scenario(client, asked, year):
    scenario = {**SCENARIO, "year": 2023}
    body = {"layer": "regencies", "scenario": scenario, "detail": "scores", **asked}
    document = client.post("/readiness", json=body).json()
    assert (document["year"], document["scenario"]) == (year, "uji")


def test_a_change_that_reaches_nothing_is_said(client):
    scenario = {**SCENARIO, "indicators": [{**FORECAST, "indicator": "tpt_agustus"}]}
    notes = client.post("/readiness?lang=en", json={"scenario": scenario}).json()["notes"]
    assert "tpt_agustus is not read by the model" in notes[0]


def test_judgements_of_a_scenario_are_reported_like_those_of_a_request(client):
    pairs = [[*pair, ratio] for pair, ratio in PAIRS.items()]
    by_scenario = {"scenario": {**SCENARIO, "judgements": {"goal": pairs}}}
    found = client.post("/readiness", json=by_scenario).json()
    stated = client.post("/readiness", json={"judgements": judgements(PAIRS)}).json()
    assert found["judgements"] == stated["judgements"]
    assert found["weights"] == pytest.approx(stated["weights"])


def test_an_inconsistent_matrix_is_reported_with_the_judgement_that_hurts_most(client):
    contradictory = {**PAIRS, ("huni", "lingkungan"): 1 / 9}
    answer = client.post("/readiness/judgements", json={"judgements": judgements(contradictory)})
    goal = answer.json()["judgements"]["goal"]
    assert answer.status_code == 200
    assert goal["consistency_ratio"] > 0.10
    assert not goal["consistent"]
    hurts = goal["most_harmful"]
    assert (hurts["first"], hurts["second"]) == ("huni", "lingkungan")
    assert hurts["consistency_ratio_then"] < 0.10


def test_one_zone_is_explained_in_both_languages(client):
    indonesian = client.get("/readiness/cahaya-baru?lang=id").json()
    english = client.get("/readiness/cahaya-baru", headers={"Accept-Language": "en"}).json()
    assert f"peringkat {CAHAYA_BARU_RANK_ID}" in indonesian["explanation"]
    assert f"rank {CAHAYA_BARU_RANK_EN}" in english["explanation"]
    assert indonesian["lineage"] == english["lineage"]
    item = next(link for link in english["links"] if link["rel"] == "item")
    assert client.get(item["href"]).json()["id"] == "cahaya-baru"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/readiness?year=1999", None, 400, "UnknownYear"),
        ("GET", "/readiness?model=x", None, 404, "ModelNotFound"),
        ("GET", "/readiness?layer=x", None, 404, "LayerNotFound"),
        ("GET", "/readiness?layer=indicators", None, 404, "LayerNotFound"),
        ("GET", "/readiness?layer=land-landcover", None, 404, "LayerNotFound"),
        ("GET", "/readiness?layer=model-kesiapan", None, 404, "LayerNotFound"),
        ("GET", "/readiness/cahaya-baru?layer=indicators", None, 404, "LayerNotFound"),
        ("POST", "/readiness", {"layer": "indicators"}, 404, "LayerNotFound"),
        ("GET", "/readiness?year=99999999999999999999", None, 400, "InvalidParameter"),
        ("POST", "/readiness", {"year": 99999999999999999999}, 400, "InvalidBody"),
        ("GET", "/readiness?tahun=2025", None, 400, "UnknownParameter"),
        ("GET", "/readiness/atlantis", None, 404, "ZoneNotFound"),
        ("POST", "/readiness", {"weights": {**WEIGHTS, "huni": 0.9}}, 400, "InvalidWeights"),
        ("POST", "/readiness", {"weights": {**WEIGHTS, "huni": -0.4}}, 400, "InvalidWeights"),
        ("POST", "/readiness", {"weights": {"huni": 1}}, 400, "InvalidWeights"),
        (
            "POST",
            "/readiness",
            {"weights": WEIGHTS, "judgements": judgements(PAIRS)},
            400,
            "InvalidWeights",
        ),
        ("POST", "/readiness", {"bobot": {}}, 400, None),
        ("POST", "/readiness", {"weights": {}}, 400, "InvalidBody"),
        ("POST", "/readiness", {"method": "x"}, 400, "InvalidMethod"),
        ("POST", "/readiness", {"method": ""}, 400, "InvalidBody"),
        ("POST", "/readiness", {"method": "owa", "risk": 1.1}, 400, "InvalidBody"),
        ("POST", "/readiness", {"risk": 0.3}, 400, "UnusedRisk"),
        ("GET", "/readiness?risk=0.3", None, 400, "UnusedRisk"),
        ("POST", "/readiness", {"weighting": "x"}, 400, "InvalidWeights"),
        ("POST", "/readiness", {"weighting": "rank_sum"}, 400, "InvalidWeights"),
        ("POST", "/readiness", {"weighting": "entropy", "ranks": {"huni": 1}}, 400, None),
        ("POST", "/readiness", {"ranks": {"huni": 1}}, 400, "InvalidWeights"),
        ("POST", "/readiness", {"uncertainty": 20_001}, 400, "InvalidBody"),
        ("POST", "/readiness", NOTHING_KNOWN, 400, "NothingRanked"),
        (
            "POST",
            "/readiness",
            {"uncertainty": 10, "any_weights": True, "concentration": 50},
            400,
            "InvalidDraws",
        ),
        ("POST", "/readiness", {"any_weights": True}, 400, "InvalidDraws"),
        ("POST", "/readiness", {"concentration": 50}, 400, "InvalidDraws"),
        ("POST", "/readiness", {"members": [SILENT]}, 400, "InvalidWeights"),
        ("POST", "/readiness/judgements", {}, 400, "InvalidWeights"),
        (
            "POST",
            "/readiness",
            {"scenario": {**SCENARIO, "measures": [ATLANTIS]}},
            400,
            "InvalidScenario",
        ),
        ("POST", "/readiness/judgements", {"judgements": []}, 400, None),
        (
            "POST",
            "/readiness/judgements",
            {"judgements": judgements({("huni", "usaha"): 12})},
            422,
            "InconsistentJudgements",
        ),
        (
            "POST",
            "/readiness/judgements",
            {"judgements": judgements(PAIRS) + judgements({("huni", "usaha"): 2})},
            422,
            "JudgedTwice",
        ),
    ],
)
def test_bad_input_is_a_clear_problem_and_changes_nothing(
    client, reference_store, method, path, body, status, code
):
    before = reference_store.state()
    answer = client.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["detail"]
    assert code is None or problem["code"] == code
    assert reference_store.state() == before


@pytest.mark.usefixtures("earlier_store")
def test_where_no_zone_is_ranked_there_is_nothing_to_draw(client):
    """Slope alone, of which version 2 knows nothing from the shipped data."""
    criteria = client.get("/models/kesiapan").json()["criteria"]
    weights = {c["id"]: float(c["id"] == "lereng") for c in criteria}
    problem = client.post("/readiness", json={"weights": weights, "uncertainty": 10}).json()
    assert (problem["status"], problem["code"]) == (400, "NothingRanked")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"weights": {"huni": NaN, "usaha": 1, "berkembang": 0, "lingkungan": 0}}', 400, None),
        ('{"weights": {"huni": Infinity}}', 400, "InvalidWeights"),
        ('{"method": "owa", "risk": NaN}', 400, "InvalidBody"),
        ('{"judgements": [{"first": "huni", "second": "usaha", "ratio": NaN}]}', 400, None),
        ('{"members": [{"name": "a", "weight": NaN, "judgements": []}]}', 400, "InvalidWeights"),
        ('{"ranks": {"huni": NaN, "usaha": 1, "berkembang": 2, "lingkungan": 3}}', 400, None),
        ('{"uncertainty": 1' + "0" * 5_000 + "}", 400, "InvalidBody"),
        ('{"scenario": ' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}", 400, None),
        ('{"scenario": {"id": "x"', 400, "InvalidBody"),
        ("[]", 400, "InvalidBody"),
        ('{"layer": "' + "x" * 2_000_000 + '"}', 413, "UploadTooLarge"),
    ],
)
def test_bodies_that_are_no_sensible_json_are_refused(client, body, status, code):
    answer = client.post("/readiness", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert code is None or answer.json()["code"] == code


def test_more_draws_of_more_zones_than_one_request_may_take_are_refused(client, reference_store):
    kecamatan = published.layer(reference_store, "kecamatan")
    copy = kecamatan.rename(index=lambda area_id: f"{area_id}x")
    publish(reference_store, "kecamatan", pd.concat([kecamatan, copy]))
    asked = {"layer": "kecamatan", "uncertainty": 20_000}
    problem = client.post("/readiness?lang=en", json=asked).json()
    assert problem["code"] == "InvalidDraws"
    assert "312 zones are ranked; one request may take 10256 draws" in problem["detail"]


def test_a_layer_that_is_not_there_is_answered_with_layers_only(client):
    detail = client.get("/readiness?layer=indicators&lang=en").json()["detail"]
    assert detail.endswith("Available: desa, kecamatan, regencies, zones.")


def test_the_examples_of_the_openapi_document_run(client):
    document = client.get("/api").json()
    sent = []
    for path, operations in document["paths"].items():
        content = operations.get("post", {}).get("requestBody", {}).get("content", {})
        for name, example in content.get("application/json", {}).get("examples", {}).items():
            assert client.post(path, json=example["value"]).status_code == 200, (path, name)
            sent.append(path)
    assert {"/readiness", "/readiness/judgements", "/readiness/comparison"} <= set(sent)


def test_the_readiness_collection_can_be_filtered_by_class(client):
    items = client.get("/collections/readiness/items?rank_class=siap").json()
    assert [f["id"] for f in items["features"]] == [
        *("angsana", "batu-meranti", "sengayam", "siayuh")
    ]
    assert items["features"][0]["properties"]["rank"] == 1
    likely = client.get("/collections/readiness/items?class=siap").json()["features"]
    assert {f["properties"]["class_words"].split(",")[0].split(" ")[0] for f in likely} <= {
        *("Siap", "Perlu", "Belum")
    }


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_map_page_is_drawn_from_what_is_published(client, language):
    page = client.get(f"/map?lang={language}")
    assert page.status_code == 200
    assert "Kawasan Transmigrasi Cahaya Baru" in page.text
    policy = page.headers["Content-Security-Policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert f'nonce="{nonce}"' in page.text
    assert client.get(f"/map?lang={language}").headers["Content-Security-Policy"] != policy


@pytest.mark.parametrize("path", ["/map", "/maps/zones", "/map?lang=en&model=kesiapan"])
def test_what_a_start_shows_first_is_kept_for_the_next(client, reference_store, path, monkeypatch):
    drawn = []
    for page in reference_store.folder.glob("prepared/page-*"):
        page.unlink()
    monkeypatch.setattr("api.routes.pages._draw", lambda *asked: drawn.append(asked) or "a page")
    for _ in range(2):
        assert client.get(path).text == "a page"
    assert len(drawn) == 1
    (kept,) = reference_store.folder.glob("prepared/page-*")
    assert b"a page" in kept.read_bytes()


def test_what_anybody_may_ask_for_fills_no_disk(client, reference_store, monkeypatch):
    monkeypatch.setattr("api.routes.pages._draw", lambda *_: "a page")
    before = set(reference_store.folder.glob("prepared/page-*"))
    for asked in ("year=2024", "indicator=p0_persen_miskin_maret"):
        client.get(f"/map?{asked}")
    assert set(reference_store.folder.glob("prepared/page-*")) == before


@pytest.mark.parametrize("name", ["regencies", "zones", "kecamatan"])
def test_single_maps_are_pages_and_files_that_need_no_server(client, name):
    page = client.get(f"/maps/{name}?indicator=p0_persen_miskin_maret&year=2024")
    assert page.status_code == 200
    file = client.get(f"/maps/{name}?download=1")
    given = file.headers["Content-Disposition"]
    assert given == f"attachment; filename*=UTF-8''kawasan-{name}.html"
    assert 'src="' not in file.text.split("<body")[0]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/map?indicator=x", 404),
        ("/map?year=abc", 400),
        ("/map?year=1800", 400),
        ("/maps/regencies?year=1800", 400),
        ("/map?model=x", 404),
        ("/maps/x", 404),
        ("/map?warna=biru", 400),
    ],
)
def test_a_map_of_what_is_not_there_is_a_problem(client, path, status):
    assert client.get(path).status_code == status


def test_a_year_without_figures_shows_the_newest_and_says_so(client):
    page = client.get("/map?indicator=tpt_agustus&year=2026&lang=en")
    assert "2025 is shown instead" in page.text


def test_the_service_starts_without_the_libraries_that_only_answers_need():
    heavy = "{'scipy', 'pandas', 'geopandas'}"
    code = f"import sys, api.main; print(*sorted({heavy} & set(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []


def test_weights_in_an_address_score_and_explain_as_the_same_weights_that_are_posted(client):
    weights = {"huni": 0.1, "usaha": 0.2, "berkembang": 0.3, "lingkungan": 0.4}
    posted = client.post("/readiness", json={"weights": weights}).json()
    query = {"weights": ",".join(f"{name}:{share}" for name, share in weights.items())}
    read = client.get("/readiness", params=query).json()
    before = client.get("/readiness").json()
    assert read["key"] == posted["key"] != before["key"]
    wanted = next(zone for zone in posted["zones"] if zone["area_id"] == "cahaya-baru")
    found = client.get("/readiness/cahaya-baru", params=query).json()
    for name in ("score", "explanation", "lifts", "holds_back"):
        assert found[name] == wanted[name]
    problem = client.get("/readiness/cahaya-baru", params={"weights": "huni:x"})
    assert (problem.status_code, problem.json()["code"]) == (400, "InvalidParameter")


def test_a_zone_explained_says_its_desa_and_what_sources_say_of_its_ground(client):
    found = client.get("/readiness/63.08.09?layer=kecamatan&lang=en").json()
    assert found["villages"]["desa"] == 7
    assert found["villages"]["means"]["ike"] == pytest.approx(0.502, abs=5e-4)
    standings = {fact["fact"]: fact["standing"] for fact in found["ground"]["facts"]}
    assert standings == {"rawa_umum": "low_confidence", "banjir_kejadian": "denied"}
    silent = client.get("/readiness/siayuh?lang=en").json()["ground"]
    assert silent["is_unknown"]
    of_desa = client.get("/readiness/63.07.04.2009?layer=desa&lang=en").json()["ground"]
    assert "44 days" in str(of_desa)


def test_an_offices_model_of_the_index_of_the_desa_is_served(client, reference_store):
    text = published.model_text(reference_store, "kesiapan").replace(
        '{ indicator = "pdrb_share_pertanian_adhk", max_age_years = 2 }',
        '{ village_index = "ike" }',
    )
    text = text.replace('id = "kesiapan"', 'id = "kantor"', 1)
    publish_model(reference_store, text, actor="uji", note="uji")
    found = client.get("/readiness?model=kantor&layer=kecamatan&lang=en").json()
    by_zone = {
        zone["area_id"]: next(c for c in zone["criteria"] if c["criterion"] == "pertanian")
        for zone in found["zones"]
    }
    assert sum(c["measure"] is not None for c in by_zone.values()) == 145
    assert "Wholly kelurahan" in by_zone["63.71.01"]["note"]
    assert "Only 48% of the area" in by_zone["63.05.04"]["note"]
    assert {"idm", "desa"} <= {origin["dataset"] for origin in found["lineage"]}
