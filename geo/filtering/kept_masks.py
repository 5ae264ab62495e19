"""Which features a filter was true for, kept as bits for who asks again or goes on to its next page."""

import threading
from collections.abc import Callable, Hashable

import numpy as np
import numpy.typing as npt

from geo.filtering.columns import Mask


class KeptMasks:
    """The last `most` masks over one table, which never changes; safe between threads."""

    def __init__(self, *, most: int = 64) -> None:
        self._most = most
        self._kept: dict[Hashable, npt.NDArray[np.uint8]] = {}
        self._lock = threading.Lock()

    def of(self, asked: Hashable, work_out: Callable[[], Mask], *, count: int) -> Mask:
        """The mask of what is asked, over `count` features, worked out where it is not kept."""
        bits = self._kept.get(asked)
        if bits is not None:
            return np.unpackbits(bits, count=count).view(np.bool_)
        mask = work_out()
        with self._lock:
            while len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
            self._kept[asked] = np.packbits(mask)
        return mask
