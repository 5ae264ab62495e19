"""Files that are made for an answer, of which clients may ask for a range of bytes (RFC 9110, 14).

A program that reads a file in place asks for it many times, so those that were asked for last stay,
open and without a name: nothing of them is left when the process ends.
"""

import os
import re
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from api.features.answers import Answer
from api.features.forms import FILES
from api.problems import RangeNotSatisfiable, problem_of, respond
from geo.language import Language
from geo.tiles.features_written import PART_BYTES

_RANGE = re.compile(r"bytes=\s*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))\s*", re.IGNORECASE)
_ACCEPTED = {"Accept-Ranges": "bytes"}
# A workbook carries the time at which it was written, so another one has other bytes.
DATED: frozenset[str] = frozenset({"xlsx"})
RANGED = FILES.keys() - DATED
# What the OpenAPI document says of an answer that is read in ranges.
RANGES: dict[int | str, dict[str, Any]] = {
    206: {"description": "Of a file the bytes that were asked for with `Range`."},
    416: {"description": "A range behind the end of the file."},
}


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class WholeFile:
    """An answer as a file; `headers` are those of the whole."""

    media_type: str
    headers: Mapping[str, str]
    file: IO[bytes]
    size: int
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        # Once the last one has read it, at the latest when the process ends.
        weakref.finalize(self, self.file.close)

    @classmethod
    def of(cls, answer: Answer) -> "WholeFile":
        """The file of an answer, made now."""
        file = tempfile.TemporaryFile(prefix="kawasan-range-")
        for block in _parts(answer):
            file.write(block)
        return cls(answer.media_type, answer.headers, file, file.tell())

    @classmethod
    def at(cls, path: Path, media_type: str, headers: Mapping[str, str]) -> "WholeFile":
        """A file that is kept at `path`: what is read stays, though it may be removed meanwhile."""
        file = path.open("rb")
        return cls(media_type, headers, file, file.seek(0, os.SEEK_END))

    def part(self, first: int, last: int) -> Iterator[bytes]:
        """The bytes from one place to another, both included, some at a time."""
        while first <= last:
            with self._lock:
                self.file.seek(first)
                block = self.file.read(min(PART_BYTES, last - first + 1))
            first += len(block)
            yield block


class KeptFiles:
    """Files by their tags, each made once and the last ones kept; safe to share between threads."""

    def __init__(self, *, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._kept: dict[str, WholeFile] = {}
        self._making: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def file(self, tag: str, make: Callable[[], Answer]) -> WholeFile:
        """The file of a tag; who asks while it is made waits for it."""
        with self._lock:
            making = self._making.setdefault(tag, threading.Lock())
        try:
            with making:
                found = self._kept.get(tag) or WholeFile.of(make())
                self._keep(tag, found)
        finally:
            with self._lock:
                self._making.pop(tag, None)
        return found

    def _keep(self, tag: str, found: WholeFile) -> None:
        with self._lock:
            self._kept.pop(tag, None)
            # One that somebody reads closes when the last one has read it.
            while self._kept and (
                len(self._kept) >= self._most
                or sum(one.size for one in self._kept.values()) + found.size > self._most_bytes
            ):
                del self._kept[next(iter(self._kept))]
            self._kept[tag] = found


_KEPT = KeptFiles(most=16, most_bytes=512 << 20)


def ranged(
    request: Request, tag: str, make: Callable[[], Answer], *, language: Language
) -> Response:
    """The file that `make` answers, or the range of it that is asked for; 416 for one behind its end.

    What is no range, or several, or one of another file asks for the whole.
    """
    found = _asked(request, tag)
    if found is None:
        answer = whole_file(make(), language=language)
        answer.headers.update(_ACCEPTED)
        return answer
    return _part(request, _KEPT.file(tag, make), found, language=language)


def ranged_file(request: Request, tag: str, whole: WholeFile, *, language: Language) -> Response:
    """A file that lies ready, or the range of it that is asked for, as `ranged`."""
    found = _asked(request, tag)
    if found is not None:
        return _part(request, whole, found, language=language)
    headers = {
        **whole.headers,
        **_ACCEPTED,
        "Content-Language": language,
        "Content-Length": str(whole.size),
    }
    parts = whole.part(0, whole.size - 1)
    return StreamingResponse(parts, media_type=whole.media_type, headers=headers)


def _part(
    request: Request, whole: WholeFile, found: re.Match[str], *, language: Language
) -> Response:
    first, last = _ends(found, whole.size)
    if first >= whole.size:
        return unsatisfiable(request, whole.size, language)
    headers = {
        **whole.headers,
        **_ACCEPTED,
        "Content-Language": language,
        "Content-Range": f"bytes {first}-{last}/{whole.size}",
        "Content-Length": str(last - first + 1),
    }
    parts = whole.part(first, last)
    return StreamingResponse(parts, 206, media_type=whole.media_type, headers=headers)


def whole_file(answer: Answer, *, language: Language) -> Response:
    """A file as it is made, a part at a time."""
    return StreamingResponse(
        _parts(answer),
        media_type=answer.media_type,
        headers={**answer.headers, "Content-Language": language},
    )


def _parts(answer: Answer) -> Iterable[bytes | memoryview]:
    return (answer.content,) if isinstance(answer.content, bytes) else answer.content


def unsatisfiable(request: Request, size: int, language: Language) -> Response:
    """The answer to a range behind the end of a file."""
    refused = respond(request, problem_of(RangeNotSatisfiable(size=size, last=size - 1), language))
    refused.headers["Content-Range"] = f"bytes */{size}"
    return refused


def _asked(request: Request, tag: str) -> re.Match[str] | None:
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    if found is None or request.headers.get("if-range", tag) != tag:
        return None
    first, last, _ = found.groups()
    return None if first and last and int(last) < int(first) else found


def _ends(found: re.Match[str], size: int) -> tuple[int, int]:
    first, last, tail = found.groups()
    if tail is not None:
        return max(size - int(tail), 0) if int(tail) else size, size - 1
    return int(first), min(int(last), size - 1) if last else size - 1
