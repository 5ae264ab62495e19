"""What is known of areas beside any model: their desa, and what sources say of their ground.

Read from what is published and quoted as it stands; scores read it by their own rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo import published
from geo.indicators.villages import VillageProfile
from geo.json_types import as_json
from geo.land.ground import AreaGround, Said, ground_of, statements_of
from geo.language import Language
from geo.published import DESA, GROUND, VILLAGE_INDEX, kept_by_content
from geo.store.store import Store, Version
from geo.store.versions import Published
from geo.vector.schema import is_enclosing, with_all_fields


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """What is known of one area; None where nobody has published it, or it lies outside all desa.

    `is_of_drawing`: the drawn boundary only encloses the area, which need not be in all that is told.
    """

    villages: VillageProfile | None
    ground: AreaGround | None
    is_of_drawing: bool = False


def area_facts(store: Store | Published, layer: str) -> Mapping[str, AreaFacts]:
    """What is known of each area of a layer, by its id.

    Raises
    ------
    LayerNotFound
    """
    now = store.current()
    versions = _versions(now, layer)
    kinds = _kinds(published.layer(now, layer))
    villages: Mapping[str, VillageProfile] = {}
    ground: Mapping[str, AreaGround] = {}
    if versions.keys() >= {DESA, VILLAGE_INDEX}:
        own, desa, figures = (versions[name].path for name in (layer, DESA, VILLAGE_INDEX))
        villages = published.read_village_profiles(own, desa, figures)
        if GROUND in versions:
            ground = _ground(own, desa, figures, versions[GROUND].path)
    return {
        area: AreaFacts(villages.get(area), ground.get(area), is_of_drawing=is_enclosing(kind))
        for area, kind in kinds.items()
    }


def facts_key(store: Store | Published, layer: str) -> tuple[str, ...]:
    """What the facts of a layer's areas were read from: equal keys are equal facts."""
    return tuple(v.sha256 for v in _versions(store.current(), layer).values())


def facts_document(facts: AreaFacts, language: Language) -> dict[str, Any]:
    """The facts of one area as JSON types, texts in `language`."""
    document: dict[str, Any] = as_json(facts, language)
    if facts.villages is not None:
        document["villages"]["sentence"] = facts.villages.sentence.to(language)
    return document


def _kinds(areas: gpd.GeoDataFrame) -> dict[str, object]:
    kinds = areas["geometry_kind"] if "geometry_kind" in areas else [None] * len(areas)
    return dict(zip(map(str, areas.index), kinds, strict=True))


def _versions(now: Published, layer: str) -> dict[str, Version]:
    there = now.datasets("layer")
    return {
        name: now.version(name, "layer")
        for name in (layer, DESA, VILLAGE_INDEX, GROUND)
        if name in there
    }


@kept_by_content(maxsize=4)
def read_statements(path: Path) -> tuple[Said, ...]:
    """What the layer `ground` of a snapshot says, read once."""
    rows = with_all_fields(published.read_layer(path), GROUND).drop(columns="geometry")
    return statements_of(pd.DataFrame(rows))


@kept_by_content(maxsize=8)
def _ground(layer: Path, desa: Path, figures: Path, statements: Path) -> dict[str, AreaGround]:
    rows = published.read_desa_inside(layer, desa, figures)
    inside = rows.groupby("area")["desa"].agg(list)
    said = read_statements(statements)
    return {
        str(area): ground_of(said, str(area), desa=inside.get(str(area), []))
        for area in published.read_layer(layer).index
    }
