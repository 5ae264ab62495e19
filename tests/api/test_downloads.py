"""Published layers come out in their own columns, in every format, with what is lost told."""

import io
import multiprocessing
import os
import signal
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from fastapi.testclient import TestClient

from api.collections import Tables
from api.main import create_app
from api.settings import Settings
from geo.published import as_published
from geo.store.store import Store
from geo.vector.file_formats import FILE_FORMATS, FORMATS
from tests.api.examples import ODD_LAYER, made_layer, publish

# A layer like shared case n04: columns called as those that formats add.
COLUMNS = {
    "name": ["Uji 0", "Uji 1"],
    "regency_code": ["63.03", "63.10"],
    **{
        name: [f"{name} 0", f"{name} 1"]
        for name in ("geom", "wkt", "lon", "lat", "fid", "id", "ogc_fid")
    },
    "a very long name": ["", None],
}
SHAPES = [shapely.box(114.9, -3.4, 114.95, -3.35), shapely.box(115.0, -3.4, 115.05, -3.35)]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = Store(tmp_path_factory.mktemp("store"))
    publish(
        opened, "zones", made_layer(SHAPES[:1], ["uji-0"], name=["Uji 0"], source_year=[2019.0])
    )
    publish(opened, "zones", made_layer(SHAPES, ["uji-0", "uji-1"], "EPSG:4326", **COLUMNS))
    publish(opened, ODD_LAYER, made_layer(SHAPES[:1], ["a"]))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(store, tmp_path_factory):
    settings = Settings(store=tmp_path_factory.mktemp("unused"))
    with TestClient(create_app(settings, store=store)) as opened:
        yield opened


def read(content, format, tmp_path):
    path = tmp_path / f"a{FILE_FORMATS[format].suffix}"
    path.write_bytes(content)
    if format == "csv":
        return pd.read_csv(path, dtype=str)
    if format == "xlsx":
        return pd.read_excel(path, dtype=str)
    if format == "parquet":
        return gpd.read_parquet(path)
    return gpd.read_file(path)


@pytest.mark.parametrize("format", FORMATS)
def test_a_layer_comes_in_its_own_columns_whatever_they_are_called(client, tmp_path, format):
    answer = client.get(f"/collections/zones/download/{format}")
    assert answer.status_code == 200, answer.text
    spec = FILE_FORMATS[format]
    assert answer.headers["content-type"].split(";")[0] == spec.media_type
    assert answer.headers["content-disposition"] == f'attachment; filename="zones-v2{spec.suffix}"'
    if "content-encoding" not in answer.headers:
        assert int(answer.headers["content-length"]) == len(answer.content)
    assert "CRS84" in answer.headers["content-crs"]
    table = read(answer.content, format, tmp_path)
    report = client.get(f"/collections/zones/download/{format}/report").json()
    written = {column["name"]: column["written"] for column in report["columns"]}
    assert list(written) == ["zone_id", *COLUMNS]
    for name in ("regency_code", "geom", "wkt", "lon", "lat", "fid", "id", "ogc_fid"):
        assert table[written[name]].tolist() == COLUMNS[name], name
    assert table[written["zone_id"]].tolist() == ["uji-0", "uji-1"]
    assert "score" not in table
    if format not in ("csv", "xlsx"):
        assert shapely.equals(
            shapely.normalize(table.geometry.array), shapely.normalize(SHAPES)
        ).all()


def test_what_a_format_does_not_hold_is_told_beside_the_file(client):
    answer = client.get("/collections/zones/download/shp?lang=en")
    assert '/download/shp/report?lang=en>; rel="describedby"' in answer.headers["link"]
    report = client.get("/collections/zones/download/shp/report?lang=en").json()
    assert (report["format"], report["version"], report["features"]) == ("shp", 2, 2)
    told = {(loss["code"], loss["column"]): loss["sentence"] for loss in report["losses"]}
    assert "'a very lon'" in told["column_renamed", "a very long name"]
    assert "1 empty texts" in told["empty_text", "a very long name"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert told["empty_text", "a very long name"] in archive.read("KETERANGAN.txt").decode()
    assert client.get("/collections/zones/download/gpkg/report").json()["losses"] == [
        {
            "code": "own_renamed",
            "column": name,
            "sentence": f"Kolom tambahan '{name}' ditulis sebagai '{name}_2', karena layer sudah punya "
            "kolom bernama itu.",
        }
        for name in ("geom", "fid")
    ]


def test_an_old_version_comes_by_its_number(client, store, tmp_path):
    answer = client.get("/collections/zones/download/csv?version=1")
    assert 'filename="zones-v1.csv"' in answer.headers["content-disposition"]
    # Whole numbers beside missing ones are no real ones.
    assert answer.content.decode("utf-8-sig").splitlines()[0] == "zone_id,name,source_year,wkt"
    assert "uji-0,Uji 0,2019," in answer.text
    assert as_published(store.version("zones", 1))["source_year"].tolist() == [2019]
    assert "version=1" in answer.headers["link"]


def test_an_unchanged_layer_is_not_sent_again(client):
    first = client.get("/collections/zones/download/gpkg")
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert client.get("/collections/zones/download/xlsx").headers["etag"].startswith('W/"')
    again = client.get("/collections/zones/download/gpkg", headers={"If-None-Match": tag})
    assert (again.status_code, again.headers["etag"], again.content) == (304, tag, b"")
    other = client.get("/collections/zones/download/gpkg?version=1", headers={"If-None-Match": tag})
    assert other.status_code == 200


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "xlsx"])
def test_a_file_is_the_same_each_time_and_read_in_ranges(client, format):
    address = f"/collections/zones/download/{format}"
    # Compressed it is another file, with a tag of its own.
    plain = {"Accept-Encoding": "identity"}
    whole = client.get(address, headers=plain)
    assert whole.headers["accept-ranges"] == "bytes"
    assert client.get(address).content == whole.content
    size, tag = len(whole.content), whole.headers["etag"]
    for asked, part in {
        "bytes=0-99": slice(0, 100),
        "bytes=50-": slice(50, None),
        "bytes=-20": slice(-20, None),
        f"bytes=10-{10**15}": slice(10, None),
    }.items():
        answer = client.get(address, headers={"Range": asked, "If-Range": tag})
        assert (answer.status_code, answer.content) == (206, whole.content[part])
        first, last, _ = part.indices(size)
        assert answer.headers["content-range"] == f"bytes {first}-{last - 1}/{size}"
        assert answer.headers["etag"] == tag
    for asked in ("bytes=5-2", "items=0-5", "bytes=0-1,5-9"):
        answer = client.get(address, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (200, whole.content)
    older = client.get(address, headers={"Range": "bytes=0-9", "If-Range": '"older"'})
    assert (older.status_code, older.content) == (200, whole.content)
    behind = client.get(address, headers={"Range": f"bytes={size}-"})
    assert (behind.status_code, behind.json()["code"]) == (416, "RangeNotSatisfiable")
    assert behind.headers["content-range"] == f"bytes */{size}"


def test_a_large_layer_is_written_once_and_read_from_the_store(client, store):
    address, plain = "/collections/zones/download/gpkg", {"Accept-Encoding": "identity"}
    expected = client.get(address, headers=plain)
    with TestClient(create_app(Settings(), store=store)) as opened:
        opened.app.state.tables = Tables(store, large_bytes=0)
        cut = opened.get(address, headers=plain | {"Range": "bytes=0-99"})
        rest = {"Range": "bytes=100-", "If-Range": cut.headers["etag"]}
        assert cut.content + opened.get(address, headers=plain | rest).content == expected.content
        whole = opened.get(address, headers=plain)
    assert whole.content == expected.content
    for name in ("content-crs", "content-length", "content-disposition", "etag", "link"):
        assert whole.headers[name] == expected.headers[name]
    assert len(list((store.folder / "prepared").glob("download-*.gpkg"))) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process")
def test_one_process_writes_a_file_for_all_who_wait_and_others_are_answered(store):
    with (
        TestClient(create_app(Settings(), store=store)) as opened,
        ThreadPoolExecutor(45) as clients,
    ):
        opened.app.state.tables = Tables(store, large_bytes=0)
        # More than there are threads in the service.
        waiting = [clients.submit(opened.get, "/collections/zones/download/fgb") for _ in range(45)]
        (maker,) = _when(multiprocessing.active_children)
        os.kill(maker.pid, signal.SIGSTOP)
        try:
            assert opened.get("/collections/zones/items?limit=1").status_code == 200
            assert multiprocessing.active_children() == [maker]
        finally:
            os.kill(maker.pid, signal.SIGCONT)
        assert {one.result().status_code for one in waiting} == {200}
        assert len({one.result().content for one in waiting}) == 1
    kept = store.folder / "prepared"
    assert not [*kept.glob("*.lock"), *kept.glob(".writing-*")]


def _when(found):
    give_up = time.monotonic() + 20
    while not (value := found()):
        assert time.monotonic() < give_up
        time.sleep(0.02)
    return value


def test_the_collection_and_its_page_link_to_every_file(client):
    links = client.get("/collections/zones").json()["links"]
    files = [link for link in links if link["rel"] == "enclosure"]
    assert [link["title"] for link in files] == [spec.title for spec in FILE_FORMATS.values()]
    assert {client.head(link["href"]).status_code for link in files[:2]} <= {200, 405}
    page = client.get("/collections/zones?f=html").text
    assert all(link["href"].split("?")[0] in page for link in files)


def test_a_name_that_no_system_takes_is_made_safe(client):
    from urllib.parse import quote

    answer = client.get(f"/collections/{quote(ODD_LAYER, safe='')}/download/geojson")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == (
        'attachment; filename="uji_coba__b______-v1.geojson"'
    )


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("zones/download/dxf", 400, "InvalidParameter"),
        ("nothing/download/gpkg", 404, "LayerNotFound"),
        ("zones/download/gpkg?version=9", 404, None),
        ("zones/download/gpkg?version=0", 400, None),
        ("zones/download/gpkg?model=kesiapan", 400, "UnknownParameter"),
        ("zones/download/dxf/report", 400, "InvalidParameter"),
    ],
)
def test_what_there_is_no_file_of_is_a_clear_problem(client, address, status, code):
    answer = client.get(f"/collections/{address}")
    assert answer.status_code == status, answer.text
    assert code in (None, answer.json()["code"])


def test_no_file_stays_behind(client, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for format in FORMATS:
        assert client.get(f"/collections/zones/download/{format}").status_code == 200
    assert list(tmp_path.iterdir()) == []
