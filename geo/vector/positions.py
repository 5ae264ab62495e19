"""Where a zone may lie, by the kind of its geometry, told in the villages (desa) that it would cover.

Few zones have a border of their own. A rule for each kind of geometry says which places agree with
the source; a measure that is known by desa then has a least and a greatest value over all of them.
"""

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import area_ha, require_same_crs
from geo.vector.join import area_shares
from geo.vector.schema import is_enclosing

Rule = Literal["as_drawn", "disc", "parts", "one_of", "unknown"]
_Array = npt.NDArray[np.float64]

DISC = "equal_area_disc"
# A disc is told by that many cells: a desa of a fiftieth of it by twelve.
_CELLS_OF_A_DISC = 600
# Centres at a time: tables of a megabyte stay in the processor's cache.
_CENTRES = 64
_M_PER_DEG = 111_320.0


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """The places that a zone may take.

    Attributes
    ----------
    rule : str
        `as_drawn`: one place. `disc`: any disc of the stated area, clipped to the regency, that
        holds the named desa. `parts`: any parts of these desa that sum to the stated area.
        `one_of`: any one of these desa. `unknown`: no desa is known here.
    desa : Index, (n_desa,)
        Codes of all desa that the zone may touch.
    shares : (n_positions, n_desa) float64
        Of the zone's area in each desa; rows sum to 1. Of `parts`, whose places are not countable,
        no row.
    most : (n_desa,) float64
        The greatest share of the zone that each desa can hold.
    """

    rule: Rule
    desa: pd.Index
    shares: _Array
    most: _Array

    def places(self, most: int = 200, *, seed: int = 0) -> _Array:
        """A sample of the places: shares (n_places, n_desa) of the zone's area, rows that sum to 1.

        All places where they are countable and at most `most`, else that many of them. Of `parts`
        each fills its desa in an order drawn at random; equal seeds draw equal places.
        """
        drawn = np.random.default_rng(seed)
        if self.rule == "parts":
            orders = drawn.permuted(np.tile(np.arange(len(self.most)), (most, 1)), axis=1)
            filled = np.minimum(np.cumsum(self.most[orders], axis=1), 1.0)
            parts: _Array = np.empty_like(filled)
            np.put_along_axis(parts, orders, np.diff(filled, axis=1, prepend=0.0), axis=1)
            return parts
        if len(self.shares) <= most:
            return self.shares
        chosen = np.sort(drawn.choice(len(self.shares), most, replace=False))
        return np.asarray(self.shares[chosen], dtype=np.float64)

    @property
    def is_uncertain(self) -> bool:
        """Whether the zone may lie in several places."""
        return self.rule in ("disc", "parts", "one_of")

    @property
    def always(self) -> pd.Index:
        """The desa that the zone touches in every place."""
        if self.rule == "parts":
            # Without this desa the others would be too small.
            held = np.asarray(self.most.sum() - self.most < 1 - 1e-9, dtype=np.bool_)
        else:
            held = np.asarray((self.shares > 0).all(axis=0) & (len(self.shares) > 0))
        return self.desa[held]

    def range_of(self, values: pd.Series) -> tuple[float, float]:
        """The least and the greatest area-weighted mean of a measure over all places.

        Parameters
        ----------
        values : Series
            By desa code. A desa without a value takes no part: the mean is that of the rest.

        Returns
        -------
        (float, float)
            NaN twice where no place has a desa with a value.
        """
        by_desa = values.reindex(self.desa).to_numpy(dtype=np.float64)
        known = ~np.isnan(by_desa)
        if not known.any():
            return float("nan"), float("nan")
        if self.rule == "parts":
            filled = [_filled(by_desa[known], self.most[known], sign=sign) for sign in (1, -1)]
            return filled[0], filled[1]
        shares = self.shares[:, known]
        weight = shares.sum(axis=1)
        means = (shares @ by_desa[known])[weight > 0] / weight[weight > 0]
        return float(means.min()), float(means.max())


def _filled(values: _Array, most: _Array, *, sign: int) -> float:
    """The mean of a zone filled from its least values on (sign 1) or its greatest (−1)."""
    order = np.argsort(sign * values, kind="stable")
    room = np.minimum(np.cumsum(most[order]), min(1.0, most.sum()))
    return float(np.average(values[order], weights=np.diff(room, prepend=0.0)))


def uncertain_positions(zones: gpd.GeoDataFrame, desa: gpd.GeoDataFrame) -> dict[str, Positions]:
    """Where each zone may lie whose place is uncertain, by its id; the others are not in it.

    Raises
    ------
    CRSMissing, CRSMismatch, InvalidLayer
    """
    if "geometry_kind" not in zones:
        return {}
    kinds = zones["geometry_kind"]
    asked = zones.index[(kinds == DISC) | kinds.map(is_enclosing).to_numpy(dtype=bool)]
    found = {
        str(zone): positions(zones.loc[[zone]], _near(zones.loc[[zone]], desa)) for zone in asked
    }
    return {zone: places for zone, places in found.items() if places.is_uncertain}


def _near(zone: gpd.GeoDataFrame, desa: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The desa that a zone's places can touch: those of its regency, and those that it is drawn over."""
    regency = str(zone["regency_code"].iloc[0]) if "regency_code" in zone else ""
    is_near = np.asarray(desa.index.str.startswith(f"{regency}."), dtype=np.bool_)
    is_near[desa.sindex.query(zone.geometry.iloc[0], predicate="intersects")] = True
    return desa[is_near]


def positions(zone: gpd.GeoDataFrame, desa: gpd.GeoDataFrame) -> Positions:
    """Where a zone may lie.

    Parameters
    ----------
    zone : GeoDataFrame
        One row. `geometry_kind`, `area_ha` (hectares that the source prints), `place_codes` (the
        Kemendagri codes that it names, by spaces) and `regency_code` count where it has them.
    desa : GeoDataFrame
        Same CRS (lon/lat), index the Kemendagri code of ten digits.

    Returns
    -------
    Positions
        A disc without a stated area, and an enclosing geometry not larger than its zone, lie as
        drawn. A geometry outside all desa is `unknown`.

    Raises
    ------
    CRSMissing, CRSMismatch
    InvalidLayer
        For geometries that are neither point nor polygon, or not valid.
    """
    require_same_crs(zone, desa)
    kind = zone["geometry_kind"].iloc[0] if "geometry_kind" in zone else None
    stated = float(zone["area_ha"].iloc[0] or np.nan) if "area_ha" in zone else np.nan
    if kind == DISC and stated > 0:
        found = _discs(zone, desa, stated)
        if found is not None:
            return found

    touched = area_shares(zone, desa)[0].sort_values("region")
    codes, share = pd.Index(touched["region"], name=desa.index.name), touched["share"].to_numpy()
    if touched.empty:
        return Positions("unknown", codes, np.empty((0, 0)), share)
    if is_enclosing(kind) and not stated > 0:
        return Positions("one_of", codes, np.eye(len(codes)), np.ones(len(codes)))
    inside = touched["area_ha"].to_numpy()
    if is_enclosing(kind) and stated < inside.sum():
        most = np.minimum(inside / stated, 1.0)
        return Positions("parts", codes, np.empty((0, len(codes))), most)
    return Positions("as_drawn", codes, share[np.newaxis], share)


def _discs(zone: gpd.GeoDataFrame, desa: gpd.GeoDataFrame, stated: float) -> Positions | None:
    """Every disc about a cell of the regency; None where none of that size holds the named desa."""
    regency = desa[desa.index.str.startswith(str(zone["regency_code"].iloc[0]) + ".")]
    named = _named(zone, regency.index)
    inside = area_ha(regency)
    if not len(named) or stated >= inside.sum():
        return None
    places, owner, weight = _cells(regency, inside, side_m=np.sqrt(stated * 1e4 / _CELLS_OF_A_DISC))
    must = np.isin(owner, regency.index.get_indexer(named))
    rows = [
        row
        for centre in places[_may_hold(places, weight, must, stated)]
        if (row := _disc(centre, places, owner, weight, must, stated, len(regency))) is not None
    ]
    if not rows:
        return None
    shares = np.unique(np.array(rows), axis=0)
    used = shares.max(axis=0) > 0
    return Positions("disc", regency.index[used], shares[:, used], shares.max(axis=0)[used])


def _named(zone: gpd.GeoDataFrame, known: pd.Index) -> pd.Index:
    """The desa that the source names, among those that are known."""
    codes = zone["place_codes"].iloc[0] if "place_codes" in zone else None
    return known[known.isin(codes.split())] if isinstance(codes, str) else known[:0]


def _cells(
    desa: gpd.GeoDataFrame, inside: _Array, *, side_m: float
) -> tuple[_Array, npt.NDArray[np.intp], _Array]:
    """Cells of about `side_m`: their places in metres, the desa of each, and its part in hectares.

    The cells of a desa share its area; one too small to hold a cell's centre is a cell of its own.
    """
    west, south, east, north = desa.total_bounds
    per_degree = np.array([_M_PER_DEG * np.cos(np.radians((south + north) / 2)), _M_PER_DEG])
    lon, lat = np.meshgrid(
        np.arange(west, east, side_m / per_degree[0]),
        np.arange(south, north, side_m / per_degree[1]),
    )
    grid = shapely.points(lon.ravel(), lat.ravel())
    shapes = desa.geometry.to_numpy()
    cell, owner = shapely.STRtree(shapes).query(grid, predicate="within")
    lone = np.setdiff1d(np.arange(len(desa)), owner)
    held = np.concatenate([grid[cell], shapely.point_on_surface(shapes[lone])])
    owner = np.concatenate([owner, lone])
    weight = inside[owner] / np.bincount(owner, minlength=len(desa))[owner]
    return shapely.get_coordinates(held) * per_degree, owner, weight


def _may_hold(
    places: _Array, weight: _Array, must: npt.NDArray[np.bool_], stated: float
) -> npt.NDArray[np.bool_]:
    """Which centres may hold all cells that they must: most are too far, and `_disc` need not look."""
    found = np.empty(len(places), dtype=np.bool_)
    x, y = np.ascontiguousarray(places.T)
    for start in range(0, len(places), _CENTRES):
        some = slice(start, start + _CENTRES)
        away = np.square(x - x[some, np.newaxis]) + np.square(y - y[some, np.newaxis])
        nearer = away < away[:, must].max(axis=1, keepdims=True)
        # This sum may be rounded otherwise than that of one centre, which decides.
        found[some] = nearer @ weight < stated * (1 + 1e-9)
    return found


def _disc(
    centre: _Array,
    places: _Array,
    owner: npt.NDArray[np.intp],
    weight: _Array,
    must: npt.NDArray[np.bool_],
    stated: float,
    n_desa: int,
) -> _Array | None:
    """The shares of the disc about a centre; None where it leaves out a cell that it must hold."""
    away = ((places - centre) ** 2).sum(axis=1)
    if weight[away < away[must].max()].sum() >= stated:
        return None
    order = np.argsort(away, kind="stable")
    filled = np.minimum(np.cumsum(weight[order]), stated)
    part = np.diff(filled, prepend=0.0)
    if (part[must[order]] < weight[order][must[order]] * (1 - 1e-9)).any():
        return None
    return np.bincount(owner[order], weights=part / stated, minlength=n_desa).astype(np.float64)
