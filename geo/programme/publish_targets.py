"""The published table of targets: what it holds now, and how it becomes the next version.

It is read without looking into it again: what is published was checked when it was.
"""

from pathlib import Path

import pandas as pd

from geo.programme.targets import COLUMNS
from geo.published import kept_by_content
from geo.store.snapshots import reading
from geo.store.store import Store
from geo.store.versions import Published

# The dataset of all targets, beside the figures.
TARGETS = "targets"


def targets(store: Store | Published) -> pd.DataFrame:
    """The current table of targets, as `parse_targets` returns it; the caller's own.

    Without a row where nothing is published.
    """
    now = store.current()
    if TARGETS not in now.datasets("targets"):
        return no_targets()
    return read_targets(now.version(TARGETS, "targets").path).copy()


def no_targets() -> pd.DataFrame:
    """A table of targets without a row."""
    numbers = {"year": "int64", "least": "float64", "most": "float64"}
    return pd.DataFrame({name: pd.Series(dtype=numbers.get(name, "str")) for name in COLUMNS})


@kept_by_content(maxsize=4)
def read_targets(path: Path) -> pd.DataFrame:
    """The table of targets of a snapshot, read once."""
    with reading(path):
        return pd.read_parquet(path)[list(COLUMNS)]
