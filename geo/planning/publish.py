"""From a file that somebody hands in to the next version of a layer, the indicators or a model.

A file is checked against what is published now and its report is kept; only an accepted upload can
be published, and only over the version that it was compared with.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.errors import Conflict, LayerNotFound, WarningsNotAccepted
from geo.indicators.handed_in import NOTHING_STATED, Against, StatedOfAll, read_indicator_file
from geo.indicators.table import parse_indicators, upsert
from geo.ingest.findings import TO_ACCEPT
from geo.ingest.source import Limits
from geo.language import Text, joined, texts
from geo.mcda.model import Model
from geo.mcda.model_file import parse_model
from geo.published import MODEL_PREFIX, REGION, read_catalogue, read_indicators
from geo.published import region as planning_region
from geo.store.snapshots import file_sha256, reading
from geo.store.store import Provenance, Store, Upload, Version
from geo.validation.report import report_of
from geo.validation.upload import DEFAULT_LIMITS, clean_name, ingest_upload
from geo.vector.export import layer_to_parquet
from geo.vector.region_file import parse_region
from geo.vector.schema import schema_of

_SAY = texts(__name__)

LICENCE_UNKNOWN = "not stated"
# The dataset of all figures, beside the layers.
INDICATORS = "indicators"
# The report has them all.
_SHOWN_WARNINGS = 3


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file as it was handed in, and what its sender says of it.

    `crs` and `encoding` stand in for what the file says; `layer` is which layer of several;
    `repair` lets invalid polygons be repaired, each with its area before and after; `columns` is
    what is asked of the columns (see `geo.validation.columns.map_columns`). Of the
    indicators, `figures` is what is said of all figures, and `replace` leaves out every current
    figure that the file does not have; their `layer` is the sheet of a workbook.
    """

    path: Path
    filename: str
    layer_name: str = "zones"
    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    repair: bool = False
    columns: Mapping[str, str | None] | None = None
    figures: StatedOfAll = NOTHING_STATED
    replace: bool = False


def check_upload(
    store: Store, handed: HandedIn, *, actor: str, limits: Limits = DEFAULT_LIMITS
) -> Upload:
    """Check a file against its layer's schema and what is published; record it with its report.

    A table of figures is checked against the catalogue of the indicators.

    Raises
    ------
    LayerNotFound
        For a layer without a schema.
    UploadTooLarge, UploadUnsupported, InvalidInput
        Before anything was read; nothing is recorded then.
    """
    if handed.layer_name == INDICATORS:
        return _check_figures(store, handed, actor=actor, limits=limits)
    schema = schema_of(handed.layer_name)
    planning = planning_region(store)
    region, _ = _published(store, "regencies")
    # Regencies of another province, as a new store has them, are no ground to hold a layer against.
    if region is not None and not planning.holds(region.index):
        region = None
    current, against = _published(store, handed.layer_name)
    result = ingest_upload(
        handed.path,
        filename=handed.filename,
        schema=schema,
        planning=planning,
        region=region,
        current=current,
        crs_override=handed.crs,
        encoding=handed.encoding,
        layer=handed.layer,
        limits=limits,
        corrections={"make_valid": handed.repair},
        columns=handed.columns,
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
    role: str | None = None,
    institution: str | None = None,
) -> Version:
    """Make an accepted upload the current version of its layer.

    Parameters
    ----------
    expected : int, optional
        The version that the caller believes to be current; by default the one that the upload was
        compared with.
    accept_warnings : bool
        Whether somebody has looked at the warnings that must be accepted.
    role, institution : str, optional
        What the public is told of who publishes.

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
    provenance = Provenance(
        actor=actor,
        note=note,
        source=source or upload.filename,
        licence=licence or LICENCE_UNKNOWN,
        upload=upload_id,
        role=role,
        institution=institution,
    )
    expected = compared if expected is None else expected
    try:
        publish = _publish_figures if upload.dataset == INDICATORS else _publish_layer
        version = publish(store, upload, provenance, expected)
    except FileNotFoundError as error:
        # Somebody may have discarded or published it since we looked; that says more than the file.
        store.uploads.one(upload_id).require_valid()
        raise Conflict(reason=_SAY["file_lost"]) from error
    store.uploads.path(upload_id).unlink(missing_ok=True)
    return version


def _publish_layer(
    store: Store, upload: Upload, provenance: Provenance, expected: int | None
) -> Version:
    return store.publish(
        upload.dataset,
        "layer",
        store.uploads.path(upload.upload),
        suffix=".parquet",
        provenance=provenance,
        details=_details(upload),
        expected=expected,
    )


def _require_no_open_warning(upload: Upload) -> None:
    counts = upload.report["counts"]
    if n := sum(counts.get(code, 0) for code in TO_ACCEPT):
        said = [f["sentence"] for f in upload.report["findings"] if f["code"] in TO_ACCEPT]
        shown = joined([Text(**sentence) for sentence in said[:_SHOWN_WARNINGS]], by=" ")
        raise WarningsNotAccepted(n=n, warnings=shown)


def _check_figures(store: Store, handed: HandedIn, *, actor: str, limits: Limits) -> Upload:
    """Check a table of figures against the catalogue and what is published; record it."""
    version = store.version(INDICATORS)
    current = read_indicators(version.path)
    against = Against(
        region=planning_region(store),
        catalogue=read_catalogue(version.details["catalogue"]),
        published=current,
        today=store.today(),
    )
    stated = replace(handed.figures, sheet=handed.layer, encoding=handed.encoding)
    read = read_indicator_file(
        handed.path, stated=stated, against=against, limits=limits, name=handed.filename
    )
    report = report_of(read.findings) | {
        "filename": clean_name(handed.filename),
        "summary": read.summary,
        "against": version.number,
        "replace": handed.replace,
    }
    with tempfile.TemporaryDirectory(prefix="kawasan-upload-") as folder:
        cleaned = None
        if read.frame is not None:
            _, amendment = upsert(current, read.frame, is_replacing=handed.replace)
            report["difference"] = {"counts": asdict(amendment)}
            cleaned = Path(folder) / "figures.parquet"
            read.frame.to_parquet(cleaned, index=False)
        return store.uploads.add(
            INDICATORS,
            filename=clean_name(handed.filename),
            sha256=file_sha256(handed.path),
            report=report,
            frame=cleaned,
            actor=actor,
        )


def _publish_figures(
    store: Store, upload: Upload, provenance: Provenance, expected: int | None
) -> Version:
    """Put checked figures into the table as it stands now."""
    handed_in = parse_indicators(pd.read_parquet(store.uploads.path(upload.upload)))
    current = read_indicators(store.version(INDICATORS).path)
    table, _ = upsert(current, handed_in, is_replacing=upload.report["replace"])
    return _publish_table(store, table, provenance, expected=expected)


def publish_region(
    store: Store,
    text: str,
    *,
    provenance: Provenance,
    details: Mapping[str, Any] | None = None,
    expected: int | None = None,
) -> Version:
    """Make a region the one that the store plans for; what is published of another one stays.

    Parameters
    ----------
    text : str
        TOML; see `geo.vector.region_file.parse_region`.

    Raises
    ------
    InvalidRegion
        Naming the place in the file; nothing has changed then.
    """
    region = parse_region(text)
    return store.publish(
        REGION,
        "region",
        text.encode(),
        suffix=".toml",
        provenance=provenance,
        details={"code": region.code, "name": region.name._asdict(), **(details or {})},
        expected=expected,
    )


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
    """Make a tidy indicator table the current one, as a whole; `check_upload` amends it.

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
    checked = parse_indicators(table, region=planning_region(store))
    if catalogue is None:
        catalogue = store.version(INDICATORS).details["catalogue"]
    provenance = Provenance(actor=actor, note=note, source=source, licence=licence)
    return _publish_table(
        store,
        checked,
        provenance,
        details={"catalogue": catalogue, **(details or {})},
        expected=expected,
    )


def _publish_table(
    store: Store,
    table: pd.DataFrame,
    provenance: Provenance,
    *,
    details: Mapping[str, Any] | None = None,
    expected: int | None,
) -> Version:
    facts = details or {"catalogue": store.version(INDICATORS).details["catalogue"]}
    return store.publish(
        INDICATORS,
        "indicators",
        table.to_parquet(index=False),
        suffix=".parquet",
        provenance=provenance,
        details={"rows": len(table), **facts},
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
