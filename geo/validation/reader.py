"""The program that reads one untrusted file: `python -m geo.validation.reader FOLDER`.

`geo/ingest/sandbox.py` starts it. It takes `job.pickle` and `reference.pickle` (written by the service) from
its folder, reads and checks the file under its limits, and leaves `document.json` and, when the file is accepted,
`cleaned.parquet`. Then it draws what a map shows of the file, as far as that goes in little time: a
drawing that fails takes nothing from the report. `step.json` says what it is at, for whoever finds it
dead.
"""

import json
import os
import pickle
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import UploadUnsupported
from geo.ingest.formats import FORMATS, TOPOLOGY
from geo.ingest.sandbox import confine, ending, leave_document, leave_driver
from geo.ingest.source import (
    LAYER_FILE,
    Drawing,
    Earlier,
    Job,
    Limits,
    Reference,
    Remembered,
    Source,
    SourceKind,
)
from geo.language import Text, first_of, texts

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.ingest.findings import Finding
    from geo.validation.validate import Validation

_MOST_SHOWN = 20

# Of a file that would take longer there is no map.
_DRAWING_S = 20.0
# Run by `python -m`, where its own name is `__main__`.
_SAY = texts("geo.validation.reader")


def main(folder: Path) -> None:
    """Do the job in `folder`; memory that runs out or space that runs out ends the process."""
    # Written by the service into this private folder, never by an upload.
    job: Job = pickle.loads((folder / "job.pickle").read_bytes())  # noqa: S301
    unlimited = confine(job.limits)
    with ending():
        read_and_check(
            job, folder, reference=lambda: _reference(folder), said={"unlimited": unlimited}
        )


def read_and_check(
    job: Job,
    folder: Path,
    *,
    reference: Callable[[], Reference],
    said: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What `document.json` says: a report and whether there is a layer, or why the kind is not taken.

    `reference` is asked for only when there are features to hold against it; the document has what
    is `said` besides.
    """
    document, result = _checked(job, folder, reference)
    leave_document(folder, {**document, **(said or {})})
    if result is not None:
        _draw(result, folder)
    return document


def _checked(
    job: Job, folder: Path, reference: Callable[[], Reference]
) -> tuple[dict[str, Any], "Validation | None"]:
    from geo.ingest.findings import Unreadable
    from geo.validation.report import report_of

    def step(at: Text) -> None:
        (folder / "step.json").write_text(json.dumps(at._asdict()), encoding="utf-8")

    step(_SAY["reading"])
    try:
        source = _read(job, folder)
    except UploadUnsupported as error:
        return {"unsupported": {"id": error.detail("id"), "en": error.detail("en")}}, None
    except Unreadable as error:
        return {"report": report_of(error.findings), "has_layer": False}, None
    from geo.validation.validate import validate
    from geo.vector.export import layer_to_parquet

    recalled = _recalled(job, source)
    if recalled is not None:
        source = replace(source, findings=(*source.findings, _told(recalled)))
    result = validate(
        source,
        schema=job.schema,
        reference=_with_current(job, reference()),
        crs_override=job.crs_override,
        repair=job.repair,
        limits=job.limits,
        step=step,
        columns=job.columns if recalled is None else recalled.columns,
        unrepaired=job.unrepaired,
        earlier=None if job.earlier is None else _read_earlier(job.earlier),
        same_as=job.same_as,
    )
    if result.frame is not None:
        step(_SAY["keeping"])
        (folder / LAYER_FILE).write_bytes(layer_to_parquet(result.frame))
    report = result.report
    if recalled is not None:
        report = report | {"remembered": recalled.to_json(job.schema.layer)}
    step(_SAY["drawing"])
    return {"report": report, "has_layer": result.frame is not None}, result


def _recalled(job: Job, source: Source) -> Remembered | None:
    """What was asked of an earlier file with just the same columns, where nothing is asked now."""
    if job.columns:
        return None
    names = {str(name) for name in source.frame.columns if name != source.frame.geometry.name}
    return next((one for one in job.remembered if one.names == names), None)


def _told(recalled: Remembered) -> "Finding":
    from geo.ingest.findings import finding

    shown = [f"{field} ← {column or '–'}" for field, column in recalled.columns.items()]
    return finding(
        "columns_remembered",
        filename=recalled.filename,
        day=recalled.day,
        columns=first_of(shown, _MOST_SHOWN),
    )


def _draw(result: "Validation", folder: Path) -> None:
    """Leave what a map shows; the process ends where that takes too long, and what is there counts."""
    from geo.validation.changes import changed_features
    from geo.validation.preview import preview

    watch = threading.Timer(_DRAWING_S, os._exit, (0,))
    watch.daemon = True
    watch.start()
    try:
        if (found := preview(result.read)) is not None:
            _leave_drawing(folder, "preview", found)
        if result.changes is not None:
            _leave_drawing(folder, "changes", changed_features(*result.changes))
    finally:
        watch.cancel()


def _leave_drawing(folder: Path, name: Drawing, content: Mapping[str, Any]) -> None:
    unfinished = folder / f"{name}.unfinished"
    unfinished.write_text(json.dumps(content), encoding="utf-8")
    os.replace(unfinished, folder / f"{name}.geojson")


def _reference(folder: Path) -> Reference:
    # Written by the service, as the job is.
    reference: Reference = pickle.loads((folder / "reference.pickle").read_bytes())  # noqa: S301
    return reference


def _with_current(job: Job, reference: Reference) -> Reference:
    if job.current is None:
        return reference
    import geopandas as gpd

    return replace(reference, current=gpd.read_parquet(job.current))


def _read_earlier(earlier: Earlier) -> "tuple[Earlier, gpd.GeoDataFrame]":
    import geopandas as gpd

    return earlier, gpd.read_parquet(earlier.path)


def _read(job: Job, folder: Path) -> Source:
    if job.kind != "zip":
        return read_source(
            job.path,
            folder,
            kind=job.kind,
            layer=job.layer,
            encoding=job.encoding,
            limits=job.limits,
        )
    from geo.ingest.package import unpack

    content = unpack(job.path, folder, layer=job.layer, limits=job.limits)
    source = read_source(
        content.path,
        folder,
        kind=content.kind,
        layer=content.layer,
        encoding=job.encoding,
        limits=job.limits,
    )
    # A format that names no layer of its own is called as its file was.
    named = source.layer if source.layer != content.path.stem else content.name
    return replace(source, layer=named, findings=(*content.findings, *source.findings))


def read_source(
    path: Path,
    folder: Path,
    *,
    kind: SourceKind,
    layer: str | None,
    encoding: str | None,
    limits: Limits,
) -> Source:
    """The layer of one file by the reader of its kind; `folder` is for what that must write.

    A layer that is asked for of a kind that has but one is told to be passed over.

    Raises
    ------
    Unreadable, UploadUnsupported
    """
    source = _read_kind(path, folder, kind=kind, layer=layer, encoding=encoding, limits=limits)
    is_named = layer is None or layer.lower() == source.layer.lower()
    if is_named or FORMATS[source.kind].has_several:
        return source
    from geo.ingest.findings import finding

    return replace(source, findings=(*source.findings, finding("layer_not_there", layer=layer)))


def _read_kind(
    path: Path,
    folder: Path,
    *,
    kind: SourceKind,
    layer: str | None,
    encoding: str | None,
    limits: Limits,
) -> Source:
    if (driver := FORMATS[kind].driver) is not None:
        leave_driver(driver)
    if kind == "shapefile":
        from geo.ingest.archive import unpack_shapefile
        from geo.ingest.shapefile import read_shapefile

        files = unpack_shapefile(path, folder, layer=layer, limits=limits)
        return read_shapefile(files, encoding=encoding, limits=limits)
    if kind in ("csv", "xlsx"):
        from geo.ingest.table_file import read_table_file

        return read_table_file(path, kind=kind, sheet=layer, encoding=encoding, limits=limits)
    read = _read_by_us if FORMATS[kind].driver is None else _read_by_gdal
    return read(path, folder, kind=kind, layer=layer, limits=limits)


def _read_by_us(
    path: Path, folder: Path, *, kind: SourceKind, layer: str | None, limits: Limits
) -> Source:
    if kind == "geopackage":
        from geo.ingest.geopackage import read_geopackage

        return read_geopackage(path, layer=layer, limits=limits)
    if kind == "geoparquet":
        from geo.ingest.geoparquet import read_geoparquet

        return read_geoparquet(path, limits=limits)
    return _read_json(path, folder, layer=layer, limits=limits)


def _read_by_gdal(
    path: Path, folder: Path, *, kind: SourceKind, layer: str | None, limits: Limits
) -> Source:
    if kind == "flatgeobuf":
        from geo.drivers.flatgeobuf import read_flatgeobuf

        return read_flatgeobuf(path, folder, limits=limits)
    if kind == "filegdb":
        from geo.drivers.filegdb import read_filegdb

        return read_filegdb(path, layer=layer, limits=limits)
    if kind == "kml":
        from geo.drivers.kml import read_kml

        return read_kml(path, folder, layer=layer, limits=limits)
    if kind == "gml":
        from geo.drivers.gml import read_gml

        return read_gml(path, folder, layer=layer, limits=limits)
    if kind == "topojson":
        from geo.drivers.topojson import read_topojson

        return read_topojson(path, folder, layer=layer, limits=limits)
    from geo.drivers.dxf import read_dxf

    return read_dxf(path, folder, layer=layer, limits=limits)


def _read_json(path: Path, folder: Path, *, layer: str | None, limits: Limits) -> Source:
    """GeoJSON, or TopoJSON that says so late in its text."""
    from geo.ingest.geojson import read_geojson

    try:
        return read_geojson(path, limits=limits)
    except UploadUnsupported:
        if not TOPOLOGY.search(path.read_bytes()):
            raise
    return read_source(path, folder, kind="topojson", layer=layer, encoding=None, limits=limits)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
