"""For which criteria and constraints a land raster is fit, and why: it measures only what it can see.

Whoever adds a raster says it, and the raster's details keep it: `fit` and `unfit`, each a reason in
both languages by the id of a criterion or constraint. What is not named there is not read. A raster
added before this was asked has neither: it is read, and every measure of it says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from geo.land.raster import land_title
from geo.language import Text, filled, texts

_SAY = texts(__name__)

# In the place of an id: whatever reads the raster.
ANY: Final = "*"

Reasons = tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Fitness:
    """The criteria and constraints that a raster is stated to be fit for, and not fit for, with reasons."""

    fit: Reasons = ()
    unfit: Reasons = ()
    is_stated: bool = True

    def fault(self, reader: str, *, raster: str) -> Text | None:
        """Why a criterion or constraint must not read the raster; None when it may."""
        unfit = dict(self.unfit)
        if reader in unfit:
            return filled(_SAY["unfit"], name=land_title(raster), why=unfit[reader])
        if not self.is_stated or {reader, ANY} & dict(self.fit).keys():
            return None
        return filled(_SAY["unnamed"], name=land_title(raster))

    def note(self, *, raster: str) -> Text | None:
        """What must be said beside a measure of the raster; None when nothing."""
        return None if self.is_stated else filled(_SAY["not_stated"], name=land_title(raster))

    def as_details(self) -> dict[str, Any]:
        """The entries of a version's details, as JSON types."""
        if not self.is_stated:
            return {}
        return {
            "fit": {reader: why._asdict() for reader, why in self.fit},
            "unfit": {reader: why._asdict() for reader, why in self.unfit},
        }


NOT_STATED: Final = Fitness(is_stated=False)


def fitness_of(entry: Mapping[str, Any]) -> Fitness:
    """What the details of a version, or the entry of a manifest, state.

    Examples
    --------
    >>> fitness_of({"fit": {"laut": {"id": "Pantai.", "en": "Coast."}}}).fault("laut", raster="x")
    >>> fitness_of({}).is_stated
    False
    """
    if "fit" not in entry:
        return NOT_STATED
    fit, unfit = (
        tuple((reader, Text(**why)) for reader, why in entry.get(name, {}).items())
        for name in ("fit", "unfit")
    )
    return Fitness(fit, unfit)
