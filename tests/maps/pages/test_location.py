"""Where a zone may lie and what lies in it, of the shipped zones."""

from contextlib import closing

import pytest

from geo import published
from geo.store.store import Provenance, Store
from geo.vector.export import layer_to_parquet
from geo.vector.schema import ZONES
from maps.pages.location import location


@pytest.fixture(scope="module")
def said(reference_folder):
    with closing(Store(reference_folder)) as store:
        now = store.current()
        yield lambda zone, language="en": location(now, "zones", zone, language)


def rows(found):
    return {row["title"]: (row["drawn"], row["stated"]) for row in found["rows"]}


def test_a_zone_of_named_desa_lies_there_and_has_no_range(said):
    found = said("sebamban")
    assert found["desa"] == "Sebamban Baru, Sebamban Lama"
    assert "Its border inside the desa is not published" in found["sentence"]
    assert found["ranges"] is None
    assert rows(found)["Desa and kelurahan"] == ("2", "–")
    assert rows(found)["Kecamatan"] == ("1", "–")


def test_cahaya_baru_may_lie_in_many_places_and_is_compared_with_what_its_source_states(said):
    found = said("cahaya-baru")
    assert "disc of 61,148 ha" in found["sentence"]
    assert "Cahaya Baru" in found["sentence"]
    drawn, stated = rows(found)["People (estimate)"]
    assert stated == "85,914"
    assert 60_000 < int(drawn.replace(",", "")) < 100_000
    assert rows(found)["Desa and kelurahan"][1] == "48"
    profile = dict(found["profile"])
    assert profile[ZONES.field("decree").title.en] == "Kepmendesa PDTT 9/2016"
    assert profile[ZONES.field("ipktrans").title.en] == "70 (2023)"


@pytest.mark.parametrize(
    ("zone", "language", "words"),
    [
        ("rkt-kotabaru", "id", "67.000 ha dapat diambil dari mana saja di 36 desa di 4 kecamatan"),
        ("gula-habang", "id", "salah satu dari 61 desa di 3 kecamatan"),
        ("cerbon", "en", "any one of 8 desa in 1 kecamatan"),
    ],
)
def test_a_zone_inside_a_larger_area_says_what_is_not_known(said, zone, language, words):
    found = said(zone, language)
    assert words in found["sentence"]
    assert found["ranges"].startswith("IKS 0")


def test_a_point_lies_in_the_one_desa_that_holds_it(reference_store):
    zones = published.layer(reference_store, "zones")
    points = zones.set_geometry(zones.geometry.representative_point())
    reference_store.publish(
        "zones",
        "layer",
        layer_to_parquet(points.assign(geometry_kind="location_only")),
        suffix=".parquet",
        provenance=Provenance(actor="a", note="points", source="made", licence="none"),
        details=dict(reference_store.version("zones").details),
    )
    found = location(reference_store.current(), "zones", "siayuh", "en")
    assert found["desa"] == "Siayuh"
    assert [row["drawn"] for row in found["rows"]] == ["1", "1", "–"]
