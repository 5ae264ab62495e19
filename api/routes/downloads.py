"""Published layers as files in their own columns, and what each format does not hold of them.

An assessment as a file is `api/routes/exports.py`.
"""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal

import anyio
import anyio.to_thread
from fastapi import Path as PathParameter
from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import READS
from api.collections import Collection, enclosure, file_path, query_of
from api.deps import LanguageDep, LinksDep, StoreDep, TablesDep
from api.features.answers import Answer
from api.features.ranges import DATED, RANGES, WholeFile, ranged, ranged_file, whole_file
from api.links import JSON, Links
from api.ogc_models import Link
from api.parameters import CollectionId, InvalidParameter
from api.responses import conditional, etag_of, json_response
from api.serving.kept_downloads import (
    BeingWritten,
    held_by,
    kept_download,
    when_written,
    write_held,
)
from api.serving.router import Router
from geo.crs import LONLAT, crs_of_parquet, same_crs
from geo.language import Language, texts
from geo.vector.file_formats import FILE_FORMATS, FORMATS, Format, Kind

if TYPE_CHECKING:
    import pyproj

    from geo.vector.losses import Fitted

_SAY = texts(__name__)

router = Router("data", dependencies=[READS])

_BLOCK_BYTES = 1 << 18
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {entry.media_type: {} for entry in FILE_FORMATS.values()},
        "description": "A file",
    },
    **RANGES,
}
FormatName = Annotated[
    str, PathParameter(description=f"One of {', '.join(FORMATS)}.", examples=["gpkg"])
]


class DownloadQuery(BaseModel):
    """Which version of the layer."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int | None, Field(ge=1, description="The current one by default.")] = None
    style: Annotated[
        bool,
        Field(
            description="Of a GeoPackage of areas: bring the QGIS style, in a table `layer_styles` of its own."
        ),
    ] = False
    f: str | None = None
    lang: str | None = None


class LossDocument(BaseModel):
    """One thing that a file does not hold as the layer has it.

    `count` is of values of the column, or of features where no column is named; it is left
    out where all are meant.
    """

    code: str
    column: str | None = None
    count: int | None = None
    sentence: str


class FileColumnDocument(BaseModel):
    """A column of the layer, its name in the file and the kind of its values there."""

    name: str
    written: str
    kind: Kind


class FileDocument(BaseModel):
    """What a file of a layer holds; without losses it holds all as the layer has it."""

    collection: str
    version: int | None = None
    format: Literal[FORMATS]  # type: ignore[valid-type]
    file: str
    crs: str
    features: int
    columns: list[FileColumnDocument]
    losses: list[LossDocument]
    links: list[Link]


@router.get(
    "/collections/{collectionId}/download/{format}",
    response_class=Response,
    responses=_FILES,
    summary="A layer as a file",
)
async def download(
    request: Request,
    collection_id: CollectionId,
    format: FormatName,
    query: Annotated[DownloadQuery, Query()],
    store: StoreDep,
    tables: TablesDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """All features in the layer's own columns, as published.

    GeoPackage, Shapefile, FlatGeobuf and GeoParquet are in the layer's own CRS, the others in lon/lat
    (`Content-Crs`). What the format cannot hold is told at the address with `/report` after this one.
    """
    chosen = _format(format)
    entry = await anyio.to_thread.run_sync(tables.collection, collection_id, query.version)
    spec = FILE_FORMATS[chosen]
    makers = request.app.state.download_makers

    style_in = language if query.style else None

    def told(crs: "pyproj.CRS") -> dict[str, str]:
        return {
            "Content-Disposition": f'attachment; filename="{_file_name(entry, chosen)}"',
            "Content-Crs": f"<{_uri(crs)}>",
            "Link": _link_header(entry, chosen, links),
        }

    def whole() -> Answer:
        held = held_by(entry, chosen, language)
        file = _opened(held, chosen, entry, style_in=style_in)
        headers = told(held.crs) | {"Content-Length": str(file.seek(0, 2))}
        return Answer(spec.media_type, headers, _blocks(file))

    tag = etag_of(entry.key, chosen, query.style, language, links)

    def answer(*, is_kept: bool) -> Response:
        if chosen in DATED:
            return whole_file(whole(), language=language)
        if is_kept and entry.version is not None and tables.is_large(entry):
            name = _stem(entry.id)
            path = kept_download(store, makers, entry, chosen, name=name, style_in=style_in)
            crs = LONLAT if spec.in_lonlat else crs_of_parquet(entry.version.path)
            file = WholeFile.at(path, spec.media_type, told(crs))
            return ranged_file(request, tag, file, language=language)
        return ranged(request, tag, whole, language=language)

    def found(is_kept: bool) -> Response:
        response = conditional(request, tag, partial(answer, is_kept=is_kept))
        return _weakly(response) if chosen in DATED else response

    is_kept = True
    while True:
        try:
            return await anyio.to_thread.run_sync(found, is_kept)
        except BeingWritten as being:
            # What no process can write is tried here, where what is wrong with it can be said.
            is_kept = await when_written(being.written)


@router.get(
    "/collections/{collectionId}/download/{format}/report",
    response_model=FileDocument,
    summary="What a file of a layer holds",
)
def download_report(
    request: Request,
    collection_id: CollectionId,
    format: FormatName,
    query: Annotated[DownloadQuery, Query()],
    store: StoreDep,
    tables: TablesDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """The names of the columns in the file, and every value that the format cannot hold, by column."""
    chosen = _format(format)
    entry = tables.collection(collection_id, query.version)

    def answer() -> Response:
        held = held_by(entry, chosen, language)
        found = FileDocument(
            collection=entry.id,
            version=None if entry.version is None else entry.version.number,
            format=chosen,
            file=_file_name(entry, chosen),
            crs=_uri(held.crs),
            features=len(held.ids),
            columns=[
                FileColumnDocument(name=c.name, written=c.written, kind=c.kind)
                for c in held.columns
            ],
            losses=[
                LossDocument(
                    code=loss.code,
                    column=loss.column,
                    count=loss.count,
                    sentence=loss.text.to(language),
                )
                for loss in held.losses
            ],
            links=[
                Link(
                    **links.link(
                        "self", JSON, *file_path(entry, chosen), "report", query=query_of(entry)
                    )
                ),
                Link(**enclosure(entry, chosen, links)),
            ],
        )
        return json_response(request, found)

    key = etag_of(entry.key, chosen, "report", language, links)
    return conditional(request, key, answer)


def _link_header(entry: Collection, format: Format, links: Links) -> str:
    report = links.url(*file_path(entry, format), "report", query=query_of(entry))
    collection = links.url("collections", entry.id)
    return f'<{report}>; rel="describedby"; type="{JSON}", <{collection}>; rel="collection"'


def _format(name: str) -> Format:
    found = next((known for known in FORMATS if known == name), None)
    if found is None:
        reason = _SAY["no_format"].format(format=name, known=", ".join(FORMATS))
        raise InvalidParameter(parameter="format", reason=reason)
    return found


def _file_name(entry: Collection, format: Format) -> str:
    """A name that every system takes: of a header's quotes and of a folder it holds nothing."""
    return (
        _stem(entry.id)
        + ("" if entry.version is None else f"-v{entry.version.number}")
        + (FILE_FORMATS[format].suffix)
    )


def _stem(collection_id: str) -> str:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in collection_id)
    return plain[:80] or "layer"


def _uri(crs: "pyproj.CRS") -> str:
    if same_crs(crs, LONLAT):
        return "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    authority = crs.to_authority()
    if authority is None:
        return crs.name.encode("ascii", "replace").decode()
    return "http://www.opengis.net/def/crs/{}/0/{}".format(*authority)


def _opened(
    held: "Fitted", format: Format, entry: Collection, *, style_in: Language | None
) -> IO[bytes]:
    """The file, open and without a name: whatever happens while it is sent, nothing of it stays."""
    with tempfile.TemporaryDirectory(prefix="kawasan-download-") as folder:
        path = Path(folder) / (_stem(entry.id) + FILE_FORMATS[format].suffix)
        write_held(held, path, entry, format, style_in=style_in)
        return path.open("rb")


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while block := file.read(_BLOCK_BYTES):
            yield block


def _weakly(response: Response) -> Response:
    """`response` under a weak ETag, of a format that carries the time at which it was written."""
    response.headers["ETag"] = f"W/{response.headers['ETag']}"
    return response
