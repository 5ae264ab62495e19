"""Pure. Joins that report what they did: nothing is matched by chance and nothing is lost silently."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import area_ha, require_same_crs
from geo.errors import InvalidLayer
from geo.language import Text

# A sliver of a neighbour thinner than this share comes from drawing, not from where the zone lies.
_SLIVER_SHARE = 1e-4


@dataclass(frozen=True, slots=True)
class JoinReport:
    """What a join did: keys on both sides, only left, only right, and repeated on the right."""

    matched: tuple[str, ...]
    unmatched_left: tuple[str, ...]
    unmatched_right: tuple[str, ...]
    duplicates: tuple[str, ...]


def join_attributes(
    left: pd.DataFrame, right: pd.DataFrame, *, on: str
) -> tuple[pd.DataFrame, JoinReport]:
    """`left` with the columns of `right` added by the text key `on` (a column, or the index's name).

    Every row of `left` stays, in order; without a match its new columns are NaN. `left` may repeat
    a key, `right` may not.

    Raises
    ------
    InvalidLayer
        When a key repeats on the right (a row would multiply), or a column stands on both sides.
    """
    keys = pd.Series(left.index if left.index.name == on else left[on], index=left.index)
    table = right if right.index.name == on else right.set_index(on)
    duplicates = tuple(sorted(table.index[table.index.duplicated()].unique().astype(str)))
    if duplicates:
        raise InvalidLayer(reason=_REPEATED.format(keys=", ".join(duplicates)), keys=duplicates)
    shared = sorted(set(left.columns) & set(table.columns))
    if shared:
        raise InvalidLayer(reason=_SHARED.format(columns=", ".join(shared)), columns=shared)
    added = table.reindex(keys)
    added.index = left.index
    found, known = set(keys), set(table.index)
    report = JoinReport(
        matched=tuple(sorted(found & known)),
        unmatched_left=tuple(sorted(found - known)),
        unmatched_right=tuple(sorted(known - found)),
        duplicates=duplicates,
    )
    return pd.concat([left, added], axis=1), report


def area_shares(zones: gpd.GeoDataFrame, regions: gpd.GeoDataFrame) -> pd.DataFrame:
    """How much of each zone lies in which region.

    Parameters
    ----------
    zones, regions : GeoDataFrame
        Same CRS, indices `area_id`. A point lies wholly in the region that holds it.

    Returns
    -------
    DataFrame
        Columns `zone`, `region`, `area_ha` (geodesic; NaN for points) and `share` of the zone's
        area inside any region, which sums to 1 per zone. A zone outside all regions has no row.

    Raises
    ------
    CRSMissing, CRSMismatch
    """
    crs = require_same_crs(zones, regions)
    left, right = shapely.STRtree(regions.geometry.to_numpy()).query(
        zones.geometry.to_numpy(), predicate="intersects"
    )
    pieces = shapely.intersection(
        zones.geometry.to_numpy()[left], regions.geometry.to_numpy()[right]
    )
    table = pd.DataFrame(
        {
            "zone": zones.index.to_numpy()[left],
            "region": regions.index.to_numpy()[right],
            "area_ha": area_ha(gpd.GeoDataFrame(geometry=pieces, crs=crs)),
        }
    )
    points = np.isin(shapely.get_dimensions(zones.geometry.to_numpy()), [0])[left]
    # A point on a shared border is in both; the first region by code takes it.
    on_border = pd.Series(points) & table.sort_values("region").duplicated("zone")
    table = table.assign(part=np.where(points, 1.0, table["area_ha"]))[~on_border]
    table["share"] = table["part"] / table.groupby("zone")["part"].transform("sum")
    table = table[table["share"] > _SLIVER_SHARE]
    table["share"] = table["share"] / table.groupby("zone")["share"].transform("sum")
    table.loc[table["area_ha"] == 0, "area_ha"] = np.nan
    return table.drop(columns="part").reset_index(drop=True)


def area_weighted(values: pd.Series, shares: pd.DataFrame) -> pd.DataFrame:
    """A rate of regions carried to zones, weighted by the zone's area in each region.

    Parameters
    ----------
    values : Series
        By region; NaN where unknown.
    shares : DataFrame
        From `area_shares`.

    Returns
    -------
    DataFrame, index zone
        `value`, the mean over the regions with a value, and `known_share`, their part of the zone
        (0..1). NaN and 0 where no region has a value. For rates only: counts must be split.
    """
    table = shares.assign(value=shares["region"].map(values))
    known = table[table["value"].notna()]
    total = known.groupby("zone")["share"].sum()
    value = (known["value"] * known["share"]).groupby(known["zone"]).sum() / total
    index = pd.Index(shares["zone"].unique(), name="area_id")
    return pd.DataFrame(
        {"value": value.reindex(index), "known_share": total.reindex(index).fillna(0.0)}
    )


_REPEATED = Text(
    id="Kunci berulang di tabel yang digabungkan: {keys}. Satu kunci harus satu baris.",
    en="Keys repeat in the table to be joined: {keys}. One key must be one row.",
)
_SHARED = Text(
    id="Kolom ini ada di kedua sisi: {columns}. Ganti namanya lebih dahulu.",
    en="These columns stand on both sides: {columns}. Rename them first.",
)
