"""An uploaded file read in a confined process: a clean layer of a known schema, or all that is wrong.

The kinds that are taken stand in `geo/ingest/formats.py`, told by their content and never by their
name. This process looks at the first bytes only; everything else happens in
`geo/validation/reader.py` under `geo/ingest/sandbox.py`.
"""

import pickle
import re
import shutil
import tempfile
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyproj

from geo.crs import crs_of
from geo.errors import InvalidInput, UploadTooLarge, UploadUnsupported
from geo.ingest.encoding import parsed_encoding
from geo.ingest.findings import finding
from geo.ingest.formats import kind_of
from geo.ingest.sandbox import Outcome, Watch, run_confined
from geo.ingest.source import (
    DRAWINGS,
    LAYER_FILE,
    Earlier,
    Job,
    Limits,
    Reference,
    Remembered,
    too_large,
)
from geo.language import Text, texts
from geo.validation.report import report_of
from geo.vector.planning_region import PlanningRegion
from geo.vector.schema import LayerSchema

_SAY = texts(__name__)

DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, eq=False)
class IngestResult:
    """What became of an upload.

    Attributes
    ----------
    frame : GeoDataFrame or None
        The cleaned layer: index `area_id`, the schema's columns, then the file's other columns;
        CRS as the source's. None when the file was refused, or kept as a file.
    report : dict
        JSON types: `accepted`, `filename`, `summary` (format, layer, encoding, counts, features,
        geometry_types, crs, bounds in lon/lat), `mapping` (source column → field or kept_as),
        `findings` (sentences in both languages), `counts` by code, `errors`, `warnings`,
        `difference` from the published version, and `choices`: the `layers` of the file, its
        `columns` with examples, the `fields` with the columns that may be theirs, `crs` and
        `encoding` with whether the file states them, of a `crs` that is not right also the
        `candidates` (code, name, bounds in lon/lat, whether in the region, which one is suggested
        and why, how far the others lie from it), and the `repairs`
        that can be asked for.
    """

    frame: gpd.GeoDataFrame | None
    report: dict[str, Any]


def ingest_upload(
    path: Path,
    *,
    filename: str,
    schema: LayerSchema,
    planning: PlanningRegion | None = None,
    region: gpd.GeoDataFrame | None = None,
    current: gpd.GeoDataFrame | Path | None = None,
    crs_override: str | None = None,
    encoding: str | None = None,
    layer: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    corrections: Mapping[str, bool] | None = None,
    unrepaired: Collection[str] = (),
    remembered: tuple[Remembered, ...] = (),
    earlier: Earlier | None = None,
    columns: Mapping[str, str | None] | None = None,
    regencies: Collection[str] | None = None,
    leaves_out_others: bool = False,
    keeps_missing: bool = False,
    same_as: Mapping[str, str] | None = None,
    watch: Watch | None = None,
    kept_as: Path | None = None,
    drawn_in: Path | None = None,
) -> IngestResult:
    """Read and check an uploaded file; nothing is kept of it but what is returned or asked for.

    Parameters
    ----------
    path : Path
        The file as it came.
    filename : str
        What its sender calls it; only reported, never trusted.
    planning : PlanningRegion, optional
        Whose codes exist, and in whose bounds the layer must lie where its regencies are not known.
    region : GeoDataFrame, optional
        The regencies (index: Kemendagri code) that features must lie in.
    current : GeoDataFrame or Path, optional
        The published version, to tell the difference from; as the path of its GeoParquet it is
        read by the confined process alone.
    crs_override, encoding : str, optional
        Used in place of what the file says, for files that say nothing or the wrong thing.
    layer : str, optional
        Which layer, where the file holds several.
    corrections : mapping, optional
        `{"make_valid": True}` repairs invalid polygons and lists each with its area before and
        after; by default they are refused.
    unrepaired : collection of str
        What those repairs pass over: numbers of rows, and `borders`.
    remembered : tuple of Remembered
        What was asked of the columns of earlier files: taken where `columns` asks for nothing and
        the file has just the same ones, which is told.
    earlier : Earlier, optional
        The version that the file began from, to tell which later changes it takes back.
    columns : mapping, optional
        What somebody asks of the columns; see `geo.validation.columns.map_columns`.
    regencies : collection of str, optional
        Codes of those whose features alone the file replaces; the whole layer by default.
    leaves_out_others : bool
        Whether features of other regencies are left out, and counted, in place of being refused.
    keeps_missing : bool
        Whether published features that the file does not have stay, in place of leaving the layer.
    same_as : mapping, optional
        Number of a row → key of the published zone that it is, where the file has another name for it.
    watch : callable, optional
        Told what the reader is at; False ends it.
    kept_as : Path, optional
        Where the cleaned layer is left as GeoParquet, in place of being read into this process.
    drawn_in : Path, optional
        Folder where the drawings of `geo.ingest.source.DRAWINGS` are left, as far as there are any.

    Raises
    ------
    Stopped
        When `watch` said so.
    UploadTooLarge, UploadUnsupported
        Before anything is read.
    InvalidInput
        For a CRS or encoding that nobody knows.
    """
    require_size(path, limits)
    kind = kind_of(path)
    job = Job(
        path=path.absolute(),
        kind=kind,
        schema=schema,
        crs_override=_parsed_crs(crs_override),
        encoding=parsed_encoding(encoding),
        layer=layer,
        repair=bool((corrections or {}).get("make_valid")),
        limits=limits,
        columns=columns,
        current=current if isinstance(current, Path) else None,
        unrepaired=frozenset(unrepaired),
        remembered=remembered,
        earlier=earlier,
        same_as=same_as or {},
    )

    with tempfile.TemporaryDirectory(prefix="kawasan-upload-") as name:
        known = None if isinstance(current, Path) else current
        only = None if regencies is None else frozenset(regencies)
        reference = Reference(planning, region, known, only, leaves_out_others, keeps_missing)
        report = _read(job, reference, Path(name), watch)
        frame, cleaned = None, Path(name) / LAYER_FILE
        is_kept = report["accepted"] and cleaned.exists()
        if is_kept and kept_as is not None:
            shutil.move(cleaned, kept_as)
        elif is_kept:
            frame = gpd.read_parquet(cleaned)
        if drawn_in is not None:
            _leave_drawings(Path(name), drawn_in)

    return IngestResult(frame, {"filename": clean_name(filename), **report})


def _leave_drawings(folder: Path, there: Path) -> None:
    for name in DRAWINGS:
        with suppress(FileNotFoundError):
            shutil.move(folder / f"{name}.geojson", there)


def read_confined(job: Job, reference: Reference, folder: Path, watch: Watch | None) -> Outcome:
    """Run the reader on a job; `folder` is its own, and is where it leaves `document.json`."""
    (folder / "job.pickle").write_bytes(pickle.dumps(job))
    (folder / "reference.pickle").write_bytes(pickle.dumps(reference))
    return run_confined("geo.validation.reader", folder, limits=job.limits, watch=watch)


def clean_name(filename: str) -> str:
    """The last part of a sender's file name, printable and short."""
    base = re.split(r"[/\\]", filename)[-1]
    return re.sub(r"[^\w .()+-]", "_", base).strip()[:120] or "upload"


def require_size(path: Path, limits: Limits) -> None:
    """Raise `UploadTooLarge` for a file over the limit; nothing of it is read."""
    size = path.stat().st_size
    if size > limits.upload_bytes:
        raise UploadTooLarge(reason=too_large(limits.upload_bytes))


def _parsed_crs(text: str | None) -> pyproj.CRS | None:
    if text is None or not text.strip():
        return None
    if (crs := crs_of(text)) is None:
        raise InvalidInput(reason=_SAY["unknown_crs"].format(v=text[:80]))
    return crs


def _read(job: Job, reference: Reference, folder: Path, watch: Watch | None) -> dict[str, Any]:
    """The report of the reader; it leaves `LAYER_FILE` in `folder` where the file is accepted."""
    outcome = read_confined(job, reference, folder, watch)
    if outcome.failure is not None or outcome.document is None:
        failure = outcome.failure or finding("reader_failed", reason="-", step="-")
        return report_of([failure])
    if "unsupported" in outcome.document:
        raise UploadUnsupported(reason=Text(**outcome.document["unsupported"]))
    return dict(outcome.document["report"])
