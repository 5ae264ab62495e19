"""The published table of targets, and how a store comes to have the shipped one."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from geo.planning import reference
from geo.planning.publish import publish_indicators, publish_region
from geo.planning.reference import load_reference
from geo.programme.publish_targets import no_targets, targets
from geo.programme.targets import COLUMNS, parse_targets, targets_of, with_targets
from geo.published import indicator_catalogue, indicators
from geo.store.store import Provenance, Store
from tests.conftest import DATA
from tests.regions import SOUTH_KALIMANTAN

_KALSEL = (DATA / "region/region.toml").read_text("utf-8")
_OLDER_CATALOGUE = """
[target_tpt_max]
title = { id = "Target TPT, batas atas", en = "Target for unemployment, upper bound" }
unit = { id = "% angkatan kerja", en = "% of labour force" }
kind = "rate"
direction = "none"
aggregation = "population"
decimals = 2
mappable = false
"""


@pytest.fixture
def older_store(tmp_path, monkeypatch):
    """What an older program made, whose figures hold the ends of targets; only targets are loaded now."""
    store = Store(tmp_path / "older")
    publish_region(store, _KALSEL, provenance=Provenance("kawasan", "", "x", "x"))
    row = {"regency_code": "63", "indicator": "target_tpt_max", "year": "2029", "value": "3.97"}
    row |= {"unit": "% angkatan kerja", "source": "RPJMD", "source_url": "https://example.org"}
    publish_indicators(
        store, pd.DataFrame([row]), actor="kawasan", note="", source="x", catalogue=_OLDER_CATALOGUE
    )
    jobs = reference._jobs
    monkeypatch.setattr(
        reference, "_jobs", lambda store, data: {"targets": jobs(store, data)["targets"]}
    )
    yield store
    store.close()


def test_the_shipped_targets_are_a_table_as_it_is_checked(reference_store):
    found = targets(reference_store)
    catalogue = indicator_catalogue(reference_store)
    checked = parse_targets(found, catalogue=catalogue, regions=SOUTH_KALIMANTAN.codes)
    assert_frame_equal(found, checked)
    assert tuple(found.columns) == COLUMNS
    assert len(found) == 8


def test_the_target_of_unemployment_is_the_band_of_the_rpjmd(reference_store):
    (target,) = targets_of(targets(reference_store), indicator="tpt_agustus", region="63")
    assert (target.year, target.least, target.most, target.level) == (2029, 3.27, 3.97, "rpjmd")
    assert (target.near, target.far) == (3.97, 3.27)


def test_the_target_of_the_nation_is_no_target_of_the_province_itself(reference_store):
    (target,) = targets_of(targets(reference_store), indicator="pertumbuhan_ekonomi", region="63")
    assert (target.least, target.most, target.level) == (8, None, "rpjmn")


def test_every_shipped_target_moves_the_way_that_its_indicator_should(reference_store):
    better = {"down": "min", "up": "max"}
    catalogue = indicator_catalogue(reference_store)
    for target in targets_of(targets(reference_store)):
        assert better[target.direction] == catalogue[target.indicator].direction


def test_no_figure_that_ships_is_a_target(reference_store):
    assert not indicators(reference_store)["indicator"].str.startswith("target_").any()


def test_a_store_of_an_older_program_gains_the_shipped_targets_and_keeps_its_figures(older_store):
    before = older_store.version("indicators").sha256
    assert targets(older_store).empty
    assert load_reference(older_store, DATA) == ["targets"]
    assert len(targets(older_store)) == 8
    assert older_store.version("targets").source.startswith("RPJMD")
    assert older_store.version("indicators").sha256 == before
    assert load_reference(older_store, DATA) == []


def test_a_store_of_another_province_gains_no_target_of_this_one(older_store):
    other = _KALSEL.replace('"63', '"64')
    publish_region(older_store, other, provenance=Provenance("kawasan", "", "x", "x"))
    load_reference(older_store, DATA)
    assert_frame_equal(targets(older_store), no_targets())


def test_the_ends_of_targets_that_an_older_program_held_as_figures_have_no_target(older_store):
    assert with_targets(indicator_catalogue(older_store)) == {}
