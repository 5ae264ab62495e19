"""The program that reads one untrusted file: `python -m geo.validation.reader FOLDER`.

`geo/ingest/sandbox.py` starts it. It takes `job.pickle` and `reference.pickle` (written by the service) from
its folder, reads and checks the file under its limits, and leaves `document.json` and, when the file is accepted,
`layer.parquet`. `step.json` says what it is at, for whoever finds it dead.
"""

import json
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geo.ingest.sandbox import NO_MEMORY_EXIT, confine
from geo.ingest.source import Job, Reference, Source
from geo.language import Text, texts

# Run by `python -m`, where its own name is `__main__`.
_SAY = texts("geo.validation.reader")


def main(folder: Path) -> None:
    """Do the job in `folder`; memory that runs out ends the process with `NO_MEMORY_EXIT`."""
    # Written by the service into this private folder, never by an upload.
    job: Job = pickle.loads((folder / "job.pickle").read_bytes())  # noqa: S301
    unlimited = confine(job.limits)
    try:
        document = read_and_check(job, folder, reference=lambda: _reference(folder))
        document["unlimited"] = unlimited
        (folder / "document.json").write_text(json.dumps(document), encoding="utf-8")
    except MemoryError:
        os._exit(NO_MEMORY_EXIT)


def read_and_check(job: Job, folder: Path, *, reference: Callable[[], Reference]) -> dict[str, Any]:
    """What `document.json` says: a report and whether there is a layer, or why the kind is not taken.

    `reference` is asked for only when there are features to hold against it.
    """
    from geo.errors import UploadUnsupported
    from geo.ingest.findings import Unreadable
    from geo.validation.report import report_of

    def step(at: Text) -> None:
        (folder / "step.json").write_text(json.dumps(at._asdict()), encoding="utf-8")

    step(_SAY["reading"])
    try:
        source = _read(job, folder)
    except UploadUnsupported as error:
        return {"unsupported": {"id": error.detail("id"), "en": error.detail("en")}}
    except Unreadable as error:
        return {"report": report_of(error.findings), "has_layer": False}
    from geo.validation.validate import validate

    result = validate(
        source,
        schema=job.schema,
        reference=reference(),
        crs_override=job.crs_override,
        repair=job.repair,
        limits=job.limits,
        step=step,
        columns=job.columns,
    )
    if result.frame is not None:
        step(_SAY["keeping"])
        result.frame.to_parquet(folder / "layer.parquet", index=True)
    return {"report": result.report, "has_layer": result.frame is not None}


def _reference(folder: Path) -> Reference:
    # Written by the service, as the job is.
    reference: Reference = pickle.loads((folder / "reference.pickle").read_bytes())  # noqa: S301
    return reference


def _read(job: Job, folder: Path) -> Source:
    if job.kind == "geojson":
        from geo.ingest.geojson import read_geojson

        return read_geojson(job.path, limits=job.limits)
    if job.kind == "geopackage":
        from geo.ingest.geopackage import read_geopackage

        return read_geopackage(job.path, layer=job.layer, limits=job.limits)
    if job.kind == "kml":
        from geo.ingest.kml import read_kml

        return read_kml(job.path, folder, layer=job.layer, limits=job.limits)
    from geo.ingest.archive import unpack_shapefile
    from geo.ingest.shapefile import read_shapefile

    files = unpack_shapefile(job.path, folder, layer=job.layer, limits=job.limits)
    return read_shapefile(files, encoding=job.encoding)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
