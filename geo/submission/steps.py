"""Which steps of an upload somebody may take: what each asks of the roles, and what else decides.

Pages and the inbox ask it of many uploads, so that nothing here needs the libraries of a publication.
"""

from collections.abc import Mapping

from geo.store.roles import Action, Actor, Circumstances, may, require
from geo.store.store import Store, Upload, UploadEntry
from geo.store.uploads import Step

# What each step of a decision asks of the roles; whoever may end an upload may choose for it too.
_ACTIONS: Mapping[Step, Action] = {
    "choose": "withdraw",
    "submit": "submit",
    "publish": "approve",
    "return": "approve",
    "withdraw": "withdraw",
}


def steps_of(store: Store, upload: Upload, actor: Actor) -> list[Step]:
    """The steps that lead on from an upload's state and that `actor` may take, in their order."""
    return [
        step
        for step in _ACTIONS
        if upload.allows(step)
        and may(actor, _ACTIONS[step], _circumstances(store, upload, actor, step))
        and (step != "choose" or store.uploads.has_original(upload))
    ]


def may_publish(entry: UploadEntry, actor: Actor, *, own_approval: bool) -> bool:
    """Whether `actor` may publish an upload as it stands; its report need not be read for that.

    Parameters
    ----------
    own_approval : bool
        The rule of that name, looked up once for many uploads.
    """
    given = _of_publishing(entry, actor, own_approval=own_approval)
    return entry.allows("publish") and may(actor, _ACTIONS["publish"], given)


def require_step(store: Store, upload: Upload, actor: Actor, step: Step) -> None:
    """Raise `NotAllowed` unless `actor` may take a step, whatever the upload's state is."""
    require(actor, _ACTIONS[step], _circumstances(store, upload, actor, step))


def is_own(upload: UploadEntry, actor: Actor) -> bool:
    """Whether `actor` handed it in or submitted it."""
    return actor.name in (upload.created_by, upload.submitted_by)


def may_publish_own(store: Store, actor: Actor) -> bool:
    """Whether somebody may publish what they hand in themselves."""
    own_approval = store.rules.is_on("own_approval")
    return may(actor, "approve", Circumstances(is_own=True, own_approval=own_approval))


def _of_publishing(upload: UploadEntry, actor: Actor, *, own_approval: bool) -> Circumstances:
    # No regencies bound it: whoever is bound to some approves nothing.
    return Circumstances(is_own=is_own(upload, actor), own_approval=own_approval)


def _circumstances(store: Store, upload: Upload, actor: Actor, step: Step) -> Circumstances:
    """What besides the role decides who may take a step."""
    if step == "return":
        # Whoever may approve another's work may return any.
        return Circumstances(own_approval=True)
    if step == "publish":
        return _of_publishing(upload, actor, own_approval=store.rules.is_on("own_approval"))
    if step == "submit":
        # Codes of the regencies whose features would change, as its check found.
        touched = list(upload.report.get("touched") or ())
        return Circumstances(is_own=is_own(upload, actor), touching=touched)
    return Circumstances(is_own=is_own(upload, actor))
