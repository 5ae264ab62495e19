"""A PDF page that is a map, told where on earth it lies.

typst writes no georeference, so it is added as PDF provides for later changes: the page is written
once more behind the end of the file, with a viewport whose corners have latitudes and longitudes.
Map readers on tablets show their position on such a page; every other reader shows it as before.

References
----------
ISO 32000-2:2020, 7.5.6 (incremental updates) and 12.10 (geospatial features).
"""

import re

import numpy as np
import pyproj

from geo.crs import LONLAT
from geo.errors import GeoError
from geo.language import Text
from maps.sheets.frame import Frame

_PAGE = re.compile(rb"(\d+) 0 obj\n<<(/Type/Page/.*?)>>\nendobj", re.DOTALL)
_TRAILER = re.compile(rb"trailer\n<<(.*?)>>\nstartxref\n(\d+)\n%%EOF\s*$", re.DOTALL)
# Upper left, lower left, lower right, upper right; in a page's own directions (y is up).
_CORNERS = np.array([[0, 1], [0, 0], [1, 0], [1, 1]], dtype=np.float64)
_POINTS_PER_MM = 72 / 25.4


class PageNotFound(GeoError):
    """A PDF that is not built as those of the engine that sets the sheets."""

    title = Text(id="Halaman PDF tidak ditemukan", en="PDF page not found")
    sentence = Text(
        id="PDF ini bukan satu halaman peta dari mesin cetak: {n_pages} halaman ditemukan.",
        en="This PDF is no single page of a map by the typesetter: {n_pages} pages found.",
    )


def georeferenced_pdf(pdf: bytes, frame: Frame) -> bytes:
    """`pdf`, a single page that is the whole of `frame`, with the frame's place on earth.

    Raises
    ------
    PageNotFound
        When it is not a single page as the typesetter writes it.
    """
    pages, trailer = _PAGE.findall(pdf), _TRAILER.search(pdf)
    if len(pages) != 1 or trailer is None:
        raise PageNotFound(n_pages=len(pages))
    [(number, entries)] = pages
    page = b"\n%s 0 obj\n<<%s%s>>\nendobj\n" % (number, entries, _viewport(frame).encode())
    return b"".join(
        (
            pdf,
            page,
            # The head of the free list is repeated: some readers expect every table to have it.
            b"xref\n0 1\n0000000000 65535 f\r\n",
            b"%s 1\n%010d 00000 n\r\n" % (number, len(pdf) + 1),
            b"trailer\n<<%s/Prev %s>>\n" % (trailer[1], trailer[2]),
            b"startxref\n%d\n%%%%EOF\n" % (len(pdf) + len(page)),
        )
    )


def _viewport(frame: Frame) -> str:
    unit = " ".join(f"{value:g}" for value in _CORNERS.ravel())
    lower_left, upper_right = np.array(frame.bounds).reshape(2, 2)
    plane = lower_left + _CORNERS * (upper_right - lower_left)
    to_lonlat = pyproj.Transformer.from_crs(frame.crs, LONLAT, always_xy=True)
    lon, lat = to_lonlat.transform(plane[:, 0], plane[:, 1])
    # Latitude first: the standard's order, and the one place here where it is so.
    corners = " ".join(f"{y:.8f} {x:.8f}" for x, y in zip(lon, lat, strict=True))
    width, height = frame.width_mm * _POINTS_PER_MM, frame.height_mm * _POINTS_PER_MM
    wkt = frame.crs.to_wkt("WKT1_ESRI")
    return (
        f"/VP[<</Type/Viewport/BBox[0 0 {width:.4f} {height:.4f}]/Measure<</Type/Measure"
        f"/Subtype/GEO/Bounds[{unit}]/LPTS[{unit}]/GPTS[{corners}]"
        f"/GCS<</Type/PROJCS/EPSG {frame.crs.to_epsg()}/WKT({wkt})>>>>>>]"
    )
