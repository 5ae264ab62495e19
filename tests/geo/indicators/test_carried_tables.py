"""Tables of figures carried to new areas, each figure with what it is made of."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import AmbiguousCode, IndicatorNotFound, InvalidIndicators
from geo.indicators.carried_tables import (
    CarriedFrom,
    carry_figures,
    kinds_of,
    lineage,
    parse_figures,
    to_table,
)
from geo.indicators.table import parse_catalogue, parse_indicators
from geo.vector.crosswalk import crosswalk
from tests.regions import SOUTH_KALIMANTAN

written_table = partial(to_table, regencies=SOUTH_KALIMANTAN.by_code)

X, Y = 500_000.0, 9_600_000.0
CATALOGUE = parse_catalogue(
    "\n".join(
        f"[{name}]\ntitle = {{ id = 'x', en = 'x' }}\nunit = {{ id = 'x', en = 'x' }}\n"
        f"kind = '{kind}'\ndirection = 'none'\naggregation = '{aggregation}'\ndecimals = 0\n"
        "mappable = true"
        for name, kind, aggregation in (
            ("tpt", "rate", "population"),
            ("angkatan_kerja", "count", "sum"),
        )
    )
)


def strip(start, width):
    """A piece of a strip along the central meridian, in km: narrow, so that shares are exact to 1e-6."""
    return shapely.box(X, Y + 1000 * start, X + 1000, Y + 1000 * (start + width))


@pytest.fixture
def across(make_layer):
    """Kotabaru as it was until 2003, of which a quarter became Tanah Bumbu; Tanah Laut as it was."""
    old = make_layer({"63.01": strip(0, 2), "63.02": strip(2, 4)})
    new = make_layer({"63.01": strip(0, 2), "63.02": strip(2, 3), "63.10": strip(5, 1)})
    return crosswalk(old, new)


def row(code="63.02", indicator="tpt", value="6", **other):
    texts = {"year": "2002", "period": "Agustus 2002", "unit": "%", "source": "BPS"}
    texts |= {"source_url": "https://bps.go.id", "note": "", "confidence": "ok"} | other
    return {"regency_code": code, "indicator": indicator, "value": value, **texts}


TIDY = pd.DataFrame(
    [
        row("63.01", value="3,5"),
        row("6302", value="6,25", note="Angka sementara."),
        row("63.01", "angkatan_kerja", "100000", unit="orang"),
        row("63.02", "angkatan_kerja", "200000", unit="orang", confidence="low"),
    ]
)
KINDS = {"tpt": "rate", "angkatan_kerja": "total"}


def carried(across, table=TIDY, **words):
    old = across.old.index
    figures = parse_figures(table, key="regency_code", old=old)
    return carry_figures(figures, across, **{"kinds": KINDS, "label": "batas 2002", **words})


def test_a_table_of_indicators_becomes_one_that_can_be_ingested(across):
    table, _ = carried(across)
    found = parse_indicators(written_table(table)).set_index(["indicator", "regency_code"])
    assert found.loc["angkatan_kerja", "value"].to_dict() == pytest.approx(
        {"63.01": 100_000, "63.02": 150_000, "63.10": 50_000}, rel=1e-6
    )
    assert found.loc["tpt", "value"].to_dict() == pytest.approx(
        {"63.01": 3.5, "63.02": 6.25, "63.10": 6.25}
    )
    assert found.loc[("tpt", "63.10"), "period"] == "Agustus 2002"
    assert found.loc[("tpt", "63.10"), "source"] == "BPS"


def test_every_figure_says_where_it_comes_from_and_is_doubtful_when_it_is_an_estimate(across):
    table, _ = carried(across)
    rows = table.set_index(["indicator", "area_id"])
    assert rows.loc[("tpt", "63.10"), "note"] == (
        "Angka sementara. Dari batas 2002, dirata-ratakan menurut luas: 63.02 1."
    )
    assert rows.loc[("angkatan_kerja", "63.10"), "note"] == (
        "Dari batas 2002, dibagi menurut luas: 63.02 0,25."
    )
    # Tanah Laut kept its boundaries, and its figure is as good as before.
    assert rows["confidence"].unstack()["63.01"].tolist() == ["ok", "ok"]
    assert rows["confidence"].unstack()["63.10"].tolist() == ["low", "low"]


def test_notes_are_in_the_language_that_is_asked_for(across):
    table, _ = carried(across, language="en")
    assert table["note"].iloc[0] == "From batas 2002, averaged by area: 63.01 1."


def test_a_doubtful_source_makes_a_doubtful_figure(across):
    table, _ = carried(across, pd.DataFrame([row("63.01", confidence="low")]))
    assert table["confidence"].tolist()[0] == "low"


def test_an_area_without_a_figure_has_no_row_among_indicators(across):
    table, reports = carried(across, pd.DataFrame([row("63.01"), row("63.02", value="")]))
    assert written_table(table)["regency_code"].tolist() == ["63.01"]
    assert table["missing"].tolist() == [(), ("63.02",), ("63.02",)]
    assert reports[0].report.keys.matched == ("63.01", "63.02")


def test_rates_weighed_by_a_denominator_of_the_same_period_or_year(make_layer):
    old = make_layer({"a": strip(0, 1), "b": strip(1, 1)})
    across = crosswalk(old, make_layer({"m": strip(0, 2)}))
    table = pd.DataFrame(
        [
            row("a", value="4"),
            row("b", value="8"),
            row("a", "angkatan_kerja", "300", period="Februari 2002", unit="orang"),
            row("b", "angkatan_kerja", "100", period="Februari 2002", unit="orang"),
        ]
    )
    by_year, _ = carried(across, table, denominator="angkatan_kerja")
    assert by_year["value"].tolist() == pytest.approx([5, 400])
    assert by_year["method"].tolist() == ["area*angkatan_kerja", "area"]
    same = [row(key, "angkatan_kerja", "100", unit="orang") for key in "ab"]
    by_period, _ = carried(
        across, pd.concat([table, pd.DataFrame(same)]), denominator="angkatan_kerja"
    )
    assert by_period["value"].iloc[0] == pytest.approx(6)
    with pytest.raises(IndicatorNotFound, match="jiwa"):
        carried(across, table, denominator="jiwa")


def test_a_wide_table_is_carried_column_by_column(across):
    wide = pd.DataFrame(
        {
            "kode": ["63.01", "63.02"],
            "jiwa": ["1.000", "2.000"],
            "kk": ["250,5", ""],
            "x": ["?", "?"],
        }
    )
    # One column's commas do not tell what another's dots mean.
    with pytest.raises(InvalidIndicators, match=r"jiwa.*2 \('1.000'\)"):
        parse_figures(wide, key="kode", old=across.old.index, columns=["jiwa", "kk"])
    wide["jiwa"] = ["1000", "2000"]
    figures = parse_figures(wide, key="kode", old=across.old.index, columns=["jiwa", "kk"])
    table, _ = carry_figures(
        figures, across, kinds=dict.fromkeys(["jiwa", "kk"], "total"), label="2002"
    )
    written = written_table(table)
    assert written.columns.tolist()[:4] == ["area_id", "indicator", "value", "note"]
    assert written["value"].astype("str").tolist()[3:] == ["250.5", "", ""]
    assert table.loc[table["indicator"] == "jiwa", "value"].sum() == pytest.approx(3000)


def test_totals_that_are_written_add_up_and_can_be_read_one_way_only(make_layer):
    old = make_layer({"63.01": strip(0, 8)})
    across = crosswalk(old, make_layer({"63.01": strip(0, 1), "63.02": strip(1, 7)}))
    figures = pd.DataFrame([row("63.01", "angkatan_kerja", "98.76", unit="orang")])
    text = written_table(carried(across, figures)[0])["value"]
    assert text.astype(float).sum() == pytest.approx(98.76, rel=1e-14)
    # `12.345` alone could be twelve thousand.
    exact = carried(across, figures)[0].assign(value=[12.345, -1.5])
    assert written_table(exact)["value"].tolist() == ["12.3450", "-1.5"]


def test_codes_of_either_system_meet_the_old_layer(make_layer):
    figures = pd.DataFrame([row("63.01"), row("6302"), row("zz")])
    for old, expected in (
        (["63.01", "63.02"], ["63.01", "63.02", "zz"]),
        (["6301", "6302"], ["6301", "6302", "zz"]),
    ):
        found = parse_figures(figures, key="x", old=pd.Index(old))
        assert found["area_id"].tolist() == expected
    with pytest.raises(AmbiguousCode, match=r"63\.1"):
        parse_figures(pd.DataFrame([row("63.1")]), key="x", old=pd.Index(["63.10"]))


@pytest.mark.parametrize(
    ("table", "columns", "message"),
    [
        (pd.DataFrame({"kode": ["a"]}), (), "columns kode, indicator, value; it has: kode"),
        (pd.DataFrame({"kode": ["a"], "y": ["1"]}), ("z",), "columns kode, z"),
        (TIDY.iloc[:0], (), "must have rows"),
        (pd.DataFrame([row(value="banyak")]), (), r"value is not a clear number in rows 2"),
        (pd.DataFrame([row(), row()]), (), "Duplicate rows: 63.02 / tpt / 2002"),
    ],
)
def test_a_table_that_cannot_be_carried_is_refused_with_the_place(table, columns, message):
    with pytest.raises(InvalidIndicators, match=message):
        parse_figures(table, key="kode", old=pd.Index(["63.02"]), columns=columns)


def test_units_are_not_mixed_in_one_figure(across):
    table = pd.DataFrame([row("63.01"), row("63.02", unit="orang")])
    with pytest.raises(InvalidIndicators, match="tpt has several units in one period: %, orang"):
        carried(across, table)


def test_the_catalogue_knows_totals_from_rates():
    known = kinds_of(["tpt", "angkatan_kerja"], stated=None, catalogue=CATALOGUE)
    assert known == KINDS
    stated = kinds_of(["tpt", "x", "per"], stated="rate", catalogue=CATALOGUE, denominator="per")
    assert stated == {"tpt": "rate", "x": "rate", "per": "total"}
    with pytest.raises(InvalidIndicators, match="tpt is a rate"):
        kinds_of(["tpt"], stated="total", catalogue=CATALOGUE)
    with pytest.raises(InvalidIndicators, match="State --kind total"):
        kinds_of(["x"], stated=None, catalogue=CATALOGUE)


@pytest.mark.parametrize(
    ("origin", "sentence"),
    [
        (CarriedFrom("rate", "area", ()), "There is no figure of 2002 for this area."),
        (
            CarriedFrom(
                "rate", "raster:people*workers+area", (("a", 0.75), ("b", 0.25)), ("c",), 0.875
            ),
            "From 2002, averaged by raster people × workers + area: a 0.75 + b 0.25. "
            "Without a figure: c. Known for 87.5% of the area.",
        ),
        # A neighbour's sliver is counted, not told; a small part of a large total is told.
        (
            CarriedFrom("total", "area", (("a", 0.9), ("b", 0.0001))),
            "From 2002, split by area: a 0.9 + … (1).",
        ),
        (CarriedFrom("total", "area", (("a", 0.00012),)), "From 2002, split by area: a 0.00012."),
    ],
)
def test_a_lineage_is_a_sentence(origin, sentence):
    assert lineage(origin, label="2002").en == sentence


def test_a_figure_that_is_nowhere_known_stays_missing(across):
    table, _ = carried(across, pd.DataFrame([row("63.01", value="")]))
    assert np.isnan(table["value"]).all()
    assert written_table(table).empty
