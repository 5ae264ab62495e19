"""Years beside each other: what may be compared, where a series breaks, and what is no observation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import IndicatorNotFound, InvalidTrend
from geo.indicators.series import SeriesBreak, indicator_trend
from geo.indicators.table import parse_indicators
from geo.language import Text
from geo.readiness.trends import trend_document, zone_trends
from tests.geo.small_assessments import assess_zones, make_model, measure

ROAD = measure(5000, period="2020", sources=("road raster",))  # worth 0.5 in every year
NEW_COUNT = {"tpak_agustus": [SeriesBreak(2023, Text(id="sampel baru", en="new sample"))]}


def in_year(year, figures, **asked):
    """An assessment of zones with a figure of work each, of that year unless it is a `Measure`."""
    zones = {area_id: (figure, ROAD) for area_id, figure in figures.items()}
    return assess_zones(zones, period=f"Agustus {year}", year=year, **asked)


def years_of(trend):
    return [[point.year for point in segment] for segment in trend.segments]


def test_years_of_one_series_form_one_segment_and_the_change_is_the_last_less_the_first():
    trends = zone_trends(
        [
            in_year(2023, {"a": 60, "b": 80}),
            in_year(2025, {"a": 90, "b": 70}),
            in_year(2024, {"a": 70, "b": 80}),
        ]
    )
    a = trends[0]
    assert years_of(a) == [[2023, 2024, 2025]]
    assert [p.score for p in a.segments[0]] == pytest.approx([55, 60, 70])  # (figure + 50) / 2
    assert (a.change.first, a.change.last, a.change.rank) == (2023, 2025, 1)
    assert a.change.score == pytest.approx(15)
    assert a.change.points == pytest.approx({"tpak": 15, "jalan": 0})
    assert a.change.unobserved == ("jalan",)
    assert a.breaks == ()
    assert "A: its score is up 15.0 points from 2023 to 2025." in a.sentence.en
    assert "Tanpa angka baru: Dekat jalan." in a.sentence.id
    assert trends[1].change.rank == -1


def test_a_criterion_that_comes_or_goes_breaks_the_trend_and_is_named():
    trend = zone_trends(
        [in_year(2022, {"a": None}), in_year(2023, {"a": 60}), in_year(2024, {"a": 70})]
    )[0]
    assert years_of(trend) == [[2022], [2023, 2024]]
    (only,) = trend.breaks
    assert (only.before, only.after) == (2022, 2023)
    assert [reason.en for reason in only.reasons] == ["data of Participation are new"]
    assert trend.change.score == pytest.approx(5)
    assert "2022 and earlier are not comparable with 2023" in trend.sentence.en
    gone = zone_trends([in_year(2023, {"a": 60}), in_year(2024, {"a": None})])[0]
    assert gone.breaks[0].reasons[0].id == "tidak ada lagi data Partisipasi"
    assert gone.change is None
    assert "belum ada dua tahun" in gone.sentence.id


def test_a_figure_carried_forward_is_no_new_observation():
    old = measure(60, period="Agustus 2023")
    trend = zone_trends(
        [in_year(2023, {"a": 60}), in_year(2024, {"a": old}), in_year(2025, {"a": old})]
    )[0]
    assert years_of(trend) == [[2023, 2024, 2025]]
    assert [p.observed for p in trend.segments[0]] == [("tpak",), (), ()]
    assert trend.segments[0][1].carried == {"tpak": "Agustus 2023", "jalan": "2020"}
    assert trend.change is None
    later = zone_trends(
        [in_year(2023, {"a": 60}), in_year(2024, {"a": old}), in_year(2025, {"a": 64})]
    )[0]
    assert (later.change.first, later.change.last) == (2023, 2025)
    assert later.change.score == pytest.approx(2)


def test_a_mean_of_figures_of_two_years_is_not_of_one():
    mixed = measure(66, period="Agustus 2023 / Agustus 2024")
    trend = zone_trends([in_year(2023, {"a": 60}), in_year(2024, {"a": mixed})])[0]
    assert trend.segments[0][1].observed == ()
    assert trend.change is None


def test_a_figure_of_another_part_of_the_zone_is_not_compared():
    half = measure(60, period="Agustus 2023", credit=0.5)
    trend = zone_trends([in_year(2023, {"a": half}), in_year(2024, {"a": 70})])[0]
    assert years_of(trend) == [[2023], [2024]]
    assert "another part of the area (50%, then 100%)" in trend.breaks[0].reasons[0].en


def test_a_series_that_is_counted_differently_breaks_where_it_does():
    years = [in_year(y, {"a": 60 + y - 2021}) for y in (2021, 2022, 2023, 2024)]
    trend = zone_trends(years, breaks=NEW_COUNT)[0]
    assert years_of(trend) == [[2021, 2022], [2023, 2024]]
    assert "Participation is counted differently from 2023: new sample" in trend.sentence.en
    assert trend.change.score == pytest.approx(0.5)
    assert zone_trends(years, breaks={"gini": NEW_COUNT["tpak_agustus"]})[0].breaks == ()


def test_a_figure_carried_over_a_break_belongs_to_the_year_that_it_is_of():
    old = measure(60, period="Agustus 2022")
    years = [in_year(2022, {"a": 60}), in_year(2023, {"a": old}), in_year(2024, {"a": 62})]
    assert years_of(zone_trends(years, breaks=NEW_COUNT)[0]) == [[2022, 2023], [2024]]


def test_another_indicator_is_another_series():
    """The two human development series of `data/indicators` are two indicators."""
    model = make_model()
    asked = replace(model.criteria[0].measure, indicator="tpak_februari")
    other = replace(model, criteria=(replace(model.criteria[0], measure=asked), model.criteria[1]))
    trend = zone_trends([in_year(2023, {"a": 60}), in_year(2024, {"a": 70}, model=other)])[0]
    assert years_of(trend) == [[2023], [2024]]
    assert "another series or version" in trend.breaks[0].reasons[0].en
    newer = replace(model, version="2")
    assert zone_trends([in_year(2023, {"a": 60}), in_year(2024, {"a": 60}, model=newer)])[0].breaks


def test_a_criterion_without_weight_breaks_nothing():
    weights = {"tpak": 0.0, "jalan": 1.0}
    trend = zone_trends(
        [in_year(y, {"a": f}, weights=weights) for y, f in ((2023, None), (2024, 60))]
    )
    assert trend[0].breaks == ()
    assert trend[0].change is None


def test_a_year_without_a_score_stands_apart_and_ranks_of_other_fields_are_not_compared():
    trends = zone_trends(
        [
            in_year(2023, {"a": 60, "b": 80}),
            in_year(2024, {"a": 70, "b": 80}, excluded=("b",)),
            in_year(2025, {"a": 70, "b": 60}),
        ]
    )
    assert years_of(trends[1]) == [[2023, 2025]]
    assert [(p.year, p.status, p.score) for p in trends[1].unranked] == [(2024, "excluded", None)]
    assert trends[1].change.rank == -1
    shorter = zone_trends([in_year(2023, {"a": 60, "b": 80}), in_year(2024, {"a": 70})])[0]
    assert shorter.change.rank is None
    assert [p.of for p in shorter.segments[0]] == [2, 1]


def test_a_zone_that_is_new_or_never_ranked_has_the_years_that_it_has():
    years = [in_year(2023, {"a": 60}), in_year(2024, {"a": 60, "b": 50}, excluded=("b",))]
    b = zone_trends(years)[1]
    assert (b.segments, b.change, len(b.unranked)) == ((), None, 1)
    assert b.sentence.en == "B was never ranked."


def test_one_year_alone_is_no_trend():
    trend = zone_trends([in_year(2025, {"a": 60})])[0]
    assert (years_of(trend), trend.change) == ([[2025]], None)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"year": 2023}, "One assessment a year; given: 2023, 2023"),
        ({"year": 2024, "layer": "kecamatan"}, "one model, layer"),
        ({"year": 2024, "method": "owa"}, "method"),
        ({"year": 2024, "weights": {"tpak": 0.4, "jalan": 0.6}}, "weight set"),
        ({"year": 2024, "scenario": "jalan"}, "scenario"),
        ({"year": 2024, "model": make_model(id="lain")}, "one model"),
    ],
)
def test_years_of_different_questions_are_refused(second, words):
    other = assess_zones({"a": (60, ROAD)}, **second)
    with pytest.raises(InvalidTrend, match=words):
        zone_trends([in_year(2023, {"a": 60}), other])
    with pytest.raises(InvalidTrend, match="no assessment"):
        zone_trends([])


figures = st.one_of(st.none(), st.floats(0, 100))


@given(st.lists(figures, min_size=1, max_size=7))
def test_no_segment_mixes_years_with_and_without_a_figure(values):
    years = [in_year(2010 + i, {"a": value}) for i, value in enumerate(values)]
    trend = zone_trends(years)[0]
    assert [y for segment in years_of(trend) for y in segment] == [y.year for y in years]
    for segment in trend.segments:
        assert len({values[point.year - 2010] is None for point in segment}) == 1
    assert len(trend.breaks) == max(len(trend.segments) - 1, 0)
    if trend.change is not None:
        first, last = (values[y - 2010] for y in (trend.change.first, trend.change.last))
        assert trend.change.score == pytest.approx((last - first) / 2, abs=1e-9)
        assert trend.change.score == sum(trend.change.points.values())


def table(*rows):
    names = ("regency_code", "year", "value", "unit", "source", "confidence")
    frame = pd.DataFrame([dict(zip(names, map(str, row), strict=True)) for row in rows])
    return parse_indicators(frame.assign(indicator="gini", source_url="", note=""))


def test_an_indicator_of_a_regency_is_compared_in_one_unit_only_and_doubtful_figures_are_not():
    figures = table(
        ("63.01", 2021, 260, "per mil", "BPS", "ok"),
        ("63.01", 2022, 0.26, "indeks", "BPS", "ok"),
        ("63.01", 2023, 0.27, "indeks", "BPS", "ok"),
        ("63.01", 2024, 0.30, "indeks", "pers", "ok"),
        ("63.01", 2025, 0.99, "indeks", "pers", "low"),
        ("63.02", 2025, 0.50, "indeks", "BPS", "ok"),
    )
    trend = indicator_trend(figures, "gini", region="6301")
    assert years_of(trend) == [[2021], [2022, 2023, 2024, 2025]]
    assert [p.is_new for p in trend.segments[1]] == [True, True, True, False]
    assert trend.change == pytest.approx(0.04)
    assert indicator_trend(figures, "gini", region="63.03").segments == ()
    with pytest.raises(IndicatorNotFound, match="gini"):
        indicator_trend(figures, "ipm", region="63.01")


def test_the_shipped_catalogue_breaks_the_village_index_and_one_regency_of_the_blank_spots(
    reference_store,
):
    from geo import published

    known = published.indicator_catalogue(reference_store)
    assert [b.year for b in known["idm_desa_mandiri"].breaks] == [2025]
    assert published.series_breaks(reference_store).keys() == {n for n in known if "idm_" in n}
    figures, blank = published.indicators(reference_store), known["desa_blankspot"]
    trend = indicator_trend(figures, blank.id, region="63.10", breaks=blank.breaks)
    # 18 in 2021 and 2022, and 39 in 2025 by another definition.
    assert (years_of(trend), trend.change) == ([[2021, 2022], [2025]], None)


def test_the_shipped_series_of_human_development_are_two(reference_store):
    from geo import published

    shipped = published.indicators(reference_store)
    new = indicator_trend(shipped, "ipm_sp2020lf", region="63.04")
    assert years_of(new) == [[2021, 2022, 2023, 2024]]
    assert years_of(indicator_trend(shipped, "ipm_seri_lama", region="63.04")) == [[2021]]
    # Barito Kuala 69.87 in 2022 and 71.4 in 2024 (BPS).
    assert new.segments[0][-1].value - new.segments[0][1].value == pytest.approx(1.53)


def test_the_shipped_years_are_never_compared_across_other_data(reference_store):
    from geo import published
    from geo.planning.assess import assess

    years = [
        assess(reference_store, "kebutuhan", year=year)
        for year in published.years(reference_store, "kebutuhan")
    ]
    trends = {t.area_id: t for t in zone_trends(years)}
    assert set(trends) == {r.area_id for r in years[-1].results}
    for trend in trends.values():
        for segment in trend.segments:
            known = {
                tuple(
                    c.criterion
                    for c in years[[y.year for y in years].index(p.year)]
                    .result(trend.area_id)
                    .criteria
                    if c.measure is not None
                )
                for p in segment
            }
            assert len(known) == 1
    # Unemployment of 2022 was found for two cities only, so Tanah Laut's and others' is carried.
    point = next(p for s in trends["cahaya-baru"].segments for p in s if p.year == 2022)
    assert point.carried["tpt"] == "Agustus 2021"
    assert "kemiskinan" in point.observed
    document = trend_document(trends["cahaya-baru"], "id")
    assert document["segments"][0][0]["year"] == trends["cahaya-baru"].segments[0][0].year
    assert isinstance(document["sentence"], str)
    assert not any(np.isnan(p["score"]) for s in document["segments"] for p in s)


def test_a_point_under_the_coverage_floor_has_no_class_and_no_score():
    """In 2023 the figure of work is missing and the road is known for 98 % of the zone: 49 %."""
    partly = measure(5000, period="2020", credit=0.98)
    thin = assess_zones({"a": (None, partly)}, period="Agustus 2023", year=2023)
    trend = zone_trends([thin, in_year(2024, {"a": 60}), in_year(2025, {"a": 70})])[0]
    (point,) = trend.unranked
    assert (point.year, point.status) == (2023, "insufficient_data")
    assert (point.score, point.rank, point.rank_class) == (None, None, None)
    assert years_of(trend) == [[2024, 2025]]
    written = trend_document(trend, "id")
    assert written["unranked"][0]["rank_class"] is None
    assert trend.change.class_first == "tinggi"
