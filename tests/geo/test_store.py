"""The store through its public door: versions, rollback, conflicts, keys, the log, faults."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest

from geo import catalogue
from geo.errors import Conflict, LayerNotFound, StoreFault, UploadNotFound, VersionNotFound
from geo.store import Provenance, Store


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
        store.upload("0" * 16)


def test_order_follows_numbers_and_not_the_clock(tmp_path):
    years = iter([2036, 2016, 2026, 2006, 1996, 1986])
    store = Store(tmp_path / "s", now=lambda: datetime(next(years), 1, 1, tzinfo=UTC))
    publish(store, b"one")
    publish(store, b"two")
    assert store.version("zones").path.read_bytes() == b"two"
    store.close()


def uploaded(store, tmp_path, content=b"layer"):
    frame = None
    if content is not None:
        frame = tmp_path / "frame"
        frame.write_bytes(content)
    return store.add_upload(
        "zones", filename="z.zip", sha256="0" * 64, report={"x": 1}, frame=frame, actor="sri"
    )


def test_an_upload_waits_is_published_and_remembered(store, tmp_path):
    upload = uploaded(store, tmp_path)
    assert (upload.state, upload.report) == ("valid", {"x": 1})
    version = store.publish(
        "zones",
        "layer",
        store.upload_path(upload.upload),
        suffix=".parquet",
        provenance=by(upload=upload.upload),
    )
    assert version.path.read_bytes() == b"layer"
    assert version.upload == upload.upload
    assert store.upload(upload.upload).state == "published"


def test_a_refused_upload_keeps_its_report_only(store, tmp_path):
    upload = uploaded(store, tmp_path, content=None)
    assert upload.state == "refused"
    assert list((store.folder / "uploads").iterdir()) == []
    store.discard_upload(upload.upload, actor="sri")
    assert store.upload(upload.upload).state == "discarded"


def test_a_key_is_shown_once_and_only_its_digest_is_kept(store):
    assert not store.has_keys()
    key = store.add_key("GIS desk")
    assert store.has_keys()
    assert store.key_label(key).startswith("GIS desk (")
    assert len(key.split("_", 2)[2]) >= 43
    content = (store.folder / "catalogue.sqlite").read_bytes()
    content += (store.folder / "catalogue.sqlite-wal").read_bytes()
    assert key.split("_", 2)[2].encode() not in content
    assert "digest" not in store.keys()[0]
    assert store.keys()[0]["last_used_at"] == "2026-01-02T03:04:05Z"


@pytest.mark.parametrize(
    "change", [lambda k: k[:-1], lambda k: k + "x", lambda k: "", lambda k: "kwsn_a_b"]
)
def test_any_other_text_is_no_key(store, change):
    assert store.key_label(change(store.add_key("gis"))) is None


def test_a_revoked_key_is_closed_for_good(store):
    key = store.add_key("gis")
    store.revoke_key(key.split("_")[1])
    assert store.key_label(key) is None
    assert not store.has_keys()


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
    assert report.altered == (altered.path.name,)
    assert report.missing == (missing.path.name,)
    assert report.orphans == ("left.parquet",)
    assert not orphan.exists()


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
from geo.store import Provenance, Store
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
        if os.geteuid() == 0
        else None
    )
    if mounted is None or mounted.returncode:
        pytest.skip("no right to mount a small disk")
    try:
        store = Store(folder / "s")
        publish(store, b"one")
        with pytest.raises(StoreFault, match="Not enough space"):
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
