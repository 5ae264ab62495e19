"""What an office says of a layer of its own: its id, its title, what it is for, what names a feature.

The layers that scores are made of have schemas in code (`geo/vector/schema.py`); every other layer
is defined by whoever adds it, and its definition travels in the details of its versions.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from geo.errors import InvalidLayer
from geo.language import Text, texts
from geo.vector.schema import GEOMETRY_KINDS, SCHEMAS, Field, LayerSchema

_SAY = texts(__name__)

# A planning layer lies inside the region; a reference layer anywhere on Earth.
Purpose = Literal["planning", "reference"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)

GEOMETRY_TYPES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}
)
# What an address can hold without escapes, and a file name on every system.
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_MOST_TITLE = 200
# Names of the store's own things, and what their names begin with.
_RESERVED = frozenset({"indicators", "readiness", "region", "targets"})
_RESERVED_PREFIXES = ("model-", "land-", "classes-", "index-")
# Of the collections of one kind of geometry beside a layer that mixes kinds.
_RESERVED_SUFFIXES = tuple(f"-{kind}" for kind in GEOMETRY_KINDS)


@dataclass(frozen=True, slots=True)
class LayerDefinition:
    """A layer as its office defines it.

    `key` is the column that names every feature, as the file writes it; None numbers the rows.
    """

    id: str
    title: Text
    purpose: Purpose
    key: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As the details of a version hold it."""
        return {"title": self.title._asdict(), "purpose": self.purpose, "key": self.key}

    def schema(self) -> LayerSchema:
        """What a file must look like: any shape, its own columns, and a key that is never missing."""
        key = Field(self.key, "any", Text(self.key, self.key), required=True) if self.key else None
        return LayerSchema(
            layer=self.id,
            title=self.title,
            description=_SAY[f"described_{self.purpose}"].format(title=self.title.id),
            key=self.key or ROW_NUMBER,
            geometry_types=GEOMETRY_TYPES,
            fields=(key,) if key else (),
            is_reference=self.purpose == "reference",
        )


# The key of a layer whose rows are numbered; no column of a file.
ROW_NUMBER = "area_id"


def define(
    layer: str,
    *,
    title: str = "",
    title_en: str = "",
    purpose: str = "",
    key: str | None = None,
) -> LayerDefinition:
    """The definition of a new layer from what somebody states; the purpose is reference by default.

    Raises
    ------
    InvalidLayer
        For an id that an address cannot hold or that is taken by the store's own, without a title,
        for a purpose that there is not.
    """
    if not _ID.fullmatch(layer):
        raise InvalidLayer(reason=_SAY["id"].format(id=layer[:_MOST_TITLE]))
    if layer in SCHEMAS or layer in _RESERVED or layer.startswith(_RESERVED_PREFIXES):
        raise InvalidLayer(reason=_SAY["reserved"].format(id=layer))
    if layer.endswith(_RESERVED_SUFFIXES):
        endings = ", ".join(_RESERVED_SUFFIXES)
        raise InvalidLayer(reason=_SAY["reserved_ending"].format(id=layer, endings=endings))
    if not title.strip() or len(title) > _MOST_TITLE or len(title_en) > _MOST_TITLE:
        raise InvalidLayer(reason=_SAY["title"].format(id=layer, n=_MOST_TITLE))
    if (stated := purpose.strip() or "reference") not in PURPOSES:
        raise InvalidLayer(reason=_SAY["purpose"].format(found=stated[:40]))
    said = Text(title.strip(), title_en.strip() or title.strip())
    chosen: Purpose = "planning" if stated == "planning" else "reference"
    return LayerDefinition(layer, said, chosen, (key or "").strip() or None)


def definition_of(layer: str, details: Mapping[str, Any]) -> LayerDefinition | None:
    """The definition in the details of a version; None for a layer that has none."""
    told = details.get("layer")
    if told is None:
        return None
    return LayerDefinition(layer, Text(**told["title"]), told["purpose"], told["key"])
