"""Indicators over the years and the regions over HTTP, on the shipped data."""

import csv
import io
import re
import shutil

import openpyxl
import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings

PAGE = {"Accept": "text/html"}
TPT = {"indicator": "tpt_agustus"}


@pytest.fixture(scope="module")
def client(reference_folder, tmp_path_factory):
    """One service for all of these: none of them writes."""
    folder = tmp_path_factory.mktemp("explorer") / "store"
    shutil.copytree(reference_folder, folder)
    with TestClient(create_app(Settings(store=folder))) as opened:
        yield opened


def shown(client, **asked):
    answer = client.get("/indicators", params=TPT | asked)
    assert answer.status_code == 200, answer.text
    return answer


def regions_of(client, **asked):
    (indicator,) = shown(client, **asked).json()["indicators"]
    return indicator, {one["region"]: one for one in indicator["regions"]}


def test_the_list_leads_to_every_indicator_that_has_figures(client):
    listed = client.get("/indicators").json()["indicators"]
    assert {"tpt_agustus", "umk", "gini"} <= {one["id"] for one in listed}
    page = client.get("/indicators", headers=PAGE).text
    assert re.search(r'href="[^"]*/indicators\?indicator=tpt_agustus"', page)


def test_unemployment_of_all_regions_is_there_with_province_and_gaps(client):
    indicator, regions = regions_of(client)
    assert len(regions) == 14
    assert regions["63"]["figures"][-1]["value"] == 4.16
    # Most regencies have no figure of 2022: nothing joins 2021 to 2023.
    assert [2023, 2024, 2025] in regions["63.02"]["lines"]
    assert indicator["span"] == [2021, 2025]


def test_what_we_made_of_the_regencies_says_so(client):
    _, regions = regions_of(client)
    (made,) = [one for one in regions["63"]["figures"] if one["basis"] != "published"]
    assert (made["year"], made["basis"]) == (2021, "mean")
    assert "source" not in made
    # As the guide for planners says.
    assert made["value"] == pytest.approx(4.89, abs=0.005)
    assert "13" in made["method"]
    assert "TPAK 2021" in made["method"] or "rate of 2021" in made["method"]


def test_a_target_stands_with_its_document_and_source(client):
    _, regions = regions_of(client)
    (goal,) = regions["63"]["targets"]
    assert (goal["year"], goal["least"], goal["most"]) == (2029, 3.27, 3.97)
    assert goal["document"]
    assert goal["source"]


def test_regions_and_years_are_chosen_by_either_system_of_codes(client):
    _, regions = regions_of(client, region="6302,63.71,63.00", from_year=2024)
    assert list(regions) == ["63", "63.02", "63.71"]
    assert {f["year"] for one in regions.values() for f in one["figures"]} == {2024, 2025}


def test_rows_are_sorted_by_any_year(client):
    _, regions = regions_of(client, sort="-2025")
    assert list(regions)[:3] == ["63", "63.71", "63.10"]


def test_csv_holds_what_is_shown_with_a_source_a_row(client):
    text = shown(client, f="csv", region="63.71", from_year=2025).text
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["region"], row["period"], row["value"]) == ("63.71", "Agustus 2025", "6.49")
    assert "BPS" in row["source"]


def test_the_workbook_holds_the_same_numbers_as_the_page(client):
    book = openpyxl.load_workbook(io.BytesIO(shown(client, f="xlsx").content))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    column = next(i for i, head in enumerate(heads) if head.startswith("2025"))
    by_code = {row[0].value: row[column].value for row in sheet.iter_rows(min_row=2)}
    assert (by_code["63"], by_code["63.71"]) == (4.16, 6.49)
    assert heads[column] == "2025\nAgustus 2025\n% angkatan kerja"
    assert any(head.startswith("Target 2029 RPJMD") for head in heads)
    assert len(book.sheetnames) == 3


def test_geojson_has_a_feature_a_region(client):
    found = shown(client, f="geojson").json()
    by_code = {one["id"]: one for one in found["features"]}
    assert by_code["63.71"]["properties"]["tpt_agustus_2025"] == 6.49
    assert by_code["63.71"]["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert by_code["63"]["geometry"] is None
    assert by_code["63"]["properties"]["tpt_agustus_2021_mark"] == "mean"
    assert by_code["63.02"]["properties"]["tpt_agustus_2022"] is None


@pytest.mark.parametrize("show", ["lines", "multiples", "map"])
def test_a_drawing_is_a_file_that_stands_alone(client, show):
    answer = shown(client, f="svg", show=show)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.startswith("<svg xmlns=")
    assert 'class="series"' in answer.text
    assert "BPS" in answer.text


@pytest.mark.parametrize("show", ["lines", "table", "multiples", "map"])
def test_the_page_has_the_numbers_whatever_is_drawn(client, show):
    page = client.get("/indicators", params=TPT | {"show": show}, headers=PAGE).text
    row = page[page.index('<tr data-region="63.71"') :]
    assert "6,49" in row[: row.index("</tr>")]
    assert "nonce" not in page


def test_the_page_keeps_its_view_in_every_link(client):
    page = client.get("/indicators", params=TPT | {"region": "63,63.02"}, headers=PAGE).text
    assert "region=63,63.02&amp;show=map" in page
    assert re.search(r"region=63,63\.02[^\"]*f=xlsx", page)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"indicator": "nothing"}, 404),
        ({"indicator": "gini", "region": "99.01"}, 404),
        ({"indicator": "gini", "region": "63.1"}, 400),
        ({"indicator": "gini", "f": "pdf"}, 400),
        ({"f": "csv"}, 400),
        ({"indicator": "gini", "sort": "2025; drop"}, 400),
        ({"indicator": "gini", "from_year": "0"}, 400),
        ({"indicator": "gini", "show": "pie"}, 400),
        ({"indicator": "a,b,c,d,e,f,g"}, 400),
        ({"indicator": "gini", "from_year": "", "to_year": ""}, 200),
        ({"indicator": ["gini", ""]}, 200),
        ({"indicator": "gini", "from_year": 2030, "to_year": 2020}, 400),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_what_cannot_be_shown_is_refused(client, asked, status, accept):
    assert client.get("/indicators", params=asked, headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize("code", ["63", "63.00", "6300"])
def test_the_province_is_a_unit_by_any_of_its_codes(client, code):
    found = client.get(f"/regions/{code}").json()
    assert (found["code"], found["is_province"]) == ("63", True)
    chief = {one["indicator"]: one for one in found["figures"]}
    assert (chief["tpt_agustus"]["value"], chief["tpt_agustus"]["basis"]) == (4.16, "published")
    assert {"tpt_agustus", "p0_persen_miskin_maret"} <= {t["indicator"] for t in found["targets"]}


def test_a_regency_is_a_unit_with_its_portrait_and_what_lies_inside(client):
    page = client.get("/regions/6302", headers=PAGE).text
    assert "Kabupaten Kotabaru" in page
    assert "/regencies/63.02" in page
    assert "/zones/rkt-kotabaru" in page


def test_the_page_of_the_province_begins_with_its_chief_figures_and_folds_the_others(client):
    page = client.get("/regions/63?lang=en", headers=PAGE).text
    targets, chief, folded = (
        page.index(at) for at in ('id="standings"', 'id="chief"', 'id="newest"')
    )
    assert targets < chief < folded < page.index("<details", folded)
    for link in ("standings", "chief", "newest", "regencies", "in-zones", "sources"):
        assert f'href="#{link}"' in page
        assert f'id="{link}"' in page


def test_a_note_of_a_shipped_target_is_said_in_the_language_of_the_page(client):
    for path in ("regions/63?", "targets?", "indicators?indicator=tpt_agustus&"):
        page = client.get(f"/{path}lang=en", headers=PAGE).text
        assert "The month is not named; read as August." in page
        assert "Bulannya tidak disebut" not in page


def test_all_units_are_listed_the_province_first(client):
    found = client.get("/regions").json()["regions"]
    assert (found[0]["code"], len(found)) == ("63", 14)


def test_no_other_region_is_a_unit(client):
    assert client.get("/regions/64").status_code == 404


def test_a_view_that_is_known_is_not_sent_again(client):
    tag = shown(client).headers["etag"]
    again = client.get("/indicators", params=TPT, headers={"If-None-Match": tag})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        *("/indicators?indicator=tpt_agustus", "/gap?indicator=tpt_agustus&f=html"),
        *("/split?indicator=tpt_agustus&f=html", "/achievement?f=html", "/zones/cahaya-baru"),
        "/targets?f=html",
    ],
)
def test_a_file_of_a_page_speaks_the_page_s_language(client, path):
    # A browser that asks for English gets an Indonesian page: its files are not to be English.
    page = client.get(path, headers=PAGE | {"Accept-Language": "en-US"}).text
    files = re.findall(
        r'(?:href|data-picture)="([^"]*(?:[?;]f=(?:xlsx|csv|svg|pdf)|\.pdf)[^"]*)"', page
    )
    assert files
    assert all("lang=id" in one for one in files), files


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("/indicators?indicator=gini&sort=zz", "tulis code, name, change atau satu tahun"),
        ("/indicators?indicator=gini&from_year=2030&to_year=2020", "tukarkan keduanya"),
        ("/gap?level=zzz", '"level: tulis salah satu dari rpjmd, rkpd, renja, rpjmn, usulan."'),
        ("/targets?level=zzz", '"level: tulis salah satu dari rpjmd, rkpd, renja, rpjmn, usulan."'),
    ],
)
def test_what_is_asked_wrongly_is_told_in_words_of_its_own(client, asked, said):
    answer = client.get(f"{asked}&lang=id&f=json")
    assert (answer.status_code, said in answer.text) == (400, True), answer.text


@pytest.mark.parametrize("address", ["indices/ipk", "achievement", "targets", "regions/63.99"])
def test_a_region_that_nobody_knows_is_not_found(client, address):
    asked = {} if address.startswith("regions") else {"region": "63.99"}
    assert client.get(f"/{address}", params=asked).status_code == 404


def test_a_note_of_one_figure_names_its_region_and_year_and_marks_it(client):
    page = shown(client, f="html", lang="id").text
    assert "Kalimantan Selatan 2022: Turunan" in page
    assert re.search(r"4,74<abbr[^>]*>\*</abbr>", page)


def test_a_change_that_is_not_told_says_why(client):
    page = shown(client, f="html", lang="id").text
    assert re.search(r'<abbr title="angka kedua tahun itu berbeda dasar[^"]*">–</abbr>', page)
    poverty = client.get("/indicators", params={"indicator": "p0_persen_miskin_maret"}).json()
    (one,) = poverty["indicators"]
    assert one["span"][1] == 2024
    assert sum(region.get("change") is not None for region in one["regions"]) >= 13


def test_the_list_begins_with_targets_and_the_newest_figures_of_all(client):
    page = client.get("/indicators", headers=PAGE).text
    first, rest = page.split('<details class="block theme"', 1)
    assert "indicator=tpt_agustus" in first
    assert "indicator=p0_persen_miskin_maret" in first
    assert "indicator=tpt_agustus" not in rest
    assert "indicator=air_pdam_produksi_m3" in rest
    assert "indicator=target_" not in page


def test_a_budget_s_row_is_that_of_the_provincial_government(client):
    (one,) = client.get("/indicators", params={"indicator": "apbd_belanja_anggaran"}).json()[
        "indicators"
    ]
    assert one["regions"][0]["name"].startswith(("Pemprov", "South Kalimantan government"))
    page = client.get("/regions/63?lang=id", headers=PAGE).text
    assert "anggaran pemerintah provinsi sendiri" in page


def test_a_map_names_every_regency_and_its_classes_do_not_overlap(client):
    drawn = shown(client, f="svg", show="map", lang="id").text
    # Too small for a name in itself, it is named beside the map.
    assert ">Kota Banjarmasin 6,49%</text>" in drawn
    assert ">3,96 – &lt; 6,05</text>" in drawn
    assert ">% angkatan kerja</text>" in drawn


@pytest.mark.parametrize(
    "path",
    [
        *("indicators", "indicators?indicator=gini", "regions", "regions/63", "regions/63.71"),
        *("gap", "gap/areas", "targets", "split", "achievement", "indices", "indices/ipk"),
    ],
)
def test_every_page_of_the_programme_leads_to_the_others(client, path):
    sign = "&" if "?" in path else "?"
    page = client.get(f"/{path}{sign}f=html&lang=id").text
    (menu,) = re.findall(r'<nav class="trail pages".*?</nav>', page, flags=re.DOTALL)
    for one in ("regions", "gap", "targets", "split", "achievement", "indices"):
        assert f"/{one}?" in menu, one
    assert menu.count("aria-current") == 1
