"""Indicators of all regions over the years: rows, lines, order, and what the province's figure rests on."""

from dataclasses import replace

import pandas as pd
import pytest

from geo.errors import IndicatorNotFound, ZoneNotFound
from geo.indicators.series import SeriesBreak
from geo.indicators.table import Indicator, parse_indicators
from geo.language import Text
from geo.programme.explorer import ExplorerQuestion, explore, latest_figures
from geo.programme.publish_targets import no_targets
from geo.vector.region_file import parse_region
from tests.regions import MADE_UP

ISLE = parse_region(MADE_UP)
HULU, HILIR, RAYA = "99.01", "99.02", "99.71"
RATE = Indicator(
    id="rate",
    title=Text("Tingkat", "Rate"),
    unit=Text("% angkatan kerja", "% of labour force"),
    kind="rate",
    direction="min",
    aggregation="population",
    decimals=2,
    caveat=Text("", ""),
    mappable=True,
    theme="work",
)
COUNT = replace(RATE, id="count", unit=Text("jiwa", "people"), kind="count", aggregation="sum")
PEOPLE = replace(COUNT, id="penduduk_dukcapil_total")
CATALOGUE = {one.id: one for one in (RATE, COUNT, PEOPLE)}


def figures(*rows):
    """Rows of code, indicator, year, value, and what else differs."""
    made = [
        {
            "regency_code": code,
            "indicator": indicator,
            "year": str(year),
            "value": str(value),
            "unit": CATALOGUE[indicator].unit.id,
            "source": "BPS",
            "source_url": "",
            **dict(more),
        }
        for code, indicator, year, value, *more in rows
    ]
    return parse_indicators(pd.DataFrame(made).fillna(""))


def view_of(table, indicator="rate", targets=None, catalogue=CATALOGUE, **question):
    asked = ExplorerQuestion((indicator,), **question)
    (view,) = explore(
        table,
        catalogue,
        no_targets() if targets is None else targets,
        region=ISLE,
        question=asked,
    )
    return view


def row_of(view, code):
    return next(row for row in view.rows if row.code == code)


def test_the_province_comes_first_and_every_regency_has_a_row():
    view = view_of(figures((HULU, "rate", 2025, 4.0)))
    assert [row.code for row in view.rows] == ["99", HULU, HILIR, RAYA]


def test_no_line_crosses_a_missing_year():
    table = figures(*((HULU, "rate", year, 4.0) for year in (2020, 2021, 2023)))
    view = view_of(table)
    assert view.years == (2020, 2021, 2022, 2023)
    assert row_of(view, HULU).lines == ((2020, 2021), (2023,))


def test_no_line_crosses_a_break_of_the_series():
    other = {"unit": "% rumah tangga"}.items()
    table = figures((HULU, "rate", 2020, 4.0), (HULU, "rate", 2021, 9.0, *other))
    row = row_of(view_of(table), HULU)
    assert row.lines == ((2020,), (2021,))
    assert [(b.before, b.after) for b in row.breaks] == [(2020, 2021)]


def test_a_break_that_the_catalogue_names_cuts_the_lines_of_those_that_it_is_of():
    years = (2023, 2024, 2025)
    table = figures(*((code, "count", year, 4.0) for code in (HULU, HILIR, RAYA) for year in years))
    other = SeriesBreak(2025, Text("batasan lain", "another definition"), (HULU,))
    view = view_of(table, "count", catalogue=CATALOGUE | {"count": replace(COUNT, breaks=(other,))})
    assert row_of(view, HULU).lines == ((2023, 2024), (2025,))
    assert row_of(view, HULU).change((2023, 2025)) is None
    (told,) = row_of(view, HULU).breaks
    assert told.reasons[0].id.endswith("sejak 2025: batasan lain")
    assert (row_of(view, HILIR).lines, row_of(view, HILIR).breaks) == ((years,), ())
    assert row_of(view, HILIR).change((2023, 2025)) == 0


def test_the_sum_of_the_province_is_cut_where_the_series_is():
    table = figures(*((c, "count", y, 4.0) for c in (HULU, HILIR, RAYA) for y in (2024, 2025)))
    whole = SeriesBreak(2025, Text("indeks lain", "another index"))
    view = view_of(table, "count", catalogue=CATALOGUE | {"count": replace(COUNT, breaks=(whole,))})
    assert row_of(view, "99").lines == ((2024,), (2025,))


def test_no_change_is_told_across_a_break_or_of_a_doubtful_figure():
    other = {"unit": "% rumah tangga"}.items()
    broken = figures((HULU, "rate", 2020, 4.0), (HULU, "rate", 2021, 9.0, *other))
    doubtful = figures((HULU, "rate", 2020, 4.0), (HULU, "rate", 2021, 9.0, ("confidence", "low")))
    for table in (broken, doubtful):
        view = view_of(table)
        assert (view.span, row_of(view, HULU).change(view.span)) == ((2020, 2021), None)


def test_counts_of_events_are_never_joined():
    table = figures(*((HULU, "rate", year, 4.0) for year in (2020, 2021)))
    snapshots = CATALOGUE | {"rate": replace(RATE, is_snapshot=True)}
    (view,) = explore(
        table, snapshots, no_targets(), region=ISLE, question=ExplorerQuestion(("rate",))
    )
    assert row_of(view, HULU).lines == ((2020,), (2021,))
    assert view.span is None


def complete(value_of, indicator="rate", years=(2024, 2025)):
    return [
        (code, indicator, year, value_of(i, year))
        for year in years
        for i, code in enumerate((HULU, HILIR, RAYA))
    ]


def test_a_sum_stands_for_the_province_only_where_no_regency_lacks():
    rows = complete(lambda i, year: 10 * (i + 1), "count")
    row = row_of(view_of(figures(*rows), "count"), "99")
    assert [(f.value, f.basis) for f in row.figures] == [(60.0, "sum"), (60.0, "sum")]
    row = row_of(view_of(figures(*rows[:-1]), "count"), "99")
    assert [f.year for f in row.figures] == [2024]
    assert "Contoh Raya" in row.missing[2025].id


def test_a_rate_of_the_province_is_a_mean_by_people_and_says_so():
    people = [
        (HULU, PEOPLE.id, 2025, 100),
        (HILIR, PEOPLE.id, 2025, 100),
        (RAYA, PEOPLE.id, 2025, 200),
    ]
    table = figures(*complete(lambda i, year: (2.0, 4.0, 6.0)[i]), *people)
    (_, newest) = row_of(view_of(table), "99").figures
    assert newest.value == pytest.approx((2 + 4 + 6 * 2) / 4)
    assert newest.basis == "mean"
    assert "penduduk" in newest.made.id


def test_a_published_figure_of_the_province_comes_before_our_own_and_is_not_joined_to_it():
    rows = [*complete(lambda i, year: 10, "count"), ("99", "count", 2025, 29)]
    row = row_of(view_of(figures(*rows), "count"), "99")
    assert [(f.value, f.basis) for f in row.figures] == [(30.0, "sum"), (29.0, "published")]
    assert row.lines == ((2024,), (2025,))
    assert row.change((2024, 2025)) is None


def test_regions_are_ordered_by_the_figures_of_a_year_those_without_last():
    table = figures((HULU, "rate", 2025, 4.0), (RAYA, "rate", 2025, 6.0))
    ascending = view_of(table, order=2025)
    descending = view_of(table, order=2025, is_descending=True)
    assert [row.code for row in ascending.rows] == ["99", HULU, RAYA, HILIR]
    assert [row.code for row in descending.rows] == ["99", RAYA, HULU, HILIR]


def test_change_is_told_since_the_oldest_year_that_all_of_the_newest_have():
    table = figures((HULU, "rate", 2019, 9.0), *complete(lambda i, year: i + year - 2020.0))
    view = view_of(table)
    assert view.span == (2024, 2025)
    assert row_of(view, HULU).change(view.span) == pytest.approx(1.0)


def test_regions_and_years_are_chosen():
    view = view_of(figures(*complete(lambda i, year: 4.0)), regions=(RAYA,), first=2025)
    assert ([row.code for row in view.rows], view.years) == ([RAYA], (2025,))


def test_targets_stand_with_their_region():
    targets = pd.DataFrame(
        [["rate", "99", 2029, 3.27, 3.97, "rpjmd", "down", "RPJMD", "", "koran", "", ""]],
        columns=no_targets().columns,
    )
    view = view_of(figures((HULU, "rate", 2025, 4.0)), targets=targets)
    assert [len(row.targets) for row in view.rows] == [1, 0, 0, 0]
    assert view.rows[0].targets[0].near == 3.97


def test_an_unknown_indicator_or_region_is_named():
    table = figures((HULU, "rate", 2025, 4.0))
    with pytest.raises(IndicatorNotFound):
        view_of(table, "nothing")
    with pytest.raises(ZoneNotFound):
        view_of(table, regions=("63.01",))


def test_an_indicator_without_figures_is_a_view_without_years():
    view = view_of(figures((HULU, "rate", 2025, 4.0)), "count")
    assert (view.years, view.newest, view.span) == ((), None, None)


def test_the_newest_good_figure_of_each_indicator_is_found():
    table = figures(
        (HULU, "rate", 2024, 4.0),
        (HULU, "rate", 2025, 9.0, ("confidence", "low")),
        (HULU, "count", 2023, 7),
    )
    found = latest_figures(table, CATALOGUE, region=ISLE, code=HULU)
    assert [(one.indicator.id, one.figure.value) for one in found] == [
        ("rate", 4.0),
        ("count", 7.0),
    ]


def test_the_newest_figure_of_the_province_may_be_made_of_its_regencies():
    table = figures(("99", "count", 2023, 5), *complete(lambda i, year: 10, "count"))
    (found,) = latest_figures(table, CATALOGUE, region=ISLE, code="99")
    assert (found.figure.year, found.figure.value, found.figure.basis) == (2025, 30.0, "sum")


def test_proposals_are_no_targets_unless_asked_for():
    facts = ["rate", "99", 2029, 3.27, 3.97, "rpjmd", "down", "RPJMD", "", "koran", "", ""]
    proposal = [*facts[:1], HULU, *facts[2:5], "usulan", *facts[6:]]
    targets = pd.DataFrame([facts, proposal], columns=no_targets().columns)
    table = figures((HULU, "rate", 2025, 4.0))
    view = view_of(table, targets=targets)
    assert ([len(row.targets) for row in view.rows], view.n_proposals) == ([1, 0, 0, 0], 1)
    view = view_of(table, targets=targets, has_proposals=True)
    assert ([len(row.targets) for row in view.rows], view.n_proposals) == ([1, 1, 0, 0], 0)


def test_change_is_told_until_the_newest_year_that_half_of_the_regencies_have():
    table = figures(*complete(lambda i, year: i + 1.0), (HULU, "rate", 2026, 2.0))
    assert view_of(table).span == (2024, 2025)
