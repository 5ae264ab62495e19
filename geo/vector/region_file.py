"""The TOML of a planning region: its keys, what each must hold, and the region that comes of it.

The format for its users is `maps/guide/en/operators.md`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    StrictFloat,
    StrictInt,
    StrictStr,
)

from geo.errors import InvalidRegion
from geo.language import Text, texts
from geo.toml_file import Fault, Path, Table, must_be, one_of, read_toml, told
from geo.vector.planning_region import PlanningRegion, Region, Summit

if TYPE_CHECKING:
    import pyproj

_SAY = texts(__name__)

# Bounds of a province: more is a mistake, or another country's word for it.
_MOST_DEG = 25.0
# The highest of Indonesia is Puncak Jaya, 4,884 m; the highest on Earth 8,849 m.
_HIGHEST_M = 8_849.0

_AnyNumber = StrictInt | StrictFloat
_Words = Annotated[StrictStr, Field(pattern=r"^\S.{0,79}$"), must_be(_SAY["words"])]
_Aliases = Annotated[tuple[_Words, ...], must_be(_SAY["aliases"])]
_ProvinceCode = Annotated[StrictStr, Field(pattern=r"^\d\d$"), must_be(_SAY["province_code"])]
_RegencyCode = Annotated[StrictStr, Field(pattern=r"^\d\d\.\d\d$"), must_be(_SAY["regency_code"])]
_BpsCode = Annotated[StrictStr, Field(pattern=r"^\d{4}$"), must_be(_SAY["bps_code"])]
_Height = Annotated[_AnyNumber, Field(gt=0, le=_HIGHEST_M), must_be(_SAY["height"])]


class _BothLanguages(Table):
    id: _Words
    en: _Words


def _both(given: Any) -> Text:
    return Text(**dict(_BothLanguages.model_validate(given)))


_Title = Annotated[Text, PlainValidator(_both), must_be(_SAY["title"])]


def _in_order(bounds: Sequence[float]) -> Sequence[float]:
    west, south, east, north = bounds
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise told(_SAY["bounds_order"])
    if max(east - west, north - south) > _MOST_DEG:
        raise told(_SAY["bounds_large"].format(most=f"{_MOST_DEG:g}"))
    return bounds


_Bounds = Annotated[
    tuple[_AnyNumber, _AnyNumber, _AnyNumber, _AnyNumber],
    must_be(_SAY["bounds"]),
    AfterValidator(_in_order),
]


def _known(name: str) -> "pyproj.CRS":
    # The first page of a service must not wait for PROJ.
    from geo.crs import crs_of

    crs = crs_of(name)
    if crs is None or not name.upper().startswith("EPSG:"):
        raise told(_SAY["unknown_crs"].format(crs=name))
    return crs


def _crs(name: str) -> str:
    _known(name)
    return name


def _metric(name: str) -> str:
    crs = _known(name)
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
        raise told(_SAY["no_metres"].format(crs=name))
    return name


_Crs = Annotated[StrictStr, must_be(_SAY["crs"]), AfterValidator(_crs)]
_MetricCrs = Annotated[StrictStr, must_be(_SAY["crs"]), AfterValidator(_metric)]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    # A KeyError where there is none, a ValueError of a path, an OSError of a folder such as `Asia`.
    except (KeyError, ValueError, OSError) as error:
        raise told(_SAY["unknown_zone"].format(zone=name)) from error
    return name


_TimeZone = Annotated[StrictStr, must_be(_SAY["time_zone"]), AfterValidator(_zone)]


class _Summit(Table):
    name: _Words
    height_m: _Height


class _Province(Table):
    code: _ProvinceCode
    name: _Title
    aliases: _Aliases = ()
    summit: _Summit | None = None


class _Crss(Table):
    metric: _MetricCrs
    candidates: Annotated[list[_Crs], Field(min_length=1)]


class _Regency(Table):
    code: _RegencyCode
    name: _Words
    kind: Annotated[Literal["Kabupaten", "Kota"], one_of("Kabupaten", "Kota")]
    bps_code: _BpsCode | None = None
    aliases: _Aliases = ()


class _RegionTable(Table):
    province: _Province
    bounds: _Bounds
    time_zone: _TimeZone
    title: _Title
    crs: _Crss
    regency: Annotated[list[_Regency], Field(min_length=1)]


def parse_region(text: str) -> PlanningRegion:
    """A planning region from its TOML.

    Raises
    ------
    InvalidRegion
        Naming the line and the place in the file and what to do.
    """
    file, tables = read_toml(text, _RegionTable)
    if isinstance(tables, Fault):
        raise InvalidRegion(line=tables.line, place=_place(tables.path), reason=tables.problem)
    regencies = [_regency(one, parent=tables.province.code) for one in tables.regency]
    for number, regency in enumerate(regencies):
        if reason := _fault(regency, before=regencies[:number]):
            path: Path = ("regency", number)
            raise InvalidRegion(line=file.lines[path], place=_place(path), reason=reason)
    return PlanningRegion(
        code=tables.province.code,
        name=tables.province.name,
        aliases=tables.province.aliases,
        regencies=tuple(sorted(regencies, key=lambda regency: regency.code)),
        title=tables.title,
        bounds=tables.bounds,
        metric_crs=tables.crs.metric,
        crs_candidates=tuple(tables.crs.candidates),
        time_zone=tables.time_zone,
        summit=_summit(tables.province.summit),
    )


def _regency(stated: _Regency, *, parent: str) -> Region:
    bps_code = stated.bps_code or stated.code.replace(".", "")
    return Region(stated.code, stated.name, stated.kind, parent, bps_code, stated.aliases)


def _summit(stated: _Summit | None) -> Summit | None:
    return None if stated is None else Summit(stated.name, float(stated.height_m))


def _fault(regency: Region, *, before: Sequence[Region]) -> Text | None:
    """What is wrong with a regency beside its province and those that stand before it."""
    facts = {"code": regency.code, "name": regency.full_name, "province": regency.parent}
    if not regency.code.startswith(f"{regency.parent}."):
        return _SAY["elsewhere"].format(**facts)
    if any(other.code == regency.code for other in before):
        return _SAY["code_twice"].format(**facts)
    if any(other.full_name.lower() == regency.full_name.lower() for other in before):
        return _SAY["name_twice"].format(**facts)
    return None


def _place(path: Path) -> str:
    """A path in the words of the file, such as `regency 3, code`; `region` for the whole."""
    words = [f" {step + 1}" if isinstance(step, int) else f", {step}" for step in path]
    return "".join(words).removeprefix(", ") or "region"
