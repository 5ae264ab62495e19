"""How sure an assessment is, as tables that a person can read in the terminal."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from api.cli.output import number_text, print_line, print_notes, print_table
from geo.language import Language, percent, texts, written

if TYPE_CHECKING:
    from geo.planning.confidence import Confidence
    from geo.readiness.assessment import Assessment
    from geo.uncertainty.one_weight import WeightSensitivity
    from geo.uncertainty.sobol import ScoreIndex

_SAY = texts(__name__)

_DIGITS, _MOST_DIGITS = 3, 6


def print_confidence(
    found: "Confidence",
    assessment: "Assessment",
    language: Language,
    *,
    chosen: Sequence[str] = (),
) -> None:
    """Print the rank interval, the shares of first places and of classes, zone by zone.

    Of the `chosen` zones alone where there are any, each with its sentence.
    """
    from geo.planning.confidence import confidence_document, overall

    document = confidence_document(found, language)
    titles = {c.id: c.title.to(language) for c in assessment.model.classes}
    zones = {i: zone for i, zone in document["zones"].items() if not chosen or i in chosen}
    rows = [
        (assessment.measures.names[area_id], *_simulated(zone, titles, language))
        for area_id, zone in sorted(zones.items(), key=lambda item: _by_rank(item[1]))
    ]
    heads = _SAY["confidence_heads"].to(language)
    drawn = written(found.simulation.draws, decimals=0).to(language)
    if rows:
        print_table(heads, rows, f"n = {drawn}, seed {found.simulation.seed}")
        print_line(_SAY["how_counted"].to(language))
    out = [
        _SAY["no_part"].format(name=assessment.measures.names[i]) for i in chosen if i not in zones
    ]
    said = [zones[i]["sentence"] for i in chosen if i in zones] + [o.to(language) for o in out]
    print_notes(said + _errors(document["measures"], assessment, language))
    print_line(overall(found).to(language))


def _errors(notes: Mapping[str, str], assessment: "Assessment", language: Language) -> list[str]:
    """What is known of the error of each measure, and which ones count as exact."""
    from geo.uncertainty.measurement import is_exact

    measured = assessment.measures.criteria
    criteria = [c for c in assessment.model.criteria if c.id in notes]
    exact_ones = [c for c in criteria if c.error is None and is_exact(measured[c.id])]
    lines = [f"{c.title.to(language)}: {notes[c.id]}" for c in criteria if c not in exact_ones]
    exact = ", ".join(c.title.to(language) for c in exact_ones)
    return [*lines, _SAY["exact"].format(listed=exact).to(language)] if exact else lines


def _by_rank(zone: Mapping[str, Any]) -> tuple[bool, float]:
    # A zone that no draw ranked has no mean rank and stands last.
    return math.isnan(zone["expected_rank"]), zone["expected_rank"]


def _simulated(
    zone: Mapping[str, Any], titles: Mapping[str, str], language: Language
) -> tuple[str, ...]:
    mean = zone["expected_rank"]
    classes = (
        f"{titles[name]} {percent(share).to(language)}"
        for name, share in zone["classes"].items()
        if share > 0
    )
    ranks = "–".join(str(rank) for rank in dict.fromkeys(zone["rank_interval"]))
    return (
        f"{ranks} ({percent(zone['rank_interval_share']).to(language)})",
        number_text(None if math.isnan(mean) else mean, language),
        percent(zone["first"]).to(language),
        percent(zone["first_three"]).to(language),
        percent(zone["unranked"]).to(language),
        ", ".join(classes) or "–",
    )


def print_sensitivity(
    found: Mapping[str, "Sequence[WeightSensitivity]"], assessment: "Assessment", language: Language
) -> None:
    """Print each weight with the nearest weights at which the first place, a rank or a class changes.

    Dimensions first, as an office weighs them first.
    """
    model = assessment.model
    titles = {d.id: d.title.to(language) for d in model.dimensions}
    titles |= {c.id: c.title.to(language) for c in model.criteria}
    heads = _SAY["sensitivity_heads"].to(language)
    captions = {
        "dimensions": _SAY["weights_dimensions"],
        "criteria": _SAY["weights_criteria"],
    }
    for kind, caption in captions.items():
        rows = [
            (titles[one.item], number_text(one.weight, language, _DIGITS), *_changes(one, language))
            for one in found[kind]
        ]
        print_table(heads, rows, caption.to(language))
    print_line(_SAY["nearest"].to(language))


def _changes(one: "WeightSensitivity", language: Language) -> list[str]:
    sides = [side[kind] for kind in ("first", "rank", "class") for side in (one.below, one.above)]
    return ["–" if point is None else _apart(point.weight, one.weight, language) for point in sides]


def _apart(weight: float, stated: float, language: Language) -> str:
    """A weight with as many digits as part it from the stated one."""
    digits = _DIGITS
    while digits < _MOST_DIGITS and f"{weight:.{digits}f}" == f"{stated:.{digits}f}":
        digits += 1
    return number_text(weight, language, digits)


def print_variance(
    found: "Sequence[ScoreIndex]", assessment: "Assessment", area_id: str, language: Language
) -> None:
    """Print which uncertain weights and measures one zone's score hangs on, the most first."""
    titles = {c.id: c.title.to(language) for c in assessment.model.criteria}
    inputs = {
        "weight": _SAY["input_weight"],
        "measure": _SAY["input_measure"],
        "missing": _SAY["input_missing"],
        "place": _SAY["input_place"],
    }
    rows = [
        (
            "–" if one.criterion is None else titles[one.criterion],
            inputs[one.input].to(language),
            # Estimates from a sample can lie a little outside 0..1.
            percent(min(max(one.index.first_order, 0.0), 1.0)).to(language),
            percent(min(max(one.index.total, 0.0), 1.0)).to(language),
            f"±{percent(one.index.total_confidence).to(language)}",
        )
        for one in found
    ]
    heads = _SAY["variance_heads"].to(language)
    print_table(heads, rows, assessment.result(area_id).name)
    print_line(_SAY["shares"].to(language))
