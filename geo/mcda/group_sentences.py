"""The sentences a group gets on its judgements: consensus, consistency, who differs, what is missing.

The numbers are those of `geo/mcda/group.py`.
"""

import math
from collections.abc import Iterator, Mapping

from geo.language import LANGUAGES, Language, Text, number, texts
from geo.mcda.ahp import CONSISTENCY_LIMIT
from geo.mcda.group import ConsensusLevel, GroupJudgement, MemberDifference, PairAgreement

_SAY = texts(__name__)

Titles = Mapping[str, Text]

# Factors up to this are rounding.
_SAME = 1 + 1e-6


def group_sentences(judged: GroupJudgement, *, titles: Titles | None = None) -> tuple[Text, ...]:
    """Consensus, consistency, who differs most on what, the most disputed pair and what is missing.

    Parameters
    ----------
    titles : mapping, optional
        Titles of the items by id; without one its id stands for it.
    """
    in_languages = (tuple(_sentences(judged, titles or {}, language)) for language in LANGUAGES)
    return tuple(Text(*pair) for pair in zip(*in_languages, strict=True))


def _sentences(judged: GroupJudgement, titles: Titles, language: Language) -> Iterator[str]:
    yield from _consensus(judged, language)
    yield from _consistency(judged, titles, language)
    if judged.differences and judged.differences[0].factor > _SAME:
        yield _differs_most(judged.differences[0], titles, language)
    if judged.agreement and judged.agreement[0].spread > _SAME:
        yield _most_disputed(judged.agreement[0], titles, language)
    yield from _missing(judged, language)


def _consensus(judged: GroupJudgement, language: Language) -> Iterator[str]:
    # One whose judgements alone join all items agrees with nobody yet.
    complete = [member for member in judged.members if member.result is not None]
    if judged.consensus_level is not None and len(complete) > 1:
        yield (
            _SAY["consensus"]
            .to(language)
            .format(
                # Rounded down: what misses a level never reads as that level.
                percent=math.floor(100 * (judged.consensus or 0) + 1e-9),
                level=_LEVELS[judged.consensus_level].to(language),
            )
        )


def _consistency(judged: GroupJudgement, titles: Titles, language: Language) -> Iterator[str]:
    limit = _number(CONSISTENCY_LIMIT, language, digits=2)
    if judged.result.consistency_ratio is not None:
        text = _SAY["sound"] if judged.result.is_consistent else _SAY["unsound"]
        ratio = _number(judged.result.consistency_ratio, language, digits=3)
        yield text.to(language).format(ratio=ratio, limit=limit)
    for member in judged.members:
        own = member.result
        if own is not None and own.consistency_ratio is not None and own.most_harmful is not None:
            yield (
                _SAY["contradicts"]
                .to(language)
                .format(
                    member=member.name,
                    ratio=_number(own.consistency_ratio, language, digits=3),
                    limit=limit,
                    first=_title(own.most_harmful.first, titles, language),
                    second=_title(own.most_harmful.second, titles, language),
                )
            )


def _differs_most(difference: MemberDifference, titles: Titles, language: Language) -> str:
    pair = (difference.first, difference.second)
    return (
        _SAY["differs"]
        .to(language)
        .format(
            member=difference.member,
            says=_phrase(pair, difference.ratio, titles, language),
            group_says=_phrase(pair, difference.group_ratio, titles, language),
        )
    )


def _most_disputed(pair: PairAgreement, titles: Titles, language: Language) -> str:
    named = (pair.first, pair.second)
    text = _SAY["disputed_reversed"] if pair.is_reversed else _SAY["disputed"]
    return text.to(language).format(
        first=_title(pair.first, titles, language),
        second=_title(pair.second, titles, language),
        lowest=_phrase(named, pair.lowest, titles, language),
        lowest_by=pair.lowest_by,
        highest=_phrase(named, pair.highest, titles, language),
        highest_by=pair.highest_by,
    )


def _missing(judged: GroupJudgement, language: Language) -> Iterator[str]:
    counted = sum(member.share > 0 for member in judged.members)
    partly = sum(len(pair.judged_by) < counted for pair in judged.agreement)
    if partly:
        yield _SAY["partly"].to(language).format(count=partly)
    if judged.result.filled:
        yield _SAY["filled"].to(language).format(count=len(judged.result.filled))
    if judged.silent:
        yield _SAY["silent"].to(language).format(names=", ".join(judged.silent))


def _phrase(pair: tuple[str, str], ratio: float, titles: Titles, language: Language) -> str:
    # The more important one first: nobody says "a third as important".
    first, second = pair if ratio >= 1 else pair[::-1]
    times = max(ratio, 1 / ratio)
    text = _SAY["equal"] if f"{times:.1f}" == "1.0" else _SAY["times"]
    return text.to(language).format(
        first=_title(first, titles, language),
        second=_title(second, titles, language),
        times=_number(times, language, digits=1).removesuffix(".0").removesuffix(",0"),
    )


def _title(item: str, titles: Titles, language: Language) -> str:
    return titles[item].to(language) if item in titles else item


def _number(value: float, language: Language, *, digits: int) -> str:
    return number(value, f".{digits}f").to(language)


_LEVELS: Mapping[ConsensusLevel, Text] = {
    "very_low": _SAY["very_low"],
    "low": _SAY["low"],
    "moderate": _SAY["moderate"],
    "high": _SAY["high"],
    "very_high": _SAY["very_high"],
}
