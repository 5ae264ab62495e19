"""What is published: one version of a dataset, and all current versions at one moment.

Whoever computes from several datasets takes one `Published` and passes it down, so that the name of
a result and its content come from the same versions, whatever is published meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from geo.errors import LayerNotFound
from geo.language import Text, texts
from geo.store.roles import Role, role_title

_SAY = texts(__name__)

# Who publishes by the command line, and what loads the shipped data.
_OPERATORS = ("operator", "kawasan")

# The licence of what was published without one.
LICENCE_UNKNOWN = "not stated"
UNSTATED_LICENCE = _SAY["no_licence"]

_SHIPPED = "Reference data: "

DatasetKind = Literal["region", "layer", "indicators", "targets", "raster", "model", "index"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who publishes what, why, and where it comes from.

    `actor` is a person's name or a key's label and stays inside; `role` and `institution` are what
    the public is told.
    """

    actor: str
    note: str
    source: str
    licence: str
    upload: str | None = None
    role: str | None = None
    institution: str | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """One content that is to become the current version of a dataset; see `Store.publish`."""

    dataset: str
    kind: DatasetKind
    content: bytes | Path
    suffix: str
    provenance: Provenance
    details: Mapping[str, Any]
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One published version of a dataset; `path` is its snapshot, `details` its kind's own facts."""

    dataset: str
    number: int
    kind: DatasetKind
    sha256: str
    path: Path
    size_bytes: int
    published_at: str
    published_by: str
    note: str
    source: str
    licence: str
    upload: str | None
    details: Mapping[str, Any]
    is_current: bool
    role: Role | None = None
    institution: str | None = None

    @property
    def source_text(self) -> Text:
        """`source` in both languages where its publisher gave both."""
        return self._said("source", self.source)

    @property
    def licence_text(self) -> Text:
        """`licence` in both languages where its publisher gave both."""
        return self._said("licence", self.licence)

    @property
    def note_text(self) -> Text:
        """`note` in both languages where its publisher gave both."""
        return self._said("note", self.note)

    @property
    def credit(self) -> Text:
        """Source and licence, as a map states them in its corner."""
        source, licence = self.source_text, self.licence_text
        return Text(id=f"{source.id} ({licence.id})", en=f"{source.en} ({licence.en})")

    @property
    def publisher(self) -> Text:
        """Who published it, as the public is told: role and institution, never a name."""
        is_operators = self.role is None and self.published_by in _OPERATORS
        stated = "operator" if is_operators else self.role
        role = _SAY["no_role"] if stated is None else role_title(stated)
        if not self.institution:
            return role
        return Text(*(f"{said}, {self.institution}" for said in role))

    def _said(self, name: str, written: str) -> Text:
        if name == "licence" and written == LICENCE_UNKNOWN:
            return UNSTATED_LICENCE
        indonesian = self.details.get("indonesian", {})
        if name == "note" and name not in indonesian and written.startswith(_SHIPPED):
            # Older programs gave this note in English alone.
            return _SAY["shipped"].format(file=written.removeprefix(_SHIPPED))
        return Text(id=indonesian.get(name, written), en=written)


@dataclass(frozen=True, slots=True)
class Event:
    """What became of a dataset at one moment: a version was published or returned to, or all was hidden.

    `number` is the version that was current then, `before` the one until then; None where there was
    none. `actor` stays inside, and so does the `note` of all but a publication.
    """

    at: str
    action: Literal["publish", "rollback", "withdraw", "restore"]
    number: int
    before: int | None
    actor: str
    note: str


class Published:
    """Every dataset's current version at one moment; equal when all versions are the same.

    It answers like the store it was taken from, but never changes.
    """

    __slots__ = ("_versions", "identity")

    def __init__(self, versions: Mapping[str, Version]) -> None:
        self._versions = dict(versions)
        # A number alone would not do: two stores have a version 1 of the same dataset.
        self.identity = tuple(
            (name, version.number, version.path.name)
            for name, version in sorted(self._versions.items())
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Published) and self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)

    def current(self) -> "Published":
        """Itself, so that a function can take a store or what a caller took from it."""
        return self

    def instead(self, version: Version) -> "Published":
        """The same with another version of one dataset as the current one."""
        return Published({**self._versions, version.dataset: version})

    def datasets(self, kind: DatasetKind | None = None) -> list[str]:
        """The names of all datasets, sorted; of one `kind` where given."""
        found = sorted(self._versions.values(), key=lambda version: version.dataset)
        return [version.dataset for version in found if kind in (None, version.kind)]

    def version(self, dataset: str, kind: DatasetKind | None = None) -> Version:
        """The current version of a dataset, of one `kind` where given.

        Raises
        ------
        LayerNotFound
            Naming the datasets that there are (of that kind).
        """
        found = self._versions.get(dataset)
        if found is None or kind not in (None, found.kind):
            raise LayerNotFound(dataset, available=self.datasets(kind))
        return found
