"""Targets that a planner fixes before the rest is split: `CODE:PERCENT` as it was typed, read strictly.

Pure. Whether the people still add up with them is for `cascade`; here is what can be told of the text
alone: that every part names one regency of the province, once, and a percent.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from geo.errors import InvalidCode
from geo.language import Text, filled, joined, shortened, texts
from geo.vector.planning_region import PlanningRegion
from geo.vector.regions import to_kemendagri

_SAY = texts(__name__)
# `3,75` and `3.75`; a percent has no thousands.
_PERCENT = re.compile(r"\d{1,3}(?:[.,]\d{1,15})?", re.ASCII)
_MOST_SHOWN = 40
# A form of some hundred bad fields is not told in one sentence.
_MOST_FAULTS = 5


@dataclass(frozen=True, slots=True)
class FixedTargets:
    """What was fixed, by Kemendagri code.

    `rates` in percent, of what could be read; `typed` the texts as they stood, of every regency that
    is one; `faults` what is wrong, by that code, or by the part as it was typed where it names none.
    """

    rates: Mapping[str, float]
    typed: Mapping[str, str]
    faults: Mapping[str, Text]

    @property
    def problem(self) -> Text | None:
        """All that is wrong, the first few faults of many; None where nothing is."""
        return joined(list(self.faults.values())[:_MOST_FAULTS], by=" ") if self.faults else None


def parse_percent(text: str) -> float | None:
    """A percent with a decimal comma or point; None for what is none, as `1.000,5`, `-3` or `nan`.

    Examples
    --------
    >>> parse_percent(" 3,75 "), parse_percent("3,9x")
    (3.75, None)
    """
    text = text.strip()
    return float(text.replace(",", ".")) if _PERCENT.fullmatch(text) else None


def parse_fixed(parts: Iterable[str], *, region: PlanningRegion, sign: str = ":") -> FixedTargets:
    """The targets of parts such as `63.71:6.2`; the code by Kemendagri or BPS.

    Nothing is passed over: a part that cannot be used, or names a regency again, is among the faults.

    Parameters
    ----------
    sign : str
        What stands between code and percent.
    """
    rates, typed, faults = dict[str, float](), dict[str, str](), dict[str, Text]()
    for part in parts:
        code, stands, text = (piece.strip() for piece in part.partition(sign))
        if not stands:
            value = shortened(part.strip(), _MOST_SHOWN)
            faults[part] = filled(_SAY["no_pair"], value=value, sign=sign, **region.facts)
            continue
        known = _regency(code, region)
        if known is None:
            value = shortened(code, _MOST_SHOWN)
            faults[part] = filled(_SAY["unknown"], value=value, **region.facts)
        elif known in typed:
            facts = {"first": typed[known], "second": text}
            facts = {name: shortened(value, _MOST_SHOWN) for name, value in facts.items()}
            faults[known] = filled(_SAY["twice"], region=region.title_of(known), **facts)
        else:
            typed[known] = text
            rate = parse_percent(text)
            if rate is not None and rate <= 100:
                rates[known] = rate
            else:
                value = shortened(text, _MOST_SHOWN)
                fault = _no_rate(text, is_percent=rate is not None)
                faults[known] = filled(fault, region=region.title_of(known), value=value)
    return FixedTargets(rates, typed, faults)


def _no_rate(text: str, *, is_percent: bool) -> Text:
    if is_percent:
        return _SAY["beyond"]
    return _SAY["no_percent"] if text else _SAY["blank"]


def _regency(code: str, region: PlanningRegion) -> str | None:
    """The regency that a code means, None where it means none of the province."""
    try:
        known = to_kemendagri(code)
    except InvalidCode:
        return None
    return known if known in region.by_code else None
