"""Every form of features to its letter, read by the programs that it is for."""

import csv
import datetime
import io
import json

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely
from fastapi.testclient import TestClient

from api.features.answers import Answer
from api.features.encodings import form_of
from api.features.forms import FILES, MEDIA_TYPES, file_name
from api.features.ranges import WholeFile
from api.main import create_app
from api.settings import Settings
from geo.store.store import Store
from tests.api.examples import made_layer, publish
from tests.regions import give_region

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0"
ITEMS = "/collections/wells/items"
BIG = 2**53 + 1
FORMS = [form for form in MEDIA_TYPES if form != "html"]


def wells():
    return made_layer(
        [shapely.Point(114.5, -3.25), shapely.box(115, -4, 116, -3), None],
        ["w1", "w2", "w3"],
        name=["Sumur é", "=1+1", None],
        depth=pd.array([BIG, None, 3], dtype="Int64"),
        share=[0.5, float("nan"), 1.0],
        is_open=[True, None, False],
        dug=["2024-03-01", None, "2023-12-31"],
        seen=["2024-03-01T08:00:00+08:00", "2024-03-01T00:00:00Z", None],
        tags=[["a", "b"], None, ["c"]],
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = Store(tmp_path_factory.mktemp("forms") / "store")
    give_region(opened)
    publish(opened, "wells", wells())
    publish(opened, "points", wells().iloc[:1])
    yield opened
    opened.close()


def opened(store):
    return TestClient(create_app(Settings(store=store.folder), store=store))


@pytest.fixture(scope="module")
def client(store):
    with opened(store) as found:
        yield found


def got(client, query="", path=ITEMS):
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 200, answer.text
    return answer


def read(answer, folder, suffix, **options):
    path = folder / f"read{suffix}"
    path.write_bytes(answer.content)
    return pyogrio.read_dataframe(path, **options), path


# One ETag, one body


@pytest.mark.parametrize("form", FORMS)
def test_one_etag_has_one_body_after_a_restart_too(store, client, form):
    first = got(client, f"f={form}&crs={EPSG}/32750")
    with opened(store) as restarted:
        again = got(restarted, f"f={form}&crs={EPSG}/32750")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.content == first.content
    answer = client.get(
        f"{ITEMS}?f={form}&crs={EPSG}/32750", headers={"If-None-Match": again.headers["etag"]}
    )
    assert answer.status_code == 304


# Texts


def test_a_sequence_parts_features_by_a_record_separator(client, tmp_path):
    answer = got(client, "f=geojsonseq")
    assert answer.headers["content-type"] == "application/geo+json-seq"
    records = answer.content.split(b"\x1e")
    assert records[0] == b""
    assert all(record.endswith(b"\n") for record in records[1:])
    assert [json.loads(record)["id"] for record in records[1:]] == ["w1", "w2", "w3"]
    frame, _ = read(answer, tmp_path, ".geojsons")
    assert [*frame["name"]][:2] == ["Sumur é", "=1+1"]


def test_json_fg_has_time_and_place(client):
    document = got(client, "f=jsonfg").json()
    assert "http://www.opengis.net/spec/json-fg-1/1.0/conf/core" in document["conformsTo"]
    assert "coordRefSys" not in document
    assert "timeStamp" not in document
    assert document["featureType"] == "wells"
    for feature in document["features"]:
        assert {"type", "id", "time", "place", "geometry", "properties"} <= feature.keys()
        assert feature["place"] is None
    assert [f["time"] for f in document["features"]] == [
        {"date": "2024-03-01"},
        None,
        {"date": "2023-12-31"},
    ]
    moved = got(client, f"f=jsonfg&crs={EPSG}/4326&properties=name").json()
    assert moved["coordRefSys"] == f"{EPSG}/4326"
    assert moved["features"][0]["geometry"] is None
    assert moved["features"][0]["place"]["coordinates"] == [-3.25, 114.5]
    assert moved["features"][0]["time"] == {"date": "2024-03-01"}


def test_an_instant_of_json_fg_is_in_utc(store):
    layer = made_layer([None], ["a"], at=["2024-03-01T08:00:00.5+08:00"])
    publish(store, "seen", layer)
    with opened(store) as client:
        [feature] = got(client, "f=jsonfg", "/collections/seen/items").json()["features"]
    assert feature["time"] == {"timestamp": "2024-03-01T00:00:00.500000Z"}


def test_csv_is_of_texts_that_no_spreadsheet_runs_and_holds_its_crs(client):
    answer = got(client, "f=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["area_id"] for row in rows] == ["w1", "w2", "w3"]
    assert rows[0]["depth"] == str(BIG)
    assert rows[1]["name"] == "'=1+1"
    assert rows[2]["name"] == rows[2]["wkt"] == ""
    assert rows[0]["wkt"] == "POINT (114.5 -3.25)"
    assert json.loads(rows[0]["tags"]) == ["a", "b"]
    assert "crs" not in rows[0]
    moved = got(client, f"f=csv&crs={EPSG}/32750").content.decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(moved)))
    assert row["crs"] == "EPSG:32750"
    expected = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:32750").transform(114.5, -3.25)
    assert shapely.from_wkt(row["wkt"]).coords[0] == pytest.approx(expected, abs=0.01)


def test_csv_has_x_before_y_also_in_a_crs_of_latitudes_first(client):
    answer = got(client, f"f=csv&crs={EPSG}/9470")
    assert answer.headers["content-crs"] == f"<{EPSG}/9470>"
    row = next(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert row["crs"] == "EPSG:9470"
    assert shapely.from_wkt(row["wkt"]).coords[0] == pytest.approx((114.5, -3.25), abs=1e-4)


def test_csv_has_the_values_of_geojson_letter_by_letter(client):
    rows = list(csv.DictReader(io.StringIO(got(client, "f=csv").content.decode("utf-8-sig"))))
    features = got(client, "f=json").json()["features"]
    for name in ("dug", "seen", "share", "depth"):
        values = [feature["properties"][name] for feature in features]
        assert [row[name] for row in rows] == ["" if v is None else str(v) for v in values]


@pytest.mark.parametrize("form", [form for form in FILES if form != "xlsx"])
def test_a_file_of_features_is_read_in_ranges(client, form):
    plain = {"Accept-Encoding": "identity"}
    whole = client.get(f"{ITEMS}?f={form}&depth=3", headers=plain)
    assert whole.headers["accept-ranges"] == "bytes"
    asked = {"Range": "bytes=10-29", "If-Range": whole.headers["etag"]}
    part = client.get(f"{ITEMS}?f={form}&depth=3", headers=asked)
    assert (part.status_code, part.content) == (206, whole.content[10:30])
    assert part.headers["content-range"] == f"bytes 10-29/{len(whole.content)}"
    assert part.headers["content-crs"] == whole.headers["content-crs"]
    # RFC 9110, 14.2: only GET has ranges.
    for way in (ITEMS, f"{ITEMS}/"):
        head = client.head(f"{way}?f={form}&depth=3", headers=plain | asked)
        assert (head.status_code, head.headers) == (200, whole.headers)


def test_a_kept_file_is_closed_once_nobody_reads_it():
    file = WholeFile.of(Answer("text/csv", {}, b"abc"))
    content, reading = file.file, file.part(0, 2)
    del file
    assert (next(reading), content.closed) == (b"abc", False)
    del reading
    assert content.closed


def test_csv_without_geometry_has_no_column_of_it(client):
    text = got(client, "f=csv&skipGeometry=true&properties=name").content.decode("utf-8-sig")
    assert text.splitlines()[0] == "area_id,name"


def test_csv_of_nothing_has_its_head(client):
    text = got(client, "f=csv&name=nobody").content.decode("utf-8-sig")
    assert text.splitlines() == ["area_id,name,depth,share,is_open,dug,seen,tags,wkt"]


# Files


@pytest.mark.parametrize(("form", "suffix"), [("gpkg", ".gpkg"), ("fgb", ".fgb")])
def test_gdal_reads_a_file_in_the_crs_that_was_asked_for(client, tmp_path, form, suffix):
    answer = got(client, f"f={form}&crs={EPSG}/32750")
    assert f'filename="wells{suffix}"' in answer.headers["content-disposition"]
    frame, path = read(answer, tmp_path, suffix)
    assert pyogrio.list_layers(path)[0][0] == "wells"
    assert frame.crs.to_epsg() == 32750
    frame = frame.set_index("area_id").loc[["w1", "w2", "w3"]]
    # Beside a missing one pandas has whole numbers as floats.
    [depth] = pyogrio.read_dataframe(path, where="area_id = 'w1'")["depth"]
    assert depth == BIG
    assert frame["name"].tolist()[:2] == ["Sumur é", "=1+1"]
    expected = gpd.GeoSeries([shapely.Point(114.5, -3.25)], crs=4326).to_crs(32750)[0]
    assert frame.geometry["w1"].equals_exact(expected, 0.001)
    assert frame.geometry["w3"] is None


def test_a_geopackage_keeps_the_kinds_of_its_columns(client, tmp_path):
    for query in ("", "&filter=depth=3"):
        _, path = read(got(client, f"f=gpkg{query}"), tmp_path, ".gpkg")
        told = pyogrio.read_info(path)
        kinds = dict(zip(told["fields"].tolist(), told["ogr_types"], strict=True))
        assert kinds["depth"] == "OFTInteger64"
        assert kinds["dug"] == "OFTDate"
        assert kinds["seen"] == "OFTDateTime"


def test_a_flatgeobuf_has_an_index_where_every_feature_has_a_geometry(client, tmp_path):
    answer = got(client, "f=fgb", "/collections/points/items")
    _, path = read(answer, tmp_path, ".fgb")
    assert pyogrio.read_info(path)["capabilities"]["fast_spatial_filter"]
    _, path = read(got(client, "f=fgb"), tmp_path, ".fgb")
    assert pyogrio.read_info(path)["features"] == 3


def test_a_geoparquet_tells_its_crs_and_box_and_keeps_lists(client, tmp_path):
    path = tmp_path / "wells.parquet"
    path.write_bytes(got(client, f"f=parquet&crs={EPSG}/32750").content)
    table = pq.read_table(path)
    told = json.loads(table.schema.metadata[b"geo"])
    column = told["columns"][told["primary_column"]]
    assert told["version"] == "1.1.0"
    assert pyproj.CRS.from_json_dict(column["crs"]).to_epsg() == 32750
    assert len(column["bbox"]) == 4
    rows = table.to_pylist()
    assert rows[0]["tags"] == ["a", "b"]
    assert rows[0]["depth"] == BIG
    assert rows[1]["depth"] is None
    assert rows[0]["dug"] == datetime.date(2024, 3, 1)
    assert gpd.read_parquet(path).crs.to_epsg() == 32750


@pytest.mark.parametrize("form", ["xlsx", "kml"])
def test_what_knows_lon_and_lat_only_says_so(client, tmp_path, form):
    answer = got(client, f"f={form}&crs={EPSG}/32750")
    assert answer.headers["content-crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    if form == "xlsx":
        first = pd.read_excel(io.BytesIO(answer.content)).iloc[0]
        assert (first["lon"], first["lat"]) == (114.5, -3.25)
    else:
        assert b"<coordinates>114.5,-3.25" in answer.content


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_a_file_name_with_its_suffix(client, form):
    said = got(client, f"f={form}").headers["content-disposition"]
    assert f'filename="{file_name("wells", form)}"' in said
    assert said.startswith("attachment" if form in FILES else "inline")


@pytest.mark.parametrize("form", FILES)
def test_a_file_of_nothing_is_one(client, tmp_path, form):
    answer = got(client, f"f={form}&name=nobody")
    if form == "parquet":
        (tmp_path / "x.parquet").write_bytes(answer.content)
        told = json.loads(pq.read_schema(tmp_path / "x.parquet").metadata[b"geo"])
        assert "NaN" not in json.dumps(told)
        assert len(gpd.read_parquet(tmp_path / "x.parquet")) == 0
    elif form == "xlsx":
        assert len(pd.read_excel(io.BytesIO(answer.content))) == 0
    elif form == "kml":
        # GDAL finds no layer in a document without placemarks.
        assert b"<Schema" in answer.content
        assert b"<Placemark" not in answer.content
    elif form != "csv":
        suffix = ".zip" if form == "shp" else f".{form}"
        assert len(read(answer, tmp_path, suffix)[0]) == 0


@pytest.mark.parametrize("form", [f for f in MEDIA_TYPES if f not in ("html", "jsonfg", "json")])
def test_a_limit_holds_for_a_file_and_a_header_leads_on(client, form):
    answer = got(client, f"f={form}&limit=2&sortby=-dug")
    links = [part for part in answer.headers["link"].split(", <") if 'rel="next"' in part]
    following = links[0].split(">")[0].removeprefix("<")
    assert f"f={form}" in following
    assert client.get(following).status_code == 200
    assert 'rel="next"' not in got(client, f"f={form}").headers["link"]


# Accept


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/json", "json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("text/html, application/geo+json", "json"),
        ("text/html;q=0.4, application/geo+json;q=0.5", "json"),
        ("text/csv;q=0.5, application/flatgeobuf", "fgb"),
        ("text/csv;q=0.5, application/geo+json;q=0.4", "csv"),
        ("text/csv;q=0, application/geo+json;q=0.1", "json"),
        ("application/fg+json, application/geo+json", "jsonfg"),
        ("application/geo+json-seq", "geojsonseq"),
        ("APPLICATION/VND.APACHE.PARQUET", "parquet"),
        ("application/pdf", "json"),
        ("text/*", "html"),
        ("text/*, text/html;q=0.5", "csv"),
        ("text/*;q=0.5, application/*;q=0.4", "html"),
        ("application/*", "json"),
        ("application/*, application/geo+json;q=0, application/json;q=0", "geojsonseq"),
        ("*/*;q=0.1, text/csv", "csv"),
        ("text/html, */*", "html"),
    ],
)
def test_accept_picks_what_it_likes_best(accept, form):
    assert form_of(None, accept) == form


def test_a_form_and_its_media_type_answer_the_same(client):
    for form, media_type in MEDIA_TYPES.items():
        asked = client.get(f"{ITEMS}?f={form}")
        accepted = client.get(ITEMS, headers={"Accept": f"{media_type}, */*;q=0.1"})
        assert accepted.headers["content-type"] == asked.headers["content-type"]
        if form in FILES:
            assert accepted.content == asked.content
