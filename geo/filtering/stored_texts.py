"""Distinct texts as a table has them prepared, asked without decoding each: a filter is mostly of few."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import overload

import numpy as np
import numpy.typing as npt

from geo.kept_property import kept_property

Places = npt.NDArray[np.intp]
Tails = npt.NDArray[np.uint64]
_TAIL_BYTES = 8


class StoredTexts(Sequence[str]):
    """Texts in UTF-8 one after the other, in the order of their bytes, which is that of their characters.

    Parameters
    ----------
    content : memoryview
        All of them; none holds half a character.
    ends : (n,) int64
        Where each ends.
    tails : callable, optional
        Gives the `tails_of` these texts, which whoever has them for longer keeps.

    Examples
    --------
    >>> texts = StoredTexts(memoryview(b"desakotakabupaten"), np.array([4, 8, 17]))
    >>> texts.beginning("k"), texts.ending("a").tolist(), list(texts)
    (range(1, 3), [0, 1], ['desa', 'kota', 'kabupaten'])
    """

    def __init__(
        self,
        content: memoryview,
        ends: npt.NDArray[np.int64],
        *,
        tails: Callable[[], Tails] | None = None,
    ) -> None:
        self._content, self._ends = content, ends
        self._tails = tails or (lambda: tails_of(content, ends))

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[str]:
        return iter(self._decoded)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return self._decoded[place]
        return self._bytes(range(len(self))[place]).decode()

    def at(self, text: str) -> range:
        """The place of `text`: one, or none between those before and behind it."""
        wanted = _encoded(text)
        place = bisect_left(range(len(self)), wanted, key=self._bytes)
        is_there = place < len(self) and self._bytes(place) == wanted
        return range(place, place + is_there)

    def beginning(self, text: str) -> range:
        """The places of those that begin with `text`, which lie side by side."""
        wanted = _encoded(text)
        first = bisect_left(range(len(self)), wanted, key=self._bytes)
        # No byte of UTF-8 is so great.
        behind = bisect_left(range(len(self)), wanted + b"\xff", lo=first, key=self._bytes)
        return range(first, behind)

    def ending(self, text: str) -> Places:
        """The places of those that end with `text`."""
        wanted, content = _encoded(text), np.frombuffer(self._content, np.uint8)
        tail = wanted[-_TAIL_BYTES:]
        unlike = self._tails() ^ np.uint64(int.from_bytes(tail, "big"))
        # As many bits as nothing is wanted of fall out in front.
        places = np.flatnonzero(unlike << np.uint64(8 * (_TAIL_BYTES - len(tail))) == 0)
        if len(wanted) > _TAIL_BYTES or wanted[:1] == b"\0":
            # A short text has zeros before it, as a text that holds some.
            places = places[self._sizes(places) >= len(wanted)]
        for distance in range(_TAIL_BYTES + 1, len(wanted) + 1):
            places = places[content[self._ends[places] - distance] == wanted[-distance]]
        return places

    def holding(self, text: str) -> Places:
        """The places of those that hold `text`, which is not empty, anywhere."""
        wanted = _encoded(text)
        # Looked for ahead, as two occurrences may overlap and one of them lie across two texts.
        found = re.finditer(b"(?=" + re.escape(wanted) + b")", self._content)
        begins = np.fromiter((one.start() for one in found), np.int64)
        places = np.searchsorted(self._ends, begins, side="right")
        return np.unique(places[begins + len(wanted) <= self._ends[places]])

    @kept_property
    def _decoded(self) -> list[str]:
        content = bytes(self._content)
        return [content[i:j].decode() for i, j in pairwise([0, *self._ends.tolist()])]

    def _sizes(self, places: Places) -> npt.NDArray[np.int64]:
        begins = np.where(places > 0, self._ends[places - 1], 0)
        sizes: npt.NDArray[np.int64] = self._ends[places] - begins
        return sizes

    def _bytes(self, place: int) -> bytes:
        return bytes(
            self._content[int(self._ends[place - 1]) if place else 0 : int(self._ends[place])]
        )


def tails_of(content: memoryview, ends: npt.NDArray[np.int64]) -> Tails:
    """The last bytes of each text as one number, the last of them least; zeros before a short one."""
    letters = np.frombuffer(content, np.uint8)
    sizes = np.diff(ends, prepend=0)
    tails = np.zeros(len(ends), dtype=np.uint64)
    for distance in range(1, _TAIL_BYTES + 1):
        has_one = sizes >= distance
        tails[has_one] |= letters[ends[has_one] - distance].astype(np.uint64) << np.uint64(
            8 * (distance - 1)
        )
    return tails


def _encoded(text: str) -> bytes:
    # Half a character is in no stored text, and sorts where it would stand.
    return text.encode("utf-8", "surrogatepass")
