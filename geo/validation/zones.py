"""What a hand-made file of zones leaves out: the id of a zone, from its name, and its regency, from its place.

Google Earth and drawings give a place a name and nothing else. A zone of a published name is that zone;
a new one gets an id of its name. A regency is the one in which most of the outline lies, or none.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import to_lonlat
from geo.ingest.findings import Feature, Finding, finding
from geo.ingest.source import Reference
from geo.language import first_of
from geo.validation.columns import Mapped, plain_name
from geo.validation.placement import regency_shares
from geo.vector.regions import full_names
from geo.vector.schema import REGENCY_NAMES, LayerSchema

# Two regencies may not both have more of an outline; a point on a border lies in both.
_MOSTLY = 0.5
_LEAST_SHOWN = 0.005
_EXAMPLES = 5
_MOST_NAMED = 20
# Of a name these words tell nothing apart.
_OF_EVERY_ZONE = frozenset(
    ("kawasan", "transmigrasi", "zona", "upt", "kimtrans", "permukiman", "pemukiman", "satuan")
)
_LONGEST_ID = 60
_OF_A_GAP = ("field_missing", "value_missing")


def read_once(mapped: Mapped, schema: LayerSchema) -> Mapped:
    """The columns as they are read: an id that is asked of the column of names is made of the name."""
    key = mapped.fields.get(schema.key)
    if schema.key != "zone_id" or key is None or key != mapped.fields.get("name"):
        return mapped
    return replace(mapped, fields={f: c for f, c in mapped.fields.items() if f != schema.key})


def complete_zones(
    table: pd.DataFrame,
    schema: LayerSchema,
    mapped: Mapped,
    *,
    features: Sequence[Feature],
    reference: Reference,
    outlines: gpd.GeoDataFrame,
    faults: Sequence[Finding],
    same_as: Mapping[str, str],
) -> tuple[pd.DataFrame, list[Finding]]:
    """The table of zones with ids and regencies where the file has none.

    Parameters
    ----------
    table : DataFrame, (n,)
        The fields as they were read; what is not there is missing.
    outlines : GeoDataFrame, (n,)
        Valid geometries or None; without a CRS no regency is told by them.
    faults : sequence of Finding
        What was found so far; a value that cannot be read stays an error and is no gap.
    same_as : mapping
        Number of a row → id of the published zone that somebody says it is.

    Returns
    -------
    table, findings
        `faults` without the gaps that are settled. What was made or filled is told with the number and
        examples. Of a zone that lies in several regencies, in none mostly, the regency stays missing,
        which is an error with their shares.
    """
    if schema.key != "zone_id":
        return table, list(faults)
    made = _Completed(table.copy(), mapped, features, list(faults))
    made.take_ids(same_as, reference.current)
    made.name_ids(reference.current)
    if reference.region is not None:
        made.place(outlines, reference.region)
    if reference.current is not None:
        made.tell_alike(reference.current, outlines)
    return made.table, [*made.faults, *made.findings]


@dataclass(slots=True)
class _Completed:
    """A table whose gaps are filled field by field, and what is to be said of it."""

    table: pd.DataFrame
    mapped: Mapped
    features: Sequence[Feature]
    faults: list[Finding]
    findings: list[Finding] = field(default_factory=list)
    # Rows with ids of their names, and those that somebody says are published ones.
    fresh: dict[int, str] = field(default_factory=dict)
    taken: dict[int, str] = field(default_factory=dict)

    def gaps(self, name: str) -> list[int]:
        """The rows without a value of a field, but for those whose value could not be read."""
        if name not in self.table.columns:
            return list(range(len(self.table)))
        wrong = {f.feature and f.feature.row - 1 for f in self._of(name) if f.code not in _OF_A_GAP}
        rows = np.flatnonzero(self.table[name].isna().to_numpy()).tolist()
        # A column that is refused as a whole was no gap.
        return [] if None in wrong else [row for row in rows if row not in wrong]

    def _of(self, name: str) -> list[Finding]:
        """The errors of a field's column."""
        source = self.mapped.fields.get(name, name)
        return [f for f in self.faults if f.severity == "error" and f.where.get("column") == source]

    def put(self, name: str, values: dict[int, str], *, told: set[int]) -> None:
        """Fill rows of a field; gaps that are `told` in other words are no longer told as such."""
        before = (
            self.table[name] if name in self.table.columns else pd.Series(None, self.table.index)
        )
        filled = before.astype("object")
        for row, value in values.items():
            filled.iloc[row] = value
        self.table[name] = filled.astype("str")
        settled = {*values, *told}
        where = {"column": self.mapped.fields.get(name, name)}
        gaps = [f for f in self._of(name) if f.code in _OF_A_GAP]
        self.faults = [f for f in self.faults if not any(f is gap for gap in gaps)]
        self.faults += [
            finding("value_missing", feature=self.features[row], where=where, **where)
            for row in self.gaps(name)
            if row not in settled
        ]

    def take_ids(self, same_as: Mapping[str, str], current: gpd.GeoDataFrame | None) -> None:
        """The id of each zone that somebody says is a published one."""
        rows = {str(feature.number): row for row, feature in enumerate(self.features)}
        known = set() if current is None else set(map(str, current.index))
        for number, key in same_as.items():
            if number not in rows or key not in known:
                self.findings.append(finding("same_as_unknown", row=number, key=key))
            else:
                self.taken[rows[number]] = key
        if self.taken:
            self.put("zone_id", self.taken, told=set())

    def name_ids(self, current: gpd.GeoDataFrame | None) -> None:
        """The id of each zone that has a name and none: that of the published one, or one of its name."""
        gaps = self.gaps("zone_id") if "name" in self.table.columns else []
        named = {row: str(n) for row in gaps if not pd.isna(n := self.table["name"].iloc[row])}
        if not named:
            return
        there = self.table.get("zone_id", pd.Series(dtype="str")).dropna()
        known = _ids_by_name(current)
        taken = {*there, *([] if current is None else map(str, current.index))}
        ids: dict[int, str] = {}
        for row, name in named.items():
            found = known.get(plain_name(name))
            if found is None or found in {*there, *ids.values()}:
                found = _free(_slug(name), {*taken, *ids.values()})
            ids[row] = found
        # Of a zone without a name that alone is asked for: its id comes with it.
        self.put("zone_id", ids, told={row for row in gaps if row not in named})
        again = [row for row, one in ids.items() if known.get(plain_name(named[row])) == one]
        fresh = [row for row in ids if row not in again]
        self.fresh = {row: ids[row] for row in fresh}
        for code, rows in (("zone_ids_known", again), ("zone_ids_made", fresh)):
            if rows:
                shown = ", ".join(f"{named[row]} → {ids[row]}" for row in rows[:_EXAMPLES])
                self.findings.append(finding(code, count=len(rows), examples=shown))

    def place(self, outlines: gpd.GeoDataFrame, region: gpd.GeoDataFrame) -> None:
        """The regency of each zone that states none, from where most of it lies."""
        stated = self._named_otherwise()
        gaps = [row for row in self.gaps("regency_code") if row not in stated]
        placeable = outlines if outlines.crs is None else to_lonlat(outlines)
        shapes = placeable.geometry.to_numpy()
        rows = [row for row in gaps if outlines.crs is not None and shapes[row] is not None]
        if not rows:
            # It shows as soon as the CRS or the outlines are mended, which are told by themselves.
            if not stated:
                gone = [f for f in self._of("regency_code") if f.code == "field_missing"]
                self.faults = [f for f in self.faults if not any(f is one for one in gone)]
            return
        codes, names = [str(code) for code in region.index], full_names(region)
        shares = regency_shares(shapes[rows], to_lonlat(region).geometry.to_numpy())
        placed: dict[int, str] = {}
        unclear: dict[int, str] = {}
        for row, share in zip(rows, shares, strict=True):
            mostly = np.flatnonzero(share > _MOSTLY)
            if len(mostly) == 1:
                placed[row] = codes[mostly[0]]
            elif share.any():
                order = [at for at in np.argsort(-share) if share[at] >= _LEAST_SHOWN]
                unclear[row] = ", ".join(
                    f"{codes[at]} {names[codes[at]]} ({share[at]:.0%})" for at in order
                )
        if not placed and not unclear:
            return
        self.put("regency_code", placed, told=set(unclear))
        self.findings += [
            finding(
                "regency_of_several",
                feature=self.features[row],
                where={"column": self.mapped.fields.get("regency_code", "regency_code")},
                shares=shown,
            )
            for row, shown in unclear.items()
        ]
        if placed:
            self.findings.append(
                finding(
                    "regencies_placed",
                    where={"column": "regency_code"},
                    count=len(placed),
                    examples=self._examples(placed, names),
                )
            )

    def tell_alike(self, current: gpd.GeoDataFrame, outlines: gpd.GeoDataFrame) -> None:
        """Which new zones may be published ones of the same regency, by their names or their outlines."""
        published = _Published.of(current)
        there = {*self.table.get("zone_id", pd.Series(dtype="str")).dropna()}
        placed = outlines if outlines.crs is None else to_lonlat(outlines)
        shapes = placed.geometry.to_numpy()
        for code, rows in (("zones_like_published", self.fresh), ("zones_same_as", self.taken)):
            told = []
            for row, key in rows.items():
                alike = published.like(
                    self._text("name", row),
                    regency=self._text("regency_code", row),
                    shape=None if outlines.crs is None else shapes[row],
                )
                free = [one for one in alike if one == key or one not in there]
                if code == "zones_same_as" and key not in free:
                    free.append(key)
                if free:
                    names = [{"key": one, "name": published.names[one]} for one in free]
                    feature = self.features[row]
                    label = feature.name or self._text("name", row) or str(feature.number)
                    told.append(
                        {"row": feature.number, "label": label, "key": key, "published": names}
                    )
            if told:
                named = first_of([_likeness(one) for one in told], _MOST_NAMED)
                self.findings.append(finding(code, count=len(told), keys=named, rows=told))

    def _text(self, name: str, row: int) -> str | None:
        if name not in self.table.columns or pd.isna(value := self.table[name].iloc[row]):
            return None
        return str(value)

    def _named_otherwise(self) -> set[int]:
        """The rows whose regency is named, in a name that nobody knows: it may be another place."""
        columns = [
            name for source, name in self.mapped.kept.items() if plain_name(source) in REGENCY_NAMES
        ]
        named = self.table[columns].notna().any(axis=1).to_numpy()
        return set(np.flatnonzero(named).tolist())

    def _examples(self, placed: dict[int, str], names: dict[str, str]) -> str:
        labels = [self.features[row].name or str(self.features[row].number) for row in placed]
        pairs = zip(labels, placed.values(), strict=True)
        shown = [f"{label} → {code} {names[code]}" for label, code in pairs]
        return ", ".join(shown[:_EXAMPLES])


@dataclass(frozen=True, slots=True)
class _Published:
    """The published zones, by key: names, regencies, and outlines in lon/lat."""

    names: dict[str, str]
    regencies: dict[str, str]
    shapes: dict[str, shapely.Geometry | None]

    @classmethod
    def of(cls, current: gpd.GeoDataFrame) -> "_Published":
        keys = [str(key) for key in current.index]
        if not {"name", "regency_code"} <= {*current.columns}:
            return cls({}, {}, {})
        columns = (current["name"], current["regency_code"], to_lonlat(current).geometry)
        names, regencies, shapes = (dict(zip(keys, one, strict=True)) for one in columns)
        return cls({k: str(n) for k, n in names.items()}, regencies, shapes)

    def like(
        self, name: str | None, *, regency: str | None, shape: shapely.Geometry | None
    ) -> list[str]:
        """The keys of those of a regency whose name is a part of this one, or whose outline is alike."""
        return [
            key
            for key, there in self.regencies.items()
            if there == regency
            and (_names_alike(name or "", self.names[key]) or _alike(shape, self.shapes[key]))
        ]


def _names_alike(left: str, right: str) -> bool:
    """Whether the words of one name stand in the other, but for those that every zone has.

    Examples
    --------
    >>> _names_alike("Cahaya Baru", "Kawasan Transmigrasi Cahaya Baru")
    True
    >>> _names_alike("Kawasan Transmigrasi", "Kawasan Transmigrasi Cerbon")
    False
    """
    short, long = sorted((_words(left), _words(right)), key=len)
    n = len(short)
    return n > 0 and any(long[at : at + n] == short for at in range(len(long) - n + 1))


def _words(name: str) -> list[str]:
    return [word for word in _slug(name).split("-") if word not in _OF_EVERY_ZONE]


def _alike(left: shapely.Geometry | None, right: shapely.Geometry | None) -> bool:
    """Whether each of two outlines covers most of the other."""
    if left is None or right is None or not (left.area > 0 and right.area > 0):
        return False
    common = left.intersection(right).area
    return bool(common > _MOSTLY * max(left.area, right.area))


def _likeness(told: Mapping[str, Any]) -> str:
    names = " / ".join(f"{one['name']} ({one['key']})" for one in told["published"])
    return f"{told['label']} ({told['key']}) ~ {names}"


def _ids_by_name(current: gpd.GeoDataFrame | None) -> dict[str, str]:
    """Ids of the published zones by their names, where a name is one zone's alone."""
    if current is None or "name" not in current.columns:
        return {}
    names = [plain_name(name) for name in current["name"]]
    return {
        name: str(key)
        for name, key in zip(names, current.index, strict=True)
        if names.count(name) == 1
    }


def _slug(name: str) -> str:
    """A name as an id: small letters of the alphabet and digits, joined by hyphens.

    Examples
    --------
    >>> _slug("Sungai Lobán (baru)")
    'sungai-loban-baru'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_ID].strip("-") or "zona"


def _free(wanted: str, taken: set[str]) -> str:
    """An id that no other zone has: with a number behind it, where there is one."""
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    return found
