"""Sentences in the two languages of the service, and the catalogues that hold them.

An error's sentence stands with its class; all others stand side by side in the TOML catalogue of
their room, so that neither language can be forgotten and a writer need not read code.
"""

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

# What no text holds that a person wrote: control characters but tabs and line ends, signs that turn the
# direction of reading, halves of characters, and points that Unicode keeps free of characters.
_NO_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ufdd0-\ufdef\ufffe-\uffff\ud800-\udfff]"
)

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Text(NamedTuple):
    """One sentence or title in Indonesian and English.

    Examples
    --------
    >>> Text(id="Zona {name}", en="Zone {name}").format(name="Angsana").en
    'Zone Angsana'
    >>> Text(id="{kind} baru", en="new {kind}").format(kind=Text(id="Zona", en="zone"))
    Text(id='Zona baru', en='new zone')
    """

    id: str
    en: str

    def format(self, /, **facts: Any) -> "Text":
        """Both sentences with `facts` in their braces, each with its own language of every `Text`."""
        if not any(isinstance(value, Text) for value in facts.values()):
            return Text(id=self.id.format(**facts), en=self.en.format(**facts))
        return Text(
            id=self.id.format(**{k: v.id if isinstance(v, Text) else v for k, v in facts.items()}),
            en=self.en.format(**{k: v.en if isinstance(v, Text) else v for k, v in facts.items()}),
        )

    def to(self, language: Language) -> str:
        """The sentence in one language."""
        return self.id if language == "id" else self.en


# Who published a figure: a name that is the same in both languages, or its words in each.
Source = str | Text


def source_in(source: Source, language: Language) -> str:
    """Who published a figure, in one language where both are known, else as it was written.

    Examples
    --------
    >>> source_in("BPS", "en"), source_in(Text(id="Peta 2021", en="Map 2021"), "id")
    ('BPS', 'Peta 2021')
    """
    return source.to(language) if isinstance(source, Text) else source


def size_limit(most_bytes: int) -> Text:
    """The largest size that is taken, in KB and MB of 1,024 and rounded down: it promises no more.

    Examples
    --------
    >>> size_limit(104_857_600).id, size_limit(104_857_599).id, size_limit(5_000).id, size_limit(9).id
    ('100 MB', '99,9 MB', '4,8 KB', '9 byte')
    """
    for unit, size in (("MB", 1024 * 1024), ("KB", 1024)):
        if most_bytes >= size:
            whole, tenth = divmod(most_bytes * 10 // size, 10)
            shown = f"{whole:,}.{tenth}" if tenth else f"{whole:,}"
            number = localized(shown)
            return Text(id=f"{number.id} {unit}", en=f"{number.en} {unit}")
    return Text(id=f"{most_bytes} byte", en=f"{most_bytes} bytes")


def unprintable(text: str) -> str | None:
    r"""The first character that cannot be shown, as its code point; None where every one can.

    Examples
    --------
    >>> unprintable("a\0b"), unprintable("Hasil rapat\n12 Maret")
    ('U+0000', None)
    """
    found = _NO_TEXT.search(text)
    return None if found is None else f"U+{ord(found[0]):04X}"


class Sentences:
    """The sentences of one module by their ids, read from its room's catalogue at the first need."""

    __slots__ = ("_module",)

    def __init__(self, module: str) -> None:
        self._module = module

    def __getitem__(self, key: str) -> Text:
        return _table(self._module)[key]


def texts(module: str) -> Sentences:
    """The sentences of a module: those of `geo.raster.zonal` are the table `zonal` of geo/texts/raster.toml.

    A module at the root of its package has its table in the catalogue of the package's own name.

    Examples
    --------
    >>> texts("geo.land.raster")["raster_landcover"].en
    'land cover'
    """
    return Sentences(module)


@cache
def _table(module: str) -> dict[str, Text]:
    package, *rooms, name = module.split(".")
    return read_catalogue(package, rooms[0] if rooms else package)[name]


@cache
def read_catalogue(package: str, name: str) -> dict[str, dict[str, Text]]:
    """Every sentence of `package`/texts/`name`.toml by its table and id, in the file's order."""
    path = _ROOT / package / "texts" / f"{name}.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        table: {key: Text(**said) for key, said in sentences.items()}
        for table, sentences in tables.items()
    }


_ROOT = Path(__file__).resolve().parents[1]


# The longest name or source from outside that a sentence or a card repeats.
MOST_NAME = 2_000
# British English: the day before the month, as in Indonesian and in the reports that planners read.
LOCALES: Mapping[Language, str] = {"id": "id_ID", "en": "en_GB"}


_PERCENT, _HARDLY_ANY, _NEARLY_ALL = (Text(said, said) for said in ("%", "<1%", ">99%"))
# Two shares closer than this differ by the order of additions alone.
_SAME = 1e-9
_MOST_DECIMALS = 7
_FIXED = re.compile(r"\.(\d+)f$")
# As many digits as the largest number has with as many decimals as are ever asked for.
_HALF_UP = Context(prec=400, rounding=ROUND_HALF_UP)


def rounded(value: float, decimals: int) -> Decimal:
    """A number with so many decimals, a half away from zero; what rounds to 0 has no sign.

    A half is one of the number as it is written: 2.345 is 2.35 to whoever rounds it on paper or in a
    spreadsheet, though the nearest binary number lies below it.

    Examples
    --------
    >>> [str(rounded(value, 2)) for value in (2.345, -0.385, 17.445, -0.004)]
    ['2.35', '-0.39', '17.45', '0.00']
    """
    exact = Decimal(repr(float(value)))
    if not exact.is_finite():
        return exact
    found = exact.quantize(Decimal((0, (1,), -decimals)), context=_HALF_UP)
    return found or abs(found)


def number(value: float, form: str) -> Text:
    """A number with the decimal and thousands marks of each language.

    Parameters
    ----------
    form : str
        Python's format of a number: `,.1f` has one decimal and marks between thousands. With so many
        decimals it is `rounded`. The sign of a negative number is a minus (U+2212), no hyphen.

    Examples
    --------
    >>> number(12345.678, ",.1f")
    Text(id='12.345,7', en='12,345.7')
    >>> number(-0.5, ".1f").id
    '−0,5'
    """
    fixed = _FIXED.search(form)
    digits = format(rounded(value, int(fixed[1])) if fixed else value, form)
    return localized(f"−{digits[1:]}" if digits.startswith("-") else digits)


@lru_cache(maxsize=4096)
def localized(digits: str) -> Text:
    """A number that is written as in Python, with the marks of each language."""
    return Text(*(digits.translate(_marks(language)) for language in LANGUAGES))


@cache
def _marks(language: Language) -> dict[int, str]:
    # Unicode CLDR's marks; all of Babel's formatting costs ten times as long a number.
    from babel import Locale

    marks = Locale.parse(LOCALES[language]).number_symbols["latn"]
    return str.maketrans({".": marks["decimal"], ",": marks["group"]})


def written(value: float, *, decimals: int) -> Text:
    """A number with marks between thousands and so many decimals.

    Examples
    --------
    >>> written(12345.678, decimals=1)
    Text(id='12.345,7', en='12,345.7')
    """
    return number(value, f",.{decimals}f")


def decimal(value: float, *, digits: int = 1, signed: bool = False) -> Text:
    """A number with a decimal comma in Indonesian and a point in English.

    Smaller than the last digit shown, it keeps two digits of its own: a change never reads as none.

    Examples
    --------
    >>> decimal(7.84, signed=True)
    Text(id='+7,8', en='+7.8')
    >>> decimal(-0.0123).id
    '−0,012'
    """
    sign = "+" if signed else ""
    is_lost = 0 < abs(value) < 0.5 * 10**-digits
    return number(value, f"{sign}.2g" if is_lost else f"{sign}.{digits}f")


def as_written(value: float) -> Text:
    """A number with as many digits as it needs, six at the most; from a million on a whole one.

    Examples
    --------
    >>> as_written(2.50).id, as_written(3.0).id
    ('2,5', '3')
    >>> as_written(4_221_956).id
    '4.221.956'
    """
    # The usual form writes a million people as 1e+06.
    return number(value, "g" if not 1e6 <= abs(value) < 1e15 else ",.0f")


def percent(share: float, *, beside: float | None = None) -> Text:
    """A share (0..1) in whole percent: the one way in which every coverage, chance and part is said.

    To the nearest, a half up. What is not none never reads as 0%, what is not all never as 100%, and
    what is not the limit `beside` never reads as that limit: then decimals set the two apart.

    Examples
    --------
    >>> percent(0.725).id, percent(0.004).id, percent(0.9999).en, percent(1.0).en
    ('73%', '<1%', '>99%', '100%')
    >>> percent(0.496), percent(0.496, beside=0.5)
    (Text(id='50%', en='50%'), Text(id='49,6%', en='49.6%'))
    """
    whole = _rounded(share)
    if beside is not None and abs(share - beside) > _SAME and whole == _rounded(beside):
        apart = range(1, _MOST_DECIMALS)
        decimals = next((d for d in apart if _rounded(share, d) != _rounded(beside, d)), 0)
        if decimals:
            return joined([number(_rounded(share, decimals), f".{decimals}f"), _PERCENT], by="")
    if _SAME < share and whole < 1:
        return _HARDLY_ANY
    if share < 1 - _SAME and whole > 99:
        return _NEARLY_ALL
    return joined([number(whole, ",.0f"), _PERCENT], by="")


def _rounded(share: float, decimals: int = 0) -> float:
    """Percent with so many decimals, a half up; 28.999999999999996 of 0.29 is 29."""
    scale = 10.0**decimals
    return math.floor(100 * share * scale + 0.5 + _SAME) / scale


def filled(template: Text, /, **facts: object) -> Text:
    """Both sentences of a template, each with its own language of every `Text` among the facts."""
    return template.format(**facts)


def joined(texts: Sequence[Text], *, by: str = ", ") -> Text:
    """Several texts as one in each language; empty for none.

    Examples
    --------
    >>> joined([Text(id="satu", en="one"), Text(id="dua", en="two")])
    Text(id='satu, dua', en='one, two')
    """
    return Text(id=by.join(t.id for t in texts), en=by.join(t.en for t in texts))


def first_of(names: Sequence[object], most: int) -> str:
    """The first `most` names, with an ellipsis where there are more.

    Examples
    --------
    >>> first_of([1, 2, 3], 2)
    '1, 2, …'
    """
    return ", ".join(map(str, names[:most])) + (", …" if len(names) > most else "")


def shortened(text: str, most: int) -> str:
    """A text of at most `most` characters; one that is longer ends with an ellipsis.

    Examples
    --------
    >>> shortened("Kawasan Cahaya Baru", 10)
    'Kawasan C…'
    """
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def listed(texts: Sequence[Text]) -> Text:
    """Several titles as one: with commas, or semicolons where a title has commas of its own."""
    return Text(id=_with_commas([t.id for t in texts]), en=_with_commas([t.en for t in texts]))


def _with_commas(titles: Sequence[str]) -> str:
    return ("; " if any(", " in title for title in titles) else ", ").join(titles)
