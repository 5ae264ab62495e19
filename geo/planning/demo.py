"""A store for trying Kawasan out: the shipped data and made-up land that says so everywhere.

The demo has a folder of its own. Its rasters' sources, licences and periods begin with
`geo.land.synthetic_notice.SYNTHETIC`, so that every figure, lineage and page shows what they are.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from affine import Affine

from geo.crs import LONLAT
from geo.land.raster import ELEVATION
from geo.land.synthetic import synthetic_land
from geo.land.synthetic_notice import SYNTHETIC
from geo.planning.publish_land import add_land
from geo.planning.reference import load_reference
from geo.published import LAND_PREFIX, layer
from geo.raster.files import write_cog
from geo.raster.grid import Grid
from geo.store.store import Store

SEED: Final = 1
SOURCE: Final = f"{SYNTHETIC} – bukan data nyata (synthetic demo terrain, seed {SEED})"
LICENCE: Final = f"{SYNTHETIC} (synthetic) – Apache-2.0"
CELL_DEG = 1 / 400  # 9 arc seconds, about 280 m: fine enough for the smallest zones with an area
_FIELDS = {"peat_depth_m": "peat_depth_m", ELEVATION: "elevation_m"}


def demo_folder(folder: Path) -> Path:
    """The folder of the demo beside a store's folder: never the same one.

    Examples
    --------
    >>> demo_folder(Path("data/.kawasan")).name
    '.kawasan-demo'
    """
    return folder.with_name(f"{folder.name}-demo")


def load_demo(
    store: Store, data_dir: Path, *, progress: Callable[[int, int], None] | None = None
) -> list[str]:
    """Publish the shipped data and the made-up land; the names of what was published.

    A dataset that the store has already is left as it is, so that an interrupted start is finished
    by the next one.

    Parameters
    ----------
    progress : callable, optional
        Called with parts done and all parts while terrain is made.
    """
    published = load_reference(store, data_dir)
    present = set(store.datasets("raster"))
    # The elevation is the last of its family, so where it is the others are.
    wanted = {n: field for n, field in _FIELDS.items() if LAND_PREFIX + n not in present}
    if not wanted:
        return published
    land = synthetic_land(_demo_grid(store), rng=np.random.default_rng(SEED))
    with TemporaryDirectory(prefix="kawasan-demo-") as folder:
        for name, field in wanted.items():
            path = Path(folder) / f"{SYNTHETIC}_synthetic_{name}.tif"
            write_cog(path, land.grid, getattr(land, field), dtype="float32", nodata=None)
            add_land(
                store,
                path,
                name=name,
                source=SOURCE,
                licence=LICENCE,
                year=SYNTHETIC,
                actor="kawasan",
                progress=progress,
            )
    made = set(store.datasets("raster")) - present
    return published + sorted(made)


def _demo_grid(store: Store) -> Grid:
    """Whole cells around the regencies."""
    west, south, east, north = layer(store, "regencies").total_bounds
    left, top = np.floor(west / CELL_DEG) - 1, np.ceil(north / CELL_DEG) + 1
    right, bottom = np.ceil(east / CELL_DEG) + 1, np.floor(south / CELL_DEG) - 1
    transform = Affine(CELL_DEG, 0, left * CELL_DEG, 0, -CELL_DEG, top * CELL_DEG)
    return Grid(LONLAT.to_wkt(), transform, int(right - left), int(top - bottom))
