"""A map of one indicator in one year as positions, with its classes and what is written on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely

from geo.language import Language
from geo.programme.explorer import IndicatorView, RegionRow
from maps.breaks import class_of, quantile_breaks
from maps.folium.cards import figure_text
from maps.pages.locator import WIDTH, frame_around, path_of, simplified
from maps.programme.axes import short_name
from maps.programme.charts import apart
from maps.programme.words import figure_words
from maps.style import sequential_colours
from maps.text import format_number, translate

# A map's mark is written where a circle of this radius, in units of the drawing, has room.
_ROOM_FOR_NAME, _MAP_GLYPH, _LED_GLYPH, _MAP_LINE = 17.0, 4.8, 5.2, 11.0
# The margins beside a map where names stand that have no room in it, and how many a margin takes.
_SIDE, _MOST_LED = 108.0, 12


@dataclass(frozen=True, slots=True)
class MapArea:
    """A region of the map; `words` are written in its middle, where they have room, else beside the map."""

    code: str
    path: str
    colour: str
    title: str
    x: float
    y: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LedName:
    """The name and figure of a region too small for them, left of the map, and where its line leads."""

    x: float
    y: float
    to_x: float
    to_y: float
    text: str


@dataclass(frozen=True, slots=True)
class MapLegend:
    """A class of the map: its range and its colour."""

    label: str
    colour: str


@dataclass(frozen=True, slots=True)
class IndicatorMap:
    """A map of one year; `colour` is "" for a region without a figure, which is hatched.

    `side` is how wide the margin left of it is, where `led` names stand; `head` and `foot` say what
    the classes count and of which years they are.
    """

    year: int
    side: float
    led: tuple[LedName, ...]
    head: str
    foot: str
    width: float
    height: float
    areas: tuple[MapArea, ...]
    legend: tuple[MapLegend, ...]
    missing: str


def indicator_map(
    view: IndicatorView, regencies: gpd.GeoDataFrame, language: Language, *, year: int
) -> IndicatorMap | None:
    """The regencies of a view by their figure of a year; None where there are none to draw.

    Classes are those of all shown years together, so that a colour means the same in each.

    Parameters
    ----------
    regencies : GeoDataFrame
        In lon/lat, index Kemendagri code.
    """
    rows = {row.code: row for row in view.rows if not row.is_province}
    shown = regencies[regencies.index.isin(list(rows))]
    if shown.empty:
        return None
    every = [figure.value for row in rows.values() for figure in row.figures]
    edges = quantile_breaks(every)
    colours = sequential_colours(max(len(edges) - 1, 0))
    shapes = simplified(shown)
    frame = frame_around(shapes)
    # Islets far out at sea, which the frame leaves out, would lie over what stands below the map.
    placed = [
        shapely.clip_by_rect(shapely.transform(shape, frame.placed), 0, 0, WIDTH, frame.height)
        for shape in shapes
    ]
    years = sorted({figure.year for row in rows.values() for figure in row.figures})
    area = _area_maker(view, language, year=year, colour_of=_colour_of(edges, colours))
    areas = tuple(area(rows[str(c)], s) for c, s in zip(shown.index, placed, strict=True))
    led = _led(areas, rows, view, language, year=year, height=frame.height)
    return IndicatorMap(
        year=year,
        side=_SIDE if led else 0.0,
        led=led,
        head=view.indicator.unit.to(language),
        foot=""
        if len(years) < 2
        else translate("explorer.map_classes", language, first=years[0], last=years[-1]),
        width=WIDTH,
        height=frame.height,
        areas=areas,
        legend=tuple(
            MapLegend(label, colour)
            for label, colour in zip(_class_labels(edges, view, language), colours, strict=True)
        ),
        missing=translate("legend.no_data", language),
    )


def _class_labels(edges: Sequence[float], view: IndicatorView, language: Language) -> list[str]:
    """The classes in words; a figure on a border is in the upper one, and the words say so."""
    decimals = view.indicator.decimals
    numbers = [format_number(edge, language, decimals=decimals) for edge in edges]
    pairs = list(pairwise(numbers))
    said = [translate("explorer.map_class", language, low=a, high=b) for a, b in pairs[:-1]]
    return said + [
        a if a == b else translate("legend.range", language, low=a, high=b) for a, b in pairs[-1:]
    ]


def _led(
    areas: Sequence[MapArea],
    rows: Mapping[str, RegionRow],
    view: IndicatorView,
    language: Language,
    *,
    year: int,
    height: float,
) -> tuple[LedName, ...]:
    """The names without room in the map; of too many none, which the table has."""
    small = sorted((area for area in areas if not area.words), key=lambda area: area.y)
    if not small or len(small) > _MOST_LED:
        return ()
    places = apart([area.y for area in small], low=_MAP_LINE, high=height - _MAP_LINE)
    return tuple(
        LedName(
            x=-_SIDE + len(text) * _LED_GLYPH,
            y=y,
            to_x=area.x,
            to_y=area.y,
            text=text,
        )
        for area, y in zip(small, places, strict=True)
        for text in [" ".join(_words(rows[area.code], view, language, year=year))]
    )


def _words(row: RegionRow, view: IndicatorView, language: Language, *, year: int) -> list[str]:
    figure = row.by_year.get(year)
    value = "–" if figure is None else figure_text(figure.value, view.indicator, language)
    return [short_name(row, language), value]


def _colour_of(edges: Sequence[float], colours: Sequence[str]) -> Callable[[float], str]:
    return lambda value: colours[int(class_of(np.array([value]), edges)[0])]


def _area_maker(
    view: IndicatorView, language: Language, *, year: int, colour_of: Callable[[float], str]
) -> Callable[[RegionRow, shapely.Geometry], MapArea]:
    def area(row: RegionRow, shape: shapely.Geometry) -> MapArea:
        figure = row.by_year.get(year)
        middle = shapely.maximum_inscribed_circle(shape, tolerance=1.0)
        x, y = middle.coords[0]
        words = _words(row, view, language, year=year)
        room = middle.length
        is_roomy = room >= _ROOM_FOR_NAME and max(map(len, words)) * _MAP_GLYPH <= 2 * room
        said = (
            translate("explorer.no_figure", language, year=year)
            if figure is None
            else figure_words(figure, view.indicator, language)
        )
        return MapArea(
            code=row.code,
            path=path_of(shape),
            colour="" if figure is None else colour_of(figure.value),
            title=f"{row.name.to(language)}: {said}",
            x=round(float(x), 1),
            y=round(float(y), 1),
            words=tuple(words) if is_roomy else (),
        )

    return area
