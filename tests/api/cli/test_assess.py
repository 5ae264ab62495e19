"""The commands that score, explain and compare, run as a user runs them."""

import json

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from geo import published
from tests.api.examples import publish
from tests.reference_scores import CAHAYA_BARU_EN, CAHAYA_BARU_ID

WEIGHTS = {"huni": 0.4, "usaha": 0.3, "berkembang": 0.2, "lingkungan": 0.1}
OTHER = ("-w", "huni=.4", "-w", "usaha=.3", "-w", "berkembang=.2", "-w", "lingkungan=.1")
REGENCIES = ("assess", "--layer", "regencies")
JUDGED = """
[[member]]
name = "Provinsi"
judgements.goal = [["huni", "usaha", 2], ["usaha", "berkembang", 2], ["berkembang", "lingkungan", 1]]

[[member]]
name = "Kabupaten"
judgements.goal = [["huni", "usaha", 0.5], ["usaha", "berkembang", 1], ["berkembang", "lingkungan", 3]]
"""
IDLE = """
id = "tpt-2026"
title = { id = "TPT turun", en = "Unemployment falls" }
source = "test"

[[indicators]]
region = "63.04"
indicator = "tpt_agustus"
year = 2026
value = 3.0
note = "test"
source = "test"
"""


@pytest.fixture
def run(reference_store, monkeypatch):
    """Run a command over a store with the shipped data."""
    monkeypatch.setenv("KAWASAN_STORE", str(reference_store.folder))

    def invoke(*words, columns=200, expect=0):
        monkeypatch.setenv("COLUMNS", str(columns))
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == expect, result.output
        return result.output

    return invoke


def words(output):
    return " ".join(output.split())


def test_the_ranking_is_printed_with_classes_and_data_coverage(run):
    table = run("assess")
    assert "Kawasan Transmigrasi Cahaya Baru" in table
    assert CAHAYA_BARU_ID in table
    assert "(54–60)" in table
    assert "Perlu penguatan atau Siap" in table
    assert "Perlu penguatan, 76%" in table
    assert "67%" in table
    assert "data belum memadai" in run("assess", "--model", "ipktrans")
    assert CAHAYA_BARU_EN in run("assess", "--lang", "en")


def test_a_zone_is_explained(run):
    text = run("assess", "--explain", "cahaya-baru", "--lang", "en")
    assert "rank 8 of 14" in text
    assert "Not checked: the map of peat depth has not been added yet." in text


def test_what_would_lift_a_zone_a_class_is_said(run):
    text = words(run("assess", "--explain", "sebamban", "--lang", "en"))
    assert (
        "Its score reaches class Ready if Basic services of the desa (IKS) rises from 0.833 to 0.873"
        in text
    )
    text = words(run("assess", "--explain", "cahaya-baru", "--lang", "en"))
    assert "Nothing that an office can change suffices alone for a higher class." in text
    assert "The regency's figures among them cannot be changed in this area alone." in text


def test_a_zone_is_explained_by_its_name_with_its_geometry_and_sources(run):
    text = words(run("assess", "--explain", "sungai pinang", "--lang", "en"))
    assert "Boundary on the map: Approximate: the kecamatan that the source names, joined" in text
    assert "where the settlement lies inside it is not known" in text
    assert "https://" in text
    assert "Sources: BPS" in text


def test_the_ranking_says_whose_drawn_area_is_not_its_own(run):
    lines = run("assess", "--lang", "en").splitlines()
    rows = [[cell.strip() for cell in line.split("│")] for line in lines if "│" in line]
    marks = {row[2].rpartition("(")[2].rstrip(")"): row[7] for row in rows}
    assert marks["cahaya-baru"] == "approximate boundary"
    assert marks["rkt-kotabaru"] == "the drawn boundary is wider than the area"
    assert marks["sebamban"] == "approximate boundary"


def test_the_ranking_says_which_zone_is_only_a_location(run, reference_store):
    zones = published.layer(reference_store, "zones")
    zones.loc["sebamban", "geometry_kind"] = "location_only"
    zones.loc[["sebamban"], "geometry"] = zones.loc[["sebamban"]].representative_point()
    publish(reference_store, "zones", zones)
    lines = run("assess", "--lang", "en").splitlines()
    cells = next([c.strip() for c in line.split("│")] for line in lines if "(sebamban)" in line)
    assert cells[7] == "location only"


def test_other_weights_and_json(run):
    weights = ["-w", "huni=0,4", "-w", "usaha=.3", "-w", "berkembang=.2", "-w", "lingkungan=.1"]
    document = json.loads(run("assess", "--json", *weights))
    assert sum(document["weights"].values()) == pytest.approx(1)


def test_two_zones_are_explained_one_after_the_other(run):
    text = words(run("assess", "--explain", "angsana", "--explain", "cahaya-baru", "--lang", "en"))
    assert text.index("Angsana scores") < text.index("Cahaya Baru scores")


def test_a_comparison_tells_the_rank_and_class_before_and_after(run):
    found = json.loads(run(*REGENCIES, "--compare", "--json", *OTHER))["comparison"]
    moved = next(z for z in found["zones"] if z["class_before"] != z["class_after"])
    printed = run(*REGENCIES, "--compare", "--lang", "en", *OTHER)
    assert moved["name"] in printed.split("Comparison")[1]
    assert "→" in printed
    assert "The weights differ." in printed


def test_a_simulation_is_the_same_for_a_seed_and_says_how_firm_the_first_place_is(run):
    asked = (*REGENCIES, "--uncertainty", 300, "--lang", "en")
    first, again, other = (run(*asked, "--seed", seed) for seed in (3, 3, 4))
    assert first == again
    assert first != other
    assert "n = 300, seed 3" in first
    assert "of 300 simulations" in words(first)


def test_the_simulation_of_an_explained_zone_is_one_sentence_with_what_counts_as_exact(run):
    asked = ("--explain", "sebamban", "--explain", "angsana", "--uncertainty", 100)
    text = words(run("assess", *asked, "--lang", "en"))
    assert "Kawasan Transmigrasi Sebamban ranks 2–7 in 96% of 100 simulations." in text
    assert "Permukiman Transmigrasi Angsana ranks 1 in 51% of 100 simulations" in text
    assert "Counted as exact, as the model states no error of them: Households with" in text
    # It is known of 8 of the 14 areas whole, and only between two numbers of the others.
    assert "Basic services of the desa (IKS): What is known counts without an error" in text


@pytest.mark.usefixtures("earlier_store")
def test_a_zone_without_rank_is_said_to_take_no_part_in_the_draws(run):
    asked = ("--explain", "sebamban", "--explain", "angsana", "--uncertainty", 100)
    text = words(run("assess", *asked, "--lang", "en"))
    assert "Angsana is not ranked, so it takes no part in the draws." in text


def test_ten_thousand_draws_are_no_wait(run):
    found = json.loads(run(*REGENCIES, "--uncertainty", 10_000, "--json"))["uncertainty"]
    for zone in found["zones"].values():
        ranked = sum(zone["acceptability"].values())
        assert ranked + zone["unranked"] == pytest.approx(1)
        assert sum(zone["classes"].values()) == pytest.approx(1)
        # In one draw of many, other weights leave a regency with too little data for a rank.
        assert 0.999 <= ranked < 1 + 1e-9


def test_a_class_is_as_likely_in_the_simulation_as_in_the_list_and_draws_without_rank_are_told(run):
    found = json.loads(run("assess", "--uncertainty", 1000, "--json"))
    drawn = found["uncertainty"]["zones"]
    for zone in found["zones"]:
        if zone["rank"] is not None:
            share = drawn[zone["area_id"]]["classes"][zone["class"]]
            assert share == pytest.approx(zone["class_chance"], abs=0.05)
    # In a quarter of the draws other weights leave it with too little data for a rank.
    assert drawn["rkt-kotabaru"]["unranked"] == pytest.approx(0.27, abs=0.05)
    assert drawn["rkt-kotabaru"]["rank_interval_share"] < 0.75
    printed = run("assess", "--uncertainty", 1000)
    assert "≥90%" not in printed
    assert f"({round(100 * drawn['rkt-kotabaru']['rank_interval_share'])}%)" in printed


def test_sensitivity_prints_every_weight_with_what_the_document_holds(run):
    found = json.loads(run(*REGENCIES, "--sensitivity", "--json", "--lang", "en"))["sensitivity"]
    printed = run(*REGENCIES, "--sensitivity", "--lang", "en")
    assert "Weights of dimensions" in printed
    for one in (*found["dimensions"], *found["criteria"]):
        for point in one["above"].values():
            assert point is None or f"{point['weight']:.3f}"[:4] in printed


def test_sobol_indices_of_a_zone_found_by_name(run):
    asked = ("assess", "--sobol", "cahaya baru", "--lang", "en")
    assert "Shares of the score's variance" in run(*asked)
    found = json.loads(run(*asked, "--json"))["score"]
    assert found["zone"] == "cahaya-baru"
    assert {one["input"] for one in found["indices"]} == {
        *("weight", "measure", "place", "missing")
    }


def test_judgements_of_several_members_are_read_from_a_file(run, tmp_path):
    path = tmp_path / "rapat.toml"
    path.write_text(JUDGED)
    assert "Dimensi: " in run("assess", "--judgements", path)
    document = json.loads(run("assess", "--judgements", path, "--json"))
    assert [m["name"] for m in document["together"]["goal"]["members"]] == ["Provinsi", "Kabupaten"]
    assert sum(document["weights"].values()) == pytest.approx(1)


def test_one_persons_contradiction_is_named_with_its_mend(run, tmp_path):
    path = tmp_path / "saya.toml"
    pairs = '["huni", "usaha", 4], ["usaha", "berkembang", 4], ["huni", "berkembang", 0.25]'
    path.write_text(f'incomplete = true\n[judgements]\ngoal = [{pairs}, ["huni", "lingkungan", 1]]')
    text = words(run("assess", "--judgements", path, "--lang", "en"))
    assert "Dimensions: consistency ratio" in text
    assert "limit 0.1; random index saaty2005" in text
    assert "Dimensions: look again at" in text


def test_a_file_of_judgements_may_begin_with_the_mark_of_windows_editors(run, tmp_path):
    path = tmp_path / "rapat.toml"
    path.write_text(JUDGED, encoding="utf-8-sig")
    assert "Dimensi: " in run("assess", "--judgements", path)


def test_a_scenario_of_the_service_is_read_as_json(run, tmp_path):
    stated = {"id": "x", "title": "Bobot lain", "source": "test", "weights": WEIGHTS}
    path = tmp_path / "skenario.json"
    path.write_text(json.dumps(stated))
    document = json.loads(run("assess", "--scenario", path, "--compare", "--json"))
    assert document["scenario"] == "x"
    assert document["comparison"]["differs"]


def test_a_change_of_a_scenario_without_effect_is_said(run, tmp_path):
    path = tmp_path / "skenario.toml"
    path.write_text(IDLE)
    assert "tpt_agustus is not read" in run("assess", "--scenario", path, "--lang", "en")


@pytest.mark.parametrize("option", ["--judgements", "--scenario"])
def test_a_file_that_is_no_text_is_one_sentence(run, tmp_path, option):
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xff\xfe\x00goal")
    said = run("assess", option, path, expect=1)
    assert "Traceback" not in said
    assert "tidak dapat di" in words(said)


@pytest.mark.parametrize(
    ("asked", "code", "message"),
    [
        (["--any-weights"], 2, "--any-weights hanya bersama --uncertainty"),
        (["--any-weights", "--lang", "en"], 2, "--any-weights is for --uncertainty"),
        (["--lang", "de"], 2, "'de': id, en"),
        (["-w", "huni=0,7", "-w", "huni=0.4"], 2, "'huni' disebut dua kali"),
        (["-w", "huni"], 2, "tulis nama=angka"),
        (["-w", "huni=1"], 1, "Belum ada: berkembang, lingkungan, usaha"),
        (["-w", "huni=nan"], 1, "Bobot harus menyebut semua"),
        (["--method", "owa", "--risk", "nan"], 2, "Nilai untuk --risk tidak sah"),
        (["--year", "1999"], 1, "Tahun yang tersedia"),
        (["--model", "x"], 1, "Model 'x' tidak ada"),
        (["--explain", "atlantis"], 1, "'atlantis' tidak ada"),
        (["--risk", "0.3"], 1, "tidak memakai risiko"),
        (["--method", "x"], 1, "Tidak ada metode 'x'"),
        (["--weighting", "rank_sum"], 1, "memerlukan urutan"),
        (["--model", "ipktrans", "--sobol", "angsana"], 1, "tidak diperingkat"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(run, asked, code, message):
    assert message in words(run("assess", *asked, expect=code))


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize(
    "asked",
    [
        ("assess",),
        ("assess", "--explain", "cahaya-baru"),
        (*REGENCIES, "--uncertainty", 50),
        (*REGENCIES, "--compare", *OTHER),
        (*REGENCIES, "--sensitivity"),
        ("model", "list"),
    ],
)
def test_tables_fit_the_terminal_and_cut_no_word(run, asked, columns, language):
    tables = run(*asked, "--lang", language, columns=columns).split("•")[0]
    assert max(map(len, tables.splitlines())) <= columns
    wide = set(run(*asked, "--lang", language, columns=1000).split())
    # Whatever stands in the narrow table stands in the wide one, where nothing is folded.
    assert {word for word in tables.split() if word[0] not in "┏┡├└─━"} <= wide | {"│", "┃"}


def test_a_terminal_too_narrow_for_a_table_gets_records_with_whole_words(run):
    lines = run("assess", "--lang", "en", columns=40).splitlines()
    named = "Area: Permukiman eks Transmigrasi Rawa Indah, Desa Bekambit Asri (bekambit-asri)"
    assert named.split() == " ".join(lines[lines.index("#: 6") + 1 :]).split()[: len(named.split())]
    assert "Class: Needs strengthening, 78%" in lines


def test_the_years_that_cannot_be_compared_are_marked_and_the_mark_explained(run):
    printed = run("trends", "sebamban", "--lang", "en", columns=80)
    assert "|56.3" in printed
    assert "| before a figure: that year cannot be compared" in words(printed)


def test_models_are_listed_with_what_an_office_has_set_and_what_they_wait_for(run):
    listed = {m["id"]: m for m in json.loads(run("model", "list", "--json"))}
    assert listed["kebutuhan"]["waits_for"] == []
    assert "slope_percent" in listed["kesiapan"]["waits_for"]
    table = run("model", "list", "--lang", "en")
    for model in listed.values():
        assert model["id"] in table
    assert "slope_percent, forest_estate, peat_depth_m" in table


def test_two_zones_explained_say_why_the_one_is_ahead_and_what_would_lift_the_other(run):
    said = " ".join(run("assess", "--explain", "sebamban", "--explain", "cahaya-baru").split())
    ahead = "Sebamban unggul 7,7 poin atas Kawasan Transmigrasi Cahaya Baru: terutama Genangan"
    assert ahead in said
    assert (
        "Skornya mencapai kelas Siap bila Layanan dasar desa (IKS) naik dari 0,833 menjadi 0,873"
        in said
    )
    assert "Versi: model-kesiapan 2" in said
