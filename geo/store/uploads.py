"""The uploads of a store: files that were handed in, and what becomes of each.

    received → checking → needs_choices | ready → submitted → published | withdrawn | expired
                                    ↖         ↖  ↙
                                      returned

The file is kept as it came (`ID.original`) before anything of it is read, until one of the last three
states, which are ends. From `returned` its sender goes on; only where no file is kept (of an older
store, or of a kind that cannot be read) it is an end too, and has no term. Every step is one transaction that looks at the state it comes from and writes
into the audit log, so that nobody publishes what somebody else withdraws at the same moment. A file
goes after the step that no longer needs it: a crash in between leaves an orphan, never a loss.
"""

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

import sqlalchemy as sa
from filelock import FileLock, Timeout

from geo.errors import Conflict, UploadNotFound, UploadRejected
from geo.language import Text, texts
from geo.store import catalogue, comments, database
from geo.store.roles import Actor
from geo.store.snapshots import require_space, write_atomically

_SAY = texts(__name__)

State = Literal[
    "received",
    "checking",
    "needs_choices",
    "ready",
    "submitted",
    "published",
    "returned",
    "withdrawn",
    "expired",
]
Step = Literal["check", "choose", "submit", "publish", "return", "withdraw", "expire"]
STATES: tuple[State, ...] = get_args(State)
ENDS: tuple[State, ...] = ("published", "withdrawn", "expired")
WAITING: tuple[State, ...] = tuple(state for state in STATES if state not in ENDS)
# The states from which a step leads on. `check` takes up again what a dead service left.
FROM: Mapping[Step, frozenset[State]] = {
    "check": frozenset({"received", "checking"}),
    "choose": frozenset({"needs_choices", "ready", "returned"}),
    "submit": frozenset({"ready", "returned"}),
    "publish": frozenset({"ready", "submitted"}),
    "return": frozenset({"submitted"}),
    "withdraw": frozenset(WAITING),
    "expire": frozenset({"needs_choices", "ready", "submitted", "returned"}),
}
# The states in which what would be published is kept beside the file.
CHECKED: tuple[State, ...] = ("ready", "submitted", "returned")
SUBJECT = "upload"
# Days that a file waits after the last change of its upload, and days before that with a notice.
KEEP_DAYS = 30
NOTICE_DAYS = 7
# Two uploads share a lock once in 256; one then waits for the other's check.
_LOCK_DIGITS = 2
# Of a layer or a table one file waits, in an older store too.
_LAYER = ".parquet"
_DRAWING = ".{}.geojson"
_TABLE = catalogue.uploads
_AUDIT = catalogue.audit
# See `UploadEntry.is_end`.
_IS_END = _TABLE.c.state.in_(ENDS) | (
    (_TABLE.c.state == "returned") & _TABLE.c.expires_at.is_(None)
)
# One word of a report, which stays where it is.
_SUBJECT = _TABLE.c.report["subject"].label("subject")


@dataclass(frozen=True, slots=True)
class UploadEntry:
    """One upload and what became of it; `expires_at` is None once that is decided.

    `role` is None for an upload of a store's first schema, of which no original is kept. `base` is
    the version of its layer that it was compared with, 0 for none, pinned when it was submitted.
    `subject` is what its check found it to be of, by language, None where no check says that.
    """

    upload: str
    dataset: str
    filename: str
    sha256: str
    state: State
    created_at: str
    created_by: str
    role: str | None
    institution: str | None
    updated_at: str
    expires_at: str | None
    base: int | None
    submitted_by: str | None
    subject: Mapping[str, str] | None

    @property
    def title(self) -> Text:
        """What a list calls it: what it is of, else its file's name."""
        return Text(self.filename, self.filename) if self.subject is None else Text(**self.subject)

    @property
    def is_end(self) -> bool:
        """Whether nothing leads on: it is decided, or was returned and no file of it is kept."""
        return self.state in ENDS or (self.state == "returned" and self.expires_at is None)

    def allows(self, step: Step) -> bool:
        """Whether `step` leads on from the upload's state."""
        return self.state in FROM[step] and not self.is_end

    def require(self, step: Step) -> None:
        """Raise unless `step` leads on from the upload's state.

        Raises
        ------
        UploadRejected
            When it is to be submitted or published and has errors.
        Conflict
            Saying what became of it.
        """
        if self.allows(step):
            return
        is_faulty = self.state == "needs_choices" and step in ("submit", "publish")
        is_back = self.state == "returned" and not self.is_end
        said = _SAY["is_back" if is_back else f"is_{self.state}"]
        raise (UploadRejected if is_faulty else Conflict)(reason=said)


@dataclass(frozen=True, slots=True)
class Upload(UploadEntry):
    """An upload with all that is known of it; `report` is empty until it was checked."""

    choices: Mapping[str, Any]
    report: Mapping[str, Any]
    submission: Mapping[str, Any] | None
    impact: Mapping[str, Any] | None

    @property
    def compared_with(self) -> int:
        """The version that its difference was made from, 0 for none."""
        return int(self.report.get("against") or 0) if self.base is None else self.base


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Who withdrew an upload, when (UTC) and why; one's own may be withdrawn without a reason."""

    by: str
    at: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """Who sent a file, what it is called, and what was said when it was submitted."""

    by: str
    filename: str
    note: str | None
    subject: Mapping[str, str] | None


class Uploads:
    """The uploads in a catalogue and their files in `folder`; `time` is the clock as text."""

    def __init__(
        self,
        engine: sa.Engine,
        folder: Path,
        *,
        time: Callable[[], str],
        keep_days: int = KEEP_DAYS,
    ) -> None:
        self._engine, self._folder, self._time = engine, folder, time
        self._log = catalogue.AuditLog(time)
        self._keep_days = keep_days

    def receive(
        self,
        dataset: str,
        content: Path,
        *,
        filename: str,
        sha256: str,
        choices: Mapping[str, Any],
        actor: Actor,
        upload: str | None = None,
    ) -> Upload:
        """Keep a file as it came and record it; nothing of it has been read.

        Parameters
        ----------
        upload : str, optional
            The id that it had before it was an upload, which nothing else has; a new one by default.

        Raises
        ------
        StoreFault
            When there is no room; nothing is kept then.
        """
        upload, now = upload or secrets.token_hex(8), self._time()
        require_space(self._folder, content.stat().st_size)
        write_atomically(self.original(upload), content)
        try:
            with database.writing(self._engine) as connection:
                connection.execute(
                    _TABLE.insert().values(
                        upload=upload,
                        dataset=dataset,
                        filename=filename,
                        sha256=sha256,
                        state="received",
                        created_at=now,
                        created_by=actor.name,
                        role=actor.role,
                        institution=actor.institution,
                        updated_at=now,
                        expires_at=_days_after(now, self._keep_days),
                        choices=dict(choices),
                        report={},
                    )
                )
                facts = {"sha256": sha256, "filename": filename, "dataset": dataset}
                self._log(connection, actor.name, "upload", upload, facts)
        except BaseException:
            self.original(upload).unlink(missing_ok=True)
            raise
        return self.one(upload)

    @contextmanager
    def locked(self, upload: str, *, patience_s: float = 0.0) -> Iterator[bool]:
        """Hold the upload for a check or a publication; False where another process or thread does.

        The system takes the lock from a process that dies.
        """
        folder = self._folder.parent / "limits"
        folder.mkdir(exist_ok=True)
        name = f"upload-{upload[:_LOCK_DIGITS]}.lock"
        lock = FileLock(folder / name, thread_local=False, timeout=patience_s)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def begin_check(self, upload: str, *, actor: str) -> Upload:
        """Say that the file is being checked; whoever says so holds its lock.

        Raises
        ------
        Conflict
            When there is nothing to check.
        """
        return self._move(upload, "check", "checking", actor=actor)

    def end_check(
        self,
        upload: str,
        *,
        report: Mapping[str, Any],
        frame: Path | None,
        actor: str,
        rasters: Mapping[str, Path] | None = None,
        drawings: Mapping[str, Path] | None = None,
    ) -> Upload:
        """Record what a check found.

        What would be published is `frame`, the cleaned GeoParquet, or `rasters`, by what follows the
        upload's id in their names here (`.slope_percent.tif`); both None where there are errors.
        `drawings` by their names are what a map shows of the file, with errors too; they go with it.

        What was submitted before stays submitted, on the new base; with errors it has to be
        submitted again.

        Raises
        ------
        Conflict
            When the upload was withdrawn meanwhile; nothing is kept then.
        """
        files = {_LAYER: frame} if frame is not None else rasters or {}
        drawn = {_DRAWING.format(name): path for name, path in (drawings or {}).items()}
        kept = {self.made(upload, suffix): path for suffix, path in {**files, **drawn}.items()}
        require_space(self._folder, sum(path.stat().st_size for path in kept.values()))
        for there, path in kept.items():
            write_atomically(there, path)
        with database.writing(self._engine) as connection:
            found = _read(connection, upload)
            if found.state != "checking":
                # Whoever ended it has removed its files, and these came after.
                if found.is_end:
                    self.drop_files(upload)
                raise Conflict(reason=_SAY[f"is_{found.state}"])
            state: State = "needs_choices"
            said = {"files": list(rasters)} if rasters else {}
            said |= {"drawings": list(drawings)} if drawings else {}
            values: dict[str, Any] = {"base": None, "impact": sa.null()}
            values["report"] = {**report, **said}
            if not files:
                values |= _taken_back(found)
            elif found.submitted_by is None:
                state = "ready"
            else:
                state, values["base"] = "submitted", report.get("against")
            self._set(connection, upload, state, **values)
            self._log(connection, actor, "check", upload, {"outcome": state})
        self._drop(upload, keep={self.original(upload), *kept})
        return self.one(upload)

    def refuse(self, upload: str, *, report: Mapping[str, Any], actor: str) -> Upload:
        """Give a file back of a kind that nothing can be chosen for, and keep none; its report says why."""
        with database.writing(self._engine) as connection:
            _read(connection, upload).require("check")
            self._set(connection, upload, "returned", is_kept=False, report=dict(report))
            self._log(connection, actor, "check", upload, {"state": "returned"})
        self.drop_files(upload)
        return self.one(upload)

    def choose(
        self, upload: str, *, dataset: str, choices: Mapping[str, Any], actor: str
    ) -> Upload:
        """Keep other choices; the file has to be checked again, and one that was returned submitted.

        Raises
        ------
        Conflict
            When the upload is submitted or decided, or its file is not kept (of an older store).
        """
        found = self._require_original(upload, "choose")
        details = {"dataset": dataset, "choices": dict(choices)}
        values = {**details, "base": None, **_taken_back(found)}
        return self._move(
            upload, "choose", "received", actor=actor, action="choose", details=details, **values
        )

    def check_again(self, upload: str, *, actor: str) -> Upload:
        """Have a file checked against what is published now; what was submitted stays submitted.

        Raises
        ------
        Conflict
            When the upload is decided, or its file is not kept (of an older store).
        """
        self._require_original(upload, "publish")
        return self._move(upload, "publish", "received", actor=actor, action="check_again")

    def submit(self, upload: str, *, submission: Mapping[str, Any], actor: str) -> Upload:
        """Ask for publication; the version that the file was compared with is pinned.

        Raises
        ------
        UploadRejected, Conflict
        """
        with database.writing(self._engine) as connection:
            found = _read(connection, upload)
            found.require("submit")
            said = {**_return_of(found), **submission}
            base = found.compared_with
            values: dict[str, Any] = {"base": base, "submission": said, "submitted_by": actor}
            self._set(connection, upload, "submitted", **values)
            self._log(connection, actor, "submit", upload, {**submission, "base": base})
        return self.one(upload)

    def give_back(self, upload: str, *, reason: str, actor: Actor) -> Upload:
        """Return what was submitted, with a comment that says why; everything of it stays.

        Who returned it, when and why stands in its `submission` too, until it is published.

        Raises
        ------
        Conflict
        """
        with database.writing(self._engine) as connection:
            found, now = _read(connection, upload), self._time()
            found.require("return")
            comments.insert(connection, SUBJECT, upload, text=reason, author=actor, at=now)
            told = {"reason": reason, "by": actor.name, "role": actor.role, "at": now}
            told |= {"institution": actor.institution}
            said = {**(found.submission or {}), "returned": told}
            self._set(connection, upload, "returned", submission=said)
            self._log(connection, actor.name, "return", upload, {"reason": reason})
        return self.one(upload)

    def withdraw(self, upload: str, *, actor: Actor, reason: str | None = None) -> Upload:
        """End an upload that is not decided, also while it is checked; its report stays.

        A `reason` becomes a comment.

        Raises
        ------
        UploadNotFound
        Conflict
            When it is published (the version stays as it is) or expired.
        """
        with database.writing(self._engine) as connection:
            found = _read(connection, upload)
            if found.state != "withdrawn":
                found.require("withdraw")
                self._set(connection, upload, "withdrawn")
                why = {} if reason is None else {"reason": reason}
                if reason is not None:
                    at = self._time()
                    comments.insert(connection, SUBJECT, upload, text=reason, author=actor, at=at)
                self._log(connection, actor.name, "withdraw", upload, why)
        self.drop_files(upload)
        return self.one(upload)

    def sent(self, uploads: Collection[str]) -> dict[str, Sent]:
        """Who sent each of the uploads; their reports are not read."""
        columns = (_TABLE.c.upload, _TABLE.c.created_by, _TABLE.c.filename, _TABLE.c.submission)
        query = sa.select(*columns, _SUBJECT).where(_TABLE.c.upload.in_(list(uploads)))
        with database.reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return {
            one.upload: Sent(
                one.created_by, one.filename, (one.submission or {}).get("note"), one.subject
            )
            for one in rows
        }

    def withdrawals(self, uploads: Collection[str]) -> dict[str, Withdrawal]:
        """Of those of the uploads that were withdrawn, by whom and why; see `withdraw`."""
        of_these = (_AUDIT.c.action == "withdraw") & _AUDIT.c.subject.in_(list(uploads))
        query = sa.select(_AUDIT.c.subject, _AUDIT.c.actor, _AUDIT.c.at, _AUDIT.c.details)
        with database.reading(self._engine) as connection:
            rows = connection.execute(query.where(of_these)).all()
        return {
            one.subject: Withdrawal(one.actor, one.at, one.details.get("reason")) for one in rows
        }

    def keep_impact(self, upload: str, impact: Mapping[str, Any]) -> None:
        """Keep what publishing would change, while the upload waits for that."""
        with database.writing(self._engine) as connection:
            waits = (_TABLE.c.upload == upload) & _TABLE.c.state.in_(FROM["publish"])
            connection.execute(_TABLE.update().where(waits).values(impact=dict(impact)))

    def expire_due(self) -> list[str]:
        """End every upload that waited too long; the ids of those that ended now.

        One of an older store, which had no term, has its term from now on.
        """
        now = self._time()
        may_expire = _TABLE.c.state.in_(FROM["expire"]) & ~_IS_END
        is_due = may_expire & (_TABLE.c.expires_at.is_(None) | (_TABLE.c.expires_at <= now))
        query = sa.select(_TABLE.c.upload, _TABLE.c.expires_at).where(is_due)
        with database.reading(self._engine) as connection:
            if connection.execute(query.limit(1)).first() is None:
                return []
        ended = []
        with database.writing(self._engine) as connection:
            for upload, expires_at in connection.execute(query).all():
                if expires_at is None:
                    term = _days_after(now, self._keep_days)
                    row = _TABLE.update().where(_TABLE.c.upload == upload)
                    connection.execute(row.values(expires_at=term))
                    continue
                self._set(connection, upload, "expired")
                self._log(connection, "system", "expire", upload, {"due": expires_at})
                ended.append(upload)
        for upload in ended:
            self.drop_files(upload)
        return ended

    def one(self, upload: str) -> Upload:
        """One upload; `UploadNotFound` when there is none of that id."""
        with database.reading(self._engine) as connection:
            return _read(connection, upload)

    def state(self, upload: str) -> State:
        """The state of one upload alone."""
        query = sa.select(_TABLE.c.state).where(_TABLE.c.upload == upload)
        with database.reading(self._engine) as connection:
            found: State | None = connection.scalar(query)
        if found is None:
            raise UploadNotFound(upload)
        return found

    def newest(
        self,
        *states: State,
        by: str | None = None,
        is_end: bool | None = None,
        most: int = 100,
    ) -> list[UploadEntry]:
        """The newest uploads first, `most` of them.

        Of these `states`, sent `by` whom, and from which nothing leads on (`is_end`) or something
        does, where given.
        """
        # Reports stay where they are: a hundred of them can be megabytes.
        names = [field.name for field in fields(UploadEntry)]
        columns = [*(_TABLE.c[name] for name in names if name in _TABLE.c), _SUBJECT]
        # The sequence rises; the clock may not.
        query = sa.select(*columns).order_by(_TABLE.c.sequence.desc()).limit(most)
        if states:
            query = query.where(_TABLE.c.state.in_(states))
        if by is not None:
            query = query.where(_TABLE.c.created_by == by)
        if is_end is not None:
            query = query.where(_IS_END if is_end else ~_IS_END)
        with database.reading(self._engine) as connection:
            return [UploadEntry(**row) for row in connection.execute(query).mappings()]

    def count_ended(self, *, by: str | None = None) -> int:
        """Of how many uploads nothing leads on, sent `by` whom where given."""
        query = sa.select(sa.func.count()).select_from(_TABLE).where(_IS_END)
        if by is not None:
            query = query.where(_TABLE.c.created_by == by)
        with database.reading(self._engine) as connection:
            return int(connection.scalar(query) or 0)

    def unchecked(self) -> list[str]:
        """The ids of the uploads whose check has not ended, the oldest first."""
        query = sa.select(_TABLE.c.upload).where(_TABLE.c.state.in_(FROM["check"]))
        with database.reading(self._engine) as connection:
            return list(connection.execute(query.order_by(_TABLE.c.sequence)).scalars())

    def path(self, upload: str) -> Path:
        """Where the cleaned GeoParquet of a ready upload waits for its publication."""
        return self.made(upload, _LAYER)

    def made(self, upload: str, suffix: str) -> Path:
        """Where one of the files that a check made waits; see `end_check`."""
        return self._folder / f"{upload}{suffix}"

    def drawing(self, upload: Upload, name: str) -> Path | None:
        """Where one of the drawings of an upload's last check lies; None where there is none."""
        path = self.made(upload.upload, _DRAWING.format(name))
        return path if name in upload.report.get("drawings", ()) and path.exists() else None

    def original(self, upload: str) -> Path:
        """Where the file lies as it came."""
        return self._folder / f"{upload}.original"

    def has_original(self, upload: UploadEntry) -> bool:
        """Whether the file of an upload is kept as it came."""
        return upload.role is not None and self.original(upload.upload).exists()

    def is_expiring(self, upload: UploadEntry) -> bool:
        """Whether an upload ends within the days of notice unless somebody goes on with it."""
        soon = _days_after(self._time(), NOTICE_DAYS)
        return upload.expires_at is not None and upload.expires_at <= soon

    def waiting_files(self) -> set[str]:
        """The names of the files that undecided uploads need."""
        files, drawings = _TABLE.c.report["files"], _TABLE.c.report["drawings"]
        query = sa.select(_TABLE.c.upload, _TABLE.c.state, _TABLE.c.role, files, drawings)
        query = query.where(~_IS_END)
        with database.reading(self._engine) as connection:
            rows = connection.execute(query).all()
        found = {self.original(upload).name for upload, _, role, _, _ in rows if role is not None}
        for upload, state, _, suffixes, drawn in rows:
            made = suffixes or (_LAYER,) if state in CHECKED else ()
            made = [*made, *(_DRAWING.format(name) for name in drawn or ())]
            found |= {self.made(upload, suffix).name for suffix in made}
        return found

    def drop_files(self, upload: str) -> None:
        """Remove the files of an upload that is decided; one that is open is an orphan later."""
        self._drop(upload, keep=())

    def _drop(self, upload: str, *, keep: Collection[Path]) -> None:
        for path in self._folder.glob(f"{upload}.*"):
            if path not in keep:
                with suppress(PermissionError):  # Windows removes no file that a reader has open
                    path.unlink(missing_ok=True)

    def _require_original(self, upload: str, step: Step) -> Upload:
        found = self.one(upload)
        found.require(step)
        if not self.has_original(found):
            raise Conflict(reason=_SAY["no_original"])
        return found

    def _move(
        self,
        upload: str,
        step: Step,
        state: State,
        *,
        actor: str,
        action: str | None = None,
        details: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Upload:
        """Lead an upload to `state` by a step that its state allows."""
        with database.writing(self._engine) as connection:
            _read(connection, upload).require(step)
            self._set(connection, upload, state, **values)
            self._log(connection, actor, action or step, upload, details or {"state": state})
        return self.one(upload)

    def _set(
        self,
        connection: sa.Connection,
        upload: str,
        state: State,
        *,
        is_kept: bool = True,
        **values: Any,
    ) -> None:
        days = self._keep_days if is_kept else None
        _set_state(connection, upload, state, at=self._time(), days=days, **values)


def mark_published(
    connection: sa.Connection, upload: str, *, actor: str, submission: Mapping[str, Any], at: str
) -> None:
    """Say inside a publication's transaction that it took this upload.

    What was not submitted is submitted by its publisher in the same step.

    Raises
    ------
    UploadNotFound, UploadRejected, Conflict
        When the upload does not wait (any more); the transaction must not go on.
    """
    found = _read(connection, upload)
    found.require("publish")
    values: dict[str, Any] = {}
    if found.state == "ready":
        values = {"submitted_by": actor, "submission": dict(submission)}
        values["base"] = found.compared_with
    _set_state(connection, upload, "published", at=at, days=None, **values)


def _taken_back(found: Upload) -> dict[str, Any]:
    """What is left of a submission when the file is read anew: that it was returned, and why."""
    return {"submission": _return_of(found) or sa.null(), "submitted_by": None}


def _return_of(found: Upload) -> dict[str, Any]:
    returned = (found.submission or {}).get("returned")
    return {} if returned is None else {"returned": returned}


def _read(connection: sa.Connection, upload: str) -> Upload:
    query = sa.select(_TABLE).where(_TABLE.c.upload == upload)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise UploadNotFound(upload)
    known = {field.name: row[field.name] for field in fields(Upload) if field.name in row}
    return Upload(**known, subject=row["report"].get("subject"))


def _set_state(
    connection: sa.Connection,
    upload: str,
    state: State,
    *,
    at: str,
    days: int | None,
    **values: Any,
) -> None:
    """`days` is None where no file is kept from now on."""
    term = None if days is None or state in ENDS else _days_after(at, days)
    connection.execute(
        _TABLE.update()
        .where(_TABLE.c.upload == upload)
        .values(state=state, updated_at=at, expires_at=term, **values)
    )


def _days_after(at: str, days: int) -> str:
    moment = datetime.fromisoformat(at).astimezone(UTC) + timedelta(days=days)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
