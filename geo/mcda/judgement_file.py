"""The TOML in which an office writes down pairwise judgements, of one person or of several.

    [judgements]
    goal = [["huni", "usaha", 2], ["huni", "berkembang", 3]]

or, for several, each with the groups that they judged:

    [[member]]
    name = "Barito Kuala"
    weight = 2
    judgements.goal = [["huni", "usaha", 2]]
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)

from geo.errors import InvalidJudgementFile, JudgedTwice
from geo.language import texts
from geo.mcda.ahp import Pairs
from geo.mcda.group import Member
from geo.mcda.weight_request import Judgements, WeightRequest
from geo.toml_file import Fault, Path, Table, must_be, read_toml, told

_SAY = texts(__name__)

# Far above any ratio or weight that people write, and far below where a product overflows.
_LARGEST = 1e12


def _as_rows(given: Any) -> list[Any]:
    # One judgement without the brackets around it is told as the first of the list.
    return given if isinstance(given, list) else [given]


_Number = Annotated[StrictInt | StrictFloat, Field(ge=-_LARGEST, le=_LARGEST)]
_Row = Annotated[tuple[StrictStr, StrictStr, _Number], must_be(_SAY["row"])]
_Groups = Annotated[
    dict[str, Annotated[list[_Row], BeforeValidator(_as_rows)]],
    Field(min_length=1),
    must_be(_SAY["groups"], inside=False),
]


class _Member(Table):
    name: Annotated[StrictStr, Field(pattern=r"\S"), must_be(_SAY["name"])] = Field(
        default="", validate_default=True
    )
    weight: Annotated[_Number, must_be(_SAY["number"])] = 1
    judgements: _Groups = Field(default_factory=dict, validate_default=True)


class _File(Table):
    incomplete: Annotated[StrictBool, must_be(_SAY["switch"])] = False
    judgements: _Groups | None = None
    member: list[_Member] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _say_one_kind(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        members = given.get("member", [])
        if not isinstance(members, list) or bool(members) == ("judgements" in given):
            raise told(_SAY["one_kind"])
        return given


def parse_judgements(text: str) -> WeightRequest:
    """What a file of judgements asks for.

    Raises
    ------
    InvalidJudgementFile
        Naming the line, the place and what is accepted there.
    JudgedTwice
    """
    _, read = read_toml(text, _File)
    if isinstance(read, Fault):
        # An unknown key is told of the table that has it.
        path = read.path[:-1] if read.kind == "unknown_key" else read.path
        raise InvalidJudgementFile(place=_place(path), line=read.line, reason=read.problem)
    return WeightRequest(
        judgements=None if read.judgements is None else _judgements(read.judgements),
        is_incomplete=read.incomplete,
        members=[
            Member(m.name.strip(), weight=float(m.weight), judgements=_judgements(m.judgements))
            for m in read.member
        ],
    )


def _judgements(groups: Mapping[str, Sequence[tuple[str, str, float]]]) -> Judgements:
    return {group: _pairs(rows) for group, rows in groups.items()}


def _pairs(rows: Sequence[tuple[str, str, float]]) -> Pairs:
    pairs: dict[tuple[str, str], float] = {}
    for first, second, ratio in rows:
        if pairs.get((first, second), ratio) != ratio:
            raise JudgedTwice(first=first, second=second)
        pairs[first, second] = float(ratio)
    return pairs


def _place(path: Path) -> str:
    """A path as it is written, such as `member[0].judgements.goal[1]`; `-` for the whole file."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".") or "-"
