"""The page of the map, with its ranking, and the page of one map alone: drawn views into templates.

What they show is read in `map_subject.py`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from geo.errors import InvalidInput
from geo.language import Language, Text
from geo.readiness.score import ZoneResult
from maps.assets import Assets
from maps.escape import json_in_page
from maps.folium.views import IndicatorView, MapView, ModelView
from maps.pages.page import render
from maps.pages.sliders import WeighingView
from maps.text import translate


@dataclass(frozen=True, slots=True)
class IndicatorChoice:
    """An indicator that the regency layer can show, and the years that have data, ascending.

    `opening` is the year that is shown where none is asked for. One that has a target can be shown by
    its gap to it.
    """

    id: str
    title: Text
    years: Sequence[int]
    opening: int
    theme: str = ""
    has_target: bool = False


def map_page(
    view: MapView,
    *,
    model: ModelView,
    results: Sequence[ZoneResult],
    indicators: Sequence[IndicatorChoice] = (),
    indicator: str = "",
    year: int | None = None,
    state: Mapping[str, str] | None = None,
    assets: Assets | None = None,
    root: str = "",
    notice: str = "",
    models: Sequence[tuple[str, Text]] = (),
    model_id: str = "",
    weighing: WeighingView | None = None,
    drawn: Sequence[str] = (),
    tagline: Text | None = None,
) -> str:
    """The planner's page: `planner_map`, the choice of the regency layer and the ranking.

    Parameters
    ----------
    view
        From `choropleth.planner_map`; its language is the page's.
    model, results
        Those that the view was drawn from.
    indicators
        What the form offers; without any there is no form.
    indicator, year
        What the regency layer shows now.
    state
        Query parameters of the page as it is (lang, indicator, year, ...).
    notice
        A sentence for the reader above the form, as when a year was replaced.
    models, model_id
        The models that can be shown, by id and title, and the one that is.
    weighing
        The sliders; without them the ranking is the model's own and stays.
    drawn
        How chances and bands were worked out, from `certainty_cards.how_drawn`.
    tagline
        As for `maps.pages.page.render`.
    """
    language = view.language
    assets = assets or Assets()
    kept = {"lang": language, **(state or {})}
    bands, unranked = _ranking(view, results)
    return render(
        "map.html",
        language,
        assets=assets,
        root=root,
        state=state,
        active="map",
        tagline=tagline,
        title=translate("page.map_title", language, model=model.title.to(language)),
        view=view,
        parts=view.map.parts(assets),
        cards=json_in_page(
            view.cards
            if weighing is None
            else {
                **view.cards,
                "weighing": weighing.script_part(),
                "quadrant": weighing.quadrant,
            }
        ),
        weighing=weighing,
        drawn=drawn,
        model=model,
        bands=bands,
        unranked=unranked,
        summary=_summary(view.cards["zones"].values(), language),
        indicators=indicators,
        indicator=indicator,
        year=year,
        years=next((choice.years for choice in indicators if choice.id == indicator), ()),
        kept_state={k: v for k, v in kept.items() if k not in {"indicator", "year"}},
        action=f"{root}/map",
        notice=notice,
        models=_model_links(models, kept),
        model_id=model_id,
    )


def _model_links(
    models: Sequence[tuple[str, Text]], state: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {"id": key, "title": title, "address": "?" + urlencode({**state, "model": key})}
        for key, title in models
    ]


def single_map_page(
    view: MapView,
    *,
    title: str,
    state: Mapping[str, str] | None = None,
    assets: Assets | None = None,
    root: str = "",
    tagline: Text | None = None,
) -> str:
    """One map and its legend on a page of its own.

    With `Assets(standalone=True)` it is a single file that opens without any server.
    """
    assets = assets or Assets()
    return render(
        "single_map.html",
        view.language,
        assets=assets,
        root=root,
        state=state,
        tagline=tagline,
        title=title,
        view=view,
        parts=view.map.parts(assets),
        cards=json_in_page(view.cards),
        rows=_content(view),
    )


def _content(view: MapView) -> dict[str, Any]:
    """What a single map shows, as the rows of a table: the areas best first, or the regencies."""
    name = next((one for one in ("zones", "kecamatan") if one in view.cards), "regencies")
    cards = list(view.cards[name].values())
    last = len(cards) + 1
    cards = sorted(cards, key=lambda card: card.get("place_in_ranking") or last)
    return {
        "layer": name,
        "cards": cards,
        "classes": view.cards.get("classes", {}),
        "indicator": view.cards.get("indicator", {}),
    }


def map_title(
    name: str,
    language: Language,
    *,
    model: ModelView | None = None,
    indicator: IndicatorView | None = None,
) -> str:
    """The title of a single map by its name: regencies, zones or kecamatan."""
    if name == "regencies" and indicator is not None:
        subject = indicator.title.to(language)
        return translate("page.regencies_title", language, indicator=subject, year=indicator.year)
    if name in {"zones", "kecamatan"} and model is not None:
        return translate(
            f"page.{name}_title", language, model=model.title.to(language), year=model.year
        )
    reason = Text(id=f"tidak ada judul untuk peta {name!r}", en=f"no title for the map {name!r}")
    raise InvalidInput(reason=reason)


def _ranking(
    view: MapView, results: Sequence[ZoneResult]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The bands of the ranked zones with their rows, best first, and the rows of the others."""
    cards: Mapping[str, Mapping[str, Any]] = view.cards["zones"]
    ranks = {result.area_id: result.rank for result in results if result.rank is not None}
    order = sorted(ranks, key=lambda area_id: (ranks[area_id], area_id))
    ranked = [
        (cards[area_id].get("band"), _ranked_row(area_id, cards[area_id], view.language))
        for area_id in order
        if area_id in cards
    ]
    unranked = [
        _unranked_row(area_id, card, view.language)
        for area_id, card in cards.items()
        if area_id not in ranks
    ]
    return _bands(ranked, view.language), unranked


def _summary(cards: Iterable[Mapping[str, Any]], language: Language) -> str:
    """How many zones are ranked, and how many are not for which reason; as `overview.js` says it."""
    found = Counter(card["status"] for card in cards)
    parts = [translate("table.ranked", language, n=found["ranked"], all=found.total())]
    parts += [
        translate(f"table.{status}", language, n=found[status])
        for status in ("insufficient_data", "excluded", "unassessed")
        if found[status]
    ]
    return "; ".join(parts)


def _row(area_id: str, card: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """What every row of the list says of its area."""
    unchecked = card.get("uncheckedNames")
    return {
        "area_id": area_id,
        "name": card.get("name", area_id),
        "place": card.get("place"),
        "geometry": card.get("geometryMark"),
        "unchecked": unchecked,
        "range": card.get("range"),
    }


def _ranked_row(area_id: str, card: Mapping[str, Any], language: Language) -> dict[str, Any]:
    tied = card.get("tied")
    return _row(area_id, card, language) | {
        "rank": card["place_in_ranking"],
        "tied": tied and translate("table.tied", language, n=tied),
        "score": card.get("score"),
        "coverage": card.get("coverage"),
        "class_words": card.get("classWords"),
    }


def _unranked_row(area_id: str, card: Mapping[str, Any], language: Language) -> dict[str, Any]:
    excluded = card["status"] == "excluded"
    return _row(area_id, card, language) | {
        "status": translate(f"status.{card['status']}", language),
        "reason": card.get("reason"),
        "pattern": "hatch-excluded" if excluded else "hatch-no-data",
    }


def _bands(
    rows: Iterable[tuple[int | None, dict[str, Any]]], language: Language
) -> list[dict[str, Any]]:
    """The rows of the list under the heading of their band; without bands one group with no heading."""
    return [
        {
            "title": translate("table.band", language, band=band) if band else "",
            "rows": [row for _, row in group],
        }
        for band, group in groupby(rows, key=lambda one: one[0])
    ]
