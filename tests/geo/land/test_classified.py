"""Land classified by the shipped rules: rasters of nine cells by hand, polygons and shares that add up."""

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo.crs import area_ha
from geo.errors import InvalidInput
from geo.land.classified import UNDECIDED, added, class_polygons, class_shares, classify
from geo.land.rules import RAIN, RIVER, SLOPE, SOIL, parse_rule
from geo.raster.grid import ArraySource, Grid, Window, blocks
from tests.conftest import DATA

X, Y, CELL = 300_000.0, 9_700_000.0, 100.0
NAN = np.nan


def shipped(name):
    return parse_rule((DATA / "rules" / f"{name}.toml").read_text("utf-8"))


KEPMENTAN, PERMEN = shipped("kepmentan_837_1980"), shipped("permen_pu_20_2007")


def source(cells, *, cell=CELL, origin=(X, Y), crs="EPSG:32750", dtype="float64"):
    array = np.asarray(cells, dtype=dtype)
    transform = Affine(cell, 0, origin[0], 0, -cell, origin[1])
    nodata = 0 if dtype == "uint8" else None
    grid = Grid(pyproj.CRS(crs).to_wkt(), transform, array.shape[1], array.shape[0])
    return ArraySource(grid, array, nodata)


def square_of(grid, *, margin=0.0):
    return shapely.box(*grid.bounds).buffer(margin, join_style="mitre")


def classified(sources, *, rule=KEPMENTAN, land=None, window=None):
    grid = sources[SLOPE].grid
    land = square_of(grid, margin=1) if land is None else land
    return classify(window or grid.whole, rule=rule, sources=sources, land=land)


SLOPES = source([[0, 10, 20], [30, 46, NAN], [16, 16, 1]])
SOILS = source([[1, 4, 4], [3, 1, 1], [5, 4, NAN]])
RAINS = source(np.full((3, 3), 30.0))  # score 40


def test_nine_cells_by_hand():
    """Sums 75, 140, 160; 165, above 45 %, slope unknown; class V above 15 %, 160, 75 to 135."""
    found = classified({SLOPE: SLOPES, SOIL: SOILS, RAIN: RAINS})
    assert found.codes.tolist() == [[3, 2, 2], [2, 1, 0], [1, 2, 0]]
    assert (found.land, found.undecided, found.inferred) == (9, 2, 0)
    assert found.lacking == {SLOPE: 1, SOIL: 1, RAIN: 0}


def test_without_soil_only_what_every_soil_makes_the_same_is_stated():
    """Sums with soil of 15 to 75: 75..135, 95..155, 115..175; 135..195, steep, unknown; could be class V."""
    found = classified({SLOPE: SLOPES, RAIN: RAINS})
    assert found.codes.tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert (found.undecided, found.inferred) == (8, 1)
    assert found.lacking == {SLOPE: 1, SOIL: 8, RAIN: 0}


def test_banks_count_where_a_river_raster_is_given():
    river = source([[100, 101, 500], [NAN, 500, 500], [500, 500, 500]])
    found = classified({SLOPE: SLOPES, SOIL: SOILS, RAIN: RAINS, RIVER: river})
    assert found.codes.tolist() == [[1, 2, 2], [0, 1, 0], [1, 2, 0]]
    assert found.lacking[RIVER] == 1


def test_morphology_reads_slope_alone():
    found = classified({SLOPE: SLOPES}, rule=PERMEN)
    assert found.codes.tolist() == [[5, 3, 2], [2, 1, 0], [2, 2, 5]]
    assert found.lacking == {SLOPE: 1}


def test_a_coarse_raster_of_another_crs_gives_the_cell_that_holds_the_centre():
    """The soil in degrees has two columns, whose border runs between the first and second of the slope."""
    to_degrees = pyproj.Transformer.from_crs("EPSG:32750", "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(X + CELL, Y - 1.5 * CELL)
    soil = source([[1, 5]], cell=0.01, origin=(lon - 0.01, lat + 0.005), crs="EPSG:4326")
    flat = source(np.full((3, 3), 1.0))
    found = classified({SLOPE: flat, SOIL: soil, RAIN: source(np.full((3, 3), 30.0))})
    assert found.codes.tolist() == [[3, 2, 2]] * 3  # 20 + 15 + 40 = 75; 20 + 75 + 40 = 135


def test_what_lies_off_the_land_has_no_class_and_is_not_asked():
    left = shapely.box(X, Y - 3 * CELL, X + CELL, Y)
    soil = source([[1, 9, 9], [1, 9, 0], [1, 2.5, 9]])
    flat = source(np.full((3, 3), 1.0))
    found = classified({SLOPE: flat, SOIL: soil, RAIN: RAINS}, land=left.buffer(1))
    assert found.codes.tolist() == [[3, 0, 0]] * 3
    assert (found.land, found.undecided) == (3, 0)
    nothing = classified({SLOPE: flat, SOIL: soil}, land=shapely.box(0, 0, 1, 1))
    assert (nothing.land, nothing.codes.max()) == (0, UNDECIDED)


@pytest.mark.parametrize("soil", [0, 6, 2.5])
def test_a_soil_that_is_no_class_is_an_error_on_the_land(soil):
    with pytest.raises(InvalidInput, match="whole numbers 1 to 5"):
        classified({SLOPE: SLOPES, SOIL: source(np.full((3, 3), soil)), RAIN: RAINS})


@dataclass(frozen=True, eq=False)
class Watched:
    """A source that remembers how many cells were read at once."""

    of: ArraySource
    reads: list[int] = field(default_factory=list)

    @property
    def grid(self):
        return self.of.grid

    def read(self, window):
        self.reads.append(window.height * window.width)
        return self.of.read(window)


def test_blocks_of_any_size_give_the_same_cells_and_no_more_is_read_at_once():
    rng = np.random.default_rng(1)
    slope = Watched(source(rng.uniform(0, 60, (40, 50))))
    soil = Watched(source(rng.integers(1, 6, (40, 50))))
    sources = {SLOPE: slope, SOIL: soil, RAIN: source(rng.uniform(5, 40, (4, 5)), cell=10 * CELL)}
    whole = classified(sources)
    slope.reads.clear()
    soil.reads.clear()
    codes = np.zeros((40, 50), np.uint8)
    parts = []
    for window in blocks(slope.grid, 16, 16):
        part = classified(sources, window=window)
        rows = slice(window.row, window.row + window.height)
        codes[rows, window.col : window.col + window.width] = part.codes
        parts.append(part)
    assert (codes == whole.codes).all()
    assert max(slope.reads + soil.reads) <= 256
    total = added(parts)
    assert (total.land, total.undecided, total.inferred) == (2000, whole.undecided, whole.inferred)
    assert total.lacking == whole.lacking


CODES = source([[1, 1, 2], [1, 3, 2], [0, 3, 3]], dtype="uint8")


def test_shares_are_of_the_whole_area_and_sum_to_one(make_layer):
    zones = make_layer(
        {
            "left": shapely.box(X, Y - 300, X + 100, Y),
            "beyond": shapely.box(X + 200, Y - 300, X + 400, Y),
            "away": shapely.box(X + 5_000, Y, X + 6_000, Y + 500),
            "point": shapely.Point(X + 50, Y - 50),
        }
    )
    found = class_shares(zones, CODES, KEPMENTAN)
    shares = ["lindung_share", "penyangga_share", "budidaya_share", "unclassified_share"]
    expected = [[2 / 3, 0, 0, 1 / 3], [0, 1 / 3, 1 / 6, 1 / 2], [0, 0, 0, 1], [NAN] * 4]
    assert np.allclose(found[shares], expected, equal_nan=True)
    assert found.loc["left", "area_ha"] == pytest.approx(3, rel=1e-3)
    assert np.isnan(found.loc["point", "area_ha"])


def test_a_feature_a_class_with_its_title_and_its_own_area():
    frame, side = class_polygons(CODES, KEPMENTAN)
    assert side == 1
    assert frame.index.tolist() == ["lindung", "penyangga", "budidaya"]
    assert frame["code"].tolist() == [1, 2, 3]
    assert frame["name_en"].tolist()[0] == "Protection"
    assert frame.geometry.area.tolist() == [30_000, 20_000, 30_000]
    assert np.allclose(frame["area_ha"], area_ha(frame))
    assert frame.crs == pyproj.CRS("EPSG:32750")


@given(
    hnp.arrays(
        np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 3)
    )
)
def test_polygons_are_valid_never_overlap_and_cover_each_cell_once(codes):
    frame, _ = class_polygons(source(codes, dtype="uint8"), KEPMENTAN)
    assert frame.geometry.is_valid.all()
    assert set(frame.geom_type) <= {"MultiPolygon"}
    counts = [int((codes == code).sum()) for code in frame["code"]]
    assert (frame.geometry.area / CELL**2).round(6).tolist() == counts
    together = shapely.union_all(frame.geometry.to_numpy())
    assert together.area == pytest.approx(frame.geometry.area.sum())


def test_many_cells_are_drawn_by_squares_of_their_largest_class():
    codes = np.zeros((5, 4), np.uint8)
    codes[:2, :2] = [[1, 1], [1, 2]]
    codes[:2, 2:] = [[2, 2], [3, 3]]  # equal: the lower code
    codes[2:4, :2] = [[0, 0], [0, 3]]  # mostly undecided
    codes[4, 2:] = 3  # half a square: what lies off the raster is undecided, and as much
    frame, side = class_polygons(source(codes, dtype="uint8"), KEPMENTAN, most_cells=6)
    assert side == 2
    squares = {name: shape.bounds for name, shape in frame.geometry.items()}
    assert squares == {
        "lindung": (X, Y - 200, X + 200, Y),
        "penyangga": (X + 200, Y - 200, X + 400, Y),
    }


def test_a_raster_without_a_class_has_no_polygons():
    frame, _ = class_polygons(source(np.zeros((2, 2)), dtype="uint8"), KEPMENTAN)
    assert isinstance(frame, gpd.GeoDataFrame)
    assert len(frame) == 0
    assert frame.crs is not None


def test_a_window_is_the_part_of_the_whole():
    found = classified({SLOPE: SLOPES}, rule=PERMEN, window=Window(1, 0, 2, 2))
    assert found.codes.tolist() == [[2, 1], [2, 2]]
