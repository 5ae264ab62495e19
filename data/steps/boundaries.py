"""Regencies and kecamatan as clean coverages."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from data.steps.files import DATA, write_geojson
from data.steps.tessellation import grow_cells
from geo.crs import LONLAT
from geo.vector.regions import BY_CODE, match_regencies
from geo.vector.schema import KECAMATAN, REGENCIES
from geo.vector.topology import clean_coverage

# The widest of the 27 simplification gaps holds a circle of 765 m; none is water, see the manifest.
MAX_GAP_WIDTH_M = 1_000.0


def build_regencies(target: Path, indicators: pd.DataFrame) -> gpd.GeoDataFrame:
    """The 13 regencies as a clean coverage with official codes and names."""
    source = gpd.read_file(DATA / "boundaries/source.geojson").set_crs(LONLAT, allow_override=True)
    matched = match_regencies(source["name"])
    if len(matched.matched) != len(BY_CODE) or list(matched.codes) != list(source["code"]):
        raise ValueError(matched.table)
    official = indicators[indicators["indicator"] == "luas_wilayah_km2"].set_index("regency_code")

    cleaned, moved = clean_coverage(source.set_index("code"), max_gap_width_m=MAX_GAP_WIDTH_M)
    regions = [BY_CODE[code] for code in cleaned.index]
    regencies = gpd.GeoDataFrame(
        {
            "bps_code": [region.bps_code for region in regions],
            "name": [region.name for region in regions],
            "kind": [region.kind for region in regions],
            "area_official_ha": (official["value"] * 100).reindex(cleaned.index).round(1),
        },
        index=cleaned.index,
        geometry=cleaned.geometry,
        crs=LONLAT,
    ).sort_index()

    write_geojson(target / "boundaries/regencies.geojson", regencies, REGENCIES)
    moved["official_ha"] = regencies["area_official_ha"]
    moved["difference_percent"] = 100 * (moved["after_ha"] / moved["official_ha"] - 1)
    print(moved.round(2).to_string())  # noqa: T201 - the table that the manifest quotes
    return regencies


def build_kecamatan(target: Path, regencies: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The 156 kecamatan as cells grown from their published centroids and areas."""
    table = places_of("kecamatan")
    centroids = gpd.GeoDataFrame(
        {"parent": table.index.str[:5]},
        index=table.index,
        geometry=gpd.points_from_xy(table["lon_centroid"], table["lat_centroid"]),
        crs=LONLAT,
    )

    cells = grow_cells(centroids, regencies, area_ha=table["area_ha_geodesic"])
    kecamatan = gpd.GeoDataFrame(
        {
            "name": table["nama"],
            "regency_code": cells["parent"],
            "area_source_ha": table["area_ha_geodesic"],
            "geometry_kind": "approximate_cell",
            "geometry_method": (
                "Sel perkiraan: kabupaten dibagi menurut titik pusat dan luas kecamatan dalam tabel "
                "(diagram daya); bukan batas resmi."
            ),
            "source": table["source_title"],
        },
        index=cells.index,
        geometry=cells.geometry,
        crs=LONLAT,
    ).sort_index()

    write_geojson(target / "zones/kecamatan.geojson", kecamatan, KECAMATAN)
    return kecamatan


def places_of(level: str | None = None) -> pd.DataFrame:
    """The places of places.csv by Kemendagri code, those of one level."""
    places = pd.read_csv(DATA / "zones/places.csv", dtype={"kode_kemendagri": "str"})
    chosen = places if level is None else places[places["level"] == level]
    return chosen.set_index("kode_kemendagri").sort_index()
