"""Templates are there for everybody, and what is filled as it stands passes the door without a choice."""

import shutil
import sqlite3
from contextlib import closing
from xml.etree import ElementTree as Xml

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.ingest.source import Limits
from geo.ingest.workbook import WorkbookJob, workbook_cells
from geo.store.store import Store
from geo.submission.template import TEMPLATES
from geo.vector.schema import SCHEMAS

SQUARE = shapely.MultiPolygon([shapely.box(115.40, -3.50, 115.42, -3.48)])
LAYERS = [name for name, formats in TEMPLATES.items() if "gpkg" in formats]


@pytest.fixture(scope="module")
def door(reference_folder, tmp_path_factory):
    """The service over a copy of the shipped data, and the headers of a key of its."""
    folder = tmp_path_factory.mktemp("templates") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    with TestClient(create_app(Settings(store=folder), store=store)) as client:
        yield client, {"Authorization": f"Bearer {store.keys.add('gis')}", "Accept-Language": "en"}
    store.close()


@pytest.fixture
def client(door):
    return door[0]


def taken(client, name, format, tmp_path, **query):
    answer = client.get(f"/templates/{name}", params={"f": format, **query})
    assert answer.status_code == 200, answer.text
    path = tmp_path / f"{name}.{format}"
    path.write_bytes(answer.content)
    return path


def sent(door, path, collection):
    client, headers = door
    answer = client.post(
        "/uploads",
        files={"file": (path.name, path.read_bytes())},
        data={"collection": collection},
        headers=headers,
    )
    assert answer.status_code == 201, answer.json()
    assert answer.json()["state"] == "ready"
    return answer.json()["report"]


def test_a_filled_geopackage_of_zones_passes_without_a_choice(door, client, tmp_path):
    path = taken(client, "zones", "gpkg", tmp_path)
    row = {"zone_id": ["baru-coba"], "name": ["Baru Coba"], "regency_code": ["63.10"]}
    filled = gpd.GeoDataFrame(row, geometry=[SQUARE], crs="EPSG:4326")
    pyogrio.write_dataframe(filled, path, layer="zones", append=True)
    report = sent(door, path, "zones")
    assert report["difference"]["counts"]["added"] == 1
    assert not [f for f in report["findings"] if f["code"] == "members_ignored"]


def test_a_filled_workbook_of_zones_passes_and_its_examples_are_no_data(door, client, tmp_path):
    path = taken(client, "zones", "xlsx", tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    row = {"zone_id": "titik-coba", "name": "Titik", "regency_code": "63.10"}
    row |= {"lon": 115.41, "lat": -3.49}
    for name, value in row.items():
        sheet.cell(2, heads.index(name) + 1, value)
    book.save(path)
    counts = sent(door, path, "zones")["difference"]["counts"]
    assert counts["added"] == 1


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_filled_workbook_of_figures_passes_with_one_row_a_regency(
    door, client, tmp_path, language
):
    path = taken(client, "indicators", "xlsx", tmp_path, indicator="tpt_agustus", lang=language)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert sheet.max_row == 14
    for row in range(2, 14):  # one regency has no figure
        sheet.cell(row, 4, 2018)
        sheet.cell(row, 6, 4.0 + row / 10)
        sheet.cell(row, 8, "BPS, Sakernas")
    assert len(heads) == 10
    book.save(path)
    report = sent(door, path, "indicators")
    assert report["difference"]["counts"]["added"] == 12
    assert {f["severity"] for f in report["findings"]} <= {"info", "warning"}


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_filled_workbook_of_targets_passes_with_the_rows_that_are_filled(
    door, client, tmp_path, language
):
    path = taken(client, "targets", "xlsx", tmp_path, indicator="tpt_agustus", lang=language)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    # The province before its thirteen regencies.
    assert (sheet.max_row, sheet.cell(2, 1).value) == (15, "63")
    for row in (3, 4):
        cells = {4: 2027, 5: 3.5, 6: 4.0, 8: "rkpd", 10: "RKPD 2027", 12: "Bappeda"}
        for column, value in cells.items():
            sheet.cell(row, column, value)
    book.save(path)
    report = sent(door, path, "targets")
    assert report["difference"]["counts"]["added"] == 2
    assert report["counts"] == {"rows_unfilled": 1}


def test_a_workbook_of_any_indicator_passes_where_one_regency_is_filled(door, client, tmp_path):
    path = taken(client, "indicators", "xlsx", tmp_path)
    book = openpyxl.load_workbook(path)
    for column, value in ((3, "tpt_agustus"), (4, 2018), (6, 4.5), (8, "BPS")):
        book.worksheets[0].cell(3, column, value)
    book.save(path)
    assert sent(door, path, "indicators")["difference"]["counts"]["added"] == 1


@pytest.mark.parametrize("layer", LAYERS)
def test_a_geopackage_has_every_column_typed_named_and_drawn(client, tmp_path, layer):
    path = taken(client, layer, "gpkg", tmp_path)
    found = pyogrio.read_info(path, layer=layer)
    assert (found["geometry_type"], found["crs"]) == ("MultiPolygon", "EPSG:4326")
    fields = SCHEMAS[layer].fields
    assert list(found["fields"]) == [field.name for field in fields]
    kinds = {"text": "object", "integer": "int64", "number": "float64"}
    assert list(found["dtypes"]) == [kinds[field.kind] for field in fields]
    with closing(sqlite3.connect(path)) as database:
        titles = dict(database.execute("SELECT column_name, title FROM gpkg_data_columns"))
        ((drawn,),) = database.execute("SELECT styleQML FROM layer_styles WHERE useAsDefault")
    assert titles == {field.name: field.title.id for field in fields}
    assert drawn == client.get(f"/templates/{layer}?f=qml").text


@pytest.mark.parametrize("name", ["zones", "indicators"])
def test_the_second_sheet_explains_every_column_in_both_languages(client, tmp_path, name):
    path = taken(client, name, "xlsx", tmp_path)
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == 2
    heads = [cell.value for cell in book.worksheets[0][1]]
    told = {row[0].value: [c.value for c in row] for row in book.worksheets[1].iter_rows(min_row=2)}
    assert set(heads) <= set(told)
    assert all(
        told[head][1] and told[head][2] and told[head][3] and told[head][4] for head in heads
    )
    read = workbook_cells(WorkbookJob(path, None, Limits()))
    assert read["name"] == book.sheetnames[0]


def test_a_style_is_dashed_where_an_outline_is_approximate(client):
    style = Xml.fromstring(client.get("/templates/zones?f=qml&lang=en").text)
    lines = [o.get("value") for o in style.iterfind(".//Option[@name='outline_style']")]
    assert lines == ["solid", "dash", "dot"]
    labels = [rule.get("label") for rule in style.iter("rule")]
    assert labels[0] == "Zone, its own outline"


def test_a_layer_that_is_downloaded_brings_its_style_where_it_is_asked_for(client, tmp_path):
    content = client.get("/collections/kecamatan/download/gpkg?style=true").content
    (tmp_path / "kecamatan.gpkg").write_bytes(content)
    with closing(sqlite3.connect(tmp_path / "kecamatan.gpkg")) as database:
        ((table, drawn),) = database.execute("SELECT f_table_name, styleQML FROM layer_styles")
    assert (table, drawn) == ("kecamatan", client.get("/templates/kecamatan?f=qml").text)


def test_templates_are_listed_kept_and_refused_by_name(client):
    found = client.get("/templates?f=json").json()
    assert [one["collection"] for one in found["templates"]] == list(TEMPLATES)
    answer = client.get("/templates/zones?f=qml")
    again = client.get("/templates/zones?f=qml", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    for path, status in (
        ("/templates/zona", 404),
        ("/templates/kecamatan?f=xlsx", 400),
        ("/templates/zones?indicator=tpt_agustus", 400),
        ("/templates/indicators?indicator=tpt", 404),
    ):
        assert client.get(path).status_code == status, path


def test_the_page_of_templates_offers_each_file(client):
    page = client.get("/templates?f=html&lang=id").text
    for name, formats in TEMPLATES.items():
        is_table = name in ("indicators", "targets")
        assert all(f"/templates/{name}?f={f}" in page for f in formats if not is_table)
        assert f"/templates/{name}" in page
    assert '<option value="tpt_agustus">' in page
    assert "/templates?f=html" in client.get("/collections/zones?f=html").text
    assert "/templates?f=html" in client.get("/uploads?f=html").text
