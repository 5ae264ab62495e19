from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.indicators.table import Indicator
from geo.language import Text
from maps.folium.indicator_classes import BREAKS, indicator_classes, natural_breaks, round_breaks
from maps.style import class_of, decimals_for, equal_breaks

NAN = float("nan")
TPT = Indicator(
    id="tpt",
    title=Text(id="Pengangguran", en="Unemployment"),
    unit=Text(id="% angkatan kerja", en="% of the labour force"),
    kind="rate",
    direction="min",
    aggregation="population",
    decimals=2,
    caveat=Text(id="Sampel kecil", en="Small sample"),
    mappable=True,
)
CODES = ("63.01", "63.02", "63.03")


def figures(rows):
    columns = ["regency_code", "year", "value"]
    rest = {
        "period": "Agustus 2024",
        "note": "",
        "source": "BPS",
        "source_url": "https://bps.go.id/",
    }
    return pd.DataFrame(rows, columns=columns).assign(**rest)


def classes(rows, *, breaks="quantile", language="id"):
    return indicator_classes(TPT, figures(rows), codes=CODES, breaks=breaks, language=language)


def spread(values, edges):
    """Squared distances from each class's mean, summed."""
    places = class_of(values, edges)
    groups = [np.asarray(values)[places == place] for place in np.unique(places)]
    return sum(float(((group - group.mean()) ** 2).sum()) for group in groups)


def least_spread(values, n_classes):
    """By trying every way to cut the sorted values."""
    ordered = np.sort(values)
    cuts = combinations(range(1, len(ordered)), n_classes - 1)
    parts = (np.split(ordered, cut) for cut in cuts)
    return min(sum(float(((p - p.mean()) ** 2).sum()) for p in part) for part in parts)


def test_natural_breaks_wang_song_2011():
    """Wang & Song (2011), Ckmeans.1d.dp, The R Journal 3(2), the package's first example: k = 3
    gives the groups {-1, -1, -1, -1}, {2, 2, 2} and {4, 5, 6}.
    """
    values = [-1, 2, -1, 2, 4, 5, 6, -1, 2, -1]
    edges = natural_breaks(values, n_classes=3)
    assert class_of(values, edges).tolist() == [0, 1, 0, 1, 2, 2, 2, 0, 1, 0]
    assert edges == (-1, 0.5, 3, 6)


def test_natural_breaks_of_the_california_example_of_mapclassify():
    """Rey, Arribas-Bel & Wolf (2023), Geographic Data Science with Python, chapter 5, and the
    documentation of mapclassify: employment density of 58 counties, Fisher-Jenks, k = 5, counts
    49, 3, 4, 1, 1 with the upper bounds 75.29, 192.05, 370.5, 722.85, 4111.45.
    """
    from mapclassify import load_example

    values = load_example().to_numpy()
    edges = natural_breaks(values)
    assert np.bincount(class_of(values, edges)).tolist() == [49, 3, 4, 1, 1]
    tops = [values[class_of(values, edges) == place].max() for place in range(5)]
    assert tops == pytest.approx([75.29, 192.05, 370.5, 722.85, 4111.45])


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 60), min_size=4, max_size=9).filter(lambda v: len(set(v)) > 3),
    st.integers(2, 4),
    st.sampled_from([0, 4_273_000, 10**11]),
)
def test_no_other_cut_leaves_classes_more_alike(values, n_classes, base):
    values = [base + value for value in values]
    edges = natural_breaks(values, n_classes=n_classes)
    assert spread(values, edges) == pytest.approx(least_spread(values, n_classes))


@pytest.mark.parametrize("breaks", sorted(BREAKS))
@pytest.mark.parametrize(
    ("values", "edges"),
    [([], ()), ([NAN, NAN], ()), ([7.0], (7, 7)), ([7.0, 7.0, NAN], (7, 7))],
)
def test_nothing_and_one_value_have_no_inner_edge(breaks, values, edges):
    assert BREAKS[breaks](values) == edges


def test_equal_breaks_keep_their_width_where_a_class_is_empty():
    assert equal_breaks([0.0, 1.0, 10.0]) == (0, 2, 4, 6, 8, 10)


def test_fixed_breaks_are_round_numbers_that_figures_between_do_not_move():
    assert round_breaks([2.11, 8.47]) == (2.11, 4, 6, 8, 8.47)
    assert round_breaks([2.11, 3.3, 3.9, 4.0, 6.72, 8.47]) == (2.11, 4, 6, 8, 8.47)
    assert round_breaks([121_000, 1_950_000]) == (121_000, 5e5, 1e6, 1.5e6, 1_950_000)
    assert round_breaks([0.285, 0.371]) == (0.285, 0.3, 0.32, 0.34, 0.36, 0.371)


@pytest.mark.parametrize("breaks", sorted(BREAKS))
@given(values=st.lists(st.floats(-1e6, 1e6) | st.just(NAN), min_size=1, max_size=30))
def test_edges_rise_and_every_value_lies_in_its_class(breaks, values):
    edges = BREAKS[breaks](values)
    known = [value for value in values if np.isfinite(value)]
    if not known:
        assert edges == ()
        return
    assert (edges[0], edges[-1]) == (min(known), max(known))
    # The last class may hold the greatest value alone; no other has equal edges.
    assert all(low < high for low, high in pairwise(edges[:-1]))
    assert edges[-2] <= edges[-1]
    assert len(edges) - 1 <= 5
    for value, place in zip(values, class_of(values, edges), strict=True):
        if np.isfinite(value):
            assert edges[place] <= value <= edges[place + 1]
        else:
            assert place == -1


def test_natural_edges_are_printed_as_they_are():
    values = [2.11, 2.5, 3.9, 4.0, 6.72, 8.47]
    edges = natural_breaks(values, n_classes=3)
    decimals = decimals_for(2.11, 8.47)
    assert [round(edge, decimals) for edge in edges[1:-1]] == list(edges[1:-1])


@pytest.mark.parametrize("breaks", sorted(BREAKS))
def test_a_value_has_one_class_in_every_year(breaks):
    rows = [("63.01", 2023, 2.0), ("63.02", 2023, 4.0), ("63.01", 2024, 4.0), ("63.03", 2024, 9.0)]
    found = classes(rows, breaks=breaks)
    assert found["years"] == [2023, 2024]
    before, after = (found["figures"][year]["values"] for year in ("2023", "2024"))
    assert before["63.02"]["class"] == after["63.01"]["class"]
    assert (found["edges"][0], found["edges"][-1]) == (2, 9)
    assert len(found["colours"]) == len(found["legend"]) == len(found["edges"]) - 1


def test_what_is_missing_stays_missing():
    found = classes([("63.01", 2023, 0.0), ("63.02", 2023, NAN), ("63.01", 2024, 1.0)])
    values = found["figures"]["2023"]["values"]
    assert values["63.01"]["value"] == 0
    assert values["63.01"]["class"] == 0
    for code in ("63.02", "63.03"):
        assert set(values[code].values()) == {None}


def test_other_regions_do_not_count():
    found = classes([("63.01", 2023, 1.0), ("63", 2023, 99.0), ("63", 2019, 5.0)])
    assert found["years"] == [2023]
    assert found["edges"] == [1, 1]
    assert set(found["figures"]["2023"]["values"]) == set(CODES)


def test_an_indicator_without_a_figure_has_no_years():
    found = classes([])
    assert (found["years"], found["edges"], found["figures"], found["legend"]) == ([], [], {}, [])


@pytest.mark.parametrize(
    ("language", "text", "period", "label"),
    [
        ("id", "2,50", "Agustus 2024", "3,25 – 6,50"),
        ("en", "2.50", "August 2024", "3.25 – 6.50"),
    ],
)
def test_it_speaks_the_language(language, text, period, label):
    found = classes(
        [("63.01", 2024, 2.5), ("63.02", 2024, 4.0), ("63.03", 2024, 9.0)],
        breaks="natural",
        language=language,
    )
    figures_of_2024 = found["figures"]["2024"]
    figure = figures_of_2024["values"]["63.01"]
    assert (figure["text"], figure["period"]) == (text, period)
    assert figures_of_2024["unit_period"] == f"{found['unit']} · {period}"
    assert found["title"] == getattr(TPT.title, language)
    assert found["sources"] == [{"source": "BPS", "source_url": "https://bps.go.id/"}]
    assert label in [entry["label"] for entry in found["legend"]]
