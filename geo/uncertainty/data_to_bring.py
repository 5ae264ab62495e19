"""What an office brings to fill a gap: in which form, from whom, and how it is handed in.

The catalogue is data (`data_to_bring.toml`). Who holds a datum is a suggestion with the place where it
was read; a holder that no source names is not named.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from geo.land.raster import land_title
from geo.language import Text, filled
from geo.mcda.value_functions import (
    AttributeMeasure,
    Criterion,
    IndicatorMeasure,
    RasterMeasure,
    VillageMeasure,
)

OUTLINE = "outline"


@dataclass(frozen=True, slots=True)
class Datum:
    """Something that is brought at once and may fill gaps of several criteria.

    `id` is its kind and name, such as `raster:slope_percent` or `outline`. `form` is how it should look,
    `unit` what it is counted in, `holder` who may have it (a suggestion, read in `basis`), `upload` the
    address or the command that takes it. `collection` is the one that its form on the desk is for, and
    `form_note` what that form does not take; both empty where there is none.
    """

    id: str
    title: Text
    form: Text
    unit: Text
    holder: Text
    upload: Text
    collection: str
    form_note: Text
    basis: str

    @property
    def form_query(self) -> dict[str, str]:
        """The query of its form on the desk (`/uploads/form`); empty where no form takes it."""
        if not self.collection:
            return {}
        kind, _, name = self.id.partition(":")
        return {"for": self.collection} | ({"indicator": name} if kind == "indicator" else {})


def datum_of(criterion: Criterion) -> Datum:
    """The datum that a criterion's measure rests on."""
    asked = criterion.measure
    if isinstance(asked, RasterMeasure):
        return raster_datum(asked.raster)
    if isinstance(asked, IndicatorMeasure):
        return _datum("indicator", asked.indicator, criterion)
    if isinstance(asked, VillageMeasure):
        return _datum("village_index", asked.village_index, criterion)
    if isinstance(asked, AttributeMeasure):
        return _datum("attribute", asked.attribute, criterion)
    return _datum("ground", "", criterion)


def raster_datum(name: str) -> Datum:
    """The datum of a land raster, by a criterion or a constraint that reads it."""
    entry = _entries().get(name) or _entries()["raster"]
    return _filled(f"raster:{name}", entry, name=name, title=land_title(name))


def outline_datum() -> Datum:
    """The zone's own outline, where its place is known only roughly."""
    return _filled(OUTLINE, _entries()[OUTLINE], name=OUTLINE, title=Text("", ""))


def _datum(kind: str, name: str, criterion: Criterion) -> Datum:
    # Figures are counted in the unit of what they measure, where the catalogue says no other.
    entry: dict[str, Any] = {"unit": criterion.unit._asdict(), **_entries()[kind]}
    return _filled(f"{kind}:{name}", entry, name=name, title=criterion.title)


def _filled(identity: str, entry: Mapping[str, Any], **facts: str | Text) -> Datum:
    said = {
        field: filled(Text(**entry.get(field, {"id": "–", "en": "–"})), **facts)
        for field in ("title", "form", "unit", "holder", "upload")
    }
    return Datum(
        id=identity.removesuffix(":"),
        collection=entry.get("collection", "").format(name=facts["name"]),
        form_note=Text(**entry.get("form_note", {"id": "", "en": ""})),
        basis=entry["basis"],
        **said,
    )


@cache
def _entries() -> dict[str, Mapping[str, Any]]:
    """The catalogue by the raster or the kind of measure."""
    path = Path(__file__).with_suffix(".toml")
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["datum"]
    return {entry.get("raster") or entry["kind"]: entry for entry in listed}
