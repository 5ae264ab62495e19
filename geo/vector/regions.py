"""Region codes and names: Kemendagri and BPS, official spellings, matching with a report.

Codes are text. A spreadsheet that reads `63.10` as a number gives back 63.1, which could be 63.01 or
63.10, so a code that has lost a digit is refused and never guessed. Names repeat (kecamatan Simpang
Empat is both 63.03.08 and 63.10.06), so a name that is not unique matches only inside its parent.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from geo.errors import AmbiguousCode, BpsCode, InvalidCode, InvalidInput
from geo.language import MOST_NAME, shortened, texts
from geo.vector.planning_region import Region, RegionKind

_SAY = texts(__name__)

Rule = Literal["code", "bps_code", "name"]


def parse_regency_code(text: object) -> str:
    """The Kemendagri code of a regency, such as `63.01`.

    Takes a Kemendagri code (`63.01`) or a BPS code (`6301`, also as a whole number), with spaces
    around it and with the letter O typed for zero. Whether such a regency exists is not asked.

    Raises
    ------
    AmbiguousCode
        For a code that has lost a digit (`63.1`, or the number 63.1).
    InvalidCode
        For anything else.

    Examples
    --------
    >>> parse_regency_code(" 63O1 ")
    '63.01'
    """
    value = _code_text(text)
    if match := re.fullmatch(r"(\d\d)\.?(\d\d)", value):
        return f"{match[1]}.{match[2]}"
    if candidates := _lost_zero(value):
        raise AmbiguousCode(value=str(text), candidates=", ".join(candidates))
    raise InvalidCode(value=str(text))


def _lost_zero(value: str) -> tuple[str, ...]:
    """What a code such as `63.1` may have been; nothing when it has lost no digit."""
    match = re.fullmatch(r"(\d\d)\.(\d)", value)
    return (f"{match[1]}.0{match[2]}", f"{match[1]}.{match[2]}0") if match else ()


def _code_text(value: object) -> str:
    """`value` as the digits and dots that were meant."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().upper().replace("O", "0")


# Digits of each level of a Kemendagri code below the province: regency, kecamatan, desa.
CodeLevel = Literal["regency", "kecamatan", "desa"]
_GROUPS: dict[CodeLevel, tuple[int, ...]] = {
    "regency": (2, 2),
    "kecamatan": (2, 2, 2),
    "desa": (2, 2, 2, 4),
}
# Below the regency BPS has three digits for the kecamatan, and three for the desa.
_BPS_DIGITS: dict[CodeLevel, int] = {"kecamatan": 7, "desa": 10}
# Permendagri 72/2019: the first of a village's four digits is 1 for a kelurahan, 2 for a desa.
_VILLAGE_KINDS = "12"


def parse_region_code(text: object, level: CodeLevel) -> str:
    """The Kemendagri code of a region of that level, with its dots.

    Takes it with dots, other separators or none, also as a whole number. A BPS code is taken for
    regencies alone, where the two systems number alike. Whether the region exists is not asked.

    Raises
    ------
    AmbiguousCode
        For a code that has lost a digit (`63.3.08`).
    BpsCode
        For a code of BPS, which below the regency names another region or none.
    InvalidCode
        For anything else.

    Examples
    --------
    >>> parse_region_code(630308, "kecamatan"), parse_region_code("6303082001", "desa")
    ('63.03.08', '63.03.08.2001')
    """
    if level == "regency":
        return parse_regency_code(text)
    widths = _GROUPS[level]
    groups = re.split(r"[.\s-]+", _code_text(text).strip(".- "))
    digits = "".join(groups)
    if not re.fullmatch(r"[0-9]+", digits):
        raise InvalidCode(value=str(text))
    parts = _cut(digits, widths)
    if len(digits) == sum(widths) and groups in ([digits], parts):
        is_village = level != "desa" or parts[-1][0] in _VILLAGE_KINDS
        if is_village:
            return ".".join(parts)
    if groups == [digits] and len(digits) == _BPS_DIGITS[level]:
        raise BpsCode(value=str(text))
    short = [width - len(group) for group, width in zip(groups, widths, strict=False)]
    if len(groups) == len(widths) and min(short) >= 0 < max(short):
        raise AmbiguousCode(value=str(text), candidates=_padded(groups, widths))
    raise InvalidCode(value=str(text))


def _cut(digits: str, widths: tuple[int, ...]) -> list[str]:
    starts = [sum(widths[:at]) for at in range(len(widths))]
    return [digits[start : start + width] for start, width in zip(starts, widths, strict=True)]


def _padded(groups: Sequence[str], widths: tuple[int, ...]) -> str:
    """The code with zeros before what is short, and after it: which was lost nobody knows."""
    before = ".".join(g.rjust(w, "0") for g, w in zip(groups, widths, strict=True))
    after = ".".join(g.ljust(w, "0") for g, w in zip(groups, widths, strict=True))
    return ", ".join(dict.fromkeys((before, after)))


def to_kemendagri(code: str) -> str:
    """The Kemendagri code of a regency or of the province, from either system.

    Examples
    --------
    >>> to_kemendagri("6372"), to_kemendagri("6300")
    ('63.72', '63')
    """
    text = _code_text(code)
    if re.fullmatch(r"\d\d", text):
        return text
    parsed = parse_regency_code(code)
    return parsed[:2] if parsed.endswith(".00") else parsed


def full_names(regencies: pd.DataFrame) -> dict[str, str]:
    """The name of each regency of a layer by its code, with its kind (`Kabupaten`, `Kota`) where it says one.

    `regencies` has the index `area_id`; of one without a name its code stands for it. An endless name is
    cut: they go into sentences.
    """
    codes = regencies.index.astype(str)
    names = regencies["name"] if "name" in regencies else codes
    kinds = regencies["kind"] if "kind" in regencies else [None] * len(codes)
    return {
        code: shortened(_with_kind(code if pd.isna(name) else str(name), kind), MOST_NAME)
        for code, name, kind in zip(codes, names, kinds, strict=True)
    }


def _with_kind(name: str, kind: Any) -> str:
    return name if pd.isna(kind) or name.startswith(str(kind)) else f"{kind} {name}"


@dataclass(frozen=True, slots=True, eq=False)
class MatchReport:
    """What became of every row of a list of codes or names.

    Attributes
    ----------
    table : DataFrame, (n_rows, 4)
        Index as given. `value` (as given), `code` (Kemendagri; missing where nothing or more than
        one region fits), `rule` (`code`, `bps_code` or `name`; missing likewise), `candidates` (the
        codes that fit, comma-separated).
    """

    table: pd.DataFrame

    @property
    def codes(self) -> pd.Series:
        """Kemendagri code of every row, missing where it did not match."""
        return self.table["code"]

    @property
    def matched(self) -> pd.DataFrame:
        """Rows with exactly one region."""
        return self.table[self.table["code"].notna()]

    @property
    def unmatched(self) -> pd.DataFrame:
        """Rows that no region fits."""
        return self.table[self.table["candidates"] == ""]

    @property
    def ambiguous(self) -> pd.DataFrame:
        """Rows that several regions fit: name the parent to settle them."""
        return self.table[self.table["code"].isna() & (self.table["candidates"] != "")]

    @property
    def duplicates(self) -> pd.DataFrame:
        """Rows whose region another row matched too."""
        return self.matched[self.matched["code"].duplicated(keep=False)]


def match_regions(
    codes_or_names: pd.Series,
    regions: Sequence[Region],
    *,
    parent: pd.Series | str | None = None,
) -> MatchReport:
    """Each row's region, by code, else by name with spelling variants inside its parent.

    Parameters
    ----------
    codes_or_names : Series
        One code or name a row; missing values stay unmatched.
    regions : sequence of Region
        What may be matched, of any level.
    parent : Series with the same index, or str, optional
        Kemendagri code of the region that each row lies in (BPS regency codes are read too). A row
        matches only inside it; without it, a name that occurs twice is ambiguous.

    Returns
    -------
    MatchReport
        Nothing is dropped: every row is matched, unmatched or ambiguous.

    Examples
    --------
    >>> regions = [Region("63.02", "Kotabaru", "Kabupaten", "63", "6302")]
    >>> match_regions(pd.Series(["Kab. Kota Baru", "6302", "Bogor"]), regions).codes.tolist()
    ['63.02', '63.02', nan]
    """
    parents = _parents(parent, codes_or_names.index)
    finder = _Finder(regions)

    rows = [
        finder.find(value, inside)
        for value, inside in zip(codes_or_names, parents, strict=True)  # each row has its own text
    ]

    table = pd.DataFrame(rows, columns=["code", "rule", "candidates"], index=codes_or_names.index)
    table.insert(0, "value", codes_or_names)
    return MatchReport(table.astype({"code": "str", "rule": "str", "candidates": "str"}))


def _parents(parent: pd.Series | str | None, index: pd.Index) -> list[str | None]:
    if parent is None or isinstance(parent, str):
        return [_parent_code(parent)] * len(index)
    if not parent.index.equals(index):
        reason = _SAY["parents"]
        raise InvalidInput(reason=reason)
    return [_parent_code(value) for value in parent]


def _parent_code(value: Any) -> str | None:
    if value is None or pd.isna(value):
        return None
    text = _code_text(value)
    return to_kemendagri(text) if re.fullmatch(r"\d{4}", text) else text


class _Finder:
    """Regions by the texts that may name them."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self.by_code: dict[str, list[Region]] = {}
        self.by_bps_code: dict[str, list[Region]] = {}
        self.by_name: dict[str, list[Region]] = {}
        for region in regions:
            self.by_code.setdefault(region.code, []).append(region)
            if region.bps_code:
                self.by_bps_code.setdefault(region.bps_code, []).append(region)
            self.by_name.setdefault(_letters_and_digits(region.name), []).append(region)

    def find(self, value: object, parent: str | None) -> tuple[str | None, str | None, str]:
        """Code, rule and candidates of one text."""
        if value is None or pd.isna(value):  # type: ignore[call-overload]
            return None, None, ""
        if lost := _lost_zero(_code_text(value)):
            # Even where only one candidate exists: nobody knows which digit was lost.
            return None, None, ", ".join(code for code in lost if code in self.by_code)
        for rule, found in self._looked_up(value):
            inside = [region for region in found if parent in (None, region.parent)]
            if len(inside) == 1:
                return inside[0].code, rule, inside[0].code
            if inside:
                return None, None, ", ".join(region.code for region in inside)
        return None, None, ""

    def _looked_up(self, value: object) -> Iterable[tuple[Rule, list[Region]]]:
        code = _code_text(value)
        yield "code", self.by_code.get(code, [])
        yield "bps_code", self.by_bps_code.get(code, [])
        yield "name", self._named(str(value))

    def _named(self, text: str) -> list[Region]:
        """Regions of that name; the kind, where it is written, must agree.

        "Kota Baru" and "Kotabaru" are one regency, so the whole text is tried before its first word
        is taken for a kind.
        """
        if found := self.by_name.get(_letters_and_digits(text)):
            return found
        kind, rest = _kind_and_rest(text)
        found = self.by_name.get(_letters_and_digits(rest), [])
        return [region for region in found if kind in (None, region.kind)]


# The abbreviations that offices write before a name.
_KINDS: dict[str, RegionKind] = {
    "kabupaten": "Kabupaten",
    "kab": "Kabupaten",
    "kota": "Kota",
    "kotamadya": "Kota",
    "kecamatan": "Kecamatan",
    "kec": "Kecamatan",
    "kelurahan": "Kelurahan",
    "kel": "Kelurahan",
    "desa": "Desa",
    "ds": "Desa",
}


def _kind_and_rest(text: str) -> tuple[RegionKind | None, str]:
    match = re.match(rf"\s*({'|'.join(_KINDS)})\b[.\s]*(.+)", text.lower())
    return (_KINDS[match[1]], match[2]) if match else (None, text)


def _letters_and_digits(name: str) -> str:
    """`name` in lower case with nothing but letters and digits: spacing and dots are no difference."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
