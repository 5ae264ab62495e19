"""From layers, indicators and rasters to results: a small world whose answers are known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.indicators.table import parse_catalogue, parse_indicators
from geo.indicators.villages import VillageProfile
from geo.mcda.model_file import parse_model
from geo.raster.files import RasterFile
from geo.readiness.explain import holds_back, lifts, losses, missing, sentence
from geo.readiness.land_measures import LandRaster
from geo.readiness.measures import measure_zones
from geo.readiness.score import decision_matrix, score_matrix, zone_results
from tests.geo.drawn_certainty import drawn_certainty

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
    utm = make_layer(
        {"63.01": square(X, Y, 10_000), "63.02": square(X + 10_000, Y, 10_000)},
        name=["Tanah Laut", "Kotabaru"],
        kind="Kabupaten",
    )
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
    def run(year=2025, rasters=slope, using=model, zones=zones):
        measures = measure_zones(
            zones, using, year=year, regencies=regencies, indicators=indicators, rasters=rasters
        )
        matrix = decision_matrix(measures, using)
        scores = score_matrix(matrix, using, using.weights)
        found = zone_results(
            measures,
            matrix,
            scores,
            model=using,
            weights=using.weights,
            certainty=drawn_certainty(using, matrix, scores, using.weights),
            losses=losses(
                matrix,
                scores,
                model=using,
                weights=using.weights,
                method=using.method,
                risk=using.risk,
            ),
        )
        return {result.area_id: result for result in found}

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


def test_a_newer_figure_of_low_confidence_is_not_used_but_said(zones, model, regencies, indicators):
    newer = indicators.iloc[-1:].assign(year=2025, period="Agustus 2025", value=81.5)
    doubtful = newer.assign(regency_code="63.02", confidence="low")
    table = parse_indicators(pd.concat([indicators, doubtful]))
    measured = measure_zones(
        zones, model, year=2025, regencies=regencies, indicators=table, rasters={}
    )
    by_zone = dict(zip(zones.index, measured.criteria["tpak"], strict=True))
    assert (by_zone["east"].value, by_zone["east"].period) == (78, "Agustus 2024")
    assert by_zone["east"].note.id == (
        "Data tahun 2024 (1 tahun); mulai penilaian 2026 tidak dipakai lagi. "
        "Kabupaten Kotabaru: angka Agustus 2025 (81,5 %) lebih baru, tetapi keyakinannya rendah "
        "dan tidak dipakai"
    )
    assert "63.02" not in by_zone["west"].shares
    assert by_zone["west"].note is None


def test_the_only_figure_being_of_low_confidence_is_said_beside_the_missing(
    zones, model, regencies, indicators
):
    table = parse_indicators(indicators.assign(confidence="low"))
    measured = measure_zones(
        zones, model, year=2025, regencies=regencies, indicators=table, rasters={}
    )
    west = dict(zip(zones.index, measured.criteria["tpak"], strict=True))["west"]
    assert west.value is None
    assert "Kabupaten Tanah Laut: the figure of Agustus 2025 (74 %) is newer" in west.note.en


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


def test_a_missing_raster_is_named_in_words(assess):
    found = assess(rasters={})["west"]
    assert (
        criterion(found, "lereng").note.id == "Peta lereng belum dimasukkan. Hubungi petugas GIS."
    )
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


def test_a_zone_partly_outside_every_regency_rests_on_less_data_and_says_so(assess, make_layer):
    half = make_layer({"half": shapely.box(X - 2000, Y, X + 2000, Y + 4000)}).to_crs("EPSG:4326")
    found = assess(zones=half, rasters={})["half"]
    assert criterion(found, "tpak").measure == 74
    assert found.data_coverage == pytest.approx(0.25, abs=1e-3)  # half of the figure's half
    assert "50% of the area lies outside" in criterion(found, "tpak").note.en


@pytest.fixture
def enclosed(make_layer):
    """A square of 2,500 ha (25 cells, slope 10) that encloses zones of several stated areas."""

    def make(*areas_ha, kind="enclosing_kecamatan", west=X):
        square = shapely.box(west, Y, west + 5000, Y + 5000)
        names = [f"z{i}" for i in range(len(areas_ha))]
        return make_layer(
            dict.fromkeys(names, square), name=names, geometry_kind=kind, area_ha=areas_ha
        ).to_crs("EPSG:4326")

    return make


def test_a_raster_counts_as_far_as_the_zone_fills_the_area_that_encloses_it(assess, enclosed):
    found = assess(zones=enclosed(500.0, 1000.0, 9999.0))
    shares = [found[z].data_coverage for z in ("z0", "z1", "z2")]
    # The figure is half of the weight, the raster the other half: 0.5 + 0.5 * area / 2500.
    assert shares == pytest.approx([0.6, 0.7, 1.0], abs=1e-3)
    assert criterion(found["z0"], "lereng").measure == pytest.approx(10, abs=1e-6)
    assert "the area fills 20% of it" in criterion(found["z0"], "lereng").note.en
    assert criterion(found["z2"], "lereng").note is None


@pytest.mark.parametrize("kind", ["enclosing_kecamatan", "enclosing_desa"])
def test_a_raster_does_not_measure_a_zone_of_unknown_place_and_area(assess, enclosed, kind):
    found = assess(zones=enclosed(np.nan, kind=kind))["z0"]
    assert criterion(found, "lereng").measure is None
    assert (
        "where the area lies in it, and how large it is, are unknown"
        in criterion(found, "lereng").note.en
    )
    assert found.data_coverage == pytest.approx(0.5)


@pytest.mark.parametrize("kind", ["equal_area_disc", "official", None])
def test_a_geometry_that_is_the_zones_own_is_measured_whole(assess, enclosed, kind):
    found = assess(zones=enclosed(500.0, kind=kind))["z0"]
    assert found.data_coverage == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("area_ha", "west", "low", "high", "words"),
    [
        (np.nan, X, 0.0, 0.0, None),  # nothing steep anywhere
        (np.nan, X + 12_000, 1.0, 1.0, "Too steep"),  # everything is
        (np.nan, X + 8000, 0.0, 1.0, "Not certain: 60%"),  # 60 % are
        (2400.0, X + 8000, 0.583, 0.625, "Too steep"),  # at least 1,400 of its 2,400 ha are
        (600.0, X + 5500, 0.0, 0.416, "42% at most"),  # at most 250 of its 600 ha
    ],
)
def test_a_constraint_on_an_enclosing_area_decides_only_what_is_certain(
    assess, enclosed, area_ha, west, low, high, words
):
    result = assess(zones=enclosed(area_ha, west=west))["z0"].constraints[0]
    assert (result.excluded_low, result.excluded_high) == pytest.approx((low, high), abs=3e-3)
    assert result.outcome == ("failed" if low > 0.5 else "passed" if high <= 0.5 else "unknown")
    # One meaning: the share of the zone itself, and nothing where only its bounds are known.
    assert (result.excluded_share is None) is (low != high)
    assert (result.note is None) if words is None else words in result.note.en


@pytest.mark.parametrize(
    ("known", "steep", "low", "high", "outcome"),
    [
        (10, 0, 0.0, 0.0, "passed"),
        (6, 0, 0.0, 0.4, "passed"),
        (6, 2, 0.2, 0.6, "unknown"),
        (6, 6, 0.6, 1.0, "failed"),
    ],
)
def test_cells_without_data_may_be_excluded_land(
    assess, make_layer, make_raster, known, steep, low, high, outcome
):
    array = np.full((10, 12), 10.0, dtype="float32")
    array[:, 1 : 1 + steep] = 60
    array[:, 1 + known : 11] = np.nan
    path = make_raster(array, cell=1000, origin=(X - 1000, Y + 10_000))
    rasters = {"slope_percent": LandRaster("slope_percent", RasterFile(path), "DEM", "2020")}
    zone = make_layer({"z": shapely.box(X, Y + 1000, X + 10_000, Y + 9000)}).to_crs("EPSG:4326")
    result = assess(zones=zone, rasters=rasters)["z"].constraints[0]
    assert (result.excluded_low, result.excluded_high) == pytest.approx((low, high), abs=1e-3)
    assert result.outcome == outcome
    assert (outcome == "unknown") is ("has no data" in (result.note.en if result.note else ""))


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


def test_the_explanation_names_the_floor_that_a_zone_misses(assess, model):
    across, west = assess()["across"], assess()["west"]
    titles = {d.id: d.title for d in model.dimensions}
    assert (
        "lowest whatever the score: Land is below" in sentence(across, of=4, dimensions=titles).en
    )
    assert "Lahan di bawah batas minimum" in sentence(across, of=4, dimensions=titles).id
    assert "floor" not in sentence(west, of=4, dimensions=titles).en


@pytest.mark.parametrize(
    ("year", "said"),
    [
        # A figure of 2025 with a limit of 5 years counts up to 2030, so 2029 is the year before.
        (2025, None),
        (2028, None),
        (2029, "Data tahun 2025 (4 tahun); mulai penilaian 2031 tidak dipakai lagi."),
        (2030, "Data tahun 2025 (5 tahun); mulai penilaian 2031 tidak dipakai lagi."),
    ],
)
def test_what_expires_is_announced_a_year_before(assess, model, year, said):
    later = parse_model(MODEL.replace("max_age_years = 1", "max_age_years = 5"))
    note = assess(using=later, year=year)["west"].criteria[0].note
    assert (note and note.id) == said


def test_figures_of_several_ages_say_whose_expires(assess):
    note = criterion(assess()["across"], "tpak").note
    assert note.id == (
        "Kabupaten Kotabaru: data tahun 2024 (1 tahun); mulai penilaian 2026 tidak dipakai lagi."
    )


@pytest.mark.parametrize(("share", "words"), [(0.496, "only 49.6%"), (0.2, "only 20%")])
def test_a_coverage_below_the_floor_never_reads_as_the_floor(assess, share, words):
    away = replace(assess()["away"], data_coverage=share)
    assert words in sentence(away, of=4).en


SURVEYED = MODEL.replace(
    'measure = { indicator = "tpak_agustus", max_age_years = 1 }',
    'measure = { attribute = "skor", year_attribute = "tahun" }',
)
OF_CLASSES = MODEL.replace('raster = "slope_percent", statistic = "mean"', 'raster = "cover", statistic = "majority"').replace(
    'function = "linear", zero_at = 40, one_at = 0', 'function = "categorical", values = { 7 = 0.25, 12 = 1 }'
)  # fmt: skip


@pytest.fixture
def survey(make_layer, regencies, indicators):
    """Measures of `kerja` from columns of five zones that lie beside each other."""

    def run(layer_source=None, year=2025, using=SURVEYED, **columns):
        shapes = {
            f"z{i}": shapely.box(X + 1000 * i, Y, X + 1000 * i + 900, Y + 900) for i in range(5)
        }
        zones = make_layer(shapes, name=list(shapes), **columns).to_crs("EPSG:4326")
        found = measure_zones(
            zones,
            parse_model(using),
            year=year,
            regencies=regencies,
            indicators=indicators,
            rasters={},
            layer_source=layer_source,
        )
        return found.criteria["tpak"]

    return run


def test_a_column_of_the_zone_layer_is_a_measure(survey):
    found = survey(
        skor=[61.5, 70, 80, np.nan, 0],
        tahun=pd.array([2024, 2024, 2024, 2024, None], dtype="Int64"),
        source=["Survei dinas", "Survei dinas", "", None, "Survei dinas"],
    )
    assert [m.value for m in found] == [61.5, 70, 80, None, 0]
    assert [m.credit for m in found] == [1, 1, 1, 0, 1]
    assert [m.period for m in found] == ["2024", "2024", "2024", None, None]
    assert found[0].sources == ("Survei dinas",)
    assert found[0].note is None
    assert "does not say where this figure comes from" in found[2].note.en
    assert "belum diisi di sini" in found[3].note.id
    assert "tidak menyebut tahun angka ini" in found[4].note.id


@pytest.mark.parametrize("dtype", ["Int64", "int64", "float64", "object", "str", "boolean"])
def test_a_column_of_any_type_is_read_or_said_to_be_no_number(survey, dtype):
    found = survey(skor=pd.array([1, 1, 0, 1, 0], dtype=dtype))
    if dtype == "boolean":
        assert "True" in found[0].note.en
        assert "no number" in found[0].note.en
    else:
        assert [m.value for m in found] == [1, 1, 0, 1, 0]


def test_numbers_written_as_offices_write_them_are_read_or_named(survey):
    found = survey(skor=["61,5", "1.234,5", "baik", "1.357", None])
    assert [m.value for m in found] == [61.5, 1234.5, None, 1357, None]
    assert "'baik', which is no number" in found[2].note.en
    unclear = survey(skor=["1.357", "2.468", "7", "8", "9"])
    assert [m.value for m in unclear] == [None, None, 7, 8, 9]
    assert "1.357 / 1357" in unclear[0].note.id


def test_a_figure_of_a_later_year_says_so_and_the_layers_source_comes_first(survey):
    found = survey(
        layer_source="Unggahan 2026", year=2024, skor=[70] * 5, tahun=["2026"] * 5, source=["x"] * 5
    )
    assert found[0].sources == ("Unggahan 2026",)
    assert (found[0].period, found[0].value) == ("2026", 70)
    assert "of 2026, after the year of the assessment, 2024" in found[0].note.en


def test_a_layer_without_the_column_has_no_measure_and_says_so(survey):
    found = survey()
    assert {m.value for m in found} == {None}
    assert "do not have this figure yet" in found[0].note.en
    assert found[0].note.id == "Angka ini belum ada dalam data kawasan. Hubungi petugas GIS."


def test_a_surveyed_class_that_the_model_does_not_grade_is_missing(survey):
    graded = SURVEYED.replace(
        'function = "linear", zero_at = 60, one_at = 80',
        'function = "categorical", values = { 1 = 0.2, 2 = 1 }',
    )
    found = survey(using=graded, skor=[1, 2, 3, 1.5, np.nan])
    assert [m.value for m in found] == [1, 2, None, None, None]
    assert [m.credit for m in found] == [1, 1, 0, 0, 0]
    assert "Class 3 is not in the model's table" in found[2].note.en


@pytest.fixture
def cover(make_raster):
    """1 km cells: 7 west of column 10, then 12; one of class 3 in the lower left, one without data."""
    array = np.full((10, 20), 7, dtype="uint8")
    array[:, 10:] = 12
    array[9, 0] = 3
    array[0, 0] = 255

    def make(dtype="uint8", nodata=255, flipped=False):
        path = make_raster(
            (np.fliplr(array) if flipped else array).astype(dtype),
            cell=1000,
            origin=(X, Y + 10_000),
            nodata=nodata,
            name="cover.tif",
        )
        return {"cover": LandRaster("cover", RasterFile(path), "MODIS", "2019")}

    return make


def test_the_largest_class_of_a_zone_is_graded_by_the_models_table(assess, cover):
    found = assess(using=parse_model(OF_CLASSES), rasters=cover())
    west = criterion(found["west"], "lereng")
    assert (west.measure, west.value, west.period) == (7, 0.25, "2019")
    assert "Largest class 7: 96% of the area with data" in west.note.en
    assert criterion(found["east"], "lereng").value == 1
    assert "too coarse" in criterion(found["tiny"], "lereng").note.en
    assert "Location only" in criterion(found["point"], "lereng").note.en
    assert criterion(found["away"], "lereng").measure is None


def test_a_largest_class_that_the_model_does_not_grade_is_missing_and_named(assess, cover):
    ungraded = parse_model(OF_CLASSES.replace("{ 7 = 0.25, 12 = 1 }", "{ 12 = 1 }"))
    found = criterion(assess(using=ungraded, rasters=cover())["west"], "lereng")
    assert (found.measure, found.value) == (None, None)
    assert "Class 7 is not in the model's table of values" in found.note.en
    assert "tambahkan nilainya" in found.note.id


@pytest.mark.parametrize("flipped", [False, True])
def test_of_equal_shares_the_lowest_class_counts(assess, make_layer, cover, flipped):
    even = make_layer({"even": shapely.box(X + 8000, Y, X + 12_000, Y + 4000)}, name=["even"])
    found = assess(zones=even.to_crs("EPSG:4326"), using=parse_model(OF_CLASSES), rasters=cover())[
        "even"
    ]
    assert criterion(found, "lereng").measure == 7


def test_a_raster_of_fractions_has_no_largest_class(assess, cover):
    found = assess(using=parse_model(OF_CLASSES), rasters=cover("float32"))
    note = criterion(found["west"], "lereng").note
    assert "fractional numbers, not classes" in note.en


def test_a_raster_without_any_data_has_no_largest_class(assess, make_raster):
    path = make_raster(
        np.full((10, 20), 255, "uint8"), cell=1000, origin=(X, Y + 10_000), nodata=255
    )
    empty = {"cover": LandRaster("cover", RasterFile(path), "MODIS", "2019")}
    found = criterion(assess(using=parse_model(OF_CLASSES), rasters=empty)["west"], "lereng")
    assert found.measure is None
    assert "Only 0% of the area has data of cover" in found.note.en


def test_a_zone_across_two_regencies_has_the_mean_by_what_the_rate_is_counted_on(
    zones, model, regencies, indicators
):
    people = indicators.iloc[:2].assign(
        indicator="penduduk_dukcapil_total",
        period="2024",
        value=[100_000.0, 300_000.0],
        unit="jiwa",
    )
    known = parse_catalogue("""
[tpak_agustus]
title = { id = "TPAK", en = "Participation" }
unit = { id = "%", en = "%" }
kind = "rate"
direction = "max"
aggregation = "population"
decimals = 2
mappable = true
""")

    def measured(table):
        found = measure_zones(
            zones,
            model,
            year=2025,
            regencies=regencies,
            indicators=table,
            rasters={},
            catalogue=known,
        )
        return found.criteria["tpak"][list(zones.index).index("across")]

    # Both regencies are as large and the zone lies half in each: a quarter and three quarters.
    by_people = measured(pd.concat([indicators, people], ignore_index=True))
    assert by_people.value == pytest.approx(0.25 * 74 + 0.75 * 78, abs=0.01)
    assert by_people.shares == pytest.approx({"63.01": 0.5, "63.02": 0.5}, abs=1e-3)
    # One regency without its people: both weigh by area, none falls out.
    by_area = measured(pd.concat([indicators, people.iloc[:1]], ignore_index=True))
    assert by_area.value == pytest.approx(76, abs=0.01)


def of_villages(zones, regencies, indicators, profiles, *, year=2025):
    """The measures of a model whose slope is the economic index of the desa."""
    text = MODEL.replace(
        '{ raster = "slope_percent", statistic = "mean" }', '{ village_index = "ike" }'
    ).replace("zero_at = 40, one_at = 0", "zero_at = 0.4, one_at = 0.9")
    found = measure_zones(
        zones,
        parse_model(text),
        year=year,
        regencies=regencies,
        indicators=indicators,
        rasters={},
        villages=profiles,
    )
    return dict(zip(found.names, found.criteria["lereng"], strict=True))


def profile(**given):
    known = {"is_plain": False, "desa": 4, "kelurahan": 1, "scored": 3, "scored_share": 0.8}
    means = {"iks": 0.7, "ike": 0.6, "ikl": 0.8, "idm": 0.7}
    return VillageProfile(
        **known | {"means": means, "year": 2024, "sources": ("Kementerian",)} | given
    )


def test_an_index_of_the_desa_says_how_many_and_which_share_are_behind_it(
    zones, regencies, indicators
):
    west = of_villages(zones, regencies, indicators, {"west": profile()})["west"]
    assert (west.value, west.credit, west.period) == (0.6, 0.8, "2024")
    assert west.sources == ("Kementerian",)
    assert "Rata-rata 3 desa yang bernilai IDM dari 4 desa" in west.note.id
    assert "80%" in west.note.id
    assert "1 kelurahan" in west.note.id


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"desa": 0, "scored": 0, "kelurahan": 12, "means": {}}, "Wholly kelurahan (12)"),
        ({"scored_share": 0.49}, "Only 49% of the area"),
        ({"scored": 0, "scored_share": 0.0, "means": {}}, "Only 0% of the area"),
    ],
)
def test_too_few_desa_with_an_index_measure_nothing(zones, regencies, indicators, given, said):
    west = of_villages(zones, regencies, indicators, {"west": profile(**given)})["west"]
    assert (west.value, west.credit) == (None, 0.0)
    assert said in west.note.en


def test_a_zone_outside_all_desa_and_a_store_without_desa_are_told_apart(
    zones, regencies, indicators
):
    outside = of_villages(zones, regencies, indicators, {})["away"]
    unread = of_villages(zones, regencies, indicators, None)["away"]
    assert "outside every desa" in outside.note.en
    assert "have not been added yet" in unread.note.en


def test_an_enclosing_area_of_several_desa_counts_as_far_as_its_zone_fills_it(
    zones, regencies, indicators
):
    inside = zones.loc[["west"]].assign(geometry_kind="enclosing_kecamatan")
    drawn = inside.to_crs("EPSG:6933").area.iloc[0] / 10_000
    profiles = {"west": profile()}
    half = of_villages(inside.assign(area_ha=drawn / 2), regencies, indicators, profiles)["west"]
    assert half.credit == pytest.approx(0.4, abs=1e-3)
    anywhere = of_villages(inside.assign(area_ha=None), regencies, indicators, profiles)["west"]
    assert anywhere.value is None
    assert "4 desa" in anywhere.note.en
    one = {"west": profile(desa=1, kelurahan=0, scored=1, scored_share=1.0)}
    known = of_villages(inside.assign(area_ha=None), regencies, indicators, one)["west"]
    assert (known.value, known.credit) == (0.6, 1.0)


def test_an_index_of_a_later_year_says_so(zones, regencies, indicators):
    west = of_villages(zones, regencies, indicators, {"west": profile()}, year=2023)["west"]
    assert "A figure of 2024, after the year of the assessment, 2023" in west.note.en
