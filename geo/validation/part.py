"""A file that replaces a layer in some regencies only: the rest of the layer stays as it is published."""

from collections.abc import Sequence
from typing import cast

import geopandas as gpd
import pandas as pd

from geo.ingest.findings import Feature, Finding, finding
from geo.ingest.source import Reference
from geo.vector.schema import LayerSchema


def foreign_features(
    layer: gpd.GeoDataFrame,
    *,
    schema: LayerSchema,
    reference: Reference,
    features: Sequence[Feature],
) -> list[Finding]:
    """Features outside the regencies that the file may replace, and keys that stand outside them.

    `layer` has its key as the index; without a choice of regencies nothing is foreign.
    """
    if reference.regencies is None:
        return []
    own = ", ".join(sorted(reference.regencies))
    rest = published_elsewhere(schema, reference)
    taken = {} if rest is None else dict(zip(rest.index, rest[schema.regency_field], strict=True))
    codes = _codes(layer, schema)
    findings = []
    for feature, key, code in zip(features, layer.index, codes, strict=True):
        if code not in reference.regencies:
            findings.append(finding("regency_foreign", feature=feature, value=code or "-", own=own))
        elif key in taken:
            there = str(taken[key])
            findings.append(
                finding("key_foreign", feature=feature, key=str(key), value=there, own=own)
            )
    return findings


def with_the_rest(
    layer: gpd.GeoDataFrame, *, schema: LayerSchema, reference: Reference
) -> gpd.GeoDataFrame:
    """The whole layer: these features in the chosen regencies, and those that are published elsewhere.

    It has the CRS of the published layer, whose features stay as they are, whatever the file's is. A
    column that only one of both has is missing in the features of the other.
    """
    rest = published_elsewhere(schema, reference)
    if rest is None or rest.empty:
        return layer
    whole = pd.concat([layer.to_crs(rest.crs), rest])
    whole.index = pd.Index(whole.index.astype("str"), name=layer.index.name)
    return cast(gpd.GeoDataFrame, whole)


def published_elsewhere(schema: LayerSchema, reference: Reference) -> gpd.GeoDataFrame | None:
    """The published features outside the chosen regencies, which stay; None without such a choice."""
    current = reference.current
    if current is None or reference.regencies is None:
        return None
    is_chosen = pd.Series(_codes(current, schema), index=current.index).isin(reference.regencies)
    return current[~is_chosen]


def _codes(layer: gpd.GeoDataFrame, schema: LayerSchema) -> list[str | None]:
    if schema.regency_field is None or schema.regency_field not in layer.columns:
        return [None] * len(layer)
    return [None if pd.isna(code) else str(code) for code in layer[schema.regency_field]]
