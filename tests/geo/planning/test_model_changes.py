"""What a new version of a model moved, and how a store comes to have it."""

import pytest

from geo import published
from geo.land.fit import fitness_of
from geo.planning.model_changes import changes_document, model_changes
from geo.planning.publish import publish_model
from geo.planning.reference import load_reference
from geo.planning.shipped import EARLIER_MODELS, behind, newer_models
from geo.store.store import Provenance, Store
from maps.pages.model_moves import model_changes_page
from tests.conftest import DATA


def test_a_new_store_holds_both_versions_of_a_model(reference_store):
    for name, earlier in EARLIER_MODELS.items():
        old, new = reference_store.versions(f"model-{name}")
        assert old.path.read_bytes() == (DATA / "models" / f"{earlier}.toml").read_bytes()
        assert new.path.read_bytes() == (DATA / "models" / f"{name}.toml").read_bytes()
        assert new.is_current


@pytest.fixture
def older_store(tmp_path):
    """A store with the models and the land cover as an older program shipped them."""
    store = Store(tmp_path / "older")
    for name, earlier in EARLIER_MODELS.items():
        store.publish(
            f"model-{name}",
            "model",
            DATA / "models" / f"{earlier}.toml",
            suffix=".toml",
            provenance=Provenance("kawasan", "Reference data", "x", "x"),
        )
    store.publish(
        "land-landcover",
        "raster",
        DATA / "land" / "landcover.tif",
        suffix=".tif",
        provenance=Provenance("kawasan", "Reference data", "x", "x"),
        details={"fit": {"bukan_hutan": {"id": "x", "en": "y"}}},
    )
    yield store
    store.close()


def test_a_store_of_an_older_program_gains_the_version_and_what_it_reads(older_store):
    assert sorted(behind(older_store.state(), DATA)) == ["kebutuhan", "kesiapan"]
    load_reference(older_store, DATA)
    assert [v.number for v in older_store.versions("model-kesiapan")] == [1, 2]
    assert published.model(older_store, "kesiapan").version == "3"
    assert "tutupan_lahan" in dict(fitness_of(older_store.version("land-landcover").details).fit)
    assert behind(older_store.state(), DATA) == []
    assert load_reference(older_store, DATA) == []


def test_a_model_that_an_office_published_or_put_back_stays(reference_store):
    text = published.model_text(reference_store, "kesiapan").replace('"3"', '"kantor"', 1)
    publish_model(reference_store, text, actor="office", note="")
    assert load_reference(reference_store, DATA) == []
    assert published.model(reference_store, "kesiapan").version == "kantor"
    reference_store.rollback("model-kesiapan", 1, actor="office", note="")
    assert load_reference(reference_store, DATA) == []
    assert published.model(reference_store, "kesiapan").version == "2"


def test_what_version_3_moved_is_told_with_its_reasons(reference_store):
    found = model_changes(reference_store, "kesiapan")
    ways = {one.criterion: one.way for one in found.criteria}
    assert {c for c, way in ways.items() if way == "came"} == {
        "layanan",
        "tutupan_lahan",
        "genangan",
    }
    assert {c for c, way in ways.items() if way == "went"} == {
        "lahan_terbuka",
        "bukan_hutan",
        "lahan_basah",
        "akses_jalan",
    }
    assert sum(one.before or 0 for one in found.criteria) == pytest.approx(1)
    assert sum(one.after or 0 for one in found.criteria) == pytest.approx(1)
    assert len(found.reasons) == 5
    document = changes_document(found, "id")
    assert (document["before"]["version"], document["after"]["version"]) == ("2", "3")
    cahaya = next(one for one in document["areas"] if one["area_id"] == "cahaya-baru")
    assert cahaya["before"]["score"] > 70 > 60 > cahaya["after"]["score"]
    assert len(document["areas"]) == 14


def test_a_model_of_one_version_has_moved_nothing(reference_store):
    document = changes_document(model_changes(reference_store, "ipktrans"), "en")
    assert document["before"] is None
    assert (document["criteria"], document["areas"]) == ([], [])


def test_an_office_with_its_own_older_model_is_told_of_the_shipped_version(older_store):
    office = (DATA / "models" / "kesiapan_2.toml").read_text("utf-8") + "\n# diubah kantor\n"
    publish_model(older_store, office, actor="office", note="")
    load_reference(older_store, DATA)
    assert newer_models(older_store, DATA) == {"kesiapan": "3"}
    assert published.model(older_store, "kesiapan").version == "2"
    found = model_changes(older_store, "kesiapan")
    for language, said in (("id", "versi bawaan 3"), ("en", "shipped version 3")):
        page = model_changes_page(found, newer="3", language=language)
        assert said in page["newer"]
        assert "kawasan model add data/models/kesiapan.toml" in page["newer"]
        assert page["old"] != page["new"]


def test_who_changed_todays_version_has_nothing_newer_to_take(reference_store):
    text = published.model_text(reference_store, "kesiapan") + "\n# diubah kantor\n"
    publish_model(reference_store, text, actor="office", note="")
    assert newer_models(reference_store, DATA) == {}
