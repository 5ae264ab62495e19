"""Which regency an office means by a code, a name or both, as tables of figures write them."""

import re
from functools import lru_cache

import pandas as pd

from geo.errors import AmbiguousCode, InvalidCode
from geo.ingest.findings import Finding, finding
from geo.ingest.sheet import Cell, clean
from geo.vector.planning_region import PlanningRegion
from geo.vector.regions import match_regions, to_kemendagri

_MOST_SHOWN = 60


def find_region(text: object, region: PlanningRegion) -> str | None:
    """The Kemendagri code of a regency or the province by its code or name, None where it is none.

    Read are `1. Kab. Tanah Laut`, `6371 Kota Banjarmasin`, and what offices call it (`HSS`).
    """
    found = _by_code(text, region)
    if found is not None:
        return found
    numbered = re.fullmatch(r"\W*(\d{1,4}(?:\.\d\d)?)\W+([^\d\W].*)", clean(str(text)))
    name = _by_name(numbered[2] if numbered else clean(str(text)), region)
    code = _by_code(numbered[1], region) if numbered else None
    # `1. Tanah Laut` is a count; `6371 Tanah Laut` contradicts itself.
    return name if code in (None, name) else None


def region_of(
    code: Cell, name: Cell, *, region: PlanningRegion
) -> tuple[str | None, Finding | None]:
    """The region of a row, from its code, its name or both; else what is wrong.

    A code that has lost a zero is settled by a name that fits it; a name that says another region
    than the code is a fault, for nobody knows which of the two is right.
    """
    named = find_region(name, region) if _said(name) else None
    if not _said(code):
        if not _said(name):
            return None, finding("region_missing")
        return named, None if named else _unknown(name, region)
    try:
        coded = find_region(code, region) or to_kemendagri(_digits(code))
    except AmbiguousCode as error:
        candidates = error.facts["candidates"]
        if named and named in candidates:
            return named, None
        return None, finding("region_lost_zero", text=_shown(code), candidates=candidates)
    except InvalidCode:
        return None, _unknown(code, region)
    if coded not in region.codes:
        return None, _unknown(code, region)
    if _said(name) and named != coded:
        official = region.title_of(coded)
        return None, finding("region_disagrees", code=coded, official=official, name=_shown(name))
    return coded, None


def _unknown(cell: Cell, region: PlanningRegion) -> Finding:
    return finding("region_unknown", text=_shown(cell), **region.facts)


def _by_code(text: object, region: PlanningRegion) -> str | None:
    try:
        code = to_kemendagri(_digits(text))
    except InvalidCode:
        return None
    return code if code in region.codes else None


def _digits(text: object) -> str:
    """A code without what spreadsheets and typists put around it: an apostrophe, spaces, a dash."""
    if isinstance(text, float) and text.is_integer():
        return str(int(text))
    plain = clean(str(text)).lstrip("'’`")
    plain = re.sub(r"^(\d{4})[.,]0+$", r"\1", plain)
    return re.sub(r"^(\d\d)[\s,-](\d\d?)$", r"\1.\2", plain)


@lru_cache(maxsize=4096)
def _by_name(text: str, region: PlanningRegion) -> str | None:
    plain = re.sub(r"\s*\([^)]*\)", "", text)
    plain = re.sub(r"(?i)[\s,]+(regency|city|municipality|kab\.?|kabupaten)$", "", plain)
    bare = _letters(re.sub(r"(?i)^(provinsi|prov\.?|province of)\s*", "", plain))
    if bare.removesuffix("province") in map(_letters, (*region.name, *region.aliases)):
        return region.code
    short = re.sub(r"^(kabupaten|kab)", "", bare)
    for regency in region.regencies:
        if short in map(_letters, regency.aliases):
            return regency.code
    found = match_regions(pd.Series([plain], dtype="object"), region.regencies).codes.iloc[0]
    return None if pd.isna(found) else str(found)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def _said(cell: Cell) -> bool:
    return cell is not None and bool(clean(str(cell)))


def _shown(cell: Cell) -> str:
    return (f"{cell:.15g}" if isinstance(cell, float) else clean(str(cell)))[:_MOST_SHOWN]
