"""From layers, indicators and rasters to results: a small world whose answers are known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.explain import holds_back, lifts, missing, sentence
from geo.indicators import parse_indicators
from geo.measures import LandRaster, measure_zones
from geo.models import parse_model
from geo.raster_files import RasterFile
from geo.readiness import assess_measures

X, Y = 500_000.0, 9_600_000.0

MODEL = """
id = "uji"
version = "1"
kind = "readiness"
title = { id = "Uji", en = "Test" }
description = { id = "", en = "" }
source = "test"
coverage_floor = 0.5
min_cells = 4

[[dimension]]
id = "kerja"
title = { id = "Kerja", en = "Work" }

[[dimension]]
id = "lahan"
title = { id = "Lahan", en = "Land" }
floor = 20

[[criterion]]
id = "tpak"
dimension = "kerja"
title = { id = "TPAK", en = "TPAK" }
unit = { id = "%", en = "%" }
measure = { indicator = "tpak_agustus", max_age_years = 1 }
value = { function = "linear", zero_at = 60, one_at = 80 }
source = "test"
confirmed = false

[[criterion]]
id = "lereng"
dimension = "lahan"
title = { id = "Lereng", en = "Slope" }
unit = { id = "%", en = "%" }
measure = { raster = "slope_percent", statistic = "mean" }
value = { function = "linear", zero_at = 40, one_at = 0 }
source = "test"
confirmed = false

[[constraint]]
id = "curam"
title = { id = "Curam", en = "Steep" }
reason = { id = "Terlalu curam.", en = "Too steep." }
raster = "slope_percent"
threshold = 45.0
limit_share = 0.5
source = "test"
confirmed = false

[[class]]
id = "rendah"
title = { id = "Rendah", en = "Low" }
from = 0

[[class]]
id = "tinggi"
title = { id = "Tinggi", en = "High" }
from = 50

[judgements]
goal = [["kerja", "lahan", 1]]
"""


@pytest.fixture
def model():
    return parse_model(MODEL)


@pytest.fixture
def regencies(make_layer, square):
    utm = make_layer({"63.01": square(X, Y, 10_000), "63.02": square(X + 10_000, Y, 10_000)})
    return utm.to_crs("EPSG:4326")


@pytest.fixture
def indicators():
    rows = [("63.01", 2024, "70"), ("63.02", 2024, "78"), ("63.01", 2025, "74")]
    return parse_indicators(
        pd.DataFrame(
            [
                {
                    "regency_code": code,
                    "indicator": "tpak_agustus",
                    "year": str(year),
                    "period": f"Agustus {year}",
                    "value": value,
                    "unit": "%",
                    "source": "BPS",
                    "source_url": "https://example.org",
                    "note": "",
                    "confidence": "ok",
                }
                for code, year, value in rows
            ]
        )
    )


@pytest.fixture
def slope(make_raster):
    """1 km cells: the west half slopes 10 %, the east half 60 %."""
    array = np.full((10, 20), 10.0, dtype="float32")
    array[:, 10:] = 60
    path = make_raster(array, cell=1000, origin=(X, Y + 10_000))
    return {"slope_percent": LandRaster("slope_percent", RasterFile(path), "DEM", "2020")}


@pytest.fixture
def zones(make_layer):
    utm = make_layer(
        {
            "west": shapely.box(X, Y, X + 5000, Y + 5000),
            "across": shapely.box(X + 7500, Y, X + 12_500, Y + 4000),
            "east": shapely.box(X + 12_000, Y, X + 17_000, Y + 4000),
            "tiny": shapely.box(X, Y, X + 1000, Y + 1000),
            "point": shapely.Point(X + 100, Y + 100),
            "away": shapely.box(X - 90_000, Y, X - 80_000, Y + 4000),
        }
    )
    return utm.to_crs("EPSG:4326")


@pytest.fixture
def assess(zones, model, regencies, indicators, slope):
    def run(year=2025, rasters=slope, using=model):
        measures = measure_zones(
            zones, using, year=year, regencies=regencies, indicators=indicators, rasters=rasters
        )
        return {r.area_id: r for r in assess_measures(measures, using, using.weights)}

    return run


def criterion(result, name):
    return next(c for c in result.criteria if c.criterion == name)


def test_a_zone_in_one_regency_has_that_regencys_newest_figure(assess):
    found = criterion(assess()["west"], "tpak")
    assert found.measure == 74
    assert found.period == "Agustus 2025"
    assert found.sources == ("BPS",)
    assert found.value == pytest.approx(0.7)


def test_a_zone_across_two_regencies_has_the_mean_by_area_with_the_shares(assess):
    found = criterion(assess()["across"], "tpak")
    assert found.shares == pytest.approx({"63.01": 0.5, "63.02": 0.5}, abs=1e-3)
    assert found.measure == pytest.approx(76, abs=0.01)  # 74 of 2025 and 78 of 2024
    assert found.period == "Agustus 2024 / Agustus 2025"
    assert "63.01 50.0%" in found.note.en


def test_a_figure_that_is_too_old_is_missing_and_says_so(assess, model):
    strict = replace(model.criteria[0], measure=replace(model.criteria[0].measure, max_age_years=0))
    changed = replace(model, criteria=(strict, model.criteria[1]))
    found = criterion(assess(using=changed)["east"], "tpak")
    assert found.measure is None
    assert "2025" in found.note.id


def test_a_raster_measures_a_zone_of_enough_cells(assess):
    found = criterion(assess()["west"], "lereng")
    assert found.measure == pytest.approx(10, abs=1e-6)
    assert found.period == "2020"


def test_a_raster_too_coarse_for_a_zone_is_said_to_be_so_and_lowers_the_coverage(assess):
    tiny = assess()["tiny"]
    assert criterion(tiny, "lereng").measure is None
    assert "too coarse" in criterion(tiny, "lereng").note.en
    assert tiny.data_coverage == pytest.approx(0.5)


def test_a_missing_raster_names_the_command_that_adds_it(assess):
    found = assess(rasters={})["west"]
    assert "kawasan land add" in criterion(found, "lereng").note.id
    assert found.data_coverage == pytest.approx(0.5)
    assert found.constraints[0].excluded_share is None
    assert not found.constraints[0].failed


def test_a_zone_that_fails_a_constraint_is_excluded_from_the_ranks(assess):
    east = assess()["east"]
    assert east.status == "excluded"
    assert (east.score, east.rank, east.rank_class) == (None, None, None)
    assert east.constraints[0].excluded_share == pytest.approx(1)
    assert "excluded by: Steep" in sentence(east, of=2).en


def test_a_location_without_area_keeps_its_figures_but_no_land(assess):
    point = assess()["point"]
    assert criterion(point, "tpak").measure == 74
    assert "Location only" in criterion(point, "lereng").note.en


def test_a_zone_outside_every_regency_has_not_enough_data(assess):
    away = assess()["away"]
    assert away.status == "insufficient_data"
    assert away.data_coverage == 0
    assert "outside every regency" in criterion(away, "tpak").note.en


def test_scores_ranks_and_classes_by_hand(assess):
    found = assess()
    # west: TPAK 74 gives 0.7, slope 10 gives 0.75; half of each, of 100.
    assert found["west"].score == pytest.approx(72.5, abs=1e-4)
    assert found["west"].dimension_scores == pytest.approx({"kerja": 70, "lahan": 75}, abs=1e-4)
    # across: TPAK 76 gives 0.8; half slopes 10 and half 60, in the mean 35, which gives 0.125.
    assert found["across"].score == pytest.approx(46.25, abs=0.05)
    assert found["west"].rank == 1
    assert found["tiny"].rank == 2  # 70 from the figure alone
    assert found["across"].rank == 4
    assert found["west"].rank_class == "tinggi"


def test_a_dimension_below_its_floor_is_not_rescued_by_the_others(assess):
    across = assess()["across"]
    assert across.dimension_scores["lahan"] == pytest.approx(12.5, abs=0.05)
    assert across.floors_failed == ("lahan",)
    assert across.rank_class == "rendah"


def test_contributions_add_up_to_the_score(assess):
    for result in assess().values():
        if result.score is not None:
            total = sum(c.contribution for c in result.criteria)
            assert total == pytest.approx(result.score)


def test_the_explanation_names_what_lifts_holds_back_and_is_missing(assess):
    west, tiny = assess()["west"], assess()["tiny"]
    assert [c.criterion for c in lifts(west)] == ["lereng", "tpak"]
    assert holds_back(west) == ()
    assert [c.criterion for c in holds_back(assess()["across"])] == ["lereng"]
    assert [c.criterion for c in missing(tiny)] == ["lereng"]
    text = sentence(west, of=4)
    assert "72,5" in text.id
    assert "72.5" in text.en
    assert "rank 1 of 4" in text.en
