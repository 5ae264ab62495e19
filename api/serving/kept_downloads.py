"""Large layers as files, each written once for a version and kept beside the store's snapshots.

To write one takes a gigabyte of memory and seconds of the interpreter. A process of its own does that,
and what is sent is read from the disk: many readers cost no more than one, and who was cut off
goes on where he was.
"""

import asyncio
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from api.collections import Collection
from geo.behind import Makers
from geo.errors import FilesNotReady
from geo.language import Language
from geo.source_digest import source_digest
from geo.store.snapshots import one_writer, written_within
from geo.store.store import Store
from geo.vector.file_formats import FILE_FORMATS, Format

if TYPE_CHECKING:
    from geo.vector.losses import Fitted

_MOST_KEPT = 12
_AT_ONCE = 2
# How long a request waits for the turn of its file; once it is being written, to the end.
_PATIENCE_S = 30.0


class BeingWritten(Exception):
    """A file that a process writes now or in its turn, and what tells when it has."""

    def __init__(self, written: "Future[bool]") -> None:
        super().__init__()
        self.written = written


def download_makers() -> Makers:
    """Those who write the files of a service: a gigabyte each, and no more files than are kept may wait."""
    return Makers(at_once=_AT_ONCE, most_waiting=_MOST_KEPT - _AT_ONCE)


def kept_download(
    store: Store,
    makers: Makers,
    entry: Collection,
    format: Format,
    *,
    name: str,
    style_in: Language | None,
) -> Path:
    """The file of a version.

    Parameters
    ----------
    name : str
        What the layer is called in the file.
    style_in : Language, optional
        With the style of its areas, in a language.

    Raises
    ------
    BeingWritten
        Unless the file is there; one process writes it for all who ask.
    FilesNotReady
        When too many files wait to be written.
    """
    made_of = f"{source_digest('geo', 'maps')}-{entry.key}-{name}-{style_in or 'plain'}"
    path = store.prepared_path(f"download-{made_of}{FILE_FORMATS[format].suffix}")
    if path.exists():
        return path
    store.prune_prepared("download-", most=_MOST_KEPT - 1)
    raise BeingWritten(makers.written(path, write_download, path, entry, format, name, style_in))


async def when_written(written: "Future[bool]") -> bool:
    """Whether a file was written, once that is known; who waits holds no thread.

    Raises
    ------
    FilesNotReady
        When its turn does not come in time.
    StoreFault
        When the system ended the process that writes it.
    """
    with anyio.move_on_after(_PATIENCE_S):
        return await asyncio.shield(asyncio.wrap_future(written))
    if not (written.running() or written.done()):
        raise FilesNotReady
    return await asyncio.shield(asyncio.wrap_future(written))


def write_download(
    target: Path, entry: Collection, format: Format, name: str, style_in: Language | None
) -> None:
    """Write a version of a layer whole to `target` or not at all; who comes second waits for the first."""
    with one_writer(target):
        if target.exists():
            return
        with written_within(target, f"{name}{FILE_FORMATS[format].suffix}") as path:
            write_held(held_by(entry, format, "id"), path, entry, format, style_in=style_in)


def held_by(entry: Collection, format: Format, language: Language) -> "Fitted":
    """The features of a collection as published and as a format holds them; what is computed speaks `language`."""
    from geo.published import as_published
    from geo.vector.losses import fitted

    if entry.version is None:
        return fitted(entry.frame(language), format)
    return fitted(entry.only_own(as_published(entry.version)), format)


def write_held(
    held: "Fitted", path: Path, entry: Collection, format: Format, *, style_in: Language | None
) -> None:
    """Write what a format holds to `path`, a GeoPackage of areas with its style where one is asked for."""
    from geo.vector.export import add_style, undate, write_fitted

    write_fitted(held, path, format)
    style = None if style_in is None else _style(entry, held, format, style_in)
    if style is not None:
        add_style(path, style=style)
    if format == "gpkg":
        undate(path)


def _style(entry: Collection, held: "Fitted", format: Format, language: Language) -> str | None:
    """How QGIS draws the file, where the format can say it and the layer is one of areas alone."""
    from geo.vector.losses import families_of
    from maps.qgis import layer_style

    if format != "gpkg" or entry.version is None or families_of(held.geometry) != ["poligon"]:
        return None
    return layer_style(entry.version.dataset, language)
