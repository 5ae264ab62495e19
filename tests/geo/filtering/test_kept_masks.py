"""A mask is worked out once, and of many the last ones stay."""

import numpy as np

from geo.filtering.kept_masks import KeptMasks

MASK = np.array([True, False, True, True, False, False, True, False, True])


def test_what_was_asked_before_is_not_worked_out_again():
    asked = []

    def work_out():
        asked.append(True)
        return MASK

    masks = KeptMasks()
    for _ in range(2):
        assert masks.of("a = 1", work_out, count=len(MASK)).tolist() == MASK.tolist()
    assert len(asked) == 1


def test_nobody_changes_what_is_kept_by_what_was_given():
    masks = KeptMasks()
    masks.of("a = 1", MASK.copy, count=len(MASK))[:] = False
    assert masks.of("a = 1", MASK.copy, count=len(MASK)).tolist() == MASK.tolist()


def test_the_oldest_make_room():
    masks, asked = KeptMasks(most=2), []

    def ask(text):
        masks.of(text, lambda: asked.append(text) or MASK, count=len(MASK))

    for text in "abcbca":
        ask(text)
    assert asked == ["a", "b", "c", "a"]
