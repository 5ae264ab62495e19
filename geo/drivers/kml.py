"""KML read by GDAL's LIBKML after a look of our own at its XML.

LIBKML keeps the extended data of a placemark, where codes stand; GDAL's other KML driver loses them
and every placemark without a geometry. Before GDAL sees the file, what could make a parser swell or
fetch is refused, and the placemarks are counted, so that none is lost quietly. It runs in the process
of `geo/validation/reader.py`, with LIBKML as the only driver.
"""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from geo.crs import LONLAT
from geo.drivers.gdal import (
    NotRead,
    layer_counts,
    one_layer,
    read_layer,
    require_counts,
    source_of,
)
from geo.drivers.xml import Codes, XmlScan, in_utf8
from geo.ingest.findings import Unreadable, finding
from geo.ingest.source import Limits, Source
from geo.language import texts

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
_SAY = texts(__name__)

# How a placemark looks in Google Earth, and that it is drawn at all: no attributes of a place.
_LOOKS = ("altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon")
# What LIBKML always has a column for, whether the file does or not.
_OFFERED = ("Name", "description", "timestamp", "begin", "end")
_DATA = ("Data", "SimpleData")
_TYPE = re.compile(rb"""(<(?:[\w.-]+:)?SimpleField\b[^>]*?\btype\s*=\s*)(["'])[^"'<>]*\2""")
_WHOLE = re.compile(r"0|-?[1-9]\d{0,17}")
# Pictures, views and models; and what LIBKML has no geometry for.
_LEFT_OUT = ("GroundOverlay", "ScreenOverlay", "PhotoOverlay", "Model", "Track", "MultiTrack")


class _Scan(XmlScan):
    """What the XML holds: its elements, and the extended data by name.

    Attributes
    ----------
    data : Counter
        Values that are not blank, by the name of their data.
    types : dict
        What schemas declare a name to be.
    """

    codes = Codes("kml_invalid", "kml_doctype", "kml_too_deep")
    # Every placemark may lie in folders, with a geometry of parts; GDAL's own parser recurses.
    deepest = 64

    def __init__(self, content: bytes) -> None:
        self.data: Counter[str] = Counter()
        self.types: dict[str, str] = {}
        self._name: str | None = None
        self._has_text = False
        super().__init__(content)

    def started(self, name: str, attributes: dict[str, str]) -> None:
        if self.depth == 1 and name != "kml":
            raise self.invalid(_SAY["no_kml"].format(name=name[:60]))
        if name in ("NetworkLink", "NetworkLinkControl"):
            raise Unreadable(finding("kml_link", line=self.line))
        if name == "SimpleField":
            self.types[attributes.get("name", "")] = attributes.get("type", "")
        if name in _DATA:
            self._name, self._has_text = attributes.get("name", ""), False

    def text(self, content: str) -> None:
        self._has_text |= self._name is not None and bool(content.strip())

    def ended(self, name: str) -> None:
        if self._name is not None and name in _DATA:
            self.data[self._name] += self._has_text
            self._name = None


def read_kml(path: Path, folder: Path, *, layer: str | None, limits: Limits) -> Source:
    """One layer of a KML file: the document's own placemarks, or those of one folder.

    Raises
    ------
    Unreadable
        For XML that is damaged, declares a document type or links to another file, when placemarks
        are lost, and when the layer is not clear.
    """
    import pandas as pd

    content = in_utf8(path.read_bytes())
    scan = _Scan(content)
    if not scan.elements["Placemark"]:
        raise Unreadable(finding("empty_layer"))
    # LIBKML goes by the end of the name, and an upload has none. It reads 0 where a number should
    # stand and does not, so it is told that all is text.
    copy = folder / "layer.kml"
    copy.write_bytes(_TYPE.sub(rb"\1\2string\2", content))
    chosen, others = _chosen_layer(copy, layer, scan, limits)
    layer_read = _or_refused(lambda: read_layer(copy, chosen, limits=limits))
    table = pd.DataFrame(
        {n: pd.Series(v, dtype=object) for n, v in layer_read.columns.items()},
        index=range(len(layer_read.geometry)),
    )
    _require_data(table, scan, is_whole=not others)
    left_out = [*others, *(name for name in (*_LEFT_OUT, *_LOOKS) if scan.elements[name])]
    notes = [finding("crs_of_kml")]
    if left_out:
        notes.append(finding("members_ignored", members=", ".join(left_out)))
    return source_of(
        layer_read,
        kind="kml",
        stated=len(table),
        crs=LONLAT,
        table=_attributes(table, scan),
        notes=notes,
    )


def _chosen_layer(
    path: Path, layer: str | None, scan: _Scan, limits: Limits
) -> tuple[str, list[str]]:
    """The layer to read, and the others that have placemarks; all of them together lose none."""
    import pyogrio

    names = _or_refused(lambda: [str(name) for name, _ in pyogrio.list_layers(path)])
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(finding("kml_folder_twice", name=twice[:100]))
    counts = _or_refused(lambda: layer_counts(path))
    require_counts(scan.elements["Placemark"], sum(counts.values()), limits)
    return one_layer({name: count for name, count in counts.items() if count}, layer)


def _or_refused(read: Callable[[], T]) -> T:
    try:
        return read()
    except NotRead as error:
        reason = _SAY["gdal_cannot"]
        raise Unreadable(finding("kml_invalid", line=1, column=1, reason=reason)) from error


def _require_data(table: "pd.DataFrame", scan: _Scan, *, is_whole: bool) -> None:
    """Refuse values that LIBKML leaves out, as where a document has data with and without a schema."""
    if not is_whole:  # what belongs to other folders is not known here
        return
    lost = [
        name
        for name, count in scan.data.items()
        if count and (name not in table or int(table[name].replace("", None).notna().sum()) < count)
    ]
    if lost:
        raise Unreadable(finding("kml_data_lost", columns=", ".join(lost)[:300]))


def _numbers(texts: "pd.Series") -> "pd.Series":
    """A column that a schema declares to be numbers as numbers, unless some text is none."""
    import pandas as pd

    present = [text.strip() for text in texts if text is not None and text.strip()]
    number = int if all(map(_WHOLE.fullmatch, present)) else float
    try:
        values = [None if not (text or "").strip() else number(text) for text in texts]
    except ValueError:
        return texts
    return pd.Series(values, index=texts.index, dtype=object)


def _attributes(table: "pd.DataFrame", scan: _Scan) -> "pd.DataFrame":
    """The columns that the file has, under its own names."""
    own = [name for name in _LOOKS if name not in scan.data]
    empty = [
        name for name in (*_OFFERED, "id") if name not in scan.data and table[name].isna().all()
    ]
    # An anchor for links, which programs number; no key of an area unless it is data.
    kept = table.drop(columns=[*own, *empty])
    for name, declared in scan.types.items():
        if name in kept and declared not in ("", "string"):
            kept[name] = _numbers(kept[name])
    if "id" not in scan.data:
        kept = kept.rename(columns={"id": "placemark_id"})
    return kept
