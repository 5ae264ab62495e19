"""Query parameters as OGC API defines them: parsed here once, typed from here on.

OGC's conformance suite asserts 400 for a bad and for an unknown parameter. FastAPI ignores unknown
ones, so `require_known` checks every route's request against the parameters that the route declares.
"""

import math
import re
import sys
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, get_origin

from fastapi import Path, Request
from fastapi.dependencies.models import Dependant
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from geo.errors import InvalidInput
from geo.language import Text, texts, unprintable
from geo.tiles.features import Bbox

_SAY = texts(__name__)

# `f` chooses the representation and `lang` the language of every resource.
EVERYWHERE = frozenset({"f", "lang"})

# ISO 8601: years, months, weeks, days, and after T hours, minutes, seconds.
_DURATION = re.compile(
    r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)
# A number with its marks and sign, or a name of a month and a year.
_MOST_TYPED = 40
_OPEN = ("", "..")
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))?", re.ASCII
)
# How GDAL's driver OAPIF writes a date that is compared.
_DATE_OF_GDAL = re.compile(r"(\d{4}-\d{2}-\d{2})T", re.ASCII)


CollectionId = Annotated[
    str, Path(alias="collectionId", description="Id of a collection.", examples=["zones"])
]


# One tile of a set.
TileZoom = Annotated[str, Path(alias="tileMatrix", description="Zoom, 0 to 14.", examples=["7"])]
TileRow = Annotated[int, Path(alias="tileRow", ge=0, description="From the north.", examples=[65])]
TileColumn = Annotated[
    int, Path(alias="tileCol", ge=0, description="From the west.", examples=[104])
]


def _plain(text: str) -> str:
    """A text without blanks around it; one that cannot be shown is refused."""
    if point := unprintable(text):
        raise PydanticCustomError("unprintable", "holds {point}", {"point": point})
    return text.strip()


def _stated(text: str) -> str:
    if not text:
        raise PydanticCustomError("blank", "is blank")
    return text


# What people write; `StatedText` says something.
PlainText = Annotated[str, AfterValidator(_plain)]
StatedText = Annotated[PlainText, AfterValidator(_stated)]


def _typed(value: object) -> int | float | str:
    """A number that a double holds, or a short text as a person types it; no truth value."""
    if isinstance(value, str):
        if len(value) > _MOST_TYPED:
            raise PydanticCustomError("string_too_long", "long", {"max_length": _MOST_TYPED})
        return _plain(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) <= sys.float_info.max:
            return value
    raise PydanticCustomError("number_or_text", "is neither a number nor a text")


# What a program sends as a number and a person as a text (3,97): one type, for of a union pydantic tells
# the fault of each choice, and by names of its own.
TypedNumber = Annotated[Any, PlainValidator(_typed, json_schema_input_type=float | str)]
TypedYear = Annotated[Any, PlainValidator(_typed, json_schema_input_type=int | str)]


class InvalidParameter(InvalidInput):
    """A parameter whose value cannot be used."""

    title = Text(id="Parameter tidak sah", en="Invalid parameter")
    sentence = Text(id="Parameter {parameter!r}: {reason}", en="Parameter {parameter!r}: {reason}")


class UnknownParameter(InvalidInput):
    """A parameter that this resource does not have."""

    title = Text(id="Parameter tidak dikenal", en="Unknown parameter")
    sentence = Text(
        id="Parameter {parameter!r} tidak dikenal di sini. Yang dapat dipakai: {known}.",
        en="Parameter {parameter!r} is not known here. You can use: {known}.",
    )


def or_none(value: object) -> object:
    """For validators: a field of a form that is left blank is no choice."""
    return None if isinstance(value, str) and not value.strip() else value


def refused(parameter: str, key: str, /, **facts: object) -> InvalidParameter:
    """What is wrong with a parameter, by a sentence of the interface."""
    from maps.text import both

    return InvalidParameter(parameter=parameter, reason=both(key).format(**facts))


class ItemQuery(BaseModel):
    """The query of one feature."""

    model_config = ConfigDict(extra="forbid")

    crs: Annotated[str | None, Field(description="CRS of the answer, as a URI.")] = None
    version: Annotated[int | None, Field(ge=1, description="An older version of the layer.")] = None
    f: str | None = None
    lang: str | None = None


class ItemsQuery(BaseModel):
    """The query of a page of features; any other name is a filter on that property."""

    model_config = ConfigDict(extra="allow")

    bbox: Annotated[
        str | None, Field(description="Only features that intersect this box (lon, lat).")
    ] = None
    bbox_crs: Annotated[
        str | None, Field(alias="bbox-crs", description="CRS of `bbox`, as a URI; CRS84 if absent.")
    ] = None
    crs: Annotated[str | None, Field(description="CRS of the answer, as a URI.")] = None
    datetime: Annotated[
        str | None,
        Field(description="RFC 3339 instant or interval; features without time are kept."),
    ] = None
    filter: Annotated[str | None, Field(description="Only features it is true for (CQL2).")] = None
    filter_lang: Annotated[
        Literal["cql2-text", "cql2-json"],
        Field(alias="filter-lang", description="How `filter` is written."),
    ] = "cql2-text"
    filter_crs: Annotated[
        str | None,
        Field(alias="filter-crs", description="CRS of geometries in `filter`; CRS84 if absent."),
    ] = None
    q: Annotated[
        str | None, Field(max_length=200, description="Only features with these words in a text.")
    ] = None
    sortby: Annotated[
        str | None, Field(description="Properties to sort by; `-` before one turns its order.")
    ] = None
    properties: Annotated[str | None, Field(description="Only these properties are written.")] = (
        None
    )
    exclude_properties: Annotated[
        str | None, Field(alias="exclude-properties", description="These properties are left out.")
    ] = None
    skip_geometry: Annotated[
        bool, Field(alias="skipGeometry", description="Features are written without geometry.")
    ] = False
    version: Annotated[int | None, Field(ge=1, description="An older version of the layer.")] = None
    limit: Annotated[int | None, Field(ge=1, description="Most features in one page.")] = None
    offset: Annotated[int, Field(ge=0, description="Features to skip before the page.")] = 0
    after: Annotated[
        str | None, Field(max_length=100, description="Where the `next` link of a page goes on.")
    ] = None
    f: str | None = None
    lang: str | None = None

    @property
    def filters(self) -> dict[str, str]:
        """The property filters, by property name."""
        return {name: str(value) for name, value in (self.model_extra or {}).items()}


def require_known(request: Request) -> None:
    """Raise unless every query parameter is one that the matched route declares, given once."""
    dependant: Dependant | None = getattr(request.scope.get("route"), "dependant", None)
    if dependant is None or not request.query_params:
        return
    known, repeatable, is_open = _declared(dependant)
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in given.items():
        if name not in known and not is_open:
            raise UnknownParameter(parameter=name, known=", ".join(sorted(known)))
        if count > 1 and name not in repeatable:
            raise InvalidParameter(parameter=name, reason=_SAY["given_twice"])


def parse_bbox(text: str, *, is_lonlat: bool = True) -> Bbox:
    """West, south, east, north from 4 or 6 comma-separated numbers; heights are not used.

    Raises
    ------
    InvalidParameter
        Naming what is wrong; a box with latitude first is recognised where it can be.
    """
    numbers = [_number(part) for part in text.split(",")]
    if len(numbers) not in (4, 6):
        raise InvalidParameter(parameter="bbox", reason=_SAY["bbox_count"].format(n=len(numbers)))
    middle = len(numbers) // 2
    (west, south), (east, north) = numbers[:2], numbers[middle : middle + 2]
    if middle == 3 and numbers[2] > numbers[5]:
        raise InvalidParameter(parameter="bbox", reason=_SAY["bbox_order"])
    if not is_lonlat:
        return west, south, east, north
    return require_box(west, south, east, north)


def require_box(west: float, south: float, east: float, north: float) -> Bbox:
    """A box in degrees that lies on the earth.

    Raises
    ------
    InvalidParameter
    """
    if south > north:
        raise InvalidParameter(parameter="bbox", reason=_SAY["bbox_order"])
    if south > 90 or north < -90 or min(west, east) > 180 or max(west, east) < -180:
        raise InvalidParameter(parameter="bbox", reason=_SAY["bbox_range"])
    return west, south, east, north


def parse_datetime(text: str) -> tuple[datetime | None, datetime | None]:
    """First and last moment of an RFC 3339 instant or interval, None where it is open.

    A day is all of it; a duration is counted from the other end.

    Raises
    ------
    InvalidParameter
    """
    parts = text.split("/")
    if len(parts) == 1:
        return _moments(parts[0])
    # What is counted from an open end, or from another duration, is no time.
    has_none = all(one in _OPEN or _DURATION.fullmatch(one) for one in parts)
    if len(parts) > 2 or (has_none and not all(one in _OPEN for one in parts)):
        raise InvalidParameter(parameter="datetime", reason=_SAY["datetime"])
    begin, end = parts
    start = None if begin in _OPEN or _DURATION.fullmatch(begin) else _moments(begin)[0]
    last = None if end in _OPEN or _DURATION.fullmatch(end) else _moments(end)[1]
    if start is not None and _DURATION.fullmatch(end):
        last = _moved(start, end)
    elif last is not None and _DURATION.fullmatch(begin):
        start = _moved(_moments(end)[0], begin, back=True)
    if start is not None and last is not None and start > last:
        raise InvalidParameter(parameter="datetime", reason=_SAY["datetime_order"])
    return start, last


def _moments(text: str) -> tuple[datetime, datetime]:
    """The first and the last moment of a day or an instant."""
    text = _DATE_OF_GDAL.sub(r"\1", text) if _DATE_OF_GDAL.fullmatch(text) else text
    if _INSTANT.fullmatch(text):
        try:
            first = datetime.fromisoformat(text.upper())
        except ValueError:
            pass
        else:
            if first.tzinfo is not None:
                return first, first
            first = first.replace(tzinfo=UTC)
            return first, first.replace(hour=23, minute=59, second=59, microsecond=999_999)
    raise InvalidParameter(parameter="datetime", reason=_SAY["datetime"])


def _moved(at: datetime, duration: str, *, back: bool = False) -> datetime:
    """A moment moved by a duration: the same day of a later month, or its last one."""
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise InvalidParameter(parameter="datetime", reason=_SAY["datetime"])
    sign = -1 if back else 1
    try:
        years, months, weeks, days, hours, minutes = (int(one or 0) for one in found.groups()[:6])
        year, month = divmod(at.year * 12 + at.month - 1 + sign * (years * 12 + months), 12)
        day = min(at.day, monthrange(year, month + 1)[1])
        rest = timedelta(days, float(found[7] or 0), weeks=weeks, hours=hours, minutes=minutes)
        return at.replace(year=year, month=month + 1, day=day) + sign * rest
    except (OverflowError, ValueError) as error:  # beyond the years that there are
        raise InvalidParameter(parameter="datetime", reason=_SAY["datetime"]) from error


def _number(text: str) -> float:
    # float() also reads "nan", "inf", "1_000" and digits of other scripts.
    if re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*", text, re.ASCII):
        value = float(text)
        if math.isfinite(value):
            return value
    raise InvalidParameter(parameter="bbox", reason=_SAY["bbox_number"].format(text=text))


def describes(request: Request, name: str) -> bool:
    """Whether the matched route says what a query parameter of its own means."""
    dependant: Dependant | None = getattr(request.scope.get("route"), "dependant", None)
    if dependant is None:
        return False
    return any(
        field.description and name in (alias, field.alias)
        for alias, field, _ in _query_fields(dependant)
    )


def _declared(dependant: Dependant) -> tuple[frozenset[str], frozenset[str], bool]:
    """The names that a route declares, those that may repeat, and whether it takes any other."""
    known, repeatable, is_open = set(EVERYWHERE), set(), False
    for name, field, takes_any in _query_fields(dependant):
        known.add(name)
        is_open |= takes_any
        if get_origin(field.annotation) in (list, set, tuple):
            repeatable.add(name)
    return frozenset(known), frozenset(repeatable), is_open


def _query_fields(dependant: Dependant) -> Iterator[tuple[str, FieldInfo, bool]]:
    for parameter in dependant.query_params:
        annotation = parameter.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            takes_any = annotation.model_config.get("extra") == "allow"
            for name, field in annotation.model_fields.items():
                yield field.alias or name, field, takes_any
        else:
            yield parameter.alias, parameter.field_info, False
    for dependency in dependant.dependencies:
        yield from _query_fields(dependency)
