"""How wet a place is by what sources say of it: the class of standing water of each desa and kecamatan. Pure.

Only what is stated of a kecamatan or a desa counts, never the figures of its regency: they make swamps
look dry beside their hills, and hills wet beside their swamps.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from geo.land.ground import Said, Statement
from geo.language import Text, filled, joined, texts
from geo.mcda.value_functions import WATER_CLASSES, GroundMeasure

_SAY = texts(__name__)

_DAYS: Final = frozenset({"hari", "hari_minimal", "hari_maksimal", "hari_berselang"})
_KECAMATAN = len("63.01.01")
# More statements than these do not fit a note.
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Water:
    """The wettest class (of `WATER_CLASSES`) that is stated of a place, its grade and who states it."""

    water_class: str
    grade: float
    statements: tuple[Statement, ...]


def water_by_code(said: Iterable[Said], asked: GroundMeasure) -> dict[str, Water]:
    """How wet each kecamatan and desa of which something counts is, by its Kemendagri code.

    Statements of high and medium confidence count, and those of low confidence where sources of two
    hosts say the same of one place. A denial says that there was no flood, not that there are dry
    hills: it counts for nothing. Of a desa its own statements and those of its kecamatan count, the
    wettest first: who saw a flood in one desa did not deny its kecamatan's swamp. A place that is
    not in the result, and whose kecamatan is not either, is unknown.
    """
    by_code: dict[str, list[tuple[str, Statement]]] = defaultdict(list)
    for one in said:
        if one.statement.code is not None and not one.statement.is_denial:
            by_code[one.statement.code].append((one.fact, one.statement))
    found = {code: _wettest(_counted(own, asked), asked) for code, own in by_code.items()}
    own_water = {code: water for code, water in found.items() if water is not None}
    return {
        code: max((water, own_water.get(code[:_KECAMATAN], water)), key=lambda one: one.grade)
        for code, water in own_water.items()
    }


def water_of(water: Mapping[str, Water], code: str) -> Water | None:
    """How wet a desa is: as stated of it, else of its kecamatan; None where unknown."""
    return water.get(code) or water.get(code[:_KECAMATAN])


def _counted(
    own: Sequence[tuple[str, Statement]], asked: GroundMeasure
) -> list[tuple[str, Statement]]:
    """The statements that count: those of low confidence only where another host says the same."""
    hosts: dict[str | None, set[str | None]] = defaultdict(set)
    for fact, statement in own:
        hosts[_class_of(fact, statement, asked)].add(statement.source)
    return [
        (fact, statement)
        for fact, statement in own
        if statement.confidence != "low"
        or len(hosts[_class_of(fact, statement, asked)] - {None}) >= 2
    ]


def _class_of(fact: str, statement: Statement, asked: GroundMeasure) -> str | None:
    """The class that one statement states by itself; None for one of peat, or of an office's own fact."""
    if fact.startswith("rawa_"):
        return "rawa"
    if fact == "kering_perbukitan":
        return fact
    if fact not in ("banjir_berkala", "banjir_kejadian"):
        return None
    stays = statement.unit in _DAYS and (statement.value or 0) >= asked.long_days
    if fact == "banjir_berkala":
        return "banjir_berkala_lama" if stays else fact
    return "banjir_lama" if stays else fact


def _wettest(own: Sequence[tuple[str, Statement]], asked: GroundMeasure) -> Water | None:
    stated: dict[str, list[Statement]] = {name: [] for name in WATER_CLASSES}
    for fact, statement in own:
        name = _class_of(fact, statement, asked)
        if name is not None:
            stated[name].append(statement)
    # Where floods return and one of them stayed, they are floods that return and stay.
    if stated["banjir_berkala"] and stated["banjir_lama"]:
        stated["banjir_berkala_lama"] += [*stated["banjir_berkala"], *stated["banjir_lama"]]
    there = [name for name in WATER_CLASSES if stated[name]]
    if not there:
        return None
    wettest = max(there, key=lambda name: asked.grades[name])
    surest = sorted(stated[wettest], key=lambda s: (s.confidence == "low", -(s.year or 0)))
    return Water(wettest, asked.grades[wettest], tuple(surest))


def class_title(water_class: str) -> Text:
    """What a class of standing water is called."""
    return _SAY[f"class_{water_class}"]


def named(statements: Iterable[Statement]) -> Text:
    """Who states it, of where and of which year; the first few and how many more."""
    parts = list(
        dict.fromkeys(
            filled(
                _SAY["statement"],
                place=one.place,
                source=one.source or _SAY["no_source"],
                year=_SAY["undated"] if one.year is None else str(one.year),
            )
            for one in statements
        )
    )
    shown = joined(parts[:_MOST_NAMED])
    more = len(parts) - _MOST_NAMED
    return filled(_SAY["and_more"], shown=shown, more=more) if more > 0 else shown
