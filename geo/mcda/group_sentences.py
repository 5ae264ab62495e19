"""Pure. What a group's judgements come to, in plain sentences for the room.

The numbers are those of `geo/mcda/group.py`.
"""

import math
from collections.abc import Iterator, Mapping

from geo.language import LANGUAGES, Language, Text
from geo.mcda.ahp import CONSISTENCY_LIMIT
from geo.mcda.consensus import ConsensusLevel
from geo.mcda.group import Difference, GroupJudgement, PairAgreement

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
        yield _CONSENSUS.to(language).format(
            # Rounded down: what misses a level never reads as that level.
            percent=math.floor(100 * (judged.consensus or 0) + 1e-9),
            level=_LEVELS[judged.consensus_level].to(language),
        )


def _consistency(judged: GroupJudgement, titles: Titles, language: Language) -> Iterator[str]:
    limit = _number(CONSISTENCY_LIMIT, language, digits=2)
    if judged.result.consistency_ratio is not None:
        text = _SOUND if judged.result.is_consistent else _UNSOUND
        ratio = _number(judged.result.consistency_ratio, language, digits=3)
        yield text.to(language).format(ratio=ratio, limit=limit)
    for member in judged.members:
        own = member.result
        if own is not None and own.consistency_ratio is not None and own.most_harmful is not None:
            yield _CONTRADICTS.to(language).format(
                member=member.name,
                ratio=_number(own.consistency_ratio, language, digits=3),
                limit=limit,
                first=_title(own.most_harmful.first, titles, language),
                second=_title(own.most_harmful.second, titles, language),
            )


def _differs_most(difference: Difference, titles: Titles, language: Language) -> str:
    pair = (difference.first, difference.second)
    return _DIFFERS.to(language).format(
        member=difference.member,
        says=_phrase(pair, difference.ratio, titles, language),
        group_says=_phrase(pair, difference.group_ratio, titles, language),
    )


def _most_disputed(pair: PairAgreement, titles: Titles, language: Language) -> str:
    named = (pair.first, pair.second)
    text = _DISPUTED_REVERSED if pair.is_reversed else _DISPUTED
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
        yield _PARTLY.to(language).format(count=partly)
    if judged.result.filled:
        yield _FILLED.to(language).format(count=len(judged.result.filled))
    if judged.silent:
        yield _SILENT.to(language).format(names=", ".join(judged.silent))


def _phrase(pair: tuple[str, str], ratio: float, titles: Titles, language: Language) -> str:
    # The more important one first: nobody says "a third as important".
    first, second = pair if ratio >= 1 else pair[::-1]
    times = max(ratio, 1 / ratio)
    text = _EQUAL if f"{times:.1f}" == "1.0" else _TIMES
    return text.to(language).format(
        first=_title(first, titles, language),
        second=_title(second, titles, language),
        times=_number(times, language, digits=1).removesuffix(".0").removesuffix(",0"),
    )


def _title(item: str, titles: Titles, language: Language) -> str:
    return titles[item].to(language) if item in titles else item


def _number(value: float, language: Language, *, digits: int) -> str:
    written = f"{value:.{digits}f}"
    return written.replace(".", ",") if language == "id" else written


_LEVELS: Mapping[ConsensusLevel, Text] = {
    "very_low": Text(id="sangat rendah", en="very low"),
    "low": Text(id="rendah", en="low"),
    "moderate": Text(id="sedang", en="moderate"),
    "high": Text(id="tinggi", en="high"),
    "very_high": Text(id="sangat tinggi", en="very high"),
}
_CONSENSUS = Text(
    id="Kesepakatan para peserta {percent}% ({level}).",
    en="The members agree to {percent}% ({level}).",
)
_SOUND = Text(
    id="Penilaian bersama konsisten (CR {ratio}, batas {limit}).",
    en="The joint judgement is consistent (CR {ratio}, limit {limit}).",
)
_UNSOUND = Text(
    id="Penilaian bersama tidak konsisten (CR {ratio}, batas {limit}).",
    en="The joint judgement is not consistent (CR {ratio}, limit {limit}).",
)
_CONTRADICTS = Text(
    id="Penilaian {member} saling bertentangan (CR {ratio}, batas {limit}); tinjau lagi {first} terhadap {second}.",
    en="The judgements of {member} contradict each other (CR {ratio}, limit {limit}); look again at {first} against {second}.",
)
_DIFFERS = Text(
    id="{member} paling berbeda: menurutnya {says}, menurut bersama {group_says}.",
    en="{member} differs most: in its view {says}, in the joint view {group_says}.",
)
_DISPUTED = Text(
    id="Yang paling diperdebatkan adalah {first} dan {second}: dari {lowest} ({lowest_by}) sampai {highest} ({highest_by}).",
    en="Most disputed are {first} and {second}: from {lowest} ({lowest_by}) to {highest} ({highest_by}).",
)
_DISPUTED_REVERSED = Text(
    id="Yang paling diperdebatkan adalah {first} dan {second}, sampai berlawanan arah: {lowest} ({lowest_by}), {highest} ({highest_by}).",
    en="Most disputed are {first} and {second}, even which matters more: {lowest} ({lowest_by}), {highest} ({highest_by}).",
)
_TIMES = Text(
    id="{first} {times} kali lebih penting daripada {second}",
    en="{first} is {times} times as important as {second}",
)
_EQUAL = Text(
    id="{first} dan {second} sama penting", en="{first} and {second} are equally important"
)
_PARTLY = Text(
    id="Pasangan yang hanya dinilai sebagian peserta: {count}.",
    en="Pairs that only some of the members judged: {count}.",
)
_FILLED = Text(
    id="Pasangan yang tidak dinilai siapa pun dan diisi dari penilaian lain: {count}.",
    en="Pairs that nobody judged, filled from the other judgements: {count}.",
)
_SILENT = Text(id="Belum menilai: {names}.", en="Not judged yet: {names}.")
