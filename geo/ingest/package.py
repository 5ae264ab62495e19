"""What a ZIP holds: one set of data of any format that is taken, wherever in it that lies.

Members are told by their first bytes, as files are; only a Shapefile and a File Geodatabase, which
are several files, are told by their names. What is unpacked lies under names of ours.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from geo.errors import UploadUnsupported
from geo.ingest.archive import (
    DAMAGED,
    extract,
    passed_over,
    require_harmless,
    shapefile_names,
    unreadable,
)
from geo.ingest.findings import Finding, Unreadable, finding
from geo.ingest.formats import HEAD_BYTES, advised, all_names, format_of
from geo.ingest.source import Limits, SourceKind
from geo.language import Text, filled, texts

_SAY = texts(__name__)

# A picture or a table of a system that is not for reading, beside what is.
_HIDDEN = ("._", "~$")
_TABLES = ("csv", "xlsx")
_KMZ_DOCUMENT = "doc.kml"


@dataclass(frozen=True, slots=True)
class Content:
    """One set of data out of an archive.

    `path` is a file, or the folder of a File Geodatabase; of a Shapefile, whose parts have a reader
    of their own, the archive itself. `layer` is what is left to choose inside of it.
    """

    kind: SourceKind
    path: Path
    name: str
    layer: str | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Set:
    kind: SourceKind
    name: str
    members: tuple[zipfile.ZipInfo, ...]


def unpack(path: Path, folder: Path, *, layer: str | None, limits: Limits) -> Content:
    """The one set of data of an archive, unpacked into `folder`.

    Parameters
    ----------
    layer : str, optional
        Which set, by its name with or without its extension, where there are several; else it
        chooses inside the one set. `set/layer` does both.

    Raises
    ------
    Unreadable
        With a finding that names the member, or all sets where there are several.
    UploadUnsupported
        When the archive holds nothing that is read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            with path.open("rb") as file:
                require_harmless(entries, file, limits)
            heads = _heads(archive, entries)
            sets = _sets(entries, heads)
            if not sets:
                raise UploadUnsupported(reason=_nothing(entries, heads))
            chosen, inner = _chosen(sets, layer)
            if chosen.kind == "shapefile":
                return Content("shapefile", path, chosen.name, chosen.name)
            target = _place(archive, chosen, folder, limits)
    except DAMAGED as error:
        raise unreadable(error) from error
    used = {entry.filename for entry in chosen.members}
    ignored = [entry for entry in entries if entry.filename not in used]
    return Content(chosen.kind, target, chosen.name, inner, passed_over(ignored))


def _heads(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> Mapping[str, bytes]:
    """The first bytes of every member that can be read."""
    heads = {}
    for entry in entries:
        with archive.open(entry) as member:
            heads[entry.filename] = member.read(HEAD_BYTES)
    return heads


def _path(entry: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(entry.filename.replace("\\", "/"))


def _sets(entries: Sequence[zipfile.ZipInfo], heads: Mapping[str, bytes]) -> list[_Set]:
    seen = [entry for entry in entries if not _path(entry).name.startswith(_HIDDEN)]
    folders: dict[PurePosixPath, list[zipfile.ZipInfo]] = {}
    for entry in seen:
        folders.setdefault(_path(entry).parent, []).append(entry)
    databases = {
        parent: members
        for parent, members in folders.items()
        if any(_path(member).name.lower() == "a00000001.gdbtable" for member in members)
    }
    sets = [
        _Set("filegdb", parent.name or "gdb", tuple(members))
        for parent, members in databases.items()
    ]
    rest = [entry for entry in seen if _path(entry).parent not in databases]
    sets += [_Set("shapefile", name, ()) for name in shapefile_names(rest)]
    sets += _singles(rest, heads)
    # A table beside a layer tells of it.
    return [one for one in sets if one.kind not in _TABLES] or sets


def _singles(entries: Sequence[zipfile.ZipInfo], heads: Mapping[str, bytes]) -> list[_Set]:
    sets = []
    for entry in entries:
        kind = format_of(heads[entry.filename])
        if kind is not None:
            sets.append(_Set(kind, _path(entry).name, (entry,)))
    # Of the documents in a KMZ the one of that name, or the first, is the map (OGC 12-007r2, C.2).
    documents = [one for one in sets if one.name.lower() == _KMZ_DOCUMENT]
    if documents and all(one.kind == "kml" for one in sets):
        return documents[:1]
    return sets


def _chosen(sets: Sequence[_Set], layer: str | None) -> tuple[_Set, str | None]:
    """The set to read, and what is left of `layer` to choose inside of it."""
    if len(sets) == 1 and layer is not None and not _is_named(sets[0], layer):
        name, _, inner = layer.partition("/")
        return sets[0], inner if inner and _is_named(sets[0], name) else layer
    name, _, inner = (layer or "").partition("/")
    named = [one for one in sets if layer is None or _is_named(one, layer)] or [
        one for one in sets if _is_named(one, name)
    ]
    listed = ", ".join(dict.fromkeys(one.name for one in sets))
    if not named:
        raise Unreadable(finding("layer_unknown", layer=layer, layers=listed))
    if len(named) > 1:
        raise Unreadable(finding("several_layers", layers=listed))
    is_whole = layer is None or _is_named(named[0], layer)
    return named[0], None if is_whole else inner


def _is_named(one: _Set, name: str) -> bool:
    return name.lower() in (one.name.lower(), PurePosixPath(one.name).stem.lower())


def _place(archive: zipfile.ZipFile, chosen: _Set, folder: Path, limits: Limits) -> Path:
    if chosen.kind != "filegdb":
        target = folder / "content"
        extract(archive, {target: chosen.members[0]}, limits=limits)
        return target
    target = folder / "layer.gdb"
    target.mkdir()
    # The driver knows its tables by these names alone.
    placed = {target / _path(member).name.lower(): member for member in chosen.members}
    extract(archive, placed, limits=limits)
    return target


def _nothing(entries: Sequence[zipfile.ZipInfo], heads: Mapping[str, bytes]) -> Text:
    """What an archive holds instead of data, and what to do with the first thing that is known."""
    if not entries:
        return _SAY["empty"]
    found = ", ".join(sorted(entry.filename[:60] for entry in entries)[:5])
    advice = next((told for head in heads.values() if (told := advised(head))), None)
    if advice is None:
        return filled(_SAY["nothing"], found=found, formats=all_names())
    return filled(_SAY["other"], found=found, advice=advice)
