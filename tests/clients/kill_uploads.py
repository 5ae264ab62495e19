"""`kill -9` inside every step of an upload's life; see `tests/geo/upload_lives.py`.

    python -m tests.clients.kill_uploads --kills 200

A worker tells on a pipe what it begins and what it has done. It is killed a drawn time after it began
a step of the kind that is aimed at, within the time that this step takes; then another process opens
the store and holds it against all that was acknowledged.
"""

import argparse
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
import traceback
from pathlib import Path

from geo.ingest.sandbox import prepare
from tests.geo.upload_lives import BAD, STEPS, Ledger, first_store, live, spoken, violations

# A killed reader sees the end of its input when it has started, which takes it a second.
_CHILD_ENDS_S = 15.0


class Killer:
    """Kills one worker after another over one store, and counts what each kill hit."""

    def __init__(self, folder, *, seed, bad=None):
        self.folder, self.spool = folder / "store", folder / "spool"
        self.rng, self.bad = random.Random(seed), bad
        self.spool.mkdir(parents=True)
        self.ledger, self.took = Ledger(), {step: [] for step in STEPS}
        self.hit, self.missed, self.wrong, self.known = dict.fromkeys(STEPS, 0), 0, [], set()
        self._forked(lambda _: first_store(self.folder))

    def measure(self, lives):
        """How long the steps take here; nobody is killed."""
        self._forked(lambda tell: self._live(tell, lives=lives), self._heard_all)

    def kill(self, aim):
        """Kill a worker inside a step of the kind `aim`, as far as a drawn moment can hit it."""
        self._forked(
            lambda tell: self._live(tell, aim=aim),
            lambda pipe, child: self._killed(pipe, child, aim),
        )
        if self.ledger.open is None:
            self.missed += 1
        else:
            self.hit[self.ledger.open["begins"]] += 1
        self._look(f"kill in {aim}")

    def _killed(self, pipe, child, aim):
        usual = statistics.median(self.took[aim] or [1.0])
        for line in pipe:
            told = spoken(line)
            self._hear(told)
            if told.get("begins") == aim:
                time.sleep(self.rng.uniform(0, usual))
                break
        os.kill(child, signal.SIGKILL)
        for line in pipe:
            if (told := spoken(line)) is not None:
                self._hear(told)
        if aim == "confined":
            self._await_readers()

    def _await_readers(self):
        deadline = time.monotonic() + _CHILD_ENDS_S
        while readers := _readers_in(self.spool):
            if time.monotonic() > deadline:
                self.wrong.append(f"readers outlive their service: {readers}")
                return
            time.sleep(0.05)

    def _look(self, when):
        """Open the store in a process of its own; what is wrong goes into `wrong`."""
        answers = []

        def listen(pipe, _child):
            answers.extend(json.loads(line) for line in pipe)

        self._forked(lambda tell: tell(violations(self.folder, self.ledger)), listen, is_bad=False)
        if not answers:
            self.wrong.append(f"{when}: whoever opened the store died")
            return
        # What was lost once is not counted again at every later look.
        self.wrong += [f"{when}: {w}" for w in answers[0]["wrong"] if w not in self.known]
        self.known.update(answers[0]["wrong"])
        if answers[0]["seen"] is not None:
            self.ledger.adopt(answers[0]["seen"])

    def _hear(self, told):
        self.ledger.hear(told)
        if "ends" in told:
            self.took[told["ends"]].append(told["s"])

    def _heard_all(self, pipe, _child):
        for line in pipe:
            self._hear(spoken(line))

    def _live(self, tell, **options):
        first = max(self.ledger.lives) + 1
        live(self.folder, self.spool, tell, first=first, **options)

    def _forked(self, work, listen=lambda _pipe, _child: None, *, is_bad=True):
        """Do `work` in a child, which tells what `listen` reads."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                tempfile.tempdir = str(self.spool)
                if self.bad is not None and is_bad:
                    BAD[self.bad]()
                work(lambda told: _write(writing, told))
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading, "r") as pipe:
            listen(pipe, child)
        os.waitpid(child, 0)

    def summary(self):
        """What was hit and what was found."""
        usual = {s: round(1000 * statistics.median(t), 1) for s, t in self.took.items() if t}
        return {
            "killed_inside": {step: n for step, n in self.hit.items() if n},
            "between_steps": self.missed,
            "acknowledged": {
                "uploads": len(self.ledger.uploads),
                "versions": len(self.ledger.versions),
                "comments": len(self.ledger.comments),
            },
            "usual_ms": usual,
            "violations": len(self.wrong),
            "examples": self.wrong[:5],
        }


def _write(pipe, told):
    content = (json.dumps(told) + "\n").encode()
    while content:
        content = content[os.write(pipe, content) :]


def _readers_in(folder):
    """Confined readers that work under `folder`, by their process numbers."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if b"geo.validation.reader" in command and str(folder).encode() in command:
            found.append(int(process.name))
    return found


def run(folder, *, kills, seed=1, bad=None, steps=STEPS):
    """Kill `kills` workers, each in the next of `steps`; see `Killer.summary`."""
    prepare()
    killer = Killer(folder, seed=seed, bad=bad)
    killer.measure(min(12, 1 + kills // 4))
    for number in range(kills):
        killer.kill(steps[number % len(steps)])
        if number % 20 == 19:
            sys.stderr.write(f"{number + 1} kills: {killer.summary()}\n")
    return killer.summary()


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bad", choices=sorted(BAD))
    parser.add_argument("--steps", nargs="*", default=STEPS, choices=STEPS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kawasan-kills-") as name:
        found = run(
            Path(name), kills=asked.kills, seed=asked.seed, bad=asked.bad, steps=asked.steps
        )
    sys.stdout.write(json.dumps(found) + "\n")
    sys.exit(bool(found["violations"]))


if __name__ == "__main__":
    main()
