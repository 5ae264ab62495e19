"""The main job on the shipped data: what goes in, what comes out, and what never changes by itself."""

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from geo import published
from geo.crs import area_ha
from geo.errors import (
    IndicatorNotFound,
    InvalidModel,
    InvalidWeights,
    LayerNotFound,
    ModelNotFound,
    RasterRefused,
    UnknownYear,
    ZoneNotFound,
)
from geo.indicators.table import values_for
from geo.planning import publish_land
from geo.planning.assess import assess, readiness_frame, readiness_key
from geo.planning.publish import publish_indicators, publish_model
from geo.planning.reference import load_reference
from geo.readiness.documents import as_document, results_frame
from tests.conftest import DATA


def test_loading_again_publishes_nothing(reference_store):
    before = reference_store.state()
    assert load_reference(reference_store, DATA) == []
    assert reference_store.state() == before
    assert len(before) == 17


def test_every_version_says_its_source_and_licence(reference_store):
    for name in reference_store.datasets():
        version = reference_store.version(name)
        assert version.source
        assert version.licence


def test_all_zones_get_a_result_and_a_rank(reference_store):
    found = assess(reference_store)
    assert len(found.results) == 14
    assert found.year == 2025
    assert sorted(r.rank for r in found.results) == list(range(1, 15))
    assert all(r.status == "ranked" and r.data_coverage >= 0.5 for r in found.results)


def test_a_zone_somewhere_inside_its_geometry_is_measured_over_its_places(reference_store):
    found = assess(reference_store)
    for area_id, part in (("sungai-pinang", None), ("rkt-kotabaru", "30%")):
        zone = found.result(area_id)
        road = next(c for c in zone.criteria if c.criterion == "jalan_utama")
        assert road.measure_low < road.measure < road.measure_high
        assert "its place is uncertain" in road.note.en
        # One desa is too small for cells of 5.5 km; the plan of Kotabaru is not.
        cover = next(c for c in zone.criteria if c.criterion == "tutupan_lahan")
        assert (cover.measure is None) == (part is None)
        sea = next(c for c in zone.constraints if c.constraint == "laut")
        assert sea.outcome == "passed"
        # At most 8 % of the plan of Kotabaru is sea, wherever it lies: no share of it that is known.
        assert sea.excluded_share == (0 if part is None else None)
        assert sea.excluded_high == pytest.approx(0 if part is None else 0.082, abs=5e-4)


def test_small_zones_are_told_that_the_land_cover_is_too_coarse_for_them(reference_store):
    angsana = assess(reference_store).result("angsana")
    note = next(c.note for c in angsana.criteria if c.criterion == "tutupan_lahan")
    assert "terlalu kasar" in note.id


def test_the_lineage_names_every_version_that_went_in(reference_store):
    found = assess(reference_store)
    names = [origin.dataset for origin in found.lineage]
    assert names == [
        "model-kesiapan",
        "zones",
        "regencies",
        "indicators",
        "land-landcover",
        "land-main_road_distance_m",
        "land-landmask",
        "desa",
        "idm",
        "ground",
    ]
    assert all(len(origin.sha256) == 64 and origin.source for origin in found.lineage)


def test_the_same_inputs_give_the_same_document_and_key(reference_store):
    first, second = assess(reference_store), assess(reference_store)
    assert as_document(first, "id") == as_document(second, "id")
    assert first.key == readiness_key(reference_store)
    other = assess(reference_store, year=2024)
    assert other.key != first.key


def test_figures_come_from_the_indicator_table(reference_store):
    table = published.indicators(reference_store)
    tpak = values_for(table, "tpak_agustus", 2025)["value"]
    zone = assess(reference_store).result("gula-habang")
    found = next(c for c in zone.criteria if c.criterion == "tpak")
    parts = zone.criteria[6].shares
    assert found.measure == pytest.approx(sum(tpak[code] * share for code, share in parts.items()))
    assert sum(parts.values()) == pytest.approx(1)


def test_doubling_the_weight_of_unemployment_moves_the_need_towards_it(reference_store):
    plain = assess(reference_store, "kebutuhan")
    doubled = assess(
        reference_store,
        "kebutuhan",
        weights={"ketenagakerjaan": 2 / 3, "kesejahteraan": 1 / 3},
    )
    for before, after in zip(plain.results, doubled.results, strict=True):
        work = before.dimension_scores["ketenagakerjaan"]
        assert (after.score - before.score) * (work - before.score) >= 0


def test_kecamatan_screen_the_whole_province(reference_store):
    found = assess(reference_store, layer="kecamatan")
    assert len(found.results) == 156
    assert found.n_ranked > 80


def test_readiness_as_a_layer_keeps_ranks_whole_and_missing_empty(reference_store):
    text = published.model_text(reference_store, "kesiapan")
    strict = text.replace("coverage_floor = 0.5", "coverage_floor = 0.9")
    publish_model(reference_store, strict, actor="tester", note="")
    frame = readiness_frame(reference_store, "id")
    assert str(frame["rank"].dtype) == "Int64"
    assert frame.loc["angsana", ["score", "rank"]].isna().all()
    assert np.isnan(frame.loc["angsana", "measure_lereng"])
    # What is missing gives no points: it does not give none of them.
    lacking = frame.loc["sebamban":].filter(like="measure_").isna().to_numpy()
    assert frame.loc["sebamban":].filter(like="contribution_").isna().to_numpy()[lacking].all()
    total = frame.filter(like="contribution_").sum(axis=1, min_count=1)
    assert np.allclose(total.dropna(), frame["score"].dropna())
    assert results_frame(assess(reference_store), frame, "en")["class_title"].notna().any()


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"model_id": "siap"}, ModelNotFound, "kesiapan"),
        ({"layer": "villages"}, LayerNotFound, "kecamatan"),
        ({"layer": "ground"}, LayerNotFound, "desa, kecamatan, regencies, zones"),
        ({"year": 1999}, UnknownYear, "2025"),
        ({"weights": {"huni": 1.0}}, InvalidWeights, "usaha"),
    ],
)
def test_what_cannot_be_assessed_says_what_can(reference_store, arguments, error, words):
    with pytest.raises(error, match=words):
        assess(reference_store, **arguments)


def test_an_unknown_zone_is_not_found(reference_store):
    with pytest.raises(ZoneNotFound, match="cahaya-baru"):
        assess(reference_store).result("atlantis")


def test_adding_a_slope_raster_scores_what_waited_for_it(reference_store, tmp_path):
    assert publish_land.readers_of(reference_store, "slope_percent") == [
        "kesiapan.lereng",
        "kesiapan.lereng_curam",
    ]
    before = assess(reference_store)
    publish_land.add_land(
        reference_store,
        flat_slope(tmp_path),
        name="slope_percent",
        source="synthetic",
        licence="none",
        year="2026",
    )
    after = assess(reference_store)
    zone = after.result("cahaya-baru")
    slope = next(c for c in zone.criteria if c.criterion == "lereng")
    assert (slope.measure, slope.value) == (pytest.approx(1), 1)
    assert slope.period == "2026"
    # Barito Kuala states 0-2 % of all of it: a raster takes the place of that interval.
    stated = next(c for c in before.result("cahaya-baru").criteria if c.criterion == "lereng")
    assert (stated.measure_low, stated.measure_high) == (0, 2)
    assert zone.data_coverage >= before.result("cahaya-baru").data_coverage
    small = "angsana"
    assert after.result(small).data_coverage > before.result(small).data_coverage
    assert "land-slope_percent" in [origin.dataset for origin in after.lineage]


def test_steep_land_excludes_a_zone(reference_store, tmp_path):
    publish_land.add_land(
        reference_store,
        flat_slope(tmp_path, percent=60),
        name="slope_percent",
        source="synthetic",
        licence="none",
    )
    # Every shipped zone has an outline now, so none is left that the map cannot see.
    assert {r.status for r in assess(reference_store).results} == {"excluded"}


@pytest.mark.parametrize(
    ("name", "unit", "words"),
    [
        ("Lereng %", "%", "lower-case"),
        ("curah_hujan", None, "Say the unit"),
        ("slope_percent", "degrees", "graded in '%', not in 'degrees'"),
    ],
)
def test_a_land_raster_needs_a_name_and_a_unit(reference_store, tmp_path, name, unit, words):
    with pytest.raises(RasterRefused, match=words):
        publish_land.add_land(
            reference_store, flat_slope(tmp_path), name=name, unit=unit, source="s", licence="l"
        )
    assert len(reference_store.datasets("raster")) == 5


def test_zones_with_a_published_area_have_it_within_five_hundredths_of_a_percent(reference_store):
    zones = published.layer(reference_store, "zones")
    disc = zones[zones["geometry_kind"] == "equal_area_disc"]
    assert area_ha(disc) == pytest.approx(disc["area_ha"].to_numpy(), rel=5e-4)


def flat_slope(folder, percent=1.0):
    """A made slope raster of 30 arc seconds over the province, the same everywhere."""
    path = folder / "synthetic_slope.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=360,
        height=480,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=from_origin(114, -1, 1 / 120, 1 / 120),
    ) as target:
        target.write(np.full((480, 360), percent, dtype="float32"), 1)
    return path


def test_a_table_without_a_models_indicators_is_not_found_and_no_fault(reference_store):
    table = published.indicators(reference_store)
    asked = published.model(reference_store, "kesiapan").indicators()
    publish_indicators(
        reference_store,
        table[~table["indicator"].isin(asked)],
        actor="tester",
        note="",
        source="made",
    )
    with pytest.raises(IndicatorNotFound, match="tpak_agustus"):
        assess(reference_store)


def test_a_caller_may_change_the_indicator_table_that_it_was_given(reference_store):
    mine = published.indicators(reference_store)
    mine["value"] = 0.0
    assert published.indicators(reference_store)["value"].max() > 0


def test_the_year_of_a_raster_is_a_year_or_missing(reference_store):
    years = {
        name: reference_store.version(name).details["year"]
        for name in reference_store.datasets("raster")
    }
    assert years == {
        "land-landcover": "2019",
        "land-landmask": "1999",
        "land-elevation_coarse": None,
        "land-main_road_distance_m": "2021",
        "land-population_per_km2": "2015",
    }


@pytest.mark.parametrize(
    "asked",
    ["rkt-kotabaru", "RKT-Kotabaru", "Rencana Kawasan Transmigrasi (RKT) kotabaru", "kotabaru"],
)
def test_a_zone_is_found_by_its_id_or_a_name_that_it_alone_has(reference_store, asked):
    assert assess(reference_store).find(asked).area_id == "rkt-kotabaru"


@pytest.mark.parametrize("asked", ["Bekambit Desa", "", "kawasan"])
def test_a_name_of_none_or_of_several_zones_is_not_found(reference_store, asked):
    with pytest.raises(ZoneNotFound):
        assess(reference_store).find(asked)


def test_a_model_of_ones_own_is_published_beside_the_others_or_in_their_place(reference_store):
    text = published.model_text(reference_store, "kesiapan")
    own = text.replace('id = "kesiapan"', 'id = "kantor"')
    publish_model(reference_store, own, actor="tester", note="")
    assert published.models(reference_store) == ["ipktrans", "kantor", "kebutuhan", "kesiapan"]
    assert assess(reference_store, "kantor").n_ranked == 14

    later = text.replace("coverage_floor = 0.5", "coverage_floor = 0.9")
    version, model = publish_model(reference_store, later, actor="tester", note="", licence="CC0")
    assert (version.number, version.source, version.licence) == (3, model.source, "CC0")
    assert assess(reference_store).n_ranked == 3
    assert "slope_percent" in published.unmet(reference_store, model)
    assert "tpak_agustus" not in published.unmet(reference_store, model)


def test_a_model_that_cannot_be_used_is_not_published(reference_store):
    before = reference_store.state()
    with pytest.raises(InvalidModel, match="title"):
        publish_model(reference_store, 'id = "huni"\n[[dimension]]\nid="huni"', actor="t", note="")
    assert reference_store.state() == before
