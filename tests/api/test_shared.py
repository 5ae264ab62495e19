"""Two readers of one upload's effect share one computation; one who leaves ends it."""

import time

import anyio
import pytest
from anyio.from_thread import start_blocking_portal

from api.uploads.shared import Turns, while_read
from geo.errors import InvalidInput
from geo.ingest.sandbox import Stopped
from geo.language import Text


def run(function, *arguments):
    """In a loop of a thread of its own, wherever another loop runs already."""
    with start_blocking_portal() as portal:
        return portal.call(function, *arguments)


class Reader:
    """A request whose reader leaves after so many questions."""

    def __init__(self, leaves_after=None):
        self.asked, self.leaves_after = 0, leaves_after

    async def is_disconnected(self):
        self.asked += 1
        return self.leaves_after is not None and self.asked > self.leaves_after


def test_who_leaves_ends_the_computation_and_who_left_begins_none():
    rounds = []

    def compute(goes_on):
        for at in range(100):
            rounds.append(at)
            if not goes_on():
                raise Stopped
            time.sleep(0.02)

    assert run(while_read, Reader(leaves_after=1), compute) is None
    assert 0 < len(rounds) < 100
    del rounds[:]
    assert run(while_read, Reader(leaves_after=0), compute) is None
    assert rounds == []


def test_what_is_wrong_is_told_as_it_is():
    def compute(goes_on):
        raise InvalidInput(reason=Text("salah", "wrong"))

    with pytest.raises(InvalidInput):
        run(while_read, Reader(), compute)


def test_two_readers_wait_for_one_turn_and_nothing_of_it_stays():
    turns, kept, made = Turns(), {}, []

    def compute(goes_on):
        if "x" not in kept:
            made.append("x")
            time.sleep(0.05)
            kept["x"] = 7
        return kept["x"]

    async def read(found):
        async with turns.of("x"):
            found.append(await while_read(Reader(), compute))

    async def both():
        found = []
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read, found)
            tasks.start_soon(read, found)
        return found

    assert run(both) == [7, 7]
    assert made == ["x"]
    assert not turns._turns
