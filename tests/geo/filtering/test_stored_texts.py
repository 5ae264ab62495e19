"""Texts as they lie prepared are compared as decoded ones are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.filtering.columns import Texts
from geo.filtering.comparison import COMPARISONS, compared, like, one_of
from geo.filtering.stored_texts import StoredTexts

WORDS = st.text("\0ab\u00e9\U0001f600_%", max_size=5)
TEXTS = st.lists(WORDS, min_size=2, max_size=12, unique=True)
PATTERNS = st.text("ab\u00e9\\_%", max_size=6)


def both(words):
    """The same texts twice, decoded and stored, with one that is missing."""
    words = sorted(words)
    encoded = [word.encode() for word in words]
    ends = np.cumsum([len(one) for one in encoded]).astype(np.int64)
    codes = np.array([*range(len(words)), -1])
    stored = StoredTexts(memoryview(b"".join(encoded)), ends)
    return Texts(codes, words), Texts(codes, stored)


def same(one, other):
    assert one.true.tolist() == other.true.tolist()
    assert one.false.tolist() == other.false.tolist()


@given(TEXTS, PATTERNS)
def test_a_pattern_finds_the_same(words, pattern):
    same(*(like(texts, Texts.constant(pattern)) for texts in both(words)))


@given(TEXTS, st.text("a\u00e9\ud800", max_size=3), st.sampled_from(sorted(COMPARISONS)))
def test_a_comparison_says_the_same_on_either_side(words, value, sign):
    decoded, stored = both(words)
    value = Texts.constant(value)
    same(compared(sign, decoded, value), compared(sign, stored, value))
    same(compared(sign, value, decoded), compared(sign, value, stored))
    same(compared(sign, decoded, decoded), compared(sign, stored, stored))


@given(TEXTS, st.lists(WORDS, min_size=1, max_size=4))
def test_one_of_several_finds_the_same(words, values):
    items = [Texts.constant(value) for value in values]
    same(*(one_of(texts, items) for texts in both(words)))


@given(TEXTS, WORDS.filter(bool))
def test_what_begins_ends_and_holds_is_found(words, part):
    decoded, stored = (texts.distinct for texts in both(words))
    assert list(stored) == list(decoded) == [stored[place] for place in range(len(stored))]
    assert list(stored.beginning(part)) == [i for i, w in enumerate(decoded) if w.startswith(part)]
    assert list(stored.ending(part)) == [i for i, w in enumerate(decoded) if w.endswith(part)]
    assert list(stored.holding(part)) == [i for i, w in enumerate(decoded) if part in w]


@pytest.mark.parametrize("pattern", ["%_a", "a_%", "%aa%", "_%", "%", "", "a%a"])
def test_a_gap_of_one_letter_is_not_forgotten(pattern):
    words = ["", "a", "aa", "aaa", "ba", "xaa", "aay"]
    same(*(like(texts, Texts.constant(pattern)) for texts in both(words)))


def test_of_no_texts_nothing_is_found():
    stored = StoredTexts(memoryview(b""), np.zeros(0, dtype=np.int64))
    found = (stored, stored.at("a"), stored.beginning("a"), stored.ending("a"), stored.holding("a"))
    assert [list(one) for one in found] == [[], [], [], [], []]
    for pattern in ("%", "a%", "%a", "%a%"):
        same(*(like(texts, Texts.constant(pattern)) for texts in both([])))
