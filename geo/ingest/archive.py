"""A zipped Shapefile out of an archive that nobody trusts: only its known members, counted.

Names that leave the archive, links, locked, nested, overlapping and swelling members are refused
by name and never mended silently.
"""

import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from geo.errors import UploadUnsupported
from geo.ingest.findings import Finding, Unreadable, finding
from geo.ingest.source import Limits
from geo.language import Text, first_of, texts
from geo.store.snapshots import full_disk
from geo.vector.file_formats import NOTES_FILE

_SAY = texts(__name__)

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".qpj")
_NEEDED = (".shp", ".shx", ".dbf")
# What systems and programs put beside a layer and holds nothing of it: folders' icons, forks, indices.
_BYWORK = re.compile(
    r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)|\.(sbn|sbx|qix|fbn|fbx|ain|aih)$",
    re.IGNORECASE,
)
_NESTED = re.compile(r"\.(zip|kmz|7z|rar|tar|tgz|gz|bz2|xz|zst)$", re.IGNORECASE)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCKED_FLAGS = 0x1 | 0x40 | 0x2000
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_RATIO_FROM_BYTES = 10 * 1024 * 1024
_BLOCK_BYTES = 1 << 20
# What a damaged archive or member makes Python raise.
DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class UnpackedShapefile:
    """The members of one Shapefile, unpacked under the name `layer`; `name` is the archive's own.

    `columns` are the whole names of columns by those that its table has, as our own notes tell them.
    """

    folder: Path
    name: str
    parts: frozenset[str]
    findings: tuple[Finding, ...]
    columns: Mapping[str, str] = field(default_factory=dict)

    def part(self, suffix: str) -> Path:
        """Where the member with that suffix lies."""
        return self.folder / f"layer{suffix}"


def unpack_shapefile(
    path: Path, folder: Path, *, layer: str | None, limits: Limits
) -> UnpackedShapefile:
    """Unpack the one Shapefile of an archive into `folder`.

    Raises
    ------
    Unreadable
        With a finding that names the member.
    UploadUnsupported
        When the archive holds no Shapefile.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            with path.open("rb") as file:
                require_harmless(entries, file, limits)
            name, members = _chosen(entries, layer)
            placed = {folder / f"layer{suffix}": entry for suffix, entry in members.items()}
            notes = [entry for entry in entries if _is_notes(entry)][:1]
            told = folder / "notes.txt"
            if notes:
                placed[told] = notes[0]
            extract(archive, placed, limits=limits)
    except DAMAGED as error:
        raise unreadable(error) from error
    ignored = [entry for entry in entries if entry not in (*members.values(), *notes)]
    columns = _columns_told(told.read_text("utf-8", "replace")) if notes else {}
    return UnpackedShapefile(folder, name, frozenset(members), passed_over(ignored), columns)


def _is_notes(entry: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(entry.filename.replace("\\", "/")).name
    return name == NOTES_FILE and entry.file_size <= _BLOCK_BYTES


def _columns_told(notes: str) -> dict[str, str]:
    """The whole names of columns by their names of ten letters; see `geo.vector.export`."""
    told = (re.fullmatch(r"  (.{10})  (\S.*)", line) for line in notes.splitlines())
    pairs = ((match[1].rstrip(), match[2]) for match in told if match is not None)
    # What is no cut of the other was not written here.
    return {
        cut: name
        for cut, name in pairs
        if cut != name and name.lower().startswith(re.sub(r"_\d+$", "", cut).lower())
    }


def passed_over(entries: Sequence[zipfile.ZipInfo]) -> tuple[Finding, ...]:
    """What is said of members that are not read, where they are no by-work of programs."""
    names = sorted(entry.filename for entry in entries if not _is_bywork(entry))
    shown = first_of(names, 10)
    return (finding("members_ignored", members=shown),) if names else ()


def unreadable(error: Exception) -> Unreadable:
    """The refusal of an archive that Python cannot unpack."""
    if full_disk(error) is not None:  # no fault of the archive
        raise error
    return Unreadable(finding("zip_unreadable", reason=_reason(error)))


def _reason(error: Exception) -> Text:
    """What is wrong with an archive, in the words of neither zlib nor zipfile."""
    said = str(error)
    # The name of a member may hold any bytes.
    member = re.search(r"'(.{1,80})'", said)
    name = re.sub(r"[^\x20-\x7e]", "?", member[1]) if member else "-"
    if "CRC" in said:
        return _SAY["checksum"].format(member=name)
    if "not a zip file" in said:
        return _SAY["no_index"]
    if isinstance(error, EOFError) or "truncated" in said:
        return _SAY["cut"]
    return _SAY["damaged"]


def _is_bywork(entry: zipfile.ZipInfo) -> bool:
    return _BYWORK.search(entry.filename.replace("\\", "/")) is not None


def require_harmless(entries: Sequence[zipfile.ZipInfo], file: IO[bytes], limits: Limits) -> None:
    """Refuse an archive that would leave its folder, swell, or hide one member in another.

    Raises
    ------
    Unreadable
        With a finding that names the member.
    """
    if len(entries) > limits.archive_entries:
        raise Unreadable(
            finding("zip_too_many_entries", count=len(entries), limit=limits.archive_entries)
        )
    for entry in entries:
        _require_harmless_entry(entry, limits)
    names = [entry.filename.lower() for entry in entries]
    for entry in entries:
        if names.count(entry.filename.lower()) > 1:
            raise _refused("zip_duplicate_member", entry)
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise Unreadable(finding("zip_too_large", limit_mb=limits.unpacked_bytes // _BLOCK_BYTES))
    _require_apart(entries, file)


def _require_harmless_entry(entry: zipfile.ZipInfo, limits: Limits) -> None:
    if _leaves_archive(entry):
        raise _refused("zip_path", entry)
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        raise _refused("zip_symlink", entry)
    if entry.flag_bits & _LOCKED_FLAGS:
        raise _refused("zip_encrypted", entry)
    if _NESTED.search(entry.filename):
        raise _refused("zip_nested", entry)
    ratio = entry.file_size // max(entry.compress_size, 1)
    if entry.file_size > _RATIO_FROM_BYTES and ratio > limits.archive_ratio:
        raise Unreadable(
            finding("zip_ratio", where=_where(entry), member=_name(entry), ratio=ratio)
        )


def _leaves_archive(entry: zipfile.ZipInfo) -> bool:
    # `filename` ends at a NUL byte that `orig_filename` still has.
    name = entry.orig_filename.replace("\\", "/")
    parts = name.split("/")
    return name.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in name


def _require_apart(entries: Sequence[zipfile.ZipInfo], file: IO[bytes]) -> None:
    """No two members may share bytes: that is how 16 kB become 600 MB."""
    end = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        file.seek(entry.header_offset)
        header = file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\3\4"):
            reason = _SAY["no_header"].format(member=_name(entry))
            raise Unreadable(finding("zip_unreadable", reason=reason))
        if entry.header_offset < end:
            raise _refused("zip_overlap", entry)
        _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
        end = start + entry.compress_size


def _chosen(
    entries: Sequence[zipfile.ZipInfo], layer: str | None
) -> tuple[str, dict[str, zipfile.ZipInfo]]:
    """The archive's one Shapefile: its name, and its members by suffix."""
    shapefiles = _shapefiles(entries)
    if not shapefiles:
        raise UploadUnsupported(reason=_SAY["no_shapefile"].format(found=_listed(entries)))
    name = _one_of(shapefiles, layer)
    for part in _NEEDED:
        if part not in shapefiles[name]:
            raise Unreadable(finding("shapefile_part_missing", part=part, name=_base(name)))
    return _base(name), shapefiles[name]


def _shapefiles(entries: Sequence[zipfile.ZipInfo]) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """The members of each Shapefile, by the name of its .shp.

    Programs of Windows write `Batas.dbf` beside `batas.shp`, so letters' case tells nothing apart;
    nor do folders where no two parts are of one kind, as where each kind lies in its own.
    """
    groups: dict[str, dict[str, zipfile.ZipInfo]] = defaultdict(dict)
    for entry in entries:
        member = PurePosixPath(entry.filename.replace("\\", "/"))
        if member.suffix.lower() in _PARTS and not _is_bywork(entry):
            groups[str(member.with_suffix("")).lower()][member.suffix.lower()] = entry
    by_base: dict[str, list[str]] = defaultdict(list)
    for key in groups:
        by_base[_base(key)].append(key)
    for keys in by_base.values():
        parts = [part for key in keys for part in groups[key]]
        if len(keys) > 1 and len(set(parts)) == len(parts):
            groups[keys[0]] = {p: entry for key in keys for p, entry in groups.pop(key).items()}
    return {
        str(PurePosixPath(_lead(parts).filename.replace("\\", "/")).with_suffix("")): parts
        for parts in groups.values()
        if not {".shp", ".dbf"}.isdisjoint(parts)
    }


def _lead(parts: dict[str, zipfile.ZipInfo]) -> zipfile.ZipInfo:
    return parts.get(".shp") or parts[".dbf"]


def shapefile_names(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """What the Shapefiles among members are called; two of one name are told apart by their folders."""
    return list(_shown(list(_shapefiles(entries))).values())


def _shown(names: Sequence[str]) -> dict[str, str]:
    bases = [_base(name).lower() for name in names]
    return {n: n if bases.count(_base(n).lower()) > 1 else _base(n) for n in names}


def _one_of(shapefiles: dict[str, dict[str, zipfile.ZipInfo]], layer: str | None) -> str:
    names = list(shapefiles)
    layers = ", ".join(sorted(_shown(names).values()))
    wanted = None if layer is None else layer.strip().lower().removesuffix(".shp")
    named = [n for n in names if wanted is None or wanted in (_base(n).lower(), n.lower())]
    if not named:
        raise Unreadable(finding("layer_unknown", layer=layer, layers=layers))
    if len(named) > 1:
        raise Unreadable(finding("several_layers", layers=layers))
    return named[0]


def _base(name: str) -> str:
    return PurePosixPath(name).name


def extract(
    archive: zipfile.ZipFile, placed: Mapping[Path, zipfile.ZipInfo], *, limits: Limits
) -> None:
    """Write members to the paths that are ours, counting what they really hold.

    Raises
    ------
    Unreadable
        With a finding that names the member.
    """
    for path, entry in placed.items():
        if entry.compress_type not in _METHODS:
            reason = _SAY["method"].format(member=_name(entry))
            raise Unreadable(finding("zip_unreadable", reason=reason))
        with archive.open(entry) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, _BLOCK_BYTES)
            # `open` stops at the declared size, so a longer member shows by what is left.
            if target.tell() != entry.file_size or source.read(1):
                raise _refused("zip_size_lies", entry)
            if target.tell() > limits.unpacked_bytes:
                raise Unreadable(finding("zip_too_large", limit_mb=limits.unpacked_bytes >> 20))


def _refused(code: str, entry: zipfile.ZipInfo) -> Unreadable:
    return Unreadable(finding(code, where=_where(entry), member=_name(entry)))


def _name(entry: zipfile.ZipInfo) -> str:
    return entry.filename[:120]


def _where(entry: zipfile.ZipInfo) -> dict[str, str]:
    return {"member": _name(entry)}


def _listed(entries: Sequence[zipfile.ZipInfo]) -> str:
    return ", ".join(sorted(entry.filename[:60] for entry in entries)[:5]) or "-"
