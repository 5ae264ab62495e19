"""Raster tiles over HTTP on the shipped data with a synthetic slope raster."""

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.land import surfaces
from geo.planning import publish_land
from maps.tiles import empty_tile
from tests.geo.planning.test_assess import flat_slope

TILE = "/tiles/suitability/7/104/65.png"


@pytest.fixture
def client(reference_store, tmp_path):
    publish_land.add_land(
        reference_store,
        flat_slope(tmp_path, percent=3.0),
        name="slope_percent",
        source="synthetic",
        licence="none",
    )
    with TestClient(
        create_app(Settings(store=reference_store.folder), store=reference_store)
    ) as opened:
        yield opened


def test_a_tile_is_a_png_that_is_not_sent_twice(client):
    first = client.get(TILE)
    assert first.status_code == 200
    assert first.headers["content-type"] == "image/png"
    assert first.content.startswith(b"\x89PNG")
    assert first.content != empty_tile()
    assert first.headers["cache-control"] == "public, no-cache"
    again = client.get(TILE, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_the_address_of_the_tilejson_names_the_version_and_may_be_kept_forever(
    client, reference_store, tmp_path
):
    document = client.get("/tiles/suitability?lang=en").json()
    assert document["tilejson"] == "2.2.0"
    assert document["bounds"][0] == pytest.approx(114.3, abs=0.1)
    assert [entry["label"] for entry in document["colours"]][:2] == ["80 – 100", "60 – 80"]
    address = document["tiles"][0].format(z=7, x=104, y=65)
    kept = client.get(address)
    assert "immutable" in kept.headers["cache-control"]
    publish_land.add_land(
        reference_store,
        flat_slope(tmp_path, percent=30),
        name="slope_percent",
        source="synthetic",
        licence="none",
    )
    newer = client.get(address, headers={"If-None-Match": kept.headers["etag"]})
    assert newer.status_code == 200
    assert newer.headers["cache-control"] == "public, no-cache"
    assert newer.content != kept.content


def test_an_unchanged_surface_is_not_even_made_for_a_304(client, reference_store):
    tag = client.get(TILE).headers["etag"]
    kept = surfaces.surface(reference_store).path
    kept.unlink()
    assert client.get(TILE, headers={"If-None-Match": tag}).status_code == 304
    assert not kept.exists()


@pytest.mark.parametrize("name", ["landcover", "landmask", "elevation_coarse", "slope_percent"])
def test_every_land_raster_has_tiles_and_a_legend(client, name):
    document = client.get(f"/tiles/{name}").json()
    assert document["colours"]
    assert document["attribution"]
    tile = client.get(document["tiles"][0].format(z=7, x=104, y=65))
    assert tile.status_code == 200
    assert tile.content != empty_tile()


def test_outside_there_is_an_empty_tile(client):
    answer = client.get("/tiles/suitability/7/0/0.png")
    assert answer.status_code == 200
    assert answer.content == empty_tile()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/tiles/curah_hujan/7/104/65.png", 404, "LayerNotFound"),
        ("/tiles/curah_hujan", 404, "TilesNotFound"),
        ("/tiles/suitability/7/104/65.png?model=siap", 404, "ModelNotFound"),
        ("/tiles/suitability/7/104/65.png?model=kebutuhan", 404, "SurfaceNotFound"),
        ("/tiles/suitability?model=kebutuhan", 404, "SurfaceNotFound"),
        ("/tiles/suitability/23/0/0.png", 400, "InvalidParameter"),
        ("/tiles/suitability/-1/0/0.png", 400, "InvalidParameter"),
        ("/tiles/suitability/3/8/0.png", 400, "InvalidParameter"),
        ("/tiles/suitability/3/0/-1.png", 400, "InvalidParameter"),
        ("/tiles/suitability/3/0/8.png", 400, "InvalidParameter"),
        ("/tiles/suitability/a/0/0.png", 400, "InvalidParameter"),
        ("/tiles/suitability/3/0/0.png?x=1", 400, "UnknownParameter"),
    ],
)
def test_what_cannot_be_drawn_is_a_problem(client, path, status, code):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code


def test_what_is_neither_grid_nor_raster_is_answered_with_both(client):
    said = client.get("/tiles/WorldCRS84Quad", params={"lang": "id"}).json()["detail"]
    assert said.startswith("Kisi ubin atau layer raster 'WorldCRS84Quad' tidak ada.")
    assert "Yang tersedia: WebMercatorQuad, suitability, " in said


def test_while_a_surface_is_made_others_are_told_to_come_back(client, reference_store, monkeypatch):
    monkeypatch.setattr("api.deps._PATIENCE_S", 0.01)
    answers = []
    surfaces.surface(reference_store, progress=lambda *_: answers.append(client.get(TILE)))
    assert answers
    for answer in answers:
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert answer.json()["code"] == "SurfaceNotReady"
    assert client.get(TILE).status_code == 200
