"""OGC API - Features, Part 2 (18-058r1): coordinate reference systems by reference."""

import re
from functools import cache

import numpy as np
import pyproj
import pytest
import shapely

from tests.standards.asking import (
    COLLECTIONS,
    CRS,
    CRS84,
    PLACED,
    SHIPPED,
    TELLING,
    ids,
    items,
    path,
    refused,
    shape_of,
)
from tests.standards.hard_layers import HIGH, MIXED

EPSG = CRS + "EPSG/0/"
WEB_MERCATOR = EPSG + "3857"
each_collection = pytest.mark.parametrize("collection", COLLECTIONS)
each_placed = pytest.mark.parametrize("collection", PLACED)


crs_of = cache(pyproj.CRS.from_user_input)
moving = cache(pyproj.Transformer.from_crs)


def crss(collections, collection):
    """The CRSs to ask a collection for: those that it names; of one without a hard case two.

    That each shipped one names all that desa names is held below.
    """
    named = collections[collection]["crs"]
    return named if collection in TELLING else named[1::4]


def found(client, collection, **query):
    """How many there are, and which are the first: enough to tell that they are the same."""
    page = items(client, collection, limit=10, **query).json()
    return page["numberMatched"], ids(page)


@each_collection
def test_d26_d27_a_collection_names_its_crss_by_uris_and_the_one_that_it_is_stored_in(
    client, collections, collection
):
    found = collections[collection]
    assert found["crs"][0] == CRS84
    assert found["storageCrs"] in found["crs"]
    assert len({*found["crs"]}) == len(found["crs"])
    if collection in SHIPPED:
        assert {*collections["desa"]["crs"]} <= {*found["crs"]}
    for uri in found["crs"]:
        assert re.fullmatch(re.escape(CRS) + r"[A-Za-z]+/[0-9.]+/[A-Za-z0-9]+", uri)
        assert crs_of(uri)


@each_collection
def test_d28_d31_every_crs_is_answered_named_and_moved_back_it_is_the_same(
    client, collections, collection
):
    expected = items(client, collection, limit=6).json()["features"]
    for uri in crss(collections, collection):
        answer = items(client, collection, limit=6, crs=uri)
        assert answer.headers["content-crs"] == f"<{uri}>"
        back = moving(crs_of(uri), "OGC:CRS84")
        for one, same in zip(answer.json()["features"], expected, strict=True):
            assert (one["id"], one["properties"]) == (same["id"], same["properties"])
            if same["geometry"] is None:
                assert one["geometry"] is None
                continue
            lonlat = shapely.transform(
                shape_of(one), lambda xy, back=back: np.column_stack(back.transform(*xy.T))
            )
            # A centimetre of metres, and seven decimals of degrees.
            assert shapely.equals_exact(lonlat, shape_of(same), tolerance=3e-7), uri


@each_placed
def test_d28_a_feature_alone_is_answered_in_every_crs_as_in_its_page(
    client, collections, collection
):
    for uri in crss(collections, collection):
        [of_page] = items(client, collection, limit=1, crs=uri).json()["features"]
        alone = client.get(path(collection, "items", of_page["id"]), params={"crs": uri})
        assert alone.headers["content-crs"] == f"<{uri}>"
        assert alone.json()["geometry"] == of_page["geometry"]


@each_placed
def test_d29_without_a_crs_it_is_crs84(client, collection):
    page = items(client, collection, limit=1)
    alone = client.get(path(collection, "items", ids(page)[0]))
    assert page.headers["content-crs"] == alone.headers["content-crs"] == f"<{CRS84}>"
    named = items(client, collection, limit=1, crs=CRS84)
    assert named.json()["features"] == page.json()["features"]


@each_placed
def test_d30_a_crs_that_is_not_listed_is_400(client, collection):
    fid = ids(items(client, collection, limit=1))[0]
    for uri in (EPSG + "28992", EPSG + "0", "http://www.opengis.net/def/crs/OGC/0/Nothing", ""):
        address = path(collection, "items")
        refused(client.get(address, params={"crs": uri}))
        refused(client.get(address, params={"bbox": "114,-4,115,-3", "bbox-crs": uri}))
        refused(client.get(address, params={"filter": "TRUE", "filter-crs": uri}))
        refused(client.get(path(collection, "items", fid), params={"crs": uri}))


def test_d31_epsg_4326_is_latitude_first_and_heights_stay(client):
    [lonlat, *_] = items(client, HIGH).json()["features"]
    [latlon, *_] = items(client, HIGH, crs=EPSG + "4326").json()["features"]
    lon, lat, height = lonlat["geometry"]["coordinates"]
    assert latlon["geometry"]["coordinates"] == pytest.approx([lat, lon, height])
    [stored, *_] = items(client, HIGH, crs=EPSG + "32750").json()["features"]
    assert stored["geometry"]["coordinates"] == pytest.approx([250_000, 9_600_000, 12.5], abs=0.02)


def is_upright(uri):
    """Whether a box of a CRS is a box of lon/lat."""
    return crs_of(uri).is_geographic or uri == WEB_MERCATOR


@each_placed
def test_d32_a_box_of_any_crs_finds_the_same(client, collections, collection):
    box = (114.9, -3.61, 115.6, -2.43)
    expected = found(client, collection, bbox=",".join(map(str, box)))
    for uri in crss(collections, collection):
        there = moving("OGC:CRS84", crs_of(uri), always_xy=True)
        west, south, east, north = there.transform_bounds(*box, densify_pts=21)
        is_turned = crs_of(uri).axis_info[0].direction == "north"
        turned = (south, west, north, east) if is_turned else (west, south, east, north)
        text = ",".join(map(repr, map(float, turned)))
        same = found(client, collection, bbox=text, bbox_crs=uri)
        # The box around a box of another projection is a little greater.
        assert same == expected if is_upright(uri) else same[0] >= expected[0], uri


@each_placed
def test_d32_the_suites_own_box_is_the_extent_in_every_crs(client, collections, collection):
    [extent] = collections[collection]["extent"]["spatial"]["bbox"]
    expected = found(client, collection, bbox=",".join(map(str, extent)))
    assert expected == found(client, collection)
    for uri in filter(is_upright, crss(collections, collection)):
        there = moving("OGC:CRS84", crs_of(uri))
        corners = [*there.transform(*extent[:2]), *there.transform(*extent[2:])]
        box = ",".join(map(repr, map(float, corners)))
        assert found(client, collection, bbox=box, bbox_crs=uri) == expected, uri


def test_d32_a_box_of_latitude_first_crosses_the_antimeridian_too(client):
    found = items(client, MIXED, bbox="65,177,70,-177", bbox_crs=EPSG + "4326")
    assert ids(found) == ["timur-jauh", "barat-jauh", "tanpa-lokasi"]
