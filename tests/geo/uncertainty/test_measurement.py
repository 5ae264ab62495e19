"""Errors that a person can work out: stated ones, jumps from year to year, and a plane displaced."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine

from geo.crs import area_ha
from geo.language import Text
from geo.mcda.model_file import parse_model
from geo.mcda.value_functions import VillageMeasure
from geo.raster.grid import ArraySource, Grid
from geo.readiness.land_measures import LandRaster
from geo.readiness.score import Measure, Measures
from geo.uncertainty.measurement import (
    displacement_errors,
    displacement_m,
    is_exact,
    measure_bounds,
    measure_errors,
    yearly_change_error,
)

UTM = "EPSG:32750"
EAST, NORTH, CELL_M = 500_000.0, 9_600_000.0, 10.0
SLOPE = 0.002  # rise of the plane per metre to the east


def plane(cells=400):
    """Cells of 10 m whose value rises to the east."""
    grid = Grid(UTM, Affine(CELL_M, 0, EAST, 0, -CELL_M, NORTH), cells, cells)
    columns = (np.arange(cells) + 0.5) * CELL_M * SLOPE
    return ArraySource(grid, np.tile(columns, (cells, 1)))


def zones_of(*kinds, side_m=400.0):
    """Squares in the middle of the plane, in lon/lat, one of each kind of geometry."""
    middle = shapely.Point(EAST + 2000, NORTH - 2000)
    square = shapely.box(
        middle.x - side_m / 2, middle.y - side_m / 2, middle.x + side_m / 2, middle.y + side_m / 2
    )
    index = pd.Index([f"z{i}" for i in range(len(kinds))], name="area_id")
    frame = gpd.GeoDataFrame(
        {"geometry_kind": list(kinds)}, geometry=[square] * len(kinds), crs=UTM, index=index
    )
    return frame.to_crs("EPSG:4326")


def test_an_exact_zone_is_displaced_by_half_a_cell():
    """Nine measures of a plane: 0, ± g d to east and west, ± g d / √2 four times: sd = g d / √2."""
    zones = zones_of("surveyed", None)
    np.testing.assert_allclose(displacement_m(zones, plane()), 5.0)
    expected = SLOPE * 5.0 / np.sqrt(2)
    np.testing.assert_allclose(displacement_errors(zones, plane()), expected, rtol=0.01)


@pytest.mark.parametrize(
    ("kind", "part"), [("equal_area_disc", 0.5), ("enclosing_kecamatan", 2 / 3)]
)
def test_an_approximate_zone_is_displaced_by_a_part_of_its_radius(kind, part):
    zones = zones_of(kind)
    radius_m = np.sqrt(area_ha(zones)[0] * 10_000 / np.pi)
    np.testing.assert_allclose(displacement_m(zones, plane()), part * radius_m)
    expected = SLOPE * part * radius_m / np.sqrt(2)
    np.testing.assert_allclose(displacement_errors(zones, plane()), expected, rtol=0.01)


def test_displacing_on_even_ground_changes_nothing():
    flat = replace(plane(), cells=np.full((400, 400), 3.0))
    np.testing.assert_allclose(displacement_errors(zones_of("equal_area_disc"), flat), 0, atol=1e-9)


def test_a_point_and_a_zone_off_the_raster_have_no_deviation():
    zones = zones_of("surveyed", "surveyed", "surveyed")
    shapes = zones.geometry.to_numpy().copy()
    shapes[0] = shapes[0].centroid
    shapes[1] = shapely.transform(shapes[1], lambda xy: xy + np.array([2.0, 0.0]))
    moved = zones.set_geometry(shapes, crs=zones.crs)
    errors = displacement_errors(moved, plane())
    assert np.isnan(errors).tolist() == [True, True, False]


def table(figures, *, confidence="ok"):
    """A tidy table of {(code, year): value} of one indicator."""
    rows = [(code, "tpt", year, value, confidence) for (code, year), value in figures.items()]
    return pd.DataFrame(rows, columns=["regency_code", "indicator", "year", "value", "confidence"])


def rising(changes, *, years=(2023, 2024)):
    first, second = years
    figures = {}
    for i, change in enumerate(changes):
        figures[f"63.{i:02d}", first], figures[f"63.{i:02d}", second] = 5.0, 5.0 + change
    return figures


def test_yearly_changes_give_their_deviation_by_the_root_of_two():
    """Ten changes of ±0.3 around a common fall of 0.1: sd = 0.3 √(10/9), by √2."""
    changes = [-0.1 + 0.3, -0.1 - 0.3] * 5
    expected = 0.3 * np.sqrt(10 / 9) / np.sqrt(2)
    assert yearly_change_error(table(rising(changes)), "tpt") == pytest.approx(expected)


def test_a_gap_of_two_years_the_province_and_doubtful_figures_do_not_count():
    good = rising([0.3, -0.3] * 5)
    expected = yearly_change_error(table(good), "tpt")
    more = rising([9.0] * 10, years=(2024, 2026)) | good | {("63", 2023): 1.0, ("63", 2024): 9.0}
    doubtful = table({("63.99", 2023): 1.0, ("63.99", 2024): 9.0}, confidence="low")
    assert yearly_change_error(pd.concat([table(more), doubtful]), "tpt") == pytest.approx(expected)


@pytest.mark.parametrize("changes", [[], [0.2] * 3])
def test_too_few_changes_say_nothing(changes):
    assert np.isnan(yearly_change_error(table(rising(changes)), "tpt"))


CRITERION = """
[[criterion]]
id = "{id}"
dimension = "d"
title = {{ id = "{id}", en = "{id}" }}
unit = {{ id = "-", en = "{unit}" }}
measure = {measure}
value = {value}
source = "test"
confirmed = false
{error}
"""
INDICATOR = '{ indicator = "tpt", max_age_years = 2 }'
LINEAR = '{ function = "linear", zero_at = 0, one_at = 10 }'
SHARE = '{ raster = "cover", statistic = "share", classes = [1] }'
MEAN = '{ raster = "plane", statistic = "mean" }'
CLASS = '{ raster = "cover", statistic = "majority" }'
CATEGORIES = '{ function = "categorical", values = { 1 = 0.5, 2 = 1.0 } }'
CRITERIA = [
    (
        "stated",
        "% of people",
        INDICATOR,
        LINEAR,
        "error = { standard_error = 0.4, source = 'BPS' }",
    ),
    ("relative", "people", INDICATOR, LINEAR, "error = { relative = 0.1, source = 'BPS' }"),
    (
        "yearly",
        "% of people",
        INDICATOR,
        LINEAR,
        "error = { yearly_change = true, source = 'BPS' }",
    ),
    ("unstated", "m", MEAN, LINEAR, ""),
    ("moved", "m", MEAN, LINEAR, "error = { displacement = true, source = 'cells' }"),
    (
        "moved_share",
        "share of the zone",
        SHARE,
        LINEAR,
        "error = { displacement = true, source = 'cells' }",
    ),
    ("class", "class", CLASS, CATEGORIES, "error = { displacement = true, source = 'cells' }"),
]


def make_model():
    criteria = [
        CRITERION.format(id=i, unit=unit, measure=measure, value=value, error=error)
        for i, unit, measure, value, error in CRITERIA
    ]
    pairs = [[a[0], b[0], 1] for k, a in enumerate(CRITERIA) for b in CRITERIA[k + 1 :]]
    head = """
id = "uji"
version = "1"
kind = "readiness"
title = { id = "Uji", en = "Test" }
description = { id = "", en = "" }
source = "test"
coverage_floor = 0.5
min_cells = 4

[[dimension]]
id = "d"
title = { id = "D", en = "D" }

[[class]]
id = "semua"
title = { id = "Semua", en = "All" }
from = 0
"""
    return parse_model(
        head + "".join(criteria) + f"\n[judgements]\nd = {pairs}\n".replace("'", '"')
    )


def make_measures(zones):
    """Zone z0 lies in 63.01, z1 half there and half in 63.02, z2 has no measure at all."""
    parts = [{"63.01": 1.0}, {"63.01": 0.5, "63.02": 0.5}, {}]

    def measure(value, shares):
        return Measure(None if not shares else value, float(bool(shares)), shares=shares)

    return Measures(
        names={z: z for z in zones.index},
        criteria={
            i: [measure(4.0, p if m == INDICATOR else dict.fromkeys(p, 0.0)) for p in parts]
            for i, _, m, _, _ in CRITERIA
        },
        constraints={},
    )


def all_errors(rasters=("plane", "cover")):
    zones = zones_of("surveyed", "surveyed", "surveyed")
    cover = replace(plane(), cells=(plane().cells > 4.0).astype(np.uint8) + 1)
    found = {"plane": plane(), "cover": cover}
    return measure_errors(
        make_model(),
        make_measures(zones),
        zones=zones,
        rasters={n: LandRaster(n, found[n], "test", None) for n in rasters},
        indicators=table(rising([0.3, -0.3] * 5)),
    )


def column(errors, criterion):
    return errors.standard_errors[:, errors.criteria.index(criterion)]


def test_every_way_of_stating_an_error():
    errors = all_errors()
    half = np.sqrt(0.5)
    np.testing.assert_allclose(column(errors, "stated"), [0.4, 0.4 * half, 0.0])
    np.testing.assert_allclose(column(errors, "relative"), [0.4, 0.4 * half, 0.0])
    yearly = 0.3 * np.sqrt(10 / 9 / 2)
    np.testing.assert_allclose(column(errors, "yearly"), [yearly, yearly * half, 0.0])
    moved = SLOPE * 5.0 / np.sqrt(2)
    np.testing.assert_allclose(column(errors, "moved"), [moved, moved, 0.0], rtol=0.01)
    for exact in ("unstated", "class"):
        assert column(errors, exact).tolist() == [0.0, 0.0, 0.0]


def test_zones_of_one_regency_share_their_error():
    errors = all_errors()
    assert set(errors.sources) == {"stated", "relative", "yearly"}
    assert errors.sources["stated"].tolist() == [[1.0, 0.0], [0.5, 0.5], [0.0, 0.0]]


def test_the_share_of_a_class_is_displaced_as_a_share():
    """The border of the class runs through the middle: d to the east turns d / side into the class."""
    expected = 5.0 / 400.0 / np.sqrt(2)
    np.testing.assert_allclose(column(all_errors(), "moved_share")[:2], expected, rtol=0.05)


def test_bounds_follow_the_unit():
    bounds = {c.id: measure_bounds(c) for c in make_model().criteria}
    assert bounds["stated"] == (0.0, 100.0)
    assert bounds["moved_share"] == (0.0, 1.0)
    assert bounds["moved"] == (-np.inf, np.inf)
    of_desa = replace(make_model().criteria[0], measure=VillageMeasure("ike"), unit=Text("", ""))
    assert measure_bounds(of_desa) == (0.0, 1.0)


def test_each_criterion_says_what_is_counted_and_what_is_not():
    notes = all_errors().notes
    assert notes["stated"].id == (
        "Simpangan baku 0,4 dalam satuan kriteria; sumber: BPS. Belum ada data di 1 dari 3 wilayah."
    )
    assert notes["relative"].en == (
        "Standard error 10% of the figure; source: BPS. No data in 1 of 3 areas."
    )
    assert "0.22" in notes["yearly"].en
    assert "real change is in it" in notes["yearly"].en
    # One of the three has no data, and nothing is exact there.
    for partly in ("unstated", "class"):
        assert notes[partly].en.startswith("What is known counts without an error")
        assert notes[partly].en.endswith("No data in 1 of 3 areas.")


def test_only_what_is_known_whole_and_as_one_number_of_every_area_is_called_exact():
    known, part = Measure(value=1.0, credit=1.0), Measure(value=1.0, credit=0.6)
    between = Measure(value=1.0, credit=1.0, low=0.5, high=1.5)
    assert is_exact([known, known])
    assert not any(is_exact([known, m]) for m in (part, between, Measure(None, 0.0)))


def test_a_raster_that_is_not_there_leaves_its_measure_exact():
    errors = all_errors(rasters=())
    assert column(errors, "moved").tolist() == [0.0, 0.0, 0.0]
    assert "no raster" in errors.notes["moved"].en


@pytest.mark.parametrize("criterion", ["moved", "unstated", "class", "stated"])
def test_what_nobody_measured_does_not_count_as_exact(criterion):
    zones = zones_of("surveyed", "surveyed", "surveyed")
    found = make_measures(zones)
    nothing = [Measure(None, 0.0)] * len(zones)
    errors = measure_errors(
        make_model(),
        replace(found, criteria={**found.criteria, criterion: nothing}),
        zones=zones,
        rasters={},
        indicators=table(rising([0.3, -0.3] * 5)),
    )
    assert errors.notes[criterion].id == "Belum ada data di wilayah mana pun."
