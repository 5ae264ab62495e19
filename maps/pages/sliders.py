"""What a planner can move: the weights of a model's dimensions and criteria, and the method.

Here too: what a reader moved, in words and as the part of an address that moves the sliders.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from geo.language import Language, Text
from geo.mcda.methods import METHODS
from geo.mcda.model import Model
from geo.readiness.assessment import Assessment
from maps.folium.themes import Theme, theme_views
from maps.text import format_number, translate

# What an office for manpower asks of a regency first: open unemployment and participation.
_LABOUR = ("tpt_agustus", "tpak_agustus")
# Far below what a slider can say, far above what a sum of floats loses.
_TOLERANCE = 1e-6


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
    `themes` is what the areas can be coloured by, `labour` the indicators that a card shows;
    `changes` are the version of the model and the page of what it moved, where it says so.
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
    coverage_floor: float
    themes: tuple[Theme, ...]
    labour: tuple[str, ...]
    changes: tuple[str, str] | None

    def script_part(self) -> dict[str, Any]:
        """What `static/js/workbench.js` needs besides the sliders of the page."""
        return {
            "address": self.address,
            "model": self.model_id,
            "method": self.method,
            "risk": self.risk,
            "coverageFloor": self.coverage_floor,
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
        coverage_floor=model.coverage_floor,
        themes=theme_views(model, need=need, language=language),
        labour=tuple(one for one in _LABOUR if one in indicators),
        changes=(model.version, f"{root}/models/{model.id}/changes?f=html&lang={language}")
        if model.changes
        else None,
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


def has_own_weights(assessment: Assessment) -> bool:
    """Whether an assessment weighs as its model does."""
    own = assessment.model.weights
    return all(math.isclose(w, own[c], abs_tol=_TOLERANCE) for c, w in assessment.weights.items())


def has_own_method(assessment: Assessment) -> bool:
    """Whether an assessment combines values as its model does."""
    model = assessment.model
    is_same_risk = assessment.method != "owa" or assessment.risk == model.risk
    return assessment.method == model.method and is_same_risk


def choice(assessment: Assessment, language: Language) -> str:
    """Which weights and method a reader chose in place of the model's; empty for the model's own."""
    own_weights, own_method = has_own_weights(assessment), has_own_method(assessment)
    if own_weights and own_method:
        return ""
    weights = (
        translate("chosen.model_weights", language)
        if own_weights
        else translate("chosen.weights", language, weights=_weights(assessment, language))
    )
    key = "chosen.model_method" if own_method else "chosen.method"
    method = translate(key, language, method=_method(assessment, language))
    return translate("chosen.whole", language, weights=weights, method=method)


def map_state(assessment: Assessment) -> str:
    """The part behind # of the map's address that sets its sliders to an assessment; may be empty."""
    parts = []
    if not has_own_weights(assessment):
        parts.append("w=" + "*".join(f"{item}-{value}" for item, value in _sliders(assessment)))
    if not has_own_method(assessment):
        parts.append(f"m={assessment.method}")
        if assessment.method == "owa":
            parts.append(f"r={round(100 * assessment.risk)}")
    return "".join(part + "&" for part in parts)


def _method(assessment: Assessment, language: Language) -> str:
    title = METHODS[assessment.method].title.to(language)
    if assessment.method != "owa":
        return title
    risk = format_number(assessment.risk, language, decimals=2)
    return translate("chosen.risk", language, method=title, risk=risk)


def _by_dimension(assessment: Assessment) -> dict[str, Mapping[str, float]]:
    """The weights of the criteria below each top-level dimension, in the model's order."""
    return {
        d.id: {c.id: assessment.weights[c.id] for c in assessment.model.leaves_of(d.id)}
        for d in assessment.model.top_dimensions()
    }


def _inner(weights: Mapping[str, float]) -> dict[str, float]:
    whole = sum(weights.values())
    return {c: w / whole if whole > 0 else 0.0 for c, w in weights.items()}


def _is_moved_inside(assessment: Assessment, weights: Mapping[str, float]) -> bool:
    """Whether the criteria of a dimension weigh otherwise beside each other than in the model."""
    own = _inner({c: assessment.model.weights[c] for c in weights})
    return sum(weights.values()) > 0 and any(
        not math.isclose(share, own[c], abs_tol=_TOLERANCE) for c, share in _inner(weights).items()
    )


def _weights(assessment: Assessment, language: Language) -> str:
    titles = {c.id: c.title for c in assessment.model.criteria}
    parts = []
    for dimension in assessment.model.top_dimensions():
        weights = _by_dimension(assessment)[dimension.id]
        said = f"{dimension.title.to(language)} {_percent(sum(weights.values()), language)}"
        if _is_moved_inside(assessment, weights):
            inside = (
                f"{titles[c].to(language)} {_percent(w, language)}" for c, w in weights.items()
            )
            said += f" ({', '.join(inside)})"
        parts.append(said)
    return ", ".join(parts)


def _percent(share: float, language: Language) -> str:
    return format_number(round(100 * share, 1), language) + "%"


def _sliders(assessment: Assessment) -> list[tuple[str, str]]:
    """The sliders that do not stand where the model puts them, 0 to 100."""
    found = []
    for dimension, weights in _by_dimension(assessment).items():
        found.append((dimension, sum(weights.values())))
        if len(weights) > 1 and _is_moved_inside(assessment, weights):
            found += _inner(weights).items()
    return [(item, f"{100 * share:.6f}".rstrip("0").rstrip(".")) for item, share in found]
