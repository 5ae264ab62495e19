"""Rasters in files: read by windows from any process, written block by block as COGs.

Which cells are valid is decided here, once, for every door. A cell is no data where any of these
hides it: the nodata value, compared as GDAL compares it (`geo.raster.grid.valid_cells`); the mask
inside the file; a mask beside it (.msk); an alpha band of 0; NaN
and infinity. GDAL itself looks at the mask alone
where a file has both a mask and a nodata value, so marks of nodata left under such a mask would count
as measurements; here both hide.

A file is opened by the GeoTIFF driver only and must be one on this machine. Of the files beside it
(.aux.xml, .ovr, .tfw) none is read but the mask, by the same driver: they could name any other file.
"""

import os
import tempfile
import threading
import warnings
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import rasterio
import rasterio.shutil
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window as FileWindow

from geo.crs import parse_crs
from geo.errors import InvalidInput, RasterRefused
from geo.language import texts
from geo.raster.grid import Cells, Grid, Mask, Window, blocks, valid_cells

_SAY = texts(__name__)

_BLOCK = 512
# Every block is read once: a large cache of blocks would only double the memory of a pass. GDAL
# reads this when it is first used.
os.environ.setdefault("GDAL_CACHEMAX", "64")
_LOCKED: Final = {"GDAL_PAM_ENABLED": "NO", "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
# The bit of INTERNAL_MASK_FLAGS that says that one mask holds for every band (GMF_PER_DATASET).
_PER_DATASET: Final = 2


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of the band that is read, before a cell is.

    `stored` is the type of the cells in the file; a value is `scale` times the cell plus `offset`.
    `nodata` is a cell's, None where none is stated or the type cannot hold it. `is_masked` where
    GDAL's mask of the band is more than its nodata value; `alpha` is the band that hides cells by 0,
    where GDAL's mask does not hold it already; `names` are the bands' descriptions.
    """

    path: Path
    band: int
    stored: np.dtype[Any]
    scale: float
    offset: float
    nodata: float | None
    unit: str
    is_masked: bool
    alpha: int | None
    crs: str | None
    transform: Any
    width: int
    height: int
    block: tuple[int, int]
    n_bands: int

    @property
    def is_scaled(self) -> bool:
        """Whether a value is not the cell itself."""
        return (self.scale, self.offset) != (1.0, 0.0)

    @property
    def grid(self) -> Grid:
        """Where the cells lie.

        Raises
        ------
        RasterRefused
            Without a CRS that counts in degrees or lengths, or without a position.
        """
        if self.crs is None or self.transform.is_identity or self.transform.is_degenerate:
            raise RasterRefused(reason=_SAY["no_crs"].format(path=self.path.name))
        try:
            crs = parse_crs(self.crs, subject=self.path.name)
        except InvalidInput as error:
            raise self._of_no_crs() from error
        if not (crs.is_geographic or crs.is_projected):
            raise self._of_no_crs()
        return Grid(self.crs, self.transform, self.width, self.height)

    def _of_no_crs(self) -> RasterRefused:
        name = rasterio.CRS.from_wkt(self.crs).to_string()
        return RasterRefused(reason=_SAY["bad_crs"].format(path=self.path.name, crs=name))


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    """A file held open by one thread, with the mask beside it and the band of that mask."""

    raster: rasterio.DatasetReader
    header: Header
    beside: rasterio.DatasetReader | None
    beside_band: int

    def mask(self, where: FileWindow) -> Mask:
        """What hides cells besides nodata and NaN; None where nothing can."""
        masks = []
        if self.header.is_masked:
            masks.append(self.raster.read_masks(self.header.band, window=where) > 0)
        if self.header.alpha is not None:
            masks.append(self.raster.read(self.header.alpha, window=where) > 0)
        if self.beside is not None:
            masks.append(self.beside.read(self.beside_band, window=where) > 0)
        return np.logical_and.reduce(masks) if masks else None

    def close(self) -> None:
        """Close the file and its mask."""
        self.raster.close()
        if self.beside is not None:
            self.beside.close()


@dataclass(frozen=True, eq=False)
class RasterFile:
    """One band of a GeoTIFF on this machine as a `RasterSource`.

    `band` counts from 1; without it the file must have one, an alpha band not counted. It can be
    shared between threads and sent to other processes: each opens the file for itself. A band with a
    scale or an offset gives values, never the cells stored.
    """

    path: Path
    band: int | None = None
    _opened: dict[tuple[int, int], _Opened] = field(default_factory=dict, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Only the path and the band travel."""
        return {"path": self.path, "band": self.band}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Open anew where it arrives."""
        object.__setattr__(self, "path", state["path"])
        object.__setattr__(self, "band", state["band"])
        object.__setattr__(self, "_opened", {})

    @cached_property
    def header(self) -> Header:
        """What the file says of the band.

        Raises
        ------
        RasterRefused
            When it is no GeoTIFF, the band is not one of its, or it holds complex numbers.
        """
        return self._file().header

    @cached_property
    def grid(self) -> Grid:
        """Where the cells lie; `RasterRefused` where the file does not say."""
        return self.header.grid

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """The type of the values."""
        return np.dtype(np.float64) if self.header.is_scaled else self.header.stored

    @property
    def nodata(self) -> float | None:
        """The cell, as stored, that means no data."""
        return self.header.nodata

    @property
    def block(self) -> tuple[int, int]:
        """Height and width of the file's tiles."""
        return self.header.block

    def read(self, window: Window) -> tuple[Cells, Mask]:
        """See `geo.raster.grid.RasterSource.read`; `RasterRefused` where the file is cut off."""
        cells, valid = self.read_stored(window)
        if not self.header.is_scaled:
            return cells, valid
        return cells * np.float64(self.header.scale) + self.header.offset, valid

    def read_stored(self, window: Window) -> tuple[Cells, Mask]:
        """As `read`, of the cells before scale and offset."""
        file = self._file()
        where = FileWindow(window.col, window.row, window.width, window.height)
        try:
            cells = file.raster.read(self.header.band, window=where)
            mask = file.mask(where)
        except rasterio.errors.RasterioIOError as error:
            raise cut_off(self.path) from error
        valid = valid_cells(cells, self.header.nodata)
        return cells, valid if mask is None else mask if valid is None else mask & valid

    def close(self) -> None:
        """Close the file in this process."""
        for file in self._opened.values():
            file.close()
        self._opened.clear()

    def __enter__(self) -> Self:
        """Itself; closed when left."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def _file(self) -> _Opened:
        # Neither a thread nor a forked child may share a handle: they would share its file position.
        reader = (os.getpid(), threading.get_ident())
        if reader not in self._opened:
            self._opened[reader] = _open(self.path, self.band)
        return self._opened[reader]


def _open(path: Path, band: int | None) -> _Opened:
    # What a file says is asked while the files beside it are locked out: GDAL looks for them late.
    with rasterio.Env(**_LOCKED), ExitStack() as stack:
        raster = stack.enter_context(closing(_dataset(path)))
        header = _header(raster, path, band)
        mask, mask_band = _mask_beside(header)
        stack.pop_all()
    return _Opened(raster, header, mask, mask_band)


def _dataset(path: Path) -> rasterio.DatasetReader:
    path.stat()  # GDAL would take a name that is no file for an address or for a part of another
    try:
        with warnings.catch_warnings():
            # A raster without position is refused by name where position matters.
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            raster = rasterio.open(path.resolve(), driver="GTiff")
    except rasterio.errors.RasterioIOError as error:
        raise RasterRefused(reason=_SAY["unreadable"].format(p=path.name)) from error
    # GDAL would take the cells of overviews from whatever file or address a header names here.
    if raster.tags(ns="OVERVIEWS"):
        raster.close()
        raise RasterRefused(reason=_SAY["other_file"].format(path=path.name))
    return raster


def file_size(path: Path) -> tuple[int, int, int]:
    """Width and height in cells, and the number of bands, by a file's header alone.

    Raises
    ------
    RasterRefused
        When it is no GeoTIFF.
    """
    with rasterio.Env(**_LOCKED), closing(_dataset(path)) as raster:
        return raster.width, raster.height, raster.count


def _header(raster: rasterio.DatasetReader, path: Path, asked: int | None) -> Header:
    alpha = [n for n in raster.indexes if raster.colorinterp[n - 1] == ColorInterp.alpha]
    band = _band(raster, path, asked, data=[n for n in raster.indexes if n not in alpha])
    at = band - 1
    flags = set(raster.mask_flag_enums[at])
    stored = np.dtype(raster.dtypes[at])
    is_wide = stored.kind in "iu" and stored.itemsize > 4
    if stored.kind == "c":
        raise RasterRefused(reason=_SAY["complex"].format(dtype=stored))
    scale, offset = float(raster.scales[at]), float(raster.offsets[at])
    if not (np.isfinite([scale, offset]).all() and scale):
        raise RasterRefused(
            reason=_SAY["bad_scale"].format(path=path.name, scale=scale, offset=offset)
        )
    height, width = raster.block_shapes[at]
    return Header(
        path=path,
        band=band,
        stored=stored,
        scale=scale,
        offset=offset,
        # A nodata value of 64 bits is more than a float holds: there GDAL itself is asked.
        nodata=None if is_wide else raster.nodatavals[at],
        is_masked=not flags <= {MaskFlags.all_valid, *([] if is_wide else [MaskFlags.nodata])},
        unit=(raster.units[at] or "").strip(),
        alpha=alpha[0] if alpha and MaskFlags.alpha not in flags else None,
        crs=None if raster.crs is None else raster.crs.to_wkt(),
        transform=raster.transform,
        width=raster.width,
        height=raster.height,
        block=(int(height), int(width)),
        n_bands=raster.count,
    )


def _band(raster: rasterio.DatasetReader, path: Path, asked: int | None, *, data: list[int]) -> int:
    """The band that is read: the only one, or the one that is asked for."""
    if asked is None and len(data) == 1:
        return data[0]
    if asked is not None and asked in data:
        return asked
    named = ", ".join(_SAY_BAND.format(n=n, name=raster.descriptions[n - 1] or "-") for n in data)
    said = _SAY["bands"] if asked is None else _SAY["no_band"]
    raise RasterRefused(
        reason=said.format(path=path.name, count=raster.count, asked=asked, named=named),
        bands=raster.count,
        asks="band",
    )


_SAY_BAND = "{n} ({name})"


def _mask_beside(header: Header) -> tuple[rasterio.DatasetReader | None, int]:
    """The mask of the file NAME.msk and its band; nothing where there is no such file.

    References
    ----------
    GDAL RFC 15, band masks: the flags of a mask file.
    """
    path = header.path.with_name(f"{header.path.name}.msk")
    if not path.exists():
        return None, 0
    mask = _dataset(path)
    flags = mask.tags().get(f"INTERNAL_MASK_FLAGS_{header.band}", "")
    band = 1 if flags.isdecimal() and int(flags) & _PER_DATASET else header.band
    if not flags.isdecimal() or band > mask.count or mask.shape != (header.height, header.width):
        mask.close()
        raise RasterRefused(reason=_SAY["bad_mask"].format(path=header.path.name, mask=path.name))
    return mask, band


def copy_as_cog(source: RasterFile, target: Path) -> None:
    """Write the band of `source` as a Cloud-Optimised GeoTIFF with the same values and valid cells.

    What hides cells in the source is one thing in the copy: the nodata value or the mask inside the
    file, as it was, where the source has but one of them. Otherwise hidden cells get the source's
    nodata value; without one NaN, and whole numbers one that only a wider type holds. Values are copied, with
    scale and offset applied, never resampled; the overviews take the nearest cell.

    Raises
    ------
    RasterRefused
        When its cells cannot all be read.
    """
    header = source.header
    with rasterio.Env(**_LOCKED), closing(_open(source.path, source.band)) as file:
        is_plain = header.n_bands == 1 and not header.is_scaled and file.beside is None
        if is_plain and not (header.is_masked and header.nodata is not None):
            try:
                rasterio.shutil.copy(
                    file.raster,
                    target,
                    driver="COG",
                    compress="deflate",
                    overviews="ignore_existing",
                    overview_resampling="nearest",
                    num_threads="1",
                    bigtiff="if_safer",
                )
            except (CPLE_BaseError, rasterio.errors.RasterioError) as error:
                raise cut_off(source.path) from error
            return
    dtype, nodata = _room_for_nodata(source)

    def make(window: Window) -> Cells:
        values, valid = source.read(window)
        values = values.astype(dtype)
        if valid is not None:
            values[~valid] = nodata
        return values

    write_cog(
        target, source.grid, make, dtype=dtype.name, nodata=float(nodata), resampling="nearest"
    )


def _room_for_nodata(source: RasterFile) -> tuple[np.dtype[Any], float | int]:
    """A type that holds every value of the source and one for no data, and that one."""
    dtype, stated = source.dtype, source.header.nodata
    if dtype.kind == "f":
        return dtype, np.nan
    if stated is not None:
        return dtype, int(stated)
    if dtype.itemsize > 4:
        return np.dtype(np.float64), np.nan
    wide = np.dtype(
        np.int32 if dtype.itemsize == 2 else np.int64 if dtype.itemsize == 4 else np.int16
    )
    # One less than the narrow type can hold: the header's text of the least of 64 bits is cut short.
    return wide, -(2 ** (8 * dtype.itemsize - 1)) - 1


def cut_off(path: Path) -> RasterRefused:
    """The refusal of a raster whose cells cannot all be read."""
    return RasterRefused(reason=_SAY["cut_off"].format(path=path.name))


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
