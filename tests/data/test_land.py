"""The shipped land rasters at places that can be checked on any map."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely

from geo.crs import distance_m, to_lonlat
from geo.raster.files import RasterFile
from geo.raster.population import CAP_PER_KM2
from geo.raster.zonal import zonal_statistics

DATA = Path(__file__).parents[2] / "data"
ROAD = DATA / "land/main_road_distance_m.tif"
# Half the diagonal of a cell of 463 m.
CELL_REACH_M = 330


def road_distance(lon, lat):
    with rasterio.open(ROAD) as raster:
        return next(raster.sample([(lon, lat)], masked=True))[0]


@pytest.mark.parametrize(
    ("town", "lon", "lat"),
    [
        ("Banjarbaru", 114.78104, -3.44694),
        ("Martapura", 114.84764, -3.40513),
        ("Kandangan", 115.26581, -2.786),
        ("Batulicin", 116.00258, -3.449),
    ],
)
def test_a_town_on_a_trunk_road_is_near_a_main_road(town, lon, lat):
    assert road_distance(lon, lat) < 1_000, town


@pytest.mark.parametrize(
    ("island", "lon", "lat"),
    [
        ("Pulau Laut", 116.15, -3.65),
        ("Kotabaru, the town on Pulau Laut", 116.2257, -3.2550),
        ("Pulau Sebuku", 116.37, -3.50),
    ],
)
def test_the_distance_on_an_island_without_a_road_in_the_data_is_unknown(island, lon, lat):
    assert road_distance(lon, lat) is np.ma.masked, island


def test_distances_are_those_to_the_nearest_line():
    roads = gpd.read_file(DATA / "context/roads.geojson").geometry.union_all()
    for lon, lat in [(114.60, -2.90), (115.60, -3.20), (115.90, -2.50)]:
        # A degree of longitude is shorter by cos(latitude); good enough to find the nearest point.
        line = shapely.transform(roads, lambda xy: xy * (0.9985, 1))
        _, near = shapely.shortest_line(shapely.Point(lon * 0.9985, lat), line).coords
        by_hand = distance_m(lon, lat, near[0] / 0.9985, near[1])
        assert abs(road_distance(lon, lat) - by_hand) < CELL_REACH_M


def test_a_zone_is_nearer_to_a_main_road_where_one_crosses_it():
    zones = to_lonlat(gpd.read_file(DATA / "zones/zones.geojson")).set_index("zone_id")
    found = zonal_statistics(zones.loc[["angsana", "cahaya-baru"]], RasterFile(ROAD), stats=["min"])
    assert (found["min"] < CELL_REACH_M).all()


def test_only_desa_on_islands_have_an_unknown_distance():
    desa = gpd.read_parquet(DATA / "boundaries/desa.parquet")
    found = zonal_statistics(desa, RasterFile(ROAD), stats=["mean", "min"])
    unknown = desa[found["valid_share"] < 0.5]
    # Pulau Laut, Sebuku, Sembilan and the small islands; in Tanah Bumbu one islet.
    assert unknown["regency_code"].value_counts().to_dict() == {"63.02": 93, "63.10": 1}
    # Angkinang's desa lie along the trunk road of Hulu Sungai.
    angkinang = found[(desa["kecamatan_name"] == "Angkinang").to_numpy()]
    assert angkinang["min"].min() < CELL_REACH_M
    # The end points of jalan_utama: one desa in five within about 1 km, one in ten beyond 20 km.
    known = found.loc[found["valid_share"] >= 0.5, "mean"]
    assert (known <= 1_000).mean() == pytest.approx(0.18, abs=0.03)
    assert (known >= 20_000).mean() == pytest.approx(0.10, abs=0.01)


def test_population_is_cut_at_its_cap_and_nowhere_missing_in_the_province():
    with rasterio.open(DATA / "land/population_per_km2.tif") as raster:
        cells = raster.read(1)
    assert cells.max() == CAP_PER_KM2
    assert (cells == CAP_PER_KM2).sum() == 677
