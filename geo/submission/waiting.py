"""What waits for somebody: submissions to decide, and one's own uploads that need a hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from geo.language import Text, texts
from geo.store.roles import Actor, Circumstances, may
from geo.store.store import Store, UploadEntry
from geo.store.uploads import NOTICE_DAYS, State

_SAY = texts(__name__)

Reason = Literal["submitted", "needs_choices", "returned", "expiring"]
_STATES: tuple[State, ...] = ("needs_choices", "ready", "submitted")
# Of more nobody wants to be told one by one.
_MOST, _MOST_RETURNED = 200, 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """An upload, why it waits for the reader, and since when (UTC)."""

    entry: UploadEntry
    reason: Reason
    since: str

    @property
    def title(self) -> Text:
        """What the reader has to do, with the file and its layer."""
        return _SAY[f"title_{self.reason}"].format(f=self.entry.filename, d=self.entry.dataset)

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

    Submissions wait for whoever may approve them. An own upload waits while it has errors, after it
    was returned, and when it is about to expire.
    """
    store.uploads.expire_due()
    own_approval = store.rules.is_on("own_approval")
    found = []
    entries = store.uploads.newest(*_STATES, most=_MOST)
    entries += store.uploads.newest("returned", most=_MOST_RETURNED)
    for entry in entries:
        is_own = actor.name in (entry.created_by, entry.submitted_by)
        given = Circumstances(is_own=is_own, own_approval=own_approval)
        if entry.state == "submitted" and may(actor, "approve", given):
            found.append(Waiting(entry, "submitted", entry.updated_at))
        elif is_own and (reason := _own_reason(store, entry)) is not None:
            found.append(Waiting(entry, reason, _since(entry, reason)))
    return found


def _own_reason(store: Store, entry: UploadEntry) -> Reason | None:
    if store.uploads.is_expiring(entry):
        return "expiring"
    if entry.state == "needs_choices":
        return "needs_choices"
    return "returned" if entry.state == "returned" else None


def _since(entry: UploadEntry, reason: Reason) -> str:
    if reason != "expiring" or entry.expires_at is None:
        return entry.updated_at
    notice = datetime.fromisoformat(entry.expires_at) - timedelta(days=NOTICE_DAYS)
    return max(entry.updated_at, notice.strftime("%Y-%m-%dT%H:%M:%SZ"))
