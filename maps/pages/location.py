"""Where a zone may lie and what lies in it, against what its source states; for its page and its sheet."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo import published
from geo.crs import area_ha
from geo.language import Language
from geo.raster.files import RasterFile
from geo.raster.population import people_about
from geo.store.versions import Published
from geo.vector.join import area_shares
from geo.vector.positions import Positions, Rule, positions
from geo.vector.schema import ZONES
from maps.escape import text_or_none
from maps.text import format_number, translate

_PEOPLE = published.LAND_PREFIX + "population_per_km2"
_KECAMATAN = len("63.04.17")
_MOST_NAMED = 12
# What a source may state of a zone, in the order of the page.
_PROFILE = (
    *("decree", "land_status", "titles_issued", "titles_open"),
    *("families_placed", "families_left", "ipktrans", "profile_source"),
)
_SENTENCES: Mapping[Rule, str] = {
    "as_drawn": "location.as_drawn",
    "disc": "location.disc",
    "parts": "location.parts",
    "one_of": "location.one_of",
    "unknown": "location.unknown",
}
# What is drawn may be the place that a source names, and not the border of the zone in it.
_OF_KIND = {"named_desa": "location.named_desa", "published_extent": "location.extent"}


def location(now: Published, layer: str, area_id: str, language: Language) -> dict[str, Any] | None:
    """What a page says of a zone's place; None where no layer of desa is published.

    Returns
    -------
    dict
        `sentence` (where it may lie), `desa` (names, some), `rows` (what, as drawn, as stated),
        `ranges` (the least and greatest IKS, IKE and IKL by where it lies; None where it lies as
        drawn) and `profile` (title, value).
    """
    if published.DESA not in now.datasets("layer"):
        return None
    zone = published.layer(now, layer).loc[[area_id]]
    place = _place(now, layer, area_id)
    found = place.positions
    desa = published.layer(now, published.DESA)
    names = [str(desa.at[code, "name"]) for code in _most_likely_first(found)]
    return {
        "sentence": _sentence(found, zone, desa, language),
        "desa": _some(names, language),
        "rows": _rows(place, zone, language),
        "ranges": _ranges(now, found, language),
        "profile": _profile(zone, language),
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where a zone may lie, and what its outline holds: desa more than half inside, desa touched, people.

    `people` is None where no population is published or none is known there.
    """

    positions: Positions
    mostly: int
    touched: int
    kecamatan: int
    people: float | None


@lru_cache(maxsize=256)
def _place(now: Published, layer: str, area_id: str) -> _Place:
    zone, desa = published.layer(now, layer).loc[[area_id]], published.layer(now, published.DESA)
    inside = area_shares(zone, desa)[0].set_index("region")["area_ha"]
    whole = area_ha(desa.loc[inside.index])
    # A point has no area, and is in the desa that holds it.
    is_mostly = inside.isna().to_numpy() | (inside.to_numpy() > whole / 2)
    return _Place(
        positions=positions(zone, desa),
        mostly=int(is_mostly.sum()),
        touched=len(inside),
        kecamatan=inside.index.str[:_KECAMATAN].nunique(),
        people=_people(now, zone),
    )


def _people(now: Published, zone: gpd.GeoDataFrame) -> float | None:
    """People in the drawn outline, to the hundred: the raster is no better than that."""
    if _PEOPLE not in now.datasets("raster"):
        return None
    with closing(RasterFile(now.version(_PEOPLE).path)) as density:
        people = float(people_about(zone, density)["people"].iloc[0])
    return None if pd.isna(people) else round(people, -2)


def _most_likely_first(found: Positions) -> pd.Index:
    """The desa by the part of the zone that they hold over all places; those of one part by code."""
    held = found.shares.mean(axis=0) if len(found.shares) else found.most
    return found.desa[np.argsort(-held, kind="stable")]


def _sentence(
    found: Positions, zone: gpd.GeoDataFrame, desa: gpd.GeoDataFrame, language: Language
) -> str:
    always = [str(desa.at[code, "name"]) for code in found.always]
    kind = str(_stated(zone, "geometry_kind")) if found.rule == "as_drawn" else ""
    return translate(
        _OF_KIND.get(kind, _SENTENCES[found.rule]),
        language,
        n=format_number(len(found.desa), language, decimals=0),
        kecamatan=format_number(found.desa.str[:_KECAMATAN].nunique(), language, decimals=0),
        always=_some(always, language),
        area=format_number(_number(zone, "area_ha"), language, decimals=0),
    )


def _some(names: Sequence[str], language: Language) -> str:
    """The names, or the first of them and how many there are besides."""
    if len(names) <= _MOST_NAMED + 1:
        return ", ".join(names)
    return translate(
        "location.more", language, names=", ".join(names[:_MOST_NAMED]), n=len(names) - _MOST_NAMED
    )


def _rows(place: _Place, zone: gpd.GeoDataFrame, language: Language) -> list[dict[str, str]]:
    """How many desa, kecamatan and people lie in the drawn outline, and how many the source states."""
    counts = str(place.mostly)
    if place.touched > place.mostly:
        counts = translate("location.desa_drawn", language, mostly=counts, touched=place.touched)
    people = format_number(place.people, language, decimals=0)
    drawn = [
        (translate("location.desa_count", language), counts, "desa_stated"),
        (translate("location.kecamatan_count", language), str(place.kecamatan), "kecamatan_stated"),
        (translate("location.people", language), people, "people_stated"),
    ]
    return [
        {
            "title": title,
            "drawn": text,
            "stated": format_number(_number(zone, name), language, decimals=0),
        }
        for title, text, name in drawn
    ]


def _ranges(now: Published, found: Positions, language: Language) -> str | None:
    """Between which village indices the zone stands, wherever it lies."""
    if found.rule in ("as_drawn", "unknown") or published.VILLAGE_INDEX not in now.datasets(
        "layer"
    ):
        return None
    index = published.layer(now, published.VILLAGE_INDEX)
    spans = {
        name: [
            format_number(end, language, decimals=2)
            for end in found.range_of(index[name].astype("float64"))
        ]
        for name in ("iks", "ike", "ikl")
    }
    return ", ".join(f"{name.upper()} {low}–{high}" for name, (low, high) in spans.items())


def _profile(zone: gpd.GeoDataFrame, language: Language) -> list[tuple[str, str]]:
    found = []
    for name in _PROFILE:
        value = _stated(zone, name)
        if value is None:
            continue
        year = _number(zone, f"{name}_year")
        text = value if isinstance(value, str) else format_number(value, language)
        if year is not None:
            text = f"{text} ({year:.0f})"
        found.append((ZONES.field(name).title.to(language), text))
    return found


def _stated(zone: gpd.GeoDataFrame, name: str) -> Any:
    value = zone[name].iloc[0] if name in zone else None
    return text_or_none(value) if isinstance(value, str) else None if pd.isna(value) else value


def _number(zone: gpd.GeoDataFrame, name: str) -> float | None:
    value = _stated(zone, name)
    return None if value is None or isinstance(value, str) else float(value)
