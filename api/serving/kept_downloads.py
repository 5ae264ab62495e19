"""Large layers as files, each written once for a version and kept beside the store's snapshots.

To write one takes a gigabyte of memory and seconds of the interpreter. A process of its own does that,
and what is sent is read from the disk: many readers cost no more than one, and who was cut off
goes on where he was.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from api.collections import Collection
from geo.behind import is_written
from geo.language import Language
from geo.source_digest import source_digest
from geo.store.snapshots import one_writer, write_atomically
from geo.store.store import Store
from geo.vector.file_formats import FILE_FORMATS, Format

if TYPE_CHECKING:
    from geo.vector.losses import Fitted

_MOST_KEPT = 12


def kept_download(
    store: Store, entry: Collection, format: Format, *, name: str, style_in: Language | None
) -> Path | None:
    """The file of a version, written now unless it is there; None where only the caller can say what is wrong.

    Parameters
    ----------
    name : str
        What the layer is called in the file.
    style_in : Language, optional
        With the style of its areas, in a language.

    Raises
    ------
    StoreFault
        When the system ended the process that writes it.
    """
    made_of = f"{source_digest('geo', 'maps')}-{entry.key}-{name}-{style_in or 'plain'}"
    path = store.prepared_path(f"download-{made_of}{FILE_FORMATS[format].suffix}")
    if not path.exists():
        store.prune_prepared("download-", most=_MOST_KEPT - 1)
        if not is_written(path, write_download, path, entry, format, name, style_in):
            return None
    return path


def write_download(
    target: Path, entry: Collection, format: Format, name: str, style_in: Language | None
) -> None:
    """Write a version of a layer whole to `target` or not at all; who comes second waits for the first."""
    with one_writer(target):
        if target.exists():
            return
        with tempfile.TemporaryDirectory(prefix="kawasan-download-") as folder:
            path = Path(folder) / f"{name}{FILE_FORMATS[format].suffix}"
            held = held_by(entry, format, "id")
            write_held(held, path, entry, format, style_in=style_in)
            write_atomically(target, path)


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
