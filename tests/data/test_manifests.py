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

from geo.crs import area_ha
from geo.vector.regions import BY_CODE
from geo.vector.schema import KECAMATAN, REGENCIES, ZONES
from geo.vector.topology import coverage_faults

DATA = Path(__file__).parents[2] / "data"
FOLDERS = sorted(path.parent.name for path in DATA.glob("*/manifest.toml"))
LAYERS = {
    "boundaries/regencies.geojson": (REGENCIES, 13),
    "zones/zones.geojson": (ZONES, 14),
    "zones/kecamatan.geojson": (KECAMATAN, 156),
}
GEOMETRY_KINDS = {
    "published_extent",
    "equal_area_disc",
    "named_kecamatan",
    "enclosing_kecamatan",
    "enclosing_desa_disc",
    "location_only",
}


def manifest(folder):
    return tomllib.loads((DATA / folder / "manifest.toml").read_text("utf-8"))


def features(path):
    return json.loads((DATA / path).read_text("utf-8"))["features"]


@pytest.fixture(scope="module")
def regencies():
    return gpd.read_file(DATA / "boundaries/regencies.geojson").set_index("code")


@pytest.fixture(scope="module")
def kecamatan():
    return gpd.read_file(DATA / "zones/kecamatan.geojson").set_index("code")


@pytest.fixture(scope="module")
def zones():
    return gpd.read_file(DATA / "zones/zones.geojson").set_index("zone_id")


@pytest.fixture(scope="module")
def places():
    return pd.read_csv(DATA / "zones/places.csv", dtype={"kode_kemendagri": str}).set_index(
        "kode_kemendagri"
    )


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
    assert {Path("boundaries/regencies.geojson"), Path("zones/zones.geojson")} < written
    for path in written:
        assert (tmp_path / path).read_bytes() == (DATA / path).read_bytes(), path


@pytest.mark.parametrize("path", LAYERS)
def test_a_layer_keeps_its_schema_and_is_sorted_by_its_key(path):
    schema, count = LAYERS[path]
    found = features(path)
    keys = [feature["properties"][schema.key] for feature in found]
    assert len(keys) == len(set(keys)) == count
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


@pytest.mark.parametrize("path", LAYERS)
def test_geojson_follows_rfc_7946(path):
    assert "crs" not in json.loads((DATA / path).read_text("utf-8"))
    for feature in features(path):
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


@pytest.mark.parametrize("name", ["regencies", "kecamatan"])
def test_neighbours_share_their_edges_without_overlap_or_gap(name, request):
    layer = request.getfixturevalue(name)
    report = coverage_faults(layer)
    assert report.is_clean
    assert report.gaps.empty
    assert shapely.coverage_is_valid(layer.geometry.to_numpy())


def test_regencies_have_their_official_codes_names_and_areas(regencies):
    for code, row in regencies.iterrows():
        region = BY_CODE[code]
        assert (row["bps_code"], row["name"], row["kind"]) == (
            region.bps_code,
            region.name,
            region.kind,
        )
    assert regencies["area_official_ha"].sum() == pytest.approx(3_712_542.6, abs=0.5)


def test_the_manifest_says_how_far_each_regency_moved(regencies):
    source = gpd.read_file(DATA / "boundaries/source.geojson").set_index("code")
    before = dict(zip(source.index, area_ha(source), strict=True))
    after = dict(zip(regencies.index, area_ha(regencies), strict=True))
    rows = {row["code"]: row for row in manifest("boundaries")["regency"]}
    assert set(rows) == set(after)
    for code, row in rows.items():
        official = regencies["area_official_ha"][code]
        assert row["before_ha"] == pytest.approx(before[code], abs=0.1)
        assert row["after_ha"] == pytest.approx(after[code], abs=0.1)
        assert row["change_percent"] == pytest.approx(
            100 * (after[code] / before[code] - 1), abs=1e-3
        )
        assert row["official_ha"] == pytest.approx(official, abs=0.1)
        assert row["difference_percent"] == pytest.approx(
            100 * (after[code] / official - 1), abs=0.01
        )


def test_cleaning_keeps_the_land_of_the_source_and_its_gaps(regencies):
    """Union of the source plus the gaps that its manifest counts; nothing else moved."""
    source = gpd.read_file(DATA / "boundaries/source.geojson")
    report = coverage_faults(source.set_index("code"))
    union = area_ha(gpd.GeoDataFrame(geometry=[source.union_all()], crs=source.crs))[0]
    assert (len(report.overlaps), len(report.gaps)) == (18, 27)
    assert report.overlaps["area_ha"].sum() == pytest.approx(2057.0, abs=0.1)
    assert report.gaps["area_ha"].sum() == pytest.approx(1913.6, abs=0.1)
    assert area_ha(regencies).sum() == pytest.approx(union + 1913.6, abs=1)


def test_kecamatan_fill_their_regencies_and_belong_to_them(kecamatan, regencies):
    assert (kecamatan.index.str[:5] == kecamatan["regency_code"]).all()
    for code, cells in kecamatan.groupby("regency_code"):
        union = shapely.union_all(cells.geometry.to_numpy())
        left_over = union.symmetric_difference(regencies.geometry[code])
        assert left_over.area < 1e-5 * union.area
    assert area_ha(kecamatan).sum() == pytest.approx(area_ha(regencies).sum(), rel=5e-4)


def test_kecamatan_carry_the_name_and_area_of_the_table(kecamatan, places):
    table = places[places["level"] == "kecamatan"]
    assert kecamatan["name"].to_dict() == table["nama"].to_dict()
    assert kecamatan["area_source_ha"].to_dict() == table["area_ha_geodesic"].to_dict()
    assert set(kecamatan["geometry_kind"]) == {"approximate_cell"}


def test_every_zone_is_sourced_and_names_how_its_geometry_was_made(zones):
    assert set(zones["geometry_kind"]) == GEOMETRY_KINDS
    assert zones["source_url"].str.match(r"https?://").all()
    assert (zones["geometry_method"].str.len() > 40).all()
    assert set(zones["regency_code"]) <= set(BY_CODE)


def test_an_area_is_stated_only_where_a_source_prints_it(zones):
    stated = zones["area_ha"].dropna()
    assert stated.to_dict() == {"cahaya-baru": 61147.7, "rkt-kotabaru": 67000}


def test_an_equal_area_disc_has_the_published_area(zones):
    disc = zones[zones["geometry_kind"] == "equal_area_disc"]
    assert area_ha(disc) == pytest.approx(disc["area_ha"].to_numpy(), rel=5e-4)


def test_a_desa_disc_has_the_tabulated_area_of_its_desa(zones, places):
    rules = tomllib.loads((DATA / "zones/zones.toml").read_text("utf-8"))
    discs = zones[zones["geometry_kind"] == "enclosing_desa_disc"]
    for zone_id, measured in zip(discs.index, area_ha(discs), strict=True):
        place = places.loc[rules[zone_id]["geometry"]["place"]]
        assert place["level"] == "desa"
        assert measured == pytest.approx(place["area_ha_geodesic"], rel=5e-4)


def test_zones_lie_in_their_regency_and_points_are_points(zones, regencies):
    for zone_id, zone in zones.iterrows():
        inside = regencies.geometry[zone["regency_code"]].buffer(1e-5)
        assert inside.covers(zone.geometry), zone_id
        assert (zone["geometry_kind"] == "location_only") == (zone.geometry.geom_type == "Point")


def test_a_zone_named_by_kecamatan_is_the_union_of_its_kecamatan(zones, kecamatan):
    rules = tomllib.loads((DATA / "zones/zones.toml").read_text("utf-8"))
    for zone_id in zones.index[zones["geometry_kind"].str.endswith("_kecamatan")]:
        cells = kecamatan.geometry[rules[zone_id]["geometry"]["kecamatan"]]
        assert zones.geometry[zone_id].equals(cells.union_all())
    assert (area_ha(zones.loc[["rkt-kotabaru"]]) > 67_000).all()


def test_every_source_figure_is_kept_with_its_source():
    source = pd.read_csv(DATA / "indicators/source.csv", dtype=str, keep_default_na=False)
    table = pd.read_csv(DATA / "indicators/indicators.csv", dtype=str, keep_default_na=False)
    assert len(source) == len(table) == 881
    assert manifest("indicators")["file"][1]["rows_dropped"] == 0
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
    assert low["indicator"].to_dict() == {
        "63.07": "p0_persen_miskin_maret",
        "63.10": "penduduk_miskin_databoks",
    }
    assert (low["note"] != "").all()
    derived = table[table["note"].str.startswith("Turunan")]
    assert derived[["regency_code", "indicator", "period"]].to_numpy().tolist() == [
        ["63", "p0_persen_miskin_maret", "Maret 2025"]
    ]


@pytest.mark.parametrize("name", ["landcover", "landmask", "elevation_coarse"])
def test_land_rasters_are_in_lonlat_and_cover_the_mainland(name):
    with rasterio.open(DATA / f"land/{name}.tif") as raster:
        assert raster.crs.to_epsg() == 4326
        assert raster.count == 1
        assert raster.bounds.left <= 114.35
        assert raster.bounds.right >= 116.6
