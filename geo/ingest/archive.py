"""A zipped Shapefile out of an archive that nobody trusts: only its known members, counted.

Names that leave the archive, links, locked, nested, overlapping and swelling members are refused
by name and never mended silently.
"""

import re
import shutil
import stat
import struct
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from geo.errors import UploadUnsupported
from geo.ingest.findings import Finding, Unreadable, finding
from geo.ingest.source import Limits
from geo.language import texts

_SAY = texts(__name__)

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NEEDED = (".shp", ".shx", ".dbf")
_NESTED = re.compile(r"\.(zip|kmz|7z|rar|tar|tgz|gz|bz2|xz|zst)$", re.IGNORECASE)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCKED_FLAGS = 0x1 | 0x40 | 0x2000
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_RATIO_FROM_BYTES = 10 * 1024 * 1024
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class UnpackedShapefile:
    """The members of one Shapefile, unpacked under the name `layer`; `name` is the archive's own."""

    folder: Path
    name: str
    parts: frozenset[str]
    findings: tuple[Finding, ...]

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
            _extract(archive, members, folder, limits)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise Unreadable(finding("zip_unreadable", reason=_printable(error))) from error
    ignored = sorted(e.filename for e in entries if e not in members.values())
    shown = ", ".join(ignored[:10]) + (", …" if len(ignored) > 10 else "")
    notes = (finding("members_ignored", members=shown),) if ignored else ()
    return UnpackedShapefile(folder, name, frozenset(members), notes)


def _printable(error: Exception) -> str:
    # zlib and zipfile messages name no path but may quote raw bytes of a member's name.
    return re.sub(r"[^\x20-\x7e]", "?", str(error))[:120] or type(error).__name__


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
            raise Unreadable(finding("zip_unreadable", reason=f"no header of {_name(entry)!r}"))
        if entry.header_offset < end:
            raise _refused("zip_overlap", entry)
        _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
        end = start + entry.compress_size


def _chosen(
    entries: Sequence[zipfile.ZipInfo], layer: str | None
) -> tuple[str, dict[str, zipfile.ZipInfo]]:
    """The archive's one Shapefile: its name, and its members by suffix."""
    shapefiles: dict[str, dict[str, zipfile.ZipInfo]] = defaultdict(dict)
    for entry in entries:
        member = PurePosixPath(entry.filename.replace("\\", "/"))
        # The resource forks that macOS adds are called ._zones.shp.
        if member.suffix.lower() in _PARTS and not member.name.startswith("._"):
            shapefiles[str(member.with_suffix(""))][member.suffix.lower()] = entry
    shapefiles = {n: p for n, p in shapefiles.items() if not {".shp", ".dbf"}.isdisjoint(p)}
    if not shapefiles:
        raise UploadUnsupported(reason=_SAY["no_shapefile"].format(found=_listed(entries)))
    name = _one_of(shapefiles, layer)
    for part in _NEEDED:
        if part not in shapefiles[name]:
            raise Unreadable(finding("shapefile_part_missing", part=part, name=_base(name)))
    return _base(name), shapefiles[name]


def _one_of(shapefiles: dict[str, dict[str, zipfile.ZipInfo]], layer: str | None) -> str:
    layers = ", ".join(sorted(_base(name) for name in shapefiles))
    named = [name for name in shapefiles if layer is None or _base(name).lower() == layer.lower()]
    if not named:
        raise Unreadable(finding("layer_unknown", layer=layer, layers=layers))
    if len(named) > 1:
        raise Unreadable(finding("several_layers", layers=layers))
    return named[0]


def _base(name: str) -> str:
    return PurePosixPath(name).name


def _extract(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], folder: Path, limits: Limits
) -> None:
    for suffix, entry in members.items():
        if entry.compress_type not in _METHODS:
            reason = f"compression method {entry.compress_type} of {_name(entry)!r}"
            raise Unreadable(finding("zip_unreadable", reason=reason))
        with archive.open(entry) as source, (folder / f"layer{suffix}").open("wb") as target:
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
