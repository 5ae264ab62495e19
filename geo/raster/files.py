"""Rasters in files: read by windows from any process, written block by block as COGs."""

import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.shutil
from rasterio.windows import Window as FileWindow

from geo.errors import RasterRefused
from geo.language import texts
from geo.raster.grid import Cells, Grid, Window, blocks, valid_cells

_SAY = texts(__name__)

_BLOCK = 512
# Every block is read once: a large cache of blocks would only double the memory of a pass. GDAL
# reads this when it is first used.
os.environ.setdefault("GDAL_CACHEMAX", "64")


@dataclass(frozen=True, eq=False)
class RasterFile:
    """The first band of a trusted GeoTIFF as a `RasterSource`.

    It can be shared between threads and sent to other processes: each opens the file for itself.
    """

    path: Path
    _opened: dict[tuple[int, int], rasterio.DatasetReader] = field(default_factory=dict, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Only the path travels."""
        return {"path": self.path}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Open anew where it arrives."""
        object.__setattr__(self, "path", state["path"])
        object.__setattr__(self, "_opened", {})

    @cached_property
    def grid(self) -> Grid:
        """Where the cells lie."""
        raster = self._raster()
        return Grid(raster.crs.to_wkt(), raster.transform, raster.width, raster.height)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the cells."""
        kind: np.dtype[Any] = np.dtype(self._raster().dtypes[0])
        return kind

    @property
    def nodata(self) -> float | None:
        """The value that means no data."""
        return self._raster().nodata  # type: ignore[no-any-return]

    @property
    def block(self) -> tuple[int, int]:
        """Height and width of the file's tiles."""
        height, width = self._raster().block_shapes[0]
        return int(height), int(width)

    def read(self, window: Window) -> tuple[Cells, npt.NDArray[np.bool_] | None]:
        """See `geo.raster.grid.RasterSource.read`."""
        raster = self._raster()
        where = FileWindow(window.col, window.row, window.width, window.height)
        values = raster.read(1, window=where)
        valid = valid_cells(values, raster.nodata)
        if (
            raster.nodata is None
            and rasterio.enums.MaskFlags.all_valid not in raster.mask_flag_enums[0]
        ):
            mask = raster.read_masks(1, window=where) > 0
            valid = mask if valid is None else mask & valid
        return values, valid

    def close(self) -> None:
        """Close the file in this process."""
        for raster in self._opened.values():
            raster.close()
        self._opened.clear()

    def _raster(self) -> rasterio.DatasetReader:
        # Neither a thread nor a forked child may share a handle: they would share its file position.
        reader = (os.getpid(), threading.get_ident())
        if reader not in self._opened:
            try:
                self._opened[reader] = rasterio.open(self.path, driver="GTiff")
            except rasterio.errors.RasterioIOError as error:
                raise RasterRefused(
                    reason=_SAY["unreadable"].format(p=self.path.name, e=error)
                ) from error
        return self._opened[reader]


def write_cog(
    path: Path,
    grid: Grid,
    make: Callable[[Window], Cells],
    *,
    dtype: str,
    nodata: float | None,
    resampling: str = "average",
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write a Cloud-Optimised GeoTIFF block by block; whole or not at all.

    Parameters
    ----------
    make : callable
        The cells of a window, in the raster's type.
    resampling : {"average", "nearest", "mode"}
        For the overviews; `nearest` or `mode` for classes.
    progress : callable, optional
        Called with blocks done and blocks in all.
    """
    windows = list(blocks(grid, _BLOCK, _BLOCK))
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
        plain, target = Path(folder) / "plain.tif", Path(folder) / "cog.tif"
        with rasterio.open(
            plain,
            "w",
            driver="GTiff",
            width=grid.width,
            height=grid.height,
            count=1,
            dtype=dtype,
            crs=grid.crs,
            transform=grid.transform,
            nodata=nodata,
            tiled=True,
            blockxsize=_BLOCK,
            blockysize=_BLOCK,
            compress="zstd",
            zstd_level=1,
            bigtiff="if_safer",
        ) as raster:
            for done, window in enumerate(windows, start=1):
                where = FileWindow(window.col, window.row, window.width, window.height)
                raster.write(make(window), 1, window=where)
                if progress is not None:
                    progress(done, len(windows))
        rasterio.shutil.copy(
            plain,
            target,
            driver="COG",
            compress="deflate",
            predictor="yes",
            blocksize=_BLOCK,
            overview_resampling=resampling,
            bigtiff="if_safer",
        )
        target.replace(path)
