"""Where files are checked: places that all processes over a store share, and who sees to the rest.

A request takes a waiting place before its file is kept, and a slot before it is checked. What a
process left unchecked when it died, and what waited too long, is looked after from time to time by
every process.
"""

import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TypeVar

import anyio
import anyio.abc
import anyio.to_thread
from fastapi import FastAPI, Request
from filelock import FileLock

from api.deps import store_of
from api.settings import Settings
from api.uploads.shared import Turns
from geo.errors import GeoError, NotReady
from geo.language import Text
from geo.store.shared_limits import SharedPlaces
from geo.store.store import Store, Upload
from geo.submission.receiving import drop_due

Done = TypeVar("Done")
_logger = logging.getLogger("kawasan")

# A large file takes this long to check.
RETRY_AFTER_S = 10
# Nobody tells a process that another one has ended.
_LOOK_AGAIN_S = 0.05
_CARE_EVERY_S, _LONGEST_WAIT_S = 15.0, 600.0

# How soon to ask again for an upload that is being checked, in seconds.
SOON_S = 2


class UploadsBusy(NotReady):
    """As many uploads wait to be checked as may."""

    title = Text(id="Meja unggah sibuk", en="Uploads are busy")
    sentence = Text(
        id="Terlalu banyak berkas sedang diperiksa. Coba lagi sebentar.",
        en="Too many files are being checked. Try again in a moment.",
    )


class Desk:
    """Where one process checks files: its threads, its turn, and whether it is closing.

    Of one process the first to come is the first to go on.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        folder = store.folder / "limits"
        self.store, self.settings = store, settings
        self.slots = SharedPlaces(folder, "slot", count=settings.upload_slots)
        self.waiting = SharedPlaces(folder, "waiting", count=settings.uploads_waiting)
        self.turn = anyio.Lock()
        # Threads for checking alone, so that waiting for a child takes none from other requests.
        self.threads = anyio.CapacityLimiter(settings.upload_slots)
        self.closing = threading.Event()
        # Of what several readers ask for at once; see `api.uploads.shared`.
        self.turns = Turns()

    def enter(self) -> "Place":
        """A place for a file that will be checked: a slot where one is free, else one to wait in.

        Raises
        ------
        UploadsBusy
            When these are taken too.
        """
        slot = None if self.turn.locked() else self.slots.take()
        if slot is not None:
            return Place(self, slot=slot)
        waiting = self.waiting.take()
        if waiting is None:
            most = self.settings.uploads_waiting
            raise UploadsBusy(waiting=most, retry_after_s=RETRY_AFTER_S)
        return Place(self, waiting=waiting)

    async def run(self, function: Callable[[], Done]) -> Done:
        """Do something in one of the threads for checking."""
        return await anyio.to_thread.run_sync(function, limiter=self.threads)

    def check(self, upload_id: str) -> Upload:
        """Check an upload, unless this process is closing; see `geo.submission.check.check`."""
        from geo.submission.check import check

        return check(
            self.store,
            upload_id,
            limits=self.settings.reader_limits(),
            goes_on=lambda: not self.closing.is_set(),
        )


class Place:
    """A place of one request: it becomes a slot, and is given back."""

    def __init__(
        self, desk: Desk, *, slot: FileLock | None = None, waiting: FileLock | None = None
    ) -> None:
        self._desk, self._slot, self._waiting = desk, slot, waiting

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a slot and hold it."""
        if self._slot is None:
            async with self._desk.turn:
                while (slot := self._desk.slots.take()) is None:
                    await anyio.sleep(_LOOK_AGAIN_S)
            self._slot = slot
            self._leave_waiting()
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Give back whatever is held."""
        self._leave_waiting()
        if self._slot is not None:
            self._slot.release()
            self._slot = None

    def _leave_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.release()
            self._waiting = None


def desk_of(request: Request) -> Desk:
    """The place where this process checks files."""
    store_of(request)
    desk: Desk = request.app.state.desk
    return desk


async def checked(desk: Desk, place: Place, upload_id: str) -> Upload:
    """An upload after its check, which begins when a slot is free."""
    async with place.slot():
        return await desk.run(partial(desk.check, upload_id))


def check_later(request: Request, place: Place, upload_id: str) -> None:
    """Check an upload after this request was answered; what goes wrong stands in its report."""
    tasks: anyio.abc.TaskGroup = request.app.state.tasks
    tasks.start_soon(_checked_later, desk_of(request), place, upload_id)


async def _checked_later(desk: Desk, place: Place, upload_id: str) -> None:
    try:
        # What is wrong stands in the upload's report; nothing of it may end the other tasks.
        await checked(desk, place, upload_id)
    except GeoError:
        pass
    except Exception:
        _logger.exception("the check of upload %s failed", upload_id)
    finally:
        place.release()


@asynccontextmanager
async def working(app: FastAPI, store: Store) -> AsyncIterator[None]:
    """While the service runs: check what waits, and look after what others left."""
    desk = app.state.desk = Desk(store, app.state.settings)
    async with anyio.create_task_group() as tasks:
        app.state.tasks = tasks
        tasks.start_soon(_take_care, desk)
        try:
            yield
        finally:
            # A check that is under way ends at once and is taken up by the next start.
            desk.closing.set()
            tasks.cancel_scope.cancel()


async def _take_care(desk: Desk) -> None:
    # A check that cannot be ended, as on a full disk, is tried less and less often.
    waits: dict[str, tuple[float, float]] = {}
    while True:
        # A store that is at fault is told to whoever asks for its data.
        with suppress(GeoError):
            await desk.run(desk.store.uploads.expire_due)
            await desk.run(partial(drop_due, desk.store))
            for upload_id in await desk.run(desk.store.uploads.unchecked):
                again_at, wait_s = waits.get(upload_id, (0.0, _CARE_EVERY_S))
                if anyio.current_time() < again_at:
                    continue
                if (slot := desk.slots.take()) is None:
                    break
                waits[upload_id] = anyio.current_time() + wait_s, min(2 * wait_s, _LONGEST_WAIT_S)
                try:
                    # What is wrong with the file stands in its report, whatever ended the check.
                    await desk.run(partial(desk.check, upload_id))
                except GeoError:
                    pass
                except Exception:
                    _logger.exception("the check of upload %s failed", upload_id)
                finally:
                    slot.release()
        await anyio.sleep(_CARE_EVERY_S)
