"""Holds every shipped data file to its manifest, its checksum and what it claims."""

import hashlib
import importlib.util
import json
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import rasterio
import shapely

from data.steps.zones import PROFILE
from geo.crs import area_ha
from geo.vector.schema import ZONES
from tests.regions import SOUTH_KALIMANTAN

DATA = Path(__file__).parents[2] / "data"
FOLDERS = sorted(path.parent.name for path in DATA.glob("*/manifest.toml"))
ZONES_FILE = "zones/zones.geojson"
GEOMETRY_KINDS = {
    "published_extent",
    "equal_area_disc",
    "named_desa",
    "enclosing_kecamatan",
}


def manifest(folder):
    return tomllib.loads((DATA / folder / "manifest.toml").read_text("utf-8"))


def features(path):
    return json.loads((DATA / path).read_text("utf-8"))["features"]


@pytest.fixture(scope="module")
def regencies():
    return gpd.read_parquet(DATA / "boundaries/regencies.parquet")


@pytest.fixture(scope="module")
def kecamatan():
    return gpd.read_parquet(DATA / "boundaries/kecamatan.parquet")


@pytest.fixture(scope="module")
def zones():
    return gpd.read_file(DATA / "zones/zones.geojson").set_index("zone_id")


@pytest.fixture(scope="module")
def desa():
    return gpd.read_parquet(DATA / "boundaries/desa.parquet")


def test_every_data_folder_has_a_manifest():
    folders = {path.name for path in DATA.iterdir() if path.is_dir()}
    assert folders - {"__pycache__", "steps"} == set(FOLDERS)
    assert {"boundaries", "zones", "indicators", "land"} <= set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_manifest_lists_the_files_that_are_there_and_no_others(folder):
    listed = [entry["name"] for entry in manifest(folder)["file"]]
    present = {path.name for path in (DATA / folder).iterdir()} - {"manifest.toml", "SHA256SUMS"}
    assert len(listed) == len(set(listed))
    assert set(listed) == present


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_manifest_entry_says_source_licence_year_changes_and_faults(folder):
    for entry in manifest(folder)["file"]:
        assert entry.keys() >= {"title", "source", "url", "licence", "year", "changes"}, entry
        assert entry["source"]
        assert entry["licence"]
        assert "known_faults" in entry


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_has_the_checksum_that_is_written(folder):
    lines = (DATA / folder / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert set(sums) == {entry["name"] for entry in manifest(folder)["file"]}
    for name, digest in sums.items():
        assert hashlib.sha256((DATA / folder / name).read_bytes()).hexdigest() == digest, name


def test_the_sources_rebuild_the_derived_files_byte_for_byte(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # data/ is shipped as it lies
    spec = importlib.util.spec_from_file_location("data_build", DATA / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)

    build.main(tmp_path)

    written = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert {Path(f"{folder}/SHA256SUMS") for folder in FOLDERS} < written
    assert {Path("boundaries/desa.parquet"), Path("zones/zones.geojson")} < written
    for path in written:
        assert (tmp_path / path).read_bytes() == (DATA / path).read_bytes(), path


def test_zones_keep_their_schema_and_are_sorted_by_their_key():
    schema, found = ZONES, features(ZONES_FILE)
    keys = [feature["properties"][schema.key] for feature in found]
    assert len(keys) == len(set(keys)) == 14
    assert keys == sorted(keys)
    for feature in found:
        assert feature["id"] == feature["properties"][schema.key]
        assert list(feature["properties"]) == [field.name for field in schema.fields]
        assert feature["geometry"]["type"] in schema.geometry_types
        for field in schema.fields:
            value = feature["properties"][field.name]
            assert value is not None or not field.required
            if field.kind == "text" and value is not None:
                assert isinstance(value, str)


def test_geojson_follows_rfc_7946():
    assert "crs" not in json.loads((DATA / ZONES_FILE).read_text("utf-8"))
    for feature in features(ZONES_FILE):
        geometry = shapely.geometry.shape(feature["geometry"])
        assert geometry.is_valid
        west, south, east, north = geometry.bounds
        assert 114 < west <= east < 118
        assert -5 < south <= north < -1
        for coordinate in shapely.get_coordinates(geometry).ravel():
            assert coordinate == round(coordinate, 6)
        for polygon in shapely.get_parts(geometry):
            if polygon.geom_type == "Polygon":
                assert polygon.exterior.is_ccw
                assert not any(ring.is_ccw for ring in polygon.interiors)


def test_every_zone_is_sourced_and_names_how_its_geometry_was_made(zones):
    assert set(zones["geometry_kind"]) == GEOMETRY_KINDS
    assert zones["source_url"].str.match(r"https?://").all()
    assert (zones["geometry_method"].str.len() > 40).all()
    assert set(zones["regency_code"]) <= set(SOUTH_KALIMANTAN.by_code)


def test_an_area_is_stated_only_where_a_source_prints_it(zones):
    stated = zones["area_ha"].dropna()
    assert stated.to_dict() == {"cahaya-baru": 61147.7, "rkt-kotabaru": 67000}


def test_an_equal_area_disc_has_the_published_area(zones):
    disc = zones[zones["geometry_kind"] == "equal_area_disc"]
    assert area_ha(disc) == pytest.approx(disc["area_ha"].to_numpy(), rel=5e-4)


def test_zones_lie_in_their_regency(zones, regencies):
    for zone_id, zone in zones.iterrows():
        inside = regencies.geometry[zone["regency_code"]].buffer(1e-5)
        assert inside.covers(zone.geometry), zone_id


@pytest.mark.parametrize(("kind", "level"), [("named_desa", 3), ("enclosing_kecamatan", 2)])
def test_a_zone_is_the_union_of_the_places_that_its_source_names(
    zones, desa, kecamatan, kind, level
):
    of_kind = zones[zones["geometry_kind"] == kind]
    for zone_id, codes in of_kind["place_codes"].items():
        places = (desa if level == 3 else kecamatan).geometry[codes.split()]
        assert {code.count(".") for code in places.index} == {level}
        assert zones.geometry[zone_id].equals(places.union_all())
    assert len(of_kind) == {"named_desa": 7, "enclosing_kecamatan": 5}[kind]


def test_sebamban_is_its_two_desa_and_the_new_kawasan_of_kotabaru_a_part_of_four_kecamatan(zones):
    assert zones.at["sebamban", "place_codes"] == "63.10.03.2003 63.10.03.2004"
    assert area_ha(zones.loc[["rkt-kotabaru"]])[0] == pytest.approx(225_460, rel=2e-3)


def test_a_profile_names_its_source_and_only_one_zone_has_an_ipktrans(zones):
    stated = zones[list(PROFILE)].notna().any(axis=1)
    assert (zones["profile_source"].notna() == stated).all()
    assert zones["ipktrans"].dropna().to_dict() == {"cahaya-baru": 70}
    assert zones.loc["cahaya-baru", "people_stated"] == 85_914


def test_zones_overlap_just_where_the_manifest_says(zones):
    left, right = shapely.STRtree(zones.geometry).query(zones.geometry, predicate="overlaps")
    inside, around = shapely.STRtree(zones.geometry).query(zones.geometry, predicate="within")
    pairs = {
        frozenset((zones.index[a], zones.index[b]))
        for a, b in [*zip(left, right, strict=True), *zip(inside, around, strict=True)]
        if a != b
    }
    assert pairs == {
        frozenset(("cahaya-baru", "bahandang")),
        frozenset(("cahaya-baru", "cerbon")),
        frozenset(("rkt-kotabaru", "sengayam")),
    }


def test_every_source_figure_is_kept_with_its_source():
    source = pd.read_csv(DATA / "indicators/source.csv", dtype=str, keep_default_na=False)
    table = pd.read_csv(DATA / "indicators/indicators.csv", dtype=str, keep_default_na=False)
    assert len(source) == 881
    keys = ["regency_code", "indicator", "year"]
    codes = (
        source["regency_code"].str.replace(r"^63(?!00)", "63.", regex=True).replace("6300", "63")
    )
    asked = pd.MultiIndex.from_frame(source.assign(regency_code=codes)[keys])
    assert asked.isin(pd.MultiIndex.from_frame(table[keys])).all()
    assert manifest("indicators")["file"][3]["rows_dropped"] == 0
    assert (table["source"] != "").all()
    assert table["source_url"].str.startswith("http").all()
    assert table["regency_code"].str.fullmatch(r"63(\.\d\d)?").all()


def test_every_figure_equals_its_source_or_says_why_not():
    source = pd.read_csv(DATA / "indicators/source.csv", dtype={"regency_code": str})
    table = pd.read_csv(DATA / "indicators/indicators.csv", dtype={"regency_code": str})
    source["regency_code"] = source["regency_code"].map(
        lambda code: "63" if code == "6300" else f"63.{code[2:]}"
    )
    both = source.merge(table, on=["regency_code", "indicator", "year"], suffixes=("_source", ""))
    assert len(both) == 881
    scaled = both[(both["value"] - both["value_source"]).abs() > 1e-9]
    assert scaled["value"].to_numpy() == pytest.approx(scaled["value_source"].to_numpy() * 1e6)
    assert len(scaled) == 5
    assert scaled["note"].str.contains("juta").all()


def test_doubtful_and_derived_figures_say_so():
    table = pd.read_csv(DATA / "indicators/indicators.csv", dtype=str, keep_default_na=False)
    low = table[table["confidence"] == "low"].set_index("regency_code")
    assert sorted(low["indicator"].items()) == [
        ("63.01", "cakupan_bpjs_tk"),
        ("63.02", "apbd_pad_anggaran"),
        ("63.04", "apbd_pad_anggaran"),
        ("63.07", "p0_persen_miskin_maret"),
        ("63.10", "penduduk_miskin_databoks"),
    ]
    assert (low["note"] != "").all()
    derived = table[table["note"].str.startswith("Turunan") & (table["confidence"] == "ok")]
    assert set(derived["regency_code"]) == {"63"}
    assert sorted(derived["indicator"] + " " + derived["period"]) == [
        "p0_persen_miskin_maret Maret 2025",
        "penduduk_miskin_maret Maret 2025",
        "penganggur_februari Februari 2024",
        "share_bekerja_formal_februari Februari 2024",
        "tpt_agustus Agustus 2022",
        "tpt_februari Februari 2024",
    ]


@pytest.mark.parametrize("name", ["landcover", "landmask", "elevation_coarse"])
def test_land_rasters_are_in_lonlat_and_cover_the_mainland(name):
    with rasterio.open(DATA / f"land/{name}.tif") as raster:
        assert raster.crs.to_epsg() == 4326
        assert raster.count == 1
        assert raster.bounds.left <= 114.35
        assert raster.bounds.right >= 116.6
