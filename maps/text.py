"""The interface's texts, numbers and dates in two languages.

Texts of the domain (a criterion's title, an error's sentence) are `geo.language.Text`; the words of
the pages are in the catalogues of `maps/texts`, by their table and id: `zone.rank_of`.
"""

import datetime
import math
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date as babel_date
from babel.dates import get_month_names

from geo.errors import GeoError
from geo.language import (
    LANGUAGES,
    LOCALES,
    Language,
    Text,
    localized,
    percent,
    read_catalogue,
    rounded,
)

# Tables that only some pages need; the map and what all pages share is in `interface`.
_CATALOGUES = {
    "api": "api",
    "choosing": "desk",
    "collect": "pages",
    "compare": "pages",
    "split": "programme",
    "achievement": "programme",
    "indices": "programme",
    "drawn": "desk",
    "explorer": "programme",
    "figures": "desk",
    "gap": "programme",
    "guide": "pages",
    "history": "desk",
    "inbox": "desk",
    "indexed": "desk",
    "impact": "desk",
    "login": "pages",
    "outcome": "outcome",
    "moves": "pages",
    "people": "desk",
    "portrait": "pages",
    "range": "desk",
    "rasters": "desk",
    "regions": "programme",
    "roles": "pages",
    "sending": "desk",
    "standing": "desk",
    "sheet": "sheets",
    "target": "programme",
    "targets": "desk",
    "templates": "desk",
    "upload": "desk",
}
MISSING = "–"
# As the Kementerian Desa publishes its indices.
_MOST_DECIMALS = 4
MINUS = "−"


class TextNotFound(GeoError):
    """A text of the interface that is not in the catalogue, or lacks a fact that it names."""

    title = Text(id="Teks antarmuka tidak ada", en="Interface text missing")
    sentence = Text(
        id="Teks {key!r} dalam bahasa {language!r} tidak dapat disusun: {reason}.",
        en="The text {key!r} in language {language!r} cannot be composed: {reason}.",
    )


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Every text that the map and all pages share, in one language by its dotted key."""
    tables = read_catalogue("maps", "interface")
    return {
        f"{table}.{name}": text.to(language)
        for table, texts in tables.items()
        for name, text in texts.items()
    }


def both(key: str) -> Text:
    """The text of `key`, which names no facts, in both languages.

    Raises
    ------
    TextNotFound
        For an unknown key.
    """
    return Text(*(template(key, language) for language in LANGUAGES))


def template(key: str, language: Language) -> str:
    """The text of `key` with its braces as they are.

    Raises
    ------
    TextNotFound
        For an unknown key.
    """
    try:
        return _text(key).to(language)
    except KeyError as error:
        raise _not_found(key, language, error) from error


@cache
def _text(key: str) -> Text:
    table, _, name = key.partition(".")
    return read_catalogue("maps", _CATALOGUES.get(table, "interface"))[table][name]


def _not_found(key: str, language: Language, error: KeyError) -> TextNotFound:
    return TextNotFound(key=key, language=language, reason=f"missing {error}")


def translate(key: str, language: Language, **facts: object) -> str:
    """The text of `key`, its braces filled with `facts`.

    Raises
    ------
    TextNotFound
        For an unknown key, or when the text names a fact that is not given.

    Examples
    --------
    >>> translate("zone.rank_of", "id", rank=2, n=7)
    'Peringkat 2 dari 7'
    """
    try:
        return _text(key).to(language).format(**facts)
    except KeyError as error:
        raise _not_found(key, language, error) from error


def format_number(value: float | None, language: Language, *, decimals: int | None = None) -> str:
    """A number as the language writes it: at most two decimals, or exactly `decimals`.

    A half is rounded away from zero, see `geo.language.rounded`. None and NaN give an en dash; the
    sign of a negative number is a minus (U+2212), no hyphen.

    Examples
    --------
    >>> format_number(1234567.891, "id"), format_number(-1234567.891, "en", decimals=0)
    ('1.234.567,89', '−1,234,568')
    """
    if value is None or math.isnan(value):
        return MISSING
    places = 2 if decimals is None else decimals
    shown = f"{rounded(value, places):,.{places}f}"
    if decimals is None:
        shown = shown.rstrip("0").removesuffix(".")
    return localized(shown.replace("Infinity", "∞").replace("-", MINUS)).to(language)


def format_figure(value: float, language: Language) -> str:
    """A figure with all its decimals, where they are four at most; of a longer one, which was computed, two.

    Rounded to two, an index of four decimals would be equal to another one of a higher class.

    Examples
    --------
    >>> format_figure(0.7105, "id"), format_figure(1064.3, "id"), format_figure(74.82059523809525, "id")
    ('0,7105', '1.064,3', '74,82')
    """
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return format_number(value, language, decimals=decimals if decimals <= _MOST_DECIMALS else None)


def format_share(value: float | None, language: Language, *, beside: float | None = None) -> str:
    """A share (0..1) in percent by the rule of `geo.language.percent`; None and NaN give an en dash.

    Examples
    --------
    >>> format_share(0.784, "id")
    '78%'
    """
    if value is None or math.isnan(value):
        return MISSING
    return percent(value, beside=beside).to(language)


def format_date(
    value: datetime.date | str, language: Language, *, time_zone: str | None = None
) -> str:
    """A date in words; of an instant as RFC 3339 writes it, its day in a time zone (UTC by default).

    Examples
    --------
    >>> format_date(datetime.date(2026, 11, 24), "id")
    '24 November 2026'
    """
    if isinstance(value, str) and time_zone is not None and "T" in value:
        value = _local(value, time_zone).date()
    day = datetime.date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return babel_date(day, format="long", locale=LOCALES[language])


def format_moment(value: str, language: Language, *, time_zone: str | None = None) -> str:
    """An instant, as RFC 3339 writes it, by the day and the clock of a time zone (UTC by default).

    Examples
    --------
    >>> format_moment("2026-11-28T18:05:00Z", "id", time_zone="Asia/Makassar")
    '29 November 2026 pukul 02.05 WITA'
    >>> format_moment("2026-11-28T18:05:00Z", "en")
    '28 November 2026, 18:05 UTC'
    """
    local = _local(value, time_zone or "UTC")
    name = local.tzname() or ""
    # The database has no letters for most zones, and then writes +07.
    zone = f"UTC{name}" if name[:1] in ("+", "-") else name
    day = babel_date(local.date(), format="long", locale=LOCALES[language])
    return (
        f"{day} pukul {local:%H.%M} {zone}" if language == "id" else f"{day}, {local:%H:%M} {zone}"
    )


def _local(value: str, time_zone: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(value).astimezone(ZoneInfo(time_zone))


def format_period(value: str, language: Language) -> str:
    """A period of the data (`Agustus 2025`), its month in the reader's language.

    Examples
    --------
    >>> format_period("Agustus 2025", "en")
    'August 2025'
    """
    return " ".join(_months(language).get(word.casefold(), word) for word in value.split())


@cache
def _months(language: Language) -> Mapping[str, str]:
    own, indonesian = (get_month_names("wide", locale=LOCALES[each]) for each in (language, "id"))
    return {indonesian[month].casefold(): own[month] for month in range(1, 13)}
