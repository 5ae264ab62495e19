"""An unpacked File Geodatabase read by GDAL's OpenFileGDB.

Its tables keep the number of their rows in their headers, and GDAL tells it without reading any; the
rows that are read are held against it. Tables without geometry, relations and rasters are told and
not read.
"""

from pathlib import Path

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
from geo.language import texts

_SAY = texts(__name__)


def read_filegdb(folder: Path, *, layer: str | None, limits: Limits) -> Source:
    """One layer of a File Geodatabase, whose files lie in a folder that ends in `.gdb`.

    Raises
    ------
    Unreadable
        For files that are cut or missing, and when the layer is not clear.
    """
    try:
        counts = layer_counts(folder)
        if not counts:
            raise Unreadable(finding("no_map_layer"))
        name, others = one_layer(counts, layer)
        require_counts(counts[name], counts[name], limits)
        read = read_layer(folder, name, limits=limits)
    except NotRead as error:
        reason = _SAY["gdal_cannot"]
        raise Unreadable(
            finding("file_damaged", format="File Geodatabase", reason=reason)
        ) from error
    require_counts(counts[name], len(read.geometry), limits)
    notes = [finding("members_ignored", members=", ".join(others))] if others else []
    return source_of(read, kind="filegdb", stated=counts[name], notes=notes)
