"""Pure. The keys of a model's TOML and what each must hold.

The format for its users is `data/models/README.md`, which a test holds to these tables.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from geo.language import Text

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
TEXT = Kind(Text(id='teks dalam tanda kutip, misalnya "BPS"', en='a text in quotes, such as "BPS"'), _is_text)  # fmt: skip
IDENTIFIER = Kind(
    Text(
        id='huruf kecil, angka, - dan _ dengan huruf di depan, misalnya "kesiapan-kotabaru"',
        en='lower-case letters, digits, - and _ with a letter first, such as "kesiapan-kotabaru"',
    ),
    lambda value: isinstance(value, str) and _ID.fullmatch(value) is not None,
)
VERSION = Kind(
    Text(id='teks atau bilangan bulat, misalnya "1"', en='a text or a whole number, such as "1"'),
    lambda value: _is_text(value) or _is_whole(value),
)
WORDS = Kind(
    Text(
        id='teks dalam dua bahasa: { id = "…", en = "…" }',
        en='a text in both languages: { id = "…", en = "…" }',
    ),
    _is_words,
)
NUMBER = Kind(Text(id="bilangan berhingga, tanpa tanda kutip", en="a finite number, without quotes"), _is_number)  # fmt: skip
POSITIVE = Kind(
    Text(id="bilangan berhingga di atas 0", en="a finite number above 0"),
    lambda value: _is_number(value) and value > 0,
)
NOT_NEGATIVE = Kind(
    Text(id="bilangan berhingga, 0 atau lebih", en="a finite number, 0 or more"),
    lambda value: _is_number(value) and value >= 0,
)
SHARE = Kind(Text(id="bagian dari 0 sampai 1", en="a share from 0 to 1"), _share)
POINTS = Kind(Text(id="skor dari 0 sampai 100", en="a score from 0 to 100"), _is_between(0, 100))
YEARS = Kind(
    Text(
        id="jumlah tahun: bilangan bulat dari 0 sampai 1000",
        en="years: a whole number from 0 to 1000",
    ),
    lambda value: _is_whole(value) and 0 <= value <= 1000,
)
FLAG = Kind(
    Text(id="true atau false, tanpa tanda kutip", en="true or false, without quotes"),
    lambda value: isinstance(value, bool),
)
CODES = Kind(
    Text(id="daftar kode kelas, misalnya [1, 2]", en="a list of class codes, such as [1, 2]"),
    _is_list(_is_code),
)
NUMBERS = Kind(
    Text(id="daftar bilangan, misalnya [2, 5, 15]", en="a list of numbers, such as [2, 5, 15]"),
    _is_list(_is_number),
)
SHARES = Kind(
    Text(
        id="daftar nilai dari 0 sampai 1, misalnya [1, 0.5, 0]",
        en="a list of values from 0 to 1, such as [1, 0.5, 0]",
    ),
    _is_list(_share),
)
CURVE = Kind(
    Text(
        id="dua titik atau lebih dengan ukuran dan nilai 0 sampai 1, misalnya [[0, 1], [40, 0]]",
        en="two points or more of a measure and a value from 0 to 1, such as [[0, 1], [40, 0]]",
    ),
    _is_list(_is_point, least=2),
)
CLASS_TABLE = Kind(
    Text(
        id="tabel kode kelas dengan nilai 0 sampai 1, misalnya { 7 = 0.5, 12 = 1 }",
        en="a table of class codes with values from 0 to 1, such as { 7 = 0.5, 12 = 1 }",
    ),
    _is_class_table,
)
TABLE = Kind(
    Text(id="tabel { kunci = nilai }", en="a table { key = value }"),
    lambda value: isinstance(value, dict),
)
TABLES = Kind(
    Text(id="satu tabel [[…]] atau lebih", en="one table [[…]] or more"),
    _is_list(lambda entry: isinstance(entry, dict)),
)
PAIRS = Kind(
    Text(
        id='daftar pasangan, misalnya [["huni", "usaha", 2]]',
        en='a list of pairs, such as [["huni", "usaha", 2]]',
    ),
    lambda value: isinstance(value, list),
)
JUDGEMENT = Kind(
    Text(
        id='pasangan dan berapa kali yang pertama lebih penting, misalnya ["huni", "usaha", 2]',
        en='a pair and how many times the first is as important, such as ["huni", "usaha", 2]',
    ),
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
