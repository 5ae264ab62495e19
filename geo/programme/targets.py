"""Targets of indicators by region and year: a range, its level, and the document that says so.

A target is a range: `least` and `most` are both given, or one of them where the other end is open.
It never stands without the document and the source that it was taken from.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, get_args

from geo.errors import InvalidTargets
from geo.indicators.amounts import value_in_words
from geo.language import Text, filled, texts, written

if TYPE_CHECKING:
    import pandas as pd

    from geo.indicators.table import Indicator

_SAY = texts(__name__)

# From the plan of the nation to the proposal of an office; a proposal binds nobody.
Level = Literal["rpjmd", "rkpd", "renja", "rpjmn", "usulan"]
LEVELS: tuple[Level, ...] = get_args(Level)
TargetDirection = Literal["down", "up"]
_TITLES: Mapping[Level, Text] = {
    "rpjmd": _SAY["rpjmd"],
    "rkpd": _SAY["rkpd"],
    "renja": _SAY["renja"],
    "rpjmn": _SAY["rpjmn"],
    "usulan": _SAY["usulan"],
}

COLUMNS = (
    *("indicator", "regency_code", "year", "least", "most", "level", "direction"),
    *("document", "page", "source", "source_url", "note"),
)
_OLD_ENDS = "target_"
# A plan prints no more of a number; what is longer was computed.
_MOST_DECIMALS = 4
KEY = ["indicator", "regency_code", "year", "level"]


@dataclass(frozen=True, slots=True)
class Target:
    """What one region is to reach in one year, by one level of plan.

    `region` is a Kemendagri code, that of the province among them; `least` and `most` are in the
    indicator's unit, None at an open end. `direction` says which way the indicator is to move.
    """

    indicator: str
    region: str
    year: int
    least: float | None
    most: float | None
    level: Level
    direction: TargetDirection
    document: str
    page: str
    source: str
    source_url: str
    note: str

    @property
    def near(self) -> float:
        """The end of the range that is reached first."""
        ends = (self.most, self.least) if self.direction == "down" else (self.least, self.most)
        return next(end for end in ends if end is not None)

    @property
    def far(self) -> float | None:
        """The end of the range that is reached last; None where that end is open: nothing ends there.

        A target of one open end has that as its near one, whichever it is.
        """
        if self.least is None or self.most is None:
            return None
        return self.least if self.direction == "down" else self.most

    def is_reached(self, value: float) -> bool:
        """Whether a value is at the near end or beyond."""
        return value <= self.near if self.direction == "down" else value >= self.near


def with_targets(catalogue: Mapping[str, "Indicator"]) -> dict[str, "Indicator"]:
    """The indicators that may have a target.

    An older program published the ends of targets as figures of indicators of their own, which stay in
    its store until an office replaces its table.
    """
    return {name: one for name, one in catalogue.items() if not name.startswith(_OLD_ENDS)}


def level_title(level: Level) -> Text:
    """What a level of plan is called."""
    return _TITLES[level]


def level_word(level: Level) -> Text:
    """A level of plan by its abbreviation, where brackets or a narrow head have no room for more."""
    if level == "usulan":
        return _TITLES[level]
    # Renja is a word made of two, and no abbreviation.
    word = "Renja" if level == "renja" else level.upper()
    return Text(word, word)


def range_in_words(target: Target, indicator: "Indicator") -> Text:
    """The range of a target as every page, chart, sheet and text writes it: 3,27–3,97%.

    A number that a plan states more closely than the catalogue keeps its decimals; a proposal, which
    is computed, does not.
    """
    ends, is_stated = (target.least, target.most), target.level != "usulan"
    return ends_in_words(ends, indicator.unit, decimals=indicator.decimals, is_stated=is_stated)


def target_in_words(target: Target, indicator: "Indicator") -> Text:
    """A target as a sentence names it: its range, year and level."""
    shown, level = range_in_words(target, indicator), level_word(target.level)
    return filled(_SAY["target"], shown=shown, year=target.year, level=level)


def ends_in_words(
    ends: tuple[float | None, float | None], unit: Text, *, decimals: int, is_stated: bool = True
) -> Text:
    """Least and most, of which one may be None, with the sign of their unit.

    Examples
    --------
    >>> rate = Text(id="% angkatan kerja", en="% of labour force")
    >>> ends_in_words((3.3, 3.44), rate, decimals=2).id
    '3,30–3,44%'
    >>> ends_in_words((None, 4), rate, decimals=2).id, ends_in_words((8, 8), rate, decimals=0).en
    ('paling tinggi 4,00%', '8%')
    """
    least, most = ends
    places = [
        decimals_of(end, least=decimals) if is_stated and end is not None else decimals
        for end in ends
    ]
    low, high = (
        Text("", "") if end is None else value_in_words(end, unit, decimals=place)
        for end, place in zip(ends, places, strict=True)
    )
    if most is None:
        return filled(_SAY["at_least"], least=low)
    if least is None:
        return filled(_SAY["at_most"], most=high)
    if least == most:
        return high
    # A percent has its sign once, money at both ends.
    low = written(least, decimals=places[0]) if unit.id.startswith("%") else low
    return filled(_SAY["range"], least=low, most=high)


def with_decimals(value: float, *, least: int) -> Text:
    """A number with the decimals that it has, at least so many and at most four.

    Examples
    --------
    >>> with_decimals(3.1, least=2).id, with_decimals(3.875, least=2).id
    ('3,10', '3,875')
    """
    return written(value, decimals=decimals_of(value, least=least))


def decimals_of(value: float, *, least: int) -> int:
    """How many decimals the end of a target is written with: its own, at least so many and at most four."""
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    own = -exponent if isinstance(exponent, int) else 0
    return max(least, min(own, _MOST_DECIMALS))


def plan_in_words(target: Target) -> str:
    """The plan that a target stands in, by its own title, which names its level more often than not."""
    level, said = level_title(target.level).id, target.document
    return said if level.casefold() in said.casefold() else f"{level}: {said}"


def parse_targets(
    table: "pd.DataFrame",
    *,
    catalogue: Mapping[str, "Indicator"],
    regions: Iterable[str],
    may_withdraw: bool = False,
) -> "pd.DataFrame":
    """The table of targets, checked and typed: what is published, or ships.

    A file that somebody hands in is read by `geo/programme/target_file.py`, which names each cell.

    Parameters
    ----------
    table : DataFrame
        With every column of `COLUMNS`; `least` and `most` as numbers, NaN at an open end.
    regions : iterable of str
        The Kemendagri codes there may be.
    may_withdraw : bool
        Whether a row may stand without either end: it takes the published target out.

    Returns
    -------
    DataFrame, (n_rows, 12)
        `COLUMNS`, sorted by indicator, year, region and level; a fresh index.

    Raises
    ------
    InvalidTargets
        Naming the first rows that are wrong, and how.
    """
    lacking = [name for name in COLUMNS if name not in table.columns]
    if lacking:
        raise InvalidTargets(reason=_SAY["lacking_columns"].format(missing=", ".join(lacking)))
    found = table[list(COLUMNS)].reset_index(drop=True)
    numbers = {"year": "int64", "least": "float64", "most": "float64"}
    words = [name for name in COLUMNS if name not in numbers]
    found[words] = found[words].fillna("").astype("str")
    found = found.astype(numbers)
    # -0.0 would be told as -0.
    found[["least", "most"]] += 0.0
    faults = _faults(found, catalogue, frozenset(regions))
    if may_withdraw:
        del faults[_SAY["no_range"]]
    for fault, rows in faults.items():
        if rows.any():
            shown = ", ".join(str(int(row) + 1) for row in found.index[rows][:10])
            raise InvalidTargets(reason=filled(fault, rows=shown))
    return found.sort_values(["indicator", "year", "regency_code", "level"]).reset_index(drop=True)


def _faults(
    found: "pd.DataFrame", catalogue: Mapping[str, "Indicator"], regions: frozenset[str]
) -> "dict[Text, pd.Series]":
    least, most = found["least"], found["most"]
    return {
        _SAY["unknown_indicator"]: ~found["indicator"].isin(list(catalogue)),
        _SAY["unknown_region"]: ~found["regency_code"].isin(regions),
        _SAY["unknown_level"]: ~found["level"].isin(LEVELS),
        _SAY["unknown_direction"]: ~found["direction"].isin(get_args(TargetDirection)),
        _SAY["no_range"]: least.isna() & most.isna(),
        _SAY["least_above_most"]: least > most,
        _SAY["no_document"]: (found["document"] == "") | (found["source"] == ""),
        _SAY["twice"]: found.duplicated(KEY),
    }


def targets_of(
    table: "pd.DataFrame",
    *,
    indicator: str | None = None,
    region: str | None = None,
    level: Level | None = None,
) -> list[Target]:
    """The targets in the order of their years, those of one indicator, region or level where given."""
    wanted = {"indicator": indicator, "regency_code": region, "level": level}
    rows = table
    for column, value in wanted.items():
        rows = rows if value is None else rows[rows[column] == value]
    order = rows.assign(rank=rows["level"].map(LEVELS.index)).sort_values(
        ["indicator", "regency_code", "year", "rank"], kind="stable"
    )
    return [_target(row) for row in order[list(COLUMNS)].to_dict("records")]


def _target(row: Mapping[Any, Any]) -> Target:
    facts = {name: row[name] for name in COLUMNS if name != "regency_code"}
    ends = {name: None if math.isnan(row[name]) else row[name] for name in ("least", "most")}
    return Target(**{**facts, **ends, "region": row["regency_code"]})
