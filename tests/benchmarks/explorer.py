"""How long the first view of the explorer takes where a nation is planned for.

    uv run --group dev python tests/benchmarks/explorer.py

SYNTHETIC: 514 regencies × 60 indicators × 20 years, 616,800 figures and those of the whole, with a
target for every regency. Prints wall and CPU time, of one indicator of all regencies: reading the published table,
which is done once a version; the list of indicators; and each form of the page until its last byte.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from api.links import Links
from geo.indicators.table import Indicator, parse_indicators
from geo.language import Text
from geo.programme.explorer import ExplorerQuestion, explore
from geo.programme.province import unit_codes
from geo.programme.targets import COLUMNS
from geo.vector.planning_region import Region
from maps.pages.page import render
from maps.programme.explorer_files import csv_text, explorer_workbook
from maps.programme.explorer_page import SHOWS, explorer_sections
from maps.programme.indicator_list import indicator_list
from tests.regions import SOUTH_KALIMANTAN

N_REGENCIES, N_INDICATORS, YEARS = 514, 60, range(2006, 2026)
CODES = [f"{11 + i // 20:02d}.{1 + i % 20:02d}" for i in range(N_REGENCIES)]
NATION = replace(
    SOUTH_KALIMANTAN,
    code="99",
    name=Text("Negeri sintetis", "Synthetic nation"),
    regencies=tuple(
        Region(code, f"Sintetis {code}", "Kabupaten", "99", code.replace(".", "")) for code in CODES
    ),
)
CATALOGUE = {
    f"sintetis_{i:02d}": Indicator(
        id=f"sintetis_{i:02d}",
        title=Text(f"Indikator sintetis {i}", f"Synthetic indicator {i}"),
        unit=Text("% angkatan kerja", "% of labour force"),
        kind="rate",
        direction="min",
        aggregation="population",
        decimals=2,
        caveat=Text("", ""),
        mappable=True,
        theme="work",
    )
    for i in range(N_INDICATORS)
}


def make_table() -> pd.DataFrame:
    rng = np.random.default_rng(18)
    index = pd.MultiIndex.from_product(
        [CATALOGUE, YEARS, ["99", *CODES]], names=["indicator", "year", "regency_code"]
    )
    table = index.to_frame(index=False)
    return table.assign(
        value=rng.uniform(1, 9, len(table)).round(2),
        period=table["year"].astype(str),
        unit="% angkatan kerja",
        source="Sintetis " + table["year"].astype(str),
        source_url="https://example.org/",
        via="",
        note="",
        confidence="ok",
    )


def make_targets() -> pd.DataFrame:
    row = ["sintetis_07", "", 2029, 3.0, 4.0, "rpjmd", "down", "Sintetis", "1", "Sintetis", "", ""]
    return pd.DataFrame(
        [[row[0], code, *row[2:]] for code in ["99", *CODES]], columns=list(COLUMNS)
    )


def measured(name: str, make: Callable[[], object]) -> object:
    begun, cpu = time.perf_counter(), time.process_time()
    made = make()
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    size = f"{len(made) / 1024:>8.0f} KiB" if isinstance(made, bytes | str) else ""
    print(f"{name:<34} {wall:>7.3f} s {cpu:>7.3f} s CPU {size}")
    return made


def page(table: pd.DataFrame, targets: pd.DataFrame, themes: object, show: str) -> str:
    question = ExplorerQuestion(("sintetis_07",))
    views = explore(table, CATALOGUE, targets, region=NATION, question=question)
    return render(
        "programme/explorer.html",
        "id",
        title="sintetis",
        active="indicators",
        links=Links("http://127.0.0.1:8000"),
        asked={
            "indicator": "sintetis_07",
            "sort": "code",
            "from_year": None,
            "to_year": None,
            "proposals": None,
        },
        sections=explorer_sections(views, None, "id", show=show),
        show=show,
        shows=SHOWS,
        themes=themes,
        picked=["sintetis_07", ""],
        years=list(YEARS),
        units=[(code, NATION.title_of(code).id) for code in unit_codes(NATION)],
        chosen_regions=set(),
        is_chosen=False,
        file_name="sintetis",
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "figures.parquet"
        make_table().to_parquet(path)
        print(f"{(N_REGENCIES + 1) * N_INDICATORS * len(YEARS):,} figures, SYNTHETIC")
        table = measured(
            "table read and checked, once", lambda: parse_indicators(pd.read_parquet(path))
        )
    targets = make_targets()
    themes = measured("list of indicators", lambda: indicator_list(table, CATALOGUE, "id"))
    for show in ("lines", "lines", "table", "multiples"):
        measured(f"page, {show}", lambda show=show: page(table, targets, themes, show))
    question = ExplorerQuestion(("sintetis_07",))
    views = explore(table, CATALOGUE, targets, region=NATION, question=question)
    measured("CSV", lambda: csv_text(views, "id"))
    measured("XLSX", lambda: explorer_workbook(views, "id", address=""))


if __name__ == "__main__":
    main()
