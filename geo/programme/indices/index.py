"""An index of slots: each scaled by its least and most, weighed, and added to 0..100.

What is not public stays open: a slot without least, most or weight says so, and an index with an
open slot has no value. Where only figures are missing it has a range, from none to all of them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from geo.indicators.table import Direction
from geo.language import Text, as_written, filled, listed, texts
from geo.mcda.model import Model, RankClass

_SAY = texts(__name__)

# Nine weights of 1/9 with six decimals add up to 0.999999.
_SAME = 5e-6


@dataclass(frozen=True, slots=True)
class Slot:
    """One part of an index; None is what nobody has filled in yet.

    `least` and `most` are in the unit of the figure and become 0 and 1; `direction` is `min` where
    less is better. `weight` is 0..1. `indicator` names the published figures that fill the slot.
    `source` says where the slot is known from, `document` and `page` where its weight, least and
    most stand; without a document they are somebody's working assumption. `confirmed` is true only
    where somebody said so, with document and page.
    """

    id: str
    title: Text
    direction: Direction
    least: float | None
    most: float | None
    weight: float | None
    indicator: str | None
    source: Text
    confirmed: bool
    document: str | None = None
    page: str | None = None
    note: str | None = None

    @property
    def is_filled(self) -> bool:
        """Whether it has its weight, least and most."""
        return None not in (self.weight, self.least, self.most)


@dataclass(frozen=True, slots=True)
class SlotFigure:
    """A figure of a slot in one year, as an office entered it with its source.

    `place` is the code of the province or a regency; of an index of kawasan the name of one.
    """

    slot: str
    place: str
    year: int
    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Index:
    """An index as its file states it; `model` names the readiness model with its classes and benchmark.

    An index with a model is one of a kawasan, every other one of a region. `published` is the
    indicator that holds values of it which somebody published, None without. `figures` are those
    that an office entered.
    """

    id: str
    title: Text
    description: Text
    source: Text
    source_url: str
    model: str | None
    published: str | None
    confirmed: bool
    slots: tuple[Slot, ...]
    figures: tuple[SlotFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotValue:
    """A slot with its figure, scaled to 0..1 and as points of the index; None where something is open.

    `is_beyond` is true of a figure outside least and most, which counts as the nearer of the two.
    `year` is that of the figure, None where somebody gave it without one.
    """

    slot: Slot
    value: float | None
    scaled: float | None
    points: float | None
    is_beyond: bool
    year: int | None = None


@dataclass(frozen=True, slots=True)
class IndexValue:
    """An index of one region, 0..100: `value`, or what it lies between, or why neither can be said."""

    slots: tuple[SlotValue, ...]
    value: float | None
    least: float | None
    most: float | None
    reasons: tuple[Text, ...]


def min_max(value: float, *, least: float, most: float, direction: Direction = "max") -> float:
    """A figure between its least and most as 0..1; beyond them it is 0 or 1.

    References
    ----------
    OECD and JRC (2008), Handbook on Constructing Composite Indicators, 5.2.

    Examples
    --------
    >>> min_max(60, least=40, most=80), min_max(60, least=40, most=80, direction="min")
    (0.5, 0.5)
    >>> min_max(30, least=40, most=80, direction="min")
    1.0
    """
    share = min(max((value - least) / (most - least), 0.0), 1.0)
    return 1.0 - share if direction == "min" else share


def index_value(
    index: Index, values: Mapping[str, float], *, years: Mapping[str, int] | None = None
) -> IndexValue:
    """The index of one place.

    Parameters
    ----------
    values : mapping
        Figures by slot id, in the units of the slots; a slot without one is missing.
    years : mapping, optional
        The years of the figures, by slot id.
    """
    known_years = years or {}
    slots = tuple(
        _slot_value(slot, values.get(slot.id), known_years.get(slot.id)) for slot in index.slots
    )
    reasons = open_reasons(index)
    if reasons:
        return IndexValue(slots, None, None, None, reasons)
    known = math.fsum(s.points for s in slots if s.points is not None)
    # What has no weight decides nothing, known or not.
    missing = [s.slot for s in slots if s.value is None and s.slot.weight]
    if not missing:
        return IndexValue(slots, known, known, known, ())
    most = known + 100 * math.fsum(slot.weight or 0.0 for slot in missing)
    titles = listed([slot.title for slot in missing])
    reason = filled(_SAY["no_figure"], n=len(missing), of=len(slots), slots=titles)
    return IndexValue(slots, None, known, most, (reason,))


def open_reasons(index: Index) -> tuple[Text, ...]:
    """Why no region can have a value of the index; none where only figures may be missing."""
    return (*_open(index, "weight"), *_open(index, "ends"), *_weights_off(index))


def _slot_value(slot: Slot, value: float | None, year: int | None) -> SlotValue:
    said = year if value is not None else None
    if value is None or slot.least is None or slot.most is None:
        return SlotValue(slot, value, None, None, is_beyond=False, year=said)
    scaled = min_max(value, least=slot.least, most=slot.most, direction=slot.direction)
    points = None if slot.weight is None else 100 * slot.weight * scaled
    is_beyond = not slot.least <= value <= slot.most
    return SlotValue(slot, value, scaled, points, is_beyond=is_beyond, year=said)


def _open(index: Index, what: str) -> list[Text]:
    """That some slots have no weight, or no least and most."""
    if what == "weight":
        open_slots = [s for s in index.slots if s.weight is None]
        words = _SAY["no_weight"]
    else:
        open_slots = [s for s in index.slots if s.least is None or s.most is None]
        words = _SAY["no_ends"]
    return [filled(words, n=len(open_slots), of=len(index.slots))] if open_slots else []


def _weights_off(index: Index) -> list[Text]:
    weights = [s.weight for s in index.slots if s.weight is not None]
    if len(weights) < len(index.slots) or is_one(math.fsum(weights)):
        return []
    return [filled(_SAY["weights_off"], sum=as_written(math.fsum(weights)))]


def is_one(total: float) -> bool:
    """Whether weights add up to 1, but for the rounding of decimals."""
    return abs(total - 1) <= _SAME


def possible_classes(model: Model, found: IndexValue) -> tuple[RankClass, ...]:
    """The classes that the value, or a value of the range, may be in; none where neither is known.

    What lies below every score of the benchmark has no class that anybody published, see `known_from`.
    """
    low = known_from(model)
    if found.least is None or found.most is None or (low is not None and found.most < low):
        return ()
    ends = [found.least if low is None else max(found.least, low), found.most]
    first, last = (sum(end >= one.lower_bound for one in model.classes) - 1 for end in ends)
    return tuple(model.classes[max(first, 0) : last + 1])


def known_from(model: Model) -> float | None:
    """The lowest score whose class is published; None of a model without a benchmark."""
    if model.benchmark is None:
        return None
    return min(area.score for area in model.benchmark.areas)
