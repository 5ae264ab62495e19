"""Printed sheets: what they say, that it fits, that words from outside stay words."""

import datetime
import json
import math
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from rasterio.io import MemoryFile
from rasterio.warp import transform_bounds

from geo import published
from geo.errors import ZoneNotFound
from geo.readiness.class_words import class_words
from geo.readiness.lift import way_up
from geo.store.store import Store
from maps.labels import SHORT_NAMES
from maps.sheets import sheets
from maps.sheets.content import zone_content
from maps.sheets.frame import (
    Frame,
    degrees,
    frame_around,
    grid,
    ground_m_per_mm,
    scale_bar,
    utm_crs,
)
from maps.sheets.geopdf import PageNotFound, georeferenced_pdf
from maps.sheets.map import ROAD, Area, map_content
from maps.sheets.paper_text import printable
from maps.sheets.province import marks_of, province_content
from maps.sheets.sheet_subject import read_province_subject, read_zone_subject
from tests.maps.examples import mostly_slope
from tests.pdf_text import text_of
from tests.reference_scores import (
    CAHAYA_BARU_CAREFUL_ID,
    CAHAYA_BARU_COVERAGE,
    CAHAYA_BARU_EN,
    CAHAYA_BARU_ID,
    SEBAMBAN_ID,
)

PRINTED = datetime.date(2026, 11, 24)
HOSTILE = (
    "#set page(fill: red)",
    "$x^2$ *tebal* _miring_ `mentah`",
    "<label> @ref [isi] #{1 + 1} // /* */",
    "\\ \"kutip\" 'tunggal' \\u{41} ~ -- ---",
    "عربي مرحبا",
    "a" * 400,
    "#panic(1)" * 60,
)


@pytest.fixture(scope="module")
def store(reference_folder):
    opened = Store(reference_folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def subject(store):
    return read_zone_subject(store, "cahaya-baru", printed=PRINTED, language="id")


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type/Page\b(?!s)", pdf))


def fonts(pdf: bytes) -> set[str]:
    return {name.decode() for name in re.findall(rb"/BaseFont/[A-Z]{6}\+([A-Za-z-]+)", pdf)}


def renamed(subject, name):
    """The subject with one name for every zone, and one word for everything that is said of them."""
    zones = subject.layer.copy()
    zones["name"] = name
    zones[["status", "remarks", "geometry_method", "source"]] = name
    measures = subject.assessment.measures
    named = replace(measures, names=dict.fromkeys(measures.names, name))
    return replace(subject, layer=zones, assessment=replace(subject.assessment, measures=named))


def test_a_sheet_says_the_figures_of_the_assessment(subject):
    said = zone_content(subject, "cahaya-baru")
    result = subject.assessment.result("cahaya-baru")
    assert said["figures"]["score"] == CAHAYA_BARU_ID
    assert said["figures"]["rank"] == f"{result.rank} dari 14"
    assert said["figures"]["coverage"] == CAHAYA_BARU_COVERAGE
    words = class_words(result, subject.assessment.model).id
    assert said["figures"]["class"]["title"] == words
    assert words.startswith("Perlu penguatan, ")
    rows = [row for dimension in said["dimensions"] for row in dimension["rows"]]
    assert sum(row["points"] for row in rows) == pytest.approx(result.score, abs=0.05)
    assert {r["title"]: r["measure"] for r in rows}["Lereng landai"] == "0–2%"
    assert next(r for r in rows if "air minum" in r["title"])["measure"] == "65,15%"
    assert [c["outcome"] for c in said["constraints"]] == ["passed", *["unknown"] * 3]
    assert said["facts"][0] == ["Luas menurut sumber", "61.147,7 ha"]


def test_a_sheet_names_every_version_that_went_in(subject):
    said = zone_content(subject, "cahaya-baru")
    # A break is allowed inside a long name.
    assert [row["dataset"].replace("\u200b", "") for row in said["lineage"]] == [
        origin.dataset for origin in subject.assessment.lineage
    ]
    assert all(re.fullmatch("[0-9a-f]{12}", row["sha256"]) for row in said["lineage"])
    assert any("NASA MCD12C1" in source for source in said["sources"])
    assert said["printed"] == "Dicetak 24 November 2026"


def test_english_says_the_same_in_english(store):
    subject = read_zone_subject(store, "cahaya-baru", printed=PRINTED, language="en")
    said = zone_content(subject, "cahaya-baru")
    assert said["figures"]["score"] == CAHAYA_BARU_EN
    assert said["figures"]["rank"].endswith(" of 14")
    assert said["printed"] == "Printed 24 November 2026"
    facts = dict(said["facts"])
    assert any(
        f.endswith(
            "where the area truly lies and its shape are not known. Any seven kecamatan of Barito Kuala "
            "together are larger than that, so the area takes in only part of its kecamatan."
        )
        for f in facts.values()
    )
    assert any(f.startswith("National priority area 2025-2029") for f in facts.values())


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("zone", ["cahaya-baru", "angsana", "gula-habang", "63.01.02"])
def test_every_kind_of_area_becomes_a_sheet_in_our_own_type(store, zone, language):
    """A zone with much data, one with little, one inside its kecamatan, and a kecamatan."""
    subject = read_zone_subject(store, zone, printed=PRINTED, language=language)
    pdf = sheets.zone_sheet(subject, zone)
    assert pdf.startswith(b"%PDF-")
    assert pages(pdf) == 2
    assert {"Inter-Regular", "Inter-SemiBold"} <= fonts(pdf)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_bare_location_becomes_a_sheet_that_says_so(store, language):
    subject = read_zone_subject(store, "cintapuri", printed=PRINTED, language=language)
    zones = subject.layer.assign(geometry_kind="location_only")
    located = replace(subject, layer=zones.set_geometry(zones.representative_point()))
    pdf = sheets.zone_sheet(located, "cintapuri")
    assert pages(pdf) == 2
    assert {"id": "Titik lokasi", "en": "Location only"}[language] in text_of(pdf)
    with MemoryFile(sheets.zone_raster(located, "cintapuri")) as file, file.open() as picture:
        box = transform_bounds(picture.crs, "OGC:CRS84", *picture.bounds)
    assert shapely.box(*box).contains(located.layer.geometry["cintapuri"])


def test_a_sheet_says_what_would_lift_its_area(store, subject):
    said = zone_content(subject, "cahaya-baru")["next_step"]
    assert said == way_up(subject.assessment, "cahaya-baru").id


@pytest.fixture(scope="module")
def unranked(store, subject):
    """A zone whose data do not suffice: most of the weight lies on a slope that nobody measured."""
    weights = mostly_slope(subject.assessment.weights)
    return read_zone_subject(store, "cintapuri", printed=PRINTED, language="en", weights=weights)


def test_a_zone_without_a_rank_says_why_and_answers_all_the_same(unranked):
    said = zone_content(unranked, "cintapuri")
    result = unranked.assessment.result("cintapuri")
    low, high = math.floor(result.score_low), math.ceil(result.score_high)
    assert said["figures"]["rank"] == "–"
    assert said["figures"]["score"] == f"{low}–{high}"
    assert said["figures"]["class"]["colour"] == "hatched"
    assert said["figures"]["reason"]
    sure = said["certainty"]
    assert said["figures"]["class"]["title"] == class_words(result, unranked.assessment.model).en
    assert sure["interval"] == ""
    assert sure["missing"][0] == {
        "title": "Gentle slope",
        "weight": "70%",
        "how": f"drawn from the {unranked.assessment.certainty.known_in['lereng']} measured areas",
    }
    assert [d.split(",")[0] for d in sure["fewest"]["data"]] == ["Slope from a DEM"]
    paper = text_of(sheets.zone_sheet(unranked, "cintapuri"))
    assert "Data to bring first" in paper
    assert f"{low}–{high}" in paper
    rows = [row for dimension in said["dimensions"] for row in dimension["rows"]]
    assert all(row["points"] == 0 for row in rows)
    assert sum(row["most"] for row in rows) == pytest.approx(100, abs=0.1)


def test_chances_on_paper_are_those_of_the_assessment(subject):
    row = subject.assessment.position("cahaya-baru")
    shares = subject.assessment.certainty.class_shares[row]
    said = zone_content(subject, "cahaya-baru")["certainty"]["classes"]
    assert [c["part"] for c in said] == [s for s in shares[::-1].tolist() if s > 0]


def test_the_same_inputs_give_the_same_bytes(subject):
    assert sheets.zone_sheet(subject, "cahaya-baru") == sheets.zone_sheet(subject, "cahaya-baru")
    later = replace(subject, printed=PRINTED + datetime.timedelta(days=1))
    assert sheets.zone_sheet(later, "cahaya-baru") != sheets.zone_sheet(subject, "cahaya-baru")


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: name[:12])
def test_words_from_outside_stay_words_and_fit(subject, name):
    hostile = renamed(subject, name)
    said = zone_content(hostile, "cahaya-baru")
    assert said["name"].replace("\u200b", "").rstrip("…") in name
    # What is said of an outline is never cut, so the longest may take a third page.
    assert pages(sheets.zone_sheet(hostile, "cahaya-baru")) in (2, 3)
    assert sheets.zone_raster(hostile, "cahaya-baru")


def test_markup_is_data_in_every_template():
    """No template evaluates what it is given."""
    for path in sheets._TEMPLATES.glob("*.typ"):
        assert not re.search(r"\beval\(|mode:\s*\"markup\"", path.read_text(encoding="utf-8"))


def test_made_up_land_is_marked(subject):
    said = zone_content(replace(subject, is_synthetic=True), "cahaya-baru")
    assert said["notice"].startswith("SINTETIS")
    assert zone_content(subject, "cahaya-baru")["notice"] == ""


def test_the_caveat_of_an_outline_is_never_cut_and_addresses_are_whole(subject):
    said = zone_content(subject, "cahaya-baru")
    facts = dict(said["facts"])
    assert facts["Delineasi pada peta"].endswith(
        "letak dan bentuk kawasan yang sebenarnya tidak diketahui. Tujuh kecamatan mana pun di Barito "
        "Kuala lebih luas daripada itu, jadi kawasan hanya memuat sebagian dari kecamatannya."
    )
    assert said["remarks"].replace("\u200b", "").endswith("https://publikaindonesia.com/?p=13268")
    assert "Catatan" not in facts
    paper = text_of(sheets.zone_sheet(subject, "cahaya-baru"))
    for words in (
        "kawasan yang sebenarnya tidak diketahui.",
        "hanya memuat sebagian dari kecamatannya.",
        "https://publikaindonesia.com/?p=13268",
        "blob/ce2169e84aee641ec25d740c33ecfccbbcbac1bf/public/data/ketenagakerjaan.csv",
    ):
        # A long address may be broken after a stroke; nothing of it is left out.
        assert words.replace(" ", "") in paper.replace(" ", "")


def test_a_long_caveat_of_an_outline_is_printed_whole(subject):
    zones = subject.layer.copy()
    zones["geometry_method"] = "Cakram. " * 100 + "Batasnya tidak diketahui."
    pdf = sheets.zone_sheet(replace(subject, layer=zones), "cahaya-baru")
    assert "Batasnya tidak diketahui." in text_of(pdf)


def test_limits_that_nobody_checked_stand_in_the_head(store, subject):
    said = zone_content(subject, "cahaya-baru")["figures"]["unchecked"]
    assert said.startswith("3 dari 4 syarat mutlak ")
    assert said.endswith(" (Kawasan hutan, Gambut, Lereng di atas 45%)")
    assert said in text_of(sheets.zone_sheet(subject, "cahaya-baru"))
    english = read_zone_subject(store, "cahaya-baru", printed=PRINTED, language="en")
    assert "3 of 4 constraints" in text_of(sheets.zone_sheet(english, "cahaya-baru"))


def test_the_labour_figures_of_the_regency_stand_with_period_and_source(subject):
    said = zone_content(subject, "cahaya-baru")
    assert said["labour_title"] == "Data ketenagakerjaan Kabupaten Barito Kuala"
    assert [one["title"] for one in said["labour"]] == [
        "Tingkat pengangguran terbuka (Agustus)",
        "Tingkat partisipasi angkatan kerja (Agustus)",
    ]
    newest = said["labour"][0]["figures"][0]
    assert (newest["period"], newest["value"]) == ("Agustus 2025", "3,23%")
    assert "ketenagakerjaan.csv" in said["sources"][newest["source"] - 1].replace("\u200b", "")
    assert said["labour"][0]["chart"]["lines"]
    paper = text_of(sheets.zone_sheet(subject, "cahaya-baru"))
    assert "Agustus 2025" in paper
    assert "71,98%" in paper


def test_the_interval_of_the_rank_is_printed(store):
    subject = read_zone_subject(store, "63.01.02", printed=PRINTED, language="id")
    interval = zone_content(subject, "63.01.02")["certainty"]["interval"]
    assert re.fullmatch(r"Peringkat \d+–\d+ dalam (9\d|lebih dari 99|100)% simulasi", interval)
    assert interval in text_of(sheets.zone_sheet(subject, "63.01.02"))


WEIGHTS = {"huni": 0.6, "usaha": 0.2, "berkembang": 0.1, "lingkungan": 0.1}


def test_weights_of_a_reader_never_look_like_the_models(store, subject):
    chosen = read_zone_subject(
        store,
        "cahaya-baru",
        printed=PRINTED,
        language="id",
        weights=WEIGHTS,
        method="owa",
        risk=0.2,
    )
    said = zone_content(chosen, "cahaya-baru")
    assert said["choice"] == (
        "Bobot pilihan pengguna: Layak huni 60%, Layak usaha 20%, Layak berkembang 10%, "
        "Layak lingkungan 10%; metode pilihan pengguna: Rata-rata terbobot berurutan (OWA), risiko 0,20. "
        "Bukan hasil bobot dan metode model sendiri."
    )
    assert said["figures"]["score"] == CAHAYA_BARU_CAREFUL_ID
    paper = text_of(sheets.zone_sheet(chosen, "cahaya-baru"))
    assert "Bobot pilihan pengguna: Layak huni 60%" in paper
    # On every page: sheets get loose.
    assert "Bobot atau metode pilihan pengguna" in paper
    assert "Bobot pilihan pengguna" in text_of(sheets.zone_map_pdf(chosen, "cahaya-baru"))
    assert zone_content(subject, "cahaya-baru")["choice"] == ""
    assert "pengguna" not in text_of(sheets.zone_sheet(subject, "cahaya-baru"))


def test_the_models_own_weights_stated_by_name_are_no_choice(store, subject):
    own = dict(subject.assessment.model.weights)
    same = read_zone_subject(store, "cahaya-baru", printed=PRINTED, language="id", weights=own)
    assert zone_content(same, "cahaya-baru")["choice"] == ""


def test_weights_inside_a_dimension_are_named_where_they_moved(store, subject):
    own = dict(subject.assessment.model.weights)
    own["air_minum"], own["layanan"] = own["layanan"], own["air_minum"]
    moved = read_zone_subject(store, "cahaya-baru", printed=PRINTED, language="en", weights=own)
    said = zone_content(moved, "cahaya-baru")["choice"]
    assert "Households with improved drinking water" in said
    assert "Agriculture" not in said
    assert "the model's method: Weighted sum" in said


def test_a_sheet_says_its_sources_in_its_own_language(store, subject):
    sources = {row["dataset"]: row for row in zone_content(subject, "cahaya-baru")["lineage"]}
    assert sources["model-kesiapan"]["source"].startswith("Penilaian proyek ini sendiri")
    assert sources["indicators"]["licence"].startswith("Angka seperti diterbitkan")
    english = read_zone_subject(store, "cahaya-baru", printed=PRINTED, language="en")
    sources = {row["dataset"]: row for row in zone_content(english, "cahaya-baru")["lineage"]}
    assert sources["model-kesiapan"]["source"].startswith("Project's own judgement")


def test_a_zone_that_is_not_there_is_not_found(store):
    with pytest.raises(ZoneNotFound):
        read_zone_subject(store, "atlantis", printed=PRINTED, language="id")


def test_the_province_has_every_zone_in_order_and_counts_that_add_up(store):
    subject = read_province_subject(store, printed=PRINTED, language="id")
    said = province_content(subject)
    scores = {row["name"]: row["score"] for row in said["rows"]}
    assert scores["Kawasan Transmigrasi Cahaya Baru"].startswith(f"{CAHAYA_BARU_ID} (")
    assert scores["Kawasan Transmigrasi Sebamban"].startswith(f"{SEBAMBAN_ID} (")
    assert [row["mark"] for row in said["rows"]] == [str(n) for n in range(1, 15)]
    # An area that other weights leave without a rank is between its ranks in fewer than 90 %.
    shares = [re.fullmatch(r"\d+(?:–\d+)? \((\d+)%\)", row["interval"]) for row in said["rows"]]
    assert min(int(share[1]) for share in shares) < 75
    bands = [row["band"] for row in said["rows"]]
    assert bands == sorted(bands)
    assert set(bands) == set(range(1, subject.assessment.certainty.n_bands + 1))
    paper = text_of(sheets.province_sheet(subject))
    assert all(f"Kelompok {band}" in paper for band in set(bands))
    assert all(row["unchecked"].startswith("3 dari 4 syarat mutlak ") for row in said["rows"])
    assert sum(c["count"] for c in said["counts"]) == 14
    assert [q["count"] for q in said["quadrants"]] == [2, 8, 0, 4]
    assert "bila lolos syarat mutlak" in said["quadrants"][0]["sentence"]
    placed = sum(q["count"] for q in said["quadrants"])
    assert said["unplaced"] == f"Tidak ditempatkan: {14 - placed}"
    assert pages(sheets.province_sheet(subject)) == 2


def test_only_ranked_areas_have_a_number_and_the_others_say_why_they_have_none(store, subject):
    weights = mostly_slope(subject.assessment.weights)
    province = read_province_subject(store, printed=PRINTED, language="id", weights=weights)
    said = province_content(province)
    assert said["unranked"]
    assert [row["mark"] for row in said["unranked"]] == list(
        "abcdefghijklmn"[: len(said["unranked"])]
    )
    assert all(row["reason"].startswith("Data yang ada hanya mencakup") for row in said["unranked"])
    assert all(re.fullmatch(r"\d+–\d+", row["score"]) for row in said["unranked"])
    assert "Tanpa peringkat" in text_of(sheets.province_sheet(province))


NARROW = {"Hulu Sungai Utara", "Hulu Sungai Tengah", "Hulu Sungai Selatan", "Barito Kuala"}


@pytest.mark.parametrize(
    ("language", "around"),
    [
        ("id", ["Laut Jawa", "Selat Makassar", "Kalimantan Tengah", "Barito Selatan", "Paser"]),
        ("en", ["Java Sea", "Makassar Strait", "Central Kalimantan", "Barito Selatan", "Paser"]),
    ],
)
def test_the_map_of_the_province_says_where_it_is(store, language, around):
    subject = read_province_subject(store, printed=PRINTED, language=language)
    drawn = sheets.province_map(subject)
    names = {label["text"] for label in drawn["map"]["labels"]}
    assert set(around) <= names
    # Four names are wider than their regency; the note below says what their short names stand for.
    assert {SHORT_NAMES.get(n, n) if n in NARROW else n for n in subject.regencies["name"]} <= names
    assert all(f"{SHORT_NAMES[name]}: {name}" in drawn["around"] for name in NARROW)
    assert "Tala:" not in drawn["around"]
    assert ROAD in drawn["map"]["svg"]
    assert "OpenStreetMap (ODbL), GSHHG" in drawn["around"].replace("contributors ", "")
    said = text_of(sheets.province_sheet(subject))
    assert all(re.search(name, said, re.IGNORECASE) for name in (around[0], "OpenStreetMap"))


def test_a_map_at_the_coast_names_its_sea_and_one_far_from_it_none(store):
    subject = read_zone_subject(store, "angsana", printed=PRINTED, language="id")
    kinds = {label["text"]: label["kind"] for label in sheet_labels(subject, "angsana")}
    assert kinds["Laut Jawa"] == "context-sea"
    inland = read_zone_subject(store, "gula-habang", printed=PRINTED, language="id")
    labels = sheet_labels(inland, "gula-habang")
    assert not [label for label in labels if label["kind"] == "context-sea"]


def sheet_labels(subject, area_id):
    return sheets.zone_map(subject, area_id, (112.0, 84.0))[0]["map"]["labels"]


def test_every_mark_of_the_tables_is_on_the_map_of_the_province(store):
    subject = read_province_subject(store, printed=PRINTED, language="en")
    labels = sheets.province_map(subject)["map"]["labels"]
    kinds = {
        label["text"]: label["kind"]
        for label in labels
        if not label["kind"].startswith(("ground", "context"))
    }
    assert kinds == {
        mark: "number" if mark.isdecimal() else "letter" for mark in marks_of(subject).values()
    }


def test_a_mark_lies_beside_an_area_that_is_narrower_and_inside_another(store):
    subject = read_province_subject(store, printed=PRINTED, language="id")
    marks = {mark: area for area, mark in marks_of(subject).items()}
    frame = frame_around(
        subject.regencies.total_bounds, width_mm=106.0, height_mm=128.0, share=0.95, least_m=24_000
    )
    lonlat = subject.layer.to_crs(frame.crs).geometry
    for label in sheets.province_map(subject)["map"]["labels"]:
        if label["kind"] == "letter" and label["text"] in "ghij":
            shape = shapely.transform(lonlat[marks[label["text"]]], frame.to_paper)
            is_inside = shapely.contains_xy(shape, label["x"], label["y"])
            assert is_inside == (label["text"] in "ij"), label


def test_no_name_on_the_map_of_a_zone_is_cut(store):
    for zone in ("cahaya-baru", "sebamban"):
        subject = read_zone_subject(store, zone, printed=PRINTED, language="id")
        texts = [label["text"] for label in sheet_labels(subject, zone)]
        assert not any("…" in text for text in texts)
        assert zone != "cahaya-baru" or "Permukiman Transmigrasi Bahandang" in texts


def test_need_alone_has_no_quadrants(store):
    subject = read_province_subject(store, printed=PRINTED, language="id", model="kebutuhan")
    assert province_content(subject)["quadrants"] == []
    assert sheets.province_sheet(subject)


@pytest.mark.parametrize("zone", ["cahaya-baru", "cintapuri", "63.01.02"])
def test_the_map_for_tablets_lies_where_the_zone_lies(store, zone):
    subject = read_zone_subject(store, zone, printed=PRINTED, language="id")
    with MemoryFile(sheets.zone_raster(subject, zone)) as file, file.open() as picture:
        assert picture.crs.to_epsg() == 32750
        assert picture.shape == (1800, 1350)
        assert picture.count == 3
        assert picture.profile["tiled"]
        assert picture.res[0] == pytest.approx(picture.res[1], rel=1e-9)
        west, south, east, north = transform_bounds(picture.crs, "OGC:CRS84", *picture.bounds)
        red, green, blue = picture.read().astype(np.uint32)
    shape = published.layer(store, subject.assessment.layer).geometry[zone]
    assert shapely.box(west, south, east, north).contains(shape)
    assert len(np.unique(red << 16 | green << 8 | blue)) > 20


def test_the_colour_of_a_zone_lies_on_its_place_in_the_picture(store):
    """The class's colour at the zone's own place: the picture is not shifted or turned."""
    subject = read_zone_subject(store, "cahaya-baru", printed=PRINTED, language="id")
    with MemoryFile(sheets.zone_raster(subject, "cahaya-baru")) as file, file.open() as picture:
        shape = subject.layer.to_crs(picture.crs).geometry["cahaya-baru"]
        others = subject.layer.drop(index="cahaya-baru").to_crs(picture.crs).union_all()
        # Inside the outline, away from other zones and from where a regency's name stands.
        x, y = shape.centroid.x, shape.bounds[3] - 3_000
        assert not others.buffer(2_000).contains(shapely.Point(x, y))
        colour = tuple(int(band) for band in next(picture.sample([(x, y)])))
        beside = tuple(int(b) for b in next(picture.sample([(x, shape.bounds[3] + 3_000)])))
    # Most draws put it into the class below the middle.
    assert colour == (0xDF, 0xC2, 0x7D)
    assert beside == (0xFB, 0xFA, 0xF7)


def square_frame(width_m=10_000.0):
    return Frame(
        pyproj.CRS("EPSG:32750"), (500_000, 9_600_000, 500_000 + width_m, 9_610_000), 100, 100
    )


def test_the_scale_is_measured_on_the_ellipsoid():
    """On the central meridian UTM draws 1 km as 0.9996 km, so 100 m of the plane are 100.04 m."""
    frame = square_frame()
    assert ground_m_per_mm(frame) == pytest.approx(100 / 0.9996, rel=1e-6)
    bar = scale_bar(frame, "id")
    assert bar["text"] == "2 km"
    assert bar["length"] == pytest.approx(20 * 0.9996, abs=1e-3)
    assert bar["ratio"] == "1 : 100.000"


def test_the_frame_keeps_its_subject_in_the_middle_and_the_shape_of_the_paper():
    frame = frame_around(
        (114.5, -3.5, 114.7, -3.1), width_mm=112, height_mm=84, share=0.5, least_m=1
    )
    minx, miny, maxx, maxy = frame.bounds
    assert (maxx - minx) / (maxy - miny) == pytest.approx(112 / 84)
    # 0.4° of latitude are 44.2 km: half of the height.
    assert maxy - miny == pytest.approx(2 * 44_240, rel=0.01)


def test_a_bare_location_gets_its_surroundings():
    frame = frame_around((115, -3, 115, -3), width_mm=100, height_mm=50, share=0.5, least_m=24_000)
    assert frame.bounds[2] - frame.bounds[0] == pytest.approx(24_000)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [(114.6, -3, 32750), (120.1, -3, 32751), (179.9, 1, 32660), (180, 1, 32660)],
)
def test_the_utm_zone_of_a_place(lon, lat, code):
    assert utm_crs(lon, lat).to_epsg() == code


def test_the_grid_has_round_minutes_at_their_true_place():
    frame = square_frame()
    lines, ticks = grid(frame, "en")
    assert len(lines) >= len(ticks) > 0
    to_plane = pyproj.Transformer.from_crs("OGC:CRS84", frame.crs, always_xy=True)
    for tick in (t for t in ticks if t["edge"] == "bottom"):
        whole, minutes = re.match(r"(\d+)°(\d+)′ E", tick["text"]).groups()
        lon = int(whole) + int(minutes) / 60
        x, _ = to_plane.transform(lon, -3.618)
        assert tick["at"] == pytest.approx((x - 500_000) / 100, abs=0.1)


@pytest.mark.parametrize(
    ("value", "directions", "text"),
    [
        (-3.25, "NS", "3°15′ S"),
        (0, "NS", "0°00′ N"),
        (114.9999999, "EW", "115°00′ E"),
        (-0.0083333, "EW", "0°00′30″ W"),
    ],
)
def test_degrees_are_written_in_minutes(value, directions, text):
    assert degrees(value, directions, "en") == text


def test_labels_do_not_lie_on_each_other_and_approximate_outlines_are_dashed():
    regencies = gpd.GeoDataFrame(
        {"name": ["Satu"]}, geometry=[shapely.box(116.9, -3.7, 117.2, -3.4)], crs="OGC:CRS84"
    )
    place = shapely.Point(117.05, -3.57)
    areas = [
        Area("a", place.buffer(0.02), "#018571", True, True, "Alfa"),
        Area("b", place, "hatched", False, False, "Beta"),
        Area("c", place, "hatched", False, False, "Gama"),
    ]
    drawn = map_content(square_frame(), regencies=regencies, areas=areas, language="id")
    names = [label["text"] for label in drawn["labels"]]
    assert names.count("Beta") + names.count("Gama") == 1
    assert re.search(r'stroke-width="0.65" stroke-dasharray', drawn["svg"])
    assert "Alfa" not in drawn["svg"]
    assert json.dumps(drawn)


def test_words_are_cut_and_broken_for_paper():
    assert printable("abcdef", 4) == "abc…"
    assert printable("a\x00b\u202ec\nd") == "a bc d"
    assert printable("x" * 50).count("\u200b") == 2
    assert printable("x" * 50).replace("\u200b", "") == "x" * 50


def test_the_georeferenced_pdf_knows_the_corners_of_its_map(subject):
    """The corners' latitudes and longitudes, brought back to the plane, are those of the frame."""
    pdf = sheets.zone_map_pdf(subject, "cahaya-baru")
    assert pdf == sheets.zone_map_pdf(subject, "cahaya-baru")
    numbers = re.search(rb"/GPTS\[([^]]*)\]", pdf)[1].split()
    lat, lon = np.array(numbers, dtype=float).reshape(4, 2).T
    to_plane = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:32750", always_xy=True)
    x, y = to_plane.transform(lon, lat)
    with MemoryFile(sheets.zone_raster(subject, "cahaya-baru")) as file, file.open() as picture:
        west, south, east, north = picture.bounds
    assert x == pytest.approx([west, west, east, east], abs=0.01)
    assert y == pytest.approx([north, south, south, north], abs=0.01)
    assert b"/EPSG 32750" in pdf


def test_the_added_page_of_a_georeferenced_pdf_is_found_through_its_table(subject):
    """Every reader starts at the last startxref and takes the newest entry of an object."""
    pdf = sheets.zone_map_pdf(subject, "cahaya-baru")
    start = int(re.findall(rb"startxref\n(\d+)\n", pdf)[-1])
    table = re.match(
        rb"xref\n0 1\n0{10} 65535 f\r\n(\d+) 1\n(\d{10}) 00000 n\r\ntrailer\n<<.*/Prev (\d+)>>",
        pdf[start:],
    )
    number, offset, previous = map(int, table.groups())
    assert pdf[offset:].startswith(b"%d 0 obj\n<</Type/Page/" % number)
    assert pdf[previous:].startswith(b"xref\n")


def test_another_pdf_is_not_georeferenced(subject):
    with pytest.raises(PageNotFound):
        georeferenced_pdf(sheets.zone_sheet(subject, "cahaya-baru"), square_frame())
