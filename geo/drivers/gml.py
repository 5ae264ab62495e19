"""GML 2 and 3 read by GDAL after a look of our own at its XML.

Of a file that is cut or whose entities swell GDAL reads fewer features without an error, and of text
it guesses numbers, so that 63.10 becomes 63.1. So the XML is walked first, the members of the
collection are counted by their names, and all values are read as the text they are. No schema is
fetched and no link followed.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

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

_SAY = texts(__name__)

_MEMBERS = ("featureMember", "featureMembers", "member")
# A schema of the file's own would be read from wherever it says.
_LOCKED = {"XSD": "", "DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO", "SWAP_COORDINATES": "AUTO"}


class _Scan(XmlScan):
    """The features of the collection by their names, and the CRSs that their geometries name."""

    codes = Codes("gml_invalid", "gml_doctype", "gml_too_deep")

    def __init__(self, content: bytes) -> None:
        self.features: Counter[str] = Counter()
        self.systems: dict[str, None] = {}
        self._member_at: int | None = None
        self._bounded_at: int | None = None
        super().__init__(content)

    def started(self, name: str, attributes: dict[str, str]) -> None:
        if name == "boundedBy" and self._bounded_at is None:
            self._bounded_at = self.depth
        # A feature lies right below a member of the collection, which is the root.
        if self.depth == 2 and name in _MEMBERS:
            self._member_at = self.depth
        elif self._member_at is not None and self.depth == self._member_at + 1:
            self.features[name] += 1
        if "srsName" in attributes and self._bounded_at is None:
            self.systems.setdefault(attributes["srsName"])

    def ended(self, name: str) -> None:
        if self._bounded_at == self.depth:
            self._bounded_at = None
        if self._member_at == self.depth:
            self._member_at = None


def read_gml(path: Path, folder: Path, *, layer: str | None, limits: Limits) -> Source:
    """One kind of feature of a GML file.

    Raises
    ------
    Unreadable
        For XML that is damaged or declares a document type, when features are lost, when geometries
        name different CRSs, and when the layer is not clear.
    """
    content = in_utf8(path.read_bytes())
    scan = _Scan(content)
    if not scan.features:
        raise Unreadable(finding("empty_layer"))
    if sum(scan.features.values()) > limits.features:
        count = sum(scan.features.values())
        raise Unreadable(finding("too_many_features", count=count, limit=limits.features))
    if len(scan.systems) > 1:
        systems = ", ".join(name[:60] for name in list(scan.systems)[:5])
        raise Unreadable(finding("gml_several_crs", systems=systems))
    name, others = one_layer(scan.features, layer)
    copy = folder / "layer.gml"
    copy.write_bytes(content)
    try:
        counts = layer_counts(copy, **_LOCKED)
        _require_all(scan.features, counts)
        read = read_layer(copy, name, limits=limits, **_LOCKED)
    except NotRead as error:
        reason = _SAY["gdal_cannot"]
        raise Unreadable(finding("gml_invalid", line=1, column=1, reason=reason)) from error
    require_counts(scan.features[name], len(read.geometry), limits)
    notes = [finding("members_ignored", members=", ".join(others))] if others else []
    return source_of(read, kind="gml", stated=scan.features[name], notes=notes)


def _require_all(features: Mapping[str, int], counts: Mapping[str, int]) -> None:
    for name, stated in features.items():
        found = counts.get(name, 0)
        if found != stated:
            raise Unreadable(finding("count_mismatch", header=stated, rows=found, geometries=found))
