"""Catalogues of older schemas, as a program of their time left them.

`synthetic_store_schema_1` is a store with invented zones, recorded by the program as it was at
b25f044: two keys of which one is revoked, and an upload in every state that there was.
"""

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from geo.errors import StoreFault
from geo.store import catalogue, database
from geo.store.migrations import SCHEMA_VERSION
from geo.store.store import Store

RECORDED = Path(__file__).parent / "synthetic_store_schema_1"
KEY = "kwsn_31dd8bbb_tHaS7JnHR7NE9Ri9xzFJPSH93ltXHq75Lh4uZGajUVU"
REVOKED = "kwsn_822d7679_2yiplhpmsd-oRLXzPxM1Wk1HZGkI59MUq7XpoYpuPo4"
STATES = {
    "f7caa7569e41f763": "published",
    "68ccfcc235d809bd": "ready",
    "755fc25aa393a6ba": "returned",
    "b913131179ab41f6": "withdrawn",
}


@pytest.fixture
def recorded(tmp_path):
    folder = tmp_path / "store"
    shutil.copytree(RECORDED, folder)
    return folder


def number_of(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def rows_of(path, table):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT * FROM {table}").fetchall()


def test_an_old_store_opens_with_all_that_it_had(recorded):
    store = Store(recorded)
    assert [(v.number, v.is_current, v.note) for v in store.versions("zones")] == [
        (1, True, "awal"),
        (2, False, "dari berkas"),
    ]
    assert {u.upload: u.state for u in store.uploads.newest()} == STATES
    # The newest first, as they were added.
    assert [u.filename for u in store.uploads.newest()] == [
        "dibuang.zip",
        "ditolak.zip",
        "menunggu.zip",
        "diterbitkan.zip",
    ]
    assert store.uploads.one("68ccfcc235d809bd").report["against"] == 1
    assert store.check().is_sound
    store.close()


def test_a_key_that_exists_keeps_what_it_could_do_and_a_revoked_one_stays_closed(recorded):
    store = Store(recorded)
    actor = store.keys.actor_of(KEY)
    assert (actor.role, actor.regencies, actor.approves_own) == ("publisher", None, True)
    assert actor.name.startswith("Dinas Transmigrasi (")
    assert store.keys.actor_of(REVOKED) is None
    store.close()


def test_the_old_catalogue_is_put_aside_before_the_upgrade(recorded):
    before = rows_of(recorded / "catalogue.sqlite", "uploads")
    Store(recorded).close()
    copy = recorded / "backups/catalogue-schema-1.sqlite"
    assert (number_of(copy), rows_of(copy, "uploads")) == (1, before)
    assert number_of(recorded / "catalogue.sqlite") == SCHEMA_VERSION


def test_a_store_that_was_brought_forward_has_the_tables_of_a_new_one(recorded, tmp_path):
    Store(recorded).close()
    shapes = []
    for path in (recorded / "catalogue.sqlite", tmp_path / "new.sqlite"):
        engine = catalogue.open_catalogue(path)
        inspector = sa.inspect(engine)
        shapes.append(
            {
                table: (
                    [
                        (c["name"], str(c["type"]), c["nullable"])
                        for c in inspector.get_columns(table)
                    ],
                    inspector.get_pk_constraint(table)["constrained_columns"],
                    sorted(index["name"] for index in inspector.get_indexes(table)),
                )
                for table in inspector.get_table_names()
            }
        )
        engine.dispose()
    # Columns that were added stand behind those that were there.
    assert {t: (sorted(c), k, i) for t, (c, k, i) in shapes[0].items()} == {
        t: (sorted(c), k, i) for t, (c, k, i) in shapes[1].items()
    }


@pytest.mark.parametrize("function", ["_put_aside", "_rebuild_uploads", "set_schema_number"])
def test_an_upgrade_that_is_killed_leaves_the_old_store_and_ends_at_the_next_start(
    recorded, function
):
    program = f"""
import os, signal, sys
from pathlib import Path
def kill(frame, event, _):
    if event == "return" and frame.f_code.co_name == {function!r}:
        os.kill(os.getpid(), signal.SIGKILL)
sys.setprofile(kill)
from geo.store.store import Store
Store(Path(sys.argv[1]))
"""
    ended = subprocess.run([sys.executable, "-c", program, str(recorded)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert number_of(recorded / "catalogue.sqlite") == 1
    store = Store(recorded)
    assert {u.upload: u.state for u in store.uploads.newest()} == STATES
    assert store.check().is_sound
    store.close()


def test_of_two_starts_at_once_one_upgrades_and_both_open(recorded):
    program = "import sys; from pathlib import Path; from geo.store.store import Store; Store(Path(sys.argv[1]))"
    started = [subprocess.Popen([sys.executable, "-c", program, str(recorded)]) for _ in range(3)]
    assert [one.wait(60) for one in started] == [0, 0, 0]
    assert len(rows_of(recorded / "catalogue.sqlite", "uploads")) == len(STATES)


def test_no_room_for_the_copy_leaves_the_old_store_as_it_is(recorded):
    (recorded / "backups").write_text("a file where the folder of copies belongs")
    with pytest.raises(StoreFault):
        Store(recorded)
    assert number_of(recorded / "catalogue.sqlite") == 1


def test_only_one_module_knows_which_database_it_is():
    room = Path(database.__file__).parent
    spoken = {
        path.name
        for path in room.glob("*.py")
        if any(
            word in path.read_text("utf-8") for word in ("sqlite3", "PRAGMA", "rowid", "sqlite_")
        )
    }
    assert spoken == {"database.py"}
