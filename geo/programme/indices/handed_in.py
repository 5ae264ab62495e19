"""An index that an office hands in, held against what ships and what is published; each fault by its place."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from geo.errors import GeoError, InvalidIndex, InvalidInput
from geo.indicators.table import Indicator
from geo.ingest.findings import Finding, finding
from geo.language import Text, as_written, filled, joined, listed, shortened, texts
from geo.programme.indices.areas import area_like, area_named
from geo.programme.indices.index import Index, SlotFigure
from geo.programme.indices.index_changes import IndexChange
from geo.programme.indices.index_file import IndexFault, index_faults, parse_index
from geo.programme.province import unit_code
from geo.toml_file import nearest, with_mend
from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)

# More are counted and not named.
_MOST_NAMED = 10
_MOST_SHOWN = 60
_SLOTS_SHOWN, _PLACES_SHOWN = 3, 2
# BPS publishes labour figures of regencies from then on (Sakernas).
_FIRST_YEAR = 1986


@dataclass(frozen=True, slots=True)
class IndexAgainst:
    """What a handed-in index is held against: the one that ships, the region, indicators and today.

    `areas` are the kawasan that are known by name, of an index of kawasan.
    """

    shipped: Index
    region: PlanningRegion
    indicators: Mapping[str, Indicator]
    this_year: int
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadIndex:
    """An index that was read, None where an error refuses it, and all that was found in it."""

    index: Index | None
    findings: tuple[Finding, ...]


def read_handed_in(toml_text: str, against: IndexAgainst) -> ReadIndex:
    """The index of a file, its regions by their Kemendagri codes, or why it cannot be taken."""
    try:
        index = parse_index(toml_text)
    except InvalidIndex as error:
        facts = error.facts | {"reason": _unstopped(error.facts["reason"])}
        return ReadIndex(None, (finding("index_broken", **facts),))
    return held_against(index, against)


def held_against(index: Index, against: IndexAgainst) -> ReadIndex:
    """An index that was filled in, its regions by their Kemendagri codes, or why it cannot be taken."""
    faults = [_fault(_label(index, one), one.problem) for one in index_faults(index)]
    faults += [*_of_another(index, against.shipped), *_unfit_indicators(index, against)]
    figures, wrong = _placed(index, against)
    faults += wrong
    if faults:
        return ReadIndex(None, tuple(faults))
    found = replace(index, figures=figures)
    return ReadIndex(found, (*_undocumented(found), *_like_others(found, against)))


def require_figure_year(year: int, *, this_year: int) -> None:
    """Raise `InvalidInput` for a year that no figure can be of."""
    if (problem := _year_problem(year, this_year)) is not None:
        raise InvalidInput(reason=filled(_SAY["asked_year"], problem=problem))


def _year_problem(year: int, this_year: int) -> Text | None:
    if _FIRST_YEAR <= year <= this_year:
        return None
    return _SAY["year"].format(year=year, first=_FIRST_YEAR, last=this_year)


def emptied(changes: Collection[IndexChange]) -> Finding | None:
    """The warning that published weights, ends or figures would be removed; None for none."""
    lost = [one for one in changes if one.way == "removed"]
    if not lost:
        return None
    titles = list(dict.fromkeys(one.title for one in lost))
    return finding("index_emptied", count=len(lost), named=listed(titles))


def disputed(changes: Collection[IndexChange]) -> Finding | None:
    """The warning that entries which others published meanwhile would be replaced; None for none."""
    if not changes:
        return None
    each = [_replaced(one) for one in list(changes)[:_MOST_NAMED]]
    return finding("index_overtaken", count=len(changes), named=joined(each, by="; "))


def _replaced(one: IndexChange) -> Text:
    """What stands in an entry now, and what would."""
    place = "" if one.place is None else f", {one.place}, {one.year}"
    now, then = _entered(one.before), _entered(one.after)
    return filled(_SAY["replaced"], slot=one.title, place=place, now=now, then=then)


def _entered(value: float | str | None) -> Text:
    if value is None:
        return _SAY["empty"]
    return (
        Text(*2 * (shortened(value, _MOST_SHOWN),)) if isinstance(value, str) else as_written(value)
    )


def touched_by(changes: Collection[IndexChange]) -> list[str]:
    """Codes of the regions whose figures change; `""` where something changes for all of them."""
    return sorted({one.place or "" for one in changes})


def index_subject(changes: Sequence[IndexChange], region: PlanningRegion) -> Text:
    """What the changes are of, as a list of uploads names them: figures by place and year, other entries."""
    said = []
    if figures := [one for one in changes if one.entry == "value"]:
        places = [
            region.title_of(code) for code in dict.fromkeys(one.place or "" for one in figures)
        ]
        years = sorted({one.year or 0 for one in figures})
        facts = {"slots": _first(figures), "n": len(figures), "years": _span(years)}
        facts["places"] = (
            listed(places)
            if len(places) <= _PLACES_SHOWN
            else filled(_SAY["places"], n=len(places))
        )
        said.append(filled(_SAY["figure" if len(figures) == 1 else "figures"], **facts))
    if entries := [one for one in changes if one.entry != "value"]:
        said.append(filled(_SAY["entries"], n=len(entries), slots=_first(entries)))
    return joined(said, by="; ")


def _first(changes: Sequence[IndexChange]) -> Text:
    """The components that changes are of, the first of them by name."""
    titles = list(dict.fromkeys(one.title for one in changes))
    if len(titles) > _SLOTS_SHOWN:
        return filled(_SAY["slots"], n=len(titles))
    return listed(titles)


def _span(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


def _fault(place: str | Text, problem: Text) -> Finding:
    return finding("index_fault", place=place, problem=_unstopped(problem))


def _unstopped(problem: Text) -> Text:
    """A problem without its last stop: the sentence that it is told in goes on."""
    return Text(*(said.removesuffix(".") for said in problem))


def _label(index: Index, fault: IndexFault) -> str | Text:
    """What the page calls the place of a fault."""
    titles = {slot.id: slot.title for slot in index.slots} | {"weight": _SAY["weights"]}
    name, *figure = fault.place.split(", ", 1)
    if name not in titles:
        return fault.place
    return joined([titles[name], *(Text(one, one) for one in figure)])


def _of_another(index: Index, shipped: Index) -> Iterator[Finding]:
    """That it is another index than the one that ships, or has other slots."""
    for name in ("id", "model", "published"):
        is_now, must_be = getattr(index, name), getattr(shipped, name)
        if is_now != must_be:
            yield _fault(name, _SAY["fixed"].format(found=is_now, known=must_be or "–"))
    own, known = [slot.id for slot in index.slots], [slot.id for slot in shipped.slots]
    for name in own:
        if name not in known:
            yield _fault(name, with_mend(_SAY["unknown_slot"], nearest(name, known)))
    if lacking := [slot.title for slot in shipped.slots if slot.id not in own]:
        yield _fault("slot", _SAY["lacking"].format(slots=listed(lacking)))


def _unfit_indicators(index: Index, against: IndexAgainst) -> Iterator[Finding]:
    """Indicators that nobody publishes, and those whose better end is the other one."""
    for slot in index.slots:
        if slot.indicator is None:
            continue
        if index.model is not None:
            yield _fault(slot.title, _SAY["of_kawasan"])
        elif slot.indicator not in against.indicators:
            yield _fault(slot.title, _SAY["unknown_indicator"].format(indicator=slot.indicator))
        else:
            indicator = against.indicators[slot.indicator]
            if indicator.direction not in ("none", slot.direction):
                problem = filled(_SAY[f"rises_{indicator.direction}"], indicator=indicator.title)
                yield _fault(slot.title, problem)


def _placed(
    index: Index, against: IndexAgainst
) -> tuple[tuple[SlotFigure, ...], tuple[Finding, ...]]:
    """The figures by the codes of their regions, and those that no region or no year is known of."""
    found: dict[tuple[str, str, int], SlotFigure] = {}
    wrong, titles = [], {slot.id: slot.title for slot in index.slots}
    for one in index.figures:
        label = joined(
            [
                titles.get(one.slot, Text(one.slot, one.slot)),
                Text(*2 * (f"{one.place}, {one.year}",)),
            ]
        )
        if (problem := _year_problem(one.year, against.this_year)) is not None:
            wrong.append(_fault(label, problem))
        try:
            place = (
                area_named(one.place, against.areas) or " ".join(one.place.split())
                if index.model
                else unit_code(one.place, region=against.region)
            )
        except GeoError:
            place = one.place
            wrong.append(_fault(label, _SAY["unknown_place"].format(place=place)))
        if (one.slot, place, one.year) in found:
            wrong.append(_fault(label, _SAY["twice"]))
        found[one.slot, place, one.year] = replace(one, place=place)
    return tuple(found[key] for key in sorted(found)), tuple(wrong)


def _like_others(index: Index, against: IndexAgainst) -> Iterator[Finding]:
    """The warning that a kawasan is new and its name almost that of a known one, each once."""
    if index.model is None:
        return
    for name in dict.fromkeys(one.place for one in index.figures):
        if name not in against.areas and (like := area_like(name, against.areas)) is not None:
            yield finding("index_area_like", count=1, name=name, like=like)


def _undocumented(index: Index) -> Iterator[Finding]:
    """The warning that some weights have no document; they are kept as not confirmed."""
    bare = [slot.title for slot in index.slots if slot.weight is not None and not slot.document]
    if bare:
        yield finding("index_no_document", count=len(bare), slots=listed(bare))
