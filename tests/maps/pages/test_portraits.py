"""What a page says of one zone and one regency, on the shipped data and on small tables."""

import re

import numpy as np
import pandas as pd
import pytest
import shapely

from geo import published
from geo.errors import LayerNotFound, ZoneNotFound
from geo.indicators.series import Break
from geo.indicators.table import parse_catalogue, parse_indicators
from geo.ingest.source import Limits
from geo.language import Text
from geo.planning.assess import assess
from geo.readiness.lift import way_up
from geo.readiness.trends import ZoneChange, ZonePoint, ZoneTrend
from maps.desk.explanation import desk
from maps.pages.area_facts import flood_events
from maps.pages.histories import histories, numbered_sources, score_history
from maps.pages.locator import locator
from maps.pages.portraits import regency_portrait, zone_portrait
from tests.maps.examples import MODEL, make_regencies, make_zones
from tests.reference_scores import CAHAYA_BARU, CAHAYA_BARU_ID

CATALOGUE = parse_catalogue(
    """
[tpt_agustus]
title = { id = "TPT", en = "Unemployment" }
unit = { id = "%", en = "%" }
kind = "rate"
direction = "min"
aggregation = "population"
decimals = 2
mappable = true
caveat = { id = "Sampel kecil.", en = "Small sample." }
"""
)
TITLES = {"tpak": Text(id="TPAK", en="Participation")}


def table(*figures, indicator="tpt_agustus", unit="%"):
    rows = [
        {
            "regency_code": "63.04",
            "indicator": indicator,
            "year": str(year),
            "period": f"Agustus {year}",
            "value": str(value),
            "unit": unit,
            "source": source,
            "source_url": address,
            "via": "",
            "note": "",
            "confidence": confidence,
        }
        for year, value, source, address, confidence in figures
    ]
    return parse_indicators(pd.DataFrame(rows))


TPT = table(
    (2021, 3.22, "Panel", "https://contoh.id/panel", "ok"),
    (2023, 3.42, "BPS", "https://contoh.id/bps", "ok"),
    (2025, 3.23, "BPS", "https://contoh.id/bps", "low"),
)


def test_figures_are_the_newest_first_and_name_their_source_by_number() -> None:
    sources = numbered_sources(TPT)
    (found,) = histories(TPT, CATALOGUE, sources, "id")
    assert [(f.period, f.value, f.source) for f in found.figures] == [
        ("Agustus 2025", "3,23%", 2),
        ("Agustus 2023", "3,42%", 2),
        ("Agustus 2021", "3,22%", 1),
    ]
    assert [source.text for source in sources] == ["Panel", "BPS"]


def test_a_change_leaves_doubtful_figures_out_and_says_that_the_source_changes() -> None:
    (found,) = histories(TPT, CATALOGUE, numbered_sources(TPT), "en")
    assert found.figures[0].is_doubtful
    assert found.change == "Up 0.20 percentage points from 2021 to 2023. The source changes."
    assert [dot.is_new for dot in found.chart.dots] == [True, True, False]


def test_the_newest_sure_figure_heads_and_a_newer_doubtful_one_is_told() -> None:
    (found,) = histories(TPT, CATALOGUE, numbered_sources(TPT), "id")
    assert (found.headline.period, found.headline.value) == ("Agustus 2023", "3,42%")
    assert found.passed_over.endswith(": 3,23% (Agustus 2025).")
    only = table((2025, 3.23, "BPS", "", "low"))
    (found,) = histories(only, CATALOGUE, numbered_sources(only), "id")
    assert (found.headline.value, found.headline.is_doubtful, found.passed_over) == (
        "3,23%",
        True,
        "",
    )


def test_a_fall_of_a_rate_is_told_in_percentage_points() -> None:
    rows = table((2023, 6.5, "BPS", "", "ok"), (2025, 3.0, "BPS", "", "ok"))
    (found,) = histories(rows, CATALOGUE, numbered_sources(rows), "id")
    assert found.change == "Turun 3,50 poin persen dari 2023 ke 2025."
    assert "-3,50" not in found.change


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("id", "Keadaan 18 Januari 2021 pukul 18.00, belum angka akhir", "belum tercatat"),
        ("en", "As on 18 January 2021, 18:00, not the final count", "not recorded"),
    ],
)
@pytest.mark.parametrize("area", ["cahaya-baru", "63.04.01"])
def test_the_zero_of_a_flood_snapshot_is_no_count_of_nobody(
    reference_store, area, language, day, words
) -> None:
    events = zone_portrait(reference_store, area, language=language)["flood_events"]
    (fled,) = [one for one in events if "2021" in one["title"] and "fled" in one["title"]] or [
        one for one in events if one["title"].startswith("Pengungsi")
    ]
    assert fled["figure"].startswith(words)
    assert fled["day"] == day
    regency = regency_portrait(reference_store, "63.04", language=language)
    (fled,) = [one for one in regency["single"] if one.id == "banjir2021_jiwa_mengungsi"]
    assert (fled.headline.period, fled.headline.unit) == (day, "")
    assert fled.headline.value.startswith(words)


def test_every_flood_figure_has_its_day(reference_store) -> None:
    now = reference_store.current()
    every = [
        (code, one)
        for code in published.layer(now, "regencies").index
        for one in flood_events(now, code, "id")
    ]
    assert len(every) > 50
    assert [pair for pair in every if not pair[1]["day"].startswith("Keadaan ")] == []
    assert [pair for pair in every if pair[1]["figure"].startswith("0 ")] == []


def test_counts_of_one_flood_that_differ_are_told_with_day_and_source(reference_store) -> None:
    found = regency_portrait(reference_store, "63.07", language="id")["disagreements"]
    people, houses = found
    assert "3.873 (Keadaan 11 Januari 2026, BPBD Hulu Sungai Tengah" in people
    assert "5.357" in people
    assert all(figure in houses for figure in ("1.224", "1.780", "1.802 (Keadaan 6 Januari 2026"))
    assert all("terendam tercetak lebih banyak" in said for said in found)
    # One count of each quantity is no disagreement.
    assert regency_portrait(reference_store, "63.04", language="id")["disagreements"] == []


def test_a_source_that_is_no_web_address_is_no_link() -> None:
    rows = table((2025, 1, "BPS", "javascript:alert(1)", "ok"))
    assert numbered_sources(rows)[0].address is None
    assert histories(rows, CATALOGUE, numbered_sources(rows), "id")[0].headline.source == 1


def test_an_indicator_that_the_catalogue_lacks_is_called_by_its_id() -> None:
    rows = table((2025, 7, "BPS", "", "ok"), indicator="baru", unit="jiwa")
    (found,) = histories(rows, CATALOGUE, numbered_sources(rows), "id")
    assert (found.title, found.unit, found.chart) == ("baru", "jiwa", None)


def test_labour_stands_before_everything_else() -> None:
    rows = pd.concat([table((2025, 7, "BPS", "", "ok"), indicator="aaa"), TPT])
    found = histories(rows, CATALOGUE, numbered_sources(rows), "id")
    assert [one.id for one in found] == ["tpt_agustus", "aaa"]


def point(year, score, observed=("tpak",)):
    return ZonePoint(
        year=year,
        status="ranked",
        score=score,
        rank=1,
        of=2,
        rank_class="siap",
        data_coverage=0.788,
        observed=observed,
        carried={},
    )


def trend(**facts):
    given = {
        "segments": ((point(2020, 90.0),), (point(2021, 61.0, ()), point(2022, 62.0))),
        "breaks": (Break(2020, 2021, (Text(id="seri lain", en="another series"),)),),
        "unranked": (),
        "change": None,
        **facts,
    }
    return ZoneTrend(area_id="alfa", name="Alfa", sentence=Text(id="Kalimat.", en="Said."), **given)


def test_a_score_is_told_by_year_and_its_breaks_with_their_reasons() -> None:
    found = score_history(trend(), MODEL, TITLES, "en")
    assert [(row["year"], row["score"], row["is_after_break"]) for row in found["years"]] == [
        (2022, "62.0", False),
        (2021, "61.0", True),
        (2020, "90.0", False),
    ]
    assert found["breaks"] == [
        {"title": "2020 and earlier are not comparable with 2021", "reasons": ["another series"]}
    ]
    assert [dot.is_new for dot in found["chart"].dots] == [True, False, True]
    assert "no two comparable years" in found["sentence"]


def test_a_change_of_a_score_names_what_has_no_new_figures() -> None:
    change = ZoneChange(2021, 2022, 1.0, {"tpak": 1.0}, 0, "siap", "siap", ("tpak",))
    said = score_history(trend(change=change), MODEL, TITLES, "id")["sentence"]
    assert said == "Skornya naik 1,0 poin dari 2021 ke 2022. Tanpa angka baru di antaranya: TPAK."


def test_coverage_of_a_year_is_rounded_as_every_share() -> None:
    assert score_history(trend(), MODEL, TITLES, "id")["years"][0]["coverage"] == "79%"


def test_a_zone_that_was_never_ranked_has_a_sentence_and_no_chart() -> None:
    found = score_history(
        trend(segments=(), breaks=(), unranked=(point(2020, None),)), MODEL, TITLES, "id"
    )
    assert (found["chart"], found["sentence"]) == (None, "Kalimat.")


def test_a_locator_brings_out_one_regency_and_draws_a_bare_location_as_a_dot() -> None:
    zones = make_zones()
    found = locator(make_regencies(), zones, subject="63.02", colours={"alfa": "#123456"})
    assert [o.is_subject for o in found.outlines] == [False, True, False, False]
    assert (found.spots[0].colour, found.spots[1].colour) == ("#123456", "#fff")
    assert found.spots[-1].path == ""
    assert all(0 <= s.x <= found.width and 0 <= s.y <= found.height for s in found.spots)


def test_a_locator_draws_the_land_around_as_far_as_it_reaches_and_no_farther() -> None:
    regencies = make_regencies()
    west, south, east, north = regencies.total_bounds
    around = shapely.box(west - 5, south - 5, east + 5, (south + north) / 2)
    found = locator(regencies, make_zones(), around=around)
    x, y = np.array(re.findall(r"(-?[0-9.]+) (-?[0-9.]+)", found.land), dtype=float).T
    assert (x.min(), x.max()) == (0, found.width)
    assert y.max() == pytest.approx(found.height, abs=0.1)
    assert y.min() > found.height / 3
    assert locator(regencies, make_zones()).land == ""


def test_a_locator_of_nothing_is_nothing() -> None:
    assert locator(make_regencies().iloc[:0], make_zones()) is None


def test_a_shipped_zone_says_its_score_and_how_sure_it_is(reference_store) -> None:
    found = zone_portrait(reference_store, "cahaya-baru", language="id")
    assert found["card"]["score"] == CAHAYA_BARU_ID
    assessment = assess(reference_store)
    result = assessment.result("cahaya-baru")
    assert found["card"]["rank"] == f"Peringkat {result.rank} dari 14"
    sure = found["certainty"]
    assert re.fullmatch(r"Peringkat \d+–\d+ dalam \d+% simulasi", sure["rank"]["interval"])
    assert sure["band"] == f"Kelompok {result.band} dari {assessment.certainty.n_bands}"
    assert sure["unchecked"] == "Kawasan hutan, Gambut, Lereng di atas 45%"
    assert (
        sure["missing"][0]["how"] == "letaknya belum pasti: diambil dari tempat-tempat yang mungkin"
    )
    assert found["class"]["title"].startswith("Perlu penguatan, ")
    assert sure["fewest"] is None
    titles = {one["title"]: one["measure"] for d in found["dimensions"] for one in d["criteria"]}
    assert titles["Lereng landai"] == "0–2%"
    assert [h.headline.value for h in found["figures"]["histories"]] == ["3,23%", "71,98%"]
    assert len(found["trend"]["chart"].lines) == 1
    # In 2020 the data reach no rank, so the year has no class either.
    assert found["trend"]["years"][-1]["class"] is None


def test_contributions_are_bars_on_one_scale_and_add_up_to_the_score(reference_store) -> None:
    found = zone_portrait(reference_store, "cahaya-baru", language="id")
    rows = [one for d in found["dimensions"] for one in d["criteria"]]
    assert sum(row["points"] for row in rows) == pytest.approx(CAHAYA_BARU, abs=0.05)
    widest = max(rows, key=lambda row: row["most"])
    assert widest["track"] == "100.00%"
    assert all(float(row["filled"][:-1]) <= float(row["track"][:-1]) for row in rows)


def test_a_kecamatan_is_found_by_its_code_and_not_among_zones(reference_store) -> None:
    found = zone_portrait(reference_store, "63.04.01", language="en")
    assert found["layer"] == "kecamatan"
    assert found["area"].endswith(" ha")
    with pytest.raises(ZoneNotFound):
        zone_portrait(reference_store, "63.04.01", language="en", layer="zones")


def test_a_layer_that_is_not_assessed_is_not_there(reference_store) -> None:
    with pytest.raises(LayerNotFound):
        zone_portrait(reference_store, "63.04", language="en", layer="regencies")


def test_a_regency_has_every_figure_its_zones_and_its_kecamatan(reference_store) -> None:
    found = regency_portrait(reference_store, "63.04", language="id")
    shown = found["labour"] + found["series"] + found["single"]
    rows = published.indicators(reference_store).query("regency_code == '63.04'")
    assert {one.id for one in shown} == set(rows["indicator"])
    assert sum(len(one.figures) for one in shown) == len(rows)
    assert next(row["area_id"] for row in found["zones"]["rows"]) == "cahaya-baru"
    assert sum(entry["count"] for entry in found["kecamatan"]["classes"]) == 17


@pytest.mark.parametrize("code", ["63.99", "63", "", "../63.04"])
def test_an_unknown_regency_is_not_there(reference_store, code) -> None:
    with pytest.raises(ZoneNotFound):
        regency_portrait(reference_store, code, language="id")


@pytest.mark.parametrize(("language", "severity"), [("id", "Kesalahan"), ("en", "Error")])
def test_the_desk_names_every_field_and_speaks_as_a_report_does(language, severity) -> None:
    found = desk(language, limits=Limits(upload_bytes=100 * 1024 * 1024), keep_days=30)
    assert found["limits"]["size"] == "100 MB"
    assert [schema["layer"] for schema in found["schemas"]] == ["zones", "kecamatan", "regencies"]
    zones = {field["name"]: field for field in found["schemas"][0]["fields"]}
    assert "kdpkab" in zones["regency_code"]["aliases"]
    assert found["example"][0]["severityText"] == severity


@pytest.mark.parametrize("area", ["cahaya-baru", "cintapuri", "63.01.02"])
def test_a_page_says_what_would_lift_its_area_or_must_come_first(reference_store, area) -> None:
    layer = "kecamatan" if area[0].isdigit() else "zones"
    said = zone_portrait(reference_store, area, language="id")["way_up"]
    assert said == way_up(assess(reference_store, layer=layer), area).id
