"""All tiles of a collection as one file, of which clients may ask for ranges of bytes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Path as PathParameter
from fastapi import Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict
from starlette.types import Receive, Scope, Send

from api.access import READS
from api.deps import CollectionTilesDep, LanguageDep, PatienceDep, TablesDep
from api.features.ranges import RANGES, unsatisfiable
from api.parameters import CollectionId
from api.responses import conditional, etag_of
from api.serving.router import Router
from api.tile_documents import ARCHIVES, NoArchive

router = Router("tiles", dependencies=[READS])

_RANGE = re.compile(
    r"bytes=\s*(\d{1,18}-\d{0,18}|-\d{1,18})(\s*,\s*(\d{1,18}-\d{0,18}|-\d{1,18}))*\s*",
    re.IGNORECASE,
)


class ArchiveQuery(BaseModel):
    """Nothing but what every address takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    f: str | None = None
    lang: str | None = None


@router.get(
    "/collections/{collectionId}/tiles/WebMercatorQuad.{format}",
    response_class=Response,
    responses={
        200: {"content": {one: {} for one in ARCHIVES.values()}, "description": "A file."},
        **RANGES,
    },
    summary="All tiles of a collection as a file",
)
def read_archive(
    request: Request,
    collection_id: CollectionId,
    format: Annotated[
        Literal["pmtiles", "mbtiles"], PathParameter(description="pmtiles or mbtiles.")
    ],
    query: Annotated[ArchiveQuery, Query()],
    tables: TablesDep,
    tiles: CollectionTilesDep,
    language: LanguageDep,
    patience_s: PatienceDep,
) -> Response:
    """Zooms 0 to 10 as PMTiles, read in place by `Range`, or as MBTiles.

    The first who asks for a version waits until the file is made; a large layer's is made by a
    process beside the service.
    """
    entry = tables.collection(collection_id)
    if tables.extent(entry) is None:
        raise NoArchive(entry.id, [])
    path = tiles.archive(entry, f".{format}", patience_s=patience_s)
    tag = etag_of(path.name)

    def answer() -> Response:
        size = path.stat().st_size
        if not _is_range(request.headers.get("range", "")):
            # What is no range, or none of bytes, asks for the whole file (RFC 9110, 14.2).
            scope = request.scope
            scope["headers"] = [one for one in scope["headers"] if one[0] != b"range"]
            return _file(path, f"kawasan-{entry.id}.{format}", ARCHIVES[format], tag)
        if _wants_range(request, tag) and not _has_range(request, size):
            return unsatisfiable(request, size, language)
        return _file(path, f"kawasan-{entry.id}.{format}", ARCHIVES[format], tag)

    found = conditional(request, tag, answer)
    # It is one file in every form and language that is asked for.
    del found.headers["Vary"]
    return found


class _File(FileResponse):
    """A file of which HEAD reads nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("is_head"):
            scope = {**scope, "method": "HEAD"}
        await super().__call__(scope, receive, send)


def _file(path: Path, name: str, media_type: str, tag: str) -> Response:
    # Looked up now: the file stays where it is as long as its name holds what it was made from.
    return _File(
        path, media_type=media_type, filename=name, headers={"ETag": tag}, stat_result=path.stat()
    )


def _wants_range(request: Request, tag: str) -> bool:
    """Whether a range is asked for of just this file (RFC 9110, 13.1.5)."""
    return request.headers.get("if-range", tag) == tag


def _has_range(request: Request, size: int) -> bool:
    """Whether every range begins within `size` bytes."""
    return not any(
        (first is None and last == 0) or (first or 0) >= size
        for first, last in _ranges(request.headers["range"])
    )


def _is_range(text: str) -> bool:
    return _RANGE.fullmatch(text) is not None and all(
        first is None or last is None or first <= last for first, last in _ranges(text)
    )


def _ranges(text: str) -> Iterator[tuple[int | None, int | None]]:
    for part in text.split("=")[1].split(","):
        first, last = (int(end) if end else None for end in part.strip().split("-"))
        yield first, last
