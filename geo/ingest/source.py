"""An uploaded file as it was read, before anything is checked, and the limits of reading.

geopandas is named for types only: a file that is refused at a glance need not wait for its import.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from geo.ingest.findings import Finding, finding
from geo.language import Text, filled, size_limit, texts
from geo.vector.schema import LayerSchema

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

    from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)

SourceKind = Literal[
    "shapefile",
    "geopackage",
    "geojson",
    "geojsonseq",
    "geoparquet",
    "flatgeobuf",
    "kml",
    "gml",
    "topojson",
    "filegdb",
    "dxf",
    "csv",
    "xlsx",
    # Of land rasters alone: no reader of layers takes it.
    "geotiff",
]
# What a file is before it is unpacked.
FileKind = SourceKind | Literal["zip"]

# What the reader leaves of a file that is accepted.
LAYER_FILE = "cleaned.parquet"
# What it leaves for a map, each NAME.geojson: the features as they were read, and those that change.
Drawing = Literal["preview", "changes"]
DRAWINGS: tuple[Drawing, ...] = get_args(Drawing)
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an upload may cost.

    Sizes in bytes, times in seconds. `memory_bytes` is the whole address space of the process that
    reads the file: the libraries alone take about 0.7 GB of it. `cpu_s` and `wall_s` end it, and
    those of rasters the process that reads one and makes what is derived from it.
    """

    upload_bytes: int = 256 * _MB
    unpacked_bytes: int = 500 * _MB
    archive_entries: int = 1_000
    # A DBF of empty text columns packs some hundred times; a bomb packs a thousand.
    archive_ratio: int = 400
    json_depth: int = 32
    features: int = 200_000
    columns: int = 200
    text_length: int = 20_000
    # Measured: validity of one ring of 2,000,000 vertices takes 16 s, and its repair 2 GB.
    feature_vertices: int = 200_000
    layer_vertices: int = 10_000_000
    memory_bytes: int = 3_072 * _MB
    output_bytes: int = 1_024 * _MB
    cpu_s: int = 120
    wall_s: float = 300.0
    # All bands; a province at 30 m is some 100,000,000.
    raster_cells: int = 150_000_000
    raster_cpu_s: int = 600
    raster_wall_s: float = 900.0


def too_large(limit_bytes: int) -> Text:
    """The sentence for a file over the limit."""
    return filled(_SAY["too_large"], n=size_limit(limit_bytes))


@dataclass(frozen=True, slots=True)
class Damage:
    """Why a feature's geometry, present in the file, could not be made: a finding's code and facts."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A layer as its file has it.

    Attributes
    ----------
    frame : GeoDataFrame, (n,)
        Row 0 is the file's first row; columns under the file's own names; CRS as declared or None.
    crs_text : str, optional
        What the file calls its CRS, also where that is unknown.
    header_count : int
        Features by the file's own header.
    damaged : mapping
        By row position; those rows have no geometry in `frame`.
    numbers : tuple of int, (n,) or empty
        What the sender's program shows beside each row, where it does not count from 1.
    encodings : mapping
        Encoding → a few values as it would show them; see `geo.ingest.encoding.previews`.
    """

    frame: "gpd.GeoDataFrame"
    kind: SourceKind
    layer: str
    crs_text: str | None
    encoding: str
    header_count: int
    damaged: Mapping[int, Damage] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    numbers: tuple[int, ...] = ()
    encodings: Mapping[str, Sequence[str]] = field(default_factory=dict)


def beside_geometry(columns: Iterable[str]) -> tuple[dict[str, str], list[Finding]]:
    """Names for the columns of a file beside ours called `geometry`, and what is said of them.

    Examples
    --------
    >>> beside_geometry(["geometry", "geometry_"])[0]
    {'geometry': 'geometry__', 'geometry_': 'geometry_'}
    """
    names = {name: name for name in columns}
    if "geometry" not in names:
        return names, []
    free = "geometry_"
    while free in names:
        free += "_"
    names["geometry"] = free
    return names, [finding("column_renamed", column="geometry", name=free)]


def geometry_count(source: Source) -> int:
    """How many rows have a geometry that could be made, an empty one included."""
    return sum(geometry is not None for geometry in source.frame.geometry.array)


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """What a source is held against.

    `planning` is the region that is planned for, with the codes that exist; without it a layer may lie
    anywhere and no code is asked. `region` are its regencies (index: Kemendagri code), `current` is
    the published version of the layer; each may be unknown. `regencies` are the codes of those whose
    features alone the source replaces, None for the whole layer; `leaves_out_others` takes no others
    from it. `keeps_missing` leaves published features that the source does not have as they are.
    """

    planning: "PlanningRegion | None" = None
    region: "gpd.GeoDataFrame | None" = None
    current: "gpd.GeoDataFrame | None" = None
    regencies: frozenset[str] | None = None
    leaves_out_others: bool = False
    keeps_missing: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """The version that a file began from, where a later one is published: its GeoParquet and number.

    `newer` are the versions published since, each with its note.
    """

    path: Path
    number: int
    newer: Text


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was asked of the columns of an earlier file, of which `names` are all.

    `columns` as in `geo.validation.columns.map_columns`; `upload`, `filename` and `day` say which
    file that was.
    """

    names: frozenset[str]
    columns: Mapping[str, str | None]
    upload: str
    filename: str
    day: str

    def to_json(self, dataset: str) -> dict[str, Any]:
        """As the report of a file of the layer `dataset` has it."""
        return {
            "dataset": dataset,
            "names": sorted(self.names),
            "columns": dict(self.columns),
            "upload": self.upload,
            "filename": self.filename,
            "day": self.day,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One file to read and check, as the service asks for it."""

    path: Path
    kind: FileKind
    schema: LayerSchema
    crs_override: "pyproj.CRS | None"
    encoding: str | None
    layer: str | None
    repair: bool
    limits: Limits
    # Field → source column, source column → None or another name, as somebody asks.
    columns: Mapping[str, str | None] | None = None
    # The published version as GeoParquet, where it is not among what is handed over as a frame.
    current: Path | None = None
    # The version that the file began from, where the published one is later.
    earlier: Earlier | None = None
    # What a repair passes over: see `geo.validation.validate.validate`.
    unrepaired: frozenset[str] = frozenset()
    # Number of a row → key of the published feature that it is.
    same_as: Mapping[str, str] = field(default_factory=dict)
    # Taken where nothing is asked of the columns and the file has just these, the newest first.
    remembered: tuple[Remembered, ...] = ()
