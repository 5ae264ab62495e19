"""Lives of uploads in a process that may die at any moment, and what must hold after it did.

`live` hands files in, checks, chooses, submits and decides, and tells before and after each step
what it acknowledges. `violations` reopens the store and holds it against all that was acknowledged.
`BAD` are ways of writing that many services have; a harness that finds nothing wrong with them would
prove nothing of the others.
"""

import itertools
import json
import random
import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from functools import partial

import geopandas as gpd
import shapely
from filelock import FileLock, Timeout

from geo.store import audit_head, database, snapshots, uploads
from geo.store import store as store_module
from geo.store.roles import Actor
from geo.store.snapshots import file_sha256
from geo.store.store import Store
from geo.store.uploads import CHECKED, FROM
from geo.submission import approval, check
from tests.reading import reading_here
from tests.regions import give_region

SRI = Actor("sri", "editor", "Disnakertrans")
ADI = Actor("adi", "publisher", "Bappeda")
STEPS = (
    "receive",
    "check",
    "confined",
    "choose",
    "check_again",
    "submit",
    "comment",
    "publish",
    "return",
    "withdraw",
)
# What may become of an upload, by the steps that follow its first check.
_ENDS = (
    ("submit", "publish"),
    ("choose", "check", "submit", "publish"),
    ("publish",),
    ("submit", "comment", "return"),
    ("submit", "return", "submit", "publish"),
    ("submit", "return", "choose", "check", "submit", "publish"),
    ("submit", "return", "choose", "withdraw"),
    ("choose", "withdraw"),
    ("submit", "withdraw"),
    ("submit", "move", "check_again", "check", "publish"),
    ("comment", "choose", "confined", "submit", "publish"),
)
# Lives that only move the layer on under another one are numbered from here.
MOVED = 500_000


def first_store(folder):
    """A store that plans for a region and has no layer yet."""
    store = Store(folder)
    give_region(store)
    store.close()


def named(life, chosen):
    """What the zone of a life is called, by the column that was chosen for its name."""
    return f"{'Lain' if chosen else 'Zona'} {life}"


def file_of(life):
    """The file that a life hands in: one zone, whose name may be taken from either of two columns."""
    columns = {"zone_id": ["angsana"], "name": [named(life, False)], "regency_code": ["63.10"]}
    frame = gpd.GeoDataFrame(
        columns | {"other": [named(life, True)]},
        geometry=[shapely.box(115.57, -3.73, 115.64, -3.69 + life % 1000 / 1e5)],
        crs="OGC:CRS84",
    )
    return frame.to_json().encode()


class Worker:
    """One service over a store; `tell` is given what begins and what is acknowledged."""

    def __init__(self, folder, spool, tell):
        self.store, self.spool, self.tell = Store(folder), spool, tell

    def step(self, step, life, upload, do):
        """Do one step; it is acknowledged with what its caller may rely on from then on."""
        self.tell({"begins": step, "life": life, "upload": upload})
        start = time.perf_counter()
        promised = do()
        took = time.perf_counter() - start
        entry = self.store.audit(newest=1)[0]
        self.tell(
            {"ends": step, "life": life, "upload": upload, "s": took}
            | {"entry": entry["entry"], "chain": entry["chain"]}
            | promised
        )
        return promised

    def receive(self, life):
        path = self.spool / "upload"
        path.write_bytes(file_of(life))
        kept = check.receive(
            self.store, path, filename=f"{life}.geojson", dataset="zones", chosen={}, actor=SRI
        )
        return {"upload": kept.upload, "sha256": kept.sha256, "state": kept.state}

    def check(self, upload):
        with reading_here():
            return self.confined(upload)

    def confined(self, upload):
        checked = check.check(self.store, upload)
        path = self.store.uploads.path(upload)
        return {"state": checked.state, "cleaned": path.exists() and file_sha256(path)}

    def choose(self, upload):
        choices = {"columns": {"name": "other"}}
        kept = check.choose(self.store, upload, choices, actor=SRI)
        return {"state": kept.state, "chosen": True}

    def check_again(self, upload):
        return {"state": self.store.uploads.check_again(upload, actor="adi").state}

    def submit(self, upload):
        kept = approval.submit(
            self.store, upload, actor=SRI, note="x", source="y", licence="z", accept_warnings=True
        )
        return {"state": kept.state, "base": kept.base}

    def comment(self, upload):
        return {"comment": self.store.comments.add("upload", upload, "Periksa", author=ADI).comment}

    def publish(self, upload):
        version = approval.publish(self.store, upload, actor=ADI, note="x", accept_warnings=True)
        return {"state": "published", "version": version.number, "content": version.sha256}

    def give_back(self, upload):
        return {"state": approval.give_back(self.store, upload, actor=ADI, reason="Belum").state}

    def withdraw(self, upload):
        return {"state": approval.withdraw(self.store, upload, actor=SRI).state}

    def live(self, life, steps):
        """One life from its file to its end."""
        upload = self.step("receive", life, None, partial(self.receive, life))["upload"]
        methods = {name: getattr(self, name, self.give_back) for name in STEPS}
        for step in steps:
            if step == "move":
                # Another upload is published meanwhile, so that the base of this one is stale.
                self.live(life + MOVED, ("check", "publish"))
                continue
            self.step(step, life, upload, partial(methods[step], upload))


def live(folder, spool, tell, *, first, lives=None, aim=None):
    """End what a dead worker left, then lead one life after another, for ever by default.

    Lives with a step `aim` alone, where given. Files are read here, and as the service reads them, in
    a confined process, where that is aimed at.
    """
    worker = Worker(folder, spool, tell)
    for kept in worker.store.uploads.newest(is_end=False, most=10_000):
        life = int(kept.filename.split(".")[0])
        worker.step("withdraw", life, kept.upload, partial(worker.withdraw, kept.upload))
    endings = [ending for ending in _ENDS if aim in ending] or _ENDS
    for life in itertools.count(first) if lives is None else range(first, first + lives):
        steps = ("confined", *random.Random(life).choice(endings))
        if aim != "confined":
            steps = tuple("check" if step == "confined" else step for step in steps)
        worker.live(life, steps)
    worker.store.close()


class Ledger:
    """What was acknowledged so far, and which step may have happened or not."""

    def __init__(self):
        self.uploads, self.versions, self.comments = {}, {}, set()
        self.entry, self.open, self.lives = None, None, {0}

    def hear(self, told):
        """Take up one line of a worker."""
        self.lives.add(told["life"] % MOVED)
        self.open = told if "begins" in told else None
        if "begins" in told:
            return
        facts = self.uploads.setdefault(told["upload"], {"cleaned": None})
        facts.update({k: told[k] for k in ("state", "sha256", "cleaned") if k in told})
        self.entry = (told["entry"], told["chain"])
        if "version" in told:
            self.versions[told["version"]] = (told["content"], told["upload"])
        if "comment" in told:
            self.comments.add(told["comment"])

    def adopt(self, seen):
        """What the store answered when it was opened again is a promise too."""
        self.open = None
        self.uploads = {name: {"cleaned": None} | f for name, f in seen["uploads"].items()}
        self.versions = {n: (content, upload) for n, content, upload in seen["versions"]}
        self.comments, self.entry = set(seen["comments"]), tuple(seen["entry"])


def reopened(folder, ledger):
    """What is `wrong` with a store whose process died, and what it holds (`seen`) by its own word.

    Checks that had not ended are taken up and ended, as the next service does.
    """
    store = Store(folder)
    wrong = [
        *_of_files(store),
        *_of_rows(store),
        *_of_promises(store, ledger),
        *_of_going_on(store),
    ]
    last = store.audit(newest=1)[0]
    seen = {
        "uploads": {
            kept.upload: {"state": kept.state, "sha256": kept.sha256}
            for kept in store.uploads.newest(most=10_000)
        },
        "versions": [(v.number, v.sha256, v.upload) for v in _versions(store)],
        "comments": sorted(_comments(store)),
        "entry": (last["entry"], last["chain"]),
    }
    store.close()
    with closing(sqlite3.connect(folder / "catalogue.sqlite")) as catalogue:
        said = catalogue.execute("PRAGMA integrity_check").fetchone()[0]
    return {"wrong": wrong if said == "ok" else [*wrong, f"catalogue: {said}"], "seen": seen}


def violations(folder, ledger):
    """What is wrong with a store, also where it cannot be opened or read at all."""
    try:
        return reopened(folder, ledger)
    except Exception as error:
        return {"wrong": [f"not opened or not read: {type(error).__name__} {error}"], "seen": None}


def _of_head(folder, ledger):
    """No acknowledged entry is beyond the end of the audit log that is kept beside it."""
    try:
        kept = json.loads((folder / audit_head.NAME).read_bytes())["entry"]
    except (OSError, ValueError):
        kept = 0
    if ledger.entry is not None and kept < ledger.entry[0]:
        yield f"the kept end of the audit log, {kept}, is before {ledger.entry[0]}"


def _versions(store):
    return store.versions("zones") if store.datasets("layer") else []


def _comments(store):
    with database.reading(store._engine) as connection:
        return set(connection.exec_driver_sql("SELECT comment FROM comments").scalars())


def _of_files(store):
    report = store.check()
    yield from (f"missing {name}" for name in report.missing)
    yield from (f"altered {name}" for name in report.altered)
    if report.broken_entry is not None:
        yield f"audit log: entry {report.broken_entry} is called broken"
    for kept in store.uploads.newest(most=10_000):
        if not kept.is_end:
            yield from _of_original(store, kept)
        if kept.state in CHECKED:
            yield from _of_cleaned(store, kept)
    with suppress(Timeout):
        lock = FileLock(store.folder / "audit-head.lock", timeout=0)
        with lock:
            return
    yield "the audit log's lock is held"


def _of_original(store, kept):
    path, life = store.uploads.original(kept.upload), int(kept.filename.split(".")[0])
    if not path.exists() or path.read_bytes() != file_of(life):
        yield f"original of {kept.upload} ({kept.state}) is not what came"
    with store.uploads.locked(kept.upload) as is_held:
        if not is_held:
            yield f"lock of {kept.upload} is held"


def _of_cleaned(store, kept):
    """The checked layer must be of this file, by the choices of this upload, as its report says."""
    path, whole = store.uploads.path(kept.upload), store.uploads.one(kept.upload)
    try:
        frame = gpd.read_parquet(path)
    except Exception as error:
        yield f"checked layer of {kept.upload} ({kept.state}): {type(error).__name__}"
        return
    life = int(kept.filename.split(".")[0])
    if list(frame["name"]) != [named(life, _is_chosen(whole))]:
        yield f"checked layer of {kept.upload} is mixed: {list(frame['name'])}"
    if whole.report["summary"]["features"] != len(frame):
        yield f"report of {kept.upload} is of another layer"


def _is_chosen(upload):
    """Whether the name was taken from the other column, by choice or as with an earlier file."""
    return bool(upload.choices.get("columns") or upload.report.get("remembered"))


def _of_rows(store):
    """States, versions and the audit log tell one story."""
    versions = _versions(store)
    numbers = [version.number for version in versions]
    if numbers != list(range(1, len(numbers) + 1)) or sum(v.is_current for v in versions) > 1:
        yield f"versions {numbers}"
    if versions and not versions[-1].is_current:
        yield "the newest version is not the current one"
    states = {kept.upload: kept for kept in store.uploads.newest(most=10_000)}
    of_versions = [version.upload for version in versions]
    if len(set(of_versions)) != len(of_versions):
        yield "an upload was published twice"
    published = {name for name, kept in states.items() if kept.state == "published"}
    yield from (f"{u} is published without a version" for u in published - set(of_versions))
    yield from (f"a version of {u} that is not published" for u in set(of_versions) - published)
    for version in versions[-3:]:
        kept = states.get(version.upload)
        life = version.details["filename"].split(".")[0]
        chosen = kept is not None and _is_chosen(store.uploads.one(kept.upload))
        if list(gpd.read_parquet(version.path)["name"]) != [named(int(life), chosen)]:
            yield f"version {version.number} is not what was handed in"
    told = _told(store.audit())
    for name, kept in states.items():
        if told.get(name) != kept.state:
            yield f"{name} is {kept.state}; the audit log says {told.get(name)}"
    yield from (f"{name} is in the audit log alone" for name in told.keys() - states.keys())


def _told(entries):
    """The state of each upload by the audit log."""
    told = {}
    moved = {"upload": "received", "choose": "received", "check_again": "received"}
    moved |= {"submit": "submitted", "return": "returned", "withdraw": "withdrawn"}
    for entry in entries:
        action, details = entry["action"], entry["details"]
        if action in moved:
            told[entry["subject"]] = moved[action]
        elif action == "check":
            told[entry["subject"]] = details.get("outcome") or details["state"]
        elif action == "publish" and details.get("upload"):
            told[details["upload"]] = "published"
    return told


# What an acknowledged state may have become by a step that was not acknowledged.
_CHECKED = {"checking", "ready", "submitted"}
_UNTOLD = {
    "check": _CHECKED,
    "confined": _CHECKED,
    "choose": {"received"},
    "check_again": {"received"},
    "submit": {"submitted"},
    "publish": {"published"},
    "return": {"returned"},
    "withdraw": {"withdrawn"},
}


def _of_promises(store, ledger):
    """All that was acknowledged is there."""
    found = {kept.upload: kept for kept in store.uploads.newest(most=10_000)}
    for name, facts in ledger.uploads.items():
        yield from _of_upload(store, name, facts, kept=found.get(name), begun=ledger.open)
    present = {version.number: (version.sha256, version.upload) for version in _versions(store)}
    for number, promised in ledger.versions.items():
        if present.get(number) != promised:
            yield f"version {number} is lost or another one"
    yield from (f"comment {number} is lost" for number in ledger.comments - _comments(store))
    if ledger.entry is None:
        return
    number, chain = ledger.entry
    if {entry["entry"]: entry["chain"] for entry in store.audit()}.get(number) != chain:
        yield f"audit entry {number} is lost"


def _of_upload(store, name, facts, *, kept, begun):
    if kept is None:
        yield f"upload {name}, acknowledged {facts['state']}, is lost"
        return
    is_open = begun is not None and begun["upload"] == name
    allowed = {facts["state"]} | (_UNTOLD.get(begun["begins"], set()) if is_open else set())
    if kept.state not in allowed:
        yield f"{name} was acknowledged {facts['state']} and is {kept.state}"
    if kept.sha256 != facts["sha256"]:
        yield f"{name} is of another file"
    path = store.uploads.path(name)
    if facts["cleaned"] and not is_open and kept.state in CHECKED and path.exists():
        if file_sha256(path) != facts["cleaned"]:
            yield f"the checked layer of {name} is another than was acknowledged"


def _of_going_on(store):
    """What was being checked ends, and nothing is left half."""
    for upload in store.uploads.unchecked():
        with reading_here():
            ended = check.check(store, upload)
        if ended.state not in FROM["publish"]:
            yield f"{upload} was taken up and is {ended.state}"
        else:
            yield from _of_cleaned(store, ended)
    yield from (f"missing after going on: {name}" for name in store.check().missing)


# ---- ways of writing that lose ----


def _file_after_state():
    """The state is written first, and the file afterwards."""
    waiting, write, writing = [], snapshots.write_atomically, database.writing

    def later(path, content):
        waiting.append((path, content if isinstance(content, bytes) else content.read_bytes()))

    @contextmanager
    def then_files(engine):
        with writing(engine) as connection:
            yield connection
        while waiting:
            time.sleep(0.02)  # as a file of some megabytes takes
            write(*waiting.pop(0))

    uploads.write_atomically = snapshots.write_atomically = later
    database.writing = then_files


def _two_transactions():
    """The version is one transaction, and what becomes of its upload another."""
    publish_all, marks = Store.publish_all, []
    mark = store_module.mark_published

    def twice(self, publications):
        marks.clear()
        versions = publish_all(self, publications)
        time.sleep(0.4)  # as a catalogue that others write to takes
        for upload, facts in marks:
            with database.writing(self._engine) as connection:
                mark(connection, upload, **facts)
            self.uploads.drop_files(upload)
        return versions

    store_module.mark_published = lambda _, upload, **facts: marks.append((upload, facts))
    Store.publish_all = twice


def _files_first():
    """The files of an upload go before its state says that they are not needed."""
    publish_all, withdraw = Store.publish_all, uploads.Uploads.withdraw

    def dropped_publish(self, publications):
        kept = [
            store_module.Publication(
                p.dataset,
                p.kind,
                p.content if isinstance(p.content, bytes) else p.content.read_bytes(),
                p.suffix,
                p.provenance,
                p.details,
                p.expected,
            )
            for p in publications
        ]
        for publication in kept:
            if publication.provenance.upload is not None:
                self.uploads.drop_files(publication.provenance.upload)
        return publish_all(self, kept)

    def dropped_withdraw(self, upload, **said):
        self.drop_files(upload)
        return withdraw(self, upload, **said)

    Store.publish_all, uploads.Uploads.withdraw = dropped_publish, dropped_withdraw


def _in_place():
    """The layer that is being served is written over, and then said to be the new version."""
    publish_all = Store.publish_all

    def over(self, publications):
        (new,) = publications
        with suppress(Exception):
            path = self.current_version(new.dataset).path
            content = new.content if isinstance(new.content, bytes) else new.content.read_bytes()
            with path.open("wb", buffering=0) as file:
                for at in range(0, len(content), 512):
                    file.write(content[at : at + 512])
        return publish_all(self, publications)

    Store.publish_all = over


def _synchronous(mode):
    configure = database._configure

    def weaker(patience_s, connection, record):
        configure(patience_s, connection, record)
        connection.execute(f"PRAGMA synchronous={mode}")

    database._configure = weaker


def _no_sync():
    """Files are renamed without having been synced."""
    snapshots.os = _Unsynced(snapshots.os)
    snapshots.sync_folder = lambda _: None


class _Unsynced:
    def __init__(self, module):
        self._module = module

    def __getattr__(self, name):
        return (lambda _: None) if name == "fsync" else getattr(self._module, name)


BAD = {
    "file-after-state": _file_after_state,
    "two-transactions": _two_transactions,
    "files-first": _files_first,
    "in-place": _in_place,
    "synchronous-off": partial(_synchronous, "OFF"),
    "synchronous-normal": partial(_synchronous, "NORMAL"),
    "unsynced-files": _no_sync,
}


def spoken(line):
    """One line of a worker, None for one that it did not end."""
    return json.loads(line) if line.endswith("\n") else None
