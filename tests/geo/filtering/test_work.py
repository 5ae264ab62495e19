"""How much work a filter is, is told before it is done: what decodes, computes or reads shapes is never little."""

import pytest

from geo.filtering.evaluate import parsed
from geo.filtering.work import is_little, passes_of

FIELDS = {"name": "text", "size": "integer", "share": "number", "day": "date", "tags": "json"}
FEATURES = 5_000


def is_done_at_once(text, count=FEATURES):
    return is_little(passes_of(parsed(text), FIELDS), count)


@pytest.mark.parametrize(
    "text",
    [
        "size > 5",
        "5 < size",
        "share BETWEEN 0.1 AND 0.2",
        "name = 'a' OR name IS NULL",
        "NOT (name IN ('a','b') AND size IN (1,2))",
        "name LIKE 'a%' OR name LIKE '%a'",
        "(size > 5 AND name IN ('a','b')) OR name LIKE '%7'",
    ],
)
def test_a_few_comparisons_of_columns_are_little(text):
    assert is_done_at_once(text)
    assert not is_done_at_once(text, 1_000_000)


@pytest.mark.parametrize(
    "text",
    [
        "name LIKE '%a%'",
        "name LIKE 'a_%'",
        r"name LIKE 'a\%'",
        "CASEI(name) = 'a'",
        "name = name",
        "name > ACCENTI('a')",
        "size * 2 > 5",
        "size = share",
        "size > 0 AND day > DATE('2024-01-01')",
        "A_CONTAINS(tags, ('a'))",
        "S_INTERSECTS(geometry, BBOX(1,2,3,4))",
        "nothing = 1",
        "size IN ({})".format(",".join(map(str, range(100)))),
        " OR ".join(["name LIKE '%a'"] * 60),
    ],
)
def test_whatever_else_is_asked_waits_for_its_turn(text):
    assert not is_done_at_once(text)
