"""Codes that a file does not have, told by what it has: other codes, names, and at last outlines.

Files of the national base map name every kecamatan and its regency and leave their codes empty. A
name repeats, so it is looked for inside its parent only; what is not told by exactly one region is
said with the candidates and never chosen.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import to_lonlat
from geo.ingest.findings import Feature, Finding, finding
from geo.ingest.source import Reference
from geo.language import Text, filled, texts
from geo.validation.columns import Mapped, plain_name
from geo.vector.planning_region import PlanningRegion, Region, RegionKind
from geo.vector.regions import MatchReport, match_regions
from geo.vector.schema import REGENCY_NAMES, LayerSchema

_SAY = texts(__name__)

# An outline is that of a region when each covers more than this of the other, which one can at most.
_MOSTLY = 0.5
# A name that leads to a region in which hardly anything of the outline lies has led astray.
_HARDLY = 0.05
# A text may have been cut by the width of its column when nothing in that column is longer.
_LEAST_CUT = 10
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Known:
    """The regions of one level that are published: what names and codes are looked up in.

    `kind` is that of their names, `shapes` their outlines in lon/lat by code, where there are any.
    """

    regions: tuple[Region, ...]
    kind: RegionKind
    shapes: gpd.GeoSeries | None = None

    @classmethod
    def of(cls, current: gpd.GeoDataFrame, columns: Sequence[str], kind: RegionKind) -> "Known":
        """Those that `columns` of a layer name: code, name, parent and, where there is one, BPS code."""
        code, name, parent, bps_code = columns
        if not {code, name, parent} <= {*current.columns}:
            return cls((), kind)
        told = current.reindex(columns=[code, name, parent, bps_code]).drop_duplicates(code)
        told = told.astype("object").where(told.notna(), None)
        regions = [
            Region(str(c), str(n), kind, str(p), b and str(b))
            for c, n, p, b in told.itertuples(index=False)
            if c and n and p
        ]
        shapes = (
            to_lonlat(current).geometry if current.index.equals(pd.Index(current[code])) else None
        )
        return cls(tuple(regions), kind, shapes)

    @property
    def by_bps_code(self) -> dict[str, str]:
        """Kemendagri codes by the code of BPS, where that is one region's alone."""
        codes = [region.bps_code for region in self.regions if region.bps_code]
        return {
            region.bps_code: region.code
            for region in self.regions
            if region.bps_code and codes.count(region.bps_code) == 1
        }


def known_regions(schema: LayerSchema, reference: Reference) -> dict[str, Known]:
    """By field of a schema, the regions that its codes are looked up among."""
    current = reference.current
    if current is None:
        return {}
    if schema.layer == "kecamatan":
        columns = ("code", "name", "regency_code", "kecamatan_bps_code")
        return {"code": Known.of(current, columns, "Kecamatan")}
    if schema.layer == "desa":
        above = ("kecamatan_code", "kecamatan_name", "regency_code", "kecamatan_bps_code")
        own = ("code", "name", "kecamatan_code", "")
        return {
            "kecamatan_code": Known.of(current, above, "Kecamatan"),
            "code": Known.of(current, own, "Desa"),
        }
    return {}


def fill_codes(
    table: pd.DataFrame,
    schema: LayerSchema,
    mapped: Mapped,
    *,
    features: Sequence[Feature],
    known: Mapping[str, Known],
    planning: PlanningRegion | None,
    outlines: gpd.GeoDataFrame,
    faults: Sequence[Finding],
) -> tuple[pd.DataFrame, list[Finding]]:
    """The table with the codes that other columns tell, and `faults` without what that settles.

    Parameters
    ----------
    table : DataFrame, (n,)
        The fields as they were read; codes that are not there are missing.
    planning : PlanningRegion, optional
        Whose regencies names are looked up among.
    outlines : GeoDataFrame, (n,)
        Valid geometries or None, with or without a CRS.
    faults : sequence of Finding
        What was found so far. A code that cannot be read stays an error, but for a code of BPS.

    Returns
    -------
    table, findings
        What was filled is told by column with the number and examples.
    """
    if schema.regency_field is None:
        return table, list(faults)
    filler = _Filler(table.copy(), schema, mapped, features, planning, outlines, faults)
    filler.fill_regencies()
    for field, regions in known.items():
        filler.fill(field, regions)
    # A desa that its name or outline tells, tells its kecamatan and its regency.
    filler.fill_parents()
    filler.fill_regencies()
    return filler.table, [*filler.unsettled(), *filler.findings]


class _Filler:
    """Fills the codes of one table, level by level."""

    def __init__(
        self,
        table: pd.DataFrame,
        schema: LayerSchema,
        mapped: Mapped,
        features: Sequence[Feature],
        planning: PlanningRegion | None,
        outlines: gpd.GeoDataFrame,
        faults: Sequence[Finding],
    ) -> None:
        self.table, self.schema, self.mapped, self.features = table, schema, mapped, features
        self.regencies = {} if planning is None else planning.by_code
        self.faults, self.findings = faults, list[Finding]()
        self.rows_filled: dict[str, set[int]] = {}
        self.untold: dict[str, set[int]] = {}
        with_crs = outlines.crs is not None
        self.shapes = (to_lonlat(outlines) if with_crs else outlines).geometry.to_numpy()
        self.is_placed = with_crs

    def values(self, field: str) -> pd.Series:
        """A field's values, missing everywhere where it has no column."""
        if field in self.table.columns:
            return self.table[field]
        return pd.Series(None, index=self.table.index, dtype="str")

    def gaps(self, field: str) -> npt.NDArray[np.bool_]:
        """(n,) where a code is missing because the file has none, or has one of BPS."""
        source = self.mapped.fields.get(field)
        wrong = {
            found.feature.row - 1
            for found in self.faults
            if found.feature is not None
            and found.where.get("column") == source
            and found.code not in ("value_missing", "code_of_bps")
        }
        is_gap = self.values(field).isna().to_numpy()
        # A column of numbers as a whole is refused; what its codes were nobody knows.
        if any(f.code == "code_as_number" and f.where.get("column") == source for f in self.faults):
            return np.zeros(len(is_gap), dtype=bool)
        return is_gap & ~np.isin(np.arange(len(is_gap)), list(wrong))

    def put(self, field: str, codes: pd.Series, by: Text, names: pd.Series | None = None) -> None:
        """Fill gaps of a field with codes, and tell how many and which."""
        taken = self.gaps(field) & codes.notna().to_numpy()
        if not taken.any():
            return
        before = self.values(field).astype("object")
        self.table[field] = before.where(~taken, codes.astype("object")).astype("str")
        rows = np.flatnonzero(taken).tolist()
        self.rows_filled.setdefault(field, set()).update(rows)
        examples = dict.fromkeys(
            codes.iloc[row] if names is None else f"{names.iloc[row]} → {codes.iloc[row]}"
            for row in rows
        )
        self.findings.append(
            finding(
                "codes_filled",
                where={"column": self.mapped.fields.get(field, field)},
                title=self.schema.field(field).title,
                count=len(rows),
                by=by,
                examples=", ".join(list(examples)[:_EXAMPLES]),
            )
        )

    def fill_regencies(self) -> None:
        """The code of each regency: from codes below it, from that of BPS, from its name."""
        field = str(self.schema.regency_field)
        for below in ("code", "kecamatan_code"):
            if below != field and below in self.table and self.schema.key == "code":
                self.put(field, self.values(below).str[:5], _SAY["by_code"])
        for below in ("bps_code", "regency_bps_code", "kecamatan_bps_code"):
            if below in self.table.columns:
                codes = self.values(below)
                dotted = codes.str[:2] + "." + codes.str[2:4]
                self.put(field, dotted, _SAY["by_bps_code"], codes)
        for column in self.regency_names():
            names = self.table[column].astype("str")
            self.put(
                field,
                _by_name(match_regions(names, [*self.regencies.values()])),
                _SAY["by_regency_name"],
                names,
            )

    def regency_names(self) -> list[str]:
        """The columns that name the regency of a feature."""
        if self.schema.key == self.schema.regency_field:
            return ["name"] if "name" in self.table.columns else []
        kept = self.mapped.kept.items()
        return [name for source, name in kept if plain_name(source) in REGENCY_NAMES]

    def fill_parents(self) -> None:
        """The code of the kecamatan from that of the desa."""
        if self.schema.layer == "desa":
            self.put("kecamatan_code", self.values("code").str[:8], _SAY["by_code"])

    def fill(self, field: str, known: Known) -> None:
        """The code of each region of one level: from codes, from its name in its parent, by its outline."""
        if field == "kecamatan_code":
            self.fill_parents()
        if by_bps_code := known.by_bps_code:
            bps_codes = self.values("kecamatan_bps_code")
            self.put(field, bps_codes.map(by_bps_code), _SAY["by_bps_code"], bps_codes)
        name = "kecamatan_name" if field == "kecamatan_code" else "name"
        if not known.regions or name not in self.table.columns:
            return
        names, parents = self.values(name), self._parents(known)
        report = match_regions(names, known.regions, parent=parents)
        self.put(field, _by_name(report), _SAY["by_name"], names)
        if known.kind == "Desa":
            # Of a desa whose kecamatan is not said, its regency may be enough.
            regency = self.values(str(self.schema.regency_field)).where(parents.isna(), "")
            by_regency = [replace(r, parent=r.code[:5]) for r in known.regions]
            codes = _by_name(match_regions(names, by_regency, parent=regency))
            self.put(field, codes, _SAY["by_name"], names)
        self.put(field, self._cut(names, parents, known), _SAY["by_cut_name"], names)
        if known.shapes is None:
            return
        shares = self._shares(np.arange(len(names)), known.shapes)
        several = report.table["candidates"].where(report.codes.isna(), "")
        self._by_outline(field, known, names=names, shares=shares, several=several)
        self._astray(field, known, shares=shares)
        self._tell(field, known, names=names, parents=parents, candidates=report.table)

    def _parents(self, known: Known) -> pd.Series:
        """The code of what each feature lies in; a name of it that nobody knows stays, and fits nothing."""
        if known.kind == "Desa":
            field, named = "kecamatan_code", ["kecamatan_name"]
        else:
            field, named = str(self.schema.regency_field), self.regency_names()
        parents = self.values(field).astype("object")
        for column in named:
            if column in self.table.columns:
                parents = parents.where(parents.notna(), self.table[column].astype("object"))
        return parents

    def _cut(self, names: pd.Series, parents: pd.Series, known: Known) -> pd.Series:
        """Codes of names that the width of their column has cut."""
        lengths = names.str.len()
        longest = lengths.max()
        codes: list[str | None] = []
        for name, parent, length in zip(names, parents, lengths, strict=True):
            found = []
            if not pd.isna(name) and length == longest >= _LEAST_CUT:
                found = [
                    region.code
                    for region in known.regions
                    if _letters(region.name).startswith(_letters(name))
                    and (pd.isna(parent) or region.parent == parent)
                ]
            codes.append(found[0] if len(found) == 1 else None)
        return pd.Series(codes, index=names.index, dtype="str")

    def _shares(
        self, rows: npt.NDArray[np.int_], shapes: gpd.GeoSeries
    ) -> dict[int, dict[str, tuple[float, float]]]:
        """By row, the published regions it meets: the part of it inside them, and of them in it."""
        there = np.array([r for r in rows if self.shapes[r] is not None], dtype=int)
        if not self.is_placed or not len(there):
            return {}
        own, published = self.shapes[there], shapes.to_numpy()
        left, right = shapely.STRtree(published).query(own, predicate="intersects")
        common = shapely.area(shapely.intersection(own[left], published[right]))
        inside, of_it = common / shapely.area(own[left]), common / shapely.area(published[right])
        shares: dict[int, dict[str, tuple[float, float]]] = {int(row): {} for row in there}
        for i, j, a, b in zip(left, right, inside, of_it, strict=True):
            shares[int(there[i])][str(shapes.index[j])] = (float(a), float(b))
        return shares

    def _by_outline(
        self,
        field: str,
        known: Known,
        *,
        names: pd.Series,
        shares: Mapping[int, Mapping[str, tuple[float, float]]],
        several: pd.Series,
    ) -> None:
        region_of = {region.code: region for region in known.regions}
        parents = self.values(str(self.schema.regency_field))
        taken = set(self.values(field).dropna())
        codes = pd.Series(None, index=names.index, dtype="object")
        for row in np.flatnonzero(self.gaps(field)).tolist():
            for code, (inside, of_it) in shares.get(row, {}).items():
                parent = parents.iloc[row]
                fits = pd.isna(parent) or code.startswith(f"{parent}.")
                if min(inside, of_it) > _MOSTLY and fits and code not in taken:
                    codes.iloc[row] = code
                    name = names.iloc[row]
                    facts: dict[str, Any] = {
                        "name": "-" if pd.isna(name) else name,
                        "code": code,
                        "official": region_of[code].name if code in region_of else code,
                        "percent": round(100 * inside),
                    }
                    named = [c for c in several.iloc[row].split(", ") if c]
                    has_several = len(named) > 1
                    if has_several:
                        facts |= self._told_by(known.kind) | {"candidates": ", ".join(named)}
                    self.findings.append(
                        finding(
                            "code_of_several_by_outline" if has_several else "code_by_outline",
                            feature=self.features[row],
                            where={"column": self.mapped.fields.get(field, field)},
                            **facts,
                        )
                    )
        self.put(field, codes.astype("str"), _SAY["by_outline"], names)

    def _told_by(self, kind: RegionKind) -> dict[str, Any]:
        """What regions of one name lie in, and the column that would tell which is meant."""
        if kind == "Desa":
            return {"level": _SAY["level_kecamatan"], "column": "WADMKC"}
        return {"level": _SAY["level_regency"], "column": "WADMKK"}

    def _astray(
        self,
        field: str,
        known: Known,
        *,
        shares: Mapping[int, Mapping[str, tuple[float, float]]],
    ) -> None:
        """Features whose code or name is that of a region which their outline hardly touches."""
        name_of = {region.code: region.name for region in known.regions}
        codes = self.values(field)
        for row, share in shares.items():
            code = codes.iloc[row]
            if pd.isna(code) or not share or share.get(code, (0.0, 0.0))[0] >= _HARDLY:
                continue
            actual = max(share, key=lambda c: share[c][0])
            point = self.shapes[row].representative_point()
            place = {"lon": round(point.x, 6), "lat": round(point.y, 6)}
            self.findings.append(
                finding(
                    "region_elsewhere",
                    feature=self.features[row],
                    where=place,
                    claimed=code,
                    claimed_name=name_of.get(code, code),
                    actual=actual,
                    actual_name=name_of.get(actual, actual),
                    **place,
                )
            )

    def _tell(
        self,
        field: str,
        known: Known,
        *,
        names: pd.Series,
        parents: pd.Series,
        candidates: pd.DataFrame,
    ) -> None:
        """The features that nothing told a code of, each with what it may be."""
        name_of = {region.code: region.name for region in known.regions}
        column = self.mapped.fields.get(field, field)
        for row in np.flatnonzero(self.gaps(field)).tolist():
            if pd.isna(names.iloc[row]):
                continue
            parent = None if pd.isna(parents.iloc[row]) else str(parents.iloc[row])
            several = [c for c in candidates["candidates"].iloc[row].split(", ") if c]
            inside = [r for r in known.regions if parent in (None, r.parent)]
            near = several or _near(str(names.iloc[row]), inside)
            shown = ", ".join(f"{code} {name_of.get(code, '')}".strip() for code in near)
            self.untold.setdefault(field, set()).add(row)
            facts: dict[str, Any] = {
                "column": column,
                "name": str(names.iloc[row])[:80],
                "place": _place(parent, self.regencies),
                "candidates": shown,
            }
            if several:
                is_desa = known.kind == "Desa"
                facts["level"] = _SAY["level_kecamatan" if is_desa else "of_regency"]
                facts["telling"] = self._told_by(known.kind)["column"]
            else:
                like = filled(_SAY["like"], candidates=Text(id=shown, en=shown))
                facts["like"] = like if shown else Text(id="", en="")
            self.findings.append(
                finding(
                    "code_of_several" if several else "code_of_no_name",
                    feature=self.features[row],
                    where={"column": column},
                    **facts,
                )
            )

    def unsettled(self) -> list[Finding]:
        """What was found before, without the gaps that are filled or told in other words."""
        kept = [found for found in self.faults if not self._is_settled(found)]
        for field in self.rows_filled:
            if field in self.mapped.fields or not self.schema.field(field).required:
                continue
            for row in np.flatnonzero(self.gaps(field)).tolist():
                if row not in self.untold.get(field, ()):
                    where = {"column": field}
                    kept.append(
                        finding(
                            "value_missing",
                            feature=self.features[row],
                            where=where,
                            column=field,
                        )
                    )
        return kept

    def _is_settled(self, found: Finding) -> bool:
        column = found.where.get("column")
        if found.code == "field_missing":
            return column in self.rows_filled or column in self.untold
        if found.code not in ("value_missing", "code_of_bps") or found.feature is None:
            return False
        fields = [name for name, source in self.mapped.fields.items() if source == column]
        row = found.feature.row - 1
        return any(
            row in self.rows_filled.get(f, ())
            or (found.code == "value_missing" and row in self.untold.get(f, ()))
            for f in fields
        )


def _by_name(report: MatchReport) -> pd.Series:
    """The codes that names led to: a code in a column of names is a fault of that column."""
    return report.codes.where(report.table["rule"] == "name")


def _place(parent: str | None, regencies: Mapping[str, Region]) -> Text:
    """Where a name was looked for."""
    if parent is None:
        return _SAY["in_the_layer"]
    region = regencies.get(parent)
    name = parent if region is None else f"{region.full_name} ({parent})"
    return filled(_SAY["in_parent"], name=Text(id=name, en=name))


def _near(name: str, regions: Sequence[Region]) -> list[str]:
    """Codes of the regions whose names are written most like this one."""
    letters = {_letters(region.name): region.code for region in regions}
    close = difflib.get_close_matches(_letters(name), letters, n=3, cutoff=0.6)
    return [letters[match] for match in close]


def _letters(name: Any) -> str:
    return "".join(c for c in str(name).lower() if c.isalnum())
