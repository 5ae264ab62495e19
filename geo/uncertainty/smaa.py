"""How sure a ranking is: what becomes of ranks and classes when weights and measures vary.

Stochastic multicriteria acceptability analysis (SMAA-2): the ranking is made anew for every draw
(see `geo/uncertainty/draws.py`) and what comes out is counted. What is counted is exact for the draws made; the
draws themselves leave a standard error of at most 0.5 / sqrt(n_draws), 0.5 % for 10,000. A zone whose
data do not suffice under the weights of a draw has no rank in it.

References
----------
Lahdelma & Salminen (2001), SMAA-2: Stochastic multicriteria acceptability analysis for group
decision making, Operations Research 49(3):444-454; Tervonen & Figueira (2008), A survey on
stochastic multicriteria acceptability analysis methods, J. Multi-Criteria Decision Analysis
15:1-14; Leskinen et al. (2006), Forest Science 52(3):304-312, for pairwise winning.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from geo.errors import InvalidDraws, ZoneNotFound
from geo.language import Text, filled, joined, percent, texts, written
from geo.mcda.matrix import Array
from geo.mcda.ranks import in_blocks, rank_rows, sets_at_once
from geo.uncertainty.ranked import (
    Drawn,
    RankedZones,
    classes_under,
    is_ranked_under,
    placed_under,
    scores_under,
)

_SAY = texts(__name__)

Ranks = npt.NDArray[np.int32]

# Two tables of int32 are kept: 1.4 GB at this many.
MOST_RANKS = 180_000_000
# A table of pairs: 32 MB at this many areas.
MOST_TABLED = 2_000
# From which share of draws the first place is called what; own judgement.
_FIRM, _FAIRLY, _SHAKY = 0.95, 0.75, 0.5
# Who is first among fewer than five is not called firm; own judgement.
_LEAST_CONTESTANTS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """What n_draws draws say of n ranked zones.

    `ranks` (n_draws, n) are the ranks of each draw, 0 where a zone's data did not suffice;
    `distribution` (n, n_draws) the same for each zone in rising order: its whole distribution over
    ranks without a table of n × n. `stated_ranks` (n,) are those under the stated weights and
    measures. `class_shares` (n, n_classes) are the shares of draws in each class, ranked or
    not, as in `geo.uncertainty.chances`. `central_weights`
    (n, n_criteria) are the mean of the weights that put a zone first: what somebody would typically
    find important who prefers it; NaN where none did.
    """

    area_ids: tuple[str, ...]
    names: tuple[str, ...]
    criteria: tuple[str, ...]
    classes: tuple[str, ...]
    ranks: Ranks
    distribution: Ranks
    stated_ranks: Ranks
    class_shares: Array
    central_weights: Array

    @property
    def contestants(self) -> tuple[str, ...]:
        """The names of the zones that are ranked under the stated weights."""
        ranked = self.stated_ranks > 0
        return tuple(name for name, is_in in zip(self.names, ranked, strict=True) if is_in)

    @property
    def n_draws(self) -> int:
        """How many draws were made."""
        return len(self.ranks)

    def place(self, area_id: str) -> int:
        """The row of a zone; `ZoneNotFound` for one that is not ranked or not there."""
        if area_id not in self.area_ids:
            raise ZoneNotFound(area_id, available=list(self.area_ids))
        return self.area_ids.index(area_id)


def simulate(
    zones: RankedZones,
    weights: Array,
    *,
    values: Iterable[Drawn] | None = None,
    threads: int = 1,
) -> Uncertainty:
    """Rank and class the zones under every draw.

    Parameters
    ----------
    weights : (n_draws, n_criteria) float64
        See `geo.uncertainty.draws.weight_draws`; one row repeated for uncertain measures alone.
    values : iterable of Drawn, optional
        Drawn values, n_draws in all, see `geo.uncertainty.draws.value_draws`; without them the
        measures count as exact and what is missing does not count.
    threads : int
        How many work at once where values do not vary. The result does not depend on it.

    Raises
    ------
    InvalidDraws
        When the ranks would not fit into memory, or values are not as many as weights.
    """
    n_draws, n = len(weights), len(zones.area_ids)
    if n * n_draws > MOST_RANKS:
        raise InvalidDraws(reason=_SAY["too_many"].format(n=n, draws=n_draws, most=MOST_RANKS // n))
    ranks = np.empty((n_draws, n), dtype=np.int32)
    counts = np.zeros((n, len(zones.classes)), dtype=np.int64)
    for found in _counted(zones, weights, values, ranks, threads):
        counts += found
    return Uncertainty(
        area_ids=zones.area_ids,
        names=zones.names,
        criteria=zones.criteria,
        classes=zones.classes,
        ranks=ranks,
        distribution=rank_distribution(ranks, threads=threads),
        stated_ranks=rank_rows(placed_under(zones, zones.weights[np.newaxis])[0])[0],
        class_shares=counts / np.maximum(counts.sum(axis=1, keepdims=True), 1),
        central_weights=_central_weights(ranks, weights),
    )


def _counted(
    zones: RankedZones,
    weights: Array,
    values: Iterable[Drawn] | None,
    ranks: Ranks,
    threads: int,
) -> Iterator[npt.NDArray[np.int64]]:
    """Write the ranks of every draw; yield how often each class occurred, (n, n_classes) a block."""
    if values is None:
        one = partial(_one_block, zones, weights, ranks, None)
        block = sets_at_once(len(zones.area_ids))
        yield from in_blocks(one, len(weights), block=block, threads=threads)
        return
    start = 0
    for drawn in values:
        draws = slice(start, start + drawn.n_draws)
        start = draws.stop
        if start <= len(weights):
            yield _one_block(zones, weights, ranks, drawn, draws)
    if start != len(weights):
        raise InvalidDraws(reason=_SAY["not_as_many"].format(weights=len(weights), values=start))


def _one_block(
    zones: RankedZones, weights: Array, ranks: Ranks, drawn: Drawn | None, draws: slice
) -> npt.NDArray[np.int64]:
    scores = scores_under(zones, weights[draws], drawn=drawn)
    # A class is as likely as the list says it is, whether or not a draw's weights leave a rank.
    classes = classes_under(zones, scores, weights[draws], drawn=drawn)
    is_ranked = is_ranked_under(zones, weights[draws])
    rank_rows(np.where(is_ranked, scores, np.nan), out=ranks[draws])
    counts = [np.count_nonzero(classes == c, axis=0) for c in range(len(zones.classes))]
    return np.stack(counts, axis=1)


def rank_distribution(ranks: Ranks, *, threads: int = 1) -> Ranks:
    """For each area its ranks (n_areas, n_draws) in rising order, from ranks (n_draws, n_areas)."""
    found = np.empty(ranks.shape[::-1], dtype=np.int32)

    def order(areas: slice) -> None:
        found[areas] = ranks[:, areas].T
        found[areas].sort(axis=1)

    for _ in in_blocks(order, ranks.shape[1], block=512, threads=threads):
        pass
    return found


def _central_weights(ranks: Ranks, weights: Array) -> Array:
    draws, areas = np.nonzero(ranks == 1)
    total = np.zeros((ranks.shape[1], weights.shape[1]))
    # One draw after the other, so that the sum does not depend on how it is cut.
    np.add.at(total, areas, weights[draws])
    often = np.bincount(areas, minlength=len(total))[:, np.newaxis]
    mean: Array = np.divide(total, often, out=np.full(total.shape, np.nan), where=often > 0)
    return mean


def within_rank(uncertainty: Uncertainty, k: int) -> Array:
    """The share of draws (n,) in which each zone is among the first k; ties may make it more than k."""
    counts = _counts_up_to(uncertainty, k) - _counts_up_to(uncertainty, 0)
    return counts / uncertainty.n_draws


def unranked_shares(uncertainty: Uncertainty) -> Array:
    """The share of draws (n,) whose weights leave a zone with too little data for a rank."""
    return _counts_up_to(uncertainty, 0) / uncertainty.n_draws


def rank_intervals(uncertainty: Uncertainty, *, share: float = 0.9) -> npt.NDArray[np.int64]:
    """The ranks (n, 2) between which at least `share` of the draws lie that give a zone a rank.

    As many draws at most are better than the first as worse than the second: the 5th and the 95th
    percentile for 0.9. Draws without a rank do not count here, so that of all
    draws fewer may lie between them: see `interval_shares`. 0 and 0 where there is no other.
    """
    distribution = uncertainty.distribution
    without = _counts_up_to(uncertainty, 0)
    ranked = uncertainty.n_draws - without
    tail = (1.0 - share) / 2.0
    # A whole number of draws that floating point puts a hair beside is meant as whole.
    first = np.floor(tail * ranked + 1e-9).astype(np.int64)
    last = np.maximum(ranked - 1 - first, first)
    picked = np.stack([without + first, without + last], axis=1)
    picked = np.minimum(picked, uncertainty.n_draws - 1)
    return np.take_along_axis(distribution, picked, axis=1).astype(np.int64)


def interval_shares(uncertainty: Uncertainty) -> Array:
    """The share of draws (n,) that lie in each zone's `rank_intervals`: what is said beside them.

    Of all draws, those without a rank too, so it may be less than the share that was asked for. Mostly
    it is more, for ranks are whole: a zone that always has one rank has it in 100 % of draws.
    """
    first, last = rank_intervals(uncertainty).T[:, :, np.newaxis]
    ranks = uncertainty.distribution
    inside = np.count_nonzero((ranks > 0) & (ranks >= first) & (ranks <= last), axis=1)
    return np.asarray(inside / uncertainty.n_draws, dtype=np.float64)


def expected_ranks(uncertainty: Uncertainty) -> Array:
    """The mean rank (n,) over the draws; NaN where a zone never had one."""
    ranked = uncertainty.n_draws - _counts_up_to(uncertainty, 0)
    total = uncertainty.distribution.sum(axis=1, dtype=np.int64)
    mean: Array = np.divide(total, ranked, out=np.full(len(total), np.nan), where=ranked > 0)
    return mean


def pairwise_wins(uncertainty: Uncertainty, area_ids: Sequence[str] | None = None) -> Array:
    """The share of draws (k, k) in which the zone of the row ranks better than that of the column.

    Of all zones, or of those named. Both ways and the share of ties add up to 1; a zone without a
    score in a draw loses against one that has a score.

    Raises
    ------
    ZoneNotFound
    InvalidDraws
        For more than 2,000 zones.
    """
    ids = uncertainty.area_ids if area_ids is None else area_ids
    _require_table(len(ids))
    chosen = uncertainty.ranks[:, [uncertainty.place(area_id) for area_id in ids]]
    behind = np.where(chosen == 0, np.iinfo(np.int32).max, chosen).T.copy()
    wins = [np.count_nonzero(row < behind, axis=1) for row in behind]
    return np.array(wins) / uncertainty.n_draws


def _counts_up_to(uncertainty: Uncertainty, rank: int) -> npt.NDArray[np.int64]:
    return np.asarray(np.count_nonzero(uncertainty.distribution <= rank, axis=1))


def _require_table(n: int) -> None:
    if n > MOST_TABLED:
        raise InvalidDraws(reason=_SAY["too_wide"].format(n=n, most=MOST_TABLED))


def whole_number(number: int) -> Text:
    """A number with its thousands set apart.

    Examples
    --------
    >>> whole_number(10000)
    Text(id='10.000', en='10,000')
    """
    return written(number, decimals=0)


def percent_of(count: int, total: int) -> Text:
    """A share in percent by the rule of `geo.language.percent`, its ends in words.

    Examples
    --------
    >>> percent_of(93, 100).id, percent_of(9_999, 10_000).en, percent_of(10, 10).en
    ('93%', 'more than 99%', '100%')
    """
    said = percent(count / total)
    return {"<1%": _SAY["nearly_none"], ">99%": _SAY["nearly_all"]}.get(said.id, said)


def zone_sentence(uncertainty: Uncertainty, area_id: str) -> Text:
    """Which rank a zone has in most draws, and how many put it between which ranks if several.

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
    between = interval_shares(uncertainty)[place]
    facts["between"] = percent_of(round(between * len(ranks)), len(ranks))
    # A rank that few draws give says less than the ranks that most of them stay between.
    if 2 * often[most] <= len(ranks):
        return filled(_SAY["zone_somewhere"], first=first, last=last, **facts)
    return filled(_SAY["zone_between"], first=first, last=last, **facts)


def verdict(uncertainty: Uncertainty) -> Text:
    """How firm the first place is: how often it is kept, and who takes it most often otherwise.

    Among fewer than five ranked zones it is called by their number instead.
    """
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
        "level": _level(kept / n, len(uncertainty.contestants)),
    }
    others = np.where(stated, 0, firsts.sum(axis=0))
    rival = int(np.argmax(others))
    if others[rival] == 0:
        return filled(_SAY["unrivalled"], **facts)
    # Who is first by what is known need not be by what is drawn.
    said = _SAY["rivalled"] if kept >= others[rival] else _SAY["overtaken"]
    return filled(
        said,
        rival=uncertainty.names[rival],
        rival_percent=percent_of(int(others[rival]), n),
        **facts,
    )


def _level(share: float, n_contestants: int) -> Text:
    if share >= _FAIRLY and n_contestants < _LEAST_CONTESTANTS:
        return filled(_SAY["is_among_few"], n=n_contestants)
    for least, level in (
        (_FIRM, _SAY["is_firm"]),
        (_FAIRLY, _SAY["is_fairly"]),
        (_SHAKY, _SAY["is_shaky"]),
    ):
        if share >= least:
            return level
    return _SAY["is_open"]
