"""What a map is made of, in the words of the domain, and what it becomes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pandas as pd

from geo.language import Language, Text
from geo.readiness.class_words import class_words
from geo.readiness.score import ZoneResult
from maps.style import Legend

if TYPE_CHECKING:
    from geo.mcda.model import Model

    # Folium is slow to import and only needed where a map is drawn.
    from maps.folium.offline import OfflineMap


ModelKind = Literal["readiness", "need"]


@dataclass(frozen=True, slots=True, eq=False)
class IndicatorView:
    """One indicator in one year, to colour regencies by.

    `values` has the index of Kemendagri regency codes and the columns value (NaN where missing),
    period, source, source_url and note (any but value may be absent or empty); rows of other
    regions do not count. `decimals` is how many a value is printed with, `caveat` what a reader
    must know of the indicator, `notes` those of its figures that are known in both languages; `edges` are those of its classes over all years, by default of this one.
    `province` says the figure of the province and how it came about, None where it has none.
    """

    title: Text
    unit: Text
    year: int
    values: pd.DataFrame
    decimals: int | None = None
    caveat: Text | None = None
    edges: Sequence[float] = ()
    notes: Sequence[Text] = ()
    province: Text | None = None


class ReadinessClass(NamedTuple):
    """A class of the model: scores from `lower` up to the next class's bound."""

    id: str
    title: Text
    lower: float


@dataclass(frozen=True, slots=True)
class ModelView:
    """What a reader must know of the model behind the scores.

    `classes` are (id, title, lower score bound) in any order; `dimensions` are titles by id in the
    order of display. `class_words` says the class of a result with its chance, None of one without.
    """

    title: Text
    year: int
    classes: Sequence[tuple[str, Text, float]]
    dimensions: Mapping[str, Text]
    version: str = ""
    description: Text | None = None
    kind: ModelKind = "readiness"
    coverage_floor: float = 0.0
    class_words: Callable[[ZoneResult], Text | None] = lambda _: None

    @property
    def ordered_classes(self) -> tuple[ReadinessClass, ...]:
        """The classes, the least ready first."""
        return tuple(ReadinessClass(*entry) for entry in sorted(self.classes, key=lambda c: c[2]))


def model_view(model: "Model", *, year: int) -> ModelView:
    """What a map says of a model of `geo.mcda.model`, used for the data of one year."""
    return ModelView(
        title=model.title,
        year=year,
        classes=tuple((c.id, c.title, c.lower_bound) for c in model.classes),
        dimensions={dimension.id: dimension.title for dimension in model.dimensions},
        version=model.version,
        description=model.description,
        kind=model.kind,
        coverage_floor=model.coverage_floor,
        class_words=partial(class_words, model=model),
    )


@dataclass(frozen=True, slots=True)
class SurfaceView:
    """The suitability surface of a model, served by us as tiles beside the map.

    `tiles` is the address of its tiles with `{z}`, `{x}` and `{y}`, `sites` that of the candidate
    sites of a zone with `{zone}`; `sources` says where its rasters come from; `doubts` by zone why the
    search for sites is no main thing to do there.
    """

    title: Text
    tiles: str
    sites: str
    sources: str
    doubts: Mapping[str, Text] = field(default_factory=dict)


class BasemapView(NamedTuple):
    """Tiles of another service: their address with `{z}`, `{x}` and `{y}`, and what they ask to be said."""

    tiles: str
    attribution: str


@dataclass(frozen=True, slots=True, eq=False)
class MapView:
    """A map that can be placed in a page.

    `cards` is the content of all its popups as JSON types, which `static/js/card.js` lays out when
    one is opened.
    """

    map: "OfflineMap"
    language: Language
    legends: tuple[Legend, ...]
    cards: Mapping[str, Any]
