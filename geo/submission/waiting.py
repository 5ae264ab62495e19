"""What waits for somebody: submissions to decide, and one's own uploads that need a hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from geo.language import Text, filled, texts
from geo.store.roles import Actor
from geo.store.store import Store, UploadEntry
from geo.store.uploads import NOTICE_DAYS, State
from geo.submission.steps import is_own, may_publish

_SAY = texts(__name__)

Reason = Literal["submitted", "ready", "needs_choices", "returned", "expiring"]
_STATES: tuple[State, ...] = ("needs_choices", "ready", "returned", "submitted")
# Of more nobody wants to be told one by one.
MOST = 200
_MOST_RETURNED = 50
# What was returned without its file, and never sent again, is old news after that.
_RETURNED_DAYS = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """An upload, why it waits for the reader, and since when (UTC)."""

    entry: UploadEntry
    reason: Reason
    since: str

    @property
    def title(self) -> Text:
        """What the reader has to do, with the file and its layer."""
        said = _SAY[f"title_{self.reason}"]
        return filled(said, f=self.entry.title, d=self.entry.dataset)

    @property
    def summary(self) -> Text:
        """Who handed it in, and what happens if nobody does anything."""
        entry = self.entry
        said = _SAY["by"].format(by=entry.created_by, at=entry.created_at)
        if entry.expires_at is None:
            return said
        end = _SAY["ends"].format(at=entry.expires_at)
        return Text(id=f"{said.id} {end.id}", en=f"{said.en} {end.en}")


def waiting_for(store: Store, actor: Actor) -> list[Waiting]:
    """What waits for an actor, the newest uploads first: see `Reason`.

    Submissions wait for whoever may approve them. An own upload waits while it has errors or is
    checked and not submitted, after it was returned, and when it is about to expire. One of which no
    file is kept waits until a newer file for its layer is sent, 30 days at most. The `MOST` newest uploads are looked at.
    """
    store.uploads.expire_due()
    own_approval = store.rules.is_on("own_approval")
    found = []
    for entry in store.uploads.newest(*_STATES, is_end=False, most=MOST):
        if entry.state == "submitted" and may_publish(entry, actor, own_approval=own_approval):
            found.append(Waiting(entry, "submitted", entry.updated_at))
        elif is_own(entry, actor) and (reason := _own_reason(store, entry)) is not None:
            found.append(Waiting(entry, reason, _since(entry, reason)))
    return found + [Waiting(one, "returned", one.updated_at) for one in _ended(store, actor)]


def _ended(store: Store, actor: Actor) -> list[UploadEntry]:
    """What came back to an actor without its file, and was not sent again."""
    oldest = (store.now() - timedelta(days=_RETURNED_DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    back = store.uploads.newest("returned", by=actor.name, is_end=True, most=_MOST_RETURNED)
    if not (back := [one for one in back if one.updated_at >= oldest]):
        return []
    newest: dict[str, UploadEntry] = {}
    for one in store.uploads.newest(by=actor.name, most=MOST):
        newest.setdefault(one.dataset, one)
    return [one for one in back if newest.get(one.dataset, one).upload == one.upload]


def _own_reason(store: Store, entry: UploadEntry) -> Reason | None:
    if store.uploads.is_expiring(entry):
        return "expiring"
    return entry.state if entry.state in ("needs_choices", "ready", "returned") else None


def _since(entry: UploadEntry, reason: Reason) -> str:
    if reason != "expiring" or entry.expires_at is None:
        return entry.updated_at
    notice = datetime.fromisoformat(entry.expires_at) - timedelta(days=NOTICE_DAYS)
    return max(entry.updated_at, notice.strftime("%Y-%m-%dT%H:%M:%SZ"))
