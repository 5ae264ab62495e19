"""The features of a table that speak of something: words looked for in all their texts."""

import numpy as np

from geo.filtering.columns import Mask, Texts
from geo.filtering.comparison import without_accents, without_case
from geo.tiles.features import FeatureTable


def speaking_of(table: FeatureTable, words: str) -> Mask:
    """The features of which each of the words stands in a text, in capitals and accents or without."""
    wanted = [_folded(word) for word in words.split()]
    columns = [
        without_accents(without_case(table.texts(name)))
        for name, kind in table.fields.items()
        if kind == "text"
    ]
    found = np.ones(len(table), dtype=np.bool_)
    for word in wanted:
        has_word = np.zeros(len(table), dtype=np.bool_)
        for column in columns:
            has_word |= column.where([word in text for text in column.distinct])
        found &= has_word
    return found


def _folded(word: str) -> str:
    return without_accents(without_case(Texts.constant(word))).distinct[0]
