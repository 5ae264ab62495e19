"""Where a score stands among areas whose score and class somebody published.

A simulated index has no official borders; beside published scores of the same index a reader sees
what the number would mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from geo.language import Text, filled, joined, texts, written
from geo.mcda.model import Benchmark, BenchmarkArea, Model

_SAY = texts(__name__)

# Two scores closer than this are equal but for rounding.
_SAME = 1e-9
# What a zone is called here before the name that a list gives it.
_PREFIX = "kawasan transmigrasi "


@dataclass(frozen=True, slots=True)
class BenchmarkPlace:
    """Where a zone stands in a benchmark.

    `below` of `of` areas have a lower score, by class in `below_by_class`; `next_below` and
    `next_above` are the nearest on either side, None where there is none; all but `of` are None or
    empty for a zone without a score. `own` is the zone itself in the list, None where it is not.
    """

    title: Text
    source: Text
    of: int
    below: int | None
    below_by_class: Mapping[str, int]
    next_below: BenchmarkArea | None
    next_above: BenchmarkArea | None
    own: BenchmarkArea | None
    sentence: Text


def benchmark_place(model: Model, score: float | None, *, name: str) -> BenchmarkPlace | None:
    """Where a zone of this name and score (0..100) stands in the model's benchmark.

    None where the model has none, or where there is neither a score nor the zone in its list.
    """
    benchmark = model.benchmark
    own = None if benchmark is None else _own(benchmark, name)
    if benchmark is None or (score is None and own is None):
        return None
    areas = sorted(benchmark.areas, key=lambda area: area.score)
    lower = [] if score is None else [a for a in areas if a.score < score - _SAME]
    higher = [] if score is None else [a for a in areas if a.score > score + _SAME]
    counts = {c.id: sum(a.rank_class == c.id for a in lower) for c in model.classes}
    titles = {c.id: c.title for c in model.classes}
    parts = []
    if score is not None:
        of = filled(_SAY["areas"], n=len(areas), title=benchmark.title)
        below = _counted(counts, titles)
        words = _SAY["above"] if lower else _SAY["lowest"]
        parts.append(
            filled(words, score=written(score, decimals=1), n=len(lower), of=of, by_class=below)
        )
        nearest = [_said(a, titles) for a in (*lower[-1:], *higher[:1])]
        parts.append(filled(_SAY["nearest"], listed=joined(nearest, by="; ")))
    if own is not None:
        place = 1 + sum(area.score > own.score + _SAME for area in areas)
        facts = {"title": benchmark.title, "place": place, "n": len(areas)}
        parts.append(filled(_SAY["own"], area=_said(own, titles), **facts))
    return BenchmarkPlace(
        title=benchmark.title,
        source=benchmark.source,
        of=len(areas),
        below=None if score is None else len(lower),
        below_by_class={name: count for name, count in counts.items() if count},
        next_below=lower[-1] if lower else None,
        next_above=higher[0] if higher else None,
        own=own,
        sentence=joined(parts, by=" "),
    )


def area_key(name: str) -> str:
    """What a kawasan is called whatever the case, the spaces and the words before its own name.

    Examples
    --------
    >>> area_key("Kawasan Transmigrasi  Cahaya Baru") == area_key("cahaya baru")
    True
    """
    return " ".join(name.split()).casefold().removeprefix(_PREFIX)


def _own(benchmark: Benchmark, name: str) -> BenchmarkArea | None:
    wanted = area_key(name)
    return next((area for area in benchmark.areas if area_key(area.name) == wanted), None)


def _counted(counts: Mapping[str, int], titles: Mapping[str, Text]) -> Text:
    return joined(
        [
            filled(_SAY["counted"], n=count, title=titles[name])
            for name, count in counts.items()
            if count
        ]
    )


def _said(area: BenchmarkArea, titles: Mapping[str, Text]) -> Text:
    return filled(
        _SAY["area"],
        name=area.name,
        score=written(area.score, decimals=2),
        title=titles[area.rank_class],
    )
