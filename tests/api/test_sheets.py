"""Printed sheets over HTTP on the shipped data."""

import re
from contextlib import closing
from datetime import UTC, datetime

import pytest
from rasterio.io import MemoryFile

from geo.store.store import Store
from tests.pdf_text import text_of
from tests.reference_scores import CAHAYA_BARU_CAREFUL_ID, CAHAYA_BARU_ID

# The day has begun in the region and not yet in UTC.
NIGHT = datetime(2031, 1, 1, 18, 37, tzinfo=UTC)
CHOSEN = "weights=huni:0.6,usaha:0.2,berkembang:0.1,lingkungan:0.1&method=owa&risk=0.2"


@pytest.fixture
def client(shipped_client):
    return shipped_client


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", ["cahaya-baru", "cintapuri", "63.01.02", "provinsi"])
def test_a_sheet_is_a_pdf_in_the_language_that_is_asked_for(client, name, language):
    answer = client.get(f"/sheets/{name}.pdf?lang={language}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Content-Disposition"] == f'inline; filename="kawasan-{name}.pdf"'
    assert answer.content.startswith(b"%PDF-")
    assert re.search(rb"/Lang\s*\(" + language.encode(), answer.content)


def test_the_map_for_tablets_is_a_geotiff(client):
    answer = client.get("/sheets/cahaya-baru.tif")
    assert answer.headers["Content-Type"].startswith("image/tiff")
    with MemoryFile(answer.content) as file, file.open() as picture:
        assert picture.crs.to_epsg() == 32750


def test_the_map_for_map_readers_is_a_georeferenced_pdf(client):
    answer = client.get("/sheets/63.01.02.geo.pdf")
    assert answer.headers["Content-Disposition"] == 'inline; filename="kawasan-63.01.02.geo.pdf"'
    assert b"/Subtype/GEO" in answer.content


def test_a_sheet_that_has_not_changed_is_not_made_again(client):
    first = client.get("/sheets/cahaya-baru.pdf")
    known = {"If-None-Match": first.headers["ETag"]}
    again = client.get("/sheets/cahaya-baru.pdf", headers=known)
    assert again.status_code == 304
    assert again.content == b""
    for other in (
        "/sheets/gula-habang.pdf",
        "/sheets/cahaya-baru.tif",
        "/sheets/cahaya-baru.pdf?lang=en",
        "/sheets/cahaya-baru.pdf?year=2024",
        "/sheets/cahaya-baru.pdf?method=owa&risk=0.2",
        f"/sheets/cahaya-baru.pdf?{CHOSEN}",
    ):
        assert client.get(other, headers=known).status_code == 200


@pytest.mark.parametrize("name", ["cahaya-baru.pdf", "cahaya-baru.geo.pdf", "provinsi.pdf"])
def test_a_readers_weights_are_on_the_paper_and_in_its_name(client, name):
    answer = client.get(f"/sheets/{name}?{CHOSEN}")
    assert answer.status_code == 200
    said = text_of(answer.content)
    assert "Bobot pilihan pengguna: Layak huni 60%, Layak usaha 20%" in said
    assert "berurutan (OWA), risiko 0,20" in said
    assert CAHAYA_BARU_CAREFUL_ID in said
    assert CAHAYA_BARU_ID not in said
    named = answer.headers["Content-Disposition"]
    assert re.fullmatch(rf'inline; filename="kawasan-[0-9a-f]{{8}}-{name}"', named)


def test_a_readers_weights_colour_the_map_for_tablets(client):
    own = client.get("/sheets/cahaya-baru.tif")
    chosen = client.get(f"/sheets/cahaya-baru.tif?{CHOSEN}")
    assert chosen.headers["ETag"] != own.headers["ETag"]
    assert chosen.content != own.content


def test_what_is_printed_at_night_carries_the_day_of_the_region(client):
    before = client.get("/sheets/cahaya-baru.pdf").headers["ETag"]
    state, own = client.app.state, client.app.state.store
    with closing(Store(own.folder, now=lambda: NIGHT)) as state.store:
        after = client.get("/sheets/cahaya-baru.pdf")
        tables = [client.get(f"/{name}?f=pdf&lang=id") for name in ("achievement", "split")]
    state.store = own
    assert after.headers["ETag"] != before
    assert b"D:20310102" in after.content
    for table in tables:
        assert "2 Januari 2031" in text_of(table.content)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/sheets/atlantis.pdf", 404, "ZoneNotFound"),
        ("/sheets/atlantis.tif", 404, "ZoneNotFound"),
        ("/sheets/cahaya-baru.pdf?model=x", 404, "ModelNotFound"),
        ("/sheets/cahaya-baru.pdf?year=1999", 400, "UnknownYear"),
        ("/sheets/cahaya-baru.pdf?method=x", 400, None),
        ("/sheets/cahaya-baru.pdf?tahun=2025", 400, "UnknownParameter"),
        ("/sheets/cahaya-baru.pdf?lang=fr", 400, "InvalidParameter"),
        ("/sheets/provinsi.pdf?model=x", 404, "ModelNotFound"),
        ("/sheets/provinsi.pdf?weights=huni", 400, "InvalidParameter"),
        ("/sheets/cahaya-baru.pdf?weights=huni:2", 400, "InvalidWeights"),
        ("/sheets/cahaya-baru.tif?risk=0.2", 400, "UnusedRisk"),
        ("/sheets/cahaya-baru.doc", 404, None),
    ],
)
def test_what_cannot_be_printed_is_a_problem(client, path, status, code):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert code is None or answer.json()["code"] == code


def test_the_need_model_has_sheets_too(client):
    assert client.get("/sheets/cahaya-baru.pdf?model=kebutuhan").status_code == 200
    assert client.get("/sheets/provinsi.pdf?model=kebutuhan").status_code == 200
