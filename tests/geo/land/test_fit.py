"""A land raster measures only what it is stated to see: from the manifest to the card of a zone."""

import dataclasses
import tomllib

import numpy as np
import pytest

from geo import published
from geo.errors import RasterRefused
from geo.land import surfaces
from geo.land.fit import ANY, NOT_STATED, Fitness, fitness_of
from geo.language import Text
from geo.planning import publish_land
from geo.planning.assess import assess
from geo.planning.shipped import RASTERS
from tests.conftest import DATA

CHECKED = Text(id="Kelasnya diperiksa di lapangan.", en="Its classes were checked on the ground.")


def of(assessment, area_id, criterion):
    return next(c for c in assessment.result(area_id).criteria if c.criterion == criterion)


def add(store, path, name="landcover", **how):
    return publish_land.add_land(store, path, name=name, source="uji", licence="uji", **how)


@pytest.fixture
def reference_store(earlier_store):
    """Version 2 of readiness reads land cover three times, and is not stated to be fit for one of them."""
    return earlier_store


@pytest.fixture
def cover(make_raster):
    """Land cover of class 12 over the whole province."""
    cells = np.full((80, 70), 12, dtype="uint8")
    return make_raster(cells, cell=0.05, origin=(114.2, -1.1), crs="EPSG:4326", nodata=255)


def test_every_shipped_land_raster_names_what_it_is_fit_for_and_why(reference_store):
    manifest = tomllib.loads((DATA / "land/manifest.toml").read_text(encoding="utf-8"))
    entries = {entry["name"].removesuffix(".tif"): entry for entry in manifest["file"]}
    versions = reference_store.versions("model-kesiapan")
    models = [published.read_model(version.path) for version in versions]
    asking = {c.id for model in models for c in (*model.criteria, *model.constraints)}
    for name in RASTERS:
        stated = fitness_of(entries[name])
        assert stated.is_stated, name
        assert {reader for reader, _ in (*stated.fit, *stated.unfit)} <= {*asking, ANY}
        assert all(
            why.id and why.en and why.id != why.en for _, why in (*stated.fit, *stated.unfit)
        )
        assert fitness_of(reference_store.version(f"land-{name}").details) == stated
    cover = fitness_of(entries["landcover"])
    assert dict(cover.fit).keys() == {"lahan_terbuka", "bukan_hutan", "tutupan_lahan"}
    assert dict(cover.unfit).keys() == {"lahan_basah"}


def test_land_cover_that_sees_no_swamp_measures_no_wetland_anywhere(reference_store):
    """Class 11 is 0 in Daha, Paminggir, Jejangkit: they would score as dry land."""
    found = assess(reference_store)
    for result in found.results:
        wetland = of(found, result.area_id, "lahan_basah")
        assert wetland.measure is None
        assert wetland.value is None
        assert "tidak melihat rawa di bawah rumput" in wetland.note.id
        assert "sees no swamp under grass" in wetland.note.en
    assert of(found, "cahaya-baru", "bukan_hutan").measure is not None
    weights = published.model(reference_store, "kesiapan").weights
    known = [c for c in found.result("cahaya-baru").criteria if c.measure is not None]
    credits = sum(weights[c.criterion] for c in known)
    assert found.result("cahaya-baru").data_coverage <= credits < 1 - weights["lahan_basah"]


def test_the_surface_leaves_out_what_no_raster_is_fit_for(reference_store):
    report = surfaces.surface(reference_store).report
    assert "lahan_basah" in [c.id for c in report.plan.missing]
    assert "lahan_basah" not in report.plan.weights
    notes = surfaces.zone_sites(reference_store, "cahaya-baru").notes
    missing = next(note for note in notes if "belum ada peta yang layak): Lereng" in note.id)
    assert "Sedikit lahan basah" in missing.id


def test_a_raster_of_classes_is_not_stored_until_it_is_said_what_it_sees(reference_store, cover):
    before = reference_store.version("land-landcover")
    with pytest.raises(RasterRefused) as refused:
        add(reference_store, cover)
    said = refused.value.detail("id")
    assert "kesiapan.lahan_terbuka, kesiapan.bukan_hutan, kesiapan.lahan_basah" in said
    assert 'fit (--fit) KRITERIA=ALASAN untuk tiap yang layak, misalnya lahan_terbuka="' in said
    assert reference_store.version("land-landcover") == before


def test_criteria_that_were_not_named_do_not_read_it(reference_store, cover):
    why = Fitness(fit=(("lahan_basah", CHECKED),), unfit=(("bukan_hutan", CHECKED),))
    key = assess(reference_store).key
    version = add(reference_store, cover, fitness=why)
    found = assess(reference_store)
    assert found.key != key
    assert of(found, "cahaya-baru", "lahan_basah").measure == 0
    for criterion, words in (
        ("bukan_hutan", CHECKED.en),
        ("lahan_terbuka", "not stated to be fit"),
    ):
        assert of(found, "cahaya-baru", criterion).measure is None
        assert words in of(found, "cahaya-baru", criterion).note.en
    assert dict(publish_land.unanswered(reference_store, version)).keys() == {
        "kesiapan.bukan_hutan",
        "kesiapan.lahan_terbuka",
    }


@pytest.mark.parametrize(
    ("fitness", "words"),
    [
        (Fitness(fit=(("lahan", CHECKED),)), "No criterion or constraint 'lahan' reads landcover"),
        (
            Fitness(fit=(("lahan_basah", CHECKED),), unfit=(("lahan_basah", CHECKED),)),
            "named twice",
        ),
    ],
)
def test_what_is_said_of_a_raster_must_be_of_those_that_read_it(
    reference_store, cover, fitness, words
):
    with pytest.raises(RasterRefused, match=words):
        add(reference_store, cover, fitness=fitness)
    assert reference_store.version("land-landcover").number == 1


def test_a_constraint_is_unchecked_where_its_raster_is_not_fit_for_it(reference_store):
    unfit = Fitness(unfit=(("laut", CHECKED),))
    path = reference_store.version("land-landmask").path
    add(reference_store, path, name="landmask", fitness=unfit)
    sea = assess(reference_store).result("cahaya-baru").constraints[0]
    assert (sea.constraint, sea.excluded_share, sea.failed) == ("laut", None, False)
    assert CHECKED.en in sea.note.en


def test_a_quantity_says_by_its_name_what_it_measures_and_how_fine(reference_store, make_raster):
    cells = np.full((500, 500), 3.0, dtype="float32")
    path = make_raster(cells, cell=0.008, origin=(114, -1), crs="EPSG:4326")
    version = add(reference_store, path, name="slope_percent")
    ((reader, why),) = fitness_of(version.details).fit
    assert reader == ANY
    assert why.en.endswith("cells of 889 × 885 m.")
    assert of(assess(reference_store), "cahaya-baru", "lereng").measure == pytest.approx(3)


def test_what_comes_of_a_dem_is_fit_by_construction(reference_store, make_raster):
    heights = np.add.outer(np.arange(500.0), np.arange(500.0)).astype("float32")
    dem = make_raster(heights, cell=0.008, origin=(114, -1), crs="EPSG:4326")
    add(reference_store, dem, name="elevation", derived=["slope_percent"])
    slope = reference_store.version("land-slope_percent")
    ((reader, why),) = fitness_of(slope.details).fit
    assert reader == ANY
    assert "Diturunkan dari model elevasi (Horn (1981), 3 × 3); sel 889 × 885 m." in why.id


def test_a_raster_of_an_older_store_is_read_and_says_that_nobody_was_asked(
    reference_store, monkeypatch
):
    """A version without `fit` in its details, as every store of before has."""
    current = reference_store.current()
    old = {
        name: dataclasses.replace(
            version, details={k: v for k, v in version.details.items() if k not in ("fit", "unfit")}
        )
        for name in current.datasets()
        if (version := current.version(name))
    }
    monkeypatch.setattr(type(current), "version", lambda _self, name, *_: old[name])
    assert fitness_of(current.version("land-landcover").details) == NOT_STATED
    found = assess(current)
    for criterion in ("lahan_basah", "bukan_hutan"):
        assert of(found, "cahaya-baru", criterion).measure is not None
        assert "Belum ada yang menyatakan" in of(found, "cahaya-baru", criterion).note.id
    assert "Nobody has stated" in found.result("cahaya-baru").constraints[0].note.en


def test_a_raster_that_nothing_reads_needs_no_statement(reference_store, cover):
    version = add(reference_store, cover, name="tutupan_2025", unit="kelas")
    assert fitness_of(version.details) == NOT_STATED


def test_a_map_of_a_part_of_the_province_does_not_take_the_whole_one_away_unsaid(
    reference_store, make_raster
):
    fit = Fitness(fit=((ANY, CHECKED),))
    small = make_raster(
        np.full((40, 40), 12, dtype="uint8"),
        cell=0.01,
        origin=(115.5, -3.4),
        crs="EPSG:4326",
        nodata=255,
    )
    before = reference_store.version("land-landcover").number
    with pytest.raises(RasterRefused) as refused:
        add(reference_store, small, fitness=fit)
    for told in (refused.value.detail("id"), refused.value.detail("en")):
        assert "Kecamatan: 1" in told
        assert "--replace-smaller" in told
    assert reference_store.version("land-landcover").number == before
    assert add(reference_store, small, fitness=fit, replace_smaller=True).number == before + 1


def test_a_fine_map_of_the_whole_province_replaces_the_shipped_one(reference_store, cover):
    assert add(reference_store, cover, fitness=Fitness(fit=((ANY, CHECKED),))).number > 1
