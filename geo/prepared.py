"""What was computed from snapshots, kept beside them: the next start and other processes read it.

A name carries what the value was computed from, and our own source, so that it is never stale. Only
values of our own classes and arrays are read back, and only whole: what is damaged is computed anew.
"""

import hashlib
import io
import pickle
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from geo.errors import StoreFault
from geo.source_digest import source_digest
from geo.store.snapshots import prune, write_atomically

Value = TypeVar("Value")

_MOST_KEPT: Final = 64
_DIGEST_BYTES: Final = hashlib.sha256().digest_size
_OF_ARRAYS: Final = frozenset({"_frombuffer", "_reconstruct", "dtype", "ndarray", "scalar"})
# Two who ask for one value at a time wait for one computation.
_computing: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def kept_beside(
    snapshot: Path, kind: str, computed_from: object, compute: Callable[[], Value]
) -> Value:
    """`kept_in` the store of a snapshot, any of those that the value is computed from."""
    return kept_in(snapshot.parents[1], kind, computed_from, compute)


def kept_in(store: Path, kind: str, computed_from: object, compute: Callable[[], Value]) -> Value:
    """The value that `compute` gives, read from a store where it is kept.

    Parameters
    ----------
    store : Path
        The folder of the store that keeps the value.
    kind : str
        What it is, the beginning of the file's name. Of each kind the newest 64 are kept.
    computed_from : object
        All that the value hangs on; equal ones must have equal `repr`.
    compute : callable
        Of dataclasses and named tuples of this package, arrays and plain values.
    """
    key = hashlib.sha256(repr(computed_from).encode()).hexdigest()
    path = store / "prepared" / f"{kind}-{source_digest('geo')}-{key}.kept"
    with _computing[path.name]:
        try:
            return cast(Value, _read(path.read_bytes()))
        except (OSError, ValueError):
            value = compute()
            _keep(path, value, beginning=f"{kind}-")
            return value
        finally:
            _computing.pop(path.name, None)


def _keep(path: Path, value: object, *, beginning: str) -> None:
    content = pickle.dumps(value, protocol=5)
    # A full disk, or a store that is only read, costs the next start time, not this answer.
    with suppress(OSError, StoreFault):
        write_atomically(path, hashlib.sha256(content).digest() + content)
        prune(path.parent, beginning, most=_MOST_KEPT)


def _read(kept: bytes) -> Any:
    digest, content = kept[:_DIGEST_BYTES], kept[_DIGEST_BYTES:]
    if hashlib.sha256(content).digest() != digest:
        raise ValueError("damaged")
    try:
        return _OwnValues(io.BytesIO(content)).load()
    except pickle.UnpicklingError as error:
        raise ValueError("not ours") from error


class _OwnValues(pickle.Unpickler):
    """Reads values of our own classes and arrays, and nothing that could do anything else."""

    def find_class(self, module: str, name: str) -> Any:
        is_array = module.partition(".")[0] == "numpy" and name in _OF_ARRAYS
        found = super().find_class(module, name) if is_array or module.startswith("geo.") else None
        if is_array or isinstance(found, type):
            return found
        raise pickle.UnpicklingError(f"{module}.{name}")
