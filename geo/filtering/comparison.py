"""Comparisons, patterns and arithmetic of a filter (OGC 21-065r2, 7.3 to 7.5 and 7.9)."""

import operator
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.errors import InvalidFilter
from geo.filtering.columns import Mask, Numbers, Operand, Texts, Times, Truth
from geo.filtering.limits import in_time, require_time
from geo.filtering.stored_texts import StoredTexts
from geo.filtering.temporal import compared_times, times_of
from geo.language import Text, filled, texts

_SAY = texts(__name__)

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
}
COMPARISONS = frozenset(_COMPARE)
# Of single texts, whose order is that of their code points.
_COMPARE_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
# From here on not every whole number is a float of 64 bits.
_MOST_WHOLE = 2**53
# numpy sorts or tabulates what is to be found among others, which pays for more than so many.
_FEW = 8
_OPPOSITE = {"<>": "=", ">=": "<", ">": "<="}
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "div": lambda a, b: np.trunc(np.divide(a, b)),
    # The sign of the dividend, as in SQL.
    "%": np.fmod,
    "^": np.float_power,
}
ARITHMETIC = frozenset(_ARITHMETIC)
# Letters that are no base letter with a mark, as other databases write them without accents.
_PLAIN = str.maketrans(
    {"ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ı": "i", "ħ": "h", "Ħ": "H"}
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ß": "ss", "þ": "th", "Þ": "TH", "ð": "d"}
)


def compared(sign: str, left: Operand, right: Operand) -> Truth:
    """Whether `left` stands to `right` as `sign` says, for two operands of one kind.

    Raises
    ------
    InvalidFilter
        For operands that cannot be compared.
    """
    if isinstance(left, Times) or isinstance(right, Times):
        return compared_times(sign, times_of(left), times_of(right))
    if isinstance(left, Texts) and isinstance(right, Texts):
        return _compared_texts(sign, left, right)
    if isinstance(left, Numbers) and isinstance(right, Numbers):
        one, other = _exact(left.values, right.values)
        return Truth.of(_COMPARE[sign](one, other), left.known & right.known)
    if isinstance(left, Truth) and isinstance(right, Truth):
        true = _COMPARE[sign](left.true, right.true)
        return Truth.of(true, left.known & right.known)
    reason = filled(_SAY["kinds_differ"], left=kind_of(left), right=kind_of(right), sign=sign)
    raise InvalidFilter(reason=reason, parameter="filter")


def _exact(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], ...]:
    """Two columns in a form that holds both: beside a float a whole number would lose its last digits."""
    if left.dtype.kind == right.dtype.kind:
        return left, right
    whole = left if left.dtype.kind == "i" else right
    if not ((whole >= _MOST_WHOLE) | (whole <= -_MOST_WHOLE)).any():
        return left, right
    return left.astype(np.longdouble), right.astype(np.longdouble)


def _compared_texts(sign: str, left: Texts, right: Texts) -> Truth:
    if left.value is not None and right.value is None:
        return _compared_texts(_MIRRORED[sign], right, left)
    value = right.value
    if value is not None:
        if isinstance(left.distinct, StoredTexts):
            return _stand(left, sign, left.distinct.at(value))
        is_so = _COMPARE_TEXTS[sign]
        chosen = [is_so(one, value) for one in in_time(left.distinct)]
        return Truth.of(left.where(chosen), left.known & right.known)
    known = left.known & right.known
    true = np.zeros(len(known), dtype=np.bool_)
    true[known] = _COMPARE[sign](left.each()[known], right.each()[known])
    return Truth.of(true, known)


def _stand(texts_of: Texts, sign: str, place: range) -> Truth:
    """How texts in their order stand to the one at a place, or between two where there is none."""
    codes, first, behind = texts_of.codes, place.start, place.stop
    if sign in ("<>", ">=", ">"):
        return ~_stand(texts_of, _OPPOSITE[sign], place)
    if sign == "=":
        # A missing text has a code too, which is none of a place.
        true: Mask = codes == first if place else np.zeros(len(codes), dtype=np.bool_)
    else:
        true = (codes < (first if sign == "<" else behind)) & texts_of.known
    return Truth(true, lambda: ~true & texts_of.known)


def one_of(value: Operand, items: Sequence[Operand]) -> Truth:
    """Whether a value is one of several; texts that stand in the filter are looked up together."""
    said = [item.value if isinstance(item, Texts) else None for item in items]
    if isinstance(value, Texts) and None not in said:
        wanted = frozenset(said)
        if isinstance(value.distinct, StoredTexts):
            codes = [place for text in wanted for place in value.distinct.at(text or "")]
            true = is_among(value.codes, codes)
            return Truth(true, lambda: ~true & value.known)
        return Truth.of(
            value.where([one in wanted for one in in_time(value.distinct)]), value.known
        )
    found = compared("=", value, items[0])
    for each in items[1:]:
        require_time()
        found = found | compared("=", value, each)
    return found


def is_among(values: npt.NDArray[Any], wanted: Sequence[Any]) -> Mask:
    """Where `values` is one of those that are wanted: of a few each is looked for by itself."""
    if len(wanted) > _FEW:
        among: Mask = np.isin(values, wanted)
        return among
    found = np.zeros(len(values), dtype=np.bool_)
    for one in wanted:
        found |= values == one
    return found


def between(value: Operand, low: Operand, high: Operand) -> Truth:
    """Whether a value lies from `low` to `high`, both included."""
    one, other = compared(">=", value, low), compared("<=", value, high)
    return Truth(one.true & other.true, lambda: one.false | other.false)


def like(value: Operand, pattern: Operand) -> Truth:
    r"""Whether a text follows a pattern: `%` for any letters, `_` for one, `\` before either for itself.

    The time grows with the length of text and pattern, never with their powers.
    """
    value = as_written(value)
    if not isinstance(value, Texts) or not isinstance(pattern, Texts) or pattern.value is None:
        raise InvalidFilter(reason=_SAY["no_pattern"], parameter="filter")
    parts = _parts(pattern.value)
    distinct, chosen = value.distinct, np.zeros(len(value.distinct), dtype=np.bool_)
    if isinstance(distinct, StoredTexts):
        chosen[_following(distinct, parts)] = True
    else:
        chosen[:] = [*map(_matcher(parts), in_time(distinct))]
    true, known = value.where(chosen), value.known
    return Truth(true, lambda: ~true & known)


def _following(stored: StoredTexts, parts: list[list[str]]) -> "npt.NDArray[np.intp] | list[int]":
    """The places of the texts that follow a pattern."""
    require_time()
    places, is_sure = _candidates(stored, parts)
    if is_sure:
        return places
    # To decode a text alone takes longer than to decode one of all.
    each = stored if len(places) * 8 < len(stored) else list(stored)
    matches = _matcher(parts)
    return [i for i in in_time(places.tolist()) if matches(each[i])]


def _candidates(stored: StoredTexts, parts: list[list[str]]) -> tuple[npt.NDArray[np.intp], bool]:
    """The places of the texts that may follow a pattern, found by its letters; and whether all of them do."""
    runs = [_runs(part) for part in parts]
    first, last = runs[0][0], runs[-1][-1]
    inner = max((run for part in runs for run in part), key=len)
    # Of one run of letters beside `%` alone nothing is left to compare.
    has_no_gap = len(parts) > 1 and all(len(part) == 1 for part in runs)
    is_sure = has_no_gap and sum(bool(part[0]) for part in runs) == 1
    if first:
        return np.array(stored.beginning(first), dtype=np.intp), is_sure
    if last:
        return stored.ending(last), is_sure
    return (stored.holding(inner), is_sure) if inner else (np.arange(len(stored)), False)


def _runs(part: list[str]) -> list[str]:
    """The letters of a part of a pattern between its `_`."""
    runs = [""]
    for letter in part:
        if letter == "_":
            runs.append("")
        else:
            runs[-1] += letter[-1]
    return runs


def _matcher(parts: list[list[str]]) -> Callable[[str], bool]:
    """Tells whether a text follows a pattern, part by part between its `%`, each found leftmost."""
    forms = [re.compile("".join(map(_form, part)), re.DOTALL) for part in parts]
    if len(forms) == 1:
        return lambda text: forms[0].fullmatch(text) is not None
    first, *middle, last = forms

    def matches(text: str) -> bool:
        begin, end = first.match(text), len(text) - len(parts[-1])
        if begin is None:
            return False
        at = begin.end()
        for part in middle:
            found = part.search(text, at, max(at, end))
            if found is None:
                return False
            at = found.end()
        return at <= end and last.fullmatch(text, end) is not None

    return matches


def _parts(pattern: str) -> list[list[str]]:
    """The letters of a pattern between its `%`, each with the backslash before it."""
    parts: list[list[str]] = [[]]
    for letter in re.findall(r"\\?.", pattern, re.DOTALL):
        if letter == "%":
            parts.append([])
        else:
            parts[-1].append(letter)
    return parts


def _form(letter: str) -> str:
    return "." if letter == "_" else re.escape(letter[-1])


def without_case(value: Operand) -> Texts:
    """Texts that differ in capital letters alone become the same."""
    return _mapped(value, str.casefold)


def without_accents(value: Operand) -> Texts:
    """Texts that differ in accents alone become the same."""
    return _mapped(value, _plain)


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.translate(_PLAIN))
    return "".join(one for one in parts if not unicodedata.combining(one))


def _mapped(value: Operand, change: Callable[[str], str]) -> Texts:
    value = as_written(value)
    if not isinstance(value, Texts):
        reason = filled(_SAY["needs_text"], kind=kind_of(value))
        raise InvalidFilter(reason=reason, parameter="filter")
    return Texts(value.codes, [change(one) for one in in_time(value.distinct)])


def computed(sign: str, left: Operand, right: Operand) -> Numbers:
    """The result of an arithmetic operation in floating point; unknown where it is no number."""
    if not isinstance(left, Numbers) or not isinstance(right, Numbers):
        wrong = right if isinstance(left, Numbers) else left
        reason = filled(_SAY["needs_number"], kind=kind_of(wrong), sign=sign)
        raise InvalidFilter(reason=reason, parameter="filter")
    with np.errstate(all="ignore"):
        values: npt.NDArray[Any] = _ARITHMETIC[sign](
            left.values.astype(np.float64), right.values.astype(np.float64)
        )
    return Numbers(values, left.known & right.known & np.isfinite(values))


def as_written(operand: Operand) -> Operand:
    """A property of times as its texts; every other operand as it is."""
    written = operand.written if isinstance(operand, Times) else None
    return operand if written is None else written


def kind_of(operand: Operand) -> Text:
    """What an operand is, in words."""
    return _SAY[f"kind_{type(operand).__name__.lower()}"]
