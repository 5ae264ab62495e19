"""Desa, kecamatan and regencies: one coverage, whose unions nest by code."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.steps.files import DATA, ready, shipped_region, write_layer
from geo.crs import LONLAT, area_ha
from geo.vector.schema import DESA, INDICATIVE, KECAMATAN, REGENCIES

# Wider gaps than this stay open: they may be water.
MAX_GAP_WIDTH_M = 50.0
# A degree at 3°S, the mean of east and north, which are 0.5 % apart: a gap's width need not be exact.
_M_PER_DEG = 110_900.0
# 0.11 m; the source has five decimals, so that its own vertices keep their place.
_DECIMALS = 6
_REGENCY, _KECAMATAN = len("63.01"), len("63.01.01")


def build_desa(target: Path) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """The desa and kelurahan as a valid coverage, and the hectares that the source gave each."""
    source = (
        gpd.read_parquet(DATA / "boundaries/source_desa.parquet").set_index("kode").sort_index()
    )
    shapes = coverage_of(source.geometry.to_numpy())
    codes = source.index
    desa = _layer(
        codes,
        shapes,
        name=source["nama"],
        # Kepmendagri 300.2.2-2430/2025: the last four digits begin with 1 for a kelurahan.
        kind=np.where(codes.str[-4] == "1", "Kelurahan", "Desa"),
        kecamatan_code=codes.str[:_KECAMATAN],
        kecamatan_name=codes.str[:_KECAMATAN].map(kecamatan_names()),
        kecamatan_bps_code=codes.str[:_KECAMATAN].map(kecamatan_bps_codes()),
    )
    write_layer(target / "boundaries/desa.parquet", desa, DESA)
    return desa, pd.Series(area_ha(source), index=codes)


def build_kecamatan(target: Path, desa: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The kecamatan as unions of their desa."""
    shapes = _unions(desa.geometry, _KECAMATAN)
    kecamatan = _layer(
        shapes.index,
        shapes.to_numpy(),
        name=kecamatan_names()[shapes.index],
        kecamatan_bps_code=kecamatan_bps_codes()[shapes.index],
    )
    write_layer(target / "boundaries/kecamatan.parquet", kecamatan, KECAMATAN)
    return kecamatan


def build_regencies(
    target: Path, kecamatan: gpd.GeoDataFrame, indicators: pd.DataFrame
) -> gpd.GeoDataFrame:
    """The regencies as unions of their kecamatan, with official codes, names and areas."""
    shapes = _unions(kecamatan.geometry, _REGENCY)
    by_code = shipped_region().by_code
    if list(shapes.index) != list(by_code):
        raise ValueError(shapes.index.symmetric_difference(list(by_code)))
    regions = [by_code[code] for code in shapes.index]
    stated = indicators[indicators["indicator"] == "luas_wilayah_km2"].set_index("regency_code")
    regencies = _layer(
        shapes.index,
        shapes.to_numpy(),
        name=[region.name for region in regions],
        bps_code=[region.bps_code for region in regions],
        kind=[region.kind for region in regions],
        area_official_ha=(stated["value"] * 100).reindex(shapes.index).round(1).to_numpy(),
    )
    write_layer(target / "boundaries/regencies.parquet", regencies, REGENCIES)
    return regencies


def write_changes(
    target: Path, *, source_ha: pd.Series, layers: dict[str, gpd.GeoDataFrame]
) -> None:
    """What cleaning did to each area: geodesic hectares of the source's polygons and of ours."""
    rows = []
    for level, frame in layers.items():
        before = source_ha.groupby(source_ha.index.str[: len(frame.index[0])]).sum()
        after = pd.Series(area_ha(frame), index=frame.index)
        table = pd.DataFrame({"name": frame["name"], "source_ha": before, "area_ha": after})
        rows.append(table.assign(change_percent=100 * (after / before - 1)).assign(level=level))
    changes = (
        pd.concat(rows)
        .rename_axis("code")
        .round({"source_ha": 2, "area_ha": 2, "change_percent": 3})
    )
    changes["change_percent"] += 0.0  # no minus zero
    columns = ["level", "name", "source_ha", "area_ha", "change_percent"]
    changes[columns].to_csv(
        ready(target / "boundaries/changes.csv"), lineterminator="\n", encoding="utf-8"
    )


def coverage_of(polygons: np.ndarray) -> np.ndarray:
    """Polygons (n,) in lon/lat as a valid coverage on the storage grid.

    An overlap and a gap narrower than `MAX_GAP_WIDTH_M` go to the neighbour with the longest shared
    border. Cleaned in degrees: in a projection every vertex would come back moved.

    References
    ----------
    GEOS 3.14 CoverageCleaner: nodes all linework, polygonises, and gives each face to a polygon.
    """
    cleaned = shapely.coverage_clean(polygons, gap_width=MAX_GAP_WIDTH_M / _M_PER_DEG)
    rounded = shapely.transform(cleaned, lambda xy: np.round(xy, _DECIMALS))
    is_sound = shapely.is_valid(rounded) & ~shapely.is_empty(rounded)
    if not (is_sound.all() and shapely.coverage_is_valid(rounded)):
        raise ValueError("the cleaned desa are no valid coverage on the storage grid")
    return shapely.orient_polygons(shapely.normalize(rounded))


def kecamatan_bps_codes() -> pd.Series:
    """The BPS codes of the kecamatan by Kemendagri code; those formed since 2020 have none."""
    table = pd.read_csv(DATA / "boundaries/source_bps_kecamatan.csv", dtype="str")
    return table.set_index("kode")["kode_bps"].reindex(kecamatan_names().index)


def kecamatan_names() -> pd.Series:
    """The names of the kecamatan by code."""
    return pd.read_csv(DATA / "boundaries/source_kecamatan.csv", dtype="str").set_index("kode")[
        "nama"
    ]


def _unions(shapes: gpd.GeoSeries, length: int) -> pd.Series:
    """The union of the areas that share the first `length` characters of their code, by these."""
    groups = shapes.groupby(shapes.index.str[:length])
    unions = groups.apply(lambda parts: shapely.coverage_union_all(parts.to_numpy()))
    found = pd.Series(list(shapely.orient_polygons(shapely.normalize(list(unions)))), unions.index)
    if not (shapely.is_valid(found).all() and shapely.coverage_is_valid(found.to_numpy())):
        raise ValueError("the unions are no valid coverage")
    return found


def _layer(codes: pd.Index, shapes: np.ndarray, **columns: object) -> gpd.GeoDataFrame:
    """A layer under its codes, with what all three have in common."""
    frame = gpd.GeoDataFrame(columns, index=codes, geometry=list(shapes), crs=LONLAT)
    regency = codes.str[:_REGENCY]
    return frame.assign(
        regency_code=regency,
        regency_bps_code=[shipped_region().by_code[code].bps_code for code in regency],
        area_ha=area_ha(frame).round(1),
        geometry_kind=INDICATIVE,
    )
