"""A catalogue that an older program shipped gains what it could not say, and keeps what it says."""

import tomllib

from geo.indicators.older_catalogue import lacking_facts, with_facts
from geo.indicators.table import parse_catalogue
from tests.conftest import DATA

OLDER = """
[umk] # an office's own
title = { id = "Upah \\"minimum\\"", en = "Wage \\u007f" }
unit = { id = "rupiah", en = "rupiah" }
kind = "amount"

["milik kantor"]
kind = "rate"
"""
SHIPPED = OLDER.replace("minimum", "minimum kabupaten").replace(
    'kind = "amount"', 'kind = "amount"\nset_ahead = true\nplausible = [1.5, 2e7]'
)
FACTS = {"umk": {"set_ahead": True, "plausible": [1.5, 2e7]}}


def test_an_entry_gains_what_it_lacks_and_keeps_what_it_says():
    assert lacking_facts(OLDER, SHIPPED, earlier=[OLDER]) == FACTS
    written = tomllib.loads(with_facts(OLDER, FACTS))
    older = tomllib.loads(OLDER)
    assert list(written) == list(older)
    assert written["umk"] == {**older["umk"], **FACTS["umk"]}
    assert written["milik kantor"] == older["milik kantor"]


def test_an_entry_that_is_counted_in_another_unit_gains_nothing():
    assert lacking_facts(OLDER, SHIPPED.replace('"rupiah"', '"ribu"', 1), earlier=[OLDER]) == {}


def test_what_an_earlier_version_of_the_store_said_is_not_gained_again():
    had = OLDER.replace('kind = "amount"', 'kind = "amount"\nset_ahead = false')
    found = lacking_facts(OLDER, SHIPPED, earlier=[had, OLDER])
    assert found == {"umk": {"plausible": [1.5, 2e7]}}


def test_the_shipped_catalogue_written_again_means_the_same():
    shipped = (DATA / "indicators" / "catalogue.toml").read_text(encoding="utf-8")
    assert parse_catalogue(with_facts(shipped, {})) == parse_catalogue(shipped)
