"""Pure. Numbers and lists inside the sentences of both languages: 0,5 in Indonesian, 0.5 in English."""

from collections.abc import Sequence

from geo.language import Text

# The longest name or source from outside that a sentence or a card repeats.
MOST_NAME = 2_000
_SWAPPED = str.maketrans(",.", ".,")


def decimal(number: float, *, digits: int = 1, signed: bool = False) -> Text:
    """A number with a decimal comma in Indonesian and a point in English.

    Smaller than the last digit shown, it keeps two digits of its own: a change never reads as none.

    Examples
    --------
    >>> decimal(7.84, signed=True)
    Text(id='+7,8', en='+7.8')
    >>> decimal(-0.0123).id
    '-0,012'
    """
    sign = "+" if signed else ""
    is_lost = 0 < abs(number) < 0.5 * 10**-digits
    shown = f"{number:{sign}.2g}" if is_lost else f"{number:{sign}.{digits}f}"
    return Text(id=shown.replace(".", ","), en=shown)


def as_written(number: float) -> Text:
    """A number with as many digits as it needs, six at the most.

    Examples
    --------
    >>> as_written(2.50).id, as_written(3.0).id
    ('2,5', '3')
    """
    shown = f"{number:g}"
    return Text(id=shown.replace(".", ","), en=shown)


def filled(template: Text, **facts: object) -> Text:
    """Both sentences of a template, each with its own language of every `Text` among the facts."""
    return Text(
        id=template.id.format(**{k: v.id if isinstance(v, Text) else v for k, v in facts.items()}),
        en=template.en.format(**{k: v.en if isinstance(v, Text) else v for k, v in facts.items()}),
    )


def joined(texts: Sequence[Text], *, by: str = ", ") -> Text:
    """Several texts as one in each language; empty for none.

    Examples
    --------
    >>> joined([Text(id="satu", en="one"), Text(id="dua", en="two")])
    Text(id='satu, dua', en='one, two')
    """
    return Text(id=by.join(t.id for t in texts), en=by.join(t.en for t in texts))


def written(number: float, *, decimals: int) -> Text:
    """A number as each language writes it.

    Examples
    --------
    >>> written(12345.678, decimals=1)
    Text(id='12.345,7', en='12,345.7')
    """
    # Adding 0.0 makes 0.0 of -0.0.
    english = f"{round(number, decimals) + 0.0:,.{decimals}f}"
    return Text(id=english.translate(_SWAPPED), en=english)


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
