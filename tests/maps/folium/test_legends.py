"""Who published what a legend shows, and what a zone's constraints leave open."""

import pandas as pd
import pytest

from maps.folium.choropleth import planner_map
from maps.folium.legends import source_in_words
from tests.maps.examples import (
    MODEL,
    make_indicator,
    make_regencies,
    make_results,
    make_zones,
)


@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        (["BPS, Sakernas", "BPS, Sakernas", None], "Source: BPS, Sakernas"),
        (
            ["BPS WebAPI domain 6300 (Kalsel), mirrored by GitHub a/b c.csv (Sakernas Agustus)"],
            "Source: BPS (Sakernas Agustus)",
        ),
        (
            ["Kepmendagri 300.2 Tahun 2025 via GitHub a/b c.sql"],
            "Source: Kepmendagri 300.2 Tahun 2025",
        ),
        (["A", "B", "C"], "Source: A; B …"),
        ([None], ""),
    ],
)
def test_a_source_is_who_published_the_figures(sources, sentence):
    assert source_in_words(pd.Series(sources, dtype=object), "en") == sentence


def test_a_table_without_sources_says_none():
    assert source_in_words(None, "id") == ""


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_legend_of_the_planners_map_has_its_source(language):
    view = planner_map(
        make_zones(),
        regencies=make_regencies(),
        results=make_results(),
        model=MODEL,
        language=language,
        indicator=make_indicator(),
    )
    assert all(legend.source for legend in view.legends)
    assert set(view.legends[0].titles) == {"both", "kecamatan"}
    alfa = view.cards["zones"]["alfa"]
    told = {"id": "1 dari 2 syarat mutlak", "en": "1 of 2 constraints"}
    assert alfa["unchecked"].startswith(told[language])
    assert alfa["uncheckedNamed"].startswith(alfa["unchecked"])
