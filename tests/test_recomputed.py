"""What the API says of ranges, chances, bands and data to collect, against `tests/recomputation.py`."""

import shutil
import tomllib
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.planning.assess import assess
from geo.planning.confidence import errors_under
from geo.planning.measured import inputs_of
from geo.store.store import Store
from tests.conftest import DATA
from tests.recomputation import SURE, Areas, better, class_shares, fewest

CASES = [(m, layer) for m in ("kesiapan", "kebutuhan") for layer in ("zones", "kecamatan")]
# Draws of ours; the standard error of a difference is then hardly more than that of their 1,000.
DRAWS, THEIRS = 10_000, 1_000
EXACT = {"rtol": 0, "atol": 1e-9}


@pytest.fixture(scope="module")
def read(reference_folder, tmp_path_factory):
    """Documents of the service over the shipped data, what we make of them, each made once."""
    folder = tmp_path_factory.mktemp("recomputed") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    with TestClient(create_app(Settings(store=folder), store=store)) as client:

        @cache
        def document(path, model, layer):
            answer = client.get(path, params={"model": model, "layer": layer})
            assert answer.status_code == 200
            return answer.json()

        @cache
        def areas(model, layer):
            stated = tomllib.loads((DATA / f"models/{model}.toml").read_text("utf-8"))
            return Areas(stated, document("/readiness", model, layer))

        @cache
        def drawn(model, layer):
            ours, asked = areas(model, layer), assess(store, model, layer=layer)
            row = {area: at for at, area in enumerate(asked.matrix.area_ids)}
            rows = [row[zone["area_id"]] for zone in ours.zones]
            errors = errors_under(inputs_of(store, asked), asked.measures)
            places = asked.matrix.by_place
            return ours.drawn_scores(
                DRAWS,
                errors=errors.standard_errors[rows],
                bounds=errors.bounds,
                places={at: places[r] for at, r in enumerate(rows) if r in places},
                seed=7,
            )

        yield SimpleNamespace(document=document, areas=areas, drawn=drawn)
    store.close()


def column(areas, field):
    return np.array([zone[field] for zone in areas.zones], dtype=float)


def sampling_error(share):
    """Four standard errors of the difference between a share of our draws and of theirs."""
    spread = np.maximum(share * (1 - share), 1 / THEIRS)
    return 4 * np.sqrt(spread * (1 / DRAWS + 1 / THEIRS))


@pytest.mark.parametrize(("model", "layer"), CASES)
def test_weights_scores_and_ranges_are_exact(read, model, layer):
    areas = read.areas(model, layer)
    stated = read.document("/readiness", model, layer)["weights"]
    np.testing.assert_allclose(areas.weights, list(stated.values()), **EXACT)
    low, high = areas.score_range()
    np.testing.assert_allclose(low, column(areas, "score_low"), **EXACT)
    np.testing.assert_allclose(high, column(areas, "score_high"), **EXACT)
    np.testing.assert_allclose(areas.coverage(), column(areas, "data_coverage"), **EXACT)
    is_ranked = areas.coverage() >= areas.model["coverage_floor"] - 1e-9
    assert is_ranked.tolist() == [zone["status"] == "ranked" for zone in areas.zones]
    score = np.where(is_ranked, areas.score(), np.nan)
    np.testing.assert_allclose(score, column(areas, "score"), **EXACT)
    # A score by what is known lies inside, and the range is as wide as coverage leaves it.
    np.testing.assert_allclose(high - low, 100 * (1 - areas.coverage()), **EXACT)


@pytest.mark.parametrize(("model", "layer"), CASES)
def test_chances_are_those_of_other_draws_within_sampling_error(read, model, layer):
    areas = read.areas(model, layer)
    shares = class_shares(read.drawn(model, layer), areas.model)
    ids = [c["id"] for c in areas.model["class"]]
    for ours, zone in zip(shares, areas.zones, strict=True):
        said = zone["class_candidates"]
        assert zone["class_chance"] == said[zone["class"]] == max(said.values())
        for class_id, chance in said.items():
            share = ours[ids.index(class_id)]
            assert abs(share - chance) < sampling_error(share), (zone["area_id"], class_id)
        # Enough of the draws, and no class too many.
        assert sum(said.values()) >= SURE - 1e-9
        assert sum(said.values()) - min(said.values()) < SURE


@pytest.mark.parametrize(("model", "layer"), CASES)
def test_bands_are_cut_where_an_area_above_is_better_in_nine_of_ten_draws(read, model, layer):
    areas, scores = read.areas(model, layer), read.drawn(model, layer)
    ranked = [i for i, zone in enumerate(areas.zones) if zone["rank"]]
    order = sorted(ranked, key=lambda i: areas.zones[i]["rank"])
    bands = [areas.zones[i]["band"] for i in order]
    assert bands == sorted(bands)
    assert set(bands) == set(
        range(1, read.document("/readiness", model, layer)["certainty"]["bands"] + 1)
    )
    margin = sampling_error(SURE)
    for at, i in enumerate(order):
        above = [j for j, band in zip(order[:at], bands[:at], strict=True) if band == bands[at]]
        is_tied = [areas.zones[i]["rank"] == areas.zones[j]["rank"] for j in above]
        assert all(
            tied or better(scores, j, i) < SURE + margin
            for j, tied in zip(above, is_tied, strict=True)
        )
        if bands[at] > 1 and not above:
            before = [j for j, band in zip(order, bands, strict=True) if band == bands[at] - 1]
            tied = [j for j in order if areas.zones[j]["rank"] == areas.zones[i]["rank"]]
            assert max(better(scores, j, t) for j in before for t in tied) > SURE - margin


@pytest.mark.parametrize(("model", "layer"), CASES)
def test_the_fewest_data_and_the_order_of_the_list(read, model, layer):
    areas, listed = read.areas(model, layer), read.document("/collect", model, layer)
    places = [c["id"] for c in areas.model["criterion"]]
    found = {area["area_id"]: area for area in listed["areas"]}
    for i, zone in enumerate(areas.zones):
        area = found[zone["area_id"]]
        lacks = areas.weights * (1 - areas.credit[i])
        gains = {
            gap["datum"]: sum(lacks[places.index(c)] for c in gap["criteria"])
            for gap in area["gaps"]
        }
        # Each open criterion stands under one datum, and none is left out.
        assert sum(gains.values()) == pytest.approx(lacks.sum(), abs=1e-9)
        assert [gains[g["datum"]] for g in area["gaps"]] == pytest.approx(
            [g["coverage"] for g in area["gaps"]], abs=1e-9
        )
        sets = fewest(gains, areas.coverage()[i], areas.model["coverage_floor"])
        if sets is None:
            assert area["fewest"] is None
        else:
            assert set(area["fewest"]) in sets
            assert (
                sum(gains[d] for d in area["fewest"])
                >= max(sum(gains[d] for d in s) for s in sets) - 1e-9
            )
        order = [(-round(g["points"] or 0, 1), -g["coverage"]) for g in area["gaps"]]
        assert order == sorted(order)
