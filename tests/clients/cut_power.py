"""Power cuts simulated within the life of uploads: catalogue, snapshots, uploads and the audit's end.

    python -m tests.clients.cut_power --cuts 60

`strace` records every write, sync, rename and removal of one worker (`tests/geo/upload_lives.py`) under
its store. Each cut builds the disk that a power cut at a drawn moment may leave, opens it as the next
service would and holds it against all that was acknowledged before that moment.

What the disk may do: of what was written into a file since it was last synced, each sector of 512
bytes is kept or lost by itself; of what was made, renamed or removed in a folder since that was
last synced, the first so many are kept, as a journal does. What it does not: forget what it said to
have synced, damage what it was not writing, or lose a folder.
"""

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.geo.upload_lives import BAD, Ledger, first_store, live, spoken, violations

SECTOR_BYTES = 512
_CALLS = (
    "openat",
    "close",
    "lseek",
    "write",
    "pwrite64",
    "writev",
    "pwritev",
    "sendfile",
    "copy_file_range",
    "fallocate",
    "ftruncate",
    "fsync",
    "fdatasync",
    "rename",
    "unlink",
)
_CHANGES = ("write", "pwrite64", "ftruncate", "fsync", "fdatasync", "rename", "unlink")
_LINE = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+= (-?\d+)(?: \w.*)?$")
_BEGUN = re.compile(r"^(\d+)\s+(.*?)\s*<unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(\d+)\s+<\.\.\. \w+ resumed>(.*)$")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


class Inode:
    """A file's content as it is synced, and what was written since."""

    def __init__(self, content=b""):
        self.synced, self.pending, self.size = bytearray(content), [], len(content)

    def write(self, at, data):
        self.pending.append((at, data))
        self.size = max(self.size, at + len(data))

    def truncate(self, size):
        self.pending.append((size, None))
        self.size = size

    def sync(self):
        for at, data in self.pending:
            _apply(self.synced, at, data)
        self.pending = []

    def after_cut(self, rng):
        """What of it a cut leaves; sometimes all or nothing of what was not synced."""
        content, kept = bytearray(self.synced), rng.choice((0.0, 0.5, 0.5, 1.0))
        for at, data in self.pending:
            if data is None:
                if rng.random() < kept:
                    _apply(content, at, None)
                continue
            start = 0
            while start < len(data):
                end = min(len(data), start + SECTOR_BYTES - (at + start) % SECTOR_BYTES)
                if rng.random() < kept:
                    _apply(content, at + start, data[start:end])
                start = end
        return bytes(content)


def _apply(content, at, data):
    if data is None:
        del content[at:]
        content.extend(bytes(at - len(content)))
        return
    content.extend(bytes(max(0, at + len(data) - len(content))))
    content[at : at + len(data)] = data


class Disk:
    """What lies under a folder, as programs see it and as it is synced."""

    def __init__(self, folder):
        self.folder, self.open, self.pending = folder, {}, {}
        self.seen = {path: Inode(path.read_bytes()) for path in folder.rglob("*") if path.is_file()}
        self.synced = dict(self.seen)
        self.counts = Counter()

    def call(self, name, text, result):
        """Follow one system call that succeeded."""
        getattr(self, f"_{name}", self._unknown)(text, result)

    def _unknown(self, text, result):
        if int(text.split(",")[0]) in self.open:
            raise NotImplementedError(text[:80])

    def _openat(self, text, descriptor):
        path = Path(_strings(text)[0])
        if self.folder not in path.parents and path != self.folder:
            return
        if "O_CREAT" in text and path not in self.seen:
            self._enter(path, Inode())
        if path in self.seen:
            inode = self.seen[path]
            if "O_TRUNC" in text:
                inode.truncate(0)
            self.open[descriptor] = [inode, 0]
        else:
            self.open[descriptor] = [path, 0]

    def _close(self, text, _):
        self.open.pop(int(text), None)

    def _lseek(self, text, result):
        if (entry := self.open.get(int(text.split(",")[0]))) is not None:
            entry[1] = result

    def _write(self, text, written):
        if (entry := self.open.get(int(text.split(",")[0]))) is not None:
            entry[0].write(entry[1], _bytes(text)[:written])
            entry[1] += written
            self.counts["writes"] += 1

    def _pwrite64(self, text, written):
        if (entry := self.open.get(int(text.split(",")[0]))) is not None:
            entry[0].write(int(text.rsplit(",", 1)[1]), _bytes(text)[:written])
            self.counts["writes"] += 1

    def _ftruncate(self, text, _):
        if (entry := self.open.get(int(text.split(",")[0]))) is not None:
            entry[0].truncate(int(text.split(",")[1]))

    def _fsync(self, text, _):
        if (entry := self.open.get(int(text.split(",")[0]))) is None:
            return
        self.counts["syncs"] += 1
        if isinstance(entry[0], Inode):
            entry[0].sync()
            return
        for path, inode in self.pending.pop(entry[0], []):
            _link(self.synced, path, inode)

    _fdatasync = _fsync

    def _rename(self, text, _):
        source, target = map(Path, _strings(text))
        if source in self.seen:
            inode = self.seen[source]
            # One step of the journal: never both names, never none.
            _link(self.seen, source, None)
            _link(self.seen, target, inode)
            self.pending.setdefault(target.parent, []).append((target, (source, inode)))
            self.counts["renames"] += 1

    def _unlink(self, text, _):
        path = Path(_strings(text)[0])
        if path in self.seen:
            self._enter(path, None)

    def _enter(self, path, inode):
        _link(self.seen, path, inode)
        self.pending.setdefault(path.parent, []).append((path, inode))

    def after_cut(self, rng, target):
        """Build what a cut leaves in the folder `target`."""
        names = dict(self.synced)
        for entries in self.pending.values():
            for path, inode in entries[: rng.randint(0, len(entries))]:
                _link(names, path, inode)
        for folder in ("snapshots", "uploads", "prepared"):
            (target / folder).mkdir(parents=True)
        contents = {id(inode): inode.after_cut(rng) for inode in names.values()}
        for path, inode in names.items():
            # Its memory map tells nothing after a start.
            if not path.name.endswith("-shm"):
                place = target / path.relative_to(self.folder)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(contents[id(inode)])


def _link(names, path, inode):
    if isinstance(inode, tuple):
        source, inode = inode
        names.pop(source, None)
    if inode is None:
        names.pop(path, None)
    else:
        names[path] = inode


def _bytes(text):
    return bytes.fromhex(_TEXT.search(text)[1].replace("\\x", ""))


def _strings(text):
    return [bytes.fromhex(found[1].replace("\\x", "")).decode() for found in _TEXT.finditer(text)]


def calls_of(trace):
    """All calls that succeeded, in the order in which they ended: name, arguments, result."""
    begun = {}
    with trace.open() as lines:
        for line in lines:
            line = line.rstrip("\n")
            if match := _BEGUN.match(line):
                begun[match[1]] = line.removesuffix("<unfinished ...>").rstrip()
                continue
            if match := _RESUMED.match(line):
                line = begun.pop(match[1]) + match[2]
            if (match := _LINE.match(line)) and int(match[3]) >= 0:
                yield match[1], match[2], int(match[3])


def record(folder, *, lives, bad):
    """Record a worker over a new store in `folder`; the disk before, and the trace."""
    store, trace, acknowledged = folder / "store", folder / "trace", folder / "acknowledged"
    first_store(store)
    disk = Disk(store)
    command = ["strace", "-f", "-qq", "-xx", "-s", str(1 << 24), "-e", f"trace={','.join(_CALLS)}"]
    command += [
        "-e",
        "signal=none",
        "-o",
        str(trace),
        sys.executable,
        "-m",
        "tests.clients.cut_power",
    ]
    command += ["--record", str(folder), "--lives", str(lives)]
    subprocess.run([*command, *(["--bad", bad] if bad else [])], check=True)
    return disk, list(calls_of(trace)), acknowledged


def work(folder, *, lives, bad):
    """The worker that is recorded; it tells what it does in a file of its own."""
    (folder / "spool").mkdir()
    tempfile.tempdir = str(folder / "spool")
    if bad:
        BAD[bad]()
    with (folder / "acknowledged").open("wb", buffering=0) as told:
        live(
            folder / "store",
            folder / "spool",
            lambda fact: told.write((json.dumps(fact) + "\n").encode()),
            first=1,
            lives=lives,
        )


def run(folder, *, cuts, lives=12, seed=1, bad=None):
    """Cut the power `cuts` times; what was found."""
    disk, calls, acknowledged = record(folder, lives=lives, bad=bad)
    rng, ledger, wrong, told = random.Random(seed), Ledger(), [], None
    changes = [number for number, (name, *_) in enumerate(calls) if name in _CHANGES]
    moments = sorted(rng.sample(changes[len(changes) // 20 :], cuts))
    hit = Counter()
    for number, (name, text, result) in enumerate(calls):
        if name == "openat" and str(acknowledged) in _strings(text):
            told = result
        if name == "write" and told is not None and int(text.split(",")[0]) == told:
            ledger.hear(spoken(_bytes(text).decode()))
        else:
            disk.call(name, text, result)
        while moments and moments[0] == number:
            moments.pop(0)
            hit[ledger.open["begins"] if ledger.open else "between steps"] += 1
            target = folder / f"cut-{number}"
            disk.after_cut(rng, target)
            found = violations(target, ledger)["wrong"]
            wrong.append(found)
            shutil.rmtree(target)
    return {
        "calls": len(calls),
        **disk.counts,
        "cut_inside": dict(hit),
        "acknowledged": {"uploads": len(ledger.uploads), "versions": len(ledger.versions)},
        "cuts": len(wrong),
        "cuts_that_lost": sum(bool(found) for found in wrong),
        "violations": sum(map(len, wrong)),
        "examples": [found[0] for found in wrong if found][:5],
    }


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=60)
    parser.add_argument("--lives", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bad", choices=sorted(BAD))
    parser.add_argument("--record", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.record:
        work(asked.record, lives=asked.lives, bad=asked.bad)
        return
    with tempfile.TemporaryDirectory(prefix="kawasan-cuts-") as name:
        found = run(Path(name), cuts=asked.cuts, lives=asked.lives, seed=asked.seed, bad=asked.bad)
    sys.stdout.write(json.dumps(found) + "\n")
    sys.exit(bool(found["violations"]))


if __name__ == "__main__":
    main()
