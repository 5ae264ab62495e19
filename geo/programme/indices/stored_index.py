"""The index that counts: the version an office published, else the one that ships.

An index is a dataset of its own whose versions are its TOML, `index-ipk`. While none is published,
or all of them are withdrawn, it is the file that ships, which has no number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import NotFound
from geo.programme.indices.index import Index
from geo.programme.indices.index_file import INDICES, index_text, parse_index, read_index
from geo.store.snapshots import kept_by_content, reading
from geo.store.store import Provenance, Store, Version
from geo.store.versions import Published

INDEX_PREFIX = "index-"


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """An index with the version that it is of; None of one that is as it ships."""

    index: Index
    version: Version | None

    @property
    def number(self) -> int | None:
        """The number of its version."""
        return None if self.version is None else self.version.number


def is_index(dataset: str) -> bool:
    """Whether a dataset is one of the indices that there are."""
    return dataset.startswith(INDEX_PREFIX) and dataset.removeprefix(INDEX_PREFIX) in INDICES


def stored_index(store: Store | Published, name: str, *, data_dir: Path) -> StoredIndex:
    """The index as it counts now.

    Parameters
    ----------
    data_dir : Path
        The folder of the data that ship.

    Raises
    ------
    NotFound
        Naming the indices that there are.
    """
    if name not in INDICES:
        raise NotFound(name, available=list(INDICES))
    now = store.current()
    if INDEX_PREFIX + name not in now.datasets("index"):
        return StoredIndex(shipped_index(name, data_dir=data_dir), None)
    version = now.version(INDEX_PREFIX + name, "index")
    return StoredIndex(index_of(version.path), version)


def shipped_index(name: str, *, data_dir: Path) -> Index:
    """The index as it ships."""
    return read_index(data_dir / "programme" / f"{name}.toml")


def index_versions(store: Store, name: str) -> list[Version]:
    """Every version of an index, the newest first; none where none was published."""
    if store.standing(INDEX_PREFIX + name) is None:
        return []
    return store.versions(INDEX_PREFIX + name)[::-1]


@kept_by_content(maxsize=16)
def index_of(path: Path) -> Index:
    """The index of a snapshot, read once."""
    with reading(path):
        return parse_index(path.read_text(encoding="utf-8"))


def publish_index(
    store: Store,
    index: Index,
    provenance: Provenance,
    *,
    details: Mapping[str, Any],
    expected: int | None,
) -> Version:
    """Make a checked index the current one of its id."""
    return store.publish(
        INDEX_PREFIX + index.id,
        "index",
        index_text(index).encode(),
        suffix=".toml",
        provenance=provenance,
        details={"slots": len(index.slots), "figures": len(index.figures), **details},
        expected=expected,
    )
