"""What the planner's map can be coloured by besides the model's class, and in which colours.

Colours are ColorBrewer's (YlOrBr by `maps.style`, YlGnBu, Blues) and Okabe and Ito's (2008) for
categories; all of them stay apart under every colour blindness.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.language import Language
from geo.mcda.model import Model
from geo.vector.schema import INDICATIVE, is_approximate, is_enclosing
from maps.folium.legends import labelled_classes
from maps.folium.views import model_view
from maps.text import format_share, translate

# Least whole percent of each class, and its colour.
_COVERAGE = ((0, "#ffffcc"), (50, "#a1dab4"), (70, "#41b6c4"), (90, "#225ea8"))
# Least percent of draws of each class of chances, and its colour: below a half, a half, two thirds, 90 %.
_CERTAINTY = ((0, "#eff3ff"), (50, "#bdd7e7"), (67, "#6baed6"), (90, "#08519c"))
_BOUNDARY = (
    ("official", "themes.official", "#0072b2"),
    ("indicative", "themes.indicative", "#f0e442"),
    ("unstated", "themes.unstated", "#56b4e9"),
    ("approximate", "themes.approximate", "#e69f00"),
    ("enclosing", "themes.enclosing", "#cc79a7"),
    ("location", "themes.location", "#8a3b00"),
)
_KINDS = {INDICATIVE: "indicative", "location_only": "location"}


@dataclass(frozen=True, slots=True)
class ThemeClass:
    """One colour and its words.

    `lower` is the least number that has it; None where the class is a category.
    """

    id: str
    label: str
    colour: str
    lower: float | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """One way to colour zones and kecamatan, in the words of one language.

    `name` is what the planner chooses, `title` heads the legend, `title_both` while the kecamatan
    are shown too, `missing` is said of an area without a class. `model` is the model that the
    server is asked for; empty where it is the page's own.
    """

    id: str
    name: str
    title: str
    title_both: str
    unit: str
    meaning: str
    missing: str
    classes: tuple[ThemeClass, ...]
    model: str = ""


def boundary_of(geometry_kind: object) -> str:
    """The class of a boundary by its `geometry_kind`, an id of the theme `boundary`.

    Examples
    --------
    >>> boundary_of("enclosing_kecamatan"), boundary_of("official"), boundary_of(None)
    ('enclosing', 'official', 'unstated')
    """
    if not isinstance(geometry_kind, str):
        return "unstated"
    if is_enclosing(geometry_kind):
        return "enclosing"
    rest = "approximate" if is_approximate(geometry_kind) else "official"
    return _KINDS.get(geometry_kind, rest)


def theme_views(
    model: Model, *, need: tuple[Model, int] | None, language: Language
) -> tuple[Theme, ...]:
    """What a page of `model` offers besides its classes.

    `need` is the need model and the year of its figures; None where there is none, or where the
    page already shows it.
    """
    found = [] if need is None else [_need(*need, language=language)]
    return (*found, _coverage(model, language), _certainty(language), _boundary(language))


def _need(model: Model, year: int, *, language: Language) -> Theme:
    view = model_view(model, year=year)
    classes = [
        ThemeClass(entry.id, label, colour, entry.lower)
        for entry, label, colour in labelled_classes(view, language)
    ]
    subject = model.title.to(language)
    described = model.description.to(language) if model.description else ""
    return Theme(
        id="need",
        name=subject,
        **_titles(subject, language),
        unit=translate("legend.score_unit", language, year=year),
        meaning=" ".join(filter(None, (described, translate("themes.need_meaning", language)))),
        missing=translate("themes.no_data", language),
        classes=tuple(reversed(classes)),
        model=model.id,
    )


def _coverage(model: Model, language: Language) -> Theme:
    floor = format_share(model.coverage_floor, language)
    subject = translate("themes.coverage", language)
    return Theme(
        id="coverage",
        name=subject,
        **_titles(subject, language),
        unit=translate("themes.coverage_unit", language),
        meaning=translate("themes.coverage_meaning", language, share=floor),
        missing=translate("themes.no_data", language),
        classes=_of_percents(_COVERAGE, language),
    )


def _certainty(language: Language) -> Theme:
    subject = translate("themes.certainty", language)
    return Theme(
        id="certainty",
        name=subject,
        **_titles(subject, language),
        unit=translate("themes.certainty_unit", language),
        meaning=translate("themes.certainty_meaning", language),
        missing=translate("themes.no_class", language),
        classes=_of_percents(_CERTAINTY, language),
    )


def _of_percents(bounds: Sequence[tuple[int, str]], language: Language) -> tuple[ThemeClass, ...]:
    """Classes of whole percents by the least of each and its colour, the greatest first."""
    ends = [*(low for low, _ in bounds), 101]
    classes = [
        ThemeClass(
            str(low),
            f"{low}–{high - 1}%" if low else translate("themes.below", language, high=high),
            colour,
            low,
        )
        for (low, colour), high in zip(bounds, ends[1:], strict=True)
    ]
    return tuple(reversed(classes))


def _boundary(language: Language) -> Theme:
    subject = translate("themes.boundary", language)
    return Theme(
        id="boundary",
        name=subject,
        **_titles(subject, language),
        unit=translate("themes.boundary_unit", language),
        meaning=translate("themes.boundary_meaning", language),
        missing=translate("themes.no_data", language),
        classes=tuple(
            ThemeClass(key, translate(label, language), colour) for key, label, colour in _BOUNDARY
        ),
    )


def _titles(subject: str, language: Language) -> dict[str, str]:
    return {
        "title": translate("themes.zones", language, subject=subject),
        "title_both": translate("themes.both", language, subject=subject),
    }
