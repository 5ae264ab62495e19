"""What is chosen of a file that does not say it itself, or says it wrongly.

Choices are kept with the upload, in JSON types, and the file as it came is checked again by them: a
file is mended by a choice and not by another upload.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, cast, get_args

from geo.crs import crs_of
from geo.errors import InvalidInput
from geo.indicators.handed_in import StatedOfAll
from geo.ingest.encoding import parsed_encoding
from geo.language import texts, unprintable
from geo.validation.report import BORDERS

_SAY = texts(__name__)

Repair = Literal["make_valid", "clean_borders"]
REPAIRS: tuple[Repair, ...] = get_args(Repair)
_MOST_TEXT = 1_000
# These name what the file or its columns are called, however that was written.
_OF_THE_FILE = ("layer", "key")
_MOST_COLUMNS = 200
_MOST_ROWS = 2_000
_ROW = re.compile(r"[1-9][0-9]{0,8}")
# TIFF counts the samples of a cell in 16 bits.
_MOST_BANDS = 65_535


@dataclass(frozen=True, slots=True)
class Choices:
    """How one file is read, each as its sender wrote it; None leaves it to the file.

    `layer` is which of several, or the sheet of a workbook; `columns` what is asked of its columns
    (see `geo.validation.columns.map_columns`), and `forget_columns` takes nothing of them from an
    earlier file. `repairs` mend what would be refused, but for what stands in `unrepaired`: numbers of rows, and
    `borders`.
    `regencies` are the codes of those whose features or figures alone the file replaces, and
    `leave_out_others` takes no others from it; `keep_missing` leaves published features that the
    file does not have as they are, and `same_as` says of the number of a row which published zone it
    is, by its code. Of figures,
    `indicator`, `period`, `source` and `numbers` (the language of their marks) are said of all, and
    `replace` leaves out the published figures of the same indicators and years that the file does not
    have. Of a layer of an office's
    own, `title`, `title_en`, `purpose` and `key` define it (see `geo.vector.definition`). Of a land
    raster, `band`, `unit`, `year`, `source` and `licence` are said of it, `fit` and `unfit` why it can
    or cannot answer a criterion, and `replace_smaller` that it may measure fewer areas than before.
    """

    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    columns: Mapping[str, str | None] | None = None
    forget_columns: bool = False
    repairs: tuple[Repair, ...] = ()
    unrepaired: tuple[str, ...] = ()
    regencies: tuple[str, ...] | None = None
    leave_out_others: bool = False
    keep_missing: bool = False
    same_as: Mapping[str, str] | None = None
    indicator: str | None = None
    period: str | None = None
    source: str | None = None
    title: str | None = None
    title_en: str | None = None
    purpose: str | None = None
    key: str | None = None
    numbers: Literal["id", "en"] | None = None
    replace: bool = False
    band: int | None = None
    unit: str | None = None
    year: str | None = None
    licence: str | None = None
    fit: Mapping[str, str] | None = None
    unfit: Mapping[str, str] | None = None
    replace_smaller: bool = False

    def to_json(self) -> dict[str, Any]:
        """What was chosen, in JSON types; what was not is left out."""
        chosen = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in chosen.items()
            if value not in (None, (), False, {})
        }

    def definition(self) -> dict[str, str]:
        """What is stated of a layer of an office's own; empty where nothing is."""
        stated = {name: getattr(self, name) for name in ("title", "title_en", "purpose", "key")}
        return {name: value for name, value in stated.items() if value is not None}

    def stated(self) -> StatedOfAll:
        """What is said of all figures of a table."""
        return StatedOfAll(
            indicator=self.indicator,
            period=self.period,
            source=self.source,
            numbers=self.numbers,
            sheet=self.layer,
            encoding=self.encoding,
        )


def parsed_choices(chosen: Mapping[str, Any], *, regencies: Collection[str]) -> Choices:
    """Choices in JSON types, checked; an empty text chooses nothing.

    Parameters
    ----------
    regencies : collection of str
        The codes that can be chosen.

    Raises
    ------
    InvalidInput
        For a CRS, an encoding, a repair or a regency that nobody knows, and for what is no number of
        a band or no reason.
    """
    given = {name: _text(name, chosen.get(name)) for name in _TEXTS}
    repairs = tuple(dict.fromkeys(chosen.get("repairs") or ()))
    if unknown := [name for name in repairs if name not in REPAIRS]:
        facts = {"name": str(unknown[0])[:40], "known": ", ".join(REPAIRS)}
        raise InvalidInput(reason=_SAY["unknown_repair"].format(**facts))
    codes = chosen.get("regencies")
    if unknown := [code for code in codes or () if code not in regencies]:
        facts = {"name": str(unknown[0])[:40], "known": ", ".join(sorted(regencies))}
        raise InvalidInput(reason=_SAY["unknown_regency"].format(**facts))
    if given["crs"] is not None and crs_of(given["crs"]) is None:
        raise InvalidInput(reason=_SAY["unknown_crs"].format(v=given["crs"][:80]))
    parsed_encoding(given["encoding"])
    if given["numbers"] not in (None, "id", "en"):
        raise InvalidInput(reason=_SAY["no_style"])
    numbers = cast(Literal["id", "en"] | None, given.pop("numbers"))
    return Choices(
        **given,
        columns=_columns(chosen.get("columns")),
        forget_columns=bool(chosen.get("forget_columns")),
        numbers=numbers,
        repairs=cast(tuple[Repair, ...], repairs),
        # Where nothing is repaired there is nothing to leave out.
        unrepaired=_rows(chosen.get("unrepaired")) if repairs else (),
        regencies=None if codes is None else tuple(sorted(set(codes))),
        leave_out_others=bool(chosen.get("leave_out_others")),
        keep_missing=bool(chosen.get("keep_missing")),
        same_as=_same_as(chosen.get("same_as")),
        replace=bool(chosen.get("replace")),
        band=_band(chosen.get("band")),
        fit=_reasons(chosen.get("fit")),
        unfit=_reasons(chosen.get("unfit")),
        replace_smaller=bool(chosen.get("replace_smaller")),
    )


_TEXTS = (
    *("crs", "encoding", "layer", "title", "title_en", "purpose", "key"),
    *("indicator", "period", "source", "numbers", "unit", "year", "licence"),
)


def _columns(asked: Any) -> dict[str, str | None] | None:
    """What is asked of the columns, checked for its form; which ones there are only the file tells."""
    if asked is None:
        return None
    if not isinstance(asked, Mapping) or len(asked) > _MOST_COLUMNS:
        raise InvalidInput(reason=_SAY["no_columns"])
    return {str(name): None if to is None else str(to) for name, to in asked.items()}


def _rows(asked: Any) -> tuple[str, ...]:
    """What is not to be repaired: numbers of rows as findings tell them, and `borders`."""
    rows = [str(one).strip() for one in asked or ()]
    if len(rows) > _MOST_ROWS or any(one != BORDERS and not _ROW.fullmatch(one) for one in rows):
        raise InvalidInput(reason=_SAY["no_rows"].format(most=_MOST_ROWS))
    return tuple(dict.fromkeys(rows))


def _same_as(asked: Any) -> dict[str, str] | None:
    """Numbers of rows with codes of published features; which ones there are only the check tells."""
    if not asked:
        return None
    if not isinstance(asked, Mapping) or len(asked) > _MOST_ROWS:
        raise InvalidInput(reason=_SAY["no_same_as"])
    pairs = {str(row).strip(): _text("same_as", key) for row, key in asked.items()}
    if not all(_ROW.fullmatch(row) for row in pairs):
        raise InvalidInput(reason=_SAY["no_same_as"])
    return {row: key for row, key in pairs.items() if key} or None


def _band(value: Any) -> int | None:
    """A number of a band, from 1; which ones there are only the file tells."""
    text = _text("band", value)
    if text is None:
        return None
    if not (text.isdecimal() and text.isascii() and 0 < int(text) <= _MOST_BANDS):
        raise InvalidInput(reason=_SAY["no_band"])
    return int(text)


def _reasons(stated: Any) -> dict[str, str] | None:
    """Reasons by the id of a criterion or constraint, also where it is named `model.id`."""
    if not stated:
        return None
    if not isinstance(stated, Mapping) or len(stated) > _MOST_COLUMNS:
        raise InvalidInput(reason=_SAY["no_reasons"])
    reasons = {
        str(reader).strip().rpartition(".")[2]: _text("fit", why) for reader, why in stated.items()
    }
    found = {reader: why for reader, why in reasons.items() if reader and why}
    if len(found) < len(stated):
        raise InvalidInput(reason=_SAY["no_reasons"])
    return found


def _text(name: str, value: object) -> str | None:
    text = "" if value is None else str(value).strip()
    if len(text) > _MOST_TEXT:
        raise InvalidInput(reason=_SAY["too_long"].format(field=name, most=_MOST_TEXT))
    if name not in _OF_THE_FILE and (point := unprintable(text)):
        raise InvalidInput(reason=_SAY["unprintable"].format(field=name, point=point))
    return text or None


def required_text(name: str, value: str) -> str:
    """A text that must be stated, such as a note, without blanks around it.

    Raises
    ------
    InvalidInput
        For an empty text, and one with characters that cannot be shown.
    """
    text = _text(name, value)
    if text is None:
        raise InvalidInput(reason=_SAY["empty"].format(field=name))
    return text


def optional_text(name: str, value: str | None) -> str | None:
    """As `required_text`; a text of blanks states nothing."""
    return _text(name, value)
