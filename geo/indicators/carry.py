"""Figures of old areas carried to new ones: totals are split and conserved, rates averaged.

A boundary changes, a kecamatan splits, or a regency's total is wanted by kecamatan. A
`geo.vector.crosswalk.Crosswalk` says what lies where; `carry` takes any number of figures across it. Inside
an area, people are taken to live as its weights say and no finer. Tables of indicators are
`geo/indicators/carried_tables.py`.

References
----------
Goodchild & Lam (1980), Areal interpolation: a variant of the traditional spatial problem,
Geo-Processing 1:297-312: totals are split, rates averaged.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geo.errors import InvalidInput, InvalidWeights
from geo.language import texts
from geo.vector.crosswalk import AREA, Crosswalk, listed
from geo.vector.join import JoinReport, area_weighted

_SAY = texts(__name__)

QuantityKind = Literal["total", "rate"]
# A total is withheld where figures of more than a twentieth of it are missing: a part would pass for
# the whole. A rate is withheld as in geo/readiness/measures.py (both own judgement).
MIN_KNOWN_SHARE: dict[QuantityKind, float] = {"total": 0.95, "rate": 0.5}
# What lies outside all new areas is spread over them where it is the lesser part of an old area: gaps
# of drawing. An old area that mostly lies elsewhere is no gap (own judgement).
_LEAST_COVERED = 0.5
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class CarryReport:
    """What became of the figures.

    `total` is the sum of all known figures; it equals `carried` + what is `uncovered` (by old area:
    the part that lies outside all new areas) + `withheld` (carried to areas whose total is unknown
    all the same) + `unplaced` (of keys that are no old area). `spread` is the part of `carried`, by
    old area, that lay outside and was spread. For rates all of these are NaN or empty. `keys` says
    which figures met an old area; `unreached` are the new areas that no old one reaches, `by_area`
    the areas (old for totals, new for rates) that the raster says nothing of.
    """

    kind: QuantityKind
    keys: JoinReport
    total: float
    carried: float
    withheld: float
    unplaced: float
    uncovered: pd.Series
    spread: pd.Series
    unreached: tuple[str, ...]
    by_area: tuple[str, ...]


def carry(
    figures: pd.Series,
    across: Crosswalk,
    *,
    kind: QuantityKind,
    denominator: pd.Series | None = None,
    conserve: bool = False,
    min_known_share: float | None = None,
) -> tuple[pd.DataFrame, CarryReport]:
    """Figures of old areas as figures of new ones.

    A total (people, hectares) goes to each new area by `split`, the part of the old area's weight
    that lies there. A rate (TPT, per head) is the mean of the old areas' rates by `share`, or with a
    `denominator` (labour force, people) by how much of that falls into the new area, which makes it
    the rate of the sums. NaN is unknown: it lowers `known_share` and never counts as zero.

    Parameters
    ----------
    figures : Series
        By old `area_id`; NaN where unknown.
    denominator : Series, optional
        Of a rate, a total by old `area_id`, 0 or more. A rate whose denominator is unknown is unknown.
    conserve : bool
        By default a total's part outside all new areas is `uncovered`: it lies in other land, and to
        spread it would put people where they are not. True says that the new areas are the whole of
        the old land, so that gaps are faults of drawing: the parts inside are scaled up to the total,
        where they are at least half of the old area.
    min_known_share : float, optional
        A total is NaN where less than this of what old areas cover of it has a figure (0.95), a rate
        where less than this of the whole new area has one (0.5).

    Returns
    -------
    DataFrame, index `area_id` of every new area, in order
        `value`; `known_share`, the part (0..1) of the new area's weight that has a figure;
        `covered_share`, the part that any old area covers; `is_estimate`, false where whole old
        areas make up the whole new one so that nothing is assumed; `method`, what weighed the pieces:
        `area`, `raster:NAME` or both, with `*` and the denominator's name; `sources`, a tuple of
        (old `area_id`, the part of its total that came, or its weight in the mean), largest first;
        `missing`, a tuple of the old areas without a figure.
    CarryReport

    Raises
    ------
    InvalidInput
        For keys that repeat or none of which is an old area; for a denominator of a total, and
        `conserve` for a rate.
    InvalidWeights
        For a negative denominator.
    """
    _require_fitting(figures, across, kind=kind, denominator=denominator, conserve=conserve)
    least = MIN_KNOWN_SHARE[kind] if min_known_share is None else min_known_share
    pieces = across.pieces.assign(figure=_of_old(across.pieces, figures))
    scale = _scale(across.old["covered"], conserve=conserve)
    if kind == "total":
        used, table = _split(pieces, across, scale=scale, least=least)
    else:
        used, table = _averaged(pieces, across, denominator=denominator, least=least)

    is_sum = kind == "total" or denominator is not None
    lineage = _lineage(used, across.new.index)
    exact = _is_exact(used, across, kind=kind, is_sum=is_sum)
    report = _report(figures, across, kind=kind, used=used, table=table, scale=scale)
    return table.assign(is_estimate=~exact).join(lineage), report


def _split(
    pieces: pd.DataFrame, across: Crosswalk, *, scale: pd.Series, least: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Totals: the pieces with the `part` of its old area that each brings, and the sums."""
    part = pieces["split"] * _of_old(pieces, scale)
    method = _method(pieces["old"], across.old, across)
    used = pieces.assign(part=part, method=method, is_lacking=pieces["figure"].isna() & (part > 0))
    known = used[used["figure"].notna()]
    value = (known["figure"] * known["part"]).groupby(known["new"]).sum()
    known_share = known.groupby("new")["share"].sum()
    table = _table(across, value, known_share)
    enough = table["known_share"] >= least * table["covered_share"] - _ROUNDING
    return used, table.assign(value=table["value"].where(enough))


def _averaged(
    pieces: pd.DataFrame, across: Crosswalk, *, denominator: pd.Series | None, least: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rates: the pieces with their `part` in the mean, and the means."""
    weight, method = pieces["share"], _method(pieces["new"], across.new, across)
    figure = pieces["figure"]
    if denominator is not None:
        amount = _of_old(pieces, denominator) * pieces["split"]
        figure = figure.where(amount.notna())
        # Where nothing of the denominator falls into an area, its rate is still that of its old areas.
        counts = amount.where(figure.notna()).groupby(pieces["new"]).transform("sum") > 0
        weight = amount.where(counts, weight)
        per = _method(pieces["old"], across.old, across) + f"*{denominator.name or 'denominator'}"
        method = per.where(counts, method)
    lacking = figure.isna() & (pieces["share"] > 0)
    used = pieces.assign(figure=figure, method=method, is_lacking=lacking)

    rates = used.drop_duplicates("old").set_index("old")["figure"]
    shares = pieces.assign(zone=pieces["new"], region=pieces["old"], covered=pieces["share"])
    means = area_weighted(rates, shares.assign(share=weight))
    table = _table(across, means["value"], means["known_share"])
    enough = table["known_share"] >= least - _ROUNDING
    counted = weight.where(figure.notna())
    part = (counted / counted.groupby(used["new"]).transform("sum")).fillna(0.0)
    return used.assign(part=part), table.assign(value=table["value"].where(enough))


def _of_old(pieces: pd.DataFrame, values: pd.Series) -> pd.Series:
    """The value of each piece's old area; NaN where it has none."""
    # Without any piece, pandas would take the column of no keys for a column of texts.
    return pieces["old"].map(values).astype(np.float64)


def _method(keys: pd.Series, side: pd.DataFrame, across: Crosswalk) -> pd.Series:
    """What weighs each piece; area where the raster says nothing of the areas of that side."""
    return pd.Series(across.method, keys.index).where(~keys.map(side["by_area"]).astype(bool), AREA)


def _table(across: Crosswalk, value: pd.Series, known_share: pd.Series) -> pd.DataFrame:
    index = across.new.index
    return pd.DataFrame(
        {
            "value": value.reindex(index).astype(np.float64),
            "known_share": known_share.reindex(index).fillna(0.0).clip(upper=1.0),
            "covered_share": across.new["covered"],
        }
    )


def _scale(covered: pd.Series, *, conserve: bool) -> pd.Series:
    """How much more of each old area goes to its pieces when its rest is spread over them."""
    return (1 / covered.where(conserve & (covered >= _LEAST_COVERED))).fillna(1.0)


def _lineage(used: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """What weighed the figure of each new area and where it comes from; see `carry`."""
    origins: dict[str, tuple[dict[str, None], list[tuple[str, float]], list[str]]] = {
        area_id: ({}, [], []) for area_id in index
    }
    ordered = used.sort_values("part", ascending=False, kind="stable")
    columns = [ordered[name] for name in ("new", "old", "figure", "part", "method", "is_lacking")]
    for area_id, source, figure, part, method, is_lacking in zip(*columns, strict=True):
        methods, sources, missing = origins[area_id]
        methods[method] = None
        if is_lacking:
            missing.append(source)
        elif not np.isnan(figure):
            sources.append((source, part))
    lineage = {
        "method": ["+".join(methods) for methods, _, _ in origins.values()],
        "sources": [tuple(sources) for _, sources, _ in origins.values()],
        "missing": [tuple(missing) for _, _, missing in origins.values()],
    }
    return pd.DataFrame(lineage, index=index)


def _is_exact(
    used: pd.DataFrame, across: Crosswalk, *, kind: QuantityKind, is_sum: bool
) -> pd.Series:
    """Whether known figures of whole old areas make up each new area, and nothing is assumed.

    A sum of whole areas is exact, and so is a rate of sums; a mean of several rates is not.
    """
    counted = used["part"] if kind == "total" else used["split"]
    sound = used["figure"].notna() & used["is_whole"] & (counted > 1 - _ROUNDING)
    groups = sound.groupby(used["new"])
    exact = groups.all() & (is_sum | (groups.size() == 1))
    return exact.reindex(across.new.index, fill_value=False) & (across.new["covered"] == 1)


def _report(
    figures: pd.Series,
    across: Crosswalk,
    *,
    kind: QuantityKind,
    used: pd.DataFrame,
    table: pd.DataFrame,
    scale: pd.Series,
) -> CarryReport:
    inside = figures.index.isin(across.old.index)
    known = figures[inside].astype(np.float64).dropna()
    outside = (known * (1 - across.old["covered"].reindex(known.index)))[lambda part: part != 0]
    is_spread = scale.reindex(outside.index) != 1
    withheld = (used["figure"] * used["part"])[used["new"].map(table["value"]).isna()]
    is_total = kind == "total"
    stand_in = used[used["method"].eq(AREA) & (across.method != AREA)]
    return CarryReport(
        kind=kind,
        keys=JoinReport(
            matched=tuple(map(str, figures.index[inside])),
            unmatched_left=tuple(map(str, figures.index[~inside])),
            unmatched_right=tuple(map(str, across.old.index.difference(figures.index))),
        ),
        total=float(figures.sum()) if is_total else np.nan,
        carried=float(table["value"].sum()) if is_total else np.nan,
        withheld=float(withheld.sum()) if is_total else np.nan,
        unplaced=float(figures[~inside].sum()) if is_total else np.nan,
        uncovered=outside[~is_spread] if is_total else outside.iloc[:0],
        spread=outside[is_spread] if is_total else outside.iloc[:0],
        unreached=tuple(map(str, across.new.index[across.new["covered"] == 0])),
        by_area=tuple(dict.fromkeys(map(str, stand_in["old" if is_total else "new"]))),
    )


def _require_fitting(
    figures: pd.Series,
    across: Crosswalk,
    *,
    kind: QuantityKind,
    denominator: pd.Series | None,
    conserve: bool,
) -> None:
    if kind == "total" and denominator is not None:
        raise InvalidInput(reason=_SAY["total_has_no_denominator"])
    if kind == "rate" and conserve:
        raise InvalidInput(reason=_SAY["rate_is_no_sum"])
    for series in (figures, denominator):
        if series is None:
            continue
        repeated = series.index[series.index.duplicated()].unique()
        if len(repeated):
            raise InvalidInput(reason=_SAY["repeated"].format(keys=listed(repeated)))
    if not figures.index.isin(across.old.index).any():
        facts = {"keys": listed(figures.index), "areas": listed(across.old.index)}
        raise InvalidInput(reason=_SAY["no_common_key"].format(**facts))
    if denominator is not None and (denominator < 0).any():
        negative = listed(denominator.index[denominator < 0])
        raise InvalidWeights(reason=_SAY["negative"].format(keys=negative))
