"""The build refuses tables of desa that their own formula, the recap or the register contradicts."""

import geopandas as gpd
import pytest

from data.steps import villages

DESA = villages.DATA / "boundaries/desa.parquet"
KECAMATAN = villages.DATA / "boundaries/kecamatan.parquet"


@pytest.fixture(scope="module")
def desa():
    return gpd.read_parquet(DESA)


@pytest.fixture(scope="module")
def kecamatan():
    return gpd.read_parquet(KECAMATAN)


@pytest.fixture
def changed(monkeypatch):
    """Let the checks read a table with one cell changed."""
    read = villages._table

    def change(column, value, *, where):
        def table(name):
            found = read(name)
            found.loc[found[where[0]] == where[1], column] = value
            return found

        monkeypatch.setattr(villages, "_table", table)

    return change


def test_the_shipped_tables_are_sound(desa, kecamatan):
    villages.check_villages(desa)
    villages.check_ground(desa, kecamatan)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("idm", "0.7999", "mean"),
        ("status", "mandiri", "status"),
        ("name", "Tabanio", "other places"),
        ("iks", None, "no figures"),
    ],
)
def test_an_index_that_does_not_fit_is_refused(desa, changed, column, value, said):
    changed(column, value, where=("code", "63.01.01.2001"))
    with pytest.raises(ValueError, match=said):
        villages.check_villages(desa)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("unit", None, "without its unit"),
        ("unit", "hektar", "unknown unit"),
        ("fact", "kering", "unknown fact"),
        ("name", "Kurau", "other places"),
    ],
)
def test_a_statement_that_does_not_fit_is_refused(desa, kecamatan, changed, column, value, said):
    changed(column, value, where=("statement", "63.01.01-banjir-kejadian-1"))
    with pytest.raises(ValueError, match=said):
        villages.check_ground(desa, kecamatan)
