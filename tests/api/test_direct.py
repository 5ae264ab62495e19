"""Features and tiles are answered directly as on the usual way, which a slash at the path's end takes."""

import pytest

ADDRESSES = [
    "/collections/zones/items",
    "/collections/zones/items?limit=2",
    "/collections/zones/items?limit=2&offset=3&lang=en",
    "/collections/zones/items?f=csv",
    "/collections/zones/items?f=html",
    "/collections/zones/items?bbox=114,-4,115,-2&limit=3",
    "/collections/zones/items?filter=name%20LIKE%20'C%25'",
    "/collections/zones/items?crs=http://www.opengis.net/def/crs/EPSG/0/4326&limit=1",
    "/collections/zones/items?properties=name&sortby=-name",
    "/collections/regencies/items?name=Kabupaten%203",
    "/collections/zones-areas/items?limit=1",
    "/collections/zones/items/angsana",
    "/collections/zones/items/angsana?f=html",
    "/collections/zones/items/angsana?crs=http://www.opengis.net/def/crs/EPSG/0/3857",
    "/collections/regencies/tiles/WebMercatorQuad/0/0/0",
    "/collections/regencies/tiles/WebMercatorQuad/0/0/0?v=old",
]
REFUSED = [
    "/collections/zones/items?limit=0",
    "/collections/zones/items?limit=2&limit=3",
    "/collections/zones/items?nothing=1",
    "/collections/zones/items?f=docx",
    "/collections/zones/items?filter=THIS IS NOT",
    "/collections/zones/items?lang=fr",
    "/collections/nothing/items",
    "/collections/zones/items/nothing",
    "/collections/zones/items/angsana?limit=1",
    "/collections/zones/items?version=99",
    "/collections/regencies/tiles/WebMercatorQuad/7/0/0",
    "/collections/regencies/tiles/WebMercatorQuad/x/0/0",
    "/collections/regencies/tiles/Nothing/0/0/0",
    "/collections/regencies/tiles/WebMercatorQuad/0/0/0?limit=1",
    "/collections/regencies/tiles/WebMercatorQuad/0/0/0?f=zzz",
    "/collections/regencies/tiles/WebMercatorQuad/0/0/0?lang=zz",
]
ASKED = [{}, {"Accept-Encoding": "gzip"}, {"Accept": "text/html"}, {"Accept-Language": "en"}]


def usual(address):
    """The same address on the usual way."""
    path, mark, query = address.partition("?")
    return f"{path}/{mark}{query}"


@pytest.mark.parametrize("headers", ASKED, ids=str)
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_is_the_same_on_both_ways(client, address, headers):
    direct, other = (client.get(one, headers=headers) for one in (address, usual(address)))
    assert direct.status_code == 200
    assert direct.headers == other.headers
    assert direct.content == other.content
    again = {**headers, "If-None-Match": direct.headers["etag"]}
    unchanged, same = (client.get(one, headers=again) for one in (address, usual(address)))
    assert unchanged.status_code == 304
    assert unchanged.headers == same.headers
    assert client.head(address, headers=headers).headers == direct.headers


@pytest.mark.parametrize("address", REFUSED)
def test_a_refusal_is_the_same_on_both_ways(client, address):
    direct, other = (client.get(one) for one in (address, usual(address)))
    assert 400 <= direct.status_code < 500
    assert direct.status_code == other.status_code
    assert direct.json()["title"] == other.json()["title"]
    assert direct.json()["detail"] == other.json()["detail"]


def test_a_closed_store_shows_features_and_tiles_to_nobody(client, store):
    store.rules.set("closed", True, actor="tester")
    key = store.keys.add("reader")
    for address in (ADDRESSES[0], ADDRESSES[11], ADDRESSES[14]):
        assert client.get(address).status_code == 401
        known = client.get(address, headers={"X-API-Key": key})
        assert known.status_code == 200
        assert "private" in known.headers["cache-control"]
