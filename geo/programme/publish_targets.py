"""The published table of targets: what it holds now, and how it becomes the next version.

It is read without looking into it again: what is published was checked when it was.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from geo.indicators.table import Amendment, Indicator, note_of
from geo.ingest.findings import Finding, finding
from geo.language import Text, joined
from geo.programme.targets import COLUMNS, KEY
from geo.published import kept_by_content
from geo.store.snapshots import reading
from geo.store.store import Provenance, Store, Version
from geo.store.versions import Published

# The dataset of all targets, beside the figures.
TARGETS = "targets"
_FACTS = [name for name in COLUMNS if name not in KEY]
_ENDS = ("least", "most")
# What is said of a range: which way it is to move, and the document that sets it.
STATED = tuple(name for name in _FACTS if name not in _ENDS)
# What `--replace` takes as one table: the targets of one indicator, year and level.
_SERIES = ["indicator", "year", "level"]
# More are counted and not listed.
_LISTED = 200

Range = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class TargetChange:
    """One target that came, went or changed.

    `before` and `after` are least and most in the indicator's unit, None where there is no target.
    `also` are the other columns that changed (document, source, note, …); `stated_before` and
    `stated_after` are what all of these say.
    """

    way: Literal["added", "removed", "changed"]
    indicator: str
    regency_code: str
    year: int
    level: str
    before: Range | None
    after: Range | None
    also: tuple[str, ...] = ()
    stated_before: Mapping[str, str] | None = None
    stated_after: Mapping[str, str] | None = None


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


def upsert_targets(
    current: pd.DataFrame, handed_in: pd.DataFrame, *, is_replacing: bool = False
) -> tuple[pd.DataFrame, Amendment]:
    """`current` with the rows of `handed_in` in place of those of the same region, year and level.

    A row of `handed_in` without either end takes the one of `current` out.

    Parameters
    ----------
    current, handed_in : DataFrame
        As `parse_targets` returns them.
    is_replacing : bool
        Of the indicators, years and levels that `handed_in` names, leave out the rows of `current`
        that it does not have.

    Returns
    -------
    DataFrame
        As `parse_targets` returns it.
    Amendment
        `unchanged` counts all rows that stay as they were, handed in again or not.
    """
    named = {tuple(key) for key in handed_in[_SERIES].itertuples(index=False)}
    new = _keyed(handed_in)
    is_own = [key in new for key in _keyed(current)]
    is_left_out = [
        is_replacing and tuple(key) in named and not own
        for key, own in zip(current[_SERIES].itertuples(index=False), is_own, strict=True)
    ]
    kept = current[[not (a or b) for a, b in zip(is_own, is_left_out, strict=True)]]
    stated = handed_in[handed_in[list(_ENDS)].notna().any(axis=1)]
    table = pd.concat([kept, stated]).sort_values(["indicator", "year", "regency_code", "level"])
    table = table.reset_index(drop=True)
    ways = [one.way for one in changed_targets(table, current)]
    counts = {way: ways.count(way) for way in ("added", "changed", "removed")}
    return table, Amendment(**counts, unchanged=len(table) - counts["added"] - counts["changed"])


def keys_of(table: pd.DataFrame) -> frozenset[tuple[str, str, int, str]]:
    """Indicator, region, year and level of each target."""
    return frozenset(_keyed(table))


def changed_targets(table: pd.DataFrame, current: pd.DataFrame) -> tuple[TargetChange, ...]:
    """How `table` differs from `current`, both as `parse_targets` returns them; by indicator and year."""
    old, new = _keyed(current), _keyed(table)
    found = []
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        also = [n for n in STATED if before and after and before[n] != after[n]]
        found.append(
            TargetChange(
                "added" if before is None else "removed" if after is None else "changed",
                key[0],
                key[1],
                key[2],
                key[3],
                before=_range(before),
                after=_range(after),
                also=tuple(also),
                stated_before=_stated(before),
                stated_after=_stated(after),
            )
        )
    return tuple(found)


def targets_json(
    changes: Iterable[TargetChange], catalogue: Mapping[str, Indicator]
) -> list[dict[str, Any]]:
    """The first 200 changes in JSON types, each with `title`, `unit` and `decimals` of its indicator.

    `remarks` are the notes before and after, in both languages where the catalogue knows them.
    """
    return [
        {**asdict(one), "also": list(one.also)}
        | {"remarks": _remarks(one, catalogue)}
        | {"title": _title(one.indicator, catalogue)._asdict()}
        | {"unit": _unit(one.indicator, catalogue)._asdict()}
        | {"decimals": catalogue[one.indicator].decimals if one.indicator in catalogue else 0}
        for one in islice(changes, _LISTED)
    ]


def targets_removal(
    changes: Iterable[TargetChange], catalogue: Mapping[str, Indicator]
) -> Finding | None:
    """The warning that published targets would be removed; None for none."""
    lost = [one for one in changes if one.way == "removed"]
    if not lost:
        return None
    each = [
        Text(
            *(
                f"{title}, {one.regency_code}, {one.year}"
                for title in _title(one.indicator, catalogue)
            )
        )
        for one in lost[:10]
    ]
    return finding("targets_removed", count=len(lost), named=joined(each, by="; "))


def publish_targets(
    store: Store,
    table: pd.DataFrame,
    provenance: Provenance,
    *,
    details: Mapping[str, Any],
    expected: int | None,
) -> Version:
    """Make a checked table of targets the current one, as a whole."""
    return store.publish(
        TARGETS,
        "targets",
        table.to_parquet(index=False),
        suffix=".parquet",
        provenance=provenance,
        details={"rows": len(table), **details},
        expected=expected,
    )


def _range(facts: Mapping[str, Any] | None) -> Range | None:
    return None if facts is None else (facts["least"], facts["most"])


def _stated(facts: Mapping[str, Any] | None) -> dict[str, str] | None:
    return None if facts is None else {name: facts[name] for name in STATED}


def _remarks(
    one: TargetChange, catalogue: Mapping[str, Indicator]
) -> dict[str, dict[str, str] | None]:
    """The note of either side, in both languages where the catalogue knows it."""
    known = catalogue[one.indicator].notes if one.indicator in catalogue else ()
    sides = {"before": one.stated_before, "after": one.stated_after}
    return {
        side: None if said is None else note_of(said["note"], known)._asdict()
        for side, said in sides.items()
    }


def _title(indicator: str, catalogue: Mapping[str, Indicator]) -> Text:
    return catalogue[indicator].title if indicator in catalogue else Text(indicator, indicator)


def _unit(indicator: str, catalogue: Mapping[str, Indicator]) -> Text:
    return catalogue[indicator].unit if indicator in catalogue else Text("", "")


def _keyed(table: pd.DataFrame) -> dict[tuple[str, str, int, str], dict[str, Any]]:
    """The rows by their key; an open end is None, so that rows can be compared."""
    rows = {}
    for row in table.to_dict("records"):
        facts = {name: row[name] for name in _FACTS}
        facts |= {end: None if math.isnan(row[end]) else float(row[end]) for end in _ENDS}
        key = (row["indicator"], row["regency_code"], int(row["year"]), row["level"])
        rows[key] = facts
    return rows
