"""A file that replaces a part of a layer only: the rest of the layer stays as it is published."""

from collections import Counter
from collections.abc import Iterable, Sequence
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
    foreign = [
        (feature, str(code))
        for feature, code in zip(features, codes, strict=True)
        if code not in reference.regencies
    ]
    findings = _foreign(foreign, own)
    for feature, key, code in zip(features, layer.index, codes, strict=True):
        if code in reference.regencies and key in taken:
            there = str(taken[key])
            findings.append(
                finding("key_foreign", feature=feature, key=str(key), value=there, own=own)
            )
    return findings


def _foreign(foreign: Sequence[tuple[Feature, str]], own: str) -> list[Finding]:
    """One finding of all features that lie elsewhere: of a whole province nobody reads each."""
    if not foreign:
        return []
    if len(foreign) == 1:
        feature, code = foreign[0]
        return [finding("regency_foreign", feature=feature, value=code, own=own)]
    values = counted(code for _, code in foreign)
    return [finding("regencies_foreign", count=len(foreign), values=values, own=own)]


def counted(codes: Iterable[str]) -> str:
    """Codes of regencies, each with how often it is there: `63.04 (17), 63.05 (12)`."""
    return ", ".join(f"{code} ({n})" for code, n in sorted(Counter(codes).items()))


def own_rows(
    table: pd.DataFrame, *, schema: LayerSchema, reference: Reference
) -> tuple[list[bool], list[Finding]]:
    """Which rows are taken where those of other regencies are to be left out, and what is said of it.

    A row without a code stays, to be told. A file with nothing of the chosen regencies is left whole,
    to be refused.
    """
    every = [True] * len(table)
    if reference.regencies is None or not reference.leaves_out_others:
        return every, []
    codes = _codes(table, schema)
    if not set(codes) & reference.regencies:
        return every, []
    is_taken = [code is None or code in reference.regencies for code in codes]
    others = [str(code) for code, taken in zip(codes, is_taken, strict=True) if not taken]
    if not others:
        return every, []
    own, values = ", ".join(sorted(reference.regencies)), counted(others)
    return is_taken, [finding("others_left_out", count=len(others), values=values, own=own)]


def with_the_rest(
    layer: gpd.GeoDataFrame, *, schema: LayerSchema, reference: Reference
) -> gpd.GeoDataFrame:
    """The whole layer: these features, and the published ones that stay beside them.

    It has the CRS of the published layer, whose features stay as they are, whatever the file's is. A
    column that only one of both has is missing in the features of the other.
    """
    rest = staying(layer, schema=schema, reference=reference)
    if rest is None or rest.empty:
        return layer
    whole = pd.concat([layer.to_crs(rest.crs), rest])
    whole.index = pd.Index(whole.index.astype("str"), name=layer.index.name)
    return cast(gpd.GeoDataFrame, whole)


def staying(
    layer: gpd.GeoDataFrame, *, schema: LayerSchema, reference: Reference
) -> gpd.GeoDataFrame | None:
    """The published features that stay beside these; None where they replace the whole layer.

    Those are the ones outside the chosen regencies, and where what is missing is kept also every
    other one whose key is not among these.
    """
    current = reference.current
    if current is None or (reference.regencies is None and not reference.keeps_missing):
        return None
    stays = pd.Series(False, index=current.index)
    if reference.regencies is not None:
        codes = pd.Series(_codes(current, schema), index=current.index)
        stays |= ~codes.isin(reference.regencies)
    if reference.keeps_missing and schema.key in layer.columns:
        stays |= ~current.index.astype("str").isin(layer.index)
    return current[stays]


def kept_missing(
    layer: gpd.GeoDataFrame, *, schema: LayerSchema, reference: Reference
) -> gpd.GeoDataFrame | None:
    """Those published features that stay only because what is missing is kept; None for none."""
    if not reference.keeps_missing:
        return None
    rest = staying(layer, schema=schema, reference=reference)
    if rest is None or reference.regencies is None:
        return rest
    return rest[pd.Series(_codes(rest, schema), index=rest.index).isin(reference.regencies)]


def published_elsewhere(schema: LayerSchema, reference: Reference) -> gpd.GeoDataFrame | None:
    """The published features outside the chosen regencies, which stay; None without such a choice."""
    current = reference.current
    if current is None or reference.regencies is None:
        return None
    is_chosen = pd.Series(_codes(current, schema), index=current.index).isin(reference.regencies)
    return current[~is_chosen]


def _codes(layer: pd.DataFrame, schema: LayerSchema) -> list[str | None]:
    if schema.regency_field is None or schema.regency_field not in layer.columns:
        return [None] * len(layer)
    return [None if pd.isna(code) else str(code) for code in layer[schema.regency_field]]
