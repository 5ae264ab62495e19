"""`kawasan land classify`, run as an office runs it: from rasters to a map, shares and a constraint."""

import json

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import rasterio
from fastapi.testclient import TestClient
from rasterio.transform import from_origin
from typer.testing import CliRunner

from api.cli.app import app
from api.main import create_app
from api.settings import Settings
from geo import published
from geo.land.fit import ANY, fitness_of
from tests.conftest import DATA

ORIGIN = ("--source", "uji", "--licence", "uji")
RULE = "kepmentan_837_1980"
WEST, NORTH = 114.0, -1.0
CONSTRAINT = """
[[constraint]]
id = "kawasan_lindung"
title = { id = "Kawasan lindung", en = "Protection land" }
reason = { id = "Kawasan lindung menurut Kepmentan 837/1980.", en = "Protection by Kepmentan 837/1980." }
raster = "kepmentan_837_1980"
classes = [1]
limit_share = 0.5
source = "Kepmentan 837/1980, read in copies"
confirmed = false
"""


@pytest.fixture
def run(reference_store, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("KAWASAN_STORE", str(reference_store.folder))

    def invoke(*words, expect=0):
        result = CliRunner().invoke(app, [*map(str, words)])
        assert result.exit_code == expect, result.output
        return " ".join(result.output.split())

    return invoke


@pytest.fixture
def raster(tmp_path):
    """A raster over the province: `raster("tanah", 4)`; the same everywhere, or an array."""

    def make(name, value, *, cell=0.1, dtype="float32", nodata=None, crs="EPSG:4326", west=WEST):
        if name in ("lereng", "slope_percent"):
            # Of cells of 11 km a slope says nothing: each becomes twelve by twelve.
            cell, value = cell / 12, np.kron(value, np.ones((12, 12))) if np.ndim(value) else value
        cells = np.broadcast_to(np.asarray(value, dtype), (round(4 / cell), round(3 / cell)))
        path = tmp_path / f"{name}.tif"
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=cells.shape[1],
            height=cells.shape[0],
            count=1,
            dtype=dtype,
            crs=crs,
            transform=from_origin(west, NORTH, cell, cell),
            nodata=nodata,
        ) as target:
            target.write(cells, 1)
        return path

    return make


@pytest.fixture
def classify(run, raster):
    """The command on a slope of 20 %, soil of class 4 and rain of 30 mm (160: buffer), and changes of it."""

    def invoke(*words, slope=20, soil=4, rain=30, rule=RULE, expect=0):
        made = {
            "--slope": raster("lereng", slope),
            **({} if soil is None else {"--soil": raster("tanah", soil, cell=0.2)}),
            **({} if rain is None else {"--rain": raster("hujan", rain, cell=0.5)}),
        }
        named = [word for pair in made.items() for word in pair]
        return run("land", "classify", rule, *named, *ORIGIN, *words, expect=expect)

    return invoke


def test_the_map_becomes_a_land_raster_that_says_what_it_is(classify, reference_store):
    said = classify("--lang", "en")
    assert "Buffer" in said
    assert f"land-{RULE}: 1" in said
    version = reference_store.version(f"land-{RULE}")
    with rasterio.open(version.path) as made:
        cells = made.read(1)
    assert set(np.unique(cells)) == {0, 2}
    details = version.details
    assert [each["code"] for each in details["classes"]] == [1, 2, 3]
    assert details["confirmed"] is False
    assert [one["factor"] for one in details["made_from"]] == [
        *("slope_percent", "soil_erosion_class", "rain_mm_day")
    ]
    assert all(len(one["sha256"]) == 64 for one in details["made_from"])
    assert "not confirmed" in version.source
    assert "belum dikonfirmasi" in version.source_text.id
    fitness = fitness_of(details)
    assert dict(fitness.fit).keys() == {ANY}
    assert "145" in fitness.fault("gambut", raster=RULE).en


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "is not confirmed by an office",
                "Another grid: rain per day of rain (hujan.tif",
                "without interpolation",
                "Not checked: distance to rivers",
                "Peat needs a rule of its own",
                "174",
            ],
        ),
        (
            "id",
            [
                "belum dikonfirmasi oleh dinas",
                "Kisi lain: hujan per hari hujan (hujan.tif",
                "tanpa interpolasi",
                "Tidak diperiksa: jarak ke sungai",
                "Gambut perlu aturannya sendiri",
                "174",
            ],
        ),
    ],
)
def test_what_a_reader_must_know_is_said(classify, language, words):
    said = classify("--no-publish", "--lang", language)
    assert [word for word in words if word not in said] == []


def test_morphology_says_that_it_is_one_of_nine_maps(classify, reference_store):
    said = classify(rule="permen_pu_20_2007", soil=None, rain=None)
    assert "satu dari sembilan peta" in said
    with rasterio.open(reference_store.version("land-permen_pu_20_2007").path) as made:
        assert set(np.unique(made.read(1))) == {0, 2}


def test_missing_rain_is_told_and_decides_nothing(classify, reference_store):
    """Slope 20 and soil 4 are 120 without the rain's 10 to 50: buffer; without the soil 85 to 185."""
    said = classify("--lang", "en", rain=None)
    assert "100.0 % of the land has a class although something is missing" in said
    # It decides nothing where the first one had a class, so it must be said that it is meant.
    said = classify("--lang", "en", "--replace-smaller", rain=None, soil=None)
    assert "100.0 % of the land could not be decided" in said
    assert "class of soil erosion sensitivity (100.0 % of the land)" in said
    assert reference_store.version(f"land-{RULE}").details["undecided_share"] == 1


def test_cells_without_a_soil_are_left_empty_and_counted(classify):
    half = np.full((20, 15), 4.0)
    half[:10] = np.nan
    assert "could not be decided" in classify("--no-publish", "--lang", "en", soil=half)


def with_constraint(run, tmp_path):
    text = (DATA / "models" / "kesiapan.toml").read_text("utf-8")
    path = tmp_path / "kesiapan.toml"
    path.write_text(text.replace("\n[[class]]", CONSTRAINT + "\n[[class]]", 1), "utf-8")
    run("model", "add", path, "--note", "lindung")


@pytest.mark.parametrize(
    ("slope", "failed", "share"), [(50, True, 1.0), (20, False, 0.0)], ids=["lindung", "penyangga"]
)
def test_a_model_with_the_constraint_excludes_a_zone_in_protection_land(
    run, classify, tmp_path, slope, failed, share
):
    with_constraint(run, tmp_path)
    assert "kesiapan.kawasan_lindung" in classify(slope=slope)
    result = CliRunner().invoke(app, ["assess", "--json"])
    zones = {zone["area_id"]: zone for zone in json.loads(result.stdout)["zones"]}
    found = zones["cahaya-baru"]
    (asked,) = [c for c in found["constraints"] if c["constraint"] == "kawasan_lindung"]
    assert (asked["failed"], asked["excluded_share"]) == (failed, pytest.approx(share))
    assert (found["status"] == "excluded") is failed


def test_a_constraint_on_an_undecided_map_is_not_checked(run, classify, tmp_path):
    with_constraint(run, tmp_path)
    classify(soil=None, rain=None)
    result = CliRunner().invoke(app, ["assess", "--json"])
    for zone in json.loads(result.stdout)["zones"]:
        (asked,) = [c for c in zone["constraints"] if c["constraint"] == "kawasan_lindung"]
        assert asked["failed"] is False
        assert asked["excluded_share"] is None


def test_files_hold_the_map_its_polygons_and_the_shares(classify, tmp_path, reference_store):
    out, polygons, shares = (tmp_path / n for n in ("peta.tif", "kelas.gpkg", "bagian.xlsx"))
    classify(
        *("--out", out, "--polygons", polygons, "--shares", shares, "--no-publish"),
        *("--by", "zones", "--by", "kecamatan", "--by", "regencies"),
    )
    assert f"land-{RULE}" not in reference_store.datasets()
    with rasterio.open(out) as made:
        assert made.nodata == 0
        assert made.crs.to_epsg() == 4326
    frame = gpd.read_file(polygons)
    assert frame["area_id"].tolist() == ["penyangga"]
    assert frame.geometry.is_valid.all()
    assert frame["confirmed"].tolist() == [False]
    rows = [*openpyxl.load_workbook(shares).active.values]
    table = pd.DataFrame(rows[1:], columns=rows[0])
    assert table["layer"].value_counts().to_dict() == {
        "kecamatan": 156,
        "zones": 14,
        "regencies": 13,
    }
    columns = ["lindung_share", "penyangga_share", "budidaya_share", "unclassified_share"]
    assert np.allclose(table[columns].sum(axis=1), 1)
    assert (table["penyangga_share"] > 0.5).mean() > 0.9


def test_polygons_become_a_layer_that_is_no_area_to_assess(run, classify, reference_store):
    classify("--publish-polygons")
    frame = published.layer(reference_store, f"classes-{RULE}")
    assert frame.index.tolist() == ["penyangga"]
    assert "tidak ada" in run("assess", "--layer", f"classes-{RULE}", expect=1)
    with TestClient(
        create_app(Settings(store=reference_store.folder), store=reference_store)
    ) as client:
        page = client.get(f"/maps/classes-{RULE}?lang=en").text
        assert "Classes of land: Protection score (Kepmentan 837/1980)" in page
        assert f"/tiles/{RULE}/" in page  # coloured by class, not all alike
        assert "Cultivation and settlement" in page
        items = client.get(f"/collections/classes-{RULE}/items").json()
        assert items["features"][0]["properties"]["name_en"] == "Buffer"
        legend = client.get(f"/tiles/{RULE}?lang=en").json()
    assert [each["label"] for each in legend["colours"]] == [
        *("Protection", "Buffer", "Cultivation and settlement")
    ]
    assert any("Peat" in fault for fault in legend["known_faults"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"soil": 2.5},
            ["tanah.tif cannot serve as soil classes", "[2.5]", "whole numbers 1 to 5"],
        ),
        ({"soil": 0}, ["run from 0 to 0", "1 to 5 makes sense"]),
        ({"rain": 2500}, ["run from 2500", "Check the unit"]),
        ({"slope": -9999}, ["-9999", "looks like a mark of nodata"]),
    ],
    ids=["fraction", "class 0", "rain of a year", "undeclared nodata"],
)
def test_a_raster_of_other_values_is_refused_and_nothing_is_stored(
    classify, reference_store, tmp_path, change, words
):
    before = reference_store.current()
    said = classify("--lang", "en", "--out", tmp_path / "peta.tif", expect=1, **change)
    assert [word for word in words if word not in said] == []
    assert reference_store.current() == before
    assert not (tmp_path / "peta.tif").exists()


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"crs": None}, "does not say its CRS"),
        ({"crs": "EPSG:32750"}, "misses the land"),  # degrees that claim to be metres
        ({"west": 20.0}, "misses the land"),
        ({"west": 116.15}, "does not meet the land of the slope raster"),
    ],
    ids=["no CRS", "wrong CRS", "elsewhere", "no overlap"],
)
def test_a_raster_of_another_place_is_refused(run, raster, reference_store, made, words):
    # For the last one the slope ends where the soil begins, in the middle of the province.
    slope = raster("lereng", 20, west=113.15 if made.get("west") == 116.15 else WEST)
    soil = raster("tanah", 4, **made)
    before = reference_store.current()
    named = ("--slope", slope, "--soil", soil, "--lang", "en")
    assert words in run("land", "classify", RULE, *named, *ORIGIN, expect=1)
    assert reference_store.current() == before


def test_a_raster_of_the_store_is_asked_for_its_unit_and_its_fitness(run, raster):
    add = ("land", "add", raster("lereng", 20), *ORIGIN)
    run(*add, "--as", "lereng_derajat", "--unit", "derajat")
    said = run("land", "classify", RULE, "--slope", "lereng_derajat", "--lang", "en", expect=1)
    assert "is in 'derajat'" in said
    assert "reads slope in %" in said
    unfit = ("--unfit", f"{RULE}=lereng dari kontur 25 m")
    run(*add, "--as", "lereng_kontur", "--unit", "persen", *unfit)
    said = run("land", "classify", RULE, "--slope", "lereng_kontur", expect=1)
    assert "tidak dapat mengukur ini: lereng dari kontur 25 m" in said
    fit = ("--fit", f"{RULE}=diperiksa di lapangan")
    run(*add, "--as", "lereng_dinas", "--unit", "persen", *fit)
    assert f"land-{RULE}: 1" in run("land", "classify", RULE, "--slope", "lereng_dinas")


def test_the_rasters_of_the_store_are_read_by_their_names(run, raster, reference_store):
    for name, value in (("slope_percent", 20), ("soil_erosion_class", 4), ("rain_mm_day", 30)):
        run("land", "add", raster(name, value), "--as", name, "--year", "2016", *ORIGIN)
    run("land", "classify", RULE, "--as", "lindung_dinas")
    version = reference_store.version("land-lindung_dinas")
    assert [one["version"] for one in version.details["made_from"]] == [1, 1, 1]
    assert version.details["year"] == "2016"
    assert version.licence == "uji"
    assert "land-slope_percent v1 sha256" in version.note
    assert "lindung_dinas dibuat sebelum" not in run("land", "list")
    run("land", "add", raster("rain_mm_day", 10), "--as", "rain_mm_day", *ORIGIN)
    assert "lindung_dinas dibuat sebelum land-rain_mm_day diganti" in run("land", "list")
    assert version.source.count("uji") == 1  # the three rasters have one source


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([RULE], 1, "memerlukan lereng"),
        (["kepmentan"], 1, "Aturan 'kepmentan' tidak ada"),
        ([RULE, "--slope", "lereng_dinas"], 1, "tidak ada"),
        ([RULE, "--slope", "lereng.tif"], 1, "lereng.tif"),
        (["permen_pu_20_2007", "--soil", "x.tif"], 1, "tidak membaca kelas kepekaan tanah"),
        ([RULE, "--out", "peta.png"], 2, "harus berakhir .tif"),
        ([RULE, "--shares", "x.doc"], 2, "harus berakhir .geojson"),
        ([RULE, "--polygons", "tidak/ada/x.gpkg"], 2, "Folder tidak/ada tidak ada"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, words, code, said):
    assert said in run("land", "classify", *words, expect=code)


def test_a_name_of_a_measure_and_a_file_without_a_source_are_refused_before_the_work(run, raster):
    slope = ("--slope", raster("lereng", 20))
    said = run("land", "classify", RULE, *slope, "--as", "slope_percent", *ORIGIN, expect=1)
    assert "'slope_percent' tidak dapat dipakai" in said
    assert "--source" in run("land", "classify", RULE, *slope, expect=1)


def test_a_rule_of_ones_own_is_read_from_its_file(run, raster, tmp_path, reference_store):
    text = (DATA / "rules" / f"{RULE}.toml").read_text("utf-8")
    own = tmp_path / "aturan.toml"
    text = text.replace("confirmed = false", "confirmed = true").replace(f'"{RULE}"', '"sendiri"')
    own.write_text(text, "utf-8")
    said = run("land", "classify", own, "--slope", raster("lereng", 50), *ORIGIN, "--lang", "en")
    assert "land-sendiri: 1" in said
    assert "not confirmed" not in reference_store.version("land-sendiri").source
    own.write_text(text.replace("scores = [20", "scores = [20, 20"), "utf-8")
    assert "rusak" in run("land", "classify", own, expect=1)
