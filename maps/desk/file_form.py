"""What the form for one kind of file says: a land raster, a table of figures, or a layer.

Each asks for what its kind needs and for nothing else, in the words of an office.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from geo.indicators.table import Indicator
from geo.ingest.source import Limits
from geo.land.raster import KNOWN_RASTERS, land_title, land_unit
from geo.language import Language, Text
from geo.published import LAND_PREFIX
from maps.pages.collecting import begun_in
from maps.text import format_number, translate

# Made from others, or of the whole island: what no office sends unless it is asked for.
_NOT_SENT: Final = ("elevation_coarse", "hillshade", "landmask")
_MILLION = 1_000_000


def raster_form(
    asked: str | None, *, others: Collection[str], language: Language
) -> dict[str, Any]:
    """The form for a land raster.

    Parameters
    ----------
    asked : str, optional
        Which one, `slope_percent` for example; without it the form asks which.
    others : collection of str
        Names of land rasters that are known here beside those that everybody knows.
    """
    names = {*KNOWN_RASTERS, *others} - {*_NOT_SENT} | ({asked} if asked else set())
    title = translate("rasters.send_any", language)
    if asked:
        title = translate("rasters.send", language, raster=land_title(asked).to(language))
    return {
        "kind": "raster",
        "title": title,
        "options": sorted(
            (
                {
                    "value": LAND_PREFIX + name,
                    "label": _raster_label(name, language),
                    "is_chosen": name == asked,
                }
                for name in names
            ),
            key=lambda one: str(one["label"]).casefold(),
        ),
        "asks_unit": asked is not None and asked not in KNOWN_RASTERS,
        "most_cells": format_number(Limits().raster_cells / _MILLION, language),
        "formats": (),
    }


def _raster_label(name: str, language: Language) -> str:
    title = raster_title(name, language)
    if name not in KNOWN_RASTERS:
        return title
    return f"{title} ({land_unit(name, KNOWN_RASTERS[name]).to(language)})"


def raster_title(name: str, language: Language) -> str:
    """The title of a land raster as it stands at the head of a page."""
    title = land_title(name).to(language)
    return title[:1].upper() + title[1:]


def figures_form(
    catalogue: Mapping[str, Indicator], *, asked: str | None, language: Language
) -> dict[str, Any]:
    """The form for a table of figures; `asked` is the indicator that is already chosen."""
    return {
        "kind": "figures",
        "title": translate("figures.send", language),
        "themes": indicator_options(catalogue, chosen=asked, language=language),
        "begin": "indicators",
        "formats": begun_in("indicators"),
        "indicator": asked,
    }


def targets_form(language: Language) -> dict[str, Any]:
    """The form for a table of targets."""
    return {
        "kind": "targets",
        "title": translate("targets.send", language),
        "begin": "targets",
        "formats": begun_in("targets"),
        "indicator": None,
    }


def indicator_options(
    catalogue: Mapping[str, Indicator], *, chosen: str | None, language: Language
) -> list[dict[str, Any]]:
    """The indicators by their themes and titles, to choose one of them."""
    themes: dict[str, list[dict[str, Any]]] = {}
    for one in catalogue.values():
        option = {
            "value": one.id,
            "label": f"{one.title.to(language)} ({one.unit.to(language)})",
            "is_chosen": one.id == chosen,
        }
        themes.setdefault(one.theme or "other", []).append(option)
    return [
        {
            "title": translate(f"theme.{theme}", language),
            "options": sorted(options, key=lambda one: str(one["label"]).casefold()),
        }
        for theme, options in themes.items()
    ]


def layer_form(name: str, *, title: Text, is_published: bool, language: Language) -> dict[str, Any]:
    """The form for a layer of features."""
    return {
        "kind": "layer",
        "title": translate("rasters.send_layer", language, layer=title.to(language)),
        "collection": name,
        "is_published": is_published,
        "begin": name,
        "indicator": None,
        "formats": begun_in(name),
    }
