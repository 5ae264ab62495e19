"""An indicator table amended: what is handed in is put in, what is not stays."""

from functools import cache

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidIndicators
from geo.indicators.table import Amendment, parse_indicators, upsert


def table(*rows):
    """A tidy table from (region, indicator, period, value) rows."""
    frame = pd.DataFrame(rows, columns=["regency_code", "indicator", "period", "value"])
    return parse_indicators(
        frame.assign(
            year=frame["period"].str[-4:], unit="%", source="BPS", source_url="https://bps.go.id"
        )
    )


@pytest.fixture
def current():
    return table(
        ("63.01", "tpt", "Agustus 2024", "3.4"),
        ("63.02", "tpt", "Agustus 2024", "5.9"),
        ("63.01", "ipm", "2024", "71"),
    )


def test_rows_are_added_changed_and_left_and_all_others_stay(current):
    handed_in = table(
        ("63.01", "tpt", "Agustus 2025", "3.2"),
        ("63.02", "tpt", "agustus 2024", "6.0"),
        ("63.01", "ipm", "2024", "71"),
    )
    found, amendment = upsert(current, handed_in)
    assert amendment == Amendment(added=1, changed=1, unchanged=2, removed=0)
    values = found.set_index(["regency_code", "indicator", "year"])["value"].to_dict()
    assert values == {
        ("63.01", "tpt", 2024): 3.4,
        ("63.02", "tpt", 2024): 6.0,
        ("63.01", "tpt", 2025): 3.2,
        ("63.01", "ipm", 2024): 71.0,
    }


def test_replacing_removes_of_the_named_indicators_and_years_alone_and_counts_it(current):
    older = table(("63.02", "tpt", "Agustus 2023", "6.1"))
    current, _ = upsert(current, older)
    handed_in = table(("63.01", "tpt", "Agustus 2024", "3.4"))
    found, amendment = upsert(current, handed_in, is_replacing=True)
    assert amendment == Amendment(added=0, changed=0, unchanged=3, removed=1)
    left = found[["regency_code", "indicator", "year"]].apply(tuple, axis=1)
    assert set(left) == {("63.01", "tpt", 2024), ("63.02", "tpt", 2023), ("63.01", "ipm", 2024)}


def test_a_row_that_makes_an_indicator_mix_months_is_refused(current):
    with pytest.raises(InvalidIndicators, match="mix months"):
        upsert(current, table(("63.03", "tpt", "Februari 2025", "3.1")))


REGENCIES = {n: f"63.{n:02d}" if n < 12 else "63.71" for n in range(1, 13)}


@cache
def everywhere(value):
    return table(*((code, "tpt", "2024", value) for code in REGENCIES.values()))


@given(st.sets(st.integers(1, 13)), st.sets(st.integers(1, 13), min_size=1))
def test_nothing_is_lost_and_the_counts_add_up(before, handed_in):
    def of(numbers, value):
        whole = everywhere(value)
        rows = whole[whole["regency_code"].isin([REGENCIES[n] for n in numbers])]
        return rows.reset_index(drop=True)

    before, handed_in = before - {13}, handed_in - {13} or {1}
    current = of(before or {2}, "1")
    found, amendment = upsert(current, of(handed_in, "2"))
    assert len(found) == len(current) + amendment.added
    assert amendment.changed + amendment.unchanged == len(current)
    assert amendment.removed == 0
