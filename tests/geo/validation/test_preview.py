"""What a map shows of an uploaded file: each feature, the faulty ones, repairs, and no more than it can."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import translate

from geo.crs import crs_of
from geo.ingest.source import Limits, Reference, Source
from geo.validation.preview import preview
from geo.validation.validate import validate
from geo.vector.schema import KECAMATAN, ZONES
from geo.vector.simplify import for_screen
from tests.regions import SOUTH_KALIMANTAN

REGION = gpd.GeoDataFrame(
    {"name": ["Tanah Bumbu", "Kotabaru"]},
    geometry=[shapely.box(115.3, -4, 116, -3), shapely.box(116, -4, 116.6, -3)],
    crs="OGC:CRS84",
    index=pd.Index(["63.10", "63.02"], name="area_id"),
)
REFERENCE = Reference(SOUTH_KALIMANTAN, REGION)
INSIDE = shapely.box(115.5, -3.6, 115.6, -3.5)
BOW_TIE = shapely.Polygon([(115.7, -3.6), (115.76, -3.5), (115.76, -3.6), (115.7, -3.5)])


def zone(shape, key="a", **columns):
    return {"zone_id": key, "name": key.upper(), "regency_code": "63.10", **columns}, shape


def drawn(*rows, crs="EPSG:4326", schema=ZONES, **options):
    """The preview of a file with these rows, as validation leaves it."""
    table = pd.DataFrame([columns for columns, _ in rows], dtype=object)
    frame = gpd.GeoDataFrame(table, geometry=[shape for _, shape in rows], crs=crs)
    source = Source(
        frame=frame,
        kind="geojson",
        layer="uji",
        crs_text=crs,
        encoding="utf-8",
        header_count=len(frame),
    )
    override = options.pop("override", None)
    result = validate(
        source,
        schema=schema,
        reference=REFERENCE,
        crs_override=override and crs_of(override),
        repair=options.pop("repair", False),
        limits=Limits(**options),
        step=lambda _: None,
    )
    return preview(result.read)


def by_role(found):
    roles = {}
    for feature in found["features"]:
        roles.setdefault(feature["properties"]["role"], []).append(feature)
    return roles


def test_each_feature_is_drawn_once_and_named_as_findings_name_it():
    found = drawn(zone(INSIDE), zone(translate(INSIDE, 0.2), "b"))
    assert (found["crs"], found["is_guess"]) == ("EPSG:4326", False)
    assert (found["shown"], found["of"]) == (2, 2)
    named = [f["properties"] for f in found["features"]]
    assert sorted(p["id"]["row"] for p in named) == [1, 2]
    assert {p["label"] for p in named} == {"A", "B"}
    assert {p["role"] for p in named} == {"feature"}


def test_a_feature_that_a_finding_names_is_faulty_and_first():
    far = zone(translate(INSIDE, 30), "b")
    first = drawn(zone(INSIDE), far, zone(None, "c"))["features"][0]["properties"]
    assert first["role"] == "faulty"
    assert (first["id"]["key"], first["severity"]) == ("b", "error")
    assert first["codes"] == ["feature_outside_region"]


def test_features_that_overlap_are_faulty_both():
    roles = by_role(drawn(zone(INSIDE), zone(translate(INSIDE, 0.05), "b")))
    faulty = {f["properties"]["id"]["key"]: f["properties"] for f in roles["faulty"]}
    assert faulty.keys() == {"a", "b"}
    assert all("features_overlap" in one["codes"] for one in faulty.values())


@pytest.mark.parametrize("repair", [False, True])
def test_a_repair_shows_the_outline_before_and_after(repair):
    roles = by_role(drawn(zone(BOW_TIE), repair=repair))
    (before,), (after,) = roles["before"], roles["after"]
    assert before["geometry"]["type"] == "Polygon"
    assert after["geometry"]["type"] == "MultiPolygon"
    assert shapely.from_geojson(json.dumps(after["geometry"])).is_valid
    # Both triangles have 0.03 * 0.1 / 2 square degrees, 1,850 ha each.
    assert after["properties"]["area_ha"] == pytest.approx(2 * 1_846, rel=0.01)
    assert after["properties"]["repair"] == "polygons"
    assert after["properties"]["is_done"] is repair
    # The row itself is there too, as it was drawn; what was mended is a warning.
    (itself,) = roles["faulty"]
    assert itself["properties"]["severity"] == ("warning" if repair else "error")
    assert itself["geometry"] == before["geometry"]


def test_mended_borders_are_shown_before_and_after():
    # Two kecamatan that overlap by 0.5 m.
    left = shapely.box(115.5, -3.6, 115.600005, -3.5)
    right = shapely.box(115.6, -3.6, 115.7, -3.5)
    rows = [
        ({"code": f"63.10.0{n}", "name": f"K{n}", "regency_code": "63.10"}, shape)
        for n, shape in enumerate((left, right), 1)
    ]
    roles = by_role(drawn(*rows, schema=KECAMATAN, repair=True))
    assert {f["properties"]["repair"] for f in roles["before"]} == {"borders"}
    before, after = (roles[role][0]["properties"]["area_ha"] for role in ("before", "after"))
    assert 0 < abs(before - after) < 1


def test_a_file_without_a_crs_is_drawn_by_the_likeliest_one():
    metres = gpd.GeoSeries([INSIDE], crs=4326).to_crs(32750).iloc[0]
    # The official system is suggested first of those that put it at the same place.
    found = drawn(zone(metres), crs=None)
    assert (found["crs"], found["is_guess"]) == ("EPSG:9490", True)
    shape = shapely.from_geojson(json.dumps(found["features"][0]["geometry"]))
    assert shape.hausdorff_distance(INSIDE) < 1e-5
    # One that is declared and cannot be is none either.
    assert drawn(zone(metres))["crs"] == "EPSG:9490"
    stated = drawn(zone(metres), crs=None, override="EPSG:32750")
    assert (stated["crs"], stated["is_guess"]) == ("EPSG:32750", False)


@pytest.mark.parametrize(
    "shape", [None, shapely.Polygon(), shapely.Point(np.inf, 1), shapely.Point(np.nan, 1)]
)
def test_where_nothing_can_be_drawn_there_is_no_preview(shape):
    assert drawn(zone(shape)) is None


def test_coordinates_that_no_crs_explains_are_not_drawn():
    assert drawn(zone(shapely.box(9e7, 9e7, 9.1e7, 9.1e7)), crs=None) is None


def test_a_file_with_too_many_features_is_drawn_as_far_as_a_map_takes_it():
    points = [shapely.Point(115.5 + n / 1e5, -3.5) for n in range(2_100)]
    rows = [zone(point, str(n)) for n, point in enumerate(points)]
    found = drawn(*rows, features=100)
    assert (found["shown"], found["of"]) == (2_000, 2_100)
    # From all over the file: its last row would not be seen if the first 2,000 were taken.
    lons = [f["geometry"]["coordinates"][0] for f in found["features"]]
    assert max(lons) > 115.5 + 2_050 / 1e5


def test_a_file_in_another_crs_is_drawn_where_that_puts_it():
    north = gpd.GeoSeries([INSIDE], crs=4326).to_crs(32750).iloc[0]
    found = drawn(zone(north), crs="EPSG:32650")
    shape = shapely.from_geojson(json.dumps(found["features"][0]["geometry"]))
    assert shape.bounds[1] > 80
    assert not found["is_guess"]


def tangle(seed, n):
    """A ring drawn at random: it crosses itself about n² / 3 times."""
    return shapely.Polygon(np.random.default_rng(seed).uniform((115, -4), (116, -3), (n, 2)))


KINDS = {
    "tangle": lambda n: tangle(n, n),
    "holes": lambda n: shapely.Polygon(
        shapely.box(0, 0, 1, 1).exterior, [shapely.box(x, 0, x, 1).exterior for x in range(n // 5)]
    ),
    "line": lambda n: shapely.LineString([(x / n, x % 2) for x in range(n)]),
    "points": lambda n: shapely.MultiPoint([(x / n, 0) for x in range(n)]),
    "islands": lambda n: shapely.MultiPolygon(
        [shapely.box(x, 0, x + 0.5, 1) for x in range(n // 5)]
    ),
    "lines": lambda n: shapely.MultiLineString([[(x, 0), (x, 1)] for x in range(n // 2)]),
    "mixed": lambda n: shapely.GeometryCollection([shapely.Point(x, 0) for x in range(n)]),
}


@given(
    kinds=st.lists(st.tuples(st.sampled_from([*KINDS]), st.integers(5, 400)), min_size=1),
    most=st.integers(1, 300),
)
def test_no_shape_is_too_much_for_a_screen(kinds, most):
    shapes = [KINDS[kind](n) for kind, n in kinds]
    found = for_screen(shapes, most_vertices=most)
    before, after = (int(shapely.get_num_coordinates(some).sum()) for some in (shapes, found))
    assert len(found) == len(shapes)
    assert after <= before
    if before <= most:
        assert after == before
    # A ring keeps three corners at least, and each polygon all of its rings.
    coarsest = sum(6 * max(1, len(shapely.get_rings(shapely.get_parts(shape)))) for shape in shapes)
    assert after <= max(2 * most, coarsest)


def test_a_tangle_of_many_vertices_is_drawn_at_once():
    # GEOS would mend it for minutes.
    found = drawn(zone(tangle(1, 60_000)))
    assert found["shown"] == found["of"] == 1
    (ring,) = found["features"][0]["geometry"]["coordinates"]
    assert 20_000 < len(ring) <= 50_000
