"""A land raster that is handed in: read and made ready by a confined process, then published as it was made.

What the process leaves are GeoTIFFs of our own making: the raster as a COG, and what is derived from an
elevation, so that publishing writes files and computes nothing.
"""

import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from geo.errors import StoreFault, UploadUnsupported
from geo.ingest.findings import finding
from geo.ingest.sandbox import Watch, run_confined
from geo.ingest.source import Limits
from geo.land.fit import fitness_of
from geo.language import Text
from geo.planning.publish_land import (
    CheckedRaster,
    publications,
    questions_about,
    require_land_name,
)
from geo.published import LAND_PREFIX, model
from geo.store.snapshots import require_whole
from geo.store.store import Provenance, Store, Upload, Version
from geo.store.versions import Publication, Published
from geo.submission.choices import Choices
from geo.submission.raster_reader import RasterJob
from geo.validation.report import report_of

_READER = "geo.submission.raster_reader"
# What a raster is held against, beside the models.
_GROUND = ("regencies", "zones", "kecamatan")


def is_raster(dataset: str) -> bool:
    """Whether what is handed in under this name is a land raster."""
    return dataset.startswith(LAND_PREFIX)


def require_land(store: Store, dataset: str) -> None:
    """Raise unless a land raster can be called so, and there are regencies to hold it against.

    Raises
    ------
    RasterRefused, LayerNotFound
    """
    require_land_name(dataset.removeprefix(LAND_PREFIX))
    store.current().version("regencies", "layer")


def raster_limits(limits: Limits) -> Limits:
    """The limits of the process that reads a raster, whose time is a raster's."""
    return replace(limits, cpu_s=limits.raster_cpu_s, wall_s=limits.raster_wall_s)


def check_raster(
    store: Store,
    upload: Upload,
    choices: Choices,
    *,
    limits: Limits,
    watch: Watch,
    folder: Path,
) -> tuple[dict[str, Any], dict[str, Path] | None]:
    """The report of a raster, and its files by what follows the upload's id; None where it is refused.

    Raises
    ------
    Stopped, UploadUnsupported, StoreFault
    """
    now = store.current()
    for name in (*_GROUND, upload.dataset):
        if name in now.datasets():
            require_whole(now.version(name).path)
    job = RasterJob(
        path=store.uploads.original(upload.upload).absolute(),
        filename=upload.filename,
        stated=_stated(upload, choices),
        layer=choices.layer,
        published=now,
        limits=limits,
    )
    (folder / "job.pickle").write_bytes(pickle.dumps(job))
    outcome = run_confined(_READER, folder, limits=limits, watch=watch, library="rasterio")
    document = outcome.document
    if document is None:
        failure = outcome.failure or finding("reader_failed", reason="-", step="-")
        document = {"report": report_of([failure])}
    if "unsupported" in document:
        raise UploadUnsupported(reason=Text(**document["unsupported"]))
    if "fault" in document:
        raise StoreFault(reason=Text(**document["fault"]))
    common = {"filename": upload.filename, "against": _number(now, upload.dataset), "touched": []}
    common |= {"choices": {**document["report"]["choices"], **_questions(now, upload)}}
    if "rasters" not in document:
        return {**document["report"], **common}, None
    rasters = [_raster(said, folder / "made") for said in document["rasters"]]
    said = {name: document[name] for name in ("rasters", "read_as", "readers")}
    report = {**document["report"], **common, **said}
    return report, {f".{raster.name}.tif": raster.path for raster in rasters}


def publish_raster(store: Store, upload: Upload, provenance: Provenance, base: int) -> Version:
    """Publish a checked raster with what is derived from it, all in one transaction.

    Raises
    ------
    StaleVersion, Conflict, StoreFault, FileNotFoundError
        Nothing has changed then.
    """
    return store.publish_all(raster_publications(store, upload, provenance, base))[-1]


def raster_publications(
    store: Store, upload: Upload, provenance: Provenance, base: int
) -> list[Publication]:
    """What a checked raster would become, itself last; `FileNotFoundError` when a file is gone."""
    details = {"filename": upload.filename, "file_sha256": upload.sha256}
    details |= {"read_as": upload.report["read_as"], "findings": upload.report["counts"]}
    return publications(
        _waiting(store, upload),
        given=provenance,
        year=upload.choices.get("year"),
        details=details,
        expected=base,
    )


def _waiting(store: Store, upload: Upload) -> list[CheckedRaster]:
    rasters = []
    for said in upload.report["rasters"]:
        path = store.uploads.made(upload.upload, f".{said['name']}.tif")
        path.stat()
        rasters.append(replace(_raster(said, path.parent), path=path))
    return rasters


def _stated(upload: Upload, choices: Choices) -> dict[str, Any]:
    said = {n: getattr(choices, n) for n in ("unit", "band", "fit", "unfit", "replace_smaller")}
    return {"name": upload.dataset.removeprefix(LAND_PREFIX), **said}


def _raster(said: Mapping[str, Any], folder: Path) -> CheckedRaster:
    """A raster as the reader described it."""
    fitness = said["fitness"]
    return CheckedRaster(
        name=said["name"],
        path=folder / f"{said['name']}.tif",
        unit=said["unit"],
        fitness=None if fitness is None else fitness_of(fitness),
        method=said["method"],
    )


def _number(now: Published, dataset: str) -> int:
    return now.version(dataset).number if dataset in now.datasets() else 0


def _questions(now: Published, upload: Upload) -> dict[str, Any]:
    """The criteria and constraints of which it must be said whether the raster is fit for them."""
    asked = questions_about(now, upload.dataset.removeprefix(LAND_PREFIX))
    return {
        "fitness": [
            {
                "model": one.model,
                "model_title": model(now, one.model).title._asdict(),
                "id": one.id,
                "title": one.title._asdict(),
            }
            for one in asked
        ]
    }
