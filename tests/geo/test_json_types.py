from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

import numpy as np
import pytest

from geo.json_types import as_json
from geo.language import Text

READY = Text(id="Siap", en="Ready")


@dataclass(frozen=True)
class Zone:
    title: Text
    scores: tuple[float, ...]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("inf"), None),
        (np.float64("nan"), None),
        (np.int64(7), 7),
        (np.bool_(True), True),
        (np.array([[1.0, np.nan]]), [[1.0, None]]),
        (2**63, "9223372036854775808"),
        (-(2**63) + 1, -(2**63) + 1),
        (date(2026, 8, 17), "2026-08-17"),
        ({1: {"a"}}, {"1": ["a"]}),
        ("a\ud800", "a\ufffd"),
        (PurePosixPath("a/b"), "a/b"),
        (READY, {"id": "Siap", "en": "Ready"}),
    ],
)
def test_every_value_becomes_one_that_json_has(value, expected):
    found = as_json(value)
    assert (found, type(found)) == (expected, type(expected))


def test_a_language_is_chosen_at_every_depth():
    assert as_json([Zone(READY, (1.5, np.nan))], "en") == [
        {"title": "Ready", "scores": [1.5, None]}
    ]
