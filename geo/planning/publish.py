"""From a file that somebody hands in to the next version of a layer, the indicators or a model.

A file is checked against what is published now and its report is kept; only an accepted upload can
be published, and only over the version that it was compared with.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.errors import Conflict, LayerNotFound, WarningsNotAccepted
from geo.indicators.table import Amendment, parse_indicators, upsert
from geo.ingest.findings import TO_ACCEPT
from geo.ingest.source import Limits
from geo.ingest.upload import DEFAULT_LIMITS, clean_name, ingest_upload
from geo.language import Text, joined, texts
from geo.mcda.model import Model
from geo.mcda.model_file import parse_model
from geo.published import MODEL_PREFIX, read_indicators
from geo.store.snapshots import file_sha256, reading
from geo.store.store import Provenance, Store, Upload, Version
from geo.vector.export import layer_to_parquet
from geo.vector.regions import BY_CODE
from geo.vector.schema import schema_of

_SAY = texts(__name__)

LICENCE_UNKNOWN = "not stated"
# The report has them all.
_SHOWN_WARNINGS = 3


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file as it was handed in, and what its sender says of it.

    `crs` and `encoding` stand in for what the file says; `layer` is which layer of several;
    `repair` lets invalid polygons be repaired, each with its area before and after.
    """

    path: Path
    filename: str
    layer_name: str = "zones"
    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    repair: bool = False


def check_upload(
    store: Store, handed: HandedIn, *, actor: str, limits: Limits = DEFAULT_LIMITS
) -> Upload:
    """Check a file against its layer's schema and what is published; record it with its report.

    Raises
    ------
    LayerNotFound
        For a layer without a schema.
    UploadTooLarge, UploadUnsupported, InvalidInput
        Before anything was read; nothing is recorded then.
    """
    schema = schema_of(handed.layer_name)
    region, _ = _published(store, "regencies")
    current, against = _published(store, handed.layer_name)
    result = ingest_upload(
        handed.path,
        filename=handed.filename,
        schema=schema,
        region=region,
        regency_codes=list(BY_CODE) if region is None else list(region.index),
        current=current,
        crs_override=handed.crs,
        encoding=handed.encoding,
        layer=handed.layer,
        limits=limits,
        corrections={"make_valid": handed.repair},
    )
    with tempfile.TemporaryDirectory(prefix="kawasan-upload-") as folder:
        cleaned = None
        if result.frame is not None:
            cleaned = Path(folder) / "layer.parquet"
            cleaned.write_bytes(layer_to_parquet(result.frame))
        return store.uploads.add(
            handed.layer_name,
            filename=clean_name(handed.filename),
            sha256=file_sha256(handed.path),
            report=result.report | {"against": against.number if against else 0},
            frame=cleaned,
            actor=actor,
        )


def publish_upload(
    store: Store,
    upload_id: str,
    *,
    actor: str,
    note: str,
    source: str | None = None,
    licence: str | None = None,
    expected: int | None = None,
    accept_warnings: bool = False,
) -> Version:
    """Make an accepted upload the current version of its layer.

    Parameters
    ----------
    expected : int, optional
        The version that the caller believes to be current; by default the one that the upload was
        compared with.
    accept_warnings : bool
        Whether somebody has looked at the warnings that must be accepted.

    Raises
    ------
    UploadNotFound, UploadRejected, WarningsNotAccepted, Conflict
        Nothing has changed then.
    """
    upload = store.uploads.one(upload_id)
    upload.require_valid()
    if not accept_warnings:
        _require_no_open_warning(upload)
    compared: int | None = upload.report.get("against")
    waiting = store.uploads.path(upload_id)
    provenance = Provenance(
        actor=actor,
        note=note,
        source=source or upload.filename,
        licence=licence or LICENCE_UNKNOWN,
        upload=upload_id,
    )
    try:
        version = store.publish(
            upload.dataset,
            "layer",
            waiting,
            suffix=".parquet",
            provenance=provenance,
            details=_details(upload),
            expected=compared if expected is None else expected,
        )
    except FileNotFoundError as error:
        # Somebody may have discarded or published it since we looked; that says more than the file.
        store.uploads.one(upload_id).require_valid()
        raise Conflict(reason=_SAY["file_lost"]) from error
    waiting.unlink(missing_ok=True)
    return version


def _require_no_open_warning(upload: Upload) -> None:
    counts = upload.report["counts"]
    if n := sum(counts.get(code, 0) for code in TO_ACCEPT):
        said = [f["sentence"] for f in upload.report["findings"] if f["code"] in TO_ACCEPT]
        shown = joined([Text(**sentence) for sentence in said[:_SHOWN_WARNINGS]], by=" ")
        raise WarningsNotAccepted(n=n, warnings=shown)


@dataclass(frozen=True, slots=True, eq=False)
class IndicatorDraft:
    """A checked indicator table that is not published yet.

    `table` is the whole next table, `amendment` how it differs from the version `against`, which is
    0 where there is none.
    """

    table: pd.DataFrame
    amendment: Amendment
    against: int


def draft_indicators(
    store: Store, table: pd.DataFrame, *, is_replacing: bool = False
) -> IndicatorDraft:
    """Check a tidy table and put its rows into the current one; nothing is published.

    Parameters
    ----------
    table : DataFrame
        Every column text, as read from a file; see `geo.indicators.table.parse_indicators`.
    is_replacing : bool
        Leave out every current row that the table does not have.

    Raises
    ------
    InvalidIndicators
        Naming the rows and codes.
    """
    checked = parse_indicators(table)
    try:
        version = store.version("indicators")
    except LayerNotFound:
        return IndicatorDraft(checked, Amendment(len(checked), 0, 0, 0), against=0)
    whole, amendment = upsert(read_indicators(version.path), checked, is_replacing=is_replacing)
    return IndicatorDraft(whole, amendment, against=version.number)


def publish_indicators(
    store: Store,
    table: pd.DataFrame,
    *,
    actor: str,
    note: str,
    source: str,
    licence: str = LICENCE_UNKNOWN,
    catalogue: str | None = None,
    details: Mapping[str, Any] | None = None,
    expected: int | None = None,
) -> Version:
    """Make a tidy indicator table the current one, as a whole; see `draft_indicators` to amend it.

    Parameters
    ----------
    table : DataFrame
        Every column text, as read from a file; see `geo.indicators.table.parse_indicators`.
    catalogue : str, optional
        What the indicators mean (TOML); by default that of the current version stays.
    details : mapping, optional
        Further facts of the version.

    Raises
    ------
    InvalidIndicators
        Naming the rows and codes; nothing has changed then.
    """
    checked = parse_indicators(table)
    if catalogue is None:
        catalogue = store.version("indicators").details["catalogue"]
    return store.publish(
        "indicators",
        "indicators",
        checked.to_parquet(index=False),
        suffix=".parquet",
        provenance=Provenance(actor=actor, note=note, source=source, licence=licence),
        details={"rows": len(checked), "catalogue": catalogue, **(details or {})},
        expected=expected,
    )


def publish_model(
    store: Store,
    text: str,
    *,
    actor: str,
    note: str,
    source: str | None = None,
    licence: str = LICENCE_UNKNOWN,
) -> tuple[Version, Model]:
    """Make a model the current one of its id, beside the others or in place of an older one.

    Parameters
    ----------
    text : str
        TOML; see `geo.mcda.model_file.parse_model`.
    source : str, optional
        The model's own statement of its source by default.

    Raises
    ------
    InvalidModel
        Naming the place in the file; nothing has changed then.
    """
    model = parse_model(text)
    provenance = Provenance(
        actor=actor, note=note, source=source or str(model.source), licence=licence
    )
    name = MODEL_PREFIX + model.id
    content = text.encode()
    return store.publish(name, "model", content, suffix=".toml", provenance=provenance), model


def _published(store: Store, name: str) -> tuple[gpd.GeoDataFrame | None, Version | None]:
    try:
        version = store.version(name)
    except LayerNotFound:
        return None, None
    with reading(version.path):
        return gpd.read_parquet(version.path), version


def _details(upload: Upload) -> Mapping[str, Any]:
    report = upload.report
    summary, changes = report["summary"], report["difference"]
    return {
        "features": summary["features"],
        "crs": summary["crs"],
        "bounds": summary["bounds"],
        "filename": upload.filename,
        "file_sha256": upload.sha256,
        "difference": changes and changes["counts"],
        "findings": report["counts"],
    }
