"""Desa, kecamatan and regencies as they ship: one coverage that nests by code and has official areas."""

import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.crs import LONLAT, area_ha
from geo.vector.schema import SCHEMAS
from geo.vector.topology import coverage_faults
from tests.regions import SOUTH_KALIMANTAN

BOUNDARIES = Path(__file__).parents[2] / "data" / "boundaries"
COUNTS = {"desa": 2008, "kecamatan": 156, "regencies": 13}
LEVELS = tuple(COUNTS)


@pytest.fixture(scope="module")
def layers():
    return {name: gpd.read_parquet(BOUNDARIES / f"{name}.parquet") for name in LEVELS}


@pytest.fixture(scope="module")
def source():
    return gpd.read_parquet(BOUNDARIES / "source_desa.parquet").set_index("kode").sort_index()


@pytest.fixture(scope="module")
def manifest():
    return tomllib.loads((BOUNDARIES / "manifest.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def changes():
    return pd.read_csv(BOUNDARIES / "changes.csv", dtype={"code": str}).set_index("code")


@pytest.mark.parametrize("level", LEVELS)
def test_a_layer_has_its_fields_its_count_and_the_order_of_its_codes(level, layers):
    layer, schema = layers[level], SCHEMAS[level]
    assert (layer.index.name, layer.crs) == ("area_id", LONLAT)
    assert list(layer.columns) == [*(field.name for field in schema.fields), "geometry"]
    assert list(layer.index) == sorted(set(layer["code"]))
    assert len(layer) == COUNTS[level]
    stated = layer.drop(columns="kecamatan_bps_code", errors="ignore")
    assert stated.notna().all(axis=None)
    for field in schema.fields:
        if field.pattern is not None:
            known = layer[field.name].dropna()
            assert known.str.fullmatch(field.pattern).all(), field.name


@pytest.mark.parametrize("level", LEVELS)
def test_neighbours_share_their_edges_without_overlap_or_gap(level, layers):
    layer = layers[level]
    polygons = layer.geometry.to_numpy()
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(polygons)
    report = coverage_faults(layer)
    assert report.is_clean
    assert report.gaps.empty


@pytest.mark.parametrize("level", LEVELS)
def test_vertices_lie_on_the_grid_that_exports_write(level, layers):
    places = shapely.get_coordinates(layers[level].geometry.to_numpy())
    assert np.array_equal(places, np.round(places, 6))


@pytest.mark.parametrize(("inner", "outer"), [("desa", "kecamatan"), ("kecamatan", "regencies")])
def test_an_area_is_exactly_the_union_of_those_whose_code_begins_with_its_own(inner, outer, layers):
    parts, wholes = layers[inner].geometry, layers[outer].geometry
    for code, whole in wholes.items():
        union = shapely.coverage_union_all(parts[parts.index.str.startswith(f"{code}.")].to_numpy())
        assert shapely.equals_exact(shapely.normalize(union), shapely.normalize(whole)), code


def test_areas_agree_with_the_official_ones_within_a_third_of_a_percent(layers):
    """geoBoundaries, which shipped before, was off by -8.9 to +6.0 %."""
    regencies = layers["regencies"]
    difference = 100 * (area_ha(regencies) / regencies["area_official_ha"] - 1)
    assert difference.abs().max() <= 0.35
    others = difference.drop(["63.02", "63.04"])
    assert others.abs().max() <= 0.02
    assert difference["63.02"] == pytest.approx(0.09, abs=0.01)
    assert difference["63.04"] == pytest.approx(-0.30, abs=0.01)


@pytest.mark.parametrize("level", LEVELS)
def test_the_stated_area_is_that_of_the_outline(level, layers):
    layer = layers[level]
    assert layer["area_ha"].to_numpy() == pytest.approx(area_ha(layer), abs=0.051)


def test_codes_say_the_parents_the_kind_and_the_bps_code_of_the_regency(layers):
    desa, kecamatan = layers["desa"], layers["kecamatan"]
    assert (desa["kecamatan_code"] == desa.index.str[:8]).all()
    assert (desa["kecamatan_name"] == desa["kecamatan_code"].map(kecamatan["name"])).all()
    for layer in (desa, kecamatan):
        assert (layer["regency_code"] == layer.index.str[:5]).all()
        assert (layer["regency_bps_code"] == layer["regency_code"].str.replace(".", "")).all()
    assert desa["kind"].value_counts().to_dict() == {"Desa": 1864, "Kelurahan": 144}
    assert set(desa["kind"][desa.index.str[-4] == "1"]) == {"Kelurahan"}
    assert (desa["kind"][desa["regency_code"].isin(["63.71", "63.72"])] == "Kelurahan").all()


def test_regencies_have_their_official_codes_names_and_areas(layers):
    regencies = layers["regencies"]
    for code, row in regencies.iterrows():
        region = SOUTH_KALIMANTAN.by_code[code]
        official = (region.bps_code, region.name, region.kind)
        assert (row["bps_code"], row["name"], row["kind"]) == official
    assert regencies["area_official_ha"].sum() == pytest.approx(3_712_542.6, abs=0.5)


def test_every_outline_says_that_it_is_indicative(layers):
    assert {kind for layer in layers.values() for kind in layer["geometry_kind"]} == {
        "indicative_boundary"
    }


def test_cleaning_changes_no_desa_by_more_than_the_manifest_says(layers, source, changes):
    assert list(layers["desa"].index) == list(source.index)
    change = 100 * (area_ha(layers["desa"]) / area_ha(source) - 1)
    assert np.abs(change).max() == pytest.approx(1.204, abs=0.001)
    assert (np.abs(change) > 0.1).sum() == 185
    assert changes["change_percent"][source.index].to_numpy() == pytest.approx(change, abs=6e-4)


def test_a_vertex_of_the_source_keeps_its_place(layers, source):
    before = set(map(tuple, shapely.get_coordinates(source.geometry.to_numpy())))
    after = set(map(tuple, shapely.get_coordinates(layers["desa"].geometry.to_numpy())))
    assert len(before & after) > 0.93 * len(after)  # the others are nodes where lines crossed


@pytest.mark.parametrize("level", LEVELS)
def test_the_table_of_changes_has_every_area_before_and_after(level, layers, source, changes):
    layer, rows = layers[level], changes[changes["level"] == level]
    before = pd.Series(area_ha(source), index=source.index)
    before = before.groupby(before.index.str[: len(layer.index[0])]).sum()
    assert list(rows.index) == list(layer.index)
    assert rows["name"].to_dict() == layer["name"].to_dict()
    assert rows["source_ha"].to_numpy() == pytest.approx(before.to_numpy(), abs=0.01)
    assert rows["area_ha"].to_numpy() == pytest.approx(area_ha(layer), abs=0.01)


def test_the_manifest_says_how_far_each_regency_is_from_its_official_area(
    layers, changes, manifest
):
    rows = {row["code"]: row for row in manifest["regency"]}
    assert list(rows) == list(layers["regencies"].index)
    for code, row in rows.items():
        change, official = changes.loc[code], layers["regencies"]["area_official_ha"][code]
        assert row["source_ha"] == pytest.approx(change["source_ha"], abs=0.06)
        assert row["area_ha"] == pytest.approx(change["area_ha"], abs=0.06)
        assert row["change_percent"] == pytest.approx(change["change_percent"], abs=6e-4)
        assert row["official_ha"] == official
        difference = 100 * (change["area_ha"] / official - 1)
        assert row["difference_percent"] == pytest.approx(difference, abs=6e-4)


def test_the_manifest_names_the_desa_of_the_register_that_have_no_polygon(layers, manifest):
    missing = [row["code"] for row in manifest["missing"]]
    assert len(missing) == 2016 - COUNTS["desa"]
    assert not set(missing) & set(layers["desa"].index)
    assert {code[:8] for code in missing} == {"63.10.04", "63.10.06", "63.10.07"}
    assert all(row["name"] and row["kecamatan"] for row in manifest["missing"])


@pytest.mark.parametrize("level", LEVELS)
def test_a_file_is_published_as_it_lies(level, layers, reference_store):
    stored = reference_store.version(level)
    assert stored.path.read_bytes() == (BOUNDARIES / f"{level}.parquet").read_bytes()
    assert stored.details["features"] == COUNTS[level]


def test_kecamatan_carry_the_code_of_bps_but_for_those_formed_since(layers):
    codes = layers["kecamatan"]["kecamatan_bps_code"]
    assert codes["63.03.08"] == "6303120"
    assert set(codes.index[codes.isna()]) == {"63.02.22", "63.10.11", "63.10.12"}
    assert codes.dropna().is_unique
    assert (codes.dropna().str[:4] == codes.dropna().index.str[:5].str.replace(".", "")).all()
    desa = layers["desa"].set_index("kecamatan_code")["kecamatan_bps_code"]
    assert set(desa.loc["63.03.08"]) == {"6303120"}
