"""What sources say of the ground of an area: swamp, peat, floods, dry hills. Pure.

A statement speaks of a kecamatan or of a desa, with its source and confidence. It is quoted
here (`geo/land/standing_water.py` grades it), and an area of which nobody says anything is unknown, not
dry.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import pandas as pd

from geo.indicators.villages import KELURAHAN, is_administrative
from geo.language import Text, filled, joined, listed, number, texts

_SAY = texts(__name__)

# What a source can state, in the order in which it is told.
FACTS: Final = (
    *("rawa_lebak", "rawa_pasang_surut", "rawa_monoton", "rawa_umum", "gambut"),
    *("banjir_berkala", "banjir_kejadian", "kering_perbukitan"),
)
# Statements of low confidence are shown beside the others and settle nothing.
CONFIDENCES: Final = ("high", "medium", "low")
# What a value counts; it means nothing without.
UNITS: Final = frozenset(
    {
        *("desa_terdampak", "desa_terparah", "desa_dalam_kecamatan_hampir_semua"),
        *("KK_terdampak", "jiwa_terdampak", "rumah_terdampak"),
        *("hari", "hari_minimal", "hari_maksimal", "hari_berselang"),
        *("jam", "jam_maksimal", "jam_biasanya", "kali_per_tahun", "kali_per_bulan_Nov_2021"),
        *("persen_wilayah_desa", "persen_desa_sawah_potensial", "persen_rumah"),
        *("persen_rumah_dan_jalan", "persen_rumah_RT02_RT05"),
        *("ha_polder_bersama_4_kecamatan", "ha_danau_bersama", "ha_hutan_lindung_Meratus"),
        *("ha_kebun", "ha_sawah", "ha_lahan_pertanian", "ha_program_optimasi"),
        "ha_wilayah_lama_termasuk_Paminggir",
    }
)

# `denied`: every source that counts says that it was not so, as a list without a flooded village does.
Standing = Literal["stated", "denied", "low_confidence"]
Level = Literal["desa", "kecamatan", "zone"]
Confidence = Literal["high", "medium", "low"]
_KECAMATAN = len("63.01.01")
# More places than this do not fit a line.
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source says of one kecamatan or desa, or of a zone as a whole.

    `code` is the Kemendagri code or the zone's id, None where the source does not say which desa of that name; `place`
    is its kind and name. `value` counts what `unit` says; `quantity` is both in words. `source` is the
    host of the address, `certainty` the confidence in a word. `is_denial`: it was not so.
    """

    statement: str
    level: Level
    code: str | None
    name: str
    place: Text
    value: float | None
    unit: str | None
    quantity: Text | None
    year: int | None
    note: Text
    source_url: str | None
    source: str | None
    confidence: Confidence
    certainty: Text
    is_denial: bool


@dataclass(frozen=True, slots=True)
class GroundFact:
    """Every statement of one fact in one area, the surest and newest first.

    `standing` rests on the statements of high and medium confidence; `low_confidence` where there
    are no others. `places` names the desa and kecamatan that they speak of; `sentence` says it in
    one line.
    """

    fact: str
    title: Text
    standing: Standing
    places: tuple[Text, ...]
    statements: tuple[Statement, ...]
    sentence: Text


@dataclass(frozen=True, slots=True)
class AreaGround:
    """What the sources say of one area, by fact; `is_unknown` where they say nothing.

    `sentence` says it in one line.
    """

    is_unknown: bool
    facts: tuple[GroundFact, ...]
    sentence: Text


@dataclass(frozen=True, slots=True)
class Said:
    """A statement, the fact that it states and the regency that it lies in."""

    fact: str
    regency_code: str
    statement: Statement


def statements_of(rows: pd.DataFrame) -> tuple[Said, ...]:
    """What the rows of the layer `ground` say; for its fields see `geo.vector.schema`."""
    return tuple(
        Said(str(row["fact"]), str(row["regency_code"]), _statement(row))
        for row in rows.to_dict("records")
    )


def ground_of(statements: Iterable[Said], area_id: str, *, desa: Collection[str]) -> AreaGround:
    """What the sources say of one area.

    Parameters
    ----------
    statements : iterable of Said
        All that is known, see `statements_of`.
    area_id : str
        The code of a regency, kecamatan or desa, or the id of any other area.
    desa : collection of str
        The desa that another area covers; what is said of these, of their kecamatan and of the area
        itself counts. What
        is said of a kecamatan need not hold for the part of it that the area covers.
    """
    codes = {area_id, *desa, *(code[:_KECAMATAN] for code in desa)}
    is_code = is_administrative(area_id)
    here = [
        one
        for one in statements
        if (_concerns(one, area_id) if is_code else one.statement.code in codes)
    ]
    # An office may state what is none of these: it is told after them, in its own word.
    asked = dict.fromkeys([*FACTS, *(one.fact for one in here)])
    by_fact = {fact: [one.statement for one in here if one.fact == fact] for fact in asked}
    facts = tuple(_fact(fact, found) for fact, found in by_fact.items() if found)
    return AreaGround(is_unknown=not facts, facts=facts, sentence=_sentence(facts))


def in_words(field: str, code: object) -> Text | None:
    """A code of a statement's `fact`, `unit` or `confidence` as a reader says it; None where it is none of ours.

    Examples
    --------
    >>> in_words("confidence", "medium").id, in_words("unit", "hari_minimal").en
    ('sedang', 'at least … days')
    """
    known = {"fact": FACTS, "confidence": CONFIDENCES, "unit": UNITS}.get(field, ())
    if code not in known:
        return None
    if field != "unit":
        return _SAY[f"{field}_{code}"]
    said = _SAY[f"unit_{code}"]
    return Text(*(one.replace("{value}", "…").removeprefix("… ") for one in said))


def _concerns(one: Said, area_id: str) -> bool:
    """Whether it speaks of the area of a code, of a part of it, or of the kecamatan around it."""
    code = one.statement.code or ""
    is_above = len(code) >= _KECAMATAN and area_id.startswith(code)
    # A statement that does not say which desa it means is one on the regency alone.
    return code.startswith(area_id) or is_above or one.regency_code == area_id


def _statement(row: Mapping[Any, Any]) -> Statement:
    known: dict[Any, Any] = {key: None if pd.isna(value) else value for key, value in row.items()}
    value, address = known["value"], known["source_url"]
    # What does not say how sure it is settles nothing.
    confidence: Confidence = known["confidence"] if known["confidence"] in CONFIDENCES else "low"
    level = _level(known["code"])
    is_denial = value == 0
    host = urlsplit(address).hostname if address else None
    return Statement(
        statement=known["statement"],
        level=level,
        code=known["code"],
        name=known["name"],
        place=_place(level, known["code"], known["name"]),
        value=value,
        unit=known["unit"],
        quantity=None if value is None else _quantity(float(value), known["unit"]),
        year=None if known["year"] is None else int(known["year"]),
        note=Text(id=known["note_id"] or known["note"] or "", en=known["note"] or ""),
        source_url=address,
        source=host.removeprefix("www.") if host else None,
        confidence=confidence,
        certainty=_SAY[f"confidence_{confidence}"],
        is_denial=is_denial,
    )


def _level(code: str | None) -> Level:
    if code is None:
        return "desa"
    if not is_administrative(code):
        return "zone"
    return "kecamatan" if len(code) == _KECAMATAN else "desa"


def _quantity(value: float, unit: str | None) -> Text:
    amount = number(value, ",.0f" if value == int(value) else ",.1f")
    if unit not in UNITS:  # an office's own
        return filled(_SAY["other_unit"], value=amount, unit=unit or "")
    return filled(_SAY[f"unit_{unit}"], value=amount)


def _fact(fact: str, said: list[Statement]) -> GroundFact:
    ordered = sorted(
        said, key=lambda s: (CONFIDENCES.index(s.confidence), -(s.year or 0), s.code or "")
    )
    counted = [s for s in ordered if s.confidence != "low"]
    standing: Standing = "stated"
    if not counted:
        standing = "low_confidence"
    elif all(s.is_denial for s in counted):
        standing = "denied"
    named = [s for s in counted or ordered if not s.is_denial or standing == "denied"]
    places = tuple(dict.fromkeys(s.place for s in named))
    title = _SAY[f"fact_{fact}"] if fact in FACTS else Text(id=fact, en=fact)
    return GroundFact(
        fact=fact,
        title=title,
        standing=standing,
        places=places,
        statements=tuple(ordered),
        sentence=filled(
            _SAY[f"line_{standing}"],
            title=title,
            places=_few(places),
            count=len(counted or ordered),
            years=_years(counted or ordered),
        ),
    )


def _few(places: tuple[Text, ...]) -> Text:
    shown, more = listed(places[:_MOST_NAMED]), len(places) - _MOST_NAMED
    return filled(_SAY["and_more"], shown=shown, more=more) if more > 0 else shown


def _years(statements: list[Statement]) -> Text:
    years = sorted({s.year for s in statements if s.year is not None})
    if not years:
        return _SAY["undated"]
    span = str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
    return Text(id=span, en=span)


def _place(level: str, code: str | None, name: str) -> Text:
    kind = "kelurahan" if code and KELURAHAN.fullmatch(code) else level
    return _SAY[f"place_{kind}"].format(name=name)


def _sentence(facts: tuple[GroundFact, ...]) -> Text:
    if not facts:
        return _SAY["unknown"]
    said = {"stated": _SAY["stated"], "denied": _SAY["denied"], "low_confidence": _SAY["low"]}
    parts = [
        filled(sentence, facts=joined(titles))
        for standing, sentence in said.items()
        if (titles := [fact.title for fact in facts if fact.standing == standing])
    ]
    return joined(parts, by=" ")
