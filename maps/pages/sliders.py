"""What a planner can move: the weights of a model's dimensions and criteria, and the method."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from geo.language import Language, Text
from geo.mcda.methods import METHODS
from geo.mcda.model import Model
from maps.folium.themes import Theme, theme_views

# What an office for manpower asks of a regency first: open unemployment and participation.
_LABOUR = ("tpt_agustus", "tpak_agustus")


@dataclass(frozen=True, slots=True)
class Slider:
    """One weight; `percent` is its share of its group under the model's own weights."""

    id: str
    title: Text
    percent: float


@dataclass(frozen=True, slots=True)
class SliderGroup:
    """A dimension and the criteria below it."""

    dimension: Slider
    criteria: tuple[Slider, ...]


@dataclass(frozen=True, slots=True)
class WeighingView:
    """The sliders of a model, and the address that answers to them.

    `judgements` makes weights of pairwise judgements; `quadrant` is readiness against need, empty
    where the model is neither of the two; `exports` the zones as a file, without its ending;
    `sheets` the printed sheets; `pages` is where the pages of zones and regencies begin;
    `themes` is what the areas can be coloured by, `labour` the indicators that a card shows.
    """

    address: str
    judgements: str
    quadrant: str
    exports: str
    sheets: str
    pages: str
    model_id: str
    groups: tuple[SliderGroup, ...]
    methods: tuple[tuple[str, Text], ...]
    method: str
    risk: float
    themes: tuple[Theme, ...]
    labour: tuple[str, ...]

    def script_part(self) -> dict[str, Any]:
        """What `static/js/workbench.js` needs besides the sliders of the page."""
        return {
            "address": self.address,
            "model": self.model_id,
            "method": self.method,
            "risk": self.risk,
            "pages": self.pages,
            "judgements": self.judgements,
            "labour": self.labour,
        }


def weighing_view(
    model: Model,
    *,
    need: tuple[Model, int] | None,
    indicators: Collection[str],
    root: str,
    has_quadrant: bool,
    language: Language,
) -> WeighingView:
    """The sliders of a model: one for each top-level dimension, one for each criterion below it.

    `need` is the need model and the year of its figures, where the page shows another;
    `indicators` are those with figures of regencies; `root` is the address before every door of the service, without a slash at its end; answers come
    in `language`.
    """
    return WeighingView(
        address=f"{root}/readiness?lang={language}",
        judgements=f"{root}/readiness/judgements?lang={language}",
        quadrant=f"{root}/readiness/quadrant?lang={language}" if has_quadrant else "",
        exports=f"{root}/exports/zones",
        sheets=f"{root}/sheets",
        pages=root,
        model_id=model.id,
        groups=tuple(_group(model, index) for index in range(len(model.top_dimensions()))),
        methods=tuple((method.id, method.title) for method in METHODS.values()),
        method=model.method,
        risk=model.risk,
        themes=theme_views(model, need=need, language=language),
        labour=tuple(one for one in _LABOUR if one in indicators),
    )


def _group(model: Model, index: int) -> SliderGroup:
    dimension = model.top_dimensions()[index]
    criteria = model.leaves_of(dimension.id)
    total = sum(model.weights[c.id] for c in criteria)
    return SliderGroup(
        dimension=Slider(dimension.id, dimension.title, round(100 * total, 1)),
        criteria=tuple(
            Slider(c.id, c.title, round(100 * model.weights[c.id] / total, 1) if total > 0 else 0.0)
            for c in criteria
        ),
    )
