"""The weights that a request asks for in place of a model's own; `geo/planning/weigh.py` finds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geo.mcda.ahp import Pairs
from geo.mcda.group import Member

# By group: "goal" for the dimensions, else a dimension's id.
Judgements = Mapping[str, Pairs]


@dataclass(frozen=True, slots=True)
class WeightRequest:
    """Weights as a planner asks for them; at most one of `stated`, `judgements`, `members` and `weighting`.

    `stated` and `judgements` are as in `geo.mcda.model.weights_from` and `weights_from_judgements`;
    `is_incomplete` allows pairs to be missing. `weighting` is the id of a `geo.mcda.weights.Weighting`;
    one by ranks needs `ranks` of every top-level dimension or of every criterion.
    """

    stated: Mapping[str, float] | None = None
    judgements: Judgements | None = None
    is_incomplete: bool = False
    members: Sequence[Member] = ()
    weighting: str | None = None
    ranks: Mapping[str, float] | None = None

    @property
    def is_given(self) -> bool:
        """Whether anything is requested at all."""
        return bool(self.given)

    @property
    def given(self) -> tuple[str, ...]:
        """Which of the ways are given, by their names in a request."""
        ways = {
            "weights": self.stated is not None,
            "judgements": bool(self.judgements),
            "members": bool(self.members),
            "weighting": self.weighting is not None or self.ranks is not None,
        }
        return tuple(name for name, is_given in ways.items() if is_given)
