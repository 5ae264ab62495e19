"""Made-up land rasters fine enough to place one settlement: a flat slope, and the land cover cut up."""

from pathlib import Path

import numpy as np
import rasterio

from geo.land.fit import ANY, Fitness
from geo.language import Text
from geo.planning import publish_land
from geo.store.store import Store
from tests.conftest import DATA
from tests.geo.planning.test_assess import flat_slope


def add_fine_land(store: Store, folder: Path, *, percent: float = 1.0) -> None:
    """Publish both; what the land cover says is that of the shipped 5.5 km cells, in cells of 930 m."""
    stated = Fitness(fit=((ANY, Text(id="Dibuat-buat.", en="Made up.")),))
    rasters = {"slope_percent": flat_slope(folder, percent), "landcover": _fine_cover(folder)}
    for name, path in rasters.items():
        publish_land.add_land(
            store,
            path,
            name=name,
            source="synthetic",
            licence="none",
            fitness=stated if name == "landcover" else None,
        )


def _fine_cover(folder: Path) -> Path:
    path = folder / "fine_cover.tif"
    with rasterio.open(DATA / "land" / "landcover.tif") as coarse:
        profile, cells = coarse.profile, coarse.read(1)
    parts = 6  # 0.05° in 30 arc seconds
    profile |= {
        "width": parts * profile["width"],
        "height": parts * profile["height"],
        "transform": profile["transform"] * rasterio.Affine.scale(1 / parts),
    }
    with rasterio.open(path, "w", **profile) as target:
        target.write(np.kron(cells, np.ones((parts, parts), dtype=cells.dtype)), 1)
    return path
