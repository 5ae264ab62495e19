"""The zones and kecamatan of regencies that are behind, with what is known of their readiness and need.

A gap in people lies somewhere: these are the areas in which it could be worked on. Nothing is added
to a score here, and no area is named for a gap that its regency alone is known to have.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from geo.errors import IndicatorNotFound
from geo.planning.assess import assess
from geo.published import DEFAULT_MODEL, NEED_MODEL, layer, models
from geo.readiness.assessment import Assessment
from geo.store.store import Store
from geo.store.versions import Published

LAYERS = ("zones", "kecamatan")


@dataclass(frozen=True, slots=True)
class ScoreRange:
    """A score of 0..100, None where it is not ranked, and the least and greatest that the data allow.

    `low` and `high` are None of an area that is excluded.
    """

    score: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class AreaBehind:
    """A zone or kecamatan of a regency that is behind."""

    area_id: str
    name: str
    readiness: ScoreRange
    need: ScoreRange


def areas_behind(
    store: Store | Published, codes: Iterable[str], *, of: str
) -> dict[str, tuple[AreaBehind, ...]]:
    """The areas of a layer in each regency, the highest score of readiness first.

    Those that are not ranked follow, by the upper end of what the data allow.

    Parameters
    ----------
    codes : iterable of str
        Kemendagri codes of the regencies.
    of : str
        A layer whose areas name their regency: `zones` or `kecamatan`.

    Returns
    -------
    dict
        By code, in the order of `codes`; without an area where the layer, one of the two models or
        the figures that they read are not published.
    """
    now = store.current()
    found: dict[str, list[AreaBehind]] = {code: [] for code in codes}
    if of in now.datasets("layer") and {DEFAULT_MODEL, NEED_MODEL} <= set(models(now)):
        regencies = layer(now, of)["regency_code"].astype("str").to_dict()
        try:
            readiness, need = assess(now, layer=of), assess(now, NEED_MODEL, layer=of)
        except IndicatorNotFound:
            return dict.fromkeys(found, ())
        needs = _ranges(need)
        for area_id, ready in _ranges(readiness).items():
            if (code := regencies.get(area_id)) in found:
                name = readiness.measures.names[area_id]
                found[code].append(AreaBehind(area_id, name, ready, needs[area_id]))
    return {code: tuple(sorted(own, key=_readiest)) for code, own in found.items()}


def _ranges(found: Assessment) -> dict[str, ScoreRange]:
    """The range of each area, without the draws that chances of classes need."""
    numbers = (found.scores.scores, found.scores.low, found.scores.high)
    columns = ([None if n != n else n for n in column.tolist()] for column in numbers)
    rows = zip(found.matrix.area_ids, *columns, strict=True)
    return {area_id: ScoreRange(score, low, high) for area_id, score, low, high in rows}


def _readiest(area: AreaBehind) -> tuple[bool, float, float, str]:
    score, high = area.readiness.score, area.readiness.high
    return (score is None, -(score or 0.0), -(high or 0.0), area.name)
