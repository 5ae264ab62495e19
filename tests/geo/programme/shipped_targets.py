"""The shipped figures, and the targets that the documents name, for tests of the programme."""

from functools import cache

import pandas as pd

from geo.indicators.table import parse_catalogue, parse_indicators
from geo.programme.targets import COLUMNS, parse_targets
from tests.conftest import DATA
from tests.regions import SOUTH_KALIMANTAN

RPJMD = "RPJMD Kalsel 2025–2029"


@cache
def shipped_table():
    return parse_indicators(pd.read_csv(DATA / "indicators/indicators.csv", dtype=str))


@cache
def shipped_catalogue():
    return parse_catalogue((DATA / "indicators/catalogue.toml").read_text("utf-8"))


def make_targets(*rows):
    """Targets of (indicator, region, year, least, most, level, direction)."""
    told = {"document": RPJMD, "page": "", "source": "press", "source_url": "", "note": ""}
    frame = pd.DataFrame([{**dict(zip(COLUMNS, row, strict=False)), **told} for row in rows])
    return parse_targets(
        frame.reindex(columns=list(COLUMNS)),
        catalogue=shipped_catalogue(),
        regions=SOUTH_KALIMANTAN.codes,
    )


TPT = ("tpt_agustus", "63", 2029, 3.27, 3.97, "rpjmd", "down")
POVERTY = ("p0_persen_miskin_maret", "63", 2029, 1.64, 2.62, "rpjmd", "down")
TABALONG = ("tpt_agustus", "63.09", 2026, 3.30, 3.44, "rkpd", "down")
