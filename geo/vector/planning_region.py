"""The region that a store plans for: a province and its regencies, its place on Earth, its titles.

It is data of the store and an argument of whoever decides by it; nothing here knows a province.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from geo.language import Text

RegionKind = Literal["Provinsi", "Kabupaten", "Kota", "Kecamatan", "Kelurahan", "Desa"]


@dataclass(frozen=True, slots=True)
class Region:
    """One administrative region.

    `code` is the Kemendagri code with dots, `bps_code` the BPS code (None where only a table of its
    own could tell: below the regency the two systems number differently), `name` the official name
    without its kind, `parent` the Kemendagri code of the region it lies in, `aliases` what offices
    call it in their own tables.
    """

    code: str
    name: str
    kind: RegionKind
    parent: str
    bps_code: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """The name with its kind, for example `Kabupaten Banjar` or `Kota Banjarbaru`."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Summit:
    """The highest place of a province, in metres above sea level: no height of it is above."""

    name: str
    height_m: float


@dataclass(frozen=True)
class PlanningRegion:
    """A province and its regencies, as `geo.vector.region_file` reads them.

    Attributes
    ----------
    code : str
        Kemendagri code of the province, two digits.
    name : Text
    aliases : tuple of str
        What else tables call the province.
    regencies : tuple of Region
        At least one, sorted by code.
    title : Text
        What the service is for, as every page says under its name.
    bounds : tuple
        West, south, east, north in degrees: all that is planned lies inside.
    metric_crs : str
        A projected CRS in metres that is good all over the province: grids of distances are in it.
    crs_candidates : tuple of str
        The CRSs that offices of the province use, the likeliest first.
    time_zone : str
        Of the IANA database; the day that a sheet is printed on is the day there.
    summit : Summit or None
    """

    code: str
    name: Text
    aliases: tuple[str, ...]
    regencies: tuple[Region, ...]
    title: Text
    bounds: tuple[float, float, float, float]
    metric_crs: str
    crs_candidates: tuple[str, ...]
    time_zone: str
    summit: Summit | None = None

    @cached_property
    def by_code(self) -> dict[str, Region]:
        """The regencies by Kemendagri code."""
        return {regency.code: regency for regency in self.regencies}

    @cached_property
    def codes(self) -> frozenset[str]:
        """The Kemendagri codes of the province and of its regencies."""
        return frozenset({self.code, *self.by_code})

    def title_of(self, code: str) -> Text:
        """The name of the province, or of a regency with its kind; the code where it is neither."""
        if code == self.code:
            return self.name
        full = self.by_code[code].full_name if code in self.by_code else code
        return Text(id=full, en=full)

    @property
    def facts(self) -> dict[str, Any]:
        """What a sentence says of it: the province, its code, and a regency's code as an example."""
        first = self.regencies[0]
        return {
            "province": self.name,
            "province_code": self.code,
            "code": first.code,
            "bps_code": first.bps_code,
        }

    def holds(self, codes: Iterable[object]) -> bool:
        """Whether every code is one of its regencies."""
        return all(code in self.by_code for code in codes)
