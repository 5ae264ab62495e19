"""The TOML in which an office writes down pairwise judgements, of one person or of several.

    [judgements]
    goal = [["huni", "usaha", 2], ["huni", "berkembang", 3]]

or, for several, each with the groups that they judged:

    [[member]]
    name = "Barito Kuala"
    weight = 2
    judgements.goal = [["huni", "usaha", 2]]
"""

import tomllib
from collections.abc import Mapping
from typing import Any

from geo.errors import InvalidJudgementFile, JudgedTwice
from geo.language import texts
from geo.mcda.group import Member
from geo.mcda.weight_request import Judgements, WeightRequest

_SAY = texts(__name__)

_KEYS = frozenset({"judgements", "member", "incomplete"})
_MEMBER_KEYS = frozenset({"name", "weight", "judgements"})
# Far above any ratio or weight that people write, and far below where a product overflows.
_LARGEST = 1e12


def parse_judgements(text: str) -> WeightRequest:
    """What a file of judgements asks for.

    Raises
    ------
    InvalidJudgementFile
        Naming the place and what is accepted there.
    JudgedTwice
    """
    try:
        table = tomllib.loads(text)
    # Besides bad syntax: brackets deeper than Python's stack.
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidJudgementFile(place="TOML", reason=str(error)) from error
    _require_keys(table, "-", _KEYS)
    incomplete = table.get("incomplete", False)
    if not isinstance(incomplete, bool):
        raise InvalidJudgementFile(place="incomplete", reason=_SAY["no_switch"])
    members = table.get("member", [])
    if not isinstance(members, list) or bool(members) == ("judgements" in table):
        raise InvalidJudgementFile(place="-", reason=_SAY["one_kind"])
    return WeightRequest(
        judgements=_groups(table["judgements"], "judgements") if "judgements" in table else None,
        is_incomplete=incomplete,
        members=[_member(entry, f"member[{i}]") for i, entry in enumerate(members)],
    )


def _member(entry: Any, place: str) -> Member:
    _require_keys(entry, place, _MEMBER_KEYS)
    name, weight = entry.get("name"), entry.get("weight", 1.0)
    if not isinstance(name, str) or not name.strip():
        raise InvalidJudgementFile(place=f"{place}.name", reason=_SAY["no_name"])
    return Member(
        name=name.strip(),
        weight=_number(weight, f"{place}.weight"),
        judgements=_groups(entry.get("judgements"), f"{place}.judgements"),
    )


def _groups(stated: Any, place: str) -> Judgements:
    if not isinstance(stated, Mapping) or not stated:
        raise InvalidJudgementFile(place=place, reason=_SAY["no_groups"])
    return {group: _pairs(rows, f"{place}.{group}") for group, rows in stated.items()}


def _pairs(rows: Any, place: str) -> dict[tuple[str, str], float]:
    pairs: dict[tuple[str, str], float] = {}
    for i, row in enumerate(rows if isinstance(rows, list) else [rows]):
        is_row = isinstance(row, list) and len(row) == 3
        if not is_row or not all(isinstance(name, str) for name in row[:2]):
            raise InvalidJudgementFile(place=f"{place}[{i}]", reason=_SAY["no_row"])
        ratio = _number(row[2], f"{place}[{i}]")
        if pairs.get((row[0], row[1]), ratio) != ratio:
            raise JudgedTwice(first=row[0], second=row[1])
        pairs[row[0], row[1]] = ratio
    return pairs


def _number(value: Any, place: str) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # TOML has nan and inf, and whole numbers that no float can hold.
    if not is_number or not abs(value) <= _LARGEST:
        raise InvalidJudgementFile(
            place=place, reason=_SAY["no_number"].format(value=repr(value)[:50])
        )
    return float(value)


def _require_keys(table: Any, place: str, known: frozenset[str]) -> None:
    if not isinstance(table, Mapping):
        raise InvalidJudgementFile(place=place, reason=_SAY["no_groups"])
    unknown = sorted(set(table) - known)
    if unknown:
        listed = ", ".join(sorted(known))
        reason = _SAY["unknown"].format(name=unknown[0][:50], known=listed)
        raise InvalidJudgementFile(place=place, reason=reason)
