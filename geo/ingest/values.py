"""Values and outlines as plain Python has them, out of columns of Arrow and well-known binaries.

GDAL and Parquet hand over Arrow: what it has and JSON has not becomes ISO 8601 text or digits. A
curve becomes straight, and a geometry that cannot be made is told by its row.
"""

import datetime
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.ingest.findings import Finding, Unreadable, finding
from geo.ingest.source import Damage, Limits
from geo.ingest.vertices import least_in_wkb, require_few
from geo.language import filled, localized, texts
from geo.vector.curves import STEP_DEG, SurfaceGeometry, linear_from_wkb

if TYPE_CHECKING:
    import pyarrow as pa

_SAY = texts(__name__)

# A degree of longitude at the equator; nowhere is one longer by more than 0.4 %.
_M_PER_DEG = 111_320.0


class Counted:
    """Rows and vertices so far; more than the limits refuse the file at once."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.rows, self.vertices = limits, 0, 0

    def add(self, wkb: Sequence[bytes | None]) -> None:
        """Count one batch.

        Raises
        ------
        Unreadable
        """
        self.rows += len(wkb)
        self.vertices += sum(least_in_wkb(len(b), b[:5]) for b in wkb if b is not None)
        if self.rows > self.limits.features:
            raise Unreadable(
                finding(
                    "too_many_features",
                    count=f"> {self.limits.features}",
                    limit=self.limits.features,
                )
            )
        require_few(self.vertices, self.limits)


def values_of(column: "pa.Array") -> list[Any]:
    """The values of a column as Python has them; times as ISO 8601 text, decimals in their digits."""
    import pyarrow as pa

    values: list[Any] = column.to_pylist()
    if pa.types.is_float32(column.type) or pa.types.is_float16(column.type):
        # 0.1 of four bytes is 0.1 to who wrote it, not 0.10000000149.
        shortest = column.to_numpy(zero_copy_only=False)
        return [None if v is None else float(str(s)) for v, s in zip(values, shortest, strict=True)]
    if isinstance(column, pa.Array) and _is_plain(column.type):
        return values
    return [plain_value(value) for value in values]


def _is_plain(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    plain = (pa.types.is_integer, pa.types.is_float64, pa.types.is_boolean, pa.types.is_string)
    return any(is_kind(kind) for is_kind in plain)


def plain_value(value: Any) -> Any:
    """A value in the types that JSON has, as far as it has one."""
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return (
            int(value)
            if value == value.to_integral_value() and value.as_tuple().exponent == 0
            else str(value)
        )
    if isinstance(value, datetime.timedelta):
        return str(value)
    if isinstance(value, list):
        return [plain_value(each) for each in value]
    if isinstance(value, dict):
        return {name: plain_value(each) for name, each in value.items()}
    return value


def columns_of(
    schema: "pa.Schema", batches: Sequence[Sequence[list[Any]]], *, skip: Collection[int]
) -> tuple[dict[str, list[Any]], list[Finding]]:
    """The columns of all batches by their names, and what is said of those that hold bytes."""
    columns: dict[str, list[Any]] = {}
    left_out = []
    for at, field in enumerate(schema):
        if at in skip:
            continue
        values = [value for batch in batches for value in batch[at]]
        if any(isinstance(value, bytes) for value in values):
            left_out.append(finding("column_left_out", column=field.name, what=_SAY["binary"]))
            continue
        columns[free_name(field.name, columns)] = values
    return columns, left_out


def free_name(name: str, taken: Collection[str]) -> str:
    """A column's name, with a number where another has it already."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def formed(
    wkb: npt.NDArray[np.object_], damaged: dict[int, Damage]
) -> tuple[npt.NDArray[np.object_], list[float]]:
    """The geometries of well-known binaries, and how far each curved one is off its arcs.

    What cannot be made is added to `damaged` by its row.
    """
    geometry, deviations = _as_geos_reads(wkb), []
    for row, (written, made) in enumerate(zip(wkb, geometry, strict=True)):
        # A collection may hide a curve, which shapely shows to nobody.
        if written is None or (made is not None and made.geom_type != "GeometryCollection"):
            continue
        try:
            geometry[row], deviation = linear_from_wkb(written)
        except SurfaceGeometry as error:
            damaged[row] = Damage("geometry_surface", {"kind": error.kind})
        except (ValueError, shapely.errors.GEOSException) as error:
            is_open = "not closed" in str(error)
            said = _SAY["not_closed" if is_open else "not_formed"]
            damaged[row] = Damage("geometry_damaged", {"reason": said})
        else:
            deviations += [] if deviation is None else [deviation]
    return geometry, deviations


def _as_geos_reads(wkb: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """The geometries that GEOS makes; None for those that are curved, damaged or none."""
    with np.errstate(invalid="ignore"):  # a NaN coordinate is named later, by its feature
        try:
            return np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)
        except NotImplementedError:  # one curve spoils the call for all of them
            geometry = np.full(len(wkb), None, dtype=object)
        for row, written in enumerate(wkb):
            try:
                geometry[row] = shapely.from_wkb(written, on_invalid="ignore")
            except NotImplementedError:
                continue
    return geometry


def straightened(deviations: list[float], crs: pyproj.CRS | None) -> Finding:
    """What is said of curves: how many features had them, and how far their straight pieces are off."""
    facts: dict[str, Any] = {"count": len(deviations), "step": f"{STEP_DEG:g}"}
    if crs is None:
        return finding("curves_made_straight", **facts, deviation=_SAY["of_radius"])
    axis = crs.axis_info[0]
    unit_m = _M_PER_DEG if crs.is_geographic else axis.unit_conversion_factor
    metres = localized(f"{Decimal(f'{max(deviations) * unit_m:.2g}'):f}")
    deviation = filled(_SAY["metres"], m=metres)
    return finding("curves_made_straight", **facts, deviation=deviation)
