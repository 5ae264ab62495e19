"""KML read by GDAL's LIBKML after a look of our own at its XML.

LIBKML keeps the extended data of a placemark, where codes stand; GDAL's other KML driver loses them
and every placemark without a geometry. Before GDAL sees the file, what could make a parser swell or
fetch is refused, and the placemarks are counted, so that none is lost quietly. It runs in the process
of `geo/validation/reader.py`, with LIBKML as the only driver.
"""

import datetime
import re
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import LONLAT
from geo.ingest.findings import Finding, Unreadable, finding
from geo.ingest.source import Damage, Limits, Source, beside_geometry
from geo.language import Text, texts

if TYPE_CHECKING:
    import pandas as pd

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
# Every placemark may lie in folders, with a geometry of parts; GDAL's own parser recurses.
_DEEPEST = 64


class _Scan:
    """What the XML holds: how often each element, and the extended data by name.

    Attributes
    ----------
    elements : Counter
        By name without namespace.
    data : Counter
        Values that are not blank, by the name of their data.
    types : dict
        What schemas declare a name to be.
    """

    def __init__(self, content: bytes) -> None:
        self.elements: Counter[str] = Counter()
        self.data: Counter[str] = Counter()
        self.types: dict[str, str] = {}
        self._depth = 0
        self._name: str | None = None
        self._has_text = False
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = self._text
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(content, True)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise self._invalid(Text(id=reason, en=reason)) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        plain = name.rpartition(" ")[2]
        self._depth += 1
        if self._depth == 1 and plain != "kml":
            raise self._invalid(_SAY["no_kml"].format(name=plain[:60]))
        if self._depth > _DEEPEST:
            raise Unreadable(finding("kml_too_deep", limit=_DEEPEST))
        if plain in ("NetworkLink", "NetworkLinkControl"):
            raise Unreadable(finding("kml_link", line=self._parser.CurrentLineNumber))
        self.elements[plain] += 1
        if plain == "SimpleField":
            self.types[attributes.get("name", "")] = attributes.get("type", "")
        if plain in _DATA:
            self._name, self._has_text = attributes.get("name", ""), False

    def _text(self, content: str) -> None:
        self._has_text |= self._name is not None and bool(content.strip())

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._name is not None and name.rpartition(" ")[2] in _DATA:
            self.data[self._name] += self._has_text
            self._name = None

    def _doctype(self, *_declared: Any) -> None:
        raise Unreadable(finding("kml_doctype", line=self._parser.CurrentLineNumber))

    def _invalid(self, reason: Text) -> Unreadable:
        line, column = self._parser.ErrorLineNumber, self._parser.ErrorColumnNumber + 1
        return Unreadable(finding("kml_invalid", line=line, column=column, reason=reason))


def read_kml(path: Path, folder: Path, *, layer: str | None, limits: Limits) -> Source:
    """One layer of a KML file: the document's own placemarks, or those of one folder.

    Raises
    ------
    Unreadable
        For XML that is damaged, declares a document type or links to another file, when placemarks
        are lost, and when the layer is not clear.
    """
    content = path.read_bytes()
    scan = _Scan(content)
    if not scan.elements["Placemark"]:
        raise Unreadable(finding("empty_layer"))
    # LIBKML goes by the end of the name, and an upload has none. It reads 0 where a number should
    # stand and does not, so it is told that all is text.
    copy = folder / "layer.kml"
    copy.write_bytes(_TYPE.sub(rb"\1\2string\2", content))
    chosen, others = _chosen_layer(copy, layer, scan, limits)
    table, wkb, messages = _read(copy, chosen)
    geometry, damaged = _geometries(wkb)
    _require_data(table, scan, is_whole=not others)
    attributes, notes = _attributes(table, scan)

    import geopandas as gpd

    left_out = [*others, *(name for name in (*_LEFT_OUT, *_LOOKS) if scan.elements[name])]
    if left_out:
        notes.append(finding("members_ignored", members=", ".join(left_out)))
    return Source(
        frame=gpd.GeoDataFrame(attributes, geometry=geometry, crs=LONLAT),
        kind="kml",
        layer=chosen,
        crs_text="OGC:CRS84",
        encoding="utf-8",
        header_count=len(table),
        damaged=damaged,
        findings=(finding("crs_of_kml"), *notes, *messages),
    )


def _chosen_layer(
    path: Path, layer: str | None, scan: _Scan, limits: Limits
) -> tuple[str, list[str]]:
    """The layer to read, and the others that have placemarks; all of them together lose none."""
    import pyogrio  # GDAL enters only the process that reads

    try:
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise Unreadable(finding("kml_folder_twice", name=twice[:100]))
        counts = {name: int(pyogrio.read_info(path, layer=name)["features"]) for name in names}
    except pyogrio.errors.DataSourceError as error:
        reason = _SAY["gdal_cannot"]
        raise Unreadable(finding("kml_invalid", line=1, column=1, reason=reason)) from error
    filled = {name: count for name, count in counts.items() if count}
    placemarks, found = scan.elements["Placemark"], sum(filled.values())
    if found != placemarks:
        raise Unreadable(finding("count_mismatch", header=placemarks, rows=found, geometries=found))
    if found > limits.features:
        raise Unreadable(finding("too_many_features", count=found, limit=limits.features))
    named = [name for name in filled if layer is None or name.lower() == layer.lower()]
    if not named:
        raise Unreadable(finding("layer_unknown", layer=layer, layers=", ".join(filled)))
    if len(named) > 1:
        raise Unreadable(finding("several_layers", layers=", ".join(filled)))
    return named[0], [name for name in filled if name != named[0]]


def _read(path: Path, layer: str) -> tuple["pd.DataFrame", list[bytes | None], list[Finding]]:
    """The layer's columns as Python objects, its geometries as WKB, and GDAL's warnings."""
    import pandas as pd
    import pyogrio.raw

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # By Arrow: a column of whole numbers with gaps stays one, and no time becomes a float.
        meta, table = pyogrio.raw.read_arrow(path, layer=layer)
    columns = table.to_pydict()
    wkb = columns.pop(meta["geometry_name"] or "wkb_geometry")
    said = dict.fromkeys(str(warning.message)[:300] for warning in caught)
    notes = [finding("gdal_message", message=text) for text in said if "closed ring" not in text]
    frame = pd.DataFrame(
        {
            name: pd.Series([_plain(v) for v in column], dtype=object)
            for name, column in columns.items()
        },
        index=range(len(wkb)),
    )
    return frame, wkb, notes


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def _geometries(
    wkb: list[bytes | None],
) -> tuple[npt.NDArray[np.object_], dict[int, Damage]]:
    geometry = np.full(len(wkb), None, dtype=object)
    damaged: dict[int, Damage] = {}
    for row, written in enumerate(wkb):
        try:
            with np.errstate(invalid="ignore"):  # a NaN coordinate is named later, by its feature
                geometry[row] = shapely.from_wkb(written)
        except shapely.errors.GEOSException:
            # GDAL takes a ring whose ends differ, GEOS does not; of the rest it says little.
            damaged[row] = Damage("geometry_damaged", {"reason": _SAY["not_closed"]})
    return geometry, damaged


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


def _attributes(table: "pd.DataFrame", scan: _Scan) -> tuple["pd.DataFrame", list[Finding]]:
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
    names, renamed = beside_geometry(kept.columns)
    return kept.rename(columns=names), renamed
