"""Small layers of what clients and servers stumble over; each is a collection of the live service."""

import geopandas as gpd
import pandas as pd
import shapely

from tests.api.examples import made_layer, publish

MIXED = "aneka geometri"
TIMED = "peristiwa"
EMPTY = "kosong"
HIGH = "ketinggian"
ODD = "desa d'Hulu é ñ"
HARD = (MIXED, TIMED, EMPTY, HIGH, ODD)
ODD_IDS = ["a/b", "kéc. ñ/é", "北", "100%", "spasi di sini", "d'Hulu", 'kata "kutip"', "a?b#c&d=e"]


def publish_hard_layers(store):
    """Let a store have them all."""
    publish(store, MIXED, mixed())
    publish(store, TIMED, timed())
    publish(store, EMPTY, mixed().iloc[:0])
    publish(store, HIGH, high())
    publish(store, ODD, odd())


def mixed():
    """Every kind of geometry, none, and one on either side of the antimeridian."""
    square = shapely.box(115, -4, 116, -3)
    line = shapely.LineString([(114, -3), (115, -2)])
    kinds = {
        "titik": shapely.Point(114.5, -3.5),
        "titik-titik": shapely.MultiPoint([(114, -3), (115, -2.5)]),
        "garis": line,
        "garis-garis": shapely.MultiLineString([line, [(116, -3), (117, -2)]]),
        "bidang": square,
        "bidang-bidang": shapely.MultiPolygon([square, shapely.box(117, -4, 118, -3)]),
        "kumpulan": shapely.GeometryCollection([shapely.Point(113.5, -2.5), line, square]),
        "berlubang": shapely.Polygon(
            [(110, -4), (113, -4), (113, -1), (110, -1)],
            [[(111, -3), (112, -3), (112, -2), (111, -2)]],
        ),
        "timur-jauh": shapely.Point(179.5, 66),
        "barat-jauh": shapely.Point(-179.5, 66),
        "tanpa-lokasi": None,
    }
    return made_layer(
        kinds.values(),
        list(kinds),
        nama=[f"Fitur {i}" if i % 3 else None for i in range(len(kinds))],
        nilai=[i * 1.5 if i % 4 else float("nan") for i in range(len(kinds))],
        jumlah=range(len(kinds)),
        tanda=[["basah", "datar"][: i % 3] if i % 4 else None for i in range(len(kinds))],
    )


def timed():
    """A feature of each of six days, and one without a day."""
    days = [f"2024-0{month}-15" for month in range(1, 7)]
    return made_layer(
        [shapely.Point(114 + i / 10, -3) for i in range(7)],
        [f"p-{i}" for i in range(1, 8)],
        tanggal=[*days, None],
        nama=[f"Peristiwa {i}" for i in range(1, 8)],
    )


def high():
    """Geometries with heights and instants, published in metres of UTM zone 50 south."""
    shapes = [
        shapely.Point(250_000, 9_600_000, 12.5),
        shapely.LineString([(250_000, 9_600_000, 1), (260_000, 9_610_000, 2)]),
        shapely.Polygon(
            [(250_000, 9_600_000, 5), (260_000, 9_600_000, 6), (255_000, 9_610_000, 7)]
        ),
    ]
    times = ["2024-02-15T10:00:00Z", "2024-02-15T23:30:00+08:00", "2024-03-01T00:00:00Z"]
    return made_layer(shapes, ["puncak", "jalur", "lereng"], "EPSG:32750", diukur=times)


def odd() -> gpd.GeoDataFrame:
    """Ids and names of properties of any character."""
    places = [shapely.Point(114 + i / 100, -3) for i in range(len(ODD_IDS))]
    frame = made_layer(places, ODD_IDS, **{"kata kunci": ODD_IDS, "date": range(len(ODD_IDS))})
    return gpd.GeoDataFrame(pd.concat([frame]), geometry="geometry", crs=frame.crs)
