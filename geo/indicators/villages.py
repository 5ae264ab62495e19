"""The desa of an area and how they stand in the Indeks Desa Membangun (IDM). Pure.

A kecamatan or a regency has the desa of its code; any other area those that it covers. A kelurahan
has no index, and neither has a desa that the ministry did not score: both are counted, never graded.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import area_ha
from geo.language import Text, filled, joined, percent, texts, written
from geo.vector.join import area_shares

_SAY = texts(__name__)

# Social, economic and environmental resilience, and their mean.
INDICES: Final = ("iks", "ike", "ikl", "idm")

VillageStatus = Literal["sangat_tertinggal", "tertinggal", "berkembang", "maju", "mandiri"]
# The greatest IDM of each status: Permendesa PDTT 2/2016, art. 6.
STATUS_BOUNDS: Final[Mapping[VillageStatus, float]] = {
    "sangat_tertinggal": 0.4907,
    "tertinggal": 0.5989,
    "berkembang": 0.7072,
    "maju": 0.8155,
    "mandiri": 1.0,
}

# A code of the ministry: regency, kecamatan, and a desa (2…) or kelurahan (1…).
_ADMINISTRATIVE = re.compile(r"\d{2}\.\d{2}(\.\d{2}(\.\d{4})?)?")
KELURAHAN: Final = re.compile(r"\d{2}\.\d{2}\.\d{2}\.1\d{3}")


@dataclass(frozen=True, slots=True, eq=False)
class Villages:
    """The desa and kelurahan of the province, and the index of those that have one.

    `desa` are polygons in lon/lat by Kemendagri code; `figures` the `iks`, `ike`, `ikl`, `idm` (0..1,
    NaN where not scored), `year` and `source` by the same code.
    """

    desa: gpd.GeoDataFrame
    figures: pd.DataFrame


@dataclass(frozen=True, slots=True)
class VillageProfile:
    """What is known of the desa of one area.

    `desa` and `kelurahan` count them, wholly inside or partly; `scored` counts the desa that have an
    index. `scored_share` (0..1) is the part of the area in scored desa. `means` are of these by index:
    weighted by their area in it, but for a kecamatan or a regency, where every desa counts alike
    (`is_plain`), as the ministry takes it. `statuses` count them from the highest to the lowest.
    `undrawn` counts the desa of the code that have no outline: their land lies in their neighbours'.
    `sentence` says it all in one paragraph.
    """

    is_plain: bool
    desa: int
    kelurahan: int
    scored: int
    scored_share: float
    means: Mapping[str, float] = field(default_factory=dict)
    statuses: Mapping[VillageStatus, int] = field(default_factory=dict)
    year: int | None = None
    sources: tuple[str, ...] = ()
    undrawn: int = 0

    @property
    def sentence(self) -> Text:
        """How many desa there are and how they stand, in one paragraph."""
        parts = [self._count()]
        if self.scored:
            parts += [self._standing(), self._means()]
        if self.kelurahan:
            parts.append(_SAY["no_index"])
        if self.sources:
            parts.append(_SAY["source"].format(sources="; ".join(self.sources)))
        return joined(parts, by=" ")

    def _count(self) -> Text:
        # Neither word is translated: they are the two kinds of the law.
        kinds = [("desa", self.desa), ("kelurahan", self.kelurahan)]
        if not self.is_plain and self.desa + self.kelurahan == 1:
            return _SAY["one"].format(kind="desa" if self.desa else "kelurahan")
        counted = " + ".join(f"{count} {kind}" for kind, count in kinds if count)
        if self.undrawn:
            return _SAY["own_undrawn"].format(counted=counted, undrawn=self.undrawn)
        return _SAY["own" if self.is_plain else "inside"].format(counted=counted)

    def _standing(self) -> Text:
        counted = [
            filled(_SAY["of_status"], count=count, status=_SAY[f"status_{status}"])
            for status, count in self.statuses.items()
        ]
        said = _SAY["standing" if self.scored == self.desa else "standing_of_some"]
        return filled(said, year=self.year, scored=self.scored, counted=joined(counted))

    def _means(self) -> Text:
        means = {index: written(mean, decimals=3) for index, mean in self.means.items()}
        share = percent(self.scored_share)
        if self.desa + self.kelurahan == 1:
            return filled(_SAY["one_means"], **means)
        return filled(_SAY["plain_means" if self.is_plain else "means"], share=share, **means)


def status_of(idm: float) -> VillageStatus:
    """The ministry's status of an IDM; one on a border has the lower status.

    Examples
    --------
    >>> status_of(0.8155), status_of(0.8156), status_of(0.4907)
    ('maju', 'mandiri', 'sangat_tertinggal')

    References
    ----------
    Permendesa PDTT 2/2016, art. 6.
    """
    return next((status for status, most in STATUS_BOUNDS.items() if idm <= most), "mandiri")


def is_administrative(area_id: object) -> bool:
    """Whether an area's id is the code of a regency, a kecamatan or a desa.

    Examples
    --------
    >>> is_administrative("63.04.17"), is_administrative("cahaya-baru")
    (True, False)
    """
    return _ADMINISTRATIVE.fullmatch(str(area_id)) is not None


def desa_of(areas: gpd.GeoDataFrame, villages: Villages) -> pd.DataFrame:
    """The desa and kelurahan of each area.

    Parameters
    ----------
    areas : GeoDataFrame
        Lon/lat, index `area_id`. A point has the desa that its `place_codes` name (codes with spaces
        between), each to an equal part; without any the desa that holds it.

    Returns
    -------
    DataFrame
        Columns `area`, `desa` (a code), `covered`, the part of the whole area in that desa (0 for a
        desa that is listed but has no outline, 1 for a point's), and the columns of the figures,
        NaN where there is none. An area outside all desa has no row.

    Raises
    ------
    CRSMissing, CRSMismatch, InvalidLayer
    """
    ids = areas.index.astype("str")
    by_code = np.array([is_administrative(area) for area in ids], dtype=bool)
    named = _by_name(areas[~by_code], villages)
    is_left = ~by_code & ~np.asarray(ids.isin(named["area"]), dtype=bool)
    drawn, _ = area_shares(areas[is_left], villages.desa)
    covered = drawn.rename(columns={"zone": "area", "region": "desa"})[["area", "desa", "covered"]]
    parts = (_by_code(list(ids[by_code]), villages), named, covered)
    found = pd.concat([part for part in parts if len(part)] or [covered])
    joined = found.join(villages.figures, on="desa").sort_values(["area", "desa"])
    return joined.reset_index(drop=True)


def _by_name(areas: gpd.GeoDataFrame, villages: Villages) -> pd.DataFrame:
    """The desa that a point's source names: where the point was set says less than that."""
    known = villages.desa.index.union(villages.figures.index)
    codes = areas["place_codes"] if "place_codes" in areas else pd.Series(None, areas.index)
    rows = [
        (str(area), code, 1 / len(named))
        for area, kind, text in zip(areas.index, areas.geom_type, codes, strict=True)
        if kind == "Point" and isinstance(text, str)
        if (named := [code for code in text.split() if code in known])
        for code in named
    ]
    return pd.DataFrame(rows, columns=["area", "desa", "covered"])


def _by_code(areas: list[str], villages: Villages) -> pd.DataFrame:
    """The desa whose code begins with an area's, with their part of the area of all of them."""
    size = _sizes(villages.desa)
    codes = size.index.union(villages.figures.index.astype("str"))
    size = size.reindex(codes, fill_value=0.0)
    parts = []
    for length in {len(area) for area in areas}:
        heads = codes.str[:length]
        inside = heads.isin(areas)
        own = size[inside]
        whole = own.groupby(heads[inside]).transform("sum").replace(0.0, np.nan)
        covered = (own / whole).fillna(0.0).to_numpy()
        parts.append(pd.DataFrame({"area": heads[inside], "desa": own.index, "covered": covered}))
    return pd.concat(parts) if parts else pd.DataFrame(columns=["area", "desa", "covered"])


def _sizes(desa: gpd.GeoDataFrame) -> pd.Series:
    """Hectares by code: as published, for measuring 2,008 outlines takes a third of a second."""
    stated = desa["area_ha"] if "area_ha" in desa else pd.Series(np.nan, desa.index)
    sizes = pd.Series(stated.to_numpy(dtype=np.float64), index=desa.index.astype("str"))
    unstated = sizes.isna().to_numpy()
    sizes[unstated] = area_ha(desa[unstated])
    return sizes


def village_profiles(inside: pd.DataFrame) -> dict[str, VillageProfile]:
    """The profile of each area by its id, from the rows of `desa_of`."""
    return {
        str(area): _profile(rows, is_plain=is_administrative(area))
        for area, rows in inside.groupby("area")
    }


def _newest(years: pd.Series) -> int | None:
    newest = years.max()
    return None if pd.isna(newest) else int(newest)


def _profile(rows: pd.DataFrame, *, is_plain: bool) -> VillageProfile:
    is_scored = rows[list(INDICES)].notna().all(axis=1).to_numpy()
    n_scored = int(is_scored.sum())
    column = {name: rows[name].to_numpy()[is_scored] for name in (*INDICES, "covered")}
    kelurahan = sum(KELURAHAN.fullmatch(str(code)) is not None for code in rows["desa"])
    weights = np.ones(n_scored) if is_plain else column["covered"]
    statuses = Counter(map(status_of, column["idm"]))
    sources = rows["source"].to_numpy()[is_scored]
    return VillageProfile(
        is_plain=is_plain,
        desa=len(rows) - kelurahan,
        kelurahan=kelurahan,
        scored=n_scored,
        scored_share=min(float(column["covered"].sum()), 1.0),
        means={i: float(np.average(column[i], weights=weights)) for i in INDICES if n_scored},
        statuses={s: statuses[s] for s in reversed(list(STATUS_BOUNDS)) if s in statuses},
        year=_newest(rows["year"][is_scored]),
        sources=tuple(dict.fromkeys(source for source in sources if isinstance(source, str))),
        undrawn=int((rows["covered"] == 0).sum()) if is_plain else 0,
    )
