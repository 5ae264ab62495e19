"""Which regency an office means by a code, a name or both, as tables of figures write them."""

import re
from collections.abc import Mapping
from functools import lru_cache

import pandas as pd

from geo.errors import AmbiguousCode, InvalidCode
from geo.ingest.cells import Cell, clean
from geo.ingest.findings import Finding, finding
from geo.vector.regions import BY_CODE, PROVINCE_CODE, match_regencies, to_kemendagri

_PROVINCE = {"kalimantanselatan", "kalsel", "southkalimantan"}
# What the offices of the province call its regencies in their own tables.
_SHORT: Mapping[str, str] = {
    "tala": "63.01",
    "batola": "63.04",
    "hss": "63.06",
    "hst": "63.07",
    "hsu": "63.08",
    "tanbu": "63.10",
}
_MOST_SHOWN = 60


def find_region(text: object) -> str | None:
    """The Kemendagri code of a regency or the province by its code or name, None where it is none.

    Examples
    --------
    >>> find_region("1. Kab. Tanah Laut"), find_region("6371 Kota Banjarmasin"), find_region("HSS")
    ('63.01', '63.71', '63.06')
    """
    found = _by_code(text)
    if found is not None:
        return found
    numbered = re.fullmatch(r"\W*(\d{1,4}(?:\.\d\d)?)\W+([^\d\W].*)", clean(str(text)))
    name = _by_name(numbered[2] if numbered else clean(str(text)))
    code = _by_code(numbered[1]) if numbered else None
    # `1. Tanah Laut` is a count; `6371 Tanah Laut` contradicts itself.
    return name if code in (None, name) else None


def region_of(code: Cell, name: Cell) -> tuple[str | None, Finding | None]:
    """The region of a row, from its code, its name or both; else what is wrong.

    A code that has lost a zero is settled by a name that fits it; a name that says another region
    than the code is a fault, for nobody knows which of the two is right.
    """
    named = find_region(name) if _said(name) else None
    if not _said(code):
        if not _said(name):
            return None, finding("region_missing")
        return named, None if named else finding("region_unknown", text=_shown(name))
    try:
        coded = find_region(code) or to_kemendagri(_digits(code))
    except AmbiguousCode as error:
        candidates = error.facts["candidates"]
        if named and named in candidates:
            return named, None
        return None, finding("region_lost_zero", text=_shown(code), candidates=candidates)
    except InvalidCode:
        return None, finding("region_unknown", text=_shown(code))
    if coded not in {PROVINCE_CODE, *BY_CODE}:
        return None, finding("region_unknown", text=_shown(code))
    if _said(name) and named != coded:
        official = region_title(coded)
        return None, finding("region_disagrees", code=coded, official=official, name=_shown(name))
    return coded, None


def _by_code(text: object) -> str | None:
    try:
        code = to_kemendagri(_digits(text))
    except InvalidCode:
        return None
    return code if code in {PROVINCE_CODE, *BY_CODE} else None


def _digits(text: object) -> str:
    """A code without what spreadsheets and typists put around it: an apostrophe, spaces, a dash."""
    if isinstance(text, float) and text.is_integer():
        return str(int(text))
    plain = clean(str(text)).lstrip("'’`")
    plain = re.sub(r"^(\d{4})[.,]0+$", r"\1", plain)
    return re.sub(r"^(\d\d)[\s,-](\d\d?)$", r"\1.\2", plain)


@lru_cache(maxsize=4096)
def _by_name(text: str) -> str | None:
    plain = re.sub(r"\s*\([^)]*\)", "", text)
    plain = re.sub(r"(?i)[\s,]+(regency|city|municipality|kab\.?|kabupaten)$", "", plain)
    bare = re.sub(
        r"[^a-z]", "", re.sub(r"(?i)^(provinsi|prov\.?|province of)\s*", "", plain).lower()
    )
    if bare.removesuffix("province") in _PROVINCE:
        return PROVINCE_CODE
    if (short := re.sub(r"^(kabupaten|kab)", "", bare)) in _SHORT:
        return _SHORT[short]
    found = match_regencies(pd.Series([plain], dtype="object")).codes.iloc[0]
    return None if pd.isna(found) else str(found)


def region_title(code: str) -> str:
    """The official name of a regency with its kind, or of the province."""
    return BY_CODE[code].full_name if code in BY_CODE else "Kalimantan Selatan"


def _said(cell: Cell) -> bool:
    return cell is not None and bool(clean(str(cell)))


def _shown(cell: Cell) -> str:
    return (f"{cell:.15g}" if isinstance(cell, float) else clean(str(cell)))[:_MOST_SHOWN]
