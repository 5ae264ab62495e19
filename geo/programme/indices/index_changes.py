"""What an office changes in an index: entries put into it, and how two of its versions differ."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from geo.language import Language, Text
from geo.programme.indices.index import Index, Slot, SlotFigure

# What of a slot an office fills in.
ENTRIES = ("least", "most", "weight", "indicator", "document", "page", "note", "confirmed")
DECIMAL_MARKS: Mapping[Language, str] = {"id": ",", "en": "."}
# Digits beyond any figure's end a file that nobody typed.
_NUMBER = re.compile(r"[-+]?\d{1,18}(?:[.,]\d{1,18})?")
_TWO_NUMBERS = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}")
# What is said of the index as a whole.
_SAID = ("title", "description", "source", "source_url")
_NAMED = ("title", "direction", "source")


@dataclass(frozen=True, slots=True)
class IndexChange:
    """One entry of a slot, or one figure of it, that came, went or changed.

    `entry` is the entry's name, or `value` of a figure with its `place` and `year`; `before` and
    `after` are None where there is none. `also` names what else changed of a figure, and the two sources
    are those of it.
    """

    way: Literal["added", "removed", "changed"]
    slot: str
    title: Text
    entry: str
    place: str | None
    year: int | None
    before: float | str | None
    after: float | str | None
    also: tuple[str, ...] = ()
    source_before: str | None = None
    source_after: str | None = None


def typed_number(text: str, *, language: Language | None = None) -> float | None:
    """A number as a person types it, 62,5 or 62.5; None for what is none.

    A text that is one number in Indonesian and another in English is none.

    Parameters
    ----------
    language : Language, optional
        That of the page on which it was typed: the mark before its decimals is certain there.

    Examples
    --------
    >>> typed_number("62,5"), typed_number("0.125"), typed_number("=1+1"), typed_number("nan")
    (62.5, 0.125, None, None)
    >>> typed_number("1.234"), typed_number("1.234", language="id"), typed_number("1,234", language="id")
    (None, None, 1.234)
    """
    plain = text.strip()
    is_certain = language is not None and DECIMAL_MARKS[language] in plain
    if not _NUMBER.fullmatch(plain) or (not is_certain and _TWO_NUMBERS.fullmatch(plain)):
        return None
    number = float(plain.replace(",", "."))
    return number if math.isfinite(number) else None


def with_entries(index: Index, entries: Mapping[str, Mapping[str, Any]]) -> Index:
    """The index with what somebody entered for its slots, by slot id and the names of a `Slot`.

    None empties an entry. The index is confirmed where every slot of it is.
    """
    slots = tuple(replace(s, **entries[s.id]) if entries.get(s.id) else s for s in index.slots)
    return replace(index, slots=slots, confirmed=all(slot.confirmed for slot in slots))


def with_figures(
    index: Index, figures: Sequence[SlotFigure], *, removed: Sequence[tuple[str, str, int]] = ()
) -> Index:
    """The index with figures in place of those of the same slot, place and year.

    Parameters
    ----------
    removed : sequence of (slot, place, year)
        Those that leave it.
    """
    known = {_key(one): one for one in index.figures} | {_key(one): one for one in figures}
    kept = [known[key] for key in sorted(known) if key not in removed]
    return replace(index, figures=tuple(kept))


def merged_index(index: Index, base: Index, current: Index) -> Index:
    """What an index changed in its base, changed in another index that came from that base.

    Where both changed one entry or one figure, that of `index` counts.
    """
    old = {slot.id: slot for slot in base.slots}
    entries = {
        slot.id: {
            name: getattr(slot, name)
            for name in (*_NAMED, *ENTRIES)
            if slot.id not in old or getattr(slot, name) != getattr(old[slot.id], name)
        }
        for slot in index.slots
    }
    kept = {_key(one) for one in index.figures}
    figures = [one for one in index.figures if one not in base.figures]
    removed = [_key(one) for one in base.figures if _key(one) not in kept]
    said = {
        name: getattr(index, name) for name in _SAID if getattr(index, name) != getattr(base, name)
    }
    return replace(with_figures(with_entries(current, entries), figures, removed=removed), **said)


def overtaken(
    changes: Sequence[IndexChange], newer: Sequence[IndexChange]
) -> tuple[IndexChange, ...]:
    """Those of the changes that are of an entry or a figure which newer versions changed as well."""
    known = {(one.slot, one.entry, one.place, one.year) for one in newer}
    return tuple(one for one in changes if (one.slot, one.entry, one.place, one.year) in known)


def index_changes(after: Index, before: Index) -> tuple[IndexChange, ...]:
    """How an index differs from another one of its id, slot by slot and then figure by figure."""
    return (*_slot_changes(after, before), *_figure_changes(after, before))


def index_json(changes: Sequence[IndexChange]) -> list[dict[str, Any]]:
    """The changes in JSON types."""
    return [
        {**asdict(one), "title": one.title._asdict(), "also": list(one.also)} for one in changes
    ]


def counts_of(changes: Sequence[IndexChange]) -> dict[str, int]:
    """How many came, changed and went."""
    return {way: sum(one.way == way for one in changes) for way in ("added", "changed", "removed")}


def _slot_changes(after: Index, before: Index) -> Iterator[IndexChange]:
    old = {slot.id: slot for slot in before.slots}
    for slot in after.slots:
        for name in (*_NAMED, *ENTRIES):
            was, now = _entry(old.get(slot.id), name), _entry(slot, name)
            if was != now:
                yield IndexChange(
                    _way(was, now), slot.id, slot.title, name, None, None, before=was, after=now
                )


def _entry(slot: Slot | None, name: str) -> float | str | None:
    """An entry as it is compared and shown; no confirmation is none."""
    value = None if slot is None else getattr(slot, name)
    if isinstance(value, Text):
        return value.id
    if isinstance(value, bool):
        return name if value else None
    return value if value is None or isinstance(value, str) else float(value)


def _figure_changes(after: Index, before: Index) -> Iterator[IndexChange]:
    titles = {slot.id: slot.title for slot in (*before.slots, *after.slots)}
    old, new = ({_key(one): one for one in index.figures} for index in (before, after))
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        slot, place, year = key
        values = [None if one is None else float(one.value) for one in (was, now)]
        yield IndexChange(
            way=_way(was, now),
            slot=slot,
            title=titles[slot],
            entry="value",
            place=place,
            year=year,
            before=values[0],
            after=values[1],
            also=("source",) if was and now and was.source != now.source else (),
            source_before=None if was is None else was.source,
            source_after=None if now is None else now.source,
        )


def _way(before: object, after: object) -> Literal["added", "removed", "changed"]:
    if before is None:
        return "added"
    return "removed" if after is None else "changed"


def _key(one: SlotFigure) -> tuple[str, str, int]:
    return one.slot, one.place, one.year
