import pandas as pd
import pytest

from geo.indicators.table import Indicator
from geo.language import Text
from maps.breaks import BREAKS
from maps.folium.indicator_classes import indicator_classes

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
        "via": "salinan GitHub a/b",
    }
    return pd.DataFrame(rows, columns=columns).assign(**rest)


def classes(rows, *, breaks="quantile", language="id"):
    return indicator_classes(TPT, figures(rows), codes=CODES, breaks=breaks, language=language)


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
        ("id", "2,50%", "Agustus 2024", "3,25 – 6,50"),
        ("en", "2.50%", "August 2024", "3.25 – 6.50"),
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
    assert found["unit"] == f"% {found['unit_after']}".rstrip()
    assert found["title"] == getattr(TPT.title, language)
    assert found["sources"] == [
        {"source": "BPS", "source_url": "https://bps.go.id/", "via": "salinan GitHub a/b"}
    ]
    assert label in [entry["label"] for entry in found["legend"]]
