"""An unpacked File Geodatabase read by GDAL's OpenFileGDB.

Of a table that is cut GDAL makes an empty one without an error. So every table's index is held
against its rows first: each row that it names lies whole inside the table, and there are as many as
the table's header says. Tables without geometry, relations and rasters are told and not read.

References
----------
Rouault, E., Reverse-engineered specification of FileGDB (.gdbtable and .gdbtablx), with which GDAL's
driver was written.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from geo.drivers.gdal import (
    NotRead,
    layer_counts,
    one_layer,
    read_layer,
    require_counts,
    source_of,
)
from geo.ingest.findings import Unreadable, finding
from geo.ingest.source import Limits, Source
from geo.language import Text, texts

_SAY = texts(__name__)

_INDEX_HEADER_BYTES = 16
_ROWS_OF_BLOCK = 1024
# Offsets of 4 to 6 bytes; tables whose row numbers have 64 bits are of version 4.
_OFFSET_BYTES = range(4, 9)


def read_filegdb(folder: Path, *, layer: str | None, limits: Limits) -> Source:
    """One layer of a File Geodatabase, whose files lie in a folder that ends in `.gdb`.

    Raises
    ------
    Unreadable
        For files that are cut or missing, and when the layer is not clear.
    """
    if any(folder.glob("*.cdf")):
        raise Unreadable(finding("filegdb_compressed"))
    tables = [_row_count(table) for table in sorted(folder.glob("*.gdbtable"))]
    try:
        counts = layer_counts(folder)
        if not counts:
            raise Unreadable(finding("no_map_layer"))
        name, others = one_layer(counts, layer)
        if counts[name] not in tables:
            nearest = max(tables, default=0)
            require_counts(nearest, counts[name], limits)
        require_counts(counts[name], counts[name], limits)
        read = read_layer(folder, name, limits=limits)
    except NotRead as error:
        raise _damaged(_SAY["gdal_cannot"]) from error
    require_counts(counts[name], len(read.geometry), limits)
    notes = [finding("members_ignored", members=", ".join(others))] if others else []
    return source_of(read, kind="filegdb", stated=counts[name], notes=notes)


def _damaged(reason: Text) -> Unreadable:
    return Unreadable(finding("file_damaged", format="File Geodatabase", reason=reason))


def _row_count(table: Path) -> int:
    """How many rows a table has by its index; all of them lie whole inside of it."""
    if not table.with_suffix(".gdbtablx").exists():
        raise _damaged(_SAY["no_index"].format(name=table.name))
    content = np.fromfile(table, np.uint8)
    offsets = _offsets(np.fromfile(table.with_suffix(".gdbtablx"), np.uint8), table.name)
    rows = offsets[offsets > 0]
    if len(rows) and int(rows.max()) + 4 > len(content):
        raise _damaged(_SAY["cut"].format(name=table.name))
    lengths = _little_endian(content[rows[:, None] + np.arange(4)])
    if len(rows) and int((rows + 4 + lengths).max()) > len(content):
        raise _damaged(_SAY["cut"].format(name=table.name))
    return len(rows)


def _offsets(index: npt.NDArray[np.uint8], name: str) -> npt.NDArray[np.int64]:
    """Where each row begins; 0 for one that is deleted."""
    if len(index) < _INDEX_HEADER_BYTES:
        raise _damaged(_SAY["cut"].format(name=name))
    version, blocks, _, width = index[:_INDEX_HEADER_BYTES].view("<u4").tolist()
    size = blocks * _ROWS_OF_BLOCK * width
    if version not in (3, 4) or width not in _OFFSET_BYTES:
        raise _damaged(_SAY["header"].format(name=name))
    if _INDEX_HEADER_BYTES + size > len(index):
        raise _damaged(_SAY["cut"].format(name=name))
    return _little_endian(
        index[_INDEX_HEADER_BYTES : _INDEX_HEADER_BYTES + size].reshape(-1, width)
    )


def _little_endian(digits: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """(n,) numbers of (n, width) bytes."""
    places: npt.NDArray[np.int64] = 256 ** np.arange(digits.shape[1], dtype=np.int64)
    return digits.astype(np.int64) @ places
