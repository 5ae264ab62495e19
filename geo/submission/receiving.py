"""Files on their way: what has come of each is kept, so that a broken line or a restart loses nothing.

A file that is announced stands in the store's folder `receiving` as `ID.part`, and what is known of it
as `ID.json`. Bytes are synced before `ID.json` says that they came, and that is replaced as a whole:
after a power cut everything is there that it tells of, and whatever lies behind is written again.

The id of a part becomes the id of its upload. So a file whose handing in is asked for twice, because
the first answer was lost, is one upload, wherever the service was stopped in between.
"""

import json
import os
import secrets
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from geo.errors import (
    Conflict,
    InvalidInput,
    OffsetMoved,
    PartNotFound,
    StoreFault,
    UploadNotFound,
    UploadRejected,
    UploadTooLarge,
    UploadUnsupported,
)
from geo.ingest.formats import HEAD_BYTES, advised, format_of, is_geotiff, is_table, not_taken
from geo.ingest.source import Limits, too_large
from geo.language import filled, number, texts
from geo.store.roles import Actor, require
from geo.store.snapshots import file_sha256, full_disk, require_space, write_atomically
from geo.store.store import Store, Upload

_SAY = texts(__name__)

# Of one person or key at a time, and days after the last byte of one.
MOST_UNFINISHED = 5
KEEP_DAYS = 7
# Longer than it takes to copy the largest file into its place.
_PATIENCE_S = 60.0
# Two parts share a lock once in 256; one then waits a moment for the other.
_LOCK_DIGITS = 2
_CONTENT, _FACTS = ".part", ".json"


@dataclass(frozen=True, slots=True)
class Part:
    """A file of which `received_bytes` of `size_bytes` have come and are kept.

    `crc32` is of these bytes (ISO 3309), for a sender to hold its own file against; `sha256` is what
    the sender said of the whole file, None where it said nothing.
    """

    part: str
    filename: str
    size_bytes: int
    sha256: str | None
    received_bytes: int
    crc32: int
    created_by: str
    created_at: str
    updated_at: str

    @property
    def is_whole(self) -> bool:
        """Whether all of it is there."""
        return self.received_bytes == self.size_bytes

    @property
    def expires_at(self) -> str:
        """When it is dropped unless more of it comes."""
        return _text(datetime.fromisoformat(self.updated_at) + timedelta(days=KEEP_DAYS))


def begin(
    store: Store,
    *,
    filename: str,
    size_bytes: int,
    actor: Actor,
    limits: Limits,
    sha256: str | None = None,
) -> Part:
    """Announce a file; `append` brings its bytes.

    Its name is kept as it is said, so that its sender finds it again.

    Raises
    ------
    NotAllowed
    UploadTooLarge, InvalidInput
        For a file over the limit, or an empty one.
    Conflict
        When its sender has left too many unfinished.
    StoreFault
        When there is no room for all that is announced.
    """
    require(actor, "upload")
    if size_bytes > limits.upload_bytes:
        raise UploadTooLarge(reason=too_large(limits.upload_bytes), limit_bytes=limits.upload_bytes)
    if size_bytes < 1:
        raise InvalidInput(reason=_SAY["empty"])
    now, folder = _text(store.now()), _folder(store)
    part = Part(
        part=secrets.token_hex(8),
        filename=filename,
        size_bytes=size_bytes,
        sha256=None if sha256 is None else sha256.lower(),
        received_bytes=0,
        crc32=0,
        created_by=actor.name,
        created_at=now,
        updated_at=now,
    )
    with _locked(store, "new"):
        standing = _all(store)
        if sum(one.created_by == actor.name for one in standing) >= MOST_UNFINISHED:
            raise Conflict(reason=_SAY["too_many"].format(n=MOST_UNFINISHED))
        to_come = sum(one.size_bytes - one.received_bytes for one in standing)
        require_space(folder, size_bytes + to_come)
        _keep(folder, part)
    return part


def unfinished(store: Store, *, actor: Actor) -> list[Part]:
    """The files that somebody has announced and not handed in, the latest first."""
    own = [part for part in _all(store) if part.created_by == actor.name]
    return sorted(own, key=lambda part: (part.updated_at, part.part), reverse=True)


def one(store: Store, part_id: str, *, actor: Actor) -> Part:
    """One of somebody's own unfinished files.

    Raises
    ------
    PartNotFound
        Also for somebody else's.
    """
    part = _read(store, part_id)
    if part is None or part.created_by != actor.name:
        raise PartNotFound(part_id)
    return part


def append(store: Store, part_id: str, content: bytes, *, offset: int, actor: Actor) -> Part:
    """Keep the next bytes of a file; they are on the disk when this returns.

    Raises
    ------
    PartNotFound
    OffsetMoved
        When `offset` is not where the file ends so far; nothing has changed then.
    InvalidInput
        When more comes than was announced; nothing has changed then.
    UploadUnsupported
        When it begins as a file of a kind that no layer is read from; it is dropped then.
    StoreFault
    """
    with _locked(store, part_id):
        part = one(store, part_id, actor=actor)
        if offset != part.received_bytes:
            raise OffsetMoved(asked=offset, offset=part.received_bytes)
        end = offset + len(content)
        if end > part.size_bytes:
            size = number(part.size_bytes, ",")
            raise InvalidInput(reason=filled(_SAY["too_long"], n=size))
        folder = _folder(store)
        if offset == 0 and len(content) >= min(HEAD_BYTES, part.size_bytes):
            _require_takeable(store, part_id, content[:HEAD_BYTES])
        _write(folder / f"{part_id}{_CONTENT}", content, offset=offset)
        crc32 = zlib.crc32(content, part.crc32)
        part = replace(part, received_bytes=end, crc32=crc32, updated_at=_text(store.now()))
        _keep(folder, part)
    return part


def drop(store: Store, part_id: str, *, actor: Actor) -> None:
    """Remove an unfinished file.

    Raises
    ------
    PartNotFound
    """
    with _locked(store, part_id):
        one(store, part_id, actor=actor)
        _remove(store, part_id)


def hand_in(
    store: Store,
    part_id: str,
    *,
    dataset: str,
    chosen: Mapping[str, Any],
    actor: Actor,
    limits: Limits,
) -> Upload:
    """Make an upload of a file that has come whole; the same upload however often it is asked for.

    The part is dropped when the upload is kept, and stays where anything stands in the way.

    Raises
    ------
    PartNotFound
    Conflict
        When a part of it is missing.
    UploadRejected
        When it is not what its sender said: the sha256 differs.
    NotAllowed, LayerNotFound, InvalidInput, UploadTooLarge, UploadUnsupported, StoreFault
        As `geo.submission.check.receive`.
    """
    # What reads layers takes a second to load, and a file is received without it.
    from geo.submission.check import receive

    with _locked(store, part_id):
        upload = _handed_in(store, part_id)
        if upload is None:
            part = one(store, part_id, actor=actor)
            content = _whole(store, part)
            upload = receive(
                store,
                content,
                filename=part.filename,
                dataset=dataset,
                chosen=chosen,
                actor=actor,
                limits=limits,
                upload=part_id,
            )
        elif upload.created_by != actor.name:
            raise PartNotFound(part_id)
        _remove(store, part_id)
    return upload


def drop_due(store: Store) -> list[str]:
    """Drop what nobody has gone on with, and what a stopped service left behind; the ids."""
    folder, now = _folder(store), store.now()
    dropped = []
    for part_id in sorted({path.name.partition(".")[0] for path in folder.glob("*.*")} - {""}):
        part = _read(store, part_id)
        is_due = part is not None and datetime.fromisoformat(part.expires_at) <= now
        is_left = part is None and _is_old(folder, part_id, now)
        if not (is_due or is_left or _handed_in(store, part_id) is not None):
            continue
        # Somebody may have gone on with it meanwhile.
        with _locked(store, part_id):
            if part == _read(store, part_id):
                _remove(store, part_id)
                dropped.append(part_id)
    return dropped


def _require_takeable(store: Store, part_id: str, head: bytes) -> None:
    """Nobody sends all of a file to be told what its first bytes tell; whatever is not known may come."""
    is_taken = format_of(head) is not None or is_geotiff(head) or head.startswith(b"PK")
    # What it is for is only said with all of it: a table without positions may be one of figures.
    is_taken = is_taken or is_table(head)
    if not is_taken and advised(head) is not None:
        _remove(store, part_id)
        raise UploadUnsupported(reason=not_taken(head))


def _handed_in(store: Store, part_id: str) -> Upload | None:
    try:
        return store.uploads.one(part_id)
    except UploadNotFound:
        return None


def _whole(store: Store, part: Part) -> Path:
    """Where the content of a part stands, of which nothing is missing."""
    if not part.is_whole:
        said = {"came": number(part.received_bytes, ","), "n": number(part.size_bytes, ",")}
        raise Conflict(reason=filled(_SAY["not_whole"], **said))
    content = _folder(store) / f"{part.part}{_CONTENT}"
    if part.sha256 is not None and file_sha256(content) != part.sha256:
        raise UploadRejected(reason=_SAY["other_content"])
    return content


@contextmanager
def _locked(store: Store, name: str) -> Iterator[None]:
    """Hold what stands under a name; the system takes the lock from a process that dies."""
    folder = store.folder / "limits"
    folder.mkdir(exist_ok=True)
    lock = FileLock(
        folder / f"receiving-{name[:_LOCK_DIGITS]}.lock", thread_local=False, timeout=_PATIENCE_S
    )
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreFault(reason=_SAY["busy"]) from error
    try:
        yield
    finally:
        lock.release()


def _folder(store: Store) -> Path:
    folder = store.folder / "receiving"
    folder.mkdir(exist_ok=True)
    return folder


def _all(store: Store) -> list[Part]:
    found = (_read(store, path.stem) for path in _folder(store).glob(f"*{_FACTS}"))
    return [part for part in found if part is not None]


def _read(store: Store, part_id: str) -> Part | None:
    """What is known of a part; from its beginning again where its content was cut off by somebody."""
    folder = _folder(store)
    try:
        part = Part(**json.loads((folder / f"{part_id}{_FACTS}").read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    if part.received_bytes and _size(folder / f"{part_id}{_CONTENT}") < part.received_bytes:
        return replace(part, received_bytes=0, crc32=0)
    return part


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _keep(folder: Path, part: Part) -> None:
    write_atomically(folder / f"{part.part}{_FACTS}", json.dumps(asdict(part)).encode())


def _write(path: Path, content: bytes, *, offset: int) -> None:
    try:
        with path.open("r+b" if path.exists() else "xb") as file:
            file.seek(offset)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        reason = _SAY["cannot_write"].format(e=error.strerror or type(error).__name__)
        raise full_disk(error) or StoreFault(reason=reason, place=path.parent) from error


def _remove(store: Store, part_id: str) -> None:
    # The facts first: content that nothing tells of is nobody's part any more.
    for suffix in (_FACTS, _CONTENT):
        with suppress(PermissionError):  # Windows removes no file that a reader has open
            (_folder(store) / f"{part_id}{suffix}").unlink(missing_ok=True)


def _is_old(folder: Path, part_id: str, now: datetime) -> bool:
    """Whether files that no facts belong to were written too long ago to be under way."""
    written = [path.stat().st_mtime for path in folder.glob(f"{part_id}.*") if path.exists()]
    return bool(written) and now - datetime.fromtimestamp(max(written), UTC) > timedelta(days=1)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
