"""Assessments beside each other over HTTP, on the shipped data."""

import pytest

WEIGHTS = {"huni": 0.4, "usaha": 0.3, "berkembang": 0.2, "lingkungan": 0.1}
IDLE = {
    "id": "tpt-2026",
    "title": {"id": "TPT turun", "en": "Unemployment falls"},
    "source": "test",
    "indicators": [
        {
            "region": "63.04",
            "indicator": "tpt_agustus",
            "year": 2026,
            "value": 3.0,
            "note": "test",
            "source": "test",
        }
    ],
}


@pytest.fixture
def client(shipped_client):
    return shipped_client


def test_every_example_of_a_comparison_runs(client):
    operation = client.get("/api").json()["paths"]["/readiness/comparison"]["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    for example in examples.values():
        answer = client.post("/readiness/comparison", json=example["value"])
        assert answer.status_code == 200, answer.text


def test_points_of_the_criteria_add_up_to_a_zones_difference(client):
    asked = {"before": {"layer": "regencies"}, "after": {"layer": "regencies", "weights": WEIGHTS}}
    found = client.post("/readiness/comparison", json=asked).json()
    assert found["zones"]
    for zone in found["zones"]:
        assert sum(c["points"] for c in zone["criteria"]) == pytest.approx(zone["score"])


def test_a_change_without_effect_is_said(client):
    asked = {"after": {"scenario": IDLE}}
    found = client.post("/readiness/comparison?lang=en", json=asked).json()
    assert found["zones"] == []
    assert "tpt_agustus is not read by the model" in found["notes"][0]


def test_trends_of_one_zone_have_every_year_and_the_reason_of_each_break(client):
    found = client.get("/readiness/trends?zone=cahaya-baru").json()
    assert found["years"] == sorted(found["years"])
    (zone,) = found["zones"]
    assert zone["area_id"] == "cahaya-baru"
    assert all(gap["reasons"] for gap in zone["breaks"])


def test_sensitivity_names_the_nearest_weight_that_changes_a_class(client):
    found = client.get("/readiness/sensitivity?layer=regencies").json()
    assert {one["item"] for one in found["dimensions"]} == set(WEIGHTS)
    for one in (*found["criteria"], *found["dimensions"]):
        for point in one["below"].values():
            assert point is None or point["weight"] < one["weight"]
        for point in one["above"].values():
            assert point is None or point["weight"] > one["weight"]
    assert "score" not in found


def test_the_variance_of_a_score_is_shared_out_and_the_same_for_a_seed(client):
    path = "/readiness/sensitivity?zone=cahaya-baru&draws=256"
    first, again, other = (client.get(path + f"&seed={seed}") for seed in (1, 1, 2))
    assert first.content == again.content
    assert first.content != other.content
    indices = first.json()["score"]["indices"]
    totals = [one["total"] for one in indices]
    assert totals == sorted(totals, reverse=True)
    assert sum(one["first_order"] for one in indices) == pytest.approx(1, abs=0.25)


def test_a_quadrant_has_every_zone_in_one_place(client):
    found = client.get("/readiness/quadrant?layer=regencies").json()
    counted = sum(quadrant["count"] for quadrant in found["quadrants"]) + found["unplaced"]
    assert counted == len(found["placements"]) == 13
    for placed in found["placements"]:
        likeliest = max(placed["candidates"].values(), default=None)
        assert placed["quadrant"] is None or placed["chance"] == likeliest
        assert (placed["quadrant"] is None) == (placed["score_quadrant"] is None)


@pytest.mark.parametrize(
    ("model", "prefix", "axis"), [("kesiapan", "", "readiness"), ("kebutuhan", "need_", "need")]
)
def test_a_quadrant_follows_other_weights_and_methods_of_either_model(client, model, prefix, axis):
    weights = {d["id"]: 0.0 for d in client.get(f"/models/{model}").json()["dimensions"]}
    weights |= dict.fromkeys(list(weights)[:2], 0.5)
    stated = {"weights": ",".join(f"{name}:{share}" for name, share in weights.items())}
    asked = stated | {"method": "owa", "risk": 0.2}
    readiness = client.get("/readiness", params={"model": model, "layer": "regencies"} | asked)
    wanted = {zone["area_id"]: zone["score"] for zone in readiness.json()["zones"]}
    query = {"layer": "regencies"} | {f"{prefix}{name}": value for name, value in asked.items()}
    found = client.get("/readiness/quadrant", params=query).json()
    own = client.get("/readiness/quadrant?layer=regencies").json()
    assert {one["area_id"]: one[axis] for one in found["placements"]} == wanted
    assert [one[axis] for one in own["placements"]] != list(wanted.values())
    other = {"readiness": "need", "need": "readiness"}[axis]
    assert [one[other] for one in own["placements"]] == [one[other] for one in found["placements"]]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/readiness/trends?zone=atlantis", 404, "ZoneNotFound"),
        ("/readiness/trends?year=2024", 400, "UnknownParameter"),
        ("/readiness/trends?method=x", 400, "InvalidMethod"),
        ("/readiness/trends?risk=0.3", 400, "UnusedRisk"),
        ("/readiness/sensitivity?zone=atlantis", 404, "ZoneNotFound"),
        ("/readiness/sensitivity?zone=cahaya-baru&draws=1000", 400, "InvalidSamples"),
        ("/readiness/sensitivity?draws=256", 400, "InvalidParameter"),
        ("/readiness/sensitivity?zone=cahaya-baru&draws=4096", 400, "InvalidParameter"),
        ("/readiness/sensitivity?risk=0.3", 400, "UnusedRisk"),
        ("/readiness/quadrant?need=kesiapan", 400, "InvalidQuadrant"),
        ("/readiness/quadrant?weights=huni", 400, "InvalidParameter"),
        ("/readiness/quadrant?need_weights=huni:1", 400, "InvalidWeights"),
        ("/readiness/quadrant?need_risk=0.3", 400, "UnusedRisk"),
        ("/readiness/quadrant?ready_from=101", 400, "InvalidParameter"),
        ("/readiness/quadrant?ready_from=nan", 400, "InvalidParameter"),
    ],
)
def test_what_cannot_be_answered_is_a_clear_problem(client, path, status, code):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.usefixtures("earlier_store")
def test_the_sensitivity_of_a_zone_without_rank_is_a_clear_problem(client):
    """Angsana has no rank by version 2 of the model, which other zones have."""
    answer = client.get("/readiness/sensitivity?zone=angsana")
    assert (answer.status_code, answer.json()["code"]) == (400, "ZoneNotRanked")
