"""What stands beside an area: read from the published layers, and under a scenario or a model's measure."""

from dataclasses import replace

import pytest
import shapely

from geo import published
from geo.planning.area_facts import area_facts, facts_document, facts_key
from geo.planning.assess import assess
from geo.planning.publish import publish_model
from geo.planning.scenario_file import parse_scenario
from geo.store.versions import Published
from tests.api.examples import publish


@pytest.fixture
def office(reference_store):
    """A store with an office's model, in which the economic index of the desa replaces the GRDP share."""
    text = published.model_text(reference_store, "kesiapan")
    asked = '{ indicator = "pdrb_share_pertanian_adhk", max_age_years = 2 }'
    text = text.replace(asked, '{ village_index = "ike" }').replace('"kesiapan"', '"kantor"', 1)
    publish_model(reference_store, text, actor="uji", note="uji")
    return reference_store


def index_of(found, area_id):
    return next(c for c in found.result(area_id).criteria if c.criterion == "pertanian")


def test_a_zone_of_named_desa_has_just_these(reference_store):
    facts = area_facts(reference_store, "zones")
    assert facts["sebamban"].villages.desa == 2
    assert facts["siayuh"].villages.desa == 1
    assert not facts["siayuh"].is_of_drawing
    assert facts["gula-habang"].is_of_drawing


def test_a_store_without_desa_has_no_facts_and_still_answers(reference_store):
    now = reference_store.current()
    before = {name: now.version(name) for name in now.datasets() if name not in ("idm", "ground")}
    older = Published(before)
    facts = area_facts(older, "zones")["siayuh"]
    assert facts_document(facts, "id") == {"villages": None, "ground": None, "is_of_drawing": False}
    assert facts_key(older, "zones") != facts_key(now, "zones")


def test_the_measure_of_a_zone_is_the_mean_that_its_page_prints(office):
    means = area_facts(office, "zones")["sebamban"].villages.means
    found = assess(office, "kantor")
    assert index_of(found, "sebamban").measure == pytest.approx(means["ike"])
    assert {"idm", "desa"} <= {origin.dataset for origin in found.lineage}


def test_a_zone_whose_place_is_unknown_among_desa_has_the_interval_of_their_index(office):
    cerbon = index_of(assess(office, "kantor"), "cerbon")
    desa = published.layer(office, "idm")["ike"]
    inside = desa[desa.index.str.startswith("63.04.09.")]
    assert (cerbon.measure_low, cerbon.measure_high) == (inside.min(), inside.max())
    assert cerbon.measure == pytest.approx(inside.mean())
    assert "its place is uncertain" in cerbon.note.en


def test_a_zone_that_a_scenario_draws_anew_has_the_desa_of_its_new_place(office):
    desa = published.layer(office, "desa").geometry["63.04.17.2003"]
    square = shapely.box(*desa.representative_point().buffer(0.002).bounds)
    scenario = parse_scenario(
        {
            "id": "pindah",
            "title": {"id": "Pindah", "en": "Moved"},
            "source": "uji",
            "zones": {"siayuh": shapely.geometry.mapping(square)},
        }
    )
    moved = index_of(assess(office, "kantor", scenario=scenario), "siayuh")
    assert moved.measure == published.layer(office, "idm").loc["63.04.17.2003", "ike"]
    stays = index_of(assess(office, "kantor", scenario=replace(scenario, zones={})), "siayuh")
    assert stays.measure != moved.measure


def test_a_model_of_desa_says_what_it_waits_for(office):
    now = office.current()
    older = Published({n: now.version(n) for n in now.datasets() if n != "idm"})
    assert "idm" in published.unmet(older, published.model(office, "kantor"))
    assert index_of(assess(older, "kantor"), "siayuh").measure is None


def test_an_offices_index_without_year_or_with_a_hole_is_read_as_far_as_it_goes(reference_store):
    idm = published.layer(reference_store, "idm").drop(columns=["year", "source"])
    idm.loc["63.02.18.2001", "iks"] = None
    publish(reference_store, "idm", idm)
    facts = area_facts(reference_store, "zones")
    assert facts["sebamban"].villages.year is None
    assert facts["sebamban"].villages.scored == 2
    assert facts["siayuh"].villages.scored == 0
