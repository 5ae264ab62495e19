"""Numbers as Indonesian offices write them: `1.357,156 Ha` beside `1,357.156` and `1357.156`.

Whether `61,147` is sixty-one or sixty-one thousand cannot be known from the text alone, so the rest
of the column decides, and where it does not the number is refused with both readings.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

NumberStyle = Literal["id", "en"]
_NUMERAL = re.compile(
    r"([+-]?\d[\d.,]*(?:[eE][+-]?\d{1,3})?)\s*(ha|hektar|hektare|hectares?)?\.?", re.IGNORECASE
)
_DECIMAL_SIGN: dict[NumberStyle, str] = {"id": ",", "en": "."}


@dataclass(frozen=True, slots=True)
class Numeral:
    """One value of a number column.

    `number` is None where the cell is empty or cannot be read; `readings` then holds the two
    numbers that it could be, and is empty where it is none. `is_rewritten` says that the text was
    not written as a plain number.
    """

    number: float | None
    readings: tuple[float, ...] = ()
    is_invalid: bool = False
    is_rewritten: bool = False


def parse_numerals(values: Sequence[Any], *, style: NumberStyle | None = None) -> list[Numeral]:
    """Each value of a column as a number.

    Parameters
    ----------
    style : optional
        How the column is written, where somebody says so; what is not written like that is invalid.

    Examples
    --------
    >>> [n.number for n in parse_numerals(["1.357,156 Ha", "584,70", None])]
    [1357.156, 584.7, None]
    >>> parse_numerals(["61,147"])[0].readings
    (61.147, 61147.0)
    """
    if style is not None:
        return [_numeral(value, lambda _: style) for value in values]
    styles = {found for value in values if (found := _style_of(value)) is not None}
    column_style = styles.pop() if len(styles) == 1 else None
    return [_numeral(value, lambda text: _style_of(text) or column_style) for value in values]


def _numeral(value: Any, style_of: Callable[[str], NumberStyle | None]) -> Numeral:
    if value is None or value != value or (isinstance(value, str) and not value.strip()):
        return Numeral(None)
    if isinstance(value, bool):
        return Numeral(None, is_invalid=True)
    if isinstance(value, int | float):
        number = _float(value)
        return Numeral(number, is_invalid=number is None)
    match = _NUMERAL.fullmatch(str(value).strip())
    if match is None:
        return Numeral(None, is_invalid=True)
    return _read(match[1], has_unit=bool(match[2]), style=style_of(match[1]))


def _read(text: str, *, has_unit: bool, style: NumberStyle | None) -> Numeral:
    if style is None and _is_either(text):
        readings = sorted(x for s in _DECIMAL_SIGN if (x := _as(text, s)) is not None)
        return Numeral(None, readings=tuple(readings))
    number = _as(text, style or "en")
    if number is None:
        return Numeral(None, is_invalid=True)
    return Numeral(number, is_rewritten=has_unit or "," in text or text.count(".") > 1)


def _style_of(value: Any) -> NumberStyle | None:
    """Which separators a text can only have used; None where it shows nothing."""
    match = _NUMERAL.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    text = match[1]
    signs = [sign for sign in text if sign in ".,"]
    if not signs or _is_either(text):
        return None
    if len(signs) > 1 and len(set(signs)) == 1:
        return "id" if signs[0] == "." else "en"
    return "id" if signs[-1] == "," else "en"


def _is_either(text: str) -> bool:
    """One separator with three digits after it and one to three before: `1.357`, but not `0.357`."""
    return re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", text) is not None


def _float(value: int | float | str) -> float | None:
    """A finite number; None where it is none, or larger than any that can be kept (`1e400`)."""
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _as(text: str, style: NumberStyle) -> float | None:
    if "e" in text.lower():
        return _float(text) if "," not in text else None
    decimal = _DECIMAL_SIGN[style]
    thousands = "." if decimal == "," else ","
    whole, _, fraction = text.partition(decimal)
    if thousands in whole and not re.fullmatch(rf"[+-]?\d{{1,3}}(\{thousands}\d{{3}})+", whole):
        return None
    return _float(f"{whole.replace(thousands, '')}.{fraction or 0}")
