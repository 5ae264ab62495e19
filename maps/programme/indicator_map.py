"""A map of one indicator in one year as positions, with its classes and what is written on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo.language import Language
from geo.programme.explorer import IndicatorView, RegionRow
from maps.breaks import class_of, quantile_breaks
from maps.folium.cards import figure_text
from maps.folium.legends import range_labels
from maps.pages.locator import WIDTH, frame_around, path_of, simplified
from maps.programme.charts import short_name
from maps.programme.words import figure_words
from maps.style import sequential_colours
from maps.text import translate

# A map's mark is written where a circle of this radius, in units of the drawing, has room.
_ROOM_FOR_NAME, _ROOM_FOR_VALUE, _MAP_GLYPH = 17.0, 11.0, 4.8


@dataclass(frozen=True, slots=True)
class MapArea:
    """A region of the map; `words` are written in its middle, where they have room."""

    code: str
    path: str
    colour: str
    title: str
    x: float
    y: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MapLegend:
    """A class of the map: its range and its colour."""

    label: str
    colour: str


@dataclass(frozen=True, slots=True)
class IndicatorMap:
    """A map of one year; `colour` is "" for a region without a figure, which is hatched."""

    year: int
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
    area = _area_maker(view, language, year=year, colour_of=_colour_of(edges, colours))
    return IndicatorMap(
        year=year,
        width=WIDTH,
        height=frame.height,
        areas=tuple(area(rows[str(c)], s) for c, s in zip(shown.index, placed, strict=True)),
        legend=tuple(
            MapLegend(label, colour)
            for label, colour in zip(range_labels(edges, language), colours, strict=True)
        ),
        missing=translate("legend.no_data", language),
    )


def _colour_of(edges: Sequence[float], colours: Sequence[str]) -> Callable[[float], str]:
    return lambda value: colours[int(class_of(np.array([value]), edges)[0])]


def _area_maker(
    view: IndicatorView, language: Language, *, year: int, colour_of: Callable[[float], str]
) -> Callable[[RegionRow, shapely.Geometry], MapArea]:
    def area(row: RegionRow, shape: shapely.Geometry) -> MapArea:
        figure = row.by_year.get(year)
        middle = shapely.maximum_inscribed_circle(shape, tolerance=1.0)
        x, y = middle.coords[0]
        value = "–" if figure is None else figure_text(figure.value, view.indicator, language)
        words = [short_name(row, language), value]
        room = middle.length
        kept = [w for w in words if len(w) * _MAP_GLYPH <= 2 * room]
        kept = kept if room >= _ROOM_FOR_NAME else kept[-1:] if room >= _ROOM_FOR_VALUE else []
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
            words=tuple(kept),
        )

    return area
