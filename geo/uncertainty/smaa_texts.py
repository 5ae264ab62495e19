"""Pure. What a simulation says of one zone and of the first place, in one plain sentence each.

A percentage is whole and never says 0% or 100% of what is not exactly so.
"""

import numpy as np

from geo.language import Text
from geo.sentences import filled, joined, written
from geo.uncertainty.smaa import Uncertainty, rank_intervals

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
        return Text(id="lebih dari 99%", en="more than 99%")
    if percent <= 0 and count > 0:
        return Text(id="kurang dari 1%", en="less than 1%")
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
        return _NEVER.format(name=name)
    most = int(np.argmax(often))
    facts = {
        "name": name,
        "rank": int(found[most]),
        "percent": percent_of(int(often[most]), len(ranks)),
        "n": whole_number(len(ranks)),
    }
    first, last = (int(rank) for rank in rank_intervals(uncertainty)[place])
    if first == last:
        return filled(_ZONE, **facts)
    return filled(_ZONE_BETWEEN, first=first, last=last, **facts)


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
        return filled(_UNRIVALLED, **facts)
    return filled(
        _RIVALLED,
        rival=uncertainty.names[rival],
        rival_percent=percent_of(int(others[rival]), n),
        **facts,
    )


def _level(share: float) -> Text:
    for least, level in ((_FIRM, _IS_FIRM), (_FAIRLY, _IS_FAIRLY), (_SHAKY, _IS_SHAKY)):
        if share >= least:
            return level
    return _IS_OPEN


_ZONE = Text(
    id="{name} menempati peringkat {rank} dalam {percent} dari {n} simulasi.",
    en="{name} ranks {rank} in {percent} of {n} simulations.",
)
_ZONE_BETWEEN = Text(
    id="{name} menempati peringkat {rank} dalam {percent} dari {n} simulasi; 90% simulasi menempatkannya pada peringkat {first}–{last}.",
    en="{name} ranks {rank} in {percent} of {n} simulations; 90% of the simulations put it at rank {first}–{last}.",
)
_NEVER = Text(
    id="{name} tidak mendapat peringkat dalam satu simulasi pun: tidak ada kriterianya yang berbobot.",
    en="{name} has no rank in any simulation: none of its known criteria has weight.",
)
_UNRIVALLED = Text(
    id="Peringkat 1 {level}: {names} menempatinya dalam {percent} dari {n} simulasi, tanpa penantang.",
    en="The first place is {level}: {names} holds it in {percent} of {n} simulations, without a rival.",
)
_RIVALLED = Text(
    id="Peringkat 1 {level}: {names} menempatinya dalam {percent} dari {n} simulasi; penantang terdekat {rival} dalam {rival_percent}.",
    en="The first place is {level}: {names} holds it in {percent} of {n} simulations; the nearest rival, {rival}, in {rival_percent}.",
)
_IS_FIRM = Text(id="kokoh", en="firm")
_IS_FAIRLY = Text(id="cukup kokoh", en="fairly firm")
_IS_SHAKY = Text(id="goyah", en="shaky")
_IS_OPEN = Text(id="masih terbuka", en="open")
