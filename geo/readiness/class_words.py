"""How the class and the range of a zone are said: never surer than the draws and the data are. Pure."""

import math
from collections.abc import Mapping

from geo.language import Text, filled, joined, percent, texts, written
from geo.mcda.model import Model
from geo.readiness.certainty import SURE_SHARE
from geo.readiness.score import ZoneResult

_SAY = texts(__name__)

# From two thirds of the draws on a class stands alone beside its chance; own judgement.
LIKELY_SHARE = 2 / 3
_FEW = 2
# A range narrower than what a score is printed with is a point.
_POINT = 0.05
_ROUNDING = 1e-9


def class_words(result: ZoneResult, model: Model) -> Text | None:
    """The class of a zone in words, None of an excluded one.

    The likeliest class with its chance where two thirds of the draws give it, else the fewest classes
    that have 90 % of the draws together. The highest class never stands alone below 90 %, and while
    a constraint is unchecked it is said under that condition. A score inside the bracket of a border
    has no certain class, so what it is between has no chance. Of an area without any data the draws
    only tell what is drawn, so its class cannot be told yet.
    """
    if result.likely_class is not None and is_without_data(result):
        return _SAY["no_data"].format()
    return words_of(
        result.class_candidates,
        model,
        chance=result.class_chance,
        likely=result.likely_class,
        is_unchecked=bool(result.constraints_unchecked),
    )


def is_without_data(result: ZoneResult) -> bool:
    """Whether no part of the weight rests on data, so that all draws are of what is missing."""
    return result.data_coverage < _ROUNDING


def words_of(
    candidates: Mapping[str, float],
    model: Model,
    *,
    chance: float | None,
    likely: str | None,
    is_unchecked: bool,
) -> Text | None:
    """As `class_words`, from its parts; `candidates` are in the order of the model's classes."""
    if chance is None or likely is None:
        return None
    titles = {c.id: c.title for c in model.classes}
    between = {c.id: c.between for c in model.classes if c.between}
    if likely in between and chance >= LIKELY_SHARE - 1e-9:
        # However sure the score is, which of the two classes it has is not known.
        return titles[likely]
    is_top = likely == model.classes[-1].id
    if chance < (SURE_SHARE if is_top else LIKELY_SHARE) - 1e-9:
        certain = {one for c in candidates for one in between.get(c, (c,))}
        return _several([c.title for c in model.classes if c.id in certain])
    said = _SAY["under_condition"] if is_top and is_unchecked else _SAY["alone"]
    return filled(said, title=titles[likely], chance=percent(chance, beside=SURE_SHARE))


def range_words(low: float | None, high: float | None) -> Text | None:
    """The least and the greatest score in the whole points that hold them; None where both are one.

    Outward, so that a range is never narrower than what the data allow: the one way it is said.

    Examples
    --------
    >>> range_words(36.9, 57.2).id, range_words(37.0, 57.0).en, range_words(62.4, 62.42)
    ('36–58', '37–57', None)
    """
    if low is None or high is None or high - low < _POINT:
        return None
    ends = (math.floor(low + _ROUNDING), math.ceil(high - _ROUNDING))
    return joined([written(end, decimals=0) for end in ends], by="–")


def _several(titles: list[Text]) -> Text:
    if len(titles) > _FEW:
        return filled(_SAY["from_to"], first=titles[0], last=titles[-1])
    return filled(_SAY["either"], first=titles[0], second=titles[-1])
