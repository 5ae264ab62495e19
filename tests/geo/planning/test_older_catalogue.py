"""A store that an older program filled gains the shipped facts of its indicators at the next start."""

import re
import sqlite3
from contextlib import closing

import pytest

from geo import published
from geo.errors import StoreFault
from geo.planning.reference import load_reference
from geo.planning.shipped import facts_note, lacking_facts
from geo.store.store import Provenance, Store
from geo.store.versions import Publication
from tests.conftest import DATA

# What the catalogue could not say before.
_NEWER = re.compile(r"^(change|averaged|of_government) = .*\n", re.MULTILINE)


@pytest.fixture
def older_store(reference_store, tmp_path):
    """What ships, with the figures under a catalogue of an older program that an office changed a word of."""
    now, by = reference_store.current(), Provenance("kawasan", "Reference data", "BPS", "x")
    text = _NEWER.sub("", now.version("indicators").details["catalogue"])
    text = text.replace("Upah minimum", "Upah terendah")
    store = Store(tmp_path / "older")
    store.publish_all(
        [
            Publication(
                *(one.dataset, one.kind, one.path, one.path.suffix, by),
                {**one.details, "catalogue": text} if one.kind == "indicators" else one.details,
            )
            for one in map(now.version, now.datasets())
        ]
    )
    yield store
    store.close()


def catalogue_of(store):
    return published.indicator_catalogue(store)


def test_it_gains_them_once_and_keeps_its_figures_and_its_words(older_store):
    before = older_store.version("indicators")
    assert not catalogue_of(older_store)["pertumbuhan_ekonomi"].is_change
    assert load_reference(older_store, DATA) == ["indicators"]
    after, known = older_store.version("indicators"), catalogue_of(older_store)
    assert known["pertumbuhan_ekonomi"].is_change
    assert known["apbd_belanja_anggaran"].is_of_government
    assert not known["garis_kemiskinan_maret"].is_averaged
    assert "Upah terendah" in known["umk"].title.id
    assert (after.number, after.sha256) == (before.number + 1, before.sha256)
    assert after.source == before.source
    assert load_reference(older_store, DATA) == []


def test_its_history_says_in_both_languages_what_it_gained(older_store):
    note = facts_note(lacking_facts(older_store, DATA))
    load_reference(older_store, DATA)
    assert older_store.version("indicators").note_text == note
    assert "26 keterangan" in note.id


def test_an_office_that_returns_to_the_version_before_keeps_it(older_store):
    load_reference(older_store, DATA)
    older_store.rollback("indicators", 1, actor="office", note="")
    assert load_reference(older_store, DATA) == []
    assert not catalogue_of(older_store)["pertumbuhan_ekonomi"].is_change


def test_a_start_that_is_interrupted_or_cannot_write_is_made_up_by_the_next(older_store):
    def interrupt(_name):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_reference(older_store, DATA, progress=interrupt)
    file = older_store.folder / "catalogue.sqlite"
    with closing(sqlite3.connect(file)) as locked:
        locked.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON datasets BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        locked.commit()
        with pytest.raises(StoreFault):
            load_reference(older_store, DATA)
        assert [v.number for v in older_store.versions("indicators")] == [1]
        locked.execute("DROP TRIGGER full")
        locked.commit()
    assert load_reference(older_store, DATA) == ["indicators"]
    assert older_store.check().is_sound
