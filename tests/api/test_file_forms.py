"""The forms for one kind of file, and the pages of rasters and figures: what they ask and what they tell."""

import re
import shutil

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.store.store import Store
from geo.submission import rasters
from tests.api.test_raster_uploads import read_in_this_process, slope_of
from tests.api.test_upload_page import HOSTILE, PASSWORD, entered

PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def forms(reference_folder, tmp_path_factory):
    """The shipped data with an editor who is logged in, and the headers by which a page writes."""
    folder = tmp_path_factory.mktemp("forms") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    store.users.add("siti", password=PASSWORD, role="editor", name="Siti", institution="Dinas")
    app = create_app(Settings(store=folder), store=store)
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000)) as client:
        headers = entered(client, "siti")
        yield client, headers
    store.close()


def page_of(client, address, language="id"):
    answer = client.get(address, params={"f": "html", "lang": language})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.text


def sent(client, headers, content, name, **fields):
    answer = client.post("/uploads", files={"file": (name, content)}, data=fields, headers=headers)
    return answer.headers["location"].removeprefix("http://127.0.0.1")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    ("asked", "has", "has_not"),
    [
        ("zones", {"source"}, {"unit", "indicator", "licence"}),
        ("indicators", {"indicator", "period", "source", "numbers"}, {"licence", "crs"}),
        ("land", {"collection", "year", "source", "licence", "band"}, {"unit", "indicator"}),
        ("land-elevation", {"collection", "licence"}, {"unit"}),
        ("land-kelas_tanah", {"collection", "unit"}, {"crs"}),
    ],
)
def test_a_form_asks_of_its_file_what_it_needs(forms, language, asked, has, has_not):
    client, _ = forms
    page = client.get(f"/uploads/form?for={asked}&f=html&lang={language}").text
    fields = {*re.findall(r' name="([a-z_]+)"', page)}
    assert {"file", *has} <= fields
    assert not has_not & fields


def test_a_form_has_chosen_what_it_was_asked_for(forms):
    client, _ = forms
    raster = client.get("/uploads/form?for=land-landcover&f=html").text
    assert '<option value="land-landcover" selected>' in raster
    figures = client.get("/uploads/form?for=indicators&indicator=tpt_agustus&f=html").text
    assert '<option value="tpt_agustus" selected>' in figures


def test_each_datum_to_collect_has_a_form_that_opens(forms):
    client, _ = forms
    page = client.get("/collect?f=html&lang=id").text
    forms_ = {
        one.replace("&amp;", "&") for one in re.findall(r'href="([^"]*/uploads/form[^"]*)"', page)
    }
    assert {"for=zones", "for=ground", "for=land-elevation"} <= {
        part for one in forms_ for part in one.partition("?")[2].split("&")
    }
    for address in forms_:
        assert client.get(address).status_code == 200, address


def test_who_is_not_logged_in_goes_on_to_the_form(forms):
    client, _ = forms
    kept = dict(client.cookies)
    client.cookies.clear()
    answer = client.get("/uploads/form?for=land-elevation&f=html", headers=PAGE)
    client.cookies.update(kept)
    assert answer.status_code == 401
    assert 'value="/uploads/form?for=land-elevation&amp;f=html"' in answer.text


@pytest.mark.parametrize(
    ("asked", "status"), [("land-Lereng!", 422), ("tidak-ada", 404), ("zones&x=1", 400)]
)
def test_a_form_that_there_is_not_is_told(forms, asked, status):
    client, _ = forms
    assert client.get(f"/uploads/form?for={asked}&f=html").status_code == status


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_of_a_raster_asks_what_it_is_fit_for_and_tells_what_it_covers(
    forms, tmp_path, monkeypatch, language
):
    monkeypatch.setattr(rasters, "run_confined", read_in_this_process)
    client, headers = forms
    fields = {"collection": "land-landcover", "source": HOSTILE, "licence": "x"}
    address = sent(
        client, headers, slope_of(tmp_path), f"{HOSTILE}.tif", replace_smaller="ya", **fields
    )
    asked = page_of(client, address, language)
    assert 'data-reader="tutupan_lahan"' in asked
    assert "--fit" not in asked
    for name in ("crs", "encoding", "repairs"):
        assert f'name="{name}"' not in asked
    client.patch(address, json={"fit": {"tutupan_lahan": HOSTILE}}, headers=headers)
    told = page_of(client, address, language)
    assert {"id": "Seluruh 13 kabupaten/kota tercakup.", "en": "All 13 regencies are covered."}[
        language
    ] in told
    assert 'id="readers"' in told
    # Whoever reads of it sees what its sender said.
    stated = told[told.index('id="stated"') : told.index('id="readers"')]
    assert {"id": "Layak untuk “", "en": "Fit for “"}[language] in stated
    assert {"id": "<dd>Layak: ", "en": "<dd>Fit: "}[language] in stated
    assert 'data-to="/submit"' in told
    assert HOSTILE not in told


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_of_figures_tells_each_fault_by_its_cell(forms, language):
    client, headers = forms
    table = (
        "Kabupaten/Kota;Indikator;Tahun;Nilai;Sumber\n"
        "Tanah Laut;tpt_agustus;2025;425;BPS\n"
        f"{HOSTILE};tpt_agustus;2025;4,2;BPS\n"
    )
    address = sent(client, headers, table, "tpt.csv", collection="indicators")
    page = page_of(client, address, language)
    cells = re.findall(r'<th scope="row" class="number">(\d+)</th><td>(\w+)<br>', page)
    assert cells == [("2", "D"), ("3", "A")]
    assert HOSTILE not in page
    assert 'name="crs"' not in page


def test_the_page_of_figures_tells_the_old_number_and_the_new_one(forms):
    client, headers = forms
    said = {"indicator": "tpt_agustus", "source": "BPS", "numbers": "id"}
    table = "Kabupaten/Kota;2025\nTanah Laut;4,99\n"
    address = sent(client, headers, table, "tpt.csv", collection="indicators", **said)
    page = page_of(client, address)
    changes = page.partition('id="difference"')[2].partition("</section>")[0]
    row = re.search(
        r">(Kabupaten Tanah Laut)</td><td[^>]*>(.*?)</td>.*?>([\d,]+)</td>.*?>([\d,]+)<", changes
    )
    assert row is not None
    assert (row[2], row[4]) == ("Agustus 2025", "4,99")
    assert row[3] != row[4]
