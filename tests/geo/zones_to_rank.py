"""A few made-up zones to rank, whose values are their measures."""

import numpy as np

from geo.mcda.methods import Setting
from geo.mcda.ranks import ready_values
from geo.uncertainty.ranked import Floor, RankedZones


def identity(measures):
    return measures


def make_zones(
    values,
    weights,
    *,
    method="weighted_sum",
    risk=0.5,
    groups=None,
    bounds=(0.0, 50.0),
    floor=None,
    coverage_floor=0.0,
):
    """Zones a, b, c … under criteria c0, c1 …; `floor` is (columns, least score)."""
    table = np.array(values, dtype=np.float64)
    n, m = table.shape
    ids = tuple(chr(97 + i) if n <= 26 else f"z{i}" for i in range(n))
    return RankedZones(
        area_ids=ids,
        names=tuple(i.upper() for i in ids),
        criteria=tuple(f"c{j}" for j in range(m)),
        rows=np.arange(n),
        measures=table,
        values=table,
        low=np.nan_to_num(table),
        high=np.nan_to_num(table, nan=1.0),
        covered=(~np.isnan(table)).astype(np.float64),
        known=tuple(np.sort(column[~np.isnan(column)]) for column in table.T),
        ready=ready_values(table),
        weights=np.asarray(weights, dtype=np.float64),
        value_functions=(identity,) * m,
        method=method,
        setting=Setting(risk=risk, groups=None if groups is None else np.array(groups)),
        classes=tuple(f"class{i}" for i in range(len(bounds))),
        lower_bounds=tuple(bounds),
        floors=() if floor is None else (Floor("d", tuple(floor[0]), floor[1]),),
        coverage_floor=coverage_floor,
    )
