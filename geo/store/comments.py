"""What people say of an upload, a version or whatever else can be spoken of: one table for all.

A comment is plain text and is never changed. Names stay inside; see `geo/store/roles.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from geo.errors import InvalidInput
from geo.language import texts, unprintable
from geo.store import catalogue, database
from geo.store.roles import Actor

_SAY = texts(__name__)

MOST_CHARACTERS = 4_000
_TABLE = catalogue.comments


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment: who said what, when, and of which place (feature, lon, lat) where it is one."""

    comment: int
    subject: str
    id: str
    version: int | None
    author: str
    role: str
    institution: str
    at: str
    text: str
    place: Mapping[str, Any] | None


class Comments:
    """The comments in a catalogue; `time` is the clock as text."""

    def __init__(self, engine: sa.Engine, *, time: Callable[[], str]) -> None:
        self._engine, self._time = engine, time

    def add(
        self,
        subject: str,
        identifier: str,
        text: str,
        *,
        author: Actor,
        version: int | None = None,
        place: Mapping[str, Any] | None = None,
    ) -> Comment:
        """Say something of `subject` with that id; the audit log says that it was said.

        Raises
        ------
        InvalidInput
            For no text, one that is longer than `MOST_CHARACTERS`, or with characters that cannot be shown.
        """
        at = self._time()
        with database.writing(self._engine) as connection:
            number = insert(
                connection,
                subject,
                identifier,
                text=text,
                author=author,
                at=at,
                version=version,
                place=place,
            )
            catalogue.log(
                connection,
                at=at,
                actor=author.name,
                action="comment",
                subject=identifier,
                details={"of": subject, "comment": number},
            )
        return next(c for c in self.of(subject, identifier) if c.comment == number)

    def of(self, subject: str, identifier: str) -> list[Comment]:
        """All that was said of one thing, the oldest first."""
        query = sa.select(_TABLE).where((_TABLE.c.subject == subject) & (_TABLE.c.id == identifier))
        with database.reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_TABLE.c.comment)).mappings().all()
        return [Comment(**row) for row in rows]


def insert(
    connection: sa.Connection,
    subject: str,
    identifier: str,
    *,
    text: str,
    author: Actor,
    at: str,
    version: int | None = None,
    place: Mapping[str, Any] | None = None,
) -> int:
    """Add a comment in a transaction that is under way; its number."""
    said = _plain(text)
    row: dict[str, Any] = {
        "subject": subject,
        "id": identifier,
        "version": version,
        "at": at,
        "text": said,
    }
    row |= {"author": author.name, "role": author.role, "institution": author.institution}
    row["place"] = None if place is None else dict(place)
    added = connection.execute(_TABLE.insert().values(**row))
    return int((added.inserted_primary_key or (0,))[0])


def _plain(text: str) -> str:
    """The text without blanks around it."""
    kept = text.strip()
    if not kept:
        raise InvalidInput(reason=_SAY["empty"])
    if len(kept) > MOST_CHARACTERS:
        raise InvalidInput(reason=_SAY["too_long"].format(n=len(kept), most=MOST_CHARACTERS))
    if point := unprintable(kept):
        raise InvalidInput(reason=_SAY["unprintable"].format(point=point))
    return kept
