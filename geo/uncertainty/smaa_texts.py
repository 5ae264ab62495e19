"""What a simulation says of one zone and of the first place, in one plain sentence each.

A percentage is whole and never says 0% or 100% of what is not exactly so.
"""

import numpy as np

from geo.language import Text, filled, joined, texts, written
from geo.uncertainty.smaa import Uncertainty, rank_intervals

_SAY = texts(__name__)

# From which share of draws the first place is called what; own judgement.
_FIRM, _FAIRLY, _SHAKY = 0.95, 0.75, 0.5


def whole_number(number: int) -> Text:
    """A number with its thousands set apart.

    Examples
    --------
    >>> whole_number(10000)
    Text(id='10.000', en='10,000')
    """
    return written(number, decimals=0)


def percent_of(count: int, total: int) -> Text:
    """A share as whole percent; what is not none is never 0%, what is not all never 100%.

    Examples
    --------
    >>> percent_of(93, 100).id, percent_of(9_999, 10_000).en, percent_of(10, 10).en
    ('93%', 'more than 99%', '100%')
    """
    percent = round(100 * count / total)
    if percent >= 100 and count < total:
        return _SAY["percent_of"]
    if percent <= 0 and count > 0:
        return _SAY["percent_of_2"]
    return Text(id=f"{percent}%", en=f"{percent}%")


def zone_sentence(uncertainty: Uncertainty, area_id: str) -> Text:
    """Which rank a zone has most often, and between which ranks 90% of the draws put it if several.

    Raises
    ------
    ZoneNotFound
        For a zone that is not ranked.
    """
    place = uncertainty.place(area_id)
    ranks = uncertainty.distribution[place]
    name = uncertainty.names[place]
    found, often = np.unique(ranks[ranks > 0], return_counts=True)
    if not len(found):
        return _SAY["never"].format(name=name)
    most = int(np.argmax(often))
    facts = {
        "name": name,
        "rank": int(found[most]),
        "percent": percent_of(int(often[most]), len(ranks)),
        "n": whole_number(len(ranks)),
    }
    first, last = (int(rank) for rank in rank_intervals(uncertainty)[place])
    if first == last:
        return filled(_SAY["zone"], **facts)
    return filled(_SAY["zone_between"], first=first, last=last, **facts)


def verdict(uncertainty: Uncertainty) -> Text:
    """How firm the first place is: how often it is kept, and who takes it most often otherwise."""
    firsts = uncertainty.ranks == 1
    stated = uncertainty.stated_ranks == 1
    n = uncertainty.n_draws
    kept = int(firsts[:, stated].any(axis=1).sum())
    holders = [
        Text(name, name)
        for name, is_first in zip(uncertainty.names, stated, strict=True)
        if is_first
    ]
    facts = {
        "names": joined(holders),
        "percent": percent_of(kept, n),
        "n": whole_number(n),
        "level": _level(kept / n),
    }
    others = np.where(stated, 0, firsts.sum(axis=0))
    rival = int(np.argmax(others))
    if others[rival] == 0:
        return filled(_SAY["unrivalled"], **facts)
    return filled(
        _SAY["rivalled"],
        rival=uncertainty.names[rival],
        rival_percent=percent_of(int(others[rival]), n),
        **facts,
    )


def _level(share: float) -> Text:
    for least, level in (
        (_FIRM, _SAY["is_firm"]),
        (_FAIRLY, _SAY["is_fairly"]),
        (_SHAKY, _SAY["is_shaky"]),
    ):
        if share >= least:
            return level
    return _SAY["is_open"]
