"""How zones lie in regions, and rates of regions averaged over zones by area; what lies in none is told."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import area_ha, require_same_crs
from geo.errors import InvalidLayer
from geo.language import texts

_SAY = texts(__name__)

# A sliver of a neighbour thinner than this share comes from drawing, not from where the zone lies.
_SLIVER_SHARE = 1e-4
_MEASURABLE = [shapely.GeometryType[kind] for kind in ("POINT", "POLYGON", "MULTIPOLYGON")]
_NAMED = 10


@dataclass(frozen=True, slots=True)
class JoinReport:
    """What a join did: keys on both sides, only left and only right."""

    matched: tuple[str, ...]
    unmatched_left: tuple[str, ...]
    unmatched_right: tuple[str, ...]


def area_shares(
    zones: gpd.GeoDataFrame, regions: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, JoinReport]:
    """How much of each zone lies in which region, and which zones lie in none.

    Parameters
    ----------
    zones, regions : GeoDataFrame
        Same CRS, indices `area_id`, valid points and polygons. A point lies wholly in the region
        that holds it. A zone without geometry lies in no region.

    Returns
    -------
    DataFrame
        Columns `zone`, `region`, `area_ha` (geodesic; NaN for points), `share` of the zone's area
        inside any region, which sums to 1 per zone, and `covered`, the same as a share of the whole
        zone, which sums to less where a part of it lies outside. A zone outside all regions has no
        row.
    JoinReport
        Zones with a region are matched, the others unmatched left; regions without a zone are
        unmatched right.

    Raises
    ------
    CRSMissing, CRSMismatch
    InvalidLayer
        Naming the features that are neither point nor polygon, or not valid.
    """
    crs = require_same_crs(zones, regions)
    _require_measurable(zones)
    _require_measurable(regions)

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
    whole = np.where(points, 1.0, area_ha(zones)[left])
    table = table.assign(part=np.where(points, 1.0, table["area_ha"]), whole=whole)[~on_border]

    shares = _shares_of(table)
    return shares, _report(zones.index, regions.index, shares)


def _shares_of(table: pd.DataFrame) -> pd.DataFrame:
    """The shares of pieces that measure `part` of a zone that measures `whole`."""
    inside = table.groupby("zone")["part"].transform("sum")
    share = table["part"] / inside
    kept = table.assign(share=share, inside=inside / table["whole"])[share > _SLIVER_SHARE]
    kept["share"] /= kept.groupby("zone")["share"].transform("sum")
    # A rim thinner than a sliver lies outside by drawing only.
    kept["inside"] = kept["inside"].where(kept["inside"] < 1 - _SLIVER_SHARE, 1.0)
    return kept.assign(
        area_ha=kept["area_ha"].where(kept["area_ha"] > 0), covered=kept["share"] * kept["inside"]
    )[["zone", "region", "area_ha", "share", "covered"]].reset_index(drop=True)


def _report(zones: pd.Index, regions: pd.Index, shares: pd.DataFrame) -> JoinReport:
    found, used = set(shares["zone"]), set(shares["region"])
    return JoinReport(
        matched=tuple(str(zone) for zone in zones if zone in found),
        unmatched_left=tuple(str(zone) for zone in zones if zone not in found),
        unmatched_right=tuple(str(region) for region in regions if region not in used),
    )


def _require_measurable(layer: gpd.GeoDataFrame) -> None:
    shapes = layer.geometry.to_numpy()
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    is_kind = np.isin(shapely.get_type_id(shapes), _MEASURABLE)
    for faulty, sentence in (
        (there & ~is_kind, _SAY["not_measurable"]),
        (there & is_kind & ~shapely.is_valid(shapes), _SAY["not_valid"]),
    ):
        if faulty.any():
            keys = [str(key) for key in layer.index[faulty]]
            raise InvalidLayer(reason=sentence.format(keys=", ".join(keys[:_NAMED])), keys=keys)


def area_weighted(
    values: pd.Series, shares: pd.DataFrame, *, density: pd.Series | None = None
) -> pd.DataFrame:
    """A rate of regions carried to zones, weighted by the zone's area in each region.

    Parameters
    ----------
    values : Series
        By region; NaN where unknown.
    shares : DataFrame
        From `area_shares`.
    density : Series, optional
        By region: what the rate is counted on (people, output) per hectare. Each part of a zone
        then weighs by its area times its region's density, as if that were spread evenly.

    Returns
    -------
    DataFrame, index zone
        `value`, the mean over the regions with a value, and `known_share`, their part of the whole
        zone (0..1). NaN and 0 where no region has a value. For rates only: counts must be split.
    """
    weight = shares["share"]
    if density is not None:
        weight = weight * shares["region"].map(density)
    table = shares.assign(value=shares["region"].map(values), weight=weight)
    known = table[table["value"].notna()]
    total = known.groupby("zone")["weight"].sum()
    value = (known["value"] * known["weight"]).groupby(known["zone"]).sum() / total
    covered = known.groupby("zone")["covered"].sum()
    index = pd.Index(shares["zone"].unique(), name="area_id")
    return pd.DataFrame(
        {"value": value.reindex(index), "known_share": covered.reindex(index).fillna(0.0)}
    )
