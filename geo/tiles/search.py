"""The features of a table that speak of something: words looked for in all their texts."""

from collections.abc import Sequence

import numpy as np

from geo.filtering.columns import Mask, Texts
from geo.filtering.comparison import without_accents, without_case
from geo.filtering.limits import in_time
from geo.tiles.features import FeatureTable


def speaking_of(table: FeatureTable, words: str) -> Mask:
    """The features of which a text has one of the terms, in capitals and accents or without.

    Terms are parted by commas; the words of one stand side by side, with any blanks between them
    (OGC API - Features - Part 9, draft 24-031). Without a term every feature is meant.
    """
    terms = [term for part in words.split(",") if (term := " ".join(part.split()))]
    if not terms:
        return np.ones(len(table), dtype=np.bool_)
    wanted = _folded(Texts(np.arange(len(terms)), terms)).distinct
    found = np.zeros(len(table), dtype=np.bool_)
    for name in (name for name, kind in table.fields.items() if kind == "text"):
        column = _folded(table.texts(name))
        found |= column.where([_has_any(text, wanted) for text in in_time(column.distinct)])
    return found


def _folded(texts: Texts) -> Texts:
    return without_accents(without_case(texts))


def _has_any(text: str, wanted: Sequence[str]) -> bool:
    plain = " ".join(text.split())
    return any(term in plain for term in wanted)
