"""The program that reads one untrusted raster: `python -m geo.submission.raster_reader FOLDER`.

`geo/ingest/sandbox.py` starts it, with a GDAL that has no driver but GeoTIFF's own. It takes `job.pickle`
(written by the service) from its folder, checks the file as `kawasan land add` does, and leaves
`document.json` and, where nothing refuses the file, the rasters that would be published, each NAME.tif in `made`.
"""

import json
import os
import pickle
import shutil
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from geo.errors import GeoError, RasterRefused, StoreFault, UploadUnsupported
from geo.ingest.archive import DAMAGED, extract, passed_over, require_harmless, unreadable
from geo.ingest.findings import Finding, Unreadable, finding
from geo.ingest.formats import HEAD_BYTES, is_geotiff
from geo.ingest.sandbox import confine, ending, leave_document, leave_driver
from geo.ingest.source import Limits
from geo.language import Text, filled, joined, listed, percent, texts
from geo.store.versions import Published

if TYPE_CHECKING:
    from geo.planning.publish_land import CheckedLand, CheckedRaster, Stated

# Run by `python -m`, where its own name is `__main__`.
_SAY = texts("geo.submission.raster_reader")

# A coast that a cell crosses leaves some of each regency without values.
WHOLE_SHARE, NO_SHARE = 0.99, 0.005
# Beside GeoTIFF what writes the copy and what turns outlines into cells; neither opens a file.
_DRIVERS: Final = ("GTiff", "COG", "MEM")
# Files that programs put beside a raster and that are of the same format.
_BESIDE: Final = (".ovr", ".msk")
# What is refused for want of a word of its sender.
_ASKED: Final = {
    "band": "raster_band",
    "fit": "raster_fitness",
    "unit": "raster_unit",
    "replace_smaller": "raster_smaller",
}


@dataclass(frozen=True, slots=True, eq=False)
class RasterJob:
    """One raster to read and check: the file, what it is called, what is said of it, and against what.

    `stated` are the fields of `geo.planning.publish_land.Stated`, with `fit` and `unfit` in the place
    of its fitness: a file that is refused at a glance need not wait for the imports of that module.
    """

    path: Path
    filename: str
    stated: Mapping[str, Any]
    layer: str | None
    published: Published
    limits: Limits


def main(folder: Path) -> None:
    """Do the job in `folder`; memory or space that runs out ends the process."""
    for driver in _DRIVERS:
        leave_driver(driver)
    # The other wheel with a GDAL, which is not locked here.
    sys.modules["pyogrio"] = None  # type: ignore[assignment]
    # Written by the service into this private folder, never by an upload.
    job: RasterJob = pickle.loads((folder / "job.pickle").read_bytes())  # noqa: S301
    unlimited = confine(job.limits)
    with ending():
        document = read_and_check(job, folder)
        document["unlimited"] = unlimited
        leave_document(folder, document)


def read_and_check(job: RasterJob, folder: Path) -> dict[str, Any]:
    """What `document.json` says: a report and the rasters that were made, or why there is none."""
    from geo.validation.report import report_of

    told: list[Text] = []

    def step(at: Text) -> None:
        if at not in told:
            told.append(at)
            (folder / "step.json").write_text(json.dumps(at._asdict()), encoding="utf-8")

    step(_SAY["reading"])
    made = folder / "made"
    made.mkdir()
    try:
        path, found = _placed(job, folder)
        _require_cells(path, job.limits)
        from geo.planning.publish_land import checked_land

        checked = checked_land(
            job.published,
            path,
            made,
            stated=_stated(job),
            progress=lambda *_: step(_SAY["deriving"]),
        )
    except UploadUnsupported as error:
        return {"unsupported": _sentence(error)}
    except StoreFault as error:
        return {"fault": _sentence(error)}
    except Unreadable as error:
        return {"report": report_of(error.findings)}
    except GeoError as error:
        return {"report": report_of([_refusal(error)])}
    step(_SAY["keeping"])
    readers, told_of = _readers(job.published, checked)
    summary = _summary(checked, path, job)
    told_of += [*_losses(job, checked), *_partial(summary)]
    if summary["nodata"] is None and checked.values.valid_share == 1:
        told_of.append(finding("raster_without_nodata"))
    report = report_of([*found, *told_of]) | {"summary": summary}
    described = {"rasters": _described(checked), "read_as": checked.read_as, "readers": readers}
    return {"report": report, **described}


def _stated(job: RasterJob) -> "Stated":
    from geo.land.fit import Fitness
    from geo.planning.publish_land import Stated

    said = dict(job.stated)
    fit, unfit = (
        tuple((reader, Text(why, why)) for reader, why in (said.pop(name) or {}).items())
        for name in ("fit", "unfit")
    )
    return Stated(**said, fitness=Fitness(fit, unfit) if fit or unfit else None)


def _placed(job: RasterJob, folder: Path) -> tuple[Path, list[Finding]]:
    """The GeoTIFF under its sender's name, so that sentences name it so, and what was passed over."""
    given = folder / "given"
    given.mkdir()
    with job.path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(b"PK"):
        return _unpacked(job, given)
    target = given / _as_tif(job.filename)
    try:
        os.symlink(job.path, target)
    except OSError:  # Windows allows links to few
        shutil.copyfile(job.path, target)
    return target, []


def _as_tif(name: str) -> str:
    from geo.validation.upload import clean_name

    return PurePosixPath(clean_name(name)).stem + ".tif"


def _unpacked(job: RasterJob, folder: Path) -> tuple[Path, list[Finding]]:
    """Take the one GeoTIFF out of an archive, with the mask beside it; what else is there is told.

    A mask hides cells, and without it what it hides would count as measured; overviews, positions
    and statistics beside a raster could name other files and are left where they are.
    """
    try:
        with zipfile.ZipFile(job.path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            with job.path.open("rb") as file:
                require_harmless(entries, file, job.limits)
            chosen = _chosen(archive, entries, job.layer)
            target = folder / _as_tif(chosen.filename)
            placed = {target: chosen}
            mask = f"{chosen.filename}.msk".lower()
            placed |= {
                target.with_name(f"{target.name}.msk"): entry
                for entry in entries
                if entry.filename.lower() == mask
            }
            extract(archive, placed, limits=job.limits)
    except DAMAGED as error:
        raise unreadable(error) from error
    ignored = [entry for entry in entries if entry not in placed.values()]
    return target, list(passed_over(ignored))


def _chosen(
    archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], layer: str | None
) -> zipfile.ZipInfo:
    rasters = {}
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/")).name
        if name.lower().endswith(_BESIDE) or name.startswith("._"):
            continue
        with archive.open(entry) as member:
            if is_geotiff(member.read(HEAD_BYTES)):
                rasters[entry.filename] = entry
    if not rasters:
        shown = ", ".join(sorted(entry.filename[:60] for entry in entries)[:5]) or "-"
        raise UploadUnsupported(reason=_SAY["no_raster"].format(found=shown))
    named = [
        entry
        for name, entry in rasters.items()
        if layer is None or layer.lower() in (name.lower(), PurePosixPath(name).name.lower())
    ]
    if len(named) != 1:
        code = "several_layers" if named else "layer_unknown"
        raise Unreadable(finding(code, layer=layer, layers=", ".join(rasters)))
    return named[0]


def _require_cells(path: Path, limits: Limits) -> None:
    """Refuse more cells than may be by the header alone, those of all bands together."""
    from geo.raster.files import file_size

    width, height, bands = file_size(path)
    if width * height * bands > limits.raster_cells:
        raise Unreadable(
            finding(
                "raster_too_many_cells",
                width=width,
                height=height,
                bands=bands,
                limit=limits.raster_cells,
            )
        )


def _refusal(error: GeoError) -> Finding:
    asks = error.facts.get("asks") if isinstance(error, RasterRefused) else None
    code = _ASKED.get(str(asks), "raster_refused")
    return Finding(code, "error", Text(error.detail("id"), error.detail("en")))


def _sentence(error: GeoError) -> dict[str, str]:
    return {"id": error.detail("id"), "en": error.detail("en")}


def _described(checked: "CheckedLand") -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "unit": one.unit,
            "method": one.method,
            "fitness": None if one.fitness is None else one.fitness.as_details(),
        }
        for one in checked.rasters
    ]


def _readers(
    published: Published, checked: "CheckedLand"
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Who would read the rasters once they are published, or why not; and the sentences for that."""
    from geo.planning.publish_land import effects
    from geo.published import model

    entries, reading, found = [], list[str](), list[Finding]()
    for raster, reader, why_not in effects(published, checked.rasters):
        entry: dict[str, Any] = {"raster": raster, "model": reader.model, "id": reader.id}
        entry |= {"title": reader.title._asdict()}
        entry |= {"model_title": model(published, reader.model).title._asdict()}
        entries.append(entry | {"why_not": None if why_not is None else why_not._asdict()})
        if why_not is None:
            reading.append(f"{reader.model}.{reader.id}")
        else:
            named = f"{reader.model}.{reader.id}"
            found.append(finding("raster_not_read", reader=named, why=why_not))
    readers = ", ".join(dict.fromkeys(reading))
    found.append(
        finding("raster_read_by", readers=readers) if readers else finding("raster_unread")
    )
    return entries, found


def _summary(checked: "CheckedLand", path: Path, job: RasterJob) -> dict[str, Any]:
    """What the raster is, as it would be published, and what it holds inside the region."""
    from geo.land.raster import raster_facts
    from geo.raster.files import RasterFile

    itself = checked.rasters[-1]
    with RasterFile(path, job.stated["band"]) as raster:
        header = raster.header
    return {
        "format": "geotiff",
        **raster_facts(itself.path),
        "bands": header.n_bands,
        "band": header.band,
        "unit": itself.unit,
        "least": checked.values.low,
        "greatest": checked.values.high,
        "derived": [one.name for one in checked.rasters[:-1]],
        **_covered(job.published, itself),
    }


def _losses(job: RasterJob, checked: "CheckedLand") -> list[Finding]:
    """What its sender has chosen to lose of the published raster."""
    from geo.land.raster import land_title
    from geo.planning.publish_land import losses

    if not job.stated["replace_smaller"]:
        return []
    itself, names = checked.rasters[-1], [one.name for one in checked.rasters]
    lost = losses(job.published, itself.path, names=names)
    return [finding("raster_loses", name=land_title(name), counts=counts) for name, counts in lost]


def _partial(summary: Mapping[str, Any]) -> list[Finding]:
    """Which regencies have values in part or not at all; nothing where all have them."""
    shares = summary["regencies"]
    part = [one for one in shares if NO_SHARE <= one["valid_share"] < WHOLE_SHARE]
    none = [one for one in shares if one["valid_share"] < NO_SHARE]
    said = []
    if none:
        said.append(_SAY["not_covered"].format(names=", ".join(one["name"] for one in none)))
    if part:
        named = [
            filled(_SAY["regency"], name=one["name"], share=percent(one["valid_share"]))
            for one in part
        ]
        said.append(filled(_SAY["partly_covered"], names=listed(named)))
    if not said:
        return []
    share = percent(summary["valid_share"])
    return [finding("raster_partial", share=share, covered=joined(said, by=" "))]


def _covered(published: Published, raster: "CheckedRaster") -> dict[str, Any]:
    """The share of the province and of each regency that has values, and which areas are measured.

    An area is measured where at least half of it has values, as a criterion asks it; `before` is of
    the published raster of that name, 0 where there is none.
    """
    import geopandas as gpd
    import pandas as pd

    from geo.crs import area_ha
    from geo.planning.publish_land import MEASURED_LAYERS, measured
    from geo.published import LAND_PREFIX, layer
    from geo.readiness.land_measures import MIN_VALID_SHARE

    names = [n for n in MEASURED_LAYERS if n in published.datasets("layer")]
    frames = {name: layer(published, name) for name in ("regencies", *names)}
    # All in one pass over the cells.
    outlines = pd.concat([frame[["geometry"]].to_crs("OGC:CRS84") for frame in frames.values()])
    has = pd.Series(measured(gpd.GeoDataFrame(outlines), raster.path))
    had = None
    if LAND_PREFIX + raster.name in published.datasets("raster"):
        path = published.version(LAND_PREFIX + raster.name).path
        had = pd.Series(measured(gpd.GeoDataFrame(outlines), path))
    regencies = frames.pop("regencies")
    start = len(regencies)
    whole = area_ha(regencies)
    valid_share = round(float((has[:start].to_numpy() * whole).sum() / whole.sum()), 9)
    shares = zip(regencies.index, regencies["name"], has[:start], strict=True)
    areas = {}
    for name, frame in frames.items():
        part = slice(start, start := start + len(frame))
        areas[name] = {
            "of": len(frame),
            "before": 0 if had is None else int((had[part] >= MIN_VALID_SHARE).sum()),
            "after": int((has[part] >= MIN_VALID_SHARE).sum()),
            "without": frame["name"][(has[part] < MIN_VALID_SHARE).to_numpy()].astype(str).tolist(),
        }
    return {
        "valid_share": valid_share,
        "regencies": [
            {"code": str(code), "name": str(name), "valid_share": float(share)}
            for code, name, share in shares
        ],
        "areas": areas,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
