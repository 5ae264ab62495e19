"""A file in parts under SIGKILL: what was acknowledged is there, and it is gone on with to its end."""

import os
import random
import signal
import zlib

import pytest

from geo.ingest.source import Limits
from geo.store.roles import Actor
from geo.store.store import Store
from geo.submission import receiving

ACTOR = Actor("siti", "editor")
CONTENT = b"PK\3\4" + random.Random(1).randbytes(400_000)
PIECE = 20_000


def brought(folder, part, tell):
    """Bring the rest of the file, and tell how much was acknowledged after each piece."""
    store = Store(folder)
    offset = receiving.one(store, part, actor=ACTOR).received_bytes
    while offset < len(CONTENT):
        content = CONTENT[offset : offset + PIECE]
        found = receiving.append(store, part, content, offset=offset, actor=ACTOR)
        offset = found.received_bytes
        os.write(tell, offset.to_bytes(8, "big"))
    store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be forked")
def test_of_a_killed_service_everything_is_there_that_it_acknowledged(tmp_path):
    rng, kills, acknowledged = random.Random(2), 0, 0
    store = Store(tmp_path)
    size = len(CONTENT)
    part = receiving.begin(store, filename="a", size_bytes=size, actor=ACTOR, limits=Limits()).part
    store.close()
    while acknowledged < size:
        heard, tell = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                brought(tmp_path, part, tell)
            finally:
                os._exit(0)
        os.close(tell)
        for _ in range(rng.randint(1, 4)):
            if told := os.read(heard, 8):
                acknowledged = int.from_bytes(told, "big")
        # Somewhere within the next piece.
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while told := os.read(heard, 8):
            acknowledged = int.from_bytes(told, "big")
        os.close(heard)
        kills += 1

        store = Store(tmp_path)
        found = receiving.one(store, part, actor=ACTOR)
        kept = (tmp_path / "receiving" / f"{part}.part").read_bytes()[: found.received_bytes]
        assert found.received_bytes >= acknowledged
        assert (kept, found.crc32) == (CONTENT[: len(kept)], zlib.crc32(kept))
        store.close()
        acknowledged = found.received_bytes
    assert kills >= 5
