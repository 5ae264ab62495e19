"""An indicator table amended by another: rows added and changed by key, none lost unasked.

An office hands in the figures of one indicator or one year; all other figures stay. What is checked
of a table is `geo/indicators/table.py`.
"""

from dataclasses import dataclass

import pandas as pd

from geo.indicators.table import COLUMNS, parse_indicators

# Periods that differ by case only are the same period.
_KEY = ["regency_code", "indicator", "period"]
_FACTS = [name for name in COLUMNS if name not in _KEY]


@dataclass(frozen=True, slots=True)
class Amendment:
    """How many rows a table adds, changes and leaves as they are, and how many it removes."""

    added: int
    changed: int
    unchanged: int
    removed: int


def amended(
    current: pd.DataFrame, handed_in: pd.DataFrame, *, is_replacing: bool = False
) -> tuple[pd.DataFrame, Amendment]:
    """`current` with the rows of `handed_in` in place of those of the same region, indicator and period.

    Parameters
    ----------
    current, handed_in : DataFrame
        As `geo.indicators.table.parse_indicators` returns them.
    is_replacing : bool
        Leave out every row of `current`; the amendment then counts what is lost.

    Returns
    -------
    DataFrame
        As `parse_indicators` returns it.
    Amendment
        `unchanged` counts all rows that stay as they were, handed in again or not.

    Raises
    ------
    InvalidIndicators
        When the rows are good by themselves but not together: an indicator that then mixes months.
    """
    old, new = _keyed(current), _keyed(handed_in)
    both = new.index.intersection(old.index)
    same = (old.loc[both, _FACTS] == new.loc[both, _FACTS]).all(axis=1)
    kept = current[~_keyed(current).index.isin(new.index)]

    table = handed_in if is_replacing else pd.concat([kept, handed_in])
    n_same = int(same.sum())
    return parse_indicators(table), Amendment(
        added=len(new) - len(both),
        changed=len(both) - n_same,
        unchanged=n_same + (0 if is_replacing else len(kept)),
        removed=len(kept) if is_replacing else 0,
    )


def _keyed(table: pd.DataFrame) -> pd.DataFrame:
    key = table[_KEY].assign(period=table["period"].str.lower())
    return table.set_index(pd.MultiIndex.from_frame(key))
