"""A scenario applied from end to end, in a world of two regencies whose answers are known by hand."""

import json
from dataclasses import replace
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import area_ha
from geo.errors import CRSMissing, InvalidIndicators, InvalidScenario
from geo.indicators.table import parse_indicators, values_for
from geo.mcda.value_functions import ValueFunction
from geo.planning.scenario_file import parse_scenario
from geo.raster.distance import DistanceSource
from geo.raster.grid import ArraySource, Grid
from geo.readiness.compare import compare
from geo.readiness.land_measures import LandRaster
from geo.readiness.measures import measure_zones
from geo.readiness.scenario import digest, idle_changes
from geo.readiness.scenario_apply import (
    SCENARIO_KIND,
    apply_to_indicators,
    apply_to_measures,
    apply_to_rasters,
    apply_to_zones,
)
from geo.vector.schema import is_approximate, is_enclosing
from tests.geo.small_assessments import assess, make_measures, make_model

changed_figures = partial(apply_to_indicators, regencies=("63.01", "63.02"))

X, Y = 500_000.0, 9_600_000.0
UTM = pyproj.CRS("EPSG:32750")
TO_LONLAT = pyproj.Transformer.from_crs(UTM, "OGC:CRS84", always_xy=True)


def lonlat(*xy):
    """Positions of metres east and north of the world's corner."""
    return [list(TO_LONLAT.transform(X + x, Y + y)) for x, y in xy]


def scenario(**changes):
    given_ = {"id": "uji", "title": {"id": "Uji", "en": "Trial"}, "source": "rapat"} | changes
    return parse_scenario(given_, format="json")


def figure(**facts):
    stated = {"indicator": "tpak_agustus", "region": "63.01", "year": 2026, "value": 90}
    return stated | {"note": "perkiraan", "source": "Dinas"} | facts


def road(*xy, **facts):
    return {"line": {"type": "LineString", "coordinates": lonlat(*xy)}} | facts


def square(x, y, side):
    corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    return {"type": "Polygon", "coordinates": [lonlat(*corners)]}


@pytest.fixture
def regencies(make_layer):
    boxes = {
        "63.01": shapely.box(X, Y, X + 2e4, Y + 2e4),
        "63.02": shapely.box(X + 2e4, Y, X + 4e4, Y + 2e4),
    }
    return make_layer(boxes).to_crs("OGC:CRS84")


@pytest.fixture
def zones(make_layer):
    """One square of 2 km in each regency."""
    boxes = {
        "west": shapely.box(X + 4000, Y + 4000, X + 6000, Y + 6000),
        "east": shapely.box(X + 30_000, Y + 4000, X + 32_000, Y + 6000),
    }
    return make_layer(
        boxes,
        name=["West", "East"],
        area_ha=[500.0, np.nan],
        geometry_kind=["enclosing_kecamatan", None],
        geometry_method=["kotak", None],
    ).to_crs("OGC:CRS84")


@pytest.fixture
def table():
    rows = [("63.01", 2024, 70), ("63.02", 2024, 60), ("63.01", 2025, 72), ("63.02", 2025, 64)]
    return parse_indicators(
        pd.DataFrame(
            {
                "regency_code": code,
                "indicator": "tpak_agustus",
                "year": year,
                "period": f"Agustus {year}",
                "value": value,
                "unit": "%",
                "source": "BPS",
                "source_url": "https://example.org",
            }
            for code, year, value in rows
        )
    )


@pytest.fixture
def present_roads():
    """500 m cells; a road along the western edge, so that a cell's distance is its easting."""
    grid = Grid(UTM.to_wkt(), Affine(500, 0, X, 0, -500, Y + 20_000), 80, 40)
    eastings = (np.arange(80) + 0.5) * 500
    cells = ArraySource(grid, np.tile(eastings, (40, 1)))
    return {"road_distance_m": LandRaster("road_distance_m", cells, "Jalan 2020", "2020")}


@pytest.fixture
def run(zones, table, regencies, present_roads):
    """Assess the world under a scenario, in the order that `geo.readiness.scenario_apply` states."""

    def under(chosen, *, rasters=present_roads, year=2025, model=None, zones=zones):
        model = model or make_model()
        redrawn = apply_to_zones(zones, chosen)
        measured = measure_zones(
            redrawn,
            model,
            year=year,
            regencies=regencies,
            indicators=changed_figures(table, chosen),
            rasters=apply_to_rasters(rasters, chosen, zones=redrawn),
        )
        return assess(
            apply_to_measures(measured, chosen, model=model, rasters=rasters),
            model,
            year=year,
            scenario=chosen.id,
        )

    return under


def criterion(assessment, zone, name):
    return next(c for c in assessment.result(zone).criteria if c.criterion == name)


def test_a_scenario_without_changes_changes_nothing(run, zones, table, present_roads):
    empty = scenario()
    assert changed_figures(table, empty).equals(table)
    assert changed_figures(table, empty) is not table
    assert apply_to_zones(zones, empty).equals(zones)
    assert apply_to_rasters(present_roads, empty, zones=zones) == present_roads
    measures = make_measures({"a": (50, 5000), "b": (None, 10)})
    assert apply_to_measures(measures, empty, model=make_model()) == measures
    found = compare(run(empty), run(empty))
    assert (found.moved, found.sentence.en) == ((), "No area changed.")


def test_a_forecast_stands_in_the_table_with_its_month_and_its_scenario(table):
    changed = changed_figures(table, scenario(indicators=[figure()]))
    row = values_for(changed, "tpak_agustus", 2026).loc["63.01"]
    assert (row["value"], row["period"], row["unit"]) == (90, "Agustus 2026", "%")
    assert row["source"] == "Skenario Uji: Dinas"
    assert row["note"] == "Skenario Uji: perkiraan"
    assert len(changed) == len(table) + 1
    assert 2026 not in set(table["year"])


def test_a_figure_of_a_year_that_is_there_is_replaced(table):
    changed = changed_figures(table, scenario(indicators=[figure(year=2025)]))
    assert len(changed) == len(table)
    assert values_for(changed, "tpak_agustus", 2025)["value"].tolist() == [90, 64]
    assert changed_figures(changed, scenario(indicators=[figure(year=2025)])).equals(changed)


def test_a_whole_year_has_no_month(table):
    yearly = table.assign(indicator="gini", period=table["year"].astype(str))
    changed = changed_figures(yearly, scenario(indicators=[figure(indicator="gini")]))
    assert values_for(changed, "gini", 2026)["period"].tolist() == ["2026"]


def test_an_unknown_indicator_is_named_with_those_that_there_are(table):
    with pytest.raises(InvalidScenario, match=r"indicators\[0\].indicator.*'tpt'.*tpak_agustus"):
        changed_figures(table, scenario(indicators=[figure(indicator="tpt")]))


def test_an_unknown_regency_is_named_with_those_that_there_are(table):
    with pytest.raises(InvalidScenario, match=r"indicators\[0\].region.*'63.99'.*63\.01"):
        changed_figures(table, scenario(indicators=[figure(region="63.99")]))


def test_a_forecast_reaches_the_zones_of_its_regency_only(run):
    before, after = run(scenario()), run(scenario(indicators=[figure(year=2025)]))
    assert criterion(before, "west", "tpak").measure == 72
    found = criterion(after, "west", "tpak")
    assert (found.measure, found.sources) == (90, ("Skenario Uji: Dinas",))
    assert (found.note.id, found.note.en) == (
        "Skenario Uji: perkiraan",
        "Scenario Trial: perkiraan",
    )
    assert criterion(after, "east", "tpak").note is None
    moved = compare(before, after).moved
    assert [(z.area_id, z.score) for z in moved] == [("west", pytest.approx(9))]  # 18 % of half
    assert [c.criterion for c in moved[0].moved_by] == ["tpak"]


def test_a_new_road_takes_the_smaller_distance(run, present_roads):
    # The road runs through the middle of the east zone, and is 20 km from the west one.
    built = scenario(roads=[road((31_000, -9000), (31_000, 29_000))])
    before, after = run(scenario()), run(built)
    assert criterion(before, "east", "jalan").measure == pytest.approx(31_000, rel=1e-3)
    found = criterion(after, "east", "jalan")
    assert found.measure == pytest.approx(500, rel=1e-2)  # the mean of 0..1000 m on both sides
    assert found.sources == ("Jalan 2020; Skenario Uji: rapat",)
    assert "Scenario Trial: the smaller distance" in found.note.en
    assert criterion(after, "west", "jalan").measure == criterion(before, "west", "jalan").measure
    assert present_roads["road_distance_m"].source == "Jalan 2020"
    moved = compare(before, after).moved
    assert [z.area_id for z in moved if z.moved_by] == ["east"]
    assert [z.rank_after for z in moved] == [2, 1]


def test_without_a_raster_the_distance_is_to_the_new_road_alone(run):
    built = scenario(roads=[road((31_000, -9000), (31_000, 29_000))])
    assert criterion(run(scenario(), rasters={}), "east", "jalan").measure is None
    found = run(built, rasters={})
    assert criterion(found, "east", "jalan").measure == pytest.approx(500, rel=1e-2)
    assert "jalan yang ada mungkin lebih dekat" in criterion(found, "east", "jalan").note.id
    assert criterion(found, "east", "jalan").sources == ("Skenario Uji: rapat",)


def test_a_road_too_far_to_say_anything_lowers_no_score(run):
    """From 10 km on a distance is worth 0, so an upper bound of 26 km leaves every value possible."""
    built = scenario(roads=[road((31_000, -9000), (31_000, 29_000))])
    before, after = run(scenario(), rasters={}), run(built, rasters={})
    far = criterion(after, "west", "jalan")
    assert far.measure is None
    assert "the new road is 26" in far.note.en
    moved = {z.area_id: z for z in compare(before, after).moved}
    assert "west" not in moved or not moved["west"].moved_by


def test_a_layer_of_points_has_no_land_to_be_near_a_road(zones, make_layer):
    points = make_layer({"p": shapely.Point(X, Y)}).to_crs("OGC:CRS84")
    assert apply_to_rasters({}, scenario(roads=[road((0, 0), (9, 9))]), zones=points) == {}


def test_two_roads_of_two_rasters_change_two(present_roads, zones):
    roads = [road((0, 0), (9, 9)), road((0, 0), (9, 9), raster="river_distance_m")]
    found = apply_to_rasters(present_roads, scenario(roads=roads), zones=zones)
    assert sorted(found) == ["river_distance_m", "road_distance_m"]
    assert found["river_distance_m"].cells.grid.is_geographic


roads = st.lists(
    st.tuples(st.integers(-5000, 45_000), st.integers(-5000, 25_000)),
    min_size=2,
    max_size=4,
    unique=True,
)


@settings(max_examples=20)
@given(roads)
def test_a_road_never_raises_a_distance(line):
    grid = Grid(UTM.to_wkt(), Affine(500, 0, X, 0, -500, Y + 20_000), 80, 40)
    base = np.tile((np.arange(80) + 0.5) * 500, (40, 1))
    land = LandRaster("road_distance_m", ArraySource(grid, base), "", None)
    chosen = scenario(roads=[road(*line)])
    found = apply_to_rasters({land.name: land}, chosen, zones=None)[land.name].cells
    cells, _ = found.read(grid.whole)
    new, _ = DistanceSource(lines_of(chosen), grid).read(grid.whole)
    assert (cells <= base).all()
    assert np.array_equal(cells, np.minimum(base, new))


def lines_of(chosen):
    return gpd.GeoDataFrame(geometry=[r.line for r in chosen.roads], crs="OGC:CRS84")


def test_a_zone_that_is_redrawn_has_its_own_geometry_and_area(zones):
    bigger = scenario(zones={"west": square(4000, 4000, 4000), "east": square(0, 0, 1000)})
    changed = apply_to_zones(zones, bigger)
    assert changed.loc["west", "area_ha"] == pytest.approx(area_ha(changed)[0])
    assert changed.loc["west", "area_ha"] == pytest.approx(1600, rel=2e-3)
    assert np.isnan(changed.loc["east", "area_ha"])
    assert changed["geometry_kind"].tolist() == [SCENARIO_KIND] * 2
    assert not is_enclosing(SCENARIO_KIND)
    assert is_approximate(SCENARIO_KIND)
    assert changed.loc["west", "geometry_method"] == "Skenario Uji: rapat"
    assert zones.loc["west", "area_ha"] == 500
    assert area_ha(zones)[0] == pytest.approx(400, rel=2e-3)


def test_a_zone_that_is_not_named_stays_to_the_last_bit(zones):
    changed = apply_to_zones(zones, scenario(zones={"west": square(4000, 4000, 4000)}))
    assert changed.loc[["east"]].equals(zones.loc[["east"]])
    projected = apply_to_zones(zones.to_crs(UTM), scenario(zones={"west": square(0, 0, 1000)}))
    assert projected.crs == UTM
    assert projected.geometry.iloc[0].bounds == pytest.approx((X, Y, X + 1000, Y + 1000), abs=1e-3)


def test_a_zone_that_the_layer_does_not_hold_is_named(zones):
    with pytest.raises(InvalidScenario, match=r"zones\.north.*There are: west, east"):
        apply_to_zones(zones, scenario(zones={"north": square(0, 0, 1000)}))
    bare = zones.set_crs(None, allow_override=True)
    with pytest.raises(CRSMissing):
        apply_to_zones(bare, scenario(zones={"west": square(0, 0, 1000)}))


def test_a_zone_that_is_redrawn_is_measured_anew_and_says_so(run):
    moved = scenario(zones={"west": square(30_000, 10_000, 2000)})  # into the other regency
    before, after = run(scenario()), run(moved)
    found = criterion(after, "west", "tpak")
    assert (criterion(before, "west", "tpak").measure, found.measure) == (72, 64)
    assert "batas kawasan diganti" in found.note.id
    assert found.sources == ("BPS", "Skenario Uji: rapat")
    assert criterion(after, "west", "jalan").measure == pytest.approx(31_000, rel=1e-3)
    # An enclosing geometry counts for a part of the zone; the zone's own for all of it.
    assert after.result("west").data_coverage > before.result("west").data_coverage


@pytest.mark.parametrize(
    ("how", "value", "words", "sources"),
    [
        ("set", 90.0, "Scenario Trial: set to 90", ("Skenario Uji: rapat",)),
        ("add", 150.0, "Scenario Trial: 90 added", ("BPS", "Skenario Uji: rapat")),
        ("multiply", 5400.0, "Scenario Trial: multiplied by 90", ("BPS", "Skenario Uji: rapat")),
    ],
)
def test_a_what_if_on_one_measure(how, value, words, sources):
    measures = make_measures({"a": (60, 5000), "b": (50, 5000)})
    chosen = scenario(measures=[{"zone": "a", "criterion": "tpak", how: 90, "note": "pelatihan"}])
    found = apply_to_measures(measures, chosen, model=make_model())
    changed = found.criteria["tpak"][0]
    assert (changed.value, changed.credit, changed.sources) == (value, 1.0, sources)
    assert changed.note.en == f"{words}: pelatihan"
    assert found.criteria["tpak"][1] == measures.criteria["tpak"][1]
    assert found.criteria["jalan"] == measures.criteria["jalan"]
    assert measures.criteria["tpak"][0].value == 60


def test_a_missing_measure_can_be_set_and_not_changed():
    measures = make_measures({"a": (None, 5000)})
    what_if = {"zone": "a", "criterion": "tpak"}
    found = apply_to_measures(
        measures, scenario(measures=[what_if | {"set": 40}]), model=make_model()
    )
    assert found.criteria["tpak"][0].value == 40
    for how in ("add", "multiply"):
        with pytest.raises(InvalidScenario, match=rf"measures\[0\].{how}.*state one with set"):
            apply_to_measures(measures, scenario(measures=[what_if | {how: 2}]), model=make_model())


def test_a_note_that_is_there_stays_before_that_of_the_scenario():
    measures = make_measures({"a": (60, 5000)})
    (old,) = measures.criteria["tpak"]
    noted = replace(old, note=make_model().title)  # any text
    measures = replace(measures, criteria=measures.criteria | {"tpak": [noted]})
    chosen = scenario(measures=[{"zone": "a", "criterion": "tpak", "add": 2.5}])
    found = apply_to_measures(measures, chosen, model=make_model())
    assert found.criteria["tpak"][0].note.id == "Uji; Skenario Uji: ditambah 2,5"


@pytest.mark.parametrize(
    ("what_if", "words"),
    [
        ({"zone": "z", "criterion": "tpak"}, r"measures\[0\].zone.*'z'.*a, b"),
        ({"zone": "a", "criterion": "ipm"}, r"measures\[0\].criterion.*'ipm'.*tpak, jalan"),
    ],
)
def test_a_what_if_on_nothing_is_named(what_if, words):
    measures = make_measures({"a": (60, 5000), "b": (60, 5000)})
    with pytest.raises(InvalidScenario, match=words):
        apply_to_measures(measures, scenario(measures=[what_if | {"set": 1}]), model=make_model())


def test_a_class_that_nobody_graded_is_refused():
    model = make_model()
    graded = ValueFunction("categorical", {"values": {1: 0.0, 2: 1.0}})
    model = replace(model, criteria=(replace(model.criteria[0], value=graded), model.criteria[1]))
    measures = make_measures({"a": (1, 5000)})
    what_if = {"zone": "a", "criterion": "tpak"}
    found = apply_to_measures(measures, scenario(measures=[what_if | {"set": 2}]), model=model)
    assert found.criteria["tpak"][0].value == 2
    with pytest.raises(InvalidScenario, match=r"measures\[0\].add.*class 3 is not.*Graded: 1, 2"):
        apply_to_measures(measures, scenario(measures=[what_if | {"add": 2}]), model=model)


amounts = st.floats(-1e6, 1e6)


@given(st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=1, max_size=5), amounts)
def test_setting_twice_is_setting_once(figures, amount):
    measures = make_measures({f"z{i}": (value, 5000) for i, value in enumerate(figures)})
    chosen = scenario(measures=[{"zone": "z0", "criterion": "tpak", "set": amount}])
    once = apply_to_measures(measures, chosen, model=make_model())
    assert apply_to_measures(once, chosen, model=make_model()) == once
    assert once.criteria["tpak"][0].value == amount


def test_a_change_that_no_assessment_reads_is_said_to_be_idle():
    chosen = scenario(
        indicators=[figure(), figure(year=2022), figure(year=2024), figure(indicator="gini")],
        roads=[road((0, 0), (9, 9), raster="river_distance_m"), road((0, 0), (9, 9))],
    )
    idle = [text.en for text in idle_changes(chosen, make_model(), year=2025)]
    assert idle == [
        "gini is not read by the model Test, so this change has no effect.",
        "The figure of tpak_agustus for 2026 is not used by an assessment of 2025.",
        "The figure of tpak_agustus for 2022 is not used by an assessment of 2025.",
        "river_distance_m is not read by the model Test, so this change has no effect.",
    ]
    assert idle_changes(scenario(), make_model(), year=2025) == ()


def test_a_figure_that_makes_the_table_unreadable_is_refused(table):
    """A year's figure in a month of its own would mix two months in one indicator."""
    mixed = table.assign(period=table["period"].where(table["year"] > 2024, "2024"))
    with pytest.raises(InvalidIndicators):
        changed_figures(mixed, scenario(indicators=[figure()]))


def test_a_layer_without_areas_and_kinds_keeps_its_columns(zones):
    bare = zones[["name", "geometry"]]
    changed = apply_to_zones(bare, scenario(zones={"west": square(0, 0, 1000)}))
    assert list(changed.columns) == ["name", "geometry"]
    assert area_ha(changed)[0] == pytest.approx(100, rel=2e-3)


def test_a_mark_is_made_once(run, present_roads):
    built = scenario(roads=[road((31_000, -9000), (31_000, 29_000))])
    once = run(built).measures
    twice = apply_to_measures(once, built, model=make_model(), rasters=present_roads)
    assert twice == once


def test_a_forecast_of_the_shipped_indicators_moves_its_own_regency_only(reference_store):
    from geo.planning.assess import assess

    now = reference_store.current()
    chosen = scenario(
        indicators=[figure(indicator="tpt_agustus", region="63.02", year=2025, value=3.0)]
    )
    before = assess(now, "kebutuhan", layer="kecamatan")
    after = assess(now, "kebutuhan", layer="kecamatan", scenario=chosen)
    assert (after.scenario, after.key == before.key) == ("uji", False)
    assert digest(chosen) in {origin.sha256 for origin in after.lineage}
    moved = [zone for zone in compare(before, after).moved if zone.moved_by]
    inside = {
        area_id
        for area_id in after.measures.names
        if "63.02" in criterion(after, area_id, "tpt").shares
    }
    assert {zone.area_id for zone in moved} == inside
    assert len(inside) >= 22  # the kecamatan of Kotabaru, and neighbours by their drawn outlines
    assert all(zone.score < 0 for zone in moved)
    # Unemployment of Kotabaru was 5.93 %: of the 7 points from 1 to 8 %, 2.93 are gone.
    whole = next(z for z in moved if criterion(after, z.area_id, "tpt").shares == {"63.02": 1.0})
    weight = after.weights["tpt"]
    assert whole.score == pytest.approx(-100 * weight * 2.93 / 7)
    assert criterion(after, whole.area_id, "tpt").sources == ("Skenario Uji: Dinas",)


def test_a_scenario_without_changes_gives_the_shipped_assessment(reference_store):
    from geo.planning.assess import assess

    now = reference_store.current()
    found = compare(assess(now), assess(now, scenario=scenario()))
    assert found.moved == ()
    assert [text.en for text in found.differs] == ["Scenario: no scenario → uji."]


def test_everything_at_once_on_the_shipped_zones(earlier_store):
    from geo import published
    from geo.planning.assess import assess

    now = earlier_store.current()
    angsana = published.layer(now, "zones").geometry["angsana"]
    chosen = scenario(
        indicators=[figure(region="63.10", value=75)],
        measures=[{"zone": "angsana", "criterion": "air_minum", "set": 95}],
        roads=[{"line": {"type": "LineString", "coordinates": [[115.5, -3.6], [115.7, -3.8]]}}],
        zones={"angsana": json.loads(shapely.to_geojson(angsana.buffer(0.05)))},
        weights={"huni": 0.4, "usaha": 0.2, "berkembang": 0.2, "lingkungan": 0.2},
        method="geometric_mean",
        year=2026,
    )
    found = assess(now, scenario=chosen)
    assert (found.year, found.method) == (2026, "geometric_mean")
    zone = {c.criterion: c for c in found.result("angsana").criteria}
    assert zone["tpak"].period.endswith("2026")
    assert zone["air_minum"].measure == 95
    assert zone["akses_jalan"].measure < 10_000
    assert "Skenario Uji: batas kawasan diganti" in zone["lahan_terbuka"].note.id
    assert found.result("angsana").status == "ranked"
    assert assess(now).result("angsana").status == "insufficient_data"
    moved = {z.area_id: z for z in compare(assess(now, year=2025), found).moved}
    assert "changes from not enough data to ranked" in moved["angsana"].sentence.en
