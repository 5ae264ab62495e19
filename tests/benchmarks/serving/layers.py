"""The layers that every service is given: SYNTHETIC polygons, and big ones of real shape where there are."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.vector.simplify import valid

POLYGONS, VERTICES = 5_000, 100
BIG = "idn_regencies.parquet"


def polygons() -> gpd.GeoDataFrame:
    """SYNTHETIC: `POLYGONS` wavy discs of `VERTICES` vertices over South Kalimantan."""
    random = np.random.default_rng(7)
    angles = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    centres = np.stack(
        [random.uniform(114.2, 116.6, POLYGONS), random.uniform(-4.4, -1.2, POLYGONS)]
    )
    radius = 0.012 * (1 + 0.3 * random.random((POLYGONS, VERTICES)))
    x = centres[0][:, None] + radius * np.cos(angles)
    y = centres[1][:, None] + radius * np.sin(angles)
    rings = np.round(np.stack([x, y], axis=-1), 7)
    numbers = np.arange(POLYGONS)
    return gpd.GeoDataFrame(
        {
            "name": [f"SYNTHETIC {n}" for n in numbers],
            "kind": [f"kind {n % 50}" for n in numbers],
            "amount": random.integers(0, 1_000_000, POLYGONS),
            "share": np.round(random.random(POLYGONS), 6),
        },
        geometry=shapely.polygons(rings),
        index=pd.Index([f"s{n:05}" for n in numbers], name="area_id"),
        crs="EPSG:4326",
    )


def big_polygons(folder: Path) -> gpd.GeoDataFrame | None:
    """The regencies of Indonesia, as they come; None where `folder` has none."""
    path = folder / BIG
    if not path.exists():
        return None
    frame = gpd.read_parquet(path).rename(columns={"nama": "name"}).set_index("kode")
    frame.geometry = valid(frame.geometry.to_numpy())
    return frame.to_crs("EPSG:4326").rename_axis("area_id")
