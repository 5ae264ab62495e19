"""Printed sheets: a zone, the province, a map for tablets.

typst sets the sheets. It gets every word as JSON and never as markup, no fonts but ours and no
network, and a date from outside: the same inputs give the same bytes.
"""

import datetime
import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal, cast

import numpy as np
import rasterio
import shapely
import typst
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from geo.crs import to_lonlat
from geo.language import MOST_NAME, shortened
from maps.context import context_digest, map_context
from maps.folium.legends import class_legend, zone_legend
from maps.labels import SHORT_NAMES
from maps.sheets.content import fill_of, zone_content
from maps.sheets.frame import Frame, crs_name, frame_around
from maps.sheets.geopdf import georeferenced_pdf
from maps.sheets.map import Area, Bounds, areas_of, map_content, swatches
from maps.sheets.paper_text import printable
from maps.sheets.province import marks_of, province_content
from maps.sheets.sheet_subject import SheetSubject
from maps.sheets.table_sheet import TableSheet, table_content
from maps.style import LegendEntry
from maps.text import translate

RASTER_PPI: Final = 180

_TEMPLATES = Path(__file__).parent / "templates"
_FONTS = Path(__file__).parent / "fonts"
_ZONE_MM = (112.0, 84.0)
_PROVINCE_MM = (106.0, 128.0)
# A4 upright less a printer's margin, and whole pixels: 1350 × 1800.
_RASTER_MM = (190.5, 254.0)
# Where the title and the legend of the map for tablets lie, (left, top, right, bottom).
_RASTER_PLATES = ((0.0, 0.0, 98.0, 36.0), (136.0, 196.0, 190.5, 254.0))
# A bare location and the smallest settlement still show a town or a coast nearby.
_LEAST_M = 24_000.0
# One compiler is not to be entered twice at once; a sheet takes a fraction of a second.
_ONE_AT_A_TIME = Lock()

Template = Literal["zone", "province", "map", "table"]


def zone_sheet(subject: SheetSubject, area_id: str) -> bytes:
    """The sheet of one zone as PDF, A4."""
    content = zone_content(subject, area_id) | zone_map(subject, area_id, _ZONE_MM)[0]
    return _typeset("zone", content, subject.printed)


def province_sheet(subject: SheetSubject) -> bytes:
    """The overview of the province as PDF, A4."""
    content = province_content(subject) | province_map(subject)
    return _typeset("province", content, subject.printed)


def printed_table(sheet: TableSheet) -> bytes:
    """A sheet of tables as PDF, A4 across."""
    return _typeset("table", table_content(sheet), sheet.printed)


def zone_raster(subject: SheetSubject, area_id: str) -> bytes:
    """The map of a zone as a cloud-optimised GeoTIFF in the map's own CRS, for tablets in the field."""
    content, frame = zone_map(subject, area_id, _RASTER_MM, _RASTER_PLATES)
    png = _typeset("map", zone_content(subject, area_id) | content, subject.printed, png=True)
    return _georeferenced(png, frame)


def zone_map_pdf(subject: SheetSubject, area_id: str) -> bytes:
    """The map of a zone as a georeferenced PDF: vectors and words, for tablets in the field."""
    content, frame = zone_map(subject, area_id, _RASTER_MM, _RASTER_PLATES)
    pdf = _typeset("map", zone_content(subject, area_id) | content, subject.printed)
    return georeferenced_pdf(pdf, frame)


def zone_map(
    subject: SheetSubject,
    area_id: str,
    size_mm: tuple[float, float],
    covered: Sequence[Bounds] = (),
) -> tuple[dict[str, Any], Frame]:
    """The map of one zone as a template takes it, and its frame.

    `size_mm` is the map's width and height on paper; `covered` are the parts of it, in mm from its
    upper left corner, under which no label may lie.
    """
    language, layer = subject.language, subject.layer
    shape = to_lonlat(layer.loc[[area_id]]).geometry.iloc[0]
    frame = frame_around(
        subject.regencies.total_bounds if shape is None else shapely.bounds(shape),
        width_mm=size_mm[0],
        height_mm=size_mm[1],
        share=0.55,
        least_m=_LEAST_M,
    )
    names = {str(i): shortened(str(name), MOST_NAME) for i, name in layer["name"].items()}
    areas = areas_of(
        layer, subject=area_id, fill_of=fill_of(subject), label_of=lambda i: names.get(i, i)
    )
    heavy = LegendEntry(translate("sheet.subject_here", language), "point")
    legend = [{**swatches([heavy])[0], "kind": "heavy"}, *_legend(subject)]
    part = _map_part(subject, frame, areas, legend=legend, name=names[area_id], covered=covered)
    return part, frame


def province_map(subject: SheetSubject) -> dict[str, Any]:
    """The map of the province as a template takes it, every area under its mark in the tables."""
    frame = frame_around(
        subject.regencies.total_bounds,
        width_mm=_PROVINCE_MM[0],
        height_mm=_PROVINCE_MM[1],
        share=0.95,
        least_m=_LEAST_M,
    )
    marks = marks_of(subject)
    areas = areas_of(
        subject.layer,
        subject=None,
        fill_of=fill_of(subject),
        label_of=lambda i: marks.get(i, ""),
        kind_of=lambda i: "number" if marks.get(i, "").isdecimal() else "letter",
    )
    name = subject.region.name.to(subject.language)
    return _map_part(subject, frame, areas, legend=_legend(subject), name=name)


def _map_part(
    subject: SheetSubject,
    frame: Frame,
    areas: Sequence[Area],
    *,
    legend: Sequence[Mapping[str, str]],
    name: str,
    covered: Sequence[Bounds] = (),
) -> dict[str, Any]:
    language, context = subject.language, map_context()
    drawn = map_content(
        frame,
        regencies=subject.regencies,
        areas=areas,
        language=language,
        covered=covered,
        context=context,
    )
    around = [
        *(
            [translate("sheet.around", language, sources=context.attribution.to(language))]
            if context
            else []
        ),
        *_abbreviations(drawn["labels"]),
    ]
    return {
        "map": drawn,
        "map_alt": translate("sheet.map_alt", language, name=printable(name)),
        "projection": translate("sheet.projection", language, crs=crs_name(frame.crs)),
        "around": " ".join(around),
        "legend": list(legend),
    }


def _abbreviations(labels: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the short names of a map stand for, as one sentence; none where it has none."""
    seen = {label["text"] for label in labels if label["kind"] == "ground"}
    told = [f"{short}: {name}" for name, short in SHORT_NAMES.items() if short in seen]
    return ["; ".join(told) + "."] if told else []


def _legend(subject: SheetSubject) -> list[Mapping[str, str]]:
    results, model, language = subject.assessment.results, subject.model, subject.language
    if "geometry_kind" in subject.layer:
        return swatches(zone_legend(subject.layer, results, model, language).entries)
    return swatches(class_legend(subject.assessment.layer, results, model, language).entries)


def _typeset(
    template: Template, content: dict[str, Any], printed: datetime.date, *, png: bool = False
) -> bytes:
    dated = content | {"date": [printed.year, printed.month, printed.day]}
    moment = datetime.datetime(printed.year, printed.month, printed.day, tzinfo=datetime.UTC)
    with _ONE_AT_A_TIME:
        made = _compiler().compile(
            input=str(_TEMPLATES / f"{template}.typ"),
            format="png" if png else "pdf",
            ppi=RASTER_PPI if png else None,
            sys_inputs={"sheet": json.dumps(dated)},
            timestamp=moment,
        )
    # typst gives pictures page by page; what is set as a picture here has one page.
    return cast(bytes, made)


@cache
def template_edition() -> str:
    """A digest of templates, fonts and context, which decide a sheet's bytes as much as the program."""
    files = sorted([*_TEMPLATES.glob("*.typ"), *_FONTS.glob("*.ttf")])
    digest = hashlib.sha256(b"".join(hashlib.sha256(f.read_bytes()).digest() for f in files))
    digest.update(context_digest().encode())
    return digest.hexdigest()[:16]


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(_FONTS)])
    return typst.Compiler(root=str(_TEMPLATES), font_paths=fonts)


def _georeferenced(png: bytes, frame: Frame) -> bytes:
    """A picture of a frame as GeoTIFF: its corners are those of the frame."""
    with warnings.catch_warnings():
        # The picture has no place yet: that is what is added here.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with MemoryFile(png) as source, source.open() as picture:
            pixels = picture.read([1, 2, 3])
    height, width = pixels.shape[1:]
    minx, miny, maxx, maxy = frame.bounds
    profile = {
        "driver": "COG",
        "width": width,
        "height": height,
        "count": 3,
        "dtype": "uint8",
        "crs": rasterio.CRS.from_epsg(frame.crs.to_epsg()),
        "transform": Affine((maxx - minx) / width, 0, minx, 0, (miny - maxy) / height, maxy),
        "compress": "deflate",
        "interleave": "pixel",
    }
    with MemoryFile() as target:
        with target.open(**profile) as written:
            written.write(np.ascontiguousarray(pixels))
        return bytes(target.read())
