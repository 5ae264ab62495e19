"""The store through its public door: versions, rollback, conflicts, keys, the log, faults."""

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo.errors import (
    Conflict,
    KeyNotFound,
    LayerNotFound,
    StoreFault,
    UploadNotFound,
    UploadRejected,
    VersionNotFound,
)
from geo.planning.reference import load_reference
from geo.planning.shipped import DATASETS
from geo.store import catalogue, database
from geo.store import store as store_module
from geo.store.roles import Actor
from geo.store.snapshots import one_writer
from geo.store.store import Provenance, Store
from geo.store.versions import LICENCE_UNKNOWN, Publication


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "store", now=lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    yield opened
    opened.close()


def by(actor="sri", note="why", upload=None):
    return Provenance(actor, note, source="BIG 2024", licence="CC BY 4.0", upload=upload)


def publish(store, content, dataset="zones", **options):
    return store.publish(dataset, "layer", content, suffix=".parquet", provenance=by(), **options)


def test_a_version_knows_who_when_why_and_its_content(store):
    version = publish(store, b"one", details={"count": 3})
    assert (version.number, version.is_current, version.published_by) == (1, True, "sri")
    assert version.published_at == "2026-01-02T03:04:05Z"
    assert version.path.read_bytes() == b"one"
    assert version.sha256 == hashlib.sha256(b"one").hexdigest()
    assert (version.path.suffix, version.details, version.size_bytes) == (
        ".parquet",
        {"count": 3},
        3,
    )


def test_publishing_keeps_every_version_and_rollback_moves_the_pointer(store):
    publish(store, b"one")
    publish(store, b"two")
    assert store.version("zones").path.read_bytes() == b"two"
    back = store.rollback("zones", 1, actor="adi", note="two is wrong")
    assert (back.number, back.is_current) == (1, True)
    assert [v.number for v in store.versions("zones")] == [1, 2]
    assert publish(store, b"three").number == 3
    assert store.version("zones", 2).path.read_bytes() == b"two"


def test_the_same_content_is_stored_once(store):
    first, second = publish(store, b"same"), publish(store, b"same", dataset="other")
    assert first.path == second.path
    assert store.datasets() == ["other", "zones"]
    assert store.datasets("raster") == []


def test_a_path_is_copied_and_stays(store, tmp_path):
    (tmp_path / "layer").write_bytes(b"content")
    version = publish(store, tmp_path / "layer")
    assert version.path.read_bytes() == (tmp_path / "layer").read_bytes()


@pytest.mark.parametrize("expected", [0, 2])
def test_a_publication_over_another_is_a_conflict_and_changes_nothing(store, expected):
    publish(store, b"one")
    with pytest.raises(Conflict):
        publish(store, b"two", expected=expected)
    assert store.version("zones").path.read_bytes() == b"one"
    assert publish(store, b"three", expected=1).number == 2


def test_of_four_publications_at_once_one_wins(store):
    publish(store, b"one")
    outcomes = []
    start = threading.Barrier(4)

    def race(n):
        start.wait()
        try:
            outcomes.append(publish(store, f"race {n}".encode(), expected=1).number)
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=race, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes, key=str) == [2, "conflict", "conflict", "conflict"]
    assert [v.number for v in store.versions("zones")] == [1, 2]


def test_what_is_not_there_is_named(store):
    publish(store, b"one")
    with pytest.raises(LayerNotFound):
        store.version("nothing")
    with pytest.raises(VersionNotFound):
        store.version("zones", 9)
    with pytest.raises(VersionNotFound):
        store.rollback("zones", 9, actor="adi", note="x")
    with pytest.raises(UploadNotFound):
        store.uploads.one("0" * 16)


def test_order_follows_numbers_and_not_the_clock(tmp_path):
    years = iter([2036, 2016, 2026, 2006, 1996, 1986])
    store = Store(tmp_path / "s", now=lambda: datetime(next(years), 1, 1, tzinfo=UTC))
    publish(store, b"one")
    publish(store, b"two")
    assert store.version("zones").path.read_bytes() == b"two"
    store.close()


SRI = Actor("sri", "editor")
CHECKED = {"x": 1, "against": 0}


def received(store, tmp_path):
    original = tmp_path / "original"
    original.write_bytes(b"as it came")
    return store.uploads.receive(
        "zones", original, filename="z.zip", sha256="0" * 64, choices={}, actor=SRI
    )


def uploaded(store, tmp_path, content=b"layer"):
    """An upload after its check, which left `content`; None for one with errors."""
    upload = received(store, tmp_path).upload
    frame = None
    if content is not None:
        frame = tmp_path / "frame"
        frame.write_bytes(content)
    store.uploads.begin_check(upload, actor="sri")
    return store.uploads.end_check(upload, report=CHECKED, frame=frame, actor="sri")


def test_an_upload_waits_is_published_and_remembered(store, tmp_path):
    upload = uploaded(store, tmp_path)
    assert (upload.state, upload.report) == ("ready", CHECKED)
    version = store.publish(
        "zones",
        "layer",
        store.uploads.path(upload.upload),
        suffix=".parquet",
        provenance=by(upload=upload.upload),
    )
    assert version.path.read_bytes() == b"layer"
    assert version.upload == upload.upload
    assert store.uploads.one(upload.upload).state == "published"


def publish_upload(store, upload):
    return store.publish(
        "zones", "layer", b"layer", suffix=".parquet", provenance=by(upload=upload.upload)
    )


def test_of_withdrawing_and_publishing_an_upload_only_the_first_happens(store, tmp_path):
    discarded, published = uploaded(store, tmp_path), uploaded(store, tmp_path)
    store.uploads.withdraw(discarded.upload, actor=Actor("sri", "editor"))
    with pytest.raises(Conflict, match="withdrawn"):
        publish_upload(store, discarded)
    assert store.datasets() == []

    publish_upload(store, published)
    with pytest.raises(Conflict, match="published already"):
        store.uploads.withdraw(published.upload, actor=Actor("sri", "editor"))
    with pytest.raises(Conflict, match="published already"):
        publish_upload(store, published)
    assert store.uploads.one(published.upload).state == "published"
    assert [v.number for v in store.versions("zones")] == [1]


def test_a_refused_upload_cannot_be_published(store, tmp_path):
    with pytest.raises(UploadRejected):
        publish_upload(store, uploaded(store, tmp_path, content=None))
    assert store.datasets() == []


def test_uploads_are_listed_newest_first_whatever_the_clock_says(store, tmp_path):
    first, second, third = (uploaded(store, tmp_path) for _ in range(3))
    store.uploads.withdraw(second.upload, actor=Actor("sri", "editor"))
    listed = [u.upload for u in store.uploads.newest()]
    assert listed == [third.upload, second.upload, first.upload]
    assert [u.upload for u in store.uploads.newest("ready")] == [third.upload, first.upload]
    assert [u.upload for u in store.uploads.newest(most=1)] == [third.upload]


def test_a_file_with_errors_is_kept_as_it_came_until_its_end(store, tmp_path):
    upload = uploaded(store, tmp_path, content=None)
    assert upload.state == "needs_choices"
    (kept,) = (store.folder / "uploads").iterdir()
    assert (kept, kept.read_bytes()) == (store.uploads.original(upload.upload), b"as it came")
    store.uploads.withdraw(upload.upload, actor=Actor("sri", "editor"))
    assert store.uploads.one(upload.upload).state == "withdrawn"
    assert list((store.folder / "uploads").iterdir()) == []


def test_a_key_is_shown_once_and_only_its_digest_is_kept(store):
    assert not store.keys.any()
    key = store.keys.add("GIS desk")
    assert store.keys.any()
    assert store.keys.actor_of(key).name.startswith("GIS desk (")
    assert len(key.split("_", 2)[2]) >= 43
    content = (store.folder / "catalogue.sqlite").read_bytes()
    content += (store.folder / "catalogue.sqlite-wal").read_bytes()
    assert key.split("_", 2)[2].encode() not in content
    assert "digest" not in store.keys.all()[0]
    assert store.keys.all()[0]["last_used_at"] == "2026-01-02T03:04:05Z"


@pytest.mark.parametrize(
    "change", [lambda k: k[:-1], lambda k: k + "x", lambda k: "", lambda k: "kwsn_a_b"]
)
def test_any_other_text_is_no_key(store, change):
    assert store.keys.actor_of(change(store.keys.add("gis"))) is None


def test_a_revoked_key_is_closed_for_good(store):
    key = store.keys.add("gis")
    store.keys.revoke(key.split("_")[1])
    assert store.keys.actor_of(key) is None
    assert not store.keys.any()
    store.keys.revoke(key.split("_")[1])
    assert [e["action"] for e in store.audit()] == ["key-add", "key-revoke"]


def test_a_key_that_is_not_there_cannot_be_revoked_in_silence(store):
    key = store.keys.add("gis")
    with pytest.raises(KeyNotFound, match=key.split("_")[1]):
        store.keys.revoke("deadbeef")
    assert store.keys.actor_of(key) is not None


def test_the_log_is_chained_so_that_a_change_shows(store):
    publish(store, b"one")
    publish(store, b"two")
    store.rollback("zones", 1, actor="adi", note="back\r\nline")
    entries = store.audit()
    assert [(e["action"], e["subject"]) for e in entries] == [
        ("publish", "zones@1"),
        ("publish", "zones@2"),
        ("rollback", "zones@1"),
    ]
    assert chain_holds(entries)
    assert not chain_holds([*entries[:1], *entries[2:]])
    assert not chain_holds([{**entries[0], "actor": "other"}, *entries[1:]])


def chain_holds(entries):
    previous = ""
    for entry in entries:
        fields = {n: entry[n] for n in ("at", "actor", "action", "subject", "details")}
        if entry["chain"] != catalogue.chain_of(previous, fields):
            return False
        previous = entry["chain"]
    return True


def test_check_finds_altered_missing_and_orphan_files(store):
    altered, missing = publish(store, b"one"), publish(store, b"two")
    altered.path.write_bytes(b"changed")
    missing.path.unlink()
    orphan = store.folder / "snapshots" / "left.parquet"
    orphan.write_bytes(b"x")
    report = store.check(repair=True, min_age_s=0)
    assert report.altered == (f"snapshots/{altered.path.name}",)
    assert report.missing == (f"snapshots/{missing.path.name}",)
    assert report.orphans == ("snapshots/left.parquet",)
    assert not report.is_sound
    assert not orphan.exists()


def test_check_finds_what_uploads_and_preparations_left_behind(store, tmp_path):
    waiting, lost = uploaded(store, tmp_path), uploaded(store, tmp_path)
    store.uploads.path(lost.upload).unlink()
    store.write_prepared("kept", b"x")
    for left in ("uploads/.writing-a", "uploads/0.parquet", "prepared/.writing-b"):
        (store.folder / left).write_bytes(b"x")
    store.uploads.original(lost.upload).unlink()
    report = store.check(repair=True, min_age_s=0)
    assert report.orphans == ("prepared/.writing-b", "uploads/.writing-a", "uploads/0.parquet")
    assert report.missing == tuple(f"uploads/{lost.upload}.{n}" for n in ("original", "parquet"))
    assert store.check().orphans == ()
    assert store.uploads.path(waiting.upload).exists()
    assert store.uploads.original(waiting.upload).exists()
    assert store.prepared_path("kept").exists()


def test_check_finds_a_changed_line_of_the_audit_log(store):
    publish(store, b"one")
    publish(store, b"two")
    assert store.check().is_sound
    engine = catalogue.open_catalogue(store.folder / "catalogue.sqlite")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit SET actor = 'other' WHERE entry = 2")
    engine.dispose()
    report = store.check()
    assert (report.broken_entry, report.is_sound) == (2, False)


def cut(store, query):
    """Change the log past every door, as by a hand on the file."""
    with closing(sqlite3.connect(store.folder / "catalogue.sqlite")) as database:
        database.execute(query)
        database.commit()


@pytest.mark.parametrize(
    ("query", "first"),
    [("DELETE FROM audit WHERE entry = 3", 3), ("DELETE FROM audit WHERE entry > 1", 2)],
)
def test_check_finds_entries_cut_off_the_end_of_the_audit_log(store, query, first):
    for content in (b"one", b"two", b"three"):
        publish(store, content)
    cut(store, query)
    assert store.check().broken_entry == first
    # What is published since hides nothing, nor does a new start.
    publish(store, b"four")
    reopened = Store(store.folder)
    assert not reopened.check().is_sound
    reopened.close()


def test_a_log_that_was_emptied_is_found(store):
    publish(store, b"one")
    cut(store, "DELETE FROM audit")
    assert store.check().broken_entry == 1


@pytest.mark.parametrize("left", ["", "{", '{"entry": 1}', "[]"])
def test_where_the_end_of_the_log_was_not_kept_whole_nobody_is_alarmed(store, left):
    publish(store, b"one")
    (store.folder / "audit-head.json").write_text(left)
    assert store.check().is_sound
    publish(store, b"two")
    cut(store, "DELETE FROM audit WHERE entry = 2")
    assert store.check().broken_entry == 2


def test_a_head_that_is_behind_its_log_is_no_fault_and_is_brought_up_by_a_start(store):
    head = store.folder / "audit-head.json"
    publish(store, b"one")
    earlier = head.read_bytes()
    publish(store, b"two")
    head.write_bytes(earlier)  # as a process leaves it that dies between commit and file
    assert store.check().is_sound
    Store(store.folder).close()
    cut(store, "DELETE FROM audit WHERE entry = 2")
    assert store.check().broken_entry == 2


def test_processes_that_publish_at_once_leave_the_last_entry_kept(store):
    others = [Store(store.folder) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda s: [publish(s, os.urandom(8), f"d{id(s)}") for _ in range(5)], others))
    for other in others:
        other.close()
    assert store.check().is_sound
    assert json.loads((store.folder / "audit-head.json").read_bytes())["entry"] == 15


@pytest.mark.parametrize("content", [b"x", b""])
def test_a_damaged_file_is_written_again_by_the_next_publication_of_its_content(store, content):
    first = publish(store, b"one")
    first.path.write_bytes(content)
    second = publish(store, b"one")
    assert second.path == first.path
    assert second.path.read_bytes() == b"one"
    assert store.check().is_sound


def old_orphan(store, content):
    """A file of no version, two hours old, as a publication leaves it that was ended by force."""
    path = store.folder / "snapshots" / f"{hashlib.sha256(content).hexdigest()}.parquet"
    path.write_bytes(content)
    os.utime(path, (0, time.time() - 7200))
    return path


def test_an_old_orphan_that_a_publication_takes_is_young_again(store, monkeypatch):
    path = old_orphan(store, b"one")
    written = store_module.write_snapshot

    def written_and_repaired(*arguments, **options):
        found = written(*arguments, **options)
        store.check(repair=True)  # by another process, before the version is in the catalogue
        return found

    monkeypatch.setattr(store_module, "write_snapshot", written_and_repaired)
    assert publish(store, b"one").path == path
    assert path.read_bytes() == b"one"


def test_a_repair_that_removes_a_file_under_a_publication_costs_no_version(store, monkeypatch):
    path = old_orphan(store, b"one")
    written, calls = store_module.write_snapshot, []

    def written_and_removed(*arguments, **options):
        found = written(*arguments, **options)
        if not calls:
            path.unlink()
        calls.append(found)
        return found

    monkeypatch.setattr(store_module, "write_snapshot", written_and_removed)
    publish(store, b"one")
    assert path.read_bytes() == b"one"


def test_a_repair_looks_at_the_versions_again_while_nobody_can_publish(store, monkeypatch):
    path = old_orphan(store, b"one")
    begin = database.writing

    def published_just_before(engine):
        monkeypatch.setattr(database, "writing", begin)
        publish(store, b"one")
        os.utime(path, (0, time.time() - 7200))
        return begin(engine)

    monkeypatch.setattr(database, "writing", published_just_before)
    store.check(repair=True)
    assert path.read_bytes() == b"one"


def test_all_current_versions_are_seen_at_one_moment(store):
    publish(store, b"one")
    publish(store, b"a", dataset="other")
    before = store.current()
    assert before == store.current() == before.current()
    publish(store, b"two")
    assert before.version("zones").path.read_bytes() == b"one"
    assert before != store.current()
    store.rollback("zones", 1, actor="adi", note="back")
    assert before == store.current()
    assert {before: "kept"}[store.current()] == "kept"


def test_a_dataset_of_another_kind_is_not_found_and_only_its_kind_is_named(store):
    publish(store, b"one")
    store.publish("tables", "indicators", b"x", suffix=".parquet", provenance=by())
    now = store.current()
    assert now.datasets() == ["tables", "zones"]
    assert now.datasets("layer") == ["zones"]
    with pytest.raises(LayerNotFound, match=r"Available: zones\.$"):
        now.version("tables", "layer")
    with pytest.raises(LayerNotFound, match=r"Available: tables, zones\.$"):
        now.version("nothing")


def test_a_young_orphan_may_be_a_publication_under_way(store):
    orphan = store.folder / "snapshots" / ".writing-x"
    orphan.write_bytes(b"x")
    store.check(repair=True)
    assert orphan.exists()


@pytest.mark.parametrize(
    "damage", [lambda b: b"\xa5" * len(b), lambda b: b[:50] + b"\xa5" * 200 + b[250:]]
)
def test_a_damaged_catalogue_is_refused_and_left_as_it_is(tmp_path, damage):
    store = Store(tmp_path / "s")
    publish(store, b"one")
    store.close()
    path = tmp_path / "s" / "catalogue.sqlite"
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(StoreFault, match=r"damaged|newer"):
        Store(tmp_path / "s")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "lose",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: (path.unlink(), sqlite3.connect(path).execute("VACUUM")),
    ],
    ids=["absent", "empty", "another"],
)
def test_a_lost_catalogue_beside_snapshots_is_not_made_anew(tmp_path, lose):
    store = Store(tmp_path / "s")
    snapshot = publish(store, b"one").path
    store.close()
    path = tmp_path / "s" / "catalogue.sqlite"
    lose(path)
    with pytest.raises(StoreFault, match="lost or empty"):
        Store(tmp_path / "s")
    assert not path.exists() or path.stat().st_size <= 4096
    assert snapshot.read_bytes() == b"one"


def test_a_catalogue_that_is_held_is_busy_and_not_damaged(tmp_path):
    Store(tmp_path / "s").close()
    with closing(sqlite3.connect(tmp_path / "s" / "catalogue.sqlite")) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreFault, match="cannot be read now"):
            Store(tmp_path / "s", patience_s=0.1)
    Store(tmp_path / "s").close()


def test_a_first_start_waits_for_another_that_is_making_the_catalogue(tmp_path):
    (tmp_path / "s").mkdir()
    path = tmp_path / "s" / "catalogue.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        finished = threading.Timer(0.3, other.execute, ["ROLLBACK"])
        finished.start()
        store = Store(tmp_path / "s")
        finished.join()
    assert publish(store, b"one").number == 1
    store.close()


def test_two_first_starts_that_load_the_shipped_data_end_with_all_of_them(
    tmp_path, reference_store
):
    data = Path(catalogue.__file__).parents[2] / "data"
    stores = [Store(tmp_path / "s") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        published = list(pool.map(lambda store: load_reference(store, data), stores))
    assert sorted(published[0] + published[1]) == sorted(DATASETS)
    for name in DATASETS:
        numbers = [version.number for version in stores[0].versions(name)]
        # Models come with the versions before them.
        assert numbers == [version.number for version in reference_store.versions(name)], name
    for store in stores:
        store.close()


def test_what_the_program_ships_with_is_known_without_loading_it(reference_store):
    assert frozenset(reference_store.datasets()) == DATASETS


@pytest.mark.parametrize("name", ["with?mode=memory", "with#hash", "with %41 and é"])
def test_a_stores_folder_may_have_any_name(tmp_path, name):
    store = Store(tmp_path / name)
    publish(store, b"one")
    store.close()
    assert (tmp_path / name / "catalogue.sqlite").stat().st_size > 4096
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_where_the_stores_folder_should_be_is_a_clear_fault(tmp_path):
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "store"):
        with pytest.raises(StoreFault, match="cannot be used"):
            Store(folder)


def test_a_catalogue_of_a_newer_program_is_refused(tmp_path):
    store = Store(tmp_path / "s")
    store.close()
    engine = catalogue.open_catalogue(tmp_path / "s" / "catalogue.sqlite")
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 99")
    engine.dispose()
    with pytest.raises(StoreFault, match="newer"):
        Store(tmp_path / "s")


def test_what_was_published_is_there_when_the_store_is_opened_again(tmp_path):
    for content in (b"one", b"two"):
        store = Store(tmp_path / "s")
        publish(store, content)
        store.close()
    store = Store(tmp_path / "s")
    assert [v.path.read_bytes() for v in store.versions("zones")] == [b"one", b"two"]
    assert store.check().missing == ()
    store.close()


# A disk that takes no more: the system ends every write beyond 64 kB of a file.
FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from geo.store.roles import Actor
from geo.store.store import Provenance, Store
store = Store(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
store.publish("zones", "layer", bytes(10**6), suffix=".parquet",
              provenance=Provenance("sri", "too big", "x", "x"))
"""


def test_a_disk_that_fills_up_in_the_middle_leaves_the_versions_that_were(tmp_path):
    store = Store(tmp_path / "s")
    publish(store, b"one")
    store.close()
    ended = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "s")],
        cwd=os.path.dirname(os.path.dirname(catalogue.__file__)),
        capture_output=True,
        check=False,
    )
    assert ended.returncode not in (0, -signal.SIGXFSZ)
    store = Store(tmp_path / "s")
    assert [v.path.read_bytes() for v in store.versions("zones")] == [b"one"]
    assert store.check().orphans == ()
    assert publish(store, b"two").number == 2
    store.close()


def test_too_little_space_is_refused_before_anything_is_written(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=18m", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        )
        if getattr(os, "geteuid", lambda: 1)() == 0
        else None
    )
    if mounted is None or mounted.returncode:
        pytest.skip("no right to mount a small disk")
    try:
        store = Store(folder / "s")
        publish(store, b"one")
        with pytest.raises(StoreFault, match="storage is full"):
            publish(store, bytes(4_000_000))
        assert [v.number for v in store.versions("zones")] == [1]
        assert store.check().orphans == ()
        store.close()
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_prepared_files_are_whole_and_overwritten_whole(store):
    store.write_prepared("a", b"one")
    assert store.write_prepared("a", b"two").read_bytes() == b"two"
    assert store.prepared_path("a").parent.name == "prepared"


def test_several_publications_are_one_transaction(tmp_path):
    store = Store(tmp_path / "store")
    given = Provenance("op", "n", "s", "l")
    first = Publication("land-a", "raster", b"a", ".tif", given, {})
    stale = Publication("land-b", "raster", b"b", ".tif", given, {}, expected=7)
    with pytest.raises(Conflict):
        store.publish_all([first, stale])
    assert store.datasets() == []
    second = Publication("land-b", "raster", b"b", ".tif", given, {}, expected=0)
    assert [v.number for v in store.publish_all([first, second])] == [1, 1]
    store.close()


def test_a_withdrawn_dataset_is_shown_to_nobody_and_keeps_its_versions(store):
    publish(store, b"one")
    publish(store, b"two")
    store.withdraw("zones", actor="sri", note="salah")
    assert (store.datasets(), store.state(), store.withdrawn()) == ([], {}, ["zones"])
    for read in (store.version, store.current_version, store.current().version):
        with pytest.raises(LayerNotFound):
            read("zones")
    assert [v.number for v in store.versions("zones")] == [1, 2]
    assert store.check().is_sound
    assert store.restore("zones", actor="sri", note="ternyata benar").number == 2
    assert (store.datasets(), store.withdrawn()) == (["zones"], [])
    assert [e["action"] for e in store.audit()][-2:] == ["withdraw", "restore"]


def test_publishing_shows_a_withdrawn_dataset_again(store):
    publish(store, b"one")
    store.withdraw("zones", actor="sri", note="salah")
    publish(store, b"two")
    assert store.version("zones").number == 2


def test_a_licence_that_nobody_stated_is_so_in_both_languages(tmp_path):
    store = Store(tmp_path / "store")
    said = Provenance(actor="gis", note="uji", source="uji", licence=LICENCE_UNKNOWN)
    version = store.publish("model-uji", "model", b"x", suffix=".toml", provenance=said)
    assert version.licence_text == ("tidak disebutkan", "not stated")
    store.close()


def test_who_reads_waits_for_nobody_who_waits_to_write(tmp_path):
    engine = database.connect(tmp_path / "catalogue.sqlite")
    # More than any pool holds by itself.
    with ExitStack() as held:
        for _ in range(40):
            held.enter_context(database.reading(engine))
    engine.dispose()


def test_a_start_clears_what_killed_makers_left_and_nothing_of_those_at_work(tmp_path):
    with closing(Store(tmp_path)) as store:
        kept = tmp_path / "prepared"
        for name in ("killed", "working"):
            (kept / f".writing-download-{name}").mkdir()
            (kept / f".writing-download-{name}" / "half").touch()
            (kept / f"download-{name}.lock").touch()
        (kept / "download-whole.gpkg").touch()
        with one_writer(kept / "download-working.gpkg"):
            store.prune_prepared("download-", most=1)
            store.clear_unfinished()
            assert sorted(path.name for path in kept.iterdir()) == [
                ".writing-download-working",
                "download-whole.gpkg",
                "download-working.lock",
            ]
