"""What was computed of snapshots is kept beside them, and read back only whole and only if it is ours."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from geo.language import Text
from geo.prepared import kept_beside
from geo.readiness.score import Measure
from geo.uncertainty.draws import MeasureErrors


@pytest.fixture
def snapshot(tmp_path):
    for part in ("snapshots", "prepared"):
        (tmp_path / part).mkdir()
    return tmp_path / "snapshots" / "abc.parquet"


def kept_files(snapshot: Path) -> list[Path]:
    return sorted((snapshot.parents[1] / "prepared").iterdir())


def never():
    raise AssertionError("computed again")


def test_what_was_computed_is_read_by_the_next_who_asks(snapshot):
    measure = Measure(0.1 + 0.2, 1.0, note=Text("satu", "one"), by_place=(0.1, 1 / 3))
    assert kept_beside(snapshot, "measures", (1, "a"), lambda: measure) == measure
    assert kept_beside(snapshot, "measures", (1, "a"), never) == measure


def test_arrays_come_back_to_the_last_digit(snapshot):
    errors = MeasureErrors(("slope",), np.array([[1 / 3], [np.nan]]), np.array([[0.0, np.inf]]))
    kept_beside(snapshot, "errors", "a", lambda: errors)
    found = kept_beside(snapshot, "errors", "a", never)
    np.testing.assert_array_equal(found.standard_errors, errors.standard_errors)
    np.testing.assert_array_equal(found.bounds, errors.bounds)


def test_another_question_is_computed_anew(snapshot):
    assert kept_beside(snapshot, "numbers", 2023, lambda: 1) == 1
    assert kept_beside(snapshot, "numbers", 2024, lambda: 2) == 2
    assert kept_beside(snapshot, "figures", 2023, lambda: 3) == 3


def test_a_damaged_file_is_computed_anew_and_mended(snapshot):
    kept_beside(snapshot, "numbers", "a", lambda: 1)
    (file,) = kept_files(snapshot)
    for damage in (b"", file.read_bytes()[:-1], b"\0" * 64):
        file.write_bytes(damage)
        assert kept_beside(snapshot, "numbers", "a", lambda: 2) == 2
        assert kept_beside(snapshot, "numbers", "a", never) == 2


@dataclass
class Stranger:
    """A class that is not of the product."""

    value: int


@pytest.mark.parametrize("stranger", [Stranger(1), pickle.loads, Path("x")])
def test_what_is_not_ours_is_not_read(snapshot, stranger):
    kept_beside(snapshot, "numbers", "a", lambda: stranger)
    assert kept_beside(snapshot, "numbers", "a", lambda: 2) == 2


def test_a_store_that_cannot_be_written_costs_no_answer(snapshot):
    (snapshot.parents[1] / "prepared").rmdir()
    assert kept_beside(snapshot, "numbers", "a", lambda: 1) == 1


def test_of_each_kind_a_bounded_number_is_kept(snapshot, monkeypatch):
    monkeypatch.setattr("geo.prepared._MOST_KEPT", 3)
    for number in range(5):
        kept_beside(snapshot, "numbers", number, lambda: 0)
    kept_beside(snapshot, "figures", 0, lambda: 0)
    assert len(kept_files(snapshot)) == 4
