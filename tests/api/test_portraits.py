"""Pages about one zone and one regency over HTTP, and the first page of uploads."""

import html
import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from geo import published
from geo.indicators.figures import number_text
from geo.land.synthetic_notice import SYNTHETIC
from geo.planning.assess import assess
from geo.planning.publish import publish_indicators
from tests.api.examples import PROVENANCE, publish
from tests.maps.examples import HOSTILE, mostly_slope
from tests.reference_scores import (
    CAHAYA_BARU_CAREFUL_EN,
    CAHAYA_BARU_CAREFUL_ID,
    CAHAYA_BARU_COVERAGE,
    CAHAYA_BARU_EN,
    CAHAYA_BARU_ID,
)

PAGE = {"Accept": "text/html"}
PATHS = (
    "/zones/cahaya-baru",
    "/zones/angsana",
    "/zones/gula-habang?model=kebutuhan",
    "/zones/63.04.01",
    "/regencies/63.04",
    "/regencies/63.71",
    "/uploads?f=html",
)


@pytest.fixture
def client(shipped_client):
    return shipped_client


class Outline(HTMLParser):
    """What a page is made of, as far as somebody who cannot see it is told."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings, self.ids, self.tags, self.targets = [], [], [], []
        self.open = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        self.tags.append((tag, facts))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in facts:
            self.ids.append(facts["id"])
        if (facts.get("href") or "").startswith("#"):
            self.targets.append(facts["href"][1:])

    def of(self, tag):
        return [facts for name, facts in self.tags if name == tag]


def text_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "id",
            (
                f"{CAHAYA_BARU_ID} ({{range}}) dari 100",
                "Peringkat {rank} dari 14",
                "Perlu penguatan, ",
                "Kelompok {band} dari {bands}",
                "1.000 simulasi",
                CAHAYA_BARU_COVERAGE,
                "2.000 simulasi",
            ),
        ),
        (
            "en",
            (
                f"{CAHAYA_BARU_EN} ({{range}}) of 100",
                "Rank {rank} of 14",
                "Needs strengthening, ",
                "Band {band} of {bands}",
                "1,000 simulations",
                CAHAYA_BARU_COVERAGE,
                "2,000 simulations",
            ),
        ),
    ],
)
def test_a_zone_says_where_it_stands_in_both_languages(client, reference_store, language, words):
    assessment = assess(reference_store)
    result = assessment.result("cahaya-baru")
    facts = {
        "rank": result.rank,
        "band": result.band,
        "bands": assessment.certainty.n_bands,
        "range": f"{math.floor(result.score_low)}–{math.ceil(result.score_high)}",
    }
    answer = client.get(f"/zones/cahaya-baru?lang={language}", headers=PAGE)
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == language
    said = text_of(answer.text)
    for expected in (*words, "65" + ("," if language == "id" else ".") + "15"):
        assert expected.format(**facts) in said


def test_a_zone_without_a_rank_says_why_and_answers_all_the_same(client, reference_store):
    own = published.model(reference_store, "kesiapan").weights
    weights = ",".join(f"{c}:{w:.12f}" for c, w in mostly_slope(own).items())
    page = client.get(f"/zones/angsana?lang=en&weights={weights}", headers=PAGE).text
    said = text_of(page)
    assert "Not enough data" in said
    assert "of the weight of the assessment" in said
    # A range, the chance of each class, what is missing, and what to bring.
    assert re.search(r"\d+–\d+ of 100", said)
    assert "Chance of each class" in said
    assert re.search(r"Gentle slope 70% drawn from the \d+ measured areas", said)
    assert "This one datum suffices for a rank" in said
    assert "/collect?" in page


def test_a_zone_links_to_everything_about_it(client):
    page = client.get("/zones/cahaya-baru?lang=en", headers=PAGE).text
    for link in (
        "/map?lang=en#zone=cahaya-baru",
        "/collections/zones/items/cahaya-baru?f=json",
        "/readiness/cahaya-baru?lang=en",
        "/sheets/cahaya-baru.pdf?lang=en",
        "/regencies/63.04?lang=en",
        "?lang=id",
    ):
        assert link in html.unescape(page)


def test_another_model_is_another_question_and_stays_in_the_links(client):
    page = html.unescape(client.get("/zones/cahaya-baru?model=kebutuhan&lang=id").text)
    assert "Kebutuhan · tahun" in page
    assert "/readiness/cahaya-baru?model=kebutuhan&lang=id" in page
    assert "/sheets/cahaya-baru.pdf?model=kebutuhan&lang=id" in page


CHOSEN = "weights=huni:0.6,usaha:0.2,berkembang:0.1,lingkungan:0.1&method=owa&risk=0.2"


def test_a_readers_weights_are_said_first_and_stay_in_the_links(client):
    page = html.unescape(client.get(f"/zones/cahaya-baru?{CHOSEN}&lang=id", headers=PAGE).text)
    said = text_of(page)
    assert "Bobot pilihan pengguna: Layak huni 60%, Layak usaha 20%" in said
    assert f"{CAHAYA_BARU_CAREFUL_ID} dari 100" in said
    assert CAHAYA_BARU_ID not in said
    for link in (
        f"/sheets/cahaya-baru.pdf?{CHOSEN}&lang=id",
        f"/readiness/cahaya-baru?{CHOSEN}&lang=id",
        f"/regencies/63.04?{CHOSEN}&lang=id",
        "/map?lang=id#w=huni-60*usaha-20*berkembang-10*lingkungan-10&m=owa&r=20&zone=cahaya-baru",
    ):
        assert link in page
    # Another model has other weights, and the way back has none.
    assert "/zones/cahaya-baru?model=kebutuhan&lang=id" in page
    assert 'href="http://testserver/zones/cahaya-baru?lang=id"' in page


def test_a_regency_ranks_its_zones_under_a_readers_weights(client):
    page = html.unescape(client.get(f"/regencies/63.04?{CHOSEN}&lang=en", headers=PAGE).text)
    assert "Weights chosen by the user: Liveable 60%" in text_of(page)
    assert CAHAYA_BARU_CAREFUL_EN in text_of(page)
    assert f"/zones/cahaya-baru?{CHOSEN}" in page
    own = text_of(client.get("/regencies/63.04?lang=en", headers=PAGE).text)
    assert "chosen by the user" not in own


def test_a_zone_says_beside_its_class_which_limits_nobody_checked(client):
    said = text_of(client.get("/zones/cahaya-baru?lang=id", headers=PAGE).text)
    words = "belum diperiksa: Kawasan hutan, Gambut, Lereng di atas 45%."
    assert said.index(f"{CAHAYA_BARU_ID} (") < said.index(words) < said.index("Cakupan data")


def test_an_english_page_says_notes_and_sources_in_english(client):
    said = text_of(client.get("/zones/cahaya-baru?lang=en", headers=PAGE).text)
    assert "Constant prices of 2010." in said
    assert "Harga konstan" not in said
    indonesian = text_of(client.get("/zones/cahaya-baru?lang=id", headers=PAGE).text)
    assert "Penilaian proyek ini sendiri" in indonesian
    assert "own judgement" not in indonesian


def test_a_kecamatan_says_that_it_is_screening_and_keeps_its_layer(client):
    page = html.unescape(client.get("/zones/63.04.01?layer=kecamatan&lang=en").text)
    assert "A first screening, not an assessment of an area" in page
    assert "/collections/kecamatan/items/63.04.01?" in page
    assert "/readiness/63.04.01?layer=kecamatan&lang=en" in page


def test_a_regency_has_its_codes_its_figures_and_its_zones(client):
    said = text_of(client.get("/regencies/63.04?lang=id", headers=PAGE).text)
    for words in (
        "Kabupaten Barito Kuala",
        "Kode Kemendagri 63.04",
        "Kode BPS 6304",
        "3,23%",
        "Agustus 2025",
        "71,98%",
        "Upah minimum kabupaten/kota (UMK)",
        "Kawasan Transmigrasi Cahaya Baru",
        "Tabunganen",
    ):
        assert words in said


@pytest.mark.parametrize("path", ["/zones/cahaya-baru", "/regencies/63.04"])
def test_the_navigation_says_that_it_belongs_to_the_map(client, path):
    links = Outline(client.get(f"{path}?lang=en", headers=PAGE).text).of("a")
    marked = [link["href"] for link in links if link.get("aria-current") == "page"]
    # Two menus, of which one is seen: beside each other or behind a button.
    assert set(marked) == {"/map?lang=en"}


def test_figures_of_a_regency_name_sources_that_are_on_the_page(client):
    outline = Outline(client.get("/regencies/63.04", headers=PAGE).text)
    named = {target for target in outline.targets if target.startswith("sumber-")}
    assert named == {i for i in outline.ids if i.startswith("sumber-")}


def test_a_source_of_several_years_is_listed_once_with_its_years_and_its_way(client):
    said = text_of(client.get("/regencies/63.04?lang=id", headers=PAGE).text)
    assert "BPS Kalsel, Sakernas Agustus 2023, 2024, 2025 Diperoleh melalui: WebAPI BPS" in said
    assert "DJPK Kemenkeu, APBD 2022, 2023, 2024, 2025, 2026" in said


def test_single_figures_stand_under_their_theme(client):
    said = text_of(client.get("/regencies/63.03?lang=id", headers=PAGE).text)
    figures = said[said.index("Angka dari satu periode") :]
    themes = ["Kesejahteraan", "Ekonomi dan anggaran", "Pertanian", "Desa dan jalan", "Bencana"]
    assert sorted(themes, key=figures.index) == themes


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_page_is_in_order_for_those_who_cannot_see_it(client, path, language):
    joint = "&" if "?" in path else "?"
    outline = Outline(client.get(f"{path}{joint}lang={language}", headers=PAGE).text)
    assert outline.headings.count(1) == 1
    assert outline.headings[0] == 1
    deeper = zip(outline.headings, outline.headings[1:], strict=False)
    assert all(below - above <= 1 for above, below in deeper)
    assert len(outline.ids) == len(set(outline.ids))
    assert set(outline.targets) <= set(outline.ids)
    assert outline.of("html")[0]["lang"] == language
    assert len(outline.of("caption")) == len(outline.of("table"))
    assert all(cell.get("scope") in ("col", "row") for cell in outline.of("th"))
    drawn = [svg for svg in outline.of("svg") if svg.get("role") == "img"]
    assert all(svg["aria-label"] for svg in drawn)
    assert all(svg.get("aria-hidden") for svg in outline.of("svg") if svg not in drawn)
    assert all(s["aria-labelledby"] in outline.ids for s in outline.of("section"))


@pytest.mark.parametrize("path", PATHS)
def test_a_page_needs_no_script_and_nothing_inline(client, path):
    answer = client.get(path, headers=PAGE)
    outline = Outline(answer.text)
    assert outline.of("script") == []
    assert outline.of("style") == []
    for _, facts in outline.tags:
        assert "style" not in facts
        assert not [name for name in facts if name.startswith("on")]
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_an_unchanged_page_is_not_sent_again(client):
    first = client.get("/zones/cahaya-baru", headers=PAGE)
    known = {**PAGE, "If-None-Match": first.headers["ETag"]}
    assert client.get("/zones/cahaya-baru", headers=known).status_code == 304
    assert client.get("/zones/angsana", headers=known).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/zones/atlantis", 404, "ZoneNotFound"),
        ("/zones/atlantis?layer=kecamatan", 404, "ZoneNotFound"),
        ("/zones/cahaya-baru?layer=kecamatan", 404, "ZoneNotFound"),
        ("/zones/cahaya-baru?layer=indicators", 404, "LayerNotFound"),
        ("/zones/cahaya-baru?model=x", 404, "ModelNotFound"),
        ("/zones/cahaya-baru?tahun=2025", 400, "UnknownParameter"),
        ("/zones/cahaya-baru?weights=huni:1", 400, "InvalidWeights"),
        ("/zones/cahaya-baru?weights=huni", 400, "InvalidParameter"),
        ("/regencies/63.04?method=x", 400, "InvalidMethod"),
        ("/regencies/63.99", 404, "ZoneNotFound"),
        ("/regencies/63", 404, "ZoneNotFound"),
        ("/regencies/%3Cscript%3E", 404, "ZoneNotFound"),
        ("/regencies/63.04?year=2025", 400, "UnknownParameter"),
    ],
)
def test_what_is_not_there_is_a_problem(client, path, status, code):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    page = client.get(path, headers=PAGE)
    assert page.status_code == status
    assert page.headers["Content-Type"].startswith("text/html")
    assert "<script>" not in page.text


def test_hostile_attributes_are_text_wherever_they_are_shown(client, reference_store):
    zones = published.layer(reference_store, "zones")
    evil = " ".join(HOSTILE)
    texts = ("name", "status", "remarks", "source", "geometry_method")
    changed = zones.assign(**dict.fromkeys(texts, evil), source_url="javascript:alert(1)")
    publish(reference_store, "zones", changed)
    table = published.indicators(reference_store)
    poisoned = table.assign(
        value=table["value"].map(number_text),
        source=evil,
        note=evil,
        source_url="javascript:alert(1)",
    )
    publish_indicators(
        reference_store, poisoned.astype("str"), actor="tester", note="x", source=evil
    )
    for path in ("/zones/cahaya-baru", "/regencies/63.04", "/zones/angsana"):
        page = client.get(path, headers=PAGE).text
        outline = Outline(page)
        assert HOSTILE[0] not in page
        assert HOSTILE[0] in html.unescape(page)
        assert outline.of("script") == []
        assert "javascript:" not in page
        for _, facts in outline.tags:
            assert not [name for name in facts if name.startswith("on")]


@pytest.mark.parametrize("path", ["/zones/cahaya-baru", "/regencies/63.04"])
def test_made_up_land_is_said_first(client, reference_store, path):
    assert "sintetis" not in client.get(path, headers=PAGE).text
    landcover = reference_store.current_version("land-landcover", "raster")
    made_up = replace(PROVENANCE, source=f"{SYNTHETIC} {landcover.source}")
    reference_store.publish(
        "land-landcover",
        "raster",
        landcover.path,
        suffix=".tif",
        provenance=made_up,
        details=landcover.details,
    )
    said = text_of(client.get(path, headers=PAGE).text)
    assert said.index("Data contoh sintetis") < said.index("Perlu penguatan")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "id",
            (
                "Pengelolaan data spasial",
                "kdpkab",
                "Kesalahan",
                "Baris 3 (angsana)",
                "256 MB",
                "10 juta titik",
                "30 hari",
            ),
        ),
        ("en", ("Spatial data management", "kdpkab", "Error", "Row 3 (angsana)", "256 MB")),
    ],
)
def test_the_desk_explains_uploads_and_shows_nobodys(client, reference_store, language, words):
    reference_store.keys.add("Rahasia")
    said = text_of(client.get(f"/uploads?f=html&lang={language}", headers=PAGE).text)
    for expected in (*words, "http://testserver/uploads", "-F collection=zones", "regency_code"):
        assert expected in said
    assert "Rahasia" not in said


def test_commands_of_the_desk_hold_json_that_can_be_sent(client):
    for language in ("id", "en"):
        page = html.unescape(client.get(f"/uploads?f=html&lang={language}", headers=PAGE).text)
        bodies = re.findall(r"-d '(\{.*?\})'", page)
        assert [sorted(json.loads(body)) for body in bodies] == [["note"], ["note", "number"]]


def test_a_page_says_the_desa_of_an_area_and_every_statement_on_its_ground(client):
    page = client.get("/zones/63.08.09?layer=kecamatan&lang=id").text
    assert "Kondisi lapangan menurut sumber" in page
    assert "tidak banjir pada waktu tertentu: Kecamatan Paminggir" in page
    assert "Satu-satunya kecamatan di kabupaten ini tanpa desa banjir" in page
    assert "keyakinan rendah" in page
    silent = client.get("/zones/siayuh?lang=en").text
    assert "unknown, which does not mean dry" in silent
    # No figure of Kotabaru is known, which says nothing of floods there.
    assert "Flood events in" not in silent
    assert "Flood events in Kabupaten Barito Kuala" in client.get("/zones/bahandang?lang=en").text


@pytest.mark.parametrize("path", ["/regencies/63.02", "/zones/rkt-kotabaru"])
def test_the_province_stands_beside_the_figures_of_a_regency(client, path):
    said = text_of(client.get(path, headers=PAGE).text)
    assert "Kalimantan Selatan: 4,16% (angka provinsi yang dipublikasikan)" in said
