"""The keys of a model's TOML and what each must hold.

The format for its users is `maps/guide/en/models.md`, which a test holds to these tables.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from geo.language import Text, texts

_SAY = texts(__name__)

_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
# Larger than any measure, and differences and squares of it are still numbers.
_LARGEST = 1e100
# One way to write each number, so that no class stands twice.
_CODE = re.compile(r"0|-?[1-9]\d{0,8}")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value must be, in words, and whether one is that."""

    name: Text
    accepts: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table."""

    kind: Kind
    is_required: bool = True


def _is_number(value: Any) -> bool:
    # Whole numbers of TOML may be too large for a float; those that are none compare as False.
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -_LARGEST <= value <= _LARGEST
    )


def _is_between(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: _is_number(value) and low <= value <= high


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_code(value: Any) -> bool:
    return _is_whole(value) and abs(value) < 1e9


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_words(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"id", "en"}
        and all(isinstance(words, str) for words in value.values())
    )


def _is_list(of: Callable[[Any], bool], least: int = 1) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, list) and len(value) >= least and all(of(entry) for entry in value)
    )


def _is_point(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and _is_number(value[0]) and _share(value[1])


def _is_class_table(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(_CODE.fullmatch(code) for code in value)
        and all(_share(graded) for graded in value.values())
    )


def _is_judgement(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 3
        and _is_text(value[0])
        and _is_text(value[1])
        and _is_number(value[2])
    )


def _one_of(*words: str) -> Kind:
    listed = ", ".join(f'"{word}"' for word in words)
    return Kind(Text(id=f"salah satu dari {listed}", en=f"one of {listed}"), words.__contains__)


_share = _is_between(0, 1)
TEXT = Kind(_SAY["text_a_text_in"], _is_text)  # fmt: skip
IDENTIFIER = Kind(
    _SAY["identifier_lower_case_letters__digits"],
    lambda value: isinstance(value, str) and _ID.fullmatch(value) is not None,
)
VERSION = Kind(
    _SAY["version_a_text_or"],
    lambda value: _is_text(value) or _is_whole(value),
)
WORDS = Kind(
    _SAY["words_a_text_in"],
    _is_words,
)
NUMBER = Kind(_SAY["number_a_finite_number"], _is_number)  # fmt: skip
POSITIVE = Kind(
    _SAY["positive_a_finite_number"],
    lambda value: _is_number(value) and value > 0,
)
NOT_NEGATIVE = Kind(
    _SAY["not_negative_a_finite_number"],
    lambda value: _is_number(value) and value >= 0,
)
SHARE = Kind(_SAY["share_a_share_from"], _share)
POINTS = Kind(_SAY["points_a_score_from"], _is_between(0, 100))
YEARS = Kind(
    _SAY["years_years__a_whole"],
    lambda value: _is_whole(value) and 0 <= value <= 1000,
)
FLAG = Kind(
    _SAY["flag_true_or_false"],
    lambda value: isinstance(value, bool),
)
CODES = Kind(
    _SAY["codes_a_list_of"],
    _is_list(_is_code),
)
NUMBERS = Kind(
    _SAY["numbers_a_list_of"],
    _is_list(_is_number),
)
SHARES = Kind(
    _SAY["shares_a_list_of"],
    _is_list(_share),
)
CURVE = Kind(
    _SAY["curve_two_points_or"],
    _is_list(_is_point, least=2),
)
CLASS_TABLE = Kind(
    _SAY["class_table_a_table_of"],
    _is_class_table,
)
TABLE = Kind(
    _SAY["table_a_table"],
    lambda value: isinstance(value, dict),
)
TABLES = Kind(
    _SAY["tables_one_table"],
    _is_list(lambda entry: isinstance(entry, dict)),
)
PAIRS = Kind(
    _SAY["pairs_a_list_of"],
    lambda value: isinstance(value, list),
)
JUDGEMENT = Kind(
    _SAY["judgement_a_pair_and"],
    _is_judgement,
)

MODEL_KEYS: Mapping[str, Key] = {
    "id": Key(IDENTIFIER),
    "version": Key(VERSION),
    "kind": Key(_one_of("readiness", "need")),
    "title": Key(WORDS),
    "description": Key(WORDS),
    "source": Key(TEXT),
    "coverage_floor": Key(SHARE),
    "min_cells": Key(NOT_NEGATIVE),
    "dimension": Key(TABLES),
    "criterion": Key(TABLES),
    "constraint": Key(TABLES, is_required=False),
    "class": Key(TABLES),
    "judgements": Key(TABLE, is_required=False),
    "weights": Key(TABLE, is_required=False),
    "weights_confirmed": Key(FLAG, is_required=False),
    "classes_confirmed": Key(FLAG, is_required=False),
    "method": Key(TEXT, is_required=False),
    "risk": Key(SHARE, is_required=False),
}
DIMENSION_KEYS: Mapping[str, Key] = {
    "id": Key(TEXT),
    "title": Key(WORDS),
    "parent": Key(TEXT, is_required=False),
    "floor": Key(POINTS, is_required=False),
}
CRITERION_KEYS: Mapping[str, Key] = {
    "id": Key(TEXT),
    "dimension": Key(TEXT),
    "title": Key(WORDS),
    "unit": Key(WORDS),
    "objective": Key(_one_of("max", "min", "none"), is_required=False),
    "measure": Key(TABLE),
    "value": Key(TABLE),
    "error": Key(TABLE, is_required=False),
    "source": Key(TEXT),
    "confirmed": Key(FLAG),
}
# By the key that says what kind of measure it is.
MEASURE_KEYS: Mapping[str, Mapping[str, Key]] = {
    "indicator": {"indicator": Key(TEXT), "max_age_years": Key(YEARS)},
    "raster": {
        "raster": Key(TEXT),
        "statistic": Key(_one_of("mean", "share", "majority")),
        "classes": Key(CODES, is_required=False),
    },
    "attribute": {"attribute": Key(TEXT), "year_attribute": Key(TEXT, is_required=False)},
}
# By the name of the value function.
VALUE_KEYS: Mapping[str, Mapping[str, Key]] = {
    "linear": {"zero_at": Key(NUMBER), "one_at": Key(NUMBER)},
    "piecewise": {"points": Key(CURVE)},
    "stepped": {"upper_bounds": Key(NUMBERS), "values": Key(SHARES)},
    "sigmoid": {"tenth_at": Key(NUMBER), "nine_tenths_at": Key(NUMBER)},
    "gaussian": {"optimum": Key(NUMBER), "half_width": Key(POSITIVE)},
    "categorical": {"values": Key(CLASS_TABLE)},
}
ERROR_KEYS: Mapping[str, Key] = {
    "standard_error": Key(POSITIVE, is_required=False),
    "relative": Key(POSITIVE, is_required=False),
    "yearly_change": Key(FLAG, is_required=False),
    "displacement": Key(FLAG, is_required=False),
    "source": Key(TEXT),
}
CONSTRAINT_KEYS: Mapping[str, Key] = {
    "id": Key(TEXT),
    "title": Key(WORDS),
    "reason": Key(WORDS),
    "raster": Key(TEXT),
    "classes": Key(CODES, is_required=False),
    "threshold": Key(NUMBER, is_required=False),
    "limit_share": Key(SHARE),
    "source": Key(TEXT),
    "confirmed": Key(FLAG),
}
CLASS_KEYS: Mapping[str, Key] = {"id": Key(TEXT), "title": Key(WORDS), "from": Key(POINTS)}
# Of a group whose judgements are a table instead of a list of pairs.
GROUP_KEYS: Mapping[str, Key] = {"pairs": Key(PAIRS), "incomplete": Key(FLAG, is_required=False)}
