"""Whole pages from our templates. It knows no HTTP: addresses, choices and state are arguments.

Every page needs only what `Assets.base` serves, and runs under a Content-Security-Policy of
`maps.assets.CONTENT_SECURITY_POLICY` with the same nonce.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2

from geo.errors import InvalidInput
from geo.language import LANGUAGES, Language, Text
from geo.readiness.score import ZoneResult
from maps.assets import Assets
from maps.escape import json_in_page, safe_address, shown_text
from maps.folium.cards import class_cards
from maps.folium.views import IndicatorView, MapView, ModelView
from maps.pages.sliders import WeighingView
from maps.text import format_date, format_number, format_share, translate

_TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True, slots=True)
class IndicatorChoice:
    """An indicator that the regency layer can show, and the years that have data, ascending."""

    id: str
    title: Text
    years: Sequence[int]


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(
    template: str,
    language: Language,
    *,
    assets: Assets | None = None,
    root: str = "",
    state: Mapping[str, str] | None = None,
    active: str = "",
    **context: Any,
) -> str:
    """A page from one of `templates/`, with the site's header and language switch.

    Parameters
    ----------
    template
        File name under `templates/`; a page of ours extends `base.html` and needs a `title`.
    assets
        Where scripts and styles are, and the nonce.
    root
        Address before `/map` and the other doors, without a slash at its end.
    state
        Query parameters of the page as it is, kept by the language switch.
    active
        Which entry of the navigation the page is: home, map, data, desk, api or guide.
    **context
        What the template names besides.

    Notes
    -----
    Templates have `t(key, **facts)`, `number(value, decimals=)`, `share(value)`, `date(value)` and
    `shown(text)`, which cuts an endless text, in the page's language, and `address(value)`, see
    `maps.escape.safe_address`. Everything is escaped.
    """

    def t(key: str, **facts: object) -> str:
        return translate(key, language, **facts)

    return (
        _templates()
        .get_template(template)
        .render(
            {
                "language": language,
                "assets": assets or Assets(),
                "navigation": _navigation(root, language),
                "languages": _language_links(state or {}),
                "active": active,
                "t": t,
                "number": lambda value, decimals=None: format_number(
                    value, language, decimals=decimals
                ),
                "share": lambda value: format_share(value, language),
                "address": safe_address,
                "shown": lambda value: shown_text(value, language),
                "date": lambda value: format_date(value, language),
                **context,
            }
        )
    )


def _navigation(root: str, language: Language) -> list[dict[str, str]]:
    return [
        {"key": key, "address": f"{root}{path}{'&' if '?' in path else '?'}lang={language}"}
        for key, path in (
            ("home", "/"),
            ("map", "/map"),
            ("data", "/collections"),
            ("desk", "/uploads?f=html"),
            ("api", "/api.html"),
            ("guide", "/guide"),
        )
    ]


def _language_links(state: Mapping[str, str]) -> list[dict[str, str]]:
    kept = {name: value for name, value in state.items() if name != "lang"}
    return [
        {"language": language, "address": "?" + urlencode({"lang": language, **kept})}
        for language in LANGUAGES
    ]


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
    """
    language = view.language
    assets = assets or Assets()
    kept = {"lang": language, **(state or {})}
    ranked, unranked = _ranking(view, model, results)
    return render(
        "map.html",
        language,
        assets=assets,
        root=root,
        state=state,
        active="map",
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
        model=model,
        ranked=ranked,
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
    view: MapView, model: ModelView, results: Sequence[ZoneResult]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of the ranked zones, best first, and of the others."""
    cards: Mapping[str, Mapping[str, Any]] = view.cards["zones"]
    classes = class_cards(model, view.language)
    ranks = {result.area_id: result.rank for result in results if result.rank is not None}
    order = sorted(ranks, key=lambda area_id: (ranks[area_id], area_id))
    ranked = [
        _ranked_row(area_id, ranks[area_id], cards[area_id], classes)
        for area_id in order
        if area_id in cards
    ]
    unranked = [
        _unranked_row(area_id, card, view.language)
        for area_id, card in cards.items()
        if area_id not in ranks
    ]
    return ranked, unranked


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


def _ranked_row(
    area_id: str,
    rank: int | None,
    card: Mapping[str, Any],
    classes: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    found = classes.get(card.get("class", ""), {})
    return {
        "area_id": area_id,
        "rank": rank,
        "name": card.get("name", area_id),
        "place": card.get("place"),
        "geometry": card.get("geometryMark"),
        "unchecked": card.get("unchecked"),
        "unchecked_named": card.get("uncheckedNamed"),
        "score": card.get("score"),
        "coverage": card.get("coverage"),
        "class_title": found.get("title"),
        "class_colour": found.get("colour"),
    }


def _unranked_row(area_id: str, card: Mapping[str, Any], language: Language) -> dict[str, Any]:
    excluded = card["status"] == "excluded"
    return {
        "area_id": area_id,
        "name": card.get("name", area_id),
        "geometry": card.get("geometryMark"),
        "status": translate(f"status.{card['status']}", language),
        "reason": card.get("reason"),
        "pattern": "hatch-excluded" if excluded else "hatch-no-data",
    }
