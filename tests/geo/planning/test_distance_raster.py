"""A road file becomes a land raster, or one sentence says why not."""

import json
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo import published
from geo.errors import InvalidInput, UploadRejected, UploadUnsupported
from geo.planning.assess import assess
from geo.planning.distance_raster import add_distance, province_grid
from geo.raster.files import RasterFile

CITED = {"name": "road_distance_m", "source": "made", "licence": "none", "cell_m": 2000.0}


def road(tmp_path, *shapes, crs="EPSG:4326", suffix="gpkg"):
    """A made road across the province from Banjarmasin to Kotabaru, or other shapes."""
    shapes = shapes or (shapely.LineString([(114.6, -3.3), (115.5, -3.0), (116.2, -3.2)]),)
    frame = gpd.GeoDataFrame({"kelas": ["arteri"] * len(shapes)}, geometry=list(shapes), crs=crs)
    path = tmp_path / f"jalan.{suffix}"
    if suffix != "zip":
        frame.to_file(path)
        return path
    frame.to_file(tmp_path / "jalan.shp")
    with zipfile.ZipFile(path, "w") as archive:
        for part in tmp_path.glob("jalan.[sdp]*"):
            archive.write(part, part.name)
    return path


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "zip"])
def test_the_road_criterion_is_scored_at_once(earlier_store, tmp_path, suffix):
    seen = []
    version = add_distance(
        earlier_store,
        road(tmp_path, suffix=suffix),
        **CITED,
        year="2026",
        progress=lambda *done: seen.append(done),
    )
    assert (version.note, version.details["unit"]) == (f"jalan.{suffix}.tif", "m")
    assert seen[-1][0] == seen[-1][1] == len(seen)
    zone = assess(earlier_store).result("cahaya-baru")
    access = next(c for c in zone.criteria if c.criterion == "akses_jalan")
    assert access.period == "2026"
    assert 0 < access.measure < 60_000


@pytest.mark.usefixtures("read_here")
def test_the_raster_covers_the_province_and_holds_the_distances(reference_store, tmp_path):
    version = add_distance(reference_store, road(tmp_path), **CITED)
    raster = RasterFile(version.path)
    regencies = published.layer(reference_store, "regencies")
    assert shapely.box(*raster.grid.bounds).covers(
        shapely.box(*regencies.to_crs("EPSG:32750").total_bounds)
    )
    expected = province_grid(regencies, "EPSG:32750", cell_m=2000)
    assert raster.grid.transform == expected.transform
    assert (raster.grid.height, raster.grid.width) == (expected.height, expected.width)
    values, valid = raster.read(raster.grid.whole)
    raster.close()
    assert valid is None
    assert values.dtype == np.float32
    assert values.min() < 1500


@pytest.mark.usefixtures("read_here")
def test_a_road_beyond_the_border_counts_beside_one_inside(reference_store, tmp_path):
    inside = shapely.LineString([(115, -3.5), (115.1, -3.5)])
    beyond = shapely.LineString([(114.1, -2.2), (114.15, -2.0)])
    version = add_distance(reference_store, road(tmp_path, inside, beyond), **CITED)
    grid = RasterFile(version.path).grid
    values, _ = RasterFile(version.path).read(grid.whole)
    x, y = (
        gpd.GeoSeries([shapely.Point(114.6, -2.1)], crs="EPSG:4326")
        .to_crs(32750)
        .get_coordinates()
        .to_numpy()[0]
    )
    col, row = grid.to_cells(np.array([[x, y]])).astype(int)[0]
    assert 45_000 < values[row, col] < 55_000


@pytest.mark.parametrize(
    ("shapes", "crs", "words"),
    [
        ([shapely.Point(115, -3)], "EPSG:4326", "this layer takes line"),
        ([shapely.LineString([(105, -6), (106, -7)])], "EPSG:4326", "outside the working region"),
        (
            [shapely.LineString([(250_000, 9_650_000), (260_000, 9_650_000)])],
            "EPSG:3857",
            "fit EPSG:32750",
        ),
        (
            [
                shapely.LineString([(105, -6), (106, -7)]),
                shapely.LineString([(120, 2), (121, 3)]),
            ],
            "EPSG:4326",
            "No feature lies in the province",
        ),
        ([None], "EPSG:4326", "has no geometry"),
    ],
)
@pytest.mark.usefixtures("read_here")
def test_a_file_that_cannot_serve_is_refused_and_nothing_changes(
    reference_store, tmp_path, shapes, crs, words
):
    before = reference_store.state()
    with pytest.raises(UploadRejected, match=words):
        add_distance(reference_store, road(tmp_path, *shapes, crs=crs), **CITED)
    assert reference_store.state() == before


@pytest.mark.usefixtures("read_here")
def test_an_empty_layer_and_one_without_crs_are_refused(reference_store, tmp_path):
    empty = tmp_path / "kosong.geojson"
    empty.write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(UploadRejected, match="holds no feature"):
        add_distance(reference_store, empty, **CITED)
    (tmp_path / "jalan.prj").unlink(missing_ok=True)
    nameless = tmp_path / "tanpa.geojson"
    nameless.write_text(
        '{"type": "FeatureCollection", "crs": null, "features": [{"type": "Feature", '
        '"properties": {}, "geometry": {"type": "LineString", "coordinates": [[115, -3], [116, -3]]}}]}'
    )
    with pytest.raises(UploadRejected, match="CRS"):
        add_distance(reference_store, nameless, **CITED)
    assert add_distance(reference_store, nameless, **CITED, crs="EPSG:4326").number == 1


@pytest.mark.usefixtures("read_here")
def test_rows_without_a_geometry_are_left_out_and_counted(reference_store, tmp_path):
    line = shapely.LineString([(114.6, -3.3), (116.2, -3.2)])
    said = []
    path = road(tmp_path, line, None, line.reverse(), None, suffix="geojson")
    assert add_distance(reference_store, path, **CITED, tell=said.append).number == 1
    assert [text.en.partition(". ")[0] for text in said] == [
        "2 rows have no geometry and do not count: rows 2, 4"
    ]


@pytest.mark.parametrize(
    "parts", [[[115.1, -3.3]] * 2, [[115.1, -3.3]] * 5, [[115.1, -3.3], [115.1, -3.3]]]
)
@pytest.mark.parametrize("kind", ["LineString", "MultiLineString"])
@pytest.mark.usefixtures("read_here")
def test_a_line_without_length_is_told_as_a_line(reference_store, tmp_path, kind, parts):
    shape = {"type": kind, "coordinates": parts if kind == "LineString" else [parts]}
    path = tmp_path / "a.geojson"
    feature = {"type": "Feature", "properties": {}}
    rows = [feature | {"geometry": None}, feature | {"geometry": shape}]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    with pytest.raises(UploadRejected) as caught:
        add_distance(reference_store, path, **CITED, repair=True)
    said = caught.value.detail("id")
    assert "Baris 2: garisnya, atau satu bagiannya, tidak punya panjang" in said
    assert "poligon" not in said
    assert "1 baris tidak bergeometri" in said


@pytest.mark.usefixtures("read_here")
def test_many_faults_are_counted_and_the_first_are_told(reference_store, tmp_path):
    points = shapely.points(np.linspace(114.5, 116, 9), -3)
    with pytest.raises(UploadRejected, match=r"Row 3: is a point.*\(\+6 errors\)"):
        add_distance(reference_store, road(tmp_path, *points), **CITED)


def test_what_is_no_vector_file_is_not_read(reference_store, tmp_path):
    path = tmp_path / "jalan.pdf"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(UploadUnsupported, match="PDF"):
        add_distance(reference_store, path, **CITED)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "slope_percent"}, "end it with _distance_m"),
        ({"cell_m": 1.0}, "choose 5 to 5000 m"),
        ({"cell_m": float("nan")}, "choose 5 to 5000 m"),
    ],
)
def test_a_name_or_cell_that_cannot_be_is_refused_before_reading(
    reference_store, tmp_path, options, words
):
    with pytest.raises(InvalidInput, match=words):
        add_distance(reference_store, tmp_path / "none", **CITED | options)


@pytest.mark.usefixtures("read_here")
def test_towns_may_be_points_under_a_name_of_their_own(reference_store, tmp_path):
    towns = road(tmp_path, shapely.Point(114.59, -3.32), shapely.Point(114.84, -3.44))
    version = add_distance(reference_store, towns, **CITED | {"name": "town_distance_m"})
    assert version.dataset == "land-town_distance_m"
